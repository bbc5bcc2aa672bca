"""Selective disclosure: the examples of RFC 9901, what it says must be refused, and what we issue ourselves."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner
from app.securing import MalformedToken, TokenOutcome, sd_jwt
from app.securing.jws import decode_base64url, encode_base64url
from tests.securing import rfc9901
from tests.securing.disclosing import BROKEN, CLAIMS, digest, disclosure, payload_of, signed

SIGNER = InProcessSigner.generate(Algorithm.P256)
HOLDER = InProcessSigner.generate(Algorithm.P256)
EXAMPLE = {"example+sd-jwt"}
SECRETS = ("family_name", "grade")
AWARD = {**CLAIMS, "family_name": "Nowak", "grade": "5.0", "languages": ["en", "pl"]}


def known(kid):
    return SIGNER.public_key if kid == "key-1" else None


def outcome_of(token):
    result = sd_jwt.check(sd_jwt.read(token), known)
    return result.outcome, result.member


async def issued(**more):
    return await sd_jwt.issue(AWARD, SECRETS, signer=SIGNER, header={"kid": "key-1"}, **more)


async def bound(token, *, signer=HOLDER, header=None, **claims):
    """Return a presentation of ``token`` by its holder, with anything at all in the Key Binding JWT."""
    stated = {"alg": "ES256", "typ": "kb+jwt", **(header or {})}
    content = {"iat": 1_683_000_100, "aud": "https://v.example", "nonce": "n-1", "sd_hash": digest(token), **claims}
    content = {name: value for name, value in content.items() if value is not None}
    covered = encode_base64url(json.dumps(stated).encode()) + b"." + encode_base64url(json.dumps(content).encode())
    return token + covered + b"." + encode_base64url(await signer.sign(covered))


def certificate_of(public_key):
    """Return a certificate of ``public_key`` by some authority, as ``x5c`` has it."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "university.example")])
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key.raw)
    made = (
        x509.CertificateBuilder(
            name, name, point, 7, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        )
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    return base64.b64encode(made).decode("ascii")


class TestTheExamplesOfTheRfc:
    @pytest.mark.parametrize(
        ("token", "claims"),
        [
            (rfc9901.ISSUED, rfc9901.CLAIMS),
            (rfc9901.PRESENTED, rfc9901.PRESENTED_CLAIMS),
            (rfc9901.NESTED, rfc9901.NESTED_CLAIMS),
        ],
        ids=["issued", "presented", "nested"],
    )
    def test_they_hold_and_say_what_the_rfc_says_that_they_say(self, token, claims):
        read = sd_jwt.read(token)
        assert read.document == claims
        assert sd_jwt.check(read, lambda _: rfc9901.ISSUER_KEY, types=EXAMPLE).verified

    def test_the_key_binding_holds_and_says_for_whom_it_was_made(self):
        result = sd_jwt.check_key_binding(sd_jwt.read(rfc9901.PRESENTED))
        assert result.verified
        assert (result.challenge, result.domains) == ("1234567890", ("https://verifier.example.org",))

    async def test_a_disclosure_within_another_needs_the_outer_one(self):
        token = await signed(rfc9901.RECURSIVE_PAYLOAD, signer=SIGNER)
        both = sd_jwt.read(token + b"~".join([rfc9901.RECURSIVE_ADDRESS, rfc9901.RECURSIVE_COUNTRY, b""]))
        assert not both.findings
        assert both.document["address"] == {"country": "DE"}
        inner = sd_jwt.read(token + rfc9901.RECURSIVE_COUNTRY + b"~")
        assert [finding.code for finding in inner.findings] == ["disclosure-not-referenced"]

    @pytest.mark.parametrize("name", ["GIVEN_NAME", "US"])
    def test_each_letter_of_a_disclosure_is_covered(self, name):
        shown = getattr(rfc9901, name)
        for position in range(len(shown)):
            other = b"A" if shown[position : position + 1] != b"A" else b"B"
            altered = shown[:position] + other + shown[position + 1 :]
            read = sd_jwt.read(rfc9901.ISSUED.replace(shown, altered))
            assert read.findings, position

    def test_a_disclosure_removed_from_a_presentation_breaks_its_key_binding(self):
        read = sd_jwt.read(rfc9901.PRESENTED.replace(rfc9901.US + b"~", b""))
        assert not read.findings
        result = sd_jwt.check_key_binding(read)
        assert (result.outcome, result.member) == (TokenOutcome.CLAIM_DIFFERS, "sd_hash")

    def test_an_example_of_no_type_of_credential_is_no_credential(self):
        result = sd_jwt.check(sd_jwt.read(rfc9901.ISSUED), lambda _: rfc9901.ISSUER_KEY)
        assert (result.outcome, result.member) == (TokenOutcome.TYPE_WRONG, "typ")


class TestWhatMustBeRefused:
    @pytest.mark.parametrize(("payload", "disclosures", "code"), BROKEN.values(), ids=BROKEN)
    async def test_a_broken_rule_of_selective_disclosure(self, payload, disclosures, code):
        token = await signed(payload_of(payload), *disclosures, signer=SIGNER)
        assert code in [finding.code for finding in sd_jwt.read(token).findings]
        assert outcome_of(token)[0] is TokenOutcome.DISCLOSURE_WRONG

    async def test_findings_repeat_nothing_of_what_was_disclosed(self):
        for payload, disclosures, _ in BROKEN.values():
            findings = sd_jwt.read(await signed(payload_of(payload), *disclosures, signer=SIGNER)).findings
            assert not any("Nowak" in finding.detail or "Kowalska" in finding.detail for finding in findings)

    async def test_disclosures_that_lie_too_deep_in_each_other(self):
        inner = disclosure("salt", "name", "value")
        shown = [inner]
        for number in range(70):
            inner = disclosure(f"salt-{number}", "inner", {"_sd": [digest(inner)]})
            shown.append(inner)
        token = await signed({**CLAIMS, "_sd": [digest(inner)]}, *shown, signer=SIGNER)
        assert "disclosure-too-deep" in [finding.code for finding in sd_jwt.read(token).findings]

    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ({"typ": None}, (TokenOutcome.TYPE_WRONG, "typ")),
            ({"typ": "vc+jwt"}, (TokenOutcome.TYPE_WRONG, "typ")),
            ({"typ": "kb+jwt"}, (TokenOutcome.TYPE_WRONG, "typ")),
            ({"alg": "none"}, (TokenOutcome.UNSIGNED, "alg")),
            ({"alg": "HS256"}, (TokenOutcome.UNSIGNED, "alg")),
            ({"alg": "ES384"}, (TokenOutcome.KEY_TYPE_MISMATCH, "alg")),
            ({"jwk": {}}, (TokenOutcome.HEADER_REFUSED, "jwk")),
            ({"crit": ["exp"]}, (TokenOutcome.HEADER_REFUSED, "crit")),
            ({"kid": "key-2"}, (TokenOutcome.METHOD_UNRESOLVED, "kid")),
            ({"kid": None}, (TokenOutcome.METHOD_UNRESOLVED, "kid")),
            ({"x5c": ["MIIB"]}, (TokenOutcome.KEY_TYPE_MISMATCH, "x5c")),
            ({"x5c": []}, (TokenOutcome.KEY_TYPE_MISMATCH, "x5c")),
        ],
    )
    async def test_a_header_that_is_not_one_of_a_credential(self, header, expected):
        assert outcome_of(await signed(CLAIMS, signer=SIGNER, header=header)) == expected

    async def test_another_key_than_that_of_the_issuer(self):
        assert outcome_of(await signed(CLAIMS, signer=HOLDER))[0] is TokenOutcome.SIGNATURE_INVALID

    @pytest.mark.parametrize("name", ["iat", "nbf", "exp"])
    async def test_a_date_that_cannot_be_read(self, name):
        token = await signed({**CLAIMS, name: "tomorrow"}, signer=SIGNER)
        assert outcome_of(token) == (TokenOutcome.CLAIM_MALFORMED, name)

    @pytest.mark.parametrize(
        "text",
        [b"", b"~", b"a~b~", b"a.b.c~", b"e30.e30.AA", b"e30.W10.AA~", b"e30.e30.AA~" + b"AA~" * 513, b"e30.e30.AA~~x"],
    )
    def test_what_is_no_sd_jwt_at_all(self, text):
        with pytest.raises(MalformedToken):
            sd_jwt.read(text)

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused_and_nothing_else(self, text):
        try:
            sd_jwt.read(rfc9901.ISSUER_SIGNED + b"~" + text.replace(b"~", b"") + b"~")
        except MalformedToken:
            pytest.fail("what stands between two tildes is a Disclosure, well-formed or not")


