"""A deployment of its own for the demonstration: one folder, one configuration, one server process."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx

REPOSITORY: Final = Path(__file__).resolve().parent.parent
SECONDS_TO_START: Final = 60.0
SECONDS_TO_STOP: Final = 10.0
_LOG_LINES: Final = 30


class CannotStart(Exception):
    """The demonstration cannot begin or go on; the message says what would help."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Folder, port and configuration of one demonstration."""

    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``PORT``.

        Raises:
            CannotStart: when it is not a port number.
        """
        text = environment.get("PORT") or "8000"
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 65535:  # noqa: PLR2004 - TCP's bound
            raise CannotStart(f"PORT is {text!r}; a port is a number from 1 to 65535, as in: make demo PORT=8001")
        return cls(int(text))

    @property
    def folder(self) -> Path:
        """Everything that the demonstration makes, relative to the repository."""
        return Path("var") / f"demo-{self.port}"

    @property
    def public_url(self) -> str:
        """``localhost`` and not 127.0.0.1: did:web forbids IP addresses."""
        return f"http://localhost:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The configuration, as environment variables of the service."""
        return {
            "PUBLIC_URL": self.public_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.folder / 'enhance.db'}",
            "KEYS_DIR": str(self.folder / "keys"),
            "MASTER_SECRET_FILE": str(self.folder / "master.secret"),
            "DEPLOYMENT": "development",
            "LOG_LEVEL": "INFO",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the service's processes."""
        return {**os.environ, **self.settings}

    def check_port(self) -> None:
        """Find out before anything is made whether the port is free.

        Raises:
            CannotStart: with another port to try.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As the server does: a port that a stopped server has just left is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                other = self.port + 1 if self.port < 65535 else 8000  # noqa: PLR2004 - TCP's bound
                raise CannotStart(
                    f"Port {self.port} cannot be used ({error.strerror}). Perhaps another demonstration still runs.\n"
                    f"Stop it, or choose another port: make demo PORT={other}"
                ) from None

    def begin_afresh(self) -> None:
        """Empty the folder of this port: a demonstration shows how a deployment begins."""
        place = REPOSITORY / self.folder
        if place.exists():
            shutil.rmtree(place)
        place.mkdir(parents=True, mode=0o700)

    @contextlib.contextmanager
    def serving(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run the server until the block ends; the block may watch its process.

        Raises:
            CannotStart: with the end of its log, when it does not become ready or does not answer any more.
        """
        log = REPOSITORY / self.folder / "server.log"
        log.touch(mode=0o600)
        with log.open("w") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve"],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
            try:
                self._wait_until_ready(process, log)
                yield process
            except httpx.TransportError as error:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                state = "still runs" if process.returncode is None else f"ended with {process.returncode}"
                raise CannotStart(
                    f"The server did not answer ({type(error).__name__}); it {state}. Its log ends:\n{_end_of(log)}"
                ) from None
            finally:
                _stop(process)

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        said = "nothing"
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise CannotStart(f"The server ended with {process.returncode}. Its log ends:\n{_end_of(log)}")
            with contextlib.suppress(httpx.TransportError):
                response = httpx.get(f"{self.public_url}/readyz", timeout=5)
                if response.is_success:
                    return
                said = f"{response.status_code} {response.text[:300]}"
            time.sleep(0.1)
        raise CannotStart(
            f"The server was not ready within {SECONDS_TO_START:.0f} s; /readyz said: {said}\n{_end_of(log)}"
        )


def _end_of(log: Path) -> str:
    return "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-_LOG_LINES:])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
