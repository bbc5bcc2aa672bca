"""What one caller of /verify may take from the others."""

import asyncio

import pytest

from app.api import verification


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


async def test_a_body_that_does_not_arrive_is_not_waited_for(deployment, monkeypatch):
    monkeypatch.setattr(verification, "BODY_SECONDS", 0.05)

    async def dripping():
        yield b"{"
        await asyncio.sleep(0.3)
        yield b"}"

    answer = await deployment.public.post("/verify", content=dripping())

    assert (answer.status_code, answer.json()["code"]) == (400, "body-too-slow")


@pytest.mark.parametrize(
    "text", [b'{"id": "\\ud800"}', b'{"issuer": "\\ud800"}', b'{"proof": {"verificationMethod": "\\ud800"}}']
)
async def test_half_a_character_is_malformed_json_and_no_defect(deployment, text):
    answer = await deployment.public.post("/verify", content=text)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")
    assert answer.json()["errors"][0]["code"] == "lone-surrogate"
