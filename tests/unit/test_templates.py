"""Templates: what a steward gets to fill in is what the reader takes, and the reader knows it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import pipelines.landing.stamp
from expectations.contract import Contract
from expectations.rule import RuleBook
from pipelines.cli.main import main
from pipelines.landing.header import column_letter
from pipelines.landing.identity import Identity, identify_file
from pipelines.landing.receive import Receiver
from pipelines.landing.stamp import GUIDE_SHEET, LISTS_SHEET, STAMP_SHEET, stamp_of_file
from pipelines.landing.validate import validate_files
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.workbooks.template import write_template
from tests.project.test_no_internal_names import internal_names, leaks
from tests.uploads import VALID, places

LEDGERS = sorted(VALID)


@dataclass
class Desk:
    """A branch's desk: makes templates, fills them in and has them judged."""

    contracts: dict[str, Contract]
    book: RuleBook
    folder: Path
    settings: Settings

    def identity(self, ledger: str) -> Identity:
        org = "1000" if self.contracts[ledger].submitted_by == "head_office" else "1001"
        return Identity(ledger, org, parse_period("2025-12"))

    def template(self, ledger: str, name: str = "upload.xlsx", **changed: Any) -> Path:
        path = self.folder / name
        contract = replace(self.contracts[ledger], **changed)
        write_template(contract, self.identity(ledger), self.book, path)
        return path

    def change(self, path: Path, deed: Callable[[Any], None]) -> Path:
        book = openpyxl.load_workbook(path)
        deed(book)
        book.save(path)
        return path

    def fill(self, path: Path, ledger: str, rows: list[dict[str, str]]) -> Path:
        contract = self.contracts[ledger]

        def paste(book: Any) -> None:
            sheet = book[contract.title_zh]
            for line, row in enumerate(rows, start=2):
                for place, column in enumerate(contract.columns, start=1):
                    value: Any = row.get(column.name) or None
                    if value and column.kind == "date":
                        value = dt.date.fromisoformat(value)
                    elif value and column.kind in ("money", "rate", "int"):
                        value = float(value)
                    sheet.cell(line, place, value)

        return self.change(path, paste)

    def judge(self, path: Path, **given: Any) -> Any:
        (receipt,) = validate_files(self.settings, self.contracts, self.book, [path], **given)
        return receipt


@pytest.fixture
def desk(
    contracts: dict[str, Contract], book: RuleBook, tmp_path: Path, settings: Settings
) -> Desk:
    return Desk(contracts, book, tmp_path, settings)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_filled_template_is_accepted_whatever_the_file_is_called(ledger: str, desk: Desk) -> None:
    rows = desk.contracts[ledger].example_rows()
    path = desk.fill(desk.template(ledger, "新建 工作表(1).xlsx"), ledger, rows)
    receipt = desk.judge(path)
    assert places(receipt.verdict) == []
    assert receipt.status == "passed"
    assert receipt.identity == desk.identity(ledger)
    assert receipt.verdict.accepted == len(rows)


def test_two_thousand_rows_pasted_into_a_template_are_clean(desk: Desk) -> None:
    rows = [{**VALID["loan_account"], "loan_id": f"N{i}"} for i in range(2_000)]
    receipt = desk.judge(desk.fill(desk.template("loan_account"), "loan_account", rows))
    assert (receipt.verdict.accepted, receipt.verdict.counts) == (2_000, {})


@pytest.mark.parametrize("ledger", LEDGERS)
def test_empty_template_has_no_data_rows_and_nothing_else_wrong(ledger: str, desk: Desk) -> None:
    receipt = desk.judge(desk.template(ledger))
    assert [p[2] for p in places(receipt.verdict)] == ["JT-FILE-0016"]


@pytest.mark.parametrize("ledger", LEDGERS)
def test_every_column_has_the_format_the_list_and_the_note_of_its_contract(
    ledger: str, desk: Desk
) -> None:
    contract = desk.contracts[ledger]
    book = openpyxl.load_workbook(desk.template(ledger))
    sheet = book[contract.title_zh]
    assert book.sheetnames[0] == contract.title_zh
    assert {n: book[n].sheet_state for n in book.sheetnames[1:]} == {
        GUIDE_SHEET: "visible", LISTS_SHEET: "hidden", STAMP_SHEET: "veryHidden",
    }  # fmt: skip
    assert sheet.freeze_panes == "B2"
    validations = {str(v.sqref).split(":")[0]: v for v in sheet.data_validations.dataValidation}
    for place, column in enumerate(contract.columns, start=1):
        head = sheet.cell(1, place)
        assert head.value == ("*" if column.required else "") + column.title_zh
        assert column.title_zh in head.comment.text
        formats = {"date": "yyyy-mm-dd", "money": "#,##0.00", "rate": "0.0000##", "int": "0"}
        (shown,) = (
            d.number_format
            for d in sheet.column_dimensions.values()
            if d.min <= place <= d.max  # neighbours of one format are one entry
        )
        assert shown == formats.get(column.kind, "@"), column.name
        rule = validations.get(f"{head.column_letter}2")
        if column.kind in ("code", "bool"):
            assert rule is not None and rule.type == "list"
            labels = list(column.codes.values()) or ["是", "否"]
            assert _listed(book, rule.formula1) == labels, column.name
        if column.kind in ("money", "rate", "int"):
            assert rule is not None and rule.type in ("decimal", "whole")
            if column.minimum is not None:
                assert float(rule.formula1) == column.minimum
        if column.kind == "date":
            assert rule is not None and rule.type in ("date", "list")
        if rule is not None:
            assert str(rule.sqref).endswith("1048576")
    assert {r.code for r in desk.book.rules.values() if r.ledger == ledger and r.fields} <= {
        word for row in book[GUIDE_SHEET].iter_rows(values_only=True) for word in row if word
    }


