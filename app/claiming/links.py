"""Claim links: what a university sends to a learner, safe to e-mail, and what is claimed with it.

An offer is short-lived and good for one redemption, so it cannot be sent. A claim link can: it leads to a page that
makes an offer when the learner presses a button. Reading the page changes nothing, so whatever opens links on its way
(mail scanners, previews) uses nothing up.

- A link belongs to an *award*, and an award has one open link at most: its guesses cannot be multiplied by asking for
  more links, and a corrected credential is claimed with the link of the first one.
- The token is 256 random bits. It is found by its digest, and kept encrypted under the award's data key, so that the
  same request of a student-information system gets the same link again, and erasure ends it.
- *Check*: what the learner is asked before anything about the person is shown, if anything: the date of birth on
  record, or a code that the university tells by another way. Each answer takes one of ``MOST_GUESSES`` by a conditional
  statement; a right one gives them back.
- *Claims*: how many wallets may fetch the award with the link (a new phone is the second). An offer that was never
  redeemed does not count, and ends when the next one is made.
- *Renewal*: another address, time, guesses and claims for the same link; the former address opens nothing. It can
  revoke the copies that wallets hold, which is what a lost phone needs; the public copy is not touched.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.claiming import flight_recorder
from app.claiming.flight_recorder import Cause, EventKind, Subject
from app.claiming.offers import AwardNotOfferable, MintedOffer, mint_offer, possible_configurations
from app.errors import Family, Finding, ServiceError, json_pointer
from app.issuance.access import Caller, Scope
from app.issuance.finding import CredentialUnknown
from app.issuance.issue import revision_place, status_of
from app.issuance.office import Issuer, Office, sealed_place
from app.issuance.records import RevocationReason, Status
from app.issuance.repeating import data_key_of
from app.keys import DataCipher, DataKey
from app.store import awards, claim_links, credential_offers, credentials, events, offerings, status_events
from app.store.claim_links import ClaimLink
from app.store.connection import Connection
from app.store.credential_offers import OfLink
from app.store.credentials import CredentialEntry
from app.store.states import Audience, CredentialState, StatusChange
from app.store.status_events import StatusEvent
from app.strict_json import JsonValue, canonical
from app.template.elements import Award, Offering, Statement, statement_of

MOST_GUESSES: Final = 5
DAYS: Final = 30
MOST_DAYS: Final = 365
CLAIMS: Final = 3
_CODE_DIGITS: Final = 6
_TOKEN_BYTES: Final = 32

RequestT = TypeVar("RequestT", bound=BaseModel)


class ClaimCheck(StrEnum):
    """What the learner is asked before an offer is made."""

    NONE = "none"
    BIRTH_DATE = "birth-date"
    CODE = "code"


class LinkState(StrEnum):
    """How far a link has come. An offer can be made while it is open or claimed."""

    OPEN = "open"
    CLAIMED = "claimed"
    """A wallet has fetched the award; another one may."""
    USED_UP = "used-up"
    LOCKED = "locked"
    """Wrong answers were given too often."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_OFFERABLE = "not-offerable"
    """The credential is revoked, suspended or not issued yet."""


CLAIMABLE: Final = (LinkState.OPEN, LinkState.CLAIMED)


class ClaimLinkMalformed(ServiceError):
    """What is asked of the claim link is not of the form that the API description gives."""

    code: ClassVar[str] = "claim-link-malformed"
    title: ClassVar[str] = "The claim link cannot be made as it is asked for"
    family: ClassVar[Family] = Family.RULE_BROKEN


class ClaimLinkDiffers(ServiceError):
    """The award has an open claim link of another kind. Withdraw that one first, or use it."""

    code: ClassVar[str] = "claim-link-differs"
    title: ClassVar[str] = "The award has an open claim link of another kind"
    family: ClassVar[Family] = Family.CONFLICT


class ClaimLinkUnknown(ServiceError):
    """There is no such claim link. It may have been renewed, which gives it another address."""

    code: ClassVar[str] = "claim-link-unknown"
    title: ClassVar[str] = "There is no such claim link"
    family: ClassVar[Family] = Family.NOT_FOUND


