"""Embedded proofs: VC Data Integrity 1.0 with the suites of VC DI EdDSA 1.0 and VC DI ECDSA 1.0.

**Securing** (:func:`secure`; Data Integrity section 4.2, suites section 3.2.1 and 3.3.1)

1. The options of the proof are ours: type, cryptosuite (it follows from the key), created, method, assertionMethod.
2. The unsecured document is brought into canonical form once for each hash in use; all proofs share it.
3. Each proof's options, with the document's ``@context``, are brought into canonical form.
4. The signer signs ``hash(options) || hash(document)``; the hash follows from the key (SHA-384 for P-384).
5. The finished proof is taken apart again and checked with the public key; bytes that fail here never leave.

Several signers make a *proof set* (section 2.1.1): every proof covers the unsecured document and none another proof.

**Verifying** (:func:`verify_proofs`; sections 4.4 and 4.5, suites section 3.2.2 and 3.3.2), for each proof

1. It is an object of type DataIntegrityProof with members of the right form and a cryptosuite known here.
2. Every proof that ``previousProof`` names exists once, and no proof rests on itself.
3. Its verification method resolves to a key of the kind that the suite is for. Nothing in the document chooses curve,
   hash or length.
4. Document (with the matching previous proofs, section 4.5 step 3.3) and options have a safe canonical form.
5. The signature holds.
6. Purpose, listing under assertionMethod, created, expires, domain and challenge are as expected.
7. The proofs it rests on are verified.

The first step that fails names the outcome, so an outcome after step 5 speaks about a proof whose signature holds.
Stricter than the specifications, on purpose: a proof's own ``@context`` must equal the document's, because one that
does not is either unsigned (RDFC suites) or lets unsigned contexts follow the signed ones (JCS suites); and a
``created`` without time zone is malformed.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol

from app import jsonld, strict_json
from app.errors import Family, Finding, ServiceError, json_pointer
from app.instants import read_instant, write_instant
from app.jsonld import UnsafeDocument, UnsupportedDocument
from app.jsonld.contexts import CREDENTIALS_V2, DATA_INTEGRITY_V2
from app.keys import ASSERTION_METHOD, AUTHENTICATION, Algorithm, PublicKey, Signer, base58
from app.keys.signer import signature_length
from app.strict_json import as_list

DATA_INTEGRITY_PROOF: Final = "DataIntegrityProof"
MAX_PROOFS: Final = 16
CLOCK_SKEW: Final = timedelta(minutes=5)

_LONGEST_SIGNATURE: Final = 96
_CITATION: Final = "VC Data Integrity 1.0, section 4.4"


class Canonicalization(StrEnum):
    """How a suite turns JSON into bytes."""

    RDFC = "RDFC-1.0"
    JCS = "RFC 8785"


@dataclass(frozen=True, slots=True)
class Cryptosuite:
    """One cryptosuite: which keys may use it, and how it makes bytes. The hash belongs to the key."""

    name: str
    algorithms: frozenset[Algorithm]
    canonicalization: Canonicalization


_EDDSA: Final = frozenset({Algorithm.ED25519})
_ECDSA: Final = frozenset({Algorithm.P256, Algorithm.P384})

CRYPTOSUITES: Final[Mapping[str, Cryptosuite]] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Cryptosuite("eddsa-rdfc-2022", _EDDSA, Canonicalization.RDFC),
            Cryptosuite("ecdsa-rdfc-2019", _ECDSA, Canonicalization.RDFC),
            Cryptosuite("eddsa-jcs-2022", _EDDSA, Canonicalization.JCS),
            Cryptosuite("ecdsa-jcs-2019", _ECDSA, Canonicalization.JCS),
        )
    }
)
"""Every suite that is verified. Signing uses the two RDFC suites: they cover the meaning, not the spelling."""

SIGNING_SUITES: Final[Mapping[Algorithm, Cryptosuite]] = MappingProxyType(
    {
        Algorithm.ED25519: CRYPTOSUITES["eddsa-rdfc-2022"],
        Algorithm.P256: CRYPTOSUITES["ecdsa-rdfc-2019"],
        Algorithm.P384: CRYPTOSUITES["ecdsa-rdfc-2019"],
    }
)


class Canonicalize(Protocol):
    """``app.jsonld.canonicalize`` or a stand-in for it."""

    def __call__(self, document: Mapping[str, Any], *, hash_name: str) -> bytes:
        """Return canonical N-Quads (RDFC-1.0 with ``hash_name``).

        Raises:
            UnsafeDocument: something in the document would not be covered.
            UnsupportedDocument: the document cannot be judged.
        """


class SelfCheckFailed(ServiceError):
    """A new proof does not verify with the key it names. Nothing was given out; the signer needs attention."""

    code: ClassVar[str] = "signature-self-check-failed"
    title: ClassVar[str] = "The new proof did not verify and was discarded"
    family: ClassVar[Family] = Family.UNAVAILABLE


class AlreadySecured(ServiceError):
    """The document to be secured has a proof already."""

    code: ClassVar[str] = "already-secured"
    title: ClassVar[str] = "The document has a proof already"
    family: ClassVar[Family] = Family.MALFORMED


def hash_name(algorithm: Algorithm) -> str:
    """Return the hash that goes with a key, for signing input and canonicalisation alike (VC DI ECDSA section 3.2)."""
    return "sha384" if algorithm is Algorithm.P384 else "sha256"


# --- Securing --------------------------------------------------------------------------------------------------------


async def secure(
    document: Mapping[str, Any],
    *,
    signers: Sequence[tuple[Signer, str]],
    created: datetime,
    canonicalize: Canonicalize = jsonld.canonicalize,
) -> dict[str, Any]:
    """Return ``document`` with one proof of each signer; each comes with the URL of its verification method.

    ``proof`` is an object for one signer and a list, in the order of ``signers``, for several.

    Raises:
        AlreadySecured: the document has a ``proof``.
        UnsafeDocument, UnsupportedDocument: the document cannot be signed as it is.
        SigningFailed: a signer is not available.
        SelfCheckFailed: a signature came back wrong.
    """
    if "proof" in document:
        raise AlreadySecured(
            findings=[Finding("already-secured", "#/proof", "Remove the proof, or replace the credential.", _CITATION)]
        )
    proofs = await make_proofs(
        document.get("@context"),
        lambda name: canonicalize(document, hash_name=name),
        signers=signers,
        created=created,
        canonicalize=canonicalize,
    )
    return {**document, "proof": proofs[0] if len(proofs) == 1 else proofs}


async def make_proofs(
    context: object,
    canonical_document: Callable[[str], bytes],
    *,
    signers: Sequence[tuple[Signer, str]],
    created: datetime,
    canonicalize: Canonicalize = jsonld.canonicalize,
) -> list[dict[str, str]]:
    """Return the proofs over a document whose canonical form the caller can give for a hash name.

    ``canonical_document`` is called once for each hash in use.

    Raises:
        SigningFailed: a signer is not available.
        SelfCheckFailed: a signature came back wrong.
    """
    return await make_proofs_over_digest(
        context,
        lambda name: hashlib.new(name, canonical_document(name)).digest(),
        signers=signers,
        created=created,
        canonicalize=canonicalize,
    )


async def make_proofs_over_digest(
    context: object,
    document_digest: Callable[[str], bytes],
    *,
    signers: Sequence[tuple[Signer, str]],
    created: datetime,
    canonicalize: Canonicalize = jsonld.canonicalize,
) -> list[dict[str, str]]:
    """Return the proofs over a document the hash of whose canonical form the caller can give for a hash name.

    For callers that have hashed most of it before, such as a mould, whose head is the same for everybody.
    ``document_digest`` is called once for each hash in use. Each proof is checked as :func:`secure` says.

    Raises:
        SigningFailed: a signer is not available.
        SelfCheckFailed: a signature came back wrong.
    """
    if not signers:
        raise ValueError("a proof needs a signer")
    instant = write_instant(created)
    document_hashes = {
        name: document_digest(name) for name in dict.fromkeys(hash_name(signer.algorithm) for signer, _ in signers)
    }

    async def prove(signer: Signer, method: str) -> dict[str, str]:
        # 1
        suite = SIGNING_SUITES[signer.algorithm]
        config = {
            "type": DATA_INTEGRITY_PROOF,
            "cryptosuite": suite.name,
            "created": instant,
            "verificationMethod": method,
            "proofPurpose": ASSERTION_METHOD,
        }
        # 3
        name = hash_name(signer.algorithm)
        options = canonical_proof_config(context, config, name, canonicalize)
        signing_input = hashlib.new(name, options).digest() + document_hashes[name]
        # 4
        signature = await signer.sign(signing_input)
        proof = {**config, "proofValue": "z" + base58.encode(signature)}
        # 5
        if not _holds(proof["proofValue"], signer.public_key, signing_input):
            raise SelfCheckFailed(f"The signature for {method} does not verify with its public key.")
        return proof

    if all(signer.in_process for signer, _ in signers):
        return [await prove(signer, method) for signer, method in signers]
    results = await asyncio.gather(*(prove(signer, method) for signer, method in signers), return_exceptions=True)
    # Every signer is waited for: none is left running behind an answer that was given already.
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


def canonical_proof_config(
    context: object, config: Mapping[str, Any], name: str, canonicalize: Canonicalize = jsonld.canonicalize
) -> bytes:
    """Return the canonical form of a proof's options under the document's ``@context`` (suites, section 3.2.5).

    The five members that nearly every proof consists of always give the same five lines, which are written directly;
    anything else goes the long way. Only for contexts under which the document itself has a canonical form: that is
    what makes sure that nothing redefines the protected terms.
    """
    if _has_usual_form(context, config):
        return (
            f'_:c14n0 <http://purl.org/dc/terms/created> "{config["created"]}"'
            "^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n"
            "_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
            "<https://w3id.org/security#DataIntegrityProof> .\n"
            f'_:c14n0 <https://w3id.org/security#cryptosuite> "{config["cryptosuite"]}"'
            "^^<https://w3id.org/security#cryptosuiteString> .\n"
            "_:c14n0 <https://w3id.org/security#proofPurpose> "
            f"<https://w3id.org/security#{_PURPOSES[config['proofPurpose']]}> .\n"
            f"_:c14n0 <https://w3id.org/security#verificationMethod> <{config['verificationMethod']}> .\n"
        ).encode("ascii")
    return canonicalize({"@context": context, **config}, hash_name=name)


_USUAL_MEMBERS: Final = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose"})
_USUAL_CONTEXTS: Final = frozenset({CREDENTIALS_V2, DATA_INTEGRITY_V2})
# The purposes by their IRIs in both contexts; `authentication` is not named after its term.
_PURPOSES: Final = {"assertionMethod": "assertionMethod", "authentication": "authenticationMethod"}
_PLAIN_URL: Final = re.compile(r"(?:did:[a-z0-9]+:|https://)[A-Za-z0-9._~:/%-]+(?:#[A-Za-z0-9._~:-]+)?")
_DATE_TIME_STAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,12})?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def _has_usual_form(context: object, config: Mapping[str, Any]) -> bool:
    return (
        isinstance(context, list)
        and all(isinstance(url, str) for url in context)
        and not _USUAL_CONTEXTS.isdisjoint(context)
        and config.keys() == _USUAL_MEMBERS
        and all(isinstance(value, str) for value in config.values())
        and config["type"] == DATA_INTEGRITY_PROOF
        and config["cryptosuite"] in CRYPTOSUITES
        and config["proofPurpose"] in _PURPOSES
        and _PLAIN_URL.fullmatch(config["verificationMethod"]) is not None
        and _DATE_TIME_STAMP.fullmatch(config["created"]) is not None
    )


# --- Verifying -------------------------------------------------------------------------------------------------------


class ProofOutcome(StrEnum):
    """What checking one proof came to. Closed: a reader of results handles them all."""

    VERIFIED = "verified"
    # step 1
    PROOF_MALFORMED = "proof-malformed"
    CREATED_MALFORMED = "created-malformed"
    TOO_MANY_PROOFS = "too-many-proofs"
    PROOF_TYPE_UNKNOWN = "proof-type-unknown"
    CRYPTOSUITE_UNKNOWN = "cryptosuite-unknown"
    # step 2
    PREVIOUS_PROOF_MISSING = "previous-proof-missing"
    PREVIOUS_PROOF_AMBIGUOUS = "previous-proof-ambiguous"
    PREVIOUS_PROOF_CYCLE = "previous-proof-cycle"
    # step 3
    METHOD_UNRESOLVED = "method-unresolved"
    METHOD_KEY_UNUSABLE = "method-key-unusable"
    KEY_TYPE_MISMATCH = "key-type-mismatch"
    # step 4
    DOCUMENT_UNSAFE = "document-unsafe"
    DOCUMENT_UNSUPPORTED = "document-unsupported"
    DOCUMENT_TOO_COMPLEX = "document-too-complex"
    # step 5
    SIGNATURE_INVALID = "signature-invalid"
    # step 6
    PURPOSE_WRONG = "purpose-wrong"
    METHOD_NOT_FOR_PURPOSE = "method-not-for-purpose"
    CREATED_IN_FUTURE = "created-in-future"
    EXPIRED = "expired"
    DOMAIN_MISMATCH = "domain-mismatch"
    CHALLENGE_MISMATCH = "challenge-mismatch"
    # step 7
    PREVIOUS_PROOF_UNVERIFIED = "previous-proof-unverified"


class ResolvedMethod(Protocol):
    """A verification method as its controller's document has it; what ``app.trust`` resolves fits."""

    @property
    def public_key(self) -> PublicKey | None:
        """The key, or ``None`` where the material cannot be used."""

    @property
    def for_assertion(self) -> bool:
        """Whether the document lists the method under ``assertionMethod``."""

    @property
    def for_authentication(self) -> bool:
        """Whether the document lists the method under ``authentication``."""


