"""From a JSON value to the types of the template, or every reason why not.

:func:`parse_request` and :func:`parse_offering` answer with all findings at once. A pointer leads into exactly what was
sent; where something is missing it leads to the place where it belongs. The sentences never repeat a value that was
sent, because a value may be personal data; they say what is expected instead.
"""

import difflib
import types
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Final, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.errors import Family, Finding, ServiceError, json_pointer
from app.strict_json import JsonValue
from app.template.citations import cite, cite_member
from app.template.elements import IssuanceRequest, Offering

Path = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

MOST_FINDINGS: Final = 500
"""More than a person can read; a bound for senders who mean harm."""
_MOST_SUGGESTIONS: Final = 20
_LONGEST_NAME: Final = 60

# Behind these members a union follows, and pydantic puts the label of the chosen alternative into its path. A test
# compares the two sets with the types.
UNION_MEMBERS: Final = frozenset({"offering", "timeframe", "prerequisites"})
UNION_LISTS: Final = frozenset({"provided_by", "assessed_by"})


FORM_CODES: Final[Mapping[str, str]] = {
    "awarding-body-not-one": "Several awarding bodies were sent; one university awards.",
    "date-malformed": "Not a calendar date such as 2026-06-30.",
    "duration-malformed": "Not an ISO 8601 duration such as P4M.",
    "further-findings": f"More than {MOST_FINDINGS} findings; the rest is left out.",
    "language-tag-malformed": "Not a language tag such as en or pt-BR.",
    "missing": "A member that the form requires is missing; the pointer leads to its place.",
    "not-in-list": "Not one of the values that the template names here.",
    "number-malformed": "Not a decimal number such as 2.5.",
    "out-of-range": "A number below or above what is accepted here.",
    "outside-the-framework": "Neither a certificate nor a badge: other micro-credentials are not issued here.",
    "period-reversed": "A period ends before it starts.",
    "text-empty": "A text without characters.",
    "text-too-long": "A text with more characters than accepted here.",
    "text-unusable": "Control characters, bidirectional overrides, half surrogate pairs and the like cannot be signed.",
    "too-few": "A list or object with fewer members than needed.",
    "too-many": "A list or object with more members than accepted.",
    "too-many-decimal-places": "A number with more decimal places than accepted.",
    "unknown-member": "The template has no such member; the nearest known name is suggested.",
    "unusable": "The value cannot be used here for another reason.",
    "web-address-malformed": "Not an http or https address in the characters of RFC 3986.",
    "web-address-not-public": "The host is an IP address, or a name that means another machine to each reader.",
    "wrong-format": "A text without the form that is expected here, such as that of a country code.",
    "wrong-type": "Another JSON type is expected here.",
}
"""Every code of a finding about the form of a request, with what it means."""


class RequestMalformed(ServiceError):
    """The value is JSON, but not a request or an offering as the template's types describe it."""

    code: ClassVar[str] = "request-malformed"
    title: ClassVar[str] = "The request does not have the form that the template gives it"
    family: ClassVar[Family] = Family.RULE_BROKEN


def parse_request(value: JsonValue) -> IssuanceRequest:
    """Return ``value`` as the body of ``POST /api/v1/credentials``.

    Raises:
        RequestMalformed: with one finding for each member that cannot be used as it was sent.
    """
    return _parse(IssuanceRequest, value, lambda path: path[1:] if path[:1] == ("offering",) else path)


def parse_offering(value: JsonValue) -> Offering:
    """Return ``value`` as the body of ``POST /api/v1/offerings``; pointers are relative to the offering.

    Raises:
        RequestMalformed: as :func:`parse_request`.
    """
    return _parse(Offering, value, lambda path: path)


def _parse(model: type[ModelT], value: JsonValue, within: Callable[[Path], Path]) -> ModelT:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    findings = list(_findings(model, value, errors, within))
    count = len(findings)
    if count > MOST_FINDINGS:
        findings = [
            *findings[:MOST_FINDINGS],
            Finding("further-findings", "#", f"{count - MOST_FINDINGS} further findings are left out.", cite("7")),
        ]
    raise RequestMalformed(
        "One member cannot be used as it was sent." if count == 1 else f"{count} members cannot be used as sent.",
        findings=findings,
    )


