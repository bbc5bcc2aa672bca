"""Signed status lists at their addresses: never behind a change, never close to the end of their validity.

Each list has two views of each purpose: the document with proofs, and its twin as a token for credentials in tokens.
One more view shows both purposes at once, as a Token Status List for SD-JWT VCs.

A list is signed again when it is read and either something changed since (the versions differ) or half of its validity
is over. There is no clockwork that could stop: whoever reads gets a list that is true at that moment. While its keys
are out of reach, a list that says the same and still holds is given out instead; one that has changed is not.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import orjson

from app.errors import Family, ServiceError
from app.issuance.office import Issuer, Office
from app.keys import SigningFailed
from app.securing import jws, vc_jose
from app.securing.data_integrity import secure
from app.status import (
    BitstringStatusList,
    StatusPurpose,
    TokenStatusList,
    status_list_claims,
    status_list_credential,
    status_list_token_url,
    status_list_url,
    token_twin_url,
)
from app.store import status_events, status_lists
from app.store.status_lists import PublishedList, StatusList

VALIDITY: Final = timedelta(hours=24)
TOKEN_VIEW: Final = "token"  # noqa: S105 - a step of an address
STATUS_LIST_TOKEN_TYPE: Final = "statuslist+jwt"  # noqa: S105 - a media type
STATUS_LIST_TOKEN_MEDIA_TYPE: Final = f"application/{STATUS_LIST_TOKEN_TYPE}"
TIME_TO_LIVE: Final = timedelta(minutes=5)
"""How long a reader of the Token Status List may go without asking again (TSL section 5.1, ``ttl``)."""
_VIEWS: Final[Mapping[str, tuple[StatusPurpose, bool]]] = {
    **{purpose.value: (purpose, False) for purpose in StatusPurpose},
    **{token_twin_url(purpose.value): (purpose, True) for purpose in StatusPurpose},
}
"""From the last step of an address to the purpose, and whether the list is wanted as a token."""
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    **{name: vc_jose.MEDIA_TYPE if as_token else "application/vc" for name, (_, as_token) in _VIEWS.items()},
    TOKEN_VIEW: STATUS_LIST_TOKEN_MEDIA_TYPE,
}


class StatusListUnknown(ServiceError):
    """There is no status list at this address."""

    code: ClassVar[str] = "status-list-unknown"
    title: ClassVar[str] = "There is no such status list"
    family: ClassVar[Family] = Family.NOT_FOUND


@dataclass(frozen=True, slots=True)
class SignedList:
    """A status list as it leaves."""

    content: bytes
    etag: str
    media_type: str


async def published_status_list(office: Office, slug: str, number: int, view_name: str) -> SignedList:
    """Return the signed list: ``revocation`` or ``suspension``, one of them with ``.jwt`` for its twin, or ``token``.

    Raises:
        StatusListUnknown: no such issuer, list or purpose.
        SigningFailed, DatabaseUnavailable: try again later.
    """
    if view_name not in _MEDIA_TYPES or not 0 < number < 2**31:
        raise StatusListUnknown
    media_type = _MEDIA_TYPES[view_name]
    moment = office.clock()
    async with office.database.read() as connection:
        found = await status_lists.find_by_address(connection, slug, number)
        if found is None:
            raise StatusListUnknown
        published = await status_lists.find_published(connection, found.id, view_name)
        fresh = published is not None and published.valid_from <= moment < published.valid_from + VALIDITY / 2
        if published is not None and fresh and published.version == found.version:
            return SignedList(published.content, published.etag, media_type)
        revoked, suspended = await status_events.list_raised(connection, found.id)
    # Not the keys of some seconds ago: signed with one that was revoked since, the list would stand for half a day.
    office.forget_issuers()
    issuer = await office.issuer(slug)
    valid_from = moment.replace(microsecond=0)
    standing = _Standing(found, f"{office.public_url}/issuers/{slug}", revoked, suspended)
    try:
        content = await _content(standing, issuer, view_name, valid_from)
    except SigningFailed:
        # What was signed says the same and still holds: better than nothing while the keeper of the key is away.
        if published is None or published.version != found.version or not moment < published.valid_until:
            raise
        return SignedList(published.content, published.etag, media_type)
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    view = PublishedList(found.id, view_name, found.version, content, etag, valid_from, valid_from + VALIDITY)
    async with office.database.transaction() as connection:
        if not await status_lists.save_published(connection, view):
            newer = await status_lists.find_published(connection, found.id, view_name)
            if newer is not None and newer.version >= found.version:
                return SignedList(newer.content, newer.etag, media_type)
    return SignedList(content, etag, media_type)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a list says at a moment."""

    status_list: StatusList
    address: str
    revoked: Sequence[int]
    suspended: Sequence[int]


async def _content(standing: _Standing, issuer: Issuer, view_name: str, valid_from: datetime) -> bytes:
    """Return a view of a list, signed by the issuer's active keys."""
    capacity, number, address = standing.status_list.capacity, standing.status_list.number, standing.address
    revoked, suspended = standing.revoked, standing.suspended
    if view_name == TOKEN_VIEW:
        entries = TokenStatusList(capacity, revoked=revoked, suspended=suspended)
        return await _signed_token_list(entries, issuer, status_list_token_url(address, number), address, valid_from)
    purpose, as_token = _VIEWS[view_name]
    raised = revoked if purpose is StatusPurpose.REVOCATION else suspended
    url = status_list_url(address, number, purpose)
    document = status_list_credential(
        BitstringStatusList(capacity, raised=raised),
        url=token_twin_url(url) if as_token else url,
        issuer=issuer.body.did,
        purpose=purpose,
        valid_from=valid_from,
        valid_until=valid_from + VALIDITY,
    )
    return await _signed(document, issuer, valid_from, as_token=as_token)


async def _signed(document: Mapping[str, Any], issuer: Issuer, created: datetime, *, as_token: bool) -> bytes:
    if as_token:
        key, key_id = issuer.token_key()
        return await vc_jose.secure(document, signer=key.signer, key_id=key_id)
    signers = [(key.signer, key.verification_method) for key in issuer.keys_at_hand()]
    return orjson.dumps(await secure(document, signers=signers, created=created))


async def _signed_token_list(
    entries: TokenStatusList, issuer: Issuer, url: str, issuer_url: str, issued_at: datetime
) -> bytes:
    key, key_id = issuer.token_key()
    claims = status_list_claims(
        entries,
        url=url,
        issuer=issuer_url,
        issued_at=issued_at,
        expires_at=issued_at + VALIDITY,
        time_to_live=TIME_TO_LIVE,
    )
    header = {"typ": STATUS_LIST_TOKEN_TYPE, "kid": key_id}
    return await jws.sign_compact(orjson.dumps(claims), header, signer=key.signer)
