"""Judging by hand-made evidence: what no host can be made to say, and every mixture of it."""

import ast
import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.errors import Finding
from app.keys import Algorithm, InProcessSigner, KeyState
from app.languages import en
from app.securing import ProofOutcome, ProofResult
from app.template.alliance import IssuerKind
from app.trust.members import AllianceMember, MemberKey, Members
from app.trust.resolve import KeyProblem, ResolutionProblem, ResolvedMethod
from app.verification import judge as judge_module
from app.verification.checks import CREDENTIAL_CHECKS, DECIDING, NOTHING_TO_CHECK, CheckName, Result
from app.verification.evidence import (
    ContextEvidence,
    ContextProblem,
    Evidence,
    GraphEvidence,
    GraphProblem,
    MethodEvidence,
    NotAsked,
    Policy,
    ProofEvidence,
    ReadingEvidence,
    StatusEvidence,
    StatusProblem,
)
from app.verification.judge import _PROOF_ANSWERS, _SIGNATURE_HELD, judge
from app.verification.report import Verdict, derive_verdict

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DID = "did:web:credentials.example:issuers:tu-berlin"
METHOD = f"{DID}#ed25519-2026-1"
PUBLIC_KEY = InProcessSigner.generate(Algorithm.ED25519).public_key
KEY = MemberKey(METHOD, PUBLIC_KEY, KeyState.ACTIVE)
MEMBER = AllianceMember("tu-berlin", DID, ("Technische Universität Berlin",), keys=(KEY,))
PROOF = ProofResult(
    "#/proof",
    ProofOutcome.VERIFIED,
    "#/proof",
    public_key=PUBLIC_KEY,
    cryptosuite="eddsa-rdfc-2022",
    verification_method=METHOD,
    purpose="assertionMethod",
    created="2026-11-01T00:00:00Z",
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
)
CLEAR = (
    StatusEvidence("#/credentialStatus/0", "revocation", "https://x.example/", 1, value=0),
    StatusEvidence("#/credentialStatus/1", "suspension", "https://x.example/", 1, value=0),
)
GOOD = Evidence(
    ContextEvidence(),
    GraphEvidence(),
    (ProofEvidence(PROOF, MethodEvidence(METHOD, DID, known_here=True, member_key=KEY)),),
    Members((MEMBER,)),
    CLEAR,
)


def a_document(**changes):
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": DID,
        "validFrom": "2026-06-30T00:00:00Z",
        "credentialSubject": {"id": "did:example:holder"},
        "credentialStatus": [
            {"type": "BitstringStatusListEntry", "statusPurpose": purpose} for purpose in ("revocation", "suspension")
        ],
        **changes,
    }
    return {name: value for name, value in document.items() if value is not ...}


def awarded_by(body, **changes):
    return a_document(credentialSubject={"hasClaim": {"awardedBy": {"awardingBody": body}}}, **changes)


def verdict(document, evidence=GOOD, policy=None, now=NOW):
    return derive_verdict(judge(document, evidence, policy or Policy(), now))


def check(name, document, evidence=GOOD, now=NOW):
    return next(check for check in judge(document, evidence, Policy(), now) if check.name is name)


def codes(name, document, evidence=GOOD, now=NOW):
    found = check(name, document, evidence, now)
    return found.result, found.code


def test_good_evidence_makes_a_valid_credential():
    assert verdict(a_document()) is Verdict.VALID


