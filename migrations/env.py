"""How Alembic reaches the database: synchronously for SQLite, through asyncpg for PostgreSQL.

The upgrade is one transaction on both. SQLite can do that (its schema changes are transactional), though neither its
driver nor Alembic takes it for granted.
"""  # noqa: INP001 - Alembic runs this file, nobody imports it

import asyncio
from typing import Final, Literal

from alembic import context
from sqlalchemy import Connection, NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import load_settings
from app.store.postgresql import postgresql_url
from app.store.sqlite import sqlite_engine, sqlite_path
from app.store.tables import Instant, metadata

_ADVISORY_LOCK: Final = 0x656E68616E6365  # "enhance" in ASCII: two processes that start at once migrate once
_LOCK_TIMEOUT: Final = "2s"  # rather fail and try again than queue all traffic behind a waiting ALTER TABLE


def _render(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write our own column type as what it is in the database: a migration must not change when the house does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def _upgrade(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=_render,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration broke a reference of table {broken[0]}")


def _sqlite(database_url: str) -> None:
    engine = sqlite_engine(sqlite_path(make_url(database_url)))
    with engine.connect() as connection:
        # Off, so that a table can be rebuilt: SQLite changes most things of a table only by copying it.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            _upgrade(connection)
            _check_references(connection)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


async def _postgresql(database_url: str) -> None:
    engine = create_async_engine(postgresql_url(make_url(database_url)), poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            await connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _run() -> None:
    if context.is_offline_mode():
        raise RuntimeError("migrations look at the database they change; there is no offline mode")
    database_url = context.config.attributes.get("database_url") or load_settings().database_url
    if make_url(database_url).get_backend_name() == "sqlite":
        _sqlite(database_url)
    else:
        asyncio.run(_postgresql(database_url))


_run()
