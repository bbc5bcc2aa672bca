"""The vectors of VC DI EdDSA 1.0 and VC DI ECDSA 1.0, every intermediate value (see their README for origins)."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from app import strict_json
from app.jsonld import canonicalize
from app.keys import PublicKey
from app.securing import ProofOutcome, make_proofs, secure, verify_proofs
from app.securing.data_integrity import canonical_proof_config
from tests.securing.conftest import EMPLOYMENT_VECTORS, JCS_VECTORS, RDFC_VECTORS, read_vector
from tests.securing.pyld_canonicalization import canonicalize_with_pyld

pytestmark = pytest.mark.reference

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CANONICALIZERS = pytest.mark.parametrize("canonicalizer", [canonicalize, canonicalize_with_pyld], ids=["ours", "PyLD"])


def created_of(proof):
    return datetime.fromisoformat(proof["created"])


@pytest.mark.parametrize("name", RDFC_VECTORS)
@CANONICALIZERS
def test_the_document_has_the_published_canonical_form_and_hash(reference_dir, name, canonicalizer):
    vector = read_vector(reference_dir, name)
    form = canonicalizer(vector.unsigned, hash_name=vector.hash_name)

    assert form.decode() == vector.text("canonDoc")
    assert hashlib.new(vector.hash_name, form).hexdigest() == vector.text("docHash").strip()


@pytest.mark.parametrize("name", RDFC_VECTORS + EMPLOYMENT_VECTORS)
def test_the_proof_options_have_the_published_canonical_form_and_hash(reference_dir, name):
    vector = read_vector(reference_dir, name)
    config = vector.json("proofConfig")
    context = config.pop("@context")
    form = canonical_proof_config(context, config, vector.hash_name)

    assert form.decode() == vector.text("proofCanon")
    assert hashlib.new(vector.hash_name, form).hexdigest() == vector.text("proofHash").strip()


@pytest.mark.parametrize("name", RDFC_VECTORS)
@CANONICALIZERS
async def test_signing_gives_the_published_document_to_the_letter(reference_dir, vector_signers, name, canonicalizer):
    vector = read_vector(reference_dir, name)
    method = vector.signed["proof"]["verificationMethod"]
    secured = await secure(
        vector.unsigned,
        signers=[(vector_signers[method.partition("#")[2]], method)],
        created=created_of(vector.signed["proof"]),
        canonicalize=canonicalizer,
    )

    # Ed25519 by design, ECDSA because the vectors too derive their nonces by RFC 6979.
    assert secured == vector.signed
    assert list(secured["proof"])[-1] == "proofValue"


@pytest.mark.parametrize("name", RDFC_VECTORS + EMPLOYMENT_VECTORS)
async def test_signing_a_given_canonical_form_gives_the_published_proof(reference_dir, vector_signers, name):
    vector = read_vector(reference_dir, name)
    expected = vector.signed["proof"]
    signer = vector_signers[expected["verificationMethod"].partition("#")[2]]
    (proof,) = await make_proofs(
        vector.signed["@context"],
        lambda _hash_name: vector.text("canonDoc").encode(),
        signers=[(signer, expected["verificationMethod"])],
        created=created_of(expected),
    )

    assert proof == expected


@pytest.mark.parametrize("name", RDFC_VECTORS + EMPLOYMENT_VECTORS + JCS_VECTORS)
def test_the_published_signature_is_over_the_published_hashes(reference_dir, name):
    vector = read_vector(reference_dir, name)
    key = PublicKey.from_multikey(vector.signed["proof"]["verificationMethod"].partition("#")[2])
    combined = bytes.fromhex(vector.text("combinedHash"))

    assert combined.hex() == vector.text("proofHash").strip() + vector.text("docHash").strip()
    assert key.verify(bytes.fromhex(vector.text("sigHex")), combined)
    assert vector.signed["proof"]["proofValue"] == vector.text("sigBTC58").strip()


@pytest.mark.parametrize("name", RDFC_VECTORS)
@CANONICALIZERS
def test_the_published_document_verifies(reference_dir, resolve_did_key, name, canonicalizer):
    vector = read_vector(reference_dir, name)
    (result,) = verify_proofs(vector.signed, resolve_did_key, now=NOW, canonicalize=canonicalizer)

    assert result.outcome is ProofOutcome.VERIFIED
    assert result.signature_holds


@pytest.mark.parametrize("name", EMPLOYMENT_VECTORS)
def test_the_published_document_verifies_over_its_published_canonical_form(reference_dir, resolve_did_key, name):
    vector = read_vector(reference_dir, name)

    def published(document, *, hash_name):
        assert document == vector.unsigned
        return vector.text("canonDoc").encode()

    (result,) = verify_proofs(vector.signed, resolve_did_key, now=NOW, canonicalize=published)

    assert result.outcome is ProofOutcome.VERIFIED


@pytest.mark.parametrize("name", JCS_VECTORS)
def test_the_jcs_suites_have_the_published_forms_and_verify(reference_dir, resolve_did_key, name):
    vector = read_vector(reference_dir, name)

    assert strict_json.canonical(vector.unsigned).decode() == vector.text("canonDoc")
    assert strict_json.canonical(vector.json("proofConfig")).decode() == vector.text("proofCanon")
    (result,) = verify_proofs(vector.signed, resolve_did_key, now=NOW)
    assert result.outcome is ProofOutcome.VERIFIED


@pytest.mark.parametrize(
    ("name", "count"),
    [("signedProofSet1", 1), ("signedProofSet2", 2), ("signedProofChain1", 3), ("signedProofChain2", 4)],
)
@CANONICALIZERS
def test_the_published_proof_sets_and_chains_verify(reference_dir, resolve_did_key, name, count, canonicalizer):
    path = reference_dir / "vectors" / "vc-di-eddsa" / "proof-set-chain" / f"{name}.json"
    results = verify_proofs(json.loads(path.read_text()), resolve_did_key, now=NOW, canonicalize=canonicalizer)

    assert [result.outcome for result in results] == [ProofOutcome.VERIFIED] * count


@CANONICALIZERS
async def test_the_published_proof_set_is_made_again(reference_dir, vector_signers, canonicalizer):
    """The published proofs have ids, which ours do not: what is compared is the proof of the plain vector."""
    vector = read_vector(reference_dir, RDFC_VECTORS[0])
    method = vector.signed["proof"]["verificationMethod"]
    signer = vector_signers[method.partition("#")[2]]
    secured = await secure(
        vector.unsigned,
        signers=[(signer, method), (signer, method)],
        created=created_of(vector.signed["proof"]),
        canonicalize=canonicalizer,
    )

    assert secured["proof"] == [vector.signed["proof"], vector.signed["proof"]]
