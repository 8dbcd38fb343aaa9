"""How numbers of a bulletin are printed: unit, factor, decimals.

Here belongs bringing an exact figure to the unit and the decimals people read. Which unit a metric
has was declared with the metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.rounding import CONTEXT, half_up

WHOLE = frozenset(("户", "个", "家", "人", "张", "笔", "次", "件", "份", "台", "人次", "条", "村"))


@dataclass(frozen=True)
class Measure:
    """How a number is printed: ``printed = number x factor``, rounded once.

    Attributes:
        unit: Unit beside the number.
        factor: Printed units in one base unit.
        decimals: Decimals printed.
        sheet_format: Number format of a workbook cell.
        sheet_factor: What a workbook cell holds in one base unit; a percent format multiplies by
            itself.
    """

    unit: str
    factor: Decimal
    decimals: int
    sheet_format: str
    sheet_factor: Decimal

    def rounded(self, value: Decimal) -> Decimal:
        """The printed number."""
        return half_up(CONTEXT.multiply(value, self.factor), self.decimals)

    def in_sheet(self, value: Decimal) -> Decimal:
        """What the workbook cell holds: the printed number, as a fraction where the format is %."""
        return CONTEXT.multiply(
            self.rounded(value), CONTEXT.divide(self.sheet_factor, self.factor)
        ).normalize(CONTEXT)

    def number(self, value: Decimal, *, sign: bool = False) -> str:
        """The number without its unit, e.g. ``1,234.50``; with ``sign`` a plus before a rise."""
        rounded = self.rounded(value)
        return f"{rounded:{'+' if sign and rounded else ''},f}"

    def told(self, value: Decimal, *, sign: bool = False) -> str:
        """The number in a sentence, e.g. ``58.33%``, ``12.50万元``."""
        return f"{self.number(value, sign=sign)}{self.unit}"


PERCENT = Measure("%", Decimal(100), 2, "0.00%", Decimal(1))
POINTS = Measure("百分点", Decimal(100), 2, "0.00", Decimal(100))
WAN_YUAN = Measure("万元", Decimal("0.0001"), 2, "#,##0.00", Decimal("0.0001"))


def measure_of(unit: str) -> Measure:
    """How a figure of a unit is printed; money in 万元, whole things without decimals."""
    if unit == "ratio":
        return PERCENT
    if unit == "pp":
        return POINTS
    if unit == "元":
        return WAN_YUAN
    if unit in WHOLE:
        return Measure(unit, Decimal(1), 0, "#,##0", Decimal(1))
    return Measure(unit, Decimal(1), 2, "#,##0.00", Decimal(1))


def difference_of(measure: Measure) -> Measure:
    """How a difference of two such figures is printed: percentages differ by points."""
    return POINTS if measure is PERCENT else measure
