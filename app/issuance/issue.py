"""Issue an award as a credential.

With a signer in this process, in this order:

1. A repeated ``Idempotency-Key`` gets its first answer again, before anything else is looked at.
2. The request passes the types, the rules and the mapping (``prepare``).
3. A place in a status list is taken: unique for ever, burned if anything below fails.
4. The document is made, by a mould or the long way (``moulds``), with its canonical form, which refuses whatever a
   signature would not cover; it is signed, and each proof is checked with the public key.
5. ONE transaction stores award, data key, revision, credential, bytes, event and answer, if the keys that signed are
   still active: otherwise it is signed again with those that are. Only then does anything leave.

Most requests need no look-up for 1 and 2 (``issue_at_once``): who calls and what the offering says was asked some
requests ago. The statement that stores confirms both, and refuses a repeated key. Whatever does not end in a stored
credential that way is done again in the order above.

With any other signer, 5 comes before the signing, as *prepared* with the exact bytes and a lease, and a second
transaction stores the signed bytes. Whoever finds a prepared credential whose lease ran out signs those same bytes
(``finish_prepared``). No transaction is open while a slow signer works.

The natural key (awarding body, offering in any version, learner, award date) makes two requests for one award meet in
step 5: the second is answered with the first one's credential, or refused if it says something else.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field

from app.elm.mapping import MAPPING_VERSION
from app.elm.mould import CopyFacts, Setting, render
from app.errors import Family, ServiceError, Weight
from app.issuance.access import Caller
from app.issuance.moulds import Unsigned
from app.issuance.office import Issuer, Office, sealed_place
from app.issuance.payloads import payload_of
from app.issuance.prepare import OfferingSource, PreparedAward, RulesBroken, prepare, refuse_unfit
from app.issuance.records import (
    CredentialRecord,
    FindingRecord,
    Form,
    OfferingVersionName,
    Status,
    advice,
    finding_records,
)
from app.issuance.repeating import LEASE, Answer, Claim, Erased, Patience, RequestUnderWay, data_key_of
from app.keys import DataCipher, DataKey
from app.securing import jades, vc_jose
from app.store import api_keys, awards, credentials, data_keys, events, issuing, offerings, secured_forms
from app.store.awards import NUMBER_TAKEN, Award, AwardRevision
from app.store.connection import Connection
from app.store.credentials import Credential, CredentialEntry
from app.store.failures import AlreadyThere, DatabaseUnavailable, PremiseGone
from app.store.issuing import NewCredential
from app.store.plans import Premise
from app.store.secured_forms import WITHIN_CONTENT, SecuredForm
from app.store.states import Audience, CredentialState, FormState
from app.store.status_events import Standing
from app.strict_json import JsonValue, canonical
from app.template.request import parse_request

VCDM2_FORM: Final = "vcdm2-di"
VCDM2_MEDIA_TYPE: Final = "application/vc"
VCDM2_JWT_FORM: Final = "vcdm2-jwt"
"""The same credential in a token; made when it is first asked for (``token_form``)."""
EDC_FORM: Final = "edc"
"""The same award as a European Digital Credential; made when it is asked for, and sealed if there is a seal."""
EDC_MEDIA_TYPE: Final = "application/ld+json"
_NUMBER_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TRIES: Final = 3

Stored = TypeVar("Stored")


class AwardDiffers(ServiceError):
    """This learner has an award for this offering and date already, and it says something else. Use replacement."""

    code: ClassVar[str] = "award-differs"
    title: ClassVar[str] = "The award was issued before with other content"
    family: ClassVar[Family] = Family.CONFLICT


class Rehearsal(BaseModel):
    """What a dry run found. Nothing was signed or stored."""

    model_config = ConfigDict(frozen=True)

    dry_run: bool = True
    issuable: bool
    findings: list[FindingRecord] = Field(description="Required findings would stop the issuance; advice would not")
    credential: dict[str, Any] | None = Field(description="The unsigned document, with placeholders for identifiers")


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that is to be stored about one new credential, complete but for its signature."""

    caller: Caller
    prepared: PreparedAward
    award: Award
    credential: Credential
    wrapped_key: bytes | None
    data_key: DataKey
    claims: bytes
    revision: int
    unsigned: Unsigned
    created_at: datetime

    def signed_by(self, issuer: Issuer) -> "Draft":
        """Return the same draft for an issuer whose keys are others by now."""
        return self if issuer is self.prepared.issuer else replace(self, prepared=replace(self.prepared, issuer=issuer))


