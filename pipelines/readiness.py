"""Readiness of a period: who has sent what by when, and whether it is closed and emitted.

Here belongs the state of every slot (organisation and ledger of the month), derived from the
registry. Its table and lists belong to ``pipelines.cli.readiness_text``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from expectations.contract import Contract, load_contracts
from expectations.rule import RuleBook, load_rule_book
from pipelines.calendar import covered_years, due_date
from pipelines.clock import bank_today
from pipelines.landing.identity import identify
from pipelines.landing.receive import open_codes
from pipelines.landing.sent_file import files_of, shown_name
from pipelines.landing.store import sha256_file
from pipelines.paths import LEDGERS_DIR
from pipelines.periods import Period, parse_period
from pipelines.publish import closed_periods
from pipelines.registry import Load, Registry
from pipelines.settings import Settings

# In the order in which somebody has to do something about them.
STATES = (
    "missing",
    "needs_fix",
    "needs_explanation",
    "received",
    "withdrawn",
    "accepted",
    "carried",
)
OPEN_STATES = STATES[:5]


@dataclass
class SlotState:
    """State of one organisation and ledger in a month.

    Attributes:
        org_id: Organisation; ``ledger``: ledger.
        state: One of :data:`STATES`.
        due_on: Deadline; None when the ledger has none.
        accepted_on: Bank day on which the file in force was accepted.
        late_days: Days after the deadline: of the file in force, or (not accepted yet) until today.
        is_correction: The file in force came after an earlier accepted one.
        superseded: How many earlier files of the slot were accepted.
        carried_from: Month of a register that is carried forward.
        has_load: Whether a file is in force for the slot (an earlier one while one is to be fixed).
        seq: Sequence number of the newest receipt.
        file_name: Its file.
        codes: Rules that are to be fixed or explained, with the number of findings.
        waived: Rule code to waiver id of the file in force.
    """

    org_id: str
    ledger: str
    state: str
    due_on: dt.date | None = None
    accepted_on: dt.date | None = None
    late_days: int = 0
    is_correction: bool = False
    superseded: int = 0
    carried_from: str | None = None
    has_load: bool = False
    seq: int | None = None
    file_name: str | None = None
    codes: dict[str, int] = field(default_factory=dict)
    waived: dict[str, str] = field(default_factory=dict)


@dataclass
class Readiness:
    """State of a month: every slot, and whether it is closed and emitted.

    Attributes:
        period: ``YYYY-MM``.
        slots: One per organisation and ledger that is expected or was sent.
        names: Organisation id to name.
        contracts: All ledgers.
        today: Bank day of the report.
        uncovered_years: Years in which deadlines fall and whose holidays are not known.
        unused: Ledgers that nobody has ever sent.
        is_closed: Whether the month is published.
        emitted: Packs of the month.
        gates: Gate to the status of its newest decision.
    """

    period: str
    slots: list[SlotState]
    names: dict[str, str]
    contracts: dict[str, Contract]
    today: dt.date
    uncovered_years: list[int]
    unused: list[str]
    is_closed: bool
    emitted: list[dict[str, Any]]
    gates: dict[str, str]

    @property
    def states(self) -> dict[str, dict[str, str]]:
        """Organisation to ledger to state."""
        result: dict[str, dict[str, str]] = {}
        for slot in self.slots:
            result.setdefault(slot.org_id, {})[slot.ledger] = slot.state
        return result

    def counts(self) -> dict[str, int]:
        """How many slots are in each state."""
        return {state: sum(s.state == state for s in self.slots) for state in STATES}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, complete."""
        return {
            "period": self.period,
            "today": self.today.isoformat(),
            "counts": self.counts(),
            "late": sum(bool(s.late_days) for s in self.slots),
            "superseded": sum(s.superseded for s in self.slots),
            "organisations": self.states,
            "organisation_names": self.names,
            "slots": [
                {
                    **{
                        k: v.isoformat() if isinstance(v, dt.date) else v
                        for k, v in vars(s).items()
                    },
                    "org_name": self.names.get(s.org_id),
                    "ledger_zh": self.contracts[s.ledger].title_zh,
                }
                for s in self.slots
            ],
            "unused_ledgers": self.unused,
            "years_without_holiday_table": self.uncovered_years,
            "is_closed": self.is_closed,
            "gates": self.gates,
            "emitted": [
                {k: e[k] for k in ("output", "period", "fingerprint", "at")} for e in self.emitted
            ],
        }


