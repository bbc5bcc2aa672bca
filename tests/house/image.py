"""Replays a Dockerfile in a folder, as far as that goes without a container engine.

The folder stands for the image's root. ``FROM python:X`` becomes a virtual environment at its ``/usr/local``, ``COPY``
copies the repository's files if ``.dockerignore`` lets them into the build, ``RUN`` runs in the working folder, and
``USER`` is taken on when the replay itself is root. ``notes`` says what was left out or done in another way.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from tests.house.tree import REPOSITORY, copy_file, files

_NOT_REPLAYED = {"VOLUME": "a folder stands for each volume", "EXPOSE": "the port is reached directly"}


class CannotReplay(Exception):
    """The Dockerfile holds something that this replay does not know; the message says what."""


class Image:
    """What the instructions so far have made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notes: list[str] = []
        self.environment: dict[str, str] = {}
        self.command: list[str] = []
        self.health_check: list[str] = []
        self.copied: list[str] = []
        self.user: int | None = None
        self._folder = PurePosixPath("/")
        self._steps: dict[str, Callable[[str], None]] = {
            "FROM": self._from,
            "ENV": self._env,
            "WORKDIR": self._work_in,
            "COPY": self._copy,
            "RUN": self._run,
            "USER": self._become,
            "HEALTHCHECK": self._check_health_by,
            "CMD": self._start_by,
        }

    @property
    def workdir(self) -> Path:
        """The working folder, inside the root."""
        return self.root / self._folder.relative_to("/")

    def build(self, dockerfile: Path) -> None:
        """Carry out every instruction in order."""
        for instruction, rest in instructions(dockerfile.read_text()):
            if instruction in _NOT_REPLAYED:
                self.notes.append(f"{instruction} {rest}: {_NOT_REPLAYED[instruction]}")
                continue
            if instruction not in self._steps:
                raise CannotReplay(f"{instruction} {rest}")
            self._steps[instruction](rest)

    def process(self, command: list[str], **more: str) -> "subprocess.Popen[str]":
        """Start ``command`` as the engine would: the image's environment, folder, and user where that is possible."""
        return subprocess.Popen(
            self._resolved(command),
            cwd=self.workdir,
            env={**self._path(), **self.environment, **more},
            user=self._account(),
            group=self._account(),
            extra_groups=[] if self._account() is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: list[str], **more: str) -> tuple[int, str]:
        """Run ``command`` to its end; return its exit code and what it printed."""
        process = self.process(command, **more)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    # --- the instructions

    def _from(self, rest: str) -> None:
        wanted = re.fullmatch(r"python:(\d+\.\d+)-slim", rest)
        if not wanted:
            raise CannotReplay(f"FROM {rest}")
        python = self._interpreter(wanted[1])
        self.notes.append(f"FROM {rest}: a virtual environment of {python} instead of Debian's files")
        subprocess.run([python, "-m", "venv", self.root / "usr" / "local"], check=True)

    def _env(self, rest: str) -> None:
        self.environment.update(part.split("=", 1) for part in shlex.split(rest))

    def _work_in(self, rest: str) -> None:
        self._folder /= rest
        self.workdir.mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        *sources, destination = shlex.split(rest)
        into_folder = destination.endswith("/")
        for source in sources:
            names = [name for name in files() if name == source or name.startswith(f"{source}/")]
            if not names:
                raise CannotReplay(f"COPY {source}: the build context does not have it")
            for name in names:
                if not enters_the_build(name):
                    raise CannotReplay(f"COPY {name}: .dockerignore keeps it out")
                below = name.removeprefix(source).lstrip("/")
                target = self.workdir / destination / (below or (name if into_folder else ""))
                copy_file(name, target)
                self.copied.append(name)

    def _run(self, rest: str) -> None:
        if re.search(r"(?<![\w./])/\w", rest):
            raise CannotReplay(f"RUN {rest}: it names a place outside the working folder")
        command = rest
        if "chown" in rest and os.geteuid() != 0:
            command = f"chown() {{ :; }}; {rest}"
            self.notes.append(f"RUN {rest}: without chown, since the replay is not root")
        # The registry's address and proxies are the surrounding machine's.
        surrounding = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
        done = subprocess.run(
            ["sh", "-euc", command],
            cwd=self.workdir,
            env={**surrounding, **self._path(), **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotReplay(f"RUN {rest} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _become(self, rest: str) -> None:
        self.user = int(rest.partition(":")[0])
        if self._account() is None:
            self.notes.append(f"USER {rest}: not taken on, since the replay is not root or its Python is root's alone")

    def _check_health_by(self, rest: str) -> None:
        self.health_check = json.loads(rest.partition("CMD ")[2])
        self.notes.append("HEALTHCHECK: its command is run by the test; its intervals are the engine's")

    def _start_by(self, rest: str) -> None:
        self.command = json.loads(rest)

    # --- how

    def _path(self) -> dict[str, str]:
        return {"PATH": f"{self.root}/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

    def _resolved(self, command: list[str]) -> list[str]:
        program = shutil.which(command[0], path=self._path()["PATH"])
        return [program or command[0], *command[1:]]

    def _account(self) -> int | None:
        if self.user is None or os.geteuid() != 0:
            return None
        return self.user if _runs_for(self.user, self.root / "usr" / "local" / "bin" / "python") else None

    def _interpreter(self, version: str) -> str:
        # Debian's own first: other accounts may use it, which is not so of one in somebody's home.
        probe = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
        for folder in ("/usr/bin", None):
            python = shutil.which(f"python{version}", path=folder)
            if python and _said([python, "-c", probe]) == version:
                return python
        self.notes.append(f"Python {version} is not here: replayed with {sys.version.split()[0]}")
        return sys.executable


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction and its arguments; continued lines are joined, comments dropped."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            instruction, _, rest = line.strip().partition(" ")
            yield instruction.upper(), rest.strip()


def enters_the_build(name: str) -> bool:
    """Tell whether ``.dockerignore`` lets a file into the build; its last matching line decides."""
    allowed = True
    for line in (REPOSITORY / ".dockerignore").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [*PurePosixPath(name).parents, PurePosixPath(name)]
        anywhere = "**/" in line
        if any(part.match(pattern) if anywhere or "*" in pattern else str(part) == pattern for part in parts):
            allowed = line.startswith("!")
    return allowed


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _runs_for(user: int, python: Path) -> bool:
    try:
        probe = subprocess.run([python, "-c", ""], user=user, group=user, extra_groups=[], check=False)
    except OSError:
        return False
    return probe.returncode == 0
