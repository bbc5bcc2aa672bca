"""What signs, and what checks a signature: the :class:`Signer` protocol and :class:`PublicKey`.

A signature here is always the raw form that Data Integrity and JOSE share: 64 bytes for Ed25519 (RFC 8032), ``r || s``
of fixed length for ECDSA (RFC 7518 section 3.4). The hash of ECDSA belongs to the curve: SHA-256 with P-256, SHA-384
with P-384. Nothing that arrives with a document chooses an algorithm; the key does.

:meth:`PublicKey.verify` is stricter than the library below it, in this order:

1. the signature has exactly the length of the algorithm;
2. Ed25519: neither the key (checked when it was read) nor ``R`` is one of the 14 encodings of points of small order,
   nor an encoding with y >= p (RFC 8032 section 5.1.3: decoding fails); with such points OpenSSL accepts signatures
   that hold for many or all messages;
3. Ed25519: S < L (RFC 8032 section 5.1.7); ECDSA: 1 <= r, s < n (FIPS 186-5 section 6.4.2);
4. the library's own verification.

``n - s`` is accepted beside ``s`` for ECDSA, as FIPS 186-5 has it: a signature is nobody's identity here.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Final, Protocol, Self, assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.errors import Family, ServiceError
from app.keys import base58
from app.keys.rsa_key import KeyRefused, RsaPublicKey, RsaScheme


class Algorithm(StrEnum):
    """The three kinds of key that can sign here; each fixes curve, hash and signature length."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an algorithm fixes. ``order`` is the order of the group that signatures are reduced by."""

    multicodec: bytes
    public_bytes: int
    signature_bytes: int
    order: int
    jwk_curve: str
    jwk_algorithms: tuple[str, ...]


# Multicodec prefixes as varints: ed25519-pub 0xed, p256-pub 0x1200, p384-pub 0x1201 (CID 1.0 section 2.2.2).
_FACTS: Final = {
    Algorithm.ED25519: _Facts(
        multicodec=b"\xed\x01",
        public_bytes=32,
        signature_bytes=64,
        order=2**252 + 27742317777372353535851937790883648493,
        jwk_curve="Ed25519",
        jwk_algorithms=("EdDSA", "Ed25519"),
    ),
    Algorithm.P256: _Facts(
        multicodec=b"\x80\x24",
        public_bytes=33,
        signature_bytes=64,
        order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        jwk_curve="P-256",
        jwk_algorithms=("ES256",),
    ),
    Algorithm.P384: _Facts(
        multicodec=b"\x81\x24",
        public_bytes=49,
        signature_bytes=96,
        order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        jwk_curve="P-384",
        jwk_algorithms=("ES384",),
    ),
}
_LONGEST_MULTIKEY: Final = 2 + 49
_ED25519_PRIME: Final = 2**255 - 19
_SIGN_BIT: Final = 1 << 255

# y coordinates of the eight points of small order: 1 and -1 (orders 1 and 2), 0 (order 4), and the two of order 8.
_ED25519_ORDER_EIGHT_Y: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_ED25519_SMALL_ORDER_Y: Final = (
    0,
    1,
    _ED25519_PRIME - 1,
    _ED25519_ORDER_EIGHT_Y,
    _ED25519_PRIME - _ED25519_ORDER_EIGHT_Y,
    # The same points with y written as y + p, which still fits 255 bits for 0 and 1.
    _ED25519_PRIME,
    _ED25519_PRIME + 1,
)
SMALL_ORDER_ENCODINGS: Final = frozenset(
    (y | sign).to_bytes(32, "little") for y in _ED25519_SMALL_ORDER_Y for sign in (0, _SIGN_BIT)
)
"""All 14 ways to write an Ed25519 point whose order divides 8, "negative zero" and y >= p included."""

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_PRIVATE_JWK_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_PRIVATE_OR_USE: Final = _PRIVATE_JWK_MEMBERS | {"key_ops"}


def curve_of(algorithm: Algorithm) -> ec.EllipticCurve:
    """Return the curve of an ECDSA ``algorithm``."""
    return ec.SECP256R1() if algorithm is Algorithm.P256 else ec.SECP384R1()


