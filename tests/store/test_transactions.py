"""What a transaction promises, on both databases."""

import asyncio

import pytest
from sqlalchemy import func, insert, select, text

from app.store import (
    AlreadyThere,
    DatabaseUnavailable,
    ReferenceBroken,
    RuleBroken,
    StoreRefused,
    awards,
    events,
    issuers,
    open_database,
)
from app.store.database import DatabaseUrlUnusable
from app.store.events import Event
from app.store.tables import deployment, event
from tests.store.rows import NOW, a_house, an_award, an_issuer


def an_event(subject="one", **override):
    return Event(
        **{"awarding_body_id": None, "at": NOW, "actor": "test", "kind": "test", "subject": subject, "body": b"{}"}
        | override
    )


async def count(database):
    async with database.read() as connection:
        return await connection.fetch_value(select(func.count()).select_from(event))


async def test_what_was_kept_is_there_for_the_next_reader(database):
    async with database.transaction() as connection:
        await events.append(connection, an_event())
    async with database.read() as connection:
        (kept,) = await events.list_of_subject(connection, None, "one")
    assert kept == an_event()


async def test_an_exception_undoes_everything(database):
    async def change_one_s_mind():
        async with database.transaction() as connection:
            await events.append(connection, an_event())
            raise LookupError

    with pytest.raises(LookupError):
        await change_one_s_mind()
    assert await count(database) == 0


async def test_a_failed_statement_spoils_the_transaction_even_when_it_is_caught(database):
    row = {"id": 1, "public_url": "http://localhost", "created_at": NOW}

    async def look_away():
        async with database.transaction() as connection:
            await connection.execute(insert(deployment), row)
            with pytest.raises(AlreadyThere):
                await connection.execute(insert(deployment), row)

    with pytest.raises(RuntimeError, match="nothing was kept"):
        await look_away()
    async with database.read() as connection:
        assert await connection.fetch_value(select(func.count()).select_from(deployment)) == 0


async def test_fifty_concurrent_transactions_are_all_kept(database):
    async def write(number):
        async with database.transaction() as connection:
            await events.append(connection, an_event(str(number)))
            await events.append(connection, an_event(str(number)))

    await asyncio.gather(*(write(number) for number in range(50)))
    assert await count(database) == 100


async def test_a_failing_transaction_leaves_its_neighbours_alone(database):
    async def write(number):
        async with database.transaction() as connection:
            await events.append(connection, an_event(str(number)))
            if number % 3 == 0:
                raise LookupError

    outcomes = await asyncio.gather(*(write(number) for number in range(50)), return_exceptions=True)
    failed = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, LookupError)]
    assert failed == list(range(0, 50, 3))
    assert await count(database) == 50 - len(failed)


async def test_a_cancelled_transaction_is_undone_and_the_next_one_goes_on(database):
    started = asyncio.Event()

    async def hang():
        async with database.transaction() as connection:
            await events.append(connection, an_event("hanging"))
            started.set()
            await asyncio.sleep(60)

    hanging = asyncio.create_task(hang())
    await started.wait()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    async with database.transaction() as connection:
        await events.append(connection, an_event("next"))
    assert await count(database) == 1


async def test_transactions_cancelled_at_any_moment_leave_the_others_whole(database):
    async def write(number):
        async with database.transaction() as connection:
            await events.append(connection, an_event(str(number)))
            await events.append(connection, an_event(str(number)))

    tasks = [asyncio.create_task(write(number)) for number in range(40)]
    for task in tasks[::4]:
        await asyncio.sleep(0)
        task.cancel()
    for task in tasks[1::4]:
        await asyncio.sleep(0.001)
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    async with database.read() as connection:
        rows = await connection.fetch_all(select(event.c.subject, func.count().label("n")).group_by(event.c.subject))
    assert {row["n"] for row in rows} <= {2}
    kept = {int(row["subject"]) for row in rows}
    assert {number for number, outcome in enumerate(outcomes) if outcome is None} <= kept


async def test_a_reader_sees_one_moment(database):
    async with database.read() as reader:
        before = await events.list_of_subject(reader, None, "one")
        async with database.transaction() as writer:
            await events.append(writer, an_event())
        assert await events.list_of_subject(reader, None, "one") == before == ()
    assert await count(database) == 1


async def test_a_reader_cannot_write(database):
    with pytest.raises(Exception, match=r"read-only|cannot reach"):
        async with database.read() as connection:
            await events.append(connection, an_event())
    assert await count(database) == 0


async def test_times_come_back_in_utc_and_naive_ones_are_refused(database):
    async with database.transaction() as connection:
        await events.append(connection, an_event())
        row = await connection.fetch_one(select(event.c.at))
        assert row["at"] == NOW
        assert row["at"].tzinfo is not None
        assert row["at"].utcoffset().total_seconds() == 0
    with pytest.raises(Exception, match="without a zone"):
        async with database.transaction() as connection:
            await events.append(connection, an_event(at=NOW.replace(tzinfo=None)))


async def test_a_taken_name_says_which_constraint(database):
    async with database.transaction() as connection:
        await issuers.add(connection, an_issuer(None, "one"))
    with pytest.raises(AlreadyThere) as refused:
        async with database.transaction() as connection:
            await issuers.add(connection, an_issuer(None, "other"))
    assert refused.value.constraint == "uq_issuer_service"


async def test_a_reference_into_another_awarding_body_is_refused(database):
    async with database.transaction() as connection:
        one, other = await a_house(connection, "upv"), await a_house(connection, "wut")
    with pytest.raises(ReferenceBroken):
        async with database.transaction() as connection:
            await awards.insert_or_find(connection, an_award(one, offering_id=other.offering_id))


async def test_a_broken_check_names_itself_and_repeats_no_value(database):
    with pytest.raises(RuleBroken, match="one_row") as refused:
        async with database.transaction() as connection:
            await connection.execute(insert(deployment), {"id": 7, "public_url": "secret", "created_at": NOW})
    assert "secret" not in str(refused.value)
    assert issubclass(RuleBroken, StoreRefused)


async def test_a_defect_of_ours_stays_a_defect_and_hides_its_values(database):
    with pytest.raises(Exception, match="nowhere") as failed:
        async with database.transaction() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Ada Lovelace"})
    assert not isinstance(failed.value, DatabaseUnavailable)
    assert "Ada" not in str(failed.value)


async def test_the_database_answers_a_check(database):
    await database.check()


async def test_a_database_that_is_not_there_is_unavailable(tmp_path):
    async with open_database(f"sqlite:///{tmp_path / 'missing.db'}") as database:
        with pytest.raises(DatabaseUnavailable):
            await database.check()
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction() as connection:
                await events.append(connection, an_event())
    assert not (tmp_path / "missing.db").exists()


async def test_a_server_that_is_not_there_is_unavailable(unused_tcp_port):
    async with open_database(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none") as database:
        with pytest.raises(DatabaseUnavailable) as refused:
            await database.check()
    assert refused.value.retry_after_seconds == 5


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_by_name(url):
    with pytest.raises(DatabaseUrlUnusable, match="sqlite:///PATH or postgresql://"):
        open_database(url)
