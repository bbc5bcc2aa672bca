"""A document to the template elements it holds: the way back of :mod:`app.elm.mapping`.

Elements are found by structure and by the subjects of notes, never by parsing words. What is read is a function of the
graph that a proof covers: the order of JSON arrays plays no part (lists are in the order of their numbers, or sorted),
and a node may stand in full or as ``{id, type}`` anywhere.

Invariants:

1. ``read`` never raises, whatever it is given, and its work is bounded.
2. A finding says where (JSON pointer into the document) and never what was there.
3. Words are not judged here: whether the issuer may say so is for ``verification``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, TypeVar
from urllib.parse import unquote
from uuid import UUID

from pydantic import BaseModel, ValidationError

from app.elm.mapping import (
    ACTIVITY_FORMS,
    ASSESSMENT_METHODS,
    CERTIFICATE_NUMBER,
    GRADING_SCHEME_CODE,
    IDENTIFIER_SCHEMES,
    MEMBER_SLUG,
    MODES,
    OPPORTUNITY_FORMS,
    SUPERVISION,
    SUPERVISION_PLACES,
    TYPOLOGY,
)
from app.elm.placing import in_document, provider_key, regrouped_titles
from app.elm.pointers import safe_pointer
from app.elm.rendering import CREDENTIAL_TYPES, EDC_CONTEXT, VCDM2_CONTEXT
from app.elm.vocabularies import (
    Concept,
    codes,
    concept_by_id,
    european,
    language_code,
    own,
    own_scheme_iri,
    scheme_by_iri,
)
from app.errors import Finding
from app.template.alliance import MEMBERS
from app.template.elements import (
    Appreciation,
    Assessment,
    AssessmentGrade,
    AssessmentMethod,
    Award,
    AwardingRule,
    Cycle,
    DocumentForm,
    EscoSkill,
    Fee,
    FeeFor,
    Form,
    FurtherInformation,
    Grade,
    GradeCount,
    GradeDistribution,
    Integration,
    Learner,
    LearningOutcome,
    Level,
    Offering,
    Organisation,
    OtherInformation,
    OtherLearnerData,
    OutcomeCategory,
    Participation,
    ParticipationTaken,
    Partner,
    Period,
    Place,
    Placement,
    Placements,
    Prerequisites,
    Provider,
    QualityAssurance,
    QualityAssuranceBasis,
    QualityDecision,
    Requirement,
    Reuse,
    Signatory,
    Statement,
    StudentIdentifier,
    Supervision,
    Towards,
    TowardsKind,
    Type,
    Unit,
    Workload,
)
from app.template.text import usual_case

MAX_VALUES: Final = 200
"""More values than this in one property are not of our form; every list of the template is shorter."""
MAX_VISITS: Final = 50_000
"""Nodes looked at in one reading: references let a small document stand for a large tree."""

RenderingName: TypeAlias = Literal["vcdm2", "edc"]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the document says about itself. Every value may be absent in a document that is not of our form."""

    rendering: RenderingName | None
    credential_id: str | None
    uuid: UUID | None
    issuer_id: str | None
    awarding_body_id: str | None
    awarding_body: str | None
    """Slug, by the form of the DID: ``did:web:HOST:issuers:SLUG``. Whose HOST it is, is for the judge."""
    legal_name: Mapping[str, str] | None
    eidas_identifier: str | None
    country: str | None
    certificate_number: str | None
    template_edition: str | None
    issued: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a document. Without findings it is of our form and ``statement`` is there."""

    facts: DocumentFacts
    statement: Statement | None
    findings: tuple[Finding, ...]

    @property
    def is_of_our_form(self) -> bool:
        """Whether everything was found and nothing was odd."""
        return self.statement is not None and not self.findings


def read(document: object) -> Reading:
    """Read a credential of either rendering. Never raises."""
    reader = _Reader(document)
    try:
        statement = reader.statement()
    except _Exhausted:
        reader.find("document-too-large", (), "The document refers to more than a micro-credential holds.")
        statement = None
    return Reading(reader.facts(), statement, tuple(reader.findings))


Path: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")

_MEMBER_AT: Final = {member.homepage: slug for slug, member in MEMBERS.items()}
_OWN_DID: Final = re.compile(r"did:web:[A-Za-z0-9.%_-]+:issuers:([a-z][a-z0-9-]{1,30})")
_NUMBERED: Final = re.compile(r"(?:enhance|urn:epass):[A-Za-z]{1,40}:([0-9]{1,9})")
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T00:00:00Z")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_HOURS: Final = re.compile(r"PT([0-9]{1,9})H(?:([0-9]{1,2})M)?(?:([0-9]{1,2})S)?")
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_YEARS: Final = re.compile(r"([0-9]{4})/([0-9]{4})")
_CREDENTIAL_ID: Final = re.compile(
    r"urn:(?:uuid|credential):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)

_EVERYTHING_IN_DOCUMENT: Final = Placements(**dict.fromkeys(Placements.model_fields, Placement.DOCUMENT))


def _element(code: str) -> str:
    return own("template-element", code).iri


def _by_id(pairs: Iterable[tuple[Value, Concept]]) -> dict[str, Value]:
    return {concept.iri: value for value, concept in pairs}


_MODE_LIST: Final = "mode-of-learning-and-assessment"
_TYPES: Final = _by_id((kind, own("typology", kind)) for kind in Type)
_SUBTYPES: Final = _by_id((subtype, own("typology", code)) for subtype, code in TYPOLOGY.items())
_MICRO_DEGREE: Final = own("typology", "micro-degree").iri
_RULES: Final = _by_id((rule, own("template-element", f"awarding-body-rule-{rule}")) for rule in AwardingRule)
_UNIVERSITIES: Final = _by_id(codes("member").items())
_CYCLES: Final = _by_id((cycle, own("qf-ehea", f"{cycle}-cycle")) for cycle in Cycle)
_CATEGORIES: Final = _by_id((category, own("eqf-descriptor", category)) for category in OutcomeCategory)
_REUSES: Final = _by_id((reuse, european("skill-reuse-level", reuse)) for reuse in Reuse)
_MODES: Final = _by_id((mode, european(_MODE_LIST, code)) for mode, code in MODES.items())
_FORMS: Final = _by_id(
    [
        *((form, european("learning-opportunity-type", code)) for form, code in OPPORTUNITY_FORMS.items()),
        *((form, european("learning-activity-type", code)) for form, code in ACTIVITY_FORMS.items()),
        *((form, own("form", form)) for form in Form if form not in OPPORTUNITY_FORMS and form not in ACTIVITY_FORMS),
    ]
)
_METHODS: Final = _by_id(
    (
        method,
        european("assessment-type", ASSESSMENT_METHODS[method])
        if method in ASSESSMENT_METHODS
        else own("assessment", method),
    )
    for method in AssessmentMethod
)
_OVERALL: Final = own("assessment", "overall-result").iri
_SUPERVISIONS: Final = _by_id((pair, european("supervision-verification", code)) for pair, code in SUPERVISION.items())
_PLACES: Final = _by_id((place, european(_MODE_LIST, code)) for place, code in SUPERVISION_PLACES.items())
_BASES: Final = _by_id(
    (basis, own("template-element", f"quality-assurance-{basis}")) for basis in QualityAssuranceBasis
)
_INTEGRATIONS: Final = _by_id((kind, own("template-element", f"stackability-{kind}")) for kind in Integration)
_TOWARDS: Final = _by_id((kind, own("template-element", f"towards-{kind}")) for kind in TowardsKind)
_FEES: Final = _by_id((purpose, own("template-element", f"fee-{purpose}")) for purpose in FeeFor)
_DOCUMENT_FORMS: Final = _by_id((form, own("template-element", f"form-of-document-{form}")) for form in DocumentForm)
_STATELESS: Final = own("nationality-status", "stateless").iri
_SELF_PACED: Final = own("timeframe", "self-paced").iri
_TARGET_GROUPS: Final = _by_id(codes("target-group").items())
_IDENTIFIERS: Final = {name: scheme for scheme, name in IDENTIFIER_SCHEMES.items()}
_EDITION_SCHEME: Final = own_scheme_iri("template-edition")
_ISCED_SCHEME: Final = european("isced-f", "00").scheme


class _Exhausted(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of the document, in full, and where it was referred to."""

    value: Mapping[str, Any]
    path: Path

    @property
    def id(self) -> str | None:
        value = self.value.get("id")
        return value if isinstance(value, str) else None


