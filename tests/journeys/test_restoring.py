"""A backup is restored: the records are older than the world, and yet no place in a status list is given twice."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url

from app.issuance import setup
from app.issuance.office import RestoreUnfinished
from app.issuance.restoring import make_fit_after_restore
from app.issuance.trust_list import read_trust_list
from app.store import copy_sqlite, events
from app.store.copying import CopyFailed
from app.store.tables import status_list
from tests.builders import full_request
from tests.deployments import START, Clock, a_deployment, open_office

ISSUED = 40


def places(credentials):
    """Return the places as the credentials name them: what a verifier in the world looks at."""
    return [
        (entry["statusListCredential"], entry["statusListIndex"])
        for credential in credentials
        for entry in credential.document["credentialStatus"]
    ]


async def issue_some(deployment, what, count=ISSUED):
    requests = [full_request("service", {"learner.reference": f"{what}-{number}"}) for number in range(count)]
    return [await deployment.fetch(await deployment.issue(request)) for request in requests]


def program(name):
    folder = os.environ.get("PG_BINDIR")
    found = shutil.which(name, path=folder) or shutil.which(name)
    assert found, f"{name} is needed beside the server"
    return found


def back_up(url, folder, clock):
    """Make a backup as docs/operator-guide.md says; return what restores it."""
    if url.startswith("sqlite"):
        file = Path(make_url(url).database)
        copy_sqlite(url, folder / "backup.db", now=clock())

        def restore():
            for ending in ("", "-wal", "-shm"):
                file.with_name(file.name + ending).unlink(missing_ok=True)
            shutil.copyfile(folder / "backup.db", file)
    else:
        subprocess.run([program("pg_dump"), "--format=custom", "--file", folder / "backup.dump", url], check=True)

        def restore():
            subprocess.run(
                [program("pg_restore"), "--clean", "--exit-on-error", "--dbname", url, folder / "backup.dump"],
                check=True,
            )

    return restore


async def test_after_a_restore_no_place_is_given_twice_and_every_list_is_served(prepared, tmp_path):
    url, keys, _ = prepared
    async with a_deployment(prepared) as deployment:
        before = await issue_some(deployment, "before")
        restore = await asyncio.to_thread(back_up, url, tmp_path, deployment.clock)
        lost = await issue_some(deployment, "lost")
        # A list that was opened in the time that is lost has an address too.
        async with deployment.office.database.transaction() as connection:
            issuer = await deployment.office.issuer("wut")
            full = update(status_list).where(status_list.c.issuer_id == issuer.issuer_id)
            await connection.execute(full.values(next_counter=status_list.c.capacity))
    api_keys = deployment.api_keys
    async with a_deployment((url, keys, api_keys)) as deployment:
        lost += await issue_some(deployment, "lost-in-another-list", 3)
        assert len({url for url, _ in places(lost)}) == 4

    await asyncio.to_thread(restore)
    office = open_office(url, keys, Clock())
    await office.open(restoring=True)
    await make_fit_after_restore(office)
    await make_fit_after_restore(office)  # whoever is not sure does it again
    await office.close()
    async with a_deployment((url, keys, api_keys)) as restored:
        after = await issue_some(restored, "after")
        assert set(places(after)).isdisjoint(places([*before, *lost]))
        assert {url for url, _ in places(after)}.isdisjoint(url for url, _ in places([*before, *lost]))
        # What was issued before, in lists that are closed, can still be revoked; nothing else changes with it.
        listed = (await restored.system().get("/api/v1/credentials", params={"limit": 200})).json()["items"]
        assert len(listed) == 2 * ISSUED
        by_id = {item["id"]: item for item in listed}
        for credential in (before[0], after[0]):
            record = by_id[credential.document["id"].removeprefix("urn:uuid:")]
            assert (await restored.change_status("wut", record, "revoke", "issued-in-error")).status_code == 200
            assert await restored.published_bits(credential.document) == (True, False)
        for credential in (before[1], after[1]):
            assert await restored.published_bits(credential.document) == (False, False)
            assert (await restored.verify(credential.content))["verdict"] == "valid"


async def test_no_version_of_the_trust_list_is_published_twice(prepared, tmp_path):
    url, keys, _ = prepared
    async with a_deployment(prepared) as deployment:
        api_keys = deployment.api_keys
        await deployment.public.get("/trust/members.jwt")
        restore = await asyncio.to_thread(back_up, url, tmp_path, deployment.clock)
        await setup.revoke_key(deployment.office, "wut", "ed25519-2026-1", "lost")
        lost = read_trust_list((await deployment.public.get("/trust/members.jwt")).content).says
        assert lost.version == 2
    await asyncio.to_thread(restore)
    office = open_office(url, keys, Clock())
    await office.open(restoring=True)
    await make_fit_after_restore(office)
    await office.close()
    async with a_deployment((url, keys, api_keys)) as restored:
        says = read_trust_list((await restored.public.get("/trust/members.jwt")).content).says
        # Whoever has the second one takes this: it is no other second one, nor a third that does not name it.
        assert says.version > lost.version + 1
        assert (await restored.public.get("/trust/members/2.jwt")).status_code == 404


async def test_the_same_backup_restored_twice_gives_no_place_and_no_version_twice(prepared, tmp_path):
    url, keys, _ = prepared
    async with a_deployment(prepared) as deployment:
        api_keys = deployment.api_keys
        restore = await asyncio.to_thread(back_up, url, tmp_path, deployment.clock)
    lists, versions = [], []
    for life in range(1, 4):
        await asyncio.to_thread(restore)
        clock = Clock()
        clock.advance(minutes=life)
        office = open_office(url, keys, clock)
        await office.open(restoring=True)
        await make_fit_after_restore(office)
        await office.close()
        async with a_deployment((url, keys, api_keys)) as restored:
            lists.append({address for address, _ in places(await issue_some(restored, f"life-{life}", 3))})
            versions.append(read_trust_list((await restored.public.get("/trust/members.jwt")).content).says.version)
    assert lists[0].isdisjoint(lists[1])
    assert lists[2].isdisjoint(lists[0] | lists[1])
    assert versions[0] < versions[1] < versions[2]  # whoever imported one takes the next


async def test_a_copied_database_is_not_served_before_it_was_made_fit(sqlite_prepared, tmp_path):
    url, keys, _ = sqlite_prepared
    clock = Clock()
    restore = back_up(url, tmp_path, clock)
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["backup.db"]
    with pytest.raises(CopyFailed, match="left as it is"):
        back_up(url, tmp_path, clock)
    office = open_office(url, keys, clock)
    await office.open()  # the original is not marked
    await office.close()
    restore()
    office = open_office(url, keys, clock)
    try:
        with pytest.raises(RestoreUnfinished):
            await office.open()
        await office.open(restoring=True)
        await make_fit_after_restore(office)
        await office.open()
        async with office.database.read() as connection:
            (_, noted) = await events.list_of_subject(connection, None, "records")
        assert json.loads(noted.body) == {"issuers": 8, "lists_closed": 0}
    finally:
        await office.close()


def test_a_copy_that_cannot_be_made_leaves_nothing_behind(sqlite_prepared, tmp_path):
    url = sqlite_prepared[0]
    with pytest.raises(CopyFailed, match="No such file"):
        copy_sqlite(url, tmp_path / "nowhere" / "backup.db", now=START)
    with pytest.raises(CopyFailed, match="no database"):
        copy_sqlite(f"sqlite:///{tmp_path}/other.db", tmp_path / "backup.db", now=START)
    (tmp_path / "text.db").write_text("This is no database, but a text of more than a hundred letters." * 30)
    with pytest.raises(CopyFailed, match="not a database"):
        copy_sqlite(f"sqlite:///{tmp_path}/text.db", tmp_path / "backup.db", now=START)
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []
