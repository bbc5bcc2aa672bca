"""A whole deployment for journeys: the real application, its records, keys and API keys, and a clock that tests set.

Setting up costs some hundred small transactions, so it is done once a session on SQLite and copied for each test; on
PostgreSQL it is done for each test that asks for it.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.issuance import access, setup
from app.issuance.access import GRANTABLE
from app.issuance.office import Office
from app.keys import Keyring, MasterSecret, SignerProcess
from app.keys.keyring import ScryptCost
from app.main import build
from app.settings import Settings
from app.status import BitstringStatusList
from app.store import open_database
from app.template.alliance import TEST_SLUG
from tests.declared import description_of

Json = Any
Prepared = tuple[str, Path, Mapping[str, str] | None]
"""Address of a database, folder of a keyring, and the API keys if the deployment is set up already."""

PUBLIC_URL = "http://localhost:8000"
START = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
"""A day after every date of ``tests.builders``."""
SECRET = MasterSecret(b"a master secret of the tests alone")
ISSUERS = Path(__file__).resolve().parent.parent / "demo" / "issuers"
UNIVERSITIES = tuple(sorted(path.stem for path in ISSUERS.glob("*.json")))
EVERYBODY = (*UNIVERSITIES, TEST_SLUG)


class Clock:
    """Stands still until a test moves it on."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@dataclass(frozen=True)
class Fetched:
    """A credential as a wallet has it: the bytes, and what they say."""

    content: bytes
    document: dict[str, Json]


