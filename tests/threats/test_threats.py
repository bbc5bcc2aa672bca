"""The list of threats keeps its word: each row has tests that exist, or says what will bring its defence."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
THREATS = tomllib.loads((Path(__file__).parent / "threats.toml").read_text(encoding="utf-8"))["threat"]


def test_each_row_has_tests_or_says_what_will_bring_them():
    for threat in THREATS:
        assert set(threat) <= {"row", "tests", "planned"}, threat["row"]
        assert threat.get("tests") or threat.get("planned"), threat["row"]
    rows = [threat["row"] for threat in THREATS]
    assert len(rows) == len(set(rows))


def test_each_test_that_is_named_exists():
    named = {test for threat in THREATS for test in threat.get("tests", ())}
    files = sorted({test.partition("::")[0] for test in named})
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", "-m", "", *files],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stdout + collected.stderr
    existing = {re.sub(r"\[.*", "", line) for line in collected.stdout.splitlines() if "::" in line}
    assert sorted(named - existing) == []


def test_no_row_of_the_design_is_missing(reference_dir):
    page = reference_dir.parent / "design" / "seals-and-security.md"
    if not page.is_file():
        pytest.skip(f"THE THREAT TABLE OF THE DESIGN WAS NOT COMPARED: {page} is not there")
    section = page.read_text(encoding="utf-8").partition("\n# 4. Threat model\n")[2].partition("\n# 5.")[0]
    rows = [line.split(" | ")[0].removeprefix("| ").strip() for line in section.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row not in ("threat", "---")]
    assert len(rows) > 25
    assert sorted(set(rows) ^ {threat["row"] for threat in THREATS}) == []
