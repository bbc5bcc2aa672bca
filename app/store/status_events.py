"""What was done to the status of awards and credentials. Events are the truth; bits and answers are derived from them.

An event is about a whole award, about one revision of it (a replacement ends the earlier one) or about one credential
(a copy in a lost wallet). What holds of a credential is the worst that any of the three says. There is no way back
from revocation; suspension ends with the reinstatement of whatever was suspended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select, update

from app.store import awards
from app.store.connection import Connection
from app.store.failures import ReferenceBroken
from app.store.plans import insertion
from app.store.records import from_rows, to_row
from app.store.states import StatusChange
from app.store.tables import credential, status_event, status_list


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One change. ``revision`` and ``credential_id`` are both none if it is about the whole award."""

    awarding_body_id: UUID
    award_id: UUID
    change: StatusChange
    reason: str
    actor: str
    at: datetime
    revision: int | None = None
    credential_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of one credential now."""

    revoked: bool
    suspended: bool


async def append(connection: Connection, event: StatusEvent) -> None:
    """Store a change, and mark every list that shows a credential of it as out of date.

    Two changes of one award take turns, and so do a change and a new copy (the copy's foreign key waits for the lock):
    neither can be overlooked by a list.
    """
    if await awards.lock(connection, event.awarding_body_id, event.award_id) is None:
        raise ReferenceBroken("the awarding body has no such award")
    await connection.execute(insertion(status_event), to_row(event))
    concerned = [credential.c.award_id == event.award_id]
    if event.revision is not None:
        concerned.append(credential.c.revision == event.revision)
    if event.credential_id is not None:
        concerned.append(credential.c.id == event.credential_id)
    await connection.execute(
        update(status_list)
        .where(status_list.c.id.in_(select(credential.c.status_list_id).where(*concerned)))
        .values(version=status_list.c.version + 1)
    )


async def list_of_award(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> tuple[StatusEvent, ...]:
    """Return every change of the award and of what belongs to it, oldest first."""
    return from_rows(
        StatusEvent,
        await connection.fetch_all(
            select(status_event)
            .where(status_event.c.awarding_body_id == awarding_body_id, status_event.c.award_id == award_id)
            .order_by(status_event.c.id)
        ),
    )


async def find_standing(connection: Connection, credential_id: UUID) -> Standing | None:
    """Return what holds of the credential now, or none if there is no such credential."""
    row = await connection.fetch_one(
        select(revoked(credential).label("revoked"), suspended(credential).label("suspended")).where(
            credential.c.id == credential_id
        )
    )
    return None if row is None else Standing(bool(row["revoked"]), bool(row["suspended"]))


async def list_raised(connection: Connection, status_list_id: UUID) -> tuple[Sequence[int], Sequence[int]]:
    """Return the places of a list whose credentials are revoked, and those whose credentials are suspended.

    Goes from the events to the credentials, of which few have any.
    """
    rows = await connection.fetch_all(
        select(credential.c.status_index, status_event.c.change, status_event.c.revision, status_event.c.credential_id)
        .join(credential, _concerns(status_event, credential))
        .where(credential.c.status_list_id == status_list_id)
        .order_by(status_event.c.id)
    )
    revoked_places: set[int] = set()
    suspended_scopes: dict[tuple[int, bool, bool], bool] = {}
    for row in rows:
        place = row["status_index"]
        if row["change"] is StatusChange.REVOKE:
            revoked_places.add(place)
        else:
            scope = (place, row["revision"] is not None, row["credential_id"] is not None)
            suspended_scopes[scope] = row["change"] is StatusChange.SUSPEND
    suspended_places = {scope[0] for scope, is_suspended in suspended_scopes.items() if is_suspended}
    return sorted(revoked_places), sorted(suspended_places)


def revoked(of: FromClause) -> ColumnElement[bool]:
    """Return the condition that the credential in ``of`` is revoked."""
    return exists().where(_concerns(status_event, of), status_event.c.change == StatusChange.REVOKE).correlate(of)


def suspended(of: FromClause) -> ColumnElement[bool]:
    """Return the condition that the credential in ``of`` is suspended: a suspension that nothing lifted later."""
    later = status_event.alias("later")
    lifted = (
        exists()
        .where(
            later.c.award_id == status_event.c.award_id,
            later.c.revision.is_not_distinct_from(status_event.c.revision),
            later.c.credential_id.is_not_distinct_from(status_event.c.credential_id),
            later.c.change == StatusChange.REINSTATE,
            later.c.id > status_event.c.id,
        )
        .correlate(status_event)
    )
    return (
        exists()
        .where(_concerns(status_event, of), status_event.c.change == StatusChange.SUSPEND, ~lifted)
        .correlate(of)
    )


def _concerns(event: FromClause, of: FromClause) -> ColumnElement[Any]:
    return and_(
        # Its index begins with the awarding body; without it the copies of an award are looked for among all there are.
        event.c.awarding_body_id == of.c.awarding_body_id,
        event.c.award_id == of.c.award_id,
        or_(event.c.revision.is_(None), event.c.revision == of.c.revision),
        or_(event.c.credential_id.is_(None), event.c.credential_id == of.c.id),
    )
