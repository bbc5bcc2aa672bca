"""Verify for the interop mode: the service's own verifier, and what of its report the caller asked about.

VCALM answers 200 with ``verified: false`` where something does not verify; the public suites count anything but an
error status as success. These routes are for the suites, so what does not verify is :class:`NotVerified`, a 400 with
every check that stands in the way. ``POST /verify`` is the route for people, and never answers so.

``options.checks`` is honoured here and nowhere else: ``["proof"]`` asks whether the credential is well-formed and its
proofs hold. Whether the key is the issuer's is then told beside it and decides nothing, because published vectors name
issuers that have no keys.

**Presentations** (VCDM 2.0 section 4.13) go through the verifier as they do at ``POST /verify``; every finding is told.
Added here is what the suites demand beyond it: contexts are a list and envelopes have theirs, and what the presenter
issued names him as the holder (section 4.13.4). Of each credential counts what the caller asked about.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Final

from app.errors import Family, Finding, ServiceError, json_pointer
from app.jsonld import CREDENTIALS_V2
from app.strict_json import JsonValue, as_list
from app.trust.resolve import did_of
from app.verification.checks import CheckName, Result
from app.verification.data_model import holder_id, issuer_id, presented_in, types_of
from app.verification.report import PresentationReport, Report, ReportedCheck
from app.verification.submission import ENVELOPES, Submission
from app.verification.verifier import Verifier

_VCDM: Final = "W3C VC Data Model 2.0, "
_PARSING_ERROR: Final = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
_CRYPTOGRAPHIC_ERROR: Final = "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR"

_WELL_FORMED: Final = frozenset(
    {
        CheckName.JSON_WELL_FORMED,
        CheckName.CONTEXTS_PINNED,
        CheckName.NOTHING_DROPPED,
        CheckName.LITERALS_WELL_TYPED,
        CheckName.DATA_MODEL,
        CheckName.PROOF,
    }
)
_STATUS: Final = frozenset({CheckName.STATUS_REVOCATION, CheckName.STATUS_SUSPENSION})
_WHOLE: Final = _WELL_FORMED | _STATUS | {CheckName.ISSUER_KEY, CheckName.VALID_FROM, CheckName.VALID_UNTIL}


class VerifyRequestMalformed(ServiceError):
    """The body does not have the form that VCALM gives it."""

    code: ClassVar[str] = "verify-request-malformed"
    title: ClassVar[str] = "The request does not have the form of VCALM"
    family: ClassVar[Family] = Family.MALFORMED


class NotVerified(ServiceError):
    """What was sent does not verify; every check that stands in the way is listed."""

    code: ClassVar[str] = "not-verified"
    title: ClassVar[str] = "This does not verify"
    family: ClassVar[Family] = Family.MALFORMED


@dataclass(frozen=True, slots=True)
class Verified:
    """A credential that passed what was asked about, and its whole report."""

    report: Report
    document: JsonValue
    decided_by: frozenset[CheckName]

    @property
    def beside(self) -> Sequence[ReportedCheck]:
        """What the caller did not ask about and should hear all the same: who signed, whether it still holds."""
        return [check for check in self.report.checks if check.name in _WHOLE - self.decided_by and _stands_in(check)]


@dataclass(frozen=True, slots=True)
class VerifiedPresentation:
    """A presentation that verifies, with its credentials. ``holder_proved``: somebody signed it."""

    document: Mapping[str, Any]
    holder_proved: bool
    credentials: Sequence[Verified] = field(default_factory=tuple)


class Verifying:
    """Verifies for the interop mode."""

    def __init__(self, verifier: Verifier, clock: Callable[[], datetime]) -> None:
        self._verifier = verifier
        self._clock = clock

    async def credential(self, value: JsonValue) -> Verified:
        """Verify ``{verifiableCredential, options}``.

        Raises:
            VerifyRequestMalformed, NotVerified: with every finding.
        """
        credential, options = _read_request(value, "verifiableCredential")
        found = await self._verify(credential, _decided_by(options))
        findings = [*_obstacles(found), *_expectation_findings(found.document, options)]
        if findings:
            raise NotVerified(findings=findings)
        return found

    async def presentation(self, value: JsonValue) -> VerifiedPresentation:
        """Verify ``{verifiablePresentation, options: {challenge, domain}}``.

        Raises:
            VerifyRequestMalformed, NotVerified: with every finding.
        """
        stated, options = _read_request(value, "verifiablePresentation")
        _check_envelope(stated)
        submission = Submission.of(stated)
        document = submission.document
        policy = replace(
            self._verifier.policy,
            challenge=str(options["challenge"]) if "challenge" in options else None,
            domains=frozenset(map(str, as_list(options["domain"]))) if "domain" in options else None,
        )
        if isinstance(document, Mapping):
            for _, shown in presented_in(document):
                _check_envelope(shown)
        report = await self._verifier.verify(submission, now=self._clock(), policy=policy)
        if not isinstance(report, PresentationReport) or not isinstance(document, Mapping):
            words = "`type` must name VerifiablePresentation, or that of an envelope whose id holds a token."
            raise NotVerified(findings=[Finding("type-wrong", "#/type", words, _VCDM + "4.13")])
        decided_by = _decided_by(options)
        found = [
            Verified(one.report, Submission.of(shown).document, decided_by)
            for one, (_, shown) in zip(report.credentials, presented_in(document), strict=False)
        ]
        findings = [
            *_presentation_obstacles(document, report),
            *_self_asserted(document, report, found),
            *(
                _moved(finding, one.pointer)
                for one, each in zip(report.credentials, found, strict=True)
                for finding in _obstacles(each)
            ),
        ]
        if findings:
            raise NotVerified(findings=findings)
        return VerifiedPresentation(document, bool(report.proofs), tuple(found))

    async def _verify(self, credential: JsonValue, decided_by: frozenset[CheckName]) -> Verified:
        _check_envelope(credential)
        submission = Submission.of(credential)
        report = await self._verifier.verify_credential(submission, now=self._clock())
        return Verified(report, submission.document, decided_by)


def _presentation_obstacles(document: Mapping[str, Any], report: PresentationReport) -> Iterator[Finding]:
    """Yield what stands in the way of the presentation itself; its credentials are told one by one."""
    if not isinstance(document.get("@context"), list):
        yield Finding("context-not-a-list", "#/@context", "The contexts are an ordered list.", _VCDM + "4.3")
    for check in report.checks:
        if check.name is CheckName.CREDENTIALS and check.code != "too-many-credentials":
            continue
        if _stands_in(check):
            yield from _told(check)


def _self_asserted(
    document: Mapping[str, Any], report: PresentationReport, credentials: Sequence[Verified]
) -> Iterator[Finding]:
    """Yield each credential that the presenter issued without being named as its issuer and as the holder."""
    signers = {did_of(proof.verification_method or "") for proof in report.proofs}
    for one, each in zip(report.credentials, credentials, strict=True):
        own_key = any(did_of(proof.verification_method or "") in signers for proof in each.report.proofs)
        if own_key and holder_id(document) != issuer_id(each.document):
            words = "What the presenter states of himself names him as issuer, and the presentation as its holder."
            yield Finding("self-asserted-without-holder", one.pointer, words, _VCDM + "4.13.4")


def _read_request(value: JsonValue, member: str) -> tuple[JsonValue, Mapping[str, JsonValue]]:
    findings = []
    if not isinstance(value, dict) or value.get(member) is None:
        findings.append(Finding("verify-request-malformed", json_pointer([member]), f"`{member}` must be there."))
    options = value.get("options", {}) if isinstance(value, dict) else {}
    if not isinstance(options, dict):
        findings.append(Finding("verify-request-malformed", "#/options", "`options` is an object."))
        options = {}
    findings.extend(
        Finding("verify-request-malformed", f"#/options/{name}", f"`{name}` is a string.")
        for name in ("challenge", "expectedProofPurpose")
        if not isinstance(options.get(name, ""), str)
    )
    if not all(isinstance(item, str) for item in as_list(options.get("domain"))):
        findings.append(Finding("verify-request-malformed", "#/options/domain", "`domain` is a string, or several."))
    checks = options.get("checks", [])
    if not isinstance(checks, list) or not all(isinstance(item, str) for item in checks):
        findings.append(Finding("verify-request-malformed", "#/options/checks", "`checks` is a list of strings."))
    if findings:
        raise VerifyRequestMalformed(findings=findings)
    assert isinstance(value, dict)
    return value[member], options


def _decided_by(options: Mapping[str, JsonValue]) -> frozenset[CheckName]:
    """Return the checks that decide: all, or what the caller names."""
    checks = options.get("checks")
    if not isinstance(checks, list):
        return _WHOLE
    return _WELL_FORMED | _STATUS if "credentialStatus" in checks else _WELL_FORMED


def _stands_in(check: ReportedCheck) -> bool:
    """Whether a check stands in the way: it failed, or there was something to check and it could not be."""
    return check.result is Result.FAILED or (check.result is Result.NOT_CHECKED and check.decides)


def _obstacles(found: Verified) -> Iterator[Finding]:
    for check in found.report.checks:
        # What informs only elsewhere (a value of the wrong kind) leaves nothing to verify.
        unmade = check.result is Result.NOT_CHECKED and (check.decides or check.name in _WELL_FORMED)
        if check.name in found.decided_by and (check.result is Result.FAILED or unmade):
            yield from _told(check)


def _told(check: ReportedCheck) -> Iterator[Finding]:
    yield Finding(check.code, check.pointer or "#", check.sentence, problem_type_of(check))
    for finding in check.findings:
        yield Finding(finding.code, finding.pointer, finding.detail, finding.citation)


def problem_type_of(check: ReportedCheck) -> str:
    """Return the problem type of the W3C specifications for a check."""
    return check.problem_type or (_CRYPTOGRAPHIC_ERROR if check.name is CheckName.PROOF else _PARSING_ERROR)


def _expectation_findings(document: JsonValue, options: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Hold what the caller expects of each proof against what it states (VC Data Integrity 1.0, 4.4)."""
    stated = document.get("proof") if isinstance(document, dict) else None
    for proof in as_list(stated):
        if not isinstance(proof, dict):
            continue
        for option, member in (
            ("expectedProofPurpose", "proofPurpose"),
            ("domain", "domain"),
            ("challenge", "challenge"),
        ):
            if option in options and set(map(str, as_list(options[option]))) != set(
                map(str, as_list(proof.get(member)))
            ):
                words = f"`{member}` of the proof is not what is expected."
                yield Finding("proof-not-as-expected", f"#/proof/{member}", words, "VC Data Integrity 1.0, 4.4")


def _check_envelope(stated: JsonValue) -> None:
    """An envelope, of a credential or of a presentation, has the context that defines its words (VCDM 2.0, 4.13.1)."""
    if not isinstance(stated, dict) or types_of(stated).isdisjoint(ENVELOPES):
        return
    contexts = as_list(stated.get("@context"))
    if not contexts or contexts[0] != CREDENTIALS_V2:
        words = "An envelope names the context of VC Data Model 2.0."
        raise NotVerified(findings=[Finding("envelope-refused", "#/@context", words, _VCDM + "4.13.2")])


def _moved(finding: Finding, to: str) -> Finding:
    return replace(finding, pointer=to + finding.pointer.removeprefix("#"))
