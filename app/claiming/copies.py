"""The copies of an award that wallets hold, as its awarding body sees and ends them one by one."""

from datetime import datetime
from typing import ClassVar, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.claiming import flight_recorder
from app.claiming.flight_recorder import EventKind
from app.claiming.offers import subject_of
from app.errors import Family, ServiceError
from app.issuance.access import Caller
from app.issuance.change_status import change_status_of_copy
from app.issuance.finding import CredentialUnknown
from app.issuance.issue import status_of
from app.issuance.office import Office
from app.issuance.records import RevocationReason, Status, SuspensionReason
from app.store import awards, credential_offers, credentials, deliveries
from app.store.connection import Connection
from app.store.deliveries import DeliveredCopy
from app.store.states import Audience
from app.strict_json import JsonValue

_LOST: Final = frozenset({RevocationReason.DEVICE_LOST.value, SuspensionReason.DEVICE_LOST.value})


class CopyUnknown(ServiceError):
    """No wallet got such a copy of this credential's award."""

    code: ClassVar[str] = "copy-unknown"
    title: ClassVar[str] = "There is no such copy of this credential"
    family: ClassVar[Family] = Family.NOT_FOUND


class WalletCopy(BaseModel):
    """A copy in a wallet. What it says is what the credential says; it has an identifier and a status of its own."""

    model_config = ConfigDict(frozen=True)

    id: UUID = Field(description="The copy is `urn:uuid:` and this")
    revision: int
    configuration: str = Field(examples=["enhance-microcredential.ldp_vc"])
    state: Literal["prepared", "issued", "abandoned"]
    status: Status = Field(description="The worst of what was said of the credential and of this copy alone")
    is_bound: bool = Field(description="Whether it is bound to a key of the wallet")
    created_at: datetime
    offer: UUID = Field(description="The offer by which the wallet got it")
    notified: str | None = Field(default=None, description="What the wallet told last of its delivery, if anything")


class WalletCopies(BaseModel):
    """The copies of a credential's award in wallets, newest first."""

    items: list[WalletCopy]


async def list_copies(office: Office, caller: Caller, credential_id: UUID) -> WalletCopies:
    """Return the copies of the award that a credential is about.

    Raises:
        CredentialUnknown: not the caller's.
    """
    async with office.database.read() as connection:
        return WalletCopies(
            items=[
                await _record(connection, caller, copy) for copy in await _of_award(connection, caller, credential_id)
            ]
        )


async def change_copy(
    office: Office, caller: Caller, credential_id: UUID, copy_id: UUID, value: JsonValue
) -> WalletCopy:
    """Revoke, suspend or reinstate one copy in a wallet, and no other of its award.

    With a revoked copy ends its offer and the access token; with a lost device every offer of the award.

    Raises:
        CredentialUnknown, CopyUnknown: not the caller's, or not of this credential's award.
        StatusChangeMalformed, RevocationFinal: as for a credential.
    """
    async with office.database.read() as connection:
        copies = {copy.credential_id: copy for copy in await _of_award(connection, caller, credential_id)}
    if copy_id not in copies:
        raise CopyUnknown
    changed = await change_status_of_copy(office, caller, copy_id, value)
    lost = isinstance(value, dict) and value.get("reason") in _LOST
    async with office.database.transaction() as connection:
        offer = await credential_offers.find(connection, caller.awarding_body_id, copies[copy_id].offer_id)
        assert offer is not None
        # What is being delivered is stored before this, or finds its offer ended.
        await awards.lock(connection, caller.awarding_body_id, offer.award_id)
        record = await _record(connection, caller, copies[copy_id])
        if lost and record.status is not Status.VALID:
            # A phone may hold tokens of several offers, and tokens that nothing was fetched with yet.
            await credential_offers.end_of_award(
                connection, caller.awarding_body_id, offer.award_id, now=office.clock()
            )
        elif record.status is Status.REVOKED:
            await credential_offers.withdraw(connection, caller.awarding_body_id, offer.id, now=office.clock())
        if changed:
            await flight_recorder.record(
                connection, subject_of(offer), EventKind.STATUS_CHANGED, at=office.clock(), facts={}
            )
        return record


async def _of_award(connection: Connection, caller: Caller, credential_id: UUID) -> tuple[DeliveredCopy, ...]:
    credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
    if credential is None or credential.audience is not Audience.PUBLIC:
        raise CredentialUnknown
    return await deliveries.list_of_award(connection, caller.awarding_body_id, credential.award_id)


async def _record(connection: Connection, caller: Caller, copy: DeliveredCopy) -> WalletCopy:
    entry = await credentials.find_entry(connection, caller.awarding_body_id, copy.credential_id)
    assert entry is not None
    return WalletCopy(
        id=copy.credential_id,
        revision=entry.credential.revision,
        configuration=copy.configuration,
        state=entry.credential.state.value,
        status=status_of(entry),
        is_bound=entry.credential.holder is not None,
        created_at=entry.credential.created_at,
        offer=copy.offer_id,
        notified=copy.notified,
    )
