"""Theme T: ten ones of a workstation, its regulations, agreements with villages."""

from __future__ import annotations

from tests.golden.independent.figure import Figures, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.grid import is_open
from tests.golden.independent.month import Month

ITEMS = {
    "board": "board_count",
    "atlas": "atlas_count",
    "team": "team_count",
    "computer": "computer_count",
    "window": "window_count",
    "eset": "device_count",
    "rules": "rule_count",
    "products": "product_count",
    "wechat": "wechat_customer_count",
    "archives": "archive_count",
}
REGULATIONS = 7


def workstations(month: Month) -> Figures:
    """An item is there when there is at least one (AMB-056); seven regulations (AMB-057)."""
    running = [w for w in month.register("workstation") if is_open(w, month.end)]
    units_in = month.split(month.register("admin_unit"))
    for org, mine in month.split(running).items():
        has = {item: sum(w[column] >= 1 for w in mine) for item, column in ITEMS.items()}
        for item, count in has.items():
            yield (f"workstation_{item}_count", org, "workstation"), ratio(count, len(mine))
        yield (
            ("workstation_item_count", org, "workstation"),
            ratio(sum(has.values()), len(mine)),
        )
        rules = total(min(w["rule_count"], REGULATIONS) for w in mine)
        yield ("regulation_count", org, "regulations"), ratio(rules, len(mine))
        units = {w["unit"] for w in mine}
        agreed = {w["unit"] for w in mine if _has_agreed(w, month)}
        yield (
            ("cooperation_agreement", org, "workstation_unit"),
            ratio(len(agreed), len(units)),
        )
        everywhere = units_in[org]
        signed = [u for u in everywhere if _has_agreed(u, month)]
        yield (
            ("cooperation_agreement", org, "all_units"),
            ratio(len(signed), len(everywhere)),
        )


def _has_agreed(row: Row, month: Month) -> bool:
    return row["agreement"] is not None and row["agreement"] <= month.end
