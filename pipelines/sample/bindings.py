"""Which schemes the bank and its branches follow, from when, and in which years of their own.

Here belongs the register ``scheme_binding`` and the start years of plans. A plan's years are the
bank's own wherever the source redacts the year or its printed years are past; a branch that joined
earlier or later counts its own. Everything is invented and marked 示例.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import columns as col
from pipelines.sample.bank import NOTE, ROOT_ID, Org
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.days import NEVER, Month, day_of
from pipelines.sample.profiles import HUBEI, PROFILES, SANXIA

LANXI, GANYIN = "lanxi_five_year", "ganyin_five_projects"
ICBC, QUALITY = "icbc_outlet", "svc_quality"
XXBANK, WORKSTATION = "xxbank_grid_marketing", "qianjiang_workstation"
YEARS = {SANXIA: 3, HUBEI: 3, GANYIN: 3, ICBC: 3, LANXI: 5, QUALITY: 1}
"""Plans with years, and how many."""


@dataclass(frozen=True)
class Following:
    """A scheme that an organisation follows.

    Attributes:
        place: Branch by its place in the pattern of branches; None for the bank itself.
        scheme_id: The scheme.
        joined: Years before the sample's first year in which it joined; negative for later.
    """

    place: int | None
    scheme_id: str
    joined: int = 0


BANK = (
    Following(None, "nfra_small_micro_2020"),
    Following(None, LANXI, 4),
    Following(None, GANYIN),
    Following(None, ICBC, 1),
    Following(None, QUALITY),
    Following(None, "branch_dept_scorecard"),
    Following(None, "complaint_mgmt"),
    Following(None, "credit_fine_mgmt"),
    Following(None, "postloan_2005"),
)
"""What the bank itself follows; it is judged whatever its branches follow."""

OF_BRANCHES = (
    Following(0, GANYIN),
    Following(0, QUALITY),
    Following(1, ICBC, 1),
    Following(1, LANXI, 4),
    Following(1, QUALITY),
    Following(2, ICBC),
    Following(2, GANYIN, 1),
    Following(3, QUALITY, -1),
    Following(3, WORKSTATION),
    Following(4, LANXI, 4),
    Following(4, WORKSTATION),
    Following(5, LANXI, 2),
    Following(6, GANYIN, 1),
    Following(6, LANXI, 1),
    Following(6, WORKSTATION),
    Following(7, LANXI, 3),
)
"""What single branches follow beside their grid scheme, the pay scheme and the marketing campaign."""

EARLY_GRID = 4
"""The branch whose grid plan began a year before the others'."""


def _following(orgs: Sequence[Org]) -> Iterator[tuple[str, Following, Following | None]]:
    """(organisation, what it follows, how the bank follows the same scheme)."""
    of_bank = {f.scheme_id: f for f in BANK}
    for f in BANK:
        yield ROOT_ID, f, f
    for place, org in enumerate(orgs):
        for f in OF_BRANCHES:
            if f.place == place % len(PROFILES):
                yield org.org_id, f, of_bank.get(f.scheme_id)


def _january(year: int) -> int:
    return day_of(f"{year}-01-01")


def scheme_binding(orgs: Sequence[Org], start: Month) -> dict[str, ArrowColumn]:
    """Who follows what, by date; plans end with their last year.

    All follow the pay scheme, the marketing campaign from May on and one grid scheme each, of which
    one branch had the other before.
    """
    rows: list[tuple[str, str, int, int]] = []
    for place, org in enumerate(orgs):
        if place == 5:
            rows.append((org.org_id, SANXIA, start.first - 366, start.first - 1))
        joined = _january(start.year - 1) if _is_early(place) else start.first
        rows.append((org.org_id, org.profile.scheme_id, joined, NEVER))
        rows.append((org.org_id, "rcu_salary", start.first, NEVER))
        rows.append((org.org_id, XXBANK, day_of(f"{start.year}-05-01"), NEVER))
    for org_id, f, _ in _following(orgs):
        first = start.year - f.joined
        last = day_of(f"{first + YEARS[f.scheme_id] - 1}-12-31") if f.scheme_id in YEARS else NEVER
        rows.append((org_id, f.scheme_id, _january(first), last))
    return {
        "org_id": pa.array([r[0] for r in rows]),
        "scheme_id": pa.array([r[1] for r in rows]),
        "effective_date": col.dates(np.array([r[2] for r in rows])),
        "expiry_date": col.dates(np.array([r[3] for r in rows])),
        "note": col.constant(NOTE, len(rows)),
    }


def start_years(orgs: Sequence[Org], start: Month) -> Iterator[tuple[str, str, int, int, int]]:
    """(scheme, organisation, start year, effective, expiry) wherever it is not the printed one.

    The bank began the five projects with a year of its own; from the second year on its plan is in
    step with the printed years.
    """
    for scheme in (SANXIA, HUBEI, "rcu_salary"):
        yield scheme, ROOT_ID, start.year, start.first, NEVER
    for place, org in enumerate(orgs):
        if _is_early(place):
            yield org.profile.scheme_id, org.org_id, start.year - 1, start.first, NEVER
    for org_id, f, of_bank in _following(orgs):
        is_own = org_id == ROOT_ID or of_bank is None or f.joined != of_bank.joined
        if f.scheme_id in YEARS and is_own:
            last = day_of(f"{start.year}-12-31") if f.scheme_id == GANYIN else NEVER
            yield f.scheme_id, org_id, start.year - f.joined, start.first, last


def _is_early(place: int) -> bool:
    return place % len(PROFILES) == EARLY_GRID
