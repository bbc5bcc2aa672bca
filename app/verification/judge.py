"""Decides. Pure: the document, the evidence, the policy and the time go in, one result for each check comes out.

1. A check passes only on evidence that says so. What could not be found out is *not checked*, with its reason.
2. Whether somebody stands behind the document is said only after a proof of the issuer's own key held (:func:`_proof`,
   :func:`_issuer_key`); until then nobody is known to have said anything.
3. A document that names a member without that member's key is false, whoever signed it and whatever could not be
   looked up (:func:`_names_member`).
4. What a revoked key signed is not valid whatever date it carries: the thief writes the date. Only our own records
   can show that one of our signatures is older than the moment since which its key is compromised
   (:func:`_compromised`).
5. Nothing here is a verdict. The verdict is derived from these results in :mod:`app.verification.report`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from app.errors import Finding, Weight, json_pointer
from app.instants import read_instant
from app.keys import ASSERTION_METHOD, AUTHENTICATION, KeyState
from app.securing import ProofOutcome, SdJwtResult, SealOutcome, SealResult, TokenOutcome, TokenResult, is_for
from app.securing.vc_jose import read_instant_claim
from app.template.alliance import IssuerKind
from app.trust.members import AllianceMember, MemberClaim, likeness
from app.trust.resolve import ResolutionProblem
from app.trust.seals import Revocation, SignerStanding
from app.verification.checks import CREDENTIAL_CHECKS, PRESENTATION_CHECKS, Axis, Check, CheckName, Result
from app.verification.data_model import (
    NO_CREDENTIALS,
    NOT_YET_READ,
    Form,
    data_model_findings,
    form_of,
    holder_id,
    is_receipt,
    issuer_id,
    presentation_findings,
    presented_in,
)
from app.verification.evidence import (
    STATUS_PURPOSES,
    Evidence,
    GraphProblem,
    MethodEvidence,
    Policy,
    Presented,
    ProofEvidence,
    StatusEvidence,
    StatusProblem,
)
from app.verification.spelling import CONTEXTS_OF_OURS, RECEIPT_CONTEXTS, spelling_findings

_MANDATE: Final = "http://data.europa.eu/snb/evidence-type/c_18016257"
"""EU evidence type "mandate" (elm.md section 1.6)."""

_Answer = tuple[Result, str]


def judge(
    document: object, evidence: Evidence, policy: Policy, now: datetime, presented: Presented | None = None
) -> list[Check]:
    """Return one result for each check of a credential, in the report's order. ``now`` is aware of its time zone."""
    if not isinstance(document, Mapping):
        return [_of_no_object(name) for name in CREDENTIAL_CHECKS]
    case = _Case(document, evidence, policy, now, presented)
    return [_weighed(_JUDGES[name](case), policy) for name in CREDENTIAL_CHECKS]


def judge_presentation(
    document: Mapping[str, Any], evidence: Evidence, shown: Sequence[Result], policy: Policy, now: datetime
) -> list[Check]:
    """Return one result for each check of a presentation; ``shown`` is what each credential looked at came to."""
    case = _Case(document, evidence, policy, now)
    return [_PRESENTATION_JUDGES[name](case, shown) for name in PRESENTATION_CHECKS]


def presented_by(document: Mapping[str, Any], evidence: Evidence, policy: Policy, now: datetime) -> Presented:
    """Return who is shown to have signed a presentation, and whether for this verification."""
    case = _Case(document, evidence, policy, now)
    signers = {proof.method.did for proof in evidence.proofs if proof.method is not None}
    if _holder_proof(case).result is not Result.PASSED or len(signers) != 1:
        return Presented()
    if _holder_key(case).result is Result.FAILED or not _all_keys_pass(case):
        return Presented()
    # What was signed for another recipient was not signed for this verification, whatever challenge it answers.
    fresh = _challenge(case).result is Result.PASSED and _domain(case).result is not Result.FAILED
    return Presented(signers.pop(), fresh=fresh)


def purpose_of_presentation(document: Mapping[str, Any], policy: Policy) -> str:
    """Return what the proofs of a presentation have to be for: what all of them state, where the policy admits it."""
    stated = document.get("proof")
    proofs = [proof for proof in (stated if isinstance(stated, list) else [stated]) if isinstance(proof, Mapping)]
    purposes = {str(proof.get("proofPurpose")) for proof in proofs}
    admitted = purposes & policy.presentation_purposes
    return admitted.pop() if len(purposes) == len(admitted) == 1 else AUTHENTICATION


def _weighed(check: Check, policy: Policy) -> Check:
    """Let a result only inform where the policy does not ask for more."""
    if check.axis is Axis.STATUS and check.result is Result.NOT_CHECKED and not policy.status_must_be_known:
        return replace(check, informs=True)
    return check


def issuer_is_proved(document: Mapping[str, Any], evidence: Evidence, policy: Policy, now: datetime) -> bool:
    """Whether the issuer that ``document`` names is shown to have signed it. Nobody's host is asked before that."""
    return _Case(document, evidence, policy, now).genuine


def _of_no_object(name: CheckName) -> Check:
    if name is CheckName.DATA_MODEL:
        return Check(name, Result.FAILED, "not-a-json-object", pointer="#")
    if name is CheckName.JSON_WELL_FORMED:
        return Check(name, Result.PASSED, "json-well-formed")
    return _NEVER.get(name) or Check(name, Result.NOT_CHECKED, "not-a-credential")


class _Case:
    """The document and what is known about it, with what several checks need worked out once."""

    def __init__(
        self,
        document: Mapping[str, Any],
        evidence: Evidence,
        policy: Policy,
        now: datetime,
        presented: Presented | None = None,
    ) -> None:
        self.presented = presented
        self.document = document
        self.evidence = evidence
        self.policy = policy
        self.now = now
        self.form = form_of(document)
        self.issuer = issuer_id(document)
        self.issuer_proofs = tuple(
            proof
            for proof in evidence.proofs
            if proof.method is not None and self.issuer is not None and proof.method.did == self.issuer
        )
        self.known: AllianceMember | None = (
            evidence.members.by_did(self.issuer) if evidence.members is not None and self.issuer is not None else None
        )

    @cached_property
    def presented_for(self) -> str:
        """What the proofs have to be for, of a presentation."""
        return purpose_of_presentation(self.document, self.policy)

    @cached_property
    def proof(self) -> Check:
        return _proof(self)

    @cached_property
    def issuer_key(self) -> Check:
        return _issuer_key(self)

    @cached_property
    def claims(self) -> Sequence[MemberClaim]:
        """Where the document names a member."""
        return () if self.evidence.members is None else self.evidence.members.claimed_by(self.document)

    @cached_property
    def seal_certificate(self) -> Check:
        return _seal_certificate(self)

    @property
    def seal(self) -> ProofEvidence | None:
        """The seal around the document."""
        return next((proof for proof in self.evidence.proofs if isinstance(proof.result, SealResult)), None)

    @cached_property
    def member(self) -> AllianceMember | None:
        """Whom of those known here the document is by: its issuer by name, or the organisation of its seal.

        Made elsewhere, a document of a member calls it by another id; then the certificate says who it is.
        """
        if self.known is not None or self.evidence.members is None or self.seal is None or self.seal.signer is None:
            return self.known
        identifier = self.seal.signer.organization_identifier
        if identifier is None or self.issuer_key.result is not Result.PASSED:
            return None
        return next((one for one in self.evidence.members.known if identifier in one.identifiers), None)

    @property
    def genuine(self) -> bool:
        """Whether the issuer named in the document is shown to have signed it."""
        sealed = self.seal is None or self.seal_certificate.result is Result.PASSED
        return self.proof.result is Result.PASSED and self.issuer_key.result is Result.PASSED and sealed


