"""Theme A: grids, their cover of villages and communities, and who works them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from tests.golden.independent.figure import Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

OFFICER, MANAGER = "网格员", "网格管理员"
OFFICER_TOPICS = {"grid_policy": "制度", "process": "流程", "finance_knowledge": "金融知识"}


def is_open(row: Row, day: dt.date, since: str = "opened") -> bool:
    """Begun by a day and not closed by then."""
    begun = row[since] is not None and row[since] <= day
    return bool(begun and (row["closed"] is None or row["closed"] > day))


def is_on_duty(assignment: Row, day: dt.date) -> bool:
    """An assignment begun by a day and not ended before it."""
    end = assignment["end"]
    return bool(assignment["start"] <= day and (end is None or end >= day))


@cache
def leaf_grids(month: Month) -> list[Row]:
    """Leaf grids in force at the month end."""
    return [
        g
        for g in month.register("grid")
        if g["level"] == "小网格" and is_open(g, month.end, "live")
    ]


def grid_coverage(month: Month) -> Figures:
    """Theme A with AMB-002: annual as increment; overlap and gap by administrative unit.

    A unit is new in the year of its first leaf grid; a grid that replaces a closed one does
    not make its unit new again.
    """
    units = month.register("admin_unit")
    running: dict[str, int] = defaultdict(int)
    first: dict[str, dt.date] = {}
    for grid in month.register("grid"):
        if grid["level"] != "小网格" or grid["live"] is None or grid["live"] > month.end:
            continue
        unit = grid["unit"]
        first[unit] = min(grid["live"], first.get(unit, grid["live"]))
        running[unit] += is_open(grid, month.end, "live")
    for org, own in month.split(units).items():
        mine = {u["unit"] for u in own}
        covered = {u for u in mine if running[u]}
        new = {u for u in covered if first[u] >= month.year_start}
        pilots = {u["unit"] for u in own if month.is_pilot(u)}
        urban = {u["unit"] for u in own if _is_urban_community(u)}
        yield (
            ("grid_coverage_rate_annual", org, "all_units"),
            ratio(len(new), len(mine)),
        )
        yield (
            ("grid_coverage_rate_cumulative", org, "all_units"),
            ratio(len(covered), len(mine)),
        )
        yield (
            ("pilot_unit_coverage_rate", org, "village_and_community"),
            ratio(len(pilots), len(mine)),
        )
        yield (
            ("urban_grid_coverage_rate", org, "yiling_urban"),
            ratio(len(covered & urban), len(urban)),
        )
        crowded = {u for u in mine if running[u] > 1}
        yield ("grid_no_overlap_no_gap", org, "gap"), amount(len(mine - covered))
        yield ("grid_no_overlap_no_gap", org, "overlap"), amount(len(crowded))
        yield ("sanxia_three_seamless", org, "grid_gap"), amount(len(mine - covered))


def _is_urban_community(unit: Row) -> bool:
    return unit["kind"] == "社区" and bool(unit["is_urban"])


def grid_structure(month: Month) -> Figures:
    """Nesting, sub-classes, levels of management, ledgers and surveys of grids."""
    parents = {
        g["grid"]: g["unit"]
        for g in month.register("grid")
        if g["level"] == "大网格" and is_open(g, month.end, "live")
    }
    surveys = [c for c in month.of_year("service_check") if c["kind"] == "满意度调查" and c["grid"]]
    surveys_in, units_in = month.split(surveys), month.split(month.register("admin_unit"))
    for org, grids in month.split(leaf_grids(month)).items():
        orphans = [g for g in grids if parents.get(g["parent_grid_id"]) != g["unit"]]
        yield ("grid_big_small_nesting", org, "all"), amount(len(orphans))
        zones = {g["grid_subclass"] for g in grids if g["grid_class"] == "城区"} - {None}
        yield ("grid_urban_four_zones", org, "urban_subclasses"), amount(len(zones))
        with_ledger = [g for g in grids if g["ledger"] and g["ledger"] <= month.end]
        yield ("ledger_per_grid", org, "grid"), ratio(len(with_ledger), len(grids))
        units = units_in[org]
        levels = sum(any(u[name] for u in units) for name in ("unit", "division", "township"))
        yield ("grid_mgmt_levels", org, "management_levels"), amount(levels)
        asked = surveys_in[org]
        yield (
            ("grid_customer_satisfaction", org, "all"),
            ratio(
                total(c["satisfied_count"] for c in asked),
                total(c["respondent_count"] for c in asked),
            ),
        )


def grid_officers(month: Month) -> Figures:
    """Who works a grid: one officer each (AMB-013), full-time or part-time, and its branch head."""
    leaves = {g["grid"] for g in leaf_grids(month)}
    officers: dict[str, list[Row]] = defaultdict(list)
    held: dict[str, set[str]] = defaultdict(set)
    for duty in month.register("grid_assignment"):
        if duty["role"] == OFFICER and is_on_duty(duty, month.end) and duty["grid"] in leaves:
            officers[duty["grid"]].append(duty)
            if duty["employment"] == "专职":
                held[duty["person"]].add(duty["grid"])
    heads = {
        s["org"]
        for s in month.register("staff")
        if s["post"] == "主任（行长）" and s["status"] == "在岗"
    }
    served = {e["grid"] for e in month.of_month("engagement")}
    for org, grids in month.split(leaf_grids(month)).items():
        full_time = {g["grid"] for g in grids if _full_time(officers[g["grid"]])}
        manned = {g["grid"] for g in grids if officers[g["grid"]]}
        single = [
            g
            for g in grids
            if len({d["person"] for d in officers[g["grid"]] if d["is_primary"]}) == 1
            and all(len(held[person]) == 1 for person in _full_time(officers[g["grid"]]))
        ]
        chained = [g for g in grids if g["org"] in heads and g["grid"] in full_time]
        for metric, segment, count in (
            ("grid_officer_per_grid", "leaf_grid", len(single)),
            ("grid_responsibility_split_p7", "all", len(manned)),
            ("grid_second_level_per_person", "all", len(full_time)),
            ("sanxia_responsibility_chain", "all", len(chained)),
        ):
            yield (metric, org, segment), ratio(count, len(grids))
        unmanned = len(grids) - len(manned)
        unserved = [g for g in grids if g["grid"] not in served]
        yield ("sanxia_three_seamless", org, "responsibility_gap"), amount(unmanned)
        yield ("sanxia_three_seamless", org, "service_gap"), amount(len(unserved))


def _full_time(duties: Iterable[Row]) -> set[str]:
    return {d["person"] for d in duties if d["employment"] == "专职"}


def grid_people(month: Month) -> Figures:
    """Officers and managers as persons: gold cards (AMB-014), certificates, roles, training."""
    duties = month.register("grid_assignment")
    on_duty = [d for d in duties if is_on_duty(d, month.end)]
    of_person: dict[str, list[Row]] = defaultdict(list)
    for duty in duties:
        of_person[duty["person"]].append(duty)
    gold = {
        c["holder_person_id"]
        for c in month.of_month("card")
        if c["kind"] == "金卡" and c["status"] == "已激活"
    }
    attended = [
        t
        for t in month.of_year("training")
        if t["topic"] in OFFICER_TOPICS.values()
        and any(is_on_duty(d, t["day"]) for d in of_person[t["person"]])
    ]
    trained = {t["person"] for t in attended}
    attended_in = month.split(attended)
    for org, mine in month.split(on_duty).items():
        people = {d["person"] for d in mine}
        managers = {
            d["person"] for d in mine if d["role"] == MANAGER and d["organisation"] == "政府"
        }
        part_time = [d for d in mine if d["employment"] == "兼职"]
        outside = {d["person"] for d in part_time}
        certified = {d["person"] for d in part_time if d["certificate_no"]}
        roles = {
            (d["person"], name)
            for d in part_time
            for name in (
                "is_publicity_officer",
                "is_information_officer",
                "is_loan_assistant",
                "is_supervisor",
                "is_collector",
            )
            if d[name]
        }
        yield (
            ("gold_cards_per_grid_manager", org, "grid_manager"),
            ratio(len(managers & gold), len(managers)),
        )
        yield (
            ("parttime_officer_id_card", org, "all"),
            ratio(len(certified), len(outside)),
        )
        yield (
            ("parttime_officer_role_count", org, "parttime_officer"),
            ratio(len(roles), len(outside)),
        )
        yield (
            ("grid_officer_trained_rate", org, "all"),
            ratio(len(people & trained), len(people)),
        )
        sat = attended_in[org]
        for segment, topic in (("all", None), *OFFICER_TOPICS.items()):
            seats = {
                (t["org"], t["person"], t["training_id"], t["day"])
                for t in sat
                if topic in (None, t["topic"])
            }
            yield ("p4_training_joint", org, segment), amount(len(seats))


def service_levels(month: Month) -> Figures:
    """Levels of the service tree that an organisation has (AMB-012).

    An organisation is taken with the one above it and those below it; the first level of both
    plans is one.
    """
    manned = {
        d["org"]
        for d in month.register("grid_assignment")
        if d["role"] == OFFICER and is_on_duty(d, month.end)
    }
    kind = {o["org"]: o["type"] for o in month.orgs if o["org"] in month.branches}
    above = {o["org"]: o["parent_org_id"] for o in month.orgs}
    levels: dict[str, set[str]] = {}
    for org in month.branches:
        family = {
            other for other in month.branches if other in (org, above[org]) or above[other] == org
        }
        has_officer = {"officer"} if family & manned else set()
        levels[org] = set()
        if org in month.bound("sanxia_grid"):
            levels[org] |= {"unit"} | has_officer
        if org in month.bound("hubei_county_grid"):
            kinds = {kind[other] for other in family}
            levels[org] |= {"unit"} if kinds & {"营业部", "支行"} else set()
            levels[org] |= {"outlet"} if "分理处" in kinds else set()
            levels[org] |= has_officer
    for org, belongs in month.scopes():
        found = set().union(*(levels[b] for b in month.branches if belongs({"org": b})))
        yield ("grid_service_levels", org, "service_levels"), amount(len(found))
