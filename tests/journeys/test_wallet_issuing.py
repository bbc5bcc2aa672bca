"""A learner's wallet fetches the credential (OpenID4VCI 1.0), and what it holds is one like any other."""

import json

import pytest

from app.claiming.offers import forget_spent
from app.issuance.issue import finish_prepared
from app.issuance.wallet_copy import finish_copies
from app.keys import Algorithm
from tests.builders import a_service_badge, full_request
from tests.counterparts.remote_keyring import RemoteKeyring
from tests.counterparts.wallet import BOUND, UNBOUND, Key, Wallet
from tests.deployments import PUBLIC_URL, a_deployment


def seconds_of(deployment):
    return lambda: deployment.clock().timestamp()


async def a_claim(deployment, record=None, *, by="by_reference_uri", keys=None, dpop_key=None, **wanted):
    """Offer a credential and redeem the offer; return record, offer and wallet."""
    record = record or await deployment.issue(a_service_badge(), "wut")
    slug = record["awarding_body"]
    made = await deployment.system(slug).post(f"/api/v1/credentials/{record['id']}/offers", json=wanted)
    assert made.status_code == 201, made.text
    options = {"dpop_key": dpop_key} | ({} if keys is None else {"keys": keys})
    wallet, offer = await Wallet.scan(deployment.public, made.json()[by], seconds_of(deployment), **options)
    redeemed = await wallet.redeem(offer, made.json()["transaction_code"])
    assert redeemed.status_code == 200, redeemed.text
    return record, offer, wallet


def copies_of(answer):
    assert answer.status_code == 200, answer.text
    return [json.dumps(item["credential"]).encode() for item in answer.json()["credentials"]]


async def checks_of(deployment, content):
    report = await deployment.verify(content)
    return report["verdict"], {check["name"]: check["code"] for check in report["checks"]}


@pytest.mark.parametrize("named", ["jwk", "did:jwk", "did:key"])
@pytest.mark.parametrize("algorithm", [Algorithm.P256, Algorithm.ED25519])
async def test_a_copy_is_bound_to_the_key_that_was_shown(sqlite_deployment, algorithm, named):
    deployment = sqlite_deployment
    key = Key.new(algorithm, named)
    record, _, wallet = await a_claim(deployment, keys=[key])
    answer = await wallet.fetch()
    (content,) = copies_of(answer)
    document = json.loads(content)
    assert document["credentialSubject"]["id"] == key.did
    assert document["id"] != f"urn:uuid:{record['id']}"
    assert document["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    verdict, checks = await checks_of(deployment, content)
    assert verdict == "valid", checks
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"credentials", "notification_id"}


async def test_a_copy_says_what_the_public_one_says(deployment):
    record = await deployment.issue(full_request("academic"))
    public = (await deployment.fetch(record)).document
    _, _, wallet = await a_claim(deployment, record)
    document = json.loads(copies_of(await wallet.fetch())[0])
    own = ("id", "issued", "credentialStatus", "proof")
    assert {name: value for name, value in document.items() if name not in (*own, "credentialSubject")} == {
        name: value for name, value in public.items() if name not in (*own, "credentialSubject")
    }
    assert {**document["credentialSubject"], "id": ""} == {**public["credentialSubject"], "id": ""}
    places = [
        {(entry["statusListCredential"], entry["statusListIndex"]) for entry in one["credentialStatus"]}
        for one in (document, public)
    ]
    assert places[0].isdisjoint(places[1])


@pytest.mark.parametrize("by", ["by_reference_uri", "by_value_uri"])
@pytest.mark.parametrize("configuration", [BOUND, UNBOUND])
async def test_each_configuration_is_fetched_by_either_kind_of_offer(sqlite_deployment, by, configuration):
    _, offer, wallet = await a_claim(sqlite_deployment, by=by)
    metadata = await wallet.metadata()
    assert set(offer["credential_configuration_ids"]) <= set(metadata["credential_configurations_supported"])
    (content,) = copies_of(await wallet.fetch(configuration))
    assert (await checks_of(sqlite_deployment, content))[0] == "valid"


async def test_one_token_gets_each_configuration_of_its_offer(deployment):
    _, _, wallet = await a_claim(deployment)
    documents = [json.loads(copies_of(await wallet.fetch(name))[0]) for name in (BOUND, UNBOUND)]
    assert len({document["id"] for document in documents}) == 2
    assert documents[1]["credentialSubject"]["id"].startswith("urn:epass:person:")