class ClaimLinkWithdrawn(ServiceError):
    """The claim link was withdrawn and cannot be renewed. Another one can be made."""

    code: ClassVar[str] = "claim-link-withdrawn"
    title: ClassVar[str] = "The claim link was withdrawn"
    family: ClassVar[Family] = Family.CONFLICT


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ClaimLinkRequest(_Request):
    """The body of ``POST /api/v1/credentials/{id}/claim-links``; every member may be left out."""

    check: ClaimCheck = Field(
        default=ClaimCheck.NONE,
        strict=False,
        description="What the learner is asked first: nothing, the date of birth on record, or a code of six digits "
        "that is in the answer and reaches the learner another way than the link",
    )
    transaction_code: bool = Field(
        default=False,
        description="Let the wallet ask for six digits that the page shows. Not every wallet can",
    )
    days: int = Field(default=DAYS, ge=1, le=MOST_DAYS, description="How long the link can be used")
    most_claims: int = Field(default=CLAIMS, ge=1, le=10, description="How many wallets may fetch the award with it")


class RenewalRequest(_Request):
    """The body of ``POST /api/v1/credentials/{id}/claim-links/{link_id}/renewal``."""

    days: int = Field(default=DAYS, ge=1, le=MOST_DAYS, description="How long the link can be used from now on")
    revoke_copies: bool = Field(
        default=False, description="Revoke the copies that wallets hold, as for a lost phone; the public one stays"
    )


class ClaimLinkRecord(BaseModel):
    """A claim link as its awarding body sees it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: LinkState
    url: str | None = Field(
        description="What the learner is sent; none once it is withdrawn, nor for callers without `credentials:issue`"
    )
    check: ClaimCheck
    code: str | None = Field(
        description="What the learner is asked for, where that is a code; not by the same e-mail. "
        "None for callers without `credentials:issue`"
    )
    transaction_code: bool
    created_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    claims: int = Field(description="How many wallets have begun to fetch the award since the link was made or renewed")
    most_claims: int
    last_claimed_at: datetime | None = None
    guesses_left: int


class ClaimLinkList(BaseModel):
    """The claim links of an award, the newest first; one of them at most is not withdrawn."""

    items: list[ClaimLinkRecord]


class RenewedLink(ClaimLinkRecord):
    """A renewed claim link."""

    copies_revoked: int = Field(description="How many copies in wallets were revoked")


# --- what the awarding body does


async def make(office: Office, caller: Caller, credential_id: UUID, value: JsonValue) -> tuple[ClaimLinkRecord, bool]:
    """Return the claim link of the award that a credential is about, and whether it is new.

    An open link of the same kind is returned as it is: the request may be repeated.

    Raises:
        ClaimLinkMalformed: with every finding.
        CredentialUnknown: not the caller's.
        ClaimLinkDiffers: there is an open link of another kind.
        AwardNotOfferable: the credential is revoked.
        Erased: the learner's data was erased.
    """
    wanted = _understood(ClaimLinkRequest, value)
    moment = office.clock()
    async with office.database.transaction() as connection:
        award_id, data_key = await _award_of(connection, office, caller, credential_id)
        # Requests about one award take turns, so each sees the link of the other.
        await awards.lock(connection, caller.awarding_body_id, award_id)
        entry = await _current(connection, caller.awarding_body_id, award_id)
        if status_of(entry) is Status.REVOKED:
            raise AwardNotOfferable("The credential is revoked.")
        known = await _open_link(connection, caller, award_id)
        if known is not None:
            state = await _state(connection, known, entry, moment)
            same = (known.check, known.transaction_code) == (wanted.check, wanted.transaction_code)
            if state in (*CLAIMABLE, LinkState.NOT_OFFERABLE):
                if not same:
                    raise ClaimLinkDiffers(location=_address(office, credential_id, known.id))
                return await _record(connection, office, known, data_key, moment), False
            await _withdraw(connection, caller, known, moment)
        link = _new_link(caller, award_id, data_key, wanted, moment)
        await claim_links.add(connection, link)
        await _note(connection, caller, link, "claim-link-made", moment)
        return await _record(connection, office, link, data_key, moment), True


async def list_links(office: Office, caller: Caller, credential_id: UUID) -> ClaimLinkList:
    """Return the claim links of the award that a credential is about, the newest first.

    Addresses and codes are for those callers only that may issue.

    Raises:
        CredentialUnknown: not the caller's.
        Erased: the learner's data was erased.
    """
    moment = office.clock()
    async with office.database.read() as connection:
        award_id, data_key = await _award_of(connection, office, caller, credential_id)
        found = await claim_links.list_of_award(connection, caller.awarding_body_id, award_id)
        records = [await _record(connection, office, link, data_key, moment) for link in found]
    if Scope.CREDENTIALS_ISSUE not in caller.scopes:
        # Who has them can be the learner: a copy bound to another's key. Reading is no reason for that.
        records = [record.model_copy(update={"url": None, "code": None}) for record in records]
    return ClaimLinkList(items=records)


async def renew(office: Office, caller: Caller, credential_id: UUID, link_id: UUID, value: JsonValue) -> RenewedLink:
    """Give a link another address, time, guesses and claims.

    Raises:
        ClaimLinkMalformed: with every finding.
        CredentialUnknown, ClaimLinkUnknown: not the caller's, or not of this award.
        ClaimLinkWithdrawn: it was withdrawn.
        Erased: the learner's data was erased.
    """
    wanted = _understood(RenewalRequest, value)
    moment = office.clock()
    async with office.database.transaction() as connection:
        link, data_key = await _link_of(connection, office, caller, credential_id, link_id)
        await awards.lock(connection, caller.awarding_body_id, link.award_id)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        renewed = replace(
            link,
            token_sha256=digest_of(token),
            token=DataCipher.seal(data_key, token.encode(), sealed_place("claim_link", "token", link.id)),
            code=_new_code(ClaimCheck(link.check), link.id, data_key),
            guesses_left=MOST_GUESSES,
            renewed_at=moment,
            expires_at=moment + timedelta(days=wanted.days),
        )
        if not await claim_links.renew(connection, renewed):
            raise ClaimLinkWithdrawn
        await credential_offers.end_unredeemed(connection, link.id, now=moment)
        revoked = 0
        if wanted.revoke_copies:
            # The tokens too: whoever has the lost phone must not fetch what was not fetched yet.
            await credential_offers.end_of_award(connection, caller.awarding_body_id, link.award_id, now=moment)
            revoked = await _revoke_copies(connection, caller, link.award_id, moment)
        await _note(connection, caller, link, "claim-link-renewed", moment, copies_revoked=revoked)
        record = await _record(connection, office, renewed, data_key, moment)
    return RenewedLink(**record.model_dump(), copies_revoked=revoked)


async def withdraw(office: Office, caller: Caller, credential_id: UUID, link_id: UUID) -> ClaimLinkRecord:
    """Close a link for ever, with what was offered through it and not redeemed; what wallets hold stays.

    Raises:
        CredentialUnknown, ClaimLinkUnknown: not the caller's, or not of this award.
        Erased: the learner's data was erased.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        link, data_key = await _link_of(connection, office, caller, credential_id, link_id)
        await _withdraw(connection, caller, link, moment)
        ended = await claim_links.find(connection, caller.awarding_body_id, link_id)
        assert ended is not None
        return await _record(connection, office, ended, data_key, moment)


