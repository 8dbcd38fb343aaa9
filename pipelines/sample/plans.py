"""What head office sets and judges: the plans of a year and the scores of a month.

Here belongs the register ``branch_plan`` and the flow ``qualitative_score``. Every version of a
plan stays in the register.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.bank import Org
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.days import Month, day_of
from pipelines.sample.people import director_id, sme_manager_ids

ITEMS = (
    "deposit_year_end_net_increase",
    "deposit_tenday_avg_net_increase",
    "interest_income",
    "npl_recovery",
    "lending",
    "inclusive_net_increase",
    "establishment_headcount",
    "expense",
    "expense_ratio",
    "personnel_quota",
    "variable_quota",
    "risk_compression",
)
HEADCOUNT, EXPENSE, RATIO = 6, 7, 8
_YUAN_A_CUSTOMER = (45_000, 44_000, 17_000, 2_300, 330_000, 22_000, 0, 700, 0, 3_100, 900, 700)


def branch_plan(
    orgs: Sequence[Org], headcounts: Sequence[int], start: Month, month: Month
) -> dict[str, ArrowColumn]:
    """Plans of every branch for the years begun; the third branch's lending plan is revised in July.

    ``headcounts`` are the branches' staff, so that an establishment is not below them.
    """
    rows: list[tuple[str, int, int, int, int, int]] = []
    for year in range(start.year, month.year + 1):
        for org, headcount in zip(orgs, headcounts, strict=True):
            grown = 100 + 6 * (year - start.year)
            for item, yuan in enumerate(_YUAN_A_CUSTOMER):
                value = org.customers * yuan * grown // 100 // 1_000 * 1_000 * 100
                if item == HEADCOUNT:
                    value = (headcount + 1) * 100
                elif item == RATIO:
                    value = 3_200 + 50 * (int(org.org_id) % 9)
                rows.append((org.org_id, year, item, value, 1, day_of(f"{year}-01-01")))
    if len(orgs) > 2 and month.last >= day_of(f"{start.year}-07-15"):
        revised = orgs[2]
        value = revised.customers * _YUAN_A_CUSTOMER[4] * 108 // 100 // 1_000 * 1_000 * 100
        rows.append((revised.org_id, start.year, 4, value, 2, day_of(f"{start.year}-07-15")))
    items = np.array([r[2] for r in rows], dtype=np.int64)
    unit = np.where(items == HEADCOUNT, 1, np.where(items == RATIO, 2, 0))
    papers = [f"示例计划〔{r[1]}〕{1 if r[4] == 1 else 7}号" for r in rows]
    return {
        "org_id": pa.array([r[0] for r in rows]),
        "plan_year": col.numbers(np.array([r[1] for r in rows], dtype=np.int64)),
        "plan_item_code": col.codes(ITEMS, items),
        "plan_value": col.money(np.array([r[3] for r in rows], dtype=np.int64)),
        "unit_code": col.codes(("yuan", "person", "percent"), unit),
        "version_no": col.numbers(np.array([r[4] for r in rows], dtype=np.int64)),
        "effective_date": col.dates(np.array([r[5] for r in rows], dtype=np.int64)),
        "approved_by": pa.array(papers),
    }


_BRANCH_ITEMS = (
    ("safety", "安全保卫部"),
    ("compliance", "合规部"),
    ("service", "办公室"),
    ("credit_management", "信贷管理部"),
)
_POINT_ITEMS = ("lending", "self_improvement", "asset_quality")
_DEPARTMENTS = ("PHJR", "GRJR", "XDGL")  # 普惠金融部, 个人金融部, 信贷管理部

_BUSINESS_ITEMS = (
    "corporate_deposit",
    "savings_deposit",
    "intermediary_and_new_business",
    "sme_loan",
    "other_loan",
)
_OTHER_ITEMS = (
    "own_work",
    "internal_management",
    "service_quality",
    "security",
    "other_indicators",
)


def qualitative_score(orgs: Sequence[Org], month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """Scores of branches and departments each month; of directors, and points of small-business
    managers, at a quarter's end."""
    rows = [
        ("rcu_salary", 0, org.org_id, item, scorer)
        for org in orgs
        for item, scorer in _BRANCH_ITEMS
    ]
    rows += [("rcu_salary", 1, name, "teamwork", "绩效委员会") for name in _DEPARTMENTS]
    rows += [(org.profile.scheme_id, 0, org.org_id, "grid_work", "普惠金融部") for org in orgs]
    rows += [("branch_dept_scorecard", 1, "GRJR", item, "绩效委员会") for item in _BUSINESS_ITEMS]
    rows += [("branch_dept_scorecard", 1, "XDGL", item, "绩效委员会") for item in _OTHER_ITEMS]
    if month.number % 3 == 0:
        rows += [
            ("ganyin_five_projects", 2, manager, item, "人力资源部")
            for org in orgs
            for manager in sme_manager_ids(org)
            for item in _POINT_ITEMS
        ]
        rows += [("rcu_salary", 2, director_id(org), "conduct", "人力资源部") for org in orgs]
    count = len(rows)
    most = np.array([20 if r[3] == "grid_work" else 10 for r in rows], dtype=np.int64)
    return {
        "scheme_id": pa.array([r[0] for r in rows]),
        "subject_kind_code": col.codes(
            ("organisation", "department", "person"), np.array([r[1] for r in rows])
        ),
        "subject_id": pa.array([r[2] for r in rows]),
        "item_code": pa.array([r[3] for r in rows]),
        "scored_date": col.day(month.day(28), count),
        "score": col.scaled(most * rng.integers(75, 101, count), 2),
        "max_score": col.scaled(most * 10, 1),
        "scorer_name": pa.array([r[4] for r in rows]),
        "basis": col.constant("示例：检查记录", count),
    }
