"""Signed status lists at their addresses: never behind a change, never close to the end of their validity.

Each list has two views of each purpose: the document with proofs, and its twin as a token for credentials in tokens.

A list is signed again when it is read and either something changed since (the versions differ) or half of its validity
is over. There is no clockwork that could stop: whoever reads gets a list that is true at that moment.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import orjson

from app.errors import Family, ServiceError
from app.issuance.office import Issuer, Office
from app.securing import vc_jose
from app.securing.data_integrity import secure
from app.status import BitstringStatusList, StatusPurpose, status_list_credential, status_list_url, token_twin_url
from app.store import status_events, status_lists
from app.store.status_lists import PublishedList

VALIDITY: Final = timedelta(hours=24)
_VIEWS: Final[Mapping[str, tuple[StatusPurpose, bool]]] = {
    **{purpose.value: (purpose, False) for purpose in StatusPurpose},
    **{token_twin_url(purpose.value): (purpose, True) for purpose in StatusPurpose},
}
"""From the last step of an address to the purpose, and whether the list is wanted as a token."""


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
    """Return the signed list: ``revocation`` or ``suspension``, or one of them with ``.jwt`` for the token.

    Raises:
        StatusListUnknown: no such issuer, list or purpose.
        SigningFailed, DatabaseUnavailable: try again later.
    """
    if view_name not in _VIEWS or not 0 < number < 2**31:
        raise StatusListUnknown
    purpose, as_token = _VIEWS[view_name]
    media_type = vc_jose.MEDIA_TYPE if as_token else "application/vc"
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
    raised = revoked if purpose is StatusPurpose.REVOCATION else suspended
    valid_from = moment.replace(microsecond=0)
    url = status_list_url(f"{office.public_url}/issuers/{slug}", number, purpose)
    document = status_list_credential(
        BitstringStatusList(found.capacity, raised=raised),
        url=token_twin_url(url) if as_token else url,
        issuer=issuer.body.did,
        purpose=purpose,
        valid_from=valid_from,
        valid_until=valid_from + VALIDITY,
    )
    content = await _signed(document, issuer, valid_from, as_token=as_token)
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    view = PublishedList(found.id, view_name, found.version, content, etag, valid_from, valid_from + VALIDITY)
    async with office.database.transaction() as connection:
        if not await status_lists.save_published(connection, view):
            newer = await status_lists.find_published(connection, found.id, view_name)
            if newer is not None and newer.version >= found.version:
                return SignedList(newer.content, newer.etag, media_type)
    return SignedList(content, etag, media_type)


async def _signed(document: Mapping[str, Any], issuer: Issuer, created: datetime, *, as_token: bool) -> bytes:
    if as_token:
        key, key_id = issuer.token_key()
        return await vc_jose.secure(document, signer=key.signer, key_id=key_id)
    signers = [(key.signer, key.verification_method) for key in issuer.keys_at_hand()]
    return orjson.dumps(await secure(document, signers=signers, created=created))
