"""The example bank in a lake: what the rules across ledgers and months see, without files or homes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from expectations.contract import Contract
from expectations.reconcile import LakeFindings, LakeScope, find_in_lake
from expectations.rule import RuleBook
from pipelines.landing.identity import Identity
from pipelines.landing.judge_file import judge_upload
from pipelines.periods import parse_period
from pipelines.sample.examples import BEFORE, PERIOD, ExampleBank, Row, Slot, example_bank
from tests.uploads import as_csv

_TYPED: dict[str, pa.Table] = {}


@dataclass
class ExampleLake:
    """A lake that holds the example bank; each question changes the ledgers it needs changed.

    Rules that read none of the changed ledgers see what they see in the unchanged bank, where a
    test of its own holds that none finds anything; only the others are run.
    """

    contracts: dict[str, Contract]
    book: RuleBook
    con: duckdb.DuckDBPyConnection = field(
        default_factory=lambda: duckdb.connect(config={"threads": 1})  # a few rows need no more
    )
    _held: dict[str, list[tuple[Slot, list[Row]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.con.execute("create schema lake")
        self.con.execute("create schema run")

    def find(self, bank: ExampleBank) -> LakeFindings:
        """All findings of the lake's rules on a changed example bank."""
        base = _by_ledger(self.contracts, example_bank(self.contracts))
        wanted = _by_ledger(self.contracts, bank)
        for name in self.contracts:
            if self._held.get(name) != wanted[name]:
                self._hold(name, wanted[name])
        _run_tables(self.con, list(bank.files))
        current = [slot for slot in bank.files if slot[2] == PERIOD]
        changed = frozenset(n for n in self.contracts if wanted[n] != base[n])
        slots = set(current) ^ set(example_bank(self.contracts).files)
        is_whole = not changed or "org_unit" in changed or bool(slots)
        scope = LakeScope(
            present=frozenset(slot[0] for slot in current),
            period_end=parse_period(PERIOD).end,
            loads=tuple((ledger, org, period) for ledger, org, period in current),
            absent_columns=frozenset(),
            ledgers=None if is_whole else changed,
        )
        return find_in_lake(self.con, self.contracts, self.book, scope)

    def _hold(self, name: str, files: list[tuple[Slot, list[Row]]]) -> None:
        """Make the ledger's rows of the period and of all months what these files say."""
        con, contract = self.con, self.contracts[name]
        tables = {slot: _typed(con, self.contracts, self.book, slot, rows) for slot, rows in files}
        for view, periods in ((name, (PERIOD,)), (f"{name}_history", (BEFORE, PERIOD))):
            parts = [t for (_, _, p), t in tables.items() if p in periods]
            con.execute(f"drop table if exists lake.{view}")
            if parts:
                con.register("part", pa.concat_tables(parts))
                con.execute(f"create table lake.{view} as from part")
                con.unregister("part")
            else:
                columns = [f"{c.name} {c.sql_type}" for c in contract.columns]
                columns += ["_period varchar", "_org varchar", "_load_id varchar", "_row bigint"]
                con.execute(f"create table lake.{view} ({', '.join(columns)})")
        self._held[name] = [(slot, [dict(row) for row in rows]) for slot, rows in files]


def _by_ledger(
    contracts: dict[str, Contract], bank: ExampleBank
) -> dict[str, list[tuple[Slot, list[Row]]]]:
    files: dict[str, list[tuple[Slot, list[Row]]]] = {name: [] for name in contracts}
    for slot, rows in sorted(bank.files.items()):
        files[slot[0]].append((slot, rows))
    return files


def _typed(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    book: RuleBook,
    slot: Slot,
    rows: list[Row],
) -> pa.Table:
    """Typed rows of one file with what the lake adds to them; the file itself has to pass."""
    memo = repr((slot, rows))
    if memo not in _TYPED:
        ledger, org, period = slot
        contract = contracts[ledger]
        identity = Identity(ledger, org, parse_period(period))
        name = f"{ledger}_{org}_{period}.csv"
        data = as_csv(contract, rows)
        verdict, _ = judge_upload(con, data, name, identity, contract, book)
        assert verdict.is_accepted, (slot, verdict.findings.to_pylist())
        names = ", ".join(c.name for c in contract.columns)
        _TYPED[memo] = con.execute(
            f"select {names}, '{period}' as _period, '{org}' as _org, "
            f"'{ledger}|{org}|{period}' as _load_id, _row from typed"
        ).to_arrow_table()
    return _TYPED[memo]


def _run_tables(con: duckdb.DuckDBPyConnection, slots: list[Slot]) -> None:
    period = parse_period(PERIOD)
    con.execute(
        "create or replace table run.run_context as select ? as period, cast(? as date) as "
        "period_start, cast(? as date) as period_end, cast(? as date) as year_start, "
        "? as previous_year_end_period, ? as previous_period",
        [PERIOD, period.start, period.end, period.year_start, "2024-12", BEFORE],
    )
    rows: list[dict[str, Any]] = []
    for ledger, org, sent in slots:
        load = {"ledger": ledger, "org": org, "load_id": f"{ledger}|{org}|{sent}"}
        rows.append({**load, "month": sent, "load_period": sent})
    con.register("loads", pa.Table.from_pylist(rows))
    con.execute("create or replace table run.run_load as from loads")
    con.unregister("loads")
