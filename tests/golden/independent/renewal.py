"""Theme H: renewal, and recovery of loans that fell due."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from functools import cache

from tests.golden.independent.dates import month_end
from tests.golden.independent.figure import Figures, ratio, total
from tests.golden.independent.files import Inbox, Row
from tests.golden.independent.month import Month

RENEWAL_WINDOW_DAYS = 30


def renewal(month: Month) -> Figures:
    """``renewal_rate``: inclusive loans whose window ended in the month; alt-1 by amount."""
    window = dt.timedelta(days=RENEWAL_WINDOW_DAYS)
    inclusive = [r for r in month.latest_rows.values() if r["is_inclusive"]]
    of_customer: dict[str, list[Row]] = defaultdict(list)
    for row in inclusive:
        of_customer[row["customer"]].append(row)
    for metric, lag in (
        ("renewal_rate", window),
        ("renewal_rate_provisional", dt.timedelta(0)),
    ):
        cohort = []
        for row in inclusive:
            matures = row["due"] + lag
            if not month.end.replace(day=1) <= matures <= month.end:
                continue
            owed = _principal_due(month, row, row["due"] - window)
            renewed_by = [
                new
                for new in of_customer[row["customer"]]
                if new["loan"] != row["loan"]
                and row["due"] - window <= new["disbursed"] <= row["due"] + window
            ]
            if owed > 0:
                cohort.append((row, owed, renewed_by))
        for org, belongs in month.scopes():
            mine = [entry for entry in cohort if belongs(entry[0])]
            customers = {row["customer"] for row, _, _ in mine}
            renewed = {row["customer"] for row, _, news in mine if news}
            yield (metric, org, "household"), ratio(len(renewed), len(customers))
            due = total(owed for _, owed, _ in mine)
            kept = Fraction(0)
            for customer in customers:
                own = [entry for entry in mine if entry[0]["customer"] == customer]
                lent = {n["loan"]: n["amount"] for _, _, news in own for n in news}
                kept += min(total(lent.values()), total(owed for _, owed, _ in own))
            yield (metric, org, "amount"), ratio(kept, due)


def _principal_due(month: Month, row: Row, day: dt.date) -> Fraction:
    """Balance at the last month end before a day; the loan's amount when it is younger."""
    before = f"{day.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    if row["disbursed"] > month_end(before):
        return Fraction(row["amount"])
    return _balances(month.inbox, before).get(row["loan"], Fraction(0))


@cache
def _balances(inbox: Inbox, period: str) -> dict[str, Fraction]:
    return {r["loan"]: r["balance"] for r in inbox.of_month("loan_account", period)}


def recovery(month: Month) -> Figures:
    """Principal collected over principal that fell due this year."""
    for org, (due, collected) in month.due_and_collected.items():
        yield ("due_loan_recovery_rate", org, "all"), ratio(collected, due)
