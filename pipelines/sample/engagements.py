"""Whom a branch met: the five dockings, visits, revisits of lost customers, reminders.

Here belongs the flow ``engagement``. Every subject has an archive by then, every reminder names a
loan that falls due in the month after.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.archives import Archives, subject_ids
from pipelines.sample.bank import Org, Units, grid_id
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.customers import customer_ids, manager_count
from pipelines.sample.days import IntArray, Month, add_months
from pipelines.sample.holdings import CONTACT, Cards
from pipelines.sample.loans import LoanBook, loan_ids
from pipelines.sample.people import People
from pipelines.sample.profiles import (
    COOPERATIVE,
    FAMILY_FARM,
    LARGE_OPERATOR,
    LEADING,
    RURAL,
)

TYPES = (
    "contact_card",
    "info_collection",
    "survey_archive",
    "negotiation",
    "business_cooperation",
    "settlement_service",
    "visit",
    "revisit",
    "churn_revisit",
    "predue_reminder",
    "lead_contact",
)
(
    CARD,
    COLLECTION,
    SURVEY,
    NEGOTIATION,
    COOPERATION,
    SETTLEMENT,
    VISIT,
    REVISIT,
    CHURN,
    REMINDER,
    LEAD,
) = range(11)
_SUBJECTS = (  # by place in ALL_SEGMENTS
    "resident",
    "farm_household",
    "merchant",
    "small_micro_enterprise",
    "small_micro_enterprise",
    "large_operator",
    "cooperative",
    "leading_enterprise",
    "family_farm",
)
_REASONS = (
    "rate",
    "limit",
    "process",
    "service",
    "no_need",
    "competitor",
    "risk_exit",
    "other",
)
_DOCKING = {
    RURAL: COLLECTION,
    LARGE_OPERATOR: SURVEY,
    COOPERATIVE: NEGOTIATION,
    LEADING: COOPERATION,
    FAMILY_FARM: SETTLEMENT,
}


class Engagements:
    """The branch's subjects and the months already reported."""

    def __init__(
        self, units: Units, archives: Archives, others: Archives, people: People, cards: Cards
    ) -> None:
        """Put all archives of the branch in one list, by the day they were opened."""
        self._units, self._people, self._cards = units, people, cards
        names = ("unit", "segment", "subject", "customer", "opened")
        both = [np.concatenate([getattr(archives, n), getattr(others, n)]) for n in names]
        order = np.argsort(both[4], kind="stable")
        self._unit, self._segment, self._subject, self._customer, self._opened = (
            values[order] for values in both
        )
        self._leaves: dict[int, list[tuple[int, int, int]]] = {}
        for unit, *leaf in units.leaves():
            self._leaves.setdefault(unit, []).append((leaf[0], leaf[1], leaf[2]))

    def of_month(
        self, org: Org, loans: LoanBook, month: Month, rng: Generator
    ) -> dict[str, ArrowColumn]:
        """The month's engagements in order of day."""
        known = int(np.searchsorted(self._opened, month.last, side="right"))
        row: list[IntArray] = []  # place in the list of archives
        kind: list[IntArray] = []
        day: list[IntArray] = []
        loan: list[IntArray] = []

        def add(which: int, rows: IntArray, days: IntArray, of: IntArray | None = None) -> None:
            row.append(rows)
            kind.append(np.full(len(rows), which, dtype=np.int64))
            day.append(np.clip(days, np.maximum(self._opened[rows], month.first), month.last))
            loan.append(np.full(len(rows), -1, dtype=np.int64) if of is None else of)

        def drawn(count: int) -> IntArray:
            return rng.integers(month.first, month.last + 1, count)

        fresh = np.arange(int(np.searchsorted(self._opened, month.first)), known)
        for segment, which in _DOCKING.items():
            now = fresh[self._segment[fresh] == segment]
            if not len(now):  # nobody new: one of the older ones is met again
                older = np.flatnonzero(self._segment[:known] == segment)
                now = older[rng.integers(0, len(older), min(1, len(older)))]
            add(which, now, self._opened[now])

        newest = np.full(loans.customers.count, -1, dtype=np.int64)
        has = np.flatnonzero(self._customer[:known] >= 0)
        newest[self._customer[has]] = has
        issued = np.flatnonzero(
            (self._cards.kind == CONTACT)
            & (self._cards.issued >= month.first)
            & (self._cards.issued <= month.last)
        )
        household = np.full(loans.customers.count, -1, dtype=np.int64)
        rural = has[self._segment[has] == RURAL]
        household[self._customer[rural]] = rural
        at = household[self._cards.customer[issued]]
        add(CARD, at[at >= 0], self._cards.issued[issued[at >= 0]])

        count = max(6, known // 45)
        for which, size in ((VISIT, count), (REVISIT, count // 3), (LEAD, 2 + count // 8)):
            some = np.sort(rng.choice(known, min(size, known), replace=False))
            add(which, some, drawn(len(some)))

        book = loans.book
        left = np.flatnonzero((book.closed >= month.first - 31) & (book.closed < month.first))
        owing = np.bincount(book.customer[book.balance > 0], minlength=loans.customers.count) > 0
        lost = np.unique(book.customer[left][~owing[book.customer[left]]])
        lost = lost[newest[lost] >= 0]
        add(CHURN, newest[lost], drawn(len(lost)))

        soon_last = int(add_months(np.array([month.first]), 2)[0]) - 1
        soon = np.flatnonzero(
            (book.balance > 0)
            & (book.due > month.last)
            & (book.due <= soon_last)
            & (book.defaults > month.last)
            & (book.disbursed < month.last - 12)
        )
        soon = soon[newest[book.customer[soon]] >= 0]
        add(
            REMINDER,
            newest[book.customer[soon]],
            month.last - rng.integers(0, 12, len(soon)),
            soon,
        )
        columns = (np.concatenate(values) for values in (row, kind, day, loan))
        return self._columns(org, loans, month, *columns)

    def _columns(
        self,
        org: Org,
        loans: LoanBook,
        month: Month,
        row: IntArray,
        kind: IntArray,
        day: IntArray,
        loan: IntArray,
    ) -> dict[str, ArrowColumn]:
        order = np.argsort(day, kind="stable")
        row, kind, day, loan = row[order], kind[order], day[order], loan[order]
        count = len(row)
        unit, customer = self._unit[row], self._customer[row]
        # who was met before he opened an account is not a customer yet
        opened = loans.customers.opened[np.maximum(customer, 0)]
        customer = np.where(opened <= day, customer, -1)
        sellers = self._people.sellers()
        staff = np.where(
            customer >= 0, customer % manager_count(org), sellers[(row + day) % len(sellers)]
        )
        numbers = np.arange(1, count + 1)
        mixed = row * 7 + day
        result = np.where(mixed % 17 == 3, 1, np.where(mixed % 29 == 5, 2, 0))
        # business is done with customers only
        result = np.where(np.isin(kind, (COOPERATION, SETTLEMENT)) & (customer < 0), 1, result)
        return {
            "engagement_id": col.ids(f"ZF{org.org_id}{month.label.replace('-', '')}", numbers, 5),
            "branch_id": col.constant(org.org_id, count),
            "event_date": col.dates(day),
            "engagement_type_code": col.codes(TYPES, kind),
            "subject_type_code": col.codes(
                tuple(dict.fromkeys(_SUBJECTS)), _SUBJECT_PLACE[self._segment[row]]
            ),
            "subject_id": subject_ids(self._units, unit, self._segment[row], self._subject[row]),
            "customer_id": customer_ids(org, np.maximum(customer, 0), customer < 0),
            "staff_id": self._people.ids(staff),
            "grid_id": pa.array(self._grids(unit, day), pa.string()),
            "loan_id": loan_ids(org, np.maximum(loan, 0), loan < 0),
            "result_code": col.codes(("done", "follow_up", "failed"), result),
            "churn_reason_code": col.codes(_REASONS, np.where(kind == CHURN, mixed % 8, -1)),
            "is_leader_led": col.flags(mixed % 23 == 1),
        }

    def _grids(self, unit: IntArray, day: IntArray) -> list[str | None]:
        """The leaf grid that was live where and when it happened."""
        result: list[str | None] = []
        for place, at in zip(unit.tolist(), day.tolist(), strict=True):
            live = [n for n, begin, end in self._leaves.get(place, ()) if begin <= at < end]
            result.append(grid_id(self._units, place, live[0]) if live else None)
        return result


_SUBJECT_PLACE = np.array([tuple(dict.fromkeys(_SUBJECTS)).index(s) for s in _SUBJECTS])
