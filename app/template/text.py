"""Words that travel into a signed document: which characters they may hold.

A credential is read by people in seven countries, printed, searched and compared. What would not survive that is
refused when it comes in, with its place; nothing is silently repaired except canonical composition (NFC), which changes
no character that a reader sees, and white space around the text.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

MAX_LINE_LENGTH: Final = 300
MAX_TEXT_LENGTH: Final = 5000
MAX_COMBINING_MARKS: Final = 4

# Scripts in which the zero-width joiner and non-joiner change how a word is written (Unicode Standard, chapter 23.2).
_JOINING_SCRIPTS: Final = re.compile(
    "[\u0600-\u06ff\u0700-\u074f\u0750-\u077f\u07c0-\u07ff\u08a0-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1800-\u18af]"
)
_JOINERS: Final = "\u200c\u200d"

# RFC 5646 langtag without extensions, variants and private use: language, script, region.
LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")

# Letters, digits and signs of the alphabets of the seven countries, none of them able to disturb: the common case needs
# no look at single characters. Left out are the soft hyphen, all combining marks and everything invisible.
PLAIN: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20b8]+"
)


def _problem(value: str, *, line_breaks: bool) -> str | None:
    """Say why ``value`` cannot be signed and printed, or None. The words name code points, never the text."""
    if value.isspace():
        return "Nothing but white space."
    if PLAIN.fullmatch(value):
        return None
    marks = 0
    for position, character in enumerate(value):
        category = unicodedata.category(character)
        name = f"U+{ord(character):04X} at position {position}"
        if character == "\n" and line_breaks:
            continue
        if category == "Cc":
            return f"{name} is a control character."
        if category == "Cf":
            if character in _JOINERS and _JOINING_SCRIPTS.search(value):
                continue
            return f"{name} is an invisible formatting character, such as a bidirectional override."
        if category in ("Zl", "Zp"):
            return f"{name} is a line or paragraph separator."
        if category in ("Cn", "Co"):
            return f"{name} is unassigned or for private use."
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_COMBINING_MARKS:
            return f"{name} is more than the {MAX_COMBINING_MARKS}th combining mark on one letter."
    return None


def _cleaned(value: object) -> object:
    # NFC and trimming before the length check, so that the length is the one stored.
    if not isinstance(value, str):
        return value
    if value.isascii():
        return value.strip(" ")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        problem = f"Position {error.start} holds half of a surrogate pair; send the whole character."
        raise PydanticCustomError("text-unusable", "{problem}", {"problem": problem}) from None
    return unicodedata.normalize("NFC", value).strip(" ")


def _one_line(value: str) -> str:
    problem = _problem(value, line_breaks=False)
    if problem:
        raise PydanticCustomError("text-unusable", "{problem}", {"problem": problem})
    return value


def _several_lines(value: str) -> str:
    problem = _problem(value, line_breaks=True)
    if problem:
        raise PydanticCustomError("text-unusable", "{problem}", {"problem": problem})
    return value


def _language_tag(value: str) -> str:
    if not LANGUAGE_TAG.fullmatch(value):
        raise PydanticCustomError(
            "language-tag-malformed",
            "Not a language tag such as en, pl, nb, pt-BR or sr-Latn (RFC 5646, in its usual case).",
        )
    return value


def usual_case(tag: str) -> str:
    """Return a language tag of :data:`LANGUAGE_TAG` in the case that a request uses, whatever case it came in.

    RFC 5646 section 2.1.1: tags are equal whatever their case; after the first subtag, four letters are a script in
    title case, two a region in upper case.
    """
    language, *others = tag.lower().split("-")
    return "-".join([language, *(subtag.title() if len(subtag) == 4 else subtag.upper() for subtag in others)])  # noqa: PLR2004 - a script


Line = Annotated[
    str, Field(min_length=1, max_length=MAX_LINE_LENGTH), BeforeValidator(_cleaned), AfterValidator(_one_line)
]
"""One line of text, 1 to 300 characters, NFC."""

Paragraph = Annotated[
    str, Field(min_length=1, max_length=MAX_TEXT_LENGTH), BeforeValidator(_cleaned), AfterValidator(_several_lines)
]
"""Text of 1 to 5000 characters, NFC; line feeds allowed."""

LanguageTag = Annotated[str, AfterValidator(_language_tag)]

Text = Annotated[dict[LanguageTag, Paragraph], Field(min_length=1, max_length=40)]
"""The same words in one or more languages: a language map from RFC 5646 tag to text."""

Title = Annotated[dict[LanguageTag, Line], Field(min_length=1, max_length=40)]
"""A name in one or more languages: a language map from RFC 5646 tag to one line."""
