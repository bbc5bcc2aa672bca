"""7.12 Supervision and identity verification: optional, but part of the description with any test or examination."""

from typing import Final

from app.template.elements import AssessmentMethod
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule

TESTS: Final = frozenset(
    {
        AssessmentMethod.WRITTEN_EXAMINATION,
        AssessmentMethod.ORAL_EXAMINATION,
        AssessmentMethod.PRACTICAL_EXAMINATION,
        AssessmentMethod.QUIZ,
    }
)
"""Methods that are a test or an examination."""


@rule(
    "supervision-unstated", REQUIRED, "7.12", "With tests or examinations, supervision and identity check are stated."
)
def supervision_unstated(case: Case) -> Sightings:
    """Find a test without them."""
    for position, assessment in enumerate(case.assessments):
        if assessment.supervision is None and not TESTS.isdisjoint(assessment.methods):
            yield (
                case.in_assessment(position, "supervision"),
                "A test or examination: say whether it was supervised and whether identity was verified.",
            )


@rule("supervision-place-unstated", ADVICE, "7.12", "Supervision with identity check was online or on-site.")
def supervision_place_unstated(case: Case) -> Sightings:
    """Find supervision with identity check and no place."""
    for position, assessment in enumerate(case.assessments):
        how = assessment.supervision
        if how is not None and how.supervised and how.identity_verified and how.where is None:
            yield (
                case.in_assessment(position, "supervision", "where"),
                "The template names supervision online or on-site; say which.",
            )


@rule(
    "supervision-form-unknown",
    ADVICE,
    "7.12",
    "The template knows identity verification together with supervision only.",
)
def supervision_form_unknown(case: Case) -> Sightings:
    """Find an identity check without supervision, which only the EU list knows."""
    for position, assessment in enumerate(case.assessments):
        how = assessment.supervision
        if how is not None and how.identity_verified and not how.supervised:
            yield (
                case.in_assessment(position, "supervision", "supervised"),
                "The template does not name an identity check without supervision.",
            )
