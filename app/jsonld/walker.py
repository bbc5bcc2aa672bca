"""From a JSON-LD document to statements, without a JSON-LD processor at work.

The contexts are compiled once (:mod:`app.jsonld.active_context`); a document is then walked with look-ups. The result
is the one that expansion and "Deserialize JSON-LD to RDF" define (JSON-LD 1.1 API, sections 5.1 and 8.1), or none:

1. *Statements*: everything in the document is in them. What they say is what a signature covers.
2. :class:`UnsafeDocument`: JSON-LD would drop, rewrite or garble a part. All such parts are named at once.
3. :class:`UnsupportedDocument`: a feature that the walker does not do. Nothing is said about the document's worth.

Invariant: whatever the walker accepts, PyLD and jsonld.js turn into the same statements. It may refuse more than they
do, never less.

One meaning has one spelling: members are the plain terms of the contexts, so are types for which there is one, and
``id`` and ``type`` where a context has these words. A full or compact IRI in their place states the same and is
invisible to whoever reads the JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from app.errors import Finding, json_pointer
from app.jsonld import rdfc10
from app.jsonld.active_context import (
    IRI,
    NOT_A_PLAIN_TERM,
    RDF_TYPE,
    TEXT,
    TYPED,
    UNSUPPORTED,
    VOCABULARY,
    ActiveContext,
    Term,
    TypeName,
    active_context,
)
from app.jsonld.literals import NUMERIC, XSD, forbidden_character, has_scheme, is_plain, language_suffix
from app.jsonld.refusals import UnsafeDocument, UnsupportedDocument

MAX_DEPTH: Final = 64
"""Nodes within nodes; what strict_json admits at most."""

_LARGEST_EXACT_INTEGER: Final = 2**53 - 1

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Where we are: the way to the parent and the last step. Turned into a JSON pointer only when something is wrong."""

_DETAILS: Final[Mapping[str, tuple[str, str]]] = {
    "undefined-term": ("No context defines this member: a signature would not cover it.", "JSON-LD 1.1 API, 5.1.2"),
    "undefined-type": ("No context defines this type: a signature would not cover it.", "JSON-LD 1.1 API, 5.1.2"),
    "relative-iri": ("An identifier must be an absolute IRI.", "RDF 1.1 Concepts, 3.2"),
    "malformed-iri": ("This IRI holds characters that no IRI may hold.", "RFC 3987, 2.2"),
    "not-an-identifier": ("An identifier belongs here, written as a string.", "JSON-LD 1.1, 3.3"),
    "malformed-language-tag": ("This is no well-formed language tag.", "RFC 5646, 2.1"),
    "not-text": ("A text, or a list of texts, belongs here.", "JSON-LD 1.1, 4.2.4"),
    "ill-typed-literal": ("This value has not the form that its datatype asks for.", "RDF 1.1 Concepts, 3.3"),
    "control-character": (
        "Control characters and noncharacters have no place in a text.",
        "RDFC-1.0, canonical form of N-Quads",
    ),
    "lone-surrogate": ("Half of a surrogate pair is no character.", "RFC 8259, 8.2"),
    "rewritten-number": ("JSON-LD would rewrite this number: write it as a string.", "JSON-LD 1.1 API, 8.6"),
    "nothing-stated": ("Null and empty values vanish: a signature would not cover them.", "JSON-LD 1.1 API, 5.1.2"),
}


def canonicalize(document: Mapping[str, Any], *, hash_name: str = "sha256") -> bytes:
    """Return the canonical N-Quads (RDFC-1.0) of a document whose contexts are pinned.

    Raises:
        UnsafeDocument: with one finding for every part that a signature would not cover or that cannot be right.
        UnsupportedDocument: contexts or features beyond the walker.
        CanonicalizationBudgetExceeded: blank nodes too entangled.
    """
    root = active_context(document.get("@context"))
    walk = _Walk()
    walk.node({key: value for key, value in document.items() if key != "@context"}, root, None, "")
    if not walk.lines and not walk.quads and not walk.findings:
        walk.refuse("nothing-stated", None)
    if walk.findings:
        raise UnsafeDocument(findings=walk.findings)
    return rdfc10.serialize(walk.lines, walk.quads, hash_name=hash_name)


