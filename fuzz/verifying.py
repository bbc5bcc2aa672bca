"""``python -m fuzz.verifying``: coverage-guided fuzzing of every door for bytes of strangers.

Each door (``fuzz/entries.py``) gets its share of the time in a process of its own, under atheris (libFuzzer): inputs
that reach new code are kept and changed further. It ends with 1 on a crash (an exception without a name, *valid* for
what nobody signed), on an input that takes more than 20 seconds, on more than 1.5 GiB of memory, and, after that, when
what was found makes a plain process grow as it is read again and again. The input that did it is in ``var/fuzz``.

``--keep`` adds inputs that reached new code to ``fuzz/corpus``: as many as there is room for, of all sizes alike, since
the smallest of them hardly reach beyond the first reading.
"""

import argparse
import contextlib
import gc
import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
CORPUS: Final = REPOSITORY / "fuzz" / "corpus"
FOUND: Final = REPOSITORY / "var" / "fuzz"
SHARES: Final = {"verify": 0.6, "json": 0.1, "token": 0.1, "status": 0.1, "proof": 0.1}
LONGEST_SECONDS: Final = 20
MOST_MEGABYTES: Final = 1536
LARGEST_KEPT: Final = 4096
MOST_KEPT: Final = 120
_LARGEST: Final = {"verify": 96 * 1024, "json": 8 * 1024, "token": 48 * 1024, "status": 8 * 1024, "proof": 12 * 1024}
_ROUNDS: Final = 6
_GROWTH_MEGABYTES: Final = 24


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="fuzz.verifying", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=1800, help="in all; 1800 by default")
    parser.add_argument("--door", choices=sorted(SHARES), action="append", help="one of them; may be repeated")
    parser.add_argument("--keep", action="store_true", help="add what was found to fuzz/corpus")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--growth", action="store_true", help=argparse.SUPPRESS)
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.inside:
        _fuzz(chosen.inside, rest)
        return 0
    doors = chosen.door or list(SHARES)
    if chosen.growth:
        return _growth(doors)
    failed = [door for door in doors if not _drive(door, chosen.seconds, doors)]
    if not failed:
        grown = subprocess.run(_command("--growth", *_named(doors)), cwd=REPOSITORY, check=False)  # noqa: S603 - as below
        failed = ["memory"] if grown.returncode else []
    if chosen.keep and not failed:
        for door in doors:
            _keep(door)
    print(f"FAILED: {', '.join(failed)}; see {FOUND}" if failed else "No crash, no hang, no growth.")  # noqa: T201 - a command
    return 1 if failed else 0


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fuzz.verifying", *arguments]


def _named(doors: Iterable[str]) -> list[str]:
    return [word for door in doors for word in ("--door", door)]


def _drive(door: str, seconds: int, doors: Sequence[str]) -> bool:
    share = max(5, round(seconds * SHARES[door] / sum(SHARES[each] for each in doors)))
    live = FOUND / door
    live.mkdir(parents=True, exist_ok=True)
    (CORPUS / door).mkdir(parents=True, exist_ok=True)
    print(f"{door}: {share} s ...", flush=True)  # noqa: T201 - a command
    ended = subprocess.run(  # noqa: S603 - this file itself
        _command(
            "--inside",
            door,
            str(live),
            str(CORPUS / door),
            f"-max_total_time={share}",
            f"-timeout={LONGEST_SECONDS}",
            f"-rss_limit_mb={MOST_MEGABYTES}",
            f"-max_len={_LARGEST[door]}",
            f"-artifact_prefix={FOUND}/{door}-",
            "-print_final_stats=1",
            "-verbosity=0",
            "-seed=1",
        ),
        cwd=REPOSITORY,
        check=False,
        # Longer than its share by what reading the corpus and one slow input may take.
        timeout=share + 600,
    )
    return ended.returncode == 0


def _fuzz(door: str, arguments: list[str]) -> None:
    """Become the fuzzer of one door; does not return."""
    import atheris  # noqa: PLC0415 - wanted in this process alone

    with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["app"]):  # one line for each
        from fuzz.entries import Doors  # noqa: PLC0415 - imported where imports are instrumented
    from fuzz.bending import bend  # noqa: PLC0415 - wanted in this process alone

    doors = Doors()
    live = Path(next(argument for argument in arguments if not argument.startswith("-")))
    for number, seed in enumerate(doors.seeds[door]):
        (live / f"seed-{number}").write_bytes(seed)

    def mutate(content: bytes, most_bytes: int, seed: int) -> bytes:
        # Half the changes know JSON, half are libFuzzer's own.
        return bend(content, most_bytes, seed) if seed % 2 else bytes(atheris.Mutate(content, len(content) or 1))

    target = doors.targets()[door]

    def look(content: bytes) -> None:
        try:
            target(content)
        except Exception:
            # libFuzzer writes down what crashes the process; an exception while it reads what it has is none to it.
            (FOUND / f"{door}-crash-{hashlib.sha1(content, usedforsecurity=False).hexdigest()}").write_bytes(content)
            raise

    bends = {"custom_mutator": mutate} if door in ("verify", "json") else {}
    atheris.Setup([sys.argv[0], *arguments], look, **bends)
    atheris.Fuzz()


def _growth(doors: Sequence[str]) -> int:
    """Read all that was found several times over, in a process without the fuzzer, and see whether it grows."""
    from fuzz.entries import Doors  # noqa: PLC0415 - only here and in the fuzzer's own process

    world = Doors()
    targets = world.targets()
    inputs = {
        door: [*world.seeds[door], *(path.read_bytes() for path in _files(door) if path.stat().st_size < LARGEST_KEPT)]
        for door in doors
    }
    sizes = []
    ends = time.monotonic() + 240
    for turn in range(_ROUNDS):
        for door, contents in inputs.items():
            # The first round reads all; the later ones as many as show whether something stays behind.
            for content in contents[: None if turn == 0 else 400]:
                targets[door](content)
                if time.monotonic() > ends:
                    break
        gc.collect()
        sizes.append(_megabytes())
    print(f"memory after each round, MB: {json.dumps([round(size) for size in sizes])}")  # noqa: T201 - a command
    return 1 if sizes[-1] - sizes[1] > _GROWTH_MEGABYTES else 0


def _megabytes() -> float:
    """Return the resident memory of this process (proc(5), /proc/self/statm)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _files(door: str) -> list[Path]:
    return [path for folder in (CORPUS / door, FOUND / door) if folder.is_dir() for path in sorted(folder.iterdir())]


def _keep(door: str) -> None:
    there = {path.name for path in (CORPUS / door).iterdir()}
    found = [path for path in (FOUND / door).iterdir() if path.name not in there and not path.name.startswith("seed-")]
    sizes = sorted((path.stat().st_size, path.name) for path in found)
    fitting = [name for size, name in sizes if size <= LARGEST_KEPT]
    room = min(MOST_KEPT - len(there), len(fitting))
    for number in range(room):
        name = fitting[number * len(fitting) // room]
        (CORPUS / door / name).write_bytes((FOUND / door / name).read_bytes())


if __name__ == "__main__":
    sys.exit(main())