async def rehearse(office: Office, caller: Caller, value: JsonValue) -> Rehearsal:
    """Do everything but signing and storing.

    Raises:
        RequestMalformed, OfferingUnknown, AwardingBodyForeign: as :func:`issue`.
        DocumentUnfit: a defect of ours, which a rehearsal finds before it is signed.
    """
    prepared, findings = await prepare(office, caller, parse_request(value))
    shown = finding_records(findings)
    if prepared is None:
        return Rehearsal(issuable=False, findings=shown, credential=None)
    moment = office.clock()
    number = certificate_number(prepared.issuer.body.slug, moment, "00000000")
    copy = CopyFacts(number, UUID(int=0), moment, prepared.valid_from, prepared.valid_until, 0, 0)
    _, document = render(prepared.statement, await setting_of(office, prepared.issuer), copy)
    refuse_unfit(document)
    return Rehearsal(issuable=True, findings=shown, credential=document)


async def issue(office: Office, caller: Caller, value: JsonValue, *, idempotency_key: str | None = None) -> Answer:
    """Issue the award that ``value`` requests; see the module.

    Raises:
        RequestMalformed, RulesBroken: with every finding.
        OfferingUnknown, AwardingBodyForeign: not the caller's.
        IdempotencyKeyReused, RequestUnderWay, AwardDiffers: see there.
        SigningKeysMissing, SigningFailed, DatabaseUnavailable: try again later.
    """
    claim = Claim.of(caller, idempotency_key, b"issue", value)
    # 1
    if claim and (earlier := await claim.earlier_answer(office)):
        claim.remember(office)
        return earlier
    # 2
    prepared, findings = await prepare(office, caller, parse_request(value))
    if prepared is None:
        raise RulesBroken(
            f"{sum(item.weight is Weight.REQUIRED for item in findings)} required findings.", findings=findings
        )
    return await _issue_prepared(office, caller, prepared, claim)


async def _issue_prepared(office: Office, caller: Caller, prepared: PreparedAward, claim: Claim | None) -> Answer:
    patience = Patience(office)
    tries = _TRIES
    while True:
        draft = await draft_first(office, caller, prepared)
        try:
            return await carry_out(office, draft, claim)
        except AlreadyThere as error:
            # Two random certificate numbers met; the next draft has another.
            tries -= 1
            if error.constraint != NUMBER_TAKEN or not tries:
                raise
        except RequestUnderWay as under_way:
            # The same award by another request: its answer is ours as well.
            if under_way.credential_id is not None:
                await _signed(office, caller, under_way.credential_id, patience)
            elif claim and (earlier := await claim.earlier_answer(office, patience)):
                return earlier


async def issue_at_once(
    office: Office, caller: Caller, value: JsonValue, *, idempotency_key: str | None = None
) -> Answer | None:
    """Issue for a caller who was recalled (:mod:`app.issuance.access`), in one statement that confirms it.

    None: nothing was stored. Authenticate, and call :func:`issue`, which says why if it cannot either.

    Raises:
        DatabaseUnavailable: try again later.
    """
    claim = Claim.of(caller, idempotency_key, b"issue", value)
    if caller.api_key_id is None or (claim and claim.is_remembered(office)):
        return None
    try:
        prepared, _ = await prepare(office, caller, parse_request(value), recalling=True)
        if prepared is None or not all(key.signer.in_process for key in prepared.issuer.signing_keys()):
            return None
        draft = await draft_first(office, caller, prepared)
        content = await sign(draft.unsigned, prepared.issuer, draft.created_at)
        premises = [api_keys.still_open(caller.api_key_id)]
        if prepared.source.offering_id is not None:
            premises.append(offerings.still_published(caller.awarding_body_id, prepared.source.offering_id))
        return await _store_plainly(office, draft, claim, content, premises)
    except DatabaseUnavailable:
        raise
    except ServiceError:
        return None


