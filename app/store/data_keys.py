"""The wrapped data key of each award. Destroying it erases the learner's data everywhere it is stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from app.store.connection import Connection
from app.store.plans import selection
from app.store.records import maybe_from_row
from app.store.tables import data_key


@dataclass(frozen=True, slots=True)
class DataKey:
    """One award's data key, wrapped under the master secret; none once it is destroyed."""

    award_id: UUID
    awarding_body_id: UUID
    wrapped_key: bytes | None
    created_at: datetime
    destroyed_at: datetime | None = None


async def find(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> DataKey | None:
    """Return the award's key, destroyed or not, or none."""
    named = {"awarding_body_id": awarding_body_id, "award_id": award_id}
    return maybe_from_row(DataKey, await connection.fetch_one(selection(data_key, *named), named))


async def destroy(connection: Connection, awarding_body_id: UUID, award_id: UUID, *, now: datetime) -> bool:
    """Erase what the key protects, for ever. False: there is no key to destroy.

    Backups and write-ahead logs hold the key until they expire; the operator's guide says how long that may be.
    """
    return bool(
        await connection.execute(
            update(data_key)
            .where(
                data_key.c.awarding_body_id == awarding_body_id,
                data_key.c.award_id == award_id,
                data_key.c.wrapped_key.is_not(None),
            )
            .values(wrapped_key=None, destroyed_at=now)
        )
    )
