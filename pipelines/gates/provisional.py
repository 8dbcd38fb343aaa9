"""What the rules across ledgers and months say about one file, before the month is closed.

They depend on what else has arrived, so nothing is decided here: the lake gate decides on the whole
load set. The file is judged as if it were in the lake in place of the one of its slot.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from expectations.contract import Contract
from expectations.findings import FINDING_SCHEMA
from expectations.judge import RawTable, literal
from expectations.reconcile import find_in_lake
from expectations.rule import RuleBook
from pipelines.gates.lake import lake_scope
from pipelines.landing.identity import Identity
from pipelines.paths import Home
from pipelines.registry import Registry
from pipelines.warehouse.inputs import create_lake_views, write_run_tables
from pipelines.warehouse.load_set import read_load_set

_JUDGED = "judged_rows"
_THIS = "this file"


@dataclass
class Provisional:
    """Provisional findings on one file.

    Attributes:
        findings: Of the file's own rows, with cell addresses (``FINDING_SCHEMA``).
        elsewhere: (ledger, rule code) to the number of rows of other ledgers of the same
            organisation that would offend.
        not_run: Rule code to the reason why it could not run yet.
    """

    findings: pa.Table
    elsewhere: dict[tuple[str, str], int] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)


def judge_provisionally(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    book: RuleBook,
    home: Home,
    registry: Registry,
    identity: Identity,
    raw: RawTable,
) -> Provisional:
    """Run the rules across ledgers and months that read the file's ledger.

    Args:
        con: Connection whose ``typed`` holds the file's typed rows.
        contracts: All ledgers.
        book: The rule registry.
        home: Where the lake is.
        registry: The registry; what it knows now is what the file is compared with.
        identity: Ledger, organisation and period of the file.
        raw: The file's cells; they give the columns' letters.
    """
    contract = contracts[identity.ledger]
    slot = (identity.org_id, str(identity.period))
    found = read_load_set(home, registry, contracts, identity.period, registry.latest_seq())
    others = tuple(
        x
        for x in found.current[identity.ledger]
        if (x.org_id, x.period) != slot
        and not (contract.kind == "register" and x.org_id == slot[0])
    )
    load_set = dataclasses.replace(found, current={**found.current, identity.ledger: others})
    columns = ", ".join(c.name for c in contract.columns if not c.is_personal)
    con.execute(
        f"create or replace temp table {_JUDGED} as select {columns}, "
        f"{literal(slot[1])} as _period, {literal(slot[0])} as _org, {literal(_THIS)} as _load_id, "
        "_row from typed"
    )
    create_lake_views(con, contracts, load_set, home, {identity.ledger: _JUDGED})
    write_run_tables(con, contracts, load_set, {})
    scope = lake_scope(load_set, set())
    scope = dataclasses.replace(
        scope,
        present=scope.present | {identity.ledger},
        loads=(*scope.loads, (identity.ledger, *slot)),
        ledgers=frozenset({identity.ledger}),
    )
    lake = find_in_lake(con, contracts, book, scope)
    con.execute(f"drop table {_JUDGED}")
    return _of_file(lake.table(), lake.not_run, identity, raw)


def _of_file(
    table: pa.Table, not_run: list[dict[str, str]], identity: Identity, raw: RawTable
) -> Provisional:
    rows = []
    elsewhere: dict[tuple[str, str], int] = {}
    for row in table.to_pylist():
        is_own = row["load_id"] == _THIS or (
            row["load_id"] is None
            and row["ledger"] == identity.ledger
            and row["org_id"] in (None, identity.org_id)
        )
        if is_own:
            position = raw.positions.get(row["column"] or "")
            cell = None if position is None else f"{raw.letters[position]}{row['row_no']}"
            rows.append({**{n: row[n] for n in FINDING_SCHEMA.names if n != "cell"}, "cell": cell})
        elif row["org_id"] == identity.org_id:
            slot = (row["ledger"], row["code"])
            elsewhere[slot] = elsewhere.get(slot, 0) + 1
    findings = pa.Table.from_pylist(rows, schema=FINDING_SCHEMA)
    return Provisional(
        findings, dict(sorted(elsewhere.items())), {e["code"]: e["reason"] for e in not_run}
    )
