"""Where each element of the template stands in a document: the table behind ``docs/mapping.md``.

Written by ``python -m app.elm.homes > docs/mapping.md``; tests compare the page with this table, this table with the
fields of the types, and every line with documents by SPARQL queries that are written apart from the mapping.
"""

import sys
from dataclasses import dataclass
from typing import Final

from app.elm.vocabularies import EUROPEAN_LISTS, OWN_LISTS
from app.jsonld.contexts import VOCABULARY_BASE


@dataclass(frozen=True, slots=True)
class Home:
    """One line of the table."""

    element: str
    """Section of the template."""
    fields: tuple[str, ...]
    """Fields of the statement, dotted from ``offering`` or ``award``; a list's items go without numbers."""
    path: str
    """Path in the document: P person, A achievement, Q specification, Act/ActS activity and its specification, As/AsS
    assessment and its specification, Opp opportunity, B awarding body, C credential. ``note(x)`` is a Note whose
    subject is ``template-element/v1#x``."""
    vocabulary: str = ""
    """List of the European Union or scheme of ours."""


HOMES: Final[tuple[Home, ...]] = (
    Home("7.1 a", ("award.learner.given_names",), "P.givenName, P.fullName"),
    Home("7.1 a", ("award.learner.family_names",), "P.familyName, P.fullName"),
    Home("7.1 a", ("award.learner.single_name",), "derived: one of givenName and familyName is absent"),
    Home("7.1 a", ("award.learner.name_in_other_script",), "P.additionalNote: note(learner-name-other-script)"),
    Home("7.1 b", ("award.learner.birth_date",), "P.dateOfBirth"),
    Home("7.1 c", ("award.learner.nationalities",), "P.citizenshipCountry", "country"),
    Home(
        "7.1 c",
        ("award.learner.nationality_status",),
        "P.additionalNote with subject nationality-status/v1#stateless",
        "nationality-status",
    ),
    Home(
        "7.1 d",
        (
            "award.learner.student_identifiers.scheme",
            "award.learner.student_identifiers.value",
            "award.learner.student_identifiers.assigned_by",
        ),
        "P.identifier {schemeName, notation, creator: DID or web address}",
    ),
    Home("7.1 e", ("award.learner.other_data.birth_name",), "P.birthName"),
    Home("7.1 e", ("award.learner.other_data.place_of_birth",), "P.placeOfBirth", "country"),
    Home("7.1 e", ("award.learner.other_data.gender",), "P.gender", "human-sex"),
    Home("7.1 e", ("award.learner.other_data.email",), "P.contactPoint.emailAddress (mailto:)"),
    Home("7.2", ("offering.title",), "Q.title = A.title = C.displayParameter.title"),
    Home("7.2", ("offering.alternative_titles",), "Q.altLabel"),
    Home("7.2", ("offering.type", "offering.subtype", "offering.micro_degree"), "Q.dcType", "typology"),
    Home("7.3", ("offering.country",), "B.location.address.countryCode; read as a fact, not as a field", "country"),
    Home("7.3", ("offering.region",), "B.location.geographicName"),
    Home("7.4", ("offering.awarding_body",), "A.awardedBy.awardingBody = C.issuer: its DID"),
    Home(
        "7.4",
        ("offering.awarding_rule",),
        "A.awardedBy.additionalNote: note(awarding-body-rule-*), narrower than awarding-body-rule",
        "template-element",
    ),
    Home("7.4", ("offering.leading_university",), "A.awardedBy.additionalNote with subject member/v1#SLUG", "member"),
    Home(
        "7.4",
        ("offering.signatory.name", "offering.signatory.role"),
        "A.awardedBy.additionalNote: note(signatory), note(signatory-role)",
    ),
    Home("7.4", ("offering.units.title",), "A.hasPart.title"),
    Home(
        "7.4",
        ("offering.units.provided_by",),
        "A.hasPart.influencedBy.directedBy: by DID; a university without one in the deployment by its public facts",
    ),
    Home("7.4, 7.6", ("offering.units.ects",), "A.hasPart.creditReceived.point", "credit-system"),
    Home("7.4, 7.7", ("offering.units.eqf",), "A.hasPart.specifiedBy.eqfLevel", "eqf"),
    Home("7.4", ("offering.units.chosen_from",), "A.hasPart.additionalNote: note(unit-pool)"),
    Home("7.5", ("offering.units.completed_on",), "A.hasPart.influencedBy.temporal.endDate"),
    Home("7.5", ("award.awarded_on",), "A.awardedBy.awardingDate"),
    Home(
        "7.5",
        ("award.requirements_met.what", "award.requirements_met.on"),
        "Act.hasPart {title, temporal.endDate}",
    ),
    Home("7.6", ("offering.workload.ects",), "Q.creditPoint.point = A.creditReceived.point", "credit-system"),
    Home("7.6", ("offering.workload.hours",), "Q.volumeOfLearning (PT125H)"),
    Home("7.7", ("offering.level.eqf",), "Q.eqfLevel; Q is a Qualification when any level is given", "eqf"),
    Home("7.7", ("offering.level.nqf",), "Q.nqfLevel", "nqf"),
    Home("7.7", ("offering.level.cycle",), "Q.educationLevel", "qf-ehea"),
    Home("7.8", ("offering.learning_outcomes.text",), "Q.learningOutcome.title"),
    Home(
        "7.8",
        ("offering.learning_outcomes.category",),
        "Q.learningOutcome.relatedSkill, with Q.learningOutcome.dcType from skill-type",
        "eqf-descriptor",
    ),
    Home(
        "7.8",
        ("offering.learning_outcomes.esco.id", "offering.learning_outcomes.esco.label"),
        "Q.learningOutcome.relatedESCOSkill",
    ),
    Home("7.8", ("offering.learning_outcomes.reuse",), "Q.learningOutcome.reusabilityLevel", "skill-reuse-level"),
    Home("7.9 a", ("offering.participation.mode",), "Q.mode", "mode-of-learning-and-assessment"),
    Home("7.9 a", ("award.participation.mode_taken",), "ActS.mode", "mode-of-learning-and-assessment"),
    Home(
        "7.9 b",
        ("offering.participation.organisation",),
        "Q.dcType and Opp.dcType; workshop, volunteering and work experience: ActS.dcType",
        "learning-opportunity-type, learning-activity-type, form",
    ),
    Home("7.9 b", ("offering.participation.organisation_other",), "Q.additionalNote: note(other-form)"),
    Home("7.9 b", ("offering.participation.activity_title",), "Act.title = Opp.title, where it differs from Q.title"),
    Home(
        "7.9 c",
        ("offering.participation.timeframe.starts", "offering.participation.timeframe.ends"),
        "Act.temporal = Opp.temporal",
    ),
    Home(
        "7.9 c",
        ("offering.participation.timeframe",),
        "self-paced: Opp.scheduleInformation with subject timeframe/v1#self-paced",
        "timeframe",
    ),
    Home("7.9", ("offering.participation.location",), "Act.location {address.countryCode, geographicName}", "country"),
    Home(
        "7.10",
        ("offering.prerequisites.knowledge_and_skills",),
        "Q.entryRequirement: note(prerequisites)",
    ),
    Home("7.10", ("offering.prerequisites",), "none: Q.entryRequirement: note(no-prerequisites)"),
    Home("7.10", ("offering.prerequisites.formal",), "Q.additionalNote: note(formal-prerequisites)"),
    Home("7.11", ("offering.assessments.title",), "AsS.title = As.title; AsS is in Q.provenBy, As in A.provenBy"),
    Home(
        "7.11",
        ("offering.assessments.methods",),
        "AsS.dcType; several: AsS.hasPart.dcType. Participation alone has no As",
        "assessment-type, assessment",
    ),
    Home("7.11", ("offering.assessments.methods_other",), "AsS.additionalNote: note(other-assessment)"),
    Home("7.11", ("offering.assessments.formal",), "AsS.additionalNote: note(formal-assessment)"),
    Home("7.11", ("offering.assessments.summative",), "AsS.additionalNote: note(summative-assessment)"),
    Home("7.11", ("offering.assessments.assessed_by",), "As.assessedBy; the awarding body when nobody else is named"),
    Home("7.5", ("offering.assessments.on",), "As.dateIssued"),
    Home(
        "7.12",
        ("offering.assessments.supervision.supervised", "offering.assessments.supervision.identity_verified"),
        "As.idVerification",
        "supervision-verification",
    ),
    Home("7.12", ("offering.assessments.supervision.where",), "AsS.mode", "mode-of-learning-and-assessment"),
    Home("7.14", ("offering.assessments.grade.value",), "As.grade: note(assessment-grade), else note(no-grade)"),
    Home("7.13", ("offering.quality_assurance.description",), "A.awardedBy.additionalNote: note(quality-assurance)"),
    Home(
        "7.13",
        ("offering.quality_assurance.basis", "offering.quality_assurance.esg"),
        "A.awardedBy.additionalNote: note(quality-assurance-*), narrower than quality-assurance",
        "template-element",
    ),
    Home("7.13", ("offering.quality_assurance.content",), "A.awardedBy.additionalNote: note(content-quality)"),
    Home(
        "7.13",
        (
            "offering.quality_assurance.agency",
            "offering.quality_assurance.decision.title",
            "offering.quality_assurance.decision.url",
            "offering.quality_assurance.decision.on",
            "offering.quality_assurance.valid_until",
        ),
        "Q.accreditation {accreditingAgent, title, landingPage, dateIssued, expiryDate}; "
        "B.accreditation when Q is no Qualification; only with an agency",
        "accreditation-type, accreditation-decision",
    ),
    Home(
        "7.14",
        ("award.grade.value",),
        "As.grade: note(grade) of the only assessment, else of an As around all whose AsS.dcType is overall-result",
        "assessment",
    ),
    Home("7.14", ("award.grade.text",), "As.additionalNote: note(grade-in-words)"),
    Home(
        "7.14",
        ("award.grade.scheme", "offering.grading_scheme"),
        "AsS.gradingScheme.identifier {schemeName: Grading scheme code, notation}",
        "grading-scheme (of the awarding bodies)",
    ),
    Home(
        "7.14",
        (
            "offering.grade_distribution.reference_group",
            "offering.grade_distribution.passing_grades.grade",
            "offering.grade_distribution.passing_grades.count",
        ),
        "As.resultDistribution {description, resultCategory {label, count}}",
    ),
    Home(
        "7.14",
        ("offering.grade_distribution.first_year", "offering.grade_distribution.last_year"),
        "As.additionalNote: note(grade-distribution-period), 2024/2025",
    ),
    Home(
        "7.14",
        ("offering.grade_distribution.isced_f",),
        "As.additionalNote with the field as subject",
        "isced-f",
    ),
    Home(
        "7.15",
        ("offering.integration",),
        "Q.additionalNote: note(stackability-*); Q.isPartialQualification = true when stackable, never false",
        "template-element",
    ),
    Home(
        "7.15",
        ("offering.towards.title",),
        "Q.entitlesTo.title; Q.isPartOf.title unless towards other courses",
        "entitlement-type, entitlement-status",
    ),
    Home("7.15", ("offering.towards.kind",), "Q.entitlesTo.additionalNote: note(towards-*)", "template-element"),
    Home("7.15", ("offering.towards.university",), "Q.entitlesTo.limitOrganisation"),
    Home("7.15", ("offering.towards.ects_recognised",), "Q.entitlesTo.additionalNote: note(ects-recognised)"),
    Home("7.15", ("offering.towards.condition",), "Q.entitlesTo.description"),
    Home("Annex 2", ("offering.diploma_supplement_note",), "Q.additionalNote: note(diploma-supplement)"),
    Home("7.16", ("offering.further_information.profile",), "Q.additionalNote: note(profile)"),
    Home("7.16", ("offering.further_information.target_groups",), "Q.targetGroup", "target-group (European, ours)"),
    Home("7.16", ("offering.further_information.languages",), "Q.language", "language"),
    Home("7.16", ("offering.further_information.availability",), "Opp.admissionProcedure: note(availability)"),
    Home("7.16", ("offering.further_information.duration",), "Q.maximumDuration = Opp.duration; weeks as days"),
    Home(
        "7.16",
        (
            "offering.further_information.fees.what_for",
            "offering.further_information.fees.amount",
            "offering.further_information.fees.currency",
            "offering.further_information.fees.remark",
        ),
        "Opp.priceDetail {additionalNote: note(fee-*), amount.value, amount.unit, description}",
        "currency, template-element",
    ),
    Home(
        "7.16",
        ("offering.further_information.document_form",),
        "Q.additionalNote: note(form-of-document-*)",
        "template-element",
    ),
    Home(
        "7.16",
        ("offering.further_information.partners.name", "offering.further_information.partners.role"),
        "Q.additionalNote: note(partnership); name in the first line, role in the further ones",
    ),
    Home(
        "7.16",
        ("offering.further_information.partners.homepage",),
        "A.supplementaryDocument.contentURL under the partner's name as title",
    ),
    Home("7.16", ("offering.further_information.appreciation.text",), "Q.additionalNote: note(appreciation)"),
    Home(
        "7.16",
        ("offering.further_information.appreciation.url",),
        "Q.supplementaryDocument.contentURL under the text as title",
    ),
    Home("7.16", ("offering.further_information.isced_f",), "Q.thematicArea", "isced-f"),
    Home("7.16", ("offering.further_information.other.text",), "Q.additionalNote: note(other-information)"),
)

