"""The signer process: ``python -m app signer``. It alone opens private keys, and answers on SIGNER_SOCKET.

It is two processes. The outer one has the socket and no key; the inner one has the keys. A library of a token may
crash, hang or be ended by whoever runs short of memory: the outer one begins a new inner one, and who asks meanwhile
waits in the queue of the socket, which stays. When the outer one ends in whatever way, the inner one does too.

The outer one reads nothing that comes in, opens no keys and loads no library: there is little in it that could fail.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

import structlog

from app.errors import ServiceError
from app.keys import Backend, Keyring, KeyringUnusable, MasterSecret
from app.keys.keeper import FileKeeper, Keeper
from app.keys.peers import listen
from app.keys.signing_desk import SigningDesk
from app.settings import Settings, user_number

READY: Final = b"r"
UNUSABLE: Final = 4
_GIVEN_UP: Final = 70
_STEADY_SECONDS: Final = 5.0
_PAUSES: Final = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0)
_LAST_WORDS_SECONDS: Final = 12.0

_Work = Callable[[int, Callable[[], None]], None]
"""What the inner process does, with a pipe that ends when the outer one does, and something to call when ready."""

_log = structlog.get_logger("signer")


def run(settings: Settings) -> NoReturn:
    """Serve until told to end by SIGTERM or SIGINT.

    Raises:
        KeyringUnusable: no socket can be made, or no key be used; the detail says what to do.
        SystemExit: in the end.
    """
    if settings.signer_socket is None:
        raise KeyringUnusable("SIGNER_SOCKET is not set: it is where the signer process answers.")
    listener = listen(settings.signer_socket, shared=bool(settings.signer_users))
    try:
        _Outer(lambda tether, tell_ready: _serve(settings, listener, tether, tell_ready)).run()
    finally:
        with suppress(OSError):
            settings.signer_socket.unlink()
        listener.close()


def keepers_of(settings: Settings) -> dict[Backend, Keeper]:
    """Return a keeper for each backend that the settings name.

    Raises:
        KeyringUnusable: one that is named cannot be used, or none is named.
    """
    keepers: dict[Backend, Keeper] = {}
    if Keyring.exists(settings.keys_dir) or settings.master_secret_file.exists():
        keyring = Keyring.open(settings.keys_dir, MasterSecret.read(settings.master_secret_file))
        keepers[Backend.FILE] = FileKeeper(keyring)
    if settings.pkcs11_module is not None:
        # Foreign code: it is loaded here and in no other process.
        from app.keys.pkcs11 import TokenKeeper, TokenPlace  # noqa: PLC0415

        assert settings.pkcs11_pin_file is not None
        place = TokenPlace.read(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin_file)
        keepers[Backend.PKCS11] = TokenKeeper(place)
    if settings.csc_url:
        from app.keys.csc import CscKeeper, CscPlace  # noqa: PLC0415 - as above: the way out to it is here alone

        assert settings.csc_client_secret_file is not None
        keepers[Backend.CSC] = CscKeeper(
            CscPlace.read(
                settings.csc_url,
                settings.csc_version,
                settings.csc_client_id,
                settings.csc_client_secret_file,
                settings.csc_pin_file,
            )
        )
    if not keepers:
        raise KeyringUnusable(
            f"There is no keyring in {settings.keys_dir} (KEYS_DIR), and the settings name no other keeper of keys. "
            "To make one: python -m app signer --init"
        )
    return keepers


class _Ended(Exception):
    """The outer process was told to end."""


class _Outer:
    """Keeps one inner process running, which does ``work`` and calls what it is given when it is ready."""

    def __init__(self, work: _Work) -> None:
        self._work = work

    def run(self) -> NoReturn:
        """Begin the inner process, and begin it again for as long as nobody says otherwise."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        was_ready, failures = False, 0
        inner = _Inner(self._work)
        try:
            while True:
                began = time.monotonic()
                inner.begin()
                ready, status = inner.wait()
                was_ready = was_ready or ready
                if not was_ready:
                    # What was wrong it has said itself.
                    raise SystemExit(UNUSABLE)
                failures = 0 if time.monotonic() - began > _STEADY_SECONDS else failures + 1
                pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                _log.error("signing was interrupted", status=status, again_in_seconds=pause)
                time.sleep(pause)
        except _Ended:
            raise SystemExit(0) from None
        finally:
            inner.end()

    @staticmethod
    def _end(_: int, __: FrameType | None) -> NoReturn:
        raise _Ended


class _Inner:
    """One inner process. It learns by the end of a pipe that the outer one is gone, however that came."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._process: int | None = None
        self._tether: int | None = None
        self._news: int | None = None

    def begin(self) -> None:
        """Begin it. This process has one thread, so a fork copies a whole state."""
        tether_end, tether = os.pipe()
        news, news_end = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process == 0:
            os.close(tether)
            os.close(news)
            self._be(tether_end, news_end)
        os.close(tether_end)
        os.close(news_end)
        self._process, self._tether, self._news = process, tether, news

    def _be(self, tether_end: int, news_end: int) -> NoReturn:
        status = UNUSABLE
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self._work(tether_end, lambda: _say_ready(news_end))
            status = 0
        except ServiceError as error:
            print(f"{error.title} ({error.code})\n  {error.detail}", file=sys.stderr)  # noqa: T201 - as the command line
        finally:
            sys.stderr.flush()
            os._exit(status)

    def wait(self) -> tuple[bool, int]:
        """Wait until it has ended; return whether it ever was ready, and how it ended (as ``os.waitpid`` says)."""
        assert self._process is not None
        assert self._news is not None
        _, status = os.waitpid(self._process, 0)
        self._process = None
        ready = os.read(self._news, 1) == READY
        self._let_go()
        return ready, os.waitstatus_to_exitcode(status)

    def end(self) -> None:
        """End it: politely first, so that answers under way are finished."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGTERM)
            deadline = time.monotonic() + _LAST_WORDS_SECONDS
            while os.waitpid(self._process, os.WNOHANG) == (0, 0):
                if time.monotonic() > deadline:
                    os.kill(self._process, signal.SIGKILL)
                    os.waitpid(self._process, 0)
                    break
                time.sleep(0.02)
            self._process = None
        self._let_go()

    def _let_go(self) -> None:
        for descriptor in (self._tether, self._news):
            if descriptor is not None:
                os.close(descriptor)
        self._tether = self._news = None


def _say_ready(news_end: int) -> None:
    os.write(news_end, READY)


def _serve(settings: Settings, listener: socket.socket, tether: int, tell_ready: Callable[[], None]) -> None:
    """What the inner process does."""
    keepers = keepers_of(settings)

    async def serve() -> None:
        desk = SigningDesk(
            keepers,
            users=[user_number(user) for user in settings.signer_users],
            tell=_tell,
            given_up_on=lambda _: os._exit(_GIVEN_UP),
        )
        serving = asyncio.create_task(desk.serve(listener))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, serving.cancel)
        # The outer process writes nothing: what can be read is the end of it.
        loop.add_reader(tether, serving.cancel)
        tell_ready()
        _log.info("ready to sign", backends=[backend.value for backend in keepers], process=os.getpid())
        with suppress(asyncio.CancelledError):
            await serving

    asyncio.run(serve())


def _tell(event: str, fields: Mapping[str, str]) -> None:
    _log.warning(event, **fields)
