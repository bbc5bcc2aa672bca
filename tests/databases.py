"""Real databases for tests: a plugin with the fixtures ``database_url`` and ``database``, once for each kind.

SQLite always; PostgreSQL where TEST_POSTGRESQL_URL names a server (``make postgresql``), skipped by name elsewhere.
A migrated database is made once a session; each test gets a copy of it (SQLite) or finds it emptied (PostgreSQL), so
that tests share nothing and still start fast.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from app.store.connection import Database
from app.store.database import open_database
from app.store.migrating import migrate
from app.store.tables import metadata


def postgresql_test_url() -> str:
    """Return the server to use, or skip."""
    url = os.environ.get("TEST_POSTGRESQL_URL")
    if not url:
        pytest.skip("needs PostgreSQL: set TEST_POSTGRESQL_URL or run `make postgresql`")
    return url


def server_command(url: str, *statements: str) -> None:
    """Run statements that cannot be in a transaction, such as CREATE DATABASE."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


async def _left_behind(url: str) -> list[str]:
    """Return what those did last who are in a transaction still, once they had a moment to end it.

    Nobody can be: their locks would make another test wait, and nobody would know for whom.
    """
    connection = await asyncpg.connect(url)
    try:
        for _ in range(50):
            rows = await connection.fetch(
                "SELECT state, query FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start IS NOT NULL"
            )
            if not rows:
                return []
            await asyncio.sleep(0.1)
        return [f"{row['state']}: {row['query']}" for row in rows]
    finally:
        await connection.close()


def another_database(url: str, name: str) -> str:
    """Return the address of the database ``name`` on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that nobody writes to."""
    path = tmp_path_factory.mktemp("template") / "enhance.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_migrated() -> Iterator[str]:
    """The address of a migrated PostgreSQL database, which the tests of this process use one after the other."""
    url = postgresql_test_url()
    name = f"test_{uuid4().hex}"
    server_command(url, f"CREATE DATABASE {name}")
    migrated = another_database(url, name)
    migrate(migrated)
    yield migrated
    server_command(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test alone."""
    path = tmp_path / "enhance.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_migrated: str) -> Iterator[str]:
    """A migrated PostgreSQL database that is empty and, until the end of this test, used by nobody else."""
    yield postgresql_migrated
    left = asyncio.run(_left_behind(postgresql_migrated))
    # Making a database anew means two checkpoints. Emptying it takes milliseconds, but has to get past the triggers
    # that keep what was said and past foreign keys: the role of a replica fires neither. It needs a superuser.
    server_command(
        postgresql_migrated,
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table}" for table in metadata.tables),
    )
    assert not left, f"transactions that were left open: {left}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test alone, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    async with open_database(database_url) as opened:
        yield opened
