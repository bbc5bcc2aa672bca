"""A credential as a token (vc+jwt): fetched, verified, tampered with, revoked, kept for ever."""

import asyncio
import json
from uuid import UUID

import pytest

from app.issuance import setup
from app.issuance.issue import VCDM2_JWT_FORM
from app.keys import PublicKey
from app.securing import vc_jose
from app.securing.jws import decode_base64url, encode_base64url
from app.status import BitstringStatusList
from app.store import data_keys, secured_forms, signing_keys
from tests.builders import full_request
from tests.counterparts.remote_keyring import RemoteKeyring
from tests.deployments import a_deployment, open_office

TOKEN = "application/vc+jwt"


@pytest.fixture
async def record(deployment):
    return await deployment.issue(full_request("academic"))


async def fetch_token(deployment, record):
    answer = await deployment.public.get(f"{record['public_url']}/vc.jwt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, TOKEN), answer.text
    return answer.content


def parts_of(token):
    header, payload, _ = token.split(b".")
    return json.loads(decode_base64url(header)), json.loads(decode_base64url(payload))


async def bits_of(deployment, document):
    """What the published twins say, each of them checked with the key that its header names."""
    bits = []
    for entry in document["credentialStatus"]:
        answer = await deployment.public.get(entry["statusListCredential"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, TOKEN)
        published = await verified(deployment, answer.content)
        assert (published["id"], published["issuer"]) == (entry["statusListCredential"], document["issuer"]["id"])
        subject = published["credentialSubject"]
        assert subject["statusPurpose"] == entry["statusPurpose"]
        bits.append(BitstringStatusList.decode(subject["encodedList"]).get(int(entry["statusListIndex"])))
    return tuple(bits)


async def verified(deployment, token):
    """Return the payload, if the signature is that of the JWK which the issuer's DID document has under this name."""
    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    keys = {
        method["id"]: PublicKey.from_jwk(method["publicKeyJwk"])
        for method in document["verificationMethod"]
        if method["type"] == "JsonWebKey" and method["id"] in document["assertionMethod"]
    }
    result = vc_jose.check(vc_jose.read(token), keys.get)
    assert result.verified, result
    return parts_of(token)[1]


async def test_every_address_gives_the_same_token(deployment, record):
    form = next(form for form in record["forms"] if form["form"] == "vcdm2-jwt")
    assert (form["media_type"], form["state"]) == (TOKEN, "ready")
    first = await fetch_token(deployment, record)
    negotiated = await deployment.public.get(record["public_url"], headers={"Accept": f"{TOKEN}, application/vc;q=0.9"})
    assert (negotiated.content, negotiated.headers["content-type"]) == (first, TOKEN)
    own = await deployment.system().get(form["url"])
    assert (own.content, own.headers["content-type"]) == (first, TOKEN)
    assert own.headers["etag"] == negotiated.headers["etag"]
    address = f"{record['public_url']}/vc.jwt"
    again = await deployment.public.get(address, headers={"If-None-Match": own.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asked = await deployment.public.head(address)
    assert (asked.status_code, asked.headers["content-length"]) == (200, str(len(first)))
    assert asked.headers["cache-control"] == "private, no-cache"
    assert (await deployment.system().get(f"/api/v1/credentials/{record['id']}")).json()["forms"] == record["forms"]
    listed = await deployment.system().get(f"/api/v1/credentials/{record['id']}/forms")
    assert listed.json() == record["forms"]


async def test_the_token_says_what_the_form_with_proofs_says(deployment, record):
    token = await fetch_token(deployment, record)
    header, payload = parts_of(token)
    assert header == {"alg": "ES256", "kid": header["kid"], "typ": "vc+jwt", "cty": "vc"}
    assert header["kid"].endswith(":issuers:wut#p256-2026-1-jwk")
    assert await verified(deployment, token) == payload
    document = (await deployment.fetch(record)).document
    proof, entries = document.pop("proof"), document.pop("credentialStatus")
    assert len(proof) == 2
    assert {name: value for name, value in payload.items() if name != "credentialStatus"} == document
    assert payload["credentialStatus"] == [
        {**entry, "statusListCredential": f"{entry['statusListCredential']}.jwt"} for entry in entries
    ]


@pytest.mark.parametrize("kind", [TOKEN, "application/jwt", "text/plain", "application/octet-stream"])
async def test_a_token_is_verified_whatever_it_is_called(deployment, record, kind):
    token = await fetch_token(deployment, record)
    answer = await deployment.public.post("/verify", content=token, headers={"Content-Type": kind})
    report = answer.json()
    assert (answer.status_code, report["verdict"]) == (200, "valid"), report["reason"]
    assert [(proof["mechanism"], proof["algorithm"]) for proof in report["proofs"]] == [("jose", "ES256")]
    failed = [check["name"] for check in report["checks"] if check["result"] == "failed"]
    assert failed == []
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:{TOKEN},{token.decode()}",
    }
    assert await deployment.verify(json.dumps(envelope).encode()) == report


async def test_a_token_that_was_changed_is_not_valid(deployment, record):
    token = await fetch_token(deployment, record)
    header, payload, signature = token.split(b".")
    document = parts_of(token)[1]
    document["credentialSubject"]["familyName"] = {"en": ["Other"]}
    forged = b".".join([header, encode_base64url(json.dumps(document).encode()), signature])
    report = await deployment.verify(forged)
    assert report["verdict"] == "invalid"
    assert {"proof-wrong"} == {check["code"] for check in report["checks"] if check["name"] == "proof"}
    unsigned = encode_base64url(json.dumps({**parts_of(token)[0], "alg": "none"}).encode()) + b"." + payload + b"."
    report = await deployment.verify(unsigned)
    assert {"token-unsigned"} == {check["code"] for check in report["checks"] if check["name"] == "proof"}
    assert report["verdict"] == "invalid"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"eyJhbGciOiJFUzI1NiJ9.e30.AB", "malformed-token"), (b"eyJhbGciOiJFUzI1NiJ9.e30", "malformed-token")],
)
async def test_what_is_not_one_token_is_refused_with_the_place(deployment, body, code):
    answer = await deployment.public.post("/verify", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert len(answer.json()["errors"]) == 1


async def test_a_token_may_hold_as_much_as_a_document(deployment):
    most = deployment.office.max_request_bytes
    for size, status in ((most, 200), (most + 1, 400), (2 * most, 413)):
        payload = b'"' + b"x" * (size - 2) + b'"'
        token = b".".join(encode_base64url(part) for part in (b'{"alg":"ES256"}', payload, b"x"))
        assert (await deployment.public.post("/verify", content=token)).status_code == status, size
    answer = await deployment.public.post("/verify", content=b'"' + b"x" * (most - 1) + b'"')
    assert answer.status_code == 413


async def test_the_twins_of_the_status_lists_follow_every_change(deployment, record):
    token = await fetch_token(deployment, record)
    document = parts_of(token)[1]
    assert await bits_of(deployment, document) == (False, False)
    for change, reason, bits, verdict in (
        ("suspend", "under-review", (False, True), "suspended"),
        ("reinstate", "review-ended", (False, False), "valid"),
        ("revoke", "integrity", (True, False), "revoked"),
    ):
        await deployment.change_status("wut", record, change, reason)
        assert await bits_of(deployment, document) == bits
        assert (await deployment.verify(token))["reason"]["code"] == verdict
    assert await deployment.published_bits((await deployment.fetch(record)).document) == (True, False)
    assert await fetch_token(deployment, record) == token


async def test_a_twin_is_signed_again_only_for_a_reason(deployment, record):
    url = parts_of(await fetch_token(deployment, record))[1]["credentialStatus"][0]["statusListCredential"]
    first = await deployment.public.get(url)
    assert (await deployment.public.get(url)).content == first.content
    plain = await deployment.public.get(url.removesuffix(".jwt"))
    assert plain.headers["content-type"] == "application/vc"
    deployment.clock.advance(hours=13)
    later = await deployment.public.get(url)
    assert later.content != first.content
    assert parts_of(later.content)[1]["validFrom"] > parts_of(first.content)[1]["validFrom"]
    for missing in ("revocation.jwt.jwt", ".jwt", "revocation.JWT"):
        assert (await deployment.public.get(url.replace("revocation.jwt", missing))).status_code == 404


async def test_a_credential_never_fetched_as_a_token_can_be_when_it_is_revoked(deployment, record):
    await deployment.change_status("wut", record, "revoke", "integrity")
    token = await fetch_token(deployment, record)
    assert (await deployment.verify(token))["reason"]["code"] == "revoked"


async def test_the_bytes_and_their_key_are_kept_when_keys_change(deployment, record):
    token = await fetch_token(deployment, record)
    other = await deployment.issue(full_request("service"))
    await setup.generate_keys(deployment.office, "wut")
    deployment.clock.advance(days=1)
    for fragment in ("ed25519-2026-2", "p256-2026-2"):
        await setup.activate_key(deployment.office, "wut", fragment)
    assert await fetch_token(deployment, record) == token
    assert (await deployment.verify(token))["verdict"] == "valid"
    younger = await fetch_token(deployment, other)
    assert parts_of(younger)[0]["kid"].endswith("#p256-2026-2-jwk")
    assert (await deployment.verify(younger))["verdict"] == "valid"
    issuer = await deployment.office.issuer("wut")
    async with deployment.office.database.read() as connection:
        keys = await signing_keys.list_of_issuer(connection, issuer.issuer_id)
        by_name = {key.fragment: key.id for key in keys}
        assert await secured_forms.count_credentials_of_key(connection, by_name["p256-2026-2"]) == 1


async def test_a_revoked_key_takes_its_tokens_along(deployment, record):
    token = await fetch_token(deployment, record)
    await setup.revoke_key(deployment.office, "wut", "p256-2026-1", "lost")
    assert (await deployment.verify(token))["reason"]["code"] == "key-revoked"


async def test_a_key_that_another_process_revoked_a_moment_ago_signs_no_token(sqlite_prepared):
    async with a_deployment(sqlite_prepared) as deployment:
        record = await deployment.issue(full_request("academic"))
        url, keys, _ = sqlite_prepared
        elsewhere = open_office(url, keys, deployment.clock)
        await setup.generate_keys(elsewhere, "wut")
        for fragment in ("ed25519-2026-2", "p256-2026-2"):
            await setup.activate_key(elsewhere, "wut", fragment)
        await setup.revoke_key(elsewhere, "wut", "p256-2026-1", "lost")
        await elsewhere.close()
        token = await fetch_token(deployment, record)
        assert parts_of(token)[0]["kid"].endswith("#p256-2026-2-jwk")
        assert (await deployment.verify(token))["verdict"] == "valid"


async def test_those_who_ask_at_once_get_the_same_bytes_and_one_event(deployment, record):
    tokens = await asyncio.gather(*(fetch_token(deployment, record) for _ in range(8)))
    assert len(set(tokens)) == 1
    history = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")).json()
    assert [entry["kind"] for entry in history["entries"]].count("form-secured") == 1


async def test_nobody_elses_token_is_given_out(deployment, record):
    assert (await deployment.public.get("/c/nobody/vc.jwt")).status_code == 404
    other = await deployment.system("chalmers").get(f"/api/v1/credentials/{record['id']}/forms/vcdm2-jwt")
    assert (other.status_code, other.json()["code"]) == (404, "credential-unknown")
    unknown = await deployment.system().get(f"/api/v1/credentials/{record['id']}/forms/vcdm2-cose")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "form-unknown")


