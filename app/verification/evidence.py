"""What was found out about one document, before anybody decides anything.

Plain facts, frozen. Every lookup that brought nothing is a fact too, with its reason; there is no field whose absence
could be read as good news.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.errors import Finding
from app.keys import AUTHENTICATION
from app.securing import CRYPTOSUITES, ProofResult, SealResult, TokenResult
from app.securing.jws import ALGORITHMS
from app.settings import Lookups
from app.trust.fetch import FetchReason
from app.trust.members import MemberKey, Members
from app.trust.resolve import ResolutionProblem, ResolvedMethod
from app.trust.seals import SignerStanding


@dataclass(frozen=True, slots=True)
class Policy:
    """What counts. Data, so that a report can be made again under another; nothing in it turns a failure into a pass.

    ``looked_up_issuers`` are DIDs outside the alliance that may be asked about all the same (VERIFY_ALLOWED_ISSUERS);
    that alone makes nobody known. ``accepted_issuers`` are DIDs outside the alliance that this deployment vouches for.

    ``status_must_be_known``: a status that could not be found out keeps the verdict from being *valid*.

    ``challenge`` and ``domains`` are what a presentation must have been signed for. ``None`` asks for nothing.
    ``longest_answer`` is how old the key binding of an SD-JWT may be that answers a challenge (RFC 9901 section 7.3).

    ``own_contexts``: a document may bring contexts of its own, or name those of examples, under which every word means
    something. The interop mode alone; elsewhere whoever writes the contexts could make a text say anything.

    ``presentation_purposes`` are what the proofs of a presentation may be for. More than authentication in the interop
    mode alone; elsewhere a key that vouches could be made to present.
    """

    lookups: Lookups = Lookups.MEMBERS
    looked_up_issuers: frozenset[str] = frozenset()
    accepted_issuers: frozenset[str] = frozenset()
    cryptosuites: frozenset[str] = frozenset(CRYPTOSUITES)
    jose_algorithms: frozenset[str] = ALGORITHMS
    clock_skew: timedelta = timedelta(minutes=5)
    longest_answer: timedelta = timedelta(minutes=15)
    status_must_be_known: bool = True
    challenge: str | None = None
    domains: frozenset[str] | None = None
    own_contexts: bool = False
    presentation_purposes: frozenset[str] = frozenset({AUTHENTICATION})


class ContextProblem(StrEnum):
    """Why a document's contexts were not used."""

    MISSING = "context-missing"
    UNKNOWN = "context-unknown"
    INLINE = "context-inline"


@dataclass(frozen=True, slots=True)
class ContextEvidence:
    """Whether every context is one of the pinned ones; ``pointers`` show those that are not."""

    problem: ContextProblem | None = None
    pointers: tuple[str, ...] = ()


class GraphProblem(StrEnum):
    """Why the document was not read as a graph to its end."""

    NOT_READ = "graph-not-read"
    NOT_SUPPORTED = "graph-not-supported"
    TOO_COMPLEX = "graph-too-complex"


@dataclass(frozen=True, slots=True)
class GraphEvidence:
    """The document as the signature sees it.

    ``uncovered`` are places whose content no signature would cover, or would cover without its meaning anything;
    ``ill_typed`` are literals that their datatype does not know. With either, or with a ``problem``, there is no
    canonical form, and no proof in the document can be checked.
    """

    uncovered: tuple[Finding, ...] = ()
    ill_typed: tuple[Finding, ...] = ()
    problem: GraphProblem | None = None
    pointer: str | None = None

    @property
    def readable(self) -> bool:
        """Whether a canonical form exists."""
        return not self.uncovered and not self.ill_typed and self.problem is None


class NotAsked(StrEnum):
    """Why a DID was not even asked about."""

    SWITCHED_OFF = "lookups-off"
    NOT_A_MEMBER = "lookups-for-members-only"
    NOT_THE_ISSUER = "lookup-for-the-issuer-only"


@dataclass(frozen=True, slots=True)
class MethodEvidence:
    """What is known about the verification method that a proof names.

    Exactly one source speaks: ``member_key`` where the issuer's keys are known here, ``method`` where its document was
    resolved. ``known_here`` is true where the keys are known here, so that no ``member_key`` means: not one of them.
    """

    verification_method: str
    did: str
    known_here: bool = False
    member_key: MemberKey | None = None
    method: ResolvedMethod | None = None
    document_sha256: str | None = None
    problem: ResolutionProblem | None = None
    fetch_reason: FetchReason | None = None
    not_asked: NotAsked | None = None


