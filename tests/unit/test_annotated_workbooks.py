"""The branch's own file back: what is wrong is marked where it stands, all else is as it was."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import pipelines.workbooks.annotated
import pipelines.workbooks.marks
import pipelines.workbooks.own
import pipelines.workbooks.rewritten
import pipelines.workbooks.summary
from expectations.contract import Contract
from expectations.rule import RuleBook
from pipelines.cli.main import main
from pipelines.cli.verdicts import verdict_text
from pipelines.landing.header import column_letter
from pipelines.landing.validate import validate_files
from pipelines.settings import Settings
from pipelines.workbooks.annotated import write_annotated
from pipelines.workbooks.marks import ERROR_HEADER
from pipelines.workbooks.style import FILLS
from tests.project.test_no_internal_names import internal_names, leaks
from tests.uploads import VALID, as_csv, as_xlsx

LOAN = VALID["loan_account"]
NAME = "loan_account_1001_2025-12"
# Rows with one fault each and one of two, beside good ones.
ROWS: list[dict[str, Any]] = [
    {**LOAN, "loan_id": "N1"},
    {**LOAN, "loan_id": "N2", "customer_id": ""},
    {**LOAN, "loan_id": "N3", "five_class_code": "良好", "annual_rate": 0.5},
    {**LOAN, "loan_id": "N4", "product_name": "=HYPERLINK(1)"},
    {**LOAN, "loan_id": "=1+1", "currency_code": "@rm"},
    {**LOAN, "loan_id": "N6", "balance": 100000.01},
]
WANTED = {("B", 3): "block", ("O", 4): "block", ("N", 4): "warn", ("J", 7): "block"}


class Office:
    """Judges a file and opens the workbook that goes back."""

    def __init__(
        self, contracts: dict[str, Contract], book: RuleBook, folder: Path, settings: Settings
    ) -> None:
        self.contracts, self.book, self.folder, self.settings = contracts, book, folder, settings
        self.receipt: Any = None

    def judge(self, name: str, data: bytes) -> Any:
        path = self.folder / name
        path.write_bytes(data)
        (self.receipt,) = validate_files(self.settings, self.contracts, self.book, [path])
        return self.receipt

    def annotate(self, name: str, data: bytes, lang: str = "zh") -> bytes:
        receipt = self.judge(name, data)
        out = self.folder / "out.xlsx"
        write_annotated(receipt, data, self.book, out, lang)
        return out.read_bytes()

    def csv(self, rows: list[dict[str, str]] | None = None) -> Any:
        data = as_csv(self.contracts["loan_account"], rows or ROWS)
        return openpyxl.load_workbook(io.BytesIO(self.annotate(f"{NAME}.csv", data)))

    def xlsx(self, rows: list[dict[str, Any]] | None = None, lang: str = "zh") -> Any:
        data = as_xlsx(self.contracts["loan_account"], rows or ROWS)
        return openpyxl.load_workbook(io.BytesIO(self.annotate(f"{NAME}.xlsx", data, lang)))

    def found(self) -> dict[str, str]:
        """Worst severity of every cell with a finding."""
        cells: dict[str, str] = {}
        for row in self.receipt.verdict.findings.to_pylist():
            severity = self.book[row["code"]].severity
            if row["cell"] and cells.get(row["cell"]) != "block":
                cells[row["cell"]] = severity
        return cells


@pytest.fixture
def office(
    contracts: dict[str, Contract], book: RuleBook, tmp_path: Path, settings: Settings
) -> Office:
    return Office(contracts, book, tmp_path, settings)


def _marked(sheet: Any) -> dict[str, str]:
    names = {f"FF{fill}": name for name, fill in FILLS.items()}
    return {
        cell.coordinate: names[cell.fill.fgColor.rgb]
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in names
    }


def _texts(book: Any) -> list[str]:
    return [
        str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_marked_cells_are_exactly_those_with_findings(kind: str, office: Office) -> None:
    book = getattr(office, kind)()
    assert book.sheetnames == ["校验结果", "贷款借据"]
    marked = _marked(book["贷款借据"])
    assert marked == office.found()
    assert len(marked) >= 5
    for (letter, row), severity in WANTED.items():
        assert marked[f"{letter}{row}"] == severity


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_note_and_error_column_say_what_is_wrong(kind: str, office: Office) -> None:
    sheet = getattr(office, kind)()["贷款借据"]
    place = len(office.contracts["loan_account"].columns) + 1
    assert sheet.cell(1, place).value == ERROR_HEADER
    by_row: dict[int, list[str]] = {}
    for row in office.receipt.verdict.findings.to_pylist():
        by_row.setdefault(row["row_no"], []).append(row["code"])
        assert row["code"] in sheet[row["cell"]].comment.text
    for number in range(2, len(ROWS) + 2):
        text = sheet.cell(number, place).value or ""
        assert Counter(re.findall(r"JT-[A-Z]+-\d{4}", text)) == Counter(by_row.get(number, []))
    assert "五级分类" in sheet["O4"].comment.text


def test_own_workbook_keeps_every_cell_and_its_layout(office: Office) -> None:
    contract = office.contracts["loan_account"]
    before = openpyxl.load_workbook(io.BytesIO(as_xlsx(contract, ROWS)))
    sheet = before[contract.title_zh]
    sheet["H2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00B050")
    sheet.column_dimensions["B"].width = 33
    sheet.freeze_panes = "C2"
    before.create_sheet("附注")["B2"] = "=1+2"
    stream = io.BytesIO()
    before.save(stream)
    after = openpyxl.load_workbook(io.BytesIO(office.annotate(f"{NAME}.xlsx", stream.getvalue())))
    assert after.sheetnames == ["校验结果", "贷款借据", "附注"]
    kept = after["贷款借据"]
    assert (kept.column_dimensions["B"].width, kept.freeze_panes) == (33, "C2")
    assert after["附注"]["B2"].data_type == "f"
    faulty = office.found()
    for row in sheet.iter_rows():
        for cell in row:
            now = kept[cell.coordinate]
            assert (now.value, now.data_type) == (cell.value, cell.data_type), cell.coordinate
            assert now.number_format == cell.number_format
            if cell.coordinate not in faulty:
                assert now.fill.fgColor.rgb == cell.fill.fgColor.rgb
                assert now.comment is None


def test_csv_rows_stand_as_they_were_sent(office: Office) -> None:
    sheet = office.csv()["贷款借据"]
    for number, row in enumerate(ROWS, start=2):
        for place, column in enumerate(office.contracts["loan_account"].columns, start=1):
            value = sheet.cell(number, place).value
            if isinstance(value, dt.datetime):
                assert sheet.cell(number, place).number_format == "yyyy-mm-dd"
                value = value.date().isoformat()
            assert (value or "") == str(row.get(column.name, "")), column.name


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_nothing_that_was_sent_becomes_a_formula(kind: str, office: Office) -> None:
    book = getattr(office, kind)()
    assert "=HYPERLINK(1)" in _texts(book)
    assert "=1+1" in _texts(book)
    for sheet in book:
        assert [c.coordinate for r in sheet.iter_rows() for c in r if c.data_type == "f"] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_links_lead_to_the_cells_of_the_findings(kind: str, office: Office) -> None:
    book = getattr(office, kind)()
    first = book["校验结果"]
    links = [c.hyperlink.location for r in first.iter_rows() for c in r if c.hyperlink]
    cells = [f"'贷款借据'!{c}" for c in office.receipt.verdict.findings.column("cell").to_pylist()]
    fixes = len(set(zip(*(office.receipt.verdict.findings.column(n).to_pylist()
                          for n in ("code", "column")), strict=True)))  # fmt: skip
    assert len(links) == len(cells) + fixes
    assert sorted(links[fixes:]) == sorted(cells)
    assert set(links[:fixes]) <= set(cells)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_first_sheet_has_verdict_accounting_and_counts(kind: str, office: Office) -> None:
    texts = [
        c.value for r in getattr(office, kind)()["校验结果"].iter_rows() for c in r if c.value is not None
    ]  # fmt: skip
    assert texts[0] == "校验结果：退回"
    assert "台账《贷款借据》，机构 1001，期间 2025-12" in texts
    assert any(str(t).startswith("收到 6 行 = 接受 0 + 退回 6") for t in texts)
    for code, count in office.receipt.verdict.counts.items():
        assert [code, "阻断" if office.book[code].severity == "block" else "提示", count] in [
            texts[i : i + 3] for i in range(len(texts))
        ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_without_findings_says_so(kind: str, office: Office) -> None:
    book = getattr(office, kind)([LOAN])
    texts = _texts(book)
    assert "校验结果：通过" in texts and "校验完成，0 个问题" in texts
    assert _marked(book["贷款借据"]) == {}


def test_cured_workbook_can_be_sent_back_as_it_is(office: Office) -> None:
    """Verdict, cure, verdict: the second one sees no finding and leaves no mark of the first."""
    book = office.xlsx()
    sheet = book["贷款借据"]
    cures = {"B3": "C1", "O4": "正常", "N4": 0.04, "J7": 5, "H6": "CNY", "A6": "N5"}
    for cell, value in cures.items():
        sheet[cell] = value
    stream = io.BytesIO()
    book.save(stream)
    again = openpyxl.load_workbook(io.BytesIO(office.annotate(f"{NAME}.xlsx", stream.getvalue())))
    assert office.receipt.status == "passed"
    assert office.receipt.verdict.counts == {}
    assert again.sheetnames == ["校验结果", "贷款借据"]
    sheet = again["贷款借据"]
    assert _marked(sheet) == {}
    assert [c for r in sheet.iter_rows() for c in r if c.comment] == []
    heads = [c.value for c in sheet[1]]
    assert heads.count(ERROR_HEADER) == 1
    assert [sheet.cell(n, heads.index(ERROR_HEADER) + 1).value for n in range(2, 8)] == [None] * 6


def test_cured_workbook_of_a_csv_can_be_sent_back_too(office: Office) -> None:
    book = office.csv()
    sheet = book["贷款借据"]
    for row in (3, 4, 6, 7):
        sheet.delete_rows(row)
    stream = io.BytesIO()
    book.save(stream)
    receipt = office.judge(f"{NAME}.xlsx", stream.getvalue())
    assert not {c for c in receipt.verdict.counts if c.startswith(("JT-FILE", "JT-CELL-0008"))}


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        (f"{NAME}.xlsx", b"PK\x03\x04damaged", "JT-FILE-0003"),
        (f"{NAME}.csv", b"", "JT-FILE-0002"),
        (f"{NAME}.csv", "甲,乙\n1,2\n".encode(), "JT-FILE-0008"),
        (f"{NAME}.pdf", b"%PDF", "JT-FILE-0015"),
        ("报表.xlsx", b"x", "JT-FILE-0001"),
    ],
)
def test_file_that_cannot_be_read_gives_the_first_sheet_alone(
    name: str, data: bytes, code: str, office: Office
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(office.annotate(name, data)))
    assert book.sheetnames == ["校验结果"]
    texts = _texts(book)
    assert texts[0] == "校验结果：退回"
    assert code in texts


def test_merged_cells_are_marked_though_no_row_was_read(office: Office) -> None:
    before = openpyxl.load_workbook(
        io.BytesIO(as_xlsx(office.contracts["loan_account"], [LOAN, {**LOAN, "loan_id": "N2"}]))
    )
    before["贷款借据"].merge_cells("F2:F3")
    stream = io.BytesIO()
    before.save(stream)
    book = openpyxl.load_workbook(io.BytesIO(office.annotate(f"{NAME}.xlsx", stream.getvalue())))
    assert _marked(book["贷款借据"]) == {"F2": "block"}
    assert "JT-FILE-0012" in book["贷款借据"]["F2"].comment.text
    assert office.receipt.verdict.received == 0


def test_rule_on_trial_is_marked_so_and_decides_nothing(office: Office) -> None:
    rules = dict(office.book.rules)
    rules["JT-LOAN-0001"] = replace(rules["JT-LOAN-0001"], status="beta")
    office.book = RuleBook(rules, office.book.digest)
    book = office.xlsx([{**LOAN, "balance": 999999.0}])
    texts = _texts(book)
    assert office.receipt.status == "passed"
    assert "校验结果：通过" in texts and "试运行" in texts
    assert "共 1 个问题：试运行 1，不影响结论" in texts
    assert _marked(book["贷款借据"]) == {"J2": "beta"}
    printed = verdict_text(office.receipt, office.book, "zh")
    assert "[试运行]" in printed and "[阻断]" not in printed


def test_ragged_csv_keeps_every_record(office: Office) -> None:
    contract = office.contracts["loan_account"]
    data = as_csv(contract, [LOAN, {**LOAN, "loan_id": "N2"}]) + b"a,b\r\n"
    sheet = openpyxl.load_workbook(io.BytesIO(office.annotate(f"{NAME}.csv", data)))["贷款借据"]
    assert [sheet.cell(4, n).value for n in (1, 2, 3)] == ["a", "b", None]
    assert "JT-FILE-0014" in sheet.cell(4, len(contract.columns) + 1).value


def test_large_or_stubborn_workbook_is_written_anew_and_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _marked(office.xlsx()["贷款借据"])
    monkeypatch.setattr(pipelines.workbooks.annotated, "MAX_KEPT_BYTES", 1)
    book = office.xlsx()
    assert _marked(book["贷款借据"]) == kept
    assert any("重写" in t for t in _texts(book))
    assert book["贷款借据"]["D2"].value == dt.datetime(2025, 12, 31)
    assert book["贷款借据"]["J2"].value == 80000

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("stubborn")

    monkeypatch.setattr(pipelines.workbooks.annotated, "MAX_KEPT_BYTES", 1 << 30)
    monkeypatch.setattr(pipelines.workbooks.annotated, "write_own", refuse)
    book = office.xlsx()
    assert _marked(book["贷款借据"]) == kept
    assert any("无法保留" in t for t in _texts(book))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_cut_listings_are_stated_and_counts_are_not_cut(
    kind: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        pipelines.workbooks.marks, pipelines.workbooks.own, pipelines.workbooks.rewritten,
    ):  # fmt: skip
        monkeypatch.setattr(module, "MAX_NOTES", 3)
    monkeypatch.setattr(pipelines.workbooks.own, "MOST_FINDINGS", 4)
    monkeypatch.setattr(pipelines.workbooks.rewritten, "MOST_FINDINGS", 4)
    monkeypatch.setattr(pipelines.workbooks.summary, "MAX_LINKS", 2)
    rows = [{**LOAN, "loan_id": f"N{n}", "customer_id": ""} for n in range(9)]
    book = getattr(office, kind)(rows)
    texts = _texts(book)
    assert any("共 9 个问题，此处列出前 4 个" in t for t in texts)
    assert any("标色的单元格共 9 个，其中前 3 个附有批注" in t for t in texts)
    assert any("链接只能做 2 个" in t for t in texts)
    assert "9" in texts
    sheet = book["贷款借据"]
    assert len(_marked(sheet)) == 9
    assert sum(c.comment is not None for r in sheet.iter_rows() for c in r) == 3
    links = [c for r in book["校验结果"].iter_rows() for c in r if c.hyperlink]
    assert len(links) == 2 + 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_text_of_an_annotated_workbook_holds_an_internal_name(kind: str, office: Office) -> None:
    names = internal_names(office.contracts)
    book = getattr(office, kind)()
    notes = [c.comment.text for r in book["贷款借据"].iter_rows() for c in r if c.comment]
    texts = [t.replace(f"{NAME}.{kind}", "") for t in _texts(book)]
    assert len(texts) > 100 and notes
    assert [(t, leak) for t in (*texts, *notes) for leak in leaks(t, names)] == []


def test_personal_values_are_not_repeated_outside_their_cell(office: Office) -> None:
    row = {**VALID["customer"], "id_no": "11010519491231002１"}
    data = as_csv(office.contracts["customer"], [row])
    book = openpyxl.load_workbook(io.BytesIO(office.annotate("customer_1001_2025-12.csv", data)))
    assert office.receipt.verdict.counts
    assert [t for t in _texts(book) if "1101051949123" in t] == ["11010519491231002１"]


def test_english_reader_is_told_in_english(office: Office) -> None:
    texts = _texts(office.xlsx(lang="en"))
    assert "Verdict: refused" in texts and "Findings by rule" in texts


def test_same_csv_gives_the_same_workbook(office: Office) -> None:
    data = as_csv(office.contracts["loan_account"], ROWS)
    assert office.annotate(f"{NAME}.csv", data) == office.annotate(f"{NAME}.csv", data)


def test_command_writes_one_workbook_per_file_and_never_over_an_upload(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = office.contracts["loan_account"]
    (tmp_path / f"{NAME}.csv").write_bytes(as_csv(contract, ROWS))
    (tmp_path / f"{NAME}.xlsx").write_bytes(as_xlsx(contract, [LOAN]))
    uploads = [str(tmp_path / f"{NAME}.{kind}") for kind in ("csv", "xlsx")]
    home = ["--home", str(tmp_path / "home"), "--format", "xlsx", "--out"]
    out = tmp_path / "back"
    assert main(["validate", *uploads, *home, str(out)]) == 1
    assert {p.name for p in out.iterdir()} == {
        f"{NAME}_校验结果.xlsx", f"{NAME}_xlsx_校验结果.xlsx",
    }  # fmt: skip
    assert main(["validate", uploads[1], *home, str(tmp_path / "one.xlsx")]) == 0
    assert openpyxl.load_workbook(tmp_path / "one.xlsx").sheetnames[0] == "校验结果"
    before = Path(uploads[1]).read_bytes()
    assert main(["validate", uploads[1], *home, uploads[1]]) == 2
    assert Path(uploads[1]).read_bytes() == before
    assert "报送文件本身" in capsys.readouterr().err
    assert main(["validate", uploads[1], *home[:-1]]) == 2


def test_letters_of_the_wanted_marks_are_those_of_the_contract(
    contracts: dict[str, Contract],
) -> None:
    names = [c.name for c in contracts["loan_account"].columns]
    wanted = ("customer_id", "five_class_code", "annual_rate", "balance")
    assert [column_letter(names.index(n)) for n in wanted] == [k[0] for k in WANTED]