def _findings(
    model: type[BaseModel], value: JsonValue, errors: Iterable[ErrorDetails], within: Callable[[Path], Path]
) -> Iterable[Finding]:
    suggestions = 0
    for error in errors:
        if _follows_from_another(error):
            continue
        path = _path_sent(error)
        code, detail = _words(error, path)
        if code == "unknown-member" and suggestions < _MOST_SUGGESTIONS:
            suggestions += 1
            detail += _suggestion(model, value, path)
        yield Finding(
            code=code,
            pointer=json_pointer(_as_far_as_writable(path)),
            detail=detail,
            citation=_citation(code, path, within),
        )


def _follows_from_another(error: ErrorDetails) -> bool:
    # "Too few, after validation": the members that were sent are too many or enough, and have findings of their own.
    sent = error["input"]
    return error["type"] == "too_short" and isinstance(sent, (list, dict)) and len(sent) > 0


def _path_sent(error: ErrorDetails) -> Path:
    """Return the error's path without the labels that name a union's alternative or a mapping's key."""
    path: list[str | int] = []
    in_language_map = error["loc"][-1:] == ("[key]",) and error["type"] in ("language-tag-malformed", "string_unicode")
    labels_ahead = False
    for step in error["loc"][:-1] if in_language_map else error["loc"]:
        if labels_ahead:
            labels_ahead = False
            continue
        path.append(step)
        labels_ahead = step in UNION_MEMBERS or (isinstance(step, int) and path[-2] in UNION_LISTS)
    return tuple(path)


def _as_far_as_writable(path: Path) -> Path:
    # Half a surrogate pair has no place in a pointer; U+FFFD stands where pydantic could not write a name either.
    for position, step in enumerate(path):
        if isinstance(step, str) and any("\ud800" <= sign <= "\udfff" or sign == "\ufffd" for sign in step):
            return path[:position]
    return path


def _citation(code: str, path: Path, within: Callable[[Path], Path]) -> str:
    if code == "outside-the-framework":
        return cite("5; 7.2; footnote 13")
    return cite_member(within(path))


# --- words

_TYPE_WORDS: Final = {
    "string_type": "A text is expected here.",
    "string_sub_type": "A text is expected here.",
    "bool_type": "true or false is expected here.",
    "int_type": "A whole number is expected here.",
    "int_from_float": "A whole number is expected here.",
    "decimal_type": "A number is expected here.",
    "date_type": "A date such as 2026-06-30 is expected here.",
    "dict_type": 'An object from language tag to text is expected here, such as {"en": "..."}.',
    "model_type": "An object is expected here.",
    "model_attributes_type": "An object is expected here.",
    "tuple_type": "A list is expected here.",
    "wrong-type": None,
}

_PLAIN_WORDS: Final = {
    "missing": ("missing", "This member is required."),
    "extra_forbidden": ("unknown-member", "The template has no such member here."),
    "string_too_short": ("text-empty", "The text is empty."),
    "string_unicode": ("text-unusable", "The text holds half of a surrogate pair; send whole characters."),
    "text-unusable": ("text-unusable", None),
    "language-tag-malformed": ("language-tag-malformed", None),
    "date-malformed": ("date-malformed", None),
    "date_parsing": ("date-malformed", "There is no such day in the calendar."),
    "date_from_datetime_parsing": ("date-malformed", "There is no such day in the calendar."),
    "date_from_datetime_inexact": ("date-malformed", "A date such as 2026-06-30 is expected here, without time."),
    "number-malformed": ("number-malformed", None),
    "decimal_parsing": ("number-malformed", "Not a decimal number such as 2.5."),
    "finite_number": ("number-malformed", "Not a finite number."),
    "duration-malformed": ("duration-malformed", None),
    "web-address-malformed": ("web-address-malformed", None),
    "web-address-not-public": ("web-address-not-public", None),
    "period-reversed": ("period-reversed", None),
    "int_parsing_size": ("out-of-range", "The number is too large."),
}


