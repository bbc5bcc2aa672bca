"""Offers to wallets and the access tokens that they were redeemed for. Secrets are here as digests only.

An offer is redeemed by one conditional statement: however many ask at one moment, one of them gets the token.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, case, delete, func, select, update

from app.store.connection import Connection
from app.store.plans import Prepared, Row, equal, insertion, selection
from app.store.records import from_row, maybe_from_row, to_row
from app.store.tables import access_grant, awarding_body, credential_offer


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """One offer. What of it still holds at a moment: :meth:`is_open`."""

    id: UUID
    awarding_body_id: UUID
    award_id: UUID
    credential_id: UUID
    claim_link_id: UUID | None
    reference_sha256: bytes
    code_sha256: bytes
    transaction_code_mac: bytes | None
    guesses_left: int
    configurations: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    redeemed_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the offer can still be redeemed."""
        return (
            self.withdrawn_at is None and self.redeemed_at is None and self.guesses_left > 0 and now < self.expires_at
        )


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """What an access token opens: the offer's configurations of one award, for whoever holds the token.

    ``dpop_thumbprint`` names the key without which the token opens nothing (RFC 9449 section 6).
    """

    id: UUID
    awarding_body_id: UUID
    award_id: UUID
    offer_id: UUID
    token_sha256: bytes
    dpop_thumbprint: str | None
    by_identifier: bool
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OfLink:
    """How many offers of a claim link were redeemed, and when the last of them was."""

    count: int
    last_at: datetime | None


_BY_REFERENCE: Final = Prepared(
    select(credential_offer)
    .join(awarding_body, awarding_body.c.id == credential_offer.c.awarding_body_id)
    .where(*equal(awarding_body, "slug"), *equal(credential_offer, "reference_sha256"))
)


