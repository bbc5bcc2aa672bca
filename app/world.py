"""What a verification may ask in this deployment: our own records, and strangers through the guarded way out."""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from app.elm.reading import read
from app.elm.vocabularies import CODES
from app.errors import Family, Finding, ServiceError, Weight
from app.issuance.forms import open_form
from app.issuance.issue import VCDM2_FORM, VCDM2_JWT_FORM
from app.issuance.office import ISSUER_REFRESH, SERVICE_SLUG, Office
from app.issuance.publish_status import published_status_list
from app.issuance.repeating import Erased
from app.issuance.sd_jwt_form import FORM_NAMES
from app.issuance.seal_evidence import Demands, EvidenceDesk
from app.issuance.setup import published_did_document
from app.issuance.trust_list import bodies_with_keys, imported_members, service_with_keys
from app.securing import vc_jose
from app.securing.jades import Level
from app.settings import Lookups, Settings
from app.status import StatusIndexOutOfRange
from app.store import credentials, issuers, secured_forms, status_lists
from app.template.alliance import AwardingBody, IssuerKind
from app.template.rules import check_statement
from app.trust.fetch import AuthorityFetch, Fetch, GuardedFetch
from app.trust.members import AllianceMember, Members
from app.trust.resolve import did_of
from app.trust.revocation import RevocationSource
from app.trust.seals import Anchors
from app.trust.trust_list import TrustList
from app.verification.evidence import Policy
from app.verification.gather import OwnStatus, World, signature_digests
from app.verification.receipt import Source, receipt_document, sources_of
from app.verification.report import PresentationReport, Report
from app.verification.submission import read_submission
from app.verification.verifier import AnyReport

_PORTS: Final = {"https": 443, "http": 80}
_STAMPING_SECONDS: Final = 10.0


def world_of(office: Office, settings: Settings, *, fetch: Fetch | None = None) -> World:
    """Return the world as this deployment sees it; ``fetch`` is another way out than the guarded one."""
    exceptions = loopback_exceptions(settings)
    records = OwnRecords(office)
    return World(
        fetch=fetch or GuardedFetch(enabled=settings.verify_lookups is not Lookups.OFF, exceptions=exceptions),
        members=records.members,
        own_status=records.status,
        own_signatures=records.signatures,
        read_and_check=template_findings,
        http_hosts=exceptions,
        anchors=Anchors.read(settings.seal_anchors),
        revocation=RevocationSource(AuthorityFetch(exceptions=exceptions)),
    )


def world_of_list(listed: TrustList, settings: Settings) -> World:
    """Return the world as somebody sees it who has no records, only a trust list."""
    exceptions = loopback_exceptions(settings)
    known = Members(listed.members)

    async def members() -> Members:
        return known

    async def no_status_of_ours(list_url: str, purpose: str, index: int) -> None:  # noqa: ARG001 - AskOwnStatus
        return

    return World(
        fetch=GuardedFetch(enabled=settings.verify_lookups is not Lookups.OFF, exceptions=exceptions),
        members=members,
        own_status=no_status_of_ours,
        read_and_check=template_findings,
        http_hosts=exceptions,
    )


@asynccontextmanager
async def evidence_desk(office: Office, settings: Settings) -> AsyncIterator[EvidenceDesk]:
    """Open the desk at which seals are raised and renewed, with its ways out.

    Raises:
        AnchorsUnusable: SEAL_ANCHORS cannot be read.
    """
    anchors = Anchors.read(settings.seal_anchors)
    # Whom the operator names is no stranger, and may stand in the same house.
    named = [urlsplit(url) for url in settings.seal_timestamp_authorities]
    places = [(parts.hostname or "", parts.port or _PORTS[parts.scheme]) for parts in named]
    stamping = AuthorityFetch(exceptions=places, total_seconds=_STAMPING_SECONDS)
    revocation = RevocationSource(AuthorityFetch(exceptions=loopback_exceptions(settings)))
    demands = Demands(
        authorities=settings.seal_timestamp_authorities,
        policy=settings.seal_timestamp_policy,
        target=Level(settings.seal_level),
        renew_before=timedelta(days=settings.seal_renewal_days),
    )
    try:
        yield EvidenceDesk(office, anchors=anchors, demands=demands, ask=stamping, revocation=revocation)
    finally:
        await stamping.aclose()
        await revocation.aclose()