def _listed(book: Any, formula: str) -> list[str]:
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    name, area = formula.replace("'", "").replace("$", "").lstrip("=").split("!")
    return [row[0].value for row in book[name][area]]


def test_long_list_stands_on_the_hidden_sheet(desk: Desk) -> None:
    contract = desk.contracts["loan_account"]
    labels = {f"k{i}": f"很长的一个代码标签第{i}项" for i in range(60)}
    columns = tuple(
        replace(c, codes=labels) if c.name == "five_class_code" else c for c in contract.columns
    )
    book = openpyxl.load_workbook(desk.template("loan_account", columns=columns))
    rules = book[contract.title_zh].data_validations.dataValidation
    (rule,) = [r for r in rules if str(r.sqref).startswith("O2")]
    assert LISTS_SHEET in rule.formula1
    assert _listed(book, rule.formula1) == list(labels.values())


@pytest.mark.parametrize("ledger", LEDGERS)
def test_no_visible_text_of_a_template_holds_an_internal_name(ledger: str, desk: Desk) -> None:
    names = internal_names(desk.contracts)
    book = openpyxl.load_workbook(desk.template(ledger))
    texts = []
    for sheet in book:
        if sheet.sheet_state == "visible":
            texts.append(sheet.title)
            for row in sheet.iter_rows():
                texts += [str(c.value) for c in row if c.value is not None]
                texts += [c.comment.text for c in row if c.comment]
            for rule in sheet.data_validations.dataValidation:
                texts += [rule.error or "", rule.errorTitle or ""]
    assert len(texts) > 50
    assert [(t, leak) for t in texts for leak in leaks(t, names)] == []


def test_same_arguments_give_the_same_bytes(desk: Desk) -> None:
    first, second = (desk.template("loan_account", n).read_bytes() for n in ("a.xlsx", "b.xlsx"))
    assert first == second


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("customer_1001_2025-12.xlsx", {}),
        ("贷款借据_1002_2025-12.xlsx", {}),
        ("loan_account_1001_2025-11.xlsx", {}),
        ("upload.xlsx", {"org_id": "1002"}),
        ("upload.xlsx", {"period": parse_period("2026-01")}),
        ("loan_account_1001_2025-12.xlsx", {"ledger": "客户"}),
    ],
)
def test_template_of_something_else_is_one_finding(
    name: str, given: dict[str, Any], desk: Desk
) -> None:
    """Found before anything else: the rows are full of other faults."""
    row = {**VALID["loan_account"], "balance": "-1", "five_class_code": "良好", "customer_id": ""}
    path = desk.fill(desk.template("loan_account", name), "loan_account", [row, row])
    receipt = desk.judge(path, **given)
    assert places(receipt.verdict) == [(None, None, "JT-FILE-0019")]
    finding = receipt.verdict.findings.to_pylist()[0]
    assert finding["value"] == "《贷款借据》1001 2025-12"


@pytest.mark.parametrize("changed", [{"version": "2.0.0"}, {"columns": None}])
def test_outdated_template_is_one_finding(changed: dict[str, Any], desk: Desk) -> None:
    if "columns" in changed:
        changed = {"columns": desk.contracts["loan_account"].columns[:-1]}
    path = desk.template("loan_account", **changed)
    path = desk.fill(path, "loan_account", [{**VALID["loan_account"], "balance": "-1"}])
    assert places(desk.judge(path).verdict) == [(None, None, "JT-FILE-0020")]


def test_new_minor_version_with_the_same_columns_takes_the_old_template(desk: Desk) -> None:
    path = desk.template("loan_account", version="1.7.3")
    path = desk.fill(path, "loan_account", [VALID["loan_account"]])
    assert desk.judge(path).status == "passed"


def _rename(sheet: Any) -> None:
    sheet["J1"] = "余额（万元）"


def _delete(sheet: Any) -> None:
    sheet.delete_cols(10)


def _move(sheet: Any) -> None:
    sheet["I1"], sheet["J1"] = sheet["J1"].value, sheet["I1"].value


def _wipe(sheet: Any) -> None:
    sheet.delete_rows(1)


