"""One closed sample bank for a whole test run.

Making the sample, receiving it and closing three months takes most of a minute, so it is done once
per run and shared by all workers. Tests read it and never write to it; a test that must write makes
its own copy of the home or its own bank.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.paths import PROJECT_ROOT
from tests.made_once import made_once

PERIODS = ("2025-12", "2026-01", "2026-02")
BRANCHES = 8
CUSTOMERS = 2_000


@dataclass(frozen=True)
class ClosedBank:
    """The sample bank after three closes.

    Attributes:
        home: Home directory with registry, lake, warehouse and packs.
        inbox: Folder of the files the branches sent.
        periods: Closed months, oldest first.
        seconds: What each step took: ``sample``, ``receive`` and ``close <period>``.
        printed: What each step printed.
    """

    home: Path
    inbox: Path
    periods: tuple[str, ...]
    seconds: dict[str, float]
    printed: dict[str, str]


def closed_bank(tmp_path_factory: pytest.TempPathFactory) -> ClosedBank:
    """The closed sample bank of this test run; the first caller makes it, the others wait.

    Raises:
        RuntimeError: A step failed, here or in the worker that came first; with its output.
    """
    made = made_once(tmp_path_factory, "closed_bank", _make)
    return ClosedBank(
        Path(made["home"]), Path(made["inbox"]), PERIODS, made["seconds"], made["printed"]
    )


def jingtian(*arguments: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as a user would."""
    words = [str(a) for a in arguments]
    if home is not None:
        words += ["--home", str(home)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JINGTIAN_")}
    environment["PYTHONPATH"] = str(PROJECT_ROOT)
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", *words],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def _make(folder: Path) -> dict[str, Any]:
    home, out = folder / "home", folder / "out"
    size = ("--branches", BRANCHES, "--customers", CUSTOMERS)
    steps: list[tuple[str, tuple[object, ...], Path | None]] = [
        ("sample", ("sample", "--out", out, *size), None),
        ("receive", ("receive", out / "inbox"), home),
        *((f"close {period}", ("close", period), home) for period in PERIODS),
    ]
    seconds: dict[str, float] = {}
    printed: dict[str, str] = {}
    for name, words, target in steps:
        started = time.monotonic()
        done = jingtian(*words, home=target)
        seconds[name] = round(time.monotonic() - started, 2)
        printed[name] = done.stdout
        if done.returncode != 0:
            text = (done.stderr or done.stdout)[-4000:]
            raise RuntimeError(f"{name} ended with {done.returncode}:\n{text}")
    return {"home": str(home), "inbox": str(out / "inbox"), "seconds": seconds, "printed": printed}
