"""The static page image that every credential carries in its display parameters.

EDC demands an image for each page (elm.md section 1.4). This one is neutral: the words MICRO-CREDENTIAL (template
footnote 27: the document must be recognisable as such) in a frame, no logo, nothing about what was achieved. The image
of a learner's own page is made elsewhere and stands in the ``edc`` rendering only.

``artwork.png`` is the image as issued. Compressors differ between builds, so the file is kept and not made at start;
``python -m app.elm.artwork`` makes it again.
"""

import base64
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Final

WIDTH: Final = 420
HEIGHT: Final = 594
"""The proportions of ISO A4, upright."""

PALETTE: Final = ((255, 255, 255), (26, 54, 93), (190, 202, 217), (90, 110, 140))
_PAPER, _INK, _LINE, _SOFT = range(4)

# Letters of five by seven points; "#" is ink.
_LETTERS: Final = {
    "M": ("#...#", "##.##", "#.#.#", "#.#.#", "#...#", "#...#", "#...#"),
    "I": ("#####", "..#..", "..#..", "..#..", "..#..", "..#..", "#####"),
    "C": (".###.", "#...#", "#....", "#....", "#....", "#...#", ".###."),
    "R": ("####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"),
    "O": (".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."),
    "-": (".....", ".....", ".....", ".###.", ".....", ".....", "....."),
    "E": ("#####", "#....", "#....", "####.", "#....", "#....", "#####"),
    "D": ("####.", "#...#", "#...#", "#...#", "#...#", "#...#", "####."),
    "N": ("#...#", "##..#", "#.#.#", "#..##", "#...#", "#...#", "#...#"),
    "T": ("#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."),
    "A": (".###.", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"),
    "L": ("#....", "#....", "#....", "#....", "#....", "#....", "#####"),
}

FILE: Final = Path(__file__).with_suffix(".png")


def pixels() -> list[bytearray]:
    """Draw the page: one palette index for each point, row by row."""
    page = [bytearray(WIDTH) for _ in range(HEIGHT)]

    def rectangle(left: int, top: int, right: int, bottom: int, colour: int) -> None:
        for row in page[top:bottom]:
            row[left:right] = bytes([colour]) * (right - left)

    def words(text: str, left: int, top: int, size: int, colour: int) -> None:
        for place, letter in enumerate(text):
            for y, line in enumerate(_LETTERS[letter]):
                for x, point in enumerate(line):
                    if point == "#":
                        corner = left + (place * 6 + x) * size, top + y * size
                        rectangle(*corner, corner[0] + size, corner[1] + size, colour)

    rectangle(12, 12, WIDTH - 12, HEIGHT - 12, _LINE)
    rectangle(14, 14, WIDTH - 14, HEIGHT - 14, _PAPER)
    rectangle(14, 14, WIDTH - 14, 96, _INK)
    words("MICRO-CREDENTIAL", 66, 44, 3, _PAPER)
    for row, (width, colour) in enumerate(((220, _SOFT), (292, _LINE), (260, _LINE), (292, _LINE), (180, _LINE))):
        rectangle(64, 168 + row * 48, 64 + width, 172 + row * 48, colour)
    return page


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png() -> bytes:
    """Encode the page as a PNG of four colours, two bits a point (PNG specification, third edition)."""
    rows = bytearray()
    for row in pixels():
        rows.append(0)  # no filter: best for areas of one colour
        rows += bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in zip(*(row[n::4] for n in range(4)), strict=True))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 2, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(value for colour in PALETTE for value in colour)),
            _chunk(b"IDAT", zlib.compress(bytes(rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


@cache
def artwork_base64() -> str:
    """The image as a credential carries it."""
    return base64.b64encode(FILE.read_bytes()).decode()


if __name__ == "__main__":
    FILE.write_bytes(png())
