"""SQLite: one writer thread that commits waiting transactions together, and a few readers.

A durable commit costs one ``fdatasync``, whatever it holds. So transactions that wait for each other anyway share one:
each runs in a savepoint of its own, one after the other, and COMMIT happens when nobody waits or the group is full.
Nobody hears "stored" before COMMIT has returned; if COMMIT fails, everybody in the group hears that.

The event loop decides order (:class:`SqliteDatabase`), the thread owns the connection (:class:`_Writer`). The thread
takes its work strictly in the order of arrival, which is what makes handing over safe: the end of one transaction is
already in the queue when the next one is allowed to begin.

Several processes share a file: WAL, BEGIN IMMEDIATE (no upgrade from reading to writing, hence no deadlock), and a
busy timeout.
"""

import asyncio
import os
import re
import sqlite3
import time
from abc import abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.store.connection import Connection, Database
from app.store.failures import (
    APPEND_ONLY_MESSAGE,
    VERSION_TABLE,
    AlreadyThere,
    AppendOnly,
    DatabaseUnavailable,
    PremiseGone,
    ReferenceBroken,
    RuleBroken,
    SchemaBehind,
    unique_constraint_of,
)
from app.store.plans import (
    Addition,
    DialectName,
    Parameters,
    Premise,
    Row,
    Statement,
    asked,
    condition,
    insertion,
    plan_of,
)

_Done = TypeVar("_Done")

_BUSY_SECONDS: Final = 10
_READERS: Final = 3
_GROUP_MEMBERS: Final = 64
_GROUP_SECONDS: Final = 0.05
"""How long a group may keep its first member waiting for company, and other processes for the file."""

_UNAVAILABLE: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


def sqlite_path(url: sa.URL) -> Path:
    """Return the file behind ``sqlite:///PATH``; a database in memory would be another one in each thread."""
    if not url.database or url.database == ":memory:" or url.query:
        raise ValueError("DATABASE_URL must name a file: sqlite:///PATH")
    return Path(url.database)


def sqlite_engine(path: Path, *, read_only: bool = False) -> sa.Engine:
    """Return an engine whose connections commit nothing by themselves and never make a new file."""

    def connect() -> sqlite3.Connection:
        # mode=rw: a mistyped path must not become an empty database. Only `migrate` makes files.
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
        try:
            # FULL: each COMMIT is on the disk before it returns, also in WAL. secure_delete: what is overwritten, such
            # as a destroyed data key, is overwritten with zeros.
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
                "trusted_schema = OFF",
                f"query_only = {'ON' if read_only else 'OFF'}",
            ):
                connection.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            connection.close()
            raise
        return connection

    return sa.create_engine(
        "sqlite://",
        creator=connect,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",  # BEGIN, SAVEPOINT and COMMIT are said here, by name
        hide_parameters=True,  # values are personal data; they stay out of messages
    )


def _translate(error: Exception) -> Exception:
    """Say in our words what SQLite refused; anything else stays what it is, a defect."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, sqlite3.Error):
        return error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code & 0xFF in _UNAVAILABLE:
        return DatabaseUnavailable()
    if code == sqlite3.SQLITE_ERROR and str(cause) == f"no such table: {VERSION_TABLE}":
        return SchemaBehind()
    if code & 0xFF != sqlite3.SQLITE_CONSTRAINT:
        return error
    message = str(cause)
    if message.startswith(APPEND_ONLY_MESSAGE):
        return AppendOnly(message)
    if match := re.fullmatch(r"UNIQUE constraint failed: (.+)", message):
        return AlreadyThere(unique_constraint_of(match[1].removeprefix("index ").strip("'")))
    return ReferenceBroken(message) if message.startswith("FOREIGN KEY") else RuleBroken(message)


def is_away(error: Exception) -> bool:
    """Whether SQLite says by this error that the database is not there, full or locked."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF in _UNAVAILABLE


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        translated = _translate(error)
        if translated is error:
            raise
        raise translated from None


class _Group:
    """Transactions that will be committed together."""

    __slots__ = ("began_at", "begun", "lost", "members", "outcome")

    def __init__(self, outcome: asyncio.Future[None]) -> None:
        self.outcome = outcome
        self.members = 0
        self.began_at = time.monotonic()
        # These two belong to the thread.
        self.begun = False
        self.lost = False


class _Unit:
    """One transaction within its group."""

    __slots__ = ("failed", "group", "opened")

    def __init__(self, group: _Group) -> None:
        self.group = group
        self.opened = False
        self.failed = False


