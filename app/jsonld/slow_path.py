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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
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


class Allowance:
    """What canonicalising may cost for one request, all its documents and proofs together.

    The first limit that is reached ends it: whatever is asked afterwards is refused without work. Used by one thread
    at a time.
    """

    def __init__(self, *, seconds: float = 5.0, processes: int = 2) -> None:
        """Grant so much time in all, and so many processes of the slow path."""
        self._seconds = seconds
        self._processes = processes

    def strict(self, document: Mapping[str, Any], *, hash_name: str = "sha256") -> bytes:
        """Return the canonical form as the walker makes it; see :func:`app.jsonld.walker.canonicalize`.

        Raises:
            ProcessingLimitExceeded: the allowance is used up.
        """
        return self._spend(lambda: walker.canonicalize(document, hash_name=hash_name))

    def foreign(self, document: Mapping[str, Any], *, hash_name: str = "sha256") -> bytes:
        """Return the canonical form of a stranger's document; see :func:`canonicalize_foreign`."""
        try:
            return self.strict(document, hash_name=hash_name)
        except UnsupportedDocument as refusal:
            if any(finding.code in _FINAL_FINDINGS for finding in refusal.findings):
                raise
        self._processes -= 1
        if self._processes < 0:
            self._seconds = 0
        return self._spend(lambda: _canonicalize_slowly(document, ForeignLimits(seconds=self._seconds), hash_name))

    def open(self, document: Mapping[str, Any], *, hash_name: str = "sha256") -> bytes:
        """Return the canonical form of a document that may bring contexts of its own; see :func:`canonicalize_open`."""
        try:
            return self.strict(document, hash_name=hash_name)
        except UnsupportedDocument:
            self._processes -= 1
        if self._processes < 0:
            self._seconds = 0
        limits = ForeignLimits(seconds=self._seconds)
        return self._spend(lambda: _canonicalize_slowly(document, limits, hash_name, own_contexts=True))

    def _spend(self, work: Callable[[], bytes]) -> bytes:
        if self._seconds <= 0:
            raise ProcessingLimitExceeded
        started = perf_counter()
        try:
            return work()
        except (ProcessingLimitExceeded, CanonicalizationBudgetExceeded):
            self._seconds = 0
            raise
        finally:
            self._seconds -= perf_counter() - started


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


def canonicalize_open(
    document: Mapping[str, Any], limits: ForeignLimits | None = None, *, hash_name: str = "sha256"
) -> bytes:
    """Return the canonical N-Quads of a document that may bring contexts of its own, at the top and further below.

    For trials between implementations only (the interop mode): what a document says is then up to whoever wrote its
    contexts. All else is as in :func:`canonicalize_foreign`; contexts named by address are the pinned ones.

    Raises:
        UnsafeDocument: a signature would not cover all of it, it is no JSON-LD, or a context is not to be had.
        ProcessingLimitExceeded: more than ``limits`` grant.
        CanonicalizationBudgetExceeded: blank nodes too entangled.
    """
    try:
        return walker.canonicalize(document, hash_name=hash_name)
    except UnsupportedDocument:
        return _canonicalize_slowly(document, limits or ForeignLimits(), hash_name, own_contexts=True)


def _canonicalize_slowly(
    document: Mapping[str, Any], limits: ForeignLimits, hash_name: str, *, own_contexts: bool = False
) -> bytes:
    _measure(document, limits)
    task = {
        "own_contexts": own_contexts,
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
