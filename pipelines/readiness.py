"""Readiness of a period: who has sent what, and whether it is closed and emitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from expectations.contract import load_contracts
from pipelines.headline import pad
from pipelines.paths import LEDGERS_DIR
from pipelines.publish import closed_periods
from pipelines.registry import Registry
from pipelines.settings import Settings

_STATE_ZH = {
    "accepted": "已接受",
    "carried": "沿用",
    "needs_fix": "待更正",
    "missing": "未报",
}
_MARK = {"accepted": "✓", "carried": "→", "needs_fix": "✗", "missing": "·"}


@dataclass
class Readiness:
    """State per organisation and ledger: accepted, carried (register), needs_fix or missing."""

    period: str
    states: dict[str, dict[str, str]]
    ledger_titles: dict[str, str]
    is_closed: bool
    emitted: list[dict[str, Any]]
    gates: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "period": self.period,
            "organisations": self.states,
            "is_closed": self.is_closed,
            "gates": self.gates,
            "emitted": [
                {k: e[k] for k in ("output", "period", "fingerprint", "at")} for e in self.emitted
            ],
        }

    def text(self, lang: str) -> str:
        """A table: one line per organisation, one mark per ledger."""
        zh = lang == "zh"
        lines = [f"{self.period} {'报送情况' if zh else 'readiness'}"]
        if zh:
            lines.append("  ".join(f"{_MARK[k]} {v}" for k, v in _STATE_ZH.items()))
        else:
            lines.append("  ".join(f"{v} {k}" for k, v in _MARK.items()))
        ledgers = sorted({n for s in self.states.values() for n in s})
        for number, name in enumerate(ledgers, start=1):
            lines.append(f"  {number:>2} {self.ledger_titles[name] if zh else name}")
        lines.append(pad("", 16) + " ".join(f"{n:>2}" for n in range(1, len(ledgers) + 1)))
        for org, states in self.states.items():
            marks = " ".join(f" {_MARK[states[n]]}" if n in states else "  " for n in ledgers)
            lines.append(pad(org, 16) + marks)
        closed = (
            ("已月结" if self.is_closed else "未月结")
            if zh
            else ("closed" if self.is_closed else "not closed")
        )
        lines.append(closed + "".join(f"  {g}: {s}" for g, s in self.gates.items()))
        for entry in self.emitted:
            lines.append(f"  {entry['output']} {entry['fingerprint']} {entry['at'][:19]}Z")
        return "\n".join(lines)


def readiness(settings: Settings, registry: Registry, period: str | None) -> Readiness:
    """Readiness of a period (None: the newest one anything was received for)."""
    contracts = load_contracts(LEDGERS_DIR)
    receipts = registry.receipts()
    if period is None:
        periods = [r["period"] for r in receipts if r["period"]]
        period = max(periods) if periods else settings.first_period
    loads = registry.load_set(registry.latest_seq(), period)
    states: dict[str, dict[str, str]] = {}
    orgs = {x.org_id for x in loads}
    refused = {
        (r["org_id"], r["ledger"]): r["seq"]
        for r in reversed(receipts)
        if r["period"] == period and r["status"] == "refused" and r["org_id"]
    }
    for org, ledger in refused:
        states.setdefault(org, {})[ledger] = "needs_fix"
    for load in loads:
        contract = contracts.get(load.ledger)
        if contract is None:
            continue
        slot = states.setdefault(load.org_id, {})
        if load.period == period:
            # a correction refused since is still to be fixed, although the earlier load is in force
            if refused.get((load.org_id, load.ledger), 0) < load.seq:
                slot[load.ledger] = "accepted"
        elif contract.kind == "register":
            slot.setdefault(load.ledger, "carried")
    senders = {
        name: {x.org_id for x in loads if x.ledger == name} for name in {x.ledger for x in loads}
    }
    for org in orgs:
        for name, who in senders.items():
            is_sender = org in who or len(who) > 1
            if contracts[name].submitted_by == "branch" and is_sender:
                head_office = org in senders.get("org_unit", set())
                if not head_office:
                    states.setdefault(org, {}).setdefault(name, "missing")
    gates = {}
    for gate in ("lake", "marts", "pay"):
        decision = registry.latest_decision(gate, period)
        if decision:
            gates[gate] = decision["status"]
    return Readiness(
        period,
        dict(sorted(states.items())),
        {n: c.title_zh for n, c in contracts.items()},
        period in closed_periods(settings.home),
        registry.emissions(period),
        gates,
    )
