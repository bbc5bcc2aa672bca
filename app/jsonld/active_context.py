"""Contexts processed once, by PyLD, into tables that a walker can look things up in.

What a term means in JSON-LD depends on the document's contexts, on the types of the node it stands in (type-scoped
contexts), on the property that leads there (property-scoped contexts) and on how far such a context carries. All that
is context processing (JSON-LD 1.1 API, section 4), and PyLD does it; this module keeps the results. A document is then
read without processing any context again.

PyLD offers context processing only as a private method, so its version is pinned and checked here.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyld import jsonld
from pyld.__about__ import __version__ as pyld_version
from pyld.context_resolver import ContextResolver

from app.errors import Finding
from app.jsonld.contexts import PINNED_CONTEXTS, load_pinned
from app.jsonld.literals import LEXICAL_FORMS, STAMPED, XSD, Check, is_absolute_iri, is_date_time_stamp
from app.jsonld.refusals import UnsafeDocument, UnsupportedDocument

_PYLD_VERSION: Final = "3.3.0"
if pyld_version != _PYLD_VERSION:
    raise RuntimeError(f"PyLD {_PYLD_VERSION} is needed, {pyld_version} is installed: its private methods are used")

# How a term is used. The order matters: what is smaller than TEXT makes no statement of its own.
IDENTIFIER: Final = 0
TYPE: Final = 1
TEXT: Final = 2
TYPED: Final = 3
IRI: Final = 4
VOCABULARY: Final = 5
UNSUPPORTED: Final = 6

NOT_A_PLAIN_TERM: Final = "a member, type or keyword that is not written as the contexts' plain term for it"
"""The one unsupported feature that no other processor is asked about."""

_MOST_CONTEXT_SETS: Final = 32
_MOST_CONTEXTS_IN_A_SET: Final = 8
_MOST_SCOPES: Final = 256
"""Scoped contexts can be nested in ever new ways by whoever writes a document; an honest one needs about ten."""

_KEYWORDS: Final = frozenset(jsonld.KEYWORDS)


@dataclass(slots=True, frozen=True)
class Term:
    """What one key means in one active context."""

    use: int
    iri: str = ""
    """The property as an N-Quads term."""
    predicate: str = ""
    """The same with its spaces, for lines built by concatenation."""
    suffix: str = ""
    """What closes a literal of this term: a quote, and the datatype if it is not a plain string."""
    datatype: str = ""
    admits: Check | None = None
    """The lexical check of the datatype; none for plain text."""
    is_language_map: bool = False
    is_graph: bool = False
    is_scoped: bool = False
    why_unsupported: str = ""


@dataclass(slots=True, frozen=True)
class TypeName:
    """What one value of ``type`` means: its IRI as N-Quads term, the statement's tail, whether it brings a context."""

    iri: str
    statement: str
    is_scoped: bool


RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_IDENTIFIER_TERM: Final = Term(IDENTIFIER)
_TYPE_TERM: Final = Term(TYPE)


