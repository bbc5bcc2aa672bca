"""A learner's data is erased by destroying one key; what remains is that there was an award, and its status."""

import json

from app.store import credentials, data_keys
from tests.builders import altered, full_request


async def erase(deployment, record):
    token = record["public_url"].rsplit("/", 1)[1]
    async with deployment.office.database.transaction() as connection:
        entry = await credentials.find_by_public_token(connection, token)
        credential = entry.credential
        assert await data_keys.destroy(
            connection, credential.awarding_body_id, credential.award_id, now=deployment.clock()
        )


async def test_after_erasure_nothing_opens_and_the_status_goes_on(deployment):
    system = deployment.system()
    request = full_request("academic")
    headers = {"Idempotency-Key": "k"}
    record = (await system.post("/api/v1/credentials", json=request, headers=headers)).json()
    other = await deployment.issue(full_request("service"))
    credential = await deployment.fetch(record)
    await erase(deployment, record)

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
        assert (answer.status_code, answer.json()["code"]) == (404, "erased"), (method, address, answer.text)
        assert "Zoë" not in answer.text
    page = await deployment.public.get(record["public_url"], headers={"Accept": "text/html"})
    assert page.status_code == 404
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


async def test_the_history_holds_no_personal_data_even_before(deployment):
    record = await deployment.issue(full_request("academic"))
    history = await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")
    written = json.dumps(history.json(), ensure_ascii=False)
    for secret in ("Zoë", "Øst", "2001-02-28", "312345", "sis-7f3a"):
        assert secret not in written
