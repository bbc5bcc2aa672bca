"""POST /verify: anyone asks whether a credential holds, and why."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from app.api.problems import described
from app.api.requests import json_answer, read_body
from app.errors import Family
from app.issuance.office import Office
from app.languages import Language
from app.securing.jws import longest_token
from app.securing.vc_jose import MEDIA_TYPE
from app.verification.report import Report
from app.verification.submission import read_submission
from app.verification.verifier import Verifier

router = APIRouter(tags=["verification"])

_DOCUMENT: Final = {"schema": {"type": "object", "description": "The credential itself, byte for byte"}}
_TOKEN: Final = {"schema": {"type": "string", "description": "The token itself, in compact form"}}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            **dict.fromkeys(("application/vc", "application/ld+json", "application/json"), _DOCUMENT),
            **dict.fromkeys((MEDIA_TYPE, "application/jwt", "text/plain"), _TOKEN),
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
    """Check a credential, ours or anyone's: a JSON document, a token (vc+jwt), or a token in a JSON envelope.

    What it is is recognised by its content. The answer is 200 with a report whenever the body is one JSON document or
    one token: a verdict is an answer, not an error. Every named check is always present, as passed, failed or not
    checked; what could not be checked never counts as valid. Pointers lead into the document, of a token into its
    payload.
    """
    office: Office = request.app.state.office
    verifier: Verifier = request.app.state.verifier
    most = office.max_request_bytes
    content = await read_body(request, max_bytes=longest_token(most))
    submission = read_submission(content, max_bytes=most)
    return json_answer(await verifier.verify(submission, now=office.clock(), language=language))
