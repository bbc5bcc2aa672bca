"""The command: ``python -m fuzz.differential [--count N] [--minutes M] [--seed S] [--state FILE] [--write]``.

Mutants are made in order of their number and compared in batches: jsonld.js works on one batch in a Node process while
the walker and PyLD work on the same one here. After each batch the counts are written to the state file, and a later
run of the same seed goes on behind them, unless the code under test or the fuzzer has changed since. Exit code 1: a
difference that is not on the list, or a demand at the end of the run that does not hold.
"""

import argparse
import hashlib
import json
import os
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TextIO

from fuzz import vocabulary
from fuzz.mutants import mutant
from fuzz.oracles import ask_jsonld_js, ask_pyld, ask_walker, through_json
from fuzz.verdicts import (
    ACCEPTED_BY_ALL,
    DIFFERENT,
    REFUSED_BY_ALL,
    Difference,
    Oracle,
    Unclassified,
    Whose,
    judge,
)

REPOSITORY: Final = Path(__file__).resolve().parent.parent
PAGE: Final = REPOSITORY / "docs" / "json-ld.md"
BEGIN: Final = "<!-- counts: written by make fuzz -->"
END: Final = "<!-- end of counts -->"
BATCH: Final = 500
LEAST_ACCEPTED: Final = 0.3
_UNDER_TEST: Final = (
    "app/jsonld/*.py",
    "fuzz/*.py",
    "contexts/*.jsonld",
    "tests/approved/*.json",
    "interop/package-lock.json",
)
_MOST_SHOWN: Final = 20


def fingerprint() -> str:
    """Return what the counts are about: the code under test, the fuzzer, the contexts and the oracles' versions."""
    digest = hashlib.sha256()
    for pattern in _UNDER_TEST:
        for path in sorted(REPOSITORY.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass
class State:
    """What a run has found so far."""

    seed: int
    fingerprint: str
    compared: int = 0
    agreements: Counter[str] = field(default_factory=Counter)
    differences: Counter[Difference] = field(default_factory=Counter)
    dropped_silently: Counter[str] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    reached_in_accepted: set[str] = field(default_factory=set)
    unclassified: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path, seed: int) -> Self:
        """Return the state in ``path``, or a new one where there is none of this seed and code."""
        fresh = cls(seed, fingerprint())
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return fresh
        if (stored["seed"], stored["fingerprint"]) != (fresh.seed, fresh.fingerprint):
            return fresh
        return cls(
            seed,
            fresh.fingerprint,
            stored["compared"],
            Counter(stored["agreements"]),
            Counter(
                {
                    Difference(Oracle(oracle), name, Whose(whose)): count
                    for oracle, name, whose, count in stored["differences"]
                }
            ),
            Counter(stored["dropped_silently"]),
            set(stored["reached"]),
            set(stored["reached_in_accepted"]),
            [(number, why) for number, why in stored["unclassified"]],
        )

    def save(self, path: Path) -> None:
        """Write the state so that a stop at any moment leaves the old or the new one."""
        path.parent.mkdir(exist_ok=True)
        content: dict[str, Any] = {
            "seed": self.seed,
            "fingerprint": self.fingerprint,
            "compared": self.compared,
            "agreements": dict(self.agreements),
            "differences": [[each.oracle, each.name, each.whose, count] for each, count in self.differences.items()],
            "dropped_silently": dict(self.dropped_silently),
            "reached": sorted(self.reached),
            "reached_in_accepted": sorted(self.reached_in_accepted),
            "unclassified": self.unclassified,
        }
        new = path.with_suffix(".new")
        new.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        new.replace(path)

    def shortfalls(self) -> list[str]:
        """Return every demand that does not hold."""
        every = {definition.name for definition in vocabulary.every_definition()}
        found = [f"mutant {number}: {why}" for number, why in self.unclassified]
        accepted = self.agreements[ACCEPTED_BY_ALL]
        if accepted < LEAST_ACCEPTED * self.compared:
            found.append(f"only {accepted} of {self.compared} mutants are accepted by all three")
        if self.compared >= len(every):
            found += [f"never reached: {name}" for name in sorted(every - self.reached)]
        return found


def compare(documents: Sequence[Mapping[str, Any]], state: State, jsonld_js: ThreadPoolExecutor) -> None:
    """Ask all three about a batch and count what comes out; the first document is mutant ``state.compared``."""
    asked = jsonld_js.submit(ask_jsonld_js, documents)
    here = [(ask_walker(document), ask_pyld(document)) for document in documents]
    for document, (walker, pyld), by_js in zip(documents, here, asked.result(), strict=True):
        names = {definition.name for definition in vocabulary.reached(document)}
        state.reached |= names
        try:
            verdict = judge(document, walker, {Oracle.PYLD: pyld, Oracle.JSONLD_JS: by_js})
        except Unclassified as difference:
            state.agreements[DIFFERENT] += 1
            state.unclassified.append((state.compared, str(difference)))
        else:
            state.agreements[verdict.agreement] += 1
            state.differences.update(verdict.differences)
            state.dropped_silently.update(oracle.value for oracle in verdict.dropped_silently)
            if verdict.agreement == ACCEPTED_BY_ALL:
                state.reached_in_accepted |= names
        state.compared += 1


