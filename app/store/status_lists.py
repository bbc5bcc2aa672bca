"""Status lists: who gets which place, and what was last published of each list.

Places are leased: one UPDATE gives a process a range of counters, and it hands them out without asking again. Each
counter is then turned into a place by the list's keyed permutation, which this room gets handed in (``app/status`` is
its neighbour). A process that ends burns what is left of its range; UNIQUE(list, index) is the net under all this.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Column, func, literal, select, update

from app.store.connection import Connection, Database
from app.store.plans import Prepared, equal, insertion, selection
from app.store.records import from_row, maybe_from_row, to_row
from app.store.tables import awarding_body, issuer, published_list, status_lease, status_list

LEASE_SIZE: Final = 256
SKIPPED_NUMBERS: Final = 1000
"""How many numbers of lists are passed over after a restore: more lists than any issuer opens between two backups."""

Permutation = Callable[[bytes, int], Callable[[int], int]]
"""From a key and a capacity to a bijection of ``range(capacity)``."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """One list. ``version`` counts the changes that its published views must show."""

    id: UUID
    awarding_body_id: UUID
    issuer_id: UUID
    number: int
    capacity: int
    permutation_key: bytes
    next_counter: int
    version: int


@dataclass(frozen=True, slots=True)
class StatusRange:
    """Counters ``first`` to ``first + size - 1`` of a list, which belong to one process."""

    status_list: StatusList
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """A credential's place. ``number`` is the list's in its public address."""

    status_list_id: UUID
    number: int
    index: int


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A signed view of a list, with the version of the list that it shows."""

    status_list_id: UUID
    view: str
    version: int
    content: bytes
    etag: str
    valid_from: datetime
    valid_until: datetime


_BY_ADDRESS: Final = Prepared(
    select(status_list)
    .join(issuer, issuer.c.id == status_list.c.issuer_id)
    .join(awarding_body, awarding_body.c.id == issuer.c.awarding_body_id)
    .where(*equal(awarding_body, "slug"), *equal(status_list, "number"))
)


async def lease_status_range(
    connection: Connection,
    *,
    awarding_body_id: UUID,
    issuer_id: UUID,
    owner: str,
    capacity: int,
    size: int = LEASE_SIZE,
) -> StatusRange:
    """Take the next ``size`` counters of the issuer's list, opening a new list when the last one is used up.

    A range never spans two lists, so ``capacity`` should be a multiple of ``size``. Safe among processes: on SQLite
    writers take turns; on PostgreSQL the UPDATE locks the row and asks its condition again after waiting.
    """
    if not 0 < size <= capacity:
        raise ValueError("a range has at least one place and fits into a list")
    has_room = status_list.c.next_counter + size <= status_list.c.capacity
    candidate = (
        select(status_list.c.id)
        .where(status_list.c.issuer_id == issuer_id, has_room)
        .order_by(status_list.c.number)
        .limit(1)
        .scalar_subquery()
    )
    take = (
        update(status_list)
        .where(status_list.c.id == candidate, has_room)
        .values(next_counter=status_list.c.next_counter + size)
        .returning(status_list)
    )
    while (row := await connection.fetch_one(take)) is None:
        await _open_list(connection, awarding_body_id, issuer_id, capacity, size)
    taken = from_row(StatusList, row)
    lease = StatusRange(taken, taken.next_counter - size, size)
    await connection.execute(
        insertion(status_lease),
        {"status_list_id": taken.id, "first": lease.first, "size": size, "owner": owner},
    )
    return lease


async def _open_list(connection: Connection, awarding_body_id: UUID, issuer_id: UUID, capacity: int, size: int) -> None:
    """Open the issuer's next list, unless another process has done so since we looked, or is doing it now.

    In one statement: its snapshot either has the other's list, and then there is room, or lacks it, and then both
    choose the same number.
    """
    of_issuer = status_list.c.issuer_id == issuer_id
    number = select(func.coalesce(func.max(status_list.c.number), 0) + 1).where(of_issuer).scalar_subquery()
    values: dict[Column[Any], Any] = {
        status_list.c.id: uuid4(),
        status_list.c.awarding_body_id: awarding_body_id,
        status_list.c.issuer_id: issuer_id,
        status_list.c.capacity: capacity,
        status_list.c.permutation_key: secrets.token_bytes(32),
        status_list.c.next_counter: 0,
        status_list.c.version: 1,
    }
    room = select(status_list.c.id).where(of_issuer, status_list.c.next_counter + size <= status_list.c.capacity)
    new = select(*(literal(value, column.type) for column, value in values.items()), number).where(~room.exists())
    await connection.execute(
        connection.insert(status_list)
        .from_select([*values, status_list.c.number], new)
        .on_conflict_do_nothing(index_elements=["issuer_id", "number"])
    )