async def _signed(office: Office, caller: Caller, credential_id: UUID, patience: Patience) -> None:
    """Wait until a credential that somebody else prepared is signed."""
    while True:
        async with office.database.read() as connection:
            credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
        if credential is None or credential.state is not CredentialState.PREPARED:
            return
        location = f"{office.public_url}/api/v1/credentials/{credential_id}"
        await patience.wait(RequestUnderWay(credential_id=credential_id, location=location))


async def draft_first(office: Office, caller: Caller, prepared: PreparedAward) -> Draft:
    """Draft the first credential of a new award."""
    moment = office.clock()
    award = Award(
        id=uuid4(),
        awarding_body_id=caller.awarding_body_id,
        offering_id=prepared.source.offering_id or uuid4(),
        learner_key=prepared.learner_key,
        awarded_on=prepared.awarded_on,
        certificate_number=certificate_number(prepared.issuer.body.slug, moment),
        current_revision=1,
        created_at=moment,
    )
    wrapped, data_key = office.new_data_key(award.id)
    return await draft_credential(office, caller, prepared, award, revision=1, data_key=data_key, wrapped_key=wrapped)


async def draft_credential(
    office: Office,
    caller: Caller,
    prepared: PreparedAward,
    award: Award,
    *,
    revision: int,
    data_key: DataKey,
    wrapped_key: bytes | None,
) -> Draft:
    """Draft a credential of ``award``: take a place in a status list, make the document."""
    moment = office.clock()
    issuer = prepared.issuer
    assert award.certificate_number is not None
    # 3
    place = await office.status_places.take(awarding_body_id=issuer.awarding_body_id, issuer_id=issuer.issuer_id)
    credential = Credential(
        id=uuid4(),
        awarding_body_id=caller.awarding_body_id,
        award_id=award.id,
        revision=revision,
        issuer_id=issuer.issuer_id,
        audience=Audience.PUBLIC,
        holder=None,
        public_token=new_public_token(),
        state=CredentialState.ISSUED,
        lease_until=None,
        valid_from=prepared.valid_from,
        valid_until=prepared.valid_until,
        status_list_id=place.status_list_id,
        status_index=place.index,
        created_at=moment,
    )
    # 4
    copy = CopyFacts(
        certificate_number=award.certificate_number,
        uuid=credential.id,
        issued=moment,
        valid_from=prepared.valid_from,
        valid_until=prepared.valid_until,
        status_list=place.number,
        status_index=place.index,
    )
    return Draft(
        caller=caller,
        prepared=prepared,
        award=award,
        credential=credential,
        wrapped_key=wrapped_key,
        data_key=data_key,
        claims=prepared.claims,
        revision=revision,
        unsigned=await office.moulds.unsigned(prepared.stated(), await setting_of(office, issuer), copy),
        created_at=moment,
    )


async def carry_out(office: Office, draft: Draft, claim: Claim | None) -> Answer:
    """Sign and store ``draft`` by the path that the signers allow (5)."""
    keys = draft.prepared.issuer.signing_keys()
    if all(key.signer.in_process for key in keys):

        async def store(issuer: Issuer, content: bytes) -> Answer:
            return await _store(office, draft.signed_by(issuer), claim, content)

        return await sign_and_store(office, draft.unsigned, draft.prepared.issuer, draft.created_at, store)
    lease_until = draft.created_at + LEASE
    prepared = replace(
        draft, credential=replace(draft.credential, state=CredentialState.PREPARED, lease_until=lease_until)
    )
    earlier = await _store(office, prepared, claim, None)
    if earlier.credential_id != draft.credential.id:
        return earlier
    return await finish(office, draft, claim)


