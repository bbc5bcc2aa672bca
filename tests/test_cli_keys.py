"""Setting up a signer process with a token from a terminal, as the operator guide has it."""

import json

import pytest

from tests.counterparts.signer_process import SignerProcessAtWork
from tests.counterparts.softhsm import SoftHsm, needs_softhsm
from tests.databases import sqlite_template  # noqa: F401 - pytest finds fixtures by their names here
from tests.deployments import empty_keyring  # noqa: F401 - as above
from tests.test_cli import deployment, folder, run  # noqa: F401 - as above

pytestmark = needs_softhsm


@pytest.fixture
def process(deployment, folder, monkeypatch):  # noqa: F811 - the fixtures
    token = SoftHsm(folder / "hsm")
    process = SignerProcessAtWork(folder, folder / "keys", **token.settings).start()
    monkeypatch.setenv("SIGNER_SOCKET", str(process.socket))
    monkeypatch.setenv("SEAL_ANCHORS", str(folder / "pki" / "anchors"))
    yield process
    process.stop()


def test_keys_and_a_seal_are_made_in_a_token_and_the_doctor_says_how_it_is(process, run, folder):  # noqa: F811
    assert run("seals", "development-pki", folder / "pki").code == 0
    made = run("keys", "generate", "wut", "--backend", "pkcs11")
    assert (made.code, made.out.count("pre-published")) == (0, 2), made.err
    fragments = [line.split()[0] for line in made.out.splitlines()]
    for fragment in fragments:
        assert run("keys", "activate", "wut", fragment).code == 0
        assert f"kept by pkcs11: wut/{fragment}" in run("keys", "list", "wut").out
    kept = {key["fragment"]: key["backend"] for key in json.loads(run("keys", "list", "wut", "--json").out)}
    assert {kept[fragment] for fragment in fragments} == {"pkcs11"}
    asked = run("seals", "request", "wut", "--backend", "pkcs11", "--algorithm", "PS256")
    (folder / "request.csr").write_text(asked.out)
    certificate = run("seals", "development-certificate", folder / "pki", folder / "request.csr")
    (folder / "seal.pem").write_text(certificate.out)
    enrolled = run("seals", "enrol", "wut", folder / "seal.pem")
    assert (enrolled.code, enrolled.out.split()[0]) == (0, "seal-ps256-2026-1"), enrolled.err

    said = run("doctor").out
    assert "ok    The signer process: file: can sign." in said
    assert "ok    The signer process: pkcs11: can sign." in said
    assert "wut: can sign." in said

    refused = run("keys", "enrol", "wut", "nothing", "--algorithm", "P-256")
    assert (refused.code, "no key of that label" in refused.err) == (4, True), refused.err
    again = run("keys", "enrol", "wut", f"wut/{fragments[0]}", "--algorithm", "Ed25519")
    assert (again.code, "on record already" in again.err) == (1, True), again.err
    remote = run("seals", "enrol-remote", "wut", "x", "--algorithm", "RS256")
    assert (remote.code, "no backend csc" in remote.err) == (4, True), remote.err

    process.stop()
    doctor = run("doctor")
    assert doctor.code == 1
    assert "LOOK  wut: The signer process" in doctor.out
    assert "signer-out-of-order" in doctor.out
    assert run("keys", "generate", "wut").code == 4
