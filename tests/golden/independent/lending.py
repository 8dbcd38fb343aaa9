"""Theme F: inclusive lending, its customers, the branches that carry it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction

from tests.golden.independent.figure import Figures, amount, total
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
