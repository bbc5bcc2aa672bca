"""What wallets answered the open verifier: one answer to each question, kept for the minutes in which somebody looks.

A question writes nothing; only the answer of a wallet makes a row, and there is a bound to their number.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from app.store.connection import Connection
from app.store.plans import insertion, selection
from app.store.records import maybe_from_row, to_row
from app.store.tables import presentation_answer


@dataclass(frozen=True, slots=True)
class PresentationAnswer:
    """One answer. ``sealed`` opens with what asker and wallet have, and with nothing that is stored."""

    request_sha256: bytes
    sealed: bytes
    expires_at: datetime


async def add(connection: Connection, answer: PresentationAnswer) -> None:
    """Store an answer.

    Raises:
        AlreadyThere: the question was answered before.
    """
    await connection.execute(insertion(presentation_answer), to_row(answer))


async def find(connection: Connection, request_sha256: bytes) -> PresentationAnswer | None:
    """Return the answer to a question, or none."""
    named = {"request_sha256": request_sha256}
    return maybe_from_row(PresentationAnswer, await connection.fetch_one(selection(presentation_answer, *named), named))


async def count(connection: Connection, *, before: datetime | None = None) -> int:
    """Return how many answers are kept, or how many whose time was over ``before``."""
    counted = select(func.count().label("number")).select_from(presentation_answer)
    if before is not None:
        counted = counted.where(presentation_answer.c.expires_at < before)
    row = await connection.fetch_one(counted)
    return 0 if row is None else int(row["number"])


async def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget what nobody may look at any more, and return how much it was."""
    return await connection.execute(delete(presentation_answer).where(presentation_answer.c.expires_at < moment))
