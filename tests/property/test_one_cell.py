"""One changed cell of a valid file: what is found lies where the change is, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expectations.contract import Column, Contract, load_contracts
from expectations.judge import Verdict
from expectations.rule import load_rule_book
from pipelines.landing.header import column_letter
from pipelines.landing.identity import Identity
from pipelines.landing.judge_file import judge_upload
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import parse_period
from pipelines.sample.examples import PERIOD, sender
from tests.uploads import as_csv

CONTRACTS = load_contracts(LEDGERS_DIR)
BOOK = load_rule_book()
CON = duckdb.connect()
Row = dict[str, str]

ODD = [
    "", " ", "　", "0", "-1", "1e3", "1,234.00", "１２", ".5", "+1", "-", "#N/A", "#REF!", "N/A", "null", "None",
    "45992", "合计", "小计", "注：见附表", "=1+1", "@SUM(A1)", "A\tB", "A\x07B", "x" * 30, "x" * 31, "字" * 61, "字" * 201,
    "是", "true", "2025-02-30", "9999-12-31", "0001-01-01", "O'Brien", '";--', "\\", "%s", "{value}", "🙂",
]  # fmt: skip
PLAUSIBLE = {
    "money": ["0", "0.00", "0.01", "-0.01", "0.001", "12.3", "80000.01", "9999999999999999.99",
              "10000000000000000", "99999999999999999.9"],
    "rate": ["0", "1", "1.000000001", "-0.000000001", "0.0435", "4.35", "0.0000000001", "100", "600.5"],
    "int": ["0", "1", "-1", "1.0", "7", "2025", "999999999999999999", "1000000000000000000"],
    "date": ["2025-12-31", "2025-12-01", "2025-11-30", "2026-01-01", "20251231", "2025-2-1", "2025/12/31",
             "2024-02-29", "2025-02-29", "20250229", "1999-01-01"],
    "bool": ["是", "否", "true", "FALSE", "Y", "N", "1", "0", "对", "yes"],
    "id": ["1001", "1000", "9999", "S001", "G1", "C1", "N1", "11010519491231002X", "6222020000000000000", "CNY", "cny",
           "420506001201", "42050600120", "Ａ1", "X" * 60, "X" * 61, "X" * 100, "X" * 101],
    "text": ["甲", "（甲）", "Ａ", "x" * 60, "x" * 61, "x" * 100, "x" * 101, "x" * 200, "x" * 201],
    "code": ["不存在", "其他", "other"],
}  # fmt: skip
_SHAPES = {
    "money": r"-?[0-9]{1,16}(\.[0-9]{1,2})?",
    "rate": r"-?[0-9]{1,9}(\.[0-9]{1,9})?",
    "int": r"-?[0-9]{1,18}",
}
_INVISIBLE = re.compile("[\x80-\x9f\xa0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u3164\uffa0]")
_BLANKS = " \t\u00a0\u3000\ufeff"
_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"}


def judged(contract: Contract, rows: list[Row]) -> Verdict:
    org = sender(contract)
    name = f"{contract.name}_{org}_{PERIOD}.csv"
    identity = Identity(contract.name, org, parse_period(PERIOD))
    return judge_upload(CON, as_csv(contract, rows), name, identity, contract, BOOK)[0]


def is_forbidden(column: Column, cell: str) -> bool:
    """Whether the contract forbids the cell: written from the contract's meaning, not from the judge."""
    text = cell.strip(_BLANKS)
    if not text:
        return column.required
    if column.codes:
        return text not in column.codes and text not in column.codes.values()
    if column.kind in ("id", "text"):
        return (
            bool(re.search(r"[\x00-\x1f\x7f]", text))
            or text in _ERRORS
            or (column.kind == "id" and is_damaged_id(text))
            or (column.max_length is not None and len(text) > column.max_length)
            or (column.pattern is not None and not re.fullmatch(column.pattern, text))
        )
    if column.kind == "bool":
        return text not in {"是", "否", "true", "TRUE", "True", "1", "Y", "false", "FALSE", "False", "0", "N"}  # fmt: skip
    if column.kind == "date":
        return not is_date(text)
    if not re.fullmatch(_SHAPES[column.kind], text):
        return True
    number = Decimal(text)
    below = column.minimum is not None and number < Decimal(str(column.minimum))
    return below or (column.maximum is not None and number > Decimal(str(column.maximum)))


def is_damaged_id(text: str) -> bool:
    """Full-width or invisible characters, or what keeps a spreadsheet from reading a number."""
    return bool(
        re.search("[！-～　]", text)
        or _INVISIBLE.search(text)
        or any(unicodedata.category(ch) in ("Cf", "Zl", "Zp") for ch in text)
        or text[0] in "='\"‘’“”`"
    )


