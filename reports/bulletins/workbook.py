"""A bulletin as a workbook: the parts as sheets, the charts native, every figure traced.

Here belongs laying a content out on sheets. What it says belongs to ``compose.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reports.bulletins.compose import numbered
from reports.bulletins.content import (
    BAD,
    CENTRE,
    DOUBTFUL,
    FAINT,
    GOOD,
    NUMBER,
    Cell,
    Column,
    Content,
    Section,
    Table,
)
from reports.draft import Order
from reports.layout import column_letters
from reports.lineage import LineageRow
from reports.waivers import TITLE_ZH as WAIVER_TITLE
from reports.waivers import touched_zh
from reports.writers.chart import BARS, PLAIN, TARGET_COLOUR, TONES, Chart
from reports.writers.lineage_sheet import write_lineage_sheet
from reports.writers.xlsx import (
    AMBER,
    FONT_BODY,
    FONT_TITLE,
    GREEN,
    HEAD_FILL,
    LINE_HEIGHT,
    RED,
    Book,
    text_height,
    write_title,
    write_value,
)

FRONT, CHARTS = "通报", "图示"
_STYLES: Mapping[str, dict[str, Any]] = {
    GOOD: {"font_color": GREEN},
    BAD: {"font_color": RED, "bold": True},
    FAINT: {"font_color": "#7F7F7F"},
    DOUBTFUL: {"font_color": AMBER},
}
_CHART_WIDTH = 680  # pixels
_CHART_COLUMNS = 10
_DATA_COLUMN = 12  # the charts' own figures stand right of the print area
_CHART_FONT = {"name": FONT_BODY, "size": 9}
_GRIDLINES = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}}


def workbook_of(content: Content, order: Order) -> bytes:
    """The workbook's bytes: the same for the same content."""
    book = Book(content.title, content.institution, order.period_end)
    lineage: list[LineageRow] = []
    front = book.sheet(FRONT)
    _front(book, front, content, lineage)
    if content.charts:
        _charts(book, book.sheet(CHARTS, landscape=False), content)
    for section in content.sections:
        if section.sheet:
            _own_sheet(book, content, section, lineage)
    write_lineage_sheet(
        book,
        lineage,
        f"{content.title}  {content.period_zh}",
        touched_zh(order.waivers, WAIVER_TITLE) if order.waivers else "",
    )
    return book.close()


# ---- sheets -------------------------------------------------------------------------------------


def _front(book: Book, sheet: Any, content: Content, lineage: list[LineageRow]) -> None:
    """The first sheet: every part that has no sheet of its own, one below the other.

    Its columns are those of the one table that stands on it.
    """
    own = [section for section in content.sections if not section.sheet]
    tables = [table for section in own for table in section.tables]
    widths = tables[0].widths
    last = len(widths) - 1
    top = write_title(
        book,
        sheet,
        content.title,
        [f"（{content.period_zh}）", f"编制机构：{content.institution}"],
        last,
    )
    heading = book.format(font_name=FONT_TITLE, font_size=12, align="left")
    for position, section in enumerate(content.sections, start=1):
        place = f"（见“{_sheet_name(section)}”）" if section.sheet else ""
        sheet.set_row(top, 24)
        sheet.write_string(top, 0, f"{numbered(position)}、{section.title}{place}", heading)
        top += 1
        if not section.sheet:
            top = _paragraphs(book, sheet, top, section, widths)
            for table in section.tables:
                top = _table(book, sheet, top, table, widths, lineage)
    sheet.print_area(0, 0, top, last)


def _paragraphs(book: Book, sheet: Any, top: int, section: Section, widths: list[float]) -> int:
    body = book.format(font_size=11, align="left", text_wrap=True, valign="top", indent=1)
    for text in section.paragraphs:
        sheet.set_row(top, text_height(text, sum(widths) * 0.9) + 4)
        sheet.merge_range(top, 0, top, len(widths) - 1, text, body)
        top += 1
    return top


