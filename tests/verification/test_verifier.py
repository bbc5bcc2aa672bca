"""Whole verifications: a foreign issuer on a real host, our own records, and everything in between."""

import base64
import copy
import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.errors import Finding, Weight
from app.keys import Algorithm, KeyState
from app.languages import Language
from app.settings import Lookups
from app.status import LIST_ENTRIES, BitstringStatusList
from app.trust.members import AllianceMember
from app.verification.checks import CREDENTIAL_CHECKS, CheckName, EdcStatus, Result
from app.verification.evidence import Policy
from app.verification.gather import World
from app.verification.report import Standing, Verdict
from app.verification.verifier import Verifier
from tests.counterparts.foreign_issuer import NOW, V2, ForeignIssuer, status_entry
from tests.verification.deployment import (
    MEMBER_DID,
    OURS,
    code_of,
    our_status,
    outcome,
    result_of,
)

MESSAGES = [
    {"status": "0x0", "message": "in force"},
    {"status": "0x1", "message": "under review"},
    {"status": "0x2", "message": "annulled"},
    {"status": "0x3", "message": "undefined"},
]


class TestOurOwn:
    async def test_a_members_credential_in_force_is_valid(self, ours, host):
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        assert outcome(report) == (Verdict.VALID, "valid")
        assert (report.issuer.standing, report.issuer.name) == (Standing.MEMBER, "Technische Universität Berlin")
        assert [check.name for check in report.checks] == list(CREDENTIAL_CHECKS)
        assert host.seen == []

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_every_algorithm_verifies(self, ours, algorithm):
        ours.tu_berlin = ForeignIssuer(MEMBER_DID, algorithm)
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        assert report.verdict is Verdict.VALID
        assert report.proofs[0].algorithm == algorithm.value

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            ({("revocation", 7): (True, False)}, "revoked"),
            ({("revocation", 7): (True, True)}, "superseded"),
            ({("suspension", 7): (True, False)}, "suspended"),
        ],
    )
    async def test_revoked_replaced_and_suspended_are_invalid(self, ours, status, code):
        ours.status = status
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        assert outcome(report) == (Verdict.INVALID, code)

    async def test_replaced_says_whom_to_ask(self, ours):
        ours.status = {("revocation", 7): (True, True)}
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        assert "ask the holder" in report.reason.sentence

    async def test_a_members_credential_that_names_no_status_is_indeterminate(self, ours):
        report = await ours.verify(await ours.tu_berlin.credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "status-entry-missing")

    async def test_status_of_another_issuers_list_counts_for_nothing(self, ours):
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status("wut")))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-of-another-issuer")

    async def test_the_test_issuer_is_authentic_and_no_member(self, ours):
        report = await ours.verify(await ours.sandbox.credential(credentialStatus=our_status("test")))
        assert outcome(report) == (Verdict.INDETERMINATE, "test-issuer")
        assert report.reason.sentence.startswith("Authentic, test issuer, not a member")
        assert report.issuer.standing is Standing.TEST

    async def test_with_our_records_unreadable_nothing_is_valid_and_nothing_breaks(self, ours):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        ours.reachable = False
        report = await ours.verify(document)
        assert report.verdict is Verdict.INDETERMINATE
        assert code_of(report, CheckName.ISSUER_KNOWN_MEMBER) == "members-not-known"
        assert code_of(report, CheckName.NAMES_MEMBER_WITHOUT_KEY) == "members-not-known"

    @pytest.mark.parametrize("years", [-10, 10])
    async def test_a_clock_ten_years_off_is_answered(self, ours, years):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        report = await ours.verify(document, now=NOW + timedelta(days=365 * years))
        assert report.verdict is (Verdict.VALID if years > 0 else Verdict.INVALID)


