"""Presentations: what the holder signed is one thing, what each issuer signed another, and both are told."""

import copy
import json
from dataclasses import replace

import pytest

from app.keys import Algorithm
from app.settings import Lookups
from app.verification.checks import CREDENTIAL_CHECKS, PRESENTATION_CHECKS, CheckName, Result
from app.verification.data_model import Form
from app.verification.evidence import Policy
from app.verification.report import PresentationReport, Report, Verdict
from app.verification.submission import read_submission
from app.verification.verifier import MAX_CREDENTIALS
from tests.counterparts.foreign_issuer import V2, ForeignIssuer
from tests.verification.deployment import code_of, our_status, outcome, result_of

RP = "https://employer.example"
ASKED = Policy(challenge="c-1", domains=frozenset({RP}))


@pytest.fixture
def holder():
    return ForeignIssuer(algorithm=Algorithm.P256)


@pytest.fixture
async def credential(ours, holder):
    """A member's credential in force, about the holder."""
    return await ours.tu_berlin.credential(credentialStatus=our_status(), credentialSubject={"id": holder.did})


async def shown(ours, document, policy=None):
    if policy is not None:
        ours.policy = policy
    report = await ours.verify(json.loads(json.dumps(document)))
    assert isinstance(report, PresentationReport)
    assert [check.name for check in report.checks] == list(PRESENTATION_CHECKS)
    return report


class TestUnsigned:
    async def test_each_credential_speaks_for_itself(self, ours, holder, credential):
        stranger = await ForeignIssuer().credential()
        report = await shown(ours, holder.presentation(credential, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, "credential-left-open")
        assert [(one.pointer, one.report.verdict) for one in report.credentials] == [
            ("#/verifiableCredential/0", "valid"),
            ("#/verifiableCredential/1", "indeterminate"),
        ]
        assert [check.name for check in report.credentials[0].report.checks] == list(CREDENTIAL_CHECKS)
        assert (report.document.form, report.holder.proved) == (Form.PRESENTATION, False)

    async def test_a_valid_credential_alone_or_in_a_list_makes_a_valid_presentation(self, ours, holder, credential):
        for document in (
            holder.presentation(credential, holder=None),
            holder.presentation(verifiableCredential=credential, holder=None),
        ):
            report = await shown(ours, document)
            assert outcome(report) == (Verdict.VALID, "valid")
            assert code_of(report, CheckName.HOLDER_PROOF) == "presentation-not-signed"
            assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-not-shown"

    @pytest.mark.parametrize("named", ["did:web:credentials.example:issuers:tu-berlin", {"id": "urn:a"}])
    async def test_a_name_that_nobody_signed_for_leaves_it_open(self, ours, holder, credential, named):
        report = await shown(ours, holder.presentation(credential, holder=named))
        assert outcome(report) == (Verdict.INDETERMINATE, "holder-not-shown")
        assert not report.holder.proved
        assert report.credentials[0].report.verdict is Verdict.VALID

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "Diploma of a university"},
            {"termsOfUse": {"type": "IssuerPolicy"}},
            {"relatedResource": []},
        ],
    )
    async def test_what_a_folder_says_of_its_own_leaves_it_open(self, ours, holder, credential, said):
        report = await shown(ours, {**holder.presentation(credential, holder=None), **said})
        assert outcome(report) == (Verdict.INDETERMINATE, "statements-not-signed")
        check = next(check for check in report.checks if check.name is CheckName.HOLDER_PROOF)
        assert check.pointer == f"#/{next(iter(said))}"

    async def test_one_bad_credential_makes_it_invalid(self, ours, holder, credential):
        altered = copy.deepcopy(credential)
        altered["credentialSubject"]["id"] = "did:example:other"
        report = await shown(ours, holder.presentation(credential, altered))
        assert outcome(report) == (Verdict.INVALID, "credential-invalid")
        assert report.credentials[1].report.reason.code == "proof-wrong"

    async def test_one_that_shows_nothing_is_not_valid(self, ours, holder):
        report = await shown(ours, holder.presentation(verifiableCredential=None))
        assert outcome(report) == (Verdict.INDETERMINATE, "no-credential-presented")

    async def test_a_challenge_is_not_answered_by_silence(self, ours, holder, credential):
        report = await shown(ours, holder.presentation(credential), ASKED)
        assert report.verdict is Verdict.INVALID
        assert code_of(report, CheckName.CHALLENGE) == "challenge-unanswered"
        assert code_of(report, CheckName.DOMAIN) == "domain-unanswered"

    async def test_a_limited_number_is_looked_at(self, ours, holder, credential):
        report = await shown(ours, holder.presentation(*[credential] * (MAX_CREDENTIALS + 1)))
        assert outcome(report) == (Verdict.INDETERMINATE, "too-many-credentials")
        assert len(report.credentials) == MAX_CREDENTIALS

    async def test_a_presentation_within_a_presentation_is_no_achievement(self, ours, holder, credential):
        report = await shown(ours, holder.presentation(holder.presentation(credential)))
        assert outcome(report) == (Verdict.INVALID, "credential-invalid")
        (finding,) = next(
            check.findings for check in report.credentials[0].report.checks if check.name is CheckName.DATA_MODEL
        )
        assert finding.code == "not-an-achievement"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"@context": ["https://unknown.example/"]}, "first-context-wrong"),
            ({"id": "not a url"}, "id-not-a-url"),
            ({"holder": 7}, "holder-wrong"),
            ({"holder": {"name": "x"}}, "holder-wrong"),
            ({"type": ["VerifiablePresentation", 7]}, "type-wrong"),
            ({"verifiableCredential": [7]}, "presented-not-a-credential"),
            ({"verifiableCredential": "eyJhbGciOiJFUzI1NiJ9.e30.AA"}, "presented-not-a-credential"),
            ({"termsOfUse": [{"id": "urn:x:1"}]}, "type-missing"),
            ({"type": ["VerifiablePresentation", "VerifiableCredential"]}, "credential-in-presentation"),
            ({"@type": "VerifiableCredential"}, "credential-in-presentation"),
            ({"https://www.w3.org/2018/credentials#credentialSubject": {}}, "credential-in-presentation"),
        ],
    )
    async def test_each_rule_of_the_data_model_has_its_code(self, ours, holder, changes, code):
        report = await shown(ours, holder.presentation(**changes))
        check = next(check for check in report.checks if check.name is CheckName.DATA_MODEL)
        assert (check.result, code in {finding.code for finding in check.findings}) == (Result.FAILED, True)
        assert report.verdict is Verdict.INVALID

    async def test_no_forged_credential_is_valid_for_a_good_one_that_it_carries(self, ours, holder, credential):
        types = [*credential["type"], "VerifiablePresentation"]
        forged = {**credential, "credentialSubject": {"id": "did:example:mallory"}, "type": types}
        del forged["proof"]
        forged["verifiableCredential"] = [credential]
        signed = await holder.present(forged)
        for document in (forged, signed):
            report = await shown(ours, document)
            check = next(check for check in report.checks if check.name is CheckName.DATA_MODEL)
            pointers = {each.pointer for each in check.findings if each.code == "credential-in-presentation"}
            assert {"#/type", "#/issuer", "#/credentialSubject", "#/credentialStatus"} <= pointers
            assert report.verdict is Verdict.INVALID


