"""Verify for the interop mode: the service's own verifier, and what of its report the caller asked about.

VCALM answers 200 with ``verified: false`` where something does not verify; the public suites count anything but an
error status as success. These routes are for the suites, so what does not verify is :class:`NotVerified`, a 400 with
every check that stands in the way. ``POST /verify`` is the route for people, and never answers so.

``options.checks`` is honoured here and nowhere else: ``["proof"]`` asks whether the credential is well-formed and its
proofs hold. Whether the key is the issuer's is then told beside it and decides nothing, because published vectors name
issuers that have no keys.

**Presentations** (VCDM 2.0 section 4.13), in this order; every finding is told

1. An envelope has the context, the type and the ``data:`` address of one; its token holds under the key that it names.
2. The presentation has its contexts, its type, absolute ids; its credentials are objects.
3. Its proofs hold, are for authentication or assertion, and for the challenge and the domain that are asked for. An
   unsigned one passes where neither is asked for.
4. Whoever signed is the holder, where one is named; a credential that the presenter issued needs the holder named
   (section 4.13.4).
5. Each credential verifies by itself.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from app.errors import Family, Finding, ServiceError, json_pointer
from app.jsonld import CREDENTIALS_V1, CREDENTIALS_V2, Allowance
from app.keys import PublicKey
from app.securing import Expectation, MalformedToken, ProofOutcome, jws, verify_proofs
from app.securing.jws import HeaderProfile
from app.strict_json import JsonValue, MalformedJson, parse
from app.trust.resolve import DidDocument, ResolutionFailed, did_of
from app.verification.checks import CheckName, Result
from app.verification.data_model import is_absolute, issuer_id, types_of
from app.verification.report import Report, ReportedCheck
from app.verification.submission import Submission
from app.verification.verifier import Verifier

ENVELOPED_PRESENTATION: Final = "EnvelopedVerifiablePresentation"
PRESENTATION_TYPE: Final = "application/vp+jwt"
PRESENTATION_PROFILE: Final = HeaderProfile(frozenset({"kid", "typ", "cty", "iss"}))
MOST_CREDENTIALS: Final = 16

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
_PURPOSES: Final = ("authentication", "assertionMethod")

Resolve = Callable[[str], Awaitable[DidDocument]]


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

    def __init__(self, verifier: Verifier, resolve: Resolve, clock: Callable[[], datetime]) -> None:
        self._verifier = verifier
        self._resolve = resolve
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
        envelope = await self._open_envelope(stated, options)  # 1
        document, signer = envelope if envelope is not None else (stated, None)
        findings = list(presentation_findings(document))  # 2
        if findings:
            raise NotVerified(findings=findings)
        assert isinstance(document, dict)
        if "proof" in document:
            signer = await self._check_proofs(document, options)  # 3
        elif signer is None and ("challenge" in options or "domain" in options):
            words = "A challenge or a domain is asked for, and nobody signed the presentation."
            raise NotVerified(findings=[Finding("presentation-not-signed", "#/proof", words, _VCDM + "4.13")])
        credentials = _as_list(document.get("verifiableCredential"))
        found = [await self._verify(credential, _decided_by(options)) for credential in credentials]
        findings = [
            *_holder_findings(document, signer, found),  # 4
            *(
                _moved(finding, ("verifiableCredential", position))
                for position, each in enumerate(found)
                for finding in _obstacles(each)  # 5
            ),
        ]
        if findings:
            raise NotVerified(findings=findings)
        return VerifiedPresentation(document, signer is not None, tuple(found))

    async def _verify(self, credential: JsonValue, decided_by: frozenset[CheckName]) -> Verified:
        if isinstance(credential, dict) and "EnvelopedVerifiableCredential" in types_of(credential):
            _check_envelope(credential)
        submission = Submission.of(credential)
        report = await self._verifier.verify_credential(submission, now=self._clock())
        return Verified(report, submission.document, decided_by)

    async def _open_envelope(self, stated: JsonValue, options: Mapping[str, JsonValue]) -> tuple[JsonValue, str] | None:
        """Return what an enveloped presentation holds and the DID that signed it; none for what is no envelope."""
        if not isinstance(stated, dict) or ENVELOPED_PRESENTATION not in types_of(stated):
            return None
        _check_envelope(stated)
        address = stated.get("id")
        prefix = f"data:{PRESENTATION_TYPE},"
        if not isinstance(address, str) or not address.lower().startswith(prefix):
            raise _envelope_refused("#/id", f"The id of an envelope begins with {prefix}")
        try:
            token = jws.parse_compact(address[len(prefix) :].encode("utf-8", "surrogatepass"))
            content = parse(token.payload)
        except (MalformedToken, MalformedJson) as error:
            raise _envelope_refused("#/id", error.detail) from None
        header_words = presentation_header_refusal(token.header)
        if header_words:
            raise _envelope_refused("#/id", header_words)
        key_id = str(token.header.get("kid", ""))
        key = (await self._keys([key_id])).get(key_id)
        if key is None or not jws.holds(token, key):
            raise _envelope_refused("#/id", "The signature of the token does not hold, or its key is not to be had.")
        claims = content if isinstance(content, dict) else {}
        for option, claim in (("challenge", "nonce"), ("domain", "aud")):
            if option in options and options[option] not in _as_list(claims.get(claim)):
                raise _envelope_refused("#/id", f"`{claim}` is not the {option} that is asked for.")
        unsigned_claims = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"}
        return {name: held for name, held in claims.items() if name not in unsigned_claims}, did_of(key_id)

    async def _check_proofs(self, document: Mapping[str, Any], options: Mapping[str, JsonValue]) -> str:
        """Check every proof of a presentation; return the DID of the first one's key."""
        proofs = [proof for proof in _as_list(document["proof"]) if isinstance(proof, Mapping)]
        methods = [str(proof.get("verificationMethod")) for proof in proofs]
        keys = await self._keys(methods)
        purposes = {str(proof.get("proofPurpose")) for proof in proofs}
        purpose = next((name for name in _PURPOSES if purposes == {name}), _PURPOSES[0])
        domain = _as_list(options.get("domain"))
        expected = Expectation(
            purpose=purpose,
            domain=frozenset(map(str, domain)) if "domain" in options else None,
            challenge=str(options["challenge"]) if "challenge" in options else None,
        )
        results = await self._verifier.beside(
            lambda: verify_proofs(
                document, keys.get, now=self._clock(), expected=expected, canonicalize=Allowance(processes=4).open
            )
        )
        findings = [
            Finding(result.outcome.value, result.place, _PROOF_WORDS.get(result.outcome, _PROOF_FAILS), _VCDM + "4.13")
            for result in results
            if not result.verified
        ]
        findings += [finding for result in results for finding in result.findings]
        if findings or not results:
            words = [] if results else [Finding("proof-missing", "#/proof", "There is no proof in it.", _VCDM + "4.13")]
            raise NotVerified(findings=[*findings, *words])
        return did_of(methods[0])

    async def _keys(self, methods: Sequence[str]) -> dict[str, PublicKey]:
        keys = {}
        for url in dict.fromkeys(methods):
            try:
                method = (await self._resolve(did_of(url))).method(url)
            except ResolutionFailed:
                continue
            if method is not None and method.public_key is not None:
                keys[url] = method.public_key
        return keys


