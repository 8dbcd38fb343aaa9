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
import pytest
from python_calamine import CalamineWorkbook

from expectations.contract import Contract, load_contracts
from expectations.rule import load_rule_book
from pipelines.landing.identity import identify
from pipelines.landing.judge_file import judge_upload
from pipelines.sample import SampleSummary, make_month, make_sample
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
    assert set(rows) <= set(CONTRACTS)
    for ledger in rows:
        contract = CONTRACTS[ledger]
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
    known = {code for code in load_rule_book().rules if not code.startswith("JT-LAKE-")}
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
                newest = max(m for m in months if m <= period)
                assert place - periods.index(newest) <= (contract.max_age_months or 99), org
