"""Open the database that an address names."""

from typing import ClassVar

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import Family, ServiceError
from app.store.connection import Database
from app.store.postgresql import PostgresqlDatabase
from app.store.sqlite import SqliteDatabase, sqlite_path


class DatabaseUrlUnusable(ServiceError):
    """DATABASE_URL is not the address of a database that this service knows."""

    code: ClassVar[str] = "database-url-unusable"
    title: ClassVar[str] = "DATABASE_URL cannot be used"
    family: ClassVar[Family] = Family.UNAVAILABLE


def database_address(database_url: str) -> URL:
    """Return the parts of ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Raises:
        DatabaseUrlUnusable: it is neither. What it is stays out of the message, for it may hold a password.
    """
    try:
        url = make_url(database_url)
        if url.get_backend_name() == "sqlite":
            sqlite_path(url)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseUrlUnusable("It must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.")
    return url


def open_database(database_url: str, *, pool_size: int = 10) -> Database:
    """Return the database behind ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Nothing is opened yet: the first use says whether the database is there. ``pool_size`` is PostgreSQL's.

    Raises:
        DatabaseUrlUnusable: it is neither.
    """
    url = database_address(database_url)
    if url.get_backend_name() == "sqlite":
        return SqliteDatabase(sqlite_path(url))
    return PostgresqlDatabase(url, pool_size=pool_size)