_PROOF_FAILS: Final = "The proof does not hold."
_PROOF_WORDS: Final[Mapping[ProofOutcome, str]] = {
    ProofOutcome.CHALLENGE_MISMATCH: "The proof is not for the challenge that is asked for.",
    ProofOutcome.DOMAIN_MISMATCH: "The proof is not for the domain that is asked for.",
    ProofOutcome.PURPOSE_WRONG: "A presentation is signed for authentication.",
    ProofOutcome.METHOD_UNRESOLVED: "The key is not to be had.",
}


def presentation_header_refusal(header: Mapping[str, JsonValue]) -> str | None:
    """Return why a token with this header is no presentation (VC-JOSE-COSE 1.0, 3.1.2), or none."""
    refusal = jws.refusal_of(header, PRESENTATION_PROFILE)
    if refusal is not None:
        return f"The header of the token is refused: {refusal.problem.value}."
    stated = header.get("typ")
    media_type = stated if isinstance(stated, str) else ""
    if (media_type if "/" in media_type else f"application/{media_type}").lower() != PRESENTATION_TYPE:
        return "`typ` does not say that the token is a presentation: vp+jwt."
    if str(header.get("cty", "vp")).lower().removeprefix("application/") != "vp":
        return "`cty` does not say that the content is a presentation: vp."
    return None


