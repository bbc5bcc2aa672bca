"""docs/template-rules.md tells every rule."""

import subprocess
import sys
from pathlib import Path

from app.template.rules import RULES
from app.template.rules.page import as_markdown

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def test_the_page_in_docs_is_the_one_that_the_rules_write() -> None:
    assert (REPOSITORY / "docs" / "template-rules.md").read_text(encoding="utf-8") == as_markdown()


def test_the_command_in_the_page_writes_it() -> None:
    written = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "app.template.rules"], cwd=REPOSITORY, capture_output=True, check=True
    )
    assert written.stdout.decode() == as_markdown()


def test_the_page_has_one_line_for_each_rule() -> None:
    lines = [line for line in as_markdown().splitlines() if "| ENHANCE template " in line]
    assert len(lines) == len(RULES)
