"""What the sheet 校验结果 says, line by line, without saying how a workbook is written.

Verdict, accounting, what to fix first, counts by rule and every finding, with links to the cells.
Counts are never cut; a listing that is cut says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expectations.findings import Finding, render, severity_text
from expectations.fix_list import rank
from expectations.rule import RuleBook
from pipelines.landing.receipt import Receipt
from pipelines.verdict_words import (
    accounting,
    iter_findings,
    ledger_title,
    receipt_fixes,
    sender,
    slot_text,
    status_text,
    total_text,
)
from pipelines.what_next import rule_mark, what_next
from pipelines.workbooks.style import MAX_LINKS, sheet_link, wrapped_lines

WIDTHS = (22, 9, 15, 20, 26, 66, 20, 26, 14)
_TEXTS = {
    "zh": {
        "title": "校验结果",
        "file": "文件",
        "slot": "报送内容",
        "rows": "行数核对",
        "total": "问题",
        "legend": "颜色",
        "note": "说明",
        "fix": "先改什么（先阻断，再按改一处能消除的问题数）",
        "fix_heads": ("序号", "级别", "规则编号", "列", "可消除问题数", "问题与改法", "单元格"),
        "counts": "各规则问题数",
        "count_heads": ("规则编号", "级别", "问题数", "规则"),
        "list": "问题明细",
        "provisional": "跨台账检查（暂定，随其他台账到齐而变，月结时定）",
        "heads": ("位置", "级别", "规则编号", "列", "主键", "问题与改法", "填报值", "应为", "差额"),
        "colours": {
            "block": "阻断：必须改",
            "explain": "需说明：改正，或报送时说明原因",
            "warn": "提示：请核对",
            "beta": "试运行：不影响结论",
        },
        "cut_list": "共 {total} 个问题，此处列出前 {shown} 个；全部问题见 jingtian validate … --format json。",
        "cut_links": "链接只能做 {shown} 个，其后的位置请按单元格地址查找。",
        "open_row": "数据表最右边的“备注：校验问题”列写明每行的全部问题；改好后可直接用本文件报送。",
    },
    "en": {
        "title": "Verdict",
        "file": "file",
        "slot": "what it is",
        "rows": "rows",
        "total": "findings",
        "legend": "colours",
        "note": "note",
        "fix": "Fix first (blocking ones, then by what one fix clears)",
        "fix_heads": ("no.", "severity", "rule", "column", "clears", "what is wrong", "cells"),
        "counts": "Findings by rule",
        "count_heads": ("rule", "severity", "findings", "title"),
        "list": "All findings",
        "provisional": "Across ledgers (provisional; the close decides)",
        "heads": (
            "place", "severity", "rule", "column", "key", "what is wrong", "value", "expected",
            "difference",
        ),
        "colours": {
            "block": "block: must be put right",
            "explain": "explain: put right, or give the reason",
            "warn": "warn: please check",
            "beta": "beta: no effect",
        },
        "cut_list": "{total} findings in all, the first {shown} shown; all: jingtian validate … --format json.",
        "cut_links": "Only {shown} links fit; look up later places by their address.",
        "open_row": "The column at the far right of the data says what is wrong in each row; put it "
        "right here and send this very file.",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One cell: its text, a style name, the link it carries and the columns it spans."""

    text: str | int
    style: str = "plain"
    link: str | None = None
    span: int = 1


@dataclass(frozen=True)
class Line:
    """One row of the sheet; ``height`` in points."""

    cells: tuple[Cell, ...] = ()
    height: float = 18


def summary_lines(
    receipt: Receipt,
    book: RuleBook,
    lang: str,
    *,
    sheet: str | None,
    most: int,
    notes: list[str],
) -> Iterator[Line]:
    """The rows of the sheet, from top to bottom.

    Args:
        receipt: The judged file.
        book: The rule registry.
        lang: Language of the reader.
        sheet: Name of the data sheet that links lead to; None when there is none.
        most: Findings listed one by one at most.
        notes: What else the reader must know, such as what of the file could not be kept.
    """
    texts = _TEXTS[lang]
    total = receipt.verdict.findings.num_rows
    mark = "：" if lang == "zh" else ": "
    style = "bad" if receipt.status == "refused" else "good"
    yield Line((Cell(f"{texts['title']}{mark}{status_text(receipt, lang)}", style, span=9),), 34)
    yield _fact(texts["file"], receipt.file_name)
    if slot := slot_text(receipt, lang):
        yield _fact(texts["slot"], slot)
    yield _fact(texts["rows"], accounting(receipt, lang))
    yield _fact(texts["total"], total_text(receipt, book, lang))
    for text in what_next(receipt, lang):
        yield _fact("", text)
    said = list(notes)
    if total and sheet:
        said.insert(0, str(texts["open_row"]))
    if total > most:
        said.append(str(texts["cut_list"]).format(total=total, shown=most))
    if sheet and min(total, most) > MAX_LINKS:
        said.append(str(texts["cut_links"]).format(shown=MAX_LINKS))
    for text in said:
        yield _fact(texts["note"], text)
    if not total:
        yield from _provisional(receipt, book, lang, sheet, most)
        return
    colours = texts["colours"]
    assert isinstance(colours, dict)
    yield Line((Cell(str(texts["legend"]), "label"), *(
        Cell(text, name, span=1 if name == "warn" else 2) for name, text in colours.items()
    )))  # fmt: skip
    yield from _fixes(receipt, book, lang, sheet)
    yield from _counts(receipt, book, lang)
    yield from _provisional(receipt, book, lang, sheet, most)
    heads = _TEXTS[lang]["heads"]
    yield from _part(_TEXTS[lang]["list"], heads, {})
    yield from _findings(iter_findings(receipt, book, most), book, lang, sheet)


