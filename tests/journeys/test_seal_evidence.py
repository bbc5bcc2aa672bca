"""Seals over time: level by level, against an authority that misbehaves, and renewed before anything in them ends."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.issuance import access, erasing, seal_evidence, seals
from app.issuance.seal_evidence import EvidenceIncomplete, Step, TimestampNotHad
from app.securing import raising
from tests.counterparts.seal_authority import Trade
from tests.deployments import START
from tests.sealing_house import YEAR, a_house, a_stamp_of


@pytest.fixture
async def house(prepared, tmp_path):
    async with a_house(prepared, tmp_path) as made:
        yield made


async def test_a_seal_is_noted_when_it_is_made_and_raised_to_lta_by_the_worker(house):
    record = await house.sealed()
    assert await house.level(record) == "B"
    (noted,) = await house.open_work()
    assert (noted["kind"], str(noted["subject_id"])) == ("seal-raise", record["id"])
    assert await house.steps() == [Step.AGAIN, Step.DONE]
    assert await house.stored_levels() == ["B", "T", "LTA"]
    raised = await house.fetch(record)
    assert raised.startswith(b'{"payload":"')
    report = await house.deployment.verify(raised)
    assert (report["verdict"], report["proofs"][0]["seal"]["level"]) == ("valid", "LTA")
    (renewal,) = await house.open_work()
    assert renewal["kind"] == "seal-renew"
    assert await house.steps() == []


async def test_what_was_sealed_stays_word_for_word(house):
    record = await house.sealed()
    first = await house.fetch(record)
    before = raising.octets_of_archive(first)
    await house.steps()
    after = await house.fetch(record)
    assert raising.octets_of_archive(after).startswith(before)
    assert raising.reread(after).chain == raising.reread(first).chain


async def test_an_authority_that_refuses_delays_and_nothing_is_lost(house):
    record = await house.sealed()
    (work,) = await house.desk.due(10)
    house.stamping.refusals = 3
    for _ in range(3):
        with pytest.raises(TimestampNotHad):
            await house.desk.attempt(work.id)
    assert await house.level(record) == "B"
    await house.desk.note_failure(work.id, "timestamp-not-had")
    waiting = await seal_evidence.backlog(house.office)
    assert (waiting.waiting, waiting.oldest, waiting.problems) == (1, START, ("timestamp-not-had",))
    assert await house.steps() == [Step.AGAIN, Step.DONE]
    assert (await seal_evidence.backlog(house.office)).waiting == 0


@pytest.mark.parametrize(
    "behaviour",
    [
        {"rejects": True},
        {"wrong_imprint": True},
        {"other_nonce": True},
        {"without_nonce": True},
        {"off": timedelta(minutes=6)},
        {"off": timedelta(minutes=-6)},
    ],
    ids=lambda behaviour: next(iter(behaviour)),
)
async def test_a_time_stamp_that_is_not_the_one_asked_for_is_not_kept(house, behaviour):
    record = await house.sealed()
    for attribute, value in behaviour.items():
        setattr(house.stamping, attribute, value)
    with pytest.raises(TimestampNotHad):
        await house.steps()
    assert await house.level(record) == "B"


async def test_an_earlier_time_stamp_is_not_taken_for_a_new_one(house):
    house.stamping.repeats = True
    await house.sealed()
    (work,) = await house.desk.due(10)
    assert await house.desk.attempt(work.id) is Step.AGAIN
    # The archive time-stamp is refused, so what validates the seal is kept without it.
    assert await house.desk.attempt(work.id) is Step.AGAIN
    with pytest.raises(TimestampNotHad):
        await house.desk.attempt(work.id)
    assert await house.stored_levels() == ["B", "T", "LT"]
    house.stamping.repeats = False
    assert await house.desk.attempt(work.id) is Step.DONE
    assert await house.stored_levels() == ["B", "T", "LT", "LTA"]


async def test_an_authority_that_is_not_believed_has_ended_or_is_for_something_else_is_not_kept(house):
    record = await house.sealed()
    stranger = Trade(begins=house.trade.begins, lasts=house.trade.lasts)
    for other in (stranger.stamping, a_stamp_of(house.trade, START - timedelta(hours=1)), house.trade.seal):
        house.stamping.by = other
        with pytest.raises(TimestampNotHad):
            await house.steps()
    assert await house.level(record) == "B"


async def test_the_next_authority_is_asked_when_the_first_refuses(prepared, tmp_path):
    nobody = "http://127.0.0.1:9/tsa"
    async with a_house(prepared, tmp_path) as house:
        house.desk._demands = seal_evidence.Demands(
            (nobody, house.stamping.url), "1.2.3.4", house.desk._demands.target, timedelta(days=90)
        )
        record = await house.sealed()
        await house.steps()
        assert await house.level(record) == "LTA"
        house.desk._demands = seal_evidence.Demands(
            (house.stamping.url,), "1.2.3.5", house.desk._demands.target, timedelta(days=90)
        )
        await house.sealed()
        with pytest.raises(TimestampNotHad):
            await house.steps()


async def test_without_a_word_about_revocation_it_stays_at_level_t(house):
    record = await house.sealed()
    house.lists.fail("/issuing.crl", 500)
    with pytest.raises(EvidenceIncomplete):
        await house.steps()
    assert await house.level(record) == "T"
    house.publish_lists()
    # An address that brought nothing is left alone for a minute.
    house.deployment.clock.advance(minutes=2)
    assert await house.steps() == [Step.DONE]
    assert await house.level(record) == "LTA"


async def test_a_seal_is_raised_only_as_far_as_it_can_be_checked_here(house):
    record = await house.sealed()
    await house.raised_to("T")
    size, room = len(await house.fetch(record)), 16 * 1024
    house.office.max_request_bytes = size + room
    await seal_evidence.renew(house.office, house.desk._demands.target, everything=False)
    with pytest.raises(EvidenceIncomplete, match="MAX_REQUEST_BYTES"):
        await house.steps()
    assert await house.level(record) == "T"
    house.office.max_request_bytes = size + 3 * room
    assert await house.steps() == [Step.DONE]
    raised = await house.fetch(record)
    assert await house.level(record) == "LTA"
    assert len(raised) <= house.office.max_request_bytes
    assert (await house.deployment.verify(raised))["verdict"] == "valid"


async def test_answers_of_responders_are_asked_before_lists(prepared, tmp_path):
    async with a_house(prepared, tmp_path, answers=True) as house:
        record = await house.sealed()
        answer = house.trade.issuing.ocsp_response(house.seal, at=START, until=START + timedelta(days=7))
        house.lists.serve("/issuing.ocsp", answer, media_type="application/ocsp-response")
        await house.steps()
        (evidence,) = [one for one in raising.reread(await house.fetch(record)).evidence if one.ocsp_responses]
        # The root has no responder, and its one list is about everybody below it.
        assert (len(evidence.ocsp_responses), len(evidence.revocation_lists)) == (1, 1)
        assert await house.level(record) == "LTA"


async def test_a_seal_that_was_revoked_before_its_time_stamp_gets_no_evidence(house):
    record = await house.sealed()
    house.publish_lists((house.seal, START - timedelta(minutes=1)))
    with pytest.raises(EvidenceIncomplete):
        await house.steps()
    assert await house.level(record) == "T"


async def test_evidence_is_renewed_before_it_ends_and_holds_the_seal_ever_after(prepared, tmp_path):
    async with a_house(prepared, tmp_path, life=YEAR) as house:
        record = await house.sealed()
        await house.steps()
        clock = house.deployment.clock
        for renewals in (1, 2):
            clock.moment = START + renewals * YEAR - timedelta(days=91)
            assert await house.steps() == []
            # The authority of time-stamps has another certificate by now.
            house.trade.stamping = a_stamp_of(house.trade, START + (renewals + 1) * YEAR)
            clock.advance(days=2)
            house.publish_lists()
            assert await house.steps() == [Step.DONE]
        assert await house.stored_levels() == ["B", "T", "LTA", "LTA-2", "LTA-3"]
        # The certificate of the seal and two of three authorities of time-stamps have ended.
        clock.moment = START + 2 * YEAR + timedelta(days=60)
        house.publish_lists()
        anchors = house.deployment.settings.seal_anchors
        lists = house.trade.lists(at=clock(), until=clock() + timedelta(days=7))
        anchors.write_bytes(house.trade.root.pem + b"".join(one.public_bytes(Encoding.PEM) for one in lists))
        renewed = await house.fetch(record)
        report = await house.verified_anew(renewed)
        assert report["verdict"] == "valid"
        assert "seal-held-by-timestamps" in {check["code"] for check in report["checks"]}


async def test_an_authority_that_soon_ends_is_asked_now_and_then_and_nothing_is_stored_in_vain(prepared, tmp_path):
    life = timedelta(days=32)
    async with a_house(prepared, tmp_path, life=life) as house:
        await house.sealed()
        await house.steps()
        clock, asked = house.deployment.clock, house.stamping.asked
        for days in (16, 24, 28):
            clock.moment = START + timedelta(days=days, minutes=1)
            house.publish_lists()
            assert await house.steps() == [Step.DONE]
            assert await house.steps() == []
            asked += 1
            assert house.stamping.asked == asked
        assert await house.stored_levels() == ["B", "T", "LTA"]
        house.trade.stamping = a_stamp_of(house.trade, START + 2 * YEAR)
        clock.moment = START + timedelta(days=30, minutes=1)
        house.publish_lists()
        assert await house.steps() == [Step.DONE]
        assert await house.stored_levels() == ["B", "T", "LTA", "LTA-2"]
        (renewal,) = await house.open_work()
        assert renewal["due_at"] > clock() + YEAR


async def test_renewing_everything_brings_all_of_it_forward(house):
    record = await house.sealed()
    await house.steps()
    assert await seal_evidence.renew(house.office, house.desk._demands.target, everything=False) == (
        seal_evidence.Renewal(0, 0)
    )
    house.deployment.clock.advance(minutes=1)
    assert await seal_evidence.renew(house.office, house.desk._demands.target, everything=True) == (
        seal_evidence.Renewal(0, 1)
    )
    assert await house.steps() == [Step.DONE]
    assert await house.stored_levels() == ["B", "T", "LTA", "LTA-2"]
    assert (await house.deployment.verify(await house.fetch(record)))["verdict"] == "valid"


async def test_a_lower_target_is_kept_and_a_higher_one_takes_up_what_was_sealed_before(prepared, tmp_path):
    async with a_house(prepared, tmp_path, seal_level="T") as house:
        await house.sealed()
        await house.steps()
        assert (await house.stored_levels(), await house.open_work()) == (["B", "T"], [])
        await house.raised_to("LT")
        assert (await house.stored_levels(), await house.open_work()) == (["B", "T", "LT"], [])


async def test_a_seal_whose_key_was_retired_since_is_raised_all_the_same(house):
    record = await house.sealed()
    (seal,) = await seals.list_seals(house.office, "wut")
    await seals.retire_seal(house.office, "wut", seal.key.fragment)
    await house.steps()
    assert await house.level(record) == "LTA"


async def test_what_was_erased_meanwhile_is_done(house):
    record = await house.sealed()
    caller = await access.operator(house.office, "wut")
    awards = await erasing.find_erasable(house.office, caller, credential_ids=[UUID(record["id"])], learner=None)
    await erasing.erase(house.office, caller, [award.award_id for award in awards])
    assert await house.steps() == [Step.DONE]
    assert await house.stored_levels() == ["B"]


async def test_of_several_who_raise_one_seal_one_stores_each_level(house):
    await house.sealed()
    (work,) = await house.desk.due(10)
    await asyncio.gather(*(house.desk.attempt(work.id) for _ in range(4)))
    assert await house.stored_levels() == ["B", "T"]
    await asyncio.gather(*(house.desk.attempt(work.id) for _ in range(4)))
    assert await house.stored_levels() == ["B", "T", "LTA"]
    assert len(await house.open_work()) == 1
