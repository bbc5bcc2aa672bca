"""Awarding bodies, issuers, their signing keys and DID documents, API keys, and the address of the deployment."""

import asyncio
from uuid import uuid4

import pytest

from app.keys import KeyState
from app.store import (
    AlreadyThere,
    TransitionRefused,
    api_keys,
    awarding_bodies,
    deployment,
    did_documents,
    issuers,
    signing_keys,
)
from app.store.api_keys import ApiKey
from app.store.signing_keys import SigningKey
from app.store.states import KeyPurpose
from tests.store.rows import NOW, a_house, an_awarding_body, an_issuer, later


@pytest.fixture
async def house(database):
    async with database.transaction() as connection:
        return await a_house(connection)


def a_key(house, number=1, **override):
    return SigningKey(
        **{
            "id": uuid4(),
            "issuer_id": house.issuer.id,
            "purpose": KeyPurpose.ASSERTION,
            "algorithm": "Ed25519",
            "fragment": f"ed25519-2026-{number}",
            "backend": "file",
            "backend_ref": f"upv/ed25519-2026-{number}",
            "public_key": "z6Mk",
            "state": KeyState.PRE_PUBLISHED,
            "created_at": later(seconds=number),
        }
        | override
    )


async def test_an_awarding_body_is_found_by_slug_with_its_issuer(database, house):
    async with database.transaction() as connection:
        assert await awarding_bodies.find_by_slug(connection, "upv") == house.body
        assert await awarding_bodies.find_by_slug(connection, "wut") is None
        assert await issuers.find_by_slug(connection, "upv") == house.issuer
        assert await issuers.find_by_slug(connection, "wut") is None
        assert await issuers.find_service(connection) is None
        service = an_issuer(None, "service")
        await issuers.add(connection, service)
        assert await issuers.find_service(connection) == service
        assert len(await issuers.list_all(connection)) == 2


async def test_facts_change_and_slugs_do_not_repeat(database, house):
    async with database.transaction() as connection:
        assert await awarding_bodies.change_facts(
            connection, house.body.id, facts=b'{"new":1}', time_zone="Europe/Warsaw"
        )
        assert not await awarding_bodies.change_facts(connection, uuid4(), facts=b"{}", time_zone="UTC")
        (body,) = await awarding_bodies.list_all(connection)
        assert (body.facts, body.time_zone) == (b'{"new":1}', "Europe/Warsaw")
    with pytest.raises(AlreadyThere) as refused:
        async with database.transaction() as connection:
            await awarding_bodies.add(connection, an_awarding_body("upv"))
    assert refused.value.constraint == "uq_awarding_body_slug"


async def test_a_key_goes_its_way_from_pre_published_to_retired(database, house):
    first, second = a_key(house, 1), a_key(house, 2)
    async with database.transaction() as connection:
        await signing_keys.add(connection, first)
        await signing_keys.add(connection, second)
        assert await signing_keys.list_active(connection, house.issuer.id, KeyPurpose.ASSERTION) == ()
        await signing_keys.activate(connection, first.id, now=NOW)
        now_active = await signing_keys.activate(connection, second.id, now=later(days=1))
        assert (now_active.state, now_active.active_from) == (KeyState.ACTIVE, later(days=1))
        assert await signing_keys.list_active(connection, house.issuer.id, KeyPurpose.ASSERTION) == (now_active,)
        retired = await signing_keys.find(connection, first.id)
        assert (retired.state, retired.retired_at) == (KeyState.RETIRED, later(days=1))
        assert [key.id for key in await signing_keys.list_of_issuer(connection, house.issuer.id)] == [
            first.id,
            second.id,
        ]


async def test_each_algorithm_and_purpose_has_its_own_active_key(database, house):
    keys = [
        a_key(house, 1),
        a_key(house, 2, algorithm="P-256", fragment="p-256-2026-1"),
        a_key(house, 3, purpose=KeyPurpose.SEAL),
    ]
    async with database.transaction() as connection:
        for key in keys:
            await signing_keys.add(connection, key)
            await signing_keys.activate(connection, key.id, now=NOW)
        active = await signing_keys.list_active(connection, house.issuer.id, KeyPurpose.ASSERTION)
    assert [key.algorithm for key in active] == ["Ed25519", "P-256"]


