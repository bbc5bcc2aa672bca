"""Every term definition of the pinned contexts, and which of them hold at one place of a document.

This is a reading of the contexts of its own, for making documents and for counting what they reach. It shares no code
with the walker, whose reading is under test. It knows what the pinned files use and no more: term definitions, scoped
contexts, ``null`` (JSON-LD 1.1, sections 4.1 and 4.1.8).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, Final

from app.jsonld import PINNED_CONTEXTS

Json = Any
KEYWORD_ALIASES: Final = ("@id", "@type", "@graph")


@dataclass(frozen=True, slots=True)
class Definition:
    """One term definition: the file it is in, the scoped contexts it is within, the term, what is said about it."""

    context: str
    within: tuple[str, ...]
    term: str
    says: Mapping[str, Json] = field(compare=False, hash=False, repr=False)

    @property
    def name(self) -> str:
        """How reports call it."""
        return " ".join((self.context, "/".join((*self.within, self.term))))

    @property
    def is_alias(self) -> bool:
        """Whether the term is another word for a keyword."""
        return self.says.get("@id") in KEYWORD_ALIASES

    @property
    def is_class(self) -> bool:
        """Whether the term names a type, going by the habit of all these files to write types with a capital."""
        return self.term[:1].isupper() and "@type" not in self.says

    @property
    def is_namespace(self) -> bool:
        """Whether the term is a prefix."""
        return self.says.get("@id", "").endswith(("#", "/")) and set(self.says) <= {"@id", "@protected"}

    @property
    def has_context(self) -> bool:
        """Whether the term brings a context of its own."""
        return "@context" in self.says


def _definitions(context: str, local: Json, within: tuple[str, ...]) -> Iterator[Definition]:
    for term, stated in (local or {}).items():
        if term.startswith("@"):
            continue
        says = stated if isinstance(stated, dict) else {"@id": stated}
        yield Definition(context, within, term, says)
        if says.get("@context") is not None:
            yield from _definitions(context, says["@context"], (*within, term))


@cache
def every_definition() -> tuple[Definition, ...]:
    """Return every term definition of every pinned context, those of scoped contexts included."""
    return tuple(
        definition
        for url, pinned in PINNED_CONTEXTS.items()
        for definition in _definitions(url, pinned.document["@context"], ())
    )


@cache
def _local(context: str, within: tuple[str, ...]) -> dict[str, Definition]:
    return {each.term: each for each in every_definition() if (each.context, each.within) == (context, within)}


@dataclass(frozen=True, eq=False)
class Scope:
    """The definitions that hold in one node, and what holds again in the nodes below it."""

    terms: Mapping[str, Definition]
    below: "Scope | None" = None
    """Where a type-scoped context ends: nested nodes see this instead."""

    @property
    def nested(self) -> "Scope":
        """What holds in a nested node before its own types and property are looked at."""
        return self.below or self

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The terms that name types."""
        return tuple(term for term, each in self.terms.items() if each.is_class)

    @cached_property
    def properties(self) -> tuple[str, ...]:
        """The terms that name properties; not those that clear the context, which want a whole document below."""
        return tuple(
            term
            for term, each in self.terms.items()
            if not (each.is_alias or each.is_namespace or each.is_class) and each.says.get("@context", "") is not None
        )

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """The terms that abbreviate a namespace."""
        return tuple(term for term, each in self.terms.items() if each.is_namespace)

    @lru_cache(maxsize=4096)  # noqa: B019 - scopes are few and live as long as the process
    def aliases(self, keyword: str) -> tuple[str, ...]:
        """The other words for a keyword."""
        return tuple(term for term, each in self.terms.items() if each.says.get("@id") == keyword)

    @lru_cache(maxsize=4096)  # noqa: B019 - as above
    def of_types(self, names: tuple[str, ...]) -> "Scope":
        """The scope in a node with these types (type-scoped contexts, not propagated)."""
        terms = dict(self.terms)
        for name in sorted(names):
            definition = self.terms.get(name)
            if definition is not None and definition.has_context:
                terms |= _local(definition.context, (*definition.within, definition.term))
        return Scope(terms, below=self) if terms != self.terms else self

    @lru_cache(maxsize=4096)  # noqa: B019 - as above
    def under(self, definition: Definition) -> "Scope":
        """The scope below a property that brings a context, which carries on; ``null`` clears everything."""
        if not definition.has_context:
            return self.nested
        if definition.says["@context"] is None:
            return Scope({})
        return Scope({**self.nested.terms, **_local(definition.context, (*definition.within, definition.term))})

    def with_contexts(self, context: Json) -> "Scope":
        """The scope of a node with this ``@context``, as far as it names pinned contexts."""
        named = context if isinstance(context, (list, tuple)) else [context]
        return self._with_contexts(tuple(url for url in named if isinstance(url, str)))

    @lru_cache(maxsize=4096)  # noqa: B019 - as above
    def _with_contexts(self, urls: tuple[str, ...]) -> "Scope":
        terms = dict(self.terms)
        for url in urls:
            terms |= _local(url, ())
        return Scope(terms)


NOTHING: Final = Scope({})


def reached(document: Mapping[str, Json]) -> set[Definition]:
    """Return every definition that a processor has to look up to read ``document``."""
    found: set[Definition] = set()
    _reach(document, NOTHING, found)
    return found


def _reach(node: Mapping[str, Json], scope: Scope, found: set[Definition]) -> None:
    if "@context" in node:
        scope = scope.with_contexts(node["@context"])
    names = [name for key in ("@type", *scope.aliases("@type")) for name in _texts(node.get(key))]
    for name in names:
        _note(name, scope, found)
    inner = scope.of_types(tuple(names))
    for key, value in node.items():
        _note(key, inner, found)
        definition = inner.terms.get(key)
        if isinstance(value, str) and (key == "@id" or (definition and definition.says.get("@id") == "@id")):
            _note(value, inner, found, only_prefix=True)
        if definition is None or definition.is_alias:
            continue
        below = inner.under(definition)
        for text in _texts(value):
            if definition.says.get("@type") == "@vocab":
                _note(text, below, found)
            elif ":" in text and definition.says.get("@type") == "@id":
                _note(text, below, found, only_prefix=True)
        if definition.says.get("@type") == "@json":
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _reach(item, below, found)


def _texts(value: Json) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _note(text: str, scope: Scope, found: set[Definition], *, only_prefix: bool = False) -> None:
    for name in (text, text.partition(":")[0]) if not only_prefix else (text.partition(":")[0],):
        if name in scope.terms:
            found.add(scope.terms[name])
