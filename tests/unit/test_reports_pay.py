"""The pay statement: fen, totals, reasons, and a settlement in December only."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.gate import EmissionRefused
from tests import reports_bank as bank


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pay")
    return bank.emit_from("pay_statement", bank.pay_slice(folder / "s"), folder).pack_dir


@pytest.fixture(scope="module")
def document(pack: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((pack / "pay_statement.json").read_text("utf-8"))
    return content


def workbook(pack: Path, *, data_only: bool) -> Any:
    content = (pack / "pay_statement.xlsx").read_bytes()
    return openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)


def line_of(sheet: Any, name: str) -> list[Any]:
    for row in sheet.iter_rows(values_only=True):
        if name in row[:3]:
            return list(row)
    raise AssertionError(f"no line {name}")


def test_the_worked_example_of_the_rule_book_is_printed(document: dict[str, Any]) -> None:
    branch = next(org for org in document["organisations"] if org["org_id"] == "B002")
    december = branch["months"][-1]
    assert december["gross_pool"] == "393000.00"
    assert december["cumulative_payable"] == "331800.00"
    settlement = branch["settlement"]
    assert (settlement["recovery_rate"], settlement["recovery_deduction"]) == ("0.9850", "50000.00")
    assert (settlement["net_pool"], settlement["adjusted_pool"]) == ("343000.00", "360150.00")
    assert (settlement["paid_to_date"], settlement["settlement"]) == ("331800.00", "28350.00")


def test_every_month_of_the_year_is_there(document: dict[str, Any]) -> None:
    for branch in document["organisations"]:
        assert [row["month"] for row in branch["months"]] == [f"2025-{n:02d}" for n in range(1, 13)]


def test_figures_are_rounded_to_the_fen_half_up(document: dict[str, Any]) -> None:
    branch = next(org for org in document["organisations"] if org["org_id"] == "B003")
    assert branch["months"][0]["deposit_net_increase_yuan"] == "1234567.89"


def test_a_missing_parameter_is_told_in_chinese_and_leaves_no_figure(pack: Path) -> None:
    line = line_of(workbook(pack, data_only=True)["本月计发"], "河口支行")
    assert line[-1] == "缺少参数 content_rate_deposit（存款旬均净增额含量标准）"
    assert line[6] is None  # deposit pay
    assert line[7] == 24000  # interest pay is known
    assert line[12] is None  # month pay


def test_totals_are_real_sums_of_the_printed_column(pack: Path) -> None:
    sheet = workbook(pack, data_only=True)["本月计发"]
    formulas = line_of(workbook(pack, data_only=False)["本月计发"], "合计")
    totals = line_of(sheet, "合计")
    body = [r for r in sheet.iter_rows(values_only=True) if str(r[1]).startswith("B00")]
    assert len(body) == 3
    for column in range(3, 13):
        expected = sum(Decimal(str(row[column])) for row in body if row[column] is not None)
        assert Decimal(str(totals[column])) == expected
        assert str(formulas[column]).startswith("=SUM(")
    assert totals[-1] == "1 家机构缺数，合计不含其缺数项"


def test_december_settles_with_totals(pack: Path, document: dict[str, Any]) -> None:
    sheet = workbook(pack, data_only=True)["年终结算"]
    assert line_of(sheet, "城关支行")[13] == 28350
    total = line_of(sheet, "合计")
    assert total[13] == 102600
    # 98.80 % = 225.26 million collected of 228 million due
    assert total[6] == 0.988
    assert document["totals"]["settlement"]["settlement"] == "102600.00"


def test_a_case_deduction_without_source_says_that_it_counts_as_zero(pack: Path) -> None:
    line = line_of(workbook(pack, data_only=True)["年终结算"], "营业部")
    assert line[8] == 0
    assert line[-2] == "缺少来源 incident（案件损失），按零计"


def test_other_months_have_no_settlement(tmp_path: Path) -> None:
    source = bank.pay_slice(tmp_path / "s", bank.pay_month_rows(5), [], period="2025-05")
    result = bank.emit_from("pay_statement", source, tmp_path, period="2025-05")
    book = workbook(result.pack_dir, data_only=True)
    assert book.sheetnames == ["本月计发", "逐月明细", "说明", "数据来源"]
    document = json.loads((result.pack_dir / "pay_statement.json").read_text("utf-8"))
    assert all(branch["settlement"] is None for branch in document["organisations"])


def test_notes_cite_formula_clause_and_decision(document: dict[str, Any]) -> None:
    notes = {note["topic"]: note for note in document["notes"]}
    assert "70%" in notes["累计应付"]["formula"]
    assert notes["回笼扣减"]["clause"] == "000 篇2 六(一)"
    assert "deposit_base" in notes["存款旬均净增额"]["decision"]


def test_lineage_leads_to_table_column_and_exact_value(pack: Path) -> None:
    line = line_of(workbook(pack, data_only=True)["数据来源"], "本月计发 河口支行 存款旬均净增额")
    assert line[1:5] == [
        "D7", "pay_month.deposit_net_increase_yuan 2025-12", "deposit_tenday_avg_net_increase",
        "all",
    ]  # fmt: skip
    assert (line[7], line[9]) == (1234567.891, 1234567.89)
    sheet = workbook(pack, data_only=True)["本月计发"]
    assert sheet["D7"].value == 1234567.89


def test_a_december_without_settlement_rows_is_refused(tmp_path: Path) -> None:
    source = bank.pay_slice(tmp_path / "s", settlements=[])
    with pytest.raises(EmissionRefused, match="no settlement row"):
        bank.emit_from("pay_statement", source, tmp_path)


def test_an_organisation_that_appears_twice_in_a_month_is_refused(tmp_path: Path) -> None:
    rows = bank.pay_month_rows()
    source = bank.pay_slice(tmp_path / "s", [*rows, rows[0]])
    with pytest.raises(EmissionRefused, match="repeats an organisation"):
        bank.emit_from("pay_statement", source, tmp_path)


def test_an_unknown_organisation_is_refused(tmp_path: Path) -> None:
    rows = bank.pay_month_rows()
    source = bank.pay_slice(tmp_path / "s", [*rows, {**rows[0], "org_id": "B999"}])
    with pytest.raises(EmissionRefused, match="B999"):
        bank.emit_from("pay_statement", source, tmp_path)