def _own_sheet(book: Book, content: Content, section: Section, lineage: list[LineageRow]) -> None:
    sheet = book.sheet(_sheet_name(section))
    table = section.tables[0]
    widths = table.widths
    top = write_title(
        book,
        sheet,
        section.title,
        [f"{content.period_zh}    编制机构：{content.institution}"],
        len(widths) - 1,
    )
    top = _paragraphs(book, sheet, top, section, widths)
    _table(book, sheet, top, table, widths, lineage)
    if table.is_ranked:
        sheet.autofilter(top, 0, top + len(table.lines) - 1, len(widths) - 1)
    names = next((i for i, c in enumerate(table.columns) if c.head == "机构"), 0)
    sheet.freeze_panes(top + 1, names + 1)
    sheet.repeat_rows(top)


def _sheet_name(section: Section) -> str:
    """Sheet names hold at most 31 characters and none of these signs."""
    return "".join("、" if sign in "[]:*?/\\" else sign for sign in section.sheet)[:31]


# ---- tables -------------------------------------------------------------------------------------


def _table(
    book: Book,
    sheet: Any,
    top: int,
    table: Table,
    widths: list[float],
    lineage: list[LineageRow],
) -> int:
    """Head, lines and notes; returns the first row below."""
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    if table.lines:
        heads = [column.head for column in table.columns]
        sheet.set_row(top, max(text_height(h, w) for h, w in zip(heads, widths, strict=True)) + 4)
        for position, head in enumerate(heads):
            sheet.write_string(top, position, head, book.head_format)
        top += 1
    for line in table.lines:
        height = LINE_HEIGHT
        for position, (cell, column) in enumerate(zip(line.cells, table.columns, strict=True)):
            height = max(height, text_height(cell.printed, widths[position]))
            style = _style(book, cell, column, line.is_total)
            write_value(sheet, top, position, _value(cell), style)
            if cell.source is not None and cell.value is not None and cell.measure is not None:
                lineage.append(_lineage(sheet, top, position, cell))
        sheet.set_row(top, height)
        top += 1
    small = book.format(font_size=9, font_color="#444444", text_wrap=True, valign="top")
    for note in table.notes:
        text = f"注：{note}"
        sheet.set_row(top, text_height(text, sum(widths)))
        sheet.merge_range(top, 0, top, len(widths) - 1, text, small)
        top += 1
    return top


def _value(cell: Cell) -> Any:
    if cell.value is not None and cell.measure is not None:
        return cell.measure.in_sheet(cell.value)
    if cell.text.isdigit() and len(cell.text) < 6:
        return Decimal(cell.text)
    return cell.text


def _style(book: Book, cell: Cell, column: Column, is_total: bool) -> Any:
    extra: dict[str, Any] = {"bold": True, "bg_color": HEAD_FILL} if is_total else {}
    extra |= _STYLES.get(cell.tone, {})
    if cell.measure is not None:
        number = cell.measure.sheet_format
        return book.cell_format(f"+{number};-{number};0" if cell.sign else number, **extra)
    if column.kind == NUMBER:
        return book.cell_format("0" if cell.text.isdigit() else CENTRE, **extra)
    return book.cell_format("centre" if column.kind == CENTRE else "wrap", **extra)


def _lineage(sheet: Any, row: int, column: int, cell: Cell) -> LineageRow:
    source, measure = cell.source, cell.measure
    assert source is not None and measure is not None and cell.value is not None
    return LineageRow(
        figure=f"{sheet.name} {source.figure}",
        position=f"{column_letters(column + 1)}{row + 1}",
        source="metric_value",
        metric_id=source.metric_id,
        segment=source.segment,
        definition_id=source.definition_id,
        org_id=source.org_id,
        unrounded=source.value,
        base_unit=source.base_unit,
        printed=measure.in_sheet(cell.value),
        unit=measure.unit,
    )


# ---- charts -------------------------------------------------------------------------------------


