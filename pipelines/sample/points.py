"""Where the bank can be met: service points, devices and workstations.

Here belongs the registers ``service_point`` and ``workstation``. Every village has a point for
assisted withdrawals, a few do not; every pilot unit gets a workstation soon after its agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample import customers as cust
from pipelines.sample.bank import VILLAGE, Org, Units, grid_id, place_on_map
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.customers import Customers, customer_ids
from pipelines.sample.days import NEVER, IntArray, Month

POINT_TYPES = (
    "assisted_withdrawal",
    "atm",
    "pos",
    "multimedia_pos",
    "self_service_terminal",
    "transfer_phone",
    "mobile_3g",
    "self_service_bank",
)
_POINT_NAMES = (
    "助农取款点",
    "自动柜员机",
    "商户收银机",
    "多媒体机具",
    "自助终端",
    "转账电话",
    "移动终端",
    "自助银行",
)
_ACTIVE, _SUSPENDED, _CLOSED = range(3)


@dataclass
class Points:
    """Points of one branch as parallel arrays, in order of their numbers."""

    kind: IntArray
    unit: IntArray
    opened: IntArray
    suspended: IntArray
    closed: IntArray
    merchant: IntArray  # customer, -1 is none


def make_points(
    units: Units, customers: Customers, rng: Generator, start: Month, has_gap: bool
) -> Points:
    """Draw the points; a village without one is the last of every nine."""
    rows: list[tuple[int, int]] = [(7, 0)]
    for place in range(units.count):
        if units.kind[place] == VILLAGE:
            if not (has_gap and place % 9 == 8):
                rows.append((0, place))
            rows.append((3 + place // 2 % 4, place) if place % 2 == 0 else (2, place))
        else:
            rows += [(1, place)] if place % 3 == 0 else [(4, place)]
            rows += [(2, place)] * (1 + place % 2)
    kind, unit = (np.array(values, dtype=np.int64) for values in zip(*rows, strict=True))
    count = len(rows)
    opened = start.first - rng.integers(200, 2500, count)
    new = ((np.arange(count) % 9 == 4) & (kind != 0)) | ((kind == 6) & (np.arange(count) % 2 == 0))
    opened[new] = start.first + 40 + 90 * (np.arange(count) % 4)[new]
    suspended = np.full(count, NEVER, dtype=np.int64)
    closed = suspended.copy()
    pos = np.flatnonzero(kind == 2)
    suspended[pos[3::7]] = start.first + 100
    closed[pos[1::6]] = start.first + 160
    late = closed <= opened
    closed[late] = NEVER

    # the oldest shopkeeper of the place runs the point
    keeper = np.full(units.count, -1, dtype=np.int64)
    shops = np.flatnonzero(customers.group == cust.SELF)
    keeper[customers.unit[shops[::-1]]] = shops[::-1]
    merchant = np.where(np.isin(kind, (0, 2, 3)), keeper[unit], -1)
    merchant[(merchant >= 0) & (customers.opened[np.maximum(merchant, 0)] > opened)] = -1
    kind[np.isin(kind, (2, 3)) & (merchant < 0)] = 4  # no shop to put it in
    return Points(kind, unit, opened, suspended, closed, merchant)


def _leaf(units: Units, unit: int, month: Month) -> str | None:
    """The leaf grid of a unit: the live one, else the planned one, if any."""
    live = units.leaf_at(unit, month.last)
    if live or not units.has_grid[unit]:
        return live
    return grid_id(units, unit, 1)


def service_point(org: Org, units: Units, points: Points, month: Month) -> dict[str, ArrowColumn]:
    """Register of points as it stands at the month's end, closed ones among them."""
    known = np.flatnonzero(points.opened <= month.last)
    kind, unit, closed = points.kind[known], points.unit[known], points.closed[known]
    status = np.where(points.suspended[known] <= month.last, _SUSPENDED, _ACTIVE)
    status = np.where(closed <= month.last, _CLOSED, status)
    names = [
        f"{units.names[u]}{_POINT_NAMES[k]}" + ("" if k == 0 else f"{n + 1}号")
        for u, k, n in zip(unit.tolist(), kind.tolist(), known.tolist(), strict=True)
    ]
    leaf = {u: _leaf(units, u, month) for u in set(unit.tolist())}
    east, north = place_on_map(org)
    return {
        "point_id": col.ids(f"FW{org.org_id}", known + 1, 4),
        "point_name": pa.array(names, pa.string()),
        "point_type_code": col.codes(POINT_TYPES, kind),
        "branch_id": col.constant(org.org_id, len(known)),
        "grid_id": pa.array([leaf[u] for u in unit.tolist()], pa.string()),
        "admin_unit_id": col.picks(units.unit_ids, unit),
        "status_code": col.codes(("active", "suspended", "closed"), status),
        "opened_date": col.dates(points.opened[known]),
        "closed_date": col.dates(closed, closed > month.last),
        "merchant_customer_id": customer_ids(
            org, np.maximum(points.merchant[known], 0), points.merchant[known] < 0
        ),
        "longitude": col.scaled(east + unit % 6 * 17_000 + known % 10 * 300, 6),
        "latitude": col.scaled(north + unit // 6 * 15_000 + known % 7 * 300, 6),
    }


def workstation(org: Org, units: Units, month: Month) -> dict[str, ArrowColumn]:
    """Register of workstations as it stands at the month's end; one in eleven lacks an item."""
    opened = np.where(units.agreed_on < NEVER, units.agreed_on + 18, NEVER)
    unit = np.flatnonzero(opened <= month.last)
    count = len(unit)
    one = np.ones(count, dtype=np.int64)
    names = [units.names[u] + "普惠金融服务网格化工作站" for u in unit.tolist()]
    return {
        "workstation_id": col.ids(f"GZ{org.org_id}", unit + 1, 4),
        "workstation_name": pa.array(names, pa.string()),
        "admin_unit_id": col.picks(units.unit_ids, unit),
        "branch_id": col.constant(org.org_id, count),
        "opened_date": col.dates(opened[unit]),
        "agreement_date": col.dates(units.agreed_on[unit]),
        "board_count": col.numbers(one),
        "atlas_count": col.numbers(one),
        "team_count": col.numbers(one),
        "computer_count": col.numbers(np.where(unit % 11 == 3, 0, 1)),
        "window_count": col.numbers(one),
        "device_count": col.numbers(1 + unit % 3),
        "rule_count": col.numbers(7 * one),
        "product_count": col.numbers(3 + unit % 4),
        "wechat_customer_count": col.numbers(25 + unit * 7 % 60),
        "archive_count": col.numbers(units.population[unit].sum(axis=1) * 2 // 5 + 1),
        "checked_date": col.dates(opened[unit] + 20, opened[unit] + 20 > month.last),
    }
