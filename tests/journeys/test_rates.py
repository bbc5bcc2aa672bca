"""How often an API key and an address may ask, what they are told, and what nobody can do to others."""

import asyncio
import json
import time
import tracemalloc

import pytest
from structlog.testing import capture_logs
from throttled import utils

from app.api import rates
from app.api.rates import Policy, RateLimits, counted_address, policy_of
from app.issuance import access
from app.settings import Rate, SettingsUnusable, load_settings
from tests.builders import a_request
from tests.deployments import a_deployment, settings_for

FEW = {
    "rate_issuing": "3/hour",
    "rate_reading": "4/hour",
    "rate_verifying": "2/hour",
    "rate_public": "5/hour",
    "rate_published": "6/hour",
    "rate_unusable_keys": "2/hour",
}
DOCUMENT = b'{"type": "VerifiableCredential"}'


@pytest.fixture
async def few(sqlite_prepared):
    """A deployment where everything is soon used up."""
    async with a_deployment(sqlite_prepared, changes=FEW) as deployment:
        yield deployment


async def statuses(count, ask):
    return [(await ask()).status_code for _ in range(count)]


async def test_an_address_is_told_how_many_verifications_are_left_and_when_to_come_back(few):
    first = await few.public.post("/verify", content=DOCUMENT)
    assert (first.status_code, first.headers["RateLimit-Policy"]) == (200, '"verifying";q=2;w=3600')
    assert first.headers["RateLimit"] == '"verifying";r=1;t=1800'
    await few.public.post("/verify", content=DOCUMENT)

    refused = await few.public.post("/verify", content=DOCUMENT)

    assert (refused.status_code, refused.json()["code"]) == (429, "rate-exceeded")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1790 < int(refused.headers["Retry-After"]) <= 1800
    assert refused.headers["RateLimit"].startswith('"verifying";r=0;t=')
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]


async def test_what_is_used_up_comes_back_evenly(few, monkeypatch):
    moment = float(1 << 17)  # of which a difference is exact: asked at the very moment when one comes back
    monkeypatch.setattr(utils, "now_mono_f", lambda: moment)

    async def ask():
        return await few.public.post("/verify", content=DOCUMENT)

    assert await statuses(3, ask) == [200, 200, 429]
    moment += 1799
    assert await statuses(1, ask) == [429]
    moment += 2
    assert await statuses(2, ask) == [200, 429]


async def test_each_address_has_an_allowance_of_its_own(few):
    async with few.seen_from("192.0.2.1") as one, few.seen_from("192.0.2.2") as other:
        assert await statuses(3, lambda: one.post("/verify", content=DOCUMENT)) == [200, 200, 429]
        assert await statuses(2, lambda: other.post("/verify", content=DOCUMENT)) == [200, 200]


async def test_a_subscriber_of_ipv6_has_one_allowance_for_the_whole_network(few):
    async with (
        few.seen_from("2001:db8:0:1::1") as one,
        few.seen_from("2001:db8:0:1:ffff::2") as same,
        few.seen_from("2001:db8:0:2::1") as other,
    ):
        assert await statuses(2, lambda: one.post("/verify", content=DOCUMENT)) == [200, 200]
        assert await statuses(1, lambda: same.post("/verify", content=DOCUMENT)) == [429]
        assert await statuses(1, lambda: other.post("/verify", content=DOCUMENT)) == [200]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_is_counted_in_one_way_however_it_is_written(host, counted):
    assert counted_address(host) == counted


async def test_strangers_cannot_choose_their_address(few):
    async def ask(number):
        header = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        return await few.public.post("/verify", content=DOCUMENT, headers=header)

    assert [(await ask(number)).status_code for number in range(3)] == [200, 200, 429]


