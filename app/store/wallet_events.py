"""What wallets did with the offers of an awarding body: the rows of the flight recorder.

Wallets are strangers. Whatever they send, an offer (or a claim link, before there is an offer) gets a bounded number of
rows, by the very statement that writes them, and old rows are forgotten.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select

from app.store.connection import Connection
from app.store.plans import Prepared
from app.store.records import from_rows, to_row
from app.store.tables import wallet_event


@dataclass(frozen=True, slots=True)
class NewWalletEvent:
    """One thing that happened. ``facts`` is canonical JSON; ``cause`` says why something was refused."""

    awarding_body_id: UUID
    award_id: UUID
    offer_id: UUID | None
    claim_link_id: UUID | None
    at: datetime
    kind: str
    cause: str | None
    facts: bytes


@dataclass(frozen=True, slots=True)
class WalletEvent(NewWalletEvent):
    """One thing that happened, with its number: later ones have higher numbers."""

    id: int


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whose events are asked for. Nothing given: all of the awarding body."""

    offer_id: UUID | None = None
    claim_link_id: UUID | None = None
    award_id: UUID | None = None


_COLUMNS: Final = tuple(column.name for column in wallet_event.c if column.name != "id")


def _bounded(subject: str) -> Prepared:
    """Return the INSERT that stores nothing once ``subject`` has as many rows as ``most`` says."""
    of_subject = wallet_event.c[subject]
    conditions = [of_subject == bindparam(subject, type_=of_subject.type)]
    if subject == "claim_link_id":
        # What the link's offers brought is counted for those offers.
        conditions.append(wallet_event.c.offer_id.is_(None))
    so_far = select(func.count()).select_from(wallet_event).where(*conditions).scalar_subquery()
    values = [bindparam(name, type_=wallet_event.c[name].type).label(name) for name in _COLUMNS]
    return Prepared(
        insert(wallet_event).from_select(
            list(_COLUMNS), select(*values).where(so_far < bindparam("most", type_=func.count().type))
        )
    )


_BY_OFFER: Final = _bounded("offer_id")
_BY_LINK: Final = _bounded("claim_link_id")


async def add(connection: Connection, event: NewWalletEvent, *, most: int) -> bool:
    """Write an event. False: its offer (its claim link, where there is no offer) has ``most`` of them already."""
    statement = _BY_LINK if event.offer_id is None else _BY_OFFER
    return bool(await connection.execute(statement, {**to_row(event), "most": most}))


async def list_before(
    connection: Connection, awarding_body_id: UUID, narrowed: Narrowed, *, before: int | None, size: int
) -> tuple[WalletEvent, ...]:
    """Return events of the awarding body, the newest first, beginning before the number ``before``."""
    conditions = _conditions(awarding_body_id, narrowed)
    if before is not None:
        conditions.append(wallet_event.c.id < before)
    return from_rows(
        WalletEvent,
        await connection.fetch_all(
            select(wallet_event).where(*conditions).order_by(wallet_event.c.id.desc()).limit(size)
        ),
    )


async def list_after(
    connection: Connection, awarding_body_id: UUID, narrowed: Narrowed, *, after: int, size: int
) -> tuple[WalletEvent, ...]:
    """Return events of the awarding body, the oldest first, beginning after the number ``after``."""
    conditions = [*_conditions(awarding_body_id, narrowed), wallet_event.c.id > after]
    return from_rows(
        WalletEvent,
        await connection.fetch_all(select(wallet_event).where(*conditions).order_by(wallet_event.c.id).limit(size)),
    )


async def newest_number(connection: Connection, awarding_body_id: UUID) -> int:
    """Return the number of the newest event of the awarding body; 0 where there is none."""
    found: int | None = await connection.fetch_value(
        select(func.max(wallet_event.c.id).label("newest")).where(wallet_event.c.awarding_body_id == awarding_body_id)
    )
    return found or 0


async def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget the events from before ``moment`` and return how many they were."""
    return await connection.execute(delete(wallet_event).where(wallet_event.c.at < moment))


def _conditions(awarding_body_id: UUID, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    conditions = [wallet_event.c.awarding_body_id == awarding_body_id]
    conditions += [wallet_event.c[name] == value for name, value in to_row(narrowed).items() if value is not None]
    return conditions