def _json_well_formed(_case: _Case) -> Check:
    # What is not well-formed never gets here: the door refuses it (model.md section 1, "400 or 200").
    return Check(CheckName.JSON_WELL_FORMED, Result.PASSED, "json-well-formed")


def _unread(case: _Case) -> str:
    return "manifest-no-credential" if case.form is Form.MANIFEST else "form-not-supported"


def _contexts_pinned(case: _Case) -> Check:
    found = case.evidence.contexts
    if case.form in NO_CREDENTIALS:
        return Check(CheckName.CONTEXTS_PINNED, Result.NOT_CHECKED, _unread(case))
    if case.form is Form.SD_JWT_VC:
        return Check(CheckName.CONTEXTS_PINNED, Result.NOT_CHECKED, "no-linked-data")
    graph = case.evidence.graph
    if found.problem is None and graph.problem is GraphProblem.NOT_SUPPORTED and _is_of_a_context(graph.pointer):
        # Those at the top are known. One within, known or not, may give the words around it another meaning.
        return Check(CheckName.CONTEXTS_PINNED, Result.NOT_CHECKED, "context-embedded", pointer=graph.pointer)
    if found.problem is None:
        return Check(CheckName.CONTEXTS_PINNED, Result.PASSED, "contexts-pinned")
    return Check(
        CheckName.CONTEXTS_PINNED,
        Result.NOT_CHECKED,
        found.problem.value,
        pointer=found.pointers[0] if found.pointers else "#/@context",
    )


def _is_of_a_context(pointer: str | None) -> bool:
    return pointer is not None and pointer.endswith("/@context")


def _nothing_dropped(case: _Case) -> Check:
    if case.form is Form.SD_JWT_VC:
        return _disclosures(case)
    readable = case.evidence.graph.readable and case.evidence.contexts.problem is None
    if case.known is not None and readable and case.form not in NOT_YET_READ:
        own = RECEIPT_CONTEXTS if case.known.kind is IssuerKind.SERVICE else CONTEXTS_OF_OURS
        findings = spelling_findings(case.document, own)
        if findings:
            name = CheckName.NOTHING_DROPPED
            return Check(name, Result.FAILED, "spelled-otherwise", pointer=findings[0].pointer, details=findings)
    return _of_graph(case, CheckName.NOTHING_DROPPED, case.evidence.graph.uncovered, "nothing-dropped", "not-covered")


def _disclosures(case: _Case) -> Check:
    """Return whether everything that an SD-JWT discloses was signed, in its place and once (RFC 9901 section 7.1)."""
    name, findings = CheckName.NOTHING_DROPPED, case.evidence.disclosures
    if findings:
        return Check(name, Result.FAILED, "disclosure-wrong", pointer=findings[0].pointer, details=findings)
    if not any(isinstance(proof.result, SdJwtResult) for proof in case.evidence.proofs):
        return Check(name, Result.NOT_CHECKED, GraphProblem.NOT_READ.value)
    return Check(name, Result.PASSED, "disclosures-signed")


def _literals_well_typed(case: _Case) -> Check:
    if case.form is Form.SD_JWT_VC:
        return Check(CheckName.LITERALS_WELL_TYPED, Result.NOT_CHECKED, "no-linked-data")
    return _of_graph(
        case, CheckName.LITERALS_WELL_TYPED, case.evidence.graph.ill_typed, "literals-well-typed", "literal-ill-typed"
    )


def _of_graph(case: _Case, name: CheckName, findings: tuple[Finding, ...], good: str, bad: str) -> Check:
    graph = case.evidence.graph
    if findings:
        return Check(name, Result.FAILED, bad, pointer=findings[0].pointer, details=findings)
    if case.form in NO_CREDENTIALS:
        return Check(name, Result.NOT_CHECKED, _unread(case))
    if graph.problem is not None:
        return Check(name, Result.NOT_CHECKED, graph.problem.value, pointer=graph.pointer)
    if not graph.readable or case.evidence.contexts.problem is not None:
        # The walk stopped at something else; what it did not reach it cannot speak for.
        return Check(name, Result.NOT_CHECKED, GraphProblem.NOT_READ.value)
    return Check(name, Result.PASSED, good)


# What each outcome of checking a proof means here. Those that turn on the date are asked again below, against this
# judge's own time: the signature held in all three.
_SIGNATURE_HELD: Final = frozenset({ProofOutcome.VERIFIED, ProofOutcome.CREATED_IN_FUTURE, ProofOutcome.EXPIRED})
_PROOF_ANSWERS: Final[Mapping[ProofOutcome, _Answer]] = {
    ProofOutcome.PROOF_MALFORMED: (Result.FAILED, "proof-malformed"),
    ProofOutcome.CREATED_MALFORMED: (Result.FAILED, "proof-malformed"),
    ProofOutcome.TOO_MANY_PROOFS: (Result.NOT_CHECKED, "too-many-proofs"),
    ProofOutcome.PROOF_TYPE_UNKNOWN: (Result.NOT_CHECKED, "cryptosuite-not-supported"),
    ProofOutcome.CRYPTOSUITE_UNKNOWN: (Result.NOT_CHECKED, "cryptosuite-not-supported"),
    ProofOutcome.PREVIOUS_PROOF_MISSING: (Result.FAILED, "previous-proof-wrong"),
    ProofOutcome.PREVIOUS_PROOF_AMBIGUOUS: (Result.FAILED, "previous-proof-wrong"),
    ProofOutcome.PREVIOUS_PROOF_CYCLE: (Result.FAILED, "previous-proof-wrong"),
    ProofOutcome.METHOD_UNRESOLVED: (Result.NOT_CHECKED, "proof-key-not-available"),
    ProofOutcome.METHOD_KEY_UNUSABLE: (Result.NOT_CHECKED, "proof-key-not-available"),
    ProofOutcome.KEY_TYPE_MISMATCH: (Result.FAILED, "proof-key-does-not-fit"),
    ProofOutcome.DOCUMENT_UNSAFE: (Result.NOT_CHECKED, "graph-not-read"),
    ProofOutcome.DOCUMENT_UNSUPPORTED: (Result.NOT_CHECKED, "graph-not-read"),
    ProofOutcome.DOCUMENT_TOO_COMPLEX: (Result.NOT_CHECKED, "graph-too-complex"),
    ProofOutcome.SIGNATURE_INVALID: (Result.FAILED, "proof-wrong"),
    ProofOutcome.PURPOSE_WRONG: (Result.FAILED, "proof-purpose-wrong"),
    ProofOutcome.METHOD_NOT_FOR_PURPOSE: (Result.FAILED, "key-not-for-assertion"),
    ProofOutcome.DOMAIN_MISMATCH: (Result.FAILED, "proof-purpose-wrong"),
    ProofOutcome.CHALLENGE_MISMATCH: (Result.FAILED, "proof-purpose-wrong"),
    ProofOutcome.PREVIOUS_PROOF_UNVERIFIED: (Result.NOT_CHECKED, "previous-proof-unverified"),
}


