"""The branch's own workbook back: its layout and cells kept, findings marked where they stand.

Only colours and notes of faulty cells, one column at the right of the data and one sheet in front
are added. Formulas stay what they are; nothing is evaluated.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import Any

from expectations.rule import RuleBook
from pipelines.landing.receipt import Receipt
from pipelines.landing.stamp import RESULT_SHEET
from pipelines.workbooks.marks import ERROR_HEADER, MAX_NOTES, NOTE_AUTHOR, Marks, marks_of
from pipelines.workbooks.rewritten import note_cut
from pipelines.workbooks.style import (
    BAD,
    FILLS,
    FONT,
    GOOD,
    HEAD_REQUIRED_FILL,
    TITLE_FILL,
    wrapped_lines,
)
from pipelines.workbooks.summary import WIDTHS, Line, summary_lines

MOST_FINDINGS = 20_000


def write_own(
    receipt: Receipt, book: RuleBook, data: bytes, path: Path, lang: str, notes: list[str]
) -> None:
    """Mark the findings in the workbook that was sent.

    Raises:
        Exception: The library cannot take the workbook; the caller writes it anew instead.
    """
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(data))
    sheet = workbook[str(receipt.sheet)]
    if RESULT_SHEET in workbook.sheetnames:
        del workbook[RESULT_SHEET]
    _remove_old_marks(sheet)
    marks = marks_of(receipt, book, lang)
    notes = list(notes)
    if len(marks.cells) > MAX_NOTES:
        notes.append(note_cut(len(marks.cells), lang))
    _mark(sheet, marks)
    _error_column(sheet, marks, receipt.header_row)
    first = workbook.create_sheet(RESULT_SHEET, 0)
    lines = summary_lines(receipt, book, lang, sheet=receipt.sheet, most=MOST_FINDINGS, notes=notes)
    _write_summary(first, lines)
    for other in workbook.worksheets:
        other.sheet_view.tabSelected = False
    workbook.active = 0
    workbook.save(path)


def _fill(colour: str) -> Any:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=f"FF{colour}")


def _remove_old_marks(sheet: Any) -> None:
    """Take away what an earlier verdict put into the file, so that cured cells look cured."""
    from openpyxl.styles import PatternFill

    book = sheet.parent
    ours = {f"FF{colour}" for colour in FILLS.values()}
    old = {
        place
        for place, fill in enumerate(book._fills)
        if fill.fill_type == "solid" and fill.fgColor.rgb in ours
    }
    for row in sheet.iter_rows():
        for cell in row:
            if cell.has_style and cell._style.fillId in old:
                cell.fill = PatternFill()
            comment = getattr(cell, "comment", None)
            if comment is not None and comment.author == NOTE_AUTHOR:
                cell.comment = None


def _mark(sheet: Any, marks: Marks) -> None:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment

    styles: dict[tuple[bytes, str], Any] = {}
    written = 0
    for (row, place), mark in marks.cells.items():
        cell = sheet.cell(row, place + 1)
        key = (cell._style.tobytes() if cell.has_style else b"", mark.colour)
        if key not in styles:
            cell.fill = _fill(FILLS[mark.colour])
            styles[key] = copy(cell._style)
        cell._style = copy(styles[key])
        if written >= MAX_NOTES or isinstance(cell, MergedCell):
            continue
        written += 1
        text = mark.note[:2_000]
        if cell.comment is not None:
            text = f"{text}\n{cell.comment.text}"
        note = Comment(_clean(text), NOTE_AUTHOR, width=330)
        note.height = min(30 + 17 * wrapped_lines(text, 46), 400)
        cell.comment = note


def _error_column(sheet: Any, marks: Marks, header_row: int) -> None:
    """One column at the right of the data with all that is wrong in each row."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    filled = [c for c in sheet[header_row] if c.value not in (None, "")]
    place = next((c.column for c in filled if c.value == ERROR_HEADER), None)
    if place is None:
        place = (filled[-1].column if filled else 0) + 1
    else:
        for (cell,) in sheet.iter_rows(header_row + 1, min_col=place, max_col=place):
            cell.value = None
    head = sheet.cell(header_row, place)
    head.value = ERROR_HEADER
    head.font = Font(name=FONT, size=10, bold=True)
    head.fill = _fill(FILLS["block"])
    head.alignment = Alignment(vertical="center")
    sheet.column_dimensions[get_column_letter(place)].width = 70
    style = None
    for row in sorted(marks.rows):
        if row <= header_row:
            continue
        cell = sheet.cell(row, place)
        _write_text(cell, marks.row_text(row))
        if style is None:
            cell.font = Font(name=FONT, size=9, color=f"FF{BAD}")
            cell.alignment = Alignment(vertical="center")
            cell.number_format = "@"
            style = copy(cell._style)
        cell._style = copy(style)


