"""OpenID for Verifiable Credential Issuance 1.0, one issuer for each awarding body at ``PUBLIC_URL/issuers/SLUG``."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from app.claiming import offers
from app.claiming.flight_recorder import wallet_of
from app.issuance.office import Office

router: Final = APIRouter(prefix="/issuers/{slug}", tags=["wallets"])

_NO_STORE: Final = {"Cache-Control": "no-store"}
_PROBLEM: Final[dict[str, Any]] = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
_NOT_THERE: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "Not found", **_PROBLEM}}


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


TheOffice = Annotated[Office, Depends(_office)]
UserAgent = Annotated[str | None, Header(alias="User-Agent", include_in_schema=False)]


@router.get(
    "/offers/{reference}",
    response_class=Response,
    responses={200: {"description": "The offer", "content": {"application/json": {}}}, **_NOT_THERE},
    summary="Credential offer",
)
async def offer(slug: str, reference: str, office: TheOffice, user_agent: UserAgent = None) -> Response:
    """The offer behind `credential_offer_uri` (OpenID4VCI 1.0 section 4.1.3), as often as anybody asks while it lasts.

    404 once it was redeemed, withdrawn or has expired: a new one has to be made.
    """
    content = await offers.read_offer(office, slug, reference, wallet=wallet_of(user_agent))
    return Response(content, 200, _NO_STORE, "application/json")
