"""PostgreSQL through asyncpg: a pool of connections, one for each transaction under way.

SQLAlchemy writes the statements (:mod:`app.store.plans`) and takes no part in running them: its asynchronous
connections cost about half a millisecond of CPU for each statement, several times what the server needs.

The server groups commits of concurrent connections by itself, so nothing is done for that here. Durability is the
server's default, ``synchronous_commit = on``, and is asked for by name: a role's default cannot weaken it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import sqlalchemy as sa

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
    TransactionConflict,
)
from app.store.plans import (
    Addition,
    DialectName,
    Parameters,
    Premise,
    Prepared,
    Row,
    Statement,
    gate_of,
    plan_of,
    together,
)

_POOL_WAIT_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 5.0
_COMMAND_SECONDS: Final = 30.0
_CLOSE_SECONDS: Final = 5.0

_SETTINGS: Final = {
    "application_name": "enhance-microcredentials",
    "synchronous_commit": "on",
    "timezone": "UTC",
    # Whoever was cancelled closes the connection. The server would see that only when the statement ends, and keep the
    # locks of a transaction that nobody waits for until then.
    "client_connection_check_interval": "1s",
    "jit": "off",  # short statements: compiling them costs more than running them
}

_UNDEFINED_TABLE: Final = "42P01"
_UNIQUE_VIOLATION: Final = "23505"
_FOREIGN_KEY_VIOLATION: Final = "23503"
_RESTRICT_VIOLATION: Final = "23001"
_CONFLICTS: Final = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock not available
_CONSTRAINTS: Final = "23"
_WRONG_VALUES: Final = "22"
_UNAVAILABLE_CLASSES: Final = {"08", "53", "57", "58", "XX"}
"""Connection, resources (also a full disk), operator intervention (shutdown), system error, internal error."""

_CLOSE_GATE: Final = Prepared(sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("gate", type_=sa.BigInteger()))))
_PASS_GATE: Final = Prepared(
    sa.select(sa.func.pg_advisory_xact_lock_shared(sa.bindparam("gate", type_=sa.BigInteger())))
)

_Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def postgresql_url(url: sa.URL) -> sa.URL:
    """Return ``url`` with our driver in it, whichever spelling an operator chose."""
    return url.set(drivername="postgresql+asyncpg")


def _translate(error: Exception) -> Exception:
    """Say in our words what PostgreSQL refused; anything else stays what it is, a defect."""
    if not isinstance(error, asyncpg.PostgresError):
        # No answer from a server: refused, reset, timed out, closed under our hands (which the driver sometimes finds
        # out as a confusion of its own states).
        gone = isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)
        return DatabaseUnavailable() if gone else error
    state = str(getattr(error, "sqlstate", None) or "")
    constraint = str(getattr(error, "constraint_name", None) or "")
    if state in _CONFLICTS:
        return TransactionConflict()
    if state == _UNDEFINED_TABLE and f'"{VERSION_TABLE}"' in str(error):
        return SchemaBehind()
    if state == _UNIQUE_VIOLATION:
        return AlreadyThere(constraint)
    if state == _FOREIGN_KEY_VIOLATION:
        return ReferenceBroken(constraint)
    if state == _RESTRICT_VIOLATION and str(error).startswith(APPEND_ONLY_MESSAGE):
        return AppendOnly(str(error))
    if state.startswith(_CONSTRAINTS):
        return RuleBroken(constraint or str(getattr(error, "column_name", "")))
    # 3D000 and 28xxx: a wrong name or password of the database is an outage to those who call.
    if state[:2] in _UNAVAILABLE_CLASSES or state[:2] in {"3D", "28"}:
        return DatabaseUnavailable()
    if state.startswith(_WRONG_VALUES):  # these messages, the driver's own among them, repeat the value
        return RuntimeError(f"a value does not fit its type: {type(error).__name__}")
    # A defect of ours; only the first line of what the server says, since DETAIL repeats values.
    return RuntimeError(f"{type(error).__name__}: {error.args[0] if error.args else ''}")


def is_away(error: Exception) -> bool:
    """Whether this error says that there is no server, no such database or account, or that it is busy for too long."""
    known = isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | OSError | TimeoutError)
    return known and isinstance(_translate(error), DatabaseUnavailable | TransactionConflict)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        translated = _translate(error)
        if translated is error:
            raise
        # The server's DETAIL repeats values; why it is away holds none, and an operator will want to know.
        raise translated from (error if isinstance(translated, DatabaseUnavailable) else None)


async def _say(driver: _Driver, command: str) -> None:
    with _in_our_words():
        await driver.execute(command)


class _Pool:
    """Connections for a number of users at a time. Kept as a stack, so that few of them do most of the work."""

    def __init__(self, url: sa.URL, *, size: int, wait_seconds: float) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._free = asyncio.Semaphore(size)
        self._wait_seconds = wait_seconds
        self._idle: list[_Driver] = []
        self._closed = False

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[_Driver]:
        """Lend a connection, and take it back with nothing open on it."""
        await self._wait_for_turn()
        try:
            driver = await self._connection()
            whole = False
            try:
                yield driver
                whole = True
            except DatabaseUnavailable:
                self._forget_idle()
                raise
            except Exception:
                whole = await self._undo(driver)
                raise
            finally:
                # Whoever was cancelled does not wait for the answer that is under way: closing undoes it.
                if whole and not self._closed:
                    self._idle.append(driver)
                else:
                    driver.terminate()
        finally:
            self._free.release()

    async def _wait_for_turn(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise DatabaseUnavailable from None

    async def _connection(self) -> _Driver:
        while self._idle:
            driver = self._idle.pop()
            if not driver.is_closed():
                return driver
        with _in_our_words():
            connecting: _Driver = await asyncpg.connect(
                self._address,
                timeout=_CONNECT_SECONDS,
                command_timeout=_COMMAND_SECONDS,
                server_settings=_SETTINGS,
            )
        return connecting

    async def _undo(self, driver: _Driver) -> bool:
        """Roll back what is open. False: the connection is lost."""
        try:
            if driver.is_in_transaction():
                await driver.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - whatever it is, this connection is of no use any more
            self._forget_idle()
            return False
        return not driver.is_closed()

    def _forget_idle(self) -> None:
        """What cut one connection has probably cut those that lie idle beside it."""
        while self._idle:
            self._idle.pop().terminate()

    async def close(self) -> None:
        """Close what is idle, and the others as they come back."""
        self._closed = True
        while self._idle:
            with suppress(Exception):  # it is gone, one way or the other
                await self._idle.pop().close(timeout=_CLOSE_SECONDS)


class _Connection(Connection):
    dialect: DialectName = "postgresql"

    def __init__(self, driver: _Driver) -> None:
        self._driver = driver
        self.failed = False

    async def fetch_all(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[Row]:
        assert parameters is None or isinstance(parameters, Mapping)
        plan = plan_of(statement, parameters, "postgresql")
        with self._running(writes=plan.writes):
            records = await self._driver.fetch(plan.sql, *plan.arguments(parameters))
        names = tuple(records[0].keys()) if records else ()
        return [plan.row(tuple(record), names) for record in records]

    async def execute(self, statement: Statement, parameters: Parameters | None = None) -> int:
        plan = plan_of(statement, parameters, "postgresql")
        with self._running(writes=plan.writes):
            if parameters is not None and not isinstance(parameters, Mapping):
                await self._driver.executemany(plan.sql, [plan.arguments(each) for each in parameters])
                return len(parameters)
            status = await self._driver.execute(plan.sql, *plan.arguments(parameters))
        counted = status.rpartition(" ")[2]  # such as INSERT 0 1
        return int(counted) if counted.isdigit() else 0

    async def insert_together(self, additions: Sequence[Addition], premises: Sequence[Premise] = ()) -> None:
        statement, parameters = together(additions, premises)
        plan = statement.plan("postgresql", tuple(parameters))
        with self._running(writes=True):
            if not await self._driver.fetchval(plan.sql, *plan.arguments(parameters)):
                raise PremiseGone

    async def close_gates(self, identifiers: Sequence[UUID]) -> None:
        await self._at_gates(_CLOSE_GATE, identifiers)

    async def pass_gates(self, identifiers: Sequence[UUID]) -> None:
        await self._at_gates(_PASS_GATE, identifiers)

    async def _at_gates(self, statement: Prepared, identifiers: Sequence[UUID]) -> None:
        for gate in sorted(map(gate_of, identifiers)):  # whoever waits for whom, it is in the same order
            await self.fetch_all(statement, {"gate": gate})

    def _running(self, *, writes: bool) -> AbstractContextManager[None]:  # noqa: ARG002 - what _Once asks
        return self._noticing()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        with _in_our_words():
            try:
                yield
            except Exception:
                self.failed = True
                raise


class _Once(_Connection):
    """A connection for one statement, outside of any transaction block."""

    def __init__(self, driver: _Driver, *, read_only: bool) -> None:
        super().__init__(driver)
        self._read_only = read_only
        self._used = False

    def _running(self, *, writes: bool) -> AbstractContextManager[None]:
        if self._used:
            raise RuntimeError("a connection for one statement was given another")
        if self._read_only and writes:
            raise RuntimeError("this view is read-only")
        self._used = True
        return super()._running(writes=writes)


class PostgresqlDatabase(Database):
    """One PostgreSQL database."""

    dialect: DialectName = "postgresql"

    def __init__(self, url: sa.URL, *, pool_size: int, pool_wait_seconds: float = _POOL_WAIT_SECONDS) -> None:
        self._pool = _Pool(url, size=pool_size, wait_seconds=pool_wait_seconds)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """Return a consistent view: REPEATABLE READ, READ ONLY."""
        async with self._pool.connected() as driver:
            await _say(driver, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield _Connection(driver)
            await _say(driver, "ROLLBACK")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Return a transaction at READ COMMITTED; stories lock what they decide upon."""
        async with self._pool.connected() as driver:
            await _say(driver, "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")
            ours = _Connection(driver)
            yield ours
            if ours.failed:
                # The server would answer COMMIT with a silent ROLLBACK.
                raise RuntimeError(
                    "a statement of this transaction failed and its exception was caught: nothing was kept"
                )
            await _say(driver, "COMMIT")

    @asynccontextmanager
    async def read_once(self) -> AsyncIterator[Connection]:
        """Return a connection for one SELECT."""
        async with self._pool.connected() as driver:
            yield _Once(driver, read_only=True)

    @asynccontextmanager
    async def write_once(self) -> AsyncIterator[Connection]:
        """Return a connection for one change, which the server commits by itself before it answers."""
        async with self._pool.connected() as driver:
            yield _Once(driver, read_only=False)

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()
