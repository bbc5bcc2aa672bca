"""HTTP level: this service and the naive one, each one process, on the same durable PostgreSQL, with the same client.

Issuing only. Thirty-two connections that are kept alive; every request is for a learner nobody has seen. The client is
a coroutine for each connection that writes prepared bytes and reads until Content-Length is there: it costs about a
twentieth of what it drives, and the same for both.
"""

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import uvloop

from app.keys.signer import Algorithm
from bench.contenders import Ours
from bench.datasets import FULL, dataset, demonstration_request
from bench.figures import quantile
from demo.deployment import REPOSITORY, Deployment
from demo.operator import operate
from demo.university import University, fetch_as_wallet, verify
from tests.postgresql_server import postgresql_server

CONNECTIONS: Final = 32
OURS: Final = "this service"
NAIVE: Final = "naive service"
JSON: Final = {"Content-Type": "application/json"}
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_START_SECONDS: Final = 60.0

Request = Callable[[int], bytes]
"""From a number that was never used before to the bytes of a request."""


class WrongAnswer(Exception):
    """A service did not issue, or what it issued does not verify."""


@dataclass
class Load:
    """What one service did in all its turns."""

    throughputs: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    """Milliseconds."""
    cpu_seconds: float = 0.0
    """Of the process that serves."""
    issued: int = 0

    @property
    def p50(self) -> float:
        """The median latency."""
        return quantile(self.latencies, 0.5)

    @property
    def p99(self) -> float:
        """The latency that one request in a hundred exceeds."""
        return quantile(self.latencies, 0.99)

    @property
    def cpu_microseconds(self) -> float:
        """CPU time of the serving process for one credential."""
        return self.cpu_seconds / self.issued * 1e6


def over_http(*, turns: int, seconds: float) -> dict[str, Load]:
    """Drive both services in turns.

    Raises:
        WrongAnswer: by name.
        FileNotFoundError: there is no PostgreSQL.
    """
    numbers = itertools.count(1)
    with postgresql_server() as url, ours(url) as (our_process, our_port, our_request), _naive(url) as naive:
        naive_process, naive_port, naive_request = naive
        services = {
            OURS: (our_process, our_port, our_request),
            NAIVE: (naive_process, naive_port, naive_request),
        }
        loads = {name: Load() for name in services}
        for turn in range(-1, turns):
            for name, (process, port, request) in services.items():
                before = _cpu_seconds(process.pid)
                began = time.perf_counter()
                latencies = uvloop.run(drive(name, port, request, numbers, seconds if turn >= 0 else seconds / 3))
                elapsed = time.perf_counter() - began
                if turn < 0:
                    continue
                load = loads[name]
                load.cpu_seconds += _cpu_seconds(process.pid) - before
                load.throughputs.append(len(latencies) / elapsed)
                load.latencies += latencies
                load.issued += len(latencies)
        return loads


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5), /proc/PID/stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


# --- the client -------------------------------------------------------------------------------------------------------


async def drive(name: str, port: int, request: Request, numbers: Iterator[int], seconds: float) -> list[float]:
    """Keep all connections busy for some time; return each latency in milliseconds."""
    latencies: list[float] = []
    ends = time.perf_counter() + seconds

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        while time.perf_counter() < ends:
            content = request(next(numbers))
            began = time.perf_counter()
            writer.write(content)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_content_length(head))
            latencies.append((time.perf_counter() - began) * 1000)
            if not head.startswith(b"HTTP/1.1 201"):
                raise WrongAnswer(f"{name}: {head[:60]!r} {body[:1000]!r}")
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(one_connection())
    return latencies


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise WrongAnswer("an answer without Content-Length")


def _post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + body


# --- the services -----------------------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class OnPostgresql(Deployment):
    """A deployment like the demonstration's, on PostgreSQL, in a folder of its own."""

    database_url: str = ""

    @property
    def folder(self) -> Path:
        """Apart from the demonstration's."""
        return Path("var") / f"bench-{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """As the demonstration's, but for the database, and with nothing written about each request."""
        return {**super().settings, "DATABASE_URL": self.database_url, "LOG_LEVEL": "WARNING", "RATE_LIMITS": "false"}


def _database(url: str, name: str) -> str:
    async def create() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(f"create database {name}")
        await connection.close()

    asyncio.run(create())
    return f"{url.rpartition('/')[0]}/{name}"


