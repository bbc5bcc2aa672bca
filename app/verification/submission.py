"""What somebody sent, by its content: a JSON document, a seal, a signed token, an SD-JWT, or a token in an envelope.

Nothing is checked here and nothing is trusted. What is neither one JSON text nor one token raises and is answered with
400; whatever can be taken apart is answered with a report.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Self

import orjson

from app.errors import Finding, ServiceError, json_pointer
from app.jsonld import CREDENTIALS_V2
from app.securing import SdJwt, Seal, Token, jades, sd_jwt, vc_jose
from app.strict_json import MAX_BYTES, MAX_DEPTH, JsonValue, MalformedJson, as_list, parse

ENVELOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EnvelopedVerifiableCredential": f"data:{vc_jose.MEDIA_TYPE},",
        "EnvelopedVerifiablePresentation": f"data:{vc_jose.PRESENTATION_MEDIA_TYPE},",
    }
)
"""How the ``id`` of each type of envelope begins when it holds a token (VCDM 2.0 sections 4.12 and 4.13; RFC 2397)."""

_ENVELOPE_MEMBERS: Final = frozenset({"@context", "id", "type"})
# Every JOSE header is a JSON object, so a token begins with the encoding of a brace and what may follow one. No JSON
# text begins so.
_STARTS: Final = ("ey", "ew")
_WHITE_SPACE: Final = b" \t\r\n"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Submission:
    """One artefact. Pointers of every finding lead into ``document``: for a token and a seal that is the payload.

    A credential and a presentation are the same here; which it is follows from ``document``.

    ``outside`` are statements that stand in an envelope beside the token: nobody has signed them. ``broken`` says why
    an envelope or a seal could not be opened; ``document`` is the envelope then. Of an ``sd_jwt`` it is the payload
    with what was disclosed in its places.
    """

    document: JsonValue
    token: Token | None = None
    outside: tuple[Finding, ...] = ()
    broken: tuple[Finding, ...] = ()
    seal: Seal | None = None
    sd_jwt: SdJwt | None = None

    @classmethod
    def of(cls, value: JsonValue, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Self:
        """Return what a JSON value is: a token as a JSON string, an enveloped credential and a seal are opened."""
        if isinstance(value, dict) and jades.is_seal(value):
            try:
                seal = jades.read(value, max_payload_bytes=max_bytes, max_depth=max_depth)
            except ServiceError as error:
                return cls(value, broken=tuple(error.findings))
            return cls(seal.document, seal=seal)
        text, pointer = _token_in(value)
        if text is None or not text.isascii():
            return cls(value)
        try:
            if isinstance(value, str) and sd_jwt.is_sd_jwt(text.encode("ascii")):
                disclosing = sd_jwt.read(text.encode("ascii"), max_payload_bytes=max_bytes, max_depth=max_depth)
                return cls(dict(disclosing.document), sd_jwt=disclosing)
            token = vc_jose.read(text.encode("ascii"), max_payload_bytes=max_bytes, max_depth=max_depth)
        except ServiceError as error:
            # The JSON text around it is well-formed, so it is answered with a report.
            return cls(value, broken=tuple(replace(finding, pointer=pointer) for finding in error.findings))
        return cls(token.document, token, tuple(_outside(value) if isinstance(value, dict) else ()))


def _outside(envelope: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Yield what stands around a token and is signed by nobody, or means nothing (VCDM 2.0 section 4.13.1)."""
    if as_list(envelope.get("@context"))[:1] != [CREDENTIALS_V2]:
        words = "An envelope names the context that defines its words: that of VC Data Model 2.0, as the first."
        yield Finding("envelope-refused", "#/@context", words, "W3C VC Data Model 2.0, 4.13.1")
    for name in sorted(envelope.keys() - _ENVELOPE_MEMBERS):
        yield Finding("outside-the-envelope", json_pointer([name]), "No signature covers what stands beside the token.")


def _token_in(value: JsonValue) -> tuple[str | None, str]:
    """Return the text in ``value`` that is said to be a token, and where it stands."""
    if isinstance(value, str):
        return (value, "#") if value.startswith(_STARTS) else (None, "#")
    types = value.get("type") if isinstance(value, dict) else None
    only = types[0] if isinstance(types, list) and len(types) == 1 else types
    start = ENVELOPES.get(only) if isinstance(only, str) else None
    if isinstance(value, dict) and start is not None:
        identifier = value.get("id")
        # RFC 2397: scheme and media type do not heed capitals.
        if isinstance(identifier, str) and identifier[: len(start)].lower() == start:
            return identifier[len(start) :], "#/id"
    return None, "#"


def read_submission(content: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Submission:
    """Return what ``content`` holds; ``max_bytes`` bounds a JSON text, and the payload of a token.

    Raises:
        DocumentTooLarge, MalformedJson: neither a token nor a JSON text that every reader understands in the same way;
            or a token around such a text.
        MalformedToken: a token, but not one that every reader understands in the same way.
    """
    text = content.strip(_WHITE_SPACE)
    if text.startswith(tuple(start.encode() for start in _STARTS)) and sd_jwt.is_sd_jwt(text):
        disclosing = sd_jwt.read(text, max_payload_bytes=max_bytes, max_depth=max_depth)
        submission = Submission(dict(disclosing.document), sd_jwt=disclosing)
    elif text.startswith(tuple(start.encode() for start in _STARTS)):
        token = vc_jose.read(text, max_payload_bytes=max_bytes, max_depth=max_depth)
        submission = Submission(token.document, token)
    else:
        value = parse(content, max_bytes=max_bytes, max_depth=max_depth)
        submission = Submission.of(value, max_bytes=max_bytes, max_depth=max_depth)
    _refuse_half_characters(submission.document)
    return submission


def _refuse_half_characters(document: JsonValue) -> None:
    """Refuse what no answer could repeat and no signature could cover (RFC 7493 section 2.1)."""
    try:
        orjson.dumps(document)
    except orjson.JSONEncodeError:
        found = _half_character(document, [])
        if found is not None:
            detail = "Half of a surrogate pair is no character."
            finding = Finding("lone-surrogate", json_pointer(found), detail, "RFC 8259, 8.2; RFC 7493, 2.1")
            raise MalformedJson(detail, findings=[finding]) from None


def _half_character(value: JsonValue, path: list[str | int]) -> list[str | int] | None:
    """Return the way to the first text that holds one; to the object, where it is in the name of a member."""
    if isinstance(value, str):
        return path if _SURROGATE.search(value) else None
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, held in members:
        if isinstance(step, str) and _SURROGATE.search(step):
            return path
        found = _half_character(held, [*path, step])
        if found is not None:
            return found
    return None