# --- what the learner does


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page shows before anything was asked: nothing about the person."""

    slug: str
    state: LinkState
    status: Status
    check: ClaimCheck
    offering: Offering
    awarded_on: date
    expires_at: datetime
    claims: int
    last_claimed_at: datetime | None
    guesses_left: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no offer was made, and how things stand now."""

    cause: Cause | None
    """None: nothing was answered where an answer is needed. That costs no guess."""
    view: LinkView


@dataclass(frozen=True, slots=True)
class Claimed:
    """A new offer, and what may be shown to whoever passed the check."""

    minted: MintedOffer
    statement: Statement
    public_token: str | None
    view: LinkView


_CAUSE_OF: Final[Mapping[LinkState, Cause]] = {
    LinkState.USED_UP: Cause.LINK_USED_UP,
    LinkState.LOCKED: Cause.GUESSES_USED_UP,
    LinkState.EXPIRED: Cause.LINK_EXPIRED,
    LinkState.WITHDRAWN: Cause.LINK_WITHDRAWN,
}


async def look(office: Office, token: str) -> LinkView:
    """Return how a link stands. Nothing changes by asking, as often as anybody likes.

    Raises:
        ClaimLinkUnknown: no link has this address, or not any more.
        Erased: the learner's data was erased.
    """
    moment, issuers = office.clock(), await _issuers(office)
    async with office.database.read() as connection:
        link = await claim_links.find_by_token(connection, digest_of(token))
        if link is None:
            raise ClaimLinkUnknown
        await data_key_of(connection, office, link.awarding_body_id, link.award_id)
        entry = await _current(connection, link.awarding_body_id, link.award_id)
        return await _view(connection, issuers[link.awarding_body_id], link, entry, moment)


