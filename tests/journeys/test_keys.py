"""Keys are published before they sign, retired without harm, and revoked with all that they signed."""

import asyncio
import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.issuance import setup
from app.issuance.custody import compare_disk_and_records
from app.issuance.office import AwardingBodyUnknown, Office
from app.keys import Algorithm, KeyName, Keyring, KeyringUnusable, KeyState, KeyUnknown, ScryptCost
from app.main import FlawLog, name_exception
from app.store import SchemaBehind, open_database
from app.store.states import KeyPurpose
from app.trust.resolve import read_did_document
from tests.builders import full_request, required_only_request
from tests.deployments import SECRET, a_deployment

NEXT = ("ed25519-2026-2", "p256-2026-2")
FIRST = ("ed25519-2026-1", "p256-2026-1")


async def verdict_of(deployment, credential):
    report = await deployment.verify(credential.content)
    return report["verdict"], report["reason"]["code"], report["reason"]["sentence"]


async def methods_in(deployment, slug="wut"):
    document = (await deployment.public.get(f"/issuers/{slug}/did.json")).json()
    return {method["id"].split("#")[1] for method in document["verificationMethod"]}


def methods_of(credential):
    return {proof["verificationMethod"].split("#")[1] for proof in credential.document["proof"]}


@pytest.fixture
async def rotated(deployment):
    """Issued before, then new keys pre-published and activated."""
    office = deployment.office
    before = await deployment.fetch(await deployment.issue(full_request("academic")))
    assert methods_of(before) == set(FIRST)
    assert await deployment.published_bits(before.document) == (False, False)
    await setup.generate_keys(office, "wut")
    assert set(NEXT) <= await methods_in(deployment)
    still = await deployment.fetch(await deployment.issue(full_request("service")))
    assert methods_of(still) == set(FIRST)
    deployment.clock.advance(days=1)
    for fragment in NEXT:
        await setup.activate_key(office, "wut", fragment)
    return before


async def test_new_keys_sign_and_the_old_ones_still_verify(deployment, rotated):
    after = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    assert methods_of(after) == set(NEXT)
    assert (await verdict_of(deployment, after))[0] == "valid"
    assert (await verdict_of(deployment, rotated))[0] == "valid"
    assert await deployment.published_bits(rotated.document) == (False, False)


async def test_a_revoked_key_takes_along_what_it_signed_and_says_so(deployment, rotated):
    after = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    for fragment in FIRST:
        await setup.revoke_key(deployment.office, "wut", fragment, "found in a backup")
    verdict, code, sentence = await verdict_of(deployment, rotated)
    assert (verdict, code) == ("invalid", "key-revoked")
    assert "revoked" in sentence
    assert (await verdict_of(deployment, after))[0] == "valid"
    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    in_use = {method.split("#")[1] for method in document["assertionMethod"]}
    assert not in_use & set(FIRST)
    assert set(NEXT) <= in_use


@pytest.mark.parametrize("fragment", FIRST)
async def test_one_revoked_key_makes_what_carries_its_proof_invalid_and_spares_the_other_proof_alone(
    deployment, rotated, fragment
):
    await setup.revoke_key(deployment.office, "wut", fragment, "lost")
    verdict, code, _ = await verdict_of(deployment, rotated)
    assert (verdict, code) == ("invalid", "key-revoked")

    def reduced(*, to_the_revoked: bool) -> bytes:
        proofs = [
            proof
            for proof in rotated.document["proof"]
            if proof["verificationMethod"].endswith(f"#{fragment}") is to_the_revoked
        ]
        return json.dumps({**rotated.document, "proof": proofs}).encode()

    assert (await deployment.verify(reduced(to_the_revoked=False)))["verdict"] == "valid"
    report = await deployment.verify(reduced(to_the_revoked=True))
    assert (report["verdict"], report["reason"]["code"]) == ("invalid", "key-revoked")


