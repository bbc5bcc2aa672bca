"""Grading schemes of the awarding bodies."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.template.alliance import MEMBERS, TEST_SLUG
from app.template.grading import SCHEMES, is_passing, schemes_of
from tests.builders import GOOD_GRADE


@pytest.mark.parametrize(
    ("code", "passing", "not_passing"),
    [
        ("chalmers-3-4-5", ["3", "4", "5"], ["U", "u", "2", "6", "3.0", "G"]),
        ("chalmers-u-g", ["G"], ["U", "g", "VG"]),
        ("ntnu-a-f", ["A", "B", "C", "D", "E"], ["F", "a", "A+", "1"]),
        ("ntnu-pass-fail", ["passed", "Passed", "bestått", "Bestått"], ["ikke bestått", "not passed", "fail", "A"]),
        ("polimi-30", ["18", "24", "30", "30L", "30 e lode"], ["17", "0", "31", "18.5", "30l", "-1"]),
        ("polimi-pass-fail", ["idoneo", "pass"], ["non idoneo"]),
        ("rwth-aachen-1-5", ["1.0", "1.3", "4.0", "4"], ["4.1", "5.0", "0.9", "1,3", "1.25", "6.0"]),
        ("rwth-aachen-pass-fail", ["bestanden"], ["nicht bestanden"]),
        ("tu-berlin-1-5", ["1.0", "2.7", "4.0"], ["5.0", "4.3", ""]),
        ("tu-berlin-pass-fail", ["bestanden", "passed"], ["nicht bestanden", "failed"]),
        ("upv-0-10", ["5", "5.0", "7.25", "10"], ["4.99", "0", "10.1", "7.255", "1e1", "٧"]),  # noqa: RUF001 - a digit that is not ours
        ("upv-pass-fail", ["apto"], ["no apto"]),
        ("wut-2-5", ["3.0", "3.5", "4.0", "4.5", "5.0"], ["2.0", "3", "2.5", "5.5", "4,5"]),
        ("wut-pass-fail", ["zaliczone"], ["niezaliczone"]),
    ],
)
def test_a_grade_passes_in_its_own_scheme_only_as_the_scheme_spells_it(code, passing, not_passing) -> None:
    scheme = SCHEMES[code]
    assert all(is_passing(scheme, value) for value in passing)
    assert not any(is_passing(scheme, value) for value in not_passing)


def test_a_fail_is_known_and_no_pass() -> None:
    for code, value in (("wut-2-5", "2.0"), ("tu-berlin-1-5", "5.0"), ("polimi-30", "17"), ("ntnu-a-f", "F")):
        assert SCHEMES[code].is_known(value)
        assert not is_passing(SCHEMES[code], value)
    assert not SCHEMES["wut-2-5"].is_known("B")


@pytest.mark.parametrize("slug", [*MEMBERS, TEST_SLUG])
def test_each_awarding_body_has_grades_and_a_pass_without_grade(slug: str) -> None:
    schemes = schemes_of(slug)
    assert len(schemes) >= 2
    assert all(scheme.code.startswith(f"{slug}-") and scheme.name["en"] for scheme in schemes)
    code, grade = GOOD_GRADE[slug]
    assert is_passing(SCHEMES[code], grade)


def test_the_test_issuer_can_try_every_scheme() -> None:
    assert {scheme.code for scheme in schemes_of(TEST_SLUG)} == {
        f"{TEST_SLUG}-{code}" for code, scheme in SCHEMES.items() if scheme.owner != TEST_SLUG
    }


def test_every_grade_that_a_scheme_lists_is_on_its_own_side() -> None:
    for scheme in SCHEMES.values():
        assert re.fullmatch(r"[a-z0-9-]{2,60}", scheme.code)
        assert all(scheme.is_passing(value) and scheme.is_known(value) for value in scheme.passing)
        assert all(scheme.is_known(value) and not scheme.is_passing(value) for value in scheme.failing)


@given(st.sampled_from(sorted(SCHEMES)), st.text(max_size=8))
def test_only_what_is_known_passes(code: str, value: str) -> None:
    assert SCHEMES[code].is_known(value) or not is_passing(SCHEMES[code], value)
