"""Plans of the year and how far they are met; the figures of a department's scorecard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from tests.golden.independent.dates import year_to
from tests.golden.independent.figure import Figure, Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.managers import FAMILIES
from tests.golden.independent.month import Month, collected
from tests.golden.independent.pay import deposit_increase

EXPENSES = {
    "人力费用",
    "业务费用",
    "变动费用",
    "分摊费用",
    "普惠基础设施投入",
    "兼职网格员补助",
    "专项公关费用",
}
CORPORATE = {"企业法人", "其它组织"}
SAVINGS = {"个体工商户", "小微企业主", "其他个人"}
INTERMEDIARY = ("wealth", "insurance", "card", "acquiring", "payroll", "e_channel", "intermediary")


def deposits(month: Month) -> Figures:
    """Deposits at the month end, by kind of customer, and since the end of last year (AMB-022)."""
    category = {c["customer"]: c["category"] for c in month.register("customer")}
    accounts = month.of_month("customer_deposit")
    borrowing = {r["customer"] for r in month.loans if r["balance"] > 0}
    increase = month.rolled_up(deposit_growth(month))
    for org, belongs in month.scopes():
        held = total(r["balance"] for r in _at_the_end(month, month.month) if belongs(r))
        yield ("deposit_total", org, "all"), amount(held)
        yield ("deposit_year_end_net_increase", org, "all"), amount(increase[org])
        mine = [a for a in accounts if belongs(a)]
        for metric, kinds in (("corporate_deposit", CORPORATE), ("savings_deposit", SAVINGS)):
            part = total(a["deposit_balance"] for a in mine if category.get(a["customer"]) in kinds)
            yield (metric, org, "all"), amount(part)
        idle = {a["customer"] for a in mine if a["deposit_balance"] > 0} - borrowing
        yield ("deposit_no_loan_customers", org, "all"), amount(len(idle))


def _at_the_end(month: Month, period: str) -> list[Row]:
    """The last ten-day point of a month of every branch."""
    rows = month.inbox.of_month("deposit_tenday", period)
    last = max((r["day"] for r in rows), default=None)
    return [r for r in rows if r["day"] == last]


def deposit_growth(month: Month) -> dict[str, Fraction]:
    """Deposits at the month end less those at the end of last year, by organisation."""
    out: dict[str, Fraction] = defaultdict(Fraction)
    for row in _at_the_end(month, month.month):
        out[row["org"]] += row["balance"]
    for row in _at_the_end(month, month.last_december):
        out[row["org"]] -= row["balance"]
    return out


def plan_completion(month: Month) -> Figures:
    """Actual of the year to date over the plan of the whole year."""
    lent: dict[str, Fraction] = defaultdict(Fraction)
    interest: dict[str, Fraction] = defaultdict(Fraction)
    for _, event in month.events:
        interest[event["org"]] += collected(event, "interest")
        if event["type"] == "发放":
            lent[event["org"]] += event["principal"]
    recovered: dict[str, Fraction] = defaultdict(Fraction)
    for _, org, value in month.npl_recoveries:
        recovered[org] += value
    inclusive: dict[str, Fraction] = defaultdict(Fraction)
    for sign, book in ((1, month.loans), (-1, month.opening_loans)):
        for row in book:
            if row["is_inclusive"]:
                inclusive[row["org"]] += sign * row["balance"]
    spent: dict[str, Fraction] = defaultdict(Fraction)
    for row in month.of_year("branch_expense"):
        if row["business_line"] == "全部" and row["expense_item"] in EXPENSES:
            spent[row["org"]] += row["amount"]
    staff: dict[str, Fraction] = defaultdict(Fraction)
    for row in month.register("staff"):
        if row["is_on_establishment"] and row["status"] != "离职":
            staff[row["org"]] += 1
    tenday = {b: deposit_increase(month, b, month.month) for b in month.branches}
    for org, value in month.rolled_up(lent).items():
        yield ("credit_disbursement", org, "all"), amount(value)
    for metric, item, actual in (
        ("deposit_plan_completion", "存款年末净增", deposit_growth(month)),
        ("deposit_tenday_plan_completion", "存款旬均净增", tenday),
        ("establishment_fill_rate", "人员定编", staff),
        ("expense_plan_completion", "费用", spent),
        ("inclusive_plan_completion", "普惠小微贷款净增", inclusive),
        ("interest_plan_completion", "利息收入", interest),
        ("lending_plan_completion", "信贷投放", lent),
        ("npl_recovery_plan_completion", "不良贷款清收", recovered),
    ):
        yield from _over_plan(month, metric, item, actual)
    yield from _interest_a_year_ago(month, interest)


def _over_plan(month: Month, metric: str, item: str, actual: Mapping[str, Fraction]) -> Figures:
    plans = month.plans(item)
    planned = month.rolled_up(plans)
    for org, belongs in month.scopes():
        unplanned = [b for b in month.branches if belongs({"org": b}) and b not in plans]
        value = month.rolled_up(actual)[org]
        if unplanned:
            yield (metric, org, "all"), Figure(value, None, None, "no_source:branch_plan")
        else:
            yield (metric, org, "all"), ratio(value, planned[org])


def _interest_a_year_ago(month: Month, interest: Mapping[str, Fraction]) -> Figures:
    """Growth over the same months of last year; none when one of them was not sent."""
    before: dict[str, Fraction] = defaultdict(Fraction)
    months = year_to(f"{month.end.year - 1}{month.month[4:]}")
    sent = {m: month.inbox.of_month("loan_event", m) for m in months}
    for event in (e for rows in sent.values() for e in rows):
        before[event["org"]] += collected(event, "interest")
    absent = [m for m, rows in sent.items() if not rows]
    then = month.rolled_up(before)
    for org, value in month.rolled_up(interest).items():
        key = ("interest_yoy_change", org, "all")
        if absent:
            yield key, Figure(None, None, None, f"no_source:loan_event:{absent[0]}")
        else:
            yield key, ratio(value - then[org], then[org])


def department_scorecard(month: Month) -> Figures:
    """Loans by size of enterprise, units of intermediary and new business."""
    size = {
        c["customer"]: c["size"] for c in month.register("customer") if c["category"] == "企业法人"
    }
    sales = month.of_year("product_sale")
    for org, belongs in month.scopes():
        rows = [r for r in month.loans if belongs(r) and r["balance"] > 0]
        whole = total(r["balance"] for r in rows)
        sme = total(
            r["balance"] for r in rows if size.get(r["customer"]) in ("中型", "小型", "微型")
        )
        yield ("loan_total", org, "all"), amount(whole)
        yield ("sme_loan", org, "all"), amount(sme)
        yield ("other_loan", org, "all"), amount(whole - sme)
        sold: dict[str, Fraction] = defaultdict(Fraction)
        for sale in sales:
            if belongs(sale):
                part = sale["allocation_ratio"]
                units = sale["unit_count"] * (Fraction(1) if part is None else part)
                sold[sale["product_family"]] += units
        for family in INTERMEDIARY:
            yield ("intermediary_and_new_business", org, family), amount(sold[FAMILIES[family]])
        yield (
            ("intermediary_and_new_business", org, "all"),
            amount(total(sold[FAMILIES[family]] for family in INTERMEDIARY)),
        )
