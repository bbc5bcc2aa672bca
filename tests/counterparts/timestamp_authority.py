"""An authority of time-stamps on loopback: real HTTP, RFC 3161 by code of its own, and everything that can go wrong."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from tests.counterparts.seal_authority import Trade, der

REFUSED = der(0x30, der(0x30, der(2, b"\x02")))
"""PKIStatus rejection, without a token."""


@dataclass
class TimestampAuthority:
    """``async with TimestampAuthority(trade, clock) as authority:``; its attributes say how it behaves."""

    trade: Trade
    clock: Callable[[], datetime] | None = None
    refusals: int = 0
    """So many requests more are answered with 503."""
    rejects: bool = False
    seconds: float = 0
    by: Any = None
    off: timedelta = timedelta(0)
    wrong_imprint: bool = False
    other_nonce: bool = False
    without_nonce: bool = False
    repeats: bool = False
    """The first token is given again, whatever is asked."""
    asked: int = 0
    granted: int = 0
    _first: bytes | None = None
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/tsa"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
            assert head.startswith("post /tsa ")
            assert "content-type: application/timestamp-query" in head
            (length,) = (
                int(line.partition(":")[2]) for line in head.splitlines() if line.startswith("content-length:")
            )
            query = await reader.readexactly(length)
            self.asked += 1
            await asyncio.sleep(self.seconds)
            if self.refusals:
                self.refusals -= 1
                writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                reply = REFUSED if self.rejects else self._reply(query)
                kind = "Content-Type: application/timestamp-reply\r\n"
                writer.write(f"HTTP/1.1 200 OK\r\n{kind}Content-Length: {len(reply)}\r\n\r\n".encode() + reply)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked was ended
        finally:
            writer.close()

    def _now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) if self.clock is None else self.clock()  # noqa: TID251 - of a worker that asks its own clock

    def _reply(self, query: bytes) -> bytes:
        digest, nonce = read_query(query)
        if self.wrong_imprint:
            digest = hashlib.sha256(digest).digest()
        if self.other_nonce:
            nonce += 1
        token = self.trade.stamp(
            b"", self._now() + self.off, digest=digest, nonce=None if self.without_nonce else nonce, by=self.by
        )
        self._first = self._first or token
        self.granted += 1
        return der(0x30, der(0x30, der(2, b"\x00")), self._first if self.repeats else token)


def read_query(query: bytes) -> tuple[bytes, int]:
    """Return the imprint and the nonce of a TimeStampReq by SHA-256."""
    parts = _parts(_parts(query)[0][1])
    assert parts[0] == (2, b"\x01")
    assert parts[-1] == (1, b"\xff"), "the authority's certificate is asked for"
    (_, algorithm), (_, digest) = _parts(parts[1][1])
    assert bytes.fromhex("608648016503040201") in algorithm
    return digest, int.from_bytes(parts[-2][1], "big")


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        tag, length, rest = data[0], data[1], data[2:]
        if length & 0x80:
            size = length & 0x7F
            length, rest = int.from_bytes(rest[:size], "big"), rest[size:]
        found.append((tag, rest[:length]))
        data = rest[length:]
    return found
