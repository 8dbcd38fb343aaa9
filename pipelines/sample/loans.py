"""The loan book of one branch: what happens to every loan, month by month.

Here belongs the life of a loan (granted, paid, renewed, extended, in arrears, recovered, written
off) and its two ledgers, ``loan_account`` and ``loan_event``. A loan's fate at its due date is
drawn when it is granted; a month is then a handful of operations on whole arrays. Every change of
a balance is an event of the same month, so balances carry forward exactly. Money is whole fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pipelines.sample import columns as col
from pipelines.sample import customers as cust
from pipelines.sample import products as prod
from pipelines.sample.bank import Org
from pipelines.sample.columns import ArrowColumn, BoolArray
from pipelines.sample.customers import Customers, customer_ids, manager_ids
from pipelines.sample.days import NEVER, IntArray, Month, add_months, years_of

CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
STATUSES = ("active", "in_arrears", "expired_unpaid", "settled", "written_off")
KINDS = ("new", "renewal_without_repayment", "refinance", "extension", "restructure")
NEW, RENEWAL, REFINANCE, EXTENSION, RESTRUCTURE = range(5)
EVENTS = ("disburse", "repay", "repay_reversal", "renewal_settlement", "write_off")
DISBURSE, REPAY, REVERSAL, SETTLEMENT, WRITE_OFF = range(5)
CHANNELS = ("counter", "mobile_bank", "internet_bank", "self_service", "batch")
PRODUCT_CLASSES = (
    "micro_credit",
    "beautiful_home",
    "beautiful_field",
    "micro_guarantee",
    "startup",
    "other",
)
PROGRAMS = ("double_base", "whole_village", "industry", "association")
SUBSTANDARD, LOSS = 2, 4
_PAY_DAY = 20


@dataclass
class Book:
    """Loans of one branch as parallel arrays; the place of a loan is its number."""

    customer: IntArray
    product: IntArray
    amount: IntArray
    term: IntArray
    disbursed: IntArray
    original_due: IntArray
    due: IntArray
    rate: IntArray
    kind: IntArray
    previous: IntArray
    guarantee: IntArray
    instalment: IntArray
    # Fate, drawn when the loan is granted.
    settles: IntArray
    by_renewal: IntArray
    next_on: IntArray
    next_kind: IntArray
    defaults: IntArray
    extends: IntArray
    speed: IntArray
    watch: IntArray
    # State.
    balance: IntArray
    accrued_to: IntArray
    five_class: IntArray
    closed: IntArray
    written_off: IntArray

    @property
    def count(self) -> int:
        """Number of loans ever granted."""
        return len(self.customer)

    def take(self, index: IntArray) -> Book:
        """The loans at those places."""
        return Book(*(getattr(self, f.name)[index] for f in fields(self)))

    def append(self, other: Book) -> None:
        """Add newly granted loans at the end."""
        for f in fields(self):
            joined = np.concatenate([getattr(self, f.name), getattr(other, f.name)])
            setattr(self, f.name, joined)


@dataclass
class Events:
    """Postings of one month; ``loan`` is the place in the book."""

    loan: IntArray
    day: IntArray
    kind: IntArray
    principal: IntArray
    interest: IntArray

    @staticmethod
    def none() -> Events:
        """No posting."""
        return Events(*(np.zeros(0, dtype=np.int64) for _ in range(5)))

    def take(self, index: IntArray | BoolArray) -> Events:
        """The postings at those places."""
        return Events(*(getattr(self, f.name)[index] for f in fields(self)))

    @staticmethod
    def join(parts: list[Events]) -> Events:
        """All postings in order of day; on one day in the order given."""
        columns = [np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Events)]
        order = np.argsort(columns[1], kind="stable")
        return Events(*(c[order] for c in columns))


@dataclass
class YearTotals:
    """What a branch's pay of one year rests on, in fen."""

    interest: int = 0
    npl_recovery: int = 0
    due: int = 0
    collected: int = 0


