"""From what was awarded to the claims of a type. One function for each claim; none of them may guess."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

from app.errors import Family, Finding, ServiceError
from app.eudi.types import EUDI_LEARNING, WE_BUILD, CredentialType
from app.strict_json import JsonValue
from app.template.elements import (
    Assessment,
    AssessmentMethod,
    Integration,
    QualityAssuranceBasis,
    Statement,
    StudentIdentifierScheme,
    SupervisionPlace,
)
from app.template.grading import SCHEMES


@dataclass(frozen=True, slots=True)
class Said:
    """What was awarded, as its frozen tree says it. ``country`` is a code of the EU country list.

    ``language`` is the awarding body's own; ``issued_on`` the day on which this copy is made.
    """

    statement: Statement
    legal_name: Mapping[str, str]
    country: str
    eidas_identifier: str
    certificate_number: str
    language: str
    issued_on: date


class ClaimsMissing(ServiceError):
    """The award does not state what this type of credential cannot do without; another type may be had."""

    code: ClassVar[str] = "claims-missing"
    title: ClassVar[str] = "The award lacks what this type of credential must say"
    family: ClassVar[Family] = Family.RULE_BROKEN


def claims_of(credential_type: CredentialType, said: Said) -> dict[str, JsonValue]:
    """Return the claims of a credential of this type, in the order of the type, with ``vct`` first.

    Raises:
        ClaimsMissing: with a finding for each mandatory claim that the award does not state.
    """
    made = _MAKERS[credential_type.vct]
    found: dict[str, JsonValue] = {"vct": credential_type.vct}
    findings = []
    for claim in credential_type.claims:
        value = made[claim.name](said)
        if value is not None and value not in ("", []):
            found[claim.name] = value
        elif claim.mandatory:
            detail = f"`{claim.name}` is mandatory in this type, and the award does not state it."
            findings.append(Finding("claim-missing", claim.source, detail, claim.citation))
    if findings:
        raise ClaimsMissing(
            f"{len(findings)} mandatory claims cannot be had from the award."
            if len(findings) > 1
            else "One mandatory claim cannot be had from the award.",
            findings=findings,
        )
    return found


# --- What both types say

# ISO 3166-1: the countries of Europe, by the three letters of the EU list. A university elsewhere is refused in these
# types until its country is added; no code follows from another by a rule.
COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    dict(
        re.findall(
            "([A-Z]{3}):([A-Z]{2})",
            "ALB:AL AND:AD ARM:AM AUT:AT AZE:AZ BEL:BE BGR:BG BIH:BA BLR:BY CHE:CH CYP:CY CZE:CZ DEU:DE DNK:DK EST:EE "
            "ESP:ES FIN:FI FRA:FR GBR:GB GEO:GE GRC:GR HRV:HR HUN:HU IRL:IE ISL:IS ITA:IT LIE:LI LTU:LT LUX:LU LVA:LV "
            "MCO:MC MDA:MD MKD:MK MLT:MT MNE:ME NLD:NL NOR:NO POL:PL PRT:PT ROU:RO SMR:SM SRB:RS SVK:SK SVN:SI SWE:SE "
            "TUR:TR UKR:UA VAT:VA",
        )
    )
)


def _text(said: Said, words: Mapping[str, str] | None) -> str | None:
    """Return one of the texts: in English, else in the awarding body's language, else the first by its tag."""
    if not words:
        return None
    return words.get("en") or words.get(said.language) or words[min(words)]


def _country(said: Said) -> str | None:
    return COUNTRIES.get(said.country)


def _outcomes(said: Said) -> JsonValue:
    return [text for outcome in said.statement.offering.learning_outcomes if (text := _text(said, outcome.text))]


def _prerequisites(said: Said) -> JsonValue:
    stated = said.statement.offering.prerequisites
    if stated is None or isinstance(stated, str):
        return None
    return [text for words in (stated.knowledge_and_skills, stated.formal) if (text := _text(said, words))]


