"""The invented bank: organisations, villages and communities, grids, head-office registers.

Here belongs what exists before any customer does. How a branch behaves is ``profiles.py``.
Every name is made of arbitrary characters and marked 示例; the division codes are not assigned to
any county, so no identifier made from them can belong to a real place, person or firm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.columns import ArrowColumn, BoolArray
from pipelines.sample.days import (
    NEVER,
    IntArray,
    Month,
    add_months,
    day_of,
    month_ends,
    month_starts,
)
from pipelines.sample.profiles import (
    ALL_SEGMENTS,
    ENTERPRISE,
    HUBEI,
    MERCHANT,
    PARK,
    PROFILES,
    RESIDENT,
    RURAL,
    Profile,
)
from pipelines.sample.write import FileStyle

ROOT_ID = "090000"
DIVISION = 428999
"""No prefecture has the code 4289; counties of the sample count down from here."""

BANK_NAME = "云汀农村商业银行股份有限公司（示例）"
NOTE = "示例"
VILLAGE, COMMUNITY = 0, 1
UNIT_KINDS = ("village", "community")

_FIRST = "望青白石龙柳松枫桃溪荷竹云鹤锦"
_SECOND = "禾汀岚屿泉坪塘湾岭桥"
_VILLAGE_FIRST = "上下前后东西新老高大小双三长古"
_VILLAGE_SECOND = "溪坪塘垅冲坝畈岗庙桥井店墩湖圩"
_COMMUNITY_SECOND = "华安和泰宁康景源文明"
_PATTERN = (
    "business_dept",
    "urban",
    "urban",
    "county_seat",
    "township",
    "township",
    "township",
    "outlet",
)
_SIZE_WEIGHT = (1.5, 1.3, 1.2, 1.0, 0.9, 0.8, 0.7, 0.6)


@dataclass(frozen=True)
class Org:
    """One organisation that sends files."""

    org_id: str
    name: str
    org_type: str
    location: str | None
    parent_id: str
    opened: int
    division: str
    township_no: int
    township: str
    customers: int
    profile: Profile
    style: FileStyle

    @property
    def is_rural(self) -> bool:
        """Serves villages rather than a town."""
        return self.location == "township"


def organisations(branches: int, customers: int, with_workbooks: bool) -> list[Org]:
    """The organisations that send files, 营业部 first; customers are split by size."""
    weight = np.array([_SIZE_WEIGHT[i % 8] for i in range(branches)])
    edges = np.floor(np.concatenate([[0.0], np.cumsum(weight)]) / weight.sum() * customers)
    sizes = np.diff(edges).astype(int)
    sizes[-1] += customers - int(sizes.sum())
    result: list[Org] = []
    last_branch = ROOT_ID
    for i in range(branches):
        kind = _PATTERN[i % 8] if i == 0 or i % 8 else "urban"
        org_type = {"business_dept": "business_dept", "outlet": "outlet"}.get(kind, "branch")
        location = {"business_dept": "urban", "outlet": "township"}.get(kind, kind)
        place = _place_name(i)
        suffix = {"business_dept": "营业部", "outlet": "分理处"}.get(kind, "支行")
        name = "营业部（示例）" if i == 0 else f"{place}{suffix}（示例）"
        org_id = f"{int(ROOT_ID) + 1 + i:06d}"
        result.append(
            Org(
                org_id=org_id,
                name=name,
                org_type=org_type,
                location=location,
                parent_id=last_branch if org_type == "outlet" else ROOT_ID,
                opened=day_of("1998-07-01") + 97 * (i % 90),
                division=str(DIVISION - i // 90),
                township_no=(1 if location == "urban" else 100) + i % 90,
                township=place + ("街道" if location == "urban" else "镇"),
                customers=int(sizes[i]),
                profile=PROFILES[i % len(PROFILES)],
                style=_style(i, with_workbooks and int(sizes[i]) <= 6000 and i < 24),
            )
        )
        if org_type == "branch":
            last_branch = org_id
    return result


def _place_name(i: int) -> str:
    """A made-up place name of two characters, three from the 151st on; all different."""
    name = _FIRST[i % 15] + _SECOND[(7 * (i % 15) + i // 15) % 10]
    return name if i < 150 else name + _VILLAGE_SECOND[i // 150 % 15]


def _style(i: int, may_use_workbook: bool) -> FileStyle:
    kind = i % 8
    if kind in (6, 7) and may_use_workbook:
        return FileStyle("xlsx")
    if kind in (2, 5):
        return FileStyle(encoding="gb18030", newline="\r\n")
    if kind == 1:
        return FileStyle(encoding="utf-8-sig", newline="\r\n")
    return FileStyle(quoted=kind == 3)


@dataclass(frozen=True)
class Units:
    """Villages and communities of one branch, with their plan.

    ``pilot_from`` and the grids' days are ``NEVER`` where nothing is planned.
    """

    unit_ids: list[str]
    names: list[str]
    kind: IntArray
    pilot_from: IntArray
    grid_live: IntArray
    has_grid: BoolArray
    subclass: IntArray
    population: IntArray  # units x segments
    population_later: IntArray
    extra_leaf: list[tuple[int, int, int, int]]  # unit, leaf number, live day, closed day
    leaf_closed: dict[int, int]

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.unit_ids)

    @property
    def households(self) -> IntArray:
        """Households of each unit: those to be archived, and some that are not counted there."""
        counted = self.population_later[:, RESIDENT] + self.population_later[:, RURAL]
        return counted * 23 // 20 + 12

    @property
    def agreed_on(self) -> IntArray:
        """Day of the agreement with each unit, soon after it became a pilot."""
        return np.where(
            self.pilot_from < NEVER, self.pilot_from + 5 + np.arange(self.count) % 9, NEVER
        )

    def leaves(self) -> list[tuple[int, int, int, int]]:
        """Leaf grids that are planned: unit, number in the unit, live day, closed day."""
        first = [
            (unit, 1, int(self.grid_live[unit]), self.leaf_closed.get(unit, NEVER))
            for unit in np.flatnonzero(self.has_grid).tolist()
        ]
        later = [row for row in self.extra_leaf if self.has_grid[row[0]]]
        return sorted(first + later)

    def leaf_at(self, unit: int, day: int) -> str | None:
        """Number of the unit's live leaf grid on that day, if there is one."""
        for other, number, live, closed in self.leaves():
            if other == unit and live <= day < closed:
                return grid_id(self, unit, number)
        return None


