"""The public catalogue: what prospective learners read (template 7.16), as JSON and as pages."""

from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from app.issuance import offerings as stories
from app.issuance.offerings import CatalogueEntry, CataloguePage
from app.issuance.office import Office
from app.languages import preferred
from app.pages.facts import offering_facts_of
from app.pages.negotiation import media_type
from app.pages.readers import notes_of, page_word, reader_for
from app.pages.rendering import NOT_THERE, answers, html_page
from app.template.declarations import KIND, in_language

router = APIRouter(prefix="/catalogue", tags=["public"])

_CACHED: Final = {"Cache-Control": "public, max-age=60", "Vary": "Accept, Accept-Language"}
_OFFERED: Final = ("application/json", "text/html")
_OFFERED_TOO: Final = answers("text/html")


@router.get("", response_model=CataloguePage, responses=_OFFERED_TOO, summary="Browse the catalogue")
async def browse(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    awarding_body: Annotated[str | None, Query(max_length=40, description="Only one university's, by slug")] = None,
    accept: Annotated[str | None, Header()] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> Response:
    """Newest first; JSON by default, a page for browsers."""
    office: Office = request.app.state.office
    page = await stories.catalogue(office, cursor=cursor, limit=limit, awarding_body=awarding_body)
    if media_type(accept, _OFFERED) == "application/json":
        return Response(page.model_dump_json(), 200, dict(_CACHED), "application/json")
    wanted = preferred(accept_language)
    reader = reader_for(wanted, await office.names(wanted))
    rows = [
        {
            "address": f"/catalogue/{entry.id}",
            "title": reader.text(entry.offering.title),
            "kind": page_word(wanted, entry.offering.type.value),
            "university": reader.provider(entry.offering.awarding_body),
            "workload": f"{entry.offering.workload.ects:f} ECTS" if entry.offering.workload.ects is not None else "",
        }
        for entry in page.items
    ]
    narrowed = {"awarding_body": awarding_body} if awarding_body else {}
    following = {"cursor": page.next_cursor, "limit": limit, **narrowed}
    next_address = f"/catalogue?{urlencode(following)}" if page.next_cursor else None
    return html_page(
        "catalogue", wanted, {"word": reader.word, "rows": rows, "next_address": next_address}, headers=dict(_CACHED)
    )


@router.get(
    "/{offering_id}",
    response_model=CatalogueEntry,
    responses={**_OFFERED_TOO, **NOT_THERE},
    summary="Read an offering",
)
@router.get(
    "/{offering_id}/{version}",
    response_model=CatalogueEntry,
    responses={**_OFFERED_TOO, **NOT_THERE},
    summary="Read a version of an offering",
)
async def read(
    offering_id: UUID,
    request: Request,
    version: int | None = None,
    accept: Annotated[str | None, Header()] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> Response:
    """What stands in the catalogue about it; items that are placed in the document only are left out (7.16)."""
    office: Office = request.app.state.office
    entry = await stories.catalogue_entry(office, offering_id, version)
    if media_type(accept, _OFFERED) == "application/json":
        return Response(entry.model_dump_json(), 200, dict(_CACHED), "application/json")
    wanted = preferred(accept_language)
    reader = reader_for(wanted, await office.names(wanted))
    body = (await office.issuer(entry.offering.awarding_body)).body
    values = {
        "word": reader.word,
        "kind": in_language(KIND.words, wanted),
        "title": reader.text(entry.offering.title),
        "offered_by": reader.provider(body.slug),
        "facts": offering_facts_of(entry.offering, reader),
        "notes": notes_of(body, wanted),
    }
    return html_page("offering", wanted, values, headers=dict(_CACHED))
