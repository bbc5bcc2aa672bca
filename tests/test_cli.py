"""The command line: the same stories from a terminal, helpful when refused, with exit codes that scripts can use."""

import asyncio
import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest
import structlog

from app import cli
from app.keys import Algorithm, Keyring, MasterSecret
from app.settings import REPOSITORY
from tests.builders import ABSENT, a_request, altered, an_offering, full_request
from tests.counterparts.other_deployment import OtherDeployment
from tests.databases import sqlite_template  # noqa: F401 - pytest finds fixtures by their names here
from tests.deployments import ISSUERS, SECRET, empty_keyring  # noqa: F401 - as above


@dataclass
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An environment that names an empty folder."""
    for name, value in {
        "PUBLIC_URL": "http://localhost:8000",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'enhance.db'}",
        "KEYS_DIR": str(tmp_path / "keys"),
        "MASTER_SECRET_FILE": str(tmp_path / "secret" / "master.secret"),
        "VERIFY_LOOKUPS": "off",
        "DEPLOYMENT": "development",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LOOPBACK_EXCEPTIONS", raising=False)
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Run a command as a terminal does."""

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["app", *map(str, arguments)])
        try:
            cli.run()
            code = 0
        except SystemExit as exit_:
            code = exit_.code or 0
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    yield command
    structlog.reset_defaults()  # `serve` logs to the standard error of this test, which is closed after it


@pytest.fixture
def deployment(run, folder, sqlite_template, empty_keyring):  # noqa: F811 - the fixtures
    """A deployment with one university, and a keyring that opens quickly."""
    shutil.copyfile(sqlite_template, folder / "enhance.db")
    shutil.copytree(empty_keyring, folder / "keys")
    (folder / "secret").mkdir(mode=0o700)
    SECRET.write(folder / "secret" / "master.secret")
    assert run("init").code == 0
    assert run("issuers", "add", ISSUERS / "wut.json").code == 0
    assert run("keys", "generate", "wut", "--activate").code == 0
    assert run("issuers", "add", ISSUERS / "tu-berlin.json").code == 0
    return run


def written(folder, name, value):
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.slow
def test_init_makes_everything_once_and_can_be_repeated(run, folder):
    first = run("init")
    assert first.code == 0, first.err
    secret = folder / "secret" / "master.secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    before = (secret.read_bytes(), (folder / "keys" / "keyring.json").read_bytes())
    again = run("init")
    assert (again.code, "Made" in again.out) == (0, False)
    assert (secret.read_bytes(), (folder / "keys" / "keyring.json").read_bytes()) == before
    assert "did:web:localhost%3A8000:issuers:test" in run("issuers", "list").out
    assert run("doctor").code == 0


@pytest.mark.parametrize("lost", ["secret", "keyring", "both"])
def test_init_makes_nothing_anew_that_was_lost(deployment, folder, lost):
    secret, keys = folder / "secret" / "master.secret", folder / "keys"
    if lost in ("secret", "both"):
        secret.rename(folder / "kept.secret")
    if lost in ("keyring", "both"):
        keys.rename(folder / "kept")
    refused = deployment("init")
    assert (refused.code, "deployment-incomplete" in refused.err) == (4, True), refused.err
    assert ("MASTER_SECRET_FILE" in refused.err, "KEYS_DIR" in refused.err) == (lost != "keyring", lost != "secret")
    assert (secret.exists(), keys.exists()) == (lost == "keyring", lost == "secret")


def test_init_does_not_begin_anew_over_keys_whose_database_or_secret_is_gone(deployment, folder):
    (folder / "secret" / "master.secret").rename(folder / "kept.secret")
    for ending in ("", "-wal", "-shm"):
        (folder / f"enhance.db{ending}").unlink(missing_ok=True)
    refused = deployment("init")
    assert (refused.code, "Put back the secret" in refused.err) == (4, True), refused.err
    assert not (folder / "secret" / "master.secret").exists()
    (folder / "kept.secret").rename(folder / "secret" / "master.secret")
    refused = deployment("init")
    assert (refused.code, "Put the database of these keys back" in refused.err) == (4, True), refused.err
    assert not (folder / "enhance.db").exists()
    assert deployment("doctor").code == 4


