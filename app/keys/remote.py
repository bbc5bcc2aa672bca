"""The keys of a signer process, as those processes see them that hold none: each signature is asked for on a socket.

1. A connection is used only if the process at the other end runs as a user who may be believed: it also makes new keys,
   and a stranger who made them would have them.
2. A signature is checked with the public key that is on record here, not with one that came along. Nothing else leaves.
3. Asking twice does no harm: what is signed are bytes that were stored before. So a question whose connection breaks,
   as when the signer process dies, is asked again for some seconds, and only then has failed. While nobody has answered
   lately, it is asked once only, so that requests do not pile up behind a process that is away.
4. A few connections are kept for the next questions. The signer process hangs up on one that is idle for long, perhaps
   at the very moment of the next question: what one of them breaks under is asked again at once on a new one. Keys are
   made on new ones alone, since making twice is not the same as making once.
"""

import asyncio
import base64
import binascii
import json
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from app.errors import ServiceError
from app.keys import frames
from app.keys.frames import Answer, FrameBroken, Health, Look, Make, Names, Question, Sign
from app.keys.keeper import AnyAlgorithm, AnyPublicKey, Backend, Found
from app.keys.keyring import KeyDiffers, KeyExists, KeyringUnusable, KeyUnknown
from app.keys.peers import is_one_of
from app.keys.rsa_key import KeyRefused
from app.keys.signer import (
    Algorithm,
    PublicKey,
    SignatureWrong,
    SigningFailed,
    insist_on_signature,
    public_key_on_record,
)

PATIENCE_SECONDS: Final = 8.0
"""How long a question is asked again whose connection breaks: a signer process is back within a second or two."""
ANSWER_SECONDS: Final = 40.0
"""How long one answer may take: longer than the signer process waits for a keeper, shorter than a lease."""
HEALTH_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 5
_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 0.5
_DOWN_SECONDS: Final = 1.0
_MOST_CONNECTIONS: Final = 16
"""At a time, for each backend."""
_MOST_IDLE: Final = 4
"""Kept by one process: all processes of a machine share what the signer process takes."""

_PROBLEMS: Final[Mapping[str, type[ServiceError]]] = {
    problem.code: problem
    for problem in (KeyUnknown, KeyExists, KeyDiffers, KeyringUnusable, KeyRefused, SigningFailed, SignatureWrong)
}


class SignerUnreachable(SigningFailed):
    """The signer process does not answer on its socket. What was prepared stays so, and is signed when it is back."""

    code = "signer-unreachable"
    title = "The signer process does not answer"


class _HungUp(FrameBroken):
    """The other side has hung up before the first octet of an answer."""


