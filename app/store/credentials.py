"""Credentials: the verifiable documents about awards, each with its own identifier and place in a status list.

Two ways in (model.md section 1): *issued* at once, or *prepared* under a lease and issued in a second transaction. A
reaper claims those whose lease ran out and finishes the very same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, select, update

from app.store.connection import Connection
from app.store.paging import Cursor, Page, newest_first, page_of
from app.store.plans import Prepared, Row, equal, selection
from app.store.records import from_row, from_rows, maybe_from_row
from app.store.states import Audience, CredentialState
from app.store.status_events import Standing, revoked, suspended
from app.store.tables import award, award_revision, credential, status_event, status_list


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential. ``lease_until`` is there exactly while it is prepared."""

    id: UUID
    awarding_body_id: UUID
    award_id: UUID
    revision: int
    issuer_id: UUID
    audience: Audience
    holder: str | None
    public_token: str | None
    state: CredentialState
    lease_until: datetime | None
    valid_from: datetime
    valid_until: datetime | None
    status_list_id: UUID
    status_index: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CredentialEntry:
    """A credential with what is said about it in a list: of its award, its standing and what took its place."""

    credential: Credential
    offering_id: UUID
    offering_version: int
    awarded_on: date
    certificate_number: str | None
    standing: Standing
    superseded_by: UUID | None


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of credentials is narrowed to. Nothing given: all public copies of the awarding body."""

    offering_id: UUID | None = None
    learner_key: bytes | None = None
    awarded_from: date | None = None
    awarded_until: date | None = None
    state: CredentialState | None = None
    revoked: bool | None = None
    suspended: bool | None = None
    audience: Audience | None = Audience.PUBLIC


_OF_AWARD: Final = Prepared(
    select(credential)
    .where(*equal(credential, "awarding_body_id", "award_id"))
    .order_by(credential.c.revision.desc(), credential.c.created_at.desc(), credential.c.id)
)
_OUTDATE_LIST: Final = Prepared(
    update(status_list)
    .where(
        status_list.c.id == bindparam("list_id"),
        exists().where(status_event.c.award_id == bindparam("of_award")),
    )
    .values(version=status_list.c.version + 1)
)


async def outdate_list(connection: Connection, new: Credential) -> None:
    """Mark the list of a new copy as out of date if its award was revoked or suspended before."""
    await connection.execute(_OUTDATE_LIST, {"list_id": new.status_list_id, "of_award": new.award_id})


async def find(connection: Connection, awarding_body_id: UUID, credential_id: UUID) -> Credential | None:
    """Return the credential of this awarding body, or none; another one's is none."""
    named = {"awarding_body_id": awarding_body_id, "id": credential_id}
    return maybe_from_row(
        Credential,
        await connection.fetch_one(selection(credential, *named), named),
    )


async def find_entry(connection: Connection, awarding_body_id: UUID, credential_id: UUID) -> CredentialEntry | None:
    """Return the credential of this awarding body with its standing, or none."""
    row = await connection.fetch_one(
        _entry_by("awarding_body_id", "id"), {"awarding_body_id": awarding_body_id, "id": credential_id}
    )
    return None if row is None else _entry(row)


async def find_by_public_token(connection: Connection, token: str) -> CredentialEntry | None:
    """Return the credential behind a public link, or none. Whoever has the link may see it."""
    row = await connection.fetch_one(_entry_by("public_token"), {"public_token": token})
    return None if row is None else _entry(row)


async def find_by_status_place(connection: Connection, status_list_id: UUID, index: int) -> CredentialEntry | None:
    """Return the credential that has this place in a status list, or none: a place nobody has stands for nothing."""
    row = await connection.fetch_one(
        _entry_by("status_list_id", "status_index"), {"status_list_id": status_list_id, "status_index": index}
    )
    return None if row is None else _entry(row)