def is_for(method: ResolvedMethod, purpose: str) -> bool:
    """Whether its document lists ``method`` under the relationship ``purpose`` (Controlled Identifiers 1.0, 3.3)."""
    if purpose == AUTHENTICATION:
        return method.for_authentication
    return purpose == ASSERTION_METHOD and method.for_assertion


ResolveMethod = Callable[[str], PublicKey | ResolvedMethod | None]
"""From the URL of a verification method to what is known about it; ``None`` where nothing is.

A bare key says that the caller has made sure of the purpose, as with did:key, where the key is the document."""


@dataclass(frozen=True, slots=True)
class ProofResult:
    """One proof: what it states, and what came out.

    ``pointer`` is the proof in the document, ``place`` where the trouble is (the proof itself when it is nowhere in
    particular). ``signature_holds`` is ``None`` as long as no signature was checked. Texts are as stated, never
    trusted; ``created_at`` and ``expires_at`` are there only if they can be read. ``public_key`` is the key that was
    used.
    """

    pointer: str
    outcome: ProofOutcome
    place: str
    findings: tuple[Finding, ...] = ()
    signature_holds: bool | None = None
    public_key: PublicKey | None = None
    id: str | None = None
    type: str | None = None
    cryptosuite: str | None = None
    verification_method: str | None = None
    purpose: str | None = None
    created: str | None = None
    created_at: datetime | None = None
    expires: str | None = None
    expires_at: datetime | None = None
    domains: tuple[str, ...] = ()
    challenge: str | None = None
    previous_proofs: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether every step held."""
        return self.outcome is ProofOutcome.VERIFIED


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a proof has to be for. ``domain`` and ``challenge`` are compared only when they are given."""

    purpose: str = ASSERTION_METHOD
    domain: frozenset[str] | None = None
    challenge: str | None = None