async def test_with_a_transaction_code_and_dpop(deployment):
    _, offer, wallet = await a_claim(deployment, transaction_code=True, dpop_key=Key.new())
    assert wallet.token["token_type"] == "DPoP"
    (grant,) = offer["grants"].values()
    assert grant["tx_code"] == {"input_mode": "numeric", "length": 6}
    answer = await wallet.fetch()
    (content,) = copies_of(answer)
    told = {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    assert (await wallet.post("notification", told)).status_code == 204
    assert (await checks_of(deployment, content))[0] == "valid"


async def test_a_batch_is_copies_of_their_own(deployment):
    keys = [Key.new(algorithm) for algorithm in (*[Algorithm.P256] * 3, *[Algorithm.ED25519] * 2)]
    _, _, wallet = await a_claim(deployment, keys=keys)
    contents = copies_of(await wallet.fetch())
    documents = [json.loads(content) for content in contents]
    assert [document["credentialSubject"]["id"] for document in documents] == [key.did for key in keys]
    assert len({document["id"] for document in documents}) == 5
    assert len({document["credentialStatus"][0]["statusListIndex"] for document in documents}) == 5
    for content in contents:
        assert (await checks_of(deployment, content))[0] == "valid"


async def test_identifiers_are_given_to_whoever_asks_for_them_and_must_be_used(deployment):
    record = await deployment.issue(a_service_badge(), "wut")
    made = (await deployment.system().post(f"/api/v1/credentials/{record['id']}/offers", json={})).json()
    wallet, offer = await Wallet.scan(deployment.public, made["by_value_uri"], seconds_of(deployment))
    asked = [{"type": "openid_credential", "credential_configuration_id": UNBOUND}]
    await wallet.redeem(offer, authorization_details=json.dumps(asked))
    (detail,) = wallet.token["authorization_details"]
    assert detail["credential_configuration_id"] == UNBOUND
    refused = await wallet.fetch(UNBOUND)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_credential_request")
    unknown = await wallet.post("credential", {"credential_identifier": "award:of-somebody-else"})
    assert unknown.json()["error"] == "unknown_credential_identifier"
    (identifier,) = detail["credential_identifiers"]
    assert (await wallet.post("credential", {"credential_identifier": identifier})).status_code == 200


async def test_no_identifiers_are_given_unasked(deployment):
    _, _, wallet = await a_claim(deployment)
    assert set(wallet.token) == {"access_token", "token_type", "expires_in"}
    assert wallet.token["token_type"] == "bearer"


async def test_a_broken_connection_costs_nothing(deployment):
    _, _, wallet = await a_claim(deployment)
    first, again = await wallet.fetch(), await wallet.fetch()
    assert again.content == first.content
    wallet.keys = [Key.new()]
    other = await wallet.fetch()
    assert (other.status_code, other.json()["error"]) == (400, "credential_request_denied")


async def test_a_correction_since_the_offer_is_what_is_delivered(deployment):
    record, _, wallet = await a_claim(deployment)
    corrected = a_service_badge({"learner.given_names": "Corrected"})
    replaced = await deployment.system().post(
        f"/api/v1/credentials/{record['id']}/replacement", json={**corrected, "reason": "correction"}
    )
    assert replaced.status_code == 201, replaced.text
    (content,) = copies_of(await wallet.fetch())
    assert "Corrected" in content.decode()
    assert (await checks_of(deployment, content))[0] == "valid"


async def test_what_was_revoked_is_not_delivered(deployment):
    record, _, wallet = await a_claim(deployment)
    await deployment.change_status("wut", record, "revoke", "integrity")
    refused = await wallet.fetch()
    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")


async def test_a_change_of_status_reaches_every_copy(deployment):
    record, _, wallet = await a_claim(deployment)
    (content,) = copies_of(await wallet.fetch())
    await deployment.change_status("wut", record, "suspend", "under-review")
    assert await deployment.published_bits(json.loads(content)) == (False, True)
    assert (await checks_of(deployment, content))[0] == "invalid"
    await deployment.change_status("wut", record, "reinstate", "review-ended")
    assert (await checks_of(deployment, content))[0] == "valid"
    await deployment.change_status("wut", record, "revoke", "integrity")
    assert await deployment.published_bits(json.loads(content)) == (True, False)


async def test_a_lost_phone_ends_its_own_copy_alone(deployment):
    record, _, lost = await a_claim(deployment)
    (gone,) = copies_of(await lost.fetch())
    _, _, new = await a_claim(deployment, record)
    (kept,) = copies_of(await new.fetch())
    system, address = deployment.system(), f"/api/v1/credentials/{record['id']}/copies"
    listed = (await system.get(address)).json()["items"]
    assert {f"urn:uuid:{copy['id']}" for copy in listed} == {json.loads(gone)["id"], json.loads(kept)["id"]}
    assert {(copy["configuration"], copy["status"], copy["is_bound"]) for copy in listed} == {(BOUND, "valid", True)}
    identifier = json.loads(gone)["id"].removeprefix("urn:uuid:")

    async def change(what, reason, status=200):
        answer = await system.post(f"{address}/{identifier}/status", json={"change": what, "reason": reason})
        assert answer.status_code == status, answer.text
        return answer.json()

    assert (await change("suspend", "device-lost"))["status"] == "suspended"
    assert await deployment.published_bits(json.loads(gone)) == (False, True)
    assert (await change("reinstate", "learner-request"))["status"] == "valid"
    assert (await change("revoke", "device-lost"))["status"] == "revoked"
    assert (await change("revoke", "device-lost"))["status"] == "revoked"
    assert (await change("reinstate", "learner-request", 409))["code"] == "revocation-final"
    assert await deployment.published_bits(json.loads(gone)) == (True, False)
    assert (await checks_of(deployment, gone))[0] == "invalid"
    assert (await checks_of(deployment, kept))[0] == "valid"
    assert (await checks_of(deployment, (await deployment.fetch(record)).content))[0] == "valid"
    # The credential itself has no device, and a copy is no credential of the list.
    lost_credential = await deployment.change_status("wut", record, "revoke", "device-lost")
    assert (lost_credential.status_code, lost_credential.json()["code"]) == (422, "status-change-malformed")
    for path in ("", "/history", "/forms/vcdm2-di", "/copies", "/offers"):
        assert (await system.get(f"/api/v1/credentials/{identifier}{path}")).status_code == 404, path
    history = (await system.get(f"/api/v1/credentials/{record['id']}/history")).json()
    assert [credential["id"] for credential in history["credentials"]] == [record["id"]]
    assert {"wallet-copy-issued", "wallet-copy-suspended", "wallet-copy-reinstated", "wallet-copy-revoked"} <= {
        entry["kind"] for entry in history["entries"]
    }
    theirs = deployment.system("upv")
    assert (await theirs.get(address)).status_code == 404
    body = {"change": "revoke", "reason": "device-lost"}
    assert (await theirs.post(f"{address}/{identifier}/status", json=body)).status_code == 404
    assert (await system.post(f"{address}/{record['id']}/status", json=body)).json()["code"] == "copy-unknown"


async def test_a_copy_that_was_suspended_by_itself_outlasts_the_suspension_of_its_award(deployment):
    record, _, wallet = await a_claim(deployment)
    (content,) = copies_of(await wallet.fetch())
    await deployment.change_status("wut", record, "suspend", "under-review")
    copies = f"/api/v1/credentials/{record['id']}/copies"
    copy = (await deployment.system().get(copies)).json()["items"][0]
    body = {"change": "suspend", "reason": "device-lost"}
    assert (await deployment.system().post(f"{copies}/{copy['id']}/status", json=body)).status_code == 200
    await deployment.change_status("wut", record, "reinstate", "review-ended")
    assert await deployment.published_bits(json.loads(content)) == (False, True)


async def corrected(deployment, record):
    correction = a_service_badge({"learner.given_names": "Corrected"}) | {"reason": "correction"}
    return await deployment.system().post(f"/api/v1/credentials/{record['id']}/replacement", json=correction)


async def test_a_copy_of_what_was_corrected_is_not_given_again(deployment):
    record, _, wallet = await a_claim(deployment)
    assert (await wallet.fetch()).status_code == 200
    assert (await corrected(deployment, record)).status_code == 201
    refused = await wallet.fetch()
    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")
    _, _, again = await a_claim(deployment, record)
    assert b"Corrected" in copies_of(await again.fetch())[0]


@pytest.mark.parametrize("reason", ["device-lost", "learner-request"])
async def test_with_a_revoked_copy_ends_the_token_that_fetched_it(deployment, reason):
    record, _, wallet = await a_claim(deployment)
    _, _, other = await a_claim(deployment, record)
    assert (await wallet.fetch()).status_code == 200
    copies = f"/api/v1/credentials/{record['id']}/copies"
    (copy,) = (await deployment.system().get(copies)).json()["items"]
    body = {"change": "revoke", "reason": reason}
    assert (await deployment.system().post(f"{copies}/{copy['id']}/status", json=body)).status_code == 200
    for configuration in (BOUND, UNBOUND):
        assert (await wallet.fetch(configuration)).status_code == 401
    # A lost device may hold the tokens of other offers; a copy that was revoked for itself says nothing of them.
    assert (await other.fetch()).status_code == (401 if reason == "device-lost" else 200)


async def test_what_is_spent_is_forgotten(deployment):
    record, _, _ = await a_claim(deployment, dpop_key=Key.new())
    _, _, wallet = await a_claim(deployment, record)
    assert (await wallet.fetch()).status_code == 200
    unused = f"/api/v1/credentials/{record['id']}/offers"
    assert (await deployment.system().post(unused, json={})).status_code == 201
    assert await forget_spent(deployment.office) == 0
    deployment.clock.advance(hours=1)
    assert await forget_spent(deployment.office) == 2
    deployment.clock.advance(days=31)
    assert await forget_spent(deployment.office) == 1
    assert [item["state"] for item in (await deployment.system().get(unused)).json()["items"]] == ["redeemed"] * 2


# --- signers that are somewhere else, and cannot sign now


@pytest.fixture
async def remote(prepared):
    async with a_deployment(prepared, kind=RemoteKeyring, longest_wait_seconds=0.3) as running:
        yield running


async def test_a_slow_signer_delivers_as_any_other(remote):
    _, _, wallet = await a_claim(remote)
    (content,) = copies_of(await wallet.fetch())
    assert (await checks_of(remote, content))[0] == "valid"
    assert (await wallet.fetch()).status_code == 200


async def test_a_wallet_comes_back_for_what_cannot_be_signed_now(remote):
    _, _, wallet = await a_claim(remote, keys=[Key.new(), Key.new()], dpop_key=Key.new())
    remote.office.keyring.out_of_order = True
    answer = await wallet.fetch()
    assert answer.status_code == 202, answer.text
    waiting = answer.json()
    assert set(waiting) == {"transaction_id", "interval"}
    assert waiting["interval"] > 0
    come_back = {"transaction_id": waiting["transaction_id"]}
    still = await wallet.post("deferred_credential", come_back)
    assert (still.status_code, still.json()) == (202, waiting)
    assert (await wallet.fetch()).json() == waiting

    remote.office.keyring.out_of_order = False
    assert (await finish_prepared(remote.office), await finish_copies(remote.office)) == (0, 2)
    given = await wallet.post("deferred_credential", come_back)
    contents = copies_of(given)
    assert set(given.json()) == {"credentials"}
    assert [json.loads(content)["credentialSubject"]["id"] for content in contents] == [key.did for key in wallet.keys]
    for content in contents:
        assert (await checks_of(remote, content))[0] == "valid"
    over = await wallet.post("deferred_credential", come_back)
    assert (over.status_code, over.json()["error"]) == (400, "invalid_transaction_id")
    assert copies_of(await wallet.fetch()) == contents


async def test_a_deferred_copy_is_not_delivered_once_the_award_is_revoked(remote):
    record, _, wallet = await a_claim(remote)
    remote.office.keyring.out_of_order = True
    waiting = (await wallet.fetch()).json()
    remote.office.keyring.out_of_order = False
    await remote.change_status("wut", record, "revoke", "integrity")
    refused = await wallet.post("deferred_credential", {"transaction_id": waiting["transaction_id"]})
    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")


async def test_a_deferred_copy_of_what_was_corrected_meanwhile_is_not_delivered(remote):
    record, _, wallet = await a_claim(remote)
    remote.office.keyring.out_of_order = True
    waiting = (await wallet.fetch()).json()
    remote.office.keyring.out_of_order = False
    assert (await corrected(remote, record)).status_code == 201
    await finish_copies(remote.office)
    refused = await wallet.post("deferred_credential", {"transaction_id": waiting["transaction_id"]})
    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")


async def test_nobody_has_a_copy_of_a_correction_before_it_is_signed(remote):
    record, _, wallet = await a_claim(remote)
    remote.office.keyring.out_of_order = True
    assert (await corrected(remote, record)).status_code == 503
    remote.office.keyring.out_of_order = False
    refused = await wallet.fetch()
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    remote.clock.advance(minutes=10)
    assert await finish_prepared(remote.office) == 1
    (content,) = copies_of(await wallet.fetch())
    assert b"Corrected" in content
    assert (await checks_of(remote, content))[0] == "valid"


# --- notifications, metadata


async def test_what_a_wallet_tells_is_noted_once(deployment):
    _, _, wallet = await a_claim(deployment)
    delivered = (await wallet.fetch()).json()["notification_id"]
    told = {"notification_id": delivered, "event": "credential_failure", "event_description": "no room for Zoe"}
    for _ in range(2):
        answer = await wallet.post("notification", told)
        assert (answer.status_code, answer.content) == (204, b"")
    for wrong, error in (
        ({**told, "event": "credential_eaten"}, "invalid_notification_request"),
        ({"event": "credential_accepted"}, "invalid_notification_request"),
        ([], "invalid_notification_request"),
        ({**told, "notification_id": "another"}, "invalid_notification_id"),
    ):
        refused = await wallet.post("notification", wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, error)


@pytest.mark.parametrize("document", ["openid-credential-issuer", "oauth-authorization-server"])
async def test_metadata_are_at_both_places(sqlite_deployment, document):
    public = sqlite_deployment.public
    inserted = await public.get(f"/.well-known/{document}/issuers/wut")
    appended = await public.get(f"/issuers/wut/.well-known/{document}")
    assert inserted.status_code == 200
    assert inserted.headers["content-type"] == "application/json"
    assert inserted.content == appended.content
    assert inserted.headers["access-control-allow-origin"] == "*"
    again = await public.get(
        f"/.well-known/{document}/issuers/wut", headers={"If-None-Match": inserted.headers["etag"]}
    )
    assert again.status_code == 304
    assert (await public.get(f"/.well-known/{document}/issuers/nobody")).status_code == 404


async def test_metadata_say_what_works_and_no_more(sqlite_deployment):
    issuer = f"{PUBLIC_URL}/issuers/wut"
    said = (await sqlite_deployment.public.get("/.well-known/openid-credential-issuer/issuers/wut")).json()
    assert said["credential_issuer"] == said["issuer"] == issuer
    assert {name: said[name] for name in said if name.endswith("_endpoint")} == {
        f"{name}_endpoint": f"{issuer}/{path}"
        for name, path in (
            ("credential", "credential"),
            ("nonce", "nonce"),
            ("deferred_credential", "deferred_credential"),
            ("notification", "notification"),
            ("token", "token"),
        )
    }
    assert "authorization_servers" not in said
    assert not {name for name in said if "encryption" in name}
    assert said["batch_credential_issuance"]["batch_size"] == 5
    for name, configuration in said["credential_configurations_supported"].items():
        assert configuration["credential_metadata"]["display"], name
        binding = {"cryptographic_binding_methods_supported", "proof_types_supported"} & set(configuration)
        assert len(binding) in {0, 2}, name
        assert "scope" not in configuration
    server = (await sqlite_deployment.public.get("/.well-known/oauth-authorization-server/issuers/wut")).json()
    assert (server["issuer"], server["token_endpoint"]) == (issuer, f"{issuer}/token")
    assert "authorization_endpoint" not in server


async def test_words_of_metadata_are_those_that_a_wallet_asks_for(sqlite_deployment):
    async def locales(asked):
        headers = {} if asked is None else {"Accept-Language": asked}
        answer = await sqlite_deployment.public.get(
            "/issuers/wut/.well-known/openid-credential-issuer", headers=headers
        )
        assert answer.headers["vary"] == "Accept-Language"
        said = answer.json()
        shown = said["credential_configurations_supported"][BOUND]["credential_metadata"]["display"]
        return (
            [item["locale"] for item in said["display"]],
            [item["locale"] for item in shown],
            answer.headers["content-language"],
        )

    everything = await locales(None)
    assert everything[0] == ["en", "pl"]
    assert {"en", "de"} <= set(everything[1])
    assert await locales("de-AT, pl;q=0.5") == (["pl"], ["de"], "de, pl")
    assert await locales("xx") == everything
    assert await locales("en;q=0, de") == (everything[0], ["de"], "de, en, pl")


async def test_a_wallet_in_a_browser_may_ask(sqlite_deployment):
    for path in ("token", "nonce", "credential", "deferred_credential", "notification"):
        answer = await sqlite_deployment.public.options(f"/issuers/wut/{path}")
        allowed = answer.headers["access-control-allow-headers"]
        assert {"authorization", "dpop", "content-type"} <= {name.strip() for name in allowed.split(",")}
    refused = await sqlite_deployment.public.post("/issuers/wut/credential", json={})
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]
