"""Theme O: customer managers, their grades, points, number and cost."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.figure import Figure, Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.lending import TOWNSHIP, borrowers
from tests.golden.independent.month import Month

SCHEME = "ganyin_five_projects"
MANAGER = "小微客户经理"
CREDIT_STAFF = {MANAGER, "信贷客户经理"}
GRADES = range(1, 6)
POINTS = ("lending", "self_improvement", "asset_quality")
FAMILIES = {
    "deposit": "存款",
    "loan": "贷款",
    "wealth": "理财",
    "insurance": "保险",
    "card": "银行卡",
    "acquiring": "收单",
    "payroll": "代发",
    "e_channel": "电子银行",
    "intermediary": "中间业务",
    "other": "其他",
}
LEADER_LED = {"走访", "回访", "流失回访", "名单营销"}
EARMARKED = {
    "personnel_cost": ("人力费用", "单列人力费用"),
    "variable_cost": ("变动费用", "单列变动费用"),
}
LEAST_MANAGERS = 3
BALANCE_GATE, BALANCE_STEP = 300_000_000, 100_000_000
HOUSEHOLD_GATE, HOUSEHOLD_STEP = 200, 50


def on_post(month: Month, posts: Iterable[str]) -> list[Row]:
    """Staff on post in one of the posts at the month end."""
    wanted = set(posts)
    return [s for s in month.register("staff") if s["status"] == "在岗" and s["post"] in wanted]


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day some years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def manager_grades(month: Month) -> Figures:
    """Grade by households and balance under a manager; the breakpoints are the bank's (AMB-075)."""
    portfolio: dict[str, list[Row]] = defaultdict(list)
    for row in month.loans:
        if row["is_inclusive"] and row["balance"] > 0:
            portfolio[row["manager_id"]].append(row)
    grade_of = {}
    for manager in on_post(month, [MANAGER]):
        rows = portfolio[manager["staff"]]
        held = len({r["customer"] for r in rows}), total(r["balance"] for r in rows)
        reached = [
            grade
            for grade in GRADES
            if (least := _breakpoints(month, grade, manager["org"]))
            and held[0] >= least[0]
            and held[1] >= least[1]
        ]
        grade_of[manager["staff"]] = f"grade_{min(reached)}" if reached else "ungraded"
    for org, belongs in month.scopes():
        mine = [m for m in on_post(month, [MANAGER]) if belongs(m)]
        for segment in (*(f"grade_{g}" for g in GRADES), "ungraded"):
            count = sum(grade_of[m["staff"]] == segment for m in mine)
            yield ("cm_grade_by_portfolio", org, segment), amount(count)


def _breakpoints(month: Month, grade: int, org: str) -> tuple[Fraction, Fraction] | None:
    households, balance = (
        month.parameter(SCHEME, f"cm_grade_{grade}_{name}", org)
        for name in ("min_households", "min_balance")
    )
    if households is None or balance is None:
        return None
    return Fraction(Decimal(households)), Fraction(Decimal(balance))


def manager_points(month: Month) -> Figures:
    """Points of the year a head, and managers that reach the standard of their grade (AMB-075)."""
    points: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for score in month.of_year("qualitative_score"):
        if score["scheme"] == SCHEME and score["subject_kind"] == "人员":
            points[score["subject"], score["item"]] += score["score"]
    for org, belongs in month.scopes():
        mine = [m for m in on_post(month, [MANAGER]) if belongs(m)]
        for segment, items in (("all", POINTS), *((item, (item,)) for item in POINTS)):
            scored = total(points[m["staff"], item] for m in mine for item in items)
            yield ("sme_manager_points", org, segment), ratio(scored, len(mine))
        key = ("sme_manager_points_attained_rate", org, "all")
        standards = {m["staff"]: _standard(month, m) for m in mine}
        if None in standards.values():
            yield key, Figure(None, None, None, "missing_parameter:points_standard")
            continue
        attained = [
            staff
            for staff, standard in standards.items()
            if standard is not None and total(points[staff, item] for item in POINTS) >= standard
        ]
        yield key, ratio(len(attained), len(mine))


def _standard(month: Month, manager: Row) -> Fraction | None:
    value = month.parameter(SCHEME, f"points_standard:{manager['grade']}", manager["org"])
    return None if value is None else Fraction(Decimal(value))


