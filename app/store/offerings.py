"""Offerings and their versions. A published version never changes; a change is a draft of the next one.

An offering that came inside a request is kept as an unlisted one with a single published version, and found again by
the digest of its canonical content, so that every award has an offering (model.md section 1, request shape).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, desc, func, select, union_all, update

from app.store.connection import Connection
from app.store.failures import TransitionRefused
from app.store.paging import Cursor, Page, newest_first, page_of
from app.store.plans import Premise, Prepared, equal, insertion, selection
from app.store.records import from_row, maybe_from_row, to_row
from app.store.states import OfferingState
from app.store.tables import award, offering, offering_version

LARGEST_VERSION: Final = 2**31 - 1
"""What the column holds. A greater number, from an address or a request, names no version and is no defect."""


@dataclass(frozen=True, slots=True)
class Offering:
    """What stays the same over all versions."""

    id: UUID
    awarding_body_id: UUID
    listed: bool
    state: OfferingState
    inline_sha256: bytes | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OfferingVersion:
    """One version: canonical JSON. ``published_at`` is none while it is a draft."""

    awarding_body_id: UUID
    offering_id: UUID
    version: int
    content: bytes
    content_sha256: bytes
    edited_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfferingEntry:
    """An offering in a list, with its newest version."""

    offering: Offering
    version: OfferingVersion


_UNLISTED: Final = Prepared(
    select(offering_version)
    .join(offering, offering.c.id == offering_version.c.offering_id)
    .where(*equal(offering, "awarding_body_id", "inline_sha256"), *equal(offering_version, "content_sha256"))
)


def _corrected(*columns: Any) -> Select[Any]:  # noqa: ANN401 - whatever a SELECT takes
    return (
        select(*columns)
        .join(award, award.c.offering_id == offering_version.c.offering_id)
        .join(offering, offering.c.id == offering_version.c.offering_id)
        .where(
            *equal(award, "awarding_body_id", "learner_key", "awarded_on"),
            offering.c.listed.is_(False),
            offering_version.c.version > 1,
            *equal(offering_version, "content_sha256"),
        )
    )


_NAME: Final = (offering_version.c.offering_id, offering_version.c.version)
_CORRECTED: Final = Prepared(_corrected(offering_version).order_by(offering_version.c.version.desc()).limit(1))
_KEPT: Final = Prepared(
    union_all(
        _corrected(*_NAME),
        select(*_NAME)
        .join(offering, offering.c.id == offering_version.c.offering_id)
        .where(*equal(offering, "awarding_body_id", "inline_sha256"), *equal(offering_version, "content_sha256")),
    )
    .order_by(desc("version"))  # the unlisted one is kept as version 1, a corrected one is later
    .limit(1)
)


def _published(*columns: str) -> Prepared:
    return Prepared(
        select(offering_version, offering.c.state)
        .join(offering, offering.c.id == offering_version.c.offering_id)
        .where(*equal(offering_version, *columns), offering_version.c.published_at.is_not(None))
        .order_by(offering_version.c.version.desc())
        .limit(1)
    )


_PUBLISHED: Final = _published("awarding_body_id", "offering_id", "version")
_NEWEST_PUBLISHED: Final = _published("awarding_body_id", "offering_id")


async def create_draft(
    connection: Connection, *, awarding_body_id: UUID, offering_id: UUID, content: bytes, now: datetime
) -> OfferingVersion:
    """Store a new listed offering whose first version is a draft."""
    await connection.execute(
        insertion(offering), to_row(Offering(offering_id, awarding_body_id, True, OfferingState.DRAFT, None, now))
    )
    return await _add_version(connection, awarding_body_id, offering_id, 1, content, edited_at=now, published_at=None)


async def write_draft(
    connection: Connection, *, awarding_body_id: UUID, offering_id: UUID, content: bytes, now: datetime
) -> OfferingVersion | None:
    """Change the draft, or begin the draft of the next version. None: the awarding body has no such offering.

    Raises:
        TransitionRefused: the offering came inside a request, or is withdrawn.
    """
    # The lock makes two editors take turns, so that there is one draft and the later words win.
    found = await _lock(connection, awarding_body_id, offering_id)
    if found is None:
        return None
    if not found.listed or found.state is OfferingState.WITHDRAWN:
        raise TransitionRefused
    changed = await connection.fetch_one(
        update(offering_version)
        .where(*_is_version(awarding_body_id, offering_id), offering_version.c.published_at.is_(None))
        .values(content=content, content_sha256=hashlib.sha256(content).digest(), edited_at=now)
        .returning(offering_version)
    )
    if changed is not None:
        return from_row(OfferingVersion, changed)
    newest: int = await connection.fetch_value(
        select(func.max(offering_version.c.version)).where(*_is_version(awarding_body_id, offering_id))
    )
    return await _add_version(
        connection, awarding_body_id, offering_id, newest + 1, content, edited_at=now, published_at=None
    )


async def publish(
    connection: Connection, *, awarding_body_id: UUID, offering_id: UUID, now: datetime
) -> OfferingVersion | None:
    """Publish the draft, for ever. None: the awarding body has no such offering, or there is no draft."""
    row = await connection.fetch_one(
        update(offering_version)
        .where(*_is_version(awarding_body_id, offering_id), offering_version.c.published_at.is_(None))
        .values(published_at=now)
        .returning(offering_version)
    )
    if row is None:
        return None
    await _set_state(connection, awarding_body_id, offering_id, OfferingState.PUBLISHED)
    return from_row(OfferingVersion, row)


async def withdraw(connection: Connection, *, awarding_body_id: UUID, offering_id: UUID) -> bool:
    """Let no more awards be made for the offering. False: the awarding body has no such offering."""
    return await _set_state(connection, awarding_body_id, offering_id, OfferingState.WITHDRAWN)


async def keep_unlisted(
    connection: Connection, *, awarding_body_id: UUID, offering_id: UUID, content: bytes, now: datetime
) -> OfferingVersion:
    """Return the unlisted version with exactly this content, storing it as ``offering_id`` if it is new."""
    digest = hashlib.sha256(content).digest()
    found = await find_unlisted(connection, awarding_body_id, digest)
    if found is not None:
        return found
    added = await connection.execute(
        connection.insert(offering).on_conflict_do_nothing(index_elements=["awarding_body_id", "inline_sha256"]),
        to_row(Offering(offering_id, awarding_body_id, False, OfferingState.PUBLISHED, digest, now)),
    )
    if added:
        return await _add_version(
            connection, awarding_body_id, offering_id, 1, content, edited_at=now, published_at=now
        )
    # Somebody stored the same content meanwhile. Their transaction has ended, or ON CONFLICT would still wait.
    found = await find_unlisted(connection, awarding_body_id, digest)
    assert found is not None
    return found


async def keep_unlisted_version(
    connection: Connection, *, awarding_body_id: UUID, offering_id: UUID, content: bytes, now: datetime
) -> OfferingVersion | None:
    """Return the version of an unlisted offering with exactly this content, adding it if it is new.

    A correction of an award whose offering came inside its request corrects that offering too. None: the awarding body
    has no such unlisted offering.
    """
    found = await _lock(connection, awarding_body_id, offering_id)
    if found is None or found.listed:
        return None
    versions = await list_versions(connection, awarding_body_id, offering_id)
    digest = hashlib.sha256(content).digest()
    same = next((version for version in versions if version.content_sha256 == digest), None)
    return same or await _add_version(
        connection, awarding_body_id, offering_id, versions[0].version + 1, content, edited_at=now, published_at=now
    )


async def find_unlisted(connection: Connection, awarding_body_id: UUID, digest: bytes) -> OfferingVersion | None:
    """Return the version of an offering that came inside a request, by the SHA-256 of its canonical content."""
    return maybe_from_row(
        OfferingVersion,
        await connection.fetch_one(
            _UNLISTED, {"awarding_body_id": awarding_body_id, "inline_sha256": digest, "content_sha256": digest}
        ),
    )


async def find_corrected(
    connection: Connection, awarding_body_id: UUID, *, learner_key: bytes, awarded_on: date, digest: bytes
) -> OfferingVersion | None:
    """Return the later version of an unlisted offering that an award of this learner and day was corrected to."""
    row = await connection.fetch_one(
        _CORRECTED,
        {
            "awarding_body_id": awarding_body_id,
            "learner_key": learner_key,
            "awarded_on": awarded_on,
            "content_sha256": digest,
        },
    )
    return maybe_from_row(OfferingVersion, row)


async def find_kept(
    connection: Connection, awarding_body_id: UUID, *, learner_key: bytes, awarded_on: date, digest: bytes
) -> tuple[UUID, int] | None:
    """Return offering and version for an award whose offering came inside its request, or none if it is new.

    The answers of :func:`find_corrected` and, failing that, :func:`find_unlisted`, in one statement.
    """
    row = await connection.fetch_one(
        _KEPT,
        {
            "awarding_body_id": awarding_body_id,
            "learner_key": learner_key,
            "awarded_on": awarded_on,
            "inline_sha256": digest,
            "content_sha256": digest,
        },
    )
    return None if row is None else (row["offering_id"], row["version"])


async def find_published(
    connection: Connection, awarding_body_id: UUID, offering_id: UUID, version: int | None = None
) -> tuple[OfferingVersion, OfferingState] | None:
    """Return a published version, the newest if none is named, with the state of its offering; or none."""
    named: dict[str, UUID | int] = {"awarding_body_id": awarding_body_id, "offering_id": offering_id}
    if version is None:
        row = await connection.fetch_one(_NEWEST_PUBLISHED, named)
    elif version <= LARGEST_VERSION:
        row = await connection.fetch_one(_PUBLISHED, named | {"version": version})
    else:
        row = None
    return None if row is None else (from_row(OfferingVersion, row), row["state"])


def still_published(awarding_body_id: UUID, offering_id: UUID) -> Premise:
    """Return what has to hold for anything to be awarded for an offering that was looked up before."""
    return Premise(
        offering, {"awarding_body_id": awarding_body_id, "id": offering_id, "state": OfferingState.PUBLISHED}
    )


async def find(connection: Connection, awarding_body_id: UUID, offering_id: UUID) -> Offering | None:
    """Return the offering of this awarding body, or none; another one's is none."""
    named = {"awarding_body_id": awarding_body_id, "id": offering_id}
    return maybe_from_row(Offering, await connection.fetch_one(selection(offering, *named), named))