def _grade(said: Said) -> JsonValue:
    grade = said.statement.award.grade
    return None if grade is None else grade.value


def _stackable(said: Said) -> JsonValue:
    integration = said.statement.offering.integration
    return None if integration is None else integration is Integration.STACKABLE


def _awarded_on(said: Said) -> JsonValue:
    day = said.statement.award.awarded_on
    return None if day is None else day.isoformat()


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- EUDI learning credential

_QUALITY: Final[Mapping[QualityAssuranceBasis, str]] = {
    QualityAssuranceBasis.OWN_DEGREE_PROCEDURES: "Quality assurance procedures of the university's degree programmes",
    QualityAssuranceBasis.NATIONAL: "National quality assurance",
    QualityAssuranceBasis.INTERNATIONAL_AGENCY: "International quality assurance agency",
}
"""Words, because the type asks for words and names no list."""


def _learner_identification(said: Said) -> JsonValue:
    """The European Student Identifier, which is good everywhere, before a number of one university."""
    by_scheme = {one.scheme: one.value for one in said.statement.award.learner.student_identifiers}
    return by_scheme.get(StudentIdentifierScheme.ESI) or by_scheme.get(StudentIdentifierScheme.STUDENT_NUMBER)


def _study_time(said: Said) -> JsonValue:
    workload = said.statement.offering.workload
    hours = None if not workload.hours else f"{_plain(workload.hours)} hours"
    if not workload.ects:
        return hours
    return f"{_plain(workload.ects)} ECTS" + (f" ({hours})" if hours else "")


def _types_of_quality_assurance(said: Said) -> JsonValue:
    stated = said.statement.offering.quality_assurance
    return None if stated is None else [_QUALITY[basis] for basis in stated.basis]


_Maker: TypeAlias = Callable[[Said], JsonValue]

_EUDI: Final[Mapping[str, _Maker]] = {
    "issuing_authority": lambda said: _text(said, said.legal_name),
    "issuing_country": _country,
    "date_of_issuance": _awarded_on,
    "achievement_title": lambda said: _text(said, said.statement.offering.title),
    "achievement_description": lambda said: _text(said, said.statement.offering.further_information.profile),
    "language_of_classes": lambda said: list(said.statement.offering.further_information.languages),
    "family_name": lambda said: said.statement.award.learner.family_names,
    "given_name": lambda said: said.statement.award.learner.given_names,
    "learner_identification": _learner_identification,
    "learning_outcomes": _outcomes,
    "assessment_grade": _grade,
    "expected_study_time": _study_time,
    "level_of_learning_experience": lambda said: said.statement.offering.level.eqf,
    "types_of_quality_assurance": _types_of_quality_assurance,
    "prerequisites_to_enroll": _prerequisites,
    "integration_stackability_options": _stackable,
}

# --- WE BUILD micro-credential

_LEGAL_CATEGORY: Final = "non-qualified-EAA"
"""Section 2.1: SHALL have this value. Another needs another rulebook, and a qualified trust service."""

_ASSESSMENTS: Final[Mapping[AssessmentMethod, str]] = {
    AssessmentMethod.PRACTICAL_EXAMINATION: "practical-assessment",
    AssessmentMethod.PORTFOLIO: "portfolio-assessment",
    AssessmentMethod.PROJECT_WORK: "project-assessment",
}
"""Section 2.8, where its code is not ours; other methods keep our code, as an issuer may define its own."""

_BASES: Final[Mapping[QualityAssuranceBasis, str]] = {QualityAssuranceBasis.NATIONAL: "national-quality-agency"}
"""Section 2.8, likewise."""


def _assessment(said: Said) -> Assessment | None:
    """The first, as the rulebook's references to the European Learning Model have it (``provenBy[0]``)."""
    stated = said.statement.award.assessments or said.statement.offering.assessments
    return stated[0] if stated else None


