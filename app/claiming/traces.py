"""What staff read of the flight recorder: pages of events, the trace of one offer, and events as they come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from app.claiming.compatibility import hints_for, silence_after
from app.claiming.flight_recorder import EXPLAINED, KEPT, Cause, EventKind
from app.claiming.offers import OfferUnknown
from app.errors import Family, ServiceError
from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown
from app.issuance.office import Office
from app.store import credential_offers, credentials, wallet_events
from app.store.paging import CursorMalformed
from app.store.wallet_events import Narrowed, WalletEvent

FOLLOWED_SECONDS: Final = 25
"""How long a stream lasts. The reader comes back by itself, so that an API key that was revoked and a service that
stops hold nobody longer."""
MOST_FOLLOWERS: Final = 5
"""Streams of one awarding body at a time, in each process."""
_LOOK_AGAIN_SECONDS: Final = 1.0
_LOOKED_BACK: Final = 200
"""Numbers are drawn before they are stored: an event may appear after one with a higher number."""
_MOST_AT_ONCE: Final = 500
_LONGEST_TRACE: Final = 500


class TooManyStreams(ServiceError):
    """As many streams of events as an awarding body may have are open. One for all your staff is enough."""

    code: ClassVar[str] = "too-many-streams"
    title: ClassVar[str] = "Too many streams of events are open"
    family: ClassVar[Family] = Family.LIMIT_REACHED


class WalletEventRecord(BaseModel):
    """One thing that happened with an offer or a claim link."""

    model_config = ConfigDict(frozen=True)

    id: int = Field(description="Later events have higher numbers")
    at: datetime
    kind: EventKind
    offer: UUID | None
    claim_link: UUID | None
    cause: Cause | None = Field(default=None, description="Why it was refused")
    words: str | None = Field(default=None, description="The cause in plain words")
    fix: str | None = Field(default=None, description="What to do about it")
    hints: list[str] = Field(default_factory=list, description="What is known of wallets that do this")
    facts: dict[str, str | int | bool | list[str]] = Field(
        description="From a closed list: what was sent and told, without values, codes or personal data",
        examples=[{"wallet": "okhttp:4.12", "sent": ["credential_configuration_id", "proofs"]}],
    )


class WalletEventPage(BaseModel):
    """Events, the newest first, and the cursor of the next page, if there is one."""

    items: list[WalletEventRecord]
    next_cursor: str | None


class OfferTrace(BaseModel):
    """What happened with one offer, the oldest first, and what it comes to."""

    offer: UUID
    events: list[WalletEventRecord]
    summary: str = Field(description="How far the wallet came, or why it was refused last")
    fix: str | None
    hints: list[str]


async def page(
    office: Office,
    caller: Caller,
    *,
    credential_id: UUID | None = None,
    offer_id: UUID | None = None,
    claim_link_id: UUID | None = None,
    cursor: str | None,
    limit: int,
) -> WalletEventPage:
    """Return events of the awarding body, the newest first; of an award, an offer or a link if one is named.

    Raises:
        CredentialUnknown: not the caller's.
        CursorMalformed: not one of ours.
    """
    before = None if cursor is None else _number(cursor)
    async with office.database.read() as connection:
        award_id = None
        if credential_id is not None:
            credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
            if credential is None:
                raise CredentialUnknown
            award_id = credential.award_id
        found = await wallet_events.list_before(
            connection,
            caller.awarding_body_id,
            Narrowed(offer_id=offer_id, claim_link_id=claim_link_id, award_id=award_id),
            before=before,
            size=limit + 1,
        )
    shown = found[:limit]
    return WalletEventPage(
        items=[_record(event) for event in shown],
        next_cursor=str(shown[-1].id) if len(found) > limit else None,
    )


async def trace(office: Office, caller: Caller, credential_id: UUID, offer_id: UUID) -> OfferTrace:
    """Return what happened with an offer, and what it comes to.

    Raises:
        OfferUnknown: the credential has no such offer.
    """
    return await _trace(office, caller, offer_id, credential_id)


async def trace_of_offer(office: Office, caller: Caller, offer_id: UUID) -> OfferTrace:
    """Return what happened with an offer of the awarding body, and what it comes to.

    Raises:
        OfferUnknown: the awarding body has no such offer.
    """
    return await _trace(office, caller, offer_id, None)


async def follow(
    office: Office, caller: Caller, *, after: int | None, seconds: float
) -> AsyncIterator[list[WalletEventRecord]]:
    """Yield the events of the awarding body as they come, some at a time, for so many seconds; none: still there.

    ``after`` is the number of the last event that the reader has; without it, only what is new.
    """
    ends_at = asyncio.get_running_loop().time() + seconds
    if after is None:
        async with office.database.read_once() as connection:
            after = await wallet_events.newest_number(connection, caller.awarding_body_id)
    newest, told = after, set[int]()
    while True:
        async with office.database.read_once() as connection:
            found = await wallet_events.list_after(
                connection,
                caller.awarding_body_id,
                Narrowed(),
                after=max(after, newest - _LOOKED_BACK),
                size=_MOST_AT_ONCE,
            )
        new = [event for event in found if event.id not in told]
        told = {number for number in told if number > newest - _LOOKED_BACK} | {event.id for event in new}
        newest = max([newest, *(event.id for event in new)])
        yield [_record(event) for event in new]
        left = ends_at - asyncio.get_running_loop().time()
        if left <= 0:
            return
        await asyncio.sleep(min(_LOOK_AGAIN_SECONDS, left))


async def forget_old_events(office: Office) -> int:
    """Forget what is older than ``flight_recorder.KEPT``, and return how many events that were."""
    async with office.database.transaction() as connection:
        return await wallet_events.forget_before(connection, office.clock() - KEPT)


async def _trace(office: Office, caller: Caller, offer_id: UUID, credential_id: UUID | None) -> OfferTrace:
    async with office.database.read() as connection:
        offer = await credential_offers.find(connection, caller.awarding_body_id, offer_id)
        if offer is None or credential_id not in (None, offer.credential_id):
            raise OfferUnknown
        found = await wallet_events.list_after(
            connection, caller.awarding_body_id, Narrowed(offer_id=offer_id), after=0, size=_LONGEST_TRACE
        )
    shown = [_record(event) for event in found]
    summary, fix, hints = _summary(shown)
    return OfferTrace(offer=offer_id, events=shown, summary=summary, fix=fix, hints=hints)


def _summary(shown: list[WalletEventRecord]) -> tuple[str, str | None, list[str]]:
    if not shown:
        return "Nothing is on record any more.", None, []
    last = shown[-1]
    if last.words is not None:
        return last.words, last.fix, last.hints
    silence = silence_after(last.kind)
    if silence is None:
        return "The wallet has reported that it keeps the credential.", None, []
    return silence[0], None, list(silence[1])


def _record(event: WalletEvent) -> WalletEventRecord:
    cause = None if event.cause is None else Cause(event.cause)
    said = None if cause is None else EXPLAINED[cause]
    return WalletEventRecord(
        id=event.id,
        at=event.at,
        kind=EventKind(event.kind),
        offer=event.offer_id,
        claim_link=event.claim_link_id,
        cause=cause,
        words=said.cause if said else None,
        fix=said.fix if said else None,
        hints=list(hints_for(cause)) if cause else [],
        facts=orjson.loads(event.facts),
    )


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(2**63 - 1)) - 1):
        raise CursorMalformed
    return int(cursor)
