"""On the build server nothing is left out: each check is called there, and what it skips has failed."""

import os
import re
import subprocess
import sys

import pytest

from tests.house.tree import REPOSITORY

SUITE = """\
import pytest

@pytest.mark.reference
def test_of_a_named_suite():
    pytest.skip("nothing to compare with")

@pytest.mark.postgresql
@pytest.mark.skipif(True, reason="no server")
def test_of_another_named_suite(): pass

@pytest.mark.reference
@pytest.mark.xfail(strict=True, reason="known")
def test_that_fails_as_known(): assert False

def test_of_no_named_suite():
    pytest.skip("not on this platform")
"""


@pytest.mark.parametrize(("environment", "outcomes"), [({}, "3 skipped, 1 xfailed"), ({"REQUIRE_ALL": "1"}, None)])
def test_a_skip_in_a_named_suite_is_a_failure_when_all_is_required(tmp_path, environment, outcomes):
    (tmp_path / "conftest.py").write_text((REPOSITORY / "tests" / "conftest.py").read_text())
    (tmp_path / "test_suite.py").write_text(SUITE)
    markers = "markers=reference\n  postgresql"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-o", markers, "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path,
        env={**{k: v for k, v in os.environ.items() if not k.startswith(("REQUIRE", "PYTEST"))}, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcomes:
        assert (ended.returncode, outcomes in ended.stdout) == (0, True), ended.stdout
    else:
        assert ended.returncode == 1, ended.stdout
        assert re.search(r"1 failed, 1 skipped, 1 xfailed, 1 error", ended.stdout), ended.stdout


def test_the_build_server_calls_every_check_that_make_offers():
    offered = set(re.findall(r"^([a-z-]+):.*## ", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    called = set(re.findall(r"\bmake ([a-z-]+)", (REPOSITORY / ".ci" / "run").read_text()))
    # The long forms of others, for whoever changes the paths that they measure, compare and attack.
    long = {"bench", "fuzz", "fuzz-verify", "described-long", "hostile", "claims"}
    assert offered - called == {"help", "licences", "lock", *long}
