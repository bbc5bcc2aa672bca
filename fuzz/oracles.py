"""Three processors, one question: which canonical N-Quads, or why none."""

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final, NoReturn

from pyld import jsonld

from app.errors import Finding
from app.jsonld import (
    CanonicalizationBudgetExceeded,
    UnsafeDocument,
    UnsupportedDocument,
    canonicalize,
)
from app.jsonld.contexts import load_pinned
from interop import peers

Json = Any
PYLD_SECONDS: Final = 5.0
"""PyLD knows no limit of work; what takes a thousand times as long as any other mutant is counted as that."""
OUT_OF_TIME: Final = "out of time"
NOTHING_STATED: Final = "nothing stated"


@dataclass(frozen=True, slots=True)
class Answer:
    """Canonical N-Quads, or the reason for none."""

    nquads: bytes | None
    reason: str = ""
    findings: Sequence[Finding] = ()

    @property
    def accepted(self) -> bool:
        """Whether there is a canonical form."""
        return self.nquads is not None


def ask_walker(document: Mapping[str, Json]) -> Answer:
    """Return what the walker says."""
    try:
        return Answer(canonicalize(document))
    except (UnsafeDocument, UnsupportedDocument, CanonicalizationBudgetExceeded) as refusal:
        return Answer(None, refusal.code, tuple(refusal.findings))


class _OutOfTime(BaseException):
    pass


def _out_of_time(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _OutOfTime


def ask_pyld(document: Mapping[str, Json]) -> Answer:
    """Return what PyLD says; a crash is an answer, too. Only in the main thread, where its time can be ended."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load_pinned}
    before = signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, PYLD_SECONDS)
    try:
        quads: str = jsonld.normalize(document, options)
        return Answer(quads.encode(errors="surrogatepass")) if quads else Answer(None, NOTHING_STATED)
    except _OutOfTime:
        return Answer(None, OUT_OF_TIME)
    except Exception as error:  # noqa: BLE001 - whatever it raises, it has not accepted
        return Answer(None, f"{type(error).__name__}: {getattr(error, 'code', '') or error}"[:200])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def ask_jsonld_js(documents: Sequence[Mapping[str, Json]]) -> list[Answer]:
    """Return what jsonld.js in safe mode says of a batch."""
    named = {str(number): dict(document) for number, document in enumerate(documents)}
    answers = peers.canonize(named)
    return [_answer(answers[name]) for name in named]


def _answer(said: Mapping[str, str]) -> Answer:
    # An empty canonical form signs nothing at all; all three count that as a refusal.
    return (
        Answer(said["nquads"].encode(errors="surrogatepass"))
        if said.get("nquads")
        else Answer(None, said.get("error", NOTHING_STATED))
    )


def through_json(document: Json) -> Json:
    """Return ``document`` as every reader gets it."""
    return json.loads(json.dumps(document))
