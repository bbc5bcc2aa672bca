"""A document that would not be of our own form stops a rehearsal and a publication, and says where."""

import copy

import pytest

from app.api.problems import problem_response
from app.issuance.prepare import DocumentUnfit, refuse_unfit
from app.jsonld import UnsafeDocument
from tests.builders import SUBTYPES, a_request, full_request, required_only_request


@pytest.fixture
async def document(sqlite_deployment):
    answer = await sqlite_deployment.system().post("/api/v1/credentials?dry_run=true", json=a_request("academic"))
    return answer.json()["credential"]


async def test_a_document_without_something_that_its_form_demands_is_refused_with_its_place(document):
    refuse_unfit(document)
    unfit = copy.deepcopy(document)
    del unfit["credentialSubject"]["hasClaim"]["title"]
    with pytest.raises(DocumentUnfit) as refusal:
        refuse_unfit(unfit)
    assert [(finding.code, finding.pointer) for finding in refusal.value.findings] == [
        ("property-missing", "#/credentialSubject/hasClaim/title")
    ]
    assert problem_response(refusal.value, "").status_code == 500, "a defect of the service, not of the request"


async def test_a_document_that_a_signature_would_not_cover_is_refused(document):
    with pytest.raises(UnsafeDocument):
        refuse_unfit(document | {"unheardOf": "x"})


@pytest.mark.parametrize("request_of", [full_request, required_only_request])
@pytest.mark.parametrize("subtype", SUBTYPES)
async def test_what_the_rules_let_pass_is_of_our_form_when_it_is_published_and_rehearsed(
    sqlite_deployment, subtype, request_of
):
    request = request_of(subtype)
    offering = await sqlite_deployment.publish_offering(request["offering"])
    answer = await sqlite_deployment.system().post(
        "/api/v1/credentials?dry_run=true", json=request | {"offering": {"id": offering["id"]}}
    )
    assert (answer.status_code, answer.json()["issuable"]) == (200, True), answer.text