def _charts(book: Book, sheet: Any, content: Content) -> None:
    """One native chart below the other; their figures stand right of what is printed."""
    sheet.set_column(0, _CHART_COLUMNS - 1, 9.7)
    sheet.set_default_row(15)  # 20 pixels everywhere: charts are placed by rows
    top = write_title(book, sheet, f"{content.title}图示", [content.period_zh], _CHART_COLUMNS - 1)
    breaks, used = [], top
    for chart in content.charts:
        height = _height(chart)
        rows = height // 20 + 2
        if used + rows > 46 and used > top:
            breaks.append(top)
            used = 0
        _chart(book, sheet, top, chart, height)
        top += rows
        used += rows
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, top, _CHART_COLUMNS - 1)


def _height(chart: Chart) -> int:
    return 110 + 24 * len(chart.points) if chart.kind == BARS else 330


def _chart(book: Book, sheet: Any, top: int, chart: Chart, height: int) -> None:
    small = book.format(font_size=9, font_color="#7F7F7F")
    for column, head in enumerate((chart.title, chart.measured, "目标")):
        sheet.write_string(top, _DATA_COLUMN + column, head, small)
    for line, point in enumerate(chart.points, start=top + 1):
        sheet.write_string(line, _DATA_COLUMN, point.name, small)
        for column, value in ((1, point.value), (2, point.target)):
            if value is not None:
                sheet.write_number(line, _DATA_COLUMN + column, float(value), small)

    def data(column: int) -> list[Any]:
        place = _DATA_COLUMN + column
        return [sheet.name, top + 1, place, top + len(chart.points), place]

    lies = chart.kind == BARS
    number = "0.00" if chart.decimals else "#,##0"
    number = f'{number}"%"' if chart.unit == "%" else f"#,##{number}" if chart.decimals else number
    native = book.workbook.add_chart({"type": "bar" if lies else "column"})
    native.add_series(
        {
            "name": chart.measured,
            "categories": data(0),
            "values": data(1),
            "fill": {"color": TONES[PLAIN]},
            "points": [{"fill": {"color": TONES[point.tone]}} for point in chart.points],
            "gap": 50 if lies else 80,
            "data_labels": {
                "value": True,
                "num_format": number,
                "position": "outside_end" if lies else "inside_base",
                "font": {**_CHART_FONT, **({} if lies else {"color": "#FFFFFF"})},
            },
        }
    )
    has_targets = any(point.target is not None for point in chart.points)
    if has_targets and not lies:
        targets = book.workbook.add_chart({"type": "line"})
        targets.add_series(
            {
                "name": "目标",
                "categories": data(0),
                "values": data(2),
                "line": {"none": True},
                "marker": {"type": "long_dash", "size": 16, "fill": {"color": TARGET_COLOUR}},
            }
        )
        native.combine(targets)
    elif has_targets:
        # A lying bar takes no line: the target is a hollow bar behind the figure's own.
        native.add_series(
            {
                "name": "目标",
                "categories": data(0),
                "values": data(2),
                "fill": {"none": True},
                "border": {"color": TARGET_COLOUR, "width": 0.75, "dash_type": "dash"},
            }
        )
    face = {"name": FONT_TITLE, "size": 12, "bold": 0}
    native.set_title({"name": chart.title, "overlay": False, "name_font": face})
    native.set_chartarea({"border": {"color": "#BFBFBF"}})
    native.set_size({"width": _CHART_WIDTH, "height": height})
    native.show_blanks_as("gap")
    values: dict[str, Any] = {
        "num_format": '0"%"' if chart.unit == "%" else "#,##0",
        "num_font": _CHART_FONT,
        "major_gridlines": _GRIDLINES,
    }
    known = [v for p in chart.points for v in (p.value, p.target) if v is not None]
    if chart.unit == "%" and known and min(known) >= 0 and 20 < max(known) <= 100:
        values |= {"min": 0, "max": 100}
    names: dict[str, Any] = {"num_font": _CHART_FONT, "label_position": "low"}
    # XlsxWriter's y axis of lying bars is the one that stands: the names.
    native.set_x_axis(values if lies else names)
    native.set_y_axis({**names, "reverse": True} if lies else values)
    native.set_legend({"position": "bottom", "font": _CHART_FONT})
    sheet.insert_chart(top, 0, native, {"x_offset": 2, "y_offset": 4, "object_position": 2})
