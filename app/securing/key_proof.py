"""Proofs of possession: a wallet shows a key, for a credential (``jwt`` proof type) or for its token (DPoP).

Both are JWS in compact form that bring their own key, which is why they are no business of :mod:`app.securing.jws`'s
header profiles: the key vouches for nothing but itself. Read strictly, in this order, and refused with the first fault:

1. One token of three parts within bounds, its header one JSON object (:func:`app.securing.jws.parse_compact`).
2. ``typ`` is the very one; ``alg`` is ES256 or EdDSA; there is no ``crit``: nothing critical is understood here.
3. The key is named in one way: ``jwk``, or (``jwt`` proofs only) a ``kid`` that is a did:jwk or did:key. It has no
   private part, and ``alg`` is the one that belongs to it.
4. The signature holds.
5. The claims are what is expected: whom it is for, when it was made, which nonce.

A proof says nothing about who the holder is. What is known afterwards is a key, and the name that it gives itself.

OpenID4VCI 1.0 appendix F.1 and F.4; RFC 9449 section 4.3.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from urllib.parse import urlsplit

import orjson

from app.errors import Family, ServiceError
from app.keys import Algorithm, KeyRefused, PublicKey
from app.securing.jws import Jws, MalformedToken, decode_base64url, encode_base64url, holds, parse_compact
from app.strict_json import JsonValue, MalformedJson, parse

PROOF_ALGORITHMS: Final = ("ES256", "EdDSA")
"""What is announced in metadata, and what is accepted."""
PROOF_TYPE: Final = "jwt"
WINDOW: Final = timedelta(minutes=5)
"""How far the clock of a wallet may be from ours."""
MAX_PROOF_BYTES: Final = 8 * 1024

_KEY_PROOF_TYP: Final = "openid4vci-proof+jwt"
_DPOP_TYP: Final = "dpop+jwt"
_OTHER_KEYS: Final = ("x5c", "x5u", "jku", "trust_chain")
_DID_JWK: Final = "did:jwk:"
_DID_KEY: Final = "did:key:"
_LONGEST_KEY_NAME: Final = 2048
_LONGEST_IDENTIFIER: Final = 256
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class ProofFault(StrEnum):
    """Why a proof is refused."""

    MALFORMED = "malformed"
    TYP = "typ-wrong"
    ALGORITHM = "algorithm-unsupported"
    KEY = "key-unusable"
    PRIVATE_KEY = "key-private"
    SIGNATURE = "signature-wrong"
    AUDIENCE = "audience-wrong"
    TIME = "time-wrong"
    ISSUER = "issuer-unexpected"
    NONCE_MISSING = "nonce-missing"
    TOKEN = "token-differs"  # noqa: S105 - names a fault


class PossessionNotProved(ServiceError):
    """The proof by which a wallet shows its key does not hold; the detail says why, and never what it held."""

    code: ClassVar[str] = "possession-not-proved"
    title: ClassVar[str] = "The proof of the wallet's key does not hold"
    family: ClassVar[Family] = Family.MALFORMED

    def __init__(self, fault: ProofFault, detail: str) -> None:
        """``fault`` is for whoever has to tell it in a protocol's words."""
        super().__init__(detail)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class HolderKey:
    """A key that was shown, and the identifier that a credential names it by."""

    key: PublicKey
    did: str

    @property
    def jwk(self) -> dict[str, str]:
        """The key as a public JWK, required members only."""
        return self.key.jwk()


@dataclass(frozen=True, slots=True)
class KeyProof:
    """A proof of type ``jwt`` that holds. Whether its nonce is one is for the caller to say."""

    holder: HolderKey
    nonce: str


@dataclass(frozen=True, slots=True)
class DpopProof:
    """A DPoP proof that holds. ``identifier`` is what must not be seen twice."""

    thumbprint: str
    identifier: bytes


