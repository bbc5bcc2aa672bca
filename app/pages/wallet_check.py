"""The page on which people have a credential checked from a wallet: a QR code, then the report. Without any script.

Its address holds the ticket, which opens the answer: nobody keeps the page (``no-store``), and no other site learns its
address (``no-referrer``). While it waits it loads itself again.
"""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request, Response

from app.claiming import qr_code
from app.issuance.office import Office
from app.languages import preferred, say
from app.pages.readers import page_word
from app.pages.rendering import NOT_THERE, answers, html_page
from app.presenting import questions

router = APIRouter(tags=["pages"])

_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_SECONDS: Final = "4"
"""After which a waiting page looks again."""


@router.get(
    "/check/wallet", response_class=Response, responses=answers("text/html"), summary="Check a credential in a wallet"
)
async def begin(accept_language: Annotated[str | None, Header()] = None) -> Response:
    """What will be asked for, and a button. Reading it asks nobody."""
    language = preferred(accept_language)
    values = {"word": lambda key: page_word(language, key), "stage": "begin"}
    return html_page("wallet-check", language, values)


@router.post(
    "/check/wallet",
    response_class=Response,
    responses={303: {"description": "To the page of the question"}},
    summary="Ask a wallet",
)
async def ask(request: Request, accept_language: Annotated[str | None, Header()] = None) -> Response:
    """Ask, and go to the page that shows the QR code."""
    office: Office = request.app.state.office
    question = await questions.ask(office, language=preferred(accept_language))
    headers = {"Location": f"/check/wallet/{question.ticket}", **_PRIVATE}
    return Response(status_code=HTTPStatus.SEE_OTHER.value, headers=headers)


@router.get(
    "/check/wallet/{ticket}",
    response_class=Response,
    responses={**answers("text/html"), **NOT_THERE},
    summary="What a wallet answered",
)
async def show(ticket: str, request: Request) -> Response:
    """The QR code until a wallet has answered, then the same report as for programs."""
    office: Office = request.app.state.office
    found = await questions.outcome(office, ticket)
    language = questions.language_of(office, ticket)
    headers = {**_PRIVATE, **({"Refresh": _SECONDS} if found.waits else {})}
    reports = [] if found.report is None else [("", found.report)]
    reports += [
        (say("page.check-credential", language, number=str(number)), shown["report"])
        for number, shown in enumerate(found.report["credentials"] if found.report else (), 1)
    ]
    values = {
        "word": lambda key: page_word(language, key),
        "stage": "waiting" if found.waits else "refused" if found.refused else "answered",
        "address": found.question.wallet_uri,
        "picture": qr_code.svg(found.question.wallet_uri),
        "reports": reports,
    }
    return html_page("wallet-check", language, values, headers=headers)
