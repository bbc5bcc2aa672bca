"""Offers: made by the awarding body, fetched by a wallet, ended by time or by a withdrawal."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.builders import a_service_badge
from tests.deployments import PUBLIC_URL

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


async def an_offer(deployment, slug="wut", record=None, **wanted):
    record = record or await deployment.issue(a_service_badge(), slug)
    answer = await deployment.system(slug).post(f"/api/v1/credentials/{record['id']}/offers", json=wanted)
    assert answer.status_code == 201, answer.text
    return record, answer.json()


def reference_of(made):
    return parse_qs(urlsplit(made["by_reference_uri"]).query)["credential_offer_uri"][0]


def content_of(database):
    return b"".join(Path(f"{database}{end}").read_bytes() for end in ("", "-wal"))


async def test_an_offer_is_the_same_by_reference_and_by_value(deployment):
    _, made = await an_offer(deployment)
    fetched = await deployment.public.get(reference_of(made))
    by_value = orjson.loads(parse_qs(urlsplit(made["by_value_uri"]).query)["credential_offer"][0])
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "application/json"
    assert fetched.headers["cache-control"] == "no-store"
    assert fetched.json() == by_value == made["credential_offer"]
    assert by_value["credential_issuer"] == f"{PUBLIC_URL}/issuers/wut"
    assert list(by_value["grants"]) == [GRANT]
    assert "tx_code" not in by_value["grants"][GRANT]


async def test_an_offer_is_fetched_as_often_as_anybody_likes(deployment):
    record, made = await an_offer(deployment)
    assert len({(await deployment.public.get(reference_of(made))).content for _ in range(3)}) == 1
    listed = (await deployment.system("wut").get(f"/api/v1/credentials/{record['id']}/offers")).json()["items"]
    assert [(item["id"], item["state"]) for item in listed] == [(made["id"], "open")]
    assert "transaction_code" not in listed[0]


async def test_an_offer_ends_by_itself(deployment):
    record, made = await an_offer(deployment, expires_in_seconds=60)
    deployment.clock.advance(seconds=60)
    assert (await deployment.public.get(reference_of(made))).status_code == 404
    listed = (await deployment.system("wut").get(f"/api/v1/credentials/{record['id']}/offers")).json()["items"]
    assert listed[0]["state"] == "expired"


async def test_a_withdrawn_offer_opens_nothing(deployment):
    record, made = await an_offer(deployment)
    address = f"/api/v1/credentials/{record['id']}/offers/{made['id']}/withdrawal"
    withdrawn = await deployment.system("wut").post(address)
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await deployment.public.get(reference_of(made))).status_code == 404
    assert (await deployment.system("wut").post(address)).json() == withdrawn.json()


async def test_an_offer_belongs_to_one_university(deployment):
    record, made = await an_offer(deployment)
    elsewhere = reference_of(made).replace("/wut/", "/upv/")
    assert (await deployment.public.get(elsewhere)).status_code == 404
    theirs = deployment.system("upv")
    address = f"/api/v1/credentials/{record['id']}/offers"
    assert (await theirs.post(address, json={})).status_code == 404
    assert (await theirs.get(address)).status_code == 404
    assert (await theirs.post(f"{address}/{made['id']}/withdrawal")).status_code == 404


async def test_what_cannot_be_offered_is_refused_with_every_finding(deployment):
    record = await deployment.issue(a_service_badge(), "wut")
    address = f"/api/v1/credentials/{record['id']}/offers"
    answer = await deployment.system("wut").post(address, json={"configurations": ["one", "two"]})
    assert answer.status_code == 422
    assert [finding["pointer"] for finding in answer.json()["errors"]] == ["#/configurations/0", "#/configurations/1"]
    for body in ({"expires_in_seconds": 5}, {"transaction_code": "yes"}, {"transaction_code": 0}, {"unheard": 1}, []):
        assert (await deployment.system("wut").post(address, json=body)).status_code == 422


async def test_nobody_is_offered_what_is_revoked_or_suspended(deployment):
    record = await deployment.issue(a_service_badge(), "wut")
    address = f"/api/v1/credentials/{record['id']}/offers"
    await deployment.change_status("wut", record, "suspend", "under-review")
    suspended = await deployment.system("wut").post(address, json={})
    assert (suspended.status_code, suspended.json()["code"]) == (409, "award-not-offerable")
    await deployment.change_status("wut", record, "revoke", "issued-in-error")
    assert (await deployment.system("wut").post(address, json={})).status_code == 409


async def test_the_records_hold_no_secret_of_an_offer(sqlite_deployment):
    _, made = await an_offer(sqlite_deployment, transaction_code=True)
    code = made["credential_offer"]["grants"][GRANT]["pre-authorized_code"]
    path = sqlite_deployment.settings.database_url.removeprefix("sqlite:///")
    content = content_of(Path(path))
    assert made["id"].replace("-", "").encode() in content
    assert reference_of(made).rsplit("/", 1)[1].encode() not in content
    assert code.encode() not in content
    assert len(made["transaction_code"]) == 6
