"""POST /verify: anyone asks whether a credential holds, and why."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from app.api.problems import described
from app.api.requests import json_answer, read_body
from app.errors import Family
from app.issuance.office import Office
from app.languages import Language
from app.strict_json import parse
from app.verification.report import Report
from app.verification.verifier import Verifier

router = APIRouter(tags=["verification"])

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "object", "description": "The credential itself, byte for byte"}}
            for kind in ("application/vc", "application/ld+json", "application/json")
        },
    }
}


@router.post(
    "/verify",
    response_model=Report,
    responses=described(Family.MALFORMED),
    openapi_extra=_BODY,
    summary="Verify a credential",
)
async def verify(
    request: Request,
    language: Annotated[Language, Query(description="Language of the sentences")] = Language.ENGLISH,
) -> Response:
    """Check a credential, ours or anyone's.

    The answer is 200 with a report whenever the body is one JSON document: a verdict is an answer, not an error. Every
    named check is always present, as passed, failed or not checked; what could not be checked never counts as valid.
    """
    office: Office = request.app.state.office
    verifier: Verifier = request.app.state.verifier
    document = parse(await read_body(request, max_bytes=office.max_request_bytes), max_bytes=office.max_request_bytes)
    return json_answer(await verifier.verify(document, now=office.clock(), language=language))