def test_production_has_an_address_in_the_world_before_anything_is_made(run, folder, monkeypatch):
    monkeypatch.delenv("DEPLOYMENT")
    for address in ("http://localhost:8000", "https://localhost", None):
        monkeypatch.setenv("PUBLIC_URL", address) if address else monkeypatch.delenv("PUBLIC_URL")
        refused = run("init")
        assert (refused.code, refused.err.count("\n")) == (4, 2), refused.err
        assert "\nPUBLIC_URL: names this machine" in refused.err
        assert "export PUBLIC_URL=https://" in refused.err
    monkeypatch.setenv("LOOPBACK_EXCEPTIONS", "localhost:8001")
    assert "\nLOOPBACK_EXCEPTIONS: loosens" in run("doctor").err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("LOG_LEVEL", "loud", "'DEBUG'"),
        ("LOOPBACK_EXCEPTIONS", "localhost", "exact pairs of a host and a port"),
        ("LOOPBACK_EXCEPTIONS", "localhost:8001,127.0.0.1:99999", "exact pairs of a host and a port"),
        ("VERIFY_ALLOWED_ISSUERS", "https://university.example", "DIDs"),
        ("DATABASE_URL", "secret-word", "sqlite:///PATH"),
        ("DATABASE_URL", "mysql://me:secret-word@localhost/enhance", "sqlite:///PATH"),
        ("DATABASE_URL", "postgresql://me:secret-word@localhost:port/enhance", "sqlite:///PATH"),
        ("DATABASE_URL", "sqlite://", "sqlite:///PATH"),
        ("PORT", "none", "PORT"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line(deployment, monkeypatch, name, value, word):
    monkeypatch.setenv(name, value)
    for command in ("init", "migrate", "doctor", "serve"):
        said = deployment(command)
        assert (said.code, name in said.err, word in said.err) == (4, True, True), said.err
        assert len(said.err.splitlines()) == 2
        assert "secret-word" not in said.err


def test_a_credential_that_cannot_be_handed_over_is_not_issued_and_a_lost_one_comes_again(deployment, folder):
    request = written(folder, "request.json", full_request("academic"))
    for output in (folder / "nowhere" / "credential.json", folder):
        refused = deployment("issue", "wut", request, "--output", output)
        assert (refused.code, refused.out) == (2, ""), refused.err
    learner = written(folder, "learner.json", full_request("academic")["learner"])
    assert "nothing to erase" in deployment("erase", "wut", "--learner", learner).out
    output = folder / "credential.json"
    broken = written(folder, "broken.json", altered(full_request("academic"), {"offering.workload": {}}))
    assert deployment("issue", "wut", broken, "--output", output).code == 1
    assert not output.exists()
    first = deployment("issue", "wut", request, "--output", output)
    content = output.read_bytes()
    assert (first.code, output.stat().st_mode & 0o777) == (0, 0o600)
    output.unlink()
    second = deployment("issue", "wut", request, "--output", output)
    assert (json.loads(second.out)["id"], output.read_bytes()) == (json.loads(first.out)["id"], content)
    assert [path.name for path in folder.iterdir() if "unfinished" in path.name] == []


def test_a_learner_is_erased_after_a_question_and_once(deployment, folder, monkeypatch):
    request = written(folder, "request.json", full_request("academic"))
    record = json.loads(deployment("issue", "wut", request).out)
    learner = written(folder, "learner.json", full_request("academic")["learner"])
    assert deployment("erase", "wut").code == 2
    around = written(folder, "around.json", {"learner": full_request("academic")["learner"]})
    refused = deployment("erase", "wut", "--learner", around, "--yes")
    assert (refused.code, "the member's value alone" in refused.err) == (2, True)
    assert deployment("erase", "wut", "8f1c0a5e-0000-4000-8000-000000000000", "--yes").code == 1
    assert deployment("erase", "tu-berlin", record["id"], "--yes").code == 1
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = deployment("erase", "wut", "--learner", learner)
    assert (asked.code, record["id"] in asked.out, "Erase it?" in asked.out) == (1, True, True)
    output = folder / "credential.json"
    assert deployment("issue", "wut", request, "--output", output).code == 0
    erased = deployment("erase", "wut", record["id"], "--yes")
    assert (erased.code, "Erased: 1 awards" in erased.out) == (0, True)
    again = deployment("erase", "wut", "--learner", learner, "--yes")
    assert (again.code, "nothing to erase" in again.out) == (0, True)
    refused = deployment("issue", "wut", request)
    assert (refused.code, "erased" in refused.err) == (1, True)
    assert deployment("verify", output).code == 0


def test_a_logo_is_set_and_removed(deployment, folder):
    file = folder / "logo.svg"
    file.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="80"><circle cx="40" cy="40" r="40"/></svg>'
    )
    done = deployment("issuers", "set-logo", "wut", file)
    assert (done.code, "SHA-256" in done.out) == (0, True), done.err
    assert deployment("issuers", "set-logo", "alliance", file).code == 0
    file.write_text("no logo")
    refused = deployment("issuers", "set-logo", "wut", file)
    assert (refused.code, "neither a PNG nor an SVG" in refused.err) == (1, True)
    assert deployment("issuers", "set-logo", "nobody", file).code == 1
    assert deployment("issuers", "set-logo", "wut", folder / "missing.svg").code == 2
    assert deployment("issuers", "remove-logo", "wut").code == 0
    assert deployment("issuers", "remove-logo", "wut").code == 1


def test_public_facts_are_compared_and_changed(deployment, folder, monkeypatch):
    description = json.loads((ISSUERS / "wut.json").read_text(encoding="utf-8"))
    assert "said already" in deployment("issuers", "change", ISSUERS / "wut.json").out
    changed = written(folder, "changed.json", description | {"short_name": "Warsaw Tech"})
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = deployment("issuers", "change", changed)
    assert (asked.code, 'short_name: "' in asked.out, '-> "Warsaw Tech"' in asked.out) == (1, True, True)
    assert deployment("issuers", "change", changed, "--yes").code == 0
    assert "said already" in deployment("issuers", "change", changed).out
    assert deployment("issuers", "change", ISSUERS / "upv.json", "--yes").code == 1
    unusable = written(folder, "unusable.json", description | {"short_name": "WUT \U0001fae0"})
    refused = deployment("issuers", "change", unusable, "--yes")
    assert (refused.code, "#/short_name" in refused.err) == (1, True)
    unusable = written(folder, "unusable.json", description | {"time_zone": "Europe/Nowhere"})
    refused = deployment("issuers", "change", unusable, "--yes")
    assert (refused.code, "#/time_zone" in refused.err) == (1, True)