class StatusIndexLease:
    """The places that this process may give to credentials. One for each process; asks the database once in a while."""

    def __init__(
        self, database: Database, permutation: Permutation, *, owner: str, capacity: int, size: int = LEASE_SIZE
    ) -> None:
        self._database = database
        self._permutation = permutation
        self._owner = owner
        self._capacity = capacity
        self._size = size
        self._places: dict[UUID, deque[StatusPlace]] = {}
        self._asking: dict[UUID, asyncio.Lock] = {}

    async def take(self, *, awarding_body_id: UUID, issuer_id: UUID) -> StatusPlace:
        """Return a place that nobody else has or will have. Call it outside of a transaction."""
        places = self._places.setdefault(issuer_id, deque())
        while not places:
            async with self._asking.setdefault(issuer_id, asyncio.Lock()):
                if not places:  # somebody may have asked while we waited
                    places.extend(await self._lease(awarding_body_id, issuer_id))
        return places.popleft()

    async def _lease(self, awarding_body_id: UUID, issuer_id: UUID) -> list[StatusPlace]:
        # Durable before the first place is used: a crash must not bring the same counters back.
        async with self._database.transaction() as connection:
            lease = await lease_status_range(
                connection,
                awarding_body_id=awarding_body_id,
                issuer_id=issuer_id,
                owner=self._owner,
                capacity=self._capacity,
                size=self._size,
            )
        place_of = self._permutation(lease.status_list.permutation_key, lease.status_list.capacity)
        return [
            StatusPlace(lease.status_list.id, lease.status_list.number, place_of(counter))
            for counter in range(lease.first, lease.first + lease.size)
        ]


async def find(connection: Connection, status_list_id: UUID) -> StatusList | None:
    """Return the list, or none."""
    return maybe_from_row(StatusList, await connection.fetch_one(selection(status_list, "id"), {"id": status_list_id}))


async def find_by_address(connection: Connection, slug: str, number: int) -> StatusList | None:
    """Return the list at ``/issuers/SLUG/status/NUMBER``, or none."""
    return maybe_from_row(
        StatusList,
        await connection.fetch_one(_BY_ADDRESS, {"slug": slug, "number": number}),
    )


async def close_all(connection: Connection, *, capacity: int, beyond: int) -> tuple[int, int]:
    """Give no place again that was given after this state of the records: what a restored backup has to begin with.

    Every list is used up, whatever its counter says. And every issuer's next list gets a number that no list has had:
    an empty list that is used up too stands at ``beyond``, which no list of another restore has reached, and
    :data:`SKIPPED_NUMBERS` further on at least; :func:`_open_list` counts from there. Without that the next list would
    have the address of one that was opened in the time that is lost.

    Returns how many lists had room and how many issuers there are.
    """
    closed = await connection.execute(
        update(status_list)
        .where(status_list.c.next_counter < status_list.c.capacity)
        .values(next_counter=status_list.c.capacity)
    )
    last = (
        select(func.coalesce(func.max(status_list.c.number), 0))
        .where(status_list.c.issuer_id == issuer.c.id)
        .correlate(issuer)
        .scalar_subquery()
    )
    found = await connection.fetch_all(
        select(issuer.c.id, issuer.c.awarding_body_id, last.label("last")).where(issuer.c.awarding_body_id.is_not(None))
    )
    for row in found:
        await connection.execute(
            insertion(status_list),
            to_row(
                StatusList(
                    id=uuid4(),
                    awarding_body_id=row["awarding_body_id"],
                    issuer_id=row["id"],
                    number=max(row["last"] + SKIPPED_NUMBERS, beyond),
                    capacity=capacity,
                    permutation_key=secrets.token_bytes(32),
                    next_counter=capacity,
                    version=1,
                )
            ),
        )
    return closed, len(found)


async def mark_all_out_of_date(connection: Connection, issuer_id: UUID) -> None:
    """Have every list of the issuer signed again at its next use: the key that signed them is revoked."""
    await connection.execute(
        update(status_list).where(status_list.c.issuer_id == issuer_id).values(version=status_list.c.version + 1)
    )


async def find_published(connection: Connection, status_list_id: UUID, view: str) -> PublishedList | None:
    """Return what was last signed of this view, or none. Compare its version with the list's before serving it."""
    return maybe_from_row(
        PublishedList,
        await connection.fetch_one(
            selection(published_list, "status_list_id", "view"), {"status_list_id": status_list_id, "view": view}
        ),
    )


async def save_published(connection: Connection, view: PublishedList) -> bool:
    """Keep a signed view. False: a newer one is there already, which a slow signer must not undo."""
    statement = connection.insert(published_list)
    return bool(
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["status_list_id", "view"],
                set_={
                    name: statement.excluded[name]
                    for name in ("version", "content", "etag", "valid_from", "valid_until")
                },
                where=(published_list.c.version < statement.excluded.version)
                | (
                    (published_list.c.version == statement.excluded.version)
                    & (published_list.c.valid_until < statement.excluded.valid_until)
                ),
            ),
            to_row(view),
        )
    )
