"""Template elements to the European Learning Model: one function for each element of section 7.

``map_award`` makes the frozen tree of one award revision, from which every copy is rendered: it knows the learner, not
the holder's wallet, the status list or the time of issuing. Pure: the same statement gives the same tree.

Invariants:

1. Each node stands once in full, everywhere else as ``{id, type}``. Equal id, equal content.
2. Ids are ``urn:epass:<kind>:<n>`` for nodes with a value of the learner's own, such as a name, a number, a day or a
   grade (*personal* nodes), and ``enhance:<kind>:<n>`` for all others; each kind is counted from 1 in the order of
   making, through both. Universities have their DID. The number also carries the order of lists, which a JSON array
   does not: the signed graph is a set. Why two names: docs/decisions/0012-moulds.md.
3. Every concept comes from :mod:`app.elm.vocabularies` with the labels it has there.
4. What is not in ``in_document(statement)`` is not in the tree.
5. Language tags are in lower case, as JSON-LD processors write them; some refuse a document that changes when it is
   compacted. The reader restores their usual case.

Paths below: A is the learning achievement, Q its specification, Act and ActS the learning activity and its
specification, As and AsS likewise for assessments, Opp the learning opportunity (elm.md section 2).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Final, TypeAlias
from urllib.parse import quote

from app.elm.artwork import artwork_base64
from app.elm.placing import in_document
from app.elm.vocabularies import ESCO_SKILLS, Concept, codes, concept_by_id, european, language_of_tag, own
from app.errors import Family, ServiceError
from app.jsonld.contexts import VOCABULARY_BASE
from app.template.alliance import ALLIANCE_NAME, MEMBERS, AwardingBody, Member
from app.template.declarations import (
    AUTOMATIC_RECOGNITION,
    EDITION,
    KIND,
    LANGUAGES,
    NO_GRADE,
    NOT_A_DEGREE,
    Declaration,
    awarded_by,
    eqf_level,
    leading_role,
)
from app.template.elements import (
    TEMPLATE_EDITION,
    Appreciation,
    Assessment,
    AssessmentMethod,
    Cycle,
    Fee,
    Form,
    GradeDistribution,
    Mode,
    Offering,
    Organisation,
    OtherLearnerData,
    OutcomeCategory,
    Partner,
    Period,
    Place,
    Prerequisites,
    Provider,
    QualityAssurance,
    Statement,
    StudentIdentifierScheme,
    Subtype,
    SupervisionPlace,
    Towards,
    Type,
    Unit,
)
from app.template.grading import SCHEMES

Node: TypeAlias = dict[str, Any]
Tree: TypeAlias = Mapping[str, Any]
"""JSON-serialisable. Nodes are shared with tables of this module: never write into a tree."""

MAPPING_VERSION: Final = "1"
"""Changes when the same statement gives another tree, so also when the words of :mod:`app.template.declarations` or the
labels of :mod:`app.elm.own_schemes` change; stored beside the tree, never in it."""

PROFILE_SCHEMA: Final = "http://data.europa.eu/snb/model/ap/edc-generic-full"

CERTIFICATE_NUMBER: Final = "Certificate number"
MEMBER_SLUG: Final = "University of the ENHANCE Alliance"
IDENTIFIER_SCHEMES: Final[Mapping[StudentIdentifierScheme, str]] = {
    StudentIdentifierScheme.STUDENT_NUMBER: "Student identification number",
    StudentIdentifierScheme.ESI: "European Student Identifier",
}
GRADING_SCHEME_CODE: Final = "Grading scheme code"

MODES: Final[Mapping[str, str]] = {
    Mode.ON_SITE: "9191af2ed9",
    Mode.ONLINE: "920fbb3cbe",
    Mode.BLENDED: "e92d221e4d",
    Mode.HYBRID: "c_3a90b26d",
}
"""Members of the EU list mode-of-learning-and-assessment; "Presential" is on-site."""

OPPORTUNITY_FORMS: Final[Mapping[Form, str]] = {
    Form.COURSE: "05053c1cbe",
    Form.MOOC: "17744a2647",
    Form.SHORT_LEARNING_PROGRAMME: "74a4a268e8",
    Form.SERVICE_BASED_LEARNING: "8b965da2d4",
}
"""Forms of 7.9 (b) that the EU list learning-opportunity-type has: dcType of Q and Opp."""

ACTIVITY_FORMS: Final[Mapping[Form, str]] = {
    Form.WORKSHOP: "efff75e10a",
    Form.VOLUNTEERING: "59eaf34fab",
    Form.WORK_EXPERIENCE: "4357e0e681",
}
"""Forms of 7.9 (b) that the EU list learning-activity-type has: dcType of ActS. All other forms are ours, in Q."""

ASSESSMENT_METHODS: Final[Mapping[AssessmentMethod, str]] = {
    AssessmentMethod.WRITTEN_EXAMINATION: "6e6cb2cc78",
    AssessmentMethod.ORAL_EXAMINATION: "d30284d7df",
    AssessmentMethod.PRACTICAL_EXAMINATION: "6a4db9f11d",
    AssessmentMethod.QUIZ: "b1b68f6735",
    AssessmentMethod.MARKED_ASSIGNMENT: "2939dae15f",
    AssessmentMethod.CONTINUOUS_EVALUATION: "3484bd7e51",
    AssessmentMethod.PROJECT_WORK: "795dac4096",
    AssessmentMethod.PORTFOLIO: "4f03b91c0e",
    AssessmentMethod.ARTEFACT: "de4d165a6c",
    AssessmentMethod.PRESENTATION: "c_04b30a72",
    AssessmentMethod.GROUP_PERFORMANCE: "56539a6507",
    AssessmentMethod.PROBLEM_BASED_LEARNING: "c4256a2726",
    AssessmentMethod.PEER_ASSESSMENT: "19a2e5e671",
    AssessmentMethod.PEER_REVIEW: "812e3b0ae1",
    AssessmentMethod.SELF_ASSESSMENT: "c_2b3bd410",
    AssessmentMethod.GUIDED_SELF_ASSESSMENT: "c_4f874951",
    AssessmentMethod.LEVEL_OF_ATTENDANCE: "7331eb4762",
}
"""Members of the EU list assessment-type; the other methods are concepts of ours."""

SUPERVISION: Final[Mapping[tuple[bool, bool], str]] = {
    (False, False): "c598449d64",
    (False, True): "df2880c5cb",
    (True, False): "44314532f9",
    (True, True): "70be69aaf9",
}
"""(supervised, identity verified) to the EU list supervision-verification."""

SUPERVISION_PLACES: Final[Mapping[SupervisionPlace, str]] = {
    SupervisionPlace.ONLINE: MODES[Mode.ONLINE],
    SupervisionPlace.ON_SITE: MODES[Mode.ON_SITE],
}

TYPOLOGY: Final[Mapping[Subtype, str]] = {
    Subtype.ACADEMIC: "academic-certificate",
    Subtype.SPECIALISATION: "specialisation-certificate",
    Subtype.ACHIEVEMENT: "achievement-badge",
    Subtype.SERVICE: "service-badge",
}
CYCLES: Final[Mapping[Cycle, str]] = {cycle: f"{cycle}-cycle" for cycle in Cycle}
SKILL_TYPES: Final[Mapping[OutcomeCategory, str]] = {
    OutcomeCategory.KNOWLEDGE: "knowledge",
    OutcomeCategory.SKILLS: "skill",
    OutcomeCategory.RESPONSIBILITY_AUTONOMY: "skill",
}

_ACHIEVEMENT_ORDER: Final = (
    *("id", "type", "title", "awardedBy", "hasPart", "specifiedBy", "creditReceived", "influencedBy"),
    *("learningOpportunity", "provenBy", "supplementaryDocument"),
)

_ENGLISH: Final = frozenset({"en"})

ECTS: Final = european("credit-system", "6fcec5c5af")
_BASE64: Final = european("content-encoding", "6146cde7dd")
_PNG: Final = european("file-type", "PNG")
_GENERIC_PROFILE: Final = european("credential-profile", "e34929035b")
_LEARNING_OPPORTUNITY: Final = european("entitlement-type", "64aad92881")
_PROSPECTIVE: Final = european("entitlement-status", "5b8d6b34fb")
_PROGRAMME_QUALITY: Final = european("accreditation-type", "820101cba6")
_INSTITUTIONAL_QUALITY: Final = european("accreditation-type", "bb4618238e")
_POSITIVE: Final = european("accreditation-decision", "c_0ab66479")


COMMON: Final = "enhance:"
"""Ids of nodes in which learners of one course do not differ. In code point order they come before ``mailto:``, the
first of all names that hang on the learner: what stands before it in canonical form is hashed once for all of them."""
PERSONAL: Final = "urn:epass:"
"""Ids of all other nodes, as the software of European Digital Credentials writes them (elm.md section 1.3)."""


class MappingRefused(ServiceError):
    """The statement names somebody whom this deployment does not know."""

    code: ClassVar[str] = "mapping-refused"
    title: ClassVar[str] = "The statement cannot be written as a document"
    family: ClassVar[Family] = Family.RULE_BROKEN


def map_award(
    statement: Statement, body: AwardingBody, members: Mapping[str, AwardingBody], *, certificate_number: str
) -> Tree:
    """Map what a micro-credential says to the ELM tree from which every copy of it is rendered.

    Args:
        statement: the offering as the award narrows it, and the award.
        body: the awarding body, whose slug the offering names.
        members: the universities that have a DID here, by slug; others of the alliance are described by public facts.
        certificate_number: the awarding body's own number of this award; the same for each later revision.

    Returns:
        ``identifier``, ``credentialSchema``, ``credentialProfiles``, ``issuer``, ``displayParameter`` and
        ``credentialSubject`` of the document, with ``elmDescription`` for dcterms:description.

    Raises:
        MappingRefused: the statement names a university that nobody knows, or another awarding body.
        UnknownCode: a code is not in its list. The rules of the template find both before.
    """
    placed = in_document(statement)
    if placed.offering.awarding_body != body.slug:
        raise MappingRefused("The awarding body is not the one that the offering names.")
    draft = _Draft(placed, body, members)
    for element in _ELEMENTS:
        element(draft)
    return draft.tree(certificate_number)


@cache  # bounded: some 1,400 concepts by the subsets of eight label languages that titles use
def _concept_node(concept_id: str, languages: frozenset[str]) -> Node:
    concept = concept_by_id(concept_id)
    assert concept is not None, "only registered concepts get here"
    return {
        "id": concept.iri,
        "type": "Concept",
        "inScheme": {"id": concept.scheme, "type": "ConceptScheme"},
        "prefLabel": concept.label(languages),
    }


@cache  # bounded: one entry for each registered concept
def _concept_reference(concept_id: str) -> Node:
    return {"id": concept_id, "type": "Concept"}


def _midnight(day: date) -> str:
    """A day as ``xsd:dateTime``: midnight with Z, never shifted by a time zone (elm.md section 1.3)."""
    return f"{day.isoformat()}T00:00:00Z"


def decimal_text(value: Decimal) -> str:
    """A decimal as ``xsd:decimal`` without exponent and trailing zeros; never a JSON number (elm.md section 1.3)."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def hours_as_duration(hours: Decimal) -> str:
    """Hours with at most two places as ``xsd:duration``: a hundredth of an hour is 36 seconds."""
    minutes, seconds = divmod(int(hours * 3600), 60)
    whole, minutes = divmod(minutes, 60)
    return f"PT{whole}H" + (f"{minutes}M" if minutes else "") + (f"{seconds}S" if seconds else "")


