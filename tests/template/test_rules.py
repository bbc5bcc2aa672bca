"""Each rule of the registry, by two requests that differ in one element."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.errors import Finding, Weight
from app.template.citations import SECTIONS
from app.template.elements import TEMPLATE_EDITION, Offering, statement_of
from app.template.request import parse_offering, parse_request
from app.template.rules import LISTS, RULES, check, check_offering, check_statement
from tests.builders import (
    ABSENT,
    CODE_LISTS,
    SUBTYPES,
    TODAY,
    a_request,
    a_service_badge,
    a_specialisation_certificate,
    altered,
    an_academic_certificate,
    an_achievement_badge,
    an_awarding_body,
    an_offering,
    full_request,
    required_only_request,
)

REQUIRED, ADVICE = Weight.REQUIRED, Weight.RECOMMENDED
OUTSIDE = {"name": {"en": "Fictional Institute"}, "country": "IRL"}
NOWHERE = {"name": {"en": "Fictional Institute"}, "country": "XXX"}


def found(request: dict[str, Any], *, awarding_body: str = "wut") -> list[Finding]:
    return check(parse_request(request), today=TODAY, body=an_awarding_body(awarding_body), codes=CODE_LISTS)


def found_in_offering(offering: dict[str, Any], *, awarding_body: str = "wut") -> list[Finding]:
    return check_offering(parse_offering(offering), body=an_awarding_body(awarding_body), codes=CODE_LISTS)


def as_triples(findings: list[Finding]) -> list[tuple[str, Weight, str]]:
    return [(finding.code, finding.weight, finding.pointer) for finding in findings]


@dataclass(frozen=True)
class Pair:
    """A request without finding, and the change after which one rule finds one thing."""

    code: str
    weight: Weight
    element: str
    base: dict[str, Any]
    change: dict[str, Any]
    pointer: str
    published: bool = field(default=False)

    def __str__(self) -> str:
        return f"{self.element} {self.code} ({self.weight.value}) {self.pointer}"


CERTIFICATE = an_academic_certificate()
SPECIALISATION = a_specialisation_certificate()
BADGE = an_achievement_badge()
SERVICE = a_service_badge()
WITHOUT_POINTS = a_specialisation_certificate(
    {"offering.workload": {"hours": 20, "no_ects_reason": {"ground": "effort-not-measurable"}}}
)
TWO_UNITS = an_academic_certificate(
    {
        "offering.units": [
            {"title": {"en": "Foundations"}, "provided_by": ["wut"], "ects": 3},
            {"title": {"en": "Applications"}, "provided_by": ["wut"], "ects": 2},
        ]
    }
)
TWO_UNIVERSITIES = altered(
    TWO_UNITS,
    {
        "offering.units.1.provided_by": ["tu-berlin"],
        "offering.awarding_rule": "leading-role",
        "offering.quality_assurance.content": {"en": "Reviewed together."},
    },
)
ON_ONE_DAY = an_academic_certificate(requirements_met=[{"what": {"en": "Examination"}, "on": "2026-06-30"}])
GRADED = an_academic_certificate(grade={"value": "4.5", "scheme": "wut-2-5"})
GRADED_PART = an_academic_certificate(
    {
        "offering.grading_scheme": "wut-2-5",
        "assessments": [CERTIFICATE["offering"]["assessments"][0] | {"grade": {"value": "4.0"}}],
    }
)
DISTRIBUTION = an_academic_certificate(
    {
        "offering.grading_scheme": "wut-2-5",
        "offering.grade_distribution": {
            "reference_group": {"en": "All learners"},
            "isced_f": "0114",
            "first_year": 2024,
            "last_year": 2025,
            "passing_grades": [{"grade": "3.0", "count": 4}, {"grade": "4.0", "count": 9}],
        },
    }
)
TOWARDS_COURSES = an_academic_certificate(
    {
        "offering.integration": "stackable",
        "offering.towards": [
            {"kind": "other-courses", "title": {"en": "Courses"}, "university": "ntnu", "ects_recognised": 5}
        ],
    }
)
TOWARDS_DEGREE = altered(TOWARDS_COURSES, {"offering.towards.0.kind": "degree-programme", "grade": GRADED["grade"]})

TITLE = "offering.title.en"
TITLE_AT = "#/offering/title/en"
ECTS_AT = "#/offering/workload/ects"

PAIRS = [
    # 7.1
    Pair("learner-incomplete", REQUIRED, "7.1", CERTIFICATE, {"learner.given_names": ABSENT}, "#/learner/given_names"),
    Pair(
        "learner-incomplete", REQUIRED, "7.1", CERTIFICATE, {"learner.family_names": ABSENT}, "#/learner/family_names"
    ),
    Pair("learner-incomplete", REQUIRED, "7.1", BADGE, {"learner.birth_date": ABSENT}, "#/learner/birth_date"),
    Pair("learner-incomplete", REQUIRED, "7.1", SERVICE, {"learner.nationalities": []}, "#/learner/nationalities"),
    Pair(
        "learner-incomplete",
        REQUIRED,
        "7.1",
        an_academic_certificate(learner__single_name=True, learner__given_names=ABSENT),
        {"learner.family_names": ABSENT},
        "#/learner/given_names",
    ),
    Pair(
        "single-name-contradicted",
        REQUIRED,
        "7.1",
        an_academic_certificate(learner__single_name=True, learner__given_names=ABSENT),
        {"learner.given_names": "Zoë"},
        "#/learner/single_name",
    ),
    Pair(
        "nationality-contradicted",
        REQUIRED,
        "7.1",
        CERTIFICATE,
        {"learner.nationality_status": "stateless"},
        "#/learner/nationality_status",
    ),
    Pair(
        "learner-below-secondary-school",
        ADVICE,
        "7.1",
        an_achievement_badge(learner__birth_date="2016-06-30"),
        {"learner.birth_date": "2016-07-01"},
        "#/learner/birth_date",
    ),
    Pair(
        "member-unknown",
        REQUIRED,
        "7.1",
        CERTIFICATE,
        {"learner.student_identifiers.0.assigned_by": "oxford"},
        "#/learner/student_identifiers/0/assigned_by",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.1",
        CERTIFICATE,
        {"learner.nationalities.0": "XXX"},
        "#/learner/nationalities/0",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.1",
        CERTIFICATE,
        {"learner.other_data": {"place_of_birth": {"country": "XXX"}}},
        "#/learner/other_data/place_of_birth/country",
    ),
    # 7.2
    Pair("subtype-mismatch", REQUIRED, "7.2", CERTIFICATE, {"offering.subtype": "achievement"}, "#/offering/subtype"),
    Pair("subtype-mismatch", REQUIRED, "7.2", SERVICE, {"offering.subtype": "academic"}, "#/offering/subtype"),
    Pair("title-names-other-type", REQUIRED, "7.2", CERTIFICATE, {TITLE: "ENHANCE Badge in cities"}, TITLE_AT),
    Pair("title-names-other-type", REQUIRED, "7.2", BADGE, {TITLE: "Certificate of data"}, TITLE_AT),
    Pair("title-names-other-type", REQUIRED, "7.2", BADGE, {"offering.title.pl": "Certyfikat"}, "#/offering/title/pl"),
    Pair(
        "title-names-other-type",
        REQUIRED,
        "7.2",
        BADGE,
        {"offering.title.de": "Datenzertifikat"},
        "#/offering/title/de",
    ),
    Pair("title-names-subtype", REQUIRED, "7.2", CERTIFICATE, {TITLE: "Academic certificate in cities"}, TITLE_AT),
    Pair("title-names-subtype", REQUIRED, "7.2", SPECIALISATION, {TITLE: "Specialization Certificate: X"}, TITLE_AT),
    Pair("title-names-subtype", REQUIRED, "7.2", BADGE, {TITLE: "Badge of achievement in data"}, TITLE_AT),
    Pair("title-names-subtype", REQUIRED, "7.2", SERVICE, {TITLE: "Service-based badge, tutoring"}, TITLE_AT),
    Pair("title-says-label", REQUIRED, "7.2", BADGE, {TITLE: "ENHANCE Label and badge in data"}, TITLE_AT),
    Pair("title-without-type", ADVICE, "7.2", CERTIFICATE, {TITLE: "Sustainable cities"}, TITLE_AT),
    Pair(
        "title-reads-as-degree", REQUIRED, "7.2", CERTIFICATE, {TITLE: "ENHANCE Master certificate: cities"}, TITLE_AT
    ),
    Pair("title-reads-as-degree", REQUIRED, "7.2", CERTIFICATE, {TITLE: "Diploma and certificate"}, TITLE_AT),
    Pair("title-reads-as-degree", ADVICE, "7.2", CERTIFICATE, {TITLE: "Certificate: Micro-Bachelor"}, TITLE_AT),
    Pair("micro-degree-not-larger", REQUIRED, "7.2", BADGE, {"offering.micro_degree": True}, "#/offering/micro_degree"),
    Pair(
        "micro-degree-not-larger",
        ADVICE,
        "7.2",
        CERTIFICATE,
        {"offering.micro_degree": True},
        "#/offering/micro_degree",
    ),
    # 7.3
    Pair("country-contradicts", REQUIRED, "7.3", CERTIFICATE, {"offering.country": "DEU"}, "#/offering/country"),
    # 7.4
    Pair(
        "awarding-body-not-one",
        REQUIRED,
        "7.4",
        BADGE,
        {"offering.awarding_body": "enhance"},
        "#/offering/awarding_body",
    ),
    Pair(
        "awarding-body-not-member",
        REQUIRED,
        "7.4",
        BADGE,
        {"offering.awarding_body": "oxford"},
        "#/offering/awarding_body",
    ),
    Pair(
        "awarding-body-not-member",
        REQUIRED,
        "7.4",
        BADGE,
        {"offering.awarding_body": "test"},
        "#/offering/awarding_body",
    ),
    Pair(
        "awarding-body-not-sender",
        REQUIRED,
        "7.4",
        BADGE,
        {"offering.awarding_body": "ntnu"},
        "#/offering/awarding_body",
    ),
    Pair(
        "member-unknown",
        REQUIRED,
        "7.4",
        CERTIFICATE,
        {"offering.leading_university": "oxford"},
        "#/offering/leading_university",
    ),
    Pair(
        "member-unknown",
        REQUIRED,
        "7.4",
        TWO_UNIVERSITIES,
        {"offering.units.1.provided_by.0": "oxford"},
        "#/offering/units/1/provided_by/0",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.4",
        altered(TWO_UNIVERSITIES, {"offering.units.1.provided_by.1": OUTSIDE}),
        {"offering.units.1.provided_by.1.country": "XXX"},
        "#/offering/units/1/provided_by/1/country",
    ),
    Pair(
        "awarding-rule-missing",
        REQUIRED,
        "7.4",
        TWO_UNIVERSITIES,
        {"offering.awarding_rule": ABSENT},
        "#/offering/awarding_rule",
    ),
    Pair(
        "awarding-rule-home-university",
        REQUIRED,
        "7.4",
        TWO_UNIVERSITIES,
        {"offering.awarding_rule": "home-university"},
        "#/offering/awarding_rule",
    ),
    Pair(
        "awarding-rule-not-met",
        REQUIRED,
        "7.4",
        TWO_UNIVERSITIES,
        {"offering.leading_university": "tu-berlin"},
        "#/offering/leading_university",
    ),
    Pair(
        "awarding-rule-not-met",
        REQUIRED,
        "7.4",
        altered(TWO_UNIVERSITIES, {"offering.awarding_rule": "most-activities"}),
        {"offering.units.0.provided_by": ["tu-berlin"]},
        "#/offering/awarding_rule",
    ),
    Pair(
        "awarding-rule-not-met",
        REQUIRED,
        "7.4",
        altered(TWO_UNIVERSITIES, {"offering.units.0.provided_by": ["tu-berlin"]}),
        {"offering.awarding_rule": ABSENT},
        "#/offering/awarding_rule",
    ),
    Pair(
        "signatory-missing",
        REQUIRED,
        "7.4",
        CERTIFICATE,
        {"offering.further_information.document_form": "paper"},
        "#/signatory",
    ),
    # 7.5
    Pair("awarded-on-missing", REQUIRED, "7.5", CERTIFICATE, {"awarded_on": ABSENT}, "#/awarded_on"),
    Pair("awarded-before-requirements", REQUIRED, "7.5", ON_ONE_DAY, {"awarded_on": "2026-06-29"}, "#/awarded_on"),
    Pair("awarded-after-requirements", ADVICE, "7.5", ON_ONE_DAY, {"awarded_on": "2026-07-01"}, "#/awarded_on"),
    Pair(
        "awarded-in-future",
        REQUIRED,
        "7.5",
        an_academic_certificate(awarded_on="2026-07-01"),
        {"awarded_on": "2026-07-02"},
        "#/awarded_on",
    ),
    Pair(
        "validity-ends-before-award",
        REQUIRED,
        "7.5",
        an_academic_certificate(valid_until="2026-06-30"),
        {"valid_until": "2026-06-29"},
        "#/valid_until",
    ),
    Pair(
        "award-fact-in-offering",
        REQUIRED,
        "7.5",
        CERTIFICATE,
        {"offering.assessments.0.on": "2026-06-20"},
        "#/offering/assessments/0/on",
    ),
    Pair(
        "award-fact-in-offering",
        REQUIRED,
        "7.5",
        TWO_UNITS,
        {"offering.units.0.completed_on": "2026-06-20"},
        "#/offering/units/0/completed_on",
    ),
    Pair(
        "award-fact-in-offering",
        REQUIRED,
        "7.5",
        CERTIFICATE,
        {"offering.assessments.0.grade": {"value": "5.0"}},
        "#/offering/assessments/0/grade",
    ),
    # 7.6
    Pair("ects-missing", REQUIRED, "7.6", CERTIFICATE, {"offering.workload.ects": ABSENT}, ECTS_AT),
    Pair("ects-missing", REQUIRED, "7.6", WITHOUT_POINTS, {"offering.workload.no_ects_reason": ABSENT}, ECTS_AT),
    Pair("ects-missing", REQUIRED, "7.6", WITHOUT_POINTS, {"offering.subtype": "academic"}, ECTS_AT),
    Pair("ects-below-minimum", REQUIRED, "7.6", CERTIFICATE, {"offering.workload": {"ects": 0.99}}, ECTS_AT),
    Pair("ects-below-minimum", REQUIRED, "7.6", CERTIFICATE, {"offering.workload": {"ects": 0}}, ECTS_AT),
    Pair("ects-below-recommended", ADVICE, "7.6", CERTIFICATE, {"offering.workload": {"ects": "2.99"}}, ECTS_AT),
    Pair("ects-below-recommended", ADVICE, "7.6", SPECIALISATION, {"offering.workload": {"ects": 1}}, ECTS_AT),
    Pair("ects-not-for-badges", REQUIRED, "7.6", BADGE, {"offering.workload": {"ects": 1}}, ECTS_AT),
    Pair("ects-not-for-badges", REQUIRED, "7.6", SERVICE, {"offering.workload": {"ects": 1}}, ECTS_AT),
    Pair(
        "ects-not-for-badges",
        REQUIRED,
        "7.6",
        BADGE,
        {"offering.units": [{"title": {"en": "Course"}, "provided_by": ["wut"], "ects": 1}]},
        "#/offering/units/0/ects",
    ),
    Pair("full-degree-workload", REQUIRED, "7.6", CERTIFICATE, {"offering.workload": {"ects": 120}}, ECTS_AT),
    Pair("full-degree-workload", ADVICE, "7.6", CERTIFICATE, {"offering.workload": {"ects": 60}}, ECTS_AT),
    Pair("workload-of-units", REQUIRED, "7.6", TWO_UNITS, {"offering.units.1.ects": 1}, ECTS_AT),
    Pair("workload-of-units", ADVICE, "7.6", TWO_UNITS, {"offering.units.1.ects": 3}, ECTS_AT),
    Pair("workload-unstated", ADVICE, "7.6", BADGE, {"offering.workload": {}}, "#/offering/workload/hours"),
    Pair("hours-per-credit", ADVICE, "7.6", CERTIFICATE, {"offering.workload.hours": 151}, "#/offering/workload/hours"),
    Pair("hours-per-credit", ADVICE, "7.6", CERTIFICATE, {"offering.workload.hours": 124}, "#/offering/workload/hours"),
    Pair(
        "other-needs-text",
        REQUIRED,
        "7.6",
        WITHOUT_POINTS,
        {"offering.workload.no_ects_reason.ground": "other"},
        "#/offering/workload/no_ects_reason/text",
    ),
    # 7.7
    Pair("eqf-missing", REQUIRED, "7.7", CERTIFICATE, {"offering.level": {}}, "#/offering/level/eqf"),
    Pair("eqf-missing", REQUIRED, "7.7", SPECIALISATION, {"offering.level": ABSENT}, "#/offering/level/eqf"),
    Pair("eqf-not-allowed", REQUIRED, "7.7", CERTIFICATE, {"offering.level": {"eqf": 4}}, "#/offering/level/eqf"),
    Pair("eqf-not-allowed", REQUIRED, "7.7", BADGE, {"offering.level": {"eqf": 8}}, "#/offering/level/eqf"),
    Pair("eqf-not-allowed", REQUIRED, "7.7", SERVICE, {"offering.level": {"cycle": "first"}}, "#/offering/level/cycle"),
    Pair(
        "level-contradiction", REQUIRED, "7.7", CERTIFICATE, {"offering.level.cycle": "first"}, "#/offering/level/cycle"
    ),
    Pair(
        "level-contradiction",
        REQUIRED,
        "7.7",
        CERTIFICATE,
        {"offering.level.nqf": "c_cb086da3"},
        "#/offering/level/nqf",
    ),
    Pair("nqf-not-a-level", REQUIRED, "7.7", CERTIFICATE, {"offering.level.nqf": "c_97cf01c4"}, "#/offering/level/nqf"),
    Pair(
        "nqf-framework-foreign",
        ADVICE,
        "7.7",
        CERTIFICATE,
        {"offering.level.nqf": "c_184f7fed"},
        "#/offering/level/nqf",
    ),
    Pair(
        "code-not-in-list", REQUIRED, "7.7", CERTIFICATE, {"offering.level.nqf": "c_00000000"}, "#/offering/level/nqf"
    ),
    # 7.8
    Pair(
        "learning-outcomes-missing",
        REQUIRED,
        "7.8",
        SERVICE,
        {"offering.learning_outcomes": []},
        "#/offering/learning_outcomes",
    ),
    Pair(
        "outcomes-uncategorised",
        ADVICE,
        "7.8",
        CERTIFICATE,
        {"offering.learning_outcomes.1.category": ABSENT},
        "#/offering/learning_outcomes/1/category",
    ),
    # 7.9
    Pair(
        "mode-missing", REQUIRED, "7.9", BADGE, {"offering.participation.mode": ABSENT}, "#/offering/participation/mode"
    ),
    Pair(
        "organisation-missing",
        REQUIRED,
        "7.9",
        BADGE,
        {"offering.participation.organisation": []},
        "#/offering/participation/organisation",
    ),
    Pair(
        "other-needs-text",
        REQUIRED,
        "7.9",
        BADGE,
        {"offering.participation.organisation": ["other"]},
        "#/offering/participation/organisation_other",
    ),
    Pair(
        "hybrid-mode-taken",
        ADVICE,
        "7.9",
        CERTIFICATE,
        {"offering.participation.mode": "hybrid"},
        "#/participation/mode_taken",
    ),
    Pair(
        "mode-taken-differs",
        ADVICE,
        "7.9",
        SERVICE,
        {"participation.mode_taken": "online"},
        "#/participation/mode_taken",
    ),
    Pair(
        "timeframe-unstated",
        ADVICE,
        "7.9",
        CERTIFICATE,
        {"offering.participation.timeframe": ABSENT},
        "#/participation/timeframe",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.9",
        CERTIFICATE,
        {"offering.participation.location": {"country": "XXX"}},
        "#/offering/participation/location/country",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.9",
        CERTIFICATE,
        {"participation.location": {"country": "XXX"}},
        "#/participation/location/country",
    ),
    # 7.10
    Pair(
        "prerequisites-unsaid",
        ADVICE,
        "7.10",
        CERTIFICATE,
        {"offering.prerequisites": ABSENT},
        "#/offering/prerequisites",
    ),
    Pair(
        "prerequisites-unsaid", ADVICE, "7.10", CERTIFICATE, {"offering.prerequisites": {}}, "#/offering/prerequisites"
    ),
    Pair(
        "prerequisites-only-formal",
        ADVICE,
        "7.10",
        CERTIFICATE,
        {"offering.prerequisites": {"formal": {"en": "A first degree."}}},
        "#/offering/prerequisites/knowledge_and_skills",
    ),
    # 7.11
    Pair("assessment-missing", REQUIRED, "7.11", BADGE, {"offering.assessments": []}, "#/offering/assessments"),
    Pair("assessment-missing", REQUIRED, "7.11", BADGE, {"assessments": []}, "#/assessments"),
    Pair(
        "assessment-not-enough",
        REQUIRED,
        "7.11",
        CERTIFICATE,
        {"offering.assessments.0.formal": False},
        "#/offering/assessments/0",
    ),
    Pair(
        "assessment-not-enough",
        REQUIRED,
        "7.11",
        SPECIALISATION,
        {"offering.assessments.0.summative": ABSENT},
        "#/offering/assessments/0",
    ),
    Pair(
        "assessment-not-enough",
        REQUIRED,
        "7.11",
        CERTIFICATE,
        {"offering.assessments.0.assessed_by": [OUTSIDE]},
        "#/offering/assessments/0",
    ),
    Pair(
        "assessment-not-enough",
        REQUIRED,
        "7.11",
        CERTIFICATE,
        {"offering.assessments.0.methods": ["level-of-attendance", "participation"]},
        "#/offering/assessments/0",
    ),
    Pair(
        "assessment-not-enough",
        REQUIRED,
        "7.11",
        CERTIFICATE,
        {"assessments": [{"title": {"en": "Task"}, "methods": ["automated-verification"]}]},
        "#/assessments/0",
    ),
    Pair(
        "assessment-not-enough",
        ADVICE,
        "7.11",
        SERVICE,
        {"offering.assessments.0.methods": ["participation"]},
        "#/offering/assessments/0/methods",
    ),
    Pair(
        "other-needs-text",
        REQUIRED,
        "7.11",
        BADGE,
        {"offering.assessments.0.methods": ["other"]},
        "#/offering/assessments/0/methods_other",
    ),
    Pair(
        "member-unknown",
        REQUIRED,
        "7.11",
        CERTIFICATE,
        {"offering.assessments.0.assessed_by": ["wut", "oxford"]},
        "#/offering/assessments/0/assessed_by/1",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.11",
        CERTIFICATE,
        {"offering.assessments.0.assessed_by": ["wut", NOWHERE]},
        "#/offering/assessments/0/assessed_by/1/country",
    ),
    # 7.12
    Pair(
        "supervision-unstated",
        REQUIRED,
        "7.12",
        CERTIFICATE,
        {"offering.assessments.0.supervision": ABSENT},
        "#/offering/assessments/0/supervision",
    ),
    Pair(
        "supervision-unstated",
        REQUIRED,
        "7.12",
        BADGE,
        {"offering.assessments.0.methods": ["quiz"]},
        "#/offering/assessments/0/supervision",
    ),
    Pair(
        "supervision-place-unstated",
        ADVICE,
        "7.12",
        CERTIFICATE,
        {"offering.assessments.0.supervision.where": ABSENT},
        "#/offering/assessments/0/supervision/where",
    ),
    Pair(
        "supervision-form-unknown",
        ADVICE,
        "7.12",
        CERTIFICATE,
        {"offering.assessments.0.supervision.supervised": False},
        "#/offering/assessments/0/supervision/supervised",
    ),
    # 7.13
    Pair(
        "quality-assurance-unstated",
        REQUIRED,
        "7.13",
        BADGE,
        {"offering.quality_assurance": ABSENT},
        "#/offering/quality_assurance",
    ),
    Pair(
        "quality-assurance-unstated",
        REQUIRED,
        "7.13",
        CERTIFICATE,
        {"offering.quality_assurance.description": ABSENT},
        "#/offering/quality_assurance/description",
    ),
    Pair(
        "quality-assurance-unstated",
        REQUIRED,
        "7.13",
        CERTIFICATE,
        {"offering.quality_assurance.basis": []},
        "#/offering/quality_assurance/basis",
    ),
    Pair(
        "quality-assurance-agency-only",
        ADVICE,
        "7.13",
        CERTIFICATE,
        {"offering.quality_assurance.basis": ["international-agency"]},
        "#/offering/quality_assurance/basis",
    ),
    Pair(
        "quality-decision-without-agency",
        REQUIRED,
        "7.13",
        CERTIFICATE,
        {"offering.quality_assurance.decision": {"title": {"en": "Accredited"}}},
        "#/offering/quality_assurance/decision",
    ),
    Pair(
        "quality-decision-without-agency",
        REQUIRED,
        "7.13",
        an_academic_certificate(
            {"offering.quality_assurance.agency": OUTSIDE, "offering.quality_assurance.valid_until": "2030-09-30"}
        ),
        {"offering.quality_assurance.agency": ABSENT},
        "#/offering/quality_assurance/valid_until",
    ),
    Pair(
        "esg-unstated",
        ADVICE,
        "7.13",
        BADGE,
        {"offering.quality_assurance.esg": False},
        "#/offering/quality_assurance/esg",
    ),
    Pair(
        "content-quality-unstated",
        ADVICE,
        "7.13",
        TWO_UNIVERSITIES,
        {"offering.quality_assurance.content": ABSENT},
        "#/offering/quality_assurance/content",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.13",
        an_academic_certificate({"offering.quality_assurance.agency": OUTSIDE}),
        {"offering.quality_assurance.agency.country": "XXX"},
        "#/offering/quality_assurance/agency/country",
    ),
    # 7.14
    Pair("code-not-in-list", REQUIRED, "7.14", GRADED, {"grade.scheme": "oxford-classes"}, "#/grade/scheme"),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.14",
        DISTRIBUTION,
        {"offering.grade_distribution.isced_f": "9999"},
        "#/offering/grade_distribution/isced_f",
    ),
    Pair(
        "grade-scheme-foreign",
        REQUIRED,
        "7.14",
        GRADED,
        {"grade": {"value": "B", "scheme": "ntnu-a-f"}},
        "#/grade/scheme",
    ),
    Pair(
        "grade-scheme-foreign",
        REQUIRED,
        "7.14",
        CERTIFICATE,
        {"offering.grading_scheme": "tu-berlin-1-5"},
        "#/offering/grading_scheme",
    ),
    Pair("grade-not-passing", REQUIRED, "7.14", GRADED, {"grade.value": "2.0"}, "#/grade/value"),
    Pair("grade-not-passing", REQUIRED, "7.14", GRADED, {"grade.value": "4,5"}, "#/grade/value"),
    Pair(
        "grade-not-passing",
        REQUIRED,
        "7.14",
        GRADED_PART,
        {"assessments.0.grade.value": "2.0"},
        "#/assessments/0/grade/value",
    ),
    Pair(
        "grade-without-scheme",
        REQUIRED,
        "7.14",
        GRADED_PART,
        {"offering.grading_scheme": ABSENT},
        "#/assessments/0/grade",
    ),
    Pair("grade-advised", ADVICE, "7.14", TOWARDS_DEGREE, {"grade": ABSENT}, "#/grade"),
    Pair(
        "distribution-years-reversed",
        REQUIRED,
        "7.14",
        DISTRIBUTION,
        {"offering.grade_distribution.last_year": 2023},
        "#/offering/grade_distribution/last_year",
    ),
    Pair(
        "distribution-without-scheme",
        REQUIRED,
        "7.14",
        DISTRIBUTION,
        {"offering.grading_scheme": ABSENT},
        "#/offering/grading_scheme",
    ),
    Pair(
        "distribution-grade-unusable",
        REQUIRED,
        "7.14",
        DISTRIBUTION,
        {"offering.grade_distribution.passing_grades.1.grade": "2.0"},
        "#/offering/grade_distribution/passing_grades/1/grade",
    ),
    Pair(
        "distribution-grade-unusable",
        REQUIRED,
        "7.14",
        DISTRIBUTION,
        {"offering.grade_distribution.passing_grades.1.grade": "3.0"},
        "#/offering/grade_distribution/passing_grades/1/grade",
    ),
    # 7.15
    Pair("stackable-badge", ADVICE, "7.15", BADGE, {"offering.integration": "stackable"}, "#/offering/integration"),
    Pair("stackable-badge", ADVICE, "7.15", SERVICE, {"offering.integration": "stackable"}, "#/offering/integration"),
    Pair(
        "integration-contradicted",
        REQUIRED,
        "7.15",
        TOWARDS_COURSES,
        {"offering.integration": "stand-alone"},
        "#/offering/integration",
    ),
    Pair(
        "recognised-more-than-earned",
        REQUIRED,
        "7.15",
        TOWARDS_COURSES,
        {"offering.towards.0.ects_recognised": 5.01},
        "#/offering/towards/0/ects_recognised",
    ),
    Pair(
        "member-unknown",
        REQUIRED,
        "7.15",
        TOWARDS_COURSES,
        {"offering.towards.0.university": "oxford"},
        "#/offering/towards/0/university",
    ),
    # 7.16
    Pair(
        "field-advised",
        ADVICE,
        "7.16",
        an_offering("academic"),
        {"further_information.isced_f": []},
        "#/further_information/isced_f",
        published=True,
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.16",
        CERTIFICATE,
        {"offering.further_information.languages.0": "xx"},
        "#/offering/further_information/languages/0",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.16",
        CERTIFICATE,
        {"offering.further_information.target_groups": ["nobody"]},
        "#/offering/further_information/target_groups/0",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.16",
        CERTIFICATE,
        {"offering.further_information.isced_f.0": "9999"},
        "#/offering/further_information/isced_f/0",
    ),
    Pair(
        "code-not-in-list",
        REQUIRED,
        "7.16",
        CERTIFICATE,
        {"offering.further_information.fees": [{"what_for": "document", "amount": 5, "currency": "XXX"}]},
        "#/offering/further_information/fees/0/currency",
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_one_changed_element_gives_exactly_its_finding(pair: Pair) -> None:
    look = found_in_offering if pair.published else found
    assert as_triples(look(pair.base)) == []
    findings = look(altered(pair.base, pair.change))
    assert as_triples(findings) == [(pair.code, pair.weight, pair.pointer)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.element} {rule.code} {rule.weight.value}")
def test_every_rule_has_such_a_pair(rule) -> None:
    pairs = [p for p in PAIRS if (p.code, p.weight, p.element) == (rule.code, rule.weight, rule.element)]
    assert pairs, "a rule without two requests that differ in one element"


def test_the_pairs_know_no_rule_that_is_gone() -> None:
    registered = {(rule.code, rule.weight, rule.element) for rule in RULES}
    assert {(pair.code, pair.weight, pair.element) for pair in PAIRS} == registered
    assert len(registered) == len(RULES)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_finding_cites_what_its_rule_cites(pair: Pair) -> None:
    rules = {
        rule.citation
        for rule in RULES
        if (rule.code, rule.weight, rule.element) == (pair.code, pair.weight, pair.element)
    }
    look = found_in_offering if pair.published else found
    assert {finding.citation for finding in look(altered(pair.base, pair.change))} == rules


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.element} {rule.code} {rule.weight.value}")
def test_a_rule_says_where_it_comes_from(rule) -> None:
    assert rule.element in SECTIONS
    assert rule.edition == TEMPLATE_EDITION
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.code)
    assert rule.summary.endswith(".")
    places = re.findall(r"(?<![\d.])[79]\.\d+", rule.citation.partition("W3C")[0])
    assert all(place in SECTIONS for place in places)
    assert rule.citation.startswith(f"ENHANCE template {TEMPLATE_EDITION}, ")


WIDER_BASIS = [
    # (code, weight, both places that must be cited when the softer one wins)
    ("eqf-missing", REQUIRED, ("7.7", "Annex 2")),
    ("ects-missing", REQUIRED, ("7.6", "Annex 2")),
    ("stackable-badge", ADVICE, ("Executive summary", "7.15", "Annex 2")),
    ("assessment-not-enough", ADVICE, ("7.2", "7.11", "Annex 2")),
    ("title-without-type", ADVICE, ("4", "7.2")),
]


@pytest.mark.parametrize(("code", "weight", "places"), WIDER_BASIS)
def test_where_the_softer_place_wins_both_are_cited(code, weight, places) -> None:
    (citation,) = {rule.citation for rule in RULES if (rule.code, rule.weight) == (code, weight)}
    assert all(place in re.split(r"[,;] ", citation) for place in places)


# --- what makes no rule

SILENT = {
    "target group: academic certificates are mostly, not only, for traditional students": (
        CERTIFICATE,
        {"offering.further_information.availability": {"en": "Open to senior citizens."}},
    ),
    "target group: specialisation certificates are primarily for life-long learners": (
        SPECIALISATION,
        {"offering.further_information.target_groups": ["1599531db0"]},
    ),
    "typical form: an academic certificate for a workshop": (
        CERTIFICATE,
        {"offering.participation.organisation": ["workshop", "work-experience"]},
    ),
    "typical form: a specialisation certificate for a summer school": (
        SPECIALISATION,
        {"offering.participation.organisation": ["summer-school"]},
    ),
    "typical form: a badge of achievement for volunteering": (
        BADGE,
        {"offering.participation.organisation": ["volunteering", "lecture-series"]},
    ),
    "typical form: a service-based badge for a course": (SERVICE, {"offering.participation.organisation": ["course"]}),
    "the classification is rather informal: a professional profile on an academic certificate": (
        CERTIFICATE,
        {"offering.further_information.profile": {"en": "Professional."}},
    ),
    "various delivery modes are possible (footnote 31): on-site": (
        CERTIFICATE,
        {"offering.participation.mode": "on-site"},
    ),
    "various delivery modes are possible (footnote 31): online": (SERVICE, {"offering.participation.mode": "online"}),
    "larger certificates can, need not, be referred to as micro-degrees": (TWO_UNITS, {"offering.micro_degree": True}),
    "larger certificates can be micro-degrees: a group of courses without units": (
        an_academic_certificate({"offering.participation.organisation": ["group-of-courses"]}),
        {"offering.micro_degree": True},
    ),
    "badges can be awarded for participation": (BADGE, {"offering.assessments.0.methods": ["participation"]}),
    "badges can be awarded after formal assessment too": (
        BADGE,
        {"offering.assessments.0": CERTIFICATE["offering"]["assessments"][0]},
    ),
    "badges can be assessed outside the Alliance": (BADGE, {"offering.assessments.0.assessed_by": [OUTSIDE]}),
    "badges of achievement can be assigned EQF levels": (BADGE, {"offering.level": {"eqf": 5}}),
    "badges of achievement can go without": (BADGE, {"offering.level": ABSENT}),
    "level 5 is a reasonable solution": (
        CERTIFICATE,
        {"offering.level": {"eqf": 5, "cycle": "short"}},
    ),
    "students can be given a note in the Diploma Supplement": (
        BADGE,
        {"offering.diploma_supplement_note": {"en": "Supplementary."}},
    ),
    "a stand-alone academic certificate without Diploma Supplement note": (
        CERTIFICATE,
        {"offering.diploma_supplement_note": ABSENT},
    ),
    "micro-credentials can be stand-alone or stackable: saying neither": (
        CERTIFICATE,
        {"offering.integration": ABSENT},
    ),
    "stackable towards nothing named": (CERTIFICATE, {"offering.integration": "stackable"}),
    "some forms allow for self-paced learning": (CERTIFICATE, {"offering.participation.timeframe": "self-paced"}),
    "the student number is only if available": (CERTIFICATE, {"learner.student_identifiers": []}),
    "other data are never needed": (CERTIFICATE, {"learner.other_data": {"gender": "NAP"}}),
    "ISCED-F without EQF level": (BADGE, {"offering.further_information.isced_f": ["0613"]}),
    "ISCED-F is not asked for in an unpublished offering": (CERTIFICATE, {"offering.further_information.isced_f": []}),
    "further information is optional as a whole": (CERTIFICATE, {"offering.further_information": ABSENT}),
    "the grade is optional": (CERTIFICATE, {"grade": ABSENT}),
    "stackable, but not towards a degree, without grade": (TOWARDS_COURSES, {"grade": ABSENT}),
    "not all three categories of outcomes": (CERTIFICATE, {"offering.learning_outcomes.2": ABSENT}),
    "outcomes without category where no EQF level is given": (
        BADGE,
        {"offering.learning_outcomes.0.category": ABSENT},
    ),
    "prerequisites of a badge": (BADGE, {"offering.prerequisites": ABSENT}),
    "prerequisites: none": (CERTIFICATE, {"offering.prerequisites": "none"}),
    "formal prerequisites in specific cases, with a reason": (
        CERTIFICATE,
        {"offering.prerequisites": {"formal": {"en": "A degree."}, "formal_reason": {"en": "Law."}}},
    ),
    "supervision is optional without test or examination": (
        SPECIALISATION,
        {"offering.assessments.0.supervision": ABSENT},
    ),
    "unsupervised with no identity verification is one of the three": (
        CERTIFICATE,
        {"offering.assessments.0.supervision": {"supervised": False, "identity_verified": False}},
    ),
    "supervised with no identity verification is one of the three": (
        CERTIFICATE,
        {"offering.assessments.0.supervision": {"supervised": True, "identity_verified": False}},
    ),
    "an international agency is an option beside others": (
        CERTIFICATE,
        {"offering.quality_assurance.basis": ["own-degree-procedures", "international-agency"]},
    ),
    "possible exceptions: a specialisation certificate without ECTS points": (
        SPECIALISATION,
        {"offering.workload": {"hours": 40, "no_ects_reason": {"ground": "no-dependable-assessment"}}},
    ),
    "possible exceptions: a specialisation certificate without EQF level": (
        SPECIALISATION,
        {"offering.level": {"no_eqf_reason": {"en": "Transversal skills only."}}},
    ),
    "automated verification is enough for a specialisation certificate": (
        SPECIALISATION,
        {"offering.assessments.0": {"title": {"en": "Tasks"}, "methods": ["automated-verification"]}},
    ),
    "automated verification may run on somebody else's platform": (
        SPECIALISATION,
        {
            "offering.assessments.0": {
                "title": {"en": "Tasks"},
                "methods": ["automated-verification"],
                "assessed_by": [OUTSIDE],
            }
        },
    ),
    "an outside assessor beside a university of the Alliance": (
        CERTIFICATE,
        {"offering.assessments.0.assessed_by": [OUTSIDE, "ntnu"]},
    ),
    "pure recognition of prior learning has no mode of delivery": (
        CERTIFICATE,
        {"offering.participation": {"organisation": ["prior-learning"]}},
    ),
    "the home university awards, because it had the leading role": (
        TWO_UNIVERSITIES,
        {"learner.student_identifiers.0.assigned_by": "wut"},
    ),
    "(c) with more ECTS points, though not more units": (
        TWO_UNIVERSITIES,
        {"offering.awarding_rule": "most-activities"},
    ),
    "one outside organisation teaches along: no second university": (
        altered(TWO_UNITS, {"offering.quality_assurance.content": {"en": "Reviewed."}}),
        {"offering.units.1.provided_by": ["wut", OUTSIDE]},
    ),
    "the scheduled end of the activity is no requirement of this learner": (
        ON_ONE_DAY,
        {"offering.participation.timeframe": {"starts": "2026-03-01", "ends": "2026-12-31"}},
    ),
    "existing offers keep their names (section 4)": (
        CERTIFICATE,
        {"offering.alternative_titles": [{"en": "Micro-Master, academic certificate, ENHANCE Label"}]},
    ),
    "a title in a language that is not known here": (CERTIFICATE, {"offering.title.fi": "Kestävät kaupungit"}),
    "labels of another kind": (CERTIFICATE, {TITLE: "ENHANCE Certificate in eco-label design"}),
    "a word that only begins like a degree": (CERTIFICATE, {TITLE: "Mastering cities: a certificate"}),
    "a certificate about badges": (CERTIFICATE, {TITLE: "ENHANCE Certificate in badge design"}),
    "a Polish title in an inflected form": (CERTIFICATE, {"offering.title.pl": "O certyfikacie miast"}),
    "a certificate about badgers": (CERTIFICATE, {TITLE: "ENHANCE Certificate in badger protection"}),
    "a Swedish title": (CERTIFICATE, {"offering.title.sv": "ENHANCE-certifikat i hållbara städer"}),
    "an Italian certificate that attests": (CERTIFICATE, {"offering.title.it": "Certificato ENHANCE in città"}),
    "stateless learners": (
        CERTIFICATE,
        {"learner": CERTIFICATE["learner"] | {"nationalities": [], "nationality_status": "stateless"}},
    ),
    "a single name": (
        CERTIFICATE,
        {
            "learner": {
                "single_name": True,
                "family_names": "Suharto",
                "birth_date": "1990-01-01",
                "nationalities": ["NOR"],
            }
        },
    ),
    "units without points say nothing about the total": (TWO_UNITS, {"offering.units.1.ects": ABSENT}),
    "a pool of units is larger than the choice": (
        TWO_UNITS,
        {"offering.units.1": {"title": {"en": "X"}, "provided_by": ["wut"], "ects": 9, "chosen_from": {"en": "Pool"}}},
    ),
    "an EQF level of one unit": (
        SERVICE,
        {"offering.units": [{"title": {"en": "Course"}, "provided_by": ["wut"], "eqf": 6}]},
    ),
    "150 ECTS points at level 6 are less than a full degree": (
        CERTIFICATE,
        {"offering": CERTIFICATE["offering"] | {"workload": {"ects": 150}, "level": {"eqf": 6, "cycle": "first"}}},
    ),
    "a paper form that the award signs": (
        an_academic_certificate(
            {"offering.further_information.document_form": "both", "signatory": {"name": "A", "role": {"en": "Dean"}}}
        ),
        {"grade": ABSENT},
    ),
}


@pytest.mark.parametrize("statement", SILENT)
def test_the_template_describes_and_nothing_is_found(statement: str) -> None:
    base, change = SILENT[statement]
    assert as_triples(found(altered(base, change))) == []


@pytest.mark.parametrize("subtype", SUBTYPES)
@pytest.mark.parametrize(
    "awarding_body", ["chalmers", "ntnu", "polimi", "rwth-aachen", "tu-berlin", "upv", "wut", "test"]
)
def test_each_awarding_body_can_award_each_kind(subtype: str, awarding_body: str) -> None:
    for make in (a_request, full_request):
        request = make(subtype, awarding_body=awarding_body)
        assert found(request, awarding_body=awarding_body) == []
        assert found_in_offering(request["offering"], awarding_body=awarding_body) == []


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_what_is_required_is_enough_for_anything_but_advice(subtype: str) -> None:
    request = required_only_request(subtype)
    for findings in (found(request), found_in_offering(request["offering"])):
        assert {finding.weight for finding in findings} == {ADVICE}


# --- pointers

REFERENCE = {"id": "0b0e7c9e-2f0c-4c3b-9a43-1f2a3b4c5d6e", "version": 2}


def test_findings_about_a_published_offering_point_to_it_and_name_the_field() -> None:
    request = altered(full_request("academic"), {"offering": REFERENCE})
    offering = parse_offering(an_offering("academic", {"workload.hours": 10, "further_information.isced_f": []}))
    findings = check(parse_request(request), today=TODAY, body=an_awarding_body(), codes=CODE_LISTS, offering=offering)
    by_code = {finding.code: finding for finding in findings}
    assert by_code["hours-per-credit"].pointer == "#/offering"
    assert by_code["hours-per-credit"].detail.endswith("In the published offering: workload.hours.")
    assert by_code["field-advised"].pointer == "#/offering"


def test_a_request_by_reference_needs_its_offering() -> None:
    request = parse_request(an_academic_certificate(offering=REFERENCE))
    with pytest.raises(ValueError, match="published offering"):
        check(request, today=TODAY, body=an_awarding_body(), codes=CODE_LISTS)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"units.0.provided_by.0": "oxford"}, "member-unknown", "#/units/0/provided_by/0"),
        ({"assessments.1.methods_other": ABSENT}, "other-needs-text", "#/assessments/1/methods_other"),
        ({"assessments.0.supervision": ABSENT}, "supervision-unstated", "#/assessments/0/supervision"),
        ({"units.1.completed_on": "2026-07-01"}, "awarded-before-requirements", "#/awarded_on"),
    ],
)
def test_findings_about_the_learners_own_units_and_assessments_point_into_the_award(change, code, pointer) -> None:
    assert (code, REQUIRED, pointer) in as_triples(found(full_request("academic", change)))


def test_pointers_are_relative_to_an_offering_that_is_sent_alone() -> None:
    findings = found_in_offering(
        an_offering(
            "academic",
            {"workload.ects": ABSENT, "units": [TWO_UNITS["offering"]["units"][0] | {"completed_on": "2026-01-01"}]},
        )
    )
    assert [finding.pointer for finding in findings] == ["#/units/0/completed_on", "#/workload/ects"]


def test_an_offering_alone_is_not_asked_for_what_an_award_says() -> None:
    offering = an_offering("academic", {"participation.mode": "hybrid", "participation.timeframe": ABSENT})
    assert found_in_offering(offering) == []


def test_all_findings_come_at_once() -> None:
    request = altered(
        required_only_request("academic"),
        {
            "learner.birth_date": ABSENT,
            "offering.workload": {},
            "offering.level": {"eqf": 4},
            "awarded_on": "2027-01-01",
        },
    )
    findings = found(request)
    assert {"learner-incomplete", "ects-missing", "eqf-not-allowed", "awarded-in-future"} <= {f.code for f in findings}
    assert any(finding.weight is ADVICE for finding in findings)


def test_no_finding_repeats_what_was_sent_about_a_person() -> None:
    learner = {
        "given_names": "Zzyzx",
        "family_names": "Qwertz",
        "single_name": True,
        "birth_date": "2024-12-24",
        "nationalities": ["QQQ"],
        "nationality_status": "stateless",
        "student_identifiers": [{"scheme": "student-number", "value": "987654", "assigned_by": "zzuni"}],
    }
    findings = found(an_academic_certificate(learner=learner, grade={"value": "9.9", "scheme": "wut-2-5"}))
    assert len(findings) >= 5
    said = " ".join(finding.detail for finding in findings)
    assert not any(secret in said for secret in ("Zzyzx", "Qwertz", "2024", "QQQ", "987654", "zzuni", "9.9"))


def said_by_a_document(request: dict[str, Any], *, awarding_body: str = "wut") -> list[Finding]:
    read = parse_request(request)
    assert isinstance(read.offering, Offering)
    statement = statement_of(read.offering, read.award)
    return check_statement(statement, body=an_awarding_body(awarding_body), codes=CODE_LISTS)


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_what_was_awarded_passes_when_it_is_read_back(subtype: str) -> None:
    assert said_by_a_document(full_request(subtype)) == []
    assert said_by_a_document(a_request(subtype)) == []


@pytest.mark.parametrize(
    ("request_read_back", "change"),
    [
        (WITHOUT_POINTS, {"offering.workload.no_ects_reason": ABSENT}),
        (SPECIALISATION, {"offering.level": ABSENT}),
        (CERTIFICATE, {"learner.birth_date": ABSENT, "learner.nationalities": ABSENT}),
        (CERTIFICATE, {"offering.prerequisites": {"formal": {"en": "A degree."}}}),
        (
            altered(TWO_UNIVERSITIES, {"offering.awarding_rule": "most-activities"}),
            {"units": [TWO_UNIVERSITIES["offering"]["units"][1] | {"ects": 5}]},
        ),
        (CERTIFICATE, {"awarded_on": "2027-01-01"}),
    ],
    ids=["ground", "level", "birth date", "reason", "other units", "time"],
)
def test_a_document_is_not_asked_for_what_it_need_not_show(request_read_back, change) -> None:
    assert said_by_a_document(altered(request_read_back, change)) == []


def test_a_document_that_breaks_a_rule_is_found_out() -> None:
    findings = said_by_a_document(
        altered(full_request("achievement"), {"offering.workload.ects": 1, "units.0.completed_on": "2026-07-01"})
    )
    assert as_triples(findings) == [
        ("awarded-before-requirements", REQUIRED, "#"),
        ("ects-not-for-badges", REQUIRED, "#"),
        ("hours-per-credit", ADVICE, "#"),
    ]


def test_a_missing_list_of_codes_is_a_defect_and_not_a_pass() -> None:
    for name in LISTS:
        codes = {other: members for other, members in CODE_LISTS.items() if other != name}
        request = full_request("academic")
        with pytest.raises(KeyError, match=name):
            check(parse_request(request), today=TODAY, body=an_awarding_body(), codes=codes)


def test_national_levels_are_not_judged_without_labels() -> None:
    codes = CODE_LISTS | {"nqf": set(CODE_LISTS["nqf"])}
    request = parse_request(an_academic_certificate({"offering.level.nqf": "c_cb086da3"}))
    assert check(request, today=TODAY, body=an_awarding_body(), codes=codes) == []


def test_norwegian_levels_with_a_point_fit_their_eqf_level() -> None:
    level = {"eqf": 5, "nqf": "c_12ece3d4", "cycle": "short"}
    request = an_academic_certificate({"offering.level": level}, awarding_body="ntnu")
    assert found(request, awarding_body="ntnu") == []


def test_a_tie_under_most_activities_needs_the_leading_role() -> None:
    tied = altered(TWO_UNIVERSITIES, {"offering.units.0.ects": 2.5, "offering.units.1.ects": 2.5})
    assert found(tied) == []
    assert as_triples(found(altered(tied, {"offering.awarding_rule": "most-activities"}))) == [
        ("awarding-rule-not-met", REQUIRED, "#/offering/awarding_rule")
    ]


def test_a_jointly_taught_unit_counts_for_each_university() -> None:
    joint = altered(TWO_UNIVERSITIES, {"offering.units.0.provided_by": ["wut", "tu-berlin"]})
    assert found(joint) == []
    assert "awarding-rule-not-met" in {
        finding.code for finding in found(altered(joint, {"offering.awarding_rule": "most-activities"}))
    }


@pytest.mark.parametrize(("eqf", "limit"), [(5, 120), (6, 180), (7, 120), (8, 180)])
def test_a_micro_credential_is_less_than_a_full_degree(eqf: int, limit: int) -> None:
    cycle = {5: "short", 6: "first", 7: "second", 8: "third"}[eqf]
    request = an_academic_certificate({"offering.level": {"eqf": eqf, "cycle": cycle}})
    codes = {
        points: {(f.code, f.weight) for f in found(altered(request, {"offering.workload": {"ects": points}}))}
        for points in (limit - 0.01, limit)
    }
    assert ("full-degree-workload", REQUIRED) not in codes[limit - 0.01]
    assert codes[limit] == {("full-degree-workload", REQUIRED)}
