"""API keys of the universities' systems. Only the digest of the secret is here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.store.connection import Connection
from app.store.plans import Premise, Prepared, Row, equal, insertion, selection
from app.store.records import from_row, to_row
from app.store.tables import api_key, awarding_body


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key. ``prefix`` is its public part, by which it is found; compare the digest in constant time."""

    id: UUID
    awarding_body_id: UUID
    prefix: str
    secret_sha256: bytes
    scopes: frozenset[str]
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Return whether the key still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_WITH_SLUG: Final = Prepared(
    select(api_key, awarding_body.c.slug)
    .join(awarding_body, awarding_body.c.id == api_key.c.awarding_body_id)
    .where(*equal(api_key, "prefix"))
)


async def add(connection: Connection, key: ApiKey) -> None:
    """Store a new key.

    Raises:
        AlreadyThere: the prefix is taken; draw another.
    """
    await connection.execute(insertion(api_key), to_row(key) | {"scopes": " ".join(sorted(key.scopes))})


async def find_by_prefix(connection: Connection, prefix: str) -> ApiKey | None:
    """Return the key, whether usable or not, or none."""
    row = await connection.fetch_one(selection(api_key, "prefix"), {"prefix": prefix})
    return None if row is None else _read(row)


async def find_with_slug(connection: Connection, prefix: str) -> tuple[ApiKey, str] | None:
    """Return the key, whether usable or not, with the slug of its awarding body, or none. Asked at every request."""
    row = await connection.fetch_one(_WITH_SLUG, {"prefix": prefix})
    return None if row is None else (_read(row), row["slug"])


def still_open(identifier: UUID) -> Premise:
    """Return what has to hold for anything to be stored on behalf of a key that was looked up before."""
    return Premise(api_key, {"id": identifier, "revoked_at": None})


async def list_of_awarding_body(connection: Connection, awarding_body_id: UUID) -> tuple[ApiKey, ...]:
    """Return every key of the awarding body, oldest first."""
    rows = await connection.fetch_all(
        select(api_key)
        .where(api_key.c.awarding_body_id == awarding_body_id)
        .order_by(api_key.c.created_at, api_key.c.prefix)
    )
    return tuple(_read(row) for row in rows)


async def revoke(connection: Connection, awarding_body_id: UUID, identifier: UUID, *, now: datetime) -> bool:
    """Close the key for ever. False: the awarding body has no such key, or it is closed already."""
    return bool(
        await connection.execute(
            update(api_key)
            .where(
                api_key.c.awarding_body_id == awarding_body_id,
                api_key.c.id == identifier,
                api_key.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
    )


def _read(row: Row) -> ApiKey:
    return from_row(ApiKey, {**row, "scopes": frozenset(row["scopes"].split())})
