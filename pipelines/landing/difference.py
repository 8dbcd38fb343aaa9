"""How two files of one slot differ: rows added, removed and changed by their natural key.

Here belongs the comparison of typed rows, computed in DuckDB and exact to the cent. How it is
printed belongs to the command line. Counts are never cut; examples are the first ones by key, and
values of personal columns are masked in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from expectations.cell_sql import literal
from expectations.contract import Column, Contract
from expectations.findings import MASKED

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
EXAMPLES = 20


@dataclass(frozen=True)
class RowChange:
    """One row that differs. ``cells`` holds (column, before, after) of the cells that do; of a row
    added or removed, its filled cells. Row numbers are those of the two files."""

    kind: str
    key: tuple[tuple[str, str], ...]
    row_before: int | None
    row_after: int | None
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Difference:
    """The difference of two files of one ledger, organisation and month.

    Attributes:
        contract: The ledger.
        before: Load that is compared with, ``after``: the other one (None: not loaded yet).
        rows_before: Rows of each file, ``rows_after`` likewise.
        added: Rows whose key is new; ``removed``: whose key is gone; ``changed``: other cells.
        columns: Changed column to the number of rows in which it changed.
        totals: Control total to (before, after, after - before), exact.
        examples: The first rows that differ.
    """

    contract: Contract
    before: str
    after: str | None
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    columns: dict[str, int]
    totals: dict[str, tuple[Decimal, Decimal, Decimal]]
    examples: tuple[RowChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether not one row differs (the bytes may)."""
        return not (self.added or self.removed or self.changed)

    def summary(self) -> dict[str, Any]:
        """Counts and totals, no cell value: what the registry keeps."""
        return {
            "before": self.before,
            "rows_before": self.rows_before,
            "rows_after": self.rows_after,
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "columns": self.columns,
            "totals": {
                name: {"before": str(was), "after": str(now), "difference": str(difference)}
                for name, (was, now, difference) in self.totals.items()
            },
        }

    def as_dict(self) -> dict[str, Any]:
        """Plain values with the examples."""
        listed = [
            {
                "kind": row.kind,
                "key": dict(row.key),
                "row_before": row.row_before,
                "row_after": row.row_after,
                "cells": {
                    name: {"before": before, "after": after} for name, before, after in row.cells
                },
            }
            for row in self.examples
        ]
        return {**self.summary(), "after": self.after, "examples": listed}


def parquet(path: Path) -> str:
    """The SQL relation of a part of the lake."""
    return f"read_parquet({literal(str(path))})"


def compare(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    before: str,
    after: str,
    *,
    before_load: str,
    after_load: str | None = None,
    examples: int = EXAMPLES,
) -> Difference:
    """Compare two typed tables of a ledger by natural key.

    Args:
        con: Connection whose temp tables are used.
        contract: The ledger.
        before: SQL relation of the rows in force (a column it lacks counts as empty).
        after: SQL relation of the new rows.
        before_load: Load id of ``before``.
        after_load: Load id of ``after``.
        examples: How many rows that differ are taken out.
    """
    others = [c for c in contract.columns if c.key_position is None]
    numbered = any(_has_duplicates(con, contract, relation) for relation in (before, after))
    for name, relation in (("old_rows", before), ("new_rows", after)):
        con.execute(
            f"create or replace temp view {name} as "
            f"{_side(con, contract, relation, is_numbered=numbered)}"
        )
    key = [*contract.key, *(["_copy"] if numbered else [])]
    joined = " and ".join(f"b.{n} is not distinct from a.{n}" for n in key)
    bits = " | ".join(
        f"case when b.{c.name} is distinct from a.{c.name} then {1 << i} else 0 end::bigint"
        for i, c in enumerate(others)
    )
    con.execute(
        f"""
        create or replace temp table row_differences as
        select *
        from (
            select
                b._row as row_before, a._row as row_after,
                case
                    when b._row is null or a._row is null then -1
                    else {bits or "0"}
                end as mask
            from old_rows as b
            full join new_rows as a on {joined}
        )
        where mask <> 0
        """
    )
    counts = ", ".join(
        f"count(*) filter (where mask > 0 and mask & {1 << i} <> 0)" for i in range(len(others))
    )
    found = con.execute(
        "select count(*) filter (where row_before is null), "
        "count(*) filter (where row_after is null), count(*) filter (where mask > 0)"
        f"{', ' + counts if counts else ''} from row_differences"
    ).fetchall()[0]
    columns = {c.name: n for c, n in zip(others, found[3:], strict=True) if n}
    rows = [
        con.execute(f"select count(*) from {name}").fetchall()[0][0]
        for name in ("old_rows", "new_rows")
    ]
    return Difference(
        contract=contract,
        before=before_load,
        after=after_load,
        rows_before=rows[0],
        rows_after=rows[1],
        added=found[0],
        removed=found[1],
        changed=found[2],
        columns=columns,
        totals=_totals(con, contract),
        examples=_examples(con, contract, examples),
    )