def mailbox_iri(address: str) -> str:
    """An e-mail address as IRI (RFC 6068, section 2)."""
    return "mailto:" + quote(address, safe="@!$'*+-._~")


def _text(words: Mapping[str, str]) -> dict[str, str]:
    # Tags of one text never differ in case alone: requests have each tag in its usual case.
    lower = {tag.lower(): text for tag, text in words.items()}
    return dict(sorted(lower.items())) if len(lower) > 1 else lower


def _one_or_many(values: list[Any]) -> Any:  # noqa: ANN401 - JSON
    """A single value stands alone, as in the files that the European Union seals."""
    return values[0] if len(values) == 1 else values


def _reference(node: Node) -> Node:
    return {"id": node["id"], "type": node["type"]}


class _Draft:
    """A tree in the making: the main nodes, the notes they will carry, and which ids are used."""

    def __init__(self, placed: Statement, body: AwardingBody, members: Mapping[str, AwardingBody]) -> None:
        self.offering = placed.offering
        self.award = placed.award
        self.body = body
        self.members = members
        self.languages = frozenset(self.offering.title) & frozenset(LANGUAGES)
        self.primary = _primary_language(_text(self.offering.title), body.default_language)
        self._numbers: dict[str, int] = {}
        self._placed: set[str] = set()
        self._interned: dict[tuple[str, str], Node] = {}
        self.notes: dict[str, list[Node]] = {}

        level = self.offering.level
        self.is_qualification = not (level.eqf is None and level.nqf is None and level.cycle is None)
        self.issuer = self._awarding_body_node()
        self.display: Node = {}
        self.person = self.node("person", "Person", personal=True)
        self.achievement = self.node("learningAchievement", "LearningAchievement")
        self.awarding = self.node("awardingProcess", "AwardingProcess", personal=True)
        self.specification = (
            self.node("qualification", "Qualification")
            if self.is_qualification
            else self.node("learningAchievementSpec", "LearningAchievementSpecification")
        )
        # Filled by the elements that need them; a node that stays without content is left out of the tree.
        self.activity: Node = {}
        self.activity_specification: Node = {}
        self.opportunity: Node = {}

    # -- nodes

    def node(self, kind: str, node_type: str, *, personal: bool = False, **members: Any) -> Node:  # noqa: ANN401 - JSON
        """A new node with the next number of its kind; ``personal`` where it holds what differs between learners."""
        number = self._numbers.get(kind, 0) + 1
        self._numbers[kind] = number
        return {"id": f"{PERSONAL if personal else COMMON}{kind}:{number}", "type": node_type, **members}

    def shared(self, kind: str, node_type: str, key: str, make: Callable[[], Node], *, personal: bool = False) -> Node:
        """A node that is made once for ``key`` and referred to afterwards: equal content, equal id."""
        held = self._interned.get((kind, key))
        if held is not None:
            return _reference(held)
        self._interned[kind, key] = made = self.node(kind, node_type, personal=personal)
        made |= make()
        return made

    def concept(self, concept: Concept) -> Node:
        """The concept with its labels in the document's languages, or a reference where it stands already."""
        if concept.iri in self._placed:
            return _concept_reference(concept.iri)
        self._placed.add(concept.iri)
        return _concept_node(concept.iri, self.languages)

    def subject(self, concept: Concept) -> Node:
        """The subject of a note, in English alone: machines read it, people read the note."""
        if concept.iri in self._placed:
            return _concept_reference(concept.iri)
        self._placed.add(concept.iri)
        return _concept_node(concept.iri, _ENGLISH)

    def concepts(self, concepts: Iterable[Concept]) -> Any:  # noqa: ANN401 - JSON
        return _one_or_many([self.concept(concept) for concept in concepts])

    def note(self, words: Mapping[str, str], subject: Concept, *, personal: bool = False) -> Node:
        """A note that carries the element ``subject``."""
        return self.node("note", "Note", personal=personal, noteLiteral=_text(words), subject=self.subject(subject))

    def coded_note(self, subject: Concept) -> Node:
        """A note that says what its subject is: the form of values that ELM has no property for.

        Its words are the label of the concept, so a concept of ours is only referred to: its id names its scheme, where
        it is described, and :func:`app.elm.checks.check_format` knows its members.
        """
        words, ours = subject.label(self.languages), subject.scheme.startswith(VOCABULARY_BASE)
        held = _concept_reference(subject.iri) if ours else self.subject(subject)
        return self.node("note", "Note", noteLiteral=words, subject=held)

    def declared(self, declaration: Declaration, subject: Concept) -> Node:
        """A note that says what every rendering says without being asked."""
        return self.note(declaration.in_languages(self.languages), subject)

    def add_note(self, place: str, words: Mapping[str, str], element: str) -> None:
        """Add a note on the template element ``element`` to ``additionalNote`` of a main node."""
        note = self.note(words, own("template-element", element), personal=place == "P")
        self.notes.setdefault(place, []).append(note)

    def add_declared(self, place: str, declaration: Declaration, subject: Concept) -> None:
        """Add a note on what is said without being asked to ``additionalNote`` of a main node."""
        self.notes.setdefault(place, []).append(self.declared(declaration, subject))

    def add_coded_note(self, place: str, subject: Concept) -> None:
        """Add a note on a chosen value to ``additionalNote`` of a main node."""
        self.notes.setdefault(place, []).append(self.coded_note(subject))

    # -- things that several elements say

    def address(self, country: str, full_address: str | None = None) -> Node:
        def make() -> Node:
            made: Node = {"countryCode": self.concept(european("country", country))}
            if full_address is not None:
                made["fullAddress"] = self.node("note", "Note", noteLiteral={self.body.default_language: full_address})
            return made

        return self.shared("address", "Address", f"{country} {full_address}", make)

    def place(self, place: Place, *, personal: bool = False) -> Node:
        """A country and the name of a town, campus or venue."""
        return self.location(place.country, place.name, personal=personal)

    def location(
        self,
        country: str,
        name: Mapping[str, str] | None,
        full_address: str | None = None,
        *,
        personal: bool = False,
    ) -> Node:
        def make() -> Node:
            made: Node = {"address": self.address(country, full_address)}
            if name is not None:
                made["geographicName"] = _text(name)
            return made

        key = f"{country} {full_address} {sorted(name.items()) if name else None}"
        return self.shared("location", "Location", key, make, personal=personal)

    def web_resource(self, url: str, title: Mapping[str, str] | None = None) -> Node:
        def make() -> Node:
            return {"contentURL": url, **({"title": _text(title)} if title else {})}

        if title is not None:
            return self.node("webResource", "WebResource") | make()
        return self.shared("webResource", "WebResource", url, make)

    def period(self, period: Period) -> Node:
        return self.shared(
            "period",
            "PeriodOfTime",
            f"{period.starts}/{period.ends}",
            lambda: {"startDate": _midnight(period.starts), "endDate": _midnight(period.ends)},
        )

    def until(self, day: date) -> Node:
        """The end of what a learner did on a day of his or her own."""
        return self.shared("period", "PeriodOfTime", f"/{day}", lambda: {"endDate": _midnight(day)}, personal=True)

    def credit_point(self, ects: Decimal) -> Node:
        point = decimal_text(ects)
        return self.shared(
            "creditPoint", "CreditPoint", point, lambda: {"framework": self.concept(ECTS), "point": point}
        )

    def _university(self, body: AwardingBody, region: Mapping[str, str] | None) -> Node:
        node: Node = {"id": body.did, "type": "Organisation", "legalName": _text(body.legal_name)}
        node["altLabel"] = {"en": body.short_name}
        node["eIDASIdentifier"] = self.node(
            "legalIdentifier",
            "LegalIdentifier",
            notation=body.eidas_identifier,
            spatial=self.concept(european("country", body.country)),
        )
        if body.identifiers:
            node["identifier"] = _one_or_many(
                [
                    self.node("identifier", "Identifier", schemeName=identifier.scheme, notation=identifier.value)
                    for identifier in body.identifiers
                ]
            )
        node["location"] = self.location(body.country, region, body.address)
        node["homepage"] = self.web_resource(body.homepage)
        return node

    def _member(self, member: Member) -> Node:
        """A university of the alliance that has no DID here: its public facts, and its slug to be known again by."""
        return self.node(
            "org",
            "Organisation",
            legalName=_text(member.legal_name),
            altLabel={"en": member.short_name},
            identifier=self.node("identifier", "Identifier", schemeName=MEMBER_SLUG, notation=member.slug),
            location=self.location(member.country, None),
            homepage=self.web_resource(member.homepage),
        )

    def _awarding_body_node(self) -> Node:
        """7.3, 7.4: the university, its country and region, and the alliance for which it awards."""
        node = self._university(self.body, self.offering.region)
        self._interned["university", self.body.slug] = node
        if self.body.is_member:
            recognition = self.declared(AUTOMATIC_RECOGNITION, own("template-element", "automatic-recognition"))
            node["groupMemberOf"] = self.node(
                "group", "Group", prefLabel={"en": ALLIANCE_NAME}, additionalNote=recognition
            )
        return node

    def provider(self, provider: Provider) -> Node:
        """A university of the alliance, by its DID where it has one here, or another organisation."""
        if isinstance(provider, str):
            held = self._interned.get(("university", provider))
            if held is not None:
                return _reference(held)
            partner = self.members.get(provider)
            node = self._university(partner, None) if partner else self._member(_member(provider))
            self._interned["university", provider] = node
            return node
        return self.organisation(provider)

    def organisation(self, organisation: Organisation) -> Node:
        """An organisation outside the alliance."""

        def make() -> Node:
            made: Node = {
                "legalName": _text(organisation.name),
                "location": self.location(organisation.country, None),
            }
            if organisation.homepage is not None:
                made["homepage"] = self.web_resource(organisation.homepage)
            return made

        key = f"{sorted(organisation.name.items())} {organisation.country} {organisation.homepage}"
        return self.shared("org", "Organisation", key, make)

    def providers(self, providers: Iterable[Provider]) -> Any:  # noqa: ANN401 - JSON
        return _one_or_many([self.provider(provider) for provider in providers])

    def teachers(self) -> tuple[Provider, ...]:
        """Who provides what was learnt: the providers of the units, else the awarding body."""
        if not self.offering.units:
            return (self.body.slug,)
        found: dict[str, Provider] = {}
        for unit in self.offering.units:
            for provider in unit.provided_by:
                found.setdefault(provider if isinstance(provider, str) else provider.model_dump_json(), provider)
        return tuple(found.values())

    # -- the whole

    def tree(self, certificate_number: str) -> Tree:
        """Put the main nodes together, each once and in an order that reads from top to bottom."""
        achievement = self.achievement
        achievement["awardedBy"] = self.awarding
        achievement["specifiedBy"] = self.specification
        if self.activity or self.activity_specification:
            self._complete(self.activity, "activity", "LearningActivity", "directedBy")
            self.activity["awardedBy"] = _reference(self.awarding)
            if self.activity_specification:
                node = self.node("learningActivitySpec", "LearningActivitySpecification")
                node |= {"title": self.activity["title"], **self.activity_specification}
                self.specification["influencedBy"] = node
                self.activity["specifiedBy"] = _reference(node)
            achievement["influencedBy"] = self.activity
        if self.opportunity:
            self._complete(self.opportunity, "learningOpportunity", "LearningOpportunity", "providedBy")
            achievement["learningOpportunity"] = self.opportunity
        for place, node in (("P", self.person), ("awardedBy", self.awarding), ("Q", self.specification)):
            if place in self.notes:
                node["additionalNote"] = _one_or_many(self.notes[place])
        self.person["hasClaim"] = {name: achievement[name] for name in _ACHIEVEMENT_ORDER if name in achievement}
        return {
            "identifier": self.node(
                "identifier",
                "Identifier",
                personal=True,
                schemeName=CERTIFICATE_NUMBER,
                notation=certificate_number,
            ),
            "credentialSchema": [{"id": PROFILE_SCHEMA, "type": "ShaclValidator2017"}],
            "credentialProfiles": [self.concept(_GENERIC_PROFILE)],
            "issuer": self.issuer,
            "displayParameter": self.display,
            "credentialSubject": self.person,
        }

    def _complete(self, node: Node, kind: str, node_type: str, actors: str) -> None:
        given = dict(node)
        node.clear()
        node |= self.node(kind, node_type)
        node["title"] = _text(self.offering.participation.activity_title or self.offering.title)
        node[actors] = self.providers(self.teachers())
        node |= given


