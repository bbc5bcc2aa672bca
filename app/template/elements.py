"""The elements of the ENHANCE micro-credentials template (edition 2021-06, section 7) as types.

These types are the request body itself. An *offering* holds what all its awards share; an *award* adds the learner,
the dates and the results. Fields marked "oa" in the design may be set in the offering and stated more narrowly in the
award: :func:`statement_of` puts both together into what the micro-credential says.

Types say what a field can hold; which fields a micro-credential needs, and what may not stand together, is decided by
``rules``, so that one answer carries every finding. Codes are members of the lists at ``GET /api/v1/codes/LIST``.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.template.text import Line, Text, Title

TEMPLATE_EDITION: Final = "2021-06"
"""The edition whose rules apply; the credential records it (section 9 announces changes)."""


class Element(BaseModel):
    """A part of the template: immutable, and without members that the template does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _iso_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("date-malformed", "Not a calendar date such as 2026-06-30 (RFC 3339 full-date).")
    if isinstance(value, (int, float)):
        raise PydanticCustomError("date-malformed", "A date is a string such as 2026-06-30 (RFC 3339 full-date).")
    return value


def _decimal(value: object) -> object:
    # 2.5 arrives as a double; its shortest text is what the sender wrote.
    if isinstance(value, bool):
        raise PydanticCustomError("number-malformed", "Not a number.")
    if isinstance(value, (int, float)) and value == 0:
        return 0  # JSON knows a negative zero, credits do not
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        raise PydanticCustomError(
            "number-malformed", "Not a decimal number such as 2.5, with a point and without exponent."
        )
    return repr(value) if isinstance(value, float) else value


def _duration(value: str) -> str:
    if not re.fullmatch(
        r"P(?=[0-9]|T[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?)?", value
    ):
        raise PydanticCustomError("duration-malformed", "Not a duration such as P4M, P10D or PT20H (ISO 8601).")
    return value


_SLUG: Final = "[a-z][a-z0-9-]{1,30}"

_PERCENT: Final = "%[0-9A-Fa-f]{2}"
_NAME: Final = rf"(?:[A-Za-z0-9._~!$&'()*+,;=-]|{_PERCENT})"
_PCHAR: Final = rf"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|{_PERCENT})"
HTTP_URL: Final = re.compile(
    rf"https?://(?:{_NAME}+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
    rf"(?:/{_PCHAR}*)*(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
)
"""RFC 3986 sections 3.2 to 3.5, without user information (RFC 9110 section 4.2.4). What it does not admit, an RDF graph
cannot carry as it stands (RDF 1.1 N-Quads, IRIREF)."""


def _web_address(value: str) -> str:
    if not HTTP_URL.fullmatch(value):
        raise PydanticCustomError(
            "web-address-malformed",
            "Not an http or https address in the characters of RFC 3986; write others percent-encoded, such as %20.",
        )
    return value


# RFC 6761 and RFC 6762: names that mean another thing, or nothing, at each reader. A host whose last label is a number
# is an IPv4 address (WHATWG URL, host parsing), however it is written.
_NOWHERE: Final = re.compile(r"(?:.*\.)?(?:localhost|local|internal|[0-9]+|0[xX][0-9A-Fa-f]*)\.?", re.IGNORECASE)


def _public_address(value: str) -> str:
    _web_address(value)
    host = value.split("/", 3)[2].partition("?")[0].partition("#")[0]
    # In brackets stands an IPv6 address; percent signs could spell anything, an address too.
    if host.startswith("[") or "%" in host or _NOWHERE.fullmatch(host.partition(":")[0]):
        raise PydanticCustomError(
            "web-address-not-public",
            "A host name that anyone can look up is expected here: no IP address, no localhost, no percent sign.",
        )
    return value


