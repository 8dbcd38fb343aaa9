"""Where DuckDB may spill: apart for every database, and nothing stays for good."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipelines import database
from pipelines.database import connect, spill_folder
from pipelines.paths import Home
from pipelines.settings import Settings


def test_two_databases_never_share_a_folder(tmp_path: Path) -> None:
    settings = Settings(Home(tmp_path))
    cons = [connect(settings), connect(settings)]
    folders = {
        con.execute("select current_setting('temp_directory')").fetchall()[0][0] for con in cons
    }
    assert len(folders) == 2
    assert {Path(f).parent for f in folders} == {tmp_path / "scratch"}


def test_a_query_beyond_its_memory_spills_and_leaves_nothing(tmp_path: Path) -> None:
    con = connect(Settings(Home(tmp_path), memory_limit="30MB", threads=1))
    con.execute("set preserve_insertion_order = false")
    found = con.execute(
        "select count(*) from (select i, sum(i) over (partition by hash(i)) from range(1000000) r(i))"
    ).fetchall()
    assert found == [(1_000_000,)]
    con.close()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_a_killed_process_left_is_removed_after_two_days(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    for name, days in (("left", 3), ("at-work", 1)):
        (scratch / name).mkdir(parents=True)
        (scratch / name / "spill.tmp").write_bytes(b"x")
        moment = time.time() - days * 86_400
        os.utime(scratch / name, (moment, moment))
    spill_folder(Home(tmp_path))
    assert [f.name for f in scratch.iterdir()] == ["at-work"]


def test_processes_side_by_side_share_the_memory(tmp_path: Path) -> None:
    for limit, part in (("4GB", "2.000GB"), ("512 MiB", "256.000MiB")):
        shared = Settings(Home(tmp_path), memory_limit=limit, threads=8).shared_among(2)
        assert (shared.memory_limit, shared.threads) == (part, 1)
        connect(shared).execute("select 1")


def test_a_folder_that_vanishes_while_it_is_looked_at_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scratch" / "of-another-process"
    folder.mkdir(parents=True)

    def now() -> float:
        folder.rmdir()
        return 0.0

    monkeypatch.setattr(database.time, "time", now)
    spill_folder(Home(tmp_path))
    assert not folder.exists()
