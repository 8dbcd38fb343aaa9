"""The lake gate: is the load set of a close complete, unaltered and consistent?

The slice is the list of loads with their hashes; the lake is immutable, so nothing is copied.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.contract import Contract
from expectations.decision import Decision
from expectations.reconcile import LakeFindings, find_in_lake
from expectations.rule import RuleBook
from expectations.runner import judge_slice
from expectations.suite import load_suite
from pipelines.landing.store import sha256_file
from pipelines.paths import Home
from pipelines.warehouse.load_set import LoadSet


@dataclass
class LakeVerdict:
    """Decision of the lake gate with the offences behind it."""

    decision: Decision
    findings: LakeFindings
    folder: Path

    def lines(self, book: RuleBook, lang: str) -> list[str]:
        """One line per offence, worst first."""
        order = {"block": 0, "explain": 1, "warn": 2}
        rows = sorted(
            self.findings.rows, key=lambda r: (order[book[str(r["code"])].severity], str(r["code"]))
        )
        result = []
        for row in rows:
            rule = book[str(row["code"])]
            template = rule.message_zh if lang == "zh" else rule.message_en
            texts = {k: row[k] or "" for k in ("value", "expected", "difference")}
            result.append(f"{template.format(**texts)} ({rule.code}, {rule.severity})")
        return result


def judge_lake(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    load_set: LoadSet,
    home: Home,
    hashes: dict[str, str],
    *,
    optional: set[str],
) -> LakeVerdict:
    """Judge a load set; writes ``data/gated/lake/<fingerprint>/decision.json``.

    Args:
        con: Connection with the lake's views and run tables.
        contracts: All ledgers.
        load_set: What is judged.
        home: Where lake and gated slices are.
        hashes: Today's digests.
        optional: Ledgers that no output in use needs: their absence is no finding.
    """
    loads = [(x.ledger, x.org_id, x.period) for loads in load_set.current.values() for x in loads]
    absent = {
        f"{x.ledger}.{column}"
        for loads in load_set.current.values()
        for x in loads
        for column in x.absent_columns
    }
    findings = find_in_lake(
        con,
        {n: c for n, c in contracts.items() if n not in optional or load_set.current[n]},
        present=load_set.present() - {n for n in optional if not load_set.current[n]},
        period_end=load_set.period.end,
        loads=loads,
        absent_columns=absent,
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tables = {"load": folder / "load.parquet", "lake_finding": folder / "lake_finding.parquet"}
        pq.write_table(_load_table(load_set, home), tables["load"])
        pq.write_table(findings.table(), tables["lake_finding"])
        decision = judge_slice(
            load_suite("lake", "load_set"),
            gate="lake",
            period=str(load_set.period),
            tables=tables,
            hashes=hashes,
            not_run=findings.not_run,
        )
        final = home.gated / "lake" / decision.fingerprint
        if not final.exists():
            decision.write(folder)
            final.parent.mkdir(parents=True, exist_ok=True)
            staged = final.with_name(f".{final.name}.tmp")
            shutil.rmtree(staged, ignore_errors=True)
            shutil.copytree(folder, staged)
            staged.replace(final)
    return LakeVerdict(decision, findings, final)


def _load_table(load_set: LoadSet, home: Home) -> pa.Table:
    rows = []
    for loads in load_set.current.values():
        for load in loads:
            part = home.lake_part(load.ledger, load.period, load.org_id, load.load_id)
            intact = part.is_file() and sha256_file(part) == load.part_sha256
            rows.append(
                {
                    "ledger": load.ledger,
                    "org_id": load.org_id,
                    "period": load.period,
                    "load_id": load.load_id,
                    "row_count": load.row_count,
                    "part_sha256": load.part_sha256,
                    "is_intact": intact,
                }
            )
    fields: dict[str, pa.DataType] = {
        "ledger": pa.string(),
        "org_id": pa.string(),
        "period": pa.string(),
        "load_id": pa.string(),
        "row_count": pa.int64(),
        "part_sha256": pa.string(),
        "is_intact": pa.bool_(),
    }
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))
