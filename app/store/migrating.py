"""Bring a database to the schema of this version, and tell whether it has it. The scripts are in ``migrations/``."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import ClassVar, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import column, select, table
from sqlalchemy.exc import DBAPIError

from app.errors import Family, ServiceError
from app.settings import REPOSITORY
from app.store import deployment
from app.store.connection import Database
from app.store.database import database_address, open_database
from app.store.failures import VERSION_TABLE, DatabaseUnavailable, SchemaBehind
from app.store.plans import Prepared
from app.store.postgresql import is_away as postgresql_is_away
from app.store.sqlite import create_sqlite_file, sqlite_path
from app.store.sqlite import is_away as sqlite_is_away

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


class SchemaAhead(ServiceError):
    """A later version of the service has migrated the database; there is nothing that this one could add."""

    code: ClassVar[str] = "schema-ahead"
    title: ClassVar[str] = "A later version of the service has migrated the database"
    family: ClassVar[Family] = Family.CONFLICT


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    scripts = ScriptDirectory(str(_MIGRATIONS))
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())


def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade the database, making the file if it is SQLite and not there yet. Nothing happens if it is up to date.

    The whole upgrade is one transaction on both databases; a second process waits for the first. Call it from a thread
    when a loop is running.

    Raises:
        DatabaseUrlUnusable: it is no address of a database.
        DatabaseUnavailable: it cannot be reached or made.
        SchemaAhead: a later version of the service was here.
    """
    url = database_address(database_url)
    with _in_our_words():
        if url.get_backend_name() == "sqlite":
            create_sqlite_file(sqlite_path(url))
        command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Go back to ``revision`` (``base``: no tables). What the newer version stored is lost."""
    command.downgrade(_config(database_url), revision)


async def begun_for(database_url: str) -> str | None:
    """Return the PUBLIC_URL that the records behind an address were begun for, or none if they were not, or are not."""
    url = database_address(database_url)
    if url.get_backend_name() == "sqlite" and not sqlite_path(url).exists():
        return None
    async with open_database(database_url, pool_size=1) as database:
        try:
            async with database.read_once() as connection:
                await connection.fetch_value(_PRESENT)
        except SchemaBehind:  # no tables at all
            return None
        async with database.read() as connection:
            return await deployment.find_public_url(connection)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Say what an operator can do something about; anything else is a defect."""
    try:
        yield
    except CommandError as error:
        raise SchemaAhead("Use the commands of that version.") from error
    except OSError as error:
        raise DatabaseUnavailable(f"{error.filename or 'DATABASE_URL'}: {error.strerror or 'no answer'}.") from None
    except Exception as error:
        # What the driver said is one or two steps down.
        driver_error = error.orig if isinstance(error, DBAPIError) else error
        reasons = [
            each for each in (driver_error, driver_error and driver_error.__cause__) if isinstance(each, Exception)
        ]
        if any(sqlite_is_away(each) or postgresql_is_away(each) for each in reasons):
            raise DatabaseUnavailable from error
        raise


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["database_url"] = database_url  # not an option: those are interpolated, and a password may hold %
    return config
