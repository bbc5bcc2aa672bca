"""One JSON text in, one value out, or a finding that says where it went wrong.

Accepted is what every reader understands in the same way (RFC 8259 with I-JSON's restrictions, RFC 7493): UTF-8
without byte order mark, no duplicate members, no NaN or Infinity, integers up to 2^53 - 1 and other numbers that
survive a double; and of bounded size, depth and number of values, which are checked, like the encoding, before a parser
runs. Lone surrogates are left to the caller's own check of text, which can say in which member they stand; they never
get past :func:`canonical`.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from types import NoneType
from typing import Any, ClassVar, Final, NoReturn, TypeAlias

import orjson

from app.errors import Family, Finding, ServiceError, json_pointer

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 20_000
MAX_ITEMS: Final = 2_000
MAX_NUMBER_LENGTH: Final = 32
_LARGEST_EXACT_INTEGER: Final = 2**53 - 1
_CITATION: Final = "RFC 8259; RFC 7493"

_ALL_BUT_STRUCTURE: Final = bytes(sorted(set(range(256)) - set(b"[]{},")))
_LONG_NUMBER: Final = re.compile(rb"[-+.0-9Ee]{%d}" % (MAX_NUMBER_LENGTH + 1))
_SPACE_BEFORE_COLON: Final = re.compile(rb'"[ \t\r\n]+:')


class MalformedJson(ServiceError):
    """The bytes are not one JSON text that every reader understands in the same way."""

    code: ClassVar[str] = "malformed-json"
    title: ClassVar[str] = "This is not one well-formed JSON document"
    family: ClassVar[Family] = Family.MALFORMED


class DocumentTooLarge(ServiceError):
    """More bytes than the door admits."""

    code: ClassVar[str] = "document-too-large"
    title: ClassVar[str] = "The document is larger than accepted here"
    family: ClassVar[Family] = Family.TOO_LARGE


def parse(raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> JsonValue:
    """Return the JSON value that ``raw`` holds.

    Raises:
        DocumentTooLarge: more than ``max_bytes`` bytes.
        MalformedJson: anything else that two readers might understand differently, with one finding.
    """
    if len(raw) > max_bytes:
        raise DocumentTooLarge(f"The document has {len(raw)} bytes; {max_bytes} are accepted here.")
    if raw.startswith(b"\xef\xbb\xbf"):
        _refuse("byte-order-mark", "#", "The document starts with a byte order mark; send UTF-8 without one.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("not-utf-8", "#", f"Byte {error.start} is not part of valid UTF-8.")
    many = _check_structure(raw, max_depth) >= MAX_ITEMS
    try:
        value: JsonValue = orjson.loads(raw)
    except orjson.JSONDecodeError:
        # orjson refuses lone surrogates without a place; the slower reader keeps them for the caller's own finding.
        value = _parse_slowly(text)
        if many:
            _check_lists(value)
        return value
    if many:
        _check_lists(value)
    if _is_as_written_here(value, raw):
        return value
    # Without duplicates every member contributes one `":` to the text; a string value may add to that count but never
    # take away, so equality proves their absence. Anything else is looked at slowly.
    if _SPACE_BEFORE_COLON.search(raw) is None and raw.count(b'":') == _count_members(value, raw):
        return value
    return _parse_slowly(text)


def canonical(value: object) -> bytes:
    """Return ``value`` in the JSON Canonicalization Scheme (RFC 8785).

    Raises:
        ValueError: lone surrogates, NaN, Infinity or integers beyond 2**53 - 1.
    """
    if _is_plain(value):
        # By code point, as orjson sorts, is by UTF-16 unit where names are ASCII; its escapes are those of section
        # 3.2.2.2. Only doubles are written otherwise, and those are not plain.
        with suppress(orjson.JSONEncodeError):  # an integer too large, a lone surrogate: refused below, by name
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    return "".join(_canonical_pieces(value)).encode("utf-8")


_PLAIN: Final = frozenset({str, int, bool, NoneType})


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON holds
    """Return what is there once or several times, as JSON-LD and JOSE write it: null is none, one is a list of it."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_plain(value: object) -> bool:
    """Whether there are only ASCII names, strings, integers, true, false and null in ``value``."""
    pending = [value]
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is dict:
            members: dict[object, object] = item  # type: ignore[assignment]  # what the line above says
            for name in members:
                if type(name) is not str or not name.isascii():
                    return False
            pending.extend(inner for inner in members.values() if type(inner) is not str)
        elif kind is list:
            pending.extend(item)  # type: ignore[arg-type]  # what the line above says
        elif kind not in _PLAIN:
            return False
    return True


