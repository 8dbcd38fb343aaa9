"""Deposits and the general ledger of one branch.

Here belongs the ten-day deposit series, from a year before the window, and the control accounts
that other ledgers are reconciled with. Loan balances come from ``loans.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.bank import Org
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.days import IntArray, Month

_SEASON = (2.2, 3.0, 1.8, 0.6, 0.0, -0.4, -0.9, -0.8, -0.3, 0.2, 0.6, 1.2)
"""Percent above trend by month: migrant workers bring money home for the spring festival."""

_DIP = (18.0, 20.0, 18.0, 12.0, 5.0, -2.0, -8.0, -10.0, -11.0, -12.0, -12.0, -12.0)
"""The same for the branch whose net increase falls through the year: a payout comes and goes."""


def tenday_series(
    org: Org, lent_yuan: int, months: Sequence[Month], first_year: int, rng: Generator
) -> IntArray:
    """Fen at the 10th, the 20th and the end of each month (months x 3)."""
    base = max(lent_yuan, 20_000_000) / rng.uniform(0.66, 0.76)
    count = len(months)
    steps = np.arange(count * 3) / 36.0
    trend = base * (1 + org.profile.deposit_growth) ** steps
    season = np.repeat([_SEASON[m.number - 1] for m in months], 3)
    if org.profile.deposit_dip:
        dip = np.repeat([_DIP[m.number - 1] for m in months], 3)
        since = np.repeat([m.year >= first_year for m in months], 3)
        season = np.where(since, dip, season * 0.3)
    shape = np.tile([-0.3, -0.1, 0.4], count)
    noise = rng.normal(0, 0.25, count * 3)
    fen = trend * (1 + (season + shape + noise) / 100) * 100
    return np.asarray(np.floor(fen), dtype=np.int64).reshape(count, 3)


def deposit_tenday(org: Org, month: Month, points: IntArray) -> dict[str, ArrowColumn]:
    """The month's three points."""
    return {
        "branch_id": col.constant(org.org_id, 3),
        "balance_date": col.dates(np.array([month.day(10), month.day(20), month.last])),
        "deposit_balance": col.money(points),
        "currency_code": col.constant("CNY", 3),
    }


def gl_balance(
    org: Org, month: Month, loans: dict[str, int], deposit: int, interest: int, bad: int
) -> dict[str, ArrowColumn]:
    """Control accounts that add up to the loan book and to the month-end deposit.

    ``interest`` is the year's interest collected, ``bad`` the non-performing balance; all in fen.
    """
    current = deposit * 31 // 100
    rows = [
        ("1001", "库存现金", deposit // 140, -1),
        ("1301", "贴现资产", loans["bill"], 0),
        ("130301", "农户贷款", loans["farmer"], 0),
        ("130302", "单位贷款", loans["firm"], 0),
        ("130303", "个人非农贷款", loans["person"], 0),
        ("1304", "贷款损失准备", bad * 16 // 10, -1),
        ("201101", "单位及个人活期存款", current, 1),
        ("201102", "定期储蓄存款", deposit - current, 1),
        ("6011", "利息收入", interest, -1),
    ]
    count = len(rows)
    return {
        "branch_id": col.constant(org.org_id, count),
        "subject_code": pa.array([r[0] for r in rows]),
        "subject_name": pa.array([r[1] for r in rows]),
        "data_date": col.day(month.last, count),
        "currency_code": col.constant("CNY", count),
        "closing_balance": col.money(np.array([r[2] for r in rows], dtype=np.int64)),
        "control_item_code": col.codes(
            ("loan_balance", "deposit_balance"), np.array([r[3] for r in rows])
        ),
    }
