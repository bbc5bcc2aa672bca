"""Asks the world about what one request shows and notes what it found; decides nothing.

1. Without any lookup: contexts, the graph that a signature would cover, the members this deployment knows.
2. The keys that the proofs name. Keys known here come from our own records; other issuers' documents are asked for only
   where policy allows it, only for the issuer that the document names, and only if the document can be read at all.
3. The proofs, and the token or the seal around the document if it came in one; of a seal whoever stands behind it, by
   the anchors of this deployment and what the seal itself brought. Nothing is fetched for a seal.

3. The proofs, and the token around the document if it came in one; for what a compromised key of ours signed, whether
   our own records show it from before.
4. Status, and only for a document that its issuer is shown to have signed: nobody makes this service call a host by
   posting a text. Our own status comes from our own records, never over HTTP.
5. What readers of meaning say about it (format, template).

Every step that fails leaves evidence that says so.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, Self, TypeAlias, TypeVar

from app.elm.checks import check_format
from app.errors import Finding, ServiceError, json_pointer
from app.instants import read_instant
from app.jsonld import Allowance, UnsafeDocument, UnsupportedDocument
from app.jsonld.contexts import ContextNotPinned, pinned_context
from app.keys import PublicKey
from app.securing import (
    Canonicalize,
    Expectation,
    ProofResult,
    ResolveMethod,
    Seal,
    SealResult,
    Token,
    TokenResult,
    jades,
    vc_jose,
    verify_proofs,
)
from app.settings import Lookups
from app.status import (
    BitstringStatusList,
    StatusIndexMalformed,
    StatusIndexOutOfRange,
    StatusListTooShort,
    parse_status_index,
)
from app.strict_json import canonical
from app.trust.fetch import STATUS_LIST_BYTES, Fetch, FetchError, FetchReason, GuardedFetch
from app.trust.members import Members
from app.trust.resolve import (
    DidDocument,
    ResolutionFailed,
    ResolutionProblem,
    ResolvedMethod,
    did_of,
    needs_network,
    resolve,
)
from app.trust.seals import Anchors, Material, SignerStanding, Stamp, appraise
from app.verification.data_model import NOT_YET_READ, Form, form_of, holder_id, issuer_id, types_of
from app.verification.evidence import (
    STATUS_PURPOSES,
    ContextEvidence,
    ContextProblem,
    Evidence,
    GraphEvidence,
    GraphProblem,
    MethodEvidence,
    NotAsked,
    Policy,
    ProofEvidence,
    ReadingEvidence,
    StatusEvidence,
    StatusProblem,
)
from app.verification.judge import issuer_is_proved, purpose_of_presentation
from app.verification.lookups import KEEP_BAD, KEEP_GOOD, Answer, LookupMemory
from app.verification.related_resources import related_resource_findings, resources_not_held
from app.verification.submission import Submission, read_submission

T = TypeVar("T")

MAX_STATUS_ENTRIES: Final = 8
MAX_STATUS_SIZE: Final = 8
"""Bits of one entry: 256 messages, each of them in the credential."""
_LONGEST_MESSAGE: Final = 300
_HEXADECIMAL: Final = re.compile(r"0x[0-9A-Fa-f]{1,8}")
_MOST_PURPOSES: Final = 16
_LONGEST_PURPOSE: Final = 100
MAX_METHODS: Final = 16
MAX_PROCESSES: Final = 4
"""Of the slow path, for all documents of one request together; their time is bounded together as well."""
_ENTRY_TYPE: Final = "BitstringStatusListEntry"
_EDC_ENTRY_TYPE: Final = "CredentialStatus"
_EDC_PLACE: Final = re.compile(r"(https?://[^#\s]{1,2000})/revocation#(0|[1-9][0-9]{0,9})")
_LIST_TYPE: Final = "BitstringStatusListCredential"

Reader: TypeAlias = Callable[[Mapping[str, Any]], Sequence[Finding] | None]
"""Reads a document for its meaning: findings, or ``None`` where it is not of the reader's kind."""


