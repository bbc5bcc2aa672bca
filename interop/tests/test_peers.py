"""The peers themselves: what they are handed decides their answer, and nothing is ever fetched."""

import pytest

from interop import peers
from interop.leaves import leaves, with_altered_leaf

UNSIGNED = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11",
    "type": ["VerifiableCredential"],
    "issuer": "did:example:replaced",
    "validFrom": "2026-07-01T00:00:00Z",
    "credentialSubject": {"id": "urn:uuid:5d3a5b0e-0c9e-4d5d-bd5f-6a8c2a6d9f00"},
}
VERIFIERS = [peers.verify_by_digital_bazaar, peers.verify_by_openvc]


@pytest.fixture(scope="module")
def strangers():
    return peers.issue_by_strangers({"it": UNSIGNED})


@pytest.mark.parametrize("verify", VERIFIERS)
def test_a_credential_with_one_proof_of_each_suite_holds(verify, strangers):
    credentials, documents = strangers
    answers = verify(credentials, documents)
    assert {name: answer["verified"] for name, answer in answers.items()} == {"it/ed25519": True, "it/p256": True}


@pytest.mark.parametrize("verify", VERIFIERS)
def test_no_leaf_can_be_altered(verify, strangers):
    credentials, documents = strangers
    altered = {
        f"{name} {path}": with_altered_leaf(credential, path)
        for name, credential in credentials.items()
        for path in leaves(credential)
    }
    assert [name for name, answer in verify(altered, documents).items() if answer["verified"]] == []


@pytest.mark.parametrize("verify", VERIFIERS)
def test_a_set_holds_only_if_each_of_its_proofs_does(verify, strangers):
    credentials, documents = strangers
    one, other = (credentials[f"it/{key}"]["proof"] for key in ("ed25519", "p256"))
    answer = verify({"it": {**credentials["it/ed25519"], "proof": [one, other]}}, documents)["it"]
    assert not answer["verified"]
    assert [proof["verified"] for proof in answer["proofs"]] == [True, False]


def test_a_context_that_is_not_pinned_is_an_error():
    answer = peers.canonize({"it": {"@context": "https://example.org/unknown", "id": "urn:x:y"}})["it"]
    assert "neither pinned nor handed in" in answer["error"]
