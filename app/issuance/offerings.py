"""Offerings: drafted, checked against the template, published in immutable versions, shown in the catalogue."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field

from app.elm.mapping import map_award
from app.elm.rendering import CredentialFacts, render_vcdm2
from app.elm.vocabularies import CODES
from app.errors import Family, Finding, ServiceError, Weight
from app.issuance.access import Caller
from app.issuance.office import Office
from app.issuance.page_images import unshowable_texts
from app.issuance.prepare import AwardingBodyForeign, OfferingUnknown, RulesBroken, refuse_unfit, today_in
from app.issuance.records import FindingRecord, finding_records
from app.store import awarding_bodies, events, offerings
from app.store.connection import Connection
from app.store.failures import TransitionRefused
from app.store.offerings import OfferingVersion
from app.store.paging import Cursor
from app.store.states import OfferingState
from app.strict_json import JsonValue, canonical
from app.template.elements import (
    Award,
    FurtherInformation,
    Learner,
    Offering,
    OtherInformation,
    Placement,
    statement_of,
)
from app.template.request import parse_offering
from app.template.rules import check_offering

__all__ = ["OfferingState"]


class NothingToPublish(ServiceError):
    """The offering has no draft: everything is published. Edit the draft first."""

    code: ClassVar[str] = "nothing-to-publish"
    title: ClassVar[str] = "There is no draft to publish"
    family: ClassVar[Family] = Family.CONFLICT


class OfferingFixed(ServiceError):
    """The offering was withdrawn, or came inside a request for one award; it has no further versions."""

    code: ClassVar[str] = "offering-fixed"
    title: ClassVar[str] = "The offering cannot be changed"
    family: ClassVar[Family] = Family.CONFLICT


class OfferingVersionRecord(BaseModel):
    """A published version; it never changes."""

    id: UUID
    version: int
    published_at: datetime
    offering: Offering
    findings: list[FindingRecord] = Field(default_factory=list)


class OfferingRecord(BaseModel):
    """An offering as its awarding body sees it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: OfferingState
    created_at: datetime
    latest_version: int | None = Field(description="Newest published version")
    draft: Offering | None
    findings: list[FindingRecord] = Field(description="What the template says about the draft")


class OfferingSummary(BaseModel):
    """An offering in a list."""

    id: UUID
    state: OfferingState
    title: dict[str, str]
    version: int
    created_at: datetime


class OfferingPage(BaseModel):
    """Some offerings, newest first."""

    items: list[OfferingSummary]
    next_cursor: str | None


class CatalogueEntry(BaseModel):
    """A published offering as everybody may see it (7.16)."""

    id: UUID
    version: int
    published_at: datetime
    offering: Offering


class CataloguePage(BaseModel):
    """Some entries of the catalogue, newest first."""

    items: list[CatalogueEntry]
    next_cursor: str | None


async def create(office: Office, caller: Caller, value: JsonValue) -> OfferingRecord:
    """Keep a draft.

    Raises:
        RequestMalformed: with every finding.
        AwardingBodyForeign: it names another awarding body.
    """
    offering = _own(caller, parse_offering(value))
    moment = office.clock()
    identifier = uuid4()
    async with office.database.transaction() as connection:
        await offerings.create_draft(
            connection,
            awarding_body_id=caller.awarding_body_id,
            offering_id=identifier,
            content=content_of(offering),
            now=moment,
        )
        await _note(connection, caller, moment, "offering-drafted", identifier)
    return await read(office, caller, identifier)


async def edit_draft(office: Office, caller: Caller, offering_id: UUID, value: JsonValue) -> OfferingRecord:
    """Replace the draft, or begin the draft of the next version.

    Raises:
        RequestMalformed, AwardingBodyForeign, OfferingUnknown, OfferingFixed: see there.
    """
    offering = _own(caller, parse_offering(value))
    moment = office.clock()
    try:
        async with office.database.transaction() as connection:
            written = await offerings.write_draft(
                connection,
                awarding_body_id=caller.awarding_body_id,
                offering_id=offering_id,
                content=content_of(offering),
                now=moment,
            )
    except TransitionRefused:
        raise OfferingFixed from None
    if written is None:
        raise OfferingUnknown
    return await read(office, caller, offering_id)


