"""w3c/vc-di-eddsa and w3c/vc-di-ecdsa (rdfc), and w3c-ccg/vc-api-verifier: what a verifier must refuse, and accept."""

import itertools
import json

import pytest
import pytest_asyncio

from app.keys import Algorithm, InProcessSigner, did_key, did_key_method_id
from app.securing import secure
from tests.deployments import START
from tests.interop.conftest import CURVES, EXAMPLES, V1, V2, codes, copy
from tests.interop.holder import Holder

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(params=CURVES, loop_scope="module")
async def signed(suite, request):
    """A credential of each curve."""
    return await suite.issued(None, request.param)


async def by_a_stranger(algorithm=Algorithm.P384, *, created=START, **members):
    signer = InProcessSigner.generate(algorithm)
    document = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": did_key(signer.public_key),
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }
    return await secure(document, signers=[(signer, did_key_method_id(signer.public_key))], created=created)


class TestTheProof:
    async def test_a_valid_credential_verifies_and_each_check_is_told(self, suite, signed):
        answer = await suite.verify(signed)
        assert answer.status_code == 200
        body = answer.json()
        assert body["verified"] is True
        assert {"name": "proof", "result": "passed", "code": "proof-verified"} in body["checks"]

    async def test_a_missing_or_invalid_proof_is_refused(self, suite, signed):
        del signed["proof"]
        await suite.refuses_to_verify(signed)
        for wrong in (None, [], "string", 10, True):
            await suite.refuses_to_verify({**signed, "proof": wrong})

    @pytest.mark.parametrize(
        "member", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created"]
    )
    async def test_a_proof_without_one_of_its_members_is_refused(self, suite, signed, member):
        del signed["proof"][member]
        await suite.refuses_to_verify(signed)

    @pytest.mark.parametrize(
        ("member", "wrong"),
        [
            ("type", "UnknownProofType"),
            ("type", ["DataIntegrityProof"]),
            ("cryptosuite", "unknown-suite"),
            ("cryptosuite", 4),
            ("verificationMethod", "did:key:invalid"),
            ("verificationMethod", None),
            ("proofPurpose", "invalidPurpose"),
            ("proofPurpose", "authentication"),
            ("proofValue", None),
            ("proofValue", 17),
            ("proofValue", "uAAAA"),
            ("created", "2020-01-01T00:00:00"),
            ("created", "invalid"),
            ("expires", "2020-01-01T00:00:00"),
            ("expires", "2020-01-01T00:00:00Z"),
        ],
    )
    async def test_a_proof_with_a_wrong_member_is_refused(self, suite, signed, member, wrong):
        signed["proof"][member] = wrong
        await suite.refuses_to_verify(signed)

    async def test_a_proof_value_that_is_not_multibase_is_refused(self, suite, signed):
        signed["proof"]["proofValue"] = signed["proof"]["proofValue"][1:]
        await suite.refuses_to_verify(signed)

    async def test_the_wrong_suite_for_a_key_is_refused(self, suite, signed):
        other = {"eddsa-rdfc-2022": "ecdsa-rdfc-2019", "ecdsa-rdfc-2019": "eddsa-rdfc-2022"}
        signed["proof"]["cryptosuite"] = other[signed["proof"]["cryptosuite"]]
        await suite.refuses_to_verify(signed)

    async def test_a_purpose_domain_or_challenge_that_is_expected_must_be_the_proofs(self, suite, signed):
        for expected in (
            {"expectedProofPurpose": "authentication"},
            {"domain": "domain.example"},
            {"domain": "domain.example", "challenge": "1235abcd6789"},
        ):
            problem = await suite.refuses_to_verify(signed, **expected)
            assert "proof-not-as-expected" in codes(problem)
        assert (await suite.verify(signed, expectedProofPurpose="assertionMethod")).status_code == 200

    async def test_a_member_that_no_context_defines_is_refused(self, suite, signed):
        # PyLD alone would drop it and call the proof good (wallets.md section 4).
        problem = await suite.refuses_to_verify({**signed, "forgedClaim": "x"})
        assert "not-covered" in codes(problem)


