"""Files with injected faults, and the truth about them.

Here belongs one small file for every way in which an upload can be wrong: for every rule of a row or
a file the failing example of the registry, copies of the last month's good files of the first branch
(at most ``_ROWS`` rows) with cells changed, and hostile files that no reader may trust.
``truth.csv`` lists every finding that is due: nothing is missed and nothing extra. Rows are record
numbers with the header as row 1; a finding of a rule that compares columns stands at the first of
them; findings of a whole file have neither row nor cell. The codes are those of
``expectations/rules``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from expectations.contract import Contract
from expectations.rule import load_rule_book
from pipelines.landing.stamp import Stamp
from pipelines.sample import bank
from pipelines.sample.bank import Org
from pipelines.sample.days import Month
from pipelines.sample.examples import BRANCH, PERIOD, ROOT, example_file, sender
from pipelines.sample.fault_files import (
    Mark,
    Sheet,
    as_csv,
    as_xlsx,
    bomb,
    csv_lines,
    encrypted_package,
    letter,
)
from pipelines.sample.lake_faults import write_lake_faults

_ROWS = 400


@dataclass
class _Folder:
    """The fault folder: files written and the truth collected."""

    path: Path
    truth: list[tuple[str, Mark]] = field(default_factory=list)

    def write(self, name: str, content: bytes, marks: Sequence[Mark]) -> None:
        (self.path / name).write_bytes(content)
        self.truth.extend((name, mark) for mark in marks)

    def write_truth(self) -> int:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(("file", "row", "cell", "code"))
        ordered = sorted(self.truth, key=lambda t: (t[0], t[1][0] or 0, t[1][1], t[1][2]))
        for name, (row, cell, code) in ordered:
            writer.writerow((name, "" if row is None else row, cell, code))
        (self.path / "truth.csv").write_text(buffer.getvalue(), encoding="utf-8")
        return len(ordered)


def write_faults(
    out: Path, contracts: Mapping[str, Contract], orgs: Sequence[Org], start: Month, last: Month
) -> int:
    """Write ``faults/`` beside ``inbox/``; returns the number of findings in its truth.

    Args:
        out: The sample's folder; its good files are read from ``inbox/``.
        contracts: Contracts by ledger.
        orgs: Organisations of the sample; the first one's files are copied.
        start: First month of the sample.
        last: Last month of the sample; the fault files are of this month.

    Raises:
        ValueError: The sample is too small to hold every fault.
    """
    folder = _Folder(out / "faults")
    folder.path.mkdir(parents=True, exist_ok=True)
    source = _Source(out / "inbox", contracts, orgs, start, last)
    _examples(folder, source)
    _loan_rules(folder, source)
    _loan_cells(folder, source)
    _loan_types(folder, source)
    _event_rules(folder, source)
    _register_rules(folder, source)
    _deposit_rules(folder, source)
    _headers(folder, source)
    _records(folder, source)
    _workbooks(folder, source)
    _templates(folder, source)
    _control_figures(folder, source)
    _hostile(folder, source)
    return folder.write_truth() + write_lake_faults(out / "lake_faults", contracts)


@dataclass(frozen=True)
class _Source:
    """Good files to copy from."""

    inbox: Path
    contracts: Mapping[str, Contract]
    orgs: Sequence[Org]
    start: Month
    last: Month

    @property
    def org(self) -> str:
        return self.orgs[0].org_id

    def name(self, ledger: str, what: str, suffix: str = "csv", org: str | None = None) -> str:
        """A file name of the last month with a word on what is wrong."""
        return f"{ledger}_{org or self.org}_{self.last.label}_{what}.{suffix}"

    def sheet(self, ledger: str) -> Sheet:
        """The last file the first branch sent of a ledger."""
        path = max(self.inbox.glob(f"{ledger}_{self.org}_*.csv"))
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for _, row in zip(range(_ROWS + 1), csv.reader(stream), strict=False)]
        return Sheet(self.contracts[ledger], rows[1:])

    def day(self, offset: int) -> str:
        """A day counted from the last day of the month."""
        return (date(1970, 1, 1) + timedelta(days=self.last.last + offset)).isoformat()


def _ordinary(source: _Source) -> dict[str, str | Callable[[str], bool]]:
    """An open loan in good order, so that one changed cell breaks one rule only."""
    return {
        "contract_status_code": "正常",
        "five_class_code": "正常",
        "disbursement_kind_code": "新增",
        "original_due_date": lambda v: v > source.day(30),
        "disbursement_date": lambda v: v < source.day(-62),
        "balance": lambda v: float(v) > 100,
    }


def _examples(folder: _Folder, source: _Source) -> None:
    """One file for every rule of a row or a file: the example bank's rows and the rule's example."""
    book = load_rule_book()
    known = {BRANCH: source.org, ROOT: bank.ROOT_ID}
    for rule in book.rules.values():
        is_predicate = rule.level in ("L2", "L3") and rule.violation is not None
        if not is_predicate or rule.example is None or rule.status == "retired":
            continue
        contract = source.contracts[str(rule.ledger)]
        rows, place = example_file(contract, rule, passing=False)
        assert place is not None and place.row is not None and place.column is not None
        cells = [
            [
                known.get(row.get(c.name, ""), row.get(c.name, ""))
                if c.kind == "id"
                else row.get(c.name, "")
                for c in contract.columns
            ]
            for row in rows
        ]
        sheet = Sheet(contract, cells)
        for row in sorted({place.row, *rule.example.more_rows}):
            sheet.truth.append((row + 1, sheet.cell(row + 1, place.column), rule.code))
        for code in sorted(rule.example.also):
            column = book[code].fields[0]
            sheet.truth.append((place.row + 1, sheet.cell(place.row + 1, column), code))
        org = known[sender(contract)]
        name = f"{contract.name}_{org}_{PERIOD}_{rule.code}.csv"
        folder.write(name, as_csv(sheet), sheet.truth)


def _loan_rules(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("loan_account")

    def row() -> int:
        return sheet.pick(**_ordinary(source))

    sheet.fault("JT-ROW-0001", row(), "branch_id", branch_id=bank.ROOT_ID)
    before = source.day(source.last.first - 1 - source.last.last)
    sheet.fault("JT-ROW-0002", row(), "data_date", data_date=before)
    # Two rules broken in one row are two findings.
    r = row()
    sheet.fault("JT-LOAN-0010", r, "annual_rate", annual_rate="0.5000")
    sheet.fault("JT-LOAN-0030", r, "currency_code", currency_code="RMB")
    sheet.duplicate(row())
    folder.write(source.name("loan_account", "rules"), as_csv(sheet), sheet.truth)


def _loan_cells(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("loan_account")
    for code, column, value in (
        ("JT-CELL-0001", "customer_id", ""),
        ("JT-CELL-0001", "balance", ""),
        ("JT-CELL-0002", "balance", "五万元"),
        ("JT-CELL-0003", "balance", "１２３４.５０"),
        ("JT-CELL-0003", "customer_id", "０９０００１１０００００００１"),
        ("JT-CELL-0004", "loan_amount", "1,234,567.00"),
        ("JT-CELL-0005", "balance", "100.005"),
        ("JT-CELL-0005", "loan_amount", "12345678901234567.00"),
        ("JT-CELL-0006", "due_date", "2030-02-30"),
        ("JT-CELL-0006", "original_due_date", "到期日待定"),
        ("JT-CELL-0009", "five_class_code", "良好"),
        ("JT-CELL-0010", "product_name", "农户小额信用贷款" * 20),
        ("JT-CELL-0011", "currency_code", "rmb"),
        ("JT-CELL-0013", "annual_rate", "4.35"),
        ("JT-CELL-0013", "balance", "-1.00"),
        ("JT-CELL-0014", "is_agri", "大概"),
        ("JT-CELL-0015", "product_name", "农户小额\n信用贷款"),
        ("JT-CELL-0016", "prev_loan_id", "#N/A"),
        ("JT-CELL-0016", "balance", "#REF!"),
        ("JT-CELL-0017", "customer_id", '="0900011000001"'),
        ("JT-CELL-0017", "loan_id", "'0900011000001"),
        ("JT-CELL-0018", "customer_id", "09000\u200b11000001"),
        ("JT-CELL-0018", "prev_loan_id", "\u202e1000001100090"),
        ("JT-CELL-0018", "loan_id", "09000\u00a011000001"),
        ("JT-CELL-0018", "five_class_code", "正\u200d常"),
    ):
        sheet.bad_cell(code, sheet.pick(**_ordinary(source)), column, value)
    # A failed cell suppresses the rules that use it: the status says settled, the balance is no
    # number, so only the cell is a finding.
    r = sheet.pick(**_ordinary(source))
    sheet.set(r, contract_status_code="结清")
    sheet.bad_cell("JT-CELL-0002", r, "balance", "已结清")
    folder.write(source.name("loan_account", "cells"), as_csv(sheet), sheet.truth)


def _loan_types(folder: _Folder, source: _Source) -> None:
    """What only the type of a workbook's cell shows."""
    sheet = source.sheet("loan_account")
    special: dict[tuple[int, str], tuple[str, str]] = {}
    for code, column, how in (
        ("JT-CELL-0012", "customer_id", "number"),
        ("JT-CELL-0012", "loan_id", "number"),
        ("JT-CELL-0007", "due_date", "serial"),
        ("JT-CELL-0007", "disbursement_date", "serial"),
        ("JT-CELL-0008", "due_date", "text"),
        ("JT-CELL-0008", "original_due_date", "text"),
        ("JT-FILE-0013", "balance", "formula"),
    ):
        r = sheet.pick(**_ordinary(source))
        special[(r, column)] = (how, sheet.get(r, column))
        sheet.truth.append((r, sheet.cell(r, column), code))
    content = as_xlsx(sheet, special)
    folder.write(source.name("loan_account", "types", "xlsx"), content, sheet.truth)


