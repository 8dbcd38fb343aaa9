"""Emission meets a closed door whenever the decision or the slice is not what it should be."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reports.gate import EmissionRefused, check_slice
from reports.slices import read_rows
from tests import reports_bank as bank


@pytest.fixture
def source(tmp_path: Path) -> tuple[Path, str]:
    return bank.marts_slice(tmp_path / "gated/marts/f1", bank.sample_leaves().rows())


def refusal(directory: Path, decision_hash: str, today: dict[str, str]) -> EmissionRefused:
    with pytest.raises(EmissionRefused) as raised:
        check_slice(directory, decision_hash, today)
    return raised.value


def test_a_passed_fresh_unaltered_slice_is_accepted(source: tuple[Path, str]) -> None:
    checked = check_slice(*source, bank.TODAY)
    assert checked.decision.hash == source[1]
    assert len(read_rows(checked, "dim_org")) == 4


def test_refused_when_the_decision_is_missing(source: tuple[Path, str]) -> None:
    (source[0] / "decision.json").unlink()
    refused = refusal(*source, bank.TODAY)
    assert refused.code == "missing"
    assert "没有闸口判定" in refused.message_zh
    assert "no gate decision" in refused.message_en


def test_refused_when_the_decision_is_not_the_registered_one(source: tuple[Path, str]) -> None:
    refused = refusal(source[0], "0" * 64, bank.TODAY)
    assert refused.code == "unexpected"
    assert source[1] in refused.message_en


def test_refused_when_no_decision_is_registered(source: tuple[Path, str]) -> None:
    assert refusal(source[0], "", bank.TODAY).code == "unexpected"


def test_refused_when_the_decision_was_rewritten_to_passed(source: tuple[Path, str]) -> None:
    failed_hash = bank.edit_decision(source[0], status="failed")
    bank.edit_decision(source[0], status="passed")
    assert refusal(source[0], failed_hash, bank.TODAY).code == "unexpected"


def test_refused_when_the_decision_failed(source: tuple[Path, str]) -> None:
    new_hash = bank.edit_decision(source[0], status="failed", counts={"block": 2})
    refused = refusal(source[0], new_hash, bank.TODAY)
    assert refused.code == "failed"
    assert "未通过" in refused.message_zh and "阻断 2" in refused.message_zh
    assert "'failed'" in refused.message_en


@pytest.mark.parametrize(
    ("name", "name_zh"),
    [("load_set", "取数清单"), ("rules", "规则"), ("definitions", "口径"), ("models", "模型")],
)
def test_refused_when_the_decision_is_stale(
    source: tuple[Path, str], name: str, name_zh: str
) -> None:
    refused = refusal(*source, {**bank.TODAY, name: "z" * 64})
    assert refused.code == "stale"
    assert name_zh in refused.message_zh
    assert f"{name} was" in refused.message_en
    for other in set(bank.TODAY) - {name}:
        assert f"{other} was" not in refused.message_en


def test_refused_when_todays_hashes_lack_one(source: tuple[Path, str]) -> None:
    today = {key: value for key, value in bank.TODAY.items() if key != "models"}
    assert refusal(*source, today).code == "stale"


def test_refused_when_the_decision_does_not_say_what_it_depends_on(
    source: tuple[Path, str],
) -> None:
    new_hash = bank.edit_decision(source[0], hashes={})
    assert refusal(source[0], new_hash, {}).code == "stale"


def test_refused_when_the_slice_changed_after_passing(source: tuple[Path, str]) -> None:
    path = source[0] / "metric_value.parquet"
    rows = pq.read_table(path).to_pylist()
    pq.write_table(pa.Table.from_pylist(rows[:-1], schema=bank.METRIC_SCHEMA), path)
    refused = refusal(*source, bank.TODAY)
    assert refused.code == "altered"
    assert "metric_value.parquet 已被改动" in refused.message_zh


def test_refused_when_a_judged_file_is_gone(source: tuple[Path, str]) -> None:
    (source[0] / "dim_org.parquet").unlink()
    assert "dim_org.parquet is missing" in refusal(*source, bank.TODAY).message_en


def test_refused_when_an_unjudged_table_appeared(source: tuple[Path, str]) -> None:
    (source[0] / "extra.parquet").write_bytes(b"PAR1")
    assert "extra.parquet was never judged" in refusal(*source, bank.TODAY).message_en


def test_refused_when_the_decision_judged_nothing(source: tuple[Path, str]) -> None:
    new_hash = bank.edit_decision(source[0], files={})
    assert refusal(source[0], new_hash, bank.TODAY).code == "altered"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"gate": "marts"}', '{"status": "passed"}'])
def test_refused_when_the_decision_cannot_be_read(source: tuple[Path, str], text: str) -> None:
    (source[0] / "decision.json").write_text(text, encoding="utf-8")
    assert refusal(*source, bank.TODAY).code == "damaged"


def test_a_table_the_decision_did_not_judge_cannot_be_read(source: tuple[Path, str]) -> None:
    with pytest.raises(EmissionRefused, match=r"pay_month\.parquet"):
        read_rows(check_slice(*source, bank.TODAY), "pay_month")


def test_money_stored_as_floating_point_is_refused(tmp_path: Path) -> None:
    fields = [
        pa.field(field.name, pa.float64()) if field.name == "value" else field
        for field in bank.METRIC_SCHEMA
    ]
    rows = [{**row, "value": float(row["value"])} for row in bank.sample_leaves().rows()]
    source = bank.write_slice(tmp_path, {"metric_value": (pa.schema(fields), rows)})
    with pytest.raises(EmissionRefused, match="浮点列"):
        read_rows(check_slice(*source, bank.TODAY), "metric_value")