class TestKeysOverTime:
    async def verdict_with(self, ours, **facts):
        ours.key_facts = facts
        return outcome(await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status())))

    async def test_a_retired_key_still_vouches_for_what_it_signed(self, ours):
        day_after = NOW + timedelta(days=1)
        assert await self.verdict_with(ours, state=KeyState.RETIRED, retired_at=day_after) == (Verdict.VALID, "valid")

    async def test_a_signature_dated_after_retirement_is_invalid(self, ours):
        verdict = await self.verdict_with(ours, state=KeyState.RETIRED, retired_at=NOW - timedelta(days=1))
        assert verdict == (Verdict.INVALID, "key-used-after-retirement")

    async def test_what_a_revoked_key_signed_is_invalid_whatever_its_date(self, ours):
        verdict = await self.verdict_with(ours, state=KeyState.REVOKED, revoked_at=NOW + timedelta(days=300))
        assert verdict == (Verdict.INVALID, "key-revoked")

    async def test_a_key_only_announced_vouches_for_nothing(self, ours):
        assert await self.verdict_with(ours, state=KeyState.PRE_PUBLISHED) == (Verdict.INVALID, "key-not-yet-active")

    async def test_a_signature_dated_before_the_key_was_used_is_invalid(self, ours):
        verdict = await self.verdict_with(ours, active_from=NOW + timedelta(days=1))
        assert verdict == (Verdict.INVALID, "key-used-before-activation")

    async def test_a_signature_from_the_future_is_invalid(self, ours):
        document = await ours.tu_berlin.sign(
            ours.tu_berlin.unsigned(credentialStatus=our_status()), created=NOW + timedelta(minutes=6)
        )
        assert outcome(await ours.verify(document)) == (Verdict.INVALID, "proof-from-the-future")
        assert outcome(await ours.verify(document, now=NOW + timedelta(minutes=2))) == (Verdict.VALID, "valid")


class TestTime:
    async def outcome_at(self, ours, now, **changes):
        return outcome(
            await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status(), **changes), now=now)
        )

    async def test_not_yet_valid_is_invalid_with_five_minutes_for_crooked_clocks(self, ours):
        for minutes, verdict in ((4, (Verdict.VALID, "valid")), (6, (Verdict.INVALID, "not-yet-valid"))):
            begin = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
            assert await self.outcome_at(ours, NOW, validFrom=begin) == verdict

    async def test_an_end_that_has_passed_is_invalid_and_the_achievement_does_not_lapse(self, ours):
        document = await ours.tu_berlin.credential(credentialStatus=our_status(), validUntil="2026-11-23T11:59:59Z")
        report = await ours.verify(document)
        assert outcome(report) == (Verdict.INVALID, "expired")
        assert "achievement itself does not lapse" in report.reason.sentence
        assert result_of(report, CheckName.PROOF) is Result.PASSED

    async def test_an_end_to_come_is_valid(self, ours):
        assert await self.outcome_at(ours, NOW, validUntil="2026-11-23T12:00:01Z") == (Verdict.VALID, "valid")