async def test_behind_a_proxy_that_is_named_the_address_is_the_one_that_it_gives_and_not_what_strangers_wrote(
    sqlite_prepared,
):
    changes = {**FEW, "trusted_proxies": "10.0.0.0/24, 2001:db8:ffff::1"}
    async with a_deployment(sqlite_prepared, changes=changes) as deployment:
        proxy, stranger = deployment.seen_from("10.0.0.7"), deployment.seen_from("10.0.1.7")
        async with proxy, stranger:

            async def through_proxy(forwarded):
                headers = {"X-Forwarded-For": forwarded}
                return (await proxy.post("/verify", content=DOCUMENT, headers=headers)).status_code

            # The proxy appends who asked; what stands before that is the stranger's own invention.
            assert [await through_proxy(f"198.51.100.{n}, 192.0.2.1") for n in range(3)] == [200, 200, 429]
            assert await through_proxy("192.0.2.1, 192.0.2.2") == 200
            assert await through_proxy("192.0.2.3, 10.0.0.8") == 200

            async def directly(number):
                headers = {"X-Forwarded-For": f"192.0.2.{100 + number}"}
                return (await stranger.post("/verify", content=DOCUMENT, headers=headers)).status_code

            assert [await directly(number) for number in range(3)] == [200, 200, 429]


async def test_an_api_key_has_its_allowance_wherever_it_is_used_from(few):
    key = {"Authorization": f"Bearer {few.api_keys['wut']}"}
    async with few.seen_from("192.0.2.1", key) as one, few.seen_from("192.0.2.2", key) as other:
        assert (await one.get("/api/v1/me")).status_code == 200  # the address's own: the key is not proven yet
        assert await statuses(2, lambda: one.get("/api/v1/me")) == [200, 200]
        assert await statuses(3, lambda: other.get("/api/v1/me")) == [200, 200, 429]
        other.headers["Authorization"] = f"bEARER {few.api_keys['wut']}"
        assert await statuses(1, lambda: other.get("/api/v1/me")) == [429]
        other.headers["Authorization"] = f"Bearer {few.api_keys['upv']}"
        assert await statuses(2, lambda: other.get("/api/v1/me")) == [200, 200]


async def test_issuing_and_reading_are_counted_apart(few):
    system = few.system("wut")
    assert (await system.get("/api/v1/me")).status_code == 200
    issued = [await system.post("/api/v1/credentials?dry_run=true", json=a_request("academic")) for _ in range(4)]
    assert [answer.status_code for answer in issued] == [200, 200, 200, 429]
    assert issued[0].headers["RateLimit-Policy"] == '"issuing";q=3;w=3600'
    read = await system.get("/api/v1/me")
    assert (read.status_code, read.headers["RateLimit-Policy"]) == (200, '"reading";q=4;w=3600')


