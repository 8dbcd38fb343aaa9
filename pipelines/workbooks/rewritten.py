"""A verdict workbook written anew: for CSV files, for workbooks too large to be kept as they are,
and for files that could not be read, where the sheet 校验结果 stands alone.

Every text is written as text. A cell that begins with ``=`` is never a formula.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from expectations.contract import Contract
from expectations.rule import RuleBook
from pipelines.landing.header import SEARCH_ROWS, find_header
from pipelines.landing.read_csv import decode
from pipelines.landing.receipt import Receipt
from pipelines.landing.stamp import RESULT_SHEET
from pipelines.landing.workbook_archive import open_archive
from pipelines.workbooks.marks import ERROR_HEADER, MAX_NOTES, NOTE_AUTHOR, Marks, marks_of
from pipelines.workbooks.style import (
    BAD,
    CREATED,
    FILLS,
    FONT,
    GOOD,
    HEAD_REQUIRED_FILL,
    MAX_ROWS,
    TITLE_FILL,
    wrapped_lines,
)
from pipelines.workbooks.summary import WIDTHS, Line, summary_lines

MOST_FINDINGS = 200_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def write_rewritten(
    receipt: Receipt,
    book: RuleBook,
    path: Path,
    lang: str,
    rows: Iterable[Sequence[object]] | None,
    notes: list[str],
) -> None:
    """Write verdict and data; the same file and verdict give the same bytes.

    Args:
        receipt: The judged file.
        book: The rule registry.
        path: The workbook to write.
        lang: Language of the reader.
        rows: The file's rows from its first one on; None when they could not be read.
        notes: What of the file could not be kept.
    """
    import xlsxwriter

    sheet = None
    if rows is not None and receipt.contract is not None:
        sheet = receipt.sheet or receipt.contract.title_zh
    notes = list(notes)
    marks = marks_of(receipt, book, lang)
    if sheet and len(marks.cells) > MAX_NOTES:
        notes.append(note_cut(len(marks.cells), lang))
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    workbook.set_properties({"created": CREATED, "title": RESULT_SHEET})
    formats = _Formats(workbook)
    first = workbook.add_worksheet(RESULT_SHEET)
    lines = summary_lines(receipt, book, lang, sheet=sheet, most=MOST_FINDINGS, notes=notes)
    _write_summary(first, formats, lines)
    if sheet and rows is not None:
        data = workbook.add_worksheet(_sheet_name(sheet))
        _write_rows(data, formats, rows, marks, receipt.header_row)
    first.activate()
    workbook.close()


def note_cut(total: int, lang: str) -> str:
    """The statement that not every marked cell carries a note."""
    if lang == "zh":
        return (
            f"标色的单元格共 {total} 个，其中前 {MAX_NOTES} 个附有批注；其余的问题见数据表最右列。"
        )
    return f"{total} cells are marked, the first {MAX_NOTES} carry a note; the column at the far right has all."


def csv_rows(data: bytes, contract: Contract) -> Iterator[Sequence[object]]:
    """Rows of a CSV file as they were sent; real dates of date columns as dates that look the same.

    A date kept as text would be a fault of its own when the workbook is sent back.
    """
    text = decode(data).decode("utf-8")
    head = _records(text)
    header = find_header([row for row, _ in zip(head, range(SEARCH_ROWS), strict=False)], contract)
    dates = (
        {p for n, p in header.positions.items() if contract.column(n).kind == "date"}
        if header
        else set()
    )
    first = header.row if header else 0
    for number, row in enumerate(_records(text), start=1):
        if number <= first or not dates:
            yield row
            continue
        yield [_as_date(cell) if place in dates else cell for place, cell in enumerate(row)]


def _records(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            return  # a quote without end: the verdict names it, the rows before it are shown


def _as_date(cell: str) -> object:
    if len(cell) == 10 and cell[4] == cell[7] == "-":
        try:
            day = dt.date.fromisoformat(cell)
        except ValueError:
            return cell
        return day if day > dt.date(1900, 3, 1) else cell
    return cell


def workbook_rows(data: bytes, sheet: str) -> Iterator[Sequence[object]]:
    """Rows of one sheet of a workbook with the types of their cells."""
    from python_calamine import CalamineWorkbook

    _, data = open_archive(data)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    yield from book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


class _Formats:
    """Formats by the names that lines and marks use, each made once."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.made: dict[tuple[str, ...], Any] = {}
        border = {"border": 1, "border_color": "#D3DAE3", "valign": "vcenter"}
        white = {"font_color": "#FFFFFF", "bold": True, "valign": "vcenter"}
        wrap = border | {"text_wrap": True}
        self.properties: dict[str, dict[str, Any]] = {
            "plain": border,
            "wrap": wrap,
            "fact": {"text_wrap": True, "valign": "vcenter"},
            "number": border | {"align": "center", "num_format": "0"},
            "label": {"bold": True, "valign": "vcenter", "bg_color": f"#{TITLE_FILL}"},
            "section": {
                "bold": True, "font_size": 12, "font_color": f"#{HEAD_REQUIRED_FILL}",
                "valign": "vcenter",
            },
            "head": white | {"bg_color": f"#{HEAD_REQUIRED_FILL}", "border": 1},
            "good": white | {"font_size": 16, "bg_color": f"#{GOOD}"},
            "bad": white | {"font_size": 16, "bg_color": f"#{BAD}"},
            "link": wrap | {"font_color": "#0B57D0", "underline": 1},
            **{name: border | {"bg_color": f"#{fill}"} for name, fill in FILLS.items()},
        }  # fmt: skip

    def named(self, name: str) -> Any:
        return self._make((name,), {"font_name": FONT, "font_size": 10} | self.properties[name])

    def data(self, *parts: str) -> Any:
        """Format of a data cell: colour of its mark, date, quoted text."""
        kept = tuple(p for p in parts if p)
        if not kept:
            return None
        properties: dict[str, Any] = {}
        for part in kept:
            if part in FILLS:
                properties["bg_color"] = f"#{FILLS[part]}"
            elif part == "quoted":
                properties["quote_prefix"] = True
            elif part == "error":
                properties |= {"font_color": f"#{BAD}", "font_size": 9}
            elif part == "header":
                properties |= {"bold": True}
            else:
                properties["num_format"] = part
        return self._make(("data", *kept), properties)

    def _make(self, key: tuple[str, ...], properties: dict[str, Any]) -> Any:
        if key not in self.made:
            self.made[key] = self.workbook.add_format(properties)
        return self.made[key]