class TestStrangers:
    async def test_a_self_made_key_with_a_good_proof_is_not_a_member(self, ours):
        report = await ours.verify(await ForeignIssuer().credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "issuer-not-a-member")
        assert result_of(report, CheckName.PROOF) is Result.PASSED
        assert report.issuer.standing is Standing.UNKNOWN

    @pytest.mark.parametrize("end", [None, "2026-01-01T00:00:00Z"])
    async def test_a_credential_of_version_one_is_read_with_its_own_dates(self, ours, end):
        stranger = ForeignIssuer()
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        document = await stranger.credential(
            **{"@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"]},
            validFrom=None,
            issuanceDate="2025-01-01T00:00:00Z",
            expirationDate=end,
        )
        report = await ours.verify(document)
        assert outcome(report) == ((Verdict.INVALID, "expired") if end else (Verdict.VALID, "valid"))
        assert report.document.form == "vc-1.1"

    @pytest.mark.reference
    @pytest.mark.parametrize("suite", ["vc-di-eddsa/eddsa-rdfc-2022", "vc-di-ecdsa/ecdsa-rdfc-2019-p256"])
    async def test_the_published_vectors_keep_integrity_and_their_key_is_not_their_issuers(
        self, ours, reference_dir, suite
    ):
        (path,) = (reference_dir / "vectors" / suite).glob("signed*.json")
        # Their contexts are those of examples, which only the interop mode knows.
        ours.policy = Policy(own_contexts=True)
        report = await ours.verify(json.loads(path.read_bytes()))
        assert {check.result for check in report.checks if check.axis == "integrity"} == {Result.PASSED}
        assert code_of(report, CheckName.ISSUER_KEY) == "key-of-another"

    async def test_the_context_of_examples_is_not_one_of_the_products(self, ours):
        contexts = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
        report = await ours.verify(await ForeignIssuer().credential(**{"@context": contexts}))
        assert code_of(report, CheckName.CONTEXTS_PINNED) == "context-unknown"
        assert result_of(report, CheckName.PROOF) is Result.NOT_CHECKED

    async def test_members_only_means_that_no_stranger_is_asked(self, ours, host, stranger):
        report = await ours.verify(await stranger.credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "lookups-for-members-only")
        assert host.seen == []

    @pytest.mark.parametrize("policy", [{"lookups": Lookups.ANYONE}, {"looked_up_issuers": True}])
    async def test_a_stranger_who_may_be_asked_is_authentic_and_still_no_member(self, ours, stranger, policy):
        if "looked_up_issuers" in policy:
            policy = {"looked_up_issuers": frozenset({stranger.did})}
        ours.policy = Policy(**policy)
        report = await ours.verify(await stranger.credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "issuer-not-a-member")
        assert code_of(report, CheckName.ISSUER_KEY) == "issuer-key-in-did-document"

    async def test_an_issuer_accepted_by_policy_can_be_valid(self, ours, stranger):
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        report = await ours.verify(await stranger.credential())
        assert (report.verdict, report.issuer.standing) == (Verdict.VALID, Standing.ACCEPTED)

    async def test_with_lookups_off_nobody_is_asked(self, ours, host, stranger):
        ours.policy = Policy(lookups=Lookups.OFF, accepted_issuers=frozenset({stranger.did}))
        report = await ours.verify(await stranger.credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "lookups-off")
        assert host.seen == []

    async def test_a_host_is_asked_once_for_many_documents(self, ours, host, stranger):
        ours.policy = Policy(lookups=Lookups.ANYONE)
        world = World(ours.fetch, ours.members, ours.own_status, http_hosts=ours.http_hosts)
        verifier = Verifier(world, ours.policy)
        for number in range(3):
            await verifier.verify(await stranger.credential(id=f"urn:x:{number}"), now=NOW)
        assert len(host.seen) == 1

    async def test_failures_are_remembered_too_but_not_for_long(self, ours, host):
        ours.policy = Policy(lookups=Lookups.ANYONE)
        issuer = ForeignIssuer(host.did("nobody"))
        verifier = Verifier(World(ours.fetch, ours.members, ours.own_status, http_hosts=ours.http_hosts), ours.policy)
        document = await issuer.credential()
        for seconds in (0, 20, 40):
            report = await verifier.verify(document, now=NOW + timedelta(seconds=seconds))
            assert outcome(report) == (Verdict.INDETERMINATE, "did-document-not-fetched")
        assert len(host.seen) == 2

    @pytest.mark.parametrize(
        ("prepare", "code"),
        [
            (
                lambda host, _: host.redirect("/issuers/abc/did.json", "http://169.254.169.254/"),
                "did-document-not-fetched",
            ),
            (lambda host, _: host.drip("/issuers/abc/did.json"), "did-document-not-fetched"),
            (lambda host, _: host.endless("/issuers/abc/did.json"), "did-document-not-fetched"),
            (
                lambda host, issuer: host.serve("/issuers/abc/did.json", {**issuer.did_document(), "id": MEMBER_DID}),
                "did-document-of-another",
            ),
            (lambda host, _: host.serve("/issuers/abc/did.json", b"<html>"), "did-document-not-json"),
        ],
    )
    async def test_a_host_that_does_not_answer_properly_leaves_everything_open(
        self, ours, host, stranger, prepare, code
    ):
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        prepare(host, stranger)
        assert outcome(await ours.verify(await stranger.credential())) == (Verdict.INDETERMINATE, code)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"verificationMethod": [], "assertionMethod": []}, "key-not-in-did-document"),
            ({"assertionMethod": []}, "key-not-for-assertion"),
        ],
    )
    async def test_a_key_that_the_issuers_document_does_not_give_for_this_is_invalid(
        self, ours, host, stranger, changes, code
    ):
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        host.serve("/issuers/abc/did.json", stranger.did_document(**changes))
        assert outcome(await ours.verify(await stranger.credential())) == (Verdict.INVALID, code)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"controller": "did:example:other"}, "key-controlled-by-another"),
            ({"revoked": "2026-01-01T00:00:00Z"}, "key-revoked"),
            ({"revoked": "0001-01-01T00:00:00+14:00"}, "key-revoked"),
            ({"revoked": ["soon"]}, "key-revoked"),
            ({"expires": "2026-01-01T00:00:00Z"}, "key-expired"),
        ],
    )
    async def test_a_key_that_its_document_disowns_is_invalid(self, ours, host, stranger, changes, code):
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        document = stranger.did_document()
        document["verificationMethod"][0].update(changes)
        host.serve("/issuers/abc/did.json", document)
        assert outcome(await ours.verify(await stranger.credential())) == (Verdict.INVALID, code)


