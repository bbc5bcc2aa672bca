"""The claim page: where a claim link leads. Reading it changes nothing; its button makes an offer for a wallet.

Works without JavaScript. Before the check is passed it says nothing about the person. The offer is in the answer to
POST and in no address: the page cannot be reached again by going back, and nobody keeps it (``no-store``).
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Request, Response

from app.claiming import links, qr_code
from app.claiming.flight_recorder import Cause
from app.claiming.links import CLAIMABLE, Claimed, LinkView, Refusal
from app.issuance.office import Office
from app.issuance.records import Status
from app.languages import Language, preferred, say
from app.pages.facts import Reader, facts_of, inside_of
from app.pages.readers import page_word, reader_for
from app.pages.rendering import NOT_THERE_OR_GONE, answers, html_page
from app.pages.start import Desk
from app.template.alliance import AwardingBody
from app.template.declarations import KIND, in_language

router = APIRouter(tags=["public"])

_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_FORM: Final = 1000
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": False,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "answer": {
                            "type": "string",
                            "description": "The date of birth or the code, if one is asked for",
                        }
                    },
                }
            }
        },
    }
}
_STATUS_OF: Final = {
    None: HTTPStatus.BAD_REQUEST,
    Cause.BIRTH_DATE_WRONG: HTTPStatus.FORBIDDEN,
    Cause.CLAIM_CODE_WRONG: HTTPStatus.FORBIDDEN,
    Cause.GUESSES_USED_UP: HTTPStatus.FORBIDDEN,
    Cause.AWARD_REVOKED: HTTPStatus.CONFLICT,
    Cause.AWARD_SUSPENDED: HTTPStatus.CONFLICT,
    Cause.LINK_EXPIRED: HTTPStatus.GONE,
    Cause.LINK_USED_UP: HTTPStatus.GONE,
    Cause.LINK_WITHDRAWN: HTTPStatus.GONE,
}


def _refusing(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status.value: {"description": status.phrase, "content": {**problem, "text/html": {}}} for status in statuses
    }


@router.get(
    "/claim/{token}",
    response_class=Response,
    responses={**answers("text/html"), **NOT_THERE_OR_GONE},
    summary="Claim page",
)
async def show(token: str, request: Request, accept_language: Annotated[str | None, Header()] = None) -> Response:
    """What can be claimed, and how far that has come. Nothing is used up by reading it."""
    office: Office = request.app.state.office
    view = await links.look(office, token)
    language = preferred(accept_language)
    return await _page(office, view, language, refusal=None, status=HTTPStatus.OK)


@router.post(
    "/claim/{token}",
    response_class=Response,
    responses={
        **answers("text/html"),
        **NOT_THERE_OR_GONE,
        **_refusing(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.GONE),
    },
    openapi_extra=_BODY,
    summary="Claim",
)
async def claim(token: str, request: Request, accept_language: Annotated[str | None, Header()] = None) -> Response:
    """Make an offer and show it: as a QR code for another device, as a button for this one, and plain downloads.

    An offer can be redeemed once, within minutes. Pressing again makes another one and ends this one.
    """
    office: Office = request.app.state.office
    language = preferred(accept_language)
    outcome = await links.claim(office, token, await _answer(request))
    if isinstance(outcome, Refusal):
        return await _page(office, outcome.view, language, refusal=outcome, status=_STATUS_OF[outcome.cause])
    return await _offer_page(office, outcome, language)


async def _answer(request: Request) -> str | None:
    """Return what was typed; none where that is nothing, or nothing that a form of ours sends."""
    desk: Desk = request.app.state.desk
    body = await desk.read_form(request)
    if len(body) > _LONGEST_FORM or request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        return None
    try:
        typed = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=5, errors="strict")
    except ValueError:
        return None
    return typed.get("answer", [None])[0]


async def _page(
    office: Office, view: LinkView, language: Language, *, refusal: Refusal | None, status: HTTPStatus
) -> Response:
    body = (await office.issuer(view.slug)).body
    reader = reader_for(language, await office.names(language))
    values = {
        **_shared(view, reader, language, body),
        "claimable": view.state in CLAIMABLE,
        "check": view.check.value,
        "colour": "valid" if view.state in CLAIMABLE else "revoked" if view.status is Status.REVOKED else "suspended",
        "standing": _standing(view, language, body),
        "problem": _problem(refusal, language) if refusal and view.state in CLAIMABLE else None,
    }
    return html_page("claim", language, values, headers=dict(_PRIVATE), status=status.value)


async def _offer_page(office: Office, claimed: Claimed, language: Language) -> Response:
    view, minted = claimed.view, claimed.minted
    body = (await office.issuer(view.slug)).body
    reader = reader_for(language, await office.names(language))
    minutes = round((minted.expires_at - office.clock()).total_seconds() / 60)
    values = {
        **_shared(view, reader, language, body),
        "address": minted.by_reference_uri,
        "picture": qr_code.svg(minted.by_reference_uri),
        "lasts": say("page.claim-lasts", language, minutes=str(minutes)),
        "digits": minted.transaction_code,
        "facts": facts_of(claimed.statement, reader),
        "check": view.check.value,
        "credential": f"/c/{claimed.public_token}" if claimed.public_token else None,
        "sealed": office.has_seal(view.slug),
    }
    return html_page("offer", language, values, headers=dict(_PRIVATE))


def _shared(view: LinkView, reader: Reader, language: Language, body: AwardingBody) -> dict[str, Any]:
    return {
        "word": reader.word,
        "kind": in_language(KIND.words, language),
        "title": reader.text(view.offering.title),
        "lead": say("page.claim-lead", language, university=reader.provider(body.slug)),
        "inside": inside_of(view.offering, view.awarded_on, reader),
    }


def _standing(view: LinkView, language: Language, body: AwardingBody) -> str:
    """Say how far the link has come, and what to do where nothing can be claimed."""
    word = f"page.claim-{view.state.value}"
    if view.state is links.LinkState.NOT_OFFERABLE:
        word = f"page.claim-{view.status.value if view.status.value != 'valid' else 'not-ready'}"
    return say(
        word,
        language,
        until=_day(view.expires_at, body),
        last=_day(view.last_claimed_at, body) if view.last_claimed_at else "",
        number=str(view.claims),
    )


def _problem(refusal: Refusal, language: Language) -> str:
    if refusal.cause is None:
        return page_word(language, "claim-answer-missing")
    return say(f"page.claim-{refusal.cause.value}", language, left=str(refusal.view.guesses_left))


def _day(moment: datetime, body: AwardingBody) -> str:
    return moment.astimezone(ZoneInfo(body.time_zone)).date().isoformat()
