"""The rules of the template, one module for each element of section 7 and one for Annex 2.

Promises: :func:`check` and :func:`check_offering` return every finding at once, each with a JSON pointer into exactly
what was sent, a citation of the clause and a weight. *Required* follows an element without asterisk, "is", "are (not)
assigned", YES and NO; *recommended* follows "recommended", "should", "useful", "in general"; "typical", "mostly",
"primarily" and "can" make no rule at all. Where two places differ the softer one wins and both are cited.
Never: a clock, a list of countries, a network. Never a finding that repeats personal data.

Public: ``RULES``, ``Rule``, ``check`` (a request), ``check_offering`` (before publication), ``check_statement`` (what a
document says), ``Codes``, ``LISTS``.
"""

from dataclasses import replace
from datetime import date
from typing import Final

from app.errors import Finding
from app.template.alliance import AwardingBody
from app.template.elements import IssuanceRequest, Offering, Statement, Subtype
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

__all__ = ["LISTS", "RULES", "Codes", "Rule", "check", "check_offering", "check_statement"]

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


def check(
    request: IssuanceRequest,
    *,
    today: date,
    body: AwardingBody,
    codes: Codes,
    offering: Offering | None = None,
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
    return _look(case_of(stated, request, offering_at=offering_at, body=body, today=today, codes=codes))


def check_offering(offering: Offering, *, body: AwardingBody, codes: Codes) -> list[Finding]:
    """Return every finding about an offering before it is published; pointers are relative to the offering."""
    return _look(case_of(offering, None, offering_at=(), body=body, today=None, codes=codes))


def check_statement(statement: Statement, *, body: AwardingBody, codes: Codes) -> list[Finding]:
    """Return every finding about what a document says, read back into the template's elements.

    Not judged is what a document need not show, since it is no longer there: grounds for exceptions (kept inside), date
    of birth and nationality (a public copy may leave them out), and which university offers most of all units of an
    offering (a document lists those that the learner took). The day is the business of whoever verifies. All pointers
    are ``#``: where in a document an element stands is known to the mapping alone.
    """
    offering = statement.offering
    award = statement.award.model_copy(update={"units": offering.units, "assessments": offering.assessments})
    case = case_of(
        offering.model_copy(update={"units": (), "assessments": ()}),
        award,
        offering_at=("offering",),
        body=body,
        today=None,
        codes=codes,
    )
    return [replace(finding, pointer="#") for finding in _look(case) if not _need_not_show(case, finding)]


def _need_not_show(case: Case, finding: Finding) -> bool:
    match finding.code:
        case "ects-missing" | "eqf-missing":
            return case.offering.subtype is Subtype.SPECIALISATION
        case "learner-incomplete":
            return finding.pointer in ("#/learner/birth_date", "#/learner/nationalities")
        case "awarding-rule-not-met" | "prerequisites-only-formal":
            return True
        case _:
            return False


def _look(case: Case) -> list[Finding]:
    return [finding for each in RULES for finding in each.findings(case)]
