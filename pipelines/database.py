"""DuckDB as the house uses it: with its limits, and no way to the network."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import duckdb

from expectations.database import open_database
from pipelines.paths import Home
from pipelines.settings import Settings

_numbers = count(1)
_ABANDONED = 2 * 86_400  # seconds since anything was written there


def connect(settings: Settings, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the house's limits and no way to the network."""
    return open_database(
        database,
        {
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(spill_folder(settings.home)),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def spill_folder(home: Home) -> Path:
    """Where one database may put what does not fit into memory.

    A folder of its own, because DuckDB names its files alike in every process. It makes the folder
    when it needs it and removes it in the end; what a killed process left is removed here.
    """
    home.scratch.mkdir(parents=True, exist_ok=True)
    for folder in home.scratch.iterdir():
        with suppress(FileNotFoundError):  # its own database has just removed it
            if time.time() - folder.stat().st_mtime > _ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)
    return home.scratch / f"{os.getpid()}-{next(_numbers)}"
