"""Theme F: inclusive lending, its customers, the branches that carry it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.figure import Figure, Figures, amount, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month
from tests.golden.independent.s71 import MILLION, is_small_borrower, operating_loans

TOWNSHIP = "乡镇"
# Regulators' readings that hold at any month closed here, by what one borrower may be granted.
CREDIT_LIMITS = {"nfra_10m": 10 * MILLION, "pboc_20m": 20 * MILLION}


def loans_by_kind(month: Month) -> Figures:
    """Balances and customers by kind of loan: independent marks that overlap (AMB-087, 108)."""
    farmers = {c["customer"] for c in month.inbox.in_force("customer", month.month) if c["is_farm"]}
    kinds: dict[str, Callable[[Row], bool]] = {
        "credit_loan_balance": lambda r: r["guarantee"] == "信用",
        "farm_household_loan_balance": lambda r: r["customer"] in farmers,
        "micro_credit_loan_balance": lambda r: r["product_class"] == "小额信用贷款",
        "beautiful_home_loan_balance": lambda r: r["product_class"] == "美丽家园",
        "beautiful_field_loan_balance": lambda r: r["product_class"] == "美丽田园",
    }
    customers: dict[str, Callable[[Row], bool]] = {
        "farm_household_customer_count": kinds["farm_household_loan_balance"],
        "micro_credit_customer_count": kinds["micro_credit_loan_balance"],
        "small_micro_customer_count": lambda r: r["is_small_micro"],
    }
    three: dict[str, Callable[[Row], bool]] = {
        "credit_loan": kinds["credit_loan_balance"],
        "farm_household_loan": kinds["farm_household_loan_balance"],
        "small_micro_loan": lambda r: r["is_small_micro"],
    }
    for org, belongs in month.scopes():
        rows = [r for r in month.loans if belongs(r)]
        for metric, is_of in kinds.items():
            yield (metric, org, "all"), amount(total(r["balance"] for r in rows if is_of(r)))
        for metric, is_of in customers.items():
            yield (metric, org, "all"), amount(len(borrowers(r for r in rows if is_of(r))))
        for segment, is_of in three.items():
            held = total(r["balance"] for r in rows if is_of(r))
            yield ("p8_three_loan_balances", org, segment), amount(held)


def borrowers(rows: Iterable[Row]) -> set[str]:
    """Customers whose loans add up to more than nothing."""
    owed: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        owed[row["customer"]] += row["balance"]
    return {customer for customer, balance in owed.items() if balance > 0}


def inclusive_lending(month: Month) -> Figures:
    """Inclusive small-micro loans as declared, and in the regulators' readings (AMB-070)."""
    townships = {o["org"] for o in month.orgs if o["location"] == TOWNSHIP}
    pilots = {o["org"] for o in month.orgs if o["is_strong_county_pilot"]}
    orgs = {o["org"] for o in month.orgs}
    now = [r for r in month.loans if r["is_inclusive"]]
    then = [r for r in month.opening_loans if r["is_inclusive"]]
    readings = {"": now, **_regulators(month)}
    for org, belongs in month.scopes():
        for segment, group in (("all", orgs), ("township_outlets", townships)):
            for edition, book in readings.items():
                rows = [r for r in book if belongs(r) and r["org"] in group]
                balance = total(r["balance"] for r in rows)
                yield (f"inclusive_small_micro_balance{edition}", org, segment), amount(balance)
                count = len(borrowers(rows))
                yield (
                    (f"inclusive_small_micro_customer_count{edition}", org, segment),
                    amount(count),
                )
        for segment, group in (
            ("all", orgs),
            ("strong_county_pilot_branches", pilots),
            ("township_outlets", townships),
        ):
            ends, begins = (
                total(r["balance"] for r in book if belongs(r) and r["org"] in group)
                for book in (now, then)
            )
            yield ("inclusive_small_micro_net_increase", org, segment), amount(ends - begins)
        open_now = [o for o in month.orgs if o["org"] in month.branches and belongs(o)]
        yield (
            ("strong_county_pilot_count", org, "all"),
            amount(sum(o["org"] in pilots for o in open_now)),
        )
        yield (
            ("township_branch_count", org, "all"),
            amount(sum(o["org"] in townships for o in open_now)),
        )


def _regulators(month: Month) -> dict[str, list[Row]]:
    """Loans of small borrowers by reading: what one borrower may be granted at most."""
    book = [loan for loan in operating_loans(month.inbox, month.month) if is_small_borrower(loan)]
    return {
        f"@{edition}": [loan.row for loan in book if loan.credit <= limit]
        for edition, limit in CREDIT_LIMITS.items()
    }


def since_plan_start(month: Month) -> Figures:
    """What was invested and lent before the year, by parameter, and in the year."""
    poor = {c["customer"] for c in month.register("customer") if c["is_low_income"]}
    invested: dict[str, Fraction] = defaultdict(Fraction)
    for row in month.of_year("branch_expense"):
        is_investment = row["expense_item"] in ("普惠基础设施投入", "减费让利")
        if is_investment and row["business_line"] == "全部":
            invested[row["org"]] += row["amount"]
    lent: dict[str, Fraction] = defaultdict(Fraction)
    for _, event in month.events:
        if event["type"] == "发放" and event["customer"] in poor:
            lent[event["org"]] += event["principal"]
    for metric, name, flow in (
        ("inclusive_investment_cumulative", "inclusive_investment_before_year", invested),
        ("low_income_farm_loan_cumulative", "low_income_farm_loan_before_year", lent),
    ):
        in_year = month.rolled_up(flow)
        for org, belongs in month.scopes():
            before = [
                month.parameter("lanxi_five_year", name, b)
                for b in month.branches
                if belongs({"org": b})
            ]
            key = (metric, org, "all")
            if None in before:
                yield key, Figure(None, None, None, f"missing_parameter:{name}")
            else:
                known = total(Fraction(Decimal(value)) for value in before if value is not None)
                yield key, amount(known + in_year[org])


def listed_products(month: Month) -> Figures:
    """Special products of the bank's lists (AMB-072), loans to industries on a list (AMB-090)."""
    for org, belongs in month.scopes():
        rows = [r for r in month.loans if belongs(r)]
        lent = {r["product"] for r in rows if month.is_of_year(r["disbursed"])}
        held = {r["product"] for r in rows if r["balance"] > 0}
        for segment, name, found in (
            ("strong_county_pilot_products", "strong_county_special_products", lent),
            ("huidai_subcategories", "huidai_special_products", held),
        ):
            products = month.parameter("ganyin_five_projects", name, org)
            key = ("special_product_count", org, segment)
            if products is None:
                yield key, Figure(None, None, None, f"missing_parameter:{name}")
            else:
                yield key, amount(len(found & set(_listed(products))))
        name = "two_high_one_surplus_industries"
        industries = month.parameter("lanxi_five_year", name, org)
        key = ("two_high_one_surplus_balance_change", org, "all")
        if industries is None:
            yield key, Figure(None, None, None, f"missing_parameter:{name}")
            continue
        codes = tuple(_listed(industries))
        now, then = (
            total(
                r["balance"] for r in book if belongs(r) and (r["industry"] or "").startswith(codes)
            )
            for book in (month.loans, month.opening_loans)
        )
        yield key, amount(now - then)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,，、]", text) if part.strip()]
