"""7.15 Integration and stackability: stand-alone, or a component of something larger."""

from app.template.elements import Integration
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule


@rule(
    "stackable-badge",
    ADVICE,
    "7.15",
    "Badges are, in general, stand-alone.",
    cites=("Executive summary", "7.15", "Annex 2"),
)
def stackable_badge(case: Case) -> Sightings:
    """Find a stackable badge. Annex 2 says stand-alone, elsewhere "in general" and "most": the softer one wins."""
    integration = case.offering.integration
    if case.row is not None and integration is not None and integration not in case.row.integration:
        yield case.in_offering("integration"), "Badges are, in general, stand-alone."


@rule("integration-contradicted", REQUIRED, "7.15", "What stands alone is no component of something larger.")
def integration_contradicted(case: Case) -> Sightings:
    """Find a stand-alone micro-credential that leads towards something."""
    if case.offering.integration is Integration.STAND_ALONE and case.offering.towards:
        yield case.in_offering("integration"), "`towards` names something larger; then it is `stackable`."


@rule("recognised-more-than-earned", REQUIRED, "7.15", "No more ECTS points are recognised than were earned.")
def recognised_more_than_earned(case: Case) -> Sightings:
    """Find a promise of more points than there are."""
    earned = case.offering.workload.ects
    if earned is None:
        return
    for position, larger in enumerate(case.offering.towards):
        if larger.ects_recognised is not None and larger.ects_recognised > earned:
            yield (
                case.in_offering("towards", position, "ects_recognised"),
                "More ECTS points cannot be recognised than the micro-credential has.",
            )


@rule("member-unknown", REQUIRED, "7.15", "The recognising university is named by its slug.")
def member_unknown(case: Case) -> Sightings:
    """Find slugs that nobody has."""
    for position, larger in enumerate(case.offering.towards):
        if larger.university is not None and not case.knows(larger.university):
            yield (
                case.in_offering("towards", position, "university"),
                f"No university of the Alliance: {case.slugs_in_words()}.",
            )
