"""Evidence over time: seals raised from level B to T, LT and LTA, and kept fresh (docs/decisions/0017-evidence.md).

Each seal is stored together with an open row of work (``RAISE_SEAL``), at level LTA with the row that says when it is
to be renewed (``RENEW_SEAL``). One attempt at such a row goes one step:

1. What is done, erased or not due needs nothing. What is stored is read and checked again before it is built upon.
2. B to T: a time-stamp of the signature.
3. T to LT: certificates and revocation data of the seal and of the time-stamp, as of now.
4. LT to LTA: an archive time-stamp. Renewal: what validates the time-stamps so far, then another archive time-stamp.
5. What comes out is appraised as a stranger does it: believed, not revoked, every time-stamp believed. Else it is
   dropped.
   So is a renewal that holds no longer than what there is, while that nears its end: it is tried again later.
6. It is stored as a row of its own over the same payload and served from then on; in the same transaction the work is
   finished, or goes on. Whoever stored a level first wins.

An attempt that fails changes nothing but the row's own notes: the best level so far is what a download gets.

A time-stamp is kept only if it answers the very request (imprint, nonce, policy), if its time is ours give or take
:data:`MOST_OFF`, and if its authority leads to an anchor, is for time-stamping alone and is not known to be revoked.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid4

from app.errors import Family, ServiceError
from app.issuance.issue import EDC_FORM
from app.issuance.office import Office, sealed_place
from app.issuance.repeating import Erased, data_key_of
from app.issuance.sealed_form import RAISE_SEAL
from app.keys import DataCipher, DataKey
from app.securing import raising
from app.securing.jades import Level, SealEvidence, SealResult, SealTimestamp, Stamped
from app.securing.timestamp import MalformedTimestamp, Query, TimestampRefused
from app.store import events, outbox, secured_forms
from app.store.failures import AlreadyThere
from app.store.outbox import Backlog, Work
from app.store.secured_forms import SecuredForm
from app.store.states import FormState
from app.strict_json import canonical
from app.trust.fetch import Ask, FetchError, Posted
from app.trust.revocation import RevocationSource
from app.trust.seals import Anchors, Dossier, Revocation, appraise, dossier, may_be_kept

RENEW_SEAL: Final = "seal-renew"
"""Work: the last archive time-stamp of a seal ends some time after the row is due."""
KINDS: Final = (RAISE_SEAL, RENEW_SEAL)
MOST_OFF: Final = timedelta(minutes=5)
"""How far the time of an authority may be from ours."""
_REPLY_BYTES: Final = 64 * 1024
_ROOM_FOR_ARCHIVE: Final = 16 * 1024
_JUST_LATER: Final = timedelta(microseconds=1)
_PAGE: Final = 200
_RANK: Final = {level.value: rank for rank, level in enumerate(Level)}


class TimestampNotHad(ServiceError):
    """No configured authority gave a time-stamp that may be kept; the detail says why, one reason for each."""

    code: ClassVar[str] = "timestamp-not-had"
    title: ClassVar[str] = "No authority gave a time-stamp"
    family: ClassVar[Family] = Family.UNAVAILABLE


class EvidenceIncomplete(ServiceError):
    """What would validate the seal is not all there: nobody says whether a certificate was revoked, or a path ends."""

    code: ClassVar[str] = "seal-evidence-incomplete"
    title: ClassVar[str] = "The evidence of the seal is not complete"
    family: ClassVar[Family] = Family.UNAVAILABLE


class Step(StrEnum):
    """What one attempt came to."""

    DONE = "done"
    AGAIN = "again"
    """A step was made, and there is another one."""
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Demands:
    """How far seals are raised here, and by whom.

    ``authorities`` are the addresses of authorities of time-stamps, asked in this order; ``policy`` is the one under
    which a time-stamp must have been made. A seal is renewed ``renew_before`` its last archive time-stamp ends.
    """

    authorities: tuple[str, ...]
    policy: str | None
    target: Level
    renew_before: timedelta


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stored seal, and what it is made of."""

    form: SecuredForm
    data_key: DataKey
    payload: bytes
    sealed: bytes
    result: SealResult


