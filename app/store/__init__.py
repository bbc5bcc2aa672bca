"""All records of a deployment, in SQLite or PostgreSQL. The only SQL of the house.

Promises: leaving a transaction without an exception means durably stored; one awarding body's rows cannot refer to
another's, and functions that take an ``awarding_body_id`` give back nothing of another's; what was said once (events,
status events, award revisions, published offerings, ready forms) cannot be changed; two processes never give two
credentials one place in a status list. Both databases keep the same promises and fail with the same exceptions.

Never: decides (stories do), encrypts or reads what is encrypted, asks the clock, or waits for anybody but the
database. Rows come back as frozen records.

Public: :func:`open_database` gives a :class:`Database`, whose ``read()`` and ``transaction()`` give a
:class:`Connection`, which every query function takes first; ``read_once()`` and ``write_once()`` do for one statement,
in one round trip. Query functions are in one module for each stored thing: ``awarding_bodies``, ``issuers``,
``signing_keys``, ``did_documents``, ``api_keys``, ``offerings``, ``awards``, ``data_keys``, ``credentials``,
``secured_forms``, ``status_events``, ``status_lists``, ``idempotency``, ``events``, ``deployment``, ``trust_lists``,
``credential_offers``, ``deliveries``, ``consumed_once``, ``wallet_events``; ``issuing`` stores a new credential with
all that belongs to it in one step. :func:`migrate` brings a database to this version, :func:`check_schema` asks whether
it is there, :func:`copy_sqlite` makes a backup of it. ``states`` has the words of the columns, ``paging`` the cursors.
"""

from app.store.connection import Connection, Database
from app.store.copying import copy_sqlite
from app.store.database import open_database
from app.store.failures import (
    AlreadyThere,
    AppendOnly,
    DatabaseUnavailable,
    PremiseGone,
    ReferenceBroken,
    RuleBroken,
    SchemaBehind,
    StoreRefused,
    TransactionConflict,
    TransitionRefused,
)
from app.store.migrating import begun_for, check_schema, downgrade, migrate

__all__ = [
    "AlreadyThere",
    "AppendOnly",
    "Connection",
    "Database",
    "DatabaseUnavailable",
    "PremiseGone",
    "ReferenceBroken",
    "RuleBroken",
    "SchemaBehind",
    "StoreRefused",
    "TransactionConflict",
    "TransitionRefused",
    "begun_for",
    "check_schema",
    "copy_sqlite",
    "downgrade",
    "migrate",
    "open_database",
]