class TestFalseNames:
    @pytest.fixture
    def lookups(self):
        return list(Lookups)

    async def test_a_self_made_key_with_a_members_name_is_invalid_under_every_policy(self, ours, lookups):
        forger = ForeignIssuer()
        for policy in lookups:
            ours.policy = Policy(lookups=policy, accepted_issuers=frozenset({forger.did}))
            document = await forger.sign(
                forger.unsigned(issuer={"id": forger.did, "name": "Technische Universität Berlin"})
            )
            assert outcome(await ours.verify(document)) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_member_as_issuer_with_another_key_is_invalid(self, ours):
        forger = ForeignIssuer()
        document = await forger.sign(ours.tu_berlin.unsigned(credentialStatus=our_status()))
        assert outcome(await ours.verify(document)) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_member_as_issuer_with_an_invented_method_is_invalid(self, ours):
        forger = ForeignIssuer()
        document = await forger.sign(ours.tu_berlin.unsigned(), method=f"{MEMBER_DID}#invented")
        assert outcome(await ours.verify(document)) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_false_name_is_invalid_also_when_no_lookup_could_be_made(self, ours, host, stranger):
        host.never_answer("/issuers/abc/did.json")
        ours.policy = Policy(lookups=Lookups.ANYONE)
        document = await stranger.sign(
            stranger.unsigned(issuer={"id": stranger.did, "name": "Warsaw University of Technology"})
        )
        assert outcome(await ours.verify(document)) == (Verdict.INVALID, "claims-to-be-member")

    async def test_one_member_cannot_award_in_the_name_of_another(self, ours):
        document = await ours.tu_berlin.credential(
            credentialStatus=our_status(), issuer={"id": MEMBER_DID, "name": "Warsaw University of Technology"}
        )
        assert outcome(await ours.verify(document)) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_member_may_use_its_own_name(self, ours):
        document = await ours.tu_berlin.credential(
            credentialStatus=our_status(), issuer={"id": MEMBER_DID, "name": "Technische Universität Berlin"}
        )
        assert outcome(await ours.verify(document)) == (Verdict.VALID, "valid")

    async def test_an_altered_copy_of_a_members_credential_is_told_as_altered(self, ours):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        document["credentialSubject"]["id"] = "did:example:somebody-else"
        assert outcome(await ours.verify(document)) == (Verdict.INVALID, "proof-wrong")

    async def test_a_member_that_could_not_be_asked_is_not_called_a_forger(self, ours, host):
        elsewhere = ForeignIssuer(host.did("far"))
        ours.extra_members = [AllianceMember("far", elsewhere.did, ("Far University",))]
        report = await ours.verify(await elsewhere.credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "did-document-not-fetched")
        assert code_of(report, CheckName.NAMES_MEMBER_WITHOUT_KEY) == "member-not-proved"
        host.serve("/far/did.json", elsewhere.did_document())
        report = await ours.verify(await elsewhere.credential())
        assert outcome(report) == (Verdict.INDETERMINATE, "status-entry-missing")
        assert code_of(report, CheckName.ISSUER_KNOWN_MEMBER) == "issuer-is-member"


