"""What an operator changes in the course of years: public facts, and what is remembered of requests."""

import json

from app.issuance import setup
from app.issuance.repeating import forget_old_answers
from app.store import events
from tests.builders import full_request
from tests.deployments import ISSUERS

DESCRIPTION = json.loads((ISSUERS / "wut.json").read_text(encoding="utf-8"))


async def test_new_facts_stand_in_new_credentials_and_old_ones_verify_as_before(deployment):
    async def issue_three(number):
        # Of the same shape, so that the later ones come out of a mould.
        requests = [full_request("service", {"learner.reference": f"learner-{number}-{one}"}) for one in range(3)]
        return [await deployment.fetch(await deployment.issue(request)) for request in requests]

    before = await issue_three(1)
    name = {"en": "Warsaw University of Technology and Arts", "pl": "Politechnika i Sztuka"}
    changed = DESCRIPTION | {"legal_name": name, "address": "Elsewhere 1, 00-001 Warszawa"}
    await setup.change_awarding_body(deployment.office, changed)
    after = await issue_three(2)
    for credential in after:
        assert name["pl"] in credential.content.decode()
        assert DESCRIPTION["address"] not in credential.content.decode()
    for credential in before:
        assert name["pl"] not in credential.content.decode()
    for credential in (*before, *after):
        report = await deployment.verify(credential.content)
        assert report["verdict"] == "valid", report["reason"]
    async with deployment.office.database.read() as connection:
        issuer = await deployment.office.issuer("wut")
        noted = await events.list_of_subject(connection, issuer.awarding_body_id, "wut")
    assert [(event.kind, json.loads(event.body)) for event in noted[-1:]] == [
        ("awarding-body-changed", {"changed": ["address", "legal_name"]})
    ]
    await setup.change_awarding_body(deployment.office, changed)
    async with deployment.office.database.read() as connection:
        assert len(await events.list_of_subject(connection, issuer.awarding_body_id, "wut")) == len(noted)


async def test_answers_are_remembered_for_thirty_days_and_awards_for_ever(deployment):
    request = full_request("service")
    first = await deployment.issue(request, Idempotency_Key="a")
    deployment.clock.advance(days=29)
    await deployment.issue(full_request("academic"), Idempotency_Key="b")
    assert await forget_old_answers(deployment.office, actor="operator") == 0
    deployment.clock.advance(days=2)
    assert await forget_old_answers(deployment.office, actor="operator") == 1
    again = await deployment.issue(request, Idempotency_Key="a", status=200)
    assert again["id"] == first["id"]
    async with deployment.office.database.read() as connection:
        (noted,) = await events.list_of_subject(connection, None, "idempotency")
    assert (noted.actor, json.loads(noted.body)) == ("operator", {"count": 1})