async def test_two_keys_activated_at_once_leave_one_active(database, house):
    keys = [a_key(house, number) for number in range(1, 6)]
    async with database.transaction() as connection:
        for key in keys:
            await signing_keys.add(connection, key)

    async def activate(key):
        async with database.transaction() as connection:
            await signing_keys.activate(connection, key.id, now=NOW)

    outcomes = await asyncio.gather(*(activate(key) for key in keys), return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, AlreadyThere) for outcome in outcomes)
    async with database.read() as connection:
        assert len(await signing_keys.list_active(connection, house.issuer.id, KeyPurpose.ASSERTION)) == 1


async def test_a_second_active_key_is_refused_by_name(database, house):
    async with database.transaction() as connection:
        await signing_keys.add(connection, a_key(house, 1, state=KeyState.ACTIVE, active_from=NOW))
    with pytest.raises(AlreadyThere) as refused:
        async with database.transaction() as connection:
            await signing_keys.add(connection, a_key(house, 2, state=KeyState.ACTIVE, active_from=NOW))
    assert refused.value.constraint == "uq_signing_key_active"


@pytest.mark.parametrize("change", ["activate", "retire", "revoke"])
async def test_there_is_no_way_back_from_revocation(database, house, change):
    key = a_key(house)
    async with database.transaction() as connection:
        await signing_keys.add(connection, key)
        revoked = await signing_keys.revoke(connection, key.id, now=NOW, reason="lost")
        assert (revoked.state, revoked.revoked_at, revoked.revocation_reason) == (KeyState.REVOKED, NOW, "lost")
    reason = {"reason": "again"} if change == "revoke" else {}
    with pytest.raises(TransitionRefused):
        async with database.transaction() as connection:
            await getattr(signing_keys, change)(connection, key.id, now=NOW, **reason)


async def test_a_retired_key_does_not_sign_again_but_may_be_revoked(database, house):
    key = a_key(house)
    async with database.transaction() as connection:
        await signing_keys.add(connection, key)
        await signing_keys.retire(connection, key.id, now=NOW)
    with pytest.raises(TransitionRefused):
        async with database.transaction() as connection:
            await signing_keys.activate(connection, key.id, now=NOW)
    async with database.transaction() as connection:
        await signing_keys.revoke(connection, key.id, now=NOW, reason="lost")


async def test_a_did_document_counts_its_versions_and_repeats_none(database, house):
    async with database.transaction() as connection:
        assert await did_documents.find_newest(connection, house.issuer.id) is None
        first = await did_documents.publish(connection, house.issuer.id, b'{"id":1}', now=NOW)
        assert await did_documents.publish(connection, house.issuer.id, b'{"id":1}', now=later(days=1)) == first
        second = await did_documents.publish(connection, house.issuer.id, b'{"id":2}', now=later(days=2))
        assert (first.version, second.version) == (1, 2)
        assert await did_documents.find_newest(connection, house.issuer.id) == second


async def test_an_api_key_opens_until_it_expires_or_is_revoked(database, house):
    key = ApiKey(
        id=uuid4(),
        awarding_body_id=house.body.id,
        prefix="emc_upv_1",
        secret_sha256=bytes(32),
        scopes=frozenset({"issue", "read"}),
        label="student information system",
        created_at=NOW,
        expires_at=later(days=30),
    )
    async with database.transaction() as connection:
        await api_keys.add(connection, key)
        found = await api_keys.find_by_prefix(connection, "emc_upv_1")
        assert found == key
        assert found.usable(later(days=29))
        assert not found.usable(later(days=30))
        assert await api_keys.find_by_prefix(connection, "emc_upv_2") is None
        assert not await api_keys.revoke(connection, uuid4(), key.id, now=NOW)
        assert await api_keys.revoke(connection, house.body.id, key.id, now=NOW)
        assert not await api_keys.revoke(connection, house.body.id, key.id, now=NOW)
        (listed,) = await api_keys.list_of_awarding_body(connection, house.body.id)
        assert not listed.usable(NOW)


async def test_the_public_address_is_fixed_at_the_first_start(database):
    async with database.transaction() as connection:
        assert await deployment.find_public_url(connection) is None
        await deployment.bind_public_url(connection, "https://credentials.example", now=NOW)
        await deployment.bind_public_url(connection, "https://credentials.example", now=later(days=1))
    with pytest.raises(deployment.DeploymentDiffers, match=r"https://other\.example"):
        async with database.transaction() as connection:
            await deployment.bind_public_url(connection, "https://other.example", now=NOW)
