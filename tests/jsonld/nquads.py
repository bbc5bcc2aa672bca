"""A reader of N-Quads for the published vectors: terms come out in canonical form, as the canonicaliser takes them."""

import re

from app.jsonld.rdfc10 import Quad, escape_literal

_TERM = re.compile(
    r'\s*(?:<(?P<iri>[^>]*)>|(?P<blank>_:[^\s<"]+)'
    r'|"(?P<text>(?:[^"\\]|\\.)*)"(?:\^\^<(?P<datatype>[^>]*)>|@(?P<language>[A-Za-z0-9-]+))?'
    r"|(?P<end>\.))\s*"
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _LETTERS[found[3]] if found[3] else chr(int(found[1] or found[2], 16)), text)


def _term(found: re.Match[str]) -> str:
    if found["iri"] is not None:
        return f"<{_unescaped(found['iri'])}>"
    if found["blank"]:
        return found["blank"]
    quoted = f'"{escape_literal(_unescaped(found["text"]))}"'
    if found["language"]:
        return f"{quoted}@{found['language']}"
    if found["datatype"] and found["datatype"] != "http://www.w3.org/2001/XMLSchema#string":
        return f"{quoted}^^<{_unescaped(found['datatype'])}>"
    return quoted


def parse(text: str) -> list[Quad]:
    quads = []
    for line in text.split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        terms, position = [], 0
        while (found := _TERM.match(line, position)) and not found["end"]:
            terms.append(_term(found))
            position = found.end()
        assert found, f"not N-Quads: {line}"
        subject, predicate, object_, *graph = terms
        quads.append((subject, predicate, object_, graph[0] if graph else ""))
    return quads
