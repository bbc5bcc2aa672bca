"""Asks the world about what one request shows and notes what it found; decides nothing.

1. Without any lookup: contexts, the graph that a signature would cover, the members this deployment knows.
2. The keys that the proofs name. Keys known here come from our own records; other issuers' documents are asked for only
   where policy allows it, only for the issuer that the document names, and only if the document can be read at all.
3. The proofs, and the token or the seal around the document if it came in one; of a seal whoever stands behind it, by
   the anchors of this deployment and what the seal itself brought. What that does not say about revocation the
   authorities are asked, where their certificates lead to an anchor and say at which address.

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
    SdJwt,
    Seal,
    SealResult,
    Token,
    TokenResult,
    jades,
    jws,
    sd_jwt,
    vc_jose,
    verify_proofs,
)
from app.securing.jws import HeaderProfile
from app.securing.vc_jose import read_instant_claim
from app.settings import Lookups
from app.status import (
    BitstringStatusList,
    StatusIndexMalformed,
    StatusIndexOutOfRange,
    StatusListTooShort,
    TokenStatus,
    TokenStatusList,
    parse_status_index,
)
from app.strict_json import as_list, canonical, parse
from app.trust.fetch import STATUS_LIST_BYTES, Fetch, FetchError, FetchReason, GuardedFetch
from app.trust.members import Members
from app.trust.resolve import (
    DidDocument,
    ResolutionFailed,
    ResolutionProblem,
    ResolvedMethod,
    did_of,
    issuer_did,
    needs_network,
    resolve,
    resolve_issuer,
)
from app.trust.revocation import RevocationSource
from app.trust.seals import Anchors, Revocation, appraise, dossier
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
REVOCATION_SECONDS: Final = 6.0
"""For all authorities together that one seal's certificates name."""
"""Of the slow path, for all documents of one request together; their time is bounded together as well."""
_ENTRY_TYPE: Final = "BitstringStatusListEntry"
_EDC_ENTRY_TYPE: Final = "CredentialStatus"
_EDC_PLACE: Final = re.compile(r"(https?://[^#\s]{1,2000})/revocation#(0|[1-9][0-9]{0,9})")
_LIST_TYPE: Final = "BitstringStatusListCredential"
_TOKEN_LIST_TYPE: Final = "statuslist+jwt"  # noqa: S105 - a media type
_ACCEPT_TOKEN_LIST: Final = "application/statuslist+jwt"  # noqa: S105 - a media type
_TOKEN_LIST_PROFILE: Final = HeaderProfile(frozenset({"kid", "typ"}), shaped=frozenset({"x5c"}))

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
    revocation: RevocationSource | None = None
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
        if self.revocation is not None:
            await self.revocation.aclose()

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
        if submission.sd_jwt is not None and isinstance(document, Mapping):
            return await self._about_sd_jwt(document, submission.sd_jwt, submission)
        if not isinstance(document, Mapping) or form_of(document) in NOT_YET_READ:
            return self._unread(submission)
        signed = await self._signed_by(document, submission, self._for_documents, signer=issuer_id(document))
        if form_of(document) is Form.MANIFEST:
            return signed
        signed = await self._looked_up_in_records(document, submission, signed)
        proved = issuer_is_proved(document, signed, self._policy, self._now)
        status = await self._status(document, proved=proved, as_token=submission.token is not None)  # 4

        def read() -> Evidence:
            return replace(
                signed,
                status=status,
                template=_reading(self._world.read_and_check, document),  # 5
                format=_reading(_format_findings, document),
                related_resources=related_resource_findings(document),
                resources_not_held=resources_not_held(document),
            )

        return await self._world.in_thread(read)

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

    async def _about_sd_jwt(self, document: Mapping[str, Any], token: SdJwt, submission: Submission) -> Evidence:
        """Return the evidence about an SD-JWT VC: steps 2 to 5 for what has no contexts and no graph."""
        issuer = token.content.get("iss")
        method = await self._key_of_issuer(issuer, token.key_id)
        result = await self._world.in_thread(sd_jwt.check, token, lambda _: _usable(method))
        signed = Evidence(
            ContextEvidence(),
            GraphEvidence(),
            proofs=(ProofEvidence(result, method),),
            members=self._members,
            disclosures=token.findings,
        )
        signed = await self._looked_up_in_records(document, submission, signed)
        proved = issuer_is_proved(document, signed, self._policy, self._now)
        return replace(signed, status=await self._token_status(document, issuer, proved=proved))

    def about_key_binding(self, token: SdJwt) -> Evidence:
        """Return the evidence about whoever presents an SD-JWT; without a proof where nobody signed that."""
        proofs = []
        if token.key_binding is not None:
            result, key = sd_jwt.check_key_binding(token), token.holder_key
            method = None
            if key is not None:
                name = sd_jwt.thumbprint_uri(key)
                result = replace(result, verification_method=name)
                # The issuer confirms the key (RFC 7800), which is all that can be known about whose it is.
                resolved = ResolvedMethod(
                    name, name, "JsonWebKey", key, None, for_assertion=False, for_authentication=True
                )
                method = MethodEvidence(name, name, method=resolved)
            proofs.append(ProofEvidence(result, method))
        return Evidence(
            ContextEvidence(),
            GraphEvidence(),
            proofs=tuple(proofs),
            members=self._members,
            disclosures=token.findings,
        )

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

        def read() -> tuple[ContextEvidence, tuple[GraphEvidence, Canonicalize], ProofEvidence | None]:
            contexts = _contexts(document, own_contexts)
            sealed = None if submission.seal is None else self._check_seal(submission.seal)
            return contexts, _read_graph(document, contexts, allowance.strict), sealed

        # Each visit to a thread costs what a tenth of a check does.
        contexts, (graph, canonicalize), sealed = await run(read)
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

        results: list[ProofResult | TokenResult] = []
        if submission.token is not None or "proof" in document:
            results = await run(self._check_proofs, document, submission.token, resolve_method, canonicalize, expected)
        proofs = (
            *([] if sealed is None else [await self._asked_about_revocation(sealed)]),
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

    async def _asked_about_revocation(self, found: ProofEvidence) -> ProofEvidence:
        """Ask the authorities what a seal does not show about revocation, or shows as it was before the seal."""
        result, source = found.result, self._world.revocation
        if source is None or found.signer is None or not isinstance(result, SealResult) or not result.verified:
            return found
        signer = found.signer
        # What was said before the time in question was chosen by whoever made the seal.
        is_fresh = signer.said_at is not None and signer.said_at >= signer.existed_by
        settled = signer.revocation is Revocation.REVOKED or (signer.revocation is Revocation.NOT_REVOKED and is_fresh)
        if settled and all(one.believed for one in signer.stamps):
            return found
        if self._policy.lookups is Lookups.OFF:
            return found
        stands = (result.chain, result.stamps, result.evidence, self._world.anchors, self._now)
        asked = (await self._world.in_thread(partial(dossier, insist=True), *stands)).asked
        if not asked:
            return found
        fetched = await source.material(asked, self._now, seconds=REVOCATION_SECONDS)
        with_it = (result.chain, result.stamps, (*result.evidence, fetched), self._world.anchors, self._now)
        return replace(found, signer=await self._world.in_thread(appraise, *with_it))

    def _check_seal(self, seal: Seal) -> ProofEvidence:
        result = jades.check(seal)
        # Of one that does not hold its time-stamps and evidence say nothing.
        anchors = self._world.anchors
        return ProofEvidence(result, signer=appraise(result.chain, result.stamps, result.evidence, anchors, self._now))

    async def _looked_up_in_records(
        self, document: Mapping[str, Any], submission: Submission, signed: Evidence
    ) -> Evidence:
        """Note when our records show what a compromised key signed. Nobody's records are asked about a good key."""
        identifier = document.get("id" if submission.sd_jwt is None else "jti")
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
                for proof in as_list(stated)
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

    async def _key_of_issuer(self, issuer: object, key_id: str | None) -> MethodEvidence | None:
        """Return what is known about a key by the name ``key_id``, of an issuer by its ``iss``; none without an issuer.

        SD-JWT VC section 2.5 ("JWT VC Issuer Metadata"); an issuer that is a DID has its keys in its document. A chain
        of certificates (``x5c``) is no answer here: whoever is known is known by keys, and nobody else is believed.
        """
        did = issuer_did(issuer) if isinstance(issuer, str) else None
        if did is None or not isinstance(issuer, str):
            return None
        # A name without its document: `#key-1`, or the bare name of a key in a key set.
        named = key_id or ""
        absolute = named if did_of(named) == did else f"{did}#{named.removeprefix('#')}"
        member = None if self._members is None else self._members.by_did(did)
        if issuer == did or (member is not None and member.keys is not None):
            return await self._method(absolute, did, readable=True)
        refusal = self._refusal(did, did)
        if refusal is not None:
            return MethodEvidence(absolute, did, not_asked=refusal)
        found = await self._issuer_metadata(issuer)
        if isinstance(found, ResolutionFailed):
            return MethodEvidence(absolute, did, problem=found.problem, fetch_reason=found.fetch_reason)
        # Without a name it can only be the one key that there is.
        only = found.methods[0] if key_id is None and len(found.methods) == 1 else None
        return MethodEvidence(absolute, did, method=only or found.method(named), document_sha256=found.sha256)

    async def _issuer_metadata(self, issuer: str) -> DidDocument | ResolutionFailed:
        async def ask() -> Answer[DidDocument | ResolutionFailed]:
            try:
                found = await resolve_issuer(issuer, fetch=self._world.fetch, http_hosts=self._world.http_hosts)
            except ResolutionFailed as error:
                return Answer(error.with_traceback(None), _keep_failure(error.fetch_reason))
            return Answer(found, KEEP_GOOD, size=1024 * len(found.methods))

        return await self._world.memory.answer(("issuer", issuer), self._now, ask)

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
        own = await self._ask_own_status(entry, issuer)
        if own is not None:
            return own
        assert entry.list_url is not None
        if entry.by_name:
            return _with(entry, StatusProblem.TYPE_NOT_SUPPORTED)
        if not self._may_ask(issuer):
            return _with(entry, StatusProblem.NOT_ALLOWED)
        found = await self._list(entry.list_url, issuer, _ACCEPT_ENVELOPE if as_token else _ACCEPT_DOCUMENT)
        return _look_up(entry, found, self._now, self._policy.clock_skew)

    async def _token_status(
        self, document: Mapping[str, Any], issuer: object, *, proved: bool
    ) -> tuple[StatusEvidence, ...]:
        """Return what the Token Status List says (TSL sections 6.2 and 8.3): one value, told for each purpose."""
        if "status" not in document:
            return ()
        pointer = "#/status/status_list"
        stated = document["status"]
        place = stated.get("status_list") if isinstance(stated, Mapping) else None
        if place is None:
            # Another mechanism of the same claim (section 6.1), which is not known here.
            return _for_both(StatusEvidence("#/status", problem=StatusProblem.TYPE_NOT_SUPPORTED))
        url, index = (place.get("uri"), place.get("idx")) if isinstance(place, Mapping) else (None, None)
        if not isinstance(url, str) or type(index) is not int or index < 0:
            return _for_both(StatusEvidence(pointer, problem=StatusProblem.ENTRY_MALFORMED))
        entry = StatusEvidence(pointer, None, url, index)
        did = issuer_id(document)
        if not proved or did is None or not isinstance(issuer, str):
            return _for_both(_with(entry, StatusProblem.NOT_ASKED))
        own = [await self._ask_own_status(found, did) for found in _for_both(entry)]
        found_own = [entry for entry in own if entry is not None]
        if found_own:
            return tuple(found_own)
        if not self._may_ask(did):
            return _for_both(_with(entry, StatusProblem.NOT_ALLOWED))
        listed = await self._token_list(url, issuer, did)
        return _look_up_token(entry, listed, self._now, self._policy.clock_skew)

    async def _ask_own_status(self, entry: StatusEvidence, issuer: str) -> StatusEvidence | None:
        """Return what our own records say of a place; none where the list is a stranger's."""
        assert entry.list_url is not None
        assert entry.index is not None
        assert entry.purpose is not None
        try:
            own = await self._world.own_status(entry.list_url, entry.purpose, entry.index)
        except StatusIndexOutOfRange:
            return _with(entry, StatusProblem.INDEX_OUT_OF_RANGE)
        except ServiceError:
            return _with(entry, StatusProblem.STORE_UNAVAILABLE)
        if own is not None and own.issuer_did != issuer:
            return _with(entry, StatusProblem.LIST_OF_ANOTHER_ISSUER)
        return None if own is None else replace(entry, value=int(own.is_set), superseded=own.superseded)

    async def _token_list(self, url: str, issuer: str, did: str) -> "_TokenList":
        async def ask() -> Answer[_TokenList]:
            try:
                fetched = await self._world.fetch(url, max_bytes=STATUS_LIST_BYTES, accept=_ACCEPT_TOKEN_LIST)
            except FetchError as error:
                failed = _TokenList(problem=StatusProblem.NOT_FETCHED, fetch_reason=error.reason)
                return Answer(failed, _keep_failure(error.reason))
            found = await self._read_token_list(url, issuer, did, fetched.content)
            return Answer(found, min(found.keep, KEEP_BAD) if found.problem else found.keep, size=found.size)

        return await self._world.memory.answer(("token-list", url, issuer), self._now, ask)

    async def _read_token_list(self, url: str, issuer: str, did: str, content: bytes) -> "_TokenList":
        """Check a stranger's list as TSL section 8.3 asks: its type, whose it is, and that its issuer signed it."""
        try:
            token = jws.parse_compact(content.strip(), max_payload_bytes=STATUS_LIST_BYTES)
            claims = parse(token.payload, max_bytes=STATUS_LIST_BYTES, max_depth=16)
        except ServiceError:
            return _TokenList(problem=StatusProblem.FORM_NOT_SUPPORTED)
        if not isinstance(claims, dict) or token.header.get("typ") != _TOKEN_LIST_TYPE:
            return _TokenList(problem=StatusProblem.FORM_NOT_SUPPORTED)
        if claims.get("sub") != url or claims.get("iss", issuer) not in (issuer, did):
            return _TokenList(problem=StatusProblem.LIST_OF_ANOTHER_ISSUER)
        key_id = token.header.get("kid")
        method = await self._key_of_issuer(issuer, key_id if isinstance(key_id, str) else None)
        key = _usable(method)
        usable = key.public_key if isinstance(key, ResolvedMethod) else key
        refused = jws.refusal_of(token.header, _TOKEN_LIST_PROFILE)
        if refused is not None or usable is None or not jws.holds(token, usable):
            return _TokenList(problem=StatusProblem.LIST_PROOF_WRONG)
        return await self._world.in_thread(_open_token_list, claims, hashlib.sha256(content).hexdigest())

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


def _usable(method: MethodEvidence | None) -> PublicKey | ResolvedMethod | None:
    if method is None:
        return None
    return method.method if method.member_key is None else method.member_key.public_key


def _for_both(entry: StatusEvidence) -> tuple[StatusEvidence, ...]:
    """Return an entry of a Token Status List as one for each purpose that decides: it has one value for both."""
    return tuple(replace(entry, purpose=purpose) for purpose in ("revocation", "suspension"))


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


# 3. Our own records of what was signed.


def signature_digests(submission: Submission) -> list[bytes | None]:
    """Return a digest for each signature on a document: the token's, then each proof's, with all that it covers.

    None for a seal, whose age its time-stamps show, and for what has no canonical form.

    A proof is taken with the document and without its neighbours, in canonical form (RFC 8785): wallets write JSON
    anew, and may keep one proof of a set.
    """
    document, token = submission.document, submission.token
    if submission.sd_jwt is not None:
        # Whatever is shown of it: the issuer signed one token.
        signed = submission.sd_jwt.jws
        return [hashlib.sha256(signed.signing_input + b"." + signed.signature).digest()]
    digests: list[bytes | None] = [] if submission.seal is None else [None]
    if token is not None:
        digests.append(hashlib.sha256(token.jws.signing_input + b"." + token.jws.signature).digest())
    if isinstance(document, Mapping) and "proof" in document:
        stated = document["proof"]
        # One for each proof that the checker counts, and to it null is one.
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


@dataclass(frozen=True, slots=True)
class _TokenList:
    """A stranger's Token Status List, checked and opened, or why not."""

    problem: StatusProblem | None = None
    fetch_reason: FetchReason | None = None
    entries: TokenStatusList | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    sha256: str | None = None
    keep: timedelta = KEEP_GOOD

    @property
    def size(self) -> int:
        return 0 if self.entries is None else self.entries.size


def _open_token_list(claims: Mapping[str, Any], sha256: str) -> _TokenList:
    moments = {}
    for name in ("iat", "exp"):
        moments[name] = read_instant_claim(claims.get(name))
        if moments[name] is None and (name in claims or name == "iat"):
            return _TokenList(problem=StatusProblem.LIST_MALFORMED)
    stated = claims.get("ttl")
    if "ttl" in claims and (isinstance(stated, bool) or not isinstance(stated, int | float) or stated <= 0):
        return _TokenList(problem=StatusProblem.LIST_MALFORMED)
    try:
        entries = TokenStatusList.decode(claims.get("status_list"))
    except ServiceError:
        return _TokenList(problem=StatusProblem.LIST_MALFORMED)
    seconds = min(stated, KEEP_GOOD.total_seconds()) if isinstance(stated, int | float) else KEEP_GOOD.total_seconds()
    return _TokenList(
        entries=entries,
        issued_at=moments["iat"],
        expires_at=moments["exp"],
        sha256=sha256,
        keep=timedelta(seconds=seconds),
    )


def _look_up_token(
    entry: StatusEvidence, found: _TokenList, now: datetime, skew: timedelta
) -> tuple[StatusEvidence, ...]:
    if found.problem is not None or found.entries is None:
        return _for_both(_with(entry, found.problem or StatusProblem.LIST_MALFORMED, found.fetch_reason))
    if (found.issued_at is not None and found.issued_at > now + skew) or (
        found.expires_at is not None and found.expires_at <= now
    ):
        return _for_both(_with(entry, StatusProblem.LIST_NOT_CURRENT))
    assert entry.index is not None
    try:
        value = found.entries.value(entry.index)
    except StatusIndexOutOfRange:
        return _for_both(_with(entry, StatusProblem.INDEX_OUT_OF_RANGE))
    entry = replace(entry, list_sha256=found.sha256, list_valid_from=found.issued_at)
    raised = {TokenStatus.VALID: None, TokenStatus.INVALID: "revocation", TokenStatus.SUSPENDED: "suspension"}
    if value not in raised:
        # What an application means by it may be the worst (TSL section 7.1).
        return _for_both(_with(entry, StatusProblem.VALUE_UNKNOWN))
    return tuple(replace(one, value=int(one.purpose == raised[TokenStatus(value)])) for one in _for_both(entry))


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
