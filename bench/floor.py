"""The floor: the month's close as one hand-written DuckDB script, without any framework.

It reads the same CSV files, makes the same checks (cells, row rules, duplicates, rules over a file,
across ledgers and against earlier months), keeps typed Parquet and computes the same figures. It
knows this one bank's file layout and readings; it has no registry, no history of what was sent, no
lineage, no gates and no reports. Plain SQL as a good engineer would write it for speed:

- a cell is cast once; a cast that prints back to the same text needs no regular expression;
- texts of a row are joined and searched once for what no cell may hold;
- the one pass over a file says of each row whether it is in order. The few that are not are taken
  apart from Parquet, whose row numbers are the file's; only for a faulty cell is a file read again;
- blanks around cells are looked for once and trimmed only where there are any;
- all predicates of a ledger are counted in one scan, and only those that hit are listed.

Run as ``python -m bench.floor INBOX PERIOD OUT``: writes Parquet under OUT and prints one JSON line.
"""

from __future__ import annotations

import json
import re
import sys
from calendar import monthrange
from pathlib import Path

import duckdb

from bench.clock import Clock, peak_bytes
from bench.floor_ledgers import HINTS, LEDGERS, Ledger
from expectations.contract import Column
from expectations.rule import Rule

HERE = Path(__file__).parent
BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(12288) || chr(160) || chr(65279)"
ERRORS = "('#N/A', '#REF!', '#VALUE!', '#DIV/0!', '#NAME?', '#NUM!', '#NULL!', '#SPILL!')"
SHAPES = {
    "money": r"-?[0-9]{1,16}(\.[0-9]{1,2})?",
    "rate": r"-?[0-9]{1,9}(\.[0-9]{1,9})?",
    "int": "-?[0-9]{1,18}",
}
# Ledger by ledger what the month says: first its dates, at last what is published.
FIGURES = (
    "terms",
    "given",
    "loan_book",
    "grid",
    "archive",
    "grid_work",
    "points",
    "renewal",
    "pay",
    "inclusive",
    "credit",
    "lending",
    "lists",
    "service",
    "year",
    "outlets",
    "plans",
    "managers",
    "customers",
    "loan_profit",
    "dossiers",
    "village",
    "channels",
    "sources",
    "published",
)


class Stop(Exception):
    """The month cannot be closed: findings or a check that failed."""


def typed(column: Column, cell: str) -> str:
    """The cell's value; NULL when it is none."""
    if column.kind == "date":
        compact = (
            f"try_cast(substr({cell}, 1, 4) || '-' || substr({cell}, 5, 2) || '-' "
            f"|| substr({cell}, 7, 2) as date)"
        )
        return (
            f"case when cast(try_cast({cell} as date) as varchar) = {cell} "
            f"then try_cast({cell} as date) "
            f"when regexp_full_match({cell}, '[0-9]{{8}}') then {compact} end"
        )
    if column.kind in SHAPES:
        value = f"try_cast({cell} as {column.sql_type})"
        return (
            f"case when cast({value} as varchar) = {cell} "
            f"or regexp_full_match({cell}, '{SHAPES[column.kind]}') then {value} end"
        )
    if column.kind == "bool":
        # Not "in (…)": DuckDB makes a join of a long list, which does not keep the rows' order.
        words = {"true": "是 true TRUE True 1 Y", "false": "否 false FALSE False 0 N"}
        whens = " ".join(f"when '{w}' then {v}" for v, ws in words.items() for w in ws.split())
        return f"case {cell} {whens} end"
    if column.kind == "code":
        whens = " ".join(f"when '{label}' then '{code}' when '{code}' then '{code}'"
                         for code, label in column.codes.items())  # fmt: skip
        return f"case {cell} {whens} end"
    return cell