def begin(url: str, name: str, slug: str) -> tuple[OnPostgresql, str]:
    """Begin a deployment on a database of its own; return it with an API key of ``slug``."""
    deployment = OnPostgresql(_free_port(), _database(url, name))
    os.chdir(REPOSITORY)
    deployment.begin_afresh()
    operate(deployment, "init")
    for file in sorted(Path("demo/issuers").glob("*.json")):  # the offering names partners
        operate(deployment, "issuers", "add", str(file))
        operate(deployment, "keys", "generate", file.stem, "--activate")
    return deployment, operate(deployment, "api-keys", "create", slug, "--label", "bench").strip().splitlines()[-1]


@contextlib.contextmanager
def ours(url: str) -> Iterator[tuple["subprocess.Popen[bytes]", int, Request]]:
    """Serve a deployment with one process; yield it, its port, and what makes requests for it."""
    request = demonstration_request()
    slug = request["offering"]["awarding_body"]
    deployment, key = begin(url, "ours", slug)
    command = [sys.executable, "-m", "app", "serve", "--workers", "1"]
    with _serving(command, deployment.port, deployment.environment, deployment.folder / "log") as process:
        with httpx.Client(base_url=deployment.public_url, timeout=30) as client:
            university = University(slug, key, client)
            version = university.publish(request["offering"])
            request["offering"] = {"id": version["id"], "version": version["version"]}
            request["learner"] |= {"reference": "bench-first"}
            record = university.issue(request, idempotency_key="bench-first")
            _, report = verify(client, fetch_as_wallet(client, record["public_url"]))
            if report.get("verdict") != "valid":
                raise WrongAnswer(f"{OURS}: {report.get('reason')}")
        request["learner"]["reference"] = "bench-REFERENCE"
        before, after = json.dumps(request, ensure_ascii=False).encode().split(b"REFERENCE")

        def post(number: int) -> bytes:
            body = b"%s%012d%s" % (before, number, after)
            return _post(
                "/api/v1/credentials", body, f"Authorization: Bearer {key}", f"Idempotency-Key: bench-{number}"
            )

        yield process, deployment.port, post
    shutil.rmtree(deployment.folder)


@contextlib.contextmanager
def _naive(url: str) -> Iterator[tuple["subprocess.Popen[bytes]", int, Request]]:
    port = _free_port()
    database_url = _database(url, "naive").replace("postgresql://", "postgresql+asyncpg://")
    environment = {**os.environ, "NAIVE_DATABASE_URL": database_url}
    credential = json.loads(dataset(FULL).text)
    command = [sys.executable, "-m", "bench.naive_service", str(port)]
    log = Path("var") / f"bench-naive-{port}.log"
    with _serving(command, port, environment, log) as process:

        def body(number: int) -> bytes:
            return before + b"%012d" % number + after

        before, after = json.dumps({"learner": "REFERENCE", "credential": credential}).encode().split(b"REFERENCE")
        answer = httpx.post(f"http://127.0.0.1:{port}/credentials", content=body(0), headers=JSON, timeout=30)
        verdict = _verdict(port, answer.raise_for_status().content)
        if verdict != b"true":
            raise WrongAnswer(f"{NAIVE}: {verdict[:500]!r}")
        yield process, port, lambda number: _post("/credentials", body(number))
    log.unlink()


def _verdict(port: int, credential: bytes) -> bytes:
    """Return what this service's verification says of a credential of the naive one."""
    document = httpx.get(f"http://127.0.0.1:{port}/did.json").json()
    reader = Ours(Algorithm.ED25519)
    reader.know({document["id"]: document})
    return reader.verify(credential, 0, 1).output


@contextlib.contextmanager
def _serving(
    command: list[str], port: int, environment: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("w") as stream:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=stream, stderr=stream)  # noqa: S603 - our own
        try:
            deadline = time.monotonic() + _START_SECONDS
            while time.monotonic() < deadline:
                if process.poll() is not None:
                    raise WrongAnswer(f"{command[2]} ended with {process.returncode}: {log.read_text()[-2000:]}")
                with contextlib.suppress(httpx.TransportError):
                    if httpx.get(f"http://localhost:{port}/readyz", timeout=5).is_success:
                        break
                time.sleep(0.1)
            else:
                raise WrongAnswer(f"{command[2]} did not become ready: {log.read_text()[-2000:]}")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
