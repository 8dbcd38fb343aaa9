"""Opening DuckDB: the one place, so that every connection keeps the same manners.

DuckDB draws a progress bar on standard output for a long query wherever Python has no main file (a
notebook, a worker process); results are written there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

QUIET = "set enable_progress_bar = false"


def open_database(
    path: str = ":memory:", config: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that prints nothing.

    Args:
        path: The database file, or in memory.
        config: DuckDB settings that hold from the start.
    """
    con = duckdb.connect(path, config=dict(config or {}))
    con.execute(QUIET)
    return con
