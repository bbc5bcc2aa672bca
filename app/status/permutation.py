"""A keyed permutation of the places of a list: unique like a counter, without showing the order of issuing.

If places were handed out 0, 1, 2 …, two credentials would tell which was issued first and roughly how many lie between
(BSL section 6.2 asks for random allocation). Drawing at random needs a table of what is taken. A permutation under a
secret key needs neither: counter in, place out, and two counters never meet.

Construction: a balanced Feistel network over the next even number of bits, keyed BLAKE2s as the round function
(RFC 7693), and cycle walking to stay inside the capacity (Black and Rogaway, "Ciphers with Arbitrary Finite Domains",
CT-RSA 2002, section 3). Ten rounds, as the domain is small (Patarin's attacks reach six).
"""

import hashlib
from typing import Final

_ROUNDS: Final = 10
_PERSON: Final = b"enhSTAT1"
_LEAST_KEY_BYTES: Final = 16


class KeyedPermutation:
    """A bijection of ``range(capacity)``, decided by ``key``. Frozen: lists live as long as their credentials."""

    __slots__ = ("_capacity", "_half", "_mask", "_rounds")

    def __init__(self, key: bytes, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("a list has at least one place")
        if not _LEAST_KEY_BYTES <= len(key) <= hashlib.blake2s.MAX_KEY_SIZE:
            raise ValueError(f"a permutation key has {_LEAST_KEY_BYTES} to {hashlib.blake2s.MAX_KEY_SIZE} bytes")
        self._capacity = capacity
        # At most four times the capacity, so that a walk takes fewer than four steps on average.
        self._half = max(1, ((capacity - 1).bit_length() + 1) // 2)
        self._mask = (1 << self._half) - 1
        # Keyed and marked with the number of their round once; each use then copies that state.
        self._rounds = tuple(
            hashlib.blake2s(bytes((number,)), key=key, person=_PERSON, digest_size=8) for number in range(_ROUNDS)
        )

    def __call__(self, counter: int) -> int:
        """Return the place that belongs to ``counter``."""
        self._check(counter)
        place = self._forward(counter)
        # Cycle walking: the cycle of an element inside comes back inside, at the latest at the element itself.
        while place >= self._capacity:
            place = self._forward(place)
        return place

    def inverse(self, place: int) -> int:
        """Return the counter that ``place`` belongs to."""
        self._check(place)
        counter = self._backward(place)
        while counter >= self._capacity:
            counter = self._backward(counter)
        return counter

    def _check(self, value: int) -> None:
        if not 0 <= value < self._capacity:
            raise ValueError("outside of the list")

    def _forward(self, value: int) -> int:
        left, right = value >> self._half, value & self._mask
        for number in range(_ROUNDS):
            left, right = right, left ^ self._round(number, right)
        return left << self._half | right

    def _backward(self, value: int) -> int:
        left, right = value >> self._half, value & self._mask
        for number in reversed(range(_ROUNDS)):
            left, right = right ^ self._round(number, left), left
        return left << self._half | right

    def _round(self, number: int, half: int) -> int:
        state = self._rounds[number].copy()
        state.update(half.to_bytes(8))
        return int.from_bytes(state.digest()) & self._mask
