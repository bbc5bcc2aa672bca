"""Power is lost whenever it likes: what was acknowledged is there, and nothing is half there."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from sqlalchemy.engine import make_url

from app.settings import REPOSITORY
from app.store.sqlite import sqlite_path

# Writes pairs of rows, many transactions at a time, and says each number only after its transaction was left.
WRITER = """
import asyncio, sys
from datetime import datetime, UTC
from app.store import events, open_database
from app.store.events import Event

def entry(number):
    return Event(None, datetime(2026, 11, 23, tzinfo=UTC), "writer", "test", number, b"{}")

async def write(database, lane):
    for count in range(1_000_000):
        number = f"{sys.argv[2]}-{lane}-{count}"
        async with database.transaction() as connection:
            await events.append(connection, entry(number))
            await events.append(connection, entry(number))
        print(number, flush=True)

async def main():
    async with open_database(sys.argv[1]) as database:
        await asyncio.gather(*(write(database, lane) for lane in range(8)))

asyncio.run(main())
"""


@pytest.mark.slow
def test_every_acknowledged_commit_survives_kill_9(sqlite_url):
    acknowledged = set()
    for round_number in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, sqlite_url, str(round_number)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        first = writer.stdout.readline()
        time.sleep(0.02 + 0.03 * round_number)
        os.kill(writer.pid, signal.SIGKILL)
        rest, _ = writer.communicate()
        assert writer.returncode == -signal.SIGKILL
        # The last line may be cut off: then nobody heard it.
        acknowledged |= {line[:-1] for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")}

    with sqlite3.connect(sqlite_path(make_url(sqlite_url))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = dict(connection.execute("SELECT subject, count(*) FROM event GROUP BY subject"))
    connection.close()
    assert len(acknowledged) > 50
    assert acknowledged - stored.keys() == set()
    assert set(stored.values()) == {2}
