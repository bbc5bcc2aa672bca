"""A service in the interop mode, asked as the public suites ask it."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio

from tests.databases import sqlite_template  # noqa: F401 - pytest finds fixtures by their names here
from tests.deployments import (  # noqa: F401 - as above
    Deployment,
    a_deployment,
    deployment_template,
    empty_keyring,
    sqlite_prepared,
)

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
CURVES = ("ed25519", "p256", "p384")
Json = Any


@dataclass
class Suite:
    """A test suite at work: it knows the addresses, and the issuer that each of them signs for."""

    deployment: Deployment
    issuers: dict[str, str]

    async def post(self, path: str, body: Json) -> httpx.Response:
        return await self.deployment.public.post(f"/interop/{path}", json=body)

    async def get(self, url: str) -> httpx.Response:
        return await self.deployment.public.get(url)

    def credential(self, curve: str = "ed25519", /, **changes: Json) -> Json:
        """An unsigned credential of this issuer; ``None`` leaves a member out, ``context`` is ``@context``."""
        document = {
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": self.issuers[curve],
            "credentialSubject": {"id": "did:example:subject"},
        }
        document |= {("@context" if name == "context" else name): value for name, value in changes.items()}
        return {name: value for name, value in document.items() if value is not None}

    async def issue(self, credential: Json, curve: str | None = None, **options: Json) -> httpx.Response:
        path = f"issuers/{curve}/credentials/issue" if curve else "credentials/issue"
        return await self.post(path, {"credential": credential, "options": options})

    async def issued(self, credential: Json | None = None, curve: str | None = None, **options: Json) -> Json:
        """Issue; it has to succeed."""
        answer = await self.issue(credential or self.credential(curve or "ed25519"), curve, **options)
        assert answer.status_code == 201, answer.text
        return answer.json()["verifiableCredential"]

    async def verify(self, credential: Json, *, checks: list[str] | None = None, **options: Json) -> httpx.Response:
        asked = {"checks": ["proof"] if checks is None else checks, **options}
        return await self.post("credentials/verify", {"verifiableCredential": credential, "options": asked})

    async def present(self, presentation: Json, **options: Json) -> httpx.Response:
        body = {"verifiablePresentation": presentation, "options": options}
        return await self.post("presentations/verify", body)

    async def refuses_to_issue(self, credential: Json, curve: str | None = None, **options: Json) -> None:
        """400 or 422 and a problem document; never 401 or 500 (wallets.md section 5)."""
        refused(await self.issue(credential, curve, **options))

    async def refuses_to_verify(self, credential: Json, **options: Json) -> Json:
        return refused(await self.verify(credential, **options))


def refused(answer: httpx.Response) -> Json:
    """Whether it was refused as the suites want it; return the problem document."""
    assert answer.status_code in (400, 422), (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def codes(problem: Json) -> set[str]:
    return {finding["code"] for finding in problem["errors"]}


def copy(document: Json) -> Json:
    return json.loads(json.dumps(document))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def suite(deployment_template, tmp_path_factory):  # noqa: F811 - pytest hands it in
    """One service for all tests of a module: none of them is about what another one left behind."""
    prepared = *deployment_template.copy_to(tmp_path_factory.mktemp("interop")), deployment_template.api_keys
    async with a_deployment(prepared, changes={"interop_routes": True}) as deployment:
        named = (await deployment.public.get("/interop/issuers")).json()["issuers"]
        yield Suite(deployment, {issuer["name"]: issuer["id"] for issuer in named})
