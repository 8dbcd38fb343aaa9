"""Theme G: how loans move between classes, how vintages turn out, cases and losses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.figure import Figure, Figures, amount, gap, ratio, share, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import NPL_CLASSES, Month
from tests.golden.independent.quality import FIVE_CLASSES

PRODUCTS = {
    "micro_credit": "小额信用贷款",
    "beautiful_home": "美丽家园",
    "beautiful_field": "美丽田园",
    "micro_guarantee": "小额联保",
    "startup": "创业担保",
    "other": "其他",
}
MONTHS_APART = 24
LOSSES = {"case": "案件", "asset_loss": "资产损失"}


def class_migration(month: Month) -> Figures:
    """From the class of December before to the class now, by loan note."""
    code_of = {label: code for code, label in FIVE_CLASSES.items()}
    opening = {r["loan"]: r for r in month.opening_loans if r["balance"] > 0}
    closing = {r["loan"]: r for r in month.loans}
    moves: list[tuple[str, Row, Fraction]] = []
    for loan, then in opening.items():
        now = closing.get(loan)
        if now is not None and now["balance"] > 0:
            to = code_of[now["five_class"]]
        else:
            to = "written_off" if now is not None and now["status"] == "核销" else "settled"
        moves.append((f"{code_of[then['five_class']]}_to_{to}", now or then, then["balance"]))
    for loan, now in closing.items():
        if loan not in opening and now["balance"] > 0:
            moves.append((f"new_to_{code_of[now['five_class']]}", now, now["balance"]))
    segments = [
        f"{first}_to_{last}"
        for first in (*FIVE_CLASSES, "new")
        for last in (*FIVE_CLASSES, "settled", "written_off")
        if first != "new" or last in FIVE_CLASSES
    ]
    for org, belongs in month.scopes():
        for segment in segments:
            held = [balance for name, row, balance in moves if name == segment and belongs(row)]
            yield ("five_class_migration_count", org, segment), amount(len(held))
            yield ("five_class_migration_balance", org, segment), amount(total(held))


def vintages(month: Month) -> Figures:
    """NPL and overdue ratios by month of grant and by class of product."""
    tests: dict[str, Callable[[Row], bool]] = {"all": lambda r: True}
    for code, label in PRODUCTS.items():
        tests[f"product_{code}"] = lambda r, label=label: r["product_class"] == label  # type: ignore[misc]
    for age in range(MONTHS_APART):
        tests[f"granted_{age:02d}"] = lambda r, age=age: _age(r, month.end) == age  # type: ignore[misc]
    tests["granted_earlier"] = lambda r: _age(r, month.end) >= MONTHS_APART
    owing = [r for r in month.loans if r["balance"] > 0]
    for org, belongs in month.scopes():
        mine = [r for r in owing if belongs(r)]
        for segment, is_of in tests.items():
            rows = [r for r in mine if is_of(r)]
            whole = total(r["balance"] for r in rows)
            bad = total(r["balance"] for r in rows if r["five_class"] in NPL_CLASSES)
            late = total(r["balance"] for r in rows if r["overdue_days"] > 0)
            yield ("vintage_npl_ratio", org, segment), ratio(bad, whole)
            yield ("vintage_overdue_ratio", org, segment), ratio(late, whole)


def _age(row: Row, end: dt.date) -> int:
    """Months from the month of disbursement to the closed month."""
    day = row["disbursed"]
    return int((end.year - day.year) * 12 + end.month - day.month)


def control_target(month: Month) -> Figures:
    """NPL ratio of new loans over the target set; both masked in the source (AMB-098)."""
    for org, belongs in month.scopes():
        target = month.parameter("postloan_2005", "npl_control_target", org)
        start = month.parameter("postloan_2005", "npl_control_start_year", org)
        key = ("npl_over_control_target", org, "all")
        if target is None or start is None:
            name = "npl_control_target" if target is None else "npl_control_start_year"
            yield key, Figure(None, None, None, f"missing_parameter:{name}", True)
            continue
        since = dt.date(int(start), 1, 1)
        rows = [
            r for r in month.loans if belongs(r) and r["balance"] > 0 and r["disbursed"] >= since
        ]
        bad = total(r["balance"] for r in rows if r["five_class"] in NPL_CLASSES)
        rate = share(bad, total(r["balance"] for r in rows))
        yield key, gap(rate, Fraction(Decimal(target)) / 100)


def losses(month: Month) -> Figures:
    """Cases and asset losses of the year; what was recovered is not deducted (AMB-047)."""
    rows = [
        i
        for i in month.of_year("incident")
        if i["kind"] in LOSSES.values() and month.year_start <= i["day"] <= month.end
    ]
    for org, belongs in month.scopes():
        for segment, kind in (("all", None), *LOSSES.items()):
            mine = [i for i in rows if belongs(i) and kind in (None, i["kind"])]
            lost = total(i["loss_amount"] or Fraction(0) for i in mine)
            yield ("case_loss_amount", org, segment), amount(lost)
            yield ("case_loss_count", org, segment), amount(len(mine))
