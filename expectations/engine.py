"""Great Expectations over DuckDB: one engine class that keeps its connection open.

Out of the box every expectation fails on DuckDB: the engine hands out a cursor after its
connection was returned. The method overridden here is private to Great Expectations 1.24, which is
why pyproject.toml bounds the version and ``tests/integration`` runs the engine.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from expectations.database import QUIET


class HeldConnectionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """A SQLAlchemy engine whose one connection lives as long as the engine."""

    _connection: Any

    @contextmanager
    def get_connection(self) -> Generator[Any, None, None]:
        """The held connection; a failed statement is rolled back so that the next can run."""
        if not self._connection:
            self._connection = self.engine.connect()
            self._connection.exec_driver_sql(QUIET)
        try:
            yield self._connection
        except Exception:
            self._connection.rollback()
            raise

    def close(self) -> None:
        """Close the held connection."""
        if self._connection:
            self._connection.close()
        super().close()


SQLDatasource.execution_engine_override = HeldConnectionEngine


def ephemeral_context() -> Any:
    """A context that lives in memory, shows no progress bars and sends nothing anywhere."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context
