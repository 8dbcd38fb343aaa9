"""Findings that pass by somebody's word: who may give it, what it changes, and where it is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from expectations.rule import load_rule_book
from pipelines.cli.main import main
from pipelines.landing.receipt import Receipt
from pipelines.registry import Registry
from pipelines.settings import Settings
from reports.outputs import discover_outputs
from reports.waivers import TITLE_ZH as WAIVERS_SHEET
from tests.small_bank import (
    BRANCH,
    OTHER,
    PERIOD,
    SmallBank,
    changed,
    receive_bytes,
    sent,
)

LOANS = f"loan_account_{BRANCH}_{PERIOD}.csv"
CUSTOMERS = f"customer_{BRANCH}_{PERIOD}.csv"
ABOVE, CHECK_DIGIT = "JT-LOAN-0001", "JT-CUST-0002"
EXPLAIN = ("--code", CHECK_DIGIT, "--ledger", "customer", "--branch", BRANCH, "--period", PERIOD)
GIVEN = ("--reason", "business_reason", "--note", "原件核对无误")
ASKED = (
    "--code", ABOVE, "--ledger", "loan_account", "--branch", BRANCH, "--from", PERIOD,
    "--to", "2025-06", "--expires", "2025-12-31", "--reason", "核心系统升级", "--by", "王五",
)  # fmt: skip


class Desk:
    """Commands on one home, in process."""

    def __init__(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        self.settings, self._capsys = settings, capsys

    def __call__(self, *words: str, code: int = 0, lang: str = "zh") -> str:
        """Run a command; returns what it printed."""
        found = main([*words, "--home", str(self.settings.home.root), "--lang", lang])
        shown = self._capsys.readouterr()
        assert "Traceback" not in shown.err
        assert found == code, shown.err or shown.out
        return shown.out if code != 2 and shown.out else shown.err

    def json(self, *words: str, code: int = 0) -> list | dict:  # type: ignore[type-arg]
        """Run a command; returns its JSON."""
        return json.loads(self(*words, "--format", "json", code=code))

    def refused(self, *words: str) -> str:
        """The Chinese refusal of a command; the English one is another text."""
        zh, en = self(*words, code=1), self(*words, code=1, lang="en")
        assert zh.strip() and en.strip() and zh != en
        return zh

    def in_force(self, ledger: str) -> str | None:
        """Load in force of the branch."""
        with Registry(self.settings.home.registry) as registry:
            return registry.load_in_force(ledger, BRANCH, PERIOD)

    def waiver(self) -> str:
        """Ask for the waiver of these tests; returns its id."""
        return str(self.json("waiver", "request", *ASKED)["waiver_id"])  # type: ignore[call-overload]

    def state(self, ledger: str) -> str:
        """State of the branch's ledger in the readiness of the month."""
        return str(self.json("status", "--period", PERIOD)["organisations"][BRANCH][ledger])  # type: ignore[call-overload]


