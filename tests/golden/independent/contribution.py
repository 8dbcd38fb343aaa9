"""Theme N: what borrowers bring beside the loan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.figure import Figure, Figures, ratio, total
from tests.golden.independent.managers import SCHEME
from tests.golden.independent.month import Month

CORPORATE = {"企业法人", "其它组织"}
ELIGIBLE = {"企业法人", "个体工商户", "小微企业主"}


@dataclass
class Holding:
    """What a customer has at the whole bank."""

    deposit: Fraction = Fraction(0)
    average: Fraction = Fraction(0)
    acquiring: bool = False
    payroll: bool = False
    account: bool = False

    @property
    def products(self) -> int:
        """Kinds held beside the loan."""
        return self.acquiring + self.payroll + self.account


def contribution(month: Month) -> Figures:
    """Naked customers, contracts, products (AMB-073) and averages (AMB-074, AMB-084)."""
    category = {c["customer"]: c["category"] for c in month.register("customer")}
    rows = month.of_month("customer_deposit")
    holdings: dict[str, Holding] = defaultdict(Holding)
    for row in rows:
        own = holdings[row["customer"]]
        own.deposit += row["deposit_balance"]
        own.average += (row["deposit_daily_avg"] or 0) + (row["wealth_daily_avg"] or 0)
        own.acquiring |= bool(row["is_acquiring_signed"])
        own.payroll |= bool(row["is_payroll_signed"])
        own.account |= bool(row["has_settlement_account"])
    everywhere = {r["customer"] for r in month.loans if r["is_inclusive"] and r["balance"] > 0}
    for org, belongs in month.scopes():
        owing = [r for r in month.loans if belongs(r) and r["balance"] > 0]
        borrowers = {r["customer"] for r in owing}
        inclusive = {r["customer"] for r in owing if r["is_inclusive"]}
        eligible = {c for c in inclusive if category.get(c) in ELIGIBLE}
        corporate = {c for c in inclusive if category.get(c) in CORPORATE}

        def part(
            of: set[str], has: Callable[[Holding], bool], holdings: dict[str, Holding] = holdings
        ) -> Figure:
            return ratio(sum(has(holdings[c]) for c in of), len(of))

        for segment, group in (("all", eligible), ("every_inclusive", inclusive)):
            yield ("acquiring_signing_rate", org, segment), part(group, lambda h: h.acquiring)
        yield ("payroll_signing_rate", org, "all"), part(corporate, lambda h: h.payroll)
        for segment, group in (("all", borrowers), ("inclusive", inclusive)):
            yield ("main_bank_p8", org, segment), part(group, lambda h: h.deposit > 0)
        products = sum(1 + holdings[c].products for c in inclusive)
        yield ("cross_sell_bundle", org, "all"), ratio(products, len(inclusive))
        threshold = month.parameter(SCHEME, "naked_loan_deposit_threshold", org)
        for segment, group in (("all", inclusive), ("corporate", corporate)):
            key = ("naked_loan_customer_rate", org, segment)
            if threshold is None:
                reason = "missing_parameter:naked_loan_deposit_threshold"
                yield key, Figure(None, None, None, reason)
                continue
            limit = Fraction(Decimal(threshold))

            def is_naked(held: Holding, limit: Fraction = limit) -> bool:
                return held.average < limit and held.products == 0

            yield key, part(group, is_naked)
        mine = [r for r in rows if belongs(r) and r["customer"] in everywhere]
        deposits = total(r["deposit_daily_avg"] for r in mine)
        wealth = total(r["wealth_daily_avg"] or Fraction(0) for r in mine)
        loans = total(r["loan_daily_avg"] for r in mine)
        yield ("customer_deposit_loan_ratio", org, "all"), ratio(deposits, loans)
        yield ("reserve_fund_ratio", org, "all"), ratio(deposits + wealth, loans)