def _has_duplicates(con: duckdb.DuckDBPyConnection, contract: Contract, relation: str) -> bool:
    """Whether a key occurs twice: only in a file that was let in by a waiver."""
    key = ", ".join(contract.key)
    (row,) = con.execute(
        f"select (select count(*) from {relation}) "
        f"<> (select count(*) from (select distinct {key} from {relation}))"
    ).fetchall()
    return bool(row[0])


def _side(
    con: duckdb.DuckDBPyConnection, contract: Contract, relation: str, *, is_numbered: bool
) -> str:
    """The rows of one side in the types of the contract."""
    known = {r[0] for r in con.execute(f"describe select * from {relation}").fetchall()}
    columns = [
        f"cast({c.name if c.name in known else 'null'} as {c.sql_type}) as {c.name}"
        for c in contract.columns
    ]
    if is_numbered:
        key = ", ".join(contract.key)
        columns.append(f"row_number() over (partition by {key} order by _row) as _copy")
    return f"select {', '.join(columns)}, _row from {relation}"


def _totals(
    con: duckdb.DuckDBPyConnection, contract: Contract
) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    if not contract.control_totals:
        return {}
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in contract.control_totals)
    was, now = (
        [Decimal(v) for v in con.execute(f"select {sums} from {name}").fetchall()[0]]
        for name in ("old_rows", "new_rows")
    )
    return {
        name: (x, y, y - x) for name, x, y in zip(contract.control_totals, was, now, strict=True)
    }


def _examples(
    con: duckdb.DuckDBPyConnection, contract: Contract, limit: int
) -> tuple[RowChange, ...]:
    """The first rows that differ: changed, added, removed; each by the order of the file."""
    sides = ", ".join(
        f"cast({side}.{c.name} as varchar)" for side in ("b", "a") for c in contract.columns
    )
    rows = con.execute(
        f"""
        select d.row_before, d.row_after, d.mask, {sides}
        from (
            select *
            from row_differences
            order by mask < 0, row_after is null, coalesce(row_after, row_before), row_before
            limit {limit}
        ) as d
        left join old_rows as b on b._row = d.row_before
        left join new_rows as a on a._row = d.row_after
        order by d.mask < 0, d.row_after is null, coalesce(d.row_after, d.row_before), d.row_before
        """
    ).fetchall()
    width = len(contract.columns)
    result = []
    for row_before, row_after, _mask, *values in rows:
        old, new = values[:width], values[width:]
        kind = ADDED if row_before is None else REMOVED if row_after is None else CHANGED
        side = old if kind == REMOVED else new
        key, cells = [], []
        for column, was, now, value in zip(contract.columns, old, new, side, strict=True):
            if column.key_position is not None:
                key.append((column.key_position, column.name, shown(column, value)))
            elif was != now:
                cells.append((column.name, shown(column, was), shown(column, now)))
        names = tuple((name, value) for _, name, value in sorted(key))
        result.append(RowChange(kind, names, row_before, row_after, tuple(cells)))
    return tuple(result)


def shown(column: Column, value: str | None) -> str:
    """A cell as people read it: the label of a code, 是 or 否; personal values are masked."""
    if value is None:
        return ""
    if column.is_personal:
        return MASKED
    if column.kind == "bool":
        return "是" if value == "true" else "否"
    if column.kind == "rate":
        return f"{Decimal(value).normalize():f}"
    return column.codes.get(value, value)
