"""Annex 2: the sub-type belongs to the type."""

from app.template.rules.registry import REQUIRED, Case, Sightings, rule
from app.template.typology import TYPOLOGY


@rule(
    "subtype-mismatch",
    REQUIRED,
    "7.2",
    "Academic and specialisation are sub-types of certificates, achievement and service of badges.",
    cites=("7.2", "Annex 2"),
)
def subtype_mismatch(case: Case) -> Sightings:
    """Find a certificate with the sub-type of a badge, or the other way round."""
    if case.row is None:
        subtypes = " or ".join(f"`{s}`" for s, row in TYPOLOGY.items() if row.type is case.offering.type)
        yield case.in_offering("subtype"), f"The sub-type of a {case.offering.type} is {subtypes}."
