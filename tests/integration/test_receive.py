"""Receiving: what changes what is in force, what never does, and where personal data stop."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations.rule import load_rule_book
from pipelines.landing.receipt import Receipt
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.small_bank import (
    BRANCH,
    CONTRACTS,
    PERIOD,
    ROOT,
    SmallBank,
    as_file,
    bytes_below,
    changed,
    receive,
    receive_bytes,
    rows_of,
    sent,
)

LOANS = f"loan_account_{BRANCH}_{PERIOD}.csv"


def _in_force(
    settings: Settings, ledger: str, org: str = BRANCH, period: str = PERIOD
) -> str | None:
    with Registry(settings.home.registry) as registry:
        return registry.load_in_force(ledger, org, period)


def _lake_rows(settings: Settings, receipt: Receipt) -> list[dict]:
    assert receipt.identity and receipt.load_id
    part = settings.home.lake_part(
        receipt.identity.ledger,
        str(receipt.identity.period),
        receipt.identity.org_id,
        receipt.load_id,
    )
    return pq.read_table(part).to_pylist()


def _settled(rows: list[dict[str, str]]) -> None:
    row = next(r for r in rows if float(r["balance"]) > 1)
    row["balance"] = "1.00"


def _broken(rows: list[dict[str, str]]) -> None:
    rows[0]["balance"] = "一百元"


def test_file_that_is_in_force_changes_nothing(bank: SmallBank, received: Settings) -> None:
    before = bytes_below(received.home.root / "lake")
    with Registry(received.home.registry) as registry:
        seq = registry.latest_seq()
    receipts = receive(received, sorted(bank.inbox.iterdir()))
    assert {r.status for r in receipts} == {"unchanged"}
    with Registry(received.home.registry) as registry:
        assert registry.latest_seq() == seq
    assert bytes_below(received.home.root / "lake") == before


def test_corrected_file_supersedes_the_whole_earlier_load(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    first = _in_force(received, "loan_account")
    rows = rows_of(sent(bank, "loan_account", BRANCH))
    receipt = receive_bytes(received, tmp_path / "up", LOANS, as_file("loan_account", rows[:5]))
    assert receipt.status == "accepted"
    assert _in_force(received, "loan_account") == receipt.load_id != first
    assert len(_lake_rows(received, receipt)) == 5
    with Registry(received.home.registry) as registry:
        loads = registry.load_set(registry.latest_seq(), PERIOD)
    mine = [x for x in loads if (x.ledger, x.org_id, x.period) == ("loan_account", BRANCH, PERIOD)]
    assert [(x.load_id, x.row_count) for x in mine] == [(receipt.load_id, 5)]


def test_going_back_to_the_first_file_gets_a_new_sequence_number(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    source = sent(bank, "loan_account", BRANCH)
    first = _in_force(received, "loan_account")
    folder = tmp_path / "up"
    second = receive_bytes(received, folder, LOANS, changed(source, _settled))
    with Registry(received.home.registry) as registry:
        between = registry.latest_seq()
    third = receive_bytes(received, folder, LOANS, source.read_bytes())
    assert (second.status, third.status) == ("accepted", "accepted")
    assert _in_force(received, "loan_account") == third.load_id == first
    with Registry(received.home.registry) as registry:
        assert registry.latest_seq() > between
        slot = ("loan_account", BRANCH, PERIOD)
        then = {(x.ledger, x.org_id, x.period): x for x in registry.load_set(between, PERIOD)}
        now = {
            (x.ledger, x.org_id, x.period): x
            for x in registry.load_set(registry.latest_seq(), PERIOD)
        }
    assert then[slot].load_id == second.load_id
    assert (now[slot].load_id, now[slot].part_sha256) == (first, now[slot].part_sha256)
    part = received.home.lake_part(*slot[:1], PERIOD, BRANCH, str(first))
    assert hashlib.sha256(part.read_bytes()).hexdigest() == now[slot].part_sha256


def test_refused_file_leaves_what_was_accepted_in_force(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    first = _in_force(received, "loan_account")
    lake = bytes_below(received.home.root / "lake" / "loan_account")
    with Registry(received.home.registry) as registry:
        seq = registry.latest_seq()
    data = changed(sent(bank, "loan_account", BRANCH), _broken)
    receipt = receive_bytes(received, tmp_path / "up", LOANS, data)
    assert receipt.status == "refused"
    assert receipt.verdict.accepted == 0
    assert _in_force(received, "loan_account") == first
    assert bytes_below(received.home.root / "lake" / "loan_account") == lake
    with Registry(received.home.registry) as registry:
        assert registry.latest_seq() == seq
        newest = registry.receipts(PERIOD)[0]
    assert (newest["status"], newest["file_name"]) == ("refused", LOANS)
    blocking = {c: n for c, n in newest["counts"].items() if load_rule_book()[c].blocks}
    assert blocking == {"JT-CELL-0002": 1}


def test_accounting_balances_on_every_receipt(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    source = sent(bank, "loan_account", BRANCH)
    ragged = source.read_bytes() + b"only,three,fields\n\n" + "合计,,\n".encode()
    for name, data in (
        ("ragged", ragged),
        ("broken", changed(source, _broken)),
        ("empty", b""),
        ("noise", b"\x00\xff" * 50),
    ):
        receive_bytes(received, tmp_path / "up", f"loan_account_{BRANCH}_{PERIOD}_{name}.csv", data)
    with Registry(received.home.registry) as registry:
        receipts = registry.receipts()
    assert {r["status"] for r in receipts} == {"accepted", "refused"}
    for receipt in receipts:
        ignored = sum(receipt["ignored"].values())
        assert receipt["received"] == receipt["accepted"] + receipt["rejected"] + ignored
        assert 0 <= receipt["held"] <= receipt["rejected"]
        assert (receipt["accepted"] == 0) == (receipt["status"] == "refused")


def test_landing_holds_the_bytes_of_every_file_under_their_digest(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    data = b"\x00 not a ledger"
    receive_bytes(received, tmp_path / "up", "whatever.bin", data)
    for content in (data, *(p.read_bytes() for p in bank.inbox.iterdir())):
        digest = hashlib.sha256(content).hexdigest()
        assert received.home.landing(digest).read_bytes() == content
        assert received.home.landing(digest).parent.name == digest[:2]
    landed = [p for p in (received.home.root / "landing").rglob("*") if p.is_file()]
    assert all(p.name == hashlib.sha256(p.read_bytes()).hexdigest() for p in landed)


def test_control_totals_of_the_receipt_are_those_of_the_file(
    bank: SmallBank, received: Settings
) -> None:
    from decimal import Decimal

    rows = rows_of(sent(bank, "loan_account", BRANCH))
    with Registry(received.home.registry) as registry:
        receipts = registry.receipts(PERIOD)
    (mine,) = [r for r in receipts if (r["ledger"], r["org_id"]) == ("loan_account", BRANCH)]
    assert set(mine["control_totals"]) == set(CONTRACTS["loan_account"].control_totals)
    for column, total in mine["control_totals"].items():
        assert Decimal(total) == sum(Decimal(r[column]) for r in rows)


# ---- personal data ------------------------------------------------------------------------------

NAME, NUMBER = "欧阳示例甲", "11010519491231002X"


@pytest.fixture
def faulty_customers(received: Settings, tmp_path: Path) -> tuple[Settings, Receipt]:
    """A customer file in which the personal cells themselves are faulty."""
    good = {
        "customer_id": "C1",
        "customer_name": NAME,
        "id_type_code": "居民身份证",
        "id_no": NUMBER,
        "branch_id": BRANCH,
        "borrower_category_code": "其他个人",
        "is_farm_household": "是",
    }
    rows = [
        good,
        {**good, "customer_id": "C2", "customer_name": f"{NAME}\n{NAME}"},
        {**good, "customer_id": "C3", "customer_name": NAME * 60},
        {**good, "customer_id": "C4", "id_no": NUMBER[:-1] + "1"},
        {**good, "customer_id": "C5", "id_no": f"１{NUMBER[1:]}"},
        {**good, "customer_id": "C5", "is_farm_household": "不详"},
    ]
    data = as_file("customer", rows)
    receipt = receive_bytes(received, tmp_path / "up", f"customer_{BRANCH}_{PERIOD}.csv", data)
    assert receipt.status == "refused"
    assert {"customer_name", "id_no"} <= set(receipt.verdict.findings.column("column").to_pylist())
    return received, receipt


def test_personal_values_are_not_kept_with_the_findings(
    faulty_customers: tuple[Settings, Receipt],
) -> None:
    settings, receipt = faulty_customers
    path = settings.home.findings / f"receipt={receipt.seq}" / "findings.parquet"
    kept = pq.read_table(path).to_pylist()
    assert len(kept) == receipt.verdict.findings.num_rows
    for row in kept:
        for value in row.values():
            assert NAME not in str(value) and NUMBER[6:14] not in str(value)


def test_personal_values_are_not_in_the_registry(
    faulty_customers: tuple[Settings, Receipt],
) -> None:
    settings, _ = faulty_customers
    with sqlite3.connect(settings.home.registry) as db:
        dump = "\n".join(db.iterdump())
    assert "customer" in dump
    assert NAME not in dump and NUMBER[6:14] not in dump


def test_personal_values_are_not_printed(
    faulty_customers: tuple[Settings, Receipt], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli.main import main

    settings, _ = faulty_customers
    file = str(tmp_path / "up" / f"customer_{BRANCH}_{PERIOD}.csv")
    for words in (
        ["receive", file],
        ["validate", file],
        ["validate", file, "--format", "json"],
        ["status"],
    ):
        main([*words, "--home", str(settings.home.root)])
    shown = capsys.readouterr()
    text = shown.out + shown.err
    assert "JT-CELL-0015" in text and "JT-CELL-0010" in text
    assert NAME not in text and NUMBER[6:14] not in text


def test_personal_columns_are_in_the_lake_and_nowhere_right_of_it(bank: SmallBank) -> None:
    import duckdb

    personal = {c.name for x in CONTRACTS.values() for c in x.columns if c.is_personal}
    home = Settings.from_env(bank.closed).home
    folder = home.build(home.current_pointer.read_text().strip())
    for file, staging in (("jingtian.duckdb", True), ("pay.duckdb", False)):
        with duckdb.connect(str(folder / file), read_only=True) as con:
            columns = con.execute(
                "select table_schema, table_name, column_name from information_schema.columns"
            ).fetchall()
        assert columns or not staging
        right = [(t, c) for schema, t, c in columns if schema != "lake" and c in personal]
        assert right == []
    for path in (home.root / "gated").rglob("*.parquet"):
        assert not personal & set(pq.read_schema(path).names), path


def test_names_and_numbers_reach_no_pack_no_log_and_no_manifest(bank: SmallBank) -> None:
    import zipfile

    rows = [r for org in (BRANCH,) for r in rows_of(sent(bank, "customer", org))]
    secrets = [r[c] for r in rows for c in ("customer_name", "id_no") if len(r[c]) > 3]
    assert len(secrets) > 20
    home = Settings.from_env(bank.closed).home
    left_of_marts = {home.root / "landing", home.root / "lake"}
    looked_at = 0
    for path in home.root.rglob("*"):
        if not path.is_file() or left_of_marts & set(path.parents):
            continue
        looked_at += 1
        data = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                data = b"".join(book.read(n) for n in book.namelist())
        text = data.decode("utf-8", "replace")
        assert not [s for s in secrets if s in text], path
    assert looked_at > 20


# ---- commands -----------------------------------------------------------------------------------


def test_unknown_ledger_on_the_command_line_is_a_usage_error(
    received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli.main import main

    path = tmp_path / "x.csv"
    path.write_text("a,b\n", encoding="utf-8")
    words = ["--ledger", "loans", "--branch", BRANCH, "--period", PERIOD]
    for command in ("receive", "validate"):
        code = main([command, str(path), *words, "--home", str(received.home.root)])
        assert code == 2
        assert "loans" in capsys.readouterr().err


def test_file_of_a_stranger_is_refused_by_receive_and_by_validate(
    bank: SmallBank, received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli.main import main

    data = sent(bank, "deposit_tenday", BRANCH).read_bytes().replace(BRANCH.encode(), b"099999")
    path = tmp_path / f"deposit_tenday_099999_{PERIOD}.csv"
    path.write_bytes(data)
    for command in ("validate", "receive"):
        words = [command, str(path), "--home", str(received.home.root), "--format", "json"]
        assert main(words) == 1
        (result,) = json.loads(capsys.readouterr().out)
        assert result["counts"] == {"JT-FILE-0018": 1}


def test_head_office_may_send_a_ledger_for_the_whole_bank(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    rows = rows_of(sent(bank, "gl_balance", BRANCH))
    data = as_file("gl_balance", rows)
    receipt = receive_bytes(received, tmp_path / "up", f"gl_balance_{ROOT}_{PERIOD}.csv", data)
    assert receipt.status == "accepted"
    other = receive_bytes(received, tmp_path / "up", f"gl_balance_090002_{PERIOD}.csv", data)
    assert set(other.verdict.counts) == {"JT-ROW-0001"}
