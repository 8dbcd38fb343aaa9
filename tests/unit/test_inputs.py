"""What dbt reads: parts written before a column was added still read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.contract import Contract
from pipelines.paths import Home
from pipelines.periods import parse_period
from pipelines.registry import Load
from pipelines.warehouse.inputs import create_lake_views
from pipelines.warehouse.load_set import resolve_load_set


def test_column_added_since_is_empty_in_older_parts(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, contracts: dict[str, Contract]
) -> None:
    home = Home(tmp_path)
    contract = contracts["calendar_override"]
    part = home.lake_part(contract.name, "2025-12", "1000", "old")
    part.parent.mkdir(parents=True)
    con.execute(
        "copy (select date '2026-02-14' as calendar_date, true as is_workday, 2 as _row) "
        f"to '{part}' (format parquet)"
    )
    load = Load(
        load_id="old",
        ledger=contract.name,
        org_id="1000",
        period="2025-12",
        row_count=1,
        absent_columns=(),
        part_sha256="",
        inputs=(),
        contract_version="0.9.0",
        seq=1,
    )
    only = {contract.name: contract}
    load_set = resolve_load_set([load], only, parse_period("2025-12"), 1)
    create_lake_views(con, only, load_set, home)
    rows = con.execute(
        "select is_workday, reason, _org, _load_id, _row from lake.calendar_override"
    ).fetchall()
    assert rows == [(True, None, "1000", "old", 2)]


def test_personal_columns_stop_at_the_lake(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, contracts: dict[str, Contract]
) -> None:
    load_set = resolve_load_set([], contracts, parse_period("2025-12"), 0)
    create_lake_views(con, contracts, load_set, Home(tmp_path))
    personal = {c.name for c in contracts["customer"].columns if c.is_personal}
    shown = {row[0] for row in con.execute("describe lake.customer").fetchall()}
    assert personal and not personal & shown
