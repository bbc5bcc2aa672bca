"""The flight recorder for staff: what wallets did, and why they were refused."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from app.api.callers import CredentialReader, TheOffice
from app.api.problems import described
from app.api.requests import json_answer
from app.claiming import traces
from app.claiming.traces import (
    FOLLOWED_SECONDS,
    MOST_FOLLOWERS,
    OfferTrace,
    TooManyStreams,
    WalletEventPage,
    WalletEventRecord,
)
from app.errors import Family
from app.issuance.access import Caller
from app.issuance.office import Office

router = APIRouter(tags=["wallets"])

_OF_LIST: Final = described(Family.NOT_PERMITTED, Family.NOT_FOUND)
_STREAM: Final = "text/event-stream"


@router.get(
    "/api/v1/wallet-events", response_model=WalletEventPage, responses=_OF_LIST, summary="List what wallets did"
)
async def listing(
    office: TheOffice,
    caller: CredentialReader,
    credential: Annotated[UUID | None, Query(description="Only about the award of this credential")] = None,
    offer: Annotated[UUID | None, Query(description="Only about this offer")] = None,
    claim_link: Annotated[UUID | None, Query(description="Only about this claim link and its offers")] = None,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Newest first, kept for 90 days: what wallets fetched and sent, and why they were refused, in plain words.

    No codes, tokens, nonces or keys, and nothing about the learner. An offer has 200 events at most.
    """
    found = await traces.page(
        office, caller, credential_id=credential, offer_id=offer, claim_link_id=claim_link, cursor=cursor, limit=limit
    )
    return json_answer(found)


@router.get(
    "/api/v1/credentials/{credential_id}/offers/{offer_id}/trace",
    response_model=OfferTrace,
    responses=_OF_LIST,
    summary="Read what happened with an offer",
)
async def trace(credential_id: UUID, offer_id: UUID, office: TheOffice, caller: CredentialReader) -> Response:
    """Oldest first, with what it comes to: how far the wallet got, or why it was refused, and what to do."""
    return json_answer(await traces.trace(office, caller, credential_id, offer_id))


@router.get(
    "/api/v1/wallet-events/stream",
    response_class=Response,
    responses={
        **described(Family.NOT_PERMITTED),
        200: {"description": "Server-sent events, each with a `WalletEventRecord` as JSON", "content": {_STREAM: {}}},
    },
    summary="Follow what wallets do",
)
async def follow(
    request: Request,
    office: TheOffice,
    caller: CredentialReader,
    last_event_id: Annotated[
        str | None,
        Header(pattern="^[0-9]{1,18}$", description="The last one that you have; readers send it themselves"),
    ] = None,
    seconds: Annotated[int, Query(ge=1, le=FOLLOWED_SECONDS, description="How long to follow")] = FOLLOWED_SECONDS,
) -> Response:
    """Events as they come (`text/event-stream`), begun with what came after `Last-Event-ID`.

    A stream ends after 25 seconds at most. Readers of server-sent events come back by themselves and miss nothing.
    """
    followers: Counter[UUID] = request.app.state.followers
    if followers[caller.awarding_body_id] >= MOST_FOLLOWERS:
        raise TooManyStreams
    after = None if last_event_id is None else int(last_event_id)
    content = _stream(office, caller, followers, after, seconds)
    return StreamingResponse(content, 200, {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}, _STREAM)


async def _stream(
    office: Office, caller: Caller, followers: Counter[UUID], after: int | None, seconds: float
) -> AsyncIterator[bytes]:
    followers[caller.awarding_body_id] += 1
    try:
        yield b"retry: 1000\n\n"
        async for events in traces.follow(office, caller, after=after, seconds=seconds):
            # A comment shows that somebody is there, and finds out whether the reader is.
            yield b"".join(_written(event) for event in events) or b":\n\n"
    finally:
        followers[caller.awarding_body_id] -= 1


def _written(event: WalletEventRecord) -> bytes:
    """Return one event (WHATWG HTML, section 9.2.5); JSON has no line breaks in it."""
    content = orjson.dumps(event.model_dump(mode="json"))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.kind.value.encode(), content)
