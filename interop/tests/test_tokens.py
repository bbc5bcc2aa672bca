"""Credentials and status lists as tokens (vc+jwt, VC-JOSE-COSE 1.0): ours checked by jose, theirs checked by us."""

import json

import pytest

from interop import peers

TOKEN = "application/vc+jwt"
ALGORITHMS = ("ES256", "ES384", "EdDSA")
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:learner"},
}


@pytest.fixture(scope="session")
def tokens(service, issued):
    """Each credential as a token, and every status list that one of them names."""
    found = {}
    for name, each in issued.items():
        address = f"/api/v1/credentials/{each.credential_id}/forms/vcdm2-jwt"
        found[name] = (
            service.university.client.get(address, headers={"Authorization": f"Bearer {service.university.api_key}"})
            .raise_for_status()
            .text
        )
    return found


def test_every_token_holds_and_says_what_the_document_says(tokens, issued, public_documents):
    answers = peers.verify_tokens(tokens, public_documents)
    assert {name: answer for name, answer in answers.items() if not answer["verified"]} == {}
    for name, answer in answers.items():
        assert answer["header"]["alg"] == "ES256"
        document = {key: value for key, value in issued[name].vcdm2.items() if key not in {"proof", "credentialStatus"}}
        assert {key: value for key, value in answer["payload"].items() if key != "credentialStatus"} == document


def test_every_twin_of_a_status_list_holds(service, tokens, public_documents):
    payloads = [answer["payload"] for answer in peers.verify_tokens(tokens, public_documents).values()]
    urls = {entry["statusListCredential"] for payload in payloads for entry in payload["credentialStatus"]}
    assert len(urls) == 2
    lists = {}
    for url in urls:
        answer = service.client.get(url).raise_for_status()
        assert answer.headers["content-type"] == TOKEN
        lists[url] = answer.text
    answers = peers.verify_tokens(lists, public_documents)
    assert {url: answer["payload"]["id"] for url, answer in answers.items() if answer["verified"]} == {
        url: url for url in urls
    }


def test_an_altered_token_holds_for_nobody(service, tokens, public_documents):
    altered = {}
    for name, token in tokens.items():
        middle = len(token) // 2
        altered[name] = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    answers = peers.verify_tokens(altered, public_documents)
    assert [name for name, answer in answers.items() if answer["verified"]] == []
    for token in altered.values():
        answer = service.client.post("/verify", content=token)
        assert answer.status_code == 400 or answer.json()["verdict"] == "invalid"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_others_sign_is_authentic_here_and_what_they_did_not_sign_is_not(service, algorithm):
    (signed,) = peers.sign_tokens(CREDENTIAL, [algorithm]).values()
    report = service.client.post("/verify", content=signed["token"]).raise_for_status().json()
    assert (report["verdict"], report["reason"]["code"]) == ("indeterminate", "issuer-not-a-member")
    assert [(proof["mechanism"], proof["algorithm"], proof["result"]) for proof in report["proofs"]] == [
        ("jose", algorithm, "passed")
    ]
    assert report["issuer"]["id"] == signed["issuer"]
    head, _, signature = signed["token"].rpartition(".")
    other = ("A" if signature[0] != "A" else "B") + signature[1:]
    report = service.client.post("/verify", content=f"{head}.{other}").raise_for_status().json()
    assert report["verdict"] == "invalid"
    envelope = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:{TOKEN},{signed['token']}",
    }
    report = service.client.post("/verify", content=json.dumps(envelope)).raise_for_status().json()
    assert report["reason"]["code"] == "issuer-not-a-member"


def test_a_receipt_holds_under_the_services_published_key_and_says_what_was_checked(service, issued):
    did_document = service.client.get("/.well-known/did.json").raise_for_status().json()
    receipts = {
        name: service.client.post("/verify/receipt", content=json.dumps(each.vcdm2)).raise_for_status().text
        for name, each in issued.items()
    }
    answers = peers.verify_tokens(receipts, {did_document["id"]: did_document})
    assert {name: answer for name, answer in answers.items() if not answer["verified"]} == {}
    for name, answer in answers.items():
        assert answer["payload"]["credentialSubject"]["statedId"] == issued[name].vcdm2["id"]
        assert answer["payload"]["issuer"] == did_document["id"]


def test_the_trust_list_holds_with_the_services_own_key_and_names_the_keys_that_sign(service, tokens, issued):
    trust_list = service.client.get("/trust/members.jwt").raise_for_status().text
    did_document = service.client.get("/.well-known/did.json").raise_for_status().json()
    altered = trust_list[:-8] + ("A" * 8 if not trust_list.endswith("A" * 8) else "B" * 8)
    answers = peers.verify_tokens({"list": trust_list, "altered": altered}, {did_document["id"]: did_document})
    assert (answers["list"]["verified"], answers["altered"]["verified"]) == (True, False)
    assert answers["list"]["header"]["typ"] == "enhance-trust-list+jwt"
    payload = answers["list"]["payload"]
    assert (payload["iss"], payload["form"]) == (did_document["id"], 1)
    # With nothing but the list: every credential's issuer is a member, and its token holds by the key that it states.
    members = {member["did"]: member for member in payload["members"]}
    as_documents = {
        did: {
            "verificationMethod": [
                {"id": key["jwk_id"], "type": "JsonWebKey", "publicKeyJwk": key["public_key_jwk"]}
                for key in member["keys"]
                if key["jwk_id"] is not None
            ],
            "assertionMethod": [key["jwk_id"] for key in member["keys"] if key["state"] != "revoked"],
        }
        for did, member in members.items()
    }
    assert {each.vcdm2["issuer"]["id"] for each in issued.values()} <= members.keys()
    checked = peers.verify_tokens(tokens, as_documents)
    assert {name for name, answer in checked.items() if not answer["verified"]} == set()


def test_the_trust_list_holds_for_pyjwt_which_checks_issuer_and_end_by_itself(service):
    trust_list = service.client.get("/trust/members.jwt").raise_for_status().text
    did_document = service.client.get("/.well-known/did.json").raise_for_status().json()
    claims = peers.decode_by_pyjwt(trust_list, did_document)
    assert claims == service.client.get("/trust/members.json").raise_for_status().json()
