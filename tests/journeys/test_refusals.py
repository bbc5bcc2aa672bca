"""What cannot be understood or served: a problem document each time, with every finding at once, never a 500."""

import json

import pytest

from tests.builders import a_request, an_offering, full_request

HUGE = "9" * 30
NOBODY = "00000000-0000-4000-8000-000000000000"


def is_problem(answer, status, code):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    document = answer.json()
    assert (document["status"], document["code"]) == (status, code)
    assert document["title"]
    assert document["detail"]
    assert document["type"].startswith(("https://w3id.org/enhance-microcredentials/problems/", "https://www.w3.org/"))
    assert document["trace_id"] == answer.headers["x-trace-id"]
    assert answer.headers["cache-control"] == "no-store"
    return document


def pointers(document):
    return [finding["pointer"] for finding in document["errors"]]


async def test_every_finding_comes_at_once_with_pointer_and_clause(deployment):
    request = full_request(
        "academic",
        {
            "learner.given_names": "A\u202eB",
            "learner.nationalities": ["XXX"],
            "offering.workload.ects": "many",
            "offering.title": {},
            "awarded_on": "2026-02-30",
            "offering.colour": "blue",
        },
    )
    answer = await deployment.system().post("/api/v1/credentials", json=request)
    document = is_problem(answer, 422, "request-malformed")
    expected = {"learner/given_names", "offering/workload/ects", "offering/title", "awarded_on", "offering/colour"}
    assert expected <= {pointer.removeprefix("#/") for pointer in pointers(document)}
    assert all(finding["citation"].startswith("ENHANCE template 2021-06") for finding in document["errors"])


async def test_broken_rules_come_with_the_advice_and_a_dry_run_finds_the_same(deployment):
    request = a_request(
        "academic",
        {"offering.workload": {}, "offering.level": {}, "learner.birth_date": None, "learner.reference": "r"},
    )
    request["learner"].pop("birth_date")
    refused = await deployment.system().post("/api/v1/credentials", json=request)
    document = is_problem(refused, 422, "rules-broken")
    weights = {finding["weight"] for finding in document["errors"]}
    assert "required" in weights
    assert len(document["errors"]) > 2
    rehearsed = await deployment.system().post("/api/v1/credentials?dry_run=true", json=request)
    assert (rehearsed.status_code, rehearsed.json()["issuable"], rehearsed.json()["credential"]) == (200, False, None)
    assert rehearsed.json()["findings"] == document["errors"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1,", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a": NaN}', b"[" * 70 + b"]" * 70, b'{"a":1} {}', b"1e999"],
)
async def test_what_is_not_one_json_text_is_400_everywhere(deployment, body):
    record = {"id": NOBODY}
    addresses = [
        "/api/v1/credentials",
        "/api/v1/credentials?dry_run=true",
        "/api/v1/credentials/search",
        f"/api/v1/credentials/{record['id']}/status",
        f"/api/v1/credentials/{record['id']}/replacement",
        "/api/v1/offerings",
        "/verify",
    ]
    for address in addresses:
        answer = await deployment.system().post(address, content=body)
        document = is_problem(answer, 400, "malformed-json")
        assert document["type"] == "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
        assert document["errors"]


async def test_a_duplicated_member_is_400_with_its_place(deployment):
    body = json.dumps(full_request("academic")).replace('"family_names"', '"given_names": "B", "family_names"', 1)
    answer = await deployment.system().post("/api/v1/credentials", content=body)
    document = is_problem(answer, 400, "malformed-json")
    assert [(item["code"], item["pointer"]) for item in document["errors"]] == [
        ("duplicate-member", "#/learner/given_names")
    ]


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'"text"', b"3", b"true", b"{}", b'{"\\ud800":1}', b'{"a":"\\udc00"}']
)
async def test_json_of_another_shape_is_422_with_a_pointer(deployment, body):
    record = await deployment.issue(full_request("service"))
    system = deployment.system()
    for address, code in [
        ("/api/v1/credentials", "request-malformed"),
        ("/api/v1/credentials/search", "search-malformed"),
        (f"/api/v1/credentials/{record['id']}/status", "status-change-malformed"),
        (f"/api/v1/credentials/{record['id']}/replacement", "request-malformed"),
        ("/api/v1/offerings", "request-malformed"),
    ]:
        answer = await system.post(address, content=body, headers={"Idempotency-Key": "k"})
        document = is_problem(answer, 422, code)
        assert all(pointer.startswith("#") for pointer in pointers(document))
    if rb"\ud" in body:
        # Half a character is no text of a document that anyone could have signed: not read at all.
        answer = await deployment.public.post("/verify", content=body)
        assert pointers(is_problem(answer, 400, "malformed-json"))
    else:
        assert (await deployment.verify(body))["verdict"] != "valid"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"change": "revoke", "reason": "because"}, "#/reason"),
        ({"change": "revoke", "reason": "superseded"}, "#/reason"),
        ({"change": "suspend", "reason": "integrity"}, "#/reason"),
        ({"change": "revoke"}, "#/reason"),
        ({"change": "Zoë Secret", "reason": "integrity"}, "#/change"),
        ({"reason": "integrity"}, "#/change"),
        ({"change": ["revoke"], "reason": "integrity"}, "#/change"),
        ({"change": "revoke", "reason": "integrity", "remark": "Zoë Secret"}, "#/remark"),
    ],
)
async def test_a_status_change_that_is_not_on_the_list_is_refused_where_it_stands(deployment, change, pointer):
    record = await deployment.issue(full_request("service"))
    answer = await deployment.system().post(f"/api/v1/credentials/{record['id']}/status", json=change)
    document = is_problem(answer, 422, "status-change-malformed")
    assert pointers(document) == [pointer]
    assert "Secret" not in answer.text
    assert (await deployment.system().get(f"/api/v1/credentials/{record['id']}")).json()["status"] == "valid"


