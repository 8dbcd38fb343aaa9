"""Findings of judged files as a workbook: a first sheet with the verdicts and what to fix first,
a second with every finding. Headers and texts are Chinese; no internal name is shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.findings import render
from expectations.rule import SEVERITY_ZH, RuleBook
from pipelines.cli.verdicts import accounting

if TYPE_CHECKING:
    from pipelines.landing.receive import Receipt

_MAX_ROWS = 1_000_000  # of one worksheet; a cut-off is stated
_HEADS = (
    "文件",
    "行号",
    "单元格",
    "主键",
    "级别",
    "问题",
    "列",
    "填报值",
    "应为",
    "差额",
    "规则编号",
)


def write_findings(receipts: list[Receipt], book: RuleBook, path: Path) -> None:
    """Write the workbook; counts are never cut, a listing that does not fit says so."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(str(path))
    workbook.set_properties({"created": dt.datetime(2000, 1, 1)})
    bold = workbook.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
    first = workbook.add_worksheet("校验结果")
    _summary(first, receipts, book, bold)
    sheet = workbook.add_worksheet("问题清单")
    for column, head in enumerate(_HEADS):
        sheet.write_string(0, column, head, bold)
    line = 1
    total = sum(r.verdict.findings.num_rows for r in receipts)
    for receipt in receipts:
        for f in render(receipt.verdict.findings, book, receipt.contract):
            if line > _MAX_ROWS:
                break
            row = f.row_no if f.row_no is not None else "文件"
            cells: tuple[object, ...] = (receipt.file_name, row, f.cell, f.key)
            cells += (SEVERITY_ZH[f.severity], f.message_zh)
            cells += (f.column_zh, f.value, f.expected, f.difference, f.code)
            for column, value in enumerate(cells):
                if isinstance(value, int):
                    sheet.write_number(line, column, value)
                elif value:
                    sheet.write_string(line, column, str(value))
            line += 1
    if total > _MAX_ROWS:
        sheet.write_string(line, 0, f"共 {total} 个问题，此处列出前 {_MAX_ROWS} 个")
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(line - 1, 1), len(_HEADS) - 1)
    for column, width in enumerate((34, 8, 9, 22, 8, 70, 16, 18, 18, 12, 16)):
        sheet.set_column(column, column, width)
    workbook.close()


def _summary(sheet, receipts: list[Receipt], book: RuleBook, bold) -> None:  # type: ignore[no-untyped-def]
    for column, head in enumerate(("文件", "结论", "行数核对", "问题数")):
        sheet.write_string(0, column, head, bold)
    for line, receipt in enumerate(receipts, start=1):
        verdict = "通过" if receipt.status == "passed" else "退回"
        sheet.write_string(line, 0, receipt.file_name)
        sheet.write_string(line, 1, verdict)
        sheet.write_string(line, 2, accounting(receipt, "zh"))
        sheet.write_number(line, 3, receipt.verdict.findings.num_rows)
    line = len(receipts) + 2
    for column, head in enumerate(("先改什么（按可消除的问题数）", "级别", "规则", "问题数")):
        sheet.write_string(line, column, head, bold)
    counts: dict[str, int] = {}
    for receipt in receipts:
        for code, count in receipt.verdict.counts.items():
            counts[code] = counts.get(code, 0) + count
    if not counts:
        sheet.write_string(line + 1, 0, "0 个问题")
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        line += 1
        rule = book[code]
        sheet.write_string(line, 0, rule.title_zh)
        sheet.write_string(line, 1, SEVERITY_ZH[rule.severity])
        sheet.write_string(line, 2, code)
        sheet.write_number(line, 3, count)
    for column, width in enumerate((44, 8, 60, 10)):
        sheet.set_column(column, column, width)
