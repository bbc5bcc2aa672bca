"""After the loss of a key the same documents get fresh proofs, at the same addresses, and only they."""

import json
import sqlite3

import orjson
import pytest

from app.issuance import setup
from app.issuance.office import AwardingBodyUnknown, SigningKeysMissing
from app.issuance.resigning import Hanging, hanging_on_revoked_keys, sign_again
from app.keys import Keyring, SigningFailed
from tests.builders import full_request, required_only_request
from tests.counterparts.remote_keyring import RemoteKeyring
from tests.deployments import a_deployment
from tests.journeys.test_erasing import erase_award_of

LOST = "p256-2026-1"


async def verdict_of(deployment, content):
    report = await deployment.verify(content)
    return report["verdict"], report["reason"]["code"]


def said_by(credential):
    return {name: value for name, value in credential.document.items() if name != "proof"}


def methods_of(credential):
    return {proof["verificationMethod"].split("#")[1] for proof in credential.document["proof"]}


async def token_of(deployment, record):
    answer = await deployment.public.get(f"{record['public_url']}/vc.jwt")
    assert answer.status_code == 200, answer.text
    return answer.content


async def replace_lost_key(deployment):
    await setup.generate_keys(deployment.office, "wut")
    await setup.revoke_key(deployment.office, "wut", LOST, "lost")
    await setup.activate_key(deployment.office, "wut", "p256-2026-2")


async def test_the_same_document_gets_fresh_proofs_at_the_same_address(deployment):
    record = await deployment.issue(full_request("academic"))
    before, token_before = await deployment.fetch(record), await token_of(deployment, record)
    other = await deployment.issue(full_request("academic", awarding_body="upv"))
    untouched = await deployment.fetch(other)
    deployment.clock.advance(days=1)
    await replace_lost_key(deployment)
    assert await verdict_of(deployment, (await deployment.fetch(record)).content) == ("invalid", "key-revoked")
    assert await hanging_on_revoked_keys(deployment.office) == [Hanging("wut", LOST, 1)]

    assert (await sign_again(deployment.office, "wut", LOST)).forms == 2

    after, token_after = await deployment.fetch(record), await token_of(deployment, record)
    assert orjson.dumps(said_by(after)) == orjson.dumps(said_by(before))
    assert methods_of(after) == {"ed25519-2026-1", "p256-2026-2"}
    for fresh in (after.content, token_after):
        assert await verdict_of(deployment, fresh) == ("valid", "valid")
    for kept in (before.content, token_before):
        assert await verdict_of(deployment, kept) == ("invalid", "key-revoked")
    assert (await deployment.fetch(other)).content == untouched.content

    assert await hanging_on_revoked_keys(deployment.office) == []
    assert (await sign_again(deployment.office, "wut", LOST)).forms == 0
    assert (await deployment.fetch(record)).content == after.content
    history = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")).json()
    assert [entry["kind"] for entry in history["entries"]].count("form-signed-again") == 2
    await deployment.change_status("wut", record, "revoke", "integrity")
    assert await verdict_of(deployment, after.content) == ("invalid", "revoked")


async def test_what_both_lost_keys_signed_is_signed_again_once(deployment):
    record = await deployment.issue(full_request("academic"))
    await setup.generate_keys(deployment.office, "wut")
    for fragment in ("ed25519-2026-1", LOST):
        await setup.revoke_key(deployment.office, "wut", fragment, "lost")
    with pytest.raises(SigningKeysMissing):
        await sign_again(deployment.office, "wut", LOST)
    for fragment in ("ed25519-2026-2", "p256-2026-2"):
        await setup.activate_key(deployment.office, "wut", fragment)
    assert (await sign_again(deployment.office, "wut", LOST)).forms == 1
    assert (await sign_again(deployment.office, "wut", "ed25519-2026-1")).forms == 0
    # The second loss, of a key that signed again what the first had signed.
    await setup.generate_keys(deployment.office, "wut")
    await setup.revoke_key(deployment.office, "wut", "p256-2026-2", "lost")
    await setup.activate_key(deployment.office, "wut", "p256-2026-3")
    assert (await sign_again(deployment.office, "wut", "p256-2026-2")).forms == 1
    credential = await deployment.fetch(record)
    assert methods_of(credential) == {"ed25519-2026-2", "p256-2026-3"}
    assert (await verdict_of(deployment, credential.content))[0] == "valid"


