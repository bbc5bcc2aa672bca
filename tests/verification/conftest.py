"""A verifier of ours, a host on the loopback, and a stranger who publishes there."""

import pytest

from app.keys import Algorithm
from app.trust.fetch import GuardedFetch
from tests.counterparts.foreign_issuer import ForeignIssuer
from tests.counterparts.hostile_host import HostileHost
from tests.verification.deployment import NO_TRUST, Deployment


@pytest.fixture
async def host():
    async with HostileHost() as host:
        yield host


@pytest.fixture
async def ours(host):
    fetch = GuardedFetch(exceptions=[host.exception], total_seconds=1.5, tls=NO_TRUST)
    yield Deployment(fetch, {host.exception})
    await fetch.aclose()


@pytest.fixture
async def stranger(host):
    """A did:web issuer on the host, with its document in place."""
    issuer = ForeignIssuer(host.did("issuers", "abc"), Algorithm.P256)
    host.serve("/issuers/abc/did.json", issuer.did_document(), media_type="application/did+json")
    return issuer
