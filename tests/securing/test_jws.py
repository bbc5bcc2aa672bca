"""The JWS core: published vectors, one spelling for each value, and what every change to a token comes to."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner, PublicKey
from app.securing import SelfCheckFailed
from app.securing.jws import (
    ALGORITHM_NAMES,
    MAX_HEADER_BYTES,
    MAX_PAYLOAD_BYTES,
    HeaderProblem,
    HeaderProfile,
    MalformedToken,
    decode_base64url,
    encode_base64url,
    fits,
    holds,
    parse_compact,
    refusal_of,
    sign_compact,
)
from app.strict_json import DocumentTooLarge
from tests.counterparts.slow_signer import Fault, SlowSigner

PROFILE = HeaderProfile(frozenset({"kid", "typ"}))
SIGNERS = {algorithm: InProcessSigner.generate(algorithm) for algorithm in Algorithm}
# RFC 7515 appendix A.3.1 and RFC 8037 appendix A.
RFC7515_TOKEN = (
    b"eyJhbGciOiJFUzI1NiJ9."
    b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    b"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
RFC7515_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
RFC8037_SECRET = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC8037_TOKEN = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)


def token_of(header, payload=b"{}", signature=b"\0" * 64):
    """Write a token by hand, signed by nobody."""
    if not isinstance(header, bytes):
        header = json.dumps(header).encode()
    return b".".join(encode_base64url(part) for part in (header, payload, signature))


def refused(token):
    with pytest.raises(MalformedToken) as caught:
        parse_compact(token)
    (finding,) = caught.value.findings
    return finding.code


class TestVectors:
    def test_the_example_of_rfc_7515_verifies_with_its_key_and_no_other(self):
        jws = parse_compact(RFC7515_TOKEN)
        assert json.loads(jws.payload) == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
        assert holds(jws, PublicKey.from_jwk(RFC7515_KEY))
        assert not holds(jws, SIGNERS[Algorithm.P256].public_key)

    async def test_the_example_of_rfc_8037_is_signed_and_verified_to_the_byte(self):
        secret = decode_base64url(RFC8037_SECRET.encode())
        signer = InProcessSigner(ed25519.Ed25519PrivateKey.from_private_bytes(secret))
        assert await sign_compact(b"Example of Ed25519 signing", {}, signer=signer) == RFC8037_TOKEN
        assert holds(parse_compact(RFC8037_TOKEN), signer.public_key)


class TestBase64url:
    @given(st.binary(max_size=200))
    def test_what_was_encoded_is_decoded_and_is_the_standard_librarys(self, data):
        text = encode_base64url(data)
        assert decode_base64url(text) == data
        assert text + b"=" * (-len(text) % 4) == base64.urlsafe_b64encode(data)

    @given(st.text(alphabet="ABab01-_+/= \n", max_size=12))
    def test_every_value_has_one_spelling(self, text):
        try:
            data = decode_base64url(text.encode())
        except ValueError:
            return
        assert encode_base64url(data) == text.encode()

    @pytest.mark.parametrize(
        "text", [b"A", b"AB=", b"AA==", b"AB", b"AAB", b"AA A", b"AA\n", b"A+/A", b"\xc3\xa9", b"A!"]
    )
    def test_another_spelling_is_refused(self, text):
        with pytest.raises(ValueError, match=r"base64url|stray bits"):
            decode_base64url(text)


class TestTakingApart:
    @pytest.mark.parametrize("token", [b"", b"..", b"e30", b"e30.e30", b"e30.e30..", b"e30.e30.e30.e30.e30"])
    def test_a_token_has_three_parts_and_a_header(self, token):
        assert refused(token) in {"token-parts", "not-json"}

    @pytest.mark.parametrize("position", range(3))
    @pytest.mark.parametrize("piece", [b"=", b"+", b"/", b" ", b"\n", b"\xff", b"~", b"A==="])
    def test_every_part_is_strict_base64url(self, position, piece):
        parts = token_of({"alg": "ES256"}).split(b".")
        parts[position] += piece
        assert refused(b".".join(parts)) == "token-not-base64url"

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            (b'{"alg":"ES256","alg":"ES384"}', "duplicate-member"),
            (b'{"alg":"ES256","kid":{"a":1,"\\u0061":2}}', "duplicate-member"),
            (b'\xef\xbb\xbf{"alg":"ES256"}', "byte-order-mark"),
            (b'{"alg":"ES256"}x', "not-json"),
            (b'{"alg":NaN}', "not-a-number"),
            (b'{"alg":"\xff"}', "not-utf-8"),
            (b"[" * 20 + b"]" * 20, "too-deep"),
            (b"[]", "token-header-not-an-object"),
            (b'"ES256"', "token-header-not-an-object"),
            (b"", "not-json"),
        ],
    )
    def test_the_header_is_one_json_object_that_everybody_reads_alike(self, header, code):
        assert refused(token_of(header)) == code

    def test_the_largest_parts_are_taken_and_one_byte_more_is_refused(self):
        filler = MAX_HEADER_BYTES - len('{"alg":""}')
        assert parse_compact(token_of(b'{"alg":"%b"}' % (b"x" * filler), b"x" * MAX_PAYLOAD_BYTES)).header
        assert refused(token_of(b'{"alg":"%b"}' % (b"x" * (filler + 1)))) == "token-part-too-large"
        assert refused(token_of({}, b"x" * (MAX_PAYLOAD_BYTES + 1))) == "token-part-too-large"
        assert refused(token_of({}, signature=b"x" * (8 * 1024 + 1))) == "token-part-too-large"

    @given(st.binary(max_size=60))
    def test_any_bytes_are_answered(self, token):
        try:
            parse_compact(token)
        except MalformedToken as error:
            (_finding,) = error.findings


class TestHeader:
    @pytest.mark.parametrize("algorithm", sorted(frozenset().union(*ALGORITHM_NAMES.values())))
    def test_a_header_of_the_profile_is_taken(self, algorithm):
        assert refusal_of({"alg": algorithm, "kid": "did:example:a#1", "typ": "x"}, PROFILE) is None

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "hs256", "HS512"])
    def test_what_nobody_signed_is_called_so(self, algorithm):
        assert refusal_of({"alg": algorithm}, PROFILE).problem is HeaderProblem.UNSIGNED

    @pytest.mark.parametrize(
        "algorithm", ["RS256", "PS512", "ES512", "ES256K", "es256", "ES256 ", "", "ECDH-ES", "Ed448"]
    )
    def test_other_algorithms_are_not_checked(self, algorithm):
        assert refusal_of({"alg": algorithm}, PROFILE).problem is HeaderProblem.ALGORITHM

    @pytest.mark.parametrize(
        ("header", "problem", "member"),
        [
            ({}, HeaderProblem.MALFORMED, "alg"),
            ({"alg": None}, HeaderProblem.MALFORMED, "alg"),
            ({"alg": ["ES256"]}, HeaderProblem.MALFORMED, "alg"),
            ({"alg": "ES256", "kid": 1}, HeaderProblem.MALFORMED, "kid"),
            ({"alg": "ES256", "typ": None}, HeaderProblem.MALFORMED, "typ"),
            ({"alg": "ES256", "jwk": RFC7515_KEY}, HeaderProblem.OWN_KEY, "jwk"),
            ({"alg": "none", "jku": "https://evil.example/keys"}, HeaderProblem.OWN_KEY, "jku"),
            ({"alg": "ES256", "x5u": "https://evil.example/leaf"}, HeaderProblem.OWN_KEY, "x5u"),
            ({"alg": "ES256", "x5c": ["MIIB"]}, HeaderProblem.MEMBER, "x5c"),
            ({"alg": "ES256", "x5t#S256": "abc"}, HeaderProblem.MEMBER, "x5t#S256"),
            ({"alg": "ES256", "zip": "DEF"}, HeaderProblem.MEMBER, "zip"),
            ({"alg": "ES256", "Kid": "a"}, HeaderProblem.MEMBER, "Kid"),
            ({"alg": "ES256", "": "a"}, HeaderProblem.MEMBER, ""),
        ],
    )
    def test_every_other_member_is_named(self, header, problem, member):
        refusal = refusal_of(header, PROFILE)
        assert (refusal.problem, refusal.member) == (problem, member)

    @pytest.mark.parametrize(
        ("header", "member"),
        [
            ({"crit": []}, "crit"),
            ({"crit": "b64", "b64": True}, "crit"),
            ({"crit": None}, "crit"),
            ({"crit": {"b64": True}, "b64": True}, "crit"),
            ({"crit": ["b64"]}, "crit"),
            ({"crit": ["b64", "b64"], "b64": True}, "crit"),
            ({"crit": ["b64", 1], "b64": True}, "crit"),
            ({"crit": [["b64"]], "b64": True}, "crit"),
            ({"crit": ["alg"]}, "crit"),
            ({"crit": ["kid"], "kid": "a"}, "crit"),
            ({"crit": ["crit"]}, "crit"),
            ({"crit": ["exp"], "exp": 1}, "crit"),
            ({"crit": ["http://example.com/unknown"], "http://example.com/unknown": True}, "crit"),
            ({"crit": ["b64", "exp"], "b64": True, "exp": 1}, "crit"),
            ({"b64": False}, "b64"),
            ({"b64": True}, "b64"),
            ({"crit": ["b64"], "b64": "false"}, "b64"),
        ],
    )
    @pytest.mark.parametrize("critical", [frozenset(), frozenset({"b64"})])
    def test_crit_is_obeyed_and_b64_stands_only_under_it(self, header, member, critical):
        refusal = refusal_of({"alg": "ES256", **header}, HeaderProfile(frozenset({"kid"}), critical=critical))
        assert refusal.problem is HeaderProblem.CRITICAL
        assert refusal.member in (member, "crit")

    def test_an_extension_is_taken_exactly_where_the_profile_understands_it(self):
        header = {"alg": "ES256", "crit": ["b64"], "b64": False}
        assert refusal_of(header, HeaderProfile(frozenset(), critical=frozenset({"b64"}))) is None
        assert refusal_of(header, PROFILE).problem is HeaderProblem.CRITICAL


class TestSigning:
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_what_is_signed_verifies_with_its_key_under_its_algorithm_only(self, algorithm):
        signer = SIGNERS[algorithm]
        jws = parse_compact(await sign_compact(b"payload", {"kid": "did:example:a#1"}, signer=signer))
        assert (jws.payload, jws.header["kid"]) == (b"payload", "did:example:a#1")
        assert [kind for kind, other in SIGNERS.items() if fits(jws, other.public_key)] == [algorithm]
        assert holds(jws, signer.public_key)
        assert not holds(jws, InProcessSigner.generate(algorithm).public_key)

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    @pytest.mark.parametrize("named", ["ES256", "ES384", "EdDSA", "Ed25519", "none", "HS256", "RS256"])
    async def test_the_key_and_not_the_header_decides_the_algorithm(self, algorithm, named):
        signer = SIGNERS[algorithm]
        covered = encode_base64url(json.dumps({"alg": named}).encode()) + b".e30"
        jws = parse_compact(covered + b"." + encode_base64url(await signer.sign(covered)))
        assert holds(jws, signer.public_key) is (named in ALGORITHM_NAMES[algorithm])

    async def test_every_bit_of_the_token_counts(self):
        signer = SIGNERS[Algorithm.P256]
        token = await sign_compact(b'{"a":1}', {}, signer=signer)
        for position in range(len(token)):
            altered = bytearray(token)
            altered[position] ^= 1
            try:
                jws = parse_compact(bytes(altered))
            except MalformedToken:
                continue
            assert not holds(jws, signer.public_key), position

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_a_signature_of_another_length_is_none(self, algorithm):
        signer = SIGNERS[algorithm]
        token = await sign_compact(b"{}", {}, signer=signer)
        head, _, signature = token.rpartition(b".")
        for other in (b"", decode_base64url(signature) + b"\0", decode_base64url(signature)[:-1], bytes(64)):
            assert not holds(parse_compact(head + b"." + encode_base64url(other)), signer.public_key)

    @pytest.mark.parametrize("fault", [Fault.SIGNS_WITH_ANOTHER_KEY, Fault.CUTS_THE_SIGNATURE])
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_a_wrong_signature_never_leaves(self, algorithm, fault):
        signer = SlowSigner(algorithm, faults=(fault,))
        with pytest.raises(SelfCheckFailed):
            await sign_compact(b"{}", {}, signer=signer)
        assert await sign_compact(b"{}", {}, signer=signer)

    async def test_what_no_reader_would_take_is_not_signed(self):
        with pytest.raises(DocumentTooLarge):
            await sign_compact(b"x" * (MAX_PAYLOAD_BYTES + 1), {}, signer=SIGNERS[Algorithm.P256])
        with pytest.raises(ValueError, match="the key decides"):
            await sign_compact(b"{}", {"alg": "none"}, signer=SIGNERS[Algorithm.P256])
