"""Find what was issued: one record, pages of them, a learner's, and what happened to an award."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import Family, Finding, ServiceError, json_pointer
from app.issuance.access import Caller
from app.issuance.issue import EDC_FORM, VCDM2_FORM, forms_of, record_of
from app.issuance.office import Office
from app.issuance.prepare import identifies, learner_key_of
from app.issuance.records import CredentialRecord, HistoryEntry, Status
from app.store import credentials, events, secured_forms
from app.store.connection import Connection
from app.store.credentials import CredentialEntry
from app.store.paging import Cursor, Page
from app.store.states import Audience, FormState
from app.strict_json import JsonValue
from app.template.elements import Learner


class CredentialUnknown(ServiceError):
    """There is no such credential of your awarding body."""

    code: ClassVar[str] = "credential-unknown"
    title: ClassVar[str] = "There is no such credential"
    family: ClassVar[Family] = Family.NOT_FOUND


class SearchMalformed(ServiceError):
    """The search does not name a learner as requests do."""

    code: ClassVar[str] = "search-malformed"
    title: ClassVar[str] = "The search cannot be understood"
    family: ClassVar[Family] = Family.RULE_BROKEN


class CredentialPage(BaseModel):
    """Some credentials, newest first, and the cursor of the next page, if there is one."""

    items: list[CredentialRecord]
    next_cursor: str | None


class History(BaseModel):
    """What happened to an award, oldest first, and the credentials that were issued for it."""

    entries: list[HistoryEntry]
    credentials: list[CredentialRecord] = Field(description="Newest revision first")


class Search(BaseModel):
    """The body of ``POST /api/v1/credentials/search``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    learner: Learner
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to."""

    offering: UUID | None = None
    status: Status | None = None
    awarded_from: date | None = None
    awarded_to: date | None = None


async def record(office: Office, caller: Caller, credential_id: UUID) -> CredentialRecord:
    """Return one record.

    Raises:
        CredentialUnknown: not the caller's.
    """
    async with office.database.read() as connection:
        return await read_record(connection, office, caller, credential_id)


async def read_record(connection: Connection, office: Office, caller: Caller, credential_id: UUID) -> CredentialRecord:
    """Return one record, as this connection sees it.

    Raises:
        CredentialUnknown: not the caller's.
    """
    entry = await credentials.find_entry(connection, caller.awarding_body_id, credential_id)
    if entry is None or entry.credential.audience is not Audience.PUBLIC:
        raise CredentialUnknown
    return await _record(connection, office, caller, entry)


async def page(office: Office, caller: Caller, wanted: Filter, *, cursor: str | None, limit: int) -> CredentialPage:
    """Return a page of the awarding body's credentials, newest first.

    Raises:
        CursorMalformed: not one of ours.
    """
    search = credentials.Search(
        offering_id=wanted.offering,
        awarded_from=wanted.awarded_from,
        awarded_until=wanted.awarded_to,
        revoked=None if wanted.status is None else wanted.status is Status.REVOKED,
        suspended={Status.SUSPENDED: True, Status.VALID: False}.get(wanted.status) if wanted.status else None,
    )
    return await _page(office, caller, search, cursor, limit)


async def search(office: Office, caller: Caller, value: JsonValue) -> CredentialPage:
    """Return the credentials of one learner, named as in the requests that issued them.

    Raises:
        SearchMalformed: with every finding.
    """
    wanted = _asked_for(value)
    filters = credentials.Search(learner_key=await _learner_key(office, caller, wanted))
    return await _page(office, caller, filters, wanted.cursor, wanted.limit)


async def learner_key_asked_for(office: Office, caller: Caller, learner: JsonValue) -> bytes:
    """Return the pseudonym under which the awards of ``learner`` are found.

    Raises:
        SearchMalformed: with every finding.
    """
    return await _learner_key(office, caller, _asked_for({"learner": learner}))


def _asked_for(value: JsonValue) -> Search:
    try:
        wanted = Search.model_validate(value)
    except ValidationError as error:
        findings = [
            Finding("search-malformed", json_pointer(item["loc"]), item["msg"])
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise SearchMalformed(findings=findings) from None
    if not identifies(wanted.learner):
        words = "Name the learner by reference, ESI, student number, or names."
        raise SearchMalformed(findings=[Finding("search-malformed", "#/learner", words)])
    return wanted


async def _learner_key(office: Office, caller: Caller, wanted: Search) -> bytes:
    return learner_key_of(await office.issuer(caller.slug), wanted.learner)


async def history(office: Office, caller: Caller, credential_id: UUID) -> History:
    """Return what happened to the award that a credential belongs to.

    Raises:
        CredentialUnknown: not the caller's.
    """
    async with office.database.read() as connection:
        entry = await credentials.find_entry(connection, caller.awarding_body_id, credential_id)
        if entry is None or entry.credential.audience is not Audience.PUBLIC:
            raise CredentialUnknown
        award_id = entry.credential.award_id
        happened = await events.list_of_subject(connection, caller.awarding_body_id, str(award_id))
        copies = await credentials.list_of_award(connection, caller.awarding_body_id, award_id)
        records = [
            await read_record(connection, office, caller, copy.id)
            for copy in copies
            if copy.audience is Audience.PUBLIC
        ]
    entries = []
    for event in happened:
        body = orjson.loads(event.body)
        entries.append(
            HistoryEntry(
                at=event.at,
                kind=event.kind,
                credential=body.get("credential"),
                reason=body.get("reason"),
                actor=event.actor,
            )
        )
    return History(entries=entries, credentials=records)


async def _page(
    office: Office, caller: Caller, search: credentials.Search, cursor: str | None, limit: int
) -> CredentialPage:
    after = Cursor.parse(cursor) if cursor else None
    async with office.database.read() as connection:
        found: Page[CredentialEntry] = await credentials.list_page(
            connection, caller.awarding_body_id, search, after=after, size=limit
        )
    # In a list each record names its forms without looking them up: an issued credential has its bytes.
    return CredentialPage(
        items=[
            record_of(
                office, caller.slug, entry, forms_of(office, entry.credential.id, _state(entry), slug=caller.slug)
            )
            for entry in found.items
        ],
        next_cursor=str(found.next) if found.next else None,
    )


def _state(entry: CredentialEntry) -> FormState:
    return FormState.READY if entry.credential.state.value == "issued" else FormState.PENDING


async def _record(connection: Connection, office: Office, caller: Caller, entry: CredentialEntry) -> CredentialRecord:
    row = await secured_forms.find(connection, caller.awarding_body_id, entry.credential.id, VCDM2_FORM)
    edc = await secured_forms.find(connection, caller.awarding_body_id, entry.credential.id, EDC_FORM)
    forms = forms_of(
        office,
        entry.credential.id,
        row.state if row else FormState.FAILED,
        slug=caller.slug,
        was_sealed=edc is not None and edc.state is FormState.READY,
    )
    return record_of(office, caller.slug, entry, forms)
