"""What every query function takes: one connection, whatever database is behind it.

Two real implementations exist, :mod:`app.store.sqlite` and :mod:`app.store.postgresql`; both pass the same tests.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import CursorResult, Executable, RowMapping, Table, literal, select
from sqlalchemy.dialects import postgresql, sqlite

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
DialectName = Literal["sqlite", "postgresql"]
Result = TypeVar("Result")


class Connection(ABC):
    """One unit of reading or of writing. Lives inside ``async with``, belongs to one task."""

    dialect: DialectName

    @abstractmethod
    async def run(
        self, statement: Executable, parameters: Parameters | None, collect: Callable[[CursorResult[Any]], Result]
    ) -> Result:
        """Run ``statement`` and return what ``collect`` makes of its result.

        Raises:
            AlreadyThere: a unique constraint does not hold.
            StoreRefused: another constraint or a trigger of the schema refuses.
            DatabaseUnavailable: the database is not there, full or locked.
            TransactionConflict: another transaction was first.
        """

    async def fetch_one(self, statement: Executable, parameters: Parameters | None = None) -> RowMapping | None:
        """Return the only row, or none; more than one is a defect."""
        return await self.run(statement, parameters, _one)

    async def fetch_all(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[RowMapping]:
        """Return every row."""
        return await self.run(statement, parameters, _all)

    async def fetch_value(self, statement: Executable, parameters: Parameters | None = None) -> Any:  # noqa: ANN401 - the statement's own type
        """Return the first column of the only row, or none."""
        return await self.run(statement, parameters, _value)

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run a change and return how many rows it touched."""
        return await self.run(statement, parameters, _count)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that knows ON CONFLICT, which both databases spell alike and SQLAlchemy keeps apart."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)


class Database(ABC):
    """All records of one deployment, for one event loop."""

    dialect: DialectName

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[Connection]:
        """Return a consistent view: every statement inside sees the same moment. Changes are refused."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Return a transaction. Leaving it without an exception means that everything is durably stored.

        Do nothing slow inside and ask nobody else: on SQLite everybody's writing waits meanwhile. A statement that
        failed spoils the transaction, even when its exception is caught inside.
        """

    @abstractmethod
    async def close(self) -> None:
        """Let go of files, threads and sockets. Transactions under way are waited for."""

    async def check(self) -> None:
        """Return when the database answers.

        Raises:
            DatabaseUnavailable: it does not.
        """
        async with self.read() as connection:
            await connection.fetch_value(select(literal(1)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


def _one(result: CursorResult[Any]) -> RowMapping | None:
    return result.mappings().one_or_none()


def _all(result: CursorResult[Any]) -> Sequence[RowMapping]:
    return result.mappings().all()


def _value(result: CursorResult[Any]) -> Any:  # noqa: ANN401 - the statement's own type
    row = result.one_or_none()
    return None if row is None else row[0]


def _count(result: CursorResult[Any]) -> int:
    return result.rowcount