def _primary_language(title: Mapping[str, str], usual: str) -> str:
    """The language of what has none of its own (names, addresses): the awarding body's, English, or the first."""
    return next((language for language in (usual, "en") if language in title), min(title))


# --- One function for each element of the template


def _identification_of_the_learner(draft: _Draft) -> None:
    """7.1: names with one language tag each, birth date, nationality, numbers, other data."""
    learner, person = draft.award.learner, draft.person
    names = [name for name in (learner.given_names, learner.family_names) if name is not None]
    if names:
        person["fullName"] = {draft.primary: " ".join(names)}
    if learner.given_names is not None:
        person["givenName"] = {draft.primary: learner.given_names}
    if learner.family_names is not None:
        person["familyName"] = {draft.primary: learner.family_names}
    if learner.name_in_other_script is not None:
        draft.add_note("P", learner.name_in_other_script, "learner-name-other-script")
    if learner.birth_date is not None:
        person["dateOfBirth"] = _midnight(learner.birth_date)
    if learner.nationalities:
        person["citizenshipCountry"] = draft.concepts(european("country", code) for code in learner.nationalities)
    if learner.nationality_status is not None:
        draft.add_coded_note("P", own("nationality-status", learner.nationality_status))
    if learner.student_identifiers:
        person["identifier"] = _one_or_many(
            [
                draft.node(
                    "identifier",
                    "Identifier",
                    personal=True,
                    schemeName=IDENTIFIER_SCHEMES[identifier.scheme],
                    notation=identifier.value,
                    creator=_assigner(draft, identifier.assigned_by),
                )
                for identifier in learner.student_identifiers
            ]
        )
    if learner.other_data is not None:
        _other_learner_data(draft, learner.other_data)


