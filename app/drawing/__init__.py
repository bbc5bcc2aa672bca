"""Pages of micro-credentials, drawn as images.

Promises: the same page gives the same bytes, on any machine, with the fonts in ``fonts/`` and no others; a character
that none of them shows is named before anything is drawn (:func:`unshowable`) and never becomes an empty box; what a
page says is data and is never read as markup; drawing happens beside the event loop, one page at a time.

Never: a fact of a micro-credential, a translation of one, a clock, a file or host outside this folder. typst is used
here only.

Public: :class:`Page` with its parts, :class:`DrawingBoard`, :func:`unshowable`, :func:`read_logo`, the words of
pages.
"""

from app.drawing.board import HEIGHT, WIDTH, DrawingBoard, PageUndrawable, PdfPage, PngPage
from app.drawing.fonts import unshowable
from app.drawing.logo import LogoUnusable, read_logo
from app.drawing.page import Fact, Mark, Page
from app.drawing.words import PAGE_WORDS, page_words

__all__ = [
    "HEIGHT",
    "PAGE_WORDS",
    "WIDTH",
    "DrawingBoard",
    "Fact",
    "LogoUnusable",
    "Mark",
    "Page",
    "PageUndrawable",
    "PdfPage",
    "PngPage",
    "page_words",
    "read_logo",
    "unshowable",
]
