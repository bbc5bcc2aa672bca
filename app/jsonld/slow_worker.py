"""The process behind the slow path: one document in, its canonical form or a refusal out, then it ends.

PyLD has no safe mode, so this is one around it (each step has its number in the code):

1. Contexts are pinned URLs at the top and nowhere else, and no keyword occurs that hides statements from a reader of
   the JSON or never reaches RDF (``@reverse``, ``@included``, ``@graph``, ``@nest``, ``@index``, ``@direction``).
2. Null and empty values, which expansion drops, are refused.
3. The document is expanded over a default vocabulary and a base that nobody can own. Whatever then lies under them was
   an undefined term, an undefined type or a relative identifier. PyLD reports dropped members besides.
4. Every IRI, language tag and literal of the expanded form is checked as the walker does it.
5. The statements are canonicalised by our own RDFC-1.0: PyLD's neither limits its work nor escapes all controls.
"""

import json
import math
import resource
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyld import jsonld

from app.errors import Finding, ServiceError, json_pointer
from app.jsonld import rdfc10
from app.jsonld.contexts import PINNED_CONTEXTS, load_pinned
from app.jsonld.literals import LEXICAL_FORMS, XSD, forbidden_character, is_absolute_iri, is_language_tag
from app.jsonld.refusals import ProcessingLimitExceeded, UnsafeDocument, UnsupportedDocument

_NOWHERE: Final = "https://undefined.invalid/"
_NO_VOCABULARY: Final = _NOWHERE + "vocab#"
_ADMITTED_KEYWORDS: Final = frozenset({"@id", "@type", "@value", "@language", "@list", "@set", "@none", "@json"})
_LARGEST_EXACT_INTEGER: Final = 2**53 - 1
_MOST_OUTPUT_BYTES: Final = 16 * 1024 * 1024

Step = str | int
Place = tuple[tuple[Step, ...], object]


def canonicalize_slowly(document: Mapping[str, Any], *, hash_name: str = "sha256") -> bytes:
    """Return the canonical N-Quads of ``document``, without limits of its own.

    Raises:
        UnsafeDocument: parts that a signature would not cover, or no JSON-LD.
        UnsupportedDocument: contexts within the document, keywords that hide statements.
        CanonicalizationBudgetExceeded: blank nodes too entangled.
    """
    places = list(_places(document, ()))
    _refuse_keywords(document, places)  # 1
    findings = _nothing_stated(places)  # 2
    urls = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
    has_vocabulary = any(PINNED_CONTEXTS[url].defines_default_vocabulary for url in urls)
    contexts = urls if has_vocabulary else [*urls, {"@vocab": _NO_VOCABULARY}]
    dropped: list[str | None] = []
    try:
        expanded = jsonld.expand(  # 3
            {**document, "@context": contexts},
            {"base": _NOWHERE, "documentLoader": load_pinned},
            on_property_dropped=dropped.append,
        )
        findings += [_found("undefined-term", places, key=name or "") for name in dropped]
        findings += [finding for node in expanded for finding in _expanded_findings(node, places)]  # 4
        if findings:
            raise UnsafeDocument(findings=dict.fromkeys(findings))
        dataset = jsonld.to_rdf(expanded, {"documentLoader": load_pinned})
    except jsonld.JsonLdError as error:
        detail = f"Every JSON-LD processor refuses this document: {error.code or error.type}."
        raise UnsafeDocument(findings=[Finding("not-json-ld", "#", detail, "JSON-LD 1.1 API")]) from error
    quads = list(_quads(dataset))
    if not quads:
        raise UnsafeDocument(findings=[Finding("nothing-stated", "#", "The document states nothing.")])
    return rdfc10.canonicalize_quads(quads, hash_name=hash_name)  # 5


# --- the document as it came ------------------------------------------------------------------------------------------


def _json_terms() -> frozenset[str]:
    """The terms whose values are JSON and no statements (``"@type": "@json"``), in any pinned context."""
    found: set[str] = set()

    def look(definitions: object) -> None:
        if isinstance(definitions, dict):
            for term, definition in definitions.items():
                if isinstance(definition, dict):
                    if definition.get("@type") == "@json":
                        found.add(term)
                    look(definition)

    for pinned in PINNED_CONTEXTS.values():
        look(pinned.document)
    return frozenset(found)


_JSON_TERMS: Final = _json_terms()


def _places(value: object, way: tuple[Step, ...]) -> Iterator[Place]:
    """Every value of the document with the way to it, not looking into JSON literals."""
    yield way, value
    if way and way[-1] in _JSON_TERMS:
        return
    members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, held in members:
        yield from _places(held, (*way, step))


def _refuse_keywords(document: Mapping[str, Any], places: list[Place]) -> None:
    findings = [
        Finding("unsupported-feature", json_pointer(way), "Not processed here: this keyword at this place.")
        for way, _ in places
        if way != ("@context",)
        and way[:1] != ("@context",)
        and isinstance(way[-1] if way else 0, str)
        and str(way[-1]).startswith("@")
        and way[-1] not in _ADMITTED_KEYWORDS
    ]
    contexts = document.get("@context")
    if not all(url in PINNED_CONTEXTS for url in (contexts if isinstance(contexts, list) else [contexts])):
        findings.append(Finding("context-not-pinned", "#/@context", "This context is not one that is held here."))
    if findings:
        raise UnsupportedDocument(findings=findings)


def _nothing_stated(places: list[Place]) -> list[Finding]:
    return [
        Finding("nothing-stated", json_pointer(way), _DETAILS["nothing-stated"])
        for way, value in places
        if value is None or value == []
    ]


