"""Presentations: VCDM 2.0 section 4.13, challenge and domain, signed, unsigned and in an envelope."""

import pytest

from app.keys import Algorithm, InProcessSigner, did_key_method_id
from tests.interop.conftest import EXAMPLES, V1, V2, codes, refused
from tests.interop.holder import Holder

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def holder():
    return Holder()


class TestSigned:
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_a_signed_presentation_verifies_with_its_credentials(self, suite, algorithm):
        holder = Holder(algorithm)
        credentials = [await suite.issued(), await suite.issued(None, "p384"), await suite.issued(None, form="vc+jwt")]
        presentation = await holder.present(verifiableCredential=credentials)
        answer = await suite.present(presentation)
        assert answer.status_code == 200, answer.text
        assert answer.json()["holderProved"] is True
        assert [each["verified"] for each in answer.json()["credentialResults"]] == [True, True, True]

    async def test_what_was_signed_for_assertion_is_a_presentation_too(self, suite, holder):
        assert (await suite.present(await holder.present(purpose="assertionMethod"))).status_code == 200
        refused(await suite.present(await holder.present(purpose="keyAgreement")))

    async def test_an_altered_presentation_does_not_verify(self, suite, holder):
        presentation = await holder.present(id="urn:uuid:1c1f6fae-61f5-4cf2-8c16-b0f9cbb9b2a4")
        assert (await suite.present(presentation)).status_code == 200
        problem = refused(await suite.present({**presentation, "id": "urn:uuid:other"}))
        assert codes(problem) == {"proof-wrong"}

    async def test_a_credential_cannot_be_put_into_a_signed_presentation(self, suite, holder):
        presentation = await holder.present(verifiableCredential=[await suite.issued()])
        presentation["verifiableCredential"].append(await suite.issued())
        refused(await suite.present(presentation))

    async def test_a_credential_that_does_not_verify_spoils_the_presentation(self, suite, holder):
        credential = await suite.issued()
        credential["credentialSubject"]["id"] = "did:example:other"
        problem = refused(await suite.present(await holder.present(verifiableCredential=[credential])))
        assert "proof-wrong" in codes(problem)
        assert all(finding["pointer"].startswith("#/verifiableCredential/0") for finding in problem["errors"])

    @pytest.mark.parametrize("contexts", [[V2, EXAMPLES], [V2, {"Mine": "https://example.org/#Mine"}]])
    async def test_further_contexts_may_be_urls_or_objects(self, suite, holder, contexts):
        assert (await suite.present(await holder.present(**{"@context": contexts}))).status_code == 200


class TestChallengeAndDomain:
    async def test_they_must_be_the_proofs(self, suite, holder):
        presentation = await holder.present(challenge="c-1", domain="verifier.example")
        asked = {"challenge": "c-1", "domain": "verifier.example"}
        assert (await suite.present(presentation, **asked)).status_code == 200
        for wrong, code in (({"challenge": "c-2"}, "challenge-differs"), ({"domain": "other"}, "domain-differs")):
            assert codes(refused(await suite.present(presentation, **{**asked, **wrong}))) == {code}

    async def test_a_proof_without_them_does_not_answer_a_question(self, suite, holder):
        presentation = await holder.present()
        for asked in ({"challenge": "c-1"}, {"domain": "verifier.example"}):
            refused(await suite.present(presentation, **asked))

    async def test_they_cannot_be_added_after_signing(self, suite, holder):
        presentation = await holder.present()
        presentation["proof"] |= {"challenge": "c-1", "domain": "verifier.example"}
        refused(await suite.present(presentation, challenge="c-1", domain="verifier.example"))


class TestUnsigned:
    async def test_an_unsigned_presentation_verifies_where_nobody_asks_who_presents(self, suite, holder):
        presentation = holder.unsigned(verifiableCredential=[await suite.issued()])
        answer = await suite.present(presentation)
        assert (answer.status_code, answer.json()["holderProved"]) == (200, False)

    async def test_it_does_not_where_a_challenge_or_a_domain_is_asked_for(self, suite, holder):
        for name, value in (("challenge", "c-1"), ("domain", "verifier.example")):
            problem = refused(await suite.present(holder.unsigned(), **{name: value}))
            assert codes(problem) == {f"{name}-unanswered"}

    @pytest.mark.parametrize("proof", [None, [], "string", {}, [None]])
    async def test_a_proof_that_is_none_is_not_no_proof(self, suite, holder, proof):
        refused(await suite.present({**holder.unsigned(), "proof": proof}))


class TestForm:
    @pytest.mark.parametrize(
        "contexts", [None, [], V2, [EXAMPLES, V2], [EXAMPLES], [{}], [4], [V2, "https://example.com"], [V2, 12]]
    )
    async def test_a_presentation_has_the_base_context_first_in_an_ordered_set(self, suite, holder, contexts):
        presentation = await holder.present()
        refused(await suite.present({**presentation, "@context": contexts}))

    async def test_presentations_of_version_one_are_read(self, suite, holder):
        contexts = [V1, "https://w3id.org/security/data-integrity/v2"]
        assert (await suite.present(await holder.present(**{"@context": contexts}))).status_code == 200

    @pytest.mark.parametrize("types", [None, [], "Other", ["VerifiableCredential"], 4])
    async def test_one_type_must_be_verifiable_presentation(self, suite, holder, types):
        refused(await suite.present({**holder.unsigned(), "type": types}))

    async def test_further_types_may_be_there(self, suite, holder):
        presentation = await holder.present(type=["VerifiablePresentation", "https://example.org/#Mine"])
        assert (await suite.present(presentation)).status_code == 200

    @pytest.mark.parametrize("identifier", ["relative", None, 4, ["urn:uuid:a", "urn:uuid:b"]])
    async def test_an_id_is_one_url(self, suite, holder, identifier):
        refused(await suite.present({**holder.unsigned(), "id": identifier}))

    @pytest.mark.parametrize("credentials", ["string", 4, ["https://example.org/credential"], [4], [None]])
    async def test_credentials_are_objects(self, suite, holder, credentials):
        refused(await suite.present({**holder.unsigned(), "verifiableCredential": credentials}))

    @pytest.mark.parametrize("value", [{"type": "Person"}, 4, "relative", ["did:example:a"]])
    async def test_a_holder_is_a_url_or_an_object_with_one(self, suite, holder, value):
        refused(await suite.present({**holder.unsigned(), "holder": value}))

    @pytest.mark.parametrize("body", [[], {}, None, {"verifiablePresentation": None}, {"verifiablePresentation": 4}])
    async def test_a_body_of_another_form_is_refused(self, suite, body):
        assert (await suite.post("presentations/verify", body)).status_code == 400

    async def test_more_credentials_than_are_looked_at_are_refused(self, suite, holder):
        presentation = holder.unsigned(verifiableCredential=[await suite.issued()] * 17)
        assert codes(refused(await suite.present(presentation))) == {"too-many-credentials"}


