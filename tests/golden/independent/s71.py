"""S71 part I: inclusive loans by form row and credit band."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.golden.independent.dates import month_end, year_to
from tests.golden.independent.figure import Figures, amount, total
from tests.golden.independent.files import Inbox, Row
from tests.golden.independent.month import NPL_CLASSES, Month

S71_METRICS = frozenset(
    f"inclusive_loan_{measure}"
    for measure in (
        "balance",
        "customer_count",
        "npl_balance",
        "disbursed_amount",
        "disbursed_customer_count",
        "annualised_interest",
    )
)
MILLION = 1_000_000
LEAF_BANDS = {
    "credit_le_1m": (0, MILLION),
    "credit_1m_5m": (MILLION, 5 * MILLION),
    "credit_5m_10m": (5 * MILLION, 10 * MILLION),
    "credit_10m_30m": (10 * MILLION, 30 * MILLION),
}
BANDS = {
    "credit_le_1m": ("credit_le_1m",),
    "credit_1m_5m": ("credit_1m_5m",),
    "credit_5m_10m": ("credit_5m_10m",),
    "credit_10m_30m": ("credit_10m_30m",),
    "credit_le_10m": ("credit_le_1m", "credit_1m_5m", "credit_5m_10m"),
    "credit_le_10m_no_bill": ("credit_le_1m", "credit_1m_5m", "credit_5m_10m"),
    "credit_le_30m": ("credit_le_1m", "credit_1m_5m", "credit_5m_10m", "credit_10m_30m"),
}


@dataclass(frozen=True)
class Loan:
    """A loan as S71 part I sees it at a month end: row attributes, borrower and his credit total."""

    row: Row
    borrower: Row
    credit: Fraction

    @property
    def band(self) -> str | None:
        """Leaf band of the credit total; None above 30 million."""
        for band, (above, limit) in LEAF_BANDS.items():
            if above < self.credit <= limit:
                return band
        return None


def inclusive_loans(month: Month) -> Figures:
    """S71_2024 表I, columns A to F: stock by the registers of the month, lending by the
    registers of the posting's month (一般说明 7)."""
    scopes = [(org, belongs) for org, belongs in month.scopes()]
    stock = [loan for loan in operating_loans(month.inbox, month.month) if loan.row["balance"] > 0]
    lent: list[tuple[Row, Loan]] = []
    for period in year_to(month.month):
        loans = {
            loan.row["loan"]: loan for loan in operating_loans(month.inbox, period, is_lending=True)
        }
        lent += [
            (event, loans[event["loan"]])
            for m, event in month.events
            if m == period and event["type"] == "发放" and event["loan"] in loans
        ]
    for row_name, is_in in S71_ROWS.items():
        for band, leaves in BANDS.items():
            segment = f"{row_name}.{band}"
            no_bill = band == "credit_le_10m_no_bill"

            def counts(
                loan: Loan,
                is_in: Callable[[Loan], bool] = is_in,
                leaves: Sequence[str] = leaves,
                no_bill: bool = no_bill,
            ) -> bool:
                return loan.band in leaves and is_in(loan) and not (no_bill and loan.row["is_bill"])

            held = [loan for loan in stock if counts(loan)]
            new = [(event, loan) for event, loan in lent if counts(loan)]
            for org, belongs in scopes:
                rows = [loan for loan in held if belongs(loan.row)]
                posted = [(event, loan) for event, loan in new if belongs(event)]
                # E adds up over bands and borrower categories (核对关系 E=E1+E2+E3+E4,
                # [3]=[3.1]+[3.2]), so a customer that moved counts once in each.
                borrowers = {
                    (e["customer"], loan.band, loan.borrower["category"]) for e, loan in posted
                }
                for metric, value in (
                    ("balance", total(x.row["balance"] for x in rows)),
                    ("customer_count", len({x.row["customer"] for x in rows})),
                    (
                        "npl_balance",
                        total(x.row["balance"] for x in rows if x.row["five_class"] in NPL_CLASSES),
                    ),
                    ("disbursed_amount", total(e["principal"] for e, _ in posted)),
                    ("disbursed_customer_count", len(borrowers)),
                    (
                        "annualised_interest",
                        total(e["principal"] * e["rate"] for e, _ in posted),
                    ),
                ):
                    yield (f"inclusive_loan_{metric}", org, segment), amount(value)


