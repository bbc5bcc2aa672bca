"""Frozen records and rows: the same names on both sides, translated in this one place."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import RowMapping

if TYPE_CHECKING:
    from _typeshed import DataclassInstance  # exists for type checkers only

Record = TypeVar("Record", bound="DataclassInstance")


def to_row(record: "DataclassInstance") -> dict[str, Any]:
    """Return the columns that ``record`` stands for."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def from_row(kind: type[Record], row: Mapping[str, Any] | RowMapping) -> Record:
    """Make a record of the columns that it names; other columns of the row are left."""
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def maybe_from_row(kind: type[Record], row: RowMapping | None) -> Record | None:
    """Make a record of a row that may not be there."""
    return None if row is None else from_row(kind, row)


def from_rows(kind: type[Record], rows: Sequence[RowMapping]) -> tuple[Record, ...]:
    """Make records of rows."""
    return tuple(from_row(kind, row) for row in rows)