class TestKeyBinding:
    @pytest.mark.parametrize(
        ("header", "claims", "expected"),
        [
            ({"typ": "JWT"}, {}, (TokenOutcome.TYPE_WRONG, "typ")),
            ({"typ": "dc+sd-jwt"}, {}, (TokenOutcome.TYPE_WRONG, "typ")),
            ({"alg": "none"}, {}, (TokenOutcome.UNSIGNED, "alg")),
            ({"jwk": HOLDER.public_key.jwk()}, {}, (TokenOutcome.HEADER_REFUSED, "jwk")),
            ({}, {"iat": None}, (TokenOutcome.CLAIM_MALFORMED, "iat")),
            ({}, {"aud": None}, (TokenOutcome.CLAIM_MALFORMED, "aud")),
            ({}, {"aud": ["https://v.example"]}, (TokenOutcome.CLAIM_MALFORMED, "aud")),
            ({}, {"nonce": None}, (TokenOutcome.CLAIM_MALFORMED, "nonce")),
            ({}, {"nonce": 7}, (TokenOutcome.CLAIM_MALFORMED, "nonce")),
            ({}, {"sd_hash": None}, (TokenOutcome.CLAIM_MALFORMED, "sd_hash")),
            ({}, {"sd_hash": digest(b"another")}, (TokenOutcome.CLAIM_DIFFERS, "sd_hash")),
            ({}, {"exp": "soon"}, (TokenOutcome.CLAIM_MALFORMED, "exp")),
        ],
    )
    async def test_what_it_must_say(self, header, claims, expected):
        token = await bound(await issued(holder=HOLDER.public_key), header=header, **claims)
        result = sd_jwt.check_key_binding(sd_jwt.read(token))
        assert (result.outcome, result.member) == expected

    async def test_only_the_key_that_the_issuer_confirmed_can_make_one(self):
        token = await bound(await issued(holder=HOLDER.public_key), signer=SIGNER)
        assert sd_jwt.check_key_binding(sd_jwt.read(token)).outcome is TokenOutcome.SIGNATURE_INVALID

    async def test_a_credential_that_confirms_no_key_cannot_be_bound(self):
        result = sd_jwt.check_key_binding(sd_jwt.read(await bound(await issued())))
        assert (result.outcome, result.member) == (TokenOutcome.METHOD_UNRESOLVED, "cnf")

    async def test_a_key_in_a_disclosure_is_not_confirmed(self):
        confirmed = disclosure("salt", "cnf", {"jwk": HOLDER.public_key.jwk()})
        token = await signed({**CLAIMS, "_sd": [digest(confirmed)]}, confirmed, signer=SIGNER)
        result = sd_jwt.check_key_binding(sd_jwt.read(await bound(token)))
        assert (result.outcome, result.member) == (TokenOutcome.METHOD_UNRESOLVED, "cnf")


