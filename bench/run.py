"""``make bench``: floor and pipeline on the same month, one after the other, as a table.

Run as ``python -m bench.run [ROWS…] [--runs N]`` (default 100000 1000000, two runs each; once for
ten million). Every run is a process of its own; medians are shown. The figures of both must be
equal to the last digit: if not, the exit code is 1. Budgets that are missed are said, not hidden;
they do not fail the run, because a slow machine is no fault of the code.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.compare import compare, unanswered
from pipelines.sample.make import make_month
from pipelines.settings import Settings

PERIOD = "2025-12"
BRANCH_LOANS = 20_000
STARTUP = ("imports", "dbt_parse")
# From the first file to the published figures: what the floor does too. It makes no documents.
FIGURES = ("receive", "lake_gate", "dbt_build", "mart_gates")
WORK = (*FIGURES, "outputs")
MAX_RATIO, MAX_GROWTH, MAX_RECLOSE = 1.5, 11.0, 0.15
MAX_PEAK = 6 << 30


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module of the bench in a process of its own; its last line is the result."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-3000:] or done.stdout[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {
            n: version(n) for n in ("duckdb", "pyarrow", "dbt-core", "great-expectations")
        },
    }


def load_average() -> float:
    """Processes waiting for a core just now (1 minute)."""
    return round(os.getloadavg()[0], 2)


def same_figures(floor: Path, home: Path) -> bool:
    """Print what was compared; whether all of it is equal."""
    families = compare(floor, home / "figures")
    for family in families:
        print(family.line(), flush=True)
    if without := unanswered(floor, home / "figures"):
        print(f"  {len(without)} metrics are the pipeline's alone: the floor does not answer them")
    return all(f.rows and not f.differing for f in families)


def check_year(root: Path) -> bool:
    """A small whole year, where no figure is missing for want of a source."""
    print("figures on a whole year (2,000 loans a month):", flush=True)
    folder = root / "year"
    shutil.rmtree(folder, ignore_errors=True)
    make_month(folder, loans=2_000, branches=2, period=PERIOD, whole_year=True)
    child("bench.floor", str(folder / "inbox"), PERIOD, str(folder / "floor"))
    child("bench.pipeline", str(folder / "inbox"), PERIOD, str(folder / "home"))
    equal = same_figures(folder / "floor", folder / "home")
    shutil.rmtree(folder)
    return equal


def measure(root: Path, rows: int, runs: int) -> tuple[dict[str, Any], bool]:
    """Floor and pipeline in turn on a month of that many loans; the result and whether equal."""
    folder = root / str(rows)
    shutil.rmtree(folder, ignore_errors=True)
    branches = max(2, round(rows / BRANCH_LOANS))
    print(f"\n{rows:,} loans, {branches} branches: making the month's files …", flush=True)
    make_month(folder, loans=rows, branches=branches, period=PERIOD)
    inbox, floor, home = folder / "inbox", folder / "floor", folder / "home"
    floors, pipelines, loads = [], [], []
    for run in range(runs):
        loads.append(load_average())
        shutil.rmtree(floor, ignore_errors=True)
        floors.append(child("bench.floor", str(inbox), PERIOD, str(floor)))
        is_last = run == runs - 1
        extra = ["--reclose"] if is_last else []
        pipelines.append(child("bench.pipeline", str(inbox), PERIOD, str(home), *extra))
    loads.append(load_average())
    equal = same_figures(floor, home)
    shutil.rmtree(folder)
    result = summary(rows, branches, floors, pipelines)
    result["load_average"] = loads
    result["figures_equal"] = equal
    return result, equal


def summary(
    rows: int,
    branches: int,
    floors: list[dict[str, Any]],
    pipelines: list[dict[str, Any]],
) -> dict[str, Any]:
    """Medians over the runs."""

    def median(runs: list[dict[str, Any]]) -> dict[str, float]:
        names = runs[0]["phases"]
        return {n: statistics.median(r["phases"][n] for r in runs) for n in names}

    def cpu(run: dict[str, Any], names: Any) -> float:
        return float(sum(run["cpu"][n] for n in names))

    floor, phases = median(floors), median(pipelines)
    work = statistics.median(sum(r["phases"][n] for n in WORK) for r in pipelines)
    figures = statistics.median(sum(r["phases"][n] for n in FIGURES) for r in pipelines)
    startup = statistics.median(sum(r["phases"][n] for n in STARTUP) for r in pipelines)
    floor_seconds = statistics.median(sum(r["phases"].values()) for r in floors)
    last = pipelines[-1]
    reclose = sum(last["reclose_phases"].values())
    return {
        "loans_asked": rows,
        "loans": last["loans"],
        "rows": last["rows"],
        "files": last["files"],
        "branches": branches,
        "runs": len(floors),
        "floor_seconds": floor_seconds,
        "floor_phases": floor,
        "pipeline_seconds": work,
        "figures_seconds": figures,
        "figures_ratio": figures / floor_seconds,
        "ratio": work / floor_seconds,
        "floor_cpu_seconds": statistics.median(cpu(r, r["cpu"]) for r in floors),
        "pipeline_cpu_seconds": statistics.median(cpu(r, WORK) for r in pipelines),
        "startup_seconds": startup,
        "pipeline_phases": phases,
        "floor_peak_bytes": max(r["peak_bytes"] for r in floors),
        "pipeline_peak_bytes": max(r["peak_bytes"] for r in pipelines),
        "rows_per_second": last["rows"] / work,
        "reclose_seconds": reclose,
        "reclose_phases": last["reclose_phases"],
        "reclose_share": reclose / sum(last["phases"][n] for n in WORK),
    }


def table(results: list[dict[str, Any]]) -> str:
    """The table that is printed."""
    lines = [
        f"{'loans':>11}{'rows':>12}{'files':>7}{'floor s':>9}{'figures s':>11}{'ratio':>7}"
        f"{'+ documents':>13}{'ratio':>7}"
        f"{'start-up s':>12}{'rows/s':>10}{'floor MB':>10}{'pipeline MB':>13}{'re-close s':>12}"
    ]
    for r in results:
        lines.append(
            f"{r['loans']:>11,}{r['rows']:>12,}{r['files']:>7,}{r['floor_seconds']:>9.1f}"
            f"{r['figures_seconds']:>11.1f}{r['figures_ratio']:>7.2f}"
            f"{r['pipeline_seconds']:>13.1f}{r['ratio']:>7.2f}{r['startup_seconds']:>12.1f}"
            f"{r['rows_per_second']:>10,.0f}{r['floor_peak_bytes'] / 2**20:>10,.0f}"
            f"{r['pipeline_peak_bytes'] / 2**20:>13,.0f}{r['reclose_seconds']:>12.1f}"
        )
    lines.append("")
    for r in results:
        ratio = r["pipeline_cpu_seconds"] / r["floor_cpu_seconds"]
        lines.append(
            f"{r['loans']:>11,}  on the processor: floor {r['floor_cpu_seconds']:.1f} s, pipeline "
            f"{r['pipeline_cpu_seconds']:.1f} s, ratio {ratio:.2f}; load average before each run "
            f"{r['load_average']}"
        )
        floor = "  ".join(f"{n} {s:.1f}" for n, s in r["floor_phases"].items())
        ours = "  ".join(f"{n} {s:.1f}" for n, s in r["pipeline_phases"].items())
        lines.append(f"{r['loans']:>11,}  floor: {floor}  |  pipeline: {ours}")
    return "\n".join(lines)


def said(is_met: bool, text: str) -> str:
    """One line on a budget."""
    return f"  {'met   ' if is_met else 'MISSED'}  {text}"


def budgets(results: list[dict[str, Any]]) -> list[str]:
    """Each budget with what was measured."""

    lines = []
    for r in results:
        lines.append(said(
            r["figures_ratio"] <= MAX_RATIO,
            f"{r['loans']:,} loans: to published figures, without start-up, {r['figures_ratio']:.2f} x floor "
            f"(at most {MAX_RATIO})",
        ))  # fmt: skip
        lines.append(said(
            r["ratio"] <= MAX_RATIO,
            f"{r['loans']:,} loans: with all documents, which the floor does not make, "
            f"{r['ratio']:.2f} x floor (at most {MAX_RATIO})",
        ))  # fmt: skip
        lines.append(said(
            r["pipeline_peak_bytes"] <= MAX_PEAK,
            f"{r['loans']:,} loans: peak {r['pipeline_peak_bytes'] / 2**30:.1f} GB (at most {MAX_PEAK >> 30})",
        ))  # fmt: skip
        lines.append(said(
            r["reclose_share"] <= MAX_RECLOSE,
            f"{r['loans']:,} loans: one corrected file, re-close {r['reclose_share']:.0%} of the close "
            f"(at most {MAX_RECLOSE:.0%})",
        ))  # fmt: skip
    for small, large in itertools.pairwise(results):
        if large["loans_asked"] == 10 * small["loans_asked"]:
            growth = large["pipeline_seconds"] / small["pipeline_seconds"]
            lines.append(
                said(
                    growth <= MAX_GROWTH,
                    f"10 x rows in {growth:.1f} x time (at most {MAX_GROWTH:g})",
                )
            )
    return lines


def main() -> int:
    """Measure, print, write ``bench/<rows>.json`` below the home."""
    arguments = sys.argv[1:]
    runs = None
    if "--runs" in arguments:
        at = arguments.index("--runs")
        runs = int(arguments[at + 1])
        del arguments[at : at + 2]
    sizes = [int(a.replace("_", "").replace(",", "")) for a in arguments] or [100_000, 1_000_000]
    root = Settings.from_env().home.root / "bench"
    root.mkdir(parents=True, exist_ok=True)
    facts = machine()
    print(f"{facts['cpu']}, {facts['cores']} cores, load average {load_average()}", flush=True)
    all_equal = check_year(root)
    results = []
    for rows in sizes:
        once = 1 if rows >= 10_000_000 else 2
        result, equal = measure(root, rows, runs or once)
        all_equal = all_equal and equal
        results.append(result)
        record = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": facts}
        text = json.dumps({**record, **result}, indent=1, ensure_ascii=False)
        (root / f"{rows}.json").write_text(text + "\n", encoding="utf-8")
    print("\n" + table(results) + "\n\n" + "\n".join(budgets(results)), flush=True)
    print("\nfigures: " + ("equal" if all_equal else "DIFFERENT"), flush=True)
    return 0 if all_equal else 1


if __name__ == "__main__":
    sys.exit(main())
