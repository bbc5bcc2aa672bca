"""Status of what the interop mode issued: places, changes, and the lists that anyone may fetch.

Places come from the ``test`` issuer's allocation, so no two credentials share one. Everything else is in the journal:
one entry says where a credential's status stands, one entry each change. Lists are derived from the entries whenever
they are read, signed by the issuer of the credentials that they are about.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

import orjson

from app.errors import Family, ServiceError
from app.interop.issuers import InteropIssuer
from app.issuance.office import Office
from app.securing import secure
from app.status import (
    LIST_ENTRIES,
    BitstringStatusList,
    StatusIndexOutOfRange,
    StatusPurpose,
    status_list_credential,
    status_list_entries,
)
from app.store import events
from app.store.connection import Connection
from app.strict_json import canonical
from app.template.alliance import TEST_SLUG
from app.verification.gather import OwnStatus

VALIDITY: Final = timedelta(hours=1)
_ACTOR: Final = "interop"


class InteropCredentialUnknown(ServiceError):
    """The interop mode issued no credential of this id with a status entry."""

    code: ClassVar[str] = "interop-credential-unknown"
    title: ClassVar[str] = "No credential of this id was issued here"
    family: ClassVar[Family] = Family.NOT_FOUND


class InteropListUnknown(ServiceError):
    """The interop mode has no status list at this address."""

    code: ClassVar[str] = "interop-list-unknown"
    title: ClassVar[str] = "There is no such status list"
    family: ClassVar[Family] = Family.NOT_FOUND


class RevocationNotLifted(ServiceError):
    """A revocation is for ever (Bitstring Status List 1.0, section 2.2); only a suspension ends."""

    code: ClassVar[str] = "revocation-not-lifted"
    title: ClassVar[str] = "A revocation cannot be taken back"
    family: ClassVar[Family] = Family.MALFORMED


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the status of one credential stands."""

    issuer: str
    number: int
    index: int


class Statuses:
    """The lists of the interop issuers."""

    def __init__(self, office: Office, issuers: Mapping[str, InteropIssuer]) -> None:
        self._office = office
        self._issuers = issuers
        self._url = re.compile(
            re.escape(office.public_url) + r"/interop/status/([a-z0-9]+)/([1-9][0-9]{0,8})/(revocation|suspension)"
        )

    async def reserve(self, issuer: InteropIssuer, purposes: Iterable[StatusPurpose]) -> tuple[Any, _Place]:
        """Take a place for a new credential; return its ``credentialStatus`` and the place."""
        test = await self._office.issuer(TEST_SLUG)
        taken = await self._office.status_places.take(awarding_body_id=test.awarding_body_id, issuer_id=test.issuer_id)
        place = _Place(issuer.name, taken.number, taken.index)
        urls = {purpose: self._list_url(place, purpose) for purpose in StatusPurpose}
        # What others bring may have no id, or one that no fragment can follow.
        entries = status_list_entries(urls, taken.index, credential_id=f"urn:uuid:{uuid4()}")
        wanted = set(purposes)
        chosen = [entry for entry in entries if entry["statusPurpose"] in wanted]
        # The bitstring suite looks for one entry as an object; several stand in a list.
        return (chosen[0] if len(chosen) == 1 else chosen), place

    async def remember(self, credential_id: str, place: _Place) -> None:
        """Note where the status of a credential stands, once it is signed."""
        body = {"issuer": place.issuer, "number": place.number, "index": place.index}
        async with self._office.database.transaction() as connection:
            await self._note(connection, "interop-issued", _credential(credential_id), body)

    async def change(self, credential_id: str, purpose: StatusPurpose, *, is_set: bool) -> None:
        """Set or clear the status of a credential.

        Raises:
            InteropCredentialUnknown: nothing of that id has a status entry here.
            RevocationNotLifted: see there.
        """
        async with self._office.database.transaction() as connection:
            issued = await events.list_of_subject(connection, await self._test_id(), _credential(credential_id))
            if not issued:
                raise InteropCredentialUnknown
            if purpose is StatusPurpose.REVOCATION and not is_set:
                raise RevocationNotLifted
            place = _Place(**orjson.loads(issued[-1].body))
            body = {"index": place.index, "purpose": purpose.value, "set": is_set}
            await self._note(connection, "interop-status", _list(place.issuer, place.number), body)

    async def published(self, name: str, number: int, purpose_name: str) -> bytes:
        """Return the signed list at ``/interop/status/NAME/NUMBER/PURPOSE``, as of this moment.

        Raises:
            InteropListUnknown: there is none.
        """
        issuer = self._issuers.get(name)
        if issuer is None or purpose_name not in list(StatusPurpose) or not 0 < number < 2**31:
            raise InteropListUnknown
        purpose = StatusPurpose(purpose_name)
        moment = self._office.clock().replace(microsecond=0)
        url = self._list_url(_Place(name, number, 0), purpose)
        document = status_list_credential(
            BitstringStatusList(LIST_ENTRIES, raised=await self._raised(name, number, purpose)),
            url=url,
            issuer=issuer.did,
            purpose=purpose,
            valid_from=moment,
            valid_until=moment + VALIDITY,
        )
        signers = [(issuer.signer, issuer.verification_method)]
        return orjson.dumps(await secure(document, signers=signers, created=moment))

    async def status(self, list_url: str, purpose: str, index: int) -> OwnStatus | None:
        """Return what is recorded for a place of one of these lists; none for any other list.

        Raises:
            StatusIndexOutOfRange: the list has no such place.
        """
        match = self._url.fullmatch(list_url)
        if match is None or match[3] != purpose or match[1] not in self._issuers:
            return None
        if index >= LIST_ENTRIES:
            raise StatusIndexOutOfRange
        raised = await self._raised(match[1], int(match[2]), StatusPurpose(purpose))
        return OwnStatus(issuer_did=self._issuers[match[1]].did, is_set=index in raised)

    async def _raised(self, name: str, number: int, purpose: StatusPurpose) -> list[int]:
        async with self._office.database.read() as connection:
            changes = await events.list_of_subject(
                connection, await self._test_id(), _list(name, number), limit=4 * LIST_ENTRIES
            )
        standing: dict[int, bool] = {}
        for change in changes:
            body = orjson.loads(change.body)
            if body["purpose"] == purpose.value:
                standing[body["index"]] = body["set"]
        return sorted(index for index, is_set in standing.items() if is_set)

    def _list_url(self, place: _Place, purpose: StatusPurpose) -> str:
        return f"{self._office.public_url}/interop/status/{place.issuer}/{place.number}/{purpose}"

    async def _test_id(self) -> UUID:
        return (await self._office.issuer(TEST_SLUG)).awarding_body_id

    async def _note(self, connection: Connection, kind: str, subject: str, body: dict[str, Any]) -> None:
        moment: datetime = self._office.clock()
        entry = events.Event(await self._test_id(), moment, _ACTOR, kind, subject, canonical(body))
        await events.append(connection, entry)


def _credential(credential_id: str) -> str:
    # Whatever a stranger wrote as an id does not belong in the journal.
    return "interop-credential:" + hashlib.sha256(credential_id.encode("utf-8", "surrogatepass")).hexdigest()


def _list(name: str, number: int) -> str:
    return f"interop-list:{name}:{number}"
