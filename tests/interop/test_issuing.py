"""Issuing as the suites of VC-API, Data Integrity and VCDM 2.0 ask for it (wallets.md section 5)."""

import pytest

from app.keys import PublicKey
from app.securing import verify_proofs
from app.settings import SettingsUnusable, load_settings
from tests.deployments import START
from tests.interop.conftest import CURVES, EXAMPLES, V1, V2, codes, copy, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_credential_is_issued_with_201_and_one_proof_for_each_curve(suite):
    suites = {"ed25519": "eddsa-rdfc-2022", "p256": "ecdsa-rdfc-2019", "p384": "ecdsa-rdfc-2019"}
    for curve in CURVES:
        answer = await suite.issue(suite.credential(curve), curve)
        assert answer.status_code == 201, answer.text
        credential = answer.json()["verifiableCredential"]
        assert credential["proof"]["cryptosuite"] == suites[curve]
        assert credential["proof"]["type"] == "DataIntegrityProof"
        assert credential["proof"]["proofPurpose"] == "assertionMethod"
        (result,) = verify_proofs(credential, lambda url: PublicKey.from_multikey(url.partition("#")[2]), now=START)
        assert result.verified, result
        assert (await suite.verify(credential)).status_code == 200


async def test_the_one_address_signs_by_the_issuer_that_the_credential_names(suite):
    for curve in CURVES:
        credential = await suite.issued(suite.credential(curve))
        assert credential["proof"]["verificationMethod"].startswith(suite.issuers[curve] + "#")


async def test_nothing_is_signed_in_the_name_of_anybody_else(suite):
    university = "did:web:localhost%3A8000:issuers:wut"
    for issuer in (university, "did:web:localhost%3A8000:issuers:test", "did:example:issuer", {"id": university}):
        problem = refused(await suite.issue(suite.credential(issuer=issuer)))
        assert "issuer-not-asked" in codes(problem), issuer
    problem = refused(await suite.issue(suite.credential("p256"), "ed25519"))
    assert codes(problem) == {"issuer-not-asked"}


async def test_the_keys_are_in_no_did_document_of_the_deployment(suite):
    published = (await suite.get("/issuers/test/did.json")).text
    for did in suite.issuers.values():
        assert did.removeprefix("did:key:") not in published


async def test_the_issuers_stay_the_same_when_the_service_starts_again(suite):
    from app.interop.issuers import open_issuers  # noqa: PLC0415 - beside what it is compared with

    again = {name: issuer.did for name, issuer in open_issuers(suite.deployment.office.keyring).items()}
    assert again == suite.issuers


async def test_an_identifier_is_never_made_up(suite):
    assert "id" not in await suite.issued()


class TestVcApiIssuer:
    """w3c-ccg/vc-api-issuer-test-suite: each requirement of its Data Integrity part."""

    async def test_the_request_must_have_the_property_credential(self, suite):
        refused(await suite.post("credentials/issue", {"verifiableCredential": suite.credential()}))
        for body in ([], "x", None, {"credential": "x"}, {"credential": suite.credential(), "options": 4}):
            refused(await suite.post("credentials/issue", body))

    async def test_the_credential_must_have_the_property_context(self, suite):
        await suite.refuses_to_issue(suite.credential(context=None))

    @pytest.mark.parametrize("value", [4, False, None, [], "x", [4], [False], [None], [[]], [{"foo": True}, 4]])
    async def test_the_context_must_be_a_list_of_strings_or_objects(self, suite, value):
        await suite.refuses_to_issue({**suite.credential(), "@context": value})

    async def test_the_credential_must_have_the_property_type(self, suite):
        await suite.refuses_to_issue(suite.credential(type=None))

    @pytest.mark.parametrize("value", [None, True, 4, [], [2, None, {"foo": True}, False]])
    async def test_the_type_must_be_a_list_of_strings(self, suite, value):
        await suite.refuses_to_issue({**suite.credential(), "type": value})

    async def test_the_credential_must_have_the_property_issuer(self, suite):
        problem = refused(await suite.issue(suite.credential(issuer=None)))
        assert "issuer-wrong" in codes(problem)

    @pytest.mark.parametrize("value", [None, True, 4, [], "foo", {"name": "no id"}])
    async def test_the_issuer_must_be_a_url_or_an_object_with_one(self, suite, value):
        await suite.refuses_to_issue({**suite.credential(), "issuer": value})

    async def test_the_issuer_may_be_an_object_with_an_id(self, suite):
        assert await suite.issued(suite.credential(issuer={"id": suite.issuers["ed25519"]}))

    async def test_the_credential_must_have_the_property_credential_subject(self, suite):
        await suite.refuses_to_issue(suite.credential(credentialSubject=None))

    @pytest.mark.parametrize("value", [None, True, 4, [], "did:example:1234", [None, True, 4], {}])
    async def test_the_subject_must_be_an_object(self, suite, value):
        await suite.refuses_to_issue({**suite.credential(), "credentialSubject": value})

    async def test_a_credential_of_version_one_may_have_an_issuance_and_an_expiration_date(self, suite):
        document = suite.credential(
            context=[V1], issuanceDate="2026-01-01T00:00:00Z", expirationDate="2027-01-01T00:00:00Z"
        )
        credential = await suite.issued(document)
        # What makes the proof mean something (VC Data Integrity 1.0, 2.4).
        assert credential["@context"] == [V1, "https://w3id.org/security/data-integrity/v2"]
        assert (await suite.verify(credential)).status_code == 200

    async def test_options_of_the_wrong_kind_are_refused_and_unknown_ones_ignored(self, suite):
        await suite.refuses_to_issue(suite.credential(), credentialId=4)
        await suite.refuses_to_issue(suite.credential(), form="paper")
        await suite.refuses_to_issue(suite.credential(), status=["gone"])
        assert await suite.issued(None, None, type="DataIntegrityProof", mandatoryPointers=[])

    async def test_what_has_a_proof_already_is_refused(self, suite):
        await suite.refuses_to_issue(await suite.issued())


