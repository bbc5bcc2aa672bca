"""API keys: who may do what for which awarding body.

A key reads ``enh_PREFIX_SECRETCHECK``: a public prefix by which it is found, 256 bits of secret, and a checksum that
lets a scanner recognise a leaked key. Only the SHA-256 of the secret is stored; the key is shown once, when it is made.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid4

from app.errors import Family, ServiceError
from app.issuance.office import AwardingBodyUnknown, Office
from app.store import api_keys, awarding_bodies, events
from app.store.api_keys import ApiKey
from app.store.connection import Connection
from app.strict_json import canonical

_KEY: Final = re.compile(r"enh_([a-z0-9]{12})_([A-Za-z0-9_-]{43})([0-9a-f]{8})")
_NOBODY: Final = hashlib.sha256(b"").digest()


class Scope(StrEnum):
    """What a key may be allowed to do. ``any`` asks for no more than a usable key."""

    ANY = "any"
    OFFERINGS_READ = "offerings:read"
    OFFERINGS_WRITE = "offerings:write"
    CREDENTIALS_READ = "credentials:read"
    CREDENTIALS_ISSUE = "credentials:issue"
    CREDENTIALS_STATUS = "credentials:status"


GRANTABLE: Final = tuple(scope for scope in Scope if scope is not Scope.ANY)


class KeyNotAccepted(ServiceError):
    """No API key was sent, or none that opens anything: unknown, expired or revoked; the service does not say which."""

    code: ClassVar[str] = "api-key-not-accepted"
    title: ClassVar[str] = "Send a usable API key: Authorization: Bearer ..."
    family: ClassVar[Family] = Family.UNAUTHENTICATED


class ScopeMissing(ServiceError):
    """The API key is good, but was not made for this. An operator can make another with the scope that is named."""

    code: ClassVar[str] = "scope-missing"
    title: ClassVar[str] = "The API key may not do this"
    family: ClassVar[Family] = Family.NOT_PERMITTED


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, and for which awarding body: taken from the key, never from the request."""

    awarding_body_id: UUID
    slug: str
    actor: str
    key_prefix: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None
    api_key_id: UUID | None = None
    """None for the operator at the machine."""


async def authenticate(office: Office, presented: str | None, *needed: Scope) -> Caller:
    """Return the caller that the key ``presented`` stands for.

    Raises:
        KeyNotAccepted: no usable key.
        ScopeMissing: a usable key without each of the scopes ``needed``.
    """
    prefix, secret = _read(presented)
    # Asked at every request: a revoked key opens nothing from the next request on.
    async with office.database.read_once() as connection:
        found = await api_keys.find_with_slug(connection, prefix)
    if found is not None:
        # A key that is closed is remembered as such: nothing is signed for it in vain any more.
        office.looked_up.api_keys.put(prefix, found)
    return _caller(found, secret, needed, office.clock())


def recalled(office: Office, presented: str | None, *needed: Scope) -> Caller | None:
    """Return the caller that the key ``presented`` stood for when it was last looked up, or none.

    It may have been revoked since. Only for work that stores nothing unless the key is still open
    (:func:`app.issuance.issue.issue_at_once`), and that :func:`authenticate` goes before otherwise.
    """
    try:
        prefix, secret = _read(presented)
        return _caller(office.looked_up.api_keys.get(prefix), secret, needed, office.clock())
    except (KeyNotAccepted, ScopeMissing):
        return None


def _read(presented: str | None) -> tuple[str, str]:
    match = _KEY.fullmatch(presented or "")
    if match is None or match[3] != _checksum(match[1], match[2]):
        raise KeyNotAccepted
    return match[1], match[2]


def _caller(found: tuple[ApiKey, str] | None, secret: str, needed: Sequence[Scope], now: datetime) -> Caller:
    # The same comparison whether or not the prefix is known.
    genuine = hmac.compare_digest(_digest(secret), found[0].secret_sha256 if found else _NOBODY)
    if not genuine or found is None or not found[0].usable(now):
        raise KeyNotAccepted
    key, slug = found
    scopes = frozenset(Scope(name) for name in key.scopes)
    if missing := [scope.value for scope in needed if scope is not Scope.ANY and scope not in scopes]:
        raise ScopeMissing(f"This needs the scope {' and the scope '.join(missing)}.")
    return Caller(key.awarding_body_id, slug, f"api-key:{key.prefix}", key.prefix, scopes, key.expires_at, key.id)


async def operator(office: Office, slug: str) -> Caller:
    """Return the operator at the machine, acting for ``slug``: the command line needs no key.

    Raises:
        AwardingBodyUnknown: no such awarding body.
    """
    async with office.database.read() as connection:
        body = await awarding_bodies.find_by_slug(connection, slug)
    if body is None:
        raise AwardingBodyUnknown
    return Caller(body.id, slug, "operator", "operator", frozenset(GRANTABLE))


async def create_api_key(
    office: Office, slug: str, *, scopes: frozenset[Scope], label: str, expires_at: datetime | None
) -> str:
    """Make a key and return it; it cannot be shown again.

    Raises:
        AwardingBodyUnknown: no such awarding body.
    """
    caller = await operator(office, slug)
    prefix = secrets.token_hex(6)
    secret = secrets.token_urlsafe(32)
    moment = office.clock()
    key = ApiKey(
        uuid4(),
        caller.awarding_body_id,
        prefix,
        _digest(secret),
        frozenset(scope.value for scope in scopes),
        label,
        moment,
        expires_at,
    )
    async with office.database.transaction() as connection:
        await api_keys.add(connection, key)
        await _note(connection, caller, moment, "api-key-created", prefix, {"scopes": sorted(key.scopes)})
    return f"enh_{prefix}_{secret}{_checksum(prefix, secret)}"


async def list_api_keys(office: Office, slug: str) -> tuple[ApiKey, ...]:
    """Return the keys of an awarding body, oldest first, without their secrets."""
    caller = await operator(office, slug)
    async with office.database.read() as connection:
        return await api_keys.list_of_awarding_body(connection, caller.awarding_body_id)


async def revoke_api_key(office: Office, slug: str, prefix: str) -> bool:
    """Close a key for ever. False: the awarding body has no open key with this prefix."""
    caller = await operator(office, slug)
    moment = office.clock()
    async with office.database.transaction() as connection:
        key = await api_keys.find_by_prefix(connection, prefix)
        if key is None or not await api_keys.revoke(connection, caller.awarding_body_id, key.id, now=moment):
            return False
        await _note(connection, caller, moment, "api-key-revoked", prefix, {})
    return True


async def _note(
    connection: Connection, caller: Caller, moment: datetime, kind: str, subject: str, body: dict[str, object]
) -> None:
    await events.append(
        connection, events.Event(caller.awarding_body_id, moment, caller.actor, kind, subject, canonical(body))
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _checksum(prefix: str, secret: str) -> str:
    return f"{zlib.crc32(f'{prefix}_{secret}'.encode()):08x}"
