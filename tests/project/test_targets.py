"""Every figure that the nineteen schemes print is loaded once, unchanged, and used or explained."""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.paths import DBT_DIR, PROJECT_ROOT

SEEDS = DBT_DIR / "seeds"
CATALOGUE = PROJECT_ROOT.parent / "shared" / "methodology" / "targets.csv"
SCHEMES_OF_THE_SOURCES = 19

# Parameters whose figure stands in the formula of a metric: the model and the figures it shows.
FORMULAS = {
    "sme_manager_quota_balance_gate": "300000000",
    "sme_manager_quota_household_gate": "200",
    "sme_manager_quota_balance_step": "10000000000",  # fen
    "sme_manager_quota_household_step": "50",
    "sme_manager_extra_quota": "least",
    "credit_staff_rotation_years": "3",
}


def _rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _printed() -> list[dict[str, str]]:
    if not CATALOGUE.is_file():
        pytest.skip("reference folder ../shared/methodology is absent")
    with CATALOGUE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _model(name: str) -> Path | None:
    return next(iter((DBT_DIR / "models").rglob(f"{name}.sql")), None)


def test_every_printed_figure_is_loaded_once_and_unchanged() -> None:
    def key(row: dict[str, str], value: str) -> tuple[object, ...]:
        names = ("scheme_id", "metric_id", "segment", "period_kind", "period", "operator", "unit")
        return (*(row[name] for name in names), Decimal(value))

    printed = Counter(key(row, row["target"]) for row in _printed())
    loaded = Counter(key(row, row["target"] or row["weight"]) for row in _rows("scheme_target"))
    assert loaded == printed
    assert loaded.total() == 230


def test_status_rule_and_place_are_those_of_the_catalogue() -> None:
    loaded = [
        (row["scheme_id"], row["status_code"], row["rule_id"], row["source_ref"])
        for row in _rows("scheme_target")
    ]
    printed = []
    for row in _printed():
        note = dict(part.strip().partition("=")[::2] for part in row["note"].split(";")[:2])
        place = f"{row['source_file'][:3]} {row['source_ref']}"
        printed.append((row["scheme_id"], note["status"], note["rule"], place))
    assert Counter(loaded) == Counter(printed)


def test_a_row_is_a_weight_or_a_figure() -> None:
    for row in _rows("scheme_target"):
        assert (row["target"] == "") == (row["role_code"] == "weight"), row
        assert (row["weight"] != "") == (row["role_code"] == "weight"), row


def test_every_scheme_of_the_sources_is_there() -> None:
    schemes = {row["scheme_id"]: row for row in _rows("scheme")}
    of_the_sources = {s for s, row in schemes.items() if row["kind_code"] != "supervision"}
    assert len(of_the_sources) == SCHEMES_OF_THE_SOURCES
    assert {row["scheme_id"] for row in _rows("scheme_target")} <= of_the_sources
    out = {s for s, row in schemes.items() if row["status_code"] == "out_of_scope"}
    assert out == {"ccb_insurance_broker", "minsheng_vip"}


def test_every_goal_and_trigger_meets_a_metric_and_its_segment() -> None:
    segments = {(row["metric_id"], row["segment"]) for row in _rows("metric_segment")}
    metrics = {metric for metric, _ in segments}
    rows = [r for r in _rows("scheme_target") if r["role_code"] in ("goal", "trigger")]
    missing = {row["metric_id"] for row in rows} - metrics
    assert missing == set(), f"goals and triggers without a metric: {sorted(missing)}"
    assert [r for r in rows if (r["metric_id"], r["metric_segment"]) not in segments] == []


def test_every_parameter_and_trigger_is_read_by_a_model_that_names_it() -> None:
    for row in _rows("scheme_target"):
        if row["role_code"] not in ("parameter", "trigger"):
            continue
        path = _model(row["used_by"])
        assert path is not None, f"{row['metric_id']}: no model {row['used_by']}"
        text = path.read_text(encoding="utf-8")
        named = f"'{row['metric_id']}'" if row["role_code"] == "parameter" else "'trigger'"
        named = FORMULAS.get(row["metric_id"], named)
        assert re.search(rf"(?<![\w.]){re.escape(named)}(?![\w.])", text), (
            f"{row['used_by']} does not read {row['metric_id']}"
        )


def test_every_weight_is_that_of_a_scorecard_item() -> None:
    items = {
        (row["scheme_id"], row["weight_metric"], row["weight_segment"])
        for row in _rows("scorecard_item")
        if row["weight_metric"]
    }
    weights = {
        (row["scheme_id"], row["metric_id"], row["segment"])
        for row in _rows("scheme_target")
        if row["role_code"] == "weight"
    }
    assert items == weights


def test_what_is_compared_with_nothing_says_why_in_both_languages() -> None:
    for row in _rows("scheme_target"):
        silent = row["role_code"] in ("structure", "not_compared")
        assert bool(row["reason_zh"]) == bool(row["reason_en"]) == silent, row
        assert not (silent and row["used_by"]), row


def test_every_unit_of_a_figure_is_in_the_unit_table() -> None:
    units = {row["unit"] for row in _rows("unit")}
    assert {row["unit"] for row in _rows("scheme_target")} <= units
    assert {row["unit"] for row in _rows("metric_catalogue")} <= units
    assert {row["base_unit"]: row["measure_code"] for row in _rows("unit")}.keys() >= {
        "元",
        "ratio",
    }
