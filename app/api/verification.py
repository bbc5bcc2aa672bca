"""POST /verify: anyone asks whether a credential holds, and why."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Protocol
from uuid import uuid4

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from app.api.requests import json_answer, read_body
from app.errors import Family, ServiceError
from app.issuance.office import Office
from app.languages import Language
from app.securing.jws import longest_token
from app.securing.sd_jwt import MEDIA_TYPE as SD_JWT
from app.securing.vc_jose import MEDIA_TYPE, PRESENTATION_MEDIA_TYPE
from app.verification.edc import edc_presentation
from app.verification.evidence import Policy
from app.verification.report import PresentationReport, Report, SignedReceipt
from app.verification.submission import Submission, read_submission
from app.verification.verifier import AnyReport, Verifier

router = APIRouter(tags=["verification"])

MOST_UNDER_WAY: Final = 64
"""Verifications at a time in one worker process; a body that is still coming in takes nobody's place."""


class ReceiptOfAnotherForm(ServiceError):
    """A receipt travels in the service's own report. Ask for one of the two, or for the receipt alone."""

    code: ClassVar[str] = "receipt-of-another-form"
    title: ClassVar[str] = "EDC's shape has no place for a receipt"
    family: ClassVar[Family] = Family.MALFORMED


class VerifierBusy(ServiceError):
    """As many credentials are being verified as this service takes on at a time. Ask again after ``Retry-After``."""

    code: ClassVar[str] = "verifier-busy"
    title: ClassVar[str] = "Too many verifications are under way"
    family: ClassVar[Family] = Family.UNAVAILABLE


LD_JSON: Final = "application/ld+json"
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
            **dict.fromkeys((MEDIA_TYPE, PRESENTATION_MEDIA_TYPE, SD_JWT, "application/jwt", "text/plain"), _TOKEN),
        },
    }
}


class ReportForm(StrEnum):
    """What the answer looks like."""

    REPORT = "report"
    EDC = "edc"


class Receipts(Protocol):
    """Whoever signs receipts."""

    async def receipt(self, report: AnyReport, *, sha256: str, policy: Policy) -> bytes:
        """Return the receipt as a token (vc+jwt)."""


_Language = Annotated[Language, Query(description="Language of the sentences")]
_Challenge = Annotated[
    str | None,
    Query(min_length=1, max_length=MOST_ASKED, description="What a presentation must have been signed for"),
]
_Domains = Annotated[
    list[_Asked] | None,
    Query(max_length=8, description="Whom a presentation must have been signed for; all of them, and no others"),
]
_EDC_ANSWER: Final[dict[str, Any]] = {
    "schema": {"type": "object", "description": "With `form=edc`: an unsigned EuropeanDigitalPresentation"}
}


@router.post(
    "/verify",
    response_model=Report | PresentationReport,
    responses={200: {"content": {LD_JSON: _EDC_ANSWER}}},
    openapi_extra=_BODY,
    summary="Verify a credential or a presentation",
)
async def verify(
    request: Request,
    language: _Language = Language.ENGLISH,
    challenge: _Challenge = None,
    domain: _Domains = None,
    form: Annotated[
        ReportForm | None,
        Query(description="`edc` for the shape of European Digital Credentials, as does `Accept: application/ld+json`"),
    ] = None,
    receipt: Annotated[bool, Query(description="Whether to sign a receipt; the report's `receipt` holds it")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """Check a credential, ours or anyone's: a JSON document, a token (vc+jwt, SD-JWT), or a token in a JSON envelope.

    A presentation is checked likewise (as vp+jwt, or SD-JWT with key binding): its holder's proof, and each credential
    in it with a report of its own. What it is is recognised by its content. The answer is 200 with a report whenever
    the body is one JSON document or one token: a verdict is an answer, not an error. Every named check is always
    present, as passed, failed or not checked; what could not be checked never counts as valid. Pointers lead into the
    document, of a token into its payload. Where a receipt cannot be signed, `receipt.problem` says so and the report is
    given all the same.
    """
    accepted = request.headers.get("accept", "").split(",")[0].split(";")[0].strip().lower()
    as_edc = form is ReportForm.EDC or (form is None and accepted == LD_JSON)
    if as_edc and receipt:
        raise ReceiptOfAnotherForm
    async with _verified(request, await _body(request), language, challenge, domain) as found:
        if as_edc:
            document = edc_presentation(found.report, found.submission, identifier=f"urn:uuid:{uuid4()}")
            content = await run_in_threadpool(orjson.dumps, document)
            return Response(content, 200, {"Cache-Control": "no-store"}, LD_JSON)
        report = found.report
        if receipt:
            report = report.model_copy(update={"receipt": await found.receipt_or_problem()})
        return await run_in_threadpool(json_answer, report)


@router.post(
    "/verify/receipt",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: _TOKEN}, "description": "The receipt (vc+jwt)"},
    },
    openapi_extra=_BODY,
    summary="Verify, and get a signed receipt",
)
async def verify_with_receipt(
    request: Request,
    challenge: _Challenge = None,
    domain: _Domains = None,
) -> Response:
    """Check as `POST /verify` does and answer with the receipt alone: a token (vc+jwt) signed by this service.

    It says what was submitted (by digest), what each check came to, by which policy, and on which versions of DID
    documents and status lists that rests. Sent to `POST /verify` it is recognised. 503 where it cannot be signed.
    """
    content = await _body(request)
    async with _verified(request, content, challenge=challenge, domains=domain) as found:
        token = await found.receipt()
    return Response(token, 200, {"Cache-Control": "no-store"}, MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class _Verified:
    """One submission with its report, and who would sign a receipt for it."""

    submission: Submission
    report: AnyReport
    sha256: str
    policy: Policy
    receipts: Receipts

    async def receipt(self) -> bytes:
        return await self.receipts.receipt(self.report, sha256=self.sha256, policy=self.policy)

    async def receipt_or_problem(self) -> SignedReceipt:
        try:
            return SignedReceipt(token=(await self.receipt()).decode("ascii"))
        except ServiceError as error:
            return SignedReceipt(token=None, problem=error.code)


class VerifierDesk:
    """Where credentials are handed in, by programs and by people; ``main`` gives it to the doors of both."""

    async def read_form(self, request: Request) -> bytes:
        """Return the body of a form that holds a credential, within the bounds of every body."""
        office: Office = request.app.state.office
        return await read_body(request, max_bytes=longest_token(office.max_request_bytes) + _AROUND_A_FILE)

    async def report(self, request: Request, content: bytes, language: Language) -> AnyReport:
        """Return the report on ``content``.

        Raises:
            VerifierBusy: too many are being verified.
            MalformedJson, MalformedToken, DocumentTooLarge: see :func:`read_submission`.
        """
        async with _verified(request, content, language) as found:
            return found.report


async def _body(request: Request) -> bytes:
    # First the body, within its bounds: whoever sends slowly keeps nobody else from being answered.
    office: Office = request.app.state.office
    return await read_body(request, max_bytes=longest_token(office.max_request_bytes))


@asynccontextmanager
async def _verified(
    request: Request,
    content: bytes,
    language: Language = Language.ENGLISH,
    challenge: str | None = None,
    domains: list[str] | None = None,
) -> AsyncIterator[_Verified]:
    """Verify ``content``; the place among those under way is kept until the answer is made.

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
        policy = replace(verifier.policy, challenge=challenge, domains=None if domains is None else frozenset(domains))
        report = await verifier.verify(submission, now=office.clock(), language=language, policy=policy)
        sha256 = hashlib.sha256(content).hexdigest()
        yield _Verified(submission, report, sha256, policy, request.app.state.receipts)
