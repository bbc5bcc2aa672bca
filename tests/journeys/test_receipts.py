"""Receipts: what was checked, signed by the service itself, recognised when it comes back, checked by anybody."""

import hashlib
import json
from datetime import timedelta

import pytest

from app.issuance.office import SERVICE_SLUG
from app.jsonld import canonicalize
from app.keys import PublicKey
from app.securing import vc_jose
from app.securing.jws import encode_base64url
from app.store import issuers, signing_keys
from app.store.states import KeyPurpose
from tests.builders import full_request
from tests.counterparts.foreign_issuer import ForeignIssuer
from tests.journeys.test_trouble import PERSONAL

TOKEN = "application/vc+jwt"


@pytest.fixture
async def credential(deployment):
    return await deployment.fetch(await deployment.issue(full_request("academic")))


async def receipt_for(deployment, content, **parameters):
    answer = await deployment.public.post("/verify/receipt", content=content, params=parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (200, TOKEN), answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


def said_in(token):
    return vc_jose.read(token).document


async def service_keys(deployment):
    document = (await deployment.public.get("/.well-known/did.json")).json()
    return {
        method["id"]: PublicKey.from_jwk(method["publicKeyJwk"])
        for method in document["verificationMethod"]
        if method["type"] == "JsonWebKey"
    }


async def test_a_receipt_says_what_was_checked_by_which_policy_and_what_each_check_came_to(deployment, credential):
    token = await receipt_for(deployment, credential.content)
    document = said_in(token)
    assert document["type"] == ["VerifiableCredential", "VerificationReceipt"]
    assert document["issuer"] == "did:web:localhost%3A8000"
    assert document["validFrom"] == deployment.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    subject = document["credentialSubject"]
    sha256 = hashlib.sha256(credential.content)
    assert subject["sha256"] == sha256.hexdigest()
    assert subject["id"] == f"ni:///sha-256;{encode_base64url(sha256.digest()).decode()}"
    assert subject["statedId"] == credential.document["id"]
    assert subject["statedIssuer"] == credential.document["issuer"]["id"]
    assert (subject["verdict"], subject["reason"]) == ("valid", "valid")
    assert subject["policy"]["lookups"] == "off"
    report = await deployment.verify(credential.content)
    assert [(check["kind"], check["result"], check["code"]) for check in subject["check"]] == [
        (check["name"], check["result"], check["code"]) for check in report["checks"]
    ]


async def test_a_receipt_rests_on_the_published_documents_by_their_digests(deployment, credential):
    sources = said_in(await receipt_for(deployment, credential.content))["credentialSubject"]["basedOn"]
    by_address = {source["checked"]: source for source in sources}
    did_document = (await deployment.public.get("/issuers/wut/did.json")).content
    assert by_address[credential.document["issuer"]["id"]]["sha256"] == hashlib.sha256(did_document).hexdigest()
    for entry in credential.document["credentialStatus"]:
        published = (await deployment.public.get(entry["statusListCredential"])).content
        source = by_address[entry["statusListCredential"]]
        assert (source["kind"], source["sha256"]) == ("status-list", hashlib.sha256(published).hexdigest())


async def test_anybody_can_check_a_receipt_with_the_services_published_key(deployment, credential):
    token = await receipt_for(deployment, credential.content)
    read = vc_jose.read(token)
    assert read.key_id.startswith("did:web:localhost%3A8000#")
    assert vc_jose.check(read, (await service_keys(deployment)).get).verified
    assert canonicalize(read.document)


async def test_a_receipt_that_comes_back_is_recognised_and_is_no_credential(deployment, credential):
    token = await receipt_for(deployment, credential.content)
    deployment.clock.advance(days=3650)
    report = await deployment.verify(token, language="de")
    assert (report["verdict"], report["reason"]["code"]) == ("indeterminate", "own-receipt")
    assert report["reason"]["sentence"].startswith("Echte Quittung dieses Dienstes")
    assert report["receipt_says"] == {
        "sha256": hashlib.sha256(credential.content).hexdigest(),
        "verdict": "valid",
        "reason": "valid",
        "checked_at": (deployment.clock() - timedelta(days=3650)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


async def test_an_altered_or_foreign_receipt_says_nothing(deployment, credential):
    token = await receipt_for(deployment, credential.content[:-1] + b"  }")
    header, _, signature = token.split(b".")
    said = {**said_in(token)}
    said["credentialSubject"] = {**said["credentialSubject"], "verdict": "valid", "sha256": "0" * 64}
    altered = b".".join([header, encode_base64url(json.dumps(said).encode()), signature])
    report = await deployment.verify(altered)
    assert (report["verdict"], report["reason"]["code"], report["receipt_says"]) == ("invalid", "proof-wrong", None)
    stranger = ForeignIssuer()
    report = await deployment.verify(await stranger.token({**said, "issuer": stranger.did}))
    assert (report["reason"]["code"], report["receipt_says"]) == ("issuer-not-a-member", None)
    report = await deployment.verify(await stranger.token(said))
    assert (report["verdict"], report["receipt_says"]) == ("invalid", None)


async def test_a_receipt_of_a_revoked_credential_stays_what_it_was(deployment):
    record = await deployment.issue(full_request("academic"))
    credential = await deployment.fetch(record)
    before = await receipt_for(deployment, credential.content)
    await deployment.change_status("wut", record, "revoke", "issued-in-error")
    after = await receipt_for(deployment, credential.content)
    for token, verdict in ((before, "valid"), (after, "invalid")):
        assert (await deployment.verify(token))["receipt_says"]["verdict"] == verdict
    assert said_in(after)["credentialSubject"]["reason"] == "revoked"


async def test_a_receipt_of_a_presentation_tells_each_credential_and_the_challenge_by_its_digest(
    deployment, credential
):
    holder = ForeignIssuer()
    unsigned = holder.presentation(credential.document)
    signed = await holder.present(
        unsigned, created=deployment.clock(), challenge="challenge-asked-once", domain="https://rp.example"
    )
    token = await receipt_for(
        deployment, json.dumps(signed).encode(), challenge="challenge-asked-once", domain="https://rp.example"
    )
    subject = said_in(token)["credentialSubject"]
    assert (subject["form"], subject["verdict"]) == ("presentation", "valid")
    assert subject["contains"][0]["statedId"] == credential.document["id"]
    assert (await deployment.verify(token))["reason"]["code"] == "own-receipt"
    asked = subject["policy"]
    assert asked["challengeSha256"] == hashlib.sha256(b"challenge-asked-once").hexdigest()
    assert asked["domainSha256"] == [hashlib.sha256(b"https://rp.example").hexdigest()]
    for secret in (holder.did, "challenge-asked-once", "rp.example"):
        assert secret not in json.dumps(said_in(token))


async def test_a_receipt_carries_no_personal_data(deployment, credential):
    text = json.dumps(said_in(await receipt_for(deployment, credential.content)), ensure_ascii=False)
    assert all(secret not in text for secret in PERSONAL)
    assert credential.document["credentialSubject"]["id"] not in text


async def test_a_receipt_can_come_with_the_report(deployment, credential):
    report = await deployment.verify(credential.content, receipt="true")
    assert report["receipt"]["problem"] is None
    assert (await deployment.verify(report["receipt"]["token"].encode()))["reason"]["code"] == "own-receipt"
    assert (await deployment.verify(credential.content))["receipt"] is None


async def test_without_the_services_key_there_is_a_report_and_a_clear_word(deployment, credential):
    office = deployment.office
    async with office.database.read() as connection:
        service = await issuers.find_service(connection)
        keys = await signing_keys.list_active(connection, service.id, KeyPurpose.SERVICE)
    for key in keys:
        office.keyring.destroy(SERVICE_SLUG, key.fragment)
    office.forget_issuers()
    answer = await deployment.public.post("/verify/receipt", content=credential.content)
    assert (answer.status_code, answer.json()["code"]) == (503, "receipt-not-signed")
    report = await deployment.verify(credential.content, receipt="true")
    assert (report["verdict"], report["receipt"]) == ("valid", {"token": None, "problem": "receipt-not-signed"})


async def test_what_is_no_document_gets_no_receipt(deployment):
    answer = await deployment.public.post("/verify/receipt", content=b"{")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")


async def test_the_context_of_receipts_is_published(deployment):
    answer = await deployment.public.get("/contexts/receipt/v1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ld+json")
