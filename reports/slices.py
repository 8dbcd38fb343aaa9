"""Reading the tables of a checked slice.

Here belongs turning frozen Parquet into plain rows with exact numbers. Which tables may be read
was decided by ``gate.py``; what is done with them belongs to each output.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from reports.gate import CheckedSlice, EmissionRefused

Row = dict[str, Any]
Filters = list[tuple[str, Any, Any]]

COLUMNS: dict[str, tuple[str, ...]] = {
    "metric_value": (
        "metric_id",
        "definition_id",
        "period",
        "org_level",
        "org_id",
        "segment",
        "numerator",
        "denominator",
        "value",
        "unit",
        "reason_code",
    ),
    "target_attainment": (
        "period",
        "org_level",
        "org_id",
        "scheme_id",
        "metric_id",
        "segment",
        "phase",
        "operator",
        "target",
        "target_unit",
        "value",
        "gap",
        "is_attained",
        "reason_code",
    ),
    "dim_org": (
        "org_id",
        "org_name",
        "parent_org_id",
        "bank_id",
        "org_level",
        "org_type_code",
        "location_code",
        "peer_group_code",
        "is_strong_county_pilot",
        "is_active",
    ),
    "dim_metric": (
        "metric_id",
        "name_zh",
        "name_en",
        "unit",
        "kind",
        "better",
        "is_additive",
        "is_year_to_date",
        "formula_zh",
        "source",
        "definition_id",
    ),
    "metric_definition": (
        "definition_id",
        "metric_id",
        "regulator",
        "document_zh",
        "clause",
        "thresholds",
        "effective_from",
        "effective_to",
        "reading_zh",
    ),
    "scheme": ("scheme_id", "title_zh"),
    "metric_earlier": (
        "period",
        "org_level",
        "org_id",
        "metric_id",
        "segment",
        "basis",
        "earlier_period",
        "numerator",
        "denominator",
        "value",
    ),
    "pay_month": (
        "org_id",
        "month",
        "deposit_net_increase_yuan",
        "interest_income_yuan",
        "npl_recovery_yuan",
        "deposit_pay",
        "interest_pay",
        "npl_pay",
        "gross_pool",
        "cumulative_payable",
        "paid_to_date",
        "month_pay",
        "reason_code",
    ),
    "pay_settlement": (
        "org_id",
        "period",
        "gross_pool",
        "recovery_due_principal",
        "recovery_collected_principal",
        "recovery_rate",
        "recovery_deduction",
        "case_deduction",
        "case_deduction_reason",
        "net_pool",
        "adjustment_factor",
        "adjusted_pool",
        "paid_to_date",
        "settlement",
        "reason_code",
    ),
}


def holds(source: CheckedSlice, table: str) -> bool:
    """Whether the slice's decision judged such a table."""
    return f"{table}.parquet" in source.decision.files


def read_rows(source: CheckedSlice, table: str, filters: Filters | None = None) -> list[Row]:
    """Rows of one frozen table, in the table's own order.

    Of ``metric_value`` those by the first definition of each metric, which is the one that returns
    and targets mean, unless a filter names another ``definition_id``.

    Args:
        source: A slice that passed :func:`reports.gate.check_slice`.
        table: Name without ``.parquet``; one of :data:`COLUMNS`.
        filters: Conjunction of (column, operator, value), applied while reading.

    Raises:
        EmissionRefused: The table is absent, lacks a column, or holds a floating-point column.
    """
    path = source.path(table)
    schema = pq.read_schema(path)
    missing = [name for name in COLUMNS[table] if name not in schema.names]
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    if missing or floats:
        raise EmissionRefused(
            "incomplete",
            f"{path} 的列不符：缺少 {missing or '无'}；"
            f"浮点列 {floats or '无'}（金额必须为定点数）。",
            f"columns of {path} do not fit: missing {missing}; floating point {floats}.",
        )
    frozen = pq.read_table(path, columns=list(COLUMNS[table]), filters=filters)
    rows = [_exact(row) for row in frozen.to_pylist()]
    if table != "metric_value" or any(column == "definition_id" for column, *_ in filters or ()):
        return rows
    first = {
        (row["metric_id"], row["definition_id"])
        for row in pq.read_table(
            source.path("dim_metric"), columns=["metric_id", "definition_id"]
        ).to_pylist()
    }
    return [row for row in rows if (row["metric_id"], row["definition_id"]) in first]


def bank_of(organisations: list[Row]) -> Row:
    """The root organisation: the bank that reports.

    Raises:
        EmissionRefused: There is not exactly one row of level ``bank``.
    """
    banks = [row for row in organisations if row["org_level"] == "bank"]
    if len(banks) != 1 or not banks[0]["org_name"]:
        raise EmissionRefused(
            "incomplete",
            f"机构表应有且只有一个具名的法人机构，实有 {len(banks)} 个。",
            f"dim_org must hold exactly one named bank, it holds {len(banks)}.",
        )
    return banks[0]


def branches_of(organisations: list[Row]) -> list[Row]:
    """Organisations that report for themselves, by id; closed ones are left out."""
    branches = [row for row in organisations if row["org_level"] == "branch" and row["is_active"]]
    return sorted(branches, key=lambda row: str(row["org_id"]))


def _exact(row: Row) -> Row:
    """Counts stored as integers become Decimal: one number type from here on."""
    return {
        key: Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for key, value in row.items()
    }
