"""One closed sample bank for a whole test run.

Making the sample, receiving it and closing three months takes most of a minute, so it is done once
per run and shared by all workers. Tests read it and never write to it; a test that must write makes
its own copy of the home or its own bank.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.paths import PROJECT_ROOT

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
    """

    home: Path
    inbox: Path
    periods: tuple[str, ...]
    seconds: dict[str, float]


def closed_bank(tmp_path_factory: pytest.TempPathFactory) -> ClosedBank:
    """The closed sample bank of this test run; the first caller makes it, the others wait.

    Raises:
        RuntimeError: A step failed, here or in the worker that came first; with its output.
    """
    folder = run_folder(tmp_path_factory) / "closed_bank"
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "record.json"
    with _alone(folder / "making.lock"):
        if not record.exists():
            record.write_text(json.dumps(_make(folder)), encoding="utf-8")
    made = json.loads(record.read_text(encoding="utf-8"))
    if "failed" in made:
        raise RuntimeError(made["failed"])
    return ClosedBank(folder / "home", folder / "out" / "inbox", PERIODS, made["seconds"])


def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that belongs to this test run and is the same for all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


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


def _make(folder: Path) -> dict[str, object]:
    home, out = folder / "home", folder / "out"
    for path in (home, out):
        shutil.rmtree(path, ignore_errors=True)
    size = ("--branches", BRANCHES, "--customers", CUSTOMERS)
    steps: list[tuple[str, tuple[object, ...], Path | None]] = [
        ("sample", ("sample", "--out", out, *size), None),
        ("receive", ("receive", out / "inbox"), home),
        *((f"close {period}", ("close", period), home) for period in PERIODS),
    ]
    seconds: dict[str, float] = {}
    for name, words, target in steps:
        started = time.monotonic()
        done = jingtian(*words, home=target)
        seconds[name] = round(time.monotonic() - started, 2)
        (folder / f"{name.replace(' ', '_')}.log").write_text(
            done.stdout + done.stderr, encoding="utf-8"
        )
        if done.returncode != 0:
            text = (done.stderr or done.stdout)[-4000:]
            return {"failed": f"{name} of the shared bank ended with {done.returncode}:\n{text}"}
    return {"seconds": seconds}


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
