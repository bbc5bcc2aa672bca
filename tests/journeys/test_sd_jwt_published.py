"""What readers of SD-JWT VCs find at our addresses: an issuer's keys, the types, and nobody else's."""

import base64
import hashlib

from app.issuance import setup
from app.keys import Algorithm


async def keys_of(deployment, slug, *, appended=False):
    path = f"/issuers/{slug}/.well-known/jwt-vc-issuer" if appended else f"/.well-known/jwt-vc-issuer/issuers/{slug}"
    answer = await deployment.public.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


async def test_an_issuer_s_keys_stand_at_the_inserted_address_and_at_the_appended_one(deployment):
    inserted = await keys_of(deployment, "wut")
    assert inserted == await keys_of(deployment, "wut", appended=True)
    assert inserted["issuer"] == f"{deployment.office.public_url}/issuers/wut"
    document = (await deployment.public.get("/issuers/wut/did.json")).json()
    in_did_document = {
        method["id"]: method["publicKeyJwk"]
        for method in document["verificationMethod"]
        if method["type"] == "JsonWebKey"
    }
    assert len(inserted["jwks"]["keys"]) == len(in_did_document) == 1
    for key in inserted["jwks"]["keys"]:
        assert (key["alg"], key["use"]) == ("ES256", "sig")
        assert in_did_document[key["kid"]].items() <= key.items()
        assert "d" not in key


async def test_two_universities_have_no_key_in_common(deployment):
    first, second = await keys_of(deployment, "wut"), await keys_of(deployment, "tu-berlin")
    assert first["issuer"] != second["issuer"]
    assert not {key["x"] for key in first["jwks"]["keys"]} & {key["x"] for key in second["jwks"]["keys"]}


async def test_a_revoked_key_is_not_among_them_and_a_retired_one_is(deployment):
    before = (await keys_of(deployment, "wut"))["jwks"]["keys"][0]["kid"]
    fragment = before.partition("#")[2].removesuffix("-jwk")
    for key in await setup.generate_keys(deployment.office, "wut", algorithms=[Algorithm.P256]):
        await setup.activate_key(deployment.office, "wut", key.fragment)
    assert {one["kid"] for one in (await keys_of(deployment, "wut"))["jwks"]["keys"]} >= {before}
    await setup.revoke_key(deployment.office, "wut", fragment, "lost")
    assert before not in {one["kid"] for one in (await keys_of(deployment, "wut"))["jwks"]["keys"]}


async def test_whom_nobody_knows_has_no_keys(deployment):
    for path in ("/.well-known/jwt-vc-issuer/issuers/nobody", "/issuers/nobody/.well-known/jwt-vc-issuer"):
        assert (await deployment.public.get(path)).status_code == 404


async def test_the_types_are_listed_with_the_digest_of_what_describes_them(deployment):
    listed = (await deployment.public.get("/types")).json()["types"]
    assert [one["vct"] for one in listed] == [
        "urn:eu.europa.ec.eudi:learning:credential:1",
        "VerifiableMicroCredential",
    ]
    for one in listed:
        assert one["url"].startswith(f"{deployment.office.public_url}/types/")
        answer = await deployment.public.get(one["url"])
        digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
        assert one["integrity"] == f"sha256-{digest}"
        assert answer.json()["vct"] == one["vct"]
        again = await deployment.public.get(one["url"], headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert (await deployment.public.get("/types/diploma")).status_code == 404
