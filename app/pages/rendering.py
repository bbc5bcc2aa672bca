"""Pages as HTML: one template folder, everything escaped, nothing from another host, no script."""

from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_FOLDER: Final = Path(__file__).resolve().parent
STATIC: Final = _FOLDER / "static"

_environment: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "html"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    auto_reload=False,
)

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex",
    "Vary": "Accept, Accept-Language",
}


def html_page(
    name: str, language: str, values: dict[str, Any], *, headers: dict[str, str] | None = None, status: int = 200
) -> Response:
    """Return the page ``html/NAME.html`` filled with ``values``."""
    content = _environment.get_template(f"{name}.html").render(language=language, **values)
    return Response(content, status, {**PAGE_HEADERS, "Cache-Control": "no-cache", **(headers or {})}, "text/html")


def unchanged(request: Request, etag: str) -> bool:
    """Whether the reader's copy is current (RFC 9110 section 13.1.2)."""
    wanted = request.headers.get("if-none-match", "")
    return etag in (tag.strip().removeprefix("W/") for tag in wanted.split(",")) or wanted.strip() == "*"
