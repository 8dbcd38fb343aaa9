"""Folders are the registry of outputs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations.strict_yaml import StrictYamlError
from reports.layout import load_layout
from reports.outputs import REPORTS_DIR, OutputError, discover_outputs


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    for folder in ("returns/S71_I", "statements/pay", "bulletins/coverage"):
        shutil.copytree(REPORTS_DIR / folder, tmp_path / folder)
    return tmp_path


def test_every_folder_with_a_declaration_is_an_output() -> None:
    outputs = discover_outputs()
    assert list(outputs) == sorted(outputs)
    assert {"S71_I", "coverage_bulletin", "pay_statement"} <= set(outputs)
    assert outputs["S71_I"].kind == "return"
    assert outputs["S71_I"].deadline_day == 6
    assert outputs["pay_statement"].slice == "pay"


def test_a_return_reads_exactly_the_metrics_of_its_leaves() -> None:
    output = discover_outputs()["S71_I"]
    layout = load_layout(output.config, "2025-12")
    assert sorted(output.reads) == list(layout.metric_ids)


def test_every_output_has_a_writer() -> None:
    for output in discover_outputs().values():
        writer = output.load_writer()
        assert callable(writer.build)


def test_two_folders_with_one_id_are_refused_by_path(rooms: Path) -> None:
    shutil.copytree(rooms / "statements/pay", rooms / "statements/pay_again")
    with pytest.raises(OutputError, match=r"'pay_statement' is declared by .*pay.*pay_again"):
        discover_outputs(rooms)


def test_a_misspelt_key_is_refused_with_file_and_line(rooms: Path) -> None:
    path = rooms / "statements/pay/output.yml"
    path.write_text(path.read_text("utf-8").replace("frequency:", "frequncy:"), "utf-8")
    with pytest.raises(StrictYamlError, match=r"output\.yml:4: .*frequncy"):
        discover_outputs(rooms)


def test_a_return_in_a_folder_of_another_name_is_refused(rooms: Path) -> None:
    (rooms / "returns/S71_I").rename(rooms / "returns/S71")
    with pytest.raises(OutputError, match="lies in another folder"):
        discover_outputs(rooms)


def test_an_output_without_writer_is_refused(rooms: Path) -> None:
    path = rooms / "statements/pay/output.yml"
    path.write_text(path.read_text("utf-8").replace("pay.statement", "pay.nothing"), "utf-8")
    with pytest.raises(OutputError, match=r"reports\.statements\.pay\.nothing"):
        discover_outputs(rooms)["pay_statement"].load_writer()


def test_the_declaration_hash_changes_with_any_yaml_of_the_folder(rooms: Path) -> None:
    before = discover_outputs(rooms)["S71_I"].definition_hash()
    path = rooms / "returns/S71_I/relations.yml"
    path.write_text(path.read_text("utf-8") + "# changed\n", "utf-8")
    assert discover_outputs(rooms)["S71_I"].definition_hash() != before


@pytest.mark.parametrize(
    ("months", "due"),
    [
        ("all", ["2025-01", "2025-02", "2025-06", "2025-12"]),
        ("quarter_end", ["2025-06", "2025-12"]),
        ("december", ["2025-12"]),
    ],
)
def test_an_output_is_due_in_its_months(rooms: Path, months: str, due: list[str]) -> None:
    path = rooms / "statements/pay/output.yml"
    path.write_text(path.read_text("utf-8").replace("months: all", f"months: {months}"), "utf-8")
    output = discover_outputs(rooms)["pay_statement"]
    asked = ["2025-01", "2025-02", "2025-06", "2025-12"]
    assert [period for period in asked if output.is_due(period)] == due
