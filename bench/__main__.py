"""``python -m bench``: measure, write ``docs/benchmarks.md`` and ``var/bench.json``, and say what falls short.

``--smoke`` measures the full credential alone, in fewer and shorter rounds, writes nothing into the page, and ends with
1 when a ratio is a third below ``bench/expected.json``.
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from app.keys.signer import Algorithm
from bench import report
from bench.contenders import ECDSA, EDDSA, OPENVC_PYTHON, Contender, Ours, PyldOnly, digital_bazaar, openvc
from bench.datasets import FULL, REPOSITORY, dataset, datasets
from bench.library import ISSUE, LONGER_FOR, VERIFY, introduce, measure, sign_and_cross_verify
from bench.moulds import OursMould
from bench.over_http import Load, over_http

ROUNDS: Final = 9
EXPECTED: Final = REPOSITORY / "bench" / "expected.json"
RESULT: Final = REPOSITORY / "var" / "bench.json"


def main(arguments: Sequence[str] | None = None, *, out: TextIO = sys.stdout) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--smoke", action="store_true", help="a minute of it, compared with bench/expected.json")
    parser.add_argument("--rounds", type=int, help=f"{ROUNDS} by default, 5 with --smoke")
    parser.add_argument("--seconds", type=float, help="how long each contender runs in each round")
    parser.add_argument("--no-http", action="store_true", help="the library level alone")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    chosen = parser.parse_args(arguments)
    os.chdir(REPOSITORY)
    smoke: bool = chosen.smoke
    rounds = chosen.rounds or (5 if smoke else ROUNDS)
    seconds = chosen.seconds or (0.1 if smoke else 0.25)
    chosen_datasets, left_out = ([dataset(FULL)], []) if smoke else datasets()

    with _contenders(smoke=smoke) as (contenders, missing):
        left_out += missing
        introduce(contenders)
        out.write(f"{len(contenders)} contenders sign, and verify each other ...\n")
        signed = sign_and_cross_verify(chosen_datasets, contenders, _readers(contenders))
        out.write(f"{rounds} rounds ...\n")
        yardstick = OursMould(checked=False).bare_signature
        measured = measure(chosen_datasets, contenders, signed, rounds=rounds, seconds=seconds, yardstick=yardstick)
        ratios = report.ratios_of_library(measured, _pairs(contenders))

    loads: Mapping[str, Load] | None = None
    if chosen.no_http:
        left_out.append("the HTTP level (--no-http)")
    elif shutil.which("initdb", path=os.environ.get("PG_BINDIR") or os.environ.get("PATH")) is None:
        left_out.append("the HTTP level: PostgreSQL's programs are neither on PATH nor in PG_BINDIR")
    else:
        out.write("Over HTTP ...\n")
        loads = over_http(turns=2 if smoke else 3, seconds=2 if smoke else 8)
        ratios["http_issue_vs_naive"] = report.ratio_over_http(loads)

    signatures = report.signatures_for(measured, f"this service, mould, {EDDSA}, not checked")
    facts = report.environment()
    how = (
        f"{rounds} interleaved rounds; in each, each contender runs for {seconds:g} s "
        f"({seconds * LONGER_FOR[FULL]:g} s over `{FULL}`), three times at least. A mould without the check costs "
        f"{signatures} bare Ed25519 signatures (upper quartile; 4 are asked for)."
    )
    content = report.page(measured, loads, ratios, left_out, facts, how)
    out.write(f"\n{content}\n\n")
    report.write_ratios(
        RESULT, ratios, facts, {"left_out": left_out, "rounds": rounds, "bare_signatures_of_a_mould": signatures}
    )
    if smoke:
        fallen = report.regressions(ratios, json.loads(EXPECTED.read_bytes())["ratios"])
        out.writelines(f"FALLEN BY A THIRD: {line}\n" for line in fallen)
        return 1 if fallen else 0
    if not chosen.no_page:
        report.write_into(report.PAGE, content)
    out.writelines(f"LEFT OUT: {line}\n" for line in left_out)
    return 0


@contextlib.contextmanager
def _contenders(*, smoke: bool) -> Iterator[tuple[list[Contender], list[str]]]:
    """Start everybody who can be had, and name the others."""
    contenders: list[Contender] = [
        OursMould(checked=False),
        OursMould(checked=True),
        Ours(Algorithm.ED25519),
        Ours(Algorithm.P256),
        PyldOnly(),
    ]
    missing = []
    with contextlib.ExitStack() as ends:
        if shutil.which("node") and (REPOSITORY / "interop" / "node_modules" / "installed.lock").is_file():
            suites = (EDDSA,) if smoke else (EDDSA, ECDSA)
            contenders.extend(_until_end(ends, digital_bazaar(suite)) for suite in suites)
        else:
            missing.append("@digitalbazaar/vc: needs Node.js 20 and interop/node_modules (make interop)")
        if smoke:
            missing.append("openvc-core and ecdsa-rdfc-2019 in Node.js (--smoke)")
        elif Path(OPENVC_PYTHON).exists():
            contenders.append(_until_end(ends, openvc()))
        else:
            missing.append("openvc-core: needs .venv-interop (make interop)")
        yield contenders, missing


def _until_end(ends: contextlib.ExitStack, contender: Contender) -> Contender:
    ends.callback(contender.close)
    return contender


def _suite(contender: Contender) -> str:
    return ECDSA if ECDSA in contender.name else EDDSA


def _readers(contenders: Sequence[Contender]) -> dict[str, list[str]]:
    """Return who verifies whose work: everybody who knows the suite; all know that of Ed25519."""
    reads_both = [each.name for each in contenders if each.name.startswith(("this service", "@digitalbazaar"))]
    reads_both = [name for name in reads_both if name in {each.name for each in contenders if each.verifies}]
    names = [each.name for each in contenders if each.verifies]
    return {each.name: reads_both if _suite(each) == ECDSA else names for each in contenders}


def _pairs(contenders: Sequence[Contender]) -> dict[str, tuple[str, str, str]]:
    """Return what each named ratio compares."""
    by_start = {
        (start, _suite(each)): each.name
        for each in contenders
        for start in ("this service, walker", "@digitalbazaar", "PyLD", "openvc")
        if each.name.startswith(start)
    }
    walker, walker_ecdsa = by_start["this service, walker", EDDSA], by_start["this service, walker", ECDSA]
    mould, mould_checked = (f"this service, mould, {EDDSA}, {how}" for how in ("not checked", "checked"))
    peers = {
        "digitalbazaar": (walker, ("@digitalbazaar", EDDSA)),
        "digitalbazaar_ecdsa": (walker_ecdsa, ("@digitalbazaar", ECDSA)),
        "pyld": (walker, ("PyLD", EDDSA)),
        "openvc": (walker, ("openvc", EDDSA)),
    }
    moulds = {
        f"issue_{how}_vs_{peer}": (ISSUE, ours, by_start[theirs, EDDSA])
        for peer, theirs in (("digitalbazaar", "@digitalbazaar"), ("pyld", "PyLD"))
        for how, ours in (("mould", mould), ("mould_checked", mould_checked))
        if (theirs, EDDSA) in by_start
    }
    return moulds | {
        name: (operation, ours, by_start[theirs])
        for peer, (ours, theirs) in peers.items()
        for name, operation in ((f"issue_walker_vs_{peer}", ISSUE), (f"verify_vs_{peer}", VERIFY))
        if theirs in by_start
    }


if __name__ == "__main__":
    sys.exit(main())