# The same for the token around a document.
_TOKEN_ANSWERS: Final[Mapping[TokenOutcome, _Answer]] = {
    TokenOutcome.VERIFIED: (Result.PASSED, "token-verified"),
    TokenOutcome.HEADER_REFUSED: (Result.FAILED, "token-header-refused"),
    TokenOutcome.HEADER_NOT_SUPPORTED: (Result.NOT_CHECKED, "token-header-not-supported"),
    TokenOutcome.UNSIGNED: (Result.FAILED, "token-unsigned"),
    TokenOutcome.ALGORITHM_UNKNOWN: (Result.NOT_CHECKED, "cryptosuite-not-supported"),
    TokenOutcome.TYPE_WRONG: (Result.FAILED, "token-type-wrong"),
    TokenOutcome.KEY_NOT_NAMED: (Result.NOT_CHECKED, "proof-key-not-available"),
    TokenOutcome.METHOD_UNRESOLVED: (Result.NOT_CHECKED, "proof-key-not-available"),
    TokenOutcome.METHOD_KEY_UNUSABLE: (Result.NOT_CHECKED, "proof-key-not-available"),
    TokenOutcome.KEY_TYPE_MISMATCH: (Result.FAILED, "proof-key-does-not-fit"),
    TokenOutcome.SIGNATURE_INVALID: (Result.FAILED, "proof-wrong"),
    TokenOutcome.METHOD_NOT_FOR_PURPOSE: (Result.FAILED, "key-not-for-assertion"),
    TokenOutcome.CLAIM_FORBIDDEN: (Result.FAILED, "token-claim-wrong"),
    TokenOutcome.CLAIM_MALFORMED: (Result.FAILED, "token-claim-wrong"),
    TokenOutcome.CLAIM_DIFFERS: (Result.FAILED, "token-claim-wrong"),
    TokenOutcome.DISCLOSURE_WRONG: (Result.FAILED, "disclosure-wrong"),
}


# The same for the seal around a document.
_SEAL_ANSWERS: Final[Mapping[SealOutcome, _Answer]] = {
    SealOutcome.VERIFIED: (Result.PASSED, "seal-verified"),
    SealOutcome.HEADER_REFUSED: (Result.FAILED, "seal-header-refused"),
    SealOutcome.HEADER_NOT_SUPPORTED: (Result.NOT_CHECKED, "seal-header-not-supported"),
    SealOutcome.UNSIGNED: (Result.FAILED, "token-unsigned"),
    SealOutcome.ALGORITHM_UNKNOWN: (Result.NOT_CHECKED, "cryptosuite-not-supported"),
    SealOutcome.NOT_BASELINE: (Result.FAILED, "seal-not-baseline"),
    SealOutcome.CERTIFICATE_UNUSABLE: (Result.FAILED, "seal-certificate-unusable"),
    SealOutcome.CERTIFICATE_DIFFERS: (Result.FAILED, "seal-certificate-differs"),
    SealOutcome.KEY_TYPE_MISMATCH: (Result.FAILED, "proof-key-does-not-fit"),
    SealOutcome.SIGNATURE_INVALID: (Result.FAILED, "seal-wrong"),
    SealOutcome.EVIDENCE_NOT_SUPPORTED: (Result.NOT_CHECKED, "seal-evidence-not-supported"),
    SealOutcome.TIMESTAMP_WRONG: (Result.FAILED, "seal-timestamp-wrong"),
}


def _proof(case: _Case) -> Check:
    name = CheckName.PROOF
    if case.form in NOT_YET_READ:
        return Check(name, Result.NOT_CHECKED, "form-not-supported")
    if not case.evidence.proofs:
        return Check(name, Result.FAILED, "proof-missing", pointer="#/proof")
    return _worst_proof(case, name)


def _worst_proof(case: _Case, name: CheckName) -> Check:
    """Return what the proofs come to together: every one must hold, whoever made it."""
    proofs = case.evidence.proofs
    readable = case.evidence.graph.readable and case.evidence.contexts.problem is None
    results = [
        # Without a canonical form nothing was signed that we could name, whatever a proof's own outcome says. A token
        # and a seal cover the bytes.
        (proof, *proof_result(proof, case.policy, case.now))
        if readable or isinstance(proof.result, TokenResult | SealResult)
        else (proof, Result.NOT_CHECKED, GraphProblem.NOT_READ.value)
        for proof in proofs
    ]
    for wanted in (Result.FAILED, Result.NOT_CHECKED, Result.PASSED):
        for proof, result, code in results:
            if result is wanted:
                return Check(name, result, code, pointer=place_of(proof), facts=proof_facts(proof))
    raise AssertionError


def proof_result(proof: ProofEvidence, policy: Policy, now: datetime) -> _Answer:
    """Return what one proof comes to by itself, its dates included (Data Integrity 1.0 section 2.1)."""
    result = proof.result
    if isinstance(result, TokenResult):
        return _token_result(result, policy, now)
    if isinstance(result, SealResult):
        if result.verified and result.created_at is not None and result.created_at > now + policy.clock_skew:
            return Result.FAILED, "proof-from-the-future"
        return _SEAL_ANSWERS[result.outcome]
    if result.outcome not in _SIGNATURE_HELD:
        return _PROOF_ANSWERS[result.outcome]
    if result.cryptosuite not in policy.cryptosuites:
        return Result.NOT_CHECKED, "cryptosuite-not-supported"
    if result.created_at is not None and result.created_at > now + policy.clock_skew:
        return Result.FAILED, "proof-from-the-future"
    if result.expires_at is not None and result.expires_at <= now:
        return Result.FAILED, "proof-expired"
    return Result.PASSED, "proof-verified"


def _token_result(result: TokenResult, policy: Policy, now: datetime) -> _Answer:
    """``iat``, ``nbf`` and ``exp`` say when the signature was made and for how long it stands (VC-JOSE-COSE 3.1.3)."""
    if not result.verified:
        return _TOKEN_ANSWERS[result.outcome]
    if result.algorithm not in policy.jose_algorithms:
        return Result.NOT_CHECKED, "cryptosuite-not-supported"
    begins = [moment for moment in (result.created_at, result.not_before) if moment is not None]
    if begins and max(begins) > now + policy.clock_skew:
        return Result.FAILED, "proof-from-the-future"
    if result.expires_at is not None and result.expires_at <= now:
        return Result.FAILED, "proof-expired"
    return _TOKEN_ANSWERS[result.outcome]


