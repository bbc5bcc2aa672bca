"""A corrected credential in place of an earlier one: typo, name change, grade appeal.

The new credential is another revision of the same award: same award date (7.5), same certificate number. The earlier
one is revoked as superseded in the same transaction. The new signed bytes never mention the earlier one, so a former
name does not follow the person; the chain is visible to the awarding body and, on the earlier one's page, as
"replaced: ask the holder".
"""

from collections.abc import Mapping
from dataclasses import replace as changed
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.errors import Family, Finding, ServiceError, Weight
from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown, read_record
from app.issuance.issue import (
    LEASE,
    Answer,
    Claim,
    RequestUnderWay,
    data_key_of,
    draft_credential,
    entry_of,
    finish,
    forms_of,
    record_of,
    sign,
    store_draft,
)
from app.issuance.office import Office
from app.issuance.prepare import RulesBroken, prepare
from app.issuance.records import OfferingVersionName, ReplacementReason, RevocationReason, advice
from app.keys import DataKey
from app.store import awards, credentials, events, offerings, status_events
from app.store.connection import Connection
from app.store.credentials import CredentialEntry
from app.store.failures import TransitionRefused
from app.store.states import CredentialState, FormState, StatusChange
from app.store.status_events import StatusEvent
from app.strict_json import JsonValue, canonical
from app.template.elements import IssuanceRequest
from app.template.request import RequestMalformed, parse_request


class ReplacementRequest(IssuanceRequest):
    """The body of ``POST /api/v1/credentials/{id}/replacement``: the whole corrected request, and why."""

    reason: ReplacementReason


class AlreadyReplaced(ServiceError):
    """The credential was replaced before; correct the newest one of its award."""

    code: ClassVar[str] = "already-replaced"
    title: ClassVar[str] = "The credential was replaced already"
    family: ClassVar[Family] = Family.CONFLICT


async def replace(
    office: Office, caller: Caller, credential_id: UUID, value: JsonValue, *, idempotency_key: str | None = None
) -> Answer:
    """Issue the corrected credential and revoke the earlier one as superseded, both or neither.

    Raises:
        CredentialUnknown: not the caller's.
        RequestMalformed, RulesBroken: with every finding.
        AlreadyReplaced: it is not the newest of its award.
        IdempotencyKeyReused, RequestUnderWay, Erased: as for issuing.
    """
    claim = Claim.of(caller, idempotency_key, b"replace:" + credential_id.bytes, value)
    if claim and (earlier := await claim.earlier_answer(office)):
        return earlier
    reason, request = _parse(value)
    async with office.database.read() as connection:
        entry = await credentials.find_entry(connection, caller.awarding_body_id, credential_id)
        if entry is None:
            raise CredentialUnknown
        award = await awards.find(connection, caller.awarding_body_id, entry.credential.award_id)
        assert award is not None
        data_key = await data_key_of(connection, office, caller.awarding_body_id, award.id)
    if entry.superseded_by is not None or award.current_revision != entry.credential.revision:
        return await _replaced_already(office, caller, entry, claim, data_key)
    prepared, findings = await prepare(office, caller, request, correcting=True)
    findings = [*findings, *_kept(entry, request)]
    if prepared is None or any(finding.weight is Weight.REQUIRED for finding in findings):
        raise RulesBroken(findings=findings)
    draft = await draft_credential(
        office, caller, prepared, award, revision=award.current_revision + 1, data_key=data_key, wrapped_key=None
    )
    keys = prepared.issuer.signing_keys()
    in_process = all(key.signer.in_process for key in keys)
    content = await sign(draft.unsigned, prepared.issuer, draft.created_at) if in_process else None
    stored = draft
    if content is None:
        lease_until = draft.created_at + LEASE
        waiting = changed(draft.credential, state=CredentialState.PREPARED, lease_until=lease_until)
        stored = changed(draft, credential=waiting)
    try:
        async with office.database.transaction() as connection:
            if claim and (earlier := await claim.begin(connection, office, draft.created_at)):
                return earlier
            version = await _offering_version(
                connection, office, caller, entry, prepared.source.content, prepared.source.version
            )
            await store_draft(connection, stored, version, content)
            await _supersede(connection, caller, entry, reason, draft.created_at, draft.credential.id)
            state = FormState.READY if content else FormState.PENDING
            record = record_of(
                office,
                caller.slug,
                entry_of(stored, version),
                forms_of(office, draft.credential.id, state),
                advice(list(prepared.findings)),
            )
            answer = Answer(201, record.model_dump_json().encode(), draft.credential.id)
            if claim and content is not None:
                await claim.finish(connection, answer, data_key)
    except RequestUnderWay:
        if claim and (earlier := await claim.earlier_answer(office)):
            return earlier
        raise
    except TransitionRefused:
        raise AlreadyReplaced from None
    if content is not None:
        return answer
    return await finish(office, draft, claim, await sign(draft.unsigned, prepared.issuer, draft.created_at))


