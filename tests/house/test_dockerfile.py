"""The Dockerfile's steps, replayed in an empty folder, and the service that they make, started."""

import os
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.house.image import Image, enters_the_build, instructions
from tests.house.tree import REPOSITORY

DOCKERFILE = REPOSITORY / "Dockerfile"
SECONDS_TO_START = 60


def test_nothing_of_a_deployment_enters_the_build():
    for name in ("keys/master.secret", "keys/wut/ed25519-2026-1.json", "var/enhance.db", ".git/config", ".env"):
        assert not enters_the_build(name), name
    assert not enters_the_build("app/__pycache__/main.cpython-311.pyc")
    assert enters_the_build("app/settings.py")


def test_the_service_does_not_run_as_root_and_answers_its_own_health_check():
    found = dict(instructions(DOCKERFILE.read_text()))
    assert int(found["USER"].partition(":")[0]) > 0
    assert "/healthz" in found["HEALTHCHECK"]


def test_no_step_takes_anything_from_the_network_but_locked_packages():
    runs = [rest for instruction, rest in instructions(DOCKERFILE.read_text()) if instruction in ("RUN", "ADD")]
    assert not any(word in rest for rest in runs for word in ("apt-get", "curl", "wget", "git ", "://"))
    assert [rest for rest in runs if "pip install" in rest and "--require-hashes" not in rest] == []


@pytest.fixture(scope="module")
def image():
    with tempfile.TemporaryDirectory(prefix="enhance-image-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # the image's user has to get in
        replayed = Image(root)
        replayed.build(DOCKERFILE)
        yield replayed


@pytest.mark.replay
@pytest.mark.timeout(600)
def test_what_the_steps_make_starts_with_its_command_and_is_well(image, capsys):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    image.notes.append("ENV HOST=0.0.0.0: started on 127.0.0.1, so that nobody else reaches the replay")
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "DEPLOYMENT": "development",
    }

    # As docs/operator-guide.md says: once for a new deployment, then the image's own command.
    code, output = image.run(["python", "-m", "app", "init"], **settings)
    assert code == 0, output
    process = image.process(image.command, **settings)
    try:
        _wait_until_alive(process, port)
        code, output = image.run(image.health_check, **settings)
        assert code == 0, output
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=30)
    code, _ = image.run(image.health_check, **settings)
    assert code != 0, "the health check holds though nothing runs"

    with capsys.disabled():
        notes = "".join(f"  {note}\n" for note in image.notes)
        sys.stdout.write(f"\nDockerfile replayed; not as an engine would:\n{notes}")


@pytest.mark.replay
@pytest.mark.timeout(600)
def test_what_lasts_is_for_the_service_alone(image):
    for name in ("var", "keys"):
        facts = (image.workdir / name).stat()
        assert facts.st_mode & 0o777 == 0o700, name
        if os.geteuid() == 0:
            assert facts.st_uid == image.user, name


def _wait_until_alive(process, port):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the service ended with {process.returncode}: {process.communicate()[0][-3000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"/healthz did not answer within {SECONDS_TO_START} s")
