"""The validation bench: one large file before four judges, the whole command, and small uploads.

Run as ``python -m bench.validation.run [ROWS] [--rounds N]`` (default 1000000 rows, three rounds).
Contestants take turns, so that a machine that slows down slows all of them; medians are shown. All
must find exactly the injected faults: if one does not, the exit code is 1. A contestant that is not
installed is named. Budgets that are missed are said and do not fail the run. Results go to
``bench/validation.json`` below the home.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.run import child, load_average, machine, said
from bench.validation.contestant import NEEDS, TITLES, missing
from bench.validation.terms import EMPTY_RULE, RULES
from pipelines.settings import Settings

MIN_ROWS_PER_SECOND = 2_000_000
MAX_RATIO, MAX_PEAK = 1.5, 1_500_000_000
MAX_WORKBOOK, MAX_FILES = 2.0, 10.0


@dataclass(frozen=True)
class Files:
    """What is judged. ``truth`` are the pairs of spreadsheet row and rule to be found in ``faulty``."""

    rows: int
    columns: int
    truth: frozenset[tuple[int, str]]
    clean: str
    faulty: str
    workbook: str
    register: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Timed:
    """A process from start to exit: seconds on the wall, on the processor, and peak memory."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def timed(command: list[str], home: Path, out: Path, allowed: tuple[int, ...] = (0,)) -> Timed:
    """Run a command with its standard output in a file."""
    environment = {**os.environ, "JINGTIAN_HOME": str(home)}
    with out.open("wb") as stream:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=stream, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Timed(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def jingtian(*arguments: str) -> list[str]:
    """The command line as a user starts it."""
    return [sys.executable, "-m", "pipelines.cli.main", *arguments]


# -- four judges -----------------------------------------------------------------------------------


def contest(files: Files, folder: Path, rounds: int) -> dict[str, Any]:
    """Every contestant on the faulty file, in turns; medians, and whether the findings are exact."""
    results: dict[str, Any] = {}
    runs: dict[str, list[dict[str, Any]]] = {}
    for name in NEEDS:
        if lacking := missing(name):
            results[name] = {"not_run": f"{', '.join(lacking)} not installed"}
        else:
            runs[name] = []
    for _ in range(rounds):
        for name, done in runs.items():
            out = folder / f"{name}.json"
            result = child("bench.validation.contestant", name, files.faulty, str(out))
            found = {(row, code) for row, code in json.loads(out.read_text(encoding="utf-8"))}
            done.append({**result, "exact": found == files.truth})
    for name, done in runs.items():
        middle = {
            key: statistics.median(run[key] for run in done) for key in done[0] if key != "exact"
        }
        results[name] = {
            **middle,
            "rows_per_second": files.rows / middle["judge_seconds"],
            "exact": all(run["exact"] for run in done),
            "versions": {need: version(need) for need in NEEDS[name]},
        }
    return results


def contest_table(results: dict[str, Any]) -> list[str]:
    """The printed table of the four judges."""
    lines = [
        f"  {'':<28}{'start s':>9}{'read s':>9}{'judge s':>9}{'cpu s':>8}{'rows/s':>12}"
        f"{'peak MB':>9}  findings"
    ]
    for name, r in results.items():
        if "not_run" in r:
            lines.append(f"  {TITLES[name]:<28}  not run: {r['not_run']}")
            continue
        lines.append(
            f"  {TITLES[name]:<28}{r['start_seconds']:>9.2f}{r['read_seconds']:>9.2f}"
            f"{r['judge_seconds']:>9.2f}{r['judge_cpu_seconds']:>8.2f}{r['rows_per_second']:>12,.0f}"
            f"{r['peak_bytes'] / 2**20:>9,.0f}  {'exact' if r['exact'] else 'DIFFERENT'}"
        )
    return lines


# -- the whole command -----------------------------------------------------------------------------


def whole_command(files: Files, folder: Path, rounds: int) -> dict[str, Any]:
    """``jingtian validate`` against the script by hand, in turns, on the clean and the faulty file."""
    results: dict[str, Any] = {}
    for kind, path in (("clean", files.clean), ("faulty", files.faulty)):
        exit_code = 0 if kind == "clean" else 1
        found = folder / f"{kind}.by_hand.json"
        by_hand = [sys.executable, "-m", "bench.validation.by_hand", path, str(found)]
        runs: dict[str, list[Timed]] = {"by_hand": [], "text": [], "json": []}
        for _ in range(rounds):
            runs["by_hand"].append(timed(by_hand, folder, folder / "out"))
            for form in ("text", "json"):
                command = jingtian("validate", path, "--format", form)
                out = folder / f"{kind}.{form}"
                runs[form].append(timed(command, folder / "home", out, (exit_code,)))
        truth = files.truth if kind == "faulty" else frozenset()
        hand, ours = _by_hand_found(found), _jingtian_found(folder / f"{kind}.json")
        # The contested rules find what was injected; the ledger's other rules what both find.
        exact = hand == ours and _contested(hand) == truth
        results[kind] = {"exact": exact}
        for name, done in runs.items():
            results[kind][name] = {
                "seconds": statistics.median(t.seconds for t in done),
                "cpu_seconds": statistics.median(t.cpu_seconds for t in done),
                "peak_bytes": max(t.peak_bytes for t in done),
                "ratio": statistics.median(
                    t.seconds / floor.seconds
                    for t, floor in zip(done, runs["by_hand"], strict=True)
                ),
            }
    return results


def _by_hand_found(path: Path) -> set[tuple[int, str]]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {(r["row_no"], EMPTY_RULE if r["code"] == "cell" else r["code"]) for r in rows}


def _jingtian_found(path: Path) -> set[tuple[int, str]]:
    verdict = json.loads(path.read_text(encoding="utf-8"))[0]
    return {(f["row_no"], f["code"]) for f in verdict["findings"]}


def _contested(found: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """What is found by the rules of the contest; a fault may break others of the ledger too."""
    return {(row, code) for row, code in found if code in RULES}


def command_table(results: dict[str, Any]) -> list[str]:
    """The printed table of the whole command."""
    titles = {"by_hand": "DuckDB by hand", "text": "jingtian validate", "json": "… --format json"}
    lines = [f"  {'':<28}{'seconds':>9}{'cpu s':>8}{'ratio':>7}{'peak MB':>9}  findings"]
    for kind, result in results.items():
        for name, title in titles.items():
            r = result[name]
            lines.append(
                f"  {f'{title}, {kind}':<28}{r['seconds']:>9.2f}{r['cpu_seconds']:>8.2f}"
                f"{r['ratio']:>7.2f}{r['peak_bytes'] / 2**20:>9,.0f}"
                f"  {'exact' if result['exact'] else 'DIFFERENT'}"
            )
    return lines


# -- small uploads ---------------------------------------------------------------------------------


def small_uploads(files: Files, folder: Path, rounds: int) -> dict[str, Any]:
    """A workbook from a cold start, and a hundred files received by one command."""
    books, received = [], []
    for _ in range(rounds):
        command = jingtian("validate", files.workbook)
        books.append(timed(command, folder / "home", folder / "out", (1,)))
        home = folder / "receiving"
        shutil.rmtree(home, ignore_errors=True)
        timed(jingtian("receive", files.register), home, folder / "out")
        received.append(timed(jingtian("receive", *files.files), home, folder / "out"))
    seconds = statistics.median(t.seconds for t in received)
    return {
        "workbook_seconds": statistics.median(t.seconds for t in books),
        "workbook_peak_bytes": max(t.peak_bytes for t in books),
        "files": len(files.files),
        "files_seconds": seconds,
        "files_cpu_seconds": statistics.median(t.cpu_seconds for t in received),
        "seconds_per_file": seconds / len(files.files),
    }


def budgets(result: dict[str, Any]) -> list[str]:
    """Each budget with what was measured."""
    judged, small = result["contest"]["by_jingtian"], result["small"]
    lines = [said(
        judged["rows_per_second"] >= MIN_ROWS_PER_SECOND,
        f"15 rules once read: {judged['rows_per_second'] / 1e6:.2f} million rows/s "
        f"(at least {MIN_ROWS_PER_SECOND / 1e6:g})",
    )]  # fmt: skip
    for kind, command in result["command"].items():
        for form in ("text", "json"):
            r = command[form]
            lines.append(said(
                r["ratio"] <= MAX_RATIO and r["peak_bytes"] < MAX_PEAK,
                f"jingtian validate --format {form}, {kind} file: {r['ratio']:.2f} x by hand (at most "
                f"{MAX_RATIO}), {r['peak_bytes'] / 1e9:.2f} GB (less than {MAX_PEAK / 1e9:g})",
            ))  # fmt: skip
    lines.append(said(
        small["workbook_seconds"] <= MAX_WORKBOOK,
        f"workbook of 5,000 rows, cold start: {small['workbook_seconds']:.2f} s (at most {MAX_WORKBOOK:g})",
    ))  # fmt: skip
    lines.append(said(
        small["files_seconds"] <= MAX_FILES,
        f"{small['files']} files of about 2,000 rows received: "
        f"{small['files_seconds']:.1f} s, {1000 * small['seconds_per_file']:.0f} ms a file "
        f"(at most {MAX_FILES:g} s)",
    ))  # fmt: skip
    return lines


def is_exact(result: dict[str, Any]) -> bool:
    """Whether every contestant that ran, and the whole command, found exactly what was injected."""
    ran = [r for r in result["contest"].values() if "not_run" not in r]
    return all(r["exact"] for r in ran) and all(r["exact"] for r in result["command"].values())


def measure(
    folder: Path, rows: int, rounds: int, say: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """Everything, on a file of about so many rows."""
    say(f"{rows:,} loans: making the files …")
    made = child("bench.validation.injected", str(folder), str(rows))
    truth = frozenset((row, code) for row, code in made.pop("truth"))
    files = Files(**{**made, "truth": truth, "files": tuple(made["files"])})
    result: dict[str, Any] = {
        "rows": files.rows, "columns": files.columns, "faults": len(truth), "rounds": rounds,
        "load_average": [load_average()],
    }  # fmt: skip
    result["contest"] = contest(files, folder, rounds)
    say(f"\n15 rules, {files.rows:,} rows once read, {len(files.truth):,} injected findings")
    say("\n".join(contest_table(result["contest"])))
    result["load_average"].append(load_average())
    result["command"] = whole_command(files, folder, rounds)
    say("\nthe whole command on the CSV file, each a process of its own")
    say("\n".join(command_table(result["command"])))
    result["load_average"].append(load_average())
    result["small"] = small_uploads(files, folder, rounds)
    result["load_average"].append(load_average())
    return result


def main() -> int:
    """Measure, print, write the result."""
    arguments = sys.argv[1:]
    rounds = 3
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at : at + 2]
    rows = int(arguments[0].replace("_", "").replace(",", "")) if arguments else 1_000_000
    root = Settings.from_env().home.root / "bench"
    folder = root / "validation"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result = measure(folder, rows, rounds, lambda text: print(text, flush=True))
    shutil.rmtree(folder)
    record = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    text = json.dumps({**record, **result}, indent=1, ensure_ascii=False)
    (root / "validation.json").write_text(text + "\n", encoding="utf-8")
    print("\n" + "\n".join(budgets(result)))
    print(f"load average {result['load_average']}")
    exact = is_exact(result)
    print("findings: " + ("exact" if exact else "DIFFERENT"))
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
