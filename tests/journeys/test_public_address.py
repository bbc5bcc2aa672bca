"""A credential at its address that nobody guesses: the same bytes for every machine, a page for people."""

import hashlib
import json

import pytest

from tests.builders import full_request

MACHINE_TYPES = ("application/vc", "application/ld+json", "application/json")
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture
async def record(deployment):
    return await deployment.issue(full_request("academic"))


async def test_every_machine_type_has_the_same_bytes_and_the_same_tag(deployment, record):
    answers = [await deployment.public.get(record["public_url"], headers={"Accept": kind}) for kind in MACHINE_TYPES]
    assert [answer.headers["content-type"] for answer in answers] == list(MACHINE_TYPES)
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    form = await deployment.system().get(record["forms"][0]["url"])
    assert (form.content, form.headers["etag"]) == (answers[0].content, answers[0].headers["etag"])


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/vc"),
        ("", "application/vc"),
        ("application/*", "application/vc"),
        ("application/json, application/vc;q=0.5", "application/json"),
        ("application/vc;q=0, application/*;q=0.1", "application/ld+json"),
        ("image/png", "application/vc"),
        ("APPLICATION/JSON", "application/json"),
        ("application/json;q=nonsense, text/html;q=0.1", "text/html"),
        ("application/json;q=nan, text/html;q=0.1", "text/html"),
        ("text/*", "text/html"),
        (",;,q=1,/", "application/vc"),
        (CHROME, "text/html"),
    ],
)
async def test_accept_decides_between_bytes_and_page(deployment, record, accept, kind):
    answer = await deployment.public.get(record["public_url"], headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))


async def test_a_reader_who_has_the_bytes_is_told_so(deployment, record):
    first = await deployment.public.get(record["public_url"])
    for known in (first.headers["etag"], f"W/{first.headers['etag']}", f'"other", {first.headers["etag"]}', "*"):
        again = await deployment.public.get(record["public_url"], headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert again.headers["cache-control"] == "private, no-cache"
    changed = await deployment.public.get(record["public_url"], headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


async def test_head_answers_as_get_without_the_body(deployment, record):
    status_list = json.loads((await deployment.public.get(record["public_url"])).content)["credentialStatus"][0]
    addresses = [record["public_url"], status_list["statusListCredential"], "/issuers/wut/did.json", "/catalogue"]
    for address in addresses:
        got, asked = await deployment.public.get(address), await deployment.public.head(address)
        assert (asked.status_code, asked.headers["content-type"]) == (200, got.headers["content-type"])
        assert asked.headers["content-length"] == got.headers["content-length"]
        assert asked.headers.get("etag") == got.headers.get("etag")


@pytest.mark.parametrize("accept", ["application/vc", "text/html"])
async def test_nobody_keeps_indexes_or_passes_on_the_address(deployment, record, accept):
    answer = await deployment.public.get(record["public_url"], headers={"Accept": accept})
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


async def test_pages_of_other_origins_may_fetch_what_is_public_and_nothing_else(deployment, record):
    public = [record["public_url"], "/issuers/wut/did.json", "/catalogue", "/problems/not-found", "/contexts/elm/v1"]
    for address in public:
        answer = await deployment.public.get(address, headers={"Origin": "https://wallet.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "ETag" in answer.headers["access-control-expose-headers"]
    preflight = await deployment.public.options(
        "/verify", headers={"Origin": "https://verifier.example", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    api = await deployment.system().get("/api/v1/me", headers={"Origin": "https://wallet.example"})
    assert "access-control-allow-origin" not in api.headers


async def test_the_page_says_what_the_document_says_and_what_holds_now(deployment, record):
    async def page(language="en"):
        headers = {"Accept": "text/html", "Accept-Language": language}
        return (await deployment.public.get(record["public_url"], headers=headers)).text

    shown = await page()
    for words in ("Zoë-Ánne Øst", "ENHANCE Certificate in sustainable cities", "Warsaw University of Technology", "5"):
        assert words in shown
    assert 'lang="en"' in shown
    assert 'lang="de"' in await page("de-AT,de;q=0.9")
    await deployment.change_status("wut", record, "suspend", "under-review")
    assert 'class="status suspended"' in await page()
    await deployment.change_status("wut", record, "revoke", "integrity")
    assert 'class="status revoked"' in await page()


async def test_markup_in_names_stays_text_on_the_page(deployment):
    name = '<script>alert(1)</script> & "O\'Brien"'
    record = await deployment.issue(full_request("academic", learner__given_names=name))
    page = await deployment.public.get(record["public_url"], headers={"Accept": "text/html"})
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_european_rendering_says_the_same_and_carries_no_proof(deployment, record):
    public = await deployment.public.get(f"{record['public_url']}/edc.jsonld")
    assert (public.status_code, public.headers["content-type"]) == (200, "application/ld+json")
    document = public.json()
    assert document["id"] == f"urn:credential:{record['id']}"
    assert "proof" not in document
    assert "Zoë-Ánne" in public.text
    listed = next(form for form in record["forms"] if form["form"] == "edc")
    own = await deployment.system().get(listed["url"])
    assert (own.content, own.headers["content-type"]) == (public.content, listed["media_type"])
    etag = public.headers["etag"]
    assert etag == own.headers["etag"] == f'"{hashlib.sha256(public.content).hexdigest()}"'
    again = await deployment.public.get(f"{record['public_url']}/edc.jsonld", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_new_address_closes_the_old_one_at_once(deployment, record):
    before = await deployment.fetch(record)
    moved = await deployment.system().post(f"/api/v1/credentials/{record['id']}/public-url")
    assert moved.status_code == 200
    assert moved.json()["public_url"] != record["public_url"]
    assert (await deployment.public.get(record["public_url"])).status_code == 404
    assert (await deployment.public.get(f"{record['public_url']}/edc.jsonld")).status_code == 404
    assert (await deployment.fetch(moved.json())).content == before.content


async def test_addresses_are_never_guessed_from_one_another(deployment, record):
    token = record["public_url"].rsplit("/", 1)[1]
    assert len(token) >= 27
    for other in (token[:-1], token.swapcase(), record["id"], record["certificate_number"], "x" * 5000):
        answer = await deployment.public.get(f"/c/{other}")
        assert (answer.status_code, answer.json()["code"]) == (404, "credential-unknown")