class EvidenceDesk:
    """Raises and renews seals, one step at a time; see the module."""

    def __init__(
        self, office: Office, *, anchors: Anchors, demands: Demands, ask: Ask, revocation: RevocationSource
    ) -> None:
        """``ask`` is the way to the authorities of time-stamps, ``revocation`` the one to everybody else."""
        self._office = office
        self._anchors = anchors
        self._demands = demands
        self._ask = ask
        self._revocation = revocation

    async def attempt(self, work_id: UUID) -> Step:
        """Go one step.

        Raises:
            TimestampNotHad, EvidenceIncomplete, SelfCheckFailed: not now; nothing was changed.
            EnvelopeBroken, DatabaseUnavailable: the records cannot be read or written now.
        """
        # 1
        async with self._office.database.read() as connection:
            work = await outbox.find(connection, work_id)
        if work is None or work.done_at is not None:
            return Step.DONE
        if work.due_at > self._office.clock():
            return Step.LATER
        opened = await self._opened(work)
        if opened is None or (work.kind == RAISE_SEAL and self._is_enough(opened.result.level)):
            return await self._finish(work)
        # 2, 3, 4
        raised, level = await self._raised(work, opened)
        if work.kind == RENEW_SEAL and not self._is_worth_keeping(opened.result, raising.reread(raised)):
            return await self._postpone(work, opened.result)
        # 6
        return await self._store(work, opened, raised, level)

    async def note_failure(self, work_id: UUID, problem: str) -> None:
        """Write down of what an attempt failed."""
        async with self._office.database.transaction() as connection:
            await outbox.note_attempt(connection, work_id, problem=problem)

    async def due(self, size: int) -> tuple[Work, ...]:
        """Return work that can be done now."""
        async with self._office.database.read() as connection:
            return await outbox.list_due(connection, KINDS, now=self._office.clock(), size=size)

    async def hand_over(self, work_id: UUID) -> UUID | None:
        """Close a row and open another about the same thing, for whoever keeps notes under its identifier."""
        async with self._office.database.transaction() as connection:
            work = await outbox.find(connection, work_id)
            if work is None or not await outbox.finish(connection, work_id, now=self._office.clock()):
                return None
            following = replace(work, id=uuid4())
            await outbox.add(connection, following)
        return following.id

    # --- what is stored

    async def _opened(self, work: Work) -> _Opened | None:
        """Return the seal that is served today; none where there is none any more."""
        async with self._office.database.read() as connection:
            form = await secured_forms.find(connection, work.awarding_body_id, work.subject_id, EDC_FORM)
            if form is None or form.state is not FormState.READY or form.content is None:
                return None
            try:
                data_key = await data_key_of(connection, self._office, form.awarding_body_id, form.award_id)
            except Erased:
                return None
        payload = DataCipher.open(data_key, form.payload, sealed_place("secured_form", "payload", form.id))
        sealed = DataCipher.open(data_key, form.content, sealed_place("secured_form", "content", form.id))
        result = raising.reread(sealed)
        if not result.verified:
            raise EvidenceIncomplete("The stored seal does not hold.")
        return _Opened(form, data_key, payload, sealed, result)

    def _is_enough(self, level: Level) -> bool:
        return _RANK[level.value] >= _RANK[self._demands.target.value]

    async def _finish(self, work: Work) -> Step:
        async with self._office.database.transaction() as connection:
            await outbox.finish(connection, work.id, now=self._office.clock())
        return Step.DONE

    async def _store(self, work: Work, opened: _Opened, raised: bytes, level: str) -> Step:
        former, moment, form_id = opened.form, self._office.clock(), uuid4()
        assert former.signed_at is not None
        result = raising.reread(raised)
        row = replace(
            former,
            id=form_id,
            level=level,
            payload=DataCipher.seal(opened.data_key, opened.payload, sealed_place("secured_form", "payload", form_id)),
            content=DataCipher.seal(opened.data_key, raised, sealed_place("secured_form", "content", form_id)),
            sha256=hashlib.sha256(raised).digest(),
            # The form that was signed last is the one that is served.
            signed_at=max(moment, former.signed_at + _JUST_LATER),
            created_at=moment,
        )
        is_finished = work.kind == RENEW_SEAL or self._is_enough(result.level)
        try:
            async with self._office.database.transaction() as connection:
                await secured_forms.add_raised(connection, row, former=former.id)
                await events.append(
                    connection,
                    events.Event(
                        awarding_body_id=former.awarding_body_id,
                        at=moment,
                        actor="service",
                        kind="seal-raised",
                        subject=str(former.award_id),
                        body=canonical({"credential": str(former.credential_id), "level": level}),
                    ),
                )
                if is_finished:
                    await outbox.finish(connection, work.id, now=moment)
                if is_finished and result.level is Level.LTA:
                    due_at = self._renewal_of(result)
                    renewal = Work(uuid4(), work.awarding_body_id, RENEW_SEAL, work.subject_id, due_at)
                    await outbox.add(connection, renewal)
        except AlreadyThere:
            return Step.AGAIN
        return Step.DONE if is_finished else Step.AGAIN

    async def _postpone(self, work: Work, result: SealResult) -> Step:
        """Leave a seal as it is until its authority of time-stamps may have another certificate."""
        async with self._office.database.transaction() as connection:
            if await outbox.finish(connection, work.id, now=self._office.clock()):
                await outbox.add(connection, replace(work, id=uuid4(), due_at=self._renewal_of(result)))
        return Step.DONE

    def _is_worth_keeping(self, former: SealResult, renewed: SealResult) -> bool:
        """Whether a renewal ends later; one that was brought forward need not, for its reason is another."""
        ends = self._ends(former)
        return self._ends(renewed) > ends or ends - self._demands.renew_before > self._office.clock()

    def _ends(self, result: SealResult) -> datetime:
        ends = self._dossier((), result.stamps[-1:], result.evidence).ends
        assert ends is not None
        return ends

    def _renewal_of(self, result: SealResult) -> datetime:
        """Return when the last archive time-stamp is to be followed by another: well before its authority ends."""
        moment, ends = self._office.clock(), self._ends(result)
        # An authority that ends soon after it is asked must not be asked again at once, and for ever.
        return max(ends - self._demands.renew_before, moment + (ends - moment) / 2)

    # --- what is added

    async def _raised(self, work: Work, opened: _Opened) -> tuple[bytes, str]:
        sealed, result = opened.sealed, opened.result
        if work.kind == RENEW_SEAL:
            # Of all that there is only the outermost still rests on what others say today.
            certificates, lists, answers = await self._values(self._dossier((), result.stamps[-1:], result.evidence))
            with_values = raising.with_values_of_timestamps(
                sealed, certificates=certificates, revocation_lists=lists, ocsp_responses=answers
            )
            return await self._archived(with_values), _next_level(opened.form.level)
        if result.level is Level.B:
            token = await self._stamp(raising.octets_of_signature(sealed))
            return raising.with_signature_timestamp(sealed, token), Level.T.value
        if result.level is Level.LT:
            return await self._archived(sealed), Level.LTA.value
        certificates, lists, answers = await self._values(self._dossier(result.chain, result.stamps, result.evidence))
        sealed = raising.with_values(sealed, certificates=certificates, revocation_lists=lists, ocsp_responses=answers)
        # What exists must stay checkable at our own door. A renewal is bound by nothing: without it all would be lost.
        largest = self._office.max_request_bytes - _ROOM_FOR_ARCHIVE
        if len(sealed) > largest:
            raise EvidenceIncomplete(
                f"With its evidence it has {len(sealed)} bytes; MAX_REQUEST_BYTES admits {largest}."
            )
        self._insist_on_validity(raising.reread(sealed))
        if self._is_enough(Level.LT):
            return sealed, Level.LT.value
        try:
            return await self._archived(sealed), Level.LTA.value
        except TimestampNotHad:
            # What there is now may not be had again: lists are replaced, and certificates end.
            return sealed, Level.LT.value

    async def _archived(self, sealed: bytes) -> bytes:
        token = await self._stamp(raising.octets_of_archive(sealed))
        archived = raising.with_archive_timestamp(sealed, token)
        self._insist_on_validity(raising.reread(archived))
        return archived

    async def _values(self, found: Dossier) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
        """Return certificates, revocation lists and OCSP answers; all that is needed, or nothing."""
        moment = self._office.clock()
        if not found.complete:
            raise EvidenceIncomplete("A certificate of the seal leads to no authority of SEAL_ANCHORS today.")
        fetched = await self._revocation.material(found.asked, moment)
        unknown = sum(not one.is_settled_by(fetched, moment) for one in found.asked)
        if unknown:
            raise EvidenceIncomplete(f"Nobody says whether {unknown} of its certificates were revoked.")
        return found.certificates, (*found.revocation_lists, *fetched.revocation_lists), fetched.ocsp_responses

    def _dossier(
        self, chain: Sequence[bytes], stamps: Sequence[SealTimestamp], evidence: Sequence[SealEvidence]
    ) -> Dossier:
        return dossier(chain, stamps, evidence, self._anchors, self._office.clock())

    def _insist_on_validity(self, result: SealResult) -> None:
        """Step 5."""
        standing = appraise(result.chain, result.stamps, result.evidence, self._anchors, self._office.clock())
        if standing is None or not (standing.believed and standing.for_signing):
            raise EvidenceIncomplete("The certificate of the seal is not one that can be believed.")
        if standing.revocation is not Revocation.NOT_REVOKED:
            raise EvidenceIncomplete("The certificate of the seal is not shown not to have been revoked.")
        if not all(stamp.believed for stamp in standing.stamps):
            raise EvidenceIncomplete("A time-stamp of the seal is not one that can be believed.")

    async def _stamp(self, octets: bytes) -> bytes:
        """Return a time-stamp of ``octets`` that may be kept.

        Raises:
            TimestampNotHad: from nobody.
        """
        reasons = []
        for url in self._demands.authorities:
            query = Query(octets, secrets.randbits(64), self._demands.policy)
            posted = Posted(query.content(), "application/timestamp-query")
            asked_at = self._office.clock()
            try:
                reply = await self._ask(
                    url, max_bytes=_REPLY_BYTES, accept="application/timestamp-reply", posted=posted
                )
                token, stated = query.token(reply.content)
            except FetchError as error:
                reasons.append(error.reason.value)
                continue
            except (TimestampRefused, MalformedTimestamp) as error:
                reasons.append(error.detail)
                continue
            stamp = SealTimestamp(Stamped.SIGNATURE, 0, stated)
            if not asked_at - MOST_OFF <= stated.moment <= self._office.clock() + MOST_OFF:
                reasons.append("Its clock is not ours.")
            elif not may_be_kept(stamp, self._anchors, asked_at):
                reasons.append("It leads to no authority of SEAL_ANCHORS, is not for time-stamping or was revoked.")
            else:
                return token
        raise TimestampNotHad("; ".join(reasons))


