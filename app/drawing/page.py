"""What a page says: words and numbers, nothing about how it looks (``page.typ``)."""

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any, Final

_UNBROKEN: Final = re.compile(r"[^\s\u00a0-]{24}(?=[^\s\u00a0-]{8})")
"""So much of a word that its line may have to end within it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its values."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """How an organisation shows itself: its logo, or a neutral wordmark of two lines until there is one."""

    mark: str
    line: str
    logo: bytes | None = None
    """A PNG that :func:`app.drawing.logo.read_logo` made."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language. ``facts`` have short values and stand side by side; ``lists`` stand below.

    Where ``lists`` are too long for the page, the last of their items are left out and counted with the word ``more``.
    """

    language: str
    """Primary subtag, such as ``en``: shapes of letters follow it."""
    kind: str
    type: str
    warning: str
    """For test issuers; empty for universities."""
    title: str
    awarded_to: str
    learner: str
    also_written: tuple[str, ...]
    born: str
    awarded_by: str
    awarded_on_label: str
    awarded_on: str
    awarding_body: Mark
    alliance: Mark | None
    facts: tuple[Fact, ...]
    lists: tuple[Fact, ...]
    more: str
    check: str
    check_address: str
    """Where the QR code leads."""
    check_shown: str
    """The same for people to type."""
    number_label: str
    number: str
    notes: tuple[str, ...]

    def as_json(self, **drawn: object) -> str:
        """Return the page as ``page.typ`` takes it, with what was drawn for it beforehand in place of bytes."""
        directions = {"title_direction": _direction(self.title), "learner_direction": _direction(self.learner)}
        return json.dumps(_breakable(asdict(self)) | directions | drawn, ensure_ascii=False, sort_keys=True)


def _direction(text: str) -> str:
    """Return the direction of a paragraph by its first strong character (Unicode Standard Annex 9, P2 and P3)."""
    strong = next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L")
    return "ltr" if strong == "L" else "rtl"


def _breakable(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a copy in which very long words have places for the end of a line (ZERO WIDTH SPACE)."""
    if isinstance(value, str):
        return _UNBROKEN.sub("\\g<0>\u200b", value)
    if isinstance(value, dict):
        return {name: _breakable(item) for name, item in value.items()}
    return [_breakable(item) for item in value] if isinstance(value, (list, tuple)) else value
