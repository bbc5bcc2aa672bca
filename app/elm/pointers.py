"""Pointers into documents of unknown origin."""

from collections.abc import Iterable

from app.errors import json_pointer


def safe_pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer for a path whose names a stranger chose: halves of surrogate pairs are told as ``?``."""
    return json_pointer(step.encode("utf-8", "replace").decode() if isinstance(step, str) else step for step in path)
