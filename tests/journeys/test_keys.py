"""Keys are published before they sign, retired without harm, and revoked with all that they signed."""

import json

import pytest

from app.issuance import setup
from app.keys import Algorithm
from tests.builders import full_request, required_only_request

NEXT = ("ed25519-2026-2", "p256-2026-2")
FIRST = ("ed25519-2026-1", "p256-2026-1")


async def verdict_of(deployment, credential):
    report = await deployment.verify(credential.content)
    return report["verdict"], report["reason"]["code"], report["reason"]["sentence"]


async def methods_in(deployment, slug="wut"):
    document = (await deployment.public.get(f"/issuers/{slug}/did.json")).json()
    return {method["id"].split("#")[1] for method in document["verificationMethod"]}


def methods_of(credential):
    return {proof["verificationMethod"].split("#")[1] for proof in credential.document["proof"]}


@pytest.fixture
async def rotated(deployment):
    """Issued before, then new keys pre-published and activated."""
    office = deployment.office
    before = await deployment.fetch(await deployment.issue(full_request("academic")))
    assert methods_of(before) == set(FIRST)
    assert await deployment.published_bits(before.document) == (False, False)
    await setup.generate_keys(office, "wut")
    assert set(NEXT) <= await methods_in(deployment)
    still = await deployment.fetch(await deployment.issue(full_request("service")))
    assert methods_of(still) == set(FIRST)
    deployment.clock.advance(days=1)
    for fragment in NEXT:
        await setup.activate_key(office, "wut", fragment)
    return before


async def test_new_keys_sign_and_the_old_ones_still_verify(deployment, rotated):
    after = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    assert methods_of(after) == set(NEXT)
    assert (await verdict_of(deployment, after))[0] == "valid"
    assert (await verdict_of(deployment, rotated))[0] == "valid"
    assert await deployment.published_bits(rotated.document) == (False, False)


async def test_a_revoked_key_takes_along_what_it_signed_and_says_so(deployment, rotated):
    after = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    for fragment in FIRST:
        await setup.revoke_key(deployment.office, "wut", fragment, "found in a backup")
    verdict, code, sentence = await verdict_of(deployment, rotated)
    assert (verdict, code) == ("invalid", "key-revoked")
    assert "revoked" in sentence
    assert (await verdict_of(deployment, after))[0] == "valid"
    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    in_use = {method.split("#")[1] for method in document["assertionMethod"]}
    assert not in_use & set(FIRST)
    assert set(NEXT) <= in_use


@pytest.mark.parametrize("fragment", FIRST)
async def test_one_revoked_key_makes_what_carries_its_proof_invalid_and_spares_the_other_proof_alone(
    deployment, rotated, fragment
):
    await setup.revoke_key(deployment.office, "wut", fragment, "lost")
    verdict, code, _ = await verdict_of(deployment, rotated)
    assert (verdict, code) == ("invalid", "key-revoked")

    def reduced(*, to_the_revoked: bool) -> bytes:
        proofs = [
            proof
            for proof in rotated.document["proof"]
            if proof["verificationMethod"].endswith(f"#{fragment}") is to_the_revoked
        ]
        return json.dumps({**rotated.document, "proof": proofs}).encode()

    assert (await deployment.verify(reduced(to_the_revoked=False)))["verdict"] == "valid"
    report = await deployment.verify(reduced(to_the_revoked=True))
    assert (report["verdict"], report["reason"]["code"]) == ("invalid", "key-revoked")


async def test_a_status_list_is_never_served_under_a_revoked_key(deployment, rotated):
    address = rotated.document["credentialStatus"][0]["statusListCredential"]
    for fragment in FIRST:
        await setup.revoke_key(deployment.office, "wut", fragment, "lost")
    after = await deployment.public.get(address)
    assert {proof["verificationMethod"].split("#")[1] for proof in after.json()["proof"]} == set(NEXT)
    assert (await deployment.public.get(address)).content == after.content


async def test_without_a_key_for_each_proof_nothing_is_issued_and_readiness_says_so(deployment):
    ready = await deployment.public.get("/readyz")
    assert (ready.status_code, ready.json()["signing_keys"]) == (200, "usable")
    record = await deployment.issue(full_request("academic"))
    credential = await deployment.fetch(record)
    await setup.revoke_key(deployment.office, "wut", "p256-2026-1", "lost")
    answer = await deployment.system().post("/api/v1/credentials", json=full_request("service"))
    assert (answer.status_code, answer.json()["code"]) == (503, "signing-keys-missing")
    ready = await deployment.public.get("/readyz")
    assert (ready.status_code, ready.json()["signing_keys"]) == (503, "missing")
    # Status still changes, under the key that is left.
    await deployment.change_status("wut", record, "suspend", "under-review")
    assert await deployment.published_bits(credential.document) == (False, True)
    await setup.generate_keys(deployment.office, "wut", algorithms=(Algorithm.P256,), activate=True)
    await deployment.issue(full_request("service"))
    assert (await deployment.public.get("/readyz")).status_code == 200


async def test_another_process_learns_of_new_keys_within_seconds(deployment, rotated):
    await deployment.office.all_issuers()
    deployment.clock.advance(seconds=6)
    after = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    assert methods_of(after) == set(NEXT)


@pytest.mark.parametrize("slug", ["wut", "test"])
async def test_a_did_document_lives_at_the_address_that_the_did_names(deployment, slug):
    answer = await deployment.public.get(f"/issuers/{slug}/did.json")
    document = answer.json()
    assert answer.headers["content-type"] == "application/did+json"
    assert document["id"] == f"did:web:localhost%3A8000:issuers:{slug}"
    service = (await deployment.public.get("/.well-known/did.json")).json()
    assert service["id"] == "did:web:localhost%3A8000"
    again = await deployment.public.get(f"/issuers/{slug}/did.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
