"""Signed status lists at their addresses: never behind a change, never close to the end of their validity.

A list is signed again when it is read and either something changed since (the versions differ) or half of its validity
is over. There is no clockwork that could stop: whoever reads gets a list that is true at that moment.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

import orjson

from app.errors import Family, ServiceError
from app.issuance.office import Office
from app.securing.data_integrity import secure
from app.status import BitstringStatusList, StatusPurpose, status_list_credential, status_list_url
from app.store import status_events, status_lists
from app.store.status_lists import PublishedList

VALIDITY: Final = timedelta(hours=24)


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


async def published_status_list(office: Office, slug: str, number: int, purpose_name: str) -> SignedList:
    """Return the signed list.

    Raises:
        StatusListUnknown: no such issuer, list or purpose.
        SigningFailed, DatabaseUnavailable: try again later.
    """
    if purpose_name not in list(StatusPurpose) or not 0 < number < 2**31:
        raise StatusListUnknown
    purpose = StatusPurpose(purpose_name)
    moment = office.clock()
    async with office.database.read() as connection:
        found = await status_lists.find_by_address(connection, slug, number)
        if found is None:
            raise StatusListUnknown
        published = await status_lists.find_published(connection, found.id, purpose.value)
        fresh = published is not None and published.valid_from <= moment < published.valid_from + VALIDITY / 2
        if published is not None and fresh and published.version == found.version:
            return SignedList(published.content, published.etag)
        revoked, suspended = await status_events.list_raised(connection, found.id)
    # Not the keys of some seconds ago: signed with one that was revoked since, the list would stand for half a day.
    office.forget_issuers()
    issuer = await office.issuer(slug)
    raised = revoked if purpose is StatusPurpose.REVOCATION else suspended
    valid_from = moment.replace(microsecond=0)
    document = status_list_credential(
        BitstringStatusList(found.capacity, raised=raised),
        url=status_list_url(f"{office.public_url}/issuers/{slug}", number, purpose),
        issuer=issuer.body.did,
        purpose=purpose,
        valid_from=valid_from,
        valid_until=valid_from + VALIDITY,
    )
    signers = [(key.signer, key.verification_method) for key in issuer.keys_at_hand()]
    content = orjson.dumps(await secure(document, signers=signers, created=valid_from))
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    view = PublishedList(found.id, purpose.value, found.version, content, etag, valid_from, valid_from + VALIDITY)
    async with office.database.transaction() as connection:
        if not await status_lists.save_published(connection, view):
            newer = await status_lists.find_published(connection, found.id, purpose.value)
            if newer is not None and newer.version >= found.version:
                return SignedList(newer.content, newer.etag)
    return SignedList(content, etag)