def _event_rules(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("loan_event")
    repaid = {"event_type_code": "归还"}
    before = source.day(source.last.first - 1 - source.last.last)
    sheet.fault("JT-ROW-0002", sheet.pick(**repaid), "event_date", event_date=before)
    sheet.fault("JT-ROW-0001", sheet.pick(**repaid), "branch_id", branch_id=bank.ROOT_ID)
    sheet.bad_cell("JT-CELL-0013", sheet.pick(**repaid), "principal_amount", "-500.00")
    sheet.duplicate(sheet.pick(**repaid))
    folder.write(source.name("loan_event", "rules"), as_csv(sheet), sheet.truth)


def _register_rules(folder: _Folder, source: _Source) -> None:
    def finish(sheet: Sheet) -> None:
        name = source.name(sheet.contract.name, "rules")
        folder.write(name, as_csv(sheet), sheet.truth)

    sheet = source.sheet("customer")
    person = {"id_type_code": "居民身份证"}
    sheet.bad_cell("JT-CELL-0011", sheet.pick(**person), "admin_unit_id", "42899900100A")
    sheet.bad_cell("JT-CELL-0015", sheet.pick(**person), "customer_name", "示例\n姓名")
    sheet.bad_cell("JT-CELL-0014", sheet.pick(**person), "is_farm_household", "不详")
    sheet.duplicate(sheet.pick(**person))
    finish(sheet)

    sheet = source.sheet("credit_line")
    sheet.bad_cell("JT-CELL-0009", sheet.pick(status_code="有效"), "credit_kind_code", "综合")
    finish(sheet)

    sheet = source.sheet("segment_population")
    sheet.bad_cell("JT-CELL-0002", sheet.pick(), "subject_count", "约80")
    sheet.bad_cell("JT-CELL-0005", sheet.pick(), "subject_count", "80.5")
    sheet.duplicate(sheet.pick())
    finish(sheet)

    sheet = source.sheet("gl_balance")
    sheet.bad_cell("JT-CELL-0004", sheet.pick(), "closing_balance", "12,345.67")
    sheet.bad_cell("JT-CELL-0001", sheet.pick(), "subject_name", "")
    finish(sheet)


def _deposit_rules(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("deposit_tenday")
    del sheet.rows[1]
    sheet.truth.append((2, sheet.cell(2, "balance_date"), "JT-DEPO-0002"))
    folder.write(source.name("deposit_tenday", "incomplete"), as_csv(sheet), sheet.truth)


def _headers(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("loan_account")
    header, rows = sheet.header(), sheet.rows
    width = len(header)

    gone = sheet.place("balance")
    without = [row[:gone] + row[gone + 1 :] for row in (header, *rows)]
    folder.write(
        source.name("loan_account", "no_balance"), csv_lines(without), [(1, "", "JT-FILE-0009")]
    )
    wider = [[*row, "稳健", row[gone]] for row in rows]
    marks: list[Mark] = [
        (1, f"{letter(width)}1", "JT-FILE-0010"),
        (1, f"{letter(width + 1)}1", "JT-FILE-0011"),
    ]
    folder.write(
        source.name("loan_account", "extra_columns"),
        csv_lines([[*header, "客户评语", "贷款余额"], *wider]),
        marks,
    )
    folder.write(
        source.name("loan_account", "no_header"), csv_lines(rows), [(None, "", "JT-FILE-0008")]
    )
    folder.write(
        source.name("loan_account", "header_only"),
        csv_lines([header]),
        [(None, "", "JT-FILE-0016")],
    )
    many = [f"附加列{i}" for i in range(20_000)]
    folder.write(
        source.name("loan_account", "too_wide"),
        csv_lines([header + many, *(row + ["0"] * len(many) for row in rows[:2])]),
        [(None, "", "JT-FILE-0006")],
    )


def _records(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("loan_account")
    rows = [list(row) for row in sheet.rows]
    rows[3].append("多余")
    rows[7].pop()
    marks: list[Mark] = [(5, "", "JT-FILE-0014"), (9, "", "JT-FILE-0014")]
    folder.write(source.name("loan_account", "ragged"), csv_lines([sheet.header(), *rows]), marks)


def _workbooks(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("deposit_tenday")
    good = as_xlsx(sheet, {})

    def write(what: str, content: bytes, code: str) -> None:
        folder.write(source.name("deposit_tenday", what, "xlsx"), content, [(None, "", code)])

    write("truncated", good[: len(good) * 6 // 10], "JT-FILE-0003")
    write("garbled", good[:300] + bytes(400) + good[700:], "JT-FILE-0003")
    write("password", encrypted_package(), "JT-FILE-0004")
    write("bomb", bomb(good), "JT-FILE-0005")
    write("two_sheets", as_xlsx(sheet, {}, sheets=("一月", "二月")), "JT-FILE-0017")

    loans = source.sheet("loan_account")
    r = loans.pick(**_ordinary(source))
    special = {(r, "product_code"): ("merged", loans.get(r, "product_code"))}
    content = as_xlsx(loans, special)
    mark: Mark = (r, loans.cell(r, "product_code"), "JT-FILE-0012")
    folder.write(source.name("loan_account", "merged", "xlsx"), content, [mark])


def _templates(folder: _Folder, source: _Source) -> None:
    """Templates of something else, of an older contract, and with a changed header."""
    sheet = source.sheet("deposit_tenday")
    contract = sheet.contract
    titles = tuple(c.title_zh for c in contract.columns)
    now = Stamp(
        contract.name, contract.title_zh, contract.version, source.org, source.last.label, titles
    )
    old = f"{contract.major_version - 1}.0.0"
    for what, stamp, renamed, code in (
        ("wrong_branch", replace(now, org_id=source.orgs[1].org_id), {}, "JT-FILE-0019"),
        ("old_template", replace(now, version=old), {}, "JT-FILE-0020"),
        ("mangled", now, {"deposit_balance": "余额（万元）"}, "JT-FILE-0021"),
    ):
        content = as_xlsx(sheet, {}, stamp=stamp, renamed=renamed)
        name = source.name("deposit_tenday", what, "xlsx")
        folder.write(name, content, [(None, "", code)])


def _control_figures(folder: _Folder, source: _Source) -> None:
    """Figures above the header that the rows do not give."""
    sheet = source.sheet("deposit_tenday")
    total = sum(Decimal(sheet.get(r, "deposit_balance")) for r in range(2, len(sheet.rows) + 2))
    label = f"{sheet.contract.column('deposit_balance').title_zh}合计"
    head = [f"笔数：{len(sheet.rows) + 1}", "", label, str(total + Decimal("0.01"))]
    content = csv_lines([head, sheet.header(), *sheet.rows])
    marks: list[Mark] = [(1, "A1", "JT-CTRL-0001"), (1, "D1", "JT-CTRL-0002")]
    folder.write(source.name("deposit_tenday", "control"), content, marks)


def _hostile(folder: _Folder, source: _Source) -> None:
    sheet = source.sheet("deposit_tenday")
    good = as_csv(sheet)

    def write(name: str, content: bytes, code: str) -> None:
        folder.write(name, content, [(None, "", code)])

    write("存款报表.csv", good, "JT-FILE-0001")
    write(f"deposit_tenday_{source.org}.csv", good, "JT-FILE-0001")
    write(f"deposit_ten_day_{source.org}_{source.last.label}.csv", good, "JT-FILE-0001")
    write(source.name("deposit_tenday", "empty"), b"", "JT-FILE-0002")
    write(source.name("deposit_tenday", "empty", "xlsx"), b"", "JT-FILE-0002")
    write(
        source.name("deposit_tenday", "utf16"),
        b"\xff\xfe" + good.decode("utf-8").encode("utf-16-le"),
        "JT-FILE-0007",
    )
    cut = good[: good.index("旬".encode()) + 1] + b"\xff\xff" + good[-40:]
    write(source.name("deposit_tenday", "bytes"), cut, "JT-FILE-0007")
    write(source.name("deposit_tenday", "scan", "pdf"), b"%PDF-1.4\n%%EOF\n", "JT-FILE-0015")
    write(source.name("deposit_tenday", "note", "txt"), good, "JT-FILE-0015")
    stranger = "099999"
    place = sheet.place("branch_id")
    rows = [[*row[:place], stranger, *row[place + 1 :]] for row in sheet.rows]
    write(
        source.name("deposit_tenday", "stranger", org=stranger),
        csv_lines([sheet.header(), *rows]),
        "JT-FILE-0018",
    )


def _moved(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=days)).isoformat()