def test_the_master_secret_is_changed_even_after_an_interruption(deployment, folder, monkeypatch):
    present, new = folder / "secret" / "master.secret", folder / "secret" / "new.secret"
    assert deployment("change-master-secret", present, "--yes").code == 2
    changed = deployment("change-master-secret", new, "--yes")
    assert (changed.code, new.stat().st_mode & 0o777) == (0, 0o600), changed.err
    assert "master-secret-wrong" in deployment("doctor").err
    assert deployment("change-master-secret", new, "--yes").code == 0  # as after an interruption
    other = folder / "secret" / "other.secret"
    wrong = deployment("change-master-secret", other, "--yes")
    assert (wrong.code, "master-secret-wrong" in wrong.err) == (4, True)
    monkeypatch.setenv("MASTER_SECRET_FILE", str(new))
    assert deployment("issue", "wut", written(folder, "request.json", full_request("academic"))).code == 0


def restored(deployment, folder):
    """The deployment with a backup in the place of its database."""
    assert deployment("backup", folder / "copy.db").code == 0
    for ending in ("", "-wal", "-shm"):
        (folder / f"enhance.db{ending}").unlink(missing_ok=True)
    shutil.copyfile(folder / "copy.db", folder / "enhance.db")


@pytest.mark.parametrize("trouble", ["restored", "mistyped"])
def test_what_the_records_refuse_is_refused_before_anything_is_asked_or_done(deployment, folder, monkeypatch, trouble):
    new, keyring = folder / "secret" / "new.secret", folder / "keys" / "keyring.json"
    before = keyring.read_bytes()
    if trouble == "restored":
        restored(deployment, folder)
        words = "after-restore"
    else:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'mistyped.db'}")
        words = "Is DATABASE_URL right"
    for command in (("change-master-secret", new), ("forget-answers",)):
        for answer in ((), ("--yes",)):
            refused = deployment(*command, *answer)
            assert (refused.code, words in refused.err, refused.out) == (4, True, ""), (command, refused.err)
    assert (new.exists(), keyring.read_bytes()) == (False, before)
    assert not (folder / "mistyped.db").exists()


def test_a_secret_that_does_not_open_the_keyring_is_changed_into_nothing(deployment, folder):
    (folder / "secret" / "master.secret").unlink()
    MasterSecret.generate().write(folder / "secret" / "master.secret")
    new = folder / "secret" / "new.secret"
    refused = deployment("change-master-secret", new, "--yes")
    assert (refused.code, "master-secret-wrong" in refused.err, new.exists()) == (4, True, False)


def test_old_answers_are_forgotten_after_a_question(deployment, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert deployment("forget-answers").code == 1
    assert "Forgotten: 0 answers" in deployment("forget-answers", "--yes").out


def test_in_an_empty_folder_one_is_told_to_begin(run, folder):
    for command in ("doctor", "serve"):
        refused = run(command)
        assert (refused.code, "python -m app init" in refused.err) == (4, True), (command, refused.err)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_in_use_is_one_sentence_and_not_undecided(deployment, workers):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = deployment("serve", "--host", "127.0.0.1", "--port", port, "--workers", workers)
    words = f"The service cannot listen on 127.0.0.1, port {port}: Address already in use.\n"
    assert (refused.code, refused.err) == (4, words)


def test_an_address_of_another_machine_is_one_sentence_and_a_port_beyond_all_ports_wrong_usage(deployment):
    refused = deployment("serve", "--host", "192.0.2.1", "--port", free_port())
    assert (refused.code, refused.err.startswith("The service cannot listen on 192.0.2.1, port")) == (4, True)
    assert len(refused.err.splitlines()) == 1
    assert deployment("serve", "--port", "65536").code == 2


def test_a_log_level_may_be_written_small(deployment, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "warning")
    assert deployment("doctor").code == 1  # only for what is missing in this deployment


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////proc/nowhere/enhance.db", "/proc/nowhere"),
        ("postgresql://me:secret-word@localhost:1/enhance", "database-unavailable"),
    ],
)
def test_a_database_that_is_not_there_is_one_message(deployment, monkeypatch, url, words):
    monkeypatch.setenv("DATABASE_URL", url)
    for command in ("migrate", "doctor", "serve"):
        said = deployment(command)
        assert (said.code, "database-unavailable" in said.err) == (4, True), (command, said.err)
        assert "Is DATABASE_URL right" in said.err
        assert "secret-word" not in said.err
    assert words in deployment("migrate").err


def test_a_database_of_another_form_is_named_with_what_helps(deployment, folder):
    database = sqlite3.connect(folder / "enhance.db", isolation_level=None)
    try:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        for command in ("migrate", "init"):
            said = deployment(command)
            assert (said.code, "schema-ahead" in said.err, "later version" in said.err) == (1, True, True), said.err
        database.execute("DROP TABLE alembic_version")
        for command in ("doctor", "serve"):
            said = deployment(command)
            assert (said.code, "schema-behind" in said.err, "python -m app migrate" in said.err) == (4, True, True)
    finally:
        database.close()


