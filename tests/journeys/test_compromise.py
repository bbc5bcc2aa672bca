"""A key is compromised: what our own records show from before stays valid, and nothing else that it signed."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.issuance import access, setup
from app.issuance.erasing import erase, find_erasable
from app.issuance.resigning import sign_again
from app.keys import Algorithm
from app.securing import jws, secure, vc_jose
from app.store.failures import DatabaseUnavailable
from app.verification.evidence import Policy
from app.verification.verifier import Verifier
from app.world import world_of
from tests.builders import full_request, required_only_request

LOST = "p256-2026-1"
V2 = "https://www.w3.org/ns/credentials/v2"


@pytest.fixture
async def record(deployment):
    return await deployment.issue(full_request("academic"))


@pytest.fixture
def thief(deployment):
    """Who has a copy of the key."""
    return deployment.office.keyring.signer("wut", LOST)


async def lose_key(deployment, *, days=1):
    """The key is in other hands after a day; another day later somebody notices."""
    since = deployment.clock() + timedelta(days=days)
    deployment.clock.advance(days=days + 1)
    await setup.revoke_key(deployment.office, "wut", LOST, "stolen", compromised_since=since)
    return since


async def key_check(deployment, content, **parameters):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    report = await deployment.verify(content, **parameters)
    return report["verdict"], next(check for check in report["checks"] if check["name"] == "issuer-key")


async def outcome(deployment, content):
    verdict, check = await key_check(deployment, content)
    return verdict, check["code"]


async def token_of(deployment, record):
    answer = await deployment.public.get(f"{record['public_url']}/vc.jwt")
    assert answer.status_code == 200, answer.text
    return answer.content


def method_of(document):
    return f"{document['issuer']['id']}#{LOST}"


def said_by(document):
    return {name: value for name, value in document.items() if name != "proof"}


async def forge_token(thief, key_id, document):
    header = {"kid": key_id, "typ": "vc+jwt", "cty": "vc"}
    return await jws.sign_compact(json.dumps(document).encode(), header, signer=thief)


async def test_what_was_recorded_before_stays_valid_as_document_and_as_token(deployment, record):
    document, token = await deployment.fetch(record), await token_of(deployment, record)
    since = await lose_key(deployment)
    for content in (document.content, token):
        assert await outcome(deployment, content) == ("valid", "issued-before-compromise")
    sentences = set()
    for language in ("en", "de"):
        _, check = await key_check(deployment, document.content, language=language)
        assert since.date().isoformat() in check["sentence"]
        assert record["created_at"][:10] in check["sentence"]
        sentences.add(check["sentence"])
    assert len(sentences) == 2
    # The learner's copy does not have to be fetched again where it was signed again for others.
    await setup.generate_keys(deployment.office, "wut", algorithms=(Algorithm.P256,), activate=True)
    assert (await sign_again(deployment.office, "wut", LOST)).forms == 2
    assert await outcome(deployment, document.content) == ("valid", "issued-before-compromise")
    assert await outcome(deployment, (await deployment.fetch(record)).content) == ("valid", "issuer-key-active")


async def test_a_wallet_may_write_the_json_anew_or_keep_one_proof(deployment, record):
    document = (await deployment.fetch(record)).document
    await lose_key(deployment)
    turned = json.dumps(dict(reversed(document.items())), indent=2).encode()
    assert await outcome(deployment, turned) == ("valid", "issued-before-compromise")
    (own,) = (proof for proof in document["proof"] if proof["verificationMethod"] == method_of(document))
    assert await outcome(deployment, {**document, "proof": own}) == ("valid", "issued-before-compromise")


async def test_a_revoked_credential_is_not_made_valid_by_its_record(deployment, record):
    content = (await deployment.fetch(record)).content
    await lose_key(deployment)
    await deployment.change_status("wut", record, "revoke", "integrity")
    assert await outcome(deployment, content) == ("invalid", "issued-before-compromise")


@pytest.mark.parametrize(("dated", "code"), [(-1, "key-compromised"), (2, "key-compromised-signed-after")])
@pytest.mark.parametrize("change", ["names", "identifier", "nothing"])
async def test_what_the_thief_signs_is_invalid_whatever_its_date(deployment, record, thief, dated, code, change):
    document = (await deployment.fetch(record)).document
    created = deployment.clock() + timedelta(days=dated)
    await lose_key(deployment)
    deployment.clock.advance(days=1)
    forged = said_by(document)
    if change == "names":
        forged = json.loads(json.dumps(forged).replace("O'Brien", "Impostor"))
        assert forged != said_by(document)
    elif change == "identifier":
        forged["id"] = "urn:uuid:0b7b8a4e-9a55-4be2-8d3f-0d6d0a3b2c11"
    forged = await secure(forged, signers=[(thief, method_of(document))], created=created)
    assert await outcome(deployment, forged) == ("invalid", code)
    # Nor does a genuine proof beside it help.
    both = {**forged, "proof": [*document["proof"], forged["proof"]]}
    assert (await outcome(deployment, both))[0] == "invalid"


async def test_a_token_of_the_thief_is_invalid_whatever_stands_in_it(deployment, record, thief):
    document = vc_jose.read(await token_of(deployment, record)).document
    await lose_key(deployment)
    key_id = f"{method_of(document)}-jwk"
    for more in ({"validUntil": "2099-01-01T00:00:00Z"}, {"name": "Impostor"}):
        token = await forge_token(thief, key_id, {**document, **more})
        assert (await outcome(deployment, token))[0] == "invalid"
    # What has no canonical form has no digest either; in a presentation it comes as far as being asked about.
    token = await forge_token(thief, key_id, {**document, "proof": {"nonce": "\ud800"}})
    address = f"data:application/vc+jwt,{token.decode()}"
    envelope = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": address}
    shown = {"@context": [V2], "type": "VerifiablePresentation", "verifiableCredential": envelope}
    report = await deployment.verify(json.dumps(shown).encode())
    assert report["verdict"] == "invalid"
    (one,) = report["credentials"]
    assert one["report"]["verdict"] == "invalid"


async def test_what_we_signed_ourselves_since_that_moment_is_invalid(deployment, record):
    since = deployment.clock() + timedelta(days=1)
    deployment.clock.moment = since
    late = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    deployment.clock.advance(days=1)
    await setup.revoke_key(deployment.office, "wut", LOST, "stolen", compromised_since=since)
    assert await outcome(deployment, late.content) == ("invalid", "key-compromised-signed-after")
    assert (await outcome(deployment, (await deployment.fetch(record)).content))[0] == "valid"


async def test_what_was_erased_shows_nothing_any_more(deployment, record):
    content = (await deployment.fetch(record)).content
    caller = await access.operator(deployment.office, "wut")
    (award,) = await find_erasable(deployment.office, caller, credential_ids=[UUID(record["id"])])
    assert await erase(deployment.office, caller, [award.award_id]) == 1
    assert await outcome(deployment, content) == ("valid", "issuer-key-active")
    await lose_key(deployment)
    assert await outcome(deployment, content) == ("invalid", "key-compromised")


async def test_where_the_records_cannot_be_read_it_is_left_open(deployment, record):
    document = (await deployment.fetch(record)).document
    await lose_key(deployment)

    async def away(_issuer, _credential):
        raise DatabaseUnavailable

    world = replace(world_of(deployment.office, deployment.settings), own_signatures=away)
    verifier = Verifier(world, Policy())
    report = await verifier.verify(document, now=deployment.clock())
    await verifier.close()
    assert (report.verdict, report.reason.code) == ("indeterminate", "key-compromised-records-unread")
