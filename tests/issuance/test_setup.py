"""A deployment that was begun halfway is finished by beginning it again."""

import shutil

import pytest

from app.issuance import setup
from app.keys import Keyring, KeyringUnusable
from app.template.alliance import TEST_SLUG
from tests.databases import sqlite_template, sqlite_url  # noqa: F401 - pytest finds fixtures by their names here
from tests.deployments import Clock, empty_keyring, open_office  # noqa: F401 - as above


class FullDisk(Keyring):
    """A keyring that has room for ``keys`` keys."""

    keys = 0

    def generate(self, issuer_slug, fragment, algorithm):
        if len(self.names()) >= self.keys:
            raise KeyringUnusable
        return super().generate(issuer_slug, fragment, algorithm)


@pytest.mark.parametrize("keys", [0, 1, 2])
async def test_setting_up_goes_on_where_an_earlier_attempt_ended(keys, sqlite_url, empty_keyring, tmp_path):  # noqa: F811 - the fixtures
    shutil.copytree(empty_keyring, tmp_path / "keys")
    office = open_office(sqlite_url, tmp_path / "keys", Clock(), kind=FullDisk)
    try:
        office.keyring.keys = keys
        with pytest.raises(KeyringUnusable):
            await setup.initialise(office)
        office.keyring.keys = 100
        for _ in range(2):
            await setup.initialise(office)
            assert [key.state.value for key in await setup.list_keys(office, TEST_SLUG)] == ["active", "active"]
        assert not await office.flaws()
    finally:
        await office.close()
