"""Offerings: drafts, published versions, lists, and those that came inside a request."""

import asyncio
from uuid import uuid4

import pytest

from app.store import TransitionRefused, offerings
from app.store.states import OfferingState
from tests.store.rows import NOW, a_house, later


@pytest.fixture
async def houses(database):
    async with database.transaction() as connection:
        return await a_house(connection, "upv"), await a_house(connection, "wut")


async def drafted(connection, house, content=b"{}", now=NOW):
    return await offerings.create_draft(
        connection, awarding_body_id=house.body.id, offering_id=uuid4(), content=content, now=now
    )


async def published(connection, house, content=b"{}", now=NOW):
    draft = await drafted(connection, house, content, now)
    return await offerings.publish(connection, awarding_body_id=house.body.id, offering_id=draft.offering_id, now=now)


async def test_a_draft_is_edited_in_place_and_seen_by_nobody_else(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        draft = await drafted(connection, house, b"first words")
        edited = await offerings.write_draft(
            connection,
            awarding_body_id=house.body.id,
            offering_id=draft.offering_id,
            content=b"better words",
            now=later(hours=1),
        )
        assert (edited.version, edited.content) == (1, b"better words")
        assert edited.content_sha256 != draft.content_sha256
        assert await offerings.find_version(connection, house.body.id, draft.offering_id) is None
        assert await offerings.find_draft(connection, house.body.id, draft.offering_id) == edited
        assert await offerings.find_draft(connection, other.body.id, draft.offering_id) is None
        assert (await offerings.list_catalogue(connection)).items == ()


async def test_publishing_fixes_a_version_and_an_edit_begins_the_next(database, houses):
    house, _ = houses
    ids = {"awarding_body_id": house.body.id}
    async with database.transaction() as connection:
        first = await published(connection, house, b"one")
        ids["offering_id"] = first.offering_id
        second = await offerings.write_draft(connection, **ids, content=b"two", now=later(days=1))
        assert (second.version, second.published_at) == (2, None)
        assert await offerings.find_version(connection, house.body.id, first.offering_id) == first
        second = await offerings.publish(connection, **ids, now=later(days=2))
        assert second.published_at == later(days=2)
        assert await offerings.find_version(connection, house.body.id, first.offering_id) == second
        assert await offerings.find_version(connection, house.body.id, first.offering_id, 1) == first
        assert await offerings.list_versions(connection, house.body.id, first.offering_id) == (second, first)
        assert await offerings.publish(connection, **ids, now=later(days=3)) is None


async def test_another_awarding_body_neither_edits_nor_publishes_nor_withdraws(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        draft = await drafted(connection, house)
        ids = {"awarding_body_id": other.body.id, "offering_id": draft.offering_id}
        assert await offerings.write_draft(connection, **ids, content=b"x", now=NOW) is None
        assert await offerings.publish(connection, **ids, now=NOW) is None
        assert await offerings.withdraw(connection, **ids) is False
        assert await offerings.find(connection, **ids) is None


async def test_a_withdrawn_offering_is_not_edited_and_not_in_the_catalogue(database, houses):
    house, _ = houses
    async with database.transaction() as connection:
        version = await published(connection, house)
        ids = {"awarding_body_id": house.body.id, "offering_id": version.offering_id}
        assert await offerings.withdraw(connection, **ids)
        assert (await offerings.find(connection, **ids)).state is OfferingState.WITHDRAWN
        assert (await offerings.list_catalogue(connection)).items == ()
    with pytest.raises(TransitionRefused):
        async with database.transaction() as connection:
            await offerings.write_draft(connection, **ids, content=b"x", now=NOW)


async def test_the_same_inline_content_is_the_same_offering_for_one_awarding_body(database, houses):
    house, other = houses

    async def keep(of, content):
        async with database.transaction() as connection:
            return await offerings.keep_unlisted(
                connection, awarding_body_id=of.body.id, offering_id=uuid4(), content=content, now=NOW
            )

    same = await asyncio.gather(*(keep(house, b"content") for _ in range(12)))
    assert len({version.offering_id for version in same}) == 1
    assert same[0].published_at == NOW
    assert (await keep(other, b"content")).offering_id != same[0].offering_id
    assert (await keep(house, b"other content")).offering_id != same[0].offering_id
    async with database.read() as connection:
        assert (await offerings.list_page(connection, house.body.id)).items == ()
        assert await offerings.find_version(connection, house.body.id, same[0].offering_id) == same[0]
        assert await offerings.find_unlisted(connection, house.body.id, same[0].content_sha256) == same[0]


async def test_what_came_inside_a_request_is_not_edited(database, houses):
    house, _ = houses
    with pytest.raises(TransitionRefused):
        async with database.transaction() as connection:
            await offerings.write_draft(
                connection, awarding_body_id=house.body.id, offering_id=house.offering_id, content=b"x", now=NOW
            )


async def test_pages_go_from_the_newest_to_the_oldest_without_gaps(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        made = [await published(connection, house, str(n).encode(), later(minutes=n // 3)) for n in range(11)]
        await published(connection, other)
        await drafted(connection, house)
    seen, after = [], None
    async with database.read() as connection:
        while True:
            page = await offerings.list_page(connection, house.body.id, after=after, size=4)
            seen += [entry.offering.id for entry in page.items]
            if (after := page.next) is None:
                break
        catalogue = await offerings.list_catalogue(connection, house.body.id)
        everybody = await offerings.list_catalogue(connection)
    assert len(seen) == len(set(seen)) == 12
    assert set(seen) > {version.offering_id for version in made}
    assert [entry.offering.created_at for entry in catalogue.items] == sorted(
        (version.edited_at for version in made), reverse=True
    )
    assert (len(catalogue.items), len(everybody.items)) == (11, 12)


async def test_a_list_shows_the_newest_version_and_the_catalogue_the_newest_published_one(database, houses):
    house, _ = houses
    async with database.transaction() as connection:
        first = await published(connection, house, b"one")
        draft = await offerings.write_draft(
            connection, awarding_body_id=house.body.id, offering_id=first.offering_id, content=b"two", now=NOW
        )
        (ours,) = (await offerings.list_page(connection, house.body.id)).items
        (theirs,) = (await offerings.list_catalogue(connection)).items
    assert ours.version == draft
    assert theirs.version == first
