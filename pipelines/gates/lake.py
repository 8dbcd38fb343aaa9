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
from expectations.findings import finding_text, severity_text
from expectations.reconcile import LakeFindings, LakeScope, find_in_lake
from expectations.rule import SEVERITY_ZH, Rule, RuleBook
from expectations.runner import judge_slice
from expectations.suite import load_suite, with_rules
from expectations.waiver import needs_reason, waived_codes
from pipelines.landing.line_number import file_and_line
from pipelines.landing.store import sha256_file
from pipelines.paths import Home
from pipelines.registry import Registry
from pipelines.waivers import waiver_lines, waivers_of_loads
from pipelines.warehouse.load_set import LoadSet

SHOWN = 10  # offences of one rule that are put in words


@dataclass
class LakeVerdict:
    """Decision of the lake gate with the offences behind it."""

    decision: Decision
    findings: pa.Table  # LAKE_FINDING_SCHEMA and what settles each: ``resolution``
    folder: Path
    contracts: dict[str, Contract]
    files: dict[str, tuple[str, ...]]  # load id to the names of the files it was made from
    letters: dict[str, dict[str, str]]  # load id to where its columns stand in the file

    def lines(self, book: RuleBook, lang: str, shown: int = SHOWN) -> list[str]:
        """The offences in words, worst first: of each rule that decides the first ones and how
        many there are; of hints only how many."""
        order = {"block": 0, "explain": 1, "warn": 2}
        by_code: dict[str, list[dict[str, object]]] = {}
        for row in self.findings.to_pylist():
            by_code.setdefault(row["code"], []).append(row)
        result = []
        for code in sorted(by_code, key=lambda c: (order[book[c].severity], c)):
            rule, rows = book[code], by_code[code]
            if rule.severity == "warn" or rule.status == "beta":
                title, count = (
                    (rule.title_zh, "处") if lang == "zh" else (rule.title_en, "finding(s)")
                )
                mark = severity_text(rule, lang)
                result.append(f"[{mark}] {title}: {len(rows)} {count} ({code})")
                continue
            result += [self._line(rule, row, lang) for row in rows[:shown]]
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
            files = self.files.get(str(row["load_id"]), ())
            file, line = file_and_line(int(str(row["row_no"])), files)
            letter = self.letters.get(str(row["load_id"]), {}).get(str(row["column"]))
            number = f"第{line}行" if lang == "zh" else f"row {line}"
            number = f"{letter}{line}" if letter else number
            place = f"{file} {number} {row['key']} "
        settled = ""
        if row["resolution"]:
            kind, _, name = str(row["resolution"]).partition(":")
            word = {"waived": "已豁免", "explained": "已说明"}[kind] if lang == "zh" else kind
            settled = f" [{word} {name}]"
        return f"[{severity}] {place}{text} ({rule.code}){settled}"


def judge_lake(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    book: RuleBook,
    load_set: LoadSet,
    home: Home,
    hashes: dict[str, str],
    registry: Registry,
    *,
    optional: set[str],
    is_latest: bool = True,
) -> LakeVerdict:
    """Judge a load set; writes ``data/gated/lake/<fingerprint>/decision.json``.

    Args:
        con: Connection with the lake's views and run tables.
        contracts: All ledgers.
        book: The rule registry.
        load_set: What is judged.
        home: Where lake and gated slices are.
        hashes: Today's digests.
        registry: Waivers, explanations and uploads that nobody has settled, as known at the load
            set's knowledge point.
        optional: Ledgers that no output in use needs: their absence is no finding.
        is_latest: The knowledge point is now: uploads after the last load count as well.
    """
    judged = {n: c for n, c in contracts.items() if n not in optional or load_set.current[n]}
    scope = lake_scope(load_set, optional)
    findings = find_in_lake(con, judged, book, scope)
    _open_uploads(findings, contracts, load_set, registry, is_latest)
    table = _settled(findings.table(), book, load_set, registry)
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
        pq.write_table(table, tables["lake_finding"])
        decision = judge_slice(
            with_rules(load_suite("lake", "load_set"), rules),
            gate="lake",
            period=str(load_set.period),
            tables=tables,
            hashes=hashes,
            not_run=findings.not_run,
            waivers=_waivers(table, book, load_set, registry, contracts),
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
        x.load_id: tuple(i["name"] for i in x.inputs)
        for loads in load_set.current.values()
        for x in loads
    }
    wanted = {x for x in table.column("load_id").to_pylist() if x}
    letters = {k: columns for k, (_, columns) in registry.load_places(wanted).items()}
    return LakeVerdict(decision, table, final, contracts, files, letters)