@pytest.mark.parametrize(
    ("deed", "touched"),
    [
        (_rename, "贷款余额"),
        (_delete, "贷款余额"),
        (_move, "贷款金额、贷款余额"),
        (_wipe, "借据号"),
    ],
)
def test_mangled_header_is_one_finding_that_names_the_columns(
    deed: Callable[[Any], None], touched: str, desk: Desk
) -> None:
    path = desk.fill(desk.template("loan_account"), "loan_account", [VALID["loan_account"]])
    path = desk.change(path, lambda book: deed(book["贷款借据"]))
    receipt = desk.judge(path)
    assert places(receipt.verdict) == [(None, None, "JT-FILE-0021")]
    assert receipt.verdict.findings.to_pylist()[0]["value"].startswith(touched)


def test_damaged_stamp_is_a_mangled_template(desk: Desk) -> None:
    def damage(book: Any) -> None:
        book[STAMP_SHEET]["B3"] = None

    path = desk.change(desk.template("loan_account", "loan_account_1001_2025-12.xlsx"), damage)
    assert places(desk.judge(path).verdict) == [(None, None, "JT-FILE-0021")]


def test_own_column_and_title_row_and_alias_leave_a_template_what_it_is(desk: Desk) -> None:
    def add(book: Any) -> None:
        sheet = book["贷款借据"]
        own = sheet.max_column + 1
        sheet.cell(1, own, "备注（本行用）")
        sheet.cell(2, own, "自用")
        sheet["A1"] = "信贷借据号"
        sheet.insert_rows(1)
        sheet["A1"] = "示例支行 2025 年 12 月"

    path = desk.fill(desk.template("loan_account"), "loan_account", [VALID["loan_account"]])
    receipt = desk.judge(desk.change(path, add))
    assert (receipt.status, places(receipt.verdict)) == ("passed", [])


def test_unknown_column_in_a_template_is_found_at_its_cell(desk: Desk) -> None:
    place = len(desk.contracts["loan_account"].columns)

    def add(book: Any) -> None:
        book["贷款借据"].cell(1, place + 1, "客户评语")

    path = desk.fill(desk.template("loan_account"), "loan_account", [VALID["loan_account"]])
    found = places(desk.judge(desk.change(path, add)).verdict)
    assert found == [(1, f"{column_letter(place)}1", "JT-FILE-0010")]


def test_workbook_without_a_stamp_and_a_name_that_says_nothing_is_not_recognised(
    desk: Desk,
) -> None:
    book = openpyxl.Workbook()
    path = desk.folder / "upload.xlsx"
    book.save(path)
    assert stamp_of_file(path) is None
    assert identify_file(path, desk.contracts) is None
    assert places(desk.judge(path).verdict) == [(None, None, "JT-FILE-0001")]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive _jingtian", b"_jingtian" * 9])
def test_noise_has_no_stamp(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "upload.xlsx"
    path.write_bytes(data)
    assert stamp_of_file(path) is None


def test_stamp_survives_being_written_and_read() -> None:
    stamp = pipelines.landing.stamp.Stamp("a", "甲", "1.0.0", "001", "2025-12", ("列一", "列二"))
    assert pipelines.landing.stamp.parse_stamp(stamp.rows()) == stamp
    assert pipelines.landing.stamp.parse_stamp([("ledger", "a")]) is None


def test_template_under_any_name_is_received_into_its_slot(desk: Desk) -> None:
    path = desk.fill(desk.template("loan_account", "附件.xlsx"), "loan_account", [VALID["loan_account"]])  # fmt: skip
    with Registry(desk.settings.home.registry) as registry:
        receipt = Receiver(desk.settings, registry, "test").receive_file(path)
        in_force = registry.load_in_force("loan_account", "1001", "2025-12")
    assert (receipt.status, receipt.load_id) == ("accepted", in_force)


def test_command_takes_the_chinese_title_and_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], desk: Desk
) -> None:
    out = tmp_path / "new" / "模板.xlsx"
    given = ["--branch", "1001", "--period", "2025-12", "--out"]
    assert main(["template", "贷款借据", *given, str(out)]) == 0
    by_title = out.read_bytes()
    assert main(["template", "loan_account", *given, str(out)]) == 0
    assert out.read_bytes() == by_title == desk.template("loan_account").read_bytes()
    assert identify_file(out, desk.contracts) == desk.identity("loan_account")
    assert main(["template", "贷款账", *given, str(out)]) == 2
    assert "没有台账“贷款账”" in capsys.readouterr().err
    assert main(["template", "贷款借据", *given, str(tmp_path / "x.csv")]) == 2
    assert main(["template", "贷款借据", "--branch", "10/01", *given[2:], str(out)]) == 2


def test_english_notes_name_columns_in_english(desk: Desk) -> None:
    path = desk.folder / "en.xlsx"
    write_template(
        desk.contracts["loan_account"], desk.identity("loan_account"), desk.book, path, "en"
    )
    sheet = openpyxl.load_workbook(path)["贷款借据"]
    assert sheet["A1"].value == "*借据号"
    assert "loan_id (required)" in sheet["A1"].comment.text
