"""Published rows against each other: grids make a branch, branches a county, counties the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest

from pipelines.paths import Home
from tests.closed_bank import PERIODS, ClosedBank
from tests.golden import published
from tests.golden.independent.month import Month

Row = dict[str, Any]
# How many rates reach 100 %: a part may reach one that the whole does not.
REACHED = {"docking_five_total", "four_hundred_percent"}
HALF = Decimal("0.0000005")


@pytest.fixture(scope="module", params=PERIODS)
def period(request: pytest.FixtureRequest) -> str:
    """A closed month."""
    return str(request.param)


@pytest.fixture(scope="module")
def rows(sample_bank: ClosedBank, period: str) -> dict[tuple[str, str], dict[str, Row]]:
    """Published rows by metric and segment, then by organisation."""
    out: dict[tuple[str, str], dict[str, Row]] = {}
    with published.attach(Home(sample_bank.home), period) as con:
        first = "(from mart_metric_value semi join dim_metric using (metric_id, definition_id))"
        for row in published.table(con, first):
            out.setdefault((row["metric_id"], row["segment"]), {})[row["org_id"]] = row
    return out


@pytest.fixture(scope="module")
def metrics(sample_bank: ClosedBank, period: str) -> dict[str, Row]:
    """The published dimension of metrics."""
    with published.attach(Home(sample_bank.home), period) as con:
        return {row["metric_id"]: row for row in published.table(con, "dim_metric")}


@pytest.fixture(scope="module")
def parts_of(
    month_of: Callable[[str], Month], period: str, rows: dict[tuple[str, str], dict[str, Row]]
) -> dict[str, list[str]]:
    """Organisations of which a bank, a county or a branch is made, by the branches' files."""
    month = month_of(period)
    open_now = set(month.branches)
    grid_of = {g["grid"]: g["org"] for g in month.inbox.in_force("grid", month.month)}
    grids = {
        org for by_org in rows.values() for org, row in by_org.items() if row["org_level"] == "grid"
    }
    out = {month.bank: list(month.counties)}
    out |= {county: sorted(orgs & open_now) for county, orgs in month.counties.items()}
    for grid in sorted(grids):
        branch, _, rest = grid.partition(":")
        owner = branch if rest == "no_grid" else grid_of[grid]
        out.setdefault(owner, []).append(grid)
    return out


def _adds_up(whole: Decimal, parts: Iterable[Decimal]) -> bool:
    """Whether rounded parts add up to a rounded whole: each may be off by half a last digit."""
    listed = list(parts)
    return abs(whole - sum(listed, Decimal(0))) <= HALF * (len(listed) + 1)


def test_what_adds_up_is_the_sum_of_its_parts(
    rows: dict[tuple[str, str], dict[str, Row]],
    metrics: dict[str, Row],
    parts_of: dict[str, list[str]],
) -> None:
    wrong, tested = [], set()
    for (metric, segment), by_org in rows.items():
        if not metrics[metric]["is_additive"]:
            continue
        columns = ["numerator"]
        if metrics[metric]["kind"] == "ratio":
            columns.append("denominator")
        for org, parts in parts_of.items():
            if org not in by_org:
                continue
            present = [by_org[part] for part in parts if part in by_org]
            # A metric without rows of grids ends at the branch.
            if not present:
                continue
            # A grid in which nothing counts has no row; an organisation always has one.
            if len(present) < len(parts) and by_org[org]["org_level"] != "branch":
                wrong.append((metric, segment, org, "parts are missing"))
            tested.add((by_org[org]["org_level"], metric))
            for column in columns:
                whole, pieces = by_org[org][column], [row[column] for row in present]
                if None in (whole, *pieces):
                    # Of a sum without a value a part has none either, and the other way round.
                    if whole is not None or None not in pieces:
                        wrong.append((metric, segment, org, column))
                elif not _adds_up(whole, pieces):
                    wrong.append((metric, segment, org, column))
    assert wrong == []
    assert {level for level, _ in tested} == {"bank", "county", "branch"}


def test_what_is_counted_once_is_no_more_than_its_parts_together(
    rows: dict[tuple[str, str], dict[str, Row]],
    metrics: dict[str, Row],
    parts_of: dict[str, list[str]],
) -> None:
    wrong, tested = [], 0
    for (metric, segment), by_org in rows.items():
        if metrics[metric]["is_additive"] or metrics[metric]["kind"] != "count":
            continue
        if metric in REACHED:
            continue
        for org, parts in parts_of.items():
            pieces = [by_org[p]["value"] for p in parts if p in by_org]
            if org not in by_org or not pieces or None in (by_org[org]["value"], *pieces):
                continue
            tested += 1
            if not max(pieces) <= by_org[org]["value"] <= sum(pieces):
                wrong.append((metric, segment, org))
    assert wrong == []
    assert tested > 0
