"""Awarding bodies: the universities, and the sandbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.store.connection import Connection
from app.store.plans import Prepared, insertion, selection
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import awarding_body


@dataclass(frozen=True, slots=True)
class AwardingBody:
    """One awarding body. ``facts`` are its public legal facts as canonical JSON."""

    id: UUID
    slug: str
    facts: bytes
    time_zone: str
    learner_key_secret: bytes  # encrypted under the master secret
    created_at: datetime


_ALL: Final = Prepared(select(awarding_body).order_by(awarding_body.c.slug))


async def add(connection: Connection, body: AwardingBody) -> None:
    """Store a new awarding body.

    Raises:
        AlreadyThere: the slug is taken.
    """
    await connection.execute(insertion(awarding_body), to_row(body))


async def find_by_slug(connection: Connection, slug: str) -> AwardingBody | None:
    """Return the awarding body that has this slug in its addresses, or none."""
    return maybe_from_row(AwardingBody, await connection.fetch_one(selection(awarding_body, "slug"), {"slug": slug}))


async def list_all(connection: Connection) -> tuple[AwardingBody, ...]:
    """Return every awarding body by slug; an alliance has a dozen."""
    return from_rows(AwardingBody, await connection.fetch_all(_ALL))


async def change_facts(connection: Connection, identifier: UUID, *, facts: bytes, time_zone: str) -> bool:
    """Replace the public facts, which credentials issued from now on will carry. False: no such awarding body."""
    return bool(
        await connection.execute(
            update(awarding_body).where(awarding_body.c.id == identifier).values(facts=facts, time_zone=time_zone)
        )
    )
