"""Attacks on /verify that once worked: the same graph in another spelling, unsigned members, work without end."""

import asyncio
import copy
import json
from time import perf_counter

import pytest

from app.securing import secure
from app.strict_json import MalformedJson
from app.trust.fetch import GuardedFetch
from app.verification.evidence import Policy
from app.verification.gather import World
from app.verification.report import Verdict
from app.verification.submission import read_submission
from app.verification.verifier import Verifier
from tests.builders import SUBTYPES, full_request
from tests.counterparts.foreign_issuer import NOW, ForeignIssuer
from tests.verification.test_our_own_documents import SIGNERS, members, methods_of, own_status, rendered

CRED = "https://www.w3.org/2018/credentials#"
ELM = "http://data.europa.eu/snb/model/elm/"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture
async def verifier():
    verifier = Verifier(World(GuardedFetch(enabled=False), members, own_status), Policy())
    yield verifier
    await verifier.close()


async def signed(**changes):
    slug, document = rendered(full_request, next(iter(SUBTYPES)))
    signers = list(zip(SIGNERS[slug], methods_of(slug), strict=True))
    return await secure({**document, **changes}, signers=signers, created=NOW)


async def verdict_on(verifier, document):
    report = await verifier.verify(json.loads(json.dumps(document)), now=NOW)
    return report.verdict


async def test_what_the_attacks_begin_with_is_valid(verifier):
    assert await verdict_on(verifier, await signed()) is Verdict.VALID


@pytest.mark.parametrize("spelling", ["cred:validUntil", CRED + "validUntil"])
@pytest.mark.parametrize("datatype", ["xsd:dateTime", XSD + "dateTime"])
async def test_an_expired_credential_stays_expired_however_its_end_is_spelled(verifier, spelling, datatype):
    document = await signed(validUntil="2026-07-01T00:00:00Z")
    assert await verdict_on(verifier, document) is Verdict.INVALID

    document[spelling] = {"@type": datatype, "@value": document.pop("validUntil")}

    assert await verdict_on(verifier, document) is not Verdict.VALID


def claim_of(document):
    return document["credentialSubject"]["hasClaim"]


def renamed(find, member, spelling):
    def change(document):
        holder = find(document)
        holder[spelling] = holder.pop(member)

    return change


def added(find, **members):
    return lambda document: find(document).update(copy.deepcopy(members))


def top(document):
    return document


def subject_of(document):
    return document["credentialSubject"]


UNSIGNED = (
    "Doctor of Philosophy",
    True,
    ["A+"],
    {"grade": "A+"},
    {"type": "LearningAchievement", "title": {"en": "x"}},
)


RESPELLED = [
    *(
        renamed(find, member, spelling)
        for find, member, prefix, base in (
            (top, "credentialStatus", "cred:", CRED),
            (top, "validFrom", "cred:", CRED),
            (subject_of, "hasClaim", "elm:", ELM),
            (claim_of, "provenBy", "elm:", ELM),
            (lambda document: claim_of(document)["awardedBy"], "awardingBody", "elm:", ELM),
        )
        for spelling in (prefix + member, base + member)
    ),
    *(
        renamed(find, member, "@" + member)
        for find in (top, subject_of, claim_of, lambda document: document["issuer"])
        for member in ("id", "type")
    ),
    *(
        added(find, **{keyword: unsigned})
        for find in (top, subject_of, claim_of)
        for keyword in ("@none", "@json", "@set", "@list", "@language", "@value")
        for unsigned in UNSIGNED
    ),
]


def replaced(find, member, make):
    def change(document):
        holder = find(document)
        holder[member] = make(holder[member])

    return change


def moved_to_the_awarding_body(document):
    subject = document["credentialSubject"]
    claim_of(document)["awardedBy"]["awardingBody"] = document["issuer"]
    return subject


def split_name(document):
    name = document["issuer"]["legalName"]
    language = next(iter(name))
    document["issuer"]["legalName"] = {language: name[language]}
    claim_of(document)["awardedBy"]["awardingBody"] = {
        "id": document["issuer"]["id"],
        "type": "Organisation",
        "legalName": {tag: text for tag, text in name.items() if tag != language} or {language.upper(): name[language]},
    }