def verify_proofs(
    document: Mapping[str, Any],
    resolve_method: ResolveMethod,
    *,
    now: datetime,
    expected: Expectation | None = None,
    canonicalize: Canonicalize = jsonld.canonicalize,
    clock_skew: timedelta = CLOCK_SKEW,
) -> list[ProofResult]:
    """Return one result for each proof of ``document``, in its order; an empty list where there is no proof.

    Bad input never raises: it has an outcome. Whether the methods belong to the issuer, and whether one good proof is
    enough, is for the caller to decide.
    """
    if "proof" not in document:
        return []
    stated = document["proof"]
    proofs = stated if isinstance(stated, list) else [stated]
    if len(proofs) > MAX_PROOFS:
        return [ProofResult("#/proof", ProofOutcome.TOO_MANY_PROOFS, "#/proof")]
    case = _Case(document, proofs, resolve_method, canonicalize)
    results = [
        _check_terms(case.check(index), case.method_of(index), expected or Expectation(), now, clock_skew)
        for index in range(len(proofs))
    ]
    # 7: predecessors first; step 2 has made sure that there is an order.
    for index in case.in_order_of_precedence():
        if results[index].verified and not all(results[earlier].verified for earlier in case.previous[index]):
            results[index] = replace(
                results[index],
                outcome=ProofOutcome.PREVIOUS_PROOF_UNVERIFIED,
                place=f"{results[index].pointer}/previousProof",
            )
    return results


