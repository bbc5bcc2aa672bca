"""Credentials in tokens: what is taken, what is refused, and with which word."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner, PublicKey
from app.securing import AlreadySecured, MalformedToken, SelfCheckFailed, TokenOutcome
from app.securing.jws import encode_base64url
from app.securing.vc_jose import check, read, secure
from app.strict_json import MalformedJson

V2 = "https://www.w3.org/ns/credentials/v2"
ISSUER = "did:web:university.example"
KEY_ID = f"{ISSUER}#p256-2026-1-jwk"
SIGNERS = {algorithm: InProcessSigner.generate(algorithm) for algorithm in Algorithm}
SIGNER = SIGNERS[Algorithm.P256]
DOCUMENT = {
    "@context": [V2],
    "id": "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11",
    "type": ["VerifiableCredential"],
    "issuer": {"id": ISSUER},
    "credentialSubject": {"id": "did:example:learner", "name": "Zoë-Ánne Øst"},
}
HEADER = {"alg": "ES256", "kid": KEY_ID, "typ": "vc+jwt", "cty": "vc"}


@dataclass(frozen=True)
class Method:
    public_key: PublicKey | None
    for_assertion: bool = True
    for_authentication: bool = True


def resolve(method=SIGNER.public_key):
    return lambda url: method if url == KEY_ID else None


async def signed(header=None, payload=None, *, without=(), signer=SIGNER):
    """Sign anything at all under any header: what an issuer can get wrong, or do wrong on purpose."""
    stated = {name: value for name, value in {**HEADER, **(header or {})}.items() if name not in without}
    content = payload if isinstance(payload, bytes) else json.dumps({**DOCUMENT, **(payload or {})}).encode()
    covered = encode_base64url(json.dumps(stated).encode()) + b"." + encode_base64url(content)
    return covered + b"." + encode_base64url(await signer.sign(covered))


async def outcome_of(header=None, payload=None, *, without=(), method=SIGNER.public_key):
    result = check(read(await signed(header, payload, without=without)), resolve(method))
    return result.outcome, result.member


class TestSecuring:
    @pytest.mark.parametrize(
        ("algorithm", "name"), [(Algorithm.P256, "ES256"), (Algorithm.P384, "ES384"), (Algorithm.ED25519, "EdDSA")]
    )
    async def test_the_credential_itself_is_the_payload_and_the_header_is_small(self, algorithm, name):
        token = read(await secure(DOCUMENT, signer=SIGNERS[algorithm], key_id=KEY_ID))
        assert token.jws.header == {"alg": name, "kid": KEY_ID, "typ": "vc+jwt", "cty": "vc"}
        assert json.loads(token.jws.payload) == token.document == DOCUMENT
        result = check(token, resolve(SIGNERS[algorithm].public_key))
        assert (result.verified, result.signature_holds, result.algorithm) == (True, True, name)
        assert (result.verification_method, result.public_key) == (KEY_ID, SIGNERS[algorithm].public_key)

    async def test_the_same_key_and_document_give_the_same_bytes(self):
        assert await secure(DOCUMENT, signer=SIGNER, key_id=KEY_ID) == await secure(
            DOCUMENT, signer=SIGNER, key_id=KEY_ID
        )

    async def test_a_document_with_a_proof_is_not_put_into_a_token(self):
        with pytest.raises(AlreadySecured):
            await secure({**DOCUMENT, "proof": {}}, signer=SIGNER, key_id=KEY_ID)

    @pytest.mark.parametrize("claim", [{"vc": {}}, {"vp": {}}, {"iss": "did:example:other"}, {"exp": 1}, {"jti": "x"}])
    async def test_a_document_that_would_say_something_as_a_token_is_not_signed(self, claim):
        with pytest.raises(SelfCheckFailed):
            await secure({**DOCUMENT, **claim}, signer=SIGNER, key_id=KEY_ID)

    @given(
        st.dictionaries(
            st.text(min_size=1, max_size=5).filter(lambda name: name not in {"vc", "vp", "proof"}),
            st.recursive(
                st.none() | st.booleans() | st.text(max_size=20) | st.integers(-(2**53) + 1, 2**53 - 1),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                max_leaves=8,
            ),
            max_size=4,
        )
    )
    async def test_whatever_was_put_in_comes_out(self, claims):
        document = {**DOCUMENT, "credentialSubject": {"id": "did:example:a", "claims": claims}}
        token = read(await secure(document, signer=SIGNER, key_id=KEY_ID))
        assert token.document == document
        assert check(token, resolve()).verified


class TestReading:
    @pytest.mark.parametrize("payload", [b'{"a":1,"a":2}', b'{"a":NaN}', b"{}{}", b"", b"\xff", b"[" * 80 + b"]" * 80])
    async def test_a_payload_that_two_readers_could_read_differently_is_refused(self, payload):
        with pytest.raises(MalformedJson):
            read(await signed(payload=payload))

    async def test_a_token_with_disclosures_or_of_five_parts_is_none_of_ours(self):
        token = await signed()
        for other in (token + b"~", token + b".e30", token + b".e30.e30", token.rpartition(b".")[0]):
            with pytest.raises(MalformedToken):
                read(other)

    async def test_claims_about_the_token_are_no_part_of_the_credential(self):
        claims = {"iss": ISSUER, "sub": "did:example:learner", "jti": DOCUMENT["id"], "iat": 1, "exp": 2, "nbf": 0}
        token = read(await signed(payload={**claims, "aud": "a", "cnf": {"jwk": {}}}))
        assert token.document == DOCUMENT
        result = check(token, resolve())
        assert result.verified
        assert (result.created_at, result.not_before, result.expires_at) == tuple(
            datetime(1970, 1, 1, 0, 0, second, tzinfo=UTC) for second in (1, 0, 2)
        )
        assert result.created == "1970-01-01T00:00:01Z"

    @pytest.mark.parametrize("payload", [b"[]", b'"text"', b"1", b"null"])
    async def test_a_payload_that_is_no_object_claims_nothing(self, payload):
        assert check(read(await signed(payload=payload)), resolve()).verified


class TestHeader:
    @pytest.mark.parametrize(
        ("header", "outcome", "member"),
        [
            ({"alg": "none"}, TokenOutcome.UNSIGNED, "alg"),
            ({"alg": "HS256"}, TokenOutcome.UNSIGNED, "alg"),
            ({"alg": "RS256"}, TokenOutcome.ALGORITHM_UNKNOWN, "alg"),
            ({"alg": "ES384"}, TokenOutcome.KEY_TYPE_MISMATCH, "alg"),
            ({"alg": "EdDSA"}, TokenOutcome.KEY_TYPE_MISMATCH, "alg"),
            ({"alg": 7}, TokenOutcome.HEADER_REFUSED, "alg"),
            ({"jwk": SIGNER.public_key.jwk()}, TokenOutcome.HEADER_REFUSED, "jwk"),
            ({"jku": "https://university.example/keys"}, TokenOutcome.HEADER_REFUSED, "jku"),
            ({"x5u": "https://university.example/leaf"}, TokenOutcome.HEADER_REFUSED, "x5u"),
            ({"crit": ["exp"], "exp": 1}, TokenOutcome.HEADER_REFUSED, "crit"),
            ({"crit": ["b64"], "b64": True}, TokenOutcome.HEADER_REFUSED, "crit"),
            ({"b64": False}, TokenOutcome.HEADER_REFUSED, "b64"),
            ({"x5c": ["MIIB"]}, TokenOutcome.HEADER_NOT_SUPPORTED, "x5c"),
            ({"nonce": "a"}, TokenOutcome.HEADER_NOT_SUPPORTED, "nonce"),
            ({"typ": "JWT"}, TokenOutcome.TYPE_WRONG, "typ"),
            ({"typ": "vp+jwt"}, TokenOutcome.TYPE_WRONG, "typ"),
            ({"typ": "openid4vci-proof+jwt"}, TokenOutcome.TYPE_WRONG, "typ"),
            ({"typ": "text/vc+jwt"}, TokenOutcome.TYPE_WRONG, "typ"),
            ({"cty": "vp"}, TokenOutcome.TYPE_WRONG, "cty"),
            ({"cty": ""}, TokenOutcome.TYPE_WRONG, "cty"),
            ({"kid": ""}, TokenOutcome.KEY_NOT_NAMED, "kid"),
            ({"kid": f"{KEY_ID}x"}, TokenOutcome.METHOD_UNRESOLVED, "kid"),
            ({"kid": "#p256-2026-1-jwk"}, TokenOutcome.METHOD_UNRESOLVED, "kid"),
            ({"kid": [KEY_ID]}, TokenOutcome.HEADER_REFUSED, "kid"),
            ({"iss": "did:web:other.example"}, TokenOutcome.CLAIM_DIFFERS, "iss"),
        ],
    )
    async def test_every_header_that_is_not_ours_has_its_word(self, header, outcome, member):
        assert await outcome_of(header) == (outcome, member)

    @pytest.mark.parametrize(
        ("without", "outcome"),
        [
            ("alg", TokenOutcome.HEADER_REFUSED),
            ("typ", TokenOutcome.TYPE_WRONG),
            ("kid", TokenOutcome.KEY_NOT_NAMED),
        ],
    )
    async def test_what_must_be_there_is_missed(self, without, outcome):
        assert await outcome_of(without=[without]) == (outcome, without)

    @pytest.mark.parametrize("header", [{"typ": "application/vc+jwt"}, {"typ": "VC+JWT"}, {"cty": "application/vc"}])
    async def test_a_media_type_may_be_written_in_full_or_in_capitals(self, header):
        assert await outcome_of(header) == (TokenOutcome.VERIFIED, None)

    async def test_the_content_type_may_be_left_out_and_the_issuer_repeated(self):
        assert await outcome_of({"iss": ISSUER}, without=["cty"]) == (TokenOutcome.VERIFIED, None)


class TestKey:
    async def test_the_method_must_be_for_assertion_and_have_a_usable_key(self):
        key = SIGNER.public_key
        assert await outcome_of(method=Method(key)) == (TokenOutcome.VERIFIED, None)
        assert await outcome_of(method=Method(None)) == (TokenOutcome.METHOD_KEY_UNUSABLE, "kid")
        assert await outcome_of(method=Method(key, for_assertion=False)) == (
            TokenOutcome.METHOD_NOT_FOR_PURPOSE,
            "kid",
        )

    async def test_another_key_did_not_sign_it(self):
        other = InProcessSigner.generate(Algorithm.P256).public_key
        result = check(read(await signed()), resolve(other))
        assert (result.outcome, result.signature_holds) == (TokenOutcome.SIGNATURE_INVALID, False)
        assert result.public_key is None

    async def test_a_payload_under_anothers_signature_is_not_signed(self):
        token, other = await signed(), await signed(payload={"id": "urn:uuid:2"})
        mixed = b".".join([token.split(b".")[0], other.split(b".")[1], token.split(b".")[2]])
        assert check(read(mixed), resolve()).outcome is TokenOutcome.SIGNATURE_INVALID


class TestClaims:
    @pytest.mark.parametrize(
        ("claims", "outcome", "member"),
        [
            ({"vc": {}}, TokenOutcome.CLAIM_FORBIDDEN, "vc"),
            ({"vp": None}, TokenOutcome.CLAIM_FORBIDDEN, "vp"),
            ({"iss": "did:web:other.example"}, TokenOutcome.CLAIM_DIFFERS, "iss"),
            ({"iss": {"id": ISSUER}}, TokenOutcome.CLAIM_DIFFERS, "iss"),
            ({"iss": ISSUER, "issuer": None}, TokenOutcome.CLAIM_DIFFERS, "iss"),
            ({"jti": "urn:uuid:2"}, TokenOutcome.CLAIM_DIFFERS, "jti"),
            ({"sub": "did:example:other"}, TokenOutcome.CLAIM_DIFFERS, "sub"),
            ({"sub": ["did:example:learner"]}, TokenOutcome.CLAIM_DIFFERS, "sub"),
            ({"exp": "2026-01-01"}, TokenOutcome.CLAIM_MALFORMED, "exp"),
            ({"exp": True}, TokenOutcome.CLAIM_MALFORMED, "exp"),
            ({"nbf": None}, TokenOutcome.CLAIM_MALFORMED, "nbf"),
            ({"iat": 10**15}, TokenOutcome.CLAIM_MALFORMED, "iat"),
            ({"iat": -(10**15)}, TokenOutcome.CLAIM_MALFORMED, "iat"),
        ],
    )
    async def test_a_claim_that_contradicts_the_credential_is_refused(self, claims, outcome, member):
        assert await outcome_of(payload=claims) == (outcome, member)

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": ISSUER, "issuer": ISSUER},
            {"iss": ISSUER},
            {"jti": DOCUMENT["id"]},
            {"sub": "did:example:b", "credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
            {"iat": 1.5, "exp": 4102444800},
        ],
    )
    async def test_a_claim_that_says_the_same_is_taken(self, claims):
        assert await outcome_of(payload=claims) == (TokenOutcome.VERIFIED, None)
