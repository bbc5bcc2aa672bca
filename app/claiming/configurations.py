"""Which kinds of credential a wallet can ask for (OpenID4VCI 1.0 section 12.2.4), as data.

Identifiers stand in offers and in wallets' requests: one that was announced keeps its meaning. A kind is announced when
all of it works, and not before: wallets take the first that they understand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Configuration:
    """One kind of credential. ``is_bound``: to a key that the wallet has to show (section 8.2.1)."""

    identifier: str
    format: str
    is_bound: bool


_LDP_VC: Final = "ldp_vc"

CONFIGURATIONS: Final[Mapping[str, Configuration]] = MappingProxyType(
    {
        configuration.identifier: configuration
        for configuration in (
            Configuration("enhance-microcredential.ldp_vc", _LDP_VC, is_bound=True),
            # For wallets without keys of their own, and those whose proofs are not of version 1.0.
            Configuration("enhance-microcredential.ldp_vc.unbound", _LDP_VC, is_bound=False),
        )
    }
)
"""By identifier, in the order in which they are announced."""
