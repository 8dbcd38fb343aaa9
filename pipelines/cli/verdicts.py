"""Printing verdicts: the accounting of a file and its findings, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectations.findings import Finding, render, severity_text
from expectations.fix_list import Fix, rank, severity_counts
from expectations.rule import Rule, RuleBook
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

if TYPE_CHECKING:
    from expectations.contract import Contract
    from pipelines.landing.export import Export
    from pipelines.landing.receipt import Receipt

SHOWN = 20
SHOWN_FIXES = 10
SHOWN_PROVISIONAL = 5  # of one rule
_PARTS = (
    ("value", "填报", "value"),
    ("expected", "应为", "expected"),
    ("difference", "差额", "difference"),
)


def verdict_text(
    receipt: Receipt,
    book: RuleBook,
    lang: str,
    shown: int = SHOWN,
    *,
    with_difference: bool = True,
) -> str:
    """The verdict on one file as text: accounting, what to fix first, counts by rule, findings; and
    how it differs from the file in force, unless that was shown before."""
    v = receipt.verdict
    is_zh = lang == "zh"
    lines = [f"{receipt.file_name}: {status_text(receipt, lang)}"]
    if receipt.status == "unchanged":
        return lines[0] + (
            "（与当前有效的文件逐字节相同，不重复入库）"
            if is_zh
            else " (the same bytes as the file in force; nothing was loaded)"
        )
    if slot := slot_text(receipt, lang):
        lines.append("  " + slot)
    lines.append("  " + accounting(receipt, lang))
    lines += [f"  {x}" for x in what_next(receipt, lang, with_difference=with_difference)]
    lines.append("  " + total_text(receipt, book, lang))
    if not v.counts:
        return "\n".join(lines + provisional_lines(receipt, book, lang))
    if v.findings.num_rows > 1:
        lines += _summary_lines(receipt, book, lang)
    total = v.findings.num_rows
    lines.append("  问题清单" if is_zh else "  Findings")
    for finding in iter_findings(receipt, book, shown):
        rule = book[finding.code]
        lines += ["    " + line for line in _finding_lines(finding, rule, receipt, lang)]
    if total > shown:
        name = receipt.file_name
        command = f"jingtian validate {name} --format xlsx --out FILE.xlsx"
        lines.append(
            f"    …… 共 {total} 个问题，此处列出前 {shown} 个；全部问题：{command}"
            if is_zh
            else f"    … {total} findings in all, the first {shown} shown; all of them: {command}"
        )
    return "\n".join(lines + provisional_lines(receipt, book, lang))


def provisional_lines(receipt: Receipt, book: RuleBook, lang: str) -> list[str]:
    """What the rules across ledgers and months say as far as the rest has arrived: counts by rule,
    the first rows of each, and what the file does to other ledgers."""
    found = receipt.provisional
    if found is None:
        return []
    is_zh = lang == "zh"
    total = found.findings.num_rows + sum(found.elsewhere.values())
    if not total:
        return ["  跨台账检查（暂定）：0 个问题" if is_zh else "  across ledgers (provisional): 0"]
    lines = [
        f"  跨台账检查（暂定，随其他台账到齐而变，月结时定）：{total} 个问题"
        if is_zh
        else f"  across ledgers (provisional; the close decides): {total} findings"
    ]
    shown: dict[str, int] = {}
    counts: dict[str, int] = {}
    for code in map(str, found.findings.column("code").to_pylist()):
        counts[code] = counts.get(code, 0) + 1
    for finding in render(found.findings, book, receipt.contract, **sender(receipt)):
        shown[finding.code] = shown.get(finding.code, 0) + 1
        if shown[finding.code] <= SHOWN_PROVISIONAL:
            rows = _finding_lines(finding, book[finding.code], receipt, lang)
            lines += ["    " + line for line in rows]
        elif shown[finding.code] == SHOWN_PROVISIONAL + 1:
            n = counts[finding.code]
            lines.append(
                f"    …… {finding.code} 共 {n} 处，此处列出前 {SHOWN_PROVISIONAL} 处"
                if is_zh
                else f"    … {finding.code}: {n} in all, the first {SHOWN_PROVISIONAL} shown"
            )
    for (ledger, code), count in found.elsewhere.items():
        rule = book[code]
        title = rule.title_zh if is_zh else rule.title_en
        severity = severity_text(rule, lang)
        name = ledger_title(ledger) if is_zh else ledger
        lines.append(
            f"    本机构《{name}》{count} 行  [{severity}]  {title} ({code})"
            if is_zh
            else f"    {count} rows of {name}  [{severity}]  {title} ({code})"
        )
    return lines


def left_out(export: Export, contracts: Mapping[str, Contract], lang: str) -> str:
    """What of a foreign export became no load: ignored files, and ledgers without their file."""
    from pipelines.landing.mapping import text_in

    lines = []
    for name, why in export.ignored.items():
        said = text_in(why, lang)
        lines.append(f"忽略 {name}：{said}" if lang == "zh" else f"ignored {name}: {said}")
    for ledger, titles in export.lacking().items() if not export.refusal else ():
        listed = "、".join(titles)
        lines.append(
            f"未收到《{contracts[ledger].title_zh}》：导出中没有 {listed}"
            if lang == "zh"
            else f"no {ledger}: the export lacks {listed}"
        )
    return "".join(f"{line}\n" for line in lines)


def _summary_lines(receipt: Receipt, book: RuleBook, lang: str) -> list[str]:
    """What to fix first, and the counts by rule, which are never cut."""
    is_zh = lang == "zh"
    lines = []
    fixes = receipt_fixes(receipt, book)
    lines.append("  先改什么（先阻断，再按改一处能消除的问题数）" if is_zh else "  Fix first")
    lines += [f"    {n}. {_fix_text(f, lang)}" for n, f in enumerate(fixes[:SHOWN_FIXES], start=1)]
    if len(fixes) > SHOWN_FIXES:
        lines.append(
            f"    …… 共 {len(fixes)} 项，此处列出前 {SHOWN_FIXES} 项"
            if is_zh
            else f"    … {len(fixes)} in all, the first {SHOWN_FIXES} shown"
        )
    lines.append("  各规则问题数" if is_zh else "  Findings by rule")
    for code, count in sorted(
        receipt.verdict.counts.items(), key=lambda item: (rank(book[item[0]]), -item[1], item[0])
    ):
        rule = book[code]
        title = rule.title_zh if is_zh else rule.title_en
        severity = severity_text(rule, lang) + rule_mark(receipt, code, lang)
        lines.append(f"    {code} [{severity}] {title}: {count}")
    return lines


def _fix_text(fix: Fix, lang: str) -> str:
    shown = fix.first.shown(lang)
    title = fix.rule.title_zh if lang == "zh" else fix.rule.title_en
    column = f" · {shown['column']}" if shown["column"] else ""
    severity = severity_text(fix.rule, lang)
    if lang == "zh":
        return (
            f"[{severity}] {title}{column}：可消除 {fix.count} 个（{fix.rule.code}），"
            f"位置 {fix.cells(lang)}"
        )
    return (
        f"[{severity}] {title}{column}: clears {fix.count} ({fix.rule.code}), at {fix.cells(lang)}"
    )


def _finding_lines(finding: Finding, rule: Rule, receipt: Receipt, lang: str) -> list[str]:
    """Place, key, column, severity and code; then the message; then the figures."""
    shown = finding.shown(lang)
    head = [finding.place(lang, receipt.sheet)]
    if shown["key"]:
        head.append(("主键 " if lang == "zh" else "key ") + shown["key"])
    head += [shown["column"], f"[{severity_text(rule, lang)}]", finding.code]
    parts = [
        f"{zh if lang == 'zh' else en} {shown[name]}"
        for name, zh, en in _PARTS
        if shown[name] and shown[name] not in shown["message"]
    ]
    message = shown["message"]
    if parts:
        joined = ("；" if lang == "zh" else "; ").join(parts)
        message += f"（{joined}）" if lang == "zh" else f" ({joined})"
    return ["  ".join(p for p in head if p), "  " + message]


def verdict_json(receipt: Receipt, book: RuleBook) -> dict[str, Any]:
    """The verdict on one file as plain values; every finding is listed."""
    v = receipt.verdict
    return {
        "file": receipt.file_name,
        "status": receipt.status,
        "ledger": receipt.identity.ledger if receipt.identity else None,
        "ledger_zh": receipt.contract.title_zh if receipt.contract else None,
        "org_id": receipt.identity.org_id if receipt.identity else None,
        "period": str(receipt.identity.period) if receipt.identity else None,
        "sheet": receipt.sheet,
        "seq": receipt.seq,
        "received": v.received,
        "accepted": v.accepted,
        "rejected": v.rejected,
        "held": v.held,
        "ignored": v.ignored,
        "control_totals": v.control_totals,
        "counts": v.counts,
        "waived": v.waived,
        "needs_explanation": list(receipt.open_codes),
        "difference": receipt.difference.as_dict() if receipt.difference else None,
        "severities": severity_counts(v.counts, book),
        "fix_first": [
            {
                "code": f.rule.code,
                "severity": "beta" if f.rule.status == "beta" else f.rule.severity,
                "column": f.first.column,
                "column_zh": f.first.column_zh,
                "count": f.count,
                "cells": f.cells("zh"),
                "is_cut": f.is_cut,
                "title_zh": f.rule.title_zh,
                "title_en": f.rule.title_en,
            }
            for f in receipt_fixes(receipt, book)
        ],
        "findings": [f.as_dict() for f in iter_findings(receipt, book)],
        "provisional": _provisional_json(receipt, book),
    }


def _provisional_json(receipt: Receipt, book: RuleBook) -> dict[str, Any] | None:
    found = receipt.provisional
    if found is None:
        return None
    rendered = render(found.findings, book, receipt.contract, **sender(receipt))
    return {
        "findings": [f.as_dict() for f in rendered],
        "elsewhere": [
            {"ledger": ledger, "code": code, "count": count}
            for (ledger, code), count in found.elsewhere.items()
        ],
        "not_run": found.not_run,
    }


def dump(values: Sequence[dict[str, Any]] | dict[str, Any]) -> str:
    """JSON for standard output."""
    return json.dumps(values, ensure_ascii=False, indent=2, default=str)
