"""``python -m bench.scale``: does it stay as fast, and as small, when there is much of it? Needs PostgreSQL's programs.

Two databases on one server, one with a thousand credentials and one with a million (``--rows``), loaded in bulk with
small bodies. In turns, on both: taking a range of places in a status list, finding an Idempotency-Key, issuing, and
signing a status list again after a change. Then one service issues 100,000 credentials over HTTP (``--issuances``), and
the memory of its process is read at each tenth.
"""

import argparse
import asyncio
import itertools
import shutil
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID

import asyncpg
import uvloop

from app.issuance import access, issue, offerings
from app.issuance.access import Caller
from app.issuance.office import Office
from app.issuance.publish_status import published_status_list
from app.main import open_office
from app.settings import load_settings
from app.status import LIST_ENTRIES
from app.store import idempotency, status_lists
from bench import report
from bench.datasets import demonstration_request
from bench.over_http import begin, drive, ours
from tests.postgresql_server import postgresql_server

FEW: Final = 1_000
MANY: Final = 1_000_000
ISSUANCES: Final = 100_000
ROUNDS: Final = 9
BEGIN: Final = "<!-- scale: written by python -m bench.scale -->"
END: Final = "<!-- end of scale -->"
_CHUNK: Final = 100_000
_RAISED: Final = 500
"""How many credentials are revoked in each of the databases."""

# What refers to what is known to be right, so triggers and foreign keys are left out.
_BULK: Final = """
insert into award select md5('a' || n)::uuid, '{body}'::uuid, '{offering}'::uuid, sha256(n::text::bytea), '2026-01-01',
  'BULK-' || n, 1, now()
  from generate_series({first}, {last}) n;
insert into data_key select md5('a' || n)::uuid, '{body}'::uuid, '\\x00', now(), null
  from generate_series({first}, {last}) n;
insert into award_revision select '{body}'::uuid, md5('a' || n)::uuid, 1, '{offering}'::uuid, 1,
  '\\x00', '\\x00', '1', now() from generate_series({first}, {last}) n;
insert into credential select md5('c' || n)::uuid, '{body}'::uuid, md5('a' || n)::uuid, 1, '{issuer}'::uuid,
  'public', null, 'bulk-' || n, 'issued', null, now(), null, md5('{body}' || 'l' || n / {places})::uuid,
  n % {places}, now() from generate_series({first}, {last}) n;
insert into secured_form (id, awarding_body_id, award_id, credential_id, form, level, payload, content, media_type,
  sha256, signed_at, state, created_at)
  select md5('f' || n)::uuid, '{body}'::uuid, md5('a' || n)::uuid, md5('c' || n)::uuid, 'vcdm2-di', '',
  '\\x00', '\\x00', 'application/vc', '\\x00', now(), 'ready', now() from generate_series({first}, {last}) n;
insert into form_signature select md5('f' || n)::uuid, key
  from generate_series({first}, {last}) n, unnest(array['{one_key}'::uuid, '{other_key}'::uuid]) key;
insert into event (awarding_body_id, at, actor, kind, subject, body)
  select '{body}'::uuid, now(), 'bulk', 'credential-issued', md5('a' || n)::uuid::text, '{{}}'
  from generate_series({first}, {last}) n;
insert into idempotency select '{body}'::uuid, 'bulk-' || n, sha256(n::text::bytea), md5('c' || n)::uuid, 201,
  '\\x00', now(), null
  from generate_series({first}, {last}) n;
insert into status_event (awarding_body_id, award_id, revision, change, reason, actor, at)
  select '{body}'::uuid, md5('a' || n)::uuid, 1, 'revoke', 'integrity', 'bulk', now()
  from generate_series({first}, {last}) n where n % {revoked_each} = 0;
"""
_LISTS: Final = """
insert into status_list (id, awarding_body_id, issuer_id, number, capacity, permutation_key, next_counter, version)
  select md5('{body}' || 'l' || number - 1)::uuid, '{body}'::uuid, '{issuer}'::uuid, number, {places},
  sha256(number::text::bytea), {places}, 1
  from generate_series(1, {lists}) number
"""


@dataclass(frozen=True)
class House:
    """One deployment with so many credentials of one awarding body."""

    rows: int
    folder: Path
    office: Office
    caller: Caller
    issuer_id: UUID
    request: dict[str, Any]