def test_help_names_every_command_and_nothing_is_done_without_one(run):
    said = run("--help")
    for command in (
        "serve",
        "migrate",
        "init",
        "doctor",
        "issue",
        "verify",
        "backup",
        "after-restore",
        "erase",
        "forget-answers",
        "change-master-secret",
        "keys",
        "issuers",
        "api-keys",
        "offerings",
        "trust",
    ):
        assert command in said.out
    assert "Exit codes: 0 done" in said.out
    assert run().code == 2
    assert run("dance").code == 2


def test_another_address_than_the_records_is_refused(deployment, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://elsewhere.example.edu")
    for command in (("doctor",), ("init",)):
        said = deployment(*command)
        assert said.code in (1, 4), command
        assert "http://localhost:8000" in said.err or "PUBLIC_URL" in said.err or "address" in said.err
        assert "Traceback" not in said.err


def test_an_empty_database_is_told_from_a_broken_one(deployment, folder, monkeypatch):
    sqlite3.connect(folder / "empty.db").close()
    (folder / "empty.db").touch(mode=0o600)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'empty.db'}")
    said = deployment("doctor")
    assert (said.code, "python -m app migrate" in said.err) == (4, True), said.err


def test_the_doctor_names_the_file_of_a_key_that_cannot_be_used_and_the_rest_works(deployment, folder):
    path = folder / "keys" / "wut" / "p256-2026-1.json"
    assert "ok    wut: can sign." in deployment("doctor").out
    path.chmod(0o644)
    said = deployment("doctor")
    assert said.code == 1
    assert f"LOOK  wut: The key file {path} is open to others: chmod 600 {path} (key-file-unusable)" in said.out
    assert "ok    test: can sign." in said.out
    issued = deployment("issue", "wut", written(folder, "request.json", full_request("academic")))
    assert (issued.code, "signing-keys-missing" in issued.err) == (4, True)
    sandbox = written(folder, "sandbox.json", full_request("service", awarding_body="test"))
    assert deployment("issue", "test", sandbox).code == 0


def test_a_wrong_secret_and_a_wrong_setting_say_what_to_do(deployment, folder, monkeypatch):
    (folder / "secret" / "master.secret").unlink()
    MasterSecret.generate().write(folder / "secret" / "master.secret")
    said = deployment("doctor")
    assert (said.code, "master-secret-wrong" in said.err) == (4, True)
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:8000/")
    said = deployment("doctor")
    assert said.code == 4
    assert "PUBLIC_URL" in said.err


def test_issuers_are_members_described_completely_and_added_once(deployment, folder):
    assert "member" in deployment("issuers", "list").out
    again = deployment("issuers", "add", ISSUERS / "wut.json")
    assert (again.code, "awarding-body-there" in again.err) == (1, True)
    assert "python -m app issuers change" in again.err
    stranger = json.loads((ISSUERS / "wut.json").read_text()) | {"slug": "hogwarts"}
    refused = deployment("issuers", "add", written(folder, "stranger.json", stranger))
    assert (refused.code, "#/slug" in refused.err) == (1, True)
    incomplete = json.loads((ISSUERS / "ntnu.json").read_text()) | {"time_zone": "Europe/Nowhere", "country": "N"}
    refused = deployment("issuers", "add", written(folder, "incomplete.json", incomplete))
    assert refused.code == 1
    assert "#/time_zone" in refused.err
    assert "#/country" in refused.err
    assert deployment("issuers", "add", folder / "missing.json").code == 2
    assert deployment("issuers", "add", written(folder, "list.json", [])).code == 2


def test_keys_go_from_pre_published_to_revoked(deployment, folder):
    assert deployment("keys", "generate", "wut", "--activate").code == 1
    made = deployment("keys", "generate", "wut", "--algorithm", "Ed25519")
    assert (made.code, "pre-published" in made.out) == (0, True)
    fragment = made.out.split()[0]
    first = fragment.rsplit("-", 1)[0] + "-1"
    assert deployment("keys", "activate", "wut", fragment).code == 0
    listed = {line.split()[0]: line.split()[2] for line in deployment("keys", "list", "wut").out.splitlines()}
    assert (listed[fragment], listed[first]) == ("active", "retired")
    assert deployment("keys", "activate", "wut", first).code == 1
    issued = written(folder, "request.json", full_request("academic"))
    assert deployment("issue", "wut", issued).code == 0
    revoked = deployment("keys", "revoke", "wut", fragment, "--reason", "lost", "--yes")
    assert (revoked.code, "1 credentials" in revoked.out) == (0, True)
    said = deployment("doctor")
    assert (said.code, "wut: It has no active key for Ed25519. (no-active-key)" in said.out) == (1, True)
    assert deployment("keys", "list", "nobody").code == 1
    assert deployment("keys", "retire", "wut", "ed25519-1999-1").code == 1


def test_the_doctor_lists_key_files_without_records_and_announced_keys_without_files(deployment, folder):
    keyring = Keyring.open(folder / "keys", SECRET)
    keyring.generate("wut", "left-over", Algorithm.P256)
    keyring.generate("nobody", "ed25519-2026-1", Algorithm.ED25519)
    fragment = deployment("keys", "generate", "service").out.split()[0]
    keyring.destroy("service", fragment)
    said = deployment("doctor")
    assert said.code == 1
    for name in ("wut#left-over", "nobody#ed25519-2026-1"):
        assert f"LOOK  {name}: a key file without a record." in said.out
    assert f"LOOK  service#{fragment}: announced, but its file is not on this machine." in said.out
    assert "ok    wut: can sign." in said.out
    refused = deployment("keys", "activate", "service", fragment)
    assert (refused.code, "signing-key-unknown" in refused.err) == (4, True)


