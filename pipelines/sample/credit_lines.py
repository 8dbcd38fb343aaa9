"""Credit lines: what a branch's customers were granted, renewed, raised and have left.

Here belongs the register ``credit_line`` over time. A line stands before every loan; amounts are whole
yuan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.bank import Org
from pipelines.sample.columns import ArrowColumn, BoolArray
from pipelines.sample.customers import (
    COLLECTIVE,
    COOPERATIVE,
    FARMER,
    MICRO_FIRM,
    RESIDENT,
    SELF,
    SM_OWNER,
    SMALL_FIRM,
    Customers,
    customer_ids,
)
from pipelines.sample.days import NEVER, IntArray, Month, add_months


@dataclass
class Lines:
    """Credit lines of one branch; a renewed line is a new row, the old one is closed."""

    customer: IntArray
    is_consumption: BoolArray
    amount: IntArray  # yuan
    effective: IntArray
    expiry: IntArray
    status: IntArray
    renews: BoolArray
    raises: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


_ACTIVE, _FROZEN, _CLOSED = range(3)
PROGRAMS = ("individual", "whole_village", "industry", "association", "village_industry")
_BANDS = (1_000_000, 5_000_000, 10_000_000, 30_000_000)


def make_lines(customers: Customers, owed: IntArray, month: Month, rng: Generator) -> Lines:
    """Lines of the customers known at the opening; ``owed`` is yuan lent to each."""
    chance = np.array([0.35, 0.12, 0.6, 0.7, 0.8, 0.85, 0.95, 1.0, 0.75, 0.7, 0.6])
    known = customers.opened <= month.last
    has = known & (rng.uniform(size=customers.count) < chance[customers.group])
    who = np.flatnonzero(has)
    room = rng.choice(np.array([1.0, 1.1, 1.25, 1.5]), len(who))
    amount = _rounded(np.maximum(owed[who] * room, 30_000).astype(np.int64))
    effective = month.last - rng.integers(10, 700, len(who))
    consumption = customers.group[who] == RESIDENT
    status = np.where(rng.uniform(size=len(who)) < 0.015, _FROZEN, _ACTIVE)
    lines = Lines(
        who,
        consumption,
        amount,
        effective,
        add_months(effective, rng.choice(np.array([24, 36]), len(who))),
        status,
        rng.uniform(size=len(who)) < 0.9,
    )
    _plan_raises(lines, customers, month, rng)
    return lines


def _plan_raises(lines: Lines, customers: Customers, month: Month, rng: Generator) -> None:
    """Some limits rise within the first year so that the credit band of the return changes."""
    operating = ~lines.is_consumption & (lines.status == _ACTIVE)
    for band in _BANDS:
        near = np.flatnonzero(operating & (lines.amount <= band) & (lines.amount > 0.45 * band))
        for place in near[: max(1, len(near) // 12)].tolist():
            lines.raises.setdefault(int(rng.integers(4, 10)), []).append((place, int(band * 1.2)))


def move_lines(
    lines: Lines, place: int, month: Month, owed: IntArray, customers: Customers, rng: Generator
) -> None:
    """One month: renewals of expired lines, planned rises, rises where lending outgrew the line."""
    expired = np.flatnonzero((lines.status == _ACTIVE) & (lines.expiry < month.last))
    renewed = expired[lines.renews[expired]]
    lines.status[expired] = _CLOSED
    fresh = np.flatnonzero(
        (customers.opened >= month.first)
        & (customers.opened <= month.last)
        & (owed > 0)
        & (rng.uniform(size=customers.count) < 0.5)
    )
    added = np.concatenate([lines.customer[renewed], fresh])
    if len(added):
        effective = np.concatenate(
            [np.maximum(lines.expiry[renewed] + 1, month.first), customers.opened[fresh]]
        )
        amount = np.concatenate([lines.amount[renewed], _rounded(owed[fresh] * 5 // 4)])
        lines.customer = np.concatenate([lines.customer, added])
        lines.is_consumption = np.concatenate(
            [lines.is_consumption, customers.group[added] == RESIDENT]
        )
        lines.amount = np.concatenate([lines.amount, amount])
        lines.effective = np.concatenate([lines.effective, effective])
        lines.expiry = np.concatenate([lines.expiry, add_months(effective, 24)])
        lines.status = np.concatenate([lines.status, np.full(len(added), _ACTIVE)])
        lines.renews = np.concatenate([lines.renews, np.ones(len(added), dtype=bool)])
    for line, amount_then in lines.raises.get(place, []):
        lines.amount[line] = max(int(lines.amount[line]), amount_then)
    short = (lines.status == _ACTIVE) & (owed[lines.customer] > lines.amount)
    lines.amount[short] = _rounded(owed[lines.customer[short]] * 6 // 5)


def _rounded(yuan: IntArray) -> IntArray:
    step = np.where(yuan <= 200_000, 10_000, np.where(yuan <= 2_000_000, 50_000, 100_000))
    return np.asarray(-(-yuan // step) * step, dtype=np.int64)


def earlier_lines(lines: Lines, first_loan: IntArray, amount: IntArray) -> Lines:
    """Closed lines before the present ones, where a loan is older than its customer's line.

    Args:
        lines: Lines as they stand at the opening.
        first_loan: Day of each customer's first loan; ``NEVER`` if none.
        amount: Yuan of the largest loan.

    Returns:
        Lines that started with that loan and ended when the present one began.
    """
    older = np.flatnonzero(first_loan[lines.customer] < lines.effective)
    who = lines.customer[older]
    return Lines(
        who,
        lines.is_consumption[older],
        _rounded(np.maximum(amount[who], 30_000)),
        first_loan[who] - who % 4,
        lines.effective[older] - 1,
        np.full(len(who), _CLOSED),
        np.zeros(len(who), dtype=bool),
    )


def cover_loans(
    earlier: Lines,
    lines: Lines,
    who: IntArray,
    consumption: BoolArray,
    day: IntArray,
    yuan: IntArray,
) -> None:
    """Add a line for each of these loans that none covers on its day; it ends with the loan drawn.

    Args:
        earlier: Lines that are over; the new ones are appended.
        lines: Lines as they stand.
        who: Customer of each loan.
        consumption: Whether a consumption line is needed, else an operating one.
        day: Day the loan was drawn.
        yuan: Its amount.
    """
    key = np.concatenate([some.customer * 2 + some.is_consumption for some in (lines, earlier)])
    begin = np.concatenate([lines.effective, earlier.effective])
    end = np.concatenate([lines.expiry, earlier.expiry])
    order = np.argsort(key, kind="stable")
    key, begin, end = key[order], begin[order], end[order]
    wanted = who * 2 + consumption
    first = np.searchsorted(key, wanted, side="left")
    last = np.searchsorted(key, wanted, side="right")
    covered = np.zeros(len(who), dtype=bool)
    for step in range(int((last - first).max(initial=0))):
        at = np.minimum(first + step, len(key) - 1)
        covered |= (first + step < last) & (begin[at] <= day) & (end[at] >= day)
    bare = np.flatnonzero(~covered)
    new = Lines(
        who[bare],
        consumption[bare],
        _rounded(yuan[bare]),
        day[bare] - who[bare] % 4,
        add_months(day[bare], 1),
        np.full(len(bare), _CLOSED),
        np.zeros(len(bare), dtype=bool),
    )
    for name in ("customer", "is_consumption", "amount", "effective", "expiry", "status", "renews"):
        joined = np.concatenate([getattr(earlier, name), getattr(new, name)])
        setattr(earlier, name, joined)


def first_lines(customers: Customers, lines: Lines, earlier: Lines) -> IntArray:
    """Day of each customer's first line; ``NEVER`` where there is none yet."""
    day = np.full(customers.count, NEVER, dtype=np.int64)
    for some in (lines, earlier):
        np.minimum.at(day, some.customer, some.effective)
    return day


