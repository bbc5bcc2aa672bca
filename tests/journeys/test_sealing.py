"""Seals from the request for a certificate to the file that a stranger verifies."""

import asyncio
import copy
import hashlib
import json
from datetime import timedelta
from uuid import UUID

import pytest

from app.issuance import access, erasing, seals
from app.issuance.issue import EDC_FORM
from app.issuance.repeating import Erased
from app.issuance.resigning import hanging_on_revoked_keys, sign_again
from app.issuance.sealed_form import make_sealed_form
from app.issuance.seals import CertificateOfAnother
from app.issuance.setup import KeyStepRefused, list_keys, published_did_document, revoke_key
from app.issuance.trust_list import read_trust_list
from app.keys import KeyState, development_pki
from app.store import credentials, secured_forms
from app.trust.seals import Anchors, CertificateUnusable, chain_of
from app.trust.trust_list import TrustListUnusable, read_claims
from tests.builders import full_request
from tests.counterparts.remote_keyring import RemoteKeyring
from tests.counterparts.seal_authority import FOR_SEALS, Trade, name
from tests.deployments import START, Clock, a_deployment, open_office
from tests.journeys.test_erasing import erase_award_of

JOSE_JSON = "application/jose+json"
KINDS = ("academic", "specialisation", "achievement", "service")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki") / "pki"
    development_pki.make(folder, START - timedelta(days=1))
    return folder


@pytest.fixture
async def deployment(prepared, pki):
    async with a_deployment(prepared, changes={"seal_anchors": pki / "anchors"}) as running:
        yield running


async def enrol(office, pki, slug="wut"):
    request = await seals.request_seal(office, slug)
    certificate = development_pki.certify(pki, request.pem, office.clock())
    return await seals.enrol_seal(office, slug, certificate, Anchors.read(pki / "anchors"))


async def fetch_edc(deployment, record, *, status=200):
    answer = await deployment.public.get(f"{record['public_url']}/edc.jsonld")
    assert answer.status_code == status, answer.text
    return answer


def form_of(record):
    return next(form for form in record["forms"] if form["form"] == "edc")


@pytest.mark.parametrize("kind", KINDS)
async def test_an_awards_european_credential_is_sealed_and_verifies(deployment, pki, kind):
    await enrol(deployment.office, pki)
    record = await deployment.issue(full_request(kind))
    assert (form_of(record)["sealed"], form_of(record)["media_type"]) == (True, JOSE_JSON)
    answer = await fetch_edc(deployment, record)
    assert answer.headers["content-type"] == JOSE_JSON
    # Europass recognises a sealed file by its first member.
    assert answer.content.startswith(b'{"payload":"')
    report = await deployment.verify(answer.content)
    assert (report["verdict"], report["reason"]["code"]) == ("valid", "valid")
    (proof,) = report["proofs"]
    assert (proof["mechanism"], proof["algorithm"], proof["seal"]["level"]) == ("jades", "ES256", "B")
    assert proof["by_issuer"]
    by_key = await deployment.system().get(f"/api/v1/credentials/{record['id']}/forms/edc")
    assert by_key.content == answer.content


async def test_a_sealed_file_never_changes(deployment, pki):
    await enrol(deployment.office, pki)
    record = await deployment.issue(full_request("academic"))
    several = await asyncio.gather(*(fetch_edc(deployment, record) for _ in range(4)))
    deployment.clock.advance(days=30)
    await enrol(deployment.office, pki)
    several.append(await fetch_edc(deployment, record))
    assert len({(answer.content, answer.headers["etag"]) for answer in several}) == 1


async def test_before_a_seal_it_is_a_rendering_on_which_nobody_can_rely(deployment, pki):
    record = await deployment.issue(full_request("academic"))
    assert form_of(record)["sealed"] is False
    bare = await fetch_edc(deployment, record)
    assert bare.headers["content-type"] == "application/ld+json"
    assert (await deployment.verify(bare.content))["reason"]["code"] == "proof-missing"
    await enrol(deployment.office, pki)
    sealed = await fetch_edc(deployment, record)
    assert json.loads(sealed.json()["payload"]) == bare.json()
    assert (await deployment.verify(sealed.content))["verdict"] == "valid"


