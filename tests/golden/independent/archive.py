"""Theme B: archives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.golden.independent.figure import Figures, ratio
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


def archives(month: Month) -> Figures:
    """Theme B with AMB-005 to 007: pilot units, population frozen in January, pooled ratios."""
    kind_of = {
        u["unit"]: u["kind"]
        for u in month.inbox.in_force("admin_unit", month.month)
        if month.is_pilot(u)
    }
    population = month.inbox.in_force("segment_population", f"{month.end.year}-01")
    held = [
        a
        for a in month.inbox.in_force("customer_archive", month.month)
        if a["status"] == "已建档"
        and a["opened"] <= month.end
        and (a["expiry"] is None or a["expiry"] >= month.end)
    ]
    for org, belongs in month.scopes():
        for segment in (*UNITS_OF, *POOLED):
            parts = POOLED.get(segment, (segment,))
            kinds = ("社区",) if segment in POOLED else UNITS_OF[segment]

            def counts(
                row: Row,
                parts: Sequence[str] = parts,
                kinds: Sequence[str] = kinds,
                belongs: Callable[[Row], bool] = belongs,
            ) -> bool:
                return (
                    belongs(row)
                    and SEGMENT_CODES[row["segment"]] in parts
                    and kind_of.get(row["unit"]) in kinds
                )

            done = {a["subject"] for a in held if counts(a)}
            subjects = sum((p["subjects"] for p in population if counts(p)), Fraction(0))
            yield ("archive_coverage_rate", org, segment), ratio(len(done), subjects)
