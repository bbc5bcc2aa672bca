"""What the awarding body is told about a credential. Doors publish these shapes; stories fill them."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.errors import Finding, Weight


class Status(StrEnum):
    """What holds of a credential now."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class RevocationReason(StrEnum):
    """Why a credential was revoked. The achievement itself does not lapse by a mere correction."""

    ISSUED_IN_ERROR = "issued-in-error"
    INTEGRITY = "integrity"
    LEARNER_REQUEST = "learner-request"
    DEVICE_LOST = "device-lost"
    """Of one copy in a wallet; the award is untouched."""
    SUPERSEDED = "superseded"


class SuspensionReason(StrEnum):
    """Why a credential is suspended."""

    UNDER_REVIEW = "under-review"
    LEARNER_REQUEST = "learner-request"
    DEVICE_LOST = "device-lost"
    """Of one copy in a wallet; the award is untouched."""


class ReinstatementReason(StrEnum):
    """Why a suspension ended."""

    REVIEW_ENDED = "review-ended"
    LEARNER_REQUEST = "learner-request"


class ReplacementReason(StrEnum):
    """Why a corrected credential takes the place of an earlier one."""

    CORRECTION = "correction"
    NAME_CHANGE = "name-change"
    GRADE_APPEAL = "grade-appeal"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class OfferingVersionName(_Record):
    """Which version of which offering."""

    id: UUID
    version: int


class Form(_Record):
    """One secured form of a credential."""

    form: str = Field(examples=["vcdm2-di"])
    media_type: str = Field(examples=["application/vc"])
    state: Literal["ready", "pending", "failed"]
    url: str
    sealed: bool | None = Field(
        default=None,
        description="Of `edc`: whether the form is given out sealed (JAdES), because it was, or because the awarding "
        "body has a seal; in a list of credentials the latter alone",
    )


class FindingRecord(_Record):
    """What one rule found: a required finding stops, a recommended one is advice and stops nothing."""

    code: str = Field(examples=["ects-missing"])
    pointer: str = Field(
        description="JSON pointer into what was sent (RFC 6901, URI fragment form)",
        examples=["#/offering/workload/ects"],
    )
    detail: str
    citation: str | None = Field(examples=["ENHANCE template 2021-06, 7.6"])
    weight: Weight


class CredentialRecord(_Record):
    """A credential as its awarding body sees it."""

    id: UUID
    state: Literal["prepared", "issued", "abandoned"]
    status: Status
    awarding_body: str
    offering: OfferingVersionName
    revision: int = Field(description="1 for the first credential of an award; a replacement counts on")
    awarded_on: date
    certificate_number: str
    valid_from: datetime
    valid_until: datetime | None = None
    created_at: datetime
    public_url: str | None = Field(
        description="Where anyone who has this address fetches the credential; 410 once erased"
    )
    superseded_by: UUID | None = None
    forms: list[Form]
    findings: list[FindingRecord] = Field(default_factory=list)


class HistoryEntry(_Record):
    """One thing that happened to an award, oldest first."""

    at: datetime
    kind: str
    credential: UUID | None = None
    reason: str | None = None
    actor: str


def finding_records(findings: Iterable[Finding]) -> list[FindingRecord]:
    """Return ``findings`` as every answer shows them."""
    return [
        FindingRecord(
            code=finding.code,
            pointer=finding.pointer,
            detail=finding.detail,
            citation=finding.citation,
            weight=finding.weight,
        )
        for finding in findings
    ]


def advice(findings: Iterable[Finding]) -> list[FindingRecord]:
    """Return the recommendations among ``findings``."""
    return finding_records(finding for finding in findings if finding.weight is Weight.RECOMMENDED)
