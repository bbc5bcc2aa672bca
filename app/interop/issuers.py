"""Who signs in the interop mode: one did:key for each kind of key, kept in the ``test`` issuer's folder of the keyring.

The keys are not those that the ``test`` issuer publishes: what is signed here never verifies as ``did:web:...:test``.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from app.issuance.custody import INTEROP_PREFIX
from app.keys import Algorithm, InProcessRsaSigner, KeyExists, Keyring, KeyUnknown, Signer, did_key, did_key_method_id
from app.securing import SIGNING_SUITES
from app.template.alliance import TEST_SLUG

ISSUER_ALGORITHMS: Final[Mapping[str, Algorithm]] = {
    "ed25519": Algorithm.ED25519,
    "p256": Algorithm.P256,
    "p384": Algorithm.P384,
}
"""The issuers by name; a suite has one for each curve."""


@dataclass(frozen=True, slots=True)
class InteropIssuer:
    """One issuer and its key; the key is the identifier."""

    name: str
    signer: Signer

    @property
    def did(self) -> str:
        """The ``issuer`` of what it signs."""
        return did_key(self.signer.public_key)

    @property
    def verification_method(self) -> str:
        """What its proofs and tokens name."""
        return did_key_method_id(self.signer.public_key)

    @property
    def cryptosuite(self) -> str:
        """What its embedded proofs are made with."""
        return SIGNING_SUITES[self.signer.algorithm].name


def open_issuers(keyring: Keyring) -> dict[str, InteropIssuer]:
    """Return the issuers by name; keys that are not there yet are made."""
    return {name: InteropIssuer(name, _signer(keyring, name)) for name in ISSUER_ALGORITHMS}


def _signer(keyring: Keyring, name: str) -> Signer:
    fragment = f"{INTEROP_PREFIX}{name}"
    try:
        signer = keyring.signer(TEST_SLUG, fragment)
    except KeyUnknown:
        with suppress(KeyExists):  # another worker was faster
            keyring.generate(TEST_SLUG, fragment, ISSUER_ALGORITHMS[name])
        signer = keyring.signer(TEST_SLUG, fragment)
    assert not isinstance(signer, InProcessRsaSigner)
    return signer