def _is_redeemable(now: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return (
        credential_offer.c.redeemed_at.is_(None),
        credential_offer.c.withdrawn_at.is_(None),
        credential_offer.c.guesses_left > 0,
        credential_offer.c.expires_at > now,
    )


_NOW: Final = bindparam("now", type_=credential_offer.c.expires_at.type)
_MAC_FITS: Final = credential_offer.c.transaction_code_mac.is_not_distinct_from(
    bindparam("mac", type_=credential_offer.c.transaction_code_mac.type)
)
# Compared and counted in one statement: whoever guesses at the same moment waits for the row, and finds it counted.
_REDEEM: Final = Prepared(
    update(credential_offer)
    .where(
        credential_offer.c.id == bindparam("offer_id", type_=credential_offer.c.id.type),
        *_is_redeemable(_NOW),
    )
    .values(
        redeemed_at=case((_MAC_FITS, _NOW), else_=None),
        guesses_left=credential_offer.c.guesses_left - case((_MAC_FITS, 0), else_=1),
    )
    .returning(credential_offer.c.redeemed_at)
)


async def add(connection: Connection, offer: CredentialOffer) -> None:
    """Store a new offer."""
    await connection.execute(
        insertion(credential_offer), to_row(offer) | {"configurations": " ".join(offer.configurations)}
    )


async def find_by_reference(connection: Connection, slug: str, reference_sha256: bytes) -> CredentialOffer | None:
    """Return the offer at ``/issuers/SLUG/offers/REFERENCE``, whether open or not, or none."""
    row = await connection.fetch_one(_BY_REFERENCE, {"slug": slug, "reference_sha256": reference_sha256})
    return None if row is None else _read(row)


async def find_by_code(connection: Connection, awarding_body_id: UUID, code_sha256: bytes) -> CredentialOffer | None:
    """Return the offer of this awarding body that a code is for, whether open or not, or none."""
    named = {"awarding_body_id": awarding_body_id, "code_sha256": code_sha256}
    row = await connection.fetch_one(selection(credential_offer, *named), named)
    return None if row is None else _read(row)


async def find(connection: Connection, awarding_body_id: UUID, offer_id: UUID) -> CredentialOffer | None:
    """Return the offer of this awarding body, or none; another one's is none."""
    named = {"awarding_body_id": awarding_body_id, "id": offer_id}
    row = await connection.fetch_one(selection(credential_offer, *named), named)
    return None if row is None else _read(row)


async def list_of_credential(
    connection: Connection, awarding_body_id: UUID, credential_id: UUID, *, limit: int = 200
) -> tuple[CredentialOffer, ...]:
    """Return the offers that were made for a credential, newest first."""
    rows = await connection.fetch_all(
        select(credential_offer)
        .where(
            credential_offer.c.awarding_body_id == awarding_body_id,
            credential_offer.c.credential_id == credential_id,
        )
        .order_by(credential_offer.c.created_at.desc(), credential_offer.c.id)
        .limit(limit)
    )
    return tuple(_read(row) for row in rows)


async def redeem(connection: Connection, offer_id: UUID, *, mac: bytes | None, now: datetime) -> bool | None:
    """Use the offer up if the transaction code is the right one; else take a guess away, and the last ends the offer.

    False: a guess was taken. None: the offer is not open, and nothing happened.
    """
    row = await connection.fetch_one(_REDEEM, {"offer_id": offer_id, "mac": mac, "now": now})
    return None if row is None else row["redeemed_at"] is not None


async def end_of_award(connection: Connection, awarding_body_id: UUID, award_id: UUID, *, now: datetime) -> int:
    """End every offer of an award, and every access token that one was redeemed for. Return how many ended."""
    return await connection.execute(
        update(credential_offer)
        .where(
            credential_offer.c.awarding_body_id == awarding_body_id,
            credential_offer.c.award_id == award_id,
            credential_offer.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


async def withdraw(connection: Connection, awarding_body_id: UUID, offer_id: UUID, *, now: datetime) -> bool:
    """End an offer, and with it the access token that it was redeemed for. False: it was withdrawn before."""
    return bool(
        await connection.execute(
            update(credential_offer)
            .where(
                credential_offer.c.awarding_body_id == awarding_body_id,
                credential_offer.c.id == offer_id,
                credential_offer.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=now)
        )
    )


async def redeemed_of_link(connection: Connection, claim_link_id: UUID, *, since: datetime) -> OfLink:
    """Return what wallets redeemed of the offers that a claim link made, from ``since`` on."""
    row = await connection.fetch_one(
        select(
            func.count().label("count"),
            func.max(credential_offer.c.redeemed_at, type_=credential_offer.c.redeemed_at.type).label("last_at"),
        ).where(credential_offer.c.claim_link_id == claim_link_id, credential_offer.c.redeemed_at >= since)
    )
    assert row is not None
    return OfLink(row["count"], row["last_at"])


async def end_unredeemed(connection: Connection, claim_link_id: UUID, *, now: datetime) -> int:
    """End what a claim link offered and nobody redeemed; tokens that were given stay good. Return how many ended."""
    return await connection.execute(
        update(credential_offer)
        .where(
            credential_offer.c.claim_link_id == claim_link_id,
            credential_offer.c.redeemed_at.is_(None),
            credential_offer.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


async def forget_unredeemed(connection: Connection, *, expired_before: datetime) -> int:
    """Forget offers that ended unused before a moment, and return how many they were."""
    return await connection.execute(
        delete(credential_offer).where(
            credential_offer.c.redeemed_at.is_(None), credential_offer.c.expires_at < expired_before
        )
    )


async def add_grant(connection: Connection, grant: AccessGrant) -> None:
    """Store an access token's grant.

    Raises:
        AlreadyThere: the offer has one.
    """
    await connection.execute(insertion(access_grant), to_row(grant))


async def find_grant(connection: Connection, awarding_body_id: UUID, token_sha256: bytes) -> AccessGrant | None:
    """Return what a token of this awarding body opens, whether expired or not, or none."""
    named = {"awarding_body_id": awarding_body_id, "token_sha256": token_sha256}
    return maybe_from_row(AccessGrant, await connection.fetch_one(selection(access_grant, *named), named))


async def find_grant_of_offer(connection: Connection, offer_id: UUID) -> AccessGrant | None:
    """Return the grant that an offer was redeemed for, or none."""
    return maybe_from_row(
        AccessGrant,
        await connection.fetch_one(selection(access_grant, "offer_id"), {"offer_id": offer_id}),
    )


def _read(row: Row) -> CredentialOffer:
    return from_row(CredentialOffer, {**row, "configurations": tuple(row["configurations"].split())})
