"""Open the database that an address names."""

from sqlalchemy.engine import make_url

from app.store.connection import Database
from app.store.postgresql import PostgresqlDatabase
from app.store.sqlite import SqliteDatabase, sqlite_path


def open_database(database_url: str, *, pool_size: int = 10) -> Database:
    """Return the database behind ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Nothing is opened yet: the first use says whether the database is there. ``pool_size`` is PostgreSQL's.
    """
    url = make_url(database_url)
    match url.get_backend_name():
        case "sqlite":
            return SqliteDatabase(sqlite_path(url))
        case "postgresql":
            return PostgresqlDatabase(url, pool_size=pool_size)
        case other:
            raise ValueError(f"DATABASE_URL names {other}; sqlite and postgresql are known")
