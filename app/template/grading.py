"""Grading schemes of the awarding bodies (template 7.14).

"If grades are given, the grading system of the university that awards the micro-credential is adopted" (7.14).
Converting a grade is the business of whoever receives it; here it is only asked whether a value is a pass in the scheme
it names. A value is the text that will stand in the document, so its spelling is part of the scheme: a point, never a
comma, in numbers. The ``test`` issuer has a copy of every scheme under its own code, so that each can be tried.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from app.template.alliance import TEST_SLUG

_NUMBER: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class NumericRange:
    """Grades that are numbers from ``lowest`` to ``highest``, with ``threshold`` as the last pass."""

    lowest: Decimal
    highest: Decimal
    threshold: Decimal
    higher_is_better: bool
    places: int

    def contains(self, value: Decimal) -> bool:
        """Whether ``value`` lies in the range with no more decimal places than the scheme has."""
        return self.lowest <= value <= self.highest and value == round(value, self.places)

    def passes(self, value: Decimal) -> bool:
        """Whether ``value`` lies on the passing side of the threshold."""
        return value >= self.threshold if self.higher_is_better else value <= self.threshold


@dataclass(frozen=True, slots=True)
class GradingScheme:
    """One grading scheme of one awarding body.

    ``passing`` runs from the lowest to the highest pass and ``failing`` from the worst to the best fail; with a
    ``range`` they hold only what is no number, such as ``30L``. ``any_case`` is for words, never for letters.
    """

    code: str
    owner: str
    name: Mapping[str, str]
    passing: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    range: NumericRange | None = None
    any_case: bool = False

    def is_known(self, value: str) -> bool:
        """Whether ``value`` is a grade of this scheme, passing or not."""
        number = self._number(value)
        return number is not None or self._spelled(value, self.passing) or self._spelled(value, self.failing)

    def is_passing(self, value: str) -> bool:
        """Whether ``value`` is a grade of this scheme with which a learner passes."""
        number = self._number(value)
        if number is not None and self.range is not None:
            return self.range.passes(number)
        return self._spelled(value, self.passing)

    def _number(self, value: str) -> Decimal | None:
        if self.range is None or not _NUMBER.fullmatch(value):
            return None
        number = Decimal(value)
        return number if self.range.contains(number) else None

    def _spelled(self, value: str, words: tuple[str, ...]) -> bool:
        return value.casefold() in words if self.any_case else value in words


def is_passing(scheme: GradingScheme, value: str) -> bool:
    """Whether ``value`` is a pass in ``scheme``: 5.0 fails in Germany, 2.0 in Poland, 17 in Italy."""
    return scheme.is_passing(value)


def _numbers(*, lowest: str, highest: str, threshold: str, higher_is_better: bool, places: int) -> NumericRange:
    return NumericRange(Decimal(lowest), Decimal(highest), Decimal(threshold), higher_is_better, places)


_PASSED_WORDS: Final = ("passed", "pass")
_FAILED_WORDS: Final = ("failed", "fail", "not passed")
_GERMAN: Final = _numbers(lowest="1", highest="5", threshold="4", higher_is_better=False, places=1)


def _pass_or_fail(
    slug: str, body: str, *, names: Mapping[str, str], passed: str, failed: str, code: str = "pass-fail"
) -> GradingScheme:
    return GradingScheme(
        code=f"{slug}-{code}",
        owner=slug,
        name={"en": f"{body}: passed or failed", **names},
        passing=(passed, *_PASSED_WORDS),
        failing=(failed, *_FAILED_WORDS),
        any_case=True,
    )


_OF_MEMBERS: Final = (
    GradingScheme(
        code="chalmers-3-4-5",
        owner="chalmers",
        name={"en": "Chalmers: U, 3, 4, 5", "sv": "Chalmers: U, 3, 4, 5"},
        passing=("3", "4", "5"),
        failing=("U",),
    ),
    GradingScheme(
        code="chalmers-u-g",
        owner="chalmers",
        name={"en": "Chalmers: pass (G) or fail (U)", "sv": "Chalmers: godkänd (G) eller underkänd (U)"},
        passing=("G",),
        failing=("U",),
    ),
    GradingScheme(
        code="ntnu-a-f",
        owner="ntnu",
        name={"en": "NTNU: A to F", "nb": "NTNU: A til F"},
        passing=("E", "D", "C", "B", "A"),
        failing=("F",),
    ),
    _pass_or_fail(
        "ntnu", "NTNU", names={"nb": "NTNU: bestått eller ikke bestått"}, passed="bestått", failed="ikke bestått"
    ),
    GradingScheme(
        code="polimi-30",
        owner="polimi",
        name={"en": "PoliMi: 18 to 30 with honours", "it": "PoliMi: da 18 a 30 e lode"},
        passing=("30L", "30 e lode"),
        range=_numbers(lowest="0", highest="30", threshold="18", higher_is_better=True, places=0),
    ),
    _pass_or_fail(
        "polimi", "PoliMi", names={"it": "PoliMi: idoneo o non idoneo"}, passed="idoneo", failed="non idoneo"
    ),
    GradingScheme(
        code="rwth-aachen-1-5",
        owner="rwth-aachen",
        name={"en": "RWTH: 1.0 (best) to 5.0", "de": "RWTH: 1,0 bis 5,0"},
        range=_GERMAN,
    ),
    _pass_or_fail(
        "rwth-aachen",
        "RWTH",
        names={"de": "RWTH: bestanden oder nicht bestanden"},
        passed="bestanden",
        failed="nicht bestanden",
    ),
    GradingScheme(
        code="tu-berlin-1-5",
        owner="tu-berlin",
        name={"en": "TU Berlin: 1.0 (best) to 5.0", "de": "TU Berlin: 1,0 bis 5,0"},
        range=_GERMAN,
    ),
    _pass_or_fail(
        "tu-berlin",
        "TU Berlin",
        names={"de": "TU Berlin: bestanden oder nicht bestanden"},
        passed="bestanden",
        failed="nicht bestanden",
    ),
    GradingScheme(
        code="upv-0-10",
        owner="upv",
        name={"en": "UPV: 0 to 10", "es": "UPV: de 0 a 10", "ca": "UPV: de 0 a 10"},
        range=_numbers(lowest="0", highest="10", threshold="5", higher_is_better=True, places=2),
    ),
    _pass_or_fail(
        "upv", "UPV", names={"es": "UPV: apto o no apto", "ca": "UPV: apte o no apte"}, passed="apto", failed="no apto"
    ),
    GradingScheme(
        code="wut-2-5",
        owner="wut",
        name={"en": "WUT: 2.0 to 5.0", "pl": "PW: od 2,0 do 5,0"},
        passing=("3.0", "3.5", "4.0", "4.5", "5.0"),
        failing=("2.0",),
    ),
    _pass_or_fail(
        "wut", "WUT", names={"pl": "PW: zaliczone albo niezaliczone"}, passed="zaliczone", failed="niezaliczone"
    ),
)

SCHEMES: Final[Mapping[str, GradingScheme]] = {
    scheme.code: scheme
    for scheme in (
        *_OF_MEMBERS,
        *(replace(scheme, code=f"{TEST_SLUG}-{scheme.code}", owner=TEST_SLUG) for scheme in _OF_MEMBERS),
    )
}
"""Every grading scheme by its code (``GET /api/v1/codes/grading-scheme``)."""


def schemes_of(slug: str) -> tuple[GradingScheme, ...]:
    """Return the grading schemes of the awarding body ``slug``."""
    return tuple(scheme for scheme in SCHEMES.values() if scheme.owner == slug)
