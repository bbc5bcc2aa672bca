"""What may be used once: nonces and identifiers of proofs, each as a digest, until it would be refused for its age.

Only using writes a row here, and only after everything else about a request was found good: whoever merely asks for
nonces, or sends what is refused, makes nothing grow.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from app.store.connection import Connection
from app.store.plans import insertion
from app.store.tables import consumed_once


async def consume(connection: Connection, digests: Sequence[bytes], *, expires_at: datetime) -> None:
    """Use things up, all or none.

    Raises:
        AlreadyThere: one of them was used before; the transaction is spoilt.
    """
    if digests:
        rows = [{"digest": digest, "expires_at": expires_at} for digest in digests]
        await connection.execute(insertion(consumed_once), rows)


async def is_used(connection: Connection, digests: Sequence[bytes]) -> bool:
    """Whether one of these was used. Only :func:`consume` decides; this spares the work before it."""
    if not digests:
        return False
    used = select(consumed_once.c.digest).where(consumed_once.c.digest.in_(list(digests))).limit(1)
    return await connection.fetch_one(used) is not None


async def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget what is refused for its age by now, and return how much it was."""
    return await connection.execute(delete(consumed_once).where(consumed_once.c.expires_at < moment))
