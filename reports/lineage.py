"""Where every printed figure came from.

Here belongs the record that leads from a cell or a printed figure back to the metric row it was
made of. Going on from the metric to ledger rows belongs to ``pipelines`` (``jingtian explain``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal

from reports.fill import FilledForm
from reports.layout import CLOSED, LEAF


@dataclass(frozen=True)
class LineageRow:
    """One source of one printed figure; a figure that adds several sources has several rows.

    ``unrounded`` is the frozen value in ``base_unit``; ``printed`` is the figure as shown.
    """

    figure: str
    position: str
    source: str
    metric_id: str | None
    segment: str | None
    definition_id: str | None
    org_id: str
    unrounded: Decimal | None
    base_unit: str
    printed: Decimal | None
    unit: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for the writers."""
        return asdict(self)


# Heads of the lineage sheet, in the order of the fields above.
HEADS_ZH = (
    "数据项",
    "位置",
    "来源",
    "指标",
    "分段",
    "口径版本",
    "机构",
    "未取整数值",
    "原单位",
    "填报值",
    "单位",
)


def lineage_of_form(form: FilledForm) -> list[LineageRow]:
    """Lineage of every open cell of a filled return, in the order of the form."""
    rows: list[LineageRow] = []
    for address, filled in form.cells.items():
        cell = filled.cell
        if cell.kind == CLOSED:
            continue
        if cell.kind != LEAF:
            rows.append(
                LineageRow(
                    figure=address.printed,
                    position=cell.excel,
                    source=f"={cell.expression.printed}" if cell.expression else "",
                    metric_id=None,
                    segment=None,
                    definition_id=None,
                    org_id=form.org_id,
                    unrounded=None,
                    base_unit="",
                    printed=filled.value,
                    unit=cell.measure.unit,
                )
            )
        rows.extend(
            LineageRow(
                figure=address.printed,
                position=cell.excel,
                source="metric_value",
                metric_id=source["metric_id"],
                segment=source["segment"],
                definition_id=source["definition_id"],
                org_id=source["org_id"],
                unrounded=source["value"],
                base_unit=source["unit"],
                printed=filled.value,
                unit=cell.measure.unit,
            )
            for source in filled.sources
        )
    order = {address.printed: number for number, address in enumerate(form.layout.cells)}
    return sorted(rows, key=lambda row: order[row.figure])
