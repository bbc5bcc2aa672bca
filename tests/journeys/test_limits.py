"""What one caller of /verify may take from the others."""

import asyncio

import httpx
import pytest

from app.api import health, requests, verification
from app.api.capacity import Capacity, ServiceBusy
from app.store import check_schema
from tests.builders import full_request
from tests.deployments import a_deployment
from tests.served import SlowClient, served


async def test_a_verification_too_many_is_told_at_once_when_to_come_back(deployment):
    full = deployment.public._transport.app.state.verifications
    async with asyncio.TaskGroup() as group:
        for _ in range(verification.MOST_UNDER_WAY):
            group.create_task(full.acquire())

    answer = await deployment.public.post("/verify", content=b"{}")

    assert (answer.status_code, answer.json()["code"]) == (503, "verifier-busy")
    assert answer.headers["Retry-After"] == "5"
    for _ in range(verification.MOST_UNDER_WAY):
        full.release()
    assert (await deployment.public.post("/verify", content=b"{}")).status_code == 200


async def test_bodies_that_arrive_slowly_keep_nobody_else_from_being_answered(sqlite_prepared):
    # All from one address, which has fewer at a time: nobody is counted here.
    async with a_deployment(sqlite_prepared, changes={"rate_limits": False}) as deployment:
        credential = await deployment.fetch(await deployment.issue(full_request("service")))
        length = len(credential.content)
        async with served(deployment.application) as (host, port), httpx.AsyncClient() as client:
            slow = [
                await SlowClient.begin((host, port), "/verify", length=length)
                for _ in range(verification.MOST_UNDER_WAY)
            ]
            for one in slow:
                await one.send(credential.content[:100])

            answer = await client.post(f"http://{host}:{port}/verify", content=credential.content)

            assert (answer.status_code, answer.json()["verdict"]) == (200, "valid")
            await slow[0].send(credential.content[100:])
            assert await slow[0].status() == 200
            for one in slow:
                await one.hang_up()


async def test_a_busy_process_says_when_to_come_back_and_is_still_alive(sqlite_prepared):
    async with (
        a_deployment(sqlite_prepared, changes={"limit_concurrency": 2}) as deployment,
        served(deployment.application) as (host, port),
        httpx.AsyncClient(base_url=f"http://{host}:{port}") as client,
    ):
        slow = [await SlowClient.begin((host, port), "/verify", length=10) for _ in range(2)]
        for one in slow:
            await one.send(b"{")
        async with asyncio.timeout(10):
            while (refused := await client.get("/catalogue")).status_code == 200:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)

        assert (refused.status_code, refused.json()["code"]) == (503, "service-busy")
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["trace_id"] == refused.headers["x-trace-id"]
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200

        for one in slow:
            await one.hang_up()
        async with asyncio.timeout(10):
            while (await client.get("/catalogue")).status_code != 200:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("address", ["/verify", "/api/v1/credentials", "/api/v1/offerings"])
async def test_a_body_that_does_not_arrive_is_not_waited_for(deployment, monkeypatch, address):
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.05)

    async def dripping():
        yield b"{"
        await asyncio.sleep(0.3)
        yield b"}"

    answer = await deployment.system().post(address, content=dripping())

    assert (answer.status_code, answer.json()["code"]) == (408, "body-too-slow")
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize(
    "text", [b'{"id": "\\ud800"}', b'{"issuer": "\\ud800"}', b'{"proof": {"verificationMethod": "\\ud800"}}']
)
async def test_half_a_character_is_malformed_json_and_no_defect(deployment, text):
    answer = await deployment.public.post("/verify", content=text)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")
    assert answer.json()["errors"][0]["code"] == "lone-surrogate"


async def test_bodies_are_held_up_to_a_bound_for_all_requests_together(sqlite_deployment):
    inner = sqlite_deployment.application

    async def refused_beyond(most, bodies):
        layer = Capacity(inner, most=100, most_body_bytes=most)
        transport = httpx.ASGITransport(layer, client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return [await client.post("/verify", content=body) for body in bodies]

    large = b'{"a":"' + b"x" * 1000 + b'"}'
    answers = await refused_beyond(1500, [large, large, large * 2])
    assert [answer.status_code for answer in answers] == [200, 200, 503], "each gives back what it held"
    assert (answers[2].json()["code"], "Retry-After" in answers[2].headers) == ("service-busy", True)


async def test_bodies_that_are_held_by_others_count(sqlite_deployment):
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def holding(scope, receive, send):
        await receive()
        if scope["path"] == "/first":
            waiting.set()
            await go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    layer = Capacity(holding, most=100, most_body_bytes=1500)
    transport = httpx.ASGITransport(layer)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(client.post("/first", content=b"x" * 1000))
        await waiting.wait()
        with pytest.raises(ServiceBusy):
            await client.post("/second", content=b"x" * 1000)
        go_on.set()
    assert layer._body_bytes == 0


async def test_those_who_ask_at_one_moment_whether_it_is_ready_share_one_look(deployment, monkeypatch):
    looks = []

    async def counted(database):
        looks.append(database)
        await asyncio.sleep(0.05)
        await check_schema(database)

    monkeypatch.setattr(health, "check_schema", counted)
    answers = await asyncio.gather(*(deployment.public.get("/readyz") for _ in range(50)))
    assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(200, "ready")}
    assert len(looks) == 1
    await deployment.public.get("/readyz")
    assert len(looks) == 2  # nobody is told what was
