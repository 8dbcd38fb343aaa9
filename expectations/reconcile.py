"""Rules across ledgers (L4) and against earlier months (L5), as set-based SQL over the lake.

The input is a DuckDB connection with the views ``lake.<ledger>`` and ``lake.<ledger>_history`` and
the tables of schema ``run`` (see ``pipelines/warehouse/inputs.py``). Rules with SQL in the registry
are run here: all predicates of one ledger in one scan, and only those that found something are
taken apart. What needs the contracts themselves (who must send what, which keys are unique across
branches) is code. The output is one row per offence; the lake gate decides on it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from expectations.cell_sql import literal
from expectations.contract import Contract
from expectations.identifiers import define_identifiers
from expectations.rule import Rule, RuleBook

_TEXT: pa.DataType = pa.string()
LAKE_FINDING_SCHEMA = pa.schema(
    [
        ("code", _TEXT),
        ("ledger", _TEXT),
        ("org_id", _TEXT),
        ("load_id", _TEXT),
        ("row_no", pa.int64()),
        ("column", _TEXT),
        ("key", _TEXT),
        ("value", _TEXT),
        ("expected", _TEXT),
        ("difference", _TEXT),
    ]
)
_NAMES = tuple(LAKE_FINDING_SCHEMA.names)


@dataclass
class LakeFindings:
    """Offences of a load set, and the checks that could not run with their reasons."""

    parts: list[pa.Table] = field(default_factory=list)
    not_run: list[dict[str, str]] = field(default_factory=list)

    def add(
        self,
        code: str,
        ledger: str,
        org_id: str | None,
        value: object = None,
        expected: object = None,
        difference: object = None,
    ) -> None:
        """Record one offence of an organisation."""
        texts = [None if v is None else str(v) for v in (value, expected, difference)]
        row: dict[str, object] = dict.fromkeys(_NAMES)
        row.update(code=code, ledger=ledger, org_id=org_id)
        row.update(zip(("value", "expected", "difference"), texts, strict=True))
        self.parts.append(pa.Table.from_pylist([row], schema=LAKE_FINDING_SCHEMA))

    def table(self) -> pa.Table:
        """The offences in a fixed order."""
        if not self.parts:
            return LAKE_FINDING_SCHEMA.empty_table()
        order = ("code", "ledger", "org_id", "load_id", "row_no", "column", "key", "value")
        table = pa.concat_tables(self.parts)
        return table.sort_by([(name, "ascending") for name in order])


@dataclass(frozen=True)
class LakeScope:
    """What is judged.

    Attributes:
        present: Ledgers with any load.
        period_end: Last day of the period.
        loads: (ledger, organisation, load period) in force for the period.
        absent_columns: ``ledger.column`` that a source does not have.
        ledgers: Only rules that read one of these ledgers are run; None for all. Who has not sent
            is judged for all only.
    """

    present: frozenset[str]
    period_end: dt.date
    loads: tuple[tuple[str, str, str], ...]
    absent_columns: frozenset[str]
    ledgers: frozenset[str] | None = None


def find_in_lake(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    book: RuleBook,
    scope: LakeScope,
) -> LakeFindings:
    """All L4 and L5 offences of a load set, one row each."""
    findings = LakeFindings()
    if scope.ledgers is None:
        if "org_unit" not in scope.present:
            findings.add("JT-LAKE-0006", "org_unit", None, 1)
            return findings
        orgs, root = _organisations(con, findings, scope.period_end)
        _completeness(findings, contracts, orgs, root, scope)
    _unique_keys(con, findings, contracts, scope)
    _run_rules(con, findings, contracts, book, scope)
    return findings


def _organisations(
    con: duckdb.DuckDBPyConnection, findings: LakeFindings, period_end: dt.date
) -> tuple[list[str], str | None]:
    rows = con.execute(
        "select org_id, parent_org_id, org_type_code, opened_date, closed_date from lake.org_unit "
        "order by org_id"
    ).fetchall()
    known = {r[0] for r in rows}
    roots = [r[0] for r in rows if r[2] == "bank"]
    faults = abs(len(roots) - 1)
    faults += sum(1 for r in rows if r[2] != "bank" and r[1] not in known)
    faults += sum(1 for r in rows if r[2] == "bank" and r[1] is not None)
    if faults:
        findings.add("JT-LAKE-0006", "org_unit", None, faults)
    active = [
        r[0]
        for r in rows
        if r[2] != "bank"
        and (r[3] is None or r[3] <= period_end)
        and (r[4] is None or r[4] > period_end)
    ]
    return active, roots[0] if len(roots) == 1 else None


def _completeness(
    findings: LakeFindings,
    contracts: dict[str, Contract],
    orgs: list[str],
    root: str | None,
    scope: LakeScope,
) -> None:
    """Every organisation has every ledger that the bank uses; old registers are named."""
    months = scope.period_end.year * 12 + scope.period_end.month
    by_ledger: dict[str, dict[str, str]] = {}
    for ledger, org, load_period in scope.loads:
        by_ledger.setdefault(ledger, {})[org] = load_period
    for name, contract in contracts.items():
        if name not in scope.present:
            continue
        have = by_ledger.get(name, {})
        if contract.submitted_by == "branch" and (root is None or root not in have):
            for org in orgs:
                if org not in have:
                    findings.add("JT-LAKE-0001", name, org, org, contract.title_zh)
        elif not have:
            findings.add("JT-LAKE-0001", name, root, root, contract.title_zh)
        if contract.max_age_months is not None:
            for org, load_period in have.items():
                year, month = map(int, load_period.split("-"))
                if months - (year * 12 + month) > contract.max_age_months:
                    findings.add("JT-LAKE-0005", name, org, org, contract.title_zh)


def _unique_keys(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    contracts: dict[str, Contract],
    scope: LakeScope,
) -> None:
    """A key that two organisations use; the file judge has seen to the keys within one file."""
    for name, contract in contracts.items():
        by_org = contract.owner_column in contract.key
        if name not in scope.present or contract.submitted_by != "branch" or by_org:
            continue
        if scope.ledgers is not None and name not in scope.ledgers:
            continue
        if len({org for ledger, org, _ in scope.loads if ledger == name}) < 2:
            continue
        key = ", ".join(contract.key)
        # Equal keys have equal hashes: only rows whose hash occurs twice are asked exactly. Other
        # keys may share one: DuckDB's hash gives one long id in ten that of another.
        repeated = con.execute(
            "create or replace temp table repeated as "
            f"select h from (select hash({key}) as h from lake.{name}) group by h having count(*) > 1"
        ).fetchall()[0][0]
        if not repeated:
            continue
        joined = " and ".join(f"t.{n} = d.{n}" for n in contract.key)
        table = con.execute(
            f"""
            select
                'JT-LAKE-0003' as code, {literal(name)} as ledger, t._org as org_id,
                t._load_id as load_id, t._row as row_no,
                {literal(contract.key[0])} as "column", {_key_text(contract)} as key,
                {_key_text(contract)} as value, d.orgs as expected
            from lake.{name} as t
            join (
                select {key}, string_agg(distinct _org, '、' order by _org) as orgs
                from lake.{name}
                where hash({key}) in (select h from repeated)
                group by {key}
                having count(*) > 1
            ) as d on {joined}
            """
        ).to_arrow_table()
        _keep(findings, table)
    con.execute("drop table if exists repeated")


def _key_text(contract: Contract) -> str:
    parts = ", ".join(f"cast(t.{name} as varchar)" for name in contract.key)
    return f"concat_ws('|', {parts})"


def _keep(findings: LakeFindings, table: pa.Table) -> None:
    """Add offences of a query; columns it does not give are empty."""
    if table.num_rows == 0:
        return
    columns = []
    for schema_field in LAKE_FINDING_SCHEMA:
        if schema_field.name in table.column_names:
            columns.append(table.column(schema_field.name).cast(schema_field.type))
        else:
            columns.append(pa.nulls(table.num_rows, schema_field.type))
    findings.parts.append(pa.table(columns, schema=LAKE_FINDING_SCHEMA))


def _run_rules(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    contracts: dict[str, Contract],
    book: RuleBook,
    scope: LakeScope,
) -> None:
    months = _months_before(con)
    runnable: dict[str, list[Rule]] = {}
    queries: list[Rule] = []
    for rule in book.lake_rules(scope.period_end):
        ledger = rule.ledger or ""
        read = {ledger, *(need.split(".")[0] for need in rule.needs), *rule.before}
        if scope.ledgers is not None and not read & scope.ledgers:
            continue
        missing = _missing(rule, scope, months)
        if missing:
            findings.not_run.append({"code": rule.code, "reason": ", ".join(missing)})
        elif rule.query:
            queries.append(rule)
        else:
            runnable.setdefault(ledger, []).append(rule)
    used = {name for rules in runnable.values() for r in rules for name in r.before}
    used |= {name for rule in queries for name in rule.before}
    _create_before_views(con, used)
    used_sql = [r.violation or "" for rules in runnable.values() for r in rules]
    define_identifiers(con, " ".join([*used_sql, *(str(r.query) for r in queries)]))
    con.execute("set search_path = 'lake,run'")
    try:
        for ledger, rules in runnable.items():
            for with_before in (False, True):
                chosen = [r for r in rules if _compares_months(r) == with_before]
                if chosen:
                    _run_predicates(con, findings, contracts[ledger], chosen, with_before)
        for rule in queries:
            _run_query(con, findings, rule)
    finally:
        con.execute("set search_path = 'main'")


def _missing(rule: Rule, scope: LakeScope, months: set[str]) -> list[str]:
    """Why a rule cannot run: ledgers, columns and months that nobody has sent."""
    names = {rule.ledger or "", *rule.needs} - {""}
    names |= {f"{rule.ledger}.{name}" for name in rule.fields if rule.ledger}
    missing = {
        name
        for name in names
        if name.split(".")[0] not in scope.present or name in scope.absent_columns
    }
    missing = {n for n in missing if n.split(".")[0] not in missing - {n}}
    reasons = [f"no_source:{name}" for name in sorted(missing)]
    reasons += [f"no_source:{n} (previous month)" for n in sorted(set(rule.before) - months)]
    return reasons


def _months_before(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Ledgers that have a load in force in the month before."""
    rows = con.execute(
        """
        select distinct r.ledger
        from run.run_load as r
        join run.run_context as c on c.previous_period = r.month
        """
    ).fetchall()
    return {str(row[0]) for row in rows}