class TestCanonicalForm:
    async def test_the_order_of_members_and_of_sets_plays_no_part(self, suite, signed):
        again = dict(reversed(signed.items()))
        again["type"] = list(reversed(again["type"]))
        assert (await suite.verify(again)).status_code == 200

    async def test_p384_is_hashed_with_sha_384(self, suite):
        # By a stranger's key, so that the verifying side is tried alone (wallets.md section 4).
        for algorithm in (Algorithm.ED25519, Algorithm.P256, Algorithm.P384):
            assert (await suite.verify(await by_a_stranger(algorithm))).status_code == 200

    async def test_credentials_of_both_data_models_are_issued_and_verified(self, suite):
        for changes in ({}, {"context": [V1], "issuanceDate": "2026-01-01T00:00:00Z"}):
            credential = await suite.issued(suite.credential(**changes))
            assert (await suite.verify(credential)).status_code == 200

    async def test_words_that_only_the_examples_context_knows_are_covered(self, suite):
        degree = {"type": "ExampleBachelorDegree", "name": "Bachelor of Science and Arts"}
        document = suite.credential(context=[V2, EXAMPLES], credentialSubject={"id": "did:example:s", "degree": degree})
        credential = await suite.issued(document)
        assert (await suite.verify(credential)).status_code == 200
        altered = copy(credential)
        altered["credentialSubject"]["degree"]["name"] = "Doctor"
        await suite.refuses_to_verify(altered)


class TestProofSetsAndChains:
    """VC Data Integrity 1.0 sections 2.1.1 and 2.1.2; quirk 4 of wallets.md section 5."""

    async def chain(self):
        signer, second = InProcessSigner.generate(Algorithm.ED25519), InProcessSigner.generate(Algorithm.ED25519)
        document = {
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": did_key(signer.public_key),
            "credentialSubject": {"id": "did:example:subject"},
        }
        signers = [(each, did_key_method_id(each.public_key)) for each in (signer, second)]
        return await secure(document, signers=signers, created=START)

    async def test_every_proof_of_a_set_must_hold(self, suite):
        document = await self.chain()
        assert (await suite.verify(document)).status_code == 200
        document["proof"][1]["proofValue"] = document["proof"][0]["proofValue"]
        await suite.refuses_to_verify(document)

    async def test_a_chain_verifies_in_any_order_and_breaks_with_any_link(self, suite):
        """A later proof covers those that it names (VC Data Integrity 1.0, 4.3 and 4.5)."""
        first, second = (Holder(algorithm) for algorithm in (Algorithm.ED25519, Algorithm.P256))
        document = {
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": first.did,
            "credentialSubject": {"id": "did:example:subject"},
        }
        names = [f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3)]
        one = await first.prove(document, id=names[0])
        two = await second.prove(document, previous=[one], id=names[1], previousProof=names[0])
        three = await first.prove(document, previous=[one, two], id=names[2], previousProof=names[:2])
        for proofs in itertools.permutations([one, two, three]):
            answer = await suite.verify({**document, "proof": list(proofs)}, checks=[])
            assert answer.status_code == 200, answer.text
        for broken in (
            [two, three],
            [one, three],
            [{**one, "created": "2026-06-30T12:00:00Z"}, two, three],
            [await first.prove(document, id=names[0], created="2026-06-30T12:00:00Z"), two, three],
            [one, {**two, "previousProof": names[2]}, three],
        ):
            await suite.refuses_to_verify({**document, "proof": broken})

    @pytest.mark.parametrize("previous", ["urn:uuid:missing", ["urn:uuid:missing"], 4, [4], ""])
    async def test_a_previous_proof_that_is_not_there_is_refused(self, suite, previous):
        document = await self.chain()
        document["proof"][1]["previousProof"] = previous
        await suite.refuses_to_verify(document)


