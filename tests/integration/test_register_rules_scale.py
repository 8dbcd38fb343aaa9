"""No rule of a file compares every row with every other, however alike the rows are.

The failing example of each rule is repeated until the file has as many rows as a large branch sends:
first with the same key in every row, then with a key of its own for each. Two rows that a rule tells
apart then stand there tens of thousands of times.
"""

from __future__ import annotations

import time

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from expectations.contract import Contract
from expectations.judge import RawTable, judge
from expectations.rule import Rule, RuleBook, load_rule_book
from pipelines.landing.header import column_letter
from pipelines.periods import parse_period
from pipelines.sample.examples import PERIOD, example_file, sender

ROWS = 100_000
LONGEST = 5.0  # seconds on a busy machine; comparing all pairs takes far longer
BOOK = load_rule_book()
REGISTER_RULES = [r for r in BOOK.rules.values() if r.level == "L3" and r.violation]


def _free_key(contract: Contract) -> str | None:
    """A key column that takes any text."""
    columns = [contract.column(name) for name in contract.key]
    free = [c.name for c in columns if c.kind in ("id", "text") and c.pattern is None]
    return free[-1] if free else None


def _many(contract: Contract, rows: list[dict[str, str]], own_key: str | None) -> RawTable:
    """The rows, again and again; ``own_key`` is another in every row."""
    again = np.arange(ROWS) % len(rows)
    columns: dict[str, object] = {"_row": pa.array(np.arange(ROWS) + 2)}
    for i, column in enumerate(contract.columns):
        texts = pa.array([row.get(column.name) or None for row in rows], pa.string())
        if column.name == own_key:
            columns[f"c{i}"] = pa.array([f"K{n:07}" for n in range(ROWS)])
        else:
            columns[f"c{i}"] = texts.take(pa.array(again)).dictionary_encode()
    positions = {c.name: i for i, c in enumerate(contract.columns)}
    return RawTable(pa.table(columns), positions, [column_letter(i) for i in positions.values()])


@pytest.mark.parametrize("rule", REGISTER_RULES, ids=lambda r: r.code)
def test_many_rows_that_are_alike_are_judged_in_seconds(
    rule: Rule, contracts: dict[str, Contract]
) -> None:
    contract = contracts[str(rule.ledger)]
    rows, _ = example_file(contract, rule, passing=False)
    only = {c: r for c, r in BOOK.rules.items() if not r.violation or c == rule.code}
    month = parse_period(PERIOD)
    for own_key in {None, _free_key(contract)}:
        with duckdb.connect(config={"threads": 2}) as con:
            started = time.perf_counter()
            verdict = judge(
                con, contract, _many(contract, rows, own_key), RuleBook(only, BOOK.digest),
                org_id=sender(contract), period_start=month.start, period_end=month.end,
                is_bank_wide=True,
            )  # fmt: skip
            seconds = time.perf_counter() - started
        assert verdict.received == ROWS
        assert seconds < LONGEST, f"{seconds:.1f} s, key of its own: {own_key}"
