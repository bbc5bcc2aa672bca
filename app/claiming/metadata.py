"""What a wallet reads about an issuer before it asks for anything (OpenID4VCI 1.0 section 12).

Only what works is announced: wallets take the first that they understand. Three members of the issuer's document are
not asked for by the specification and do no harm: a client of note looks for ``issuer`` and the token endpoint there.
Logos are left out until a university has one at an https address: some clients refuse a whole document for a logo that
they do not like.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from app.claiming.configurations import CONFIGURATIONS, Configuration
from app.claiming.deliver import BATCH_SIZE
from app.claiming.offers import PRE_AUTHORIZED_CODE, issuer_address
from app.eudi.types import Claim
from app.issuance.office import Office
from app.languages import Language, asked_for, say
from app.securing.key_proof import PROOF_ALGORITHMS, PROOF_TYPE


@dataclass(frozen=True, slots=True)
class Metadata:
    """One document, and the languages of the words in it."""

    content: bytes
    languages: tuple[str, ...]


async def issuer_metadata(office: Office, slug: str, accept_language: str | None) -> Metadata:
    """Return the Credential Issuer Metadata (section 12.2.4).

    Words are those of the languages that ``accept_language`` admits, as far as there are any (section 12.2.2).

    Raises:
        AwardingBodyUnknown: no such issuer.
    """
    body = (await office.issuer(slug)).body
    address = issuer_address(office, slug)
    admitted = asked_for(accept_language)
    names = _chosen(body.legal_name, admitted)
    spoken = _chosen([language.value for language in Language], admitted)
    document = {
        "credential_issuer": address,
        "credential_endpoint": f"{address}/credential",
        "nonce_endpoint": f"{address}/nonce",
        "deferred_credential_endpoint": f"{address}/deferred_credential",
        "notification_endpoint": f"{address}/notification",
        "batch_credential_issuance": {"batch_size": BATCH_SIZE},
        "display": [{"name": body.legal_name[locale], "locale": locale} for locale in names],
        "credential_configurations_supported": {
            name: _configuration(configuration, spoken) for name, configuration in CONFIGURATIONS.items()
        },
        **_shared(address),
    }
    return Metadata(orjson.dumps(document), tuple(sorted({*names, *spoken})))


async def server_metadata(office: Office, slug: str) -> bytes:
    """Return the metadata of the issuer as its own authorization server (section 12.3, RFC 8414 section 2).

    Raises:
        AwardingBodyUnknown: no such issuer.
    """
    await office.issuer(slug)
    address = issuer_address(office, slug)
    return orjson.dumps(
        {
            **_shared(address),
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["none"],
            "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        }
    )


def _shared(address: str) -> dict[str, Any]:
    return {
        "issuer": address,
        "token_endpoint": f"{address}/token",
        "grant_types_supported": [PRE_AUTHORIZED_CODE],
        "pre-authorized_grant_anonymous_access_supported": True,
        "authorization_details_types_supported": ["openid_credential"],
    }


def _configuration(configuration: Configuration, spoken: Iterable[str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "format": configuration.format,
        **configuration.definition,
        "credential_signing_alg_values_supported": list(configuration.form.algorithms),
    }
    if configuration.is_bound:
        # Both or neither: with them a wallet has to send proofs.
        described["cryptographic_binding_methods_supported"] = list(configuration.binding_methods)
        described["proof_types_supported"] = {
            PROOF_TYPE: {"proof_signing_alg_values_supported": list(PROOF_ALGORITHMS)}
        }
    key = f"wallet.{configuration.words}"
    described["credential_metadata"] = {
        "display": [
            {
                "name": say(key, Language(locale)),
                "description": say(f"{key}.description", Language(locale)),
                "locale": locale,
                "background_color": "#1d3a6e",
                "text_color": "#ffffff",
            }
            for locale in spoken
        ],
        **({"claims": [_claim(claim, spoken) for claim in configuration.claims]} if configuration.claims else {}),
    }
    return described


def _claim(claim: Claim, spoken: Iterable[str]) -> dict[str, Any]:
    """Describe a claim (appendix B.2): where it stands, whether it is always there, and what people call it."""
    display = [{"name": say(f"claim.{claim.label}", Language(locale)), "locale": locale} for locale in spoken]
    return {"path": [claim.name], "mandatory": claim.mandatory, "display": display}


def _chosen(locales: Iterable[str], admitted: frozenset[str]) -> list[str]:
    """Return those of ``locales`` that are admitted; all where none is, or nothing was asked for."""
    there = list(locales)
    return [locale for locale in there if locale.partition("-")[0] in admitted] or there
