"""The bitstring itself: set and read one entry, write it as ``encodedList``, read a stranger's with bounds.

BSL section 3 fixes the shape: one bit for each entry, index 0 the left-most bit, at least 131,072 entries, compressed
with GZIP and then multibase base64url without padding (prefix ``u``).
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterable
from typing import ClassVar, Self

from app.errors import Family, ServiceError

LIST_ENTRIES = 131_072
"""Entries of each list of ours, which is also the least that BSL section 3.2 allows: herd privacy (BSL section 6.1)."""

_GZIP = 16 + zlib.MAX_WBITS
LARGEST_LIST_BYTES = 2 * 1024 * 1024
"""A list of 16 million entries. A stranger's list beyond this is refused before it fills the memory."""

# No header of the platform: no time stamp, no file name, operating system "unknown" (RFC 1952 section 2.3), so that
# one list always gives the same bytes, whatever writes it.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


class StatusListMalformed(ServiceError):
    """An ``encodedList`` that is not multibase base64url of exactly one GZIP member within the bounds."""

    code: ClassVar[str] = "status-list-malformed"
    title: ClassVar[str] = "The status list cannot be read"
    family: ClassVar[Family] = Family.MALFORMED


class StatusListTooShort(ServiceError):
    """Fewer than 131,072 entries: STATUS_LIST_LENGTH_ERROR of BSL section 3.5."""

    code: ClassVar[str] = "status-list-too-short"
    title: ClassVar[str] = "The status list has fewer entries than the standard requires"
    family: ClassVar[Family] = Family.MALFORMED


class StatusIndexMalformed(ServiceError):
    """A ``statusListIndex`` that is not a plain decimal number written as a string."""

    code: ClassVar[str] = "status-index-malformed"
    title: ClassVar[str] = "The status list index is not a decimal number"
    family: ClassVar[Family] = Family.MALFORMED


class StatusIndexOutOfRange(ServiceError):
    """An index behind the end of the list: RANGE_ERROR of BSL section 3.5."""

    code: ClassVar[str] = "status-index-out-of-range"
    title: ClassVar[str] = "The status list has no such entry"
    family: ClassVar[Family] = Family.MALFORMED


def parse_status_index(text: object) -> int:
    """Return the number in ``statusListIndex`` (BSL section 2.1), refusing all that ``int()`` would forgive.

    ``int()`` takes signs, blanks, underscores and the digits of every script; two verifiers could then read one
    credential as two entries.
    """
    if not isinstance(text, str) or _INDEX.fullmatch(text) is None:
        raise StatusIndexMalformed
    return int(text)