async def sign_and_store(
    office: Office,
    unsigned: Unsigned,
    issuer: Issuer,
    created: datetime,
    store: Callable[[Issuer, bytes], Awaitable[Stored]],
) -> Stored:
    """Sign, and have it stored; again with other keys where one that signed is not active any more.

    Raises:
        SigningKeysMissing: there are none by now.
        PremiseGone: keys change faster than anybody can sign.
    """
    tries = _TRIES
    while True:
        content = await sign(unsigned, issuer, created)
        try:
            return await store(issuer, content)
        except PremiseGone:
            tries -= 1
            if not tries:
                raise
            issuer, created = await office.issuer_anew(issuer.body.slug), office.clock()


async def sign(unsigned: Unsigned, issuer: Issuer, created: datetime) -> bytes:
    """Return the document with the issuer's proofs, each checked, as the bytes that will leave."""
    signers = [(key.signer, key.verification_method) for key in issuer.signing_keys()]
    return await unsigned.signed(signers, created)


def key_ids(issuer: Issuer) -> list[UUID]:
    """Return which keys sign for ``issuer`` now, for the record of what hangs on them."""
    return [key.key_id for key in issuer.signing_keys()]


async def _store(office: Office, draft: Draft, claim: Claim | None, content: bytes | None) -> Answer:
    """Store ``draft`` in one transaction: as issued with ``content``, as prepared without."""
    if content is not None and (answer := await _store_plainly(office, draft, claim, content)):
        return answer
    async with office.database.transaction() as connection:
        if claim and (earlier := await claim.begin(connection, office, draft.created_at)):
            return earlier
        version = await _offering_version(connection, draft)
        award, new = draft.award, draft.revision > 1
        if not new:
            award, new = await awards.insert_or_find(connection, replace(award, offering_id=version.id))
        if not new:
            return await _existing(connection, office, draft, award, version, claim)
        await store_draft(connection, draft, version, content)
        answer = _first_answer(office, draft, version, FormState.READY if content else FormState.PENDING)
        if claim and content is not None:
            await claim.finish(connection, answer, draft.data_key)
        return answer


async def _store_plainly(
    office: Office, draft: Draft, claim: Claim | None, content: bytes, premises: Sequence[Premise] = ()
) -> Answer | None:
    """Store a new award in one statement, which is a transaction by itself; none: that is not all there is to it.

    The same unique constraints decide as in :func:`_store`. Where one refuses (the award, its number or the request's
    key is there), nothing was stored, and the careful way finds out what to answer.
    """
    if draft.revision > 1:
        return None
    source = draft.prepared.source
    if source.offering_id is not None and source.version is not None:
        version = OfferingVersionName(id=source.offering_id, version=source.version)
    else:
        async with office.database.read_once() as connection:
            kept = await offerings.find_kept(
                connection,
                draft.award.awarding_body_id,
                learner_key=draft.award.learner_key,
                awarded_on=draft.award.awarded_on,
                digest=source.content_sha256,
            )
        if kept is None:
            return None
        version = OfferingVersionName(id=kept[0], version=kept[1])
    answer = _first_answer(office, draft, version, FormState.READY)
    try:
        async with office.database.write_once() as connection:
            await issuing.add_award(
                connection,
                replace(draft.award, offering_id=version.id),
                _new_credential(draft, version, content),
                answered=claim.answered(answer, draft.data_key, draft.created_at) if claim else None,
                premises=premises,
            )
    except AlreadyThere:
        return None
    if claim:
        claim.remember(office)
    return answer


def _first_answer(office: Office, draft: Draft, version: OfferingVersionName, state: FormState) -> Answer:
    record = record_of(
        office,
        draft.prepared.issuer.body.slug,
        entry_of(draft, version),
        forms_of(office, draft.credential.id, state, slug=draft.prepared.issuer.body.slug),
        advice(list(draft.prepared.findings)),
    )
    return Answer(201, record.model_dump_json().encode(), draft.credential.id)


