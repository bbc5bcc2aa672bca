"""A newcomer's first minutes: the README's commands, in order, in a copy of the tree that has been used by nobody."""

import os
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from tests.house.tree import REPOSITORY, copy_file, files
from tests.house.walkthrough import Block, blocks, script

README = REPOSITORY / "README.md"
NOT_A_NEWCOMERS = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTEST_ADDOPTS")


def walk(steps, folder, **environment):
    """Run the steps in ``folder``; return the exit code and everything that was printed."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            ["bash", "-c", script(steps)],
            cwd=folder,
            env={**{name: value for name, value in os.environ.items() if name not in NOT_A_NEWCOMERS}, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            # Not reaped yet: so long, its number means this process group and no other.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            code = process.wait(timeout=30)
        output.seek(0)
        return code, output.read()


@pytest.mark.replay
@pytest.mark.timeout(1000)
def test_the_commands_of_the_readme_run_in_order_in_a_fresh_copy(tmp_path):
    steps = blocks(README.read_text())
    assert steps, "no block of the README is marked <!-- run -->"
    for name in files():
        copy_file(name, tmp_path / name)

    # The page says port 8000; here it is whichever is free, in the page's own words.
    port = str(_free_port())
    steps = [Block(step.commands.replace("8000", port), step.url and step.url.replace("8000", port)) for step in steps]
    code, output = walk(steps, tmp_path, PORT=port)
    assert code == 0, output[-6000:]


def test_marked_blocks_are_run_and_others_are_not():
    page = "<!-- run -->\n```sh\none\n```\n\n```sh\nnot this\n```\n<!-- run: serve http://x/y -->\n\n```sh\ntwo\n```\n"
    assert blocks(page) == [Block("one\n"), Block("two\n", "http://x/y")]


def test_a_walk_keeps_variables_and_ends_at_the_first_failure(tmp_path):
    assert walk([Block("a=1\n"), Block("test $a = 1; echo well\n")], tmp_path)[0] == 0
    code, output = walk([Block("false\n"), Block("echo never\n")], tmp_path)
    assert (code, "never" in output) == (1, False)


def test_a_walk_goes_on_when_what_stays_up_answers_and_stops_it_at_the_end(tmp_path):
    port = _free_port()
    url = f"http://127.0.0.1:{port}/"
    serve = Block(f"python3 -m http.server --bind 127.0.0.1 {port}\n", url)
    code, output = walk([serve, Block(f"curl -fsS {url} >/dev/null && echo fetched\n")], tmp_path)
    assert (code, output.count("fetched")) == (0, 1), output
    deadline = time.monotonic() + 10
    while _answers(port):
        assert time.monotonic() < deadline, "what stayed up is still there"
        time.sleep(0.1)


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
