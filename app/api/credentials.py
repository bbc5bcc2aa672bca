"""Credentials: issue, rehearse, read, find, change the status, replace."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import replace as replace_in
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.routing import APIRoute
from fastapi.security.utils import get_authorization_scheme_param
from pydantic import BeforeValidator

from app.api.callers import (
    CredentialIssuer,
    CredentialReader,
    CredentialReplacer,
    StatusChanger,
    TheOffice,
    permitted,
)
from app.api.problems import described
from app.api.rates import AUTHENTICATED
from app.api.requests import json_answer, json_body, read_json
from app.claiming import links
from app.claiming.links import ClaimCheck, ClaimLinkRecord
from app.errors import Family, ServiceError
from app.issuance import change_status, finding, forms, issue, replace
from app.issuance.access import Scope, recalled
from app.issuance.finding import CredentialPage, History
from app.issuance.issue import Rehearsal
from app.issuance.office import Office
from app.issuance.records import CredentialRecord, Form, Status
from app.issuance.repeating import Answer

router = APIRouter(prefix="/api/v1/credentials", tags=["credentials"])

_OF_LIST: Final = described(Family.NOT_PERMITTED)
_OF_SEARCH: Final = described(Family.NOT_PERMITTED, Family.RULE_BROKEN)
_OF_ONE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND)
_OF_FORM: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND, Family.GONE)
_OF_CHANGE: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND, Family.CONFLICT, Family.RULE_BROKEN)
_OF_ISSUANCE: Final = {**_OF_CHANGE, **described(Family.GONE)}
_IDEMPOTENCY_KEY: Final = re.compile(r"^[!-~]+$")
_LONGEST_IDEMPOTENCY_KEY: Final = 255


def _as_day(value: object) -> object:
    """Refuse what Pydantic would take for seconds since 1970: a day is written as RFC 3339 writes it."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        raise ValueError("a day is written as in 2026-06-30")
    return value


_Day = Annotated[date, BeforeValidator(_as_day)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=_LONGEST_IDEMPOTENCY_KEY,
        pattern=_IDEMPOTENCY_KEY.pattern,
        description="Any text of yours; a repetition with the same body gets the first answer again",
    ),
]


class IssuedRecord(CredentialRecord):
    """A credential as its awarding body sees it, with the claim link if one was asked for."""

    claim_link: ClaimLinkRecord | None = None


class _PlainRequests(APIRoute):
    """Issues for the usual request without the framework's machinery, which costs as much as three signatures.

    Usual is: no query, at most one Idempotency-Key of the form that the operation describes, and a caller who is known.
    Everything else goes the framework's way, which means the same and can say what is wrong.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves one request."""
        described_way = super().get_route_handler()

        async def handle(request: Request) -> Response:
            headers = request.headers
            keys = headers.getlist("idempotency-key")
            scheme, presented = get_authorization_scheme_param(headers.get("authorization"))
            office: Office = request.app.state.office
            known = recalled(office, presented, Scope.CREDENTIALS_ISSUE) if scheme.lower() == "bearer" else None
            if known is None or request.scope["query_string"] or not _are_plain(keys):
                return await described_way(request)
            key = keys[0] if keys else None
            try:
                value = await read_json(request, max_bytes=office.max_request_bytes)
            except ServiceError:
                await permitted(request, office, presented, Scope.CREDENTIALS_ISSUE)  # who may know what is wrong
                raise
            answer = await issue.issue_at_once(office, known, value, idempotency_key=key)
            if answer is None:
                caller = await permitted(request, office, presented, Scope.CREDENTIALS_ISSUE)
                answer = await issue.issue(office, caller, value, idempotency_key=key)
            request.scope[AUTHENTICATED] = True
            return _answer(answer, office.public_url)

        return handle


def _are_plain(keys: list[str]) -> bool:
    return not keys or (
        len(keys) == 1 and len(keys[0]) <= _LONGEST_IDEMPOTENCY_KEY and _IDEMPOTENCY_KEY.fullmatch(keys[0]) is not None
    )


async def issue_credential(
    request: Request,
    office: TheOffice,
    caller: CredentialIssuer,
    idempotency_key: IdempotencyKey = None,
    dry_run: Annotated[bool, Query(description="Check everything, sign and store nothing")] = False,  # noqa: FBT002 - a query parameter
    claim_link: Annotated[
        ClaimCheck | None,
        Query(description="Make a claim link as well, with this check; it is in the answer as `claim_link`"),
    ] = None,
) -> Response:
    """Issue an award as a signed credential.

    201 means that the signed bytes exist and are stored. The same award again answers 200 with the existing credential;
    the same learner, offering and date with other content answers 409 with its address: use replacement. What is
    refused about a claim link is refused after the credential was issued: ask again without it, or with another check.
    """
    value = await read_json(request, max_bytes=office.max_request_bytes)
    if dry_run:
        return json_answer(await issue.rehearse(office, caller, value))
    answer = await issue.issue(office, caller, value, idempotency_key=idempotency_key)
    if claim_link is not None:
        # Not remembered with the answer: a repetition says how the link stands by then.
        link, _ = await links.make(office, caller, answer.credential_id, {"check": claim_link.value})
        told = orjson.loads(answer.record) | {"claim_link": link.model_dump(mode="json")}
        answer = replace_in(answer, record=orjson.dumps(told))
    return _answer(answer, office.public_url)


