"""Credentials in a presentation: documents within a document, each with contexts and graphs of its own."""

import pytest

from app.jsonld import UnsafeDocument, UnsupportedDocument, canonicalize
from tests.counterparts.foreign_issuer import V2, ForeignIssuer
from tests.jsonld.oracle import canonicalize_with_pyld

V1 = ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"]
HOLDER = ForeignIssuer()


async def a_credential(**changes):
    return await ForeignIssuer().credential(**changes)


async def version_one(**changes):
    return await a_credential(**{"@context": V1, "issuanceDate": "2026-01-01T00:00:00Z", "validFrom": None, **changes})


async def enveloped():
    token = await ForeignIssuer().token()
    return {"@context": V2, "id": f"data:application/vc+jwt,{token.decode()}", "type": "EnvelopedVerifiableCredential"}


@pytest.mark.parametrize(
    ("outer", "makers"),
    [
        ([V2], [a_credential]),
        ([V2], [a_credential, version_one, enveloped]),
        (V1, [version_one, version_one]),
        ([V2], [lambda: a_credential(id=None, name="Without an id")]),
    ],
)
async def test_the_statements_are_those_of_another_implementation(outer, makers):
    document = HOLDER.presentation(*[await make() for make in makers], **{"@context": outer})
    assert canonicalize(document) == canonicalize_with_pyld(document)


async def test_what_is_changed_within_changes_the_whole():
    document = HOLDER.presentation(await a_credential())
    before = canonicalize(document)
    document["verifiableCredential"][0]["credentialSubject"]["id"] = "did:example:another"
    assert canonicalize(document) != before


async def test_an_undefined_term_within_is_named_with_its_place():
    credential = await a_credential()
    credential["credentialSubject"]["forgedClaim"] = "professor"
    with pytest.raises(UnsafeDocument) as caught:
        canonicalize(HOLDER.presentation(credential))
    assert caught.value.findings[0].pointer == "#/verifiableCredential/0/credentialSubject/forgedClaim"


@pytest.mark.parametrize(
    ("context", "refusal"),
    [
        ([V2, {"x": "https://example.org/x"}], UnsupportedDocument),
        ([V2, "https://unknown.example/v1"], UnsupportedDocument),
        (None, UnsupportedDocument),
        ([], UnsupportedDocument),
        ([V2, "http://data.europa.eu/snb/model/context/edc-ap"], UnsafeDocument),
    ],
)
async def test_a_context_within_is_held_to_what_holds_at_the_top(context, refusal):
    credential = {**await a_credential(), "@context": context}
    with pytest.raises(refusal) as caught:
        canonicalize(HOLDER.presentation(credential))
    assert caught.value.findings[0].pointer == "#/verifiableCredential/0/@context"


async def test_a_context_anywhere_else_is_not_processed():
    credential = await a_credential()
    credential["credentialSubject"]["@context"] = V2
    with pytest.raises(UnsupportedDocument):
        canonicalize(HOLDER.presentation(credential))
