"""The sample bank: reproducible, consistent with itself and with the contracts."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from expectations.contract import Contract, load_contracts
from expectations.reconcile import LakeScope, find_in_lake
from expectations.rule import RuleBook, load_rule_book
from pipelines.landing.identity import identify
from pipelines.landing.judge_file import judge_upload
from pipelines.periods import parse_period
from pipelines.sample import SampleSummary, make_month, make_sample
from pipelines.sample.bank import organisations
from pipelines.sample.customers import resident_ids
from pipelines.sample.write import CONTRACTS_DIR

Row = dict[str, str]
CONTRACTS = load_contracts(CONTRACTS_DIR)
SIGN = {"发放": 1, "归还": -1, "还款冲正": 1, "以贷还贷结清": -1, "核销": -1}
BAD = {"次级", "可疑", "损失"}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """A small bank over fourteen months, with faults."""
    out = tmp_path_factory.mktemp("bank")
    return make_sample(out, branches=8, customers=640, months=14, faults=True)


@pytest.fixture(scope="module")
def rows(bank: SampleSummary) -> dict[str, list[Row]]:
    """All rows by ledger, columns by contract name, with ``_org`` and ``_period``."""
    result: dict[str, list[Row]] = defaultdict(list)
    for path in sorted(bank.inbox.iterdir()):
        ledger, org, period = _identity(path)
        header, *body = _cells(path)
        contract = CONTRACTS[ledger]
        assert header == [c.title_zh for c in contract.columns], path.name
        names = [c.name for c in contract.columns]
        for cells in body:
            row = dict(zip(names, cells, strict=True))
            result[ledger].append({**row, "_org": org, "_period": period})
    return result


def _identity(path: Path) -> tuple[str, str, str]:
    match = re.fullmatch(r"(.+)_(\d+)_(\d{4}-\d\d)", path.stem)
    assert match, path.name
    return match[1], match[2], match[3]


def _cells(path: Path) -> list[list[str]]:
    if path.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python()]
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


def _text(cell: object) -> str:
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float):
        return format(Decimal(f"{cell:.15g}"), "f")  # the digits that a spreadsheet keeps
    return str(cell)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def lake(rows: dict[str, list[Row]]) -> duckdb.DuckDBPyConnection:
    """All ledgers as of each month ``m``: registers as last sent by then, the rest of that month.

    Cells are typed; codes and flags are as printed. ``sent_<ledger>`` holds the files' rows.
    """
    kinds = {"money": "decimal(18,2)", "rate": "decimal(18,9)", "int": "bigint", "date": "date"}
    con = duckdb.connect()
    con.execute(
        "create table months as select distinct unnest(?::varchar[]) as m",
        [[row["_period"] for row in rows["gl_balance"]]],
    )
    for ledger, contract in CONTRACTS.items():
        names = [c.name for c in contract.columns]
        table = pa.table(
            {n: [r[n] or None for r in rows[ledger]] for n in [*names, "_org", "_period"]}
        )
        con.register("read", table)
        cells = ", ".join(
            f"cast({'cast(' + c.name + ' as double)' if c.kind == 'int' else c.name} as {kinds[c.kind]}) as {c.name}"
            if c.kind in kinds
            else c.name
            for c in contract.columns
        )
        con.execute(f"create table sent_{ledger} as select {cells}, _org, _period from read")
        con.unregister("read")
        in_force = (
            f"(select p._org, m, max(p._period) as _period from (select distinct _org, _period from"
            f" sent_{ledger}) as p join months on p._period <= m group by p._org, m)"
            if contract.kind == "register"
            else f"(select distinct _org, _period, _period as m from sent_{ledger})"
        )
        con.execute(
            f"create view {ledger} as select t.*, f.m from sent_{ledger} as t"
            f" join {in_force} as f using (_org, _period)"
        )
    return con


ON_POST = """exists (select 1 from staff as s where s.m = t.m and s.staff_id = t.{0}
    and s.branch_id = t.branch_id and s.status_code = '在岗')"""
CUSTOMER = "exists (select 1 from customer as c where c.m = t.m and c.customer_id = t.{0})"
CASH = "case event_type_code when '归还' then {0} when '还款冲正' then -{0} else 0 end"
OFFENCES = {
    "a loan's manager is on post in its branch": f"""
        select loan_id from loan_account as t
        where m >= '2025-01' and not {ON_POST.format("manager_id")}""",
    "a customer's manager is on post in the same branch": f"""
        select customer_id from customer as t where not {ON_POST.format("manager_id")}""",
    "whoever acts in a flow is on post then": " union all ".join(
        f"select staff_id from {ledger} as t where not {ON_POST.format('staff_id')}"
        for ledger in ("engagement", "product_sale", "business_participation", "personal_ledger")
    ),
    "customers named in other ledgers are in the register": " union all ".join(
        f"select {name} from {ledger} as t where {name} is not null and not {CUSTOMER.format(name)}"
        for ledger, name in (
            ("customer_deposit", "customer_id"),
            ("card", "customer_id"),
            ("engagement", "customer_id"),
            ("product_sale", "customer_id"),
            ("personal_ledger", "customer_id"),
            ("business_participation", "customer_id"),
            ("credit_line", "customer_id"),
            ("customer_archive", "customer_id"),
            ("service_point", "merchant_customer_id"),
        )
    ),
    "a live leaf grid has exactly one primary officer, a live big grid one manager": """
        select g.m, g.grid_id from grid as g
        left join grid_assignment as a
            on a.m = g.m and a.grid_id = g.grid_id and a.end_date is null
            and case g.grid_level_code
                when '小网格' then a.role_code = '网格员' and a.is_primary = '是'
                else a.role_code = '网格管理员' and a.organisation_code = '政府' end
        where g.live_date is not null and g.closed_date is null
        group by all having count(a.person_id) <> 1""",
    "nobody is assigned to a grid before it is live": """
        select a.grid_id from grid_assignment as a left join grid as g using (m, grid_id)
        where g.live_date is null or a.start_date < g.live_date""",
    "nobody is primary officer of two grids": """
        select m, person_id from grid_assignment where is_primary = '是' and end_date is null
        group by all having count(*) > 1""",
    "full-time officers are staff, part-time ones have a register number and a certificate": f"""
        select person_id from grid_assignment as t
        where case employment_code when '专职' then not {ON_POST.format("person_id")}
            else not person_id like 'P%' or certificate_no is null end""",
    "a service point lies in a known unit and in a grid of it that is not closed": """
        select point_id from service_point as t
        where not exists (select 1 from admin_unit as u
                where u.m = t.m and u.admin_unit_id = t.admin_unit_id)
            or t.grid_id is not null and not exists (select 1 from grid as g
                where g.m = t.m and g.grid_id = t.grid_id and g.admin_unit_id = t.admin_unit_id
                    and g.closed_date is null)""",
    "pilot units have a workstation by the year's end, with an agreement before it": """
        select u.admin_unit_id from admin_unit as u
        left join workstation as w using (m, admin_unit_id)
        where m = '2025-12' and u.is_pilot = '是' and (w.agreement_date is null
            or w.agreement_date > w.opened_date or w.agreement_date <> u.agreement_date)""",
    "every branch has a first version of every plan item of the year": """
        select m, org_id, plan_year from branch_plan where version_no = 1
        group by all having count(*) <> 12 or count(distinct plan_item_code) <> 12""",
    "first the archive, then the rating where there is one, then the credit line": """
        select credit_line_id from credit_line as t
        where rating_date > effective_date or not exists (select 1 from customer_archive as a
            where a.m = t.m and a.customer_id = t.customer_id
                and a.opened_date <= coalesce(t.rating_date, t.effective_date))""",
    "a loan has a credit line in force on its day": """
        select loan_id from loan_account as t
        where m >= '2025-01' and not exists (select 1 from credit_line as l
                where l.m = t.m and l.customer_id = t.customer_id
                    and l.credit_kind_code = case when t.purpose_code in ('经营', '其他')
                        then '经营性' else '消费性' end
                    and t.disbursement_date between l.effective_date and l.expiry_date)""",
    "operating balances stay within the operating credit in force": """
        select m, customer_id from loan_account
        join (select m, customer_id, sum(credit_amount) as credit from credit_line
            where credit_kind_code = '经营性' and status_code = '有效'
                and last_day(strptime(m, '%Y-%m')) between effective_date and expiry_date
            group by all) using (m, customer_id)
        where purpose_code = '经营'
        group by m, customer_id, credit having sum(balance) > credit""",
    "no loan is older than its customer's account": """
        select loan_id from loan_account join customer using (m, customer_id)
        where disbursement_date < opened_date""",
    "days overdue agree with the state of the loan": """
        select loan_id from loan_account
        where (overdue_days > 0) <> (contract_status_code in ('逾期', '到期未还'))
            or contract_status_code = '到期未还' and overdue_days < data_date - due_date""",
    "a first loan has no loan before it": """
        select loan_id from loan_event as e where is_first_loan = '是' and exists (
            select 1 from loan_account as l
            where l.customer_id = e.customer_id and l.disbursement_date < e.event_date)""",
    "only borrowers have an average of loans": """
        select customer_id from customer_deposit as t
        where loan_daily_avg > 0 and not exists (select 1 from loan_account as l
            where l.m = t.m and l.customer_id = t.customer_id)""",
    "what customers hold is no more than their branch's deposits": """
        select m, branch_id from customer_deposit as c
        join deposit_tenday as t using (m, branch_id)
        where t.balance_date = last_day(t.balance_date)
        group by m, branch_id, t.deposit_balance having sum(c.deposit_balance) > t.deposit_balance""",
    "agreements have their day, and a settlement account below them": """
        select customer_id from customer_deposit
        where (is_acquiring_signed = '是') <> (acquiring_date is not null)
            or (is_payroll_signed = '是') <> (payroll_date is not null)
            or greatest(acquiring_date, payroll_date, mobile_last_date, e_pay_last_date,
                corporate_bank_last_date) > data_date
            or has_settlement_account = '否' and coalesce(acquiring_date, payroll_date,
                mobile_last_date, e_pay_last_date, corporate_bank_last_date) is not null""",
    "a card is activated after it was issued, and used only while active": """
        select card_id from card
        where activated_date < issued_date or status_code in ('已激活', '冻结') and activated_date is null
            or status_code = '已发未激活' and activated_date is not null
            or status_code <> '已激活' and month_transaction_count > 0""",
    "gold cards belong to grid managers": """
        select card_id from card as t
        where (card_type_code like '%金卡%') <> (holder_person_id is not null)
            or holder_person_id is not null and not exists (select 1 from grid_assignment as a
                where a.m = t.m and a.person_id = t.holder_person_id
                    and a.role_code = '网格管理员')""",
    "who was met has an archive by then, in a grid that was live": """
        select engagement_id from engagement as t
        where not exists (select 1 from customer_archive as a where a.m = t.m
                and a.subject_id = t.subject_id and a.opened_date <= t.event_date)
            or grid_id is not null and not exists (select 1 from grid as g where g.m = t.m
                and g.grid_id = t.grid_id and g.live_date <= t.event_date
                and (g.closed_date is null or g.closed_date > t.event_date))""",
    "a reminder names a loan of the customer that falls due within sixty days": """
        select engagement_id from engagement as t left join loan_account as l using (m, loan_id)
        where (engagement_type_code = '到期前提醒') <> (loan_id is not null)
            or engagement_type_code = '到期前提醒' and (l.loan_id is null
                or l.due_date - event_date not between 0 and 60 or l.balance = 0
                or l.customer_id <> t.customer_id)""",
    "a revisit of a lost customer has a reason, nothing else has": """
        select engagement_id from engagement
        where (engagement_type_code = '流失回访') <> (churn_reason_code is not null)""",
    "loans booked are the loans disbursed": """
        (select m, loan_id from business_participation where participation_code = '簿记'
            except select m, loan_id from loan_event where event_type_code = '发放')
        union all
        (select m, loan_id from loan_event where event_type_code = '发放'
            except select m, loan_id from business_participation where participation_code = '簿记')""",
    "personal and public results add up to the branch's recoveries and interest": f"""
        select * from (select m, branch_id,
            sum(amount) filter (where entry_kind_code = '贷款收回') as principal,
            sum(amount) filter (where entry_kind_code = '利息') as interest
            from personal_ledger group by all) as p
        full join (select m, branch_id, sum({CASH.format("principal_amount")}) as repaid,
            sum({CASH.format("interest_amount")}) as collected
            from loan_event group by all) as e using (m, branch_id)
        where principal is distinct from repaid or interest is distinct from collected""",
    "who is trained is staff or a grid officer": """
        select person_id from training as t
        where not exists (select 1 from staff as s where s.m = t.m and s.staff_id = t.person_id)
            and not exists (select 1 from grid_assignment as a
                where a.m = t.m and a.person_id = t.person_id)""",
    "shares stay below their whole": """
        select item_code from qualitative_score where score > max_score
        union all select check_id from service_check where satisfied_count > respondent_count
        union all select channel_code from channel_activity
            where active_customer_count > registered_customer_count
        union all select incident_id from incident where recovered_amount > loss_amount
        union all select expense_item_code from branch_expense
            group by m, branch_id, expense_item_code
            having sum(case business_line_code when '全部' then amount else -amount end) <> 0""",
    "dates of one row follow each other": """
        select complaint_id from complaint where transferred_date < received_date
            or closed_date < transferred_date or revisited_date < closed_date
        union all select incident_id from incident where closed_date < incident_date
        union all select staff_id from staff where post_start_date < joined_date
            or (left_date is not null) <> (status_code = '离职')
        union all select archive_id from customer_archive where rating_date < opened_date
            or evaluation_date < opened_date or credit_household_date < rating_date
        union all select admin_unit_id from admin_unit where agreement_date < pilot_from_date
            or whole_village_date < agreement_date or credit_unit_date < whole_village_date
            or credit_unit_expiry_date <= credit_unit_date""",
    "units carry the code of their township and as many households as are counted": """
        select admin_unit_id from admin_unit where township_code <> admin_unit_id[:9]
        union all
        select township_code from admin_unit group by m, township_code
            having count(distinct coalesce(credit_township_date, date '1900-01-01')) > 1
        union all
        select admin_unit_id from segment_population join admin_unit using (m, admin_unit_id)
        where segment_code in ('社区居民', '农户', '农村经营大户', '家庭农场')
        group by m, admin_unit_id, household_count having sum(subject_count) > household_count""",
    "no establishment is smaller than the staff on it": """
        select s.m, branch_id from staff as s
        join branch_plan as p on p.m = s.m and p.org_id = s.branch_id
            and p.plan_year = cast(s.m[:4] as bigint) and p.plan_item_code = '人员定编'
        where is_on_establishment = '是' and status_code <> '离职'
        group by s.m, branch_id, plan_value having count(*) > plan_value""",
}


@pytest.mark.parametrize("sentence", OFFENCES)
def test_ledgers_agree_with_each_other(sentence: str, lake: duckdb.DuckDBPyConnection) -> None:
    assert lake.execute(OFFENCES[sentence]).fetchmany(3) == []


def test_same_seed_gives_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_sample(tmp_path / name, branches=8, customers=640, months=1, seed=7, faults=True)
    make_sample(tmp_path / "c", branches=1, customers=80, months=1, seed=8)
    make_sample(tmp_path / "d", branches=1, customers=80, months=1, seed=9)
    first, second = _hashes(tmp_path / "a"), _hashes(tmp_path / "b")
    assert any(name.endswith(".xlsx") for name in first)
    assert first == second
    name = "inbox/loan_account_090001_2025-01.csv"
    assert _hashes(tmp_path / "c")[name] != _hashes(tmp_path / "d")[name]


def test_balances_carry_forward_by_events_to_the_fen(rows: dict[str, list[Row]]) -> None:
    balance: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows["loan_account"]:
        balance[row["_period"]][row["loan_id"]] = Decimal(row["balance"])
    moves: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows["loan_event"]:
        amount = SIGN[row["event_type_code"]] * Decimal(row["principal_amount"])
        moves[(row["_period"], row["loan_id"])] += amount
    periods = sorted(balance)
    assert periods[0] == "2024-12" and len(periods) == 15
    for before, now in pairwise(periods):
        loans = set(balance[before]) | set(balance[now])
        for loan in loans:
            expected = balance[before].get(loan, Decimal(0)) + moves[(now, loan)]
            assert balance[now].get(loan, Decimal(0)) == expected, (loan, now)


def test_general_ledger_equals_loans_and_deposits(rows: dict[str, list[Row]]) -> None:
    loans: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows["loan_account"]:
        loans[(row["_org"], row["_period"])] += Decimal(row["balance"])
    deposits = {
        (row["_org"], row["_period"]): Decimal(row["deposit_balance"])
        for row in sorted(rows["deposit_tenday"], key=lambda r: r["balance_date"])
    }
    control: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows["gl_balance"]:
        control[(row["control_item_code"], row["_org"], row["_period"])] += Decimal(
            row["closing_balance"]
        )
    checked = 0
    for (item, org, period), value in control.items():
        if item:
            source = loans if item == "各项贷款余额" else deposits
            assert value == source[(org, period)], (item, org, period)
            checked += 1
    assert checked == 2 * 8 * 14


def test_loans_closed_in_a_year_stay_until_december_and_go_in_january(
    rows: dict[str, list[Row]],
) -> None:
    closed = {
        row["loan_id"]
        for row in rows["loan_account"]
        if row["_period"] == "2025-12" and Decimal(row["balance"]) == 0
    }
    january = {row["loan_id"] for row in rows["loan_account"] if row["_period"] == "2026-01"}
    assert closed and not closed & january


def test_every_new_loan_has_its_disbursement(rows: dict[str, list[Row]]) -> None:
    granted = {
        r["loan_id"]: (r["principal_amount"], r["event_date"], r["annual_rate"])
        for r in rows["loan_event"]
        if r["event_type_code"] == "发放"
    }
    new = {
        r["loan_id"]: (r["loan_amount"], r["disbursement_date"], r["annual_rate"])
        for r in rows["loan_account"]
        if r["disbursement_date"] >= "2025-01-01"
    }
    assert len(new) > 200
    for loan, (amount, day, rate) in new.items():
        principal, event_day, event_rate = granted[loan]
        assert (Decimal(principal), event_day) == (Decimal(amount), day)
        assert Decimal(event_rate) == Decimal(rate)
    assert set(granted) == set(new)


def test_renewals_name_a_loan_that_was_settled_by_them(rows: dict[str, list[Row]]) -> None:
    settled = {
        r["loan_id"]: r["event_date"]
        for r in rows["loan_event"]
        if r["event_type_code"] == "以贷还贷结清"
    }
    renewed = {
        r["loan_id"]: r
        for r in rows["loan_account"]
        if r["disbursement_kind_code"] in ("无还本续贷", "借新还旧")
        and r["disbursement_date"] >= "2025-01-01"
    }
    assert len(renewed) >= 10
    for loan in renewed.values():
        assert settled[loan["prev_loan_id"]] == loan["disbursement_date"]


def test_bad_loans_are_recovered_while_bad(rows: dict[str, list[Row]]) -> None:
    bad = {
        (r["_period"], r["loan_id"]) for r in rows["loan_account"] if r["five_class_code"] in BAD
    }
    periods = sorted({r["_period"] for r in rows["loan_account"]})
    before = dict(zip(periods[1:], periods, strict=False))
    recovered = sum(
        Decimal(r["principal_amount"])
        for r in rows["loan_event"]
        if r["event_type_code"] == "归还" and (before[r["_period"]], r["loan_id"]) in bad
    )
    assert recovered > 0


def test_every_file_keeps_its_contract(rows: dict[str, list[Row]]) -> None:
    assert set(rows) == set(CONTRACTS)
    for ledger, contract in CONTRACTS.items():
        keys: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
        for row in rows[ledger]:
            _check_row(contract, row)
            key = tuple(row[name] for name in contract.key)
            seen = keys[(row["_org"], row["_period"])]
            assert key not in seen, (ledger, key)
            seen.add(key)


def _check_row(contract: Contract, row: Row) -> None:
    for column in contract.columns:
        value = row[column.name]
        where = (contract.name, column.name, value)
        assert value or not column.required, where
        if value and column.codes:
            assert value in column.codes.values(), where
        if value and column.pattern:
            assert re.fullmatch(column.pattern, value), where
        if value and column.kind == "bool":
            assert value in ("是", "否"), where
    if contract.owner_column:
        assert row[contract.owner_column] == row["_org"]


def test_keys_are_unique_across_branches(rows: dict[str, list[Row]]) -> None:
    for ledger in ("customer", "credit_line", "customer_archive", "grid", "admin_unit"):
        owner: dict[tuple[str, ...], str] = {}
        for row in rows[ledger]:
            key = tuple(row[name] for name in CONTRACTS[ledger].key)
            assert owner.setdefault(key, row["_org"]) == row["_org"], (ledger, key)


def test_archived_subjects_never_exceed_the_population(rows: dict[str, list[Row]]) -> None:
    population = {
        (r["admin_unit_id"], r["segment_code"]): int(Decimal(r["subject_count"]))
        for r in reversed(rows["segment_population"])
    }
    subjects: dict[tuple[str, str], set[str]] = defaultdict(set)
    archives = 0
    for row in rows["customer_archive"]:
        if row["_period"] == "2026-02":
            archives += 1
            subjects[(row["admin_unit_id"], row["segment_code"])].add(row["subject_id"])
    assert archives > sum(map(len, subjects.values())), "some subjects have two archives"
    for cell, found in subjects.items():
        assert len(found) <= population[cell], cell


def test_every_branch_sends_the_ten_days_of_two_years(rows: dict[str, list[Row]]) -> None:
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows["deposit_tenday"]:
        days[(row["_org"], row["balance_date"][:4])].add(row["balance_date"])
    for org in {row["_org"] for row in rows["deposit_tenday"]}:
        assert len(days[(org, "2024")]) == 36
        assert len(days[(org, "2025")]) == 36


def test_identity_numbers_have_correct_check_digits_and_belong_to_nobody(
    rows: dict[str, list[Row]],
) -> None:
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    kinds = set()
    for row in rows["customer"]:
        number = row["id_no"]
        kinds.add(row["id_type_code"])
        if row["id_type_code"] == "居民身份证":
            total = sum(int(d) * w for d, w in zip(number[:17], weights, strict=True))
            assert number[17] == "10X98765432"[total % 11]
            assert number.startswith("4289")
        else:
            total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(number[:17]))
            assert number[17] == letters[-total % 31]
            assert number[2:6] == "4289"
    assert kinds == {"居民身份证", "统一社会信用代码"}


def test_own_values_of_the_bank_are_marked_as_sample(rows: dict[str, list[Row]]) -> None:
    for ledger in ("scheme_param", "scheme_binding"):
        assert {row["note"] for row in rows[ledger]} == {"示例"}
    names = {row["param_name"] for row in rows["scheme_param"] if row["_period"] == "2025-12"}
    assert "provincial_approved_total" in names
    assert "renewal_window_days" not in names


def test_all_file_forms_occur(bank: SampleSummary) -> None:
    files = [p for p in bank.inbox.iterdir() if p.name.startswith("customer_09")]
    forms = set()
    for path in files:
        data = path.read_bytes()
        if path.suffix == ".xlsx":
            forms.add("xlsx")
        elif data.startswith(b"\xef\xbb\xbf"):
            forms.add("utf-8 with mark")
        else:
            try:
                data.decode("utf-8")
                forms.add("utf-8")
            except UnicodeDecodeError:
                assert any(ord(c) > 0xFFFF for c in data.decode("gb18030"))
                forms.add("gb18030")
    assert forms == {"xlsx", "utf-8", "utf-8 with mark", "gb18030"}


def _truth(bank: SampleSummary) -> dict[str, set[tuple[str, str, str]]]:
    path = bank.inbox.parent / "faults" / "truth.csv"
    truth: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            truth[row["file"]].add((row["row"], row["cell"], row["code"]))
    return truth


def test_truth_holds_every_code_that_one_file_can_break(bank: SampleSummary) -> None:
    injected = {code for found in _truth(bank).values() for _, _, code in found}
    alone = [r for r in load_rule_book().rules.values() if r.level not in ("L4", "L5")]
    # some need a mapping, or a file that the system will not read
    known = {r.code for r in alone if not r.code.startswith("JT-MAP-")} - {"JT-FILE-0022"}
    assert known == injected


def test_judge_finds_exactly_the_injected_faults(bank: SampleSummary) -> None:
    folder = bank.inbox.parent / "faults"
    truth, book, con = _truth(bank), load_rule_book(), duckdb.connect()
    orgs = frozenset(f"{90000 + i:06d}" for i in range(9))
    judged = 0
    for path in sorted(folder.iterdir()):
        if path.name == "truth.csv":
            continue
        identity = identify(path.name, CONTRACTS)
        if identity is None:
            found = {("", "", "JT-FILE-0001")}
        else:
            verdict, _ = judge_upload(
                con,
                path.read_bytes(),
                path.name,
                identity,
                CONTRACTS[identity.ledger],
                book,
                known_orgs=orgs,
                root_org="090000",
            )
            found = {
                (str(f["row_no"] or ""), f["cell"] or "", f["code"])
                for f in verdict.findings.to_pylist()
            }
        assert found == truth[path.name], path.name
        judged += 1
    assert judged == len(truth) > 30


def test_a_month_at_scale_sends_the_reduced_set(tmp_path: Path) -> None:
    summary = make_month(tmp_path, loans=4000, branches=4, period="2025-12")
    sent: dict[str, set[str]] = defaultdict(set)
    for path in summary.inbox.iterdir():
        ledger, _, period = _identity(path)
        sent[ledger].add(period)
    assert sent.pop("loan_account") == {"2024-12", "2025-11", "2025-12"}
    assert set(map(frozenset, sent.values())) == {frozenset({"2025-12"})}
    count = sum(len(_cells(path)) - 1 for path in summary.inbox.glob("loan_account_*_2025-12.csv"))
    assert count == pytest.approx(4000, rel=0.06)


@pytest.mark.parametrize(
    ("argument", "value"), [("start", "2025-03"), ("customers", 100), ("months", 0)]
)
def test_a_sample_that_cannot_be_made_is_refused(
    tmp_path: Path, argument: str, value: object
) -> None:
    with pytest.raises(ValueError, match=r"sample starts|needs at least"):
        make_sample(tmp_path, **{argument: value})  # type: ignore[arg-type]


def test_no_register_grows_older_than_its_contract_allows(rows: dict[str, list[Row]]) -> None:
    periods = sorted({row["_period"] for row in rows["gl_balance"]})
    for ledger, contract in CONTRACTS.items():
        if contract.kind != "register":
            continue
        sent: dict[str, set[str]] = defaultdict(set)
        for row in rows[ledger]:
            sent[row["_org"]].add(row["_period"])
        for org, months in sent.items():
            for place, period in enumerate(periods):
                if period < min(months):
                    continue
                newest = max(m for m in months if m <= period)
                assert place - periods.index(newest) <= (contract.max_age_months or 99), org


def test_most_village_grids_have_a_point_for_withdrawals(lake: duckdb.DuckDBPyConnection) -> None:
    villages, served = lake.execute("""
        select count(distinct g.grid_id), count(distinct g.grid_id) filter (where p.point_id is not null)
        from grid as g
        left join service_point as p on p.m = g.m and p.admin_unit_id = g.admin_unit_id
            and p.point_type_code = '助农取款点' and p.status_code = '在用'
        where g.m = '2026-02' and g.grid_class_code = '农村' and g.grid_level_code = '小网格'
            and g.live_date is not null
    """).fetchone()
    assert 0.85 * villages < served < villages


def test_one_lending_plan_was_revised_in_summer(lake: duckdb.DuckDBPyConnection) -> None:
    revised = lake.execute(
        "select min(m), org_id, plan_item_code, effective_date from branch_plan"
        " where version_no = 2 group by all"
    ).fetchall()
    assert revised == [("2025-07", "090003", "信贷投放", dt.date(2025, 7, 15))]


def test_averages_of_customers_are_of_the_year_to_date(lake: duckdb.DuckDBPyConnection) -> None:
    wrong, all_rows = lake.execute("""
        select count(*) filter (where deposit_daily_avg not between low / 2 and high), count(*)
        from (select deposit_daily_avg,
            min(deposit_balance) over past as low, max(deposit_balance) over past as high
            from customer_deposit where m > '2025-01' and m <= '2025-12'
            window past as (partition by customer_id order by m))
    """).fetchone()
    assert all_rows > 500 and wrong < 0.1 * all_rows


def test_every_code_occurs_where_it_can(rows: dict[str, list[Row]]) -> None:
    never = {
        ("customer", "id_type_code"): {"其他"},
        ("org_unit", "reporting_scope_code"): {"境内汇总", "合并"},
    }
    rare = {"incident", "complaint", "service_point", "loan_account", "card"}
    for ledger, contract in CONTRACTS.items():
        for column in contract.columns:
            if column.codes and ledger not in rare:
                seen = {row[column.name] for row in rows[ledger]}
                missing = set(column.codes.values()) - seen
                assert missing <= never.get((ledger, column.name), set()), (ledger, column.name)


SIZE_BOUNDS = {  # 工信部联企业〔2011〕300号: people, revenue and assets in 10 000 yuan
    "A": ((0, 0, 0), (20_000, 500, 50), (0, 0, 0)),
    "C": ((1_000, 300, 20), (40_000, 2_000, 300), (0, 0, 0)),
    "E": ((0, 0, 0), (80_000, 6_000, 300), (80_000, 5_000, 300)),
    "F51": ((200, 20, 5), (40_000, 5_000, 1_000), (0, 0, 0)),
    "F52": ((300, 50, 10), (20_000, 500, 100), (0, 0, 0)),
    "G": ((1_000, 300, 20), (30_000, 3_000, 200), (0, 0, 0)),
    "H": ((300, 100, 10), (10_000, 2_000, 100), (0, 0, 0)),
    "I": ((300, 100, 10), (10_000, 1_000, 50), (0, 0, 0)),
    "L": ((300, 100, 10), (0, 0, 0), (120_000, 8_000, 100)),
    "M": ((300, 100, 10), (0, 0, 0), (0, 0, 0)),
}


def test_firms_are_of_the_size_their_figures_make_them(rows: dict[str, list[Row]]) -> None:
    sizes, seen = ("大型", "中型", "小型", "微型"), set()
    for row in rows["customer"]:
        firm = row["borrower_category_code"] == "企业法人"
        assert firm == bool(row["staff_count"]) == bool(row["enterprise_size_code"])
        if not firm:
            continue
        code = row["industry_code"]
        bounds = SIZE_BOUNDS.get(code[:3]) or SIZE_BOUNDS[code[0]]
        values = (
            Decimal(row["staff_count"]),
            Decimal(row["operating_revenue"]) / 10_000,
            Decimal(row["total_assets"]) / 10_000,
        )
        reached = [
            all(value >= bound[k] for value, bound in zip(values, bounds, strict=True))
            for k in range(3)
        ]
        size = sizes[reached.index(True) if True in reached else 3]
        assert row["enterprise_size_code"] == size, row["customer_id"]
        seen.add(size)
    assert len(seen) == 4


def test_industries_are_classes_of_the_national_standard(rows: dict[str, list[Row]]) -> None:
    path = Path(__file__).resolve().parents[2] / "../shared/data/gbt4754/gbt4754_2017.csv"
    if not path.exists():
        pytest.skip("the reference folder with GB/T 4754-2017 is not here")
    with path.open(encoding="utf-8", newline="") as stream:
        classes = {row["code"] for row in csv.DictReader(stream) if row["level"] == "小类"}
    used = {row["industry_code"] for row in rows["customer"]} - {""}
    assert used and used <= classes


def test_organisation_codes_within_credit_codes_have_their_own_check_digit(
    rows: dict[str, list[Row]],
) -> None:
    firms = {row["id_no"] for row in rows["customer"] if row["id_type_code"] == "统一社会信用代码"}
    for number in firms:
        weights = (3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(d) * w for d, w in zip(number[8:16], weights, strict=True))
        assert number[16] == "0123456789X0"[(11 - total % 11) % 11 if total % 11 != 1 else 10]
    assert len(firms) > 50


@pytest.mark.parametrize("period", ["2025-12", "2026-01"])
def test_no_rule_asks_for_a_correction_or_an_explanation(bank: SampleSummary, period: str) -> None:
    """Every rule, of a row, a file, across ledgers and months; hints aside."""
    book, con = load_rule_book(), duckdb.connect()
    before = "2025-11" if period == "2025-12" else "2025-12"
    sent: dict[tuple[str, str], dict[str, Path]] = defaultdict(dict)
    for path in bank.inbox.iterdir():
        ledger, org, month = _identity(path)
        sent[ledger, org][month] = path
    orgs = frozenset(org for _, org in sent)
    con.execute("create schema lake")
    con.execute("create schema run")
    typed: dict[Path, pa.Table] = {}
    loads: list[dict[str, str]] = []
    for ledger, contract in CONTRACTS.items():
        parts: dict[str, list[pa.Table]] = {before: [], period: []}
        for (name, org), months in sorted(sent.items()):
            for month in (before, period):
                register = contract.kind == "register"
                known = [m for m in months if m == month or (register and m < month)]
                if name != ledger or not known:
                    continue
                path = months[max(known)]
                if path not in typed:
                    typed[path] = _quiet(con, path, contract, book, orgs)
                stamp = pa.array([month] * typed[path].num_rows, pa.string())
                parts[month].append(typed[path].append_column("_period", stamp))
                load = {"ledger": ledger, "org": org, "load_id": path.name}
                loads.append({**load, "month": month, "load_period": max(known)})
        for view, tables in (
            (ledger, parts[period]),
            (f"{ledger}_history", parts[before] + parts[period]),
        ):
            con.register("part", pa.concat_tables(tables))
            con.execute(f"create table lake.{view} as from part")
            con.unregister("part")
    con.register("loads", pa.Table.from_pylist(loads))
    con.execute("create table run.run_load as from loads")
    span = parse_period(period)
    con.execute(
        "create table run.run_context as select ? as period, cast(? as date) as period_start, "
        "cast(? as date) as period_end, cast(? as date) as year_start, "
        "? as previous_year_end_period, ? as previous_period",
        [period, span.start, span.end, span.year_start, f"{int(period[:4]) - 1}-12", before],
    )
    now = tuple((r["ledger"], r["org"], r["load_period"]) for r in loads if r["month"] == period)
    scope = LakeScope(frozenset(CONTRACTS), span.end, now, frozenset())
    found = find_in_lake(con, CONTRACTS, book, scope)
    assert found.not_run == []
    serious = [f for f in found.table().to_pylist() if book.rules[f["code"]].severity != "warn"]
    assert serious == []


def _quiet(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Contract,
    book: RuleBook,
    orgs: frozenset[str],
) -> pa.Table:
    """Typed rows of a file that no rule refuses or asks about, with what the lake adds."""
    identity = identify(path.name, CONTRACTS)
    assert identity is not None
    verdict, _ = judge_upload(
        con,
        path.read_bytes(),
        path.name,
        identity,
        contract,
        book,
        known_orgs=orgs,
        root_org="090000",
    )
    assert verdict.is_accepted and not verdict.needs_explanation, (path.name, verdict.findings)
    names = ", ".join(c.name for c in contract.columns)
    return con.execute(
        f"select {names}, '{identity.org_id}' as _org, '{path.name}' as _load_id, _row from typed"
    ).to_arrow_table()


def test_customers_of_a_large_branch_have_numbers_of_their_own() -> None:
    (org,) = organisations(1, 1_000, with_workbooks=False)
    number = np.arange(1, 40_001)
    ids = resident_ids(org, number, np.random.default_rng(7))
    assert len(set(ids.tolist())) == len(number)
    # the date in a number is a real one, and nobody is born in the bank's future
    births = {dt.date.fromisoformat(f"{i[6:10]}-{i[10:12]}-{i[12:14]}") for i in ids.tolist()}
    assert dt.date(1950, 1, 1) <= min(births) and max(births) < dt.date(1995, 1, 1)