router.add_api_route(
    "",
    issue_credential,
    methods=["POST"],
    status_code=201,
    response_model=IssuedRecord,
    responses={
        **_OF_ISSUANCE,
        200: {
            "description": "`dry_run`: what would be issued; otherwise: this award was issued before, and here it is",
            "model": Rehearsal | IssuedRecord,
        },
    },
    openapi_extra=json_body("IssuanceRequest"),
    summary="Issue a credential",
    route_class_override=_PlainRequests,
)


@router.get("", response_model=CredentialPage, responses=_OF_LIST, summary="List credentials")
async def list_credentials(
    office: TheOffice,
    caller: CredentialReader,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offering: Annotated[UUID | None, Query(description="Only awards for this offering")] = None,
    status: Annotated[Status | None, Query(description="Only those with this status")] = None,
    awarded_from: Annotated[_Day | None, Query()] = None,
    awarded_to: Annotated[_Day | None, Query()] = None,
) -> Response:
    """Newest first. To look for a learner use the search: nothing personal belongs in an address."""
    wanted = finding.Filter(offering=offering, status=status, awarded_from=awarded_from, awarded_to=awarded_to)
    return json_answer(await finding.page(office, caller, wanted, cursor=cursor, limit=limit))


@router.post(
    "/search",
    response_model=CredentialPage,
    responses=_OF_SEARCH,
    openapi_extra=json_body("Search", {"by-reference": {"value": {"learner": {"reference": "your-own-key"}}}}),
    summary="Find the credentials of a learner",
)
async def search(request: Request, office: TheOffice, caller: CredentialReader) -> Response:
    """The learner is named as in requests: by reference, ESI, student number, or names and birth date."""
    value = await read_json(request, max_bytes=office.max_request_bytes)
    return json_answer(await finding.search(office, caller, value))


@router.get(
    "/{credential_id}", response_model=CredentialRecord, responses=_OF_ONE, summary="Read a credential's record"
)
async def read(credential_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """State, status, addresses and forms."""
    return json_answer(await finding.record(office, caller, credential_id))


@router.get(
    "/{credential_id}/history", response_model=History, responses=_OF_ONE, summary="Read what happened to an award"
)
async def history(credential_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """Every issuance, replacement and status change of the award that this credential belongs to, oldest first."""
    return json_answer(await finding.history(office, caller, credential_id))


@router.get("/{credential_id}/forms", response_model=list[Form], responses=_OF_ONE, summary="List the secured forms")
async def list_forms(credential_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """Each form with its state and address."""
    return json_answer((await finding.record(office, caller, credential_id)).forms)


_FORM_TYPES: Final = ("application/vc", "application/vc+jwt", "application/ld+json", "application/jose+json")


@router.get(
    "/{credential_id}/forms/{form}",
    response_class=Response,
    responses={
        **_OF_FORM,
        200: {
            "description": "The bytes of the form, verbatim",
            "content": {kind: {} for kind in _FORM_TYPES},
        },
    },
    summary="Download a form",
)
async def download(credential_id: UUID, form: str, office: TheOffice, caller: CredentialReader) -> Response:
    """The stored bytes, verbatim."""
    document = await forms.read_for(office, caller, credential_id, form)
    return Response(
        document.content,
        media_type=document.media_type,
        headers={"ETag": document.etag, "Cache-Control": "private, no-store"},
    )


@router.post(
    "/{credential_id}/status",
    response_model=CredentialRecord,
    responses=_OF_CHANGE,
    openapi_extra=json_body(
        "StatusChangeRequest",
        {
            "suspend": {"value": {"change": "suspend", "reason": "under-review"}},
            "revoke": {"value": {"change": "revoke", "reason": "issued-in-error"}},
        },
    ),
    summary="Revoke, suspend or reinstate",
)
async def change(credential_id: UUID, request: Request, office: TheOffice, caller: StatusChanger) -> Response:
    """Revocation is final; a suspension can be lifted. The published status list shows the change at once."""
    value = await read_json(request, max_bytes=office.max_request_bytes)
    return json_answer(await change_status.change_status(office, caller, credential_id, value))


@router.post(
    "/{credential_id}/replacement",
    status_code=201,
    response_model=CredentialRecord,
    responses={**_OF_ISSUANCE, 200: {"description": "This replacement was made before", "model": CredentialRecord}},
    openapi_extra=json_body("ReplacementRequest"),
    summary="Issue a corrected credential in place of this one",
)
async def replace_credential(
    credential_id: UUID,
    request: Request,
    office: TheOffice,
    caller: CredentialReplacer,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """The earlier credential is revoked as superseded. The new one does not mention it; award date and number stay.

    It needs both scopes, `credentials:issue` and `credentials:status`. A suspended credential, or one that was revoked
    for `integrity`, is not replaced: 409. The learner stays the same person: 422 with `learner-changed` otherwise.
    """
    value = await read_json(request, max_bytes=office.max_request_bytes)
    return _answer(
        await replace.replace(office, caller, credential_id, value, idempotency_key=idempotency_key), office.public_url
    )


@router.post(
    "/{credential_id}/public-url",
    response_model=CredentialRecord,
    responses=_OF_ONE,
    summary="Give the credential a new public address",
)
async def rotate_public_url(credential_id: UUID, office: TheOffice, caller: CredentialIssuer) -> Response:
    """The old address stops working at once."""
    return json_answer(await forms.rotate_public_url(office, caller, credential_id))


def _answer(answer: Answer, public_url: str) -> Response:
    headers: dict[str, Any] = {
        "Location": f"{public_url}/api/v1/credentials/{answer.credential_id}",
        "Cache-Control": "no-store",
    }
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.record, answer.status, headers, "application/json")
