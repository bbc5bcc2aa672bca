"""Claim links: made by the university, opened by the learner, who gets an offer for a wallet."""

import asyncio
import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from app.claiming import links
from app.issuance.access import Scope, operator
from app.issuance.erasing import erase, find_erasable
from app.store import credential_offers
from tests.builders import a_learner, a_service_badge, an_academic_certificate
from tests.counterparts.wallet import BOUND, UNBOUND, Wallet
from tests.deployments import PUBLIC_URL
from tests.journeys.test_tenancy import new_key
from tests.journeys.test_wallet_issuing import seconds_of

GERMAN = {"Accept-Language": "de"}


async def a_link(deployment, slug="wut", record=None, status=201, **wanted):
    record = record or await deployment.issue(a_service_badge(learner=a_learner(birth_date="2001-03-31")), slug)
    answer = await deployment.system(slug).post(f"/api/v1/credentials/{record['id']}/claim-links", json=wanted)
    assert answer.status_code == status, answer.text
    return record, answer.json()


async def listed(deployment, record, slug="wut"):
    answer = await deployment.system(slug).get(f"/api/v1/credentials/{record['id']}/claim-links")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def press(deployment, link, answer=None, **headers):
    form = {} if answer is None else {"answer": answer}
    return await deployment.public.post(link["url"], data=form, headers=headers)


def address_in(page):
    found = re.search(r'href="(openid-credential-offer://[^"]+)"', page.text)
    return html.unescape(found[1]) if found else None


def reference_in(page):
    return parse_qs(urlsplit(address_in(page)).query)["credential_offer_uri"][0]


async def offers_of(deployment, record, slug="wut"):
    answer = await deployment.system(slug).get(f"/api/v1/credentials/{record['id']}/offers")
    return answer.json()["items"]


async def redeemed_by_a_wallet(deployment, record, slug="wut"):
    """Let a wallet redeem the newest offer, as its token request does."""
    (newest,) = [offer for offer in await offers_of(deployment, record, slug) if offer["state"] == "open"]
    async with deployment.office.database.transaction() as connection:
        assert await credential_offers.redeem(connection, UUID(newest["id"]), mac=None, now=deployment.office.clock())


# --- reading changes nothing, pressing makes an offer


async def test_reading_the_page_a_hundred_times_uses_nothing_up(deployment):
    record, link = await a_link(deployment)
    for _ in range(3):
        page = await deployment.public.get(link["url"])
        assert page.status_code == 200
    assert await offers_of(deployment, record) == []
    (after,) = await listed(deployment, record)
    assert after == link


async def test_the_page_is_kept_by_nobody_and_asks_no_other_host(deployment):
    _, link = await a_link(deployment)
    for page in (await deployment.public.get(link["url"]), await press(deployment, link)):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"] == "noindex"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in page.text
        assert " style=" not in page.text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)


async def test_before_a_button_is_pressed_nothing_is_said_about_the_person(deployment):
    learner = a_learner(given_names="Zofia", family_names="Przykładowa", birth_date="2001-03-31")
    record = await deployment.issue(a_service_badge(learner=learner))
    _, link = await a_link(deployment, record=record)
    before, after = await deployment.public.get(link["url"]), await press(deployment, link)
    for said in ("Zofia", "Przykładowa", "2001-03-31"):
        assert said not in before.text
        assert said in after.text
        assert said not in link["url"]


async def test_pressing_makes_an_offer_by_reference_that_a_wallet_can_fetch(deployment):
    record, link = await a_link(deployment)
    page = await press(deployment, link)
    assert page.status_code == 200
    offer = await deployment.public.get(reference_in(page))
    assert offer.json()["credential_issuer"] == f"{PUBLIC_URL}/issuers/wut"
    (made,) = await offers_of(deployment, record)
    assert made["claim_link"] == link["id"]
    assert 'src="data:image/svg+xml' in page.text