def test_after_a_revocation_one_is_told_to_sign_again_until_it_is_done(deployment, folder):
    credential = folder / "credential.json"
    request = written(folder, "request.json", full_request("academic"))
    assert deployment("issue", "wut", request, "--output", credential).code == 0
    fragment = next(line.split()[0] for line in deployment("keys", "list", "wut").out.splitlines() if "P-256" in line)
    made = deployment("keys", "generate", "wut", "--algorithm", "P-256").out.split()[0]
    assert deployment("keys", "resign", "wut", fragment).code == 1
    revoked = deployment("keys", "revoke", "wut", fragment, "--reason", "lost", "--yes")
    advice = f"keys resign wut {fragment}"
    assert advice in revoked.out
    assert f"LOOK  wut: 1 credentials carry a proof by {fragment}, which is revoked. Sign them again: {advice}" in (
        deployment("doctor").out
    )
    assert deployment("keys", "resign", "wut", fragment).code == 4
    assert deployment("keys", "activate", "wut", made).code == 0
    again = deployment("keys", "resign", "wut", fragment)
    assert (again.code, "1 documents and tokens are signed again." in again.out) == (0, True)
    assert advice not in deployment("doctor").out
    assert deployment("verify", credential).code == 1
    assert deployment("issue", "wut", request, "--output", credential).code == 0
    assert deployment("verify", credential).code == 0


def test_the_history_of_a_key_is_listed_with_every_date(deployment):
    fragment = deployment("keys", "list", "service").out.split()[0]
    for wrong in ("yesterday", "2026-07-01", "2026-07-01T08:00:00"):
        refused = deployment(
            "keys", "revoke", "service", fragment, "--compromised-since", wrong, "--reason", "x", "--yes"
        )
        assert (refused.code, "time zone" in refused.err) == (2, True)
    before, _ = json.loads(deployment("keys", "list", "service", "--json").out)
    assert (before["purpose"], before["state"], before["revoked_at"]) == ("service", "active", None)
    since = before["published_at"][:19] + "Z"
    revoking = ("keys", "revoke", "service", fragment, "--compromised-since", since, "--reason", "seen", "--yes")
    assert deployment(*revoking).code == 0
    after, _ = json.loads(deployment("keys", "list", "service", "--json").out)
    assert (after["state"], after["compromised_since"], after["revocation_reason"]) == ("revoked", since, "seen")
    assert after["published_at"] == before["published_at"] == after["active_from"]
    assert datetime.fromisoformat(after["revoked_at"]) >= datetime.fromisoformat(since)
    assert f"compromised since {since}" in deployment("keys", "list", "service").out


def test_an_api_key_is_shown_once_listed_without_its_secret_and_closed(deployment):
    made = deployment("api-keys", "create", "wut", "--label", "SIS", "--scope", "credentials:read", "--days", "30")
    key = made.out.strip()
    assert re.fullmatch(r"enh_[a-z0-9]{12}_[A-Za-z0-9_-]{43}[0-9a-f]{8}", key)
    prefix = key.split("_")[1]
    listed = deployment("api-keys", "list", "wut").out
    assert prefix in listed
    assert "credentials:read  SIS" in listed
    assert key.split("_", 2)[2] not in listed
    assert deployment("api-keys", "revoke", "wut", prefix).code == 0
    assert "revoked" in deployment("api-keys", "list", "wut").out
    assert deployment("api-keys", "revoke", "wut", prefix).code == 1
    assert deployment("api-keys", "create", "nobody").code == 1
    assert deployment("api-keys", "create", "wut", "--scope", "everything").code == 2
    for days in ("0", "3651", "99999999"):
        refused = deployment("api-keys", "create", "wut", "--days", days)
        assert (refused.code, "Invalid value for '--days'" in refused.err) == (2, True), refused.err
    assert deployment("api-keys", "create", "wut", "--days", "3650").code == 0


def test_a_new_database_and_its_folder_are_for_their_owner_alone(run, folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'var' / 'enhance.db'}")
    before = os.umask(0)
    try:
        assert run("migrate").code == 0
    finally:
        os.umask(before)
    assert (folder / "var").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (folder / "var").iterdir()} == {0o600}


def test_revoking_a_key_is_asked_about_in_words_that_hold(deployment, folder, monkeypatch):
    issued = written(folder, "request.json", full_request("academic"))
    assert deployment("issue", "wut", issued).code == 0
    fragment = deployment("keys", "list", "wut").out.split()[0]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = deployment("keys", "revoke", "wut", fragment, "--reason", "lost")
    assert asked.code == 1
    assert f"1 credentials carry a proof by {fragment}. None of them will verify as it was issued." in asked.out
    assert "active" in deployment("keys", "list", "wut").out.splitlines()[0]


