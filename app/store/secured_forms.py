"""The forms in which a credential is secured: the payload that is to be signed, and the bytes that leave.

A ready form never changes; a better seal is another row over the same payload. ``payload`` and ``content`` are
encrypted under the award's data key; ``sha256`` is that of the bytes that leave. A form whose bytes hold the payload as
it is, and that was ready at once, keeps it there alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, update

from app.store import signing_keys
from app.store.connection import Connection
from app.store.plans import Prepared, equal, insertion
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.states import Audience, CredentialState, FormState
from app.store.tables import credential, data_key, form_signature, secured_form

WITHIN_CONTENT: Final = b""
"""``payload`` of a form whose ``content`` holds it."""


@dataclass(frozen=True, slots=True)
class SecuredForm:
    """One form of one credential at one level."""

    id: UUID
    awarding_body_id: UUID
    award_id: UUID
    credential_id: UUID
    form: str
    level: str
    payload: bytes
    content: bytes | None
    media_type: str
    sha256: bytes | None
    signed_at: datetime | None
    state: FormState
    created_at: datetime


_BEST: Final = Prepared(
    select(secured_form)
    .where(*equal(secured_form, "awarding_body_id", "credential_id", "form"))
    # An unsigned row never hides a signed one: nulls sort differently on the two databases.
    .order_by(secured_form.c.signed_at.is_(None), secured_form.c.signed_at.desc(), secured_form.c.created_at)
    .limit(1)
)


async def add(connection: Connection, form: SecuredForm, *, signed_with: Sequence[UUID] = ()) -> None:
    """Store a form, ready or pending; ``signed_with`` are the keys of its proofs.

    Raises:
        AlreadyThere: the credential has this form at this level.
        PremiseGone: one of the keys is not active any more.
    """
    await connection.execute(insertion(secured_form), to_row(form))
    await _note_keys(connection, form.id, signed_with)


async def add_raised(connection: Connection, form: SecuredForm, *, former: UUID) -> None:
    """Store a form that holds another one with more evidence around it: it carries the same signatures.

    Their keys may have been retired since.

    Raises:
        AlreadyThere: the credential has this form at this level.
    """
    await connection.execute(insertion(secured_form), to_row(form))
    keys = await connection.fetch_all(
        select(form_signature.c.signing_key_id).where(form_signature.c.secured_form_id == former)
    )
    rows = [{"secured_form_id": form.id, "signing_key_id": row["signing_key_id"]} for row in keys]
    await connection.execute(insertion(form_signature), rows)


async def list_of_form(connection: Connection, form: str, *, after: UUID | None, size: int) -> tuple[SecuredForm, ...]:
    """Return what is served of one form today, of every credential, in the order of the credentials."""
    later = secured_form.alias()
    statement = select(secured_form).where(
        secured_form.c.form == form,
        secured_form.c.state == FormState.READY,
        ~exists().where(
            later.c.credential_id == secured_form.c.credential_id,
            later.c.form == secured_form.c.form,
            later.c.signed_at > secured_form.c.signed_at,
        ),
    )
    if after is not None:
        statement = statement.where(secured_form.c.credential_id > after)
    return from_rows(
        SecuredForm, await connection.fetch_all(statement.order_by(secured_form.c.credential_id).limit(size))
    )


async def complete(
    connection: Connection,
    form_id: UUID,
    *,
    content: bytes,
    sha256: bytes,
    signed_with: Sequence[UUID],
    signed_at: datetime,
) -> bool:
    """Store the signed bytes of a pending form. False: somebody was first, and their bytes are the ones that count.

    Raises:
        PremiseGone: one of the keys is not active any more.
    """
    completed = bool(
        await connection.execute(
            update(secured_form)
            .where(secured_form.c.id == form_id, secured_form.c.state != FormState.READY)
            .values(
                content=content,
                sha256=sha256,
                signed_at=signed_at,
                state=FormState.READY,
            )
        )
    )
    if completed:
        await _note_keys(connection, form_id, signed_with)
    return completed


async def find(connection: Connection, awarding_body_id: UUID, credential_id: UUID, form: str) -> SecuredForm | None:
    """Return the form, the one that was signed last if there are several levels, or none."""
    return maybe_from_row(
        SecuredForm,
        await connection.fetch_one(
            _BEST, {"awarding_body_id": awarding_body_id, "credential_id": credential_id, "form": form}
        ),
    )


async def list_issued(connection: Connection, awarding_body_id: UUID, credential_id: UUID) -> tuple[SecuredForm, ...]:
    """Return every signed form that an issued credential ever had, also those that were signed again since."""
    rows = await connection.fetch_all(
        select(secured_form)
        .join(credential, credential.c.id == secured_form.c.credential_id)
        .where(
            secured_form.c.awarding_body_id == awarding_body_id,
            secured_form.c.credential_id == credential_id,
            secured_form.c.state == FormState.READY,
            credential.c.state == CredentialState.ISSUED,
        )
    )
    return from_rows(SecuredForm, rows)


async def count_credentials_of_key(connection: Connection, signing_key_id: UUID) -> int:
    """Return how many credentials hang on a key."""
    counted: int = await connection.fetch_value(
        select(func.count(secured_form.c.credential_id.distinct()))
        .join(form_signature, form_signature.c.secured_form_id == secured_form.c.id)
        .where(form_signature.c.signing_key_id == signing_key_id)
    )
    return counted


def _hanging_on(signing_key_id: UUID) -> ColumnElement[bool]:
    """Say which forms are served today and carry a signature by a key.

    Left out are forms that were signed again since, credentials that were never issued, what was erased, and the copies
    in wallets: nobody fetches those again, so their holders claim anew.
    """
    later = secured_form.alias()
    return and_(
        secured_form.c.state == FormState.READY,
        exists().where(
            form_signature.c.secured_form_id == secured_form.c.id, form_signature.c.signing_key_id == signing_key_id
        ),
        exists().where(
            credential.c.id == secured_form.c.credential_id,
            credential.c.state == CredentialState.ISSUED,
            credential.c.audience == Audience.PUBLIC,
        ),
        exists().where(data_key.c.award_id == secured_form.c.award_id, data_key.c.wrapped_key.is_not(None)),
        ~exists().where(
            later.c.credential_id == secured_form.c.credential_id,
            later.c.form == secured_form.c.form,
            later.c.signed_at > secured_form.c.signed_at,
        ),
    )


async def list_hanging_on(
    connection: Connection, signing_key_id: UUID, *, after: UUID | None, size: int
) -> tuple[SecuredForm, ...]:
    """Return forms that are served today and carry a signature by a key, in the order of their identifiers."""
    statement = select(secured_form).where(_hanging_on(signing_key_id))
    if after is not None:
        statement = statement.where(secured_form.c.id > after)
    return from_rows(SecuredForm, await connection.fetch_all(statement.order_by(secured_form.c.id).limit(size)))


async def count_hanging_on(connection: Connection, signing_key_id: UUID) -> int:
    """Return how many credentials have a form that is served today and carries a signature by a key."""
    counted: int = await connection.fetch_value(
        select(func.count(secured_form.c.credential_id.distinct())).where(_hanging_on(signing_key_id))
    )
    return counted


async def _note_keys(connection: Connection, form_id: UUID, signed_with: Sequence[UUID]) -> None:
    if signed_with:
        await signing_keys.hold(connection, signed_with)
        rows = [{"secured_form_id": form_id, "signing_key_id": key_id} for key_id in signed_with]
        await connection.execute(insertion(form_signature), rows)
