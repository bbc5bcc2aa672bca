"""``/problems/CODE``: what a code means, where it comes from, what to do (RFC 9457 section 3.1.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, HTTPException, Request, Response

from app.languages import Language
from app.pages.negotiation import media_type
from app.pages.rendering import NOT_THERE, answers, html_page

router = APIRouter(prefix="/problems", tags=["published"])


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said about one code."""

    code: str
    title: str
    explanation: str
    facts: tuple[tuple[str, str], ...]


Explanations = Mapping[str, Explanation]


def collect(explanations: Iterable[Explanation]) -> Explanations:
    """Return the explanations by code."""
    return {item.code: item for item in explanations}


@router.get(
    "/{code}",
    response_class=Response,
    responses={**answers("text/html", "application/json"), **NOT_THERE},
    summary="Explain a problem or finding code",
)
async def explain(
    code: str,
    request: Request,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """A page for people, JSON for machines; in English, as the rules and the template are."""
    explanations: Explanations = request.app.state.explanations
    item = explanations.get(code)
    if item is None:
        raise HTTPException(404)
    if media_type(accept, ("text/html", "application/json")) == "application/json":
        document = {"code": item.code, "title": item.title, "explanation": item.explanation, **dict(item.facts)}
        return Response(orjson.dumps(document), media_type="application/json")
    values = {"code": item.code, "title": item.title, "explanation": item.explanation, "facts": item.facts}
    return html_page("problem", Language.ENGLISH, values)
