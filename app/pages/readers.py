"""Readers of pages: their language, the words of the pages in it, and the labels of codes."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from app.elm.vocabularies import labels
from app.languages import Language, say
from app.languages.names import name_of
from app.pages.facts import Reader
from app.template.alliance import AwardingBody
from app.template.declarations import declarations, in_language

_LISTS: Final = ("country", "nqf", "target-group", "language", "isced-f")
_NAMED: Final = ("country", "language")
"""Lists whose labels are in English alone."""


def page_word(language: Language, key: str) -> str:
    """Return the word ``key`` of the pages in ``language``."""
    return say(f"page.{key}", language)


@cache
def _labels(language: str) -> Mapping[str, Mapping[str, str]]:
    return {name: _in_language(name, language) for name in _LISTS}


def _in_language(name: str, language: str) -> Mapping[str, str]:
    held = labels(name, language)
    if name not in _NAMED:
        return held
    return {code: name_of(name, code, language) or label for code, label in held.items()}


def reader_for(language: Language, universities: Mapping[str, str]) -> Reader:
    """Return the reader of pages in ``language``; ``universities`` names awarding bodies by slug."""
    return Reader(language.value, lambda key: page_word(language, key), universities, _labels(language.value))


def notes_of(body: AwardingBody, language: Language) -> list[str]:
    """Return what every micro-credential of ``body`` says without being asked, but for who awards it."""
    said = declarations(body)
    return [in_language(item.words, language.value) for item in said if item.key not in ("kind", "on-behalf")]