def _found(code: str, places: list[Place], *, key: str | None = None, value: object = None) -> Finding:
    """A finding that points to the first member with this name, or to the first value that equals this one."""
    for way, held in places:
        if way and (way[-1] == key if key is not None else type(held) is type(value) and held == value):
            return Finding(code, json_pointer(way), _DETAILS[code])
    return Finding(code, "#", _DETAILS[code])


_DETAILS: Final[Mapping[str, str]] = {
    "nothing-stated": "Null and empty values vanish: a signature would not cover them.",
    "undefined-term": "No context defines this member: a signature would not cover it.",
    "undefined-identifier": "No context defines this type, or this identifier is not an absolute IRI.",
    "malformed-language-tag": "This is no well-formed language tag.",
    "ill-typed-literal": "This value has not the form that its datatype asks for.",
    "control-character": "Control characters and noncharacters have no place in a text.",
    "lone-surrogate": "Half of a surrogate pair is no character.",
    "rewritten-number": "JSON-LD would rewrite this number: write it as a string.",
}


# --- the expanded document --------------------------------------------------------------------------------------------


def _expanded_findings(node: object, places: list[Place]) -> Iterator[Finding]:
    """Check one value of the expanded form, and all within."""
    if isinstance(node, list):
        for value in node:
            yield from _expanded_findings(value, places)
        return
    if not isinstance(node, Mapping):
        return
    if "@value" in node:
        yield from _literal_findings(node, places)
        return
    for key, value in node.items():
        if key in {"@id", "@type"}:
            for identifier in value if isinstance(value, list) else [value]:
                yield from _identifier_findings(identifier, places)
            continue
        if not key.startswith("@") and (key.startswith(_NOWHERE) or not is_absolute_iri(key)):
            yield _found("undefined-term", places, key=key.removeprefix(_NO_VOCABULARY))
        if key == "@graph":
            for named in value:
                if not named.keys() - {"@id"}:
                    yield _found("nothing-stated", places, value=named.get("@id", {}))
        yield from _expanded_findings(value, places)


def _identifier_findings(identifier: str, places: list[Place]) -> Iterator[Finding]:
    if identifier.startswith("_:"):
        return
    if identifier.startswith(_NOWHERE) or not is_absolute_iri(identifier):
        original = identifier.removeprefix(_NO_VOCABULARY).removeprefix(_NOWHERE)
        yield _found("undefined-identifier", places, value=original)


def _literal_findings(literal: Mapping[str, Any], places: list[Place]) -> Iterator[Finding]:
    value, datatype, language = literal["@value"], literal.get("@type"), literal.get("@language")
    if datatype == "@json":
        return
    if isinstance(value, float) or (type(value) is int and abs(value) > _LARGEST_EXACT_INTEGER):
        yield _found("rewritten-number", places, value=value)
        return
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    wrong = forbidden_character(text)
    if wrong:
        yield _found(wrong, places, value=value)
    if language is not None and not is_language_tag(language):
        yield _found("malformed-language-tag", places, key=language)
    if datatype is not None:
        admits = LEXICAL_FORMS.get(datatype)
        if not is_absolute_iri(datatype) or datatype.startswith(_NOWHERE):
            yield _found("undefined-identifier", places, value=datatype.removeprefix(_NO_VOCABULARY))
        elif datatype == XSD + "double":
            yield _found("rewritten-number", places, value=value)
        elif admits is not None and not admits(text):
            yield _found("ill-typed-literal", places, value=value)


# --- statements -------------------------------------------------------------------------------------------------------


def _quads(dataset: Mapping[str, Any]) -> Iterator[rdfc10.Quad]:
    for graph, triples in dataset.items():
        name = "" if graph == "@default" else graph if graph.startswith("_:") else f"<{graph}>"
        for triple in triples:
            yield _term(triple["subject"]), _term(triple["predicate"]), _term(triple["object"]), name


def _term(term: Mapping[str, str]) -> str:
    value = term["value"]
    if term["type"] == "blank node":
        return value
    if term["type"] == "IRI":
        return f"<{value}>"
    quoted = f'"{rdfc10.escape_literal(value)}"'
    if "language" in term:
        return f"{quoted}@{term['language']}"
    return quoted if term["datatype"] == XSD + "string" else f"{quoted}^^<{term['datatype']}>"


# --- the process ------------------------------------------------------------------------------------------------------


def _confine(seconds: float, memory_bytes: int) -> None:
    """Limit this process for the rest of its life. Everything that opens a file must have happened before."""
    processor_seconds = math.ceil(seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # the three standard streams: no file, no socket


def _refusal(error: ServiceError) -> bytes:
    findings = [
        {"code": finding.code, "pointer": finding.pointer, "detail": finding.detail, "citation": finding.citation}
        for finding in error.findings
    ]
    return b"-" + json.dumps({"code": error.code, "detail": error.detail, "findings": findings}).encode()


def main() -> None:
    """Read the task from standard input, write the answer to standard output."""
    task = json.loads(sys.stdin.buffer.read())
    # PyLD imports parts of itself when first used, and no file can be opened later.
    canonicalize_slowly({"@context": list(PINNED_CONTEXTS)[2:3], "@type": "https://example.org/Warm"})
    _confine(task["seconds"], task["memory_bytes"])
    try:
        answer = b"+" + canonicalize_slowly(task["document"], hash_name=task["hash_name"])
        if len(answer) > _MOST_OUTPUT_BYTES:
            raise ProcessingLimitExceeded
    except ServiceError as error:
        answer = _refusal(error)
    except (MemoryError, RecursionError):
        answer = _refusal(ProcessingLimitExceeded())
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
