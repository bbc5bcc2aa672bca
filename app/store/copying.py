"""Copies of a SQLite database, for backups; and how records know that they are such a copy.

The copy carries an entry in its journal that the original does not have. Whoever puts it in the original's place is so
reminded that places in status lists, and much else, were given since (``docs/operator-guide.md``, "After a restore").
PostgreSQL has tools of its own for this, which write no such entry.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import insert

from app.errors import Family, ServiceError
from app.store import events
from app.store.connection import Connection
from app.store.database import database_address
from app.store.records import to_row
from app.store.sqlite import sqlite_engine, sqlite_path
from app.store.tables import event

_SUBJECT: Final = "records"
_COPIED: Final = "records-copied"
_RESTORED: Final = "records-restored"


class CopyFailed(ServiceError):
    """The copy of the records could not be made; the detail says why. The records themselves are as they were."""

    code: ClassVar[str] = "copy-failed"
    title: ClassVar[str] = "The records could not be copied"
    family: ClassVar[Family] = Family.UNAVAILABLE


def copy_sqlite(database_url: str, target: Path, *, now: datetime) -> None:
    """Write a whole and checked copy of the records to ``target``, for its owner alone; service may go on meanwhile.

    1. VACUUM INTO reads one moment of the database and waits for nobody;
    2. the copy's pages and references are checked;
    3. it is marked as a copy, and on the disk before it has its name.

    Raises:
        CopyFailed: with the reason; ``target`` is there already, for one.
    """
    source = sqlite_path(database_address(database_url))
    if not source.is_file():
        raise CopyFailed(f"There is no database at {source}.")
    if target.exists():
        raise CopyFailed(f"There is something at {target} already; it is left as it is.")
    unfinished = target.with_name(f".{target.name}.unfinished")
    with _removed_if_it_fails(unfinished):
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(unfinished),))  # 1
        with sqlite_engine(unfinished).connect() as copy:
            if copy.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":  # 2
                raise CopyFailed("The copy is damaged, and so perhaps is the database: look at its disk.")
            if copy.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise CopyFailed("References in the database are broken: look at its disk.")
            mark = events.Event(None, now, "operator", _COPIED, _SUBJECT, b"{}")
            copy.execute(insert(event), to_row(mark))  # 3
        _sync(unfinished)
        os.link(unfinished, target)  # refuses to replace what has come there meanwhile
        unfinished.unlink()
        _sync(target.parent)


async def is_restored_copy(connection: Connection) -> bool:
    """Whether these records are a copy that nobody has made fit for use since."""
    return await events.newest_kind(connection, None, _SUBJECT) == _COPIED


async def note_restored(connection: Connection, *, now: datetime, body: bytes) -> None:
    """Write down that the records were restored and are fit for use."""
    await events.append(connection, events.Event(None, now, "operator", _RESTORED, _SUBJECT, body))


@contextmanager
def _removed_if_it_fails(unfinished: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise CopyFailed(f"{error.filename} is there already: does another copy run? If not, remove it.") from None
    except (OSError, sqlite3.Error) as error:
        _remove(unfinished)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CopyFailed(f"{unfinished.parent}: {reason}.") from None
    except BaseException:
        _remove(unfinished)
        raise


def _remove(unfinished: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
