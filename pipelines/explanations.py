"""Open findings, and the explanations that let ``explain`` findings pass.

A file whose only open findings ask for an explanation waits: its part is written, its load is
registered, and the file before it stays in force. When somebody other than its sender has
explained every such rule, it comes into force in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from expectations.contract import Contract
from expectations.rule import RuleBook
from expectations.waiver import load_reasons, same_person, waived_codes
from pipelines.errors import RefusedError
from pipelines.landing.receive import open_codes
from pipelines.periods import Period, parse_period
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.waivers import known_ledger, known_rule, named_person, required_text

Slot = tuple[str, str, str]  # ledger, organisation, period
RECEIPT, LAKE = "receipt", "lake"


@dataclass(frozen=True)
class OpenFinding:
    """Findings of one rule in one place that nobody has settled, or that a waiver lets pass.

    Attributes:
        gate: ``receipt`` or ``lake``.
        code: The rule; ``severity`` its severity.
        ledger: Ledger; ``org_id``, ``period``: the other two parts of the slot.
        count: Number of offences.
        state: ``block``, ``explain``, ``explained``, ``waived`` or ``warn``.
        file_name: File of the receipt; empty at the lake gate.
        by: Who sent the file.
        waiver_id: Waiver that covers it.
        load_id: Load an explanation would be for.
    """

    gate: str
    code: str
    severity: str
    ledger: str
    org_id: str
    period: str
    count: int
    state: str
    file_name: str
    by: str
    waiver_id: str
    load_id: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Explained:
    """What an explanation did: ``open_codes`` are still to be explained; ``is_accepted`` says that
    the file came into force."""

    explanation_id: str
    open_codes: tuple[str, ...]
    is_accepted: bool


def latest_receipts(registry: Registry, period: str | None = None) -> dict[Slot, dict[str, Any]]:
    """The newest receipt of every slot, of one period or of all."""
    latest: dict[Slot, dict[str, Any]] = {}
    for receipt in registry.receipts(period):
        if receipt["ledger"]:
            slot = (receipt["ledger"], receipt["org_id"], receipt["period"])
            latest.setdefault(slot, receipt)
    return latest


def waiting_receipt(registry: Registry, slot: Slot) -> dict[str, Any] | None:
    """The receipt of a slot whose file waits for explanations: the newest one, when nothing has
    come into force or was withdrawn since."""
    receipts = registry.receipts(slot=slot)
    if not receipts or receipts[0]["status"] != "needs_explanation":
        return None
    events = registry.load_events(slot=slot)
    if events and events[-1]["seq"] > receipts[0]["seq"]:
        return None
    return receipts[0]


def open_findings(
    settings: Settings,
    registry: Registry,
    book: RuleBook,
    *,
    period: str | None = None,
    org_id: str | None = None,
    ledger: str | None = None,
) -> list[OpenFinding]:
    """Findings that block or ask for an explanation, of receipts and of the lake gate, by place."""
    found = _of_receipts(registry, book, period) + _of_lake(settings, registry, book, period)
    return sorted(
        (
            f
            for f in found
            if org_id in (None, f.org_id) and ledger in (None, f.ledger) and f.state != "warn"
        ),
        key=lambda f: (f.period, f.gate != RECEIPT, f.org_id, f.ledger, f.code),
    )


def _of_receipts(registry: Registry, book: RuleBook, period: str | None) -> list[OpenFinding]:
    found = []
    for slot, receipt in latest_receipts(registry, period).items():
        is_refused = receipt["status"] == "refused"
        if not is_refused and not waiting_receipt(registry, slot):
            continue
        unexplained = open_codes(registry, str(receipt["load_id"]), receipt["needs_explanation"])
        for code, count in receipt["counts"].items():
            rule = book.rules.get(code)
            if rule is None or rule.status != "active":
                continue
            state = rule.severity
            if code in receipt["waived"]:
                state = "waived"
            elif state == "explain" and code not in unexplained:
                state = "explained"
            found.append(
                OpenFinding(
                    RECEIPT,
                    code,
                    rule.severity,
                    *slot,
                    count,
                    state,
                    receipt["file_name"],
                    receipt["actor"],
                    receipt["waived"].get(code, ""),
                    str(receipt["load_id"]),
                )
            )
    return found


def _of_lake(
    settings: Settings, registry: Registry, book: RuleBook, period: str | None
) -> list[OpenFinding]:
    """Findings of the newest lake decision of each period (or of one)."""
    as_of = registry.latest_seq()
    given = {(e.code, e.load_id) for e in registry.explanations(as_of)}
    waivers = registry.waivers(as_of)
    found = []
    for month in [period] if period else registry.judged_periods("lake"):
        counts = _lake_counts(settings, registry, month)
        end = parse_period(month).end
        for (code, ledger, org_id), (count, load_id) in counts.items():
            rule = book.rules.get(code)
            if rule is None:
                continue
            receipts = registry.receipts(load_id=load_id) if load_id else []
            waiver = waived_codes(waivers, book, ledger, org_id or None, end).get(code, "")
            state = rule.severity
            if waiver:
                state = "waived"
            elif state == "explain" and (code, load_id) in given:
                state = "explained"
            found.append(
                OpenFinding(
                    LAKE,
                    code,
                    rule.severity,
                    ledger,
                    org_id,
                    month,
                    count,
                    state,
                    "",
                    str(receipts[0]["actor"]) if receipts else "",
                    waiver,
                    load_id,
                )
            )
    return found


def _lake_counts(
    settings: Settings, registry: Registry, period: str
) -> dict[tuple[str, str, str], tuple[int, str]]:
    """(code, ledger, organisation) to the number of offences at the newest lake decision and the
    load they belong to."""
    decision = registry.latest_decision("lake", period)
    if decision is None:
        return {}
    path = settings.home.gated / "lake" / decision["fingerprint"] / "lake_finding.parquet"
    if not path.is_file():
        return {}
    table = pq.read_table(path, columns=["code", "ledger", "org_id", "load_id"])
    counts: dict[tuple[str, str, str], tuple[int, str]] = {}
    for row in table.to_pylist():
        key = (row["code"], row["ledger"] or "", row["org_id"] or "")
        count = counts[key][0] if key in counts else 0
        counts[key] = (count + 1, row["load_id"] or "")
    return counts


def explain_finding(
    settings: Settings,
    registry: Registry,
    book: RuleBook,
    contracts: Mapping[str, Contract],
    *,
    code: str,
    ledger: str,
    org_id: str,
    period: Period,
    reason_code: str,
    note: str,
    by: str,
) -> Explained:
    """Explain the findings of one rule in one slot.

    Raises:
        RefusedError: There is no such open finding, it cannot pass by an explanation, the reason is
            not on the list, the note is empty, or the explainer sent the file.
    """
    rule = known_rule(book, code)
    contract = known_ledger(contracts, ledger)
    ledger = contract.name
    person = named_person(by)
    reasons = load_reasons()
    if reason_code not in reasons:
        zh = "、".join(f"{r.code}（{r.label_zh}）" for r in reasons.values())
        raise RefusedError(
            f"没有理由“{reason_code}”；可用：{zh}。",
            f'no reason "{reason_code}"; known: {", ".join(reasons)}.',
        )
    text = required_text(note, "说明内容（--note）", "the note (--note)")
    if rule.severity != "explain":
        zh, en = (
            ("为阻断级，须更正后重报，或申请豁免", "blocks: correct the file or ask for a waiver")
            if rule.severity == "block"
            else ("为提示级，不需说明", "only warns; nothing is to be explained")
        )
        raise RefusedError(
            f"规则 {code}（{rule.title_zh}）{zh}。", f"rule {code} ({rule.title_en}) {en}."
        )
    slot = (ledger, org_id, str(period))
    values = {
        "code": code,
        "ledger": ledger,
        "org_id": org_id,
        "period": str(period),
        "reason_code": reason_code,
        "note": text,
    }
    receipt = waiting_receipt(registry, slot)
    if receipt and code in receipt["needs_explanation"]:
        load_id = str(receipt["load_id"])
        if code not in open_codes(registry, load_id, [code]):
            raise _explained_already(code, contract, slot)
        _refuse_sender(registry, load_id, person)
        with registry.transaction():
            explanation_id = registry.add_explanation(person, {**values, "load_id": load_id})
            remaining = open_codes(registry, load_id, receipt["needs_explanation"])
            if not remaining:
                names = ("ledger", "org_id", "period")
                registry.accept_load(
                    person, {"load_id": load_id, **dict(zip(names, slot, strict=True))}
                )
        return Explained(explanation_id, remaining, not remaining)
    at_lake = _lake_counts(settings, registry, str(period))
    in_force = at_lake.get((code, ledger, org_id), (0, ""))[1]
    if not in_force:
        raise RefusedError(
            f"{org_id} {period}《{contract.title_zh}》没有待说明的 {code}；"
            "请用 jingtian finding list 查看。",
            f"no finding of {code} waits for an explanation in {ledger} {org_id} {period}; "
            "see jingtian finding list.",
        )
    given = registry.explanations(registry.latest_seq())
    if any((e.code, e.load_id) == (code, in_force) for e in given):
        raise _explained_already(code, contract, slot)
    _refuse_sender(registry, in_force, person)
    with registry.transaction():
        explanation_id = registry.add_explanation(person, {**values, "load_id": in_force})
    return Explained(explanation_id, (), False)


def _refuse_sender(registry: Registry, load_id: str, person: str) -> None:
    senders = {str(r["actor"]) for r in registry.receipts(load_id=load_id)}
    if same_person(person) in {same_person(s) for s in senders}:
        raise RefusedError(
            f"文件由 {person} 报送，须由另一人说明。",
            f"the file was sent by {person}; another person must explain it.",
        )


def _explained_already(code: str, contract: Contract, slot: Slot) -> RefusedError:
    ledger, org_id, period = slot
    return RefusedError(
        f"{org_id} {period}《{contract.title_zh}》的 {code} 已经说明。",
        f"{code} of {ledger} {org_id} {period} is explained already.",
    )
