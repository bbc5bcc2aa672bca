"""Offers of a credential to its learner's wallet: make, list, withdraw."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.callers import CredentialIssuer, CredentialReader, TheOffice
from app.api.problems import described
from app.api.requests import json_answer, json_body, read_json
from app.claiming import offers
from app.claiming.offers import NewOffer, OfferList, OfferRecord
from app.errors import Family

router = APIRouter(prefix="/api/v1/credentials/{credential_id}/offers", tags=["wallets"])

_OF_ONE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND)
_OF_A_NEW_ONE: Final = {**_OF_ONE, **described(Family.CONFLICT, Family.GONE, Family.RULE_BROKEN)}


@router.post(
    "",
    status_code=201,
    response_model=NewOffer,
    responses=_OF_A_NEW_ONE,
    openapi_extra=json_body(
        "OfferRequest", {"with-a-code": {"value": {"transaction_code": True, "expires_in_seconds": 600}}}
    ),
    summary="Offer the credential to a wallet",
)
async def make(credential_id: UUID, request: Request, office: TheOffice, caller: CredentialIssuer) -> Response:
    """Show `by_reference_uri` as a link or QR code at once: an offer is short-lived and good for one wallet.

    Never send it by e-mail, where scanners open it; a claim link is for that. The transaction code, if one is wanted,
    is in this answer alone. A credential that was replaced stands for the newest of its award.
    """
    value = await read_json(request, max_bytes=office.max_request_bytes)
    return json_answer(await offers.make_offer(office, caller, credential_id, value), status=201)


@router.get("", response_model=OfferList, responses=_OF_ONE, summary="List the offers of a credential")
async def listing(credential_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """Newest first, without their secrets: the newest 200."""
    return json_answer(await offers.list_offers(office, caller, credential_id))


@router.post(
    "/{offer_id}/withdrawal",
    response_model=OfferRecord,
    responses=_OF_ONE,
    summary="Withdraw an offer",
)
async def withdraw(credential_id: UUID, offer_id: UUID, office: TheOffice, caller: CredentialIssuer) -> Response:
    """The offer opens nothing from now on, nor does the token that it may have been redeemed for."""
    return json_answer(await offers.withdraw_offer(office, caller, credential_id, offer_id))