def _slug_or_web_address(value: str) -> str:
    return value if re.fullmatch(_SLUG, value) else _web_address(value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _two_places(limit: int) -> Any:  # noqa: ANN401 - a piece of an annotation
    return Field(ge=0, le=limit, decimal_places=2)


Date = Annotated[date, BeforeValidator(_iso_date)]
Credits = Annotated[Decimal, _two_places(1000), BeforeValidator(_decimal), PlainSerializer(_plain, return_type=str)]
"""ECTS credits: decimal with at most two places."""
Hours = Annotated[Decimal, _two_places(30_000), BeforeValidator(_decimal), PlainSerializer(_plain, return_type=str)]
"""Hours of work: decimal with at most two places."""
Money = Annotated[Decimal, _two_places(1_000_000), BeforeValidator(_decimal), PlainSerializer(_plain, return_type=str)]

MemberSlug = Annotated[
    str,
    Field(pattern=f"^{_SLUG}$", description="A university of the alliance, by its slug, such as tu-berlin"),
]
CountryCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Z][A-Z0-9]{2}$|^1A0$",
        description="Code of the EU country list, three letters, such as POL: GET /api/v1/codes/country",
    ),
]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1, such as en")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as EUR")]
IscedCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{2,4}$", description="ISCED-F 2013, two to four digits, such as 0114: GET /api/v1/codes/isced-f"
    ),
]
NqfCode = Annotated[
    str,
    Field(
        pattern=r"^c_[0-9a-f]{6,10}$", description="Level of a national framework in the EU list: GET /api/v1/codes/nqf"
    ),
]
TargetGroupCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{3,40}$", description="GET /api/v1/codes/target-group")]
WebAddress = Annotated[
    str,
    Field(
        max_length=2000,
        description="Absolute http or https URL; other characters than those of RFC 3986 are percent-encoded",
        json_schema_extra={"format": "uri", "pattern": "^https?://[!-~]+$"},
    ),
    AfterValidator(_web_address),
]
PublicAddress = Annotated[
    str,
    Field(
        max_length=2000,
        description="Absolute http or https URL with a host name that anyone can look up: no IP address, no localhost",
        json_schema_extra={"format": "uri", "pattern": "^https?://[!-~]+$"},
    ),
    AfterValidator(_public_address),
]
"""A web address that readers of a signed document or of the catalogue are asked to follow."""
Duration = Annotated[
    str, Field(max_length=40, description="ISO 8601 duration, such as P4M or P10D"), AfterValidator(_duration)
]
Opaque = Annotated[
    str, Field(pattern=r"^[!-~]{1,200}$", description="1 to 200 printable ASCII characters without spaces")
]
EqfLevel = Annotated[int, Field(ge=1, le=8, strict=True)]
Flag = Annotated[bool, Field(strict=True)]


class Place(Element):
    """Where something happens."""

    country: CountryCode
    name: Title | None = Field(default=None, description="Town, campus or venue")


class Organisation(Element):
    """An organisation outside the alliance."""

    name: Title
    country: CountryCode
    homepage: PublicAddress | None = None


def _text_or_object(value: object) -> str | None:
    # Which alternative was meant shows in the JSON type, so that a finding speaks about that one alone.
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, (Mapping, BaseModel)) else None


_BY_JSON_TYPE: Final = Discriminator(
    _text_or_object, custom_error_type="wrong-type", custom_error_message="Neither a text nor an object."
)

Provider = Annotated[Annotated[MemberSlug, Tag("text")] | Annotated[Organisation, Tag("object")], _BY_JSON_TYPE]
"""A university of the alliance by its slug, or an organisation outside it."""


# --- 7.1 Identification of the learner


class StudentIdentifierScheme(StrEnum):
    """Kinds of student identifiers (7.1 d)."""

    STUDENT_NUMBER = "student-number"
    ESI = "esi"


class StudentIdentifier(Element):
    """7.1 (d): a number or code of the learner and who assigned it; that need not be the awarding body."""

    scheme: StudentIdentifierScheme
    value: Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
    assigned_by: Annotated[
        str,
        Field(
            max_length=2000,
            description="A university of the alliance by its slug, another one by its web address",
            json_schema_extra={"pattern": f"^({_SLUG}|https?://[!-~]+)$"},
        ),
        AfterValidator(_slug_or_web_address),
    ]


