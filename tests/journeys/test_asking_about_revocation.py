"""Whether the certificate of a seal was revoked: asked of its authorities where the seal does not show it."""

import json
from datetime import timedelta

import pytest

from tests.counterparts.seal_authority import with_timestamp, with_values
from tests.deployments import START
from tests.sealing_house import a_house


@pytest.fixture
async def house(sqlite_prepared, tmp_path):
    async with a_house(sqlite_prepared, tmp_path, verify_lookups="members") as made:
        yield made


async def verdict_of(house, content):
    report = await house.deployment.verify(content)
    codes = {check["code"] for check in report["checks"]}
    return report["verdict"], codes


async def test_what_a_seal_does_not_show_its_authorities_say_once_an_hour(house):
    content = await house.fetch(await house.sealed())
    for _ in range(3):
        verdict, codes = await verdict_of(house, content)
        assert verdict == "valid"
        assert "seal-certificate-valid" in codes
    assert sorted(seen.path for seen in house.lists.seen) == ["/issuing.crl", "/root.crl"]


async def test_a_certificate_that_its_authority_has_revoked_is_revoked(house):
    content = await house.fetch(await house.sealed())
    house.publish_lists((house.seal, START - timedelta(minutes=1)))
    verdict, codes = await verdict_of(house, content)
    assert verdict == "invalid"
    assert "seal-certificate-revoked" in codes


async def test_an_authority_that_cannot_be_reached_leaves_it_open(house):
    content = await house.fetch(await house.sealed())
    house.lists.fail("/issuing.crl", 500)
    verdict, codes = await verdict_of(house, content)
    assert verdict == "indeterminate"
    assert "seal-revocation-unknown" in codes
    # Nobody waits for it again in the same minute; later it is asked again.
    house.publish_lists()
    assert (await verdict_of(house, content))[0] == "indeterminate"
    house.deployment.clock.advance(minutes=2)
    assert (await verdict_of(house, content))[0] == "valid"


async def test_a_list_that_is_over_or_by_somebody_else_settles_nothing(house):
    content = await house.fetch(await house.sealed())
    lists = house.trade.lists(at=START - timedelta(days=9), until=START - timedelta(days=2))
    house.serve_lists(lists)
    assert (await verdict_of(house, content))[0] == "indeterminate"
    house.deployment.clock.advance(minutes=2)
    house.serve_lists(reversed(house.trade.lists(at=START, until=START + timedelta(days=7))))
    assert (await verdict_of(house, content))[0] == "indeterminate"


async def test_about_a_certificate_that_leads_to_no_anchor_nobody_is_asked(house):
    content = await house.fetch(await house.sealed())
    house.trust_somebody_else()
    report = await house.verified_anew(content)
    assert report["verdict"] == "indeterminate"
    assert house.lists.seen == []


async def test_with_lookups_off_nobody_is_asked(sqlite_prepared, tmp_path):
    async with a_house(sqlite_prepared, tmp_path) as house:
        content = await house.fetch(await house.sealed())
        assert (await verdict_of(house, content))[0] == "indeterminate"
        assert house.lists.seen == []


class TestASealThatBringsAnOldList:
    """Sealed and time-stamped after the theft, with the list from before it."""

    async def sealed(self, house):
        content = json.loads(await house.fetch(await house.sealed()))
        raised = with_timestamp(content, house.trade, house.deployment.clock())
        day = timedelta(days=1)
        lists = house.trade.lists(at=START - day, until=house.deployment.clock() + day)
        return json.dumps(with_values(raised, house.trade, lists), ensure_ascii=False).encode()

    async def test_its_authority_is_asked_what_it_says_today(self, house):
        content = await self.sealed(house)
        house.publish_lists((house.seal, START - timedelta(minutes=1)))
        verdict, codes = await verdict_of(house, content)
        assert verdict == "invalid"
        assert "seal-certificate-revoked" in codes
        assert "/issuing.crl" in {seen.path for seen in house.lists.seen}

    async def test_where_nobody_answers_the_day_of_the_list_is_told(self, house):
        content = await self.sealed(house)
        for place in ("/issuing.crl", "/root.crl"):
            house.lists.fail(place, 500)
        report = await house.deployment.verify(content)
        (proof,) = report["proofs"]
        day = START - timedelta(days=1)
        assert proof["seal"]["revocation_said_at"].startswith(day.strftime("%Y-%m-%dT%H:%M"))
        (told,) = [check for check in report["checks"] if check["code"] == "seal-certificate-valid"]
        assert told["sentence"].endswith(f"as was said on {day:%Y-%m-%d}.")