async def claim(office: Office, token: str, answer: str | None) -> Claimed | Refusal:
    """Make an offer for whoever holds the link and answers its check.

    In this order; what can be read and computed before is not done while others wait for the link (2 to 4 are one
    transaction, which a refusal leaves as well as an offer does):

    1. What is on the page, and the right answer, are found out.
    2. The link is locked, and its state has to allow a claim: whoever claims with it at the same moment waits.
    3. A check takes a guess first, then compares; a right answer gives the guesses back.
    4. Earlier offers of the link that nobody redeemed end, and the new one is made.

    Raises:
        ClaimLinkUnknown: no link has this address, or not any more.
        AwardNotOfferable: the credential was revoked or suspended at this very moment.
        Erased: the learner's data was erased.
    """
    moment, issuers = office.clock(), await _issuers(office)
    # 1
    async with office.database.read() as connection:
        link = await claim_links.find_by_token(connection, digest_of(token))
        if link is None:
            raise ClaimLinkUnknown
        data_key = await data_key_of(connection, office, link.awarding_body_id, link.award_id)
        entry = await _current(connection, link.awarding_body_id, link.award_id)
        said = await _said(connection, entry, data_key)
        issuer = issuers[link.awarding_body_id]
        view = await _view(connection, issuer, link, entry, moment)
        possible = await possible_configurations(connection, office, issuer, entry)
    expected = None if link.check == ClaimCheck.NONE else _expected(link, data_key, said)
    given = (answer or "").strip()
    if view.state in CLAIMABLE and expected is not None and not given:
        return Refusal(None, view)
    async with office.database.transaction() as connection:
        # 2
        locked = await claim_links.lock(connection, link.id)
        if locked is None or locked.token_sha256 != link.token_sha256:
            raise ClaimLinkUnknown
        redeemed = await credential_offers.redeemed_of_link(connection, link.id, since=locked.renewed_at)
        state = _state_of(locked, entry, redeemed, moment)
        view = replace(view, state=state, guesses_left=locked.guesses_left)
        if state not in CLAIMABLE:
            cause = _CAUSE_OF.get(state) or (
                Cause.AWARD_REVOKED if view.status is Status.REVOKED else Cause.AWARD_SUSPENDED
            )
            return await _refuse(connection, link, view, cause, moment)
        # 3
        if expected is not None:
            left = await claim_links.take_guess(connection, link.id)
            if left is None or not hmac.compare_digest(given.encode(), expected.encode()):
                wrong = Cause.BIRTH_DATE_WRONG if view.check is ClaimCheck.BIRTH_DATE else Cause.CLAIM_CODE_WRONG
                view = replace(view, guesses_left=left or 0, state=state if left else LinkState.LOCKED)
                return await _refuse(connection, link, view, wrong, moment)
            await claim_links.give_guesses_back(connection, link.id, MOST_GUESSES)
        # 4
        await credential_offers.end_unredeemed(connection, link.id, now=moment)
        # Again: one of those may have been redeemed since it was counted, and none can be from here on.
        redeemed = await credential_offers.redeemed_of_link(connection, link.id, since=locked.renewed_at)
        if redeemed.count >= locked.most_claims:
            view = replace(view, state=LinkState.USED_UP, claims=redeemed.count)
            return await _refuse(connection, link, view, Cause.LINK_USED_UP, moment)
        minted = await mint_offer(
            connection,
            office,
            issuer,
            entry.credential.id,
            configurations=possible,
            transaction_code=link.transaction_code,
            claim_link_id=link.id,
        )
    return Claimed(minted, statement_of(view.offering, said), entry.credential.public_token, view)


# --- inside


def digest_of(token: str) -> bytes:
    """Return by what a link is found."""
    return hashlib.sha256(token.encode()).digest()


def _understood(kind: type[RequestT], value: JsonValue) -> RequestT:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise ClaimLinkMalformed(
            findings=[Finding("claim-link-malformed", json_pointer(item["loc"]), item["msg"]) for item in details]
        ) from None


