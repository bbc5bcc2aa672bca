"""7.11 Type of assessment: always part of the description, and enough for the row of Annex 2."""

from typing import Final

from app.template.elements import Assessment, AssessmentMethod
from app.template.rules.registry import (
    ADVICE,
    REQUIRED,
    Case,
    Sightings,
    Spot,
    rule,
    unknown_members,
    unlisted_countries,
)
from app.template.typology import EnoughAssessment

ATTENDANCE: Final = frozenset({AssessmentMethod.PARTICIPATION, AssessmentMethod.LEVEL_OF_ATTENDANCE})
"""Methods that confirm presence and no learning outcome."""


def _only_attendance(assessment: Assessment) -> bool:
    return ATTENDANCE.issuperset(assessment.methods)


def _by_the_alliance(case: Case, assessment: Assessment) -> bool:
    # Nobody named means the awarding body itself.
    assessors = assessment.assessed_by
    return not assessors or any(isinstance(who, str) and case.knows(who) for who in assessors)


def _formal_and_summative(case: Case, assessment: Assessment) -> bool:
    return (
        assessment.formal
        and assessment.summative
        and not _only_attendance(assessment)
        and _by_the_alliance(case, assessment)
    )


@rule("assessment-missing", REQUIRED, "7.11", "Whatever methods of assessment are adopted, they are described.")
def assessment_missing(case: Case) -> Sightings:
    """Find no assessment at all; participation counts as one."""
    if not case.assessments:
        in_award = case.award is not None and case.award.assessments is not None
        yield (
            Spot(("assessments",)) if in_award else case.in_offering("assessments"),
            "The methods of assessment are part of the description of each micro-credential.",
        )


@rule(
    "assessment-not-enough",
    REQUIRED,
    "7.11",
    "A certificate rests on formal summative assessment by ENHANCE universities; a specialisation certificate also on"
    " automated verification of completed tasks.",
    cites=("7.2", "7.11", "Annex 2"),
)
def assessment_not_enough(case: Case) -> Sightings:
    """Find a certificate for attendance, for informal assessment, or assessed outside the Alliance only."""
    if case.row is None or not case.assessments:
        return
    wanted = case.row.assessment
    if wanted in (EnoughAssessment.PARTICIPATION, EnoughAssessment.TASK_COMPLETION):
        return
    if any(_formal_and_summative(case, assessment) for assessment in case.assessments):
        return
    if wanted is EnoughAssessment.FORMAL_SUMMATIVE_OR_AUTOMATED and any(
        AssessmentMethod.AUTOMATED_VERIFICATION in assessment.methods for assessment in case.assessments
    ):
        return
    yield (
        case.in_assessment(0),
        f"A certificate needs {wanted}: one assessment at least is `formal` and `summative`. Attendance earns a badge.",
    )


@rule(
    "assessment-not-enough",
    ADVICE,
    "7.11",
    "A service-based badge is awarded for task completion rather than for participation alone.",
    cites=("7.2", "7.11", "Annex 2"),
)
def assessment_by_attendance_only(case: Case) -> Sightings:
    """Find a service-based badge for participation: Annex 2 asks for tasks, 7.2 allows it. The softer one wins."""
    if case.row is None or case.row.assessment is not EnoughAssessment.TASK_COMPLETION or not case.assessments:
        return
    if all(_only_attendance(assessment) for assessment in case.assessments):
        yield case.in_assessment(0, "methods"), "Service-based badges are awarded for task completion."


@rule("other-needs-text", REQUIRED, "7.11", "Another method of assessment is put into words.")
def other_method_unsaid(case: Case) -> Sightings:
    """Find ``other`` without words."""
    for position, assessment in enumerate(case.assessments):
        if AssessmentMethod.OTHER in assessment.methods and assessment.methods_other is None:
            yield case.in_assessment(position, "methods_other"), "`other` is put into words here."


@rule("member-unknown", REQUIRED, "7.11", "Assessing universities of the Alliance are named by their slugs.")
def member_unknown(case: Case) -> Sightings:
    """Find slugs that nobody has."""
    for position, assessment in enumerate(case.assessments):
        yield from unknown_members(case, assessment.assessed_by, case.in_assessment, position, "assessed_by")


@rule("code-not-in-list", REQUIRED, "7.11", "Countries of assessing organisations are codes of the EU list.")
def country_unlisted(case: Case) -> Sightings:
    """Find codes that are no country."""
    for position, assessment in enumerate(case.assessments):
        yield from unlisted_countries(case, assessment.assessed_by, case.in_assessment, position, "assessed_by")
