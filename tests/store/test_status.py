"""Status: places that nobody shares, events that are never lost, lists that know when they are out of date."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.status import LIST_ENTRIES, KeyedPermutation
from app.store import ReferenceBroken, awards, credentials, open_database, status_events, status_lists
from app.store.states import Audience, StatusChange
from app.store.status_events import Standing, StatusEvent
from app.store.status_lists import PublishedList, StatusIndexLease
from app.store.tables import status_lease
from tests.store.rows import (
    NOW,
    a_credential,
    a_house,
    a_place,
    a_revision,
    add_credential,
    add_revision,
    later,
    lists_of,
    stored_award,
    stored_credential,
)


@pytest.fixture
async def house(database):
    async with database.transaction() as connection:
        return await a_house(connection)


def a_lease(database, **override):
    return StatusIndexLease(database, KeyedPermutation, **{"owner": "test", "capacity": LIST_ENTRIES} | override)


async def take(lease, house, count=1):
    ids = {"awarding_body_id": house.body.id, "issuer_id": house.issuer.id}
    return [await lease.take(**ids) for _ in range(count)]


async def test_no_two_processes_get_one_place(database, database_url, house):
    databases = [open_database(database_url) for _ in range(4)]
    try:
        leases = [a_lease(each, owner=f"process {number}", size=16) for number, each in enumerate(databases)]
        taken = await asyncio.gather(*(take(leases[number % 4], house, 25) for number in range(20)))
    finally:
        for each in databases:
            await each.close()
    places = [(place.status_list_id, place.index) for batch in taken for place in batch]
    assert len(places) == len(set(places)) == 500
    async with database.read() as connection:
        (one,) = await lists_of(connection, house.issuer.id)
        leased = await connection.fetch_all(select(status_lease).order_by(status_lease.c.first))
    assert one.next_counter == len(leased) * 16
    assert [row["first"] for row in leased] == list(range(0, one.next_counter, 16))


async def test_places_are_the_permutation_of_counters(database, house):
    (first, second) = await take(a_lease(database), house, 2)
    async with database.read() as connection:
        status_list = await status_lists.find(connection, first.status_list_id)
    place_of = KeyedPermutation(status_list.permutation_key, LIST_ENTRIES)
    assert (first.index, second.index) == (place_of(0), place_of(1))
    assert first.number == status_list.number == 1


async def test_a_range_costs_one_transaction_for_256_places(database, house):
    lease = a_lease(database)
    await take(lease, house, 256)
    async with database.read() as connection:
        assert len(await connection.fetch_all(select(status_lease))) == 1
    await take(lease, house)
    async with database.read() as connection:
        assert len(await connection.fetch_all(select(status_lease))) == 2


async def test_a_used_up_list_is_followed_by_a_new_one_with_another_key(database, database_url, house):
    other = open_database(database_url)
    try:
        leases = [a_lease(each, capacity=32, size=8) for each in (database, other)]
        batches = await asyncio.gather(*(take(lease, house, 40) for lease in leases))
    finally:
        await other.close()
    places = [place for batch in batches for place in batch]
    assert len({(place.number, place.index) for place in places}) == 80
    assert {place.number for place in places} == {1, 2, 3}
    async with database.read() as connection:
        lists = await lists_of(connection, house.issuer.id)
        assert await status_lists.find_by_address(connection, "upv", 2) == lists[1]
        assert await status_lists.find_by_address(connection, "upv", 4) is None
        assert await status_lists.find_by_address(connection, "wut", 1) is None
    assert len({one.permutation_key for one in lists}) == 3
    assert [one.number for one in lists] == [1, 2, 3]


async def test_a_restart_burns_places_and_repeats_none(database, house):
    before = await take(a_lease(database, size=8), house, 3)
    after = await take(a_lease(database, size=8), house, 3)
    assert {place.index for place in before}.isdisjoint(place.index for place in after)


@pytest.mark.parametrize("size", [0, 33])
async def test_a_range_that_fits_nowhere_is_refused(database, house, size):
    with pytest.raises(ValueError, match="fits into a list"):
        await take(a_lease(database, capacity=32, size=size), house)


@pytest.fixture
async def copies(database, house):
    """An award with two revisions; of the second a public copy and a wallet's."""
    async with database.transaction() as connection:
        award = await stored_award(connection, house)
        first = await stored_credential(connection, house, award)
        await add_revision(connection, a_revision(award, 2))
        second = await stored_credential(connection, house, award, revision=2)
        wallet = await stored_credential(
            connection, house, award, revision=2, audience=Audience.WALLET, public_token=None
        )
        bystander = await stored_credential(connection, house, await stored_award(connection, house))
    return {"first": first, "second": second, "wallet": wallet, "bystander": bystander}