class BitstringStatusList:
    """One status list for one purpose. A set bit means that the purpose applies (BSL section 2.2, statusSize 1)."""

    __slots__ = ("_bits",)

    def __init__(self, entries: int = LIST_ENTRIES, *, raised: Iterable[int] = ()) -> None:
        """Make a list of ``entries`` entries in which those named in ``raised`` are set."""
        if entries < LIST_ENTRIES or entries % 8:
            raise StatusListTooShort(f"a list has at least {LIST_ENTRIES} entries, in whole bytes")
        self._bits = bytearray(entries // 8)
        for index in raised:
            self.set(index)

    def __len__(self) -> int:
        """Return how many entries the list has."""
        return len(self._bits) * 8

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BitstringStatusList) and self._bits == other._bits

    __hash__ = None  # type: ignore[assignment]  # the list changes, so it is no key; object's declaration cannot say so

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise StatusIndexOutOfRange
        # BSL section 3: "the first index, with a value of zero (0), [is] located at the left-most bit".
        return index >> 3, 0x80 >> (index & 7)

    def value(self, index: int, size: int = 1) -> int:
        """Return the entry at ``index`` of a list whose entries have ``size`` bits (BSL section 3.2, steps 9 and 10).

        Raises:
            StatusListTooShort: fewer than 131,072 entries of that size.
            StatusIndexOutOfRange: the entry does not lie in the list to its last bit.
        """
        if size < 1:
            raise ValueError("an entry has at least one bit")
        if len(self) // size < LIST_ENTRIES:
            raise StatusListTooShort
        first, end = index * size, index * size + size
        if index < 0 or end > len(self):
            raise StatusIndexOutOfRange
        octets = int.from_bytes(self._bits[first >> 3 : (end + 7) >> 3])
        return octets >> (-end & 7) & ((1 << size) - 1)

    def get(self, index: int) -> bool:
        """Return whether the entry at ``index`` is set."""
        byte, mask = self._place(index)
        return bool(self._bits[byte] & mask)

    def set(self, index: int, *, raised: bool = True) -> None:
        """Set the entry at ``index``, or clear it."""
        byte, mask = self._place(index)
        if raised:
            self._bits[byte] |= mask
        else:
            self._bits[byte] &= ~mask & 0xFF

    def encoded(self) -> str:
        """Return ``encodedList`` (BSL section 3.3): the same list gives the same text."""
        compressor = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
        member = b"".join(
            (
                _GZIP_HEADER,
                compressor.compress(self._bits),
                compressor.flush(),
                struct.pack("<II", zlib.crc32(self._bits), len(self._bits)),
            )
        )
        return "u" + base64.urlsafe_b64encode(member).rstrip(b"=").decode("ascii")

    @classmethod
    def decode(cls, encoded_list: object, *, largest_bytes: int = LARGEST_LIST_BYTES) -> Self:
        """Read a list that somebody else wrote (BSL section 3.4), bounded.

        1. a string, multibase prefix ``u``, strict base64url without padding;
        2. not longer than a list of ``largest_bytes`` could need;
        3. exactly one GZIP member with a right checksum, nothing behind it, inflating to at most ``largest_bytes``;
        4. at least 131,072 entries.
        """
        if not isinstance(encoded_list, str) or not encoded_list.startswith("u"):  # 1
            raise StatusListMalformed("encodedList is not multibase base64url (prefix u)")
        bits = unpack(encoded_list[1:], wbits=_GZIP, largest_bytes=largest_bytes)  # 2, 3
        if len(bits) * 8 < LIST_ENTRIES:  # 4
            raise StatusListTooShort
        status_list = cls(len(bits) * 8)
        status_list._bits[:] = bits
        return status_list


def unpack(text: str, *, wbits: int, largest_bytes: int) -> bytes:
    """Return the list that ``text`` holds: strict base64url without padding, around one compressed stream.

    ``wbits`` says of which kind the stream is, as :func:`zlib.decompressobj` understands it.

    Raises:
        StatusListMalformed: not of that form, or larger than ``largest_bytes``.
    """
    # GZIP and ZLIB never grow their input by more than a few bytes in each 16 kB; base64 makes 4 of 3.
    if len(text) > (largest_bytes + largest_bytes // 1000 + 64) * 4 // 3:
        raise StatusListMalformed("the list is longer than any within the bounds")
    return _inflate(_from_base64url(text), wbits, largest_bytes)


def _from_base64url(text: str) -> bytes:
    """Decode strictly (RFC 4648 section 5 without padding): alphabet, length, and no bits left over."""
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == 1:
        raise StatusListMalformed("the list is not base64url without padding")
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise StatusListMalformed("the list is not base64url without padding") from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode("ascii") != text:
        raise StatusListMalformed("the list ends in bits that mean nothing")
    return decoded


def _inflate(compressed: bytes, wbits: int, largest_bytes: int) -> bytes:
    """Inflate one stream and nothing else, never holding more than ``largest_bytes`` (and one) of it."""
    inflater = zlib.decompressobj(wbits=wbits)
    try:
        content = inflater.decompress(compressed, largest_bytes + 1)
    except zlib.error:
        raise StatusListMalformed("the list is not compressed as it must be") from None
    if len(content) > largest_bytes:
        raise StatusListMalformed("the list is larger than the bounds")
    if not inflater.eof:
        raise StatusListMalformed("the compressed list is cut off")
    if inflater.unused_data:
        raise StatusListMalformed("there is something behind the compressed list")
    return content
