"""The signer process as a deployment has it: started, killed and ended like any other process."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.settings import REPOSITORY
from tests.deployments import PUBLIC_URL, SECRET

AS_OPERATORS_DO = ("-m", "app", "signer")
QUICKLY = (
    "-c",
    """\
from app import signer_process, settings
from app.errors import ServiceError
import structlog, sys
structlog.configure(
    processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.WriteLoggerFactory(file=sys.stderr)
)
try:
    signer_process.run(settings.load_settings())
except ServiceError as error:
    sys.exit(error.detail)
""",
)
"""The same without the rest of the command line, which takes seconds to load."""


class SignerProcessAtWork:
    """``python -m app signer`` over the keyring in ``keys``; its socket is in ``folder``."""

    def __init__(self, folder: Path, keys: Path, *, command: Sequence[str] = QUICKLY, **settings: str) -> None:
        self._command = command
        self.socket = folder / "signer.sock"
        self._log = folder / "signer.log"
        secret = folder / "signer-master.secret"
        if not secret.exists():
            SECRET.write(secret)
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        self._environment = {
            **kept,
            "PUBLIC_URL": PUBLIC_URL,
            "DEPLOYMENT": "development",
            "KEYS_DIR": str(keys),
            "MASTER_SECRET_FILE": str(secret),
            "SIGNER_SOCKET": str(self.socket),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "SignerProcessAtWork":
        """Start it, and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._command], cwd=REPOSITORY, env=self._environment, stderr=log, stdout=log
            )
        self.wait_until_ready(1)
        return self

    def wait_until_ready(self, times: int, seconds: float = 30) -> None:
        """Wait until an inner process was ready so many times."""
        deadline = time.monotonic() + seconds
        while self.said().count('"ready to sign"') < times:
            assert self._process is not None
            assert self._process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def said(self) -> str:
        """Return its log so far."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def outer(self) -> int:
        """The process that was started."""
        assert self._process is not None
        return self._process.pid

    @property
    def inner(self) -> int:
        """The process that has the keys now."""
        children = Path(f"/proc/{self.outer}/task/{self.outer}/children").read_text().split()
        assert len(children) == 1, children
        return int(children[0])

    def kill_inner(self) -> None:
        """End the process that has the keys, as whoever runs short of memory does."""
        os.kill(self.inner, signal.SIGKILL)

    async def killed(self, times: int, *, every_seconds: float) -> None:
        """Kill the process that has the keys, so many times."""
        for _ in range(times):
            await asyncio.sleep(every_seconds)
            with contextlib.suppress(AssertionError, ProcessLookupError):
                self.kill_inner()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(20)
