"""Token Status List (draft-ietf-oauth-status-list-20, cited as TSL): the same places seen by readers of tokens.

One list says of each place one value of a few bits (TSL section 4.1); ours has two bits, for valid, invalid and
suspended (TSL section 7.1). It is no second record: whoever publishes it raises the same places as in the Bitstring
lists. Revoked is stronger than suspended, because a place has one value.
"""

import base64
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final, Self

from app.status.bitstring import (
    LARGEST_LIST_BYTES,
    LIST_ENTRIES,
    StatusIndexOutOfRange,
    StatusListMalformed,
    unpack,
)

BITS: Final = 2
"""Of each entry of our lists: the least that can say *suspended*."""
_SIZES: Final = (1, 2, 4, 8)


class TokenStatus(IntEnum):
    """The values that the specification defines (TSL section 7.1). All others mean what an application says."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


class TokenStatusList:
    """One list: a value for each place, the first place in the lowest bits of the first byte (TSL section 4.1)."""

    __slots__ = ("_bits", "_octets")

    def __init__(
        self,
        entries: int = LIST_ENTRIES,
        *,
        revoked: Iterable[int] = (),
        suspended: Iterable[int] = (),
    ) -> None:
        """Make a list of ``entries`` places of two bits; what is not named is valid."""
        self._bits = BITS
        self._octets = bytearray(entries * BITS // 8)
        for index in suspended:
            self._set(index, TokenStatus.SUSPENDED)
        for index in revoked:
            self._set(index, TokenStatus.INVALID)

    def __len__(self) -> int:
        """Return how many places the list has."""
        return len(self._octets) * 8 // self._bits

    @property
    def size(self) -> int:
        """How many bytes the list holds."""
        return len(self._octets)

    def value(self, index: int) -> int:
        """Return what the list says of a place.

        Raises:
            StatusIndexOutOfRange: it has no such place (TSL section 8.3 step 4.5).
        """
        octet, shift, mask = self._place(index)
        return self._octets[octet] >> shift & mask

    def _set(self, index: int, status: TokenStatus) -> None:
        octet, shift, mask = self._place(index)
        self._octets[octet] = self._octets[octet] & ~(mask << shift) & 0xFF | status << shift

    def _place(self, index: int) -> tuple[int, int, int]:
        if not 0 <= index < len(self):
            raise StatusIndexOutOfRange
        per_octet = 8 // self._bits
        return index // per_octet, index % per_octet * self._bits, (1 << self._bits) - 1

    def encoded(self) -> dict[str, Any]:
        """Return the claim ``status_list`` (TSL section 4.2): the same list gives the same text."""
        # ZLIB at the highest level, as section 4.1 recommends.
        packed = zlib.compress(bytes(self._octets), 9)
        return {"bits": self._bits, "lst": base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")}

    @classmethod
    def decode(cls, claim: object, *, largest_bytes: int = LARGEST_LIST_BYTES) -> Self:
        """Read the claim ``status_list`` of a list that somebody else wrote, bounded.

        1. ``bits`` is one of the four sizes, ``lst`` strict base64url without padding;
        2. not longer than a list of ``largest_bytes`` could need;
        3. exactly one ZLIB stream with a right checksum, nothing behind it, inflating to at most ``largest_bytes``.

        Raises:
            StatusListMalformed: anything else.
        """
        bits, text = (claim.get("bits"), claim.get("lst")) if isinstance(claim, Mapping) else (None, None)
        # 1. `True` is no number of bits.
        if type(bits) is not int or bits not in _SIZES or not isinstance(text, str):
            raise StatusListMalformed("status_list does not have the form that it must have")
        status_list = cls(0)
        status_list._bits = bits
        status_list._octets[:] = unpack(text, wbits=zlib.MAX_WBITS, largest_bytes=largest_bytes)  # 2, 3
        return status_list


def status_list_token_url(issuer_url: str, number: int) -> str:
    """Return the address of a list as a token: ``PUBLIC_URL/issuers/SLUG/status/NUMBER/token``. Frozen for ever."""
    return f"{issuer_url}/status/{number}/token"


def status_list_claims(
    status_list: TokenStatusList,
    *,
    url: str,
    issuer: str,
    issued_at: datetime,
    expires_at: datetime,
    time_to_live: timedelta,
) -> dict[str, Any]:
    """Return the claims of the Status List Token (TSL section 5.1).

    ``iss`` is one more than it asks for: earlier drafts did, and readers of these are in use.
    """
    if expires_at <= issued_at or time_to_live <= timedelta(0):
        raise ValueError("a list is valid for some time")
    return {
        "sub": url,
        "iss": issuer,
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "ttl": int(time_to_live.total_seconds()),
        "status_list": status_list.encoded(),
    }


def status_claim(url: str, index: int) -> dict[str, Any]:
    """Return the claim ``status`` of a token whose place is ``index`` (TSL section 6.2)."""
    if index < 0:
        raise ValueError("an index is not negative")
    return {"status_list": {"idx": index, "uri": url}}
