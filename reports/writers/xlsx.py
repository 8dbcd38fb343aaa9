"""Workbooks: one look for every output, and the same bytes for the same figures.

Here belongs the plumbing of XlsxWriter: fonts, number formats, exact numbers, tables, print
set-up. What stands on a sheet belongs to the output.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

FONT_BODY = "宋体"
FONT_TITLE = "黑体"
GREY = "#C0C0C0"
BLUE = "#CCCCFF"
HEAD_FILL = "#E8EDF3"
LINE = "#7F7F7F"
RED, AMBER, GREEN = "#C00000", "#9C5700", "#1E6B3A"

MONEY, COUNT, PERCENT, POINTS, FACTOR = "#,##0.00", "0", "0.00%", "0.00", "0.000000"
# A double keeps 15 significant digits; a longer figure is written as text, never changed.
_EXACT_DIGITS = 15
A4, A3 = 9, 8
LINE_HEIGHT = 16.5


@dataclass(frozen=True)
class Column:
    """A column of a table sheet: head, width in characters and number format.

    ``kind`` is text, wrap (text over several lines), centre, or a number format.
    """

    head: str
    width: float
    kind: str = "text"


class Book:
    """A workbook in memory with a fixed creation date.

    Args:
        title: Document title.
        author: The reporting institution.
        created: Stands in the document properties instead of the time of writing.
    """

    def __init__(self, title: str, author: str, created: dt.date) -> None:
        self._buffer = io.BytesIO()
        self.workbook = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "constant_memory": False,
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
        self.workbook.set_properties(
            {
                "title": title,
                "author": author,
                "company": author,
                "created": dt.datetime(created.year, created.month, created.day),
            }
        )
        self.workbook.set_calc_mode("auto")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.workbook.formats[0].set_font_name(FONT_BODY)
        self.workbook.formats[0].set_font_size(10)

    def format(self, **properties: Any) -> Any:
        """A cell format; the same properties give the same format."""
        merged = {"font_name": FONT_BODY, "font_size": 10, "valign": "vcenter", **properties}
        key = tuple(sorted(merged.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(merged)
        return self._formats[key]

    def cell_format(self, kind: str, **extra: Any) -> Any:
        """Format of a bordered table cell of a :class:`Column` kind."""
        base: dict[str, Any] = {"border": 1, "border_color": LINE}
        if kind == "text":
            base |= {"align": "left"}
        elif kind == "wrap":
            base |= {"align": "left", "text_wrap": True}
        elif kind == "centre":
            base |= {"align": "center"}
        else:
            base |= {"align": "right", "num_format": kind}
        return self.format(**(base | extra))

    @property
    def title_format(self) -> Any:
        """Sheet title."""
        return self.format(font_name=FONT_TITLE, font_size=16, align="center")

    @property
    def subtitle_format(self) -> Any:
        """Line under a title."""
        return self.format(align="center")

    @property
    def section_format(self) -> Any:
        """Heading inside a sheet."""
        return self.format(font_name=FONT_TITLE, font_size=11, align="left")

    @property
    def note_format(self) -> Any:
        """Running text."""
        return self.format(align="left", text_wrap=True, valign="top")

    @property
    def head_format(self) -> Any:
        """Head of a table."""
        return self.format(
            bold=True,
            align="center",
            text_wrap=True,
            border=1,
            border_color=LINE,
            bg_color=HEAD_FILL,
        )

    def sheet(self, name: str, *, paper: int = A4, landscape: bool = True) -> Any:
        """A new sheet with print set-up: fit to width, centred, page numbers."""
        sheet = self.workbook.add_worksheet(name)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L&9{name}&C&9第 &P 页 共 &N 页")
        sheet.hide_gridlines(2)
        return sheet

    def close(self) -> bytes:
        """Finish the workbook and return its bytes."""
        self.workbook.close()
        return self._buffer.getvalue()


def write_value(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    """Write a text, number or date exactly; None leaves an empty formatted cell."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", style)
    elif isinstance(value, (Decimal, int)):
        if is_exact(Decimal(value)):
            sheet.write_number(row, column, float(value), style)
        else:
            sheet.write_string(row, column, format(Decimal(value), "f"), style)
    elif isinstance(value, dt.date):
        sheet.write_string(row, column, value.isoformat(), style)
    else:
        sheet.write_string(row, column, str(value), style)


def is_exact(value: Decimal) -> bool:
    """Whether a spreadsheet's double keeps every digit of the number."""
    return len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS


def write_title(book: Book, sheet: Any, title: str, lines: Sequence[str], last_column: int) -> int:
    """Title and centred lines over the whole width; returns the next free row."""
    sheet.set_row(0, 26)
    _merge(sheet, 0, last_column, title, book.title_format)
    for number, line in enumerate(lines, start=1):
        sheet.set_row(number, 17)
        _merge(sheet, number, last_column, line, book.subtitle_format)
    return len(lines) + 1


def write_table(
    book: Book,
    sheet: Any,
    top: int,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    *,
    styles: Mapping[tuple[int, int], Mapping[str, Any]] | None = None,
    head_height: float = 30,
    filtered: bool = False,
) -> int:
    """A bordered table with its head at row ``top``; returns the first row below it.

    Args:
        book: The workbook.
        sheet: Where to write.
        top: Row of the head, from 0.
        columns: Heads, widths and kinds.
        rows: Values, one sequence per line.
        styles: (line, column) -> further format properties, both from 0; ``kind`` replaces the
            column's kind in that cell.
        head_height: Height of the head in points.
        filtered: Add filter buttons to the head.
    """
    sheet.set_row(top, head_height)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(top, position, column.head, book.head_format)
    for line, values in enumerate(rows):
        wrapped = [
            (value, columns[position].width)
            for position, value in enumerate(values)
            if columns[position].kind == "wrap" and value
        ]
        sheet.set_row(top + 1 + line, max((text_height(*w) for w in wrapped), default=LINE_HEIGHT))
        for position, value in enumerate(values):
            extra = dict((styles or {}).get((line, position), {}))
            style = book.cell_format(extra.pop("kind", columns[position].kind), **extra)
            write_value(sheet, top + 1 + line, position, value, style)
    bottom = top + len(rows)
    if filtered and rows:
        sheet.autofilter(top, 0, bottom, len(columns) - 1)
    return bottom + 1


def text_height(text: Any, width: float) -> float:
    """Height in points that a wrapped text needs in a column of that width (in characters)."""
    lines = 0
    for part in str(text).split("\n"):
        units = sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in part)
        lines += max(1, math.ceil(units / max(width - 1, 1)))
    return LINE_HEIGHT + (lines - 1) * 13.5


def _merge(sheet: Any, row: int, last_column: int, text: str, style: Any) -> None:
    if last_column:
        sheet.merge_range(row, 0, row, last_column, text, style)
    else:
        sheet.write_string(row, 0, text, style)