class _Thread:
    """One thread with one connection, opened when it is first needed and again after it broke."""

    def __init__(self, path: Path, name: str, *, read_only: bool) -> None:
        self._engine = sqlite_engine(path, read_only=read_only)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._connection: sa.Connection | None = None

    async def call(self, work: Callable[[], _Done]) -> _Done:
        """Run ``work`` in the thread, after everything that was asked before."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def submit(self, work: Callable[[], _Done]) -> "Future[_Done]":
        """Ask for ``work`` without waiting; unlike :meth:`call`, a cancelled task cannot take it back."""
        return self._executor.submit(work)

    async def close(self) -> None:
        """Close the connection in its own thread, then end the thread."""
        await self.call(self._disconnect)
        self._executor.shutdown()

    # ---- in the thread -----------------------------------------------------------------------------------------

    def connection(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def driver(self) -> sqlite3.Connection:
        """Return the driver's own connection, on which everything is said."""
        driver = self.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver

    def say(self, command: str) -> None:
        """Say a transaction command."""
        self.driver().execute(command).close()

    def in_transaction(self) -> bool:
        return self.driver().in_transaction

    def roll_back(self) -> None:
        """Leave nothing open, whatever state the connection is in."""
        try:
            if self.in_transaction():
                self.say("ROLLBACK")
        except Exception:  # noqa: BLE001 - a connection that cannot even roll back is thrown away, which rolls back
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sa.exc.SQLAlchemyError, sqlite3.Error):
                self._connection.close()
            self._connection = None
        self._engine.dispose()


