"""What wallets must not get away with, each refused in the words of OpenID4VCI 1.0, RFC 6749 and RFC 9449."""

import asyncio
import json
import re

import pytest
import sqlalchemy as sa

from app.keys import Algorithm, InProcessSigner
from app.status import LIST_ENTRIES, KeyedPermutation
from app.store.status_lists import StatusIndexLease
from app.store.tables import metadata, status_list
from tests.builders import a_service_badge, full_request
from tests.counterparts.wallet import BOUND, GRANT, UNBOUND, Key, Wallet, encoded
from tests.deployments import PUBLIC_URL
from tests.journeys.test_wallet_issuing import a_claim, seconds_of
from tests.journeys.test_wallet_sd_jwt import LEARNING

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


async def an_offer(deployment, slug="wut", **wanted):
    record = await deployment.issue(a_service_badge(awarding_body=slug), slug)
    made = await deployment.system(slug).post(f"/api/v1/credentials/{record['id']}/offers", json=wanted)
    assert made.status_code == 201, made.text
    wallet, offer = await Wallet.scan(deployment.public, made.json()["by_value_uri"], seconds_of(deployment))
    return record, made.json(), offer, wallet


def told(answer, status=400):
    """Return the error of a refusal, after a look at its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    refusal = answer.json()
    assert set(refusal) == {"error", "error_description"}
    assert DESCRIPTION.fullmatch(refusal["error_description"])
    return refusal["error"]


# --- codes


async def test_a_code_is_good_once(deployment):
    _, _, offer, wallet = await an_offer(deployment)
    assert (await wallet.redeem(offer)).status_code == 200
    assert told(await wallet.redeem(offer)) == "invalid_grant"
    assert (await wallet.fetch()).status_code == 200


async def test_six_that_redeem_one_code_at_one_moment_get_one_token(deployment):
    _, _, offer, wallet = await an_offer(deployment)
    answers = await asyncio.gather(*(wallet.redeem(offer) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]
    assert {told(answer) for answer in answers if answer.status_code == 400} == {"invalid_grant"}


async def test_a_code_ends_by_time_and_by_withdrawal(deployment):
    record, made, offer, wallet = await an_offer(deployment)
    address = f"/api/v1/credentials/{record['id']}/offers/{made['id']}/withdrawal"
    await deployment.system().post(address)
    assert told(await wallet.redeem(offer)) == "invalid_grant"
    _, _, offer, wallet = await an_offer(deployment, "upv", expires_in_seconds=60)
    deployment.clock.advance(seconds=61)
    assert told(await wallet.redeem(offer)) == "invalid_grant"


async def test_a_guessed_code_opens_nothing_and_writes_nothing(sqlite_deployment):
    _, _, offer, wallet = await an_offer(sqlite_deployment)
    before = await rows(sqlite_deployment)
    for guess in ("x", "é", "A" * 43, "A" * 20_000):
        offer["grants"][GRANT]["pre-authorized_code"] = guess
        assert told(await wallet.redeem(offer)) in {"invalid_grant", "invalid_request"}
    assert await rows(sqlite_deployment) == before


async def test_five_wrong_transaction_codes_end_the_offer(deployment):
    _, made, offer, wallet = await an_offer(deployment, transaction_code=True)
    right = made["transaction_code"]
    wrong = f"{(int(right) + 1) % 10**6:06}"
    assert told(await wallet.redeem(offer)) == "invalid_request"
    for guess in (wrong, "", "1", f"{right}0", f" {right}"):
        assert told(await wallet.redeem(offer, guess)) in {"invalid_grant", "invalid_request"}
    assert told(await wallet.redeem(offer, wrong)) == "invalid_grant"
    assert told(await wallet.redeem(offer, right)) == "invalid_grant"


async def test_four_wrong_transaction_codes_leave_one_guess(deployment):
    _, made, offer, wallet = await an_offer(deployment, transaction_code=True)
    wrong = f"{(int(made['transaction_code']) + 1) % 10**6:06}"
    # Without a code nothing is guessed.
    for guess in (wrong, wrong, None, wrong, wrong):
        await wallet.redeem(offer, guess)
    assert (await wallet.redeem(offer, made["transaction_code"])).status_code == 200


async def test_ten_that_guess_at_one_moment_have_five_guesses(deployment):
    record, made, offer, wallet = await an_offer(deployment, transaction_code=True)
    wrong = f"{(int(made['transaction_code']) + 1) % 10**6:06}"
    answers = await asyncio.gather(*(wallet.redeem(offer, wrong) for _ in range(10)))
    assert {told(answer) for answer in answers} == {"invalid_grant"}
    listed = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/offers")).json()["items"]
    assert listed[0]["state"] == "locked"
    assert told(await wallet.redeem(offer, made["transaction_code"])) == "invalid_grant"


async def test_sixty_that_guess_at_one_moment_have_five_guesses(deployment):
    _, made, offer, wallet = await an_offer(deployment, transaction_code=True)
    right = int(made["transaction_code"])
    guesses = [f"{(right + 1 + number) % 10**6:06}" for number in range(60)] + [f"{right:06}"]
    answers = await asyncio.gather(*(wallet.redeem(offer, guess) for guess in guesses))
    # All have asked before the first is told, and still the last is compared with nothing.
    assert [told(answer) for answer in answers] == ["invalid_grant"] * 61
    assert sum("not the right one" in answer.text for answer in answers) == 5


async def test_a_transaction_code_that_nobody_asked_for_is_refused(deployment):
    _, _, offer, wallet = await an_offer(deployment)
    assert told(await wallet.redeem(offer, "123456")) == "invalid_request"
    assert (await wallet.redeem(offer)).status_code == 200


async def test_token_requests_are_read_strictly(sqlite_deployment):
    public, address = sqlite_deployment.public, "/issuers/wut/token"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    code = "pre-authorized_code=x"
    grant = f"grant_type={GRANT.replace(':', '%3A')}"
    for body, error in (
        ("", "invalid_request"),
        (code, "invalid_request"),
        (grant, "invalid_request"),
        (f"{grant}&pre-authorized_code=", "invalid_request"),
        (f"{grant}&{code}&{code}", "invalid_request"),
        (f"{grant}&{code}&tx_code=%00", "invalid_request"),
        (f"{grant}&{code}&tx_code=%ff", "invalid_request"),
        ("&".join(f"p{number}=1" for number in range(60)), "invalid_request"),
        (f"grant_type=authorization_code&{code}", "unsupported_grant_type"),
        (f"{grant}&{code}", "invalid_grant"),
    ):
        assert told(await public.post(address, content=body, headers=form)) == error, body
    assert told(await public.post(address, json={"grant_type": GRANT})) == "invalid_request"
    assert told(await public.post(address, content="a" * 70_000, headers=form), 413) == "invalid_request"
    assert (await public.post("/issuers/nobody/token", content=code, headers=form)).status_code == 404


WRONG_DETAILS = [
    "no json",
    "{}",
    "[]",
    '[{"type":"openid_credential"}]',
    '[{"type":"openid_credential","credential_configuration_id":"unheard-of"}]',
    '[{"type":"payment","credential_configuration_id":"enhance-microcredential.ldp_vc"}]',
]


async def test_details_that_the_offer_does_not_hold_are_refused(sqlite_deployment):
    _, _, offer, wallet = await an_offer(sqlite_deployment)
    for details in WRONG_DETAILS:
        assert told(await wallet.redeem(offer, authorization_details=details)) == "invalid_authorization_details"
    assert (await wallet.redeem(offer)).status_code == 200


# --- nonces and proofs


async def refused_proof(wallet, proof):
    body = {"credential_configuration_id": BOUND, "proofs": {"jwt": [proof]}}
    return told(await wallet.post("credential", body))


async def test_a_nonce_is_good_once(deployment):
    record, _, wallet = await a_claim(deployment)
    nonce = await wallet.nonce()
    body = {
        "credential_configuration_id": BOUND,
        "proofs": {"jwt": [await wallet.proof(wallet.keys[0], nonce)]},
    }
    assert (await wallet.post("credential", body)).status_code == 200
    assert told(await wallet.post("credential", body)) == "invalid_nonce"
    _, _, other = await a_claim(deployment, record)
    assert await refused_proof(other, await other.proof(other.keys[0], nonce)) == "invalid_nonce"


async def test_two_that_use_one_nonce_at_one_moment_get_one_answer(deployment):
    _, _, wallet = await a_claim(deployment)
    nonce = await wallet.nonce()
    bodies = [
        {"credential_configuration_id": BOUND, "proofs": {"jwt": [await wallet.proof(Key.new(), nonce)]}}
        for _ in range(4)
    ]
    answers = await asyncio.gather(*(wallet.post("credential", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert {told(one) for one in answers if one.status_code == 400} <= {"invalid_nonce", "credential_request_denied"}


async def test_a_nonce_is_of_this_issuer_and_of_these_minutes(deployment):
    _, _, wallet = await a_claim(deployment)
    key = wallet.keys[0]
    foreign = (await deployment.public.post("/issuers/upv/nonce")).json()["c_nonce"]
    own = await wallet.nonce()
    altered = own[:-2] + ("A" if own[-2] != "A" else "B") + own[-1]
    for nonce in (foreign, altered, "invented", own + "A"):
        assert await refused_proof(wallet, await wallet.proof(key, nonce)) == "invalid_nonce"
    deployment.clock.advance(seconds=301)
    assert await refused_proof(wallet, await wallet.proof(key, own)) == "invalid_nonce"
    for missing in (None, "", 7):
        proof = await wallet.proof(key, None, claims={"nonce": missing})
        assert await refused_proof(wallet, proof) == "invalid_proof"
    assert (await wallet.fetch()).status_code == 200


WRONG_HEADERS = {
    "typ-of-another-token": {"typ": "JWT"},
    "no-typ": {"typ": None},
    "alg-none": {"alg": "none"},
    "alg-of-a-shared-secret": {"alg": "HS256"},
    "alg-of-another-key": {"alg": "EdDSA"},
    "critical": {"crit": ["exp"]},
    "no-key": {"jwk": None},
    "two-keys": {"kid": "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"},
    "certificate": {"jwk": None, "x5c": ["MIIB"]},
    "a-symmetric-key": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}},
    "a-key-that-is-none": {"jwk": "key"},
    "a-did-that-is-fetched": {"jwk": None, "kid": "did:web:example.org#0"},
    "a-did-that-is-none": {"jwk": None, "kid": "did:jwk:e30#0"},
    "another-key-of-a-did": {"jwk": None, "kid": "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv#another"},
}


async def test_a_proof_with_a_wrong_header_is_refused(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment)
    nonce = await wallet.nonce()
    for name, header in WRONG_HEADERS.items():
        proof = await wallet.proof(wallet.keys[0], nonce, header=header)
        assert await refused_proof(wallet, proof) == "invalid_proof", name
    assert (await wallet.fetch()).status_code == 200


async def test_a_proof_that_brings_a_private_key_is_refused(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment)
    private = {**wallet.keys[0].jwk, "d": "A" * 43}
    for header in ({"jwk": private}, {"jwk": None, "kid": f"did:jwk:{encoded(private)}#0"}):
        proof = await wallet.proof(wallet.keys[0], await wallet.nonce(), header=header)
        assert await refused_proof(wallet, proof) == "invalid_proof"


async def test_a_key_of_a_kind_that_is_not_announced_is_refused(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment)
    proof = await wallet.proof(Key.new(Algorithm.P384), await wallet.nonce())
    assert await refused_proof(wallet, proof) == "invalid_proof"


WRONG_CLAIMS = [
    {"aud": f"{PUBLIC_URL}/issuers/upv"},
    {"aud": f"{PUBLIC_URL}/issuers/wut/"},
    {"aud": [f"{PUBLIC_URL}/issuers/wut", "https://elsewhere.example"]},
    {"aud": None},
    {"iat": None},
    {"iat": "now"},
    {"iat": 0},
    {"iat": 99_999_999_999},
    {"exp": 1},
    {"iss": "a-client"},
]


async def test_a_proof_with_wrong_claims_is_refused(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment)
    nonce = await wallet.nonce()
    for claims in WRONG_CLAIMS:
        proof = await wallet.proof(wallet.keys[0], nonce, claims=claims)
        assert await refused_proof(wallet, proof) == "invalid_proof", claims
    assert (await wallet.fetch()).status_code == 200


async def test_a_proof_is_signed_by_the_key_that_it_shows(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment)
    shown = wallet.keys[0]
    thief = Key(InProcessSigner.generate(Algorithm.P256))
    thief.header = shown.header  # type: ignore[method-assign]
    nonce = await wallet.nonce()
    assert await refused_proof(wallet, await wallet.proof(thief, nonce)) == "invalid_proof"
    proof = await wallet.proof(shown, nonce)
    for broken in (proof[:-4] + "AAAA", proof + ".", proof.rsplit(".", 1)[0] + ".", "no token", "", "é"):
        assert await refused_proof(wallet, broken) == "invalid_proof"
    assert (await wallet.fetch()).status_code == 200


async def test_proofs_are_one_to_five_of_one_type_by_different_keys(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment)
    nonce, key = await wallet.nonce(), wallet.keys[0]
    proof = await wallet.proof(key, nonce)
    many = [await wallet.proof(Key.new(), nonce) for _ in range(6)]
    same = [proof, await wallet.proof(Key(key.signer, "did:key"), nonce)]
    for proofs, error in (
        ({"jwt": many}, "invalid_credential_request"),
        ({"jwt": same}, "invalid_proof"),
        ({"jwt": []}, "invalid_proof"),
        ({"jwt": proof}, "invalid_proof"),
        ({"jwt": [7]}, "invalid_proof"),
        ({"di_vp": [{}]}, "invalid_proof"),
        ({"jwt": [proof], "di_vp": [{}]}, "invalid_proof"),
        ([proof], "invalid_proof"),
        (None, "invalid_proof"),
    ):
        body = {"credential_configuration_id": BOUND, "proofs": proofs}
        assert told(await wallet.post("credential", body)) == error, proofs
    draft = {"credential_configuration_id": BOUND, "proof": {"proof_type": "jwt", "jwt": proof}}
    assert told(await wallet.post("credential", draft)) == "invalid_proof"


async def test_credential_requests_are_read_strictly(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment, configurations=[UNBOUND])
    encryption = {"jwk": {}, "enc": "A256GCM"}
    for body, error in (
        ([], "invalid_credential_request"),
        ({}, "invalid_credential_request"),
        ({"format": "ldp_vc"}, "invalid_credential_request"),
        ({"credential_configuration_id": 7}, "invalid_credential_request"),
        ({"credential_configuration_id": UNBOUND, "credential_identifier": "x"}, "invalid_credential_request"),
        ({"credential_identifier": f"award:{UNBOUND}"}, "unknown_credential_identifier"),
        ({"credential_configuration_id": "unheard-of"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": BOUND}, "unknown_credential_configuration"),
        (
            {"credential_configuration_id": UNBOUND, "credential_response_encryption": encryption},
            "invalid_encryption_parameters",
        ),
    ):
        assert told(await wallet.post("credential", body)) == error, body
    headers = {"Authorization": f"Bearer {wallet.token['access_token']}"}
    for content in (b"{", b'{"a":1,"a":2}', b"\xff"):
        answer = await sqlite_deployment.public.post("/issuers/wut/credential", content=content, headers=headers)
        assert told(answer) == "invalid_credential_request"
    unheard = {"credential_configuration_id": UNBOUND, "proofs": {"jwt": ["ignored here"]}, "unheard": "ignored"}
    assert (await wallet.post("credential", unheard)).status_code == 200


# --- tokens


async def test_a_token_opens_one_university(deployment):
    _, _, wallet = await a_claim(deployment)
    elsewhere = Wallet(deployment.public, f"{PUBLIC_URL}/issuers/upv", wallet.now, token=wallet.token)
    for endpoint, body in (
        ("credential", {"credential_configuration_id": UNBOUND}),
        ("deferred_credential", {"transaction_id": "x"}),
        ("notification", {"notification_id": "x", "event": "credential_accepted"}),
    ):
        answer = await elsewhere.post(endpoint, body)
        assert told(answer, 401) == "invalid_token"
        assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert (await wallet.fetch()).status_code == 200


async def test_what_is_no_token_is_told_how_to_send_one(sqlite_deployment):
    for header in ({}, {"Authorization": ""}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
        answer = await sqlite_deployment.public.post("/issuers/wut/credential", json={}, headers=header)
        assert told(answer, 401) == "invalid_token"
        assert "Bearer" in answer.headers["www-authenticate"]
        assert 'algs="ES256 EdDSA"' in answer.headers["www-authenticate"] or header == {"Authorization": "Bearer"}


async def test_a_token_ends(deployment):
    record, _, wallet = await a_claim(deployment)
    offers = f"/api/v1/credentials/{record['id']}/offers"
    listed = (await deployment.system().get(offers)).json()["items"]
    await deployment.system().post(f"{offers}/{listed[0]['id']}/withdrawal")
    assert told(await wallet.fetch(UNBOUND), 401) == "invalid_token"
    _, _, wallet = await a_claim(deployment, record)
    deployment.clock.advance(seconds=wallet.token["expires_in"])
    assert told(await wallet.fetch(UNBOUND), 401) == "invalid_token"


# --- DPoP


async def test_a_bound_token_needs_its_key(deployment):
    _, _, wallet = await a_claim(deployment, dpop_key=Key.new())
    body = {"credential_configuration_id": UNBOUND}
    token = wallet.token["access_token"]
    plain = await wallet.post("credential", body, headers={"Authorization": f"Bearer {token}"})
    assert told(plain, 401) == "invalid_token"
    own, wallet.dpop_key = wallet.dpop_key, Key.new()
    stolen = await wallet.post("credential", body)
    assert told(stolen, 401) == "invalid_dpop_proof"
    assert stolen.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
    wallet.dpop_key = own
    assert (await wallet.post("credential", body)).status_code == 200


async def test_a_dpop_proof_is_good_once(deployment):
    _, _, wallet = await a_claim(deployment, dpop_key=Key.new())
    body = {"credential_configuration_id": UNBOUND}
    once = {"DPoP": await wallet.dpop("credential", with_token=True)}
    assert (await wallet.post("credential", body, headers=once)).status_code == 200
    assert told(await wallet.post("credential", body, headers=once), 401) == "invalid_dpop_proof"
    _, _, offer, other = await an_offer(deployment, "upv")
    other.dpop_key = wallet.dpop_key
    used = {"DPoP": await other.dpop("token", with_token=False)}
    assert (await other.redeem(offer, headers=used)).status_code == 200
    _, _, offer, third = await an_offer(deployment, "tu-berlin")
    third.dpop_key = wallet.dpop_key
    moved = {"DPoP": used["DPoP"]}
    assert told(await third.redeem(offer, headers=moved)) == "invalid_dpop_proof"


WRONG_DPOP = [
    ({"typ": "JWT"}, None),
    ({"alg": "none"}, None),
    ({"jwk": None}, None),
    ({"kid": "another"}, None),
    (None, {"htm": "GET"}),
    (None, {"htu": f"{PUBLIC_URL}/issuers/upv/credential"}),
    (None, {"htu": f"{PUBLIC_URL}/issuers/wut/token"}),
    (None, {"iat": 0}),
    (None, {"iat": None}),
    (None, {"jti": None}),
    (None, {"jti": "x" * 300}),
    (None, {"ath": None}),
    (None, {"ath": "AAAA"}),
]


async def test_a_wrong_dpop_proof_is_refused(sqlite_deployment):
    _, _, wallet = await a_claim(sqlite_deployment, dpop_key=Key.new())
    body = {"credential_configuration_id": UNBOUND}
    for header, claims in WRONG_DPOP:
        proof = await wallet.dpop("credential", with_token=True, header=header, claims=claims)
        answer = await wallet.post("credential", body, headers={"DPoP": proof})
        assert told(answer, 401) == "invalid_dpop_proof", (header, claims)
    assert (await wallet.post("credential", body)).status_code == 200


async def test_a_wrong_dpop_proof_uses_no_offer_up(deployment):
    _, _, offer, wallet = await an_offer(deployment)
    wallet.dpop_key = Key.new()
    wrong = await wallet.dpop("token", with_token=False, claims={"htu": f"{PUBLIC_URL}/issuers/wut/credential"})
    assert told(await wallet.redeem(offer, headers={"DPoP": wrong})) == "invalid_dpop_proof"
    private = {**wallet.dpop_key.jwk, "d": "A" * 43}
    burnt = await wallet.dpop("token", with_token=False, header={"jwk": private})
    assert told(await wallet.redeem(offer, headers={"DPoP": burnt})) == "invalid_dpop_proof"
    assert (await wallet.redeem(offer)).status_code == 200


async def test_the_address_in_a_dpop_proof_may_be_spelt_otherwise(deployment):
    _, _, wallet = await a_claim(deployment, dpop_key=Key.new())
    spelt = f"{PUBLIC_URL.replace('localhost', 'LOCALHOST')}/issuers/wut/credential?x=1#y"
    proof = await wallet.dpop("credential", with_token=True, claims={"htu": spelt})
    answer = await wallet.post("credential", {"credential_configuration_id": UNBOUND}, headers={"DPoP": proof})
    assert answer.status_code == 200, answer.text


# --- universities, floods


async def test_two_universities_never_mix(deployment):
    found = {}
    for slug in ("wut", "upv"):
        record = await deployment.issue(a_service_badge(awarding_body=slug), slug)
        _, offer, wallet = await a_claim(deployment, record)
        (given,) = (await wallet.fetch()).json()["credentials"]
        document = given["credential"]
        said = await wallet.metadata()
        server = (await deployment.public.get(f"/.well-known/oauth-authorization-server/issuers/{slug}")).json()
        addresses = re.findall(r"/issuers/([a-z-]+)", json.dumps([offer, said, server, document["credentialStatus"]]))
        assert set(addresses) == {slug}
        assert document["issuer"]["id"] == f"did:web:localhost%3A8000:issuers:{slug}"
        assert document["proof"]["verificationMethod"].startswith(f"{document['issuer']['id']}#")
        found[slug] = (offer, wallet)
    (offer, _), (_, other) = found["wut"], found["upv"]
    offer = dict(offer)
    assert told(await other.redeem(offer)) == "invalid_grant"


async def rows(deployment):
    """Return how many rows each table has."""
    path = deployment.settings.database_url.removeprefix("sqlite:///")
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        counted = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return counted


@pytest.fixture
def one_by_one(deployment, monkeypatch):
    """Places in status lists are leased singly, so that each one that is taken shows."""
    lease = StatusIndexLease(deployment.office.database, KeyedPermutation, owner="test", capacity=LIST_ENTRIES, size=1)
    monkeypatch.setattr(deployment.office, "status_places", lease)
    return deployment


async def places_taken(deployment):
    async with deployment.office.database.read() as connection:
        return await connection.fetch_value(sa.select(sa.func.sum(status_list.c.next_counter).label("taken")))


async def test_what_is_refused_takes_no_place_in_the_status_lists(one_by_one):
    deployment = one_by_one
    record = await deployment.issue(full_request("academic"), "wut")
    _, _, wallet = await a_claim(deployment, record, keys=[Key.new() for _ in range(5)])
    nonce = await wallet.nonce()

    async def ask(configuration):
        proofs = [await wallet.proof(key, nonce) for key in wallet.keys]
        body = {"credential_configuration_id": configuration, "proofs": {"jwt": proofs}}
        return await wallet.post("credential", body)

    assert (await ask(BOUND)).status_code == 200
    before = await places_taken(deployment)
    assert before == 6
    for _ in range(3):
        assert told(await ask(LEARNING)) == "invalid_nonce"
    assert await places_taken(deployment) == before


async def test_what_a_corrected_award_lacks_takes_no_place_either(one_by_one):
    deployment = one_by_one
    record = await deployment.issue(full_request("academic"), "wut")
    _, offer, wallet = await a_claim(deployment, record)
    assert LEARNING in offer["credential_configuration_ids"]
    corrected = a_service_badge()
    replaced = await deployment.system().post(
        f"/api/v1/credentials/{record['id']}/replacement", json={**corrected, "reason": "correction"}
    )
    assert replaced.status_code == 201, replaced.text
    before = await places_taken(deployment)
    assert told(await wallet.fetch(LEARNING)) == "credential_request_denied"
    assert await places_taken(deployment) == before


async def test_a_flood_of_strangers_does_not_grow_the_database(sqlite_deployment):
    deployment = sqlite_deployment
    _, _, offer, wallet = await an_offer(deployment)
    before = await rows(deployment)
    stranger = Wallet(deployment.public, wallet.issuer, wallet.now, dpop_key=Key.new(), token={"access_token": "x"})
    for number in range(40):
        await stranger.nonce()
        offer["grants"][GRANT]["pre-authorized_code"] = f"guess-{number}"
        assert told(await stranger.redeem(offer)) == "invalid_grant"
        assert told(await stranger.fetch(), 401) == "invalid_token"
        assert (await deployment.public.get(f"/issuers/wut/offers/guess-{number}")).status_code == 404
    assert await rows(deployment) == before


async def test_one_offer_does_not_grow_the_database_without_end(sqlite_deployment):
    deployment = sqlite_deployment
    _, _, wallet = await a_claim(deployment)
    for _ in range(210):
        assert told(await wallet.post("credential", {})) == "invalid_credential_request"
    assert (await wallet.fetch()).status_code == 200
    after = await rows(deployment)
    # A fifth of the 200 is kept free for what must not be hidden.
    assert after["wallet_event"] == 161
    assert after["consumed_once"] == 1
    seen = (await deployment.system().get("/api/v1/wallet-events")).json()["items"]
    assert seen[0]["kind"] == "credential-given"