@pytest.mark.parametrize("sealed_before", [True, False])
async def test_what_was_erased_is_not_sealed_and_no_longer_given_out(deployment, pki, sealed_before):
    await enrol(deployment.office, pki)
    record = await deployment.issue(full_request("academic"))
    copy_of_it = (await fetch_edc(deployment, record)).content if sealed_before else None
    await erase_award_of(deployment, record)
    assert (await fetch_edc(deployment, record, status=410)).json()["code"] == "erased"
    by_key = await deployment.system().get(f"/api/v1/credentials/{record['id']}/forms/edc")
    assert (by_key.status_code, by_key.json()["code"]) == (410, "erased")
    office = deployment.office
    caller = await access.operator(office, "wut")
    async with office.database.read() as connection:
        credential = await credentials.find(connection, caller.awarding_body_id, UUID(record["id"]))
        form = await secured_forms.find(connection, caller.awarding_body_id, credential.id, EDC_FORM)
    assert (form is not None) is sealed_before
    with pytest.raises(Erased):
        await make_sealed_form(office, credential)
    if copy_of_it is not None:
        # The holder's copy is the holder's, and nothing about it has changed.
        assert (await deployment.verify(copy_of_it))["verdict"] == "valid"


async def test_revoked_is_revoked_in_this_form_too(deployment, pki):
    await enrol(deployment.office, pki)
    record = await deployment.issue(full_request("academic"))
    content = (await fetch_edc(deployment, record)).content
    await deployment.change_status("wut", record, "revoke", "issued-in-error")
    assert (await deployment.verify(content))["reason"]["code"] == "revoked"


async def test_another_universitys_seal_is_not_used(deployment, pki):
    await enrol(deployment.office, pki, "tu-berlin")
    record = await deployment.issue(full_request("academic"))
    assert form_of(record)["sealed"] is False
    assert (await fetch_edc(deployment, record)).headers["content-type"] == "application/ld+json"


async def test_the_trust_list_states_every_certificate_with_its_history(deployment, pki):
    list_of = "/trust/members.jwt"
    before = read_trust_list((await deployment.public.get(list_of)).content).says
    assert {member.seals for member in before.members} == {()}
    await seals.request_seal(deployment.office, "wut")  # nothing is said of a key without a certificate
    first = await enrol(deployment.office, pki)
    deployment.clock.advance(days=30)
    second = await enrol(deployment.office, pki)
    says = read_trust_list((await deployment.public.get(list_of)).content).says
    stated = next(member for member in says.members if member.slug == "wut").seals
    assert [(seal.state, seal.enrolled_at, seal.retired_at) for seal in stated] == [
        (KeyState.RETIRED, START, deployment.clock.moment),
        (KeyState.ACTIVE, deployment.clock.moment, None),
    ]
    for seal, enrolled in zip(stated, (first, second), strict=True):
        assert seal.chain == chain_of(enrolled.certificate.chain)
        assert seal.sha256 == hashlib.sha256(seal.chain[0]).hexdigest()
        assert (seal.not_before, seal.not_after) == (enrolled.certificate.not_before, enrolled.certificate.not_after)
        assert seal.organization_identifier == "NTRPL-DEMO-wut"
    # What the list states is what stands in the seals themselves.
    record = await deployment.issue(full_request("academic"))
    (seal_report,) = (await deployment.verify((await fetch_edc(deployment, record)).content))["proofs"]
    assert seal_report["seal"]["certificate_sha256"] == stated[-1].sha256