class TestTokens:
    """A credential in an envelope: VC-JOSE-COSE 1.0, VCDM 2.0 section 4.13."""

    @pytest.mark.parametrize("curve", CURVES)
    async def test_a_token_is_issued_in_an_envelope_and_verifies(self, suite, curve):
        envelope = await suite.issued(None, curve, form="vc+jwt")
        assert envelope["@context"] == V2
        assert envelope["type"] == "EnvelopedVerifiableCredential"
        assert envelope["id"].startswith("data:application/vc+jwt,ey")
        assert (await suite.verify(envelope)).status_code == 200

    async def test_a_member_that_is_a_claim_of_tokens_is_refused(self, suite):
        for name in ("vc", "vp", "iss", "exp", "cnf"):
            document = suite.credential(context=[V2, EXAMPLES], **{name: "x"})
            assert "claim-in-document" in codes(refused(await suite.issue(document, form="vc+jwt"))), name

    async def test_a_term_that_nobody_defined_is_no_more_in_a_token_than_in_a_document(self, suite):
        document = suite.credential(undefined="x")
        await suite.refuses_to_issue(document, form="vc+jwt")


class TestOffByDefault:
    async def test_without_the_setting_there_is_nothing_under_the_prefix(self, sqlite_prepared):
        from tests.deployments import a_deployment  # noqa: PLC0415 - one test

        async with a_deployment(sqlite_prepared) as deployment:
            for path in ("credentials/issue", "credentials/verify", "credentials/status", "presentations/verify"):
                assert (await deployment.public.post(f"/interop/{path}", json={})).status_code == 404
            assert (await deployment.public.get("/interop/issuers")).status_code == 404
            assert "/interop" not in (await deployment.public.get("/openapi.json")).text
            keys = [str(name) for name in deployment.office.keyring.names()]
            assert not [name for name in keys if "interop" in name]

    async def test_production_refuses_to_start_with_it(self):
        with pytest.raises(SettingsUnusable, match="INTEROP_ROUTES"):
            load_settings(interop_routes=True, deployment="production")
        assert load_settings(deployment="development").interop_routes is False

    async def test_the_examples_context_is_unknown_to_the_product(self, suite):
        document = await suite.issued(suite.credential(context=[V2, EXAMPLES], name="Anything"))
        assert (await suite.verify(document)).status_code == 200
        report = (await suite.deployment.public.post("/verify", json=document)).json()
        found = next(check for check in report["checks"] if check["name"] == "contexts-pinned")
        assert (found["result"], found["code"]) == ("not_checked", "context-unknown")

    async def test_contexts_of_ones_own_are_refused_by_the_product(self, suite):
        document = await suite.issued(suite.credential(context=[V2, {"Mine": "https://example.org/#Mine"}]))
        assert (await suite.verify(document)).status_code == 200
        report = (await suite.deployment.public.post("/verify", json=document)).json()
        assert "context-inline" in {check["code"] for check in report["checks"]}

    async def test_what_the_mode_signs_is_never_valid_for_the_product(self, suite):
        report = (await suite.deployment.public.post("/verify", json=await suite.issued())).json()
        assert (report["verdict"], report["reason"]["code"]) == ("indeterminate", "issuer-not-a-member")

    async def test_an_altered_credential_does_not_verify(self, suite):
        for curve in CURVES:
            altered = copy(await suite.issued(None, curve))
            altered["credentialSubject"]["id"] = "did:example:other"
            await suite.refuses_to_verify(altered)
