"""Documents that are sound, and the same with a few things changed: some harmless, some not.

A mutant is a function of a seed and a number. Numbers take turns at the term definitions of the pinned contexts, so
that a run of a few thousand reaches each one; what else a document holds is left to the dice.
"""

import copy
import json
import random  # noqa: TID251 - seeded, so that a number is a mutant; nothing here is secret
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.jsonld import (
    CREDENTIALS_EXAMPLES_V2,
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    DID_V1,
    ED25519_2020_V1,
    EDC_AP,
    ELM_CONTEXT_URL,
    JWS_2020_V1,
    MULTIKEY_V1,
    PINNED_CONTEXTS,
)
from fuzz.vocabulary import NOTHING, Definition, Scope, every_definition

Json = Any
Document = dict[str, Json]

_APPROVED: Final = Path(__file__).resolve().parent.parent / "tests" / "approved"

CONTEXT_SETS: Final = (
    (CREDENTIALS_V2, ELM_CONTEXT_URL),
    (CREDENTIALS_V1, EDC_AP),
    (CREDENTIALS_V1, EDC_AP, DATA_INTEGRITY_V2),
    (CREDENTIALS_V2, CREDENTIALS_EXAMPLES_V2),
    (DID_V1, MULTIKEY_V1),
    (DID_V1, MULTIKEY_V1, JWS_2020_V1),
    (DID_V1, ED25519_2020_V1),
    (CREDENTIALS_V1, JWS_2020_V1),
    *((url,) for url in PINNED_CONTEXTS),
)
"""The sets that credentials, DID documents and status lists come with, and each context alone, where nothing of it is
hidden by another."""

