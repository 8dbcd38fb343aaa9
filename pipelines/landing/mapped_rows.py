"""Ledger rows made from the files of a foreign export, all in SQL; findings led back to them.

A row keeps where it came from (``line_number.py``), so that a finding, and years later a figure,
names file and line.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.contract import Contract
from expectations.findings import FINDING_SCHEMA, finding_row
from expectations.judge import RawTable, Verdict
from pipelines.errors import UsageError
from pipelines.landing.foreign import ForeignTable
from pipelines.landing.line_number import LINES
from pipelines.landing.mapping import CONTEXT, MappedLedger, Mapping, fields_named

_UNKNOWN, _FAILED, _UNMATCHED = "\ue000", "\ue001", "\ue002"
_CODES = {_UNKNOWN: "JT-MAP-0001", _FAILED: "JT-MAP-0002", _UNMATCHED: "JT-MAP-0003"}
_NUMBER = r"[-+]?[0-9]+(\.[0-9]+)?"
# What an expression does at one row when its cells are not what it expects.
_AT_A_ROW = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)


@dataclass(frozen=True)
class Place:
    """Where the cells of a ledger column stand in one file of the export."""

    file: int
    position: int
    title: str
    allowed: str


@dataclass
class MappedRows:
    """The rows of one ledger and where they stand in the export."""

    raw: RawTable
    names: list[str]
    places: list[Place] = field(default_factory=list)

    def lead_back(self, con: duckdb.DuckDBPyConnection, verdict: Verdict) -> Verdict:
        """The verdict with its findings at file, line and field of the export."""
        return dataclasses.replace(verdict, findings=self._at_home(con, verdict.findings))

    def _at_home(self, con: duckdb.DuckDBPyConnection, findings: pa.Table) -> pa.Table:
        if findings.num_rows == 0:
            return findings
        files = pa.table(
            {
                "file": pa.array(range(len(self.names)), pa.int64()),
                "name": pa.array(self.names, pa.string()),
            }
        )
        places = pa.table(
            {
                "file": pa.array([p.file for p in self.places], pa.int64()),
                "position": pa.array([p.position for p in self.places], pa.int64()),
                "title": pa.array([p.title for p in self.places], pa.string()),
                "allowed": pa.array([p.allowed for p in self.places], pa.string()),
            }
        )
        numbered = findings.append_column("_order", pa.array(range(findings.num_rows), pa.int64()))
        for name, table in (("found", numbered), ("file", files), ("place", places)):
            con.register(f"led_back_{name}", table)
        led: pa.Table = con.execute(
            rf"""
            select
                f.code,
                f.row_no % {LINES} as row_no,
                case
                    when f.row_no is null then f.cell
                    else file.name || ':' || (f.row_no % {LINES}) || coalesce(' ' || place.title, '')
                end as cell,
                f."column",
                f.key,
                f.value,
                case when f.code = 'JT-MAP-0001' then place.allowed else f.expected end as expected,
                f.difference
            from led_back_found as f
            left join led_back_file as file on file.file = f.row_no // {LINES}
            left join led_back_place as place
                on place.file = f.row_no // {LINES}
                and place.position = try_cast(regexp_extract(f.cell, '^c([0-9]+)@', 1) as bigint)
            order by f._order
            """
        ).to_arrow_table()
        for name in ("found", "file", "place"):
            con.unregister(f"led_back_{name}")
        at_home: pa.Table = led.cast(FINDING_SCHEMA)
        return at_home


def lay_out(
    con: duckdb.DuckDBPyConnection,
    tables: dict[str, ForeignTable],
    mapping: Mapping,
    *,
    org_id: str,
    period_start: object,
    period_end: object,
) -> None:
    """Put files, views and the context of an export onto the connection as temp tables.

    Raises:
        UsageError: A view of the mapping cannot run.
    """
    for alias, foreign in tables.items():
        con.register("foreign_arrow", foreign.table)
        con.execute(f'create or replace temp table "{alias}" as from foreign_arrow')
        con.unregister("foreign_arrow")
    con.execute(
        f"create or replace temp table {CONTEXT} as select {literal(org_id)} as submitting_org, "
        f"date '{period_start}' as period_start, date '{period_end}' as period_end"
    )
    for name, view in mapping.used_views(tables).items():
        try:
            con.execute(f'create or replace temp table "{name}" as {view.sql}')
        except duckdb.Error as exc:
            raise UsageError(
                f"映射 {mapping.name} 的中间表 {name} 无法执行：{exc}",
                f"view {name} of mapping {mapping.name} cannot run: {exc}",
            ) from exc


def map_rows(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    mapping: Mapping,
    tables: dict[str, ForeignTable],
    inputs: dict[str, str],
) -> MappedRows:
    """Text cells of one ledger.

    Args:
        con: Connection on which :func:`lay_out` has put the export.
        contract: The ledger.
        mapping: The mapping.
        tables: The files as read, by alias.
        inputs: File name by alias, in the order in which the load names them.

    Raises:
        UsageError: The SQL of the mapping cannot run.
    """
    return _Rows(con, contract, mapping, tables, inputs).make()


class _Rows:
    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        contract: Contract,
        mapping: Mapping,
        tables: dict[str, ForeignTable],
        inputs: dict[str, str],
    ) -> None:
        self.con, self.contract, self.mapping, self.tables = con, contract, mapping, tables
        self.mapped: MappedLedger = mapping.ledgers[contract.name]
        self.number = {alias: i for i, alias in enumerate(inputs)}
        self.names = list(inputs.values())
        self.columns = [c.name for c in contract.columns if c.name not in self.mapped.absent]
        self.ignored: dict[str, int] = {}
        self.found: list[tuple[int, int, str, str]] = []
        self.file_findings: list[dict[str, object]] = []
        self.refused = 0

    def make(self) -> MappedRows:
        parts = []
        for at, block in enumerate(self.mapped.rows):
            self._run(at, block)
            parts.append(f"select * from mapped_{at}")
            self._account_for_view(block)
        cells = ", ".join(f"{_plain(f'c{i}')} as c{i}" for i in range(len(self.columns)))
        table = self.con.execute(
            f"select _row, {cells} from ({' union all '.join(parts)}) order by _row"
        ).to_arrow_table()
        for at in range(len(self.mapped.rows)):
            self.con.execute(f"drop table mapped_{at}")
        self._account_for_files()
        raw = RawTable(
            table=table,
            positions={name: i for i, name in enumerate(self.columns)},
            letters=[f"c{i}@" for i in range(len(self.columns))],
            cell_findings=self.found,
            file_findings=self.file_findings,
            refused_rows=self.refused,
            ignored=self.ignored,
        )
        return MappedRows(raw, self.names, list(self._places()))

    def _account_for_view(self, block: dict[str, Any]) -> None:
        """Lines that a view put together into one row, or left out."""
        table = block.get("from", "")
        if table not in self.mapping.views:
            return
        lines = self.tables[self.mapping.line_file(table)].table.num_rows
        rows, taken = self.con.execute(
            f'select count(*), coalesce(sum(_lines), 0) from "{table}"'
        ).fetchall()[0]
        self._ignore("merged", int(taken) - rows)
        self._ignore("not_selected", lines - int(taken))

    def _account_for_files(self) -> None:
        """Lines that became no row: blank ones, and those with a wrong number of cells."""
        rows_of = set(self.mapping.from_files(self.contract.name))
        for alias, foreign in self.tables.items():
            if alias not in self.number:
                continue
            base = self.number[alias] * LINES
            self.file_findings += [{**f, "row_no": base + int(str(f["row_no"]))}
                                   for f in foreign.findings]  # fmt: skip
            if alias in rows_of:
                self.refused += len(foreign.findings)
                self._ignore("blank", foreign.blank)

    def _base(self, block: dict[str, Any]) -> int:
        """Number before the first line of a block's file; an optional file may be absent."""
        alias = self.mapping.line_file(block["from"]) if "from" in block else ""
        return self.number.get(alias, 0) * LINES

    def _ignore(self, reason: str, count: int) -> None:
        if count:
            self.ignored[reason] = self.ignored.get(reason, 0) + count

    def _run(self, at: int, block: dict[str, Any]) -> None:
        """Make the rows of one block; those left out are counted, those at fault are found."""
        try:
            self._select(at, block, _as_is)
        except _AT_A_ROW:
            self._select(at, block, _guarded)
        name, base = f"mapped_{at}", self._base(block)
        several = self.con.execute(
            f"select _row, count(*) from {name} group by 1 having count(*) > 1 order by 1"
        ).fetchall()
        for row, times in several:
            if row != base:  # rows of constants have no line
                self.file_findings.append(
                    finding_row("JT-MAP-0004", row_no=row, value=str(times), expected="1")
                )
        if several:
            self.con.execute(
                f"delete from {name} where _row <> {base} "
                f"and rowid not in (select min(rowid) from {name} group by _row)"
            )
        for reason, count in self.con.execute(
            f"select _ignored, count(*) from {name} where _ignored is not null group by 1 order by 1"
        ).fetchall():
            self._ignore(reason, count)
        self.con.execute(f"delete from {name} where _ignored is not null")
        for i in range(len(self.columns)):
            marks = "".join(_CODES)
            for row, text in self.con.execute(
                f"select _row, c{i} from {name} where regexp_matches(c{i}, '^[{marks}]')"
            ).fetchall():
                self.found.append((row, i, _CODES[text[0]], text[1:101]))

    def _select(self, at: int, block: dict[str, Any], guard: Callable[[str], str]) -> None:
        joins = {j["file"]: j["on"] for j in block.get("join", ())}
        lookups = {j["file"]: j["on"] for j in block.get("lookup", ())}
        row, unmatched = "0", {}
        sql = f"from {CONTEXT}"
        if "from" in block:
            row = f'{self._base(block)} + "{block["from"]}"._row'
            sql += f' cross join "{block["from"]}"'
        for alias, on in {**joins, **lookups}.items():
            sql += f' left join (select *, true as _is_there from "{alias}") as "{alias}" on {on}'
            if alias in joins:
                unmatched[alias] = f'"{alias}"._is_there is null'
        reasons = [f"when {i['when']} then {literal(i['reason'])}" for i in block.get("ignore", ())]
        if "where" in block:
            reasons.append(f"when ({block['where']}) is not true then 'not_selected'")
        ignored = f"case {' '.join(reasons)} end" if reasons else "cast(null as varchar)"
        cells = [
            f"{self._cell(block['columns'].get(name), unmatched, guard)} as c{i}"
            for i, name in enumerate(self.columns)
        ]
        query = (
            f"select cast({row} as bigint) as _row, {ignored} as _ignored, {', '.join(cells)} {sql}"
        )
        try:
            self.con.execute(f"create or replace temp table mapped_{at} as {query}")
        except duckdb.Error as exc:
            if guard is _as_is and isinstance(exc, _AT_A_ROW):
                raise
            raise UsageError(
                f"映射 {self.mapping.name} 的《{self.contract.title_zh}》无法执行：{exc}",
                f"mapping {self.mapping.name}, ledger {self.contract.name}, cannot run: {exc}",
            ) from exc

    def _cell(
        self,
        spec: dict[str, Any] | None,
        unmatched: dict[str, str],
        guard: Callable[[str], str],
    ) -> str:
        if spec is None:
            return "cast(null as varchar)"
        sql = guard(self._value(spec))
        missing = {unmatched[a] for a, _ in fields_named(spec) if a in unmatched}
        if missing:
            sql = f"case when {' or '.join(sorted(missing))} then {literal(_UNMATCHED)} else {sql} end"
        return sql

    def _value(self, spec: dict[str, Any]) -> str:
        if "constant" in spec:
            value = spec["constant"]
            return literal(str(value).lower() if isinstance(value, bool) else str(value))
        source = self._source(spec)
        sql = self._translated(source, spec)
        if other := spec.get("if_empty"):
            instead = self._translated(self._source(other), other)
            sql = f"case when {source} is null then {instead} else {sql} end"
        return sql

    def _source(self, spec: dict[str, Any]) -> str:
        if "expression" in spec:
            return f"cast(({spec['expression']}) as varchar)"
        alias, _, name = spec["column"].partition(".")
        return f'"{alias}"."{name}"'

    def _translated(self, source: str, spec: dict[str, Any]) -> str:
        codes = self.mapping.translation(spec)
        if codes is not None:
            return _translate(source, codes, spec.get("list_separator"))
        if "scale" in spec:
            scaled = f"cast(try_cast({source} as decimal(28, 6)) * {spec['scale']} as varchar)"
            # six decimals are printed always; those that say nothing go
            short = f"regexp_replace({scaled}, '(\\.[0-9]*?)0+$', '\\1')"
            short = f"regexp_replace({short}, '\\.$', '')"
            return (
                f"case when regexp_full_match({source}, '{_NUMBER}') then {short} else {source} end"
            )
        if "shift_years" in spec:
            day = f"coalesce(try_cast({source} as date), cast(try_strptime({source}, '%Y%m%d') as date))"
            moved = f"cast(cast({day} + interval ({spec['shift_years']}) year as date) as varchar)"
            return f"case when {day} is null then {source} else {moved} end"
        return source

    def _places(self) -> Iterator[Place]:
        for block in self.mapped.rows:
            table = block.get("from", "")
            start = self.mapping.line_file(table)
            if start not in self.number:
                continue
            for i, name in enumerate(self.columns):
                spec = block["columns"].get(name)
                if spec is None:
                    continue
                codes = self.mapping.translation(spec) or {}
                yield Place(self.number[start], i, self._title(spec, table), "、".join(codes))

    def _title(self, spec: dict[str, Any], table: str) -> str:
        """The field a cell comes from; with its file's title when that is another one."""
        named = list(dict.fromkeys(fields_named(spec)))
        start = self.mapping.line_file(table)
        files = [(self.mapping.line_file(a), n) for a, n in named if a in self.mapping.tables()]
        for alias, name in [f for f in files if f[0] == start] or files:
            title = self.tables[alias].titles.get(name) if alias in self.tables else None
            if title is None:
                continue
            text = title if title == name else f"{title}({name})"
            return text if alias == start else f"{self.mapping.files[alias].title}.{text}"
        return ""


