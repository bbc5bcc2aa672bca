"""The claim page as learners meet it: by keyboard, on a small phone, without JavaScript, under the strict policy."""

import re
import time

import httpx
import pytest

from tests.counterparts.wallet import Wallet

from .conftest import BORN, looked_at, path_of

SETTINGS = {
    "phone": {"width": 320, "height": 640},
    "phone-without-javascript": {"width": 320, "height": 640, "javascript": False},
    "desk": {"width": 1200, "height": 900},
    "desk-dark-german": {"width": 1200, "height": 900, "dark": True, "language": "de"},
}


@pytest.fixture(params=SETTINGS, ids=list(SETTINGS))
def setting(request):
    return request.param, SETTINGS[request.param]


def button(setting):
    return "Abholen" if setting.get("language") == "de" else "Claim"


def test_a_learner_claims_with_the_keyboard_alone(service, browser, screenshots, setting):
    name, chosen = setting
    _, link = service.claim_link(f"keyboard-{name}")
    assert browser.visit(path_of(link["url"]), **chosen) == 200
    seen = looked_at(browser, screenshots, f"claim-{name}")
    assert seen["language"] == chosen.get("language", "en")
    browser.tab_to(button(chosen))
    browser.submit(key="Enter")
    looked_at(browser, screenshots, f"offer-{name}")
    focus = browser.tab_to("Meine Wallet" if chosen.get("language") == "de" else "Open my wallet")
    assert focus["href"].startswith("openid-credential-offer://?credential_offer_uri=")


def test_a_wrong_date_of_birth_is_told_and_the_right_one_goes_on(service, browser, screenshots):
    _, link = service.claim_link("born", check="birth-date")
    browser.visit(path_of(link["url"]), width=320, height=640, javascript=False)
    looked_at(browser, screenshots, "claim-birth-date")
    # The field has the focus when the page is there. Month, day and year, as an English date field takes them.
    assert browser.focus()["type"] == "date"
    browser.type(text="01012000")
    browser.submit(key="Enter")
    seen = looked_at(browser, screenshots, "claim-birth-date-wrong")
    assert "Tries left: 4." in seen["text"]
    year, month, day = BORN.split("-")
    browser.type(text=f"{month}{day}{year}")
    browser.submit(key="Enter")
    assert "On this device" in browser.see()["text"]


def test_the_code_for_the_wallet_is_shown_on_demand(service, browser, screenshots):
    _, link = service.claim_link("digits", transaction_code=True)
    browser.visit(path_of(link["url"]), width=320, height=640, javascript=False)
    browser.tab_to("Claim")
    browser.submit(key="Enter")
    assert "into your wallet only" not in browser.see()["text"]
    browser.tab_to("Show the code")
    browser.press(key="Enter")
    seen = looked_at(browser, screenshots, "offer-digits")
    assert re.search(r"^[0-9]{6}\n+Type it into your wallet only", seen["text"], re.MULTILINE)


async def test_the_code_on_the_screen_leads_a_camera_all_the_way_to_a_credential(
    service, browser, screenshots, setting
):
    name, chosen = setting
    record, link = service.claim_link(f"camera-{name}")
    browser.visit(path_of(link["url"]), **chosen)
    browser.tab_to(button(chosen))
    browser.submit(key="Enter")
    read = browser.scan(file=str(screenshots / f"scan-{name}.png"))["text"]
    assert read is not None
    assert record["id"] not in read
    async with httpx.AsyncClient(timeout=30) as http:
        wallet, offer = await Wallet.scan(http, read, time.time)  # noqa: TID251 - a wallet has a clock
        assert (await wallet.redeem(offer)).status_code == 200
        (given,) = (await wallet.fetch()).raise_for_status().json()["credentials"]
    assert given["credential"]["credentialSubject"]["id"] == wallet.keys[0].did
    report = service.client.post("/verify", json=given["credential"]).json()
    assert report["verdict"] == "valid", report
    browser.tab_to("nachsehen" if chosen.get("language") == "de" else "see how far")
    browser.submit(key="Enter")
    seen = looked_at(browser, screenshots, f"claimed-{name}")
    assert ("Eine Wallet hat es abgeholt" if chosen.get("language") == "de" else "A wallet has fetched it") in seen[
        "text"
    ]


STATES = ("withdrawn", "unknown", "revoked")


@pytest.mark.parametrize("state", STATES)
def test_a_link_that_opens_nothing_says_so_in_words(service, browser, screenshots, state):
    record, link = service.claim_link(f"state-{state}")
    base = f"/api/v1/credentials/{record['id']}"
    headers = {"Authorization": f"Bearer {service.university.api_key}"}
    path = path_of(link["url"])
    if state == "withdrawn":
        service.client.post(f"{base}/claim-links/{link['id']}/withdrawal", headers=headers).raise_for_status()
    elif state == "revoked":
        service.university.change_status(record["id"], "revoke", "issued-in-error")
    else:
        path = "/claim/nobody"
    browser.visit(path, width=320, height=640, javascript=False)
    seen = looked_at(browser, screenshots, f"claim-{state}")
    assert "Claim" not in re.findall(r"^Claim$", seen["text"], re.MULTILINE)