def _next_level(level: str) -> str:
    """Name the next renewal: LTA, LTA-2, LTA-3; a level is stored once."""
    _, _, number = level.partition("-")
    return f"{Level.LTA.value}-{int(number or 1) + 1}"


async def backlog(office: Office) -> Backlog:
    """Return how much waits that could be done by now."""
    async with office.database.read() as connection:
        return await outbox.backlog(connection, KINDS, now=office.clock())


@dataclass(frozen=True, slots=True)
class Renewal:
    """How many seals were noted to be raised, and how many renewals brought forward."""

    raised: int
    renewed: int


async def renew(office: Office, target: Level, *, everything: bool) -> Renewal:
    """Note every seal below ``target`` that nobody has noted yet; with ``everything``, let all others be renewed now.

    For seals that were made before a target was raised, and for the day on which an algorithm is not to be relied on.
    """
    moment, raised, after = office.clock(), 0, None
    while True:
        async with office.database.read() as connection:
            page = await secured_forms.list_of_form(connection, EDC_FORM, after=after, size=_PAGE)
        for form in page:
            level, _, _ = form.level.partition("-")
            if _RANK[level] < _RANK[target.value]:
                raised += await _note(office, form, moment)
        if len(page) < _PAGE:
            break
        after = page[-1].credential_id
    renewed = 0
    if everything:
        async with office.database.transaction() as connection:
            renewed = await outbox.bring_forward(connection, RENEW_SEAL, now=moment)
    return Renewal(raised, renewed)


async def _note(office: Office, form: SecuredForm, moment: datetime) -> bool:
    """Note one seal. False: it was noted before, or its learner's data was erased."""
    try:
        async with office.database.transaction() as connection:
            await data_key_of(connection, office, form.awarding_body_id, form.award_id)
            await outbox.add(
                connection, Work(uuid4(), form.awarding_body_id, RAISE_SEAL, form.credential_id, due_at=moment)
            )
    except (AlreadyThere, Erased):
        return False
    return True
