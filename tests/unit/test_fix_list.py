"""What to fix first: groups by rule and column, cells in compact form, counts never cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectations.contract import Contract
from expectations.findings import finding_row, finding_table
from expectations.fix_list import compact_cells, fix_list, severity_counts
from expectations.pattern_text import pattern_text
from expectations.rule import RuleBook
from tests.uploads import VALID, as_csv


def test_runs_of_rows_are_joined_and_columns_stay_apart() -> None:
    places = [(f"C{n}", n) for n in (7, 9, 10, 11, 12)] + [("D9", 9), (None, 30), (None, 31)]
    assert compact_cells(places) == ["C7", "C9–C12", "D9", "30–31"]
    assert compact_cells([(None, None)]) == []


def test_blocking_findings_come_first_and_then_what_clears_most(
    judged: Callable, contracts: dict[str, Contract], book: RuleBook
) -> None:
    loan = VALID["loan_account"]
    rows = [{**loan, "loan_id": f"N{i}", "annual_rate": "0.5"} for i in range(5)]
    rows += [{**loan, "loan_id": f"M{i}", "due_date": "x", "balance": "y"} for i in range(3)]
    rows[7]["balance"] = "80000.00"
    contract = contracts["loan_account"]
    verdict = judged("loan_account", as_csv(contract, rows))
    fixes = fix_list(verdict.findings, book, contract)
    assert [(f.rule.code, f.first.column_zh, f.count, f.cells("zh")) for f in fixes] == [
        ("JT-CELL-0006", "到期日期", 3, "M7–M9"),
        ("JT-CELL-0002", "贷款余额", 2, "J7–J8"),
        ("JT-LOAN-0010", "年利率", 5, "N2–N6"),
    ]
    assert severity_counts(verdict.counts, book) == {"block": 5, "warn": 5}
    assert sum(f.count for f in fixes) == verdict.findings.num_rows == 10


def test_cut_listing_of_cells_says_so_with_the_full_count(
    contracts: dict[str, Contract], book: RuleBook
) -> None:
    rows = [
        finding_row("JT-CELL-0001", row_no=n, cell=f"C{n}", column="branch_id")
        for n in range(2, 42, 2)
    ]
    (fix,) = fix_list(finding_table(rows), book, contracts["loan_account"], areas=3)
    assert fix.cells("zh") == "C2、C4、C6 等 20 处"
    assert fix.cells("en") == "C2, C4, C6 … 20 in all"
    assert fix.is_cut


def test_whole_rows_and_whole_files_are_named_as_such(
    contracts: dict[str, Contract], book: RuleBook
) -> None:
    rows = [finding_row("JT-FILE-0014", row_no=n, value="1", expected="2") for n in (5, 6, 9)]
    (fix,) = fix_list(finding_table(rows), book, contracts["loan_account"])
    assert fix.cells("zh") == "第 5–6、9 行"
    (fix,) = fix_list(finding_table([finding_row("JT-FILE-0002")]), book, None)
    assert (fix.cells("zh"), fix.cells("en")) == ("整个文件", "whole file")


@pytest.mark.parametrize(
    ("pattern", "zh", "en"),
    [
        ("[0-9]{12}", "12 位数字", "12 digits"),
        ("[A-Z]{3}", "3 位大写字母", "3 capital letters"),
        (r"[A-Z]{2}\d{4,6}", "2 位大写字母，后接 4 至 6 位数字", "2 capital letters, then 4 to 6 digits"),
        ("[A-Z][0-9]", "1 位大写字母，后接 1 位数字", "1 capital letter, then 1 digit"),
        ("42[0-9]{4}", "“42”，后接 4 位数字", '"42", then 4 digits'),
        ("(?=x)[0-9]+", None, None),
    ],
)  # fmt: skip
def test_simple_pattern_is_put_into_words(pattern: str, zh: str | None, en: str | None) -> None:
    assert (pattern_text(pattern, "zh"), pattern_text(pattern, "en")) == (zh, en)
