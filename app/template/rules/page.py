"""The rules as a page of documentation. ``python -m app.template.rules > docs/template-rules.md`` writes it."""

from collections.abc import Iterable

from app.template.elements import TEMPLATE_EDITION
from app.template.request import FORM_CODES
from app.template.rules import RULES

_INTRODUCTION = f"""\
# Rules of the ENHANCE template, edition {TEMPLATE_EDITION}

Written by `python -m app.template.rules > docs/template-rules.md`; a test compares it with the rules themselves.

A *required* finding stops the award or the publication; a *recommended* one is advice and travels along in the answer.
Why a rule weighs what it weighs is told in [decision 3](decisions/0003-template-rules.md). Codes are stable. A code
with two weights has two lines. Sections are those of *ENHANCE Micro-Credentials Template, June 2021*.
"""

_FORM = """\
## Findings about the form

Before any rule the request is read. These findings (problem `request-malformed`) come alone, because what cannot be
read cannot be judged; all of them come at once, and all are required.
"""


def as_markdown() -> str:
    """Return the page."""
    rules = _table(
        ("Code", "Weight", "Element", "Citation", "Summary"),
        ((f"`{r.code}`", r.weight.value, r.element, r.citation, r.summary) for r in RULES),
    )
    forms = _table(("Code", "Meaning"), ((f"`{code}`", meaning) for code, meaning in FORM_CODES.items()))
    return f"{_INTRODUCTION}\n{rules}\n{_FORM}\n{forms}"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
