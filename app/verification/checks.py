"""The named checks: which there are, what each is about, which of them decide, and what one result says.

The list is closed and complete: every report names every check, so that a reader sees what was *not* looked at. A
check has one of three results and no fourth. Where there is nothing to look at (a credential without an end cannot have
ended) the result is *not checked* with a code that says so, and exactly those codes, listed per check in
:data:`NOTHING_TO_CHECK`, leave the verdict alone. Every other *not checked* of a deciding check keeps the verdict from
being *valid*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.errors import Finding


class Result(StrEnum):
    """What one check came to."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


class Axis(StrEnum):
    """What a check is about; integrity, trust and the rest are never added up into one number."""

    INTEGRITY = "integrity"
    ISSUER = "issuer"
    TRUST = "trust"
    FORMAT = "format"
    TEMPLATE = "template"
    STATUS = "status"
    TIME = "time"


class CheckName(StrEnum):
    """All checks, in the order of the reports: those of a credential, then those of a presentation alone."""

    JSON_WELL_FORMED = "json-well-formed"
    CONTEXTS_PINNED = "contexts-pinned"
    NOTHING_DROPPED = "nothing-dropped"
    LITERALS_WELL_TYPED = "literals-well-typed"
    PROOF = "proof"
    ISSUER_KEY = "issuer-key"
    SEAL_CERTIFICATE = "seal-certificate"
    AWARDING_BODY_IS_ISSUER = "awarding-body-is-issuer"
    ISSUER_KNOWN_MEMBER = "issuer-known-member"
    NAMES_MEMBER_WITHOUT_KEY = "names-member-without-key"
    DATA_MODEL = "data-model"
    CREDENTIAL_SHAPE = "credential-shape"
    CONCEPT_MEMBERSHIP = "concept-membership"
    TEMPLATE_RULES = "template-rules"
    STATUS_REVOCATION = "status-revocation"
    STATUS_SUSPENSION = "status-suspension"
    VALID_FROM = "valid-from"
    VALID_UNTIL = "valid-until"
    OWNER = "owner"
    ACCREDITATION = "accreditation"
    CUSTOM = "custom"
    HOLDER_PROOF = "holder-proof"
    HOLDER_KEY = "holder-key"
    CHALLENGE = "challenge"
    DOMAIN = "domain"
    CREDENTIALS = "credentials"


PRESENTATION_CHECKS: Final = (
    CheckName.JSON_WELL_FORMED,
    CheckName.CONTEXTS_PINNED,
    CheckName.NOTHING_DROPPED,
    CheckName.LITERALS_WELL_TYPED,
    CheckName.DATA_MODEL,
    CheckName.HOLDER_PROOF,
    CheckName.HOLDER_KEY,
    CheckName.CHALLENGE,
    CheckName.DOMAIN,
    CheckName.CREDENTIALS,
)
"""What is asked about a presentation itself; each credential in it has a report of its own."""

_OF_PRESENTATIONS_ALONE: Final = frozenset(
    {
        CheckName.HOLDER_PROOF,
        CheckName.HOLDER_KEY,
        CheckName.CHALLENGE,
        CheckName.DOMAIN,
        CheckName.CREDENTIALS,
    }
)
CREDENTIAL_CHECKS: Final = tuple(name for name in CheckName if name not in _OF_PRESENTATIONS_ALONE)
"""What is asked about a credential."""

