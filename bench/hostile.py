"""``python -m bench.hostile``: what good requests feel while a thousand hostile connections are there.

One process of this service on SQLite, with its default bounds. Good requests are verifications of a credential and
fetches of it, each from one of many addresses, at fixed times (an open loop: what is late is counted from when it was
due). First their capacity is found in a closed loop; then they come at half of it, at first alone and then beside the
hostile ones: connections from ten addresses that say nothing, that drip heads, that drip bodies, that repeat
verifications as fast as they are answered, that invent API keys, and that send a MiB of brackets. It ends with 1 when
the p99 of good requests grows by five times or more, when good requests fail, when a hostile request too many is not
answered with 429 or 503 at once, or when the process takes more memory than is stated.

What the process itself does is measured too, in processor time, which does not depend on who else is at work: good
requests at half of the capacity take half of a processor, so hostile ones may take ``MOST_PROCESSOR`` of one besides.

``--smoke`` holds all of this to the same bounds, over a few seconds. A p99 above its bound is measured again, up to
three times in all: what lies in this service is there each time. Where others are at work on the machine (less than
``LEAST_IDLE`` of it was idle before) latencies are about them; they are told, and processor time decides. Latencies
below ``UNREMARKABLE_MS`` count as that: of 8 ms that became 50 nobody notices anything.
"""

import argparse
import asyncio
import itertools
import json
import math
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
import uvloop

from bench.datasets import REPOSITORY
from bench.figures import quantile
from bench.over_http import _content_length, _free_port, _post, _serving
from bench.report import write_into
from demo.deployment import Deployment
from demo.operator import operate
from tests.examples import example

PAGE: Final = REPOSITORY / "docs" / "benchmarks.md"
BEGIN: Final = "<!-- hostile: written by python -m bench.hostile -->"
END: Final = "<!-- end of hostile -->"
MOST_TIMES: Final = 5.0
MOST_ATTEMPTS: Final = 3
UNREMARKABLE_MS: Final = 20.0
MOST_PROCESSOR: Final = 0.4
LEAST_IDLE: Final = 0.7
MOST_MEGABYTES: Final = 512
AT_ONCE_SECONDS: Final = 2.0
SETTLING_SECONDS: Final = 20.0
_ADDRESSES: Final = 10
_CLOSED_LOOP: Final = 16

Address = tuple[str, int]


class _Hostile(Deployment):
    """A deployment like the demonstration's, in a folder of its own."""

    limits = True

    @property
    def folder(self) -> Path:
        return Path("var") / f"hostile-{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """As the demonstration's; nobody is counted while the capacity is found."""
        return {**super().settings, "LOG_LEVEL": "ERROR", "RATE_LIMITS": str(self.limits), "VERIFY_LOOKUPS": "off"}


@dataclass
class Phase:
    """What good requests felt for a while."""

    latencies: list[float] = field(default_factory=list)
    """Milliseconds from when each should have begun."""
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def p50(self) -> float:
        """The median."""
        return quantile(self.latencies, 0.5)

    @property
    def p99(self) -> float:
        """What one in a hundred exceeds."""
        return quantile(self.latencies, 0.99)

    def times(self, other: "Phase") -> float:
        """How many times the p99 of another phase this one's is; infinite where nothing was answered."""
        if not self.latencies or not other.latencies:
            return math.inf
        return self.p99 / max(other.p99, UNREMARKABLE_MS)


@dataclass(frozen=True)
class Requests:
    """The good requests, as bytes."""

    verify: bytes
    fetch: bytes

    def __call__(self, number: int) -> bytes:
        """Every second one verifies."""
        return self.verify if number % 2 else self.fetch


# --- good requests ----------------------------------------------------------------------------------------------------


