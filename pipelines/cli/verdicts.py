"""Printing verdicts: the accounting of a file and its findings, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectations.findings import render
from expectations.rule import SEVERITY_ZH, RuleBook

if TYPE_CHECKING:
    from expectations.contract import Contract
    from pipelines.landing.export import Export
    from pipelines.landing.receive import Receipt

SHOWN = 20
_IGNORED_ZH = {
    "blank": "空行",
    "subtotal": "小计行",
    "footnote": "脚注行",
    "title": "标题行",
    "not_selected": "不属于本台账",
}
_STATUS_ZH = {"accepted": "接受", "unchanged": "未变", "refused": "退回", "passed": "通过"}


def accounting(receipt: Receipt, lang: str) -> str:
    """received = accepted + rejected + ignored, in one line."""
    from pipelines.landing.mapping import text_in

    v = receipt.verdict
    ignored = sum(v.ignored.values())
    if lang == "zh":
        reasons = "、".join(
            f"{_IGNORED_ZH.get(k) or text_in(k, lang)} {n}" for k, n in v.ignored.items()
        )
        return (
            f"收到 {v.received} 行 = 接受 {v.accepted} + 退回 {v.rejected}"
            f"（有误 {v.rejected - v.held}，随文件暂缓 {v.held}）"
            f"+ 忽略 {ignored}" + (f"（{reasons}）" if reasons else "")
        )
    reasons = ", ".join(f"{text_in(k, lang)} {n}" for k, n in v.ignored.items())
    return (
        f"received {v.received} = accepted {v.accepted} + rejected {v.rejected} "
        f"(faulty {v.rejected - v.held}, held {v.held}) + ignored {ignored}"
        + (f" ({reasons})" if reasons else "")
    )


def verdict_text(receipt: Receipt, book: RuleBook, lang: str, shown: int = SHOWN) -> str:
    """The verdict on one file as text: status, accounting, counts by rule, first findings."""
    v = receipt.verdict
    status = _STATUS_ZH[receipt.status] if lang == "zh" else receipt.status
    lines = [f"{_head(receipt, lang)}: {status}"]
    if receipt.status == "unchanged":
        return lines[0]
    lines.append("  " + accounting(receipt, lang))
    if not v.counts:
        lines.append("  校验完成，0 个问题" if lang == "zh" else "  judged: 0 findings")
        return "\n".join(lines)
    for code, count in sorted(v.counts.items(), key=lambda item: -item[1]):
        rule = book[code]
        severity = SEVERITY_ZH[rule.severity] if lang == "zh" else rule.severity
        title = rule.title_zh if lang == "zh" else rule.title_en
        lines.append(f"  {code} [{severity}] {title}: {count}")
    total = v.findings.num_rows
    for finding in render(v.findings.slice(0, shown), book, receipt.contract):
        lines.append("    " + finding.line(lang))
    if total > shown:
        lines.append(
            f"    …… 共 {total} 个问题，此处列出前 {shown} 个"
            if lang == "zh"
            else f"    … {total} findings in all, the first {shown} shown"
        )
    return "\n".join(lines)


def _head(receipt: Receipt, lang: str) -> str:
    """The file; for a ledger made from a foreign export the ledger and its files."""
    contract = receipt.contract
    if contract is None or receipt.file_name.startswith(f"{contract.name}_"):
        return receipt.file_name
    if lang == "zh":
        return f"《{contract.title_zh}》← {receipt.file_name}"
    return f"{contract.name} <- {receipt.file_name}"


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


def verdict_json(receipt: Receipt, book: RuleBook) -> dict[str, Any]:
    """The verdict on one file as plain values; every finding is listed."""
    v = receipt.verdict
    return {
        "file": receipt.file_name,
        "status": receipt.status,
        "ledger": receipt.identity.ledger if receipt.identity else None,
        "org_id": receipt.identity.org_id if receipt.identity else None,
        "period": str(receipt.identity.period) if receipt.identity else None,
        "seq": receipt.seq,
        "received": v.received,
        "accepted": v.accepted,
        "rejected": v.rejected,
        "held": v.held,
        "ignored": v.ignored,
        "control_totals": v.control_totals,
        "counts": v.counts,
        "findings": [f.as_dict() for f in render(v.findings, book, receipt.contract)],
    }


def dump(values: Sequence[dict[str, Any]] | dict[str, Any]) -> str:
    """JSON for standard output."""
    return json.dumps(values, ensure_ascii=False, indent=2, default=str)