async def test_a_list_that_says_of_a_certificate_what_is_not_in_it_is_not_read(deployment, pki):
    await enrol(deployment.office, pki)
    claims = (await deployment.public.get("/trust/members.json")).json()

    def altered(**changes):
        other = copy.deepcopy(claims)
        seal = next(member for member in other["members"] if member["slug"] == "wut")["seals"][0]
        seal |= changes
        return other

    assert read_claims(altered(), sha256="")
    (leaf, issuing) = next(member for member in claims["members"] if member["slug"] == "wut")["seals"][0]["x5c"]
    for changes in (
        {"sha256": "0" * 64},
        {"organization_identifier": "NTRPL-DEMO-upv"},
        {"not_after": "2036-01-01T00:00:00Z"},
        {"x5c": []},
        {"x5c": [issuing, leaf]},
        {"x5c": [leaf[:-8], issuing]},
        {"x5c": [leaf + "\n", issuing]},
        {"x5c": ["!", issuing]},
        {"x5c": [leaf] * 6},
    ):
        with pytest.raises(TrustListUnusable):
            read_claims(altered(**changes), sha256="")
    elsewhere = altered()
    seal = next(member for member in elsewhere["members"] if member["slug"] == "wut")["seals"]
    next(member for member in elsewhere["members"] if member["slug"] == "upv")["seals"] = seal
    with pytest.raises(TrustListUnusable):
        read_claims(elsewhere, sha256="")


async def test_a_retired_seal_seals_nothing_new_and_keeps_what_it_sealed(deployment, pki):
    seal = await enrol(deployment.office, pki)
    first = await deployment.issue(full_request("academic"))
    content = (await fetch_edc(deployment, first)).content
    await seals.retire_seal(deployment.office, "wut", seal.key.fragment)
    second = await deployment.issue(full_request("service"))
    assert (await fetch_edc(deployment, second)).headers["content-type"] == "application/ld+json"
    assert (await fetch_edc(deployment, first)).content == content
    for record, is_sealed in ((first, True), (second, False)):
        read = await deployment.system().get(f"/api/v1/credentials/{record['id']}")
        assert form_of(read.json())["sealed"] is is_sealed
    with pytest.raises(KeyStepRefused):
        await seals.retire_seal(deployment.office, "wut", seal.key.fragment)


async def test_without_the_key_of_its_seal_a_university_issues_all_the_same(deployment, prepared, pki):
    seal = await enrol(deployment.office, pki)
    files = {file: file.read_bytes() for file in prepared[1].rglob(f"*{seal.key.fragment}*")}
    for file in files:
        file.unlink()
    deployment.office.forget_issuers()
    record = await deployment.issue(full_request("academic"))
    assert (await deployment.verify((await deployment.fetch(record)).content))["verdict"] == "valid"
    ready = await deployment.public.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["cannot_sign"] == [{"issuer": "wut", "code": "key-file-missing"}]
    # What is promised sealed is not given out bare meanwhile.
    assert form_of(record)["sealed"] is True
    refused = await fetch_edc(deployment, record, status=503)
    assert refused.json()["code"] == "seal-unusable"
    assert int(refused.headers["retry-after"]) > 0
    assert (await deployment.public.get(f"{record['public_url']}/manifest.jwt")).status_code == 200
    for file, content in files.items():
        file.write_bytes(content)
        file.chmod(0o600)
    deployment.office.forget_issuers()
    sealed = await fetch_edc(deployment, record)
    assert sealed.headers["content-type"] == JOSE_JSON
    assert (await deployment.verify(sealed.content))["verdict"] == "valid"


@pytest.mark.parametrize("retired", [False, True])
async def test_the_key_of_a_seal_is_revoked_by_its_authority_and_by_no_command_for_proof_keys(deployment, pki, retired):
    seal = await enrol(deployment.office, pki)
    record = await deployment.issue(full_request("academic"))
    content = (await fetch_edc(deployment, record)).content
    if retired:
        await seals.retire_seal(deployment.office, "wut", seal.key.fragment)
    with pytest.raises(KeyStepRefused, match="seals retire wut seal-"):
        await revoke_key(deployment.office, "wut", seal.key.fragment, "lost")
    with pytest.raises(KeyStepRefused, match="seals retire wut seal-"):
        await sign_again(deployment.office, "wut", seal.key.fragment)
    assert await hanging_on_revoked_keys(deployment.office) == []
    assert (await fetch_edc(deployment, record)).content == content


