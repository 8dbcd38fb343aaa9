"""The bulletin on grid coverage and archive coverage: where every branch stands.

Here belong the sheets, charts and JSON of the bulletin. Ranks, verdicts and wording of where an
organisation stands belong to ``standing.py``; the figures and the verdicts come from the marts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.bulletins.coverage.standing import (
    ARCHIVE_SEGMENTS,
    ATTAINED,
    GRID_METRICS,
    MISSED,
    NO_TARGET,
    OVERLAP_METRIC,
    UNDECIDED,
    VERDICT_ZH,
    Coverage,
    Standing,
    headline,
    read_coverage,
)
from reports.draft import Draft, Order, period_zh
from reports.layout import column_letters
from reports.lineage import LineageRow
from reports.notes import SHEET as NOTES_SHEET
from reports.notes import Note, load_notes, write_notes_sheet
from reports.reasons import name_zh
from reports.slices import Row
from reports.waivers import touched_zh
from reports.writers.json import json_bytes
from reports.writers.lineage_sheet import write_lineage_sheet
from reports.writers.xlsx import (
    AMBER,
    COUNT,
    FONT_BODY,
    FONT_TITLE,
    GREEN,
    HEAD_FILL,
    PERCENT,
    POINTS,
    RED,
    Book,
    Column,
    text_height,
    write_table,
    write_title,
)

_VERDICT_STYLE: dict[str, dict[str, Any]] = {
    ATTAINED: {"font_color": GREEN},
    MISSED: {"font_color": RED, "bold": True},
    NO_TARGET: {"font_color": "#7F7F7F"},
    UNDECIDED: {"font_color": AMBER},
}
# A chart of more branches cannot be read; the table has them all.
_CHARTED_BRANCHES = 30
_WORST_SHOWN = 10


def build(order: Order) -> Draft:
    """Write the bulletin of a period.

    Raises:
        EmissionRefused: A figure of the whole bank is not in the slice at all (an empty figure
            with its reason is printed as such).
    """
    content = _Content(order, read_coverage(order), load_notes(order.output.folder))
    return Draft(
        files={
            "coverage_bulletin.xlsx": _workbook(content),
            "coverage_bulletin.json": json_bytes(_document(content)),
        }
    )


@dataclass(frozen=True)
class _Content:
    order: Order
    coverage: Coverage
    notes: list[Note]


def _workbook(content: _Content) -> bytes:
    order = content.order
    book = Book(order.output.title_zh, content.coverage.bank_name, order.period_end)
    front = book.sheet("通报", landscape=False)
    charts = book.sheet("图示", landscape=False)
    grid_rows = _grid_sheet(book, content)
    archive_rows = _archive_sheet(book, content)
    _front_sheet(book, front, content)
    _chart_sheet(book, charts, content, grid_rows)
    write_notes_sheet(book, content.notes, f"{order.output.title_zh} 说明", order.waivers)
    lineage = _lineage(content, grid_rows, archive_rows)
    write_lineage_sheet(
        book,
        lineage,
        f"{order.output.title_zh}  {period_zh(order.period)}",
        touched_zh(order.waivers, NOTES_SHEET),
    )
    return book.close()


# ---- 通报 ---------------------------------------------------------------------------------------

_SUMMARY = (
    Column("指标", 26),
    Column("全行", 10, PERCENT),
    Column("阶段目标", 12, "centre"),
    Column("差距\n（百分点）", 10, POINTS),
    Column("判定", 9, "centre"),
    Column("达标\n机构", 8, COUNT),
    Column("未达标\n机构", 8, COUNT),
    Column("未判定\n机构", 8, COUNT),
    Column("无目标\n机构", 8, COUNT),
)


def _front_sheet(book: Book, sheet: Any, content: _Content) -> None:
    last = len(_SUMMARY) - 1
    order = content.order
    top = write_title(
        book,
        sheet,
        order.output.title_zh,
        [f"（{period_zh(order.period)}）", f"编制机构：{content.coverage.bank_name}"],
        last,
    )
    top = _section(book, sheet, top, "一、总体情况")
    body = book.format(font_size=11, align="left", text_wrap=True, valign="top", indent=1)
    width = sum(column.width for column in _SUMMARY)
    for text in headline(content.coverage):
        sheet.set_row(top, text_height(text, width * 0.95) + 3)
        sheet.merge_range(top, 0, top, last, text, body)
        top += 1
    top = _section(book, sheet, top, "二、达标情况")
    titles = content.coverage.titles()
    rows = [
        (
            item.text,
            item.bank.printed,
            item.bank.target_text or "－",
            item.bank.printed_gap,
            VERDICT_ZH[item.bank.verdict],
            *(
                Decimal(sum(1 for branch in item.branches if branch.verdict == verdict))
                for verdict in (ATTAINED, MISSED, UNDECIDED, NO_TARGET)
            ),
        )
        for item in titles
    ]
    styles = {(line, 4): _VERDICT_STYLE[item.bank.verdict] for line, item in enumerate(titles)}
    top = write_table(book, sheet, top, _SUMMARY, rows, styles=styles, head_height=32)
    subjects: dict[str, list[str]] = {}
    for item in titles:
        if item.bank.remark:
            subjects.setdefault(item.bank.remark, []).append(item.text)
    for text in (f"{'、'.join(names)}：{remark}" for remark, names in subjects.items()):
        sheet.set_row(top, text_height(text, width))
        sheet.merge_range(
            top, 0, top, last, f"注：{text}", book.format(font_color=AMBER, text_wrap=True)
        )
        top += 1
    top = _section(book, sheet, top, f"三、差距最大的机构（前{_WORST_SHOWN}项）")
    top = _worst(book, sheet, top, content)
    sheet.print_area(0, 0, top, last)


def _section(book: Book, sheet: Any, top: int, text: str) -> int:
    sheet.set_row(top, 24)
    sheet.write_string(top, 0, text, book.format(font_name=FONT_TITLE, font_size=12, align="left"))
    return top + 1


# ---- 图示 ---------------------------------------------------------------------------------------

_CHART_WIDTH = 680  # pixels
_ARCHIVE_CHART_HEIGHT = 340
_DATA_COLUMN = 12  # the charts' own figures stand right of the print area
_GRIDLINES = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}}
_CHART_FONT = {"name": FONT_BODY, "size": 9}


def _chart_sheet(book: Book, sheet: Any, content: _Content, grid_rows: dict[str, int]) -> None:
    order = content.order
    sheet.set_column(0, 9, 9.7)
    top = write_title(book, sheet, f"{order.output.title_zh}图示", [period_zh(order.period)], 9)
    archive = content.coverage.titles()[len(GRID_METRICS) :]
    small = book.format(font_size=9, font_color="#7F7F7F")
    percent = book.format(font_size=9, font_color="#7F7F7F", num_format=PERCENT)
    for number, head in enumerate(("图示数据", "建档面", "阶段目标")):
        sheet.write_string(top, _DATA_COLUMN + number, head, small)
    for line, item in enumerate(archive, start=top + 1):
        sheet.write_string(line, _DATA_COLUMN, item.text.removesuffix("建档面"), small)
        is_judged = item.bank.verdict in (ATTAINED, MISSED)
        target = item.bank.target if is_judged else None
        for number, value in ((1, item.bank.printed), (2, target)):
            if value is not None:
                sheet.write_number(line, _DATA_COLUMN + number, float(value), percent)
    has_targets = any(item.bank.verdict in (ATTAINED, MISSED) for item in archive)
    _archive_chart(book, sheet, top, top + 1, top + len(archive), has_targets=has_targets)
    bottom = top + _rows_covered(_ARCHIVE_CHART_HEIGHT)
    shown = _charted(content)
    if shown:
        _grid_chart(book, sheet, bottom, content, shown, grid_rows)
        bottom += _rows_covered(_grid_chart_height(len(shown)))
    sheet.print_area(0, 0, bottom, 9)


def _archive_chart(
    book: Book, sheet: Any, top: int, first: int, last: int, *, has_targets: bool
) -> None:
    def data(column: int) -> list[Any]:
        return [sheet.name, first, _DATA_COLUMN + column, last, _DATA_COLUMN + column]

    chart = book.workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "建档面",
            "categories": data(0),
            "values": data(1),
            "fill": {"color": "#2F6F8F"},
            "gap": 80,
            "data_labels": {
                "value": True,
                "position": "inside_base",
                "num_format": "0.0%",
                "font": {**_CHART_FONT, "color": "#FFFFFF"},
            },
        }
    )
    if has_targets:
        targets = book.workbook.add_chart({"type": "line"})
        targets.add_series(
            {
                "name": "阶段目标",
                "categories": data(0),
                "values": data(2),
                "line": {"none": True},
                "marker": {"type": "long_dash", "size": 16, "fill": {"color": RED}},
            }
        )
        chart.combine(targets)
    title = "全行各客群建档面与阶段目标" if has_targets else "全行各客群建档面"
    _style_chart(chart, title, _ARCHIVE_CHART_HEIGHT)
    chart.set_x_axis({"num_font": _CHART_FONT})
    chart.set_y_axis(_percent_axis())
    chart.set_legend({"position": "bottom", "font": _CHART_FONT})
    sheet.insert_chart(top, 0, chart, {"x_offset": 2, "y_offset": 4, "object_position": 2})


def _grid_chart(
    book: Book,
    sheet: Any,
    top: int,
    content: _Content,
    shown: list[Standing],
    grid_rows: dict[str, int],
) -> None:
    first = grid_rows[shown[0].org_id]
    last = first + len(shown) - 1
    chart = book.workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "网格覆盖面（累计）",
            "categories": ["网格覆盖", first, 2, last, 2],
            "values": ["网格覆盖", first, 5, last, 5],
            "fill": {"color": "#6B8E4E"},
            "gap": 50,
            "data_labels": {"value": True, "num_format": "0.0%", "font": _CHART_FONT},
        }
    )
    title = "各机构网格覆盖面（累计）"
    if content.coverage.branch_count > len(shown):
        title += f"（前{len(shown)}名）"
    _style_chart(chart, title, _grid_chart_height(len(shown)))
    chart.set_y_axis({"reverse": True, "num_font": _CHART_FONT})
    chart.set_x_axis(_percent_axis())
    chart.set_legend({"none": True})
    sheet.insert_chart(top, 0, chart, {"x_offset": 2, "y_offset": 4, "object_position": 2})


def _percent_axis() -> dict[str, Any]:
    return {
        "num_format": "0%",
        "min": 0,
        "max": 1,
        "num_font": _CHART_FONT,
        "major_gridlines": _GRIDLINES,
    }


def _style_chart(chart: Any, title: str, height: int) -> None:
    chart.set_title(
        {"name": title, "overlay": False, "name_font": {"name": FONT_TITLE, "size": 12, "bold": 0}}
    )
    chart.set_chartarea({"border": {"color": "#BFBFBF"}})
    chart.set_size({"width": _CHART_WIDTH, "height": height})
    chart.show_blanks_as("gap")


def _charted(content: _Content) -> list[Standing]:
    """Ranked branches that fit on a chart, best first."""
    rows = content.coverage.grid["grid_coverage_rate_cumulative"][1:]
    return [row for row in rows if row.rank is not None][:_CHARTED_BRANCHES]


def _grid_chart_height(shown: int) -> int:
    return 90 + 24 * shown


def _rows_covered(pixels: int) -> int:
    """Sheet rows of the default height (20 pixels) that a chart covers, and one between."""
    return pixels // 20 + 2


def _worst(book: Book, sheet: Any, top: int, content: _Content) -> int:
    """Branches furthest below their targets; returns the first row below the table."""
    missed = [
        (item.text, standing)
        for item in content.coverage.titles()
        for standing in item.branches
        if standing.verdict == MISSED and standing.gap_points is not None
    ]
    missed.sort(key=lambda item: (item[1].gap_points or Decimal(0), item[1].org_id, item[0]))
    heads = ("机构", "指标", "", "实际", "阶段目标", "", "差距（百分点）", "")
    spans = ((0, 0), (1, 3), (4, 4), (5, 6), (7, 8))
    names = [name for name in heads if name]
    for (first, last), name in zip(spans, names, strict=True):
        _span(sheet, top, first, last, name, book.head_format)
    if not missed:
        _span(sheet, top + 1, 0, len(_SUMMARY) - 1, "没有未达标的机构。", book.cell_format("text"))
        return top + 2
    for line, (title, standing) in enumerate(missed[:_WORST_SHOWN], start=1):
        values = (
            (standing.org_name, "text"),
            (title, "text"),
            (standing.percent_text, "centre"),
            (standing.target_text, "centre"),
            (f"{standing.printed_gap:f}", "centre"),
        )
        for (first, last), (value, kind) in zip(spans, values, strict=True):
            _span(sheet, top + line, first, last, value, book.cell_format(kind))
    return top + 1 + min(len(missed), _WORST_SHOWN)


def _span(sheet: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    if first == last:
        sheet.write_string(row, first, text, style)
    else:
        sheet.merge_range(row, first, row, last, text, style)


# ---- 网格覆盖 -----------------------------------------------------------------------------------


def _grid_columns() -> list[Column]:
    columns = [Column("排名", 6, "centre"), Column("机构号", 11, "centre"), Column("机构", 16)]
    columns.append(Column("村（社区）数", 9, COUNT))
    for _, _, _, numerator in GRID_METRICS:
        columns += [
            Column(numerator, 8, COUNT),
            Column("覆盖面", 10, PERCENT),
            Column("目标", 12, "centre"),
            Column("差距\n（百分点）", 9, POINTS),
            Column("判定", 8, "centre"),
        ]
    return [
        *columns,
        Column("未划\n网格", 7, COUNT),
        Column("重复\n划分", 7, COUNT),
        Column("说明", 32, "wrap"),
    ]


def _grid_sheet(book: Book, content: _Content) -> dict[str, int]:
    """Writes the sheet; returns the row of each organisation, from 0."""
    sheet = book.sheet("网格覆盖")
    columns = _grid_columns()
    top = write_title(
        book,
        sheet,
        "网格覆盖与试点情况",
        [f"{period_zh(content.order.period)}    编制机构：{content.coverage.bank_name}"],
        len(columns) - 1,
    )
    position = 4
    sheet.merge_range(top, 0, top, 3, "", book.head_format)
    for _, _, title, _ in GRID_METRICS:
        sheet.merge_range(top, position, top, position + 4, title, book.head_format)
        position += 5
    sheet.merge_range(top, position, top, len(columns) - 1, "不重复、不遗漏", book.head_format)
    top += 1
    by_metric = {
        metric_id: {standing.org_id: standing for standing in rows}
        for metric_id, rows in content.coverage.grid.items()
    }
    order = [row.org_id for row in content.coverage.grid["grid_coverage_rate_cumulative"]]
    order = [*order[1:], order[0]]
    values, styles = [], {}
    for line, org_id in enumerate(order):
        own = [by_metric[metric_id][org_id] for metric_id, *_ in GRID_METRICS]
        row: list[Any] = [_rank(own[0]), org_id, own[0].org_name, own[0].denominator]
        for number, standing in enumerate(own):
            row += [
                standing.numerator,
                standing.printed,
                standing.target_text,
                standing.printed_gap,
                VERDICT_ZH[standing.verdict],
            ]
            styles[line, 8 + 5 * number] = _VERDICT_STYLE[standing.verdict]
        row += [content.coverage.count("gap", org_id), content.coverage.count("overlap", org_id)]
        remarks = dict.fromkeys(standing.remark for standing in own if standing.remark)
        values.append((*row, "；".join(remarks)))
        if org_id == content.coverage.bank_id:
            for column in range(len(columns)):
                style = {"bold": True, "bg_color": HEAD_FILL}
                styles[line, column] = {**style, **styles.get((line, column), {})}
    write_table(book, sheet, top, columns, values, styles=styles, head_height=34)
    sheet.freeze_panes(top + 1, 3)
    sheet.repeat_rows(top - 1, top)
    return {org_id: top + 1 + line for line, org_id in enumerate(order)}


def _rank(standing: Standing) -> Decimal | str:
    return "" if standing.rank is None else Decimal(standing.rank)


# ---- 建档面 -------------------------------------------------------------------------------------

_ARCHIVE_COLUMNS = (
    Column("客群", 22),
    Column("排名", 6, "centre"),
    Column("机构号", 11, "centre"),
    Column("机构", 18),
    Column("应建档", 10, COUNT),
    Column("已建档", 10, COUNT),
    Column("建档面", 10, PERCENT),
    Column("阶段目标", 12, "centre"),
    Column("差距\n（百分点）", 10, POINTS),
    Column("判定", 8, "centre"),
    Column("方案", 18),
    Column("说明", 34, "wrap"),
)


def _archive_sheet(book: Book, content: _Content) -> dict[tuple[str, str], int]:
    """Writes the sheet; returns the row of each (segment, organisation), from 0."""
    sheet = book.sheet("建档面")
    top = write_title(
        book,
        sheet,
        "建档面情况",
        [f"{period_zh(content.order.period)}    编制机构：{content.coverage.bank_name}"],
        len(_ARCHIVE_COLUMNS) - 1,
    )
    values: list[tuple[Any, ...]] = []
    styles: dict[tuple[int, int], dict[str, Any]] = {}
    positions: dict[tuple[str, str], int] = {}
    for segment, rows in content.coverage.archive.items():
        name, is_pooled = ARCHIVE_SEGMENTS[segment]
        for standing in rows:
            is_bank = standing.org_id == content.coverage.bank_id
            if is_pooled and not is_bank and standing.verdict == NO_TARGET:
                continue
            line = len(values)
            positions[segment, standing.org_id] = top + 1 + line
            values.append(
                (
                    name,
                    _rank(standing),
                    standing.org_id,
                    standing.org_name,
                    standing.denominator,
                    standing.numerator,
                    standing.printed,
                    standing.target_text,
                    standing.printed_gap,
                    VERDICT_ZH[standing.verdict],
                    name_zh(standing.scheme_id),
                    standing.remark,
                )
            )
            styles[line, 9] = _VERDICT_STYLE[standing.verdict]
            if is_bank:
                for column in range(len(_ARCHIVE_COLUMNS)):
                    style = {"bold": True, "bg_color": HEAD_FILL}
                    styles[line, column] = {**style, **styles.get((line, column), {})}
    write_table(
        book, sheet, top, _ARCHIVE_COLUMNS, values, styles=styles, head_height=34, filtered=True
    )
    sheet.freeze_panes(top + 1, 4)
    sheet.repeat_rows(top)
    return positions


# ---- lineage and JSON ---------------------------------------------------------------------------


def _lineage(
    content: _Content, grid_rows: dict[str, int], archive_rows: dict[tuple[str, str], int]
) -> list[LineageRow]:
    lineage = []
    for number, (metric_id, _, title, _) in enumerate(GRID_METRICS):
        for standing in content.coverage.grid[metric_id]:
            position = f"{column_letters(6 + 5 * number)}{grid_rows[standing.org_id] + 1}"
            lineage.append(_line(f"网格覆盖 {standing.org_name} {title}", position, standing))
    for kind, title, column in (("gap", "未划网格", 20), ("overlap", "重复划分", 21)):
        for org_id, row in content.coverage.counts[kind].items():
            if row is not None:
                lineage.append(
                    LineageRow(
                        figure=f"网格覆盖 {org_id} {title}",
                        position=f"{column_letters(column)}{grid_rows[org_id] + 1}",
                        source="metric_value",
                        metric_id=OVERLAP_METRIC,
                        segment=kind,
                        definition_id=row["definition_id"],
                        org_id=org_id,
                        unrounded=row["value"],
                        base_unit=str(row["unit"] or ""),
                        printed=row["value"],
                        unit=str(row["unit"] or ""),
                    )
                )
    for (segment, org_id), sheet_row in archive_rows.items():
        standing = next(row for row in content.coverage.archive[segment] if row.org_id == org_id)
        figure = f"建档面 {standing.org_name} {ARCHIVE_SEGMENTS[segment][0]}"
        lineage.append(_line(figure, f"G{sheet_row + 1}", standing))
    return lineage


def _line(figure: str, position: str, standing: Standing) -> LineageRow:
    return LineageRow(
        figure=figure,
        position=position,
        source="metric_value",
        metric_id=standing.metric_id,
        segment=standing.segment,
        definition_id=standing.definition_id,
        org_id=standing.org_id,
        unrounded=standing.value,
        base_unit="比率",
        printed=standing.printed,
        unit="%",
    )


def _document(content: _Content) -> dict[str, Any]:
    order = content.order
    return {
        "output": order.output.id,
        "title_zh": order.output.title_zh,
        "title_en": order.output.title_en,
        "period": order.period,
        "institution": {"org_id": content.coverage.bank_id, "org_name": content.coverage.bank_name},
        "headline": headline(content.coverage),
        "grid": {
            metric_id: [_entry(standing) for standing in rows]
            for metric_id, rows in content.coverage.grid.items()
        },
        "units_without_grid": _counts(content.coverage.counts["gap"]),
        "units_with_several_grids": _counts(content.coverage.counts["overlap"]),
        "archive": {
            segment: {
                "name_zh": ARCHIVE_SEGMENTS[segment][0],
                "is_pooled": ARCHIVE_SEGMENTS[segment][1],
                "organisations": [_entry(standing) for standing in rows],
            }
            for segment, rows in content.coverage.archive.items()
        },
        "waivers": order.waivers,
        "notes": [note.as_dict() for note in content.notes],
    }


def _counts(rows: dict[str, Row | None]) -> dict[str, Any]:
    return {org_id: None if row is None else row["value"] for org_id, row in rows.items()}


def _entry(standing: Standing) -> dict[str, Any]:
    fields: dict[str, Any] = dict(vars(standing))
    fields["printed"] = standing.printed
    fields["printed_gap_points"] = standing.printed_gap
    fields["verdict_zh"] = VERDICT_ZH[standing.verdict]
    return fields
