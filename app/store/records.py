"""Frozen records and rows: the same names on both sides, translated in this one place."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from app.store.plans import Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance  # exists for type checkers only

Record = TypeVar("Record", bound="DataclassInstance")


def to_row(record: "DataclassInstance") -> dict[str, Any]:
    """Return the columns that ``record`` stands for."""
    return {name: getattr(record, name) for name in _names(type(record))}


def from_row(kind: type[Record], row: Row) -> Record:
    """Make a record of the columns that it names; other columns of the row are left."""
    return kind(*(row[name] for name in _names(kind)))


def maybe_from_row(kind: type[Record], row: Row | None) -> Record | None:
    """Make a record of a row that may not be there."""
    return None if row is None else from_row(kind, row)


def from_rows(kind: type[Record], rows: Sequence[Row]) -> tuple[Record, ...]:
    """Make records of rows."""
    return tuple(from_row(kind, row) for row in rows)


@cache
def _names(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
