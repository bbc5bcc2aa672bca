"""Refusals in the words of OpenID4VCI and OAuth: one table, and the characters that those allow."""

import re
from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import Response
from pydantic import BaseModel, Field

from app.api.problems import RETRY_SECONDS, STATUS_OF_FAMILY
from app.claiming import refusals
from app.errors import Family, ServiceError
from app.securing.key_proof import PROOF_ALGORITHMS

NO_STORE: Final = {"Cache-Control": "no-store"}

_ERROR_OF: Final[Mapping[type[ServiceError], str]] = {
    refusals.TokenRequestMalformed: "invalid_request",
    refusals.GrantTypeUnsupported: "unsupported_grant_type",
    refusals.GrantNotAccepted: "invalid_grant",
    refusals.AuthorizationDetailsRefused: "invalid_authorization_details",
    refusals.DpopRefused: "invalid_dpop_proof",
    refusals.TokenNotAccepted: "invalid_token",
    refusals.CredentialRequestMalformed: "invalid_credential_request",
    refusals.ConfigurationUnknown: "unknown_credential_configuration",
    refusals.CredentialIdentifierUnknown: "unknown_credential_identifier",
    refusals.EncryptionNotOffered: "invalid_encryption_parameters",
    refusals.ProofRefused: "invalid_proof",
    refusals.NonceRefused: "invalid_nonce",
    refusals.CredentialDenied: "credential_request_denied",
    refusals.TransactionUnknown: "invalid_transaction_id",
    refusals.NotificationUnknown: "invalid_notification_id",
    refusals.NotificationMalformed: "invalid_notification_request",
}
_UNAVAILABLE: Final = "temporarily_unavailable"
# RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
_FORBIDDEN: Final = re.compile(r"[^\x20-\x21\x23-\x5B\x5D-\x7E]")


class OAuthError(BaseModel):
    """A refusal (RFC 6749 section 5.2; OpenID4VCI 1.0 sections 6.3, 8.3.1, 9.3 and 11.3)."""

    error: str = Field(examples=["invalid_proof"])
    error_description: str = Field(description="For the makers of wallets, not for learners")


def refusal(error: ServiceError, *, malformed: str, scheme: str | None = None) -> Response:
    """Return ``error`` as a wallet is told it.

    Args:
        error: what happened.
        malformed: what a body is called here that cannot be read at all.
        scheme: how the access token was sent, at endpoints that take one; empty where none was sent.
    """
    headers = dict(NO_STORE)
    name = _ERROR_OF.get(type(error), _UNAVAILABLE if error.family is Family.UNAVAILABLE else malformed)
    status = STATUS_OF_FAMILY[error.family]
    if isinstance(error, refusals.DpopRefused) and scheme is not None:
        status = STATUS_OF_FAMILY[Family.UNAUTHENTICATED]
    if error.family is Family.UNAVAILABLE:
        headers["Retry-After"] = str(error.retry_after_seconds or RETRY_SECONDS)
    words = _FORBIDDEN.sub("?", error.detail)
    if status == STATUS_OF_FAMILY[Family.UNAUTHENTICATED]:
        headers["WWW-Authenticate"] = _challenge(name, words, scheme or "")
    return Response(orjson.dumps({"error": name, "error_description": words}), status, headers, "application/json")


def _challenge(error: str, words: str, scheme: str) -> str:
    """Return the challenges (RFC 6750 section 3, RFC 9449 section 7.1); no error where no token was sent."""
    algorithms = f'algs="{" ".join(PROOF_ALGORITHMS)}"'
    if not scheme:
        return f"Bearer, DPoP {algorithms}"
    told = f'error="{error}", error_description="{words}"'
    return f"DPoP {told}, {algorithms}" if scheme == "dpop" else f"Bearer {told}"