def read_key_proof(token: str, *, audience: str, now: datetime) -> KeyProof:
    """Check a proof of type ``jwt`` (OpenID4VCI 1.0 appendix F.1).

    Args:
        token: what the wallet sent.
        audience: the Credential Issuer Identifier, which ``aud`` must be.
        now: the time.

    Raises:
        PossessionNotProved: it does not hold.
    """
    jws = _read(token, _KEY_PROOF_TYP)
    holder = _holder_of(jws.header)
    claims = _checked(jws, holder.key, now)
    if claims.get("aud") != audience:
        raise PossessionNotProved(ProofFault.AUDIENCE, "aud is not the identifier of this credential issuer.")
    if "iss" in claims:
        # Anonymous access with a pre-authorized code: there is no client that could be named.
        raise PossessionNotProved(ProofFault.ISSUER, "iss must be left out: access was anonymous.")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce:
        raise PossessionNotProved(ProofFault.NONCE_MISSING, "nonce is missing; the nonce endpoint gives one.")
    return KeyProof(holder, nonce)


def read_dpop_proof(token: str, *, method: str, url: str, access_token: str | None, now: datetime) -> DpopProof:
    """Check a DPoP proof (RFC 9449 section 4.3).

    Args:
        token: the value of the one ``DPoP`` header.
        method: of the request.
        url: of the endpoint, from configuration.
        access_token: that is sent with it; none where one is asked for.
        now: the time.

    Raises:
        PossessionNotProved: it does not hold.
    """
    jws = _read(token, _DPOP_TYP)
    if "kid" in jws.header or any(name in jws.header for name in _OTHER_KEYS):
        raise PossessionNotProved(ProofFault.KEY, "A DPoP proof names its key by jwk alone.")
    key = _key_of(jws.header.get("jwk"))
    claims = _checked(jws, key, now)
    if claims.get("htm") != method or _same_place(claims.get("htu")) != _same_place(url):
        raise PossessionNotProved(ProofFault.AUDIENCE, "htm and htu are not method and address of this request.")
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= _LONGEST_IDENTIFIER:
        raise PossessionNotProved(ProofFault.MALFORMED, f"jti is a text of 1 to {_LONGEST_IDENTIFIER} characters.")
    if access_token is not None:
        expected = encode_base64url(hashlib.sha256(access_token.encode()).digest()).decode()
        shown = claims.get("ath")
        if not isinstance(shown, str) or not hmac.compare_digest(shown.encode(), expected.encode()):
            raise PossessionNotProved(ProofFault.TOKEN, "ath is not the hash of the access token.")
    thumbprint = thumbprint_of(key)
    digest = hashlib.sha256(f"dpop {thumbprint} {identifier}".encode(errors="surrogatepass")).digest()
    return DpopProof(thumbprint, digest)


def thumbprint_of(key: PublicKey) -> str:
    """Return the JWK thumbprint (RFC 7638), the SHA-256 in base64url."""
    return encode_base64url(hashlib.sha256(_canonical_jwk(key)).digest()).decode()


def did_jwk(key: PublicKey) -> str:
    """Return the did:jwk of a key that came without a name (did:jwk method, "Create")."""
    return _DID_JWK + encode_base64url(_canonical_jwk(key)).decode()


def _canonical_jwk(key: PublicKey) -> bytes:
    return orjson.dumps(key.jwk(), option=orjson.OPT_SORT_KEYS)


def _read(token: str, typ: str) -> Jws:
    # 1
    try:
        encoded = token.encode("ascii")
        if len(encoded) > MAX_PROOF_BYTES:
            raise PossessionNotProved(ProofFault.MALFORMED, f"A proof has {MAX_PROOF_BYTES} bytes at most.")
        jws = parse_compact(encoded)
    except (UnicodeEncodeError, MalformedToken):
        raise PossessionNotProved(ProofFault.MALFORMED, "This is not one JWS in compact form.") from None
    # 2
    if jws.header.get("typ") != typ:
        raise PossessionNotProved(ProofFault.TYP, f"typ is not {typ}.")
    if jws.header.get("alg") not in PROOF_ALGORITHMS:
        raise PossessionNotProved(ProofFault.ALGORITHM, f"alg is none of {', '.join(PROOF_ALGORITHMS)}.")
    if "crit" in jws.header:
        raise PossessionNotProved(ProofFault.MALFORMED, "crit names something that is not understood here.")
    return jws


