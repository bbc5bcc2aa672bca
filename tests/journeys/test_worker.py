"""The worker as an operator starts it: ended without warning amid its work, it loses and doubles nothing."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.issuance.issue import EDC_FORM
from app.store.tables import secured_form
from tests.builders import full_request
from tests.deployments import PUBLIC_URL, SECRET
from tests.sealing_house import a_house

REPOSITORY = Path(__file__).resolve().parent.parent.parent
KINDS = ("academic", "specialisation", "achievement", "service")


class WorkerProcess:
    """``worker``, and where it says what it does."""

    def __init__(self, house, prepared, folder):
        url, keys, _ = prepared
        secret = folder / "master.secret"
        if not secret.exists():
            SECRET.write(secret)
        environment = {
            "PATH": os.environ["PATH"],
            "PUBLIC_URL": PUBLIC_URL,
            "DATABASE_URL": url,
            "KEYS_DIR": str(keys),
            "MASTER_SECRET_FILE": str(secret),
            "DEPLOYMENT": "development",
            "SEAL_ANCHORS": str(house.deployment.settings.seal_anchors),
            "SEAL_TIMESTAMP_AUTHORITIES": house.stamping.url,
            "LOOPBACK_EXCEPTIONS": ",".join(house.deployment.settings.loopback_exceptions),
            "WORKER_RETRY_SECONDS": "0.2",
        }
        self.log = folder / "worker.log"
        with self.log.open("ab") as stream:
            command = [sys.executable, "-m", "app", "worker"]
            self.process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=stream, stderr=stream)

    async def until(self, holds):
        for _ in range(900):
            if await holds():
                return
            assert self.process.poll() is None, self.log.read_text()
            await asyncio.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(30)


async def stored(house):
    async with house.office.database.read() as connection:
        rows = await connection.fetch_all(select(secured_form).where(secured_form.c.form == EDC_FORM))
    return Counter((row["credential_id"], row["level"]) for row in rows)


@pytest.mark.slow
async def test_twenty_refusals_and_two_sudden_ends_later_each_time_stamp_is_there_exactly_once(prepared, tmp_path):
    moment = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the worker asks its own clock
    async with a_house(prepared, tmp_path, start=moment) as house:
        house.stamping.clock = None
        house.requests = map(full_request, KINDS)
        records = [await house.sealed() for _ in KINDS]
        house.stamping.refusals = 20
        for refused in (7, 14):
            worker = WorkerProcess(house, prepared, tmp_path)

            async def has_refused(so_many=refused):
                return house.stamping.asked >= so_many

            await worker.until(has_refused)
            assert worker.end(signal.SIGKILL) == -signal.SIGKILL
        assert await stored(house) == Counter((key, "B") for key, _ in await stored(house))
        worker = WorkerProcess(house, prepared, tmp_path)

        async def all_raised():
            return sum(level == "LTA" for _, level in await stored(house)) == len(records)

        await worker.until(all_raised)
        assert worker.end(signal.SIGTERM) == 0
        found = await stored(house)
        assert set(found.values()) == {1}
        assert Counter(level for _, level in found) == dict.fromkeys(("B", "T", "LTA"), len(records))
        assert house.stamping.refusals == 0
        assert {work["kind"] for work in await house.open_work()} == {"seal-renew"}


async def test_what_a_restored_database_calls_open_is_done_again_whatever_the_worker_noted(sqlite_prepared, tmp_path):
    moment = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the worker asks its own clock
    async with a_house(sqlite_prepared, tmp_path, start=moment) as house:
        house.stamping.clock = None
        await house.sealed()
        kept, records = tmp_path / "kept.db", sqlite_prepared[0].partition("///")[2]
        await asyncio.to_thread(copy_database, records, kept)
        (open_before,) = await house.open_work()

        async def raised():
            return sum(level == "LTA" for _, level in await stored(house)) == 1

        for _ in range(2):
            await asyncio.to_thread(copy_database, kept, records)
            assert [work["id"] for work in await house.open_work()] == [open_before["id"]]
            assert [level for _, level in await stored(house)] == ["B"]
            worker = WorkerProcess(house, sqlite_prepared, tmp_path)
            await worker.until(raised)
            assert worker.end(signal.SIGTERM) == 0
        assert {work["kind"] for work in await house.open_work()} == {"seal-renew"}


def copy_database(source, target):
    with closing(sqlite3.connect(source)) as found, closing(sqlite3.connect(target)) as made:
        found.backup(made)


async def test_without_anybody_to_ask_the_worker_says_so(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DEPLOYMENT": "development"}
    command = [sys.executable, "-m", "app", "worker"]
    ended = await asyncio.to_thread(
        subprocess.run, command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 4
    assert "SEAL_TIMESTAMP_AUTHORITIES" in ended.stderr
