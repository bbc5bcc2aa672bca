"""How the store fails, in the same words on both databases. Messages carry names of ours, never values."""

from typing import ClassVar, Final

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from app.errors import Family, ServiceError
from app.store.tables import metadata


class DatabaseUnavailable(ServiceError):
    """The database cannot be reached, is full, or stays locked.

    Nothing of the transaction was kept, unless the connection broke during COMMIT itself: then nobody knows, and the
    same request again, with its Idempotency-Key or its natural key, finds out.
    """

    code: ClassVar[str] = "database-unavailable"
    title: ClassVar[str] = "The service cannot reach its records at the moment"
    family: ClassVar[Family] = Family.UNAVAILABLE

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, retry_after_seconds=5)


class SchemaBehind(ServiceError):
    """The database has not been brought to the schema of this version yet. An operator has to migrate it."""

    code: ClassVar[str] = "schema-behind"
    title: ClassVar[str] = "The records are not in the form that this version needs"
    family: ClassVar[Family] = Family.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("Run `python -m app migrate` (`init` for a new deployment).", retry_after_seconds=60)


class TransactionConflict(ServiceError):
    """Two transactions got in each other's way. Nothing was kept; a repetition may succeed."""

    code: ClassVar[str] = "transaction-conflict"
    title: ClassVar[str] = "Two changes got in each other's way"
    family: ClassVar[Family] = Family.UNAVAILABLE

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, retry_after_seconds=1)


class AlreadyThere(ServiceError):
    """Something with the same unique value exists; ``constraint`` is its name in ``tables.py``."""

    code: ClassVar[str] = "already-there"
    title: ClassVar[str] = "Something with this name or number is already there"
    family: ClassVar[Family] = Family.CONFLICT

    def __init__(self, constraint: str) -> None:
        super().__init__()
        self.constraint = constraint


class StoreRefused(Exception):
    """The schema refused a change that no story should ask for: a defect of ours, never an answer to a caller."""


class ReferenceBroken(StoreRefused):
    """A foreign key would point nowhere, or into another awarding body. SQLite does not say which."""


class RuleBroken(StoreRefused):
    """A check or a not-null constraint of ``tables.py`` does not hold."""


class AppendOnly(StoreRefused):
    """A trigger refused to change what was said once."""


VERSION_TABLE: Final = "alembic_version"
"""Where the migrations keep the revision. A database without it was never set up."""
APPEND_ONLY_MESSAGE: Final = "append-only"
"""How the message of every refusing trigger begins (``migrations/``)."""


def _unique_names() -> dict[frozenset[str], str]:
    """Return the names of all unique constraints by their columns, which is all that SQLite tells."""
    names: dict[frozenset[str], str] = {}
    for table in metadata.tables.values():
        uniques = [c for c in table.constraints if isinstance(c, UniqueConstraint | PrimaryKeyConstraint)]
        indexes: list[Index] = [index for index in table.indexes if index.unique]
        for unique in (*indexes, *uniques):  # a whole constraint wins over a partial index on the same columns
            names[frozenset(f"{table.name}.{column.name}" for column in unique.columns)] = str(unique.name)
    return names


_UNIQUE_NAMES: Final = _unique_names()


def unique_constraint_of(columns: str) -> str:
    """Return the name of the constraint over ``columns``, written as SQLite does: ``table.one, table.two``."""
    return _UNIQUE_NAMES.get(frozenset(columns.split(", ")), columns)


class PremiseGone(ServiceError):
    """What this rested on (a key that signs, say) changed while it was being worked on. Nothing was kept; ask again."""

    code: ClassVar[str] = "premise-gone"
    title: ClassVar[str] = "The records changed while the request was being worked on"
    family: ClassVar[Family] = Family.UNAVAILABLE

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, retry_after_seconds=1)


class TransitionRefused(ServiceError):
    """The thing is not in the state that the change starts from; somebody else was first, or it was never allowed."""

    code: ClassVar[str] = "state-does-not-allow"
    title: ClassVar[str] = "The present state does not allow this change"
    family: ClassVar[Family] = Family.CONFLICT
