"""The page image is small, says what the document is, and can be made again."""

import base64
import struct
import zlib

from app.elm.artwork import FILE, HEIGHT, WIDTH, artwork_base64, pixels, png


def image_rows(content: bytes) -> bytes:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    position, compressed = 8, b""
    while position < len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        held = content[position + 8 : position + 8 + length]
        assert struct.unpack_from(">I", content, position + 8 + length)[0] == zlib.crc32(kind + held)
        if kind == b"IHDR":
            assert struct.unpack(">IIBBBBB", held) == (WIDTH, HEIGHT, 2, 3, 0, 0, 0)
        if kind == b"IDAT":
            compressed += held
        position += 12 + length
    return zlib.decompress(compressed)


def test_the_kept_image_is_the_drawn_one():
    assert image_rows(FILE.read_bytes()) == image_rows(png())


def test_the_image_is_a_palette_image_below_four_kilobytes():
    assert len(base64.b64decode(artwork_base64())) < 4096
    assert {point for row in pixels() for point in row} <= {0, 1, 2, 3}
