"""SD-JWT VCs and Token Status Lists: ours checked by @sd-jwt and openvc-core, theirs checked by us."""

import asyncio

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.keys import Algorithm, InProcessSigner, PublicKey
from app.main import now
from app.securing import sd_jwt
from app.securing.jws import encode_base64url
from interop import peers
from tests.builders import full_request
from tests.counterparts.wallet import Key, Wallet
from tests.securing.disclosing import BROKEN, payload_of, signed

CONFIGURATIONS = ("learning-credential.dc+sd-jwt", "verifiable-micro-credential.dc+sd-jwt")
VERIFIER = "https://verifier.example"
STRICTER_THAN_OPENVC = {
    "a claim called _sd_alg",
    "a salt that is no text",
    "no base64url",
    "an empty Disclosure",
    "a member twice",
    "a hash function below the top",
}
"""What we refuse and openvc-core takes. @sd-jwt/sd-jwt-vc 0.19 takes most of what RFC 9901 section 7.1 has rejected, so
its word counts for what holds and not for what does not."""


@pytest.fixture(scope="session")
def holder():
    private = ec.generate_private_key(ec.SECP256R1())
    key = Key(InProcessSigner(private))
    secret = private.private_numbers().private_value.to_bytes(32)
    return key, {**key.jwk, "d": encode_base64url(secret).decode()}


@pytest.fixture(scope="session")
def copies(service, holder):
    """A copy of one award in each type, as a wallet is given it."""
    return asyncio.run(
        _copies(
            service, service.issue(full_request("academic", learner__reference="sd-jwt-1")).credential_id, holder[0]
        )
    )


def _seconds():
    return now().timestamp()


async def _copies(service, credential_id, key):
    university, found = service.university, {}
    base = str(service.client.base_url)
    async with httpx.AsyncClient(base_url=base, timeout=30) as http:
        for configuration in CONFIGURATIONS:
            made = await http.post(
                f"/api/v1/credentials/{credential_id}/offers",
                json={"configurations": [configuration]},
                headers={"Authorization": f"Bearer {university.api_key}"},
            )
            assert made.status_code == 201, made.text
            wallet, offer = await Wallet.scan(http, made.json()["by_reference_uri"], _seconds, keys=[key])
            assert (await wallet.redeem(offer)).status_code == 200
            answer = await wallet.fetch(configuration)
            assert answer.status_code == 200, answer.text
            found[configuration] = answer.json()["credentials"][0]["credential"]
    return credential_id, found


def published(service, tokens):
    """Return what a verifier finds at the addresses that tokens name: keys and status lists."""
    issuers, lists = {}, {}
    for token in tokens:
        claims = sd_jwt.read(token.encode()).document
        host, path = claims["iss"].split("/issuers/")
        issuers[claims["iss"]] = service.client.get(f"{host}/.well-known/jwt-vc-issuer/issuers/{path}").json()
        uri = claims["status"]["status_list"]["uri"]
        lists[uri] = service.client.get(uri).text
    return issuers, lists


def test_every_copy_holds_and_says_to_others_what_it_says_to_us(service, copies):
    tokens = copies[1]
    answers = peers.verify_sd_jwts(
        {name: {"token": token} for name, token in tokens.items()}, *published(service, tokens.values())
    )
    for peer, found in answers.items():
        for name, token in tokens.items():
            assert found[name]["verified"], (peer, found[name])
            assert found[name]["payload"] == sd_jwt.read(token.encode()).document
            assert found[name]["status"] == 0


def test_what_their_wallet_presents_holds_for_everybody(service, copies, holder):
    tokens, jwk = copies[1], holder[1]
    wanted = {
        name: {
            "token": token,
            "frame": {"family_name": True, "familyName": True},
            "jwk": jwk,
            "nonce": "n-1",
            "audience": VERIFIER,
            "iat": int(_seconds()),
        }
        for name, token in tokens.items()
    }
    shown = peers.present_sd_jwts(wanted)
    asked = {name: {"token": token, "nonce": "n-1", "audience": VERIFIER} for name, token in shown.items()}
    for found in peers.verify_sd_jwts(asked, *published(service, tokens.values())).values():
        assert all(answer["verified"] and answer["bound"] for answer in found.values()), found
    for token in shown.values():
        parameters = {"challenge": "n-1", "domain": VERIFIER}
        report = service.client.post("/verify", content=token, params=parameters).raise_for_status().json()
        # The issuers of this deployment are demonstrations of members, and their copies are valid here.
        assert report["verdict"] == "valid", report["reason"]
        assert report["holder"]["proved"]
        assert len(token.split("~")) == 3


def test_what_breaks_a_rule_of_selective_disclosure_is_refused_by_openvc_as_by_us():
    signer = InProcessSigner.generate(Algorithm.P256)
    issuer = "https://university.example"
    tokens = asyncio.run(_broken(signer))
    metadata = {issuer: {"issuer": issuer, "jwks": {"keys": [{"kid": "key-1", **signer.public_key.jwk()}]}}}
    assert all(sd_jwt.read(token).findings for token in tokens.values())
    asked = {name: {"token": token.decode()} for name, token in tokens.items()}
    answers = peers.verify_sd_jwts(asked, metadata, {})
    assert {name for name, answer in answers["openvc"].items() if answer["verified"]} == STRICTER_THAN_OPENVC
    assert not answers["@sd-jwt"]["four parts"]["verified"]


async def _broken(signer):
    return {
        name: await signed(payload_of(payload), *disclosures, signer=signer)
        for name, (payload, disclosures, _) in BROKEN.items()
    }


def test_what_they_issue_is_read_by_us_whole(service):
    claims = {
        "iss": "https://academy.example/x",
        "iat": int(_seconds()),
        "vct": "urn:example:1",
        "a": "1",
        "b": [1, 2],
    }
    answer = peers.issue_sd_jwt(claims, ["a", "b"])
    read = sd_jwt.read(answer["token"].encode())
    assert read.document == claims
    assert len(read.content["_sd"]) == 4
    assert sd_jwt.check(read, lambda _: PublicKey.from_jwk(answer["jwk"])).verified
    report = service.client.post("/verify", content=answer["token"]).raise_for_status().json()
    assert (report["verdict"], report["document"]["form"]) == ("indeterminate", "sd-jwt-vc")


def test_they_see_when_an_award_is_revoked(service, holder):
    credential_id, tokens = asyncio.run(
        _copies(
            service,
            service.issue(full_request("specialisation", learner__reference="sd-jwt-2")).credential_id,
            holder[0],
        )
    )
    asked = {name: {"token": token} for name, token in tokens.items()}
    for change, reason, value in (
        ("suspend", "under-review", 2),
        ("reinstate", "review-ended", 0),
        ("revoke", "integrity", 1),
    ):
        service.client.post(
            f"/api/v1/credentials/{credential_id}/status",
            json={"change": change, "reason": reason},
            headers={"Authorization": f"Bearer {service.university.api_key}"},
        ).raise_for_status()
        answers = peers.verify_sd_jwts(asked, *published(service, tokens.values()))
        for name in tokens:
            assert answers["openvc"][name]["status"] == value
            # @sd-jwt/sd-jwt-vc takes any value but 0 as a refusal.
            assert answers["@sd-jwt"][name]["verified"] is (value == 0), answers["@sd-jwt"][name]
