"""The load set: which loads a close reads, resolved once from a knowledge point.

Registers are carried forward: for a month the last accepted load of an organisation up to that
month is in force. Snapshots, flows and ten-day ledgers belong to their own month; a later period
is never read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from expectations.contract import Contract
from expectations.decision import digest_of
from pipelines.periods import Period, window
from pipelines.registry import Load


@dataclass(frozen=True)
class LoadSet:
    """Loads of one close.

    Attributes:
        period: The month that is closed.
        as_of: Knowledge point (registry sequence number).
        current: Ledger to the loads in force for the period.
        history: Ledger to every load in force for any month of the window.
        months: (ledger, organisation, month, load id, load period) for every month of the window.
    """

    period: Period
    as_of: int
    current: dict[str, tuple[Load, ...]]
    history: dict[str, tuple[Load, ...]]
    months: tuple[tuple[str, str, str, str, str], ...]

    @property
    def digest(self) -> str:
        """Digest of what the loads are; independent of sequence numbers and paths."""
        entries = sorted(
            (x.ledger, x.org_id, x.period, x.load_id, x.part_sha256)
            for loads in self.history.values()
            for x in loads
        )
        return digest_of([str(self.period), entries])

    def present(self) -> set[str]:
        """Ledgers with at least one load in the window."""
        return {ledger for ledger, loads in self.history.items() if loads}

    def as_dict(self) -> dict[str, object]:
        """Content of ``load_set.json``."""
        return {
            "period": str(self.period),
            "as_of": self.as_of,
            "digest": self.digest,
            "loads": [
                {
                    "ledger": x.ledger,
                    "org_id": x.org_id,
                    "period": x.period,
                    "load_id": x.load_id,
                    "sha256": x.part_sha256,
                    "rows": x.row_count,
                    "files": [i["name"] for i in x.inputs],
                }
                for loads in self.history.values()
                for x in loads
            ],
        }


def resolve_load_set(
    loads: Iterable[Load], contracts: dict[str, Contract], period: Period, as_of: int
) -> LoadSet:
    """The load set of a period from the accepted loads at a knowledge point."""
    slots: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        if load.ledger in contracts and load.period <= str(period):
            slots.setdefault((load.ledger, load.org_id), []).append(load)
    current: dict[str, list[Load]] = {name: [] for name in contracts}
    history: dict[str, dict[str, Load]] = {name: {} for name in contracts}
    months: list[tuple[str, str, str, str, str]] = []
    span = [str(m) for m in window(period)]
    for (ledger, org), slot in sorted(slots.items()):
        slot.sort(key=lambda load: load.period)
        is_register = contracts[ledger].kind == "register"
        for month in span:
            chosen = (
                [x for x in slot if x.period <= month][-1:]
                if is_register
                else [x for x in slot if x.period == month]
            )
            for load in chosen:
                history[ledger][load.load_id] = load
                months.append((ledger, org, month, load.load_id, load.period))
                if month == str(period):
                    current[ledger].append(load)
    return LoadSet(
        period=period,
        as_of=as_of,
        current={k: tuple(v) for k, v in current.items()},
        history={k: tuple(v.values()) for k, v in history.items()},
        months=tuple(months),
    )
