"""Keys that are kept elsewhere: prepared in one transaction, signed, issued in another; and what a crash leaves."""

import asyncio

import pytest

from app.issuance.issue import finish_prepared
from app.issuance.repeating import LEASE
from app.store import credentials, data_keys
from tests.builders import altered, full_request
from tests.counterparts.remote_keyring import RemoteKeyring
from tests.deployments import a_deployment


@pytest.fixture
async def deployment(prepared):
    async with a_deployment(prepared, kind=RemoteKeyring, longest_wait_seconds=0.3) as running:
        yield running


async def post(deployment, request, key=None, address="/api/v1/credentials"):
    headers = {} if key is None else {"Idempotency-Key": key}
    return await deployment.system().post(address, json=request, headers=headers)


async def until_asked(keyring, count):
    while keyring.asked < count:  # noqa: ASYNC110 - the signer knows nothing of tests
        await asyncio.sleep(0.005)


async def crash_while_signing(deployment, request, key=None, address="/api/v1/credentials"):
    """Die after the first transaction; return what is there of it."""
    keyring = deployment.office.keyring
    keyring.open_for_work.clear()
    asked = keyring.asked
    task = asyncio.create_task(post(deployment, request, key, address))
    await until_asked(keyring, asked + 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    keyring.open_for_work.set()
    listed = (await deployment.system().get("/api/v1/credentials")).json()["items"]
    return next(item for item in listed if item["state"] == "prepared")


async def is_valid(deployment, record):
    report = await deployment.verify((await deployment.fetch(record)).content)
    return report["verdict"] == "valid"


async def test_a_slow_signer_issues_as_any_other(deployment):
    answer = await post(deployment, full_request("academic"), "k")
    assert (answer.status_code, answer.json()["state"]) == (201, "issued")
    assert deployment.office.keyring.asked == 2
    assert await is_valid(deployment, answer.json())
    again = await post(deployment, full_request("academic"), "k")
    assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true")


async def test_no_bytes_leave_before_they_are_signed(deployment):
    prepared = await crash_while_signing(deployment, full_request("academic"))
    assert (prepared["state"], {form["state"] for form in prepared["forms"]}) == ("prepared", {"pending"})
    addresses = [prepared["public_url"], f"{prepared['public_url']}/edc.jsonld"]
    forms = [form["url"] for form in prepared["forms"] if form["form"] != "vcdm2-jwt"]
    assert len(forms) == 2
    for address in (*addresses, *forms):
        answer = await deployment.system().get(address)
        assert (answer.status_code, answer.json()["code"]) == (503, "form-pending"), address
        assert int(answer.headers["retry-after"]) > 0


async def test_what_a_crash_left_is_finished_with_the_same_bytes(deployment):
    request = full_request("academic")
    prepared = await crash_while_signing(deployment, request, "k")
    assert await finish_prepared(deployment.office) == 0
    deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await finish_prepared(deployment.office) == 1
    assert await finish_prepared(deployment.office) == 0
    credential = await deployment.fetch(prepared)
    assert credential.document["id"] == f"urn:uuid:{prepared['id']}"
    assert credential.document["validFrom"] == prepared["valid_from"]
    assert await is_valid(deployment, prepared)
    for key in ("k", "k", "other", None):
        again = await post(deployment, request, key)
        assert (again.status_code, again.json()["id"]) == (200, prepared["id"])


async def test_a_request_waits_for_its_twin_and_is_told_to_come_back_when_that_takes_long(deployment):
    request = full_request("academic")
    keyring = deployment.office.keyring
    keyring.open_for_work.clear()
    first = asyncio.create_task(post(deployment, request, "k"))
    await until_asked(keyring, 1)
    for key in ("k", "another", None):
        impatient = await post(deployment, request, key)
        assert (impatient.status_code, impatient.json()["code"]) == (409, "request-under-way")
        assert int(impatient.headers["retry-after"]) > 0
    other = await post(deployment, altered(request, {"learner.family_names": "B"}), "k")
    assert other.json()["code"] == "idempotency-key-reused"
    patient = [asyncio.create_task(post(deployment, request, key)) for key in ("k", "another", None)]
    await asyncio.sleep(0.05)
    keyring.open_for_work.set()
    answers = [await task for task in (first, *patient)]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200]
    assert answers[1].content == answers[0].content
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_fifty_identical_requests_prepare_one_credential(deployment):
    request = full_request("academic")
    deployment.office.longest_wait_seconds = 10
    answers = await asyncio.gather(*(post(deployment, request, "once") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert deployment.office.keyring.asked == 2


async def test_a_signer_that_fails_leaves_what_the_next_attempt_finishes(deployment):
    request = full_request("academic")
    deployment.office.keyring.out_of_order = True
    failed = await post(deployment, request, "k")
    assert (failed.status_code, failed.json()["code"]) == (503, "signing-failed")
    deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
    with pytest.raises(Exception, match="not available"):
        await finish_prepared(deployment.office)
    deployment.office.keyring.out_of_order = False
    deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await finish_prepared(deployment.office) == 1
    answer = await post(deployment, request, "k")
    assert answer.status_code == 200
    assert await is_valid(deployment, answer.json())


async def test_a_status_list_that_still_holds_is_given_out_while_nobody_can_sign_and_one_that_changed_is_not(
    deployment,
):
    record = (await post(deployment, full_request("academic"))).json()
    document = (await deployment.fetch(record)).document
    address = document["credentialStatus"][0]["statusListCredential"]
    before = await deployment.public.get(address)
    deployment.office.keyring.out_of_order = True
    deployment.clock.advance(hours=13)
    past_half = await deployment.public.get(address)
    assert (past_half.status_code, past_half.content) == (200, before.content)
    deployment.clock.advance(hours=12)
    assert (await deployment.public.get(address)).status_code == 503
    deployment.office.keyring.out_of_order = False
    assert (await deployment.public.get(address)).status_code == 200
    deployment.office.keyring.out_of_order = True
    await deployment.change_status("wut", record, "revoke", "integrity")
    assert (await deployment.public.get(address)).status_code == 503
    deployment.office.keyring.out_of_order = False
    assert await deployment.published_bits(document) == (True, False)


async def test_what_was_erased_meanwhile_is_given_up_and_holds_up_nothing(deployment):
    first = await crash_while_signing(deployment, full_request("academic", {"learner.reference": "a"}))
    async with deployment.office.database.transaction() as connection:
        entry = await credentials.find_by_public_token(connection, first["public_url"].rsplit("/", 1)[1])
        body, award = entry.credential.awarding_body_id, entry.credential.award_id
        await data_keys.destroy(connection, body, award, now=deployment.clock())
    deployment.clock.advance(seconds=1)
    keyring = deployment.office.keyring
    keyring.out_of_order = True
    assert (await post(deployment, full_request("academic", {"learner.reference": "b"}))).status_code == 503
    keyring.out_of_order = False
    deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await finish_prepared(deployment.office) == 1
    states = {item["state"] for item in (await deployment.system().get("/api/v1/credentials")).json()["items"]}
    assert states == {"issued", "abandoned"}


async def test_a_replacement_is_finished_after_a_crash_and_its_repetition_finds_it(deployment):
    request = full_request("academic")
    old = (await post(deployment, request)).json()
    address = f"/api/v1/credentials/{old['id']}/replacement"
    corrected = {**altered(request, {"learner.family_names": "N"}), "reason": "name-change"}
    prepared = await crash_while_signing(deployment, corrected, "r", address)
    waiting = await post(deployment, corrected, "other", address)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "request-under-way")
    deployment.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await finish_prepared(deployment.office) == 1
    for _ in range(2):
        again = await post(deployment, corrected, "r", address)
        assert (again.status_code, again.json()["id"]) == (201, prepared["id"])
    assert again.headers["idempotency-replayed"] == "true"
    assert await is_valid(deployment, prepared)
    late = await post(deployment, corrected, "other", address)
    assert (late.status_code, late.json()["code"]) == (409, "already-replaced")