class TestHolder:
    async def test_whoever_signs_is_the_holder_that_is_named(self, suite, holder):
        for named in (holder.did, {"id": holder.did}):
            assert (await suite.present(await holder.present(holder=named))).status_code == 200
        problem = refused(await suite.present(await holder.present(holder="did:example:acme")))
        assert codes(problem) == {"key-not-of-the-holder"}

    async def test_what_the_presenter_states_of_himself_needs_the_holder_named(self, suite, holder):
        own = await holder.issue()
        assert (
            await suite.present(await holder.present(verifiableCredential=[own], holder=holder.did))
        ).status_code == 200
        problem = refused(await suite.present(await holder.present(verifiableCredential=[own])))
        assert codes(problem) == {"self-asserted-without-holder"}

    async def test_what_the_presenter_signs_in_anothers_name_is_refused(self, suite, holder):
        forged = await holder.issue(issuer="did:example:acme")
        refused(await suite.present(await holder.present(verifiableCredential=[forged], holder=holder.did)))


class TestEnveloped:
    """VCDM 2.0 sections 4.13.1 and 4.13.2."""

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_an_enveloped_presentation_verifies(self, suite, algorithm):
        holder = Holder(algorithm)
        credentials = [await suite.issued(None, form="vc+jwt"), await suite.issued()]
        envelope = await holder.envelope(verifiableCredential=credentials, holder=holder.did)
        answer = await suite.present(envelope)
        assert answer.status_code == 200, answer.text
        assert answer.json()["holderProved"] is True

    async def test_its_nonce_and_audience_answer_challenge_and_domain(self, suite, holder):
        envelope = await holder.envelope(claims={"nonce": "c-1", "aud": "verifier.example"})
        asked = {"challenge": "c-1", "domain": "verifier.example"}
        assert (await suite.present(envelope, **asked)).status_code == 200
        refused(await suite.present(envelope, **{**asked, "challenge": "c-2"}))
        refused(await suite.present(await holder.envelope(), **asked))

    @pytest.mark.parametrize("contexts", [None, [], [EXAMPLES], EXAMPLES])
    @pytest.mark.parametrize("kind", ["presentation", "credential"])
    async def test_an_envelope_has_the_base_context(self, suite, holder, kind, contexts):
        envelope = {**(await enveloped(suite, holder, kind)), "@context": contexts}
        refused(await asked(suite, kind, envelope))

    @pytest.mark.parametrize("kind", ["presentation", "credential"])
    async def test_the_id_of_an_envelope_is_a_data_url(self, suite, holder, kind):
        envelope = await enveloped(suite, holder, kind)
        assert (await asked(suite, kind, envelope)).status_code == 200
        for wrong in (envelope["id"].split(",")[1], "data:application/vc+jwt", 4, None, "data:text/plain,x"):
            refused(await asked(suite, kind, {**envelope, "id": wrong}))

    @pytest.mark.parametrize("kind", ["presentation", "credential"])
    async def test_the_type_of_an_envelope_says_what_is_in_it(self, suite, holder, kind):
        envelope = await enveloped(suite, holder, kind)
        for wrong in (None, "VerifiableCredential", ["VerifiablePresentation"], []):
            refused(await asked(suite, kind, {**envelope, "type": wrong}))

    @pytest.mark.parametrize(
        "header",
        [
            {"typ": "vc+jwt"},
            {"typ": "JWT"},
            {"typ": None},
            {"cty": "vc"},
            {"crit": ["x"]},
            {"kid": None},
            {"alg": "none"},
        ],
    )
    async def test_a_header_that_is_not_a_presentations_is_refused(self, suite, holder, header):
        refused(await suite.present(await holder.envelope(header=header)))

    async def test_a_signature_of_another_key_is_refused(self, suite, holder):
        stranger = InProcessSigner.generate(holder.signer.algorithm)
        refused(await suite.present(await holder.envelope(header={"kid": did_key_method_id(stranger.public_key)})))

    async def test_a_holder_who_did_not_sign_is_refused(self, suite, holder):
        refused(await suite.present(await holder.envelope(holder="did:example:acme")))

    async def test_members_beside_the_token_are_refused(self, suite):
        envelope = {**(await suite.issued(None, form="vc+jwt")), "name": "beside"}
        await suite.refuses_to_verify(envelope)


async def enveloped(suite, holder, kind):
    return await holder.envelope() if kind == "presentation" else await suite.issued(None, form="vc+jwt")


async def asked(suite, kind, envelope):
    return await (suite.present(envelope) if kind == "presentation" else suite.verify(envelope))