class ReceiptNotSigned(ServiceError):
    """The service cannot sign a receipt at the moment. Verification works all the same; ask without one."""

    code: ClassVar[str] = "receipt-not-signed"
    title: ClassVar[str] = "The receipt could not be signed"
    family: ClassVar[Family] = Family.UNAVAILABLE


class ReceiptDesk:
    """Signs receipts of verifications with the service's own key, never with a university's."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def receipt(self, report: AnyReport, *, sha256: str, policy: Policy) -> bytes:
        """Return the receipt for ``report`` on the bytes with the digest ``sha256``, as a token (vc+jwt).

        Raises:
            ReceiptNotSigned: no key, or nothing to read it from; the detail says which.
        """
        try:
            key, key_id = await self._office.service_token_key()
            document = receipt_document(
                report,
                sha256=sha256,
                policy=policy,
                sources=[*sources_of(report), *await self._own_sources(report)],
                identifier=f"urn:uuid:{uuid4()}",
                issuer=did_of(key_id),
            )
            return await vc_jose.secure(document, signer=key.signer, key_id=key_id)
        except ServiceError as error:
            raise ReceiptNotSigned(f"{error.title}. The report itself does not depend on it.") from error

    async def _own_sources(self, report: AnyReport) -> list[Source]:
        """Return the versions of our own DID documents and status lists that say what our records said.

        For these a verification reads the records, not the documents; what is published is made from the same records.
        """
        shown = report.credentials if isinstance(report, PresentationReport) else ()
        reports = [one for one in (report, *(item.report for item in shown)) if isinstance(one, Report)]
        slugs = {issuer.body.did: slug for slug, issuer in (await self._office.all_issuers()).items()}
        found: dict[Source, None] = {}
        for one in reports:
            slug = slugs.get(one.issuer.id or "")
            if slug is None:
                continue
            content = await published_did_document(self._office, slug)
            found[Source("did-document", str(one.issuer.id), hashlib.sha256(content).hexdigest())] = None
            for entry in one.status_entries:
                address = re.fullmatch(_status_path(self._office.public_url, slug), entry.status_list or "")
                if address is not None and entry.value is not None:
                    listed = await published_status_list(self._office, slug, int(address[1]), address[2])
                    sha256 = hashlib.sha256(listed.content).hexdigest()
                    found[Source("status-list", str(entry.status_list), sha256)] = None
        return list(found)


def _status_path(public_url: str, slug: str) -> str:
    return (
        re.escape(f"{public_url}/issuers/{slug}/status/")
        + r"([1-9][0-9]{0,8})/((?:revocation|suspension)(?:\.jwt)?|token)"
    )


class OwnRecords:
    """Our own issuers, keys and statuses, read from the store and never over HTTP."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._members = Members(())
        self._members_read: tuple[int, datetime] | None = None
        """How many changes this process had made when it began to read, and when."""
        self._list_url = re.compile(
            re.escape(office.public_url)
            + r"/issuers/([a-z][a-z0-9-]*)/status/([1-9][0-9]{0,8})/(?:(revocation|suspension)(?:\.jwt)?|token)"
        )

    async def members(self) -> Members:
        """Return every issuer of this deployment and of imported lists, with all keys that it ever had.

        That is as it was some seconds ago at most.

        A change in this process (a revoked key) is seen at once, one by another process after ``ISSUER_REFRESH``.

        Raises:
            DatabaseUnavailable: our records cannot be read now.
        """
        changes, moment = self._office.issuer_changes, self._office.clock()
        known = self._members_read
        if known is None or known[0] != changes or not timedelta(0) <= moment - known[1] <= ISSUER_REFRESH:
            self._members = await self._read_members()
            # A change meanwhile makes the number differ at the next look.
            self._members_read = changes, moment
        return self._members

    async def _read_members(self) -> Members:
        async with self._office.database.read() as connection:
            known = [AllianceMember.of(body, keys=keys) for _, body, keys in await bodies_with_keys(connection)]
            service, keys = await service_with_keys(connection)
            known.append(AllianceMember(SERVICE_SLUG, service, (), keys=keys, kind=IssuerKind.SERVICE))
            # Of our own issuers our own records speak, whatever a list of somebody else says.
            known += await imported_members(connection, besides={member.did for member in known})
        return Members(tuple(known))

    async def status(self, list_url: str, purpose: str, index: int) -> OwnStatus | None:
        """Return what is recorded for a place of one of our lists; none for a stranger's.

        Raises:
            DatabaseUnavailable: our records cannot be read now.
            StatusIndexOutOfRange: the address is ours, but there is no such list or place.
        """
        match = self._list_url.fullmatch(list_url)
        # A token list shows both purposes.
        if match is None or match[3] not in (purpose, None):
            return None
        async with self._office.database.read() as connection:
            found = await status_lists.find_by_address(connection, match[1], int(match[2]))
            issuer = await issuers.find_by_slug(connection, match[1])
            if found is None or issuer is None or index >= found.capacity:
                # Ours by its address, so nobody else is asked.
                raise StatusIndexOutOfRange
            entry = await credentials.find_by_status_place(connection, found.id, index)
        if entry is None:
            return OwnStatus(issuer_did=issuer.did, is_set=False)
        is_set = entry.standing.revoked if purpose == "revocation" else entry.standing.suspended
        return OwnStatus(issuer_did=issuer.did, is_set=is_set, superseded=entry.superseded_by is not None)

    async def signatures(self, issuer_did: str, credential_id: str) -> Mapping[bytes, datetime]:
        """Return when each signature on a credential was stored here as issued, by its digest; none for a stranger's.

        What was stored is sealed under the award's data key, so nobody puts a record there who can merely write to the
        database; and what was erased shows nothing any more.

        Raises:
            DatabaseUnavailable, EnvelopeBroken: our records cannot be read now.
        """
        named = _CREDENTIAL_ID.fullmatch(credential_id)
        if named is None:
            return {}
        async with self._office.database.read() as connection:
            issuer = next((one for one in await issuers.list_all(connection) if one.did == issuer_did), None)
            if issuer is None or issuer.awarding_body_id is None:
                return {}
            forms = await secured_forms.list_issued(connection, issuer.awarding_body_id, UUID(named[1]))
            # The age of a sealed form is for its time-stamps to show.
            signed = [form for form in forms if form.form in (VCDM2_FORM, VCDM2_JWT_FORM, *FORM_NAMES.values())]
            try:
                opened = [(form, await open_form(connection, self._office, form)) for form in signed]
            except Erased:
                return {}
        found: dict[bytes, datetime] = {}
        for form, content in opened:
            assert form.signed_at is not None
            for digest in signature_digests(read_submission(content)):
                if digest is not None:
                    found[digest] = min(form.signed_at, found.get(digest, form.signed_at))
        return found


_CREDENTIAL_ID: Final = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def template_findings(document: Mapping[str, Any]) -> Sequence[Finding] | None:
    """Read a document back into the template's elements and ask the rules; none for what is not a micro-credential."""
    reading = read(document)
    facts = reading.facts
    if facts.rendering is None or (reading.statement is None and not reading.findings):
        return None
    if reading.statement is None or facts.awarding_body is None or facts.legal_name is None:
        return reading.findings
    body = AwardingBody.model_construct(
        slug=facts.awarding_body,
        did=facts.awarding_body_id or "",
        legal_name=dict(facts.legal_name),
        country=facts.country or "",
        eidas_identifier=facts.eidas_identifier or "",
        # What no rule asks for.
        short_name="",
        address="",
        time_zone="UTC",
        homepage="",
    )
    findings = check_statement(reading.statement, body=body, codes=CODES)
    return [*reading.findings, *(finding for finding in findings if finding.weight is Weight.REQUIRED)]


def loopback_exceptions(settings: Settings) -> list[tuple[str, int]]:
    """Return the exact pairs of host and port that a development set-up reaches over http."""
    pairs = [pair.rpartition(":") for pair in settings.loopback_exceptions]
    return [(host, int(port)) for host, _, port in pairs]
