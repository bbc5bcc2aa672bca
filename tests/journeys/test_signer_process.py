"""A deployment whose private keys are with a signer process: none is in the one that serves, and nothing is lost."""

import asyncio
import contextlib
import gc
import os
import shutil
import signal
import socket
import stat
import struct
from pathlib import Path

import pytest

from app.issuance import setup
from app.issuance.issue import finish_prepared
from app.issuance.repeating import LEASE
from app.keys import (
    Backend,
    InProcessRsaSigner,
    InProcessSigner,
    KeyringUnusable,
    SignerProcess,
    SignerUnreachable,
    SigningFailed,
)
from tests.builders import full_request
from tests.counterparts.signer_process import AS_OPERATORS_DO, SignerProcessAtWork
from tests.deployments import a_deployment


def apart(prepared, folder):
    """Give the keys to the signer process: what serves keeps the keyring file, which opens personal data."""
    url, keys, api_keys = prepared
    shutil.copytree(keys, folder / "signer-keys")
    for issuer in [path for path in keys.iterdir() if path.is_dir()]:
        shutil.rmtree(issuer)
    return (url, keys, api_keys), folder / "signer-keys"


@pytest.fixture
def process(sqlite_prepared, tmp_path):
    _, keys = apart(sqlite_prepared, tmp_path)
    process = SignerProcessAtWork(tmp_path, keys).start()
    yield process
    process.stop()


@pytest.fixture
async def deployment(sqlite_prepared, process):
    asked = SignerProcess(process.socket, patience_seconds=15)
    async with a_deployment(sqlite_prepared, signer_process=asked, longest_wait_seconds=0.3) as running:
        yield running


def private_keys_in_memory():
    """Return every signer of this process that has a private key, as the collector of garbage sees them."""
    return {id(one) for one in gc.get_objects() if isinstance(one, (InProcessSigner, InProcessRsaSigner))}


async def issue(deployment, reference):
    return await deployment.system().post(
        "/api/v1/credentials", json=full_request("academic", {"learner.reference": reference})
    )


async def test_it_issues_and_no_private_key_is_in_the_process_that_serves(deployment):
    gc.collect()
    before = private_keys_in_memory()
    answer = await issue(deployment, "a")
    assert answer.status_code == 201, answer.text
    report = await deployment.verify((await deployment.fetch(answer.json())).content)
    assert report["verdict"] == "valid"
    assert deployment.office.keyring._signers == {}
    assert private_keys_in_memory() <= before
    assert (await deployment.public.get("/readyz")).json()["cannot_sign"] == []


async def test_killed_again_and_again_while_issuing_it_leaves_nothing_half_done(deployment, process):
    killing = asyncio.create_task(process.killed(3, every_seconds=0.5))
    records = []
    try:
        for batch in range(5):
            answers = await asyncio.gather(*(issue(deployment, f"{batch}-{number}") for number in range(4)))
            records += [answer.json() for answer in answers]
            assert {answer.status_code for answer in answers} <= {201, 503}, [answer.text for answer in answers]
            await asyncio.sleep(0.15)
    finally:
        await killing
    process.wait_until_ready(2)
    assert process.said().count("signing was interrupted") >= 1
    listed = (await deployment.system().get("/api/v1/credentials", params={"limit": 100})).json()["items"]
    prepared = {item["id"]: item for item in listed if item["state"] == "prepared"}
    for _ in range(10):
        # As the service itself does every few seconds: what cannot be signed yet is left for the next time.
        deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
        with contextlib.suppress(SigningFailed):
            await finish_prepared(deployment.office)
    listed = (await deployment.system().get("/api/v1/credentials", params={"limit": 100})).json()["items"]
    assert (len(listed), {item["state"] for item in listed}) == (20, {"issued"})
    assert {item["id"] for item in listed} >= prepared.keys()
    issued = [record for record in records if "public_url" in record]
    assert len(issued) >= 1
    for item in listed[::4]:
        report = await deployment.verify((await deployment.fetch(item)).content)
        assert report["verdict"] == "valid"