async def test_a_body_beyond_the_limit_is_413_declared_or_not(deployment):
    too_much = b" " * (deployment.office.max_request_bytes + 1)

    async def in_pieces():
        for start in range(0, len(too_much), 100_000):
            yield too_much[start : start + 100_000]

    for address in ("/api/v1/credentials", "/api/v1/offerings", "/verify"):
        is_problem(await deployment.system().post(address, content=too_much), 413, "document-too-large")
        is_problem(await deployment.system().post(address, content=in_pieces()), 413, "document-too-large")


async def test_another_content_type_or_a_content_coding_is_refused(deployment):
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/xml"}, {"Content-Encoding": "gzip"}):
        answer = await deployment.system().post("/api/v1/credentials", json={}, headers=headers)
        is_problem(answer, 415, "media-type-unsupported")


NOWHERE = [
    "/nothing",
    "/api/v1/nothing",
    "/api/v1/me/",
    "//api/v1/me",
    "/problems/nothing",
    "/static/nothing",
    "/vocabulary/nothing/v1",
    "/api/v1/codes/nothing",
    "/issuers/nobody/did.json",
    "/issuers/wut/status/1/other",
    f"/issuers/wut/status/{HUGE}/revocation",
    "/c/nothing",
    "/c/%00",
    "/issuers/%00/did.json",
    "/a%00b",
    "/c/nothing/edc.jsonld",
    f"/catalogue/{NOBODY}",
    f"/catalogue/{NOBODY}/{HUGE}",
    f"/api/v1/credentials/{NOBODY}",
    f"/api/v1/offerings/{NOBODY}",
    f"/api/v1/credentials/{NOBODY}/history",
]


async def test_what_is_nowhere_is_a_404_problem(deployment):
    for address in NOWHERE:
        answer = await deployment.system().get(address)
        assert answer.status_code == 404, address
        is_problem(answer, 404, answer.json()["code"])


async def test_numbers_of_versions_that_no_column_holds_are_unknown_versions(deployment):
    offering = (await deployment.publish_offering(an_offering()))["id"]
    for number in ("0", "-1", str(2**31), str(2**40), str(2**63), HUGE):
        for address in (f"/api/v1/offerings/{offering}/versions/{number}", f"/catalogue/{offering}/{number}"):
            is_problem(await deployment.system().get(address), 404, "offering-unknown")
    request = a_request("academic", offering={"id": offering, "version": 2**40})
    is_problem(await deployment.system().post("/api/v1/credentials", json=request), 404, "offering-unknown")


MALFORMED_PARAMETERS = [
    ("/api/v1/credentials?limit=0", "#/query/limit"),
    ("/api/v1/credentials?limit=-5", "#/query/limit"),
    (f"/api/v1/credentials?limit={HUGE}", "#/query/limit"),
    ("/api/v1/credentials?limit=many", "#/query/limit"),
    ("/api/v1/credentials?offering=x", "#/query/offering"),
    ("/api/v1/credentials?status=lost", "#/query/status"),
    ("/api/v1/credentials?awarded_from=2026-02-30", "#/query/awarded_from"),
    (f"/api/v1/credentials?cursor={'A' * 201}", "#/query/cursor"),
    ("/api/v1/offerings?limit=201", "#/query/limit"),
    ("/catalogue?limit=1.5", "#/query/limit"),
    ("/catalogue?awarding_body=%00", "#/query"),
    ("/api/v1/credentials/not-a-uuid", "#/path/credential_id"),
    ("/api/v1/offerings/not-a-uuid", "#/path/offering_id"),
    ("/catalogue/not-a-uuid", "#/path/offering_id"),
    ("/issuers/wut/status/first/revocation", "#/path/number"),
]


