"""Databases of both kinds for this room; the fixtures are shared with the store and the journeys."""

from tests.databases import (  # noqa: F401 - pytest finds fixtures by their names here
    database,
    database_url,
    postgresql_migrated,
    postgresql_url,
    sqlite_template,
    sqlite_url,
)
