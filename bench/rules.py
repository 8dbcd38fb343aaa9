"""How fast the row judge is once a file is read: the loan ledger's cells and rules, by themselves.

Run as ``python -m bench.rules INBOX PERIOD``: puts the month's loan files together as one branch's
file, cuts it in two, judges both a few times side by side and prints one JSON line. A known share of the rows is made to break a
rule, and the findings must name exactly these rows.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute

from expectations.cells import CellMemo
from expectations.contract import load_contracts
from expectations.judge import RawTable, Verdict, judge
from expectations.rule import load_rule_book
from pipelines.landing.judge_file import read_upload
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import parse_period

_pc: Any = pyarrow.compute
EVERY = 1_000  # one row in so many owes more than it was lent
ORG = "090001"


def measure(inbox: Path, period: str, repeats: int = 3) -> dict[str, Any]:
    """Rows per second of the judge on all loans of a month.

    Raises:
        SystemExit: The findings are not exactly the injected ones.
    """
    contract = load_contracts(LEDGERS_DIR)["loan_account"]
    book, month = load_rule_book(), parse_period(period)
    raws = [
        read_upload(path.read_bytes(), path.name, contract)
        for path in sorted(inbox.glob(f"loan_account_*_{period}.csv"))
    ]
    positions = raws[0].positions
    table: Any = pa.concat_tables([raw.table for raw in raws]).unify_dictionaries()
    table = table.combine_chunks()
    rows = table.num_rows
    names = {name: f"c{position}" for name, position in positions.items()}
    changed = {
        "_row": pa.array(range(2, rows + 2), pa.int64()),
        names["branch_id"]: pa.array([ORG]).take(pa.array([0] * rows, pa.int32())),
    }
    faulty = [n % EVERY == EVERY - 1 for n in range(rows)]
    balance = table.column(names["balance"])
    changed[names["balance"]] = _pc.if_else(pa.array(faulty), "9999999999999.99", balance)
    for name, values in changed.items():
        table = table.set_column(table.schema.get_field_index(name), name, values)
    # two files at two desks, as receiving judges them
    half = rows // 2
    files = [table.slice(0, half), table.slice(half)]
    desks = [(duckdb.connect(config={"threads": 1}), CellMemo()) for _ in files]

    def judge_half(desk: tuple[duckdb.DuckDBPyConnection, CellMemo], file: Any) -> Verdict:
        con, memo = desk
        return judge(
            con, contract, RawTable(file.combine_chunks(), positions, raws[0].letters), book,
            org_id=ORG, period_start=month.start, period_end=month.end, memo=memo,
        )  # fmt: skip

    seconds, processor = [], []
    for _ in range(repeats):
        started, spent = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(len(files)) as pool:
            verdicts = list(pool.map(judge_half, desks, files))
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - spent)
    expected = [n + 2 for n, is_faulty in enumerate(faulty) if is_faulty]
    named = {(f["code"], f["row_no"]) for v in verdicts for f in v.findings.to_pylist()}
    found = sorted(row for code, row in named if code == "JT-LOAN-0001")
    # a settled loan among them breaks the rule on settled loans too
    also = {row for code, row in named if code == "JT-LOAN-0004"}
    if found != expected or not also <= set(found) or len(named) != len(found) + len(also):
        raise SystemExit(f"{len(named)} findings, {len(expected)} injected")
    # the ledger's own rules, row's organisation, row's date, and the key
    rules = len(book.row_rules(contract.name, month.end)) + 3
    return {
        "rows": rows,
        "rules": rules,
        "columns": len(contract.columns),
        "seconds": sorted(seconds)[len(seconds) // 2],
        "rows_per_second": rows / sorted(seconds)[len(seconds) // 2],
        "cpu_seconds": sorted(processor)[len(processor) // 2],
        "findings": len(named),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
