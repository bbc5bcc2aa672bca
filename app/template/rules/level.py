"""7.7 Level: EQF 5 to 8 for certificates, 5 to 7 or none for badges of achievement, none for service-based badges."""

import re
from collections.abc import Mapping
from typing import Final

from app.template.alliance import MEMBERS
from app.template.elements import Cycle
from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, rule, unlisted
from app.template.typology import Assignment

CYCLE_OF_EQF: Final[Mapping[int, Cycle]] = {5: Cycle.SHORT, 6: Cycle.FIRST, 7: Cycle.SECOND, 8: Cycle.THIRD}
_FRAMEWORKS: Final = frozenset(member.nqf_framework for member in MEMBERS.values())
_LABEL: Final = re.compile(r"(?P<framework>.+?) Level (?P<level>[1-8])(?:\.[0-9])?")


def _national_label(case: Case) -> str | None:
    labels = case.codes["nqf"]
    code = case.offering.level.nqf
    return labels.get(code) if code is not None and isinstance(labels, Mapping) else None


@rule(
    "eqf-missing",
    REQUIRED,
    "7.7",
    "Certificates are assigned an EQF level; a specialisation certificate may state why it has none.",
    cites=("7.7", "Annex 2"),
)
def eqf_missing(case: Case) -> Sightings:
    """Find a certificate without level. 7.7 allows exceptions where Annex 2 says a bare YES: the softer one wins."""
    level, row = case.offering.level, case.row
    if row is None or level.eqf is not None or row.eqf not in (Assignment.YES, Assignment.YES_OR_REASON):
        return
    if row.eqf is Assignment.YES_OR_REASON and level.no_eqf_reason is not None:
        return
    lift = " or state a reason in `no_eqf_reason`" if row.eqf is Assignment.YES_OR_REASON else ""
    yield case.in_offering("level", "eqf"), f"Certificates are assigned an EQF level: state it{lift}."


@rule(
    "eqf-not-allowed",
    REQUIRED,
    "7.7",
    "Certificates: EQF 5 to 8; badges of achievement: 5 to 7 or none; service-based badges: no level.",
    cites=("7.7", "Annex 2"),
)
def eqf_not_allowed(case: Case) -> Sightings:
    """Find a level that Annex 2 does not give to this sub-type."""
    level, row = case.offering.level, case.row
    if row is None:
        return
    if row.eqf is Assignment.NO:
        for member in ("eqf", "nqf", "cycle"):
            if getattr(level, member) is not None:
                yield case.in_offering("level", member), "Service-based badges are not assigned levels."
    elif level.eqf is not None and level.eqf not in row.eqf_levels:
        levels = f"{min(row.eqf_levels)} to {max(row.eqf_levels)}"
        yield case.in_offering("level", "eqf"), f"The EQF level of this kind of micro-credential is {levels}."


@rule("level-contradiction", REQUIRED, "7.7", "Cycle and national level fit the EQF level.")
def level_contradiction(case: Case) -> Sightings:
    """Find a cycle or a national level that belongs to another EQF level."""
    level = case.offering.level
    if level.eqf is None:
        return
    if level.cycle is not None and CYCLE_OF_EQF.get(level.eqf) is not level.cycle:
        yield (
            case.in_offering("level", "cycle"),
            "EQF 5 is the short cycle, 6 the first, 7 the second and 8 the third.",
        )
    label = _LABEL.fullmatch(_national_label(case) or "")
    # Elsewhere national levels are counted differently (Scotland has twelve); in the seven frameworks they agree.
    if label and label["framework"] in _FRAMEWORKS and int(label["level"]) != level.eqf:
        yield case.in_offering("level", "nqf"), "The national level corresponds to another EQF level."


@rule("nqf-not-a-level", REQUIRED, "7.7", "The national level is a level, not a whole framework.")
def nqf_not_a_level(case: Case) -> Sightings:
    """Find a framework itself, which the EU list also holds."""
    label = _national_label(case)
    if label is not None and "Framework" in label and "Level" not in label:
        yield case.in_offering("level", "nqf"), "This is a framework; name one of its levels."


@rule("nqf-framework-foreign", ADVICE, "7.7", "The national level is one of the awarding body's country.")
def nqf_framework_foreign(case: Case) -> Sightings:
    """Find a level of another country's framework."""
    own = MEMBERS.get(case.body.slug)
    label = _LABEL.fullmatch(_national_label(case) or "")
    if own is not None and label and label["framework"] != own.nqf_framework:
        yield case.in_offering("level", "nqf"), "This level is of another framework than the awarding body's country."


@rule("code-not-in-list", REQUIRED, "7.7", "National levels are codes of the EU list.")
def nqf_unlisted(case: Case) -> Sightings:
    """Find a code that is no national level."""
    code = case.offering.level.nqf
    if code is not None and code not in case.codes["nqf"]:
        yield case.in_offering("level", "nqf"), unlisted("nqf")