def _fact(label: object, text: str) -> Line:
    lines = wrapped_lines(text, sum(WIDTHS[1:]))
    return Line((Cell(str(label), "label"), Cell(text, "fact", span=8)), 4 + 15 * lines)


def _part(title: object, heads: object, spans: dict[int, int]) -> Iterator[Line]:
    assert isinstance(heads, tuple)
    yield Line()
    yield Line((Cell(str(title), "section", span=9),), 24)
    yield Line(tuple(Cell(h, "head", span=spans.get(i, 1)) for i, h in enumerate(heads)), 20)


def _fixes(receipt: Receipt, book: RuleBook, lang: str, sheet: str | None) -> Iterator[Line]:
    texts = _TEXTS[lang]
    yield from _part(texts["fix"], texts["fix_heads"], {6: 3})
    for number, fix in enumerate(receipt_fixes(receipt, book), start=1):
        shown = fix.first.shown(lang)
        title = fix.rule.title_zh if lang == "zh" else fix.rule.title_en
        what = f"{title}：{shown['message']}" if lang == "zh" else f"{title}: {shown['message']}"
        cells = fix.cells(lang)
        link = sheet_link(sheet, fix.first.cell) if sheet and fix.first.cell else None
        height = max(wrapped_lines(what, WIDTHS[5]), wrapped_lines(cells, sum(WIDTHS[6:])))
        yield Line(
            (
                Cell(number, "number"),
                Cell(severity_text(fix.rule, lang), _colour(fix.rule.status, fix.rule.severity)),
                Cell(fix.rule.code),
                Cell(shown["column"]),
                Cell(fix.count, "number"),
                Cell(what, "wrap"),
                Cell(cells, "link" if link else "wrap", link, 3),
            ),
            5 + 15 * height,
        )


def _counts(receipt: Receipt, book: RuleBook, lang: str) -> Iterator[Line]:
    texts = _TEXTS[lang]
    yield from _part(texts["counts"], texts["count_heads"], {3: 6})
    counts = receipt.verdict.counts
    for code in sorted(counts, key=lambda c: (rank(book[c]), -counts[c], c)):
        rule = book[code]
        title = rule.title_zh if lang == "zh" else rule.title_en
        yield Line(
            (
                Cell(code),
                Cell(severity_text(rule, lang), _colour(rule.status, rule.severity)),
                Cell(counts[code], "number"),
                Cell(title + rule_mark(receipt, code, lang), "plain", span=6),
            )
        )


def _provisional(
    receipt: Receipt, book: RuleBook, lang: str, sheet: str | None, most: int
) -> Iterator[Line]:
    """What the rules across ledgers say as far as the rest has arrived."""
    found = receipt.provisional
    if found is None or not (found.findings.num_rows or found.elsewhere):
        return
    texts = _TEXTS[lang]
    yield from _part(texts["provisional"], texts["heads"], {})
    shown = render(found.findings.slice(0, most), book, receipt.contract, **sender(receipt))
    yield from _findings(shown, book, lang, sheet)
    for (ledger, code), count in found.elsewhere.items():
        rule = book[code]
        title = rule.title_zh if lang == "zh" else rule.title_en
        name = f"《{ledger_title(ledger)}》" if lang == "zh" else ledger
        yield Line(
            (
                Cell(name),
                Cell(severity_text(rule, lang), _colour(rule.status, rule.severity)),
                Cell(code),
                Cell(""),
                Cell(count, "number"),
                Cell(title, "plain", span=4),
            )
        )


def _findings(
    findings: Iterable[Finding], book: RuleBook, lang: str, sheet: str | None
) -> Iterator[Line]:
    for number, finding in enumerate(findings):
        rule = book[finding.code]
        shown = finding.shown(lang)
        link = sheet_link(sheet, finding.cell) if sheet and finding.cell else None
        link = link if number < MAX_LINKS else None
        height = max(
            wrapped_lines(shown["message"], WIDTHS[5]),
            wrapped_lines(shown["expected"], WIDTHS[7]),
            wrapped_lines(shown["key"], WIDTHS[4]),
        )
        yield Line(
            (
                Cell(finding.place(lang, sheet), "link" if link else "plain", link),
                Cell(severity_text(rule, lang), _colour(rule.status, rule.severity)),
                Cell(rule.code),
                Cell(shown["column"]),
                Cell(shown["key"], "wrap"),
                Cell(shown["message"], "wrap"),
                Cell(shown["value"], "wrap"),
                Cell(shown["expected"], "wrap"),
                Cell(shown["difference"]),
            ),
            5 + 15 * min(height, 6),
        )


def _colour(status: str, severity: str) -> str:
    return "beta" if status == "beta" else severity