@dataclass(frozen=True, slots=True)
class OwnStatus:
    """What our own records say about one place of one of our lists."""

    issuer_did: str
    is_set: bool
    superseded: bool = False


class AskOwnStatus(Protocol):
    """Looks into our own records of status."""

    async def __call__(self, list_url: str, purpose: str, index: int) -> OwnStatus | None:
        """Return what is recorded, or ``None`` where the list is not one of ours."""
        ...


class AskOwnSignatures(Protocol):
    """Looks into our own records of what was signed."""

    async def __call__(self, issuer_did: str, credential_id: str) -> Mapping[bytes, datetime]:
        """Return when each signature on a credential was recorded, by its digest (:func:`signature_digests`)."""
        ...


def _silent(_document: Mapping[str, Any]) -> None:
    """Read nothing: stands where a deployment has no reader."""


async def _nothing_recorded(issuer_did: str, credential_id: str) -> Mapping[bytes, datetime]:  # noqa: ARG001 - a Protocol
    """Know of no signature: stands where nothing is issued, so that nothing can be shown to be older."""
    return {}


@dataclass(frozen=True)
class World:
    """What a verification may ask, all of it.

    ``members``, ``own_status`` and ``own_signatures`` raise a :class:`~app.errors.ServiceError` where our records
    cannot be read.
    ``http_hosts`` are the exact pairs that a development set-up serves over http.
    """

    fetch: Fetch
    members: Callable[[], Awaitable[Members]]
    own_status: AskOwnStatus
    own_signatures: AskOwnSignatures = _nothing_recorded
    read_and_check: Reader = _silent
    http_hosts: Collection[tuple[str, int]] = ()
    anchors: Anchors = field(default_factory=Anchors)
    memory: LookupMemory = field(default_factory=LookupMemory)
    # A few threads of its own: a stranger's document may keep one busy for seconds, and nobody else shall wait for it.
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="verify"))
    # Apart from these, and fewer, the threads that wait for processes of the slow path.
    slow_threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="verify-slow"))

    async def close(self) -> None:
        """Close the way out and the threads; nothing can be verified afterwards."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.slow_threads.shutdown(wait=False, cancel_futures=True)
        if isinstance(self.fetch, GuardedFetch):
            await self.fetch.aclose()

    async def in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        """Do ``work`` beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(work, *arguments))

    async def in_slow_thread(self, work: Callable[..., T], *arguments: object) -> T:
        """Do ``work`` that may take seconds where only its like has to wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self.slow_threads, partial(work, *arguments))


# Whoever published a list in two forms is asked for the one that goes with the credential; either will do.
_ACCEPT_DOCUMENT: Final = "application/vc, application/ld+json;q=0.9, application/vc+jwt;q=0.5"
_ACCEPT_ENVELOPE: Final = "application/vc+jwt, application/vc;q=0.5, application/ld+json;q=0.4"


class Inquiry:
    """One verification's questions; shared by all that one request shows and by the status lists that it names."""

    def __init__(self, world: World, policy: Policy, now: datetime, members: Members | None) -> None:
        """Take what :meth:`begin` has read."""
        self._world = world
        self._policy = policy
        self._members = members
        self._now = now
        self._for_documents = Allowance(processes=MAX_PROCESSES)
        self._for_lists = Allowance()

    @classmethod
    async def begin(cls, world: World, policy: Policy, now: datetime) -> Self:
        """Read whom this deployment knows."""
        try:
            members = await world.members()
        except ServiceError:
            members = None
        return cls(world, policy, now, members)

    async def about_credential(self, submission: Submission) -> Evidence:
        """Return the evidence about what should be a credential."""
        document = submission.document
        if not isinstance(document, Mapping) or form_of(document) in NOT_YET_READ:
            return self._unread(submission)
        signed = await self._signed_by(document, submission, self._for_documents, signer=issuer_id(document))
        if form_of(document) is Form.MANIFEST:
            return signed
        signed = await self._looked_up_in_records(document, submission, signed)
        proved = issuer_is_proved(document, signed, self._policy, self._now)
        in_thread = self._world.in_thread
        return replace(
            signed,
            status=await self._status(document, proved=proved, as_token=submission.token is not None),  # 4
            template=await in_thread(_reading, self._world.read_and_check, document),  # 5
            format=await in_thread(_reading, _format_findings, document),
            related_resources=await in_thread(related_resource_findings, document),
            resources_not_held=resources_not_held(document),
        )

    async def about_presentation(self, submission: Submission) -> Evidence:
        """Return the evidence about a presentation itself: steps 1 to 3, for whoever holds it.

        What nobody signed is not brought into canonical form: there is nothing that a signature would cover.
        """
        document = submission.document
        assert isinstance(document, Mapping)
        if submission.token is None and "proof" not in document:
            contexts = await self._world.in_thread(_contexts, document, self._policy.own_contexts)
            return Evidence(contexts, GraphEvidence(problem=GraphProblem.NOT_READ), members=self._members)
        expected = Expectation(purpose=purpose_of_presentation(document, self._policy))
        signer = holder_id(document)
        return await self._signed_by(document, submission, self._for_documents, signer=signer, expected=expected)

    def _unread(self, submission: Submission) -> Evidence:
        return Evidence(
            ContextEvidence(),
            GraphEvidence(problem=GraphProblem.NOT_READ),
            members=self._members,
            broken_envelope=submission.broken,
        )

    async def _signed_by(
        self,
        document: Mapping[str, Any],
        submission: Submission,
        allowance: Allowance,
        *,
        signer: str | None,
        expected: Expectation | None = None,
    ) -> Evidence:
        """Steps 1 to 3: what was signed, with which keys. ``signer`` is who the document says it was."""
        run = self._world.in_thread
        own_contexts = self._policy.own_contexts
        contexts = await run(_contexts, document, own_contexts)
        graph, canonicalize = await run(_read_graph, document, contexts, allowance.strict)
        if graph.problem is GraphProblem.NOT_SUPPORTED and not self._is_known(signer):
            # Whoever is known here writes what the walker reads; more of JSON-LD in their name is somebody else's.
            run = self._world.in_slow_thread
            beyond = allowance.open if own_contexts else allowance.foreign
            graph, canonicalize = await run(_read_graph, document, contexts, beyond)
        if submission.outside:
            graph = replace(graph, uncovered=(*submission.outside, *graph.uncovered))
        methods = await self._methods(document, submission.token, signer, readable=graph.readable)

        def resolve_method(url: str) -> PublicKey | ResolvedMethod | None:
            found = methods.get(url)
            if found is None:
                return None
            return found.method if found.member_key is None else found.member_key.public_key

        results = await run(self._check_proofs, document, submission.token, resolve_method, canonicalize, expected)
        proofs = (
            *([] if submission.seal is None else [await run(self._check_seal, submission.seal)]),
            *(
                ProofEvidence(
                    result, None if result.verification_method is None else methods.get(result.verification_method)
                )
                for result in results
            ),
        )
        return Evidence(contexts=contexts, graph=graph, proofs=proofs, members=self._members)

    def _check_proofs(
        self,
        document: Mapping[str, Any],
        token: Token | None,
        resolve_method: ResolveMethod,
        canonicalize: Canonicalize,
        expected: Expectation | None,
    ) -> list[ProofResult | TokenResult]:
        return [
            *([] if token is None else [vc_jose.check(token, resolve_method)]),
            *verify_proofs(
                document,
                resolve_method,
                now=self._now,
                expected=expected,
                canonicalize=canonicalize,
                clock_skew=self._policy.clock_skew,
            ),
        ]

    def _check_seal(self, seal: Seal) -> ProofEvidence:
        result = jades.check(seal)
        return ProofEvidence(result, signer=_signer_of(result, self._world.anchors, self._now))

    async def _looked_up_in_records(
        self, document: Mapping[str, Any], submission: Submission, signed: Evidence
    ) -> Evidence:
        """Note when our records show what a compromised key signed. Nobody's records are asked about a good key."""
        identifier = document.get("id")
        suspect = [proof.result.verified and _by_compromised_key(proof) for proof in signed.proofs]
        if not any(suspect) or not isinstance(identifier, str):
            return signed
        digests = await self._world.in_thread(signature_digests, submission)
        proofs = []
        # Of more proofs than are looked at there is one result, which is no suspect.
        for proof, is_suspect, digest in zip(signed.proofs, suspect, digests, strict=False):
            found = proof
            if is_suspect and proof.method is not None:
                try:
                    recorded = await self._world.own_signatures(proof.method.did, identifier)
                    found = replace(proof, recorded_at=None if digest is None else recorded.get(digest))
                except ServiceError:
                    found = replace(proof, records_unread=True)
            proofs.append(found)
        return replace(signed, proofs=tuple(proofs))

    def _is_known(self, issuer: str | None) -> bool:
        return issuer is not None and self._members is not None and self._members.by_did(issuer) is not None

    # Keys.

    async def _methods(
        self, document: Mapping[str, Any], token: Token | None, signer: str | None, *, readable: bool
    ) -> Mapping[str, MethodEvidence]:
        stated = document.get("proof")
        urls = [
            *([] if token is None or token.key_id is None else [token.key_id]),
            *(
                proof["verificationMethod"]
                for proof in (stated if isinstance(stated, list) else [stated])
                if isinstance(proof, Mapping) and isinstance(proof.get("verificationMethod"), str)
            ),
        ]
        return {
            url: await self._method(url, signer, readable=readable) for url in list(dict.fromkeys(urls))[:MAX_METHODS]
        }

    async def _method(self, url: str, issuer: str | None, *, readable: bool) -> MethodEvidence:
        did = did_of(url)
        member = None if self._members is None else self._members.by_did(did)
        if member is not None and member.keys is not None:
            return MethodEvidence(url, did, known_here=True, member_key=member.key(url))
        if needs_network(did):
            refusal = self._refusal(did, issuer)
            if refusal is not None:
                return MethodEvidence(url, did, not_asked=refusal)
            if not readable:
                return MethodEvidence(url, did, problem=ResolutionProblem.NOT_LOOKED_UP)
        found = await self._resolve(did)
        if isinstance(found, ResolutionFailed):
            return MethodEvidence(url, did, problem=found.problem, fetch_reason=found.fetch_reason)
        return MethodEvidence(url, did, method=found.method(url), document_sha256=found.sha256)

    def _refusal(self, did: str, issuer: str | None) -> NotAsked | None:
        if self._policy.lookups is Lookups.OFF:
            return NotAsked.SWITCHED_OFF
        if did != issuer:
            return NotAsked.NOT_THE_ISSUER
        return None if self._may_ask(did) else NotAsked.NOT_A_MEMBER

    def _may_ask(self, did: str) -> bool:
        if self._policy.lookups is Lookups.OFF:
            return False
        if self._policy.lookups is Lookups.ANYONE or did in self._policy.looked_up_issuers:
            return True
        if did in self._policy.accepted_issuers:
            return True
        return self._members is not None and self._members.by_did(did) is not None

    async def _resolve(self, did: str) -> DidDocument | ResolutionFailed:
        async def ask() -> Answer[DidDocument | ResolutionFailed]:
            try:
                found = await resolve(did, fetch=self._world.fetch, http_hosts=self._world.http_hosts)
            except ResolutionFailed as error:
                # The traceback would keep the fetched bytes alive for as long as the answer is remembered.
                return Answer(error.with_traceback(None), _keep_failure(error.fetch_reason))
            return Answer(found, KEEP_GOOD, size=1024 * len(found.methods))

        if not needs_network(did):
            return (await ask()).value
        return await self._world.memory.answer(("did", did), self._now, ask)

    # Status.

    async def _status(self, document: Mapping[str, Any], *, proved: bool, as_token: bool) -> tuple[StatusEvidence, ...]:
        if "credentialStatus" not in document:
            return ()
        stated = document["credentialStatus"]
        single = not isinstance(stated, list)
        entries = [stated] if single else stated
        found = []
        for position, entry in enumerate(entries):
            pointer = "#/credentialStatus" if single else json_pointer(["credentialStatus", position])
            if position >= MAX_STATUS_ENTRIES:
                found.append(StatusEvidence(pointer, problem=StatusProblem.ENTRY_MALFORMED))
                break
            issuer = issuer_id(document)
            for read in _read_edc_entry(entry, pointer) or [_read_entry(entry, pointer)]:
                if read.problem is not None:
                    found.append(read)
                elif proved and issuer is not None:
                    found.append(await self._ask_status(read, issuer, as_token=as_token))
                else:
                    found.append(_with(read, StatusProblem.NOT_ASKED))
        return tuple(found)

    async def _ask_status(self, entry: StatusEvidence, issuer: str, *, as_token: bool) -> StatusEvidence:
        assert entry.list_url is not None
        assert entry.index is not None
        assert entry.purpose is not None
        try:
            own = await self._world.own_status(entry.list_url, entry.purpose, entry.index)
        except StatusIndexOutOfRange:
            return _with(entry, StatusProblem.INDEX_OUT_OF_RANGE)
        except ServiceError:
            return _with(entry, StatusProblem.STORE_UNAVAILABLE)
        if own is not None:
            if own.issuer_did != issuer:
                return _with(entry, StatusProblem.LIST_OF_ANOTHER_ISSUER)
            return replace(entry, value=int(own.is_set), superseded=own.superseded)
        if entry.by_name:
            return _with(entry, StatusProblem.TYPE_NOT_SUPPORTED)
        if not self._may_ask(issuer):
            return _with(entry, StatusProblem.NOT_ALLOWED)
        found = await self._list(entry.list_url, issuer, _ACCEPT_ENVELOPE if as_token else _ACCEPT_DOCUMENT)
        return _look_up(entry, found, self._now, self._policy.clock_skew)

    async def _list(self, url: str, issuer: str, accept: str) -> "_List":
        async def ask() -> Answer[_List]:
            try:
                fetched = await self._world.fetch(url, max_bytes=STATUS_LIST_BYTES, accept=accept)
            except FetchError as error:
                failed = _List(problem=StatusProblem.NOT_FETCHED, fetch_reason=error.reason)
                return Answer(failed, _keep_failure(error.reason))
            found = await self._read_list(url, issuer, fetched.content)
            return Answer(found, min(found.keep, KEEP_BAD) if found.problem else found.keep, size=found.size)

        return await self._world.memory.answer(("list", url, issuer, accept), self._now, ask)

    async def _read_list(self, url: str, issuer: str, content: bytes) -> "_List":
        """Check a stranger's list as BSL section 3.2 ("Validate Algorithm") asks, and more."""
        try:
            submission = read_submission(content, max_bytes=STATUS_LIST_BYTES, max_depth=16)
        except ServiceError:
            return _List(problem=StatusProblem.FORM_NOT_SUPPORTED)
        document = submission.document
        if not isinstance(document, Mapping) or _LIST_TYPE not in types_of(document):
            return _List(problem=StatusProblem.FORM_NOT_SUPPORTED)
        if issuer_id(document) != issuer or document.get("id", url) != url:
            return _List(problem=StatusProblem.LIST_OF_ANOTHER_ISSUER)
        evidence = await self._signed_by(document, submission, self._for_lists, signer=issuer)
        if evidence.graph.problem is GraphProblem.TOO_COMPLEX:
            # Perhaps only because of the lists before it: nothing for others to hear.
            return _List(problem=StatusProblem.LIST_PROOF_WRONG, keep=timedelta(0))
        if not issuer_is_proved(document, evidence, self._policy, self._now):
            return _List(problem=StatusProblem.LIST_PROOF_WRONG)
        return await self._world.in_thread(_open_list, document, hashlib.sha256(content).hexdigest())