def _new_link(
    caller: Caller, award_id: UUID, data_key: DataKey, wanted: ClaimLinkRequest, moment: datetime
) -> ClaimLink:
    link_id, token = uuid4(), secrets.token_urlsafe(_TOKEN_BYTES)
    return ClaimLink(
        id=link_id,
        awarding_body_id=caller.awarding_body_id,
        award_id=award_id,
        token_sha256=digest_of(token),
        token=DataCipher.seal(data_key, token.encode(), sealed_place("claim_link", "token", link_id)),
        check=wanted.check.value,
        code=_new_code(wanted.check, link_id, data_key),
        transaction_code=wanted.transaction_code,
        most_claims=wanted.most_claims,
        guesses_left=MOST_GUESSES,
        created_at=moment,
        renewed_at=moment,
        expires_at=moment + timedelta(days=wanted.days),
    )


def _new_code(check: ClaimCheck, link_id: UUID, data_key: DataKey) -> bytes | None:
    if check is not ClaimCheck.CODE:
        return None
    digits = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
    return DataCipher.seal(data_key, digits.encode(), sealed_place("claim_link", "code", link_id))


def _expected(link: ClaimLink, data_key: DataKey, said: Award) -> str:
    """Return the right answer to the link's check."""
    if link.check == ClaimCheck.CODE:
        assert link.code is not None
        return DataCipher.open(data_key, link.code, sealed_place("claim_link", "code", link.id)).decode()
    assert said.learner.birth_date is not None  # nothing is issued without it (template 7.1)
    return said.learner.birth_date.isoformat()


async def _award_of(
    connection: Connection, office: Office, caller: Caller, credential_id: UUID
) -> tuple[UUID, DataKey]:
    credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
    if credential is None:
        raise CredentialUnknown
    return credential.award_id, await data_key_of(connection, office, caller.awarding_body_id, credential.award_id)


async def _link_of(
    connection: Connection, office: Office, caller: Caller, credential_id: UUID, link_id: UUID
) -> tuple[ClaimLink, DataKey]:
    award_id, data_key = await _award_of(connection, office, caller, credential_id)
    link = await claim_links.find(connection, caller.awarding_body_id, link_id)
    if link is None or link.award_id != award_id:
        raise ClaimLinkUnknown
    return link, data_key


async def _open_link(connection: Connection, caller: Caller, award_id: UUID) -> ClaimLink | None:
    found = await claim_links.list_of_award(connection, caller.awarding_body_id, award_id)
    return next((link for link in found if link.withdrawn_at is None), None)


