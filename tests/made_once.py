"""Things that are expensive to make: made once per test run and shared by its workers.

The first worker to ask makes it under a file lock, the others wait and read the record. A failure is
recorded too, so that no worker tries again.
"""

from __future__ import annotations

import fcntl
import json
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], dict[str, Any]]
) -> dict[str, Any]:
    """What ``make`` returned in this test run.

    Args:
        tmp_path_factory: pytest's factory.
        name: Names the thing and its folder.
        make: Called once with an empty folder; returns plain values that JSON can hold.

    Raises:
        RuntimeError: ``make`` failed, here or in the worker that came first; with its traceback.
    """
    folder = run_folder(tmp_path_factory) / name
    record = folder.with_suffix(".json")
    with _alone(folder.with_suffix(".lock")):
        if not record.exists():
            folder.mkdir()
            made: dict[str, Any] = {}
            try:
                made["made"] = make(folder)
            except Exception:
                made["failed"] = traceback.format_exc()
            record.write_text(json.dumps(made), encoding="utf-8")
    result = json.loads(record.read_text(encoding="utf-8"))
    if "failed" in result:
        raise RuntimeError(f"{name} could not be made:\n{result['failed']}")
    return dict(result["made"])


def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that belongs to this test run and is the same for all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
