"""Months: parsing, arithmetic and the window of months that a close needs."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from pipelines.errors import UsageError

_PATTERN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Period:
    """A calendar month in bank time, written ``YYYY-MM``."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def start(self) -> dt.date:
        """First day."""
        return dt.date(self.year, self.month, 1)

    @property
    def end(self) -> dt.date:
        """Last day."""
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def year_start(self) -> dt.date:
        """First day of the year."""
        return dt.date(self.year, 1, 1)

    def shift(self, months: int) -> Period:
        """The month that many months later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)

    def compared(self) -> dict[str, Period]:
        """Earlier months that this one is compared with: the month before, the last months before
        the quarter, the year and the year before it."""
        return {
            "previous_month": self.shift(-1),
            "quarter_start": self.shift(-((self.month - 1) % 3) - 1),
            "year_start": Period(self.year - 1, 12),
            "previous_year_start": Period(self.year - 2, 12),
        }


def parse_period(text: str) -> Period:
    """Read ``YYYY-MM``.

    Raises:
        UsageError: The text is not a month.
    """
    match = _PATTERN.fullmatch(text)
    if not match:
        raise UsageError(
            f"“{text}”不是月份；请写成 2025-12 的形式。",
            f'"{text}" is not a month; write it like 2025-12.',
        )
    return Period(int(match[1]), int(match[2]))


def window(period: Period) -> list[Period]:
    """Months a close of ``period`` may look back on: January of the previous year to ``period``.

    The year before is needed for year-start balances and the base of the ten-day deposit average.
    """
    first = Period(period.year - 1, 1)
    count = (period.year - first.year) * 12 + period.month - first.month + 1
    return [first.shift(i) for i in range(count)]