_CONTAINERS: Final = frozenset({dict, list})


def _in_full(value: Mapping[str, Any]) -> bool:
    return len(value) > 2 or not value.keys() <= {"id", "type"}  # noqa: PLR2004 - the two of them


class _Document:
    """Typed access to a JSON value of unknown origin. Each oddity becomes a finding and an absent value."""

    def __init__(self, document: object) -> None:
        self.findings: list[Finding] = []
        self.visits = 0
        self.full: dict[str, Mapping[str, Any]] = {}
        self.root = _Node(document if isinstance(document, dict) else {}, ())
        if not isinstance(document, dict):
            self.find("element-malformed", (), "A credential is a JSON object.")
        self._collect(self.root.value)

    def _collect(self, document: Mapping[str, Any]) -> None:
        waiting: list[Any] = [document]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                node_id = value.get("id")
                if isinstance(node_id, str) and node_id not in self.full and _in_full(value):
                    self.full[node_id] = value
                value = value.values()
            # Most values are texts; leaving them out at once halves the time.
            waiting += [item for item in value if type(item) in _CONTAINERS]

    def find(self, code: str, path: Path, detail: str) -> None:
        if len(self.findings) < MAX_VALUES:
            self.findings.append(Finding(code, safe_pointer(path), detail))

    def malformed(self, path: Path, what: str) -> None:
        self.find("element-malformed", path, f"Expected: {what}.")

    # -- access

    def values(self, node: _Node, name: str) -> list[tuple[Any, Path]]:
        """The values of a property, none, one or many."""
        held = node.value.get(name)
        if held is None:
            return []
        path = (*node.path, name)
        if not isinstance(held, list):
            return [(held, path)]
        if len(held) > MAX_VALUES:
            self.find("element-malformed", path, f"More than {MAX_VALUES} values.")
            held = held[:MAX_VALUES]
        return [(value, (*path, number)) for number, value in enumerate(held)]

    def nodes(self, node: _Node, name: str) -> list[_Node]:
        """The nodes of a property in full, each once, in the order of their numbers."""
        found: dict[str, tuple[int, int, _Node]] = {}
        for position, (value, path) in enumerate(self.values(node, name)):
            self.visits += 1
            if self.visits > MAX_VISITS:
                raise _Exhausted
            named = {"id": value} if isinstance(value, str) else value
            if not isinstance(named, dict):
                self.malformed(path, "a node")
                continue
            node_id = named.get("id")
            if not isinstance(node_id, str):
                found[f"_:{position}"] = (1_000_000_000, position, _Node(named, path))
                continue
            whole = named if _in_full(named) else self.full.get(node_id, named)
            matched = _NUMBERED.fullmatch(node_id)
            number = int(matched[1]) if matched else 1_000_000_000
            found.setdefault(node_id, (number, position, _Node(whole, path)))
        return [entry[2] for entry in sorted(found.values(), key=lambda entry: entry[:2])]

    def node(self, node: _Node | None, name: str) -> _Node | None:
        """The one node of a property."""
        if node is None:
            return None
        found = self.nodes(node, name)
        if len(found) > 1:
            self.find("element-repeated", (*node.path, name), "One value is expected here.")
        return found[0] if found else None

    def needed(self, node: _Node | None, name: str) -> _Node | None:
        """The one node of a property that our form always has."""
        found = self.node(node, name)
        if node is not None and found is None:
            self.find("element-missing", (*node.path, name), "This is part of every micro-credential.")
        return found

    def string(self, node: _Node | None, name: str) -> str | None:
        """The one string of a property."""
        if node is None:
            return None
        found = self.values(node, name)
        if not found:
            return None
        if len(found) > 1 or not isinstance(found[0][0], str):
            self.malformed((*node.path, name), "one string")
            return None
        text: str = found[0][0]
        return text

    def _string_map(self, node: _Node | None, name: str) -> dict[str, tuple[str, Any]] | None:
        """By language tag in its usual case: the tag as it stands there, and the value."""
        if node is None or name not in node.value:
            return None
        held = node.value[name]
        if not isinstance(held, dict) or len(held) > MAX_VALUES:
            self.malformed((*node.path, name), "text by language")
            return None
        found: dict[str, tuple[str, Any]] = {}
        for tag, value in sorted(held.items()):
            if found.setdefault(usual_case(tag), (tag, value))[0] != tag:
                self.find("element-repeated", (*node.path, name, tag), "The same language stands here twice.")
        return found

    def text(self, node: _Node | None, name: str) -> dict[str, str] | None:
        """Text by language, one text for each."""
        held = self._string_map(node, name)
        if held is None or node is None:
            return None
        text: dict[str, str] = {}
        for language, (tag, value) in held.items():
            if not isinstance(value, str):
                self.malformed((*node.path, name, tag), "one text for each language")
            elif value != unicodedata.normalize("NFC", value).strip(" "):
                self.find("text-not-normal", (*node.path, name, tag), "The text is not in normal form (NFC).")
            else:
                text[language] = value
        return text or None

    def texts(self, node: _Node, name: str) -> dict[str, list[str]]:
        """Text by language, several texts for each."""
        found: dict[str, list[str]] = {}
        for language, (tag, value) in (self._string_map(node, name) or {}).items():
            several = value if isinstance(value, list) else [value]
            if len(several) > MAX_VALUES or not all(isinstance(item, str) for item in several):
                self.malformed((*node.path, name, tag), "texts")
            else:
                found[language] = sorted(set(several))
        return found

    def words(self, node: _Node | None, name: str) -> str | None:
        """The one text of a property, whatever its language."""
        text = self.text(node, name)
        if text is None or node is None:
            return None
        if len(text) > 1:
            self.find("element-repeated", (*node.path, name), "One text in one language is expected here.")
        return next(iter(text.values()))

    def day(self, node: _Node | None, name: str) -> date | None:
        """A day, written as midnight with Z."""
        text = self.string(node, name)
        if text is None or node is None:
            return None
        matched = _DAY.fullmatch(text)
        with suppress(ValueError):
            if matched is not None:
                return date.fromisoformat(matched[1])
        self.malformed((*node.path, name), "a day as YYYY-MM-DDT00:00:00Z")
        return None

    def instant(self, name: str) -> datetime | None:
        """A moment of the credential itself."""
        text = self.string(self.root, name)
        if text is None:
            return None
        with suppress(ValueError):
            if _INSTANT.fullmatch(text):
                return datetime.fromisoformat(text)
        self.malformed((name,), "a moment as YYYY-MM-DDThh:mm:ssZ")
        return None

    def decimal(self, text: str | None, path: Path) -> Decimal | None:
        if text is None:
            return None
        if not _DECIMAL.fullmatch(text):
            self.malformed(path, "a decimal number as string")
            return None
        return Decimal(text)

    def concept_ids(self, node: _Node | None, name: str) -> list[tuple[str, Path]]:
        """Ids of the concepts of a property."""
        if node is None:
            return []
        found = []
        for concept in self.nodes(node, name):
            if concept.id is None:
                self.malformed(concept.path, "a concept with its id")
            else:
                found.append((concept.id, concept.path))
        return found

    def chosen(self, node: _Node | None, name: str, choices: Mapping[str, Value]) -> list[Value]:
        """The members of ``choices`` that a property names; other concepts are findings."""
        found = []
        for concept_id, path in self.concept_ids(node, name):
            if concept_id in choices:
                found.append(choices[concept_id])
            else:
                self.find("concept-unexpected", path, "No concept that our form has here.")
        return found

    def choice(self, node: _Node | None, name: str, choices: Mapping[str, Value]) -> Value | None:
        """The one member of ``choices`` that a property names."""
        found = self.chosen(node, name, choices)
        if len(found) > 1 and node is not None:
            self.find("element-repeated", (*node.path, name), "One value is expected here.")
        return found[0] if found else None

    def codes(self, node: _Node | None, name: str, list_name: str) -> list[str]:
        """Codes of the members of a European list that a property names, sorted."""
        return sorted(self.chosen(node, name, _codes_by_id(list_name)))

    def notes(self, node: _Node | None) -> dict[str, list[_Node]]:
        """Notes of a node by the id of their subject."""
        found: dict[str, list[_Node]] = {}
        if node is not None:
            for note in self.nodes(node, "additionalNote"):
                for subject, _path in self.concept_ids(note, "subject")[:1]:
                    found.setdefault(subject, []).append(note)
        return found

    def build(self, model: type[Model], path: Path, **values: object) -> Model | None:
        """Make a template type from what was found; what the type does not admit is a finding."""
        try:
            return model.model_validate({name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
                where = ".".join(str(step) for step in problem["loc"])
                self.find("element-malformed", path, f"{where or 'The value'}: {problem['type']}.")
            return None


_LISTS_BY_ID: Final[dict[str, dict[str, str]]] = {}


def _codes_by_id(list_name: str) -> dict[str, str]:
    if list_name not in _LISTS_BY_ID:
        _LISTS_BY_ID[list_name] = _by_id(codes(list_name).items())
    return _LISTS_BY_ID[list_name]


def _present(values: Iterable[Value | None]) -> tuple[Value, ...]:
    return tuple(value for value in values if value is not None)


def _only(document: _Document, notes: Mapping[str, Sequence[_Node]], element: str) -> _Node | None:
    found = notes.get(_element(element), ())
    if len(found) > 1:
        document.find("element-repeated", found[1].path, "One note on this element is expected.")
    return found[0] if found else None


class _Reader:
    """One reading."""

    def __init__(self, document: object) -> None:
        self.document = _Document(document)
        self.find = self.document.find
        self.findings = self.document.findings
        self.rendering = self._rendering()
        self.description = "description" if self.rendering == "edc" else "elmDescription"
        self.edition: str | None = None
        self.issuer: _Node | None = None
        self.awarding_body: _Node | None = None

    def _rendering(self) -> RenderingName | None:
        root = self.document.root
        context = root.value.get("@context")
        found: RenderingName | None = None
        if context == list(VCDM2_CONTEXT):
            found = "vcdm2"
        elif context == list(EDC_CONTEXT):
            found = "edc"
        else:
            self.find("context-not-ours", ("@context",), "Not the contexts of one of our two renderings.")
            if isinstance(context, list) and context[:1] == [EDC_CONTEXT[0]]:
                found = "edc"
        types = root.value.get("type")
        if not isinstance(types, list) or not {*CREDENTIAL_TYPES} <= {kind for kind in types if isinstance(kind, str)}:
            self.find("element-malformed", ("type",), "Not the types of a European Digital Credential.")
        return found

    # -- the credential itself

    def facts(self) -> DocumentFacts:
        """What the document says about itself."""
        document, root = self.document, self.document.root
        credential_id = document.string(root, "id")
        matched = _CREDENTIAL_ID.fullmatch(credential_id or "")
        if matched is None:
            document.malformed(("id",), "urn:uuid: or urn:credential: and a UUID")
        body = self.awarding_body
        if self.issuer and body and self.issuer.id != body.id:
            self.find("issuer-not-awarding-body", ("issuer",), "The issuer is not the awarding body.")
        eidas = document.node(body, "eIDASIdentifier")
        return DocumentFacts(
            rendering=self.rendering,
            credential_id=credential_id,
            uuid=UUID(matched[1]) if matched else None,
            issuer_id=self.issuer.id if self.issuer else None,
            awarding_body_id=body.id if body else None,
            awarding_body=self._slug(body),
            legal_name=document.text(body, "legalName"),
            eidas_identifier=document.string(eidas, "notation"),
            country=self._country(document.node(body, "location")),
            certificate_number=self._certificate_number(),
            template_edition=self.edition,
            issued=document.instant("issued"),
            valid_from=document.instant("validFrom"),
            valid_until=document.instant("validUntil"),
        )

    def _certificate_number(self) -> str | None:
        document, root = self.document, self.document.root
        for identifier in document.nodes(root, "identifier"):
            if document.string(identifier, "schemeName") == CERTIFICATE_NUMBER:
                return document.string(identifier, "notation")
        self.find("element-missing", ("identifier",), "There is no certificate number.")
        return None

    def _slug(self, organisation: _Node | None) -> str | None:
        matched = _OWN_DID.fullmatch(organisation.id or "") if organisation else None
        return matched[1] if matched else None

    def _university(self, organisation: _Node | None) -> str | None:
        """Return the slug of a university of the alliance: by its DID, or one that has none and says who it is."""
        if organisation is None:
            return None
        if (slug := self._slug(organisation)) is not None:
            return slug
        for identifier in self.document.nodes(organisation, "identifier"):
            if self.document.string(identifier, "schemeName") == MEMBER_SLUG:
                notation = self.document.string(identifier, "notation")
                return notation if notation in MEMBERS else None
        return None

    def statement(self) -> Statement | None:
        """Everything the document holds of the template, or None where it has no statement to make."""
        document, root = self.document, self.document.root
        self.issuer = document.needed(root, "issuer")
        person = document.needed(root, "credentialSubject")
        achievement = document.needed(person, "hasClaim")
        awarding = document.needed(achievement, "awardedBy")
        specification = document.needed(achievement, "specifiedBy")
        self.awarding_body = document.needed(awarding, "awardingBody")
        if person is None or achievement is None or awarding is None or specification is None:
            return None
        parts = _Parts(
            person,
            achievement,
            awarding,
            specification,
            document.node(achievement, "influencedBy"),
            document.node(achievement, "learningOpportunity"),
            document.notes(awarding),
            document.notes(specification),
        )
        self._edition(parts)
        assessments, grade, distribution = self._assessments(parts)
        award = document.build(
            Award,
            achievement.path,
            learner=self._learner(person),
            awarded_on=document.day(awarding, "awardingDate"),
            requirements_met=self._requirements(parts),
            participation=ParticipationTaken(mode_taken=self._mode_taken(parts)),
            grade=grade,
        )
        offering = self._offering(parts, assessments, distribution)
        if award is None or offering is None:
            return None
        return in_document(Statement.model_construct(offering=offering, award=award))

    def _edition(self, parts: "_Parts") -> None:
        scheme = scheme_by_iri(_EDITION_SCHEME)
        for subject in parts.notes:
            concept = concept_by_id(subject)
            if concept is not None and scheme is not None and concept.scheme == scheme.iri:
                self.edition = concept.code
        if self.edition is None:
            self.find("element-missing", parts.specification.path, "No edition of the template is named.")

    def _offering(
        self,
        parts: "_Parts",
        assessments: tuple[Assessment, ...],
        distribution: GradeDistribution | None,
    ) -> Offering | None:
        document, specification = self.document, parts.specification
        title = document.text(specification, "title")
        types = dict(document.concept_ids(specification, "dcType"))
        kinds = [kind for concept, kind in _TYPES.items() if concept in types]
        subtypes = [subtype for concept, subtype in _SUBTYPES.items() if concept in types]
        if len(kinds) != 1 or len(subtypes) != 1:
            self.find("element-missing", (*specification.path, "dcType"), "One type and one sub-type are expected.")
        slug = self._slug(self.awarding_body)
        if slug is None and self.awarding_body is not None:
            self.find("awarding-body-unknown", self.awarding_body.path, "Not the DID of a university of the alliance.")
        if title is None:
            self.find("element-missing", (*specification.path, "title"), "Every micro-credential has a title.")
        if title is None or slug is None or len(kinds) != 1 or len(subtypes) != 1:
            return None
        entitlements = document.nodes(specification, "entitlesTo")
        return document.build(
            Offering,
            specification.path,
            title=title,
            alternative_titles=regrouped_titles(document.texts(specification, "altLabel")),
            type=kinds[0],
            subtype=subtypes[0],
            micro_degree=_MICRO_DEGREE in types,
            region=document.text(document.node(self.awarding_body, "location"), "geographicName"),
            awarding_body=slug,
            awarding_rule=self._coded(parts.awarding_notes, _RULES),
            leading_university=self._coded(parts.awarding_notes, _UNIVERSITIES),
            signatory=self._signatory(parts),
            units=_present(self._unit(part) for part in document.nodes(parts.achievement, "hasPart")),
            workload=self._workload(parts),
            level=self._level(parts),
            learning_outcomes=_present(
                self._outcome(outcome) for outcome in document.nodes(specification, "learningOutcome")
            ),
            participation=self._participation(parts, title, types),
            prerequisites=self._prerequisites(parts),
            assessments=assessments,
            quality_assurance=self._quality_assurance(parts),
            grading_scheme=self._grading_scheme(parts),
            grade_distribution=distribution,
            integration=self._coded(parts.notes, _INTEGRATIONS),
            towards=_present(self._towards(entitlement) for entitlement in entitlements),
            diploma_supplement_note=self._note(parts.notes, "diploma-supplement"),
            further_information=self._further_information(parts),
        )

    # -- pieces

    def _note(self, notes: Mapping[str, Sequence[_Node]], element: str) -> dict[str, str] | None:
        return self.document.text(_only(self.document, notes, element), "noteLiteral")

    def _coded(self, notes: Mapping[str, Sequence[_Node]], choices: Mapping[str, Value]) -> Value | None:
        found = [(value, notes[concept][0].path) for concept, value in choices.items() if concept in notes]
        if len(found) > 1:
            self.find("element-repeated", found[1][1], "Two notes say different things about one element.")
        return found[0][0] if found else None

    def _country(self, location: _Node | None) -> str | None:
        address = self.document.node(location, "address")
        found = self.document.codes(address, "countryCode", "country")
        return found[0] if len(found) == 1 else None

    def _place(self, location: _Node | None) -> Place | None:
        if location is None:
            return None
        name = self.document.text(location, "geographicName")
        return self.document.build(Place, location.path, country=self._country(location), name=name)

    def _web_address(self, node: _Node | None, name: str) -> str | None:
        return self.document.string(self.document.node(node, name), "contentURL")

    def _organisation(self, node: _Node) -> Organisation | None:
        return self.document.build(
            Organisation,
            node.path,
            name=self.document.text(node, "legalName"),
            country=self._country(self.document.node(node, "location")),
            homepage=self._web_address(node, "homepage"),
        )

    def _providers(self, node: _Node | None, name: str) -> tuple[Provider, ...]:
        if node is None:
            return ()
        found: list[Provider] = []
        for node_of_one in self.document.nodes(node, name):
            provider = self._university(node_of_one) or self._organisation(node_of_one)
            if provider is not None:
                found.append(provider)
        return tuple(sorted(found, key=provider_key))

    # -- 7.1

    def _learner(self, person: _Node) -> Learner | None:
        document = self.document
        notes = document.notes(person)
        other = {
            "birth_name": document.words(person, "birthName"),
            "place_of_birth": self._place(document.node(person, "placeOfBirth")),
            "gender": next(iter(document.codes(person, "gender", "human-sex")), None),
            "email": self._email(person),
        }
        given, family = document.words(person, "givenName"), document.words(person, "familyName")
        return document.build(
            Learner,
            person.path,
            given_names=given,
            family_names=family,
            single_name=(given is None) != (family is None),
            name_in_other_script=self._note(notes, "learner-name-other-script"),
            birth_date=document.day(person, "dateOfBirth"),
            nationalities=tuple(document.codes(person, "citizenshipCountry", "country")),
            nationality_status="stateless" if _STATELESS in notes else None,
            student_identifiers=_present(
                self._student_identifier(identifier) for identifier in document.nodes(person, "identifier")
            ),
            other_data=document.build(OtherLearnerData, person.path, **other) if any(other.values()) else None,
        )

    def _student_identifier(self, identifier: _Node) -> StudentIdentifier | None:
        document = self.document
        creator = document.node(identifier, "creator")
        return document.build(
            StudentIdentifier,
            identifier.path,
            scheme=_IDENTIFIERS.get(document.string(identifier, "schemeName") or ""),
            value=document.string(identifier, "notation"),
            assigned_by=self._slug(creator) or (_MEMBER_AT.get(creator.id or "", creator.id) if creator else None),
        )

    def _email(self, person: _Node) -> str | None:
        mailbox = self.document.node(self.document.node(person, "contactPoint"), "emailAddress")
        if mailbox is None or mailbox.id is None:
            return None
        if not mailbox.id.startswith("mailto:"):
            self.document.malformed(mailbox.path, "a mailto: address")
            return None
        return unquote(mailbox.id.removeprefix("mailto:"))

    # -- 7.4, 7.5

    def _signatory(self, parts: "_Parts") -> Signatory | None:
        name = _only(self.document, parts.awarding_notes, "signatory")
        if name is None:
            return None
        return self.document.build(
            Signatory,
            name.path,
            name=self.document.words(name, "noteLiteral"),
            role=self._note(parts.awarding_notes, "signatory-role"),
        )

    def _unit(self, part: _Node) -> Unit | None:
        document = self.document
        activity = document.node(part, "influencedBy")
        levels = document.codes(document.node(part, "specifiedBy"), "eqfLevel", "eqf")
        return document.build(
            Unit,
            part.path,
            title=document.text(part, "title"),
            provided_by=self._providers(activity, "directedBy"),
            ects=self._credits(part, "creditReceived"),
            eqf=int(levels[0]) if levels else None,
            chosen_from=self._note(document.notes(part), "unit-pool"),
            completed_on=document.day(document.node(activity, "temporal"), "endDate"),
        )

    def _requirements(self, parts: "_Parts") -> tuple[Requirement, ...]:
        document = self.document
        if parts.activity is None:
            return ()
        return _present(
            document.build(
                Requirement,
                activity.path,
                what=document.text(activity, "title"),
                on=document.day(document.node(activity, "temporal"), "endDate"),
            )
            for activity in document.nodes(parts.activity, "hasPart")
        )

    # -- 7.6, 7.7

    def _credits(self, node: _Node, name: str) -> Decimal | None:
        credit_point = self.document.node(node, name)
        return self.document.decimal(self.document.string(credit_point, "point"), (*node.path, name, "point"))

    def _workload(self, parts: "_Parts") -> Workload | None:
        path = (*parts.specification.path, "volumeOfLearning")
        hours = None
        volume = self.document.string(parts.specification, "volumeOfLearning")
        if volume is not None:
            matched = _HOURS.fullmatch(volume)
            if matched is None:
                self.document.malformed(path, "hours as duration, such as PT125H")
            else:
                seconds = int(matched[1]) * 3600 + int(matched[2] or 0) * 60 + int(matched[3] or 0)
                hours = Decimal(seconds) / 3600
        ects = self._credits(parts.specification, "creditPoint")
        return self.document.build(Workload, path, ects=ects, hours=hours)

    def _level(self, parts: "_Parts") -> Level | None:
        document, specification = self.document, parts.specification
        eqf = document.codes(specification, "eqfLevel", "eqf")
        nqf = document.codes(specification, "nqfLevel", "nqf")
        return document.build(
            Level,
            specification.path,
            eqf=int(eqf[0]) if eqf else None,
            nqf=nqf[0] if nqf else None,
            cycle=document.choice(specification, "educationLevel", _CYCLES),
        )

    # -- 7.8

    def _outcome(self, outcome: _Node) -> LearningOutcome | None:
        document = self.document
        skills = sorted(document.nodes(outcome, "relatedESCOSkill"), key=lambda skill: skill.id or "")
        return document.build(
            LearningOutcome,
            outcome.path,
            text=document.text(outcome, "title"),
            category=document.choice(outcome, "relatedSkill", _CATEGORIES),
            esco=_present(
                document.build(EscoSkill, skill.path, id=skill.id, label=document.text(skill, "prefLabel"))
                for skill in skills
            ),
            reuse=document.choice(outcome, "reusabilityLevel", _REUSES),
        )

    # -- 7.9

    def _mode_taken(self, parts: "_Parts") -> Any:  # noqa: ANN401 - validated by the type that takes it
        specification = self.document.node(parts.activity, "specifiedBy")
        mode = self.document.choice(specification, "mode", _MODES)
        if mode == "hybrid" and specification is not None:
            self.document.malformed((*specification.path, "mode"), "the form that this learner selected")
            return None
        return mode

    def _participation(
        self, parts: "_Parts", title: Mapping[str, str], types: Mapping[str, Path]
    ) -> Participation | None:
        document, activity = self.document, parts.activity
        activity_title = document.text(activity, "title")
        known = {*_TYPES, *_SUBTYPES, _MICRO_DEGREE}
        forms = [_FORMS[concept] for concept in types if concept in _FORMS]
        for concept, path in types.items():
            if concept not in known and concept not in _FORMS:
                self.find("concept-unexpected", path, "No concept that our form has here.")
        forms += document.chosen(document.node(activity, "specifiedBy"), "dcType", _FORMS)
        return document.build(
            Participation,
            parts.specification.path,
            mode=document.choice(parts.specification, "mode", _MODES),
            organisation=tuple(form for form in Form if form in forms),
            organisation_other=self._note(parts.notes, "other-form"),
            activity_title=None if activity_title == title else activity_title,
            timeframe=self._timeframe(parts),
            location=self._place(document.node(activity, "location")),
        )

    def _timeframe(self, parts: "_Parts") -> Any:  # noqa: ANN401 - validated by the type that takes it
        document = self.document
        information = document.node(parts.opportunity, "scheduleInformation")
        if information is not None:
            return document.choice(information, "subject", {_SELF_PACED: "self-paced"})
        period = document.node(parts.activity, "temporal")
        if period is None:
            return None
        return document.build(
            Period, period.path, starts=document.day(period, "startDate"), ends=document.day(period, "endDate")
        )

    # -- 7.10

    def _prerequisites(self, parts: "_Parts") -> Any:  # noqa: ANN401 - validated by the type that takes it
        document = self.document
        entry = document.node(parts.specification, "entryRequirement")
        formal = self._note(parts.notes, "formal-prerequisites")
        if entry is not None and document.chosen(
            entry, "subject", {_element("no-prerequisites"): True, _element("prerequisites"): False}
        ) == [True]:
            return "none"
        if entry is None and formal is None:
            return None
        return document.build(
            Prerequisites,
            parts.specification.path,
            knowledge_and_skills=document.text(entry, "noteLiteral"),
            formal=formal,
        )

    # -- 7.11, 7.12, 7.14

    def _assessments(self, parts: "_Parts") -> tuple[tuple[Assessment, ...], Grade | None, GradeDistribution | None]:
        document = self.document
        specifications = document.nodes(parts.specification, "provenBy")
        results = document.nodes(parts.achievement, "provenBy")
        around = next((spec for spec in specifications if self._is_overall(spec)), None)
        overall: _Node | None = None
        if around is not None:
            overall = next((result for result in results if self._described(result) == around.id), None)
            specifications = document.nodes(around, "hasPart")
            results = document.nodes(overall, "hasPart") if overall is not None else []
        elif len(results) == 1:
            overall = results[0]
        by_specification = {self._described(result): result for result in results}
        assessments = _present(
            self._assessment(specification, by_specification.get(specification.id)) for specification in specifications
        )
        return assessments, self._grade(overall, parts), self._distribution(overall)

    def _is_overall(self, specification: _Node) -> bool:
        return any(concept == _OVERALL for concept, _path in self.document.concept_ids(specification, "dcType"))

    def _described(self, result: _Node) -> str | None:
        specification = self.document.node(result, "specifiedBy")
        return specification.id if specification else None

    def _assessment(self, specification: _Node, result: _Node | None) -> Assessment | None:
        document = self.document
        notes = document.notes(specification)
        methods = document.chosen(specification, "dcType", _METHODS)
        for part in document.nodes(specification, "hasPart"):
            methods += document.chosen(part, "dcType", _METHODS)
        note = document.node(result, "grade")
        kind = document.choice(
            note,
            "subject",
            {_element("grade"): "overall", _element("assessment-grade"): "own", _element("no-grade"): "none"},
        )
        grade = None
        if kind == "own" and note is not None:
            grade = document.build(AssessmentGrade, note.path, value=document.words(note, "noteLiteral"))
        assessors = self._providers(result, "assessedBy")
        return document.build(
            Assessment,
            specification.path,
            title=document.text(specification, "title"),
            methods=tuple(method for method in AssessmentMethod if method in methods),
            methods_other=self._note(notes, "other-assessment"),
            formal=_element("formal-assessment") in notes,
            summative=_element("summative-assessment") in notes,
            assessed_by=() if assessors == (self._slug(self.awarding_body),) else assessors,
            supervision=self._supervision(specification, result),
            on=document.day(result, "dateIssued"),
            grade=grade,
        )

    def _supervision(self, specification: _Node, result: _Node | None) -> Supervision | None:
        pair = self.document.choice(result, "idVerification", _SUPERVISIONS)
        if pair is None:
            return None
        return Supervision(
            supervised=pair[0],
            identity_verified=pair[1],
            where=self.document.choice(specification, "mode", _PLACES),
        )

    def _grade(self, overall: _Node | None, parts: "_Parts") -> Grade | None:
        document = self.document
        note = document.node(overall, "grade")
        if note is None or [concept for concept, _ in document.concept_ids(note, "subject")] != [_element("grade")]:
            return None
        return document.build(
            Grade,
            note.path,
            value=document.words(note, "noteLiteral"),
            scheme=self._grading_scheme(parts),
            text=self._note(document.notes(overall), "grade-in-words"),
        )

    def _grading_scheme(self, parts: "_Parts") -> str | None:
        document = self.document
        found: dict[str, Path] = {}
        for specification in document.nodes(parts.specification, "provenBy"):
            for described in (specification, *document.nodes(specification, "hasPart")):
                scheme = document.node(described, "gradingScheme")
                identifier = document.node(scheme, "identifier")
                code = document.string(identifier, "notation")
                if scheme is None:
                    continue
                if code is None or document.string(identifier, "schemeName") != GRADING_SCHEME_CODE:
                    document.malformed(scheme.path, "a grading scheme with its code")
                else:
                    found[code] = scheme.path
        if len(found) > 1:
            self.find("element-repeated", max(found.values(), key=str), "One grading scheme is expected.")
        return min(found) if found else None

    def _distribution(self, overall: _Node | None) -> GradeDistribution | None:
        document = self.document
        distribution = document.node(overall, "resultDistribution")
        if distribution is None:
            return None
        notes = document.notes(overall)
        years = _YEARS.fullmatch(
            document.words(_only(document, notes, "grade-distribution-period"), "noteLiteral") or ""
        )
        fields = [
            concept.code
            for subject in notes
            if (concept := concept_by_id(subject)) is not None and concept.scheme == _ISCED_SCHEME
        ]
        return document.build(
            GradeDistribution,
            distribution.path,
            reference_group=document.text(distribution, self.description),
            isced_f=min(fields) if fields else None,
            first_year=int(years[1]) if years else None,
            last_year=int(years[2]) if years else None,
            passing_grades=_present(
                document.build(
                    GradeCount,
                    category.path,
                    grade=document.string(category, "label"),
                    count=category.value.get("count"),
                )
                for category in document.nodes(distribution, "resultCategory")
            ),
        )

    # -- 7.13

    def _quality_assurance(self, parts: "_Parts") -> QualityAssurance | None:
        document, notes = self.document, parts.awarding_notes
        description = self._note(notes, "quality-assurance")
        content = self._note(notes, "content-quality")
        basis = tuple(value for concept, value in _BASES.items() if concept in notes)
        esg = _element("quality-assurance-esg") in notes
        accreditation = document.node(parts.specification, "accreditation") or document.node(
            self.awarding_body, "accreditation"
        )
        if not (description or content or basis or esg or accreditation):
            return None
        agency = document.node(accreditation, "accreditingAgent")
        decision = None
        if accreditation is not None and document.node(accreditation, "decision") is not None:
            decision = document.build(
                QualityDecision,
                accreditation.path,
                title=document.text(accreditation, "title"),
                url=self._web_address(accreditation, "landingPage"),
                on=document.day(accreditation, "dateIssued"),
            )
        return document.build(
            QualityAssurance,
            parts.awarding.path,
            basis=basis,
            esg=esg,
            description=description,
            agency=self._organisation(agency) if agency else None,
            decision=decision,
            valid_until=document.day(accreditation, "expiryDate"),
            content=content,
        )

    # -- 7.15

    def _towards(self, entitlement: _Node) -> Towards | None:
        document = self.document
        notes = document.notes(entitlement)
        university = document.node(entitlement, "limitOrganisation")
        recognised = document.words(_only(document, notes, "ects-recognised"), "noteLiteral")
        return document.build(
            Towards,
            entitlement.path,
            kind=self._coded(notes, _TOWARDS),
            title=document.text(entitlement, "title"),
            university=self._university(university),
            ects_recognised=document.decimal(recognised, entitlement.path),
            condition=document.text(entitlement, self.description),
        )

    # -- 7.16

    def _further_information(self, parts: "_Parts") -> FurtherInformation | None:
        document, specification, notes = self.document, parts.specification, parts.notes
        admission = document.node(parts.opportunity, "admissionProcedure")
        fees = document.nodes(parts.opportunity, "priceDetail") if parts.opportunity else []
        tongues = [
            language_code(concept) or concept.rsplit("/", 1)[-1]
            for concept, _path in document.concept_ids(specification, "language")
        ]
        return document.build(
            FurtherInformation,
            specification.path,
            profile=self._note(notes, "profile"),
            target_groups=tuple(sorted(document.chosen(specification, "targetGroup", _TARGET_GROUPS))),
            languages=tuple(sorted(tongues)),
            availability=document.text(admission, "noteLiteral"),
            duration=document.string(specification, "maximumDuration"),
            fees=_present(self._fee(fee) for fee in fees),
            document_form=self._coded(notes, _DOCUMENT_FORMS),
            partners=self._partners(parts),
            appreciation=self._appreciation(parts),
            isced_f=tuple(document.codes(specification, "thematicArea", "isced-f")),
            other=_present(
                document.build(
                    OtherInformation,
                    note.path,
                    text=document.text(note, "noteLiteral"),
                    placement=Placement.DOCUMENT,
                )
                for note in notes.get(_element("other-information"), ())
            ),
            placement=_EVERYTHING_IN_DOCUMENT,
        )

    def _fee(self, fee: _Node) -> Fee | None:
        document = self.document
        amount = document.node(fee, "amount")
        units = document.codes(amount, "unit", "currency")
        return document.build(
            Fee,
            fee.path,
            what_for=self._coded(document.notes(fee), _FEES),
            amount=document.decimal(document.string(amount, "value"), (*fee.path, "amount", "value")),
            currency=units[0] if units else None,
            remark=document.text(fee, self.description),
        )

    def _addresses(self, node: _Node) -> Callable[[Mapping[str, str]], str | None]:
        """Addresses of the supplementary documents of a node, to be taken by title, each once."""
        waiting = [
            (self.document.text(page, "title"), self.document.string(page, "contentURL"))
            for page in self.document.nodes(node, "supplementaryDocument")
        ]

        def take(title: Mapping[str, str]) -> str | None:
            for position, (words, address) in enumerate(waiting):
                if words == title:
                    del waiting[position]
                    return address
            return None

        return take

    def _partners(self, parts: "_Parts") -> tuple[Partner, ...]:
        take = self._addresses(parts.achievement)
        found = []
        for note in parts.notes.get(_element("partnership"), ()):
            words = self.document.text(note, "noteLiteral") or {}
            lines = {language: text.partition("\n") for language, text in words.items()}
            name = {language: line for language, (line, _, _) in lines.items()}
            role = {language: rest for language, (_, _, rest) in lines.items() if rest}
            found.append(self.document.build(Partner, note.path, name=name, role=role or None, homepage=take(name)))
        return _present(found)

    def _appreciation(self, parts: "_Parts") -> tuple[Appreciation, ...]:
        take = self._addresses(parts.specification)
        found = []
        for note in parts.notes.get(_element("appreciation"), ()):
            words = self.document.text(note, "noteLiteral") or {}
            found.append(self.document.build(Appreciation, note.path, text=words, url=take(words)))
        return _present(found)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The main nodes of a document and the notes on them, by subject."""

    person: _Node
    achievement: _Node
    awarding: _Node
    specification: _Node
    activity: _Node | None
    opportunity: _Node | None
    awarding_notes: Mapping[str, Sequence[_Node]]
    notes: Mapping[str, Sequence[_Node]]
