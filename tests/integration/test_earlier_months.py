"""Earlier months beside a build: what a figure is compared with, and what the build is called."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.close import close_month
from pipelines.periods import parse_period
from pipelines.publish import build_in_force
from pipelines.settings import Settings
from tests.closed_bank import closed_bank

BALANCE = (
    "select org_id, value from mart_metric_value where metric_id = 'loan_balance' and segment = 'all'"
    " and definition_id = 'loan_balance@1' and org_level = 'branch'"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the closed bank that may be written to."""
    copy = tmp_path_factory.mktemp("earlier") / "home"
    shutil.copytree(closed_bank(tmp_path_factory).home, copy)
    return copy


def _rows(home: Path, period: str, query: str) -> list[tuple[object, ...]]:
    _, build = build_in_force(Settings.from_env(home).home, period)
    with duckdb.connect(str(build / "jingtian.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def _changes(home: Path, period: str, comparison: str) -> dict[object, tuple[object, ...]]:
    rows = _rows(
        home,
        period,
        "select org_id, compared_value, change, reason_code from mart_metric_change "
        "where metric_id = 'loan_balance' and segment = 'all' and org_level = 'branch' "
        f"and comparison_code = '{comparison}'",
    )
    return {row[0]: row[1:] for row in rows}


def test_change_is_the_difference_of_two_published_figures(home: Path) -> None:
    december, january = dict(_rows(home, "2025-12", BALANCE)), dict(_rows(home, "2026-01", BALANCE))
    february = dict(_rows(home, "2026-02", BALANCE))
    assert len(december) == 8
    for comparison, earlier in (
        ("previous_month", january),
        ("quarter_start", december),
        ("year_start", december),
    ):
        found = _changes(home, "2026-02", comparison)
        assert found.keys() == february.keys()
        for org, (compared, change, reason) in found.items():
            now, then = february[org], earlier[org]
            assert isinstance(now, Decimal) and isinstance(then, Decimal)
            assert (compared, change, reason) == (then, now - then, None)


def test_month_that_was_never_closed_has_no_figure_to_compare_with(home: Path) -> None:
    for comparison, month in (("previous_month", "2025-11"), ("year_start", "2024-12")):
        found = _changes(home, "2025-12", comparison)
        assert set(found.values()) == {(None, None, f"no_prior:{month}")}


def test_a_build_is_found_again_beside_the_same_months_and_made_anew_beside_others(
    home: Path,
) -> None:
    settings = Settings.from_env(home)
    before, _ = build_in_force(settings.home, "2026-02")
    january, folder = build_in_force(settings.home, "2026-01")
    figures = _rows(home, "2026-02", BALANCE)
    again = close_month(settings, parse_period("2026-02"), with_outputs=False)
    assert again.build_id == before

    pointer = settings.home.period_pointer("2026-01")
    shutil.move(folder, folder.with_name("elsewhere"))
    pointer.unlink()
    without = close_month(settings, parse_period("2026-02"), with_outputs=False)
    assert without.build_id != before
    assert sorted(map(str, _rows(home, "2026-02", BALANCE))) == sorted(map(str, figures))
    assert set(_changes(home, "2026-02", "previous_month").values()) == {
        (None, None, "no_prior:2026-01")
    }
    assert {r[2] for r in _changes(home, "2026-02", "year_start").values()} == {None}

    # a build that no gate let pass was shown to nobody
    shutil.move(folder.with_name("elsewhere"), folder)
    (folder / "PUBLISHED").unlink()
    assert (
        close_month(settings, parse_period("2026-02"), with_outputs=False).build_id
        == without.build_id
    )
    pointer.write_text(january + "\n", encoding="utf-8")
    assert close_month(settings, parse_period("2026-02"), with_outputs=False).build_id == before