async def test_only_what_a_revoked_key_signed_is_signed_again(deployment):
    await deployment.issue(full_request("academic"))
    with pytest.raises(setup.KeyStepRefused):
        await sign_again(deployment.office, "wut", LOST)
    with pytest.raises(setup.KeyStepRefused):
        await sign_again(deployment.office, "wut", "p256-1999-1")
    with pytest.raises(AwardingBodyUnknown):
        await sign_again(deployment.office, "nobody", LOST)


async def test_what_was_erased_is_not_signed_again_and_waits_for_nothing(deployment):
    kept = await deployment.issue(full_request("academic"))
    erased = await deployment.issue(required_only_request("academic"))
    copy_of_erased = await deployment.fetch(erased)
    await token_of(deployment, erased)
    await erase_award_of(deployment, erased)
    await replace_lost_key(deployment)
    assert await hanging_on_revoked_keys(deployment.office) == [Hanging("wut", LOST, 1)]
    done = await sign_again(deployment.office, "wut", LOST)
    assert (done.forms, done.refused) == (1, ())
    assert await hanging_on_revoked_keys(deployment.office) == []
    assert (await verdict_of(deployment, (await deployment.fetch(kept)).content))[0] == "valid"
    for address in (erased["public_url"], f"{erased['public_url']}/vc.jwt"):
        answer = await deployment.public.get(address, headers={"Accept": "application/vc"})
        assert (answer.status_code, answer.json()["code"]) == (410, "erased")
    # The holder's copy was signed with a key that is lost, and there is none to replace it.
    assert await verdict_of(deployment, copy_of_erased.content) == ("invalid", "key-revoked")


async def test_what_cannot_be_signed_now_is_left_for_the_next_time(sqlite_prepared):
    async with a_deployment(sqlite_prepared, kind=RemoteKeyring) as deployment:
        records = [await deployment.issue(make("academic")) for make in (full_request, required_only_request)]
        await replace_lost_key(deployment)
        deployment.office.keyring.out_of_order = True
        with pytest.raises(SigningFailed):
            await sign_again(deployment.office, "wut", LOST)
        assert await hanging_on_revoked_keys(deployment.office) == [Hanging("wut", LOST, len(records))]
        deployment.office.keyring.out_of_order = False
        assert (await sign_again(deployment.office, "wut", LOST)).forms == len(records)
        for record in records:
            assert await verdict_of(deployment, (await deployment.fetch(record)).content) == ("valid", "valid")


@pytest.mark.parametrize(("kind", "column"), [(Keyring, "sha256"), (RemoteKeyring, "payload")])
async def test_a_stored_document_that_somebody_changed_is_not_signed(sqlite_prepared, kind, column):
    url = sqlite_prepared[0]
    async with a_deployment(sqlite_prepared, kind=kind) as deployment:
        one = await deployment.issue(full_request("academic"))
        two = await deployment.issue(required_only_request("academic"))
        await replace_lost_key(deployment)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("DROP TRIGGER keep_secured_form_update")
        mine, other = (json.dumps(record["id"]).strip('"').replace("-", "") for record in (one, two))
        query = f"UPDATE secured_form SET {column} = (SELECT {column} FROM secured_form WHERE credential_id = ?) "
        assert connection.execute(query + "WHERE credential_id = ?", (other, mine)).rowcount == 1
    connection.close()
    async with a_deployment(sqlite_prepared) as deployment:
        done = await sign_again(deployment.office, "wut", LOST)
        assert (done.forms, [str(credential) for credential in done.refused]) == (1, [one["id"]])
        assert await verdict_of(deployment, (await deployment.fetch(two)).content) == ("valid", "valid")
        assert await verdict_of(deployment, (await deployment.fetch(one)).content) == ("invalid", "key-revoked")
