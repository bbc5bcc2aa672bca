"""Revoke, suspend, reinstate: each with its reason and who did it, visible in the published list at once.

A change concerns the revision that the credential belongs to, and so every copy of it, those in wallets included. It
does not touch a later replacement. One copy in a wallet can be changed by itself: a phone was lost, and the award is as
good as before. Events are the truth; the lists are derived from them when they are read.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from app.errors import Family, Finding, ServiceError, json_pointer
from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown, read_record
from app.issuance.issue import status_of
from app.issuance.office import Office
from app.issuance.records import CredentialRecord, ReinstatementReason, RevocationReason, Status, SuspensionReason
from app.store import awards, credentials, events, status_events
from app.store.connection import Connection
from app.store.credentials import Credential
from app.store.states import Audience, StatusChange
from app.store.status_events import StatusEvent
from app.strict_json import JsonValue, canonical


class StatusChangeMalformed(ServiceError):
    """The change or its reason is not one of the listed words."""

    code: ClassVar[str] = "status-change-malformed"
    title: ClassVar[str] = "The status change cannot be understood"
    family: ClassVar[Family] = Family.RULE_BROKEN


class RevocationFinal(ServiceError):
    """The credential is revoked, and revocation is final. A corrected credential can be issued as its replacement."""

    code: ClassVar[str] = "revocation-final"
    title: ClassVar[str] = "The credential is revoked for good"
    family: ClassVar[Family] = Family.CONFLICT


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Revocation(_Change):
    change: Literal["revoke"]
    reason: RevocationReason


class _Suspension(_Change):
    change: Literal["suspend"]
    reason: SuspensionReason


class _Reinstatement(_Change):
    change: Literal["reinstate"]
    reason: ReinstatementReason


_CHANGE: TypeAdapter[_Revocation | _Suspension | _Reinstatement] = TypeAdapter(
    Annotated[_Revocation | _Suspension | _Reinstatement, Field(discriminator="change")]
)


class StatusChangeKind(StrEnum):
    """What may be done."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


class StatusChangeRequest(BaseModel):
    """The body of ``POST /api/v1/credentials/{id}/status``."""

    change: StatusChangeKind
    reason: str = Field(
        description="revoke: issued-in-error, integrity, learner-request; suspend: under-review, learner-request; "
        "reinstate: review-ended, learner-request",
        examples=["issued-in-error"],
    )


def _finding(item: ErrorDetails) -> Finding:
    """Say what is expected and never what was sent."""
    # The first step names the alternative that the member `change` chose, and is no member.
    path = [step for step in item["loc"] if step not in list(StatusChangeKind)]
    match item["type"]:
        case "union_tag_invalid" | "union_tag_not_found":
            path, words = ["change"], f"Expected is one of: {', '.join(StatusChangeKind)}."
        case "missing":
            words = "This member is required."
        case "extra_forbidden":
            words = "There is no such member here."
        case "enum":
            words = f"Expected is {item['ctx']['expected']}."
        case _:
            words = "An object with `change` and `reason` is expected here."
    return Finding("status-change-malformed", json_pointer(path), words)


async def change_status(office: Office, caller: Caller, credential_id: UUID, value: JsonValue) -> CredentialRecord:
    """Change the status of a credential and all its copies; asking for what already holds changes nothing.

    Raises:
        StatusChangeMalformed: with every finding.
        CredentialUnknown: not the caller's, or a copy in a wallet.
        RevocationFinal: it is revoked, and the change is not a revocation.
    """
    wanted = _wanted(value)
    if wanted.reason in _OF_ONE_COPY:
        finding = Finding("status-change-malformed", "#/reason", "This is a reason for one copy in a wallet alone.")
        raise StatusChangeMalformed(findings=[finding])
    async with office.database.transaction() as connection:
        await _change(connection, office, caller, credential_id, wanted, Audience.PUBLIC)
        return await read_record(connection, office, caller, credential_id)


async def change_status_of_copy(office: Office, caller: Caller, copy_id: UUID, value: JsonValue) -> bool:
    """Change the status of one copy in a wallet, and of nothing else. False: it was so before.

    Raises:
        StatusChangeMalformed: with every finding.
        CredentialUnknown: not the caller's, or no copy in a wallet.
        RevocationFinal: it is revoked, and the change is not a revocation.
    """
    wanted = _wanted(value)
    async with office.database.transaction() as connection:
        return await _change(connection, office, caller, copy_id, wanted, Audience.WALLET)


_OF_ONE_COPY: Final = frozenset({RevocationReason.DEVICE_LOST, SuspensionReason.DEVICE_LOST})
_Wanted: TypeAlias = "_Revocation | _Suspension | _Reinstatement"


def _wanted(value: JsonValue) -> _Wanted:
    try:
        wanted = _CHANGE.validate_python(value)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise StatusChangeMalformed(findings=[_finding(item) for item in details]) from None
    if wanted.reason == RevocationReason.SUPERSEDED:
        words = "A credential is superseded by issuing its replacement."
        finding = Finding("status-change-malformed", "#/reason", words)
        raise StatusChangeMalformed(findings=[finding])
    return wanted


async def _change(
    connection: Connection, office: Office, caller: Caller, credential_id: UUID, wanted: _Wanted, audience: Audience
) -> bool:
    moment = office.clock()
    known = await credentials.find(connection, caller.awarding_body_id, credential_id)
    if known is None or known.audience is not audience:
        raise CredentialUnknown
    # What is decided below still holds when it is stored: changes of one award take turns.
    await awards.lock(connection, caller.awarding_body_id, known.award_id)
    entry = await credentials.find_entry(connection, caller.awarding_body_id, credential_id)
    assert entry is not None
    status = status_of(entry)
    if status is Status.REVOKED and wanted.change != "revoke":
        raise RevocationFinal
    becomes = {"revoke": Status.REVOKED, "suspend": Status.SUSPENDED, "reinstate": Status.VALID}[wanted.change]
    of_copy = audience is Audience.WALLET
    if of_copy and status is not Status.REVOKED:
        # What the award says is another matter: a copy may be suspended under a suspended award, and outlast that.
        status = await _own_status(connection, known)
    if status is becomes:
        return False
    await status_events.append(
        connection,
        StatusEvent(
            awarding_body_id=caller.awarding_body_id,
            award_id=known.award_id,
            change=StatusChange(wanted.change),
            reason=wanted.reason.value,
            actor=caller.actor,
            at=moment,
            revision=None if of_copy else known.revision,
            credential_id=known.id if of_copy else None,
        ),
    )
    word = becomes.value if becomes is not Status.VALID else "reinstated"
    await events.append(
        connection,
        events.Event(
            caller.awarding_body_id,
            moment,
            caller.actor,
            f"wallet-copy-{word}" if of_copy else f"credential-{word}",
            str(known.award_id),
            canonical({"credential": str(credential_id), "reason": wanted.reason.value, "revision": known.revision}),
        ),
    )
    return True


async def _own_status(connection: Connection, copy: Credential) -> Status:
    """Return what was said of a copy alone, which is not revoked."""
    happened = await status_events.list_of_award(connection, copy.awarding_body_id, copy.award_id)
    own = [event.change for event in happened if event.credential_id == copy.id]
    return Status.SUSPENDED if own and own[-1] is StatusChange.SUSPEND else Status.VALID
