"""Theme A: grids and their cover of villages and communities."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.golden.independent.figure import Figures, amount, ratio
from tests.golden.independent.month import Month


def grid_coverage(month: Month) -> Figures:
    """Theme A with AMB-002: annual as increment; overlap and gap by administrative unit.

    A unit is new in the year of its first leaf grid; a grid that replaces a closed one does
    not make its unit new again.
    """
    units = month.inbox.in_force("admin_unit", month.month)
    running: dict[str, int] = defaultdict(int)
    first: dict[str, dt.date] = {}
    for grid in month.inbox.in_force("grid", month.month):
        if grid["level"] != "小网格" or grid["live"] is None or grid["live"] > month.end:
            continue
        unit = grid["unit"]
        first[unit] = min(grid["live"], first.get(unit, grid["live"]))
        running[unit] += grid["closed"] is None or grid["closed"] > month.end
    for org, belongs in month.scopes():
        mine = {u["unit"] for u in units if belongs(u)}
        covered = {u for u in mine if running[u]}
        new = {u for u in covered if first[u] >= month.year_start}
        pilots = {u["unit"] for u in units if belongs(u) and month.is_pilot(u)}
        everywhere = "all_units"
        yield ("grid_coverage_rate_annual", org, everywhere), ratio(len(new), len(mine))
        yield (
            ("grid_coverage_rate_cumulative", org, everywhere),
            ratio(len(covered), len(mine)),
        )
        yield (
            ("pilot_unit_coverage_rate", org, "village_and_community"),
            ratio(len(pilots), len(mine)),
        )
        crowded = {u for u in mine if running[u] > 1}
        yield ("grid_no_overlap_no_gap", org, "gap"), amount(len(mine - covered))
        yield ("grid_no_overlap_no_gap", org, "overlap"), amount(len(crowded))