class TestSigned:
    async def test_the_holders_proof_for_this_check_shows_the_owner(self, ours, holder, credential):
        document = await holder.present(holder.presentation(credential), challenge="c-1", domain=RP)
        report = await shown(ours, document, ASKED)
        assert outcome(report) == (Verdict.VALID, "valid")
        assert (report.holder.id, report.holder.proved) == (holder.did, True)
        assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-is-holder"
        owner = next(edc for edc in report.credentials[0].report.edc_checks if edc.check.name == "OWNER")
        assert owner.result is Result.PASSED

    async def test_without_a_challenge_it_may_be_a_copy(self, ours, holder, credential):
        document = await holder.present(holder.presentation(credential))
        report = await shown(ours, document)
        assert outcome(report) == (Verdict.VALID, "valid")
        assert code_of(report, CheckName.CHALLENGE) == "no-challenge-asked"
        assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-not-fresh"

    async def test_somebody_elses_credential_is_told_and_still_valid(self, ours, credential):
        parent = ForeignIssuer()
        document = await parent.present(parent.presentation(credential), challenge="c-1", domain=RP)
        report = await shown(ours, document, ASKED)
        assert report.verdict is Verdict.VALID
        assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-is-another"

    @pytest.mark.parametrize(
        ("options", "name", "code", "problem"),
        [
            ({"challenge": "c-2", "domain": RP}, CheckName.CHALLENGE, "challenge-differs", "INVALID_CHALLENGE_ERROR"),
            ({"domain": RP}, CheckName.CHALLENGE, "challenge-differs", "INVALID_CHALLENGE_ERROR"),
            ({"challenge": "c-1"}, CheckName.DOMAIN, "domain-differs", "INVALID_DOMAIN_ERROR"),
            ({"challenge": "c-1", "domain": "urn:x:1"}, CheckName.DOMAIN, "domain-differs", "INVALID_DOMAIN_ERROR"),
            ({"challenge": "c-1", "domain": [RP, "u:1"]}, CheckName.DOMAIN, "domain-differs", "INVALID_DOMAIN_ERROR"),
            (
                {"challenge": "c-1", "domain": RP, "proofPurpose": "assertionMethod"},
                CheckName.HOLDER_PROOF,
                "presentation-purpose-wrong",
                "PROOF_VERIFICATION_ERROR",
            ),
        ],
    )  # fmt: skip
    async def test_what_was_signed_for_something_else_is_invalid(
        self, ours, holder, credential, options, name, code, problem
    ):
        document = await holder.present(holder.presentation(credential), **options)
        report = await shown(ours, document, ASKED)
        assert report.verdict is Verdict.INVALID
        check = next(check for check in report.checks if check.name is name)
        assert (check.result, check.code) == (Result.FAILED, code)
        assert check.problem_type.endswith("#" + problem)
        assert code_of(report.credentials[0].report, CheckName.OWNER) != "owner-is-holder"

    async def test_a_credential_added_taken_out_or_altered_breaks_the_proof(self, ours, holder, credential):
        document = await holder.present(holder.presentation(credential), challenge="c-1", domain=RP)
        other = await ours.tu_berlin.credential(credentialStatus=our_status(), id="urn:uuid:2")
        for changes in ({"verifiableCredential": [credential, other]}, {"verifiableCredential": [other]}):
            report = await shown(ours, {**document, **changes}, ASKED)
            assert report.verdict is Verdict.INVALID
            assert code_of(report, CheckName.HOLDER_PROOF) == "proof-wrong"

    async def test_a_holder_named_by_another_key_is_invalid(self, ours, holder, credential):
        thief = ForeignIssuer()
        report = await shown(ours, await thief.present(holder.presentation(credential)))
        assert outcome(report) == (Verdict.INVALID, "key-not-of-the-holder")
        assert not report.holder.proved

    async def test_a_presentation_need_not_name_its_holder(self, ours, holder, credential):
        unsigned = holder.presentation(credential, holder=None)
        document = await holder.present(unsigned, challenge="c-1", domain=RP)
        report = await shown(ours, document, ASKED)
        assert outcome(report) == (Verdict.VALID, "valid")
        assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-is-holder"

    async def test_version_one_is_read_with_its_own_credentials(self, ours, holder):
        contexts = ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"]
        issuer = ForeignIssuer()
        credential = await issuer.credential(
            **{"@context": contexts}, validFrom=None, issuanceDate="2025-01-01T00:00:00Z"
        )
        document = await holder.present(holder.presentation(credential, **{"@context": contexts}))
        report = await shown(ours, document, Policy(accepted_issuers=frozenset({issuer.did})))
        assert outcome(report) == (Verdict.VALID, "valid")

    async def test_a_members_key_presents_nothing(self, ours, credential):
        member = ours.tu_berlin
        report = await shown(ours, await member.present(member.presentation(credential)))
        assert outcome(report) == (Verdict.INVALID, "key-not-for-authentication")

    @pytest.mark.parametrize("listed", [True, False])
    async def test_a_holder_with_a_document_of_its_own_signs_with_a_key_for_authentication(
        self, ours, host, stranger, credential, listed
    ):
        relations = {"authentication": [stranger.method]} if listed else {}
        host.serve("/issuers/abc/did.json", stranger.did_document(**relations))
        document = await stranger.present(stranger.presentation(credential))
        report = await shown(ours, document, Policy(lookups=Lookups.ANYONE))
        expected = (Verdict.VALID, "valid") if listed else (Verdict.INVALID, "key-not-for-authentication")
        assert outcome(report) == expected

    async def test_a_holder_is_asked_about_only_as_the_policy_allows(self, ours, host, stranger, credential):
        report = await shown(ours, await stranger.present(stranger.presentation(credential)))
        assert code_of(report, CheckName.HOLDER_KEY) == "lookups-for-members-only"
        assert report.verdict is Verdict.INDETERMINATE
        assert host.seen == []

    async def test_a_term_that_no_context_defines_is_named(self, ours, holder, credential):
        document = await holder.present(holder.presentation(credential))
        report = await shown(ours, {**document, "forged": "x"})
        assert outcome(report) == (Verdict.INVALID, "not-covered")


