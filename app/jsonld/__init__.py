"""JSON-LD and its canonical form: what exactly a signature covers. The only door to PyLD.

Promises:

- :func:`canonicalize` gives the canonical N-Quads (RDFC-1.0) that every conforming processor gives, or refuses. What it
  accepts is covered completely: no member is dropped, no value rewritten, no identifier left relative.
- Refusals name every unsafe part at once, each with a JSON pointer.
- Contexts are files of this repository whose digests are checked when the room is imported. Work on a stranger's
  document is bounded, in :func:`canonicalize_foreign` by a process that can be killed.

Never: reaches a network, processes a context that came with a document (but for :func:`canonicalize_open`, which the
interop mode alone asks for, and which does it in that same process), signs, or judges what a document says.

Standards: JSON-LD 1.1 and JSON-LD 1.1 Processing Algorithms and API (16 July 2020), RDF Dataset Canonicalization
(RDFC-1.0, 21 May 2024), RDF 1.1 N-Quads, all W3C Recommendations.

Public names: ``canonicalize``, ``canonicalize_foreign`` and ``canonicalize_open`` with ``ForeignLimits``, ``Allowance``
for all work of one request, ``pinned_context``, the constants of contexts, and the refusals ``UnsafeDocument``,
``UnsupportedDocument``, ``ProcessingLimitExceeded``, ``CanonicalizationBudgetExceeded``.
"""

from app.jsonld.contexts import (
    CONTEXT_BASE,
    CREDENTIALS_EXAMPLES_V2,
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    DID_V1,
    ED25519_2020_V1,
    EDC_AP,
    ELM_CONTEXT_URL,
    JWS_2020_V1,
    MULTIKEY_V1,
    PINNED_CONTEXTS,
    RECEIPT_CONTEXT_URL,
    VOCABULARY_BASE,
    ContextDamaged,
    ContextNotPinned,
    PinnedContext,
    pinned_context,
)
from app.jsonld.rdfc10 import CanonicalizationBudgetExceeded
from app.jsonld.refusals import ProcessingLimitExceeded, UnsafeDocument, UnsupportedDocument
from app.jsonld.slow_path import Allowance, ForeignLimits, canonicalize_foreign, canonicalize_open
from app.jsonld.walker import canonicalize

__all__ = [
    "CONTEXT_BASE",
    "CREDENTIALS_EXAMPLES_V2",
    "CREDENTIALS_V1",
    "CREDENTIALS_V2",
    "DATA_INTEGRITY_V2",
    "DID_V1",
    "ED25519_2020_V1",
    "EDC_AP",
    "ELM_CONTEXT_URL",
    "JWS_2020_V1",
    "MULTIKEY_V1",
    "PINNED_CONTEXTS",
    "RECEIPT_CONTEXT_URL",
    "VOCABULARY_BASE",
    "Allowance",
    "CanonicalizationBudgetExceeded",
    "ContextDamaged",
    "ContextNotPinned",
    "ForeignLimits",
    "PinnedContext",
    "ProcessingLimitExceeded",
    "UnsafeDocument",
    "UnsupportedDocument",
    "canonicalize",
    "canonicalize_foreign",
    "canonicalize_open",
    "pinned_context",
]
