"""SQLite: one writer that commits waiting transactions together, and what happens when that fails."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import func, select

from app.store import DatabaseUnavailable, deployment, events, open_database
from app.store import sqlite as sqlite_store
from app.store.sqlite import sqlite_path
from app.store.tables import event
from tests.store.rows import NOW
from tests.store.test_transactions import an_event, count


def commits_of(database):
    """Count COMMITs as SQLite sees them."""
    said = []
    writer = database._writer
    writer.submit(lambda: writer.connection().connection.driver_connection.set_trace_callback(said.append)).result()
    return said


@pytest.fixture
async def sqlite_database(sqlite_url):
    async with open_database(sqlite_url) as database:
        yield database


async def write(database, number):
    async with database.transaction() as connection:
        await events.append(connection, an_event(str(number)))


async def test_waiting_transactions_share_one_commit(sqlite_database):
    said = commits_of(sqlite_database)
    await asyncio.gather(*(write(sqlite_database, number) for number in range(50)))
    assert await count(sqlite_database) == 50
    assert said.count("COMMIT") <= 5
    assert said.count("SAVEPOINT unit") == 50


async def test_a_lonely_transaction_commits_at_once(sqlite_database):
    said = commits_of(sqlite_database)
    for number in range(3):
        await write(sqlite_database, number)
    assert said.count("COMMIT") == 3


async def test_a_group_has_a_bound(sqlite_database):
    said = commits_of(sqlite_database)
    await asyncio.gather(*(write(sqlite_database, number) for number in range(200)))
    assert said.count("COMMIT") >= 200 // sqlite_store._GROUP_MEMBERS


async def test_nobody_hears_stored_before_the_commit_has_returned(sqlite_database, sqlite_url):
    path = sqlite_path(sqlite_store.sa.make_url(sqlite_url))
    missing = []

    async def write_and_look(number):
        await write(sqlite_database, number)
        with sqlite3.connect(path) as other:
            if other.execute("SELECT 1 FROM event WHERE subject = ?", (str(number),)).fetchone() is None:
                missing.append(number)
        other.close()

    await asyncio.gather(*(write_and_look(number) for number in range(50)))
    assert missing == []


async def test_if_the_commit_fails_everybody_in_the_group_hears_it(sqlite_database):
    # A COMMIT that fails: the connection is told to deny exactly that.
    deny = lambda action, name, *_: (  # noqa: E731
        sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_TRANSACTION and name == "COMMIT" else sqlite3.SQLITE_OK
    )
    writer = sqlite_database._writer
    driver = writer.submit(lambda: writer.connection().connection.driver_connection).result()
    writer.submit(lambda: driver.set_authorizer(deny)).result()
    outcomes = await asyncio.gather(*(write(sqlite_database, number) for number in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    assert await count(sqlite_database) == 0
    writer.submit(lambda: driver.set_authorizer(None)).result()
    await write(sqlite_database, 20)
    assert await count(sqlite_database) == 1


async def test_a_full_disk_fails_all_that_was_open_and_nothing_else(sqlite_database):
    await write(sqlite_database, 0)
    writer = sqlite_database._writer

    def limit(pages):
        return writer.submit(lambda: writer.say(f"PRAGMA max_page_count = {pages}")).result()

    limit(1)  # SQLite keeps what it has: not one page more

    async def write_much(number):
        async with sqlite_database.transaction() as connection:
            await events.append(connection, an_event(str(number), body=bytes(200_000)))

    outcomes = await asyncio.gather(
        *(write_much(number) if number % 5 == 4 else write(sqlite_database, number) for number in range(1, 20)),
        return_exceptions=True,
    )
    assert any(isinstance(outcome, DatabaseUnavailable) for outcome in outcomes)
    kept = sum(outcome is None for outcome in outcomes)
    assert await count(sqlite_database) == 1 + kept
    limit(1_000_000)
    await write(sqlite_database, 99)
    assert await count(sqlite_database) == 2 + kept


async def test_a_transaction_that_failed_on_a_row_of_its_group_waits_for_that_row(sqlite_database):
    async def bind():
        async with sqlite_database.transaction() as connection:
            await deployment.bind_public_url(connection, "http://localhost:8000", now=NOW)

    async def bind_again():
        async with sqlite_database.transaction() as connection:
            await deployment.bind_public_url(connection, "http://localhost:9000", now=NOW)

    first, second = await asyncio.gather(bind(), bind_again(), return_exceptions=True)
    assert first is None
    assert isinstance(second, deployment.DeploymentDiffers)


async def test_a_transaction_inside_a_transaction_is_refused_instead_of_waiting_for_ever(sqlite_database):
    async with sqlite_database.transaction():
        with pytest.raises(RuntimeError, match="wait for itself"):
            async with sqlite_database.transaction():
                pass
    await write(sqlite_database, 1)


async def test_a_waiting_transaction_that_is_cancelled_does_not_keep_the_group_open(sqlite_database):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def first():
        async with sqlite_database.transaction() as connection:
            await events.append(connection, an_event("first"))
            entered.set()
            await leave.wait()

    holding = asyncio.create_task(first())
    await entered.wait()
    waiting = asyncio.create_task(write(sqlite_database, 2))
    await asyncio.sleep(0)
    leave.set()
    await asyncio.sleep(0)  # the turn is handed over
    waiting.cancel()
    await asyncio.wait_for(holding, 5)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await count(sqlite_database) == 1


async def test_several_processes_share_one_file(sqlite_url):
    # Each Database has its own threads and connections, as another process would.
    databases = [open_database(sqlite_url) for _ in range(4)]
    try:
        await asyncio.gather(*(write(databases[number % 4], number) for number in range(100)))
        assert await count(databases[0]) == 100
    finally:
        for database in databases:
            await database.close()


async def test_more_readers_than_threads_take_turns(sqlite_database):
    async def read():
        async with sqlite_database.read() as connection:
            return await connection.fetch_value(select(func.count()).select_from(event))

    assert await asyncio.gather(*(read() for _ in range(20))) == [0] * 20


async def test_a_commit_is_on_the_disk_before_it_returns(sqlite_database):
    writer = sqlite_database._writer

    def ask(pragma):
        return writer.submit(lambda: writer.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar()).result()

    assert ask("synchronous") == 2  # FULL
    assert ask("journal_mode") == "wal"
    assert ask("foreign_keys") == 1
    assert ask("secure_delete") == 1