def presentation_findings(document: JsonValue) -> Iterator[Finding]:
    """Yield every place where ``document`` is not a presentation of VCDM 2.0, or of its predecessor."""
    if not isinstance(document, dict):
        yield Finding("not-a-json-object", "#", "A presentation is an object.", _VCDM + "4.13")
        return
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts or contexts[0] not in (CREDENTIALS_V2, CREDENTIALS_V1):
        words = "The contexts are a list that begins with that of the data model."
        yield Finding("first-context-wrong", "#/@context", words, _VCDM + "4.3")
    if "VerifiablePresentation" not in types_of(document):
        yield Finding("type-wrong", "#/type", "`type` must name VerifiablePresentation.", _VCDM + "4.13")
    if "id" in document and not is_absolute(document["id"]):
        yield Finding("id-not-a-url", "#/id", "`id` must be one absolute URL.", _VCDM + "4.4")
    if "holder" in document and not is_absolute(_holder(document)):
        yield Finding(
            "holder-wrong", "#/holder", "The holder is a URL, or an object with one as its id.", _VCDM + "4.13"
        )
    credentials = _as_list(document.get("verifiableCredential"))
    if len(credentials) > MOST_CREDENTIALS:
        words = f"More than {MOST_CREDENTIALS} credentials are not looked at."
        yield Finding("too-many-credentials", "#/verifiableCredential", words)
    for position, credential in enumerate(credentials):
        if not isinstance(credential, dict):
            pointer = json_pointer(["verifiableCredential", position])
            yield Finding("credential-not-an-object", pointer, "A credential here is an object.", _VCDM + "4.13")


def _holder_findings(
    document: Mapping[str, Any], signer: str | None, credentials: Sequence[Verified]
) -> Iterator[Finding]:
    holder = _holder(document)
    if signer is None:
        return
    if holder is not None and holder != signer:
        words = "The presentation is signed by a key that is not the holder's."
        yield Finding("holder-did-not-sign", "#/holder", words, _VCDM + "4.13")
    for position, each in enumerate(credentials):
        own_key = any(did_of(proof.verification_method or "") == signer for proof in each.report.proofs)
        if own_key and holder != issuer_id(each.document):
            words = "What the presenter states of himself names him as issuer, and the presentation as its holder."
            pointer = json_pointer(["verifiableCredential", position])
            yield Finding("self-asserted-without-holder", pointer, words, _VCDM + "4.13.4")


def _holder(document: Mapping[str, Any]) -> str | None:
    holder = document.get("holder")
    if isinstance(holder, Mapping):
        holder = holder.get("id")
    return holder if isinstance(holder, str) else None


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
    if not all(isinstance(item, str) for item in _as_list(options.get("domain"))):
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
            yield Finding(check.code, check.pointer or "#", check.sentence, problem_type_of(check))
            for finding in check.findings:
                yield Finding(finding.code, finding.pointer, finding.detail, finding.citation)


def problem_type_of(check: ReportedCheck) -> str:
    """Return the problem type of the W3C specifications for a check."""
    return check.problem_type or (_CRYPTOGRAPHIC_ERROR if check.name is CheckName.PROOF else _PARSING_ERROR)


def _expectation_findings(document: JsonValue, options: Mapping[str, JsonValue]) -> Iterator[Finding]:
    """Hold what the caller expects of each proof against what it states (VC Data Integrity 1.0, 4.4)."""
    stated = document.get("proof") if isinstance(document, dict) else None
    for proof in _as_list(stated):
        if not isinstance(proof, dict):
            continue
        for option, member in (
            ("expectedProofPurpose", "proofPurpose"),
            ("domain", "domain"),
            ("challenge", "challenge"),
        ):
            if option in options and set(map(str, _as_list(options[option]))) != set(
                map(str, _as_list(proof.get(member)))
            ):
                words = f"`{member}` of the proof is not what is expected."
                yield Finding("proof-not-as-expected", f"#/proof/{member}", words, "VC Data Integrity 1.0, 4.4")


def _check_envelope(envelope: Mapping[str, JsonValue]) -> None:
    """An envelope, of a credential or of a presentation, has the context that defines its words (VCDM 2.0, 4.13.1)."""
    contexts = _as_list(envelope.get("@context"))
    if not contexts or contexts[0] != CREDENTIALS_V2:
        raise _envelope_refused("#/@context", "An envelope names the context of VC Data Model 2.0.")


def _envelope_refused(pointer: str, words: str) -> NotVerified:
    return NotVerified(findings=[Finding("envelope-refused", pointer, words, _VCDM + "4.13.2")])


def _moved(finding: Finding, way: tuple[str | int, ...]) -> Finding:
    pointer = json_pointer(way) + finding.pointer.removeprefix("#")
    return Finding(finding.code, pointer, finding.detail, finding.citation, finding.weight)


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
