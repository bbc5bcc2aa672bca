"""Idempotency keys: which request was made with them, and what it was answered.

A row without a status is in flight, under a lease: the process that made it may have died. The answer is encrypted
(by the caller) under the data key of the award that it is about.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from app.store.connection import Connection
from app.store.plans import selection
from app.store.records import maybe_from_row
from app.store.tables import credential, idempotency


@dataclass(frozen=True, slots=True)
class RememberedRequest:
    """A request that was seen before. ``status`` is none while it is in flight."""

    awarding_body_id: UUID
    key: str
    request_sha256: bytes
    credential_id: UUID | None
    status: int | None
    answer: bytes | None
    created_at: datetime
    lease_until: datetime | None


async def begin(
    connection: Connection,
    *,
    awarding_body_id: UUID,
    key: str,
    request_sha256: bytes,
    now: datetime,
    lease_until: datetime,
) -> RememberedRequest | None:
    """Claim the key for this request. None: it is ours now. Otherwise: what is known of the earlier request.

    A claim of the same request whose lease ran out is taken over. On PostgreSQL this waits while another transaction
    that claims the key is open.
    """
    added = await connection.execute(
        connection.insert(idempotency).on_conflict_do_nothing(),
        {
            "awarding_body_id": awarding_body_id,
            "key": key,
            "request_sha256": request_sha256,
            "created_at": now,
            "lease_until": lease_until,
        },
    )
    if added:
        return None
    taken_over = await connection.execute(
        update(idempotency)
        .where(
            *_is(awarding_body_id, key),
            idempotency.c.request_sha256 == request_sha256,
            idempotency.c.status.is_(None),
            idempotency.c.lease_until <= now,
        )
        .values(lease_until=lease_until)
    )
    return None if taken_over else await find(connection, awarding_body_id, key)


async def finish(
    connection: Connection,
    *,
    awarding_body_id: UUID,
    key: str,
    status: int,
    answer: bytes,
    credential_id: UUID | None = None,
) -> bool:
    """Remember the answer. Belongs in the transaction that stores what the answer speaks of.

    False: the key is not in flight, so another process took over and answered.
    """
    return bool(
        await connection.execute(
            update(idempotency)
            .where(*_is(awarding_body_id, key), idempotency.c.status.is_(None))
            .values(status=status, answer=answer, credential_id=credential_id, lease_until=None)
        )
    )


async def find(connection: Connection, awarding_body_id: UUID, key: str) -> RememberedRequest | None:
    """Return what is known of the key, or none."""
    named = {"awarding_body_id": awarding_body_id, "key": key}
    return maybe_from_row(
        RememberedRequest,
        await connection.fetch_one(selection(idempotency, *named), named),
    )


async def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget the requests from before ``moment`` (30 days is our promise) and return how many they were."""
    return await connection.execute(
        delete(idempotency).where(idempotency.c.created_at < moment, idempotency.c.status.is_not(None))
    )


async def forget_award(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> int:
    """Forget the requests that were answered with a credential of this award, and return how many they were."""
    of_award = select(credential.c.id).where(
        credential.c.awarding_body_id == awarding_body_id, credential.c.award_id == award_id
    )
    return await connection.execute(
        delete(idempotency).where(
            idempotency.c.awarding_body_id == awarding_body_id, idempotency.c.credential_id.in_(of_award)
        )
    )


def _is(awarding_body_id: UUID, key: str) -> tuple[ColumnElement[bool], ...]:
    return idempotency.c.awarding_body_id == awarding_body_id, idempotency.c.key == key
