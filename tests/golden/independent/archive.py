"""Theme B: archives."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from tests.golden.independent.figure import Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

UNITS_OF = {
    "community_resident": ("社区",),
    "community_merchant": ("社区",),
    "park_enterprise": ("社区",),
    "rural_household": ("行政村",),
    "small_micro_enterprise": ("行政村", "社区"),
}
POOLED = {
    "community_merchant_and_small_micro": ("community_merchant", "small_micro_enterprise"),
    "merchant_and_small_micro": ("community_merchant", "small_micro_enterprise"),
    "merchant_park_small_micro": (
        "community_merchant",
        "small_micro_enterprise",
        "park_enterprise",
    ),
}
SEGMENT_CODES = {
    "社区居民": "community_resident",
    "农户": "rural_household",
    "社区商户": "community_merchant",
    "小微企业": "small_micro_enterprise",
    "园区企业": "park_enterprise",
    "农村经营大户": "rural_large_operator",
    "专业合作组织": "specialised_cooperative",
    "涉农龙头企业": "agri_leading_enterprise",
    "家庭农场": "family_farm",
}
VISITS = {"visit": "走访", "revisit": "回访"}
FOUR_HUNDRED = ("community_resident", "community_merchant_and_small_micro", "rural_household")


def archives(month: Month) -> Figures:
    """Theme B with AMB-005 to 007: pilot units, population frozen in January, pooled ratios."""
    kind_of = {u["unit"]: u["kind"] for u in month.register("admin_unit") if month.is_pilot(u)}
    population = month.inbox.in_force("segment_population", f"{month.end.year}-01")
    held = _in_force(month)
    units = month.register("admin_unit")
    held_in, subjects_in, units_in = map(month.split, (held, population, units))
    for org in held_in:
        full = 0
        for segment in (*UNITS_OF, *POOLED):
            parts = POOLED.get(segment, (segment,))
            kinds = ("社区",) if segment in POOLED else UNITS_OF[segment]

            def counts(
                row: Row, parts: Sequence[str] = parts, kinds: Sequence[str] = kinds
            ) -> bool:
                is_of_kind = kind_of.get(row["unit"]) in kinds
                return is_of_kind and SEGMENT_CODES[row["segment"]] in parts

            done = {a["subject"] for a in held_in[org] if counts(a)}
            subjects = total(p["subjects"] for p in subjects_in[org] if counts(p))
            yield ("archive_coverage_rate", org, segment), ratio(len(done), subjects)
            full += segment in FOUR_HUNDRED and len(done) >= subjects > 0
        mine = {u["unit"] for u in units_in[org]}
        full += bool(mine) and mine <= kind_of.keys()
        yield ("four_hundred_percent", org, "all"), amount(full)


def archive_quality(month: Month) -> Figures:
    """Archives with a grade; visits, and archives updated after them."""
    held = _in_force(month)
    updates: dict[str, list[dt.date]] = defaultdict(list)
    for archive in month.register("customer_archive"):
        if archive["status"] != "已注销" and archive["updated"]:
            updates[archive["subject"]].append(archive["updated"])
    visits = [
        e
        for e in month.of_month("engagement")
        if e["type"] in VISITS.values() and e["result"] == "完成"
    ]
    held_in, visits_in = month.split(held), month.split(visits)
    for org in held_in:
        for segment in ("all", *SEGMENT_CODES.values()):
            mine = [a for a in held_in[org] if segment in ("all", SEGMENT_CODES[a["segment"]])]
            rated = [
                a
                for a in mine
                if a["rating"] and a["rating_date"] and a["rating_date"] <= month.end
            ]
            yield ("archive_quality_credit_grade", org, segment), ratio(len(rated), len(mine))
        for segment, kind in (("all", None), *VISITS.items()):
            made = [v for v in visits_in[org] if kind in (None, v["type"])]
            updated = [
                v
                for v in made
                if any(v["day"] <= day <= month.end for day in updates[v["subject"]])
            ]
            yield ("grid_visit_count", org, segment), amount(len(made))
            yield ("archive_update_p8", org, segment), ratio(len(updated), len(made))


def _in_force(month: Month) -> list[Row]:
    """Archives that are complete, opened and unexpired at the month end."""
    return [
        a
        for a in month.register("customer_archive")
        if a["status"] == "已建档"
        and a["opened"] <= month.end
        and (a["expiry"] is None or a["expiry"] >= month.end)
    ]
