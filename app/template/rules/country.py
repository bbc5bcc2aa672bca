"""7.3 Country/region of the issuer: that of the awarding body."""

from app.template.rules.registry import REQUIRED, Case, Sightings, rule


@rule(
    "country-contradicts",
    REQUIRED,
    "7.3",
    "The country is the awarding body's; a value that is sent agrees with it.",
    cites=("7.3", "7.4"),
)
def country_contradicts(case: Case) -> Sightings:
    """Find another country than the awarding body's."""
    if case.offering.country not in (None, case.body.country):
        yield case.in_offering("country"), "The awarding body has another country; leave this out or correct it."
