"""A university's student-information system, and a learner's wallet, as clients over HTTP."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

TIMEOUT_SECONDS: Final = 30.0


class Unexpected(Exception):
    """The service answered something else than the demonstration needs to go on."""


@dataclass(frozen=True, slots=True)
class University:
    """One awarding body with its API key: what a student-information system is configured with."""

    slug: str
    api_key: str
    client: httpx.Client

    def publish(self, offering: dict[str, Any], *, listed: bool = True) -> dict[str, Any]:
        """Draft ``offering`` and publish it; return the record of its first version."""
        drafted = self._post("/api/v1/offerings", offering, expect=201)
        return self._post(f"/api/v1/offerings/{drafted['id']}/versions", {"listed": listed}, expect=201)

    def issue(self, request: dict[str, Any], *, idempotency_key: str) -> dict[str, Any]:
        """Issue one award; return the record of the credential."""
        return self._post("/api/v1/credentials", request, expect=201, idempotency_key=idempotency_key)

    def change_status(self, credential_id: str, change: str, reason: str) -> dict[str, Any]:
        """Revoke, suspend or reinstate."""
        return self._post(
            f"/api/v1/credentials/{credential_id}/status", {"change": change, "reason": reason}, expect=200
        )

    def _post(
        self, path: str, body: dict[str, Any], *, expect: int, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        response = self.client.post(path, content=json.dumps(body, ensure_ascii=False).encode(), headers=headers)
        if response.status_code != expect:
            raise Unexpected(f"POST {path} for {self.slug}: expected {expect}\n{explained(response)}")
        answer: dict[str, Any] = response.json()
        return answer


def fetch_as_wallet(client: httpx.Client, public_url: str) -> bytes:
    """Fetch a credential from its public address as a wallet does, and return its bytes untouched."""
    response = client.get(public_url, headers={"Accept": "application/vc"})
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.status_code != 200 or kind != "application/vc":  # noqa: PLR2004 - HTTP's own number
        raise Unexpected(f"GET {public_url}: expected 200 application/vc\n{explained(response)}")
    return response.content


def verify(client: httpx.Client, credential: bytes) -> tuple[int, dict[str, Any]]:
    """Post a credential to the verifier, byte for byte; return the HTTP status and the report or problem."""
    response = client.post("/verify", content=credential, headers={"Content-Type": "application/vc"})
    try:
        return response.status_code, response.json()
    except json.JSONDecodeError:
        raise Unexpected(f"POST /verify did not answer JSON\n{explained(response)}") from None


def explained(response: httpx.Response) -> str:
    """Put an answer into lines that help: status, and every finding with its place."""
    lines = [f"  found {response.status_code} {response.headers.get('content-type', '')}"]
    try:
        body = response.json()
    except ValueError:
        return "\n".join([*lines, f"  {response.text[:500]}"])
    if isinstance(body, dict) and "code" in body:
        lines.append(f"  {body['code']}: {body.get('detail', '')} (trace {body.get('trace_id', '-')})")
        lines += [f"  {item['pointer']}  {item['code']}: {item['detail']}" for item in body.get("errors", ())]
    return "\n".join(lines)


def curl_to_issue(public_url: str, university: University, body_file: Path, *, idempotency_key: str) -> str:
    """Return the request of :meth:`University.issue` as a command line."""
    return _joined(
        f"curl -sS {public_url}/api/v1/credentials",
        f"-H {shlex.quote(f'Authorization: Bearer {university.api_key}')}",
        f"-H 'Content-Type: application/json' -H {shlex.quote(f'Idempotency-Key: {idempotency_key}')}",
        f"--data-binary {shlex.quote(f'@{body_file}')}",
    )


def curl_to_fetch(credential_url: str, file: Path) -> str:
    """Return the request of :func:`fetch_as_wallet` as a command line."""
    return f"curl -sS -H 'Accept: application/vc' -o {shlex.quote(str(file))} {shlex.quote(credential_url)}"


def curl_to_verify(public_url: str, file: Path) -> str:
    """Return the request of :func:`verify` as a command line."""
    return f"curl -sS -H 'Content-Type: application/vc' --data-binary {shlex.quote(f'@{file}')} {public_url}/verify"


def _joined(*parts: str) -> str:
    return " \\\n      ".join(parts)
