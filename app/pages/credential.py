"""A credential at its public address: the signed bytes for machines, a page that says the same for people."""

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response

from app.elm.reading import read
from app.issuance.forms import Document, PublicDocument, read_edc, read_manifest, read_page, read_public
from app.issuance.issue import VCDM2_FORM, VCDM2_JWT_FORM
from app.issuance.manifest import MEDIA_TYPE as MANIFEST_MEDIA_TYPE
from app.issuance.office import Office
from app.issuance.page_images import PAGE_HEIGHT, PAGE_WIDTH, nearest_language
from app.languages import Language, preferred, say
from app.pages.facts import facts_of
from app.pages.negotiation import media_type
from app.pages.readers import notes_of, page_word, reader_for
from app.pages.rendering import NOT_THERE_OR_GONE, answers, html_page, unchanged
from app.securing.vc_jose import MEDIA_TYPE as TOKEN_TYPE
from app.strict_json import parse
from app.template.declarations import KIND, awarded_by, in_language

router = APIRouter(tags=["public"])

_MACHINE_TYPES: Final = ("application/vc", "application/ld+json", "application/json", TOKEN_TYPE)
# A capability URL: nobody but the reader's own browser keeps it, and nobody indexes it.
_PRIVATE: Final = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex", "Vary": "Accept, Accept-Language"}


@router.get(
    "/c/{token}",
    response_class=Response,
    responses={**answers(*_MACHINE_TYPES, "text/html", etag=True), **NOT_THERE_OR_GONE},
    summary="Fetch a credential",
)
async def fetch(
    token: str,
    request: Request,
    accept: Annotated[str | None, Header()] = None,
    accept_language: Annotated[str | None, Header()] = None,
    form: Annotated[
        str | None, Query(alias="format", description="`json` for the signed bytes, whatever Accept says")
    ] = None,
) -> Response:
    """The signed bytes, or a page for people.

    application/vc (default), application/ld+json and application/json name the same bytes, with proofs in them;
    application/vc+jwt is the same credential in a token; text/html is the page.
    """
    office: Office = request.app.state.office
    wanted = _MACHINE_TYPES[0] if form == "json" else media_type(accept, (*_MACHINE_TYPES, "text/html"))
    document = await read_public(office, token, VCDM2_JWT_FORM if wanted == TOKEN_TYPE else VCDM2_FORM)
    if wanted == "text/html":
        return await _page(office, document, token, preferred(accept_language))
    return _bytes(request, document, wanted)


