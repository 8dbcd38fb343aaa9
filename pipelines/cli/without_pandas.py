"""Starting without pandas: what judging files need not wait for."""

from __future__ import annotations

import sys


class _NoPandas:
    """An importer that has no pandas and leaves everything else to the others."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is left out of this command", name=name)


def leave_pandas_out() -> None:
    """Refuse pandas to this process.

    pyarrow and DuckDB import it, where it is installed, to see whether a list that they are given
    is a series: a fifth of a cold start, for a command that has no use of it.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
