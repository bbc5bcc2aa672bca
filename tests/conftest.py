"""What every test may ask for."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The folder of official shapes, code lists and vectors, which are not part of this repository."""
    folder = Path(os.environ.get("REFERENCE_DIR", REPOSITORY.parent / "shared" / "reference"))
    if not (folder / "README.md").is_file():
        pytest.skip("official shapes and vectors not found: set REFERENCE_DIR to the reference folder")
    return folder