async def test_a_status_list_is_never_served_under_a_revoked_key(deployment, rotated):
    address = rotated.document["credentialStatus"][0]["statusListCredential"]
    for fragment in FIRST:
        await setup.revoke_key(deployment.office, "wut", fragment, "lost")
    after = await deployment.public.get(address)
    assert {proof["verificationMethod"].split("#")[1] for proof in after.json()["proof"]} == set(NEXT)
    assert (await deployment.public.get(address)).content == after.content


def changed(url, statement):
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        assert connection.execute(statement).rowcount == 1
    connection.close()


async def readiness(deployment):
    answer = await deployment.public.get("/readyz")
    return answer.status_code, answer.json()


def ready(*cannot_sign):
    named = [{"issuer": issuer, "code": code} for issuer, code in cannot_sign]
    able = {"status": "ready", "database": "reachable", "keyring": "open"}
    return 200, {**able, "cannot_sign": named, "seals_ending": [], "evidence": {"waiting": 0, "oldest": None}}


async def test_without_a_key_for_each_proof_nothing_is_issued_and_readiness_names_the_issuer(deployment):
    assert await readiness(deployment) == ready()
    record = await deployment.issue(full_request("academic"))
    credential = await deployment.fetch(record)
    await setup.revoke_key(deployment.office, "wut", "p256-2026-1", "lost")
    answer = await deployment.system().post("/api/v1/credentials", json=full_request("service"))
    assert (answer.status_code, answer.json()["code"]) == (503, "signing-keys-missing")
    assert int(answer.headers["retry-after"]) > 0
    assert await readiness(deployment) == ready(("wut", "no-active-key"))
    # Status still changes, under the key that is left.
    await deployment.change_status("wut", record, "suspend", "under-review")
    assert await deployment.published_bits(credential.document) == (False, True)
    await setup.generate_keys(deployment.office, "wut", algorithms=(Algorithm.P256,), activate=True)
    await deployment.issue(full_request("service"))
    assert await readiness(deployment) == ready()


def spoil(path, how):
    match how:
        case "missing":
            path.unlink()
        case "cut short":
            path.write_bytes(path.read_bytes()[:100])
        case "changed":
            members = json.loads(path.read_bytes())
            members["sealed"] = members["sealed"][:-8] + "AAAAAAA="
            path.write_bytes(json.dumps(members).encode())
        case "open to others":
            path.chmod(0o644)
        case "of another issuer":
            shutil.copyfile(path.parent.parent / "upv" / path.name, path)


FLAWS = {
    "missing": "key-file-missing",
    "cut short": "key-file-unusable",
    "changed": "key-file-unusable",
    "open to others": "key-file-unusable",
    "of another issuer": "key-file-unusable",
}


@pytest.mark.parametrize("how", FLAWS)
async def test_a_bad_key_file_stops_its_issuer_alone_and_is_used_again_once_it_is_put_right(sqlite_prepared, how):
    _, keys, _ = sqlite_prepared
    path = keys / "wut" / "p256-2026-1.json"
    good = path.read_bytes()
    spoil(path, how)
    with capture_logs(processors=[name_exception]) as logs:
        async with a_deployment(sqlite_prepared) as deployment:
            assert await readiness(deployment) == ready(("wut", FLAWS[how]))
            assert str(keys) not in (await deployment.public.get("/readyz")).text
            await deployment.issue(full_request("academic", awarding_body="upv"))
            refused = await deployment.system("wut").post("/api/v1/credentials", json=full_request("academic"))
            assert (refused.status_code, refused.json()["code"]) == (503, "signing-keys-missing")
            assert refused.headers["content-type"] == "application/problem+json"
            assert int(refused.headers["retry-after"]) > 0
            assert str(keys) not in refused.text
            for address in ("/catalogue", "/issuers/wut/did.json", "/healthz"):
                assert (await deployment.public.get(address)).status_code == 200

            path.unlink(missing_ok=True)
            path.write_bytes(good)
            path.chmod(0o600)
            deployment.clock.advance(seconds=6)
            await deployment.issue(full_request("academic"))
            assert await readiness(deployment) == ready()
    said = [entry for entry in logs if entry["event"] == "issuer cannot sign"]
    assert [(entry["issuer"], entry["code"]) for entry in said] == [("wut", FLAWS[how])]
    assert json.loads(good)["sealed"] not in json.dumps(logs, default=str)


