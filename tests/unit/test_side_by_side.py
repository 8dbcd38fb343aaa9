"""Work in other processes: results, refusals with all they say, and a process that dies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.side_by_side import start
from reports.gate import EmissionRefused


def work(kind: str, place: Path) -> str:
    """What a call of these tests does; run by another process, which imports this module."""
    print("said on the way, and no part of an answer")
    if kind == "refused":
        raise EmissionRefused("stale", "旧", "old", gate_dir=place)
    if kind == "dies":
        os._exit(3)
    return f"{kind} {os.getpid()}"


def test_results_come_from_other_processes_by_name(tmp_path: Path) -> None:
    calls = {name: {"kind": name, "place": tmp_path} for name in ("a", "b", "c")}
    told = {name: outcome.result(60).split() for name, outcome in start(work, calls, 2).items()}
    assert {name: kind for name, (kind, _) in told.items()} == {"a": "a", "b": "b", "c": "c"}
    processes = {process for _, process in told.values()}
    assert len(processes) == 2
    assert str(os.getpid()) not in processes


def test_a_refusal_arrives_with_all_it_says(tmp_path: Path) -> None:
    calls = {name: {"kind": name, "place": tmp_path} for name in ("refused", "after")}
    outcomes = start(work, calls, 1)
    with pytest.raises(EmissionRefused) as refused:
        outcomes["refused"].result(60)
    said = refused.value
    assert (said.code, said.message_zh, said.message_en) == ("stale", "旧", "old")
    assert (said.decision, said.gate_dir) == (None, tmp_path)
    assert outcomes["after"].result(60).startswith("after")


def test_a_process_that_dies_fails_what_it_had_left(tmp_path: Path) -> None:
    calls = {name: {"kind": name, "place": tmp_path} for name in ("done", "dies", "left")}
    outcomes = start(work, calls, 1)
    assert outcomes["done"].result(60).startswith("done")
    for name in ("dies", "left"):
        with pytest.raises(RuntimeError, match=name):
            outcomes[name].result(60)
