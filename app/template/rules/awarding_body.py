"""7.4 Awarding body: one university on behalf of the Alliance; who awards what several universities teach."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from app.template.alliance import MEMBERS
from app.template.elements import Award, AwardingRule, DocumentForm, Provider, Unit
from app.template.rules.registry import (
    REQUIRED,
    Case,
    Sightings,
    Spot,
    award_rule,
    rule,
    unknown_members,
    unlisted_countries,
)

ALLIANCE_SLUGS: Final = frozenset({"enhance", "enhance-alliance", "alliance"})
_PAPER: Final = frozenset({DocumentForm.PAPER, DocumentForm.BOTH})


@rule("awarding-body-not-one", REQUIRED, "7.4", "One university awards, not the Alliance itself and not several.")
def awarding_body_not_one(case: Case) -> Sightings:
    """Find the Alliance in the place of a university. Two universities are refused by the type already."""
    if case.offering.awarding_body in ALLIANCE_SLUGS:
        yield case.in_offering("awarding_body"), "Awarded by one university on behalf of the Alliance, not by itself."


@rule("awarding-body-not-member", REQUIRED, "7.4", "The awarding body is a university of the Alliance.")
def awarding_body_not_member(case: Case) -> Sightings:
    """Find an awarding body outside the seven (the test issuer awards for itself only)."""
    slug = case.offering.awarding_body
    if slug not in ALLIANCE_SLUGS and not case.knows(slug):
        yield (
            case.in_offering("awarding_body"),
            f"Awarded by one university on behalf of the Alliance: {case.slugs_in_words()}.",
        )


@rule("awarding-body-not-sender", REQUIRED, "7.4", "A university awards in its own name only.")
def awarding_body_not_sender(case: Case) -> Sightings:
    """Find a member other than the one that sends."""
    slug = case.offering.awarding_body
    if slug != case.body.slug and slug in MEMBERS:
        yield case.in_offering("awarding_body"), "You can award in the name of your own university only."


@rule("member-unknown", REQUIRED, "7.4", "Teaching and leading universities of the Alliance are named by their slugs.")
def member_unknown(case: Case) -> Sightings:
    """Find slugs that nobody has."""
    leading = case.offering.leading_university
    if leading is not None and not case.knows(leading):
        yield (
            case.in_offering("leading_university"),
            f"No university of the Alliance: {case.slugs_in_words()}.",
        )
    for position, unit in enumerate(case.units):
        yield from unknown_members(case, unit.provided_by, case.in_unit, position, "provided_by")


@rule("code-not-in-list", REQUIRED, "7.4", "Countries of providers are codes of the EU list.")
def country_unlisted(case: Case) -> Sightings:
    """Find codes that are no country."""
    for position, unit in enumerate(case.units):
        yield from unlisted_countries(case, unit.provided_by, case.in_unit, position, "provided_by")


@rule(
    "awarding-rule-missing",
    REQUIRED,
    "7.4",
    "Where two or more universities teach, the offering says by which rule, (b) or (c), one of them awards.",
)
def awarding_rule_missing(case: Case) -> Sightings:
    """Find several universities and no rule."""
    if _rule(case) is None and len(_universities(case)) > 1:
        yield (
            case.in_offering("awarding_rule"),
            "Several universities teach: `leading-role` (b) or `most-activities` (c) decides which of them awards.",
        )


@rule(
    "awarding-rule-home-university",
    REQUIRED,
    "7.4",
    "Rule (a), the learner's home university, is not adopted. A home university that awards under (b) or (c) is fine.",
)
def awarding_rule_home_university(case: Case) -> Sightings:
    """Find rule (a)."""
    if case.offering.awarding_rule is AwardingRule.HOME_UNIVERSITY:
        yield (
            case.in_offering("awarding_rule"),
            "(a) is ruled out: it creates difficulties with non-traditional learners and those from outside.",
        )


@rule(
    "awarding-rule-not-met",
    REQUIRED,
    "7.4",
    "Under (b) the awarding body had the leading role; else no university offers as many activities or more.",
)
def awarding_rule_not_met(case: Case) -> Sightings:
    """Find an awarding body to which its own rule does not lead."""
    offering, chosen = case.offering, _rule(case)
    if chosen is AwardingRule.LEADING_ROLE:
        if offering.leading_university not in (None, offering.awarding_body):
            yield case.in_offering("leading_university"), "(b): the university with the leading role awards."
        return
    shares = _shares(_activities(case))
    own = shares.get(offering.awarding_body)
    others = [share for who, share in shares.items() if who != offering.awarding_body]
    if chosen is AwardingRule.MOST_ACTIVITIES and others and (own is None or max(others) >= own):
        yield (
            case.in_offering("awarding_rule"),
            "(c): another offers as many learning activities or more. A tie needs rule (b), `leading-role`.",
        )
    elif chosen is None and others and own is None and len(_universities(case)) < 2:  # noqa: PLR2004 - else a rule is missing
        yield (
            case.in_offering("awarding_rule"),
            "Others offer all learning activities: awarding here needs rule (b), `leading-role`.",
        )


@award_rule("signatory-missing", REQUIRED, "7.4", "A paper form is signed by an eligible person of the university.")
def signatory_missing(case: Case, award: Award) -> Sightings:
    """Find a paper form that nobody signs."""
    paper = case.offering.further_information.document_form in _PAPER
    if paper and award.signatory is None and case.offering.signatory is None:
        yield Spot(("signatory",)), "A paper form exists: name the eligible person who signs it, and their role."


def _rule(case: Case) -> AwardingRule | None:
    default = case.row.awarding_rule_default if case.row else None
    return case.offering.awarding_rule or default


def _activities(case: Case) -> tuple[Unit, ...]:
    # The rule belongs to the micro-credential; a learner's own choice of units counts only where no others are known.
    return case.offering.units or case.units


def _universities(case: Case) -> frozenset[str]:
    """Return the universities of the Alliance that teach."""
    return frozenset(who for unit in _activities(case) for who in unit.provided_by if isinstance(who, str))


def _shares(units: tuple[Unit, ...]) -> Mapping[str, Decimal]:
    """Return how much each provider offers: in ECTS points where all units have them, else in units.

    A unit that several teach together counts fully for each of them.
    """
    by_points = all(unit.ects is not None for unit in units)
    shares: dict[str, Decimal] = {}
    for unit in units:
        weight = unit.ects if by_points and unit.ects is not None else Decimal(1)
        for who in {_key(provider) for provider in unit.provided_by}:
            shares[who] = shares.get(who, Decimal(0)) + weight
    return shares


def _key(provider: Provider) -> str:
    return provider if isinstance(provider, str) else f"outside: {sorted(provider.name.items())}"
