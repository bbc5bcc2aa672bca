"""Signing keys in a real token (SoftHSM), behind the signer process: nothing wrong leaves, whatever becomes of it."""

import asyncio
import os
import sys
import time
from datetime import timedelta

import pytest

from app.issuance import seals, setup
from app.issuance.issue import finish_prepared
from app.issuance.repeating import LEASE
from app.keys import (
    Algorithm,
    Backend,
    KeyExists,
    KeyringUnusable,
    RemoteSealSigner,
    RsaScheme,
    SignerProcess,
    SigningFailed,
    development_pki,
)
from app.trust.seals import Anchors
from tests.builders import full_request
from tests.counterparts.signer_process import SignerProcessAtWork
from tests.counterparts.softhsm import LABEL, SoftHsm, needs_softhsm
from tests.deployments import START, a_deployment

pytestmark = [pytest.mark.tokens, *needs_softhsm]

SECONDS = float(os.environ.get("TOKEN_SECONDS", "2"))
"""How long the callers go on; `make tokens` says a minute."""
KINDS = (Algorithm.P256, Algorithm.ED25519, RsaScheme.PS256)


@pytest.fixture
def token(tmp_path):
    return SoftHsm(tmp_path / "hsm")


@pytest.fixture
def process(sqlite_prepared, token, tmp_path):
    process = SignerProcessAtWork(tmp_path, sqlite_prepared[1], **token.settings).start()
    yield process
    process.stop()


@pytest.fixture
def pki(tmp_path):
    development_pki.make(tmp_path / "pki", START - timedelta(days=1))
    return tmp_path / "pki"


@pytest.fixture
async def deployment(sqlite_prepared, process, pki):
    changes = {"seal_anchors": pki / "anchors"}
    asked = SignerProcess(process.socket)
    async with a_deployment(
        sqlite_prepared, changes=changes, signer_process=asked, longest_wait_seconds=0.3
    ) as running:
        yield running


async def with_keys_in_the_token(deployment):
    made = await setup.generate_keys(deployment.office, "wut", backend=Backend.PKCS11)
    for key in made:
        await setup.activate_key(deployment.office, "wut", key.fragment)
    return {key.fragment for key in made}


async def issue(deployment, reference):
    request = full_request("academic", {"learner.reference": reference})
    return await deployment.system().post("/api/v1/credentials", json=request)


async def signed_by(deployment, record):
    credential = await deployment.fetch(record)
    assert (await deployment.verify(credential.content))["verdict"] == "valid"
    return {proof["verificationMethod"].partition("#")[2] for proof in credential.document["proof"]}


async def test_keys_are_made_in_the_token_rotated_to_and_sign(deployment):
    before = await issue(deployment, "before")
    fragments = await with_keys_in_the_token(deployment)
    after = await issue(deployment, "after")
    assert (before.status_code, after.status_code) == (201, 201)
    assert await signed_by(deployment, after.json()) == fragments
    assert not fragments & await signed_by(deployment, before.json())
    keys = [key for key in await setup.list_keys(deployment.office, "wut") if key.fragment in fragments]
    assert {(key.backend, key.backend_ref) for key in keys} == {("pkcs11", f"wut/{name}") for name in fragments}
    events = await deployment.office.custodian.names()
    assert {(Backend.PKCS11, f"wut/{name}") for name in fragments} <= set(events)


async def test_a_key_that_was_made_in_the_token_by_other_means_is_enrolled_once(deployment, process):
    asked = SignerProcess(process.socket)
    try:
        await asked.make(Backend.PKCS11, "ceremony 2026", Algorithm.P256)
    finally:
        await asked.close()
    named = {"backend": Backend.PKCS11, "ref": "ceremony 2026", "algorithm": Algorithm.P256}
    key = await setup.enrol_key(deployment.office, "wut", **named)
    assert (key.state.value, key.backend_ref) == ("pre-published", "ceremony 2026")
    for slug in ("wut", "upv"):
        with pytest.raises(setup.KeyStepRefused, match="on record already"):
            await setup.enrol_key(deployment.office, slug, **named)
    await setup.activate_key(deployment.office, "wut", key.fragment)
    assert key.fragment in await signed_by(deployment, (await issue(deployment, "a")).json())


@pytest.mark.timeout(300)
async def test_eight_callers_get_right_signatures_for_as_long_as_they_ask(process):
    asked = SignerProcess(process.socket)
    signers = []
    for kind in KINDS:
        ref = f"wut/load-{kind.lower()}"
        public_key = await asked.make(Backend.PKCS11, ref, kind)
        signers.append(RemoteSealSigner(asked, Backend.PKCS11, ref, public_key))
    counted = dict.fromkeys(KINDS, 0)
    end = time.monotonic() + SECONDS

    async def caller(number):
        turn = 0
        while time.monotonic() < end:
            signer = signers[(number + turn) % len(signers)]
            message = f"{number} {turn} ".encode() * (1 + 500 * (turn % 5))
            # The signer verifies by itself; here it is verified once more, by who knows the message.
            assert signer.public_key.verify(await signer.sign(message), message)
            counted[signer.public_key.algorithm] += 1
            turn += 1

    await asyncio.gather(*(caller(number) for number in range(8)))
    await asked.close()
    assert min(counted.values()) > 5 * SECONDS, counted
    assert "interrupted" not in process.said()
    assert "WRONG" not in process.said()
    sys.stdout.write(f"signatures in {SECONDS:.0f} s: {counted}\n")