def _other_learner_data(draft: _Draft, other: OtherLearnerData) -> None:
    """7.1 e: what a standard of the European Higher Education Area may ask for."""
    person = draft.person
    if other.birth_name is not None:
        person["birthName"] = {draft.primary: other.birth_name}
    if other.place_of_birth is not None:
        person["placeOfBirth"] = draft.place(other.place_of_birth, personal=True)
    if other.gender is not None:
        person["gender"] = draft.concept(european("human-sex", other.gender))
    if other.email is not None:
        mailbox = {"id": mailbox_iri(other.email), "type": "Mailbox"}
        person["contactPoint"] = draft.node("contactPoint", "ContactPoint", personal=True, emailAddress=mailbox)


def _assigner(draft: _Draft, assigned_by: str) -> str:
    if assigned_by == draft.body.slug:
        return draft.body.did
    if "://" in assigned_by:
        return assigned_by
    # Without a DID here a university is named as any other one is: by its web address.
    partner = draft.members.get(assigned_by)
    return partner.did if partner else _member(assigned_by).homepage


def _member(slug: str) -> Member:
    if slug not in MEMBERS:
        raise MappingRefused("A university that the statement names is not known here.")
    return MEMBERS[slug]


def _title_and_typology(draft: _Draft) -> None:
    """7.2: one title for achievement, specification and display; type and sub-type in dcType, never in words."""
    offering, specification = draft.offering, draft.specification
    title = _text(offering.title)
    draft.achievement["title"] = title
    specification["title"] = title
    if offering.alternative_titles:
        names: dict[str, list[str]] = {}
        for alternative in offering.alternative_titles:
            for language, name in _text(alternative).items():
                names.setdefault(language, []).append(name)
        specification["altLabel"] = {language: _one_or_many(found) for language, found in sorted(names.items())}
    types = [own("typology", Type(offering.type)), own("typology", TYPOLOGY[offering.subtype])]
    if offering.micro_degree:
        types.append(own("typology", "micro-degree"))
    specification["dcType"] = [draft.concept(concept) for concept in types]
    specification["category"] = KIND.in_languages(draft.languages)
    draft.display |= draft.node("displayParameter", "DisplayParameter", title=title)
    draft.display["elmDescription"] = _summary(offering, draft.languages)
    _display_pages(draft)


