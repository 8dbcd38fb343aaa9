"""Explaining a cell of a return: where its printed value comes from, down to the ledger rows.

Here belongs following the layout from a cell to metrics and holding the values against the emitted
pack. What a layout says belongs to ``reports``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.errors import UsageError
from pipelines.explain.csv_out import RowFile
from pipelines.explain.figure import bank_id
from pipelines.explain.loads import LoadLine
from pipelines.explain.metric import MetricExplanation, explain_metric
from pipelines.registry import Registry
from pipelines.settings import Settings
from reports.address import Address, AddressError, parse_address
from reports.layout import CLOSED, LEAF, Cell, Layout, LayoutError, load_layout
from reports.outputs import discover_outputs
from reports.rounding import in_unit, ratio


@dataclass(frozen=True)
class Source:
    """A metric row that a leaf adds, unrounded and in the metric's own unit."""

    metric_id: str
    segment: str
    value: Decimal | None
    unit: str
    reason_code: str | None


@dataclass(frozen=True)
class Node:
    """A cell with its printed value and what it is made of: metric rows, or other cells.

    ``emitted`` is the value in the emitted pack; None when there is no pack, or the cell is empty.
    """

    address: Address
    kind: str
    value: Decimal | None
    unit: str
    decimals: int
    divisor: Decimal
    emitted: Decimal | None
    expression: str
    sources: tuple[Source, ...]
    operands: tuple[Node, ...]

    def every(self) -> list[Node]:
        """This cell and all below it."""
        return [self, *(below for operand in self.operands for below in operand.every())]

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            **vars(self),
            "address": self.address.printed,
            "sources": [vars(source) for source in self.sources],
            "operands": [operand.as_dict() for operand in self.operands],
        }


@dataclass(frozen=True)
class CellExplanation:
    """One cell of one edition of a return, for the bank.

    ``pack`` is the JSON of the newest emitted pack, None when the return was not emitted.
    """

    return_id: str
    title_zh: str
    title_en: str
    edition: str
    period: str
    org_id: str
    org_name: str
    excel: str
    row_label: str
    column_label: str
    meaning_zh: str
    node: Node
    pack: Path | None
    metrics: tuple[MetricExplanation, ...]

    @property
    def is_consistent(self) -> bool:
        """Rows make the metrics, and the printed values are those of the emitted pack."""
        return self.is_as_emitted is not False and all(m.is_consistent for m in self.metrics)

    @property
    def is_as_emitted(self) -> bool | None:
        """Whether pack and rounding agree in this cell and those below; None without a pack."""
        if self.pack is None:
            return None
        return all(node.value == node.emitted for node in self.node.every())

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            **vars(self),
            "node": self.node.as_dict(),
            "pack": str(self.pack) if self.pack else None,
            "metrics": [metric.as_dict() for metric in self.metrics],
            "is_as_emitted": self.is_as_emitted,
            "is_consistent": self.is_consistent,
        }


def explain_cell(
    settings: Settings,
    con: duckdb.DuckDBPyConnection,
    loads: dict[str, LoadLine],
    *,
    return_id: str,
    cell: str,
    org_id: str | None = None,
    limit: int | None = 20,
    lang: str = "zh",
    row_file: RowFile | None = None,
) -> CellExplanation:
    """Explain a cell of a return, named ``A5@6``, ``6.A5``, ``6A5`` or ``[6A5]``.

    Raises:
        UsageError: No such return or cell, another organisation than the bank, or rows are asked
            for of a cell that has none.
    """
    bank = bank_id(con)
    if org_id not in (None, bank):
        raise UsageError(
            f"报表是全行的，单元格没有机构“{org_id}”的数；请对指标使用 --org。",
            f'a return is of the whole bank; use --org with a metric for "{org_id}".',
        )
    period = str(con.execute("select period from run.run_context").fetchall()[0][0])
    layout, title_en = _layout(return_id, period)
    found = layout.cells.get(_address(cell))
    if found is None:
        raise UsageError(
            f"{return_id} 没有单元格“{cell}”；行 {'、'.join(layout.row_codes)}，"
            f"列 {'、'.join(layout.columns)}。",
            f'{return_id} has no cell "{cell}"; rows {", ".join(layout.row_codes)}; '
            f"columns {', '.join(layout.columns)}.",
        )
    if row_file is not None and found.kind != LEAF:
        raise UsageError(
            "只有取数格有逐行明细；公式格请对其操作数使用 --out。",
            "only a leaf cell has rows; use --out with its operands.",
        )
    pack = _pack(settings, return_id, period)
    node = _node(layout, found, _figures(con, bank, layout), _emitted(pack))
    metrics = tuple(
        explain_metric(
            con,
            loads,
            source.metric_id,
            org_id=bank,
            segment=source.segment,
            limit=limit,
            lang=lang,
            row_file=row_file,
        )
        for source in node.sources
    )
    name = con.execute("select org_name from dim_org where org_id = ?", [bank]).fetchall()[0][0]
    row = next(r for r in layout.rows if r.row == found.address.row)
    group = next(g for g in layout.groups if found.address.column in g.columns)
    return CellExplanation(
        return_id=return_id,
        title_zh=f"{layout.title_zh}（{layout.form_number}）",
        title_en=title_en,
        edition=layout.edition,
        period=period,
        org_id=bank,
        org_name=str(name),
        excel=found.excel,
        row_label=row.label_zh,
        column_label=f"{found.address.column} {found.measure.title_zh}（{group.title_zh}）",
        meaning_zh=f"{row.meaning_zh}{found.measure.meaning_zh}",
        node=node,
        pack=pack,
        metrics=metrics,
    )


