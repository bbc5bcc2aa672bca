"""Receipts: what one verification found, as a document that this service signs and can recognise later.

A receipt is a credential of VC Data Model 2.0 about the bytes that were submitted, by their digest. It says what was
checked and by which policy, what each check came to, and on which versions of DID documents and status lists that
rests. It is nobody's achievement and says nothing about today.

It carries no personal data: digests, codes, and the identifiers that the document states of itself and of its issuer.
No sentence, no pointer to a value, and nothing of what was found where. The challenge and the domains that were asked
for stand there by their digests: whoever asked recognises them, and nobody takes the answer to one challenge for the
answer to another.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.instants import write_instant
from app.jsonld import CREDENTIALS_V2, RECEIPT_CONTEXT_URL
from app.securing.jws import encode_base64url
from app.verification.data_model import RECEIPT_TYPE, is_absolute
from app.verification.evidence import Policy
from app.verification.report import PresentationReport, Report

_LONGEST_IDENTIFIER: Final = 500


@dataclass(frozen=True, slots=True)
class Source:
    """What a verification rested on: a DID document or a status list, in the version with this digest."""

    kind: str
    identifier: str
    sha256: str


def receipt_document(
    report: Report | PresentationReport,
    *,
    sha256: str,
    policy: Policy,
    sources: Sequence[Source],
    identifier: str,
    issuer: str,
) -> dict[str, Any]:
    """Return the unsigned receipt for ``report`` on the bytes with the digest ``sha256`` (hexadecimal)."""
    subject: dict[str, Any] = {
        # RFC 6920: a name that is the digest.
        "id": f"ni:///sha-256;{encode_base64url(bytes.fromhex(sha256)).decode()}",
        "type": "VerifiedDocument",
        "sha256": sha256,
        **_found(report),
        "policy": {
            "type": "VerificationPolicy",
            "lookups": policy.lookups.value,
            "statusMustBeKnown": policy.status_must_be_known,
            "clockSkewSeconds": int(policy.clock_skew.total_seconds()),
            **_asked(policy),
        },
    }
    if isinstance(report, PresentationReport) and report.credentials:
        subject["contains"] = [
            {"type": "VerifiedDocument", "pointer": one.pointer, **_found(one.report)} for one in report.credentials
        ]
    if sources:
        subject["basedOn"] = [
            {"type": "VerificationSource", "kind": source.kind, "checked": source.identifier, "sha256": source.sha256}
            for source in sources
        ]
    return {
        "@context": [CREDENTIALS_V2, RECEIPT_CONTEXT_URL],
        "id": identifier,
        "type": ["VerifiableCredential", RECEIPT_TYPE],
        "issuer": issuer,
        "validFrom": write_instant(report.checked_at),
        "credentialSubject": subject,
    }


def sources_of(report: Report | PresentationReport) -> list[Source]:
    """Return what ``report`` names of the versions it rests on, as far as they were fetched."""
    shown = report.credentials if isinstance(report, PresentationReport) else ()
    reports = [report, *(one.report for one in shown)]
    found = [
        Source("did-document", proof.verification_method.partition("#")[0], proof.did_document_sha256)
        for each in reports
        for proof in each.proofs
        if proof.verification_method is not None and proof.did_document_sha256 is not None
    ]
    found += [
        Source("status-list", entry.status_list, entry.status_list_sha256)
        for each in reports
        if isinstance(each, Report)
        for entry in each.status_entries
        if entry.status_list is not None and entry.status_list_sha256 is not None
    ]
    return [source for source in dict.fromkeys(found) if _is_identifier(source.identifier)]


def _asked(policy: Policy) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if policy.challenge is not None:
        asked["challengeSha256"] = _sha256(policy.challenge)
    if policy.domains:
        asked["domainSha256"] = sorted(_sha256(domain) for domain in policy.domains)
    return asked


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _found(report: Report | PresentationReport) -> dict[str, Any]:
    stated = {"statedId": report.document.id}
    if isinstance(report, Report):
        stated["statedIssuer"] = report.issuer.id
    return {
        "form": report.document.form.value,
        **{name: value for name, value in stated.items() if _is_identifier(value)},
        "verdict": report.verdict.value,
        "reason": report.reason.code,
        "check": [
            {
                "type": "VerificationCheck",
                "kind": check.name.value,
                "axis": check.axis.value,
                "result": check.result.value,
                "code": check.code,
                "decides": check.decides,
            }
            for check in report.checks
        ],
    }


def _is_identifier(value: object) -> bool:
    return is_absolute(value) and len(str(value)) <= _LONGEST_IDENTIFIER
