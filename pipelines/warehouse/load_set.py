"""The load set: which loads a close reads, resolved once from a knowledge point.

Registers are carried forward: for a month the last accepted load of an organisation up to that
month is in force. Snapshots, flows and ten-day ledgers belong to their own month; a later period
is never read. What an organisation sent stops being carried forward when it closes: its customers
and units then stand in the register of another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow.parquet as pq

from expectations.contract import Contract
from expectations.decision import digest_of
from pipelines.paths import Home
from pipelines.periods import Period, parse_period, window
from pipelines.registry import Load, Registry


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


def read_load_set(
    home: Home,
    registry: Registry,
    contracts: dict[str, Contract],
    period: Period,
    as_of: int,
    *,
    restore: Callable[[list[Load]], None] | None = None,
) -> LoadSet:
    """The load set of a period at a knowledge point.

    Args:
        home: Where the lake is; the organisation register tells who has closed.
        registry: The registry.
        contracts: All ledgers.
        period: The month.
        as_of: Registry sequence number.
        restore: Called with the register's loads before their parts are read.
    """
    loads = registry.load_set(as_of, str(period))
    load_set = resolve_load_set(loads, contracts, period, as_of)
    registers = list(load_set.current.get("org_unit", ()))
    if restore:
        restore(registers)
    closed = _closing_dates(home, registers)
    if not closed:
        return load_set
    return resolve_load_set(loads, contracts, period, as_of, closed)


def _closing_dates(home: Home, registers: list[Load]) -> dict[str, dt.date]:
    closed: dict[str, dt.date] = {}
    for load in registers:
        part = home.lake_part(load.ledger, load.period, load.org_id, load.load_id)
        if part.is_file():
            table = pq.read_table(part, columns=["org_id", "closed_date"])
            columns = (table.column(name).to_pylist() for name in ("org_id", "closed_date"))
            closed |= {org: day for org, day in zip(*columns, strict=True) if day is not None}
    return closed


def resolve_load_set(
    loads: Iterable[Load],
    contracts: dict[str, Contract],
    period: Period,
    as_of: int,
    closed: Mapping[str, dt.date] | None = None,
) -> LoadSet:
    """The load set of a period from the accepted loads at a knowledge point.

    ``closed`` gives the closing date of organisations: at a month end on or after it, only what was
    sent for that very month is in force.
    """
    closing = closed or {}
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
            is_closed = org in closing and closing[org] <= parse_period(month).end
            if is_register and not is_closed:
                chosen = [x for x in slot if x.period <= month][-1:]
            else:
                chosen = [x for x in slot if x.period == month]
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
