"""What the service is made of and under which terms, read from the installed packages.

    make licences

writes docs/licences.md anew. A test compares the page with the packages and refuses the licences in ``REFUSED``.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = [REPOSITORY / "requirements" / f"{name}.lock" for name in ("runtime", "worker")]
PAGE = REPOSITORY / "docs" / "licences.md"

REFUSED = re.compile(r"\bA?GPL|\bSSPL|\bBUSL|(?<!Lesser )\bGeneral Public License|Affero", re.IGNORECASE)
"""Terms that would bind the whole service or its operators. ``LGPL`` does not match: it is looked at one by one."""
LESSER = re.compile(r"\bLGPL|Lesser General Public License", re.IGNORECASE)

LESSER_REASONS = {
    "frozendict": "PyLD needs it. It is used as published, unmodified and replaceable, through its public interface "
    "(LGPL-3.0 section 4); nothing of it is copied into this repository.",
    "psycopg": "The worker's engine needs it, and the worker alone: an installation without `requirements/worker.lock` "
    "has neither. It is used as published, unmodified and replaceable (docs/decisions/0017-evidence.md).",
    "psycopg-binary": "As psycopg, whose compiled form it is.",
}
"""Each runtime package under the LGPL, with why it may stay. A new one fails the test until someone has decided."""

_HEAD = """\
# Licences

The code of this repository is under the Apache License 2.0 (`LICENSE`); the context and the concept schemes that it
publishes are CC BY 4.0. `NOTICE` names what it derives from, `contexts/manifest.json` the origin and licence of each
pinned file. The fonts in `app/drawing/fonts` are under the SIL Open Font License 1.1 (`OFL.txt` and `manifest.json`
there).

The running service consists of the packages below, at exactly these versions (`requirements/runtime.lock`, and for the
worker `requirements/worker.lock`, which has dbos, psycopg, croniter, python-dateutil and PyYAML besides). None is
under the GPL or AGPL; a test holds that. This page is written by `make licences` from the packages' own metadata.

"""


@dataclass(frozen=True)
class Package:
    """One installed runtime package."""

    name: str
    version: str
    licence: str


def licence_of(facts: PackageMetadata) -> str:
    """Return the licence as the package states it: expression (PEP 639), else licence field, else classifiers."""
    if expression := facts.get("License-Expression"):
        return expression
    stated = (facts.get("License") or "").strip()
    if stated and "\n" not in stated:
        return stated
    classified = [
        line.rpartition(" :: ")[2] for line in facts.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    return " / ".join(classified) or "not stated"


def runtime_packages() -> Iterator[Package]:
    """Walk over the packages of the runtime locks that are installed here, those of the worker included.

    A lock is one for all platforms, so it names some that another platform needs.
    """
    text = "\n".join(lock.read_text() for lock in LOCKS)
    for name, version in sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))):
        try:
            yield Package(name, version, licence_of(metadata(name)))
        except PackageNotFoundError:
            continue


def page(packages: Iterator[Package]) -> str:
    """Return the text of docs/licences.md."""
    rows = [f"| {package.name} | {package.version} | {package.licence} |" for package in packages]
    lesser = [f"- **{name}** (LGPL): {reason}" for name, reason in sorted(LESSER_REASONS.items())]
    return (
        _HEAD
        + "\n".join(["| Package | Version | Licence |", "|---|---|---|", *rows])
        + "\n\nUnder the LGPL, each with why it may stay:\n\n"
        + "\n".join(lesser)
        + "\n"
    )


if __name__ == "__main__":
    sys.stdout.write(page(runtime_packages()))
