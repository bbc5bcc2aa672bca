"""Credentials: finding, listing, preparing under a lease, and their forms."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from app.keys import KeyState
from app.store import AlreadyThere, credentials, secured_forms, signing_keys, status_events
from app.store.credentials import Search
from app.store.paging import Cursor, CursorMalformed
from app.store.signing_keys import SigningKey
from app.store.states import Audience, CredentialState, FormState, KeyPurpose, StatusChange
from app.store.status_events import Standing, StatusEvent
from tests.store.rows import (
    NOW,
    a_credential,
    a_form,
    a_house,
    a_place,
    a_revision,
    add_credential,
    add_revision,
    later,
    stored_award,
    stored_credential,
)


@pytest.fixture
async def houses(database):
    async with database.transaction() as connection:
        return await a_house(connection, "upv"), await a_house(connection, "wut")


async def test_a_credential_is_found_by_its_awarding_body_and_by_whoever_has_the_link(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        award = await stored_award(connection, house, certificate_number="2026-1")
        credential = await stored_credential(connection, house, award, public_token="token")
    async with database.read() as connection:
        assert await credentials.find(connection, house.body.id, credential.id) == credential
        assert await credentials.find(connection, other.body.id, credential.id) is None
        assert await credentials.find_entry(connection, other.body.id, credential.id) is None
        entry = await credentials.find_entry(connection, house.body.id, credential.id)
        assert await credentials.find_by_public_token(connection, "token") == entry
        assert await credentials.find_by_public_token(connection, "another") is None
    assert entry.credential == credential
    assert (entry.offering_id, entry.offering_version) == (house.offering_id, 1)
    assert (entry.awarded_on, entry.certificate_number) == (award.awarded_on, "2026-1")
    assert entry.standing == Standing(revoked=False, suspended=False)
    assert entry.superseded_by is None


async def test_a_place_in_a_status_list_belongs_to_one_credential(database, houses):
    house, _ = houses
    async with database.transaction() as connection:
        award, place = await stored_award(connection, house), await a_place(connection, house)
        await add_credential(connection, a_credential(house, award, place))
    with pytest.raises(AlreadyThere) as refused:
        async with database.transaction() as connection:
            await add_credential(connection, a_credential(house, award, place))
    assert refused.value.constraint == "uq_credential_status_list_id_status_index"


async def test_a_link_that_was_taken_back_opens_nothing(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        credential = await stored_credential(connection, house, await stored_award(connection, house))
        assert not await credentials.change_public_token(connection, other.body.id, credential.id, None)
        assert await credentials.change_public_token(connection, house.body.id, credential.id, None)
        assert await credentials.find_by_public_token(connection, credential.public_token) is None


async def test_a_replaced_credential_names_the_newest_issued_one(database, houses):
    house, _ = houses
    async with database.transaction() as connection:
        award = await stored_award(connection, house)
        first = await stored_credential(connection, house, award)
        await stored_credential(connection, house, award, audience=Audience.WALLET, public_token=None)
        await add_revision(connection, a_revision(award, 2))
        second = await stored_credential(connection, house, award, revision=2, created_at=later(days=1))
        await add_revision(connection, a_revision(award, 3))
        third = await stored_credential(
            connection,
            house,
            award,
            revision=3,
            created_at=later(days=2),
            state=CredentialState.PREPARED,
            lease_until=later(days=2, seconds=30),
        )
        assert (await credentials.find_entry(connection, house.body.id, first.id)).superseded_by == second.id
        assert await credentials.mark_issued(connection, third.id)
        assert (await credentials.find_entry(connection, house.body.id, first.id)).superseded_by == third.id
        assert (await credentials.find_entry(connection, house.body.id, third.id)).superseded_by is None
        of_award = await credentials.list_of_award(connection, house.body.id, award.id)
    assert [credential.revision for credential in of_award] == [3, 2, 1, 1]


async def test_pages_are_complete_while_new_credentials_arrive(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        award = await stored_award(connection, house)
        made = [
            await stored_credential(connection, house, award, created_at=later(minutes=number // 4))
            for number in range(10)
        ]
        await stored_credential(connection, other, await stored_award(connection, other))
    seen, after = [], None
    while True:
        async with database.transaction() as connection:
            page = await credentials.list_page(connection, house.body.id, after=after, size=3)
            await stored_credential(connection, house, award, created_at=later(days=1))
        seen += [entry.credential.id for entry in page.items]
        if page.next is None:
            break
        after = Cursor.parse(str(page.next))
    assert len(seen) == 10
    assert set(seen) == {credential.id for credential in made}
    times = {credential.id: credential.created_at for credential in made}
    assert [times[identifier] for identifier in seen] == sorted(times.values(), reverse=True)


@pytest.mark.parametrize("text", ["", "x", "AAAA", "A" * 32 + "B", "/" * 32, "f39_" * 8])
def test_a_cursor_of_somebody_else_is_refused(text):
    with pytest.raises(CursorMalformed):
        Cursor.parse(text)


async def test_a_page_has_a_bound(database, houses):
    with pytest.raises(ValueError, match="1 to 200"):
        async with database.read() as connection:
            await credentials.list_page(connection, houses[0].body.id, size=201)


async def test_a_search_narrows_by_everything_it_is_given(database, houses):
    house, _ = houses
    async with database.transaction() as connection:
        june = await stored_award(connection, house, learner_key=b"a" * 32, awarded_on=date(2026, 6, 1))
        july = await stored_award(connection, house, learner_key=b"b" * 32, awarded_on=date(2026, 7, 1))
        good = await stored_credential(connection, house, june)
        suspended = await stored_credential(connection, house, july)
        revoked = await stored_credential(connection, house, june)
        wallet = await stored_credential(connection, house, july, audience=Audience.WALLET, public_token=None)
        prepared = await stored_credential(
            connection, house, july, state=CredentialState.PREPARED, lease_until=later(seconds=30)
        )
        for credential, change in ((suspended, StatusChange.SUSPEND), (revoked, StatusChange.REVOKE)):
            await status_events.append(
                connection,
                StatusEvent(
                    house.body.id, credential.award_id, change, "integrity", "registrar", NOW, None, credential.id
                ),
            )

        async def found(**search):
            page = await credentials.list_page(connection, house.body.id, Search(**search))
            return {entry.credential.id for entry in page.items}

        assert await found() == {good.id, suspended.id, revoked.id, prepared.id}
        assert await found(audience=None) == {good.id, suspended.id, revoked.id, prepared.id, wallet.id}
        assert await found(learner_key=b"a" * 32) == {good.id, revoked.id}
        assert await found(awarded_from=date(2026, 6, 2)) == {suspended.id, prepared.id}
        assert await found(awarded_until=date(2026, 6, 1)) == {good.id, revoked.id}
        assert await found(offering_id=house.offering_id) == await found()
        assert await found(offering_id=uuid4()) == set()
        assert await found(state=CredentialState.PREPARED) == {prepared.id}
        assert await found(revoked=True) == {revoked.id}
        assert await found(suspended=True) == {suspended.id}
        assert await found(revoked=False, suspended=False) == {good.id, prepared.id}


async def a_prepared_one(database, house, lease_until):
    async with database.transaction() as connection:
        award = await stored_award(connection, house)
        credential = await stored_credential(
            connection, house, award, state=CredentialState.PREPARED, lease_until=lease_until
        )
        form = a_form(credential, state=FormState.PENDING, content=None, sha256=None, signed_at=None)
        await secured_forms.add(connection, form)
        return credential, form


async def test_expired_preparations_are_claimed_by_one_reaper_each(database, houses):
    house, _ = houses
    expired = {(await a_prepared_one(database, house, later(seconds=n)))[0].id for n in range(12)}
    fresh, _ = await a_prepared_one(database, house, later(hours=1))

    async def reap():
        async with database.transaction() as connection:
            return await credentials.claim_expired(
                connection, now=later(minutes=1), lease_until=later(minutes=2), limit=5
            )

    claimed = [one.id for batch in await asyncio.gather(*(reap() for _ in range(6))) for one in batch]
    while rest := await reap():
        claimed += [one.id for one in rest]
    assert len(claimed) == len(set(claimed)) == 12
    assert set(claimed) == expired
    assert fresh.id not in claimed


async def test_a_preparation_ends_once_and_the_stored_signature_wins(database, houses):
    house, _ = houses
    credential, form = await a_prepared_one(database, house, later(seconds=1))
    key = SigningKey(
        id=uuid4(),
        issuer_id=house.issuer.id,
        purpose=KeyPurpose.ASSERTION,
        algorithm="P-256",
        fragment="p-256-2026-1",
        backend="file",
        backend_ref="upv/p-256-2026-1",
        public_key="zDn...",
        state=KeyState.ACTIVE,
        created_at=NOW,
        active_from=NOW,
    )
    async with database.transaction() as connection:
        await signing_keys.add(connection, key)

    async def finish(content):
        async with database.transaction() as connection:
            stored = await secured_forms.complete(
                connection, form.id, content=content, sha256=bytes(32), signed_with=[key.id], signed_at=NOW
            )
            return stored, await credentials.mark_issued(connection, credential.id)

    outcomes = await asyncio.gather(finish(b"one signature"), finish(b"another signature"))
    assert sorted(outcomes) == [(False, False), (True, True)]
    async with database.read() as connection:
        stored = await secured_forms.find(connection, house.body.id, credential.id, "vcdm2-di")
        assert stored.content == [b"one signature", b"another signature"][outcomes.index((True, True))]
        assert (await credentials.find(connection, house.body.id, credential.id)).state is CredentialState.ISSUED
        assert await secured_forms.count_credentials_of_key(connection, key.id) == 1


async def test_an_abandoned_preparation_is_not_issued_later(database, houses):
    house, _ = houses
    credential, _ = await a_prepared_one(database, house, later(seconds=1))
    async with database.transaction() as connection:
        assert await credentials.abandon(connection, credential.id)
        assert not await credentials.mark_issued(connection, credential.id)
        assert (await credentials.find(connection, house.body.id, credential.id)).lease_until is None


async def test_a_better_seal_is_another_row_and_is_found_first(database, houses):
    house, other = houses
    async with database.transaction() as connection:
        credential = await stored_credential(connection, house, await stored_award(connection, house))
        basic = a_form(credential, form="edc-jades", level="B")
        better = a_form(credential, form="edc-jades", level="T", signed_at=later(minutes=1))
        waiting = a_form(
            credential,
            form="edc-jades",
            level="LTA",
            state=FormState.PENDING,
            content=None,
            sha256=None,
            signed_at=None,
        )
        for form in (basic, better, waiting):
            await secured_forms.add(connection, form)
        assert await secured_forms.find(connection, house.body.id, credential.id, "edc-jades") == better
        assert await secured_forms.find(connection, other.body.id, credential.id, "edc-jades") is None
        assert await secured_forms.find(connection, house.body.id, credential.id, "vcdm2-di") is None
