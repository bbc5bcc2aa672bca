"""Credentials that come in a token (vc+jwt): recognised by content, judged as any other, told as what they are."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ServiceError
from app.keys import Algorithm, KeyState
from app.securing import MalformedToken
from app.securing.jws import encode_base64url
from app.strict_json import MalformedJson
from app.verification.checks import CREDENTIAL_CHECKS, CheckName, Result
from app.verification.data_model import Form
from app.verification.evidence import Policy
from app.verification.report import Verdict
from app.verification.submission import Submission, read_submission
from tests.counterparts.foreign_issuer import NOW, V2, ForeignIssuer, status_entry
from tests.verification.deployment import MEMBER_DID, code_of, our_status, outcome, result_of


def enveloped(token, **changes):
    return {
        "@context": [V2],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token.decode()}",
        **changes,
    }


def our_twins(index=7):
    """The entries of a token of ours: they name the lists that are tokens themselves."""
    return [
        {**entry, "statusListCredential": entry["statusListCredential"] + ".jwt"} for entry in our_status(index=index)
    ]


class TestOurOwn:
    @pytest.mark.parametrize(("algorithm", "name"), [*zip(Algorithm, ("EdDSA", "ES256", "ES384"), strict=True)])
    async def test_a_members_token_in_force_is_valid_and_told_as_one(self, ours, host, algorithm, name):
        ours.tu_berlin = ForeignIssuer(MEMBER_DID, algorithm)
        report = await ours.verify(read_submission(await ours.tu_berlin.token(credentialStatus=our_twins())))
        assert outcome(report) == (Verdict.VALID, "valid")
        assert [check.name for check in report.checks] == list(CREDENTIAL_CHECKS)
        assert (report.document.form, host.seen) == (Form.VCDM2, [])
        (proof,) = report.proofs
        assert (proof.mechanism, proof.algorithm, proof.result, proof.by_issuer) == ("jose", name, "passed", True)
        assert (proof.pointer, proof.cryptosuite) == (None, None)
        assert code_of(report, CheckName.PROOF) == "token-verified"
        assert name in next(check.sentence for check in report.checks if check.name is CheckName.PROOF)

    async def test_the_same_token_in_an_envelope_or_as_a_json_string_is_the_same(self, ours):
        token = await ours.tu_berlin.token(credentialStatus=our_twins())
        whole = await ours.verify(read_submission(token))
        for other in (
            json.dumps(enveloped(token)).encode(),
            json.dumps({**enveloped(token), "type": ["EnvelopedVerifiableCredential"]}).encode(),
            json.dumps(token.decode()).encode(),
            b" \r\n" + token + b"\n",
        ):
            assert await ours.verify(read_submission(other)) == whole
        assert await ours.verify(enveloped(token)) == whole

    @pytest.mark.parametrize(
        "context", [None, [], "https://www.w3.org/ns/credentials/v1", ["https://a.example/", V2], {}]
    )
    async def test_an_envelope_whose_words_no_context_defines_is_none(self, ours, context):
        """VCDM 2.0 section 4.13.1: the context must be there, and define the words of the envelope."""
        envelope = enveloped(await ours.tu_berlin.token(credentialStatus=our_twins()))
        assert (await ours.verify({**envelope, "@context": V2})).verdict is Verdict.VALID
        envelope["@context"] = context
        report = await ours.verify(envelope)
        assert outcome(report) == (Verdict.INVALID, "not-covered")
        check = next(check for check in report.checks if check.name is CheckName.NOTHING_DROPPED)
        assert (check.findings[0].code, check.pointer) == ("envelope-refused", "#/@context")

    async def test_revocation_reaches_the_token(self, ours):
        ours.status = {("revocation", 7): (True, False)}
        report = await ours.verify(read_submission(await ours.tu_berlin.token(credentialStatus=our_twins())))
        assert outcome(report) == (Verdict.INVALID, "revoked")

    async def test_a_revoked_key_takes_its_tokens_along(self, ours):
        ours.key_facts = {"state": KeyState.REVOKED, "revoked_at": NOW}
        report = await ours.verify(read_submission(await ours.tu_berlin.token(credentialStatus=our_twins())))
        assert outcome(report) == (Verdict.INVALID, "key-revoked")

    async def test_a_key_is_known_by_its_second_name_too(self, ours):
        ours.key_facts = {"jwk_verification_method": f"{MEMBER_DID}#key-1-jwk"}
        token = await ours.tu_berlin.token(credentialStatus=our_twins(), header={"kid": f"{MEMBER_DID}#key-1-jwk"})
        assert (await ours.verify(read_submission(token))).verdict is Verdict.VALID
        token = await ours.tu_berlin.token(credentialStatus=our_twins(), header={"kid": f"{MEMBER_DID}#key-2-jwk"})
        assert outcome(await ours.verify(read_submission(token)))[1] == "claims-to-be-member"

    async def test_a_stranger_who_names_a_member_is_false(self, ours):
        stranger = ForeignIssuer(algorithm=Algorithm.P256)
        for issuer in (MEMBER_DID, {"id": stranger.did, "legalName": "Technische Universität Berlin"}):
            report = await ours.verify(read_submission(await stranger.token(issuer=issuer)))
            assert outcome(report) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_proof_inside_the_token_is_reported_beside_it(self, ours):
        secured = await ours.tu_berlin.credential(credentialStatus=our_twins())
        report = await ours.verify(read_submission(await ours.tu_berlin.token(secured)))
        assert report.verdict is Verdict.VALID
        assert [(proof.mechanism, proof.pointer) for proof in report.proofs] == [
            ("jose", None),
            ("data-integrity", "#/proof"),
        ]
        secured["credentialSubject"]["id"] = "did:example:other"
        report = await ours.verify(read_submission(await ours.tu_berlin.token(secured)))
        assert outcome(report) == (Verdict.INVALID, "proof-wrong")
        assert [proof.result for proof in report.proofs] == [Result.PASSED, Result.FAILED]


class TestStrangers:
    async def test_a_stranger_is_looked_up_and_its_list_asked_for_as_a_token(self, ours, host, stranger):
        ours.policy = Policy(looked_up_issuers=frozenset({stranger.did}))
        url = host.origin + "/status/1"
        for raised, code in (((), "issuer-not-a-member"), ((42,), "revoked")):
            host.serve("/status/1", await stranger.token(stranger.status_list(url, raised=raised)))
            token = await stranger.token(credentialStatus=status_entry(url, 42))
            assert (await ours.verify(read_submission(token))).reason.code == code
        asked = [seen.headers["accept"] for seen in host.seen if seen.path == "/status/1"]
        assert [accept.split(",")[0] for accept in asked] == ["application/vc+jwt"] * 2

    async def test_a_key_published_as_a_json_web_key_is_taken(self, ours, host, stranger):
        ours.policy = Policy(looked_up_issuers=frozenset({stranger.did}))
        key_id = f"{stranger.did}#jwk-1"
        method = {
            "id": key_id,
            "type": "JsonWebKey",
            "controller": stranger.did,
            "publicKeyJwk": stranger.signer.public_key.jwk(),
        }
        document = stranger.did_document(verificationMethod=[method], assertionMethod=[key_id])
        host.serve("/issuers/abc/did.json", document)
        report = await ours.verify(read_submission(await stranger.token(header={"kid": key_id})))
        assert outcome(report) == (Verdict.INDETERMINATE, "issuer-not-a-member")
        assert result_of(report, CheckName.PROOF) is result_of(report, CheckName.ISSUER_KEY) is Result.PASSED

    async def test_a_key_that_is_not_for_assertion_signs_nothing(self, ours, host, stranger):
        ours.policy = Policy(looked_up_issuers=frozenset({stranger.did}))
        host.serve("/issuers/abc/did.json", stranger.did_document(assertionMethod=[]))
        report = await ours.verify(read_submission(await stranger.token()))
        assert outcome(report) == (Verdict.INVALID, "key-not-for-assertion")

    @pytest.mark.parametrize(
        ("list_header", "problem"),
        [
            ({}, None),
            ({"typ": "statuslist+jwt"}, "status-list-proof-wrong"),
            ({"alg": "none"}, "status-list-proof-wrong"),
            ({"kid": "did:example:other#a"}, "status-list-proof-wrong"),
        ],
    )
    async def test_a_list_in_a_token_is_checked_as_strictly_as_a_credential(
        self, ours, host, stranger, list_header, problem
    ):
        ours.policy = Policy(looked_up_issuers=frozenset({stranger.did}))
        url = host.origin + "/status/1"
        host.serve("/status/1", await stranger.token(stranger.status_list(url), header=list_header))
        report = await ours.verify(read_submission(await stranger.token(credentialStatus=status_entry(url, 42))))
        assert report.status_entries[0].problem == problem

    async def test_a_list_whose_signature_has_run_out_says_nothing(self, ours, host, stranger):
        ours.policy = Policy(looked_up_issuers=frozenset({stranger.did}))
        url = host.origin + "/status/1"
        stale = {**stranger.status_list(url), "exp": int(NOW.timestamp()) - 1}
        host.serve("/status/1", await stranger.token(stale))
        report = await ours.verify(read_submission(await stranger.token(credentialStatus=status_entry(url, 42))))
        assert report.status_entries[0].problem == "status-list-proof-wrong"


class TestRefusals:
    @pytest.mark.parametrize(
        ("header", "result", "code"),
        [
            ({"alg": "none"}, Result.FAILED, "token-unsigned"),
            ({"alg": "HS256"}, Result.FAILED, "token-unsigned"),
            ({"alg": "RS256"}, Result.NOT_CHECKED, "cryptosuite-not-supported"),
            ({"alg": "ES384"}, Result.FAILED, "proof-key-does-not-fit"),
            ({"jwk": {}}, Result.FAILED, "token-header-refused"),
            ({"crit": ["exp"], "exp": 1}, Result.FAILED, "token-header-refused"),
            ({"x5c": []}, Result.NOT_CHECKED, "token-header-not-supported"),
            ({"typ": "JWT"}, Result.FAILED, "token-type-wrong"),
            ({"typ": None}, Result.FAILED, "token-type-wrong"),
            ({"iss": "did:example:other"}, Result.FAILED, "token-claim-wrong"),
            ({"kid": None}, Result.NOT_CHECKED, "proof-key-not-available"),
        ],
    )
    async def test_every_header_has_its_answer_and_none_is_valid(self, ours, header, result, code):
        report = await ours.verify(
            read_submission(await ours.tu_berlin.token(credentialStatus=our_twins(), header=header))
        )
        assert report.verdict is not Verdict.VALID
        assert (result_of(report, CheckName.PROOF), code_of(report, CheckName.PROOF)) == (result, code)

    @pytest.mark.parametrize(
        ("seconds", "claims", "code"),
        [
            (0, {"iat": 0, "nbf": 0, "exp": 1}, "valid"),
            (0, {"iat": 301}, "proof-from-the-future"),
            (0, {"nbf": 301}, "proof-from-the-future"),
            (299, {"exp": 300}, "valid"),
            (300, {"exp": 300}, "proof-expired"),
        ],
    )
    async def test_the_times_of_the_signature_are_kept(self, ours, seconds, claims, code):
        stated = {name: int(NOW.timestamp()) + value for name, value in claims.items()}
        token = await ours.tu_berlin.token(credentialStatus=our_twins(), **stated)
        report = await ours.verify(read_submission(token), now=NOW + timedelta(seconds=seconds))
        assert report.reason.code == code

    @pytest.mark.parametrize("claims", [{"vc": {}}, {"sub": "did:example:other"}, {"exp": "soon"}])
    async def test_claims_beside_the_credential_do_not_contradict_it(self, ours, claims):
        token = await ours.tu_berlin.token(credentialStatus=our_twins(), **claims)
        assert code_of(await ours.verify(read_submission(token)), CheckName.PROOF) == "token-claim-wrong"

    async def test_a_key_that_this_deployment_does_not_take_is_not_checked(self, ours):
        ours.policy = Policy(jose_algorithms=frozenset({"ES256"}))
        report = await ours.verify(read_submission(await ours.tu_berlin.token(credentialStatus=our_twins())))
        assert outcome(report) == (Verdict.INDETERMINATE, "cryptosuite-not-supported")

    async def test_what_means_nothing_is_told_though_the_signature_covers_it(self, ours):
        subject = {"id": "did:example:holder", "forgedClaim": "x"}
        token = await ours.tu_berlin.token(credentialStatus=our_twins(), credentialSubject=subject)
        report = await ours.verify(read_submission(token))
        assert outcome(report) == (Verdict.INVALID, "not-covered")
        assert result_of(report, CheckName.PROOF) is Result.PASSED

    async def test_an_unknown_context_leaves_it_open(self, ours):
        contexts = [V2, "https://unknown.example/v1"]
        token = await ours.tu_berlin.token(credentialStatus=our_twins(), **{"@context": contexts})
        report = await ours.verify(read_submission(token))
        assert outcome(report) == (Verdict.INDETERMINATE, "context-unknown")

    async def test_a_token_around_the_older_data_model_is_none(self, ours):
        contexts = ["https://www.w3.org/2018/credentials/v1"]
        token = await ours.tu_berlin.token(
            **{"@context": contexts, "issuanceDate": "2026-06-30T00:00:00Z", "validFrom": None}
        )
        report = await ours.verify(read_submission(token))
        assert code_of(report, CheckName.DATA_MODEL) == "data-model-broken"

    async def test_statements_beside_the_token_in_an_envelope_are_nobodys(self, ours):
        token = await ours.tu_berlin.token(credentialStatus=our_twins())
        report = await ours.verify(enveloped(token, name="Doctor of Everything"))
        assert outcome(report) == (Verdict.INVALID, "not-covered")
        check = next(check for check in report.checks if check.name is CheckName.NOTHING_DROPPED)
        assert (check.pointer, check.findings[0].code) == ("#/name", "outside-the-envelope")

    @pytest.mark.parametrize("inner", ["x", "", "a.b.c", "eyJhbGciOiJFUzI1NiJ9..é", "e30.e30.AB"])
    async def test_an_envelope_without_a_token_is_answered(self, ours, inner):
        report = await ours.verify(enveloped(b"", id=f"data:application/vc+jwt,{inner}"))
        assert report.verdict is not Verdict.VALID
        assert report.document.form is Form.ENVELOPED

    @pytest.mark.parametrize("change", [{"id": "data:application/vc+sd-jwt,e30.e30.AA~"}, {"id": None}])
    async def test_other_envelopes_are_recognised_and_not_opened(self, ours, change):
        report = await ours.verify(enveloped(b"", **change))
        assert outcome(report) == (Verdict.INDETERMINATE, "form-not-supported")

    @pytest.mark.parametrize("payload", [[], "text", 7, None])
    async def test_any_payload_is_answered(self, ours, payload):
        covered = encode_base64url(b'{"alg":"EdDSA"}') + b"." + encode_base64url(json.dumps(payload).encode())
        report = await ours.verify(read_submission(covered + b"."))
        assert outcome(report) == (Verdict.INVALID, "not-a-json-object")


class TestRecognising:
    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"eyJhbGciOiJFUzI1NiJ9", MalformedToken),
            (b"eyJhbGciOiJFUzI1NiJ9.e30.AB", MalformedToken),
            (b"eyJhbGciOiJFUzI1NiJ9.e30.AA AA", MalformedToken),
            (b"eyJhbGciOiJFUzI1NiJ9.e30~e30~", MalformedToken),
            (b"eyJhbGciOiJFUzI1NiJ9.e30.AA\xc3\xa9", MalformedToken),
            (b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxLCJhIjoyfQ.AA", MalformedJson),
            (b"example", MalformedJson),
            (b"", MalformedJson),
            (b"\xef\xbb\xbfeyJhbGciOiJFUzI1NiJ9.e30.AA", MalformedJson),
        ],
    )
    def test_what_is_neither_one_document_nor_one_token_is_refused(self, content, error):
        with pytest.raises(error) as caught:
            read_submission(content)
        assert len(caught.value.findings) == 1

    @pytest.mark.parametrize("value", ["example", "eyJ", "eyJhbGciOiJFUzI1NiJ9.e30", {"type": "x"}, [], None, 1])
    def test_json_that_holds_no_token_stays_what_it_is(self, value):
        submission = Submission.of(value)
        assert (submission.document, submission.token) == (value, None)

    @given(st.binary(max_size=40), st.sampled_from([b"", b"ey", b"eyJhbGciOiJFUzI1NiJ9.", b'"eyJhbGciOiJFUzI1NiJ9.']))
    def test_any_bytes_are_read_or_refused(self, content, start):
        try:
            submission = read_submission(start + content)
        except ServiceError:
            return
        assert isinstance(submission, Submission)


async def test_every_tenth_byte_altered_is_never_valid(ours):
    token = await ours.tu_berlin.token(credentialStatus=our_twins())
    assert (await ours.verify(read_submission(token))).verdict is Verdict.VALID
    for position in range(0, len(token), 10):
        altered = bytearray(token)
        altered[position] = ord("A") if altered[position] != ord("A") else ord("B")
        try:
            submission = read_submission(bytes(altered))
        except ServiceError:
            continue
        assert (await ours.verify(submission)).verdict is not Verdict.VALID, position