def _with(entry: StatusEvidence, problem: StatusProblem, fetch_reason: FetchReason | None = None) -> StatusEvidence:
    return replace(entry, problem=problem, fetch_reason=fetch_reason)


def _keep_failure(reason: FetchReason | None) -> timedelta:
    # Our own haste says nothing about the host.
    return timedelta(0) if reason is FetchReason.BUSY else KEEP_BAD


def _reading(read: Reader, document: Mapping[str, Any]) -> ReadingEvidence:
    findings = read(document)
    return ReadingEvidence(None if findings is None else tuple(findings))


def _format_findings(document: Mapping[str, Any]) -> Sequence[Finding] | None:
    return check_format(document) if "EuropeanDigitalCredential" in types_of(document) else None


# 1. Contexts and graph.


def _contexts(document: Mapping[str, Any], own_contexts: bool) -> ContextEvidence:  # noqa: FBT001 - a policy's field
    """Threat table, "@context injection": names of pinned contexts and nothing else.

    Nor a pinned one under which words that nobody defined mean something, which is for examples; ``own_contexts``
    admits both.
    """
    stated = document.get("@context")
    if stated is None or stated == []:
        return ContextEvidence(ContextProblem.MISSING, ("#/@context",))
    entries = stated if isinstance(stated, list) else [stated]
    unknown, inline = [], []
    for position, entry in enumerate(entries):
        pointer = json_pointer(["@context", position] if isinstance(stated, list) else ["@context"])
        if not isinstance(entry, str):
            if not (own_contexts and isinstance(entry, Mapping)):
                inline.append(pointer)
            continue
        try:
            pinned = pinned_context(entry)
        except ContextNotPinned:
            unknown.append(pointer)
            continue
        if pinned.defines_default_vocabulary and not own_contexts:
            unknown.append(pointer)
    if inline:
        return ContextEvidence(ContextProblem.INLINE, tuple(inline))
    return ContextEvidence(ContextProblem.UNKNOWN, tuple(unknown)) if unknown else ContextEvidence()


