"""Pages as HTML: one template folder, everything escaped, nothing from another host, no script."""

from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

_FOLDER: Final = Path(__file__).resolve().parent
STATIC: Final = _FOLDER / "static"

_environment: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "html"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    auto_reload=False,
)


def with_codes(text: str) -> Markup:
    """Return ``text`` escaped, with what stands between backticks marked as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


_environment.filters["codes"] = with_codes

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
    return Response(
        html(name, language, values),
        status,
        {**PAGE_HEADERS, "Cache-Control": "no-cache", **(headers or {})},
        "text/html",
    )


def html(name: str, language: str, values: dict[str, Any]) -> bytes:
    """Return the text of the page ``html/NAME.html`` filled with ``values``."""
    return _environment.get_template(f"{name}.html").render(language=language, **values).encode()


def unchanged(request: Request, etag: str) -> bool:
    """Whether the reader's copy is current (RFC 9110 section 13.1.2)."""
    wanted = request.headers.get("if-none-match", "")
    return etag in (tag.strip().removeprefix("W/") for tag in wanted.split(",")) or wanted.strip() == "*"


def answers(*media_types: str, etag: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of an address that gives bytes of ``media_types``, and 304 where they have a tag."""
    given: dict[int | str, dict[str, Any]] = {
        200: {"description": "What is published there", "content": {kind: {} for kind in media_types}}
    }
    return given | ({304: {"description": "The reader's copy is current"}} if etag else {})


def _failing(status: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status.value: {"description": status.phrase, "content": content}}


NOT_THERE: Final = _failing(HTTPStatus.NOT_FOUND)
"""The OpenAPI response of an address at which there may be nothing; what all operations share is added later."""
NOT_THERE_OR_GONE: Final = NOT_THERE | _failing(HTTPStatus.GONE)
