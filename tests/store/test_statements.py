"""How statements are run: prepared ones, single ones, rows of several tables in one step."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, func, insert, select, update

from app.store import AlreadyThere, ReferenceBroken, events
from app.store.awards import Award, AwardRevision
from app.store.plans import Prepared
from app.store.records import to_row
from app.store.tables import award, award_revision, event, issuer
from app.template.alliance import IssuerKind
from tests.store.rows import NOW, a_house, a_revision, an_award
from tests.store.test_transactions import an_event, count

COUNT = Prepared(select(func.count()).select_from(event))


async def test_a_prepared_statement_is_compiled_once_and_takes_new_values_each_time(database):
    find = Prepared(select(event).where(event.c.subject == bindparam("wanted")))
    async with database.transaction() as connection:
        for subject in ("one", "two"):
            await events.append(connection, an_event(subject))
        for subject in ("one", "two"):
            row = await connection.fetch_one(find, {"wanted": subject})
            assert (row["subject"], row["at"]) == (subject, NOW)
        assert await connection.fetch_one(find, {"wanted": "three"}) is None
    assert len(find._plans) == 1


async def test_a_parameter_that_is_missing_is_a_defect(database):
    find = Prepared(select(event).where(event.c.subject == bindparam("wanted")))
    with pytest.raises(KeyError):
        async with database.read() as connection:
            await connection.fetch_one(find, {})


async def test_values_come_back_as_they_were_on_both_databases(database):
    async with database.transaction() as connection:
        house = await a_house(connection)
        row = await connection.fetch_one(select(issuer).where(issuer.c.kind.in_(list(IssuerKind))))
    assert row["id"] == house.issuer.id
    assert row["kind"] is IssuerKind.UNIVERSITY
    assert row["created_at"] == NOW


async def test_two_rows_where_one_is_asked_for_are_a_defect(database):
    async with database.transaction() as connection:
        await connection.execute(insert(event), [to_row(an_event("one")), to_row(an_event("two"))])
    with pytest.raises(RuntimeError, match="several"):
        async with database.read() as connection:
            await connection.fetch_one(select(event))


async def test_one_statement_alone_is_kept_as_soon_as_it_has_returned(database):
    async with database.write_once() as connection:
        await events.append(connection, an_event("one"))
    async with database.read_once() as connection:
        assert await connection.fetch_value(COUNT) == 1


async def test_an_exception_after_a_failed_single_statement_leaves_nothing(database):
    with pytest.raises(ReferenceBroken):
        async with database.write_once() as connection:
            await events.append(connection, an_event("one", awarding_body_id=uuid4()))
    assert await count(database) == 0


async def test_a_view_for_one_statement_cannot_write(database):
    for write in (
        lambda connection: events.append(connection, an_event()),
        lambda connection: connection.insert_together([(event, to_row(an_event()))]),
        lambda connection: connection.execute(update(event).values(actor="x")),
    ):
        with pytest.raises(Exception, match=r"read-only|cannot reach"):
            async with database.read_once() as connection:
                await write(connection)
    assert await count(database) == 0


@pytest.fixture
async def house(database):
    async with database.transaction() as connection:
        return await a_house(connection)


def rows_of(new: Award, revision: AwardRevision):
    return [
        (award, to_row(new)),
        (award_revision, to_row(revision)),
        (event, to_row(an_event(str(new.id), awarding_body_id=new.awarding_body_id))),
        (event, to_row(an_event("another", awarding_body_id=new.awarding_body_id))),
    ]


async def test_rows_of_several_tables_that_refer_to_each_other_are_stored_in_one_step(database, house):
    new = an_award(house)
    async with database.write_once() as connection:
        await connection.insert_together(rows_of(new, a_revision(new)))
    async with database.read() as connection:
        assert await connection.fetch_value(COUNT) == 2
        row = await connection.fetch_one(select(award))
        assert (row["id"], row["awarded_on"]) == (new.id, date(2026, 6, 30))
        assert (await connection.fetch_one(select(award_revision)))["claims"] == b"sealed claims"


async def test_nothing_of_several_rows_is_stored_if_one_is_refused(database, house):
    new = an_award(house)
    with pytest.raises(ReferenceBroken):
        async with database.write_once() as connection:
            await connection.insert_together(rows_of(new, a_revision(new, offering_version=7)))
    async with database.write_once() as connection:
        await connection.insert_together(rows_of(new, a_revision(new)))
    same = an_award(house, learner_key=new.learner_key)
    with pytest.raises(AlreadyThere) as refused:
        async with database.write_once() as connection:
            await connection.insert_together(rows_of(same, a_revision(same)))
    assert refused.value.constraint == "uq_award_natural_key"
    assert await count(database) == 2
