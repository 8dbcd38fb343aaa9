"""The fifteen rules as expectations of Great Expectations' pandas engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

from bench.validation.terms import ORG, TITLES
from expectations.engine import ephemeral_context

DATES = ("data_date", "disbursement_date", "original_due_date", "due_date")
NUMBERS = ("loan_amount", "balance", "annual_rate")
BOOLS = ("is_small_micro", "is_inclusive")


def read(path: Path) -> pd.DataFrame:
    """The file's cells as text; the rules' columns only."""
    titles = list(TITLES.values())
    frame = pd.read_csv(
        path, dtype=str, usecols=titles, keep_default_na=False, na_values=[""], engine="c"
    )
    return frame.rename(columns={title: name for name, title in TITLES.items()})


def judge(cells: pd.DataFrame) -> set[tuple[int, str]]:
    """Type the cells and check the rules: pairs of spreadsheet row and rule."""
    typed = cells.assign(
        row_no=range(2, len(cells) + 2),
        **{name: pd.to_datetime(cells[name], format="%Y-%m-%d") for name in DATES},
        **{name: pd.to_numeric(cells[name]) for name in NUMBERS},
        **{name: cells[name] == "是" for name in BOOLS},
    )
    context = ephemeral_context()
    suite = gx.ExpectationSuite(name="loan_account", expectations=_expectations())
    frame = context.data_sources.add_pandas("file").add_dataframe_asset("loan_account")
    batch = frame.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": typed})
    answer = batch.validate(
        suite,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["row_no"],
            "include_unexpected_rows": False,
        },
    )
    found: set[tuple[int, str]] = set()
    for result in answer.results:
        if result.exception_info.get("raised_exception"):
            raise RuntimeError(str(result.exception_info))
        code = result.expectation_config.meta["code"]
        found |= {
            (int(row["row_no"]), code) for row in result.result["unexpected_index_list"] or ()
        }
    return found


def _expectations() -> list[Any]:
    later, either = gxe.ExpectColumnPairValuesAToBeGreaterThanB, "either_value_is_missing"
    one_of = gxe.ExpectColumnValuesToBeInSet

    def after(code: str, a: str, b: str, or_equal: bool = True) -> Any:
        return later(
            column_A=a, column_B=b, or_equal=or_equal, ignore_row_if=either, meta={"code": code}
        )

    def where(condition: str) -> dict[str, str]:
        return {"row_condition": condition, "condition_parser": "pandas"}

    return [
        gxe.ExpectColumnValuesToNotBeNull(column="customer_id", meta={"code": "JT-CELL-0001"}),
        gxe.ExpectColumnValuesToBeUnique(column="loan_id", meta={"code": "JT-KEY-0001"}),
        after("JT-LOAN-0001", "loan_amount", "balance"),
        after("JT-LOAN-0002", "original_due_date", "disbursement_date", or_equal=False),
        after("JT-LOAN-0003", "due_date", "original_due_date"),
        one_of(
            column="balance", value_set=[0], meta={"code": "JT-LOAN-0004"},
            **where("contract_status_code == '结清'"),
        ),
        after("JT-LOAN-0005", "data_date", "disbursement_date"),
        gxe.ExpectColumnValuesToNotBeNull(
            column="prev_loan_id", meta={"code": "JT-LOAN-0006"},
            **where("disbursement_kind_code in ['无还本续贷', '借新还旧']"),
        ),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(
            column_list=["loan_id", "prev_loan_id"], ignore_row_if="any_value_is_missing",
            meta={"code": "JT-LOAN-0007"},
        ),
        one_of(
            column="is_small_micro", value_set=[True], meta={"code": "JT-LOAN-0008"},
            **where("is_inclusive"),
        ),
        one_of(
            column="purpose_code", value_set=["经营"], meta={"code": "JT-LOAN-0009"},
            **where("is_inclusive"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="annual_rate", max_value=0.36, meta={"code": "JT-LOAN-0010"}
        ),
        gxe.ExpectColumnValuesToNotBeInSet(
            column="five_class_code", value_set=["正常"], meta={"code": "JT-LOAN-0011"},
            **where("contract_status_code == '到期未还'"),
        ),
        one_of(column="branch_id", value_set=[ORG], meta={"code": "JT-ROW-0001"}),
        one_of(
            column="data_date", value_set=[pd.Timestamp("2025-12-31")],
            meta={"code": "JT-ROW-0002"},
        ),
    ]  # fmt: skip
