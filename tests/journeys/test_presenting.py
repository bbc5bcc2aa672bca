"""A holder shows credentials of universities: over HTTP, to somebody who asked for it or to anybody."""

import json

import pytest

from tests.builders import full_request
from tests.counterparts.foreign_issuer import V2, ForeignIssuer

RP = "https://employer.example"
ASKED = {"challenge": "0f1c", "domain": RP}


@pytest.fixture
def holder():
    return ForeignIssuer()


@pytest.fixture
async def record(deployment):
    return await deployment.issue(full_request("academic"))


def codes_of(report):
    return {check["name"]: check["code"] for check in report["checks"]}


async def present(deployment, holder, *credentials, **options):
    document = holder.presentation(*credentials)
    return json.dumps(await holder.present(document, created=deployment.clock(), **options)).encode()


async def test_a_folder_of_credentials_is_answered_with_a_report_on_each(deployment, holder, record):
    issuer = ForeignIssuer()
    stranger = await issuer.sign(issuer.unsigned(), created=deployment.clock())
    fetched = await deployment.fetch(record)
    report = await deployment.verify(json.dumps(holder.presentation(fetched.document, stranger)).encode())
    assert (report["verdict"], report["reason"]["code"]) == ("indeterminate", "credential-left-open")
    assert [one["report"]["verdict"] for one in report["credentials"]] == ["valid", "indeterminate"]
    assert report["document"]["form"] == "presentation"


async def test_what_is_presented_for_this_check_is_valid_until_the_credential_is_revoked(deployment, holder, record):
    fetched = await deployment.fetch(record)
    content = await present(deployment, holder, fetched.document, **ASKED)
    report = await deployment.verify(content, **ASKED)
    assert (report["verdict"], report["holder"]) == ("valid", {"id": holder.did, "proved": True})
    assert codes_of(report["credentials"][0]["report"])["owner"] == "owner-is-another"
    assert (await deployment.verify(content, challenge="another"))["reason"]["code"] == "challenge-differs"
    assert (await deployment.verify(content, domain="https://x.example"))["reason"]["code"] == "domain-differs"
    assert (await deployment.verify(content, domain=[RP, "urn:x:1"]))["reason"]["code"] == "domain-differs"
    await deployment.change_status("wut", record, "revoke", "issued-in-error")
    report = await deployment.verify(content, language="de", **ASKED)
    assert (report["verdict"], report["reason"]["code"]) == ("invalid", "credential-invalid")
    assert report["reason"]["sentence"] == "Ein gezeigter Nachweis ist nicht gültig."
    assert report["credentials"][0]["report"]["reason"]["code"] == "revoked"


async def test_a_token_in_its_envelope_is_presented_in_a_token(deployment, holder, record):
    token = (await deployment.public.get(f"{record['public_url']}/vc.jwt")).text
    envelope = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"}
    document = {**holder.presentation(envelope), "nonce": "0f1c", "aud": RP}
    presented = await holder.token(document, header={"typ": "vp+jwt", "cty": "vp"})
    report = await deployment.verify(presented, **ASKED)
    assert (report["verdict"], report["proofs"][0]["mechanism"]) == ("valid", "jose")
    assert report["credentials"][0]["report"]["proofs"][0]["mechanism"] == "jose"


@pytest.mark.parametrize("parameters", [{"challenge": ""}, {"challenge": "x" * 501}, {"domain": ["x"] * 9}])
async def test_what_is_asked_for_stays_within_bounds(deployment, parameters):
    answer = await deployment.public.post("/verify", content=b"{}", params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter-malformed")
