"""What customers hold besides loans: deposits, wealth products, agreements and cards.

Here belongs the snapshots ``customer_deposit`` and ``card``. Averages are of the year to date;
between two month ends a balance is taken to move evenly. Money is whole fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample import customers as cust
from pipelines.sample.archives import Archives
from pipelines.sample.bank import Org
from pipelines.sample.columns import ArrowColumn, BoolArray
from pipelines.sample.customers import Customers, customer_ids
from pipelines.sample.days import NEVER, IntArray, Month
from pipelines.sample.people import Assignment
from pipelines.sample.profiles import RURAL

CARD_TYPES = ("social_security", "debit", "subsidy", "city_card", "gold", "contact_card")
SOCIAL, DEBIT, SUBSIDY, CITY, GOLD, CONTACT = range(6)
_STATES = ("issued", "active", "frozen", "closed")
_SEASON = (104, 107, 103, 100, 98, 97, 96, 96, 98, 99, 101, 103)  # percent, by month


@dataclass
class Average:
    """Running average over the year to date of some balances, in fen."""

    balance: IntArray
    _weighted: IntArray = field(init=False)
    _days: int = 0
    _year: int = 0

    def __post_init__(self) -> None:
        self._weighted = np.zeros(len(self.balance), dtype=np.int64)

    def move(self, balance: IntArray, month: Month) -> IntArray:
        """Averages after the month at whose end the balances are these."""
        if month.year != self._year:
            self._weighted, self._days, self._year = (
                np.zeros(len(balance), dtype=np.int64),
                0,
                month.year,
            )
        days = month.last - month.first + 1
        self._weighted = self._weighted + (self.balance + balance) // 2 * days
        self._days += days
        self.balance = balance
        return self._weighted // self._days


@dataclass
class Holdings:
    """Customers of one branch and their balances so far: first the ``holders``, who hold something,
    then the others, whom the ledger lists only while they owe or have owed in the year.
    """

    customers: Customers
    who: IntArray
    holders: int
    level: IntArray
    wealth_level: IntArray
    growth: IntArray  # per mille a month
    acquiring: IntArray
    payroll: IntArray
    settles: BoolArray
    mobile: BoolArray
    e_pay: BoolArray
    corporate: BoolArray
    seen: IntArray  # last day in an electronic channel
    borrowed: BoolArray  # owed something at a month end of the year
    deposit: Average
    wealth: Average
    loan: Average


def make_holdings(customers: Customers, owed: IntArray, start: Month, rng: Generator) -> Holdings:
    """Draw who holds what; ``owed`` is fen lent to each customer when the window opens."""
    count, group = customers.count, customers.group
    who = np.flatnonzero(rng.uniform(size=count) < 0.45)
    size = len(who)
    firm = np.isin(customers.category[who], (cust.ENTERPRISE, cust.OTHER_ORG))
    median = np.where(firm, 60_000.0, 9_000.0)
    level = (median * np.exp(rng.normal(0, 1.1, size))).astype(np.int64) * 100
    saver = ~firm & (rng.uniform(size=size) < 0.12)
    wealth = np.where(saver, rng.integers(1, 30, size) * 1_000_000, 0)
    day = np.maximum(customers.opened[who], start.first - 900) + rng.integers(5, 700, size)
    trader = np.isin(group[who], (cust.SELF, cust.SM_OWNER, cust.MICRO_FIRM))
    acquiring = np.where(trader & (rng.uniform(size=size) < 0.45), day, NEVER)
    payroll = np.where(firm & (rng.uniform(size=size) < 0.4), day + 30, NEVER)
    settles = (rng.uniform(size=size) < 0.92) | (acquiring < NEVER) | (payroll < NEVER)
    growth = rng.integers(-12, 22, size)
    mobile = settles & ~firm & (rng.uniform(size=size) < 0.55)
    e_pay = settles & ~firm & (rng.uniform(size=size) < 0.25)
    corporate = settles & firm & (rng.uniform(size=size) < 0.6)

    rest = np.setdiff1d(np.arange(count), who)
    none, never = np.zeros(len(rest), dtype=np.int64), np.full(len(rest), NEVER, dtype=np.int64)
    no = np.zeros(len(rest), dtype=bool)
    who = np.concatenate([who, rest])
    level, wealth = np.concatenate([level, none]), np.concatenate([wealth, none])
    joined = customers.opened[who] < start.first
    return Holdings(
        customers,
        who,
        size,
        level,
        wealth,
        np.concatenate([growth, none]),
        np.concatenate([acquiring, never]),
        np.concatenate([payroll, never]),
        np.concatenate([settles, rest % 10 != 3]),  # a borrower without even an account is naked
        np.concatenate([mobile, no]),
        np.concatenate([e_pay, no]),
        np.concatenate([corporate, no]),
        np.zeros(count, dtype=np.int64),
        owed[who] > 0,
        Average(np.where(joined, level, 0)),
        Average(np.where(joined, wealth, 0)),
        Average(owed[who]),
    )


def customer_deposit(
    org: Org, holdings: Holdings, place: int, month: Month, owed: IntArray, rng: Generator
) -> dict[str, ArrowColumn]:
    """Snapshot of the month, its ``place`` in the window; ``owed`` is fen lent to each customer."""
    here = holdings.customers.opened[holdings.who] <= month.last
    if month.number == 1:
        holdings.borrowed = holdings.loan.balance > 0
    holdings.borrowed = holdings.borrowed | (owed[holdings.who] > 0)
    listed = here & (holdings.borrowed | (np.arange(len(here)) < holdings.holders))
    drift = 1000 + holdings.growth * (place + 1)
    noise = rng.integers(80, 121, len(here))
    balance = holdings.level * drift // 1000 * _SEASON[month.number - 1] // 100 * noise // 100
    balance = np.where(here, np.maximum(balance, 0), 0)
    average = holdings.deposit.move(balance, month)
    wealth = np.where(here, holdings.wealth_level * (100 + place % 5 * 4) // 100, 0)
    wealth_average = holdings.wealth.move(wealth, month)
    loan_average = holdings.loan.move(owed[holdings.who], month)
    at = np.flatnonzero(listed)
    count, who = len(at), holdings.who[at]
    acquiring, payroll = holdings.acquiring[at], holdings.payroll[at]
    ago = rng.integers(0, 45, len(here))[at]
    seen = np.maximum(
        month.last - ago, np.maximum(holdings.customers.opened[who], holdings.seen[at])
    )
    holdings.seen[at] = seen

    def last_seen(uses: BoolArray) -> ArrowColumn:
        return col.dates(seen, ~uses[at])

    return {
        "customer_id": customer_ids(org, who),
        "branch_id": col.constant(org.org_id, count),
        "data_date": col.day(month.last, count),
        "deposit_balance": col.money(balance[at]),
        "deposit_daily_avg": col.money(average[at]),
        "wealth_balance": col.money(wealth[at]),
        "wealth_daily_avg": col.money(wealth_average[at]),
        "loan_daily_avg": col.money(loan_average[at]),
        "is_acquiring_signed": col.flags(acquiring <= month.last),
        "acquiring_date": col.dates(acquiring, acquiring > month.last),
        "is_payroll_signed": col.flags(payroll <= month.last),
        "payroll_date": col.dates(payroll, payroll > month.last),
        "has_settlement_account": col.flags(holdings.settles[at]),
        "mobile_last_date": last_seen(holdings.mobile),
        "e_pay_last_date": last_seen(holdings.e_pay),
        "corporate_bank_last_date": last_seen(holdings.corporate),
        "currency_code": col.constant("CNY", count),
    }


@dataclass
class Cards:
    """Cards of one branch as parallel arrays; -1 is a card of a grid manager, not a customer."""

    kind: IntArray
    customer: IntArray
    holder: list[str | None]
    issued: IntArray
    activated: IntArray
    signed: IntArray
    frozen: IntArray
    closed: IntArray
    replaces: BoolArray


def make_cards(
    customers: Customers,
    archives: Archives,
    assignments: list[Assignment],
    start: Month,
    rng: Generator,
) -> Cards:
    """Draw the cards: contact cards for archived farm households, gold ones for grid managers."""
    group = customers.group
    person = np.isin(customers.category, (cust.SELF_EMPLOYED, cust.OWNER, cust.INDIVIDUAL))
    some = np.flatnonzero(person & (rng.uniform(size=customers.count) < 0.35))
    farmer = customers.is_farmer[some]
    chance = rng.uniform(size=len(some))
    kind = np.where(
        farmer,
        np.where(chance < 0.5, SOCIAL, np.where(chance < 0.8, SUBSIDY, DEBIT)),
        np.where(chance < 0.35, SOCIAL, np.where(chance < 0.8, DEBIT, CITY)),
    )
    days = customers.opened[some] + rng.integers(0, 400, len(some))
    filed = np.full(customers.count, NEVER, dtype=np.int64)
    mine = (archives.customer >= 0) & (archives.segment == RURAL)
    np.minimum.at(filed, archives.customer[mine], archives.opened[mine])
    linked = np.flatnonzero((group == cust.FARMER) & (filed < NEVER))
    linked = linked[rng.uniform(size=len(linked)) < 0.7]
    met = np.maximum(filed[linked], customers.opened[linked]) + rng.integers(2, 40, len(linked))
    managers = [a for a in assignments if a.is_manager]
    gold = np.array([a.start + 12 for a in managers], dtype=np.int64)
    gold[::9] = NEVER  # not yet issued

    kind = np.concatenate([kind, np.full(len(linked), CONTACT), np.full(len(gold), GOLD)])
    issued = np.concatenate([days, met, gold])
    count = len(kind)
    chance = rng.uniform(size=count)
    activated = np.where(chance < 0.93, issued + rng.integers(0, 60, count), NEVER)
    at_once = np.isin(kind, (GOLD, CONTACT))
    activated[at_once] = issued[at_once]
    used = np.minimum(activated, NEVER)
    signed = np.where(
        (chance < 0.5) & np.isin(kind, (SOCIAL, SUBSIDY, DEBIT)) & (used < NEVER), used + 3, NEVER
    )
    later = start.first + rng.integers(0, 400, count)
    shut = (chance > 0.9) & ~at_once
    frozen = np.where(shut & (chance < 0.915), np.maximum(later, issued + 90), NEVER)
    closed = np.where(shut & (chance > 0.985), np.maximum(later, issued + 90), NEVER)
    holders: list[str | None] = [None] * (count - len(gold)) + [a.person for a in managers]
    return Cards(
        kind,
        np.concatenate([some, linked, np.full(len(gold), -1)]),
        holders,
        issued,
        activated,
        signed,
        frozen,
        closed,
        (kind == DEBIT) & (chance < 0.2),
    )


def card(org: Org, cards: Cards, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """Snapshot of the cards issued by the month's end."""
    last = month.last
    at = np.flatnonzero(cards.issued <= last)
    customer, activated = cards.customer[at], cards.activated[at]
    state = np.where(activated <= last, 1, 0)
    state = np.where((cards.frozen[at] <= last) & (state == 1), 2, state)
    state = np.where(cards.closed[at] <= last, 3, state)
    used = rng.integers(0, 25, len(at))
    return {
        "card_id": col.ids(f"K{org.org_id}", at + 1, 7),
        "customer_id": customer_ids(org, np.maximum(customer, 0), customer < 0),
        "branch_id": col.constant(org.org_id, len(at)),
        "data_date": col.day(last, len(at)),
        "card_type_code": col.codes(CARD_TYPES, cards.kind[at]),
        "status_code": col.codes(_STATES, state),
        "issued_date": col.dates(cards.issued[at]),
        "activated_date": col.dates(activated, activated > last),
        "signed_date": col.dates(cards.signed[at], cards.signed[at] > last),
        "month_transaction_count": col.numbers(
            np.where((state == 1) & (cards.kind[at] != CONTACT), used, 0)
        ),
        "is_passbook_replaced": col.flags(cards.replaces[at]),
        "holder_person_id": pa.array([cards.holder[i] for i in at.tolist()], pa.string()),
    }
