"""The interop mode with clients that are not ours, both ways: theirs verifies here, and ours there."""

import copy

import pytest

from app.keys import PublicKey
from interop import peers

V2 = "https://www.w3.org/ns/credentials/v2"
CHALLENGE, DOMAIN = "a-challenge", "verifier.example"


@pytest.fixture(scope="module")
def issuers(service):
    return {each["name"]: each["id"] for each in service.client.get("/interop/issuers").json()["issuers"]}


def a_credential(issuer, **members):
    return {
        "@context": [V2],
        "id": "urn:uuid:7f2bd2b4-9ab3-47a5-8ff5-0d2f1a5ce7b1",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }


def post(service, path, body):
    return service.client.post(f"/interop/{path}", json=body)


def issue(service, credential, **options):
    answer = post(service, "credentials/issue", {"credential": credential, "options": options})
    assert answer.status_code == 201, answer.text
    return answer.json()["verifiableCredential"]


def did_documents(issuers):
    """What a did:key stands for (did:key method, "Document Creation Algorithm")."""
    documents = {}
    for did in issuers.values():
        multikey = did.removeprefix("did:key:")
        method = {
            "id": f"{did}#{multikey}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": multikey,
        }
        documents[did] = {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": did,
            "verificationMethod": [method],
            "assertionMethod": [method["id"]],
        }
    return documents


def test_what_digital_bazaar_issues_verifies_here(service):
    issued, _ = peers.issue_by_strangers({"it": a_credential("did:example:replaced")})
    assert len(issued) == 2
    for name, credential in issued.items():
        for options in ({"checks": ["proof"]}, {}):
            body = {"verifiableCredential": credential, "options": options}
            assert post(service, "credentials/verify", body).status_code == 200, name
        altered = {**credential, "credentialSubject": {"id": "did:example:other"}}
        assert post(service, "credentials/verify", {"verifiableCredential": altered}).status_code == 400


def test_what_is_issued_here_verifies_there_with_its_status(service, issuers):
    issued = {name: issue(service, a_credential(did), status=["revocation"]) for name, did in issuers.items()}
    lists = [each["credentialStatus"]["statusListCredential"] for each in issued.values()]
    documents = did_documents(issuers) | {url: service.client.get(url).json() for url in lists}
    answers = peers.verify_by_digital_bazaar(issued, documents)
    assert {name: answer for name, answer in answers.items() if not answer["verified"]} == {}
    assert {answer["statuses"][0]["set"] for answer in answers.values()} == {False}


def test_a_revocation_here_is_seen_there(service, issuers):
    identifier = "urn:uuid:6ffb4a3e-6f14-4d2f-8e8b-5a4e3df14f7a"
    credential = issue(service, a_credential(issuers["ed25519"], id=identifier), status=["revocation"])
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    changed = post(service, "credentials/status", {"credentialId": identifier, "credentialStatus": entry})
    assert changed.status_code == 200
    url = credential["credentialStatus"]["statusListCredential"]
    documents = did_documents(issuers) | {url: service.client.get(url).json()}
    answer = peers.verify_by_digital_bazaar({"it": credential}, documents)["it"]
    assert (answer["verified"], answer["statuses"][0]["set"]) == (True, True)


def test_what_digital_bazaar_presents_verifies_here_for_its_challenge_and_domain(service, issuers):
    credentials = [issue(service, a_credential(did, id=f"urn:x:{name}")) for name, did in issuers.items()]
    presentations = peers.present_by_strangers(credentials, CHALLENGE, DOMAIN)
    asked = {"challenge": CHALLENGE, "domain": DOMAIN}
    for name, presentation in presentations.items():
        signed = name != "unsigned"
        body = {"verifiablePresentation": presentation, "options": asked if signed else {}}
        answer = post(service, "presentations/verify", body)
        assert (answer.status_code, answer.json().get("holderProved")) == (200, signed), (name, answer.text)
        for wrong in ({**asked, "challenge": "another"}, {**asked, "domain": "another"}):
            refused = post(service, "presentations/verify", {"verifiablePresentation": presentation, "options": wrong})
            assert refused.status_code == 400, name
        altered = copy.deepcopy(presentation)
        altered["verifiableCredential"][0]["credentialSubject"]["id"] = "did:example:other"
        refused = post(service, "presentations/verify", {"verifiablePresentation": altered})
        assert refused.status_code == 400, name


def test_tokens_of_each_kind_of_key_hold_for_jose(service, issuers):
    tokens = {
        name: issue(service, a_credential(did), form="vc+jwt")["id"].partition(",")[2] for name, did in issuers.items()
    }
    documents = did_documents(issuers)
    for did, document in documents.items():
        jwk = PublicKey.from_multikey(did.removeprefix("did:key:")).jwk()
        document["verificationMethod"][0] |= {"type": "JsonWebKey", "publicKeyJwk": jwk}
    answers = peers.verify_tokens(tokens, documents)
    assert {name: answer for name, answer in answers.items() if not answer["verified"]} == {}
    assert {answer["payload"]["issuer"] for answer in answers.values()} == set(issuers.values())


def test_the_campus_verifier_asks_the_running_service_and_finds_credentials_good(service, issued, issuers):
    mine = {name: each.vcdm2 for name, each in issued.items()}
    # It knows eddsa-rdfc-2022 alone.
    theirs = {"interop": issue(service, a_credential(issuers["ed25519"]))}
    answers = peers.verify_by_campus_verifier({**mine, **theirs}, str(service.client.base_url).rstrip("/"))
    assert {name: answer["errors"] for name, answer in answers.items() if answer["errors"]} == {}
    for name, answer in answers.items():
        assert answer["log"]["valid_signature"], (name, answer)
        assert answer["log"]["expiration"], (name, answer)


def test_the_campus_verifier_refuses_an_altered_credential(service, issued):
    name, each = next(iter(issued.items()))
    altered = {**each.vcdm2, "validFrom": "2001-01-01T00:00:00Z"}
    answer = peers.verify_by_campus_verifier({name: altered}, str(service.client.base_url).rstrip("/"))[name]
    assert answer["errors"]