def test_a_backup_put_back_is_opened_by_no_command_but_the_one_that_makes_it_fit(deployment, folder, monkeypatch):
    request = written(folder, "request.json", full_request("academic"))
    assert deployment("backup", folder / "earlier.db").code == 0
    again = deployment("backup", folder / "earlier.db")
    assert (again.code, "left as it is" in again.err) == (4, True)
    restored(deployment, folder)
    for command in (("doctor",), ("issue", "wut", request), ("serve",), ("init",)):
        refused = deployment(*command)
        assert (refused.code, "python -m app after-restore" in refused.err) == (4, True), command
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = deployment("after-restore")
    assert (asked.code, "closed for good" in asked.out) == (1, True)
    done = deployment("after-restore", "--yes")
    assert (done.code, "3 awarding bodies go on with new ones" in done.out) == (0, True), done.err
    issued = json.loads(deployment("issue", "wut", request, "--output", folder / "credential.json").out)
    lists = {
        entry["statusListCredential"]
        for entry in json.loads((folder / "credential.json").read_text())["credentialStatus"]
    }
    (number,) = {int(address.split("/")[-2]) for address in lists}
    assert number > 1_000_000  # beyond what any other life of these records has counted to
    assert lists == {
        f"http://localhost:8000/issuers/wut/status/{number}/{purpose}" for purpose in ("revocation", "suspension")
    }
    assert issued["state"] == "issued"


def test_a_backup_of_postgresql_is_left_to_its_own_tool(run, folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@localhost/enhance")
    refused = run("backup", folder / "copy.db")
    assert (refused.code, "pg_dump" in refused.err) == (2, True)


def test_offerings_are_imported_one_by_one_and_refusals_counted(deployment, folder):
    good = written(folder, "good.json", an_offering())
    broken = written(folder, "broken.json", an_offering("academic", {"workload": {}}))
    said = deployment("offerings", "import", "wut", good, broken, written(folder, "bad.json", {"title": 3}))
    assert said.code == 1
    assert re.search(r"good\.json: [0-9a-f-]{36} version 1", said.out)
    assert "2 of 3 files were refused." in said.err
    assert "#/workload/ects" in said.err
    assert "ENHANCE template 2021-06, 7.6" in said.err
    draft = deployment("offerings", "import", "wut", "--no-publish", broken)
    assert (draft.code, "draft" in draft.out) == (0, True)


def test_a_request_is_rehearsed_issued_written_and_verified(deployment, folder):
    request = written(folder, "request.json", full_request("academic"))
    rehearsed = deployment("issue", "wut", request, "--dry-run")
    assert json.loads(rehearsed.out)["issuable"] is True
    credential = folder / "credential.json"
    issued = deployment("issue", "wut", request, "--output", credential)
    record = json.loads(issued.out)
    assert record["state"] == "issued"
    assert json.loads(deployment("issue", "wut", request).out)["id"] == record["id"]

    said = deployment("verify", credential)
    assert said.code == 0, said.out
    assert said.out.strip().splitlines()[-1].startswith("VALID: ")
    report = json.loads(deployment("verify", credential, "--json").out)
    assert report["verdict"] == "valid"
    german = deployment("verify", credential, "--language", "de")
    assert (german.code, german.out != said.out) == (0, True)

    document = json.loads(credential.read_text(encoding="utf-8"))
    document["validFrom"] = "2020-01-01T00:00:00Z"
    tampered = deployment("verify", written(folder, "tampered.json", document))
    assert (tampered.code, "INVALID: " in tampered.out) == (1, True)
    foreign = deployment("verify", written(folder, "foreign.json", {"hello": "world"}))
    assert foreign.code in (1, 3)
    malformed = folder / "malformed.json"
    malformed.write_bytes(b'{"a": 1, "a": 2}')
    said = deployment("verify", malformed)
    assert (said.code, "duplicate-member" in said.err) == (1, True)
    assert deployment("verify", folder / "nothing.json").code == 2


def test_universities_that_the_deployment_does_not_know_can_be_named_all_the_same(deployment, folder):
    named = {
        "units": ABSENT,
        "offering.units": [{"title": {"en": "Abroad"}, "provided_by": ["wut", "upv"], "ects": 5, "eqf": 7}],
        "learner.student_identifiers": [
            {"scheme": "student-number", "value": "1", "assigned_by": "tu-berlin"},
            {"scheme": "student-number", "value": "2", "assigned_by": "ntnu"},
        ],
    }
    request = written(folder, "request.json", full_request("academic", named))
    credential = folder / "abroad.json"
    said = deployment("issue", "wut", request, "--output", credential)
    assert said.code == 0, said.err
    assert "Universitat Politècnica de València" in credential.read_text(encoding="utf-8")
    assert deployment("verify", credential).code == 0
    offering = written(
        folder,
        "offering.json",
        altered(an_offering(), {"units": named["offering.units"], "awarding_rule": "leading-role"}),
    )
    imported = deployment("offerings", "import", "wut", offering)
    assert imported.code == 0, imported.err


def test_a_sandbox_credential_is_undecided_for_a_script(deployment, folder):
    credential = folder / "credential.json"
    request = written(folder, "request.json", full_request("service", awarding_body="test"))
    assert deployment("issue", "test", request, "--output", credential).code == 0
    said = deployment("verify", credential)
    assert (said.code, "INDETERMINATE" in said.out) == (3, True)


def test_a_refused_request_lists_every_finding_and_exits_1(deployment, folder):
    broken = altered(a_request("academic"), {"offering.workload": {}, "offering.level": {}})
    said = deployment("issue", "wut", written(folder, "broken.json", broken))
    assert (said.code, said.out) == (1, "")
    assert "#/offering/workload/ects" in said.err
    assert "#/offering/level/eqf" in said.err
    rehearsed = deployment("issue", "wut", folder / "broken.json", "--dry-run")
    assert (rehearsed.code, json.loads(rehearsed.out)["issuable"]) == (1, False)
    assert deployment("issue", "nobody", folder / "broken.json").code == 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_the_real_server_answers_writes_a_clean_log_and_stops_when_told(deployment, folder):
    key = deployment("api-keys", "create", "wut").out.strip()
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "error"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port)],
            cwd=REPOSITORY,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            give_up_at = time.monotonic() + 30
            while True:
                try:
                    assert client.get("/healthz").status_code == 200
                    break
                except httpx.TransportError:
                    assert server.poll() is None, (folder / "log").read_text()
                    assert time.monotonic() < give_up_at
                    time.sleep(0.1)
            client.headers["Authorization"] = f"Bearer {key}"
            record = client.post("/api/v1/credentials", json=full_request("academic")).json()
            path = record["public_url"].removeprefix("http://localhost:8000")
            credential = client.get(path)
            head = client.head(path)
            assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", credential.headers["etag"])
            assert head.headers["content-length"] == str(len(credential.content))
            assert client.post("/verify", content=credential.content).json()["verdict"] == "valid"
            assert client.post("/verify", content=b" " * 2_000_000).status_code == 413
            assert client.get("/c/%00").status_code == 404
            assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
            assert "server" not in credential.headers
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=20)
    text = (folder / "log").read_text(encoding="utf-8")
    assert code in (0, -signal.SIGTERM), text
    for secret in ("Zoë", "Øst", key, path.rsplit("/", 1)[1], "Traceback"):
        assert secret not in text
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {event["route"] for event in events if event["event"] == "request"} >= {"/c/{token}", "/verify"}