READ_OTHERWISE = {
    "one more context": replaced(top, "@context", lambda urls: [*urls, "https://w3id.org/security/data-integrity/v2"]),
    "a context twice": replaced(top, "@context", lambda urls: [*urls, urls[1]]),
    "a credit twice": replaced(claim_of, "creditReceived", lambda credit: [credit, credit]),
    "a type twice": replaced(top, "type", lambda types: [*types, types[0]]),
    "a status entry twice": replaced(top, "credentialStatus", lambda entries: [*entries, entries[0]]),
    "a language twice": replaced(claim_of, "title", lambda title: {**title, "EN": title["en"]}),
    "an issuer without a name": lambda document: document.update(
        {"issuer": document["issuer"]["id"], "credentialSubject": moved_to_the_awarding_body(document)}
    ),
    "a type as a compact IRI": replaced(top, "type", lambda types: [types[0], "elm:" + types[1]]),
    "a name split over two places": split_name,
}


@pytest.mark.parametrize("change", READ_OTHERWISE.values(), ids=READ_OTHERWISE)
async def test_what_reads_otherwise_is_not_valid_although_the_signature_fits(verifier, change):
    document = await signed()
    change(document)

    assert await verdict_on(verifier, document) is not Verdict.VALID


@pytest.mark.parametrize("change", RESPELLED)
async def test_nothing_unsigned_and_no_other_spelling_survives_in_a_valid_credential(verifier, change):
    document = await signed()
    change(document)

    assert await verdict_on(verifier, document) is not Verdict.VALID


@pytest.mark.parametrize("member", ["@none", "@json", "@set", "@list", "@language"])
async def test_a_stranger_cannot_carry_unsigned_members_either(verifier, member):
    stranger = ForeignIssuer()
    document = await stranger.credential()
    document["credentialSubject"][member] = {"grade": "A+"}

    report = await verifier.verify(document, now=NOW)

    assert next(check for check in report.checks if check.name == "proof").result != "passed"


async def longest_wait_while(work):
    """How long the event loop kept others waiting while ``work`` was under way."""
    longest = 0.0
    task = asyncio.create_task(work)
    while not task.done():
        started = perf_counter()
        await asyncio.sleep(0.005)
        longest = max(longest, perf_counter() - started)
    await task
    return longest


@pytest.mark.parametrize(
    "name",
    ["a" + "\u0300\u0316" * 100_000, "\ufdfa" * 200_000, "(" * 500_000, "\u200b" * 200_000],
    ids=["combining marks", "long compatibility forms", "brackets", "nothing to see"],
)
async def test_a_hostile_name_keeps_nobody_waiting(verifier, name):
    document = await ForeignIssuer().credential()
    document["issuer"] = {"id": document["issuer"], "name": name}

    started = perf_counter()
    assert await longest_wait_while(verifier.verify(document, now=NOW)) < 1
    assert perf_counter() - started < 5


async def test_sixteen_costly_proofs_cost_no_more_than_one_allowance(verifier):
    stranger = ForeignIssuer()
    notes = [{"id": f"urn:x:{number}", "type": "Note"} for number in range(6000)]
    document = await stranger.credential()
    document["@context"] = rendered(full_request, next(iter(SUBTYPES)))[1]["@context"]
    document["credentialSubject"] |= {"additionalNote": notes, "title": {"@set": ["x"]}}
    proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
    document["proof"] = [
        {**proof, "id": f"urn:p:{number}", "previousProof": [f"urn:p:{earlier}" for earlier in range(number)]}
        if number
        else {**proof, "id": "urn:p:0"}
        for number in range(16)
    ]

    started = perf_counter()
    assert await longest_wait_while(verifier.verify(document, now=NOW)) < 1
    assert perf_counter() - started < 15


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (rb'{"id": "\ud800"}', "#/id"),
        (rb'{"issuer": {"id": "x\uDFFF"}}', "#/issuer/id"),
        (rb'{"proof": [{"verificationMethod": "did:web:\ud800"}]}', "#/proof/0/verificationMethod"),
        (rb'{"credentialSubject": {"\ud800": 1}}', "#/credentialSubject"),
    ],
)
def test_half_a_character_is_refused_at_the_door_with_its_place(text, pointer):
    with pytest.raises(MalformedJson) as caught:
        read_submission(text)

    assert [(finding.code, finding.pointer) for finding in caught.value.findings] == [("lone-surrogate", pointer)]