def _summary(offering: Offering, languages: Collection[str]) -> dict[str, str]:
    """One line for lists in wallets: "Micro-credential (certificate), 5 ECTS, EQF level 7"."""
    kinds = KIND.in_languages(languages)
    found = {}
    for language, kind in own("typology", offering.type).label(languages).items():
        # German writes nouns with a capital wherever they stand.
        parts = [f"{kinds[language]} ({kind if language == 'de' else kind.lower()})"]
        if offering.workload.ects is not None:
            parts.append(f"{decimal_text(offering.workload.ects)} ECTS")
        if offering.level.eqf is not None:
            parts.append(eqf_level(offering.level.eqf).words[language])
        found[language] = ", ".join(parts)
    return found


def _display_pages(draft: _Draft) -> None:
    """EDC: one individual display for each language of the title, each with a page image (elm.md section 1.4)."""
    tags = [draft.primary, *(tag for tag in _text(draft.offering.title) if tag != draft.primary)]
    found = {concept.iri: concept for tag in tags if (concept := language_of_tag(tag)) is not None}
    languages = list(found.values()) or [codes("language")["en"]]
    image = draft.node(
        "mediaObject",
        "MediaObject",
        title=KIND.in_languages(_ENGLISH),
        content=artwork_base64(),
        contentEncoding=draft.concept(_BASE64),
        contentType=draft.concept(_PNG),
    )
    draft.display["primaryLanguage"] = draft.concept(languages[0])
    draft.display["language"] = draft.concepts(languages)
    draft.display["individualDisplay"] = _one_or_many(
        [
            draft.node(
                "individualDisplay",
                "IndividualDisplay",
                language=draft.concept(language),
                displayDetail=draft.node(
                    "displayDetail", "DisplayDetail", page=1, image=image if number == 0 else _reference(image)
                ),
            )
            for number, language in enumerate(languages)
        ]
    )


def _awarding_body(draft: _Draft) -> None:
    """7.3, 7.4: one university awards, for the alliance; the rule, the leading university, the signatory, the units."""
    offering = draft.offering
    draft.awarding["awardingBody"] = _reference(draft.issuer)
    draft.add_declared("awardedBy", awarded_by(draft.body), own("template-element", "awarding-body"))
    if offering.awarding_rule is not None:
        draft.add_coded_note("awardedBy", own("template-element", f"awarding-body-rule-{offering.awarding_rule}"))
    if offering.leading_university is not None:
        university = own("member", offering.leading_university)
        draft.add_declared("awardedBy", leading_role(university.labels), university)
    if offering.signatory is not None:
        draft.add_note("awardedBy", {draft.primary: offering.signatory.name}, "signatory")
        draft.add_note("awardedBy", offering.signatory.role, "signatory-role")
    if offering.units:
        draft.achievement["hasPart"] = _one_or_many([_unit(draft, unit) for unit in offering.units])


def _unit(draft: _Draft, unit: Unit) -> Node:
    """7.4: a part of the achievement, awarded with the whole and taught by its own university."""
    title = _text(unit.title)
    part = draft.node("learningAchievement", "LearningAchievement", title=title, awardedBy=_reference(draft.awarding))
    if unit.ects is not None:
        part["creditReceived"] = draft.credit_point(unit.ects)
    if unit.eqf is not None:
        part["specifiedBy"] = draft.node(
            "qualification",
            "Qualification",
            title=title,
            eqfLevel=draft.concept(european("eqf", str(unit.eqf))),
        )
    part["influencedBy"] = activity = draft.node(
        "activity", "LearningActivity", title=title, awardedBy=_reference(draft.awarding)
    )
    activity["directedBy"] = draft.providers(unit.provided_by)
    if unit.completed_on is not None:
        activity["temporal"] = draft.until(unit.completed_on)
    if unit.chosen_from is not None:
        part["additionalNote"] = draft.note(unit.chosen_from, own("template-element", "unit-pool"))
    return part