async def store_draft(
    connection: Connection, draft: Draft, version: OfferingVersionName, content: bytes | None
) -> None:
    """Write the rows of a new credential, of an award that is there, and its event."""
    await issuing.add_credential(connection, _new_credential(draft, version, content))


def _new_credential(draft: Draft, version: OfferingVersionName, content: bytes | None) -> NewCredential:
    credential = draft.credential
    body, award_id, moment = credential.awarding_body_id, credential.award_id, draft.created_at
    seal = DataCipher.seal
    form_id = uuid4()
    return NewCredential(
        data_key=None if draft.wrapped_key is None else data_keys.DataKey(award_id, body, draft.wrapped_key, moment),
        revision=AwardRevision(
            awarding_body_id=body,
            award_id=award_id,
            revision=draft.revision,
            offering_id=version.id,
            offering_version=version.version,
            claims=seal(draft.data_key, draft.claims, revision_place("claims", award_id, draft.revision)),
            elm_tree=seal(draft.data_key, draft.unsigned.tree, revision_place("elm_tree", award_id, draft.revision)),
            mapping_version=MAPPING_VERSION,
            created_at=moment,
        ),
        credential=credential,
        form=SecuredForm(
            id=form_id,
            awarding_body_id=body,
            award_id=award_id,
            credential_id=credential.id,
            form=VCDM2_FORM,
            level="",
            payload=WITHIN_CONTENT
            if content
            else seal(draft.data_key, draft.unsigned.content, sealed_place("secured_form", "payload", form_id)),
            content=seal(draft.data_key, content, sealed_place("secured_form", "content", form_id))
            if content
            else None,
            media_type=VCDM2_MEDIA_TYPE,
            sha256=hashlib.sha256(content).digest() if content else None,
            signed_at=moment if content else None,
            state=FormState.READY if content else FormState.PENDING,
            created_at=moment,
        ),
        signed_with=key_ids(draft.prepared.issuer) if content else (),
        event=events.Event(
            awarding_body_id=body,
            at=moment,
            actor=draft.caller.actor,
            kind="credential-issued" if content else "credential-prepared",
            subject=str(award_id),
            body=canonical({"credential": str(credential.id), "revision": draft.revision}),
        ),
    )


async def finish(office: Office, draft: Draft, claim: Claim | None) -> Answer:
    """Sign a prepared credential, and store the signed bytes in a second transaction."""

    async def store(issuer: Issuer, content: bytes) -> Answer:
        return await _complete(office, draft.signed_by(issuer), claim, content)

    return await sign_and_store(office, draft.unsigned, draft.prepared.issuer, draft.created_at, store)


async def _complete(office: Office, draft: Draft, claim: Claim | None, content: bytes) -> Answer:
    moment = office.clock()
    async with office.database.transaction() as connection:
        await store_signed(
            connection,
            draft.credential,
            draft.data_key,
            content,
            signed_with=key_ids(draft.prepared.issuer),
            actor=draft.caller.actor,
            moment=moment,
        )
        entry = await credentials.find_entry(connection, draft.caller.awarding_body_id, draft.credential.id)
        assert entry is not None
        record = record_of(
            office,
            draft.caller.slug,
            entry,
            forms_of(office, draft.credential.id, FormState.READY, slug=draft.caller.slug),
            advice(list(draft.prepared.findings)),
        )
        answer = Answer(201, record.model_dump_json().encode(), draft.credential.id)
        if claim:
            await claim.finish(connection, answer, draft.data_key)
    return answer


