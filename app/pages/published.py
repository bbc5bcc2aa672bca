"""What has an address for ever: DID documents, status lists, our context and our vocabularies."""

from hashlib import sha256
from typing import Final

import orjson
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from app.elm.vocabularies import concept_scheme_document
from app.eudi import TYPES, type_metadata
from app.eudi.metadata import integrity
from app.issuance.logos import logo_of
from app.issuance.office import Office
from app.issuance.publish_status import published_status_list
from app.issuance.sd_jwt_form import published_issuer_metadata
from app.issuance.setup import published_did_document
from app.issuance.trust_list import MEDIA_TYPE, published_trust_list, readable, trust_list_version
from app.jsonld import ELM_CONTEXT_URL, RECEIPT_CONTEXT_URL, pinned_context
from app.pages.rendering import NOT_THERE, STATIC, answers, unchanged

router = APIRouter(tags=["published"])

_TYPE_METADATA: Final = {one.slug: orjson.dumps(type_metadata(one)) for one in TYPES.values()}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def _answer(
    request: Request,
    content: bytes,
    media_type: str,
    cache: str,
    etag: str | None = None,
    *,
    for_browsers: bool = False,
) -> Response:
    """``for_browsers``: wallets that are web pages of somebody else may read it, too."""
    etag = etag or f'"{sha256(content).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": cache}
    if for_browsers:
        headers["Access-Control-Allow-Origin"] = "*"
    if unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_type)


@router.get(
    "/issuers/{slug}/did.json",
    response_class=Response,
    responses={**answers("application/did+json", etag=True), **NOT_THERE},
    summary="DID document of an awarding body",
)
async def did_document(slug: str, request: Request) -> Response:
    """did:web (application/did+json): every key that ever signed, with those that are revoked marked."""
    content = await published_did_document(_office(request), slug)
    return _answer(request, content, "application/did+json", "public, max-age=300")


@router.get(
    "/.well-known/did.json",
    response_class=Response,
    responses={**answers("application/did+json", etag=True), **NOT_THERE},
    summary="DID document of the service itself",
)
async def service_did_document(request: Request) -> Response:
    """The service's own keys sign receipts and the trust file, never a credential."""
    content = await published_did_document(_office(request), None)
    return _answer(request, content, "application/did+json", "public, max-age=300")


@router.get(
    "/issuers/{slug}/logo.png",
    response_class=Response,
    responses={**answers("image/png", etag=True), **NOT_THERE},
    summary="Logo of an awarding body",
)
async def logo(slug: str, request: Request) -> Response:
    """As its pages show it; `alliance` is the alliance's own."""
    found = await logo_of(_office(request), slug)
    return _answer(request, found.content, "image/png", "public, max-age=3600", f'"{found.sha256.hex()}"')


@router.get(
    "/issuers/{slug}/status/{number}/{purpose}",
    response_class=Response,
    responses={**answers("application/vc", "application/vc+jwt", "application/statuslist+jwt", etag=True), **NOT_THERE},
    summary="Signed status list",
)
async def status_list(slug: str, number: int, purpose: str, request: Request) -> Response:
    """Bitstring Status List credential, for `revocation` or `suspension`; never older than half its validity.

    `revocation.jwt` and `suspension.jwt` are the same lists as tokens (application/vc+jwt); `token` shows both purposes
    as a Token Status List of two bits (application/statuslist+jwt).
    """
    published = await published_status_list(_office(request), slug, number, purpose)
    return _answer(
        request, published.content, published.media_type, "public, max-age=60", published.etag, for_browsers=True
    )


@router.get(
    "/.well-known/jwt-vc-issuer/issuers/{slug}",
    response_class=Response,
    responses={**answers("application/json", etag=True), **NOT_THERE},
    summary="Keys of an awarding body for SD-JWT VCs",
)
@router.get(
    "/issuers/{slug}/.well-known/jwt-vc-issuer",
    response_class=Response,
    responses={**answers("application/json", etag=True), **NOT_THERE},
    summary="The same where readers of early drafts look",
)
async def jwt_vc_issuer(slug: str, request: Request) -> Response:
    """JWT VC Issuer Metadata (SD-JWT VC draft -19, section 5): `issuer` is the `iss` of its credentials.

    The keys are those of the DID document, under the same names, without those that are revoked.
    """
    content = await published_issuer_metadata(_office(request), slug)
    return _answer(request, content, "application/json", "public, max-age=300", for_browsers=True)


