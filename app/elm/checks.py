"""What SHACL demands and what it lets through: the format of a document, looked at as JSON (elm.md sections 1.2, 1.9).

Used before signing (lint) and by ``/verify``. One walk; every finding at once, each with a JSON pointer:

1. Required properties and their number, by class (EDC-generic-no-cv, EDC-generic-full), also of nodes referred to.
2. Concepts: the scheme that the property demands, membership where the list is complete, the registry's label.
3. Ids are absolute IRIs; equal ids mean equal content, because equal ids merge in the graph.
4. Literals in the lexical form of their datatype: Jena checks them, rdflib does not.

Not here: undefined terms (``jsonld``), the rules of the template (``template``), proofs. Never raises.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from app.elm.pointers import safe_pointer
from app.elm.vocabularies import ESCO_SKILLS, EUROPEAN_LISTS, concept_by_id, scheme_by_iri
from app.errors import Finding, Weight

Path: TypeAlias = tuple[str | int, ...]

_NO_CV: Final = "EDC-generic-no-cv 1.2.0"
_FULL: Final = "EDC-generic-full 1.2.0"
_XSD: Final = "XML Schema Definition Language 1.1, part 2"

MAX_FINDINGS: Final = 200

ONE: Final = 1
MANY: Final = 1_000_000

REQUIRED: Final[Mapping[str, Mapping[str, int]]] = {
    "Accreditation": {"title": MANY, "dcType": ONE, "accreditingAgent": ONE},
    "Address": {"countryCode": ONE},
    "Amount": {"unit": ONE, "value": ONE},
    "AwardingOpportunity": {"awardingBody": MANY},
    "AwardingProcess": {"awardingBody": MANY},
    "Claim": {"title": MANY, "awardedBy": ONE},
    "CreditPoint": {"framework": ONE, "point": ONE},
    "DisplayDetail": {"image": ONE, "page": ONE},
    "DisplayParameter": {"title": MANY, "primaryLanguage": ONE, "language": MANY, "individualDisplay": MANY},
    "EuropeanDigitalCredential": {
        "credentialProfiles": MANY,
        "credentialSchema": MANY,
        "credentialSubject": ONE,
        "displayParameter": ONE,
        "issued": ONE,
        "issuer": ONE,
        "validFrom": ONE,
    },
    "Evidence": {"dcType": ONE},
    "GradingScheme": {"title": MANY},
    "Grant": {"title": MANY},
    "Group": {"prefLabel": MANY},
    "Identifier": {"notation": ONE},
    "IndividualDisplay": {"language": ONE, "displayDetail": MANY},
    "LearningAchievement": {"title": MANY, "awardedBy": ONE},
    "LearningAchievementSpecification": {"title": MANY},
    "LearningActivity": {"title": MANY, "awardedBy": ONE},
    "LearningActivitySpecification": {"title": MANY},
    "LearningAssessment": {"title": MANY, "awardedBy": ONE, "grade": ONE},
    "LearningAssessmentSpecification": {"title": MANY},
    "LearningEntitlement": {"title": MANY, "awardedBy": ONE},
    "LearningEntitlementSpecification": {"title": MANY, "dcType": ONE, "entitlementStatus": ONE},
    "LearningOpportunity": {"title": MANY, "providedBy": MANY},
    "LearningOutcome": {"title": MANY},
    "LegalIdentifier": {"notation": ONE, "spatial": ONE},
    "Location": {"address": MANY},
    "MediaObject": {"content": ONE, "contentEncoding": ONE, "contentType": ONE},
    "Note": {"noteLiteral": MANY},
    "Organisation": {"legalName": MANY, "location": MANY},
    "Person": {"hasClaim": MANY},
    "Qualification": {"title": MANY},
    "ResultCategory": {"label": ONE, "count": ONE},
    "ShortenedGrading": {"percentageLower": ONE, "percentageEqual": ONE, "percentageHigher": ONE},
    "Specification": {"title": MANY},
    "VerificationCheck": {"elmSubject": ONE, "dcType": ONE, "verificationStatus": ONE},
    "WebResource": {"contentURL": ONE},
}
"""``sh:minCount 1`` by class, with ``sh:maxCount``. Tests hold it against the shapes."""

AT_MOST_ONE: Final[Mapping[str, frozenset[str]]] = {
    "AwardingProcess": frozenset({"awardingDate", "educationalSystemNote", "location"}),
    "LearningAchievement": frozenset({"learningOpportunity", "specifiedBy"}),
    "LearningActivity": frozenset({"learningOpportunity", "levelOfCompletion", "specifiedBy", "workload"}),
    "LearningAssessment": frozenset(
        {"dateIssued", "gradeStatus", "idVerification", "location", "proves", "resultDistribution", "shortenedGrading"}
        | {"specifiedBy"}
    ),
    "LearningAssessmentSpecification": frozenset({"dcType", "gradingScheme"}),
    "LearningOpportunity": frozenset(
        {"admissionProcedure", "duration", "learningSchedule", "scheduleInformation", "temporal"}
    ),
    "LearningOutcome": frozenset({"dcType", "reusabilityLevel"}),
    "Note": frozenset({"noteFormat", "subject"}),
    "Organisation": frozenset({"eIDASIdentifier", "logo", "registration"}),
    "Person": frozenset(
        {"dateOfBirth", "familyName", "fullName", "gender", "givenName", "location", "nationalID", "placeOfBirth"}
    ),
    "Qualification": frozenset(
        {"eqfLevel", "entryRequirement", "isPartialQualification", "learningOutcomeSummary", "learningSetting"}
        | {"maximumDuration", "volumeOfLearning"}
    ),
    "LearningAchievementSpecification": frozenset(
        {"entryRequirement", "learningOutcomeSummary", "learningSetting", "maximumDuration", "volumeOfLearning"}
    ),
}
"""``sh:maxCount 1`` of optional properties that a micro-credential uses."""


def _scheme(list_name: str) -> str:
    return EUROPEAN_LISTS[list_name].iri


SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {
    "Accreditation": {
        "dcType": _scheme("accreditation-type"),
        "limitEQFLevel": _scheme("eqf"),
        "limitField": _scheme("isced-f"),
    },
    "Address": {"countryCode": _scheme("country")},
    "Amount": {"unit": _scheme("currency")},
    "DisplayParameter": {"primaryLanguage": _scheme("language"), "language": _scheme("language")},
    "EuropeanDigitalCredential": {"credentialProfiles": _scheme("credential-profile")},
    "Evidence": {"dcType": _scheme("evidence-type")},
    "LearningAchievementSpecification": {
        "language": _scheme("language"),
        "learningSetting": _scheme("learning-setting"),
        "thematicArea": _scheme("isced-f"),
    },
    "LearningActivitySpecification": {"language": _scheme("language")},
    "LearningAssessmentSpecification": {"language": _scheme("language")},
    "LearningEntitlementSpecification": {"entitlementStatus": _scheme("entitlement-status")},
    "LearningOutcome": {
        "dcType": _scheme("skill-type"),
        "relatedESCOSkill": ESCO_SKILLS,
        "reusabilityLevel": _scheme("skill-reuse-level"),
    },
    "LegalIdentifier": {"spatial": _scheme("country")},
    "Person": {"citizenshipCountry": _scheme("country")},
    "Qualification": {
        "eqfLevel": _scheme("eqf"),
        "language": _scheme("language"),
        "learningSetting": _scheme("learning-setting"),
        "nqfLevel": _scheme("nqf"),
        "thematicArea": _scheme("isced-f"),
    },
    "VerificationCheck": {
        "dcType": _scheme("verification-check"),
        "verificationStatus": _scheme("verification-status"),
    },
    "WebResource": {"language": _scheme("language")},
}
"""Which scheme EDC-generic-full demands of the concepts of a property (``sh:hasValue`` of ``skos:inScheme``)."""

_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION: Final = re.compile(
    r"P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"
)
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def _is_date_time(value: object) -> bool:
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_duration(value: object) -> bool:
    return isinstance(value, str) and _DURATION.fullmatch(value) is not None


def _is_decimal(value: object) -> bool:
    # A JSON number with a fraction becomes 4.95E1, which is no xsd:decimal; an integer stays one (elm.md 1.3).
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and _DECIMAL.fullmatch(value) is not None
    )


def _is_integer(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and value.isascii() and value.isdigit()
    )


def _is_positive(value: object) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and value > 0
    return _is_integer(value) and isinstance(value, str) and value.strip("0") != ""


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool) or value in ("true", "false")


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_iri(value: object) -> bool:
    return isinstance(value, str) and _IRI.fullmatch(value) is not None


def _is_address(value: object) -> bool:
    # A literal, not an IRI of the graph: xsd:anyURI takes any characters (XML Schema 1.1-2, 3.3.17).
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _is_base64(value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_text(value: object) -> bool:
    """A language map: tag to text, or to several texts."""
    if not isinstance(value, dict) or not value:
        return False
    for tag, text in value.items():
        if not _LANGUAGE_TAG.fullmatch(tag):
            return False
        if isinstance(text, list):
            if not text or not all(isinstance(item, str) for item in text):
                return False
        elif not isinstance(text, str):
            return False
    return True


def _is_unique_text(value: object) -> bool:
    return (
        _is_text(value)
        and isinstance(value, dict)
        and not any(isinstance(text, list) and len(text) > 1 for text in value.values())
    )


_Test: TypeAlias = Callable[[object], bool]


def _kinds(test: _Test, what: str, *names: str) -> Iterator[tuple[str, tuple[_Test, str]]]:
    return ((name, (test, what)) for name in names)


_LITERALS: Final[Mapping[str, tuple[_Test, str]]] = dict(
    (
        *_kinds(
            _is_date_time,
            "xsd:dateTime with time zone",
            *(
                "awardingDate",
                "dateOfBirth",
                "dateIssued",
                "startDate",
                "endDate",
                "expiryDate",
                "reviewDate",
                "issued",
            ),
            *("issuanceDate", "validFrom", "validUntil", "expirationDate", "applicationDeadline", "dateModified"),
        ),
        *_kinds(_is_duration, "xsd:duration", "duration", "maximumDuration", "volumeOfLearning", "workload"),
        *_kinds(_is_decimal, "xsd:decimal, as string if it has a fraction", "value"),
        *_kinds(_is_positive, "xsd:positiveInteger", "count", "page", "levelOfCompletion"),
        *_kinds(_is_integer, "xsd:integer", "percentageLower", "percentageEqual", "percentageHigher", "contentSize"),
        *_kinds(_is_boolean, "xsd:boolean", "isPartialQualification"),
        *_kinds(_is_string, "xsd:string", "point", "label", "schemeName", "schemeVersion", "summaryDisplay", "score"),
        *_kinds(_is_string, "xsd:string", "evidenceStatement", "contactHour", "maximumScore", "minimumScore"),
        *_kinds(_is_address, "xsd:anyURI with scheme", "contentURL", "schemeId"),
        *_kinds(_is_base64, "base64", "content"),
        *_kinds(_is_text, "text by language", "altLabel", "category", "noteLiteral", "birthName", "geographicName"),
        *_kinds(_is_text, "text by language", "familyName", "fullName", "givenName", "patronymicName"),
        *_kinds(_is_unique_text, "one text for each language", "title", "elmDescription", "prefLabel", "legalName"),
    )
)

_OUTSIDE: Final = frozenset({"@context", "proof", "credentialStatus", "relatedResource"})
"""Members of the credential that are not ELM: other rooms look at them."""


def check_format(document: object) -> list[Finding]:
    """Every way in which a document is not what EDC and this form demand; see the module's docstring."""
    if not isinstance(document, dict):
        return [Finding("element-malformed", "#", "A credential is a JSON object.")]
    walk = _Walk(document)
    try:
        walk.run()
    except RecursionError:
        walk.find("document-too-deep", (), "The document is nested too deeply to be looked at.", None)
    return walk.findings