@dataclass
class Deployment:
    """One running deployment and those who talk to it."""

    office: Office
    settings: Settings
    clock: Clock
    api_keys: Mapping[str, str]
    application: FastAPI = field(init=False)
    public: httpx.AsyncClient = field(init=False)
    _systems: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def system(self, slug: str = "wut", *, api_key: str | None = None) -> httpx.AsyncClient:
        """Return the client of a university's system."""
        key = api_key or self.api_keys[slug]
        if key not in self._systems:
            self._systems[key] = self._client({"Authorization": f"Bearer {key}"})
        return self._systems[key]

    def seen_from(self, address: str, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
        """Return a client whose connections come from ``address``."""
        return self._client(headers or {}, (address, 40000))

    def _client(self, headers: Mapping[str, str], peer: tuple[str, int] = ("127.0.0.1", 123)) -> httpx.AsyncClient:
        # A real server answers 500 and goes on; what it was is for the log.
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=False, client=peer)
        return httpx.AsyncClient(
            transport=transport,
            base_url=PUBLIC_URL,
            headers=headers,
            timeout=60,
            event_hooks={"response": [self._is_declared]},
        )

    async def _is_declared(self, answer: httpx.Response) -> None:
        """Whatever a journey receives is what the API description says that it may receive."""
        await answer.aread()
        description_of(self.application).check(answer)
        if answer.headers.get("content-type") == "application/problem+json" and answer.content:
            problem = answer.json()
            met = {problem["code"], *(finding["code"] for finding in problem.get("errors", ()))}
            assert met <= self.application.state.explanations.keys(), f"not explained at /problems/CODE: {met}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Deployment"]:
        """Serve for the length of a ``with``."""
        self.application = build(self.settings, self.office)
        self.public = self._client({})
        async with self.application.router.lifespan_context(self.application):
            yield self
        for client in (self.public, *self._systems.values()):
            await client.aclose()

    # --- what a system does

    async def issue(self, request: Json, slug: str | None = None, *, status: int = 201, **headers: str) -> Json:
        """Issue and return the record."""
        slug = slug or request["offering"]["awarding_body"]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.system(slug).post("/api/v1/credentials", json=request, headers=named)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def change_status(self, slug: str, record: Json, change: str, reason: str) -> httpx.Response:
        """Revoke, suspend or reinstate."""
        body = {"change": change, "reason": reason}
        return await self.system(slug).post(f"/api/v1/credentials/{record['id']}/status", json=body)

    async def publish_offering(self, offering: Json, slug: str = "wut") -> Json:
        """Draft and publish; return the version's record."""
        system = self.system(slug)
        drafted = await system.post("/api/v1/offerings", json=offering)
        assert drafted.status_code == 201, drafted.text
        published = await system.post(f"/api/v1/offerings/{drafted.json()['id']}/versions")
        assert published.status_code == 201, published.text
        return published.json()

    # --- what a wallet and a verifier do

    async def fetch(self, record: Json) -> Fetched:
        """Fetch the signed bytes from the public address."""
        answer = await self.public.get(record["public_url"])
        assert answer.status_code == 200, answer.text
        return Fetched(answer.content, json.loads(answer.content))

    async def verify(self, content: bytes, **parameters: str) -> Json:
        """Return the report."""
        answer = await self.public.post("/verify", content=content, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def published_bits(self, document: Mapping[str, Json]) -> tuple[bool, bool]:
        """Return whether the published lists call the credential revoked and suspended."""
        bits = []
        for entry in document["credentialStatus"]:
            answer = await self.public.get(entry["statusListCredential"])
            assert answer.status_code == 200, answer.text
            subject = answer.json()["credentialSubject"]
            assert subject["statusPurpose"] == entry["statusPurpose"]
            bits.append(BitstringStatusList.decode(subject["encodedList"]).get(int(entry["statusListIndex"])))
        revoked, suspended = bits
        return revoked, suspended


async def set_up(office: Office) -> dict[str, str]:
    """Begin the deployment with all seven universities and the sandbox; return an API key of each."""
    await setup.initialise(office)
    for slug in UNIVERSITIES:
        description = json.loads((ISSUERS / f"{slug}.json").read_text(encoding="utf-8"))
        await setup.add_awarding_body(office, description)
        await setup.generate_keys(office, slug, activate=True)
    return await api_keys_for(office, EVERYBODY)


async def begin(office: Office) -> dict[str, str]:
    """Begin the deployment as ``init`` does, with the sandbox alone; return its API key."""
    await setup.initialise(office)
    return await api_keys_for(office, (TEST_SLUG,))


async def api_keys_for(office: Office, slugs: Sequence[str]) -> dict[str, str]:
    """Return an API key of each awarding body, with every scope."""
    return {
        slug: await access.create_api_key(office, slug, scopes=frozenset(GRANTABLE), label="tests", expires_at=None)
        for slug in slugs
    }


def open_office(
    database_url: str,
    keys: Path,
    clock: Clock,
    *,
    kind: type[Keyring] = Keyring,
    longest_wait_seconds: float = 10,
    signer_process: SignerProcess | None = None,
) -> Office:
    """Return the office of a deployment whose keyring is in ``keys``."""
    return Office(
        database=open_database(database_url),
        keyring=kind.open(keys, SECRET),
        public_url=PUBLIC_URL,
        clock=clock,
        max_request_bytes=1024 * 1024,
        longest_wait_seconds=longest_wait_seconds,
        signer_process=signer_process,
    )


@dataclass(frozen=True)
class Template:
    """What every deployment on SQLite starts as."""

    folder: Path
    api_keys: Mapping[str, str]

    def copy_to(self, folder: Path) -> tuple[str, Path]:
        """Return the database and the keys of a deployment that is like this one."""
        shutil.copyfile(self.folder / "enhance.db", folder / "enhance.db")
        shutil.copytree(self.folder / "keys", folder / "keys")
        return f"sqlite:///{folder / 'enhance.db'}", folder / "keys"


@pytest.fixture(scope="session")
def empty_keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyring without keys, unlocked quickly."""
    folder = tmp_path_factory.mktemp("keyring") / "keys"
    Keyring.create(folder, SECRET, cost=ScryptCost(n=2**14))
    return folder


@pytest.fixture(scope="session")
def deployment_template(
    sqlite_template: Path, empty_keyring: Path, tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """A deployment on SQLite that nobody writes to."""
    folder = tmp_path_factory.mktemp("deployment")
    shutil.copyfile(sqlite_template, folder / "enhance.db")
    shutil.copytree(empty_keyring, folder / "keys")

    async def prepare() -> dict[str, str]:
        office = open_office(f"sqlite:///{folder / 'enhance.db'}", folder / "keys", Clock())
        try:
            return await set_up(office)
        finally:
            await office.close()

    return Template(folder, asyncio.run(prepare()))


def settings_for(database_url: str, **changes: Json) -> Settings:
    """Return the settings of a deployment for tests: nothing is looked up elsewhere, guesses are hardly counted."""
    usual: dict[str, Json] = {
        "verify_lookups": "off",
        "deployment": "development",
        "rate_unusable_keys": "600/minute",
    }
    return Settings(public_url=PUBLIC_URL, database_url=database_url, **{**usual, **changes})


@asynccontextmanager
async def a_deployment(
    prepared: Prepared,
    *,
    changes: Mapping[str, Json] | None = None,
    setting_up: Callable[[Office], Awaitable[dict[str, str]]] = set_up,
    **office_options: Json,
) -> AsyncIterator[Deployment]:
    """Run a deployment over a prepared database and keyring; without API keys it is set up first.

    ``changes`` are settings other than those of ``settings_for``.
    """
    url, keys, api_keys = prepared
    clock = Clock()
    office = open_office(url, keys, clock, **office_options)
    if api_keys is None:
        api_keys = await setting_up(office)
    async with Deployment(office, settings_for(url, **(changes or {})), clock, api_keys).running() as deployment:
        yield deployment


@pytest.fixture
def sqlite_prepared(deployment_template: Template, tmp_path: Path) -> Prepared:
    """Database, keyring and API keys of this test alone, on SQLite."""
    return *deployment_template.copy_to(tmp_path), deployment_template.api_keys


@pytest.fixture
def postgresql_prepared(postgresql_url: str, empty_keyring: Path, tmp_path: Path) -> Prepared:
    """An empty database and keyring of this test alone, on PostgreSQL."""
    shutil.copytree(empty_keyring, tmp_path / "keys")
    return postgresql_url, tmp_path / "keys", None


@pytest.fixture
async def sqlite_deployment(sqlite_prepared: Prepared) -> AsyncIterator[Deployment]:
    """A running deployment of this test alone, on SQLite."""
    async with a_deployment(sqlite_prepared) as deployment:
        yield deployment


@pytest.fixture
async def fresh_deployment(sqlite_template: Path, empty_keyring: Path, tmp_path: Path) -> AsyncIterator[Deployment]:
    """A running deployment as ``init`` leaves it, on SQLite: no university is configured."""
    shutil.copyfile(sqlite_template, tmp_path / "enhance.db")
    shutil.copytree(empty_keyring, tmp_path / "keys")
    prepared = (f"sqlite:///{tmp_path / 'enhance.db'}", tmp_path / "keys", None)
    async with a_deployment(prepared, setting_up=begin) as deployment:
        yield deployment


@pytest.fixture
async def postgresql_deployment(postgresql_prepared: Prepared) -> AsyncIterator[Deployment]:
    """A running deployment of this test alone, on PostgreSQL."""
    async with a_deployment(postgresql_prepared) as deployment:
        yield deployment
