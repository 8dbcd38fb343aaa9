"""The sheet 数据来源, the same in every workbook.

Here belongs printing lineage; what a lineage row holds belongs to ``reports.lineage``.
"""

from __future__ import annotations

from reports.lineage import HEADS_ZH, LineageRow
from reports.writers.xlsx import COUNT, MONEY, PERCENT, Book, Column, write_table, write_title

_LINEAGE_WIDTHS = (14, 8, 36, 40, 62, 46, 10, 22, 7, 16, 7)
_PRINTED_FORMATS = {"万元": MONEY, "元": MONEY, "户": COUNT, "%": PERCENT}


def write_lineage_sheet(
    book: Book, lineage: list[LineageRow], subtitle: str, touched: str = ""
) -> None:
    """The sheet 数据来源: one line per source of each printed figure; ``touched`` says which waivers
    touch them."""
    sheet = book.sheet("数据来源")
    kinds = ["text"] * len(HEADS_ZH)
    kinds[7], kinds[9] = "#,##0.00####", "#,##0.00##"
    columns = [
        Column(head, width, kind)
        for head, width, kind in zip(HEADS_ZH, _LINEAGE_WIDTHS, kinds, strict=True)
    ]
    top = write_title(
        book, sheet, "数据来源", [subtitle, *([touched] if touched else [])], len(columns) - 1
    )
    rows = [tuple(row.as_dict().values()) for row in lineage]
    styles = {
        (line, 9): {"kind": _PRINTED_FORMATS[row.unit]}
        for line, row in enumerate(lineage)
        if row.unit in _PRINTED_FORMATS
    }
    write_table(book, sheet, top, columns, rows, styles=styles, filtered=True)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
