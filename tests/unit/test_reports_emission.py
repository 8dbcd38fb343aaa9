"""Emission as a whole: packs, refusals, the report gate, and the same bytes twice."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations.decision import read_decision
from reports.gate import EmissionRefused
from reports.pack import write_pack
from tests import reports_bank as bank

ALL_OUTPUTS = ("S71_I", "coverage_bulletin", "pay_statement")


def source_of(output_id: str, folder: Path) -> tuple[Path, str]:
    if output_id == "pay_statement":
        return bank.pay_slice(folder / "gated/pay/f1")
    rows = [*bank.sample_leaves().rows(), *bank.coverage_metric_rows()]
    return bank.marts_slice(folder / "gated/marts/f1", rows, bank.coverage_attainment_rows())


@pytest.mark.parametrize("output_id", ALL_OUTPUTS)
def test_a_pack_holds_files_decision_and_manifest(output_id: str, tmp_path: Path) -> None:
    source = source_of(output_id, tmp_path)
    result = bank.emit_from(output_id, source, tmp_path)
    assert result.status == "emitted"
    assert result.pack_dir == tmp_path / "emitted" / output_id / "2025-12" / result.fingerprint
    names = {path.name for path in result.pack_dir.iterdir()}
    assert names == {*result.files, "manifest.json"}
    assert {f"{output_id}.xlsx", f"{output_id}.json", "decision.json"} <= names
    manifest = json.loads((result.pack_dir / "manifest.json").read_text("utf-8"))
    assert set(manifest["files"]) == set(result.files)
    for name, entry in manifest["files"].items():
        content = (result.pack_dir / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    copy = (result.pack_dir / "decision.json").read_bytes()
    assert copy == (source[0] / "decision.json").read_bytes()


@pytest.mark.parametrize("output_id", ALL_OUTPUTS)
def test_emitting_again_changes_nothing(output_id: str, tmp_path: Path) -> None:
    source = source_of(output_id, tmp_path)
    first = bank.emit_from(output_id, source, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in first.pack_dir.iterdir()}
    second = bank.emit_from(output_id, source, tmp_path)
    assert (second.status, second.pack_dir) == ("unchanged", first.pack_dir)
    assert {path: path.stat().st_mtime_ns for path in first.pack_dir.iterdir()} == before
    assert [path.name for path in first.pack_dir.parent.iterdir()] == [first.fingerprint]


@pytest.mark.parametrize("output_id", ALL_OUTPUTS)
def test_the_same_inputs_give_the_same_bytes_anywhere(output_id: str, tmp_path: Path) -> None:
    packs = []
    for name in ("one", "two"):
        source = source_of(output_id, tmp_path / name)
        packs.append(bank.emit_from(output_id, source, tmp_path / name))
    first, second = (
        {path.name: path.read_bytes() for path in pack.pack_dir.iterdir()} for pack in packs
    )
    assert packs[0].fingerprint == packs[1].fingerprint
    assert first == second


def test_another_slice_gives_another_pack_and_leaves_the_first(tmp_path: Path) -> None:
    leaves = bank.sample_leaves()
    first = bank.emit_from("S71_I", bank.marts_slice(tmp_path / "a", leaves.rows()), tmp_path)
    leaves.add("other_organisation", "credit_le_1m", A="5000")
    second = bank.emit_from("S71_I", bank.marts_slice(tmp_path / "b", leaves.rows()), tmp_path)
    assert first.pack_dir != second.pack_dir
    assert first.pack_dir.is_dir() and second.pack_dir.is_dir()


def test_a_tampered_pack_is_noticed_and_left_as_it_is(tmp_path: Path) -> None:
    source = source_of("pay_statement", tmp_path)
    result = bank.emit_from("pay_statement", source, tmp_path)
    path = result.pack_dir / "pay_statement.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(EmissionRefused, match=r"differs in pay_statement\.json") as refused:
        bank.emit_from("pay_statement", source, tmp_path)
    assert refused.value.code == "pack_differs"
    assert path.read_text("utf-8") == "{}"


def test_a_pack_is_written_at_once_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(self: Path, target: Path) -> Path:
        raise OSError(f"no rename of {self} to {target}")

    monkeypatch.setattr(Path, "rename", power_cut)
    with pytest.raises(OSError, match="no rename"):
        write_pack(
            tmp_path, output_id="x", period="2025-12", fingerprint="f", files={"a": b"1"}, about={}
        )
    assert list((tmp_path / "x/2025-12").iterdir()) == []


def test_a_manifest_names_no_time(tmp_path: Path) -> None:
    result = bank.emit_from("S71_I", source_of("S71_I", tmp_path), tmp_path)
    manifest = json.loads((result.pack_dir / "manifest.json").read_text("utf-8"))
    assert set(manifest) == {
        "files", "fingerprint", "inputs", "output", "period", "relations", "title_en", "title_zh",
    }  # fmt: skip


@pytest.mark.parametrize("output_id", ALL_OUTPUTS)
def test_nothing_is_emitted_from_a_failed_decision(output_id: str, tmp_path: Path) -> None:
    directory, _ = source_of(output_id, tmp_path)
    failed_hash = bank.edit_decision(directory, status="failed")
    with pytest.raises(EmissionRefused) as refused:
        bank.emit_from(output_id, (directory, failed_hash), tmp_path)
    assert refused.value.code == "failed"
    assert not (tmp_path / "emitted").exists()


def test_a_slice_of_another_gate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmissionRefused, match="reads the pay slice"):
        bank.emit_from("pay_statement", source_of("S71_I", tmp_path), tmp_path)


def test_a_slice_of_another_period_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmissionRefused) as refused:
        bank.emit_from("S71_I", source_of("S71_I", tmp_path), tmp_path, period="2025-11")
    assert refused.value.code == "wrong_period"


def faulty_leaves() -> bank.Leaves:
    leaves = bank.sample_leaves()
    leaves.values["B", "small_micro_enterprise_agri.credit_le_1m"] = Decimal(9)
    return leaves


def test_a_failed_check_blocks_emission_and_its_decision_is_kept(tmp_path: Path) -> None:
    source = bank.marts_slice(tmp_path / "s", faulty_leaves().rows())
    with pytest.raises(EmissionRefused) as refused:
        bank.emit_from("S71_I", source, tmp_path)
    assert refused.value.code == "report_gate"
    assert "[1.1B1]<=[1B1]（左 9，右 3，差 6，容差 0）" in refused.value.message_zh
    assert not (tmp_path / "emitted").exists()
    assert refused.value.gate_dir is not None
    kept = read_decision(refused.value.gate_dir)
    assert kept.status == "failed"
    assert refused.value.decision is not None
    assert kept.hash == refused.value.decision.hash
    rows = pq.read_table(refused.value.gate_dir / "relation_result.parquet").to_pylist()
    assert {row["relation_id"] for row in rows if row["outcome"] == "failed"} == {"S71_I-R01"}


def test_the_report_gates_slice_and_decision_lie_together(tmp_path: Path) -> None:
    result = bank.emit_from("S71_I", source_of("S71_I", tmp_path), tmp_path)
    assert result.decision is not None and result.gate_dir is not None
    assert result.gate_dir == tmp_path / "gated/report/S71_I" / result.decision.fingerprint
    assert {path.name for path in result.gate_dir.iterdir()} == {
        "cell.parquet", "relation_result.parquet", "decision.json",
    }  # fmt: skip
    assert result.decision.gate == "report:S71_I"
    assert result.decision.hashes == bank.TODAY
    listed = {entry["code"] for entry in result.decision.not_run}
    assert {"S71_I-N02", "S71_I-X01", "S71_I-C01@1.1D"} <= listed
    assert len(result.decision.not_run) == result.relations["not_run"]


def test_outputs_without_checks_have_no_report_gate(tmp_path: Path) -> None:
    result = bank.emit_from("pay_statement", source_of("pay_statement", tmp_path), tmp_path)
    assert (result.decision, result.gate_dir, result.relations) == (None, None, {})
