"""Calendar arithmetic on whole arrays of days.

Here belongs what the sample needs to move dates about: months of a window, month ends, adding
months. Days are integers since 1970-01-01, so that a branch's loans are plain int64 arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

NEVER = 10**7
"""A day that never comes (the year 29349): an event that a loan will not have."""


def day_of(text: str) -> int:
    """Day number of an ISO date."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def add_months(days: IntArray, months: IntArray | int) -> IntArray:
    """The same day of the month so many months later, or that month's last day."""
    stamps = days.astype("datetime64[D]")
    start = stamps.astype("datetime64[M]")
    offset = (stamps - start.astype("datetime64[D]")).astype(np.int64)
    target = start + np.asarray(months).astype("timedelta64[M]")
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    return np.asarray(first + np.minimum(offset, length - 1), dtype=np.int64)


def month_starts(days: IntArray) -> IntArray:
    """First day of each day's month; ``NEVER`` and later days stay beyond every window."""
    stamps = np.minimum(days, NEVER).astype("datetime64[D]").astype("datetime64[M]")
    first = stamps.astype("datetime64[D]").astype(np.int64)
    return np.asarray(np.where(days >= NEVER, NEVER, first), dtype=np.int64)


def month_ends(days: IntArray) -> IntArray:
    """Last day of each day's month; ``NEVER`` and later days stay beyond every window."""
    stamps = np.minimum(days, NEVER).astype("datetime64[D]").astype("datetime64[M]")
    last = (stamps + 1).astype("datetime64[D]").astype(np.int64) - 1
    return np.asarray(np.where(days >= NEVER, NEVER, last), dtype=np.int64)


def years_of(days: IntArray) -> IntArray:
    """Calendar year of each day."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)


@dataclass(frozen=True)
class Month:
    """One calendar month: its label and first and last day."""

    label: str
    first: int
    last: int

    @property
    def year(self) -> int:
        """Calendar year."""
        return int(self.label[:4])

    @property
    def number(self) -> int:
        """Month of the year, 1 to 12."""
        return int(self.label[5:])

    def day(self, number: int) -> int:
        """The day of that number in this month, at most its last."""
        return min(self.first + number - 1, self.last)


def month_of(label: str) -> Month:
    """The month named ``YYYY-MM``."""
    stamp = np.datetime64(label, "M")
    first = int(stamp.astype("datetime64[D]").astype(np.int64))
    last = int((stamp + 1).astype("datetime64[D]").astype(np.int64)) - 1
    return Month(str(stamp), first, last)


def shift(label: str, months: int) -> str:
    """Label of the month so many months after ``YYYY-MM``."""
    return str(np.datetime64(label, "M") + months)


def months_between(earlier: str, later: str) -> int:
    """Months from one ``YYYY-MM`` to another."""
    return int((np.datetime64(later, "M") - np.datetime64(earlier, "M")).astype(np.int64))


def months_from(label: str, count: int) -> list[Month]:
    """That many consecutive months, the first named ``YYYY-MM``."""
    return [month_of(shift(label, i)) for i in range(count)]