class TestAwardingBody:
    NAME = CheckName.AWARDING_BODY_IS_ISSUER

    def test_the_issuer_itself_by_its_id(self):
        assert codes(self.NAME, awarded_by({"id": DID})) == (Result.PASSED, "awarding-body-is-issuer")
        assert codes(self.NAME, awarded_by([DID])) == (Result.PASSED, "awarding-body-is-issuer")

    def test_the_issuer_itself_by_its_legal_identifier(self):
        legal = {"eIDASIdentifier": {"notation": "VATDE-1"}}
        document = awarded_by({"id": "urn:epass:org:2", **legal}, issuer={"id": DID, **legal})
        assert codes(self.NAME, document) == (Result.PASSED, "awarding-body-is-issuer")

    def test_somebody_else_without_a_mandate_is_invalid(self):
        document = awarded_by({"id": "https://other.example/"})
        assert codes(self.NAME, document) == (Result.FAILED, "awarding-body-differs")
        assert verdict(document) is Verdict.INVALID
        assert check(self.NAME, document).pointer == "#/credentialSubject/hasClaim/awardedBy/awardingBody"

    def test_one_right_body_does_not_excuse_a_wrong_one(self):
        document = awarded_by([{"id": DID}, {"id": "https://other.example/"}])
        assert codes(self.NAME, document) == (Result.FAILED, "awarding-body-differs")

    def test_a_stated_mandate_is_told(self):
        mandate = {
            "type": "Evidence",
            "dcType": {"id": "http://data.europa.eu/snb/evidence-type/c_18016257"},
            "evidenceStatement": "On behalf of",
        }
        document = awarded_by({"id": "https://other.example/"}, evidence=[mandate])
        assert codes(self.NAME, document) == (Result.PASSED, "awarding-body-by-mandate")
        without = awarded_by({"id": "https://other.example/"}, evidence=[{**mandate, "evidenceStatement": ""}])
        assert codes(self.NAME, without) == (Result.FAILED, "awarding-body-differs")

    @pytest.mark.parametrize(
        "subject", [{"id": "x:y"}, {"hasClaim": "x"}, {"hasClaim": {"awardedBy": []}}, [1, {"hasClaim": [2]}]]
    )
    def test_without_an_awarding_body_there_is_nothing_to_check(self, subject):
        assert codes(self.NAME, a_document(credentialSubject=subject)) == (Result.NOT_CHECKED, "no-awarding-body")


class TestTimes:
    def test_version_one_begins_with_the_later_and_ends_with_the_earlier_date(self):
        document = a_document(
            validFrom="2026-01-01T00:00:00Z",
            issuanceDate="2026-12-01T00:00:00Z",
            validUntil="2030-01-01T00:00:00Z",
            expirationDate="2026-10-01T00:00:00Z",
        )
        assert codes(CheckName.VALID_FROM, document) == (Result.FAILED, "not-yet-valid")
        assert codes(CheckName.VALID_UNTIL, document) == (Result.FAILED, "expired")

    def test_a_date_that_cannot_be_read_is_not_checked(self):
        document = a_document(validFrom="soon", validUntil=["2030-01-01T00:00:00Z"])
        assert codes(CheckName.VALID_FROM, document) == (Result.NOT_CHECKED, "valid-from-unreadable")
        assert codes(CheckName.VALID_UNTIL, document) == (Result.NOT_CHECKED, "valid-until-unreadable")

    def test_no_dates_leave_nothing_to_check(self):
        document = a_document(validFrom=...)
        assert codes(CheckName.VALID_FROM, document) == (Result.NOT_CHECKED, "no-valid-from")
        assert codes(CheckName.VALID_UNTIL, document) == (Result.NOT_CHECKED, "no-valid-until")
        assert verdict(document) is Verdict.VALID

    def test_a_proof_is_held_against_the_judges_own_time(self):
        expiring = replace(PROOF, expires="2026-11-23T12:00:00Z", expires_at=NOW)
        evidence = replace(GOOD, proofs=(replace(GOOD.proofs[0], result=expiring),))
        assert codes(CheckName.PROOF, a_document(), evidence) == (Result.FAILED, "proof-expired")
        before = NOW - timedelta(seconds=1)
        assert codes(CheckName.PROOF, a_document(), evidence, before) == (Result.PASSED, "proof-verified")
        early = replace(PROOF, outcome=ProofOutcome.CREATED_IN_FUTURE)
        evidence = replace(GOOD, proofs=(replace(GOOD.proofs[0], result=early),))
        assert codes(CheckName.PROOF, a_document(), evidence) == (Result.PASSED, "proof-verified")


class TestStatus:
    def test_the_worst_of_several_entries_counts(self):
        for problem, value, expected in (
            (None, 1, (Result.FAILED, "revoked")),
            (StatusProblem.NOT_FETCHED, None, (Result.NOT_CHECKED, "status-list-not-fetched")),
        ):
            other = replace(CLEAR[0], value=value, problem=problem)
            for entries in itertools.permutations((*CLEAR, other)):
                found = codes(CheckName.STATUS_REVOCATION, a_document(), replace(GOOD, status=entries))
                assert found == expected

    def test_an_entry_that_cannot_be_read_may_be_about_anything(self):
        unread = StatusEvidence("#/credentialStatus/2", problem=StatusProblem.ENTRY_MALFORMED)
        evidence = replace(GOOD, status=(*CLEAR, unread))
        for name in (CheckName.STATUS_REVOCATION, CheckName.STATUS_SUSPENSION):
            assert codes(name, a_document(), evidence) == (Result.NOT_CHECKED, "status-entry-malformed")

    @pytest.mark.parametrize("purpose", ["message", "refresh"])
    def test_a_purpose_that_takes_nothing_away_is_told_and_decides_nothing(self, purpose):
        unread = StatusEvidence("#/credentialStatus/2", purpose, problem=StatusProblem.TYPE_NOT_SUPPORTED)
        for entry in (unread, replace(unread, problem=None, value=1)):
            assert verdict(a_document(), replace(GOOD, status=(*CLEAR, entry))) is Verdict.VALID

    def test_a_purpose_that_nobody_has_defined_may_be_the_worst(self):
        unknown = StatusEvidence("#/credentialStatus/2", "annulment", problem=StatusProblem.PURPOSE_UNKNOWN)
        evidence = replace(GOOD, status=(*CLEAR, unknown))
        assert codes(CheckName.STATUS_REVOCATION, a_document(), evidence)[1] == "status-purpose-unknown"
        assert verdict(a_document(), evidence) is Verdict.INDETERMINATE


