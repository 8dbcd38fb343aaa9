"""The fifteen rules as a pandera schema, checked by its polars backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from bench.validation.terms import ORG, TITLES

MONEY = pl.Decimal(18, 2)
YES = ("是",)
CODES = {
    "contract_status_code": {"结清": "settled", "到期未还": "expired_unpaid"},
    "disbursement_kind_code": {"无还本续贷": "renewal_without_repayment", "借新还旧": "refinance"},
    "purpose_code": {"经营": "operating"},
    "five_class_code": {"正常": "normal"},
}
DATES = ("data_date", "disbursement_date", "original_due_date", "due_date")


def read(path: Path) -> pl.DataFrame:
    """The file's cells as text; the rules' columns only."""
    frame = pl.read_csv(path, infer_schema=False, columns=list(TITLES.values()))
    return frame.rename({title: name for name, title in TITLES.items()})


def judge(cells: pl.DataFrame) -> set[tuple[int, str]]:
    """Type the cells and check the rules: pairs of spreadsheet row and rule."""
    typed = cells.with_columns(
        *(pl.col(name).str.to_date("%Y-%m-%d") for name in DATES),
        pl.col("loan_amount", "balance").cast(MONEY),
        pl.col("annual_rate").cast(pl.Decimal(18, 9)),
        pl.col("is_small_micro", "is_inclusive").is_in(YES),
        *(pl.col(name).replace(labels) for name, labels in CODES.items()),
    )
    try:
        _schema().validate(typed, lazy=True)
    except SchemaErrors as errors:
        failed = errors.failure_cases.select("index", "check")
        return {(index + 2, _code(check)) for index, check in failed.iter_rows()}
    return set()


def _code(check: str) -> str:
    """Built-in checks of a column have names of their own."""
    own = {"not_nullable": "JT-CELL-0001", "field_uniqueness": "JT-KEY-0001"}
    return own.get(check, check)


def _holds(code: str, violation: pl.Expr) -> Any:
    """A check over the columns of a row; what cannot be decided is no violation."""
    sound = ~violation.fill_null(False)
    return pa.Check(lambda data: data.lazyframe.select(sound), name=code)


def _schema() -> Any:
    col = pl.col
    month_end = pl.date(2025, 12, 31)
    renewed = col("disbursement_kind_code").is_in(["renewal_without_repayment", "refinance"])
    violations = {
        "JT-LOAN-0001": col("balance") > col("loan_amount"),
        "JT-LOAN-0002": col("original_due_date") <= col("disbursement_date"),
        "JT-LOAN-0003": col("due_date") < col("original_due_date"),
        "JT-LOAN-0004": (col("contract_status_code") == "settled") & (col("balance") != 0),
        "JT-LOAN-0005": col("disbursement_date") > col("data_date"),
        "JT-LOAN-0006": renewed & col("prev_loan_id").is_null(),
        "JT-LOAN-0007": col("prev_loan_id") == col("loan_id"),
        "JT-LOAN-0008": col("is_inclusive") & ~col("is_small_micro"),
        "JT-LOAN-0009": col("is_inclusive") & (col("purpose_code") != "operating"),
        "JT-LOAN-0010": col("annual_rate") > 0.36,
        "JT-LOAN-0011": (col("contract_status_code") == "expired_unpaid")
        & (col("five_class_code") == "normal"),
        "JT-ROW-0001": col("branch_id") != ORG,
        "JT-ROW-0002": col("data_date") != month_end,
    }
    return pa.DataFrameSchema(
        {
            "loan_id": pa.Column(str, unique=True),
            "customer_id": pa.Column(str, nullable=False),
        },
        checks=[_holds(code, violation) for code, violation in violations.items()],
    )
