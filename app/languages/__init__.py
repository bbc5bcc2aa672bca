"""What the service says to people, one catalogue per language.

Promises: a sentence for every key in every language of :class:`Language`, or the English one where a language lacks it
(a test lists what is missing); facts are put in as plain text, without any formatting of their own.

Never: decides what is said, escapes for HTML (the page does), or holds words of the template's own vocabulary terms.

A catalogue is one module with one mapping ``WORDS`` from key to sentence. Keys are ``<who speaks>.<code>``, such as
``verification.proof-verified``; a gap is written ``{name}``. A new language is one such module and its line here.

Public names: :class:`Language`, :func:`say`, :func:`spoken`, :func:`preferred`, :func:`asked_for`, :func:`missing`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.languages import de, en


class Language(StrEnum):
    """Languages the service speaks."""

    ENGLISH = "en"
    GERMAN = "de"


_CATALOGUES: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {Language.ENGLISH: en.WORDS, Language.GERMAN: de.WORDS}
)
_GAP: Final = re.compile(r"\{([a-z_]+)\}")
# RFC 9110 section 12.5.4: language ranges with weights.
_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")


def say(key: str, language: Language, /, **facts: str) -> str:
    """Return the sentence for ``key`` with its gaps filled from ``facts``; a fact that is not there shows as a dash.

    Raises:
        KeyError: English has no such sentence, which is a defect of ours.
    """
    sentence = _CATALOGUES[language].get(key) or en.WORDS[key]
    return _GAP.sub(lambda gap: facts.get(gap[1], "-"), sentence)


def spoken(speaker: str) -> tuple[str, ...]:
    """Return the codes for which ``speaker`` has a sentence, such as every result of ``verification``."""
    return tuple(key.partition(".")[2] for key in en.WORDS if key.startswith(f"{speaker}."))


def preferred(accept_language: str | None, default: Language = Language.ENGLISH) -> Language:
    """Return the language that a list of language ranges (``de-AT, en;q=0.5``) or a single tag asks for."""
    wanted: list[tuple[float, Language]] = []
    for text in (accept_language or "").split(",")[:20]:
        match = _RANGE.fullmatch(text)
        if match is not None and match[1].lower() in list(Language):
            wanted.append((float(match[2] or 1), Language(match[1].lower())))
    best = max((weight for weight, _ in wanted), default=0.0)
    return next((language for weight, language in wanted if weight == best > 0), default)


def asked_for(accept_language: str | None) -> frozenset[str]:
    """Return every language that a list of language ranges admits, as a tag of two or three letters, ``*`` for all."""
    admitted = set()
    for text in (accept_language or "").split(",")[:20]:
        match = _RANGE.fullmatch(text)
        if match is not None and float(match[2] or 1) > 0:
            admitted.add(match[1].lower())
    return frozenset(admitted)


def missing(language: Language) -> frozenset[str]:
    """Return the keys that ``language`` lacks."""
    return frozenset(en.WORDS) - frozenset(_CATALOGUES[language])
