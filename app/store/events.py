"""The journal: who did what, when. Append-only, by trigger; identifiers only, no personal data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.store.connection import Connection
from app.store.plans import insertion
from app.store.records import from_rows, to_row
from app.store.tables import event


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. ``awarding_body_id`` is none if it is about the deployment; ``body`` is canonical JSON."""

    awarding_body_id: UUID | None
    at: datetime
    actor: str
    kind: str
    subject: str
    body: bytes


async def append(connection: Connection, entry: Event) -> None:
    """Write an entry, in the transaction of what it tells about."""
    await connection.execute(insertion(event), to_row(entry))


async def list_of_subject(
    connection: Connection, awarding_body_id: UUID | None, subject: str, *, limit: int = 1000
) -> tuple[Event, ...]:
    """Return what happened to one thing of the awarding body (or of the deployment), oldest first."""
    return from_rows(
        Event,
        await connection.fetch_all(
            select(event)
            .where(event.c.awarding_body_id.is_not_distinct_from(awarding_body_id), event.c.subject == subject)
            .order_by(event.c.id)
            .limit(limit)
        ),
    )


async def newest_kind(connection: Connection, awarding_body_id: UUID | None, subject: str) -> str | None:
    """Return what happened last to one thing of the awarding body (or of the deployment)."""
    found: str | None = await connection.fetch_value(
        select(event.c.kind)
        .where(event.c.awarding_body_id.is_not_distinct_from(awarding_body_id), event.c.subject == subject)
        .order_by(event.c.id.desc())
        .limit(1)
    )
    return found
