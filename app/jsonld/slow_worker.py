"""The process behind the slow path: one document in, its canonical form or a refusal out, then it ends.

PyLD has no safe mode, so this is one around it (each step has its number in the code):

1. Contexts are pinned URLs at the top and nowhere else. Keywords stand only where expansion keeps them (it drops some
   without a word elsewhere), and none that hides statements from a reader of the JSON or never reaches RDF
   (``@reverse``, ``@included``, ``@graph``, ``@nest``, ``@index``, ``@direction``). Members are plain terms,
   and so are types for which there is one.
2. Null and empty values, which expansion drops, are refused.
3. The document is expanded over a default vocabulary and a base that nobody can own. Whatever then lies under them was
   an undefined term, an undefined type or a relative identifier. PyLD reports dropped members besides.
4. Every IRI, language tag and literal of the expanded form is checked as the walker does it.
5. The statements are canonicalised by our own RDFC-1.0: PyLD's neither limits its work nor escapes all controls.

Asked for documents with contexts of their own, it leaves out 1: those contexts say what every word means, so there is
no plain spelling to hold a word against. Steps 2 to 5 stay; what a context defines is covered, what none does is found.
"""

import json
import math
import re
import resource
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from pyld import jsonld

from app.errors import Finding, ServiceError, json_pointer
from app.jsonld import rdfc10
from app.jsonld.contexts import CREDENTIALS_V2, PINNED_CONTEXTS, load_pinned
from app.jsonld.literals import LEXICAL_FORMS, XSD, forbidden_character, is_absolute_iri, is_language_tag
from app.jsonld.refusals import ProcessingLimitExceeded, UnsafeDocument, UnsupportedDocument

_NOWHERE: Final = "https://undefined.invalid/"
_NO_VOCABULARY: Final = _NOWHERE + "vocab#"
_OF_A_VALUE: Final = frozenset({"@value", "@type", "type", "@language"})
_KEYWORD_FORM: Final = re.compile("@[A-Za-z]+")
_LARGEST_EXACT_INTEGER: Final = 2**53 - 1
_MOST_OUTPUT_BYTES: Final = 16 * 1024 * 1024

Step = str | int
Place = tuple[tuple[Step, ...], object]


def canonicalize_slowly(document: Mapping[str, Any], *, hash_name: str = "sha256", own_contexts: bool = False) -> bytes:
    """Return the canonical N-Quads of ``document``, without limits of its own.

    Raises:
        UnsafeDocument: parts that a signature would not cover, or no JSON-LD.
        UnsupportedDocument: contexts within the document, keywords that hide statements.
        CanonicalizationBudgetExceeded: blank nodes too entangled.
    """
    if not own_contexts:
        _refuse_spellings(document)  # 1
    stated = document.get("@context", [])
    urls = stated if isinstance(stated, list) else [stated]
    has_vocabulary = any(_defines_vocabulary(context) for context in urls)
    # Under a default vocabulary a term may be JSON at one place and a property at another.
    places = list(_places(document, (), frozenset() if has_vocabulary else _JSON_TERMS))
    findings = _nothing_stated(places)  # 2
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


def _defines_vocabulary(context: object) -> bool:
    """Whether a term that nobody defined still gets an IRI under this context."""
    if isinstance(context, str):
        return context in PINNED_CONTEXTS and PINNED_CONTEXTS[context].defines_default_vocabulary
    return isinstance(context, Mapping) and isinstance(context.get("@vocab"), str)


def _definitions(document: object) -> Iterator[tuple[str, object]]:
    """Every term with its definition, at the top of a context or within its scopes."""
    if isinstance(document, list):
        for item in document:
            yield from _definitions(item)
    elif isinstance(document, dict):
        for term, definition in document.items():
            if not term.startswith("@"):
                yield term, definition
            yield from _definitions(definition)


def _json_terms() -> frozenset[str]:
    """The terms whose values are JSON and no statements (``"@type": "@json"``) wherever a pinned context has them."""
    json_terms: set[str] = set()
    others: set[str] = set()
    for pinned in PINNED_CONTEXTS.values():
        for term, definition in _definitions(pinned.document):
            is_json = isinstance(definition, dict) and definition.get("@type") == "@json"
            (json_terms if is_json else others).add(term)
    return frozenset(json_terms - others)


def _language_map_terms() -> frozenset[str]:
    """The terms whose values are language maps wherever a pinned context has them."""
    maps: set[str] = set()
    others: set[str] = set()
    for pinned in PINNED_CONTEXTS.values():
        for term, definition in _definitions(pinned.document):
            container = definition.get("@container", ()) if isinstance(definition, dict) else ()
            (maps if "@language" in ([container] if isinstance(container, str) else container) else others).add(term)
    return frozenset(maps - others)


def _term_iris() -> frozenset[str]:
    """What the terms of all pinned contexts stand for, compact IRIs written out."""
    found: set[str] = set()
    for pinned in PINNED_CONTEXTS.values():
        meanings = {
            term: meaning
            for term, definition in _definitions(pinned.document)
            if isinstance(meaning := definition.get("@id") if isinstance(definition, dict) else definition, str)
        }
        for meaning in meanings.values():
            prefix, colon, suffix = meaning.partition(":")
            found.add(meanings[prefix] + suffix if colon and prefix in meanings else meaning)
    return frozenset(found)


