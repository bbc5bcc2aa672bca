"""Who keeps private keys: the face of every backend inside the process that signs.

A keeper knows a key by a ``ref`` of its own: ``ISSUER/FRAGMENT`` in an encrypted file and as the label in a token, the
credential's identifier at a remote service. What it says is never taken on trust: whoever asks it for a signature
checks it with the public key that is on record (``insist_on_signature``).
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from app.keys.keyring import KeyDiffers, KeyName, Keyring, KeyringUnusable, KeyUnknown
from app.keys.rsa_key import RsaPublicKey, RsaScheme
from app.keys.signer import Algorithm, PublicKey, SealSigner

AnyAlgorithm = Algorithm | RsaScheme
AnyPublicKey = PublicKey | RsaPublicKey

LET_GO_SECONDS: Final = 60.0
"""After how long without use the signer process lets go of a private key from a file; opening it again is quick."""


class Backend(StrEnum):
    """Where a private key is kept; a column of its record."""

    FILE = "file"
    PKCS11 = "pkcs11"
    CSC = "csc"


@dataclass(frozen=True, slots=True)
class Found:
    """A key that is there. ``chain`` are its certificates in DER, the key's own first, where the keeper has them."""

    public_key: AnyPublicKey
    chain: tuple[bytes, ...] = ()


class Keeper(Protocol):
    """One place where private keys are. Its methods may be called at the same time.

    What they raise: ``KeyUnknown``; ``KeyExists``; ``KeyringUnusable`` where an operator has to help; ``KeyRefused``
    for what this keeper cannot do; ``SigningFailed`` where trying again may help.
    """

    async def sign(self, ref: str, public_key: AnyPublicKey, message: bytes) -> bytes:
        """Return the raw signature by the key ``ref``, which must be that of ``public_key``."""

    async def make(self, ref: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        """Make a private key that never leaves."""

    async def look(self, ref: str, algorithm: AnyAlgorithm) -> Found:
        """Return what is public about the key ``ref``, which is to be used by ``algorithm``."""

    async def names(self) -> list[str]:
        """Return the refs of the keys that are there."""

    async def trouble(self) -> str | None:
        """Find out whether it could sign now; return what an operator has to know if not."""

    def stuck(self) -> bool:
        """Whether what it does now will never end, so that only another process helps: foreign code may hang."""

    async def close(self) -> None:
        """Let go of everything."""


def algorithm_named(name: str) -> AnyAlgorithm:
    """Return the algorithm that records call ``name``.

    Raises:
        ValueError: there is none.
    """
    return RsaScheme(name) if name in set(RsaScheme) else Algorithm(name)


def file_ref(issuer_slug: str, fragment: str) -> str:
    """Return how a record names a key in an encrypted file, or one that was made in a token."""
    return f"{issuer_slug}/{fragment}"


def name_of_ref(ref: str) -> KeyName:
    """Return what :func:`file_ref` was made of.

    Raises:
        KeyUnknown: it was made of nothing.
    """
    issuer, _, fragment = ref.partition("/")
    return KeyName(issuer, fragment)


def csc_ref(credential_id: str, certificate: bytes) -> str:
    """Return how a record names a credential of the service, together with the certificate that was enrolled (DER)."""
    return f"{credential_id}#{hashlib.sha256(certificate).hexdigest()}"


class FileKeeper:
    """Keys in encrypted files, for others to use: each is in memory for as long as it is used."""

    def __init__(self, keyring: Keyring, *, monotonic: Callable[[], float] | None = None) -> None:
        self._keyring = keyring
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._used: dict[KeyName, float] = {}

    async def sign(self, ref: str, public_key: AnyPublicKey, message: bytes) -> bytes:
        """See :class:`Keeper`."""
        signer = self._signer(ref)
        if signer.public_key.multikey != public_key.multikey:
            raise KeyDiffers(f"The file of {ref} holds another key than the one on record.")
        return await signer.sign(message)

    async def make(self, ref: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        """See :class:`Keeper`."""
        name = name_of_ref(ref)
        return self._keyring.generate(name.issuer, name.fragment, algorithm)

    async def look(self, ref: str, algorithm: AnyAlgorithm) -> Found:
        """See :class:`Keeper`."""
        public_key = self._signer(ref).public_key
        if public_key.algorithm != algorithm:
            raise KeyringUnusable(f"The file of {ref} holds a key for {public_key.algorithm}.")
        return Found(public_key)

    async def names(self) -> list[str]:
        """See :class:`Keeper`."""
        return [file_ref(name.issuer, name.fragment) for name in self._keyring.names()]

    async def trouble(self) -> str | None:
        """See :class:`Keeper`; each file is the matter of its own key."""
        try:
            self._keyring.names()
        except KeyringUnusable as error:
            return error.detail
        return None

    def stuck(self) -> bool:
        """See :class:`Keeper`; nothing here waits for anybody."""
        return False

    async def close(self) -> None:
        """See :class:`Keeper`."""
        self._used.clear()
        self._keyring.keep_only(())

    def _signer(self, ref: str) -> SealSigner:
        name, moment = name_of_ref(ref), self._monotonic()
        self._used[name] = moment
        idle = [each for each, used in self._used.items() if moment - used > LET_GO_SECONDS]
        if idle:
            for each in idle:
                del self._used[each]
            self._keyring.keep_only(self._used)
        try:
            return self._keyring.signer(name.issuer, name.fragment)
        except KeyUnknown:
            del self._used[name]
            raise