class TestIntegrity:
    async def test_each_leaf_altered_one_at_a_time_is_never_valid(self, ours):
        document = await ours.tu_berlin.credential(
            credentialStatus=our_status(), validUntil="2030-01-01T00:00:00Z", name="A name"
        )
        assert (await ours.verify(document)).verdict is Verdict.VALID
        paths = list(leaves(document))
        assert len(paths) > 20
        for path in paths:
            altered = copy.deepcopy(document)
            parent = altered
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] += "x"
            report = await ours.verify(altered)
            assert report.verdict is not Verdict.VALID, path

    async def test_a_term_no_context_defines_is_named_with_its_place(self, ours):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        document["credentialSubject"]["forgedClaim"] = "professor"
        report = await ours.verify(document)
        assert outcome(report) == (Verdict.INVALID, "not-covered")
        check = next(check for check in report.checks if check.name == CheckName.NOTHING_DROPPED)
        assert check.pointer == "#/credentialSubject/forgedClaim"

    @pytest.mark.parametrize(
        ("context", "code"),
        [
            ([V2, "https://unknown.example/context"], "context-unknown"),
            ([V2, {"forged": "https://unknown.example/forged"}], "context-inline"),
            ([V2, {"@vocab": "https://unknown.example/"}], "context-inline"),
        ],
    )
    async def test_a_context_we_do_not_hold_leaves_everything_open(self, ours, context, code):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        report = await ours.verify({**document, "@context": context})
        assert outcome(report) == (Verdict.INDETERMINATE, code)
        assert result_of(report, CheckName.PROOF) is Result.NOT_CHECKED

    @pytest.mark.parametrize(
        "context",
        [V2, [V2], [], None, 7, "https://unknown.example/context", {"id": "https://a.example/"}, {"@import": V2}],
    )
    async def test_a_context_within_the_document_leaves_everything_open_too(self, ours, context):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        document["credentialSubject"]["@context"] = context
        report = await ours.verify(document)
        assert outcome(report) == (Verdict.INDETERMINATE, "context-embedded")
        check = next(check for check in report.checks if check.name == CheckName.CONTEXTS_PINNED)
        assert check.pointer == "#/credentialSubject/@context"
        assert result_of(report, CheckName.PROOF) is Result.NOT_CHECKED

    async def test_an_unsigned_document_is_invalid(self, ours):
        report = await ours.verify(ours.tu_berlin.unsigned(credentialStatus=our_status()))
        assert outcome(report) == (Verdict.INVALID, "proof-missing")

    async def test_a_second_proof_that_does_not_hold_is_not_overlooked(self, ours):
        document = await ours.tu_berlin.credential(credentialStatus=our_status())
        forged = {**document["proof"], "proofValue": "z" + "2" * 88}
        report = await ours.verify({**document, "proof": [document["proof"], forged]})
        assert report.verdict is Verdict.INVALID
        assert [proof.result for proof in report.proofs] == [Result.PASSED, Result.FAILED]

    async def test_another_partys_good_proof_is_reported_and_does_not_stand_for_the_issuers(self, ours):
        witness = ForeignIssuer()
        body = ours.tu_berlin.unsigned(credentialStatus=our_status())
        by_issuer, by_witness = await ours.tu_berlin.sign(body), await witness.sign(body)
        both = {**body, "proof": [by_witness["proof"], by_issuer["proof"]]}
        report = await ours.verify(both)
        assert report.verdict is Verdict.VALID
        assert [proof.by_issuer for proof in report.proofs] == [False, True]
        report = await ours.verify({**body, "proof": by_witness["proof"]})
        assert outcome(report) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_status_list_is_nobodys_achievement(self, ours):
        signed = await ours.tu_berlin.sign(ours.tu_berlin.status_list(f"{OURS}/tu-berlin/status/1/revocation"))
        assert outcome(await ours.verify(signed)) == (Verdict.INVALID, "data-model-broken")

    @pytest.mark.parametrize("value", [[], "text", 7, None, True, [{}]])
    async def test_any_json_value_is_answered(self, ours, value):
        report = await ours.verify(value)
        assert outcome(report) == (Verdict.INVALID, "not-a-json-object")
        assert [check.name for check in report.checks] == list(CREDENTIAL_CHECKS)

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"@context": None},
            {"@context": [V2], "proof": []},
            {"@context": [V2], "proof": {}},
            {"@context": [V2], "proof": [None, 7, "x"]},
            {"@context": [V2], "proof": [{}] * 100},
            {"@context": [V2], "proof": {"verificationMethod": "did:web:127.0.0.1#x"}},
            {"@context": [V2], "issuer": {"id": {"id": []}}, "credentialStatus": [None, {}, 7]},
            {"payload": "{}", "signatures": []},
            {"@context": [V2], "type": "EnvelopedVerifiablePresentation", "id": "data:application/vp+jwt,x"},
            {"@context": [V2], "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,x"},
        ],
    )
    async def test_any_object_is_answered_and_none_of_these_is_valid(self, ours, document):
        report = await ours.verify(document, language=Language.GERMAN)
        assert report.verdict is not Verdict.VALID
        assert [check.name for check in report.checks] == list(CREDENTIAL_CHECKS)
        assert report.model_dump_json()

    async def test_forms_not_yet_read_are_named_and_left_open(self, ours):
        report = await ours.verify({"type": "EnvelopedVerifiablePresentation"})
        assert outcome(report) == (Verdict.INDETERMINATE, "form-not-supported")

    async def test_a_seal_without_a_signature_is_none(self, ours):
        report = await ours.verify({"payload": "{}", "signatures": []})
        assert outcome(report) == (Verdict.INVALID, "data-model-broken")