def place_of(proof: ProofEvidence, member: str | None = None) -> str | None:
    """Return the pointer to a proof or to one of its members; a token or seal stands nowhere in what it holds."""
    if isinstance(proof.result, TokenResult | SealResult):
        return None
    return proof.result.pointer if member is None else f"{proof.result.pointer}/{member}"


def proof_facts(proof: ProofEvidence) -> Mapping[str, str]:
    """Return what a sentence about a proof may mention."""
    result = proof.result
    if isinstance(result, SealResult):
        return {
            "algorithm": result.algorithm or "-",
            "created": result.created or "-",
            "day": _day(result.created_at),
            "member": (result.member or "-")[:40],
        }
    algorithm = None if result.public_key is None else result.public_key.algorithm.value
    facts = {"key": result.verification_method, "algorithm": algorithm, "created": result.created}
    if isinstance(result, TokenResult):
        # A member's name is the sender's own text, of any length.
        facts |= {"algorithm": result.algorithm, "member": (result.member or "")[:40]}
    return {name: text or "-" for name, text in facts.items()}


def _issuer_key(case: _Case) -> Check:
    name = CheckName.ISSUER_KEY
    if case.form in NOT_YET_READ:
        return Check(name, Result.NOT_CHECKED, "form-not-supported")
    if case.issuer is None and case.form is Form.SD_JWT_VC:
        # `iss` may be left out beside a certificate (SD-JWT VC 2.2.2.3); what it says may not be an address either.
        code = "not-a-did" if "iss" in case.document else "issuer-by-certificate"
        return Check(name, Result.NOT_CHECKED, code, pointer="#/iss")
    if case.issuer is None:
        return Check(name, Result.FAILED, "issuer-missing", pointer="#/issuer")
    if not case.evidence.proofs:
        return Check(name, Result.NOT_CHECKED, "proof-missing", pointer="#/proof")
    sealed = None if case.seal is None else _sealing_organisation(case, case.seal)
    if sealed is not None and (sealed.result is not Result.PASSED or not case.issuer_proofs):
        return sealed
    if not case.issuer_proofs:
        proof = case.evidence.proofs[0]
        code = "key-of-another" if proof.method is not None else "proof-key-not-named"
        return Check(name, Result.FAILED, code, pointer=place_of(proof, "verificationMethod"), facts=proof_facts(proof))
    results = [(proof, *_key_result(proof, case, ASSERTION_METHOD)) for proof in case.issuer_proofs]
    for wanted in (Result.FAILED, Result.NOT_CHECKED):
        for proof, result, code in results:
            if result is wanted:
                return _of_key(proof, result, code)
    # All of them hold. What rests on our records is told first, because others will say otherwise; and a key of today
    # says more than one of yesterday.
    told_first = ("issued-before-compromise", "issuer-key-active", "issuer-key-in-did-document", "issuer-key-retired")
    return _of_key(*min(results, key=lambda item: told_first.index(item[2])))


def _of_key(proof: ProofEvidence, result: Result, code: str, name: CheckName = CheckName.ISSUER_KEY) -> Check:
    facts = dict(proof_facts(proof))
    method = proof.method
    if method is not None and method.member_key is not None:
        ended = method.member_key.revoked_at or method.member_key.retired_at
        facts["ended"] = _day(ended)
        facts["since"] = _day(method.member_key.compromised_since)
        facts["recorded"] = _day(proof.recorded_at)
    elif method is not None and method.method is not None:
        facts["ended"] = _day(method.method.revoked_at or method.method.expires_at)
    if method is not None and method.fetch_reason is not None:
        facts["lookup"] = method.fetch_reason.value
    return Check(name, result, code, pointer=place_of(proof, "verificationMethod"), facts=facts)


def _sealing_organisation(case: _Case, seal: ProofEvidence) -> Check:
    """Return whether the organisation of the sealing certificate is the issuer that the document names.

    EDC's rule (it writes the issuer from the certificate): organizationIdentifier is the issuer's eIDAS identifier, O
    its legal name. Of an issuer known here both must also be those that are known.
    """
    name, signer = CheckName.ISSUER_KEY, seal.signer
    if signer is None:
        return Check(name, Result.NOT_CHECKED, "seal-certificate-unusable")
    issuer = case.document.get("issuer")
    at_fault = None
    if signer.organization_identifier not in _legal_identifiers(issuer):
        at_fault = "#/issuer/eIDASIdentifier"
    elif not _is_named(signer, _legal_names(issuer)):
        at_fault = "#/issuer/legalName"
    elif case.known is not None and not (
        signer.organization_identifier in case.known.identifiers and _is_named(signer, case.known.legal_names)
    ):
        at_fault = "#/issuer/id"
    if at_fault is not None:
        return Check(name, Result.FAILED, "seal-of-another-organisation", pointer=at_fault)
    if not signer.for_signing:
        return Check(name, Result.FAILED, "seal-certificate-not-for-seals")
    if not signer.believed:
        return Check(name, Result.NOT_CHECKED, "seal-signer-not-trusted")
    return Check(name, Result.PASSED, "seal-of-the-issuer")


def _legal_names(organisation: object) -> tuple[str, ...]:
    named = organisation.get("legalName") if isinstance(organisation, Mapping) else None
    values = list(named.values()) if isinstance(named, Mapping) else [named]
    texts = (text for value in values for text in (value if isinstance(value, list) else [value]))
    return tuple(text for text in texts if isinstance(text, str))


def _is_named(signer: SignerStanding, names: Sequence[str]) -> bool:
    """Whether the certificate's organisation is called so; certificates often have capitals and no accents."""
    meant = {likeness(name) for name in names} - {""}
    return any(likeness(organisation) in meant for organisation in signer.organisations)


def _seal_certificate(case: _Case) -> Check:
    """Return whether the certificate was valid, and not revoked, when the seal is known to have existed."""
    name, seal = CheckName.SEAL_CERTIFICATE, case.seal
    if case.form in NO_CREDENTIALS:
        return Check(name, Result.NOT_CHECKED, _unread(case))
    if seal is None:
        return Check(name, Result.NOT_CHECKED, "not-sealed")
    signer, claimed = seal.signer, seal.result.created_at
    if signer is None or claimed is None:
        return Check(name, Result.NOT_CHECKED, "seal-certificate-unusable")
    facts = {
        "day": _day(claimed),
        "proved": _day(signer.existed_by),
        "begins": _day(signer.not_before),
        "ended": _day(signer.not_after),
        "said": _day(signer.said_at or signer.existed_by),
    }
    result, code = _certificate_at(signer, claimed, case)
    return Check(name, result, code, facts=facts)


