"""A report emitted alone, later or by hand, meets the same refusals as inside a close."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import pipelines.gates.hashes
from expectations.decision import read_decision
from pipelines.emit import Emission, Refusal, emit_output
from pipelines.errors import UsageError
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.small_bank import (
    BRANCH,
    EARLIER,
    PERIOD,
    SmallBank,
    as_file,
    changed,
    lower_a_balance,
    packs,
    receive_bytes,
    rows_of,
    sent,
)

OUTPUTS = ("S71_I", "coverage_bulletin", "pay_statement")
SLICE = {"S71_I": "marts", "coverage_bulletin": "marts", "pay_statement": "pay"}


def _emit(settings: Settings, output: str, period: str = PERIOD) -> Emission | Refusal:
    with Registry(settings.home.registry) as registry:
        return emit_output(settings, registry, output, period, actor="test")


def _folder(settings: Settings, gate: str) -> Path:
    with Registry(settings.home.registry) as registry:
        row = registry.latest_decision(gate, PERIOD)
    assert row is not None
    return settings.home.gated / gate / row["fingerprint"]


def _refused(settings: Settings, output: str, zh: str, en: str) -> None:
    """The output is refused for that reason and no pack was touched."""
    before = packs(settings)
    outcome = _emit(settings, output)
    assert isinstance(outcome, Refusal), outcome
    assert zh in outcome.zh, outcome.zh
    assert en in outcome.en, outcome.en
    assert packs(settings) == before


@pytest.mark.parametrize("output", OUTPUTS)
def test_fresh_output_is_emitted_again_to_the_same_bytes(output: str, closed: Settings) -> None:
    before = packs(closed)
    again = _emit(closed, output)
    assert isinstance(again, Emission)
    assert again.status == "unchanged"
    shutil.rmtree(closed.home.emitted / output)
    anew = _emit(closed, output)
    assert isinstance(anew, Emission)
    assert anew.status == "emitted"
    assert packs(closed) == before


def test_output_of_a_month_that_was_never_closed_is_refused(received: Settings) -> None:
    for output in OUTPUTS:
        outcome = _emit(received, output)
        assert isinstance(outcome, Refusal)
        assert "jingtian close" in outcome.zh and "jingtian close" in outcome.en
    assert packs(received) == {}


def test_output_of_another_month_is_refused(closed: Settings) -> None:
    outcome = _emit(closed, "S71_I", EARLIER)
    assert isinstance(outcome, Refusal)
    assert f"jingtian close {EARLIER}" in outcome.zh


@pytest.mark.parametrize("output", OUTPUTS)
def test_output_without_its_decision_is_refused(output: str, closed: Settings) -> None:
    (_folder(closed, SLICE[output]) / "decision.json").unlink()
    _refused(closed, output, "没有闸口判定", "no gate decision")


@pytest.mark.parametrize("output", OUTPUTS)
def test_output_of_a_failed_decision_is_refused(output: str, closed: Settings) -> None:
    gate = SLICE[output]
    folder = _folder(closed, gate)
    decision = read_decision(folder)
    decision.status = "failed"
    decision.write(folder)
    with Registry(closed.home.registry) as registry:
        registry.add_decision(
            "test",
            {
                "gate": gate,
                "period": PERIOD,
                "as_of": registry.latest_seq(),
                "status": "failed",
                "fingerprint": folder.name,
                "decision_hash": decision.hash,
            },
        )
    _refused(closed, output, "不得报出", "fail")


def test_decision_made_friendlier_by_hand_is_refused(closed: Settings) -> None:
    folder = _folder(closed, "marts")
    decision = read_decision(folder)
    decision.counts = {**decision.counts, "warn": 0, "block": 0}
    decision.results = decision.results[:1]
    decision.write(folder)
    _refused(closed, "S71_I", "不是", "not the")


def test_output_is_refused_when_a_new_load_was_accepted_after_the_gate(
    bank: SmallBank, closed: Settings, tmp_path: Path
) -> None:
    data = changed(sent(bank, "loan_account", BRANCH), lower_a_balance)
    name = f"loan_account_{BRANCH}_{PERIOD}.csv"
    assert receive_bytes(closed, tmp_path / "up", name, data).status == "accepted"
    for output in OUTPUTS:
        _refused(closed, output, "取数清单", "load_set")
    # The first file again: the load set is the judged one again, whatever the sequence number.
    back = sent(bank, "loan_account", BRANCH).read_bytes()
    assert receive_bytes(closed, tmp_path / "up", name, back).status == "accepted"
    assert isinstance(_emit(closed, "S71_I"), Emission)


def test_file_of_a_later_month_leaves_the_decision_fresh(
    bank: SmallBank, closed: Settings, tmp_path: Path
) -> None:
    rows = rows_of(sent(bank, "gl_balance", BRANCH))
    for row in rows:
        row["data_date"] = "2025-04-30"
    data = as_file("gl_balance", rows)
    receipt = receive_bytes(closed, tmp_path / "up", f"gl_balance_{BRANCH}_2025-04.csv", data)
    assert receipt.status == "accepted"
    outcome = _emit(closed, "S71_I")
    assert isinstance(outcome, Emission) and outcome.status == "unchanged"


@pytest.mark.parametrize(
    ("digest", "zh", "en"),
    [
        ("rules_digest", "规则", "rules"),
        ("seeds_digest", "口径", "definitions"),
        ("models_digest", "模型", "models"),
    ],
)
def test_output_is_refused_when_rules_definitions_or_models_changed(
    digest: str, zh: str, en: str, closed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelines.gates.hashes, digest, lambda: "0" * 64)
    for output in OUTPUTS:
        _refused(closed, output, zh, en)


def _append_a_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _change_a_figure(path: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    pq.write_table(table.slice(0, table.num_rows - 1), path)


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("alter", [_append_a_byte, _change_a_figure, _remove])
@pytest.mark.parametrize(
    ("output", "table"),
    [("S71_I", "metric_value"), ("coverage_bulletin", "dim_org"), ("pay_statement", "pay_month")],
)
def test_report_is_refused_when_slice_changed_after_passing(
    output: str, table: str, alter, closed: Settings
) -> None:
    alter(_folder(closed, SLICE[output]) / f"{table}.parquet")
    before = packs(closed)
    outcome = _emit(closed, output)
    assert isinstance(outcome, Refusal)
    assert f"{table}.parquet" in outcome.zh + outcome.en
    assert packs(closed) == before


def test_file_that_nobody_judged_does_not_belong_to_a_slice(closed: Settings) -> None:
    folder = _folder(closed, "marts")
    shutil.copy(folder / "metric_value.parquet", folder / "extra.parquet")
    outcome = _emit(closed, "S71_I")
    assert isinstance(outcome, Refusal)
    assert "extra.parquet" in outcome.en


def test_pack_altered_by_hand_is_told_and_left_as_it_is(closed: Settings) -> None:
    (manifest,) = (closed.home.emitted / "S71_I").rglob("manifest.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["title_en"] = "another"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    _refused(closed, "S71_I", "manifest.json", "manifest.json")


def test_unknown_output_is_a_usage_error(closed: Settings) -> None:
    with pytest.raises(UsageError, match="S71_I"):
        _emit(closed, "S71-I")


def test_command_tells_the_refusal_and_its_exit_code(
    closed: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli.main import main

    home = ["--home", str(closed.home.root)]
    words = ["report", "emit", "S71_I", "--period", PERIOD]
    assert main([*words, *home]) == 0
    assert "未变 S71_I" in capsys.readouterr().out
    _append_a_byte(_folder(closed, "marts") / "metric_value.parquet")
    assert main([*words, *home]) == 1
    assert "不能出具 S71_I" in capsys.readouterr().out
    assert main([*words, "--format", "json", "--lang", "en", *home]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["output"], row["status"]) == ("S71_I", "refused")
