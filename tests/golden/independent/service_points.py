"""Theme D: service points and devices, and basic service of villages."""

from __future__ import annotations

from tests.golden.independent.figure import Figures, amount, ratio
from tests.golden.independent.files import Row
from tests.golden.independent.grid import is_open, leaf_grids
from tests.golden.independent.month import Month

KINDS = {
    "assisted_withdrawal": "助农取款点",
    "atm": "ATM",
    "pos": "POS",
    "multimedia_pos": "多媒体POS",
    "self_service_terminal": "自助终端",
    "transfer_phone": "转账电话",
    "mobile_3g": "移动3G终端",
    "self_service_bank": "自助银行",
}
BASIC_SERVICE = {"助农取款点", "ATM", "自助终端", "转账电话", "自助银行"}


def service_points(month: Month) -> Figures:
    """Points in use; village grids with an assisted-withdrawal point (AMB-020)."""
    points = month.register("service_point")
    in_use = [p for p in points if p["status"] == "在用" and is_open(p, month.end)]
    basic = {p["unit"] for p in in_use if p["point_type"] in BASIC_SERVICE}
    withdrawal = {p["unit"] for p in in_use if p["point_type"] == "助农取款点"}
    covered = {g["unit"] for g in leaf_grids(month)}
    terminals = [p for p in points if p["point_type"] == "移动3G终端"]
    units_in = month.split(month.register("admin_unit"))
    in_use_in, terminals_in = month.split(in_use), month.split(terminals)
    for org, units in units_in.items():
        villages = {u["unit"] for u in units if u["kind"] == "行政村"}
        communities = {u["unit"] for u in units if u["kind"] == "社区"}
        gridded = villages & covered
        yield (
            ("assisted_withdrawal_point_per_village", org, "village_grid"),
            ratio(len(gridded & withdrawal), len(gridded)),
        )
        yield (
            ("basic_service_village_coverage", org, "administrative_village"),
            ratio(len(villages & basic), len(villages)),
        )
        for segment, group in (
            ("community_and_village", villages | communities),
            ("community", communities),
            ("village", villages),
        ):
            yield ("p8_no_leave_community", org, segment), ratio(len(group & basic), len(group))
        mine = in_use_in[org]
        yield ("device_count", org, "all"), amount(len(mine))
        for segment, label in KINDS.items():
            count = sum(p["point_type"] == label for p in mine)
            yield ("device_count", org, segment), amount(count)
        own = terminals_in[org]
        now = sum(is_open(t, month.end) for t in own)
        before = sum(_was_in_place(t, month) for t in own)
        yield ("mobile_3g_terminal_increase", org, "all"), amount(now - before)


def _was_in_place(point: Row, month: Month) -> bool:
    """In place at the end of last year."""
    start = month.year_start
    begun = point["opened"] is not None and point["opened"] < start
    return bool(begun and (point["closed"] is None or point["closed"] >= start))