class TestPolicy:
    async def test_one_verification_may_go_by_another_policy_and_the_next_does_not(self, ours, stranger):
        world = World(ours.fetch, ours.members, ours.own_status, http_hosts=ours.http_hosts)
        verifier = Verifier(world, Policy())
        document = await stranger.credential()
        accepting = replace(verifier.policy, accepted_issuers=frozenset({stranger.did}))
        assert (await verifier.verify(document, now=NOW, policy=accepting)).verdict is Verdict.VALID
        assert outcome(await verifier.verify(document, now=NOW)) == (Verdict.INDETERMINATE, "lookups-for-members-only")

    async def test_a_policy_may_do_without_a_status_that_nobody_answers_for(self, ours, host, stranger):
        host.never_answer("/status/1")
        document = await stranger.credential(credentialStatus=status_entry(host.origin + "/status/1", 1))
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        assert outcome(await ours.verify(document)) == (Verdict.INDETERMINATE, "status-list-not-fetched")
        ours.policy = replace(ours.policy, status_must_be_known=False)
        report = await ours.verify(document)
        assert report.verdict is Verdict.VALID
        assert code_of(report, CheckName.STATUS_REVOCATION) == "status-list-not-fetched"


class TestReadersOfMeaning:
    async def test_template_findings_are_told_and_do_not_decide(self, ours):
        ours.findings = [
            Finding("level-missing", "#/x", "No level.", "7.7"),
            Finding("advice", "#/y", "Consider it.", weight=Weight.RECOMMENDED),
        ]
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        check = next(check for check in report.checks if check.name == CheckName.TEMPLATE_RULES)
        assert (check.result, check.pointer, len(check.findings)) == (Result.FAILED, "#/x", 2)
        assert report.verdict is Verdict.VALID

    async def test_advice_alone_breaks_no_rule(self, ours):
        ours.findings = [Finding("advice", "#/y", "Consider it.", weight=Weight.RECOMMENDED)]
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        check = next(check for check in report.checks if check.name == CheckName.TEMPLATE_RULES)
        assert (check.result, check.code, len(check.findings)) == (Result.PASSED, "template-rules-kept", 1)

    async def test_the_seven_edc_checks_follow(self, ours):
        report = await ours.verify(await ours.tu_berlin.credential(credentialStatus=our_status()))
        status = {edc.check.name: edc.status for edc in report.edc_checks}
        assert status["SEAL"] is status["REVOCATION"] is status["EXPIRY"] is EdcStatus.OK
        assert status["OWNER"] is status["ACCREDITATION"] is status["CUSTOM"] is EdcStatus.SKIPPED


