"""What several of the public suites ask, and what of theirs has no better place (``suites.toml``)."""

import re
from pathlib import Path

import pytest

from app.keys import Algorithm, PublicKey, base58
from app.keys.signer import signature_length
from app.status import BitstringStatusList
from tests.interop.conftest import CURVES, EXAMPLES, V2, refused
from tests.interop.holder import Holder

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPOSITORY = Path(__file__).resolve().parents[2]
DID_V1 = "https://www.w3.org/ns/did/v1"


async def test_the_guide_has_a_configuration_for_the_suites_that_names_our_addresses(suite):
    guide = (REPOSITORY / "docs" / "integrator-guide.md").read_text(encoding="utf-8")
    (configuration,) = (
        block for block in re.findall(r"```js\n(.*?)```", guide, re.DOTALL) if "implementations" in block
    )
    named = {path.replace("${name}", "{name}") for path in re.findall(r"\$\{HOST\}(/[^`]+)`", configuration)}
    described = (await suite.get("/openapi.json")).json()["paths"]
    assert named == {
        "/interop/issuers/{name}/credentials/issue",
        "/interop/credentials/verify",
        "/interop/presentations/verify",
    }
    assert named <= set(described)
    assert set(re.findall(r"issuer\('(\w+)'", configuration)) == set(CURVES)


# --- the data model


async def test_what_is_neither_a_credential_nor_a_presentation_verifies_as_neither(suite):
    document = {"type": ["NonconformingDocument"]}
    await suite.refuses_to_verify(document)
    refused(await suite.present(document))


async def test_a_credential_may_be_about_several_subjects(suite):
    subjects = [{"id": "did:example:one"}, {"id": "did:example:two"}]
    credential = await suite.issued(suite.credential(credentialSubject=subjects))
    assert credential["credentialSubject"] == subjects
    assert (await suite.verify(credential)).status_code == 200
    await suite.refuses_to_issue(suite.credential(credentialSubject=[subjects[0], {}]))


async def test_a_type_of_a_status_that_no_context_defines_is_refused(suite):
    status = {"id": "https://example.org/status/1", "type": "NobodyDefinedThis"}
    problem = refused(await suite.issue(suite.credential(credentialStatus=status)))
    assert problem["errors"][0]["pointer"].startswith("#/credentialStatus")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("refreshService", {"id": "https://example.org/refresh", "type": "Kind"}),
        ("termsOfUse", {"type": "Kind"}),
        ("termsOfUse", {"id": "https://example.org/terms", "type": "Kind"}),
        ("evidence", {"id": "https://example.org/evidence", "type": ["Kind"]}),
    ],
)
async def test_one_or_several_of_each_extension_are_issued_as_they_are(suite, member, value):
    for stated in (value, [value, {**value, "id": "https://example.org/another"}]):
        credential = await suite.issued(suite.credential(context=[V2, EXAMPLES], **{member: stated}))
        assert credential[member] == stated
        assert (await suite.verify(credential)).status_code == 200


# --- proofs


@pytest.mark.parametrize("curve", CURVES)
async def test_an_issued_proof_has_each_member_in_its_form(suite, curve):
    proof = (await suite.issued(None, curve))["proof"]
    assert set(proof) == {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}
    assert (proof["type"], proof["proofPurpose"]) == ("DataIntegrityProof", "assertionMethod")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", proof["created"])
    did, _, fragment = proof["verificationMethod"].partition("#")
    assert did == suite.issuers[curve] == f"did:key:{fragment}"
    key = PublicKey.from_multikey(fragment)
    assert fragment.startswith("z")
    assert proof["proofValue"].startswith("z")
    # ECDSA: r and s of fixed length (IEEE P1363), whatever their leading zeros.
    assert len(base58.decode(proof["proofValue"][1:], max_bytes=200)) == signature_length(key.algorithm)


