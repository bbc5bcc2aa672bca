"""A request made twice is answered once: what is remembered of it, and how long its twin waits.

An ``Idempotency-Key`` belongs to an awarding body and to one body of a request. The same request gets the first answer
again; another body is refused; a twin that is still being worked on is waited for, and then asked to come back.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from app.errors import Family, ServiceError
from app.issuance.access import Caller
from app.issuance.office import Office
from app.keys import DataCipher, DataKey
from app.store import credentials, data_keys, events, idempotency
from app.store.connection import Connection
from app.strict_json import JsonValue, canonical

REMEMBERED: Final = timedelta(days=30)
"""How long the answer to an Idempotency-Key is remembered at least."""
LEASE: Final = timedelta(seconds=60)
"""How long a slow signer may take before somebody else finishes its work."""
_LOOK_AGAIN_SECONDS: Final = 0.05


class IdempotencyKeyReused(ServiceError):
    """The Idempotency-Key was used before for another body. Use a new key for a new request."""

    code: ClassVar[str] = "idempotency-key-reused"
    title: ClassVar[str] = "The Idempotency-Key belongs to another request"
    family: ClassVar[Family] = Family.RULE_BROKEN


class RequestUnderWay(ServiceError):
    """The same request is being worked on. Ask again in a moment; nothing is issued twice."""

    code: ClassVar[str] = "request-under-way"
    title: ClassVar[str] = "The same request is being worked on"
    family: ClassVar[Family] = Family.CONFLICT

    def __init__(self, *, credential_id: UUID | None = None, location: str | None = None) -> None:
        """``credential_id`` is what the other one prepared, if that is what stands in the way."""
        super().__init__(retry_after_seconds=5, location=location)
        self.credential_id = credential_id


class Erased(ServiceError):
    """The personal data of this award was erased, as its learner may ask. That it existed, and its status, remain.

    Copies that the learner or others keep are not affected: they verify as before.
    """

    code: ClassVar[str] = "erased"
    title: ClassVar[str] = "The personal data of this award was erased"
    family: ClassVar[Family] = Family.GONE

    def __init__(self) -> None:
        super().__init__(
            "What was issued cannot be shown any more, here or by anybody at this service. "
            "Copies that were fetched before verify as they did."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets: a status (201 issued, 200 was there), the record as JSON, whether it is a repetition."""

    status: int
    record: bytes
    credential_id: UUID
    replayed: bool = False


