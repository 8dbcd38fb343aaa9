"""Rules across ledgers (L4) and against earlier periods (L5), as set-based SQL over the lake.

The input is a DuckDB connection with the views ``lake.<ledger>`` and ``lake.<ledger>_history`` and
the tables of schema ``run`` (see ``pipelines/warehouse/inputs.py``). The output is one row per
offence, at the grain of an organisation and a ledger; the lake gate decides on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from expectations.contract import Contract
from expectations.judge import literal

LAKE_FINDING_SCHEMA = pa.schema(
    [
        ("code", pa.string()),
        ("org_id", pa.string()),
        ("ledger", pa.string()),
        ("value", pa.string()),
        ("expected", pa.string()),
        ("difference", pa.string()),
    ]
)
_UNIQUE_ACROSS = ("customer", "customer_archive", "credit_line", "loan_account", "loan_event")


@dataclass
class LakeFindings:
    """Offences of a load set, and the checks that could not run with their reasons."""

    rows: list[dict[str, str | None]] = field(default_factory=list)
    not_run: list[dict[str, str]] = field(default_factory=list)

    def add(
        self,
        code: str,
        org_id: str | None,
        ledger: str,
        value: object = None,
        expected: object = None,
        difference: object = None,
    ) -> None:
        """Record one offence."""
        texts = [None if v is None else str(v) for v in (value, expected, difference)]
        row: dict[str, str | None] = {"code": code, "org_id": org_id, "ledger": ledger}
        row.update(zip(("value", "expected", "difference"), texts, strict=True))
        self.rows.append(row)

    def table(self) -> pa.Table:
        """The offences in a fixed order."""
        rows = sorted(self.rows, key=lambda r: tuple(str(v) for v in r.values()))
        return pa.Table.from_pylist(rows, schema=LAKE_FINDING_SCHEMA)


def find_in_lake(
    con: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    *,
    present: set[str],
    period_end: dt.date,
    loads: list[tuple[str, str, str]],
    absent_columns: set[str],
) -> LakeFindings:
    """All L4 and L5 offences of a load set.

    Args:
        con: Connection with the lake's views and run tables.
        contracts: All ledgers.
        present: Ledgers with any load.
        period_end: Last day of the period.
        loads: (ledger, organisation, load period) in force for the period.
        absent_columns: ``ledger.column`` that a source does not have.
    """
    findings = LakeFindings()
    if "org_unit" not in present:
        findings.add("JT-LAKE-0006", None, "org_unit", 1)
        return findings
    orgs, root = _organisations(con, findings, period_end)
    _completeness(findings, contracts, orgs, root, present, loads, period_end)
    _unique_keys(con, findings, contracts, present)
    _borrowers(con, findings, present)
    _loans_and_ledger(con, findings, present, absent_columns)
    _deposits_and_ledger(con, findings, present)
    _carry_forward(con, findings, present, absent_columns)
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
        findings.add("JT-LAKE-0006", None, "org_unit", faults)
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
    present: set[str],
    loads: list[tuple[str, str, str]],
    period_end: dt.date,
) -> None:
    """Every organisation has every ledger that the bank uses; old registers are named."""
    months = period_end.year * 12 + period_end.month
    by_ledger: dict[str, dict[str, str]] = {}
    for ledger, org, load_period in loads:
        by_ledger.setdefault(ledger, {})[org] = load_period
    for name, contract in contracts.items():
        if name not in present:
            continue
        have = by_ledger.get(name, {})
        if contract.submitted_by == "branch" and (root is None or root not in have):
            for org in orgs:
                if org not in have:
                    findings.add("JT-LAKE-0001", org, name, org, contract.title_zh)
        elif not have:
            findings.add("JT-LAKE-0001", root, name, root, contract.title_zh)
        if contract.max_age_months is not None:
            for org, load_period in have.items():
                year, month = map(int, load_period.split("-"))
                if months - (year * 12 + month) > contract.max_age_months:
                    findings.add("JT-LAKE-0005", org, name, org, contract.title_zh)


def _unique_keys(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    contracts: dict[str, Contract],
    present: set[str],
) -> None:
    for name in _UNIQUE_ACROSS:
        if name not in present or name not in contracts:
            continue
        key = ", ".join(contracts[name].key)
        count = con.execute(
            f"select count(*) from (select {key} from lake.{name} group by {key} "
            "having count(*) > 1)"
        ).fetchall()[0][0]
        if count:
            findings.add("JT-LAKE-0003", None, name, count, contracts[name].title_zh)


def _borrowers(con: duckdb.DuckDBPyConnection, findings: LakeFindings, present: set[str]) -> None:
    if not {"loan_account", "customer"} <= present:
        findings.not_run.append(_skip("JT-LAKE-0004", {"loan_account", "customer"} - present))
        return
    rows = con.execute(
        """
        select branch_id, count(*)
        from lake.loan_account as l
        where not exists (select 1 from lake.customer as c where c.customer_id = l.customer_id)
        group by branch_id
        order by branch_id
        """
    ).fetchall()
    for org, count in rows:
        findings.add("JT-LAKE-0004", org, "loan_account", org, count)


def _control(item: str) -> str:
    return (
        "select branch_id, sum(closing_balance) as gl_total from lake.gl_balance "
        f"where control_item_code = {literal(item)} group by branch_id"
    )


def _loans_and_ledger(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    present: set[str],
    absent_columns: set[str],
) -> None:
    missing = {"loan_account", "gl_balance"} - present
    if "loan_account.balance" in absent_columns:
        missing.add("loan_account.balance")
    if missing:
        findings.not_run.append(_skip("JT-LAKE-0002", missing))
        return
    _compare(
        con,
        findings,
        "JT-LAKE-0002",
        "loan_account",
        "select branch_id, sum(balance) as total from lake.loan_account group by branch_id",
        _control("loan_balance"),
    )


def _deposits_and_ledger(
    con: duckdb.DuckDBPyConnection, findings: LakeFindings, present: set[str]
) -> None:
    missing = {"deposit_tenday", "gl_balance"} - present
    if missing:
        findings.not_run.append(_skip("JT-LAKE-0008", missing))
        return
    _compare(
        con,
        findings,
        "JT-LAKE-0008",
        "deposit_tenday",
        "select branch_id, sum(deposit_balance) as total from lake.deposit_tenday "
        "where balance_date = last_day(balance_date) group by branch_id",
        _control("deposit_balance"),
    )


def _compare(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    code: str,
    ledger: str,
    totals: str,
    controls: str,
) -> None:
    rows = con.execute(
        f"""
        select
            coalesce(t.branch_id, g.branch_id), t.total, g.gl_total,
            coalesce(t.total, 0) - coalesce(g.gl_total, 0)
        from ({totals}) as t
        full join ({controls}) as g on g.branch_id = t.branch_id
        where t.total is distinct from g.gl_total
            and (coalesce(t.total, 0) <> coalesce(g.gl_total, 0) or g.gl_total is null)
        order by 1
        """
    ).fetchall()
    for org, _total, control, difference in rows:
        expected = "无对账科目" if control is None else control
        findings.add(code, org, ledger, org, expected, difference)


def _carry_forward(
    con: duckdb.DuckDBPyConnection,
    findings: LakeFindings,
    present: set[str],
    absent_columns: set[str],
) -> None:
    """Previous balances plus the month's postings give the new balances, per organisation."""
    missing = {"loan_account", "loan_event"} - present
    if "loan_account.balance" in absent_columns:
        missing.add("loan_account.balance")
    if missing:
        findings.not_run.append(_skip("JT-LAKE-0007", missing))
        return
    previous = con.execute(
        """
        select count(*)
        from run.run_load as r
        cross join run.run_context as c
        where r.ledger = 'loan_account' and r.month = c.previous_period
        """
    ).fetchall()[0][0]
    if not previous:
        findings.not_run.append(
            {"code": "JT-LAKE-0007", "reason": "no_source:loan_account (previous month)"}
        )
        return
    rows = con.execute(
        """
        with before as (
            select branch_id, sum(balance) as balance
            from lake.loan_account_history
            where _period = (select previous_period from run.run_context)
            group by branch_id
        ),
        posted as (
            select
                branch_id,
                sum(
                    case
                        when event_type_code in ('disburse', 'repay_reversal')
                            then principal_amount
                        else -principal_amount
                    end
                ) as net
            from lake.loan_event
            group by branch_id
        ),
        after as (
            select branch_id, sum(balance) as balance, count(*) as loans
            from lake.loan_account
            group by branch_id
        )
        select
            a.branch_id, a.loans,
            a.balance - coalesce(b.balance, 0) - coalesce(p.net, 0)
        from after as a
        left join before as b on b.branch_id = a.branch_id
        left join posted as p on p.branch_id = a.branch_id
        where a.balance is distinct from coalesce(b.balance, 0) + coalesce(p.net, 0)
        order by 1
        """
    ).fetchall()
    for org, loans, difference in rows:
        findings.add("JT-LAKE-0007", org, "loan_account", org, loans, difference)


def _skip(code: str, missing: set[str]) -> dict[str, str]:
    return {"code": code, "reason": ", ".join(f"no_source:{m}" for m in sorted(missing))}
