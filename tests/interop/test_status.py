"""w3c/vc-bitstring-status-list: the issuer adds the entry, the list can be fetched, and it follows the changes."""

from uuid import uuid4

import pytest
import pytest_asyncio

from app.keys import PublicKey
from app.securing import verify_proofs
from app.status import BitstringStatusList
from app.verification.data_model import read_instant
from tests.deployments import START
from tests.interop.conftest import CURVES, codes, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = "urn:uuid:0a3ac1a4-0a3c-4a55-9c6d-3cba0e43bb0a"


async def listed(suite, entry):
    answer = await suite.get(entry["statusListCredential"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vc"
    return answer.json()


async def bit(suite, entry):
    encoded = (await listed(suite, entry))["credentialSubject"]["encodedList"]
    return BitstringStatusList.decode(encoded).get(int(entry["statusListIndex"]))


def change(credential, purpose="revocation", **members):
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": purpose}
    return {"credentialId": credential["id"], "credentialStatus": entry, **members}


async def issued(suite, *purposes):
    return await suite.issued(suite.credential(id=f"urn:uuid:{uuid4()}"), status=list(purposes))


@pytest_asyncio.fixture(loop_scope="module")
async def credential(suite):
    return await issued(suite, "revocation")


async def test_the_issuer_adds_an_entry_only_when_it_is_asked(suite, credential):
    assert "credentialStatus" not in await suite.issued()
    entry = credential["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    assert entry["statusListIndex"] == str(int(entry["statusListIndex"]))
    assert entry["id"] != entry["statusListCredential"]


async def test_several_purposes_have_one_place_and_one_entry_each(suite):
    credential = await issued(suite, "revocation", "suspension")
    one, two = credential["credentialStatus"]
    assert (one["statusPurpose"], two["statusPurpose"]) == ("revocation", "suspension")
    assert one["statusListIndex"] == two["statusListIndex"]
    assert one["statusListCredential"] != two["statusListCredential"]


async def test_an_entry_of_ones_own_stays_beside_the_added_one(suite):
    own = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "message",
        "statusListIndex": "7",
        "statusListCredential": "https://example.org/list",
    }
    credential = await suite.issued(suite.credential(credentialStatus=own), status=["revocation"])
    assert credential["credentialStatus"][0] == own
    assert len(credential["credentialStatus"]) == 2


@pytest.mark.parametrize("curve", CURVES)
async def test_the_list_is_a_credential_of_the_same_issuer_that_verifies(suite, curve):
    credential = await suite.issued(None, curve, status=["revocation"])
    document = await listed(suite, credential["credentialStatus"])
    assert document["id"] == credential["credentialStatus"]["statusListCredential"]
    assert document["issuer"] == credential["issuer"]
    assert "BitstringStatusListCredential" in document["type"]
    assert document["credentialSubject"]["type"] == "BitstringStatusList"
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    assert document["credentialSubject"]["encodedList"].startswith("u")
    assert len(BitstringStatusList.decode(document["credentialSubject"]["encodedList"])) >= 131_072
    assert read_instant(document["validFrom"]) <= START < read_instant(document["validUntil"])
    (result,) = verify_proofs(document, lambda url: PublicKey.from_multikey(url.partition("#")[2]), now=START)
    assert result.verified


async def test_a_change_is_seen_in_the_list_and_by_the_verifier_at_once(suite, credential):
    entry = credential["credentialStatus"]
    checks = ["proof", "credentialStatus"]
    assert (await bit(suite, entry), (await suite.verify(credential, checks=checks)).status_code) == (False, 200)
    answer = await suite.post("credentials/status", change(credential))
    assert (answer.status_code, answer.json()) == (200, {})
    published = await suite.deployment.public.post(
        entry["statusListCredential"].removeprefix("http://localhost:8000") + "/publish"
    )
    assert published.status_code == 204
    assert await bit(suite, entry)
    problem = await suite.refuses_to_verify(credential, checks=checks)
    assert codes(problem) == {"revoked"}
    # Asked about its proof alone, it still verifies, and is told to be revoked.
    answer = await suite.verify(credential)
    assert answer.status_code == 200
    assert "revoked" in answer.json()["problemDetails"][0]["detail"]


async def test_a_suspension_is_lifted_and_a_revocation_is_not(suite):
    credential = await issued(suite, "revocation", "suspension")
    revocation, suspension = credential["credentialStatus"]
    for status in (True, False):
        assert (
            await suite.post("credentials/status", change(credential, "suspension", status=status))
        ).status_code == 200
        assert await bit(suite, suspension) is status
    assert (await suite.post("credentials/status", change(credential, status=True))).status_code == 200
    refused(await suite.post("credentials/status", change(credential, status=False)))
    assert await bit(suite, revocation)


async def test_the_status_of_what_was_not_issued_here_is_not_found(suite):
    answer = await suite.post("credentials/status", change({"id": UNKNOWN}))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "revoked"},
        {"credentialId": 4},
        {"credentialStatus": {"type": "Other"}},
        {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "gone"}},
        {"credentialStatus": [{"type": "BitstringStatusListEntry", "status": "revoked"}]},
    ],
)
async def test_a_change_of_another_form_is_refused(suite, credential, wrong):
    refused(await suite.post("credentials/status", {**change(credential), **wrong}))
    refused(await suite.post("credentials/status", [wrong]))


@pytest.mark.parametrize(
    "entry",
    [
        {"statusListIndex": True},
        {"statusListIndex": 4},
        {"statusListIndex": "-4"},
        {"statusListIndex": "04x"},
        {"statusPurpose": 4},
        {"statusListCredential": {"id": "https://example.com"}},
    ],
)
async def test_a_malformed_entry_is_refused_by_the_issuer(suite, entry):
    good = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "4",
        "statusListCredential": "https://example.com/list",
    }
    assert await suite.issued(suite.credential(credentialStatus=good))
    await suite.refuses_to_issue(suite.credential(credentialStatus={**good, **entry}))
    # As the suite puts it: an entry under a name that nobody defines.
    await suite.refuses_to_issue(suite.credential(statusEntry=good))


async def test_an_index_outside_of_the_list_does_not_verify(suite, credential):
    entry = {**credential["credentialStatus"], "statusListIndex": "131072"}
    issued = await suite.issued(suite.credential(credentialStatus=entry))
    problem = await suite.refuses_to_verify(issued, checks=["proof", "credentialStatus"])
    assert codes(problem) == {"status-index-out-of-range"}


@pytest.mark.parametrize(
    "path", ["p521/1/revocation", "ed25519/1/message", "ed25519/0/revocation", "ed25519/x/revocation"]
)
async def test_there_is_no_list_at_other_addresses(suite, path):
    answer = await suite.deployment.public.get(f"/interop/status/{path}")
    assert answer.status_code in (400, 404)


async def test_identifiers_of_strangers_are_not_in_the_journal(suite, credential):
    await suite.post("credentials/status", change(credential))
    database = suite.deployment.settings.database_url.removeprefix("sqlite:///")
    with open(database, "rb") as file:  # noqa: ASYNC230, PTH123 - a test
        assert credential["id"].encode() not in file.read()
