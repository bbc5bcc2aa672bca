"""Signing keys and their life: pre-published, active, retired; revoked from any of these. It only goes forward.

The schema holds that an issuer has at most one active key for each purpose and algorithm. Private keys are elsewhere
(``backend``, ``backend_ref``); here is only what everybody may know.

A key that stops signing closes its gate first. Whatever is stored as signed with it passes that gate and asks whether
the key is active, so nothing is stored any more under a key that was retired or revoked, by whichever process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.keys import KeyState
from app.store.connection import Connection
from app.store.failures import AlreadyThere, PremiseGone, TransitionRefused
from app.store.plans import Premise, Prepared, equal, insertion, selection
from app.store.records import from_row, from_rows, maybe_from_row, to_row
from app.store.states import KeyPurpose
from app.store.tables import signing_key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One signing key. ``public_key`` is a Multikey; ``fragment`` names it within the issuer's DID document.

    Its history: published at ``created_at`` (the DID document changes in the same transaction), signing from
    ``active_from`` until ``retired_at`` or ``revoked_at``.
    """

    id: UUID
    issuer_id: UUID
    purpose: KeyPurpose
    algorithm: str
    fragment: str
    backend: str
    backend_ref: str
    public_key: str
    state: KeyState
    created_at: datetime
    active_from: datetime | None = None
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    compromised_since: datetime | None = None

    @property
    def revoked_since(self) -> datetime | None:
        """From when on a revoked key must not be believed: since it may have been in other hands.

        That is what ``revoked`` means in a DID document (Controlled Identifiers 1.0 section 2.2): when the method
        should not be used any more, which is earlier than the day on which somebody found out.
        """
        return self.compromised_since or self.revoked_at


ACTIVE_TAKEN: Final = "uq_signing_key_active"
"""The constraint that refuses a second active key of one issuer, purpose and algorithm."""


_OF_ISSUER: Final = Prepared(
    select(signing_key)
    .where(*equal(signing_key, "issuer_id"), signing_key.c.purpose != KeyPurpose.SEAL)
    .order_by(signing_key.c.created_at, signing_key.c.fragment)
)
_SEALS_OF_ISSUER: Final = Prepared(
    select(signing_key)
    .where(*equal(signing_key, "issuer_id"), signing_key.c.purpose == KeyPurpose.SEAL)
    .order_by(signing_key.c.created_at, signing_key.c.fragment)
)
_OF_PURPOSE: Final = Prepared(
    select(signing_key).where(*equal(signing_key, "issuer_id", "purpose", "state")).order_by(signing_key.c.algorithm)
)


async def add(connection: Connection, key: SigningKey) -> None:
    """Store a new key, pre-published or active from the start.

    Raises:
        AlreadyThere: the fragment is taken, or another key of this purpose and algorithm is active.
    """
    await connection.execute(insertion(signing_key), to_row(key))


async def find(connection: Connection, identifier: UUID) -> SigningKey | None:
    """Return the key, or none."""
    return maybe_from_row(SigningKey, await connection.fetch_one(selection(signing_key, "id"), {"id": identifier}))


async def list_of_issuer(connection: Connection, issuer_id: UUID) -> tuple[SigningKey, ...]:
    """Return every key the issuer ever had, oldest first: what its DID document is made of.

    Keys of seals are not among them: a certificate speaks for those, and no DID.
    """
    return from_rows(
        SigningKey,
        await connection.fetch_all(_OF_ISSUER, {"issuer_id": issuer_id}),
    )


async def list_seals(connection: Connection, issuer_id: UUID) -> tuple[SigningKey, ...]:
    """Return every key of a seal that the issuer ever had, oldest first."""
    return from_rows(SigningKey, await connection.fetch_all(_SEALS_OF_ISSUER, {"issuer_id": issuer_id}))


async def list_active(connection: Connection, issuer_id: UUID, purpose: KeyPurpose) -> tuple[SigningKey, ...]:
    """Return the keys that sign now for this purpose, one of each algorithm."""
    return from_rows(
        SigningKey,
        await connection.fetch_all(_OF_PURPOSE, {"issuer_id": issuer_id, "purpose": purpose, "state": KeyState.ACTIVE}),
    )


def still_active(key_ids: Sequence[UUID]) -> list[Premise]:
    """Return what has to hold for anything to be stored as signed with these keys."""
    return [Premise(signing_key, {"id": key_id, "state": KeyState.ACTIVE}, held=True) for key_id in key_ids]


async def hold(connection: Connection, key_ids: Sequence[UUID]) -> None:
    """Keep the keys that signed active until the transaction ends.

    Raises:
        PremiseGone: one of them is not active any more.
    """
    await connection.pass_gates(key_ids)
    for key_id in key_ids:
        key = await find(connection, key_id)
        if key is None or key.state is not KeyState.ACTIVE:
            raise PremiseGone


async def activate(connection: Connection, identifier: UUID, *, now: datetime) -> SigningKey:
    """Let a pre-published key sign from now on, and retire the one that did so far.

    Raises:
        TransitionRefused: the key is not pre-published.
        AlreadyThere: another key was activated at the same moment.
    """
    key = await find(connection, identifier)
    if key is None or key.state is not KeyState.PRE_PUBLISHED:
        raise TransitionRefused
    for former in await list_active(connection, key.issuer_id, key.purpose):
        if former.algorithm == key.algorithm:
            try:
                await retire(connection, former.id, now=now)
            except TransitionRefused:  # whoever was faster has retired it
                raise AlreadyThere("uq_signing_key_active") from None
    return await _move(
        connection, identifier, (KeyState.PRE_PUBLISHED,), {"state": KeyState.ACTIVE, "active_from": now}
    )


async def retire(connection: Connection, identifier: UUID, *, now: datetime) -> SigningKey:
    """Let a key sign no more. What it signed still verifies.

    Raises:
        TransitionRefused: the key is retired or revoked already.
    """
    return await _move(
        connection,
        identifier,
        (KeyState.PRE_PUBLISHED, KeyState.ACTIVE),
        {"state": KeyState.RETIRED, "retired_at": now},
    )


async def revoke(
    connection: Connection, identifier: UUID, *, now: datetime, reason: str, compromised_since: datetime | None = None
) -> SigningKey:
    """Declare a key lost. Nothing that it signed verifies any more, whatever its date says: a thief writes dates.

    ``compromised_since`` is from when on it may have been in other hands; ``now`` if nobody knows better.

    Raises:
        TransitionRefused: the key is revoked already.
    """
    return await _move(
        connection,
        identifier,
        (KeyState.PRE_PUBLISHED, KeyState.ACTIVE, KeyState.RETIRED),
        {
            "state": KeyState.REVOKED,
            "revoked_at": now,
            "revocation_reason": reason,
            "compromised_since": compromised_since or now,
        },
    )


async def _move(
    connection: Connection, identifier: UUID, allowed: tuple[KeyState, ...], values: dict[str, object]
) -> SigningKey:
    await connection.close_gates([identifier])
    row = await connection.fetch_one(
        update(signing_key)
        .where(signing_key.c.id == identifier, signing_key.c.state.in_(allowed))
        .values(values)
        .returning(signing_key)
    )
    if row is None:
        raise TransitionRefused
    return from_row(SigningKey, row)
