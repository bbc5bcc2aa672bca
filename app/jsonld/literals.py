"""What may stand in a literal: characters, language tags, and the lexical forms of datatypes.

RDF keeps an ill-typed literal as it is (RDF 1.1 Concepts section 3.3), and JSON-LD processors hand it through; SHACL
engines disagree about it. So ``"1988-04-12"`` as a dateTime is refused here, before anybody signs it.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_XSD_HTTPS: Final = "https://www.w3.org/2001/XMLSchema#"
"""credentials/v2 writes some datatypes with ``https``: a slip that is part of the published context."""

Check = Callable[[str], bool]

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

# RFC 3987, as far as N-Quads can carry it: a scheme, then nothing that would need an escape (RDF 1.1 N-Quads, IRIREF),
# and none of Unicode's spaces, at which JSON-LD processors stop to see an IRI.
_IRI: Final = re.compile(
    '[A-Za-z][A-Za-z0-9+.-]*:[^\\s\ufeff\x00-\x20<>"{}|\\\\^`\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+'
)
_SCHEME: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")

# RFC 5646 section 2.1 without the grandfathered tags, all of which have modern forms.
_LANGUAGE_TAG: Final = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})"  # language and extended language
    r"(?:-[A-Za-z]{4})?"  # script
    r"(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"  # variants
    r"(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*"  # extensions
    r"(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?"  # private use
    r"|[Xx](?:-[A-Za-z0-9]{1,8})+"
)

_LONGEST_LANGUAGE_TAG: Final = 100

_ZONE: Final = r"(?P<zone>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DATE: Final = r"(?P<year>-?(?:[1-9][0-9]{3,8}|0[0-9]{3}))-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_LONGEST: Final = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_XSD_DATE: Final = re.compile(_DATE + _ZONE)
_XSD_DATE_TIME: Final = re.compile(
    _DATE + r"T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)" + _ZONE
)


_PLAIN: Final = bytes(code for code in range(0x20, 0x7F) if code not in b'"\\')


def is_plain(text: str) -> bool:
    """Whether ``text`` is of ASCII letters and the like that stand in N-Quads as they are: found out at no cost.

    A picture in base64 is, and most texts are; what is not is looked at more closely.
    """
    return text.isascii() and not text.encode("ascii").translate(None, _PLAIN)


def forbidden_character(text: str) -> str | None:
    """Return ``"lone-surrogate"`` or ``"control-character"`` when ``text`` holds one, or ``None``.

    Tab, line feed and carriage return are text. All other controls and the noncharacters are refused: implementations
    escape them differently, so the same credential would get two canonical forms (RDFC-1.0, canonical form of N-Quads).
    """
    if _FORBIDDEN.search(text) is None:
        return None
    return "lone-surrogate" if _SURROGATE.search(text) else "control-character"


def is_absolute_iri(text: str) -> bool:
    """Whether ``text`` is an IRI with a scheme that N-Quads can carry without escapes."""
    return _IRI.fullmatch(text) is not None


def has_scheme(text: str) -> bool:
    """Whether ``text`` starts like an absolute IRI."""
    return _SCHEME.match(text) is not None


def is_language_tag(text: str) -> bool:
    """Whether ``text`` is a well-formed language tag (RFC 5646 section 2.2.9)."""
    return len(text) <= _LONGEST_LANGUAGE_TAG and _LANGUAGE_TAG.fullmatch(text) is not None


def language_suffix(tag: str) -> str | None:
    """Return what closes a text in this language, tag in lower case as JSON-LD processors write it; or ``None``."""
    # What is remembered must not hold a stranger's long texts.
    return _language_suffix(tag) if len(tag) <= _LONGEST_LANGUAGE_TAG else None


@lru_cache(maxsize=256)
def _language_suffix(tag: str) -> str | None:
    return f'"@{tag.lower()}' if is_language_tag(tag) else None


def _pattern(expression: str) -> Check:
    compiled = re.compile(expression)
    return lambda text: compiled.fullmatch(text) is not None


def _on_calendar(match: re.Match[str]) -> bool:
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    return day <= _LONGEST[month] and (day < 29 or month != 2 or calendar.isleap(year))  # noqa: PLR2004 - 29 February


def is_date(text: str) -> bool:
    """xsd:date: a day that exists, with or without a time zone (XML Schema 1.1 part 2, 3.3.9)."""
    match = _XSD_DATE.fullmatch(text)
    return match is not None and _on_calendar(match)


def is_date_time(text: str) -> bool:
    """xsd:dateTime: a moment on a day that exists (XML Schema 1.1 part 2, 3.3.7)."""
    match = _XSD_DATE_TIME.fullmatch(text)
    return match is not None and _on_calendar(match)


def is_date_time_stamp(text: str) -> bool:
    """xsd:dateTimeStamp: a dateTime with a time zone (XML Schema 1.1 part 2, 3.4.28)."""
    match = _XSD_DATE_TIME.fullmatch(text)
    return match is not None and match["zone"] is not None and _on_calendar(match)


_is_integer: Final = _pattern("[+-]?[0-9]+")
_is_non_negative_integer: Final = _pattern(r"\+?[0-9]+|-0+")

LEXICAL_FORMS: Final[Mapping[str, Check]] = {
    XSD + "anyURI": is_absolute_iri,
    XSD + "boolean": _pattern("true|false|1|0"),
    XSD + "date": is_date,
    XSD + "dateTime": is_date_time,
    XSD + "dateTimeStamp": is_date_time_stamp,
    XSD + "decimal": _pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
    XSD + "duration": _pattern(
        r"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
        r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
    ),
    XSD + "integer": _is_integer,
    XSD + "nonNegativeInteger": _is_non_negative_integer,
    XSD + "positiveInteger": _pattern(r"\+?0*[1-9][0-9]*"),
    XSD + "string": lambda _: True,
    _XSD_HTTPS + "integer": _is_integer,
    _XSD_HTTPS + "nonNegativeInteger": _is_non_negative_integer,
    "https://w3id.org/security#cryptosuiteString": _pattern("[!-~]+"),
    "https://w3id.org/security#multibase": _pattern("[A-Za-z0-9][A-Za-z0-9+/=_-]+"),
    "https://www.w3.org/2018/credentials#sriString": _pattern("sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}"),
}
"""The datatypes that pinned contexts give to terms, and the texts each admits."""

NUMERIC: Final = frozenset(
    namespace + name
    for namespace in (XSD, _XSD_HTTPS)
    for name in ("integer", "nonNegativeInteger", "positiveInteger", "decimal", "string")
)
"""Datatypes under which a JSON integer becomes a literal with the same digits."""

STAMPED: Final = frozenset(
    {
        "https://www.w3.org/2018/credentials#validFrom",
        "https://www.w3.org/2018/credentials#validUntil",
        "https://w3id.org/security#expiration",
        "http://purl.org/dc/terms/created",
    }
)
"""Properties that their specifications ask a time zone of, although the context says dateTime (VCDM 2.0; VC-DI 2.1)."""
