"""7.9 Form of participation: mode of delivery, organisation of the activity, timeframe."""

from typing import Final

from app.template.elements import AssessmentMethod, Award, Form, Mode
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, Spot, award_rule, rule, unlisted

_MODE_TAKEN: Final = Spot(("participation", "mode_taken"))


def _only_prior_learning(case: Case) -> bool:
    """Whether there was no activity to take part in: pure recognition of prior learning."""
    organisation = case.offering.participation.organisation
    if organisation:
        return set(organisation) == {Form.PRIOR_LEARNING}
    methods = {method for assessment in case.assessments for method in assessment.methods}
    return methods == {AssessmentMethod.RECOGNITION_OF_PRIOR_LEARNING}


@rule("mode-missing", REQUIRED, "7.9", "The mode of delivery is stated, except for pure recognition of prior learning.")
def mode_missing(case: Case) -> Sightings:
    """Find no mode where there was an activity."""
    if case.offering.participation.mode is None and not _only_prior_learning(case):
        yield (
            case.in_offering("participation", "mode"),
            "Say on-site, online, blended, or hybrid where the learner selects.",
        )


@rule("organisation-missing", REQUIRED, "7.9", "The organisation of the learning activity is stated.")
def organisation_missing(case: Case) -> Sightings:
    """Find no organisation."""
    if not case.offering.participation.organisation:
        yield (
            case.in_offering("participation", "organisation"),
            "Say how the activity was organised: course, MOOC, summer school, volunteering, and the like.",
        )


@rule("other-needs-text", REQUIRED, "7.9", "Another form of organisation is put into words.")
def other_organisation_unsaid(case: Case) -> Sightings:
    """Find ``other`` without words."""
    participation = case.offering.participation
    if Form.OTHER in participation.organisation and participation.organisation_other is None:
        yield case.in_offering("participation", "organisation_other"), "`other` is put into words here."


@award_rule("hybrid-mode-taken", ADVICE, "7.9", "Of a hybrid offer the award says which form the learner selected.")
def hybrid_mode_taken(case: Case, award: Award) -> Sightings:
    """Find a hybrid offer whose award is silent."""
    if case.offering.participation.mode is Mode.HYBRID and award.participation.mode_taken is None:
        yield _MODE_TAKEN, "Hybrid: the learner selects on-site/blended or online. Say which."


@award_rule(
    "mode-taken-differs",
    ADVICE,
    "7.9",
    "The form that the learner took is the one offered, unless the offer is hybrid.",
)
def mode_taken_differs(case: Case, award: Award) -> Sightings:
    """Find a learner online in an on-site offer."""
    offered, taken = case.offering.participation.mode, award.participation.mode_taken
    if taken is not None and offered not in (None, Mode.HYBRID) and str(offered) != str(taken):
        yield _MODE_TAKEN, "The offering has another mode; where learners can select, it is hybrid."


@award_rule("timeframe-unstated", ADVICE, "7.9", "The activity has a timeframe or is self-paced.")
def timeframe_unstated(case: Case, award: Award) -> Sightings:
    """Find neither dates nor self-paced."""
    stated = award.participation.timeframe or case.offering.participation.timeframe
    if stated is None and not _only_prior_learning(case):
        yield (
            Spot(("participation", "timeframe")),
            "Say from when to when the activity ran, or `self-paced`, here or in the offering.",
        )


@rule("code-not-in-list", REQUIRED, "7.9", "Countries of locations are codes of the EU list.")
def country_unlisted(case: Case) -> Sightings:
    """Find codes that are no country."""
    countries = case.codes["country"]
    offered = case.offering.participation.location
    if offered is not None and offered.country not in countries:
        yield case.in_offering("participation", "location", "country"), unlisted("country")
    taken = case.award.participation.location if case.award is not None else None
    if taken is not None and taken.country not in countries:
        yield Spot(("participation", "location", "country")), unlisted("country")