class TestIssuing:
    async def test_what_is_issued_is_read_back_whole(self):
        read = sd_jwt.read(await issued(holder=HOLDER.public_key))
        assert read.document == {**AWARD, "cnf": {"jwk": HOLDER.public_key.jwk()}}
        assert read.disclosed == set(SECRETS)
        assert read.jws.header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "key-1"}
        assert sd_jwt.check(read, known).verified
        assert read.key_binding is None

    async def test_no_disclosable_claim_stands_in_what_is_always_shown(self):
        signed_part = (await issued()).split(b"~")[0].split(b".")[1]
        assert b"Nowak" not in decode_base64url(signed_part)
        assert "family_name" not in json.loads(decode_base64url(signed_part))

    async def test_any_choice_of_disclosures_holds(self):
        signed_part, *shown, end = (await issued()).split(b"~")
        for mask in range(2 ** len(shown)):
            chosen = [one for position, one in enumerate(shown) if mask >> position & 1]
            assert sd_jwt.check(sd_jwt.read(b"~".join([signed_part, *chosen, end])), known).verified

    async def test_the_number_of_digests_does_not_tell_which_claims_there_are(self):
        read = sd_jwt.read(await issued(least_digests=9))
        assert len(read.content["_sd"]) == 9
        assert read.content["_sd"] == sorted(read.content["_sd"])
        assert sd_jwt.check(read, known).verified

    async def test_no_salt_is_ever_used_again(self):
        disclosures = [one for _ in range(20) for one in sd_jwt.read(await issued()).disclosures]
        assert len({json.loads(decode_base64url(one))[0] for one in disclosures}) == len(disclosures) == 40

    @pytest.mark.parametrize("name", ["vct", "status", "cnf"])
    async def test_what_decides_is_never_made_disclosable(self, name):
        with pytest.raises(ValueError, match="does not admit"):
            await sd_jwt.issue(AWARD, [name], signer=SIGNER, header={"kid": "key-1"})

    @pytest.mark.parametrize(
        ("known", "unknown"),
        [
            ("2a8648ce3d0201", "2a8648ce3d0209"),  # the kind of key
            ("2a8648ce3d030107", "2a8648ce3d030177"),  # the curve
            ("a003020102", "a003020109"),  # the version of X.509
        ],
    )
    async def test_a_certificate_of_a_kind_that_nobody_here_knows_is_of_another_key(self, known, unknown):
        good = base64.b64decode(certificate_of(SIGNER.public_key))
        assert bytes.fromhex(known) in good
        strange = good.replace(bytes.fromhex(known), bytes.fromhex(unknown))
        stated = base64.b64encode(strange).decode()
        token = await signed(CLAIMS, signer=SIGNER, header={"x5c": [stated]})
        assert outcome_of(token) == (TokenOutcome.KEY_TYPE_MISMATCH, "x5c")

    async def test_a_certificate_in_the_header_must_be_of_the_same_key(self):
        for key, expected in ((SIGNER, TokenOutcome.VERIFIED), (HOLDER, TokenOutcome.KEY_TYPE_MISMATCH)):
            token = await signed(CLAIMS, signer=SIGNER, header={"x5c": [certificate_of(key.public_key)]})
            assert outcome_of(token)[0] is expected
