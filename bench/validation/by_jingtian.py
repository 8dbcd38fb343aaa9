"""Jingtian's own judge: every cell of the ledger is typed and checked, with the fifteen rules."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.validation.terms import ORG, PERIOD, RULES
from expectations.contract import load_contracts
from expectations.judge import RawTable
from expectations.judge import judge as judge_cells
from expectations.rule import RuleBook, load_rule_book
from pipelines.landing.judge_file import read_upload
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import parse_period

CONTRACT = load_contracts(LEDGERS_DIR)["loan_account"]
_ALL = load_rule_book()
# Without the rules of the ledger that the contest leaves out.
_BOOK = RuleBook(
    {c: r for c, r in _ALL.rules.items() if r.ledger != CONTRACT.name or c in RULES}, _ALL.digest
)


def read(path: Path) -> RawTable:
    """The file's cells as text; all columns."""
    return read_upload(path.read_bytes(), path.name, CONTRACT)


def judge(cells: RawTable) -> set[tuple[int, str]]:
    """Type the cells and check the rules: pairs of spreadsheet row and rule."""
    con = duckdb.connect(config={"threads": 2})
    month = parse_period(PERIOD)
    verdict = judge_cells(
        con, CONTRACT, cells, _BOOK, org_id=ORG, period_start=month.start, period_end=month.end
    )
    rows, codes = verdict.findings.column("row_no"), verdict.findings.column("code")
    return set(zip(rows.to_pylist(), codes.to_pylist(), strict=True))
