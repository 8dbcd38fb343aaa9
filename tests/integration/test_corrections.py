"""Corrected, withdrawn, explained, waived: what differs, what is asked, and what was known when."""

from __future__ import annotations

import io
import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.cli.main import main
from pipelines.close import CloseResult
from pipelines.errors import RefusedError
from pipelines.explanations import explain_finding
from pipelines.landing.receipt import Receipt
from pipelines.landing.receive import Receiver
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.settings import Settings
from pipelines.waivers import approve_waiver, request_waiver
from pipelines.withdrawal import withdraw
from tests.small_bank import (
    BRANCH,
    CONTRACTS,
    OTHER,
    PERIOD,
    SmallBank,
    as_file,
    bytes_below,
    changed,
    close,
    correct_by_a_hundred,
    lower_a_balance,
    receive,
    receive_bytes,
    rows_of,
    sent,
)

LOANS = f"loan_account_{BRANCH}_{PERIOD}.csv"
SLOT = ("loan_account", BRANCH, PERIOD)


def _run(settings: Settings, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    found = main([*words, "--home", str(settings.home.root)])
    shown = capsys.readouterr()
    assert found == code, shown.err or shown.out
    return shown.out if not code else shown.err


def _in_force(settings: Settings, slot: tuple[str, str, str] = SLOT) -> str | None:
    with Registry(settings.home.registry) as registry:
        return registry.load_in_force(*slot)


def _seq(settings: Settings) -> int:
    with Registry(settings.home.registry) as registry:
        return registry.latest_seq()


# ---- the difference -----------------------------------------------------------------------------


def test_correction_is_compared_with_the_file_in_force_before_it_supersedes(
    bank: SmallBank, received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    (tmp_path / LOANS).write_bytes(data)
    before = _in_force(received)
    shown = json.loads(
        _run(received, capsys, "validate", str(tmp_path / LOANS), "--format", "json")
    )
    assert _in_force(received) == before
    (result,) = shown
    told = json.loads(_run(received, capsys, "receive", str(tmp_path / LOANS), "--format", "json"))[
        0
    ]
    assert told["difference"] == result["difference"] | {"after": told["difference"]["after"]}
    difference = result["difference"]
    assert (difference["added"], difference["removed"], difference["changed"]) == (0, 0, 1)
    assert difference["columns"] == {"balance": 1}
    assert difference["totals"]["balance"]["difference"] == "-100.00"
    assert difference["before"] == before
    with Registry(received.home.registry) as registry:
        kept = registry.receipts(slot=SLOT)[0]["difference"]
    assert kept["changed"] == 1 and "examples" not in kept
    words = ("difference", "loan_account", "--branch", BRANCH, "--period", PERIOD)
    later = json.loads(_run(received, capsys, *words, "--format", "json"))
    assert {k: later[k] for k in kept} == kept
    assert later["examples"][0]["cells"].keys() == {"balance"}


def test_other_bytes_of_the_same_rows_say_that_no_row_differs(
    bank: SmallBank, received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(sent(bank, "loan_account", BRANCH))
    receipt = receive_bytes(
        received, tmp_path, LOANS, as_file("loan_account", rows[::-1]).replace(b"\n", b"\r\n")
    )
    assert receipt.status == "accepted"
    assert receipt.difference is not None and receipt.difference.is_empty
    words = ("difference", "loan_account", "--branch", BRANCH, "--period", PERIOD)
    assert "新增 0、删除 0、改动 0" in _run(received, capsys, *words)


def test_first_file_of_a_slot_has_no_difference(bank: SmallBank, tmp_path: Path) -> None:
    settings = bank.empty(tmp_path / "home")
    receipts = receive(settings, [sent(bank, "gl_balance", BRANCH)])
    assert receipts[0].difference is None


def test_difference_at_knowledge_points_and_as_a_workbook(
    bank: SmallBank, received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from python_calamine import CalamineWorkbook

    points = [_seq(received)]
    source = sent(bank, "loan_account", BRANCH)
    data = changed(source, lower_a_balance)
    receive_bytes(received, tmp_path / "a", LOANS, data)
    points.append(_seq(received))
    rows = rows_of(source)
    receive_bytes(received, tmp_path / "b", LOANS, as_file("loan_account", rows[:-2]))
    points.append(_seq(received))
    words = ("difference", "loan_account", "--branch", BRANCH, "--period", PERIOD)

    def between(first: int, last: int) -> tuple[int, int, int]:
        out = _run(received, capsys, *words, "--format", "json",
                   "--from", str(points[first]), "--to", str(points[last]))  # fmt: skip
        d = json.loads(out)
        return d["added"], d["removed"], d["changed"]

    assert between(0, 1) == (0, 0, 1)
    assert between(0, 2) == (0, 2, 0)
    assert between(1, 0) == (0, 0, 1)
    book = tmp_path / "d.xlsx"
    _run(received, capsys, *words, "--format", "xlsx", "--out", str(book),
         "--from", str(points[0]), "--to", str(points[1]))  # fmt: skip
    sheets = CalamineWorkbook.from_path(str(book))
    assert sheets.sheet_names == ["差异汇总", "逐行差异"]
    text = str(sheets.get_sheet_by_name("差异汇总").to_python())
    text += str(sheets.get_sheet_by_name("逐行差异").to_python())
    assert "贷款余额" in text and "-100.00" in text
    assert not [c.name for c in CONTRACTS["loan_account"].columns if f"'{c.name}'" in text]


def test_difference_is_shown_again_from_landing_when_the_lake_is_gone(
    bank: SmallBank, received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receive_bytes(
        received, tmp_path, LOANS, changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    )
    shutil.rmtree(received.home.root / "lake" / "loan_account")
    words = ("difference", "loan_account", "--branch", BRANCH, "--period", PERIOD)
    assert "改动 1" in _run(received, capsys, *words)


def test_slot_with_one_file_has_nothing_to_compare(
    received: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for ledger, branch in (("loan_account", OTHER), ("贷款借据", "nobody")):
        words = ("difference", ledger, "--branch", branch, "--period", PERIOD)
        assert "没有两份可比" in _run(received, capsys, *words, code=1)


# ---- confirmation -------------------------------------------------------------------------------


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "extra", "status"),
    [("n\n", (), "unconfirmed"), ("", (), "unconfirmed"), ("y\n", (), "accepted"),
     ("n\n", ("--yes",), "accepted")],
)  # fmt: skip
def test_terminal_asks_before_a_correction_comes_into_force(
    answer: str,
    extra: tuple[str, ...],
    status: str,
    bank: SmallBank,
    received: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / LOANS).write_bytes(changed(sent(bank, "loan_account", BRANCH), lower_a_balance))
    before = _in_force(received)
    shown = _Terminal()
    monkeypatch.setattr("sys.stdin", _Terminal(answer))
    monkeypatch.setattr("sys.stderr", shown)
    words = ["receive", str(tmp_path / LOANS), "--home", str(received.home.root), *extra]
    assert main(words) == 0
    assert ("取代" in shown.getvalue()) == (not extra)
    with Registry(received.home.registry) as registry:
        assert registry.receipts(slot=SLOT)[0]["status"] == status
    assert (_in_force(received) == before) == (status == "unconfirmed")
    if status == "unconfirmed":
        assert _state(received)["state"] == "received"


def _state(settings: Settings, ledger: str = "loan_account") -> dict:  # type: ignore[type-arg]
    from pipelines.readiness import readiness

    with Registry(settings.home.registry) as registry:
        result = readiness(settings, registry, PERIOD)
    (slot,) = [s for s in result.slots if (s.org_id, s.ledger) == (BRANCH, ledger)]
    return dict(vars(slot))


def test_script_is_not_asked(
    bank: SmallBank, received: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / LOANS).write_bytes(changed(sent(bank, "loan_account", BRANCH), lower_a_balance))
    assert "接受" in _run(received, capsys, "receive", str(tmp_path / LOANS))


# ---- withdrawal ---------------------------------------------------------------------------------


def _withdraw(settings: Settings, **changes: str) -> int:
    values = {"ledger": "loan_account", "org_id": BRANCH, "reason": "报错机构", "by": "李四"}
    with Registry(settings.home.registry) as registry:
        return withdraw(registry, CONTRACTS, period=parse_period(PERIOD), **(values | changes))


def test_withdrawn_slot_has_no_load_in_force_and_no_earlier_one_comes_back(
    bank: SmallBank, received: Settings, tmp_path: Path
) -> None:
    receive_bytes(
        received, tmp_path, LOANS, changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    )
    then = _seq(received)
    _withdraw(received)
    assert _in_force(received) is None
    with Registry(received.home.registry) as registry:
        now = {
            (x.ledger, x.org_id, x.period) for x in registry.load_set(registry.latest_seq(), PERIOD)
        }
        known = {(x.ledger, x.org_id, x.period) for x in registry.load_set(then, PERIOD)}
        event = registry.load_events(slot=SLOT)[-1]
    assert SLOT in known and SLOT not in now
    assert (event["state"], event["actor"], event["reason"]) == ("withdrawn", "李四", "报错机构")
    assert _state(received)["state"] == "withdrawn"


def test_withdrawn_file_may_be_sent_again(bank: SmallBank, received: Settings) -> None:
    before = _in_force(received)
    _withdraw(received)
    (receipt,) = receive(received, [sent(bank, "loan_account", BRANCH)])
    assert receipt.status == "accepted"
    assert _in_force(received) == before == receipt.load_id


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ledger": "nothing"}, "没有名为"),
        ({"org_id": "099999"}, "没有可撤回"),
        ({"reason": " "}, "不能为空"),
        ({"by": ""}, "不能为空"),
    ],
)
def test_withdrawal_of_nothing_or_without_reason_is_refused(
    changes: dict[str, str], said: str, received: Settings
) -> None:
    before = _seq(received)
    with pytest.raises(RefusedError) as caught:
        _withdraw(received, **changes)
    assert said in caught.value.zh
    assert _seq(received) == before


def test_slot_is_withdrawn_once(received: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("withdraw", "loan_account", "--branch", BRANCH, "--period", PERIOD,
             "--reason", "报错机构", "--by", "李四")  # fmt: skip
    assert "已撤回" in _run(received, capsys, *words)
    assert "没有可撤回" in _run(received, capsys, *words, code=1)


# ---- knowledge points ---------------------------------------------------------------------------

_Figures = list[tuple[object, ...]]


def _figures(result: CloseResult) -> _Figures:
    with duckdb.connect(str(result.build_dir / "jingtian.duckdb"), read_only=True) as con:
        return con.execute(
            "select metric_id, org_id, segment, numerator, denominator, value, reason_code "
            "from mart_metric_value order by all"
        ).fetchall()


def _explained_customers(bank: SmallBank, settings: Settings, folder: Path) -> None:
    def wrong(rows: list[dict[str, str]]) -> None:
        row = next(r for r in rows if r["id_type_code"] == "居民身份证")
        row["id_no"] = row["id_no"][:-1] + ("1" if row["id_no"][-1] == "0" else "0")

    name = f"customer_{BRANCH}_{PERIOD}.csv"
    receipt = receive_bytes(settings, folder, name, changed(sent(bank, "customer", BRANCH), wrong))
    assert receipt.status == "needs_explanation"
    with Registry(settings.home.registry) as registry:
        book = Receiver(settings, registry, "test").book
        done = explain_finding(
            settings, registry, book, CONTRACTS, code="JT-CUST-0002", ledger="customer",
            org_id=BRANCH, period=parse_period(PERIOD), reason_code="one_off", note="原件核对无误",
            by="赵六",
        )  # fmt: skip
    assert done.is_accepted


def _waived_loans(bank: SmallBank, settings: Settings, folder: Path) -> list[Receipt]:
    import datetime as dt

    with Registry(settings.home.registry) as registry:
        book = Receiver(settings, registry, "test").book
        month = parse_period(PERIOD)
        waiver_id = request_waiver(
            registry, book, CONTRACTS, code="JT-LOAN-0001", ledger="loan_account", org_id=BRANCH,
            first=month, last=month, expires_on=dt.date(2025, 12, 31), reason="核心系统升级", by="王五",
        )  # fmt: skip
        approve_waiver(registry, waiver_id, by="赵六")
    change = Decimal(0)

    def above(rows: list[dict[str, str]]) -> None:
        nonlocal change
        was, rows[0]["balance"] = Decimal(rows[0]["balance"]), rows[0]["loan_amount"]
        rows[0]["balance"] = str(Decimal(rows[0]["balance"]) + 500)
        change = Decimal(rows[0]["balance"]) - was

    def follow(rows: list[dict[str, str]]) -> None:
        row = next(r for r in rows if r["control_item_code"] == "各项贷款余额")
        row["closing_balance"] = str(Decimal(row["closing_balance"]) + change)

    receipts = []
    for ledger, edit in (("loan_account", above), ("gl_balance", follow)):
        data = changed(sent(bank, ledger, BRANCH), edit)
        receipts.append(receive_bytes(settings, folder, f"{ledger}_{BRANCH}_{PERIOD}.csv", data))
    return receipts


def test_every_knowledge_point_gives_its_figures_again_also_from_the_backup(
    bank: SmallBank, closed: Settings, tmp_path: Path
) -> None:
    """First sent; corrected and explained; waived; withdrawn: each as it was known then."""
    first = close(closed)
    points = [(first.as_of, _figures(first), bytes_below(first.slices["marts"].folder))]

    correct_by_a_hundred(bank, closed, tmp_path / "a")
    _explained_customers(bank, closed, tmp_path / "b")
    second = close(closed)
    points.append((second.as_of, _figures(second), bytes_below(second.slices["marts"].folder)))

    assert {r.status for r in _waived_loans(bank, closed, tmp_path / "c")} == {"accepted"}
    third = close(closed)
    points.append((third.as_of, _figures(third), bytes_below(third.slices["marts"].folder)))
    assert [len(x.lake.decision.waivers) for x in (first, second, third)] == [0, 0, 1]
    assert len({str(figures) for _, figures, _ in points}) == 3
    assert [p[0] for p in points] == sorted({p[0] for p in points})

    _withdraw(closed)
    withdrawn = _seq(closed)
    with pytest.raises(RefusedError, match="JT-LAKE-0001"):
        close(closed)

    restored = bank.empty(tmp_path / "restored")
    with Registry(closed.home.registry) as registry:
        registry._db.execute("vacuum into ?", (str(restored.home.registry),))
    shutil.copytree(closed.home.root / "landing", restored.home.root / "landing")
    for as_of, figures, frozen in points:
        again = close(restored, as_of=as_of)
        assert not again.is_published
        assert again.build_dir.parent == restored.home.rebuilt
        assert _figures(again) == figures
        assert bytes_below(again.slices["marts"].folder) == frozen
    with pytest.raises(RefusedError, match="JT-LAKE-0001"):
        close(restored, as_of=withdrawn)
    assert _in_force(restored) is None
