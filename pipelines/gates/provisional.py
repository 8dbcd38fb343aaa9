"""What the rules across ledgers and months say about one file, before the month is closed.

They depend on what else has arrived, so nothing is decided here: the lake gate decides on the whole
load set. The file is judged as if it were in the lake in place of the one of its slot.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.contract import Contract
from expectations.findings import FINDING_SCHEMA
from expectations.reconcile import LakeFindings, find_in_lake
from expectations.rule import RuleBook
from pipelines.gates.lake import lake_scope
from pipelines.landing.identity import Identity
from pipelines.paths import Home
from pipelines.registry import Registry
from pipelines.warehouse.inputs import create_lake_views, write_run_tables
from pipelines.warehouse.load_set import LoadSet, read_load_set

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
    letters: Mapping[str, str],
    *,
    rows: str | None = None,
) -> Provisional:
    """Run the rules across ledgers and months that read the file's ledger.

    Args:
        con: Connection; its schemas ``lake`` and ``run`` are used.
        contracts: All ledgers.
        book: The rule registry.
        home: Where the lake is.
        registry: The registry; what it knows now is what the file is compared with.
        identity: Ledger, organisation and period of the file.
        letters: Ledger column to the spreadsheet letters of the file's column.
        rows: Table of the file's typed rows; None when the file is in force already.
    """
    period = str(identity.period)
    load_set = read_load_set(home, registry, contracts, identity.period, registry.latest_seq())
    load_id = registry.load_in_force(identity.ledger, identity.org_id, period)
    extra = None
    if rows is not None:
        load_id = _THIS
        load_set = _without(load_set, contracts[identity.ledger], identity)
        columns = ", ".join(c.name for c in contracts[identity.ledger].columns if not c.is_personal)
        con.execute(
            f"create or replace temp table {_JUDGED} as select {columns}, "
            f"{literal(period)} as _period, {literal(identity.org_id)} as _org, "
            f"{literal(_THIS)} as _load_id, _row from {rows}"
        )
        extra = {identity.ledger: _JUDGED}
    create_lake_views(con, contracts, load_set, home, extra)
    write_run_tables(con, contracts, load_set, {})
    scope = lake_scope(load_set, set())
    scope = dataclasses.replace(
        scope,
        present=scope.present | {identity.ledger},
        loads=(*scope.loads, (identity.ledger, identity.org_id, period)),
        ledgers=frozenset({identity.ledger}),
    )
    lake = find_in_lake(con, contracts, book, scope)
    con.execute(f"drop table if exists {_JUDGED}")
    return _of_file(lake, identity, load_id, letters)


def _without(load_set: LoadSet, contract: Contract, identity: Identity) -> LoadSet:
    """The load set without what the file takes the place of."""
    others = tuple(
        x
        for x in load_set.current[contract.name]
        if x.org_id != identity.org_id
        or (contract.kind != "register" and x.period != str(identity.period))
    )
    return dataclasses.replace(load_set, current={**load_set.current, contract.name: others})


def _of_file(
    lake: LakeFindings, identity: Identity, load_id: str | None, letters: Mapping[str, str]
) -> Provisional:
    rows = []
    elsewhere: dict[tuple[str, str], int] = {}
    for row in lake.table().to_pylist():
        is_own = row["load_id"] == load_id or (
            row["load_id"] is None
            and row["ledger"] == identity.ledger
            and row["org_id"] in (None, identity.org_id)
        )
        if is_own:
            letter = letters.get(row["column"] or "")
            cell = f"{letter}{row['row_no']}" if letter and row["row_no"] else None
            rows.append({**{n: row[n] for n in FINDING_SCHEMA.names if n != "cell"}, "cell": cell})
        elif row["org_id"] == identity.org_id:
            slot = (row["ledger"], row["code"])
            elsewhere[slot] = elsewhere.get(slot, 0) + 1
    return Provisional(
        pa.Table.from_pylist(rows, schema=FINDING_SCHEMA),
        dict(sorted(elsewhere.items())),
        {entry["code"]: entry["reason"] for entry in lake.not_run},
    )
