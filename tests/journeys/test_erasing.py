"""A learner's data is erased by destroying one key; what remains is that there was an award, and its status."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from app.issuance import access
from app.issuance.erasing import erase, find_erasable
from app.issuance.finding import CredentialUnknown, SearchMalformed
from app.store.tables import idempotency
from tests.builders import altered, full_request


async def erase_award_of(deployment, record):
    office = deployment.office
    caller = await access.operator(office, record["awarding_body"])
    (award,) = await find_erasable(office, caller, credential_ids=[UUID(record["id"])])
    assert not award.is_erased
    assert await erase(office, caller, [award.award_id]) == 1


async def test_after_erasure_nothing_opens_and_the_status_goes_on(deployment):
    system = deployment.system()
    request = full_request("academic")
    headers = {"Idempotency-Key": "k"}
    record = (await system.post("/api/v1/credentials", json=request, headers=headers)).json()
    other = await deployment.issue(full_request("service"))
    credential = await deployment.fetch(record)
    await erase_award_of(deployment, record)

    one = f"/api/v1/credentials/{record['id']}"
    for client, method, address, body in [
        (deployment.public, "GET", record["public_url"], None),
        (deployment.public, "GET", f"{record['public_url']}/edc.jsonld", None),
        (system, "GET", f"{one}/forms/vcdm2-di", None),
        (system, "GET", f"{one}/forms/edc", None),
        (system, "POST", "/api/v1/credentials", request),
        (
            system,
            "POST",
            f"{one}/replacement",
            {**altered(request, {"learner.family_names": "N"}), "reason": "correction"},
        ),
    ]:
        answer = await client.request(
            method, address, json=body, headers=headers if "replacement" not in address else {}
        )
        assert (answer.status_code, answer.json()["code"]) == (410, "erased"), (method, address, answer.text)
        assert "Zoë" not in answer.text
    page = await deployment.public.get(record["public_url"], headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert "was erased" in page.text
    assert "Zoë" not in page.text

    # The holder's copy is the holder's, and it still verifies; revoking it still works.
    assert (await deployment.verify(credential.content))["verdict"] == "valid"
    assert (await deployment.change_status("wut", record, "revoke", "learner-request")).status_code == 200
    assert await deployment.published_bits(credential.document) == (True, False)

    listed = (await system.get("/api/v1/credentials")).json()["items"]
    assert {item["id"] for item in listed} == {record["id"], other["id"]}
    told = (await system.get(one)).text + (await system.get(f"{one}/history")).text
    assert "Zoë" not in told
    assert (await deployment.verify((await deployment.fetch(other)).content))["verdict"] == "valid"


async def test_all_awards_of_a_learner_are_found_and_erased_once_and_nobody_elses(deployment):
    office = deployment.office
    requests = [full_request("academic"), full_request("service")]
    mine = [await deployment.issue(request) for request in requests]
    other = await deployment.issue(altered(requests[0], {"learner.reference": "somebody-else"}))
    learner = requests[0]["learner"]
    caller = await access.operator(office, "wut")
    found = await find_erasable(office, caller, learner=learner)
    assert {str(one) for award in found for one in award.credential_ids} == {record["id"] for record in mine}
    assert await erase(office, caller, [award.award_id for award in found]) == 2
    assert await erase(office, caller, [award.award_id for award in found]) == 0
    assert all(award.is_erased for award in await find_erasable(office, caller, learner=learner))
    for record in mine:
        assert (await deployment.public.get(record["public_url"])).status_code == 410
        history = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")).json()
        assert [entry["kind"] for entry in history["entries"]].count("learner-data-erased") == 1
    assert (await deployment.fetch(other)).document
    stranger = await access.operator(office, "tu-berlin")
    with pytest.raises(CredentialUnknown):
        await find_erasable(office, stranger, credential_ids=[UUID(other["id"])])
    assert await find_erasable(office, stranger, learner=learner) == ()
    assert (
        await erase(
            office, stranger, [award.award_id for award in await find_erasable(office, caller, learner=learner)]
        )
        == 0
    )
    with pytest.raises(SearchMalformed):
        await find_erasable(office, caller, learner={"family_names": ["unknown"]})


async def test_the_history_holds_no_personal_data_even_before(deployment):
    record = await deployment.issue(full_request("academic"))
    history = await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")
    written = json.dumps(history.json(), ensure_ascii=False)
    for secret in ("Zoë", "Øst", "2001-02-28", "312345", "sis-7f3a"):
        assert secret not in written


async def test_no_digest_of_a_request_is_left_that_a_guess_could_be_compared_with(deployment):
    system = deployment.system()
    request = full_request("academic")
    mine = (await system.post("/api/v1/credentials", json=request, headers={"Idempotency-Key": "s312345"})).json()
    others = altered(request, {"learner.reference": "somebody-else"})
    other = (await system.post("/api/v1/credentials", json=others, headers={"Idempotency-Key": "other"})).json()
    await erase_award_of(deployment, mine)
    async with deployment.office.database.read() as connection:
        left = await connection.fetch_all(select(idempotency))
    assert [(row["key"], row["credential_id"]) for row in left] == [("other", UUID(other["id"]))]
    again = await system.post("/api/v1/credentials", json=request, headers={"Idempotency-Key": "s312345"})
    assert (again.status_code, again.json()["code"]) == (410, "erased")
