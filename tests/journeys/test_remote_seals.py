"""A seal whose key is with a provider (CSC): enrolled by its certificate, made by the signer process, or not made."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.issuance import seals
from app.issuance.seals import CertificateOfAnother
from app.issuance.setup import KeyStepRefused
from app.keys import (
    KeyRefused,
    KeyState,
    KeyUnknown,
    SignatureWrong,
    SignerProcess,
    certificate_request,
    development_pki,
)
from app.keys.rsa_key import InProcessRsaSigner, RsaScheme
from app.trust.seals import Anchors, chain_of
from tests.builders import full_request
from tests.counterparts.csc_service import CLIENT, PIN, SECRET, Credential, CscService, Fault
from tests.counterparts.signer_process import SignerProcessAtWork
from tests.deployments import START, a_deployment
from tests.keys.signing import an_rsa_key

ID = "seal-of-wut"


@pytest.fixture
def pki(tmp_path):
    development_pki.make(tmp_path / "pki", START - timedelta(days=1))
    return tmp_path / "pki"


async def certified(pki, body, key):
    """Return the chain of a certificate for ``key`` in the name of an awarding body."""
    request = await certificate_request(
        InProcessRsaSigner(key, RsaScheme.RS256),
        organisation=body.legal_name["en"],
        organization_identifier=body.eidas_identifier,
        common_name="Seal",
    )
    return list(chain_of(development_pki.certify(pki, request, START)))


@pytest.fixture
async def service():
    service = CscService()
    async with service.running() as url:
        service.url = url
        yield service


@pytest.fixture
def process(sqlite_prepared, service, tmp_path):
    secrets = {"CSC_CLIENT_SECRET_FILE": SECRET, "CSC_PIN_FILE": PIN}
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
        (tmp_path / name).chmod(0o600)
    settings = {"CSC_URL": service.url, "CSC_CLIENT_ID": CLIENT, **{name: str(tmp_path / name) for name in secrets}}
    process = SignerProcessAtWork(tmp_path, sqlite_prepared[1], **settings).start()
    yield process
    process.stop()


@pytest.fixture
async def deployment(sqlite_prepared, process, service, pki):
    asked = SignerProcess(process.socket)
    changes = {"seal_anchors": pki / "anchors"}
    async with a_deployment(
        sqlite_prepared, changes=changes, signer_process=asked, longest_wait_seconds=0.3
    ) as running:
        bodies = await running.office.bodies()
        service.credentials[ID] = Credential(an_rsa_key(), await certified(pki, bodies["wut"], an_rsa_key()))
        yield running


async def enrol(deployment, pki, credential=ID, slug="wut"):
    anchors = Anchors.read(pki / "anchors")
    return await seals.enrol_remote_seal(deployment.office, slug, credential, RsaScheme.RS256, anchors)


async def fetch(deployment, record):
    return await deployment.public.get(f"{record['public_url']}/edc.jsonld")


async def test_a_credential_at_the_provider_is_enrolled_and_seals(deployment, pki, service):
    enrolled = await enrol(deployment, pki)
    assert (enrolled.key.state, enrolled.key.backend) == (KeyState.ACTIVE, "csc")
    record = await deployment.issue(full_request("academic"))
    answer = await fetch(deployment, record)
    assert answer.status_code == 200, answer.text
    report = await deployment.verify(answer.content)
    assert (report["verdict"], report["reason"]["code"]) == ("valid", "valid")
    assert report["proofs"][0]["algorithm"] == "RS256"
    asked = service.calls["signatures/signHash"]
    assert (await fetch(deployment, record)).content == answer.content
    assert service.calls["signatures/signHash"] == asked, "a seal is made once"
    with pytest.raises(KeyStepRefused):
        await enrol(deployment, pki)


async def test_while_the_provider_is_away_nothing_is_half_sealed_and_then_the_same_payload_is(deployment, pki, service):
    await enrol(deployment, pki)
    record = await deployment.issue(full_request("academic"))
    service.faults += [Fault.UNAVAILABLE]
    away = await fetch(deployment, record)
    assert (away.status_code, away.json()["code"]) == (503, "signing-failed")
    service.faults += [Fault.WRONG_SIGNATURE]
    wrong = await fetch(deployment, record)
    assert (wrong.status_code, wrong.json()["code"]) == (503, SignatureWrong.code)
    service.faults += [Fault.ANOTHER_HASH]
    assert (await fetch(deployment, record)).status_code == 503
    answer = await fetch(deployment, record)
    assert answer.status_code == 200
    assert (await deployment.verify(answer.content))["verdict"] == "valid"


async def test_a_credential_in_the_name_of_another_is_not_enrolled(deployment, pki, service):
    bodies = await deployment.office.bodies()
    service.credentials["another"] = Credential(an_rsa_key(), await certified(pki, bodies["upv"], an_rsa_key()))
    with pytest.raises(CertificateOfAnother):
        await enrol(deployment, pki, "another")
    with pytest.raises(KeyUnknown):
        await enrol(deployment, pki, "nothing")
    service.faults += [Fault.ANOTHER_CERTIFICATE]
    with pytest.raises(KeyRefused):
        await enrol(deployment, pki)
    service.credentials["of another key"] = Credential(
        rsa.generate_private_key(65537, 3072), service.credentials[ID].chain
    )
    with pytest.raises(SignatureWrong):
        await enrol(deployment, pki, "of another key")
    assert await seals.list_seals(deployment.office, "wut") == []