class Gender(StrEnum):
    """Members of the EU list human-sex."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    NOT_APPLICABLE = "NAP"


class OtherLearnerData(Element):
    """7.1 (e): other data, as far as a standard of the European Higher Education Area asks for them. Never needed."""

    birth_name: Line | None = None
    place_of_birth: Place | None = None
    gender: Gender | None = None
    email: (
        Annotated[
            str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)
        ]
        | None
    ) = None


class Learner(Element):
    """7.1: the person to whom the micro-credential is awarded."""

    given_names: Line | None = None
    family_names: Line | None = None
    single_name: Flag = Field(default=False, description="True for a learner who has one name only")
    name_in_other_script: Title | None = Field(
        default=None, description="The whole name as written in another script, by language"
    )
    birth_date: Date | None = None
    nationalities: tuple[CountryCode, ...] = Field(default=(), max_length=10)
    nationality_status: Literal["stateless"] | None = None
    student_identifiers: tuple[StudentIdentifier, ...] = Field(default=(), max_length=10)
    other_data: OtherLearnerData | None = None
    reference: Opaque | None = Field(
        default=None, description="Your system's own key of the learner; kept inside, never in the document"
    )


# --- 7.2 Title and typology


class Type(StrEnum):
    """The two kinds of ENHANCE micro-credentials (7.2)."""

    CERTIFICATE = "certificate"
    BADGE = "badge"


class Subtype(StrEnum):
    """The sub-types of Annex 2: for information, never part of a name (footnote 30)."""

    ACADEMIC = "academic"
    SPECIALISATION = "specialisation"
    ACHIEVEMENT = "achievement"
    SERVICE = "service"


# --- 7.4 Awarding body


class AwardingRule(StrEnum):
    """7.4: who awards what several universities teach. Rule (a), the home university, is ruled out by the template."""

    LEADING_ROLE = "leading-role"
    MOST_ACTIVITIES = "most-activities"
    HOME_UNIVERSITY = "home-university"


class Signatory(Element):
    """7.4: the eligible person of the university who signs a paper form."""

    name: Line
    role: Title


class Unit(Element):
    """A learning unit of a micro-credential that consists of several (7.4, 7.6, footnote 21)."""

    title: Title
    provided_by: tuple[Provider, ...] = Field(min_length=1, max_length=20)
    ects: Credits | None = None
    eqf: EqfLevel | None = None
    chosen_from: Title | None = Field(
        default=None, description="The pool of units from which the learner chose this one"
    )
    completed_on: Date | None = Field(default=None, description="When this learner completed it; in an award only")


class Requirement(Element):
    """7.5: one requirement and the day on which this learner met it."""

    what: Title
    on: Date


# --- 7.6 Workload, 7.7 Level


class NoEctsGround(StrEnum):
    """The grounds on which a specialisation certificate may go without ECTS points (7.6)."""

    EFFORT_NOT_MEASURABLE = "effort-not-measurable"
    NO_DEPENDABLE_ASSESSMENT = "no-dependable-assessment"
    OTHER = "other"


class NoEctsReason(Element):
    """Why no ECTS points are assigned. Kept inside."""

    ground: NoEctsGround
    text: Text | None = None


class Workload(Element):
    """7.6: notional workload."""

    ects: Credits | None = None
    hours: Hours | None = None
    no_ects_reason: NoEctsReason | None = None


class Cycle(StrEnum):
    """Cycles of the Qualifications Framework of the European Higher Education Area (7.7)."""

    SHORT = "short"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class Level(Element):
    """7.7: level, and cycle where applicable."""

    eqf: EqfLevel | None = None
    nqf: NqfCode | None = None
    cycle: Cycle | None = None
    no_eqf_reason: Text | None = Field(
        default=None, description="Why a specialisation certificate has no EQF level; kept inside"
    )


# --- 7.8 Learning outcomes


class OutcomeCategory(StrEnum):
    """The three categories of the EQF level descriptors (7.8)."""

    KNOWLEDGE = "knowledge"
    SKILLS = "skills"
    RESPONSIBILITY_AUTONOMY = "responsibility-autonomy"


class Reuse(StrEnum):
    """How widely a skill can be used (EU list skill-reuse-level)."""

    TRANSVERSAL = "transversal"
    CROSS_SECTOR = "cross-sector"
    SECTOR_SPECIFIC = "sector-specific"
    OCCUPATION_SPECIFIC = "occupation-specific"


class EscoSkill(Element):
    """A skill of the ESCO classification."""

    id: Annotated[str, Field(pattern=r"^http://data\.europa\.eu/esco/skill/[0-9a-fA-F-]{36}$")]
    label: Title


class LearningOutcome(Element):
    """7.8: one learning outcome."""

    text: Text
    category: OutcomeCategory | None = None
    esco: tuple[EscoSkill, ...] = Field(default=(), max_length=20)
    reuse: Reuse | None = None


# --- 7.9 Form of participation


class Mode(StrEnum):
    """7.9 (a): mode of delivery."""

    ON_SITE = "on-site"
    ONLINE = "online"
    BLENDED = "blended"
    HYBRID = "hybrid"


class ModeTaken(StrEnum):
    """7.9 (a): the form that this learner selected."""

    ON_SITE = "on-site"
    ONLINE = "online"
    BLENDED = "blended"


class Form(StrEnum):
    """7.9 (b): organisation of the learning activity."""

    COURSE = "course"
    MOOC = "mooc"
    GROUP_OF_COURSES = "group-of-courses"
    SHORT_LEARNING_PROGRAMME = "short-learning-programme"
    TRAINING = "training"
    WORKSHOP = "workshop"
    BOOTCAMP = "bootcamp"
    SUMMER_SCHOOL = "summer-school"
    LECTURE_SERIES = "lecture-series"
    SERVICE_BASED_LEARNING = "service-based-learning"
    VOLUNTEERING = "volunteering"
    WORK_EXPERIENCE = "work-experience"
    PRIOR_LEARNING = "prior-learning"
    OTHER = "other"


class Period(Element):
    """From the first to the last day, both included."""

    starts: Date
    ends: Date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends < self.starts:
            raise PydanticCustomError("period-reversed", "The period ends before it starts.")
        return self


Timeframe = Annotated[Annotated[Literal["self-paced"], Tag("text")] | Annotated[Period, Tag("object")], _BY_JSON_TYPE]


class Participation(Element):
    """7.9: form of participation, as offered."""

    mode: Mode | None = None
    organisation: tuple[Form, ...] = Field(default=(), max_length=len(Form))
    organisation_other: Text | None = Field(default=None, description="What `other` stands for")
    activity_title: Title | None = Field(
        default=None, description="Title of the activity where it differs from the credential's"
    )
    timeframe: Timeframe | None = None
    location: Place | None = None


class ParticipationTaken(Element):
    """7.9: what this learner did, where it says more than the offering."""

    mode_taken: ModeTaken | None = None
    timeframe: Timeframe | None = None
    location: Place | None = None


# --- 7.10 Prerequisites


class Prerequisites(Element):
    """7.10: what is expected of those who enrol."""

    knowledge_and_skills: Text | None = None
    formal: Text | None = None
    formal_reason: Text | None = Field(default=None, description="Why a formal requirement is needed; kept inside")


StatedPrerequisites = Annotated[
    Annotated[Prerequisites, Tag("object")] | Annotated[Literal["none"], Tag("text")], _BY_JSON_TYPE
]
"""The prerequisites, or ``none``: said to have none, which is more than saying nothing."""


# --- 7.11 Assessment, 7.12 Supervision and identity verification


class AssessmentMethod(StrEnum):
    """7.11: how learning outcomes were assessed. The first 17 are the EU list assessment-type."""

    WRITTEN_EXAMINATION = "written-examination"
    ORAL_EXAMINATION = "oral-examination"
    PRACTICAL_EXAMINATION = "practical-examination"
    QUIZ = "quiz"
    MARKED_ASSIGNMENT = "marked-assignment"
    CONTINUOUS_EVALUATION = "continuous-evaluation"
    PROJECT_WORK = "project-work"
    PORTFOLIO = "portfolio"
    ARTEFACT = "artefact"
    PRESENTATION = "presentation"
    GROUP_PERFORMANCE = "group-performance"
    PROBLEM_BASED_LEARNING = "problem-based-learning"
    PEER_ASSESSMENT = "peer-assessment"
    PEER_REVIEW = "peer-review"
    SELF_ASSESSMENT = "self-assessment"
    GUIDED_SELF_ASSESSMENT = "guided-self-assessment"
    LEVEL_OF_ATTENDANCE = "level-of-attendance"
    RECOGNITION_OF_PRIOR_LEARNING = "recognition-of-prior-learning"
    AUTOMATED_VERIFICATION = "automated-verification"
    TASK_COMPLETION = "task-completion"
    PARTICIPATION = "participation"
    OTHER = "other"


class SupervisionPlace(StrEnum):
    """7.12: where an assessment was supervised."""

    ONLINE = "online"
    ON_SITE = "on-site"


class Supervision(Element):
    """7.12: supervision and identity verification during assessment."""

    supervised: Flag
    identity_verified: Flag
    where: SupervisionPlace | None = None


class AssessmentGrade(Element):
    """A grade of one assessment, in the scheme of the award's grade."""

    value: Line


