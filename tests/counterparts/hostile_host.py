"""A host that a stranger runs: real HTTP on loopback, with everything a DID or status host can do to a verifier.

It speaks HTTP by hand, because most of what it does no HTTP library would agree to. Every request line and ``Host`` is
noted, so that a test can say what was asked, and what was never asked.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that arrived."""

    path: str
    host: str
    headers: Mapping[str, str]


@dataclass
class HostileHost:
    """``async with HostileHost() as host:`` then say what stands where."""

    tls: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def exception(self) -> tuple[str, int]:
        return ("localhost", self.port)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def did(self, *path: str) -> str:
        return ":".join([f"did:web:localhost%3A{self.port}", *path])

    async def __aenter__(self) -> Self:
        if self.tls is not None:
            self.tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    # What can stand at a path.

    def serve(
        self, path: str, content: bytes | Mapping[str, Any], *, media_type: str = "application/json", **headers: str
    ) -> None:
        """A plain answer."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers[path] = _whole(200, {"Content-Type": media_type, "Content-Length": str(len(body)), **named}, body)

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        """Send the verifier elsewhere."""
        self._answers[path] = _whole(status, {"Location": to, "Content-Length": "0"}, b"")

    def fail(self, path: str, status: int) -> None:
        """Answer, but not 200."""
        self._answers[path] = _whole(status, {"Content-Length": "2"}, b"{}")

    def never_answer(self, path: str) -> None:
        """Accept and say nothing."""

        async def answer(_writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(60)

        self._answers[path] = answer

    def drip(self, path: str) -> None:
        """One byte at a time, always just in time for a timeout that starts anew with each."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)

        self._answers[path] = answer

    def endless(self, path: str) -> None:
        """A body without an end, and without a length."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while True:
                writer.write(b"[" * 65536)
                await writer.drain()

        self._answers[path] = answer

    def endless_headers(self, path: str) -> None:
        """Headers without an end."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                writer.write(b"X-More: " + b"a" * 8000 + b"\r\n")
                await writer.drain()

        self._answers[path] = answer

    def endless_promises(self, path: str) -> None:
        """ "Go on" (status 100), for ever, and never an answer."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 500)
                await writer.drain()

        self._answers[path] = answer

    def crumbs(self, path: str) -> None:
        """A body of a byte in each chunk."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"1\r\n[\r\n" * 500)
                await writer.drain()

        self._answers[path] = answer

    def speak_nonsense(self, path: str) -> None:
        """Not HTTP at all."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(b"\x00\x01 this is not HTTP\r\n\r\n")

        self._answers[path] = answer

    def hang_up(self, path: str) -> None:
        """Half an answer."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")

        self._answers[path] = answer

    def slow(self, path: str, content: bytes, *, seconds: float) -> None:
        """A plain answer that takes its time."""
        plain = _whole(200, {"Content-Length": str(len(content))}, content)

        async def answer(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(seconds)
            await plain(writer)

        self._answers[path] = answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
            }
            self.seen.append(Seen(path, headers.get("host", ""), headers))
            answer = self._answers.get(path, _whole(404, {"Content-Length": "0"}, b""))
            # The verifier going away ends any answer, also one that would sleep.
            gone = asyncio.ensure_future(reader.read())
            working = asyncio.ensure_future(answer(writer))
            await asyncio.wait({gone, working}, return_when=asyncio.FIRST_COMPLETED)
            for task in (gone, working):
                task.cancel()
            await asyncio.gather(gone, working, return_exceptions=True)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.in_flight -= 1
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


def _whole(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + body)
        await writer.drain()

    return answer


def certificate_for(name: str) -> tuple[str, bytes]:
    """A certificate for ``name`` that vouches for itself, and the same with its private key, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), private + pem


def names(**addresses: str | list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    """A resolver that knows exactly these names (written with ``_`` for ``.``) and refuses all others."""
    table = {name.replace("_", "."): value for name, value in addresses.items()}

    async def resolve(host: str, _port: int) -> list[str]:
        if host not in table:
            raise OSError("no such host")
        value = table[host]
        return [value] if isinstance(value, str) else value

    return resolve