async def test_readiness_names_a_seal_that_ends_within_ninety_days(deployment, pki):
    seal = await enrol(deployment.office, pki)
    for days, named in ((91, []), (89, ["wut"])):
        deployment.clock.moment = seal.certificate.not_after - timedelta(days=days)
        ending = (await deployment.public.get("/readyz")).json()["seals_ending"]
        assert [one["issuer"] for one in ending] == named


async def test_readiness_says_how_many_seals_wait_and_since_when(deployment, pki):
    await enrol(deployment.office, pki)
    await fetch_edc(deployment, await deployment.issue(full_request("academic")))
    deployment.clock.advance(hours=2)
    waiting = (await deployment.public.get("/readyz")).json()["evidence"]
    assert (waiting["waiting"], waiting["oldest"]) == (1, "2026-07-01T12:00:00Z")


async def test_a_certificate_about_to_end_seals_nothing(deployment, pki):
    seal = await enrol(deployment.office, pki)
    record = await deployment.issue(full_request("academic"))
    deployment.clock.moment = seal.certificate.not_after - timedelta(days=6)
    answer = await fetch_edc(deployment, record, status=503)
    assert answer.json()["code"] == "seal-unusable"
    assert int(answer.headers["retry-after"]) > 0


async def test_the_key_of_a_seal_is_in_no_did_document_and_no_list_of_proof_keys(deployment, pki):
    seal = await enrol(deployment.office, pki)
    assert seal.key.fragment == "seal-p256-2026-1"
    document = await published_did_document(deployment.office, "wut")
    assert seal.key.public_key.encode() not in document
    assert seal.key.fragment not in {key.fragment for key in await list_keys(deployment.office, "wut")}


async def test_the_page_says_whether_the_file_is_sealed(deployment, pki):
    record = await deployment.issue(full_request("academic"))
    for word in ("European Digital Credential, not sealed", "Sealed European Digital Credential"):
        page = await deployment.public.get(record["public_url"], headers={"Accept": "text/html"})
        assert word in page.text
        await enrol(deployment.office, pki)


async def test_what_was_sealed_is_erased_with_the_award(deployment, pki):
    await enrol(deployment.office, pki)
    record = await deployment.issue(full_request("academic"))
    await fetch_edc(deployment, record)
    issuer = await deployment.office.issuer("wut")
    async with deployment.office.database.read() as connection:
        row = await secured_forms.find(connection, issuer.awarding_body_id, UUID(record["id"]), "edc")
    assert b'"payload"' not in row.content
    caller = await access.operator(deployment.office, "wut")
    (award,) = await erasing.find_erasable(deployment.office, caller, credential_ids=[UUID(record["id"])])
    await erasing.erase(deployment.office, caller, [award.award_id])
    assert (await fetch_edc(deployment, record, status=410)).json()["code"] == "erased"


