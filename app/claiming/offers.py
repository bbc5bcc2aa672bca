"""Offers: what leads a wallet to an award, by a link or a QR code (OpenID4VCI 1.0 section 4.1).

An offer is short-lived and good for one redemption, so nobody sends one by e-mail: a claim link makes one when it is
opened. Its secrets are drawn once, given out once, and kept as digests:

- *reference*: 160 random bits in the address of the offer (``PUBLIC_URL/issuers/SLUG/offers/REFERENCE``);
- *pre-authorized code*: an HMAC of the reference, so that whoever fetches the offer by its address can be told it
  without its being stored anywhere;
- *transaction code*, if wanted: six digits that go another way than the offer. What is kept of it is keyed by the
  pre-authorized code, so that whoever has the records alone cannot try out a million of them.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final
from urllib.parse import quote
from uuid import UUID, uuid4

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.claiming import flight_recorder
from app.claiming.configurations import CONFIGURATIONS
from app.claiming.flight_recorder import EventKind, Subject
from app.errors import Family, Finding, ServiceError, json_pointer
from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown
from app.issuance.issue import status_of
from app.issuance.office import Issuer, Office
from app.issuance.records import Status
from app.issuance.repeating import data_key_of
from app.issuance.wallet_copy import lacking
from app.store import awards, consumed_once, credential_offers, credentials, events
from app.store.connection import Connection
from app.store.credential_offers import CredentialOffer
from app.store.credentials import CredentialEntry
from app.store.states import Audience, CredentialState
from app.strict_json import JsonValue, canonical

LIFETIME: Final = timedelta(minutes=10)
"""How long an offer can be redeemed unless its maker says otherwise."""
SHORTEST_LIFETIME: Final = timedelta(minutes=1)
LONGEST_LIFETIME: Final = timedelta(days=1)
MOST_GUESSES: Final = 5
"""Wrong transaction codes after which an offer is dead (OpenID4VCI 1.0 section 13.6)."""
PRE_AUTHORIZED_CODE: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
KEPT: Final = timedelta(days=30)
"""How long an offer is listed that ended unused."""
SCHEME: Final = "openid-credential-offer://"

_REFERENCE_BYTES: Final = 20
_TRANSACTION_CODE_DIGITS: Final = 6


class OfferMalformed(ServiceError):
    """What is asked for cannot be offered: an unknown configuration, or a lifetime out of bounds."""

    code: ClassVar[str] = "offer-malformed"
    title: ClassVar[str] = "The offer cannot be made as it is asked for"
    family: ClassVar[Family] = Family.RULE_BROKEN


class AwardNotOfferable(ServiceError):
    """The credential is revoked, suspended, or not issued yet: no copy of it goes to a wallet now."""

    code: ClassVar[str] = "award-not-offerable"
    title: ClassVar[str] = "No copy of this credential can be offered to a wallet now"
    family: ClassVar[Family] = Family.CONFLICT


class OfferUnknown(ServiceError):
    """There is no such offer here, or it has ended. A new one can be made."""

    code: ClassVar[str] = "offer-unknown"
    title: ClassVar[str] = "There is no such offer, or not any more"
    family: ClassVar[Family] = Family.NOT_FOUND


class Possible(tuple[str, ...]):
    """The configurations in which an award can be had."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class MintedOffer:
    """A new offer with its secrets, which cannot be shown again."""

    offer_id: UUID
    offer: Mapping[str, Any]
    by_reference_uri: str
    by_value_uri: str
    transaction_code: str | None
    expires_at: datetime


