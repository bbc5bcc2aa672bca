"""From a request to a document that may be signed: everything that is checked before anything is stored.

1. The request is read into the template's types; every malformed field is a finding.
2. Its offering is found (by reference) or taken as it is (inline).
3. The template's rules and the code lists are asked; a required finding stops here, advice travels along.
4. What is left to do is the document itself, which knows a copy's own facts (``moulds``).

Rules and mapping never run inside a transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from app.elm.checks import check_format
from app.elm.mould import Said
from app.elm.vocabularies import CODES
from app.errors import Family, Finding, ServiceError, Weight
from app.issuance.access import Caller
from app.issuance.moulds import StatedAward
from app.issuance.office import Issuer, Office
from app.issuance.page_images import unshowable_texts
from app.jsonld import canonicalize
from app.keys import learner_key
from app.store import offerings
from app.store.offerings import OfferingVersion
from app.store.states import OfferingState
from app.strict_json import canonical
from app.template.elements import (
    IssuanceRequest,
    Learner,
    Offering,
    OfferingReference,
    Statement,
    StudentIdentifierScheme,
    statement_of,
)
from app.template.rules import check


class RulesBroken(ServiceError):
    """A required rule of the template does not hold. Every finding is listed; advice is listed with them."""

    code: ClassVar[str] = "rules-broken"
    title: ClassVar[str] = "The request breaks rules of the ENHANCE template"
    family: ClassVar[Family] = Family.RULE_BROKEN


class OfferingUnknown(ServiceError):
    """There is no such published offering of yours."""

    code: ClassVar[str] = "offering-unknown"
    title: ClassVar[str] = "There is no such published offering"
    family: ClassVar[Family] = Family.NOT_FOUND


class AwardingBodyForeign(ServiceError):
    """The offering names an awarding body that is not the key's. Nobody publishes or signs for another university."""

    code: ClassVar[str] = "awarding-body-foreign"
    title: ClassVar[str] = "There is no such awarding body for this key"
    family: ClassVar[Family] = Family.NOT_FOUND


class DocumentUnfit(ServiceError):
    """The document that this service made of a good request is not of its own form: a defect here, not of the request.

    Findings point into the document. Nothing was signed, stored or published.
    """

    code: ClassVar[str] = "document-unfit"
    title: ClassVar[str] = "This service made a document that is not of its own form"
    family: ClassVar[Family] = Family.DEFECT


@dataclass(frozen=True, slots=True)
class OfferingSource:
    """Where the offering of an award is kept: a published version, or the content that came with the request."""

    content: bytes
    content_sha256: bytes
    offering_id: UUID | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class PreparedAward:
    """An award that passed every rule."""

    issuer: Issuer
    statement: Statement
    source: OfferingSource
    said: Said
    claims: bytes
    """``said`` in its canonical form, as it is stored."""
    learner_key: bytes
    awarded_on: date
    valid_from: datetime
    valid_until: datetime | None
    findings: tuple[Finding, ...]

    def stated(self) -> StatedAward:
        """Return what a document is made of."""
        return StatedAward(self.statement, self.said, self.source.content, self.source.content_sha256)


def refuse_unfit(document: Mapping[str, Any]) -> None:
    """Look at an unsigned document as a stranger would, before anything depends on it.

    Raises:
        UnsafeDocument: a signature would not cover it.
        DocumentUnfit: it is not what the European Digital Credential and our own form demand.
    """
    canonicalize(document)
    findings = [finding for finding in check_format(document) if finding.weight is Weight.REQUIRED]
    if findings:
        raise DocumentUnfit(findings=findings)


def today_in(issuer: Issuer, moment: datetime) -> date:
    """Return the date that it is at the awarding body (7.5: asked in its own time zone)."""
    return moment.astimezone(ZoneInfo(issuer.body.time_zone)).date()


