"""What people see where a page could not be given: the same status and headers, in words, in their language.

A program gets the problem document (RFC 9457) whatever happens; a browser that asks for ``text/html`` at an address
that people visit gets a page made of that very document. This stands around the whole application, so it holds for
whatever refuses: a route, a limit, a defect.
"""

from typing import Any, Final

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.languages import Language, preferred
from app.pages.negotiation import media_type
from app.pages.readers import page_word
from app.pages.rendering import PAGE_HEADERS, html

PROBLEM_JSON: Final = "application/problem+json"
_VISITED: Final = ("/c/", "/claim/", "/catalogue", "/problems/", "/check", "/docs")
_WORDS_OF: Final = {404: "not-found", 410: "gone", 413: "too-large", 429: "later", 500: "defect", 503: "later"}


def visited_by_people(path: str) -> bool:
    """Whether people come to ``path`` with a browser."""
    return path == "/" or path.startswith(_VISITED)


class FailuresForPeople:
    """ASGI middleware; see the module."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not visited_by_people(scope["path"]):
            await self._application(scope, receive, send)
            return
        asked = Headers(scope=scope)
        if media_type(asked.get("accept"), (PROBLEM_JSON, "text/html")) == PROBLEM_JSON:
            await self._application(scope, receive, send)
            return
        language = preferred(asked.get("accept-language"))
        started: Message | None = None
        pieces: list[bytes] = []

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and Headers(raw=message["headers"]).get("content-type") == (
                PROBLEM_JSON
            ):
                started = message
            elif started is None:
                await send(message)
            else:
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_page(started, b"".join(pieces), language, scope["path"], send)

        await self._application(scope, receive, answer)


async def _send_page(started: Message, problem: bytes, language: Language, path: str, send: Send) -> None:
    headers = MutableHeaders(scope=started)
    headers.update({**PAGE_HEADERS, "Content-Type": "text/html; charset=utf-8"})
    content = b""
    if problem:
        content = failure_page(orjson.loads(problem), language, path)
        headers["Content-Length"] = str(len(content))
    else:  # the answer to HEAD
        del headers["Content-Length"]
    await send(started)
    await send({"type": "http.response.body", "body": content})


def failure_page(problem: dict[str, Any], language: Language, path: str) -> bytes:
    """Return the page that says ``problem`` in words."""
    words = _WORDS_OF.get(problem["status"], "refused")
    if words == "not-found" and path.startswith("/c/"):
        words = "no-credential"
    if words == "not-found" and path.startswith("/claim/"):
        words = "no-claim-link"
    values = {
        "word": lambda key: page_word(language, key),
        "title": page_word(language, f"failure-{words}"),
        "sentence": page_word(language, f"failure-{words}-sentence"),
        "code": problem["code"],
        "trace_id": problem["trace_id"],
        "findings": [finding["detail"] for finding in problem.get("errors", [])],
    }
    return html("failure", language.value, values)
