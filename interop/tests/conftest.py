"""A real service on loopback, and what it issued: the four sub-types, with every element and with the required ones."""

import copy
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from demo.deployment import REPOSITORY, Deployment
from demo.university import University, fetch_as_wallet, verify
from tests.builders import SUBTYPES, full_request, required_only_request
from tests.databases import sqlite_template  # noqa: F401 - pytest finds fixtures by their names here
from tests.deployments import deployment_template, empty_keyring, sqlite_prepared  # noqa: F401 - as above

AWARDING_BODY = "wut"
PARTNER = "tu-berlin"  # provides units of the full requests
REQUESTS = {"full": full_request, "required-only": required_only_request}
Json = dict[str, Any]


@dataclass(frozen=True)
class Issued:
    """Both renderings of one credential, as the service serves them."""

    credential_id: str
    vcdm2: Json
    edc: Json


@dataclass(frozen=True)
class Service:
    """The running service, as an awarding body, a wallet and a verifier use it."""

    university: University
    client: httpx.Client

    def issue(self, request: Json) -> Issued:
        record = self.university.issue(request, idempotency_key=f"interop-{request['learner'].get('reference')}")
        edc = self.client.get(f"{record['public_url']}/edc.jsonld").raise_for_status()
        return Issued(record["id"], json.loads(fetch_as_wallet(self.client, record["public_url"])), edc.json())

    def verify(self, credential: Json) -> Json:
        status, report = verify(self.client, json.dumps(credential).encode())
        assert status == 200, report
        return report

    def documents_named_by(self, credentials: Iterable[Json]) -> dict[str, Json]:
        """Fetch what a verifier finds at the addresses that credentials name: DID documents and status lists."""
        found: dict[str, Json] = {}
        for credential in credentials:
            did = credential["issuer"]["id"]
            path = did.removeprefix("did:web:").split(":")[1:]
            lists = {entry["statusListCredential"] for entry in credential["credentialStatus"]}
            for name, address in {did: "/".join(["", *path, "did.json"]), **{url: url for url in lists}}.items():
                if name not in found:
                    found[name] = self.client.get(address).raise_for_status().json()
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _operate(deployment: Deployment, *arguments: str) -> str:
    command = [sys.executable, "-m", "app", *arguments]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=deployment.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def interop_mode() -> Iterator[None]:
    """Switch the routes on that clients drive here and no student-information system does, and the rates off."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INTEROP_ROUTES", "true")
        environment.setenv("RATE_LIMITS", "false")
        yield


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest, interop_mode: None) -> Iterator[Service]:  # noqa: ARG001 - it comes first
    deployment = Deployment(_free_port())
    deployment.begin_afresh()
    _operate(deployment, "init")
    for slug in (AWARDING_BODY, PARTNER):
        _operate(deployment, "issuers", "add", f"demo/issuers/{slug}.json")
        _operate(deployment, "keys", "generate", slug, "--activate")
    key = _operate(deployment, "api-keys", "create", AWARDING_BODY, "--label", "interop").strip().splitlines()[-1]
    with deployment.serving(), httpx.Client(base_url=deployment.public_url, timeout=30) as client:
        yield Service(University(AWARDING_BODY, key, client), client)
    if not request.session.testsfailed:  # else its log may say why
        shutil.rmtree(REPOSITORY / deployment.folder)


@pytest.fixture(scope="session")
def issued(service) -> dict[str, Issued]:
    return {
        f"{subtype}/{extent}": service.issue(
            request(subtype, awarding_body=AWARDING_BODY, learner__reference=f"{subtype}-{extent}")
        )
        for subtype in SUBTYPES
        for extent, request in REQUESTS.items()
    }


@pytest.fixture
def credentials(issued) -> dict[str, Json]:
    return {name: copy.deepcopy(each.vcdm2) for name, each in issued.items()}


@pytest.fixture(scope="session")
def public_documents(service, issued) -> dict[str, Json]:
    return service.documents_named_by(each.vcdm2 for each in issued.values())