class Assessment(Element):
    """7.11: one assessment with one result."""

    title: Title
    methods: tuple[AssessmentMethod, ...] = Field(min_length=1, max_length=len(AssessmentMethod))
    methods_other: Text | None = Field(default=None, description="What `other` stands for")
    formal: Flag = False
    summative: Flag = False
    assessed_by: tuple[Provider, ...] = Field(default=(), max_length=20, description="Empty: the awarding body")
    supervision: Supervision | None = None
    on: Date | None = Field(default=None, description="When this learner passed it; in an award only")
    grade: AssessmentGrade | None = Field(default=None, description="In an award only")


# --- 7.13 Quality assurance


class QualityAssuranceBasis(StrEnum):
    """7.13: what the quality assurance rests on."""

    OWN_DEGREE_PROCEDURES = "own-degree-procedures"
    NATIONAL = "national"
    INTERNATIONAL_AGENCY = "international-agency"


class QualityDecision(Element):
    """A decision of an outside agency."""

    title: Title
    url: PublicAddress | None = None
    on: Date | None = None


class QualityAssurance(Element):
    """7.13: quality assurance of the credential and, where relevant, of the learning content."""

    basis: tuple[QualityAssuranceBasis, ...] = Field(default=(), max_length=len(QualityAssuranceBasis))
    esg: Flag = Field(default=False, description="In line with the Standards and Guidelines (ESG)")
    description: Text | None = None
    agency: Organisation | None = None
    decision: QualityDecision | None = None
    valid_until: Date | None = None
    content: Text | None = Field(default=None, description="Quality assurance of learning content from elsewhere")