async def _ask(port: int, source: str, content: bytes) -> int:
    """Send one request on a connection of its own; return the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), limit=2**20)
    try:
        writer.write(content)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_content_length(head))
        return int(head[9:12])
    finally:
        writer.close()


def _sources() -> Iterator[str]:
    """Many addresses, in turn: nobody of them is anywhere near the rate of one."""
    return itertools.cycle(f"127.1.{high}.{low}" for high in range(4) for low in range(1, 251))


async def _capacity(port: int, requests: Requests, seconds: float) -> float:
    numbers, sources, ends = itertools.count(), _sources(), time.perf_counter() + seconds
    done = 0

    async def repeat() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            if await _ask(port, next(sources), requests(next(numbers))) == 200:  # noqa: PLR2004 - OK
                done += 1

    await asyncio.gather(*(repeat() for _ in range(_CLOSED_LOOP)))
    return done / seconds


async def _open_loop(port: int, requests: Requests, per_second: float, seconds: float) -> Phase:
    phase, sources = Phase(), _sources()
    begins = time.perf_counter() + 0.1

    async def one(number: int) -> None:
        due = begins + number / per_second
        await asyncio.sleep(max(0, due - time.perf_counter()))
        try:
            status = await asyncio.wait_for(_ask(port, next(sources), requests(number)), 30)
        except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError) as error:
            phase.failures[type(error).__name__] += 1
            return
        if status == 200:  # noqa: PLR2004 - OK
            phase.latencies.append((time.perf_counter() - due) * 1000)
        else:
            phase.failures[str(status)] += 1

    async with asyncio.TaskGroup() as group:
        for number in range(int(per_second * seconds)):
            group.create_task(one(number))
    return phase


# --- hostile connections ----------------------------------------------------------------------------------------------

Way = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Counter[str]], Awaitable[None]]


async def _say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: Counter[str]) -> None:
    await reader.read()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, begin: bytes, drop: bytes) -> None:
    del reader
    writer.write(begin)
    while not writer.is_closing():
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(0.5)


async def _drip_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Counter[str]) -> None:
    await _drip(reader, writer, b"GET /catalogue HTTP/1.1\r\n", b"A: b\r\n")


async def _drip_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Counter[str]) -> None:
    await _drip(reader, writer, b"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", b"[")


def _repeating(content: bytes) -> Way:
    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Counter[str]) -> None:
        while True:
            writer.write(content)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_content_length(head))
            seen[head[9:12].decode()] += 1

    return repeat


def _ways(verify: bytes) -> list[Way]:
    guess = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer enh_guess\r\n\r\n"
    brackets = _post("/verify", b"[" * (1024 * 1024 - 1))
    costly = _repeating(verify)
    # Of ten connections: two say nothing, two drip heads, two drip bodies, two verify, one guesses, one sends brackets.
    return [
        *(_say_nothing, _say_nothing, _drip_head, _drip_head, _drip_body, _drip_body),
        *(costly, costly, _repeating(guess), _repeating(brackets)),
    ]


async def _attack(port: int, connections: int, seconds: float, verify: bytes) -> dict[str, int]:
    """Keep so many hostile connections for some time; connect again when one is closed."""
    seen: Counter[str] = Counter()
    ways = _ways(verify)
    ends = time.perf_counter() + seconds

    async def one(number: int) -> None:
        way = ways[number % len(ways)]
        source = f"127.9.0.{1 + (number // len(ways)) % _ADDRESSES}"
        while time.perf_counter() < ends:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), limit=2**20)
            except OSError:
                seen["no connection"] += 1
                await asyncio.sleep(0.2)
                continue
            try:
                async with asyncio.timeout(max(0.1, ends - time.perf_counter())):
                    await way(reader, writer, seen)
            except (OSError, EOFError, asyncio.IncompleteReadError):
                seen["closed"] += 1
                await asyncio.sleep(0.2)
            except TimeoutError:
                break
            finally:
                writer.transport.abort()

    await asyncio.gather(*(one(number) for number in range(connections)))
    return dict(seen)


async def _one_too_many(port: int, verify: bytes, seconds: float) -> list[float]:
    """Ask ten times at once from one address, again and again; return how long each refusal took, in seconds."""
    took: list[float] = []
    ends = time.perf_counter() + seconds

    async def ask() -> None:
        began = time.perf_counter()
        status = await _ask(port, "127.8.0.1", verify)
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            took.append(time.perf_counter() - began)

    while time.perf_counter() < ends:
        await asyncio.gather(*(ask() for _ in range(10)))
        await asyncio.sleep(1)
    return took


def _attacking(port: int, connections: int, seconds: float, verify: bytes, queue: "multiprocessing.Queue[str]") -> None:
    """Be hostile in a process of its own, behind the good ones: on the internet it would not share their processor."""
    os.nice(10)
    queue.put(json.dumps(uvloop.run(_attack(port, connections, seconds, verify))))


# --- the whole --------------------------------------------------------------------------------------------------------


def _megabytes(pid: int) -> float:
    """The most that a process ever held (proc(5), /proc/PID/status, VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    raise ValueError(f"process {pid} does not say how much it holds")


def _processor_seconds(pid: int) -> float:
    """Return the processor time that a process has taken (proc(5), /proc/PID/stat, utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _idle_share(seconds: float) -> float:
    """Return how much of the machine was idle for some time (proc(5), /proc/stat)."""

    def look() -> tuple[int, int]:
        ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return ticks[3] + ticks[4], sum(ticks)

    idle, whole = look()
    time.sleep(seconds)
    idle_now, whole_now = look()
    return (idle_now - idle) / max(1, whole_now - whole)


def _set_up(deployment: _Hostile) -> Requests:
    operate(deployment, "init")
    key = operate(deployment, "api-keys", "create", "test").strip().splitlines()[-1]
    command = [sys.executable, "-m", "app", "serve", "--workers", "1"]
    with (
        _serving(command, deployment.port, deployment.environment, deployment.folder / "log"),
        httpx.Client(base_url=deployment.public_url, headers={"Authorization": f"Bearer {key}"}) as client,
    ):
        record = client.post("/api/v1/credentials", json=example("academic")).raise_for_status().json()
        credential = client.get(record["public_url"]).raise_for_status().content
    path = record["public_url"].removeprefix(deployment.public_url)
    return Requests(_post("/verify", credential), f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


@dataclass(frozen=True)
class Measured:
    """Good requests alone and beside hostile ones, and what came of the hostile ones."""

    alone: Phase
    beside: Phase
    refusals: Sequence[float]
    seen: dict[str, int]
    megabytes_before: float
    megabytes: float
    processor_alone: float
    processor_beside: float
    """Seconds of processor time that the service took in each phase."""

    @property
    def processor_for_hostile(self) -> float:
        """The seconds that the hostile ones cost."""
        return self.processor_beside - self.processor_alone


def _measure(port: int, pid: int, requests: Requests, rate: float, seconds: float, connections: int) -> Measured:
    """Send good requests at ``rate``, at first alone and then beside the hostile ones."""
    uvloop.run(_open_loop(port, requests, rate, seconds / 6))
    began = _processor_seconds(pid)
    alone = uvloop.run(_open_loop(port, requests, rate, seconds))
    processor_alone = _processor_seconds(pid) - began
    before = _megabytes(pid)
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[str] = context.Queue()
    lasting = SETTLING_SECONDS + seconds * 1.2 + 2
    hostile = context.Process(target=_attacking, args=(port, connections, lasting, requests.verify, queue))
    hostile.start()
    time.sleep(SETTLING_SECONDS)  # until all are connected and have used what they have at once

    async def both() -> tuple[Phase, list[float]]:
        return await asyncio.gather(
            _open_loop(port, requests, rate, seconds), _one_too_many(port, requests.verify, seconds)
        )

    began = _processor_seconds(pid)
    beside, refusals = uvloop.run(both())
    processor_beside = _processor_seconds(pid) - began
    seen = json.loads(queue.get(timeout=lasting + 60))
    hostile.join()
    return Measured(alone, beside, refusals, seen, before, _megabytes(pid), processor_alone, processor_beside)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.hostile", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--smoke", action="store_true", help="a minute, 300 connections; writes no page")
    parser.add_argument("--seconds", type=float, help="of each phase; 30 by default, 6 with --smoke")
    parser.add_argument("--connections", type=int, help="hostile ones; 1000 by default, 300 with --smoke")
    chosen = parser.parse_args(arguments)
    seconds = chosen.seconds or (6 if chosen.smoke else 30)
    connections = chosen.connections or (300 if chosen.smoke else 1000)
    os.chdir(REPOSITORY)
    quiet = _idle_share(3) >= LEAST_IDLE
    deployment = _Hostile(_free_port())
    deployment.begin_afresh()
    requests = _set_up(deployment)
    command = [sys.executable, "-m", "app", "serve", "--workers", "1"]
    log = deployment.folder / "log"
    port = deployment.port

    _Hostile.limits = False
    with _serving(command, port, deployment.environment, log):
        uvloop.run(_capacity(port, requests, seconds / 6))
        capacity = uvloop.run(_capacity(port, requests, seconds / 3))
    _Hostile.limits = True
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with _serving(command, port, deployment.environment, log) as process:
            found = _measure(port, process.pid, requests, capacity / 2, seconds, connections)
        wrong = _what_is_wrong(found, seconds, short=chosen.smoke, quiet=quiet)
        content = _figures(found, capacity, connections, seconds)
        print(content)  # noqa: T201 - a command
        if not chosen.smoke or not quiet or found.beside.times(found.alone) < MOST_TIMES:
            break
        print(f"attempt {attempt} of {MOST_ATTEMPTS}")  # noqa: T201 - as above
    if chosen.smoke and not quiet:
        print("Others are at work on this machine: processor time decides, and no latency.")  # noqa: T201 - as above
    print("\n".join(f"WRONG: {sentence}" for sentence in wrong))  # noqa: T201 - as above
    if not chosen.smoke:
        write_into(PAGE, content, (BEGIN, END))
    return 1 if wrong else 0


def _what_is_wrong(found: Measured, seconds: float, *, short: bool, quiet: bool) -> list[str]:
    """Return what does not hold; ``short``: on a machine that may do other things as well, ``quiet`` if it does not."""
    wrong = []
    if (share := found.processor_for_hostile / seconds) >= MOST_PROCESSOR:
        wrong.append(f"hostile requests took {share:.0%} of a processor")
    if (times := found.beside.times(found.alone)) >= MOST_TIMES and (quiet or not short):
        wrong.append(f"the p99 of good requests grew {times:.1f} times")
    failures = (*found.alone.failures, *found.beside.failures)
    excused = ("503",) if short else ()
    if any(status not in excused for status in failures) and (quiet or not short):
        words = f"{dict(found.alone.failures)} alone, {dict(found.beside.failures)} beside hostile ones"
        wrong.append(f"good requests failed: {words}")
    if not found.refusals or quantile(found.refusals, 0.99) > AT_ONCE_SECONDS * (5 if short else 1):
        wrong.append("a request too many was not refused at once")
    if found.megabytes > MOST_MEGABYTES:
        wrong.append(f"the process took {found.megabytes:.0f} MB")
    return wrong


def _figures(found: Measured, capacity: float, connections: int, seconds: float) -> str:
    alone, beside, refusals = found.alone, found.beside, found.refusals
    rows = [
        ("capacity in a closed loop, good requests a second", f"{capacity:.0f}", ""),
        ("good requests a second, open loop", f"{capacity / 2:.0f}", f"{capacity / 2:.0f}"),
        ("good requests, p50, ms", f"{alone.p50:.1f}", f"{beside.p50:.1f}"),
        ("good requests, p99, ms", f"{alone.p99:.1f}", f"{beside.p99:.1f}"),
        ("good requests that failed", str(sum(alone.failures.values())), str(sum(beside.failures.values()))),
        ("processor time of the process, s", f"{found.processor_alone:.1f}", f"{found.processor_beside:.1f}"),
        ("most memory of the process, MB", f"{found.megabytes_before:.0f}", f"{found.megabytes:.0f}"),
        ("a refusal takes, p99, ms", "", f"{quantile(refusals, 0.99) * 1000:.1f}" if refusals else "none"),
    ]
    answers = ", ".join(f"{name}: {count:,}" for name, count in sorted(found.seen.items()))
    return "\n".join(
        [
            f"| {seconds:g} s each, one process, SQLite | alone | beside {connections:,} hostile connections |",
            "|---|---:|---:|",
            *(f"| {name} | {first} | {second} |" for name, first, second in rows),
            "",
            f"p99 beside hostile ones / alone: {beside.times(alone):.1f}; less than {MOST_TIMES:g} is asked for.",
            f"What the hostile ones got, by status: {answers}.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
