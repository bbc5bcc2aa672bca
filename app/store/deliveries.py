"""Deliveries: which copies of an award one access token got, in which configuration, for which keys.

There is one delivery for each token and configuration, by the schema: a token that is shown again gets the same copies
or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.store.connection import Connection
from app.store.credentials import Credential
from app.store.plans import Prepared, equal, insertion, selection
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import access_grant, credential, delivered_copy, delivery


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery. ``transaction_id`` is there while the wallet has to come back for it (OpenID4VCI section 9)."""

    id: UUID
    awarding_body_id: UUID
    award_id: UUID
    grant_id: UUID
    configuration: str
    holders_sha256: bytes
    transaction_id: UUID | None
    notified: str | None
    created_at: datetime


_COPIES: Final = Prepared(
    select(credential)
    .join(delivered_copy, delivered_copy.c.credential_id == credential.c.id)
    .where(*equal(delivered_copy, "delivery_id"))
    .order_by(delivered_copy.c.place)
)


async def add(connection: Connection, new: Delivery, copies: Sequence[UUID]) -> None:
    """Store a delivery of credentials that are there.

    Raises:
        AlreadyThere: the token has got this configuration already.
    """
    await connection.execute(insertion(delivery), to_row(new))
    rows = [
        {
            "awarding_body_id": new.awarding_body_id,
            "award_id": new.award_id,
            "delivery_id": new.id,
            "place": place,
            "credential_id": credential_id,
        }
        for place, credential_id in enumerate(copies)
    ]
    await connection.execute(insertion(delivered_copy), rows)


async def find(connection: Connection, grant_id: UUID, configuration: str) -> Delivery | None:
    """Return what a token got of a configuration, or none."""
    named = {"grant_id": grant_id, "configuration": configuration}
    return maybe_from_row(Delivery, await connection.fetch_one(selection(delivery, *named), named))


async def find_waiting(connection: Connection, grant_id: UUID, transaction_id: UUID) -> Delivery | None:
    """Return the delivery that a wallet comes back for, or none: another token's is none."""
    named = {"grant_id": grant_id, "transaction_id": transaction_id}
    return maybe_from_row(Delivery, await connection.fetch_one(selection(delivery, *named), named))


async def find_notifiable(connection: Connection, grant_id: UUID, delivery_id: UUID) -> Delivery | None:
    """Return the delivery that a wallet tells about, or none: another token's is none."""
    named = {"grant_id": grant_id, "id": delivery_id}
    return maybe_from_row(Delivery, await connection.fetch_one(selection(delivery, *named), named))


async def list_copies(connection: Connection, delivery_id: UUID) -> tuple[Credential, ...]:
    """Return the copies of a delivery, in the order of the keys that they are for."""
    return from_rows(Credential, await connection.fetch_all(_COPIES, {"delivery_id": delivery_id}))


@dataclass(frozen=True, slots=True)
class DeliveredCopy:
    """A copy of an award, and the delivery and offer by which a wallet got it."""

    credential_id: UUID
    offer_id: UUID
    configuration: str
    notified: str | None


async def list_of_award(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> tuple[DeliveredCopy, ...]:
    """Return what wallets got of an award, newest first."""
    return from_rows(
        DeliveredCopy,
        await connection.fetch_all(
            select(
                delivered_copy.c.credential_id, access_grant.c.offer_id, delivery.c.configuration, delivery.c.notified
            )
            .join(delivery, delivery.c.id == delivered_copy.c.delivery_id)
            .join(access_grant, access_grant.c.id == delivery.c.grant_id)
            .where(delivery.c.awarding_body_id == awarding_body_id, delivery.c.award_id == award_id)
            .order_by(delivery.c.created_at.desc(), delivery.c.id, delivered_copy.c.place)
        ),
    )


async def collect(connection: Connection, delivery_id: UUID) -> bool:
    """End the waiting: the wallet has what it came back for. False: it had it before."""
    return bool(
        await connection.execute(
            update(delivery)
            .where(delivery.c.id == delivery_id, delivery.c.transaction_id.is_not(None))
            .values(transaction_id=None)
        )
    )


async def note(connection: Connection, delivery_id: UUID, notified: str) -> bool:
    """Remember what the wallet told last. False: it told the same before."""
    return bool(
        await connection.execute(
            update(delivery)
            .where(delivery.c.id == delivery_id, delivery.c.notified.is_distinct_from(notified))
            .values(notified=notified)
        )
    )
