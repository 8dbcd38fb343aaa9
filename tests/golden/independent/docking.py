"""Theme C: five dockings, of subjects in units that lie in a grid in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from tests.golden.independent.dates import year_to
from tests.golden.independent.figure import Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.grid import leaf_grids
from tests.golden.independent.month import Month

DOCKINGS = {
    "farm_household": ("docking_contact_card_rate", "docking_info_collection_rate"),
    "rural_large_operator": ("docking_survey_archive_rate",),
    "specialised_cooperative": ("docking_negotiation_rate",),
    "agri_leading_enterprise": ("docking_business_cooperation_rate",),
    "family_farm": ("docking_settlement_rate",),
}
LABELS = {
    "farm_household": "农户",
    "rural_large_operator": "农村经营大户",
    "specialised_cooperative": "专业合作组织",
    "agri_leading_enterprise": "涉农龙头企业",
    "family_farm": "家庭农场",
}


def dockings(month: Month) -> Figures:
    """Full coverage is 100 % (AMB-015); farm households need both of their tests."""
    covered = {g["unit"] for g in leaf_grids(month)}
    archives = [
        a
        for a in month.register("customer_archive")
        if a["status"] != "已注销" and a["opened"] <= month.end and a["unit"] in covered
    ]
    population = [p for p in month.register("segment_population") if p["unit"] in covered]
    tests = _tests(month)
    archives_in, population_in = month.split(archives), month.split(population)
    for org in archives_in:
        full = 0
        for segment, metrics in DOCKINGS.items():
            label = LABELS[segment]
            registered = total(p["subjects"] for p in population_in[org] if p["segment"] == label)
            passed = []
            for metric in metrics:
                done = {
                    a["subject"]
                    for a in archives_in[org]
                    if a["segment"] == label and tests[metric](a)
                }
                yield (metric, org, segment), ratio(len(done), registered)
                passed.append(len(done) >= registered > 0)
            full += all(passed)
        yield ("docking_five_total", org, "docking_types"), amount(full)


def _tests(month: Month) -> dict[str, Callable[[Row], bool]]:
    carded = set(_engaged(month, "发放支农联系卡"))
    negotiated = set(_engaged(month, "合作洽谈"))
    card_holders = {
        c["customer"]
        for c in month.of_month("card")
        if c["kind"] == "支农联系卡" and c["status"] != "销卡" and c["issued"] <= month.end
    }
    deposits = month.of_month("customer_deposit")
    settled = {d["customer"] for d in deposits if d["has_settlement_account"]}
    users = {r["customer"] for r in month.loans if r["balance"] > 0}
    users |= {d["customer"] for d in deposits if _uses_a_product(d)}
    users |= {
        line["customer"]
        for line in month.register("credit_line")
        if line["status"] == "有效" and month.is_valid(line)
    }
    return {
        "docking_contact_card_rate": lambda a: (
            a["subject"] in carded or a["customer"] in card_holders
        ),
        "docking_info_collection_rate": lambda a: True,
        "docking_survey_archive_rate": lambda a: (
            a["status"] == "已建档" and (a["expiry"] is None or a["expiry"] >= month.end)
        ),
        "docking_negotiation_rate": lambda a: a["subject"] in negotiated,
        "docking_business_cooperation_rate": lambda a: a["customer"] in users,
        "docking_settlement_rate": lambda a: a["customer"] in settled,
    }


def _engaged(month: Month, kind: str) -> Iterator[str]:
    """Subjects of engagements done since January of last year."""
    since = dt.date(month.end.year - 1, 1, 1)
    for period in (*year_to(month.last_december), *year_to(month.month)):
        for row in month.inbox.of_month("engagement", period):
            is_done = row["type"] == kind and row["result"] == "完成"
            if is_done and row["subject"] and since <= row["day"] <= month.end:
                yield row["subject"]


def _uses_a_product(deposit: Row) -> bool:
    return bool(
        (deposit["deposit_balance"] or 0) > 0
        or (deposit["wealth_balance"] or 0) > 0
        or deposit["is_acquiring_signed"]
        or deposit["is_payroll_signed"]
    )