def lake_scope(load_set: LoadSet, optional: set[str]) -> LakeScope:
    """What of a load set is judged; a ledger that nobody needs and nobody sent is left out."""
    loads = [x for loads in load_set.current.values() for x in loads]
    return LakeScope(
        present=frozenset(load_set.present() - {n for n in optional if not load_set.current[n]}),
        period_end=load_set.period.end,
        loads=tuple((x.ledger, x.org_id, x.period) for x in loads),
        absent_columns=frozenset(f"{x.ledger}.{c}" for x in loads for c in x.absent_columns),
    )


def _open_uploads(
    findings: LakeFindings,
    contracts: dict[str, Contract],
    load_set: LoadSet,
    registry: Registry,
    is_latest: bool,
) -> None:
    """Slots whose newest upload is refused or waits while an older file is in force."""
    in_force = {
        (x.ledger, x.org_id, x.period): x.seq
        for loads in load_set.current.values()
        for x in loads
        if x.period == str(load_set.period)
    }
    codes = {"refused": "JT-LAKE-0009", "needs_explanation": "JT-LAKE-0010"}
    seen = set()
    for receipt in registry.receipts(str(load_set.period)):  # newest first
        slot = (receipt["ledger"], receipt["org_id"], receipt["period"])
        is_known = is_latest or receipt["seq"] <= load_set.as_of
        if not is_known or slot in seen:
            continue
        seen.add(slot)
        code = codes.get(receipt["status"])
        if code and slot in in_force and receipt["seq"] > in_force[slot]:
            title = contracts[slot[0]].title_zh
            findings.add(code, slot[0], slot[1], slot[1], title, receipt["file_name"])


def _settled(table: pa.Table, book: RuleBook, load_set: LoadSet, registry: Registry) -> pa.Table:
    """The findings with the load they belong to and what settles them.

    ``resolution`` is ``waived:<id>`` or ``explained:<id>``; empty for what is open.
    """
    end = load_set.period.end
    waivers = registry.waivers(load_set.as_of)
    explained = {
        (e.code, e.load_id): e.explanation_id for e in registry.explanations(load_set.as_of)
    }
    in_force: dict[tuple[str | None, str | None], str] = {
        (x.ledger, x.org_id): x.load_id for ls in load_set.current.values() for x in ls
    }
    # What an organisation has no file for any more rests on the register that says it closed.
    registers = [x.load_id for x in load_set.current.get("org_unit", ())]
    anchor = registers[0] if registers else None
    names = ("code", "ledger", "org_id", "load_id")
    load_ids: list[str | None] = []
    resolutions: list[str | None] = []
    known: dict[tuple[str | None, ...], tuple[str | None, str | None]] = {}
    for values in zip(*(table.column(n).to_pylist() for n in names), strict=True):
        if values not in known:
            code, ledger, org_id, load_id = values
            load_id = load_id or in_force.get((ledger, org_id), anchor)
            waiver = waived_codes(waivers, book, ledger, org_id, end).get(code)
            reason = explained.get((code, load_id or "")) if needs_reason(book[code]) else None
            resolution = f"waived:{waiver}" if waiver else None
            known[values] = (load_id, f"explained:{reason}" if reason else resolution)
        load_ids.append(known[values][0])
        resolutions.append(known[values][1])
    place = table.schema.get_field_index("load_id")
    table = table.set_column(place, "load_id", pa.array(load_ids, pa.string()))
    return table.append_column("resolution", pa.array(resolutions, pa.string()))


def _waivers(
    table: pa.Table,
    book: RuleBook,
    load_set: LoadSet,
    registry: Registry,
    contracts: dict[str, Contract],
) -> list[dict[str, str]]:
    """Waivers under which loads were accepted and those that settle a finding of the lake."""
    resolutions = {r for r in table.column("resolution").to_pylist() if r}
    used = {r.partition(":")[2] for r in resolutions if r.startswith("waived:")}
    used |= waivers_of_loads(registry, load_set)
    return waiver_lines(registry, used, book, contracts)


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
