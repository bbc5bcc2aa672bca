"""POST /verify: anyone asks whether a credential holds, and why."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from app.api.requests import json_answer, read_body
from app.errors import Family, ServiceError
from app.issuance.office import Office
from app.languages import Language
from app.securing.jws import longest_token
from app.securing.vc_jose import MEDIA_TYPE, PRESENTATION_MEDIA_TYPE
from app.verification.report import PresentationReport, Report
from app.verification.submission import read_submission
from app.verification.verifier import Verifier

router = APIRouter(tags=["verification"])

MOST_UNDER_WAY: Final = 64
"""Verifications at a time in one worker process; a body that is still coming in takes nobody's place."""


class VerifierBusy(ServiceError):
    """As many credentials are being verified as this service takes on at a time. Ask again after ``Retry-After``."""

    code: ClassVar[str] = "verifier-busy"
    title: ClassVar[str] = "Too many verifications are under way"
    family: ClassVar[Family] = Family.UNAVAILABLE


MOST_ASKED: Final = 500
"""Characters of a challenge or a domain."""
_Asked = Annotated[str, StringConstraints(min_length=1, max_length=MOST_ASKED)]

_AROUND_A_FILE: Final = 16 * 1024
"""What a form may add to the credential in it."""
_DOCUMENT: Final = {"schema": {"type": "object", "description": "The credential or presentation itself, byte for byte"}}
_TOKEN: Final = {"schema": {"type": "string", "description": "The token itself, in compact form"}}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            **dict.fromkeys(("application/vc", "application/ld+json", "application/json"), _DOCUMENT),
            **dict.fromkeys((MEDIA_TYPE, PRESENTATION_MEDIA_TYPE, "application/jwt", "text/plain"), _TOKEN),
        },
    }
}


@router.post(
    "/verify",
    response_model=Report | PresentationReport,
    openapi_extra=_BODY,
    summary="Verify a credential or a presentation",
)
async def verify(
    request: Request,
    language: Annotated[Language, Query(description="Language of the sentences")] = Language.ENGLISH,
    challenge: Annotated[
        str | None,
        Query(min_length=1, max_length=MOST_ASKED, description="What a presentation must have been signed for"),
    ] = None,
    domain: Annotated[
        list[_Asked] | None,
        Query(max_length=8, description="Whom a presentation must have been signed for; all of them, and no others"),
    ] = None,
) -> Response:
    """Check a credential, ours or anyone's: a JSON document, a token (vc+jwt), or a token in a JSON envelope.

    A presentation is checked likewise (or as vp+jwt): its holder's proof, and each credential in it with a report of
    its own. What it is is recognised by its content. The answer is 200 with a report whenever the body is one JSON
    document or one token: a verdict is an answer, not an error. Every named check is always present, as passed, failed
    or not checked; what could not be checked never counts as valid. Pointers lead into the document, of a token into
    its payload.
    """
    office: Office = request.app.state.office
    desk: VerifierDesk = request.app.state.desk
    # First the body, within its bounds: whoever sends slowly keeps nobody else from being answered.
    content = await read_body(request, max_bytes=longest_token(office.max_request_bytes))
    report = await desk.report(request, content, language, challenge=challenge, domain=domain)
    return await run_in_threadpool(json_answer, report)


class VerifierDesk:
    """Where credentials are handed in, by programs and by people; ``main`` gives it to the doors of both."""

    async def read_form(self, request: Request) -> bytes:
        """Return the body of a form that holds a credential, within the bounds of every body."""
        office: Office = request.app.state.office
        return await read_body(request, max_bytes=longest_token(office.max_request_bytes) + _AROUND_A_FILE)

    async def report(
        self,
        request: Request,
        content: bytes,
        language: Language,
        *,
        challenge: str | None = None,
        domain: list[str] | None = None,
    ) -> Report | PresentationReport:
        """Return the report on ``content``.

        Raises:
            VerifierBusy: too many are being verified.
            MalformedJson, MalformedToken, DocumentTooLarge: see :func:`read_submission`.
        """
        office: Office = request.app.state.office
        verifier: Verifier = request.app.state.verifier
        under_way: asyncio.Semaphore = request.app.state.verifications
        if under_way.locked():
            raise VerifierBusy
        async with under_way:
            submission = await run_in_threadpool(read_submission, content, max_bytes=office.max_request_bytes)
            domains = None if domain is None else frozenset(domain)
            policy = replace(verifier.policy, challenge=challenge, domains=domains)
            return await verifier.verify(submission, now=office.clock(), language=language, policy=policy)
