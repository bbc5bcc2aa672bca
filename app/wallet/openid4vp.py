"""OpenID for Verifiable Presentations 1.0: a wallet fetches the verifier's question and posts its answer."""

import asyncio
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.api.problems import described
from app.api.requests import json_answer, read_body
from app.api.verification import VerifierBusy
from app.errors import Family
from app.issuance.office import Office
from app.languages import Language
from app.presenting import questions
from app.presenting.questions import AnswerRefused
from app.securing.jws import longest_token
from app.wallet.errors import NO_STORE

router: Final = APIRouter(tags=["wallets"])

_FORM: Final = "application/x-www-form-urlencoded"
_AROUND_A_TOKEN: Final = 16 * 1024
"""What a form adds to the token in it; base64url and tildes are written as they are."""
_ANSWER_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "vp_token": {
                            "type": "string",
                            "description": "A JSON object: query identifier to presentations",
                        },
                        "state": {"type": "string", "description": "That of the question"},
                        "error": {"type": "string", "description": "Why the wallet does not answer"},
                    },
                    "required": ["state"],
                }
            }
        },
    }
}


class Standing(StrEnum):
    """How far a question has come."""

    WAITING = "waiting"
    REFUSED = "refused"
    ANSWERED = "answered"


class WalletQuestion(BaseModel):
    """A question to a wallet."""

    ticket: str = Field(description="Opens the answer. Keep it to yourself: it is in nothing that the wallet gets.")
    wallet_uri: str = Field(description="For a QR code, or a link on the same device.")
    request_uri: str
    expires_at: datetime


class WalletAnswer(BaseModel):
    """What became of a question."""

    state: Standing
    report: dict[str, Any] | None = Field(
        default=None, description="The report that `POST /verify` gives on what was presented."
    )


@router.post(
    "/verify/questions",
    status_code=HTTPStatus.CREATED,
    response_model=WalletQuestion,
    responses=described(Family.UNAVAILABLE),
    summary="Ask a wallet for a credential",
)
async def ask(
    request: Request, language: Annotated[Language, Query(description="Language of the sentences")] = Language.ENGLISH
) -> Response:
    """A question that any wallet with one of our types of SD-JWT VC can answer, once and within ten minutes.

    Nothing is stored until a wallet answers. Of what can be kept back only the title and the awarding body are asked
    for.
    """
    office: Office = request.app.state.office
    asked = await questions.ask(office, language=language)
    question = WalletQuestion(
        ticket=asked.ticket,
        wallet_uri=asked.wallet_uri,
        request_uri=asked.request_uri,
        expires_at=asked.expires_at,
    )
    answered = json_answer(question, status=HTTPStatus.CREATED.value)
    answered.headers.update(NO_STORE)
    return answered


@router.get(
    "/verify/questions/{ticket}",
    response_model=WalletAnswer,
    responses=described(Family.NOT_FOUND),
    summary="Read a wallet's answer",
)
async def read(ticket: str, request: Request) -> Response:
    """What became of a question: nothing yet, refused by the wallet, or the report on what was presented."""
    office: Office = request.app.state.office
    found = await questions.outcome(office, ticket)
    state = Standing.WAITING if found.waits else Standing.REFUSED if found.refused else Standing.ANSWERED
    answered = json_answer(WalletAnswer(state=state, report=None if found.report is None else dict(found.report)))
    answered.headers.update(NO_STORE)
    return answered


@router.get(
    "/openid4vp/{reference}",
    response_class=Response,
    responses={
        200: {"description": "The request object", "content": {questions.REQUEST_MEDIA_TYPE: {}}},
        **described(Family.NOT_FOUND, Family.UNAVAILABLE),
    },
    summary="A question, as a wallet reads it",
)
async def request_object(reference: str, request: Request) -> Response:
    """The authorization request behind `request_uri` (OpenID4VP 1.0 section 5), signed by the service's own key."""
    office: Office = request.app.state.office
    content = await questions.request_object(office, reference)
    return Response(content, 200, {**NO_STORE, "Access-Control-Allow-Origin": "*"}, questions.REQUEST_MEDIA_TYPE)


@router.post(
    "/openid4vp/{reference}",
    response_class=Response,
    responses={
        200: {"description": "The answer was taken", "content": {"application/json": {"schema": {"type": "object"}}}},
        **described(Family.MALFORMED, Family.NOT_FOUND, Family.UNAVAILABLE),
    },
    openapi_extra=_ANSWER_BODY,
    summary="Answer a question",
)
async def answer(reference: str, request: Request) -> Response:
    """The authorization response of a wallet, by `direct_post` (OpenID4VP 1.0 section 8.2); once for each question."""
    office: Office = request.app.state.office
    body = await read_body(request, max_bytes=longest_token(office.max_request_bytes) + _AROUND_A_TOKEN)
    under_way: asyncio.Semaphore = request.app.state.verifications
    if under_way.locked():
        raise VerifierBusy
    async with under_way:
        await questions.answer(office, request.app.state.verifier, reference, _form_of(request, body))
    return Response(b"{}", 200, NO_STORE, "application/json")


def _form_of(request: Request, body: bytes) -> dict[str, str]:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise AnswerRefused(f"An answer is sent as {_FORM}.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise AnswerRefused("The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise AnswerRefused("A parameter is there twice.")
    return form