class SignerProcess:
    """The signer process at ``path``. Belongs to one event loop; connections are made when they are needed."""

    def __init__(self, path: Path, *, users: Collection[int] = (), patience_seconds: float = PATIENCE_SECONDS) -> None:
        """``users`` are those who may be believed to be at the other end, besides the user of this process."""
        self._path = path
        self._users = frozenset(users)
        self._patience_seconds = patience_seconds
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        # For each backend of its own: a remote service that is slow must not hold up keys that are at hand.
        self._places: dict[Backend | None, asyncio.Semaphore] = {}
        self._down_until = 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._path)!r})"

    async def sign(self, backend: Backend, ref: str, public_key: AnyPublicKey, message: bytes) -> bytes:
        """Return the signature of a key over ``message``, checked (2).

        Raises:
            SigningFailed: it cannot be had now; SignatureWrong if what came is none.
            KeyUnknown, KeyringUnusable, KeyRefused: an operator has to help.
        """
        question = Sign(backend=backend, ref=ref, algorithm=public_key.algorithm.value, public_key=public_key.multikey)
        return insist_on_signature(public_key, await self._ask(question, message), message)

    async def make(self, backend: Backend, ref: str, algorithm: AnyAlgorithm) -> AnyPublicKey:
        """Have a key made, and return its public key.

        Raises:
            KeyExists: there is one of that name.
            KeyringUnusable, KeyRefused, SigningFailed: none was made; the detail says why.
        """
        made = await self._ask(Make(backend=backend, ref=ref, algorithm=algorithm.value), again=False)
        return _key_said(algorithm, made.decode("ascii", "replace"))

    async def look(self, backend: Backend, ref: str, algorithm: AnyAlgorithm) -> Found:
        """Return what is public about a key that is there.

        Raises:
            KeyUnknown, KeyringUnusable, KeyRefused, SigningFailed: it cannot be used; the detail says why.
        """
        said = _object(await self._ask(Look(backend=backend, ref=ref, algorithm=algorithm.value)))
        try:
            chain = tuple(base64.b64decode(one, validate=True) for one in said["chain"])
        except (KeyError, TypeError, binascii.Error):
            raise SignerUnreachable("The signer process gave an answer that is none.") from None
        return Found(_key_said(algorithm, str(said.get("public_key"))), chain)

    async def names(self) -> list[tuple[Backend, str]]:
        """Return which keys are there.

        Raises:
            KeyringUnusable, SigningFailed: that cannot be found out.
        """
        said = _object(await self._ask(Names()))
        return [(Backend(backend), str(ref)) for backend, refs in said.items() for ref in refs]

    async def health(self) -> dict[str, str | None]:
        """Return each backend with what is wrong with it, none where nothing is.

        Raises:
            SigningFailed: nobody answers.
        """
        said = _object(await self._ask(Health(), again=False, seconds=HEALTH_SECONDS))
        return {str(backend): None if trouble is None else str(trouble) for backend, trouble in said.items()}

    async def close(self) -> None:
        """Hang up."""
        while self._idle:
            await _hang_up(self._idle.pop()[1])

    async def _ask(
        self, question: Question, body: bytes = b"", *, again: bool = True, seconds: float = ANSWER_SECONDS
    ) -> bytes:
        if len(body) > frames.MOST_BODY_BYTES:
            raise SigningFailed("The message is longer than the signer process takes.")
        loop = asyncio.get_running_loop()
        # 3
        deadline = loop.time() + (self._patience_seconds if again and loop.time() >= self._down_until else 0)
        pause = _PAUSE_SECONDS
        while True:
            try:
                return await self._ask_once(question, body, seconds)
            except (OSError, FrameBroken, TimeoutError) as error:
                if loop.time() + pause > deadline:
                    self._down_until = loop.time() + _DOWN_SECONDS
                    raise SignerUnreachable(
                        f"The signer process at {self._path} does not answer: {_reason(error)}. Is it running?",
                        retry_after_seconds=RETRY_SECONDS,
                    ) from None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _ask_once(self, question: Question, body: bytes, seconds: float) -> bytes:
        backend = question.backend if isinstance(question, Sign | Make | Look) else None
        async with self._places.setdefault(backend, asyncio.Semaphore(_MOST_CONNECTIONS)):
            async with asyncio.timeout(seconds):
                # 4
                held = None if isinstance(question, Make) else self._idle_connection()
                try:
                    answer, content = await self._converse(held or await self._connect(), question, body)
                except (ConnectionError, _HungUp):
                    if held is None:
                        raise
                    answer, content = await self._converse(await self._connect(), question, body)
        if answer.problem is not None:
            problem = _PROBLEMS.get(answer.problem, SigningFailed)
            retry = RETRY_SECONDS if issubclass(problem, SigningFailed) else None
            raise problem(answer.detail or None, retry_after_seconds=retry)
        return content

    async def _converse(
        self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], question: Question, body: bytes
    ) -> tuple[Answer, bytes]:
        reader, writer = connection
        try:
            await frames.write_frame(writer, question, body)
            answer = await frames.read_frame(reader, frames.ANSWERS, await _first_octet(reader))
        except BaseException:
            # Whatever stands in this connection is not the answer to the next question; and where one is broken, the
            # others belonged to the same process.
            _drop(writer)
            while self._idle:
                _drop(self._idle.pop()[1])
            raise
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            _drop(writer)
        return answer

    def _idle_connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            # The process that was at its other end is gone.
            _drop(writer)
        return None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            await asyncio.get_running_loop().sock_connect(connection, str(self._path))
            # While the queue of the socket is full the kernel says EAGAIN, which asyncio takes for a connection that is
            # being made. It is none: this says so, where the next line would find a stranger.
            connection.getpeername()
            # 1
            self._insist_on_user(connection)
            return await asyncio.open_unix_connection(sock=connection)
        except BaseException:
            connection.close()
            raise

    def _insist_on_user(self, connection: socket.socket) -> None:
        if not is_one_of(connection, self._users):
            raise KeyringUnusable(f"Whoever answers at {self._path} runs as a user that SIGNER_USERS does not name.")


class RemoteSealSigner:
    """A key of a signer process.

    What goes wrong is told without particulars, which may name files and are for operators: the signer process logs
    them, and ``doctor`` asks for them.
    """

    in_process: Final = False

    def __init__(self, process: SignerProcess, backend: Backend, ref: str, public_key: AnyPublicKey) -> None:
        self._process = process
        self._backend = backend
        self._ref = ref
        self._public_key = public_key

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._backend.value}, {self._ref})"

    @property
    def public_key(self) -> AnyPublicKey:
        """What others check its signatures with."""
        return self._public_key

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature over ``message``.

        Raises:
            SigningFailed: it cannot be had now.
        """
        try:
            return await self._process.sign(self._backend, self._ref, self._public_key, message)
        except SigningFailed as error:
            raise type(error)(retry_after_seconds=error.retry_after_seconds or RETRY_SECONDS) from None
        except ServiceError:
            raise SigningFailed(retry_after_seconds=RETRY_SECONDS) from None


class RemoteSigner(RemoteSealSigner):
    """A key of a signer process that can be in a DID document."""

    def __init__(self, process: SignerProcess, backend: Backend, ref: str, public_key: PublicKey) -> None:
        super().__init__(process, backend, ref, public_key)
        self._did_key = public_key

    @property
    def algorithm(self) -> Algorithm:
        """The kind of key."""
        return self._did_key.algorithm

    @property
    def public_key(self) -> PublicKey:
        """What others check its signatures with."""
        return self._did_key


async def _first_octet(reader: asyncio.StreamReader) -> bytes:
    if first := await reader.read(1):
        return first
    raise _HungUp


def _drop(writer: asyncio.StreamWriter) -> None:
    """Hang up at once, without waiting for anything."""
    writer.close()
    writer.transport.abort()


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _key_said(algorithm: AnyAlgorithm, multikey: str) -> AnyPublicKey:
    public_key = public_key_on_record(algorithm.value, multikey)
    if public_key.algorithm != algorithm:
        raise KeyRefused(f"The key is for {public_key.algorithm}, not for {algorithm}.")
    return public_key


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise SignerUnreachable("The signer process gave an answer that is none.")
    return said


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "no answer in time" if isinstance(error, TimeoutError) else "the connection broke"
