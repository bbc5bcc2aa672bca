"""Logos on pages, from the operator's command to the public address."""

from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from app.issuance import logos
from app.issuance.office import AwardingBodyUnknown
from tests.builders import full_request

GREEN, RED = (0, 150, 60), (200, 20, 30)


def png(colour):
    written = BytesIO()
    Image.new("RGB", (600, 160), colour).save(written, "PNG")
    return written.getvalue()


async def colours_of(deployment, record):
    picture = await deployment.public.get(f"{record['public_url']}/page.png")
    image = Image.open(BytesIO(picture.content)).convert("RGB")
    return {colour for _, colour in image.getcolors()}


async def test_pages_show_the_logos_of_the_awarding_body_and_of_the_alliance(deployment):
    record = await deployment.issue(full_request("academic"))
    assert not {GREEN, RED} & await colours_of(deployment, record)
    kept = await logos.set_logo(deployment.office, "wut", png(GREEN))
    await logos.set_logo(deployment.office, "alliance", png(RED))
    assert {GREEN, RED} <= await colours_of(deployment, record)
    other = await deployment.issue(full_request("academic", awarding_body="upv"))
    assert {GREEN, RED} & await colours_of(deployment, other) == {RED}
    sandbox = await deployment.issue(full_request("achievement", awarding_body="test"))
    assert not {GREEN, RED} & await colours_of(deployment, sandbox)
    answer = await deployment.public.get("/issuers/wut/logo.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert sha256(answer.content).digest() == kept.sha256
    assert answer.headers["etag"] == f'"{kept.sha256.hex()}"'


async def test_a_logo_is_replaced_and_removed(deployment):
    record = await deployment.issue(full_request("academic"))
    await logos.set_logo(deployment.office, "wut", png(GREEN))
    await logos.set_logo(deployment.office, "wut", png(RED))
    assert {GREEN, RED} & await colours_of(deployment, record) == {RED}
    await logos.remove_logo(deployment.office, "wut")
    assert not {GREEN, RED} & await colours_of(deployment, record)
    answer = await deployment.public.get("/issuers/wut/logo.png")
    assert (answer.status_code, answer.json()["code"]) == (404, "logo-unknown")
    with pytest.raises(logos.LogoUnknown):
        await logos.remove_logo(deployment.office, "wut")
    with pytest.raises(AwardingBodyUnknown):
        await logos.set_logo(deployment.office, "nobody", png(GREEN))