class _Case:
    """One document with its proofs, and what several proofs share."""

    def __init__(
        self,
        document: Mapping[str, Any],
        proofs: Sequence[object],
        resolve_method: ResolveMethod,
        canonicalize: Canonicalize,
    ) -> None:
        self._unsecured = {name: value for name, value in document.items() if name != "proof"}
        self._proofs = proofs
        self._resolve_method = resolve_method
        self._canonicalize = canonicalize
        self._forms: dict[tuple[str, tuple[int, ...]], bytes | _NoForm] = {}
        self._methods: dict[int, PublicKey | ResolvedMethod | None] = {}
        single = not isinstance(document["proof"], list)
        self._stated = [
            _read_proof("#/proof" if single else json_pointer(["proof", index]), proof)
            for index, proof in enumerate(proofs)
        ]
        self.previous, self._chain_problems = _link([result.id for result in self._stated], self._stated)

    def method_of(self, index: int) -> PublicKey | ResolvedMethod | None:
        """Return what the method of a proof resolved to, if that was asked."""
        return self._methods.get(index)

    def in_order_of_precedence(self) -> list[int]:
        """Return the proofs so that each stands behind those it rests on."""
        order: dict[int, None] = {}

        def place(index: int) -> None:
            if index not in order and index not in self._chain_problems:
                for earlier in self.previous[index]:
                    place(earlier)
                order[index] = None

        for index in range(len(self._proofs)):
            place(index)
        return list(order)

    def check(self, index: int) -> ProofResult:
        """Take one proof through steps 1 to 5."""
        result = self._stated[index]
        # 1
        if not result.verified:
            return result
        # 2
        problem = self._chain_problems.get(index)
        if problem is not None:
            return replace(result, outcome=problem, place=f"{result.pointer}/previousProof")
        # 3
        assert result.cryptosuite is not None
        assert result.verification_method is not None
        suite = CRYPTOSUITES[result.cryptosuite]
        method = self._methods[index] = self._resolve_method(result.verification_method)
        key = method if isinstance(method, PublicKey) or method is None else method.public_key
        at_method = f"{result.pointer}/verificationMethod"
        if key is None:
            outcome = ProofOutcome.METHOD_UNRESOLVED if method is None else ProofOutcome.METHOD_KEY_UNUSABLE
            return replace(result, outcome=outcome, place=at_method)
        if key.algorithm not in suite.algorithms:
            return replace(result, outcome=ProofOutcome.KEY_TYPE_MISMATCH, place=at_method, public_key=key)
        # 4
        proof = self._proofs[index]
        assert isinstance(proof, Mapping)
        try:
            signature = _read_proof_value(proof["proofValue"], key.algorithm)
        except ValueError:
            place = f"{result.pointer}/proofValue"
            return replace(result, outcome=ProofOutcome.PROOF_MALFORMED, place=place, public_key=key)
        signing_input = self._signing_input(index, proof, suite, hash_name(key.algorithm))
        if isinstance(signing_input, _NoForm):
            return replace(
                result,
                outcome=signing_input.outcome,
                place=signing_input.findings[0].pointer if signing_input.findings else signing_input.place,
                findings=signing_input.findings,
                public_key=key,
            )
        # 5
        holds = key.verify(signature, signing_input)
        outcome = ProofOutcome.VERIFIED if holds else ProofOutcome.SIGNATURE_INVALID
        return replace(result, outcome=outcome, signature_holds=holds, public_key=key)

    def _signing_input(self, index: int, proof: Mapping[str, Any], suite: Cryptosuite, name: str) -> "bytes | _NoForm":
        pointer = self._stated[index].pointer
        context = self._unsecured.get("@context")
        if "@context" in proof and as_list(proof["@context"]) != as_list(context):
            return _NoForm(ProofOutcome.PROOF_MALFORMED, f"{pointer}/@context")
        options = {member: value for member, value in proof.items() if member != "proofValue"}
        document = self._document_form(self.previous[index], suite.canonicalization, name)
        if isinstance(document, _NoForm):
            return document
        if suite.canonicalization is Canonicalization.JCS:
            # Section 3.3.5: the options as they stand, @context included where the proof has one.
            config = _form_of(lambda: strict_json.canonical(options), pointer)
        else:
            options.pop("@context", None)
            config = _form_of(
                lambda: canonical_proof_config(context, options, name, self._canonicalize), pointer, relative=True
            )
        if isinstance(config, _NoForm):
            return config
        return hashlib.new(name, config).digest() + hashlib.new(name, document).digest()

    def _document_form(
        self, previous: Sequence[int], canonicalization: Canonicalization, name: str
    ) -> "bytes | _NoForm":
        """Return the canonical form of the document with the proofs at ``previous`` in it, made once."""
        jcs = canonicalization is Canonicalization.JCS
        key = (canonicalization.value if jcs else name, tuple(previous))
        if key not in self._forms:
            # Section 4.5 step 3.3. Without previous proofs there is no member at all, as when it was signed (4.2).
            document = self._unsecured
            if previous:
                document = {**document, "proof": [self._proofs[index] for index in previous]}
            self._forms[key] = _form_of(
                lambda: strict_json.canonical(document) if jcs else self._canonicalize(document, hash_name=name), "#"
            )
        return self._forms[key]


