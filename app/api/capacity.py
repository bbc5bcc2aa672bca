"""How many requests one worker process works on at a time.

Beyond that it refuses at once, with a problem document that says when to come back, rather than let everybody wait. The
operator's questions, whether the process is alive and able to work, pass all the same: a process that is merely busy
must not be taken for a dead one and restarted.
"""

from typing import ClassVar, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import problem_response
from app.errors import Family, ServiceError

ALWAYS_ANSWERED: Final = ("/healthz", "/readyz")
CONNECTIONS_FOR_EACH_REQUEST: Final = 4
"""How many connections the server holds open for each request that is worked on; most of them are idle."""


class ServiceBusy(ServiceError):
    """As many requests are being worked on as this process takes on at a time. Ask again after ``Retry-After``."""

    code: ClassVar[str] = "service-busy"
    title: ClassVar[str] = "The service is busy"
    family: ClassVar[Family] = Family.UNAVAILABLE


class Capacity:
    """ASGI middleware; see the module."""

    def __init__(self, application: ASGIApp, *, most: int) -> None:
        self._application = application
        self._most = most
        self._under_way = 0

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
        try:
            await self._application(scope, receive, send)
        finally:
            self._under_way -= 1