class TestTrustLists:
    @pytest.fixture
    def issued(self, deployment, folder):
        """A credential of this deployment, and the deployment's own trust list."""
        request = written(folder, "request.json", full_request("service", awarding_body="wut"))
        assert deployment("issue", "wut", request, "--output", folder / "credential.jsonld").code == 0
        assert deployment("trust", "export", "--output", folder / "members.jwt").code == 0
        return folder / "credential.jsonld", folder / "members.jwt"

    def test_a_credential_is_checked_by_a_list_alone_without_a_deployment_and_without_a_network(
        self, issued, run, folder, monkeypatch
    ):
        credential, trust_list = issued
        for name in ("PUBLIC_URL", "DATABASE_URL", "KEYS_DIR", "MASTER_SECRET_FILE", "DEPLOYMENT", "VERIFY_LOOKUPS"):
            monkeypatch.delenv(name)
        monkeypatch.chdir(folder)
        said = run("verify", "--trust-file", trust_list, "--offline", credential)
        # Whether it was revoked nobody says offline; everything else is known.
        assert said.code == 3
        assert "INDETERMINATE: Not checked: this service does not ask this host for status." in said.out
        assert "The issuer is a member of the alliance" in said.out
        assert "Nobody has compared that key" in said.err
        key = re.search(r"signed with (z[1-9A-Za-z]+)", said.err)[1]
        named = run("verify", "--trust-file", trust_list, "--offline", "--signer-key", key, credential)
        assert (named.code, "Nobody has compared" in named.err) == (3, False)
        other = run("verify", "--trust-file", trust_list, "--offline", "--signer-key", "z6MkOther", credential)
        assert (other.code, "trust-list-refused" in other.err) == (1, True)
        forged = folder / "forged.jsonld"
        forged.write_bytes(credential.read_bytes().replace(b"Zo", b"Za"))
        assert run("verify", "--trust-file", trust_list, "--offline", forged).code == 1
        trust_list.write_bytes(trust_list.read_bytes()[:-8] + b"AAAAAAAA")
        assert "trust-list-unusable" in run("verify", "--trust-file", trust_list, credential).err

    def test_offline_a_deployment_asks_nobody_and_knows_its_own_status(self, issued, deployment, monkeypatch):
        monkeypatch.setenv("VERIFY_LOOKUPS", "anyone")
        assert deployment("verify", "--offline", issued[0]).code == 0

    def test_the_list_of_another_deployment_is_imported_shown_and_forgotten(self, deployment, folder):
        other = OtherDeployment(slugs=("upv",))
        path = folder / "other.jwt"
        path.write_bytes(asyncio.run(other.list_(at=cli.now())))
        refused = deployment("trust", "import", path)
        key = other.signer.public_key.multikey
        assert (refused.code, f"{key}, say so with --signer-key" in refused.err) == (1, True)
        assert deployment("trust", "import", path, "--signer-key", key).code == 0
        assert "It was here already." in deployment("trust", "import", path).out
        shown = deployment("trust", "list").out
        assert re.search(r"^Own: Trust list 1 of did:web:localhost%3A8000, .*: tu-berlin, wut\.$", shown, re.MULTILINE)
        assert re.search(r"^Trust list 1 of did:web:other\.example, .*: upv\. Imported ", shown, re.MULTILINE)
        assert "did:web:other.example, valid until" in deployment("doctor").out
        assert deployment("trust", "forget", other.did).code == 0
        assert deployment("trust", "forget", other.did).code == 1

    def test_a_list_that_ends_soon_is_for_the_doctor(self, deployment, folder):
        other = OtherDeployment(slugs=("upv",))
        path = folder / "other.jwt"
        path.write_bytes(asyncio.run(other.list_(at=cli.now() - timedelta(days=25))))
        assert deployment("trust", "import", path, "--signer-key", other.signer.public_key.multikey).code == 0
        assert re.search(r"^LOOK  Trust list 1 .* Import a newer one\.$", deployment("doctor").out, re.MULTILINE)

    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            ("https://127.0.0.1/trust/members.jwt", "address-not-public"),
            ("https://name@other.example/x", "url-with-user-information"),
            ("http://other.example/trust/members.jwt", "url-not-https"),
        ],
    )
    def test_an_address_goes_by_the_guarded_way_out(self, deployment, address, reason):
        said = deployment("trust", "import", address, "--signer-key", "z6MkOther")
        assert (said.code, f"could not be had from {address} ({reason})" in said.err) == (1, True)