def _clean(text: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("?", text))[:32_000]


def _write_text(cell: Any, text: str) -> None:
    """Text stays text: the library would take one that begins with ``=`` for a formula."""
    cell.value = _clean(text)
    cell.data_type = "s"


def _styles(book: Any) -> dict[str, Any]:
    """Style arrays by name, made on the cells of a sheet that is thrown away."""
    from openpyxl.styles import Alignment, Border, Font, Side

    side = Side("thin", color="FFD3DAE3")
    border = Border(side, side, side, side)
    white = {"name": FONT, "color": "FFFFFFFF", "bold": True}
    plain = Font(name=FONT, size=10)
    middle, wrap = Alignment(vertical="center"), Alignment(vertical="center", wrap_text=True)
    wanted: dict[str, tuple[Any, str | None, Any, bool]] = {
        "plain": (plain, None, middle, True),
        "wrap": (plain, None, wrap, True),
        "fact": (plain, None, wrap, False),
        "number": (plain, None, Alignment("center", "center"), True),
        "label": (Font(name=FONT, size=10, bold=True), TITLE_FILL, middle, False),
        "section": (
            Font(name=FONT, size=12, bold=True, color=f"FF{HEAD_REQUIRED_FILL}"),
            None, middle, False,
        ),
        "head": (Font(size=10, **white), HEAD_REQUIRED_FILL, middle, True),
        "good": (Font(size=16, **white), GOOD, middle, False),
        "bad": (Font(size=16, **white), BAD, middle, False),
        "link": (Font(name=FONT, size=10, color="FF0B57D0", underline="single"), None, wrap, True),
        **{name: (plain, fill, middle, True) for name, fill in FILLS.items()},
    }  # fmt: skip
    scratch = book.create_sheet("scratch")
    made = {}
    for number, (name, (font, fill, alignment, is_framed)) in enumerate(wanted.items(), start=1):
        cell = scratch.cell(number, 1)
        cell.font, cell.alignment = font, alignment
        if fill:
            cell.fill = _fill(fill)
        if is_framed:
            cell.border = border
        made[name] = copy(cell._style)
    book.remove(scratch)
    return made


def _write_summary(sheet: Any, lines: Iterable[Line]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink
    from openpyxl.worksheet.properties import PageSetupProperties

    styles = _styles(sheet.parent)
    for place, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    for number, line in enumerate(lines, start=1):
        sheet.row_dimensions[number].height = line.height
        place = 1
        for item in line.cells:
            cell = sheet.cell(number, place)
            if isinstance(item.text, int):
                cell.value = item.text
            elif item.text:
                _write_text(cell, item.text)
            cell._style = copy(styles[item.style])
            if item.link:
                address = f"{get_column_letter(place)}{number}"
                cell.hyperlink = Hyperlink(ref=address, location=item.link)
                cell._style = copy(styles[item.style])
            for extra in range(place + 1, place + item.span):
                sheet.cell(number, extra)._style = copy(styles[item.style])
            if item.span > 1:
                sheet.merge_cells(
                    start_row=number, end_row=number,
                    start_column=place, end_column=place + item.span - 1,
                )  # fmt: skip
            place += item.span
