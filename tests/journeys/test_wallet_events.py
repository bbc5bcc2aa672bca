"""The flight recorder as staff read it: pages, the trace of an offer, events as they come."""

import asyncio
import json
from uuid import UUID

import orjson
import pytest

from app.claiming import flight_recorder, traces
from app.claiming.compatibility import HINTS, hints_for, silence_after
from app.claiming.flight_recorder import Cause, EventKind, Subject
from app.claiming.traces import forget_old_events
from app.issuance.access import operator
from app.store import credentials
from tests.builders import a_learner, a_service_badge
from tests.journeys.test_claiming import a_link, press, reference_in

WALLET = {"User-Agent": "ExampleWallet/2.4.1 (Ada's phone)"}


async def recorded(deployment, record, offer_id, kind, cause=None, **facts):
    """Write an event as the wallet doors do."""
    caller = await operator(deployment.office, record["awarding_body"])
    async with deployment.office.database.transaction() as connection:
        credential = await credentials.find(connection, caller.awarding_body_id, UUID(record["id"]))
        subject = Subject(caller.awarding_body_id, credential.award_id, UUID(offer_id))
        await flight_recorder.record(connection, subject, kind, at=deployment.office.clock(), cause=cause, facts=facts)


async def events(deployment, slug="wut", **narrowed):
    answer = await deployment.system(slug).get("/api/v1/wallet-events", params=narrowed)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def trace(deployment, record, offer_id, slug="wut"):
    return await deployment.system(slug).get(f"/api/v1/credentials/{record['id']}/offers/{offer_id}/trace")


async def an_offer_that_was_fetched(deployment):
    record, link = await a_link(deployment)
    page = await press(deployment, link)
    await deployment.public.get(reference_in(page), headers=WALLET)
    (offer,) = (await deployment.system("wut").get(f"/api/v1/credentials/{record['id']}/offers")).json()["items"]
    return record, link, offer["id"]


async def test_a_trace_tells_what_the_wallet_did_and_where_it_stopped(deployment):
    record, _, offer = await an_offer_that_was_fetched(deployment)
    told = (await trace(deployment, record, offer)).json()
    assert [event["kind"] for event in told["events"]] == ["offer-made", "offer-fetched"]
    assert told["events"][1]["facts"]["wallet"] == "ExampleWallet:2.4.1"
    assert told["summary"] == "A wallet fetched the offer and went no further."
    assert any("metadata" in hint for hint in told["hints"])


async def test_a_refusal_is_told_with_its_cause_a_fix_and_what_is_known_of_such_wallets(deployment):
    record, _, offer = await an_offer_that_was_fetched(deployment)
    await recorded(
        deployment, record, offer, EventKind.CREDENTIAL_REFUSED, Cause.PROOF_TYP_WRONG, sent=("format", "proofs")
    )
    told = (await trace(deployment, record, offer)).json()
    refused = told["events"][-1]
    assert (refused["cause"], refused["facts"]) == ("proof-typ-wrong", {"sent": ["format", "proofs"]})
    assert told["summary"] == refused["words"]
    assert told["fix"] == refused["fix"]
    assert any("oid4-client" in hint for hint in told["hints"])
    explained = await deployment.public.get(f"/problems/{refused['cause']}", headers={"Accept": "application/json"})
    assert explained.json()["title"] == refused["words"]


async def test_nothing_about_the_learner_and_no_secret_is_in_an_event(deployment):
    learner = a_learner(given_names="Zofia", family_names="Przykladowa", birth_date="2001-03-31")
    record = await deployment.issue(a_service_badge(learner=learner))
    _, link = await a_link(deployment, record=record, check="birth-date")
    await press(deployment, link, "1999-12-31")
    page = await press(deployment, link, "2001-03-31")
    offer = await deployment.public.get(reference_in(page), headers=WALLET)
    code = next(iter(offer.json()["grants"].values()))["pre-authorized_code"]
    written = json.dumps(await events(deployment))
    secrets = (link["url"].rsplit("/", 1)[1], reference_in(page).rsplit("/", 1)[1], code)
    for said in ("Zofia", "Przykladowa", "2001-03-31", "1999-12-31", "Ada", *secrets):
        assert said not in written


async def test_pages_neither_skip_nor_repeat_and_can_be_narrowed(deployment):
    record, link, offer = await an_offer_that_was_fetched(deployment)
    for _ in range(3):
        await press(deployment, link)
    whole = (await events(deployment))["items"]
    assert len(whole) == 5
    cursor, walked = None, []
    while True:
        page = await events(deployment, limit=2, **({"cursor": cursor} if cursor else {}))
        walked += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert walked == whole
    assert [event["id"] for event in whole] == sorted((event["id"] for event in whole), reverse=True)
    assert {event["offer"] for event in (await events(deployment, offer=offer))["items"]} == {offer}
    assert len((await events(deployment, claim_link=link["id"]))["items"]) == 5
    assert len((await events(deployment, credential=record["id"]))["items"]) == 5
    other = await deployment.issue(a_service_badge(learner=a_learner(reference="another")))
    assert (await events(deployment, credential=other["id"]))["items"] == []


