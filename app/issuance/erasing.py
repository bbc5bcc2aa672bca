"""Erase what is known of a learner (GDPR, Article 17): the award's data key is destroyed, and nothing opens any more.

Claims, documents, signed forms and remembered answers are encrypted under that key alone, so they are gone at once and
everywhere, whatever still holds their bytes. What is remembered of the requests themselves is deleted: the digest of a
request would tell whoever guesses its words that they were right, and its key is whatever the caller wrote there. The
same request again is recognised by its award. What remains says that there was an award: identifiers, its day, its
number, a pseudonym, events, and the place in the status list, on which others rely. The holder's own copy verifies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.issuance.access import Caller
from app.issuance.finding import CredentialUnknown, learner_key_asked_for
from app.issuance.office import Office
from app.store import awards, credentials, data_keys, events, idempotency
from app.store.awards import Award
from app.store.connection import Connection
from app.strict_json import JsonValue, canonical


@dataclass(frozen=True, slots=True)
class ErasableAward:
    """An award that a request for erasure concerns."""

    award_id: UUID
    awarded_on: date
    credential_ids: tuple[UUID, ...]
    is_erased: bool


async def find_erasable(
    office: Office, caller: Caller, *, credential_ids: Sequence[UUID] = (), learner: JsonValue = None
) -> tuple[ErasableAward, ...]:
    """Return the awards that these credentials are about, and all of ``learner``, named as in the requests that issued.

    Raises:
        CredentialUnknown: one of them is not the caller's.
        SearchMalformed: the learner is not named as requests do.
    """
    learner_key = None if learner is None else await learner_key_asked_for(office, caller, learner)
    async with office.database.read() as connection:
        found: dict[UUID, Award] = {}
        for credential_id in credential_ids:
            credential = await credentials.find(connection, caller.awarding_body_id, credential_id)
            if credential is None:
                raise CredentialUnknown(f"There is no credential {credential_id} of {caller.slug}.")
            award = await awards.find(connection, caller.awarding_body_id, credential.award_id)
            assert award is not None
            found[award.id] = award
        if learner_key is not None:
            of_learner = await awards.list_of_learner(connection, caller.awarding_body_id, learner_key)
            found |= {award.id: award for award in of_learner}
        return tuple([await _erasable(connection, award) for award in found.values()])


async def erase(office: Office, caller: Caller, award_ids: Sequence[UUID]) -> int:
    """Erase the personal data of awards for good; return how many were not erased before."""
    moment = office.clock()
    erased = 0
    async with office.database.transaction() as connection:
        for award_id in award_ids:
            if await data_keys.destroy(connection, caller.awarding_body_id, award_id, now=moment):
                erased += 1
                await idempotency.forget_award(connection, caller.awarding_body_id, award_id)
                done = events.Event(
                    caller.awarding_body_id, moment, caller.actor, "learner-data-erased", str(award_id), canonical({})
                )
                await events.append(connection, done)
    return erased


async def _erasable(connection: Connection, award: Award) -> ErasableAward:
    copies = await credentials.list_of_award(connection, award.awarding_body_id, award.id)
    key = await data_keys.find(connection, award.awarding_body_id, award.id)
    is_erased = key is None or key.wrapped_key is None
    return ErasableAward(award.id, award.awarded_on, tuple(copy.id for copy in copies), is_erased)
