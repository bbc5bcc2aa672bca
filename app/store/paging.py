"""Pages of long lists, newest first. A cursor names the last row that was seen, so that pages neither skip nor repeat.

``(created_at, id)`` orders every list: unique, and served by an index without counting rows off.
"""

import base64
import binascii
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import Column, Select, and_, or_

from app.errors import Family, ServiceError

Item = TypeVar("Item")

LARGEST_PAGE: Final = 200

_CURSOR: Final = struct.Struct(">q16s")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class CursorMalformed(ServiceError):
    """A cursor that this service did not write."""

    code: ClassVar[str] = "cursor-malformed"
    title: ClassVar[str] = "The cursor is not one that this service gave out"
    family: ClassVar[Family] = Family.MALFORMED


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was seen."""

    created_at: datetime
    id: UUID

    def __str__(self) -> str:
        """Write the cursor for a URL. It holds a time and an identifier, both of which the caller has seen."""
        packed = _CURSOR.pack((self.created_at - _EPOCH) // _MICROSECOND, self.id.bytes)
        return base64.urlsafe_b64encode(packed).decode("ascii")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor back.

        Raises:
            CursorMalformed: it is none of ours.
        """
        try:
            microseconds, identifier = _CURSOR.unpack(base64.b64decode(text, altchars=b"-_", validate=True))
            cursor = cls(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=identifier))
        except (binascii.Error, struct.error, ValueError, OverflowError):
            raise CursorMalformed from None
        if str(cursor) != text:  # base64 has several spellings of one cursor; we write one
            raise CursorMalformed
        return cursor


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows, and where the next ones begin, if there are more."""

    items: tuple[Item, ...]
    next: Cursor | None


def newest_first(
    statement: Select[Any], created_at: Column[Any], identifier: Column[Any], *, after: Cursor | None, size: int
) -> Select[Any]:
    """Restrict ``statement`` to one page and one row more, which tells whether another page follows."""
    if not 1 <= size <= LARGEST_PAGE:
        raise ValueError(f"a page has 1 to {LARGEST_PAGE} rows")
    if after is not None:
        statement = statement.where(
            or_(created_at < after.created_at, and_(created_at == after.created_at, identifier < after.id))
        )
    return statement.order_by(created_at.desc(), identifier.desc()).limit(size + 1)


def page_of(rows: Sequence[Item], *, size: int, place: Callable[[Item], Cursor]) -> Page[Item]:
    """Return the page that :func:`newest_first` asked for."""
    items = tuple(rows[:size])
    return Page(items, place(items[-1]) if len(rows) > size else None)