def test_a_value_of_the_wrong_kind_is_no_forgery_but_leaves_the_proof_open():
    graph = GraphEvidence(ill_typed=(Finding("ill-typed-literal", "#/x", ""),))
    evidence = replace(GOOD, graph=graph)
    assert codes(CheckName.LITERALS_WELL_TYPED, a_document(), evidence) == (Result.FAILED, "literal-ill-typed")
    assert codes(CheckName.PROOF, a_document(), evidence) == (Result.NOT_CHECKED, "graph-not-read")
    assert verdict(a_document(), evidence) is Verdict.INDETERMINATE


def test_a_private_key_in_public_proves_nothing():
    method = ResolvedMethod(METHOD, DID, "Multikey", None, KeyProblem.PRIVATE_KEY_PUBLISHED, for_assertion=True)
    proof = ProofEvidence(PROOF, MethodEvidence(METHOD, DID, method=method))
    evidence = replace(GOOD, proofs=(proof,))
    assert codes(CheckName.ISSUER_KEY, a_document(), evidence) == (Result.NOT_CHECKED, "private-key-published")
    assert verdict(a_document(), evidence) is Verdict.INDETERMINATE


# Every mixture of evidence.

members_variants = st.sampled_from(
    [
        None,
        Members(()),
        Members((MEMBER,)),
        Members((replace(MEMBER, kind=IssuerKind.TEST),)),
        Members((replace(MEMBER, kind=IssuerKind.SERVICE),)),
        Members((replace(MEMBER, did="did:web:elsewhere.example"),)),
    ]
)
member_keys = st.builds(
    replace,
    st.just(KEY),
    state=st.sampled_from(list(KeyState)),
    active_from=st.sampled_from([None, NOW + timedelta(days=1)]),
    retired_at=st.sampled_from([None, NOW, NOW - timedelta(days=100)]),
    revoked_at=st.sampled_from([None, NOW]),
)
resolved = st.builds(
    ResolvedMethod,
    id=st.just(METHOD),
    controller=st.sampled_from([DID, "did:web:elsewhere.example"]),
    type=st.just("Multikey"),
    public_key=st.sampled_from([PUBLIC_KEY, None]),
    problem=st.just(None),
    for_assertion=st.booleans(),
    revoked_at=st.sampled_from([None, NOW - timedelta(days=1)]),
    expires_at=st.sampled_from([None, NOW - timedelta(days=1)]),
)
methods = st.one_of(
    st.none(),
    st.builds(
        MethodEvidence,
        st.just(METHOD),
        st.just(DID),
        known_here=st.just(value=True),
        member_key=st.none() | member_keys,
    ),
    st.builds(
        MethodEvidence,
        st.just(METHOD),
        st.sampled_from([DID, "did:web:elsewhere.example"]),
        method=st.none() | resolved,
        problem=st.none() | st.sampled_from(list(ResolutionProblem)),
        not_asked=st.none() | st.sampled_from(list(NotAsked)),
    ),
)
proof_results = st.builds(
    replace,
    st.just(PROOF),
    outcome=st.sampled_from(list(ProofOutcome)),
    cryptosuite=st.sampled_from(["eddsa-rdfc-2022", "unknown"]),
    created_at=st.sampled_from([None, PROOF.created_at, NOW + timedelta(days=1)]),
    expires_at=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
)
statuses = st.builds(
    StatusEvidence,
    st.just("#/credentialStatus"),
    purpose=st.sampled_from(["revocation", "suspension", "message", None]),
    value=st.sampled_from([None, 0, 1, 3]),
    superseded=st.booleans(),
    problem=st.none() | st.sampled_from(list(StatusProblem)),
)
a_finding = Finding("x", "#/x", "")
mixtures = st.builds(
    Evidence,
    contexts=st.sampled_from([ContextEvidence()] * 3 + [ContextEvidence(problem) for problem in ContextProblem]),
    graph=st.sampled_from(
        [GraphEvidence()] * 4
        + [GraphEvidence(uncovered=(a_finding,)), GraphEvidence(ill_typed=(a_finding,))]
        + [GraphEvidence(problem=problem) for problem in GraphProblem]
    ),
    proofs=st.just(GOOD.proofs) | st.lists(st.builds(ProofEvidence, proof_results, methods), max_size=3).map(tuple),
    members=members_variants,
    status=st.just(CLEAR) | st.lists(statuses, max_size=3).map(tuple),
    template=st.sampled_from([ReadingEvidence(), ReadingEvidence(()), ReadingEvidence((a_finding,))]),
    related_resources=st.sampled_from([(), (), (a_finding,)]),
)
# Most mixtures are hopeless; one thing amiss at a time is where a verdict could slip.
one_thing_amiss = st.builds(
    lambda name, mixture: replace(GOOD, **{name: getattr(mixture, name)}),
    st.sampled_from(["contexts", "graph", "proofs", "members", "status", "template", "related_resources"]),
    mixtures,
)
documents = st.just(a_document()) | st.sampled_from(
    [
        a_document(validUntil="2020-01-01T00:00:00Z"),
        a_document(validFrom="2030-01-01T00:00:00Z"),
        a_document(issuer="did:web:elsewhere.example"),
        a_document(issuer=...),
        a_document(type=["X"]),
        a_document(credentialStatus=...),
        awarded_by({"legalName": {"de": "TECHNISCHE UNIVERSITÄT BERLIN"}}),
    ]
)
policies = st.builds(
    Policy, accepted_issuers=st.sampled_from([frozenset(), frozenset({DID}), frozenset({"did:web:elsewhere.example"})])
)


