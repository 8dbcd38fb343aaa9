"""The loads of a build: which file of whom brought a row.

Here belongs reading a build's ``load_set.json`` and picking the loads that a figure rests on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from pipelines.landing.line_number import file_and_line


@dataclass(frozen=True)
class LoadLine:
    """One load: a file (or mapped export) of one ledger, organisation and month."""

    load_id: str
    ledger: str
    org_id: str
    period: str
    files: tuple[str, ...]
    rows: int

    @property
    def file(self) -> str:
        """The file's name; several inputs of a mapped export joined by ``+``."""
        return "+".join(self.files)

    def place(self, row_no: int) -> tuple[str, int]:
        """File and line of one of its rows."""
        return file_and_line(row_no, self.files)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def read_loads(build_dir: Path) -> dict[str, LoadLine]:
    """Every load a build was made from, by load id."""
    document = json.loads((build_dir / "load_set.json").read_text(encoding="utf-8"))
    return {
        item["load_id"]: LoadLine(
            load_id=item["load_id"],
            ledger=item["ledger"],
            org_id=item["org_id"],
            period=item["period"],
            files=tuple(item["files"]),
            rows=item["rows"],
        )
        for item in document["loads"]
    }


_MONTHS = {
    "period": "select period from run.run_context",
    "year_start": "select previous_year_end_period from run.run_context",
    "year": "select month from run.run_month where is_current_year",
    "previous_months": "select previous_month from run.run_month where is_current_year",
}


def loads_in_force(
    con: duckdb.DuckDBPyConnection,
    wanted: Iterable[tuple[str, str]],
    organisations: list[str],
) -> set[str]:
    """Load ids in force for the ledgers and months of a row query's head.

    Args:
        con: A connection to a build.
        wanted: (ledger, months) pairs of :class:`pipelines.explain.catalogue.RowQuery`.
        organisations: Who may have sent them.
    """
    found: set[str] = set()
    for ledger, when in wanted:
        if when not in _MONTHS:
            continue
        rows = con.execute(
            f"""
            select distinct load_id from run.run_load
            where ledger = ? and list_contains(?, org) and month in ({_MONTHS[when]})
            """,
            [ledger, organisations],
        ).fetchall()
        found.update(row[0] for row in rows)
    return found
