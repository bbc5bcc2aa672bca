"""Whatever strangers write in credentials, DID documents and status lists, there is a report."""

import asyncio
import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.jsonld import canonicalize
from app.keys import Algorithm
from app.languages import Language
from app.trust.fetch import Fetched, FetchFailed, FetchReason
from app.trust.members import Members
from app.verification.edc import edc_presentation
from app.verification.evidence import Policy
from app.verification.gather import World
from app.verification.receipt import receipt_document, sources_of
from app.verification.report import Verdict
from app.verification.submission import Submission
from app.verification.verifier import Verifier
from tests.counterparts.foreign_issuer import NOW, ForeignIssuer, status_entry

ISSUER = ForeignIssuer("did:web:stranger.example", Algorithm.P256)
LIST = "https://stranger.example/status/1"

ODD_TEXTS = st.sampled_from(
    [
        "",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-13-45T99:99:99Z",
        "did:web:",
        "did:web:%",
        "did:key:z",
        "#",
        "data:application/vc+jwt,eyJ",
        "data:application/vp+jwt,eyJ.e.x",
        "sha256-",
        "u",
        "z",
        "-1",
        "9" * 30,
        "\u0000",
        "\u202e",
        "a" * 5000,
    ]
)
TYPES = st.sampled_from(
    [
        "VerifiableCredential",
        "VerifiablePresentation",
        "EnvelopedVerifiableCredential",
        "EnvelopedVerifiablePresentation",
        "EuropeanDigitalCredential",
        "BitstringStatusListCredential",
        "DataIntegrityProof",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | ODD_TEXTS | TYPES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "@value", "@id", "proof", "issuer", "holder", "verifiableCredential", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


class OneStranger:
    """Serves what the stranger publishes; everything else is not there."""

    def __init__(self, published):
        self._published = published

    async def __call__(self, url, **_):
        if url not in self._published:
            raise FetchFailed(FetchReason.STATUS_NOT_OK)
        return Fetched(url, "application/json", json.dumps(self._published[url]).encode())


def places(value, path=()):
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield from places(item, (*path, step))


def changed(value, path, new):
    if not path:
        return new
    value = copy.deepcopy(value)
    parent = value
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = new
    return value


def plain(value):
    """A value with each list of one as what stands in it: JSON-LD means the same by both."""
    if isinstance(value, list):
        return plain(value[0]) if len(value) == 1 else [plain(each) for each in value]
    return {name: plain(held) for name, held in value.items()} if isinstance(value, dict) else value


async def members():
    return Members()


async def own_status(_list_url, _purpose, _index):
    return None


@pytest.fixture(scope="module")
def published():
    """What the stranger publishes, each under its address, and a credential that leads to both."""

    async def make():
        return {
            "https://stranger.example/.well-known/did.json": ISSUER.did_document(),
            LIST: await ISSUER.sign(ISSUER.status_list(LIST)),
        }, await ISSUER.credential(credentialStatus=status_entry(LIST, 7), name="A name")

    return asyncio.run(make())


@pytest.fixture(scope="module")
def presentation(published):
    """The credential as its holder shows it."""
    holder = ForeignIssuer()
    return asyncio.run(holder.present(holder.presentation(published[1])))


async def report_on(document, published):
    world = World(OneStranger(published), members, own_status)
    try:
        policy = Policy(accepted_issuers=frozenset({ISSUER.did}))
        return await Verifier(world, policy).verify(Submission.of(document), now=NOW, language=Language.GERMAN)
    finally:
        await world.close()


async def test_what_the_fuzzing_begins_with_is_valid(published, presentation):
    lists, document = published
    for original in (document, presentation):
        assert (await report_on(original, lists)).verdict is Verdict.VALID


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("whose", ["credential", "presentation", "https://stranger.example/.well-known/did.json", LIST])
def test_one_thing_changed_anywhere_is_answered_with_a_report(published, presentation, whose, data):
    lists, document = published
    original = {"credential": document, "presentation": presentation, **lists}[whose]
    altered = changed(original, data.draw(st.sampled_from(list(places(original)))), data.draw(ANYTHING))
    if whose in lists:
        lists = {**lists, whose: altered}
    else:
        document = altered
    report = asyncio.run(report_on(document, lists))
    assert report.model_dump_json()
    assert edc_presentation(report, Submission.of(document), identifier="urn:x:1")["verificationCheck"] is not None
    sources = sources_of(report)
    facts = {"sha256": "0" * 64, "policy": Policy(), "identifier": "urn:x:2", "issuer": "did:web:service.example"}
    assert canonicalize(receipt_document(report, sources=sources, **facts))
    if plain(altered) != plain(original) and whose not in lists:
        assert report.verdict is not Verdict.VALID
