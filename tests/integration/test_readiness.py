"""Readiness: the state of every ledger of every branch, with deadlines on working days."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest

import pipelines.readiness
from pipelines.calendar import covered_years
from pipelines.cli.main import main
from pipelines.cli.readiness_text import readiness_text
from pipelines.readiness import STATES, Readiness, SlotState, readiness
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.small_bank import (
    BRANCH,
    CONTRACTS,
    OTHER,
    PERIOD,
    ROOT,
    SmallBank,
    as_file,
    changed,
    lower_a_balance,
    receive,
    receive_bytes,
    sent,
)

LOANS = f"loan_account_{BRANCH}_{PERIOD}.csv"
NEXT = "2025-04"


def _readiness(settings: Settings, period: str = PERIOD) -> Readiness:
    with Registry(settings.home.registry) as registry:
        return readiness(settings, registry, period)


def _slot(settings: Settings, ledger: str, org: str = BRANCH, period: str = PERIOD) -> SlotState:
    (slot,) = [
        s for s in _readiness(settings, period).slots if (s.ledger, s.org_id) == (ledger, org)
    ]
    return slot


@pytest.fixture
def on_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today is the day after the month; files of these tests were accepted long after."""
    monkeypatch.setattr(pipelines.readiness, "bank_today", lambda _zone: dt.date(2025, 5, 2))


def _broken(rows: list[dict[str, str]]) -> None:
    rows[0]["balance"] = "一百元"


def test_every_slot_has_one_state_and_the_counts_are_complete(received: Settings) -> None:
    result = _readiness(received)
    assert {s.state for s in result.slots} <= set(STATES)
    assert sum(result.counts().values()) == len(result.slots)
    keys = [(s.org_id, s.ledger) for s in result.slots]
    assert len(keys) == len(set(keys)) > 20
    assert result.counts()["missing"] == 0
    for slot in result.slots:
        assert (slot.state == "carried") == (slot.carried_from is not None)
        if slot.state == "carried":
            assert CONTRACTS[slot.ledger].kind == "register"


def test_month_that_nobody_has_sent_is_missing_but_registers_are_carried(
    received: Settings, on_time: None
) -> None:
    result = _readiness(received, NEXT)
    for org in (BRANCH, OTHER):
        states = result.states[org]
        assert states["loan_account"] == states["gl_balance"] == "missing"
        assert states["customer"] == "carried"
    assert result.states[ROOT]["org_unit"] == "carried"
    assert "loan_account" not in result.states[ROOT]
    text = readiness_text(result, "zh")
    assert re.search(
        rf"未报 \d+：\n.*贷款借据.*{BRANCH}.*{OTHER}|贷款借据[^\n]*{BRANCH}[^\n]*{OTHER}", text
    )