async def publish(office: Office, caller: Caller, offering_id: UUID) -> OfferingVersionRecord:
    """Publish the draft as the next version.

    Raises:
        OfferingUnknown: not the caller's.
        OfferingFixed: it was withdrawn; a draft that is left over does not bring it back.
        NothingToPublish: no draft.
        RulesBroken: a required rule of the template does not hold; every finding is listed.
        DocumentUnfit: a defect of ours, found before anybody awards by it.
    """
    moment = office.clock()
    async with office.database.read() as connection:
        found = await offerings.find(connection, caller.awarding_body_id, offering_id)
        if found is None:
            raise OfferingUnknown
        if found.state is OfferingState.WITHDRAWN:
            raise OfferingFixed
        draft = await offerings.find_draft(connection, caller.awarding_body_id, offering_id)
    if draft is None:
        raise NothingToPublish
    offering = Offering.model_validate_json(draft.content)
    findings = await _findings(office, caller, offering)
    if any(finding.weight is Weight.REQUIRED for finding in findings):
        raise RulesBroken(findings=findings)
    await _try(office, caller, offering)
    async with office.database.transaction() as connection:
        published = await offerings.publish(
            connection, awarding_body_id=caller.awarding_body_id, offering_id=offering_id, now=moment
        )
        # Checked is what is published: an edit in between is checked before it is published, by asking again.
        if published is None or published.content_sha256 != draft.content_sha256:
            raise NothingToPublish("The draft changed while it was checked; publish again.")
        await _note(connection, caller, moment, "offering-published", offering_id)
    return _version_record(published, findings)


async def withdraw(office: Office, caller: Caller, offering_id: UUID) -> OfferingRecord:
    """Let no more awards be made for the offering, and take it out of the catalogue. What was issued stays.

    Raises:
        OfferingUnknown: not the caller's.
    """
    moment = office.clock()
    async with office.database.transaction() as connection:
        if not await offerings.withdraw(connection, awarding_body_id=caller.awarding_body_id, offering_id=offering_id):
            raise OfferingUnknown
        await _note(connection, caller, moment, "offering-withdrawn", offering_id)
    return await read(office, caller, offering_id)


async def read(office: Office, caller: Caller, offering_id: UUID) -> OfferingRecord:
    """Return an offering with its draft.

    Raises:
        OfferingUnknown: not the caller's.
    """
    async with office.database.read() as connection:
        row = await offerings.find(connection, caller.awarding_body_id, offering_id)
        if row is None:
            raise OfferingUnknown
        draft = await offerings.find_draft(connection, caller.awarding_body_id, offering_id)
        newest = await offerings.find_version(connection, caller.awarding_body_id, offering_id)
    drafted = Offering.model_validate_json(draft.content) if draft else None
    findings = await _findings(office, caller, drafted) if drafted else []
    return OfferingRecord(
        id=offering_id,
        state=row.state,
        created_at=row.created_at,
        latest_version=newest.version if newest else None,
        draft=drafted,
        findings=finding_records(findings),
    )


async def read_version(office: Office, caller: Caller, offering_id: UUID, version: int) -> OfferingVersionRecord:
    """Return a published version.

    Raises:
        OfferingUnknown: not the caller's, or not published.
    """
    async with office.database.read() as connection:
        found = await offerings.find_version(connection, caller.awarding_body_id, offering_id, version)
    if found is None:
        raise OfferingUnknown
    return _version_record(found, [])


async def list_versions(office: Office, caller: Caller, offering_id: UUID) -> list[OfferingVersionRecord]:
    """Return every published version, newest first.

    Raises:
        OfferingUnknown: not the caller's.
    """
    async with office.database.read() as connection:
        if await offerings.find(connection, caller.awarding_body_id, offering_id) is None:
            raise OfferingUnknown
        versions = await offerings.list_versions(connection, caller.awarding_body_id, offering_id)
    return [_version_record(version, []) for version in versions if version.published_at is not None]


async def list_offerings(office: Office, caller: Caller, *, cursor: str | None, limit: int) -> OfferingPage:
    """Return the awarding body's offerings in any state, newest first.

    Raises:
        CursorMalformed: not one of ours.
    """
    async with office.database.read() as connection:
        page = await offerings.list_page(
            connection, caller.awarding_body_id, after=Cursor.parse(cursor) if cursor else None, size=limit
        )
    items = [
        OfferingSummary(
            id=entry.offering.id,
            state=entry.offering.state,
            title=Offering.model_validate_json(entry.version.content).title,
            version=entry.version.version,
            created_at=entry.offering.created_at,
        )
        for entry in page.items
    ]
    return OfferingPage(items=items, next_cursor=str(page.next) if page.next else None)


