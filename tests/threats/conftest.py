"""A running deployment for attacks on its doors."""

from tests.databases import sqlite_template  # noqa: F401 - pytest finds fixtures by their names here
from tests.deployments import deployment_template, empty_keyring, sqlite_deployment, sqlite_prepared  # noqa: F401
