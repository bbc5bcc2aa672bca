"""7.6 Notional workload: ECTS points for certificates, none for badges, less than a full degree."""

from decimal import Decimal
from typing import Final

from app.template.elements import NoEctsGround, Type
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule
from app.template.typology import DEGREE_BOUNDS, ECTS_MINIMUM, ECTS_RECOMMENDED, Assignment, DegreeBound

_GUIDE: Final = "ECTS Users' Guide 2015"
HOURS_PER_CREDIT: Final = (Decimal(25), Decimal(30))
_NONE: Final = Decimal(0)


def _ects_owed(case: Case) -> bool:
    """Whether ECTS points are missing: demanded by Annex 2, not stated, and no reason lifts the demand."""
    workload = case.offering.workload
    if case.row is None or workload.ects is not None:
        return False
    lifted = case.row.ects is Assignment.YES_OR_REASON and workload.no_ects_reason is not None
    return case.row.ects in (Assignment.YES, Assignment.YES_OR_REASON) and not lifted


@rule(
    "ects-missing",
    REQUIRED,
    "7.6",
    "Certificates are assigned ECTS points; a specialisation certificate may state why it has none.",
    cites=("7.6", "Annex 2"),
)
def ects_missing(case: Case) -> Sightings:
    """Find a certificate without ECTS points."""
    if _ects_owed(case):
        lift = (
            " or state a reason in `no_ects_reason`" if case.row and case.row.ects is Assignment.YES_OR_REASON else ""
        )
        yield case.in_offering("workload", "ects"), f"Certificates are assigned ECTS points: state them{lift}."


@rule("ects-below-minimum", REQUIRED, "7.6", "A certificate has at least 1 ECTS point.")
def ects_below_minimum(case: Case) -> Sightings:
    """Find less than one point."""
    ects = case.offering.workload.ects
    if case.offering.type is Type.CERTIFICATE and ects is not None and ects < ECTS_MINIMUM:
        yield case.in_offering("workload", "ects"), f"The minimum is {ECTS_MINIMUM} ECTS point."


@rule(
    "ects-below-recommended",
    ADVICE,
    "7.6",
    "At least 3 ECTS points are recommended for certificates.",
    cites=("7.6", "Annex 2"),
)
def ects_below_recommended(case: Case) -> Sightings:
    """Find fewer points than recommended."""
    ects = case.offering.workload.ects
    if case.offering.type is Type.CERTIFICATE and ects is not None and ECTS_MINIMUM <= ects < ECTS_RECOMMENDED:
        yield case.in_offering("workload", "ects"), f"At least {ECTS_RECOMMENDED} ECTS points are recommended."


@rule("ects-not-for-badges", REQUIRED, "7.6", "Badges are not assigned ECTS points.", cites=("7.6", "Annex 2"))
def ects_not_for_badges(case: Case) -> Sightings:
    """Find points on a badge or on one of its units."""
    if case.row is None or case.row.ects is not Assignment.NO:
        return
    words = "Badges are not assigned ECTS points; state hours instead."
    if case.offering.workload.ects is not None:
        yield case.in_offering("workload", "ects"), words
    for position, unit in enumerate(case.units):
        if unit.ects is not None:
            yield case.in_unit(position, "ects"), words


@rule("full-degree-workload", REQUIRED, "7.6", "The upper limit is less than a full degree.", besides=_GUIDE)
def full_degree_workload(case: Case) -> Sightings:
    """Find the workload of a whole degree."""
    ects, bound = case.offering.workload.ects, _degree_bound(case)
    if case.offering.type is Type.CERTIFICATE and ects is not None and ects >= bound.forbidden_from:
        yield (
            case.in_offering("workload", "ects"),
            f"Less than a full degree: below {bound.forbidden_from} ECTS points at this level.",
        )


@rule(
    "full-degree-workload",
    ADVICE,
    "7.6",
    "From 60 ECTS points at EQF 7 the size of the smallest second-cycle degree is reached.",
    cites=("7.6", "Annex 1"),
    besides=_GUIDE,
)
def full_degree_workload_near(case: Case) -> Sightings:
    """Find the workload of the smallest degree at this level."""
    ects, bound = case.offering.workload.ects, _degree_bound(case)
    near = bound.advised_below is not None and ects is not None and bound.advised_below <= ects < bound.forbidden_from
    if case.offering.type is Type.CERTIFICATE and near:
        yield (
            case.in_offering("workload", "ects"),
            f"From {bound.advised_below} ECTS points on, degrees exist at this level; the limit is less than one.",
        )


def _units_in_points(case: Case) -> Decimal | None:
    """Return the sum of the units' points, or None where it says nothing about the total."""
    # A pool to choose from says nothing until the award states which units this learner completed.
    chosen = case.award is not None and case.award.units is not None
    if not chosen and any(unit.chosen_from is not None for unit in case.units):
        return None
    points = [unit.ects for unit in case.units if unit.ects is not None]
    return sum(points, _NONE) if points and len(points) == len(case.units) else None


@rule("workload-of-units", REQUIRED, "7.6", "The learner's units reach the total of ECTS points.")
def workload_of_units(case: Case) -> Sightings:
    """Find more points in total than the units have."""
    total, units = case.offering.workload.ects, _units_in_points(case)
    if case.offering.type is Type.CERTIFICATE and total is not None and units is not None and units < total:
        yield case.in_offering("workload", "ects"), "The units have fewer ECTS points together than the total."


@rule("workload-of-units", ADVICE, "7.6", "The learner's units do not exceed the total of ECTS points.")
def workload_below_units(case: Case) -> Sightings:
    """Find fewer points in total than the units have."""
    total, units = case.offering.workload.ects, _units_in_points(case)
    if case.offering.type is Type.CERTIFICATE and total is not None and units is not None and units > total:
        yield case.in_offering("workload", "ects"), "The units have more ECTS points together than the total."


@rule("workload-unstated", ADVICE, "7.6", "Hours are stated where ECTS points cannot be given.")
def workload_unstated(case: Case) -> Sightings:
    """Find neither points nor hours, where points are not demanded."""
    workload = case.offering.workload
    if workload.ects is None and workload.hours is None and not _ects_owed(case):
        yield case.in_offering("workload", "hours"), "Say hours where ECTS points cannot be given."


@rule("hours-per-credit", ADVICE, "7.6", "One ECTS point corresponds to 25 to 30 hours of work.", besides=_GUIDE)
def hours_per_credit(case: Case) -> Sightings:
    """Find hours and points that do not fit together."""
    ects, hours = case.offering.workload.ects, case.offering.workload.hours
    least, most = HOURS_PER_CREDIT
    if ects and hours is not None and not least <= hours / ects <= most:
        yield case.in_offering("workload", "hours"), f"One ECTS point corresponds to {least} to {most} hours of work."


@rule("other-needs-text", REQUIRED, "7.6", "Another ground for having no ECTS points is put into words.")
def other_ground_unsaid(case: Case) -> Sightings:
    """Find ``other`` without words."""
    reason = case.offering.workload.no_ects_reason
    if reason is not None and reason.ground is NoEctsGround.OTHER and reason.text is None:
        yield case.in_offering("workload", "no_ects_reason", "text"), "`other` is put into words here."


def _degree_bound(case: Case) -> DegreeBound:
    return DEGREE_BOUNDS.get(case.offering.level.eqf, DEGREE_BOUNDS[None])