async def store_signed(
    connection: Connection,
    credential: Credential,
    data_key: DataKey,
    content: bytes,
    *,
    signed_with: Sequence[UUID],
    actor: str,
    moment: datetime,
) -> None:
    """Complete the pending form of a prepared credential; whoever was first wins, the bytes are the same document's."""
    form = await secured_forms.find(connection, credential.awarding_body_id, credential.id, VCDM2_FORM)
    assert form is not None
    completed = await secured_forms.complete(
        connection,
        form.id,
        content=DataCipher.seal(data_key, content, sealed_place("secured_form", "content", form.id)),
        sha256=hashlib.sha256(content).digest(),
        signed_with=signed_with,
        signed_at=moment,
    )
    if completed and await credentials.mark_issued(connection, credential.id):
        await events.append(
            connection,
            events.Event(
                awarding_body_id=credential.awarding_body_id,
                at=moment,
                actor=actor,
                kind="credential-issued",
                subject=str(credential.award_id),
                body=canonical({"credential": str(credential.id), "revision": credential.revision}),
            ),
        )


async def finish_prepared(office: Office) -> int:
    """Sign what was prepared and then left behind, the very same bytes; return how many were finished.

    What cannot be signed now stays prepared and holds up nothing else; what was erased meanwhile is given up.

    Raises:
        ServiceError: nothing could be finished; the reason of the first.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        claimed = await credentials.claim_expired(connection, now=moment, lease_until=moment + LEASE)
    by_id = {issuer.awarding_body_id: issuer for issuer in (await office.all_issuers()).values()}
    finished, reasons = 0, []
    for credential in claimed:
        try:
            await _finish_one(office, by_id[credential.awarding_body_id], credential)
            finished += 1
        except Erased:
            async with office.database.transaction() as connection:
                await credentials.abandon(connection, credential.id)
        except ServiceError as error:
            reasons.append(error)
    if reasons and not finished:
        raise reasons[0]
    return finished


async def _finish_one(office: Office, issuer: Issuer, credential: Credential) -> None:
    async with office.database.read() as connection:
        data_key = await data_key_of(connection, office, credential.awarding_body_id, credential.award_id)
        form = await secured_forms.find(connection, credential.awarding_body_id, credential.id, VCDM2_FORM)
    assert form is not None
    payload = payload_of(form, data_key)

    async def store(issuer: Issuer, content: bytes) -> None:
        async with office.database.transaction() as connection:
            await store_signed(
                connection,
                credential,
                data_key,
                content,
                signed_with=key_ids(issuer),
                actor="service",
                moment=office.clock(),
            )

    await sign_and_store(office, Unsigned.stored(payload), issuer, office.clock(), store)


async def _offering_version(connection: Connection, draft: Draft) -> OfferingVersionName:
    source: OfferingSource = draft.prepared.source
    if source.offering_id is not None and source.version is not None:
        return OfferingVersionName(id=source.offering_id, version=source.version)
    # The same award may have been corrected together with its offering: then these are the words of that version.
    corrected = await offerings.find_corrected(
        connection,
        draft.award.awarding_body_id,
        learner_key=draft.award.learner_key,
        awarded_on=draft.award.awarded_on,
        digest=source.content_sha256,
    )
    if corrected is not None:
        return OfferingVersionName(id=corrected.offering_id, version=corrected.version)
    kept = await offerings.keep_unlisted(
        connection,
        awarding_body_id=draft.award.awarding_body_id,
        offering_id=draft.award.offering_id,
        content=source.content,
        now=draft.created_at,
    )
    return OfferingVersionName(id=kept.offering_id, version=kept.version)


async def _existing(
    connection: Connection,
    office: Office,
    draft: Draft,
    award: Award,
    version: OfferingVersionName,
    claim: Claim | None,
) -> Answer:
    """Answer with the credential that this award has already, if it says the same."""
    body = draft.caller.awarding_body_id
    copies = await credentials.list_of_award(connection, body, award.id)
    current = next(copy for copy in copies if copy.audience is Audience.PUBLIC)
    location = f"{office.public_url}/api/v1/credentials/{current.id}"
    data_key = await data_key_of(connection, office, body, award.id)
    said = await awards.find_revision(connection, body, award.id, award.current_revision)
    assert said is not None
    claims = DataCipher.open(data_key, said.claims, revision_place("claims", award.id, said.revision))
    if claims != draft.claims or said.offering_version != version.version:
        raise AwardDiffers(
            "The award exists with other content; POST the correction to its replacement.", location=location
        )
    if current.state is CredentialState.PREPARED:
        raise RequestUnderWay(credential_id=current.id, location=location)
    entry = await credentials.find_entry(connection, body, current.id)
    assert entry is not None
    record = record_of(
        office,
        draft.caller.slug,
        entry,
        forms_of(office, current.id, FormState.READY, slug=draft.caller.slug),
        advice(list(draft.prepared.findings)),
    )
    answer = Answer(200, record.model_dump_json().encode(), current.id)
    if claim:
        await claim.finish(connection, answer, data_key)
    return answer


def record_of(
    office: Office, slug: str, entry: CredentialEntry, forms: list[Form], findings: list[FindingRecord] | None = None
) -> CredentialRecord:
    """Return what the awarding body is told about a credential."""
    credential = entry.credential
    return CredentialRecord(
        id=credential.id,
        state=credential.state.value,
        status=status_of(entry),
        awarding_body=slug,
        offering=OfferingVersionName(id=entry.offering_id, version=entry.offering_version),
        revision=credential.revision,
        awarded_on=entry.awarded_on,
        certificate_number=entry.certificate_number or "",
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        created_at=credential.created_at,
        public_url=f"{office.public_url}/c/{credential.public_token}" if credential.public_token else None,
        superseded_by=entry.superseded_by,
        forms=forms,
        findings=findings or [],
    )


def status_of(entry: CredentialEntry) -> Status:
    """Return what holds of a credential now; revocation outweighs suspension."""
    if entry.standing.revoked:
        return Status.REVOKED
    return Status.SUSPENDED if entry.standing.suspended else Status.VALID


def forms_of(
    office: Office, credential_id: UUID, state: FormState, *, slug: str, was_sealed: bool = False
) -> list[Form]:
    """Return the forms in a record, in the state of the first: whatever it says, the others can say at once.

    What ``was_sealed`` stays so, whatever became of the awarding body's seal.
    """
    sealed = was_sealed or office.has_seal(slug)
    return [
        Form(
            form=form,
            media_type=media_type,
            state=state.value,
            url=f"{office.public_url}/api/v1/credentials/{credential_id}/forms/{form}",
            sealed=sealed if form == EDC_FORM else None,
        )
        for form, media_type in (
            (VCDM2_FORM, VCDM2_MEDIA_TYPE),
            (VCDM2_JWT_FORM, vc_jose.MEDIA_TYPE),
            (EDC_FORM, jades.MEDIA_TYPE if sealed else EDC_MEDIA_TYPE),
        )
    ]


def entry_of(draft: Draft, version: OfferingVersionName) -> CredentialEntry:
    """Return the list entry of a credential that is being stored."""
    return CredentialEntry(
        credential=draft.credential,
        offering_id=version.id,
        offering_version=version.version,
        awarded_on=draft.award.awarded_on,
        certificate_number=draft.award.certificate_number,
        standing=Standing(revoked=False, suspended=False),
        superseded_by=None,
    )


def certificate_number(slug: str, moment: datetime, random: str | None = None) -> str:
    """Return a certificate number: readable, unique by the store's constraint, and telling nothing about others."""
    # 32 characters: five bits of each byte choose one, each as likely as the others.
    drawn = random or "".join(_NUMBER_ALPHABET[byte & 31] for byte in secrets.token_bytes(8))
    return f"ENH-{slug.upper()}-{moment.year}-{drawn}"


def new_public_token() -> str:
    """Return an address that nobody guesses: 160 random bits."""
    return secrets.token_urlsafe(20)


async def setting_of(office: Office, issuer: Issuer) -> Setting:
    """Return what the credentials of an awarding body have in common here."""
    address = f"{office.public_url}/issuers/{issuer.body.slug}"
    return office.moulds.setting(issuer.body, await office.bodies(), address)


def revision_place(column: str, award_id: UUID, revision: int) -> bytes:
    """Return what binds an encrypted column of a revision to its place."""
    return f"award_revision.{column}:{revision}:".encode() + award_id.bytes