def is_date(text: str) -> bool:
    if re.fullmatch("[0-9]{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    year, month, day = map(int, text.split("-"))
    # DuckDB knows the year 0000, which is a leap year; Python's calendar begins with 0001.
    try:
        dt.date(year or 4, month, day)
    except ValueError:
        return False
    return True


def cell_values(column: Column) -> st.SearchStrategy[str]:
    near = [str(b) for b in (column.minimum, column.maximum) if b is not None]
    near += [
        str(int(b) + d) for b in (column.minimum, column.maximum) if b is not None for d in (-1, 1)
    ]
    known = [*PLAUSIBLE[column.kind], *column.codes, *column.codes.values(), *near]
    # Line ends move rows, a NUL makes the file no text: both are tested with the readers.
    characters = st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\0")
    return st.one_of(
        st.sampled_from(known), st.sampled_from(ODD), st.text(alphabet=characters, max_size=12)
    )


def same_value(column: Column, cell: str) -> list[str]:
    """Other ways to type the same value."""
    others = [f" {cell}", f"{cell}　"]
    if column.kind == "date":
        others.append(cell.replace("-", ""))
    if column.kind == "bool":
        others += ["true", "Y", "1"] if cell == "是" else ["false", "N", "0"]
    if column.kind in ("money", "rate"):
        others += [f"0{cell}", str(Decimal(cell).normalize().__format__("f"))]
    if column.kind == "int":
        others.append(f"0{cell}")
    if column.codes:
        others += [code for code, label in column.codes.items() if label == cell]
    return [o for o in others if o != cell]


@cache
def unchanged(ledger: str) -> tuple[Verdict, list[tuple[Any, ...]]]:
    """Verdict and typed rows of the example rows as they are."""
    contract = CONTRACTS[ledger]
    return judged(contract, contract.example_rows()), typed_rows(contract)


def changed(data: st.DataObject, contract: Contract) -> tuple[list[Row], int, Column]:
    rows = contract.example_rows()
    place = data.draw(st.integers(0, len(rows) - 1), label="row")
    column = data.draw(st.sampled_from(contract.columns), label="column")
    return rows, place, column


def address(contract: Contract, place: int, column: Column) -> str:
    position = [c.name for c in contract.columns].index(column.name)
    return f"{column_letter(position)}{place + 2}"


@pytest.mark.parametrize("ledger", sorted(CONTRACTS))
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_is_found_lies_where_the_cell_was_changed(ledger: str, data: st.DataObject) -> None:
    contract = CONTRACTS[ledger]
    rows, place, column = changed(data, contract)
    rows[place][column.name] = data.draw(cell_values(column), label="cell")
    verdict = judged(contract, rows)

    assert verdict.received == len(rows)
    assert verdict.received == verdict.accepted + verdict.rejected + sum(verdict.ignored.values())
    found = verdict.findings.to_pylist()
    blocked = any(BOOK[f["code"]].blocks for f in found)
    assert verdict.is_accepted is not blocked
    for finding in found:
        rule = BOOK[finding["code"]]
        if rule.level in ("L1", "L2"):
            assert finding["row_no"] == place + 2, finding
        else:  # other rows of the same key or group, or the file as a whole
            assert rule.level == "L3" or finding["code"] == "JT-FILE-0016", finding
    if verdict.ignored:
        assert contract.columns[0] is column or not rows[place][contract.columns[0].name].strip()
        return

    at_cell = [
        f for f in found if f["code"].startswith("JT-CELL-") and f["cell"] == address(contract, place, column)
    ]  # fmt: skip
    cells = [f for f in found if f["code"].startswith("JT-CELL-")]
    if is_forbidden(column, rows[place][column.name]):
        assert len(at_cell) == 1 and cells == at_cell
        assert not verdict.is_accepted
        for finding in found:  # a failed cell silences the rules that read it
            assert column.name not in BOOK[finding["code"]].fields, finding
    else:
        assert cells == []


@pytest.mark.parametrize("ledger", sorted(CONTRACTS))
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_the_same_value_typed_otherwise_gives_the_same_verdict(
    ledger: str, data: st.DataObject
) -> None:
    contract = CONTRACTS[ledger]
    rows, place, column = changed(data, contract)
    cell = rows[place][column.name]
    assume(cell != "")
    before, typed = unchanged(ledger)
    rows[place][column.name] = data.draw(st.sampled_from(same_value(column, cell)), label="cell")
    after = judged(contract, rows)
    assert after.findings.to_pylist() == before.findings.to_pylist() == []
    assert (after.accepted, after.control_totals) == (before.accepted, before.control_totals)
    assert typed_rows(contract) == typed


def typed_rows(contract: Contract) -> list[tuple[Any, ...]]:
    columns = ", ".join(c.name for c in contract.columns)
    return CON.execute(f"select {columns} from typed order by _row").fetchall()
