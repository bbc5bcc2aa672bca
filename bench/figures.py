"""Quartiles and ratios, and nothing that flatters."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of all values are, between two of them by proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True, slots=True)
class Summary:
    """The durations of one operation in all rounds, in microseconds."""

    median: float
    lower: float
    upper: float
    p99: float
    count: int


def summarise(rounds: Sequence[Sequence[int]]) -> Summary:
    """Return the summary of nanoseconds that were measured round by round."""
    microseconds = [value / 1000 for measured in rounds for value in measured]
    return Summary(
        quantile(microseconds, 0.5),
        quantile(microseconds, 0.25),
        quantile(microseconds, 0.75),
        quantile(microseconds, 0.99),
        len(microseconds),
    )


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long theirs takes as ours: of each round's medians, the lower quartile and the median."""

    lower: float
    median: float


def ratio(ours: Sequence[Sequence[int]], theirs: Sequence[Sequence[int]]) -> Ratio:
    """Compare what was measured side by side, round by round."""
    of_rounds = [
        statistics.median(their_round) / statistics.median(our_round)
        for our_round, their_round in zip(ours, theirs, strict=True)
    ]
    return Ratio(quantile(of_rounds, 0.25), quantile(of_rounds, 0.5))