def _type_of_assessment(said: Said) -> JsonValue:
    assessment = _assessment(said)
    if assessment is None:
        return None
    method = assessment.methods[0]
    return _ASSESSMENTS.get(method, method.value)


def _workload(said: Said) -> JsonValue:
    """MC-IR-06: a positive number; higher education says it in ECTS where it can (section 2.8)."""
    workload = said.statement.offering.workload
    for value, unit in ((workload.ects, "ECTS"), (workload.hours, "hours")):
        if value:
            return {"value": int(value) if value == int(value) else float(value), "unit": unit}
    return None


def _participation(said: Said) -> JsonValue:
    taken = said.statement.award.participation.mode_taken
    if taken is not None:
        return taken.value
    mode = said.statement.offering.participation.mode
    return None if mode is None else mode.value


def _id_verification(said: Said) -> JsonValue:
    """Section 2.8 has three codes; what is none of them is left out."""
    assessment = _assessment(said)
    supervision = None if assessment is None else assessment.supervision
    if supervision is None:
        return None
    if supervision.supervised:
        places = {SupervisionPlace.ONLINE: "proctored-online-exam", SupervisionPlace.ON_SITE: "in-person-supervision"}
        return None if supervision.where is None else places[supervision.where]
    remote = supervision.identity_verified and supervision.where is SupervisionPlace.ONLINE
    return "identity-verified-remote-exam" if remote else None


def _quality_assurance(said: Said) -> JsonValue:
    stated = said.statement.offering.quality_assurance
    return None if stated is None or not stated.basis else _BASES.get(stated.basis[0], stated.basis[0].value)


def _grading_scheme(said: Said) -> JsonValue:
    grade = said.statement.award.grade
    scheme = None if grade is None else SCHEMES.get(grade.scheme)
    return None if scheme is None else _text(said, scheme.name)


def _level(said: Said) -> JsonValue:
    eqf = said.statement.offering.level.eqf
    return None if eqf is None else f"EQF-{eqf}"


def _birth_date(said: Said) -> JsonValue:
    day = said.statement.award.learner.birth_date
    return None if day is None else day.isoformat()


def _part_of(said: Said) -> JsonValue:
    towards = said.statement.offering.towards
    return _text(said, towards[0].title) if towards else None


def _esco(said: Said) -> JsonValue:
    found = [skill.id for outcome in said.statement.offering.learning_outcomes for skill in outcome.esco]
    return list(dict.fromkeys(found))


def _field(said: Said) -> JsonValue:
    stated = said.statement.offering.further_information.isced_f
    return stated[0] if stated else None


_WE_BUILD: Final[Mapping[str, _Maker]] = {
    "attestation_legal_category": lambda _: _LEGAL_CATEGORY,
    "identifier": lambda said: said.certificate_number,
    "title": lambda said: _text(said, said.statement.offering.title),
    "givenName": lambda said: said.statement.award.learner.given_names,
    "familyName": lambda said: said.statement.award.learner.family_names,
    "dateOfBirth": _birth_date,
    "issuerCountry": _country,
    "awardingBody": lambda said: _text(said, said.legal_name),
    "awardingBodyIdentifier": lambda said: said.eidas_identifier,
    "issuanceDate": lambda said: said.issued_on.isoformat(),
    "level": _level,
    "learningOutcomes": _outcomes,
    "fieldOfEducation": _field,
    "escoReference": _esco,
    "notionalWorkload": _workload,
    "typeOfAssessment": _type_of_assessment,
    "formOfParticipation": _participation,
    "idVerificationMethod": _id_verification,
    "grade": _grade,
    "gradingScheme": _grading_scheme,
    "entryRequirements": _prerequisites,
    "qualityAssurance": _quality_assurance,
    "stackable": _stackable,
    "partOfQualification": _part_of,
}

_MAKERS: Final[Mapping[str, Mapping[str, _Maker]]] = {EUDI_LEARNING.vct: _EUDI, WE_BUILD.vct: _WE_BUILD}
