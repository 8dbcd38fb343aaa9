"""What goes into a writer and what comes out of it.

Here belong the two values that emission and the writers exchange. Every writer module offers
``build(order) -> Draft``.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reports.gate import CheckedSlice

if TYPE_CHECKING:
    from reports.fill import FilledForm
    from reports.outputs import Output
    from reports.relations import RelationResult


@dataclass(frozen=True)
class Order:
    """One output to be made for one period from one checked slice, with its PDF or without."""

    output: Output
    period: str
    source: CheckedSlice
    wants_pdf: bool = True

    @property
    def waivers(self) -> list[dict[str, str]]:
        """Waivers that touch the slice, as its decision lists them."""
        return list(self.source.decision.waivers)

    @property
    def period_end(self) -> dt.date:
        """Last day of the period: the reporting date."""
        return period_end(self.period)


@dataclass(frozen=True)
class Draft:
    """Files of an output before they are packed.

    ``form`` and ``relations`` are present for returns: the report gate judges them before
    anything is packed. ``made_with`` names the tools, with their versions, on which the bytes depend
    beyond those of every output; ``left_out`` the files this machine could not make, with the
    reason. Both stand in the manifest.
    """

    files: dict[str, bytes]
    form: FilledForm | None = None
    relations: list[RelationResult] = field(default_factory=list)
    made_with: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, dict[str, str]] = field(default_factory=dict)


def period_end(period: str) -> dt.date:
    """Last calendar day of ``YYYY-MM``."""
    year, month = (int(part) for part in period.split("-"))
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def date_zh(date: dt.date) -> str:
    """A date as Chinese reports print it, e.g. 2025年12月31日."""
    return f"{date.year}年{date.month}月{date.day}日"


def period_zh(period: str) -> str:
    """A month as Chinese reports print it, e.g. 2025年12月."""
    year, month = period.split("-")
    return f"{year}年{int(month)}月"