@pytest.mark.parametrize("cursor", ["-1", "x", "1e9", "9" * 40, "٣"])
async def test_a_cursor_that_is_none_of_ours_is_refused(sqlite_deployment, cursor):
    answer = await sqlite_deployment.system().get("/api/v1/wallet-events", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-malformed")


async def test_another_university_reads_none_of_them(deployment):
    record, link, offer = await an_offer_that_was_fetched(deployment)
    assert (await events(deployment, "upv"))["items"] == []
    assert (await events(deployment, "upv", offer=offer))["items"] == []
    assert (await events(deployment, "upv", claim_link=link["id"]))["items"] == []
    refused = await deployment.system("upv").get("/api/v1/wallet-events", params={"credential": record["id"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "credential-unknown")
    assert (await trace(deployment, record, offer, "upv")).status_code == 404


async def test_an_offer_of_another_credential_has_no_trace_here(deployment):
    _, _, offer = await an_offer_that_was_fetched(deployment)
    other = await deployment.issue(a_service_badge(learner=a_learner(reference="another")))
    answer = await trace(deployment, other, offer)
    assert (answer.status_code, answer.json()["code"]) == (404, "offer-unknown")


async def test_a_flood_at_an_offer_stops_growing_the_records(sqlite_deployment, monkeypatch):
    deployment = sqlite_deployment
    record, _, offer = await an_offer_that_was_fetched(deployment)
    monkeypatch.setattr(flight_recorder, "MOST_EVENTS", 5)
    for _ in range(10):
        await recorded(deployment, record, offer, EventKind.TOKEN_REFUSED, Cause.TRANSACTION_CODE_WRONG)
    assert len((await events(deployment, offer=offer))["items"]) == 4
    await recorded(deployment, record, offer, EventKind.CREDENTIAL_GIVEN, None)
    await recorded(deployment, record, offer, EventKind.CREDENTIAL_GIVEN, None)
    kept = (await events(deployment, offer=offer))["items"]
    assert [kept[0]["kind"], len(kept)] == ["credential-given", 5]


async def test_addresses_that_lead_to_no_offer_and_no_link_leave_nothing(sqlite_deployment):
    deployment = sqlite_deployment
    for method, path in (("GET", "/issuers/wut/offers/guess"), ("GET", "/claim/guess"), ("POST", "/claim/guess")):
        for number in range(3):
            assert (await deployment.public.request(method, f"{path}{number}")).status_code == 404
    assert (await events(deployment))["items"] == []


def read_stream(content):
    """Take server-sent events apart, as WHATWG HTML section 9.2.6 says."""
    found = []
    for block in content.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "data" in fields:
            found.append((int(fields["id"]), fields["event"], orjson.loads(fields["data"])))
    return found


async def test_events_are_streamed_as_they_come(deployment):
    _, link = await a_link(deployment)
    following = asyncio.create_task(deployment.system().get("/api/v1/wallet-events/stream", params={"seconds": 2}))
    await asyncio.sleep(0.3)
    await press(deployment, link)
    answer = await following
    assert answer.headers["content-type"].startswith("text/event-stream")
    ((number, kind, told),) = read_stream(answer.content)
    assert (kind, told["id"], told["claim_link"]) == ("offer-made", number, link["id"])


async def test_a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(deployment):
    _, link, _ = await an_offer_that_was_fetched(deployment)
    first, second = sorted(event["id"] for event in (await events(deployment))["items"])
    system = deployment.system()
    for last, expected in ((0, [first, second]), (first, [second]), (second, [])):
        answer = await system.get(
            "/api/v1/wallet-events/stream", params={"seconds": 1}, headers={"Last-Event-ID": str(last)}
        )
        assert [number for number, _, _ in read_stream(answer.content)] == expected
    assert link


async def test_streams_of_one_university_are_bounded_and_leave_others_theirs(sqlite_deployment):
    deployment = sqlite_deployment

    async def follow(slug):
        return await deployment.system(slug).get("/api/v1/wallet-events/stream", params={"seconds": 1})

    async def late():
        await asyncio.sleep(0.3)
        return await asyncio.gather(follow("wut"), follow("upv"))

    *_, (refused, other) = await asyncio.gather(*(follow("wut") for _ in range(traces.MOST_FOLLOWERS)), late())
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
    assert other.status_code == 200
    assert (await follow("wut")).status_code == 200


async def test_events_are_forgotten_after_their_time(deployment):
    await an_offer_that_was_fetched(deployment)
    assert await forget_old_events(deployment.office) == 0
    deployment.clock.advance(days=91)
    assert await forget_old_events(deployment.office) == 2
    assert (await events(deployment))["items"] == []


def test_every_hint_is_about_something_and_can_be_met():
    for hint in HINTS:
        assert hint.causes or hint.silent_after
        for cause in hint.causes:
            assert hint.words in hints_for(cause)
        for kind in hint.silent_after:
            assert hint.words in silence_after(kind)[1]
