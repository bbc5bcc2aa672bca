"""A credential with everything that is stored about it, in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.store import awards, credentials, signing_keys
from app.store.awards import Award, AwardRevision
from app.store.connection import Connection
from app.store.credentials import Credential
from app.store.data_keys import DataKey
from app.store.events import Event
from app.store.idempotency import RememberedRequest
from app.store.plans import Addition, Premise
from app.store.records import to_row
from app.store.secured_forms import SecuredForm
from app.store.tables import (
    award,
    award_revision,
    credential,
    data_key,
    form_signature,
    idempotency,
    secured_form,
)
from app.store.tables import event as event_table


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What is said, the credential that says it, its form and the keys that signed it, and the journal's entry.

    ``data_key`` is there with the first revision of an award; later ones use the same.
    """

    data_key: DataKey | None
    revision: AwardRevision
    credential: Credential
    form: SecuredForm
    signed_with: Sequence[UUID]
    event: Event

    def additions(self) -> list[Addition]:
        """Return the rows in an order in which each finds what it refers to."""
        return [
            *([(data_key, to_row(self.data_key))] if self.data_key else []),
            (award_revision, to_row(self.revision)),
            (credential, to_row(self.credential)),
            (secured_form, to_row(self.form)),
            *(
                (form_signature, {"secured_form_id": self.form.id, "signing_key_id": key_id})
                for key_id in self.signed_with
            ),
            (event_table, to_row(self.event)),
        ]


async def add_credential(connection: Connection, new: NewCredential) -> None:
    """Store a credential of an award that is there.

    Raises:
        PremiseGone: a key that signed it is not active any more.
        TransitionRefused: it is a later revision, and somebody else corrected the award meanwhile.
        AlreadyThere: the revision, the token or the place in the status list is taken.
    """
    await awards.advance(connection, new.revision)
    await connection.insert_together(new.additions(), signing_keys.still_active(new.signed_with))
    await credentials.outdate_list(connection, new.credential)


async def add_copy(
    connection: Connection, new: Credential, form: SecuredForm, *, signed_with: Sequence[UUID], event: Event
) -> None:
    """Store a wallet's copy of an award revision that is there.

    Raises:
        PremiseGone: a key that signed it is not active any more.
    """
    await connection.insert_together(
        [
            (credential, to_row(new)),
            (secured_form, to_row(form)),
            *((form_signature, {"secured_form_id": form.id, "signing_key_id": key_id}) for key_id in signed_with),
            (event_table, to_row(event)),
        ],
        signing_keys.still_active(signed_with),
    )
    await credentials.outdate_list(connection, new)


async def add_award(
    connection: Connection,
    first: Award,
    new: NewCredential,
    *,
    answered: RememberedRequest | None = None,
    premises: Sequence[Premise] = (),
) -> None:
    """Store a new award with its first credential, and the answer to the request that asked for it.

    One step, so that ``write_once`` will do. Nothing is older than the award, hence nothing else has to change.

    Raises:
        PremiseGone: one of ``premises`` does not hold, or a key that signed is not active any more.
        AlreadyThere: the award, its number, or the request's key is there, and nothing was stored.
    """
    remembered: list[Addition] = [(idempotency, to_row(answered))] if answered else []
    # The request's key comes first, as everywhere: whoever waits for whom, it is in the same order.
    await connection.insert_together(
        [*remembered, (award, to_row(first)), *new.additions()],
        [*premises, *signing_keys.still_active(new.signed_with)],
    )
