"""A corrected credential in place of an earlier one: typo, name change, grade appeal."""

import json
from uuid import uuid4

import pytest

from app.issuance import issue as issuing
from tests.builders import ABSENT, a_request, altered, an_offering, full_request


async def replace(deployment, record, request, reason="name-change", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"/api/v1/credentials/{record['id']}/replacement"
    return await deployment.system().post(address, json={**request, "reason": reason}, headers=named)


@pytest.fixture
async def request_and_record(deployment):
    request = full_request("academic", {"learner.family_names": "Former-Name"})
    return request, await deployment.issue(request)


async def test_the_new_credential_takes_over_and_never_mentions_the_old_one(deployment, request_and_record):
    request, old = request_and_record
    before = await deployment.fetch(old)
    deployment.clock.advance(days=3)
    answer = await replace(deployment, old, altered(request, {"learner.family_names": "New-Name"}))
    new = answer.json()
    assert (answer.status_code, new["revision"], new["certificate_number"]) == (201, 2, old["certificate_number"])
    assert answer.headers["location"].endswith(f"/api/v1/credentials/{new['id']}")
    assert new["id"] != old["id"]

    after = await deployment.fetch(new)
    text = after.content.decode()
    for trace in (old["id"], "Former-Name", old["public_url"].rsplit("/", 1)[1]):
        assert trace not in text
    assert "New-Name" in text
    assert (await deployment.verify(after.content))["verdict"] == "valid"

    report = await deployment.verify(before.content)
    assert (report["verdict"], report["reason"]["code"]) == ("invalid", "superseded")
    assert await deployment.published_bits(before.document) == (True, False)
    assert await deployment.published_bits(after.document) == (False, False)
    page = await deployment.public.get(old["public_url"], headers={"Accept": "text/html"})
    assert "A newer version has replaced this credential; ask the holder for it." in page.text
    assert new["id"] not in page.text
    assert "New-Name" not in page.text


async def test_the_chain_is_visible_to_the_awarding_body(deployment, request_and_record):
    request, old = request_and_record
    new = (await replace(deployment, old, altered(request, {"learner.family_names": "N"}), "correction")).json()
    system = deployment.system()
    record = (await system.get(f"/api/v1/credentials/{old['id']}")).json()
    assert (record["status"], record["superseded_by"]) == ("revoked", new["id"])
    for credential in (old, new):
        history = (await system.get(f"/api/v1/credentials/{credential['id']}/history")).json()
        assert [entry["kind"] for entry in history["entries"]].count("credential-issued") == 2
        replaced = next(entry for entry in history["entries"] if entry["kind"] == "credential-replaced")
        assert (replaced["credential"], replaced["reason"]) == (old["id"], "correction")
        assert [copy["id"] for copy in history["credentials"]] == [new["id"], old["id"]]


async def test_the_award_keeps_its_date_and_its_offering(deployment, request_and_record):
    request, old = request_and_record
    changed = altered(request, {"awarded_on": "2026-06-29", "assessments.1.on": "2026-06-28"})
    refused = await replace(deployment, old, changed)
    assert refused.status_code == 422
    finding = next(item for item in refused.json()["errors"] if item["code"] == "awarded-on-changed")
    assert (finding["pointer"], finding["citation"]) == ("#/awarded_on", "ENHANCE template 2021-06, 7.5")
    other = await deployment.publish_offering(an_offering())
    by_reference = a_request("academic", offering={"id": other["id"]})
    refused = await replace(deployment, old, by_reference)
    assert [item["code"] for item in refused.json()["errors"]] == ["offering-changed"]
    assert (await deployment.verify((await deployment.fetch(old)).content))["verdict"] == "valid"


async def test_only_the_newest_is_replaced(deployment, request_and_record):
    request, old = request_and_record
    new = (await replace(deployment, old, altered(request, {"learner.family_names": "N"}))).json()
    again = await replace(deployment, old, altered(request, {"learner.family_names": "M"}))
    assert (again.status_code, again.json()["code"]) == (409, "already-replaced")
    assert again.json()["location"].endswith(new["id"])
    third = await replace(deployment, new, altered(request, {"learner.family_names": "M"}), "grade-appeal")
    assert (third.status_code, third.json()["revision"]) == (201, 3)


async def test_a_repetition_gets_the_first_answer_and_replaces_once(deployment, request_and_record):
    request, old = request_and_record
    corrected = altered(request, {"learner.family_names": "N"})
    first = await replace(deployment, old, corrected, Idempotency_Key="r1")
    second = await replace(deployment, old, corrected, Idempotency_Key="r1")
    assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)
    assert second.headers["idempotency-replayed"] == "true"
    other = await replace(deployment, old, altered(corrected, {"learner.family_names": "M"}), Idempotency_Key="r1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    issued = await deployment.system().post("/api/v1/credentials", json=request, headers={"Idempotency-Key": "r1"})
    assert (issued.status_code, issued.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(("reason", "code"), [(None, "missing"), ("whim", "not-in-list"), ({"a": 1}, "not-in-list")])
async def test_a_reason_is_asked_for_together_with_everything_else(deployment, request_and_record, reason, code):
    request, old = request_and_record
    body = {**altered(request, {"learner.nationalities": 5}), "reason": reason}
    if reason is None:
        del body["reason"]
    refused = await deployment.system().post(f"/api/v1/credentials/{old['id']}/replacement", json=body)
    found = {(item["code"], item["pointer"]) for item in refused.json()["errors"]}
    assert (refused.status_code, found) == (422, {(code, "#/reason"), ("wrong-type", "#/learner/nationalities")})


async def test_a_suspension_does_not_end_by_a_replacement(deployment, request_and_record):
    request, old = request_and_record
    await deployment.change_status("wut", old, "suspend", "under-review")
    refused = await replace(deployment, old, altered(request, {"learner.family_names": "N"}))
    assert (refused.status_code, refused.json()["code"]) == (409, "replacement-refused")
    assert (await deployment.system().get(f"/api/v1/credentials/{old['id']}")).json()["status"] == "suspended"
    await deployment.change_status("wut", old, "reinstate", "review-ended")
    assert (await replace(deployment, old, altered(request, {"learner.family_names": "N"}))).status_code == 201


@pytest.mark.parametrize("reason", ["issued-in-error", "learner-request"])
async def test_what_was_revoked_without_blame_can_be_corrected(deployment, request_and_record, reason):
    request, old = request_and_record
    # Suspended first: a revocation outweighs that.
    await deployment.change_status("wut", old, "suspend", "under-review")
    await deployment.change_status("wut", old, "revoke", reason)
    new = await replace(deployment, old, altered(request, {"learner.family_names": "N"}))
    assert (new.status_code, new.json()["status"]) == (201, "valid")
    assert (await deployment.verify((await deployment.fetch(new.json())).content))["verdict"] == "valid"
    report = await deployment.verify((await deployment.fetch(old)).content)
    assert report["verdict"] == "invalid"


async def test_an_award_without_integrity_does_not_come_back_by_a_replacement(deployment, request_and_record):
    request, old = request_and_record
    await deployment.change_status("wut", old, "revoke", "integrity")
    for headers in ({}, {"Idempotency_Key": "k"}):
        refused = await replace(deployment, old, altered(request, {"learner.family_names": "N"}), **headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "replacement-refused")
    assert len((await deployment.system().get("/api/v1/credentials")).json()["items"]) == 1


async def test_a_status_that_changes_while_the_replacement_is_signed_counts(
    deployment, request_and_record, monkeypatch
):
    request, old = request_and_record
    sign = issuing.sign

    async def slowly(*arguments):
        content = await sign(*arguments)
        await deployment.change_status("wut", old, "revoke", "integrity")
        return content

    monkeypatch.setattr(issuing, "sign", slowly)
    refused = await replace(deployment, old, altered(request, {"learner.family_names": "N"}))
    assert (refused.status_code, refused.json()["code"]) == (409, "replacement-refused")
    history = (await deployment.system().get(f"/api/v1/credentials/{old['id']}/history")).json()
    assert [entry["kind"] for entry in history["entries"]] == ["credential-issued", "credential-revoked"]


def known_by(**learner):
    """A request whose learner is named in full, and identified by what is given alone."""
    named = {"learner.reference": ABSENT, "learner.student_identifiers": ABSENT}
    return full_request("academic", named | {f"learner.{name}": value for name, value in learner.items()})


def number(value, assigned_by="wut"):
    return {"scheme": "student-number", "value": value, "assigned_by": assigned_by}


def esi(value):
    return {"scheme": "esi", "value": f"urn:schac:personalUniqueCode:int:esi:pw.edu.pl:{value}", "assigned_by": "wut"}


OTHER = {"given_names": "Bob", "family_names": "Other"}


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({"reference": "a"}, {"reference": "b", **OTHER}, "correction"),
        ({"reference": "a"}, {"reference": "b", **OTHER}, "name-change"),
        ({"reference": "a"}, OTHER, "name-change"),
        ({"reference": "a"}, {}, "correction"),
        (OTHER, {"reference": "b", **OTHER}, "name-change"),
        ({"student_identifiers": [number("7")]}, {"student_identifiers": [number("8")]}, "name-change"),
        ({"student_identifiers": [number("7")]}, {"student_identifiers": [number("7", "ntnu")]}, "correction"),
        ({"student_identifiers": [esi("7")]}, {"student_identifiers": [esi("8")]}, "grade-appeal"),
        ({}, OTHER, "correction"),
        ({}, OTHER, "grade-appeal"),
        ({"birth_date": "1999-01-01"}, {"birth_date": "1999-01-02", **OTHER}, "name-change"),
    ],
)
async def test_a_replacement_is_about_the_same_person(deployment, before, after, reason):
    old = await deployment.issue(known_by(**before))
    refused = await replace(deployment, old, known_by(**after), reason)
    assert (refused.status_code, refused.json()["code"]) == (422, "rules-broken")
    found = [(item["code"], item["pointer"]) for item in refused.json()["errors"] if item["weight"] == "required"]
    assert found == [("learner-changed", "#/learner")]
    assert "Bob" not in refused.text
    assert (await deployment.verify((await deployment.fetch(old)).content))["verdict"] == "valid"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, OTHER, "name-change"),
        ({"reference": "a"}, {"reference": "a", **OTHER}, "correction"),
        (
            {"student_identifiers": [number("7")]},
            {"reference": "new", "student_identifiers": [number("7")]},
            "correction",
        ),
        (
            {"student_identifiers": [number("7"), esi("1")]},
            {"student_identifiers": [number("8"), esi("1")], **OTHER},
            "name-change",
        ),
    ],
)
async def test_the_award_goes_along_with_a_learner_who_is_named_anew(deployment, before, after, reason):
    old = await deployment.issue(known_by(**before))
    deployment.clock.advance(days=1)
    request = known_by(**after)
    answer = await replace(deployment, old, request, reason)
    assert answer.status_code == 201, answer.text
    new = answer.json()
    again = await deployment.system().post("/api/v1/credentials", json=request)
    assert (again.status_code, again.json()["id"]) == (200, new["id"])
    found = await deployment.system().post("/api/v1/credentials/search", json={"learner": request["learner"]})
    assert [item["id"] for item in found.json()["items"]] == [new["id"], old["id"]]
    assert (await deployment.verify((await deployment.fetch(new)).content))["verdict"] == "valid"