async def test_invented_api_keys_have_no_allowance_of_their_own(few):
    def ask(number):
        return few.public.get("/api/v1/codes", headers={"Authorization": f"Bearer invented-{number}"})

    answers = [await ask(number) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["code"] == "rate-exceeded"


async def test_keys_that_open_nothing_are_soon_refused_from_that_address_but_a_key_that_opened_something_goes_on(few):
    good = few.system("wut")
    assert (await good.get("/api/v1/me")).status_code == 200

    def guess(number, client=few.public):
        return client.get("/api/v1/me", headers={"Authorization": f"Bearer guess-{number}"})

    answers = [await guess(number) for number in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1].json()["code"] == "too-many-unusable-keys"
    assert int(answers[-1].headers["Retry-After"]) > 1000
    assert (await good.get("/api/v1/me")).status_code == 200
    assert (await few.system("upv").get("/api/v1/me")).status_code == 429, "not proven yet from here or anywhere"
    async with few.seen_from("192.0.2.1") as elsewhere:
        assert (await guess(9, elsewhere)).status_code == 401


async def test_a_key_that_is_revoked_loses_what_it_had_proven(few):
    system = few.system("wut")
    assert (await system.get("/api/v1/me")).status_code == 200
    assert await access.revoke_api_key(few.office, "wut", few.api_keys["wut"].split("_")[1])

    assert await statuses(3, lambda: system.get("/api/v1/me")) == [401, 401, 429]


async def test_status_lists_and_did_documents_have_more_to_give_than_credentials(few):
    lists = [await few.public.get("/issuers/wut/did.json") for _ in range(7)]
    assert [answer.status_code for answer in lists] == [200] * 6 + [429]
    pages = [await few.public.get("/c/unknown") for _ in range(6)]
    assert [answer.status_code for answer in pages] == [404] * 5 + [429]


async def test_whether_the_service_is_well_may_always_be_asked(few):
    for path in ("/healthz", "/readyz"):
        answers = [await few.public.get(path) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0].headers


async def test_a_refusal_reads_no_body_and_asks_no_database(few):
    await statuses(2, lambda: few.public.post("/verify", content=DOCUMENT))
    read = False

    async def body():
        nonlocal read
        read = True
        yield b"{}"

    assert (await few.public.post("/verify", content=body())).status_code == 429
    assert not read


async def test_rate_limits_can_be_switched_off(sqlite_prepared):
    async with a_deployment(sqlite_prepared, changes={**FEW, "rate_limits": False}) as deployment:
        answers = [await deployment.public.post("/verify", content=DOCUMENT) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


async def test_no_address_and_no_key_is_logged(few):
    with capture_logs() as logs:
        async with few.seen_from("192.0.2.77") as client:
            await statuses(3, lambda: client.post("/verify", content=DOCUMENT))
            await statuses(3, lambda: client.get("/api/v1/me", headers={"Authorization": "Bearer guess-secret"}))
    said = str(logs)
    assert "429" in said
    assert "192.0.2" not in said
    assert "guess-secret" not in said


async def test_the_table_of_addresses_is_bounded_and_forgets_the_longest_unused(monkeypatch):
    monkeypatch.setattr(rates, "MOST_ADDRESSES", 100)
    settings = settings_for("sqlite://", **FEW)

    async def ok(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    layer = RateLimits(ok, settings=settings)
    seen = []

    async def ask(address):
        async def keep(message):
            if message["type"] == "http.response.start":
                seen.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/verify", "headers": [], "client": (address, 1)}
        await layer(scope, None, keep)

    for address in ("192.0.2.1",) * 3:
        await ask(address)
    assert seen == [200, 200, 429]
    tracemalloc.start()
    for number in range(3000):
        await ask(f"2001:db8:{number:x}::1")
        if number % 50 == 0:
            await ask("192.0.2.1")  # who asks again and again is not forgotten
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    seen.clear()
    await ask("192.0.2.1")
    await ask("2001:db8:1::1")
    assert seen == [429, 200]
    assert peak < 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("method", "path", "policy"),
    [
        ("POST", "/api/v1/credentials", Policy.ISSUING),
        ("PUT", "/api/v1/offerings/1/draft", Policy.ISSUING),
        ("POST", "/api/v1/credentials/search", Policy.READING),
        ("GET", "/api/v1/credentials", Policy.READING),
        ("POST", "/verify", Policy.VERIFYING),
        ("POST", "/nothing-here", Policy.VERIFYING),
        ("HEAD", "/api/v1/credentials", Policy.READING),
        ("OPTIONS", "/api/v1/credentials", Policy.READING),
        ("HEAD", "/c/token", Policy.PUBLIC),
        ("OPTIONS", "/verify", Policy.PUBLIC),
        ("HEAD", "/issuers/wut/did.json", Policy.PUBLISHED),
        ("HEAD", "/healthz", None),
        ("GET", "/c/token", Policy.PUBLIC),
        ("GET", "/catalogue", Policy.PUBLIC),
        ("GET", "/openapi.json", Policy.PUBLIC),
        ("GET", "/issuers/wut/status/1/revocation", Policy.PUBLISHED),
        ("GET", "/healthz", None),
    ],
)
def test_what_a_request_counts_as(method, path, policy):
    assert policy_of(method, path) is policy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_VERIFYING", "0/minute"),
        ("RATE_VERIFYING", "ten/minute"),
        ("RATE_VERIFYING", "10/day"),
        ("RATE_VERIFYING", "10/minute burst 11"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "proxy.example.edu"),
        ("TRUSTED_PROXIES", "10.0.0.1/24"),
    ],
)
def test_a_rate_or_a_proxy_that_cannot_be_meant_stops_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsUnusable, match=name):
        load_settings()


