"""Sealed European Digital Credentials at the verifier: whose they are, since when, and what holds them up."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from app.languages import Language
from app.securing import jades
from app.trust.seals import Anchors
from app.verification.checks import CheckName
from app.verification.report import Verdict
from app.verification.submission import read_submission
from tests.conftest import REPOSITORY
from tests.counterparts.seal_authority import (
    FOR_SEALS,
    FOR_STAMPS,
    SEALED_AT,
    Trade,
    ec_key,
    header_of,
    name,
    seal,
    with_archive_timestamp,
    with_timestamp,
    with_values,
)
from tests.verification.deployment import MEMBER_DID, OURS, code_of, outcome

NOW = SEALED_AT + timedelta(days=3)
LATER = SEALED_AT + timedelta(days=3650)
STAMPED = SEALED_AT + timedelta(seconds=3)
TU = "Technische Universität Berlin"


def credential(**changes):
    text = (REPOSITORY / "tests" / "approved" / "academic.edc.json").read_text(encoding="utf-8")
    for old, new in {
        "did:web:localhost%3A8000:issuers:wut": MEMBER_DID,
        "NTRPO-DEMO-wut": "NTRDE-TEST-tu-berlin",
        "Warsaw University of Technology (demonstration)": TU,
        "Politechnika Warszawska (demonstration)": TU,
        "http://localhost:8000/issuers/wut": OURS + "/tu-berlin",
    }.items():
        text = text.replace(old, new)
    document = json.loads(text)
    for member in ("validUntil", "expirationDate"):
        document.pop(member, None)
    return {**document, **changes}


def anchors(trade, *lists):
    return Anchors((trade.root.certificate,), tuple(lists))


@pytest.fixture
def trade():
    return Trade(organisation=TU)


@pytest.fixture
def trusting(ours, trade):
    ours.anchors = anchors(trade, *trade.lists())
    return ours


async def verify(ours, sealed, *, now=NOW, language=Language.ENGLISH):
    content = sealed if isinstance(sealed, bytes) else json.dumps(sealed, ensure_ascii=False).encode()
    return await ours.verify(read_submission(content), now=now, language=language)


def certificate_of(report):
    return code_of(report, CheckName.SEAL_CERTIFICATE)


def archived(trade, document=None, *, lists=None, moment=STAMPED, by=None):
    sealed = with_timestamp(seal(document or credential(), trade), trade, moment, by=by)
    with_values(sealed, trade, trade.lists() if lists is None else lists)
    return with_archive_timestamp(sealed, trade, moment, by=by)


class TestOfAMember:
    async def test_a_seal_of_a_member_is_valid(self, trusting, trade):
        report = await verify(trusting, seal(credential(), trade))
        assert (outcome(report), certificate_of(report)) == ((Verdict.VALID, "valid"), "seal-certificate-valid")
        (proof,) = report.proofs
        assert (proof.mechanism, proof.by_issuer, proof.seal.level, proof.seal.believed) == ("jades", True, "B", True)
        assert proof.seal.organization_identifier == trade.identifier

    async def test_one_letter_changed_and_it_is_not(self, trusting, trade):
        sealed = seal(credential(), trade)
        sealed["payload"] = sealed["payload"].replace("academic", "akademic", 1)
        assert outcome(await verify(trusting, sealed)) == (Verdict.INVALID, "seal-wrong")

    async def test_revocation_and_suspension_are_asked_of_our_own_records(self, trusting, trade):
        for purpose, code in (("revocation", "revoked"), ("suspension", "suspended")):
            trusting.status = {(purpose, 42): (True, False)}
            assert outcome(await verify(trusting, seal(credential(), trade))) == (Verdict.INVALID, code)

    async def test_a_status_named_elsewhere_means_nothing_that_is_known(self, trusting, trade):
        entry = {"id": "https://elsewhere.example/x/revocation#7", "type": "CredentialStatus"}
        report = await verify(trusting, seal(credential(credentialStatus=entry), trade))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-type-not-supported")

    async def test_made_by_other_software_it_is_the_members_by_its_certificate(self, trusting, trade):
        document = credential()
        text = json.dumps(document).replace(MEMBER_DID, "urn:epass:org:1")
        report = await verify(trusting, seal(json.loads(text), trade))
        assert code_of(report, CheckName.ISSUER_KNOWN_MEMBER) == "issuer-is-member"
        assert code_of(report, CheckName.NAMES_MEMBER_WITHOUT_KEY) == "names-itself"

    async def test_german_has_its_sentence(self, trusting, trade):
        report = await verify(trusting, seal(credential(), trade), language=Language.GERMAN)
        assert "unversehrt" in report.proofs[0].sentence


class TestWhoseSeal:
    async def test_the_certificate_of_another_organisation_under_the_same_root(self, trusting, trade):
        other = Trade(organisation="Other", identifier="NTRDE-OTHER")
        other.seal = trade.issuing.issue(
            name("Other", organisation="Other", identifier="NTRDE-OTHER"),
            other.seal.key,
            begins=trade.begins,
            ends=trade.ends,
            extensions=FOR_SEALS,
        )
        other.issuing = trade.issuing
        report = await verify(trusting, seal(credential(), other))
        assert outcome(report) == (Verdict.INVALID, "claims-to-be-member")
        issuer = {**credential()["issuer"], "legalName": {"en": "Other"}}
        issuer["eIDASIdentifier"] = {**issuer["eIDASIdentifier"], "notation": "NTRDE-OTHER"}
        report = await verify(trusting, seal(credential(issuer=issuer), other))
        assert code_of(report, CheckName.ISSUER_KEY) == "seal-of-another-organisation"
        assert outcome(report) == (Verdict.INVALID, "claims-to-be-member")

    async def test_the_right_number_under_a_wrong_name(self, ours):
        trade = Trade(organisation="Somebody else")
        ours.anchors = anchors(trade, *trade.lists())
        assert outcome(await verify(ours, seal(credential(), trade))) == (Verdict.INVALID, "claims-to-be-member")

    async def test_a_root_that_is_not_believed_here(self, ours, trade):
        ours.anchors = anchors(Trade())
        report = await verify(ours, seal(credential(), trade))
        assert outcome(report) == (Verdict.INDETERMINATE, "seal-signer-not-trusted")

    async def test_a_root_that_the_seal_itself_brings_is_not_believed_for_that(self, ours, trade):
        assert not ours.anchors.certificates
        report = await verify(ours, archived(trade))
        assert (outcome(report)[1], report.proofs[0].seal.believed) == ("seal-signer-not-trusted", False)

    async def test_a_certificate_of_an_authority_or_of_a_time_stamper_is_not_for_seals(self, ours, trade):
        trade.seal = trade.root.issue(
            name("Seal", organisation=TU, identifier=trade.identifier), begins=trade.begins, ends=trade.ends
        )
        ours.anchors = anchors(trade, *trade.lists())
        assert outcome(await verify(ours, seal(credential(), trade)))[1] == "seal-certificate-not-for-seals"

    async def test_an_end_entity_issues_nothing(self, trusting, trade):
        below = trade.seal.issue(
            name("Below", organisation=TU, identifier=trade.identifier),
            begins=trade.begins,
            ends=trade.ends,
            extensions=FOR_SEALS,
        )
        middle, trade.seal, trade.issuing = trade.seal, below, trade.seal
        assert middle is trade.issuing
        assert outcome(await verify(trusting, seal(credential(), trade)))[1] == "seal-signer-not-trusted"

    async def test_a_critical_extension_that_nobody_read(self, trusting, trade):
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
        trade.seal = trade.issuing.issue(
            trade.seal.certificate.subject,
            begins=trade.begins,
            ends=trade.ends,
            extensions=[*FOR_SEALS, (unknown, True)],
        )
        assert outcome(await verify(trusting, seal(credential(), trade)))[1] == "seal-signer-not-trusted"


class TestRevocation:
    async def test_without_a_list_it_stays_open(self, ours, trade):
        ours.anchors = anchors(trade)
        report = await verify(ours, seal(credential(), trade))
        assert outcome(report) == (Verdict.INDETERMINATE, "seal-revocation-unknown")

    async def test_a_list_that_has_ended_says_nothing(self, ours, trade):
        ours.anchors = anchors(trade, *trade.lists(until=SEALED_AT + timedelta(hours=1)))
        assert certificate_of(await verify(ours, seal(credential(), trade))) == "seal-revocation-unknown"

    async def test_a_list_for_some_reasons_only_says_nothing(self, ours, trade):
        some = x509.IssuingDistributionPoint(
            None,
            None,
            only_contains_user_certs=False,
            only_contains_ca_certs=False,
            only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}),
            indirect_crl=False,
            only_contains_attribute_certs=False,
        )
        partial = trade.issuing.revocation_list(at=trade.begins, until=trade.lasts, extension=some)
        ours.anchors = anchors(trade, trade.lists()[0], partial)
        assert certificate_of(await verify(ours, seal(credential(), trade))) == "seal-revocation-unknown"

    async def test_a_list_by_somebody_else_says_nothing(self, ours, trade):
        ours.anchors = anchors(trade, *Trade().lists((trade.seal, SEALED_AT)))
        assert certificate_of(await verify(ours, seal(credential(), trade))) == "seal-revocation-unknown"

    async def test_a_revoked_certificate_seals_nothing(self, ours, trade):
        ours.anchors = anchors(trade, *trade.lists((trade.seal, SEALED_AT + timedelta(days=1))))
        report = await verify(ours, seal(credential(), trade))
        assert outcome(report) == (Verdict.INVALID, "seal-certificate-revoked")

    async def test_what_was_sealed_before_is_held_by_its_time_stamp(self, ours, trade):
        ours.anchors = anchors(trade, *trade.lists((trade.seal, SEALED_AT + timedelta(days=1))))
        report = await verify(ours, with_timestamp(seal(credential(), trade), trade, STAMPED))
        assert outcome(report) == (Verdict.VALID, "valid")
        assert report.proofs[0].seal.existed_by == STAMPED

    async def test_an_answer_by_ocsp_in_the_seal_counts(self, ours, trade):
        ours.anchors = anchors(trade, trade.lists()[0])
        span = {"at": SEALED_AT, "until": NOW + timedelta(days=1)}
        for revoked_at, code in ((None, "seal-certificate-valid"), (SEALED_AT, "seal-certificate-revoked")):
            answer = trade.issuing.ocsp_response(trade.seal, revoked_at=revoked_at, **span)
            sealed = with_values(with_timestamp(seal(credential(), trade), trade, STAMPED), trade, responses=[answer])
            assert certificate_of(await verify(ours, sealed)) == code

    async def test_an_ocsp_responder_must_be_authorised_by_the_issuer(self, ours, trade):
        ours.anchors = anchors(trade, trade.lists()[0])
        responder = trade.issuing.issue(name("Responder"), ec_key(), begins=trade.begins, ends=trade.ends)
        answer = trade.issuing.ocsp_response(trade.seal, at=SEALED_AT, until=NOW, responder=responder)
        sealed = with_values(with_timestamp(seal(credential(), trade), trade, STAMPED), trade, responses=[answer])
        assert certificate_of(await verify(ours, sealed)) == "seal-revocation-unknown"


class TestTime:
    async def test_ten_years_later_time_stamps_hold_the_seal(self, trusting, trade):
        report = await verify(trusting, archived(trade), now=LATER)
        assert outcome(report) == (Verdict.VALID, "valid")
        assert certificate_of(report) == "seal-held-by-timestamps"
        assert (report.proofs[0].seal.level, report.proofs[0].seal.existed_by) == ("LTA", STAMPED)

    async def test_without_time_stamps_an_expired_certificate_leaves_it_open(self, trusting, trade):
        report = await verify(trusting, seal(credential(), trade), now=LATER)
        assert outcome(report) == (Verdict.INDETERMINATE, "seal-signer-not-trusted")
        assert certificate_of(report) == "seal-certificate-expired-since"

    async def test_time_stamps_of_an_unknown_authority_hold_nothing(self, trusting, trade):
        stranger = Trade()
        report = await verify(trusting, archived(trade, by=stranger.stamping), now=LATER)
        assert certificate_of(report) == "seal-certificate-expired-since"
        assert [stamp.believed for stamp in report.proofs[0].seal.timestamps] == [False, False]

    async def test_time_stamps_by_a_certificate_that_is_not_for_it_hold_nothing(self, trusting, trade):
        report = await verify(trusting, archived(trade, by=trade.seal), now=NOW)
        assert not any(stamp.believed for stamp in report.proofs[0].seal.timestamps)

    async def test_an_authority_that_has_ended_holds_nothing_unless_a_later_one_holds_it(self, trusting, trade):
        short = trade.root.issue(
            name("Short"), begins=trade.begins, ends=SEALED_AT + timedelta(days=100), extensions=FOR_STAMPS
        )
        sealed = archived(trade, by=short)
        assert certificate_of(await verify(trusting, sealed, now=LATER)) == "seal-certificate-expired-since"
        renewed = with_archive_timestamp(sealed, trade, SEALED_AT + timedelta(days=90))
        assert certificate_of(await verify(trusting, renewed, now=LATER)) == "seal-held-by-timestamps"

    async def test_a_seal_from_after_its_certificate(self, trusting, trade):
        header = header_of(trade, at=trade.ends + timedelta(days=1))
        report = await verify(trusting, seal(credential(), trade, header), now=LATER)
        assert outcome(report) == (Verdict.INVALID, "seal-outside-certificate")

    async def test_a_seal_from_after_its_own_time_stamp(self, trusting, trade):
        sealed = with_timestamp(seal(credential(), trade), trade, SEALED_AT - timedelta(days=1))
        assert outcome(await verify(trusting, sealed)) == (Verdict.INVALID, "seal-after-its-timestamp")

    async def test_a_seal_from_the_future(self, trusting, trade):
        header = header_of(trade, at=NOW + timedelta(hours=1))
        assert code_of(await verify(trusting, seal(credential(), trade, header)), CheckName.PROOF) == (
            "proof-from-the-future"
        )


class TestPayload:
    async def test_contexts_that_contradict_each_other_are_refused_with_their_reason(self, trusting, trade):
        document = credential()
        document["@context"] = ["https://www.w3.org/ns/credentials/v2", document["@context"][1]]
        report = await verify(trusting, seal(document, trade))
        assert report.verdict is not Verdict.VALID
        findings = [finding.code for check in report.checks for finding in check.findings]
        assert "contexts-in-conflict" in findings

    async def test_dropped_terms_are_told(self, trusting, trade):
        report = await verify(trusting, seal(credential(inventedTerm="x"), trade))
        assert outcome(report) == (Verdict.INVALID, "not-covered")

    async def test_one_id_with_two_contents_is_told(self, trusting, trade):
        document = credential()
        document["issuer"]["homepage"]["id"] = document["issuer"]["location"]["id"]
        report = await verify(trusting, seal(document, trade))
        assert outcome(report) == (Verdict.INVALID, "spelled-otherwise")

    async def test_a_seal_in_a_presentation_is_opened(self, trusting, trade):
        presentation = {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [seal(credential(), trade)],
        }
        report = await verify(trusting, presentation)
        assert report.credentials[0].report.verdict is Verdict.VALID


@pytest.mark.reference
@pytest.mark.parametrize("sample", ["MC-Annex1", "CertOfPart"])
class TestSamplesOfTheCommission:
    def content(self, reference_dir: Path, sample: str) -> bytes:
        return (reference_dir / "samples" / f"Sample-{sample}-signed.jsonld").read_bytes()

    async def test_untampered_sealed_in_2023_expired_since_signer_not_trusted(self, ours, reference_dir, sample):
        report = await verify(
            ours, self.content(reference_dir, sample), now=datetime.fromisoformat("2026-11-23T00:00Z")
        )
        assert outcome(report) == (Verdict.INDETERMINATE, "seal-signer-not-trusted")
        said = {check.name: check.sentence for check in report.checks}
        assert "intact" in said[CheckName.PROOF]
        assert "2023-09-27" in said[CheckName.PROOF]
        assert "expired since, on 2025-05-10" in said[CheckName.SEAL_CERTIFICATE]
        assert "not trusted here" in said[CheckName.ISSUER_KEY]
        assert report.proofs[0].seal.level == "LTA"

    async def test_a_copy_with_one_letter_changed_is_invalid(self, ours, reference_dir, sample):
        content = self.content(reference_dir, sample)
        changed = content.replace(b"http://data.europa.eu/snb/credential/e34929035b", b"http://x", 1)
        assert changed != content
        assert outcome(await verify(ours, changed)) == (Verdict.INVALID, "seal-wrong")

    async def test_with_its_authorities_believed_it_was_right_at_the_time(self, ours, reference_dir, sample):
        content = self.content(reference_dir, sample)
        brought = read_submission(content).seal
        result = jades.check(brought)
        roots = [x509.load_der_x509_certificate(one) for item in result.evidence for one in item.certificates]
        believed = ("CN=root-ca", "CN=ANF AC Qualified Certificates for eSeal,")
        ours.anchors = Anchors(
            tuple(one for one in roots if any(x in one.subject.rfc4514_string() + "," for x in believed))
        )
        at_the_time = await verify(ours, content, now=datetime.fromisoformat("2023-09-27T12:10:00+00:00"))
        assert code_of(at_the_time, CheckName.ISSUER_KEY) == "seal-of-the-issuer"
        assert certificate_of(at_the_time) == "seal-certificate-valid"
        assert outcome(at_the_time) == (Verdict.INDETERMINATE, "issuer-not-a-member")
