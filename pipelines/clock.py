"""Bank time. The only place that reads the wall clock; it never reaches a figure or a file name.

``_at`` columns are UTC; periods, deadlines and lateness are bank time (``Asia/Shanghai`` unless the
settings say otherwise). Knowledge time is a registry sequence number, not a clock.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

BANK_ZONE = "Asia/Shanghai"


def now_utc() -> dt.datetime:
    """The current instant in UTC."""
    return dt.datetime.now(dt.UTC)


def stamp() -> str:
    """The current instant as the text the registry stores."""
    return now_utc().isoformat(timespec="microseconds")


def bank_today(zone: str = BANK_ZONE) -> dt.date:
    """Today's date in bank time."""
    return now_utc().astimezone(ZoneInfo(zone)).date()


def end_of_bank_day(day: dt.date, zone: str = BANK_ZONE) -> dt.datetime:
    """The instant in UTC at which a bank day ends (exclusive)."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    return midnight.astimezone(dt.UTC)
