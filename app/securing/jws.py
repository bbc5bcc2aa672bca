"""JSON Web Signature (RFC 7515), the strict core that every JOSE format here stands on.

**Taking apart** (:func:`parse_compact`). Nothing is trusted yet; what two readers could understand differently is
refused before anything is looked at.

1. Three parts, ASCII, each within its bound: header 16 KiB, payload 1 MiB, signature 8 KiB. Bounds come first.
2. base64url as RFC 7515 section 2 has it: its own alphabet, no padding, no line breaks, and no set bits behind the last
   byte, so that one value has one spelling.
3. The header is one JSON object by :mod:`app.strict_json`: no member twice, no two readings.

**Judging the header** (:func:`refusal_of`), by the profile of the kind of token that the caller expects

4. ``crit`` is well-formed and names only what the profile understands; ``b64`` stands only under ``crit`` (RFC 7515
   section 4.1.11, RFC 7797 section 6).
5. ``alg`` is one of the profile's. There is no code path for *none* or for shared secrets.
6. Every member is one that the profile admits. ``jwk``, ``jku``, ``x5u`` and their kin would let a token bring its own
   key; no key is ever taken from a header, and ``kid`` is only ever compared.

**Checking** (:func:`holds`)

7. ``alg`` is the one that belongs to the key. The key was chosen elsewhere and fixes curve, hash and length.
8. The signature holds, by the strict checks of :class:`app.keys.PublicKey`.

**Signing** (:func:`sign_compact`) takes its own result apart again and checks it with the public key before it leaves.

A :class:`Jws` is one signature with what it covers, whatever it was written in; it and :func:`signing_input` know
nothing of the compact form. A second serialisation, or a payload that is not encoded, is another function that makes a
:class:`Jws`; steps 4 to 8 stay as they are.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final, NoReturn

import orjson

from app.errors import Family, Finding, ServiceError
from app.keys import Algorithm, PublicKey, Signer
from app.securing.data_integrity import SelfCheckFailed
from app.strict_json import DocumentTooLarge, JsonValue, MalformedJson, parse

MAX_HEADER_BYTES: Final = 16 * 1024
MAX_PAYLOAD_BYTES: Final = 1024 * 1024
MAX_SIGNATURE_BYTES: Final = 8 * 1024
_MAX_HEADER_DEPTH: Final = 8
_PARTS: Final = 3

SIGNING_ALGORITHMS: Final[Mapping[Algorithm, str]] = MappingProxyType(
    {Algorithm.P256: "ES256", Algorithm.P384: "ES384", Algorithm.ED25519: "EdDSA"}
)
"""The ``alg`` that each kind of key signs with (RFC 7518 section 3.4, RFC 8037 section 3.1)."""

ALGORITHM_NAMES: Final[Mapping[Algorithm, frozenset[str]]] = MappingProxyType(
    {
        Algorithm.P256: frozenset({"ES256"}),
        Algorithm.P384: frozenset({"ES384"}),
        # RFC 9864 names the same algorithm by its curve and deprecates the older name.
        Algorithm.ED25519: frozenset({"EdDSA", "Ed25519"}),
    }
)
"""Every ``alg`` under which a kind of key is verified."""

ALGORITHMS: Final = frozenset().union(*ALGORITHM_NAMES.values())

# Algorithms without a private key behind them: whoever can check such a "signature" can make one.
_KEYLESS: Final = frozenset({"none", "hs256", "hs384", "hs512"})


class MalformedToken(ServiceError):
    """The text is not one signed token (JWS, compact form) that every reader understands in the same way."""

    code: ClassVar[str] = "malformed-token"
    title: ClassVar[str] = "This is not one well-formed signed token"
    family: ClassVar[Family] = Family.MALFORMED


# --- base64url --------------------------------------------------------------------------------------------------------

_TO_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")


def encode_base64url(data: bytes) -> bytes:
    """Return ``data`` in base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decode_base64url(text: bytes) -> bytes:
    """Return what ``text`` encodes.

    Raises:
        ValueError: another alphabet, padding, white space, an impossible length, or stray bits after the last byte.
    """
    left_over = len(text) % 4
    try:
        # What is not of the alphabet became "!", which strict mode refuses.
        data = binascii.a2b_base64(text.translate(_TO_STANDARD) + b"=" * (-left_over % 4), strict_mode=True)
    except binascii.Error:
        raise ValueError("not base64url without padding") from None
    # The last two or three characters hold four or two bits too many. They must be zero, as an encoder writes them.
    if left_over and encode_base64url(data[-(left_over - 1) :]) != text[-left_over:]:
        raise ValueError("stray bits after the last byte")
    return data


