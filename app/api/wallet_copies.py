"""Copies of a credential in wallets: list them, and end one of them."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.callers import CredentialReader, StatusChanger, TheOffice
from app.api.problems import described
from app.api.requests import json_answer, json_body, read_json
from app.claiming import copies
from app.claiming.copies import WalletCopies, WalletCopy
from app.errors import Family

router = APIRouter(prefix="/api/v1/credentials/{credential_id}/copies", tags=["wallets"])

_OF_ONE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND)
_OF_CHANGE: Final = {**_OF_ONE, **described(Family.CONFLICT, Family.RULE_BROKEN)}


@router.get("", response_model=WalletCopies, responses=_OF_ONE, summary="List the copies in wallets")
async def listing(credential_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """Every copy of the credential's award that went to a wallet, newest first."""
    return json_answer(await copies.list_copies(office, caller, credential_id))


@router.post(
    "/{copy_id}/status",
    response_model=WalletCopy,
    responses=_OF_CHANGE,
    openapi_extra=json_body(
        "StatusChangeRequest", {"lost-phone": {"value": {"change": "revoke", "reason": "device-lost"}}}
    ),
    summary="Revoke, suspend or reinstate one copy in a wallet",
)
async def change(
    credential_id: UUID, copy_id: UUID, request: Request, office: TheOffice, caller: StatusChanger
) -> Response:
    """For a lost phone (`device-lost`): the credential and its other copies stay as they are."""
    value = await read_json(request, max_bytes=office.max_request_bytes)
    return json_answer(await copies.change_copy(office, caller, credential_id, copy_id, value))
