"""Which kinds of credential a wallet can ask for (OpenID4VCI 1.0 section 12.2.4), as data.

Identifiers stand in offers and in wallets' requests: one that was announced keeps its meaning. A kind is announced when
all of it works, and not before: wallets take the first that they understand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from app.elm.rendering import CREDENTIAL_TYPES, VCDM2_CONTEXT
from app.eudi import TYPES
from app.eudi.types import Claim
from app.issuance.wallet_copy import LDP_VC, SD_JWT_FORMS, WalletForm


@dataclass(frozen=True, slots=True)
class Configuration:
    """One kind of credential. ``is_bound``: to a key that the wallet has to show (section 8.2.1).

    ``format`` is the Credential Format Identifier (appendix A), ``form`` what is made for it.
    """

    identifier: str
    format: str
    form: WalletForm
    is_bound: bool
    words: str
    """Its name in the catalogues of languages; the description is beside it."""
    definition: Mapping[str, Any]
    """What the format adds to the metadata (appendix A)."""
    binding_methods: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    """What it says, where its format has claims of their own (appendix B)."""


_LDP_VC: Final = "ldp_vc"
_SD_JWT: Final = "dc+sd-jwt"
_OF_LDP_VC: Final = {"credential_definition": {"@context": list(VCDM2_CONTEXT), "type": list(CREDENTIAL_TYPES)}}

CONFIGURATIONS: Final[Mapping[str, Configuration]] = MappingProxyType(
    {
        configuration.identifier: configuration
        for configuration in (
            Configuration(
                "enhance-microcredential.ldp_vc",
                _LDP_VC,
                LDP_VC,
                is_bound=True,
                words="microcredential",
                definition=_OF_LDP_VC,
                binding_methods=("did:jwk", "did:key", "jwk"),
            ),
            # For wallets without keys of their own, and those whose proofs are not of version 1.0.
            Configuration(
                "enhance-microcredential.ldp_vc.unbound",
                _LDP_VC,
                LDP_VC,
                is_bound=False,
                words="microcredential-unbound",
                definition=_OF_LDP_VC,
            ),
            *(
                Configuration(
                    f"{credential_type.slug}.{_SD_JWT}",
                    _SD_JWT,
                    SD_JWT_FORMS[vct],
                    is_bound=True,
                    words=credential_type.slug,
                    definition={"vct": vct},
                    binding_methods=("jwk", "did:jwk", "did:key"),
                    claims=credential_type.claims,
                )
                for vct, credential_type in TYPES.items()
            ),
        )
    }
)
"""By identifier, in the order in which they are announced."""