async def test_two_awards_for_one_learner_offering_and_date_do_not_come_about_by_a_change_of_name(deployment):
    first, second = known_by(), known_by(**OTHER)
    old, other = await deployment.issue(first), await deployment.issue(second)
    refused = await replace(deployment, old, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "learner-has-award")
    for record in (old, other):
        assert (await deployment.verify((await deployment.fetch(record)).content))["verdict"] == "valid"


async def test_an_award_of_a_withdrawn_offering_can_still_be_corrected(deployment):
    offering = await deployment.publish_offering(an_offering())
    request = a_request("academic", offering={"id": offering["id"], "version": 1})
    old = await deployment.issue(request, "wut")
    withdrawn = await deployment.system().post(f"/api/v1/offerings/{offering['id']}/withdrawal")
    assert withdrawn.json()["state"] == "withdrawn"
    answer = await replace(deployment, old, altered(request, {"learner.family_names": "N"}))
    assert answer.status_code == 201, answer.text
    newly = await deployment.system().post(
        "/api/v1/credentials", json=altered(request, {"learner.reference": "another"})
    )
    assert (newly.status_code, newly.json()["code"]) == (404, "offering-unknown")


async def test_a_correction_of_what_the_inline_offering_said_is_a_version_of_the_same_award(deployment):
    request = full_request("academic")
    old = await deployment.issue(request)
    corrected = altered(request, {"offering.title.en": "ENHANCE Certificate in resilient cities"})
    new = (await replace(deployment, old, corrected, "correction")).json()
    assert (new["offering"]["id"], new["offering"]["version"]) == (old["offering"]["id"], 2)
    again = await deployment.system().post("/api/v1/credentials", json=corrected)
    assert (again.status_code, again.json()["id"]) == (200, new["id"])
    former = await deployment.system().post("/api/v1/credentials", json=request)
    assert (former.status_code, former.json()["code"]) == (409, "award-differs")


async def test_what_is_not_there_cannot_be_replaced(deployment):
    answer = await replace(deployment, {"id": str(uuid4())}, full_request("academic"))
    assert (answer.status_code, answer.json()["code"]) == (404, "credential-unknown")
    assert json.loads(answer.content)["status"] == 404