async def forget_old_answers(office: Office, *, actor: str) -> int:
    """Forget the answers that were remembered for long enough, and return how many they were.

    A request that comes again later is still recognised, by its award.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        forgotten = await idempotency.forget_before(connection, moment - REMEMBERED)
        if forgotten:
            body = canonical({"count": forgotten})
            await events.append(connection, events.Event(None, moment, actor, "answers-forgotten", "idempotency", body))
    return forgotten


async def data_key_of(connection: Connection, office: Office, awarding_body_id: UUID, award_id: UUID) -> DataKey:
    """Return the data key of an award in clear.

    Raises:
        Erased: it was destroyed.
    """
    row = await data_keys.find(connection, awarding_body_id, award_id)
    if row is None or row.wrapped_key is None:
        raise Erased
    return office.data_key(award_id, row.wrapped_key)


class Patience:
    """How long one request waits for others: in all as long as the office says (model.md section 1, answers)."""

    def __init__(self, office: Office) -> None:
        self._give_up_at = asyncio.get_running_loop().time() + office.longest_wait_seconds

    async def wait(self, otherwise: ServiceError) -> None:
        """Wait a moment, or raise ``otherwise`` when there was enough of that."""
        if asyncio.get_running_loop().time() >= self._give_up_at:
            raise otherwise
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on an Idempotency-Key for one request."""

    awarding_body_id: UUID
    key: str
    request_sha256: bytes

    @classmethod
    def of(cls, caller: Caller, key: str | None, operation: bytes, value: JsonValue) -> "Claim | None":
        """Return the claim of a request, or none without a key. ``operation`` keeps two addresses apart."""
        if key is None:
            return None
        try:
            body = canonical(value)
        except ValueError:
            # Text that cannot be written down is refused by the request's types, which say where it stands.
            return None
        return cls(caller.awarding_body_id, key, hashlib.sha256(operation + b"\n" + body).digest())

    async def earlier_answer(self, office: Office, patience: Patience | None = None) -> Answer | None:
        """Return the first answer, waiting for a request that is under way.

        None: there is no earlier request, or whoever worked on it died.

        Raises:
            IdempotencyKeyReused: the key was for another body.
            RequestUnderWay: still, after the longest wait.
        """
        patience = patience or Patience(office)
        while True:
            async with office.database.read() as connection:
                row = await idempotency.find(connection, self.awarding_body_id, self.key)
                if row is None:
                    return None
                if row.request_sha256 != self.request_sha256:
                    raise IdempotencyKeyReused
                if row.status is not None:
                    return await self._replay(connection, office, row)
                if row.lease_until is not None and row.lease_until <= office.clock():
                    return None
            await patience.wait(RequestUnderWay())

    def is_remembered(self, office: Office) -> bool:
        """Whether this process knows that the key was answered."""
        return office.looked_up.answered.get((self.awarding_body_id, self.key)) is not None

    def remember(self, office: Office) -> None:
        """Know from now on that the key is answered."""
        office.looked_up.answered.put((self.awarding_body_id, self.key), value=True)

    async def is_open(self, connection: Connection) -> bool:
        """Whether this request was begun before and never answered."""
        row = await idempotency.find(connection, self.awarding_body_id, self.key)
        return row is not None and row.status is None and row.request_sha256 == self.request_sha256

    async def begin(self, connection: Connection, office: Office, moment: datetime) -> Answer | None:
        """Claim the key inside the storing transaction, or return the first answer."""
        row = await idempotency.begin(
            connection,
            awarding_body_id=self.awarding_body_id,
            key=self.key,
            request_sha256=self.request_sha256,
            now=moment,
            lease_until=moment + LEASE,
        )
        if row is None:
            return None
        if row.request_sha256 != self.request_sha256:
            raise IdempotencyKeyReused
        if row.status is None:
            raise RequestUnderWay
        return await self._replay(connection, office, row)

    def answered(self, answer: Answer, data_key: DataKey, moment: datetime) -> idempotency.RememberedRequest:
        """Return what is to be remembered of a request that is answered as soon as it is stored."""
        return idempotency.RememberedRequest(
            awarding_body_id=self.awarding_body_id,
            key=self.key,
            request_sha256=self.request_sha256,
            credential_id=answer.credential_id,
            status=answer.status,
            answer=DataCipher.seal(data_key, answer.record, self._place()),
            created_at=moment,
            lease_until=None,
        )

    async def finish(self, connection: Connection, answer: Answer, data_key: DataKey) -> None:
        """Remember the answer, in the transaction that makes it true."""
        await idempotency.finish(
            connection,
            awarding_body_id=self.awarding_body_id,
            key=self.key,
            status=answer.status,
            answer=DataCipher.seal(data_key, answer.record, self._place()),
            credential_id=answer.credential_id,
        )

    async def _replay(self, connection: Connection, office: Office, row: idempotency.RememberedRequest) -> Answer:
        assert row.status is not None
        assert row.answer is not None
        assert row.credential_id is not None
        credential = await credentials.find(connection, self.awarding_body_id, row.credential_id)
        assert credential is not None
        data_key = await data_key_of(connection, office, self.awarding_body_id, credential.award_id)
        record = DataCipher.open(data_key, row.answer, self._place())
        return Answer(row.status, record, row.credential_id, replayed=True)

    def _place(self) -> bytes:
        return b"idempotency.answer:" + self.awarding_body_id.bytes + self.key.encode()
