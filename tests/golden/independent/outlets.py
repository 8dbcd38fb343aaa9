"""Theme M: tiers of outlets and their part in inclusive business."""

from __future__ import annotations

from collections import defaultdict

from tests.golden.independent.figure import Figures, amount, ratio
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

TIERS = {"flagship": "旗舰", "benchmark": "标杆", "popular": "普及"}
WAYS = {"booking": "簿记", "marketing": "营销", "initiating": "发起"}


def outlet_tiers(month: Month) -> Figures:
    """Stock of outlets by tier, and those built in the year (AMB-079, AMB-081)."""
    outlets = [o for o in month.orgs if o["org"] in month.branches]
    for org, belongs in month.scopes():
        mine = [o for o in outlets if belongs(o)]
        tier_of = {
            o["org"]: o["inclusive_tier"]
            for o in mine
            if o["inclusive_tier"] and (o["tier"] is None or o["tier"] <= month.end)
        }
        yield ("inclusive_outlet_count", org, "all"), amount(len(tier_of))
        yield ("inclusive_outlet_count", org, "unclassified"), amount(len(mine) - len(tier_of))
        yield ("outlet_tier_count", org, "outlet"), amount(len(set(tier_of.values())))
        for tier, label in TIERS.items():
            count = sum(t == label for t in tier_of.values())
            yield ("inclusive_outlet_count", org, tier), amount(count)
            if tier != "popular":
                built = [
                    o
                    for o in mine
                    if o["inclusive_tier"] == label
                    and o["tier"]
                    and month.year_start <= o["tier"] <= month.end
                ]
                yield (f"{tier}_outlets_built", org, tier), amount(len(built))


def outlet_participation(month: Month) -> Figures:
    """Outlets that hold, book, market, initiate or sell, over all open ones (AMB-078)."""
    holding = {r["org"] for r in month.loans if r["is_inclusive"] and r["balance"] > 0}
    rows = _participations(month)
    doing: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        doing[row["participation"]].add(row["org"])
    selling = {
        s["org"]
        for s in month.of_year("product_sale")
        if (s["unit_count"] or 0) > 0 or (s["sale_amount"] or 0) > 0
    }
    groups = {
        ("inclusive_outlet_coverage_rate", "all_outlets"): holding,
        ("icbc_outlet_participation_metric", "all"): set().union(*doing.values()),
        ("icbc_all_outlets_market", "all"): selling,
    }
    for way, label in WAYS.items():
        groups[f"icbc_{way}_outlet_ratio", "all"] = doing[label]
    for org, belongs in month.scopes():
        outlets = {b for b in month.branches if belongs({"org": b})}
        for (metric, segment), group in groups.items():
            yield (metric, org, segment), ratio(len(outlets & group), len(outlets))
        for way in ("marketing", "initiating"):
            staff = {
                r["staff"]
                for r in rows
                if belongs(r) and r["staff"] and r["participation"] == WAYS[way]
            }
            yield ("icbc_participating_staff", org, way), amount(len(staff))


def _participations(month: Month) -> list[Row]:
    """Of the year; one that names a loan counts when the month's loan is declared inclusive."""
    inclusive = {r["loan"] for r in month.loans if r["is_inclusive"]}
    return [
        row
        for row in month.of_year("business_participation")
        if row["loan"] is None or row["loan"] in inclusive
    ]
