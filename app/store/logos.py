"""Logos: one for each awarding body, and the one of the alliance, as PNG images of our own making."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion
from app.store.records import from_rows, to_row
from app.store.tables import logo

ALLIANCE: Final = "alliance"
"""The owner of the alliance's logo; no slug of an awarding body."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The logo of ``owner``, a slug or :data:`ALLIANCE`; ``sha256`` is that of ``content``."""

    owner: str
    content: bytes
    sha256: bytes
    changed_at: datetime


_ALL: Final = Prepared(select(logo).order_by(logo.c.owner))
_FORGET: Final = Prepared(delete(logo).where(*equal(logo, "owner")))


async def put(connection: Connection, new: Logo) -> None:
    """Store a logo in the place of the one before it.

    Raises:
        AlreadyThere: somebody stored another one at the same moment.
    """
    await forget(connection, new.owner)
    await connection.execute(insertion(logo), to_row(new))


async def forget(connection: Connection, owner: str) -> bool:
    """Remove a logo. False: there was none."""
    return bool(await connection.execute(_FORGET, {"owner": owner}))


async def list_of(connection: Connection, *owners: str) -> dict[str, Logo]:
    """Return the logos of ``owners``, of whom has one."""
    return {one.owner: one for one in from_rows(Logo, await connection.fetch_all(_ALL)) if one.owner in owners}
