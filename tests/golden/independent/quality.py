"""Theme G: credit quality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.golden.independent.figure import Figures, amount, gap, ratio, share, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import NPL_CLASSES, Month

FIVE_CLASSES = {
    "normal": "正常",
    "special_mention": "关注",
    "substandard": "次级",
    "doubtful": "可疑",
    "loss": "损失",
}
LOAN_MIX: dict[str, Callable[[Row], bool]] = {
    "normal": lambda r: r["five_class"] == "正常",
    "npl": lambda r: r["five_class"] in NPL_CLASSES,
    "housing": lambda r: r["purpose"] == "住房",
    "consumption": lambda r: r["purpose"] == "消费",
}


def credit_quality(month: Month) -> Figures:
    """损失 is non-performing (AMB-102); recovery is principal of loans bad before."""
    recovered: dict[str, Fraction] = defaultdict(Fraction)
    for _, org, value in month.npl_recoveries:
        recovered[org] += value
    recovered_in = month.rolled_up(recovered)
    for org, belongs in month.scopes():
        now = [r for r in month.loans if belongs(r)]
        then = [r for r in month.opening_loans if belongs(r)]
        yield ("npl_balance", org, "all"), amount(_bad(now))
        yield ("npl_ratio", org, "all"), ratio(_bad(now), _balance(now))
        yield ("npl_recovery_amount", org, "all"), amount(recovered_in[org])
        yield ("npl_balance_change", org, "all"), amount(_bad(now) - _bad(then))
        rates = share(_bad(now), _balance(now)), share(_bad(then), _balance(then))
        yield ("npl_ratio_change", org, "all"), gap(*rates)
        inclusive = [r for r in now if r["is_inclusive"]]
        inclusive_rate = share(_bad(inclusive), _balance(inclusive))
        yield (
            ("inclusive_npl_ratio", org, "all"),
            ratio(_bad(inclusive), _balance(inclusive)),
        )
        yield ("inclusive_npl_spread", org, "all"), gap(inclusive_rate, rates[0])


def five_classes(month: Month) -> Figures:
    """Balance, notes and customers by class; structure of the book."""
    for org, belongs in month.scopes():
        rows = [r for r in month.loans if belongs(r)]
        whole = _balance(rows)
        for segment in ("all", *FIVE_CLASSES):
            mine = [r for r in rows if segment == "all" or r["five_class"] == FIVE_CLASSES[segment]]
            owing = [r for r in mine if r["balance"] > 0]
            customers = {r["customer"] for r in owing}
            yield ("five_class_balance", org, segment), amount(_balance(mine))
            yield ("five_class_loan_count", org, segment), amount(len(owing))
            yield ("five_class_customer_count", org, segment), amount(len(customers))
            if segment != "all":
                yield ("five_class_share", org, segment), ratio(_balance(mine), whole)
            if segment == "special_mention":
                yield ("special_mention_ratio", org, "all"), ratio(_balance(mine), whole)
        for segment, is_of in LOAN_MIX.items():
            part = _balance([r for r in rows if is_of(r)])
            yield ("loan_mix_share", org, segment), ratio(part, whole)


def _balance(rows: Sequence[Row]) -> Fraction:
    return total(r["balance"] for r in rows)


def _bad(rows: Sequence[Row]) -> Fraction:
    return total(r["balance"] for r in rows if r["five_class"] in NPL_CLASSES)