@dataclass(frozen=True)
class _Organisation:
    name: str
    is_root: bool
    opened: dt.date | None
    closed: dt.date | None

    def is_active(self, on: dt.date) -> bool:
        return (self.opened is None or self.opened <= on) and (
            self.closed is None or self.closed > on
        )


class _History:
    """Events and receipts of every slot, read once."""

    def __init__(self, registry: Registry) -> None:
        self.receipts: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
        self.events: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
        self.all_receipts = registry.receipts()
        for receipt in reversed(self.all_receipts):
            if receipt["ledger"]:
                slot = self.receipts.setdefault((receipt["ledger"], receipt["org_id"]), {})
                slot.setdefault(receipt["period"], []).append(receipt)
        for event in registry.load_events():
            slot = self.events.setdefault((event["ledger"], event["org_id"]), {})
            slot.setdefault(event["period"], []).append(event)

    def newest_receipt(
        self, ledger: str, org_id: str, period: str, *, is_register: bool
    ) -> dict[str, Any] | None:
        """The newest receipt of the month; of a register, of the latest month up to it."""
        months = self.receipts.get((ledger, org_id), {})
        known = [m for m in sorted(months) if (m <= period if is_register else m == period)]
        return months[known[-1]][-1] if known else None

    def slot_events(self, ledger: str, org_id: str, period: str) -> list[dict[str, Any]]:
        """Load events of one slot, in order."""
        return self.events.get((ledger, org_id), {}).get(period, [])


def readiness(settings: Settings, registry: Registry, period: str | None) -> Readiness:
    """Readiness of a period (None: the newest one anything was received for)."""
    contracts = load_contracts(LEDGERS_DIR)
    book = load_rule_book()
    history = _History(registry)
    if period is None:
        periods = [r["period"] for r in history.all_receipts if r["period"]]
        period = max(periods) if periods else settings.first_period
    month = parse_period(period)
    loads = registry.load_set(registry.latest_seq(), "9999-12")
    organisations = _organisations(settings, [x for x in loads if x.period <= period])
    overrides = _Overrides(settings, loads)
    today = bank_today(settings.timezone)
    deadlines = {
        name: due_date(month.end, days, overrides.at(month, days))
        for name, days in ((n, c.due_days) for n, c in contracts.items())
        if days is not None
    }
    waiting = _in_the_inbox(settings, contracts, month, history)
    slots = []
    for ledger, org_id in _expected(contracts, organisations, history, waiting, month):
        slot = _state(registry, book, history, contracts[ledger], org_id, period, waiting)
        slot.due_on = deadlines.get(ledger)
        _count_lateness(slot, history, settings, period, today)
        slots.append(slot)
    used = {ledger for ledger, _ in history.receipts} | {ledger for ledger, _ in waiting}
    gates = {}
    for gate in ("lake", "marts", "pay"):
        decision = registry.latest_decision(gate, period)
        if decision:
            gates[gate] = decision["status"]
    return Readiness(
        period=period,
        slots=sorted(slots, key=lambda s: (s.org_id, s.ledger)),
        names={org: o.name for org, o in sorted(organisations.items())},
        contracts=contracts,
        today=today,
        uncovered_years=sorted({d.year for d in deadlines.values()} - covered_years()),
        unused=[name for name in contracts if name not in used],
        is_closed=period in closed_periods(settings.home),
        emitted=registry.emissions(period),
        gates=gates,
    )


