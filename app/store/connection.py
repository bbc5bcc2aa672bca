"""What every query function takes: one connection, whatever database is behind it.

Two real implementations exist, :mod:`app.store.sqlite` and :mod:`app.store.postgresql`; both pass the same tests.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Table, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from app.store.plans import Addition, DialectName, Parameters, Premise, Prepared, Row, Statement

_ONE: Final = Prepared(select(literal(1)))


class Connection(ABC):
    """One unit of reading or of writing. Lives inside ``async with``, belongs to one task.

    Every method may raise, in the words of :mod:`app.store.failures`:

    * AlreadyThere: a unique constraint does not hold;
    * StoreRefused: another constraint or a trigger of the schema refuses;
    * DatabaseUnavailable: the database is not there, full or locked;
    * TransactionConflict: another transaction was first.
    """

    dialect: DialectName

    @abstractmethod
    async def fetch_all(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[Row]:
        """Return every row."""

    @abstractmethod
    async def execute(self, statement: Statement, parameters: Parameters | None = None) -> int:
        """Run a change and return how many rows it touched."""

    @abstractmethod
    async def insert_together(self, additions: Sequence[Addition], premises: Sequence[Premise] = ()) -> None:
        """Insert rows of several tables in one step, the first one first; nothing is stored if one is refused.

        On PostgreSQL that is one statement and one round trip, on SQLite one visit of the writer thread.

        Raises:
            PremiseGone: one of ``premises`` does not hold, and nothing was stored.
        """

    @abstractmethod
    async def close_gates(self, identifiers: Sequence[UUID]) -> None:
        """Let nobody store anything that rests on these rows until the transaction ends, and wait for those who do."""

    @abstractmethod
    async def pass_gates(self, identifiers: Sequence[UUID]) -> None:
        """Wait while somebody changes these rows, and let nobody change them until the transaction ends.

        What was read before may be out of date; read it now.
        """

    async def fetch_one(self, statement: Statement, parameters: Parameters | None = None) -> Row | None:
        """Return the only row, or none; more than one is a defect."""
        rows = await self.fetch_all(statement, parameters)
        if len(rows) > 1:
            raise RuntimeError("a statement for one row found several")
        return rows[0] if rows else None

    async def fetch_value(self, statement: Statement, parameters: Parameters | None = None) -> Any:  # noqa: ANN401 - the statement's own type
        """Return the first column of the only row, or none."""
        row = await self.fetch_one(statement, parameters)
        return None if row is None else next(iter(row.values()))

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
    def read_once(self) -> AbstractAsyncContextManager[Connection]:
        """Return a view for one statement, which needs no transaction to see one moment: one round trip, not three.

        A second statement and every change are refused.
        """

    @abstractmethod
    def write_once(self) -> AbstractAsyncContextManager[Connection]:
        """Return a transaction of one statement: one round trip, not three.

        Leaving it without an exception means that everything is durably stored. A second statement is refused.
        """

    @abstractmethod
    async def close(self) -> None:
        """Let go of files, threads and sockets. Transactions under way are waited for."""

    async def check(self) -> None:
        """Return when the database answers.

        Raises:
            DatabaseUnavailable: it does not.
        """
        async with self.read_once() as connection:
            await connection.fetch_value(_ONE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
