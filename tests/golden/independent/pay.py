"""Theme P: drivers of pay, monthly pay, settlement at the year end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.dates import year_to
from tests.golden.independent.figure import Figures, amount, to_fen, total
from tests.golden.independent.month import Month, collected


@dataclass(frozen=True)
class PayMonth:
    """Pay of one organisation for one month of the year, drivers cumulative from January."""

    deposit_net_increase: Fraction
    interest_income: Fraction
    npl_recovery: Fraction
    deposit_pay: Decimal
    interest_pay: Decimal
    npl_pay: Decimal
    cumulative_payable: Decimal
    paid_to_date: Decimal
    month_pay: Decimal

    @property
    def gross_pool(self) -> Decimal:
        """Deposit, interest and recovery pay (sal_step10)."""
        return self.deposit_pay + self.interest_pay + self.npl_pay


@dataclass(frozen=True)
class Settlement:
    """Year-end settlement of one organisation; the adjusted part only in December."""

    gross_pool: Decimal
    due: Fraction
    collected: Fraction
    deduction: Decimal
    net_pool: Decimal
    factor: Fraction | None
    adjusted: Decimal | None
    paid_to_date: Decimal
    settlement: Decimal | None


def deposit_increase(month: Month, branch: str, period: str) -> Fraction:
    """sal_step07: mean of the ten-day points to date less last year's 36-point mean."""
    now = [v for m in year_to(period) for v in _points(month, branch, m)]
    base = [v for m in year_to(month.last_december) for v in _points(month, branch, m)]
    if len(now) != 3 * int(period[5:]) or len(base) != 36:
        raise ValueError(f"{branch}: {len(now)} points to {period}, {len(base)} last year")
    return total(now) / len(now) - total(base) / len(base)


def _points(month: Month, branch: str, period: str) -> list[Fraction]:
    rows = month.inbox.of_month("deposit_tenday", period)
    return [r["balance"] for r in rows if r["org"] == branch]


def pay_drivers(month: Month) -> Figures:
    """Ten-day average net increase of deposits (AMB-023) and interest in cash (AMB-024)."""
    deposits = {b: deposit_increase(month, b, month.month) for b in month.branches}
    interest: dict[str, Fraction] = defaultdict(Fraction)
    for _, event in month.events:
        interest[event["org"]] += collected(event, "interest")
    for metric, values in (
        ("deposit_tenday_avg_net_increase", deposits),
        ("interest_income", interest),
    ):
        for org, value in month.rolled_up(values).items():
            yield (metric, org, "all"), amount(value)


def pay(month: Month) -> dict[tuple[str, str], PayMonth]:
    """sal_step10 to 13 by branch and month: interest in full, the rest at 70 %, rolling."""
    types = {o["org"]: o["type"] for o in month.orgs}
    out: dict[tuple[str, str], PayMonth] = {}
    for org in month.bound("rcu_salary"):
        interest_name = "content_rate_interest"
        if types[org] == "营业部":
            interest_name += "_business_dept"
        rate = {
            name: Fraction(Decimal(month.parameter("rcu_salary", name, org) or "nan"))
            for name in ("content_rate_deposit", interest_name, "content_rate_npl_recovery")
        }
        paid = Decimal(0)
        for period in year_to(month.month):
            deposit = deposit_increase(month, org, period)
            interest = total(
                collected(e, "interest") for m, e in month.events if m <= period and e["org"] == org
            )
            npl = total(v for m, o, v in month.npl_recoveries if m <= period and o == org)
            deposit_pay = to_fen(max(deposit, Fraction(0)) * rate["content_rate_deposit"] / 10_000)
            interest_pay = to_fen(interest * rate[interest_name] / 10_000)
            npl_pay = to_fen(npl * rate["content_rate_npl_recovery"] / 10_000)
            payable = to_fen(Fraction(interest_pay) + Fraction(deposit_pay + npl_pay) * 7 / 10)
            before, paid = paid, max(paid, payable)
            out[org, period] = PayMonth(
                deposit_net_increase=deposit,
                interest_income=interest,
                npl_recovery=npl,
                deposit_pay=deposit_pay,
                interest_pay=interest_pay,
                npl_pay=npl_pay,
                cumulative_payable=payable,
                paid_to_date=paid,
                month_pay=paid - before,
            )
    return out


def settlements(month: Month) -> dict[str, Settlement]:
    """sal_step14 and 16: deduct below 99 % first, then bring the sum to the approved total."""
    paid_by = pay(month)
    orgs = month.bound("rcu_salary")
    net: dict[str, Decimal] = {}
    deduction: dict[str, Decimal] = {}
    for org in orgs:
        due, cash = month.due_and_collected[org]
        short = max(due * 99 / 100 - cash, Fraction(0))
        deduction[org] = to_fen(short / 10)
        net[org] = max(paid_by[org, month.month].gross_pool - deduction[org], Decimal(0))
    adjusted: Mapping[str, Decimal | None] = dict.fromkeys(orgs)
    factor = None
    if month.end.month == 12:
        approved = month.parameter("rcu_salary", "provincial_approved_total", month.bank)
        if approved is None:
            raise ValueError("the files have no approved total")
        adjusted = apportion(net, Decimal(approved))
        factor = Fraction(Decimal(approved)) / Fraction(sum(net.values()))
    out = {}
    for org in orgs:
        paid, share = paid_by[org, month.month].paid_to_date, adjusted[org]
        out[org] = Settlement(
            gross_pool=paid_by[org, month.month].gross_pool,
            due=month.due_and_collected[org][0],
            collected=month.due_and_collected[org][1],
            deduction=deduction[org],
            net_pool=net[org],
            factor=factor,
            adjusted=share,
            paid_to_date=paid,
            settlement=None if share is None else share - paid,
        )
    return out


def apportion(parts: Mapping[str, Decimal], approved: Decimal) -> dict[str, Decimal]:
    """Parts scaled to a total in fen; the fen left over go to the largest remainders."""
    whole = Fraction(sum(parts.values()))
    shares = {k: Fraction(v) * Fraction(approved) * 100 / whole for k, v in parts.items()}
    fen = {k: int(v) for k, v in shares.items()}
    left = int(approved * 100) - sum(fen.values())
    for k in sorted(shares, key=lambda k: shares[k] - fen[k], reverse=True)[:left]:
        fen[k] += 1
    return {k: Decimal(v) / 100 for k, v in fen.items()}
