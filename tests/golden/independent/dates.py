"""Months as text, days as dates."""

from __future__ import annotations

import calendar
import datetime as dt


def month_end(month: str) -> dt.date:
    """Last day of a month."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def month_before(month: str) -> str:
    """The month before."""
    return f"{month_end(month).replace(day=1) - dt.timedelta(days=1):%Y-%m}"


def year_to(month: str) -> list[str]:
    """January to the month."""
    return [f"{month[:5]}{n:02d}" for n in range(1, int(month[5:]) + 1)]
