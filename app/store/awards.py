"""Awards and their revisions: what was said about a learner, once and for ever.

The natural key (awarding body, offering in any version, learner key, day) makes a repeated request find the same
award, however it races with itself. A correction is another revision of the same award.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.store.connection import Connection
from app.store.failures import AlreadyThere, TransitionRefused
from app.store.plans import selection
from app.store.records import from_rows, maybe_from_row, to_row
from app.store.tables import award, award_revision

NUMBER_TAKEN: Final = "uq_award_awarding_body_id_certificate_number"
"""``AlreadyThere.constraint`` when another award of the awarding body has the certificate number."""
NATURAL_KEY_TAKEN: Final = "uq_award_natural_key"
"""``AlreadyThere.constraint`` when the learner has another award for the same offering and day."""


@dataclass(frozen=True, slots=True)
class Award:
    """One achievement of one learner. ``learner_key`` is a pseudonym under the awarding body's secret."""

    id: UUID
    awarding_body_id: UUID
    offering_id: UUID
    learner_key: bytes
    awarded_on: date
    certificate_number: str | None
    current_revision: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AwardRevision:
    """What was said. ``claims`` and ``elm_tree`` are encrypted under the award's data key."""

    awarding_body_id: UUID
    award_id: UUID
    revision: int
    offering_id: UUID
    offering_version: int
    claims: bytes
    elm_tree: bytes
    mapping_version: str
    created_at: datetime


async def insert_or_find(connection: Connection, new: Award) -> tuple[Award, bool]:
    """Store the award, or return the one with the same natural key. The second value says whether it is new.

    Raises:
        AlreadyThere: another award has the certificate number (:data:`NUMBER_TAKEN`).
    """
    # Without a conflict target: two copies of one request collide in the number as well as in the natural key, and
    # which index notices first is chance. The natural key decides afterwards.
    if await connection.execute(connection.insert(award).on_conflict_do_nothing(), to_row(new)):
        return new, True
    found = await find_by_natural_key(
        connection, new.awarding_body_id, new.offering_id, learner_key=new.learner_key, awarded_on=new.awarded_on
    )
    if found is None:
        raise AlreadyThere(NUMBER_TAKEN)
    return found, False


async def advance(connection: Connection, revision: AwardRevision) -> None:
    """Let ``revision``, if it is a later one, be its award's current revision.

    Raises:
        TransitionRefused: the award is not at the revision before, so somebody else corrected it meanwhile.
    """
    if revision.revision > 1:
        moved = await connection.execute(
            update(award)
            .where(
                *_is(revision.awarding_body_id, revision.award_id),
                award.c.current_revision == revision.revision - 1,
            )
            .values(current_revision=revision.revision)
        )
        if not moved:
            raise TransitionRefused


async def change_learner_key(
    connection: Connection, awarding_body_id: UUID, award_id: UUID, learner_key: bytes
) -> None:
    """Let the award be found by another pseudonym of the same person, from now on by this one alone.

    Raises:
        AlreadyThere: this pseudonym has an award for the same offering and day (:data:`NATURAL_KEY_TAKEN`).
    """
    await connection.execute(update(award).where(*_is(awarding_body_id, award_id)).values(learner_key=learner_key))


async def find(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> Award | None:
    """Return the award of this awarding body, or none; another one's is none."""
    named = {"awarding_body_id": awarding_body_id, "id": award_id}
    return maybe_from_row(Award, await connection.fetch_one(selection(award, *named), named))


async def lock(connection: Connection, awarding_body_id: UUID, award_id: UUID) -> Award | None:
    """Return the award and keep everybody else from changing it, or anything of it, until the transaction ends."""
    return maybe_from_row(
        Award,
        await connection.fetch_one(select(award).where(*_is(awarding_body_id, award_id)).with_for_update()),
    )


async def find_by_natural_key(
    connection: Connection, awarding_body_id: UUID, offering_id: UUID, *, learner_key: bytes, awarded_on: date
) -> Award | None:
    """Return the award for this learner, offering and day, or none."""
    natural_key = {
        "awarding_body_id": awarding_body_id,
        "offering_id": offering_id,
        "learner_key": learner_key,
        "awarded_on": awarded_on,
    }
    return maybe_from_row(
        Award,
        await connection.fetch_one(selection(award, *natural_key), natural_key),
    )


async def find_revision(
    connection: Connection, awarding_body_id: UUID, award_id: UUID, revision: int
) -> AwardRevision | None:
    """Return one revision, or none."""
    named = {"awarding_body_id": awarding_body_id, "award_id": award_id, "revision": revision}
    return maybe_from_row(
        AwardRevision,
        await connection.fetch_one(selection(award_revision, *named), named),
    )


async def list_of_learner(connection: Connection, awarding_body_id: UUID, learner_key: bytes) -> tuple[Award, ...]:
    """Return every award of one learner: what a request for access or for erasure is about."""
    return from_rows(
        Award,
        await connection.fetch_all(
            select(award)
            .where(award.c.awarding_body_id == awarding_body_id, award.c.learner_key == learner_key)
            .order_by(award.c.awarded_on, award.c.id)
        ),
    )


def _is(awarding_body_id: UUID, award_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return award.c.awarding_body_id == awarding_body_id, award.c.id == award_id
