"""One connection of the HTTP server, and how long and how much it may ask of the process before a request is there.

Below the application nobody else looks: a connection that sends nothing, a head that never ends, a body that drips
after its request was refused, an answer that is not fetched, hundreds of connections from one address. uvicorn's own
protocol waits for all of these for ever. Promises: each of them ends, a well-behaved client never notices, and requests
pay some microseconds for it: one look at all connections each second, not one timer for each request.

1. A head (request line and fields) is there within ``head_seconds`` of its first byte, or of the connection.
2. It has at most ``head_bytes``: 431 otherwise (RFC 6585 section 5).
3. A body is there within ``body_seconds``, whether or not anybody wants it still.
4. An answer is fetched: after ``stalled_seconds`` without any progress the connection ends.
5. One address has at most ``connections`` at a time. More are answered with 429 and closed; at twice as many they are
   closed without an answer. Proxies named in TRUSTED_PROXIES speak for many and are not counted.
6. Whose request was refused for its rate is answered at once, and read again ``pause_seconds`` later: refusing must not
   become the work of the process. What was sent ahead is not answered any more. Not so for a proxy that is named.
7. At most ``sent_ahead`` requests wait behind the one that is worked on: a quarter of a megabyte of the shortest ones
   would be some fourteen megabytes of requests. A connection that sends more ahead ends (RFC 9112 section 9.3.2).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar, Final, TypeAlias, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.api.problems import problem_response
from app.api.rates import TELL_REFUSED, counted_address
from app.errors import Family, ServiceError

_LOOK_SECONDS: Final = 1.0
_REFUSED_SECONDS: Final = 1.0


class TooManyConnections(ServiceError):
    """This address holds more connections than one may. Close some, and use each for several requests."""

    code: ClassVar[str] = "too-many-connections"
    title: ClassVar[str] = "Too many connections from this address"
    family: ClassVar[Family] = Family.LIMIT_REACHED


class HeadTooLarge(ServiceError):
    """The request line and the header fields are larger than accepted here."""

    code: ClassVar[str] = "head-too-large"
    title: ClassVar[str] = "The header fields are too large"
    family: ClassVar[Family] = Family.HEAD_TOO_LARGE


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one connection may ask; see the module."""

    connections: int = 100
    exempt: tuple[str, ...] = ()
    head_bytes: int = 32 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 40.0
    """Longer than the application itself waits, which can say so."""
    pause_seconds: float = 1.0
    stalled_seconds: float = 30.0
    sent_ahead: int = 32


class Watch:
    """All connections of one server: how many each address has, and one look at all of them each second."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._networks = [ip_network(network) for network in bounds.exempt]
        self._counts: Counter[str] = Counter()
        self._all: set[GuardedConnection] = set()
        self._looking: asyncio.TimerHandle | None = None

    def enter(self, connection: "GuardedConnection", host: str | None) -> tuple[str | None, int]:
        """Watch a connection; return what its address counts as, and how many connections that has now."""
        self._all.add(connection)
        if self._looking is None:
            self._looking = connection.loop.call_later(min(_LOOK_SECONDS, self.bounds.head_seconds), self._look)
        if host is None or self._is_exempt(host):
            return None, 0
        address = counted_address(host)
        self._counts[address] += 1
        return address, self._counts[address]

    def leave(self, connection: "GuardedConnection", address: str | None) -> None:
        """Watch it no more."""
        self._all.discard(connection)
        if address is not None:
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]

    def _is_exempt(self, host: str) -> bool:
        if not self._networks:
            return False
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def _look(self) -> None:
        self._looking = None
        for connection in tuple(self._all):
            connection.end_if_overdue()
        for connection in self._all:
            self._looking = connection.loop.call_later(min(_LOOK_SECONDS, self.bounds.head_seconds), self._look)
            break


Application: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


def _refusing(error: ServiceError) -> Application:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has them
        await problem_response(error, "", headers={"Connection": "close"})(scope, receive, send)

    return refuse


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's connection, bounded; see the module."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        watch: Watch,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._watch = watch
        self._bounds = bounds = watch.bounds
        self._address: str | None = None
        self._head_seconds = bounds.head_seconds
        self._head_since: float | None = None
        self._head_read = 0
        self._body_since: float | None = None
        self._stalled_since: float | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin; a connection too many is told so at its first request (5)."""
        super().connection_made(transport)
        self._address, connections = self._watch.enter(self, self.client[0] if self.client else None)
        self._head_since = self.loop.time()
        if connections > 2 * self._bounds.connections:
            transport.abort()
        elif connections > self._bounds.connections:
            self.app = _refusing(TooManyConnections())
            self._head_seconds = min(_REFUSED_SECONDS, self._head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._watch.leave(self, self._address)
        self._address = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; whatever is no body belongs to a head, even if it is only empty lines."""
        if self._head_since is None and self._body_since is None:
            self._head_since = self.loop.time()
        super().data_received(data)
        if self._head_since is not None:
            self._head_read += len(data)
            if self._head_read > self._bounds.head_bytes and not self.transport.is_closing():
                # (2) There is no whole head yet, and so nothing that an application could answer.
                self.transport.write(
                    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
                self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._head_since = None
        self._head_read = 0
        self._body_since = self.loop.time()
        if len(self.pipeline) >= self._bounds.sent_ahead:
            # (7) Whatever the parser still finds in what was received is passed over: nothing is kept of it.
            self.transport.abort()
            return
        size = len(self.url) + sum([len(name) + len(value) for name, value in self.headers])
        if size > self._bounds.head_bytes:
            self.app = _refusing(HeadTooLarge())
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is there."""
        self._body_since = None
        super().on_message_complete()

    def _was_refused(self) -> None:
        self._refused = True

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["state"][TELL_REFUSED] = self._was_refused

    def on_response_complete(self) -> None:
        """An answer is out; after a refusal for the rate, the next request is read later (6)."""
        refused, self._refused = self._refused and self._address is not None, False
        if refused and self.pipeline:
            self.pipeline.clear()
            self.transport.close()
        super().on_response_complete()
        if refused and not self.transport.is_closing():
            self.flow.pause_reading()
            self.loop.call_later(self._bounds.pause_seconds, self.flow.resume_reading)

    def pause_writing(self) -> None:
        """The other side does not fetch its answer."""
        self._stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does."""
        self._stalled_since = None
        super().resume_writing()

    def end_if_overdue(self) -> None:
        """End the connection if it has kept the process waiting for too long (1, 3, 4)."""
        now = self.loop.time()
        if (
            (self._head_since is not None and now - self._head_since > self._head_seconds)
            or (self._body_since is not None and now - self._body_since > self._bounds.body_seconds)
            or (self._stalled_since is not None and now - self._stalled_since > self._bounds.stalled_seconds)
        ):
            self.transport.abort()


def guarded(bounds: Bounds) -> type[asyncio.Protocol]:
    """Return what ``uvicorn.Config(http=...)`` takes: a maker of connections that are watched together."""
    return cast("type[asyncio.Protocol]", partial(GuardedConnection, watch=Watch(bounds)))
