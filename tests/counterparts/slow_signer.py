"""A signer whose key is somewhere else, as with a token or a remote service: slow, and able to fail on request."""

import asyncio
from enum import Enum, auto

from app.keys import Algorithm, InProcessSigner, PublicKey, SigningFailed


class Fault(Enum):
    """What a remote signer may do instead of signing."""

    REFUSES = auto()
    SIGNS_WITH_ANOTHER_KEY = auto()
    CUTS_THE_SIGNATURE = auto()


class SlowSigner:
    """Fits ``app.keys.Signer``; ``faults`` is worked off first, one entry for each call."""

    in_process = False

    def __init__(self, algorithm: Algorithm, *, delay_seconds: float = 0.01, faults: tuple[Fault, ...] = ()) -> None:
        self._inner = InProcessSigner.generate(algorithm)
        self._delay_seconds = delay_seconds
        self._faults = list(faults)
        self.calls = 0

    @property
    def algorithm(self) -> Algorithm:
        return self._inner.algorithm

    @property
    def public_key(self) -> PublicKey:
        return self._inner.public_key

    async def sign(self, message: bytes) -> bytes:
        self.calls += 1
        await asyncio.sleep(self._delay_seconds)
        match self._faults.pop(0) if self._faults else None:
            case Fault.REFUSES:
                raise SigningFailed
            case Fault.SIGNS_WITH_ANOTHER_KEY:
                return await InProcessSigner.generate(self.algorithm).sign(message)
            case Fault.CUTS_THE_SIGNATURE:
                return (await self._inner.sign(message))[:-1]
        return await self._inner.sign(message)
