"""Awards: one for each natural key, however requests race; revisions; erasure."""

import asyncio
from datetime import date

import pytest

from app.store import AlreadyThere, TransitionRefused, awards, data_keys
from app.store.data_keys import DataKey
from tests.store.rows import NOW, a_house, a_revision, add_data_key, add_revision, an_award, later, stored_award


@pytest.fixture
async def houses(database):
    async with database.transaction() as connection:
        return await a_house(connection, "upv"), await a_house(connection, "wut")


async def test_racing_copies_of_one_request_make_one_award(database, houses):
    house, _ = houses

    async def ask(number):
        async with database.transaction() as connection:
            award, new = await awards.insert_or_find(
                connection, an_award(house, learner_key=bytes(32), certificate_number="2026-1")
            )
            if new:
                await add_revision(connection, a_revision(award, claims=str(number).encode()))
            revision = await awards.find_revision(connection, house.body.id, award.id, 1)
            return award.id, new, revision.claims

    answers = await asyncio.gather(*(ask(number) for number in range(20)))
    assert len({award_id for award_id, _, _ in answers}) == 1
    assert sum(new for _, new, _ in answers) == 1
    assert len({claims for _, _, claims in answers}) == 1


@pytest.mark.parametrize(
    "override", [{"learner_key": bytes(31) + b"\x01"}, {"awarded_on": date(2026, 7, 1)}], ids=["learner", "day"]
)
async def test_another_learner_or_day_is_another_award(database, houses, override):
    house, _ = houses
    async with database.transaction() as connection:
        _, first = await awards.insert_or_find(connection, an_award(house, learner_key=bytes(32)))
        _, second = await awards.insert_or_find(connection, an_award(house, **{"learner_key": bytes(32)} | override))
    assert first
    assert second


async def test_a_certificate_number_belongs_to_one_award_of_an_awarding_body(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        await awards.insert_or_find(connection, an_award(house, certificate_number="7"))
        await awards.insert_or_find(connection, an_award(other, certificate_number="7"))
    with pytest.raises(AlreadyThere) as refused:
        async with database.transaction() as connection:
            await awards.insert_or_find(connection, an_award(house, certificate_number="7"))
    assert refused.value.constraint == awards.NUMBER_TAKEN


async def test_the_name_of_the_number_s_constraint_is_the_schema_s(database):
    names = {constraint.name for constraint in awards.award.constraints}
    assert awards.NUMBER_TAKEN in names


async def test_a_correction_is_the_next_revision_and_only_one_wins(database, houses):
    house, _ = houses
    async with database.transaction() as connection:
        award = await stored_award(connection, house)

    async def correct(number):
        async with database.transaction() as connection:
            await add_revision(connection, a_revision(award, 2, claims=str(number).encode()))

    outcomes = await asyncio.gather(*(correct(number) for number in range(5)), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, TransitionRefused) for outcome in outcomes)
    async with database.read() as connection:
        assert (await awards.find(connection, house.body.id, award.id)).current_revision == 2
        assert (await awards.find_revision(connection, house.body.id, award.id, 1)).claims == b"sealed claims"


async def test_another_awarding_body_finds_nothing(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        award = await stored_award(connection, house, learner_key=bytes(32))
        assert await awards.find(connection, house.body.id, award.id) == award
        assert await awards.find(connection, other.body.id, award.id) is None
        assert await awards.lock(connection, other.body.id, award.id) is None
        assert await awards.find_revision(connection, other.body.id, award.id, 1) is None
        assert await awards.list_of_learner(connection, house.body.id, bytes(32)) == (award,)
        assert await awards.list_of_learner(connection, other.body.id, bytes(32)) == ()
        assert await data_keys.find(connection, other.body.id, award.id) is None


async def test_a_destroyed_key_is_gone_and_no_other_takes_its_place(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        award = await stored_award(connection, house)
        assert not await data_keys.destroy(connection, other.body.id, award.id, now=NOW)
        assert await data_keys.destroy(connection, house.body.id, award.id, now=later(days=1))
        assert not await data_keys.destroy(connection, house.body.id, award.id, now=later(days=2))
        key = await data_keys.find(connection, house.body.id, award.id)
        assert (key.wrapped_key, key.destroyed_at) == (None, later(days=1))
    with pytest.raises(AlreadyThere):
        async with database.transaction() as connection:
            await add_data_key(connection, DataKey(award.id, house.body.id, b"another", NOW))