_Step: TypeAlias = tuple["_Step | None", str, int | None]
"""Where a node hangs: the node above, the member, the place in its array. Only a finding needs the whole path."""


def _path(step: _Step | None, *last: str) -> Path:
    found: list[str | int] = list(reversed(last))
    while step is not None:
        step_above, name, place = step
        if place is not None:
            found.append(place)
        found.append(name)
        step = step_above
    return tuple(reversed(found))


class _Walk:
    """One walk over one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.findings: list[Finding] = []
        self._document = document
        self._nodes: list[tuple[dict[str, Any], _Step | None]] = []
        self._full: dict[str, dict[str, Any]] = {}
        """Nodes in full by id: a reference may come first."""
        self._looked_at: set[str] = set()

    def find(self, code: str, path: Path, detail: str, citation: str | None, weight: Weight = Weight.REQUIRED) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(code, safe_pointer(path), detail, citation, weight))

    def run(self) -> None:
        """Look at every node once; what only refers must refer to something."""
        self._collect({name: value for name, value in self._document.items() if name not in _OUTSIDE})
        for node, step in self._nodes:
            if self._is_new(node, step):
                self._types(node, step)
                self._literals(node, step)
        issuer = self._document.get("issuer")
        if not isinstance(issuer, dict):
            self.find("property-malformed", ("issuer",), "The issuer is an Organisation with its identifiers.", _NO_CV)
            return
        held = self._full.get(str(issuer.get("id")), issuer) if _is_reference(issuer) else issuer
        if not isinstance(held.get("eIDASIdentifier"), dict):
            self.find("property-missing", ("issuer", "eIDASIdentifier"), "The issuer needs one.", _NO_CV)

    def _collect(self, body: dict[str, Any]) -> None:
        """List the nodes of the document in its order, and index those that stand in full."""
        waiting: list[tuple[dict[str, Any], _Step | None]] = [(body, None)]
        while waiting:
            entry = waiting.pop()
            self._nodes.append(entry)
            node, step = entry
            node_id = node.get("id")
            if isinstance(node_id, str) and node_id not in self._full and not _is_reference(node):
                self._full[node_id] = node
            for name, value in node.items():
                if type(value) is str:
                    continue
                if isinstance(value, dict):
                    # A language map is no node, and what hides there is malformed; schemes are looked at with concepts.
                    if name not in _LITERALS and name != "inScheme":
                        waiting.append((value, (step, name, None)))
                elif isinstance(value, list) and name not in _LITERALS:
                    for place, item in enumerate(value):
                        if isinstance(item, dict):
                            waiting.append((item, (step, name, place)))

    def _is_new(self, node: dict[str, Any], step: _Step | None) -> bool:
        """Look at the id; say whether the node itself is still to be looked at."""
        node_id = node.get("id")
        if node_id is None:
            return True
        if not isinstance(node_id, str) or not _is_iri(node_id):
            self.find("id-not-absolute", _path(step, "id"), "An id is an absolute IRI.", "JSON-LD 1.1, 3.3")
            return True
        if _is_reference(node):
            kind = node.get("type")
            if node_id in self._full or not isinstance(kind, str):
                return False
            if kind in REQUIRED:
                self.find("node-missing", _path(step), f"This {kind} is referred to and stands nowhere.", _NO_CV)
            elif kind == "Concept":
                self._concept_reference(node_id, step)
            return False
        first = node_id not in self._looked_at
        self._looked_at.add(node_id)
        held = self._full[node_id]
        if held is node or held == node:
            return first  # an equal copy holds equal copies: what is inside is looked at once
        if _own_content(held) != _own_content(node):
            self.find(
                "id-collision", _path(step), "Another node has this id and other content.", "RDF 1.1 Concepts, 3.2"
            )
        return True

    def _types(self, node: dict[str, Any], step: _Step | None) -> None:
        kind = node.get("type")
        for one in (kind,) if isinstance(kind, str) else tuple(kind) if isinstance(kind, list) else ():
            if one == "Concept":
                self._concept(node, step)
            elif isinstance(one, str) and one in REQUIRED:
                self._class(one, node, step)

    def _literals(self, node: dict[str, Any], step: _Step | None) -> None:
        for name, value in node.items():
            literal = _LITERALS.get(name)
            if literal is not None:
                for item in value if isinstance(value, list) else (value,):
                    if not literal[0](item):
                        self.find("literal-malformed", _path(step, name), f"Expected: {literal[1]}.", _XSD)
            elif isinstance(value, float):
                self.find("literal-malformed", _path(step, name), "A number with a fraction loses its form.", _XSD)

    def _class(self, kind: str, node: dict[str, Any], step: _Step | None) -> None:
        for name, most in REQUIRED[kind].items():
            value = node.get(name)
            if value in (None, [], {}):
                self.find("property-missing", _path(step, name), f"{kind}: {name} is required.", _NO_CV)
            elif most == ONE and isinstance(value, list) and len(value) > 1:
                self.find("property-repeated", _path(step, name), f"{kind}: one {name} is allowed.", _NO_CV)
        for name in AT_MOST_ONE.get(kind, ()):
            value = node.get(name)
            if isinstance(value, list) and len(value) > 1:
                self.find("property-repeated", _path(step, name), f"{kind}: one {name} is allowed.", _NO_CV)
        for name, scheme in SCHEMES.get(kind, {}).items():
            value = node.get(name)
            for concept in value if isinstance(value, list) else (value,):
                if concept is not None and not self._is_in_scheme(concept, scheme):
                    self.find("concept-wrong-scheme", _path(step, name), f"A concept of {scheme} is required.", _FULL)

    def _is_in_scheme(self, value: object, scheme: str) -> bool:
        held: object = value
        if isinstance(value, dict) and "inScheme" not in value:
            iri = value.get("id")
            held = self._full.get(iri) if isinstance(iri, str) else None
        return isinstance(held, dict) and scheme in _scheme_ids(held)

    def _concept_reference(self, iri: str, step: _Step | None) -> None:
        """A concept that stands nowhere in full, because a note says its label: a member of a scheme of ours exists."""
        scheme = scheme_by_iri(iri.partition("#")[0])
        if scheme is not None and concept_by_id(iri) is None:
            self.find("concept-not-in-scheme", _path(step), f"{scheme.label}: no such member.", scheme.iri)

    def _concept(self, node: dict[str, Any], step: _Step | None) -> None:
        iri = node.get("id")
        if not isinstance(iri, str):
            self.find("concept-without-id", _path(step), "A concept is named by its id.", _FULL)
            return
        schemes = _scheme_ids(node)
        known = concept_by_id(iri)
        if known is None:
            for scheme in schemes:
                held = scheme_by_iri(scheme)
                if held is not None and held.complete:
                    self.find("concept-not-in-scheme", _path(step), f"{held.label}: no such member.", held.iri)
                elif not _is_iri(scheme):
                    self.find("id-not-absolute", _path(step, "inScheme"), "An id is an absolute IRI.", None)
            return
        if schemes != [known.scheme]:
            self.find("concept-wrong-scheme", _path(step), "This concept belongs to another scheme.", known.scheme)
        label = node.get("prefLabel")
        for tag, text in label.items() if isinstance(label, dict) else ():
            if tag in known.labels and text != known.labels[tag]:
                weight = Weight.REQUIRED if _is_ours(known.scheme) else Weight.RECOMMENDED
                detail = "The label is not that of the concept."
                self.find("concept-wrong-label", _path(step, "prefLabel", tag), detail, known.scheme, weight)


def _is_ours(scheme: str) -> bool:
    held = scheme_by_iri(scheme)
    return held is not None and held.own


def _scheme_ids(concept: Mapping[str, Any]) -> list[str]:
    value = concept.get("inScheme")
    schemes = value if isinstance(value, list) else (value,)
    found = [scheme.get("id") if isinstance(scheme, dict) else scheme for scheme in schemes]
    return [iri for iri in found if isinstance(iri, str)]


def _own_content(node: Mapping[str, Any]) -> object:
    """What a node says itself: nodes inside are told by their ids, so a copy and a reference are the same."""

    def shallow(value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            return {"id": value["id"]}
        if isinstance(value, list):
            return [shallow(item) for item in value]
        return value

    return {name: shallow(value) for name, value in node.items()}


def _is_reference(node: Mapping[str, Any]) -> bool:
    return len(node) <= 2 and node.keys() <= {"id", "type"}  # noqa: PLR2004 - the two of them
