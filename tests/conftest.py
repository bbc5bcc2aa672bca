"""What every test may ask for."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

NEVER_SKIPPED = ("postgresql", "reference", "replay", "softhsm")
"""Suites that REQUIRE_ALL=1 (the build server) makes mandatory: there, what they lack is a failure."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("REQUIRE_ALL") and any(item.get_closest_marker(name) for name in NEVER_SKIPPED):
        report.outcome = "failed"
        report.longrepr = f"skipped, though REQUIRE_ALL is set: {call.excinfo and call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The folder of official shapes, code lists and vectors, which are not part of this repository."""
    folder = Path(os.environ.get("REFERENCE_DIR", REPOSITORY.parent / "shared" / "reference"))
    if not (folder / "README.md").is_file():
        pytest.skip("official shapes and vectors not found: set REFERENCE_DIR to the reference folder")
    return folder
