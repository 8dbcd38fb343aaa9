"""Figures stated above the header are compared with the rows, to the last digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from expectations.contract import Contract
from expectations.control_figure import control_figures
from tests.uploads import VALID, as_csv, as_xlsx, places

LOAN = VALID["loan_account"]
ROWS = [
    {**LOAN, "loan_id": f"N{n}", "customer_id": c, "contract_no": f"HT{c}", "balance": b}
    for n, (c, b) in enumerate((("C1", "0.10"), ("C1", "0.20"), ("C2", "1000.03")))
]
RIGHT = [
    "示例支行 2025 年 12 月",
    "笔数：3",
    "户数: 2",
    "贷款余额合计",
    "1,000.33",
    "贷款金额总计：300,000元",
]


def _line(cells: list[str]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue().encode()


@pytest.fixture
def stated(judged: Callable, contracts: dict[str, Contract]) -> Callable:
    """Judge rows of the loan ledger under a head line."""

    def run(cells: list[str], rows: list[dict[str, str]] = ROWS) -> Any:
        return judged("loan_account", _line(cells) + as_csv(contracts["loan_account"], rows))

    return run


def test_right_figures_are_silent(stated: Callable) -> None:
    verdict = stated(RIGHT)
    assert (places(verdict), verdict.accepted, verdict.ignored) == ([], 3, {"title": 1})


@pytest.mark.parametrize(
    ("cells", "place", "value", "expected", "difference"),
    [
        (["笔数：4"], (1, "A1", "JT-CTRL-0001"), "4", "3", "1"),
        (["", "总行数", "", "2"], (1, "D1", "JT-CTRL-0001"), "2", "3", "-1"),
        (["户数：3"], (1, "A1", "JT-CTRL-0001"), "3", "2", "1"),
        (["贷款余额合计：1000.34"], (1, "A1", "JT-CTRL-0002"), "1000.34", "1000.33", "0.01"),
        (["贷款余额合计（元）", "0"], (1, "B1", "JT-CTRL-0002"), "0", "1000.33", "-1000.33"),
        (["借款余额合计：5 笔数：3"], None, "", "", ""),
        (["笔数：约三"], (1, "A1", "JT-CTRL-0001"), "约三", "3", "—"),
    ],
)
def test_wrong_figure_is_found_where_it_is_stated(
    cells: list[str], place: Any, value: str, expected: str, difference: str, stated: Callable
) -> None:
    verdict = stated(cells)
    if place is None:
        assert places(verdict) == []
        return
    assert places(verdict) == [place]
    (row,) = verdict.findings.to_pylist()
    assert (row["value"], row["expected"], row["difference"]) == (value, expected, difference)
    assert not verdict.is_accepted
    assert (verdict.received, verdict.rejected, verdict.held) == (4, 3, 3)


def test_total_is_silent_where_a_cell_of_its_column_failed(stated: Callable) -> None:
    rows = [*ROWS[:2], {**ROWS[2], "balance": "一千"}]
    verdict = stated(["贷款余额合计：7", "笔数：3"], rows)
    assert [p[2] for p in places(verdict)] == ["JT-CELL-0002"]


def test_subtotal_and_footnote_rows_do_not_count(stated: Callable) -> None:
    rows = [*ROWS, {"loan_id": "合计", "balance": "1000.33"}, {"loan_id": "注：单位为元"}]
    assert places(stated(["笔数：3", "贷款余额合计：1000.33"], rows)) == []


def test_figures_of_a_workbook_are_read_from_its_cells(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(contract, ROWS)))
    sheet = book[contract.title_zh]
    sheet.insert_rows(1, 2)
    sheet["A1"], sheet["B2"], sheet["C2"] = "笔数：5", "贷款余额合计：", 1000.33
    stream = io.BytesIO()
    book.save(stream)
    verdict = judged("loan_account", stream.getvalue(), "xlsx")
    assert places(verdict) == [(1, "A1", "JT-CTRL-0001")]


def test_totals_are_known_by_title_alias_and_place(contracts: dict[str, Contract]) -> None:
    contract = contracts["loan_account"]
    rows = [["", "合计贷款余额:", " 5 "], ["借据号合计：3", "年利率合计：1"]]
    (figure,) = control_figures(rows, contract)
    assert (figure.what, figure.value, figure.row_no, figure.position) == (
        "balance", Decimal(5), 1, 2,
    )  # fmt: skip
    assert control_figures([["笔数"], ["户数", "", ""]], contract) == []