async def test_pressing_again_ends_the_offer_before(deployment):
    record, link = await a_link(deployment)
    first, second = await press(deployment, link), await press(deployment, link)
    assert (await deployment.public.get(reference_in(first))).status_code == 404
    assert (await deployment.public.get(reference_in(second))).status_code == 200
    assert [offer["state"] for offer in await offers_of(deployment, record)] in (
        ["open", "withdrawn"],
        ["withdrawn", "open"],
    )


async def test_who_press_at_one_moment_leave_one_open_offer(deployment):
    record, link = await a_link(deployment)
    pages = await asyncio.gather(*(press(deployment, link) for _ in range(6)))
    assert {page.status_code for page in pages} == {200}
    assert [offer["state"] for offer in await offers_of(deployment, record)].count("open") == 1


async def test_the_page_has_downloads_for_those_who_have_no_wallet(deployment):
    record, link = await a_link(deployment)
    page = await press(deployment, link)
    address = urlsplit(record["public_url"]).path
    hrefs = [href for href in re.findall(r'href="([^"]+)"', page.text) if href.startswith(address)]
    assert len(hrefs) == 4
    for href in hrefs:
        assert (await deployment.public.get(href)).status_code == 200


async def test_the_page_speaks_the_language_of_its_reader(deployment):
    _, link = await a_link(deployment)
    page = await deployment.public.get(link["url"], headers=GERMAN)
    assert '<html lang="de">' in page.text
    assert "Abholen" in page.text


async def test_a_code_for_the_wallet_is_shown_when_the_university_wants_one(deployment):
    record, link = await a_link(deployment, transaction_code=True)
    page = await press(deployment, link)
    digits = re.search(r'class="digits">([0-9]{6})<', page.text)[1]
    offer = (await deployment.public.get(reference_in(page))).json()
    grant = next(iter(offer["grants"].values()))
    assert grant["tx_code"]["length"] == len(digits)
    assert (await offers_of(deployment, record))[0]["transaction_code_wanted"] is True


# --- the check


async def test_the_right_date_of_birth_makes_an_offer(deployment):
    record, link = await a_link(deployment, check="birth-date")
    asked = await deployment.public.get(link["url"])
    assert 'type="date"' in asked.text
    page = await press(deployment, link, "2001-03-31")
    assert page.status_code == 200
    assert (await deployment.public.get(reference_in(page))).status_code == 200
    assert len(await offers_of(deployment, record)) == 1


async def test_wrong_dates_are_counted_and_the_link_is_locked_until_it_is_renewed(deployment):
    record, link = await a_link(deployment, check="birth-date")
    for left in (4, 3, 2, 1):
        page = await press(deployment, link, "1999-01-01")
        assert page.status_code == 403
        assert f"Tries left: {left}." in page.text
    await press(deployment, link, "1999-01-01")
    for answer in ("1999-01-01", "2001-03-31"):
        page = await press(deployment, link, answer)
        assert page.status_code == 403
        assert address_in(page) is None
        assert "locked" in page.text
    assert await offers_of(deployment, record) == []
    (locked,) = await listed(deployment, record)
    assert (locked["state"], locked["guesses_left"]) == ("locked", 0)
    renewed = await renew(deployment, record, link)
    assert (await press(deployment, renewed, "2001-03-31")).status_code == 200


async def test_guesses_at_one_moment_are_not_more_than_there_are(deployment):
    _, link = await a_link(deployment, check="code")
    wrong = "000000" if link["code"] != "000000" else "111111"
    pages = await asyncio.gather(*(press(deployment, link, wrong) for _ in range(9)))
    assert all(page.status_code == 403 for page in pages)
    assert sum("Tries left" in page.text for page in pages) == links.MOST_GUESSES - 1
    assert address_in(await press(deployment, link, link["code"])) is None


async def test_a_right_answer_gives_the_guesses_back(deployment):
    record, link = await a_link(deployment, check="code")
    wrong = "000000" if link["code"] != "000000" else "111111"
    for _ in range(2):
        await press(deployment, link, wrong)
        await press(deployment, link, wrong)
        assert (await press(deployment, link, link["code"])).status_code == 200
    (after,) = await listed(deployment, record)
    assert after["guesses_left"] == links.MOST_GUESSES


