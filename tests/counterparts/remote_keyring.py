"""The keys of a deployment as if they were kept elsewhere: each signature is asked for, waited for, and may fail."""

import asyncio

from app.keys import Algorithm, InProcessSigner, Keyring, PublicKey, SigningFailed


class RemoteSigner:
    """Fits ``app.keys.Signer``: signs with a key of the keyring, when the keyring lets it."""

    in_process = False

    def __init__(self, inner: InProcessSigner, keyring: "RemoteKeyring") -> None:
        self._inner = inner
        self._keyring = keyring

    @property
    def algorithm(self) -> Algorithm:
        return self._inner.algorithm

    @property
    def public_key(self) -> PublicKey:
        return self._inner.public_key

    async def sign(self, message: bytes) -> bytes:
        self._keyring.asked += 1
        await asyncio.sleep(0)
        if self._keyring.out_of_order:
            raise SigningFailed
        await self._keyring.open_for_work.wait()
        return await self._inner.sign(message)


class RemoteKeyring(Keyring):
    """``asked`` counts; while ``open_for_work`` is clear everybody waits; ``out_of_order`` makes every request fail."""

    asked = 0
    out_of_order = False

    @property
    def open_for_work(self) -> asyncio.Event:
        if "_open_for_work" not in vars(self):
            self._open_for_work = asyncio.Event()
            self._open_for_work.set()
        return self._open_for_work

    def signer(self, issuer_slug: str, fragment: str) -> RemoteSigner:  # type: ignore[override]  # another place, the same key
        return RemoteSigner(super().signer(issuer_slug, fragment), self)
