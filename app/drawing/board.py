"""Draws pages: typst sets them, Pillow reduces the image to a small palette.

1. Everything that the page says is put into one JSON text; typst reads it as data.
2. typst has this folder as its root, its fonts, no packages, no system fonts and no clock.
3. The image gets few colours: first those of the page, always the same, then some of the logos. A page has 25 to 50 kB.
"""

import asyncio
import base64
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, TypeAlias

import segno
import typst
from PIL import Image

from app.drawing.fonts import FOLDER as FONTS
from app.drawing.page import Mark, Page
from app.errors import Family, ServiceError

PngPage: TypeAlias = bytes
PdfPage: TypeAlias = bytes

DESIGN_FOLDER: Final = Path(__file__).resolve().parent
_DESIGN: Final = DESIGN_FOLDER / "page.typ"
POINTS_PER_INCH: Final = 100
WIDTH: Final = 827
HEIGHT: Final = 1169
"""ISO A4 at 100 points per inch."""
_KEPT_PAGES: Final = 64
"""Pages that are asked for again soon; some 3 MB."""
KEPT_SECONDS: Final = 300.0
"""They are of persons, so not for longer."""

_WHITE: Final = (255, 255, 255)
_INK: Final = (20, 34, 58)
_DEEP: Final = (26, 54, 93)
_SOFT: Final = (86, 101, 124)
_ACCENT: Final = (185, 138, 47)
_LINE: Final = (195, 205, 219)
_ALARM: Final = (140, 29, 24)
_ALARM_PAPER: Final = (251, 233, 231)
_LOGO_COLOURS: Final = 48


def _between(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


# The colours of page.typ, and what lies between each and the paper at the edges of letters.
_COLOURS: Final = (
    _WHITE,
    _INK,
    *(_between(_INK, _WHITE, share) for share in (0.17, 0.34, 0.5, 0.66, 0.82)),
    _DEEP,
    _between(_DEEP, _WHITE, 0.3),
    _SOFT,
    _between(_SOFT, _WHITE, 0.45),
    _LINE,
    _between(_LINE, _WHITE, 0.45),
    _ACCENT,
    _between(_ACCENT, _WHITE, 0.5),
)
_ALARM_COLOURS: Final = (_ALARM, _ALARM_PAPER)


class PageUndrawable(ServiceError):
    """The page cannot be drawn: a defect here, or a character that was admitted before it was known not to be shown."""

    code: ClassVar[str] = "page-undrawable"
    title: ClassVar[str] = "The page cannot be drawn"
    family: ClassVar[Family] = Family.UNAVAILABLE


class DrawingBoard:
    """Draws one page at a time, in a thread of its own: typst works without holding up other threads."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._kept_seconds: Final = kept_seconds
        self._thread: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
        self._kept: Final[OrderedDict[bytes, PngPage]] = OrderedDict()

    async def draw(self, page: Page) -> PngPage:
        """Return the page as a PNG of a small palette.

        Raises:
            PageUndrawable: typst refuses it.
        """
        name = hashlib.sha256(repr(page).encode()).digest()
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        loop = asyncio.get_running_loop()
        drawn = await loop.run_in_executor(self._thread, draw, page)
        self._kept[name] = drawn
        loop.call_later(self._kept_seconds, self._kept.pop, name, None)
        while len(self._kept) > _KEPT_PAGES:
            self._kept.popitem(last=False)
        return drawn

    async def print(self, page: Page) -> PdfPage:
        """Return the page as a tagged PDF (PDF/A-3a and PDF/UA-1) for paper; the same bytes for the same page.

        Raises:
            PageUndrawable: typst refuses it, or it holds a character that no font here shows.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, typeset, page)

    def close(self) -> None:
        """Let go of the thread, and of every page."""
        self._kept.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(_DESIGN), root=str(DESIGN_FOLDER), font_paths=[str(FONTS)], ignore_system_fonts=True)


def draw(page: Page) -> PngPage:
    """Draw a page, here and now. From one thread at a time.

    Raises:
        PageUndrawable: typst refuses it.
    """
    drawn = _compiled(page, "png")
    # 3
    logos = [mark.logo for mark in (page.awarding_body, page.alliance) if mark is not None and mark.logo is not None]
    with Image.open(BytesIO(drawn)) as image:
        return reduced(image.convert("RGB"), _COLOURS + (_ALARM_COLOURS if page.warning else ()), logos)


def typeset(page: Page) -> PdfPage:
    """Return a page for paper, here and now. From one thread at a time.

    Raises:
        PageUndrawable: typst refuses it.
    """
    return _compiled(page, "pdf", pdf_standards=["a-3a", "ua-1"])


def _compiled(page: Page, form: Literal["png", "pdf"], **options: Any) -> bytes:  # noqa: ANN401 - typst's own
    # 1
    content = page.as_json(
        awarding_body=_mark(page.awarding_body),
        alliance=None if page.alliance is None else _mark(page.alliance),
        qr=_qr_code(page.check_address),
    )
    # 2
    try:
        made = _compiler().compile(format=form, ppi=POINTS_PER_INCH, sys_inputs={"page": content}, **options)
    except typst.TypstError as error:
        # Its words may hold words of the page.
        raise PageUndrawable from error
    except BaseException as error:
        if is_panic(error):
            raise PageUndrawable from None
        raise
    if not isinstance(made, bytes):
        raise PageUndrawable("It is longer than one page.")
    return made


def is_panic(error: BaseException) -> bool:
    """Whether something went wrong inside of typst itself: that is no ``Exception``, and would end more than a page."""
    return type(error).__name__ == "PanicException"


def reduced(image: Image.Image, colours: Sequence[tuple[int, int, int]], logos: Sequence[bytes]) -> PngPage:
    """Return a PNG of ``image`` in ``colours``, and some colours of ``logos``."""
    palette = [part for colour in colours for part in colour]
    for logo in logos:
        with Image.open(BytesIO(logo)) as opened:
            on_paper = Image.new("RGB", opened.size, _WHITE)
            coloured = opened.convert("RGBA")
            on_paper.paste(coloured, mask=coloured)
            few = on_paper.quantize(_LOGO_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            palette += (few.getpalette() or [])[: 3 * _LOGO_COLOURS]
    table = Image.new("P", (1, 1))
    table.putpalette(palette)
    written = BytesIO()
    image.quantize(palette=table, dither=Image.Dither.NONE).save(written, "PNG", compress_level=6)
    return written.getvalue()


def _mark(mark: Mark) -> dict[str, str | None]:
    logo = None
    if mark.logo is not None:
        with Image.open(BytesIO(mark.logo)) as opened:
            width, height = opened.size
        encoded = base64.b64encode(mark.logo).decode()
        logo = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
            f'<image width="{width}" height="{height}" href="data:image/png;base64,{encoded}"/></svg>'
        )
    return {"mark": mark.mark, "line": mark.line, "logo": logo}


def _qr_code(address: str) -> str:
    """Return a QR code (ISO/IEC 18004) as SVG; level M mends 15 % of it."""
    return segno.make(address, error="m", micro=False).svg_inline(border=0, dark="#14223a")
