"""Trust lists: every version that this deployment published, and the newest that was imported from each other one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion, selection
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import imported_trust_list, trust_list


@dataclass(frozen=True, slots=True)
class PublishedTrustList:
    """One version of our own list. ``content`` is the signed bytes."""

    version: int
    content: bytes
    claims_sha256: bytes
    published_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class ImportedTrustList:
    """The newest list of another deployment; ``signer`` is its service's DID."""

    signer: str
    version: int
    content: bytes
    imported_at: datetime


_NEWEST: Final = Prepared(select(trust_list).order_by(trust_list.c.version.desc()).limit(1))
_IMPORTED: Final = Prepared(select(imported_trust_list).order_by(imported_trust_list.c.signer))
_FORGET: Final = Prepared(delete(imported_trust_list).where(*equal(imported_trust_list, "signer")))


async def publish(connection: Connection, one: PublishedTrustList) -> None:
    """Store a new version of our own list.

    Raises:
        AlreadyThere: somebody published this version at the same moment.
    """
    await connection.execute(insertion(trust_list), to_row(one))


async def find_newest(connection: Connection) -> PublishedTrustList | None:
    """Return the newest version of our own list, or none."""
    return maybe_from_row(PublishedTrustList, await connection.fetch_one(_NEWEST))


async def find_version(connection: Connection, version: int) -> PublishedTrustList | None:
    """Return one version of our own list, or none."""
    row = await connection.fetch_one(selection(trust_list, "version"), {"version": version})
    return maybe_from_row(PublishedTrustList, row)


async def find_imported(connection: Connection, signer: str) -> ImportedTrustList | None:
    """Return the newest list of this signer, or none."""
    row = await connection.fetch_one(selection(imported_trust_list, "signer"), {"signer": signer})
    return maybe_from_row(ImportedTrustList, row)


async def list_imported(connection: Connection) -> tuple[ImportedTrustList, ...]:
    """Return the newest list of every signer."""
    return from_rows(ImportedTrustList, await connection.fetch_all(_IMPORTED))


async def save_imported(connection: Connection, one: ImportedTrustList) -> None:
    """Store a list in the place of the signer's earlier one."""
    await forget_imported(connection, one.signer)
    await connection.execute(insertion(imported_trust_list), to_row(one))


async def forget_imported(connection: Connection, signer: str) -> bool:
    """Forget the list of a signer. False: there was none."""
    return bool(await connection.execute(_FORGET, {"signer": signer}))
