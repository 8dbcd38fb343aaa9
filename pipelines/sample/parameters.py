"""What the bank decides for itself: parameters of the schemes and local holidays.

Here belong the registers ``scheme_param`` and ``calendar_override``. Every value is invented and
marked 示例: the sources leave them to the bank.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pipelines.sample import columns as col
from pipelines.sample.bank import NOTE, ROOT_ID, Org
from pipelines.sample.bindings import GANYIN, LANXI, XXBANK, start_years
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.days import NEVER, Month, day_of

CONTENT_RATES = {
    "content_rate_deposit": 36,
    "content_rate_interest": 320,
    "content_rate_interest_business_dept": 260,
    "content_rate_npl_recovery": 450,
}
"""Yuan of pay per 10 000 yuan; invented (the source leaves all four blank)."""

LENDING_PARAMETERS = (
    (LANXI, "effective_customer_months", "3", "月"),
    (LANXI, "two_high_one_surplus_industries", "C25、C26、C30、C31、C32、C33、D44", "行业代码"),
    (XXBANK, "whole_village_credit_limit", "200000", "元"),
    (GANYIN, "strong_county_special_products", "NH02、HZ01、KC01", "产品代码"),
    (GANYIN, "huidai_special_products", "LD01、GT01、XW01、KC01、CY01", "产品代码"),
)
"""What the lending plans leave to the bank; invented."""

CARRIED_FORWARD = {
    "low_income_farm_loan_before_year": 800,
    "inclusive_investment_before_year": 150,
}
"""Yuan a customer lent and invested before the first year; invented."""

OWN_NPL_RATE = 520
"""The fifth branch's own rate for NPL recovery, which beats the bank's."""


MANAGEMENT_PARAMETERS = (
    (GANYIN, "naked_loan_deposit_threshold", "100", "元"),
    (GANYIN, "points_standard:M1", "100", "分"),
    (GANYIN, "points_standard:M2", "104", "分"),
    (GANYIN, "points_standard:M3", "106", "分"),
    (GANYIN, "points_standard:M4", "108", "分"),
    (GANYIN, "cm_grade_1_min_households", "60", "户"),
    (GANYIN, "cm_grade_1_min_balance", "40000000", "元"),
    (GANYIN, "cm_grade_2_min_households", "35", "户"),
    (GANYIN, "cm_grade_2_min_balance", "20000000", "元"),
    (GANYIN, "cm_grade_3_min_households", "20", "户"),
    (GANYIN, "cm_grade_3_min_balance", "8000000", "元"),
    ("complaint_mgmt", "complaint_limit_days", "5", "天"),
    ("branch_dept_scorecard", "product_unit_price:NH01", "20", "元/件"),
    ("branch_dept_scorecard", "product_unit_price:BX01", "12.5", "元/件"),
    ("branch_dept_scorecard", "product_unit_price:KA01", "3", "元/件"),
    ("branch_dept_scorecard", "product_unit_price:SD01", "15", "元/件"),
    ("branch_dept_scorecard", "product_unit_price:DF01", "18", "元/件"),
    ("branch_dept_scorecard", "product_unit_price:SJ01", "2", "元/件"),
    (LANXI, "ftp_monthly_rate", "0.0018", "比率"),
    (LANXI, "operating_cost_monthly_rate", "0.0007", "比率"),
    (LANXI, "provision_rate_normal", "0.01", "比率"),
    (LANXI, "provision_rate_special_mention", "0.02", "比率"),
    (LANXI, "provision_rate_substandard", "0.25", "比率"),
    (LANXI, "provision_rate_doubtful", "0.5", "比率"),
    (LANXI, "provision_rate_loss", "1", "比率"),
)
"""Thresholds, prices and rates the sources leave to the bank: scheme, name, value, unit; invented."""


def scheme_param(
    orgs: Sequence[Org], start: Month, approved: Sequence[tuple[int, int]]
) -> dict[str, ArrowColumn]:
    """The bank's parameters; ``approved`` are (year, yuan) of totals known by then."""
    rows: list[tuple[str, str, str, str, str, int, int]] = [
        (scheme, "plan_start_year", org_id, str(year), "年", effective, expiry)
        for scheme, org_id, year, effective, expiry in start_years(orgs, start)
    ]
    rows += [
        ("rcu_salary", name, ROOT_ID, str(value), "元/万元", start.first, NEVER)
        for name, value in CONTENT_RATES.items()
    ]
    rows += [
        ("postloan_2005", name, ROOT_ID, value, unit, start.first, NEVER)
        for name, value, unit in (
            ("npl_control_target", "1.00", "%"),
            ("npl_control_start_year", str(start.year - 2), "年"),
        )
    ]
    if len(orgs) > 4:
        rows.append(
            (
                "rcu_salary",
                "content_rate_npl_recovery",
                orgs[4].org_id,
                str(OWN_NPL_RATE),
                "元/万元",
                start.first,
                NEVER,
            )
        )
    rows += [
        (scheme, name, ROOT_ID, value, unit, start.first, NEVER)
        for scheme, name, value, unit in MANAGEMENT_PARAMETERS
    ]
    rows += [
        (
            "rcu_salary",
            "provincial_approved_total",
            ROOT_ID,
            str(yuan),
            "元",
            day_of(f"{paid}-01-01"),
            day_of(f"{paid}-12-31"),
        )
        for paid, yuan in approved
    ]
    rows += [
        (scheme, name, ROOT_ID, value, unit, start.first, NEVER)
        for scheme, name, value, unit in LENDING_PARAMETERS
    ]
    rows += [
        (LANXI, name, org.org_id, str(org.customers * yuan), "元", start.first, NEVER)
        for org in orgs
        for name, yuan in CARRIED_FORWARD.items()
    ]
    return {
        "scheme_id": pa.array([r[0] for r in rows]),
        "param_name": pa.array([r[1] for r in rows]),
        "org_id": pa.array([r[2] for r in rows]),
        "param_value": pa.array([r[3] for r in rows]),
        "unit": pa.array([r[4] for r in rows]),
        "effective_date": col.dates(np.array([r[5] for r in rows])),
        "expiry_date": col.dates(np.array([r[6] for r in rows])),
        "approved_by": col.constant("示例：理事会决议", len(rows)),
        "note": col.constant(NOTE, len(rows)),
    }


def calendar_override(start: Month) -> dict[str, ArrowColumn]:
    """Two invented local days: one closed, one worked."""
    days = np.array([day_of(f"{start.year}-09-12"), day_of(f"{start.year}-09-14")])
    return {
        "calendar_date": col.dates(days),
        "is_workday": pa.array([False, True]),
        "reason": pa.array(["示例：县庆放假一日", "示例：县庆调休上班"]),
    }
