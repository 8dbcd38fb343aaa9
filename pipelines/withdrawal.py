"""Withdrawing a file: from then on its slot has no load in force."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contract import Contract
from pipelines.errors import RefusedError
from pipelines.periods import Period
from pipelines.registry import Registry
from pipelines.waivers import known_ledger, named_person, required_text

_WAITING = ("needs_explanation", "unconfirmed")


def withdraw(
    registry: Registry,
    contracts: Mapping[str, Contract],
    *,
    ledger: str,
    org_id: str,
    period: Period,
    reason: str,
    by: str,
) -> int:
    """Withdraw what is in force in a slot (or waits to be); returns the sequence number.

    A load superseded earlier does not come back; sending a file again fills the slot.

    Raises:
        RefusedError: There is nothing to withdraw, or reason or person are missing.
    """
    contract = known_ledger(contracts, ledger)
    person = named_person(by)
    text = required_text(reason, "撤回理由（--reason）", "the reason (--reason)")
    ledger = contract.name
    slot = (ledger, org_id, str(period))
    load_id = registry.load_in_force(*slot)
    if load_id is None:
        receipts = registry.receipts(slot=slot)
        events = registry.load_events(slot=slot)
        if receipts and receipts[0]["status"] in _WAITING:
            is_gone = bool(events) and events[-1]["seq"] > receipts[0]["seq"]
            load_id = None if is_gone else str(receipts[0]["load_id"])
    if load_id is None:
        raise RefusedError(
            f"{org_id} {period}《{contract.title_zh}》没有可撤回的文件。",
            f"there is nothing to withdraw in {ledger} {org_id} {period}.",
        )
    with registry.transaction():
        return registry.add_load_event(
            person,
            {"load_id": load_id, "ledger": ledger, "org_id": org_id, "period": str(period)},
            "withdrawn",
            text,
        )
