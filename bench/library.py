"""Library level: every contender in turn, round by round; nobody is timed before somebody else has verified him."""

import gc
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.contenders import Contender, Timed
from bench.datasets import FULL, Dataset
from bench.figures import Ratio, Summary, ratio, summarise

ISSUE: Final = "issue"
VERIFY: Final = "verify"
Row = tuple[str, str, str]
"""Dataset, operation, contender."""


LONGER_FOR: Final = {FULL: 4}
"""The ratios come from this one, so it gets more time: a median of a dozen runs is at the mercy of neighbours."""
BARE: Final[Row] = ("", ISSUE, "one Ed25519 signature and nothing else")


class NotVerified(Exception):
    """Somebody's output does not hold for somebody else: there is nothing to compare."""


@dataclass
class Measured:
    """All durations, by row and round."""

    rounds: dict[Row, list[list[int]]] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Bytes and statements of each dataset."""

    def summary(self, row: Row) -> Summary:
        """Return one line of the table."""
        return summarise(self.rounds[row])

    def ratio(self, dataset: str, operation: str, ours: str, theirs: str) -> Ratio | None:
        """Return the ratio of two contenders, or none where one of them was not there."""
        one, other = (self.rounds.get((dataset, operation, name)) for name in (ours, theirs))
        return ratio(one, other) if one and other else None


def introduce(contenders: Sequence[Contender]) -> None:
    """Let each know the DID documents of all."""
    documents = {did: document for contender in contenders for did, document in contender.documents().items()}
    for contender in contenders:
        contender.know(documents)


def sign_and_cross_verify(
    datasets: Sequence[Dataset], contenders: Sequence[Contender], readers_of: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], bytes]:
    """Have each contender sign each dataset, and each of its readers verify; return the signed bytes.

    Raises:
        NotVerified: by name.
    """
    by_name = {contender.name: contender for contender in contenders}
    signed = {}
    for dataset in datasets:
        for contender in contenders:
            text = contender.input(dataset)
            if text is None:
                continue
            output = contender.issue(text, 0, 1).output
            signed[dataset.name, contender.name] = output
            if json.loads(output).get("proof") is None:
                raise NotVerified(f"{contender.name} made no proof over {dataset.name}")
            for reader in set(readers_of[contender.name]) & by_name.keys():
                verdict = by_name[reader].verify(output, 0, 1).output
                if verdict != b"true":
                    raise NotVerified(
                        f"{reader} does not verify what {contender.name} made of {dataset.name}: {verdict[:400]!r}"
                    )
    return signed


def measure(
    datasets: Sequence[Dataset],
    contenders: Sequence[Contender],
    signed: Mapping[tuple[str, str], bytes],
    *,
    rounds: int,
    seconds: float,
    yardstick: Callable[[float], Timed],
) -> Measured:
    """Time everything in interleaved rounds. A round that comes before the first only warms up.

    ``yardstick`` is timed in each round, too: one bare signature.
    """
    # As the service does at its start (app/main.py); PyLD in this process has the benefit, too.
    gc.collect()
    gc.freeze()
    measured = Measured(sizes={dataset.name: (len(dataset.text), dataset.quads) for dataset in datasets})
    for number in range(-1, rounds):
        # Every other round in reverse, so that nobody always runs behind the same neighbour.
        order = list(contenders) if number % 2 else list(reversed(contenders))
        if number >= 0:
            measured.rounds.setdefault(BARE, []).append(yardstick(seconds / 3).nanoseconds)
        for dataset in datasets:
            for operation in (ISSUE, VERIFY):
                for contender in order:
                    slot = seconds * LONGER_FOR.get(dataset.name, 1) if number >= 0 else seconds / 3
                    timed = _run(contender, operation, dataset, signed, slot)
                    if number >= 0 and timed is not None:
                        row = (dataset.name, operation, contender.name)
                        measured.rounds.setdefault(row, []).append(timed.nanoseconds)
    return measured


def _run(
    contender: Contender,
    operation: str,
    dataset: Dataset,
    signed: Mapping[tuple[str, str], bytes],
    seconds: float,
) -> Timed | None:
    if operation == ISSUE:
        text = contender.input(dataset)
        return None if text is None else contender.issue(text, seconds)
    if not contender.verifies:
        return None
    timed = contender.verify(signed[dataset.name, contender.name], seconds)
    if timed.output != b"true":
        raise NotVerified(f"{contender.name} changed its mind about {dataset.name}: {timed.output[:400]!r}")
    return timed