def hash_of(algorithm: Algorithm) -> hashes.HashAlgorithm:
    """Return the hash that belongs to an ECDSA ``algorithm``."""
    return hashes.SHA256() if algorithm is Algorithm.P256 else hashes.SHA384()


def signature_length(algorithm: Algorithm) -> int:
    """Return how many bytes every signature of ``algorithm`` has."""
    return _FACTS[algorithm].signature_bytes


@dataclass(frozen=True)
class PublicKey:
    """A public key that has passed every check: constructing one is the check.

    ``raw`` is the 32 bytes of an Ed25519 key or the compressed SEC 1 point of an ECDSA key, so equal keys are equal.

    Raises:
        KeyRefused: wrong length, not a point of the curve, a small-order or non-canonical Ed25519 point.
    """

    algorithm: Algorithm
    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _FACTS[self.algorithm].public_bytes:
            raise KeyRefused(f"A {self.algorithm} key has {_FACTS[self.algorithm].public_bytes} bytes here.")
        if self.algorithm is Algorithm.ED25519 and not _is_usable_ed25519_point(self.raw):
            raise KeyRefused("The Ed25519 point is of small order or not written canonically.")
        try:
            _ = self._library_key
        except ValueError:
            raise KeyRefused(f"The bytes are not a point of the curve of {self.algorithm}.") from None

    @cached_property
    def _library_key(self) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
        if self.algorithm is Algorithm.ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(self.raw)
        return ec.EllipticCurvePublicKey.from_encoded_point(curve_of(self.algorithm), self.raw)

    @cached_property
    def multikey(self) -> str:
        """The key as ``publicKeyMultibase`` of a Multikey (CID 1.0 section 2.2.2)."""
        return "z" + base58.encode(_FACTS[self.algorithm].multicodec + self.raw)

    @property
    def subject_public_key_info(self) -> bytes:
        """The key as certificates hold it (RFC 5280 section 4.1.2.7; RFC 5480, RFC 8410)."""
        return self._library_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def signature_bytes(self) -> int:
        """How many bytes every signature of this key has."""
        return signature_length(self.algorithm)

    @classmethod
    def from_multikey(cls, text: str) -> Self:
        """Read a ``publicKeyMultibase``, base58btc only, as Multikey demands.

        Raises:
            KeyRefused: anything but one of our three kinds of key, fully checked.
        """
        if not text.startswith("z"):
            raise KeyRefused("A Multikey is written in base58btc and starts with z.")
        try:
            prefixed = base58.decode(text[1:], max_bytes=_LONGEST_MULTIKEY)
        except ValueError as error:
            raise KeyRefused(f"The Multikey cannot be read: {error}.") from None
        for algorithm, facts in _FACTS.items():
            if prefixed.startswith(facts.multicodec):
                return cls(algorithm, prefixed[len(facts.multicodec) :])
        raise KeyRefused("The Multikey is of a kind that is not supported (Ed25519, P-256 and P-384 are).")

    def jwk(self) -> dict[str, str]:
        """Return the public JSON Web Key (RFC 7517; RFC 8037 for Ed25519), required members only."""
        key = self._library_key
        if isinstance(key, ed25519.Ed25519PublicKey):
            return {"kty": "OKP", "crv": "Ed25519", "x": _to_base64url(self.raw)}
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
        half = len(point) // 2
        return {
            "kty": "EC",
            "crv": _FACTS[self.algorithm].jwk_curve,
            "x": _to_base64url(point[:half]),
            "y": _to_base64url(point[half:]),
        }

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Read a public JSON Web Key. Members that do not bear on verifying (``kid``, ``x5c``) are left alone.

        Raises:
            KeyRefused: another kind of key, coordinates of the wrong length or not on the curve, private members, or
                an ``alg``, ``use`` or ``key_ops`` that forbids verifying with it.
        """
        if not _PRIVATE_JWK_MEMBERS.isdisjoint(jwk):
            raise KeyRefused("The JWK holds private members: it must be treated as compromised.")
        kind = (jwk.get("kty"), jwk.get("crv"))
        for algorithm, facts in _FACTS.items():
            if kind == ("OKP" if algorithm is Algorithm.ED25519 else "EC", facts.jwk_curve):
                break
        else:
            raise KeyRefused("The JWK is of a kind that is not supported (Ed25519, P-256 and P-384 are).")
        key_ops = jwk.get("key_ops", ["verify"])
        if (
            jwk.get("alg", facts.jwk_algorithms[0]) not in facts.jwk_algorithms
            or jwk.get("use", "sig") != "sig"
            or not isinstance(key_ops, list)
            or "verify" not in key_ops
        ):
            raise KeyRefused("The JWK says by alg, use or key_ops that it is not for verifying such signatures.")
        if algorithm is Algorithm.ED25519:
            return cls(algorithm, _from_base64url(jwk.get("x"), 32))
        size = facts.public_bytes - 1
        x, y = _from_base64url(jwk.get("x"), size), _from_base64url(jwk.get("y"), size)
        try:
            # The library checks the curve equation; compressing afterwards loses nothing.
            key = ec.EllipticCurvePublicKey.from_encoded_point(curve_of(algorithm), b"\x04" + x + y)
        except ValueError:
            raise KeyRefused(f"The JWK is not a point of the curve of {algorithm}.") from None
        return cls(algorithm, key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))

    @classmethod
    def of_library_key(cls, key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> Self:
        """Return the key that the ``cryptography`` object ``key`` holds.

        Raises:
            KeyRefused: a curve that is not one of ours.
        """
        if isinstance(key, ed25519.Ed25519PublicKey):
            return cls(Algorithm.ED25519, key.public_bytes_raw())
        for algorithm in (Algorithm.P256, Algorithm.P384):
            if isinstance(key.curve, type(curve_of(algorithm))):
                return cls(algorithm, key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
        raise KeyRefused("The curve is not supported (P-256 and P-384 are).")

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` is this key's over ``message``, by the numbered checks of the module."""
        facts = _FACTS[self.algorithm]
        # 1
        if len(signature) != facts.signature_bytes:
            return False
        key = self._library_key
        half = facts.signature_bytes // 2
        try:
            if isinstance(key, ed25519.Ed25519PublicKey):
                # 2, 3
                if (
                    not _is_usable_ed25519_point(signature[:half])
                    or int.from_bytes(signature[half:], "little") >= facts.order
                ):
                    return False
                # 4
                key.verify(signature, message)
            else:
                # 3
                r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
                if not (1 <= r < facts.order and 1 <= s < facts.order):
                    return False
                # 4
                key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hash_of(self.algorithm)))
        except InvalidSignature:
            return False
        return True


