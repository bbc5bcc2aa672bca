"""Whatever is out of reach, and whatever the clock says, /verify answers with an honest report (never 5xx)."""

import json

import pytest

from app.main import build
from app.settings import Lookups
from app.store import DatabaseUnavailable
from tests.builders import full_request
from tests.counterparts.foreign_issuer import ForeignIssuer, status_entry
from tests.counterparts.hostile_host import HostileHost
from tests.journeys.test_trouble import Interrupted

YEARS = 365.25


@pytest.fixture
async def credential(deployment):
    return await deployment.fetch(await deployment.issue(full_request("academic")))


def codes_of(report):
    return {check["name"]: check["code"] for check in report["checks"]}


@pytest.mark.parametrize(
    ("years", "verdict", "code"), [(10, "valid", "valid"), (-10, "invalid", None), (100, "invalid", "expired")]
)
async def test_a_clock_that_is_years_off_gives_a_report_and_a_receipt(deployment, credential, years, verdict, code):
    deployment.clock.advance(days=years * YEARS)
    report = await deployment.verify(credential.content, receipt="true")
    assert report["verdict"] == verdict
    assert code is None or report["reason"]["code"] == code
    assert report["checked_at"] == deployment.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert report["receipt"]["problem"] in (None, "receipt-not-signed")
    if years < 0:
        results = {check["name"]: check["result"] for check in report["checks"]}
        assert results["valid-from"] == results["proof"] == "failed"


async def test_without_the_database_the_status_is_unknown_and_the_receipt_fails_softly(sqlite_deployment):
    deployment = sqlite_deployment
    credential = await deployment.fetch(await deployment.issue(full_request("academic")))
    assert (await deployment.verify(credential.content))["verdict"] == "valid"
    # What is known about issuers is remembered for some seconds; what is known about a status never is.
    real = deployment.office.database
    deployment.office.database = Interrupted(real, DatabaseUnavailable(), reading=True)
    report = await deployment.verify(credential.content, receipt="true")
    assert (report["verdict"], codes_of(report)["status-revocation"]) == ("indeterminate", "status-store-unavailable")
    assert report["receipt"] == {"token": None, "problem": "receipt-not-signed"}
    deployment.clock.advance(minutes=1)
    report = await deployment.verify(credential.content, receipt="true")
    assert (report["verdict"], codes_of(report)["issuer-known-member"]) == ("indeterminate", "members-not-known")
    assert report["receipt"] == {"token": None, "problem": "receipt-not-signed"}
    for address, status in (("/verify/receipt", 503), ("/verify?form=edc", 200)):
        answer = await deployment.public.post(address, content=credential.content)
        assert answer.status_code == status
    ready = await deployment.public.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    deployment.office.database = real


@pytest.mark.parametrize("behaviour", ["never_answer", "hang_up", "endless"])
async def test_a_status_host_that_is_down_leaves_the_status_unknown(sqlite_deployment, behaviour):
    async with HostileHost() as host:
        stranger = ForeignIssuer(host.did("issuers", "abc"))
        host.serve("/issuers/abc/did.json", stranger.did_document(), media_type="application/did+json")
        getattr(host, behaviour)("/status/1")
        deployment = sqlite_deployment
        document = await stranger.sign(
            stranger.unsigned(credentialStatus=status_entry(host.origin + "/status/1", 7)), created=deployment.clock()
        )
        name, port = host.exception
        settings = deployment.settings.model_copy(
            update={"verify_lookups": Lookups.ANYONE, "loopback_exceptions": (f"{name}:{port}",)}
        )
        application = build(settings, deployment.office)
        verifier = application.state.verifier
        report = await verifier.verify(json.loads(json.dumps(document)), now=deployment.clock())
        await verifier.close()
    codes = {check.name: check.code for check in report.checks}
    assert (report.verdict, codes["status-revocation"]) == ("indeterminate", "status-list-not-fetched")
    assert codes["proof"] == "proof-verified"
