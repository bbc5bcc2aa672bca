"""Wallets that are not ours claim credentials over https, verify them and see them revoked (OpenID4VCI 1.0)."""

import asyncio
import contextlib
import json
import shutil
import time

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.keys import InProcessSigner
from app.main import now
from app.securing.jws import encode_base64url
from demo.deployment import REPOSITORY
from demo.university import University, verify
from interop.peers import answer_question, judge_messages, verify_by_digital_bazaar, verify_by_openvc
from interop.tests.conftest import AWARDING_BODY, PARTNER, _free_port, _operate
from interop.wallets import ForeignWallet, SecuredDeployment, TlsProxy, make_certificate
from tests.builders import full_request
from tests.counterparts.wallet import Key, Wallet

CREDO = "@openid4vc/openid4vci"
DIGITAL_BAZAAR = "@digitalbazaar/oid4-client"
BOUND = "enhance-microcredential.ldp_vc"
UNBOUND = "enhance-microcredential.ldp_vc.unbound"
KEYS = [{"alg": "ES256", "named": "did"}]

pytestmark = pytest.mark.timeout(300)  # the first one waits for a deployment with two processes


class SecuredService:
    def __init__(self, deployment, client, university, certificate, signing):
        self.deployment, self.client, self.university = deployment, client, university
        self.certificate, self.signing = certificate, signing
        self.headers = {"Authorization": f"Bearer {university.api_key}"}

    def wallet(self, client=CREDO):
        return ForeignWallet(client, self.certificate)

    def offer(self, reference, subtype="service", **wanted):
        record = self.university.issue(
            full_request(subtype, awarding_body=AWARDING_BODY, learner__reference=reference),
            idempotency_key=reference,
        )
        answer = self.client.post(f"/api/v1/credentials/{record['id']}/offers", json=wanted, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return record, answer.json()

    def judged(self, credential):
        """Return our own report, and what two foreign verifiers say."""
        did = credential["issuer"]["id"]
        lists = {entry["statusListCredential"] for entry in credential["credentialStatus"]}
        addresses = {did: f"/issuers/{AWARDING_BODY}/did.json", **{address: address for address in lists}}
        documents = {name: self.client.get(address).raise_for_status().json() for name, address in addresses.items()}
        _, report = verify(self.client, json.dumps(credential).encode())
        named = {"copy": credential}
        return report, verify_by_digital_bazaar(named, documents)["copy"], verify_by_openvc(named, documents)["copy"]


@pytest.fixture(scope="module")
def secured(request, tmp_path_factory):
    certificate, key = make_certificate(tmp_path_factory.mktemp("tls"))
    proxy = TlsProxy(certificate, key)
    deployment = SecuredDeployment(_free_port(), proxy.port)
    proxy.serve(deployment.port)
    deployment.begin_afresh()
    with pytest.MonkeyPatch.context() as environment, contextlib.ExitStack() as running:
        environment.setenv("SSL_CERT_FILE", str(certificate))
        environment.setenv("RATE_LIMITS", "false")
        environment.delenv("INTEROP_ROUTES", raising=False)  # another deployment may have them here
        _operate(deployment, "init")
        for slug in (AWARDING_BODY, PARTNER):
            _operate(deployment, "issuers", "add", f"demo/issuers/{slug}.json")
        _operate(deployment, "keys", "generate", AWARDING_BODY, "--activate")
        api_key = _operate(deployment, "api-keys", "create", AWARDING_BODY).strip().splitlines()[-1]
        environment.setenv("SIGNER_SOCKET", str(deployment.socket))
        signing = contextlib.ExitStack()
        running.callback(signing.close)
        signing.enter_context(deployment.signing())
        running.enter_context(deployment.serving())
        client = running.enter_context(httpx.Client(base_url=deployment.public_url, timeout=60))
        university = University(AWARDING_BODY, api_key, client)
        yield SecuredService(deployment, client, university, certificate, signing)
    proxy.close()
    if not request.session.testsfailed:
        shutil.rmtree(REPOSITORY / deployment.folder)


def assert_valid(secured, credential):
    report, bazaar, openvc = secured.judged(credential)
    assert report["verdict"] == "valid", report
    assert bazaar["verified"], bazaar
    assert openvc["verified"], openvc


@pytest.mark.parametrize("by", ["by_reference_uri", "by_value_uri"])
@pytest.mark.parametrize("configuration", [BOUND, UNBOUND])
@pytest.mark.parametrize("guarded", [False, True], ids=["plain", "transaction-code-and-dpop"])
def test_credo_claims_each_configuration(secured, by, configuration, guarded):
    _, made = secured.offer(f"credo-{by}-{configuration}-{guarded}", transaction_code=guarded)
    with secured.wallet() as wallet:
        claimed = wallet.step(
            "claim",
            uri=made[by],
            configuration=configuration,
            transactionCode=made["transaction_code"],
            dpop=guarded,
            keys=KEYS,
        )
        assert "error" not in claimed, claimed
        assert claimed["tokenType"] == ("DPoP" if guarded else "bearer")
        (credential,) = claimed["credentials"]
        if configuration == BOUND:
            assert credential["credentialSubject"]["id"] == claimed["dids"][0]
        assert wallet.step("notify", event="credential_accepted") == {}
    assert_valid(secured, credential)


SD_JWT = ["learning-credential.dc+sd-jwt", "verifiable-micro-credential.dc+sd-jwt"]


@pytest.mark.parametrize("configuration", SD_JWT)
def test_credo_claims_each_type_with_selective_disclosure(secured, configuration):
    _, made = secured.offer(f"credo-{configuration}", "academic", configurations=[configuration])
    with secured.wallet() as wallet:
        claimed = wallet.step(
            "claim",
            uri=made["by_reference_uri"],
            configuration=configuration,
            keys=[{"alg": "ES256", "named": "jwk"}, {"alg": "EdDSA", "named": "did"}],
        )
    assert "error" not in claimed, claimed
    assert len(set(claimed["credentials"])) == 2
    for credential in claimed["credentials"]:
        _, report = verify(secured.client, credential.encode())
        assert report["verdict"] == "valid", report


def test_every_message_is_one_of_the_specification_to_a_library_for_issuers(secured):
    _, made = secured.offer("messages", "academic", transaction_code=True)
    issuer = made["credential_offer"]["credential_issuer"]
    known = f"{secured.deployment.public_url}/.well-known/openid-credential-issuer/issuers/{AWARDING_BODY}"
    server = known.replace("openid-credential-issuer", "oauth-authorization-server")
    (grant, details), *_ = made["credential_offer"]["grants"].items()
    asked = [{"type": "openid_credential", "credential_configuration_id": UNBOUND}]
    token = secured.client.post(
        f"{issuer}/token",
        data={
            "grant_type": grant,
            "pre-authorized_code": details["pre-authorized_code"],
            "tx_code": made["transaction_code"],
            "authorization_details": json.dumps(asked),
        },
    )
    (granted,) = token.raise_for_status().json()["authorization_details"]
    delivered = secured.client.post(
        f"{issuer}/credential",
        json={"credential_identifier": granted["credential_identifiers"][0]},
        headers={"Authorization": f"Bearer {token.json()['access_token']}"},
    )
    found = judge_messages(
        {
            "address": {"identifier": issuer, "url": known},
            "metadata": secured.client.get(known).raise_for_status().json(),
            "server": secured.client.get(server).raise_for_status().json(),
            "offer": made["credential_offer"],
            "token": token.json(),
            "credential": [
                delivered.raise_for_status().json(),
                {"transaction_id": "as-in-a-deferred-answer", "interval": 30},
            ],
        }
    )
    assert found == dict.fromkeys(found)
    assert len(found) == 6


def test_every_configuration_that_is_announced_is_claimed_here(secured):
    address = f"/.well-known/openid-credential-issuer/issuers/{AWARDING_BODY}"
    announced = secured.client.get(address).raise_for_status().json()["credential_configurations_supported"]
    assert sorted(announced) == sorted([BOUND, UNBOUND, *SD_JWT])


def test_credo_claims_a_batch_and_sees_one_copy_revoked(secured):
    record, made = secured.offer("credo-batch")
    keys = [{"alg": alg, "named": named} for alg in ("ES256", "EdDSA") for named in ("did", "jwk")]
    with secured.wallet() as wallet:
        claimed = wallet.step("claim", uri=made["by_reference_uri"], configuration=BOUND, keys=keys)
    assert "error" not in claimed, claimed
    copies = claimed["credentials"]
    assert [copy["credentialSubject"]["id"] for copy in copies] == claimed["dids"]
    assert len({copy["id"] for copy in copies}) == len(keys)
    lost, *kept = copies
    answer = secured.client.post(
        f"/api/v1/credentials/{record['id']}/copies/{lost['id'].removeprefix('urn:uuid:')}/status",
        json={"change": "revoke", "reason": "device-lost"},
        headers=secured.headers,
    )
    assert answer.status_code == 200, answer.text
    report, bazaar, openvc = secured.judged(lost)
    assert report["verdict"] == "invalid"
    assert {status["purpose"]: status["set"] for status in bazaar["statuses"]} == {
        "revocation": True,
        "suspension": False,
    }
    assert {status["purpose"]: status["set"] for status in openvc["statuses"]}["revocation"] is True
    for credential in kept:
        assert_valid(secured, credential)


def test_a_foreign_wallet_with_a_wrong_transaction_code_is_refused(secured):
    _, made = secured.offer("credo-wrong-code", transaction_code=True)
    wrong = f"{(int(made['transaction_code']) + 1) % 10**6:06}"
    with secured.wallet() as wallet:
        refused = wallet.step("claim", uri=made["by_reference_uri"], configuration=UNBOUND, transactionCode=wrong)
    assert "invalid_grant" in json.dumps(refused)


@pytest.mark.parametrize("by", ["by_reference_uri", "by_value_uri"])
def test_digital_bazaar_claims_the_unbound_configuration(secured, by):
    _, made = secured.offer(f"bazaar-{by}", configurations=[UNBOUND])
    with secured.wallet(DIGITAL_BAZAAR) as wallet:
        claimed = wallet.step("claim", uri=made[by])
    assert "error" not in claimed, claimed
    (credential,) = claimed["credentials"]
    assert_valid(secured, credential)


async def _copy(uri, configuration, key):
    async with httpx.AsyncClient(timeout=60) as http:
        wallet, offer = await Wallet.scan(http, uri, lambda: now().timestamp(), keys=[key])
        assert (await wallet.redeem(offer)).status_code == 200
        answer = await wallet.fetch(configuration)
        assert answer.status_code == 200, answer.text
        return answer.json()["credentials"][0]["credential"]


@pytest.mark.parametrize(("configuration", "shown"), [(SD_JWT[0], []), (SD_JWT[1], ["title", "awardingBody"])])
def test_a_foreign_wallet_answers_a_question_once(secured, configuration, shown):
    _, made = secured.offer(f"answer-{configuration}", "academic", configurations=[configuration])
    private = ec.generate_private_key(ec.SECP256R1())
    key = Key(InProcessSigner(private))
    token = asyncio.run(_copy(made["by_reference_uri"], configuration, key))
    asked = secured.client.post("/verify/questions").raise_for_status().json()
    secret = encode_base64url(private.private_numbers().private_value.to_bytes(32)).decode()
    wanted = {
        "uri": asked["wallet_uri"],
        "token": token,
        "frame": dict.fromkeys(shown, True),
        "jwk": key.jwk | {"d": secret},
        "document": secured.client.get("/.well-known/did.json").raise_for_status().json(),
        "iat": int(now().timestamp()),
    }
    answered = answer_question(wanted, secured.certificate)
    assert answered.get("status") == 200, answered
    found = secured.client.get(f"/verify/questions/{asked['ticket']}").raise_for_status().json()
    assert found["state"] == "answered"
    assert found["report"]["verdict"] == "valid", found["report"]
    assert found["report"]["holder"]["proved"]
    assert answer_question(wanted, secured.certificate).get("status") != 200


def test_credo_comes_back_for_what_the_signer_could_not_sign(secured):
    _, made = secured.offer("credo-deferred")
    secured.signing.close()
    with secured.wallet() as wallet:
        claimed = wallet.step("claim", uri=made["by_reference_uri"], configuration=BOUND, keys=KEYS)
        assert claimed.get("waiting"), claimed
        assert wallet.step("comeBack")["waiting"] == claimed["waiting"]
        secured.signing.enter_context(secured.deployment.signing())
        for _ in range(60):
            answer = wallet.step("comeBack")
            assert "error" not in answer, answer
            if "credentials" in answer:
                break
            time.sleep(1)
    (credential,) = answer["credentials"]
    assert credential["credentialSubject"]["id"] == claimed["dids"][0]
    assert_valid(secured, credential)