async def test_a_key_file_that_opens_but_is_not_the_key_on_record_signs_nothing(sqlite_prepared):
    _, keys, _ = sqlite_prepared
    (keys / "wut" / "p256-2026-1.json").unlink()
    Keyring.open(keys, SECRET).generate("wut", "p256-2026-1", Algorithm.P256)
    async with a_deployment(sqlite_prepared) as deployment:
        assert await readiness(deployment) == ready(("wut", "key-file-differs"))
        refused = await deployment.system("wut").post("/api/v1/credentials", json=full_request("academic"))
        assert refused.status_code == 503


async def test_the_service_without_its_key_is_named_as_well(sqlite_prepared):
    _, keys, _ = sqlite_prepared
    (keys / "service" / "ed25519-2026-1.json").unlink()
    async with a_deployment(sqlite_prepared) as deployment:
        assert await readiness(deployment) == ready(("service", "key-file-missing"))


async def test_what_is_wrong_with_keys_is_logged_once_for_each_change(sqlite_prepared):
    _, keys, _ = sqlite_prepared
    path = keys / "wut" / "p256-2026-1.json"
    good = path.read_bytes()
    path.unlink()
    async with a_deployment(sqlite_prepared) as deployment:
        flaw_log = FlawLog()
        with capture_logs() as logs:
            for _ in range(3):
                await flaw_log.look(deployment.office)
            path.write_bytes(good)
            path.chmod(0o600)
            deployment.office.forget_issuers()
            for _ in range(3):
                await flaw_log.look(deployment.office)
    assert [(entry["event"], entry["issuer"]) for entry in logs] == [
        ("issuer cannot sign", "wut"),
        ("issuer can sign again", "wut"),
    ]


async def test_one_damaged_learner_secret_stops_one_issuer(sqlite_prepared):
    url, _, _ = sqlite_prepared
    changed(url, "UPDATE awarding_body SET learner_key_secret = x'01' WHERE slug = 'wut'")
    async with a_deployment(sqlite_prepared) as deployment:
        assert await readiness(deployment) == ready(("wut", "learner-secret-unusable"))
        refused = await deployment.system("wut").post("/api/v1/credentials", json=full_request("academic"))
        assert (refused.status_code, refused.json()["code"]) == (503, "envelope-broken")
        assert int(refused.headers["retry-after"]) > 0
        await deployment.issue(full_request("academic", awarding_body="upv"))


async def test_with_the_keyring_of_another_deployment_nothing_starts(sqlite_prepared, tmp_path):
    url, _, api_keys = sqlite_prepared
    Keyring.create(tmp_path / "other", SECRET, cost=ScryptCost(n=2**14))
    with pytest.raises(KeyringUnusable, match="opens nothing of this database"):
        async with a_deployment((url, tmp_path / "other", api_keys)):
            pytest.fail("it started")


async def test_a_database_that_a_later_version_has_migrated_is_ready(sqlite_prepared):
    changed(sqlite_prepared[0], "UPDATE alembic_version SET version_num = '0999'")
    async with a_deployment(sqlite_prepared) as deployment:
        assert await readiness(deployment) == ready()


