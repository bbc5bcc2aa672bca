"""Issue what comes as an unsigned credential and not as a request: for systems that speak the campus issuers' API.

A key of a university signs only what this service would have written itself. So nothing of what was sent is signed:

1. The document is read back into the template's elements (:mod:`app.elm.reading`); whatever is odd is a finding.
2. It names the caller's own university.
3. The elements pass the template's rules, as in any request.
4. Written anew, they say exactly what was sent: a statement that the reader does not know would otherwise vanish.
5. They are issued by the one story that there is (:mod:`app.issuance.issue`), with an identifier, a number, a time of
   issuance and a place in the status lists of our own; the same award again finds its credential.
"""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.elm.mould import CopyFacts, render
from app.elm.reading import Reading, read
from app.errors import Family, Finding, ServiceError, Weight
from app.issuance import forms
from app.issuance.access import Caller
from app.issuance.change_status import change_status
from app.issuance.finding import CredentialUnknown
from app.issuance.issue import VCDM2_FORM, issue, setting_of
from app.issuance.office import Issuer, Office
from app.issuance.prepare import AwardingBodyForeign, PreparedAward, RulesBroken, prepare
from app.issuance.records import CredentialRecord
from app.issuance.repeating import Answer
from app.jsonld import UnsafeDocument, UnsupportedDocument, canonicalize
from app.strict_json import JsonValue
from app.template.elements import FurtherInformation, Placement, Placements, Statement
from app.template.request import parse_request

_OURS: Final = frozenset({"id", "issued", "credentialStatus", "relatedResource"})
"""Members that an issued credential has of its own, whatever was sent."""
_WORDS: Final = {"revoked": ("revoke", "issued-in-error"), "suspended": ("suspend", "under-review")}
_REINSTATED: Final = ("reinstate", "review-ended")
_ENTRY_TYPES: Final = ("BitstringStatusListCredential", "BitstringStatusListEntry")


class DocumentNotReadable(ServiceError):
    """The document cannot be read back as a micro-credential of this form, or says more than can be read from it.

    ``POST /api/v1/credentials?dry_run=true`` gives a document that can.
    """

    code: ClassVar[str] = "document-not-readable"
    title: ClassVar[str] = "The document is not a micro-credential that this service could have written"
    family: ClassVar[Family] = Family.RULE_BROKEN


class CampusStatusMalformed(ServiceError):
    """The body is not `{credentialId, credentialStatus: [{type, status}]}` with one entry and a known word."""

    code: ClassVar[str] = "campus-status-malformed"
    title: ClassVar[str] = "The status change cannot be understood"
    family: ClassVar[Family] = Family.RULE_BROKEN


async def issue_document(
    office: Office, caller: Caller, value: JsonValue, *, idempotency_key: str | None = None
) -> tuple[Answer, bytes]:
    """Return the answer and the signed credential for ``value``, a credential or ``{credential}``; see the module.

    Raises:
        DocumentNotReadable, RequestMalformed, RulesBroken: with every finding.
        AwardingBodyForeign: it names another university.
        AwardDiffers, IdempotencyKeyReused, SigningKeysMissing, DatabaseUnavailable: as :func:`issue`.
    """
    document = value["credential"] if isinstance(value, dict) and "credential" in value else value
    if not isinstance(document, dict) or "proof" in document:
        words = "An unsigned credential, or an object with one as `credential`, is expected here."
        raise DocumentNotReadable(findings=[Finding("not-an-unsigned-credential", "#", words)])
    # 1
    reading = read(document)
    # 2
    if reading.facts.awarding_body is not None and reading.facts.awarding_body != caller.slug:
        raise AwardingBodyForeign
    if reading.statement is None or reading.findings:
        findings = reading.findings or (Finding("not-a-micro-credential", "#", "No micro-credential is in it."),)
        raise DocumentNotReadable(findings=findings)
    request = _request_of(reading.statement, reading.facts.valid_until, await office.issuer(caller.slug))
    # 3
    prepared, found = await prepare(office, caller, parse_request(request))
    if prepared is None:
        required = sum(item.weight is Weight.REQUIRED for item in found)
        raise RulesBroken(f"{required} required findings; they point into the request that was read.", findings=found)
    # 4
    await _refuse_differing(office, prepared, reading, document)
    # 5
    answer = await issue(office, caller, request, idempotency_key=idempotency_key)
    signed = await forms.read_for(office, caller, answer.credential_id, VCDM2_FORM)
    return answer, signed.content


