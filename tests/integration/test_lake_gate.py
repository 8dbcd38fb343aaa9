"""The lake gate over a whole load set: what blocks, what a waiver or an explanation settles."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.contract import Contract
from expectations.rule import load_rule_book
from pipelines.close import open_close
from pipelines.errors import RefusedError
from pipelines.explanations import explain_finding, open_findings
from pipelines.gates.lake import LakeVerdict
from pipelines.landing.receive import Receiver
from pipelines.periods import parse_period
from pipelines.registry import Registry
from pipelines.sample.examples import ExampleBank, example_bank
from pipelines.settings import Settings
from pipelines.waivers import approve_waiver, request_waiver
from tests.example_home import send

DECEMBER = parse_period("2025-12")
BOOK = load_rule_book()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env(tmp_path / "home")


@pytest.fixture
def bank(contracts: dict[str, Contract]) -> ExampleBank:
    return example_bank(contracts)


def _gate(settings: Settings) -> LakeVerdict:
    with open_close(settings, DECEMBER) as close:
        return close.lake_gate()


def _resend(settings: Settings, bank: ExampleBank, contracts: dict[str, Contract], tmp_path: Path):
    return send(settings, contracts, bank, tmp_path / "inbox", "经办甲")


def test_gate_passes_the_example_bank_and_says_what_could_not_run(
    settings: Settings, bank: ExampleBank, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    receipts = _resend(settings, bank, contracts, tmp_path)
    assert {r.status for r in receipts} == {"accepted"}
    verdict = _gate(settings)
    assert verdict.decision.status == "passed"
    ran = {r["code"] for r in verdict.decision.results}
    skipped = {n["code"]: n["reason"] for n in verdict.decision.not_run}
    rules = {
        r.code for r in BOOK.rules.values() if r.level in ("L4", "L5") and r.status != "retired"
    }
    assert rules == (ran | set(skipped)) & rules
    assert not ran & set(skipped)
    assert skipped["JT-LAKE-0007"] == "no_source:loan_account (previous month)"


def test_a_total_that_differs_from_the_general_ledger_stops_the_close_until_a_waiver_is_approved(
    settings: Settings, bank: ExampleBank, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    bank.files["gl_balance", "1001", "2025-12"][0]["closing_balance"] = "80000.01"
    _resend(settings, bank, contracts, tmp_path)
    with pytest.raises(RefusedError) as refusal:
        _gate(settings)
    assert "JT-LAKE-0002" in refusal.value.zh and "-0.01" in refusal.value.zh
    with Registry(settings.home.registry) as registry:
        waiver = request_waiver(
            registry, BOOK, contracts, code="JT-LAKE-0002", ledger=None, org_id="1001",
            first=DECEMBER, last=DECEMBER, expires_on=DECEMBER.end, reason="尾差核实中", by="经办甲",
        )  # fmt: skip
    with pytest.raises(RefusedError):
        _gate(settings)
    with Registry(settings.home.registry) as registry:
        approve_waiver(registry, waiver, by="主管乙")
    verdict = _gate(settings)
    assert verdict.decision.status == "passed"
    assert [w["waiver_id"] for w in verdict.decision.waivers] == [waiver]
    assert any(f"已豁免 {waiver}" in line for line in verdict.lines(BOOK, "zh"))


def test_a_refused_correction_must_be_explained_by_another_person_before_the_close(
    settings: Settings, bank: ExampleBank, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    _resend(settings, bank, contracts, tmp_path)
    bank.files["loan_account", "1001", "2025-12"][0]["balance"] = "100000.01"
    receipts = _resend(settings, bank, contracts, tmp_path)
    assert [r.status for r in receipts if r.status != "unchanged"] == ["refused"]
    with pytest.raises(RefusedError) as refusal:
        _gate(settings)
    assert "JT-LAKE-0009" in refusal.value.zh

    def explain(by: str) -> None:
        with Registry(settings.home.registry) as registry:
            explain_finding(
                settings, registry, BOOK, contracts, code="JT-LAKE-0009", ledger="loan_account",
                org_id="1001", period=DECEMBER, reason_code="business_reason", note="原件无误", by=by,
            )  # fmt: skip

    with Registry(settings.home.registry) as registry:
        found = open_findings(settings, registry, BOOK, period="2025-12")
    assert ("lake", "JT-LAKE-0009", "explain") in [(f.gate, f.code, f.state) for f in found]
    with pytest.raises(RefusedError):
        explain("经办甲")
    explain("复核乙")
    assert _gate(settings).decision.status == "passed"


def test_row_findings_of_the_lake_name_file_row_and_key(
    settings: Settings, bank: ExampleBank, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    bank.files["loan_account", "1001", "2025-12"][0]["customer_id"] = "C9"
    bank.files["loan_event", "1001", "2025-12"][0]["customer_id"] = "C9"
    _resend(settings, bank, contracts, tmp_path)
    with pytest.raises(RefusedError) as refusal:
        _gate(settings)
    assert "loan_account_1001_2025-12.csv B2 N1" in refusal.value.zh
    assert "C9" in refusal.value.zh and "JT-LAKE-0004" in refusal.value.zh


def test_unchanged_files_judged_by_one_receiver_stay_in_force(
    settings: Settings, bank: ExampleBank, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    _resend(settings, bank, contracts, tmp_path)
    with Registry(settings.home.registry) as registry:
        before = registry.latest_seq()
        paths = sorted((tmp_path / "inbox").iterdir())
        receipts = Receiver(settings, registry, "经办甲").receive_files(paths)
        assert {r.status for r in receipts} == {"unchanged"}
        assert registry.latest_seq() == before