def _organisations(settings: Settings, loads: list[Load]) -> dict[str, _Organisation]:
    """The organisation register as it stands for the month: the newest load of each sender."""
    newest = {load.org_id: load for load in loads if load.ledger == "org_unit"}
    found: dict[str, _Organisation] = {}
    columns = ["org_id", "org_name", "org_type_code", "opened_date", "closed_date"]
    for load in newest.values():
        part = settings.home.lake_part(load.ledger, load.period, load.org_id, load.load_id)
        if part.is_file():
            for row in pq.read_table(part, columns=columns).to_pylist():
                found[row["org_id"]] = _Organisation(
                    row["org_name"],
                    row["org_type_code"] == "bank",
                    row["opened_date"],
                    row["closed_date"],
                )
    return found


class _Overrides:
    """The register ``calendar_override`` in force at the month in which a deadline falls."""

    def __init__(self, settings: Settings, loads: list[Load]) -> None:
        self._settings = settings
        self._loads = [x for x in loads if x.ledger == "calendar_override"]
        self._read: dict[str, dict[dt.date, bool]] = {}

    def at(self, month: Period, due_days: int) -> Mapping[dt.date, bool]:
        """Overrides that hold for a deadline so many days after a month."""
        falls_in = f"{month.end + dt.timedelta(days=due_days):%Y-%m}"
        newest = {x.org_id: x for x in self._loads if x.period <= falls_in}
        result: dict[dt.date, bool] = {}
        for load in newest.values():
            if load.load_id not in self._read:
                part = self._settings.home.lake_part(
                    load.ledger, load.period, load.org_id, load.load_id
                )
                rows = []
                if part.is_file():
                    rows = pq.read_table(part, columns=["calendar_date", "is_workday"]).to_pylist()
                self._read[load.load_id] = {r["calendar_date"]: r["is_workday"] for r in rows}
            result |= self._read[load.load_id]
        return result


def _in_the_inbox(
    settings: Settings, contracts: dict[str, Contract], month: Period, history: _History
) -> set[tuple[str, str]]:
    """(ledger, organisation) whose file lies in the inbox and was not judged yet."""
    if not settings.home.inbox.is_dir():
        return set()
    judged = {(r["file_name"], r["byte_size"]): r["sha256"] for r in history.all_receipts}
    waiting = set()
    for path in files_of(settings.home.inbox)[0]:
        identity = identify(path.name, contracts)
        if identity is None or identity.period != month:
            continue
        try:
            digest = judged.get((shown_name(path), path.stat().st_size))
            is_judged = digest is not None and digest == sha256_file(path)
        except OSError:
            is_judged = False  # whoever receives it is told why it cannot be read
        if not is_judged:
            waiting.add((identity.ledger, identity.org_id))
    return waiting


def _expected(
    contracts: dict[str, Contract],
    organisations: dict[str, _Organisation],
    history: _History,
    waiting: Iterable[tuple[str, str]],
    month: Period,
) -> set[tuple[str, str]]:
    """(ledger, organisation) that must send, or that did.

    A ledger that somebody has ever sent up to the month is in use: every active organisation owes
    it, unless head office sends it for the whole bank; as the lake gate has it.
    """
    period = str(month)
    slots = set(waiting)
    senders: dict[str, set[str]] = {}
    for (ledger, org_id), months in history.receipts.items():
        if ledger not in contracts or not any(m <= period for m in months):
            continue
        senders.setdefault(ledger, set()).add(org_id)
        is_register = contracts[ledger].kind == "register"
        organisation = organisations.get(org_id)
        is_closed = organisation is not None and not organisation.is_active(month.end)
        if period in months or (is_register and not is_closed):
            slots.add((ledger, org_id))
    roots = [org for org, o in organisations.items() if o.is_root]
    active = [org for org, o in organisations.items() if not o.is_root and o.is_active(month.end)]
    for ledger, who in senders.items():
        if contracts[ledger].submitted_by == "branch":
            if not any((ledger, root) in slots for root in roots):
                slots |= {(ledger, org) for org in active}
        elif not who & set(roots) and roots:
            slots |= {(ledger, org) for org in who}
        else:
            slots |= {(ledger, root) for root in roots}
    return slots


