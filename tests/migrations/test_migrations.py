"""The scripts in ``migrations/`` lead to exactly the tables of ``app/store/tables.py``, and back."""

import asyncio
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import REPOSITORY
from app.store.migrating import downgrade, migrate
from app.store.postgresql import postgresql_url as with_driver
from app.store.sqlite import sqlite_engine, sqlite_path
from app.store.tables import metadata
from tests.databases import another_database, postgresql_test_url, server_command


def drift(connection: sa.Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def table_names(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def check_names(connection: sa.Connection) -> set[str]:
    inspector = sa.inspect(connection)
    return {str(check["name"]) for table in table_names(connection) for check in inspector.get_check_constraints(table)}


def look(url: str, question):
    """Ask a synchronous question of either database."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with sqlite_engine(sqlite_path(parsed)).connect() as connection:
            return question(connection)

    async def ask():
        engine = create_async_engine(with_driver(parsed), poolclass=sa.NullPool)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(question)
        finally:
            await engine.dispose()

    return asyncio.run(ask())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request, tmp_path):
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'enhance.db'}"
        return
    server, name = postgresql_test_url(), f"empty_{uuid4().hex}"
    server_command(server, f"CREATE DATABASE {name}")
    yield another_database(server, name)
    server_command(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_an_upgrade_from_empty_gives_the_tables_of_the_store(empty_url):
    migrate(empty_url)
    assert look(empty_url, drift) == []


def test_the_check_constraints_are_those_of_the_store(empty_url):
    # Alembic does not compare checks, so this does.
    migrate(empty_url)
    ours = {
        str(check.name)
        for table in metadata.tables.values()
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    }
    assert look(empty_url, check_names) == ours


def test_a_second_upgrade_changes_nothing(empty_url):
    migrate(empty_url)
    migrate(empty_url)
    assert look(empty_url, drift) == []


def test_a_downgrade_leaves_nothing_and_the_way_up_is_open_again(empty_url):
    migrate(empty_url)
    downgrade(empty_url, "base")
    assert look(empty_url, table_names) == set()
    migrate(empty_url)
    assert look(empty_url, drift) == []


def test_processes_that_start_together_migrate_once(empty_url):
    script = f"from app.store.migrating import migrate; migrate({empty_url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert look(empty_url, drift) == []


def test_a_failing_migration_leaves_the_database_as_it_was(tmp_path):
    path = tmp_path / "enhance.db"
    migrate(f"sqlite:///{path}")
    with sqlite_engine(path).connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER keep_event_update")
        connection.exec_driver_sql("DROP TABLE event")
    before = look(f"sqlite:///{path}", table_names)
    with pytest.raises(sa.exc.OperationalError):
        downgrade(f"sqlite:///{path}", "base")
    assert look(f"sqlite:///{path}", table_names) == before


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "var" / "enhance.db"
    migrate(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_no_name_is_too_long_for_postgresql():
    names = [
        str(item.name)
        for table in metadata.tables.values()
        for item in (*table.constraints, *table.indexes)
        if item.name is not None
    ]
    assert [name for name in names if len(name) > 63] == []
    assert len(names) == len(set(names))


def test_a_key_that_was_revoked_before_counts_as_compromised_since_then(empty_url):
    issuer, key = uuid4(), uuid4()
    migrate(empty_url, "0001")
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)

    def fill(connection):
        row = {"id": issuer, "kind": "service", "did": "did:web:a.example", "created_at": moment}
        connection.execute(sa.insert(metadata.tables["issuer"]), row)
        # As the code of that revision did, which knows no other columns.
        facts = {
            "id": key, "issuer_id": issuer, "purpose": "service", "algorithm": "Ed25519", "fragment": "k",
            "backend": "file", "backend_ref": "service/k", "public_key": "z6Mk", "state": "revoked",
            "created_at": moment, "revoked_at": moment, "revocation_reason": "lost",
        }  # fmt: skip
        connection.execute(sa.insert(metadata.tables["signing_key"]), facts)
        connection.commit()

    look(empty_url, fill)
    migrate(empty_url)
    table = metadata.tables["signing_key"]
    assert (
        look(empty_url, lambda connection: connection.execute(sa.select(table.c.compromised_since)).scalar()) == moment
    )
