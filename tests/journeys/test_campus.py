"""The routes of campus issuers: a door to the same stories, which signs only what reads back."""

import copy
import json
from uuid import UUID

import pytest

from app.issuance.access import operator
from app.issuance.erasing import erase, find_erasable
from app.settings import REPOSITORY
from tests.builders import SUBTYPES, full_request, required_only_request


async def rehearsed(deployment, request, slug="wut"):
    """The unsigned document that a system gets to know by a rehearsal."""
    answer = await deployment.system(slug).post("/api/v1/credentials?dry_run=true", json=request)
    assert answer.json()["issuable"], answer.text
    return answer.json()["credential"]


async def issue(deployment, document, slug="wut", *, at=None, **headers):
    return await deployment.system(slug).post(
        f"/instance/{at or slug}/credentials/issue", json=document, headers=headers
    )


def codes(answer):
    return {finding["code"] for finding in answer.json()["errors"]}


@pytest.mark.parametrize("request_of", [full_request, required_only_request])
@pytest.mark.parametrize("subtype", SUBTYPES)
async def test_what_a_rehearsal_gave_is_issued_and_comes_back_signed_and_bare(deployment, subtype, request_of):
    document = await rehearsed(deployment, request_of(subtype, awarding_body="wut"))
    answer = await issue(deployment, {"credential": document})
    assert answer.status_code == 201, answer.text
    signed = answer.json()
    assert signed["type"] == document["type"]
    assert signed["issuer"] == document["issuer"]
    assert signed["id"] != document["id"]
    report = await deployment.verify(answer.content)
    assert (report["verdict"], report["issuer"]["slug"]) == ("valid", "wut")
    record = await deployment.system("wut").get(answer.headers["Location"])
    assert record.json()["id"] == signed["id"].removeprefix("urn:uuid:")


async def test_the_credential_may_stand_alone_and_comes_again_when_it_is_sent_again(deployment):
    document = await rehearsed(deployment, required_only_request("service", awarding_body="wut"))
    first = await issue(deployment, document)
    again = await issue(deployment, document)
    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert first.content == again.content
    keyed = await issue(deployment, document, **{"Idempotency-Key": "campus-1"})
    replayed = await issue(deployment, document, **{"Idempotency-Key": "campus-1"})
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert keyed.content == replayed.content == first.content


def readme_request():
    """The award that the README issues, of a learner whom the university's system has no reference for."""
    _, _, rest = (REPOSITORY / "README.md").read_text(encoding="utf-8").partition("<<'JSON'\n")
    request = json.loads(rest.partition("\nJSON\n")[0])
    del request["learner"]["reference"]
    return request


async def test_an_award_is_one_through_either_door_where_the_document_says_all_of_it(deployment):
    request = readme_request()
    further = {"profile": {"en": "For cyclists"}, "languages": ["en"], "other": [{"text": {"en": "Bring a bicycle"}}]}
    told = {**request, "awarded_on": "2026-06-13"}
    told["offering"] = {**request["offering"], "further_information": further}
    for each in (request, told):
        first = await deployment.issue(each)
        other_door = await issue(deployment, await rehearsed(deployment, each))
        assert other_door.status_code == 200, other_door.text
        assert other_door.json()["id"] == f"urn:uuid:{first['id']}"


async def test_a_correction_through_the_other_door_is_refused_as_through_the_first(deployment):
    request = readme_request()
    record = await deployment.issue(request)
    request["learner"]["nationalities"] = ["NLD"]
    answer = await issue(deployment, await rehearsed(deployment, request))
    assert (answer.status_code, answer.json()["code"]) == (409, "award-differs"), answer.text
    assert answer.json()["location"].endswith(record["id"])


async def test_what_is_usually_left_out_of_documents_and_was_placed_there_is_issued_as_it_was_sent(sqlite_deployment):
    request = readme_request()
    request["offering"]["further_information"] = {
        "availability": {"en": "Every summer"},
        "placement": {"availability": "both"},
    }
    document = await rehearsed(sqlite_deployment, request)
    answer = await issue(sqlite_deployment, document)
    assert answer.status_code == 201, answer.text
    assert "Every summer" in answer.text