def _words(error: ErrorDetails, path: Path) -> tuple[str, str]:
    """Return our stable code and a sentence for one of pydantic's errors."""
    kind, bounds = error["type"], error.get("ctx", {})
    if path[-1:] == ("awarding_body",) and isinstance(error["input"], list):
        return (
            "awarding-body-not-one",
            "A micro-credential is awarded by one university on behalf of the Alliance: send one slug, not a list.",
        )
    if path[-1:] == ("type",) and kind == "enum":
        return (
            "outside-the-framework",
            "A certificate or a badge is expected; other micro-credentials of a university are outside this framework.",
        )
    if kind in _TYPE_WORDS:
        return "wrong-type", _TYPE_WORDS[kind] or error["msg"]
    if kind in _PLAIN_WORDS:
        code, words = _PLAIN_WORDS[kind]
        return code, words or error["msg"]
    return _words_with_bounds(kind, bounds)


def _words_with_bounds(kind: str, bounds: Mapping[str, Any]) -> tuple[str, str]:
    match kind:
        case "enum" | "literal_error":
            return "not-in-list", f"Expected is {str(bounds['expected']).replace(chr(39), '`')}."
        case "string_pattern_mismatch":
            return "wrong-format", f"The text does not have the expected form {bounds['pattern']}."
        case "string_too_long":
            return "text-too-long", f"At most {bounds['max_length']} characters are accepted."
        case "too_short":
            return "too-few", f"At least {bounds['min_length']} must be sent."
        case "too_long":
            return "too-many", f"At most {bounds['max_length']} are accepted."
        case "greater_than_equal":
            return "out-of-range", f"The number must be at least {bounds['ge']}."
        case "less_than_equal":
            return "out-of-range", f"The number must be at most {bounds['le']}."
        case "decimal_max_places":
            return "too-many-decimal-places", f"At most {bounds['decimal_places']} decimal places are accepted."
        case _:
            return "unusable", "This value cannot be used here."


# --- suggestions for unknown members


def _suggestion(model: type[BaseModel], value: JsonValue, path: Path) -> str:
    """Say which member was probably meant: a similar name in the same object, or the same name elsewhere."""
    name = path[-1]
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return ""
    here = _models_at(model, value, path[:-1])
    near = difflib.get_close_matches(name, sorted({known for m in here for known in m.model_fields}), n=1, cutoff=0.7)
    homes = [home for m in (*here, model) for home in (_homes(m).get(name),) if home]
    meant = (near or homes)[:1]
    return f" Was `{meant[0]}` meant?" if meant else ""


def _models_at(model: type[BaseModel], value: JsonValue, path: Path) -> set[type[BaseModel]]:
    """Return the types that the object at ``path`` may have been meant for."""
    models = {model}
    for step in path:
        if isinstance(step, str):
            models = {
                below for m in models if step in m.model_fields for below in _models_in(m.model_fields[step].annotation)
            }
            value = value.get(step) if isinstance(value, dict) else None
            if step == "offering":
                by_reference = isinstance(value, dict) and "id" in value
                models = {m for m in models if (m is not Offering) == by_reference}
    return models


def _models_in(annotation: Any) -> set[type[BaseModel]]:  # noqa: ANN401 - an annotation
    origin = get_origin(annotation)
    if origin is Annotated:
        return _models_in(get_args(annotation)[0])
    if origin in (Union, types.UnionType, tuple):
        return {m for part in get_args(annotation) for m in _models_in(part)}
    return {annotation} if isinstance(annotation, type) and issubclass(annotation, BaseModel) else set()


@cache
def _homes(model: type[BaseModel]) -> Mapping[str, str]:
    """Return where below ``model`` each member name stands, such as ``workload.ects`` for ``ects``.

    The nearest home wins, one outside lists before one within; a name with several equally near homes has none.
    """
    homes: dict[str, list[tuple[bool, int, str]]] = {}

    def walk(current: type[BaseModel], path: tuple[str, ...], *, listed: bool) -> None:
        for name, field in current.model_fields.items():
            here = (*path, name)
            homes.setdefault(name, []).append((listed, len(here), ".".join(here)))
            for below in _models_in(field.annotation):
                walk(below, here, listed=listed or get_origin(field.annotation) is tuple)

    walk(model, (), listed=False)
    nearest = {name: sorted(places)[:2] for name, places in homes.items()}
    return {name: first[2] for name, (first, *rest) in nearest.items() if not rest or rest[0][:2] != first[:2]}
