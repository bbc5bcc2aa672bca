"""Securing mechanisms: how a document becomes a verifiable credential, and how what secures it is checked.

``data_integrity`` puts proofs into the document; ``vc_jose`` puts the document into a signed token, ``jades`` into a
seal, both on the one strict JWS core of the house, ``jws``. ``timestamp`` reads the time-stamps that a seal carries.
``key_proof`` checks how a wallet shows its key, ``nonces`` makes and recognises what such a proof must hold.

The room promises

- that everything it signs was verified with the public key of its signer before it is given out;
- that verifying reports each proof or token separately, with every fact and one outcome of a closed list, and never
  raises for what a stranger wrote; text that is no token at all is refused when it is read;
- that the key alone fixes algorithm, curve, hash and length, and that no key comes out of what is being checked: what a
  wallet shows in a ``key_proof`` vouches for itself and for nobody else.

It never resolves a verification method, never asks a clock or a network, and never decides whether a signer is the
issuer or the issuer a member: ``verification`` does.
"""

from app.securing.data_integrity import (
    CRYPTOSUITES,
    SIGNING_SUITES,
    AlreadySecured,
    Canonicalize,
    Cryptosuite,
    Expectation,
    ProofOutcome,
    ProofResult,
    ResolvedMethod,
    ResolveMethod,
    SelfCheckFailed,
    is_for,
    make_proofs,
    make_proofs_over_digest,
    secure,
    verify_proofs,
)
from app.securing.jades import Seal, SealOutcome, SealResult
from app.securing.jws import MalformedToken
from app.securing.sd_jwt import SdJwt, SdJwtResult
from app.securing.vc_jose import Token, TokenOutcome, TokenResult

__all__ = [
    "CRYPTOSUITES",
    "SIGNING_SUITES",
    "AlreadySecured",
    "Canonicalize",
    "Cryptosuite",
    "Expectation",
    "MalformedToken",
    "ProofOutcome",
    "ProofResult",
    "ResolveMethod",
    "ResolvedMethod",
    "SdJwt",
    "SdJwtResult",
    "Seal",
    "SealOutcome",
    "SealResult",
    "SelfCheckFailed",
    "Token",
    "TokenOutcome",
    "TokenResult",
    "is_for",
    "make_proofs",
    "make_proofs_over_digest",
    "secure",
    "verify_proofs",
]