def _certificate_at(signer: SignerStanding, claimed: datetime, case: _Case) -> _Answer:
    skew = case.policy.clock_skew
    if not signer.not_before - skew <= claimed <= signer.not_after:
        return Result.FAILED, "seal-outside-certificate"
    if claimed > signer.existed_by + skew:
        return Result.FAILED, "seal-after-its-timestamp"
    if signer.revocation is Revocation.REVOKED:
        return Result.FAILED, "seal-certificate-revoked"
    ended = signer.not_after < case.now
    if ended and signer.existed_by > signer.not_after:
        return Result.NOT_CHECKED, "seal-certificate-expired-since"
    if not signer.believed:
        return Result.NOT_CHECKED, "seal-signer-not-trusted"
    if signer.revocation is Revocation.UNKNOWN:
        return Result.NOT_CHECKED, "seal-revocation-unknown"
    return Result.PASSED, "seal-held-by-timestamps" if ended else "seal-certificate-valid"


_UNUSABLE_DID: Final = frozenset(
    {ResolutionProblem.NOT_A_DID, ResolutionProblem.MALFORMED, ResolutionProblem.KEY_NOT_SUPPORTED}
)


def _key_result(proof: ProofEvidence, case: _Case, purpose: str) -> _Answer:
    method = proof.method
    assert method is not None  # who asks has made sure that the proof names a method
    if method.known_here:
        # Our own issuers' documents list no key for authentication.
        return (
            _known_key_result(method, proof, case)
            if purpose == ASSERTION_METHOD
            else (Result.FAILED, "key-not-for-authentication")
        )
    if method.not_asked is not None:
        return Result.NOT_CHECKED, method.not_asked.value
    if method.problem is not None:
        return Result.NOT_CHECKED, method.problem.value
    found = method.method
    if found is None:
        return Result.FAILED, "key-not-in-did-document"
    if found.controller != method.did:
        return Result.FAILED, "key-controlled-by-another"
    # A revoked key has left assertionMethod as well; the stronger word is said first.
    if found.revoked_at is not None and found.revoked_at <= case.now:
        return Result.FAILED, "key-revoked"
    if not is_for(found, purpose):
        return (
            Result.FAILED,
            "key-not-for-assertion" if purpose == ASSERTION_METHOD else "key-not-for-authentication",
        )
    if found.expires_at is not None and found.expires_at <= case.now:
        return Result.FAILED, "key-expired"
    if found.public_key is None:
        return Result.NOT_CHECKED, found.problem.value if found.problem is not None else "key-material-malformed"
    return (
        Result.PASSED,
        "issuer-key-in-did-document" if purpose == ASSERTION_METHOD else "holder-key-in-did-document",
    )


def _known_key_result(method: MethodEvidence, proof: ProofEvidence, case: _Case) -> _Answer:
    key = method.member_key
    if key is None:
        return Result.FAILED, "key-unknown-to-issuer"
    # Who revokes a key without saying since when it was in other hands says no more than that.
    if key.compromised_since is not None and (key.revoked_at is None or key.compromised_since < key.revoked_at):
        return _compromised(key.compromised_since, proof)
    if key.state is KeyState.REVOKED or key.revoked_at is not None:
        return Result.FAILED, "key-revoked"
    if key.state is KeyState.PRE_PUBLISHED:
        return Result.FAILED, "key-not-yet-active"
    created, skew = proof.result.created_at, case.policy.clock_skew
    if created is not None and key.active_from is not None and created < key.active_from - skew:
        return Result.FAILED, "key-used-before-activation"
    if created is not None and key.retired_at is not None and created > key.retired_at + skew:
        return Result.FAILED, "key-used-after-retirement"
    return Result.PASSED, "issuer-key-retired" if key.state is KeyState.RETIRED else "issuer-key-active"


def _compromised(since: datetime, proof: ProofEvidence) -> _Answer:
    """Say how a signature stands to the moment since which somebody else may have had its key.

    It holds where our own records show it from before. One that merely says it is older says so by a date that the
    thief could write.
    """
    if proof.recorded_at is not None and proof.recorded_at < since:
        return Result.PASSED, "issued-before-compromise"
    created = proof.result.created_at
    if created is not None and created >= since:
        return Result.FAILED, "key-compromised-signed-after"
    if proof.records_unread:
        return Result.NOT_CHECKED, "key-compromised-records-unread"
    return Result.FAILED, "key-compromised"


def _awarding_body_is_issuer(case: _Case) -> Check:
    name = CheckName.AWARDING_BODY_IS_ISSUER
    bodies = _awarding_bodies(case.document)
    if not bodies:
        return Check(name, Result.NOT_CHECKED, "no-awarding-body")
    issuer_node = case.document.get("issuer")
    legal_ids = _legal_identifiers(issuer_node)
    for pointer, body in bodies:
        identifier = body.get("id") if isinstance(body, Mapping) else body
        if isinstance(identifier, str) and identifier == case.issuer:
            continue
        if legal_ids & _legal_identifiers(body):
            continue
        if _states_mandate(case.document):
            return Check(name, Result.PASSED, "awarding-body-by-mandate", pointer=pointer)
        return Check(name, Result.FAILED, "awarding-body-differs", pointer=pointer)
    return Check(name, Result.PASSED, "awarding-body-is-issuer", pointer=bodies[0][0])