def _canonical_pieces(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    if value is None or isinstance(value, (bool, str)):
        return [json.dumps(value, ensure_ascii=False)]
    if isinstance(value, int):
        if abs(value) > _LARGEST_EXACT_INTEGER:
            raise ValueError("an integer beyond 2**53 - 1 has no canonical form")
        return [str(value)]
    if isinstance(value, float):
        return [_canonical_number(value)]
    if isinstance(value, Mapping):
        # Section 3.2.3: members sorted by the UTF-16 code units of their names.
        pieces = ["{"]
        for position, name in enumerate(sorted(value, key=lambda key: key.encode("utf-16-be"))):
            pieces += (
                [",", json.dumps(name, ensure_ascii=False), ":"]
                if position
                else [json.dumps(name, ensure_ascii=False), ":"]
            )
            pieces += _canonical_pieces(value[name])
        return [*pieces, "}"]
    pieces = ["["]
    for position, item in enumerate(value):
        if position:
            pieces.append(",")
        pieces += _canonical_pieces(item)
    return [*pieces, "]"]


def _canonical_number(value: float) -> str:
    """Write a double as ECMAScript's Number::toString does (RFC 8785 section 3.2.2.3)."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is the one value unequal to itself
        raise ValueError("NaN and Infinity have no canonical form")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent_text = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # point: how many digits stand before the decimal point.
    point = (
        len(whole) + int(exponent_text or 0)
        if whole != "0"
        else int(exponent_text or 0) - (len(fraction) - len(fraction.lstrip("0")))
    )
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:  # noqa: PLR2004 - the bounds of ECMA-262 Number::toString
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:  # noqa: PLR2004
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:  # noqa: PLR2004
        return f"{sign}0.{'0' * -point}{digits}"
    exponent = point - 1
    tail = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


def _check_structure(raw: bytes, max_depth: int) -> int:
    """Refuse what is nested too deep or holds too many values; return how many values there are at most.

    A list or object that is not empty holds one value more than commas; an empty one counts as if it held one.
    """
    opening = raw.count(b"[") + raw.count(b"{")
    values = opening + raw.count(b",") + 1
    if opening <= max_depth and values <= MAX_VALUES:
        return values
    # What stands outside of strings: every second piece between quotes, once escaped backslashes and then escaped
    # quotes are gone. Of that, the brackets and the commas.
    if b"\\" in raw:
        raw = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    structure = b"".join(raw.split(b'"')[::2]).translate(None, _ALL_BUT_STRUCTURE)
    values = structure.count(b"[") + structure.count(b"{") + structure.count(b",") + 1
    if values > MAX_VALUES:
        _refuse("too-many-values", "#", f"The document holds more than {MAX_VALUES} values.")
    depth = 0
    for byte in structure.translate(None, b","):
        if byte in b"[{":
            depth += 1
            if depth > max_depth:
                _refuse("too-deep", "#", f"The document is nested deeper than {max_depth} levels.")
        else:
            depth -= 1
    return values


def _check_lists(value: JsonValue) -> None:
    pending: list[tuple[JsonValue, tuple[str | int, ...]]] = [(value, ())]
    while pending:
        item, path = pending.pop()
        if isinstance(item, dict):
            pending.extend((held, (*path, name)) for name, held in item.items())
        elif isinstance(item, list):
            if len(item) > MAX_ITEMS:
                detail = f"A list of {len(item)} items; {MAX_ITEMS} are accepted."
                _refuse("list-too-long", json_pointer(path), detail)
            pending.extend((held, (*path, place)) for place, held in enumerate(item))


def _count_members(value: JsonValue, raw: bytes) -> int:
    """Count the members of all objects; -1 when a number is so large or long that the slower reader must see it."""
    count = 0
    looked = False
    pending: list[JsonValue] = [value]
    while pending:
        item = pending.pop()
        # Most values are texts; leaving them out at once halves the time.
        if isinstance(item, dict):
            count += len(item)
            pending.extend([held for held in item.values() if type(held) is not str])
        elif isinstance(item, list):
            pending.extend([held for held in item if type(held) is not str])
        elif isinstance(item, float):
            # Integers beyond 64 bits become doubles here as well, so no long number is missed.
            if abs(item) > _LARGEST_EXACT_INTEGER or (not looked and _LONG_NUMBER.search(raw)):
                return -1
            looked = True
        elif type(item) is int and not -_LARGEST_EXACT_INTEGER <= item <= _LARGEST_EXACT_INTEGER:
            return -1
    return count


def _is_as_written_here(value: JsonValue, raw: bytes) -> bool:
    """Whether ``raw`` is, byte for byte, how ``value`` is written without blanks, as most programs write.

    Then no member stands there twice, because none does in ``value``; integers are no larger than is exact, because
    larger ones are refused or, from 64 bits on, are doubles here and written as such; and no number is long.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER) == raw
    except orjson.JSONEncodeError:
        return False


