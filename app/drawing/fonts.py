"""Which characters the fonts in ``fonts/`` show, read from the fonts themselves.

``fonts/manifest.json`` states origin, version, licence and digest of each file; a test holds the files against it.
"""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from app.template.text import PLAIN

FOLDER: Final = Path(__file__).resolve().parent / "fonts"

_INVISIBLE: Final = frozenset("\u200c\u200d\u2060\ufeff") | {chr(code) for code in range(0xFE00, 0xFE10)}
"""What changes how neighbours are written and has no shape of its own: joiners and variation selectors."""
_UNICODE: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))
"""Tables of a font that map Unicode, the fullest first (OpenType 1.9, cmap)."""


def unshowable(text: str) -> str | None:
    """Say which character no font here shows, or none. The words name code points, never the text.

    A letter and its marks are drawn out of one font: where no font has them all, they cannot be shown.
    """
    if PLAIN.fullmatch(text):
        return None
    for position, cluster in _clusters(text):
        if not any(cluster <= font for font in _fonts()):
            codes = " ".join(f"U+{code:04X}" for code in sorted(cluster))
            return f"{codes} at position {position} is in none of the fonts that pages are drawn with."
    return None


def _clusters(text: str) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield each letter with its marks, as far as it has a shape, and where it begins."""
    begun, codes = 0, set[int]()
    for position, character in enumerate(text):
        if character in _INVISIBLE or character == "\n":
            continue
        if codes and not unicodedata.category(character).startswith("M"):
            yield begun, frozenset(codes)
            codes = set()
        if not codes:
            begun = position
        codes.add(ord(character))
    if codes:
        yield begun, frozenset(codes)


@cache
def _fonts() -> tuple[frozenset[int], ...]:
    """Return the code points of each font; some 40 ms at the first text that needs them."""
    return tuple(_code_points(path.read_bytes()) for path in sorted(FOLDER.glob("*.[ot]tf")))


def _code_points(font: bytes) -> frozenset[int]:
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    subtables = {
        (platform, encoding): start + offset
        for platform, encoding, offset in (
            struct.unpack_from(">HHI", font, start + 4 + 8 * number)
            for number in range(struct.unpack_from(">H", font, start + 2)[0])
        )
    }
    at = next(subtables[wanted] for wanted in _UNICODE if wanted in subtables)
    form = struct.unpack_from(">H", font, at)[0]
    return frozenset(_segmented(font, at) if form == _SEGMENTED else _grouped(font, at))


_SEGMENTED: Final = 4
_LAST: Final = 0xFFFF


def _segmented(font: bytes, at: int) -> Iterator[int]:
    """Yield what a subtable of format 4 maps to a glyph."""
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    offsets_at = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", font, offsets_at)
    for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if offset:
                place = offsets_at + 2 * number + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, place)[0]
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF and code != _LAST:
                yield code


def _grouped(font: bytes, at: int) -> Iterator[int]:
    """Yield what a subtable of format 12 maps to a glyph."""
    for number in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * number)
        yield from range(first if glyph else first + 1, last + 1)
