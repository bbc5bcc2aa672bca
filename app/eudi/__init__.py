"""The flat claims of European wallets: one award in two types of SD-JWT VC.

``types`` says as data which claims each type has, which of them are always visible and which selectively disclosable,
each with the clause that says so. ``claims`` makes them of what was awarded; ``metadata`` describes a type to wallets.

Promises: a claim says what the award says. What the award lacks is left out; where the type cannot do without it the
award is refused in that type, with every such claim at once. Nothing is invented, and nothing is rounded.

Never: signs, stores, asks the clock, or knows to whom a copy is bound: ``iss``, ``iat``, ``exp``, ``jti``, ``cnf`` and
``status`` belong to the copy and are added by whoever makes it.

Public: :data:`~app.eudi.types.TYPES`, :class:`~app.eudi.types.CredentialType`, :func:`~app.eudi.claims.claims_of`,
:class:`~app.eudi.claims.Said`, :class:`~app.eudi.claims.ClaimsMissing`, :func:`~app.eudi.metadata.type_metadata`.
"""

from app.eudi.claims import ClaimsMissing, Said, claims_of
from app.eudi.metadata import type_metadata
from app.eudi.types import EUDI_LEARNING, TYPES, WE_BUILD, CredentialType, Visibility

__all__ = [
    "EUDI_LEARNING",
    "TYPES",
    "WE_BUILD",
    "ClaimsMissing",
    "CredentialType",
    "Said",
    "Visibility",
    "claims_of",
    "type_metadata",
]
