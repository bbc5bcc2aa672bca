"""7.1 Identification of the learner: name, date of birth, nationality; a number "if available"."""

from app.template.elements import Award
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, Spot, award_rule, unlisted

YOUNGEST_AGE = 10
"""Secondary school begins at ten or later in each of the seven countries."""

_IDENTIFIED_BY = (
    "The template identifies the learner by name, date of birth and nationality; only the student number is"
    ' "if available".'
)


@award_rule(
    "learner-incomplete",
    REQUIRED,
    "7.1",
    "Names (or one name with single_name), date of birth and nationality (or stateless) are stated.",
    cites=("7.1 (a)-(d)",),
)
def learner_incomplete(_case: Case, award: Award) -> Sightings:
    """Find what is missing of (a), (b) and (c)."""
    learner = award.learner
    names = [learner.given_names, learner.family_names]
    if learner.single_name and not any(names):
        yield Spot(("learner", "given_names")), f"The name is missing. {_IDENTIFIED_BY}"
    if not learner.single_name:
        for member, name in zip(("given_names", "family_names"), names, strict=True):
            if name is None:
                yield (
                    Spot(("learner", member)),
                    f"A name is missing; a learner with one name only has `single_name`: true. {_IDENTIFIED_BY}",
                )
    if learner.birth_date is None:
        yield Spot(("learner", "birth_date")), f"The date of birth is missing. {_IDENTIFIED_BY}"
    if not learner.nationalities and learner.nationality_status is None:
        yield Spot(("learner", "nationalities")), f"The nationality is missing. {_IDENTIFIED_BY}"


@award_rule(
    "single-name-contradicted", REQUIRED, "7.1", "A learner with a single name has one name.", cites=("7.1 (a)",)
)
def single_name_contradicted(_case: Case, award: Award) -> Sightings:
    """Find two names where one was announced."""
    learner = award.learner
    if learner.single_name and learner.given_names is not None and learner.family_names is not None:
        yield Spot(("learner", "single_name")), "Two names are stated and `single_name` says that there is one."


@award_rule("nationality-contradicted", REQUIRED, "7.1", "Whoever is stateless has no nationality.", cites=("7.1 (c)",))
def nationality_contradicted(_case: Case, award: Award) -> Sightings:
    """Find a nationality beside ``stateless``."""
    if award.learner.nationalities and award.learner.nationality_status is not None:
        yield Spot(("learner", "nationality_status")), "A nationality is stated as well."


@award_rule(
    "learner-below-secondary-school",
    ADVICE,
    "7.1",
    f"The learner is {YOUNGEST_AGE} or older on the award date: the framework is meant from secondary school onwards.",
    cites=("4", "7.1 (b)"),
)
def learner_below_secondary_school(_case: Case, award: Award) -> Sightings:
    """Find a birth date that is probably a mistake."""
    born, awarded = award.learner.birth_date, award.awarded_on
    if born is None or awarded is None:
        return
    age = awarded.year - born.year - ((awarded.month, awarded.day) < (born.month, born.day))
    if age < YOUNGEST_AGE:
        yield Spot(("learner", "birth_date")), "The framework is meant from secondary school onwards."


@award_rule(
    "member-unknown",
    REQUIRED,
    "7.1",
    "A student identifier is assigned by a university of the Alliance or a web address.",
)
def assigner_unknown(case: Case, award: Award) -> Sightings:
    """Find an assigner whose slug nobody has."""
    for position, identifier in enumerate(award.learner.student_identifiers):
        assigner = identifier.assigned_by
        if not assigner.startswith(("http://", "https://")) and not case.knows(assigner):
            yield (
                Spot(("learner", "student_identifiers", position, "assigned_by")),
                f"No university of the Alliance: {case.slugs_in_words()}; another one is named by its web address.",
            )


@award_rule("code-not-in-list", REQUIRED, "7.1", "Nationality and place of birth use the EU country list.")
def country_unlisted(case: Case, award: Award) -> Sightings:
    """Find codes that are no country."""
    countries = case.codes["country"]
    for position, code in enumerate(award.learner.nationalities):
        if code not in countries:
            yield Spot(("learner", "nationalities", position)), unlisted("country")
    other = award.learner.other_data
    if other is not None and other.place_of_birth is not None and other.place_of_birth.country not in countries:
        yield Spot(("learner", "other_data", "place_of_birth", "country")), unlisted("country")
