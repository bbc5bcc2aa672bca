"""What happens at one moment: changes that meet, and what one process learns of another's."""

import asyncio

from app.issuance import setup
from app.issuance.office import ISSUER_REFRESH, Office
from tests.builders import full_request


def another_process(deployment):
    """The office of a second process on the same records and keys."""
    here = deployment.office
    return Office(
        database=here.database,
        keyring=here.keyring,
        public_url=here.public_url,
        clock=here.clock,
        max_request_bytes=here.max_request_bytes,
    )


async def test_changes_of_status_at_one_moment_take_turns(deployment):
    record = await deployment.issue(full_request("academic"))
    answers = await asyncio.gather(
        *(deployment.change_status("wut", record, "suspend", "under-review") for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    changes = [("reinstate", "review-ended"), ("revoke", "integrity")] * 4
    answers = await asyncio.gather(
        *(deployment.change_status("wut", record, change, reason) for change, reason in changes)
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    history = (await deployment.system().get(f"/api/v1/credentials/{record['id']}/history")).json()
    kinds = [entry["kind"] for entry in history["entries"]]
    assert (kinds.count("credential-suspended"), kinds.count("credential-revoked")) == (1, 1)
    assert kinds.count("credential-reinstated") <= 1
    assert kinds[-1] == "credential-revoked"


async def test_verify_sees_a_key_revoked_here_at_once_and_one_revoked_by_another_process_within_seconds(deployment):
    credential = await deployment.fetch(await deployment.issue(full_request("academic")))

    async def verdict():
        return (await deployment.verify(credential.content))["verdict"]

    assert await verdict() == "valid"
    await setup.revoke_key(another_process(deployment), "wut", "ed25519-2026-1", "lost")
    deployment.clock.advance(seconds=ISSUER_REFRESH.total_seconds() + 1)
    assert await verdict() == "invalid"

    other = await deployment.fetch(await deployment.issue(full_request("academic", awarding_body="ntnu")))
    assert (await deployment.verify(other.content))["verdict"] == "valid"
    await setup.revoke_key(deployment.office, "ntnu", "ed25519-2026-1", "lost")
    assert (await deployment.verify(other.content))["verdict"] == "invalid"