def manager_numbers(month: Month) -> Figures:
    """Heads, certificates, rotation, and how many managers a pilot branch may have (AMB-071)."""
    pilots = {
        o["org"] for o in month.orgs if o["is_strong_county_pilot"] and o["org"] in month.branches
    }
    extra = {pilot: _extra_managers(month, pilot) for pilot in pilots}
    for org, belongs in month.scopes():
        mine = [m for m in on_post(month, [MANAGER]) if belongs(m)]
        here = {p for p in pilots if belongs({"org": p})}
        pilot_segment = "strong_county_pilot_branch"
        yield ("sme_manager_headcount", org, "all"), amount(len(mine))
        yield (
            ("sme_manager_headcount", org, pilot_segment),
            amount(sum(m["org"] in pilots for m in mine)),
        )
        allowed = sum(extra[p] for p in here)
        yield ("sme_manager_extra_quota", org, pilot_segment), amount(allowed)
        yield (
            ("sme_manager_quota", org, pilot_segment),
            amount(allowed + LEAST_MANAGERS * len(here)),
        )
        certified = [
            m
            for m in mine
            if m["certificate_no"]
            and (m["certificate_expiry"] is None or m["certificate_expiry"] >= month.end)
        ]
        yield ("sme_manager_certified_rate", org, "all"), ratio(len(certified), len(mine))
        credit = [s for s in on_post(month, CREDIT_STAFF) if belongs(s)]
        due = [s for s in credit if years_after(s["post_start"], 3) <= month.end]
        yield ("cm_rotation_three_years", org, "all"), ratio(len(due), len(credit))
        specialists = [s for s in on_post(month, ["普惠营销专员"]) if belongs(s)]
        yield ("icbc_marketing_specialist", org, "all"), amount(len(specialists))


def _extra_managers(month: Month, branch: str) -> int:
    rows = [r for r in month.loans if r["org"] == branch and r["is_inclusive"]]
    balance, households = total(r["balance"] for r in rows), len(borrowers(rows))
    if balance <= BALANCE_GATE or households <= HOUSEHOLD_GATE:
        return 0
    return min(
        int((balance - BALANCE_GATE) // BALANCE_STEP),
        (households - HOUSEHOLD_GATE) // HOUSEHOLD_STEP,
    )


def manager_work(month: Month) -> Figures:
    """Visits led by leaders, trainings of the sailing plan, pay by piece."""
    led = [e for e in month.of_year("engagement") if e["type"] in LEADER_LED and e["is_leader_led"]]
    trained = [t for t in month.of_year("training") if t["topic"] == "航海培训计划"]
    sales = month.of_year("product_sale")
    for org, belongs in month.scopes():
        yield ("cm_leader_marketing", org, "all"), amount(sum(map(belongs, led)))
        yield ("cm_training_plan", org, "all"), amount(sum(map(belongs, trained)))
        sold = [(s, _price(month, s)) for s in sales if belongs(s)]
        priced = {s["product"] for s, price in sold if price is not None}
        yield (
            ("cm_pricing_balance", org, "all"),
            ratio(len(priced), len({s["product"] for s, _ in sold})),
        )
        for segment, family in (("all", None), *FAMILIES.items()):
            earned = total(
                s["unit_count"] * _ratio_or_one(s) * price
                for s, price in sold
                if price is not None and family in (None, s["product_family"])
            )
            yield ("cm_pricing_to_person", org, segment), amount(earned)


def _price(month: Month, sale: Row) -> Fraction | None:
    name = f"product_unit_price:{sale['product']}"
    price = month.parameter("branch_dept_scorecard", name, sale["org"])
    return None if price is None else Fraction(Decimal(price))


def _ratio_or_one(sale: Row) -> Fraction:
    part = sale["allocation_ratio"]
    return Fraction(1) if part is None else Fraction(part)


def earmarked_expense(month: Month) -> Figures:
    """Inclusive expense of pilots, townships and the bank itself, over its quota (AMB-076)."""
    within = {
        o["org"]
        for o in month.orgs
        if o["is_strong_county_pilot"] or o["location"] == TOWNSHIP or o["org"] == month.bank
    }
    spent = [
        e
        for e in month.of_year("branch_expense")
        if e["business_line"] == "普惠" and e["org"] in within
    ]
    for org, belongs in month.scopes():
        for segment, (item, plan_item) in EARMARKED.items():
            cost = total(e["amount"] for e in spent if belongs(e) and e["expense_item"] == item)
            yield ("earmarked_inclusive_expense", org, segment), amount(cost)
            quota = total(
                value
                for owner, value in month.plans(plan_item).items()
                if owner in within and belongs({"org": owner})
            )
            yield ("earmarked_expense_usage_rate", org, segment), ratio(cost, quota)