async def test_an_erased_award_is_gone_and_the_description_says_so(sqlite_deployment):
    document = await rehearsed(sqlite_deployment, required_only_request("service", awarding_body="wut"))
    headers = {"Idempotency-Key": "campus-1"}
    signed = (await issue(sqlite_deployment, document, **headers)).json()
    office = sqlite_deployment.office
    caller = await operator(office, "wut")
    found = await find_erasable(office, caller, credential_ids=[UUID(signed["id"].removeprefix("urn:uuid:"))])
    assert await erase(office, caller, [award.award_id for award in found]) == 1
    answer = await issue(sqlite_deployment, document, **headers)
    assert (answer.status_code, answer.json()["code"]) == (410, "erased")
    paths = (await sqlite_deployment.public.get("/openapi.json")).json()["paths"]
    declared = paths["/instance/{slug}/credentials/issue"]["post"]["responses"]
    assert list(declared["410"]["content"]) == [answer.headers["Content-Type"]]


@pytest.fixture
async def document(sqlite_deployment):
    return await rehearsed(sqlite_deployment, required_only_request("academic", awarding_body="wut"))


class TestOnlyWhatReadsBack:
    @pytest.mark.parametrize("sent", [[], "x", 4, {}, {"credential": None}, {"credential": []}, {"id": "urn:x:y"}])
    async def test_what_is_no_credential_is_refused(self, sqlite_deployment, sent):
        answer = await issue(sqlite_deployment, sent)
        assert answer.status_code == 422, answer.text

    async def test_any_other_credential_of_w3c_is_refused(self, sqlite_deployment, document):
        other = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": document["issuer"]["id"],
            "credentialSubject": {"id": "did:example:subject"},
        }
        answer = await issue(sqlite_deployment, other)
        assert (answer.status_code, answer.json()["code"]) == (422, "document-not-readable")

    async def test_a_signed_one_is_refused(self, sqlite_deployment, document):
        signed = (await issue(sqlite_deployment, document)).json()
        answer = await issue(sqlite_deployment, signed)
        assert codes(answer) == {"not-an-unsigned-credential"}

    @pytest.mark.parametrize(
        "beside",
        [
            {"name": "Something else"},
            {"evidence": [{"id": "urn:uuid:1", "type": "Evidence"}]},
            {"termsOfUse": {"type": "https://example.org/#Terms"}},
            {"@context": ["https://www.w3.org/ns/credentials/v2"]},
            {"validFrom": "2020-01-01T00:00:00Z"},
            {"validUntil": "2040-01-01T00:00:00Z"},
            {"undefined": "x"},
            {"type": ["VerifiableCredential"]},
        ],
    )
    async def test_a_document_that_says_more_or_otherwise_is_refused(self, sqlite_deployment, document, beside):
        answer = await issue(sqlite_deployment, {**document, **beside})
        assert (answer.status_code, answer.json()["code"]) == (422, "document-not-readable"), answer.text
        found = await sqlite_deployment.system("wut").get("/api/v1/credentials")
        assert found.json()["items"] == []

    async def test_nothing_anywhere_in_it_can_be_put_there_and_not_be_read(self, sqlite_deployment, document):
        for way in _objects(document):
            altered = copy.deepcopy(document)
            node = altered
            for step in way:
                node = node[step]
            node["prefLabel"] = {"en": ["beside"], **node.get("prefLabel", {})}
            if altered == document:
                continue
            answer = await issue(sqlite_deployment, altered)
            assert answer.status_code == 422, (way, answer.text)

    async def test_what_breaks_a_rule_of_the_template_is_refused_with_its_finding(self, sqlite_deployment):
        request = required_only_request("academic", awarding_body="wut")
        document = await rehearsed(sqlite_deployment, request)
        text = json.dumps(document).replace(request["awarded_on"], "2031-01-01")
        answer = await issue(sqlite_deployment, json.loads(text))
        assert answer.status_code == 422
        assert answer.json()["errors"]