AXES: Final[Mapping[CheckName, Axis]] = MappingProxyType(
    {
        CheckName.JSON_WELL_FORMED: Axis.INTEGRITY,
        CheckName.CONTEXTS_PINNED: Axis.INTEGRITY,
        CheckName.NOTHING_DROPPED: Axis.INTEGRITY,
        CheckName.LITERALS_WELL_TYPED: Axis.INTEGRITY,
        CheckName.PROOF: Axis.INTEGRITY,
        CheckName.ISSUER_KEY: Axis.ISSUER,
        CheckName.SEAL_CERTIFICATE: Axis.TIME,
        CheckName.AWARDING_BODY_IS_ISSUER: Axis.ISSUER,
        CheckName.ISSUER_KNOWN_MEMBER: Axis.TRUST,
        CheckName.NAMES_MEMBER_WITHOUT_KEY: Axis.TRUST,
        CheckName.DATA_MODEL: Axis.FORMAT,
        CheckName.CREDENTIAL_SHAPE: Axis.FORMAT,
        CheckName.CONCEPT_MEMBERSHIP: Axis.FORMAT,
        CheckName.TEMPLATE_RULES: Axis.TEMPLATE,
        CheckName.STATUS_REVOCATION: Axis.STATUS,
        CheckName.STATUS_SUSPENSION: Axis.STATUS,
        CheckName.VALID_FROM: Axis.TIME,
        CheckName.VALID_UNTIL: Axis.TIME,
        CheckName.OWNER: Axis.TRUST,
        CheckName.ACCREDITATION: Axis.TRUST,
        CheckName.CUSTOM: Axis.FORMAT,
        CheckName.HOLDER_PROOF: Axis.INTEGRITY,
        CheckName.HOLDER_KEY: Axis.TRUST,
        CheckName.CHALLENGE: Axis.TRUST,
        CheckName.DOMAIN: Axis.TRUST,
        CheckName.CREDENTIALS: Axis.TRUST,
    }
)

# The checks that carry the verdict, in the order in which a reason is named: a false name first, then what was said,
# by whom, known to whom, whether it still holds. Whether a genuine credential keeps every rule of format and template
# is worth telling and does not make it less genuine: those checks inform, except that the shape decides for issuers
# known here, who sign no other. A value of the wrong kind only informs too: it is no forgery, but it leaves no
# canonical form, and then the proof, which decides, is not checked.
DECIDING: Final = (
    CheckName.NAMES_MEMBER_WITHOUT_KEY,
    CheckName.JSON_WELL_FORMED,
    CheckName.DATA_MODEL,
    CheckName.CONTEXTS_PINNED,
    CheckName.NOTHING_DROPPED,
    CheckName.ISSUER_KEY,
    CheckName.SEAL_CERTIFICATE,
    CheckName.PROOF,
    CheckName.AWARDING_BODY_IS_ISSUER,
    CheckName.STATUS_REVOCATION,
    CheckName.STATUS_SUSPENSION,
    CheckName.VALID_FROM,
    CheckName.VALID_UNTIL,
    CheckName.ISSUER_KNOWN_MEMBER,
    CheckName.CREDENTIAL_SHAPE,
)

# A false name has been told by the credential in question; here comes first what was presented.
DECIDING_OF_PRESENTATIONS: Final = (
    CheckName.JSON_WELL_FORMED,
    CheckName.DATA_MODEL,
    CheckName.CREDENTIALS,
    CheckName.CONTEXTS_PINNED,
    CheckName.NOTHING_DROPPED,
    CheckName.HOLDER_PROOF,
    CheckName.HOLDER_KEY,
    CheckName.CHALLENGE,
    CheckName.DOMAIN,
)

NOTHING_TO_CHECK: Final[Mapping[CheckName, frozenset[str]]] = MappingProxyType(
    {
        CheckName.CONTEXTS_PINNED: frozenset({"no-linked-data"}),
        CheckName.SEAL_CERTIFICATE: frozenset({"not-sealed"}),
        CheckName.AWARDING_BODY_IS_ISSUER: frozenset({"no-awarding-body"}),
        CheckName.STATUS_REVOCATION: frozenset({"no-revocation-entry"}),
        CheckName.STATUS_SUSPENSION: frozenset({"no-suspension-entry"}),
        CheckName.VALID_FROM: frozenset({"no-valid-from"}),
        CheckName.VALID_UNTIL: frozenset({"no-valid-until"}),
        CheckName.CREDENTIAL_SHAPE: frozenset({"not-a-european-digital-credential"}),
        CheckName.HOLDER_PROOF: frozenset({"presentation-not-signed"}),
        CheckName.HOLDER_KEY: frozenset({"presentation-not-signed", "holder-not-named"}),
        CheckName.CHALLENGE: frozenset({"no-challenge-asked"}),
        CheckName.DOMAIN: frozenset({"no-domain-asked"}),
    }
)


