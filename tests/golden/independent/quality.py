"""Theme G: credit quality."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from tests.golden.independent.figure import Figures, amount, ratio, total
from tests.golden.independent.month import NPL_CLASSES, Month


def credit_quality(month: Month) -> Figures:
    """Theme G: 损失 is non-performing (AMB-102); recovery is principal of loans bad before."""
    recovered: dict[str, Fraction] = defaultdict(Fraction)
    for _, org, value in month.npl_recoveries:
        recovered[org] += value
    recovered_in = month.rolled_up(recovered)
    for org, belongs in month.scopes():
        rows = [r for r in month.loans if belongs(r)]
        bad = total(r["balance"] for r in rows if r["five_class"] in NPL_CLASSES)
        yield ("npl_balance", org, "all"), amount(bad)
        yield ("npl_ratio", org, "all"), ratio(bad, total(r["balance"] for r in rows))
        yield ("npl_recovery_amount", org, "all"), amount(recovered_in[org])