def _as_is(sql: str) -> str:
    return sql


def _guarded(sql: str) -> str:
    """A row at which the expression fails is marked instead of stopping everything."""
    value = f"try([cast({sql} as varchar)])"
    return f"case when {value} is null then {literal(_FAILED)} else {value}[1] end"


def _plain(column: str) -> str:
    """The text of a cell without the mark of a fault; a mark alone leaves nothing."""
    return f"nullif(regexp_replace({column}, '^[{''.join(_CODES)}]', ''), '')"


def _translate(source: str, codes: dict[str, str], list_separator: str | None) -> str:
    """A code by table; ``其他-*`` matches by its beginning, an empty translation means none,
    ``=`` keeps the value.

    In a list the first entry of the table that occurs decides. What the table does not list is
    marked, never lost.
    """
    unknown = f"{literal(_UNKNOWN)} || {source}"
    if list_separator is None:
        whens = " ".join(
            f"when {_is_code(source, a)} then {_code(source, b)}" for a, b in codes.items()
        )
        return f"case when {source} is null then null {whens} else {unknown} end"
    parts = f"list_transform(string_split({source}, {literal(list_separator)}), lambda t: trim(t))"
    any_code = " or ".join(_is_code("t", code) for code in codes)
    stray = f"len(list_filter({parts}, lambda t: not ({any_code}))) > 0"
    whens = " ".join(
        f"when len(list_filter({parts}, lambda t: {_is_code('t', a)})) > 0 then {_code(source, b)}"
        for a, b in codes.items()
    )
    return f"case when {source} is null then null when {stray} then {unknown} {whens} end"


def _is_code(text: str, code: str) -> str:
    if code.endswith("*"):
        return f"starts_with({text}, {literal(code[:-1])})"
    return f"{text} = {literal(code)}"


def _code(source: str, code: str) -> str:
    """The translation: nothing for an empty one, the value itself for ``=``."""
    if code == "=":
        return source
    return literal(code) if code else "cast(null as varchar)"
