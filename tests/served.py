"""A real HTTP server around an application, for what clients do with their connections."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def served(application: ASGIApp, **options: Any) -> AsyncIterator[tuple[str, int]]:
    """Serve ``application``, which runs already, on a free port; return host and port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(application, lifespan="off", log_config=None, timeout_graceful_shutdown=1, **options)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        await serving
        listening.close()


class SlowClient:
    """Announces a body and sends its first bytes only."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def begin(cls, address: tuple[str, int], path: str, *, length: int) -> "SlowClient":
        """Connect, and send everything but the body."""
        reader, writer = await asyncio.open_connection(*address)
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vc\r\nContent-Length: {length}"
        writer.write(f"{head}\r\n\r\n".encode())
        await writer.drain()
        return cls(reader, writer)

    async def send(self, content: bytes) -> None:
        """Send some of the body."""
        self._writer.write(content)
        await self._writer.drain()

    async def status(self) -> int:
        """Wait for the answer and return its status."""
        return int((await self._reader.readline()).split()[1])

    async def hang_up(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()