async def prepare(
    office: Office, caller: Caller, request: IssuanceRequest, *, correcting: bool = False, recalling: bool = False
) -> tuple[PreparedAward | None, list[Finding]]:
    """Return the award ready to be mapped, or none with the findings that stop it.

    ``correcting`` an award that exists, its offering may be withdrawn by now: a name changes later than that.
    ``recalling`` an offering that was looked up before, it may be withdrawn by now as well: whoever stores confirms it.

    Raises:
        OfferingUnknown, AwardingBodyForeign: see there.
    """
    issuer = await office.issuer(caller.slug)
    offering, source = (recalling and _recalled(office, caller, request)) or await _offering_of(
        office, caller, request, withdrawn_too=correcting
    )
    if offering.awarding_body != caller.slug:
        raise AwardingBodyForeign
    award = request.award
    findings = check(
        request,
        offering=None if source.offering_id is None else offering,
        body=issuer.body,
        today=today_in(issuer, office.clock()),
        codes=CODES,
    )
    said = award.model_dump(mode="json", exclude_defaults=True)
    sent = None if source.offering_id is not None else offering.model_dump(mode="json", exclude_defaults=True)
    findings += unshowable_texts(sent, said)
    if any(finding.weight is Weight.REQUIRED for finding in findings):
        return None, findings
    assert award.awarded_on is not None
    zone = ZoneInfo(issuer.body.time_zone)
    return (
        PreparedAward(
            issuer=issuer,
            statement=statement_of(offering, award),
            source=source,
            said=said,
            claims=canonical(said),
            learner_key=learner_key_of(issuer, award.learner),
            awarded_on=award.awarded_on,
            valid_from=datetime.combine(award.awarded_on, time.min, zone).astimezone(UTC),
            valid_until=datetime.combine(award.valid_until, time.max.replace(microsecond=0), zone).astimezone(UTC)
            if award.valid_until
            else None,
            findings=tuple(findings),
        ),
        findings,
    )


def learner_key_of(issuer: Issuer, learner: Learner) -> bytes:
    """Return the pseudonym by which the same learner is found again at this awarding body.

    The first that is there counts: the system's own reference, the European Student Identifier, the student number
    with who assigned it, names and birth date.
    """
    if learner.reference:
        return learner_key(issuer.learner_secret, "reference", learner.reference)
    by_scheme = {identifier.scheme: identifier for identifier in reversed(learner.student_identifiers)}
    if esi := by_scheme.get(StudentIdentifierScheme.ESI):
        return learner_key(issuer.learner_secret, "esi", esi.value)
    if number := by_scheme.get(StudentIdentifierScheme.STUDENT_NUMBER):
        return learner_key(issuer.learner_secret, "student-number", number.assigned_by, number.value)
    born = learner.birth_date.isoformat() if learner.birth_date else ""
    return learner_key(issuer.learner_secret, "name", learner.given_names or "", learner.family_names or "", born)


def identifies(learner: Learner) -> bool:
    """Whether anything is there from which :func:`learner_key_of` makes a pseudonym."""
    return bool(learner.reference or learner.student_identifiers or learner.given_names or learner.family_names)


async def _offering_of(
    office: Office, caller: Caller, request: IssuanceRequest, *, withdrawn_too: bool
) -> tuple[Offering, OfferingSource]:
    wanted = request.offering
    if isinstance(wanted, Offering):
        content = canonical(wanted.model_dump(mode="json", exclude_defaults=True))
        return wanted, OfferingSource(content, sha256(content).digest())
    assert isinstance(wanted, OfferingReference)
    async with office.database.read_once() as connection:
        found = await offerings.find_published(connection, caller.awarding_body_id, UUID(wanted.id), wanted.version)
    usable = {OfferingState.PUBLISHED, OfferingState.WITHDRAWN} if withdrawn_too else {OfferingState.PUBLISHED}
    if found is None or found[1] not in usable:
        raise OfferingUnknown
    version = found[0]
    if found[1] is OfferingState.PUBLISHED:
        named = caller.awarding_body_id, version.offering_id, version.version
        office.looked_up.offerings.put(named, version)
    return _read_offering(version.content), _source_of(version)


def _recalled(office: Office, caller: Caller, request: IssuanceRequest) -> tuple[Offering, OfferingSource] | None:
    """Return the offering as it was when it was last looked up. Which version is the newest is always asked."""
    wanted = request.offering
    if not isinstance(wanted, OfferingReference) or wanted.version is None:
        return None
    version = office.looked_up.offerings.get((caller.awarding_body_id, UUID(wanted.id), wanted.version))
    return None if version is None else (_read_offering(version.content), _source_of(version))


def _source_of(version: OfferingVersion) -> OfferingSource:
    return OfferingSource(version.content, version.content_sha256, version.offering_id, version.version)


@lru_cache(maxsize=256)
def _read_offering(content: bytes) -> Offering:
    """Read the content of a published offering, which is the same for every learner."""
    return Offering.model_validate_json(content)
