"""From a university's request to a verdict: every kind of Annex 2, every university, the public address."""

import pytest

from app.template.alliance import MEMBERS
from tests.builders import SUBTYPES, full_request, required_only_request
from tests.deployments import EVERYBODY

SANDBOX_SENTENCE = "Authentic, test issuer, not a member: made to try things out, certifies nothing."
REQUESTS = [
    pytest.param(make, subtype, id=f"{make.__name__}-{subtype}")
    for make in (full_request, required_only_request)
    for subtype in SUBTYPES
]


@pytest.mark.parametrize(("make", "subtype"), REQUESTS)
async def test_a_credential_is_issued_fetched_verified_suspended_reinstated_and_revoked(deployment, make, subtype):
    record = await deployment.issue(make(subtype))
    assert (record["state"], record["status"], record["awarding_body"]) == ("issued", "valid", "wut")
    credential = await deployment.fetch(record)
    assert credential.document["id"] == f"urn:uuid:{record['id']}"
    assert await deployment.published_bits(credential.document) == (False, False)

    async def verdict():
        report = await deployment.verify(credential.content)
        return report["verdict"], report["reason"]["code"]

    assert await verdict() == ("valid", "valid")
    steps = [
        ("suspend", "under-review", "suspended", (False, True), ("invalid", "suspended")),
        ("reinstate", "review-ended", "valid", (False, False), ("valid", "valid")),
        ("suspend", "learner-request", "suspended", (False, True), ("invalid", "suspended")),
        ("revoke", "issued-in-error", "revoked", (True, True), ("invalid", "revoked")),
    ]
    for change, reason, status, bits, expected in steps:
        changed = await deployment.change_status("wut", record, change, reason)
        assert (changed.status_code, changed.json()["status"]) == (200, status)
        assert await deployment.published_bits(credential.document) == bits
        assert await verdict() == expected
    assert (await deployment.fetch(record)).content == credential.content

    history = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")).json()
    assert [(entry["kind"], entry["reason"]) for entry in history["entries"]] == [
        ("credential-issued", None),
        ("credential-suspended", "under-review"),
        ("credential-reinstated", "review-ended"),
        ("credential-suspended", "learner-request"),
        ("credential-revoked", "issued-in-error"),
    ]
    assert all(entry["actor"].startswith("api-key:") for entry in history["entries"])
    assert [copy["id"] for copy in history["credentials"]] == [record["id"]]


@pytest.mark.parametrize("slug", EVERYBODY)
async def test_each_university_issues_and_the_sandbox_is_authentic_but_no_member(deployment, slug):
    record = await deployment.issue(full_request("academic", awarding_body=slug))
    credential = await deployment.fetch(record)
    report = await deployment.verify(credential.content)
    proofs = [(proof["result"], proof["by_issuer"]) for proof in report["proofs"]]
    assert proofs == [("passed", True)] * 2
    assert report["issuer"]["slug"] == slug
    if slug in MEMBERS:
        assert (report["verdict"], report["issuer"]["standing"]) == ("valid", "member")
    else:
        assert (report["verdict"], report["issuer"]["standing"]) == ("indeterminate", "test")
        assert report["reason"]["check"] == "issuer-known-member"
        assert report["reason"]["sentence"] == SANDBOX_SENTENCE