async def mint_offer(
    connection: Connection,
    office: Office,
    issuer: Issuer,
    credential_id: UUID,
    *,
    configurations: Sequence[str] | Possible | None = None,
    transaction_code: bool = False,
    lifetime: timedelta = LIFETIME,
    claim_link_id: UUID | None = None,
) -> MintedOffer:
    """Make an offer of the award that a credential is about, in the transaction of ``connection``.

    A credential that was replaced stands for the newest of its award. Without ``configurations`` all are offered in
    which the award can be had; whoever found these out before the transaction says so by :class:`Possible`.

    Raises:
        OfferMalformed: with every finding.
        CredentialUnknown: not of this awarding body, or a wallet's copy itself.
        AwardNotOfferable: revoked, suspended or not issued yet.
        Erased: the learner's data was erased.
    """
    offered = tuple(dict.fromkeys(configurations if configurations is not None else CONFIGURATIONS))
    _refuse_malformed(offered, lifetime)
    moment = office.clock()
    entry = await credentials.find_entry(connection, issuer.awarding_body_id, credential_id)
    if entry is None or entry.credential.audience is not Audience.PUBLIC:
        raise CredentialUnknown
    if entry.superseded_by is not None:
        entry = await credentials.find_entry(connection, issuer.awarding_body_id, entry.superseded_by)
        assert entry is not None
    if entry.credential.state is not CredentialState.ISSUED:
        raise AwardNotOfferable("The credential is not issued yet.")
    if (status := status_of(entry)) is not Status.VALID:
        raise AwardNotOfferable(f"The credential is {status.value}.")
    await data_key_of(connection, office, issuer.awarding_body_id, entry.credential.award_id)
    offered = (
        tuple(configurations)
        if isinstance(configurations, Possible)
        else await _possible(connection, office, issuer, entry, offered, named=configurations is not None)
    )
    reference = secrets.token_urlsafe(_REFERENCE_BYTES)
    code = code_of(reference)
    digits = (
        f"{secrets.randbelow(10**_TRANSACTION_CODE_DIGITS):0{_TRANSACTION_CODE_DIGITS}}" if transaction_code else None
    )
    stored = CredentialOffer(
        id=uuid4(),
        awarding_body_id=issuer.awarding_body_id,
        award_id=entry.credential.award_id,
        credential_id=credential_id,
        claim_link_id=claim_link_id,
        reference_sha256=digest_of(reference),
        code_sha256=digest_of(code),
        transaction_code_mac=None if digits is None else transaction_code_mac(code, digits),
        guesses_left=MOST_GUESSES,
        configurations=offered,
        created_at=moment,
        expires_at=moment + lifetime,
    )
    await credential_offers.add(connection, stored)
    await flight_recorder.record(
        connection,
        subject_of(stored),
        EventKind.OFFER_MADE,
        at=moment,
        facts={"transaction_code": transaction_code, "configurations": offered},
    )
    address = issuer_address(office, issuer.body.slug)
    document = _document(stored, address, code)
    return MintedOffer(
        offer_id=stored.id,
        offer=document,
        by_reference_uri=f"{SCHEME}?credential_offer_uri={quote(f'{address}/offers/{reference}', safe='')}",
        by_value_uri=f"{SCHEME}?credential_offer={quote(orjson.dumps(document), safe='')}",
        transaction_code=digits,
        expires_at=stored.expires_at,
    )


async def possible_configurations(
    connection: Connection, office: Office, issuer: Issuer, entry: CredentialEntry
) -> Possible:
    """Return the configurations in which the award of ``entry`` can be had. It reads the whole award.

    Raises:
        Erased: the learner's data was erased.
    """
    return Possible(await _possible(connection, office, issuer, entry, tuple(CONFIGURATIONS), named=False))


async def _possible(
    connection: Connection,
    office: Office,
    issuer: Issuer,
    entry: CredentialEntry,
    offered: Sequence[str],
    *,
    named: bool,
) -> tuple[str, ...]:
    """Return the configurations in which the award can be had: wallets take the first that they understand.

    Raises:
        OfferMalformed: one that was ``named`` is not among them, with a finding for everything that the award lacks.
    """
    forms = [CONFIGURATIONS[name].form for name in offered]
    impossible = await lacking(connection, office, issuer, entry, forms)
    if named and impossible:
        findings = [finding for found in impossible.values() for finding in found]
        raise OfferMalformed("The award lacks what a configuration cannot do without.", findings=findings)
    return tuple(name for name in offered if CONFIGURATIONS[name].form.name not in impossible)


async def read_offer(office: Office, slug: str, reference: str, *, wallet: str) -> bytes:
    """Return the offer at an address, as JSON. Nothing is used up by asking, as often as anybody likes.

    Raises:
        OfferUnknown: no such offer of this issuer, or it has ended.
    """
    moment = office.clock()
    async with office.database.read_once() as connection:
        offer = await credential_offers.find_by_reference(connection, slug, digest_of(reference))
    if offer is None or not offer.is_open(moment):
        raise OfferUnknown
    async with office.database.write_once() as connection:
        await flight_recorder.record(
            connection, subject_of(offer), EventKind.OFFER_FETCHED, at=moment, facts={"wallet": wallet}
        )
    return orjson.dumps(_document(offer, issuer_address(office, slug), code_of(reference)))