class TestForeignStatus:
    PATH = "/status/1"

    @pytest.fixture
    def accepted(self, ours, stranger):
        ours.policy = Policy(accepted_issuers=frozenset({stranger.did}))
        return ours

    async def credential(self, host, stranger, index=42, purpose="revocation", **changes):
        entry = status_entry(host.origin + self.PATH, index, purpose, **changes)
        return await stranger.credential(credentialStatus=entry)

    async def serve(self, host, stranger, *, signer=None, **changes):
        unsigned = stranger.status_list(host.origin + self.PATH, **changes)
        signed = await (signer or stranger).sign(unsigned)
        host.serve(self.PATH, signed, media_type="application/vc")
        return signed

    async def test_a_clear_bit_is_valid_and_a_set_one_revoked(self, accepted, host, stranger):
        await self.serve(host, stranger, raised=(41, 43))
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.VALID, "valid")
        assert (report.status_entries[0].is_set, len(report.status_entries[0].status_list_sha256)) == (False, 64)
        await self.serve(host, stranger, raised=(42,))
        assert outcome(await accepted.verify(await self.credential(host, stranger))) == (Verdict.INVALID, "revoked")

    async def test_suspension_is_read_from_a_list_of_that_purpose(self, accepted, host, stranger):
        await self.serve(host, stranger, raised=(42,), purpose="suspension")
        document = await self.credential(host, stranger, purpose="suspension")
        assert outcome(await accepted.verify(document)) == (Verdict.INVALID, "suspended")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"purpose": "suspension"}, "status-list-purpose-differs"),
            ({"purpose": "refresh"}, "status-list-purpose-differs"),
            ({"validUntil": "2026-11-23T11:00:00Z"}, "status-list-not-current"),
            ({"validFrom": "2026-11-24T00:00:00Z"}, "status-list-not-current"),
            ({"issuer": "did:web:other.example"}, "status-list-of-another-issuer"),
            ({"id": "https://elsewhere.example/status"}, "status-list-of-another-issuer"),
            ({"type": ["VerifiableCredential"]}, "status-list-form-not-supported"),
            ({"subject": {"encodedList": "uH4sIAAAAAAAAA2NgAAAAAAD__w"}}, "status-list-malformed"),
            ({"subject": {"encodedList": "not-multibase"}}, "status-list-malformed"),
        ],
    )
    async def test_a_list_that_is_wrong_in_any_way_says_nothing(self, accepted, host, stranger, changes, code):
        await self.serve(host, stranger, **changes)
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, code)

    @pytest.mark.parametrize("value", range(4))
    async def test_an_entry_of_two_bits_says_what_its_value_means(self, accepted, host, stranger, value):
        raised = [2 * 42 + bit for bit in (0, 1) if value & (2 >> bit)]
        await self.serve(host, stranger, subject={"encodedList": a_list(2, raised)}, purpose="message")
        document = await self.credential(host, stranger, purpose="message", statusSize=2, statusMessage=MESSAGES)
        report = await accepted.verify(document)
        entry = report.status_entries[0]
        assert (entry.value, entry.message, entry.is_set) == (value, MESSAGES[value]["message"], value != 0)
        assert outcome(report) == (Verdict.VALID, "valid")

    async def test_any_value_but_the_first_of_a_revocation_of_two_bits_is_revoked(self, accepted, host, stranger):
        await self.serve(host, stranger, subject={"encodedList": a_list(2, [85])})
        for index, verdict in ((42, (Verdict.INVALID, "revoked")), (43, (Verdict.VALID, "valid"))):
            document = await self.credential(host, stranger, index, statusSize=2, statusMessage=MESSAGES)
            assert outcome(await accepted.verify(document)) == verdict

    async def test_a_list_must_be_long_enough_for_entries_of_that_size(self, accepted, host, stranger):
        await self.serve(host, stranger)
        document = await self.credential(host, stranger, statusSize=2, statusMessage=MESSAGES)
        assert outcome(await accepted.verify(document)) == (Verdict.INDETERMINATE, "status-list-too-short")

    @pytest.mark.parametrize(
        "changes",
        [
            {"statusSize": 2},
            {"statusSize": 0},
            {"statusSize": -1},
            {"statusSize": "2", "statusMessage": [*MESSAGES]},
            {"statusSize": 1, "statusMessage": [*MESSAGES]},
            {"statusSize": 2, "statusMessage": MESSAGES[:3]},
            {"statusSize": 2, "statusMessage": [*MESSAGES[:3], MESSAGES[0]]},
            {"statusSize": 2, "statusMessage": [*MESSAGES[:3], {"status": "3", "message": "x"}]},
            {"statusSize": 2, "statusMessage": [*MESSAGES[:3], {"status": "0x3"}]},
            {"statusSize": 2, "statusMessage": "message"},
        ],
    )
    async def test_messages_that_do_not_fit_the_size_make_the_entry_malformed(self, accepted, host, stranger, changes):
        await self.serve(host, stranger)
        document = await self.credential(host, stranger, **changes)
        report = await accepted.verify(document)
        assert code_of(report, CheckName.STATUS_REVOCATION) in {"status-entry-malformed", "status-not-asked"}
        assert report.status_entries[0].problem == "status-entry-malformed"

    async def test_a_purpose_that_nobody_has_defined_leaves_everything_open(self, accepted, host, stranger):
        await self.serve(host, stranger, purpose="annulment")
        document = await self.credential(host, stranger, purpose="annulment")
        assert outcome(await accepted.verify(document)) == (Verdict.INDETERMINATE, "status-purpose-unknown")
        assert self.PATH not in [seen.path for seen in host.seen]

    async def test_each_of_several_entries_is_told_and_the_worst_of_them_counts(self, accepted, host, stranger):
        await self.serve(host, stranger, raised=(7,), purpose=["revocation", "suspension", "refresh"])
        entries = [status_entry(host.origin + self.PATH, 7, purpose) for purpose in ("refresh", "suspension")]
        entries.append(status_entry(host.origin + self.PATH, 8, "revocation"))
        report = await accepted.verify(await stranger.credential(credentialStatus=entries))
        assert [(entry.purpose, entry.is_set) for entry in report.status_entries] == [
            ("refresh", True),
            ("suspension", True),
            ("revocation", False),
        ]
        assert outcome(report) == (Verdict.INVALID, "suspended")

    async def test_a_list_signed_by_somebody_else_says_nothing(self, accepted, host, stranger):
        thief = ForeignIssuer()
        unsigned = stranger.status_list(host.origin + self.PATH)
        host.serve(self.PATH, await thief.sign(unsigned))
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-proof-wrong")

    async def test_a_list_altered_after_signing_says_nothing(self, accepted, host, stranger):
        signed = await self.serve(host, stranger, raised=(42,))
        clean = stranger.status_list(host.origin + self.PATH)["credentialSubject"]["encodedList"]
        signed["credentialSubject"]["encodedList"] = clean
        host.serve(self.PATH, signed)
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-proof-wrong")

    async def test_a_list_that_is_a_bomb_says_nothing(self, accepted, host, stranger):
        bomb = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(64 * 1024 * 1024), 9)).rstrip(b"=").decode()
        await self.serve(host, stranger, subject={"encodedList": bomb})
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-malformed")

    async def test_a_list_that_is_too_short_says_nothing(self, accepted, host, stranger):
        short = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(100))).rstrip(b"=").decode()
        await self.serve(host, stranger, subject={"encodedList": short})
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-too-short")

    @pytest.mark.parametrize("behaviour", ["never_answer", "drip", "endless", "hang_up", "speak_nonsense"])
    async def test_a_host_that_does_not_give_its_list_leaves_status_open(self, accepted, host, stranger, behaviour):
        getattr(host, behaviour)(self.PATH)
        report = await accepted.verify(await self.credential(host, stranger))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-not-fetched")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"statusListIndex": "131072"}, "status-index-out-of-range"),
            ({"statusListIndex": "-1"}, "status-entry-malformed"),
            ({"statusListIndex": "007"}, "status-entry-malformed"),
            ({"statusListIndex": " 7"}, "status-entry-malformed"),
            ({"statusListCredential": "http://169.254.169.254/latest"}, "status-list-not-fetched"),
            ({"statusListCredential": "https://localhost/status"}, "status-list-not-fetched"),
        ],
    )
    async def test_an_entry_that_points_nowhere_good_says_nothing(self, accepted, host, stranger, changes, code):
        await self.serve(host, stranger)
        report = await accepted.verify(await self.credential(host, stranger, **changes))
        assert outcome(report) == (Verdict.INDETERMINATE, code)

    async def test_no_list_is_asked_for_before_the_issuer_is_shown_to_have_signed(self, accepted, host, stranger):
        await self.serve(host, stranger)
        document = await self.credential(host, stranger)
        document["credentialSubject"]["id"] = "did:example:altered"
        report = await accepted.verify(document)
        assert code_of(report, CheckName.STATUS_REVOCATION) == "status-not-asked"
        assert [seen.path for seen in host.seen] == ["/issuers/abc/did.json"]

    async def test_a_strangers_list_is_not_asked_for_when_strangers_are_not(self, ours, host):
        document = await ForeignIssuer().credential(credentialStatus=status_entry(host.origin + self.PATH, 1))
        report = await ours.verify(document)
        assert code_of(report, CheckName.STATUS_REVOCATION) == "status-lookup-not-allowed"
        assert host.seen == []

    async def test_a_list_is_fetched_once_and_kept_no_longer_than_its_ttl(self, accepted, host, stranger):
        await self.serve(host, stranger, subject={"ttl": 60000})
        world = World(accepted.fetch, accepted.members, accepted.own_status, http_hosts=accepted.http_hosts)
        verifier = Verifier(world, accepted.policy)
        document = await self.credential(host, stranger)
        for seconds in (0, 30, 59, 61):
            await verifier.verify(document, now=NOW + timedelta(seconds=seconds))
        assert [seen.path for seen in host.seen].count(self.PATH) == 2

    async def test_a_kept_list_is_still_checked_against_the_time(self, accepted, host, stranger):
        await self.serve(host, stranger, validUntil=(NOW + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        world = World(accepted.fetch, accepted.members, accepted.own_status, http_hosts=accepted.http_hosts)
        verifier = Verifier(world, accepted.policy)
        document = await self.credential(host, stranger)
        assert (await verifier.verify(document, now=NOW)).verdict is Verdict.VALID
        later = await verifier.verify(document, now=NOW + timedelta(seconds=60))
        assert outcome(later) == (Verdict.INDETERMINATE, "status-list-not-current")


def a_list(size, raised):
    """An encoded list for 131,072 entries of ``size`` bits; ``raised`` are places of bits."""
    return BitstringStatusList(size * LIST_ENTRIES, raised=raised).encoded()


def leaves(value, path=()):
    """Every place of a text in a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, item in steps:
        if isinstance(item, str):
            yield (*path, step)
        elif isinstance(item, dict | list):
            yield from leaves(item, (*path, step))