class TestChecks:
    """``options.checks`` (quirk 2 of wallets.md section 5)."""

    async def test_a_key_that_is_not_the_issuers_is_no_matter_to_proof_alone_and_is_told_beside(self, suite):
        document = await by_a_stranger(issuer="https://vc.example/issuers/5678")
        answer = await suite.verify(document)
        assert answer.status_code == 200
        (detail,) = answer.json()["problemDetails"]
        assert "issuer" in detail["detail"]
        assert detail["type"].startswith("https://")

    async def test_without_checks_the_issuers_key_decides(self, suite):
        document = await by_a_stranger(issuer="https://vc.example/issuers/5678")
        answer = await suite.post("credentials/verify", {"verifiableCredential": document})
        assert answer.status_code == 400
        assert "key-of-another" in codes(answer.json())
        own = await by_a_stranger()
        assert (await suite.post("credentials/verify", {"verifiableCredential": own})).status_code == 200

    async def test_the_product_holds_on_to_the_issuers_key_whatever_anybody_asks(self, suite):
        document = await by_a_stranger(issuer="https://vc.example/issuers/5678")
        for address in ("/verify", "/verify?checks=proof"):
            report = (await suite.deployment.public.post(address, json=document)).json()
            assert report["verdict"] == "invalid"

    async def test_an_expired_credential_keeps_its_proof_and_no_more(self, suite):
        document = await by_a_stranger(validUntil="2026-01-01T00:00:00Z")
        assert (await suite.verify(document)).status_code == 200
        answer = await suite.post("credentials/verify", {"verifiableCredential": document})
        assert codes(answer.json()) == {"expired"}

    @pytest.mark.reference
    @pytest.mark.parametrize(
        "vector",
        ["vc-di-eddsa/eddsa-rdfc-2022", "vc-di-ecdsa/ecdsa-rdfc-2019-p256", "vc-di-ecdsa/ecdsa-rdfc-2019-p384"],
    )
    async def test_the_published_vectors_verify(self, suite, reference_dir, vector):
        (path,) = (reference_dir / "vectors" / vector).glob("signed*.json")
        answer = await suite.verify(json.loads(path.read_bytes()))
        assert answer.status_code == 200, answer.text

    async def test_the_answer_has_the_results_of_vcalm_when_they_are_asked_for(self, suite):
        credential = await suite.issued(suite.credential(validFrom="2026-01-01T00:00:00Z"))
        body = (await suite.verify(credential, returnResults=True, returnCredential=True)).json()
        assert body["credential"] == credential
        assert body["results"]["proof"] == [{"verified": True, "input": credential["proof"]}]
        assert body["results"]["validFrom"] == {"verified": True, "input": "2026-01-01T00:00:00Z"}
        assert "results" not in (await suite.verify(credential)).json()


class TestRequests:
    @pytest.mark.parametrize(
        "body", [[], None, "x", {}, {"verifiableCredential": None}, {"credential": {}}, {"verifiableCredential": {}}]
    )
    async def test_a_body_of_another_form_is_refused(self, suite, body):
        answer = await suite.post("credentials/verify", body)
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "options", [4, {"checks": "proof"}, {"checks": [1]}, {"challenge": 4}, {"domain": {}}, {"domain": [1]}]
    )
    async def test_options_of_another_kind_are_refused(self, suite, options):
        body = {"verifiableCredential": await suite.issued(), "options": options}
        answer = await suite.post("credentials/verify", body)
        assert answer.status_code == 400
        assert codes(answer.json()) == {"verify-request-malformed"}

    @pytest.mark.parametrize("member", ["@context", "type", "issuer", "credentialSubject"])
    async def test_a_credential_without_one_of_its_members_does_not_verify(self, suite, member):
        credential = await suite.issued()
        del credential[member]
        await suite.refuses_to_verify(credential)

    @pytest.mark.parametrize(
        ("member", "values"),
        [
            ("@context", ["string", {}, None, 10, True, [[]], [{}], [None], [10], [True]]),
            ("type", ["string", {}, None, 10, True, [[]], [{}], [None], [10], [True]]),
            ("issuer", [[], None, 10, True]),
            ("credentialSubject", ["string", None, 10, True, []]),
        ],
    )
    async def test_members_of_another_kind_do_not_verify(self, suite, member, values):
        credential = await suite.issued()
        for value in values:
            await suite.refuses_to_verify({**credential, member: value})