def cell_faults(column: Column) -> list[str]:
    """What can be wrong with one cell, beyond what a look at the whole row finds."""
    name, cell = column.name, f"r_{column.name}"
    tests = []
    if column.required:
        tests.append(f"{cell} is null")
    if column.kind not in ("id", "text"):
        tests.append(f"({cell} is not null and {name} is null)")
    if column.max_length is not None:
        tests.append(f"length({cell}) > {column.max_length}")
    if column.pattern is not None:
        tests.append(f"not regexp_full_match({cell}, '{column.pattern}')")
    if column.minimum is not None:
        tests.append(f"{name} < {column.minimum}")
    if column.maximum is not None:
        tests.append(f"{name} > {column.maximum}")
    return tests


def text_faults(column: Column) -> list[str]:
    """What no text cell may hold, cell by cell."""
    cell = f"r_{column.name}"
    tests = [f"regexp_matches({cell}, '[\x01-\x1f\x7f]')", f"{cell} in {ERRORS}"]
    if column.kind == "id":
        tests.append(f"regexp_matches({cell}, '[！-～　]')")
    return tests


def row_text_faults(ledger: Ledger) -> list[str]:
    """The same for all texts of a row at once; may be true where no single cell is at fault."""
    texts = [f"r_{c.name}" for c in ledger.columns if c.kind in ("id", "text")]
    ids = [f"r_{c.name}" for c in ledger.columns if c.kind == "id"] or ["''"]
    return [
        f"regexp_matches(concat({', '.join(texts)}), '[\x01-\x1f\x7f#]')",
        f"strlen(concat({', '.join(ids)})) <> length(concat({', '.join(ids)}))",
    ]


def among_rows(rule: Rule) -> str:
    """What of a month's files offends a rule over one file: every comparison stays in one file."""
    violation = str(rule.violation).replace("partition by ", "partition by _org, ")
    violation = violation.replace(
        "from typed as o where", "from typed as o where o._org = t._org and"
    )
    rows = f"(select * from typed where {rule.among or 'true'})"
    return f"from {rows} as t {'qualify' if rule.has_window else 'where'} {violation}"


