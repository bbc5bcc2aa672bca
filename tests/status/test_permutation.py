"""The keyed permutation: no place twice, no pattern, both ways."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.status import LIST_ENTRIES, KeyedPermutation

KEY = bytes(range(32))
PLACES = [99486, 130497, 85107, 126265, 15446, 93642, 108212, 81025]


@given(st.binary(min_size=16, max_size=32), st.integers(min_value=1, max_value=700))
def test_every_place_is_given_exactly_once(key, capacity):
    permutation = KeyedPermutation(key, capacity)
    assert sorted(permutation(counter) for counter in range(capacity)) == list(range(capacity))


@given(st.binary(min_size=16, max_size=32), st.integers(min_value=0, max_value=LIST_ENTRIES - 1))
def test_the_inverse_leads_back(key, counter):
    permutation = KeyedPermutation(key, LIST_ENTRIES)
    assert permutation.inverse(permutation(counter)) == counter


@pytest.mark.slow
def test_a_whole_list_is_a_bijection():
    permutation = KeyedPermutation(KEY, LIST_ENTRIES)
    assert len({permutation(counter) for counter in range(LIST_ENTRIES)}) == LIST_ENTRIES


def test_neighbouring_counters_spread_evenly_over_the_list():
    permutation = KeyedPermutation(KEY, LIST_ENTRIES)
    drawn = 4_096
    buckets = [0] * 64
    for counter in range(drawn):
        buckets[permutation(counter) * 64 // LIST_ENTRIES] += 1
    expected = drawn / 64
    chi_square = sum((count - expected) ** 2 / expected for count in buckets)
    assert chi_square < 103.4  # 63 degrees of freedom, 0.1 %; the key is fixed, so this does not flicker


def test_neighbouring_counters_show_no_order():
    permutation = KeyedPermutation(KEY, LIST_ENTRIES)
    places = [permutation(counter) for counter in range(4_096)]
    rising = sum(first < second for first, second in pairwise(places))
    assert abs(rising - 2_048) < 130  # three and a half standard deviations of runs up
    assert len({second - first for first, second in pairwise(places)}) > 3_900


def test_another_key_gives_other_places():
    one, other = KeyedPermutation(KEY, LIST_ENTRIES), KeyedPermutation(bytes(32), LIST_ENTRIES)
    assert sum(one(counter) == other(counter) for counter in range(1_000)) < 5


def test_the_construction_never_changes():
    permutation = KeyedPermutation(KEY, LIST_ENTRIES)
    assert [permutation(counter) for counter in range(8)] == PLACES


@pytest.mark.parametrize("counter", [-1, 8])
def test_a_counter_outside_of_the_list_is_refused(counter):
    permutation = KeyedPermutation(KEY, 8)
    with pytest.raises(ValueError, match="outside"):
        permutation(counter)
    with pytest.raises(ValueError, match="outside"):
        permutation.inverse(counter)


def test_a_short_key_and_an_empty_list_are_refused():
    with pytest.raises(ValueError, match="key"):
        KeyedPermutation(bytes(8), 8)
    with pytest.raises(ValueError, match="at least one"):
        KeyedPermutation(KEY, 0)