def _request_of(statement: Statement, valid_until: datetime | None, issuer: Issuer) -> dict[str, Any]:
    """Return the request that a document comes from: what one learner did stands in the award, not in the offering."""
    offering, award = statement.offering, statement.award
    units = tuple(unit.model_copy(update={"completed_on": None}) for unit in offering.units)
    assessments = tuple(each.model_copy(update={"on": None, "grade": None}) for each in offering.assessments)
    further = _placed_as_usual(offering.further_information)
    shared = offering.model_copy(update={"units": units, "assessments": assessments, "further_information": further})
    own = award.model_copy(
        update={
            "units": offering.units if units != offering.units else None,
            "assessments": offering.assessments if assessments != offering.assessments else None,
            # A day there, an instant in the document: the end of that day at the awarding body.
            "valid_until": valid_until and valid_until.astimezone(ZoneInfo(issuer.body.time_zone)).date(),
        }
    )
    return {
        **own.model_dump(mode="json", exclude_defaults=True),
        "offering": shared.model_dump(mode="json", exclude_defaults=True),
    }


def _placed_as_usual(further: FurtherInformation) -> FurtherInformation:
    """Return what is read with the placements that a request has when it names none (7.16).

    A document does not say whether what stands in it stands in the catalogue as well. The same award as a request has
    the same natural key only if both mean the same offering.
    """
    usual = Placements()
    said = {
        name: Placement.DOCUMENT
        for name in Placements.model_fields
        # What is usually left out of documents and stands in this one was placed there.
        if getattr(usual, name) is Placement.CATALOGUE and getattr(further, name) not in (None, ())
    }
    other = tuple(item.model_copy(update={"placement": Placement.BOTH}) for item in further.other)
    return further.model_copy(update={"placement": usual.model_copy(update=said), "other": other})


async def _refuse_differing(
    office: Office, prepared: PreparedAward, reading: Reading, document: dict[str, Any]
) -> None:
    facts = reading.facts
    copy = CopyFacts(
        certificate_number=facts.certificate_number or "",
        uuid=facts.uuid or UUID(int=0),
        issued=office.clock(),
        valid_from=prepared.valid_from,
        valid_until=prepared.valid_until,
        status_list=0,
        status_index=0,
    )
    _, written = render(prepared.statement, await setting_of(office, prepared.issuer), copy)
    try:
        same = _said(document) == _said(written)
    except (UnsafeDocument, UnsupportedDocument) as error:
        raise DocumentNotReadable(findings=error.findings) from None
    if not same:
        words = "Written anew from what was read, the document says something else: it has more than can be read."
        raise DocumentNotReadable(findings=[Finding("says-more-than-is-read", "#", words)])


def _said(document: dict[str, Any]) -> bytes:
    return canonicalize({name: value for name, value in document.items() if name not in _OURS})


async def change_campus_status(office: Office, caller: Caller, value: JsonValue) -> CredentialRecord:
    """Change a status as campus issuers are told to: by the credential's own id, a list of one entry, and a word.

    Raises:
        CampusStatusMalformed: with every finding.
        CredentialUnknown: not the caller's.
        StatusChangeMalformed, RevocationFinal: as :func:`change_status`.
    """
    body = value if isinstance(value, dict) else {}
    stated = body.get("credentialStatus")
    entry = stated[0] if isinstance(stated, list) and len(stated) == 1 else None
    status = entry.get("status") if isinstance(entry, dict) else None
    findings = []
    if not isinstance(body.get("credentialId"), str):
        findings.append(
            Finding("campus-status-malformed", "#/credentialId", "The id of a credential is expected here.")
        )
    if not isinstance(entry, dict) or entry.get("type") not in _ENTRY_TYPES:
        words = f"A list with one entry of a type is expected here: {' or '.join(_ENTRY_TYPES)}."
        findings.append(Finding("campus-status-malformed", "#/credentialStatus", words))
    elif status not in (*_WORDS, "active"):
        words = f"Expected is one of: {', '.join((*_WORDS, 'active'))}."
        findings.append(Finding("campus-status-malformed", "#/credentialStatus/0/status", words))
    if findings:
        raise CampusStatusMalformed(findings=findings)
    assert isinstance(entry, dict)
    change, usual = _WORDS.get(str(status), _REINSTATED)
    try:
        identifier = UUID(str(body["credentialId"]).removeprefix("urn:uuid:"))
    except ValueError:
        # Whatever else it names, no credential of ours.
        raise CredentialUnknown from None
    return await change_status(office, caller, identifier, {"change": change, "reason": entry.get("reason", usual)})
