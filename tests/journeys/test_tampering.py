"""Nothing of an issued credential can be changed, taken away or put in another order without being noticed."""

import copy
import json

import pytest

from app.jsonld import canonicalize
from app.strict_json import canonical
from tests.builders import full_request, required_only_request

# Lists whose order a reader sees or that a specification orders. JSON-LD reads all others as sets (JSON-LD 1.1 section
# 4.3): putting those in another order says the same, and the proof holds.
ORDERED = {"@context"}


@pytest.fixture
async def issued(sqlite_deployment):
    record = await sqlite_deployment.issue(full_request("academic"))
    return sqlite_deployment, await sqlite_deployment.fetch(record)


def places(value, path=()):
    """Every member and item, with the path that leads to it."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield (*path, step), item
        yield from places(item, (*path, step))


def parent_of(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


def another(value):
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            last = "x" if value[-1:] != "x" else "y"
            return value[:-1] + last
    raise AssertionError(value)


def statements_of(document):
    return canonicalize({name: value for name, value in document.items() if name != "proof"})


async def verdict_of(deployment, document):
    verifier = deployment.application.state.verifier
    return (await verifier.verify(document, now=deployment.clock())).verdict.value


async def test_the_unchanged_copy_is_valid(issued):
    deployment, credential = issued
    assert await verdict_of(deployment, json.loads(credential.content)) == "valid"
    assert await verdict_of(deployment, json.loads(canonical(credential.document))) == "valid"


@pytest.mark.slow
async def test_every_leaf_counts(issued):
    deployment, credential = issued
    leaves = [path for path, item in places(credential.document) if not isinstance(item, (dict, list))]
    assert len(leaves) > 300
    for path in leaves:
        altered = copy.deepcopy(credential.document)
        parent = parent_of(altered, path)
        parent[path[-1]] = another(parent[path[-1]])
        assert await verdict_of(deployment, altered) != "valid", path


@pytest.mark.slow
async def test_every_member_counts(sqlite_deployment):
    deployment = sqlite_deployment
    credential = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    members = [path for path, _ in places(credential.document) if isinstance(path[-1], str)]
    said_elsewhere = set()
    for path in members:
        altered = copy.deepcopy(credential.document)
        del parent_of(altered, path)[path[-1]]
        if await verdict_of(deployment, altered) == "valid":
            assert statements_of(altered) == statements_of(credential.document), path
            said_elsewhere.add(path[-1])
    # A reference repeats the type of what it refers to; without the repetition the document says the same.
    assert said_elsewhere == {"type"}


@pytest.mark.slow
async def test_no_member_can_be_added(issued):
    deployment, credential = issued
    objects = [(), *(path for path, item in places(credential.document) if isinstance(item, dict))]
    strangers = [("remark", "x"), ("title", {"en": "x"}), ("http://example.org/x", "x")]
    for number, path in enumerate(objects):
        name, value = strangers[number % len(strangers)]
        altered = copy.deepcopy(credential.document)
        target = parent_of(altered, (*path, name))
        target[f"{name}2" if name in target else name] = value
        assert await verdict_of(deployment, altered) != "valid", (path, name)


async def test_order_counts_where_it_means_something(issued):
    deployment, credential = issued
    lists = [path for path, item in places(credential.document) if isinstance(item, list) and len(item) > 1]
    for path in lists:
        altered = copy.deepcopy(credential.document)
        parent = parent_of(altered, path)
        parent[path[-1]] = parent[path[-1]][::-1]
        if await verdict_of(deployment, altered) == "valid":
            assert path[-1] not in ORDERED
            assert statements_of(altered) == statements_of(credential.document), path


async def test_a_member_named_twice_is_refused_with_its_place_before_anything_is_verified(issued):
    deployment, credential = issued
    text = credential.content.decode()
    doubled = text.replace('"givenName":', '"givenName":{"en":["Mallory"]},"givenName":', 1)
    assert doubled != text
    answer = await deployment.public.post("/verify", content=doubled.encode())
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")
    assert [(item["code"], item["pointer"]) for item in answer.json()["errors"]] == [
        ("duplicate-member", "#/credentialSubject/givenName")
    ]


async def test_what_another_university_signed_is_not_this_ones(issued):
    deployment, credential = issued
    other = await deployment.fetch(await deployment.issue(full_request("academic", awarding_body="ntnu")))
    assert await verdict_of(deployment, {**credential.document, "proof": other.document["proof"]}) == "invalid"
    moved = json.loads(other.content.decode().replace("issuers:ntnu", "issuers:wut"))
    assert await verdict_of(deployment, moved) == "invalid"
