"""The flight recorder's rows: bounded, in order, each awarding body's own."""

from uuid import uuid4

import pytest
from sqlalchemy import insert

from app.store import RuleBroken, StoreRefused, wallet_events
from app.store.tables import wallet_event
from app.store.wallet_events import Narrowed, NewWalletEvent
from tests.store.rows import NOW, a_house, later, stored_award


@pytest.fixture
async def house(database):
    async with database.transaction() as connection:
        return await a_house(connection)


@pytest.fixture
async def award(database, house):
    async with database.transaction() as connection:
        return await stored_award(connection, house)


def an_event(award, **override):
    return NewWalletEvent(
        **{
            "awarding_body_id": award.awarding_body_id,
            "award_id": award.id,
            "offer_id": None,
            "claim_link_id": None,
            "at": NOW,
            "kind": "offer-made",
            "cause": None,
            "facts": b"{}",
        }
        | override
    )


async def test_events_of_an_offer_are_listed_newest_first_and_followed_oldest_first(database, house, award):
    offer, other = uuid4(), uuid4()
    async with database.transaction() as connection:
        for kind in ("one", "two", "three"):
            assert await wallet_events.add(connection, an_event(award, offer_id=offer, kind=kind), most=9)
        assert await wallet_events.add(connection, an_event(award, offer_id=other, kind="other"), most=9)
    of_offer = Narrowed(offer_id=offer)
    async with database.read() as connection:
        first = await wallet_events.list_before(connection, house.body.id, of_offer, before=None, size=2)
        rest = await wallet_events.list_before(connection, house.body.id, of_offer, before=first[-1].id, size=2)
        after = await wallet_events.list_after(connection, house.body.id, of_offer, after=rest[0].id, size=9)
        of_award = await wallet_events.list_after(
            connection, house.body.id, Narrowed(award_id=award.id), after=0, size=9
        )
        assert await wallet_events.newest_number(connection, house.body.id) == of_award[-1].id
        assert await wallet_events.newest_number(connection, uuid4()) == 0
    assert [event.kind for event in (*first, *rest)] == ["three", "two", "one"]
    assert [event.kind for event in after] == ["two", "three"]
    assert [event.kind for event in of_award] == ["one", "two", "three", "other"]


async def test_another_awarding_body_sees_none_of_them(database, award):
    async with database.transaction() as connection:
        await wallet_events.add(connection, an_event(award, offer_id=uuid4()), most=9)
        stranger = await a_house(connection, "wut")
    async with database.read() as connection:
        assert await wallet_events.list_after(connection, stranger.body.id, Narrowed(), after=0, size=9) == ()


async def test_an_offer_has_no_more_rows_than_it_may_and_no_other_offer_has_fewer(database, award):
    offer, link = uuid4(), uuid4()
    async with database.transaction() as connection:
        stored = [
            await wallet_events.add(connection, an_event(award, offer_id=offer, claim_link_id=link), most=3)
            for _ in range(5)
        ]
        assert stored == [True, True, True, False, False]
        assert await wallet_events.add(connection, an_event(award, offer_id=uuid4()), most=3)
        # The link's own events are counted apart from those of its offers.
        assert [await wallet_events.add(connection, an_event(award, claim_link_id=link), most=1) for _ in "12"] == [
            True,
            False,
        ]


async def test_an_event_of_no_offer_and_no_link_is_refused(database, award):
    with pytest.raises((RuleBroken, StoreRefused)):
        async with database.transaction() as connection:
            await connection.execute(insert(wallet_event).values(**row_of(an_event(award))))


async def test_old_events_are_forgotten_and_young_ones_stay(database, house, award):
    async with database.transaction() as connection:
        for age in (0, 10):
            await wallet_events.add(connection, an_event(award, offer_id=uuid4(), at=later(days=age)), most=9)
        assert await wallet_events.forget_before(connection, later(days=5)) == 1
    async with database.read() as connection:
        (left,) = await wallet_events.list_after(connection, house.body.id, Narrowed(), after=0, size=9)
    assert left.at == later(days=10)


def row_of(event):
    return {name: getattr(event, name) for name in NewWalletEvent.__dataclass_fields__}