async def list_of_award(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> tuple[Credential, ...]:
    """Return every credential about the award, the newest revision first."""
    return from_rows(
        Credential,
        await connection.fetch_all(_OF_AWARD, {"awarding_body_id": awarding_body_id, "award_id": award_id}),
    )


async def list_page(
    connection: Connection,
    awarding_body_id: UUID,
    search: Search = Search(),
    *,
    after: Cursor | None = None,
    size: int = 50,
) -> Page[CredentialEntry]:
    """Return credentials of the awarding body, newest first."""
    statement = _entries().where(credential.c.awarding_body_id == awarding_body_id, *_conditions(search))
    rows = await connection.fetch_all(
        newest_first(statement, credential.c.created_at, credential.c.id, after=after, size=size)
    )
    return page_of(
        [_entry(row) for row in rows],
        size=size,
        place=lambda entry: Cursor(entry.credential.created_at, entry.credential.id),
    )


async def mark_issued(connection: Connection, credential_id: UUID) -> bool:
    """End the preparation. False: somebody else ended it first, and what they stored is what counts."""
    return await _end_preparation(connection, credential_id, CredentialState.ISSUED)


async def abandon(connection: Connection, credential_id: UUID) -> bool:
    """Give a preparation up; its place in the status list is burned. False: it is not being prepared."""
    return await _end_preparation(connection, credential_id, CredentialState.ABANDONED)


async def claim_expired(
    connection: Connection,
    *,
    now: datetime,
    lease_until: datetime,
    audience: Audience = Audience.PUBLIC,
    limit: int = 20,
) -> tuple[Credential, ...]:
    """Take over preparations of an audience whose lease ran out, each by one claimant only, oldest first."""
    expired = (
        select(credential.c.id)
        .where(
            credential.c.state == CredentialState.PREPARED,
            credential.c.lease_until <= now,
            credential.c.audience == audience,
        )
        .order_by(credential.c.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = from_rows(
        Credential,
        await connection.fetch_all(
            update(credential)
            .where(
                credential.c.id.in_(expired),
                credential.c.state == CredentialState.PREPARED,
                credential.c.lease_until <= now,
            )
            .values(lease_until=lease_until)
            .returning(credential)
        ),
    )
    return tuple(sorted(claimed, key=lambda one: one.created_at))


async def end_lease(connection: Connection, credential_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let anybody finish these preparations from now on: whoever made them cannot."""
    await connection.execute(
        update(credential)
        .where(credential.c.id.in_(list(credential_ids)), credential.c.state == CredentialState.PREPARED)
        .values(lease_until=now)
    )


async def change_public_token(
    connection: Connection, awarding_body_id: UUID, credential_id: UUID, token: str | None
) -> bool:
    """Give the credential another public link, or none. The former link opens nothing from now on."""
    return bool(
        await connection.execute(
            update(credential)
            .where(credential.c.awarding_body_id == awarding_body_id, credential.c.id == credential_id)
            .values(public_token=token)
        )
    )


async def _end_preparation(connection: Connection, credential_id: UUID, state: CredentialState) -> bool:
    return bool(
        await connection.execute(
            update(credential)
            .where(credential.c.id == credential_id, credential.c.state == CredentialState.PREPARED)
            .values(state=state, lease_until=None)
        )
    )


@cache
def _entry_by(*columns: str) -> Prepared:
    return Prepared(_entries().where(*equal(credential, *columns)))


def _entries() -> Select[Any]:
    newer = credential.alias("newer")
    superseded_by = (
        select(newer.c.id)
        .where(
            newer.c.award_id == credential.c.award_id,
            newer.c.awarding_body_id == credential.c.awarding_body_id,
            newer.c.audience == Audience.PUBLIC,
            newer.c.state == CredentialState.ISSUED,
            newer.c.revision > credential.c.revision,
        )
        .order_by(newer.c.revision.desc())
        .limit(1)
        .correlate(credential)
        .scalar_subquery()
    )
    return (
        select(
            credential,
            award.c.offering_id,
            award_revision.c.offering_version,
            award.c.awarded_on,
            award.c.certificate_number,
            revoked(credential).label("revoked"),
            suspended(credential).label("suspended"),
            superseded_by.label("superseded_by"),
        )
        .join(award, award.c.id == credential.c.award_id)
        .join(
            award_revision,
            and_(
                award_revision.c.award_id == credential.c.award_id,
                award_revision.c.revision == credential.c.revision,
            ),
        )
    )


def _entry(row: Row) -> CredentialEntry:
    return CredentialEntry(
        credential=from_row(Credential, row),
        offering_id=row["offering_id"],
        offering_version=row["offering_version"],
        awarded_on=row["awarded_on"],
        certificate_number=row["certificate_number"],
        standing=Standing(bool(row["revoked"]), bool(row["suspended"])),
        superseded_by=row["superseded_by"],
    )


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.offering_id is not None:
        conditions.append(award.c.offering_id == search.offering_id)
    if search.learner_key is not None:
        conditions.append(award.c.learner_key == search.learner_key)
    if search.awarded_from is not None:
        conditions.append(award.c.awarded_on >= search.awarded_from)
    if search.awarded_until is not None:
        conditions.append(award.c.awarded_on <= search.awarded_until)
    if search.state is not None:
        conditions.append(credential.c.state == search.state)
    if search.audience is not None:
        conditions.append(credential.c.audience == search.audience)
    if search.revoked is not None:
        conditions.append(revoked(credential) if search.revoked else ~revoked(credential))
    if search.suspended is not None:
        conditions.append(suspended(credential) if search.suspended else ~suspended(credential))
    return conditions