# --- Taking apart -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Jws:
    """One signature and what it covers. ``signing_input`` is the bytes that were signed."""

    header: Mapping[str, JsonValue]
    payload: bytes
    signature: bytes
    signing_input: bytes


def signing_input(protected: bytes, payload: bytes) -> bytes:
    """Return what is signed: encoded header, a dot, and the payload as it is carried (RFC 7515 section 5.1 step 8)."""
    return b"%b.%b" % (protected, payload)


def longest_token(max_payload_bytes: int = MAX_PAYLOAD_BYTES) -> int:
    """Return how long a token in compact form may be whose payload has ``max_payload_bytes``."""
    return (
        _encoded_length(MAX_HEADER_BYTES)
        + _encoded_length(max_payload_bytes)
        + _encoded_length(MAX_SIGNATURE_BYTES)
        + 2
    )


def _encoded_length(size: int) -> int:
    return (size * 4 + 2) // 3


def parse_compact(token: bytes, *, max_payload_bytes: int = MAX_PAYLOAD_BYTES) -> Jws:
    """Take a token in compact form apart (RFC 7515 section 7.1); steps 1 to 3.

    Raises:
        MalformedToken: with one finding.
    """
    # 1
    parts = token.split(b".", _PARTS)
    if len(parts) != _PARTS:
        _refuse("token-parts", "A signed token has three parts with a dot between them.")
    bounds = (MAX_HEADER_BYTES, max_payload_bytes, MAX_SIGNATURE_BYTES)
    for part, bound, name in zip(parts, bounds, ("header", "payload", "signature"), strict=True):
        if len(part) > _encoded_length(bound):
            _refuse("token-part-too-large", f"The {name} has more than {bound} bytes.")
    # 2
    decoded = []
    for part, name in zip(parts, ("header", "payload", "signature"), strict=True):
        try:
            decoded.append(decode_base64url(part))
        except ValueError as error:
            _refuse("token-not-base64url", f"The {name} cannot be decoded: {error}.")
    protected, payload, signature = decoded
    # 3
    return Jws(read_header(protected), payload, signature, token[: len(parts[0]) + 1 + len(parts[1])])


def read_header(protected: bytes, *, max_bytes: int = MAX_HEADER_BYTES) -> dict[str, JsonValue]:
    """Return the header that ``protected`` holds, decoded already; step 3.

    Raises:
        MalformedToken: with one finding.
    """
    try:
        header = parse(protected, max_bytes=max_bytes, max_depth=_MAX_HEADER_DEPTH)
    except MalformedJson as error:
        _refuse(error.findings[0].code, f"The header is not one JSON object: {error.findings[0].detail}")
    if not isinstance(header, dict):
        _refuse("token-header-not-an-object", "The header is not one JSON object.")
    return header


def _refuse(code: str, detail: str) -> NoReturn:
    raise MalformedToken(detail, findings=[Finding(code, "#", detail, "RFC 7515, sections 2, 4 and 7.1")])


# --- Judging the header -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeaderProfile:
    """What the header of one kind of token may hold.

    ``members`` are those admitted besides ``alg`` and ``crit``; all are texts. ``critical`` are the extensions that
    whoever reads this kind of token understands. ``shaped`` are admitted too, in whatever form their reader asks for.
    """

    members: frozenset[str]
    algorithms: frozenset[str] = ALGORITHMS
    critical: frozenset[str] = frozenset()
    shaped: frozenset[str] = frozenset()


class HeaderProblem(StrEnum):
    """Why a header is not of the profile, the gravest first."""

    CRITICAL = "critical"
    """``crit`` is malformed or names what is not understood, or ``b64`` stands without it: RFC 7515 says invalid."""
    OWN_KEY = "own-key"
    """The token brings the key, or the address of the key, that is to vouch for it."""
    MALFORMED = "malformed"
    """A member is not the text that it must be."""
    UNSIGNED = "unsigned"
    """``alg`` says that nobody signed: none, or a shared secret."""
    ALGORITHM = "algorithm"
    """``alg`` is a signature that is not checked here."""
    MEMBER = "member"
    """A member that the profile does not admit. RFC 7515 would have it ignored; here the token is not judged at all."""