async def proved(holder, **members):
    document = {
        "@context": [V2, EXAMPLES],
        "type": ["VerifiableCredential"],
        "issuer": holder.did,
        "credentialSubject": {"id": "did:example:subject"},
    }
    return {**document, "proof": await holder.prove(document, **members)}


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("member", ["created", "expires"])
async def test_dates_of_a_proof_that_are_none_do_not_verify_though_they_were_signed(suite, algorithm, member):
    holder, dates = Holder(algorithm), {"created": "2026-01-02T03:04:05Z", "expires": "2098-07-06T05:04:03Z"}
    # What is signed in this way does verify.
    written_otherwise = (member, dates[member].replace("Z", "+00:00"))
    assert (await suite.verify(await proved(holder, **dates, instead=written_otherwise))).status_code == 200
    for wrong in ("2020-01-01T00:00:00", "2099-01-01T00:00:00", "2099-01-01", "invalid", ""):
        await suite.refuses_to_verify(await proved(holder, **dates, instead=(member, wrong)))


@pytest.mark.parametrize("algorithm", list(Algorithm))
async def test_another_type_or_suite_does_not_verify_though_it_was_signed(suite, algorithm):
    holder = Holder(algorithm)
    for wrong in ({"type": "UnknownProofType"}, {"cryptosuite": "unknown-suite"}, {"proofPurpose": "invalidPurpose"}):
        await suite.refuses_to_verify(await proved(holder, **wrong))


# --- status lists


async def test_an_entry_and_its_list_have_the_form_that_the_suite_reads(suite):
    credential = await suite.issued(
        suite.credential(id="urn:uuid:00000000-0000-4000-8000-0000000000aa"), status=["revocation"]
    )
    entry = credential["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert re.fullmatch(r"0|[1-9][0-9]*", entry["statusListIndex"])
    published = (await suite.get(entry["statusListCredential"])).json()
    assert set(published["type"]) == {"VerifiableCredential", "BitstringStatusListCredential"}
    subject = published["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", "revocation")
    assert published["id"] == entry["statusListCredential"]
    assert subject["encodedList"].startswith("u")
    assert "=" not in subject["encodedList"]
    assert len(BitstringStatusList.decode(subject["encodedList"])) >= 16 * 1024 * 8


async def test_a_status_entry_under_another_name_is_refused(suite):
    entry = {
        "type": "BitstringStatusListEntry",
        "statusListIndex": True,
        "statusListCredential": "https://example.com",
    }
    problem = refused(await suite.issue(suite.credential(statusEntry=entry)))
    assert problem["errors"][0]["pointer"] == "#/statusEntry"


# --- DIDs


@pytest.mark.parametrize("address", ["/issuers/wut/did.json", "/.well-known/did.json"])
async def test_a_did_document_is_served_as_wallets_and_suites_fetch_it(suite, address):
    answer = await suite.get(address)
    assert answer.headers["content-type"] == "application/did+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["etag"]
    assert int(re.search(r"max-age=(\d+)", answer.headers["cache-control"])[1]) <= 3600


@pytest.mark.parametrize("address", ["/issuers/wut/did.json", "/.well-known/did.json"])
async def test_the_did_documents_have_the_shape_that_was_measured_to_pass(suite, address):
    document = (await suite.get(address)).json()
    assert document["@context"][0] == DID_V1
    assert not {context for context in document["@context"] if "/cid/" in context or "did/v1.1" in context}
    methods = document["verificationMethod"]
    assert all(method["id"].startswith(document["id"] + "#") for method in methods)
    assert all(method["controller"] == document["id"] for method in methods)
    assert set(document["assertionMethod"]) <= {method["id"] for method in methods}
    multikeys = [PublicKey.from_multikey(each["publicKeyMultibase"]) for each in methods if each["type"] == "Multikey"]
    jwks = [PublicKey.from_jwk(each["publicKeyJwk"]) for each in methods if each["type"] == "JsonWebKey"]
    assert [key for key in multikeys if key.algorithm is Algorithm.P256] == jwks != []
