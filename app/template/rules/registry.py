"""What a rule is, and what it looks at.

A rule is one small function that yields a place and a sentence for each thing it finds. The decorators :func:`rule` and
:func:`award_rule` turn it into a :class:`Rule`, which carries what a reader of a finding wants to know: the stable
code, the weight that the template's verb gives it, the element, the citation and the edition. Rules are pure: what day
it is and which codes are members of the official lists come in with the :class:`Case`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from app.errors import Finding, Weight, json_pointer
from app.template.alliance import MEMBERS, AwardingBody
from app.template.citations import cite
from app.template.elements import TEMPLATE_EDITION, Assessment, Award, Offering, Organisation, Unit
from app.template.typology import TYPOLOGY, Row

Path: TypeAlias = tuple[str | int, ...]
Codes: TypeAlias = Mapping[str, Collection[str]]
"""The members of each list of ``LISTS`` by its name, as a request writes them (languages as ISO 639-1). Where ``nqf``
is a mapping, its values are the labels of the EU list, such as ``PQF Level 7``, and the levels are checked too."""

LISTS: Final = ("country", "language", "isced-f", "nqf", "target-group", "currency")
"""The official lists that rules ask for; a missing one is a defect and raises."""

REQUIRED: Final = Weight.REQUIRED
ADVICE: Final = Weight.RECOMMENDED


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in what was sent, and, where a published offering stands behind it, the place within that offering."""

    path: Path
    within_offering: Path = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One offering, with the award when there is one, and the facts around it.

    ``units`` and ``assessments`` are those of this learner when the award states them, else the offering's.
    ``offering_at`` is the path to the offering in what was sent: empty when the offering alone was sent, None when the
    award only names a published offering. ``row`` is the row of Annex 2, or None when type and sub-type do not match.
    """

    offering: Offering
    award: Award | None
    offering_at: Path | None
    body: AwardingBody
    today: date | None
    codes: Codes
    row: Row | None
    units: tuple[Unit, ...]
    assessments: tuple[Assessment, ...]

    def in_offering(self, *steps: str | int) -> Spot:
        """Return the place of a member of the offering."""
        if self.offering_at is None:
            return Spot(("offering",), steps)
        return Spot((*self.offering_at, *steps))

    def in_unit(self, position: int, *steps: str | int) -> Spot:
        """Return the place of a member of ``units[position]``, wherever the units were sent."""
        if self.award is not None and self.award.units is not None:
            return Spot(("units", position, *steps))
        return self.in_offering("units", position, *steps)

    def in_assessment(self, position: int, *steps: str | int) -> Spot:
        """Return the place of a member of ``assessments[position]``, wherever the assessments were sent."""
        if self.award is not None and self.award.assessments is not None:
            return Spot(("assessments", position, *steps))
        return self.in_offering("assessments", position, *steps)

    def knows(self, slug: str) -> bool:
        """Whether ``slug`` names a university of the alliance, or the awarding body itself (the test issuer)."""
        return slug in MEMBERS or slug == self.body.slug

    def slugs_in_words(self) -> str:
        """Return the slugs that can be named, for a sentence."""
        return ", ".join(MEMBERS)


def case_of(
    offering: Offering,
    award: Award | None,
    *,
    offering_at: Path | None,
    body: AwardingBody,
    today: date | None,
    codes: Codes,
) -> Case:
    """Put together what the rules look at."""
    row = TYPOLOGY[offering.subtype]
    return Case(
        offering=offering,
        award=award,
        offering_at=offering_at,
        body=body,
        today=today,
        codes=codes,
        row=row if row.type is offering.type else None,
        units=offering.units if award is None or award.units is None else award.units,
        assessments=offering.assessments if award is None or award.assessments is None else award.assessments,
    )


Sightings: TypeAlias = Iterable[tuple[Spot, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the template. ``code``, ``weight`` and ``element`` together are unique."""

    code: str
    weight: Weight
    element: str
    citation: str
    summary: str
    edition: str
    look: Callable[[Case], Sightings]

    def findings(self, case: Case) -> Iterator[Finding]:
        """Yield what this rule finds in ``case``."""
        for spot, detail in self.look(case):
            yield Finding(
                code=self.code,
                pointer=json_pointer(spot.path),
                detail=f"{detail} In the published offering: {'.'.join(map(str, spot.within_offering))}."
                if spot.within_offering
                else detail,
                citation=self.citation,
                weight=self.weight,
            )


def rule(
    code: str, weight: Weight, element: str, summary: str, *, cites: tuple[str, ...] = (), besides: str = ""
) -> Callable[[Callable[[Case], Sightings]], Rule]:
    """Make a rule of a function. ``cites`` are places of the template, ``besides`` a source outside it."""

    def decorate(look: Callable[[Case], Sightings]) -> Rule:
        citation = cite(*(cites or (element,))) + (f"; {besides}" if besides else "")
        return Rule(code, weight, element, citation, summary, TEMPLATE_EDITION, look)

    return decorate


def award_rule(
    code: str, weight: Weight, element: str, summary: str, *, cites: tuple[str, ...] = (), besides: str = ""
) -> Callable[[Callable[[Case, Award], Sightings]], Rule]:
    """Make a rule of a function that looks at an award; of an offering alone it says nothing."""

    def decorate(look: Callable[[Case, Award], Sightings]) -> Rule:
        return rule(code, weight, element, summary, cites=cites, besides=besides)(
            lambda case: () if case.award is None else look(case, case.award)
        )

    return decorate


def unlisted(list_name: str) -> str:
    """Return the sentence for a code that is not a member of a list."""
    return f"Not a code of the list at /api/v1/codes/{list_name}."


def unlisted_countries(
    case: Case, places: Iterable[object], spot: Callable[..., Spot], position: int, member: str
) -> Sightings:
    """Yield the organisations among ``places`` whose country is not a member of the list ``country``."""
    for index, place in enumerate(places):
        if isinstance(place, Organisation) and place.country not in case.codes["country"]:
            yield spot(position, member, index, "country"), unlisted("country")


def unknown_members(
    case: Case, places: Iterable[object], spot: Callable[..., Spot], position: int, member: str
) -> Sightings:
    """Yield the slugs among ``places`` that name no university of the alliance."""
    for index, place in enumerate(places):
        if isinstance(place, str) and not case.knows(place):
            yield spot(position, member, index), f"No university of the Alliance: {case.slugs_in_words()}."