def grid_id(units: Units, unit: int, number: int) -> str:
    """Number of a grid; 0 is the unit's big grid."""
    return f"G{units.unit_ids[unit]}{number:02d}"


def make_units(org: Org, rng: Generator, start: Month) -> Units:
    """Draw the units of a branch and the days on which they become pilots and go live."""
    count = int(np.clip(org.customers // 25, 10, 200))
    towns = {"urban": 0.85, "county_seat": 0.5}.get(org.location or "", 0.08)
    communities = max(1, round(count * towns))
    kind = np.where(np.arange(count) < communities, COMMUNITY, VILLAGE).astype(np.int64)
    number = np.where(kind == COMMUNITY, 1 + np.arange(count), 200 + np.arange(count))
    unit_ids = [f"{org.division}{org.township_no:03d}{n:03d}" for n in number]
    names = _unit_names(kind, rng)
    profile = org.profile

    order = rng.permutation(count)
    # 三峡 asks for a ratio (rounded half up), 湖北 for at least one.
    at_least = profile.scheme_id == HUBEI
    pilots = [
        math.ceil(count * ratio - 1e-9) if at_least else int(count * ratio + 0.5)
        for ratio in profile.pilot_ratio
    ]
    place = np.empty(count, dtype=np.int64)
    place[order] = np.arange(count)
    one_year = int(add_months(np.array([start.first]), 12)[0])
    two_years = int(add_months(np.array([start.first]), 24)[0])
    later = int(add_months(np.array([start.first]), 3)[0])
    pilot_from = np.where(
        place < pilots[0],
        start.first + 9,
        np.where(place < pilots[1], one_year + 9, two_years + 9),
    )
    pilot_from[(place == pilots[0] - 1) & (count > 12)] = later

    before, first, second = (round(count * ratio) for ratio in profile.grid_ratio)
    span = rng.integers(0, 300, count)
    live = np.where(
        place < before,
        start.first - 20 - 2 * span,
        np.where(
            place < before + first,
            start.first + 20 + span,
            np.where(place < before + first + second, one_year + 8 + span, NEVER),
        ),
    )
    villages = order[kind[order] == VILLAGE]
    has_grid = np.ones(count, dtype=bool)
    has_grid[villages[len(villages) - profile.gap_units :]] = profile.gap_units == 0
    extra: list[tuple[int, int, int, int]] = []
    closed: dict[int, int] = {}
    if profile.has_overlap:
        extra.append((int(order[0]), 2, start.first - 15, NEVER))
    elif org.location == "urban" and org.org_type == "branch":
        swap = int(add_months(np.array([start.first]), 6)[0])
        closed[int(order[1])] = swap
        extra.append((int(order[1]), 2, swap, NEVER))

    population = _population(kind, org.customers, count, rng)
    growth = (population * rng.uniform(0, 0.02, population.shape)).astype(np.int64)
    return Units(
        unit_ids,
        names,
        kind,
        pilot_from.astype(np.int64),
        live.astype(np.int64),
        has_grid,
        rng.integers(0, 4, count),
        population,
        population + growth,
        extra,
        closed,
    )


def _unit_names(kind: IntArray, rng: Generator) -> list[str]:
    pairs = rng.permutation(225)
    result = []
    for k, pair in zip(kind.tolist(), pairs[: len(kind)].tolist(), strict=True):
        if k == VILLAGE:
            name = _VILLAGE_FIRST[pair % 15] + _VILLAGE_SECOND[pair // 15] + "村"
        else:
            name = (
                _FIRST[pair % 15]
                + _COMMUNITY_SECOND[pair // 15 % 10]
                + ("" if pair // 15 < 10 else "新")
                + "社区"
            )
        result.append(name)
    return result


def _population(kind: IntArray, customers: int, count: int, rng: Generator) -> IntArray:
    """Households and entities per unit; some three times the customers of the branch."""
    base = max(30.0, 3.0 * customers / count)
    result = np.zeros((count, 5), dtype=np.int64)
    spread = rng.uniform(0.6, 1.5, count)
    town = kind == COMMUNITY
    result[:, RESIDENT] = np.where(town, base * spread, 0)
    result[:, RURAL] = np.where(~town, base * spread, 0)
    result[:, MERCHANT] = np.where(town, base * 0.3 * rng.uniform(0.6, 1.5, count) + 6, 0)
    result[:, ENTERPRISE] = base * np.where(town, 0.12, 0.06) * rng.uniform(0.6, 1.5, count) + 3
    has_park = town & ((rng.uniform(size=count) < 0.3) | (np.arange(count) == 0))
    result[:, PARK] = np.where(has_park, base * 0.1 * rng.uniform(0.6, 1.5, count) + 3, 0)
    return result


def admin_unit(org: Org, units: Units, month: Month) -> dict[str, ArrowColumn]:
    """Register of villages and communities as it stands at the month's end."""
    is_pilot = units.pilot_from <= month.last
    place = np.arange(units.count)
    whole_village = np.where(
        (units.kind == VILLAGE) & (place % 3 != 1), month_starts(units.pilot_from + 75), NEVER
    )
    named = np.where(place % 2 == 0, month_starts(whole_village + 120), NEVER)
    township = np.full(
        units.count,
        month_starts(units.pilot_from + 300).min() if org.profile.grid_ratio[0] >= 0.3 else NEVER,
    )
    return {
        "admin_unit_id": pa.array(units.unit_ids),
        "admin_unit_name": pa.array(units.names),
        "unit_kind_code": col.codes(UNIT_KINDS, units.kind),
        "township_name": col.constant(org.township, units.count),
        "division_code": col.constant(org.division, units.count),
        "branch_id": col.constant(org.org_id, units.count),
        "is_urban": col.flags(units.kind == COMMUNITY),
        "is_pilot": col.flags(is_pilot),
        "pilot_from_date": col.dates(units.pilot_from, ~is_pilot),
        "township_code": col.constant(f"{org.division}{org.township_no:03d}", units.count),
        "household_count": col.numbers(units.households),
        "population": col.numbers(units.households * 31 // 10),
        "whole_village_date": col.dates(whole_village, whole_village > month.last),
        "credit_unit_date": col.dates(named, named > month.last),
        "credit_unit_expiry_date": col.dates(
            add_months(np.minimum(named, month.last), 24) - 1, named > month.last
        ),
        "credit_township_date": col.dates(township, township > month.last),
        "agreement_date": col.dates(units.agreed_on, units.agreed_on > month.last),
        "longitude": col.scaled(place_on_map(org)[0] + place % 6 * 17_000, 6),
        "latitude": col.scaled(place_on_map(org)[1] + place // 6 * 15_000, 6),
    }


def place_on_map(org: Org) -> tuple[int, int]:
    """Invented longitude and latitude of an organisation in millionths of a degree."""
    i = int(org.org_id) - int(ROOT_ID)
    return 112_300_000 + 120_000 * (i % 12), 31_150_000 + 110_000 * (i // 12 % 12)


def segment_population(
    org: Org, units: Units, docking: IntArray, month: Month, start: Month
) -> dict[str, ArrowColumn]:
    """Subjects to be archived, counted anew once a year; ``docking`` is units x ``DOCKING``."""
    years = month.year - start.year
    table = np.hstack([units.population if years == 0 else units.population_later, docking])
    unit, segment = np.nonzero(np.hstack([units.population, docking]))
    count = len(unit)
    return {
        "admin_unit_id": col.picks(units.unit_ids, unit),
        "segment_code": col.codes(ALL_SEGMENTS, segment),
        "branch_id": col.constant(org.org_id, count),
        "subject_count": pa.array(table[unit, segment]),
        "source_name": col.constant("示例：户籍与市场主体登记", count),
        "statistics_date": col.day(day_of(f"{month.year - 1}-12-31"), count),
    }


def grid(org: Org, units: Units, month: Month) -> dict[str, ArrowColumn]:
    """Grids as they stand at the month's end: one big grid and its leaf for each unit."""
    rows: list[tuple[int, int, int, int]] = []
    for unit in np.flatnonzero(units.has_grid).tolist():
        live = int(units.grid_live[unit])
        rows.append((unit, 0, live, NEVER))
        rows.append((unit, 1, live, units.leaf_closed.get(unit, NEVER)))
        rows.extend(r for r in units.extra_leaf if r[0] == unit and r[2] <= month.last)
    unit_of, number, live_day, closed_day = (
        np.array(values, dtype=np.int64) for values in zip(*rows, strict=True)
    )
    ids = [grid_id(units, u, n) for u, n, _, _ in rows]
    names = [units.names[u] + ("大网格" if n == 0 else f"第{n}小网格") for u, n, _, _ in rows]
    town = units.kind[unit_of] == COMMUNITY
    # a second grid beside the first is that of a market: it holds shops, few households
    is_virtual = (number == 2) & np.array([u not in units.leaf_closed for u in unit_of.tolist()])
    # it belongs to no big grid: nobody has said yet which one
    parents = [
        None if n == 0 or alone else grid_id(units, u, 0)
        for (u, n, _, _), alone in zip(rows, is_virtual.tolist(), strict=True)
    ]
    beside = np.isin(unit_of, unit_of[is_virtual]) & (number > 0)
    whole = units.households[unit_of]
    households = np.where(beside, np.where(is_virtual, whole // 5, whole - whole // 5), whole)
    return {
        "grid_id": pa.array(ids),
        "grid_name": pa.array(names),
        "parent_grid_id": pa.array(parents, pa.string()),
        "grid_level_code": col.codes(("big", "leaf"), np.minimum(number, 1)),
        "grid_class_code": col.codes(("urban", "rural"), np.where(town, 0, 1)),
        "grid_subclass_code": col.codes(
            ("community", "commercial", "park", "campus"),
            np.where(town & (number > 0), units.subclass[unit_of], -1),
        ),
        "admin_unit_id": col.picks(units.unit_ids, unit_of),
        "branch_id": col.constant(org.org_id, len(rows)),
        "live_date": col.dates(live_day, live_day > month.last),
        "closed_date": col.dates(closed_day, closed_day > month.last),
        "grid_kind_code": col.codes(("physical", "virtual"), is_virtual.astype(np.int64)),
        "household_count": col.numbers(households),
        # one in thirteen keeps no ledger yet
        "ledger_date": col.dates(
            np.minimum(live_day + 12, month_ends(live_day)),
            (number == 0) | (live_day > month.last) | (unit_of % 13 == 5),
        ),
    }


def org_unit(orgs: Sequence[Org], month: Month) -> dict[str, ArrowColumn]:
    """Every organisation, the bank first, an outlet that closed long ago last.

    What head office says of an outlet is as it stands at the month's end.
    """
    closed_id = f"{int(ROOT_ID) + 9001:06d}"
    count = len(orgs) + 2
    types = ("bank", "business_dept", "branch", "outlet")
    places = ("urban", "county_seat", "township")
    type_index = [0, *(types.index(o.org_type) for o in orgs), 3]
    place_index = [0, *(places.index(o.location) if o.location else -1 for o in orgs), 2]
    union = [None, *(o.location == "urban" and o.org_type == "branch" for o in orgs), False]
    licences = [
        f"B{int(i) % 10_000:04d}{'H' if i == ROOT_ID else 'S'}342899901"
        for i in (ROOT_ID, *(o.org_id for o in orgs))
    ]
    opened = [day_of("1998-06-18"), *(o.opened for o in orgs), day_of("2004-05-10")]
    return {
        "org_id": pa.array([ROOT_ID, *(o.org_id for o in orgs), closed_id]),
        "org_name": pa.array([BANK_NAME, *(o.name for o in orgs), "旧渡分理处（示例，已撤销）"]),
        "parent_org_id": pa.array([None, *(o.parent_id for o in orgs), ROOT_ID], pa.string()),
        "org_type_code": col.codes(types, np.array(type_index)),
        "location_code": col.codes(places, np.array(place_index)),
        "is_urban_union": pa.array(union, pa.bool_()),
        "division_code": pa.array([str(DIVISION), *(o.division for o in orgs), str(DIVISION)]),
        "licence_no": pa.array([*licences, None], pa.string()),
        "reporting_scope_code": col.codes(
            ("legal_entity",), np.where(np.arange(count) == 0, 0, -1)
        ),
        "opened_date": col.dates(np.array(opened)),
        "closed_date": col.dates(np.array([NEVER] * (count - 1) + [day_of("2023-06-30")])),
        **_outlet_columns(orgs, np.array(place_index), month),
    }


_RAISED = {3: (0, "2025-09-10"), 5: (1, "2025-06-16")}
"""Outlets that rise from popular to another tier, by place."""

_TRANSFORMED = {4: "2025-04-10", 6: "2025-10-20"}
"""Outlets whose transformation project comes within the window, by place."""


def _outlet_columns(
    orgs: Sequence[Org], location: IntArray, month: Month
) -> dict[str, ArrowColumn]:
    """What head office says of each outlet; nothing of the bank itself and of the closed one."""
    count = len(orgs) + 2
    i = np.arange(count)
    outside = (i == 0) | (i == count - 1)

    def only(values: IntArray) -> IntArray:
        return np.where(outside, -1, values)

    zone = np.where(location == 0, np.where(i % 2 == 0, 1, 2), np.where(location == 1, 0, 3))
    tier = np.where(i == 1, 0, np.where(i % 3 == 2, 1, 2))
    built = day_of("2024-03-31") + 92 * (i % 3)
    transformed = np.where(tier == 2, NEVER, built - 200)
    for place, (raised, day) in _RAISED.items():
        if place < count - 1:
            later = day_of(day) <= month.last
            tier[place] = raised if later else 2
            built[place] = day_of(day) if later else built[place]
    for place, day in _TRANSFORMED.items():
        transformed[place : place + 1] = day_of(day)
    six_s = day_of("2024-03-31") + 92 * (i % 3) - 60
    untiered = outside | (i % 8 == 7)  # not classed yet
    points = [place_on_map(org) for org in orgs]
    east, north = (np.array([0, *(p[k] for p in points), 0]) for k in (0, 1))
    return {
        "marketing_zone_code": col.codes(
            ("outer_ring", "middle_ring", "urban", "rural"), only(zone)
        ),
        "is_strong_county_pilot": col.flags(i % 4 == 3, outside),
        "inclusive_tier_code": col.codes(
            ("flagship", "benchmark", "popular"), np.where(untiered, -1, tier)
        ),
        "tier_date": col.dates(built, untiered),
        "peer_group_code": col.picks(("A", "B"), only(np.where(location == 2, 1, 0))),
        "transformed_date": col.dates(transformed, outside | (transformed > month.last)),
        "six_s_date": col.dates(six_s, outside | (i % 5 == 4)),
        "is_hotline_posted": col.flags(i % 7 != 6, outside),
        "longitude": col.scaled(east, 6, outside),
        "latitude": col.scaled(north, 6, outside),
    }