DECLARED: Final[tuple[Home, ...]] = (
    Home("fn 27", (), "Q.category: Micro-credential, in each language of the title that has a word for it"),
    Home(
        "7.4",
        (),
        "A.awardedBy.additionalNote: note(awarding-body): on behalf of the ENHANCE Alliance; for `test`: testing only",
    ),
    Home("5", (), "B.groupMemberOf.additionalNote: note(automatic-recognition); not for `test`"),
    Home("7.15", (), "Q.additionalNote: note(not-a-degree)"),
    Home("9", (), "Q.additionalNote with subject template-edition/v1#2021-06", "template-edition"),
    Home("", (), "C.identifier {schemeName: Certificate number, notation}"),
    Home("", (), "C.displayParameter {title, description, primaryLanguage, language, individualDisplay}", "language"),
)
"""What every document says without a field of its own (template-elements.md section 7)."""

NOT_IN_DOCUMENT: Final[dict[str, str]] = {
    "award.learner.reference": "the university's own key; inside",
    "award.signatory": "stands in the offering of a statement",
    "award.units": "stands in the offering of a statement",
    "award.assessments": "stands in the offering of a statement",
    "award.participation.timeframe": "stands in the offering of a statement",
    "award.participation.location": "stands in the offering of a statement",
    "award.valid_until": "validUntil of the credential; read as a fact",
    "offering.workload.no_ects_reason": "reason of an exception; inside",
    "offering.level.no_eqf_reason": "reason of an exception; inside",
    "offering.prerequisites.formal_reason": "reason of an exception; inside",
    "offering.further_information.placement": "decides what stands in the document (7.16); reads as `document`",
    "offering.further_information.other.placement": "decides what stands in the document (7.16); reads as `document`",
}
"""Fields that never stand in a document, and why."""