async def test_a_database_that_has_to_be_migrated_is_not_ready_and_nothing_starts_with_it(sqlite_prepared, tmp_path):
    _, keys, api_keys = sqlite_prepared
    older = f"sqlite:///{tmp_path / 'older.db'}"
    shutil.copyfile(tmp_path / "enhance.db", tmp_path / "older.db")
    changed(older, "DELETE FROM alembic_version")
    with pytest.raises(SchemaBehind):
        async with a_deployment((older, keys, api_keys)):
            pytest.fail("it started")
    async with a_deployment(sqlite_prepared) as deployment:
        real, deployment.office.database = deployment.office.database, open_database(older)
        status, said = await readiness(deployment)
        assert (status, said["database"], said["keyring"]) == (503, "to be migrated", "unknown")
        await deployment.office.database.close()
        deployment.office.database = real


async def test_another_process_learns_of_new_keys_within_seconds(deployment, rotated):
    await deployment.office.all_issuers()
    deployment.clock.advance(seconds=6)
    after = await deployment.fetch(await deployment.issue(required_only_request("academic")))
    assert methods_of(after) == set(NEXT)


async def test_a_key_file_without_a_record_blocks_no_new_key_and_its_name_stays_unused(deployment):
    keyring = deployment.office.keyring
    left_over = keyring.generate("wut", "ed25519-2026-2", Algorithm.ED25519)
    made = [key.fragment for key in await setup.generate_keys(deployment.office, "wut")]
    assert made == ["ed25519-2026-3", "p256-2026-2"]
    made = [key.fragment for key in await setup.generate_keys(deployment.office, "wut")]
    assert made == ["ed25519-2026-4", "p256-2026-3"]
    assert "ed25519-2026-2" not in await methods_in(deployment)
    assert keyring.signer("wut", "ed25519-2026-2").public_key == left_over
    custody = await compare_disk_and_records(deployment.office)
    assert (custody.without_record, custody.without_file) == ([KeyName("wut", "ed25519-2026-2")], [])


async def test_keys_made_at_once_on_two_machines_get_two_names(deployment, tmp_path):
    here = deployment.office
    shutil.copytree(tmp_path / "keys", tmp_path / "there")
    there = Office(
        database=here.database,
        keyring=Keyring.open(tmp_path / "there", SECRET),
        public_url=here.public_url,
        clock=here.clock,
        max_request_bytes=here.max_request_bytes,
    )
    one_algorithm = {"algorithms": (Algorithm.ED25519,)}
    made = await asyncio.gather(
        *(setup.generate_keys(office, "wut", **one_algorithm) for office in (here, there, here, there))
    )
    assert len({keys[0].fragment for keys in made}) == 4
    listed = await setup.list_keys(here, "wut")
    assert {key.fragment for key in listed} == await methods_in(deployment) - {"p256-2026-1-jwk"}
    # Each is on the machine where it was made, and only there can it be activated until its file is copied.
    for office, folder in ((here, "keys"), (there, "there")):
        missing = {name.fragment for name in (await compare_disk_and_records(office)).without_file}
        there_now = {path.stem for path in (tmp_path / folder / "wut").glob("ed25519-*.json")}
        assert missing == {key.fragment for key in listed if key.algorithm == "Ed25519"} - there_now
        with pytest.raises(KeyUnknown):
            await setup.activate_key(office, "wut", min(missing))
    assert await readiness(deployment) == ready()


async def test_a_key_is_not_activated_over_a_file_that_holds_another(deployment, tmp_path):
    await setup.generate_keys(deployment.office, "wut")
    for fragment in NEXT:
        deployment.office.keyring.destroy("wut", fragment)
        deployment.office.keyring.generate("wut", fragment, Algorithm.P256)
        with pytest.raises(setup.KeyStepRefused, match="another key"):
            await setup.activate_key(deployment.office, "wut", fragment)
    assert methods_of(await deployment.fetch(await deployment.issue(full_request("academic")))) == set(FIRST)


