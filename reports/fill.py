"""Filling a return: leaves from the frozen metrics, formulas from rounded leaves.

Here belongs computing the value of every cell. Where a cell's figure comes from is declared in
the layout; whether the filled form satisfies the regulator's checks belongs to ``relations.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.address import Address
from reports.gate import EmissionRefused
from reports.layout import CLOSED, LEAF, Cell, Layout
from reports.rounding import in_unit, ratio
from reports.slices import Row

# Unit of the metric that feeds a printed unit.
BASE_UNITS = {"万元": "元", "户": "户"}
_NAMED_PROBLEMS = 8


@dataclass(frozen=True)
class FilledCell:
    """A cell with its printed value.

    ``value`` is None for a closed cell and for a rate without a denominator. ``unrounded`` is
    in the base unit (yuan, households); ``sources`` are the metric rows that were added.
    """

    cell: Cell
    value: Decimal | None
    unrounded: Decimal | None
    sources: tuple[Row, ...]


@dataclass(frozen=True)
class FilledForm:
    """A filled edition of a return for one organisation and period."""

    layout: Layout
    period: str
    org_id: str
    org_name: str
    cells: dict[Address, FilledCell]

    def value(self, address: Address) -> Decimal | None:
        """Printed value of a cell."""
        return self.cells[address].value


def fill_form(
    layout: Layout, metric_rows: list[Row], *, period: str, org_id: str, org_name: str
) -> FilledForm:
    """Fill every open cell of a form.

    Args:
        layout: The edition in force.
        metric_rows: Rows of ``metric_value``; those of other organisations are ignored.
        period: ``YYYY-MM``; rows of another period are an error.
        org_id: The organisation the form is about.
        org_name: Its legal name, for the head of the form.

    Raises:
        EmissionRefused: A leaf has no metric row, an empty value, another unit or period.
            Every problem is named with its cell: a return is never filed with a hole.
    """
    found: dict[tuple[str, str], Row] = {}
    for row in metric_rows:
        if row["org_id"] != org_id or row["org_level"] != layout.org_level:
            continue
        key = (str(row["metric_id"]), str(row["segment"]))
        if key in found:
            raise EmissionRefused(
                "incomplete",
                f"指标 {key[0]}[{key[1]}] 在切片中出现多次（机构 {org_id}）。",
                f"metric {key[0]}[{key[1]}] appears more than once for {org_id}.",
            )
        found[key] = row
    filled: dict[Address, FilledCell] = {}
    problems: list[str] = []
    for address, cell in layout.cells.items():
        if cell.kind == LEAF:
            filled[address] = _leaf(cell, found, period, problems)
    if problems:
        shown = "；".join(problems[:_NAMED_PROBLEMS])
        more = f"；另有 {len(problems) - _NAMED_PROBLEMS} 处" if problems[_NAMED_PROBLEMS:] else ""
        raise EmissionRefused(
            "incomplete",
            f"{layout.return_id} {period} 有 {len(problems)} 处无数可填：{shown}{more}。",
            f"{layout.return_id} {period}: {len(problems)} leaf source(s) hold no figure: {shown}.",
        )
    for address, cell in layout.cells.items():
        if cell.kind == CLOSED:
            filled[address] = FilledCell(cell, None, None, ())
        elif cell.kind != LEAF:
            filled[address] = FilledCell(cell, _computed(layout, address, filled), None, ())
    return FilledForm(layout, period, org_id, org_name, filled)


def _leaf(
    cell: Cell, found: dict[tuple[str, str], Row], period: str, problems: list[str]
) -> FilledCell:
    measure = cell.measure
    sources: list[Row] = []
    for segment in cell.segments:
        row = found.get((str(measure.metric_id), segment))
        name = f"{cell.address.printed} {measure.metric_id}[{segment}]"
        if row is None:
            problems.append(f"{name} 无此行")
        elif row["value"] is None:
            problems.append(f"{name} 为空（{row['reason_code'] or '无原因'}）")
        elif row["period"] != period:
            problems.append(f"{name} 期间为 {row['period']}")
        elif row["unit"] != BASE_UNITS[measure.unit]:
            problems.append(f"{name} 单位为 {row['unit']}，应为 {BASE_UNITS[measure.unit]}")
        else:
            sources.append(row)
    unrounded = sum((row["value"] for row in sources), Decimal(0))
    value = in_unit(unrounded, measure.divisor, measure.decimals)
    return FilledCell(cell, value, unrounded, tuple(sources))


def _computed(
    layout: Layout, address: Address, filled: dict[Address, FilledCell]
) -> Decimal | None:
    if address in filled:
        return filled[address].value
    cell = layout.cells[address]
    if cell.expression is None:
        raise EmissionRefused(
            "incomplete",
            f"{layout.return_id} {address.printed} 没有公式。",
            f"{layout.return_id} {address.printed} has no formula.",
        )
    values = [_computed(layout, operand, filled) for operand in cell.expression.operands]
    known = [value for value in values if value is not None]
    if len(known) != len(values):
        return None
    if cell.expression.operator == "/":
        return ratio(known[0], known[1], cell.measure.decimals)
    return sum(known, Decimal(0))
