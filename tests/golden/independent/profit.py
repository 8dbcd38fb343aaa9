"""Theme W: what outlets cost and earn, and what loans earn by product and customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.dates import year_to
from tests.golden.independent.figure import Figure, Figures, amount, gap, ratio, share, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month, collected
from tests.golden.independent.quality import FIVE_CLASSES
from tests.golden.independent.risk import PRODUCTS

COSTS = {
    "personnel": "人力费用",
    "operating": "业务费用",
    "variable": "变动费用",
    "allocated": "分摊费用",
    "infrastructure": "普惠基础设施投入",
    "part_time_allowance": "兼职网格员补助",
    "public_relation": "专项公关费用",
}
INCOMES = {"interest_margin": "净利差收入", "fee_income": "手续费收入"}
PROVISION = "拨备"
LINES = {"all": "全部", "inclusive": "普惠", "other": "其他"}
CATEGORIES = {
    "enterprise": "企业法人",
    "other_organisation": "其它组织",
    "individual_business": "个体工商户",
    "small_micro_owner": "小微企业主",
    "other_individual": "其他个人",
}
SCHEME = "lanxi_five_year"


def outlet_profit(month: Month) -> Figures:
    """Booked margin and fees less cost and provisions, by line of business."""
    booked = month.of_year("branch_expense")
    plans = month.plans("费用")
    for org, belongs in month.scopes():
        mine = [e for e in booked if belongs(e)]
        whole = _by_item(mine, "全部")
        income = total(whole[item] for item in INCOMES.values())
        cost = total(whole[item] for item in COSTS.values())
        profit = income - cost - whole[PROVISION]
        yield ("outlet_income", org, "all"), amount(income)
        for segment, item in INCOMES.items():
            yield ("outlet_income", org, segment), amount(whole[item])
        yield ("outlet_cost", org, "all"), amount(cost + whole[PROVISION])
        for segment, item in (*COSTS.items(), ("provision", PROVISION)):
            yield ("outlet_cost", org, segment), amount(whole[item])
        for segment, line in LINES.items():
            items = _by_item(mine, line)
            earned = total(items[item] for item in INCOMES.values())
            spent = total(items[item] for item in (*COSTS.values(), PROVISION))
            yield ("outlet_profit", org, segment), amount(earned - spent)
        staff = [s for s in month.register("staff") if belongs(s) and s["status"] == "在岗"]
        yield ("outlet_per_capita", org, "all"), ratio(profit, len(staff))
        outlets = [b for b in month.branches if belongs({"org": b})]
        yield ("outlet_profit_contribution", org, "all"), ratio(profit, len(outlets))
        planned = total(plans.get(b, Fraction(0)) for b in outlets)
        yield ("branch_expense_plan", org, "all"), ratio(cost, planned)


def _by_item(rows: list[Row], line: str) -> dict[str, Fraction]:
    out: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        if row["business_line"] == line:
            out[row["expense_item"]] += row["amount"]
    return out


def expense_growth(month: Month) -> Figures:
    """Growth of inclusive cost less growth of inclusive loans over a year."""
    ago = f"{month.end.year - 1}{month.month[4:]}"
    sent = {m: month.inbox.of_month("branch_expense", m) for m in year_to(ago)}
    loans_then = month.inbox.of_month("loan_account", ago)
    absent = [f"branch_expense:{m}" for m, rows in sent.items() if not rows]
    absent += [] if loans_then else [f"loan_account:{ago}"]
    for org, belongs in month.scopes():
        key = ("expense_growth_match", org, "all")
        if absent:
            yield key, Figure(None, None, None, f"no_source:{absent[0]}", True)
            continue
        now = _inclusive_cost([e for e in month.of_year("branch_expense") if belongs(e)])
        then = _inclusive_cost([e for rows in sent.values() for e in rows if belongs(e)])
        held, held_then = (
            total(r["balance"] for r in book if belongs(r) and r["is_inclusive"])
            for book in (month.loans, loans_then)
        )
        yield key, gap(share(now - then, then), share(held - held_then, held_then))


def _inclusive_cost(rows: list[Row]) -> Fraction:
    items = _by_item(rows, "普惠")
    return total(items[item] for item in COSTS.values())


def loan_profit(month: Month) -> Figures:
    """Interest less transfer price, cost and change of provision, by product and customer."""
    category = {c["customer"]: c["category"] for c in month.register("customer")}
    interest: dict[str, Fraction] = defaultdict(Fraction)
    for _, event in month.events:
        interest[event["loan"]] += collected(event, "interest")
    earned: list[tuple[str, Row, Fraction]] = []
    for row in month.loans:
        earned.append(("interest", row, interest[row["loan"]]))
    for period in year_to(month.month):
        for row in month.inbox.of_month("loan_account", period):
            earned.append(("balance", row, row["balance"]))
    for sign, book in ((1, month.loans), (-1, month.opening_loans)):
        for row in book:
            earned.append((f"provision_{row['five_class']}", row, sign * row["balance"]))
    groups: dict[str, Callable[[Row], bool]] = {"all": lambda r: True}
    for code, label in PRODUCTS.items():
        groups[f"product_{code}"] = lambda r, label=label: r["product_class"] == label  # type: ignore[misc]
    groups["product_unclassified"] = lambda r: r["product_class"] is None
    for code, label in CATEGORIES.items():
        groups[f"customer_{code}"] = (
            lambda r, label=label: category.get(r["customer"]) == label  # type: ignore[misc]
        )
    groups["customer_unknown"] = lambda r: category.get(r["customer"]) is None
    for org, belongs in month.scopes():
        mine = [entry for entry in earned if belongs(entry[1])]
        for segment, is_of in groups.items():
            sums: dict[str, Fraction] = defaultdict(Fraction)
            for kind, row, value in mine:
                if is_of(row):
                    sums[kind] += value
            yield ("multi_dimension_profit", org, segment), _profit(month, org, sums)


def _profit(month: Month, org: str, sums: dict[str, Fraction]) -> Figure:
    rates = {"ftp_monthly_rate": sums["balance"], "operating_cost_monthly_rate": sums["balance"]}
    for code, label in FIVE_CLASSES.items():
        rates[f"provision_rate_{code}"] = sums[f"provision_{label}"]
    result = sums["interest"]
    for name, base in rates.items():
        rate = month.parameter(SCHEME, name, org)
        if rate is not None:
            result -= base * Fraction(Decimal(rate))
        elif base:
            return Figure(None, None, None, f"missing_parameter:{name}")
    return amount(result)
