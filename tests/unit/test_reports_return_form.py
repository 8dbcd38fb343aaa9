"""The workbook of S71_I: looks like the form, and its formulas say what its cached values say."""

from __future__ import annotations

import io
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.draft import Draft, Order
from reports.gate import check_slice
from reports.layout import CLOSED, FORMULA
from reports.outputs import discover_outputs
from reports.writers.return_form import build
from tests import reports_bank as bank


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    folder = tmp_path_factory.mktemp("slice")
    source = bank.marts_slice(folder, bank.sample_leaves().rows())
    return build(Order(discover_outputs()["S71_I"], bank.PERIOD, check_slice(*source, bank.TODAY)))


@pytest.fixture(scope="module")
def cached(draft: Draft) -> Any:
    return openpyxl.load_workbook(io.BytesIO(draft.files["S71_I.xlsx"]), data_only=True)


@pytest.fixture(scope="module")
def written(draft: Draft) -> Any:
    return openpyxl.load_workbook(io.BytesIO(draft.files["S71_I.xlsx"]))


def evaluated(formula: str, sheet: Any) -> Decimal | None:
    """The two kinds of formula the form has, over the cached values of other cells."""

    def number(name: str) -> Decimal:
        return Decimal(str(sheet[name].value or 0))

    rate = re.fullmatch(r'=IF\((\w+)=0,"",ROUND\((\w+)/\1,4\)\)', formula)
    if rate:
        denominator = number(rate[1])
        if denominator == 0:
            return None
        return (number(rate[2]) / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert re.fullmatch(r"=[A-Z]+\d+(\+[A-Z]+\d+)+", formula), formula
    return sum((number(name) for name in formula[1:].split("+")), Decimal(0))


def test_every_formula_equals_its_cached_value(draft: Draft, cached: Any, written: Any) -> None:
    assert draft.form is not None
    formulas = 0
    for filled in draft.form.cells.values():
        if filled.cell.kind != FORMULA:
            continue
        formulas += 1
        name = filled.cell.excel
        expected = evaluated(written["S71_I"][name].value, cached["S71_I"])
        found = cached["S71_I"][name].value
        if expected is None:
            assert found in (None, ""), name
            assert filled.value is None
        else:
            assert Decimal(str(found)) == expected == filled.value, name
    assert formulas == 155


def test_closed_cells_are_empty_and_grey(draft: Draft, written: Any) -> None:
    assert draft.form is not None
    for filled in draft.form.cells.values():
        cell = written["S71_I"][filled.cell.excel]
        is_grey = cell.fill.fgColor.rgb == "FFC0C0C0"
        assert is_grey == (filled.cell.kind == CLOSED), filled.cell.address
        if filled.cell.kind == CLOSED:
            assert cell.value is None


def test_formula_cells_are_blue(draft: Draft, written: Any) -> None:
    assert draft.form is not None
    for filled in draft.form.cells.values():
        is_blue = written["S71_I"][filled.cell.excel].fill.fgColor.rgb == "FFCCCCFF"
        assert is_blue == (filled.cell.kind == FORMULA), filled.cell.address


def test_number_formats_follow_the_unit(written: Any) -> None:
    sheet = written["S71_I"]
    assert sheet["C8"].number_format == "#,##0.00"
    assert sheet["D8"].number_format == "0"
    assert sheet["O8"].number_format == "0.00%"


def test_the_head_names_institution_date_scope_and_unit(written: Any) -> None:
    sheet = written["S71_I"]
    assert sheet["A1"].value == "银行业普惠金融重点领域贷款情况表"
    assert sheet["A3"].value == "报表日期：2025年12月31日"
    assert sheet["A4"].value == "填报机构：井田示例农村商业银行股份有限公司"
    assert sheet["I4"].value == "报送口径：境内汇总数据"
    assert sheet["AI4"].value == "单位：万元、户、%"
    assert "C5:H5" in {str(area) for area in sheet.merged_cells.ranges}


def test_the_form_prints_landscape_on_one_page_width_with_frozen_head(written: Any) -> None:
    sheet = written["S71_I"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is the default and is not written
    assert sheet.page_setup.fitToHeight == 0  # as many pages down as needed
    assert sheet.freeze_panes == "C8"


def test_sub_rows_are_indented(written: Any) -> None:
    sheet = written["S71_I"]
    assert [int(sheet[f"B{row}"].alignment.indent) for row in (8, 9, 10)] == [0, 1, 2]


def test_sheets_are_form_checks_lineage_and_definitions(written: Any) -> None:
    assert written.sheetnames == ["S71_I", "核对关系", "数据来源", "定义与说明"]


def test_the_sheet_of_checks_holds_every_result(draft: Draft, cached: Any) -> None:
    shown = [
        row
        for row in cached["核对关系"].iter_rows(values_only=True)
        if row[10] in ("通过", "不通过", "未执行")
    ]
    compared = [result for result in draft.relations if result.operator]
    assert len(shown) == len(compared)
    text = " ".join(str(v) for r in cached["核对关系"].iter_rows(values_only=True) for v in r if v)
    assert "须在客户明细上核对" in text


def test_contradictions_of_the_official_material_are_told(cached: Any) -> None:
    sheet = cached["定义与说明"]
    text = " ".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row)
    assert "[6.1][6.2][6.3] D5" in text
    assert "空白表的公式为[3.1]与[3.2]相加" in text


def test_json_holds_exact_figures_as_text(draft: Draft) -> None:
    document = json.loads(draft.files["S71_I.json"])
    cells = {cell["cell"]: cell for cell in document["cells"]}
    assert cells["1.A"]["value"] == "2323.46"
    assert cells["1.A"]["formula"] == "[1A1]+[1A2]+[1A3]+[1A4]"
    assert cells["1.1.D1"] == {
        "cell": "1.1.D1", "excel": "Z9", "kind": "closed", "value": None, "unit": "万元",
    }  # fmt: skip
    assert document["report_date"] == "2025-12-31"
    assert document["relations"]["counts"]["failed"] == 0


def test_the_same_slice_gives_the_same_bytes(draft: Draft, tmp_path: Path) -> None:
    source = bank.marts_slice(tmp_path, bank.sample_leaves().rows())
    order = Order(discover_outputs()["S71_I"], bank.PERIOD, check_slice(*source, bank.TODAY))
    assert build(order).files == draft.files
