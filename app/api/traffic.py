"""Around every request: a trace identifier, one log line without personal data, and the headers of the house.

The log names the route (``/c/{token}``), never the path: a capability URL in a log would be the credential itself. A
defect ends here: behind this point the server would write the exception's text, which may hold personal data, to its
own log. HEAD is answered for every address that has GET, with the same headers and no body (RFC 9110 section 9.3.2).
"""

import secrets
import time
from collections.abc import Callable
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import InternalError, NoSuchAddress, ParameterMalformed, problem_response
from app.errors import Finding, ServiceError

_log = structlog.get_logger("traffic")

# What anyone may fetch from anywhere; everything under /api/ needs a key that a web page should not hold.
_OPEN_TO_BROWSERS: Final = (
    "/c/",
    "/verify",
    "/issuers/",
    "/.well-known/",
    "/catalogue",
    "/contexts/",
    "/vocabulary/",
    "/problems/",
    "/trust/",
)
_EXPOSED: Final = (
    "Content-Language, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Trace-Id"
)
_CLIENT_GONE: Final = 499
"""In the log only: the caller hung up before there was an answer."""
_SILENT: Final = ("/healthz", "/readyz")


class Traffic:
    """ASGI middleware; see the module."""

    def __init__(self, application: ASGIApp, *, elapsed: Callable[[], float] = time.perf_counter) -> None:
        self._application = application
        self._elapsed = elapsed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        trace_id = secrets.token_hex(8)
        method: str = scope["method"]
        only_headers = method == "HEAD"
        scope = {**scope, "trace_id": trace_id, "method": "GET" if only_headers else method}
        path: str = scope["path"]
        open_to_browsers = path.startswith(_OPEN_TO_BROWSERS)
        started = self._elapsed()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Trace-Id"] = trace_id
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                if open_to_browsers:
                    headers["Access-Control-Allow-Origin"] = "*"
                    headers["Access-Control-Expose-Headers"] = _EXPOSED
            elif only_headers and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            if refusal := _unusable(scope):
                await problem_response(refusal, trace_id)(scope, receive, answer)
            elif open_to_browsers and method == "OPTIONS":
                await _preflight(answer)
            else:
                await self._application(scope, receive, answer)
        except ClientDisconnect:
            # Whoever asked has gone: nobody's defect, and nobody to answer.
            status = _CLIENT_GONE
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and nobody else may tell it
            _log.error("defect", trace_id=trace_id, kind=type(error).__name__, exc_info=error)
            if status:
                raise ConnectionAbortedError("an answer could not be completed") from None
            await problem_response(InternalError(), trace_id)(scope, receive, answer)
        if path not in _SILENT:
            route = getattr(scope.get("route"), "path", None) or "unrouted"
            milliseconds = round((self._elapsed() - started) * 1000, 2)
            _log.info(
                "request",
                trace_id=trace_id,
                method=method,
                route=route,
                status=status,
                milliseconds=milliseconds,
            )


def _unusable(scope: Scope) -> ServiceError | None:
    """Refuse NUL in an address: no identifier of ours has one, and PostgreSQL holds no text with one."""
    if "\0" in scope["path"]:
        return NoSuchAddress()
    query: bytes = scope["query_string"]
    if b"%00" in query or b"\0" in query:
        finding = Finding("parameter-malformed", "#/query", "A parameter holds the character NUL.")
        return ParameterMalformed(findings=[finding])
    return None


async def _preflight(send: Send) -> None:
    headers = [
        (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
        (b"access-control-allow-headers", b"accept, authorization, content-type, dpop, if-none-match"),
        (b"access-control-max-age", b"86400"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
