"""Issuers: who signs, by DID. An awarding body has one; the service itself has one that belongs to no awarding body."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion, selection
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import awarding_body, issuer
from app.template.alliance import IssuerKind


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer."""

    id: UUID
    awarding_body_id: UUID | None
    kind: IssuerKind
    did: str
    created_at: datetime


_ALL: Final = Prepared(select(issuer).order_by(issuer.c.did))
_BY_SLUG: Final = Prepared(
    select(issuer)
    .join(awarding_body, awarding_body.c.id == issuer.c.awarding_body_id)
    .where(*equal(awarding_body, "slug"))
)


async def add(connection: Connection, one: Issuer) -> None:
    """Store a new issuer.

    Raises:
        AlreadyThere: the DID, the awarding body or the service has its issuer already.
    """
    await connection.execute(insertion(issuer), to_row(one))


async def find_by_slug(connection: Connection, slug: str) -> Issuer | None:
    """Return the issuer of the awarding body with this slug, or none."""
    return maybe_from_row(Issuer, await connection.fetch_one(_BY_SLUG, {"slug": slug}))


async def find_service(connection: Connection) -> Issuer | None:
    """Return the issuer of receipts and of the trust file, or none."""
    return maybe_from_row(Issuer, await connection.fetch_one(selection(issuer, "kind"), {"kind": IssuerKind.SERVICE}))


async def list_all(connection: Connection) -> tuple[Issuer, ...]:
    """Return every issuer by DID."""
    return from_rows(Issuer, await connection.fetch_all(_ALL))
