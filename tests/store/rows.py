"""Rows to begin with: valid by default, one override for what a test is about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from app.store import Connection, awarding_bodies, awards, credentials, issuers, offerings, status_lists
from app.store.awarding_bodies import AwardingBody
from app.store.awards import Award, AwardRevision
from app.store.credentials import Credential
from app.store.data_keys import DataKey
from app.store.issuers import Issuer
from app.store.plans import insertion
from app.store.records import from_rows, to_row
from app.store.secured_forms import SecuredForm
from app.store.states import Audience, CredentialState, FormState
from app.store.status_lists import StatusList, StatusPlace
from app.store.tables import award_revision, credential, data_key, status_list
from app.template.alliance import IssuerKind

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
CAPACITY = 131_072


@dataclass(frozen=True)
class House:
    """One awarding body with its issuer and a published offering."""

    body: AwardingBody
    issuer: Issuer
    offering_id: UUID


def an_awarding_body(slug: str = "upv", **override) -> AwardingBody:
    return AwardingBody(
        **{
            "id": uuid4(),
            "slug": slug,
            "facts": b'{"legal_name":"Universitat (demonstration)"}',
            "time_zone": "Europe/Madrid",
            "learner_key_secret": b"wrapped",
            "created_at": NOW,
        }
        | override
    )


def an_issuer(body: AwardingBody | None, slug: str, **override) -> Issuer:
    return Issuer(
        **{
            "id": uuid4(),
            "awarding_body_id": body.id if body else None,
            "kind": IssuerKind.UNIVERSITY if body else IssuerKind.SERVICE,
            "did": f"did:web:localhost%3A8000:issuers:{slug}",
            "created_at": NOW,
        }
        | override
    )


async def a_house(connection: Connection, slug: str = "upv") -> House:
    body = an_awarding_body(slug)
    await awarding_bodies.add(connection, body)
    issuer = an_issuer(body, slug)
    await issuers.add(connection, issuer)
    version = await offerings.keep_unlisted(
        connection, awarding_body_id=body.id, offering_id=uuid4(), content=slug.encode(), now=NOW
    )
    return House(body, issuer, version.offering_id)


def an_award(house: House, **override) -> Award:
    return Award(
        **{
            "id": uuid4(),
            "awarding_body_id": house.body.id,
            "offering_id": house.offering_id,
            "learner_key": uuid4().bytes,
            "awarded_on": date(2026, 6, 30),
            "certificate_number": None,
            "current_revision": 1,
            "created_at": NOW,
        }
        | override
    )


def a_revision(award: Award, revision: int = 1, **override) -> AwardRevision:
    return AwardRevision(
        **{
            "awarding_body_id": award.awarding_body_id,
            "award_id": award.id,
            "revision": revision,
            "offering_id": award.offering_id,
            "offering_version": 1,
            "claims": b"sealed claims",
            "elm_tree": b"sealed tree",
            "mapping_version": "1",
            "created_at": NOW,
        }
        | override
    )


async def add_revision(connection: Connection, revision: AwardRevision) -> None:
    """Store a revision alone, as ``issuing`` does with all that belongs to it."""
    await awards.advance(connection, revision)
    await connection.execute(insertion(award_revision), to_row(revision))


async def add_data_key(connection: Connection, key: DataKey) -> None:
    """Store a data key alone."""
    await connection.execute(insertion(data_key), to_row(key))


async def add_credential(connection: Connection, new: Credential) -> None:
    """Store a credential alone."""
    await connection.execute(insertion(credential), to_row(new))
    await credentials.outdate_list(connection, new)


async def lists_of(connection: Connection, issuer_id: UUID) -> tuple[StatusList, ...]:
    """Return every status list of an issuer, the first one first."""
    found = await connection.fetch_all(
        select(status_list).where(status_list.c.issuer_id == issuer_id).order_by(status_list.c.number)
    )
    return from_rows(StatusList, found)


async def stored_award(connection: Connection, house: House, **override) -> Award:
    award, _ = await awards.insert_or_find(connection, an_award(house, **override))
    await add_revision(connection, a_revision(award))
    await add_data_key(connection, DataKey(award.id, award.awarding_body_id, b"wrapped", NOW))
    return award


async def a_place(connection: Connection, house: House) -> StatusPlace:
    lease = await status_lists.lease_status_range(
        connection,
        awarding_body_id=house.body.id,
        issuer_id=house.issuer.id,
        owner="test",
        capacity=CAPACITY,
        size=1,
    )
    return StatusPlace(lease.status_list.id, lease.status_list.number, lease.first)


def a_credential(house: House, award: Award, place: StatusPlace, **override) -> Credential:
    return Credential(
        **{
            "id": uuid4(),
            "awarding_body_id": house.body.id,
            "award_id": award.id,
            "revision": 1,
            "issuer_id": house.issuer.id,
            "audience": Audience.PUBLIC,
            "holder": None,
            "public_token": uuid4().hex,
            "state": CredentialState.ISSUED,
            "lease_until": None,
            "valid_from": NOW,
            "valid_until": None,
            "status_list_id": place.status_list_id,
            "status_index": place.index,
            "created_at": NOW,
        }
        | override
    )


async def stored_credential(connection: Connection, house: House, award: Award, **override) -> Credential:
    new = a_credential(house, award, await a_place(connection, house), **override)
    await add_credential(connection, new)
    return new


def a_form(credential: Credential, **override) -> SecuredForm:
    return SecuredForm(
        **{
            "id": uuid4(),
            "awarding_body_id": credential.awarding_body_id,
            "award_id": credential.award_id,
            "credential_id": credential.id,
            "form": "vcdm2-di",
            "level": "plain",
            "payload": b"sealed payload",
            "content": b"sealed bytes",
            "media_type": "application/vc",
            "sha256": bytes(32),
            "signed_at": NOW,
            "state": FormState.READY,
            "created_at": NOW,
        }
        | override
    )


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)