@settings(max_examples=1000, deadline=None)
@given(documents, mixtures | one_thing_amiss, policies)
def test_whatever_the_evidence_every_check_is_answered_and_valid_means_all_of_it(document, evidence, policy):
    checks = judge(document, evidence, policy, NOW)
    assert [check.name for check in checks] == list(CREDENTIAL_CHECKS)
    assert all(f"verification.{check.code}" in en.WORDS for check in checks)
    verdict = derive_verdict(checks)
    event(verdict.value)
    if verdict is not Verdict.VALID:
        return
    by_name = {check.name: check for check in checks}
    for name in DECIDING:
        found = by_name[name]
        assert found.result is Result.PASSED or found.informs or found.code in NOTHING_TO_CHECK[name]
    # The same from the evidence itself, without the judge's own words.
    assert evidence.contexts.problem is None
    assert evidence.graph.readable
    assert evidence.members is not None
    issuer = document["issuer"]
    member = evidence.members.by_did(issuer)
    assert (member is not None and member.kind is IssuerKind.UNIVERSITY) or issuer in policy.accepted_issuers
    assert any(proof.method is not None and proof.method.did == issuer for proof in evidence.proofs)
    for proof in evidence.proofs:
        assert proof.result.outcome in _SIGNATURE_HELD
        if proof.method is not None and proof.method.did == issuer:
            key, method = proof.method.member_key, proof.method.method
            assert key is not None or method is not None
            assert key is None or key.state in {KeyState.ACTIVE, KeyState.RETIRED}
    for entry in evidence.status:
        if entry.purpose in {"revocation", "suspension", None}:
            assert entry.is_set is False
            assert entry.problem is None


def test_every_outcome_of_a_proof_has_an_answer():
    assert set(_PROOF_ANSWERS) | _SIGNATURE_HELD == set(ProofOutcome)
    assert all(result is not Result.PASSED for result, _ in _PROOF_ANSWERS.values())


def test_every_code_has_its_words_and_no_words_are_left_over():
    source = Path(judge_module.__file__).read_text(encoding="utf-8")
    literals = {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = {text for text in literals if re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)}
    enums = (ContextProblem, GraphProblem, NotAsked, StatusProblem, ResolutionProblem, KeyProblem)
    used |= {member.value for kind in enums for member in kind}
    spoken = {key.removeprefix("verification.") for key in en.WORDS if key.startswith("verification.")}
    assert spoken <= used
    emitted = {text for text in used if "-" in text} - {"utf-8"}
    assert emitted <= spoken