# --- 7.14 Grade


class Grade(Element):
    """7.14: the grade, in a grading scheme of the awarding body."""

    value: Line
    scheme: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,60}$", description="GET /api/v1/codes/grading-scheme")]
    text: Text | None = Field(default=None, description="The grade in words")


class GradeCount(Element):
    """How many learners of the reference group had this passing grade."""

    grade: Line
    count: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class GradeDistribution(Element):
    """7.14: distribution of passing grades in a reference group (what EGRACONS asks for)."""

    reference_group: Text
    isced_f: IscedCode | None = None
    first_year: Annotated[int, Field(ge=1990, le=2100, strict=True)]
    last_year: Annotated[int, Field(ge=1990, le=2100, strict=True)]
    passing_grades: tuple[GradeCount, ...] = Field(min_length=1, max_length=100)


# --- 7.15 Integration and stackability


class Integration(StrEnum):
    """7.15: whether the micro-credential stands alone or is a component of something larger."""

    STAND_ALONE = "stand-alone"
    STACKABLE = "stackable"


class TowardsKind(StrEnum):
    """What a stackable micro-credential can be part of (7.15, Annex 2)."""

    DEGREE_PROGRAMME = "degree-programme"
    NON_DEGREE_PROGRAMME = "non-degree-programme"
    LARGER_MICRO_CREDENTIAL = "larger-micro-credential"
    OTHER_COURSES = "other-courses"


