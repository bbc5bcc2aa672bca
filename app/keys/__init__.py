"""Our issuers' keys: what signs, what others check with, where private keys are kept.

The room promises

- that a private key leaves its file only into the memory of a :class:`Signer`, and no function returns one;
- that a :class:`PublicKey` that exists has passed every check, and verifies more strictly than the library below it;
- that a key file is written whole or not at all, never over another, and read only while it is ours alone.

It never asks a clock, a database or a network, never chooses an algorithm by what a document says, and never decides
which key signs: that is the story's business.

Adding a place where keys are kept means one file with a class that fits :class:`Signer`, and its line in
``tests/keys/test_signer_contract.py``.
"""

from app.keys.envelope import DataCipher, DataKey, EnvelopeBroken, learner_key, secret_for
from app.keys.keyring import (
    KeyExists,
    KeyName,
    Keyring,
    KeyringUnusable,
    KeyUnknown,
    MasterSecret,
    MasterSecretWrong,
    ScryptCost,
)
from app.keys.signer import Algorithm, InProcessSigner, KeyRefused, PublicKey, Signer, SigningFailed
from app.keys.verification_method import (
    ASSERTION_METHOD,
    AUTHENTICATION,
    KeyState,
    PublishedKey,
    did_document,
    did_key,
    did_key_method_id,
    did_web,
    fragment_name,
    has_jwk_entry,
    jwk_method_id,
    method_id,
)

__all__ = [
    "ASSERTION_METHOD",
    "AUTHENTICATION",
    "Algorithm",
    "DataCipher",
    "DataKey",
    "EnvelopeBroken",
    "InProcessSigner",
    "KeyExists",
    "KeyName",
    "KeyRefused",
    "KeyState",
    "KeyUnknown",
    "Keyring",
    "KeyringUnusable",
    "MasterSecret",
    "MasterSecretWrong",
    "PublicKey",
    "PublishedKey",
    "ScryptCost",
    "Signer",
    "SigningFailed",
    "did_document",
    "did_key",
    "did_key_method_id",
    "did_web",
    "fragment_name",
    "has_jwk_entry",
    "jwk_method_id",
    "learner_key",
    "method_id",
    "secret_for",
]
