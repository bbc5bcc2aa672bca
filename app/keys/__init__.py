"""Our issuers' keys: what signs, what others check with, where private keys are kept.

The room promises

- that a private key leaves its file only into the memory of a :class:`Signer`, and no function returns one; and with a
  signer process (:class:`SignerProcess`) never into a process that serves requests;
- that no signature leaves that was not checked with the public key on record;
- that a :class:`PublicKey` that exists has passed every check, and verifies more strictly than the library below it;
- that a key file is written whole or not at all, never over another, and read only while it is ours alone.

It never asks a clock or a database, and a network only in the signer process; it never chooses an algorithm by what a
document says, and never decides which key signs: that is the story's business.

Adding a place where keys are kept means one file with a class that fits :class:`~app.keys.keeper.Keeper`, its word in
:class:`Backend`, and its line in ``tests/keys/test_signer_contract.py``.
"""

from app.keys.certificate_request import certificate_request
from app.keys.custodian import Custodian
from app.keys.envelope import DataCipher, DataKey, EnvelopeBroken, learner_key, secret_for
from app.keys.keeper import AnyAlgorithm, AnyPublicKey, Backend, Found, algorithm_named, csc_ref, file_ref, name_of_ref
from app.keys.keyring import (
    KeyDiffers,
    KeyExists,
    KeyName,
    Keyring,
    KeyringUnusable,
    KeyUnknown,
    MasterSecret,
    MasterSecretWrong,
    ScryptCost,
)
from app.keys.remote import RemoteSealSigner, RemoteSigner, SignerProcess, SignerUnreachable
from app.keys.rsa_key import InProcessRsaSigner, KeyRefused, RsaPublicKey, RsaScheme
from app.keys.signer import (
    Algorithm,
    InProcessSigner,
    PublicKey,
    SealSigner,
    SignatureWrong,
    Signer,
    SigningFailed,
    public_key_on_record,
)
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
    "AnyAlgorithm",
    "AnyPublicKey",
    "Backend",
    "Custodian",
    "DataCipher",
    "DataKey",
    "EnvelopeBroken",
    "Found",
    "InProcessRsaSigner",
    "InProcessSigner",
    "KeyDiffers",
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
    "RemoteSealSigner",
    "RemoteSigner",
    "RsaPublicKey",
    "RsaScheme",
    "ScryptCost",
    "SealSigner",
    "SignatureWrong",
    "Signer",
    "SignerProcess",
    "SignerUnreachable",
    "SigningFailed",
    "algorithm_named",
    "certificate_request",
    "csc_ref",
    "did_document",
    "did_key",
    "did_key_method_id",
    "did_web",
    "file_ref",
    "fragment_name",
    "has_jwk_entry",
    "jwk_method_id",
    "learner_key",
    "method_id",
    "name_of_ref",
    "public_key_on_record",
    "secret_for",
]
