"""What the tables themselves hold up, whatever a query forgets."""

import pytest
from sqlalchemy import delete, text, update

from app.store import (
    AppendOnly,
    RuleBroken,
    credentials,
    did_documents,
    events,
    offerings,
    secured_forms,
    status_events,
)
from app.store.states import CredentialState, FormState, StatusChange
from app.store.status_events import StatusEvent
from app.store.tables import AWARD_DATA_KEY, award_revision, did_document, event, metadata, offering_version
from app.store.tables import secured_form as secured_form_table
from app.store.tables import status_event as status_event_table
from tests.store.rows import NOW, a_form, a_house, later, stored_award, stored_credential
from tests.store.test_transactions import an_event

DEPLOYMENT_WIDE = {
    "form_signature": "of a form, whose row says whose it is",
    "deployment": "one row",
    "awarding_body": "the thing itself",
    "issuer": "the service has one, too",
    "signing_key": "of an issuer",
    "x509_certificate": "of a signing key, public",
    "did_document": "of an issuer, public",
    "status_lease": "of a list, numbers only",
    "published_list": "of a list, public",
    "event": "the deployment has a journal, too",
    "logo": "of an awarding body or the alliance, public",
    "trust_list": "of the deployment, public",
    "imported_trust_list": "of another deployment, public",
    "consumed_once": "digests and times only",
    "presentation_answer": "sealed under a key that the asker and the wallet have, forgotten within minutes",
}


def test_every_table_of_an_awarding_body_says_whose_each_row_is():
    for name, table in metadata.tables.items():
        if name not in DEPLOYMENT_WIDE:
            assert not table.c.awarding_body_id.nullable, name


def test_references_between_tables_of_awarding_bodies_stay_inside_one():
    # (award_id, revision) is no way out: the same row refers to the award by its awarding body as well.
    by_award = {("award_id", "revision")}
    for name, table in metadata.tables.items():
        if name in DEPLOYMENT_WIDE:
            continue
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.name
            columns = tuple(constraint.column_keys)
            if target in DEPLOYMENT_WIDE or columns in by_award:
                continue
            assert columns[0] == "awarding_body_id", (name, columns)


def test_the_encrypted_columns_are_these():
    marked = {
        f"{table.name}.{column.name}": column.info["encrypted_under"]
        for table in metadata.tables.values()
        for column in table.c
        if "encrypted_under" in column.info
    }
    assert {name for name, under in marked.items() if under == AWARD_DATA_KEY} == {
        "award_revision.claims",
        "award_revision.elm_tree",
        "secured_form.payload",
        "secured_form.content",
        "idempotency.answer",
        "claim_link.token",
        "claim_link.code",
    }
    assert {name for name, under in marked.items() if under != AWARD_DATA_KEY} == {
        "awarding_body.learner_key_secret",
        "data_key.wrapped_key",
    }


@pytest.fixture
async def said(database):
    """One row in each table that keeps what was said."""
    async with database.transaction() as connection:
        house = await a_house(connection)
        award = await stored_award(connection, house)
        credential = await stored_credential(connection, house, award)
        await secured_forms.add(connection, a_form(credential))
        await events.append(connection, an_event())
        await did_documents.publish(connection, house.issuer.id, b"{}", now=NOW)
        await status_events.append(
            connection, StatusEvent(house.body.id, award.id, StatusChange.REVOKE, "integrity", "registrar", NOW)
        )
    return database


APPEND_ONLY = [
    (event, {"actor": "somebody else"}),
    (status_event_table, {"change": StatusChange.REINSTATE}),
    (award_revision, {"claims": b"other claims"}),
    (did_document, {"content": b"other keys"}),
    (offering_version, {"content": b"other content"}),
    (secured_form_table, {"content": b"other bytes"}),
]


@pytest.mark.parametrize(("table", "change"), APPEND_ONLY, ids=[table.name for table, _ in APPEND_ONLY])
async def test_what_was_said_once_cannot_be_changed(said, table, change):
    with pytest.raises(AppendOnly, match=table.name):
        async with said.transaction() as connection:
            await connection.execute(update(table).values(change))


@pytest.mark.parametrize("table", [table for table, _ in APPEND_ONLY], ids=lambda table: table.name)
async def test_what_was_said_once_cannot_be_deleted(said, table):
    # SQLite has no TRUNCATE.
    ways = [delete(table)] if said.dialect == "sqlite" else [delete(table), text(f"TRUNCATE {table.name} CASCADE")]
    for way in ways:
        with pytest.raises(AppendOnly, match=table.name):
            async with said.transaction() as connection:
                await connection.execute(way)


async def test_a_draft_and_a_pending_form_may_change(database):
    async with database.transaction() as connection:
        house = await a_house(connection)
        credential = await stored_credential(
            connection,
            house,
            await stored_award(connection, house),
            state=CredentialState.PREPARED,
            lease_until=later(seconds=30),
        )
        pending = a_form(credential, state=FormState.PENDING, content=None, sha256=None, signed_at=None)
        await secured_forms.add(connection, pending)
        draft = await offerings.create_draft(
            connection, awarding_body_id=house.body.id, offering_id=credential.id, content=b"1", now=NOW
        )
        assert await secured_forms.complete(
            connection, pending.id, content=b"signed", sha256=bytes(32), signed_with=(), signed_at=NOW
        )
        changed = await offerings.write_draft(
            connection, awarding_body_id=house.body.id, offering_id=draft.offering_id, content=b"2", now=NOW
        )
        assert changed.content == b"2"


async def test_a_ready_form_is_whole(database):
    async with database.transaction() as connection:
        house = await a_house(connection)
        credential = await stored_credential(connection, house, await stored_award(connection, house))
    with pytest.raises(RuleBroken, match="ready_is_whole"):
        async with database.transaction() as connection:
            await secured_forms.add(connection, a_form(credential, content=None))


async def test_only_a_prepared_credential_has_a_lease(database):
    async with database.transaction() as connection:
        house = await a_house(connection)
        award = await stored_award(connection, house)
    with pytest.raises(RuleBroken, match="prepared_is_leased"):
        async with database.transaction() as connection:
            await stored_credential(connection, house, award, state=CredentialState.PREPARED)
    async with database.read() as connection:
        assert (await credentials.list_page(connection, house.body.id)).items == ()