def public_key_on_record(algorithm: str, multikey: str) -> PublicKey | RsaPublicKey:
    """Return the public key that a record of ours states.

    Raises:
        KeyRefused: what it states is no key.
    """
    if algorithm in set(RsaScheme):
        return RsaPublicKey.from_multikey(RsaScheme(algorithm), multikey)
    return PublicKey.from_multikey(multikey)


class SealSigner(Protocol):
    """One private key, wherever it lives: in this process, in a token, at a remote service.

    ``in_process`` says that :meth:`sign` does no I/O and never suspends, so a caller may sign before its transaction
    without holding anything open; every other signer goes the way of two transactions.
    """

    @property
    def public_key(self) -> PublicKey | RsaPublicKey:
        """What others check its signatures with."""

    @property
    def in_process(self) -> bool:
        """Whether the key is in this process."""

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature over ``message``: Ed25519's 64 bytes, ``r || s`` for ECDSA, RSA's own otherwise.

        Raises:
            SigningFailed: the key's keeper could not sign now.
        """


class Signer(SealSigner, Protocol):
    """A signer whose key can be in a DID document: RSA is for seals alone, which a certificate speaks for."""

    @property
    def algorithm(self) -> Algorithm:
        """The kind of key."""

    @property
    def public_key(self) -> PublicKey:
        """What others check its signatures with."""

    @property
    def in_process(self) -> bool:
        """Whether the key is in this process."""

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature over ``message``: Ed25519's 64 bytes, or ``r || s`` for ECDSA.

        Raises:
            SigningFailed: the key's keeper could not sign now.
        """