class Floor:
    """One run over one inbox."""

    def __init__(self, inbox: Path, period: str, out: Path, threads: int, memory: str) -> None:
        self.inbox, self.period, self.out = inbox, period, out
        self.findings: list[tuple[str, ...]] = []
        self.carried: set[str] = set()  # registers of which some files are older than the month
        out.mkdir(parents=True, exist_ok=True)
        self.con = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory,
                "temp_directory": str(out / "spill"),
            }
        )
        self.run_script("floor_macros.sql")

    # -- reading and row checks --------------------------------------------------------------

    def read_all(self) -> int:
        """Every file up to the period: checked, typed, as Parquet. Returns rows."""
        files: dict[tuple[str, str], list[str]] = {}
        names = sorted(LEDGERS, key=len, reverse=True)
        for path in sorted(self.inbox.glob("*.csv")):
            match = re.fullmatch(
                rf"({'|'.join(names)})_([0-9A-Za-z]+)_(\d{{4}}-\d\d)\.csv", path.name
            )
            if match is None:
                raise Stop(f"file name not understood: {path.name}")
            if match[3] <= self.period:
                files.setdefault((match[1], match[3]), []).append(str(self.as_utf8(path)))
        self.con.execute("create table sent (ledger varchar, org varchar, period varchar)")
        for (name, period), paths in files.items():
            self.con.executemany(
                "insert into sent values (?, ?, ?)",
                [(name, Path(p).stem[len(name) + 1 :].split("_")[0], period) for p in paths],
            )
            self.read(name, period, paths)
        stopping = [finding for finding in self.findings if finding[0] not in HINTS]
        if stopping:
            raise Stop(f"{len(stopping)} findings, first {stopping[0]}")
        for name, ledger in LEDGERS.items():
            columns = ", ".join(f"null::{c.sql_type} as {c.name}" for c in ledger.columns)
            view = f"select {columns}, null::varchar as _org, null::varchar as _period"
            view += ", null::bigint as _row, null::varchar as _load_id where false"
            if any(n == name for n, _ in files):
                view = (
                    "select * exclude (_faulty, _unsound, _blank, file_row_number), "
                    "file_row_number as _row, _org as _load_id "
                    f"from read_parquet('{self.out}/{name}/*.parquet', file_row_number = true)"
                )
            self.con.execute(f"create view {name}_sent as {view}")
            newest = {p for n, p in files if n == name}
            if ledger.is_register and newest != {self.period}:
                self.carried.add(name)
        return int(
            self.con.execute(
                f"select sum(num_rows) from parquet_file_metadata('{self.out}/*/*.parquet')"
            ).fetchall()[0][0]
        )

    def as_utf8(self, path: Path) -> Path:
        """The file itself, or a copy of it: some branches send GB18030, which DuckDB garbles."""
        with path.open("rb") as stream:
            header = stream.readline()
        try:
            header.decode("utf-8")
            return path
        except UnicodeDecodeError:
            copy = self.out / "utf8" / path.name
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes().decode("gb18030").encode())
            return copy

    def by_newline(self, paths: list[str]) -> dict[str, list[str]]:
        """Files by their line ends: one scan reads files of one kind."""
        kinds: dict[str, list[str]] = {}
        for path in paths:
            with Path(path).open("rb") as stream:
                kind = r"\r\n" if stream.readline().endswith(b"\r\n") else r"\n"
            kinds.setdefault(kind, []).append(path)
        return kinds

    def source(self, ledger: Ledger, period: str, paths: list[str], trimmed: bool) -> str:
        """The rows of files with raw cells (``r_…``), values and the period's dates."""
        year, month = map(int, period.split("-"))
        end = f"date '{period}-{monthrange(year, month)[1]}'"
        scans = " union all ".join(
            f"""
            select * from read_csv(
                [{", ".join(f"'{p}'" for p in alike)}], header = true, all_varchar = true,
                filename = true, delim = ',', quote = '"', escape = '"', nullstr = '',
                new_line = '{newline}', max_line_size = 4000000
            )
            """
            for newline, alike in self.by_newline(paths).items()
        )
        cells = [
            f"nullif(trim(\"{c.title_zh}\", {BLANKS}), '')" if trimmed else f'"{c.title_zh}"'
            for c in ledger.columns
        ]
        raws = ", ".join(
            f"{cell} as r_{c.name}" for cell, c in zip(cells, ledger.columns, strict=True)
        )
        values = ", ".join(f"{typed(c, f'r_{c.name}')} as {c.name}" for c in ledger.columns)
        return f"""
            select *, {values}, date '{period}-01' as period_start, {end} as period_end
            from (
                select
                    {raws}, '{period}' as _period,
                    regexp_extract(filename, '_([0-9A-Za-z]+)_[0-9-]+[.]csv$', 1) as _org, filename
                from ({scans})
            )
        """

    def read(self, name: str, period: str, paths: list[str]) -> None:
        """One ledger and month: typed Parquet, and findings where rows are not in order."""
        ledger = LEDGERS[name]
        part = f"{self.out}/{name}/{period}.parquet"
        (self.out / name).mkdir(exist_ok=True)
        raws = ", ".join(f"r_{c.name}" for c in ledger.columns)
        blank = (
            f"regexp_matches(concat_ws('|', '', {raws}, ''), "
            r"'[\s　\x{a0}\x{feff}]\||\|[\s　\x{a0}\x{feff}]')"
        )
        cells = [t for c in ledger.columns for t in cell_faults(c)] + row_text_faults(ledger)
        rules = [f"coalesce({violation}, false)" for _, _, violation in ledger.rules] or ["false"]
        columns = ", ".join(c.name for c in ledger.columns)
        for trimmed in (False, True):
            self.con.execute(
                f"""
                copy (
                    select
                        {columns}, _org, _period, {" or ".join(rules)} as _faulty,
                        coalesce({" or ".join(cells)}, false) as _unsound,
                        {"false" if trimmed else blank} as _blank
                    from ({self.source(ledger, period, paths, trimmed)})
                ) to '{part}' (format parquet, compression zstd)
                """
            )
            rows, faulty, unsound, blanks = self.con.execute(
                f"select count(*), count_if(_faulty), count_if(_unsound), count_if(_blank) from '{part}'"
            ).fetchall()[0]
            if not blanks:
                break
        if not rows:
            self.findings.append(("JT-FILE-0016", name, period))
        year, month = map(int, period.split("-"))
        self.con.execute(
            f"""
            create or replace temp view typed as
            select
                * exclude (file_row_number), file_row_number as _row, 0 as _bad,
                date '{period}-01' as period_start,
                date '{period}-{monthrange(year, month)[1]}' as period_end
            from read_parquet('{part}', file_row_number = true)
            """
        )
        if unsound:
            self.take_apart(name, period, paths)
        asked = [
            (code, column, f"from typed as t where _faulty and {violation}")
            for code, column, violation in ledger.rules
            if faulty
        ]
        asked += [(rule.code, rule.fields[0], among_rows(rule)) for rule in ledger.file_rules]
        scope = "" if ledger.is_unique else "_org, "
        key = ", ".join(ledger.key)
        if self.con.execute(
            f"select 1 from '{part}' group by {scope}{key} having count(*) > 1 limit 1"
        ).fetchall():
            twice = f"from typed qualify count(*) over (partition by {scope}{key}) > 1"
            asked.append(("JT-KEY-0001", ledger.key[0], twice))
        for code, column, where in asked:
            self.find(name, period, code, column, where)
        if name == "deposit_tenday":
            short = self.con.execute(
                f"select branch_id from '{part}' group by branch_id "
                "having count(distinct balance_date) <> 3"
            ).fetchall()
            self.findings += [("JT-DEPO-0002", name, period, *row) for row in short]

    def find(self, name: str, period: str, code: str, column: str, where: str) -> None:
        """Findings of one rule in the files of a month: code, file, row number, column, value."""
        rows = self.con.execute(
            f"select _org, _row, cast({column} as varchar) {where} order by _row"
        ).fetchall()
        if not rows:
            return
        first = dict(self.con.execute("select _org, min(_row) from typed group by _org").fetchall())
        self.findings += [
            (
                code,
                name,
                f"{name}_{org}_{period}.csv",
                str(row - first[org] + 2),
                column,
                str(value),
            )
            for org, row, value in rows
        ]

    def take_apart(self, name: str, period: str, paths: list[str]) -> None:
        """Findings of faulty cells: code, file, row number, column, value."""
        ledger = LEDGERS[name]
        faulty = {
            row[0] for row in self.con.execute("select _org from typed where _unsound").fetchall()
        }
        for path in paths:
            if not any(f"{name}_{org}_{period}" == Path(path).stem for org in faulty):
                continue
            self.con.execute(
                f"""
                create or replace temp table faulty as
                select *, row_number() over () + 1 as _row
                from ({self.source(ledger, period, [path], True)})
                """
            )
            for c in ledger.columns:
                tests = cell_faults(c) + (text_faults(c) if c.kind in ("id", "text") else [])
                if tests:
                    rows = self.con.execute(
                        f"select _row, r_{c.name} from faulty where {' or '.join(tests)}"
                    ).fetchall()
                    self.findings += [("cell", name, path, str(n), c.name, str(v)) for n, v in rows]

    # -- checks across ledgers and figures -----------------------------------------------------

    def prepare(self) -> None:
        """The month's dates and the views of what is in force for it."""
        year = int(self.period[:4])
        self.con.execute(f"set variable period = '{self.period}'")
        self.con.execute(f"set variable year_start = date '{year}-01-01'")
        self.con.execute(f"set variable opening = '{year - 1}-12'")
        self.con.execute(f"set variable period_start = date '{self.period}-01'")
        self.con.execute("set variable period_end = last_day(getvariable('period_start'))")
        self.con.execute(
            "set variable previous = strftime(getvariable('period_start') - 1, '%Y-%m')"
        )
        registers = ", ".join(f"'{n}'" for n, ledger in LEDGERS.items() if ledger.is_register)
        self.con.execute(f"create macro is_register(ledger) as ledger in ({registers})")
        self.run_script("floor_months.sql")
        for name, ledger in LEDGERS.items():
            for view, month in ((name, "period"), (f"{name}_before", "previous")):
                where = f"_period = getvariable('{month}')"
                if ledger.is_register:
                    where = (
                        f"(_org, _period) in (select (org, period) from in_force "
                        f"where ledger = '{name}' and month = getvariable('{month}'))"
                    )
                self.con.execute(f"create view {view} as select * from {name}_sent where {where}")
        self.run_script("floor_orgs.sql")

    def reconcile(self) -> None:
        """What the lake gate asks: completeness, keys, and every rule across ledgers and months."""
        checks = (HERE / "floor_checks.sql").read_text(encoding="utf-8")
        offences: list[tuple[str, ...]] = []
        for statement in re.sub("--[^\n]*", "", checks).split(";"):
            offences += self.con.execute(statement).fetchall() if statement.strip() else []
        # files of one month were looked through when they were read
        for name in sorted(self.carried):
            if LEDGERS[name].is_unique:
                key = ", ".join(LEDGERS[name].key)
                offences += self.con.execute(
                    f"select 'JT-LAKE-0003', {key} from {name} group by {key} having count(*) > 1"
                ).fetchall()
        for ledger in LEDGERS.values():
            for with_before in (False, True):
                chosen = [
                    r for r in ledger.lake_rules
                    if r.violation and (" b." in f" {r.violation}") == with_before
                ]  # fmt: skip
                if chosen:
                    offences += self.ask_rows(ledger, chosen, with_before)
            for rule in ledger.lake_rules:
                if rule.query:
                    rows = self.con.execute(rule.query).fetchall()
                    offences += [(rule.code, *row) for row in rows]
        stopping = [offence for offence in offences if offence[0] not in HINTS]
        if stopping:
            raise Stop(f"{stopping[0]} and {len(stopping) - 1} more")

    def ask_rows(
        self, ledger: Ledger, rules: list[Rule], with_before: bool
    ) -> list[tuple[str, ...]]:
        """The rows of a ledger that break rules across ledgers: code, organisation, key, value."""
        source = f"(select * from {ledger.name} cross join run_context) as t"
        if with_before:
            same = " and ".join(f"b.{name} = t.{name}" for name in ledger.key)
            source += f" left join {ledger.name}_before as b on {same}"
        counts = ", ".join(f"count_if(coalesce({r.violation}, false))" for r in rules)
        hits = self.con.execute(f"select {counts} from {source}").fetchall()[0]
        key = ", ".join(f"t.{name}" for name in ledger.key)
        offences: list[tuple[str, ...]] = []
        for rule, hit in zip(rules, hits, strict=True):
            if hit:
                rows = self.con.execute(
                    f"select t._org, concat_ws('|', {key}), t.{rule.fields[0]} from {source} "
                    f"where {rule.violation}"
                ).fetchall()
                offences += [(rule.code, *row) for row in rows]
        return offences

    def run_script(self, name: str) -> None:
        """The statements of one SQL file beside this one."""
        self.con.execute((HERE / name).read_text(encoding="utf-8"))

    def figures(self) -> None:
        """Every figure of the month."""
        for name in FIGURES:
            self.run_script(f"figures/{name}.sql")

    def keep(self) -> None:
        """The figures as Parquet."""
        for table in ("figure", "raw_figure", "pay_month", "pay_settlement"):
            self.con.execute(
                f"copy (select * from {table} order by all) to '{self.out}/{table}.result' "
                "(format parquet)"
            )


def main() -> None:
    """Run and print seconds per phase and peak memory as JSON."""
    inbox, period, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    clock = Clock()
    floor = Floor(inbox, period, out, threads=2, memory="4GB")
    rows = floor.read_all()
    clock.mark("read")
    floor.prepare()
    floor.reconcile()
    clock.mark("reconcile")
    floor.figures()
    floor.keep()
    clock.mark("figures")
    result = {"rows": rows, "phases": clock.phases, "cpu": clock.cpu, "peak_bytes": peak_bytes()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
