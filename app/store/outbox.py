"""What is to be done later: a row is written together with what makes it necessary, and is the truth about it.

Whoever does the work keeps its own notes under the row's ``id``; they may be lost at any time. A row is open until
``done_at``; there is at most one open row of a kind about one thing. ``due_at`` is since when it can be done, which may
lie years ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update

from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import outbox


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do about ``subject_id``; ``problem`` is the code of what the last attempt failed of."""

    id: UUID
    awarding_body_id: UUID
    kind: str
    subject_id: UUID
    due_at: datetime
    attempts: int = 0
    problem: str | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much could be done by now and is not, and since when the oldest of it could."""

    waiting: int
    oldest: datetime | None
    problems: tuple[str, ...]


_BY_ID: Final = Prepared(select(outbox).where(*equal(outbox, "id")))


async def add(connection: Connection, work: Work) -> None:
    """Write down what is to be done.

    Raises:
        AlreadyThere: that is open already.
    """
    await connection.execute(insertion(outbox), to_row(work))


async def find(connection: Connection, work_id: UUID) -> Work | None:
    """Return a row, open or done."""
    return maybe_from_row(Work, await connection.fetch_one(_BY_ID, {"id": work_id}))


async def find_open(connection: Connection, kind: str, subject_id: UUID) -> Work | None:
    """Return the open row of a kind about one thing."""
    statement = select(outbox).where(
        outbox.c.kind == kind, outbox.c.subject_id == subject_id, outbox.c.done_at.is_(None)
    )
    return maybe_from_row(Work, await connection.fetch_one(statement))


async def list_due(connection: Connection, kinds: Sequence[str], *, now: datetime, size: int) -> tuple[Work, ...]:
    """Return open rows that can be done now, those that were tried least first, then the oldest."""
    statement = (
        select(outbox)
        .where(outbox.c.done_at.is_(None), outbox.c.due_at <= now, outbox.c.kind.in_(list(kinds)))
        .order_by(outbox.c.attempts, outbox.c.due_at, outbox.c.id)
        .limit(size)
    )
    return from_rows(Work, await connection.fetch_all(statement))


async def finish(connection: Connection, work_id: UUID, *, now: datetime) -> bool:
    """Close a row. False: it was closed before."""
    statement = update(outbox).where(outbox.c.id == work_id, outbox.c.done_at.is_(None)).values(done_at=now)
    return bool(await connection.execute(statement))


async def note_attempt(connection: Connection, work_id: UUID, *, problem: str) -> None:
    """Count an attempt that failed, and of what."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id == work_id, outbox.c.done_at.is_(None))
        .values(attempts=outbox.c.attempts + 1, problem=problem)
    )


async def bring_forward(connection: Connection, kind: str, *, now: datetime) -> int:
    """Make everything of a kind due now; returns how much was not."""
    statement = update(outbox).where(outbox.c.kind == kind, outbox.c.done_at.is_(None), outbox.c.due_at > now)
    return await connection.execute(statement.values(due_at=now))


async def backlog(connection: Connection, kinds: Sequence[str], *, now: datetime) -> Backlog:
    """Return how much of some kinds waits."""
    waiting = (outbox.c.done_at.is_(None), outbox.c.due_at <= now, outbox.c.kind.in_(list(kinds)))
    row = await connection.fetch_one(
        select(func.count().label("waiting"), func.min(outbox.c.due_at).label("oldest")).where(*waiting)
    )
    assert row is not None
    problems = await connection.fetch_all(
        select(outbox.c.problem).where(*waiting, outbox.c.problem.is_not(None)).distinct().order_by(outbox.c.problem)
    )
    return Backlog(row["waiting"], row["oldest"], tuple(one["problem"] for one in problems))