def an_event(copies, change, *, revision=None, copy=None):
    award = copies["first"]
    return StatusEvent(
        awarding_body_id=award.awarding_body_id,
        award_id=award.award_id,
        change=change,
        reason="integrity",
        actor="registrar",
        at=NOW,
        revision=revision,
        credential_id=copies[copy].id if copy else None,
    )


async def standings(connection, copies):
    return {name: await status_events.find_standing(connection, each.id) for name, each in copies.items()}


async def raised(connection, copies):
    """The same, read off the list's places."""
    revoked, suspended = await status_events.list_raised(connection, copies["first"].status_list_id)
    return {
        name: Standing(each.status_index in revoked, each.status_index in suspended) for name, each in copies.items()
    }


GOOD = Standing(revoked=False, suspended=False)
REVOKED = Standing(revoked=True, suspended=False)
SUSPENDED = Standing(revoked=False, suspended=True)


@pytest.mark.parametrize(
    ("scope", "concerned"),
    [
        ({}, {"first", "second", "wallet"}),
        ({"revision": 2}, {"second", "wallet"}),
        ({"copy": "wallet"}, {"wallet"}),
    ],
    ids=["award", "revision", "copy"],
)
async def test_an_event_concerns_its_scope_and_nothing_else(database, copies, scope, concerned):
    async with database.transaction() as connection:
        await status_events.append(connection, an_event(copies, StatusChange.REVOKE, **scope))
        expected = {name: REVOKED if name in concerned else GOOD for name in copies}
        assert await standings(connection, copies) == expected
        assert await raised(connection, copies) == expected


async def test_a_copy_is_suspended_while_anything_above_it_is(database, copies):
    async with database.transaction() as connection:
        await status_events.append(connection, an_event(copies, StatusChange.SUSPEND))
        await status_events.append(connection, an_event(copies, StatusChange.SUSPEND, copy="wallet"))
        await status_events.append(connection, an_event(copies, StatusChange.REINSTATE))
        assert await standings(connection, copies) == dict.fromkeys(copies, GOOD) | {"wallet": SUSPENDED}
        await status_events.append(connection, an_event(copies, StatusChange.REINSTATE, copy="wallet"))
        assert await standings(connection, copies) == dict.fromkeys(copies, GOOD)
        await status_events.append(connection, an_event(copies, StatusChange.SUSPEND))
        assert (await standings(connection, copies))["wallet"] == SUSPENDED


async def test_nothing_undoes_a_revocation(database, copies):
    async with database.transaction() as connection:
        await status_events.append(connection, an_event(copies, StatusChange.REVOKE))
        await status_events.append(connection, an_event(copies, StatusChange.REINSTATE))
        assert (await standings(connection, copies))["first"].revoked
        assert len(await status_events.list_of_award(connection, *ids_of(copies))) == 2


def ids_of(copies):
    return copies["first"].awarding_body_id, copies["first"].award_id


changes = st.lists(
    st.tuples(
        st.sampled_from(list(StatusChange)),
        st.sampled_from([{}, {"revision": 1}, {"revision": 2}, {"copy": "first"}, {"copy": "wallet"}]),
    ),
    max_size=8,
)


@given(changes)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_list_and_the_single_answer_always_agree(sqlite_url, changes):
    async with open_database(sqlite_url) as database, database.transaction() as connection:
        house = await a_house(connection, f"u{uuid4().hex}")
        award = await stored_award(connection, house)
        first = await stored_credential(connection, house, award)
        await add_revision(connection, a_revision(award, 2))
        copies = {"first": first, "wallet": await stored_credential(connection, house, award, revision=2)}
        for change, scope in changes:
            await status_events.append(connection, an_event(copies, change, **scope))
        assert await standings(connection, copies) == await raised(connection, copies)