# Findings about how a value is written; the others are about what a signature leaves out.
_ILL_TYPED: Final = frozenset(
    {
        "ill-typed-literal",
        "rewritten-number",
        "malformed-iri",
        "malformed-language-tag",
        "control-character",
        "lone-surrogate",
    }
)


def _read_graph(
    document: Mapping[str, Any], contexts: ContextEvidence, canonicalize: Canonicalize
) -> tuple[GraphEvidence, Canonicalize]:
    """Bring the document into canonical form once; return what was found and a way to get that form again."""
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if contexts.problem is not None:
        return GraphEvidence(problem=GraphProblem.NOT_READ, pointer="#/@context"), canonicalize
    try:
        form = canonicalize(unsecured, hash_name="sha256")
    except UnsafeDocument as error:
        uncovered = tuple(finding for finding in error.findings if finding.code not in _ILL_TYPED)
        ill_typed = tuple(finding for finding in error.findings if finding.code in _ILL_TYPED)
        problem = None if uncovered or ill_typed else GraphProblem.NOT_READ
        return GraphEvidence(uncovered, ill_typed, problem), canonicalize
    except UnsupportedDocument as error:
        pointer = error.findings[0].pointer if error.findings else None
        return GraphEvidence(problem=GraphProblem.NOT_SUPPORTED, pointer=pointer), canonicalize
    except ServiceError:
        return GraphEvidence(problem=GraphProblem.TOO_COMPLEX), canonicalize

    def remembered(document: Mapping[str, Any], *, hash_name: str) -> bytes:
        return form if hash_name == "sha256" and document == unsecured else canonicalize(document, hash_name=hash_name)

    return GraphEvidence(), remembered


