"""One university can neither see nor touch what is another's; a key opens what it was made for, while it lasts."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.issuance import access
from app.issuance.access import GRANTABLE, Scope
from tests.builders import a_request, altered, an_offering, full_request


async def new_key(deployment, *scopes, slug="wut", expires_at=None):
    return await access.create_api_key(
        deployment.office, slug, scopes=frozenset(scopes), label="", expires_at=expires_at
    )


def calls(credential, offering):
    """Every operation that names something of an awarding body."""
    request = full_request("academic", awarding_body="ntnu")
    one, many = f"/api/v1/credentials/{credential}", f"/api/v1/offerings/{offering}"
    return [
        ("GET", one, None),
        ("GET", f"{one}/history", None),
        ("GET", f"{one}/forms", None),
        ("GET", f"{one}/forms/vcdm2-di", None),
        ("GET", f"{one}/forms/edc", None),
        ("POST", f"{one}/status", {"change": "revoke", "reason": "integrity"}),
        ("POST", f"{one}/replacement", {**request, "reason": "correction"}),
        ("POST", f"{one}/public-url", None),
        ("GET", many, None),
        ("PUT", f"{many}/draft", an_offering(awarding_body="ntnu")),
        ("POST", f"{many}/versions", None),
        ("POST", f"{many}/withdrawal", None),
        ("GET", f"{many}/versions", None),
        ("GET", f"{many}/versions/1", None),
        ("POST", "/api/v1/credentials", altered(request, {"offering": {"id": offering}})),
        ("POST", "/api/v1/credentials?dry_run=true", altered(request, {"offering": {"id": offering, "version": 1}})),
    ]


async def test_what_belongs_to_another_is_answered_as_what_is_not_there(deployment):
    credential = await deployment.issue(full_request("academic"))
    offering = await deployment.publish_offering(an_offering())
    stranger = deployment.system("ntnu")
    nothing = calls(uuid4(), uuid4())
    for (method, address, body), (_, empty_address, _) in zip(
        calls(credential["id"], offering["id"]), nothing, strict=True
    ):
        answer = await stranger.request(method, address, json=body)
        absent = await stranger.request(method, empty_address, json=body)
        assert answer.status_code == absent.status_code == 404, (method, address, answer.text)
        told, told_of_nothing = answer.json(), absent.json()
        assert {**told, "trace_id": ""} == {**told_of_nothing, "trace_id": ""}
    assert (await deployment.system().get(f"/api/v1/credentials/{credential['id']}")).json()["status"] == "valid"
    assert (await deployment.system().get(f"/api/v1/offerings/{offering['id']}")).json()["state"] == "published"


async def test_lists_and_searches_show_ones_own(deployment):
    mine = await deployment.issue(full_request("academic"))
    theirs = await deployment.issue(full_request("academic", awarding_body="ntnu"))
    learner = {"learner": {"reference": "sis-7f3a"}}
    for slug, record in (("wut", mine), ("ntnu", theirs)):
        system = deployment.system(slug)
        listed = (await system.get("/api/v1/credentials")).json()["items"]
        found = (await system.post("/api/v1/credentials/search", json=learner)).json()["items"]
        assert [item["id"] for item in listed] == [item["id"] for item in found] == [record["id"]]


async def test_nobody_issues_or_drafts_in_the_name_of_another(deployment):
    system = deployment.system("ntnu")
    for address in ("/api/v1/credentials", "/api/v1/credentials?dry_run=true"):
        answer = await system.post(address, json=full_request("academic"))
        assert (answer.status_code, answer.json()["code"]) == (404, "awarding-body-foreign")
    answer = await system.post("/api/v1/offerings", json=an_offering())
    assert (answer.status_code, answer.json()["code"]) == (404, "awarding-body-foreign")


async def test_no_usable_key_is_401_and_always_the_same_answer(deployment):
    good = deployment.api_keys["wut"]
    expired = await new_key(deployment, *GRANTABLE, expires_at=deployment.clock() + timedelta(hours=1))
    assert (await deployment.system(api_key=expired).get("/api/v1/me")).status_code == 200
    deployment.clock.advance(hours=1)
    revoked = await new_key(deployment, *GRANTABLE)
    await access.revoke_api_key(deployment.office, "wut", revoked.split("_")[1])
    prefix, rest = good[:16], good[16:]
    unusable = [
        *(f"Bearer {key}" for key in (expired, revoked, f"{prefix}{'A' * 43}{rest[-8:]}")),
        *(f"Bearer {key}" for key in (good[:-1], good.upper(), "x")),
        "Bearer", "Bearer ", f"Basic {good}", good, "", f"Bearer {good} {good}",
    ]  # fmt: skip
    answers = [await deployment.public.get("/api/v1/me", headers={"Authorization": header}) for header in unusable]
    answers.append(await deployment.public.get("/api/v1/me"))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert len({str({**answer.json(), "trace_id": ""}) for answer in answers}) == 1
    assert (await deployment.system().get("/api/v1/me")).status_code == 200


NOBODY = "00000000-0000-4000-8000-000000000000"
NEEDED = {
    Scope.OFFERINGS_READ: [("GET", "/api/v1/offerings")],
    Scope.OFFERINGS_WRITE: [("POST", "/api/v1/offerings"), ("POST", f"/api/v1/offerings/{NOBODY}/versions")],
    Scope.CREDENTIALS_READ: [
        ("GET", "/api/v1/credentials"),
        ("POST", "/api/v1/credentials/search"),
        ("GET", f"/api/v1/credentials/{NOBODY}/history"),
    ],
    Scope.CREDENTIALS_ISSUE: [
        ("POST", "/api/v1/credentials"),
        ("POST", f"/api/v1/credentials/{NOBODY}/public-url"),
    ],
    Scope.CREDENTIALS_STATUS: [("POST", f"/api/v1/credentials/{NOBODY}/status")],
}


@pytest.mark.parametrize("scope", list(NEEDED))
async def test_a_key_without_the_scope_is_403_and_told_which_one(deployment, scope):
    without = deployment.system(api_key=await new_key(deployment, *(set(GRANTABLE) - {scope})))
    alone = deployment.system(api_key=await new_key(deployment, scope))
    for method, address in NEEDED[scope]:
        refused = await without.request(method, address, json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        assert scope.value in refused.json()["detail"]
        assert (await alone.request(method, address, json={})).status_code in {200, 404, 422}
    me = (await alone.get("/api/v1/me")).json()
    assert (me["awarding_body"], me["scopes"]) == ("wut", [scope.value])


async def test_a_replacement_needs_the_scopes_for_what_it_begins_and_for_what_it_ends(deployment):
    request = full_request("academic")
    record = await deployment.issue(request)
    address = f"/api/v1/credentials/{record['id']}/replacement"
    body = {**altered(request, {"learner.family_names": "N"}), "reason": "correction"}
    both = {Scope.CREDENTIALS_ISSUE, Scope.CREDENTIALS_STATUS}
    for granted in ({Scope.CREDENTIALS_ISSUE}, {Scope.CREDENTIALS_STATUS}, set(GRANTABLE) - both):
        refused = await deployment.system(api_key=await new_key(deployment, *granted)).post(address, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        assert {scope for scope in both if scope.value in refused.json()["detail"]} == both - granted
    replaced = await deployment.system(api_key=await new_key(deployment, *both)).post(address, json=body)
    assert replaced.status_code == 201


async def test_an_offering_in_a_request_of_its_own_body_is_not_hidden(deployment):
    offering = await deployment.publish_offering(an_offering())
    record = await deployment.issue(a_request("academic", offering={"id": offering["id"]}), "wut")
    assert record["offering"] == {"id": offering["id"], "version": 1}