async def test_a_change_of_an_award_of_somebody_else_is_refused(database, copies):
    async with database.transaction() as connection:
        other = await a_house(connection, "wut")
    stolen = StatusEvent(other.body.id, copies["first"].award_id, StatusChange.REVOKE, "integrity", "registrar", NOW)
    with pytest.raises(ReferenceBroken):
        async with database.transaction() as connection:
            await status_events.append(connection, stolen)


async def version_of(connection, credential):
    return (await status_lists.find(connection, credential.status_list_id)).version


async def test_a_change_puts_the_list_out_of_date(database, copies):
    async with database.transaction() as connection:
        before = await version_of(connection, copies["first"])
        await status_events.append(connection, an_event(copies, StatusChange.SUSPEND))
        assert await version_of(connection, copies["first"]) == before + 1


async def test_a_new_copy_of_a_revoked_award_is_born_revoked_and_puts_the_list_out_of_date(database, house, copies):
    async with database.transaction() as connection:
        await status_events.append(connection, an_event(copies, StatusChange.REVOKE))
        before = await version_of(connection, copies["first"])
        award = await awards.find(connection, *ids_of(copies))
        late = await stored_credential(connection, house, award, revision=2)
        assert await status_events.find_standing(connection, late.id) == REVOKED
        assert await version_of(connection, late) == before + 1


async def test_an_untouched_award_leaves_the_list_as_it_is(database, house, copies):
    async with database.transaction() as connection:
        before = await version_of(connection, copies["first"])
        await stored_credential(connection, house, await stored_award(connection, house))
        assert await version_of(connection, copies["first"]) == before


async def test_copies_and_changes_that_race_are_never_overlooked(database, house, copies):
    """Whoever comes second sees the first: the version counts up for each credential that a change concerns."""
    async with database.transaction() as connection:
        award = await awards.find(connection, *ids_of(copies))
        before = await version_of(connection, copies["first"])

    async def change():
        async with database.transaction() as connection:
            await status_events.append(connection, an_event(copies, StatusChange.SUSPEND))

    async def copy():
        async with database.transaction() as connection:
            place = await a_place(connection, house)  # as in life: committed before it is used
        async with database.transaction() as connection:
            credential = a_credential(house, award, place, revision=2)
            await add_credential(connection, credential)
            return credential

    outcomes = await asyncio.gather(*(work() for _ in range(5) for work in (change, copy)))
    async with database.read() as connection:
        for credential in outcomes[1::2]:
            assert await status_events.find_standing(connection, credential.id) == SUSPENDED
        assert await version_of(connection, copies["first"]) >= before + 5


async def test_a_slow_signer_does_not_undo_a_newer_list(database, copies):
    def view(version, content, **override):
        return PublishedList(
            **{
                "status_list_id": copies["first"].status_list_id,
                "view": "revocation",
                "version": version,
                "content": content,
                "etag": f'"{version}"',
                "valid_from": NOW,
                "valid_until": later(days=1),
            }
            | override
        )

    async with database.transaction() as connection:
        assert await status_lists.find_published(connection, copies["first"].status_list_id, "revocation") is None
        assert await status_lists.save_published(connection, view(2, b"two"))
        assert not await status_lists.save_published(connection, view(1, b"one"))
        assert not await status_lists.save_published(connection, view(2, b"two, but not longer"))
        assert await status_lists.save_published(connection, view(2, b"renewed", valid_until=later(days=2)))
        assert await status_lists.save_published(connection, view(3, b"three"))
        found = await status_lists.find_published(connection, copies["first"].status_list_id, "revocation")
        assert found == view(3, b"three")
        assert await status_lists.find_published(connection, copies["first"].status_list_id, "suspension") is None


async def test_no_standing_without_a_credential(database, house):
    async with database.read() as connection:
        assert await status_events.find_standing(connection, house.body.id) is None
        assert await credentials.find(connection, house.body.id, house.body.id) is None