_VALID: Final[dict[str, tuple[Json, ...]]] = {
    "anyURI": ("https://university.example/a?b=c&d=%20#e", "urn:x:é"),
    "boolean": (True, False, "true", "0"),
    "date": ("2026-02-03", "2024-02-29Z"),
    "dateTime": ("2026-02-03T09:10:11Z", "1988-04-12T00:00:00.250+01:00", "2024-02-29T24:00:00Z"),
    "decimal": ("2.50", "-0.1", 7),
    "duration": ("P4M", "PT125H", "P1Y2M3DT4H5M6.7S"),
    "integer": (3, 0, -4, "0012"),
    "nonNegativeInteger": (0, 12, "7"),
    "positiveInteger": (1, 90, "0004"),
    "string": ("2.5", "x", "é", 12),
    "multibase": ("uEiAbc123", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQXJPt4swbTQ2"),
    "sriString": ("sha384-" + "A" * 64,),
    "cryptosuiteString": ("eddsa-rdfc-2022", "ecdsa-rdfc-2019"),
}
_TEXTS: Final = (
    "text",
    "",
    "Zoë-Ánne O'Ünlü",
    'a "quoted" name',
    "back\\slash",
    "line one\nline two\r\n\ttabbed",
    "\u2028\u2029\u00a0",
    "\U0001f603",
    "\U0001f603 after",
    "\uff21 full width",
    "\u05d0\u05d1 right to left",
    "{}[]<>^`|",
    "@value",
    "_:b0",
    "https://example.org/",
)
_TAGS: Final = ("en", "pl", "de-AT", "EN-gb", "zh-Hans-CN", "x-private", "sl-rozaj-biske", "de-x-a-b")
_ROUGH_TAGS: Final = ("e n", "", "@none", "en_GB", "abcdefghi", "i-klingon", "de-", "a", "en-a", "\u00e9n")
_IRIS: Final = (
    "urn:x:1",
    "urn:x:2",
    "urn:x:3",
    "did:web:university.example",
    "did:web:university.example#key-1",
    "https://university.example/a?b=c#d",
    "urn:uuid:0b4dd8f0-8f2b-4a3f-a3f0-9f9a3a5f6a01",
    "https://example.org/\u00e9\U0001f603",
    "https://example.org/\uff21",
    "mailto:a@b.example",
)
_ROUGH: Final[tuple[Json, ...]] = (
    None,
    True,
    5,
    -3,
    -0.0,
    2.5,
    1e30,
    2**60,
    "2.5",
    "4.95E1",
    "1988-04-12",
    "2026-02-30T00:00:00Z",
    "2026-02-03T09:10:11",
    "true",
    "relative",
    "../relative",
    "//no.scheme/x",
    "#fragment",
    "urn:x:<y>",
    "with space",
    "https://example.org/a b",
    "https://example.org/%zz",
    "https://example.org/|",
    "https://example.org/\\",
    "https://example.org/\u2003",
    "a:b",
    ":",
    "1:2",
    "_:b0",
    "_:c14n0",
    "_:",
    "\x07bell",
    "\b\f\x7f\x85",
    "\ud800 half",
    "\ufffe\ufdd0",
    [],
    ["a", "b"],
    [["a"]],
    [None],
    {},
    {"id": "urn:x:1"},
    {"id": "relative"},
    {"id": None},
    {"id": ["urn:x:1"]},
    {"en": "x"},
    {"en": ["x", "y"], "pl": []},
    {"en": {"deep": "x"}},
    {"en": None},
    {"@value": "x", "@language": "en"},
    {"@value": "x", "@type": "http://www.w3.org/2001/XMLSchema#date"},
    {"@value": "x", "@direction": "rtl"},
    {"@value": {"a": 1}, "@type": "@json"},
    {"@list": ["x", "y"]},
    {"@set": ["x"]},
    {"@id": "urn:x:2", "id": "urn:x:3"},
    {"@graph": [{"id": "urn:x:1", "name": "x"}]},
    {"@reverse": {"name": {"id": "urn:x:1"}}},
    {"@context": None, "https://example.org/p": "x"},
    {"@index": "x", "id": "urn:x:1"},
    {"@included": [{"id": "urn:x:9", "type": "https://example.org/T"}]},
    {"@nest": {"https://example.org/p": "x"}},
    [{"id": "urn:x:1"}, "urn:x:4"],
)
_STRANGE_KEYS: Final = (
    "undefinedTerm",
    "https://example.org/p",
    "https://example.org/a b",
    "foo:bar",
    "foo:",
    ":foo",
    "_:p",
    "",
    "@id",
    "@type",
    "@value",
    "@graph",
    "@reverse",
    "@list",
    "@set",
    "@language",
    "@index",
    "@nest",
    "@included",
    "@unknown",
    "@context",
    "relative/path",
    "#p",
    "en",
    "toString",
)
_STRANGE_TYPES: Final[tuple[Json, ...]] = (
    "Undefined",
    "https://example.org/T",
    "https://example.org/a b",
    "relative/T",
    "_:t",
    "",
    "id",
    "@id",
    "@json",
    "name",
    None,
    5,
    [],
    ["VerifiableCredential", "Undefined"],
    {"id": "urn:x:T"},
    "did:web:university.example",
)
_MOST_DEPTH: Final = 3


def mutant(seed: int, number: int) -> Document:
    """Return mutant ``number`` of ``seed``: always the same."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 - as above
    if dice.random() < 0.01:  # noqa: PLR2004 - whole credentials are a hundred times as large as the rest
        document = copy.deepcopy(dice.choice(_whole_credentials()))
    else:
        every = every_definition()
        document = _Grower(dice).document(every[number % len(every)])
    for _ in range(dice.choices((0, 1, 2, 3), (3, 4, 2, 1))[0]):
        _change(document, dice)
    return document


@cache
def _whole_credentials() -> tuple[Document, ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in sorted(_APPROVED.glob("*.json")))


@cache
def _homes(context: str, within: tuple[str, ...], term: str) -> tuple[tuple[str, ...], ...]:
    """The context sets in which this definition, and not another one of the same word, is what a document gets."""
    homes = []
    for urls in CONTEXT_SETS:
        scope = NOTHING.with_contexts(urls)
        for step in within:
            held = scope.terms.get(step)
            if held is None:
                break
            scope = scope.of_types((step,)) if held.is_class else scope.under(held)
        else:
            held = scope.terms.get(term)
            if held is not None and (held.context, held.within) == (context, within):
                homes.append(urls)
    return tuple(homes)


class _Grower:
    """Grows one sound document around one definition."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def document(self, target: Definition) -> Document:
        homes = _homes(target.context, target.within, target.term)
        self.urls = self.dice.choice(homes)
        scope = NOTHING.with_contexts(self.urls)
        node = self._node(scope, [*target.within, target.term], 0)
        context: Json = list(self.urls) if len(self.urls) > 1 or self.dice.random() < 0.5 else self.urls[0]  # noqa: PLR2004
        return {"@context": context, **node}

    def _node(self, scope: Scope, way: list[str], depth: int) -> Document:
        """Return a node whose innermost term is at the end of ``way``."""
        dice = self.dice
        types = []
        if way and way[0] in scope.terms and scope.terms[way[0]].is_class:
            types.append(way.pop(0))
        if scope.classes and dice.random() < (0.7 if depth else 0.9):
            # A second type with a context of its own could hide what is looked for.
            drawn = dice.choice(scope.classes)
            if not (way and scope.terms[drawn].has_context) and drawn not in types:
                types.append(drawn)
        if dice.random() < 0.05:  # noqa: PLR2004
            types.append("https://example.org/T")
        inner = scope.of_types(tuple(types))
        node: Document = {}
        id_key, type_key = self._alias(inner, "@id"), self._alias(scope, "@type")
        if dice.random() < 0.6:  # noqa: PLR2004
            node[id_key] = self._identifier(inner, fresh=dice.random() < 0.8)  # noqa: PLR2004
        if types:
            node[type_key] = types if len(types) > 1 or dice.random() < 0.3 else types[0]  # noqa: PLR2004
        if way:
            self._put(node, inner, way, depth)
        most = max(_MOST_DEPTH + 1 - depth, 0)
        for term in dice.sample(
            inner.properties, min(len(inner.properties), dice.randint(0 if way else min(most, 1), most))
        ):
            node.setdefault(term, self._values(inner, inner.terms[term], [], depth))
        return node

    def _put(self, node: Document, inner: Scope, way: list[str], depth: int) -> None:
        term = way.pop(0)
        definition = inner.terms[term]
        keyword = definition.says.get("@id")
        if keyword == "@id":
            node.setdefault(term, self._identifier(inner, fresh=True))
        elif keyword == "@type":
            node.setdefault(term, "https://example.org/T")
        elif definition.is_namespace and not way:
            node[self._alias(inner, "@id")] = f"{term}:x"
        elif definition.is_class and not way:
            node[f"{term}"] = "a type as a property"
        else:
            node[term] = self._values(inner, definition, way, depth)

    def _alias(self, scope: Scope, keyword: str) -> str:
        aliases = scope.aliases(keyword)
        return self.dice.choice(aliases) if aliases and self.dice.random() < 0.99 else keyword  # noqa: PLR2004

    def _identifier(self, scope: Scope, *, fresh: bool) -> str:
        dice = self.dice
        if fresh:
            return f"urn:x:{dice.randrange(10**6)}"
        compact = [f"{dice.choice(scope.prefixes)}:x"] if scope.prefixes else []
        return dice.choice([*_IRIS, *compact, f"_:n{dice.randrange(3)}"])

    def _values(self, scope: Scope, definition: Definition, way: list[str], depth: int) -> Json:
        if definition.says.get("@container") == "@language":
            return self._language_map()
        first = self._value(scope, definition, way, depth)
        more = 0 if depth >= _MOST_DEPTH else self.dice.choices((0, 1, 2), (8, 2, 1))[0]
        values = [first, *(self._value(scope, definition, [], depth) for _ in range(more))]
        return values if more or self.dice.random() < 0.15 else first  # noqa: PLR2004

    def _language_map(self) -> Json:
        dice = self.dice
        return {
            tag: dice.choice(_TEXTS) if dice.random() < 0.8 else dice.sample(_TEXTS, 2)  # noqa: PLR2004
            for tag in dice.sample(_TAGS, dice.randint(1, 2))
        }

    def _value(self, scope: Scope, definition: Definition, way: list[str], depth: int) -> Json:
        dice, coercion = self.dice, definition.says.get("@type")
        if definition.has_context and definition.says["@context"] is None:
            return {"@context": list(self.urls), **self._node(NOTHING.with_contexts(self.urls), [], depth + 1)}
        below = scope.under(definition)
        if coercion == "@json":
            return {"a": [1, {"b": None}]}
        if coercion == "@vocab":
            choices = [term for term, each in below.terms.items() if each.says.get("@type") == "@id"]
            if not way:
                return dice.choice([*choices, *_IRIS])
            return self._node(below, way, depth + 1) if below.terms[way[0]].is_alias else way.pop(0)
        if coercion not in (None, "@id", "@none"):
            return dice.choice(_VALID[coercion.rpartition("#")[2].rpartition(":")[2]])
        wants_node = bool(way) or "@graph" in _containers(definition)
        if coercion == "@id" and not wants_node and (depth >= _MOST_DEPTH or dice.random() < 0.5):  # noqa: PLR2004
            return self._identifier(below, fresh=False)
        if coercion is None and not wants_node and (depth >= _MOST_DEPTH or dice.random() < 0.8):  # noqa: PLR2004
            return dice.choice([*_TEXTS, *_TEXTS, 3, True])
        return self._node(below, way, depth + 1)


def _containers(definition: Definition) -> tuple[str, ...]:
    containers = definition.says.get("@container", ())
    return (containers,) if isinstance(containers, str) else tuple(containers)


# --- changes ----------------------------------------------------------------------------------------------------------


def _nodes(value: Json) -> list[Document]:
    if isinstance(value, dict):
        return [value, *(node for held in value.values() for node in _nodes(held))]
    return [node for held in value for node in _nodes(held)] if isinstance(value, list) else []


def _change(document: Document, dice: random.Random) -> None:  # noqa: C901, PLR0912 - a list of seventeen ways
    """Change one thing, in place. The first six ways leave most documents sound."""
    nodes = _nodes(document)
    node = dice.choice(nodes)
    keys = [key for key in node if key != "@context"]
    key = dice.choice(keys) if keys else "id"
    donor = dice.choice(nodes)
    match dice.randrange(17):
        case 0:
            node.pop(key, None)
        case 1:
            items = list(node.items())
            dice.shuffle(items)
            node.clear()
            node.update(items)
        case 2 if key in node:
            held = node[key]
            node[key] = [*held, *copy.deepcopy(held)] if isinstance(held, list) else [held, copy.deepcopy(held)]
        case 3:
            node.pop("id", None)
        case 4:
            node["id"] = dice.choice(_IRIS)
        case 5 if isinstance(node.get(key), str):
            node[key] = dice.choice(_TEXTS)
        case 6 | 7:
            node[key] = copy.deepcopy(dice.choice(_ROUGH))
        case 8:
            node[dice.choice(_STRANGE_KEYS)] = copy.deepcopy(dice.choice(_ROUGH))
        case 9:
            node["type"] = copy.deepcopy(dice.choice(_STRANGE_TYPES))
        case 10:
            node[dice.choice(every_definition()).term] = copy.deepcopy(dice.choice(_ROUGH))
        case 11:
            held = node.get(key, "x")
            node[key] = [held, copy.deepcopy(dice.choice(_ROUGH))]
        case 12 if keys and donor is not document:
            node[dice.choice(list(donor) or ["name"])] = copy.deepcopy(donor)
        case 13:
            node[key] = {dice.choice(_ROUGH_TAGS): dice.choice(_TEXTS)}
        case 14:
            document["@context"] = dice.sample(sorted(PINNED_CONTEXTS), dice.randint(1, 3))
        case 15:
            # Nodes without identifiers that look alike: where canonical labels are made.
            alike = {dice.choice(keys or ["name"]): {"id": f"_:n{number}"} for number in range(2)}
            node[key] = [copy.deepcopy(alike) for _ in range(dice.randint(2, 3))]
        case 16:
            node["id"] = f"_:n{dice.randrange(3)}"
            node[key if key != "id" else "related"] = {"id": f"_:n{dice.randrange(3)}"}
