import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.keys import InProcessSigner, PublicKey, base58

RDFC_VECTORS = [
    "vc-di-eddsa/eddsa-rdfc-2022",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p256",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p384",
]
# Their context (citizenship/v4rc1) is not among the pinned ones: everything but the document's own canonical form.
EMPLOYMENT_VECTORS = [f"{folder}/employ" for folder in RDFC_VECTORS]
JCS_VECTORS = [
    "vc-di-eddsa/eddsa-jcs-2022",
    "vc-di-ecdsa/ecdsa-jcs-2019-p256",
    "vc-di-ecdsa/ecdsa-jcs-2019-p384",
]


@dataclass(frozen=True)
class Vector:
    """One folder of a W3C specification's test vectors."""

    folder: Path
    hash_name: str

    def text(self, start):
        (path,) = [path for path in self.folder.glob(f"{start}*") if path.is_file()]
        return path.read_text()

    def json(self, start):
        return json.loads(self.text(start))

    @property
    def signed(self):
        return self.json("signed")

    @property
    def unsigned(self):
        return {name: value for name, value in self.signed.items() if name != "proof"}


def read_vector(reference_dir, name):
    return Vector(reference_dir / "vectors" / name, "sha384" if "p384" in name else "sha256")


def read_secret_key(text):
    """Decode a ``secretKeyMultibase`` of the vectors (multicodec 0x1300, 0x1306, 0x1307)."""
    data = base58.decode(text[1:], max_bytes=66)
    secret = data[2:]
    match data[:2]:
        case b"\x80\x26":
            return InProcessSigner(ed25519.Ed25519PrivateKey.from_private_bytes(secret[:32]))
        case b"\x86\x26":
            return InProcessSigner(ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()))
        case b"\x87\x26":
            return InProcessSigner(ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP384R1()))
    raise AssertionError(text)


@pytest.fixture(scope="session")
def vector_signers(reference_dir):
    """The published signers of the vectors by their public Multikey."""
    folder = reference_dir / "vectors"
    pairs = [
        json.loads((folder / "vc-di-eddsa" / "keyPair.json").read_text()),
        json.loads((folder / "vc-di-ecdsa" / "p256KeyPair.json").read_text()),
        json.loads((folder / "vc-di-ecdsa" / "p384KeyPair.json").read_text()),
        *json.loads((folder / "vc-di-eddsa" / "proof-set-chain" / "multiKeyPairs.json").read_text()).values(),
    ]
    return {
        pair["publicKeyMultibase"]: read_secret_key(pair.get("privateKeyMultibase") or pair["secretKeyMultibase"])
        for pair in pairs
    }


@pytest.fixture
def resolve_did_key():
    return lambda method: PublicKey.from_multikey(method.partition("#")[2]) if method.startswith("did:key:") else None