class _Refused:
    """Stands for what is refused, until its place in the document is known: the steps to it from there, and why."""

    __slots__ = ("code", "detail", "steps")

    def __init__(self, code: str, detail: str, *steps: str) -> None:
        self.code, self.detail, self.steps = code, detail, steps


def _parse_slowly(text: str) -> JsonValue:
    duplicates: list[_Refused] = []
    inexact: list[_Refused] = []

    def members(pairs: list[tuple[str, Any]]) -> Any:  # noqa: ANN401 - what the hook of json.loads returns
        collected = dict(pairs)
        if len(collected) != len(pairs):
            seen: set[str] = set()
            name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            marker = _Refused("duplicate-member", "A member is named twice in one object.", name)
            duplicates.append(marker)
            return marker
        return collected

    def number(digits: str) -> float:
        if len(digits) > MAX_NUMBER_LENGTH:
            _refuse("number-too-long", "#", f"A number of {len(digits)} characters; send it as a string.")
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            _refuse("number-too-large", "#", "A number is beyond the range of a double.")
        return value

    def integer(digits: str) -> Any:  # noqa: ANN401 - what the hook of json.loads returns
        if len(digits) > MAX_NUMBER_LENGTH:
            _refuse("number-too-long", "#", f"A number of {len(digits)} characters; send it as a string.")
        value = int(digits)
        # RFC 7493 section 2.2: beyond this two readers may see two numbers, and a JSON-LD processor rewrites it.
        if abs(value) > _LARGEST_EXACT_INTEGER:
            inexact.append(_Refused("integer-too-large", "An integer beyond 2^53 - 1; send it as a string."))
            return inexact[-1]
        return value

    def constant(word: str) -> NoReturn:
        _refuse("not-a-number", "#", f"{word} is not JSON.")

    try:
        value = json.loads(
            text, object_pairs_hook=members, parse_float=number, parse_int=integer, parse_constant=constant
        )
    except (json.JSONDecodeError, RecursionError) as error:
        where = (
            f"line {error.lineno}, column {error.colno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else "too deep"
        )
        _refuse("not-json", "#", f"Not well-formed JSON at {where}.")
    # An outer object that is refused hides what is in it, so the last one is named; of numbers the first.
    if found := duplicates[-1:] or inexact[:1]:
        refused = found[0]
        path = _path_to(value, refused) or []
        _refuse(refused.code, json_pointer([*path, *refused.steps]), refused.detail)
    return value  # type: ignore[no-any-return]


def _path_to(value: Any, wanted: _Refused) -> list[str | int] | None:  # noqa: ANN401 - any JSON value
    if value is wanted:
        return []
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        below = _path_to(item, wanted)
        if below is not None:
            return [step, *below]
    return None


def _refuse(code: str, pointer: str, detail: str) -> NoReturn:
    raise MalformedJson(detail, findings=[Finding(code=code, pointer=pointer, detail=detail, citation=_CITATION)])
