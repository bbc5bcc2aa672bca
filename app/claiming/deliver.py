"""Copies of an award for whoever holds its access token (OpenID4VCI 1.0 sections 7 to 11).

1. The token opens something here (:func:`app.claiming.redeem.access`).
2. The request is read: one configuration of the offer, named as the token response said that it is to be named.
3. A bound configuration takes one to :data:`BATCH_SIZE` proofs, each of another key, all with nonces of this issuer. An
   unbound one takes no notice of proofs.
4. The award is in force: nobody is given a copy of what is revoked, suspended, erased or not signed. A correction made
   since the offer is what is delivered.
5. A token gets each configuration once. Asked again with the same keys it gives the same bytes, for a wallet whose
   connection broke; with other keys nothing, and nothing of what is revoked by now.
6. The copies are drafted and signed, and ONE transaction uses up the nonces and stores delivery and copies, if the
   offer was not ended meanwhile. What can be refused is refused before places in status lists are taken. With a signer
   elsewhere, or one that cannot sign now, they are stored first, as prepared; whoever has to wait is given a
   transaction identifier to come back with (section 9), and the copies are signed as soon as they can be.

Whatever is refused uses up no nonce, and whatever belongs to no offer of ours writes nothing at all.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from app.claiming import flight_recorder
from app.claiming.configurations import CONFIGURATIONS, Configuration
from app.claiming.flight_recorder import Cause, EventKind, members_of
from app.claiming.offers import issuer_address, subject_of
from app.claiming.redeem import Access, PresentedToken, access, credential_identifier, record_refusal
from app.claiming.refusals import (
    CAUSE_OF_FAULT,
    ConfigurationUnknown,
    CredentialDenied,
    CredentialIdentifierUnknown,
    CredentialNotReady,
    CredentialRequestMalformed,
    EncryptionNotOffered,
    NonceRefused,
    NotificationMalformed,
    NotificationUnknown,
    ProofRefused,
    TokenNotAccepted,
    TransactionUnknown,
    WalletRefused,
)
from app.eudi import ClaimsMissing
from app.issuance.issue import status_of
from app.issuance.office import Issuer, Office, SigningKeysMissing
from app.issuance.records import Status
from app.issuance.repeating import Erased, data_key_of
from app.issuance.wallet_copy import (
    DraftedCopy,
    complete_copies,
    copy_key,
    draft_copies,
    read_copy,
    sign_copies,
    store_copies,
)
from app.keys import SigningFailed, secret_for
from app.securing import nonces
from app.securing.key_proof import PROOF_TYPE, HolderKey, PossessionNotProved, read_key_proof
from app.securing.nonces import NonceState
from app.store import awards, consumed_once, credential_offers, credentials, deliveries
from app.store.connection import Connection
from app.store.credentials import CredentialEntry
from app.store.deliveries import Delivery
from app.store.failures import AlreadyThere, PremiseGone
from app.store.states import Audience, CredentialState
from app.strict_json import JsonValue

BATCH_SIZE: Final = 5
"""How many copies a wallet may have at once, each for a key of its own (section 12.2.4)."""
INTERVAL_SECONDS: Final = 30
"""After how long a wallet that has to wait should ask again (section 9.2)."""
NOTIFICATIONS: Final = ("credential_accepted", "credential_failure", "credential_deleted")

_NONCE_PURPOSE: Final = "nonces of key proofs"
_NONCE_USED: Final = "pk_consumed_once"
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Given:
    """Copies, as their signed bytes. ``notification_id`` is what the wallet may tell about them with."""

    configuration: Configuration
    copies: Sequence[bytes]
    notification_id: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing yet: what to come back with."""

    transaction_id: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A credential request that was understood. ``holders`` has one entry for each copy."""

    configuration: Configuration
    holders: Sequence[HolderKey | None]
    nonces: Sequence[str]

    @property
    def holders_sha256(self) -> bytes:
        """What is kept of the keys: the same keys give the same, in the same order."""
        dids = "\n".join("" if holder is None else holder.did for holder in self.holders)
        return hashlib.sha256(dids.encode()).digest()


async def new_nonce(office: Office, slug: str) -> str:
    """Return a nonce for key proofs at an issuer. Nothing is written (section 7).

    Raises:
        AwardingBodyUnknown: no such issuer.
        EnvelopeBroken: its secret cannot be opened; try again later.
    """
    issuer = await office.issuer(slug)
    random = secrets.token_bytes(nonces.RANDOM_BYTES)
    return nonces.make_nonce(_nonce_secret(issuer), random=random, now=office.clock())


async def deliver(office: Office, slug: str, shown: PresentedToken, request: JsonValue) -> Given | Waiting:
    """Return copies of the award, or what to come back with.

    Raises:
        TokenNotAccepted, DpopRefused: the token opens nothing.
        CredentialRequestMalformed, ConfigurationUnknown, CredentialIdentifierUnknown, EncryptionNotOffered,
            ProofRefused, NonceRefused, CredentialDenied, CredentialNotReady: see there.
    """
    # 1
    found = await access(office, slug, shown)
    moment = office.clock()
    try:
        # 2, 3
        asked = _read_request(office, found, request, moment)
        return await _deliver(office, found, asked, shown.wallet)
    except WalletRefused as error:
        await record_refusal(
            office, found.offer, EventKind.CREDENTIAL_REFUSED, error, shown.wallet, sent=members_of(request)
        )
        raise


async def _deliver(office: Office, found: Access, asked: _Asked, wallet: str) -> Given | Waiting:
    for _ in range(_TRIES):
        # 4
        entry = await _award_in_force(office, found)
        # 5
        async with office.database.read() as connection:
            earlier = await deliveries.find(connection, found.grant.id, asked.configuration.identifier)
            if earlier is None and await consumed_once.is_used(connection, _digests(asked)):
                # Before places in the status list are taken, which do not come back.
                raise NonceRefused("The nonce was used before.", Cause.NONCE_USED)
        if earlier is not None:
            return await _deliver_again(office, asked, earlier)
        # 6
        try:
            copies = await draft_copies(office, found.issuer, entry, asked.configuration.form, asked.holders)
        except Erased:
            raise CredentialDenied("The learner's data was erased.", Cause.AWARD_ERASED) from None
        except ClaimsMissing:
            # Corrected since the offer was made.
            raise CredentialDenied("The award lacks what this credential must say.", Cause.CLAIMS_MISSING) from None
        try:
            return await _sign_and_store(office, found, asked, copies, wallet)
        except AlreadyThere as error:
            # The same token at the same moment: whoever was first decides.
            if error.constraint == _NONCE_USED:
                raise NonceRefused("The nonce was used before.", Cause.NONCE_USED) from None
    raise CredentialDenied("The access token was used for this already.", Cause.TOKEN_USED)


async def _sign_and_store(
    office: Office, found: Access, asked: _Asked, copies: Sequence[DraftedCopy], wallet: str
) -> Given | Waiting:
    form = asked.configuration.form
    signed, key_id = None, None
    for _ in range(_TRIES):
        try:
            issuer = found.issuer if key_id is None else await office.issuer_anew(found.issuer.body.slug)
            key = copy_key(issuer, form)
            key_id = key.key_id
            if not key.signer.in_process:
                break
            signed = await sign_copies(copies, key, office.clock())
            delivery = _delivery(office, found, asked, waiting=False)
            await _store(office, found, asked, delivery, copies, signed, key_id, wallet)
            return Given(asked.configuration, signed, str(delivery.id))
        except PremiseGone:
            # Signed with a key that was retired a moment ago: again, with the one that is active now.
            signed = None
        except SigningKeysMissing:
            break
    delivery = _delivery(office, found, asked, waiting=True)
    await _store(office, found, asked, delivery, copies, None, None, wallet)
    return await _complete(office, found, asked, delivery, copies)


def _delivery(office: Office, found: Access, asked: _Asked, *, waiting: bool) -> Delivery:
    return Delivery(
        id=uuid4(),
        awarding_body_id=found.grant.awarding_body_id,
        award_id=found.grant.award_id,
        grant_id=found.grant.id,
        configuration=asked.configuration.identifier,
        holders_sha256=asked.holders_sha256,
        transaction_id=uuid4() if waiting else None,
        notified=None,
        created_at=office.clock(),
    )


async def _store(
    office: Office,
    found: Access,
    asked: _Asked,
    delivery: Delivery,
    copies: Sequence[DraftedCopy],
    signed: Sequence[bytes] | None,
    key_id: UUID | None,
    wallet: str,
) -> None:
    """Store a delivery with its copies, and use up what may be used once.

    Raises:
        AlreadyThere: a nonce was used before, or the token has this configuration.
        PremiseGone: the key that signed is not active any more.
        TokenNotAccepted, CredentialDenied: the offer was ended, or the learner's data erased, a moment ago.
    """
    moment = delivery.created_at
    async with office.database.transaction() as connection:
        # Whoever ends the offer, with what was delivered by it, holds the award: before this, or after.
        await awards.lock(connection, delivery.awarding_body_id, delivery.award_id)
        offer = await credential_offers.find(connection, delivery.awarding_body_id, found.offer.id)
        if offer is None or offer.withdrawn_at is not None:
            raise TokenNotAccepted("The access token opens nothing any more.", Cause.OFFER_WITHDRAWN)
        try:
            await data_key_of(connection, office, delivery.awarding_body_id, delivery.award_id)
        except Erased:
            raise CredentialDenied("The learner's data was erased.", Cause.AWARD_ERASED) from None
        await _use_up(connection, asked, moment)
        await store_copies(connection, copies, signed, key_id=key_id)
        await deliveries.add(connection, delivery, [copy.credential.id for copy in copies])
        await flight_recorder.record(
            connection,
            subject_of(found.offer),
            EventKind.CREDENTIAL_DEFERRED if signed is None else EventKind.CREDENTIAL_GIVEN,
            at=moment,
            cause=Cause.SIGNING_FAILED if signed is None else None,
            facts={
                "wallet": wallet,
                "configuration": asked.configuration.identifier,
                "format": asked.configuration.format,
                "copies": len(copies),
            },
        )


async def _use_up(connection: Connection, asked: _Asked, moment: datetime) -> None:
    await consumed_once.consume(connection, _digests(asked), expires_at=moment + nonces.LIFETIME)


def _digests(asked: _Asked) -> list[bytes]:
    return [nonces.digest_of_nonce(nonce) for nonce in dict.fromkeys(asked.nonces)]


async def _complete(
    office: Office, found: Access, asked: _Asked, delivery: Delivery, copies: Sequence[DraftedCopy]
) -> Given | Waiting:
    """Sign what was stored as prepared. If that cannot be done now, somebody else will, and the wallet waits."""
    try:
        key = copy_key(await office.issuer_anew(found.issuer.body.slug), asked.configuration.form)
        signed = await sign_copies(copies, key, office.clock())
        async with office.database.transaction() as connection:
            await complete_copies(connection, copies, signed, key_id=key.key_id, moment=office.clock())
            await deliveries.collect(connection, delivery.id)
    except (SigningFailed, SigningKeysMissing, PremiseGone):
        async with office.database.transaction() as connection:
            await credentials.end_lease(connection, [copy.credential.id for copy in copies], now=office.clock())
        return Waiting(str(delivery.transaction_id))
    # Not our bytes: whoever else signed them may have stored first.
    contents = await _contents(office, delivery)
    assert contents is not None
    return Given(asked.configuration, contents, str(delivery.id))


async def _deliver_again(office: Office, asked: _Asked, earlier: Delivery) -> Given | Waiting:
    if earlier.holders_sha256 != asked.holders_sha256:
        raise CredentialDenied("The access token was used for this already, with other keys.", Cause.TOKEN_USED)
    try:
        async with office.database.transaction() as connection:
            await _use_up(connection, asked, office.clock())
    except AlreadyThere:
        raise NonceRefused("The nonce was used before.", Cause.NONCE_USED) from None
    contents = await _contents(office, earlier)
    if contents is None:
        return Waiting(str(earlier.transaction_id))
    return Given(asked.configuration, contents, str(earlier.id))


async def _contents(office: Office, delivery: Delivery) -> list[bytes] | None:
    """Return the bytes of every copy of a delivery; none while one of them is not signed.

    Raises:
        CredentialDenied: they were given up, or one of them is revoked.
    """
    contents = []
    async with office.database.read() as connection:
        for copy in await deliveries.list_copies(connection, delivery.id):
            if copy.state is CredentialState.ABANDONED:
                raise CredentialDenied("The learner's data was erased.", Cause.AWARD_ERASED)
            try:
                content = await read_copy(connection, office, copy)
            except Erased:
                raise CredentialDenied("The learner's data was erased.", Cause.AWARD_ERASED) from None
            entry = await credentials.find_entry(connection, copy.awarding_body_id, copy.id)
            assert entry is not None
            if status_of(entry) is Status.REVOKED:
                # By itself, or with its revision, which was corrected: a new offer gives the correction.
                raise CredentialDenied("This copy is revoked.", Cause.AWARD_REVOKED)
            if content is None:
                return None
            contents.append(content)
    return contents


async def _award_in_force(office: Office, found: Access) -> CredentialEntry:
    """Return the public copy of the award's newest revision.

    Raises:
        CredentialDenied: it is revoked or suspended.
        CredentialNotReady: it is not signed yet.
    """
    body, award_id = found.grant.awarding_body_id, found.grant.award_id
    async with office.database.read() as connection:
        award = await awards.find(connection, body, award_id)
        assert award is not None
        copies = await credentials.list_of_award(connection, body, award_id)
        newest = next(
            copy for copy in copies if copy.audience is Audience.PUBLIC and copy.state is not CredentialState.ABANDONED
        )
        entry = await credentials.find_entry(connection, body, newest.id)
    assert entry is not None
    if entry.credential.state is not CredentialState.ISSUED:
        # A correction: what it replaces is revoked already, and nobody has a copy before the credential is signed.
        raise CredentialNotReady("The credential is not signed yet.", Cause.SIGNING_FAILED, seconds=INTERVAL_SECONDS)
    match status_of(entry):
        case Status.REVOKED:
            raise CredentialDenied("The credential is revoked.", Cause.AWARD_REVOKED)
        case Status.SUSPENDED:
            raise CredentialDenied("The credential is suspended.", Cause.AWARD_SUSPENDED)
    return entry


# --- Coming back, and telling what became of it


async def deliver_deferred(office: Office, slug: str, shown: PresentedToken, request: JsonValue) -> Given | Waiting:
    """Return the copies that a wallet came back for, or that it has to wait longer (section 9).

    Raises:
        TokenNotAccepted, DpopRefused: the token opens nothing.
        CredentialRequestMalformed, EncryptionNotOffered, TransactionUnknown, CredentialDenied, CredentialNotReady: see
            there.
    """
    found = await access(office, slug, shown)
    try:
        if not isinstance(request, dict) or not isinstance(request.get("transaction_id"), str):
            raise CredentialRequestMalformed("transaction_id is missing or no text.", Cause.REQUEST_MALFORMED)
        _refuse_encryption(request)
        transaction_id = _uuid(request["transaction_id"])
        async with office.database.read_once() as connection:
            waiting = (
                None
                if transaction_id is None
                else await deliveries.find_waiting(connection, found.grant.id, transaction_id)
            )
        if waiting is None:
            raise TransactionUnknown("There is nothing to come back for.", Cause.TRANSACTION_UNKNOWN)
        await _award_in_force(office, found)
        contents = await _contents(office, waiting)
        if contents is None:
            return Waiting(str(waiting.transaction_id))
        configuration = CONFIGURATIONS[waiting.configuration]
        moment = office.clock()
        async with office.database.transaction() as connection:
            collected = await deliveries.collect(connection, waiting.id)
            if collected:
                await flight_recorder.record(
                    connection,
                    subject_of(found.offer),
                    EventKind.CREDENTIAL_GIVEN,
                    at=moment,
                    facts={
                        "wallet": shown.wallet,
                        "configuration": configuration.identifier,
                        "format": configuration.format,
                        "copies": len(contents),
                    },
                )
        if not collected:
            raise TransactionUnknown("It was fetched before.", Cause.TRANSACTION_UNKNOWN)
    except WalletRefused as error:
        await record_refusal(office, found.offer, EventKind.CREDENTIAL_REFUSED, error, shown.wallet)
        raise
    # No notification identifier: a client of note refuses one here, and section 9.2 leaves it out as well as in.
    return Given(configuration, contents, None)


async def hear_notification(office: Office, slug: str, shown: PresentedToken, request: JsonValue) -> None:
    """Note what a wallet tells about a delivery (section 11); the same again changes nothing.

    What it describes in its own words is not kept: that could be anything, the learner's name included.

    Raises:
        TokenNotAccepted, DpopRefused: the token opens nothing.
        NotificationMalformed, NotificationUnknown: see there.
    """
    found = await access(office, slug, shown)
    try:
        told = request.get("event") if isinstance(request, dict) else None
        if (
            not isinstance(request, dict)
            or not isinstance(request.get("notification_id"), str)
            or not isinstance(told, str)
            or told not in NOTIFICATIONS
            or not isinstance(request.get("event_description", ""), str)
        ):
            raise NotificationMalformed(
                f"notification_id and event are needed; event is one of {', '.join(NOTIFICATIONS)}.",
                Cause.NOTIFICATION_MALFORMED,
            )
        delivery_id = _uuid(request["notification_id"])
        async with office.database.read_once() as connection:
            delivery = (
                None
                if delivery_id is None
                else await deliveries.find_notifiable(connection, found.grant.id, delivery_id)
            )
        if delivery is None:
            raise NotificationUnknown("There was no such delivery.", Cause.NOTIFICATION_UNKNOWN)
    except WalletRefused as error:
        await record_refusal(office, found.offer, EventKind.CREDENTIAL_REFUSED, error, shown.wallet)
        raise
    if delivery.notified == told:
        return
    causes = {"credential_failure": Cause.WALLET_FAILED, "credential_deleted": Cause.WALLET_DELETED}
    async with office.database.transaction() as connection:
        if await deliveries.note(connection, delivery.id, told):
            await flight_recorder.record(
                connection,
                subject_of(found.offer),
                EventKind.NOTIFIED,
                at=office.clock(),
                cause=causes.get(told),
                facts={"wallet": shown.wallet, "report": told},
            )


# --- Reading requests


def _read_request(office: Office, found: Access, request: JsonValue, moment: datetime) -> _Asked:
    if not isinstance(request, dict):
        raise CredentialRequestMalformed("The request is one JSON object.", Cause.REQUEST_MALFORMED)
    configuration = _configuration_of(found, request)
    _refuse_encryption(request)
    if not configuration.is_bound:
        return _Asked(configuration, [None], [])
    secret = _nonce_secret(found.issuer)
    audience = issuer_address(office, found.issuer.body.slug)
    holders: dict[str, HolderKey] = {}
    shown_nonces = []
    for token in _proofs_of(request):
        try:
            proof = read_key_proof(token, audience=audience, now=moment)
        except PossessionNotProved as error:
            raise ProofRefused(error.detail, CAUSE_OF_FAULT.get(error.fault, Cause.PROOF_MALFORMED)) from None
        if any(proof.holder.key == holder.key for holder in holders.values()):
            raise ProofRefused("Each proof is by a key of its own.", Cause.PROOF_KEYS_REPEATED)
        match nonces.state_of_nonce(secret, proof.nonce, now=moment):
            case NonceState.UNKNOWN:
                raise NonceRefused("The nonce is none of this issuer.", Cause.NONCE_UNKNOWN)
            case NonceState.EXPIRED:
                raise NonceRefused("The nonce is too old.", Cause.NONCE_EXPIRED)
        holders[proof.holder.did] = proof.holder
        shown_nonces.append(proof.nonce)
    return _Asked(configuration, list(holders.values()), shown_nonces)


def _configuration_of(found: Access, request: Mapping[str, JsonValue]) -> Configuration:
    """Return what is asked for, named in the way that the token response prescribes (section 8.2)."""
    identifier, name = request.get("credential_identifier"), request.get("credential_configuration_id")
    if (identifier is None) is (name is None):
        is_draft = name is None and "format" in request
        raise CredentialRequestMalformed(
            "Name one of credential_configuration_id and credential_identifier.",
            Cause.REQUEST_OF_A_DRAFT if is_draft else Cause.REQUEST_MALFORMED,
        )
    if not isinstance(identifier, str | None) or not isinstance(name, str | None):
        raise CredentialRequestMalformed("What names the credential is a text.", Cause.REQUEST_MALFORMED)
    if identifier is not None:
        of_identifier = {credential_identifier(offered): offered for offered in found.offer.configurations}
        if not found.grant.by_identifier or identifier not in of_identifier:
            raise CredentialIdentifierUnknown("No such identifier was given.", Cause.IDENTIFIER_UNKNOWN)
        return CONFIGURATIONS[of_identifier[identifier]]
    if found.grant.by_identifier:
        raise CredentialRequestMalformed(
            "credential_identifier is required: the token response gave identifiers.", Cause.REQUEST_MALFORMED
        )
    assert name is not None
    if name not in CONFIGURATIONS:
        raise ConfigurationUnknown("There is no such configuration.", Cause.CONFIGURATION_UNKNOWN)
    if name not in found.offer.configurations:
        raise ConfigurationUnknown("The offer does not hold this configuration.", Cause.CONFIGURATION_NOT_OFFERED)
    return CONFIGURATIONS[name]


def _proofs_of(request: Mapping[str, JsonValue]) -> Sequence[str]:
    """Return the proofs of the one type that is announced (section 8.2: one type, at least one proof)."""
    proofs = request.get("proofs")
    if proofs is None:
        raise ProofRefused(
            "proofs are needed: this configuration is bound to a key.",
            Cause.REQUEST_OF_A_DRAFT if "proof" in request else Cause.PROOF_MISSING,
        )
    if not isinstance(proofs, dict) or len(proofs) != 1:
        raise ProofRefused("proofs is an object with one member, the type of proof.", Cause.PROOF_MALFORMED)
    tokens = proofs.get(PROOF_TYPE)
    if tokens is None:
        raise ProofRefused(f"The one type of proof is {PROOF_TYPE}.", Cause.PROOF_TYPE_UNSUPPORTED)
    if not isinstance(tokens, list) or not tokens:
        raise ProofRefused("A list of one proof at least is needed.", Cause.PROOF_MALFORMED)
    if len(tokens) > BATCH_SIZE:
        raise CredentialRequestMalformed(f"There are {BATCH_SIZE} copies at once at most.", Cause.BATCH_TOO_LARGE)
    texts = [token for token in tokens if isinstance(token, str)]
    if len(texts) != len(tokens):
        raise ProofRefused("Each proof is a text.", Cause.PROOF_MALFORMED)
    return texts


def _refuse_encryption(request: Mapping[str, JsonValue]) -> None:
    if request.get("credential_response_encryption") is not None:
        raise EncryptionNotOffered("Encrypted answers are not offered.", Cause.ENCRYPTION_UNSUPPORTED)


def _nonce_secret(issuer: Issuer) -> bytes:
    return secret_for(issuer.learner_secret, _NONCE_PURPOSE)


def _uuid(value: JsonValue) -> UUID | None:
    """Return an identifier of ours, in the one spelling that we give."""
    try:
        found = UUID(str(value))
    except ValueError:
        return None
    return found if str(found) == value else None
