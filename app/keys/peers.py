"""Who is at the other end of a local socket: the kernel says, nobody else is asked (Linux, ``SO_PEERCRED``)."""

import errno
import os
import socket
import stat
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Final

from app.keys.keyring import KeyringUnusable

_CREDENTIALS: Final = struct.Struct("3i")
_LONGEST_PATH: Final = 107
_BACKLOG: Final = 128


def is_one_of(connection: socket.socket, users: Collection[int]) -> bool:
    """Whether the process at the other end runs as one of ``users``, or as the user of this process."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    return user == os.geteuid() or user in users


def listen(path: Path, *, shared: bool) -> socket.socket:
    """Return a socket that listens at ``path``: for this user alone, or for the group of its folder as well.

    Raises:
        KeyringUnusable: another process answers there, or nothing can be put there; the detail says what to do.
    """
    _check_place(path)
    if os.path.lexists(path):
        _insist_on_left_over(path)
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Nobody connects between the moment that it is there and the moment that its mode is set.
    former = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise KeyringUnusable(f"The socket {path} cannot be made: {error.strerror}.") from None
    finally:
        os.umask(former)
    if shared:
        path.chmod(0o660)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _check_place(path: Path) -> None:
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise KeyringUnusable(f"The path of the socket is longer than {_LONGEST_PATH} bytes: {path}")
    try:
        facts = path.parent.stat()
    except OSError as error:
        raise KeyringUnusable(f"The folder of the socket {path} cannot be used: {error.strerror}.") from None
    if facts.st_mode & stat.S_IWOTH:
        raise KeyringUnusable(f"Everybody may write to the folder of the socket: chmod o-w {path.parent}")


def _insist_on_left_over(path: Path) -> None:
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise KeyringUnusable(f"There is something at {path} that is no socket; it is left as it is.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError as error:
            if error.errno in (errno.ECONNREFUSED, errno.ENOENT):
                return
            raise KeyringUnusable(f"The socket {path} cannot be replaced: {error.strerror}.") from None
    raise KeyringUnusable(f"Another signer process answers at {path}.")
