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
from expectations.findings import finding_text
from expectations.reconcile import LakeFindings, LakeScope, find_in_lake
from expectations.rule import SEVERITY_ZH, Rule, RuleBook
from expectations.runner import judge_slice
from expectations.suite import load_suite, with_rules
from pipelines.landing.store import sha256_file
from pipelines.paths import Home
from pipelines.warehouse.load_set import LoadSet

SHOWN = 10  # offences of one rule that are put in words


@dataclass
class LakeVerdict:
    """Decision of the lake gate with the offences behind it."""

    decision: Decision
    findings: LakeFindings
    folder: Path
    contracts: dict[str, Contract]
    files: dict[str, str]  # load id to the name of the file that was sent

    def lines(self, book: RuleBook, lang: str, shown: int = SHOWN) -> list[str]:
        """The offences in words, worst first; of each rule the first ones and how many there are."""
        order = {"block": 0, "explain": 1, "warn": 2}
        by_code: dict[str, list[dict[str, object]]] = {}
        for row in self.findings.table().to_pylist():
            by_code.setdefault(row["code"], []).append(row)
        result = []
        for code in sorted(by_code, key=lambda c: (order[book[c].severity], c)):
            rows = by_code[code]
            result += [self._line(book[code], row, lang) for row in rows[:shown]]
            if len(rows) > shown:
                result.append(
                    f"…… {code} 共 {len(rows)} 处，此处列出前 {shown} 处"
                    if lang == "zh"
                    else f"… {code}: {len(rows)} in all, the first {shown} shown"
                )
        return result

    def _line(self, rule: Rule, row: dict[str, object], lang: str) -> str:
        text = finding_text(rule, row, self.contracts.get(str(row["ledger"])), lang)
        severity = SEVERITY_ZH[rule.severity] if lang == "zh" else rule.severity
        place = ""
        if row["row_no"] is not None:
            file = self.files.get(str(row["load_id"]), "")
            number = f"第{row['row_no']}行" if lang == "zh" else f"row {row['row_no']}"
            place = f"{file} {number} {row['key']} "
        return f"[{severity}] {place}{text} ({rule.code})"


def judge_lake(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    book: RuleBook,
    load_set: LoadSet,
    home: Home,
    hashes: dict[str, str],
    *,
    optional: set[str],
    waivers: list[dict[str, str]] | None = None,
) -> LakeVerdict:
    """Judge a load set; writes ``data/gated/lake/<fingerprint>/decision.json``.

    Args:
        con: Connection with the lake's views and run tables.
        contracts: All ledgers.
        book: The rule registry.
        load_set: What is judged.
        home: Where lake and gated slices are.
        hashes: Today's digests.
        optional: Ledgers that no output in use needs: their absence is no finding.
        waivers: Waivers under which loads of the set were accepted.
    """
    judged = {n: c for n, c in contracts.items() if n not in optional or load_set.current[n]}
    scope = lake_scope(load_set, optional)
    findings = find_in_lake(con, judged, book, scope)
    not_run = {entry["code"] for entry in findings.not_run}
    rules = [
        r
        for r in book.rules.values()
        if r.level in ("L4", "L5")
        and r.status != "retired"
        and r.is_effective(load_set.period.end)
        and r.code not in not_run
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tables = {"load": folder / "load.parquet", "lake_finding": folder / "lake_finding.parquet"}
        pq.write_table(_load_table(load_set, home), tables["load"])
        pq.write_table(_finding_table(findings), tables["lake_finding"])
        decision = judge_slice(
            with_rules(load_suite("lake", "load_set"), rules),
            gate="lake",
            period=str(load_set.period),
            tables=tables,
            hashes=hashes,
            not_run=findings.not_run,
            waivers=waivers,
        )
        final = home.gated / "lake" / decision.fingerprint
        if not final.exists():
            decision.write(folder)
            final.parent.mkdir(parents=True, exist_ok=True)
            staged = final.with_name(f".{final.name}.tmp")
            shutil.rmtree(staged, ignore_errors=True)
            shutil.copytree(folder, staged)
            staged.replace(final)
    files = {
        x.load_id: "+".join(i["name"] for i in x.inputs)
        for loads in load_set.current.values()
        for x in loads
    }
    return LakeVerdict(decision, findings, final, contracts, files)


def lake_scope(load_set: LoadSet, optional: set[str]) -> LakeScope:
    """What of a load set is judged; a ledger that nobody needs and nobody sent is left out."""
    loads = [x for loads in load_set.current.values() for x in loads]
    return LakeScope(
        present=frozenset(load_set.present() - {n for n in optional if not load_set.current[n]}),
        period_end=load_set.period.end,
        loads=tuple((x.ledger, x.org_id, x.period) for x in loads),
        absent_columns=frozenset(f"{x.ledger}.{c}" for x in loads for c in x.absent_columns),
    )


def _finding_table(findings: LakeFindings) -> pa.Table:
    """The findings with what settles them."""
    table = findings.table()
    return table.append_column("resolution", pa.nulls(table.num_rows, pa.string()))


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