_EVER_DECIDING: Final = frozenset({*DECIDING, *DECIDING_OF_PRESENTATIONS})


class EdcCheck(StrEnum):
    """The seven checks of European Digital Credentials: concepts of EU scheme ``verification``."""

    FORMAT = "http://data.europa.eu/snb/verification/2f5b89b96f"
    SEAL = "http://data.europa.eu/snb/verification/f9c2016fe9"
    OWNER = "http://data.europa.eu/snb/verification/1faf8d450f"
    ACCREDITATION = "http://data.europa.eu/snb/verification/e2bbc86a28"
    REVOCATION = "http://data.europa.eu/snb/verification/271aef9eb4"
    EXPIRY = "http://data.europa.eu/snb/verification/94d828f160"
    CUSTOM = "http://data.europa.eu/snb/verification/c_50990fe3"


class EdcStatus(StrEnum):
    """Concepts of EU scheme ``verification-status``."""

    OK = "http://data.europa.eu/snb/verification-status/9895008394"
    ERROR = "http://data.europa.eu/snb/verification-status/9d26eb9a37"
    SKIPPED = "http://data.europa.eu/snb/verification-status/641f0c5e5d"


# Which of ours stand behind each of the seven. The first one is the check that carries the IRI.
EDC_SOURCES: Final[Mapping[EdcCheck, tuple[CheckName, ...]]] = MappingProxyType(
    {
        EdcCheck.FORMAT: (
            CheckName.CREDENTIAL_SHAPE,
            CheckName.JSON_WELL_FORMED,
            CheckName.DATA_MODEL,
            CheckName.CONCEPT_MEMBERSHIP,
        ),
        EdcCheck.SEAL: (
            CheckName.PROOF,
            CheckName.CONTEXTS_PINNED,
            CheckName.NOTHING_DROPPED,
            CheckName.LITERALS_WELL_TYPED,
            CheckName.ISSUER_KEY,
            CheckName.SEAL_CERTIFICATE,
        ),
        EdcCheck.OWNER: (CheckName.OWNER,),
        EdcCheck.ACCREDITATION: (CheckName.ACCREDITATION,),
        EdcCheck.REVOCATION: (CheckName.STATUS_REVOCATION, CheckName.STATUS_SUSPENSION),
        EdcCheck.EXPIRY: (CheckName.VALID_UNTIL, CheckName.VALID_FROM),
        EdcCheck.CUSTOM: (CheckName.CUSTOM,),
    }
)
_EDC_OF: Final = {sources[0]: edc for edc, sources in EDC_SOURCES.items()}


@dataclass(frozen=True, slots=True)
class Check:
    """One result.

    ``code`` is the stable reason; ``facts`` fill the sentence that the catalogue holds for it; ``pointer`` is the place
    in the document; ``details`` are the findings behind the result, advice included.
    """

    name: CheckName
    result: Result
    code: str
    pointer: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    details: tuple[Finding, ...] = ()
    informs: bool = False
    """Whether this result only informs, although checks of this name decide about other credentials."""

    @property
    def axis(self) -> Axis:
        """What this check is about."""
        return AXES[self.name]

    @property
    def edc(self) -> EdcCheck | None:
        """The EDC check whose IRI this one carries."""
        return _EDC_OF.get(self.name)

    @property
    def nothing_to_check(self) -> bool:
        """Whether it was not checked because the credential has nothing of the kind."""
        return self.result is Result.NOT_CHECKED and self.code in NOTHING_TO_CHECK.get(self.name, frozenset())

    @property
    def decides(self) -> bool:
        """Whether this result bears on the verdict."""
        return self.name in _EVER_DECIDING and not self.nothing_to_check and not self.informs