class Towards(Element):
    """One larger credential or programme that recognises this one."""

    kind: TowardsKind
    title: Title
    university: MemberSlug | None = None
    ects_recognised: Credits | None = None
    condition: Text | None = None


# --- 7.16 Further information


class Placement(StrEnum):
    """7.16: where an item of further information stands."""

    DOCUMENT = "document"
    CATALOGUE = "catalogue"
    BOTH = "both"
    INSIDE = "inside"


class FeeFor(StrEnum):
    """What a fee is asked for (7.16)."""

    REGISTRATION = "registration"
    PARTICIPATION = "participation"
    EXAMINATION = "examination"
    DOCUMENT = "document"
    OTHER = "other"


class Fee(Element):
    """7.16: one fee."""

    what_for: FeeFor
    amount: Money
    currency: CurrencyCode
    remark: Text | None = None


class DocumentForm(StrEnum):
    """7.16: form of the document."""

    DIGITAL_ONLY = "digital-only"
    PAPER = "paper"
    BOTH = "both"


class Partner(Element):
    """7.16: an external organisation that took part in developing the micro-credential."""

    name: Title
    role: Text | None = None
    homepage: PublicAddress | None = None


class Appreciation(Element):
    """7.16: a recommendation by employers, acceptance by a professional association, and the like."""

    text: Text
    url: PublicAddress | None = None


class OtherInformation(Element):
    """7.16: "and possibly other information"."""

    text: Text
    placement: Placement = Placement.BOTH


class Placements(Element):
    """7.16: where each item stands; the template leaves it to the offering."""

    profile: Placement = Placement.BOTH
    target_groups: Placement = Placement.CATALOGUE
    languages: Placement = Placement.BOTH
    availability: Placement = Placement.CATALOGUE
    duration: Placement = Placement.BOTH
    fees: Placement = Placement.CATALOGUE
    document_form: Placement = Placement.CATALOGUE
    partners: Placement = Placement.BOTH
    appreciation: Placement = Placement.BOTH
    isced_f: Placement = Placement.BOTH


class FurtherInformation(Element):
    """7.16: further information on the micro-credential."""

    profile: Text | None = None
    target_groups: tuple[TargetGroupCode, ...] = Field(default=(), max_length=20)
    languages: tuple[LanguageCode, ...] = Field(default=(), max_length=20)
    availability: Text | None = None
    duration: Duration | None = None
    fees: tuple[Fee, ...] = Field(default=(), max_length=20)
    document_form: DocumentForm | None = None
    partners: tuple[Partner, ...] = Field(default=(), max_length=50)
    appreciation: tuple[Appreciation, ...] = Field(default=(), max_length=50)
    isced_f: tuple[IscedCode, ...] = Field(default=(), max_length=10)
    other: tuple[OtherInformation, ...] = Field(default=(), max_length=50)
    placement: Placements = Placements()


# --- Offering, award, and what both say together


