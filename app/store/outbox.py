"""Work that follows a transaction. The row is written with what it is about, so that neither exists alone.

At least once: a worker that dies leaves its claim to expire, and another does the work again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.store.connection import Connection
from app.store.plans import insertion
from app.store.records import from_rows, to_row
from app.store.tables import outbox


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do for ``subject_id`` at ``due_at`` or later."""

    id: UUID
    awarding_body_id: UUID
    kind: str
    subject_id: UUID
    due_at: datetime
    attempts: int = 0
    done_at: datetime | None = None


async def add(connection: Connection, work: Work) -> None:
    """Ask for work, in the transaction that it follows from."""
    await connection.execute(insertion(outbox), to_row(work))


async def claim_due(
    connection: Connection, *, now: datetime, lease_until: datetime, limit: int = 20
) -> tuple[Work, ...]:
    """Take work that is due, each piece by one claimant only; it is due again at ``lease_until`` unless done."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.done_at.is_(None), outbox.c.due_at <= now)
        .order_by(outbox.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return from_rows(
        Work,
        await connection.fetch_all(
            update(outbox)
            .where(outbox.c.id.in_(due), outbox.c.done_at.is_(None), outbox.c.due_at <= now)
            .values(due_at=lease_until, attempts=outbox.c.attempts + 1)
            .returning(outbox)
        ),
    )


async def mark_done(connection: Connection, work_id: UUID, *, now: datetime) -> bool:
    """Say that the work is done. False: it was done before."""
    return bool(
        await connection.execute(
            update(outbox).where(outbox.c.id == work_id, outbox.c.done_at.is_(None)).values(done_at=now)
        )
    )


async def postpone(connection: Connection, work_id: UUID, *, due_at: datetime) -> bool:
    """Let failed work wait until ``due_at``."""
    return bool(
        await connection.execute(
            update(outbox).where(outbox.c.id == work_id, outbox.c.done_at.is_(None)).values(due_at=due_at)
        )
    )