def _create_before_views(con: duckdb.DuckDBPyConnection, ledgers: set[str]) -> None:
    """Views ``lake.<ledger>_before``: the rows in force in the month before."""
    for name in sorted(ledgers):
        con.execute(
            f"""
            create or replace view lake.{name}_before as
            select h.*
            from lake.{name}_history as h
            join run.run_load as r on r.ledger = {literal(name)} and r.load_id = h._load_id
            join run.run_context as c on c.previous_period = r.month
            """
        )


def _rows(contract: Contract, with_before: bool) -> str:
    """The rows ``t`` of a ledger, each beside its own of the month before, ``b``, where asked."""
    rows = (
        "(select l.*, c.period, c.period_start, c.period_end, c.year_start "
        f"from lake.{contract.name} as l cross join run.run_context as c) as t"
    )
    if with_before:
        same_key = " and ".join(f"b.{name} = t.{name}" for name in contract.key)
        rows += f" left join lake.{contract.name}_before as b on {same_key}"
    return rows


def _compares_months(rule: Rule) -> bool:
    """Whether the predicate speaks of the row's own state a month ago."""
    return re.search(r"\bb\.", rule.violation or "") is not None


def _run_predicates(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    contract: Contract,
    rules: list[Rule],
    with_before: bool,
) -> None:
    """One scan says which rules found anything; only these are asked for their rows."""
    source = _rows(contract, with_before)
    flags = ", ".join(f"coalesce(({r.violation}), false) as f{i}" for i, r in enumerate(rules))
    counts = ", ".join(f"count(*) filter (where f{i})" for i in range(len(rules)))
    found = con.execute(f"select {counts} from (select {flags} from {source})").fetchall()[0]
    for rule, count in zip(rules, found, strict=True):
        if not count:
            continue
        column = rule.fields[0]
        expected = f"cast({rule.expected} as varchar)" if rule.expected else "null"
        difference = f"cast({rule.difference} as varchar)" if rule.difference else "null"
        table = con.execute(
            f"""
            select
                {literal(rule.code)} as code, {literal(contract.name)} as ledger,
                t._org as org_id, t._load_id as load_id, t._row as row_no,
                {literal(column)} as "column", {_key_text(contract)} as key,
                cast(t.{column} as varchar) as value, {expected} as expected,
                {difference} as difference
            from {source}
            where coalesce(({rule.violation}), false)
            """
        ).to_arrow_table()
        _keep(findings, table)


def _run_query(con: duckdb.DuckDBPyConnection, findings: LakeFindings, rule: Rule) -> None:
    table = con.execute(str(rule.query)).to_arrow_table()
    unknown = set(table.column_names) - set(_NAMES)
    if unknown:
        raise ValueError(f"{rule.code}: query returns unknown column(s) {sorted(unknown)}")
    if table.num_rows:
        code = pa.array([rule.code] * table.num_rows, _TEXT)
        ledger = pa.array([rule.ledger] * table.num_rows, _TEXT)
        table = table.append_column("code", code).append_column("ledger", ledger)
    _keep(findings, table)