def _signer_of(result: SealResult, anchors: Anchors, now: datetime) -> SignerStanding | None:
    """Return who stands behind a seal. Of one that does not hold its time-stamps and evidence say nothing."""
    stamps = [
        Stamp(
            stamp.timestamp.moment,
            stamp.timestamp.signer,
            stamp.timestamp.certificates,
            stamp.position,
            archive=stamp.of is jades.Stamped.ARCHIVE,
        )
        for stamp in result.timestamps
        if stamp.of is not jades.Stamped.PAYLOAD
    ]
    material = [
        Material(item.position, item.certificates, item.revocation_lists, item.ocsp_responses)
        for item in result.evidence
    ]
    return appraise(result.chain, stamps, material, anchors, now)


# 3. Our own records of what was signed.


def signature_digests(submission: Submission) -> list[bytes | None]:
    """Return a digest for each signature on a document: the token's, then each proof's, with all that it covers.

    None for a seal, whose age its time-stamps show, and for what has no canonical form.

    A proof is taken with the document and without its neighbours, in canonical form (RFC 8785): wallets write JSON
    anew, and may keep one proof of a set.
    """
    document, token = submission.document, submission.token
    digests: list[bytes | None] = [] if submission.seal is None else [None]
    if token is not None:
        digests.append(hashlib.sha256(token.jws.signing_input + b"." + token.jws.signature).digest())
    if isinstance(document, Mapping) and "proof" in document:
        stated = document["proof"]
        digests += [_digest_with(document, proof) for proof in (stated if isinstance(stated, list) else [stated])]
    return digests