def credit_line(
    org: Org, customers: Customers, lines: Lines, earlier: Lines
) -> dict[str, ArrowColumn]:
    """Register of credit lines as it stands, those before the window last."""
    now, before = (
        _line_columns(org, customers, some, kind) for some, kind in ((lines, "SX"), (earlier, "SL"))
    )
    return {name: col.stacked(now[name], before[name]) for name in now}


def _line_columns(
    org: Org, customers: Customers, lines: Lines, prefix: str
) -> dict[str, ArrowColumn]:
    count = len(lines.customer)
    who = lines.customer
    group = customers.group[who]
    # whole villages for farmers, trades and associations for firms, the rest one by one
    program = np.where((group == FARMER) & (who % 2 == 0) & (lines.amount <= 300_000), 1, 0)
    program = np.where(np.isin(group, (COOPERATIVE, COLLECTIVE)), 4, program)
    program = np.where(np.isin(group, (MICRO_FIRM, SMALL_FIRM)) & (who % 5 == 0), 2, program)
    program = np.where(np.isin(group, (SELF, SM_OWNER)) & (who % 6 == 0), 3, program)
    guarantee = np.where(program == 1, 0, (who * 7) % 4)
    return {
        "credit_line_id": col.ids(f"{prefix}{org.org_id}", np.arange(1, count + 1), 8),
        "customer_id": customer_ids(org, lines.customer),
        "branch_id": col.constant(org.org_id, count),
        "credit_kind_code": col.codes(
            ("operating", "consumption"), lines.is_consumption.astype(np.int64)
        ),
        "credit_amount": col.money(lines.amount * 100),
        "currency_code": col.constant("CNY", count),
        "effective_date": col.dates(lines.effective),
        "expiry_date": col.dates(lines.expiry),
        "status_code": col.codes(("active", "frozen", "closed"), lines.status),
        "program_code": col.codes(PROGRAMS, program),
        "guarantee_type_code": col.codes(("credit", "guaranteed", "mortgage", "pledge"), guarantee),
        "is_revolving": col.flags((who % 3 != 0) & (group < COOPERATIVE)),
        # a few were granted without a rating
        "rating_date": col.dates(np.where(who % 61 == 7, NEVER, lines.effective - 3 - who % 25)),
    }


def credit_total(lines: Lines, customers: Customers, owed: IntArray, last: int) -> IntArray:
    """Yuan of operating credit per customer: active lines, else what is lent."""
    counts = (
        (lines.status == _ACTIVE)
        & ~lines.is_consumption
        & (lines.effective <= last)
        & (lines.expiry >= last)
    )
    total = np.bincount(
        lines.customer[counts], weights=lines.amount[counts], minlength=customers.count
    ).astype(np.int64)
    has = np.bincount(lines.customer[counts], minlength=customers.count) > 0
    return np.where(has, total, owed)
