"""Canonical form of documents that strangers wrote with more of JSON-LD than the walker does.

The work is PyLD's, in a process of its own (:mod:`app.jsonld.slow_worker`) that is given one document and then ends:

1. Size, depth and number of nodes are checked here, before a process is started.
2. The process has limits on processor time, memory and open files, set by itself before it reads the document; with
   no file left to open it cannot open a socket either.
3. When the time is over, it is killed. Its silence is a refusal, never a result.

What the walker calls unsafe stays unsafe: only :class:`UnsupportedDocument` leads here.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.errors import Finding
from app.jsonld import walker
from app.jsonld.rdfc10 import CanonicalizationBudgetExceeded
from app.jsonld.refusals import ProcessingLimitExceeded, UnsafeDocument, UnsupportedDocument

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_FINAL_FINDINGS: Final = frozenset({"context-not-pinned", "context-not-accepted", "not-a-plain-term"})
"""What the process refuses as well: none is started for it."""


@dataclass(frozen=True, slots=True)
class ForeignLimits:
    """What one document of a stranger may cost."""

    max_bytes: int = 1024 * 1024
    max_depth: int = 64
    max_nodes: int = 20_000
    seconds: float = 5.0
    memory_bytes: int = 512 * 1024 * 1024


def canonicalize_foreign(
    document: Mapping[str, Any], limits: ForeignLimits | None = None, *, hash_name: str = "sha256"
) -> bytes:
    """Return the canonical N-Quads of a document that somebody else wrote. May take seconds: call it from a thread.

    Raises:
        UnsafeDocument: a signature would not cover all of it, or it is no JSON-LD.
        UnsupportedDocument: contexts that are not pinned, or contexts within the document.
        ProcessingLimitExceeded: more than ``limits`` grant.
        CanonicalizationBudgetExceeded: blank nodes too entangled.
    """
    try:
        return walker.canonicalize(document, hash_name=hash_name)
    except UnsupportedDocument as refusal:
        if any(finding.code in _FINAL_FINDINGS for finding in refusal.findings):
            raise
    return _canonicalize_slowly(document, limits or ForeignLimits(), hash_name)


def _canonicalize_slowly(document: Mapping[str, Any], limits: ForeignLimits, hash_name: str) -> bytes:
    _measure(document, limits)
    task = {
        "document": document,
        "hash_name": hash_name,
        "seconds": limits.seconds,
        "memory_bytes": limits.memory_bytes,
    }
    text = json.dumps(task).encode()
    if len(text) > 2 * limits.max_bytes:  # escapes may double what came in
        raise ProcessingLimitExceeded(f"The document has more than {limits.max_bytes} bytes.")
    try:
        worker = subprocess.run(
            [sys.executable, "-B", "-X", "utf8", "-m", "app.jsonld.slow_worker"],
            input=text,
            capture_output=True,
            cwd=_REPOSITORY,
            env={},
            timeout=limits.seconds + 2,  # starting Python is not the document's fault
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProcessingLimitExceeded(f"Processing took longer than {limits.seconds:g} seconds.") from None
    return _answer(worker.stdout)


def _measure(document: Mapping[str, Any], limits: ForeignLimits) -> None:
    """Refuse depth and numbers that the process should not even see. Iterative: depth is not proved yet."""
    nodes = 0
    level: list[object] = [dict(document)]
    for _ in range(limits.max_depth):
        nodes += len(level)
        if nodes > limits.max_nodes:
            raise ProcessingLimitExceeded(f"The document has more than {limits.max_nodes} nodes.")
        inner: list[object] = []
        for container in level:
            held = container.values() if isinstance(container, dict) else container
            inner.extend(value for value in held if isinstance(value, dict | list))  # type: ignore[attr-defined] # a dict or a list
        if not inner:
            return
        level = inner
    raise ProcessingLimitExceeded(f"The document is more than {limits.max_depth} levels deep.")


def _answer(output: bytes) -> bytes:
    """Turn what the process wrote into a result or a refusal. No answer at all means it was ended by a limit."""
    mark, rest = output[:1], output[1:]
    if mark == b"+":
        return rest
    if mark != b"-":
        raise ProcessingLimitExceeded("Processing ended without an answer: a limit of time or memory was reached.")
    refusal = json.loads(rest)
    findings = [Finding(**finding) for finding in refusal["findings"]]
    kinds = (UnsafeDocument, UnsupportedDocument, ProcessingLimitExceeded, CanonicalizationBudgetExceeded)
    by_code = {kind.code: kind for kind in kinds}
    raise by_code[refusal["code"]](refusal["detail"], findings=findings)
