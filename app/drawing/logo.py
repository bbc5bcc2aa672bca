"""Logos: whatever is given, what is kept is a PNG of our own making.

1. At most 512 KiB, and PNG or SVG by its content.
2. A PNG is of a reasonable size before it is decoded. An SVG is text that refers to nothing outside itself and brings
   neither document type, script nor style sheet from elsewhere; typst turns it into points, without a way to any file.
3. The image is cut to what is drawn on it, made as large as a page can show, and written anew: nothing of the file
   itself is kept, neither metadata nor what else a reader could stumble over.
"""

import re
from io import BytesIO
from typing import ClassVar, Final

import typst
from PIL import Image, UnidentifiedImageError

from app.drawing.board import DESIGN_FOLDER, is_panic
from app.drawing.fonts import FOLDER as FONTS
from app.errors import Family, ServiceError

MAX_BYTES: Final = 512 * 1024
LARGEST: Final = (930, 255)
"""62 by 17 mm, as a page shows it, at 380 points per inch: large enough for paper."""
_LEAST_SIDE: Final = 32
_MOST_POINTS: Final = 16_000_000
_TOO_LARGE: Final = "It has more than 16 million points."
_UNDRAWABLE: Final = "It is not an SVG that can be drawn."
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_OUTSIDE: Final = re.compile(
    r"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet|<script|<foreignObject|<image|@import|(?:href|src)\s*=\s*[\"\'](?!#)|url\(\s*[\"\']?(?!#)",
    re.IGNORECASE,
)


class LogoUnusable(ServiceError):
    """The file is no logo that pages can show: a PNG or an SVG without references, of at most 512 KiB."""

    code: ClassVar[str] = "logo-unusable"
    title: ClassVar[str] = "The file cannot be used as a logo"
    family: ClassVar[Family] = Family.RULE_BROKEN


def read_logo(content: bytes) -> bytes:
    """Return the logo as a PNG that a page can show.

    Raises:
        LogoUnusable: it is none; the detail says why.
    """
    # 1
    if len(content) > MAX_BYTES:
        raise LogoUnusable(f"It has {len(content)} bytes; {MAX_BYTES} are accepted.")
    # 2
    points = content if content.startswith(_PNG) else _points_of_svg(content)
    try:
        # Opening reads the size, wherever in the file it stands, and unpacks nothing.
        with Image.open(BytesIO(points), formats=["PNG"]) as opened:
            if opened.width * opened.height > _MOST_POINTS:
                raise LogoUnusable(_TOO_LARGE)
            image = opened.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise LogoUnusable(_TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise LogoUnusable("It is not a PNG that can be read.") from None
    # 3
    drawn = image.getbbox(alpha_only=True)
    if drawn is None:
        raise LogoUnusable("There is nothing on it.")
    cut = image.crop(drawn)
    if min(cut.size) < _LEAST_SIDE:
        raise LogoUnusable(f"It has {cut.width} by {cut.height} points; {_LEAST_SIDE} are needed on each side.")
    cut.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    written = BytesIO()
    cut.save(written, "PNG", compress_level=9)
    return written.getvalue()


def _points_of_svg(content: bytes) -> bytes:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LogoUnusable("It is neither a PNG nor an SVG in UTF-8.") from None
    if "<svg" not in text:
        raise LogoUnusable("It is neither a PNG nor an SVG.")
    if _OUTSIDE.search(text):
        raise LogoUnusable("It refers to something outside itself, or brings a script; export it as a plain SVG.")
    try:
        compiler = typst.Compiler(
            str(DESIGN_FOLDER / "logo.typ"), root=str(DESIGN_FOLDER), font_paths=[str(FONTS)], ignore_system_fonts=True
        )
        drawn = compiler.compile(format="png", ppi=380, sys_inputs={"logo": text})
    except typst.TypstError:
        raise LogoUnusable(_UNDRAWABLE) from None
    except BaseException as error:
        if is_panic(error):
            raise LogoUnusable(_UNDRAWABLE) from None
        raise
    assert isinstance(drawn, bytes), "one page"
    return drawn
