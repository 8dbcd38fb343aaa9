"""Every connection is opened in one place and prints nothing where results are written."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pipelines.paths import PROJECT_ROOT

# In a process without a main file DuckDB would draw a progress bar.
_ASK = """
from pathlib import Path
import duckdb
from expectations.database import open_database
from expectations.engine import HeldConnectionEngine
from pipelines.database import connect
from pipelines.settings import Settings

def shows(con):
    return con.execute("select current_setting('enable_progress_bar')").fetchall()[0][0]

engine = HeldConnectionEngine(connection_string="duckdb:///:memory:")
with engine.get_connection() as held:
    asked = held.exec_driver_sql("select current_setting('enable_progress_bar')").fetchall()[0][0]
received = connect(Settings.from_env(Path(HOME)))
print(shows(duckdb.connect()), shows(open_database()), shows(received), shows(received.cursor()), asked)
"""


def test_no_connection_draws_a_progress_bar(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"HOME = {str(tmp_path)!r}\n{_ASK}"],
        capture_output=True, text=True, check=True, cwd=PROJECT_ROOT,
    )  # fmt: skip
    bare, *ours = done.stdout.split()
    assert bare == "True"  # else this process proves nothing
    assert ours == ["False"] * 4


@pytest.mark.parametrize("folder", ["expectations", "pipelines", "reports"])
def test_duckdb_is_opened_in_one_place(folder: str) -> None:
    opening = [
        path.relative_to(PROJECT_ROOT).as_posix()
        for path in (PROJECT_ROOT / folder).rglob("*.py")
        if re.search(r"\bduckdb\.connect\(", path.read_text(encoding="utf-8"))
    ]
    assert opening == (["expectations/database.py"] if folder == "expectations" else [])