@dataclass(frozen=True, slots=True)
class _NoForm:
    """Why there are no bytes to check a signature over."""

    outcome: ProofOutcome
    place: str
    findings: tuple[Finding, ...] = ()


def _form_of(make: Callable[[], bytes], place: str, *, relative: bool = False) -> bytes | _NoForm:
    """Make a canonical form or say why there is none. ``relative``: findings count from ``place``, not the root."""
    try:
        return make()
    except UnsafeDocument as error:
        outcome, findings = ProofOutcome.DOCUMENT_UNSAFE, error.findings
    except UnsupportedDocument as error:
        outcome, findings = ProofOutcome.DOCUMENT_UNSUPPORTED, error.findings
    except ServiceError as error:
        # A budget was used up: nothing is known about the document.
        outcome, findings = ProofOutcome.DOCUMENT_TOO_COMPLEX, error.findings
    except (ValueError, RecursionError):
        # Text or numbers without a canonical form in RFC 8785.
        outcome, findings = ProofOutcome.DOCUMENT_UNSAFE, ()
    if relative:
        findings = [replace(finding, pointer=place + finding.pointer.removeprefix("#")) for finding in findings]
    return _NoForm(outcome, place, tuple(findings))


def _read_proof(pointer: str, proof: object) -> ProofResult:
    """Step 1: take the facts out of a proof; the outcome is VERIFIED as long as nothing speaks against it."""
    if not isinstance(proof, Mapping):
        return ProofResult(pointer, ProofOutcome.PROOF_MALFORMED, pointer)
    created, expires = _text(proof.get("created")), _text(proof.get("expires"))
    result = ProofResult(
        pointer,
        ProofOutcome.VERIFIED,
        pointer,
        id=_text(proof.get("id")),
        type=_text(proof.get("type")),
        cryptosuite=_text(proof.get("cryptosuite")),
        verification_method=_text(proof.get("verificationMethod")),
        purpose=_text(proof.get("proofPurpose")),
        created=created,
        created_at=_from_instant(created),
        expires=expires,
        expires_at=_from_instant(expires),
        domains=_texts(proof.get("domain")) or (),
        challenge=_text(proof.get("challenge")),
        previous_proofs=_texts(proof.get("previousProof")) or (),
    )

    refusal = next(_refusals(proof, result), None)
    if refusal is None:
        return result
    outcome, member = refusal
    return replace(result, outcome=outcome, place=f"{pointer}/{member}")