class TestTenancy:
    async def test_another_universitys_address_is_not_found(self, sqlite_deployment, document):
        for path, body in (("issue", document), ("status", {"credentialId": "urn:uuid:x", "credentialStatus": []})):
            address = f"/instance/tu-berlin/credentials/{path}"
            answer = await sqlite_deployment.system("wut").post(address, json=body)
            assert answer.status_code == 404

    async def test_another_universitys_credential_is_not_signed(self, sqlite_deployment, document):
        answer = await issue(sqlite_deployment, document, "tu-berlin")
        assert (answer.status_code, answer.json()["code"]) == (404, "awarding-body-foreign")

    async def test_without_a_key_there_is_nothing_to_be_had(self, sqlite_deployment, document):
        for path in ("issue", "status"):
            answer = await sqlite_deployment.public.post(f"/instance/wut/credentials/{path}", json=document)
            assert answer.status_code == 401

    async def test_another_universitys_credential_keeps_its_status(self, sqlite_deployment, document):
        signed = (await issue(sqlite_deployment, document)).json()
        answer = await change(sqlite_deployment, signed["id"], "revoked", slug="tu-berlin")
        assert answer.status_code == 404
        assert await sqlite_deployment.published_bits(signed) == (False, False)


async def change(deployment, identifier, status, *, slug="wut", **members):
    entry = {"type": "BitstringStatusListCredential", "status": status, **members}
    body = {"credentialId": identifier, "credentialStatus": [entry]}
    return await deployment.system(slug).post(f"/instance/{slug}/credentials/status", json=body)


class TestStatus:
    async def test_revoked_by_the_credentials_own_id_it_is_revoked_for_everybody(self, sqlite_deployment, document):
        signed = (await issue(sqlite_deployment, document)).json()
        for status, bits in (("suspended", (False, True)), ("active", (False, False)), ("revoked", (True, False))):
            answer = await change(sqlite_deployment, signed["id"], status)
            assert (answer.status_code, answer.json()["code"]) == (200, 200), answer.text
            assert await sqlite_deployment.published_bits(signed) == bits
        assert (await change(sqlite_deployment, signed["id"], "active")).status_code == 409

    async def test_the_reason_can_be_said(self, sqlite_deployment, document):
        signed = (await issue(sqlite_deployment, document)).json()
        assert (await change(sqlite_deployment, signed["id"], "revoked", reason="no-such-reason")).status_code == 422
        assert (await change(sqlite_deployment, signed["id"], "revoked", reason="learner-request")).status_code == 200

    @pytest.mark.parametrize(
        "identifier", ["urn:uuid:58172aac-d8ba-41ed-83dd-0b3aef56cc33", "https://example.org/1", ""]
    )
    async def test_what_was_not_issued_here_is_not_found(self, sqlite_deployment, identifier):
        assert (await change(sqlite_deployment, identifier, "revoked")).status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            [],
            {},
            {"credentialId": 4, "credentialStatus": []},
            {"credentialId": "urn:uuid:x", "credentialStatus": [{"type": "Other", "status": "revoked"}]},
            {
                "credentialId": "urn:uuid:x",
                "credentialStatus": [{"type": "BitstringStatusListCredential", "status": "x"}],
            },
            {"credentialId": "urn:uuid:x", "credentialStatus": {"type": "BitstringStatusListEntry", "status": True}},
        ],
    )
    async def test_a_change_of_another_form_is_refused(self, sqlite_deployment, body):
        answer = await sqlite_deployment.system("wut").post("/instance/wut/credentials/status", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "campus-status-malformed")


def _objects(value, way=()):
    """The way to every object that is a node of the document."""
    if isinstance(value, dict):
        if way and "type" in value and way[0] in ("credentialSubject", "issuer"):
            yield way
        for name, member in value.items():
            yield from _objects(member, (*way, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _objects(item, (*way, position))
