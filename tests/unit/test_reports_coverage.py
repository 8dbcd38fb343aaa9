"""The coverage bulletin: ranking, gaps, verdicts, totals, and what has no target."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.gate import EmissionRefused
from tests import reports_bank as bank

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coverage")
    source = bank.marts_slice(
        folder / "s", bank.coverage_metric_rows(), bank.coverage_attainment_rows()
    )
    return bank.emit_from("coverage_bulletin", source, folder).pack_dir


@pytest.fixture(scope="module")
def document(pack: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((pack / "coverage_bulletin.json").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def book(pack: Path) -> Any:
    content = (pack / "coverage_bulletin.xlsx").read_bytes()
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


@pytest.fixture
def emitted(tmp_path: Path) -> Callable[[Rows, Rows], dict[str, Any]]:
    def run(metrics: Rows, attainment: Rows) -> dict[str, Any]:
        source = bank.marts_slice(tmp_path / "s", metrics, attainment)
        folder = bank.emit_from("coverage_bulletin", source, tmp_path).pack_dir
        content: dict[str, Any] = json.loads((folder / "coverage_bulletin.json").read_text("utf-8"))
        return content

    return run


def standing(document: dict[str, Any], segment: str, org_id: str) -> dict[str, Any]:
    rows = document["archive"][segment]["organisations"]
    return next(row for row in rows if row["org_id"] == org_id)


def test_branches_are_ranked_from_the_best(document: dict[str, Any]) -> None:
    rows = document["grid"]["grid_coverage_rate_cumulative"]
    assert [(row["org_id"], row["rank"]) for row in rows] == [
        ("B000", None), ("B001", 1), ("B002", 2), ("B003", 3),
    ]  # fmt: skip


def test_bank_totals_are_the_banks_own_figures(document: dict[str, Any]) -> None:
    total = document["grid"]["grid_coverage_rate_cumulative"][0]
    assert (total["numerator"], total["denominator"]) == ("35.000000", "60.000000")
    assert total["printed"] == "0.5833"
    assert document["units_without_grid"] == {
        "B000": "25.000000", "B001": "0.000000", "B002": "7.000000", "B003": "18.000000",
    }  # fmt: skip


def test_gaps_are_in_percentage_points_with_a_verdict(document: dict[str, Any]) -> None:
    missed = standing(document, "rural_household", "B003")
    assert (missed["target_text"], missed["printed_gap_points"]) == ("Y2 ≥90%", "-23.00")
    assert missed["verdict_zh"] == "未达标"
    met = standing(document, "community_resident", "B002")
    assert (met["printed_gap_points"], met["verdict_zh"]) == ("0.00", "达标")


def test_a_segment_without_target_says_so(document: dict[str, Any]) -> None:
    row = standing(document, "small_micro_enterprise", "B001")
    assert (row["verdict_zh"], row["target"], row["gap_points"]) == ("无目标", None, None)


def test_an_empty_population_is_neither_ranked_nor_judged(document: dict[str, Any]) -> None:
    row = standing(document, "rural_household", "B001")
    assert (row["rank"], row["value"], row["verdict_zh"]) == (None, None, "未判定")
    assert row["remark"] == "分母为零"
    order = [r["org_id"] for r in document["archive"]["rural_household"]["organisations"]]
    assert order == ["B000", "B002", "B003", "B001"]  # without a figure comes last


def test_pooled_segments_are_shown_where_a_target_binds(document: dict[str, Any]) -> None:
    assert "community_merchant_and_small_micro" in document["archive"]
    assert "merchant_and_small_micro" not in document["archive"]


def test_the_headline_tells_the_state_of_the_bank(document: dict[str, Any]) -> None:
    grid, pilot, residents = document["headline"][:3]
    assert "全行村（社区）60个，已有网格覆盖35个，累计覆盖面58.33%" in grid
    assert "尚未划网格25个，重复划分1个" in grid
    assert "试点覆盖面65.00%，阶段目标Y2 =70%，低于目标5.00个百分点，未达标" in pilot
    assert "高于目标4.00个百分点，达标" in residents


def test_equal_rates_share_a_rank(emitted: Callable[[Rows, Rows], dict[str, Any]]) -> None:
    metrics = bank.coverage_metric_rows()
    for row in metrics:
        if row["metric_id"] == "grid_coverage_rate_cumulative" and row["org_id"] == "B002":
            row["value"] = metrics[0]["value"]
    rows = emitted(metrics, [])["grid"]["grid_coverage_rate_cumulative"]
    assert [(row["org_id"], row["rank"]) for row in rows[1:]] == [
        ("B001", 1), ("B002", 1), ("B003", 3),
    ]  # fmt: skip


def test_a_branch_without_any_row_is_listed_as_without_data(
    emitted: Callable[[Rows, Rows], dict[str, Any]],
) -> None:
    metrics = [row for row in bank.coverage_metric_rows() if row["org_id"] != "B003"]
    rows = emitted(metrics, [])["grid"]["pilot_unit_coverage_rate"]
    last = rows[-1]
    assert (last["org_id"], last["remark"], last["value"]) == ("B003", "无数据", None)


def test_an_unknown_phase_gives_no_verdict_and_names_the_goals(
    emitted: Callable[[Rows, Rows], dict[str, Any]],
) -> None:
    # Without plan_start_year the marts list the goal of every phase, undecided.
    metrics = bank.coverage_metric_rows()
    attainment = [
        bank.attainment_row(row, ">=", target, phase, "missing_parameter:plan_start_year")
        for row in metrics
        if (row["metric_id"], row["segment"]) == ("archive_coverage_rate", "community_resident")
        for phase, target in (("Y1", "0.40"), ("Y2", "0.70"), ("Y3", "1"))
    ]
    document = emitted(metrics, attainment)
    row = standing(document, "community_resident", "B001")
    assert (row["verdict_zh"], row["target_text"], row["gap_points"]) == ("未判定", "", None)
    assert "缺少参数 plan_start_year（方案起始年）" in row["remark"]
    goals = [f"夷陵区金融服务网格化方案 Y{n} ≥{t}%" for n, t in ((1, 40), (2, 70), (3, 100))]
    assert "、".join(goals) in row["remark"]
    assert "低于目标" not in " ".join(document["headline"])


def test_mixed_schemes_leave_the_bank_undecided(
    emitted: Callable[[Rows, Rows], dict[str, Any]],
) -> None:
    metrics = bank.coverage_metric_rows()
    bank_row = next(
        row for row in metrics
        if row["metric_id"] == "pilot_unit_coverage_rate" and row["org_id"] == "B000"
    )  # fmt: skip
    attainment = [
        {
            **bank.attainment_row(bank_row, ">=", target, "Y1", "mixed_schemes"),
            "scheme_id": scheme,
        }
        for scheme, target in (("sanxia_grid", "0.30"), ("hubei_county_grid", "0.40"))
    ]
    total = emitted(metrics, attainment)["grid"]["pilot_unit_coverage_rate"][0]
    assert total["verdict_zh"] == "未判定"
    assert total["remark"] == (
        "各机构绑定方案不同，不作全行判定；涉及目标：湖北县域金融服务网格化方案 Y1 ≥40%、夷陵区金融服务网格化方案 Y1 ≥30%"
    )


def test_a_goal_that_binds_only_some_branches_is_not_held_against_the_bank(
    emitted: Callable[[Rows, Rows], dict[str, Any]],
) -> None:
    metrics = bank.coverage_metric_rows()
    bank_row = next(
        row for row in metrics
        if row["metric_id"] == "grid_coverage_rate_annual" and row["org_id"] == "B000"
    )  # fmt: skip
    goal = bank.attainment_row(bank_row, ">=", "0.30", "Y1", "mixed_schemes")
    total = emitted(metrics, [goal])["grid"]["grid_coverage_rate_annual"][0]
    assert (total["verdict_zh"], total["target_text"], total["gap_points"]) == ("未判定", "", None)


def test_a_share_met_in_whole_units_says_why(
    emitted: Callable[[Rows, Rows], dict[str, Any]],
) -> None:
    # 30 % of 18 villages are 5.4, so 5 are enough: 27.78 %.
    row = bank.metric_row(
        "pilot_unit_coverage_rate",
        "village_and_community",
        Decimal("0.277778"),
        org_id="B003",
        unit="ratio",
        numerator=Decimal(5),
        denominator=Decimal(18),
    )
    metrics = [
        row if (m["metric_id"], m["org_id"]) == ("pilot_unit_coverage_rate", "B003") else m
        for m in bank.coverage_metric_rows()
    ]
    rows = emitted(metrics, [bank.attainment_row(row, "=", "0.30", "Y1")])
    found = rows["grid"]["pilot_unit_coverage_rate"]
    branch = next(row for row in found if row["org_id"] == "B003")
    assert (branch["verdict_zh"], branch["printed_gap_points"]) == ("达标", "-2.22")
    assert branch["remark"] == "目标折合5个（四舍五入），实有5个"


def test_a_missing_figure_of_the_bank_is_refused_by_name(tmp_path: Path) -> None:
    metrics = [
        row for row in bank.coverage_metric_rows()
        if (row["metric_id"], row["org_id"]) != ("grid_coverage_rate_annual", "B000")
    ]  # fmt: skip
    source = bank.marts_slice(tmp_path / "s", metrics, [])
    with pytest.raises(EmissionRefused, match=r"grid_coverage_rate_annual\[all_units\]"):
        bank.emit_from("coverage_bulletin", source, tmp_path)


def test_the_workbook_has_native_charts(pack: Path) -> None:
    with zipfile.ZipFile(pack / "coverage_bulletin.xlsx") as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        text = archive.read(charts[0]).decode()
    assert len(charts) == 2
    assert "barChart" in text


def test_the_front_page_counts_verdicts_of_branches(book: Any) -> None:
    rows = list(book["通报"].iter_rows(values_only=True))
    line = next(row for row in rows if row[0] == "农户建档面")
    assert line[4:9] == ("未达标", 1, 1, 1, 0)


def test_the_grid_sheet_ends_with_the_bank(book: Any) -> None:
    rows = list(book["网格覆盖"].iter_rows(values_only=True))
    assert rows[-1][2:6] == ("全行", 60, 35, 0.5833)
    assert rows[-1][-3:-1] == (25, 1)


def test_lineage_positions_point_at_the_printed_figures(book: Any) -> None:
    heads = 3
    checked = 0
    for line in book["数据来源"].iter_rows(min_row=heads + 1, values_only=True):
        sheet = book[line[0].split(" ")[0]]
        assert sheet[line[1]].value == line[9], line
        checked += 1
    assert checked > 30
