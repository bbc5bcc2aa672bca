"""What a type says of itself: SD-JWT VC Type Metadata (draft -19, section 4), and the digest that goes with it."""

import base64
import hashlib
from typing import Any, Final

from app.eudi.types import Claim, CredentialType, Visibility
from app.languages import Language, say

# SD-JWT VC section 2.2.2.3: these are never disclosed selectively; RFC 7519, RFC 7800 and TSL say what they mean.
_OF_EVERY_CREDENTIAL: Final = ("iss", "iat", "nbf", "exp", "jti", "vct", "cnf", "status")


def type_metadata(credential_type: CredentialType) -> dict[str, Any]:
    """Return the Type Metadata document: names in every language, and for each claim whether it can be kept."""
    return {
        "vct": credential_type.vct,
        "name": say(f"wallet.{credential_type.slug}", Language.ENGLISH),
        "description": say(f"wallet.{credential_type.slug}.description", Language.ENGLISH),
        "display": [
            {
                "locale": language.value,
                "name": say(f"wallet.{credential_type.slug}", language),
                "description": say(f"wallet.{credential_type.slug}.description", language),
            }
            for language in Language
        ],
        "claims": [
            *({"path": [name], "sd": Visibility.ALWAYS_VISIBLE.value} for name in _OF_EVERY_CREDENTIAL),
            *(described for claim in credential_type.claims for described in _described(claim)),
        ],
    }


def claim_display(claim: Claim) -> list[dict[str, str]]:
    """Return what people call a claim: Type Metadata section 5.6.1 says ``label``, OpenID4VCI ``name``."""
    return [{"locale": language.value, "label": say(f"claim.{claim.label}", language)} for language in Language]


def integrity(content: bytes) -> str:
    """Return the digest of a document as integrity metadata (W3C Subresource Integrity, section 3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")


def _described(claim: Claim) -> list[dict[str, Any]]:
    whole = {
        "path": [claim.name],
        "display": claim_display(claim),
        "mandatory": claim.mandatory,
        "sd": claim.visibility.value,
    }
    # An element of a list is shown with the list.
    return [whole, {"path": [claim.name, None], "sd": Visibility.ALWAYS_VISIBLE.value}] if claim.is_list else [whole]
