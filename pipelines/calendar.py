"""Working days in China and the deadlines that fall on them.

Pure functions. The table of public holidays comes from the package ``chinesecalendar``, which knows
the years up to the last notice of the State Council; other years have weekends only. A bank's own
register ``calendar_override`` always wins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

_ONE_DAY = dt.timedelta(days=1)
_LONGEST = 60  # days without a working day; longer is a faulty override register
Overrides = Mapping[dt.date, bool]


@cache
def covered_years() -> frozenset[int]:
    """Years whose public holidays the table knows."""
    from chinese_calendar.constants import holidays

    return frozenset(day.year for day in holidays)


def is_workday(day: dt.date, overrides: Overrides | None = None) -> bool:
    """Whether banks work on a day.

    Args:
        day: The day.
        overrides: Day to working or not, as the bank's register has it.
    """
    if overrides and day in overrides:
        return overrides[day]
    if day.year not in covered_years():
        return day.weekday() < 5
    from chinese_calendar import is_workday as is_public_workday

    return bool(is_public_workday(day))


def due_date(period_end: dt.date, due_days: int, overrides: Overrides | None = None) -> dt.date:
    """The day by which a ledger is due: so many calendar days after the month, moved to the next
    working day.

    Raises:
        ValueError: No working day follows within two months.
    """
    day = period_end + dt.timedelta(days=due_days)
    for _ in range(_LONGEST):
        if is_workday(day, overrides):
            return day
        day += _ONE_DAY
    raise ValueError(f"no working day within {_LONGEST} days of {period_end}")