@dataclass(frozen=True, slots=True)
class ProofEvidence:
    """One proof, or the token or the seal around the document, as it was checked, and where its key came from.

    ``method`` is ``None`` where it names none; ``signer`` is there of a seal whose certificate could be read.
    ``recorded_at`` is when our own records say that exactly this document was signed with exactly this proof; asked
    only of a key that is compromised. ``records_unread``: asked in vain.
    """

    result: ProofResult | TokenResult | SealResult
    method: MethodEvidence | None = None
    signer: SignerStanding | None = None
    recorded_at: datetime | None = None
    records_unread: bool = False


STATUS_PURPOSES: Final = frozenset({"revocation", "suspension", "refresh", "message"})
"""What a status may be about (BSL section 2.1). The last two take nothing away from a credential: they are told, and
decide nothing."""


class StatusProblem(StrEnum):
    """Why a status entry says nothing."""

    ENTRY_MALFORMED = "status-entry-malformed"
    TYPE_NOT_SUPPORTED = "status-type-not-supported"
    PURPOSE_UNKNOWN = "status-purpose-unknown"
    NOT_ASKED = "status-not-asked"
    NOT_ALLOWED = "status-lookup-not-allowed"
    STORE_UNAVAILABLE = "status-store-unavailable"
    NOT_FETCHED = "status-list-not-fetched"
    FORM_NOT_SUPPORTED = "status-list-form-not-supported"
    LIST_MALFORMED = "status-list-malformed"
    LIST_PROOF_WRONG = "status-list-proof-wrong"
    LIST_OF_ANOTHER_ISSUER = "status-list-of-another-issuer"
    LIST_PURPOSE_DIFFERS = "status-list-purpose-differs"
    LIST_NOT_CURRENT = "status-list-not-current"
    LIST_TOO_SHORT = "status-list-too-short"
    INDEX_OUT_OF_RANGE = "status-index-out-of-range"
    VALUE_UNKNOWN = "status-value-unknown"


@dataclass(frozen=True, slots=True)
class StatusEvidence:
    """One entry of ``credentialStatus`` and what its list says.

    ``value`` is ``None`` exactly where ``problem`` says why; ``messages`` are what the credential says that each value
    means (BSL section 2.1). ``superseded`` is known only for our own.
    """

    pointer: str
    purpose: str | None = None
    list_url: str | None = None
    index: int | None = None
    value: int | None = None
    superseded: bool = False
    problem: StatusProblem | None = None
    fetch_reason: FetchReason | None = None
    list_sha256: str | None = None
    list_valid_from: datetime | None = None
    size: int = 1
    messages: tuple[str, ...] = ()
    by_name: bool = False
    """Whether the entry only names its place, which somebody else's list would not have to mean."""

    @property
    def is_set(self) -> bool | None:
        """Whether the purpose applies; any value but 0 says so (BSL section 3.2, step 13)."""
        return None if self.value is None else self.value != 0

    @property
    def message(self) -> str | None:
        """What the credential says that the value means."""
        return self.messages[self.value] if self.value is not None and self.messages else None


@dataclass(frozen=True, slots=True)
class ReadingEvidence:
    """What a reader of meaning found: ``None`` where it had nothing to say about such a document."""

    findings: tuple[Finding, ...] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the judge may use besides the document itself. ``members`` is ``None`` where it could not be read.

    Where the document came in a token or a seal, the first of ``proofs`` is that one's. Of a presentation it is about
    the presentation alone; what it shows has evidence of its own.
    """

    contexts: ContextEvidence
    graph: GraphEvidence
    proofs: tuple[ProofEvidence, ...] = ()
    members: Members | None = None
    status: tuple[StatusEvidence, ...] = ()
    template: ReadingEvidence = ReadingEvidence()
    format: ReadingEvidence = ReadingEvidence()
    related_resources: tuple[Finding, ...] = ()
    resources_not_held: tuple[str, ...] = ()
    broken_envelope: tuple[Finding, ...] = ()
    disclosures: tuple[Finding, ...] = ()
    """What is wrong with what an SD-JWT discloses."""


@dataclass(frozen=True, slots=True)
class Presented:
    """How a credential came: in a presentation.

    ``holder`` is whose key is shown to have signed it, none where nobody's is; ``fresh`` where it was signed for this
    very verification, by a challenge that nobody could know before.
    """

    holder: str | None = None
    fresh: bool = False