class TestEnrolment:
    async def test_a_certificate_for_a_key_of_somebody_else(self, deployment, pki):
        other = await seals.request_seal(deployment.office, "tu-berlin")
        certificate = development_pki.certify(pki, other.pem, deployment.clock())
        with pytest.raises(CertificateOfAnother, match="no key of wut"):
            await seals.enrol_seal(deployment.office, "wut", certificate, Anchors.read(pki / "anchors"))

    async def test_a_certificate_of_an_authority_that_is_not_believed(self, deployment, pki):
        request = await seals.request_seal(deployment.office, "wut")
        certificate = development_pki.certify(pki, request.pem, deployment.clock())
        for anchors in (Anchors(), Anchors((Trade().root.certificate,))):
            with pytest.raises(CertificateUnusable, match="SEAL_ANCHORS"):
                await seals.enrol_seal(deployment.office, "wut", certificate, anchors)

    @pytest.mark.parametrize(
        "content", [b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"]
    )
    async def test_a_file_that_holds_no_certificate(self, deployment, pki, content):
        with pytest.raises(CertificateUnusable):
            await seals.enrol_seal(deployment.office, "wut", content, Anchors.read(pki / "anchors"))

    @pytest.mark.parametrize(
        ("subject", "word"),
        [
            (
                {"organisation": "Warsaw University of Technology", "identifier": "NTRPL-OTHER"},
                "organizationIdentifier",
            ),
            ({"organisation": "Somebody else", "identifier": "the right one"}, "legal name"),
        ],
    )
    async def test_a_certificate_in_another_name(self, deployment, subject, word):
        office, trade = deployment.office, Trade(begins=START - timedelta(days=1))
        request = await seals.request_seal(office, "wut")
        body = (await office.issuer("wut")).body
        if subject["identifier"] == "the right one":
            subject = {**subject, "identifier": body.eidas_identifier}
        key = office.keyring.signer("wut", request.fragment)._private_key
        leaf = trade.issuing.issue(
            name("x", **subject), key, begins=trade.begins, ends=trade.ends, extensions=FOR_SEALS
        )
        with pytest.raises(CertificateOfAnother, match=word):
            await seals.enrol_seal(office, "wut", leaf.pem + trade.issuing.pem, Anchors((trade.root.certificate,)))

    async def test_a_certificate_is_enrolled_once(self, deployment, pki):
        request = await seals.request_seal(deployment.office, "wut")
        certificate = development_pki.certify(pki, request.pem, deployment.clock())
        anchors = Anchors.read(pki / "anchors")
        await seals.enrol_seal(deployment.office, "wut", certificate, anchors)
        with pytest.raises(KeyStepRefused):
            await seals.enrol_seal(deployment.office, "wut", certificate, anchors)

    async def test_a_new_seal_takes_the_place_of_the_former(self, deployment, pki):
        await enrol(deployment.office, pki)
        await enrol(deployment.office, pki)
        listed = await seals.list_seals(deployment.office, "wut")
        assert [seal.key.state for seal in listed] == ["retired", "active"]


async def test_with_a_slow_signer_the_payload_is_stored_first_and_sealed_once(prepared, pki):
    async with a_deployment(prepared, changes={"seal_anchors": pki / "anchors"}) as deployment:
        await enrol(deployment.office, pki)
        record = await deployment.issue(full_request("academic"))
        prepared = (prepared[0], prepared[1], deployment.api_keys)
    async with a_deployment(prepared, kind=RemoteKeyring, changes={"seal_anchors": pki / "anchors"}) as deployment:
        keyring = deployment.office.keyring
        keyring.open_for_work.clear()
        asked = keyring.asked
        task = asyncio.create_task(fetch_edc(deployment, record))
        while keyring.asked == asked:  # noqa: ASYNC110 - the signer knows nothing of tests
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        keyring.open_for_work.set()
        answer = await fetch_edc(deployment, record)
        assert (await deployment.verify(answer.content))["verdict"] == "valid"


async def test_authorities_for_trials_say_that_they_are(pki, prepared):
    office = open_office(prepared[0], prepared[1], Clock())
    assert "DEVELOPMENT ONLY" in (pki / "README.txt").read_text()
    assert all("DEVELOPMENT ONLY" in one.subject.rfc4514_string() for one in Anchors.read(pki / "anchors").certificates)
    assert (pki / "issuing.key").stat().st_mode & 0o077 == 0
    with pytest.raises(development_pki.DevelopmentPkiUnusable):
        development_pki.make(pki, START)
    with pytest.raises(development_pki.DevelopmentPkiUnusable):
        development_pki.certify(pki, b"no request", START)
    await office.close()