async def _current(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> CredentialEntry:
    """Return the newest public credential of the award, which the link stands for."""
    copies = await credentials.list_of_award(connection, awarding_body_id, award_id)
    newest = next(
        copy for copy in copies if copy.audience is Audience.PUBLIC and copy.state is not CredentialState.ABANDONED
    )
    entry = await credentials.find_entry(connection, awarding_body_id, newest.id)
    assert entry is not None
    return entry


async def _state(connection: Connection, link: ClaimLink, entry: CredentialEntry, moment: datetime) -> LinkState:
    redeemed = await credential_offers.redeemed_of_link(connection, link.id, since=link.renewed_at)
    return _state_of(link, entry, redeemed, moment)


def _state_of(link: ClaimLink, entry: CredentialEntry, redeemed: OfLink, moment: datetime) -> LinkState:
    if link.withdrawn_at is not None:
        return LinkState.WITHDRAWN
    if entry.credential.state is not CredentialState.ISSUED or status_of(entry) is not Status.VALID:
        return LinkState.NOT_OFFERABLE
    if link.guesses_left == 0:
        return LinkState.LOCKED
    if moment >= link.expires_at:
        return LinkState.EXPIRED
    if redeemed.count >= link.most_claims:
        return LinkState.USED_UP
    return LinkState.CLAIMED if redeemed.count else LinkState.OPEN


async def _issuers(office: Office) -> Mapping[UUID, Issuer]:
    """Return each awarding body; not while a connection is held, for it may take another one."""
    return {issuer.awarding_body_id: issuer for issuer in (await office.all_issuers()).values()}


async def _view(
    connection: Connection, issuer: Issuer, link: ClaimLink, entry: CredentialEntry, moment: datetime
) -> LinkView:
    version = await offerings.find_version(connection, link.awarding_body_id, entry.offering_id, entry.offering_version)
    assert version is not None
    redeemed = await credential_offers.redeemed_of_link(connection, link.id, since=link.renewed_at)
    return LinkView(
        slug=issuer.body.slug,
        state=_state_of(link, entry, redeemed, moment),
        status=status_of(entry),
        check=ClaimCheck(link.check),
        offering=Offering.model_validate_json(version.content),
        awarded_on=entry.awarded_on,
        expires_at=link.expires_at,
        claims=redeemed.count,
        last_claimed_at=redeemed.last_at,
        guesses_left=link.guesses_left,
    )


async def _refuse(connection: Connection, link: ClaimLink, view: LinkView, cause: Cause, moment: datetime) -> Refusal:
    subject = Subject(link.awarding_body_id, link.award_id, None, link.id)
    facts = {"guesses_left": view.guesses_left}
    await flight_recorder.record(connection, subject, EventKind.CLAIM_REFUSED, at=moment, cause=cause, facts=facts)
    return Refusal(cause, view)


async def _said(connection: Connection, entry: CredentialEntry, data_key: DataKey) -> Award:
    """Return what the award says, as it was sent."""
    credential = entry.credential
    revision = await awards.find_revision(
        connection, credential.awarding_body_id, credential.award_id, credential.revision
    )
    assert revision is not None
    place = revision_place("claims", credential.award_id, credential.revision)
    return Award.model_validate_json(DataCipher.open(data_key, revision.claims, place))


async def _revoke_copies(connection: Connection, caller: Caller, award_id: UUID, moment: datetime) -> int:
    revoked = 0
    for copy in await credentials.list_of_award(connection, caller.awarding_body_id, award_id):
        if copy.audience is not Audience.WALLET:
            continue
        standing = await status_events.find_standing(connection, copy.id)
        if standing is None or standing.revoked:
            continue
        revoked += 1
        await status_events.append(
            connection,
            StatusEvent(
                awarding_body_id=caller.awarding_body_id,
                award_id=award_id,
                change=StatusChange.REVOKE,
                reason=RevocationReason.LEARNER_REQUEST.value,
                actor=caller.actor,
                at=moment,
                credential_id=copy.id,
            ),
        )
    return revoked


async def _withdraw(connection: Connection, caller: Caller, link: ClaimLink, moment: datetime) -> None:
    if await claim_links.withdraw(connection, caller.awarding_body_id, link.id, now=moment):
        await credential_offers.end_unredeemed(connection, link.id, now=moment)
        await _note(connection, caller, link, "claim-link-withdrawn", moment)


async def _note(
    connection: Connection,
    caller: Caller,
    link: ClaimLink,
    kind: str,
    moment: datetime,
    **more: Any,  # noqa: ANN401 - JSON
) -> None:
    body = canonical({"claim_link": str(link.id), **more})
    await events.append(
        connection, events.Event(caller.awarding_body_id, moment, caller.actor, kind, str(link.award_id), body)
    )


async def _record(
    connection: Connection, office: Office, link: ClaimLink, data_key: DataKey, moment: datetime
) -> ClaimLinkRecord:
    entry = await _current(connection, link.awarding_body_id, link.award_id)
    redeemed = await credential_offers.redeemed_of_link(connection, link.id, since=link.renewed_at)
    is_open = link.withdrawn_at is None
    token = DataCipher.open(data_key, link.token, sealed_place("claim_link", "token", link.id)).decode()
    code = None
    if is_open and link.code is not None:
        code = DataCipher.open(data_key, link.code, sealed_place("claim_link", "code", link.id)).decode()
    return ClaimLinkRecord(
        id=link.id,
        state=_state_of(link, entry, redeemed, moment),
        url=f"{office.public_url}/claim/{token}" if is_open else None,
        check=ClaimCheck(link.check),
        code=code,
        transaction_code=link.transaction_code,
        created_at=link.created_at,
        expires_at=link.expires_at,
        withdrawn_at=link.withdrawn_at,
        claims=redeemed.count,
        most_claims=link.most_claims,
        last_claimed_at=redeemed.last_at,
        guesses_left=link.guesses_left,
    )


def _address(office: Office, credential_id: UUID, link_id: UUID) -> str:
    return f"{office.public_url}/api/v1/credentials/{credential_id}/claim-links/{link_id}"