def _layout(return_id: str, period: str) -> tuple[Layout, str]:
    outputs = discover_outputs()
    returns = [name for name, output in outputs.items() if output.kind == "return"]
    if return_id not in returns:
        raise UsageError(
            f"“{return_id}”不是有单元格的报表；可用：{'、'.join(returns)}，或 pay:机构号。",
            f'"{return_id}" is not a return with cells; known: {", ".join(returns)}, or pay:BRANCH.',
        )
    output = outputs[return_id]
    try:
        return load_layout(output.config, period), output.title_en
    except LayoutError as exc:
        raise UsageError(f"{return_id} 没有 {period} 适用的版式：{exc}", str(exc)) from exc


def _address(text: str) -> Address:
    column, mark, row = text.partition("@")
    try:
        return parse_address(f"{row}.{column}" if mark else text)
    except AddressError as exc:
        raise UsageError(
            f"“{text}”不是单元格地址；请写成 A5@6、6.A5 或 1.1A1。",
            f'"{text}" is not a cell address; write it like A5@6, 6.A5 or 1.1A1.',
        ) from exc


def _figures(
    con: duckdb.DuckDBPyConnection, org_id: str, layout: Layout
) -> dict[tuple[str, str], Source]:
    rows = con.execute(
        """
        select metric_id, segment, value, unit, reason_code
        from mart_metric_value
        semi join dim_metric using (metric_id, definition_id)
        where org_id = ? and list_contains(?, metric_id)
        """,
        [org_id, list(layout.metric_ids)],
    ).fetchall()
    return {(row[0], row[1]): Source(*row) for row in rows}


def _pack(settings: Settings, return_id: str, period: str) -> Path | None:
    """JSON of the pack that was emitted last."""
    with Registry(settings.home.registry) as registry:
        emissions = registry.emissions(period)
    for emission in emissions:
        if emission["output"] == return_id:
            folder = settings.home.emitted / return_id / period / emission["fingerprint"]
            path = folder / f"{return_id}.json"
            return path if path.is_file() else None
    return None


def _emitted(pack: Path | None) -> dict[str, Decimal | None]:
    if pack is None:
        return {}
    document = json.loads(pack.read_text(encoding="utf-8"))
    return {
        entry["cell"]: None if entry["value"] is None else Decimal(entry["value"])
        for entry in document["cells"]
    }


def _node(
    layout: Layout,
    cell: Cell,
    figures: dict[tuple[str, str], Source],
    emitted: dict[str, Decimal | None],
) -> Node:
    sources: tuple[Source, ...] = ()
    if cell.kind == LEAF:
        metric = str(cell.measure.metric_id)
        sources = tuple(
            figures.get((metric, segment), Source(metric, segment, None, "", "no_source"))
            for segment in cell.segments
        )
    operands = tuple(
        _node(layout, layout.cells[address], figures, emitted)
        for address in (cell.expression.operands if cell.expression else ())
    )
    return Node(
        address=cell.address,
        kind=cell.kind,
        value=_printed(cell, sources, operands),
        unit=cell.measure.unit,
        decimals=cell.measure.decimals,
        divisor=cell.measure.divisor,
        emitted=emitted.get(str(cell.address)),
        expression=cell.expression.printed if cell.expression else "",
        sources=sources,
        operands=operands,
    )


def _printed(cell: Cell, sources: tuple[Source, ...], operands: tuple[Node, ...]) -> Decimal | None:
    """Leaves are rounded from the metric; formulas use rounded leaves."""
    values = [*(source.value for source in sources), *(part.value for part in operands)]
    known = [value for value in values if value is not None]
    if cell.kind == CLOSED or len(known) != len(values):
        return None
    if cell.expression is not None and cell.expression.operator == "/":
        return ratio(known[0], known[1], cell.measure.decimals)
    total = sum(known, Decimal(0))
    if cell.kind == LEAF:
        return in_unit(total, cell.measure.divisor, cell.measure.decimals)
    return total