def _digest_with(document: Mapping[str, Any], proof: object) -> bytes | None:
    try:
        return hashlib.sha256(canonical({**document, "proof": proof})).digest()
    except ValueError:
        # It is nothing that we signed, then; beside a token anything may stand.
        return None


def _by_compromised_key(proof: ProofEvidence) -> bool:
    key = None if proof.method is None else proof.method.member_key
    return key is not None and key.compromised_since is not None


# 4. Status.


@dataclass(frozen=True, slots=True)
class _List:
    """A stranger's status list, checked and opened, or why not."""

    problem: StatusProblem | None = None
    fetch_reason: FetchReason | None = None
    bits: BitstringStatusList | None = None
    purposes: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    sha256: str | None = None
    keep: timedelta = KEEP_GOOD

    @property
    def size(self) -> int:
        return 0 if self.bits is None else len(self.bits) // 8


def _read_edc_entry(entry: object, pointer: str) -> list[StatusEvidence]:
    """Read the status of the EDC form, whose contexts have no word for a list: ``id`` names its place in a list.

    The same place in the list beside it is the one for suspension. What others mean by their ids is not known.
    """
    if not isinstance(entry, Mapping) or types_of(entry) != {_EDC_ENTRY_TYPE}:
        return []
    match = _EDC_PLACE.fullmatch(entry["id"]) if isinstance(entry.get("id"), str) else None
    if match is None:
        return []
    return [
        StatusEvidence(pointer, purpose, f"{match[1]}/{purpose}", int(match[2]), by_name=True)
        for purpose in ("revocation", "suspension")
    ]


