"""The difference of two files of a slot in words: lines of text, and a workbook.

Columns are named as the ledger names them; a Chinese reader sees no internal name.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.landing.difference import ADDED, CHANGED, REMOVED, Difference, RowChange
from pipelines.landing.line_number import LINES, row_words

_KIND_ZH = {ADDED: "新增", REMOVED: "删除", CHANGED: "改动"}


def difference_lines(difference: Difference, lang: str, examples: int | None = None) -> list[str]:
    """Counts, control totals, changed columns and the first rows that differ.

    Args:
        difference: What to print.
        lang: ``zh`` or ``en``.
        examples: At most so many rows; None prints all that were taken out.
    """
    zh = lang == "zh"
    d = difference
    if d.is_empty:
        return [
            "与当前有效的文件相比：字节不同，行内容全部相同（新增 0、删除 0、改动 0）"
            if zh
            else "against the file in force: other bytes, the same rows (0 added, removed, changed)"
        ]
    lines = [
        f"与此前的文件相比：{d.rows_before} 行 → {d.rows_after} 行，"
        f"新增 {d.added}、删除 {d.removed}、改动 {d.changed}"
        if zh
        else f"against the file before: {d.rows_before} rows → {d.rows_after} rows; "
        f"{d.added} added, {d.removed} removed, {d.changed} changed"
    ]
    for name, (before, after, change) in d.totals.items():
        title = _title(d, name, lang)
        lines.append(
            f"  {title}合计：{before:,} → {after:,}（{change:+,}）"
            if zh
            else f"  total {title}: {before:,} → {after:,} ({change:+,})"
        )
    if d.columns:
        changed = sorted(d.columns.items(), key=lambda item: (-item[1], item[0]))
        texts = [f"{_title(d, name, lang)} {count}" for name, count in changed]
        lines.append(
            f"  改动的列（行数）：{'、'.join(texts)}"
            if zh
            else f"  changed columns (rows): {', '.join(texts)}"
        )
    listed = d.examples if examples is None else d.examples[:examples]
    lines += [f"  {_row_text(d, row, lang)}" for row in listed]
    total = d.added + d.removed + d.changed
    if total > len(listed):
        lines.append(
            f"  …… 共 {total} 行不同，此处列出前 {len(listed)} 行"
            if zh
            else f"  … {total} rows differ in all, the first {len(listed)} shown"
        )
    return lines


def write_difference(difference: Difference, slot: str, path: Path) -> None:
    """Write the workbook: counts and totals on the first sheet, every row taken out on the second."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties({"created": dt.datetime(2000, 1, 1)})
    bold = workbook.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
    first = workbook.add_worksheet("差异汇总")
    d = difference
    contract = d.contract
    facts: list[tuple[str, ...]] = [
        (f"《{contract.title_zh}》{slot}",),
        ("", "此前", "本次"),
        ("行数", str(d.rows_before), str(d.rows_after)),
        (),
        ("新增", "删除", "改动"),
        (str(d.added), str(d.removed), str(d.changed)),
        (),
        ("合计", "此前", "本次", "差额"),
    ]
    heads = {1, 4, 7}
    for name, (was, now, change) in d.totals.items():
        facts.append((_title(d, name, "zh"), f"{was:,}", f"{now:,}", f"{change:+,}"))
    facts += [(), ("改动的列", "行数")]
    heads.add(len(facts) - 1)
    facts += [(_title(d, name, "zh"), str(count)) for name, count in d.columns.items()]
    total = d.added + d.removed + d.changed
    if total > len(d.examples):
        facts += [(), (f"共 {total} 行不同，“逐行差异”列出前 {len(d.examples)} 行",)]
    for line, fact in enumerate(facts):
        for column, value in enumerate(fact):
            first.write_string(line, column, value, bold if line in heads else None)
    first.set_column(0, 0, 26)
    first.set_column(1, 3, 22)
    sheet = workbook.add_worksheet("逐行差异")
    keys = [contract.column(n).title_zh for n in contract.key]
    titles = ["类别", *keys, "原行号", "新行号", "列", "原值", "新值"]
    for column, head in enumerate(titles):
        sheet.write_string(0, column, head, bold)
    line = 1
    for row in d.examples:
        for name, before, after in row.cells or (("", "", ""),):
            title = _title(d, name, "zh") if name else ""
            places = [_number(n) for n in (row.row_before, row.row_after)]
            values = [_KIND_ZH[row.kind], *(v for _, v in row.key), *places, title, before, after]
            for column, text in enumerate(values):
                sheet.write_string(line, column, text)
            line += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(line - 1, 1), len(titles) - 1)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, len(titles) - 1, 20)
    workbook.close()


def _number(row_no: int | None) -> str:
    """The line; in words where it is one of several files."""
    return row_words(row_no, "zh") if row_no and row_no >= LINES else str(row_no or "")


def _row_text(difference: Difference, row: RowChange, lang: str) -> str:
    zh = lang == "zh"
    key = "、".join(f"{_title(difference, n, lang)} {v}" for n, v in row.key)
    number = row.row_after if row.row_after is not None else row.row_before
    place = row_words(number, lang)
    if row.kind != CHANGED:
        return f"{_KIND_ZH[row.kind] if zh else row.kind} {place} {key}"
    separator = "；" if zh else "; "
    cells = separator.join(
        f"{_title(difference, name, lang)} {before or '（空）'} → {after or '（空）'}"
        if zh
        else f"{_title(difference, name, lang)} {before or '(empty)'} → {after or '(empty)'}"
        for name, before, after in row.cells
    )
    return (
        f"{_KIND_ZH[CHANGED]} {place} {key}：{cells}" if zh else f"changed {place} {key}: {cells}"
    )


def _title(difference: Difference, column: str, lang: str) -> str:
    return difference.contract.column(column).title_zh if lang == "zh" else column
