"""What happens at one moment: changes that meet, and what one process learns of another's."""

import asyncio
from uuid import UUID

import pytest

from app.issuance import access, offerings, setup
from app.issuance.looked_up import LookedUp
from app.issuance.office import ISSUER_REFRESH, Office
from app.store import signing_keys
from tests.builders import altered, full_request


def another_process(deployment):
    """The office of a second process on the same records and keys."""
    here = deployment.office
    return Office(
        database=here.database,
        keyring=here.keyring,
        public_url=here.public_url,
        clock=here.clock,
        max_request_bytes=here.max_request_bytes,
    )


async def test_changes_of_status_at_one_moment_take_turns(deployment):
    record = await deployment.issue(full_request("academic"))
    answers = await asyncio.gather(
        *(deployment.change_status("wut", record, "suspend", "under-review") for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    changes = [("reinstate", "review-ended"), ("revoke", "integrity")] * 4
    answers = await asyncio.gather(
        *(deployment.change_status("wut", record, change, reason) for change, reason in changes)
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    history = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")).json()
    kinds = [entry["kind"] for entry in history["entries"]]
    assert (kinds.count("credential-suspended"), kinds.count("credential-revoked")) == (1, 1)
    assert kinds.count("credential-reinstated") <= 1
    assert kinds[-1] == "credential-revoked"


async def test_verify_sees_a_key_revoked_here_at_once_and_one_revoked_by_another_process_within_seconds(deployment):
    credential = await deployment.fetch(await deployment.issue(full_request("academic")))

    async def verdict():
        return (await deployment.verify(credential.content))["verdict"]

    assert await verdict() == "valid"
    await setup.revoke_key(another_process(deployment), "wut", "ed25519-2026-1", "lost")
    deployment.clock.advance(seconds=ISSUER_REFRESH.total_seconds() + 1)
    assert await verdict() == "invalid"

    other = await deployment.fetch(await deployment.issue(full_request("academic", awarding_body="ntnu")))
    assert (await deployment.verify(other.content))["verdict"] == "valid"
    await setup.revoke_key(deployment.office, "ntnu", "ed25519-2026-1", "lost")
    assert (await deployment.verify(other.content))["verdict"] == "invalid"


NEXT = ["ed25519-2026-2", "p256-2026-2"]


def methods_of(credential):
    return [proof["verificationMethod"].split("#")[1] for proof in credential.document["proof"]]


async def rotated_elsewhere(deployment):
    """Another process revokes the keys that sign here, with others in their place."""
    elsewhere = another_process(deployment)
    await setup.generate_keys(elsewhere, "wut")
    for fragment in NEXT:
        await setup.activate_key(elsewhere, "wut", fragment)
    for fragment in ("ed25519-2026-1", "p256-2026-1"):
        await setup.revoke_key(elsewhere, "wut", fragment, "lost")


@pytest.fixture
async def published(deployment):
    """A request for a published offering, and a first credential of it, so that this process remembers all it can."""
    request = full_request("academic")
    version = await deployment.publish_offering(request["offering"])
    request["offering"] = {"id": version["id"], "version": version["version"]}
    await deployment.issue(request, "wut")
    return request


def for_another_learner(request, reference="another"):
    return altered(request, {"learner.reference": reference})


@pytest.mark.parametrize("remembered", [True, False])
async def test_nothing_is_signed_with_a_key_that_another_process_has_revoked(deployment, published, remembered):
    await rotated_elsewhere(deployment)
    if not remembered:
        deployment.office.looked_up = LookedUp()
    record = await deployment.issue(for_another_learner(published), "wut")
    credential = await deployment.fetch(record)
    assert methods_of(credential) == NEXT
    assert (await deployment.verify(credential.content))["verdict"] == "valid"


async def test_a_replacement_and_a_token_are_not_signed_with_a_revoked_key_either(deployment, published):
    record = await deployment.issue(for_another_learner(published), "wut")
    await rotated_elsewhere(deployment)
    corrected = altered(for_another_learner(published), {"learner.family_names": "New"})
    answer = await deployment.system().post(
        f"/api/v1/credentials/{record['id']}/replacement", json=corrected | {"reason": "name-change"}
    )
    assert answer.status_code == 201, answer.text
    assert methods_of(await deployment.fetch(answer.json())) == NEXT
    token = await deployment.system().get(f"/api/v1/credentials/{answer.json()['id']}/forms/vcdm2-jwt")
    assert token.status_code == 200, token.text
    assert (await deployment.verify(token.content))["verdict"] == "valid"


async def test_who_signs_waits_while_a_key_is_revoked_and_then_has_no_key(deployment, published):
    office = deployment.office
    keys = {key.fragment: key for key in await setup.list_keys(office, "wut")}
    async with office.database.transaction() as connection:
        await signing_keys.revoke(connection, keys["ed25519-2026-1"].id, now=office.clock(), reason="lost")
        issuing = asyncio.create_task(deployment.issue(for_another_learner(published), "wut", status=503))
        await asyncio.sleep(0.3)
        assert not issuing.done()
    assert (await issuing)["code"] == "signing-keys-missing"
    assert await setup.count_signed_with(office, "wut", "ed25519-2026-1") == 1


async def test_whoever_revokes_a_key_waits_for_what_is_being_stored_under_it(deployment):
    office = deployment.office
    key, *_ = await setup.list_keys(office, "wut")
    async with office.database.transaction() as connection:
        await signing_keys.hold(connection, [key.id])
        revoking = asyncio.create_task(setup.revoke_key(office, "wut", key.fragment, "lost"))
        await asyncio.sleep(0.3)
        assert not revoking.done()
    await revoking


async def test_many_issue_while_keys_are_revoked_and_nothing_is_stored_after_it(deployment, published):
    requests = [for_another_learner(published, f"learner-{number}") for number in range(40)]
    issuing = [asyncio.create_task(deployment.system().post("/api/v1/credentials", json=each)) for each in requests]
    await asyncio.wait(issuing, return_when=asyncio.FIRST_COMPLETED)
    await rotated_elsewhere(deployment)
    before = await setup.count_signed_with(deployment.office, "wut", "ed25519-2026-1")
    answers = await asyncio.gather(*issuing)
    assert {answer.status_code for answer in answers} == {201}
    after = await setup.count_signed_with(deployment.office, "wut", "ed25519-2026-1")
    new = await setup.count_signed_with(deployment.office, "wut", NEXT[0])
    assert (after, new) == (before, len(requests) + 1 - before)


async def test_an_api_key_revoked_by_another_process_issues_nothing_from_then_on(deployment, published):
    await access.revoke_api_key(another_process(deployment), "wut", deployment.api_keys["wut"].split("_")[1])
    refused = await deployment.issue(for_another_learner(published), "wut", status=401)
    assert refused["code"] == "api-key-not-accepted"
    for content in (b"{", b"[]", b'{"a":1,"a":2}'):
        headers = {"Content-Type": "application/json"}
        answer = await deployment.system().post("/api/v1/credentials", content=content, headers=headers)
        assert answer.status_code == 401


async def test_nothing_is_signed_in_vain_for_an_api_key_that_is_known_to_be_revoked(deployment, published):
    presented = deployment.api_keys["wut"]
    await access.revoke_api_key(another_process(deployment), "wut", presented.split("_")[1])
    assert access.recalled(deployment.office, presented) is not None
    await deployment.issue(for_another_learner(published), "wut", status=401)
    assert access.recalled(deployment.office, presented) is None


async def test_an_offering_withdrawn_by_another_process_is_awarded_no_more(deployment, published):
    elsewhere = another_process(deployment)
    caller = await access.operator(elsewhere, "wut")
    await offerings.withdraw(elsewhere, caller, UUID(published["offering"]["id"]))
    refused = await deployment.issue(for_another_learner(published), "wut", status=404)
    assert refused["code"] == "offering-unknown"
