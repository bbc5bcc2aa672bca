"""Documents that are nearly sound: what a careless or hostile author makes of a good one."""

import copy
from typing import Any

from tests.jsonld.documents import ALL

_TERMS = [
    "id",
    "type",
    "name",
    "description",
    "elmDescription",
    "title",
    "issuer",
    "proof",
    "proofPurpose",
    "created",
    "cnf",
    "statusMessage",
    "statusPurpose",
    "message",
    "hasClaim",
    "awardedBy",
    "issued",
    "validFrom",
    "point",
    "page",
    "value",
    "verifiableCredential",
    "holder",
    "credentialSubject",
    "credentialStatus",
    "latitude",
    "dateModified",
    "contentURL",
    "assertionMethod",
    "encodedList",
    "ttl",
    "jwk",
    "undefinedTerm",
    "elm:title",
    "https://example.org/p",
    "@id",
    "@type",
    "@value",
    "@graph",
    "@reverse",
    "en",
    "foo:bar",
    "digestSRI",
    "kid",
    "exp",
    "publicKeyJwk",
]
_TYPES = [
    "VerifiableCredential",
    "VerifiablePresentation",
    "DataIntegrityProof",
    "BitstringStatusListEntry",
    "Concept",
    "BitstringStatusList",
    "Person",
    "Multikey",
    "Undefined",
    "elm:Person",
    "https://example.org/T",
    "id",
    "_:t",
    "JsonSchema",
    "",
]
_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    5,
    -3,
    2.5,
    1e30,
    2**60,
    "",
    "text",
    "2.5",
    "4.95E1",
    "1988-04-12",
    "2026-02-30T00:00:00Z",
    "2026-02-03T09:10:11",
    "2026-02-03T09:10:11Z",
    "P1Y",
    "true",
    "https://example.org/x",
    "elm:x",
    "person:1",
    "_:b0",
    "_:c14n0",
    "urn:x:<y>",
    "with space",
    "../relative",
    "assertionMethod",
    "\x07bell",
    "tab\tand\nline",
    "\ufffe",
    "\xe9\u2028",
    [],
    ["a", "b"],
    [["a"]],
    [None],
    {},
    {"id": "urn:x:1"},
    {"id": "_:b1"},
    {"en": "x"},
    {"EN-gb": ["x", "y"]},
    {"e n": "x"},
    {"@none": "x"},
    {"@value": "x", "@language": "en"},
    {"@list": ["x"]},
    {"@id": "urn:x:2", "id": "urn:x:3"},
    {"type": "Concept"},
    {"type": [], "name": "x"},
    {"@context": None, "name": "x"},
    [{"id": "urn:x:1"}, "urn:x:4"],
]
_CONTEXTS = sorted({url for document in ALL.values() for url in document["@context"] if url.startswith("http")})


def mutant(dice: Any) -> dict[str, Any]:
    """A base document with one to four changes; ``dice`` is a ``random.Random``."""
    document = copy.deepcopy(dice.choice(list(ALL.values())))
    for _ in range(dice.randint(1, 4)):
        _change(document, dice)
    return document


def _nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value] + [node for held in value.values() for node in _nodes(held)]
    return [node for held in value for node in _nodes(held)] if isinstance(value, list) else []


def _any_value(dice: Any) -> Any:
    donor = dice.choice(_nodes(dice.choice(list(ALL.values()))))
    borrowed = dice.choice(list(donor.values()))
    return copy.deepcopy(dice.choice([dice.choice(_VALUES), borrowed, donor]))


def _change(document: dict[str, Any], dice: Any) -> None:
    node = dice.choice(_nodes(document))
    keys = [key for key in node if key != "@context"]
    key = dice.choice(keys) if keys else "id"
    match dice.randrange(11):
        case 0:
            node.pop(key, None)
        case 1:
            node[key] = _any_value(dice)
        case 2 | 3:
            node[dice.choice(_TERMS)] = _any_value(dice)
        case 4:
            node["type"] = dice.choice([dice.choice(_TYPES), [dice.choice(_TYPES), dice.choice(_TYPES)]])
        case 5:
            node.pop("id", None)
        case 6:
            node["id"] = dice.choice(["urn:x:same", "_:b0", "_:c14n1", "did:web:university.example", "relative"])
        case 7:
            node[key] = [node[key], _any_value(dice)] if key in node else "x"
        case 8:
            node[dice.choice(_TERMS)] = node.pop(key, "x")
        case 9:
            donor = dice.choice(_nodes(dice.choice(list(ALL.values()))))
            term = dice.choice(list(donor))
            if term != "@context":
                node[term] = copy.deepcopy(donor[term])
        case 10:
            document["@context"] = dice.sample(_CONTEXTS, dice.randint(1, 3))