class _Walk:
    """One document on its way to statements."""

    __slots__ = ("_blank_nodes", "_depth", "_labels", "findings", "lines", "quads")

    def __init__(self) -> None:
        self.lines: list[str] = []
        """Statements that name no blank node and stand in the default graph, as finished lines."""
        self.quads: list[rdfc10.Quad] = []
        """All other statements."""
        self.findings: list[Finding] = []
        self._labels: dict[str, str] = {}
        self._blank_nodes = 0
        self._depth = 0

    def refuse(self, code: str, path: Path) -> None:
        """Note something that makes the document unsafe, and go on: all findings are reported at once."""
        detail, citation = _DETAILS[code]
        self.findings.append(Finding(code, _pointer(path), detail, citation))

    def node(  # noqa: C901, PLR0912 - the hot loop: a call for each value would cost a fifth of the whole
        self, element: dict[str, Any], active: ActiveContext, path: Path, graph: str
    ) -> str:
        """State what a node object says and return its subject (JSON-LD 1.1 API 5.1.2, steps 9 to 14)."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _unsupported(path, f"more than {MAX_DEPTH} nodes within each other")
        # Nearly every node has one type that brings no context, under the usual key.
        type_name = active.types.get(name) if type(name := element.get("type")) is str else None
        if type_name is None or type_name.is_scoped or not active.has_usual_keys or "@type" in element:
            types, inner = self._types(element, active, path)
        else:
            types, inner = (type_name,), active
        subject = self._subject(element, inner, path)
        lines, quads, terms = self.lines, self.quads, inner.terms
        ground = not graph and subject[0] == "<"
        for type_name in types:
            if ground:
                lines.append(subject + type_name.statement)
            else:
                quads.append((subject, RDF_TYPE, type_name.iri, graph))
        for key, value in element.items():
            term = terms.get(key) or self._define(key, inner, path)
            if term is None or term.use < TEXT:
                continue
            stated: str | None
            if term.use == TEXT and type(value) is str:
                # The most frequent values first: plain text that needs no escape, ...
                if value.isprintable() and '"' not in value and "\\" not in value and not term.is_scoped:
                    stated = f'"{value}"'
                else:
                    stated = self._value(value, key, term, inner, (path, key), graph)
            elif type(value) is dict and term.use == IRI and not term.is_scoped and not term.is_graph:
                # ... and one nested node.
                stated = self.node(value, _entered(value, inner), (path, key), graph)
            elif term.is_language_map and type(value) is dict:
                for tagged in self._language_map(value, (path, key)):
                    if ground:
                        lines.append(f"{subject}{term.predicate}{tagged} .\n")
                    else:
                        quads.append((subject, term.iri, tagged, graph))
                continue
            elif type(value) is list:
                self._list(value, key, term, inner, path, subject, graph)
                continue
            else:
                stated = self._value(value, key, term, inner, (path, key), graph)
            if stated is None:
                continue
            if ground and stated[0] != "_":
                lines.append(f"{subject}{term.predicate}{stated} .\n")
            else:
                quads.append((subject, term.iri, stated, graph))
        self._depth -= 1
        return subject

    def _list(
        self, values: list[Any], key: str, term: Term, inner: ActiveContext, path: Path, subject: str, graph: str
    ) -> None:
        """State every value of a set, which is what a JSON array is in JSON-LD."""
        here = (path, key)
        if not values:
            self.refuse("nothing-stated", here)
        ground = not graph and subject[0] == "<"
        for index, value in enumerate(values):
            stated = self._value(value, key, term, inner, (here, index), graph)
            if stated is None:
                continue
            if ground and stated[0] != "_":
                self.lines.append(f"{subject}{term.predicate}{stated} .\n")
            else:
                self.quads.append((subject, term.iri, stated, graph))

    def _define(self, key: str, inner: ActiveContext, path: Path) -> Term | None:
        term = inner.define(key)
        if term is None:
            self.refuse("undefined-term", (path, key))
        elif term.use == UNSUPPORTED:
            raise _unsupported((path, key), term.why_unsupported)
        return term

    # --- types and identifiers ---------------------------------------------------------------------------------------

    def _types(  # noqa: C901 - one refusal after the other
        self, element: dict[str, Any], active: ActiveContext, path: Path
    ) -> tuple[Sequence[TypeName], ActiveContext]:
        """The types of a node, and the active context inside it (5.1.2, step 11; 5.1.2, 13.4.4)."""
        found = None
        for key in active.type_keys:
            if key in element:
                if found is not None:
                    raise _unsupported((path, key), "types under two keys")
                found = key
        if found is None:
            return [], active
        names = element[found]
        here = (path, found)
        if found != active.type_keys[0]:
            raise _unsupported(here, NOT_A_PLAIN_TERM)
        if type(names) is not list:
            names = [names]
        elif not names:
            self.refuse("nothing-stated", here)
        types, scoped = [], []
        for index, name in enumerate(names):
            if type(name) is not str:
                self.refuse("not-an-identifier", here if names is not element[found] else (here, index))
                continue
            place = here if names is not element[found] else (here, index)
            if active.has_plain_term_for(name):
                raise _unsupported(place, NOT_A_PLAIN_TERM)
            type_name = active.types.get(name) or active.define_type(name)
            if type_name is None:
                self.refuse("undefined-type", place)
                continue
            types.append(type_name)
            if type_name.is_scoped:
                scoped.append(name)
        return types, (_within_types(element, active, scoped, found, path) if scoped else active)

    def _subject(self, element: dict[str, Any], inner: ActiveContext, path: Path) -> str:
        """The subject of a node: its identifier, or a new blank node (7.2, node map generation)."""
        found = None
        for key in inner.id_keys:
            if key in element:
                if found is not None:
                    raise _unsupported((path, key), "an identifier under two keys")
                found = key
        if found is None:
            self._blank_nodes += 1
            return f"_:b{self._blank_nodes}"
        if found != inner.id_keys[0]:
            raise _unsupported((path, found), NOT_A_PLAIN_TERM)
        return self._resource(element[found], inner, (path, found)) or "_:b0"

    def _resource(self, value: object, active: ActiveContext, path: Path) -> str | None:
        """The IRI or blank node that an identifier names, as an N-Quads term (5.2)."""
        if type(value) is not str:
            self.refuse("not-an-identifier", path)
            return None
        iri = active.iri(value)
        if iri is not None:
            return f"<{iri}>"
        if value.startswith("_:"):
            # The label is the document's own; ours must not meet it by chance.
            if value not in self._labels:
                self._blank_nodes += 1
                self._labels[value] = f"_:b{self._blank_nodes}"
            return self._labels[value]
        self._refuse_identifier(value, path)
        return None

    def _refuse_identifier(self, value: str, path: Path) -> None:
        code = forbidden_character(value) or ("malformed-iri" if has_scheme(value) else "relative-iri")
        self.refuse(code, path)

    # --- values ------------------------------------------------------------------------------------------------------

    def _value(self, value: object, key: str, term: Term, active: ActiveContext, path: Path, graph: str) -> str | None:
        """One value of a term as an N-Quads term, or ``None`` after a finding (5.1.2, 13; 5.3; 8.2)."""
        kind = type(value)
        if kind is dict:
            return self._object(value, key, term, active, path, graph)  # type: ignore[arg-type] # its type was asked
        if kind is list:
            raise _unsupported(path, "a list within a list")
        if term.is_graph:
            raise _unsupported(path, "a graph that is not an object")
        if term.is_scoped:
            active = active.under(key)[0]
            scoped_term = active.terms.get(key) or active.define(key)
            if scoped_term is None:
                raise _unsupported(path, "a plain value where the context is cleared")
            term = scoped_term
        if kind is str:
            return self._text(value, term, active, path)  # type: ignore[arg-type] # its type was asked
        return self._native(value, term, path)

    def _object(
        self, value: dict[str, Any], key: str, term: Term, active: ActiveContext, path: Path, graph: str
    ) -> str | None:
        """A nested node, in the context that holds for it, in the graph that holds for it."""
        if term.use == TYPED:
            if "@value" in value or "@list" in value or "@set" in value:
                raise _unsupported(path, "value, list and set objects")
            self.refuse("ill-typed-literal", path)
            return None
        if term.is_scoped:
            plain, nodes = active.under(key)
            entered = plain if _is_reference(value, plain) else nodes
        else:
            entered = _entered(value, active)
        if not term.is_graph:
            return self.node(value, entered, path, graph)
        if "@context" in value:
            entered = _embedded(value["@context"], entered, path)
            value = {name: held for name, held in value.items() if name != "@context"}
        self._blank_nodes += 1
        named = f"_:b{self._blank_nodes}"
        before = len(self.quads)
        self.node(value, entered, path, named)
        if len(self.quads) == before:
            self.refuse("nothing-stated", path)  # a graph without a statement, whatever identifier stood in it
        return named

    def _text(self, value: str, term: Term, active: ActiveContext, path: Path) -> str | None:
        use = term.use
        if use == IRI:
            return self._resource(value, active, path)
        if use == VOCABULARY:
            iri = active.vocabulary_iri(value)
            if iri is None:
                self._refuse_identifier(value, path)
                return None
            return f"<{iri}>"
        plain = is_plain(value)
        wrong = None if plain else forbidden_character(value)
        if wrong:
            self.refuse(wrong, path)
            return None
        if term.admits is not None and not term.admits(value):
            self.refuse("ill-typed-literal", path)
            return None
        return f'"{value if plain else rdfc10.escape_literal(value)}{term.suffix}'

    def _native(self, value: object, term: Term, path: Path) -> str | None:
        """A JSON value that is neither text nor object (JSON-LD 1.1 API 8.2, object to RDF conversion)."""
        if value is None:
            self.refuse("nothing-stated", path)
            return None
        if type(value) is float:
            self.refuse("rewritten-number", path)
            return None
        if term.use in (IRI, VOCABULARY):
            self.refuse("not-an-identifier", path)
            return None
        if type(value) is bool:
            if term.datatype not in ("", XSD + "boolean"):
                self.refuse("ill-typed-literal", path)
                return None
            return f'"{"true" if value else "false"}"^^<{XSD}boolean>'
        if type(value) is not int:
            raise TypeError(f"{_pointer(path)}: {type(value).__name__} is no JSON value")
        if abs(value) > _LARGEST_EXACT_INTEGER:
            self.refuse("rewritten-number", path)  # processors in JavaScript read another number
            return None
        if not term.datatype:
            return f'"{value}"^^<{XSD}integer>'
        if term.datatype not in NUMERIC or (term.admits is not None and not term.admits(str(value))):
            self.refuse("ill-typed-literal", path)
            return None
        return f'"{value}{term.suffix}'

    def _language_map(self, texts: dict[str, Any], path: Path) -> list[str]:
        """The texts of a language map, tags in lower case as all processors write them (5.1.2, 13.7)."""
        if not texts:
            self.refuse("nothing-stated", path)
        tagged = []
        for tag, text in texts.items():
            suffix = language_suffix(tag)
            if suffix is None:
                if tag.startswith("@"):
                    raise _unsupported((path, tag), "keywords in a language map")
                self.refuse("malformed-language-tag", (path, tag))
                continue
            if type(text) is str and text.isprintable() and '"' not in text and "\\" not in text:
                tagged.append(f'"{text}{suffix}')
                continue
            several = type(text) is list
            if several and not text:
                self.refuse("nothing-stated", (path, tag))
            for index, one in enumerate(text if several else (text,)):
                here = ((path, tag), index) if several else (path, tag)
                if type(one) is not str:
                    self.refuse("nothing-stated" if one is None else "not-text", here)
                elif wrong := forbidden_character(one):
                    self.refuse(wrong, here)
                else:
                    tagged.append(f'"{rdfc10.escape_literal(one)}{suffix}')
        return tagged


def _is_reference(element: dict[str, Any], active: ActiveContext) -> bool:
    """Whether a node object does nothing but name a node."""
    return len(element) == 1 and next(iter(element)) in active.id_keys


def _entered(element: dict[str, Any], active: ActiveContext) -> ActiveContext:
    """The active context in a nested node: type-scoped contexts end here, but not for references (5.1.2, step 7)."""
    previous = active.previous
    return active if previous is None or _is_reference(element, active) else previous


def _embedded(context: object, entered: ActiveContext, path: Path) -> ActiveContext:
    """The active context of a document within a document, such as a credential in a presentation (4.1.2).

    Only where it is a graph of its own, and only by pinned URLs.
    """
    try:
        return entered.embedded(context)
    except (UnsupportedDocument, UnsafeDocument) as refusal:
        here = (path, "@context")
        findings = [replace(finding, pointer=_pointer(here)) for finding in refusal.findings]
        raise type(refusal)(refusal.detail, findings=findings) from None


def _within_types(
    element: dict[str, Any], active: ActiveContext, names: Sequence[str], found: str, path: Path
) -> ActiveContext:
    """The active context inside a node of types that bring contexts. These may bring another word for types, too."""
    inner = active.with_types(names)
    for key in inner.type_keys:
        if key != found and key in element:
            raise _unsupported((path, key), "types under two keys")
    return inner


def _pointer(path: Path) -> str:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return json_pointer(reversed(steps))


def _unsupported(path: Path, feature: str) -> UnsupportedDocument:
    code = "not-a-plain-term" if feature == NOT_A_PLAIN_TERM else "unsupported-feature"
    finding = Finding(code, _pointer(path), f"Not processed here: {feature}.")
    return UnsupportedDocument(findings=[finding])