@pytest.fixture
def desk(received: Settings, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Commands on an own home that has received everything."""
    return Desk(received, capsys)


def _wrong_check_digits(rows: list[dict[str, str]]) -> None:
    people = [r for r in rows if r["id_type_code"] == "居民身份证"]
    assert len(people) >= 2
    for row in people[:2]:
        last = row["id_no"][-1]
        row["id_no"] = row["id_no"][:-1] + ("1" if last == "0" else "0")


def _above_the_amount(rows: list[dict[str, str]]) -> None:
    rows[3]["balance"] = str(float(rows[3]["loan_amount"]) + 1000)


def _send_customers(desk: Desk, bank: SmallBank, folder: Path) -> Receipt:
    data = changed(sent(bank, "customer", BRANCH), _wrong_check_digits)
    return receive_bytes(desk.settings, folder, CUSTOMERS, data)


def _send_loans(desk: Desk, bank: SmallBank, folder: Path) -> Receipt:
    data = changed(sent(bank, "loan_account", BRANCH), _above_the_amount)
    return receive_bytes(desk.settings, folder, LOANS, data)


# ---- explanations -------------------------------------------------------------------------------


def test_file_with_findings_to_explain_waits_and_the_one_before_stays_in_force(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    before = desk.in_force("customer")
    receipt = _send_customers(desk, bank, tmp_path)
    assert (receipt.status, receipt.open_codes) == ("needs_explanation", (CHECK_DIGIT,))
    assert receipt.verdict.counts == {CHECK_DIGIT: 2}
    assert desk.in_force("customer") == before != receipt.load_id
    assert desk.state("customer") == "needs_explanation"
    (row,) = desk.json("finding", "list", "--period", PERIOD, "--branch", BRANCH)
    assert (row["code"], row["state"], row["count"], row["by"]) == (
        CHECK_DIGIT,
        "explain",
        2,
        "test",
    )
    assert CUSTOMERS in desk("finding", "list", "--severity", "explain")
    assert desk.json("finding", "list", "--severity", "block") == []
    assert desk.json("finding", "list", "--branch", OTHER) == []


def test_explained_file_comes_into_force_and_supersedes(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    before = desk.in_force("customer")
    receipt = _send_customers(desk, bank, tmp_path)
    with Registry(desk.settings.home.registry) as registry:
        then = registry.latest_seq()
    done = desk.json("finding", "explain", *EXPLAIN, *GIVEN, "--by", "赵六")
    assert (done["is_accepted"], done["open_codes"]) == (True, [])  # type: ignore[call-overload]
    assert desk.in_force("customer") == receipt.load_id
    assert desk.state("customer") == "accepted"
    with Registry(desk.settings.home.registry) as registry:
        slot = ("customer", BRANCH, PERIOD)
        states = [(e["load_id"], e["state"]) for e in registry.load_events(slot=slot)]
        known = {x.load_id for x in registry.load_set(then, PERIOD)}
        (given,) = registry.explanations(registry.latest_seq())
        assert registry.explanations(then) == []
    assert states[-2:] in ([(before, "superseded"), (receipt.load_id, "accepted")],
                           states[-2:] if before is None else [])  # fmt: skip
    assert receipt.load_id not in known
    assert (given.by, given.reason_code, given.load_id) == (
        "赵六", "business_reason", receipt.load_id
    )  # fmt: skip


@pytest.mark.parametrize("person", ["test", " TEST ", "t e s t"])
def test_sender_cannot_explain_the_own_file(
    person: str, bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    _send_customers(desk, bank, tmp_path)
    text = desk.refused("finding", "explain", *EXPLAIN, *GIVEN, "--by", person)
    assert "另一人" in text
    assert desk.state("customer") == "needs_explanation"


def test_sender_cannot_explain_after_somebody_else_sent_the_same_file(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    _send_customers(desk, bank, tmp_path)
    assert "待说明" in desk("receive", str(tmp_path / CUSTOMERS), "--by", "李四")
    desk.refused("finding", "explain", *EXPLAIN, *GIVEN, "--by", "test")
    desk.refused("finding", "explain", *EXPLAIN, *GIVEN, "--by", "李四")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--reason", "because", "--note", "x", "--by", "赵六"), "没有理由"),
        (("--reason", "other", "--note", "  ", "--by", "赵六"), "不能为空"),
        (("--reason", "other", "--note", "x", "--by", " "), "不能为空"),
    ],
)
def test_explanation_without_reason_note_or_person_is_refused(
    given: tuple[str, ...], said: str, bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    _send_customers(desk, bank, tmp_path)
    assert said in desk.refused("finding", "explain", *EXPLAIN, *given)
    assert desk.state("customer") == "needs_explanation"


@pytest.mark.parametrize(
    ("code", "ledger", "said"),
    [
        ("JT-NONE-0001", "customer", "没有编号"),
        (CHECK_DIGIT, "customers", "没有名为"),
        (CHECK_DIGIT, "grid", "没有待说明"),
        (ABOVE, "loan_account", "阻断级"),
        ("JT-LOAN-0010", "loan_account", "不需说明"),
    ],
)
def test_explanation_of_what_is_not_open_is_refused(
    code: str, ledger: str, said: str, desk: Desk
) -> None:
    place = ("--code", code, "--ledger", ledger, "--branch", BRANCH, "--period", PERIOD)
    assert said in desk.refused("finding", "explain", *place, *GIVEN, "--by", "赵六")


def test_explanation_lacking_arguments_names_them_and_the_reasons(desk: Desk) -> None:
    text = desk("finding", "explain", "--code", CHECK_DIGIT, code=2)
    assert "--note" in text and "业务真实" in text


def test_later_file_ends_the_waiting_of_the_one_before(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    _send_customers(desk, bank, tmp_path)
    data = changed(
        sent(bank, "customer", BRANCH), lambda rows: rows[0].update(is_farm_household="不详")
    )
    assert receive_bytes(desk.settings, tmp_path / "b", CUSTOMERS, data).status == "refused"
    desk.refused("finding", "explain", *EXPLAIN, *GIVEN, "--by", "赵六")
    assert desk.state("customer") == "needs_fix"


def test_explanation_holds_for_the_same_file_sent_again(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    source = sent(bank, "customer", BRANCH)
    first = _send_customers(desk, bank, tmp_path / "a")
    desk("finding", "explain", *EXPLAIN, *GIVEN, "--by", "赵六")
    second = receive_bytes(desk.settings, tmp_path / "b", CUSTOMERS, source.read_bytes())
    assert second.status == "accepted"
    third = _send_customers(desk, bank, tmp_path / "a")
    assert (third.status, third.open_codes, third.load_id) == ("accepted", (), first.load_id)


def test_validate_says_what_another_person_would_have_to_explain(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    _send_customers(desk, bank, tmp_path)
    (result,) = desk.json("validate", str(tmp_path / CUSTOMERS))
    assert (result["status"], result["needs_explanation"]) == ("passed", [CHECK_DIGIT])
    assert "须由另一人说明" in desk("validate", str(tmp_path / CUSTOMERS))


# ---- waivers ------------------------------------------------------------------------------------


def test_blocking_rule_lets_pass_when_its_waiver_is_approved_and_is_still_listed(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    assert _send_loans(desk, bank, tmp_path).status == "refused"
    assert desk.state("loan_account") == "needs_fix"
    waiver_id = desk.waiver()
    assert _send_loans(desk, bank, tmp_path).status == "refused", "a request has no effect"
    desk("waiver", "approve", waiver_id, "--by", "赵六")
    (result,) = desk.json("validate", str(tmp_path / LOANS))
    assert (result["status"], result["waived"]) == ("passed", {ABOVE: waiver_id})
    receipt = _send_loans(desk, bank, tmp_path)
    assert (receipt.status, receipt.verdict.waived) == ("accepted", {ABOVE: waiver_id})
    assert receipt.verdict.counts[ABOVE] == 1
    assert desk.in_force("loan_account") == receipt.load_id
    with Registry(desk.settings.home.registry) as registry:
        newest = registry.receipts(PERIOD)[0]
        assert newest["waived"] == {ABOVE: waiver_id}
        loads = registry.load_set(registry.latest_seq(), PERIOD)
        assert registry.waived_in(loads) == {receipt.load_id: {ABOVE: waiver_id}}
    assert waiver_id in desk("status", "--period", PERIOD)


def test_other_blocking_rules_of_a_waived_file_still_block(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    desk("waiver", "approve", desk.waiver(), "--by", "赵六")

    def also_wrong(rows: list[dict[str, str]]) -> None:
        _above_the_amount(rows)
        rows[0]["balance"] = "一百元"

    data = changed(sent(bank, "loan_account", BRANCH), also_wrong)
    receipt = receive_bytes(desk.settings, tmp_path, LOANS, data)
    assert receipt.status == "refused"
    blocking = {c for c in receipt.verdict.counts if load_rule_book()[c].blocks}
    assert blocking == {ABOVE, "JT-CELL-0002"}
    assert receipt.verdict.rejected - receipt.verdict.held == 1, "the waived row is not faulty"


def test_waiver_of_one_branch_or_month_does_not_serve_another(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    desk("waiver", "approve", desk.waiver(), "--by", "赵六")
    for org, period in ((OTHER, PERIOD), (BRANCH, "2025-02")):
        data = changed(sent(bank, "loan_account", org, period), _above_the_amount)
        name = f"loan_account_{org}_{period}.csv"
        assert receive_bytes(desk.settings, tmp_path, name, data).status == "refused"


def test_revoked_waiver_serves_no_more_and_what_was_accepted_stays(
    bank: SmallBank, desk: Desk, tmp_path: Path
) -> None:
    waiver_id = desk.waiver()
    desk("waiver", "approve", waiver_id, "--by", "赵六")
    accepted = _send_loans(desk, bank, tmp_path / "a")
    desk("waiver", "revoke", waiver_id, "--by", "王五")
    assert desk.in_force("loan_account") == accepted.load_id

    def once_more(rows: list[dict[str, str]]) -> None:
        _above_the_amount(rows)
        rows[4]["balance"] = "0.01"

    data = changed(sent(bank, "loan_account", BRANCH), once_more)
    assert receive_bytes(desk.settings, tmp_path / "b", LOANS, data).status == "refused"
    (entry,) = desk.json("waiver", "list")
    assert (entry["state"], entry["revoked_by"], entry["approved_by"]) == (
        "revoked",
        "王五",
        "赵六",
    )
    assert "已撤销" in desk("waiver", "list")


def test_requester_cannot_approve_the_own_waiver(desk: Desk) -> None:
    waiver_id = desk.waiver()
    for name in ("王五", "王 五"):
        assert "另一人" in desk.refused("waiver", "approve", waiver_id, "--by", name)
    (entry,) = desk.json("waiver", "list")
    assert entry["state"] == "requested"


def test_waiver_is_decided_once(desk: Desk) -> None:
    waiver_id = desk.waiver()
    desk("waiver", "approve", waiver_id, "--by", "赵六")
    assert "已由 赵六 批准" in desk.refused("waiver", "approve", waiver_id, "--by", "孙七")
    desk("waiver", "revoke", waiver_id, "--by", "赵六")
    assert "撤销" in desk.refused("waiver", "approve", waiver_id, "--by", "孙七")
    assert "撤销" in desk.refused("waiver", "revoke", waiver_id, "--by", "孙七")
    assert "没有编号" in desk.refused("waiver", "approve", "W-none", "--by", "孙七")


def test_same_request_after_a_revocation_is_another_waiver(desk: Desk) -> None:
    first = desk.waiver()
    desk("waiver", "revoke", first, "--by", "赵六")
    assert desk.waiver() != first


def test_same_request_has_the_same_number_in_every_home(
    bank: SmallBank, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Desk(Settings.from_env(tmp_path / "other"), capsys)
    assert desk.waiver() == other.waiver()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"--code": "JT-NONE-0001"}, "没有编号"),
        ({"--code": "JT-CELL-0002"}, "不能豁免"),
        ({"--code": "JT-FILE-0001"}, "不能豁免"),
        ({"--code": "JT-LOAN-0010"}, "提示级"),
        ({"--code": CHECK_DIGIT, "--ledger": "customer"}, "finding explain"),
        ({"--ledger": "loans"}, "没有名为"),
        ({"--ledger": "grid"}, "只适用于"),
        ({"--branch": "099999"}, "没有机构"),
        ({"--to": "2025-01"}, "晚于"),
        ({"--expires": "2025-01-31"}, "不会生效"),
        ({"--reason": "  "}, "不能为空"),
        ({"--by": ""}, "不能为空"),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else None,
)
def test_request_that_cannot_be_granted_is_refused(
    changes: dict[str, str], said: str, desk: Desk
) -> None:
    pairs = dict(zip(ASKED[::2], ASKED[1::2], strict=True)) | changes
    words = [word for pair in pairs.items() for word in pair]
    text = desk.refused("waiver", "request", *words)
    assert said in text
    assert "loan_account" not in text, "a Chinese reader sees no internal name"
    assert desk.json("waiver", "list") == []


def test_ledger_may_be_named_in_chinese(desk: Desk) -> None:
    words = ["贷款借据" if w == "loan_account" else w for w in ASKED]
    desk("waiver", "request", *words)
    (entry,) = desk.json("waiver", "list", "--ledger", "贷款借据")
    assert entry["ledger"] == "loan_account"


def test_request_lacking_arguments_or_with_a_date_that_is_none_is_a_usage_error(desk: Desk) -> None:
    assert "--expires" in desk("waiver", "request", "--code", ABOVE, code=2)
    words = ["tomorrow" if w == "2025-12-31" else w for w in ASKED]
    assert "不是日期" in desk("waiver", "request", *words, code=2)
    assert "ID" in desk("waiver", "approve", "--by", "赵六", code=2)


def test_receipt_of_a_waived_file_reaches_every_report_and_its_decision(
    bank: SmallBank, closed: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from decimal import Decimal

    from python_calamine import CalamineWorkbook

    from expectations.decision import read_decision
    from tests.small_bank import close, packs

    desk = Desk(closed, capsys)
    assert not any(b'"W-' in data for data in packs(closed).values())
    old = set(packs(closed))
    waiver_id = desk.waiver()
    desk("waiver", "approve", waiver_id, "--by", "赵六")
    change = Decimal(0)

    def above(rows: list[dict[str, str]]) -> None:
        nonlocal change
        was = Decimal(rows[3]["balance"])
        _above_the_amount(rows)
        change = Decimal(rows[3]["balance"]) - was

    def follow(rows: list[dict[str, str]]) -> None:
        row = next(r for r in rows if r["control_item_code"] == "各项贷款余额")
        row["closing_balance"] = str(Decimal(row["closing_balance"]) + change)

    for ledger, edit in (("loan_account", above), ("gl_balance", follow)):
        name = f"{ledger}_{BRANCH}_{PERIOD}.csv"
        data = changed(sent(bank, ledger, BRANCH), edit)
        assert receive_bytes(closed, tmp_path, name, data).status == "accepted"
    result = close(closed)
    assert result.refusals == []
    lines = result.lake.decision.waivers
    assert [line["waiver_id"] for line in lines] == [waiver_id]
    assert read_decision(result.lake.folder).waivers == lines
    new = {k: v for k, v in packs(closed).items() if k not in old}
    outputs = {k.split("/")[0] for k in new}
    assert outputs == set(discover_outputs())
    for output in outputs:
        own = {k.rsplit("/", 1)[1]: v for k, v in new.items() if k.startswith(f"{output}/")}
        decision = json.loads(own["decision.json"])
        assert decision["waivers"] == lines
        assert "decision.json" in json.loads(own["manifest.json"])["files"]
        (document,) = [json.loads(v) for k, v in own.items()
                       if k.endswith(".json") and not k.startswith(("decision", "manifest"))]  # fmt: skip
        assert document["waivers"] == lines
        (name,) = [k for k in own if k.endswith(".xlsx")]
        path = tmp_path / name
        path.write_bytes(own[name])
        book = CalamineWorkbook.from_path(str(path))
        texts = {s: str(book.get_sheet_by_name(s).to_python()) for s in book.sheet_names}
        # a bulletin has a sheet for them, the other outputs tell of it among their notes
        (notes,) = [t for s, t in texts.items() if s in ("说明", "定义与说明", WAIVERS_SHEET)]
        for shown in (waiver_id, ABOVE, "核心系统升级", "王五", "赵六", "2025-12-31", BRANCH):
            assert shown in notes
        assert waiver_id in texts["数据来源"]
    # Revoking it makes no difference to what was accepted: the same packs again.
    desk("waiver", "revoke", waiver_id, "--by", "赵六")
    assert {e.status for e in close(closed).emissions} == {"unchanged"}