class SigningFailed(ServiceError):
    """The keeper of the private key did not give a signature; trying again later may help."""

    code: ClassVar[str] = "signing-failed"
    title: ClassVar[str] = "The signing key is not available at the moment"
    family: ClassVar[Family] = Family.UNAVAILABLE


class SignatureWrong(SigningFailed):
    """The keeper of the private key gave what is no signature of that key. It was dropped; an operator has to look."""

    code: ClassVar[str] = "signature-wrong"
    title: ClassVar[str] = "The keeper of the signing key gave a wrong signature"


def insist_on_signature(public_key: PublicKey | RsaPublicKey, signature: bytes, message: bytes) -> bytes:
    """Return ``signature`` if it is this key's over ``message``; nothing else leaves a keeper of keys.

    Raises:
        SignatureWrong: it is not.
    """
    if not public_key.verify(signature, message):
        raise SignatureWrong
    return signature


class InProcessSigner:
    """A private key in the memory of this process.

    ECDSA nonces are derived from key and message (RFC 6979): no signature depends on the quality of randomness at that
    moment, and signing again after a crash yields the same bytes, as Ed25519 does by design.
    """

    in_process: Final = True

    def __init__(self, private_key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        """Take ``private_key``.

        Raises:
            KeyRefused: a curve that is not one of ours.
        """
        self._private_key = private_key
        self.public_key = PublicKey.of_library_key(private_key.public_key())

    @classmethod
    def generate(cls, algorithm: Algorithm) -> Self:
        """Return a signer with a new private key."""
        return cls(generate_private_key(algorithm))

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Return the signer of a private JSON Web Key that somebody hands in: test suites do, an issuer of ours never.

        Raises:
            KeyRefused: as :meth:`PublicKey.from_jwk`; or the private part is missing or is not that of the public one.
        """
        public_key = PublicKey.from_jwk({name: value for name, value in jwk.items() if name not in _PRIVATE_OR_USE})
        private_key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
        if public_key.algorithm is Algorithm.ED25519:
            private_key = ed25519.Ed25519PrivateKey.from_private_bytes(_from_base64url(jwk.get("d"), 32))
        else:
            scalar = _from_base64url(jwk.get("d"), signature_length(public_key.algorithm) // 2)
            try:
                private_key = ec.derive_private_key(int.from_bytes(scalar, "big"), curve_of(public_key.algorithm))
            except ValueError:
                raise KeyRefused("The private part of the JWK is not one of the curve.") from None
        signer = cls(private_key)
        if signer.public_key != public_key:
            raise KeyRefused("The private part of the JWK is not that of the public one.")
        return signer

    @property
    def algorithm(self) -> Algorithm:
        """The kind of key."""
        return self.public_key.algorithm

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.public_key.multikey})"

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature over ``message``; never suspends."""
        if isinstance(self._private_key, ed25519.Ed25519PrivateKey):
            return self._private_key.sign(message)
        r, s = decode_dss_signature(
            self._private_key.sign(message, ec.ECDSA(hash_of(self.algorithm), deterministic_signing=True))
        )
        half = signature_length(self.algorithm) // 2
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")


def generate_private_key(algorithm: Algorithm) -> ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey:
    """Return a new private key from the operating system's randomness."""
    match algorithm:
        case Algorithm.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case Algorithm.P256 | Algorithm.P384:
            return ec.generate_private_key(curve_of(algorithm))
    assert_never(algorithm)


def _is_usable_ed25519_point(encoded: bytes) -> bool:
    """Refuse what no honest signer writes: points of small order and y >= p. Both are public values."""
    return encoded not in SMALL_ORDER_ENCODINGS and int.from_bytes(encoded, "little") & (_SIGN_BIT - 1) < _ED25519_PRIME


def _to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _from_base64url(text: object, size: int) -> bytes:
    """Decode ``text`` strictly: no padding, no stray bits, exactly ``size`` bytes (RFC 7518 section 6.2.1.2)."""
    if isinstance(text, str) and len(text) == (size * 8 + 5) // 6 and _BASE64URL.fullmatch(text):
        try:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            data = b""
        # Stray bits in the last character would give one key two spellings.
        if len(data) == size and _to_base64url(data) == text:
            return data
    raise KeyRefused(f"A coordinate of the JWK is not {size} bytes in base64url without padding.")
