"""DuckDB as the house uses it: with its limits, and no way to the network."""

from __future__ import annotations

import duckdb

from expectations.database import open_database
from pipelines.settings import Settings


def connect(settings: Settings, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the house's limits and no way to the network."""
    settings.home.scratch.mkdir(parents=True, exist_ok=True)
    return open_database(
        database,
        {
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(settings.home.scratch),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