def _refusals(proof: Mapping[str, Any], result: ProofResult) -> Iterator[tuple[ProofOutcome, str]]:
    """Yield what is wrong with a proof by itself and in which member, the most telling first."""
    malformed = ProofOutcome.PROOF_MALFORMED
    if result.type != DATA_INTEGRITY_PROOF:
        yield (malformed if result.type is None else ProofOutcome.PROOF_TYPE_UNKNOWN), "type"
    if result.cryptosuite not in CRYPTOSUITES:
        yield (malformed if result.cryptosuite is None else ProofOutcome.CRYPTOSUITE_UNKNOWN), "cryptosuite"
    yield from ((malformed, name) for name in _REQUIRED_TEXTS if not _text(proof.get(name)))
    yield from ((malformed, name) for name in _OPTIONAL_TEXTS if name in proof and not _text(proof[name]))
    yield from ((malformed, name) for name in _OPTIONAL_SETS if name in proof and _texts(proof[name]) is None)
    if "created" in proof and result.created_at is None:
        yield ProofOutcome.CREATED_MALFORMED, "created"
    if "expires" in proof and result.expires_at is None:
        yield malformed, "expires"
    try:
        _decode_proof_value(proof["proofValue"])
    except ValueError:
        yield malformed, "proofValue"


_REQUIRED_TEXTS: Final = ("verificationMethod", "proofPurpose", "proofValue")
_OPTIONAL_TEXTS: Final = ("id", "challenge", "nonce")
_OPTIONAL_SETS: Final = ("domain", "previousProof")


