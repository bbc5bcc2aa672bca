"""Every version of every DID document that was ever published, byte for byte."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion
from app.store.records import maybe_from_row, to_row
from app.store.tables import did_document


@dataclass(frozen=True, slots=True)
class DidDocument:
    """One version of one issuer's document."""

    issuer_id: UUID
    version: int
    content: bytes
    sha256: bytes
    published_at: datetime


_NEWEST: Final = Prepared(
    select(did_document).where(*equal(did_document, "issuer_id")).order_by(did_document.c.version.desc()).limit(1)
)


async def publish(connection: Connection, issuer_id: UUID, content: bytes, *, now: datetime) -> DidDocument:
    """Make ``content`` the issuer's newest document; the same content again is no new version.

    Raises:
        AlreadyThere: somebody published at the same moment.
    """
    newest = await find_newest(connection, issuer_id)
    if newest is not None and newest.content == content:
        return newest
    document = DidDocument(
        issuer_id=issuer_id,
        version=1 if newest is None else newest.version + 1,
        content=content,
        sha256=hashlib.sha256(content).digest(),
        published_at=now,
    )
    await connection.execute(insertion(did_document), to_row(document))
    return document


async def find_newest(connection: Connection, issuer_id: UUID) -> DidDocument | None:
    """Return the document that the issuer's address serves, or none before the first publication."""
    return maybe_from_row(
        DidDocument,
        await connection.fetch_one(_NEWEST, {"issuer_id": issuer_id}),
    )