class TestTokens:
    async def token(self, holder, document, header=None):
        return await holder.token(document, header={"typ": "vp+jwt", "cty": "vp", **(header or {})})

    async def test_a_token_is_read_as_text_and_in_its_envelope(self, ours, holder, credential):
        ours.policy = ASKED
        claims = {"nonce": "c-1", "aud": RP, "iss": holder.did}
        token = await self.token(holder, {**holder.presentation(credential), **claims})
        envelope = {
            "@context": [V2],
            "type": "EnvelopedVerifiablePresentation",
            "id": f"data:application/vp+jwt,{token.decode()}",
        }
        for content in (token, json.dumps(envelope).encode()):
            report = await ours.verify(read_submission(content))
            assert outcome(report) == (Verdict.VALID, "valid")
            assert report.proofs[0].mechanism == "jose"
            assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-is-holder"

    async def test_credentials_in_their_envelopes_are_opened(self, ours, holder):
        token = await ours.tu_berlin.token(credentialStatus=our_status(), credentialSubject={"id": holder.did})
        envelope = {
            "@context": V2,
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+jwt,{token.decode()}",
        }
        ours.policy = ASKED
        document = {**holder.presentation(envelope), "nonce": "c-1", "aud": [RP]}
        report = await ours.verify(read_submission(await self.token(holder, document)))
        assert outcome(report) == (Verdict.VALID, "valid")
        assert report.credentials[0].report.proofs[0].mechanism == "jose"
        signed = await holder.present(holder.presentation(envelope), challenge="c-1", domain=RP)
        assert outcome(await shown(ours, signed)) == (Verdict.VALID, "valid")

    @pytest.mark.parametrize(
        ("header", "claims", "name", "code"),
        [
            ({"typ": "vc+jwt"}, {}, CheckName.HOLDER_PROOF, "token-type-wrong"),
            ({"cty": "vc"}, {}, CheckName.HOLDER_PROOF, "token-type-wrong"),
            ({}, {"iss": "did:example:other"}, CheckName.HOLDER_PROOF, "token-claim-wrong"),
            ({}, {"vp": {}}, CheckName.HOLDER_PROOF, "token-claim-wrong"),
            ({}, {"nonce": "c-2"}, CheckName.CHALLENGE, "challenge-differs"),
            ({}, {"nonce": ["c-1"]}, CheckName.CHALLENGE, "challenge-differs"),
            ({}, {"aud": "https://x.example"}, CheckName.DOMAIN, "domain-differs"),
            ({"alg": "none"}, {}, CheckName.HOLDER_PROOF, "token-unsigned"),
            ({}, {"exp": 1}, CheckName.HOLDER_PROOF, "proof-expired"),
        ],
    )
    async def test_every_way_to_be_wrong_has_its_answer(self, ours, holder, credential, header, claims, name, code):
        document = {**holder.presentation(credential), "nonce": "c-1", "aud": RP, **claims}
        ours.policy = ASKED
        report = await ours.verify(read_submission(await self.token(holder, document, header)))
        assert (report.verdict, code_of(report, name)) == (Verdict.INVALID, code)

    async def test_a_credential_never_passes_for_a_presentation_nor_the_other_way_round(self, ours, holder, credential):
        as_credential = await holder.token(holder.presentation(credential))
        assert (await ours.verify(read_submission(as_credential))).verdict is Verdict.INVALID
        as_presentation = await ours.tu_berlin.token(credentialStatus=our_status(), header={"typ": "vp+jwt"})
        report = await ours.verify(read_submission(as_presentation))
        assert isinstance(report, Report)
        assert outcome(report) == (Verdict.INVALID, "token-type-wrong")


async def test_the_policy_of_the_credentials_in_it_is_the_same(ours, holder):
    issuer = ForeignIssuer()
    document = holder.presentation(await issuer.credential(), holder=None)
    accepting = Policy(accepted_issuers=frozenset({issuer.did}))
    assert (await shown(ours, document, accepting)).verdict is Verdict.VALID
    assert (await shown(ours, document, replace(accepting, cryptosuites=frozenset()))).verdict is not Verdict.VALID
    assert result_of(await shown(ours, document), CheckName.CREDENTIALS) is Result.NOT_CHECKED
