"""Waivers that touch an output, as every output prints them.

Here belongs the wording. Which waivers touch a slice was decided at the gates: they stand in the
slice's decision, and the decision lies in the pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.writers.xlsx import Book, Column, write_table

WaiverLine = dict[str, str]

HEADS_ZH = ("豁免编号", "规则与范围", "豁免理由", "申请、批准与失效")
TITLE_ZH = "本表数据所涉豁免"


def waiver_rows(waivers: Sequence[WaiverLine]) -> list[tuple[str, str, str, str]]:
    """One printed row per waiver, by id: id; rule and scope; reason; people and expiry."""
    rows = []
    for line in sorted(waivers, key=lambda w: w["waiver_id"]):
        ledger = f"《{line['ledger_zh']}》" if line["ledger_zh"] else "全部台账"
        org = f"机构 {line['org_id']}" if line["org_id"] else "全部机构"
        months = f"{line['first_period']} 至 {line['last_period']}"
        rows.append(
            (
                line["waiver_id"],
                f"{line['code']} {line['title_zh']}\n{ledger}，{org}，{months}",
                line["reason"],
                f"申请人 {line['requested_by']}，批准人 {line['approved_by']}，"
                f"{line['expires_on']} 失效",
            )
        )
    return rows


def touched_zh(waivers: Sequence[WaiverLine], sheet: str) -> str:
    """What stands under a title when waivers touch the figures; empty when none does."""
    if not waivers:
        return ""
    ids = "、".join(sorted(w["waiver_id"] for w in waivers))
    return f"数据涉及豁免 {len(waivers)} 项（{ids}），见“{sheet}”"


def write_waivers(
    book: Book, sheet: Any, top: int, widths: Sequence[float], waivers: Sequence[WaiverLine]
) -> int:
    """The table of waivers with its heading; nothing when there are none.

    Args:
        book: The workbook.
        sheet: Where to write.
        top: First free row, from 0.
        widths: Widths of the sheet's first four columns, which stay as they are.
        waivers: Waivers of the slice's decision.

    Returns:
        The first row below.
    """
    if not waivers:
        return top
    sheet.set_row(top + 1, 20)
    sheet.write_string(top + 1, 0, TITLE_ZH, book.section_format)
    columns = [Column(head, width, "wrap") for head, width in zip(HEADS_ZH, widths, strict=True)]
    return write_table(book, sheet, top + 2, columns, waiver_rows(waivers), head_height=20)