class _Writer(_Thread):
    """The thread that writes."""

    def statement(self, unit: _Unit, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        try:
            with _in_our_words():
                self._open(unit)
                return work(self.driver())
        except Exception:
            unit.failed = True
            # A full disk or a failed write makes SQLite roll back everything, the others' savepoints as well.
            if unit.group.begun and not self.in_transaction():
                unit.group.lost = True
            raise

    def _open(self, unit: _Unit) -> None:
        group = unit.group
        if group.lost:
            raise DatabaseUnavailable
        if not group.begun:
            self.say("BEGIN IMMEDIATE")
            group.begun = True
        if not unit.opened:
            self.say("SAVEPOINT unit")
            unit.opened = True

    def finish(self, unit: _Unit, *, keep: bool) -> None:
        """End the unit's savepoint."""
        if not unit.opened or unit.group.lost:
            return
        try:
            if not keep or unit.failed:
                self.say("ROLLBACK TO unit")
            self.say("RELEASE unit")
        except Exception:  # noqa: BLE001 - commit() tells every member
            unit.group.lost = True

    def commit(self, group: _Group) -> None:
        """Make the group durable, or fail for all of its members."""
        if not group.begun:
            return
        if group.lost:
            self.roll_back()
            raise DatabaseUnavailable
        try:
            with _in_our_words():
                self.say("COMMIT")
        except Exception:
            self.roll_back()
            raise


class _Reader(_Thread):
    """A thread that reads, one view at a time."""

    def statement(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        with _in_our_words():
            if not self.in_transaction():
                self.say("BEGIN")
            return work(self.driver())

    def finish(self) -> None:
        if self._connection is not None:
            self.roll_back()


class _Connection(Connection):
    dialect: DialectName = "sqlite"

    @abstractmethod
    async def _call(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        """Run ``work`` in the thread that has the connection."""

    async def fetch_all(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[Row]:
        assert parameters is None or isinstance(parameters, Mapping)
        plan = plan_of(statement, parameters, "sqlite")
        arguments = plan.arguments(parameters)

        def work(driver: sqlite3.Connection) -> Sequence[Row]:
            with closing(driver.execute(plan.sql, arguments)) as cursor:
                names = [column[0] for column in cursor.description or ()]
                return [plan.row(values, names) for values in cursor.fetchall()]

        return await self._call(work)

    async def execute(self, statement: Statement, parameters: Parameters | None = None) -> int:
        plan = plan_of(statement, parameters, "sqlite")
        rows = [parameters] if parameters is None or isinstance(parameters, Mapping) else parameters
        arguments = [plan.arguments(row) for row in rows]

        def work(driver: sqlite3.Connection) -> int:
            count = 0
            for each in arguments:
                with closing(driver.execute(plan.sql, each)) as cursor:
                    cursor.fetchall()
                    count += cursor.rowcount
            return count

        return await self._call(work)


class _WriteConnection(_Connection):
    def __init__(self, writer: _Writer, unit: _Unit) -> None:
        self._writer = writer
        self._unit = unit

    async def _call(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        return await self._writer.call(lambda: self._writer.statement(self._unit, work))

    async def insert_together(self, additions: Sequence[Addition], premises: Sequence[Premise] = ()) -> None:
        questions, inserts = [], []
        for premise in premises:
            plan = condition(premise.table, *asked(premise)).plan("sqlite", asked(premise)[0])
            questions.append((plan, plan.arguments(premise.values)))
        for table, row in additions:
            plan = insertion(table).plan("sqlite", tuple(row))
            inserts.append((plan, plan.arguments(row)))

        def work(driver: sqlite3.Connection) -> None:
            for plan, arguments in questions:
                with closing(driver.execute(plan.sql, arguments)) as cursor:
                    if cursor.fetchone() is None:
                        raise PremiseGone
            for plan, arguments in inserts:
                driver.execute(plan.sql, arguments).close()

        await self._call(work)

    async def close_gates(self, identifiers: Sequence[UUID]) -> None:
        """Nothing to do: one transaction writes at a time, and reads what it rests on after it has begun to."""

    async def pass_gates(self, identifiers: Sequence[UUID]) -> None:
        """As :meth:`close_gates`."""


class _ReadConnection(_Connection):
    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    async def _call(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        return await self._reader.call(lambda: self._reader.statement(work))

    async def insert_together(self, additions: Sequence[Addition], premises: Sequence[Premise] = ()) -> None:  # noqa: ARG002 - its signature
        raise RuntimeError("this view is read-only")

    async def close_gates(self, identifiers: Sequence[UUID]) -> None:  # noqa: ARG002 - its signature
        raise RuntimeError("this view is read-only")

    async def pass_gates(self, identifiers: Sequence[UUID]) -> None:  # noqa: ARG002 - its signature
        raise RuntimeError("this view is read-only")


class SqliteDatabase(Database):
    """One SQLite file. See the module for how writing works."""

    dialect: DialectName = "sqlite"

    def __init__(self, path: Path) -> None:
        self._writer = _Writer(path, "store-writer", read_only=False)
        self._readers = tuple(_Reader(path, f"store-reader-{number}", read_only=True) for number in range(_READERS))
        self._idle: asyncio.LifoQueue[_Reader] = asyncio.LifoQueue()  # the last one used has the warmest cache
        for reader in self._readers:
            self._idle.put_nowait(reader)
        self._holder: asyncio.Task[Any] | None = None
        self._busy = False
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._group: _Group | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """Return a consistent view. At most as many at a time as there are readers; the next one waits."""
        reader = await self._idle.get()
        try:
            yield _ReadConnection(reader)
        finally:
            reader.submit(reader.finish)
            self._idle.put_nowait(reader)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Return a transaction that shares its COMMIT with those who wait.

        1. wait for the turn, first come first served;
        2. run in a savepoint of the open group, or of a new one;
        3. end the savepoint, and COMMIT if nobody waits or the group is full;
        4. hand the turn over: its statements queue up behind step 3;
        5. wait until the group's COMMIT has returned. A failed transaction waits too, since what it saw (and failed
           on) may be a row of the same group, which is not there if COMMIT fails.
        """
        await self._take_turn()  # 1
        if self._group is None:
            self._group = _Group(asyncio.get_running_loop().create_future())
        unit = _Unit(self._group)
        try:
            yield _WriteConnection(self._writer, unit)  # 2
        except Exception:
            await asyncio.shield(self._leave(unit, keep=False))
            raise
        except BaseException:  # cancelled or stopped: nobody is left to wait
            self._leave(unit, keep=False)
            raise
        await asyncio.shield(self._leave(unit, keep=True))
        if unit.failed:
            raise RuntimeError("a statement of this transaction failed and its exception was caught: nothing was kept")

    def read_once(self) -> AbstractAsyncContextManager[Connection]:
        """Return a view for one statement; a transaction of a reader costs nothing here."""
        return self.read()

    def write_once(self) -> AbstractAsyncContextManager[Connection]:
        """Return a transaction for one statement; here it is like any other."""
        return self.transaction()

    def _leave(self, unit: _Unit, *, keep: bool) -> asyncio.Future[None]:
        group = unit.group
        group.members += 1
        self._writer.submit(lambda: self._writer.finish(unit, keep=keep))  # 3
        if group.members >= _GROUP_MEMBERS or time.monotonic() - group.began_at >= _GROUP_SECONDS:
            self._commit()
        self._pass_turn()  # 4
        return group.outcome  # 5

    async def _take_turn(self) -> None:
        task = asyncio.current_task()
        if self._holder is task:
            raise RuntimeError("a transaction inside a transaction would wait for itself for ever")
        if self._busy:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except BaseException:
                if turn.done() and not turn.cancelled():  # it was ours already: give it to the next
                    self._pass_turn()
                raise
        self._busy = True
        self._holder = task

    def _pass_turn(self) -> None:
        self._holder = None
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # _busy stays: nobody may slip in before the next one wakes
                return
        self._busy = False
        self._commit()  # nobody waits

    def _commit(self) -> None:
        """Close the group that is open, if there is one, and tell its members how COMMIT went."""
        group, self._group = self._group, None
        if group is None:
            return
        loop = asyncio.get_running_loop()
        committing = self._writer.submit(lambda: self._writer.commit(group))

        def tell(done: "Future[None]") -> None:
            # The loop may be gone, after a stop that did not wait. Then nobody listens either.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, group.outcome, done.exception())

        committing.add_done_callback(tell)

    async def close(self) -> None:
        """Let go of the file and the threads."""
        for thread in (self._writer, *self._readers):
            await thread.close()


def _settle(outcome: asyncio.Future[None], error: BaseException | None) -> None:
    if outcome.done():
        return
    if error is None:
        outcome.set_result(None)
    else:
        outcome.set_exception(error)
        outcome.exception()  # a group whose members were all cancelled has nobody to hear of it


def create_sqlite_file(path: Path) -> None:
    """Make an empty database file that only its owner can read, and its folder; leave one that is there alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
