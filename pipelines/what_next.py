"""What a verdict means for its sender: the difference from the file in force, waivers, and what the
file waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.landing.receipt import Receipt


def rule_mark(receipt: Receipt, code: str, lang: str) -> str:
    """What stands beside a rule of the receipt: its waiver, or that it is explained; else empty."""
    waiver_id = receipt.verdict.waived.get(code)
    if waiver_id:
        return f"，已豁免 {waiver_id}" if lang == "zh" else f", waived {waiver_id}"
    if code in receipt.verdict.needs_explanation and code not in receipt.open_codes:
        return "，已说明" if lang == "zh" else ", explained"
    return ""


def what_next(receipt: Receipt, lang: str, *, with_difference: bool = True) -> list[str]:
    """Lines on how the file differs from the one in force, what was waived, what it waits for."""
    zh = lang == "zh"
    lines = []
    if receipt.difference is not None and with_difference:
        from pipelines.difference_words import difference_lines

        lines += difference_lines(receipt.difference, lang, examples=3)
    for code, waiver_id in receipt.verdict.waived.items():
        lines.append(
            f"已豁免 {code}（{waiver_id}）：问题照列，不阻断"
            if zh
            else f"{code} is waived ({waiver_id}): findings are listed and do not block"
        )
    codes = ("、" if zh else ", ").join(receipt.open_codes)
    if receipt.status == "needs_explanation":
        lines.append(
            f"待说明 {codes}：由报送人以外的人用 jingtian finding explain 说明后生效，"
            "此前的文件继续有效"
            if zh
            else f"waits for explanations of {codes} by somebody other than its sender "
            "(jingtian finding explain); the file before it stays in force"
        )
    if receipt.status == "passed" and receipt.open_codes:
        lines.append(
            f"报送后须由另一人说明：{codes}"
            if zh
            else f"once sent, another person must explain: {codes}"
        )
    if receipt.is_in_force:
        lines.append(
            "与当前有效的文件逐字节相同，无需重报"
            if zh
            else "the same bytes as the file in force; there is no need to send it"
        )
    if receipt.status == "unconfirmed":
        lines.append(
            "未确认更正，没有入库；此前的文件继续有效。确认后请加 --yes 重新接收"
            if zh
            else "the correction was not confirmed and not loaded; receive it again with --yes"
        )
    return lines