async def test_the_services_own_key_is_rotated_and_revoked_like_any_other(deployment):
    office = deployment.office

    async def published():
        document = (await deployment.public.get("/.well-known/did.json")).json()
        methods = {method["id"].split("#")[1]: method.get("revoked") for method in document["verificationMethod"]}
        return methods, {method.split("#")[1] for method in document["assertionMethod"]}

    first = ["ed25519-2026-1", "p256-2026-1", "p256-2026-1-jwk"]
    assert await published() == (dict.fromkeys(first), set(first))
    made = await setup.generate_keys(office, "service")
    second = ["ed25519-2026-2", "p256-2026-2"]
    assert [(key.fragment, key.purpose) for key in made] == [(name, KeyPurpose.SERVICE) for name in second]
    for name in second:
        await setup.activate_key(office, "service", name)
    await setup.revoke_key(office, "service", "ed25519-2026-1", "lost")
    states = {key.fragment: key.state for key in await setup.list_keys(office, "service")}
    assert states == {
        "ed25519-2026-1": KeyState.REVOKED,
        "p256-2026-1": KeyState.RETIRED,
        **dict.fromkeys(second, KeyState.ACTIVE),
    }
    methods, asserting = await published()
    assert methods["ed25519-2026-1"] == "2026-07-01T12:00:00Z"
    assert asserting == set(methods) - {"ed25519-2026-1"}
    for name in second:
        await setup.retire_key(office, "service", name)
    assert await readiness(deployment) == ready(("service", "no-active-key"))
    with pytest.raises(AwardingBodyUnknown):
        await setup.list_keys(office, "nobody")


@pytest.mark.parametrize("told", [None, datetime(2026, 7, 3, 8, tzinfo=UTC)])
async def test_a_key_counts_as_revoked_since_others_may_have_had_it_here_and_at_strangers(deployment, rotated, told):
    deployment.clock.advance(days=5)
    now = deployment.clock()
    since = told or now
    revoked = await setup.revoke_key(deployment.office, "wut", "p256-2026-1", "lost", compromised_since=told)
    assert (revoked.revoked_at, revoked.compromised_since, revoked.revocation_reason) == (now, since, "lost")
    listed = {key.fragment: key for key in await setup.list_keys(deployment.office, "wut")}
    assert listed["p256-2026-1"] == revoked

    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    stated = {method.id: method for method in read_did_document(document["id"], document)}
    for fragment in ("p256-2026-1", "p256-2026-1-jwk"):
        method = stated[f"{document['id']}#{fragment}"]
        assert (method.revoked_at, method.for_assertion) == (since, False)

    # Of a key that is compromised since nobody knows when, no record is old enough.
    report = await deployment.verify(rotated.content)
    of_key = next(check for check in report["checks"] if check["name"] == "issuer-key")
    assert (report["verdict"], of_key["code"]) == (
        ("valid", "issued-before-compromise") if told else ("invalid", "key-revoked")
    )
    assert since.date().isoformat() in of_key["sentence"]


@pytest.mark.parametrize("away", [timedelta(days=-400), timedelta(seconds=1)])
async def test_a_key_cannot_be_compromised_before_it_was_made_or_tomorrow(deployment, away):
    moment = deployment.clock() + away
    with pytest.raises(setup.KeyStepRefused, match="when it was made"):
        await setup.revoke_key(deployment.office, "wut", "p256-2026-1", "lost", compromised_since=moment)
    assert await readiness(deployment) == ready()


@pytest.mark.parametrize("slug", ["wut", "test"])
async def test_a_did_document_lives_at_the_address_that_the_did_names(deployment, slug):
    answer = await deployment.public.get(f"/issuers/{slug}/did.json")
    document = answer.json()
    assert answer.headers["content-type"] == "application/did+json"
    assert document["id"] == f"did:web:localhost%3A8000:issuers:{slug}"
    service = (await deployment.public.get("/.well-known/did.json")).json()
    assert service["id"] == "did:web:localhost%3A8000"
    again = await deployment.public.get(f"/issuers/{slug}/did.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
