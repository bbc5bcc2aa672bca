"""The closed lists of words that columns hold. What may grow without us (forms, kinds of work, algorithms) is text.

``KeyState`` is in ``keys`` and ``IssuerKind`` in ``template.alliance``, for those who know no records.
"""

from enum import StrEnum


class KeyPurpose(StrEnum):
    """What a signing key is for; there is one active key for each issuer, purpose and algorithm."""

    ASSERTION = "assertion"
    SEAL = "seal"
    SERVICE = "service"


class OfferingState(StrEnum):
    """Whether awards can be made for an offering."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """Who holds this copy of an award: whoever has its link, or one wallet."""

    PUBLIC = "public"
    WALLET = "wallet"


class CredentialState(StrEnum):
    """How far a credential has come. ``prepared`` holds the exact bytes and a lease, but no signature yet."""

    PREPARED = "prepared"
    ISSUED = "issued"
    ABANDONED = "abandoned"


class FormState(StrEnum):
    """How far one secured form has come. A ready form never changes."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class StatusChange(StrEnum):
    """What a status event does. There is no way back from revocation (BSL section 2.2)."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