def test_a_seal_from_the_request_to_the_day_it_is_retired(run, tmp_path, monkeypatch):
    run("init")
    description = {**json.loads((ISSUERS / "wut.json").read_text(encoding="utf-8"))}
    file = tmp_path / "wut.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    assert run("issuers", "add", file).code == 0
    assert run("keys", "generate", "wut", "--activate").code == 0
    pki = tmp_path / "pki"
    made = run("seals", "development-pki", pki)
    assert (made.code, "DEVELOPMENT ONLY" in made.out) == (0, True)
    asked = run("seals", "request", "wut")
    assert asked.out.startswith("-----BEGIN CERTIFICATE REQUEST-----")
    (tmp_path / "wut.csr").write_text(asked.out)
    certificate = run("seals", "development-certificate", pki, tmp_path / "wut.csr")
    (tmp_path / "wut.pem").write_text(certificate.out)
    refused = run("seals", "enrol", "wut", tmp_path / "wut.pem")
    assert (refused.code, "SEAL_ANCHORS" in refused.err) == (1, True)
    monkeypatch.setenv("SEAL_ANCHORS", str(pki / "anchors"))
    assert "seals for wut until" in run("seals", "enrol", "wut", tmp_path / "wut.pem").out
    assert "seal-p256" in run("seals", "list", "wut").out
    assert "its seal lasts 729 days" in run("doctor").out
    assert run("seals", "enrol", "wut", tmp_path / "no-such-file").code == 2
    fragment = run("seals", "list", "wut").out.split()[0]
    assert run("seals", "retire", "wut", fragment).code == 0
    assert "retired" in run("seals", "list", "wut").out


class TestClaiming:
    @pytest.fixture
    def credential(self, deployment, folder):
        request = written(folder, "request.json", full_request("service", awarding_body="wut"))
        return json.loads(deployment("issue", "wut", request).out)["id"]

    def test_a_claim_link_is_made_shown_renewed_and_withdrawn(self, deployment, credential):
        made = deployment("claim-links", "create", "wut", credential, "--check", "code").out
        link, address = made.split()[0], re.search(r"http://localhost:8000/claim/\S+", made)[0]
        assert re.search(r"code [0-9]{6}, to be told another way", made)
        assert deployment("claim-links", "create", "wut", credential, "--check", "code").out == made
        assert deployment("claim-links", "list", "wut", credential).out == made
        differs = deployment("claim-links", "create", "wut", credential)
        assert (differs.code, "open claim link of another kind" in differs.err) == (1, True)
        renewed = deployment("claim-links", "renew", "wut", credential, link, "--revoke-copies")
        assert address not in renewed.out
        assert "Revoked: 0 copies" in renewed.out
        assert "withdrawn" in deployment("claim-links", "withdraw", "wut", credential, link).out
        assert deployment("claim-links", "renew", "wut", credential, link).code == 1

    def test_what_wallets_did_is_shown_and_an_offer_that_is_not_there_is_refused(self, deployment, credential):
        assert deployment("offers", "events", "wut").out == ""
        missing = deployment("offers", "trace", "wut", credential)
        assert (missing.code, "There is no such offer" in missing.err) == (1, True)

    def test_an_offer_is_made_listed_and_withdrawn(self, deployment, credential):
        wanted = ("--transaction-code", "--minutes", "20", "--configuration", "enhance-microcredential.ldp_vc")
        made = deployment("offers", "create", "wut", credential, *wanted).out
        offer = made.split()[0]
        assert (
            "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A8000%2Fissuers%2Fwut%2F" in made
        )
        assert re.search(r"code          [0-9]{6}, for the learner alone", made)
        assert deployment("offers", "list", "wut", credential).out == made.splitlines()[0] + "\n"
        assert "withdrawn" in deployment("offers", "withdraw", "wut", credential, offer).out
        assert deployment("offers", "create", "wut", credential, "--configuration", "unheard-of").code == 1

    def test_what_no_wallet_holds_is_not_ended(self, deployment, credential):
        assert deployment("copies", "list", "wut", credential).out == ""
        refused = deployment("copies", "change", "wut", credential, credential, "revoke", "--reason", "device-lost")
        assert (refused.code, "no such copy" in refused.err) == (1, True)