_JSON_TERMS: Final = _json_terms()
_TERM_IRIS: Final = _term_iris()
_LANGUAGE_MAP_TERMS: Final = _language_map_terms()


def _places(value: object, way: tuple[Step, ...], json_terms: frozenset[str] = frozenset()) -> Iterator[Place]:
    """Every value of the document with the way to it, not looking into JSON literals."""
    yield way, value
    if way and way[-1] in json_terms:
        return
    members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, held in members:
        yield from _places(held, (*way, step), json_terms)


def _refuse_spellings(document: Mapping[str, Any]) -> None:
    contexts = document.get("@context")
    stated = contexts if isinstance(contexts, list) else [contexts]
    urls = [url for url in stated if isinstance(url, str) and url in PINNED_CONTEXTS]
    if len(urls) < len(stated):
        finding = Finding("context-not-pinned", "#/@context", "This context is not one that is held here.")
        raise UnsupportedDocument(findings=[finding])
    terms = {term for url in urls for term, _ in _definitions(PINNED_CONTEXTS[url].document)}
    words = {
        definition.get("@id") if isinstance(definition, dict) else definition
        for url in urls
        for _, definition in _definitions(PINNED_CONTEXTS[url].document)
        if isinstance(definition, dict | str)
    }
    findings = []
    for way, value in _places({name: held for name, held in document.items() if name != "@context"}, ()):
        if isinstance(value, Mapping):
            for member in value:
                code = _wrong_spelling(member, value, way[-1] if way else "", words)
                if code:
                    findings.append(Finding(code, json_pointer([*way, member]), _DETAILS[code]))
        elif isinstance(value, str) and way[-1] != "@value" and _KEYWORD_FORM.fullmatch(value):
            # As an identifier or a type it would be dropped.
            if (way[-1], value) != ("@type", "@json"):
                findings.append(Finding("unsupported-feature", json_pointer(way), _DETAILS["unsupported-feature"]))
        elif (
            isinstance(value, str)
            and _is_type(way)
            and (value in _TERM_IRIS or value.partition(":")[0] in terms - {value})
        ):
            findings.append(Finding("not-a-plain-term", json_pointer(way), _DETAILS["not-a-plain-term"]))
    if findings:
        raise UnsupportedDocument(findings=findings)


def _is_type(way: tuple[Step, ...]) -> bool:
    """Whether a type of a node stands here; ``@type`` is left to value objects where a context has the word."""
    return way[-1] == "type" or (len(way) > 1 and way[-2] == "type" and isinstance(way[-1], int))


def _wrong_spelling(member: str, holder: Mapping[str, Any], above: Step, words: AbstractSet[object]) -> str | None:
    """Why a member may not be named so here, or ``None``."""
    if not member.startswith("@"):
        if ":" in member:
            return "not-a-plain-term"
        # Beside a value, a list or a set nothing else is kept.
        lonely = "@list" in holder or "@set" in holder or ("@value" in holder and member not in _OF_A_VALUE)
        return "unsupported-feature" if lonely else None
    if "@value" in holder:
        admitted = member in _OF_A_VALUE
    elif member in {"@list", "@set"}:
        admitted = len(holder) == 1
    elif member == "@none":
        admitted = above in _LANGUAGE_MAP_TERMS
    elif member in {"@id", "@type"}:
        if member in words:
            return "not-a-plain-term"
        admitted = True
    else:
        admitted = False
    return None if admitted else "unsupported-feature"


def _nothing_stated(places: list[Place]) -> list[Finding]:
    return [
        Finding("nothing-stated", json_pointer(way), _DETAILS["nothing-stated"])
        for way, value in places
        if (value is None or value == []) and "@context" not in way
    ]


def _found(code: str, places: list[Place], *, key: str | None = None, value: object = None) -> Finding:
    """A finding that points to the first member with this name, or to the first value that equals this one."""
    for way, held in places:
        if way and (way[-1] == key if key is not None else type(held) is type(value) and held == value):
            return Finding(code, json_pointer(way), _DETAILS[code])
    return Finding(code, "#", _DETAILS[code])


_DETAILS: Final[Mapping[str, str]] = {
    "unsupported-feature": "Not processed here: this keyword at this place.",
    "not-a-plain-term": "Members and types are written as the plain terms of the contexts.",
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
    canonicalize_slowly({"@context": CREDENTIALS_V2, "type": "VerifiableCredential", "name": {"@value": "warm"}})
    _confine(task["seconds"], task["memory_bytes"])
    try:
        answer = b"+" + canonicalize_slowly(
            task["document"], hash_name=task["hash_name"], own_contexts=task["own_contexts"]
        )
        if len(answer) > _MOST_OUTPUT_BYTES:
            raise ProcessingLimitExceeded
    except ServiceError as error:
        answer = _refusal(error)
    except (MemoryError, RecursionError):
        answer = _refusal(ProcessingLimitExceeded())
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
