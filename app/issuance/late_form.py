"""A form that is made when it is first asked for: how it is secured and stored, whatever secures it.

With a signer in this process it is secured and stored as ready in one transaction. With any other the exact payload is
stored first, and no transaction is open while a slow signer works. Whoever stored first wins; later bytes are dropped.
What is stored is a row of its own, with its key on record, and its bytes never change.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from app.issuance.office import Issuer, IssuingKey, Office, SealingKey, sealed_place
from app.keys import DataCipher, DataKey
from app.store import events, outbox, secured_forms
from app.store.credentials import Credential
from app.store.failures import AlreadyThere
from app.store.secured_forms import SecuredForm
from app.store.states import FormState
from app.strict_json import canonical


@dataclass(frozen=True, slots=True)
class LateForm:
    """What is to be secured. ``pending`` is the row that an earlier attempt left behind, with the same payload.

    ``afterwards`` is the kind of work that the stored form makes necessary: written down with it, or not at all.
    """

    credential: Credential
    form: str
    level: str
    media_type: str
    payload: bytes
    data_key: DataKey
    pending: UUID | None
    afterwards: str | None = None


async def issuer_of(office: Office, credential: Credential) -> Issuer:
    """Return the awarding body that issued ``credential``."""
    return next(item for item in (await office.all_issuers()).values() if item.issuer_id == credential.issuer_id)


async def secure_and_store(
    office: Office, late: LateForm, key: IssuingKey | SealingKey, secure: Callable[[], Awaitable[bytes]]
) -> None:
    """Have ``secure`` make the bytes by ``key``, and store them unless somebody was first.

    Raises:
        SigningFailed, PremiseGone, DatabaseUnavailable: try again later.
    """
    try:
        if late.pending is None and not key.signer.in_process:
            late = await _prepare(office, late)
        await _store(office, late, await secure(), key.key_id)
    except AlreadyThere:
        return


async def _prepare(office: Office, late: LateForm) -> LateForm:
    row = _row(office, late, None)
    async with office.database.transaction() as connection:
        await secured_forms.add(connection, row)
    return replace(late, pending=row.id)


async def _store(office: Office, late: LateForm, content: bytes, key_id: UUID) -> None:
    """Store the secured bytes and note the use of the key.

    Raises:
        AlreadyThere: somebody was first.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        if late.pending is None:
            await secured_forms.add(connection, _row(office, late, content), signed_with=[key_id])
        elif not await secured_forms.complete(
            connection,
            late.pending,
            content=_encrypted(late, "content", content, late.pending),
            sha256=hashlib.sha256(content).digest(),
            signed_with=[key_id],
            signed_at=moment,
        ):
            return
        await events.append(
            connection,
            events.Event(
                awarding_body_id=late.credential.awarding_body_id,
                at=moment,
                actor="service",
                kind="form-secured",
                subject=str(late.credential.award_id),
                body=canonical({"credential": str(late.credential.id), "form": late.form}),
            ),
        )
        if late.afterwards is not None:
            body, subject = late.credential.awarding_body_id, late.credential.id
            await outbox.add(connection, outbox.Work(uuid4(), body, late.afterwards, subject, due_at=moment))


def _row(office: Office, late: LateForm, content: bytes | None) -> SecuredForm:
    moment, form_id = office.clock(), uuid4()
    return SecuredForm(
        id=form_id,
        awarding_body_id=late.credential.awarding_body_id,
        award_id=late.credential.award_id,
        credential_id=late.credential.id,
        form=late.form,
        level=late.level,
        payload=_encrypted(late, "payload", late.payload, form_id),
        content=None if content is None else _encrypted(late, "content", content, form_id),
        media_type=late.media_type,
        sha256=None if content is None else hashlib.sha256(content).digest(),
        signed_at=None if content is None else moment,
        state=FormState.PENDING if content is None else FormState.READY,
        created_at=moment,
    )


def _encrypted(late: LateForm, column: str, data: bytes, form_id: UUID) -> bytes:
    return DataCipher.seal(late.data_key, data, sealed_place("secured_form", column, form_id))
