"""How many requests one worker process works on at a time, and how much of their bodies it holds.

Beyond that it refuses at once, with a problem document that says when to come back, rather than let everybody wait. The
operator's questions, whether the process is alive and able to work, pass all the same: a process that is merely busy
must not be taken for a dead one and restarted.
"""

from typing import ClassVar, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem_response
from app.errors import Family, ServiceError

ALWAYS_ANSWERED: Final = ("/healthz", "/readyz")
CONNECTIONS_FOR_EACH_REQUEST: Final = 4
"""How many connections the server holds open for each request that is worked on; most of them are idle."""

MOST_BODY_BYTES: Final = 64 * 1024 * 1024
"""Of all bodies of the requests that are worked on together; a thousand of 1 MiB each would be too much to hold."""


class ServiceBusy(ServiceError):
    """As many requests are being worked on as this process takes on at a time. Ask again after ``Retry-After``."""

    code: ClassVar[str] = "service-busy"
    title: ClassVar[str] = "The service is busy"
    family: ClassVar[Family] = Family.UNAVAILABLE


class Capacity:
    """ASGI middleware; see the module."""

    def __init__(self, application: ASGIApp, *, most: int, most_body_bytes: int = MOST_BODY_BYTES) -> None:
        self._application = application
        self._most = most
        self._most_body_bytes = most_body_bytes
        self._under_way = 0
        self._body_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await self._application(scope, receive, send)
            return
        if self._under_way >= self._most:
            # The body is not read, so the connection cannot be used again.
            refusal = problem_response(ServiceBusy(), str(scope.get("trace_id", "")), headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        self._under_way += 1
        held = 0

        async def receive_within_bounds() -> Message:
            nonlocal held
            message = await receive()
            if message["type"] == "http.request":
                size = len(message.get("body", b""))
                # What would be refused is not held either.
                if self._body_bytes + size > self._most_body_bytes:
                    raise ServiceBusy
                held += size
                self._body_bytes += size
            return message

        try:
            await self._application(scope, receive_within_bounds, send)
        finally:
            self._under_way -= 1
            self._body_bytes -= held
