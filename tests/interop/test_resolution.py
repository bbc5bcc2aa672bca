"""Whose keys are found in the interop mode: did:jwk in its own name, did:web where the operator lets it be asked."""

import base64
import json

import pytest

from app.keys import Algorithm
from tests.counterparts.foreign_issuer import ForeignIssuer
from tests.counterparts.hostile_host import HostileHost
from tests.deployments import START, a_deployment
from tests.interop.conftest import Suite, codes, refused


@pytest.fixture
async def host():
    async with HostileHost() as host:
        yield host


@pytest.fixture(params=["anyone"])
async def asking(request, sqlite_prepared, host):
    """A service that may ask this one host over http."""
    name, port = host.exception
    changes = {"interop_routes": True, "verify_lookups": request.param, "loopback_exceptions": f"{name}:{port}"}
    async with a_deployment(sqlite_prepared, changes=changes) as deployment:
        yield Suite(deployment, {})


def by_its_own_name(algorithm):
    """A party whose DID is its JWK (did:jwk method specification)."""
    party = ForeignIssuer(algorithm=algorithm)
    jwk = json.dumps(party.signer.public_key.jwk()).encode()
    party.did = "did:jwk:" + base64.urlsafe_b64encode(jwk).rstrip(b"=").decode()
    return party, f"{party.did}#0"


def published_by(host):
    """A party whose DID document lies on the host."""
    party = ForeignIssuer(host.did("issuers", "abc"))
    document = party.did_document(authentication=[party.method])
    host.serve("/issuers/abc/did.json", document, media_type="application/did+json")
    return party, party.method


async def credential_of(party, method, **changes):
    return await party.sign(party.unsigned(**changes), created=START, method=method)


async def presentation_of(party, method, *credentials, **changes):
    shown = list(credentials) or None
    presentation = party.presentation(**{"verifiableCredential": shown, **changes})
    return await party.present(presentation, created=START, method=method, challenge="c-1")


@pytest.mark.parametrize("algorithm", list(Algorithm))
async def test_a_did_jwk_is_its_own_document(asking, algorithm):
    party, method = by_its_own_name(algorithm)
    credential = await credential_of(party, method)
    answer = await asking.verify(credential, checks=[])
    assert answer.status_code == 200, answer.text
    assert {"name": "issuer-key", "result": "passed", "code": "issuer-key-in-did-document"} in answer.json()["checks"]
    answer = await asking.present(await presentation_of(party, method, credential), challenge="c-1")
    assert (answer.status_code, answer.json().get("holderProved")) == (200, True)
    forged = await ForeignIssuer(algorithm=algorithm).sign(party.unsigned(), created=START, method=method)
    assert "proof-wrong" in codes(await asking.refuses_to_verify(forged))


async def test_a_did_web_is_asked_on_the_host_that_the_setting_names(asking, host):
    party, method = published_by(host)
    credential = await credential_of(party, method)
    answer = await asking.verify(credential, checks=[])
    assert answer.status_code == 200, answer.text
    answer = await asking.present(await presentation_of(party, method, credential), challenge="c-1")
    assert (answer.status_code, answer.json().get("holderProved")) == (200, True)
    assert {seen.path for seen in host.seen} == {"/issuers/abc/did.json"}


async def test_a_did_web_presents_only_in_its_own_name(asking, host):
    party, method = published_by(host)
    # Nobody says that this host has anything to do with it, so it is not asked.
    for named in (None, "did:example:acme"):
        problem = refused(await asking.present(await presentation_of(party, method, holder=named), challenge="c-1"))
        assert "proof-key-not-available" in codes(problem)
    assert host.seen == []


@pytest.mark.parametrize("asking", ["members", "off"], indirect=True)
async def test_a_did_web_that_may_not_be_asked_verifies_nothing(asking, host):
    party, method = published_by(host)
    credential = await credential_of(party, method)
    assert "proof-key-not-available" in codes(await asking.refuses_to_verify(credential))
    refused(await asking.present(await presentation_of(party, method), challenge="c-1"))
    assert host.seen == []


async def test_a_did_web_whose_document_does_not_list_the_key_verifies_nothing(asking, host):
    party, method = published_by(host)
    document = party.did_document(authentication=[], assertionMethod=[])
    host.serve("/issuers/abc/did.json", document, media_type="application/did+json")
    assert "key-not-for-assertion" in codes(await asking.refuses_to_verify(await credential_of(party, method)))
    problem = refused(await asking.present(await presentation_of(party, method), challenge="c-1"))
    assert "key-not-for-authentication" in codes(problem)