def _state(
    registry: Registry,
    book: RuleBook,
    history: _History,
    contract: Contract,
    org_id: str,
    period: str,
    waiting: set[tuple[str, str]],
) -> SlotState:
    """State of one slot from its newest receipt and its load events."""
    ledger, is_register = contract.name, contract.kind == "register"
    slot = SlotState(org_id, ledger, "missing")
    events = history.slot_events(ledger, org_id, period)
    accepted = [e for e in events if e["state"] == "accepted"]
    slot.superseded = max(len(accepted) - 1, 0)
    slot.is_correction = len(accepted) > 1
    slot.has_load = bool(events) and events[-1]["state"] == "accepted"
    if slot.has_load:
        slot.state = "accepted"
    elif events:
        slot.state = "withdrawn"
    elif is_register:
        slot.carried_from = _carried_from(history, ledger, org_id, period)
        slot.state = "carried" if slot.carried_from else "missing"
    receipt = history.newest_receipt(ledger, org_id, period, is_register=is_register)
    if receipt:
        slot.seq, slot.file_name = receipt["seq"], receipt["file_name"]
        own = history.slot_events(ledger, org_id, receipt["period"])
        is_answered = bool(own) and own[-1]["seq"] > receipt["seq"]
        if not is_answered:
            _set_open(registry, book, slot, receipt)
    if slot.has_load:
        slot.waived = _waived(history, ledger, org_id, period, events[-1])
    if (ledger, org_id) in waiting:
        slot.state = "received"
    return slot


def _set_open(registry: Registry, book: RuleBook, slot: SlotState, receipt: dict[str, Any]) -> None:
    """What the newest receipt of a slot leaves to be done."""
    status = receipt["status"]
    if status == "refused":
        slot.state = "needs_fix"
        slot.codes = {
            code: n
            for code, n in receipt["counts"].items()
            if code in book.rules
            and book[code].severity == "block"
            and code not in receipt["waived"]
        }
    elif status == "needs_explanation":
        slot.state = status
        unexplained = open_codes(registry, str(receipt["load_id"]), receipt["needs_explanation"])
        slot.codes = {code: receipt["counts"].get(code, 0) for code in unexplained}
    elif status == "unconfirmed":
        slot.state = "received"


def _carried_from(history: _History, ledger: str, org_id: str, period: str) -> str | None:
    """The latest earlier month in which a register is in force."""
    months = history.events.get((ledger, org_id), {})
    for month in sorted((m for m in months if m < period), reverse=True):
        if months[month][-1]["state"] == "accepted":
            return month
    return None


def _waived(
    history: _History, ledger: str, org_id: str, period: str, event: dict[str, Any]
) -> dict[str, str]:
    """Waivers of the receipt that brought a load into force."""
    receipts = history.receipts.get((ledger, org_id), {}).get(period, [])
    own = [r for r in receipts if r["load_id"] == event["load_id"] and r["seq"] < event["seq"]]
    return dict(own[-1]["waived"]) if own else {}


def _count_lateness(
    slot: SlotState, history: _History, settings: Settings, period: str, today: dt.date
) -> None:
    """Days between the deadline and the acceptance of the file in force, or today."""
    events = history.slot_events(slot.ledger, slot.org_id, period)
    if slot.has_load:
        at = dt.datetime.fromisoformat(str(events[-1]["at"]))
        slot.accepted_on = at.astimezone(ZoneInfo(settings.timezone)).date()
    if slot.due_on is None or slot.state == "carried":
        return
    slot.late_days = max(((slot.accepted_on or today) - slot.due_on).days, 0)