def _link(
    ids: Sequence[str | None], stated: Sequence[ProofResult]
) -> tuple[list[tuple[int, ...]], dict[int, ProofOutcome]]:
    """Step 2: return which proofs each one rests on, in document order, and what is wrong with that."""
    previous: list[tuple[int, ...]] = []
    problems: dict[int, ProofOutcome] = {}
    for index, result in enumerate(stated):
        wanted = result.previous_proofs
        if any(ids.count(name) == 0 for name in wanted):
            problems[index] = ProofOutcome.PREVIOUS_PROOF_MISSING
        elif any(ids.count(name) > 1 for name in wanted):
            problems[index] = ProofOutcome.PREVIOUS_PROOF_AMBIGUOUS
        previous.append(tuple(position for position, name in enumerate(ids) if name in wanted))
    for index in range(len(stated)):
        if index not in problems and _rests_on_itself(index, previous):
            problems[index] = ProofOutcome.PREVIOUS_PROOF_CYCLE
    return previous, problems


def _rests_on_itself(start: int, previous: Sequence[Iterable[int]]) -> bool:
    pending, seen = list(previous[start]), set[int]()
    while pending:
        index = pending.pop()
        if index == start:
            return True
        if index not in seen:
            seen.add(index)
            pending.extend(previous[index])
    return False


def _check_terms(
    result: ProofResult,
    method: PublicKey | ResolvedMethod | None,
    expected: Expectation,
    now: datetime,
    clock_skew: timedelta,
) -> ProofResult:
    """Step 6: whether a proof whose signature holds is for this purpose, time and audience."""
    if not result.verified:
        return result

    def refused(outcome: ProofOutcome, member: str) -> ProofResult:
        return replace(result, outcome=outcome, place=f"{result.pointer}/{member}")

    if result.purpose != expected.purpose:
        return refused(ProofOutcome.PURPOSE_WRONG, "proofPurpose")
    if not isinstance(method, PublicKey) and (method is None or not is_for(method, expected.purpose)):
        return refused(ProofOutcome.METHOD_NOT_FOR_PURPOSE, "verificationMethod")
    if result.created_at is not None and result.created_at > now + clock_skew:
        return refused(ProofOutcome.CREATED_IN_FUTURE, "created")
    if result.expires_at is not None and result.expires_at < now - clock_skew:
        return refused(ProofOutcome.EXPIRED, "expires")
    if expected.domain is not None and expected.domain != frozenset(result.domains):
        return refused(ProofOutcome.DOMAIN_MISMATCH, "domain")
    if expected.challenge is not None and expected.challenge != result.challenge:
        return refused(ProofOutcome.CHALLENGE_MISMATCH, "challenge")
    return result


def _decode_proof_value(text: str) -> bytes:
    """Decode a multibase base58btc text of at most the longest signature (suites, section 3.2.2 step 3)."""
    if not text.startswith("z"):
        raise ValueError("a proof value is written in base58btc and starts with z")
    return base58.decode(text[1:], max_bytes=_LONGEST_SIGNATURE)


def _holds(proof_value: str, key: PublicKey, signing_input: bytes) -> bool:
    try:
        return key.verify(_read_proof_value(proof_value, key.algorithm), signing_input)
    except ValueError:
        return False


def _read_proof_value(text: str, algorithm: Algorithm) -> bytes:
    signature = _decode_proof_value(text)
    if len(signature) != signature_length(algorithm):
        raise ValueError("a signature of another length")
    return signature


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...] | None:
    """Return a non-empty text, or the non-empty texts of a list; ``None`` for anything else."""
    values: Collection[object] = value if isinstance(value, list) else [value]
    texts = tuple(item for item in values if isinstance(item, str) and item)
    return texts if len(texts) == len(values) else None


def _from_instant(text: str | None) -> datetime | None:
    """Read an XML Schema 1.1 dateTimeStamp; ``None`` where it is not one (Data Integrity section 2.1)."""
    return read_instant(text) if text is not None and _DATE_TIME_STAMP.fullmatch(text) else None
