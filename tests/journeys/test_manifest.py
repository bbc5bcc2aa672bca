"""The manifest that ties the files of one award together."""

import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from app.issuance import access, erasing, seals, setup
from app.issuance.resigning import sign_again
from app.keys import PublicKey, development_pki
from app.securing import jws
from app.strict_json import canonical
from app.trust.seals import Anchors
from tests.builders import full_request
from tests.deployments import START, a_deployment

LOST = "p256-2026-1"


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki") / "pki"
    development_pki.make(folder, START - timedelta(days=1))
    return folder


@pytest.fixture
async def deployment(prepared, pki):
    async with a_deployment(prepared, changes={"seal_anchors": pki / "anchors"}) as running:
        yield running


@pytest.fixture
async def record(deployment):
    return await deployment.issue(full_request("academic"))


async def enrol(deployment, pki):
    request = await seals.request_seal(deployment.office, "wut")
    certificate = development_pki.certify(pki, request.pem, deployment.office.clock())
    await seals.enrol_seal(deployment.office, "wut", certificate, Anchors.read(pki / "anchors"))


async def fetch(deployment, record, name=""):
    answer = await deployment.public.get(f"{record['public_url']}{name}")
    assert answer.status_code == 200, answer.text
    return answer.content


async def manifest_of(deployment, record):
    """The manifest, if its signature is that of the JWK which the issuer's DID document has under the name in it."""
    token = jws.parse_compact(await fetch(deployment, record, "/manifest.jwt"))
    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    keys = {
        method["id"]: PublicKey.from_jwk(method["publicKeyJwk"])
        for method in document["verificationMethod"]
        if method["type"] == "JsonWebKey"
    }
    assert token.header["typ"] == "enhance-manifest+jwt"
    assert jws.holds(token, keys[token.header["kid"]])
    manifest = json.loads(token.payload)
    assert canonical(manifest) == token.payload
    assert manifest["issuer"] == document["id"]
    return manifest


async def digests_of_files(deployment, record):
    """What anybody computes from the files at the public address."""
    signed = json.loads(await fetch(deployment, record))
    del signed["proof"]
    token = await fetch(deployment, record, "/vc.jwt")
    found = {"vcdm2-di": canonical(signed), "vcdm2-jwt": jws.decode_base64url(token.split(b".")[1])}
    edc = json.loads(await fetch(deployment, record, "/edc.jsonld"))
    if "payload" in edc:
        found["edc"] = edc["payload"].encode()
    return {form: sha256(content).hexdigest() for form, content in found.items()}


@pytest.mark.parametrize("sealed", [True, False])
async def test_it_names_every_secured_file_by_the_digest_of_its_payload(deployment, record, pki, sealed):
    if sealed:
        await enrol(deployment, pki)
    manifest = await manifest_of(deployment, record)
    assert {file["form"]: file["sha256"] for file in manifest["files"]} == await digests_of_files(deployment, record)
    assert ("edc" in {file["form"] for file in manifest["files"]}) is sealed
    assert manifest["credential"] == f"urn:uuid:{record['id']}"
    document = json.loads(await fetch(deployment, record))
    assert manifest["certificateNumber"] == record["certificate_number"] == document["identifier"]["notation"]
    learner = full_request("academic")["learner"]
    assert not any(
        learner[name] in json.dumps(manifest, ensure_ascii=False) for name in ("given_names", "family_names")
    )


async def test_it_never_changes_until_a_sealed_file_has_come(deployment, record, pki):
    first = await fetch(deployment, record, "/manifest.jwt")
    deployment.clock.advance(days=3)
    assert await fetch(deployment, record, "/manifest.jwt") == first
    await enrol(deployment, pki)
    second = await fetch(deployment, record, "/manifest.jwt")
    assert second != first
    assert await fetch(deployment, record, "/manifest.jwt") == second


async def test_after_the_loss_of_a_key_the_same_manifest_is_signed_again(deployment, record):
    before = await manifest_of(deployment, record)
    await setup.generate_keys(deployment.office, "wut")
    await setup.revoke_key(deployment.office, "wut", LOST, "lost")
    await setup.activate_key(deployment.office, "wut", "p256-2026-2")
    deployment.clock.advance(days=1)
    assert (await sign_again(deployment.office, "wut", LOST)).refused == ()
    assert await manifest_of(deployment, record) == before
    assert {file["form"]: file["sha256"] for file in before["files"]} == await digests_of_files(deployment, record)


@pytest.mark.parametrize("language", ["en", "de"])
async def test_verify_says_that_it_is_a_manifest_and_no_credential(deployment, record, language):
    token = await fetch(deployment, record, "/manifest.jwt")
    report = await deployment.verify(token, language=language)
    assert (report["verdict"], report["reason"]["code"]) == ("indeterminate", "manifest-no-credential")
    assert report["document"]["form"] == "manifest"
    results = {check["name"]: check["result"] for check in report["checks"]}
    assert (results["proof"], results["issuer-key"]) == ("passed", "passed")


async def test_an_altered_manifest_and_one_that_poses_as_a_credential_are_told_to_be_wrong(deployment, record):
    header, payload, signature = (await fetch(deployment, record, "/manifest.jwt")).split(b".")
    said = json.loads(jws.decode_base64url(payload))
    said["files"][0]["sha256"] = "0" * 64
    altered = b".".join((header, jws.encode_base64url(json.dumps(said).encode()), signature))
    report = await deployment.verify(altered)
    assert (report["verdict"], report["reason"]["code"]) == ("invalid", "proof-wrong")
    # A credential's token with the type of a manifest in its content, or the other way round, is neither.
    token = await fetch(deployment, record, "/vc.jwt")
    posing = b".".join((header, token.split(b".")[1], signature))
    report = await deployment.verify(posing)
    assert (report["verdict"], report["reason"]["code"]) == ("invalid", "token-type-wrong")


async def test_there_is_none_of_what_was_erased_and_none_at_a_wrong_address(deployment, record):
    await fetch(deployment, record, "/manifest.jwt")
    assert (await deployment.public.get("/c/nobody-has-this/manifest.jwt")).status_code == 404
    caller = await access.operator(deployment.office, "wut")
    (award,) = await erasing.find_erasable(deployment.office, caller, credential_ids=[UUID(record["id"])])
    await erasing.erase(deployment.office, caller, [award.award_id])
    answer = await deployment.public.get(f"{record['public_url']}/manifest.jwt")
    assert answer.status_code == 410
