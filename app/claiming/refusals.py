"""What a wallet can be refused for. Each refusal is one of its protocol's errors, and each has a cause for staff.

The detail is for the wallet's makers: it says which rule was broken and never what was sent.
"""

from typing import ClassVar

from app.claiming.flight_recorder import Cause
from app.errors import Family, ServiceError
from app.securing.key_proof import ProofFault


class WalletRefused(ServiceError):
    """What all refusals have in common: the detail, and the cause that the flight recorder shows."""

    def __init__(self, detail: str, cause: Cause | None = None, *, seconds: int | None = None) -> None:
        super().__init__(detail, retry_after_seconds=seconds)
        self.cause = cause


class TokenRequestMalformed(WalletRefused):
    """The token request lacks a parameter, repeats one, or has one that does not belong to this offer."""

    code: ClassVar[str] = "token-request-malformed"
    title: ClassVar[str] = "The token request cannot be understood"
    family: ClassVar[Family] = Family.MALFORMED


class GrantTypeUnsupported(WalletRefused):
    """Tokens are given for pre-authorized codes of offers, and for nothing else."""

    code: ClassVar[str] = "grant-type-unsupported"
    title: ClassVar[str] = "This kind of grant is not supported"
    family: ClassVar[Family] = Family.MALFORMED


class GrantNotAccepted(WalletRefused):
    """The code or the transaction code opens nothing: unknown, used, expired, withdrawn or wrong. Make a new offer."""

    code: ClassVar[str] = "grant-not-accepted"
    title: ClassVar[str] = "The code opens nothing, or not any more"
    family: ClassVar[Family] = Family.MALFORMED


class AuthorizationDetailsRefused(WalletRefused):
    """``authorization_details`` ask for what the offer does not hold, or are no list of such details (RFC 9396)."""

    code: ClassVar[str] = "authorization-details-refused"
    title: ClassVar[str] = "The authorization details cannot be granted"
    family: ClassVar[Family] = Family.MALFORMED


class DpopRefused(WalletRefused):
    """The DPoP proof does not hold, was used before, or is by another key than the token's (RFC 9449)."""

    code: ClassVar[str] = "dpop-refused"
    title: ClassVar[str] = "The DPoP proof is not accepted"
    family: ClassVar[Family] = Family.MALFORMED


class TokenNotAccepted(WalletRefused):
    """No access token was sent, or none that opens anything at this issuer. Make a new offer."""

    code: ClassVar[str] = "token-not-accepted"
    title: ClassVar[str] = "The access token opens nothing here"
    family: ClassVar[Family] = Family.UNAUTHENTICATED


class CredentialRequestMalformed(WalletRefused):
    """The credential request is not of the form of OpenID4VCI 1.0, section 8.2."""

    code: ClassVar[str] = "credential-request-malformed"
    title: ClassVar[str] = "The credential request cannot be understood"
    family: ClassVar[Family] = Family.MALFORMED


class ConfigurationUnknown(WalletRefused):
    """There is no such credential configuration here, or the offer does not hold it."""

    code: ClassVar[str] = "configuration-unknown"
    title: ClassVar[str] = "There is no such credential configuration in this offer"
    family: ClassVar[Family] = Family.MALFORMED


class CredentialIdentifierUnknown(WalletRefused):
    """The credential identifier was not given with this access token."""

    code: ClassVar[str] = "credential-identifier-unknown"
    title: ClassVar[str] = "The credential identifier was not given with this token"
    family: ClassVar[Family] = Family.MALFORMED


class EncryptionNotOffered(WalletRefused):
    """Answers are not encrypted, beyond the encryption of the connection; the metadata does not offer it."""

    code: ClassVar[str] = "encryption-not-offered"
    title: ClassVar[str] = "Encrypted answers are not offered"
    family: ClassVar[Family] = Family.MALFORMED


class ProofRefused(WalletRefused):
    """A proof of the wallet's key is missing or does not hold."""

    code: ClassVar[str] = "proof-refused"
    title: ClassVar[str] = "The proof of the wallet's key is not accepted"
    family: ClassVar[Family] = Family.MALFORMED


class NonceRefused(WalletRefused):
    """A nonce is not one of this issuer, too old, or was used before. The nonce endpoint gives another."""

    code: ClassVar[str] = "nonce-refused"
    title: ClassVar[str] = "The nonce is not accepted"
    family: ClassVar[Family] = Family.MALFORMED


class CredentialDenied(WalletRefused):
    """There is no credential for this request, and there will be none: asking again does not help."""

    code: ClassVar[str] = "credential-denied"
    title: ClassVar[str] = "The credential is not given"
    family: ClassVar[Family] = Family.MALFORMED


class CredentialNotReady(WalletRefused):
    """The credential was corrected and the correction is not signed yet. Ask again after ``Retry-After``."""

    code: ClassVar[str] = "credential-not-ready"
    title: ClassVar[str] = "The credential is not signed yet"
    family: ClassVar[Family] = Family.UNAVAILABLE


class TransactionUnknown(WalletRefused):
    """The transaction identifier was not given with this access token, or the credential was fetched with it."""

    code: ClassVar[str] = "transaction-unknown"
    title: ClassVar[str] = "There is no such deferred credential"
    family: ClassVar[Family] = Family.MALFORMED


class NotificationUnknown(WalletRefused):
    """The notification identifier was not given with this access token."""

    code: ClassVar[str] = "notification-unknown"
    title: ClassVar[str] = "There was no such delivery"
    family: ClassVar[Family] = Family.MALFORMED


class NotificationMalformed(WalletRefused):
    """The notification is not of the form of OpenID4VCI 1.0, section 11.1."""

    code: ClassVar[str] = "notification-malformed"
    title: ClassVar[str] = "The notification cannot be understood"
    family: ClassVar[Family] = Family.MALFORMED


CAUSE_OF_FAULT = {
    ProofFault.MALFORMED: Cause.PROOF_MALFORMED,
    ProofFault.TYP: Cause.PROOF_TYP_WRONG,
    ProofFault.ALGORITHM: Cause.PROOF_ALGORITHM_UNSUPPORTED,
    ProofFault.KEY: Cause.PROOF_KEY_UNUSABLE,
    ProofFault.PRIVATE_KEY: Cause.PROOF_KEY_PRIVATE,
    ProofFault.SIGNATURE: Cause.PROOF_SIGNATURE_WRONG,
    ProofFault.AUDIENCE: Cause.PROOF_AUDIENCE_WRONG,
    ProofFault.TIME: Cause.PROOF_TIME_WRONG,
    ProofFault.ISSUER: Cause.PROOF_ISSUER_UNEXPECTED,
    ProofFault.NONCE_MISSING: Cause.NONCE_MISSING,
}
"""Of key proofs."""
