"""Work in other processes: results, refusals with all they say, and a process that dies."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.side_by_side import Workers
from reports.gate import EmissionRefused


def work(kind: str, place: Path) -> str:
    """What a call of these tests does; run by another process, which imports this module."""
    print("said on the way, and no part of an answer")
    if kind == "refused":
        raise EmissionRefused("stale", "旧", "old", gate_dir=place)
    if kind == "dies":
        os._exit(3)
    return f"{kind} {os.getpid()}"


def test_results_come_from_other_processes(tmp_path: Path) -> None:
    with Workers(2) as workers:
        calls = {name: workers.submit(work, kind=name, place=tmp_path) for name in "abcd"}
        told = {name: call.result(60).split() for name, call in calls.items()}
    assert {name: kind for name, (kind, _) in told.items()} == {n: n for n in "abcd"}
    processes = {process for _, process in told.values()}
    assert len(processes) <= 2
    assert str(os.getpid()) not in processes


def test_a_refusal_arrives_with_all_it_says(tmp_path: Path) -> None:
    with Workers(1) as workers:
        call = workers.submit(work, kind="refused", place=tmp_path)
        with pytest.raises(EmissionRefused) as refused:
            call.result(60)
        assert workers.submit(work, kind="after", place=tmp_path).result(60).startswith("after")
    said = refused.value
    assert (said.code, said.message_zh, said.message_en) == ("stale", "旧", "old")
    assert (said.decision, said.gate_dir) == (None, tmp_path)


def test_a_process_that_dies_fails_its_call_and_no_other(tmp_path: Path) -> None:
    with Workers(1) as workers:
        calls = {n: workers.submit(work, kind=n, place=tmp_path) for n in ("done", "dies", "left")}
        with pytest.raises(RuntimeError, match="work: the process that did it ended"):
            calls["dies"].result(60)
        done, left = (calls[name].result(60).split() for name in ("done", "left"))
    assert (done[0], left[0]) == ("done", "left")
    assert done[1] != left[1]


def test_leaving_early_drops_what_did_not_begin_and_ends_the_processes(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Workers(1) as workers:
        first = workers.submit(work, kind="first", place=tmp_path)
        others = [workers.submit(work, kind="other", place=tmp_path) for _ in range(200)]
        number = int(first.result(60).split()[1])
        raise KeyError
    assert others[-1].cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_process_whose_caller_was_killed_ends_without_a_word(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.side_by_side"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.close()  # nobody is there to read the answer
        pickle.dump((work, {"kind": "late", "place": tmp_path}), process.stdin)
        _, said = process.communicate(timeout=60)
    assert said.decode().splitlines() == ["said on the way, and no part of an answer"]