async def find_version(
    connection: Connection, awarding_body_id: UUID, offering_id: UUID, version: int | None = None
) -> OfferingVersion | None:
    """Return a published version, the newest if none is named, or none."""
    if version is not None and not 0 < version <= LARGEST_VERSION:
        return None
    statement = select(offering_version).where(
        *_is_version(awarding_body_id, offering_id), offering_version.c.published_at.is_not(None)
    )
    if version is not None:
        statement = statement.where(offering_version.c.version == version)
    return maybe_from_row(
        OfferingVersion,
        await connection.fetch_one(statement.order_by(offering_version.c.version.desc()).limit(1)),
    )


async def find_in_catalogue(
    connection: Connection, offering_id: UUID, version: int | None = None
) -> OfferingVersion | None:
    """Return a version that everybody may see, the newest if none is named, or none."""
    if version is not None and not 0 < version <= LARGEST_VERSION:
        return None
    statement = (
        select(offering_version)
        .join(offering, offering.c.id == offering_version.c.offering_id)
        .where(
            offering.c.id == offering_id,
            offering.c.listed.is_(True),
            offering.c.state == OfferingState.PUBLISHED,
            offering_version.c.published_at.is_not(None),
        )
    )
    if version is not None:
        statement = statement.where(offering_version.c.version == version)
    return maybe_from_row(
        OfferingVersion,
        await connection.fetch_one(statement.order_by(offering_version.c.version.desc()).limit(1)),
    )


