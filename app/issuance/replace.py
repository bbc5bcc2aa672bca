"""A corrected credential in place of an earlier one: typo, name change, grade appeal.

The new credential is another revision of the same award: same award date (7.5), same certificate number. The earlier
one is revoked as superseded in the same transaction. The new signed bytes never mention the earlier one, so a former
name does not follow the person; the chain is visible to the awarding body and, on the earlier one's page, as
"replaced: ask the holder".

Two things a replacement is not: a way out of a suspension or of a revocation for lack of integrity, and a way to give
one person's award to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import ClassVar, Final
from uuid import UUID

from app.errors import Family, Finding, ServiceError, Weight
from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown, read_record
from app.issuance.issue import (
    Draft,
    draft_credential,
    entry_of,
    finish,
    forms_of,
    record_of,
    revision_place,
    sign_and_store,
    store_draft,
)
from app.issuance.office import Issuer, Office
from app.issuance.prepare import PreparedAward, RulesBroken, learner_key_of, prepare
from app.issuance.records import OfferingVersionName, ReplacementReason, RevocationReason, advice
from app.issuance.repeating import LEASE, Answer, Claim, RequestUnderWay, data_key_of
from app.keys import DataCipher, DataKey
from app.store import awards, credentials, events, offerings, status_events
from app.store.awards import Award
from app.store.connection import Connection
from app.store.credentials import CredentialEntry
from app.store.failures import AlreadyThere, TransitionRefused
from app.store.states import Audience, CredentialState, FormState, StatusChange
from app.store.status_events import StatusEvent
from app.strict_json import JsonValue, canonical
from app.template.elements import Award as StatedAward
from app.template.elements import IssuanceRequest, Learner, StudentIdentifierScheme
from app.template.request import RequestMalformed, parse_request

_LEARNER_CHANGED: Final = Finding(
    "learner-changed",
    "#/learner",
    "A replacement is about the same person: the same reference, European Student Identifier or student number. "
    "A learner without any of them may have other names with the reason name-change, and the same date of birth. For "
    "another person, revoke and issue.",
    "ENHANCE template 2021-06, 7.1",
)


class ReplacementRequest(IssuanceRequest):
    """The body of ``POST /api/v1/credentials/{id}/replacement``: the whole corrected request, and why."""

    reason: ReplacementReason


class AlreadyReplaced(ServiceError):
    """The credential was replaced before; correct the newest one of its award."""

    code: ClassVar[str] = "already-replaced"
    title: ClassVar[str] = "The credential was replaced already"
    family: ClassVar[Family] = Family.CONFLICT


class ReplacementRefused(ServiceError):
    """The credential is suspended, or was revoked for lack of integrity. Neither ends by a replacement."""

    code: ClassVar[str] = "replacement-refused"
    title: ClassVar[str] = "The status of the credential does not allow a replacement"
    family: ClassVar[Family] = Family.CONFLICT


class LearnerHasAward(ServiceError):
    """The learner, by the new names, has another award for this offering and date already."""

    code: ClassVar[str] = "learner-has-award"
    title: ClassVar[str] = "The learner has another award for this offering and date"
    family: ClassVar[Family] = Family.CONFLICT


async def replace(
    office: Office, caller: Caller, credential_id: UUID, value: JsonValue, *, idempotency_key: str | None = None
) -> Answer:
    """Issue the corrected credential and revoke the earlier one as superseded, both or neither.

    Raises:
        CredentialUnknown: not the caller's.
        RequestMalformed, RulesBroken: with every finding.
        AlreadyReplaced: it is not the newest of its award.
        ReplacementRefused: its status does not allow it.
        LearnerHasAward: see there.
        IdempotencyKeyReused, RequestUnderWay, Erased: as for issuing.
    """
    claim = Claim.of(caller, idempotency_key, b"replace:" + credential_id.bytes, value)
    if claim and (earlier := await claim.earlier_answer(office)):
        return earlier
    reason, request = _parse(value)
    former = await _former(office, caller, credential_id)
    entry, award, data_key = former.entry, former.award, former.data_key
    if entry.superseded_by is not None or award.current_revision != entry.credential.revision:
        return await _replaced_already(office, caller, entry, claim, data_key)
    if former.held:
        raise ReplacementRefused
    prepared = await _prepared(office, caller, former, reason, request)
    draft = await draft_credential(
        office, caller, prepared, award, revision=award.current_revision + 1, data_key=data_key, wrapped_key=None
    )

    async def store(issuer: Issuer, content: bytes | None) -> Answer:
        async with office.database.transaction() as connection:
            if claim and (earlier := await claim.begin(connection, office, draft.created_at)):
                return earlier
            answer = await _store(connection, office, former, reason, draft.signed_by(issuer), content)
            if claim and content is not None:
                await claim.finish(connection, answer, data_key)
            return answer

    in_process = all(key.signer.in_process for key in prepared.issuer.signing_keys())
    try:
        if in_process:
            return await sign_and_store(office, draft.unsigned, prepared.issuer, draft.created_at, store)
        earlier = await store(prepared.issuer, None)
    except RequestUnderWay:
        if claim and (earlier_answer := await claim.earlier_answer(office)):
            return earlier_answer
        raise
    except TransitionRefused:
        raise AlreadyReplaced from None
    return earlier if earlier.replayed else await finish(office, draft, claim)


@dataclass(frozen=True, slots=True)
class _Former:
    """What is to be replaced. ``held``: its status does not allow that."""

    entry: CredentialEntry
    award: Award
    data_key: DataKey
    learner: Learner
    held: bool


async def _former(office: Office, caller: Caller, credential_id: UUID) -> _Former:
    async with office.database.read() as connection:
        entry = await credentials.find_entry(connection, caller.awarding_body_id, credential_id)
        if entry is None or entry.credential.audience is not Audience.PUBLIC:
            raise CredentialUnknown
        award = await awards.find(connection, caller.awarding_body_id, entry.credential.award_id)
        assert award is not None
        data_key = await data_key_of(connection, office, caller.awarding_body_id, award.id)
        said = await awards.find_revision(connection, award.awarding_body_id, award.id, award.current_revision)
        assert said is not None
        claims = DataCipher.open(data_key, said.claims, revision_place("claims", award.id, said.revision))
        learner = StatedAward.model_validate_json(claims).learner
        _, held = await _standing(connection, entry)
        return _Former(entry, award, data_key, learner, held=held)


async def _prepared(
    office: Office, caller: Caller, former: _Former, reason: ReplacementReason, request: IssuanceRequest
) -> PreparedAward:
    prepared, findings = await prepare(office, caller, request, correcting=True)
    findings = [*findings, *_kept(former.entry, request)]
    if not _same_learner(await office.issuer(caller.slug), former.learner, request.learner, reason):
        findings.append(_LEARNER_CHANGED)
    if prepared is None or any(finding.weight is Weight.REQUIRED for finding in findings):
        raise RulesBroken(findings=findings)
    return prepared


async def _store(
    connection: Connection,
    office: Office,
    former: _Former,
    reason: ReplacementReason,
    draft: Draft,
    content: bytes | None,
) -> Answer:
    """Store the new revision and end the earlier one: as issued with ``content``, as prepared without."""
    stored, award, prepared = draft, former.award, draft.prepared
    if content is None:
        lease_until = draft.created_at + LEASE
        waiting = changed(draft.credential, state=CredentialState.PREPARED, lease_until=lease_until)
        stored = changed(draft, credential=waiting)
    version = await _offering_version(
        connection, office, draft.caller, former.entry, prepared.source.content, prepared.source.version
    )
    await store_draft(connection, stored, version, content)
    # The new revision keeps every change of status waiting, and here is all that came before.
    revoked, held = await _standing(connection, former.entry)
    if held:
        raise ReplacementRefused
    if prepared.learner_key != award.learner_key:
        try:
            await awards.change_learner_key(connection, award.awarding_body_id, award.id, prepared.learner_key)
        except AlreadyThere:
            raise LearnerHasAward from None
    await _supersede(connection, draft, former.entry, reason, revoked=revoked)
    record = record_of(
        office,
        draft.caller.slug,
        entry_of(stored, version),
        forms_of(
            office,
            draft.credential.id,
            FormState.READY if content else FormState.PENDING,
            slug=draft.caller.slug,
        ),
        advice(list(prepared.findings)),
    )
    return Answer(201, record.model_dump_json().encode(), draft.credential.id)


async def _replaced_already(
    office: Office, caller: Caller, entry: CredentialEntry, claim: Claim | None, data_key: DataKey
) -> Answer:
    """Answer with the replacement if this very request made it and died before it could say so.

    Its claim was stored together with the replacement, so an open claim means that the next revision is its work.
    """
    body, credential = caller.awarding_body_id, entry.credential
    address = f"{office.public_url}/api/v1/credentials/"
    async with office.database.transaction() as connection:
        copies = [
            copy
            for copy in await credentials.list_of_award(connection, body, credential.award_id)
            if copy.audience is Audience.PUBLIC
        ]
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


async def _standing(connection: Connection, entry: CredentialEntry) -> tuple[bool, bool]:
    """Return whether the credential is revoked, and whether its status keeps it from being replaced."""
    credential = entry.credential
    standing = await status_events.find_standing(connection, credential.id)
    assert standing is not None
    if not standing.revoked:
        return False, standing.suspended
    happened = await status_events.list_of_award(connection, credential.awarding_body_id, credential.award_id)
    return True, any(
        event.change is StatusChange.REVOKE
        and event.reason == RevocationReason.INTEGRITY
        and event.revision in {None, credential.revision}
        and event.credential_id in {None, credential.id}
        for event in happened
    )


def _same_learner(issuer: Issuer, before: Learner, after: Learner, reason: ReplacementReason) -> bool:
    """Whether a replacement may name ``after`` where ``before`` stood.

    Whoever is known by an identifier stays known by one of them. Where there were names only, names are all that tells
    people apart, so their change has to be said to be one; nobody's date of birth changes with a name.
    """
    if learner_key_of(issuer, before) == learner_key_of(issuer, after):
        return True
    known, named = _identifiers(before), _identifiers(after)
    if known or named:
        return bool(known & named)
    born = {before.birth_date, after.birth_date} - {None}
    return reason is ReplacementReason.NAME_CHANGE and len(born) <= 1


def _identifiers(learner: Learner) -> frozenset[tuple[str, ...]]:
    """Return all that :func:`learner_key_of` would take before names."""
    found: set[tuple[str, ...]] = {("reference", learner.reference)} if learner.reference else set()
    for identifier in learner.student_identifiers:
        # A European Student Identifier is one person's wherever it came from; a number is its university's.
        esi = identifier.scheme is StudentIdentifierScheme.ESI
        found.add(("esi", identifier.value) if esi else ("number", identifier.assigned_by, identifier.value))
    return frozenset(found)


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
    connection: Connection, draft: Draft, entry: CredentialEntry, reason: ReplacementReason, *, revoked: bool
) -> None:
    credential, caller, moment = entry.credential, draft.caller, draft.created_at
    if not revoked:
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
            canonical(
                {"credential": str(credential.id), "reason": reason.value, "successor": str(draft.credential.id)}
            ),
        ),
    )