@pytest.mark.parametrize("asked_before", [False, True])
async def test_what_was_erased_comes_back_in_no_form(deployment, record, asked_before):
    if asked_before:
        await fetch_token(deployment, record)
    issuer = await deployment.office.issuer("wut")
    async with deployment.office.database.transaction() as connection:
        row = await secured_forms.find(connection, issuer.awarding_body_id, UUID(record["id"]), "vcdm2-di")
        await data_keys.destroy(connection, issuer.awarding_body_id, row.award_id, now=deployment.clock())
    answer = await deployment.public.get(f"{record['public_url']}/vc.jwt")
    assert (answer.status_code, answer.json()["code"]) == (410, "erased")


class TestKeysElsewhere:
    """The signer is slow: what it is to sign is stored first, and no transaction waits for it."""

    @pytest.fixture
    async def deployment(self, prepared):
        async with a_deployment(prepared, kind=RemoteKeyring) as running:
            yield running

    async def test_the_token_is_as_any_other(self, deployment, record):
        address = f"{record['public_url']}/vc.jwt"
        answers = await asyncio.gather(*(deployment.public.get(address) for _ in range(4)))
        assert {answer.status_code for answer in answers} <= {200, 503}
        token = await fetch_token(deployment, record)
        assert {answer.content for answer in answers if answer.status_code == 200} == {token}
        assert (await deployment.verify(token))["verdict"] == "valid"

    async def test_what_a_crash_left_is_finished_by_whoever_asks_next(self, deployment, record):
        keyring = deployment.office.keyring
        keyring.open_for_work.clear()
        asked = keyring.asked
        address = f"{record['public_url']}/vc.jwt"
        task = asyncio.create_task(deployment.public.get(address))
        while keyring.asked == asked:  # noqa: ASYNC110 - the signer knows nothing of tests
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        keyring.open_for_work.set()
        issuer = await deployment.office.issuer("wut")
        async with deployment.office.database.read() as connection:
            left = await secured_forms.find(connection, issuer.awarding_body_id, UUID(record["id"]), VCDM2_JWT_FORM)
        assert (left.state, left.content) == ("pending", None)
        token = await fetch_token(deployment, record)
        assert (await deployment.verify(token))["verdict"] == "valid"
        assert await fetch_token(deployment, record) == token

    async def test_before_the_credential_is_issued_there_is_no_token(self, deployment):
        keyring = deployment.office.keyring
        keyring.open_for_work.clear()
        request = full_request("academic")
        task = asyncio.create_task(deployment.system().post("/api/v1/credentials", json=request))
        while not keyring.asked:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)
        listed = (await deployment.system().get("/api/v1/credentials")).json()["items"]
        answer = await deployment.public.get(f"{listed[0]['public_url']}/vc.jwt")
        assert (answer.status_code, answer.json()["code"]) == (503, "form-pending")
        assert {form["state"] for form in listed[0]["forms"]} == {"pending"}
        keyring.open_for_work.set()
        assert (await task).status_code == 201
