"""What came out, as tables for a page and as ratios for a machine."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench.contenders import INTEROP
from bench.datasets import FULL, REPOSITORY, WHAT
from bench.figures import quantile, ratio
from bench.library import BARE, ISSUE, VERIFY, Measured
from bench.over_http import CONNECTIONS, NAIVE, OURS, Load

PAGE: Final = REPOSITORY / "docs" / "benchmarks.md"
BEGIN: Final = "<!-- figures: written by make bench -->"
END: Final = "<!-- end of figures -->"
PROMISES: Final[Mapping[str, float]] = {
    "issue_walker_vs_digitalbazaar": 6,
    "verify_vs_digitalbazaar": 5,
    "issue_walker_vs_pyld": 12,
    "issue_mould_vs_digitalbazaar": 30,
    "issue_mould_checked_vs_digitalbazaar": 15,
    "http_issue_vs_naive": 10,
}
"""What the design asks for: full credential, lower quartile of the rounds."""


def ratios_of_library(measured: Measured, pairs: Mapping[str, tuple[str, str, str]]) -> dict[str, float]:
    """Return each named ratio that could be measured: the full credential, the lower quartile of the rounds.

    ``pairs`` gives for each name the operation, our contender and theirs.
    """
    found = {}
    for name, (operation, ours, theirs) in pairs.items():
        compared = measured.ratio(FULL, operation, ours, theirs)
        if compared is not None:
            found[name] = round(compared.lower, 2)
    return found


def signatures_for(measured: Measured, contender: str) -> float | None:
    """Return what issuing the full credential costs in bare signatures, the upper quartile of the rounds."""
    rounds = measured.rounds.get((FULL, ISSUE, contender))
    return None if rounds is None else round(1 / ratio(rounds, measured.rounds[BARE]).lower, 2)


def ratio_over_http(loads: Mapping[str, Load]) -> float:
    """Return the throughput ratio, the lower quartile of the turns."""
    ours, naive = loads[OURS].throughputs, loads[NAIVE].throughputs
    return round(quantile([one / other for one, other in zip(ours, naive, strict=True)], 0.25), 2)


def environment() -> dict[str, str]:
    """Return what the figures depend on."""
    processors = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*:\s*(.+)", processors.read_text()) if processors.exists() else []
    packages = json.loads((INTEROP / "package-lock.json").read_bytes())["packages"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)  # noqa: S607 - the one that was measured
    return {
        "processor": f"{models[0] if models else platform.processor() or 'unknown'}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Node.js": node.stdout.strip() or "none",
        **{name: version(name) for name in ("cryptography", "PyLD", "fastapi", "SQLAlchemy", "asyncpg", "uvicorn")},
        **{
            name: packages[f"node_modules/{name}"]["version"]
            for name in ("@digitalbazaar/vc", "jsonld", "rdf-canonize")
        },
        "openvc-core": _locked("openvc-core"),
        "load average at the end (1, 5, 15 min)": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def _locked(package: str) -> str:
    text = (REPOSITORY / "requirements" / "interop.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE)
    return found[1] if found else "unknown"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is of numbers."""
    lines = ["| " + " | ".join(headings) + " |", "|---|" + "---:|" * (len(headings) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def page(
    measured: Measured,
    loads: Mapping[str, Load] | None,
    ratios: Mapping[str, float],
    left_out: Sequence[str],
    facts: Mapping[str, str],
    how: str,
) -> str:
    """Return everything between the marks of the page."""
    parts = [how, *_missing(left_out), "### Ratios", _ratios(ratios)]
    for dataset, (size, quads) in measured.sizes.items():
        parts += [f"### `{dataset}`: {WHAT[dataset]} ({size / 1000:.1f} kB, {quads} statements)"]
        parts += [_library(measured, dataset)]
    if loads is not None:
        parts += ["### Over HTTP", _http(loads)]
    parts += ["### Environment", table(("what", "which"), ((name, value) for name, value in facts.items()))]
    return "\n\n".join(parts)


def _missing(left_out: Sequence[str]) -> list[str]:
    return ["Left out: " + "; ".join(left_out) + "."] if left_out else []


def _ratios(ratios: Mapping[str, float]) -> str:
    rows = []
    for name, reached in ratios.items():
        wanted = PROMISES.get(name)
        verdict = "" if wanted is None else "yes" if reached >= wanted else "**no**"
        rows.append((f"`{name}`", f"{reached:.1f}", "" if wanted is None else f"{wanted:g}", verdict))
    rows += [
        (f"`{name}`", "not measured", f"{wanted:g}", "") for name, wanted in PROMISES.items() if name not in ratios
    ]
    return table((f"`{FULL}`, lower quartile of the rounds", "reached", "asked for", "holds"), rows)


def _library(measured: Measured, dataset: str) -> str:
    rows = []
    for operation in (ISSUE, VERIFY):
        for row in sorted(
            (row for row in measured.rounds if row[:2] == (dataset, operation) or (row == BARE and operation == ISSUE)),
            key=lambda row: measured.summary(row).median,
        ):
            summary = measured.summary(row)
            rows.append(
                (
                    f"{operation}: {row[2]}",
                    *(f"{value:,.0f}" for value in (summary.median, summary.lower, summary.upper, summary.p99)),
                    f"{summary.count:,}",
                )
            )
    return table(("microseconds", "median", "lower quartile", "upper quartile", "p99", "runs"), rows)


def _http(loads: Mapping[str, Load]) -> str:
    rows = [
        (
            name,
            f"{quantile(load.throughputs, 0.5):,.0f}",
            f"{load.p50:,.1f}",
            f"{load.p99:,.1f}",
            f"{load.cpu_microseconds:,.0f}",
            f"{load.issued:,}",
        )
        for name, load in loads.items()
    ]
    return table(
        (
            f"issuing, {CONNECTIONS} connections",
            "per second",
            "p50, ms",
            "p99, ms",
            "CPU of the API process for one, microseconds",
            "issued",
        ),
        rows,
    )


def write_into(file: Path, content: str, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Replace what stands between the marks of a page."""
    first, last = marks
    before, begin, rest = file.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{file} has not the two marks {first} and {last}")
    file.write_text(f"{before}{begin}\n\n{content}\n\n{end}{after}", encoding="utf-8")


def regressions(ratios: Mapping[str, float], expected: Mapping[str, float]) -> list[str]:
    """Return a line for each ratio that has fallen by a third, or is gone."""
    found = []
    for name, usual in expected.items():
        reached = ratios.get(name)
        if reached is None:
            found.append(f"{name}: not measured, usually {usual:g}")
        elif reached < usual * 2 / 3:
            found.append(f"{name}: {reached:.2f}, usually {usual:g}")
    return found


def write_ratios(file: Path, ratios: Mapping[str, float], facts: Mapping[str, str], extra: Mapping[str, Any]) -> None:
    """Write what other programs read."""
    file.parent.mkdir(exist_ok=True)
    content = {"ratios": dict(ratios), "environment": dict(facts), **extra}
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
