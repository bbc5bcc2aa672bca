"""A learner's wallet fetches SD-JWT VCs of both types, keeps claims back, and presents them."""

import hashlib
import json
from datetime import timedelta

import pytest

from app.issuance import setup
from app.securing import sd_jwt
from app.securing.jws import encode_base64url
from app.status import TokenStatus, TokenStatusList
from tests.builders import a_service_badge, full_request, required_only_request
from tests.counterparts.wallet import Key, signed
from tests.journeys.test_wallet_issuing import a_claim, checks_of
from tests.securing.disclosing import digest

LEARNING = "learning-credential.dc+sd-jwt"
WE_BUILD = "verifiable-micro-credential.dc+sd-jwt"
BOTH = [LEARNING, WE_BUILD]


async def fetched(deployment, configuration, *, record=None, keys=None):
    """Return the tokens that a wallet was given, with the award and the wallet."""
    record = record or await deployment.issue(full_request("academic"))
    record, _, wallet = await a_claim(deployment, record, keys=keys, configurations=[configuration])
    answer = await wallet.fetch(configuration)
    assert answer.status_code == 200, answer.text
    return [item["credential"].encode() for item in answer.json()["credentials"]], record, wallet


async def presented(token, key, **changes):
    """Return a presentation of ``token`` by the holder of ``key``."""
    content = {"iat": changes.pop("iat"), "aud": "https://v.example", "nonce": "n-1", "sd_hash": digest(token)}
    return token + (await signed(key.signer, {"alg": key.alg, "typ": "kb+jwt"}, {**content, **changes})).encode()


@pytest.mark.parametrize("configuration", BOTH)
async def test_a_copy_is_valid_bound_and_says_what_the_award_says(deployment, configuration):
    key = Key.new()
    (token,), record, _ = await fetched(deployment, configuration, keys=[key])
    read = sd_jwt.read(token)
    assert read.key_binding is None
    assert read.document["iss"] == f"{deployment.office.public_url}/issuers/wut"
    assert read.document["jti"] != f"urn:uuid:{record['id']}"
    assert read.holder_key == key.signer.public_key
    assert read.document.get("achievement_title", read.document.get("title")) == (
        "ENHANCE Certificate in sustainable cities"
    )
    assert b"Nowak" not in token.split(b"~")[0]
    verdict, checks = await checks_of(deployment, token)
    assert verdict == "valid", checks
    keys = (await deployment.public.get("/.well-known/jwt-vc-issuer/issuers/wut")).json()["jwks"]["keys"]
    assert read.jws.header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": keys[0]["kid"]}


@pytest.mark.parametrize("configuration", BOTH)
async def test_whoever_presents_it_shows_what_they_choose_and_that_it_is_theirs(sqlite_deployment, configuration):
    deployment, key = sqlite_deployment, Key.new()
    (token,), _, _ = await fetched(deployment, configuration, keys=[key])
    first, *disclosures, end = token.split(b"~")
    shown = b"~".join([first, *disclosures[::2], end])
    moment = int(deployment.clock().timestamp())
    content = await presented(shown, key, iat=moment)
    report = await deployment.verify(content, challenge="n-1", domain="https://v.example")
    assert report["verdict"] == "valid", report["reason"]
    assert report["holder"]["proved"]
    (one,) = report["credentials"]
    codes = {check["name"]: check["code"] for check in one["report"]["checks"]}
    assert codes["owner"] == "owner-is-holder"
    other = await presented(shown, Key.new(), iat=moment)
    refused = await deployment.verify(other, challenge="n-1", domain="https://v.example")
    assert refused["verdict"] == "invalid"
    assert (await deployment.verify(token, challenge="n-1"))["verdict"] == "invalid"


async def test_copies_of_one_batch_have_nothing_in_common_but_what_they_say(sqlite_deployment):
    keys = [Key.new() for _ in range(3)]
    tokens, _, _ = await fetched(sqlite_deployment, LEARNING, keys=keys)
    read = [sd_jwt.read(token) for token in tokens]
    own = ("jti", "cnf", "status")
    assert (
        len({json.dumps({k: v for k, v in one.document.items() if k not in own}, sort_keys=True) for one in read}) == 1
    )
    for name in own:
        assert len({json.dumps(one.document[name]) for one in read}) == 3
    digests = [text for one in read for text in one.content["_sd"]]
    assert len(set(digests)) == len(digests)
    assert len({len(one.content["_sd"]) for one in read}) == 1