@dataclass(frozen=True, slots=True)
class HeaderRefusal:
    """Why a header is not of the profile, and which member says so."""

    problem: HeaderProblem
    member: str


_KEY_MEMBERS: Final = ("jwk", "jku", "x5u")
# RFC 7515 section 4.1.11: names that the specification itself defines must not occur in `crit`.
_NEVER_CRITICAL: Final = frozenset({"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"})


def refusal_of(header: Mapping[str, JsonValue], profile: HeaderProfile) -> HeaderRefusal | None:
    """Return why ``header`` is not of ``profile``, or ``None`` where it is; steps 4 to 6."""
    # 4
    if "crit" in header and not _is_understood(header["crit"], header, profile):
        return HeaderRefusal(HeaderProblem.CRITICAL, "crit")
    critical = header.get("crit")
    if "b64" in header and not (isinstance(critical, list) and "b64" in critical and isinstance(header["b64"], bool)):
        return HeaderRefusal(HeaderProblem.CRITICAL, "b64")
    own_key = next((name for name in _KEY_MEMBERS if name in header), None)
    if own_key is not None:
        return HeaderRefusal(HeaderProblem.OWN_KEY, own_key)
    # 5
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        return HeaderRefusal(HeaderProblem.MALFORMED, "alg")
    if algorithm not in profile.algorithms:
        unsigned = algorithm.lower() in _KEYLESS
        return HeaderRefusal(HeaderProblem.UNSIGNED if unsigned else HeaderProblem.ALGORITHM, "alg")
    # 6
    for name, value in header.items():
        if name in profile.members:
            if not isinstance(value, str):
                return HeaderRefusal(HeaderProblem.MALFORMED, name)
        elif name not in profile.critical and name not in profile.shaped and name not in {"alg", "crit"}:
            return HeaderRefusal(HeaderProblem.MEMBER, name)
    return None


def _is_understood(critical: JsonValue, header: Mapping[str, JsonValue], profile: HeaderProfile) -> bool:
    """Whether ``crit`` is a list of different names, each present, none of RFC 7515's own, all of the profile."""
    if not isinstance(critical, list) or not critical:
        return False
    names = [name for name in critical if isinstance(name, str)]
    return (
        len(set(names)) == len(critical)
        and _NEVER_CRITICAL.isdisjoint(names)
        and all(name in header and name in profile.critical for name in names)
    )


# --- Checking and signing ---------------------------------------------------------------------------------------------


def fits(jws: Jws, key: PublicKey) -> bool:
    """Whether ``alg`` is what ``key`` signs with; step 7."""
    return jws.header.get("alg") in ALGORITHM_NAMES[key.algorithm]


def holds(jws: Jws, key: PublicKey) -> bool:
    """Whether the signature is that of ``key``; steps 7 and 8. Says nothing about the header's other members."""
    return fits(jws, key) and key.verify(jws.signature, jws.signing_input)


async def sign_compact(payload: bytes, header: Mapping[str, JsonValue], *, signer: Signer) -> bytes:
    """Return ``payload`` as a signed token in compact form; ``alg`` is added by the key.

    Raises:
        DocumentTooLarge: no reader of ours would take such a payload.
        SigningFailed: the signer is not available.
        SelfCheckFailed: the finished token is not what was to be signed, or does not verify with the public key.
    """
    if "alg" in header:
        raise ValueError("the key decides the algorithm")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise DocumentTooLarge(f"The payload has {len(payload)} bytes; a token holds {MAX_PAYLOAD_BYTES}.")
    stated = {"alg": SIGNING_ALGORITHMS[signer.algorithm], **header}
    covered = signing_input(encode_base64url(orjson.dumps(stated)), encode_base64url(payload))
    token = b"%b.%b" % (covered, encode_base64url(await signer.sign(covered)))
    read = parse_compact(token)
    if read.payload != payload or read.header != stated or not holds(read, signer.public_key):
        raise SelfCheckFailed("The new token does not verify with its public key.")
    return token
