"""The start page, and the form by which people have a credential checked: without any script."""

from email import policy
from email.parser import BytesParser
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Header, Request, Response

from app.languages import Language, preferred, say
from app.pages.readers import page_word
from app.pages.rendering import answers, html_page
from app.verification.report import PresentationReport, Report

router = APIRouter(tags=["pages"])

_FORM: Final = "multipart/form-data"
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The credential as a file"},
                        "text": {"type": "string", "description": "The credential as text; a file comes first"},
                    },
                }
            }
        },
    }
}


class Desk(Protocol):
    """Where credentials are handed in; the API has it, and ``main`` gives it to these pages too."""

    async def read_form(self, request: Request) -> bytes:
        """Return the body of a form, within bounds."""

    async def report(self, request: Request, content: bytes, language: Language) -> Report | PresentationReport:
        """Return the report on a credential or presentation."""


@router.get("/", response_class=Response, responses=answers("text/html"), summary="Start page")
@router.get("/check", response_class=Response, responses=answers("text/html"), summary="Form to check a credential")
async def start(accept_language: Annotated[str | None, Header()] = None) -> Response:
    """What this is, a form to check a credential, the catalogue and the reference of the API."""
    language = preferred(accept_language)
    return html_page("start", language, {"word": lambda key: page_word(language, key)})


@router.post(
    "/check",
    response_class=Response,
    responses=answers("text/html"),
    openapi_extra=_BODY,
    summary="Check a credential and show the report",
)
async def check(request: Request, accept_language: Annotated[str | None, Header()] = None) -> Response:
    """The same report as `/verify` gives to programs, as a page. Nothing that is sent is kept."""
    desk: Desk = request.app.state.desk
    language = preferred(accept_language)
    content = handed_in(request.headers.get("content-type", ""), await desk.read_form(request))
    report = await desk.report(request, content, language)
    reports: list[tuple[str, Report | PresentationReport]] = [("", report)]
    if isinstance(report, PresentationReport):
        reports += [
            (say("page.check-credential", language, number=str(number)), presented.report)
            for number, presented in enumerate(report.credentials, 1)
        ]
    values = {"word": lambda key: page_word(language, key), "reports": reports}
    return html_page("check", language, values, headers={"Cache-Control": "no-store"})


def handed_in(content_type: str, body: bytes) -> bytes:
    """Return the credential in a form (RFC 7578): the file, or else the text; another body is taken as it is."""
    if not content_type.lower().startswith(_FORM):
        return body
    head = b"Content-Type: " + content_type.encode("latin-1", "replace").replace(b"\n", b" ").replace(b"\r", b" ")
    form = BytesParser(policy=policy.HTTP).parsebytes(head + b"\r\n\r\n" + body)
    parts: dict[str, bytes] = {}
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            parts[name] = content.strip()
    return parts.get("file") or parts.get("text") or b""
