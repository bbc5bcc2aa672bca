"""7.5 Date of issuing: the day on which this learner had met all requirements."""

from collections.abc import Iterator
from datetime import date

from app.template.elements import Award
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, Spot, award_rule, rule

_AWARDED_ON = Spot(("awarded_on",))


@award_rule("awarded-on-missing", REQUIRED, "7.5", "The date of issuing is stated.")
def awarded_on_missing(_case: Case, award: Award) -> Sightings:
    """Find an award without its date."""
    if award.awarded_on is None:
        yield _AWARDED_ON, "State the day on which the last requirement was met."


@award_rule("awarded-before-requirements", REQUIRED, "7.5", "No requirement is met after the award date.")
def awarded_before_requirements(_case: Case, award: Award) -> Sightings:
    """Find an award before the last requirement that this learner met; schedules do not count."""
    last = max(_days_met(award), default=None)
    if award.awarded_on and last and award.awarded_on < last:
        yield _AWARDED_ON, "A requirement was met later; the date corresponds to the day when all were satisfied."


@award_rule(
    "awarded-after-requirements",
    ADVICE,
    "7.5",
    "The award date should be the day on which the last requirement was met.",
)
def awarded_after_requirements(_case: Case, award: Award) -> Sightings:
    """Find the day of a ceremony or a signature in the place of the award date."""
    last = max(_days_met(award), default=None)
    if award.awarded_on and last and award.awarded_on > last:
        yield _AWARDED_ON, "The date should be the day on which the last requirement was met."


@award_rule(
    "awarded-in-future", REQUIRED, "7.5", "The award date is not after today, in the awarding body's time zone."
)
def awarded_in_future(case: Case, award: Award) -> Sightings:
    """Find an award that has not happened yet."""
    if award.awarded_on and case.today and award.awarded_on > case.today:
        yield _AWARDED_ON, "The day is yet to come in the awarding body's time zone; requirements are met before."


@award_rule(
    "validity-ends-before-award",
    REQUIRED,
    "7.5",
    "Technical validity does not end before the award date.",
    besides="W3C VC Data Model 2.0, 4.9",
)
def validity_ends_before_award(_case: Case, award: Award) -> Sightings:
    """Find a validity period that is over before it begins."""
    if award.awarded_on and award.valid_until and award.valid_until < award.awarded_on:
        yield Spot(("valid_until",)), "The validity ends before it begins on the award date."


@rule(
    "award-fact-in-offering",
    REQUIRED,
    "7.5",
    "What one learner did stands in the award: an offering is the same for all.",
    cites=("7.5", "7.14"),
)
def award_fact_in_offering(case: Case) -> Sightings:
    """Find a date or a grade of one learner in what all share, where it would outlive the learner's own data."""
    words = "This belongs to one learner: state units or assessments with it in the award."
    for position, unit in enumerate(case.offering.units):
        if unit.completed_on is not None:
            yield case.in_offering("units", position, "completed_on"), words
    for position, assessment in enumerate(case.offering.assessments):
        for member in ("on", "grade"):
            if getattr(assessment, member) is not None:
                yield case.in_offering("assessments", position, member), words


def _days_met(award: Award) -> Iterator[date]:
    for requirement in award.requirements_met:
        yield requirement.on
    for unit in award.units or ():
        if unit.completed_on is not None:
            yield unit.completed_on
    for assessment in award.assessments or ():
        if assessment.on is not None:
            yield assessment.on