def run(state: State, path: Path, *, count: int, minutes: float | None, out: TextIO) -> None:
    """Compare mutants until ``count`` are done or the time is up."""
    deadline = time.monotonic() + 60 * minutes if minutes else None
    began, already = time.monotonic(), state.compared
    with ThreadPoolExecutor(1) as jsonld_js:
        while state.compared < count and (deadline is None or time.monotonic() < deadline):
            numbers = range(state.compared, min(state.compared + BATCH, count))
            compare([through_json(mutant(state.seed, number)) for number in numbers], state, jsonld_js)
            state.save(path)
            speed = (state.compared - already) / (time.monotonic() - began)
            out.write(f"{state.compared} of {count}, {speed:.0f} a second, {len(state.unclassified)} unclassified\n")
            out.flush()


def summary(state: State) -> str:
    """Return the counts as Markdown."""
    every = len(vocabulary.every_definition())
    rows = sorted(state.differences.items(), key=lambda row: (row[0].oracle, row[0].whose, -row[1], row[0].name))
    dropped = ", ".join(f"{oracle} {count}" for oracle, count in sorted(state.dropped_silently.items()))
    accepted, refused, different = (state.agreements[name] for name in (ACCEPTED_BY_ALL, REFUSED_BY_ALL, DIFFERENT))

    def share(count: int) -> str:
        return f"{count} ({100 * count / max(state.compared, 1):.1f} %)"

    paragraphs = (
        f"{state.compared} mutants of seed {state.seed}: {share(accepted)} accepted by all three with the same bytes, "
        f"{share(refused)} refused by all three, {share(different)} different. "
        f"{len(state.unclassified)} differences are not on the list; none was accepted by the walker alone."
        if not state.unclassified
        else f"{state.compared} mutants: {len(state.unclassified)} differences are not on the list.",
        (
            f"{len(state.reached)} of {every} term definitions were reached, those of scoped contexts included; "
            f"{len(state.reached_in_accepted)} of them in documents that all three accept."
        ),
        (
            "Refusals that an oracle proves right, because it signs without a word what is left when the parts that "
            f"the walker points to are taken away: {dropped or 'none'}."
        ),
    )
    table = (
        "| Oracle | Difference | Whose | Mutants |",
        "|---|---|---|---:|",
        *(f"| {each.oracle} | {each.name} | {each.whose} | {count} |" for each, count in rows),
    )
    return "\n\n".join(["\n".join(textwrap.wrap(text, 120)) for text in paragraphs] + ["\n".join(table)])


def write_into(page: Path, table: str) -> None:
    """Replace the counts in the page."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has not the two marks {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None, *, out: TextIO = sys.stdout) -> int:
    """Run, report, and return the exit code."""
    parser = argparse.ArgumentParser(prog="fuzz.differential", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=200_000, help="mutants in all, those of earlier runs included")
    parser.add_argument("--minutes", type=float, help="stop after this time; a later run goes on")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--state", type=Path, default=REPOSITORY / "var" / "fuzz.json")
    parser.add_argument("--write", action="store_true", help="put the counts into docs/json-ld.md")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print one mutant and the three answers instead")
    chosen = parser.parse_args(arguments)
    if chosen.show is not None:
        _show(chosen.seed, chosen.show, out)
        return 0
    os.chdir(REPOSITORY)
    state = State.load(chosen.state, chosen.seed)
    run(state, chosen.state, count=chosen.count, minutes=chosen.minutes, out=out)
    table = summary(state)
    out.write(f"\n{table}\n")
    if chosen.write:
        write_into(PAGE, table)
    shortfalls = state.shortfalls()
    out.writelines(f"FALLS SHORT: {line}\n" for line in shortfalls[:_MOST_SHOWN])
    return 1 if shortfalls else 0


def _show(seed: int, number: int, out: TextIO) -> None:
    document = through_json(mutant(seed, number))
    out.write(json.dumps(document, ensure_ascii=True, indent=1) + "\n")
    answers = {"walker": ask_walker(document), "PyLD": ask_pyld(document), "jsonld.js": ask_jsonld_js([document])[0]}
    out.writelines(
        f"--- {name}: {answer.reason} {list(answer.findings)}\n{(answer.nquads or b'').decode()}\n"
        for name, answer in answers.items()
    )


if __name__ == "__main__":
    sys.exit(main())
