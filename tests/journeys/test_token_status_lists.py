"""The Token Status List at its address: the same places as in the Bitstring lists, as one signed token."""

import json

from app.keys import PublicKey
from app.securing import jws
from app.status import TokenStatus, TokenStatusList
from tests.builders import full_request

MEDIA_TYPE = "application/statuslist+jwt"


async def published(deployment, url):
    """Return the claims at ``url``, checked with the key of the issuer that the header names."""
    answer = await deployment.public.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE), answer.text
    token = jws.parse_compact(answer.content)
    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    keys = {
        method["id"]: PublicKey.from_jwk(method["publicKeyJwk"])
        for method in document["verificationMethod"]
        if method["type"] == "JsonWebKey"
    }
    assert token.header == {"alg": "ES256", "typ": "statuslist+jwt", "kid": token.header["kid"]}
    assert jws.holds(token, keys[token.header["kid"]])
    return json.loads(token.payload)


async def test_every_change_is_seen_at_once_in_every_view(deployment):
    record = await deployment.issue(full_request("academic"))
    entry = (await deployment.fetch(record)).document["credentialStatus"][0]
    index, url = int(entry["statusListIndex"]), entry["statusListCredential"].replace("/revocation", "/token")
    expected = {"suspend": TokenStatus.SUSPENDED, "reinstate": TokenStatus.VALID, "revoke": TokenStatus.INVALID}
    reasons = {"suspend": "under-review", "reinstate": "review-ended", "revoke": "integrity"}
    seen = TokenStatusList.decode((await published(deployment, url))["status_list"])
    assert (len(seen), seen.value(index)) == (131_072, TokenStatus.VALID)
    for change, value in expected.items():
        await deployment.change_status("wut", record, change, reasons[change])
        seen = TokenStatusList.decode((await published(deployment, url))["status_list"])
        assert seen.value(index) == value, change
        assert seen.value((index + 1) % len(seen)) == TokenStatus.VALID


async def test_the_list_may_be_kept_for_a_while_and_says_for_how_long(deployment):
    record = await deployment.issue(full_request("academic"))
    url = (await deployment.fetch(record)).document["credentialStatus"][0]["statusListCredential"]
    url = url.replace("/revocation", "/token")
    claims = await published(deployment, url)
    issuer = url.partition("/status/")[0]
    assert (claims["sub"], claims["iss"], claims["ttl"]) == (url, issuer, 300)
    assert claims["exp"] - claims["iat"] == 24 * 60 * 60
    first = await deployment.public.get(url)
    assert first.headers["cache-control"] == "public, max-age=60"
    again = await deployment.public.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    deployment.clock.advance(hours=13)
    assert (await published(deployment, url))["iat"] > claims["iat"]


async def test_there_is_no_list_where_there_is_none(deployment):
    for path in ("/issuers/wut/status/77/token", "/issuers/nobody/status/1/token", "/issuers/wut/status/1/token.jwt"):
        answer = await deployment.public.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "status-list-unknown")
