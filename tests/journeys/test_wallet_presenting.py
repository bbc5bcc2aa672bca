"""A verifier asks a wallet for a credential (OpenID4VP 1.0): question, answer, and every answer that is none."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from app.keys import PublicKey
from app.presenting import questions
from app.securing import jws
from app.store import presentation_answers
from tests.builders import full_request
from tests.counterparts.foreign_issuer import V2, ForeignIssuer
from tests.counterparts.wallet import Key, signed
from tests.journeys.test_wallet_sd_jwt import LEARNING, WE_BUILD, fetched
from tests.securing.disclosing import digest

QUERY_OF = {LEARNING: "learning-credential", WE_BUILD: "micro-credential"}


async def ask(deployment):
    answer = await deployment.public.post("/verify/questions")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read_request(deployment, wallet_uri):
    """Return the question as a wallet reads it, checked with the key of the verifier's DID document."""
    parameters = {name: value for name, (value,) in parse_qs(urlsplit(wallet_uri).query).items()}
    answer = await deployment.public.get(parameters["request_uri"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/oauth-authz-req+jwt")
    token = jws.parse_compact(answer.content)
    document = (await deployment.public.get("/.well-known/did.json")).json()
    (method,) = [one for one in document["verificationMethod"] if one["id"] == token.header["kid"]]
    assert jws.holds(token, PublicKey.from_jwk(method["publicKeyJwk"]))
    assert token.header["typ"] == "oauth-authz-req+jwt"
    claims = json.loads(token.payload)
    assert parameters["client_id"] == claims["client_id"] == f"decentralized_identifier:{document['id']}"
    return claims


async def bound(deployment, request, token, key, **changes):
    content = {
        "iat": int(deployment.clock().timestamp()),
        "aud": request["client_id"],
        "nonce": request["nonce"],
        "sd_hash": digest(token),
        **changes,
    }
    return (token + (await signed(key.signer, {"alg": key.alg, "typ": "kb+jwt"}, content)).encode()).decode()


async def send(deployment, request, shown, /, **changes):
    form = {"vp_token": json.dumps(shown), "state": request["state"], **changes}
    form = {name: value for name, value in form.items() if value is not None}
    return await deployment.public.post(request["response_uri"], data=form)


async def outcome(deployment, question):
    answer = await deployment.public.get(f"/verify/questions/{question['ticket']}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


@pytest.mark.parametrize("configuration", [LEARNING, WE_BUILD])
async def test_whoever_asks_sees_the_report_that_the_verifier_gives(deployment, configuration):
    key = Key.new()
    (token,), record, _ = await fetched(deployment, configuration, keys=[key])
    question = await ask(deployment)
    assert await outcome(deployment, question) == {"state": "waiting", "report": None}
    request = await read_request(deployment, question["wallet_uri"])
    assert (request["response_type"], request["response_mode"]) == ("vp_token", "direct_post")
    shown = await bound(deployment, request, token, key)
    answer = await send(deployment, request, {QUERY_OF[configuration]: [shown]})
    assert (answer.status_code, answer.json()) == (200, {})
    found = await outcome(deployment, question)
    assert found["state"] == "answered"
    expected = await deployment.verify(shown.encode(), challenge=request["nonce"], domain=request["client_id"])
    assert found["report"] == expected
    assert expected["verdict"] == "valid", expected["reason"]
    await deployment.change_status("wut", record, "revoke", "integrity")
    later = await ask(deployment)
    request = await read_request(deployment, later["wallet_uri"])
    await send(deployment, request, {QUERY_OF[configuration]: [await bound(deployment, request, token, key)]})
    assert (await outcome(deployment, later))["report"]["verdict"] == "invalid"


async def test_the_question_asks_for_one_of_our_types_and_for_no_name(sqlite_deployment):
    request = await read_request(sqlite_deployment, (await ask(sqlite_deployment))["wallet_uri"])
    query = request["dcql_query"]
    assert [one["meta"]["vct_values"] for one in query["credentials"]] == [
        ["urn:eu.europa.ec.eudi:learning:credential:1"],
        ["VerifiableMicroCredential"],
    ]
    assert query["credential_sets"] == [{"options": [["learning-credential"], ["micro-credential"]]}]
    asked = [claim["path"] for one in query["credentials"] for claim in one.get("claims", [])]
    assert asked == [["title"], ["awardingBody"]]
    other = await read_request(sqlite_deployment, (await ask(sqlite_deployment))["wallet_uri"])
    assert all(request[name] != other[name] for name in ("nonce", "state", "response_uri"))


async def test_an_answer_to_another_question_is_told_as_invalid(sqlite_deployment):
    deployment, key = sqlite_deployment, Key.new()
    (token,), _, _ = await fetched(deployment, LEARNING, keys=[key])
    for changes, code in (
        ({"nonce": "another"}, "challenge-differs"),
        ({"aud": "decentralized_identifier:did:web:other.example"}, "domain-differs"),
        ({"iat": int(deployment.clock().timestamp()) - 3600}, "key-binding-too-old"),
    ):
        question = await ask(deployment)
        request = await read_request(deployment, question["wallet_uri"])
        answer = await send(
            deployment, request, {"learning-credential": [await bound(deployment, request, token, key, **changes)]}
        )
        assert answer.status_code == 200
        report = (await outcome(deployment, question))["report"]
        assert report["verdict"] == "invalid"
        assert code in [check["code"] for check in report["checks"]]


async def test_a_credential_that_nobody_bound_is_told_as_invalid(sqlite_deployment):
    (token,), _, _ = await fetched(sqlite_deployment, LEARNING)
    question = await ask(sqlite_deployment)
    request = await read_request(sqlite_deployment, question["wallet_uri"])
    assert (await send(sqlite_deployment, request, {"learning-credential": [token.decode()]})).status_code == 200
    assert (await outcome(sqlite_deployment, question))["report"]["verdict"] == "invalid"


async def test_a_question_is_answered_once(deployment):
    key = Key.new()
    (token,), _, _ = await fetched(deployment, LEARNING, keys=[key])
    question = await ask(deployment)
    request = await read_request(deployment, question["wallet_uri"])
    shown = {"learning-credential": [await bound(deployment, request, token, key)]}
    assert (await send(deployment, request, shown)).status_code == 200
    again = await send(deployment, request, shown)
    assert (again.status_code, again.json()["code"]) == (400, "answer-refused")
    assert (await outcome(deployment, question))["report"]["verdict"] == "valid"


async def test_what_is_no_answer_is_refused_and_uses_nothing_up(sqlite_deployment):
    deployment, key = sqlite_deployment, Key.new()
    (token,), _, _ = await fetched(deployment, LEARNING, keys=[key])
    question = await ask(deployment)
    request = await read_request(deployment, question["wallet_uri"])
    shown = await bound(deployment, request, token, key)
    good = {"learning-credential": [shown]}
    for vp_token, changes in (
        (good, {"state": "another"}),
        (good, {"state": None}),
        ({}, {}),
        ([shown], {}),
        (shown, {}),
        ({"learning-credential": shown}, {}),
        ({"learning-credential": [shown, shown]}, {}),
        ({"learning-credential": [shown], "micro-credential": [shown]}, {}),
        ({"micro-credential": [shown]}, {}),
        ({"diploma": [shown]}, {}),
        ({"learning-credential": ["eyJ.e30.AA"]}, {}),
        ({"learning-credential": [{}]}, {}),
        (good, {"vp_token": None}),
        (good, {"vp_token": "{"}),
    ):
        answer = await send(deployment, request, vp_token, **changes)
        assert (answer.status_code, answer.json()["code"]) == (400, "answer-refused"), (vp_token, changes)
        assert "Nowak" not in answer.text
    posted = await deployment.public.post(request["response_uri"], json=good)
    assert posted.status_code == 400
    assert (await outcome(deployment, question))["state"] == "waiting"
    assert (await send(deployment, request, good)).status_code == 200


@pytest.mark.parametrize("member", [" {}", "{}"])
async def test_a_json_text_with_a_tilde_is_no_answer(sqlite_deployment, member):
    deployment = sqlite_deployment
    public = (await deployment.fetch(await deployment.issue(full_request("academic")))).document
    question = await ask(deployment)
    request = await read_request(deployment, question["wallet_uri"])
    stranger = ForeignIssuer()
    folder = stranger.presentation(public, vct="VerifiableMicroCredential")
    folder |= {"nonce": request["nonce"], "aud": request["client_id"]}
    token = (await stranger.token(folder, header={"typ": "vp+jwt", "cty": "vp"})).decode()
    envelope = {"@context": [V2], "type": "EnvelopedVerifiablePresentation", "~": 1}
    shown = json.dumps({**envelope, "id": f"data:application/vp+jwt,{token}"})
    refused = await send(deployment, request, {"micro-credential": [member.replace("{}", shown)]})
    assert (refused.status_code, refused.json()["code"]) == (400, "answer-refused")
    assert (await outcome(deployment, question))["state"] == "waiting"


async def test_refusals_leave_room_for_answers_that_hold(sqlite_deployment):
    deployment, key = sqlite_deployment, Key.new()
    (token,), _, _ = await fetched(deployment, WE_BUILD, keys=[key])
    verifier = deployment.application.state.verifier

    async def answer(**form):
        question = await ask(deployment)
        request = await read_request(deployment, question["wallet_uri"])
        if not form:
            shown = await bound(deployment, request, token, key)
            form = {"vp_token": json.dumps({QUERY_OF[WE_BUILD]: [shown]})}
        reference = question["request_uri"].rpartition("/")[2]
        await questions.answer(deployment.office, verifier, reference, {"state": request["state"], **form}, most=4)

    for _ in range(2):
        await answer(error="access_denied")
    with pytest.raises(questions.TooManyAnswers):
        await answer(error="access_denied")
    for _ in range(2):
        await answer()
    with pytest.raises(questions.TooManyAnswers):
        await answer()


async def test_a_wallet_may_refuse(sqlite_deployment):
    question = await ask(sqlite_deployment)
    request = await read_request(sqlite_deployment, question["wallet_uri"])
    answer = await send(sqlite_deployment, request, {}, vp_token=None, error="access_denied")
    assert answer.status_code == 200
    assert await outcome(sqlite_deployment, question) == {"state": "refused", "report": None}


async def test_questions_end_and_nobody_makes_up_one(sqlite_deployment):
    deployment = sqlite_deployment
    question = await ask(deployment)
    request = await read_request(deployment, question["wallet_uri"])
    reference = question["request_uri"].rpartition("/")[2]
    # What the wallet has opens no answer, and what the asker has answers none.
    assert (await deployment.public.get(f"/verify/questions/{reference}")).status_code == 404
    assert (await deployment.public.get(f"/openid4vp/{question['ticket']}")).status_code == 404
    for made_up in ("", "AAAA", reference[:-2] + "AA", "\u00e9", reference + "A"):
        assert (await deployment.public.get(f"/openid4vp/x{made_up}")).status_code == 404
    deployment.clock.advance(minutes=11)
    assert (await deployment.public.get(question["request_uri"])).status_code == 404
    assert (await deployment.public.get(f"/verify/questions/{question['ticket']}")).status_code == 404
    assert (await send(deployment, request, {})).status_code == 404


async def test_asking_writes_nothing_and_answers_are_bounded_and_forgotten(deployment):
    async def kept():
        async with deployment.office.database.read() as connection:
            return await presentation_answers.count(connection)

    for _ in range(5):
        question = await ask(deployment)
    assert await kept() == 0
    request = await read_request(deployment, question["wallet_uri"])
    await send(deployment, request, {}, vp_token=None, error="access_denied")
    assert await kept() == 1
    later = await ask(deployment)
    state = (await read_request(deployment, later["wallet_uri"]))["state"]
    reference, form = later["request_uri"].rpartition("/")[2], {"state": state, "error": "access_denied"}
    verifier = deployment.application.state.verifier
    with pytest.raises(questions.TooManyAnswers):
        await questions.answer(deployment.office, verifier, reference, form, most=1)
    assert await questions.forget_old(deployment.office) == 0
    deployment.clock.advance(minutes=11)
    assert await questions.forget_old(deployment.office) == 1
    assert await kept() == 0
    last = await read_request(deployment, (await ask(deployment))["wallet_uri"])
    assert (await send(deployment, last, {}, vp_token=None, error="access_denied")).status_code == 200
    assert await kept() == 1


async def test_nothing_of_the_report_can_be_read_in_the_database(sqlite_deployment):
    deployment, key = sqlite_deployment, Key.new()
    (token,), _, _ = await fetched(
        deployment, WE_BUILD, keys=[key], record=await deployment.issue(full_request("academic"))
    )
    question = await ask(deployment)
    request = await read_request(deployment, question["wallet_uri"])
    await send(deployment, request, {"micro-credential": [await bound(deployment, request, token, key)]})
    reference = question["request_uri"].rpartition("/")[2]
    async with deployment.office.database.read() as connection:
        found = await presentation_answers.find(connection, questions._digest(reference))
    assert found is not None
    assert b"verdict" not in found.sealed


async def test_people_get_a_page_with_a_code_and_then_the_report(sqlite_deployment):
    deployment, key = sqlite_deployment, Key.new()
    (token,), _, _ = await fetched(deployment, LEARNING, keys=[key])
    begin = await deployment.public.get("/check/wallet", headers={"Accept-Language": "de"})
    assert begin.status_code == 200
    assert "<script" not in begin.text
    asked = await deployment.public.post("/check/wallet", headers={"Accept-Language": "de"}, follow_redirects=False)
    assert asked.status_code == 303
    page = await deployment.public.get(asked.headers["location"])
    assert (page.status_code, page.headers["refresh"], page.headers["cache-control"]) == (200, "4", "no-store")
    assert page.headers["referrer-policy"] == "no-referrer"
    wallet_uri = re.search(r'href="(openid4vp://[^"]+)"', page.text)[1].replace("&amp;", "&")
    request = await read_request(deployment, wallet_uri)
    await send(deployment, request, {"learning-credential": [await bound(deployment, request, token, key)]})
    page = await deployment.public.get(asked.headers["location"])
    assert "refresh" not in page.headers
    assert "Gültig" in page.text or "gültig" in page.text
    assert "Nowak" not in page.text