def operating_loans(inbox: Inbox, period: str, *, is_lending: bool = False) -> Iterator[Loan]:
    """Operating loans with their borrower and what the borrower is granted in all."""
    customers = {c["customer"]: c for c in inbox.in_force("customer", period)}
    loans = [r for r in inbox.of_month("loan_account", period) if r["purpose"] == "经营"]
    totals = _credit_totals(inbox, period, loans, is_lending)
    for row in loans:
        yield Loan(row, customers[row["customer"]], totals[row["customer"]])


def _credit_totals(
    inbox: Inbox, period: str, loans: Sequence[Row], is_lending: bool
) -> dict[str, Fraction]:
    """一般说明 7: the limits of a customer, or the larger of balances and amounts granted.

    A loan lent and repaid within the month was granted too when it was lent; at the month end
    it is no longer.
    """
    end = month_end(period)
    lines: dict[str, Fraction] = defaultdict(Fraction)
    for line in inbox.in_force("credit_line", period):
        is_running = line["effective"] <= end and (line["expiry"] is None or line["expiry"] >= end)
        if line["kind"] == "经营性" and line["status"] == "有效" and is_running:
            lines[line["customer"]] += line["amount"]
    owed: dict[str, Fraction] = defaultdict(Fraction)
    granted: dict[str, Fraction] = defaultdict(Fraction)
    for row in loans:
        owed[row["customer"]] += row["balance"]
        is_new = is_lending and row["disbursed"] >= end.replace(day=1)
        if row["balance"] > 0 or is_new:
            granted[row["customer"]] += row["amount"]
    return {c: lines[c] if c in lines else max(owed[c], granted[c]) for c in owed}


def _is_enterprise(loan: Loan) -> bool:
    return loan.borrower["category"] == "企业法人" and loan.borrower["size"] in ("小型", "微型")


def _is_business_person(loan: Loan) -> bool:
    return loan.borrower["category"] in ("个体工商户", "小微企业主")


def is_small_borrower(loan: Loan) -> bool:
    """Rows 1 and 3, bills left out."""
    is_small = _is_enterprise(loan) or _is_business_person(loan)
    return is_small and not loan.row["is_bill"]


def _is_headline(loan: Loan) -> bool:
    """[6]: rows 1 and 3 up to 10 million, bills left out."""
    return is_small_borrower(loan) and loan.credit <= 10 * MILLION


def _is_over_a_year(loan: Loan) -> bool:
    """Original term above one year (6.2)."""
    start = loan.row["disbursed"]
    day = min(start.day, calendar.monthrange(start.year + 1, start.month)[1])
    return bool(loan.row["original_due"] > dt.date(start.year + 1, start.month, day))


S71_ROWS: dict[str, Callable[[Loan], bool]] = {
    "small_micro_enterprise": _is_enterprise,
    "small_micro_enterprise_agri": lambda x: _is_enterprise(x) and x.row["is_agri"],
    "rural_collective": lambda x: _is_enterprise(x) and x.borrower["is_collective"],
    "farmer_cooperative": lambda x: _is_enterprise(x) and x.borrower["is_cooperative"],
    "tech_innovation": lambda x: _is_enterprise(x) and x.borrower["is_tech"],
    "enterprise_startup_guarantee": lambda x: _is_enterprise(x) and x.row["is_startup"],
    "other_organisation": lambda x: x.borrower["category"] == "其它组织",
    "individual_business_and_owner": _is_business_person,
    "individual_business": lambda x: x.borrower["category"] == "个体工商户",
    "small_micro_owner": lambda x: x.borrower["category"] == "小微企业主",
    "personal_startup_guarantee": lambda x: _is_business_person(x) and x.row["is_startup"],
    "disabled_startup_guarantee": lambda x: (
        _is_business_person(x) and x.row["is_startup"] and x.borrower["is_disabled"]
    ),
    "other_individual_non_farm": lambda x: (
        x.borrower["category"] == "其他个人" and not x.borrower["is_farm"]
    ),
    "inclusive_small_micro": _is_headline,
    "inclusive_small_micro_credit": lambda x: _is_headline(x) and x.row["guarantee"] == "信用",
    "inclusive_small_micro_medium_long_term": lambda x: _is_headline(x) and _is_over_a_year(x),
    "inclusive_small_micro_renewal_without_repayment": lambda x: (
        _is_headline(x) and x.row["disbursement_kind"] == "无还本续贷"
    ),
}