@dataclass
class LoanBook:
    """One branch's book and the machinery that moves it on by a month."""

    org: Org
    customers: Customers
    rng: Generator
    book: Book
    recent: Events = field(default_factory=Events.none)
    totals: dict[int, YearTotals] = field(default_factory=dict)
    _year_base: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _year_in: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _year_out: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def owed(self, operating: bool) -> IntArray:
        """Yuan granted on loans that still have a balance, by customer, housing left out."""
        book = self.book
        purpose = _purpose(book.product)
        wanted = purpose == prod.OPERATING if operating else purpose == prod.CONSUMPTION
        counts = wanted & (book.balance > 0)
        fen = np.bincount(
            book.customer[counts],
            weights=book.amount[counts],
            minlength=self.customers.count,
        )
        return np.asarray(fen / 100, dtype=np.int64)

    def balance_by_customer(self) -> IntArray:
        """Fen outstanding by customer, on loans of every purpose."""
        book = self.book
        fen = np.bincount(book.customer, weights=book.balance, minlength=self.customers.count)
        return np.asarray(np.rint(fen), dtype=np.int64)

    @property
    def bad_balance(self) -> int:
        """Fen outstanding on substandard, doubtful and loss loans."""
        return int(self.book.balance[self.book.five_class >= SUBSTANDARD].sum())

    def advance(self, month: Month) -> Events:
        """Move the book to the end of ``month``; returns the month's postings."""
        if month.number == 1 or not len(self._year_base):
            self._year_base = self.book.balance.copy()
            self._year_in = np.zeros(self.book.count, dtype=np.int64)
            self._year_out = np.zeros(self.book.count, dtype=np.int64)
        class_before = self.book.five_class.copy()
        owed_before = self.book.balance.copy()
        parts = [self._corrections(month)]
        self._extend(month)
        settled, parts_settled = self._settle(month)
        parts += parts_settled
        parts += self._instalments(month, settled)
        parts += self._bad_loans(month)
        parts.append(self._grant(month, owed_before))
        events = Events.join(parts)
        events = self._with_reversals(events, month)
        if month.number == 1:  # what was paid off in December is not among January's loans
            events = events.take(self.book.closed[events.loan] >= month.first)
        self._reclassify(month.last)
        self._add_up(events, class_before, month)
        cash = events.kind == REPAY
        self.recent = events.take(cash & (events.day >= month.last - 6))
        return events

    # -- what happens in a month, in the order of ``advance`` --

    def _corrections(self, month: Month) -> Events:
        """Postings of the last days before, reversed and posted again early this month."""
        pool = np.flatnonzero(self.recent.interest > 0)
        picked = pool[self.rng.uniform(size=len(pool)) < 0.02]
        again = self.recent.take(picked)
        count = len(picked)
        return Events(
            np.concatenate([again.loan, again.loan]),
            np.repeat([month.first + 1, month.first + 3], count),
            np.repeat([REVERSAL, REPAY], count),
            np.concatenate([again.principal, again.principal]),
            np.concatenate([again.interest, again.interest]),
        )

    def _extend(self, month: Month) -> None:
        """Loans whose extension is agreed this month get a later due date."""
        book = self.book
        now = np.flatnonzero((book.balance > 0) & _within(book.extends, month))
        longer = self.rng.choice(np.array([3, 6, 12]), len(now))
        book.due[now] = add_months(book.due[now], longer)
        book.settles[now] = book.due[now]
        book.kind[now] = np.where(book.kind[now] == NEW, EXTENSION, book.kind[now])

    def _settle(self, month: Month) -> tuple[IntArray, list[Events]]:
        """Loans paid off in cash, or by the loan that renews them."""
        book = self.book
        now = np.flatnonzero((book.balance > 0) & _within(book.settles, month))
        day, principal = book.settles[now], book.balance[now]
        interest = self._accrue(now, day)
        cash = book.by_renewal[now] == 0
        parts = [
            Events(
                now[cash],
                day[cash],
                np.full(int(cash.sum()), REPAY),
                principal[cash],
                interest[cash],
            )
        ]
        paid = ~cash & (interest > 0)
        parts.append(
            Events(
                now[paid],
                day[paid],
                np.full(int(paid.sum()), REPAY),
                np.zeros(int(paid.sum()), dtype=np.int64),
                interest[paid],
            )
        )
        renewed = ~cash
        zero = np.zeros(int(renewed.sum()), dtype=np.int64)
        parts.append(
            Events(now[renewed], day[renewed], zero + SETTLEMENT, principal[renewed], zero)
        )
        book.balance[now] = 0
        book.closed[now] = day
        return now, parts

    def _instalments(self, month: Month, settled: IntArray) -> list[Events]:
        """Monthly instalments, interest on the pay day, a few early part repayments."""
        book, rng = self.book, self.rng
        pay_day = month.day(_PAY_DAY)
        pays = (book.balance > 0) & (book.disbursed < month.first) & (book.defaults > pay_day)
        pays[settled] = False
        method = _METHOD[book.product]
        quarterly = (book.amount >= 100_000_000) | (book.product == prod.NH01)
        bullet = pays & (method == prod.BULLET) & ~(quarterly & (month.number % 3 != 0))
        instalment = pays & (method == prod.INSTALMENT)
        now = np.flatnonzero(bullet | instalment)
        interest = self._accrue(now, np.full(len(now), pay_day))
        principal = np.where(
            instalment[now], np.minimum(book.instalment[now], book.balance[now] - 1), 0
        )
        book.balance[now] -= principal
        kept = (principal > 0) | (interest > 0)
        parts = [
            Events(
                now[kept],
                np.full(int(kept.sum()), pay_day),
                np.full(int(kept.sum()), REPAY),
                principal[kept],
                interest[kept],
            )
        ]
        early = pays & (method == prod.BULLET) & (book.settles > month.last)
        early &= (book.balance >= 1_000_000) & (rng.uniform(size=book.count) < 0.006)
        some = np.flatnonzero(early)
        share = rng.integers(10, 40, len(some))
        part = book.balance[some] * share // 100 // 10_000 * 10_000
        day = rng.integers(pay_day + 1, month.last + 1, len(some))
        interest = self._accrue(some, day)
        book.balance[some] -= part
        parts.append(Events(some, day, np.full(len(some), REPAY), part, interest))
        return parts

    def _bad_loans(self, month: Month) -> list[Events]:
        """Recoveries on non-performing loans, restructurings and write-offs."""
        book, rng = self.book, self.rng
        bad = np.flatnonzero((book.balance > 0) & (book.five_class >= SUBSTANDARD))
        chance = rng.uniform(size=len(bad))
        day = rng.integers(month.first + 4, month.last - 3, len(bad))
        whole = chance < 0.008
        part = ~whole & (chance < 0.07)
        gone = (chance > 0.985) & (book.five_class[bad] == LOSS)
        swap = (
            (chance > 0.965)
            & (book.five_class[bad] == SUBSTANDARD)
            & (_METHOD[book.product[bad]] == prod.BULLET)
        )
        amount = np.where(
            whole | gone | swap,
            book.balance[bad],
            np.maximum(book.balance[bad] * rng.integers(3, 25, len(bad)) // 100, 1),
        )
        interest = np.where(whole | part, amount * rng.integers(0, 4, len(bad)) // 100, 0)
        parts = []
        for mask, kind in ((whole | part, REPAY), (swap, SETTLEMENT), (gone, WRITE_OFF)):
            now = bad[mask]
            parts.append(
                Events(now, day[mask], np.full(len(now), kind), amount[mask], interest[mask])
            )
            book.balance[now] -= amount[mask]
        closed = book.balance[bad] == 0
        book.closed[bad[closed]] = day[closed]
        book.written_off[bad[gone]] = 1
        book.next_on[bad[swap]] = day[swap]
        book.next_kind[bad[swap]] = RESTRUCTURE
        return parts

    def _grant(self, month: Month, owed_before: IntArray) -> Events:
        """New loans: those that follow an earlier one, and to new or returning customers.

        A loan that renews another takes over what that one owed when the month began.
        """
        book, rng = self.book, self.rng
        old = np.flatnonzero(_within(book.next_on, month))
        kind = book.next_kind[old]
        # what owed nothing when the month began leaves nothing to take over
        linked = (kind != NEW) & (owed_before[old] > 0)
        kind = np.where(linked, kind, NEW)
        grown = book.amount[old] * rng.choice(np.array([80, 100, 100, 100, 120]), len(old)) // 100
        amount = np.where(linked, owed_before[old], _round_amount(grown))
        following = draw(self.customers, book.customer[old], book.product[old], rng)
        following.amount[:] = amount
        following.disbursed[:] = book.next_on[old]
        following.guarantee[:] = book.guarantee[old]
        following.kind[:] = kind
        following.previous[:] = np.where(linked, old, -1)

        owing = np.bincount(book.customer[book.balance > 0], minlength=self.customers.count)
        owing += np.bincount(book.customer[old], minlength=self.customers.count)
        opened = self.customers.opened
        joined = np.flatnonzero((opened >= month.first) & (opened <= month.last))
        idle = np.flatnonzero((opened < month.first) & (owing == 0))
        season = (1.5, 1.3, 1.4, 1.1, 1.0, 1.0, 0.8, 0.8, 1.0, 0.8, 0.8, 0.7)[month.number - 1]
        wanted = min(len(idle), round(self.customers.count * 0.014 * season))
        back = rng.choice(idle, wanted, replace=False) if wanted else idle[:0]
        who = np.concatenate([joined, np.sort(back)])
        first_day = np.maximum(opened[who], month.first)
        day = first_day + (rng.uniform(size=len(who)) * (month.last - first_day + 1)).astype(int)
        fresh = draw(self.customers, who, choose_products(self.customers, who, rng), rng)
        fresh.disbursed[:] = day

        following.append(fresh)
        order = np.argsort(following.disbursed, kind="stable")
        granted = following.take(order)
        finish(granted, self.org, rng, month.first)
        place = np.arange(book.count, book.count + granted.count)
        book.append(granted)
        zero = np.zeros(granted.count, dtype=np.int64)
        for name in ("_year_base", "_year_in", "_year_out"):
            setattr(self, name, np.concatenate([getattr(self, name), zero]))
        return Events(place, granted.disbursed.copy(), zero + DISBURSE, granted.amount.copy(), zero)

    def _with_reversals(self, events: Events, month: Month) -> Events:
        """A few repayments reversed the next day and posted again the day after."""
        pool = np.flatnonzero(
            (events.kind == REPAY) & (events.principal > 0) & (events.day <= month.last - 3)
        )
        picked = pool[self.rng.uniform(size=len(pool)) < 0.004]
        wrong = events.take(picked)
        back = Events(
            wrong.loan,
            wrong.day + 1,
            np.full(len(picked), REVERSAL),
            wrong.principal,
            wrong.interest,
        )
        again = Events(
            wrong.loan, wrong.day + 2, np.full(len(picked), REPAY), wrong.principal, wrong.interest
        )
        return Events.join([events, back, again]) if len(picked) else events

    def _reclassify(self, day: int) -> None:
        """Five-category class at a month end; a closed loan keeps its last class."""
        book = self.book
        book.five_class = np.where(book.balance > 0, classes_at(book, day), book.five_class)

    def _add_up(self, events: Events, class_before: IntArray, month: Month) -> None:
        totals = self.totals.setdefault(month.year, YearTotals())
        sign = np.where(events.kind == REPAY, 1, np.where(events.kind == REVERSAL, -1, 0))
        totals.interest += int((sign * events.interest).sum())
        before = np.zeros(self.book.count, dtype=np.int64)
        before[: len(class_before)] = class_before
        bad = before[events.loan] >= SUBSTANDARD
        totals.npl_recovery += int((sign * events.principal)[bad].sum())
        np.add.at(self._year_out, events.loan, sign * events.principal)
        granted = events.kind == DISBURSE
        self._year_in[events.loan[granted]] += events.principal[granted]
        if month.number == 12:
            falls_due = years_of(self.book.original_due) == month.year
            totals.due = int((self._year_base + self._year_in)[falls_due].sum())
            totals.collected = int(self._year_out[falls_due].sum())

    def _accrue(self, loans: IntArray, day: IntArray) -> IntArray:
        """Simple interest in fen since the last payment; a bill's was taken in advance."""
        book = self.book
        days = np.maximum(day - book.accrued_to[loans], 0)
        base = 10_000 * 360
        interest = (book.balance[loans] * book.rate[loans] * days + base // 2) // base
        interest[_METHOD[book.product[loans]] == prod.BILL] = 0
        book.accrued_to[loans] = np.maximum(day, book.accrued_to[loans])
        return np.asarray(interest, dtype=np.int64)


_METHOD = np.array([p.method for p in prod.PRODUCTS])
_PURPOSE = np.array([p.purpose for p in prod.PRODUCTS])


def _purpose(product: IntArray) -> IntArray:
    return np.asarray(_PURPOSE[product])


def _within(days: IntArray, month: Month) -> BoolArray:
    return (days >= month.first) & (days <= month.last)


def _round_amount(fen: IntArray) -> IntArray:
    return np.asarray(np.maximum(fen // 100_000, 1) * 100_000)


def choose_products(customers: Customers, who: IntArray, rng: Generator) -> IntArray:
    """A product for each of these customers."""
    group = customers.group[who]
    chance = rng.uniform(size=len(who))
    product = np.zeros(len(who), dtype=np.int64)
    for kind, (choices, odds) in prod.CHOICES.items():
        mask = group == kind
        product[mask] = np.array(choices)[_draw(chance[mask], odds)]
    product[customers.startup[who]] = prod.CY01
    firm = np.isin(product, (prod.LD01, prod.LD02))
    product[firm & customers.is_tech[who] & (chance < 0.8)] = prod.KC01
    return product


def _draw(chance: NDArray[np.float64], odds: tuple[float, ...]) -> IntArray:
    edges = np.cumsum(odds)[:-1]
    return np.asarray(np.searchsorted(edges, chance, side="right"), dtype=np.int64)


def draw(customers: Customers, who: IntArray, product: IntArray, rng: Generator) -> Book:
    """Terms of new loans of these products; dates and fate are filled in by ``finish``."""
    count = len(who)
    amount = np.zeros(count, dtype=np.int64)
    term, rate, guarantee = amount.copy(), amount.copy(), amount.copy()
    noise = rng.standard_normal(count)
    chance = rng.uniform(size=(3, count))
    for place, item in enumerate(prod.PRODUCTS):
        mask = product == place
        low, high = item.limits
        yuan = np.clip(item.median * np.exp(item.sigma * noise[mask]), low, high)
        amount[mask] = yuan.astype(np.int64) * 100
        term[mask] = np.array(item.terms)[_draw(chance[0][mask], item.term_odds)]
        lowest, highest = item.rates
        rate[mask] = lowest + (chance[1][mask] * ((highest - lowest) // 5 + 1)).astype(int) * 5
        guarantee[mask] = _draw(chance[2][mask], item.guarantee_odds)
    step = np.where(amount >= 20_000_000, 1_000_000, 100_000)
    zero = np.zeros(count, dtype=np.int64)
    never = np.full(count, NEVER, dtype=np.int64)
    return Book(
        customer=who.astype(np.int64),
        product=product.astype(np.int64),
        amount=amount // step * step,
        term=term,
        disbursed=zero.copy(),
        original_due=zero.copy(),
        due=zero.copy(),
        rate=rate,
        kind=zero.copy(),
        previous=zero - 1,
        guarantee=guarantee,
        instalment=zero.copy(),
        settles=never.copy(),
        by_renewal=zero.copy(),
        next_on=never.copy(),
        next_kind=zero.copy(),
        defaults=never.copy(),
        extends=never.copy(),
        speed=rng.integers(70, 140, count),
        watch=never.copy(),
        balance=zero.copy(),
        accrued_to=zero.copy(),
        five_class=zero.copy(),
        closed=never.copy(),
        written_off=zero.copy(),
    )


def finish(book: Book, org: Org, rng: Generator, not_before: int) -> None:
    """Dates, instalments and fate of newly granted loans, in place.

    Nothing is planned before ``not_before``: what should have happened earlier happens on time.
    """
    book.original_due[:] = add_months(book.disbursed, book.term)
    book.due[:] = book.original_due
    book.balance[:] = book.amount
    book.accrued_to[:] = book.disbursed
    book.instalment[:] = book.amount // book.term
    _draw_fate(book, org, rng)
    early = book.settles < not_before
    book.settles[early] = np.maximum(book.due[early], not_before)
    book.next_on[(book.next_on < not_before) | (early & (book.by_renewal == 1))] = NEVER
    book.by_renewal[early] = 0


def _draw_fate(book: Book, org: Org, rng: Generator) -> None:
    """Paid, renewed before or after the due date, extended or never paid.

    Of the loans that are paid and followed by a new one, most get it within thirty days, some
    sooner or later than that. Loans above the branch's cap are paid in cash.
    """
    profile, count = org.profile, book.count
    due, product = book.due, book.product
    method = _METHOD[product]
    chance = rng.uniform(size=count)
    soft = (
        profile.renewal,
        profile.refinance,
        profile.extension,
        profile.default,
    )
    follow, late_follow, early_follow, far_follow = 0.50, 0.07, 0.05, 0.03
    left = 1 - sum(soft)
    odds = (*soft, follow * left, late_follow * left, early_follow * left, far_follow * left)
    fate = np.searchsorted(np.cumsum(odds), chance, side="right")
    renews, refinances, extends, defaults, follows, follows_late, overlaps, far_before = (
        (fate == i) & (method == prod.BULLET) for i in range(8)
    )
    follows |= (
        (fate == 8)
        & (method == prod.BULLET)
        & (book.amount > 100_000_000)
        & (rng.uniform(size=count) < 0.65)
    )
    capped = book.amount > profile.soft_cap_yuan * 100
    operating = _PURPOSE[product] == prod.OPERATING
    startup = product == prod.CY01
    follows |= capped & (renews | refinances | extends | defaults)
    inclusive = operating & ~startup & (product != prod.LD03) & (product != prod.LD04)
    follows |= ~capped & (renews | refinances) & ~inclusive
    renews &= ~capped & inclusive
    refinances &= ~capped & inclusive
    extends &= ~capped
    defaults &= ~capped

    def days(low: int, high: int) -> IntArray:
        return rng.integers(low, high + 1, count)

    timing = rng.uniform(size=count)
    late_share = min(0.12, 0.02 + 3 * profile.default)
    settle = due - np.where(
        timing < 0.72, days(0, 3), np.where(timing < 1 - late_share, days(4, 60), -days(1, 40))
    )
    settle = np.where(follows_late, due + days(0, 3), settle)
    settle = np.where(overlaps | far_before, due - days(0, 2), settle)
    outside = timing > 0.9
    settle = np.where(renews, due - np.where(outside, days(31, 50), days(0, 26)), settle)
    settle = np.where(refinances, due + np.where(outside, days(32, 55), days(0, 22)), settle)
    settle = np.where(method == prod.BILL, due, settle)
    settle = np.where(method == prod.INSTALMENT, due, settle)
    prepays = (method == prod.INSTALMENT) & (rng.uniform(size=count) < 0.06)
    span = np.maximum(due - book.disbursed - 90, 1)
    settle = np.where(prepays, book.disbursed + 60 + (timing * span).astype(np.int64), settle)
    book.settles[:] = np.maximum(settle, book.disbursed + 31)

    by_renewal = renews | refinances
    book.by_renewal[:] = by_renewal
    book.next_kind[:] = np.where(renews, RENEWAL, np.where(refinances, REFINANCE, NEW))
    following = np.where(by_renewal, book.settles, NEVER)
    following = np.where(follows, book.settles + days(1, 24), following)
    following = np.where(follows_late, book.settles + days(33, 75), following)
    following = np.where(overlaps, due - days(4, 28), following)
    following = np.where(far_before, due - days(33, 58), following)
    book.next_on[:] = following

    book.extends[:] = np.where(extends, due - days(3, 15), NEVER)

    # Some stop paying long before the due date; more of them in weak branches.
    # Long loans do so whatever their size: they fall due in later years.
    midway = (
        (method != prod.BILL)
        & (~capped | (book.term >= 24))
        & (book.amount <= 500_000_000)
        & (rng.uniform(size=count) < 0.004 + profile.default * 0.6)
    )
    stop = book.disbursed + 60 + (rng.uniform(size=count) * np.minimum(span, 900)).astype(np.int64)
    bad = defaults | midway
    book.defaults[:] = np.where(defaults, due, np.where(midway, stop, NEVER))
    book.settles[bad] = NEVER
    book.next_on[bad] = NEVER
    book.extends[bad] = NEVER
    book.by_renewal[bad] = 0
    book.watch[:] = np.where(rng.uniform(size=count) < 0.02, book.disbursed + days(40, 300), NEVER)


def classes_at(book: Book, day: int) -> IntArray:
    """Class by days in arrears, stretched by each loan's own pace."""
    overdue = np.maximum(day - book.defaults, 0) * book.speed // 100
    steps = np.searchsorted(np.array([90, 270, 540]), overdue, side="right") + 1
    result = np.where(overdue > 0, steps, 0)
    watched = (book.watch <= day) & (book.watch + 150 > day)
    result = np.where((result == 0) & (watched | (book.due < day)), 1, result)
    restructured = (book.kind == RESTRUCTURE) & (result < SUBSTANDARD)
    settling = day - book.disbursed
    eased = np.where(settling < 185, SUBSTANDARD, np.where(settling < 365, 1, 0))
    return np.where(restructured, np.maximum(result, eased), result).astype(np.int64)


def opening_book(org: Org, customers: Customers, rng: Generator, month: Month) -> LoanBook:
    """The book at the end of ``month``, with the loans closed in that calendar year."""
    known = np.flatnonzero(customers.opened <= month.last)
    sure = np.isin(customers.group[known], (cust.MEDIUM_FIRM, cust.LARGE_FIRM, cust.ORGANISATION))
    has = sure | (rng.uniform(size=len(known)) < 0.68)
    second = has & ~sure & (rng.uniform(size=len(known)) < 0.06)
    who = np.concatenate([known[has], known[second]])
    book = _current_loans(org, customers, who, rng, month)
    closed, follower = _closed_loans(org, customers, known[~has], book, rng, month)
    book.append(_old_bad_loans(org, customers, known[~has], rng, month))
    linked = np.flatnonzero(follower >= 0)
    renewed = follower[linked]
    book.previous[renewed] = book.count + linked
    book.kind[renewed] = np.where(rng.uniform(size=len(renewed)) < 0.7, RENEWAL, REFINANCE)
    book.append(closed)
    order = np.argsort(book.disbursed, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    book = book.take(order)
    book.previous = np.where(book.previous >= 0, place[book.previous], -1)
    book.five_class = np.where(book.balance > 0, classes_at(book, month.last), 0)
    return LoanBook(org, customers, rng, book)


def _current_loans(
    org: Org, customers: Customers, who: IntArray, rng: Generator, month: Month
) -> Book:
    """Loans granted earlier and not yet due, paid down as agreed."""
    last = month.last
    book = draw(customers, who, choose_products(customers, who, rng), rng)
    earliest = add_months(np.full(book.count, last), -book.term) + 1
    earliest = np.maximum(np.maximum(earliest, customers.opened[who] + 1), last - 3285)
    span = last - earliest + 1
    book.disbursed[:] = earliest + (rng.uniform(size=book.count) * span).astype(np.int64)
    finish(book, org, rng, last + 1)
    paid_to = np.minimum(last, book.defaults)
    months = np.clip((paid_to - book.disbursed) * 100 // 3044, 0, book.term - 1)
    instalment = _METHOD[book.product] == prod.INSTALMENT
    book.balance -= np.where(instalment, book.instalment * months, 0)
    book.accrued_to[:] = np.maximum(book.disbursed, month.day(_PAY_DAY))
    return book


def _old_bad_loans(
    org: Org, customers: Customers, who: IntArray, rng: Generator, month: Month
) -> Book:
    """Loans that fell due in earlier years and were not paid."""
    likely = who[
        np.isin(
            customers.group[who],
            (cust.FARMER, cust.SELF, cust.SM_OWNER, cust.MICRO_FIRM, cust.SMALL_FIRM),
        )
    ]
    some = likely[rng.uniform(size=len(likely)) < 0.10 + 2 * org.profile.default]
    book = draw(customers, some, choose_products(customers, some, rng), rng)
    bill = _METHOD[book.product] != prod.BULLET
    book = book.take(np.flatnonzero(~bill))
    due = month.last - rng.integers(20, 900, book.count)
    book.disbursed[:] = add_months(due, -book.term)
    finish(book, org, rng, month.last + 1)
    book.balance[:] = book.amount * rng.integers(40, 101, book.count) // 100
    for name in ("settles", "next_on", "extends", "watch"):
        getattr(book, name)[:] = NEVER
    book.by_renewal[:] = 0
    book.defaults[:] = book.due
    book.accrued_to[:] = book.due
    return book


def _closed_loans(
    org: Org,
    customers: Customers,
    idle: IntArray,
    current: Book,
    rng: Generator,
    month: Month,
) -> tuple[Book, IntArray]:
    """Loans paid off in the year before the window, and the loan that renewed each (or -1)."""
    year_start = int(add_months(np.array([month.first]), -11)[0])
    bullet = _METHOD[current.product] == prod.BULLET
    followed = np.flatnonzero(
        bullet & (current.disbursed >= year_start + 25) & (rng.uniform(size=current.count) < 0.4)
    )
    left = idle[rng.uniform(size=len(idle)) < 0.2]
    who = np.concatenate([current.customer[followed], left])
    product = np.concatenate([current.product[followed], choose_products(customers, left, rng)])
    book = draw(customers, who, product, rng)
    renewed = np.zeros(book.count, dtype=bool)
    renewed[: len(followed)] = (
        (rng.uniform(size=len(followed)) < 0.2)
        & (current.product[followed] != prod.CY01)
        & (_PURPOSE[current.product[followed]] == prod.OPERATING)
    )
    closed = rng.integers(year_start, month.last + 1, book.count)
    closed[: len(followed)] = current.disbursed[followed] - np.where(
        renewed[: len(followed)], 0, rng.integers(1, 24, len(followed))
    )
    book.disbursed[:] = add_months(closed + rng.integers(-3, 8, book.count), -book.term)
    finish(book, org, rng, month.last + 1)
    book.amount[: len(followed)] = current.amount[followed]
    book.balance[:] = 0
    book.closed[:] = closed
    for name in ("settles", "next_on", "extends", "defaults", "watch"):
        getattr(book, name)[:] = NEVER
    follower = np.full(book.count, -1, dtype=np.int64)
    follower[: len(followed)] = np.where(renewed[: len(followed)], followed, -1)
    kept = np.flatnonzero(
        (_METHOD[book.product] == prod.BULLET) & (book.disbursed > customers.opened[who])
    )
    return book.take(kept), follower[kept]


def loan_ids(org: Org, place: IntArray, empty: BoolArray | None = None) -> ArrowColumn:
    """Loan note numbers: organisation, 8, nine digits."""
    return col.ids(f"{org.org_id}8", place + 1, 9, empty)


def loan_account(loans: LoanBook, month: Month, credit_total: IntArray) -> dict[str, ArrowColumn]:
    """Snapshot at the month's end: open loans, and those closed in the calendar year.

    ``credit_total`` is yuan of operating credit per customer; up to ten million counts as
    inclusive.
    """
    book, customers, org = loans.book, loans.customers, loans.org
    last = month.last
    closed_now = (book.balance == 0) & (years_of(np.minimum(book.closed, last)) == month.year)
    place = np.flatnonzero((book.balance > 0) | (closed_now & (book.closed <= last)))
    rows = book.take(place)
    who = rows.customer
    category, size = customers.category[who], customers.size_at(last)[who]
    purpose = _purpose(rows.product)
    bill = _METHOD[rows.product] == prod.BILL
    borrower = (
        ((category == cust.ENTERPRISE) & (size >= cust.SMALL))
        | (category == cust.SELF_EMPLOYED)
        | (category == cust.OWNER)
    )
    small_micro = borrower & (purpose == prod.OPERATING)
    inclusive = small_micro & ~bill & (credit_total[who] <= 10_000_000)
    status = np.where(rows.due < last, 2, np.where(rows.defaults <= last, 1, 0))
    status = np.where(rows.balance > 0, status, np.where(rows.written_off == 1, 4, 3))
    codes = [p.code for p in prod.PRODUCTS]
    names = [p.name for p in prod.PRODUCTS]
    count = len(place)
    return {
        "loan_id": loan_ids(org, place),
        "customer_id": customer_ids(org, who),
        "branch_id": col.constant(org.org_id, count),
        "data_date": col.day(last, count),
        "contract_no": col.ids(f"HT{org.org_id}", place + 1, 9),
        "product_code": col.picks(codes, rows.product),
        "product_name": col.picks(names, rows.product),
        "currency_code": col.constant("CNY", count),
        "loan_amount": col.money(rows.amount),
        "balance": col.money(rows.balance),
        "disbursement_date": col.dates(rows.disbursed),
        "original_due_date": col.dates(rows.original_due),
        "due_date": col.dates(rows.due),
        "annual_rate": col.rate(rows.rate),
        "five_class_code": col.codes(CLASSES, rows.five_class),
        "contract_status_code": col.codes(STATUSES, status),
        "disbursement_kind_code": col.codes(KINDS, rows.kind),
        "prev_loan_id": loan_ids(org, rows.previous, rows.previous < 0),
        "guarantee_type_code": col.codes(prod.GUARANTEES, rows.guarantee),
        "purpose_code": col.codes(prod.PURPOSES, purpose),
        "industry_code": col.picks(
            cust.INDUSTRIES,
            np.where(purpose == prod.OPERATING, customers.industry[who], -1),
        ),
        "is_agri": col.flags(customers.is_agri[who]),
        "is_small_micro": col.flags(small_micro),
        "is_inclusive": col.flags(inclusive),
        "is_bill_finance": col.flags(bill),
        "is_startup_guarantee": col.flags(rows.product == prod.CY01),
        "manager_id": manager_ids(org, who),
        "product_class_code": col.codes(PRODUCT_CLASSES, _product_class(rows, customers)),
        "program_code": col.codes(PROGRAMS, _program(rows, customers)),
        "overdue_days": col.numbers(_overdue_days(rows, status, last)),
    }


def _product_class(rows: Book, customers: Customers) -> IntArray:
    """Place in ``PRODUCT_CLASSES``, by product; homes and fields are a farmer's."""
    product, who = rows.product, rows.customer
    farmer = customers.is_farmer[who]
    result = np.full(rows.count, 5, dtype=np.int64)
    for place, mask in (
        (0, (product == prod.NH01) & (rows.guarantee == prod.CREDIT)),
        (1, (product == prod.XF01) & farmer),
        (2, product == prod.NH02),
        (3, np.isin(product, (prod.NH01, prod.GT01)) & (rows.guarantee == prod.GUARANTEED)),
        (4, product == prod.CY01),
    ):
        result[mask] = place
    return result


def _program(rows: Book, customers: Customers) -> IntArray:
    """Place in ``PROGRAMS`` of the cooperation a loan was granted under; -1 is none."""
    who = rows.customer
    group = customers.group[who]
    result = np.full(rows.count, -1, dtype=np.int64)
    for place, mask in (
        (0, (rows.product == prod.NH01) & (who % 4 == 1)),
        (1, customers.is_farmer[who] & (who % 4 == 0) & (_purpose(rows.product) == prod.OPERATING)),
        (2, np.isin(group, (cust.MICRO_FIRM, cust.SMALL_FIRM)) & (who % 5 == 0)),
        (3, np.isin(group, (cust.SELF, cust.SM_OWNER)) & (who % 6 == 0)),
    ):
        result[mask] = place
    return result


def _overdue_days(rows: Book, status: IntArray, last: int) -> IntArray:
    """Days that principal or interest is overdue, whichever is longer."""
    principal = np.where(rows.due < last, last - rows.due, 0)
    interest = np.where(rows.defaults <= last, np.maximum(last - rows.defaults, 1), 0)
    # a loan not yet bad has paid some of its interest since it first stopped
    interest = np.where(rows.five_class < SUBSTANDARD, np.minimum(interest, 90), interest)
    return np.where((status == 1) | (status == 2), np.maximum(principal, interest), 0)


def _channels(kind: IntArray, loan: IntArray, day: IntArray, firm: BoolArray) -> IntArray:
    """Place in ``CHANNELS`` of a posting; batch runs and corrections have their own."""
    drawn = (loan * 13 + day) % 10
    result = np.where(drawn < 4, 1, np.where(drawn < 8, 0, np.where(firm, 2, 3)))
    pay_day = (
        day.astype("datetime64[D]") - day.astype("datetime64[D]").astype("datetime64[M]")
    ).astype(np.int64) + 1
    result = np.where((kind == REPAY) & (pay_day == _PAY_DAY), 4, result)
    return np.where((kind == DISBURSE) | (kind == REPAY), result, -1)


def first_loans(loans: LoanBook) -> tuple[IntArray, IntArray]:
    """Day of each customer's first loan, and yuan of the largest."""
    book, customers = loans.book, loans.customers
    who = book.customer
    day = np.full(customers.count, NEVER, dtype=np.int64)
    amount = np.zeros(customers.count, dtype=np.int64)
    np.minimum.at(day, who, book.disbursed)
    np.maximum.at(amount, who, book.amount // 100)
    return day, amount


def lines_needed(
    loans: LoanBook, place: IntArray
) -> tuple[IntArray, BoolArray, IntArray, IntArray]:
    """The line that each of these loans needs: customer, consumption, day, yuan."""
    rows = loans.book.take(place)
    purpose = _purpose(rows.product)
    consumption = (purpose == prod.CONSUMPTION) | (purpose == prod.HOUSING)
    return rows.customer, consumption, rows.disbursed, rows.amount // 100


def loan_event(loans: LoanBook, month: Month, events: Events) -> dict[str, ArrowColumn]:
    """The month's postings, numbered in order of day."""
    book, org = loans.book, loans.org
    count = len(events.loan)
    number = np.arange(1, count + 1, dtype=np.int64)
    who = book.customer[events.loan]
    is_firm = np.isin(loans.customers.category[who], (cust.ENTERPRISE, cust.OTHER_ORG))
    _, first = np.unique(book.customer, return_index=True)
    # some have borrowed from another bank before
    is_first = np.isin(events.loan, first) & (who % 5 != 2)
    return {
        "event_id": col.ids(f"LS{org.org_id}{month.label.replace('-', '')}", number, 7),
        "loan_id": loan_ids(org, events.loan),
        "customer_id": customer_ids(org, book.customer[events.loan]),
        "branch_id": col.constant(org.org_id, count),
        "event_date": col.dates(events.day),
        "event_type_code": col.codes(EVENTS, events.kind),
        "principal_amount": col.money(events.principal),
        "interest_amount": col.money(events.interest),
        "annual_rate": col.rate(book.rate[events.loan], events.kind == DISBURSE),
        "currency_code": col.constant("CNY", count),
        "channel_code": col.codes(
            CHANNELS, _channels(events.kind, events.loan, events.day, is_firm)
        ),
        "is_first_loan": col.flags(is_first, events.kind != DISBURSE),
    }


def balances_by_kind(loans: LoanBook) -> dict[str, int]:
    """Fen outstanding by the general ledger's kinds of loan; together the whole book."""
    book, customers = loans.book, loans.customers
    bill = _METHOD[book.product] == prod.BILL
    farmer = customers.is_farmer[book.customer] & ~bill
    firm = np.isin(customers.category[book.customer], (cust.ENTERPRISE, cust.OTHER_ORG)) & ~bill
    rest = ~bill & ~farmer & ~firm
    return {
        name: int(book.balance[mask].sum())
        for name, mask in (
            ("farmer", farmer),
            ("firm", firm),
            ("person", rest),
            ("bill", bill),
        )
    }
