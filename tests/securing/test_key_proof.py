"""Proofs by which wallets show keys, and nonces; whole requests are in ``tests/journeys/test_wallet_misuse.py``."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keys import Algorithm, InProcessSigner, PublicKey, learner_key, secret_for
from app.securing import nonces
from app.securing.key_proof import (
    PossessionNotProved,
    ProofFault,
    did_jwk,
    read_dpop_proof,
    read_key_proof,
    thumbprint_of,
)
from app.securing.nonces import NonceState
from tests.counterparts.wallet import Key, base64url, signed

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ISSUER = "https://credentials.example/issuers/test"
SECRET = bytes(range(32))


async def a_proof(key=None, *, header=None, **claims):
    key = key or Key.new()
    said = {"aud": ISSUER, "iat": int(NOW.timestamp()), "nonce": "n"} | claims
    return await signed(
        key.signer, {"typ": "openid4vci-proof+jwt", "alg": key.alg, **key.header(), **(header or {})}, said
    )


def test_the_thumbprint_is_that_of_rfc_7638_by_rfc_8037():
    # RFC 8037 appendix A.2 and A.3.
    key = PublicKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    assert thumbprint_of(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_did_of_a_bare_key_is_that_of_the_did_jwk_method():
    key = PublicKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    assert did_jwk(key) == "did:jwk:" + base64url(
        b'{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
    )


@pytest.mark.parametrize("named", ["jwk", "did:jwk", "did:key"])
async def test_a_proof_that_holds_gives_key_name_and_nonce(named):
    key = Key.new(Algorithm.ED25519, named)
    proof = read_key_proof(await a_proof(key), audience=ISSUER, now=NOW)
    assert (proof.holder.key, proof.holder.did, proof.nonce) == (key.signer.public_key, key.did, "n")


async def test_a_proof_may_be_five_minutes_from_our_clock_and_no_more():
    for seconds in (-300, 0, 300):
        read_key_proof(await a_proof(iat=NOW.timestamp() + seconds), audience=ISSUER, now=NOW)
    for seconds in (-301, 301, float("1e300")):
        with pytest.raises(PossessionNotProved) as refused:
            read_key_proof(await a_proof(iat=NOW.timestamp() + seconds), audience=ISSUER, now=NOW)
        assert refused.value.fault is ProofFault.TIME


async def test_a_did_of_a_key_is_taken_in_the_one_spelling_that_it_has():
    key = Key.new(named="did:key")
    for kid in (f"{key.did}#{key.did}", key.did.upper(), f"{key.did}#0", f"did:jwk:{base64url(b'{}')}#0", "#0", ""):
        with pytest.raises(PossessionNotProved) as refused:
            read_key_proof(await a_proof(key, header={"kid": kid}), audience=ISSUER, now=NOW)
        assert refused.value.fault is ProofFault.KEY


async def test_an_attestation_of_the_key_is_neither_believed_nor_refused():
    proof = await a_proof(header={"key_attestation": "not.looked.at"})
    assert read_key_proof(proof, audience=ISSUER, now=NOW).nonce == "n"


async def test_a_key_proof_is_no_dpop_proof_and_no_other_way_round():
    with pytest.raises(PossessionNotProved) as refused:
        read_dpop_proof(await a_proof(), method="POST", url=ISSUER, access_token=None, now=NOW)
    assert refused.value.fault is ProofFault.TYP


@given(content=st.text(max_size=200))
def test_whatever_is_no_token_is_refused(content):
    with pytest.raises(PossessionNotProved):
        read_key_proof(content, audience=ISSUER, now=NOW)


async def test_no_letter_of_a_proof_can_be_another():
    proof = await a_proof(Key(InProcessSigner.generate(Algorithm.ED25519)))
    for place in range(0, len(proof), 7):
        altered = proof[:place] + ("A" if proof[place] != "A" else "B") + proof[place + 1 :]
        with pytest.raises(PossessionNotProved):
            read_key_proof(altered, audience=ISSUER, now=NOW)


class TestNonces:
    def test_a_nonce_is_fresh_for_five_minutes(self):
        nonce = nonces.make_nonce(SECRET, random=bytes(16), now=NOW)
        for age, state in ((0, NonceState.FRESH), (300, NonceState.FRESH), (301, NonceState.EXPIRED)):
            assert nonces.state_of_nonce(SECRET, nonce, now=NOW + timedelta(seconds=age)) is state

    def test_a_nonce_is_nothing_under_another_secret(self):
        nonce = nonces.make_nonce(SECRET, random=bytes(16), now=NOW)
        assert nonces.state_of_nonce(bytes(32), nonce, now=NOW) is NonceState.UNKNOWN

    @given(text=st.text(max_size=100))
    def test_what_is_invented_is_unknown(self, text):
        assert nonces.state_of_nonce(SECRET, text, now=NOW) is NonceState.UNKNOWN

    def test_a_nonce_has_one_spelling(self):
        nonce = nonces.make_nonce(SECRET, random=bytes(16), now=NOW)
        for other in (nonce + "=", nonce + "A", nonce[:-1], f" {nonce}"):
            assert nonces.state_of_nonce(SECRET, other, now=NOW) is NonceState.UNKNOWN

    def test_two_nonces_of_one_moment_differ(self):
        made = {nonces.make_nonce(SECRET, random=bytes([number]) * 16, now=NOW) for number in range(9)}
        assert len(made) == 9


def test_secrets_for_other_purposes_are_no_learner_keys():
    made = [secret_for(SECRET, "a"), secret_for(SECRET, "b"), learner_key(SECRET, "a"), secret_for(bytes(32), "a")]
    assert len(set(made)) == 4
    assert json.dumps([len(one) for one in made]) == "[32, 32, 32, 32]"
