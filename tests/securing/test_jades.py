"""JAdES seals: what holds, and every way not to."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from app.securing import MalformedToken, SealOutcome, jades
from app.securing.jades import IAT_ALONE_SINCE, Level
from app.securing.timestamp import MalformedTimestamp, read_timestamp
from app.trust.revocation import LIST_BYTES
from tests.counterparts.seal_authority import (
    SEALED_AT,
    Trade,
    b64,
    b64url,
    entry,
    extend,
    header_of,
    rsa_key,
    seal,
    tokens,
    with_archive_timestamp,
    with_timestamp,
    with_values,
)

PAYLOAD = '{"name":"Zoë-Ánne O\u0027Brien 王","n":1}'


@pytest.fixture(scope="module")
def trade():
    return Trade()


def came_to(sealed):
    result = jades.check(jades.read(sealed))
    return result.outcome, result.member


def outcome_of(trade, payload=PAYLOAD, **header):
    return came_to(seal(payload, trade, header_of(trade, **header)))


class TestWhatHolds:
    @pytest.mark.parametrize(("algorithm", "size"), [("RS256", 2048), ("PS256", 3072)])
    def test_a_seal_by_an_rsa_key(self, algorithm, size):
        trade = Trade(seal_key=rsa_key(size))
        assert outcome_of(trade, algorithm=algorithm) == (SealOutcome.VERIFIED, None)

    def test_a_seal_of_level_b_says_so_and_when(self, trade):
        result = jades.check(jades.read(seal(PAYLOAD, trade)))
        assert (result.outcome, result.level, result.created_at) == (SealOutcome.VERIFIED, Level.B, SEALED_AT)

    def test_a_payload_in_base64url(self, trade):
        assert outcome_of(trade, b64=None, crit=None) == (SealOutcome.VERIFIED, None)

    def test_an_older_seal_that_says_sig_t(self, trade):
        header = {"iat": None, "sigT": "2025-07-14T23:59:59Z", "crit": ["b64", "sigT"]}
        assert outcome_of(trade, **header) == (SealOutcome.VERIFIED, None)

    @pytest.mark.parametrize("member", ["x5t#o", "sigX5ts"])
    def test_the_certificate_named_by_another_digest(self, trade, member):
        digest = {"digAlg": "S512", "digVal": b64url(hashlib.sha512(trade.seal.der).digest())}
        header = {"x5t#S256": None, member: [digest] if member == "sigX5ts" else digest}
        assert outcome_of(trade, **header) == (SealOutcome.VERIFIED, None)

    def test_the_text_around_the_payload_may_be_written_again(self, trade):
        again = json.loads(json.dumps(seal(PAYLOAD, trade), indent=7, ensure_ascii=True))
        assert came_to(dict(reversed(again.items()))) == (SealOutcome.VERIFIED, None)

    def test_the_twin_of_an_ecdsa_signature_holds_as_the_mathematics_has_it(self, trade):
        sealed = seal(PAYLOAD, trade)
        raw = base64.urlsafe_b64decode(sealed["signatures"][0]["signature"] + "==")
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        s = order - int.from_bytes(raw[32:], "big")
        sealed["signatures"][0]["signature"] = b64url(raw[:32] + s.to_bytes(32, "big"))
        assert came_to(sealed) == (SealOutcome.VERIFIED, None)

    def test_each_level_by_its_evidence(self, trade):
        sealed = seal(PAYLOAD, trade)
        levels = []
        for raise_it in (
            lambda: with_timestamp(sealed, trade, SEALED_AT),
            lambda: with_values(sealed, trade, trade.lists()),
            lambda: with_archive_timestamp(sealed, trade, SEALED_AT),
            lambda: with_archive_timestamp(sealed, trade, SEALED_AT + timedelta(days=3000)),
        ):
            raise_it()
            result = jades.check(jades.read(sealed))
            assert result.outcome is SealOutcome.VERIFIED
            levels.append(result.level)
        assert levels == [Level.T, Level.LT, Level.LTA, Level.LTA]

    def test_a_seal_that_was_renewed_a_hundred_times(self, trade):
        sealed = with_values(with_timestamp(seal(PAYLOAD, trade), trade, SEALED_AT), trade, trade.lists())
        for _ in range(100):
            with_archive_timestamp(extend(sealed, entry("tstVD", {"xVals": []})), trade, SEALED_AT)
        result = jades.check(jades.read(sealed))
        assert (result.outcome, len(result.stamps)) == (SealOutcome.VERIFIED, 101)

    def test_a_list_as_large_as_is_fetched(self, trade):
        values = {"crlVals": [{"val": b64(bytes(LIST_BYTES))}]}
        result = jades.check(jades.read(extend(seal(PAYLOAD, trade), entry("rVals", values))))
        assert result.outcome is SealOutcome.VERIFIED
        assert [len(one) for one in result.evidence[0].revocation_lists] == [LIST_BYTES]

    def test_a_time_stamp_of_the_content_inside_the_header(self, trade):
        stamped = tokens(trade.stamp(PAYLOAD.encode(), SEALED_AT))
        assert outcome_of(trade, adoTst=stamped, crit=["b64", "adoTst"]) == (SealOutcome.VERIFIED, None)

    @pytest.mark.reference
    @pytest.mark.parametrize("name", ["MC-Annex1", "CertOfPart"])
    def test_the_commissions_samples_hold_to_the_last_time_stamp(self, reference_dir, name):
        sealed = json.loads((reference_dir / "samples" / f"Sample-{name}-signed.jsonld").read_bytes())
        result = jades.check(jades.read(sealed))
        assert (result.outcome, result.level) == (SealOutcome.VERIFIED, Level.LTA)
        assert result.created_at.date().isoformat() == "2023-09-27"


class TestHeader:
    def test_b64_must_be_critical(self, trade):
        assert outcome_of(trade, crit=None) == (SealOutcome.HEADER_REFUSED, "b64")
        assert outcome_of(trade, crit=["iat"]) == (SealOutcome.HEADER_REFUSED, "b64")

    @pytest.mark.parametrize(
        "critical",
        [
            pytest.param(["b64", "exp2"], id="unknown"),
            pytest.param(["b64", "sigT"], id="absent from the header"),
            pytest.param([], id="empty"),
            pytest.param(["b64", "b64"], id="twice"),
            pytest.param(["b64", "x5c"], id="a name of RFC 7515 itself"),
            pytest.param("b64", id="no list"),
        ],
    )
    def test_crit_is_well_formed_and_understood(self, trade, critical):
        assert outcome_of(trade, crit=critical, exp2=1) == (SealOutcome.HEADER_REFUSED, "crit")

    @pytest.mark.parametrize("member", ["x5u", "jwk", "jku"])
    def test_no_key_is_fetched_or_brought(self, trade, member):
        assert outcome_of(trade, **{member: "https://evil.example/k"}) == (SealOutcome.HEADER_REFUSED, member)

    @pytest.mark.parametrize("member", ["sigD", "srAts", "sigPId", "own"])
    def test_what_is_not_read_is_not_judged(self, trade, member):
        assert outcome_of(trade, **{member: "x"}) == (SealOutcome.HEADER_NOT_SUPPORTED, member)

    def test_a_thumbprint_by_sha1_is_none(self, trade):
        header = {"x5t#S256": None, "x5t": b64url(hashlib.sha1(trade.seal.der).digest())}
        assert outcome_of(trade, **header) == (SealOutcome.HEADER_NOT_SUPPORTED, "x5t")

    @pytest.mark.parametrize("algorithm", ["none", "HS256"])
    def test_nobody_signs_by_nothing_or_by_a_shared_secret(self, trade, algorithm):
        assert outcome_of(trade, algorithm=algorithm) == (SealOutcome.UNSIGNED, "alg")

    def test_the_key_fixes_the_algorithm(self, trade):
        assert outcome_of(trade, algorithm="RS256") == (SealOutcome.KEY_TYPE_MISMATCH, "alg")
        assert outcome_of(trade, algorithm="ES384") == (SealOutcome.KEY_TYPE_MISMATCH, "alg")
        rsa_trade = Trade(seal_key=rsa_key())
        assert outcome_of(rsa_trade, algorithm="ES256") == (SealOutcome.KEY_TYPE_MISMATCH, "alg")

    def test_a_short_rsa_key_seals_nothing(self):
        trade = Trade(seal_key=rsa_key(1024))
        assert outcome_of(trade, algorithm="RS256") == (SealOutcome.CERTIFICATE_UNUSABLE, "x5c")


class TestBaseline:
    def test_one_time_and_not_both(self, trade):
        both = {"sigT": "2025-01-01T00:00:00Z", "crit": ["b64", "sigT"]}
        assert outcome_of(trade, **both)[0] is SealOutcome.NOT_BASELINE
        assert outcome_of(trade, iat=None) == (SealOutcome.NOT_BASELINE, "iat")

    @pytest.mark.parametrize("value", [1781254800.0, 1781254800.5, True, "1781254800", 10**15])
    def test_iat_is_a_whole_number_of_seconds(self, trade, value):
        assert outcome_of(trade, iat=value) == (SealOutcome.NOT_BASELINE, "iat")

    def test_sig_t_is_over_since_july_2025(self, trade):
        assert datetime(2025, 7, 15, tzinfo=UTC) == IAT_ALONE_SINCE
        for text in ("2025-07-15T00:00:00Z", "2026-06-12T09:00:00Z"):
            header = {"iat": None, "sigT": text, "crit": ["b64", "sigT"]}
            assert outcome_of(trade, **header) == (SealOutcome.NOT_BASELINE, "sigT")

    def test_exactly_one_thumbprint(self, trade):
        two = {"x5t#o": {"digAlg": "S256", "digVal": b64url(hashlib.sha256(trade.seal.der).digest())}}
        assert outcome_of(trade, **two)[0] is SealOutcome.NOT_BASELINE
        assert outcome_of(trade, **{"x5t#S256": None})[0] is SealOutcome.NOT_BASELINE

    def test_the_thumbprint_is_that_of_the_first_certificate(self, trade):
        wrong = b64url(hashlib.sha256(trade.issuing.der).digest())
        assert outcome_of(trade, **{"x5t#S256": wrong}) == (SealOutcome.CERTIFICATE_DIFFERS, "x5t#S256")

    @pytest.mark.parametrize("stated", [None, [], "x", [7], ["!!!!"], ["AAAA"], ["AAAA\n"]])
    def test_the_certificate_must_be_there_and_readable(self, trade, stated):
        assert outcome_of(trade, x5c=stated)[0] is not SealOutcome.VERIFIED


class TestForm:
    def refused(self, sealed):
        with pytest.raises(MalformedToken) as caught:
            jades.read(sealed)
        return caught.value.findings[0].code

    def test_two_signatures_are_not_one(self, trade):
        sealed = seal(PAYLOAD, trade)
        assert self.refused({**sealed, "signatures": sealed["signatures"] * 2}) == "seal-one-signature"

    def test_an_algorithm_that_no_signature_covers(self, trade):
        sealed = seal(PAYLOAD, trade)
        sealed["signatures"][0]["header"] = {"alg": "ES256"}
        assert self.refused(sealed) == "seal-unprotected"

    def test_members_beside_those_of_a_seal(self, trade):
        assert self.refused({**seal(PAYLOAD, trade), "proof": {}}) == "seal-members"

    def test_a_payload_that_is_no_text(self, trade):
        assert self.refused({**seal(PAYLOAD, trade), "payload": {}}) == "seal-members"

    def test_a_duplicate_member_in_the_header(self, trade):
        header = header_of(trade)
        protected = b64url(b'{"alg":"ES256",' + json.dumps(header).encode()[1:])
        assert self.refused(seal(PAYLOAD, trade, header, protected=protected)) == "duplicate-member"

    def test_a_duplicate_member_in_the_payload(self, trade):
        assert self.refused(seal('{"a":1,"a":2}', trade)) == "duplicate-member"

    def test_padded_base64url(self, trade):
        sealed = seal(PAYLOAD, trade)
        sealed["signatures"][0]["signature"] += "=="
        assert self.refused(sealed) == "token-not-base64url"

    def test_half_of_a_character_in_the_payload(self, trade):
        assert self.refused({**seal(PAYLOAD, trade), "payload": '{"a":"\ud800"}'}) == "seal-payload"


class TestSignature:
    def test_a_payload_with_one_letter_changed(self, trade):
        sealed = seal(PAYLOAD, trade)
        sealed["payload"] = sealed["payload"].replace("Zoë", "Zoé")
        assert came_to(sealed) == (SealOutcome.SIGNATURE_INVALID, "signature")

    def test_a_payload_with_a_space_behind_it(self, trade):
        sealed = seal(PAYLOAD, trade)
        assert came_to({**sealed, "payload": sealed["payload"] + " "})[0] is SealOutcome.SIGNATURE_INVALID

    def test_a_payload_written_again(self, trade):
        sealed = seal(PAYLOAD, trade)
        again = json.dumps(json.loads(PAYLOAD))
        assert came_to({**sealed, "payload": again})[0] is SealOutcome.SIGNATURE_INVALID

    def test_a_signature_in_der(self, trade):
        sealed = seal(PAYLOAD, trade)
        raw = base64.urlsafe_b64decode(sealed["signatures"][0]["signature"] + "==")
        encoded = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        assert decode_dss_signature(encoded)
        sealed["signatures"][0]["signature"] = b64url(encoded)
        assert came_to(sealed)[0] is SealOutcome.SIGNATURE_INVALID

    def test_the_key_of_somebody_else(self, trade):
        assert came_to(seal(PAYLOAD, trade, key=Trade().seal.key))[0] is SealOutcome.SIGNATURE_INVALID


class TestEvidence:
    def lta(self, trade):
        sealed = with_values(with_timestamp(seal(PAYLOAD, trade), trade, SEALED_AT), trade, trade.lists())
        return with_archive_timestamp(sealed, trade, SEALED_AT)

    @pytest.mark.parametrize("entries", [[], "x", [7], ["!"], [b64url(b"[]")], [b64url(b'{"a":1,"b":2}')]])
    def test_entries_are_a_list_of_one_member_each(self, trade, entries):
        sealed = seal(PAYLOAD, trade)
        sealed["signatures"][0]["header"] = {"etsiU": entries}
        assert came_to(sealed)[0] is SealOutcome.NOT_BASELINE

    def test_entries_are_written_in_one_way(self, trade):
        assert came_to(extend(self.lta(trade), {"xVals": []})) == (SealOutcome.NOT_BASELINE, "etsiU")

    def test_references_in_place_of_values_are_no_baseline(self, trade):
        assert came_to(extend(seal(PAYLOAD, trade), entry("xRefs", []))) == (SealOutcome.NOT_BASELINE, "xRefs")

    def test_an_unknown_entry_is_not_judged(self, trade):
        result = came_to(extend(seal(PAYLOAD, trade), entry("cSig", {})))
        assert result == (SealOutcome.EVIDENCE_NOT_SUPPORTED, "cSig")

    def test_a_time_stamp_of_another_signature(self, trade):
        token = trade.stamp(b"another", SEALED_AT)
        sealed = extend(seal(PAYLOAD, trade), entry("sigTst", tokens(token)))
        assert came_to(sealed) == (SealOutcome.TIMESTAMP_WRONG, "sigTst")

    def test_a_time_stamp_of_the_content_before_it_was_changed(self, trade):
        header = header_of(trade, adoTst=tokens(trade.stamp(b"{}", SEALED_AT)), crit=["b64", "adoTst"])
        assert came_to(seal(PAYLOAD, trade, header)) == (SealOutcome.TIMESTAMP_WRONG, "adoTst")

    def test_a_baseline_signature_time_stamp_is_one_token(self, trade):
        sealed = seal(PAYLOAD, trade)
        token = trade.stamp(sealed["signatures"][0]["signature"].encode(), SEALED_AT)
        assert came_to(extend(sealed, entry("sigTst", tokens(token, token)))) == (SealOutcome.NOT_BASELINE, "sigTst")

    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_an_entry_changed_after_it_was_archived(self, trade, position):
        sealed = self.lta(trade)
        entries = sealed["signatures"][0]["header"]["etsiU"]
        content = base64.urlsafe_b64decode(entries[position] + "==")
        entries[position] = b64url(content + b" ")
        assert came_to(sealed) == (SealOutcome.TIMESTAMP_WRONG, "arcTst")

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"signed_by": "issuing"}, id="another key"),
            pytest.param({"digest": b"\x00" * 32}, id="another imprint"),
            pytest.param({"purpose": "1.2.840.113549.1.7.1"}, id="no time-stamp"),
        ],
    )
    def test_a_token_that_is_not_intact(self, trade, changed):
        if "signed_by" in changed:
            changed = {"signed_by": trade.issuing}
        sealed = with_timestamp(seal(PAYLOAD, trade), trade, SEALED_AT, **changed)
        assert came_to(sealed) == (SealOutcome.TIMESTAMP_WRONG, "sigTst")

    def test_every_bit_of_a_token_matters_or_changes_nothing(self, trade):
        sealed = seal(PAYLOAD, trade)
        octets = sealed["signatures"][0]["signature"].encode()
        token = trade.stamp(octets, SEALED_AT)
        stated = read_timestamp(token)
        for place in range(0, len(token), 7):
            changed = bytearray(token)
            changed[place] ^= 0x04
            try:
                read = read_timestamp(bytes(changed))
            except MalformedTimestamp:
                continue
            assert (read.moment, read.imprint, read.signer) == (stated.moment, stated.imprint, stated.signer)
