"""Personal data under keys that can be destroyed, and learner keys that say nothing about the learner.

- Every award has a *data key* of its own. The database holds it wrapped by the deployment's key-encryption key; the
  personal columns are sealed under the data key. Destroying the wrapped key erases the data wherever a copy of it went,
  backups included as soon as they no longer hold that one wrapped key.
- A *learner key* is an HMAC under the awarding body's own secret: the same learner at the same university gives the
  same value, and without the secret nobody can try out student numbers.

Everything sealed is ``version || nonce || AES-256-GCM ciphertext and tag``. ``aad`` names the place that the value
belongs to (table, column, row), so that a value moved to another place no longer opens.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import Family, ServiceError

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_OVERHEAD: Final = len(_VERSION) + _NONCE_BYTES + 16


class EnvelopeBroken(ServiceError):
    """A sealed value does not open: other key, other place, or changed bytes. Which of them cannot be told."""

    code: ClassVar[str] = "envelope-broken"
    title: ClassVar[str] = "A stored value cannot be decrypted"
    family: ClassVar[Family] = Family.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one award's personal data, in clear only in memory."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"a data key has {KEY_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class DataCipher:
    """Makes, wraps and uses data keys under one key-encryption key (see ``Keyring.data_cipher``)."""

    key_encryption_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key_encryption_key) != KEY_BYTES:
            raise ValueError(f"a key-encryption key has {KEY_BYTES} bytes")

    def new_data_key(self, aad: bytes) -> tuple[bytes, DataKey]:
        """Return a new data key, wrapped for the store and in clear for now. ``aad`` names its owner."""
        data_key = DataKey(secrets.token_bytes(KEY_BYTES))
        return self.wrap(data_key, aad), data_key

    def wrap(self, data_key: DataKey, aad: bytes) -> bytes:
        """Return ``data_key`` encrypted for the store."""
        return seal_bytes(self.key_encryption_key, data_key.key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> DataKey:
        """Return the data key that :meth:`wrap` hid.

        Raises:
            EnvelopeBroken: it does not open here.
        """
        return DataKey(open_bytes(self.key_encryption_key, wrapped, aad))

    @staticmethod
    def seal(data_key: DataKey, plaintext: bytes, aad: bytes) -> bytes:
        """Return ``plaintext`` encrypted under ``data_key`` for the place that ``aad`` names."""
        return seal_bytes(data_key.key, plaintext, aad)

    @staticmethod
    def open(data_key: DataKey, sealed: bytes, aad: bytes) -> bytes:
        """Return what :meth:`seal` hid.

        Raises:
            EnvelopeBroken: it does not open here.
        """
        return open_bytes(data_key.key, sealed, aad)


def learner_key(awarding_body_secret: bytes, kind: str, *identifiers: str) -> bytes:
    """Return the key that stands for a learner at one awarding body: HMAC-SHA-256 under that body's secret.

    ``kind`` says what identifies the learner (a reference, an ESI, a student number), so that equal text of another
    kind is another learner. Every part is preceded by its length: ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    if len(awarding_body_secret) < KEY_BYTES:
        raise ValueError(f"an awarding body's secret has at least {KEY_BYTES} bytes")
    digest = hmac.new(awarding_body_secret, digestmod=hashlib.sha256)
    for part in (kind, *identifiers):
        encoded = part.encode("utf-8")
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.digest()


def secret_for(awarding_body_secret: bytes, purpose: str) -> bytes:
    """Return a secret of one awarding body for something else than learner keys: HMAC-SHA-256 of its purpose.

    No learner key is ever the same: those begin with the length of a word.
    """
    if len(awarding_body_secret) < KEY_BYTES:
        raise ValueError(f"an awarding body's secret has at least {KEY_BYTES} bytes")
    return hmac.digest(awarding_body_secret, b"\xff\xff\xff\xff" + purpose.encode(), "sha256")


def seal_bytes(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return ``plaintext`` under AES-256-GCM with a random nonce, bound to ``aad``."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, _VERSION + aad)


def open_bytes(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Return what :func:`seal_bytes` hid.

    Raises:
        EnvelopeBroken: it does not open with this key and ``aad``.
    """
    if len(sealed) < _OVERHEAD or not sealed.startswith(_VERSION):
        raise EnvelopeBroken
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _VERSION + aad)
    except InvalidTag:
        raise EnvelopeBroken from None