async def test_without_it_nothing_is_signed_and_what_was_prepared_is_signed_when_it_is_back(sqlite_prepared, process):
    asked = SignerProcess(process.socket, patience_seconds=0.1)
    async with a_deployment(sqlite_prepared, signer_process=asked, longest_wait_seconds=0.3) as deployment:
        process.stop(signal.SIGKILL)
        refused = await issue(deployment, "a")
        assert (refused.status_code, refused.json()["code"]) == (503, "signer-unreachable")
        assert str(process.socket) not in refused.text
        assert int(refused.headers["retry-after"]) > 0
        ready = (await deployment.public.get("/readyz")).json()
        assert {"issuer": "wut", "code": "signer-out-of-order"} in ready["cannot_sign"]
        (prepared,) = (await deployment.system().get("/api/v1/credentials")).json()["items"]
        assert prepared["state"] == "prepared"
        process.start()
        process.wait_until_ready(2)
        deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
        assert await finish_prepared(deployment.office) == 1
        credential = await deployment.fetch(prepared)
        assert credential.document["id"] == f"urn:uuid:{prepared['id']}"
        assert (await deployment.verify(credential.content))["verdict"] == "valid"


async def test_keys_are_made_rotated_and_revoked_where_they_are_kept(deployment):
    office = deployment.office
    (made,) = await setup.generate_keys(office, "wut", algorithms=[setup.PROOF_ALGORITHMS[0]])
    assert (Backend.FILE, made.backend_ref) in await office.custodian.names()
    assert made.backend_ref not in {str(name) for name in office.keyring.names()}
    await setup.activate_key(office, "wut", made.fragment)
    record = (await issue(deployment, "after-rotation")).json()
    document = (await deployment.fetch(record)).document
    assert any(proof["verificationMethod"].endswith(f"#{made.fragment}") for proof in document["proof"])
    await setup.revoke_key(office, "wut", made.fragment, "a test")
    answer = await issue(deployment, "after-revocation")
    assert (answer.status_code, answer.json()["code"]) == (503, "signing-keys-missing")


async def test_who_does_not_speak_the_protocol_is_hung_up_on_and_harms_nobody(process, deployment):
    def says(octets):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(process.socket))
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(10)

    header = b'{"version":1,"wants":"private-key","backend":"file","ref":"wut/ed25519-2026-1"}'
    twice = b'{"version":1,"wants":"health","wants":"health"}'
    for octets in (
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">II", 2**31, 0),
        struct.pack(">II", 2, 2**31) + b"{}",
        struct.pack(">II", len(header), 0) + header,
        struct.pack(">II", len(twice), 0) + twice,
        struct.pack(">II", 100, 0) + b"{",
    ):
        assert await asyncio.to_thread(says, octets) == b"", octets
    assert (await issue(deployment, "b")).status_code == 201


def has_ended(process_id):
    status = Path(f"/proc/{process_id}/stat")
    # Where nobody waits for it, as in a container without an init process, its last state remains to be seen.
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


async def test_its_socket_is_for_its_own_user_alone_and_is_taken_away_when_it_ends(process, tmp_path):
    facts = process.socket.stat()
    assert (stat.S_IMODE(facts.st_mode), facts.st_uid) == (0o600, os.geteuid())
    (tmp_path / "2").mkdir()
    second = SignerProcessAtWork(tmp_path / "2", tmp_path / "signer-keys", SIGNER_SOCKET=str(process.socket))
    with pytest.raises(AssertionError, match="Another signer process answers"):
        second.start()
    inner = process.inner
    assert process.stop() == 0
    assert not process.socket.exists()
    assert has_ended(inner)


async def test_the_process_with_the_keys_ends_with_the_one_that_began_it(process):
    inner = process.inner
    process.stop(signal.SIGKILL)
    for _ in range(200):
        if has_ended(inner):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the inner process goes on")


async def test_a_signer_process_of_another_user_is_believed_only_if_it_is_named(process, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    with pytest.raises(KeyringUnusable, match="SIGNER_USERS"):
        await SignerProcess(process.socket).names()
    named = SignerProcess(process.socket, users=[os.getuid()])
    assert await named.names()
    await named.close()


async def test_what_answers_nothing_has_failed_in_time(tmp_path):
    with pytest.raises(SignerUnreachable):
        await SignerProcess(tmp_path / "nothing.sock", patience_seconds=0.1).names()


def test_the_command_starts_it_and_does_not_without_keys(tmp_path, empty_keyring):
    process = SignerProcessAtWork(tmp_path, empty_keyring, command=AS_OPERATORS_DO).start()
    assert process.stop() == 0
    (tmp_path / "2").mkdir()
    settings = {"MASTER_SECRET_FILE": str(tmp_path / "none.secret")}
    with pytest.raises(AssertionError, match="signer --init"):
        SignerProcessAtWork(tmp_path / "2", tmp_path / "none", **settings).start()
