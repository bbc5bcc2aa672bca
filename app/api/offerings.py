"""Offerings: what all awards of a micro-credential share; drafted, then published in immutable versions."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.api.callers import OfferingReader, OfferingWriter, TheOffice
from app.api.problems import described
from app.api.requests import json_answer, json_body, read_json
from app.errors import Family
from app.issuance import offerings as stories
from app.issuance.offerings import OfferingPage, OfferingRecord, OfferingVersionRecord

router = APIRouter(prefix="/api/v1/offerings", tags=["offerings"])

_OF_LIST: Final = described(Family.NOT_PERMITTED)
_OF_ONE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND)
_OF_DRAFT: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND, Family.RULE_BROKEN)
_OF_CHANGE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND, Family.CONFLICT, Family.RULE_BROKEN)


@router.post(
    "",
    status_code=201,
    response_model=OfferingRecord,
    responses=_OF_DRAFT,
    openapi_extra=json_body("Offering"),
    summary="Draft an offering",
)
async def create(request: Request, office: TheOffice, caller: OfferingWriter) -> Response:
    """Keep a draft. Broken rules are listed in `findings`; they stop publishing, not drafting."""
    value = await read_json(request, max_bytes=office.max_request_bytes)
    record = await stories.create(office, caller, value)
    return json_answer(record, status=201, location=f"{office.public_url}/api/v1/offerings/{record.id}")


@router.get("", response_model=OfferingPage, responses=_OF_LIST, summary="List offerings")
async def list_offerings(
    office: TheOffice,
    caller: OfferingReader,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Newest first."""
    return json_answer(await stories.list_offerings(office, caller, cursor=cursor, limit=limit))


@router.get("/{offering_id}", response_model=OfferingRecord, responses=_OF_ONE, summary="Read an offering")
async def read(offering_id: UUID, office: TheOffice, caller: OfferingReader) -> Response:
    """With its draft, if there is one, and the number of its newest published version."""
    return json_answer(await stories.read(office, caller, offering_id))


@router.put(
    "/{offering_id}/draft",
    response_model=OfferingRecord,
    responses=_OF_CHANGE,
    openapi_extra=json_body("Offering"),
    summary="Replace the draft",
)
async def edit_draft(offering_id: UUID, request: Request, office: TheOffice, caller: OfferingWriter) -> Response:
    """Replace the draft, or begin the next version of a published offering."""
    value = await read_json(request, max_bytes=office.max_request_bytes)
    return json_answer(await stories.edit_draft(office, caller, offering_id, value))


@router.post(
    "/{offering_id}/versions",
    status_code=201,
    response_model=OfferingVersionRecord,
    responses=_OF_CHANGE,
    summary="Publish the draft",
)
async def publish(offering_id: UUID, office: TheOffice, caller: OfferingWriter) -> Response:
    """Publish the draft as the next version. It never changes; broken rules of the template stop it here."""
    record = await stories.publish(office, caller, offering_id)
    location = f"{office.public_url}/api/v1/offerings/{record.id}/versions/{record.version}"
    return json_answer(record, status=201, location=location)


@router.post(
    "/{offering_id}/withdrawal", response_model=OfferingRecord, responses=_OF_ONE, summary="Withdraw an offering"
)
async def withdraw(offering_id: UUID, office: TheOffice, caller: OfferingWriter) -> Response:
    """No more awards are made for it, and the catalogue no longer shows it. What was issued stays as it is."""
    return json_answer(await stories.withdraw(office, caller, offering_id))


@router.get(
    "/{offering_id}/versions",
    response_model=list[OfferingVersionRecord],
    responses=_OF_ONE,
    summary="List the published versions",
)
async def list_versions(offering_id: UUID, office: TheOffice, caller: OfferingReader) -> Response:
    """Newest first."""
    return json_answer(await stories.list_versions(office, caller, offering_id))


@router.get(
    "/{offering_id}/versions/{version}",
    response_model=OfferingVersionRecord,
    responses=_OF_ONE,
    summary="Read a published version",
)
async def read_version(offering_id: UUID, version: int, office: TheOffice, caller: OfferingReader) -> Response:
    """As it was published."""
    return json_answer(await stories.read_version(office, caller, offering_id, version))