async def catalogue(office: Office, *, cursor: str | None, limit: int, awarding_body: str | None) -> CataloguePage:
    """Return what everybody may see, newest first.

    Raises:
        CursorMalformed: not one of ours.
    """
    async with office.database.read() as connection:
        body = await awarding_bodies.find_by_slug(connection, awarding_body) if awarding_body else None
        if awarding_body and body is None:
            return CataloguePage(items=[], next_cursor=None)
        page = await offerings.list_catalogue(
            connection, body.id if body else None, after=Cursor.parse(cursor) if cursor else None, size=limit
        )
    return CataloguePage(
        items=[_entry(entry.version) for entry in page.items], next_cursor=str(page.next) if page.next else None
    )


async def catalogue_entry(office: Office, offering_id: UUID, version: int | None) -> CatalogueEntry:
    """Return one published version as everybody may see it.

    Raises:
        OfferingUnknown: not there, or not for everybody.
    """
    async with office.database.read() as connection:
        found = await offerings.find_in_catalogue(connection, offering_id, version)
    if found is None:
        raise OfferingUnknown
    return _entry(found)


def content_of(offering: Offering) -> bytes:
    """Return the offering as canonical JSON, without what it does not say."""
    return canonical(offering.model_dump(mode="json", exclude_defaults=True))


def _own(caller: Caller, offering: Offering) -> Offering:
    if offering.awarding_body != caller.slug:
        raise AwardingBodyForeign
    return offering


async def _findings(office: Office, caller: Caller, offering: Offering) -> list[Finding]:
    issuer = await office.issuer(caller.slug)
    unshowable = unshowable_texts(offering.model_dump(mode="json", exclude_defaults=True), None)
    return check_offering(offering, body=issuer.body, codes=CODES) + unshowable


async def _try(office: Office, caller: Caller, offering: Offering) -> None:
    """Make the document of an invented award, so that whatever stops all awards stops the publication."""
    issuer, moment = await office.issuer(caller.slug), office.clock()
    learner = Learner(
        given_names="Sample", family_names="Learner", birth_date=date(2000, 1, 1), nationalities=(issuer.body.country,)
    )
    award = Award(learner=learner, awarded_on=today_in(issuer, moment))
    tree = map_award(statement_of(offering, award), issuer.body, await office.bodies(), certificate_number="sample")
    refuse_unfit(render_vcdm2(tree, CredentialFacts(uuid=UUID(int=0), issued=moment, valid_from=moment)))


def _version_record(version: OfferingVersion, findings: list[Finding]) -> OfferingVersionRecord:
    assert version.published_at is not None
    return OfferingVersionRecord(
        id=version.offering_id,
        version=version.version,
        published_at=version.published_at,
        offering=Offering.model_validate_json(version.content),
        findings=finding_records(findings),
    )


def _entry(version: OfferingVersion) -> CatalogueEntry:
    assert version.published_at is not None
    return CatalogueEntry(
        id=version.offering_id,
        version=version.version,
        published_at=version.published_at,
        offering=for_catalogue(Offering.model_validate_json(version.content)),
    )


def for_catalogue(offering: Offering) -> Offering:
    """Return the offering without what is placed in the document only, or kept inside (7.16)."""
    further = offering.further_information
    shown = (Placement.CATALOGUE, Placement.BOTH)
    hidden = {
        name: FurtherInformation.model_fields[name].get_default(call_default_factory=True)
        for name in type(further.placement).model_fields
        if getattr(further.placement, name) not in shown
    }
    others: tuple[OtherInformation, ...] = tuple(item for item in further.other if item.placement in shown)
    workload = offering.workload.model_copy(update={"no_ects_reason": None})
    level = offering.level.model_copy(update={"no_eqf_reason": None})
    prerequisites = offering.prerequisites
    if prerequisites is not None and not isinstance(prerequisites, str):
        prerequisites = prerequisites.model_copy(update={"formal_reason": None})
    return offering.model_copy(
        update={
            "further_information": further.model_copy(update={**hidden, "other": others}),
            "workload": workload,
            "level": level,
            "prerequisites": prerequisites,
        }
    )


async def _note(connection: Connection, caller: Caller, moment: datetime, kind: str, offering_id: UUID) -> None:
    await events.append(
        connection,
        events.Event(caller.awarding_body_id, moment, caller.actor, kind, str(offering_id), canonical({})),
    )
