"""An issuer that is not ours: its own keys, its own DID document, credentials and status lists in the form of W3C.

It signs with the product's own Data Integrity code; that this code agrees with others' is shown elsewhere. What it
adds is everything an issuer can get wrong, or do wrong on purpose.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.jsonld import canonicalize_foreign
from app.keys import Algorithm, InProcessSigner, base58, did_key
from app.securing import SIGNING_SUITES, secure
from app.securing.data_integrity import hash_name
from app.securing.jws import SIGNING_ALGORITHMS, encode_base64url
from app.status import BitstringStatusList

V2 = "https://www.w3.org/ns/credentials/v2"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class ForeignIssuer:
    """``did`` may be any DID; the method's fragment is ``#key-1`` unless the DID is its own key."""

    did: str = ""
    algorithm: Algorithm = Algorithm.ED25519
    signer: InProcessSigner = field(init=False)

    def __post_init__(self) -> None:
        self.signer = InProcessSigner.generate(self.algorithm)
        self.did = self.did or did_key(self.signer.public_key)

    @property
    def method(self) -> str:
        if self.did.startswith("did:key:"):
            return f"{self.did}#{self.did.removeprefix('did:key:')}"
        return f"{self.did}#key-1"

    def did_document(self, **changes: Any) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": self.did,
            "verificationMethod": [
                {
                    "id": self.method,
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": self.signer.public_key.multikey,
                }
            ],
            "assertionMethod": [self.method],
            **changes,
        }

    def unsigned(self, **changes: Any) -> dict[str, Any]:
        """A credential about somebody; ``None`` takes a member out."""
        document = {
            "@context": [V2],
            "id": "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11",
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "validFrom": "2026-06-30T00:00:00Z",
            "credentialSubject": {"id": "did:example:holder"},
            **changes,
        }
        return {name: value for name, value in document.items() if value is not None}

    async def sign(
        self, document: Mapping[str, Any], *, created: datetime = NOW, method: str | None = None
    ) -> dict[str, Any]:
        return await secure(document, signers=[(self.signer, method or self.method)], created=created)

    async def credential(self, **changes: Any) -> dict[str, Any]:
        return await self.sign(self.unsigned(**changes))

    def presentation(self, *credentials: Any, **changes: Any) -> dict[str, Any]:
        """An unsigned presentation by this party as the holder; ``None`` takes a member out."""
        document = {
            "@context": [V2],
            "type": ["VerifiablePresentation"],
            "holder": self.did,
            "verifiableCredential": list(credentials),
            **changes,
        }
        return {name: value for name, value in document.items() if value is not None}

    async def present(
        self, document: Mapping[str, Any], *, created: datetime = NOW, method: str | None = None, **options: Any
    ) -> dict[str, Any]:
        """Sign a presentation for authentication; ``options`` are ``challenge``, ``domain``, ``proofPurpose``."""
        config = {
            "type": "DataIntegrityProof",
            "cryptosuite": SIGNING_SUITES[self.algorithm].name,
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verificationMethod": method or self.method,
            "proofPurpose": "authentication",
            **options,
        }
        name = hash_name(self.algorithm)
        covered = b"".join(
            hashlib.new(name, canonicalize_foreign(part, hash_name=name)).digest()
            for part in ({"@context": document["@context"], **config}, document)
        )
        return {**document, "proof": {**config, "proofValue": "z" + base58.encode(await self.signer.sign(covered))}}

    async def token(
        self, document: Mapping[str, Any] | None = None, *, header: Mapping[str, Any] | None = None, **changes: Any
    ) -> bytes:
        """A document, or a credential with ``changes``, as a vc+jwt token; ``header`` changes its header."""
        payload = self.unsigned(**changes) if document is None else document
        stated = {
            "alg": SIGNING_ALGORITHMS[self.algorithm],
            "kid": self.method,
            "typ": "vc+jwt",
            "cty": "vc",
            **(header or {}),
        }
        kept = {name: value for name, value in stated.items() if value is not None}
        covered = b".".join(encode_base64url(json.dumps(part).encode()) for part in (kept, payload))
        return covered + b"." + encode_base64url(await self.signer.sign(covered))

    def status_list(
        self, url: str, *, purpose: Any = "revocation", raised: tuple[int, ...] = (), **changes: Any
    ) -> dict[str, Any]:
        """An unsigned status list credential; ``subject`` changes its subject."""
        subject = changes.pop("subject", {})
        document = {
            "@context": [V2],
            "id": url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.did,
            "validFrom": (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "validUntil": (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "credentialSubject": {
                "id": f"{url}#list",
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                "encodedList": BitstringStatusList(raised=raised).encoded(),
                **subject,
            },
            **changes,
        }
        return {name: value for name, value in document.items() if value is not None}


def status_entry(url: str, index: int | str, purpose: str = "revocation", **changes: Any) -> dict[str, Any]:
    """One entry of ``credentialStatus``."""
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
        **changes,
    }