async def find_draft(connection: Connection, awarding_body_id: UUID, offering_id: UUID) -> OfferingVersion | None:
    """Return the draft, or none if everything is published."""
    return maybe_from_row(
        OfferingVersion,
        await connection.fetch_one(
            select(offering_version).where(
                *_is_version(awarding_body_id, offering_id), offering_version.c.published_at.is_(None)
            )
        ),
    )


async def list_versions(
    connection: Connection, awarding_body_id: UUID, offering_id: UUID
) -> tuple[OfferingVersion, ...]:
    """Return every version, the draft as well, newest first."""
    rows = await connection.fetch_all(
        select(offering_version)
        .where(*_is_version(awarding_body_id, offering_id))
        .order_by(offering_version.c.version.desc())
    )
    return tuple(from_row(OfferingVersion, row) for row in rows)


async def list_page(
    connection: Connection, awarding_body_id: UUID, *, after: Cursor | None = None, size: int = 50
) -> Page[OfferingEntry]:
    """Return the listed offerings of an awarding body in any state, newest first, each with its newest version."""
    return await _page(connection, offering.c.awarding_body_id == awarding_body_id, False, after, size)


async def list_catalogue(
    connection: Connection, awarding_body_id: UUID | None = None, *, after: Cursor | None = None, size: int = 50
) -> Page[OfferingEntry]:
    """Return what everybody may see: listed offerings, each with its newest published version."""
    of_body = offering.c.awarding_body_id == awarding_body_id if awarding_body_id else offering.c.id.is_not(None)
    return await _page(connection, of_body & (offering.c.state == OfferingState.PUBLISHED), True, after, size)


