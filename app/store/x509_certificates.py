"""Certificates of seals: one for each key of a seal that was enrolled. Never changed; a new one is of a new key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion
from app.store.records import maybe_from_row, to_row
from app.store.tables import x509_certificate


@dataclass(frozen=True, slots=True)
class X509Certificate:
    """A sealing certificate and the authorities above it as a seal carries them: ``chain`` is PEM."""

    signing_key_id: UUID
    chain: bytes
    organization_identifier: str
    not_before: datetime
    not_after: datetime
    enrolled_at: datetime


_OF_KEY: Final = Prepared(select(x509_certificate).where(*equal(x509_certificate, "signing_key_id")))


async def add(connection: Connection, certificate: X509Certificate) -> None:
    """Store the certificate of a key.

    Raises:
        AlreadyThere: the key has one.
    """
    await connection.execute(insertion(x509_certificate), to_row(certificate))


async def find(connection: Connection, signing_key_id: UUID) -> X509Certificate | None:
    """Return the certificate of a key, or none."""
    return maybe_from_row(X509Certificate, await connection.fetch_one(_OF_KEY, {"signing_key_id": signing_key_id}))
