"""The two types, as data: their claims in order, who sees them, and who says so.

EUDI: the Type Metadata of the European Commission's reference issuer (eudi-srv-pid-issuer,
``vct/learning_credential.json``) for ``sd``, and its ``SdJwtVcClaims.kt`` for what is mandatory. WE BUILD: the rulebook
"Micro-credential" 0.1 (2026-07-21), section 2.2 for what is mandatory, sections 3.2.1 to 3.2.3 for what is disclosable.
Where the rulebook leaves it to the issuer (MAY), a claim is selectively disclosable: whoever holds it may then keep it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Visibility(StrEnum):
    """Who sees a claim: ``sd`` of Type Metadata (SD-JWT VC draft -19, section 5.6.3)."""

    ALWAYS_VISIBLE = "never"
    DISCLOSABLE = "always"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a type. ``label`` is the key of its name in the catalogues (``claim.LABEL``).

    ``source`` is where a request states it, for whoever has to add what is missing.
    """

    name: str
    visibility: Visibility
    mandatory: bool
    label: str
    source: str
    citation: str
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class CredentialType:
    """One type of SD-JWT VC. ``slug`` is its name in our addresses and in the catalogues (``wallet.SLUG``)."""

    slug: str
    vct: str
    claims: tuple[Claim, ...]

    @property
    def disclosable(self) -> frozenset[str]:
        """The claims that whoever holds a credential of this type may keep."""
        return frozenset(claim.name for claim in self.claims if claim.visibility is Visibility.DISCLOSABLE)

    @property
    def visible_always(self) -> frozenset[str]:
        """The mandatory claims that every presentation shows."""
        return frozenset(claim.name for claim in self.claims if claim.mandatory) - self.disclosable


_EUDI: Final = "urn:eu.europa.ec.eudi:learning:credential:1, "


def _eudi(
    name: str, label: str, source: str, *, visible: bool = False, mandatory: bool = False, is_list: bool = False
) -> Claim:
    visibility = Visibility.ALWAYS_VISIBLE if visible else Visibility.DISCLOSABLE
    return Claim(name, visibility, mandatory, label, source, f"{_EUDI}{name}", is_list)


EUDI_LEARNING: Final = CredentialType(
    "learning-credential",
    "urn:eu.europa.ec.eudi:learning:credential:1",
    (
        _eudi("issuing_authority", "awarding-body", "#/offering/awarding_body", visible=True, mandatory=True),
        _eudi("issuing_country", "awarding-country", "#/offering/awarding_body", visible=True, mandatory=True),
        _eudi("date_of_issuance", "awarded-on", "#/awarded_on", visible=True, mandatory=True),
        _eudi("achievement_title", "title", "#/offering/title", visible=True, mandatory=True),
        _eudi("achievement_description", "description", "#/offering/further_information/profile", visible=True),
        _eudi(
            "language_of_classes",
            "languages",
            "#/offering/further_information/languages",
            visible=True,
            mandatory=True,
            is_list=True,
        ),
        _eudi("family_name", "family-names", "#/learner/family_names", mandatory=True),
        _eudi("given_name", "given-names", "#/learner/given_names"),
        _eudi("learner_identification", "student-identifier", "#/learner/student_identifiers", mandatory=True),
        _eudi("learning_outcomes", "learning-outcomes", "#/offering/learning_outcomes", is_list=True),
        _eudi("assessment_grade", "grade", "#/grade"),
        _eudi("expected_study_time", "workload", "#/offering/workload", mandatory=True),
        _eudi("level_of_learning_experience", "level", "#/offering/level/eqf", mandatory=True),
        _eudi(
            "types_of_quality_assurance",
            "quality-assurance",
            "#/offering/quality_assurance/basis",
            mandatory=True,
            is_list=True,
        ),
        _eudi("prerequisites_to_enroll", "prerequisites", "#/offering/prerequisites", is_list=True),
        _eudi("integration_stackability_options", "stackable", "#/offering/integration"),
    ),
)
"""``date_of_expiry`` is not among them: it is "the date which the achievement expires", and ours do not (``exp`` says
until when a copy can be used). ``form_of_participation`` and ``evaluator_verification`` stand in the reference issuer's
Type Metadata and in none of its credentials."""

_WE_BUILD: Final = "WE BUILD Micro-credential rulebook 0.1, "


def _we_build(
    name: str, label: str, source: str, *, visible: bool = False, mandatory: bool = False, is_list: bool = False
) -> Claim:
    visibility = Visibility.ALWAYS_VISIBLE if visible else Visibility.DISCLOSABLE
    section = "2.2" if mandatory else "2.3 and 2.4"
    of_person = name in {"givenName", "familyName", "dateOfBirth"}
    citation = f"{_WE_BUILD}{section}; {'3.2.2' if of_person else '3.2.3'}"
    return Claim(name, visibility, mandatory, label, source, citation, is_list)


WE_BUILD: Final = CredentialType(
    "verifiable-micro-credential",
    "VerifiableMicroCredential",
    (
        _we_build("attestation_legal_category", "legal-category", "#", visible=True, mandatory=True),
        _we_build("identifier", "certificate-number", "#", mandatory=True),
        _we_build("title", "title", "#/offering/title", mandatory=True),
        _we_build("givenName", "given-names", "#/learner/given_names", mandatory=True),
        _we_build("familyName", "family-names", "#/learner/family_names", mandatory=True),
        _we_build("dateOfBirth", "birth-date", "#/learner/birth_date"),
        _we_build("issuerCountry", "awarding-country", "#/offering/awarding_body", mandatory=True),
        _we_build("awardingBody", "awarding-body", "#/offering/awarding_body", mandatory=True),
        _we_build("awardingBodyIdentifier", "awarding-body-identifier", "#/offering/awarding_body"),
        _we_build("issuanceDate", "issued-on", "#", mandatory=True),
        _we_build("level", "level", "#/offering/level/eqf"),
        _we_build(
            "learningOutcomes", "learning-outcomes", "#/offering/learning_outcomes", mandatory=True, is_list=True
        ),
        _we_build("fieldOfEducation", "field-of-education", "#/offering/further_information/isced_f"),
        _we_build("escoReference", "esco", "#/offering/learning_outcomes", is_list=True),
        _we_build("notionalWorkload", "workload", "#/offering/workload", mandatory=True),
        _we_build("typeOfAssessment", "assessment", "#/offering/assessments", mandatory=True),
        _we_build("formOfParticipation", "participation", "#/offering/participation/mode", mandatory=True),
        _we_build("idVerificationMethod", "supervision", "#/offering/assessments"),
        _we_build("grade", "grade", "#/grade"),
        _we_build("gradingScheme", "grading-scheme", "#/grade"),
        _we_build("entryRequirements", "prerequisites", "#/offering/prerequisites", is_list=True),
        _we_build("qualityAssurance", "quality-assurance", "#/offering/quality_assurance/basis", mandatory=True),
        _we_build("stackable", "stackable", "#/offering/integration"),
        _we_build("partOfQualification", "part-of", "#/offering/towards"),
    ),
)
"""Left out though we may know them, because no verifier of an achievement needs them (section 3.2.6): birth place,
citizenship, addresses. Left out because the template has no such element: ``languageOfAssessment`` and
``accreditation``."""

TYPES: Final[Mapping[str, CredentialType]] = MappingProxyType({one.vct: one for one in (EUDI_LEARNING, WE_BUILD)})
"""By ``vct``."""
