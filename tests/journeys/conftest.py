"""Whole stories over HTTP against the real application, on both databases."""

import pytest

from tests.databases import (  # noqa: F401 - pytest finds fixtures by their names here
    postgresql_migrated,
    postgresql_url,
    sqlite_template,
)
from tests.deployments import (  # noqa: F401 - as above
    Deployment,
    Prepared,
    deployment_template,
    empty_keyring,
    fresh_deployment,
    postgresql_deployment,
    postgresql_prepared,
    sqlite_deployment,
    sqlite_prepared,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """A running deployment of this test alone, on each database in turn."""
    return request.getfixturevalue(f"{request.param}_deployment")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def prepared(request: pytest.FixtureRequest) -> Prepared:
    """What a deployment of this test alone is made of, on each database in turn."""
    return request.getfixturevalue(f"{request.param}_prepared")
