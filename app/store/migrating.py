"""Bring a database to the schema of this version. The scripts are in ``migrations/``; the CLI calls this."""

from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

from app.settings import REPOSITORY
from app.store.sqlite import create_sqlite_file, sqlite_path

_MIGRATIONS: Final = REPOSITORY / "migrations"


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