async def forget_spent(office: Office) -> int:
    """Forget offers that ended unused long ago, and what would be refused for its age; return how much it was."""
    moment = office.clock()
    async with office.database.transaction() as connection:
        spent = await consumed_once.forget_before(connection, moment)
        unused = await credential_offers.forget_unredeemed(connection, expired_before=moment - KEPT)
    return spent + unused


def issuer_address(office: Office, slug: str) -> str:
    """Return the Credential Issuer Identifier of an awarding body (section 12.2.1); it is the same for ever."""
    return f"{office.public_url}/issuers/{slug}"


def subject_of(offer: CredentialOffer) -> Subject:
    """Return whose events an offer's are."""
    return Subject(offer.awarding_body_id, offer.award_id, offer.id, offer.claim_link_id)


def code_of(reference: str) -> str:
    """Return the pre-authorized code of the offer at ``reference``."""
    mac = hmac.digest(reference.encode(), b"pre-authorized code", "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def digest_of(secret: str) -> bytes:
    """Return what is kept of a secret of full strength."""
    return hashlib.sha256(secret.encode()).digest()


def transaction_code_mac(code: str, digits: str) -> bytes:
    """Return what is kept of a transaction code."""
    return hmac.digest(code.encode(), b"transaction code " + digits.encode(), "sha256")


def _refuse_malformed(offered: Sequence[str], lifetime: timedelta) -> None:
    findings = [
        Finding("offer-malformed", f"#/configurations/{place}", f"Known are: {', '.join(CONFIGURATIONS)}.")
        for place, name in enumerate(offered)
        if name not in CONFIGURATIONS
    ]
    if not offered:
        findings.append(Finding("offer-malformed", "#/configurations", "Name one at least, or leave the member out."))
    if not SHORTEST_LIFETIME <= lifetime <= LONGEST_LIFETIME:
        words = f"From {SHORTEST_LIFETIME.total_seconds():.0f} to {LONGEST_LIFETIME.total_seconds():.0f} seconds."
        findings.append(Finding("offer-malformed", "#/expires_in_seconds", words))
    if findings:
        raise OfferMalformed(findings=findings)


def _document(offer: CredentialOffer, address: str, code: str) -> dict[str, Any]:
    """Return the Credential Offer (section 4.1.1)."""
    grant: dict[str, Any] = {"pre-authorized_code": code}
    if offer.transaction_code_mac is not None:
        grant["tx_code"] = {"input_mode": "numeric", "length": _TRANSACTION_CODE_DIGITS}
    return {
        "credential_issuer": address,
        "credential_configuration_ids": list(offer.configurations),
        "grants": {PRE_AUTHORIZED_CODE: grant},
    }


# --- What the awarding body does with them


class OfferState(StrEnum):
    """How far an offer has come."""

    OPEN = "open"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    LOCKED = "locked"
    """A wrong transaction code was given too often."""


class OfferRequest(BaseModel):
    """The body of ``POST /api/v1/credentials/{id}/offers``; every member may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    configurations: list[str] | None = Field(
        default=None, max_length=20, description="What is offered; all kinds if left out"
    )
    transaction_code: bool = Field(
        default=False, description="Ask the learner for six digits, which reach them another way than the offer"
    )
    expires_in_seconds: int = Field(
        default=int(LIFETIME.total_seconds()),
        ge=int(SHORTEST_LIFETIME.total_seconds()),
        le=int(LONGEST_LIFETIME.total_seconds()),
    )


class OfferRecord(BaseModel):
    """An offer as its awarding body sees it, without its secrets."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: OfferState
    configurations: list[str]
    transaction_code_wanted: bool
    claim_link: UUID | None = Field(description="The claim link that made it, if one did")
    created_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None = None
    withdrawn_at: datetime | None = None


class NewOffer(OfferRecord):
    """A new offer with its secrets. They are shown once."""

    by_reference_uri: str = Field(description="For a QR code or a link: short; it leads the wallet to the offer")
    by_value_uri: str = Field(description="The whole offer in one link, for wallets that cannot fetch it")
    credential_offer: dict[str, Any] = Field(description="The offer itself (OpenID4VCI 1.0 section 4.1.1)")
    transaction_code: str | None = Field(description="For the learner alone; never by the same way as the offer")


class OfferList(BaseModel):
    """The offers of a credential, newest first."""

    items: list[OfferRecord]


async def make_offer(office: Office, caller: Caller, credential_id: UUID, value: JsonValue) -> NewOffer:
    """Make an offer on behalf of an awarding body.

    Raises:
        OfferMalformed, CredentialUnknown, AwardNotOfferable, Erased: see :func:`mint_offer`.
    """
    try:
        wanted = OfferRequest.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise OfferMalformed(
            findings=[Finding("offer-malformed", json_pointer(item["loc"]), item["msg"]) for item in details]
        ) from None
    issuer = await office.issuer(caller.slug)
    moment = office.clock()
    async with office.database.transaction() as connection:
        minted = await mint_offer(
            connection,
            office,
            issuer,
            credential_id,
            configurations=wanted.configurations,
            transaction_code=wanted.transaction_code,
            lifetime=timedelta(seconds=wanted.expires_in_seconds),
        )
        stored = await credential_offers.find(connection, caller.awarding_body_id, minted.offer_id)
        assert stored is not None
        await _note(connection, caller, stored, "offer-made", moment)
    return NewOffer(
        **_record(stored, moment).model_dump(),
        by_reference_uri=minted.by_reference_uri,
        by_value_uri=minted.by_value_uri,
        credential_offer=dict(minted.offer),
        transaction_code=minted.transaction_code,
    )


async def list_offers(office: Office, caller: Caller, credential_id: UUID) -> OfferList:
    """Return the offers that were made for a credential, newest first.

    Raises:
        CredentialUnknown: not the caller's.
    """
    moment = office.clock()
    async with office.database.read() as connection:
        credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
        if credential is None or credential.audience is not Audience.PUBLIC:
            raise CredentialUnknown
        found = await credential_offers.list_of_credential(connection, caller.awarding_body_id, credential_id)
    return OfferList(items=[_record(offer, moment) for offer in found])


async def withdraw_offer(office: Office, caller: Caller, credential_id: UUID, offer_id: UUID) -> OfferRecord:
    """End an offer, and the access token that it was redeemed for; what a wallet holds by then stays.

    Raises:
        OfferUnknown: the credential has no such offer.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        offer = await credential_offers.find(connection, caller.awarding_body_id, offer_id)
        if offer is None or offer.credential_id != credential_id:
            raise OfferUnknown
        # What is being delivered is stored before this, or finds its offer ended.
        await awards.lock(connection, caller.awarding_body_id, offer.award_id)
        if await credential_offers.withdraw(connection, caller.awarding_body_id, offer_id, now=moment):
            await _note(connection, caller, offer, "offer-withdrawn", moment)
        ended = await credential_offers.find(connection, caller.awarding_body_id, offer_id)
        assert ended is not None
    return _record(ended, moment)


async def _note(connection: Connection, caller: Caller, offer: CredentialOffer, kind: str, moment: datetime) -> None:
    body = canonical({"credential": str(offer.credential_id), "offer": str(offer.id)})
    await events.append(
        connection,
        events.Event(caller.awarding_body_id, moment, caller.actor, kind, str(offer.award_id), body),
    )


def _record(offer: CredentialOffer, now: datetime) -> OfferRecord:
    if offer.redeemed_at is not None:
        state = OfferState.REDEEMED
    elif offer.guesses_left == 0:
        state = OfferState.LOCKED
    else:
        state = OfferState.OPEN if now < offer.expires_at else OfferState.EXPIRED
    return OfferRecord(
        id=offer.id,
        state=OfferState.WITHDRAWN if offer.withdrawn_at is not None else state,
        configurations=list(offer.configurations),
        transaction_code_wanted=offer.transaction_code_mac is not None,
        claim_link=offer.claim_link_id,
        created_at=offer.created_at,
        expires_at=offer.expires_at,
        redeemed_at=offer.redeemed_at,
        withdrawn_at=offer.withdrawn_at,
    )
