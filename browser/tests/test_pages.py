"""Every other page: no violation for axe or of the policy, small and large, light and dark."""

import pytest

from tests.builders import full_request

from .conftest import SLUG, looked_at, path_of

PAGES = ("start", "check", "catalogue", "offering", "credential", "revoked", "problem", "reference", "failure")
SETTINGS = {
    "phone": {"width": 320, "height": 640, "javascript": False},
    "desk-dark-german": {"width": 1200, "height": 900, "dark": True, "language": "de"},
}


@pytest.fixture(params=SETTINGS, ids=list(SETTINGS))
def setting(request):
    return request.param, SETTINGS[request.param]


@pytest.fixture(scope="session")
def record(service):
    return service.claim_link("pages")[0]


@pytest.fixture(scope="session")
def addresses(service, record):
    """Where each page is."""
    revoked, _ = service.claim_link("pages-revoked")
    service.university.change_status(revoked["id"], "revoke", "issued-in-error")
    published = service.university.publish(full_request("academic", awarding_body=SLUG)["offering"])
    return {
        "start": "/",
        "check": "/check",
        "catalogue": "/catalogue",
        "offering": f"/catalogue/{published['id']}",
        "credential": path_of(record["public_url"]),
        "revoked": path_of(revoked["public_url"]),
        "problem": "/problems/rules-broken",
        "reference": "/docs",
        "failure": "/c/nobody",
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_violation_and_is_not_scrolled_sideways(browser, screenshots, addresses, setting, page):
    name, chosen = setting
    browser.visit(addresses[page], **chosen)
    looked_at(browser, screenshots, f"{page}-{name}")


def test_a_credential_is_checked_with_the_keyboard_alone(service, browser, screenshots, record, setting):
    name, chosen = setting
    browser.visit("/check", **chosen)
    browser.fill(id="text", text=service.client.get(path_of(record["public_url"])).text)
    browser.tab_to("Prüfen" if chosen.get("language") == "de" else "Check")
    browser.submit(key="Enter")
    seen = looked_at(browser, screenshots, f"report-{name}")
    assert seen["title"] in ("Valid", "Gültig", "Undecided", "Unentschieden")


def test_the_code_on_the_picture_of_the_page_leads_to_the_credential(browser, record):
    browser.visit(path_of(record["public_url"]), height=1200)
    assert browser.scan(shown="img.page")["text"] == record["public_url"]