_INTRODUCTION: Final = """\
# Where each element of the template stands in a credential

Written by `python -m app.elm.homes > docs/mapping.md`; tests compare this page with the mapping, and every line with
documents by SPARQL.

P is the person (`credentialSubject`), A the learning achievement (`P.hasClaim`), Q its specification (`A.specifiedBy`:
a `Qualification` if any level is given, else a `LearningAchievementSpecification`), Act the learning activity
(`A.influencedBy`), ActS its specification, As an assessment (`A.provenBy`), AsS its specification (`Q.provenBy`), Opp
the learning opportunity (`A.learningOpportunity`), B the awarding body, C the credential. `note(x)` is a Note whose
subject is the concept `x` of our scheme `template-element`: a reader finds it by its subject, never by its words. Where
the words are no more than the label of a chosen value, the subject is a reference: `{id, type}`.
`description` is `elmDescription` in the `vcdm2` rendering ([decision 8](decisions/0008-two-renderings.md)). Language
tags stand in lower case (`zh-hans`), which is how JSON-LD processors write them; they read back in their usual case.

A statement reads back exactly as `in_document` says: items that 7.16 places in the catalogue only, and what is kept
inside, are left out; lists whose order the graph does not keep are sorted.
"""


def page() -> str:
    """The page ``docs/mapping.md``."""

    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("*", "\\*")

    lines = [_INTRODUCTION, "## Elements", "", "| Element | Fields | In the document | Lists |", "|---|---|---|---|"]
    for home in HOMES:
        fields = ", ".join(f"`{field}`" for field in home.fields)
        lines.append(f"| {home.element} | {fields} | {cell(home.path)} | {home.vocabulary} |")
    lines += ["", "## Said without being asked", "", "| Element | In the document | Lists |", "|---|---|---|"]
    lines += [f"| {home.element} | {cell(home.path)} | {home.vocabulary} |" for home in DECLARED]
    lines += ["", "## Never in the document", "", "| Field | Why |", "|---|---|"]
    lines += [f"| `{field}` | {why} |" for field, why in NOT_IN_DOCUMENT.items()]
    lines += ["", "## Lists", "", "| List | Scheme | Members |", "|---|---|---|"]
    for scheme in (*OWN_LISTS.values(), *EUROPEAN_LISTS.values()):
        extent = f"{len(scheme.members)}" if scheme.complete else f"{len(scheme.members)} of more"
        lines.append(f"| {scheme.name} | `{scheme.iri}` | {extent} |")
    lines += ["", f"Our schemes are served at `/vocabulary/SCHEME/v1` and belong under `{VOCABULARY_BASE}/`.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