async def test_a_malformed_parameter_is_400_and_named(deployment):
    for address, pointer in MALFORMED_PARAMETERS:
        document = is_problem(await deployment.system().get(address), 400, "parameter-malformed")
        assert pointers(document) == [pointer], address


async def test_a_cursor_that_is_not_ours_is_400(deployment):
    for cursor in ["garbage", "é", "A" * 31, "f" * 32, "AAAA====", "..", "A" * 200]:
        for address in ("/api/v1/credentials", "/api/v1/offerings", "/catalogue"):
            is_problem(await deployment.system().get(address, params={"cursor": cursor}), 400, "cursor-malformed")
        body = {"learner": {"reference": "r"}, "cursor": cursor}
        is_problem(await deployment.system().post("/api/v1/credentials/search", json=body), 400, "cursor-malformed")


async def test_an_idempotency_key_of_another_form_is_400(deployment):
    for key in ["", "two words", "x" * 256, "ä".encode(), "\t"]:
        headers = {"Idempotency-Key": key}
        answer = await deployment.system().post("/api/v1/credentials", json=full_request("service"), headers=headers)
        assert pointers(is_problem(answer, 400, "parameter-malformed")) == ["#/header/Idempotency-Key"]


METHODS = [
    ("DELETE", "/api/v1/credentials", "GET, HEAD, POST"),
    ("OPTIONS", "/api/v1/credentials", "GET, HEAD, POST"),
    ("PUT", f"/api/v1/credentials/{NOBODY}", "GET, HEAD"),
    ("GET", f"/api/v1/credentials/{NOBODY}/status", "POST"),
    ("POST", f"/api/v1/offerings/{NOBODY}/draft", "PUT"),
    ("POST", "/c/token", "GET, HEAD"),
    ("GET", "/verify", "POST"),
    ("HEAD", "/verify", "POST"),
]


async def test_another_method_is_405_and_all_that_there_are_are_named(deployment):
    for method, address, allowed in METHODS:
        answer = await deployment.system().request(method, address)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        if method != "HEAD":
            is_problem(answer, 405, "method-not-allowed")


async def test_a_search_for_nobody_is_refused(deployment):
    answer = await deployment.system().post("/api/v1/credentials/search", json={"learner": {}})
    assert pointers(is_problem(answer, 422, "search-malformed")) == ["#/learner"]


@pytest.mark.parametrize(
    ("member", "value", "pointer"),
    [
        ("learner.given_names", "Zo\\u0000", "#/learner/given_names"),
        ("learner.family_names", "\\u202eØst", "#/learner/family_names"),
        ("learner.family_names", "\\ud83d", "#/learner/family_names"),
        ("learner.reference", "a\\u0007", "#/learner/reference"),
        ("learner.student_identifiers.0.value", "1\\u2067", "#/learner/student_identifiers/0/value"),
        ("learner.name_in_other_script.ar", "\\u202dمحمد", "#/learner/name_in_other_script/ar"),
        ("offering.title.pl", "a\\u001b[1m", "#/offering/title/pl"),
        ("offering.title.en", "\\udc00a", "#/offering/title/en"),
        ("offering.learning_outcomes.0.text.en", "a\\u2028b", "#/offering/learning_outcomes/0/text/en"),
        ("grade.text.en", "good\\u200f", "#/grade/text/en"),
        ("signatory.name", "Ada\\u0085", "#/signatory/name"),
    ],
)
async def test_characters_that_cannot_be_signed_are_refused_where_they_stand(deployment, member, value, pointer):
    marker = "MARKER"
    body = json.dumps(full_request("academic", {member: marker})).replace(marker, value).encode()
    for address in ("/api/v1/credentials", "/api/v1/credentials?dry_run=true"):
        answer = await deployment.system().post(address, content=body, headers={"Idempotency-Key": "k"})
        document = is_problem(answer, 422, "request-malformed")
        assert pointers(document) == [pointer]
        assert document["errors"][0]["code"] in ("text-unusable", "wrong-format")


async def test_encoded_half_surrogates_are_not_utf_8(deployment):
    body = json.dumps(full_request("academic", {"learner.given_names": "MARKER"})).encode()
    answer = await deployment.system().post("/api/v1/credentials", content=body.replace(b"MARKER", b"\xed\xa0\x80"))
    document = is_problem(answer, 400, "malformed-json")
    assert [item["code"] for item in document["errors"]] == ["not-utf-8"]


@pytest.mark.parametrize("day", ["0", "1750000000", "2026-6-1", "2026-06-01T00:00:00", "2026-02-30"])
async def test_a_day_is_written_as_a_day(deployment, day):
    answer = await deployment.system().get("/api/v1/credentials", params={"awarded_to": day})
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter-malformed")
