"""Claim links: what a university sends to a learner."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.callers import CredentialIssuer, CredentialReader, CredentialReplacer, TheOffice
from app.api.problems import described
from app.api.requests import json_answer, json_body, read_json
from app.claiming import links
from app.claiming.links import ClaimLinkList, ClaimLinkRecord, RenewedLink
from app.errors import Family
from app.issuance.office import Office
from app.strict_json import JsonValue

router = APIRouter(prefix="/api/v1/credentials/{credential_id}/claim-links", tags=["wallets"])

_OF_ONE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND, Family.GONE)
_OF_CHANGE: Final[dict[int | str, dict[str, Any]]] = {**_OF_ONE, **described(Family.CONFLICT, Family.RULE_BROKEN)}


async def _wanted(request: Request, office: Office) -> JsonValue:
    """Return the body; none is an empty one, for every member may be left out."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return {}
    return await read_json(request, max_bytes=office.max_request_bytes)


@router.post(
    "",
    status_code=201,
    response_model=ClaimLinkRecord,
    responses={**_OF_CHANGE, 200: {"description": "The award has this link already", "model": ClaimLinkRecord}},
    openapi_extra=json_body(
        "ClaimLinkRequest",
        {"plain": {"value": {}}, "with-birth-date": {"value": {"check": "birth-date", "days": 60}}},
        required=False,
    ),
    summary="Make a claim link",
)
async def make(credential_id: UUID, request: Request, office: TheOffice, caller: CredentialIssuer) -> Response:
    """Send its `url` to the learner, by e-mail if you like: opening it changes nothing, pressing its button does.

    An award has one open link. The same request again answers 200 with it; one of another kind answers 409 until the
    open one is withdrawn.
    """
    made, is_new = await links.make(office, caller, credential_id, await _wanted(request, office))
    return json_answer(made, status=201 if is_new else 200)


@router.get("", response_model=ClaimLinkList, responses=_OF_ONE, summary="List the claim links of an award")
async def listing(credential_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """Newest first, with how far each has come."""
    return json_answer(await links.list_links(office, caller, credential_id))


@router.post(
    "/{link_id}/renewal",
    response_model=RenewedLink,
    responses=_OF_CHANGE,
    openapi_extra=json_body("RenewalRequest", {"lost-phone": {"value": {"revoke_copies": True}}}, required=False),
    summary="Renew a claim link",
)
async def renew(
    credential_id: UUID, link_id: UUID, request: Request, office: TheOffice, caller: CredentialReplacer
) -> Response:
    """Another address, time, guesses and claims; the former address opens nothing from now on.

    For a learner who was too late, typed wrong answers, or has a new phone. `revoke_copies` revokes what wallets hold
    of the award, and nothing else. It needs both scopes, `credentials:issue` and `credentials:status`.
    """
    return json_answer(await links.renew(office, caller, credential_id, link_id, await _wanted(request, office)))


@router.post(
    "/{link_id}/withdrawal",
    response_model=ClaimLinkRecord,
    responses=_OF_ONE,
    summary="Withdraw a claim link",
)
async def withdraw(credential_id: UUID, link_id: UUID, office: TheOffice, caller: CredentialIssuer) -> Response:
    """The link opens nothing from now on, nor does what was offered through it. What wallets hold stays good."""
    return json_answer(await links.withdraw(office, caller, credential_id, link_id))
