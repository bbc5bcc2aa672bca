"""The report: every check with its sentence, and a verdict that is worked out from them and never set.

The models are what the API publishes: one for a credential, one for a presentation, which holds a report on each
credential in it. ``verdict``, ``reason`` and ``edc_checks`` are computed from ``checks``: there is
no way to write a report that says *valid* over a check that failed or was not made.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, computed_field

from app.errors import Weight
from app.languages import Language, say
from app.securing import ProofResult, SdJwtResult, SealResult, TokenResult
from app.securing.jades import Level
from app.template.alliance import IssuerKind
from app.trust.seals import Revocation
from app.verification.checks import (
    DECIDING,
    DECIDING_OF_PRESENTATIONS,
    EDC_SOURCES,
    Axis,
    Check,
    CheckName,
    EdcCheck,
    EdcStatus,
    Result,
)
from app.verification.data_model import Form, form_of, holder_id, issuer_id, types_of
from app.verification.evidence import Evidence, Policy, ProofEvidence, StatusEvidence
from app.verification.judge import place_of, proof_facts, proof_result

MOST_FINDINGS: Final = 100
"""Told for one check: a small document with many faults must not make a large answer."""


class Verdict(StrEnum):
    """The sum of the checks."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


class _Deciding(BaseModel):
    """What the derivation needs to see of a check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: CheckName = Field(description="Stable name of the check; every report names every check.")
    axis: Axis = Field(description="What the check is about.")
    result: Result = Field(description="`not_checked` is neither good nor bad news.")
    code: str = Field(description="Stable reason, the key of the sentence.", examples=["proof-verified"])
    decides: bool = Field(
        description="Whether this result bears on the verdict. False for checks that inform only, and where the "
        "credential has nothing of the kind to check."
    )


class ReportedFinding(BaseModel):
    """One finding behind a check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    pointer: str = Field(description="JSON pointer into the document that was sent.")
    detail: str
    citation: str | None = Field(default=None, description="The clause that makes the rule.")
    weight: Weight


class ReportedCheck(_Deciding):
    """One check, with its words."""

    title: str = Field(description="The check's name in the reader's language.")
    sentence: str = Field(description="The result in the reader's language.")
    pointer: str | None = Field(default=None, description="JSON pointer into the document that was sent.")
    edc: EdcCheck | None = Field(default=None, description="The EDC check that this one is, by its IRI.")
    problem_type: str | None = Field(default=None, description="Problem type of a W3C specification, where one exists.")
    findings: tuple[ReportedFinding, ...] = Field(default=(), description="The first hundred, in document order.")
    findings_in_all: int = Field(default=0, description="How many there are, told or not.")


class Reason(BaseModel):
    """The one check that a reader should hear about first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: CheckName | None = Field(description="None where every deciding check passed.")
    code: str
    sentence: str


class Mechanism(StrEnum):
    """How a credential is secured."""

    DATA_INTEGRITY = "data-integrity"
    JOSE = "jose"
    JADES = "jades"
    SD_JWT = "sd-jwt"


class ReportedStamp(BaseModel):
    """One time-stamp of a seal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    moment: datetime
    archive: bool = Field(description="Of all that stands before it; otherwise of the signature alone.")
    believed: bool = Field(description="Whether its authority is one that this deployment believes.")