def _awarding_bodies(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the awarding body of each claim: of the achievement itself, not of its parts."""
    return [
        (body_pointer, body)
        for subject_pointer, subject in _each(document.get("credentialSubject"), "#/credentialSubject")
        if isinstance(subject, Mapping)
        for claim_pointer, claim in _each(subject.get("hasClaim"), subject_pointer + "/hasClaim")
        if isinstance(claim, Mapping)
        for process_pointer, process in _each(claim.get("awardedBy"), claim_pointer + "/awardedBy")
        if isinstance(process, Mapping)
        for body_pointer, body in _each(process.get("awardingBody"), process_pointer + "/awardingBody")
    ]


def _each(value: object, pointer: str) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if isinstance(value, list):
        return [(f"{pointer}/{position}", item) for position, item in enumerate(value)]
    return [(pointer, value)]


def _legal_identifiers(organisation: object) -> set[str]:
    if not isinstance(organisation, Mapping):
        return set()
    nodes = [node for _, node in _each(organisation.get("eIDASIdentifier"), "")]
    return {node["notation"] for node in nodes if isinstance(node, Mapping) and isinstance(node.get("notation"), str)}


def _states_mandate(document: Mapping[str, Any]) -> bool:
    for _, node in _each(document.get("evidence"), ""):
        if isinstance(node, Mapping) and node.get("evidenceStatement"):
            kinds = [kind for _, kind in _each(node.get("dcType"), "")]
            if any((kind.get("id") if isinstance(kind, Mapping) else kind) == _MANDATE for kind in kinds):
                return True
    return False


def _issuer_known_member(case: _Case) -> Check:
    name = CheckName.ISSUER_KNOWN_MEMBER
    if case.evidence.members is None:
        return Check(name, Result.NOT_CHECKED, "members-not-known")
    accepted = case.issuer in case.policy.accepted_issuers
    member = case.member
    if member is None and not accepted:
        code = "issuer-not-a-member" if case.genuine else "issuer-not-proved"
        return Check(name, Result.NOT_CHECKED, code, pointer="#/issuer")
    if member is not None and member.kind is not IssuerKind.UNIVERSITY:
        code = "test-issuer" if member.kind is IssuerKind.TEST else "issuer-not-a-member"
        if member.kind is IssuerKind.SERVICE and is_receipt(case.document):
            code = "own-receipt"
        return Check(name, Result.NOT_CHECKED, code if case.genuine else "issuer-not-proved", pointer="#/issuer")
    if not case.genuine:
        return Check(name, Result.NOT_CHECKED, "issuer-not-proved", pointer="#/issuer")
    if member is None:
        return Check(name, Result.PASSED, "issuer-accepted-by-policy", pointer="#/issuer")
    if member.listed_until is not None and member.listed_until <= case.now:
        facts = {"ended": _day(member.listed_until), "signer": member.listed_by or "-"}
        return Check(name, Result.NOT_CHECKED, "trust-list-expired", pointer="#/issuer", facts=facts)
    facts = {"member": member.legal_names[0] if member.legal_names else member.slug}
    return Check(name, Result.PASSED, "issuer-is-member", pointer="#/issuer", facts=facts)


# What shows that the keys of the member itself are not behind a document that names it as its issuer. Anything else
# that is wrong with the proof (an altered text, a revoked key) has its own check and its own words.
_NOT_ITS_KEY: Final = frozenset(
    {
        "key-of-another",
        "key-unknown-to-issuer",
        "key-not-in-did-document",
        "key-controlled-by-another",
        "seal-of-another-organisation",
    }
)


def _names_member(case: _Case) -> Check:
    name = CheckName.NAMES_MEMBER_WITHOUT_KEY
    if case.evidence.members is None:
        return Check(name, Result.NOT_CHECKED, "members-not-known")
    if case.form in NO_CREDENTIALS:
        return Check(name, Result.NOT_CHECKED, _unread(case))
    if not case.claims:
        return Check(name, Result.PASSED, "names-no-member")
    # By a seal a member is itself under whatever id; see `_Case.member`.
    itself = case.issuer if case.member is None else case.member.did
    for claim in case.claims:
        if itself not in claim.dids or case.issuer_key.code in _NOT_ITS_KEY:
            return Check(
                name, Result.FAILED, "claims-to-be-member", pointer=claim.pointer, facts={"member": claim.slug}
            )
    if case.genuine:
        return Check(name, Result.PASSED, "names-itself", pointer=case.claims[0].pointer)
    return Check(name, Result.NOT_CHECKED, "member-not-proved", pointer=case.claims[0].pointer)


def _data_model(case: _Case) -> Check:
    broken = case.evidence.broken_envelope
    if broken:
        return Check(
            CheckName.DATA_MODEL, Result.FAILED, "data-model-broken", pointer=broken[0].pointer, details=broken
        )
    if case.form in NO_CREDENTIALS:
        return Check(CheckName.DATA_MODEL, Result.NOT_CHECKED, _unread(case), facts={"form": case.form.value})
    in_token = any(isinstance(proof.result, TokenResult) for proof in case.evidence.proofs)
    findings = (*data_model_findings(case.document, in_token=in_token), *case.evidence.related_resources)
    if not findings and case.evidence.resources_not_held:
        pointer = case.evidence.resources_not_held[0]
        return Check(CheckName.DATA_MODEL, Result.NOT_CHECKED, "related-resource-not-held", pointer=pointer)
    if not findings:
        return Check(CheckName.DATA_MODEL, Result.PASSED, "data-model-kept", facts={"form": case.form.value})
    if case.form is Form.UNKNOWN and case.evidence.contexts.problem is not None:
        # An unknown @context leaves open what the document even is (model.md section 1).
        return Check(
            CheckName.DATA_MODEL, Result.NOT_CHECKED, "form-unknown", pointer=findings[0].pointer, details=findings
        )
    return Check(
        CheckName.DATA_MODEL, Result.FAILED, "data-model-broken", pointer=findings[0].pointer, details=findings
    )


def _credential_shape(case: _Case) -> Check:
    check = _of_reading(
        CheckName.CREDENTIAL_SHAPE,
        _about_concepts(case.evidence.format.findings, wanted=False),
        ("credential-shape-kept", "credential-shape-broken", "not-a-european-digital-credential"),
    )
    # Issuers known here sign nothing of another shape: statements moved to where their reader will not look, such as
    # an issuer reduced to its id, were moved by somebody else. A stranger's shape informs.
    return check if case.known is not None else replace(check, informs=True)


def _concept_membership(case: _Case) -> Check:
    return _of_reading(
        CheckName.CONCEPT_MEMBERSHIP,
        _about_concepts(case.evidence.format.findings, wanted=True),
        ("concepts-in-their-lists", "concept-not-in-its-list", "not-a-european-digital-credential"),
    )


def _about_concepts(findings: tuple[Finding, ...] | None, *, wanted: bool) -> tuple[Finding, ...] | None:
    if findings is None:
        return None
    return tuple(finding for finding in findings if finding.code.startswith("concept-") is wanted)


def _template_rules(case: _Case) -> Check:
    return _of_reading(
        CheckName.TEMPLATE_RULES,
        case.evidence.template.findings,
        ("template-rules-kept", "template-rule-broken", "not-an-enhance-micro-credential"),
    )


def _of_reading(name: CheckName, findings: tuple[Finding, ...] | None, codes: tuple[str, str, str]) -> Check:
    good, bad, silent = codes
    if findings is None:
        return Check(name, Result.NOT_CHECKED, silent)
    broken = [finding for finding in findings if finding.weight is Weight.REQUIRED]
    if broken:
        return Check(name, Result.FAILED, bad, pointer=broken[0].pointer, details=findings)
    return Check(name, Result.PASSED, good, details=findings)


def _revocation(case: _Case) -> Check:
    return _of_status(
        case, CheckName.STATUS_REVOCATION, "revocation", ("not-revoked", "revoked", "no-revocation-entry")
    )


def _suspension(case: _Case) -> Check:
    return _of_status(
        case, CheckName.STATUS_SUSPENSION, "suspension", ("not-suspended", "suspended", "no-suspension-entry")
    )


def _of_status(case: _Case, name: CheckName, purpose: str, codes: tuple[str, str, str]) -> Check:
    clear, is_set, absent = codes
    if case.form in NO_CREDENTIALS:
        return Check(name, Result.NOT_CHECKED, _unread(case))
    # An entry without a readable purpose, or with one that nobody has defined, may be about anything: it counts too.
    entries = [
        entry for entry in case.evidence.status if entry.purpose == purpose or entry.purpose not in STATUS_PURPOSES
    ]
    for entry in entries:
        if entry.is_set and entry.purpose == purpose:
            code = "superseded" if purpose == "revocation" and entry.superseded else is_set
            return Check(name, Result.FAILED, code, pointer=entry.pointer)
    for entry in entries:
        if entry.purpose != purpose or entry.problem is not None or entry.is_set is None:
            return _status_unknown(name, entry)
    if entries:
        return Check(name, Result.PASSED, clear, pointer=entries[0].pointer)
    member = "status" if case.form is Form.SD_JWT_VC else "credentialStatus"
    if member in case.document and not case.evidence.status:
        return Check(name, Result.NOT_CHECKED, StatusProblem.NOT_ASKED.value, pointer=f"#/{member}")
    if case.known is not None and case.known.kind is IssuerKind.UNIVERSITY:
        # A member's credential always names both of its entries (model.md section 1, "Status").
        return Check(name, Result.NOT_CHECKED, "status-entry-missing", pointer=f"#/{member}")
    return Check(name, Result.NOT_CHECKED, absent)


def _status_unknown(name: CheckName, entry: StatusEvidence) -> Check:
    problem = entry.problem if entry.problem is not None else StatusProblem.NOT_ASKED
    facts = {} if entry.fetch_reason is None else {"lookup": entry.fetch_reason.value}
    return Check(name, Result.NOT_CHECKED, problem.value, pointer=entry.pointer, facts={"lookup": "-", **facts})


def _valid_from(case: _Case) -> Check:
    name = CheckName.VALID_FROM
    # VC 1.1 section 4.6 names `issuanceDate`; the EDC rendering carries both.
    stated = _stated(case, ("validFrom", "issuanceDate"))
    if not stated:
        return Check(name, Result.NOT_CHECKED, "no-valid-from")
    for pointer, moment in stated:
        if moment is None:
            return Check(name, Result.NOT_CHECKED, "valid-from-unreadable", pointer=pointer)
    pointer, moment = max(stated, key=_when)
    facts = {"day": _day(moment)}
    if moment is not None and moment > case.now + case.policy.clock_skew:
        return Check(name, Result.FAILED, "not-yet-valid", pointer=pointer, facts=facts)
    return Check(name, Result.PASSED, "valid-from-reached", pointer=pointer, facts=facts)


def _valid_until(case: _Case) -> Check:
    name = CheckName.VALID_UNTIL
    stated = _stated(case, ("validUntil", "expirationDate"))
    if not stated:
        return Check(name, Result.NOT_CHECKED, "no-valid-until")
    for pointer, moment in stated:
        if moment is None:
            return Check(name, Result.NOT_CHECKED, "valid-until-unreadable", pointer=pointer)
    pointer, moment = min(stated, key=_when)
    facts = {"day": _day(moment)}
    if moment is not None and moment < case.now:
        return Check(name, Result.FAILED, "expired", pointer=pointer, facts=facts)
    return Check(name, Result.PASSED, "valid-until-not-reached", pointer=pointer, facts=facts)


def _stated(case: _Case, names: tuple[str, ...]) -> list[tuple[str, datetime | None]]:
    if case.form is Form.SD_JWT_VC:
        claim = "nbf" if "validFrom" in names else "exp"
        return [(f"#/{claim}", read_instant_claim(case.document[claim]))] if claim in case.document else []
    return [(f"#/{name}", read_instant(case.document[name])) for name in names if name in case.document]


def _when(stated: tuple[str, datetime | None]) -> datetime:
    return stated[1] or datetime.min.replace(tzinfo=UTC)


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else moment.astimezone(UTC).date().isoformat()


def _owner(case: _Case) -> Check:
    """Whether whoever shows the credential is whom it is about (EDC's "Owner"). Informs: others may show it, too."""
    name, presented = CheckName.OWNER, case.presented
    if presented is None:
        return _NEVER[name]
    if presented.holder is None:
        return Check(name, Result.NOT_CHECKED, "owner-not-shown")
    subjects = {
        subject["id"]
        for _, subject in _each(case.document.get("credentialSubject"), "")
        if isinstance(subject, Mapping) and isinstance(subject.get("id"), str)
    }
    if case.form is Form.SD_JWT_VC:
        # Whom it is about is whose key the issuer confirmed.
        subjects = {confirmed} if (confirmed := holder_id(case.document)) is not None else set()
    if not subjects:
        return Check(name, Result.NOT_CHECKED, "owner-not-named")
    if subjects != {presented.holder}:
        return Check(name, Result.NOT_CHECKED, "owner-is-another", pointer="#/credentialSubject")
    if not presented.fresh:
        return Check(name, Result.NOT_CHECKED, "owner-not-fresh", pointer="#/credentialSubject")
    return Check(name, Result.PASSED, "owner-is-holder", pointer="#/credentialSubject")


# EDC's three that need somebody or something we do not have. Said on every report: silence must not look like a yes.
_NEVER: Final[Mapping[CheckName, Check]] = {
    CheckName.OWNER: Check(CheckName.OWNER, Result.NOT_CHECKED, "owner-not-asked"),
    CheckName.ACCREDITATION: Check(CheckName.ACCREDITATION, Result.NOT_CHECKED, "accreditation-not-looked-up"),
    CheckName.CUSTOM: Check(CheckName.CUSTOM, Result.NOT_CHECKED, "custom-not-defined"),
}

_JUDGES: Final[Mapping[CheckName, Callable[[_Case], Check]]] = {
    CheckName.JSON_WELL_FORMED: _json_well_formed,
    CheckName.CONTEXTS_PINNED: _contexts_pinned,
    CheckName.NOTHING_DROPPED: _nothing_dropped,
    CheckName.LITERALS_WELL_TYPED: _literals_well_typed,
    CheckName.PROOF: lambda case: case.proof,
    CheckName.ISSUER_KEY: lambda case: case.issuer_key,
    CheckName.SEAL_CERTIFICATE: lambda case: case.seal_certificate,
    CheckName.AWARDING_BODY_IS_ISSUER: _awarding_body_is_issuer,
    CheckName.ISSUER_KNOWN_MEMBER: _issuer_known_member,
    CheckName.NAMES_MEMBER_WITHOUT_KEY: _names_member,
    CheckName.DATA_MODEL: _data_model,
    CheckName.CREDENTIAL_SHAPE: _credential_shape,
    CheckName.CONCEPT_MEMBERSHIP: _concept_membership,
    CheckName.TEMPLATE_RULES: _template_rules,
    CheckName.STATUS_REVOCATION: _revocation,
    CheckName.STATUS_SUSPENSION: _suspension,
    CheckName.VALID_FROM: _valid_from,
    CheckName.VALID_UNTIL: _valid_until,
    CheckName.OWNER: _owner,
    CheckName.ACCREDITATION: lambda _case: _NEVER[CheckName.ACCREDITATION],
    CheckName.CUSTOM: lambda _case: _NEVER[CheckName.CUSTOM],
}


# Presentations. What a holder signed is one thing, what issuers signed is another: each credential is judged above.


def _unless_unsigned(judge_it: Callable[[_Case], Check]) -> Callable[[_Case, Sequence[Result]], Check]:
    def judged(case: _Case, _shown: Sequence[Result]) -> Check:
        check = judge_it(case)
        if case.evidence.proofs:
            return check
        # There is nothing that a signature would have to cover.
        return Check(check.name, Result.NOT_CHECKED, "presentation-not-signed", informs=True)

    return judged


def _presentation_data_model(case: _Case, _shown: Sequence[Result]) -> Check:
    name = CheckName.DATA_MODEL
    in_token = any(isinstance(proof.result, TokenResult) for proof in case.evidence.proofs)
    findings = tuple(presentation_findings(case.document, in_token=in_token))
    if findings:
        return Check(name, Result.FAILED, "data-model-broken", pointer=findings[0].pointer, details=findings)
    return Check(name, Result.PASSED, "data-model-kept", facts={"form": case.form.value})


_FOR_AUTHENTICATION: Final = {
    "proof-purpose-wrong": "presentation-purpose-wrong",
    "key-not-for-assertion": "key-not-for-authentication",
}


_OF_A_FOLDER: Final = frozenset({"@context", "id", "type", "verifiableCredential", "holder"})
"""What an unsigned presentation may have and be nothing but a folder; ``holder`` is asked about by itself."""


def _holder_proof(case: _Case) -> Check:
    name = CheckName.HOLDER_PROOF
    said = sorted(case.document.keys() - _OF_A_FOLDER)
    if not case.evidence.proofs and said:
        return Check(name, Result.NOT_CHECKED, "statements-not-signed", pointer=json_pointer(said[:1]))
    if not case.evidence.proofs:
        return Check(name, Result.NOT_CHECKED, "presentation-not-signed", pointer="#/proof")
    check = _worst_proof(case, name)
    if case.form is Form.SD_JWT_VC:
        return _key_binding(check)
    return replace(check, code=_FOR_AUTHENTICATION.get(check.code, check.code))


def _key_binding(check: Check) -> Check:
    """Say of a key binding what was said of a token. One that nobody can check binds nothing (RFC 9901 section 7.3)."""
    if check.result is Result.PASSED:
        return replace(check, code="key-binding-verified")
    said_as_it_is = {"proof-wrong", "proof-from-the-future", "proof-expired", "token-unsigned"}
    return replace(check, result=Result.FAILED, code=check.code if check.code in said_as_it_is else "key-binding-wrong")


def _holder_key(case: _Case) -> Check:
    name = CheckName.HOLDER_KEY
    holder = holder_id(case.document)
    if not case.evidence.proofs and "holder" in case.document:
        # Whoever made the folder may write any name on it. Unlike no name, that is something to check.
        return Check(name, Result.NOT_CHECKED, "holder-not-shown", pointer="#/holder")
    if not case.evidence.proofs:
        return Check(name, Result.NOT_CHECKED, "presentation-not-signed", pointer="#/proof")
    if holder is None:
        return Check(name, Result.NOT_CHECKED, "holder-not-named", pointer="#/holder")
    for proof in case.evidence.proofs:
        if proof.method is None or proof.method.did != holder:
            return _of_key(proof, Result.FAILED, "key-not-of-the-holder", name)
    check = _worst_key(case, name)
    confirmed = case.form is Form.SD_JWT_VC and check.result is Result.PASSED
    return replace(check, code="holder-key-confirmed") if confirmed else check


def _worst_key(case: _Case, name: CheckName) -> Check:
    results = [(proof, *_key_result(proof, case, case.presented_for)) for proof in case.evidence.proofs]
    for wanted in (Result.FAILED, Result.NOT_CHECKED):
        for proof, result, code in results:
            if result is wanted:
                return _of_key(proof, result, code, name)
    return _of_key(*results[0], name)


def _all_keys_pass(case: _Case) -> bool:
    return all(
        proof.method is not None and _key_result(proof, case, case.presented_for)[0] is Result.PASSED
        for proof in case.evidence.proofs
    )


def _challenge(case: _Case) -> Check:
    """Data Integrity 1.0 section 4.4 step 8; of tokens the claim ``nonce``."""
    name, asked = CheckName.CHALLENGE, case.policy.challenge
    if asked is None:
        return Check(name, Result.NOT_CHECKED, "no-challenge-asked")
    for proof in case.evidence.proofs:
        if proof.result.challenge != asked:
            return Check(name, Result.FAILED, "challenge-differs", pointer=place_of(proof, "challenge"))
        # RFC 9901 section 7.3 step 5.5. Proofs in documents need not say when they were made.
        made = proof.result.created_at if isinstance(proof.result, SdJwtResult) else None
        if made is not None and made < case.now - case.policy.longest_answer:
            return Check(name, Result.FAILED, "key-binding-too-old", facts=proof_facts(proof))
    return _as_signed(case, name, "challenge-met", "challenge-unanswered")


def _domain(case: _Case) -> Check:
    """Data Integrity 1.0 section 4.4 step 7: the same set of texts; of tokens the claim ``aud``."""
    name, asked = CheckName.DOMAIN, case.policy.domains
    if asked is None:
        return Check(name, Result.NOT_CHECKED, "no-domain-asked")
    for proof in case.evidence.proofs:
        if frozenset(proof.result.domains) != asked:
            return Check(name, Result.FAILED, "domain-differs", pointer=place_of(proof, "domain"))
    return _as_signed(case, name, "domain-met", "domain-unanswered")


def _as_signed(case: _Case, name: CheckName, good: str, unsigned: str) -> Check:
    """Return ``good`` only where the proof that says so holds."""
    if not case.evidence.proofs:
        return Check(name, Result.FAILED, unsigned, pointer="#/proof")
    if _holder_proof(case).result is not Result.PASSED:
        return Check(name, Result.NOT_CHECKED, "holder-not-proved")
    return Check(name, Result.PASSED, good, pointer=place_of(case.evidence.proofs[0]))


def _credentials(case: _Case, shown: Sequence[Result]) -> Check:
    name, in_all = CheckName.CREDENTIALS, len(presented_in(case.document))
    facts = {"number": str(in_all)}
    if not in_all:
        return Check(name, Result.NOT_CHECKED, "no-credential-presented", pointer="#/verifiableCredential")
    if Result.FAILED in shown:
        return Check(name, Result.FAILED, "credential-invalid", pointer="#/verifiableCredential", facts=facts)
    if len(shown) < in_all:
        return Check(name, Result.NOT_CHECKED, "too-many-credentials", pointer="#/verifiableCredential", facts=facts)
    if Result.NOT_CHECKED in shown:
        return Check(name, Result.NOT_CHECKED, "credential-left-open", pointer="#/verifiableCredential", facts=facts)
    return Check(name, Result.PASSED, "credentials-valid", pointer="#/verifiableCredential", facts=facts)


_PRESENTATION_JUDGES: Final[Mapping[CheckName, Callable[[_Case, Sequence[Result]], Check]]] = {
    CheckName.JSON_WELL_FORMED: lambda case, _: _json_well_formed(case),
    CheckName.CONTEXTS_PINNED: lambda case, _: _contexts_pinned(case),
    CheckName.NOTHING_DROPPED: _unless_unsigned(_nothing_dropped),
    CheckName.LITERALS_WELL_TYPED: _unless_unsigned(_literals_well_typed),
    CheckName.DATA_MODEL: _presentation_data_model,
    CheckName.HOLDER_PROOF: lambda case, _: _holder_proof(case),
    CheckName.HOLDER_KEY: lambda case, _: _holder_key(case),
    CheckName.CHALLENGE: lambda case, _: _challenge(case),
    CheckName.DOMAIN: lambda case, _: _domain(case),
    CheckName.CREDENTIALS: _credentials,
}
