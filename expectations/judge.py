"""The row judge: types every cell and runs all row rules of a ledger in one scan.

Input is a raw table of text cells with their row numbers; output is a typed table and a finding
table. The first pass types the columns and keeps one bit per column for a cell that failed; the
second filters the rows that break any rule and only then takes those few apart. A failed cell
suppresses the rules that use it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute

from expectations.cell_sql import (
    cell_code,
    literal,
    out_of_bounds,
    shown_value,
    text_failure,
    typed_sql,
)
from expectations.cells import (
    BLANKS,
    BoolArray,
    CellMemo,
    Cells,
    CellTest,
    is_ascii,
    read_cells,
    type_cells,
)
from expectations.contract import Column, Contract
from expectations.control_figure import ControlFigure
from expectations.findings import FINDING_SCHEMA, finding_row, finding_table
from expectations.register_rules import (
    find_duplicates,
    find_missing_points,
    find_register_offences,
)
from expectations.row_rules import find_row_offences
from expectations.rule import Rule, RuleBook
from expectations.screen import SENDER, Screen, Suspicion
from expectations.typed_file import EMPTY_FINDINGS, PIECE, TypedFile, in_pieces
from expectations.waiver import needs_reason

# The stubs of pyarrow know fewer signatures than the library has.
_pc: Any = pyarrow.compute
_SUBTOTAL = r"(本页)?(合计|小计|总计|累计)[:：]?"
_FOOTNOTE = r"(注|备注|说明|填表人|制表人|制表|复核人|审核人|负责人)[:：].*"
_STRING: pa.DataType = pa.string()
_INTEGER: pa.DataType = pa.int64()
_ARROW_TYPES: dict[str, Any] = {
    "id": _STRING,
    "text": _STRING,
    "code": _STRING,
    "bool": pa.bool_(),
    "date": pa.date32(),
    "money": pa.decimal128(18, 2),
    "rate": pa.decimal128(18, 9),
    "int": _INTEGER,
}
_FEW_VALUES = frozenset({"code", "bool", "date", "rate", "int"})
_MAX_COLUMNS = 62  # bits of a BIGINT that stay positive


@dataclass
class RawTable:
    """A file's cells as text, as a reader hands them over.

    ``table`` has ``_row`` (spreadsheet row number) and one text column (a dictionary of texts will
    do) ``c0 … cn`` per file column; ``positions`` maps a ledger column to its index in the file. ``cell_findings`` are
    cells the reader itself found faulty (formula, number in an id column, date as text).
    """

    table: pa.Table
    positions: dict[str, int]
    letters: list[str]
    header_row: int = 1
    sheet: str | None = None
    cell_findings: list[tuple[int, int, str, str]] = field(default_factory=list)
    file_findings: list[dict[str, object]] = field(default_factory=list)
    refused_rows: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    control_figures: list[ControlFigure] = field(default_factory=list)


@dataclass
class Verdict:
    """What the judge found on one file.

    received = accepted + rejected + ignored; a file with a blocking finding is accepted by no
    row: its faulty rows are ``rejected``, the others ``held`` (a part of rejected).
    ``is_in_key_order`` says that the typed rows already stand in the order of their key.
    ``waived`` names the waiver of every blocking rule that did not block; ``needs_explanation`` the
    rules whose findings somebody must explain before an accepted file comes into force.
    """

    findings: pa.Table
    counts: dict[str, int]
    is_accepted: bool
    received: int
    accepted: int
    rejected: int
    held: int
    ignored: dict[str, int]
    control_totals: dict[str, str]
    is_in_key_order: bool = False
    waived: dict[str, str] = field(default_factory=dict)
    needs_explanation: tuple[str, ...] = ()


def refused(findings: list[dict[str, object]]) -> Verdict:
    """The verdict on a file that could not be read at all: nothing received, nothing accepted."""
    table = finding_table(findings)
    counts: dict[str, int] = {}
    for row in findings:
        counts[str(row["code"])] = counts.get(str(row["code"]), 0) + 1
    return Verdict(table, counts, False, 0, 0, 0, 0, {}, {})


def judge(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    raw: RawTable,
    book: RuleBook,
    *,
    org_id: str,
    period_start: dt.date,
    period_end: dt.date,
    is_bank_wide: bool = False,
    absent: frozenset[str] = frozenset(),
    memo: CellMemo | None = None,
    is_nil: bool = False,
    waived: Mapping[str, str] | None = None,
    screen: Screen | None = None,
) -> Verdict:
    """Type and judge one file; leaves the typed rows as ``typed`` on the connection.

    Args:
        con: A DuckDB connection of the caller; its temp tables are used.
        contract: The ledger.
        raw: The file's cells.
        book: The rule registry.
        org_id: Submitting organisation; rows must belong to it.
        period_start: First day of the period.
        period_end: Last day of the period.
        is_bank_wide: Head office submits for the whole bank: rows may belong to any branch.
        absent: Columns the source does not have (declared by a mapping): NULL, not required.
        memo: Values typed before, of a caller that judges many files.
        is_nil: The sender says that there was no business: no data rows are accepted.
        waived: Rule code to waiver id for this ledger, organisation and month
            (:func:`expectations.waiver.waived_codes`): findings are listed and do not block.
        screen: Rules planned before, of a caller that judges many small files.

    Returns:
        The verdict; ``findings`` sorted by row, cell, code.
    """
    if len(contract.columns) > _MAX_COLUMNS:
        raise ValueError(f"ledger {contract.name} has more than {_MAX_COLUMNS} columns")
    job = _Job(con, contract, raw, book, org_id, period_start, period_end, is_bank_wide, absent)
    job.memo = memo or CellMemo()
    job.is_nil = is_nil
    job.waived = dict(waived or {})
    job.screen = screen
    return job.run()


def has_few_values(column: Column) -> bool:
    """Whether a column of this kind holds few distinct values, however long the file."""
    return column.kind in _FEW_VALUES or column.pattern is not None


class _Job:
    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        contract: Contract,
        raw: RawTable,
        book: RuleBook,
        org_id: str,
        period_start: dt.date,
        period_end: dt.date,
        is_bank_wide: bool,
        absent: frozenset[str],
    ) -> None:
        self.con, self.contract, self.raw, self.book = con, contract, raw, book
        self.org_id, self.absent, self.is_bank_wide = org_id, absent, is_bank_wide
        self.start, self.end = period_start, period_end
        self.bit = {c.name: i for i, c in enumerate(contract.columns)}
        self.memo = CellMemo()
        self.is_nil = False
        self.waived: dict[str, str] = {}
        self.screen: Screen | None = None
        self.suspicion: Suspicion | None = None  # None: any rule may be broken
        self.cells: dict[str, Cells] = {}
        self.typed: Any = None
        self.bad: Any = None  # one bit per column of a failed cell, per row; None when none failed
        self.found = False
        self.is_in_key_order = False
        self.file: TypedFile

    def run(self) -> Verdict:
        received = self.raw.table.num_rows + self.raw.refused_rows + sum(self.raw.ignored.values())
        self._type()
        ignored = self._set_apart()
        bad = np.zeros(self.typed.num_rows, np.int64) if self.bad is None else self.bad
        self.con.register("typed", in_pieces(self.typed.append_column("_bad", pa.array(bad))))
        self.file = self._file()
        self.suspicion = self._suspicion()
        has_findings = self.suspicion is None or self.suspicion.is_any
        if has_findings:
            self.con.execute(EMPTY_FINDINGS)
        self._cell_findings()
        if self.suspicion is None or self.suspicion.rows:
            self._row_findings()
        self._register_findings()
        self.raw.file_findings += self._control_findings()
        if self.raw.file_findings:
            if not has_findings:
                self.con.execute(EMPTY_FINDINGS)
            self.con.register("file_findings", finding_table(self.raw.file_findings))
            self.con.execute("insert into findings select * from file_findings")
            self.con.unregister("file_findings")
        return self._verdict(received, ignored)

    def _type(self) -> None:
        """Type the columns; those of a long file as many at a time as the connection has threads."""
        if self.raw.table.num_rows <= PIECE:
            typed = [self._typed_column(self.con, column) for column in self.contract.columns]
        else:
            threads = self.con.execute("select current_setting('threads')").fetchall()[0][0]
            with ThreadPoolExecutor(threads, thread_name_prefix="type") as pool:
                aside = [
                    pool.submit(self._typed_column, self.con.cursor(), column)
                    for column in self.contract.columns
                ]
                typed = [future.result() for future in aside]
        columns: dict[str, Any] = {"_row": self.raw.table.column("_row")}
        for column, (values, failed, cells) in zip(self.contract.columns, typed, strict=True):
            columns[column.name] = values
            if cells is not None:
                self.cells[column.name] = cells
            if failed is not None:
                self._mark(column.name, failed)
        self.typed = pa.table(columns)
        if self.raw.cell_findings:
            self._mark_reader_cells()

    def _typed_column(
        self, con: duckdb.DuckDBPyConnection, column: Column
    ) -> tuple[Any, BoolArray | None, Cells | None]:
        """Typed values, failed flags per row and the cells; no cells where the file has none."""
        position = self.raw.positions.get(column.name)
        if position is None:
            return _empty(self.raw.table.num_rows, _ARROW_TYPES[column.kind]), None, None
        cells = read_cells(con, self.raw.table.column(f"c{position}"), has_few_values(column))
        values, failed = type_cells(con, cells, self._test(column), self.memo)
        if column.required and column.name not in self.absent:
            empty = cells.empty()
            failed = failed if empty is None else empty if failed is None else failed | empty
        return values, failed, cells

    def _test(self, column: Column) -> CellTest:
        """How a cell of the column is typed and when it fails; an empty cell is no matter here."""
        is_text = column.kind in ("id", "text")
        fails = text_failure(column, "cell") if is_text else "typed is null"
        bounds = out_of_bounds(column, "typed")
        return CellTest(
            name=f"{self.contract.name}.{column.name}",
            typed=typed_sql(column, "cell"),
            failed=f"({fails} or {bounds})" if bounds else f"({fails})",
            arrow_type=_ARROW_TYPES[column.kind],
            is_text=is_text,
            may_be_wide=column.kind == "text",
            max_length=column.max_length,
            pattern=column.pattern,
            minimum=column.minimum,
            maximum=column.maximum,
        )

    def _mark(self, column: str, failed: BoolArray) -> None:
        if failed.any():
            bit = failed.astype(np.int64) << self.bit[column]
            self.bad = bit if self.bad is None else self.bad | bit

    def _mark_reader_cells(self) -> None:
        """Cells that the reader itself found faulty."""
        index = {p: n for n, p in self.raw.positions.items()}
        faulty: dict[str, list[int]] = {}
        for row, position, _code, _value in self.raw.cell_findings:
            if position in index:
                faulty.setdefault(index[position], []).append(row)
        numbers = self.raw.table.column("_row").to_numpy()
        for name, rows in faulty.items():
            self._mark(name, np.isin(numbers, rows))

    def _set_apart(self) -> dict[str, int]:
        """Take blank rows, subtotals and footnotes out of the typed rows; count them by reason."""
        ignored = dict(self.raw.ignored)
        reasons = self._reasons_to_ignore()
        if reasons is None:
            return ignored
        for entry in _pc.value_counts(reasons.drop_null()).to_pylist():
            ignored[entry["values"]] = ignored.get(entry["values"], 0) + entry["counts"]
        kept = _pc.indices_nonzero(_pc.is_null(reasons))
        self.typed = self.typed.take(kept)
        self.bad = None if self.bad is None else self.bad[kept.to_numpy()]
        self.cells = {name: Cells(cells.rows(kept)) for name, cells in self.cells.items()}
        return ignored

    def _reasons_to_ignore(self) -> Any:
        """Why a row is no data row, by its first filled cell; None when all are data rows."""
        index = {p: n for n, p in self.raw.positions.items()}
        first = self.cells.get(index.get(0, ""))
        if first is not None and first.empty() is None and is_ascii(first.values):
            return None  # subtotals and footnotes begin with Chinese characters
        self.con.register("raw_arrow", self.raw.table)
        cells = [
            f"nullif(trim(cast(c{i} as varchar), {BLANKS}), '')"
            for i in range(self.raw.table.num_columns - 1)
        ]
        reasons = self.con.execute(
            f"""
            select
                case
                    when first_cell is null then 'blank'
                    when regexp_full_match(first_cell, '{_SUBTOTAL}') then 'subtotal'
                    when regexp_full_match(first_cell, '{_FOOTNOTE}') then 'footnote'
                end as reason
            from (select coalesce({", ".join(cells)}, null) as first_cell from raw_arrow)
            """
        ).to_arrow_table()
        self.con.unregister("raw_arrow")
        column = reasons.column("reason").combine_chunks().cast(_STRING)
        return None if column.null_count == len(column) else column

    def _file(self) -> TypedFile:
        letters = {name: self.raw.letters[i] for name, i in self.raw.positions.items()}
        has_failed = self.bad is not None
        return TypedFile(
            self.con, self.typed, self.contract, letters, self.start, self.end, has_failed
        )

    def _register_findings(self) -> None:
        """What the rows together are asked: their keys, the rules of the file, its points."""
        self.is_in_key_order = self.bad is None and is_ascending(self.typed, self.contract.key)
        rules, suspicion, found = self._register_rules(), self.suspicion, 0
        if not self.is_in_key_order and (suspicion is None or suspicion.keys):
            found += find_duplicates(self.file)
        if suspicion is not None:
            rules = [r for r in rules if r.code in suspicion.rules]
        found += find_register_offences(self.file, rules)
        if self.contract.kind == "ten_day" and (suspicion is None or suspicion.points):
            found += find_missing_points(self.file)
        self.found = self.found or found > 0

    def _suspicion(self) -> Suspicion | None:
        """What may offend, where that can be asked at once: in a small file without a failed cell."""
        if self.screen is None or self.bad is not None:
            return None
        return self.screen.ask(
            self.typed,
            self.contract,
            self._row_rules(SENDER),
            self._register_rules(),
            self.org_id,
            self.start,
            self.end,
        )

    def _register_rules(self) -> list[Rule]:
        rules = self.book.register_rules(self.contract.name, self.end)
        return [r for r in rules if not set(r.fields) & self.absent]

    def _cell_findings(self) -> None:
        if self.bad is None:
            return
        chosen = np.flatnonzero(self.bad)
        if chosen.size == 0:
            return
        self.found = True
        faulty = self.typed.take(chosen).append_column("_bad", pa.array(self.bad[chosen]))
        for column in self.contract.columns:
            cells = self.cells.get(column.name)
            texts = _empty(chosen.size, _STRING) if cells is None else cells.rows(chosen)
            faulty = faulty.append_column(f"r_{column.name}", texts)
        self.con.register("faulty", faulty)
        self._register_reader_cells()
        any_bad = int(np.bitwise_or.reduce(self.bad))
        for column in self.contract.columns:
            if any_bad >> self.bit[column.name] & 1:
                self._cell_findings_of(column)

    def _register_reader_cells(self) -> None:
        index = {p: n for n, p in self.raw.positions.items()}
        rows = [(r, index[p], c, v) for r, p, c, v in self.raw.cell_findings if p in index]
        table = pa.table(
            {
                "row_no": [r[0] for r in rows],
                "col": [r[1] for r in rows],
                "code": [r[2] for r in rows],
                "value": [r[3] for r in rows],
            },
            schema=pa.schema(
                [
                    ("row_no", _INTEGER),
                    ("col", _STRING),
                    ("code", _STRING),
                    ("value", _STRING),
                ]
            ),
        )
        self.con.register("reader_arrow", table)
        self.con.execute("create or replace temp table reader_cells as from reader_arrow")
        self.con.unregister("reader_arrow")

    def _cell_findings_of(self, column: Column) -> None:
        raw = f"r_{column.name}"
        code, expected = cell_code(column, raw)
        self.con.execute(
            f"""
            insert into findings
            select
                coalesce(rc.code, 'JT-CELL-' || ({code})),
                f._row,
                {self.file.cell(column.name, "f._row")},
                {literal(column.name)},
                {self.file.key_text("f.r_")},
                coalesce(rc.value, {shown_value(column, raw)}),
                case when rc.code is null then {expected} end,
                null
            from faulty as f
            left join reader_cells as rc
                on rc.row_no = f._row and rc.col = {literal(column.name)}
            where (f._bad >> {self.bit[column.name]}) & 1 = 1
            """
        )

    def _row_rules(self, org: str) -> list[Rule]:
        """Rules of one row each; ``org`` is the submitting organisation in SQL."""
        rules = self.book.row_rules(self.contract.name, self.end)
        extra: list[Rule] = []
        owner, date = self.contract.owner_column, self.contract.date_column
        if owner and not self.is_bank_wide:
            extra.append(_made(self.book["JT-ROW-0001"], owner, f"{owner} <> {org}", org))
        if date:
            if self.contract.kind == "snapshot":
                test, expected = f"{date} <> period_end", "cast(period_end as varchar)"
            else:
                test = f"{date} not between period_start and period_end"
                expected = "period_start || ' 至 ' || period_end"
            extra.append(_made(self.book["JT-ROW-0002"], date, test, expected))
        return [r for r in extra + rules if not set(r.fields) & self.absent]

    def _row_findings(self) -> None:
        found = find_row_offences(
            self.file,
            self._row_rules(literal(self.org_id)),
            self._row_rules(SENDER),
            self.bad,
            self.org_id,
            self.screen,
        )
        self.found = self.found or found > 0

    def _control_findings(self) -> list[dict[str, object]]:
        """Stated figures that the rows do not give; silent where a cell they need has failed."""
        found = []
        for figure in self.raw.control_figures:
            actual = self._counted(figure.what)
            if actual is None or actual == figure.value:
                continue
            is_total = figure.what not in ("rows", "customers")
            difference = None if figure.value is None else str(figure.value - actual)
            found.append(
                finding_row(
                    "JT-CTRL-0002" if is_total else "JT-CTRL-0001",
                    row_no=figure.row_no,
                    cell=f"{self.raw.letters[figure.position]}{figure.row_no}",
                    column=figure.what if is_total else figure.label,
                    value=figure.text[:100],
                    expected=str(actual),
                    difference=difference or "—",
                )
            )
        return found

    def _counted(self, what: str) -> Decimal | None:
        """What the rows give for a control figure; None when a faulty cell makes it doubtful."""
        if what == "rows":
            return Decimal(self.typed.num_rows + self.raw.refused_rows)
        name = "customer_id" if what == "customers" else what
        is_faulty = self.bad is not None and bool((self.bad >> self.bit[name] & 1).any())
        if is_faulty or self.raw.refused_rows or name not in self.raw.positions:
            return None
        column: Any = self.typed.column(name)
        if what == "customers":
            return Decimal(_pc.count_distinct(column, mode="only_valid").as_py())
        kind = pa.decimal128(38, 2) if self.contract.column(name).kind == "money" else _INTEGER
        return Decimal(_pc.sum(column.cast(kind), min_count=0).as_py())

    def _verdict(self, received: int, ignored: dict[str, int]) -> Verdict:
        table, counts = finding_table([]), dict[str, int]()
        if self.found or self.raw.file_findings:
            table = self.con.execute(
                "select * from findings order by row_no nulls first, length(cell) nulls first, "
                'cell, code, "column"'
            ).to_arrow_table()
            entries = _pc.value_counts(table.column("code")).to_pylist()
            counts = {e["values"]: e["counts"] for e in sorted(entries, key=_by_value)}
        waived = {c: self.waived[c] for c in counts if c in self.waived}
        blocking = [c for c in counts if self.book[c].blocks and c not in waived]
        unexplained = tuple(c for c in counts if needs_reason(self.book[c]))
        rows = self.typed.num_rows
        totals: dict[str, str] = {}
        if rows == 0 and not blocking and not self.is_nil:
            row = finding_row("JT-FILE-0016")
            table = pa.concat_tables([table, finding_table([row])])
            counts["JT-FILE-0016"] = 1
            blocking = ["JT-FILE-0016"]
        for name in self.contract.control_totals:
            value = _pc.sum(self.typed.column(name)).as_py()
            totals[name] = "" if value is None else str(value)
        if not blocking:
            return Verdict(
                table.cast(FINDING_SCHEMA),
                counts,
                True,
                received,
                rows,
                0,
                0,
                ignored,
                totals,
                self.is_in_key_order,
                waived,
                unexplained,
            )
        is_blocking = _pc.is_in(table.column("code"), pa.array(blocking, _STRING))
        hit = table.column("row_no").filter(is_blocking).drop_null().to_numpy()
        faulty = int(np.isin(self.typed.column("_row").to_numpy(), hit).sum())
        rejected = rows + self.raw.refused_rows
        held = rows - faulty
        return Verdict(
            table.cast(FINDING_SCHEMA),
            counts,
            False,
            received,
            0,
            rejected,
            held,
            ignored,
            totals,
            waived=waived,
            needs_explanation=unexplained,
        )


def _by_value(entry: dict[str, Any]) -> str:
    return str(entry["values"])


def _empty(rows: int, arrow_type: Any) -> Any:
    return pa.nulls(rows, arrow_type)


def is_ascending(table: pa.Table, key: tuple[str, ...]) -> bool:
    """Whether a one-column key rises from row to row: then it is unique and already in order."""
    if len(key) != 1 or table.num_rows == 0:
        return False
    column: Any = table.column(key[0])
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    rises = _pc.less(column.slice(0, len(column) - 1), column.slice(1))
    return column.null_count == 0 and bool(_pc.all(rises, min_count=0).as_py())


def _made(rule: Rule, field_name: str, violation: str, expected: str) -> Rule:
    return Rule(
        **{
            **rule.__dict__,
            "fields": (field_name,),
            "violation": violation,
            "expected": expected,
        }
    )
