"""Claim links: what a learner is sent, and what is left of its guesses. An award has at most one that is not withdrawn.

The address itself is stored encrypted, and found by the digest of its token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.store.connection import Connection
from app.store.plans import insertion, selection
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import claim_link


@dataclass(frozen=True, slots=True)
class ClaimLink:
    """One link. ``check`` says what the learner is asked before an offer is made."""

    id: UUID
    awarding_body_id: UUID
    award_id: UUID
    token_sha256: bytes
    token: bytes
    check: str
    code: bytes | None
    transaction_code: bool
    most_claims: int
    guesses_left: int
    created_at: datetime
    renewed_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None


async def add(connection: Connection, link: ClaimLink) -> None:
    """Store a new link.

    Raises:
        AlreadyThere: the award has one that is not withdrawn.
    """
    await connection.execute(insertion(claim_link), to_row(link))


async def find(connection: Connection, awarding_body_id: UUID, link_id: UUID) -> ClaimLink | None:
    """Return the link of this awarding body, or none; another one's is none."""
    named = {"awarding_body_id": awarding_body_id, "id": link_id}
    return maybe_from_row(ClaimLink, await connection.fetch_one(selection(claim_link, *named), named))


async def find_by_token(connection: Connection, token_sha256: bytes) -> ClaimLink | None:
    """Return the link that has this token, usable or not, or none."""
    named = {"token_sha256": token_sha256}
    return maybe_from_row(ClaimLink, await connection.fetch_one(selection(claim_link, *named), named))


async def lock(connection: Connection, link_id: UUID) -> ClaimLink | None:
    """Return the link and keep everybody else from changing it until the transaction ends."""
    return maybe_from_row(
        ClaimLink,
        await connection.fetch_one(select(claim_link).where(claim_link.c.id == link_id).with_for_update()),
    )


async def list_of_award(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> tuple[ClaimLink, ...]:
    """Return every link of an award, the newest first."""
    return from_rows(
        ClaimLink,
        await connection.fetch_all(
            select(claim_link)
            .where(claim_link.c.awarding_body_id == awarding_body_id, claim_link.c.award_id == award_id)
            .order_by(claim_link.c.created_at.desc(), claim_link.c.id)
        ),
    )


async def renew(connection: Connection, renewed: ClaimLink) -> bool:
    """Give a link that is not withdrawn another token, time and guesses. False: there is no such link any more."""
    return await _change(
        connection,
        renewed.awarding_body_id,
        renewed.id,
        {
            name: getattr(renewed, name)
            for name in ("token_sha256", "token", "code", "guesses_left", "renewed_at", "expires_at")
        },
    )


async def withdraw(connection: Connection, awarding_body_id: UUID, link_id: UUID, *, now: datetime) -> bool:
    """Close a link for ever. False: there is no such link, or it is closed."""
    return await _change(connection, awarding_body_id, link_id, {"withdrawn_at": now})


async def take_guess(connection: Connection, link_id: UUID) -> int | None:
    """Take one guess and return how many are left then; none: there was none to take. Two at a time are two."""
    row = await connection.fetch_one(
        update(claim_link)
        .where(claim_link.c.id == link_id, claim_link.c.guesses_left > 0, claim_link.c.withdrawn_at.is_(None))
        .values(guesses_left=claim_link.c.guesses_left - 1)
        .returning(claim_link.c.guesses_left)
    )
    return None if row is None else int(row["guesses_left"])


async def give_guesses_back(connection: Connection, link_id: UUID, guesses: int) -> None:
    """Let a link have all its guesses again, after a right one."""
    await connection.execute(update(claim_link).where(claim_link.c.id == link_id).values(guesses_left=guesses))


async def _change(connection: Connection, awarding_body_id: UUID, link_id: UUID, values: Mapping[str, Any]) -> bool:
    conditions: list[ColumnElement[bool]] = [
        claim_link.c.awarding_body_id == awarding_body_id,
        claim_link.c.id == link_id,
        claim_link.c.withdrawn_at.is_(None),
    ]
    return bool(await connection.execute(update(claim_link).where(*conditions).values(**values)))
