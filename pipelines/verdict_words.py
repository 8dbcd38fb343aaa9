"""What a verdict says in words, for the text on a terminal and for workbooks alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from expectations.findings import Finding, render
from expectations.fix_list import Fix, fix_list, severity_counts
from expectations.rule import SEVERITY_ZH, RuleBook

if TYPE_CHECKING:
    from pipelines.landing.receipt import Receipt

_IGNORED_ZH = {
    "blank": "空行",
    "subtotal": "小计行",
    "footnote": "脚注行",
    "title": "标题行",
    "not_selected": "不属于本台账",
    "merged": "并入同一行",
}
_STATUS_ZH = {
    "accepted": "接受",
    "unchanged": "未变",
    "refused": "退回",
    "passed": "通过",
    "needs_explanation": "待说明",
    "unconfirmed": "未确认",
}

_WAITING = ("needs_explanation", "unconfirmed")  # rows that passed and are not in force


def accounting(receipt: Receipt, lang: str) -> str:
    """received = accepted + rejected + ignored, in one line."""
    from pipelines.landing.mapping import text_in

    v = receipt.verdict
    ignored = sum(v.ignored.values())
    if lang == "zh":
        reasons = "、".join(
            f"{_IGNORED_ZH.get(k) or text_in(k, lang)} {n}" for k, n in v.ignored.items()
        )
        taken = "合格" if receipt.status in _WAITING else "接受"
        return (
            f"收到 {v.received} 行 = {taken} {v.accepted} + 退回 {v.rejected}"
            f"（有误 {v.rejected - v.held}，随文件暂缓 {v.held}）"
            f"+ 忽略 {ignored}" + (f"（{reasons}）" if reasons else "")
        )
    reasons = ", ".join(f"{text_in(k, lang)} {n}" for k, n in v.ignored.items())
    return (
        f"received {v.received} = {'good' if receipt.status in _WAITING else 'accepted'} "
        f"{v.accepted} + rejected {v.rejected} "
        f"(faulty {v.rejected - v.held}, held {v.held}) + ignored {ignored}"
        + (f" ({reasons})" if reasons else "")
    )


def status_text(receipt: Receipt, lang: str) -> str:
    """The verdict in one word."""
    return _STATUS_ZH[receipt.status] if lang == "zh" else receipt.status


def slot_text(receipt: Receipt, lang: str) -> str:
    """Which ledger, organisation and month the file is of; empty when it is not known."""
    if receipt.identity is None or receipt.contract is None:
        return ""
    org, period = receipt.identity.org_id, receipt.identity.period
    if lang == "zh":
        return f"台账《{receipt.contract.title_zh}》，机构 {org}，期间 {period}"
    return f"ledger {receipt.contract.name}, organisation {org}, period {period}"


def total_text(receipt: Receipt, book: RuleBook, lang: str) -> str:
    """How many findings of which severity; zero is said, not left to be guessed."""
    counts = severity_counts(receipt.verdict.counts, book)
    total = sum(counts.values())
    if not total:
        return "校验完成，0 个问题" if lang == "zh" else "judged: 0 findings"
    if lang == "zh":
        words = "、".join(f"{SEVERITY_ZH[s]} {n}" for s, n in counts.items() if s != "beta")
        beta = counts.get("beta", 0)
        trial = f"试运行 {beta}，不影响结论" if beta else ""
        return f"共 {total} 个问题：" + "；".join(p for p in (words, trial) if p)
    words = ", ".join(f"{s} {n}" for s, n in counts.items() if s != "beta")
    beta = counts.get("beta", 0)
    trial = f"beta {beta} (no effect on the verdict)" if beta else ""
    noun = "finding" if total == 1 else "findings"
    return f"{total} {noun}: " + "; ".join(p for p in (words, trial) if p)


def receipt_fixes(receipt: Receipt, book: RuleBook, areas: int = 8) -> list[Fix]:
    """What to fix first in one file."""
    return fix_list(
        receipt.verdict.findings, book, receipt.contract, areas=areas, **sender(receipt)
    )


def iter_findings(receipt: Receipt, book: RuleBook, most: int | None = None) -> Iterator[Finding]:
    """The first findings of one file, rendered; all of them when nothing is said."""
    table = receipt.verdict.findings
    if most is not None:
        table = table.slice(0, most)
    return render(table, book, receipt.contract, **sender(receipt))


def sender(receipt: Receipt) -> dict[str, str | None]:
    """Organisation and month of the file, for what a command to the steward names."""
    identity = receipt.identity
    return {
        "org_id": identity.org_id if identity else None,
        "period": str(identity.period) if identity else None,
    }


def ledger_title(ledger: str) -> str:
    """Chinese title of a ledger."""
    from expectations.contract import load_contract
    from pipelines.paths import LEDGERS_DIR

    return load_contract(LEDGERS_DIR / f"{ledger}.odcs.yaml").title_zh
