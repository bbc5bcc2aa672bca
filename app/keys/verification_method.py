"""The public side of our keys: did:web and did:key identifiers, and the DID document of an issuer.

A key lives through four states, and the document says which:

==============  ======================  ==================  =====================
state           in verificationMethod   in assertionMethod  signs
==============  ======================  ==================  =====================
pre-published   yes                     yes                 not yet
active          yes                     yes                 yes
retired         yes                     yes                 no longer
revoked         yes, with ``revoked``   no                  never again
==============  ======================  ==================  =====================

A key is pre-published so that every cache knows it before the first signature. A retired key stays under
assertionMethod: what it signed is as true as before, and a strict verifier (VC Data Integrity 1.0 section 4.4 asks for
the proof purpose) accepts old credentials only then. Leaving assertionMethod is what revoking means.

Choices in the document that interoperability fixed: ``https://www.w3.org/ns/did/v1`` first among the contexts, every
identifier absolute, and for ECDSA keys a JsonWebKey entry (for JOSE) beside the Multikey entry (for Data Integrity).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urlsplit

from app.instants import write_instant
from app.keys.rsa_key import RsaScheme
from app.keys.signer import Algorithm, PublicKey

# The JWK context is the one that defines the type JsonWebKey, and VC Data Integrity 1.0 section 2.4 has every verifier
# know it; suites/jws-2020/v1 defines JsonWebKey2020 only.
DID_CONTEXTS: Final = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)
ASSERTION_METHOD: Final = "assertionMethod"
AUTHENTICATION: Final = "authentication"

_DID_WEB: Final = "did:web:"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_FRAGMENT_NAMES: Final = {
    Algorithm.ED25519: "ed25519",
    Algorithm.P256: "p256",
    Algorithm.P384: "p384",
    RsaScheme.RS256: "rs256",
    RsaScheme.PS256: "ps256",
}


class KeyState(StrEnum):
    """Where a signing key is in its life."""

    PRE_PUBLISHED = "pre-published"
    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key of an issuer as the world may see it. ``revoked_since`` belongs to the state revoked, and only to it.

    It is the moment from which on the key must not be believed, which may lie before that of its revocation.
    """

    fragment: str
    public_key: PublicKey
    state: KeyState
    revoked_since: datetime | None = None

    def __post_init__(self) -> None:
        if (self.state is KeyState.REVOKED) != (self.revoked_since is not None):
            raise ValueError("a key has a time of revocation exactly when it is revoked")


def fragment_name(algorithm: Algorithm | RsaScheme, year: int, number: int) -> str:
    """Return the fragment of a key's identifier, ``ed25519-2026-1`` for the first Ed25519 key of 2026."""
    return f"{_FRAGMENT_NAMES[algorithm]}-{year}-{number}"


def did_web(public_url: str, *path: str) -> str:
    """Return the did:web identifier of ``path`` below ``public_url`` (did:web method, section 3.1).

    ``did_web("http://localhost:8000", "issuers", "tu-berlin")`` is ``did:web:localhost%3A8000:issuers:tu-berlin``.

    Raises:
        ValueError: an IP address (the method forbids them), a host outside ASCII, or a URL with more than scheme, host,
            port and path.
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("did:web needs a URL of scheme, host, port and path")
    if not host.isascii():
        raise ValueError("write the host in its ASCII form (xn--...)")
    if ":" in host or host.replace(".", "").isdigit():
        raise ValueError("did:web forbids IP addresses")
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"%3A{parts.port}"
    segments = [*(segment for segment in parts.path.split("/") if segment), *path]
    return _DID_WEB + ":".join([host + port, *(quote(item, safe="") for item in segments)])


def did_key(public_key: PublicKey) -> str:
    """Return the did:key identifier of ``public_key``: the key is the identifier."""
    return f"did:key:{public_key.multikey}"


def did_key_method_id(public_key: PublicKey) -> str:
    """Return the identifier of the one verification method that a did:key document of a signing key has."""
    return f"{did_key(public_key)}#{public_key.multikey}"


def method_id(did: str, fragment: str) -> str:
    """Return the identifier of the Multikey entry, which Data Integrity proofs name."""
    return f"{did}#{fragment}"


def jwk_method_id(did: str, fragment: str) -> str:
    """Return the identifier of the JsonWebKey entry, which JOSE headers name."""
    return f"{did}#{fragment}-jwk"


def has_jwk_entry(algorithm: Algorithm) -> bool:
    """Whether a key of ``algorithm`` has a JsonWebKey entry, and so can sign tokens: the two kinds of ECDSA key do."""
    return algorithm is not Algorithm.ED25519


def did_document(did: str, keys: Iterable[PublishedKey], *, also_known_as: Sequence[str] = ()) -> bytes:
    """Return the DID document of an issuer. Equal keys give equal bytes, in whatever order they come.

    Raises:
        ValueError: two keys of one name.
    """
    ordered = sorted(keys, key=lambda key: key.fragment)
    methods: list[dict[str, Any]] = []
    for key in ordered:
        revoked = {"revoked": write_instant(key.revoked_since)} if key.revoked_since else {}
        methods.append(
            {
                "id": method_id(did, key.fragment),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.public_key.multikey,
                **revoked,
            }
        )
        if has_jwk_entry(key.public_key.algorithm):
            methods.append(
                {
                    "id": jwk_method_id(did, key.fragment),
                    "type": "JsonWebKey",
                    "controller": did,
                    "publicKeyJwk": key.public_key.jwk(),
                    **revoked,
                }
            )
    if len({method["id"] for method in methods}) != len(methods):
        raise ValueError("two keys of one issuer have the same name")
    document: dict[str, Any] = {
        "@context": list(DID_CONTEXTS),
        "id": did,
        **({"alsoKnownAs": list(also_known_as)} if also_known_as else {}),
        "verificationMethod": methods,
        ASSERTION_METHOD: [method["id"] for method in methods if "revoked" not in method],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
