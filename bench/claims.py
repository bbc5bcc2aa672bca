"""``python -m bench.claims``: two hundred learners claim at one moment, as at the end of a lecture.

Two processes of this service on PostgreSQL with its default bounds, on a machine of two cores, which the learners and
the database share with them. Each learner has an address of their own, reads the claim page, presses its button, and
has a wallet that follows the link on the page: the offer, the metadata, the token, a nonce, and the credential, bound
to a key of the wallet. All begin at once and nobody waits for anybody. It ends with 1 when an endpoint's p99 is
``MOST_SECONDS`` or more, when an answer is not the one of that step, when two credentials share an identifier or a
place in a status list, when one of them does not verify, or when a process takes more memory than is stated.

``--smoke`` has forty learners, on a machine that does other things as well: instead of the time that passes it holds
the processor time that a claim costs to a bound.
"""

import argparse
import asyncio
import html
import json
import os
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import uvloop

from bench.datasets import REPOSITORY
from bench.figures import quantile
from bench.hostile import _megabytes
from bench.over_http import OnPostgresql, WrongAnswer, _content_length, _cpu_seconds, _database, _free_port, _serving
from bench.report import table, write_into
from demo.deployment import Deployment
from demo.operator import operate
from tests.counterparts.wallet import BOUND, GRANT, Key, Wallet
from tests.examples import example
from tests.postgresql_server import postgresql_server

PAGE: Final = REPOSITORY / "docs" / "benchmarks.md"
BEGIN: Final = "<!-- claims: written by python -m bench.claims -->"
END: Final = "<!-- end of claims -->"
MOST_SECONDS: Final = 2.0
MOST_MEGABYTES: Final = 384
MOST_CPU_MILLISECONDS: Final = 80.0
"""Of one claim, in the processes that serve."""
WORKERS: Final = 2
STEPS: Final = ("claim page", "claim", "offer", "metadata", "token", "nonce", "credential")


@dataclass(frozen=True)
class _Claims(OnPostgresql):
    """A deployment on PostgreSQL, in a folder of its own; requests are counted as they are everywhere."""

    @property
    def folder(self) -> Path:
        return Path("var") / f"claims-{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        return {**super().settings, "LOG_LEVEL": "ERROR", "RATE_LIMITS": "true", "VERIFY_LOOKUPS": "off"}


@dataclass
class Lecture:
    """What the learners felt, and what their wallets hold."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    credentials: list[dict[str, Any]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    lasted: float = 0.0
    megabytes: float = 0.0
    cpu_seconds: float = 0.0
    """Of the process that serves."""

    def p99(self, step: str) -> float:
        """The time that one learner in a hundred waits longer than."""
        return quantile(self.seconds[step], 0.99)


class _Learner:
    """One learner with a wallet, on a connection of their own."""

    def __init__(self, number: int, port: int, lecture: Lecture) -> None:
        self._source = f"127.2.{number // 250}.{number % 250 + 1}"
        self._port = port
        self._lecture = lecture

    async def claim(self, path: str) -> None:
        """Go all the way, and note what it took."""
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._source, 0), limit=2**20
        )
        try:
            await self._whole(path)
        except WrongAnswer as error:
            self._lecture.wrong[str(error)] += 1
        finally:
            self._writer.close()

    async def _whole(self, path: str) -> None:
        await self._ask("claim page", "GET", path)
        page = (await self._ask("claim", "POST", path)).decode()
        link = re.search(r'href="(openid-credential-offer://[^"]+)"', page)
        assert link is not None
        (address,) = parse_qs(urlsplit(html.unescape(link[1])).query)["credential_offer_uri"]
        offer = json.loads(await self._ask("offer", "GET", urlsplit(address).path))
        wallet = Wallet(None, offer["credential_issuer"], time.time)  # type: ignore[arg-type]  # noqa: TID251 - it makes proofs only
        issuer = urlsplit(offer["credential_issuer"]).path
        await self._ask("metadata", "GET", f"/.well-known/openid-credential-issuer{issuer}")
        form = urlencode({"grant_type": GRANT, "pre-authorized_code": offer["grants"][GRANT]["pre-authorized_code"]})
        kind = "application/x-www-form-urlencoded"
        token = json.loads(await self._ask("token", "POST", f"{issuer}/token", form.encode(), kind))["access_token"]
        nonce = json.loads(await self._ask("nonce", "POST", f"{issuer}/nonce"))["c_nonce"]
        proof = await wallet.proof(Key.new(), nonce)
        body = json.dumps({"credential_configuration_id": BOUND, "proofs": {"jwt": [proof]}}).encode()
        answer = await self._ask(
            "credential", "POST", f"{issuer}/credential", body, "application/json", f"Authorization: Bearer {token}"
        )
        self._lecture.credentials.append(json.loads(answer)["credentials"][0]["credential"])

    async def _ask(self, step: str, method: str, path: str, body: bytes = b"", kind: str = "", *headers: str) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
        lines += [f"Content-Type: {kind}"] if kind else []
        began = time.perf_counter()
        self._writer.write("\r\n".join([*lines, "\r\n"]).encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        content = await self._reader.readexactly(_content_length(head))
        self._lecture.seconds[step].append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 200"):
            raise WrongAnswer(f"{step}: {head[9:12].decode()}")
        return content


async def _all_at_once(port: int, paths: Sequence[str]) -> Lecture:
    lecture = Lecture()
    began = time.perf_counter()
    await asyncio.gather(*(_Learner(number, port, lecture).claim(path) for number, path in enumerate(paths)))
    lecture.lasted = time.perf_counter() - began
    return lecture


def _links(deployment: Deployment, key: str, names: Sequence[str]) -> list[str]:
    """Issue a credential to each learner with its claim link; return the paths of the links."""
    request = example("academic")
    paths = []
    with httpx.Client(base_url=deployment.public_url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as system:
        for name in names:
            request["learner"]["reference"] = name
            answer = system.post("/api/v1/credentials?claim_link=none", json=request).raise_for_status().json()
            paths.append(urlsplit(answer["claim_link"]["url"]).path)
    return paths


def _workers(pid: int) -> list[int]:
    """Return the processes that serve (proc(5), /proc/PID/task/TID/children), without Python's own helper."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted(map(int, children), key=_megabytes)[-WORKERS:]


