"""``python -m tests.described``: whether a running service is what its own OpenAPI description says.

A deployment of its own is served over HTTP, with one university's offering and credential in it, and schemathesis asks
every operation: with the examples, with each parameter at and beyond its bounds, and with what hypothesis thinks up, in
two turns. In the first turn identifiers are invented, in the second they are those of things that exist. It ends with 1
on any answer of 500 or above but 503, and on a status, a header, a media type or a body that the description does not
give. ``--long`` thinks up fifty times as much.

Not asked: that whatever fits the schemas is accepted (the template's rules say more than a schema can); that /verify
refuses anything (a report is its answer to whatever can be read); that ``search`` is no identifier; and the stream of
events, which lasts as long as it is asked to.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from demo.deployment import REPOSITORY, Deployment
from demo.operator import operate
from tests.examples import example

SEED: Final = 1
NOT_ASKED: Final = """
[checks]
positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "^/verify(/receipt)?$"
checks.negative_data_rejection.enabled = false

# It lasts as long as it is asked to.
[[operations]]
include-path = "/api/v1/wallet-events/stream"
enabled = false

[[operations]]
include-path = "/api/v1/credentials/search"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
"""


class _Described(Deployment):
    """A deployment in a folder of its own, that counts nobody and asks nobody."""

    @property
    def folder(self) -> Path:
        return Path("var") / f"described-{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        database = os.environ.get("TEST_POSTGRESQL_URL")
        return {
            **super().settings,
            "RATE_LIMITS": "false",
            "VERIFY_LOOKUPS": "off",
            "LOG_LEVEL": "WARNING",
            **({"DATABASE_URL": database} if database else {}),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="tests.described", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--long", action="store_true", help="fifty times as much")
    parser.add_argument("--seed", type=int, default=SEED, help=f"{SEED} by default")
    chosen = parser.parse_args(arguments)
    os.chdir(REPOSITORY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        deployment = _Described(probe.getsockname()[1])
    deployment.begin_afresh()
    try:
        operate(deployment, "init")
        key = operate(deployment, "api-keys", "create", "test").strip().splitlines()[-1]
        with deployment.serving():
            examples = 4 if not chosen.long else 200
            invented = _ask(deployment, key, examples, chosen.seed, {})
            existing = _ask(deployment, key, examples, chosen.seed, _what_exists(deployment, key))
        log = (REPOSITORY / deployment.folder / "server.log").read_text()
    finally:
        shutil.rmtree(REPOSITORY / deployment.folder, ignore_errors=True)
    if '"defect"' in log:
        print(f"DEFECTS IN THE LOG:\n{log}")  # noqa: T201 - a command
        return 1
    return invented or existing


def _what_exists(deployment: Deployment, key: str) -> dict[str, str]:
    """Issue a credential and publish an offering; return what the parameters of paths are to be."""
    with httpx.Client(base_url=deployment.public_url, headers={"Authorization": f"Bearer {key}"}) as client:
        request = example("academic")
        credential = client.post("/api/v1/credentials", json=request).raise_for_status().json()
        drafted = client.post("/api/v1/offerings", json=request["offering"]).raise_for_status().json()
        client.post(f"/api/v1/offerings/{drafted['id']}/versions").raise_for_status()
        link = client.post(f"/api/v1/credentials/{credential['id']}/claim-links").raise_for_status().json()
    return {
        "credential_id": credential["id"],
        "link_id": link["id"],
        "offering_id": drafted["id"],
        "version": "1",
        "form": credential["forms"][0]["form"],
        "token": credential["public_url"].rsplit("/", 1)[1],
        "slug": "test",
        "number": "1",
        "purpose": "revocation",
        "scheme": "kind",
        "code": "not-found",
        "name": "country",
    }


def _ask(deployment: Deployment, key: str, examples: int, seed: int, known: Mapping[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        lines = [f'"path.{name}" = {value if value.isdecimal() else f"{value!r}"}' for name, value in known.items()]
        parameters = "\n".join(["[parameters]", *lines, ""]) if lines else ""
        (Path(folder) / "schemathesis.toml").write_text(parameters + NOT_ASKED)
        asked = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                *("--config-file", Path(folder) / "schemathesis.toml"),
                *("run", f"{deployment.public_url}/openapi.json"),
                *("--header", f"Authorization: Bearer {key}"),
                # What lies at and beyond the bounds has been sent in the first turn.
                *("--phases", "examples,fuzzing" if known else "examples,coverage,fuzzing"),
                *("--max-examples", str(examples)),
                *("--seed", str(seed), "--generation-deterministic"),
                *("--request-timeout", "20", "--warnings", "off", "--no-color"),
            ],
            cwd=folder,
            check=False,
        )
    return asked.returncode


if __name__ == "__main__":
    sys.exit(main())
