"""What dbt reads: views over the lake's Parquet files and a few small tables about the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.contract import Contract
from pipelines.paths import Home
from pipelines.periods import window
from pipelines.registry import Load
from pipelines.warehouse.load_set import LoadSet


def write_inputs(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    load_set: LoadSet,
    home: Home,
    gaps: dict[str, str],
) -> None:
    """Create the schemas ``lake`` and ``run`` in a build's database.

    Args:
        con: Connection to the build's file.
        contracts: All ledgers.
        load_set: The loads in force.
        home: Where the lake is.
        gaps: Metric id to the reason why it has no source at all.
    """
    create_lake_views(con, contracts, load_set, home)
    write_run_tables(con, contracts, load_set, gaps)


def create_lake_views(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    load_set: LoadSet,
    home: Home,
    extra: dict[str, str] | None = None,
) -> None:
    """Views ``lake.<ledger>`` and ``lake.<ledger>_history``; typed and empty without loads.

    Personal columns are left out: names, ids and phones stop at the lake's files. ``extra`` names
    a table of rows per ledger that are not in the lake yet and count as if they were.
    """
    con.execute("create schema if not exists lake")
    for name, contract in contracts.items():
        for view, loads in (
            (name, load_set.current[name]),
            (f"{name}_history", load_set.history[name]),
        ):
            scan = _scan(contract, loads, home)
            if extra and view in extra:
                scan = f"({scan}) union all by name (from {extra[view]})"
            con.execute(f"create or replace view lake.{view} as {scan}")


def _scan(contract: Contract, loads: Sequence[Load], home: Home) -> str:
    kept = [c for c in contract.columns if not c.is_personal]
    if not loads:
        columns = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in kept)
        keys = ", ".join(f"cast(null as varchar) as {n}" for n in ("_period", "_org", "_load_id"))
        return f"select {columns}, {keys}, cast(null as bigint) as _row where false"
    paths = ", ".join(
        literal(str(home.lake_part(x.ledger, x.period, x.org_id, x.load_id))) for x in loads
    )
    columns = ", ".join(c.name for c in kept)
    types = "{'period': varchar, 'org': varchar, 'load': varchar}"
    options = f"hive_partitioning = true, hive_types = {types}"
    source = f"read_parquet([{paths}], {options})"
    if any(x.contract_version != contract.version for x in loads):
        # A column added since is optional: parts written before it read as empty.
        none = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in kept)
        old = f"select * from read_parquet([{paths}], union_by_name = true, {options})"
        source = f"(select {none} where false union all by name {old})"
    return (
        f'select {columns}, "period" as _period, "org" as _org, "load" as _load_id, _row '
        f"from {source}"
    )


def write_run_tables(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    load_set: LoadSet,
    gaps: dict[str, str],
) -> None:
    """Tables of schema ``run``: the period, its months, the loads in force, what is absent."""
    con.execute("create schema if not exists run")
    period = load_set.period
    con.execute(
        """
        create or replace table run.run_context (
            period varchar, period_start date, period_end date, year_start date,
            previous_year_end_period varchar, previous_period varchar
        )
        """
    )
    con.execute(
        "insert into run.run_context values (?, ?, ?, ?, ?, ?)",
        [
            str(period),
            period.start,
            period.end,
            period.year_start,
            f"{period.year - 1}-12",
            str(period.shift(-1)),
        ],
    )
    span = window(period)
    _table(
        con,
        "run_month",
        {
            "month": [str(m) for m in span],
            "month_start": [m.start for m in span],
            "month_end": [m.end for m in span],
            "previous_month": [str(m.shift(-1)) for m in span],
            "is_current_year": [m.year == period.year for m in span],
        },
    )
    names = ("ledger", "org", "month", "load_id", "load_period")
    columns = list(zip(*load_set.months, strict=True)) or [()] * len(names)
    _table(con, "run_load", dict(zip(names, map(list, columns), strict=True)))
    compared = period.compared()
    _table(
        con,
        "run_comparison",
        {
            "comparison_code": list(compared),
            "compared_period": [str(month) for month in compared.values()],
        },
    )
    present = load_set.present()
    _table(
        con,
        "run_ledger",
        {"ledger": list(contracts), "is_present": [name in present for name in contracts]},
    )
    absent = {x.load_id: x.absent_columns for loads in load_set.history.values() for x in loads}
    lacking = [
        (ledger, org, month, column)
        for ledger, org, month, load_id, _ in load_set.months
        for column in absent.get(load_id, ())
    ]
    _table(
        con,
        "run_absent_column",
        {
            name: [row[place] for row in lacking]
            for place, name in enumerate(("ledger", "org", "month", "column_name"))
        },
    )
    _table(con, "run_metric_gap", {"definition_id": list(gaps), "reason_code": list(gaps.values())})


def write_prior_values(
    con: duckdb.DuckDBPyConnection, priors: Sequence[tuple[str, str, Path]]
) -> None:
    """Table ``run.run_prior_value``: the published figures of earlier months.

    Args:
        con: Connection to the build's file.
        priors: Period, build id and warehouse file of each; without any the table is empty.
    """
    con.execute(
        """
        create or replace table run.run_prior_value (
            period varchar, build_id varchar, metric_id varchar, definition_id varchar,
            org_level varchar, org_id varchar, segment varchar, numerator decimal(38, 6),
            denominator decimal(38, 6), value decimal(38, 6), reason_code varchar
        )
        """
    )
    for period, build_id, path in priors:
        con.execute(f"attach {literal(str(path))} as prior (read_only)")
        try:
            con.execute(
                """
                insert into run.run_prior_value
                select
                    ?, ?, metric_id, definition_id, org_level, org_id, segment, numerator,
                    denominator, value, reason_code
                from prior.main.mart_metric_value
                where org_level <> 'grid'
                """,
                [period, build_id],
            )
        finally:
            con.execute("detach prior")


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, list[object]]) -> None:
    arrays: dict[str, pa.Array[Any]] = {
        k: pa.array(list[Any](v)) if v else pa.array([], pa.string()) for k, v in columns.items()
    }
    con.register("rows", pa.table(arrays))
    con.execute(f"create or replace table run.{name} as select * from rows")
    con.unregister("rows")
