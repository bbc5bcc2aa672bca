"""Securing mechanisms: how a document becomes a credential that carries its own proof, and how such proofs are checked.

The room promises

- that every proof it gives out was verified with the public key of its signer first;
- that verifying reports each proof separately, with every fact and one outcome of a closed list, and never raises for
  what a stranger wrote;
- that the key alone fixes curve, hash and length.

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
    make_proofs,
    secure,
    verify_proofs,
)

__all__ = [
    "CRYPTOSUITES",
    "SIGNING_SUITES",
    "AlreadySecured",
    "Canonicalize",
    "Cryptosuite",
    "Expectation",
    "ProofOutcome",
    "ProofResult",
    "ResolveMethod",
    "ResolvedMethod",
    "SelfCheckFailed",
    "make_proofs",
    "secure",
    "verify_proofs",
]
