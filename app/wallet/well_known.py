"""Metadata of issuers at their well-known addresses, each at two places.

The *inserted* place (``/.well-known/NAME/issuers/SLUG``) is that of OpenID4VCI 1.0 section 12.2.2 and of RFC 8414
section 3.1; the *appended* one is that of older clients, some of which know no other.
"""

from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response

from app.api.callers import TheOffice
from app.api.problems import described
from app.claiming import metadata
from app.errors import Family

router: Final = APIRouter(tags=["wallets"])

_CACHED: Final = "public, max-age=300"
_PUBLISHED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The document", "content": {"application/json": {}}},
    304: {"description": "The reader's copy is current"},
    **described(Family.NOT_FOUND),
}
AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language")]


@router.get(
    "/.well-known/openid-credential-issuer/issuers/{slug}",
    response_class=Response,
    responses=_PUBLISHED,
    summary="Metadata of a credential issuer",
)
@router.get(
    "/issuers/{slug}/.well-known/openid-credential-issuer",
    response_class=Response,
    responses=_PUBLISHED,
    summary="Metadata of a credential issuer, at the older place",
)
async def credential_issuer(
    slug: str, request: Request, office: TheOffice, accept_language: AcceptLanguage = None
) -> Response:
    """OpenID4VCI 1.0 section 12.2. Words are in the languages that `Accept-Language` asks for, if they are there."""
    found = await metadata.issuer_metadata(office, slug, accept_language)
    headers = {"Vary": "Accept-Language", "Content-Language": ", ".join(found.languages)}
    return _answer(request, found.content, headers)


@router.get(
    "/.well-known/oauth-authorization-server/issuers/{slug}",
    response_class=Response,
    responses=_PUBLISHED,
    summary="Metadata of an issuer's authorization server",
)
@router.get(
    "/issuers/{slug}/.well-known/oauth-authorization-server",
    response_class=Response,
    responses=_PUBLISHED,
    summary="Metadata of an issuer's authorization server, at the older place",
)
async def authorization_server(slug: str, request: Request, office: TheOffice) -> Response:
    """RFC 8414: each issuer is its own authorization server."""
    return _answer(request, await metadata.server_metadata(office, slug), {})


def _answer(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    etag = f'"{sha256(content).hexdigest()}"'
    headers = {**headers, "ETag": etag, "Cache-Control": _CACHED}
    wanted = (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(","))
    if etag in wanted:
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, "application/json")
