"""A real service on loopback, a real browser, and what is to be looked at."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.deployment import REPOSITORY, Deployment
from demo.operator import operate
from demo.university import University
from tests.builders import full_request

SLUG = "wut"
BORN = "2001-02-28"
"""When the learner of ``tests.builders`` was born."""
Json = dict[str, Any]


class Browser:
    """Chromium, told what to do line by line."""

    def __init__(self, process: "subprocess.Popen[str]", origin: str) -> None:
        self._process = process
        self._origin = origin

    def __getattr__(self, command: str) -> Any:
        def tell(**told: Any) -> Json:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.write(json.dumps({"command": command, **told}) + "\n")
            self._process.stdin.flush()
            answer: Json = json.loads(self._process.stdout.readline())
            assert "error" not in answer, answer["error"]
            return answer

        return tell

    def visit(self, path: str, **setting: Any) -> int:
        """Open a page in a browser that has seen nothing yet; return the status of the answer."""
        self.open(origin=self._origin, **setting)
        return int(self.go(path=path)["status"])

    def tab_to(self, name: str, *, most: int = 40) -> Json:
        """Press Tab until the focus is on what is called ``name``; everything on the way can be seen to have it."""
        for _ in range(most):
            self.press(key="Tab")
            focus: Json = self.focus()
            assert focus["tag"] == "body" or focus["visible"], focus
            if focus["name"].startswith(name):
                return focus
        raise AssertionError(f"Tab does not lead to {name}")


@dataclass(frozen=True)
class Service:
    """The running service, and a university's system that uses it."""

    university: University
    client: httpx.Client

    def claim_link(self, number: str, **wanted: Any) -> tuple[Json, Json]:
        """Issue a credential to a learner; return its record and its claim link."""
        request = full_request("academic", awarding_body=SLUG)
        request["learner"]["reference"] = f"browser-{number}"
        record = self.university.issue(request, idempotency_key=f"browser-{number}")
        answer = self.client.post(
            f"/api/v1/credentials/{record['id']}/claim-links",
            json=wanted,
            headers={"Authorization": f"Bearer {self.university.api_key}"},
        )
        return record, answer.raise_for_status().json()


def path_of(url: str) -> str:
    """Return a URL without its origin."""
    return httpx.URL(url).raw_path.decode()


def looked_at(browser: Browser, screenshots: Path, name: str) -> Json:
    """Take a picture of the page, and insist on what every page promises."""
    seen: Json = browser.see()
    assert seen["wide"] <= 0, "it has to be scrolled sideways"
    assert seen["small"] == []
    told = browser.axe()
    assert told["rules"] > 10
    assert told["violations"] == []
    browser.shot(file=str(screenshots / f"{name}.png"))
    return seen


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """Serve a deployment with one university for the whole run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        deployment = Deployment(probe.getsockname()[1])
    os.environ["RATE_LIMITS"] = "false"
    deployment.begin_afresh()
    try:
        operate(deployment, "init")
        operate(deployment, "issuers", "add", str(REPOSITORY / "demo" / "issuers" / f"{SLUG}.json"))
        operate(deployment, "keys", "generate", SLUG, "--activate")
        key = operate(deployment, "api-keys", "create", SLUG).strip().splitlines()[-1]
        with deployment.serving(), httpx.Client(base_url=deployment.public_url, timeout=30) as client:
            yield Service(University(SLUG, key, client), client)
    finally:
        shutil.rmtree(REPOSITORY / deployment.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _chromium(service: Service) -> Iterator[Browser]:
    process = subprocess.Popen(
        ["node", str(REPOSITORY / "browser" / "look.mjs"), os.environ.get("CHROMIUM", "/usr/bin/chromium")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Browser(process, str(service.client.base_url).rstrip("/"))
    finally:
        process.kill()  # Chromium ends with its driver
        process.communicate()


@pytest.fixture
def browser(_chromium: Browser) -> Iterator[Browser]:
    """A browser; whatever a test did, nothing was reported by it and nobody else was asked for anything."""
    yield _chromium
    assert _chromium.problems()["problems"] == []


@pytest.fixture
def screenshots() -> Path:
    """Where pictures are left for whoever wants to look: ``var/screenshots``."""
    folder = REPOSITORY / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