async def test_an_empty_answer_costs_no_guess(deployment):
    record, link = await a_link(deployment, check="birth-date")
    for body in ({}, {"content": b"\xff\xfe=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}):
        page = await deployment.public.post(link["url"], **body)
        assert page.status_code == 400
    assert (await deployment.public.post(link["url"], content=b'{"answer": "2001-03-31"}')).status_code == 400
    (after,) = await listed(deployment, record)
    assert after["guesses_left"] == links.MOST_GUESSES


async def test_the_code_is_told_to_the_university_and_is_not_on_the_page(deployment):
    _, link = await a_link(deployment, check="code")
    page = await deployment.public.get(link["url"])
    assert re.fullmatch(r"[0-9]{6}", link["code"])
    assert link["code"] not in page.text
    assert (await press(deployment, link, f" {link['code']} ")).status_code == 200


# --- how far it has come


async def test_the_link_tells_when_a_wallet_has_fetched_the_award_and_when_it_is_used_up(deployment):
    record, link = await a_link(deployment, most_claims=2)
    states = []
    for _ in range(2):
        assert (await press(deployment, link)).status_code == 200
        await redeemed_by_a_wallet(deployment, record)
        states.append((await listed(deployment, record))[0]["state"])
    assert states == ["claimed", "used-up"]
    page = await deployment.public.get(link["url"])
    assert "<form" not in page.text
    assert "2026-07-01" in page.text
    assert (await press(deployment, link)).status_code == 410


async def test_offers_that_nobody_redeemed_are_not_counted(deployment):
    record, link = await a_link(deployment, most_claims=1)
    for _ in range(4):
        assert (await press(deployment, link)).status_code == 200
    assert (await listed(deployment, record))[0]["state"] == "open"


async def test_a_link_ends_by_itself(deployment):
    record, link = await a_link(deployment, days=2)
    deployment.clock.advance(days=2)
    assert (await deployment.public.get(link["url"])).status_code == 200
    assert (await press(deployment, link)).status_code == 410
    assert (await listed(deployment, record))[0]["state"] == "expired"


async def renew(deployment, record, link, **wanted):
    answer = await deployment.system("wut").post(
        f"/api/v1/credentials/{record['id']}/claim-links/{link['id']}/renewal", json=wanted
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_renewed_link_has_another_address_and_the_former_opens_nothing(deployment):
    record, link = await a_link(deployment, most_claims=1)
    page = await press(deployment, link)
    await redeemed_by_a_wallet(deployment, record)
    deployment.clock.advance(days=40)
    renewed = await renew(deployment, record, link, days=3)
    assert (renewed["id"], renewed["state"], renewed["claims"]) == (link["id"], "open", 0)
    assert renewed["url"] != link["url"]
    assert (await deployment.public.get(link["url"])).status_code == 404
    assert (await deployment.public.get(reference_in(page))).status_code == 404
    assert (await press(deployment, renewed)).status_code == 200


async def test_a_lost_phone_fetches_nothing_more_once_its_copies_are_revoked(deployment):
    record, link = await a_link(deployment)
    wallets = []
    for _ in range(2):
        wallet, offer = await Wallet.scan(
            deployment.public, address_in(await press(deployment, link)), seconds_of(deployment)
        )
        assert (await wallet.redeem(offer)).status_code == 200
        wallets.append(wallet)
    assert (await wallets[0].fetch()).status_code == 200
    renewed = await renew(deployment, record, link, revoke_copies=True)
    assert renewed["copies_revoked"] == 1
    for wallet in wallets:
        for configuration in (BOUND, UNBOUND):
            assert (await wallet.fetch(configuration)).status_code == 401
    wallet, offer = await Wallet.scan(
        deployment.public, address_in(await press(deployment, renewed)), seconds_of(deployment)
    )
    assert (await wallet.redeem(offer)).status_code == 200
    assert (await wallet.fetch()).status_code == 200


async def test_what_is_fetched_while_copies_are_revoked_is_revoked_or_refused(deployment):
    record, link = await a_link(deployment)
    wallet, offer = await Wallet.scan(
        deployment.public, address_in(await press(deployment, link)), seconds_of(deployment)
    )
    assert (await wallet.redeem(offer)).status_code == 200
    answers = await asyncio.gather(wallet.fetch(), renew(deployment, record, link, revoke_copies=True))
    assert answers[0].status_code in {200, 401}
    copies = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/copies")).json()["items"]
    assert [copy["status"] for copy in copies] == ["revoked"] * (answers[0].status_code == 200)


async def test_a_key_that_only_reads_sees_neither_address_nor_code(deployment):
    record, link = await a_link(deployment, check="code")
    key = await new_key(deployment, Scope.CREDENTIALS_READ)
    address = f"/api/v1/credentials/{record['id']}/claim-links"
    answer = await deployment.public.get(address, headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["items"] == [{**link, "url": None, "code": None}]
    assert await listed(deployment, record) == [link]


async def test_a_withdrawn_link_opens_nothing_and_another_one_can_be_made(deployment):
    record, link = await a_link(deployment)
    page = await press(deployment, link)
    answer = await deployment.system("wut").post(
        f"/api/v1/credentials/{record['id']}/claim-links/{link['id']}/withdrawal"
    )
    assert (answer.json()["state"], answer.json()["url"]) == ("withdrawn", None)
    assert (await press(deployment, link)).status_code == 410
    assert (await deployment.public.get(reference_in(page))).status_code == 404
    again = await deployment.system("wut").post(f"/api/v1/credentials/{record['id']}/claim-links/{link['id']}/renewal")
    assert (again.status_code, again.json()["code"]) == (409, "claim-link-withdrawn")
    _, other = await a_link(deployment, record=record)
    assert other["id"] != link["id"]


async def test_the_same_request_gets_the_same_link_and_another_kind_is_refused(deployment):
    record, link = await a_link(deployment)
    _, again = await a_link(deployment, record=record, status=200)
    assert again == link
    _, problem = await a_link(deployment, record=record, status=409, check="code")
    assert (problem["code"], problem["location"].rsplit("/", 1)[1]) == ("claim-link-differs", link["id"])


async def test_an_expired_link_is_replaced_by_the_next_one_that_is_asked_for(deployment):
    record, link = await a_link(deployment, days=1)
    deployment.clock.advance(days=1)
    _, other = await a_link(deployment, record=record)
    assert other["id"] != link["id"]
    assert {item["id"]: item["state"] for item in await listed(deployment, record)} == {
        other["id"]: "open",
        link["id"]: "withdrawn",
    }


async def test_requests_at_one_moment_get_one_link(deployment):
    record = await deployment.issue(a_service_badge())
    system = deployment.system("wut")
    answers = await asyncio.gather(
        *(system.post(f"/api/v1/credentials/{record['id']}/claim-links", json={}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["url"] for answer in answers}) == 1


@pytest.mark.parametrize(("change", "reason"), [("suspend", "under-review"), ("revoke", "issued-in-error")])
async def test_what_is_suspended_or_revoked_cannot_be_claimed(deployment, change, reason):
    record, link = await a_link(deployment)
    await deployment.change_status("wut", record, change, reason)
    page = await deployment.public.get(link["url"])
    assert (page.status_code, "<form" in page.text) == (200, False)
    assert (await press(deployment, link)).status_code == 409
    assert await offers_of(deployment, record) == []


async def test_a_corrected_credential_is_claimed_with_the_link_of_the_first(deployment):
    request = a_service_badge()
    record, link = await a_link(deployment, record=await deployment.issue(request))
    corrected = {**request, "learner": {**request["learner"], "family_names": "Corrected"}}
    answer = await deployment.system("wut").post(
        f"/api/v1/credentials/{record['id']}/replacement",
        json={**corrected, "reason": "name-change"},
    )
    assert answer.status_code == 201, answer.text
    page = await press(deployment, link)
    assert page.status_code == 200
    assert "Corrected" in page.text


async def test_erasure_ends_the_link(deployment):
    record, link = await a_link(deployment)
    caller = await operator(deployment.office, "wut")
    (award,) = await find_erasable(deployment.office, caller, credential_ids=[UUID(record["id"])])
    await erase(deployment.office, caller, [award.award_id])
    for page in (await deployment.public.get(link["url"]), await press(deployment, link)):
        assert page.status_code == 410


def content_of(database_url):
    path = database_url.removeprefix("sqlite:///")
    return b"".join(Path(f"{path}{end}").read_bytes() for end in ("", "-wal"))


async def test_the_token_of_a_link_is_not_in_the_records(sqlite_deployment):
    deployment = sqlite_deployment
    _, link = await a_link(deployment, check="code")
    content = content_of(deployment.settings.database_url)
    assert link["url"].rsplit("/", 1)[1].encode() not in content
    assert b"claim-link-made" in content


# --- whose link it is


async def test_another_university_neither_sees_nor_changes_a_link(deployment):
    record, link = await a_link(deployment)
    stranger = deployment.system("upv")
    base = f"/api/v1/credentials/{record['id']}/claim-links"
    for answer in (
        await stranger.post(base, json={}),
        await stranger.get(base),
        await stranger.post(f"{base}/{link['id']}/renewal", json={}),
        await stranger.post(f"{base}/{link['id']}/withdrawal"),
    ):
        assert answer.status_code == 404, answer.text


async def test_a_link_of_another_award_is_none_of_this_one(deployment):
    _, link = await a_link(deployment)
    other = await deployment.issue(an_academic_certificate())
    for action in ("renewal", "withdrawal"):
        answer = await deployment.system("wut").post(
            f"/api/v1/credentials/{other['id']}/claim-links/{link['id']}/{action}"
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "claim-link-unknown")


async def test_an_address_that_no_link_has_is_answered_in_words(deployment):
    for method in ("GET", "POST"):
        page = await deployment.public.request(
            method, "/claim/nobody", headers={"Accept": "text/html", "Accept-Language": "en"}
        )
        assert page.status_code == 404
        assert "This claim link does not work" in page.text


# --- one call of the student-information system


async def test_a_credential_is_issued_with_its_claim_link_in_one_call(deployment):
    request = a_service_badge()
    system = deployment.system("wut")
    answer = await system.post("/api/v1/credentials?claim_link=none", json=request, headers={"Idempotency-Key": "one"})
    assert answer.status_code == 201, answer.text
    link = answer.json()["claim_link"]
    assert (await press(deployment, link)).status_code == 200
    again = await system.post("/api/v1/credentials?claim_link=none", json=request, headers={"Idempotency-Key": "one"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["claim_link"]["url"] == link["url"]
    plain = await system.post("/api/v1/credentials", json=request)
    assert "claim_link" not in plain.json()


async def test_every_finding_about_a_link_comes_at_once(deployment):
    record = await deployment.issue(a_service_badge())
    _, problem = await a_link(
        deployment, record=record, status=422, check="face", days=0, most_claims="3", transaction_code=1, more=1
    )
    assert {finding["pointer"] for finding in problem["errors"]} == {
        "#/check",
        "#/days",
        "#/most_claims",
        "#/transaction_code",
        "#/more",
    }


async def test_many_who_come_at_one_moment_do_not_wait_for_each_others_connections(deployment):
    _, link = await a_link(deployment)
    deployment.office.forget_issuers()  # as after some seconds: whoever comes first reads them again
    async with asyncio.timeout(30):
        pages = await asyncio.gather(
            *(deployment.public.get(link["url"]) for _ in range(40)), *(press(deployment, link) for _ in range(20))
        )
    assert {page.status_code for page in pages} == {200}