def _one_lecture(deployment: Deployment, key: str, learners: int, name: str) -> Lecture:
    """Let so many learners claim at once from a service that has just begun."""
    command = [sys.executable, "-m", "app", "serve", "--workers", str(WORKERS)]
    with _serving(command, deployment.port, deployment.environment, deployment.folder / "log") as process:
        paths = _links(deployment, key, [f"{name}-{number}" for number in range(learners + 1)])
        # One learner before the others: what is made at the first request and kept is not theirs to wait for.
        uvloop.run(_all_at_once(deployment.port, paths[learners:]))
        workers = _workers(process.pid)
        before = sum(map(_cpu_seconds, workers))
        lecture = uvloop.run(_all_at_once(deployment.port, paths[:learners]))
        lecture.cpu_seconds = sum(map(_cpu_seconds, workers)) - before
        lecture.megabytes = max(map(_megabytes, workers))
        with httpx.Client(base_url=deployment.public_url, timeout=30) as verifier:
            for credential in lecture.credentials[:: max(1, learners // 10)]:
                report = verifier.post("/verify", json=credential).raise_for_status().json()
                if report["reason"]["code"] not in ("valid", "test-issuer"):
                    lecture.wrong[f"verified: {report['reason']['code']}"] += 1
    return lecture


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.claims", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--smoke", action="store_true", help="forty learners; writes no page")
    chosen = parser.parse_args(arguments)
    learners = 40 if chosen.smoke else 200
    os.chdir(REPOSITORY)
    with postgresql_server() as url:
        lecture = _measured(_Claims(_free_port(), _database(url, "claims")), learners)
    content = _figures(lecture, learners)
    print(content)  # noqa: T201 - a command
    wrong = _what_is_wrong(lecture, learners, busy=chosen.smoke)
    print("\n".join(f"WRONG: {sentence}" for sentence in wrong))  # noqa: T201 - as above
    if not chosen.smoke:
        write_into(PAGE, content, (BEGIN, END))
    return 1 if wrong else 0


def _measured(deployment: _Claims, learners: int) -> Lecture:
    deployment.begin_afresh()
    try:
        operate(deployment, "init")
        key = operate(deployment, "api-keys", "create", "test").strip().splitlines()[-1]
        return _one_lecture(deployment, key, learners, "lecture")
    finally:
        shutil.rmtree(REPOSITORY / deployment.folder, ignore_errors=True)


def _what_is_wrong(lecture: Lecture, learners: int, *, busy: bool) -> list[str]:
    """Return what does not hold; ``busy``: on a machine that does other things as well."""
    wrong = [f"{count} learners: {words}" for words, count in lecture.wrong.items()]
    if busy:
        cost = lecture.cpu_seconds / learners * 1000
        wrong += [f"a claim costs {cost:.0f} ms of processor time"] if cost > MOST_CPU_MILLISECONDS else []
    else:
        slow = [step for step in STEPS if lecture.seconds[step] and lecture.p99(step) >= MOST_SECONDS]
        wrong += [f"the p99 of {step} was {lecture.p99(step):.2f} s" for step in slow]
    identifiers = {credential["id"] for credential in lecture.credentials}
    places = {json.dumps(credential["credentialStatus"]) for credential in lecture.credentials}
    if not len(identifiers) == len(places) == learners:
        wrong.append(f"{len(identifiers)} identifiers and {len(places)} places in status lists for {learners} learners")
    if lecture.megabytes > MOST_MEGABYTES:
        wrong.append(f"a process took {lecture.megabytes:.0f} MB")
    return wrong


def _figures(lecture: Lecture, learners: int) -> str:
    rows = [
        (step, *(f"{quantile(lecture.seconds[step], share) * 1000:.0f}" for share in (0.5, 0.99)))
        for step in STEPS
        if lecture.seconds[step]
    ]
    begun = f"{learners} learners at once, each from the claim page to a bound credential; two processes, PostgreSQL:"
    ended = (
        f"All were done after {lecture.lasted:.1f} s, with {len(lecture.credentials)} credentials and "
        f"{lecture.cpu_seconds:.1f} s of processor time."
    )
    held = f"A process held {lecture.megabytes:.0f} MB at most; {MOST_MEGABYTES} MB are allowed."
    return "\n".join([begun, "", table(("step", "p50, ms", "p99, ms"), rows), "", f"{ended} {held}"])


if __name__ == "__main__":
    sys.exit(main())