@router.get(
    "/c/{token}/vc.jwt",
    response_class=Response,
    responses={**answers(TOKEN_TYPE, etag=True), **NOT_THERE_OR_GONE},
    summary="Fetch a credential as a token",
)
async def fetch_token(token: str, request: Request) -> Response:
    """The same credential secured with JOSE (VC-JOSE-COSE 1.0). Made at the first request, then the same for ever."""
    office: Office = request.app.state.office
    document = await read_public(office, token, VCDM2_JWT_FORM)
    answer = _bytes(request, document, TOKEN_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="credential.vc.jwt"'
    return answer


def _bytes(request: Request, document: Document, media: str) -> Response:
    headers = {**_PRIVATE, "ETag": document.etag}
    if unchanged(request, document.etag):
        return Response(status_code=304, headers=headers)
    return Response(document.content, 200, headers, media)


@router.get(
    "/c/{token}/edc.jsonld",
    response_class=Response,
    responses={**answers("application/jose+json", "application/ld+json", etag=True), **NOT_THERE_OR_GONE},
    summary="Fetch the European Digital Credential",
)
async def fetch_edc(token: str, request: Request) -> Response:
    """The same award as a European Digital Credential (VC 1.1 and edc-ap).

    Sealed (JAdES baseline B) where the awarding body has a seal, as `application/jose+json`, the form that
    Europass takes; otherwise the bare rendering, as `application/ld+json`, on which nobody can rely.
    """
    office: Office = request.app.state.office
    document = await read_edc(office, token)
    answer = _bytes(request, document, document.media_type)
    answer.headers["Content-Disposition"] = 'attachment; filename="credential.edc.jsonld"'
    return answer


@router.get(
    "/c/{token}/manifest.jwt",
    response_class=Response,
    responses={**answers(MANIFEST_MEDIA_TYPE, etag=True), **NOT_THERE_OR_GONE},
    summary="Fetch the manifest of a credential's files",
)
async def fetch_manifest(token: str, request: Request) -> Response:
    """Which files say the same, by the digests of their payloads: a JWS in compact form, signed by the issuer.

    `typ` is `enhance-manifest+jwt`. Made at the first request; a new one only where a sealed file has come since.
    """
    office: Office = request.app.state.office
    document = await read_manifest(office, token)
    answer = _bytes(request, document, MANIFEST_MEDIA_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="manifest.jwt"'
    return answer


PageLanguage = Annotated[
    str, Query(description="Language of the page, of those that the title has; the nearest is given", max_length=35)
]


@router.get(
    "/c/{token}/page.png",
    response_class=Response,
    responses={**answers("image/png", etag=True), **NOT_THERE_OR_GONE},
    summary="Fetch a credential's page as an image",
)
async def fetch_page_image(token: str, request: Request, language: PageLanguage = "en") -> Response:
    """The page that the European Digital Credential carries: a picture of the credential and no proof of anything."""
    return await _drawn_page(token, request, language, for_paper=False)


@router.get(
    "/c/{token}/page.pdf",
    response_class=Response,
    responses={**answers("application/pdf", etag=True), **NOT_THERE_OR_GONE},
    summary="Fetch a credential's page for printing",
)
async def fetch_printed_page(token: str, request: Request, language: PageLanguage = "en") -> Response:
    """The same page for paper (PDF/A-3a, PDF/UA-1). Unsigned: its QR code leads to what is signed."""
    answer = await _drawn_page(token, request, language, for_paper=True)
    answer.headers["Content-Disposition"] = 'inline; filename="micro-credential.pdf"'
    return answer


async def _drawn_page(token: str, request: Request, language: str, *, for_paper: bool) -> Response:
    office: Office = request.app.state.office
    document = await read_page(office, token, language, for_paper=for_paper)
    return _bytes(request, document, document.media_type)


async def _page(office: Office, document: PublicDocument, token: str, wanted: Language) -> Response:
    value = parse(document.content, max_bytes=len(document.content))
    assert isinstance(value, dict)
    statement = read(value).statement
    assert statement is not None
    reader = reader_for(wanted, await office.names(wanted))
    body = (await office.issuer(statement.offering.awarding_body)).body
    learner = statement.award.learner
    status = document.status.value
    title = reader.text(statement.offering.title)
    name = " ".join(name for name in (learner.given_names, learner.family_names) if name)
    return html_page(
        "credential",
        wanted,
        {
            "word": reader.word,
            "kind": in_language(KIND.words, wanted),
            "title": title,
            "learner": name,
            "picture": say("page.page-image", wanted, title=title, learner=name),
            "awarded_by": in_language(awarded_by(body).words, wanted),
            "awarded_on": statement.award.awarded_on,
            "status": status,
            "status_word": page_word(wanted, f"status-{status}"),
            "status_sentence": page_word(
                wanted, f"status-{status}-sentence" if not document.superseded else "status-superseded-sentence"
            ),
            "facts": facts_of(statement, reader),
            "notes": notes_of(body, wanted),
            "address": f"/c/{token}",
            "page_language": nearest_language(statement, wanted.value),
            "page_width": PAGE_WIDTH,
            "page_height": PAGE_HEIGHT,
            "sealed": office.has_seal(body.slug),
            "verify_address": f"{office.public_url}/verify",
        },
        headers=dict(_PRIVATE),
    )
