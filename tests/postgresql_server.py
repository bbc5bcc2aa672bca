"""A throw-away PostgreSQL server, durable as in production, for the time of a ``with`` or of one command.

    python -m tests.postgresql_server pytest -m postgresql

runs the command with TEST_POSTGRESQL_URL set and takes everything away afterwards. The server's programs come from
PATH, or from the folder PG_BINDIR.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_UNPRIVILEGED = ("postgres", "nobody")
_START_SECONDS = 60


def _program(name: str) -> str:
    """Return the real path: the programs find each other and their data beside it."""
    found = shutil.which(name, path=os.environ.get("PG_BINDIR") or os.environ.get("PATH"))
    if found is None:
        raise FileNotFoundError(f"{name} not found: put PostgreSQL's programs on PATH or set PG_BINDIR")
    return str(Path(found).resolve())


def _server_account() -> pwd.struct_passwd | None:
    """Return whom the server runs as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("the server cannot run as root, and there is no account postgres or nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Start a fresh server on a free loopback port and yield the URL of its first database."""
    account = _server_account()
    as_account = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()}

    def run(*command: str) -> None:
        done = subprocess.run(
            command, cwd=folder, env=environment, text=True, capture_output=True, check=False, **as_account
        )
        if done.returncode:
            log = folder / "log"
            raise RuntimeError(f"{command[0]}: {done.stderr}{log.read_text() if log.exists() else ''}")

    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    data, port = folder / "data", _free_port()
    options = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "fsync": "on",
        "synchronous_commit": "on",
        "max_connections": "200",
        "shared_buffers": "64MB",
    }
    try:
        run(_program("initdb"), "-D", str(data), "-U", "enhance", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in options.items())
        control = _program("pg_ctl")
        run(control, "-D", str(data), "-l", str(folder / "log"), "-w", "-t", str(_START_SECONDS), "start")
        try:
            yield f"postgresql://enhance@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: Sequence[str]) -> int:
    """Run ``command`` beside a server and return how it ended; without a command, wait for the end of input."""
    with postgresql_server() as url:
        if not command:
            print(url, flush=True)  # noqa: T201 - said to whoever started this
            sys.stdin.read()
            return 0
        return subprocess.run(command, env=os.environ | {"TEST_POSTGRESQL_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
