"""The same request again: by its Idempotency-Key, by what it is about, one after the other and fifty at once."""

import asyncio
from collections import Counter

from tests.builders import altered, full_request

FIFTY = 50


async def post(deployment, request, key=None):
    headers = {} if key is None else {"Idempotency-Key": key}
    return await deployment.system().post("/api/v1/credentials", json=request, headers=headers)


async def number_of_credentials(deployment):
    return len((await deployment.system().get("/api/v1/credentials?limit=200")).json()["items"])


async def test_the_same_key_and_body_get_the_first_answer_again(deployment):
    request = full_request("academic")
    first = await post(deployment, request, "award-1")
    await deployment.change_status("wut", first.json(), "suspend", "under-review")
    deployment.clock.advance(days=20)
    again = await post(deployment, request, "award-1")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]


async def test_members_in_another_order_are_the_same_body(deployment):
    request = full_request("academic")
    first = await post(deployment, request, "k")
    again = await post(deployment, dict(reversed(request.items())), "k")
    assert (again.status_code, again.content) == (201, first.content)


async def test_the_same_key_for_another_body_is_refused_even_if_that_body_is_malformed(deployment):
    await post(deployment, full_request("academic"), "k")
    for other in (full_request("service"), {}, []):
        answer = await post(deployment, other, "k")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert await number_of_credentials(deployment) == 1


async def test_a_refused_request_leaves_its_key_free(deployment):
    broken = full_request("academic", {"offering.workload.ects": "x"})
    assert (await post(deployment, broken, "k")).status_code == 422
    assert (await post(deployment, full_request("academic"), "k")).status_code == 201


async def test_keys_of_two_universities_are_two_keys(deployment):
    first = await post(deployment, full_request("service"), "k")
    request = full_request("service", awarding_body="ntnu")
    second = await deployment.system("ntnu").post("/api/v1/credentials", json=request, headers={"Idempotency-Key": "k"})
    assert (first.status_code, second.status_code) == (201, 201)


async def test_the_same_award_again_is_answered_with_the_credential_that_it_has(deployment):
    request = full_request("academic")
    first = await post(deployment, request)
    for key in (None, "a", "b", "a"):
        again = await post(deployment, request, key)
        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
        assert again.headers["location"] == first.headers["location"]
    assert await number_of_credentials(deployment) == 1


async def test_the_same_award_with_other_content_is_a_conflict_that_names_the_one_there_is(deployment):
    request = full_request("academic")
    first = await post(deployment, request)
    answer = await post(deployment, altered(request, {"learner.family_names": "Other"}), "k")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "award-differs")
    assert problem["location"] == first.headers["location"]
    assert "content-location" not in answer.headers
    assert "replacement" in problem["detail"]
    another_day = altered(request, {"awarded_on": "2026-06-29", "assessments.1.on": "2026-06-28"})
    assert (await post(deployment, another_day, "k")).status_code == 201


async def test_fifty_identical_requests_with_one_key_issue_one_credential(deployment):
    request = full_request("academic")
    answers = await asyncio.gather(*(post(deployment, request, "once") for _ in range(FIFTY)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == FIFTY - 1
    assert await number_of_credentials(deployment) == 1


async def test_fifty_identical_requests_with_keys_of_their_own_issue_one_credential(deployment):
    request = full_request("academic")
    answers = await asyncio.gather(*(post(deployment, request, f"key-{number}") for number in range(FIFTY)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: FIFTY - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await number_of_credentials(deployment) == 1


async def test_fifty_learners_at_once_get_fifty_credentials_and_no_place_twice(deployment):
    def request(number):
        return full_request("service", {"learner.reference": f"r-{number}"})

    answers = await asyncio.gather(*(post(deployment, request(number)) for number in range(FIFTY)))
    assert {answer.status_code for answer in answers} == {201}
    documents = [(await deployment.fetch(answer.json())).document for answer in answers[:10]]
    places = {
        (entry["statusListCredential"], entry["statusListIndex"])
        for document in documents
        for entry in document["credentialStatus"]
    }
    assert len(places) == 20
    assert len({answer.json()["certificate_number"] for answer in answers}) == FIFTY
