"""PostgreSQL through asyncpg: a pool of connections, one for each transaction under way.

The server groups commits of concurrent connections by itself, so nothing is done for that here. Durability is the
server's default, ``synchronous_commit = on``, and is asked for by name: a role's default cannot weaken it.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.store.connection import Connection, Database, DialectName, Parameters, Result
from app.store.failures import (
    APPEND_ONLY_MESSAGE,
    AlreadyThere,
    AppendOnly,
    DatabaseUnavailable,
    ReferenceBroken,
    RuleBroken,
    TransactionConflict,
)

_POOL_WAIT_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 5.0
_COMMAND_SECONDS: Final = 30.0

_UNIQUE_VIOLATION: Final = "23505"
_FOREIGN_KEY_VIOLATION: Final = "23503"
_RESTRICT_VIOLATION: Final = "23001"
_CONFLICTS: Final = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock not available
_CONSTRAINTS: Final = "23"
_UNAVAILABLE_CLASSES: Final = {"08", "53", "57", "58", "XX"}
"""Connection, resources (also a full disk), operator intervention (shutdown), system error, internal error."""


def postgresql_url(url: sa.URL) -> sa.URL:
    """Return ``url`` with our driver in it, whichever spelling an operator chose."""
    return url.set(drivername="postgresql+asyncpg")


def postgresql_engine(url: sa.URL, *, pool_size: int, pool_wait_seconds: float) -> AsyncEngine:
    """Return an engine for one event loop."""
    return create_async_engine(
        postgresql_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
        hide_parameters=True,  # values are personal data; they stay out of messages
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _COMMAND_SECONDS,
            "server_settings": {
                "application_name": "enhance-microcredentials",
                "synchronous_commit": "on",
                "timezone": "UTC",
                "jit": "off",  # short statements: compiling them costs more than running them
            },
        },
    )


def _translate(error: Exception) -> Exception:
    """Say in our words what PostgreSQL refused; anything else stays what it is, a defect."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, asyncpg.PostgresError):
        cause = cause.__cause__
    if cause is None:
        # No answer from a server: refused, reset, timed out, no connection free.
        gone = isinstance(error, OSError | TimeoutError | PoolTimeoutError | InterfaceError | asyncpg.InterfaceError)
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return DatabaseUnavailable() if gone or lost else error
    state = str(getattr(cause, "sqlstate", None) or "")
    constraint = str(getattr(cause, "constraint_name", None) or "")
    if state in _CONFLICTS:
        return TransactionConflict()
    if state == _UNIQUE_VIOLATION:
        return AlreadyThere(constraint)
    if state == _FOREIGN_KEY_VIOLATION:
        return ReferenceBroken(constraint)
    if state == _RESTRICT_VIOLATION and str(cause).startswith(APPEND_ONLY_MESSAGE):
        return AppendOnly(str(cause))
    if state.startswith(_CONSTRAINTS):
        return RuleBroken(constraint or str(getattr(cause, "column_name", "")))
    # 3D000 and 28xxx: a wrong name or password of the database is an outage to those who call.
    if state[:2] in _UNAVAILABLE_CLASSES or state[:2] in {"3D", "28"}:
        return DatabaseUnavailable()
    return error


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        translated = _translate(error)
        if translated is error:
            raise
        raise translated from None  # the server's DETAIL repeats values


class _Connection(Connection):
    dialect: DialectName = "postgresql"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.failed = False

    async def run(
        self, statement: sa.Executable, parameters: Parameters | None, collect: Callable[[sa.CursorResult[Any]], Result]
    ) -> Result:
        with _in_our_words():
            try:
                return collect(await self._connection.execute(statement, parameters))
            except Exception:
                self.failed = True
                raise


class PostgresqlDatabase(Database):
    """One PostgreSQL database."""

    dialect: DialectName = "postgresql"

    def __init__(self, url: sa.URL, *, pool_size: int, pool_wait_seconds: float = _POOL_WAIT_SECONDS) -> None:
        self._engine = postgresql_engine(url, pool_size=pool_size, pool_wait_seconds=pool_wait_seconds)
        self._views = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """Return a consistent view: REPEATABLE READ, READ ONLY."""
        async with self._connected(self._views) as connection:
            yield _Connection(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Return a transaction at READ COMMITTED; stories lock what they decide upon."""
        async with self._connected(self._engine) as connection:
            ours = _Connection(connection)
            yield ours
            if ours.failed:
                # The server would answer COMMIT with a silent ROLLBACK.
                raise RuntimeError(
                    "a statement of this transaction failed and its exception was caught: nothing was kept"
                )
            with _in_our_words():
                await connection.commit()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with _in_our_words():
            connection = await engine.connect()
        try:
            yield connection
        finally:
            # Rolls back what was not committed. A connection that died has nothing to give back.
            with _in_our_words():
                await connection.close()

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