class Offering(Element):
    """What all awards of a micro-credential share; also what prospective learners read (7.16)."""

    title: Title
    alternative_titles: tuple[Title, ...] = Field(
        default=(), max_length=10, description="Names that an existing offer already has"
    )
    type: Type
    subtype: Subtype
    micro_degree: Flag = Field(
        default=False, description="A larger certificate that may be called a micro-degree (footnote 32)"
    )
    country: CountryCode | None = Field(
        default=None, description="Derived from the awarding body; a value that is sent must agree"
    )
    region: Title | None = None
    awarding_body: MemberSlug
    awarding_rule: AwardingRule | None = None
    leading_university: MemberSlug | None = None
    signatory: Signatory | None = None
    units: tuple[Unit, ...] = Field(default=(), max_length=60)
    workload: Workload = Workload()
    level: Level = Level()
    learning_outcomes: tuple[LearningOutcome, ...] = Field(default=(), max_length=100)
    participation: Participation = Participation()
    prerequisites: StatedPrerequisites | None = None
    assessments: tuple[Assessment, ...] = Field(default=(), max_length=60)
    quality_assurance: QualityAssurance | None = None
    grading_scheme: (
        Annotated[str, Field(pattern=r"^[a-z0-9-]{2,60}$", description="GET /api/v1/codes/grading-scheme")] | None
    ) = None
    grade_distribution: GradeDistribution | None = None
    integration: Integration | None = None
    towards: tuple[Towards, ...] = Field(default=(), max_length=30)
    diploma_supplement_note: Text | None = None
    further_information: FurtherInformation = FurtherInformation()


class Award(Element):
    """What one award adds to its offering."""

    learner: Learner
    awarded_on: Date | None = Field(
        default=None, description="The day on which all requirements were met (7.5), in the awarding body's time zone"
    )
    requirements_met: tuple[Requirement, ...] = Field(default=(), max_length=60)
    signatory: Signatory | None = None
    units: tuple[Unit, ...] | None = Field(
        default=None, max_length=60, description="The units of this learner, instead of the offering's"
    )
    participation: ParticipationTaken = ParticipationTaken()
    assessments: tuple[Assessment, ...] | None = Field(
        default=None, max_length=60, description="The assessments of this learner, instead of the offering's"
    )
    grade: Grade | None = None
    valid_until: Date | None = Field(
        default=None, description="Last day of technical validity; the achievement itself does not lapse"
    )


class OfferingReference(Element):
    """A published offering of the awarding body."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    version: Annotated[int, Field(ge=1, strict=True)] | None = Field(
        default=None, description="Newest published version when left out"
    )


def _reference_or_inline(value: object) -> str | None:
    # A sender who names an id means the published offering; the fields of an inline one have no such member.
    if isinstance(value, Mapping):
        return "reference" if "id" in value else "inline"
    if isinstance(value, OfferingReference):
        return "reference"
    return "inline" if isinstance(value, Offering) else None


class IssuanceRequest(Award):
    """The body of ``POST /api/v1/credentials``: an award, and its offering by reference or inline."""

    offering: Annotated[
        Annotated[OfferingReference, Tag("reference")] | Annotated[Offering, Tag("inline")],
        Discriminator(
            _reference_or_inline, custom_error_type="wrong-type", custom_error_message="An object is expected here."
        ),
    ]

    @property
    def award(self) -> Award:
        """The request without its offering."""
        return Award.model_validate({name: getattr(self, name) for name in Award.model_fields})


class Statement(Element):
    """What one micro-credential says: the offering as this award narrows it, and the award."""

    offering: Offering
    award: Award


def statement_of(offering: Offering, award: Award) -> Statement:
    """Put the offering and what the award states more narrowly together.

    After this every fact has one place: units, assessments, signatory, timeframe and location stand in the offering;
    only the mode that the learner took stays in the award.
    """
    taken = award.participation
    participation = offering.participation.model_copy(
        update=_given({"timeframe": taken.timeframe, "location": taken.location})
    )
    narrowed = offering.model_copy(
        update={
            **_given({"signatory": award.signatory, "units": award.units, "assessments": award.assessments}),
            "participation": participation,
        }
    )
    rest = award.model_copy(
        update={
            "signatory": None,
            "units": None,
            "assessments": None,
            "participation": ParticipationTaken(mode_taken=taken.mode_taken),
        }
    )
    return Statement(offering=narrowed, award=rest)


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