def _read_entry(entry: object, pointer: str) -> StatusEvidence:
    """Read one entry (BSL section 2.1). What cannot be read is about any purpose."""
    if not isinstance(entry, Mapping):
        return StatusEvidence(pointer, problem=StatusProblem.ENTRY_MALFORMED)
    stated, url, size = entry.get("statusPurpose"), entry.get("statusListCredential"), entry.get("statusSize", 1)
    purpose = stated if isinstance(stated, str) else None
    if _ENTRY_TYPE not in types_of(entry):
        return StatusEvidence(pointer, purpose, problem=StatusProblem.TYPE_NOT_SUPPORTED)
    try:
        index = parse_status_index(entry.get("statusListIndex"))
    except StatusIndexMalformed:
        return StatusEvidence(pointer, purpose, problem=StatusProblem.ENTRY_MALFORMED)
    if purpose is None or not isinstance(url, str) or type(size) is not int or size < 1:
        return StatusEvidence(pointer, purpose, problem=StatusProblem.ENTRY_MALFORMED)
    if size > MAX_STATUS_SIZE:
        return StatusEvidence(pointer, purpose, problem=StatusProblem.TYPE_NOT_SUPPORTED)
    messages = _read_messages(entry, size)
    if messages is None:
        return StatusEvidence(pointer, purpose, problem=StatusProblem.ENTRY_MALFORMED)
    read = StatusEvidence(pointer, purpose, url, index, size=size, messages=messages)
    return read if purpose in STATUS_PURPOSES else _with(read, StatusProblem.PURPOSE_UNKNOWN)