class ReportedSeal(BaseModel):
    """What a seal carries, and who is behind it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level = Field(description="JAdES baseline level, by the evidence in it.")
    existed_by: datetime = Field(
        description="The time by which it is known to have existed: now, where no time-stamp is believed."
    )
    organisation: str | None = Field(description="From the certificate; to be believed only if `believed`.")
    organization_identifier: str | None = Field(description="From the certificate (2.5.4.97).")
    believed: bool = Field(description="Whether the certificate leads to an authority that this deployment believes.")
    revocation: Revocation
    revocation_said_at: datetime | None = Field(
        description="Since when that is known which shows that nothing was revoked; now, where the authorities were "
        "asked. Earlier than `existed_by`: whoever made the seal has chosen it."
    )
    not_before: datetime
    not_after: datetime
    certificate_sha256: str
    timestamps: tuple[ReportedStamp, ...] = ()


class ReportedProof(BaseModel):
    """One proof, or the token or seal that the credential came in, as stated and as checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mechanism: Mechanism = Field(
        description="A proof in the document, or a signed token (vc+jwt, SD-JWT) or a seal (JAdES) around it."
    )
    pointer: str | None = Field(
        description="JSON pointer to the proof; none for a token or seal, which is around it all."
    )
    result: Result
    code: str
    sentence: str
    by_issuer: bool = Field(
        description="Whether its key belongs to the issuer that the credential names; of a presentation, to its holder."
    )
    verification_method: str | None = None
    cryptosuite: str | None = Field(default=None, description="Of a Data Integrity proof.")
    algorithm: str | None = Field(default=None, description="Kind of key; for a token or seal the `alg` of its header.")
    created: str | None = None
    lookup: str | None = Field(default=None, description="Why the signer's host gave no document, where it was asked.")
    did_document_sha256: str | None = Field(
        default=None, description="Digest of the signer's DID document, where it was fetched."
    )
    seal: ReportedSeal | None = Field(default=None, description="Of a seal whose certificate could be read.")


class ReportedStatusEntry(BaseModel):
    """One status entry, and the list that was read for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pointer: str
    purpose: str | None = None
    status_list: str | None = Field(default=None, description="URL of the status list credential.")
    index: int | None = None
    is_set: bool | None = Field(default=None, description="None where it could not be found out.")
    value: int | None = Field(default=None, description="What the list holds, for entries of more than one bit.")
    message: str | None = Field(
        default=None, description="What the credential says that the value means: the issuer's words, for developers."
    )
    problem: str | None = None
    lookup: str | None = Field(default=None, description="Why the host gave no list, where it was asked.")
    status_list_sha256: str | None = Field(default=None, description="Digest of the list's bytes, where fetched.")


class Standing(StrEnum):
    """Who the issuer is to this deployment. The trust list decides, never the credential."""

    MEMBER = "member"
    TEST = "test"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class ReportedIssuer(BaseModel):
    """The issuer as this deployment knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = Field(
        description="As the credential states it; of an SD-JWT VC the did:web of the address in `iss`."
    )
    standing: Standing = Field(
        description="Whom that identifier belongs to; whether it really signed is in the checks."
    )
    slug: str | None = None
    name: str | None = Field(default=None, description="From the alliance's own list, not from the credential.")
    listed_by: str | None = Field(
        default=None, description="DID of the service whose trust list names the issuer; none for this service's own."
    )


class ReportedDocument(BaseModel):
    """What was sent, by its own words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Form
    id: str | None = None
    types: tuple[str, ...] = ()


class EdcReport(BaseModel):
    """One of the seven checks of European Digital Credentials."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: EdcCheck = Field(description="IRI of the EU concept.")
    label: str
    status: EdcStatus = Field(description="IRI of the EU concept: OK, error or skipped.")
    result: Result
    description: str
    from_checks: tuple[CheckName, ...] = Field(description="Our checks behind it.")


class SignedReceipt(BaseModel):
    """The receipt that was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str | None = Field(description="The receipt (vc+jwt), signed by this service; none where it could not be.")
    problem: str | None = Field(default=None, description="Why there is none: the code of the error.")


class ReceiptStatement(BaseModel):
    """What a receipt of this service, sent here again, says by its signature."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(description="Digest of the bytes that were submitted then.")
    verdict: Verdict = Field(description="The verdict of that time on those bytes.")
    reason: str
    checked_at: datetime


