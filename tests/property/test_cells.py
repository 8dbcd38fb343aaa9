"""Typing a column by its distinct values gives what typing every cell for itself gives."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.cells import BLANKS, CellMemo
from expectations.contract import Contract, load_contracts
from expectations.judge import RawTable, _Job, has_few_values
from expectations.rule import load_rule_book
from pipelines.paths import LEDGERS_DIR

CONTRACTS = load_contracts(LEDGERS_DIR)
BOOK = load_rule_book()
ODD = [
    None, "", " ", "　", "1", "1.5", "1.50", "-1.00", "-0.00", "007.00", "1e3", "1,234.00", "１２", "12.345",
    "12345678901234567.00", "999999999999999999.99", ".5", "5.", "+1.00", "0.0435", "1.1", "2.000000001",
    "2025-12-31", "2025-02-30", "20251231", "45992", "2025/12/31", " 2025-12-31 ", "是", "否", "true", "Y", "N/A",
    "#N/A", "#REF!", "NULL", "CNY", "cny", "人民币", "420506001001", "42050600100", "A B", "A\tB", "A\nB", "A\x7fB",
    "\ufeffA", "A\u00a0", "（甲）", "Ａ", "x" * 30, "x" * 31, "字" * 60, "x" * 200, "正常", "settled", "结清", "居民身份证",
    "合计", "小计：", "注：本表", "本页合计",
]  # fmt: skip
LEDGERS = ["loan_account", "customer", "segment_population", "deposit_tenday", "org_unit"]


def _job(con: duckdb.DuckDBPyConnection, contract: Contract, raw: RawTable) -> _Job:
    return _Job(
        con,
        contract,
        raw,
        BOOK,
        "1001",
        dt.date(2025, 12, 1),
        dt.date(2025, 12, 31),
        False,
        frozenset(),
    )


def _cell_by_cell(
    con: duckdb.DuckDBPyConnection, job: _Job, raw: RawTable
) -> dict[str, list[tuple[Any, bool]]]:
    """Typed value and failed flag of every cell, each asked on its own."""
    answers = {}
    for column in job.contract.columns:
        test = job._test(column)
        texts = raw.table.column(f"c{raw.positions[column.name]}").cast(pa.string())
        con.register("plain", pa.table({"text": texts}))
        needed = "cell is null" if column.required else "false"
        answers[column.name] = con.execute(
            f"""
            select typed, case when cell is null then {needed} else coalesce({test.failed}, false) end
            from (
                select cell, case when cell is not null then {test.typed} end as typed
                from (select nullif(trim(text, {BLANKS}), '') as cell from plain)
            )
            """
        ).fetchall()
    return answers


def _encoded(contract: Contract, table: pa.Table) -> pa.Table:
    """The table as the CSV reader hands it over: dictionaries where few values are expected."""
    for i, column in enumerate(contract.columns):
        if has_few_values(column):
            texts: Any = table.column(f"c{i}")
            table = table.set_column(i + 1, f"c{i}", texts.dictionary_encode())
    return table


@pytest.mark.parametrize("ledger", LEDGERS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_typing_by_distinct_value_equals_typing_cell_by_cell(
    ledger: str, data: st.DataObject
) -> None:
    contract = CONTRACTS[ledger]
    rows = data.draw(st.integers(1, 12))
    columns = {"_row": list(range(2, rows + 2))}
    for i, _ in enumerate(contract.columns):
        pool = data.draw(st.lists(st.sampled_from(ODD), min_size=1, max_size=3))
        columns[f"c{i}"] = [pool[n % len(pool)] for n in range(rows)]
    schema = pa.schema(
        [("_row", pa.int64()), *((f"c{i}", pa.string()) for i in range(len(contract.columns)))]
    )
    plain = pa.table(columns, schema=schema)
    positions = {c.name: i for i, c in enumerate(contract.columns)}
    con = duckdb.connect()
    memo = CellMemo()
    for table in (plain, _encoded(contract, plain), _encoded(contract, plain)):
        raw = RawTable(table, positions, [])
        job = _job(con, contract, raw)
        job.memo = memo
        job._type()
        expected = _cell_by_cell(con, job, raw)
        for column in contract.columns:
            typed = job.typed.column(column.name).to_pylist()
            bit = job.bit[column.name]
            failed = [job.bad is not None and bool(job.bad[n] >> bit & 1) for n in range(rows)]
            assert list(zip(typed, failed, strict=True)) == expected[column.name], column.name


@pytest.mark.parametrize(
    ("ledger", "texts"),
    [
        ("segment_population", ["12", "999999999999999999", "0"]),
        ("segment_population", ["1000000000000000000", "7"]),  # a digit too many
        ("segment_population", ["-0", "007", "-3"]),
        ("segment_population", ["9223372036854775808"]),
        ("loan_account", ["12.50", "0.00", None]),
        ("loan_account", ["-12.50", "9999999999999999.99"]),
        ("loan_account", ["12.5", "99999999999999999.99"]),
    ],
)
def test_numbers_written_plainly_are_typed_as_their_sql_says(
    ledger: str, texts: list[str | None]
) -> None:
    contract, rows = CONTRACTS[ledger], len(texts)
    numbers = [c for c in contract.columns if c.kind in ("int", "money", "rate")]
    columns: dict[str, Any] = {"_row": list(range(2, rows + 2))}
    columns |= {f"c{i}": pa.array(texts, pa.string()) for i in range(len(contract.columns))}
    plain = pa.table(columns)
    con = duckdb.connect()
    for table in (plain, _encoded(contract, plain)):
        raw = RawTable(table, {c.name: i for i, c in enumerate(contract.columns)}, [])
        job = _job(con, contract, raw)
        job._type()
        expected = _cell_by_cell(con, job, raw)
        for column in numbers:
            typed = job.typed.column(column.name).to_pylist()
            bit = job.bit[column.name]
            failed = [job.bad is not None and bool(job.bad[n] >> bit & 1) for n in range(rows)]
            assert list(zip(typed, failed, strict=True)) == expected[column.name], column.name
