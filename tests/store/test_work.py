"""Idempotency keys and the journal."""

import asyncio

import pytest

from app.store import events, idempotency
from tests.store.rows import NOW, a_house, later
from tests.store.test_transactions import an_event


@pytest.fixture
async def house(database):
    async with database.transaction() as connection:
        return await a_house(connection)


def a_request(house, **override):
    return {
        "awarding_body_id": house.body.id,
        "key": "key-1",
        "request_sha256": bytes(32),
        "now": NOW,
        "lease_until": later(seconds=30),
    } | override


async def test_one_of_many_copies_does_the_work_and_all_find_its_answer(database, house):
    async def ask():
        async with database.transaction() as connection:
            earlier = await idempotency.begin(connection, **a_request(house))
            if earlier is None:
                await idempotency.finish(
                    connection, awarding_body_id=house.body.id, key="key-1", status=201, answer=b"sealed answer"
                )
            return earlier

    outcomes = await asyncio.gather(*(ask() for _ in range(20)))
    assert outcomes.count(None) == 1
    answers = {(each.status, each.answer) for each in outcomes if each is not None}
    assert answers == {(201, b"sealed answer")}


async def test_a_request_in_flight_is_seen_as_such(database, house):
    async with database.transaction() as connection:
        assert await idempotency.begin(connection, **a_request(house)) is None
    async with database.transaction() as connection:
        earlier = await idempotency.begin(connection, **a_request(house, request_sha256=b"\x01" * 32))
    assert earlier.status is None
    assert earlier.request_sha256 == bytes(32)


async def test_a_claim_of_a_dead_process_is_taken_over_by_the_same_request_only(database, house):
    async with database.transaction() as connection:
        await idempotency.begin(connection, **a_request(house))
    expired = {"now": later(minutes=1), "lease_until": later(minutes=2)}
    async with database.transaction() as connection:
        other = await idempotency.begin(connection, **a_request(house, request_sha256=b"\x01" * 32, **expired))
        assert other is not None
        assert await idempotency.begin(connection, **a_request(house, **expired)) is None
        assert await idempotency.begin(connection, **a_request(house, **expired)) is not None


async def test_the_first_answer_stays(database, house):
    ids = {"awarding_body_id": house.body.id, "key": "key-1"}
    async with database.transaction() as connection:
        await idempotency.begin(connection, **a_request(house))
        assert await idempotency.finish(connection, **ids, status=201, answer=b"first")
        assert not await idempotency.finish(connection, **ids, status=500, answer=b"second")
        assert (await idempotency.find(connection, **ids)).answer == b"first"


async def test_keys_belong_to_their_awarding_body(database, house):
    async with database.transaction() as connection:
        other = await a_house(connection, "wut")
        assert await idempotency.begin(connection, **a_request(house)) is None
        assert await idempotency.begin(connection, **a_request(other)) is None


async def test_old_answers_are_forgotten_and_work_in_flight_is_not(database, house):
    async with database.transaction() as connection:
        await idempotency.begin(connection, **a_request(house))
        await idempotency.begin(connection, **a_request(house, key="key-2"))
        await idempotency.finish(connection, awarding_body_id=house.body.id, key="key-1", status=201, answer=b"")
        assert await idempotency.forget_before(connection, NOW) == 0
        assert await idempotency.forget_before(connection, later(seconds=1)) == 1
        assert await idempotency.find(connection, house.body.id, "key-2") is not None


async def test_the_journal_of_a_thing_is_read_in_order_by_its_awarding_body(database, house):
    async with database.transaction() as connection:
        for kind in ("issued", "suspended", "reinstated"):
            await events.append(connection, an_event("thing", awarding_body_id=house.body.id, kind=kind))
        await events.append(connection, an_event("thing", kind="of the deployment"))
        read = await events.list_of_subject(connection, house.body.id, "thing")
        assert [entry.kind for entry in read] == ["issued", "suspended", "reinstated"]
        assert [entry.kind for entry in await events.list_of_subject(connection, None, "thing")] == [
            "of the deployment"
        ]
