"""The routes that campus systems know from other issuers: the same stories, another shape of request and answer."""

from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.api.callers import CredentialIssuer, StatusChanger, TheOffice
from app.api.credentials import IdempotencyKey
from app.api.problems import NoSuchAddress, described
from app.api.requests import json_body, read_json
from app.errors import Family
from app.issuance import from_document

router = APIRouter(prefix="/instance/{slug}/credentials", tags=["campus"])

_FAILURES: Final = described(
    Family.MALFORMED,
    Family.UNAUTHENTICATED,
    Family.NOT_PERMITTED,
    Family.NOT_FOUND,
    Family.CONFLICT,
    Family.RULE_BROKEN,
    Family.UNAVAILABLE,
)
_OF_ISSUANCE: Final = {**_FAILURES, **described(Family.GONE)}


class CampusCredential(BaseModel):
    """An unsigned credential, as a rehearsal gives it; it may also stand alone, without `credential` around it."""

    credential: dict[str, Any]


class CampusStatusEntry(BaseModel):
    """What is to hold of the credential."""

    type: str = Field(examples=["BitstringStatusListCredential"])
    status: str = Field(description="`revoked`, `suspended`, or `active` after a suspension", examples=["revoked"])
    reason: str | None = Field(
        default=None, description="As in `/api/v1`; issued-in-error, under-review or review-ended when left out"
    )


class CampusStatusChange(BaseModel):
    """The body of a status change."""

    credentialId: str = Field(examples=["urn:uuid:58172aac-d8ba-41ed-83dd-0b3aef56cc33"])  # noqa: N815 - their name
    credentialStatus: list[CampusStatusEntry] = Field(min_length=1, max_length=1)  # noqa: N815 - their name


class CampusStatusChanged(BaseModel):
    """What campus issuers answer."""

    code: int = 200
    message: str = "Credential status successfully updated."


BODIES: Final[tuple[type[BaseModel], ...]] = (CampusCredential, CampusStatusChange)
_SIGNED: Final[dict[str, Any]] = {
    "description": "The signed credential itself",
    "content": {"application/json": {"schema": {"type": "object"}}},
}


@router.post(
    "/issue",
    status_code=201,
    response_class=Response,
    responses={**_OF_ISSUANCE, 201: _SIGNED, 200: {**_SIGNED, "description": "It was issued before, and here it is"}},
    openapi_extra=json_body("CampusCredential"),
    summary="Issue an unsigned credential",
)
async def issue(
    slug: str,
    request: Request,
    office: TheOffice,
    caller: CredentialIssuer,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Read the credential back into the template's elements, and issue these as `/api/v1/credentials` does.

    Only what reads back and passes every rule is signed, and nothing else. Identifier, certificate number, time of
    issuance and status entries are the service's own.
    """
    _of_caller(slug, caller.slug)
    value = await read_json(request, max_bytes=office.max_request_bytes)
    answer, signed = await from_document.issue_document(office, caller, value, idempotency_key=idempotency_key)
    headers = {
        "Location": f"{office.public_url}/api/v1/credentials/{answer.credential_id}",
        "Cache-Control": "no-store",
    }
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(signed, answer.status, headers, "application/json")


@router.post(
    "/status",
    response_model=CampusStatusChanged,
    responses=_FAILURES,
    openapi_extra=json_body("CampusStatusChange"),
    summary="Change the status of a credential by its own id",
)
async def change_status(slug: str, request: Request, office: TheOffice, caller: StatusChanger) -> Response:
    """Revoke, suspend or reinstate, as `/api/v1/credentials/{id}/status` does."""
    _of_caller(slug, caller.slug)
    value = await read_json(request, max_bytes=office.max_request_bytes)
    await from_document.change_campus_status(office, caller, value)
    content = orjson.dumps(CampusStatusChanged().model_dump())
    return Response(content, 200, {"Cache-Control": "no-store"}, "application/json")


def _of_caller(slug: str, own: str) -> None:
    """Another awarding body's address is none to the caller."""
    if slug != own:
        raise NoSuchAddress
