"""The rules of the template, one module for each element of section 7 and one for Annex 2.

Promises: :func:`check` and :func:`check_offering` return every finding at once, each with a JSON pointer into exactly
what was sent, a citation of the clause and a weight. *Required* follows an element without asterisk, "is", "are (not)
assigned", YES and NO; *recommended* follows "recommended", "should", "useful", "in general"; "typical", "mostly",
"primarily" and "can" make no rule at all. Where two places differ the softer one wins and both are cited.
Never: a clock, a list of countries, a network. Never a finding that repeats personal data.

Public: ``RULES``, ``Rule``, ``check``, ``check_offering``, ``only_advice``, ``TemplateRuleBroken``, ``Codes``,
``LISTS``.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import ClassVar, Final

from app.errors import Family, Finding, ServiceError, Weight
from app.template.alliance import MEMBERS, AwardingBody, Member
from app.template.elements import IssuanceRequest, Offering
from app.template.rules import (
    assessment,
    awarding_body,
    country,
    date_of_issuing,
    further_information,
    grade,
    integration,
    learner,
    learning_outcomes,
    level,
    participation,
    prerequisites,
    quality_assurance,
    supervision,
    title,
    typology,
    workload,
)
from app.template.rules.registry import LISTS, Case, Codes, Rule, case_of

__all__ = ["LISTS", "RULES", "Codes", "Rule", "TemplateRuleBroken", "check", "check_offering", "only_advice"]

_IN_ORDER: Final = (
    learner,
    typology,
    title,
    country,
    awarding_body,
    date_of_issuing,
    workload,
    level,
    learning_outcomes,
    participation,
    prerequisites,
    assessment,
    supervision,
    quality_assurance,
    grade,
    integration,
    further_information,
)

RULES: Final[tuple[Rule, ...]] = tuple(
    each for module in _IN_ORDER for each in vars(module).values() if isinstance(each, Rule)
)
"""Every rule, in the order of the elements."""


class TemplateRuleBroken(ServiceError):
    """What was sent can be read, and the template does not allow it."""

    code: ClassVar[str] = "template-rule-broken"
    title: ClassVar[str] = "The ENHANCE template does not allow this"
    family: ClassVar[Family] = Family.RULE_BROKEN


def check(
    request: IssuanceRequest,
    *,
    today: date,
    body: AwardingBody,
    codes: Codes,
    offering: Offering | None = None,
    members: Mapping[str, Member] = MEMBERS,
) -> list[Finding]:
    """Return every finding about an award together with its offering.

    ``today`` is the day in the time zone of ``body``, the awarding body that sends. ``offering`` is the published one
    when the request names it by reference; findings about it point to ``#/offering`` and name the field in words.
    """
    if isinstance(request.offering, Offering):
        stated, offering_at = request.offering, ("offering",)
    elif offering is None:
        raise ValueError("the request names a published offering, which must come along")
    else:
        stated, offering_at = offering, None
    return _look(
        case_of(stated, request, offering_at=offering_at, body=body, today=today, codes=codes, members=members)
    )


def check_offering(
    offering: Offering, *, body: AwardingBody, codes: Codes, members: Mapping[str, Member] = MEMBERS
) -> list[Finding]:
    """Return every finding about an offering before it is published; pointers are relative to the offering."""
    return _look(case_of(offering, None, offering_at=(), body=body, today=None, codes=codes, members=members))


def only_advice(findings: Iterable[Finding]) -> list[Finding]:
    """Return ``findings`` when all are advice.

    Raises:
        TemplateRuleBroken: with all findings, when one of them is required.
    """
    listed = list(findings)
    stopping = sum(finding.weight is Weight.REQUIRED for finding in listed)
    if stopping:
        raise TemplateRuleBroken(
            "One rule of the template is not met." if stopping == 1 else f"{stopping} rules are not met.",
            findings=listed,
        )
    return listed


def _look(case: Case) -> list[Finding]:
    return [finding for each in RULES for finding in each.findings(case)]