def _holder_of(header: Mapping[str, JsonValue]) -> HolderKey:
    # 3
    named = [name for name in ("jwk", "kid", *_OTHER_KEYS) if name in header]
    if named == ["jwk"]:
        key = _key_of(header["jwk"])
        return HolderKey(key, did_jwk(key))
    name = header.get("kid")
    if named != ["kid"] or not isinstance(name, str) or len(name) > _LONGEST_KEY_NAME:
        raise PossessionNotProved(ProofFault.KEY, "The key is named by one of jwk and kid, and by nothing else.")
    did, _, fragment = name.partition("#")
    # One key has one spelling in each method, and each of these DIDs has one key: its fragment can only be that one.
    if did.startswith(_DID_JWK) and fragment in {"", "0"}:
        return HolderKey(_key_of(_embedded_jwk(did.removeprefix(_DID_JWK))), did)
    multikey = did.removeprefix(_DID_KEY)
    if did.startswith(_DID_KEY) and fragment in {"", multikey}:
        try:
            key = PublicKey.from_multikey(multikey)
        except KeyRefused as error:
            raise PossessionNotProved(ProofFault.KEY, error.detail) from None
        if key.multikey == multikey:
            return HolderKey(key, did)
    raise PossessionNotProved(ProofFault.KEY, "kid is no did:jwk or did:key that can be read here.")


def _embedded_jwk(encoded: str) -> JsonValue:
    try:
        return parse(decode_base64url(encoded.encode("ascii")))
    except (ValueError, MalformedJson):
        raise PossessionNotProved(ProofFault.KEY, "The did:jwk does not hold one JWK in base64url.") from None


_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})


def _key_of(jwk: JsonValue) -> PublicKey:
    if not isinstance(jwk, dict):
        raise PossessionNotProved(ProofFault.KEY, "The key is not one JWK.")
    if not _PRIVATE.isdisjoint(jwk):
        raise PossessionNotProved(ProofFault.PRIVATE_KEY, "The JWK holds a private part: that key is burnt.")
    try:
        return PublicKey.from_jwk(jwk)
    except KeyRefused as error:
        raise PossessionNotProved(ProofFault.KEY, error.detail) from None


def _checked(jws: Jws, key: PublicKey, now: datetime) -> dict[str, JsonValue]:
    """Return the claims of a proof whose signature holds and whose time is now; steps 3 (its end) to 5."""
    if key.algorithm is Algorithm.P384:
        raise PossessionNotProved(ProofFault.KEY, "Keys are of P-256 or Ed25519.")
    # 4
    if not holds(jws, key):
        raise PossessionNotProved(ProofFault.SIGNATURE, "The signature is not that of the key.")
    # 5
    try:
        claims = parse(jws.payload)
    except MalformedJson:
        claims = None
    if not isinstance(claims, dict):
        raise PossessionNotProved(ProofFault.MALFORMED, "The claims are not one JSON object.")
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise PossessionNotProved(ProofFault.TIME, "iat is missing or not a number.")
    if abs(made - now.timestamp()) > WINDOW.total_seconds():
        raise PossessionNotProved(ProofFault.TIME, "iat is too far from the present.")
    ends = claims.get("exp")
    if isinstance(ends, int | float) and not isinstance(ends, bool) and ends <= now.timestamp():
        raise PossessionNotProved(ProofFault.TIME, "exp has passed.")
    return claims


def _same_place(url: JsonValue) -> tuple[str, str, int | None, str] | None:
    """Return what two spellings of an endpoint have in common: without query and fragment (RFC 9449 section 4.3)."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return parts.scheme.lower(), (parts.hostname or "").lower(), port or _DEFAULT_PORTS.get(parts.scheme), parts.path
