"""A course awards to many: all but the first two come out of a mould, and nobody can tell."""

import asyncio

from tests.builders import altered, an_offering, full_request

NAMES = ["Ada", 'B"\\ob', "شمس", "\U0001d400", "Zoë-Ánne", "English"]


def cohort(**overrides):
    return [
        altered(full_request("academic"), learner__given_names=name, learner__reference=f"sis-{number}", **overrides)
        for number, name in enumerate(NAMES)
    ]


async def test_everybody_of_a_course_gets_a_credential_that_verifies_and_says_who_it_is(deployment):
    for number, request in enumerate(cohort()):
        record = await deployment.issue(request)
        assert len(deployment.office.moulds) == (number > 0)
        credential = await deployment.fetch(record)
        assert (await deployment.verify(credential.content))["verdict"] == "valid"
        assert credential.document["id"] == f"urn:uuid:{record['id']}"
        person = credential.document["credentialSubject"]
        assert person["givenName"] == {"en": NAMES[number]}
        assert person["fullName"] == {"en": f"{NAMES[number]} Øst"}
        assert credential.document["identifier"]["notation"] == record["certificate_number"]
        edc = (await deployment.public.get(f"{record['public_url']}/edc.jsonld")).json()
        assert edc["credentialSubject"]["givenName"] == person["givenName"]


async def test_a_whole_course_at_once_gets_its_own_credentials(deployment):
    published = await deployment.publish_offering(an_offering("academic"))
    requests = [
        altered(request, offering={"id": published["id"], "version": 1})
        for request in cohort(units=None, assessments=None)
    ]
    records = await asyncio.gather(*(deployment.issue(request, "wut") for request in requests))
    credentials = [await deployment.fetch(record) for record in records]
    assert [credential.document["credentialSubject"]["givenName"]["en"] for credential in credentials] == NAMES
    places = {credential.document["credentialStatus"][0]["id"] for credential in credentials}
    assert len(places) == len({record["certificate_number"] for record in records}) == len(NAMES)
    for credential in credentials:
        assert (await deployment.verify(credential.content))["verdict"] == "valid"


async def test_a_correction_comes_out_of_the_mould_and_keeps_number_and_date(deployment):
    requests = cohort()
    records = [await deployment.issue(request) for request in requests[:3]]
    corrected = {**altered(requests[2], learner__family_names="Nowak"), "reason": "name-change"}
    replaced = await deployment.system().post(f"/api/v1/credentials/{records[2]['id']}/replacement", json=corrected)
    assert replaced.status_code == 201, replaced.text
    assert replaced.json()["certificate_number"] == records[2]["certificate_number"]
    credential = await deployment.fetch(replaced.json())
    assert credential.document["credentialSubject"]["familyName"] == {"en": "Nowak"}
    assert (await deployment.verify(credential.content))["verdict"] == "valid"
    assert len(deployment.office.moulds) == 1
