"""Readiness as text: a table of marks, then by name what somebody has to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipelines.headline import pad
from pipelines.readiness import OPEN_STATES, STATES, Readiness, SlotState

STATE_ZH = {
    "missing": "未报",
    "needs_fix": "待更正",
    "needs_explanation": "待说明",
    "received": "已收待判或待确认",
    "withdrawn": "已撤回",
    "accepted": "已接受",
    "carried": "沿用",
}
_STATE_EN = {
    "missing": "missing",
    "needs_fix": "needs fix",
    "needs_explanation": "needs explanation",
    "received": "received, not judged or not confirmed",
    "withdrawn": "withdrawn",
    "accepted": "accepted",
    "carried": "carried forward",
}
_MARK = {
    "missing": "·",
    "needs_fix": "✗",
    "needs_explanation": "?",
    "received": "+",
    "withdrawn": "-",
    "accepted": "✓",
    "carried": "→",
}
_NAMED = 12  # organisations named in one line; the count is never cut


def readiness_text(result: Readiness, lang: str) -> str:
    """The state of a month for people: counts, table, head office, lists by name, close, packs."""
    zh = lang == "zh"
    heading = (
        f"{result.period} 报送情况（{result.today}）"
        if zh
        else f"{result.period} readiness ({result.today})"
    )
    lines = [heading, _counts(result, zh)]
    lines += _table(result, zh)
    lines += _head_office(result, zh)
    for state in OPEN_STATES:
        lines += _listed(result, state, zh)
    lines += _late(result, zh)
    lines += _remarks(result, zh)
    closed = (("已月结" if result.is_closed else "未月结") if zh
              else ("closed" if result.is_closed else "not closed"))  # fmt: skip
    lines.append(closed + "".join(f"  {g}: {s}" for g, s in result.gates.items()))
    for entry in result.emitted:
        lines.append(f"  {entry['output']} {entry['fingerprint']} {entry['at'][:19]}Z")
    return "\n".join(lines)


def _counts(result: Readiness, zh: bool) -> str:
    names = STATE_ZH if zh else _STATE_EN
    counts = result.counts()
    parts = [f"{_MARK[s]} {names[s]} {counts[s]}" for s in STATES]
    late = sum(bool(s.late_days) for s in result.slots)
    superseded = sum(s.superseded for s in result.slots)
    parts.append(f"迟报 {late}" if zh else f"late {late}")
    parts.append(f"已被更正取代 {superseded}" if zh else f"superseded {superseded}")
    return "  ".join(parts)


def _title(result: Readiness, ledger: str, zh: bool) -> str:
    return result.contracts[ledger].title_zh if zh else ledger


def _by_branch(result: Readiness, ledger: str) -> bool:
    return result.contracts[ledger].submitted_by == "branch"


def _table(result: Readiness, zh: bool) -> list[str]:
    """One line per organisation, one mark per ledger that branches send."""
    slots = [s for s in result.slots if _by_branch(result, s.ledger)]
    if not slots:
        return []
    ledgers = sorted({s.ledger for s in slots}, key=lambda n: list(result.contracts).index(n))
    due = {s.ledger: s.due_on for s in slots}
    heads = []
    for number, name in enumerate(ledgers, start=1):
        deadline = due[name]
        text = f"{number:>2} {_title(result, name, zh)}"
        if deadline:
            text += f"（{deadline:%m-%d}）" if zh else f" ({deadline:%m-%d})"
        heads.append(text)
    lines = ["机构报送的台账（截止日）" if zh else "ledgers that branches send (deadline)"]
    for start in range(0, len(heads), 3):
        lines.append("  " + "".join(pad(h, 34) for h in heads[start : start + 3]).rstrip())
    width = 28
    lines.append(pad("", width) + "".join(f"{n:>3}" for n in range(1, len(ledgers) + 1)))
    states = result.states
    for org in sorted({s.org_id for s in slots}):
        marks = "".join(
            f"  {_MARK[states[org][n]]}" if n in states[org] else "   " for n in ledgers
        )
        name = f"{org} {result.names.get(org, '')}" if zh else org
        lines.append((pad(name, width) + marks).rstrip())
    return lines


def _head_office(result: Readiness, zh: bool) -> list[str]:
    slots = [s for s in result.slots if not _by_branch(result, s.ledger)]
    if not slots:
        return []
    names = STATE_ZH if zh else _STATE_EN
    lines = ["总行报送的台账" if zh else "ledgers that head office sends"]
    for slot in slots:
        text = (
            f"  {_MARK[slot.state]} {pad(_title(result, slot.ledger, zh), 22)}{names[slot.state]}"
        )
        if slot.carried_from and slot.state == "carried":
            text += f" {slot.carried_from}"
        elif slot.due_on:
            text += f"，截止 {slot.due_on}" if zh else f", due {slot.due_on}"
        lines.append(text)
    return lines


def _listed(result: Readiness, state: str, zh: bool) -> list[str]:
    """Who has something to do, per ledger; files to fix and to explain one by one."""
    chosen = [s for s in result.slots if s.state == state]
    if not chosen:
        return []
    names = STATE_ZH if zh else _STATE_EN
    lines = [f"{names[state]} {len(chosen)}：" if zh else f"{names[state]} {len(chosen)}:"]
    if state in ("needs_fix", "needs_explanation", "received"):
        for slot in chosen:
            lines.append(_file_line(result, slot, zh))
        return lines
    return lines + _per_ledger(result, chosen, zh, lambda s: _overdue(s, zh))


def _file_line(result: Readiness, slot: SlotState, zh: bool) -> str:
    who = f"{slot.org_id} {result.names.get(slot.org_id, '')}" if zh else slot.org_id
    text = f"  {_title(result, slot.ledger, zh)}  {who.strip()}"
    if slot.codes:
        codes = [f"{code} {count}" for code, count in sorted(slot.codes.items())]
        text += f"：{'、'.join(codes)}" if zh else f": {', '.join(codes)}"
    if slot.file_name:
        text += f"（{slot.file_name}）" if zh else f" ({slot.file_name})"
    kept = slot.has_load or slot.carried_from is not None
    if kept and slot.state != "received":
        text += "，此前接受的文件继续有效" if zh else "; what was accepted before stays in force"
    if slot.late_days:
        text += f"，{_overdue(slot, zh)}" if zh else f"; {_overdue(slot, zh)}"
    return text


def _per_ledger(
    result: Readiness, slots: Iterable[SlotState], zh: bool, remark: Callable[[SlotState], str]
) -> list[str]:
    grouped: dict[tuple[str, str], list[SlotState]] = {}
    for slot in slots:
        grouped.setdefault((slot.ledger, remark(slot)), []).append(slot)
    lines = []
    for (ledger, text), own in sorted(grouped.items()):
        names = [
            f"{s.org_id} {result.names.get(s.org_id, '')}".strip() if zh else s.org_id for s in own
        ]
        shown = ("、" if zh else ", ").join(names[:_NAMED])
        if len(names) > _NAMED:
            shown += f" 等共 {len(names)} 家" if zh else f" and others, {len(names)} in all"
        bracket = (f"（{text}）" if zh else f" ({text})") if text else ""
        lines.append(f"  {_title(result, ledger, zh)}{bracket}{'：' if zh else ': '}{shown}")
    return lines


def _overdue(slot: SlotState, zh: bool) -> str:
    if slot.due_on is None:
        return ""
    text = f"截止 {slot.due_on}" if zh else f"due {slot.due_on}"
    if slot.late_days:
        text += f"，已过 {slot.late_days} 天" if zh else f", {slot.late_days} days ago"
    return text


def _late(result: Readiness, zh: bool) -> list[str]:
    """Files in force that were accepted after their deadline."""
    late = [s for s in result.slots if s.late_days and s.accepted_on]
    if not late:
        return []
    lines = [f"迟报 {len(late)}：" if zh else f"accepted late {len(late)}:"]

    def remark(slot: SlotState) -> str:
        if zh:
            kind = "更正" if slot.is_correction else "首报"
            return f"{kind}，截止 {slot.due_on}，迟 {slot.late_days} 天"
        kind = "correction" if slot.is_correction else "first file"
        return f"{kind}, due {slot.due_on}, {slot.late_days} days late"

    return lines + _per_ledger(result, late, zh, remark)


def _remarks(result: Readiness, zh: bool) -> list[str]:
    lines = []
    waived = sorted({w for s in result.slots for w in s.waived.values()})
    if waived:
        separator = "、" if zh else ", "
        lines.append(("所涉豁免：" if zh else "waivers used: ") + separator.join(waived))
    if result.uncovered_years:
        years = ("、" if zh else ", ").join(str(y) for y in result.uncovered_years)
        lines.append(
            f"注意：节假日表不含 {years} 年，截止日只按周末和《日历调整》顺延"
            if zh
            else f"note: the table of holidays does not know {years}; deadlines move for weekends "
            "and the bank's own calendar overrides only"
        )
    if result.unused:
        titles = [_title(result, n, zh) for n in result.unused]
        shown = ("、" if zh else ", ").join(titles)
        lines.append(
            f"从未报送、不计入上表的台账 {len(titles)}：{shown}"
            if zh
            else f"never sent, not counted above ({len(titles)}): {shown}"
        )
    return lines
