"""RSA keys of seals. Nothing else here signs with RSA: no DID document names such a key, a certificate does.

Many authorities issue certificates of seals for RSA keys only, and Europass's own seals are made with them. The scheme
belongs to the key, as the curve does elsewhere: a key is used for PKCS #1 v1.5 (RS256) or for PSS (PS256, RFC 7518
section 3.5: SHA-256, a salt as long as the hash), and never for both. Own keys have at least 3072 bits.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from app.errors import Family, ServiceError
from app.keys import base58

SMALLEST_BITS: Final = 3072
LARGEST_BITS: Final = 8192
PUBLIC_EXPONENT: Final = 65537
_MULTICODEC: Final = b"\x85\x24"
"""rsa-pub, 0x1205, as a varint; PKCS #1 RSAPublicKey follows."""
_LONGEST_MULTIKEY: Final = len(_MULTICODEC) + LARGEST_BITS // 8 + 16


class RsaScheme(StrEnum):
    """How an RSA key signs, by the names of RFC 7518."""

    RS256 = "RS256"
    PS256 = "PS256"


class KeyRefused(ServiceError):
    """A public key that cannot be used, however well-formed the text around it is."""

    code: ClassVar[str] = "key-refused"
    title: ClassVar[str] = "This public key cannot be used"
    family: ClassVar[Family] = Family.MALFORMED


def padding_of(scheme: RsaScheme) -> padding.AsymmetricPadding:
    """Return the padding of a scheme."""
    if scheme is RsaScheme.RS256:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)


@dataclass(frozen=True)
class RsaPublicKey:
    """An RSA public key that has passed every check. ``raw`` is its RSAPublicKey (RFC 8017 appendix A.1.1) in DER.

    Raises:
        KeyRefused: no such key, too short or too long, or with an exponent that nobody uses.
    """

    algorithm: RsaScheme
    raw: bytes

    def __post_init__(self) -> None:
        key = self._library_key
        if not SMALLEST_BITS <= key.key_size <= LARGEST_BITS or key.public_numbers().e != PUBLIC_EXPONENT:
            raise KeyRefused(f"RSA keys here have from {SMALLEST_BITS} to {LARGEST_BITS} bits, and exponent 65537.")

    @cached_property
    def _library_key(self) -> rsa.RSAPublicKey:
        try:
            key = load_der_public_key(self.raw)
        except ValueError:
            key = None
        if not isinstance(key, rsa.RSAPublicKey) or key.public_bytes(Encoding.DER, PublicFormat.PKCS1) != self.raw:
            raise KeyRefused("The bytes are not an RSA public key.")
        return key

    @classmethod
    def of_library_key(cls, key: rsa.RSAPublicKey, scheme: RsaScheme) -> Self:
        """Return the key that the ``cryptography`` object ``key`` holds, to be used by ``scheme``.

        Raises:
            KeyRefused: see the class.
        """
        return cls(scheme, key.public_bytes(Encoding.DER, PublicFormat.PKCS1))

    @classmethod
    def from_multikey(cls, scheme: RsaScheme, text: str) -> Self:
        """Read what :attr:`multikey` wrote.

        Raises:
            KeyRefused: anything else.
        """
        try:
            prefixed = base58.decode(text.removeprefix("z"), max_bytes=_LONGEST_MULTIKEY)
        except ValueError as error:
            raise KeyRefused(f"The Multikey cannot be read: {error}.") from None
        if not text.startswith("z") or not prefixed.startswith(_MULTICODEC):
            raise KeyRefused("The Multikey is not of an RSA key.")
        return cls(scheme, prefixed[len(_MULTICODEC) :])

    @cached_property
    def multikey(self) -> str:
        """The key in the form in which records hold every public key; it does not say the scheme."""
        return "z" + base58.encode(_MULTICODEC + self.raw)

    @property
    def signature_bytes(self) -> int:
        """How many bytes every signature of this key has."""
        return (self._library_key.key_size + 7) // 8

    @property
    def subject_public_key_info(self) -> bytes:
        """The key as certificates hold it (RFC 5280 section 4.1.2.7)."""
        return self._library_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` is this key's over ``message``, by the scheme of the key and no other."""
        if len(signature) != self.signature_bytes:
            return False
        try:
            self._library_key.verify(signature, message, padding_of(self.algorithm), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


class InProcessRsaSigner:
    """A private RSA key in the memory of this process."""

    in_process: Final = True

    def __init__(self, private_key: rsa.RSAPrivateKey, scheme: RsaScheme) -> None:
        """Take ``private_key``.

        Raises:
            KeyRefused: see :class:`RsaPublicKey`.
        """
        self._private_key = private_key
        self.public_key = RsaPublicKey.of_library_key(private_key.public_key(), scheme)

    @property
    def algorithm(self) -> RsaScheme:
        """The scheme of the key."""
        return self.public_key.algorithm

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.public_key.multikey[:16]}...)"

    async def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``; never suspends."""
        return self._private_key.sign(message, padding_of(self.algorithm), hashes.SHA256())


def generate_rsa_key() -> rsa.RSAPrivateKey:
    """Return a new private key from the operating system's randomness."""
    return rsa.generate_private_key(PUBLIC_EXPONENT, SMALLEST_BITS)
