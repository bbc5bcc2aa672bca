"""The demonstration as its users start it: a process with an exit code."""

import io
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo.__main__ import _show_cases
from demo.answers import Case, invalid, valid
from demo.screen import Screen

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    yield number
    shutil.rmtree(REPOSITORY / "var" / f"demo-{number}", ignore_errors=True)


def _demonstrate(port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=REPOSITORY,
        env={**os.environ, "PORT": str(port), "ONCE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@pytest.mark.slow
def test_the_demonstration_ends_with_every_answer_right_and_leaves_no_server_behind(port):
    done = _demonstrate(port)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "WRONG" not in done.stdout
    assert "answers are right." in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_ends_the_demonstration_before_anything_is_made():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = _demonstrate(port)

    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stdout
    assert not (REPOSITORY / "var" / f"demo-{port}").exists()


def test_a_verifier_that_always_says_valid_fails_the_demonstration():
    stream = io.StringIO()

    wrong = _show_cases(
        [Case("as issued", valid(), valid()), Case("altered", invalid("proof", "proof-wrong"), valid())],
        Screen(stream),
    )

    assert wrong
    assert "expected 200 invalid (proof: proof-wrong)" in stream.getvalue()
    assert "found    200 valid (no check failed)" in stream.getvalue()
    assert "1 of 2 answers are wrong." in stream.getvalue()