def _date_of_issuing(draft: _Draft) -> None:
    """7.5: the day on which all requirements were met, and the days of single requirements."""
    award = draft.award
    if award.awarded_on is not None:
        draft.awarding["awardingDate"] = _midnight(award.awarded_on)
    if award.requirements_met:
        draft.activity["hasPart"] = _one_or_many(
            [
                draft.node(
                    "activity",
                    "LearningActivity",
                    title=_text(requirement.what),
                    awardedBy=_reference(draft.awarding),
                    temporal=draft.until(requirement.on),
                )
                for requirement in award.requirements_met
            ]
        )


def _workload(draft: _Draft) -> None:
    """7.6: ECTS credits of the specification and those received; hours as volume of learning."""
    workload = draft.offering.workload
    if workload.ects is not None:
        draft.specification["creditPoint"] = draft.credit_point(workload.ects)
        draft.achievement["creditReceived"] = draft.credit_point(workload.ects)
    if workload.hours is not None:
        draft.specification["volumeOfLearning"] = hours_as_duration(workload.hours)


def _level(draft: _Draft) -> None:
    """7.7: EQF level, national level, cycle."""
    level, specification = draft.offering.level, draft.specification
    if level.eqf is not None:
        specification["eqfLevel"] = draft.concept(european("eqf", str(level.eqf)))
    if level.nqf is not None:
        specification["nqfLevel"] = draft.concept(european("nqf", level.nqf))
    if level.cycle is not None:
        specification["educationLevel"] = draft.concept(own("qf-ehea", CYCLES[level.cycle]))


def _learning_outcomes(draft: _Draft) -> None:
    """7.8: outcomes, their EQF category (in relatedSkill, because skill-type has no third member), skills, reuse."""
    outcomes = []
    esco_placed: set[str] = set()
    for outcome in draft.offering.learning_outcomes:
        node = draft.node("learningOutcome", "LearningOutcome", title=_text(outcome.text))
        if outcome.category is not None:
            node["dcType"] = draft.concept(european("skill-type", SKILL_TYPES[outcome.category]))
            node["relatedSkill"] = draft.concept(own("eqf-descriptor", outcome.category))
        if outcome.reuse is not None:
            node["reusabilityLevel"] = draft.concept(european("skill-reuse-level", outcome.reuse))
        skills: list[Node] = []
        for skill in outcome.esco:
            if skill.id in esco_placed:
                skills.append(_reference({"id": skill.id, "type": "Concept"}))
                continue
            esco_placed.add(skill.id)
            skills.append(
                {
                    "id": skill.id,
                    "type": "Concept",
                    "inScheme": {"id": ESCO_SKILLS, "type": "ConceptScheme"},
                    "prefLabel": _text(skill.label),
                }
            )
        if skills:
            node["relatedESCOSkill"] = _one_or_many(skills)
        outcomes.append(node)
    if outcomes:
        draft.specification["learningOutcome"] = _one_or_many(outcomes)


def _form_of_participation(draft: _Draft) -> None:
    """7.9: mode offered (Q) and taken (ActS), organisation, the activity's own title, timeframe, place."""
    participation, specification = draft.offering.participation, draft.specification
    if participation.mode is not None:
        specification["mode"] = draft.concept(european("mode-of-learning-and-assessment", MODES[participation.mode]))
    taken = draft.award.participation.mode_taken
    if taken is not None:
        draft.activity_specification["mode"] = draft.concept(european("mode-of-learning-and-assessment", MODES[taken]))
    offered = [
        european("learning-opportunity-type", OPPORTUNITY_FORMS[form])
        if form in OPPORTUNITY_FORMS
        else own("form", form)
        for form in participation.organisation
        if form not in ACTIVITY_FORMS
    ]
    specification["dcType"] += [draft.concept(concept) for concept in offered]
    done = [
        european("learning-activity-type", ACTIVITY_FORMS[form])
        for form in participation.organisation
        if form in ACTIVITY_FORMS
    ]
    if done:
        draft.activity_specification["dcType"] = draft.concepts(done)
    if participation.organisation_other is not None:
        draft.add_note("Q", participation.organisation_other, "other-form")
    if participation.location is not None:
        draft.activity["location"] = draft.place(participation.location)
    if isinstance(participation.timeframe, Period):
        draft.activity["temporal"] = draft.period(participation.timeframe)
        draft.opportunity["temporal"] = draft.period(participation.timeframe)
    elif participation.timeframe is not None:
        draft.opportunity["scheduleInformation"] = draft.coded_note(own("timeframe", participation.timeframe))
    if participation.activity_title is not None:
        draft.activity.setdefault("title", _text(participation.activity_title))
    if draft.opportunity and offered:
        draft.opportunity["dcType"] = draft.concepts(offered)


def _prerequisites(draft: _Draft) -> None:
    """7.10: knowledge and skills as entry requirement; formal requirements as a note; "none" is said."""
    prerequisites = draft.offering.prerequisites
    if prerequisites == "none":
        draft.specification["entryRequirement"] = draft.coded_note(own("template-element", "no-prerequisites"))
    if not isinstance(prerequisites, Prerequisites):
        return
    if prerequisites.knowledge_and_skills is not None:
        draft.specification["entryRequirement"] = draft.note(
            prerequisites.knowledge_and_skills, own("template-element", "prerequisites")
        )
    if prerequisites.formal is not None:
        draft.add_note("Q", prerequisites.formal, "formal-prerequisites")


