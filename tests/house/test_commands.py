import re

import typer

from app.cli import application
from tests.house.tree import REPOSITORY, files


def _names(command, path=()):
    below = getattr(command, "commands", {})
    if not below:
        yield path
    for name, next_command in below.items():
        yield from _names(next_command, (*path, name))


def test_every_command_that_a_page_shows_exists():
    known = set(_names(typer.main.get_command(application)))
    known |= {path[:1] for path in known}
    pages = [name for name in files() if name.endswith(".md")]
    shown = {
        (name, tuple(words))
        for name in pages
        for line in re.findall(r"python -m app((?: [a-z][a-z-]*)+)", (REPOSITORY / name).read_text())
        if (words := line.split())
    }
    assert any(name == "docs/operator-guide.md" for name, _ in shown)
    assert {(name, words) for name, words in shown if words[:1] not in known} == set()
    groups = {path[0] for path in known if len(path) > 1}
    assert {(name, words) for name, words in shown if words[0] in groups and words[:2] not in known} == set()