async def _replaced_already(
    office: Office, caller: Caller, entry: CredentialEntry, claim: Claim | None, data_key: DataKey
) -> Answer:
    """Answer with the replacement if this very request made it and died before it could say so.

    Its claim was stored together with the replacement, so an open claim means that the next revision is its work.
    """
    body, credential = caller.awarding_body_id, entry.credential
    address = f"{office.public_url}/api/v1/credentials/"
    async with office.database.transaction() as connection:
        copies = await credentials.list_of_award(connection, body, credential.award_id)
        newest, following = copies[0], next(copy for copy in copies if copy.revision == credential.revision + 1)
        if newest.state is CredentialState.PREPARED:
            raise RequestUnderWay(location=address + str(newest.id))
        if claim is None or not await claim.is_open(connection):
            raise AlreadyReplaced(location=address + str(newest.id))
        record = await read_record(connection, office, caller, following.id)
        answer = Answer(201, record.model_dump_json().encode(), following.id)
        await claim.finish(connection, answer, data_key)
    return answer


def _parse(value: JsonValue) -> tuple[ReplacementReason, IssuanceRequest]:
    if not isinstance(value, dict):
        return ReplacementReason.CORRECTION, parse_request(value)
    reason = value.get("reason")
    rest: Mapping[str, JsonValue] = {name: item for name, item in value.items() if name != "reason"}
    problems: list[Finding] = []
    if reason not in list(ReplacementReason):
        words = ", ".join(ReplacementReason)
        code = "missing" if reason is None else "not-in-list"
        problems.append(Finding(code, "#/reason", f"Say why the credential is replaced: {words}."))
    try:
        request = parse_request(dict(rest))
    except RequestMalformed as error:
        raise RequestMalformed(findings=[*problems, *error.findings]) from None
    if problems:
        raise RequestMalformed(findings=problems)
    return ReplacementReason(str(reason)), request


def _kept(entry: CredentialEntry, request: IssuanceRequest) -> list[Finding]:
    if request.awarded_on == entry.awarded_on:
        return []
    return [
        Finding(
            "awarded-on-changed",
            "#/awarded_on",
            "A replacement keeps the date of the award: the day on which all requirements were met.",
            "ENHANCE template 2021-06, 7.5",
        )
    ]


async def _offering_version(
    connection: Connection, office: Office, caller: Caller, entry: CredentialEntry, content: bytes, version: int | None
) -> OfferingVersionName:
    """Return the version that the replacement is about; it must be of the offering of the award."""
    if version is not None:
        found = await offerings.find_version(connection, caller.awarding_body_id, entry.offering_id, version)
    else:
        found = await offerings.keep_unlisted_version(
            connection,
            awarding_body_id=caller.awarding_body_id,
            offering_id=entry.offering_id,
            content=content,
            now=office.clock(),
        )
    if found is None or found.content != content:
        raise RulesBroken(
            findings=[
                Finding(
                    "offering-changed",
                    "#/offering",
                    "A replacement is about the same offering, in any version; for another one, revoke and issue.",
                )
            ]
        )
    return OfferingVersionName(id=found.offering_id, version=found.version)


async def _supersede(
    connection: Connection,
    caller: Caller,
    entry: CredentialEntry,
    reason: ReplacementReason,
    moment: datetime,
    successor: UUID,
) -> None:
    credential = entry.credential
    if not entry.standing.revoked:
        await status_events.append(
            connection,
            StatusEvent(
                awarding_body_id=caller.awarding_body_id,
                award_id=credential.award_id,
                change=StatusChange.REVOKE,
                reason=RevocationReason.SUPERSEDED.value,
                actor=caller.actor,
                at=moment,
                revision=credential.revision,
            ),
        )
    await events.append(
        connection,
        events.Event(
            caller.awarding_body_id,
            moment,
            caller.actor,
            "credential-replaced",
            str(credential.award_id),
            canonical({"credential": str(credential.id), "reason": reason.value, "successor": str(successor)}),
        ),
    )
