"""Names of countries and languages in the languages of the alliance (``names.json``, from Unicode CLDR).

For people who read a page, its picture or its print. What a document states as data has the labels of the European
Union's own lists.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("names.json")


@cache
def _names() -> Mapping[str, Any]:
    held: dict[str, Any] = json.loads(_FILE.read_bytes())
    return MappingProxyType(held)


def name_of(kind: str, code: str, language: str) -> str | None:
    """Return what a ``country`` (as in the EU list) or a ``language`` (ISO 639-1) is called, if it is known here."""
    name: str | None = _names()[kind].get(code, {}).get(language)
    return name
