"""Bring a database to the schema of this version. The scripts are in ``migrations/``; the CLI calls this."""

from functools import cache
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import column, select, table
from sqlalchemy.engine import make_url

from app.settings import REPOSITORY
from app.store.connection import Database
from app.store.failures import VERSION_TABLE, SchemaBehind
from app.store.plans import Prepared
from app.store.sqlite import create_sqlite_file, sqlite_path

_MIGRATIONS: Final = REPOSITORY / "migrations"
_PRESENT: Final = Prepared(select(column("version_num")).select_from(table(VERSION_TABLE)))


async def check_schema(database: Database) -> None:
    """Return when the database answers and has all that this version asks of it.

    A revision that this version does not know is a later one: migrations work with the code before them.

    Raises:
        SchemaBehind: it is at a revision before this version's, or empty.
        DatabaseUnavailable: it does not answer.
    """
    async with database.read_once() as connection:
        present = await connection.fetch_value(_PRESENT)
    newest, known = _revisions()
    if present is None or (present != newest and present in known):
        raise SchemaBehind


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    scripts = ScriptDirectory(str(_MIGRATIONS))
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())


def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade the database, making the file if it is SQLite and not there yet. Nothing happens if it is up to date.

    The whole upgrade is one transaction on both databases; a second process waits for the first. Call it from a thread
    when a loop is running.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        create_sqlite_file(sqlite_path(url))
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Go back to ``revision`` (``base``: no tables). What the newer version stored is lost."""
    command.downgrade(_config(database_url), revision)


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["database_url"] = database_url  # not an option: those are interpolated, and a password may hold %
    return config