async def _page(
    connection: Connection,
    condition: ColumnElement[bool],
    only_published: bool,  # noqa: FBT001 - private, and named at its two calls by their purpose
    after: Cursor | None,
    size: int,
) -> Page[OfferingEntry]:
    candidate = offering_version.alias("candidate")
    newest = select(func.max(candidate.c.version)).where(candidate.c.offering_id == offering.c.id)
    if only_published:
        newest = newest.where(candidate.c.published_at.is_not(None))
    statement = (
        select(
            offering.c.id,
            offering.c.listed,
            offering.c.state,
            offering.c.inline_sha256,
            offering.c.created_at,
            offering_version,
        )
        .join(offering_version, offering_version.c.offering_id == offering.c.id)
        .where(
            offering.c.listed.is_(True),
            condition,
            offering_version.c.version == newest.correlate(offering).scalar_subquery(),
        )
    )
    rows = await connection.fetch_all(
        newest_first(statement, offering.c.created_at, offering.c.id, after=after, size=size)
    )
    entries = [OfferingEntry(from_row(Offering, row), from_row(OfferingVersion, row)) for row in rows]
    return page_of(entries, size=size, place=lambda entry: Cursor(entry.offering.created_at, entry.offering.id))


async def _add_version(
    connection: Connection,
    awarding_body_id: UUID,
    offering_id: UUID,
    version: int,
    content: bytes,
    *,
    edited_at: datetime,
    published_at: datetime | None,
) -> OfferingVersion:
    added = OfferingVersion(
        awarding_body_id=awarding_body_id,
        offering_id=offering_id,
        version=version,
        content=content,
        content_sha256=hashlib.sha256(content).digest(),
        edited_at=edited_at,
        published_at=published_at,
    )
    await connection.execute(insertion(offering_version), to_row(added))
    return added


async def _lock(connection: Connection, awarding_body_id: UUID, offering_id: UUID) -> Offering | None:
    return maybe_from_row(
        Offering,
        await connection.fetch_one(
            select(offering).where(*_is_offering(awarding_body_id, offering_id)).with_for_update()
        ),
    )


async def _set_state(connection: Connection, awarding_body_id: UUID, offering_id: UUID, state: OfferingState) -> bool:
    return bool(
        await connection.execute(
            update(offering).where(*_is_offering(awarding_body_id, offering_id)).values(state=state)
        )
    )


def _is_offering(awarding_body_id: UUID, offering_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return offering.c.awarding_body_id == awarding_body_id, offering.c.id == offering_id


def _is_version(awarding_body_id: UUID, offering_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return offering_version.c.awarding_body_id == awarding_body_id, offering_version.c.offering_id == offering_id