def _sheet_name(name: str) -> str:
    for sign in "[]:*?/\\":
        name = name.replace(sign, " ")
    return name.strip("' ")[:31] or "数据"


def _write_summary(sheet: Any, formats: _Formats, lines: Iterable[Line]) -> None:
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for number, line in enumerate(lines):
        sheet.set_row(number, line.height)
        place = 0
        for cell in line.cells:
            style = formats.named(cell.style)
            if cell.span > 1:
                sheet.merge_range(number, place, number, place + cell.span - 1, "", style)
            if cell.link:
                text = str(cell.text)[:32_000]
                sheet.write_url(number, place, f"internal:{cell.link}", style, text)
            elif isinstance(cell.text, int):
                sheet.write_number(number, place, cell.text, style)
            elif cell.text:
                sheet.write_string(number, place, cell.text[:32_000], style)
            else:
                sheet.write_blank(number, place, None, style)
            place += cell.span


def _write_rows(
    sheet: Any, formats: _Formats, rows: Iterable[Sequence[object]], marks: Marks, header_row: int
) -> None:
    notes = 0
    by_row: dict[int, dict[int, str]] = {}
    for (row, place), mark in marks.cells.items():
        by_row.setdefault(row, {})[place] = mark.colour
    last = max(by_row, default=0)
    errors_at = -1
    sheet.set_column(0, 200, 14)
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS:
            break
        if number == header_row:
            errors_at = _error_place(cells)
            sheet.set_column(errors_at, errors_at, 70)
        colours = by_row.get(number, {})
        for place, cell in enumerate(cells):
            if place == errors_at:
                continue
            _write_cell(sheet, formats, number, place, cell, colours.get(place, ""), header_row)
        for place in colours.keys() - set(range(len(cells))):
            sheet.write_blank(number - 1, place, None, formats.data(colours[place]))
        for place in colours:
            if notes < MAX_NOTES:
                write_note(sheet, number - 1, place, marks.cells[(number, place)].note)
                notes += 1
        if number == header_row:
            sheet.write_string(number - 1, errors_at, ERROR_HEADER, formats.data("block", "header"))
        elif errors_at >= 0 and number in marks.rows:
            text = marks.row_text(number)[:32_000]
            sheet.write_string(number - 1, errors_at, text, formats.data("error"))
        last = number
    if header_row:
        sheet.freeze_panes(header_row, 0)
    if errors_at >= 0 and last > header_row:
        sheet.autofilter(header_row - 1, 0, min(last, MAX_ROWS) - 1, errors_at)


def _error_place(header: Sequence[object]) -> int:
    """Column of the error texts: the one of an earlier verdict, else the first free one."""
    filled = [place for place, cell in enumerate(header) if cell not in (None, "")]
    for place in filled:
        if header[place] == ERROR_HEADER:
            return place
    return (filled[-1] if filled else -1) + 1


def _write_cell(
    sheet: Any,
    formats: _Formats,
    number: int,
    place: int,
    cell: object,
    colour: str,
    header_row: int,
) -> None:
    at = (number - 1, place)
    bold = "header" if number == header_row else ""
    if isinstance(cell, bool):
        sheet.write_boolean(*at, cell, formats.data(colour))
    elif isinstance(cell, int | float):
        sheet.write_number(*at, cell, formats.data(colour))
    elif isinstance(cell, dt.datetime):
        shape = "yyyy-mm-dd" if cell.time() == dt.time() else "yyyy-mm-dd hh:mm:ss"
        sheet.write_datetime(*at, cell, formats.data(colour, shape))
    elif isinstance(cell, dt.date):
        sheet.write_datetime(
            *at, dt.datetime(*cell.timetuple()[:3]), formats.data(colour, "yyyy-mm-dd")
        )
    elif cell not in (None, ""):
        text = str(cell)[:32_767]
        quoted = "quoted" if text.startswith(_RISKY) else ""
        sheet.write_string(*at, text, formats.data(colour, quoted, bold))
    elif colour:
        sheet.write_blank(*at, None, formats.data(colour))


def write_note(sheet: Any, row: int, place: int, text: str) -> None:
    """A note that is as tall as its text."""
    size = {"width": 320, "height": min(30 + 17 * wrapped_lines(text, 46), 400)}
    sheet.write_comment(row, place, text[:2_000], size | {"author": NOTE_AUTHOR, "font_size": 9})