def _assessment_supervision_and_grade(draft: _Draft) -> None:
    """7.11, 7.12, 7.14: each assessment once; the result on the only one, or on an overall one around several.

    A specification describes each assessment; a LearningAssessment stands beside it unless participation was all,
    because it demands a grade (template-elements.md section 2, no. 11).
    """
    offering, grade = draft.offering, draft.award.grade
    assessments, distribution = offering.assessments, offering.grade_distribution
    has_result = grade is not None or distribution is not None
    alone = len(assessments) == 1 and assessments[0].grade is None
    scheme = offering.grading_scheme
    specifications: list[Node] = []
    results: list[Node] = []
    for assessment in assessments:
        specification = _assessment_specification(draft, assessment)
        specifications.append(specification)
        if scheme is not None and (alone or not has_result):
            specification["gradingScheme"] = _grading_scheme(draft, scheme)
        if _needs_result(assessment) or (alone and has_result):
            results.append(_assessment_result(draft, assessment, specification, overall=alone))
    if has_result and not alone:
        around = draft.node("learningAssessmentSpec", "LearningAssessmentSpecification", title=_text(offering.title))
        around["dcType"] = draft.concept(own("assessment", "overall-result"))
        if scheme is not None:
            around["gradingScheme"] = _grading_scheme(draft, scheme)
        if specifications:
            around["hasPart"] = _one_or_many(specifications)
        result = draft.node(
            "learningAssessment",
            "LearningAssessment",
            personal=True,
            title=_text(offering.title),
            awardedBy=_reference(draft.awarding),
            specifiedBy=_reference(around),
        )
        _put_overall_result(draft, result)
        if results:
            result["hasPart"] = _one_or_many(results)
        specifications, results = [around], [result]
    if specifications:
        draft.specification["provenBy"] = _one_or_many(specifications)
    if results:
        draft.achievement["provenBy"] = _one_or_many(results)


def _needs_result(assessment: Assessment) -> bool:
    return (
        assessment.methods != (AssessmentMethod.PARTICIPATION,)
        or assessment.grade is not None
        or assessment.on is not None
        or assessment.supervision is not None
        or bool(assessment.assessed_by)
    )


def _method(method: AssessmentMethod) -> Concept:
    code = ASSESSMENT_METHODS.get(method)
    return own("assessment", method) if code is None else european("assessment-type", code)


def _assessment_specification(draft: _Draft, assessment: Assessment) -> Node:
    """7.11: one method as dcType; several as parts, because dcType holds one."""
    node = draft.node("learningAssessmentSpec", "LearningAssessmentSpecification", title=_text(assessment.title))
    if len(assessment.methods) == 1:
        node["dcType"] = draft.concept(_method(assessment.methods[0]))
    else:
        node["hasPart"] = [
            draft.node(
                "learningAssessmentSpec",
                "LearningAssessmentSpecification",
                title=_method(method).label(draft.languages),
                dcType=draft.concept(_method(method)),
            )
            for method in assessment.methods
        ]
    if assessment.supervision is not None and assessment.supervision.where is not None:
        mode = SUPERVISION_PLACES[assessment.supervision.where]
        node["mode"] = draft.concept(european("mode-of-learning-and-assessment", mode))
    notes = []
    if assessment.formal:
        notes.append(draft.coded_note(own("template-element", "formal-assessment")))
    if assessment.summative:
        notes.append(draft.coded_note(own("template-element", "summative-assessment")))
    if assessment.methods_other is not None:
        notes.append(draft.note(assessment.methods_other, own("template-element", "other-assessment")))
    if notes:
        node["additionalNote"] = _one_or_many(notes)
    return node


def _assessment_result(draft: _Draft, assessment: Assessment, specification: Node, *, overall: bool) -> Node:
    """7.11, 7.12: who assessed, when, how supervised, with which grade."""
    node = draft.node(
        "learningAssessment",
        "LearningAssessment",
        personal=True,
        title=specification["title"],
        awardedBy=_reference(draft.awarding),
        specifiedBy=_reference(specification),
    )
    node["assessedBy"] = draft.providers(assessment.assessed_by or (draft.body.slug,))
    if assessment.on is not None:
        node["dateIssued"] = _midnight(assessment.on)
    if assessment.supervision is not None:
        supervision = assessment.supervision
        code = SUPERVISION[supervision.supervised, supervision.identity_verified]
        node["idVerification"] = draft.concept(european("supervision-verification", code))
    if overall:
        _put_overall_result(draft, node)
    elif assessment.grade is not None:
        node["grade"] = draft.note(
            {draft.primary: assessment.grade.value}, own("template-element", "assessment-grade"), personal=True
        )
    else:
        node["grade"] = draft.declared(NO_GRADE, own("template-element", "no-grade"))
    return node


def _put_overall_result(draft: _Draft, node: Node) -> None:
    """7.14: the grade, in words too, and the distribution; without a grade a note that says so, never "Pass"."""
    grade, distribution = draft.award.grade, draft.offering.grade_distribution
    notes = []
    if grade is None:
        node["grade"] = draft.declared(NO_GRADE, own("template-element", "no-grade"))
    else:
        node["grade"] = draft.note({draft.primary: grade.value}, own("template-element", "grade"), personal=True)
        if grade.text is not None:
            notes.append(draft.note(grade.text, own("template-element", "grade-in-words"), personal=True))
    if distribution is not None:
        node["resultDistribution"] = _result_distribution(draft, distribution)
        years = f"{distribution.first_year}/{distribution.last_year}"
        notes.append(draft.note({"en": years}, own("template-element", "grade-distribution-period")))
        if distribution.isced_f is not None:
            notes.append(draft.coded_note(european("isced-f", distribution.isced_f)))
    if notes:
        node["additionalNote"] = _one_or_many(notes)


def _result_distribution(draft: _Draft, distribution: GradeDistribution) -> Node:
    return draft.node(
        "resultDistribution",
        "ResultDistribution",
        elmDescription=_text(distribution.reference_group),
        resultCategory=_one_or_many(
            [
                draft.node("resultCategory", "ResultCategory", label=category.grade, count=category.count)
                for category in distribution.passing_grades
            ]
        ),
    )


def _grading_scheme(draft: _Draft, code: str) -> Node:
    def make() -> Node:
        scheme = SCHEMES.get(code)
        return {
            "title": _text(scheme.name) if scheme else {"en": code},
            "identifier": draft.node("identifier", "Identifier", schemeName=GRADING_SCHEME_CODE, notation=code),
        }

    return draft.shared("gradingScheme", "GradingScheme", code, make)


def _quality_assurance(draft: _Draft) -> None:
    """7.13: process and content as notes of the awarding; an Accreditation only for what an outside agency decided."""
    quality = draft.offering.quality_assurance
    if quality is None:
        return
    if quality.description is not None:
        draft.add_note("awardedBy", quality.description, "quality-assurance")
    for basis in quality.basis:
        draft.add_coded_note("awardedBy", own("template-element", f"quality-assurance-{basis}"))
    if quality.esg:
        draft.add_coded_note("awardedBy", own("template-element", "quality-assurance-esg"))
    if quality.content is not None:
        draft.add_note("awardedBy", quality.content, "content-quality")
    if quality.agency is not None:
        # Only a Qualification has accreditations; where there is none, the decision is one about the university.
        holder = draft.specification if draft.is_qualification else draft.issuer
        holder["accreditation"] = _accreditation(draft, quality, quality.agency)