def _read_messages(entry: Mapping[str, Any], size: int) -> tuple[str, ...] | None:
    """Return what each value of an entry means, by value; none where the list is not whole (BSL section 2.1).

    There must be one for each value; only an entry of one bit may do without.
    """
    stated = entry.get("statusMessage")
    if stated is None and size == 1:
        return ()
    if not isinstance(stated, list) or len(stated) != 1 << size:
        return None
    texts: dict[int, str] = {}
    for item in stated:
        if not isinstance(item, Mapping):
            return None
        value, text = item.get("status"), item.get("message")
        if not isinstance(value, str) or _HEXADECIMAL.fullmatch(value) is None or not isinstance(text, str):
            return None
        texts[int(value, 16)] = text[:_LONGEST_MESSAGE]
    return tuple(texts[value] for value in range(1 << size)) if texts.keys() == set(range(1 << size)) else None


def _open_list(document: Mapping[str, Any], sha256: str) -> _List:
    subject = document.get("credentialSubject")
    if not isinstance(subject, Mapping) or "BitstringStatusList" not in types_of(subject):
        return _List(problem=StatusProblem.LIST_MALFORMED)
    stated = subject.get("statusPurpose")
    items = stated if isinstance(stated, list) else [stated]
    purposes = frozenset(item for item in items if isinstance(item, str) and len(item) <= _LONGEST_PURPOSE)
    if len(items) > _MOST_PURPOSES:  # what is remembered must stay small
        return _List(problem=StatusProblem.LIST_MALFORMED)
    dates = {}
    for name in ("validFrom", "validUntil"):
        dates[name] = read_instant(document.get(name))
        if name in document and dates[name] is None:
            return _List(problem=StatusProblem.LIST_MALFORMED)
    try:
        bits = BitstringStatusList.decode(subject.get("encodedList"))
    except StatusListTooShort:
        return _List(problem=StatusProblem.LIST_TOO_SHORT)
    except ServiceError:
        return _List(problem=StatusProblem.LIST_MALFORMED)
    return _List(
        bits=bits,
        purposes=purposes,
        valid_from=dates["validFrom"],
        valid_until=dates["validUntil"],
        sha256=sha256,
        keep=_time_to_live(subject.get("ttl")),
    )


def _time_to_live(stated: object) -> timedelta:
    """Return how long a list may be repeated: its ``ttl`` in milliseconds (BSL section 2.2), never beyond our own."""
    if isinstance(stated, bool) or not isinstance(stated, int) or stated < 0:
        return KEEP_GOOD
    return min(timedelta(milliseconds=min(stated, 10**9)), KEEP_GOOD)


def _look_up(entry: StatusEvidence, found: _List, now: datetime, skew: timedelta) -> StatusEvidence:
    if found.problem is not None or found.bits is None:
        return _with(entry, found.problem or StatusProblem.LIST_MALFORMED, found.fetch_reason)
    if entry.purpose not in found.purposes:
        return _with(entry, StatusProblem.LIST_PURPOSE_DIFFERS)
    if (found.valid_from is not None and found.valid_from > now + skew) or (
        found.valid_until is not None and found.valid_until < now
    ):
        return _with(entry, StatusProblem.LIST_NOT_CURRENT)
    assert entry.index is not None
    try:
        value = found.bits.value(entry.index, entry.size)
    except StatusListTooShort:
        return _with(entry, StatusProblem.LIST_TOO_SHORT)
    except StatusIndexOutOfRange:
        return _with(entry, StatusProblem.INDEX_OUT_OF_RANGE)
    return replace(entry, value=value, list_sha256=found.sha256, list_valid_from=found.valid_from)
