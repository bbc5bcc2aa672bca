"""7.8 Learning outcomes: each micro-credential has some, "explicitly or implicitly" in the categories of the EQF."""

from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule


@rule(
    "learning-outcomes-missing",
    REQUIRED,
    "7.8",
    "Each micro-credential has learning outcomes defined.",
    cites=("7.7", "7.8"),
)
def learning_outcomes_missing(case: Case) -> Sightings:
    """Find none at all."""
    if not case.offering.learning_outcomes:
        yield case.in_offering("learning_outcomes"), "Each ENHANCE micro-credential has learning outcomes defined."


@rule(
    "outcomes-uncategorised",
    ADVICE,
    "7.8",
    "With an EQF level, outcomes are classified as knowledge, skills, or responsibility and autonomy.",
)
def outcomes_uncategorised(case: Case) -> Sightings:
    """Find outcomes without category beside an EQF level; that all three occur is not asked for."""
    if case.offering.level.eqf is None:
        return
    for position, outcome in enumerate(case.offering.learning_outcomes):
        if outcome.category is None:
            yield (
                case.in_offering("learning_outcomes", position, "category"),
                "Recommended is to say knowledge, skills, or responsibility and autonomy.",
            )
