"""Several worker processes on one database: whichever accepts a request serves it, and nothing is done twice."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from app.store.tables import credential, idempotency, status_lease
from tests.builders import altered, full_request
from tests.deployments import PUBLIC_URL, SECRET, Clock, open_office, set_up

REPOSITORY = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
AWARDS, COPIES = 24, 16


class Service:
    """``serve --workers`` as an operator starts it."""

    def __init__(self, url, keys, api_key):
        self.log = keys.parent / "log"
        self.api_key = api_key
        secret = keys.parent / "master.secret"
        SECRET.write(secret)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            "PATH": os.environ["PATH"],
            "PUBLIC_URL": PUBLIC_URL,
            "DATABASE_URL": url,
            "KEYS_DIR": str(keys),
            "MASTER_SECRET_FILE": str(secret),
            "DEPLOYMENT": "development",
            "VERIFY_LOOKUPS": "off",
            "LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "app", "serve", "--workers", str(WORKERS), "--port", str(self.port)]
        with self.log.open("wb") as stream:
            self.process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=stream, stderr=stream)

    def client(self):
        # A connection for each request: it is the connections that the workers share out among themselves.
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.api_key}"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=60,
        )

    async def until_ready(self):
        async with self.client() as client:
            for _ in range(600):
                assert self.process.poll() is None, self.log.read_text()
                try:
                    if (await client.get("/readyz")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
            answer = await client.get("/readyz")
        raise AssertionError(answer.text + self.log.read_text())

    def worker_pids(self):
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in listed]


def still_running(pids):
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


@pytest.fixture
async def served(prepared):
    url, keys, api_keys = prepared
    office = open_office(url, keys, Clock())
    service = Service(url, keys, (api_keys or await set_up(office))["wut"])
    try:
        yield service, office.database
    finally:
        if service.process.poll() is None:
            service.process.kill()
            service.process.wait()
        await office.close()


@pytest.mark.slow
async def test_workers_share_one_database_and_do_nothing_twice(served):
    service, database = served
    await service.until_ready()
    request = full_request("academic")

    async def post(client, number, key):
        body = altered(request, {"learner.reference": f"learner-{number}"})
        return await client.post("/api/v1/credentials", json=body, headers={"Idempotency-Key": key})

    async with service.client() as client:
        distinct = [post(client, number, f"award-{number}") for number in range(AWARDS)]
        copies = [post(client, "the-same", "copy") for _ in range(COPIES)]
        answers = await asyncio.gather(*distinct, *copies)
        assert Counter(answer.status_code for answer in answers) == {201: AWARDS + COPIES}
        assert len({answer.json()["id"] for answer in answers[:AWARDS]}) == AWARDS
        # Exactly once, whichever worker was asked: one answer, byte for byte.
        assert len({answer.content for answer in answers[AWARDS:]}) == 1

        for burst in range(1, 21):  # until a second worker has been asked: one that is busy accepts nothing
            async with database.read() as connection:
                owners = {row["owner"] for row in await connection.fetch_all(select(status_lease.c.owner))}
            if len(owners) >= WORKERS:
                break
            more = range(burst * AWARDS, burst * AWARDS + AWARDS)
            await asyncio.gather(*(post(client, number, f"award-{number}") for number in more))
        assert len(owners) == WORKERS

    async with database.read() as connection:
        rows = await connection.fetch_all(select(credential.c.status_list_id, credential.c.status_index))
        keys = await connection.fetch_all(select(idempotency.c.key, idempotency.c.status))
    assert len({(row["status_list_id"], row["status_index"]) for row in rows}) == len(rows) == len(keys)
    assert {row["status"] for row in keys} == {201}

    workers = service.worker_pids()
    assert len(workers) >= WORKERS
    service.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(service.process.wait, 30)
    assert service.process.returncode in {0, -signal.SIGTERM}
    for _ in range(100):  # what watches over the workers goes when it sees that they are gone
        if not (left := still_running(workers)):
            break
        await asyncio.sleep(0.1)
    assert not left
    assert not re.search(r"Traceback|defect", service.log.read_text())