def test_rates_and_proxies_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("RATE_VERIFYING", "7/second")
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1, 2001:db8::/48")
    monkeypatch.setenv("DEPLOYMENT", "development")
    settings = load_settings()
    assert settings.rate_verifying == Rate(7, 1)
    assert load_settings(rate_public="120/minute burst 20").rate_public == Rate(120, 60, 20)
    assert settings.trusted_proxies == ("10.0.0.1", "2001:db8::/48")


async def test_the_description_says_429_for_what_is_counted_and_for_nothing_else(few):
    paths = json.loads((await few.public.get("/openapi.json")).content)["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            counted = policy_of(method.upper(), path) is not None
            assert ("429" in operation["responses"]) == counted, path
    assert "Retry-After" in paths["/verify"]["post"]["responses"]["429"]["headers"]


async def test_a_burst_is_what_may_be_used_at_once(sqlite_prepared, monkeypatch):
    moment = time.monotonic()
    monkeypatch.setattr(utils, "now_mono_f", lambda: moment)
    async with a_deployment(sqlite_prepared, changes={"rate_verifying": "60/minute burst 2"}) as deployment:

        async def ask():
            return await deployment.public.post("/verify", content=DOCUMENT)

        assert await statuses(3, ask) == [200, 200, 429]
        moment += 1.01
        assert await statuses(2, ask) == [200, 429]


async def test_one_address_has_so_many_verifications_under_way_and_others_have_theirs(sqlite_deployment):
    go_on = asyncio.Event()

    async def dripping():
        yield b"{"
        await go_on.wait()
        yield b"}"

    async with (
        sqlite_deployment.seen_from("192.0.2.1") as one,
        sqlite_deployment.seen_from("192.0.2.2") as other,
        asyncio.TaskGroup() as group,
    ):
        slow = [group.create_task(one.post("/verify", content=dripping())) for _ in range(rates.MOST_AT_A_TIME)]
        await asyncio.sleep(0.2)
        refused = await one.post("/verify", content=DOCUMENT)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert (await other.post("/verify", content=DOCUMENT)).status_code == 200
        go_on.set()
        assert {(await task).status_code for task in slow} == {200}
        assert (await one.post("/verify", content=DOCUMENT)).status_code == 200


async def test_one_site_of_ipv6_cannot_fill_the_verifier_from_its_many_networks(sqlite_deployment):
    go_on = asyncio.Event()

    async def dripping():
        yield b"{"
        await go_on.wait()
        yield b"}"

    async def ask(address, content):
        async with sqlite_deployment.seen_from(address) as client:
            return await client.post("/verify", content=content)

    async with asyncio.TaskGroup() as group:
        slow = [
            group.create_task(ask(f"2001:db8:1:{network:x}::1", dripping()))
            for network in range(rates.MOST_AT_A_TIME_OF_SITE)
        ]
        await asyncio.sleep(0.2)
        assert (await ask("2001:db8:1:ffff::1", DOCUMENT)).status_code == 429
        assert (await ask("2001:db8:2::1", DOCUMENT)).status_code == 200
        go_on.set()
        assert {(await task).status_code for task in slow} == {200}
        assert (await ask("2001:db8:1:ffff::1", DOCUMENT)).status_code == 200