async def test_the_number_of_digests_does_not_tell_whether_there_is_a_grade(sqlite_deployment):
    sizes = set()
    for request in (full_request("academic"), {**full_request("specialisation"), "grade": None}):
        (token,), _, _ = await fetched(sqlite_deployment, WE_BUILD, record=await sqlite_deployment.issue(request))
        sizes.add(len(sd_jwt.read(token).content["_sd"]))
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("change", "reason", "value", "code"),
    [
        ("revoke", "integrity", TokenStatus.INVALID, "revoked"),
        ("suspend", "under-review", TokenStatus.SUSPENDED, "suspended"),
    ],
)
async def test_a_change_of_the_award_reaches_every_copy(deployment, change, reason, value, code):
    record = await deployment.issue(full_request("academic"))
    tokens = [(await fetched(deployment, configuration, record=record))[0][0] for configuration in BOTH]
    await deployment.change_status("wut", record, change, reason)
    for token in tokens:
        place = sd_jwt.read(token).document["status"]["status_list"]
        published = (await deployment.public.get(place["uri"])).text.split(".")[1]
        claims = json.loads(sd_jwt.jws.decode_base64url(published.encode()))
        assert claims["sub"] == place["uri"]
        assert TokenStatusList.decode(claims["status_list"]).value(place["idx"]) == value
        report = await deployment.verify(token)
        assert (report["verdict"], report["reason"]["code"]) == ("invalid", code)


async def test_an_offer_names_only_what_the_award_can_be_had_in(sqlite_deployment):
    deployment = sqlite_deployment
    for request, expected in (
        (full_request("academic"), BOTH),
        (a_service_badge(), [WE_BUILD]),
        (required_only_request("service"), []),
    ):
        record = await deployment.issue(request)
        _, offer, _ = await a_claim(deployment, record)
        assert [name for name in offer["credential_configuration_ids"] if "sd-jwt" in name] == expected


async def test_a_type_that_lacks_something_is_refused_with_all_that_it_lacks(sqlite_deployment):
    record = await sqlite_deployment.issue(a_service_badge())
    answer = await sqlite_deployment.system().post(
        f"/api/v1/credentials/{record['id']}/offers", json={"configurations": [LEARNING]}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "offer-malformed")
    errors = answer.json()["errors"]
    assert {error["code"] for error in errors} == {"claim-missing"}
    assert "#/offering/level/eqf" in [error["pointer"] for error in errors]
    assert all(error["citation"] for error in errors)


async def test_the_metadata_name_the_type_its_claims_and_its_algorithm(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment, await sqlite_deployment.issue(full_request("academic")))
    configurations = (await wallet.metadata())["credential_configurations_supported"]
    for name, vct in (
        (LEARNING, "urn:eu.europa.ec.eudi:learning:credential:1"),
        (WE_BUILD, "VerifiableMicroCredential"),
    ):
        one = configurations[name]
        assert (one["format"], one["vct"]) == ("dc+sd-jwt", vct)
        assert one["credential_signing_alg_values_supported"] == ["ES256"]
        assert "jwk" in one["cryptographic_binding_methods_supported"]
        claims = {claim["path"][0]: claim for claim in one["credential_metadata"]["claims"]}
        title = claims.get("achievement_title") or claims["title"]
        assert title["mandatory"]
        assert {entry["locale"]: entry["name"] for entry in title["display"]} == {"en": "Title", "de": "Titel"}


async def test_what_our_records_show_from_before_a_theft_stays_valid_whatever_is_shown_of_it(deployment):
    (token,), record, _ = await fetched(deployment, LEARNING)
    since = deployment.clock() + timedelta(days=1)
    deployment.clock.advance(days=2)
    await setup.revoke_key(deployment.office, "wut", "p256-2026-1", "stolen", compromised_since=since)
    first, *disclosures, end = token.split(b"~")
    for shown in (token, b"~".join([first, disclosures[0], end]), first + b"~"):
        report = await deployment.verify(shown)
        codes = {check["name"]: check["code"] for check in report["checks"]}
        assert (report["verdict"], codes["issuer-key"]) == ("valid", "issued-before-compromise")
    forged = json.loads(sd_jwt.jws.parse_compact(first).payload) | {"jti": f"urn:uuid:{record['id']}"}
    thief = deployment.office.keyring.signer("wut", "p256-2026-1")
    header = {"typ": "dc+sd-jwt", "kid": sd_jwt.read(token).key_id}
    again = await sd_jwt.jws.sign_compact(json.dumps(forged).encode(), header, signer=thief)
    assert (await deployment.verify(again + b"~"))["verdict"] == "invalid"


async def test_the_same_digest_names_a_key_everywhere(sqlite_deployment):
    key = Key.new()
    (token,), _, _ = await fetched(sqlite_deployment, LEARNING, keys=[key])
    name = sd_jwt.thumbprint_uri(sd_jwt.read(token).holder_key)
    canonical = json.dumps(key.jwk, sort_keys=True, separators=(",", ":")).encode()
    assert name.rpartition(":")[2] == encode_base64url(hashlib.sha256(canonical).digest()).decode() == key.thumbprint
