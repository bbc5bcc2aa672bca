"""Copies for wallets as SD-JWT VCs (``dc+sd-jwt``), in each type of :mod:`app.eudi`.

What is stored before it is signed are the claims with ``cnf``; salts and decoys are drawn while signing, so that no two
copies, and no two attempts at one, can be told to belong together by a digest.

The issuer is named by ``iss``, its address, and the key by ``kid``, its name in the DID document; both stand in the
issuer's keys as SD-JWT VC has them published (:func:`published_issuer_metadata`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from app.elm.reading import read
from app.elm.rendering import CredentialFacts, render_vcdm2
from app.errors import Finding
from app.eudi import TYPES, ClaimsMissing, CredentialType, Said, claims_of
from app.issuance.office import AwardingBodyUnknown, Issuer, IssuingKey, Office, SigningKeysMissing
from app.keys import Algorithm, KeyState, PublicKey, has_jwk_entry, jwk_method_id
from app.securing import jws, sd_jwt
from app.status import status_claim, status_list_token_url
from app.store import issuers, signing_keys
from app.store.states import KeyPurpose
from app.store.status_lists import StatusPlace
from app.template.alliance import AwardingBody

FORM_NAMES: Final[Mapping[str, str]] = {
    "urn:eu.europa.ec.eudi:learning:credential:1": "eudi-sd-jwt",
    "VerifiableMicroCredential": "webuild-sd-jwt",
}
"""From ``vct`` to the name of the stored form."""


def said_in(tree: Mapping[str, Any], body: AwardingBody, facts: CredentialFacts) -> Said:
    """Return what the frozen tree of an award revision says; the tree and nothing else is asked."""
    reading = read(render_vcdm2(tree, facts))
    stated = reading.facts
    if reading.statement is None or stated.legal_name is None:
        raise AssertionError("a tree of ours can be read")
    return Said(
        statement=reading.statement,
        legal_name=stated.legal_name,
        country=stated.country or "",
        eidas_identifier=stated.eidas_identifier or "",
        certificate_number=stated.certificate_number or "",
        language=body.default_language,
        issued_on=facts.issued.date(),
    )


def lacking(credential_type: CredentialType, said: Said) -> tuple[Finding, ...]:
    """Return a finding for each claim that the type cannot do without and the award does not state."""
    try:
        claims_of(credential_type, said)
    except ClaimsMissing as refused:
        return tuple(refused.findings)
    return ()


def unsigned_claims(
    credential_type: CredentialType,
    tree: Mapping[str, Any],
    issuer: Issuer,
    issuer_address: str,
    facts: CredentialFacts,
    place: StatusPlace,
    holder: PublicKey | None,
) -> bytes:
    """Return what a copy will say, ready to be signed.

    Raises:
        ClaimsMissing: the award does not state what this type cannot do without.
    """
    claims: dict[str, Any] = {
        "iss": issuer_address,
        "iat": int(facts.issued.timestamp()),
        "nbf": int(facts.valid_from.timestamp()),
        **({} if facts.valid_until is None else {"exp": int(facts.valid_until.timestamp())}),
        "jti": f"urn:uuid:{facts.uuid}",
        **claims_of(credential_type, said_in(tree, issuer.body, facts)),
        "status": status_claim(status_list_token_url(issuer_address, place.number), place.index),
    }
    if holder is not None:
        claims["cnf"] = {"jwk": holder.jwk()}
    return orjson.dumps(claims)


async def with_disclosures(payload: bytes, key: IssuingKey, _created: datetime) -> bytes:
    """Return the claims of :func:`unsigned_claims` as an SD-JWT with all Disclosures.

    Raises:
        SigningKeysMissing: the issuer publishes no JWK of this key.
        SigningFailed, SelfCheckFailed: see :func:`app.securing.sd_jwt.issue`.
    """
    if key.jwk_verification_method is None:
        raise SigningKeysMissing
    claims = orjson.loads(payload)
    confirmed = claims.pop("cnf", None)
    disclosable = TYPES[claims["vct"]].disclosable
    return await sd_jwt.issue(
        claims,
        disclosable & claims.keys(),
        signer=key.signer,
        header={"kid": key.jwk_verification_method},
        holder=None if confirmed is None else PublicKey.from_jwk(confirmed["jwk"]),
        # As many digests in every credential of a type: their number tells nobody whether there is a grade.
        least_digests=len(disclosable),
    )


async def published_issuer_metadata(office: Office, slug: str) -> bytes:
    """Return the keys of an issuer as SD-JWT VC has them published (draft -19, section 5: JWT VC Issuer Metadata).

    Those that may be believed: a revoked key is not among them, a retired one is.

    Raises:
        AwardingBodyUnknown: no such issuer.
    """
    async with office.database.read() as connection:
        issuer = await issuers.find_by_slug(connection, slug)
        if issuer is None:
            raise AwardingBodyUnknown
        keys = await signing_keys.list_of_issuer(connection, issuer.id)
    published = [
        {
            "kid": jwk_method_id(issuer.did, key.fragment),
            "use": "sig",
            "alg": jws.SIGNING_ALGORITHMS[algorithm],
            **PublicKey.from_multikey(key.public_key).jwk(),
        }
        for key in sorted(keys, key=lambda one: one.fragment)
        if key.purpose is KeyPurpose.ASSERTION
        and key.state is not KeyState.REVOKED
        and has_jwk_entry(algorithm := Algorithm(key.algorithm))
    ]
    return orjson.dumps({"issuer": f"{office.public_url}/issuers/{slug}", "jwks": {"keys": published}})
