"""The report in the shape of European Digital Credentials."""

import json

import pyshacl
import pytest
import rdflib

from app.verification.checks import EdcCheck, EdcStatus
from tests.builders import full_request
from tests.counterparts.foreign_issuer import ForeignIssuer
from tests.elm.documents import graph_of

LD_JSON = "application/ld+json"
ELM = rdflib.Namespace("http://data.europa.eu/snb/model/elm/")


@pytest.fixture
async def record(deployment):
    return await deployment.issue(full_request("academic"))


async def edc(deployment, content, *, status=200, headers=None, **parameters):
    answer = await deployment.public.post("/verify", content=content, headers=headers, params=parameters)
    assert answer.status_code == status, answer.text
    assert status != 200 or answer.headers["content-type"] == LD_JSON
    return answer.json()


def statuses(document):
    return {check["dcType"]["id"]: check["verificationStatus"]["id"] for check in document["verificationCheck"]}


async def test_the_seven_checks_are_there_with_their_iris_and_statuses(deployment, record):
    credential = await deployment.fetch(record)
    document = await edc(deployment, credential.content, form="edc", language="de")
    assert document["type"] == ["VerifiablePresentation", "EuropeanDigitalPresentation"]
    assert document["verifiableCredential"] == [credential.document]
    assert [check["dcType"]["id"] for check in document["verificationCheck"]] == [check.value for check in EdcCheck]
    assert {check["elmSubject"] for check in document["verificationCheck"]} == {credential.document["id"]}
    assert statuses(document)[EdcCheck.REVOCATION] == EdcStatus.OK
    assert statuses(document)[EdcCheck.OWNER] == EdcStatus.SKIPPED
    seal = next(check for check in document["verificationCheck"] if check["dcType"]["id"] == EdcCheck.SEAL)
    assert seal["dcType"]["prefLabel"] == {"de": "Siegel"}
    assert "Signatur" in seal["description"]["de"][0]
    await deployment.change_status("wut", record, "revoke", "issued-in-error")
    assert statuses(await edc(deployment, credential.content, form="edc"))[EdcCheck.REVOCATION] == EdcStatus.ERROR


async def test_it_can_be_asked_for_by_media_type_and_the_parameter_goes_before(deployment, record):
    content = (await deployment.fetch(record)).content
    for accept in (LD_JSON, f"{LD_JSON};q=1, application/json;q=0.5"):
        assert "verificationCheck" in await edc(deployment, content, headers={"Accept": accept})
    answer = await deployment.public.post(
        "/verify", content=content, headers={"Accept": LD_JSON}, params={"form": "report"}
    )
    assert answer.json()["verdict"] == "valid"
    refused = await edc(deployment, content, status=400, form="edc", receipt="true")
    assert refused["code"] == "receipt-of-another-form"


async def test_each_credential_of_a_presentation_and_of_a_token_has_its_checks(deployment, record):
    credential = await deployment.fetch(record)
    token = (await deployment.public.get(f"{record['public_url']}/vc.jwt")).text
    envelope = {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"}
    presentation = ForeignIssuer().presentation(credential.document, envelope)
    document = await edc(deployment, json.dumps(presentation).encode(), form="edc")
    assert len(document["verificationCheck"]) == 14
    assert len({check["id"] for check in document["verificationCheck"]}) == 14
    assert [shown["id"] for shown in document["verifiableCredential"]] == [credential.document["id"]] * 2


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"type": "VerifiablePresentation"}', b'"text"'])
async def test_whatever_was_sent_there_is_an_answer_in_this_shape(deployment, content):
    document = await edc(deployment, content, form="edc")
    assert EdcStatus.OK not in {
        check["verificationStatus"]["id"]
        for check in document["verificationCheck"]
        if check["dcType"]["id"] in (EdcCheck.SEAL, EdcCheck.REVOCATION)
    }


@pytest.mark.reference
async def test_the_checks_conform_to_the_official_shapes(deployment, record, reference_dir):
    document = await edc(deployment, (await deployment.fetch(record)).content, form="edc")
    shapes = rdflib.Graph()
    for name in ("EDC-generic-no-cv", "EDC-generic-full"):
        shapes.parse(reference_dir / "shapes" / f"{name}.ttl")
    shapes.remove((None, rdflib.OWL.imports, None))
    checks = {name: value for name, value in document.items() if name != "verifiableCredential"}

    def conforms(value):
        graph = graph_of(value)
        for subject in set(graph.objects(None, ELM.subject)):
            graph.add((subject, rdflib.RDF.type, ELM.EuropeanDigitalCredential))
        only = rdflib.Graph()
        only += shapes
        # The credential itself has its own test; here it is a name with a type.
        for target in ("EuropeanDigitalCredential",):
            only.remove((None, rdflib.URIRef("http://www.w3.org/ns/shacl#targetClass"), ELM[target]))
        return pyshacl.validate(graph, shacl_graph=only, inference="none")

    good, _, words = conforms(checks)
    assert good, words
    del checks["verificationCheck"][0]["verificationStatus"]
    assert not conforms(checks)[0]