class _Derived(BaseModel):
    """What every report has: checks, and what follows from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deciding: ClassVar[tuple[CheckName, ...]]

    checked_at: datetime
    language: Language
    document: ReportedDocument
    checks: tuple[ReportedCheck, ...] = Field(description="All checks of its kind, always, in a fixed order.")
    proofs: tuple[ReportedProof, ...] = ()
    receipt: SignedReceipt | None = Field(default=None, description="Where one was asked for.")

    @computed_field(description="Derived from the checks.")  # type: ignore[prop-decorator]  # pydantic's documented form
    @property
    def verdict(self) -> Verdict:
        """The sum of the deciding checks."""
        return derive_verdict(self.checks, self.deciding)

    @computed_field(description="What to tell a reader first.")  # type: ignore[prop-decorator]  # as above
    @property
    def reason(self) -> Reason:
        """The first deciding check, in the order of weight, that stands in the way of *valid*."""
        wanted = {Verdict.INVALID: Result.FAILED, Verdict.INDETERMINATE: Result.NOT_CHECKED}.get(self.verdict)
        by_name = {check.name: check for check in self.checks}
        # A false name is told first; that a name could not be vouched for says less than why it could not.
        false_name = CheckName.NAMES_MEMBER_WITHOUT_KEY
        order = self.deciding
        if wanted is not Result.FAILED:
            order = tuple(sorted(order, key=lambda name: name is false_name))
        for name in order:
            check = by_name.get(name)
            if wanted is not None and check is not None and check.decides and check.result is wanted:
                return Reason(check=name, code=check.code, sentence=check.sentence)
        return Reason(check=None, code=self.verdict.value, sentence=self._sum())

    def _sum(self) -> str:
        return say(f"verdict.{self.verdict}", self.language)


class Report(_Derived):
    """The answer about one credential."""

    deciding: ClassVar = DECIDING

    issuer: ReportedIssuer
    status_entries: tuple[ReportedStatusEntry, ...] = ()
    receipt_says: ReceiptStatement | None = Field(
        default=None, description="Where the document is an authentic receipt of this service (`own-receipt`)."
    )

    @computed_field(description="The seven checks of EDC software.")  # type: ignore[prop-decorator]  # as above
    @property
    def edc_checks(self) -> tuple[EdcReport, ...]:
        """The seven, each from ours."""
        by_name = {check.name: check for check in self.checks}
        return tuple(
            _edc_report(edc, [by_name[name] for name in names if name in by_name], self.language)
            for edc, names in EDC_SOURCES.items()
        )


class PresentedCredential(BaseModel):
    """One credential of a presentation, with its own report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pointer: str = Field(description="Its place in the presentation. Pointers in its report lead into itself.")
    report: Report