class _Compiler:
    """One ordered set of contexts and the active contexts that grow from it."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        self.urls = urls
        self.processor = jsonld.JsonLdProcessor()
        self.options: dict[str, Any] = {
            "base": "",
            "processingMode": "json-ld-1.1",
            "isFrame": False,
            "documentLoader": load_pinned,
            "contextResolver": ContextResolver({}, load_pinned),
        }
        self.scopes = 0
        self.root: ActiveContext | None = None
        self.lock = threading.RLock()

    def process(
        self, active: Mapping[str, Any], local: object, *, override_protected: bool = False, propagate: bool = True
    ) -> Mapping[str, Any]:
        """JSON-LD 1.1 API section 4.1.2.

        Raises:
            UnsafeDocument: protected terms would be redefined, at the top or by types that do not go together.
        """
        self.scopes += 1
        if self.scopes > _MOST_SCOPES:
            _context_sets.pop(self.urls, None)  # the next document starts afresh, so nobody can use up its share
            raise UnsupportedDocument("The document nests scoped contexts in too many ways.")
        try:
            processed: Mapping[str, Any] = self.processor._process_context(  # noqa: SLF001 - its only door, version checked
                active, local, self.options, override_protected=override_protected, propagate=propagate
            )
        except jsonld.JsonLdError as error:
            detail = f"The contexts of this document, or those of its types, do not agree: {error.code}."
            raise UnsafeDocument(findings=[Finding("contexts-in-conflict", "#/@context", detail)]) from error
        return processed

    def expand_iri(self, active: Mapping[str, Any], value: str, *, vocab: bool) -> str | None:
        """JSON-LD 1.1 API section 5.2, without a base: what stays relative is refused by the caller."""
        expanded: str | None = self.processor._expand_iri(active, value, vocab=vocab)  # noqa: SLF001 - as above
        return expanded


class ActiveContext:
    """The meaning of keys, types and identifiers at one place of a document.

    Tables fill as they are asked. They hold what the contexts define and nothing that only a document said, so they
    cannot grow with what strangers send.
    """

    __slots__ = (
        "_by_types",
        "_compiler",
        "_mappings",
        "_processed",
        "_scoped",
        "has_usual_keys",
        "id_keys",
        "prefixes",
        "previous",
        "terms",
        "type_keys",
        "types",
    )

    def __init__(
        self, compiler: _Compiler, processed: Mapping[str, Any], parent: "ActiveContext | None" = None
    ) -> None:
        self._compiler = compiler
        self._processed = processed
        self._mappings: Mapping[str, Any] = processed["mappings"]
        self._by_types: dict[tuple[str, ...], ActiveContext] = {}
        self._scoped: dict[str, tuple[ActiveContext, ActiveContext]] = {}
        if any(key in processed for key in ("@language", "@direction", "@base")):
            raise UnsupportedDocument("A context sets a default language, direction or base.")
        self.previous = self._wrap_previous(parent)
        """The context to fall back to in nested nodes, where a type-scoped context ends (section 4.1, previous)."""
        self.prefixes: Mapping[str, str] = {
            term: mapping["@id"] for term, mapping in self._mappings.items() if mapping and mapping["_prefix"]
        }
        self.id_keys = self._keys_for("@id")
        self.type_keys = self._keys_for("@type")
        self.has_usual_keys = self.type_keys == ("type", "@type")
        self.terms: dict[str, Term] = dict.fromkeys(self.id_keys, _IDENTIFIER_TERM)
        self.terms.update(dict.fromkeys(self.type_keys, _TYPE_TERM))
        self.types: dict[str, TypeName] = {}

    def _wrap_previous(self, parent: "ActiveContext | None") -> "ActiveContext | None":
        previous = self._processed.get("previousContext")
        if previous is None:
            return None
        while parent is not None:
            if parent._processed is previous:  # noqa: SLF001 - its own class
                return parent
            parent = parent.previous
        return ActiveContext(self._compiler, previous)

    def _keys_for(self, keyword: str) -> tuple[str, ...]:
        aliases = [term for term, mapping in self._mappings.items() if mapping and mapping["@id"] == keyword]
        return (*aliases, keyword)

    def define(self, key: str) -> Term | None:
        """Return what ``key`` means as a property, or ``None`` where JSON-LD would drop it. Slow; see ``terms``."""
        with self._compiler.lock:
            mapping = self._mappings.get(key)
            if mapping:
                term = self._compile(mapping)
                if term is not None and term.use != UNSUPPORTED:  # what is in the table needs no second look
                    self.terms[key] = term
                return term
            if key in _KEYWORDS:
                return Term(UNSUPPORTED, why_unsupported=f"the keyword {key}")
            if ":" in key:
                # The same statements under another name: who reads the JSON would look for the term and not find it.
                return Term(UNSUPPORTED, why_unsupported=NOT_A_PLAIN_TERM)
            iri = self._compiler.expand_iri(self._processed, key, vocab=True)
            if iri is None or not is_absolute_iri(iri):
                return None
            return Term(TEXT, f"<{iri}>", f" <{iri}> ", '"')

    def has_plain_term_for(self, name: str) -> bool:
        """Whether ``name`` is an IRI, full or compact, for which the contexts have a term."""
        if ":" not in name or self._mappings.get(name):
            return False
        with self._compiler.lock:
            iri = self._compiler.expand_iri(self._processed, name, vocab=True)
            return any(mapping and mapping["@id"] == iri for mapping in self._mappings.values())

    def _compile(self, mapping: Mapping[str, Any]) -> Term | None:
        iri = mapping["@id"]
        if iri is None:
            return None
        containers = mapping.get("@container") or ()
        unsupported = (
            ("a reverse property", mapping["reverse"]),
            (f"the keyword {iri}", iri in _KEYWORDS),
            ("nested properties", "@nest" in mapping),
            ("a term with its own language or direction", "@language" in mapping or "@direction" in mapping),
            ("a list or a map by index, id or type", not {"@list", "@index", "@id", "@type"}.isdisjoint(containers)),
        )
        for feature, used in unsupported:
            if used:
                return Term(UNSUPPORTED, why_unsupported=feature)
        if not is_absolute_iri(iri):
            return None
        coercion: str | None = mapping.get("@type")
        use, suffix, admits = TEXT, '"', None
        if coercion == "@id":
            use = IRI
        elif coercion == "@vocab":
            use = VOCABULARY
        elif coercion == XSD + "string":
            use = TYPED  # as text, but a JSON number under it keeps its digits as a string
            admits = LEXICAL_FORMS[coercion]
        elif coercion is not None and coercion != "@none":
            use, suffix = TYPED, f'"^^<{coercion}>'
            admits = is_date_time_stamp if iri in STAMPED else LEXICAL_FORMS.get(coercion)
            if admits is None:
                return Term(UNSUPPORTED, why_unsupported=f"values of type {coercion}")
        return Term(
            use,
            f"<{iri}>",
            f" <{iri}> ",
            suffix,
            coercion if coercion and use == TYPED else "",
            admits,
            is_language_map="@language" in containers,
            is_graph="@graph" in containers,
            is_scoped="@context" in mapping,
        )

    def define_type(self, name: str) -> TypeName | None:
        """Return what ``name`` means as a value of ``type``, or ``None`` where it has no IRI. Slow; see ``types``."""
        with self._compiler.lock:
            iri = self._compiler.expand_iri(self._processed, name, vocab=True)
            if iri is None or not is_absolute_iri(iri):
                return None
            mapping = self._mappings.get(name)
            type_name = TypeName(f"<{iri}>", f" {RDF_TYPE} <{iri}> .\n", mapping is not None and "@context" in mapping)
            if mapping:
                self.types[name] = type_name
            return type_name

    def with_types(self, names: Sequence[str]) -> "ActiveContext":
        """The context inside a node of these types, all of which bring one (JSON-LD 1.1 API 5.1.2, step 11)."""
        key = tuple(sorted(set(names)))
        found = self._by_types.get(key)
        if found is None:
            with self._compiler.lock:
                processed = self._processed
                for name in key:
                    local = self._mappings[name]["@context"]
                    processed = self._compiler.process(processed, local, propagate=False)
                found = self._by_types[key] = ActiveContext(self._compiler, processed, self)
        return found

    def under(self, key: str) -> tuple["ActiveContext", "ActiveContext"]:
        """The contexts below a term that brings one: for its plain values, and for nodes (5.1.2, steps 4, 7 and 8)."""
        found = self._scoped.get(key)
        if found is None:
            with self._compiler.lock:
                local = self._mappings[key]["@context"]
                values = self._apply(self, local)
                nodes = values if self.previous is None else self._apply(self.previous, local)
                found = self._scoped[key] = (values, nodes)
        return found

    def embedded(self, context: object) -> "ActiveContext":
        """The context in a node that brings its own, by URLs as at the top of a document.

        Right below a cleared context that is the context of the URLs alone. Elsewhere it goes on from where the
        document's contexts ended, which is the context of all URLs in a row; below a scoped context it is neither.

        Raises:
            UnsupportedDocument, UnsafeDocument: see :func:`active_context`; or below a scoped context.
        """
        stated = [context] if isinstance(context, str) else context
        if not self._mappings:
            return active_context(stated)
        if self is self._compiler.root and isinstance(stated, list):
            return active_context([*self._compiler.urls, *stated])
        detail = "Not processed here: a context of its own at this place."
        raise UnsupportedDocument(findings=[Finding("unsupported-feature", "#", detail)])

    def _apply(self, base: "ActiveContext", local: object) -> "ActiveContext":
        processed = self._compiler.process(base._processed, local, override_protected=True)  # noqa: SLF001 - own class
        return ActiveContext(self._compiler, processed, base)

    def iri(self, value: str) -> str | None:
        """Expand an identifier: a compact IRI or an IRI; ``None`` when it stays relative (5.2, not vocabulary)."""
        prefix, colon, suffix = value.partition(":")
        if colon and prefix in self.prefixes and not suffix.startswith("//"):
            value = self.prefixes[prefix] + suffix
        return value if is_absolute_iri(value) else None

    def vocabulary_iri(self, value: str) -> str | None:
        """Expand the value of a term of type ``@vocab``; ``None`` when it stays relative (5.2, vocabulary)."""
        with self._compiler.lock:
            expanded = self._compiler.expand_iri(self._processed, value, vocab=True)
        return expanded if expanded is not None and is_absolute_iri(expanded) else None


_context_sets: OrderedDict[tuple[str, ...], ActiveContext] = OrderedDict()
_context_sets_lock: Final = threading.Lock()


def active_context(context: object) -> ActiveContext:
    """Return the active context at the top of a document with this ``@context``.

    Raises:
        UnsupportedDocument: anything but pinned URLs.
        UnsafeDocument: pinned URLs in an order that no processor accepts, such as edc-ap after credentials/v2.
    """
    urls = (context,) if isinstance(context, str) else tuple(context) if isinstance(context, list) else ()
    found = _context_sets.get(urls) if all(isinstance(url, str) for url in urls) else None
    return found if found is not None else _compile_set(urls)


def _compile_set(urls: tuple[object, ...]) -> ActiveContext:
    if not urls or len(urls) > _MOST_CONTEXTS_IN_A_SET:
        raise UnsupportedDocument(
            findings=[Finding("context-not-accepted", "#/@context", "Name one to eight contexts by URL.")]
        )
    known = tuple(url for url in urls if isinstance(url, str) and url in PINNED_CONTEXTS)
    if len(known) < len(urls):
        raise UnsupportedDocument(
            findings=[
                Finding("context-not-pinned", f"#/@context/{index}", "This context is not one that is held here.")
                for index, url in enumerate(urls)
                if url not in known
            ]
        )
    compiler = _Compiler(known)
    with _context_sets_lock:
        initial = compiler.processor._get_initial_context(compiler.options)  # noqa: SLF001 - version checked above
        root = compiler.root = ActiveContext(compiler, compiler.process(initial, list(known)))
        _context_sets[known] = root
        if len(_context_sets) > _MOST_CONTEXT_SETS:
            _context_sets.popitem(last=False)
    return root
