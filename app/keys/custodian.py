"""Where the signing keys of this process's issuers are: in its own keyring, or all with a signer process.

With a signer process no private key comes into this one, not even from a file: the keyring then serves for personal
data alone. Who has no signer process has encrypted files, and keys on record that are kept elsewhere cannot sign.
"""

from collections.abc import Collection, Mapping

from app.keys.keeper import AnyAlgorithm, AnyPublicKey, Backend, Found, file_ref, name_of_ref
from app.keys.keyring import KeyDiffers, KeyName, Keyring, KeyringUnusable, KeyUnknown
from app.keys.remote import RemoteSealSigner, RemoteSigner, SignerProcess
from app.keys.rsa_key import InProcessRsaSigner
from app.keys.signer import PublicKey, SealSigner, Signer, insist_on_signature

_PROOF_OF_POSSESSION = b"enhance-microcredentials: is this key at hand?"


class Custodian:
    """Hands out signers of keys that are on record, and has new ones made."""

    def __init__(self, keyring: Keyring, process: SignerProcess | None = None) -> None:
        self._keyring = keyring
        self._process = process

    @property
    def is_elsewhere(self) -> bool:
        """Whether the private keys are with a signer process."""
        return self._process is not None

    def signer(self, backend: str, ref: str, public_key: PublicKey) -> Signer:
        """Return the signer of a key that a DID document may name.

        Raises:
            KeyUnknown, KeyringUnusable: this process cannot use it, or what is there is another key. Of a key with a
                signer process that is only known when it is asked.
        """
        if self._process is not None:
            return RemoteSigner(self._process, Backend(backend), ref, public_key)
        signer = self._in_file(backend, ref)
        if isinstance(signer, InProcessRsaSigner):
            raise KeyringUnusable(f"The file of {ref} holds an RSA key, which is for seals alone.")
        return signer

    def seal_signer(self, backend: str, ref: str, public_key: AnyPublicKey) -> SealSigner:
        """Return the signer of a key of a seal.

        Raises:
            KeyUnknown, KeyringUnusable: as :meth:`signer`.
        """
        if self._process is not None:
            return RemoteSealSigner(self._process, Backend(backend), ref, public_key)
        return self._in_file(backend, ref)

    def _in_file(self, backend: str, ref: str) -> Signer | InProcessRsaSigner:
        if backend != Backend.FILE:
            raise KeyUnknown(f"The key {ref} is kept by {backend}, and SIGNER_SOCKET names no signer process.")
        name = name_of_ref(ref)
        return self._keyring.signer(name.issuer, name.fragment)

    async def make(self, backend: Backend, issuer_slug: str, fragment: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        """Have a private key made, and return its public key.

        Raises:
            KeyExists: there is one of that name.
            KeyUnknown, KeyringUnusable, KeyRefused, SigningFailed: none was made; the detail says why.
        """
        if self._process is not None:
            return await self._process.make(backend, file_ref(issuer_slug, fragment), algorithm)
        if backend is not Backend.FILE:
            raise KeyringUnusable(f"A key is made by {backend} through a signer process: set SIGNER_SOCKET.")
        return self._keyring.generate(issuer_slug, fragment, algorithm)

    async def discard(self, backend: Backend, issuer_slug: str, fragment: str) -> None:
        """Delete a key that came to no record. What a signer process has made stays: nobody can delete through it."""
        if self._process is None and backend is Backend.FILE:
            self._keyring.destroy(issuer_slug, fragment)

    async def look(self, backend: Backend, ref: str, algorithm: AnyAlgorithm) -> Found:
        """Return what is public about a key that somebody made elsewhere.

        Raises:
            KeyUnknown, KeyringUnusable, KeyRefused, SigningFailed: it cannot be used; the detail says why.
        """
        if self._process is None:
            raise KeyringUnusable(f"Keys of {backend} are used through a signer process: set SIGNER_SOCKET.")
        return await self._process.look(backend, ref, algorithm)

    async def prove(self, backend: str, ref: str, public_key: AnyPublicKey) -> None:
        """Have the key sign something that nobody takes for a document, before anything depends on it.

        Raises:
            KeyUnknown, KeyringUnusable, KeyRefused, SigningFailed: it cannot; the detail says why.
        """
        if self._process is not None:
            await self._process.sign(Backend(backend), ref, public_key, _PROOF_OF_POSSESSION)
            return
        signer = self._in_file(backend, ref)
        if signer.public_key != public_key:
            raise KeyDiffers(f"The file of {ref} holds another key than the one on record.")
        insist_on_signature(public_key, await signer.sign(_PROOF_OF_POSSESSION), _PROOF_OF_POSSESSION)

    async def names(self) -> list[tuple[Backend, str]]:
        """Return which keys are there.

        Raises:
            KeyringUnusable, SigningFailed: that cannot be found out.
        """
        if self._process is not None:
            return await self._process.names()
        return [(Backend.FILE, file_ref(name.issuer, name.fragment)) for name in self._keyring.names()]

    async def health(self) -> Mapping[str, str | None]:
        """Return each backend of the signer process with what is wrong with it; nothing without such a process.

        Raises:
            SigningFailed: nobody answers.
        """
        return {} if self._process is None else await self._process.health()

    def keep_only(self, names: Collection[KeyName]) -> None:
        """Let go of every private key in memory but those."""
        self._keyring.keep_only(names if self._process is None else ())

    async def close(self) -> None:
        """Hang up."""
        if self._process is not None:
            await self._process.close()
