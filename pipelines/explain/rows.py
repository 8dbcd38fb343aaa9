"""The ledger rows behind a figure: run once into a temporary table, then counted and read.

Here belongs naming things as people know them: file names, Chinese column titles, code labels.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from expectations.contract import Column, Contract
from pipelines.explain.catalogue import RowQuery
from pipelines.explain.loads import LoadLine

_BATCH = 10_000
_FIXED = (
    "segment",
    "term",
    "ledger",
    "branch_id",
    "load_id",
    "row_no",
    "row_key",
    "numerator_part",
    "denominator_part",
)
_SIDE = """
    case
        when numerator_part is null then 'denominator'
        when denominator_part is null then 'numerator'
        else 'both'
    end
"""
_SIDE_ORDER = ("both", "numerator", "denominator")


@dataclass(frozen=True)
class ExplainedRow:
    """One ledger row that counts.

    ``row`` is the row number as a spreadsheet shows it, the header being row 1. ``columns`` are
    those that decided, by name; a pointer to a further row reads ``file:row``.
    """

    segment: str
    side: str
    term: str
    ledger: str
    org_id: str
    file: str
    row: int
    key: str
    numerator_part: Decimal | None
    denominator_part: Decimal | None
    columns: dict[str, Any]

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Section:
    """Rows of one side, ledger and term, of which ``rows`` are shown.

    ``is_alike``: every row adds the same to both sides.
    """

    side: str
    ledger: str
    term: str
    row_count: int
    numerator: Decimal | None
    denominator: Decimal | None
    is_alike: bool
    rows: tuple[ExplainedRow, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {**vars(self), "rows": [row.as_dict() for row in self.rows]}


class CountedRows:
    """The rows of one metric, organisation and segment (None: all segments)."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        query: RowQuery,
        loads: dict[str, LoadLine],
        *,
        metric_id: str,
        org_id: str,
        branches: Sequence[str],
        period: str,
        segment: str | None,
        definition_id: str = "",
        grids: Sequence[str] | None = None,
    ) -> None:
        self._con = con
        self._loads = loads
        values = {
            "metric_id": metric_id,
            "org_id": org_id,
            "branches": list(branches),
            "grids": None if grids is None else list(grids),
            "period": period,
            "definition_id": definition_id,
        }
        bound: dict[str, Any] = {name: values[name] for name in query.parameters}
        where = ""
        if segment is not None:
            where, bound["explained_segment"] = "where segment = $explained_segment", segment
        con.execute(
            f"create or replace temp table counted_row as select * from ({query.sql}) {where}",
            bound,
        )
        names = [r[0] for r in con.execute("describe counted_row").fetchall()]
        if "term" not in names:
            con.execute("alter table counted_row add column term varchar default ''")
        self._pointers = tuple(
            name.removesuffix("_load_id")
            for name in names
            if name.endswith("_load_id") and name not in _FIXED
        )
        hidden = {f"{p}{suffix}" for p in self._pointers for suffix in ("_load_id", "_row_no")}
        self.columns = (
            *(name for name in names if name not in _FIXED and name not in hidden),
            *self._pointers,
        )
        self._write_load_order()

    def _write_load_order(self) -> None:
        # rows are listed by organisation, month and file, not by the hash that names a load
        ordered = sorted(self._loads.values(), key=lambda x: (x.org_id, x.period, x.file))
        table = pa.table(
            {
                "load_id": pa.array([x.load_id for x in ordered], pa.string()),
                "load_order": pa.array(range(len(ordered)), pa.int64()),
            }
        )
        self._con.register("load_order", table)

    def load_ids(self) -> set[str]:
        """Loads that the rows, and the further rows they point to, come from."""
        columns = ["load_id", *(f"{name}_load_id" for name in self._pointers)]
        parts = " union ".join(f"select {name} from counted_row" for name in columns)
        return {r[0] for r in self._con.execute(parts).fetchall() if r[0] is not None}

    def sums(self) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        """(segment, term) to the sums of both sides' contributions."""
        rows = self._con.execute(
            """
            select
                segment, term,
                coalesce(sum(numerator_part), 0), coalesce(sum(denominator_part), 0)
            from counted_row
            group by segment, term
            order by segment, term
            """
        ).fetchall()
        return {(r[0], r[1]): (Decimal(r[2]), Decimal(r[3])) for r in rows}

    def added_by(
        self, places: Sequence[tuple[str, int]]
    ) -> list[tuple[str, Decimal | None, Decimal | None, bool]]:
        """What ledger rows (load and row) add, per segment: numerator, denominator, basis only.

        The last says that they add nothing themselves and other rows point to them.
        """
        table = pa.table(
            {
                "load_id": pa.array([p[0] for p in places], pa.string()),
                "row_no": pa.array([p[1] for p in places], pa.int64()),
            }
        )
        self._con.register("asked_row", table)
        pointed = " or ".join(
            f"({name}_load_id, {name}_row_no) in (select load_id, row_no from asked_row)"
            for name in self._pointers
        )
        rows = self._con.execute(
            f"""
            select
                segment,
                sum(numerator_part) filter (is_own),
                sum(denominator_part) filter (is_own),
                not bool_or(is_own)
            from (
                select *, (load_id, row_no) in (select load_id, row_no from asked_row) as is_own
                from counted_row
            )
            where is_own or coalesce({pointed or "false"}, false)
            group by segment
            order by segment
            """
        ).fetchall()
        self._con.unregister("asked_row")
        return [(r[0], _decimal(r[1]), _decimal(r[2]), r[3]) for r in rows]

    def sections(self, limit: int | None) -> tuple[Section, ...]:
        """Rows by side, ledger and term with true counts; ``limit`` rows in all (None: every row).

        The largest contributions come first.
        """
        groups = self._con.execute(
            f"""
            select
                {_SIDE} as side, ledger, term, count(*),
                sum(numerator_part), sum(denominator_part),
                bool_and(coalesce(numerator_part = denominator_part, false))
            from counted_row
            group by side, ledger, term
            """
        ).fetchall()
        groups.sort(key=lambda g: (_SIDE_ORDER.index(g[0]), g[1], g[2]))
        shares = _shares([g[3] for g in groups], limit)
        return tuple(
            Section(
                side,
                ledger,
                term,
                count,
                None if numerator is None else Decimal(numerator),
                None if denominator is None else Decimal(denominator),
                is_alike,
                tuple(self._read(side, ledger, term, share)),
            )
            for (side, ledger, term, count, numerator, denominator, is_alike), share in zip(
                groups, shares, strict=True
            )
        )

    def _read(self, side: str, ledger: str, term: str, limit: int) -> Iterator[ExplainedRow]:
        return self._rows(
            f"where {_SIDE} = ? and ledger = ? and term = ?",
            "abs(coalesce(numerator_part, denominator_part)) desc,",
            [side, ledger, term, limit],
            "limit ?",
        )

    def every_row(self) -> Iterator[ExplainedRow]:
        """Every row, by side, file and row."""
        order = f"list_position(['both', 'numerator', 'denominator'], {_SIDE}), term,"
        return self._rows("", order, [], "")

    def _rows(
        self, where: str, order: str, values: list[Any], limit: str
    ) -> Iterator[ExplainedRow]:
        pointed = ", ".join(f"{p}_load_id, {p}_row_no" for p in self._pointers)
        plain = self.columns[: len(self.columns) - len(self._pointers)]
        listed = ", ".join(
            part for part in (", ".join(_FIXED), ", ".join(plain), pointed, _SIDE) if part
        )
        cursor = self._con.execute(
            f"""
            select {listed}
            from counted_row
            left join load_order using (load_id)
            {where}
            order by {order} load_order.load_order, row_no, row_key, segment
            {limit}
            """,
            values,
        )
        first, last = len(_FIXED), len(_FIXED) + len(plain)
        while batch := cursor.fetchmany(_BATCH):
            for r in batch:
                columns = dict(zip(plain, r[first:last], strict=True))
                for number, name in enumerate(self._pointers):
                    at = last + 2 * number
                    columns[name] = None
                    if r[at] is not None:
                        columns[name] = ":".join(map(str, self._loads[r[at]].place(r[at + 1])))
                file, line = self._loads[r[4]].place(r[5])
                yield ExplainedRow(
                    segment=r[0],
                    side=r[-1],
                    term=r[1],
                    ledger=r[2],
                    org_id=r[3],
                    file=file,
                    row=line,
                    key=r[6],
                    numerator_part=None if r[7] is None else Decimal(r[7]),
                    denominator_part=None if r[8] is None else Decimal(r[8]),
                    columns=columns,
                )


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _shares(counts: list[int], limit: int | None) -> list[int]:
    """Split ``limit`` over groups: small groups whole, the others evenly."""
    if limit is None:
        return counts
    shares = [0] * len(counts)
    left = max(limit, len(counts))
    for position, number in enumerate(sorted(range(len(counts)), key=lambda i: counts[i])):
        shares[number] = min(counts[number], left // (len(counts) - position))
        left -= shares[number]
    return shares


@dataclass(frozen=True)
class Wording:
    """Names of columns and codes as people know them, from the contracts and a query's labels."""

    contracts: dict[str, Contract]
    query: RowQuery
    lang: str

    def title(self, name: str) -> str:
        """A column's title: Chinese from the contract or the query's labels."""
        if name in self.query.labels:
            return self.query.labels[name][0 if self.lang == "zh" else 1]
        column = self._column(name)
        return column.title_zh if column and self.lang == "zh" else name

    def ledger(self, name: str) -> str:
        """A ledger's title."""
        contract = self.contracts[name]
        return contract.title_zh if self.lang == "zh" else contract.title_en

    def value(self, name: str, value: object) -> str:
        """A value as text: code labels, 是/否, dates, plain numbers."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return ("是" if value else "否") if self.lang == "zh" else ("yes" if value else "no")
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain(value)
        column = self._column(name)
        if column and column.codes and self.lang == "zh":
            return column.codes.get(str(value), str(value))
        return str(value)

    def _column(self, name: str) -> Column | None:
        first = [self.contracts[ledger] for ledger in self.query.ledgers]
        for contract in (*first, *self.contracts.values()):
            for column in contract.columns:
                if column.name == name:
                    return column
        return None


def plain(value: Decimal) -> str:
    """All digits of a number without separators, exponent or trailing zeros; money keeps two."""
    text = format(value, "f")
    if "." not in text:
        return text
    whole, _, rest = text.partition(".")
    kept = rest.rstrip("0")
    return f"{whole}.{kept.ljust(2, '0')}" if kept or len(rest) >= 2 else whole
