"""One contestant on one file, in a process of its own.

Run as ``python -m bench.validation.contestant NAME FILE OUT``: reads the file's cells once, judges
them a few times, writes the pairs of row and rule to OUT as JSON and prints one JSON line.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.clock import peak_bytes

# What each needs beyond the pipeline's own packages.
NEEDS: dict[str, tuple[str, ...]] = {
    "by_jingtian": (),
    "by_hand": (),
    "by_pandera": ("pandera", "polars"),
    "by_great_expectations": ("great_expectations",),
}
TITLES = {
    "by_jingtian": "Jingtian",
    "by_hand": "DuckDB by hand",
    "by_pandera": "pandera on polars",
    "by_great_expectations": "Great Expectations, pandas",
}
REPEATS = 3


def missing(name: str) -> list[str]:
    """Packages that the contestant needs and that are not installed."""
    return [need for need in NEEDS[name] if importlib.util.find_spec(need) is None]


def run(
    name: str, path: Path, repeats: int = REPEATS
) -> tuple[dict[str, Any], set[tuple[int, str]]]:
    """Read once, judge a few times: medians of the latter, and what was found."""
    marks = [time.perf_counter()]
    contestant = importlib.import_module(f"bench.validation.{name}")
    marks.append(time.perf_counter())
    cells = contestant.read(path)
    marks.append(time.perf_counter())
    seconds, processor = [], []
    for _ in range(repeats):
        started, spent = time.perf_counter(), time.process_time()
        found = contestant.judge(cells)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - spent)
    result = {
        "start_seconds": marks[1] - marks[0],
        "read_seconds": marks[2] - marks[1],
        "judge_seconds": statistics.median(seconds),
        "judge_cpu_seconds": statistics.median(processor),
        "peak_bytes": peak_bytes(),
    }
    return result, found


def main() -> None:
    """Run and print."""
    name, path, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    result, found = run(name, path)
    out.write_text(json.dumps(sorted(found)), encoding="utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
