"""Comparing what was in force in a slot at two knowledge points."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contract import Contract
from pipelines.errors import RefusedError
from pipelines.explanations import Slot, waiting_receipt
from pipelines.landing.difference import Difference, compare, parquet
from pipelines.landing.receive import Receiver
from pipelines.landing.restore import missing_parts, restore_parts
from pipelines.periods import Period
from pipelines.registry import Load, Registry
from pipelines.settings import Settings
from pipelines.waivers import known_ledger


def compare_slot(
    settings: Settings,
    registry: Registry,
    contracts: Mapping[str, Contract],
    *,
    ledger: str,
    org_id: str,
    period: Period,
    first: int | None = None,
    last: int | None = None,
    examples: int = 20,
) -> Difference:
    """Difference of the files of a slot at two knowledge points.

    Without points: a file that waits for explanations against the one in force, or else the file in
    force against the one before it. Parts that are gone are made again from the landed bytes.

    Raises:
        RefusedError: Fewer than two files are there to compare.
    """
    contract = known_ledger(contracts, ledger)
    ledger = contract.name
    slot = (ledger, org_id, str(period))
    before, after = _loads(registry, slot, first, last)
    if before is None or after is None:
        place_zh, place_en = (
            f"{org_id} {period}《{contract.title_zh}》",
            f"{ledger} {org_id} {period}",
        )
        raise RefusedError(
            f"{place_zh}在所问时点没有两份可比的文件（最多接受过一份，或当时没有生效的文件）。",
            f"{place_en} has no two files to compare at these points.",
        )
    receiver = Receiver(settings, registry, "difference")
    loads = [registry.load(before), registry.load(after)]
    if missing_parts(settings.home, loads):
        restore_parts(receiver, loads, lambda _text: None)
    old, new = (_part(settings, load) for load in loads)
    return compare(
        receiver.con,
        contract,
        old,
        new,
        before_load=before,
        after_load=after,
        examples=examples,
    )


def _loads(
    registry: Registry, slot: Slot, first: int | None, last: int | None
) -> tuple[str | None, str | None]:
    """Load ids before and after."""
    events = registry.load_events(slot=slot)
    if first is None and last is None:
        waiting = waiting_receipt(registry, slot)
        if waiting:
            return registry.load_in_force(*slot), str(waiting["load_id"])
    accepted = [e for e in events if e["state"] == "accepted"]
    if last is None:
        last = accepted[-1]["seq"] if accepted else 0
    if first is None:
        # the state just before the event that brought the later file into force
        then = [e for e in accepted if e["seq"] <= last]
        first = then[-1]["seq"] - 1 if then else 0
        earlier = [e for e in accepted if e["seq"] <= first]
        return (earlier[-1]["load_id"] if earlier else None), _at(events, last)
    return _at(events, first), _at(events, last)


def _at(events: list[dict[str, object]], seq: int) -> str | None:
    """Load in force in a slot at a knowledge point, from the slot's events in order."""
    until = [e for e in events if int(str(e["seq"])) <= seq]
    if not until or until[-1]["state"] != "accepted":
        return None
    return str(until[-1]["load_id"])


def _part(settings: Settings, load: Load) -> str:
    return parquet(settings.home.lake_part(load.ledger, load.period, load.org_id, load.load_id))
