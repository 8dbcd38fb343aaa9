"""Theme H and X: customers lost, revisited and won back; visits and reminders."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.golden.independent.dates import month_before
from tests.golden.independent.figure import Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

REASONS = {
    "rate": "利率",
    "limit": "额度",
    "process": "流程时效",
    "service": "服务",
    "no_need": "无资金需求",
    "competitor": "他行竞争",
    "risk_exit": "主动退出",
    "other": "其他",
}
RENEWED = "无还本续贷"


def churn(month: Month) -> Figures:
    """Customers with an inclusive loan last year or this year that have none now (AMB-073)."""
    had = [r for r in (*month.opening_loans, *month.loans) if r["is_inclusive"]]
    kept = {r["customer"] for r in month.loans if r["is_inclusive"] and r["balance"] > 0}
    revisits = [
        e
        for e in month.of_year("engagement")
        if e["type"] == "流失回访" and e["customer"] and month.is_of_year(e["day"])
    ]
    revisited = {e["customer"] for e in revisits}
    for org, belongs in month.scopes():
        base = {r["customer"] for r in had if belongs(r)}
        lost = base - kept
        yield ("churned_customer_count", org, "all"), amount(len(lost))
        yield ("churn_rate", org, "all"), ratio(len(lost), len(base))
        yield ("churn_revisit_rate", org, "all"), ratio(len(lost & revisited), len(lost))
    yield from _after_a_revisit(month, revisits)


def _after_a_revisit(month: Month, revisits: list[Row]) -> Figures:
    first: dict[tuple[str, str], dt.date] = {}
    latest: dict[tuple[str, str], Row] = {}
    for row in sorted(revisits, key=lambda e: (e["day"], e["engagement_id"])):
        first.setdefault((row["org"], row["customer"]), row["day"])
        latest[row["org"], row["customer"]] = row
    lent: dict[str, list[dt.date]] = defaultdict(list)
    for loan in month.loans:
        lent[loan["customer"]].append(loan["disbursed"])
    won = {key for key, day in first.items() if any(day < d <= month.end for d in lent[key[1]])}
    for org, belongs in month.scopes():
        mine = {key for key in first if belongs({"org": key[0]})}
        asked = {customer for _, customer in mine}
        back = {customer for _, customer in mine & won}
        yield ("churn_winback_rate", org, "all"), ratio(len(back), len(asked))
        yield ("churn_reason_customer_count", org, "all"), amount(len(asked))
        for segment, label in REASONS.items():
            named = {key[1] for key in mine if latest[key]["churn_reason"] == label}
            yield ("churn_reason_customer_count", org, segment), amount(len(named))


def visits_and_reminders(month: Month) -> Figures:
    """Borrowers visited, loans reminded before they fell due, renewals without repayment."""
    visited = {
        e["customer"]
        for e in month.of_year("engagement")
        if e["type"] in ("走访", "回访") and e["result"] != "未成功" and month.is_of_year(e["day"])
    }
    reminders: dict[str, list[dt.date]] = defaultdict(list)
    before = month_before(month.month)
    for period in (before, month.month):
        for row in month.inbox.of_month("engagement", period):
            if row["type"] == "到期前提醒" and row["loan"]:
                reminders[row["loan"]].append(row["day"])
    owed = {r["loan"] for r in month.inbox.of_month("loan_account", before) if r["balance"] > 0}
    start = month.end.replace(day=1)
    due = [r for r in month.loans if start <= r["due"] <= month.end and r["loan"] in owed]
    new = [r for r in month.loans if r["is_inclusive"] and month.is_of_year(r["disbursed"])]
    for org, belongs in month.scopes():
        borrowers = {r["customer"] for r in month.loans if belongs(r) and r["balance"] > 0}
        yield (
            ("loan_customer_visit_rate", org, "all"),
            ratio(len(borrowers & visited), len(borrowers)),
        )
        falling = [r for r in due if belongs(r)]
        reminded = [r for r in falling if any(d <= r["due"] for d in reminders[r["loan"]])]
        yield ("predue_collection_rate", org, "all"), ratio(len(reminded), len(falling))
        granted = [r for r in new if belongs(r)]
        renewed = [r for r in granted if r["disbursement_kind"] == RENEWED]
        yield (
            ("no_repayment_renewal_share", org, "count"),
            ratio(len(renewed), len(granted)),
        )
        yield (
            ("no_repayment_renewal_share", org, "amount"),
            ratio(total(r["amount"] for r in renewed), total(r["amount"] for r in granted)),
        )