def _accreditation(draft: _Draft, quality: QualityAssurance, agency: Organisation) -> Node:
    """7.13: the decision of an outside agency. It is one on which quality assurance rests, so it is positive."""
    decision = quality.decision
    by_agency = own("template-element", "quality-assurance-international-agency")
    node = draft.node(
        "accreditation",
        "Accreditation",
        title=_text(decision.title) if decision else by_agency.label(draft.languages),
        dcType=draft.concept(_PROGRAMME_QUALITY if draft.is_qualification else _INSTITUTIONAL_QUALITY),
        accreditingAgent=draft.organisation(agency),
    )
    if decision is not None:
        node["decision"] = draft.concept(_POSITIVE)
        if decision.on is not None:
            node["dateIssued"] = _midnight(decision.on)
        if decision.url is not None:
            node["landingPage"] = draft.web_resource(decision.url)
    if quality.valid_until is not None:
        node["expiryDate"] = _midnight(quality.valid_until)
    return node


def _integration(draft: _Draft) -> None:
    """7.15: stackable or stand-alone, and towards what. ``false`` would say "full qualification", so it is left out."""
    offering, specification = draft.offering, draft.specification
    if offering.integration is not None:
        draft.add_coded_note("Q", own("template-element", f"stackability-{offering.integration}"))
        if offering.integration == "stackable" and draft.is_qualification:
            specification["isPartialQualification"] = True
    if offering.towards:
        specification["entitlesTo"] = _one_or_many([_entitlement(draft, towards) for towards in offering.towards])
        larger = [towards for towards in offering.towards if towards.kind != "other-courses"]
        if larger:
            specification["isPartOf"] = _one_or_many(
                [draft.node("qualification", "Qualification", title=_text(towards.title)) for towards in larger]
            )
    if offering.diploma_supplement_note is not None:
        draft.add_note("Q", offering.diploma_supplement_note, "diploma-supplement")


def _entitlement(draft: _Draft, towards: Towards) -> Node:
    node = draft.node(
        "learningEntitlementSpec",
        "LearningEntitlementSpecification",
        title=_text(towards.title),
        dcType=draft.concept(_LEARNING_OPPORTUNITY),
        entitlementStatus=draft.concept(_PROSPECTIVE),
    )
    if towards.condition is not None:
        node["elmDescription"] = _text(towards.condition)
    if towards.university is not None:
        node["limitOrganisation"] = draft.provider(towards.university)
    notes = [draft.coded_note(own("template-element", f"towards-{towards.kind}"))]
    if towards.ects_recognised is not None:
        recognised = {"en": decimal_text(towards.ects_recognised)}
        notes.append(draft.note(recognised, own("template-element", "ects-recognised")))
    node["additionalNote"] = _one_or_many(notes)
    return node


def _further_information(draft: _Draft) -> None:
    """7.16: each item where ELM has it, the others as notes of the specification."""
    further, specification = draft.offering.further_information, draft.specification
    if further.profile is not None:
        draft.add_note("Q", further.profile, "profile")
    if further.target_groups:
        groups = codes("target-group")
        known = [groups[code] if code in groups else own("target-group", code) for code in further.target_groups]
        specification["targetGroup"] = draft.concepts(known)
    if further.languages:
        tongues = [codes("language").get(code) or european("language", code) for code in further.languages]
        specification["language"] = draft.concepts(tongues)
    if further.availability is not None:
        draft.opportunity["admissionProcedure"] = draft.note(
            further.availability, own("template-element", "availability")
        )
    if further.duration is not None:
        specification["maximumDuration"] = further.duration
        draft.opportunity["duration"] = further.duration
    if further.fees:
        draft.opportunity["priceDetail"] = _one_or_many([_fee(draft, fee) for fee in further.fees])
    if further.document_form is not None:
        draft.add_coded_note("Q", own("template-element", f"form-of-document-{further.document_form}"))
    if further.isced_f:
        specification["thematicArea"] = draft.concepts(european("isced-f", code) for code in further.isced_f)
    homepages = [page for partner in further.partners if (page := _partner(draft, partner))]
    if homepages:
        draft.achievement["supplementaryDocument"] = _one_or_many(homepages)
    documents = [document for item in further.appreciation if (document := _appreciation(draft, item))]
    if documents:
        specification["supplementaryDocument"] = _one_or_many(documents)
    for item in further.other:
        draft.add_note("Q", item.text, "other-information")


def _fee(draft: _Draft, fee: Fee) -> Node:
    purpose = own("template-element", f"fee-{fee.what_for}")
    node = draft.node(
        "priceDetail",
        "PriceDetail",
        prefLabel=purpose.label(draft.languages),
        amount=draft.node(
            "amount",
            "Amount",
            value=decimal_text(fee.amount),
            unit=draft.concept(european("currency", fee.currency)),
        ),
    )
    if fee.remark is not None:
        node["elmDescription"] = _text(fee.remark)
    node["additionalNote"] = draft.coded_note(purpose)
    return node


def _partner(draft: _Draft, partner: Partner) -> Node | None:
    """7.16: name in the first line of the note, role in the further ones; the homepage under the name."""
    words = dict(partner.name)
    for language, role in (partner.role or {}).items():
        words[language] += "\n" + role
    draft.add_note("Q", words, "partnership")
    return draft.web_resource(partner.homepage, partner.name) if partner.homepage is not None else None


def _appreciation(draft: _Draft, item: Appreciation) -> Node | None:
    draft.add_note("Q", item.text, "appreciation")
    return draft.web_resource(item.url, item.text) if item.url is not None else None


def _declared(draft: _Draft) -> None:
    """What every micro-credential says without being asked: not a degree, and the template's edition."""
    draft.add_declared("Q", NOT_A_DEGREE, own("template-element", "not-a-degree"))
    draft.add_declared("Q", EDITION, own("template-edition", TEMPLATE_EDITION))


_ELEMENTS: Final[tuple[Callable[[_Draft], None], ...]] = (
    _identification_of_the_learner,
    _title_and_typology,
    _awarding_body,
    _date_of_issuing,
    _workload,
    _level,
    _learning_outcomes,
    _form_of_participation,
    _prerequisites,
    _assessment_supervision_and_grade,
    _quality_assurance,
    _integration,
    _further_information,
    _declared,
)
