"""The inner side of the signer process: answers questions on its socket, and lets nothing wrong leave.

1. Whoever connects runs as a user who may (the kernel says who); anybody else is hung up on unheard.
2. A question is one frame of the protocol (:mod:`app.keys.frames`), whole within seconds of its first octet. Whoever
   asks nothing for a minute is hung up on: the places are for those who want something.
3. The keeper of the key signs. Its signature is checked with the public key that the question names, which the asker
   has from its records: a wrong key, a wrong signature or a faulty device is found here.
4. The asker checks it again (:mod:`app.keys.remote`).

There is no question whose answer is a private key.
"""

import asyncio
import base64
import json
import os
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Final, TypeVar

from app.errors import ServiceError
from app.keys import frames
from app.keys.frames import Answer, FrameBroken, Health, Look, Make, Names, Question, Sign
from app.keys.keeper import Backend, Keeper, algorithm_named
from app.keys.keyring import KeyringUnusable
from app.keys.peers import is_one_of
from app.keys.rsa_key import KeyRefused
from app.keys.signer import SignatureWrong, SigningFailed, insist_on_signature, public_key_on_record

FRAME_SECONDS: Final = 10.0
"""How long one frame may take from its first octet to its last."""
IDLE_SECONDS: Final = 60.0
"""How long a connection may wait for its next question."""
KEEPER_SECONDS: Final = 30.0
"""How long a keeper may take: longer, and it is taken for one that will never answer."""
HEALTH_SECONDS: Final = 3.0
"""How long a keeper may take to say how it is: those who ask wait for all of them together."""
MOST_CONNECTIONS: Final = 512
"""More than the idle ones of as many worker processes as there may be."""

_T = TypeVar("_T")

Tell = Callable[[str, Mapping[str, str]], None]
"""Writes an event to the log: what, and fields that hold nothing secret."""


class SigningDesk:
    """Answers questions until it is cancelled.

    ``given_up_on`` is called when a keeper did not answer in time and is stuck: a library that hangs cannot be stopped,
    so the whole process has to make way for its successor.
    """

    def __init__(
        self,
        keepers: Mapping[Backend, Keeper],
        *,
        users: Collection[int] = (),
        tell: Tell,
        given_up_on: Callable[[Backend], None],
        keeper_seconds: float = KEEPER_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._keepers = dict(keepers)
        self._users = frozenset(users)
        self._tell = tell
        self._given_up_on = given_up_on
        self._keeper_seconds = keeper_seconds
        self._idle_seconds = idle_seconds
        self._connections: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        self._closing = False

    async def serve(self, listener: socket.socket) -> None:
        """Answer whoever connects to ``listener``; when cancelled, finish the answers that are under way."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                connection, _ = await loop.sock_accept(listener)
                # 1
                if not is_one_of(connection, self._users) or len(self._connections) >= MOST_CONNECTIONS:
                    self._tell("connection refused", {})
                    connection.close()
                    continue
                task = asyncio.create_task(self._talk(connection))
                self._connections.add(task)
                task.add_done_callback(self._connections.discard)
        finally:
            self._closing = True
            for task in tuple(self._idle):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            for keeper in self._keepers.values():
                await keeper.close()

    async def _talk(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        try:
            while not self._closing and (heard := await self._hear(reader)) is not None:
                await self._answer(writer, *heard)
        except (FrameBroken, TimeoutError):
            self._tell("connection broken off", {})
        except OSError:
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _hear(self, reader: asyncio.StreamReader) -> tuple[Question, bytes] | None:
        # 2
        task = asyncio.current_task()
        assert task is not None
        self._idle.add(task)
        try:
            async with asyncio.timeout(self._idle_seconds):
                first = await reader.read(1)
        except TimeoutError:
            return None
        finally:
            self._idle.discard(task)
        if not first:
            return None
        async with asyncio.timeout(FRAME_SECONDS):
            return await frames.read_frame(reader, frames.QUESTIONS, first)

    async def _answer(self, writer: asyncio.StreamWriter, question: Question, body: bytes) -> None:
        try:
            content = await self._find_answer(question, body)
        except ServiceError as error:
            answer = Answer(problem=error.code, detail=error.detail[:2000])
            if isinstance(error, SignatureWrong) and isinstance(question, Sign):
                self._tell("WRONG SIGNATURE", {"backend": question.backend, "ref": question.ref})
            content = b""
        else:
            answer = Answer()
        async with asyncio.timeout(FRAME_SECONDS):
            await frames.write_frame(writer, answer, content)

    async def _find_answer(self, question: Question, body: bytes) -> bytes:
        if isinstance(question, Health):
            return json.dumps(await self._health()).encode()
        if isinstance(question, Names):
            named = {
                backend.value: await self._within(backend, keeper.names()) for backend, keeper in self._keepers.items()
            }
            return json.dumps(named).encode()
        keeper = self._keepers.get(question.backend)
        if keeper is None:
            raise KeyringUnusable(f"The signer process has no backend {question.backend}: see its settings.")
        try:
            algorithm = algorithm_named(question.algorithm)
        except ValueError:
            raise KeyRefused("The signer process knows no such algorithm; is it of an older version?") from None
        match question:
            case Sign():
                public_key = public_key_on_record(question.algorithm, question.public_key)
                # 3
                signature = await self._within(question.backend, keeper.sign(question.ref, public_key, body))
                return insist_on_signature(public_key, signature, body)
            case Make():
                made = await self._within(question.backend, keeper.make(question.ref, algorithm))
                self._tell("key made", {"backend": question.backend, "ref": question.ref})
                return made.multikey.encode("ascii")
            case Look():
                found = await self._within(question.backend, keeper.look(question.ref, algorithm))
                chain = [base64.b64encode(one).decode("ascii") for one in found.chain]
                return json.dumps({"public_key": found.public_key.multikey, "chain": chain}).encode()

    async def _health(self) -> dict[str, str | None]:
        found = await asyncio.gather(*(self._trouble(keeper) for keeper in self._keepers.values()))
        return {backend.value: trouble for backend, trouble in zip(self._keepers, found, strict=True)}

    @staticmethod
    async def _trouble(keeper: Keeper) -> str | None:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                return await keeper.trouble()
        except TimeoutError:
            return "It does not answer in time."

    async def _within(self, backend: Backend, work: Awaitable[_T]) -> _T:
        try:
            async with asyncio.timeout(self._keeper_seconds):
                return await work
        except TimeoutError:
            if self._keepers[backend].stuck():
                self._tell("keeper does not answer", {"backend": backend, "pid": str(os.getpid())})
                self._given_up_on(backend)
            raise SigningFailed(f"The keeper {backend} did not answer in time.") from None
