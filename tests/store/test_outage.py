"""PostgreSQL goes away and comes back: callers hear "unavailable", and nothing needs a hand afterwards."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app.store import DatabaseUnavailable, TransactionConflict, awards, events, open_database
from app.store.postgresql import PostgresqlDatabase
from tests.store.rows import a_house, stored_award
from tests.store.test_transactions import an_event, count

pytestmark = pytest.mark.postgresql


async def cut_every_connection(url):
    """What a restart of the server does to its clients."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def test_a_transaction_that_loses_its_connection_is_unavailable_and_undone(postgresql_url):
    async def lose():
        async with database.transaction() as connection:
            await events.append(connection, an_event("lost"))
            await cut_every_connection(postgresql_url)
            await events.append(connection, an_event("lost"))

    async with open_database(postgresql_url) as database:
        with pytest.raises(DatabaseUnavailable):
            await lose()
        assert await count(database) == 0


async def test_a_commit_that_gets_no_answer_is_unavailable(postgresql_url):
    async def lose():
        async with database.transaction() as connection:
            await events.append(connection, an_event("lost"))
            await cut_every_connection(postgresql_url)

    async with open_database(postgresql_url) as database:
        with pytest.raises(DatabaseUnavailable):
            await lose()
        assert await count(database) == 0


async def test_stale_connections_of_the_pool_are_replaced(postgresql_url):
    async with open_database(postgresql_url) as database:
        await asyncio.gather(*(database.check() for _ in range(5)))
        await cut_every_connection(postgresql_url)
        failures = 0
        for _ in range(5):
            try:
                await database.check()
            except DatabaseUnavailable:
                failures += 1
        # None, if the driver noticed in time; one caller may find out, and takes the others' share with him.
        assert failures <= 1


async def test_a_cancelled_statement_leaves_the_pool_whole(postgresql_url):
    small = PostgresqlDatabase(make_url(postgresql_url), pool_size=1, pool_wait_seconds=1)
    async with small as database:

        async def hang():
            async with database.transaction() as connection:
                await events.append(connection, an_event("hanging"))
                await connection.fetch_value(text("SELECT pg_sleep(60)"))

        hanging = asyncio.create_task(hang())
        await asyncio.sleep(0.1)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert await count(database) == 0
        # The row that was not kept is nobody's either: what it locked is free long before the minute is over.
        async with asyncio.timeout(20), database.transaction() as connection:
            await connection.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))


async def test_a_pool_that_is_used_up_is_unavailable_after_a_while(postgresql_url):
    small = PostgresqlDatabase(make_url(postgresql_url), pool_size=1, pool_wait_seconds=0.05)
    async with small as database, database.read():
        with pytest.raises(DatabaseUnavailable):
            await database.check()


async def test_a_database_or_account_that_does_not_exist_is_unavailable(postgresql_url):
    async with open_database(postgresql_url + "_missing") as database:
        with pytest.raises(DatabaseUnavailable):
            await database.check()


async def test_two_transactions_that_lock_each_other_out_are_told_apart_from_defects(postgresql_url):
    async with open_database(postgresql_url) as database:
        async with database.transaction() as connection:
            house = await a_house(connection)
            one, other = await stored_award(connection, house), await stored_award(connection, house)

        async def deadlock():
            async with database.transaction() as first, database.transaction() as second:
                await awards.lock(first, house.body.id, one.id)
                await awards.lock(second, house.body.id, other.id)
                await asyncio.gather(
                    awards.lock(first, house.body.id, other.id), awards.lock(second, house.body.id, one.id)
                )

        with pytest.raises(TransactionConflict):
            await deadlock()