def test_missing_file_is_overdue_from_the_working_day_it_was_due(
    received: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = _slot(received, "loan_account", period=NEXT)
    days = CONTRACTS["loan_account"].due_days
    assert days is not None and slot.due_on is not None
    assert slot.due_on >= dt.date(2025, 4, 30) + dt.timedelta(days=days)
    for today, late in ((slot.due_on, 0), (slot.due_on + dt.timedelta(days=3), 3)):
        monkeypatch.setattr(pipelines.readiness, "bank_today", lambda _zone, d=today: d)
        assert _slot(received, "loan_account", period=NEXT).late_days == late


def test_file_accepted_after_its_deadline_is_late_by_days(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    slot = _slot(received, "loan_account")
    assert slot.due_on is not None and slot.accepted_on is not None
    assert slot.late_days == (slot.accepted_on - slot.due_on).days > 300
    assert not slot.is_correction
    data = changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    receive_bytes(received, tmp_path, LOANS, data)
    again = _slot(received, "loan_account")
    assert (again.is_correction, again.superseded, again.state) == (True, 1, "accepted")
    assert "更正，截止" in readiness_text(_readiness(received), "zh")


def test_register_of_the_bank_moves_the_deadline(
    received: Settings, tmp_path: Path, on_time: None
) -> None:
    before = _slot(received, "loan_account").due_on
    assert before is not None
    row = {"calendar_date": str(before), "is_workday": "否", "reason": "示例通知"}
    name = f"calendar_override_{ROOT}_{NEXT}.csv"
    receipt = receive_bytes(received, tmp_path, name, as_file("calendar_override", [row]))
    assert receipt.status == "accepted"
    after = _slot(received, "loan_account").due_on
    assert after is not None and after > before


def test_year_without_a_table_of_holidays_is_said(received: Settings) -> None:
    last = max(covered_years())
    result = _readiness(received, f"{last}-12")
    assert result.uncovered_years == [last + 1]
    assert f"节假日表不含 {last + 1} 年" in readiness_text(result, "zh")
    assert str(last + 1) in readiness_text(result, "en")
    assert _readiness(received).uncovered_years == []
    assert "节假日表" not in readiness_text(_readiness(received), "zh")


def test_refused_correction_is_to_be_fixed_while_the_earlier_file_stays_in_force(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    data = changed(sent(bank, "loan_account", BRANCH), _broken)
    receive_bytes(received, tmp_path, LOANS, data)
    slot = _slot(received, "loan_account")
    assert (slot.state, slot.has_load, slot.codes) == ("needs_fix", True, {"JT-CELL-0002": 1})
    text = readiness_text(_readiness(received), "zh")
    assert "JT-CELL-0002 1" in text and "此前接受的文件继续有效" in text
    # Sending the file in force again says that it stands.
    (receipt,) = receive(received, [sent(bank, "loan_account", BRANCH)])
    assert receipt.status == "unchanged"
    assert _slot(received, "loan_account").state == "accepted"


def test_refused_register_of_an_earlier_month_is_to_be_fixed_in_the_months_after(
    bank: SmallBank, received: Settings, tmp_path: Path, on_time: None
) -> None:
    assert _slot(received, "customer", period=NEXT).state == "carried"
    data = changed(
        sent(bank, "customer", BRANCH), lambda rows: rows[0].update(is_farm_household="不详")
    )
    receive_bytes(received, tmp_path, f"customer_{BRANCH}_{PERIOD}.csv", data)
    slot = _slot(received, "customer", period=NEXT)
    assert (slot.state, bool(slot.carried_from)) == ("needs_fix", True)


def test_file_in_the_inbox_that_nobody_judged_is_received(
    bank: SmallBank, received: Settings, on_time: None
) -> None:
    inbox = received.home.inbox
    inbox.mkdir(parents=True)
    shutil.copy(sent(bank, "loan_account", BRANCH), inbox / LOANS)
    assert _slot(received, "loan_account").state == "accepted", "these bytes were judged"
    (inbox / LOANS).write_bytes(changed(sent(bank, "loan_account", BRANCH), lower_a_balance))
    (inbox / f"loan_account_{OTHER}_{NEXT}.csv").write_bytes(b"anything")
    assert _slot(received, "loan_account").state == "received"
    assert _slot(received, "loan_account", OTHER, NEXT).state == "received"


def test_closed_branch_owes_nothing_for_the_months_after(
    received: Settings, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    with Registry(received.home.registry) as registry:
        loads = registry.load_set(registry.latest_seq(), PERIOD)
    (load,) = [x for x in loads if x.ledger == "org_unit"]
    part = received.home.lake_part(load.ledger, load.period, load.org_id, load.load_id)
    names = [c.name for c in CONTRACTS["org_unit"].columns]
    rows = [
        {n: "" if row[n] is None else str(row[n]).lower() for n in names}
        for row in pq.read_table(part).to_pylist()
    ]
    for row in rows:
        if row["org_id"] == OTHER:
            row["closed_date"] = "2025-04-15"
    name = f"org_unit_{ROOT}_{NEXT}.csv"
    assert receive_bytes(received, tmp_path, name, as_file("org_unit", rows)).status == "accepted"
    states = _readiness(received, NEXT).states
    assert states[BRANCH]["loan_account"] == "missing"
    assert OTHER not in states
    assert _readiness(received, PERIOD).states[OTHER]["loan_account"] == "accepted"


def test_status_command_prints_both_languages_and_complete_json(
    received: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["status", "--period", PERIOD, "--home", str(received.home.root)]
    assert main([*words, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert sum(shown["counts"].values()) == len(shown["slots"])
    loans = [s for s in shown["slots"] if (s["org_id"], s["ledger"]) == (BRANCH, "loan_account")]
    assert loans[0]["ledger_zh"] == "贷款借据" and loans[0]["due_on"] > f"{PERIOD}-31"
    assert set(shown["unused_ledgers"]) | {s["ledger"] for s in shown["slots"]} == set(CONTRACTS)
    assert main(words) == 0
    zh = capsys.readouterr().out
    assert "机构报送的台账" in zh and "总行报送的台账" in zh
    assert not [name for name in CONTRACTS if re.search(rf"\b{name}\b", zh)]
    assert main([*words, "--lang", "en"]) == 0
    assert not re.search("[一-鿿]", capsys.readouterr().out)
    assert main(["status", "--period", "soon", "--home", str(received.home.root)]) == 2


def test_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    import tomllib

    from pipelines.paths import PROJECT_ROOT

    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    expected = tomllib.loads(text)["project"]["version"]
    assert capsys.readouterr().out.strip() == f"jingtian {expected}"