@router.get(
    "/types",
    response_class=Response,
    responses=answers("application/json", etag=True),
    summary="Types of SD-JWT VCs that are issued here",
)
async def types(request: Request) -> Response:
    """Each `vct` with the address of its Type Metadata and the digest of that document (`integrity`)."""
    listed = [
        {
            "vct": one.vct,
            "url": f"{_office(request).public_url}/types/{one.slug}",
            "integrity": integrity(_TYPE_METADATA[one.slug]),
        }
        for one in TYPES.values()
    ]
    content = orjson.dumps({"types": listed})
    return _answer(request, content, "application/json", "public, max-age=3600", for_browsers=True)


@router.get(
    "/types/{name}",
    response_class=Response,
    responses={**answers("application/json", etag=True), **NOT_THERE},
    summary="Type Metadata of a type of SD-JWT VC",
)
async def type_metadata_document(name: str, request: Request) -> Response:
    """Names of the type and of its claims, and which claims can be kept back (SD-JWT VC draft -19, section 4)."""
    if name not in _TYPE_METADATA:
        raise HTTPException(404)
    return _answer(request, _TYPE_METADATA[name], "application/json", "public, max-age=3600", for_browsers=True)


@router.get(
    "/trust/members.jwt",
    response_class=Response,
    responses=answers(MEDIA_TYPE, etag=True),
    summary="Trust list: the universities and their keys",
)
async def trust_list(request: Request) -> Response:
    """The universities of this deployment with every key that they ever had, as a token signed by the service itself.

    A JWS in compact form with `typ` `enhance-trust-list+jwt`; `version` counts up, `previous_sha256` is the digest of
    the version before, `exp` its end.
    """
    published = await published_trust_list(_office(request))
    return _answer(request, published.content, MEDIA_TYPE, "public, max-age=300")


@router.get(
    "/trust/members.json",
    response_class=Response,
    responses=answers("application/json", etag=True),
    summary="Trust list, for people",
)
async def readable_trust_list(request: Request) -> Response:
    """What the newest trust list says, laid out and unsigned."""
    published = await published_trust_list(_office(request))
    return _answer(request, readable(published.content), "application/json", "public, max-age=300")


@router.get(
    "/trust/members/{version}.jwt",
    response_class=Response,
    responses={**answers(MEDIA_TYPE, etag=True), **NOT_THERE},
    summary="Trust list of one version",
)
async def trust_list_of_version(version: int, request: Request) -> Response:
    """An earlier version, as it was published."""
    published = await trust_list_version(_office(request), version)
    return _answer(request, published.content, MEDIA_TYPE, _FOR_EVER)


@router.get(
    "/contexts/elm/v1",
    response_class=Response,
    responses=answers("application/ld+json", etag=True),
    summary="JSON-LD context of our credentials",
)
async def context(request: Request) -> Response:
    """A mirror of the permanent identifier; these bytes never change."""
    return _answer(request, pinned_context(ELM_CONTEXT_URL).content, "application/ld+json", _FOR_EVER)


@router.get(
    "/contexts/receipt/v1",
    response_class=Response,
    responses=answers("application/ld+json", etag=True),
    summary="JSON-LD context of our receipts",
)
async def receipt_context(request: Request) -> Response:
    """A mirror of the permanent identifier; these bytes never change."""
    return _answer(request, pinned_context(RECEIPT_CONTEXT_URL).content, "application/ld+json", _FOR_EVER)


@router.get(
    "/vocabulary/{scheme}/v1",
    response_class=Response,
    responses={**answers("application/ld+json", etag=True), **NOT_THERE},
    summary="Concept scheme (SKOS)",
)
async def vocabulary(scheme: str, request: Request) -> Response:
    """One of our own concept schemes as SKOS in JSON-LD; a mirror of the permanent identifier."""
    return _answer(
        request, orjson.dumps(concept_scheme_document(scheme)), "application/ld+json", "public, max-age=86400"
    )


@router.get("/static/{name}", include_in_schema=False)
async def static(name: str) -> Response:
    """Serve the few files that pages need."""
    if name not in ("style.css", "icon.svg"):
        raise HTTPException(404)
    return FileResponse(STATIC / name, headers={"Cache-Control": "public, max-age=3600"})
