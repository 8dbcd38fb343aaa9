"""A branch's loan file of any length in which every row that breaks a rule is known.

The rows are those of the sample bank, put together as one branch's file. One row in a hundred is
replaced by a sound one with a single fault, the fifteen rules in turn, so that it breaks exactly
that rule.

Run as ``python -m bench.validation.injected FOLDER ROWS``: writes the files of the bench and prints
one JSON line. It is a process of its own, because a process that starts others passes its peak
memory on to them.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute
import xlsxwriter

from bench.validation.terms import (
    EMPTY_RULE,
    FILE_NAME,
    KEY_RULE,
    ORG,
    OWN_LOAN_RULE,
    PERIOD,
    RULES,
)
from expectations.contract import Contract, load_contracts
from pipelines.landing.judge_file import read_upload
from pipelines.paths import LEDGERS_DIR
from pipelines.sample.make import make_month

_pc: Any = pyarrow.compute
EVERY = 100  # one row in so many is at fault
WORKBOOK_ROWS, FILES, FILE_ROWS = 5_000, 100, 2_000

# A sound row, as the branch would type it; loan and customer stay those of the row it replaces.
SOUND = {
    "branch_id": ORG, "data_date": "2025-12-31", "contract_no": None, "product_code": "ZF01",
    "product_name": "个人住房按揭贷款", "currency_code": "CNY", "loan_amount": "100000.00",
    "balance": "80000.00", "disbursement_date": "2025-03-01", "original_due_date": "2026-03-01",
    "due_date": "2026-03-01", "annual_rate": "0.0435", "five_class_code": "正常",
    "contract_status_code": "正常", "disbursement_kind_code": "新增", "prev_loan_id": None,
    "guarantee_type_code": "信用", "purpose_code": "经营", "industry_code": None, "is_agri": "否",
    "is_small_micro": "是", "is_inclusive": "是", "is_bill_finance": "否",
    "is_startup_guarantee": "否", "manager_id": "M1",
}  # fmt: skip
# What is typed instead, so that exactly this rule is broken.
FAULTS: dict[str, dict[str, str | None]] = {
    EMPTY_RULE: {"customer_id": None},
    KEY_RULE: {},  # the loan of the row before is sent again
    "JT-LOAN-0001": {"balance": "100000.01"},
    "JT-LOAN-0002": {"original_due_date": "2025-03-01"},
    "JT-LOAN-0003": {"due_date": "2026-02-28"},
    "JT-LOAN-0004": {"contract_status_code": "结清"},
    "JT-LOAN-0005": {"disbursement_date": "2026-01-01"},
    "JT-LOAN-0006": {"disbursement_kind_code": "无还本续贷"},
    OWN_LOAN_RULE: {},  # the loan renews itself
    "JT-LOAN-0008": {"is_small_micro": "否"},
    "JT-LOAN-0009": {"purpose_code": "消费"},
    "JT-LOAN-0010": {"annual_rate": "0.37"},
    "JT-LOAN-0011": {"contract_status_code": "到期未还"},
    "JT-ROW-0001": {"branch_id": "1002"},
    "JT-ROW-0002": {"data_date": "2025-11-30"},
}


def write_files(inbox: Path, folder: Path, contract: Contract) -> dict[str, Any]:
    """Write the loans of a month as one branch's file, once clean and once with faults.

    Args:
        inbox: Folder with the branches' files of ``PERIOD``.
        folder: Where ``clean`` and ``faulty`` are made.
        contract: Contract of the loan ledger.

    Returns:
        Paths of both, the number of rows, and the ``truth``: pairs of spreadsheet row and rule that
        must be found in the faulty one.
    """
    sent = [
        read_upload(path.read_bytes(), path.name, contract)
        for path in sorted(inbox.glob(f"loan_account_*_{PERIOD}.csv"))
    ]
    places = [sent[0].positions[c.name] for c in contract.columns]
    titles = {c.name: c.title_zh for c in contract.columns}
    table: Any = pa.concat_tables([raw.table for raw in sent]).select([f"c{p}" for p in places])
    table = table.rename_columns([c.name for c in contract.columns])
    table = table.append_column("n", pa.array(range(table.num_rows)))
    con = duckdb.connect()
    con.register("loans", table)
    clean = {name: name for name in titles} | {"branch_id": f"'{ORG}'"}
    paths = {}
    for kind in ("clean", "faulty"):
        path = paths[kind] = folder / kind / FILE_NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        cells = clean if kind == "clean" else {n: _cell(n, cell) for n, cell in clean.items()}
        shown = ", ".join(f'{cell} as "{titles[name]}"' for name, cell in cells.items())
        con.execute(f"copy (select {shown} from loans order by n) to '{path}' (format csv, header)")
    at_fault = range(EVERY - 1, table.num_rows, EVERY)
    truth = {(n + 2, RULES[n // EVERY % len(RULES)]) for n in at_fault}
    truth |= {(row - 1, code) for row, code in truth if code == KEY_RULE}
    return {**{k: str(p) for k, p in paths.items()}, "rows": table.num_rows, "truth": sorted(truth)}


def _cell(name: str, cell: str) -> str:
    """SQL for a cell of the faulty file: the n-th fault in turn, else a sound value."""

    def literal(text: str | None) -> str:
        return "null" if text is None else f"'{text}'"

    sound = literal(SOUND[name]) if name in SOUND else cell
    faults = [FAULTS[code] for code in RULES]
    turns = [f"when {i} then {literal(f[name])}" for i, f in enumerate(faults) if name in f]
    if name == "loan_id":
        turns.append(f"when {RULES.index(KEY_RULE)} then lag(loan_id) over (order by n)")
    if name == "prev_loan_id":
        turns.append(f"when {RULES.index(OWN_LOAN_RULE)} then loan_id")
    told = f"case n // {EVERY} % {len(RULES)} {' '.join(turns)} else {sound} end"
    return f"case when n % {EVERY} = {EVERY - 1} then {told if turns else sound} else {cell} end"


def workbook(source: Path, folder: Path, contract: Contract, rows: int) -> Path:
    """The first rows of a CSV file as a workbook: dates and numbers as such, the rest as text."""
    path = folder / source.with_suffix(".xlsx").name
    kinds = [column.kind for column in contract.columns]
    with source.open(encoding="utf-8", newline="") as stream, xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        shown = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, record in enumerate(itertools.islice(csv.reader(stream), rows + 1)):
            for place, (cell, kind) in enumerate(zip(record, kinds, strict=True)):
                if number and cell and kind == "date":
                    sheet.write_datetime(number, place, dt.datetime.fromisoformat(cell), shown)
                elif number and cell and kind in ("money", "rate", "int"):
                    sheet.write_number(number, place, float(cell))
                elif cell:
                    sheet.write_string(number, place, cell)
    return path


def branch_files(folder: Path, files: int, rows: int) -> tuple[Path, list[Path]]:
    """The register of organisations and so many branches' loan files of about so many rows."""
    make_month(folder / "branches", loans=files * rows, branches=files, period=PERIOD)
    inbox = folder / "branches" / "inbox"
    (register,) = inbox.glob(f"org_unit_*_{PERIOD}.csv")
    sent = sorted(inbox.glob(f"loan_account_*_{PERIOD}.csv"))
    if len(sent) != files:
        raise ValueError(f"{len(sent)} loan files in the sample, {files} wanted")
    return register, sent


def main() -> None:
    """Write everything and print where it is."""
    folder, rows = Path(sys.argv[1]), int(sys.argv[2])
    contract = load_contracts(LEDGERS_DIR)["loan_account"]
    make_month(folder / "month", loans=rows, branches=max(2, rows // 20_000), period=PERIOD)
    written = write_files(folder / "month" / "inbox", folder, contract)
    shutil.rmtree(folder / "month")
    register, files = branch_files(folder, FILES, FILE_ROWS)
    made = {
        "columns": len(contract.columns),
        "workbook": str(workbook(Path(written["faulty"]), folder, contract, WORKBOOK_ROWS)),
        "register": str(register),
        "files": [str(path) for path in files],
    }
    print(json.dumps({**written, **made}))


if __name__ == "__main__":
    main()