@pytest.mark.timeout(300)
async def test_a_token_that_is_taken_out_and_put_back_delays_and_harms_nothing(deployment, process, token):
    fragments = await with_keys_in_the_token(deployment)
    records, refused = [], 0
    for number in range(9):
        if number == 3:
            token.take_out()
        if number == 6:
            token.put_back()
            await asyncio.sleep(1.2)
        answer = await issue(deployment, str(number))
        if answer.status_code == 201:
            records.append(answer.json())
        else:
            assert (answer.status_code, answer.json()["code"]) == (503, "signing-failed"), answer.text
            refused += 1
            ready = (await deployment.public.get("/readyz")).json()
            assert {"issuer": "wut", "code": "signer-out-of-order"} in ready["cannot_sign"]
            # Others' keys are in files.
            await deployment.issue(full_request("academic", {"learner.reference": str(number)}, awarding_body="upv"))
    assert (len(records), refused) == (6, 3)
    deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await finish_prepared(deployment.office) == 3
    listed = (await deployment.system().get("/api/v1/credentials")).json()["items"]
    assert (len(listed), {item["state"] for item in listed}) == (9, {"issued"})
    for item in listed[::3]:
        assert await signed_by(deployment, item) == fragments
    assert (await deployment.public.get("/readyz")).json()["cannot_sign"] == []
    assert "interrupted" not in process.said()


async def test_the_process_with_the_token_is_killed_while_issuing_and_the_same_bytes_are_signed(deployment, process):
    fragments = await with_keys_in_the_token(deployment)
    answers = asyncio.gather(*(issue(deployment, str(number)) for number in range(8)))
    await process.killed(2, every_seconds=0.15)
    assert {answer.status_code for answer in await answers} <= {201, 503}
    process.wait_until_ready(2)
    for _ in range(3):
        deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
        await finish_prepared(deployment.office)
    listed = (await deployment.system().get("/api/v1/credentials")).json()["items"]
    assert (len(listed), {item["state"] for item in listed}) == (8, {"issued"})
    for item in listed[::3]:
        assert await signed_by(deployment, item) == fragments


@pytest.mark.parametrize("algorithm", [RsaScheme.PS256, RsaScheme.RS256, Algorithm.P256], ids=str)
async def test_a_seal_is_made_by_a_key_in_the_token(deployment, algorithm, pki):
    office = deployment.office
    request = await seals.request_seal(office, "wut", algorithm=algorithm, backend=Backend.PKCS11)
    certificate = development_pki.certify(pki, request.pem, office.clock())
    await seals.enrol_seal(office, "wut", certificate, Anchors.read(pki / "anchors"))
    record = (await issue(deployment, "sealed")).json()
    answer = await deployment.public.get(f"{record['public_url']}/edc.jsonld")
    assert answer.status_code == 200, answer.text
    report = await deployment.verify(answer.content)
    assert (report["verdict"], report["reason"]["code"]) == ("valid", "valid")
    named = {Algorithm.P256: "ES256"}.get(algorithm, str(algorithm))
    assert report["proofs"][0]["algorithm"] == named


async def test_a_pin_that_is_refused_is_tried_once(sqlite_prepared, token, tmp_path):
    token.pin_file.write_text("another PIN\n")
    process = SignerProcessAtWork(tmp_path, sqlite_prepared[1], **token.settings).start()
    asked = SignerProcess(process.socket)
    try:
        for _ in range(20):
            with pytest.raises(KeyringUnusable, match="refuses the PIN"):
                await asked.make(Backend.PKCS11, "wut/a", Algorithm.P256)
        assert "refuses the PIN" in (await asked.health())["pkcs11"]
        # The token counted one: with the right one it opens.
        token.pin_file.write_text("a user's PIN\n")
        process.kill_inner()
        process.wait_until_ready(2)
        await asyncio.sleep(0.05)
        await asked.make(Backend.PKCS11, "wut/a", Algorithm.P256)
        with pytest.raises(KeyExists):
            await asked.make(Backend.PKCS11, "wut/a", Algorithm.P256)
    finally:
        await asked.close()
        process.stop()


def test_a_pin_file_that_others_may_read_stops_the_start(sqlite_prepared, token, tmp_path):
    token.pin_file.chmod(0o644)
    with pytest.raises(AssertionError, match="chmod 600"):
        SignerProcessAtWork(tmp_path, sqlite_prepared[1], **token.settings).start()


async def test_a_token_that_is_not_there_is_said(sqlite_prepared, token, tmp_path):
    settings = {**token.settings, "PKCS11_TOKEN": "another"}
    process = SignerProcessAtWork(tmp_path, sqlite_prepared[1], **settings).start()
    asked = SignerProcess(process.socket)
    try:
        with pytest.raises(SigningFailed, match="another is out of reach"):
            await asked.make(Backend.PKCS11, "wut/a", Algorithm.P256)
        assert LABEL not in (await asked.health())["pkcs11"]
    finally:
        await asked.close()
        process.stop()