class ReportedHolder(BaseModel):
    """Whoever presents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = Field(
        description="As the presentation states it; of an SD-JWT the key that the issuer confirmed (RFC 9278)."
    )
    proved: bool = Field(description="Whether that identifier's own key is shown to have signed the presentation.")


class PresentationReport(_Derived):
    """The answer about a presentation: about itself, and about each credential in it."""

    deciding: ClassVar = DECIDING_OF_PRESENTATIONS

    holder: ReportedHolder
    credentials: tuple[PresentedCredential, ...] = Field(description="In their order, as many as are looked at.")

    def _sum(self) -> str:
        return say("verdict.presentation-valid", self.language)


def derive_verdict(checks: Iterable[Check | ReportedCheck], deciding: Collection[CheckName] = DECIDING) -> Verdict:
    """Work out the verdict (model.md section 1).

    1. A deciding check that failed: invalid.
    2. A deciding check that was not made, or is not even there: indeterminate.
    3. Otherwise, and only then: valid.
    """
    by_name = {check.name: check for check in checks}
    present = [check for name in deciding if (check := by_name.get(name)) is not None and check.decides]
    if any(check.result is Result.FAILED for check in present):  # 1
        return Verdict.INVALID
    if len(by_name.keys() & set(deciding)) < len(deciding):  # 2
        return Verdict.INDETERMINATE
    if any(check.result is not Result.PASSED for check in present):
        return Verdict.INDETERMINATE
    return Verdict.VALID  # 3


def make_report(
    document: object, evidence: Evidence, checks: Sequence[Check], policy: Policy, *, now: datetime, language: Language
) -> Report:
    """Put the checks of a credential into words."""
    return Report(
        checked_at=now,
        language=language,
        document=_document(document),
        issuer=_issuer(document, evidence, policy),
        checks=tuple(_reported(check, language) for check in checks),
        proofs=_proofs(
            issuer_id(document),
            evidence,
            policy,
            now,
            language,
            by_seal=any(check.code == "seal-of-the-issuer" for check in checks),
        ),
        status_entries=tuple(_status_entry(entry) for entry in evidence.status),
        receipt_says=_receipt_statement(document) if any(check.code == "own-receipt" for check in checks) else None,
    )


def _receipt_statement(document: object) -> ReceiptStatement | None:
    """Read what a receipt of ours says; the signature was checked, so it is in the form that we wrote."""
    assert isinstance(document, Mapping)
    subject = document["credentialSubject"]
    return ReceiptStatement(
        sha256=subject["sha256"],
        verdict=Verdict(subject["verdict"]),
        reason=subject["reason"],
        checked_at=document["validFrom"],
    )


def make_presentation_report(
    document: Mapping[str, Any],
    evidence: Evidence,
    checks: Sequence[Check],
    credentials: Sequence[PresentedCredential],
    policy: Policy,
    *,
    proved: str | None,
    now: datetime,
    language: Language,
) -> PresentationReport:
    """Put the checks of a presentation into words; ``proved`` is whose key is shown to have signed it."""
    holder = holder_id(document)
    return PresentationReport(
        checked_at=now,
        language=language,
        document=_document(document),
        holder=ReportedHolder(id=holder, proved=proved is not None and holder == proved),
        checks=tuple(_reported(check, language) for check in checks),
        proofs=_proofs(holder, evidence, policy, now, language),
        credentials=tuple(credentials),
    )


def _document(document: object) -> ReportedDocument:
    form, types = form_of(document), tuple[str, ...]()
    if isinstance(document, Mapping) and form is Form.SD_JWT_VC:
        identifier, vct = document.get("jti"), document["vct"]
        types = (vct,) if isinstance(vct, str) else ()
    else:
        identifier = document.get("id") if isinstance(document, Mapping) else None
        types = tuple(sorted(types_of(document))) if isinstance(document, Mapping) else ()
    return ReportedDocument(form=form, id=identifier if isinstance(identifier, str) else None, types=types)


# Problem types that W3C specifications define for what we found (VCDM 2.0 section 7.1 "Problem Details", Data Integrity
# 1.0 section 4.7, Controlled Identifiers 1.0 section 3.4, Bitstring Status List 1.0 section 3.5 "Processing Errors").
_VCDM: Final = "https://www.w3.org/TR/vc-data-model#"
_SECURITY: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
PROBLEM_TYPES: Final[Mapping[str, str]] = {
    "proof-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "proof-malformed": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "proof-expired": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "proof-missing": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "proof-from-the-future": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "previous-proof-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "previous-proof-unverified": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "graph-not-read": _SECURITY + "PROOF_TRANSFORMATION_ERROR",
    "graph-not-supported": _SECURITY + "PROOF_TRANSFORMATION_ERROR",
    "graph-too-complex": _SECURITY + "PROOF_TRANSFORMATION_ERROR",
    "presentation-purpose-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "challenge-differs": _SECURITY + "INVALID_CHALLENGE_ERROR",
    "key-binding-too-old": _SECURITY + "INVALID_CHALLENGE_ERROR",
    "key-binding-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "challenge-unanswered": _SECURITY + "INVALID_CHALLENGE_ERROR",
    "domain-differs": _SECURITY + "INVALID_DOMAIN_ERROR",
    "domain-unanswered": _SECURITY + "INVALID_DOMAIN_ERROR",
    "key-not-for-authentication": _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    "key-not-of-the-holder": _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
    "proof-purpose-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "proof-key-does-not-fit": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "seal-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "seal-certificate-differs": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "seal-timestamp-wrong": _SECURITY + "PROOF_VERIFICATION_ERROR",
    "seal-header-refused": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "seal-not-baseline": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "seal-certificate-unusable": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "token-header-refused": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "token-unsigned": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "token-type-wrong": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "token-claim-wrong": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "disclosure-wrong": _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    "key-not-for-assertion": _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    "key-controlled-by-another": _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
    "key-not-in-did-document": _SECURITY + "INVALID_VERIFICATION_METHOD",
    "not-covered": _SECURITY + "DATA_LOSS_DETECTION_ERROR",
    "not-a-did": _SECURITY + "INVALID_VERIFICATION_METHOD_URL",
    "did-malformed": _SECURITY + "INVALID_VERIFICATION_METHOD_URL",
    "did-document-of-another": _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
    "did-document-malformed": _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
    "key-material-malformed": _SECURITY + "INVALID_VERIFICATION_METHOD",
    "private-key-published": _SECURITY + "INVALID_VERIFICATION_METHOD",
    "data-model-broken": _VCDM + "PARSING_ERROR",
    "not-a-json-object": _VCDM + "PARSING_ERROR",
    "literal-ill-typed": _VCDM + "MALFORMED_VALUE_ERROR",
    "valid-from-unreadable": _VCDM + "MALFORMED_VALUE_ERROR",
    "valid-until-unreadable": _VCDM + "MALFORMED_VALUE_ERROR",
    "status-list-not-fetched": _STATUS + "STATUS_RETRIEVAL_ERROR",
    "status-list-malformed": _STATUS + "STATUS_VERIFICATION_ERROR",
    "status-list-proof-wrong": _STATUS + "STATUS_VERIFICATION_ERROR",
    "status-list-purpose-differs": _STATUS + "STATUS_VERIFICATION_ERROR",
    "status-list-too-short": _STATUS + "STATUS_LIST_LENGTH_ERROR",
    "status-list-of-another-issuer": _STATUS + "STATUS_VERIFICATION_ERROR",
    "status-list-not-current": _STATUS + "STATUS_VERIFICATION_ERROR",
    "status-entry-malformed": _VCDM + "MALFORMED_VALUE_ERROR",
    "status-index-out-of-range": _VCDM + "RANGE_ERROR",
}


def _reported(check: Check, language: Language) -> ReportedCheck:
    return ReportedCheck(
        name=check.name,
        axis=check.axis,
        result=check.result,
        code=check.code,
        decides=check.decides,
        title=say(f"check.{check.name}", language),
        sentence=say(f"verification.{check.code}", language, **check.facts),
        pointer=check.pointer,
        edc=check.edc,
        problem_type=PROBLEM_TYPES.get(check.code),
        findings=tuple(
            ReportedFinding(
                code=finding.code,
                pointer=finding.pointer,
                detail=finding.detail,
                citation=finding.citation,
                weight=finding.weight,
            )
            for finding in check.details[:MOST_FINDINGS]
        ),
        findings_in_all=len(check.details),
    )


def _proofs(
    signer: str | None,
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    language: Language,
    *,
    by_seal: bool = False,
) -> tuple[ReportedProof, ...]:
    reported = []
    for proof in evidence.proofs:
        result, code = proof_result(proof, policy, now)
        stated = proof.result
        reported.append(
            ReportedProof(
                mechanism=_mechanism(stated),
                pointer=place_of(proof),
                result=result,
                code=code,
                sentence=say(f"verification.{code}", language, **proof_facts(proof)),
                by_issuer=by_seal
                if isinstance(stated, SealResult)
                else proof.method is not None and signer is not None and proof.method.did == signer,
                verification_method=stated.verification_method,
                cryptosuite=stated.cryptosuite if isinstance(stated, ProofResult) else None,
                algorithm=_algorithm(stated),
                created=stated.created,
                lookup=_lookup(proof),
                did_document_sha256=None if proof.method is None else proof.method.document_sha256,
                seal=_seal(proof),
            )
        )
    return tuple(reported)


def _mechanism(stated: ProofResult | TokenResult | SealResult) -> Mechanism:
    if isinstance(stated, SealResult):
        return Mechanism.JADES
    if isinstance(stated, SdJwtResult):
        return Mechanism.SD_JWT
    return Mechanism.DATA_INTEGRITY if isinstance(stated, ProofResult) else Mechanism.JOSE


def _seal(proof: ProofEvidence) -> ReportedSeal | None:
    signer = proof.signer
    if not isinstance(proof.result, SealResult) or signer is None:
        return None
    return ReportedSeal(
        level=proof.result.level,
        existed_by=signer.existed_by,
        organisation=next(iter(signer.organisations), None),
        organization_identifier=signer.organization_identifier,
        believed=signer.believed,
        revocation=signer.revocation,
        revocation_said_at=signer.said_at if signer.revocation is Revocation.NOT_REVOKED else None,
        not_before=signer.not_before,
        not_after=signer.not_after,
        certificate_sha256=signer.sha256,
        timestamps=tuple(
            ReportedStamp(moment=stamp.moment, archive=stamp.archive, believed=stamp.believed)
            for stamp in signer.stamps
        ),
    )


def _lookup(proof: ProofEvidence) -> str | None:
    reason = None if proof.method is None else proof.method.fetch_reason
    return None if reason is None else reason.value


def _algorithm(stated: ProofResult | TokenResult | SealResult) -> str | None:
    if isinstance(stated, TokenResult | SealResult):
        return stated.algorithm
    return None if stated.public_key is None else stated.public_key.algorithm.value


def _status_entry(entry: StatusEvidence) -> ReportedStatusEntry:
    return ReportedStatusEntry(
        pointer=entry.pointer,
        purpose=entry.purpose,
        status_list=entry.list_url,
        index=entry.index,
        is_set=entry.is_set,
        value=entry.value,
        message=entry.message,
        lookup=None if entry.fetch_reason is None else entry.fetch_reason.value,
        problem=None if entry.problem is None else entry.problem.value,
        status_list_sha256=entry.list_sha256,
    )


def _issuer(document: object, evidence: Evidence, policy: Policy) -> ReportedIssuer:
    issuer = issuer_id(document)
    member = None if evidence.members is None or issuer is None else evidence.members.by_did(issuer)
    if member is None:
        accepted = issuer in policy.accepted_issuers
        return ReportedIssuer(id=issuer, standing=Standing.ACCEPTED if accepted else Standing.UNKNOWN)
    standing = {IssuerKind.UNIVERSITY: Standing.MEMBER, IssuerKind.TEST: Standing.TEST}.get(
        member.kind, Standing.UNKNOWN
    )
    return ReportedIssuer(
        id=issuer,
        standing=standing,
        slug=member.slug,
        name=member.legal_names[0] if member.legal_names else None,
        listed_by=member.listed_by,
    )


def _edc_report(edc: EdcCheck, checks: Sequence[ReportedCheck], language: Language) -> EdcReport:
    """Add our checks up to one of EDC's: any failed is an error, any unmade one is skipped, else OK."""
    worst = next((check for check in checks if check.result is Result.FAILED), None)
    # What has nothing to check does not hold up the others, but by itself it is no OK either.
    unmade = [check for check in checks if check.result is Result.NOT_CHECKED]
    hindering = [check for check in unmade if check.decides] or ([] if len(unmade) < len(checks) else unmade)
    if worst is None and hindering:
        worst = hindering[0]
    result = Result.PASSED if worst is None else worst.result
    shown = worst or next(check for check in checks if check.result is Result.PASSED)
    status = {Result.PASSED: EdcStatus.OK, Result.FAILED: EdcStatus.ERROR, Result.NOT_CHECKED: EdcStatus.SKIPPED}
    return EdcReport(
        check=edc,
        label=say(f"edc.{edc.name.lower()}", language),
        status=status[result],
        result=result,
        description=shown.sentence,
        from_checks=tuple(check.name for check in checks),
    )
