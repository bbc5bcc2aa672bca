"""Changes that a fuzzer of bytes would not hit upon: members and items of a JSON text moved, doubled, spoilt."""

import copy
import json
import random  # noqa: TID251 - seeded: must come out the same again
from typing import Any, Final

Json = Any

HOSTILE: Final[tuple[Json, ...]] = (
    None,
    True,
    0,
    -1,
    2**53,
    1e308,
    0.1,
    "",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    "\ud800",
    "\0",
    "\u202e",
    "\u0301" * 5,
    "did:key:z6Mk",
    "did:web:127.0.0.1",
    "https://[::1]/",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "9999-12-31T23:59:60Z",
    "-0001-01-01T00:00:00Z",
    "2026-02-30T00:00:00+25:00",
    "-0",
    "\uff11",
    {"@value": "x", "@type": "@json"},
    {"@id": "_:b0"},
    {"@list": [[{"@list": []}]]},
    {"@graph": [{}]},
    {"@set": []},
    {"@context": {"@vocab": "urn:x:"}},
    "@type",
)
"""Values that readers have stumbled over: types that nobody expects, ends of ranges, half characters, keywords."""

NAMES: Final = (
    "@context", "id", "type", "issuer", "proof", "credentialSubject", "credentialStatus", "credentialSchema",
    "evidence", "validFrom", "validUntil", "issuanceDate", "relatedResource", "verifiableCredential",
    "statusListIndex", "statusPurpose", "statusListCredential", "statusSize", "statusMessage", "cryptosuite",
    "verificationMethod", "proofPurpose", "proofValue", "previousProof", "created", "expires", "challenge", "domain",
    "@id", "@type", "@value", "@language", "@graph", "@included", "@reverse", "@nest", "@index", "@json", "name",
    "description", "",
)  # fmt: skip


def bend(content: bytes, most_bytes: int, seed: int) -> bytes:
    """Return ``content`` with one to three changes; as it is, where it is no JSON text."""
    dice = random.Random(seed)  # noqa: S311 - must come out the same again
    try:
        holder: Json = [json.loads(content)]
    except (ValueError, RecursionError):
        return content
    for _ in range(dice.randint(1, 3)):
        _change(holder, dice)
    try:
        bent = json.dumps(holder[0], ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")  # noqa: PLR2004 - a coin
    except (ValueError, RecursionError):
        return content
    return bent if len(bent) <= most_bytes else content


def _change(holder: Json, dice: random.Random) -> None:
    places = list(_places(holder))
    container, step = dice.choice(places)
    way = dice.randrange(7)
    if way == 0:
        container[step] = copy.deepcopy(dice.choice(HOSTILE))
    elif way == 1 and container is not holder:
        del container[step]
    elif way == 2:  # noqa: PLR2004 - one of seven ways
        other, there = dice.choice(places)
        container[step] = copy.deepcopy(other[there])
    elif way == 3:  # noqa: PLR2004
        container[step] = [container[step], copy.deepcopy(container[step])]
    elif way == 4:  # noqa: PLR2004
        container[step] = {dice.choice(NAMES): container[step]}
    elif isinstance(container[step], dict):
        container[step][dice.choice(NAMES)] = copy.deepcopy(dice.choice(HOSTILE))
    elif isinstance(container[step], str):
        text: str = container[step]
        at = dice.randrange(len(text) + 1)
        container[step] = text[:at] + dice.choice(("", "\ud800", "\0", " ", "=", "#", "/", text)) + text[at + 1 :]


def _places(holder: Json) -> list[tuple[Json, Any]]:
    found: list[tuple[Json, Any]] = []
    pending = [holder]
    while pending:
        container = pending.pop()
        steps = container.items() if isinstance(container, dict) else enumerate(container)
        for step, value in steps:
            found.append((container, step))
            if isinstance(value, (dict, list)):
                pending.append(value)
    return found
