"""Every leaf of a JSON document, and documents that differ in exactly one of them."""

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
Json = Any


def leaves(value: Json, path: Path = ()) -> Iterator[Path]:
    """Walk to every string, number, boolean and null of ``value``."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    else:
        yield path


def with_altered_leaf(document: Json, path: Path) -> Json:
    """Return a copy that differs in the leaf at ``path`` and keeps its type, and where it can its look."""
    altered = copy.deepcopy(document)
    parent = altered
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = _another(parent[path[-1]])
    return altered


def _another(leaf: Json) -> Json:
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, (int, float)):
        return leaf + 1
    if isinstance(leaf, str):
        return _another_text(leaf)
    return "was null"


def _another_text(text: str) -> str:
    # The last letter or digit becomes its neighbour, so that dates stay dates and addresses stay addresses.
    for place in range(len(text) - 1, -1, -1):
        character = text[place]
        if character.isascii() and character.isalnum():
            neighbour = {"9": "8", "z": "y", "Z": "Y"}.get(character) or chr(ord(character) + 1)
            return text[:place] + neighbour + text[place + 1 :]
    return text + "x"
