"""Logos: what is given, what is kept, what is refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from app.drawing import LogoUnusable, read_logo
from app.drawing.logo import LARGEST, MAX_BYTES

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="80">'
    '<defs><linearGradient id="g"><stop stop-color="#c00"/></linearGradient></defs>'
    '<rect width="300" height="80" fill="url(#g)"/><use href="#g"/></svg>'
)


def png(size=(600, 200), colour=(0, 150, 60, 255), **options):
    written = BytesIO()
    Image.new("RGBA", size, colour).save(written, "PNG", **options)
    return written.getvalue()


def image_of(content):
    return Image.open(BytesIO(content))


@pytest.mark.parametrize(("given", "colour"), [(png(), (0, 150, 60, 255)), (SVG.encode(), (204, 0, 0, 255))])
def test_a_png_and_an_svg_become_a_png_as_large_as_a_page_shows(given, colour):
    kept = image_of(read_logo(given))
    assert (kept.format, kept.mode) == ("PNG", "RGBA")
    assert kept.width <= LARGEST[0]
    assert kept.height <= LARGEST[1]
    assert kept.getpixel((kept.width // 2, kept.height // 2)) == colour
    assert read_logo(given) == read_logo(given)


def test_margins_and_what_else_is_in_the_file_are_not_kept():
    drawn = Image.new("RGBA", (800, 800))
    drawn.paste((10, 20, 30, 255), (200, 300, 600, 400))
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "somebody")
    written = BytesIO()
    drawn.save(written, "PNG", pnginfo=notes)
    kept = read_logo(written.getvalue())
    assert image_of(kept).size == (400, 100)
    assert b"somebody" not in kept


def bomb(side, *, before=b""):
    """Return a PNG that says it is large; ``before`` is what its first chunk holds, if that is not its header."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + (chunk(b"prVt", before) if before else b"")
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither"),
        (b"GIF89a", "neither"),
        (b"\xff\xd8\xff\xe0", "neither"),
        (png()[:200], "cannot be read|not a PNG"),
        (png((20, 400)), "needed on each side"),
        (png(colour=(0, 0, 0, 0)), "nothing on it"),
        (bytes(MAX_BYTES + 1), "accepted"),
        (bomb(60_000), "16 million"),
        (bomb(10_000), "16 million"),
        # Where a header of 1 by 1 would stand.
        (bomb(60_000, before=bytes.fromhex("0000000100000001")), "16 million"),
        (bomb(4_001, before=bytes.fromhex("0000000100000001")), "16 million"),
        (b"<svg", "cannot be drawn|not an SVG"),
        (SVG.replace("<use", "<script>alert(1)</script><use").encode(), "refers|script"),
        (SVG.replace('#g"/></svg>', 'https://example.org/x.svg"/></svg>').encode(), "refers"),
        (SVG.replace("<use", '<image href="page.typ"/><use').encode(), "refers"),
        (('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG).encode(), "refers"),
        (SVG.replace("<use", "<style>@import 'x.css';</style><use").encode(), "refers"),
        (SVG.replace("url(#g)", "url(https://example.org/#g)").encode(), "refers"),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason(content, why):
    with pytest.raises(LogoUnusable, match=why):
        read_logo(content)
