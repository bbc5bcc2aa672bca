"""The files of this repository as they now stand: what git tracks or would track."""

import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def files() -> list[str]:
    """Return the names of all files, relative to the repository, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return sorted(name for name in set(names) if name and (REPOSITORY / name).is_file())


def copy_file(name: str, target: Path) -> None:
    """Copy one file of the repository, with its mode, making the folders that ``target`` needs."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / name, target)