async def _load(url: str, house: House, keys: Sequence[UUID], offering_id: UUID) -> None:
    """Put the rows there."""
    driver = await asyncpg.connect(url)
    known = {
        "body": house.caller.awarding_body_id,
        "issuer": house.issuer_id,
        "offering": offering_id,
        "one_key": keys[0],
        "other_key": keys[1],
        "places": LIST_ENTRIES,
        "lists": -(-house.rows // LIST_ENTRIES),
        "revoked_each": max(1, house.rows // _RAISED),
    }
    await driver.execute("set session_replication_role = replica")
    await driver.execute(_LISTS.format(**known))
    for first in range(0, house.rows, _CHUNK):
        await driver.execute(_BULK.format(**known, first=first, last=min(first + _CHUNK, house.rows) - 1))
    await driver.execute("vacuum analyze")
    await driver.execute("checkpoint")
    await driver.close()


async def _house(url: str, name: str, rows: int) -> House:
    request = demonstration_request()
    slug = request["offering"]["awarding_body"]
    deployment, key = await asyncio.to_thread(begin, url, name, slug)
    office = open_office(load_settings())
    await office.open()
    caller = await access.authenticate(office, key)
    drafted = await offerings.create(office, caller, request["offering"])
    version = await offerings.publish(office, caller, drafted.id)
    issuer = await office.issuer(slug)
    request["offering"] = {"id": str(version.id), "version": version.version}
    house = House(rows, deployment.folder, office, caller, issuer.issuer_id, request)
    await _load(deployment.database_url, house, [key.key_id for key in issuer.keys], version.id)
    for number in range(8):  # the mould is cast, statements are prepared
        await _issue(house, -number - 1)
    return house


# --- what is measured


async def _lease(house: House, number: int) -> None:  # noqa: ARG001 - as the others
    async with house.office.database.transaction() as connection:
        await status_lists.lease_status_range(
            connection,
            awarding_body_id=house.caller.awarding_body_id,
            issuer_id=house.issuer_id,
            owner="bench",
            capacity=LIST_ENTRIES,
        )


async def _find_key(house: House, number: int) -> None:
    async with house.office.database.read_once() as connection:
        key = f"bulk-{number * 7919 % house.rows}"
        assert await idempotency.find(connection, house.caller.awarding_body_id, key) is not None


async def _issue(house: House, number: int) -> None:
    learner = {**house.request["learner"], "reference": f"bench-{number}"}
    request = {**house.request, "learner": learner}
    answer = await issue.issue_at_once(house.office, house.caller, request, idempotency_key=f"bench-{number}")
    if answer is None:
        answer = await issue.issue(house.office, house.caller, request, idempotency_key=f"bench-{number}")
    assert answer.status == 201  # noqa: PLR2004 - issued


async def _rebuild(house: House, number: int) -> None:  # noqa: ARG001 - as the others
    await published_status_list(house.office, house.caller.slug, 1, "revocation")


async def _outdate(house: House) -> None:
    async with house.office.database.transaction() as connection:
        await status_lists.mark_all_out_of_date(connection, house.issuer_id)


_OPERATIONS: Final[dict[str, tuple[Callable[[House, int], Awaitable[None]], int]]] = {
    "a range of 256 places in the status lists": (_lease, 20),
    "an Idempotency-Key found": (_find_key, 100),
    "a credential issued and stored": (_issue, 60),
    "a status list signed again, 500 credentials being revoked": (_rebuild, 3),
}


async def compare(url: str, many: int, out: TextIO) -> str:
    """Return the table of both databases."""
    houses = []
    for name, rows in (("few", FEW), ("many", many)):
        began = time.perf_counter()
        houses.append(await _house(url, name, rows))
        out.write(f"{rows:,} credentials loaded in {time.perf_counter() - began:.0f} s\n")
    numbers = itertools.count(1)
    rounds: dict[tuple[str, int], list[float]] = {}
    for turn in range(-1, ROUNDS):
        for name, (operation, times) in _OPERATIONS.items():
            for house in houses if turn % 2 else reversed(houses):
                taken = []
                for _ in range(times):
                    if operation is _rebuild:
                        await _outdate(house)
                    began = time.perf_counter()
                    await operation(house, next(numbers))
                    taken.append((time.perf_counter() - began) * 1e6)
                if turn >= 0:
                    rounds.setdefault((name, house.rows), []).append(statistics.median(taken))
    for house in houses:
        await house.office.close()
        shutil.rmtree(house.folder)
    lines: list[tuple[str, ...]] = []
    for name in _OPERATIONS:
        few, lots = rounds[name, FEW], rounds[name, many]
        ratio = statistics.median(other / one for one, other in zip(few, lots, strict=True))
        lines.append((name, f"{statistics.median(few):,.0f}", f"{statistics.median(lots):,.0f}", f"{ratio:.2f}"))
    headings = ("microseconds, median of 9 rounds in turns", f"{FEW:,} credentials", f"{many:,} credentials", "ratio")
    return report.table(headings, lines)


def grow(url: str, issuances: int, out: TextIO) -> str:
    """Return the table of the memory of a process that issues so many."""
    numbers = itertools.count(1)
    issued, lines = 0, []
    with ours(url) as (process, port, request):
        for tenth in range(1, 11):
            while issued < issuances * tenth // 10:
                issued += len(uvloop.run(drive("this service", port, request, numbers, 2)))
            lines.append((f"{issued:,}", f"{_resident_megabytes(process.pid):.0f}"))
            out.write(f"{lines[-1][0]} issued: {lines[-1][1]} MB\n")
            out.flush()
    return report.table(("issued by one process", "resident memory, MB"), lines)


def _resident_megabytes(pid: int) -> float:
    """Return VmRSS (proc(5), /proc/PID/status)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise ValueError("a process without memory")


def main(arguments: Sequence[str] | None = None, *, out: TextIO = sys.stdout) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.scale", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=MANY, help=f"credentials in the larger database, {MANY}")
    parser.add_argument("--issuances", type=int, default=ISSUANCES, help=f"over HTTP, {ISSUANCES}; 0 for none")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    chosen = parser.parse_args(arguments)
    with postgresql_server() as url:
        parts = [asyncio.run(compare(url, chosen.rows, out))]
        if chosen.issuances:
            parts.append(grow(url, chosen.issuances, out))
    content = "\n\n".join(parts)
    out.write(f"\n{content}\n")
    if not chosen.no_page:
        report.write_into(report.PAGE, content, marks=(BEGIN, END))
    return 0


if __name__ == "__main__":
    sys.exit(main())
