"""Themes I, J: whole-village credit, credit households, villages and townships."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from tests.golden.independent.figure import Figures, amount, ratio, total
from tests.golden.independent.files import Row
from tests.golden.independent.month import Month

VILLAGE = "行政村"
CORPORATE = {"企业法人", "其它组织"}
OUTER_RING, MIDDLE_RING = "外环", "中环"
WHOLE_VILLAGE_LIMIT = 300_000
SCOPES = ("pilot_village", "administrative_village")


def lines_in_force(month: Month) -> list[Row]:
    """Credit lines that are active, begun and not expired at the month end."""
    return [c for c in month.register("credit_line") if c["status"] == "有效" and month.is_valid(c)]


def whole_village(month: Month) -> Figures:
    """Villages and townships reached; persons, evaluations and credit in them (AMB-091)."""
    units = month.register("admin_unit")
    archives = [a for a in _archives(month) if a["segment"] == "农户"]
    members: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for archive in archives:
        key = (archive["unit"], archive["subject"])
        members[key] = max(members[key], archive["member_count"] or Fraction(0))
    evaluated = {
        (a["unit"], a["subject"])
        for a in archives
        if a["evaluation"] and a["evaluation"] <= month.end
    }
    unsecured = {c["customer"] for c in lines_in_force(month) if c["guarantee_type"] == "信用"}
    granted = {
        (c["unit"], c["customer"])
        for c in month.register("customer")
        if c["category"] not in CORPORATE and c["customer"] in unsecured
    }
    for org, belongs in month.scopes():
        mine = [u for u in units if belongs(u)]
        villages = [u for u in mine if u["kind"] == VILLAGE]
        pilots = [u for u in villages if month.is_pilot(u)]
        begun = [u for u in villages if u["whole_village"] and u["whole_village"] <= month.end]
        for segment, group, reached in zip(
            SCOPES, (pilots, villages), (pilots, begun), strict=True
        ):
            yield (
                ("whole_village_village_ratio", org, segment),
                ratio(len(reached), len(villages)),
            )
            codes = {u["unit"] for u in group}
            people = total(u["population"] or Fraction(0) for u in group)
            households = total(u["household_count"] or Fraction(0) for u in group)
            collected = total(n for (unit, _), n in members.items() if unit in codes)
            yield (
                ("whole_village_info_collection_rate", org, segment),
                ratio(collected, people),
            )
            for metric, found in (
                ("whole_village_evaluation_rate", evaluated),
                ("whole_village_credit_granted_rate", granted),
            ):
                count = sum(unit in codes for unit, _ in found)
                yield (metric, org, segment), ratio(count, households)
        townships = {u["township"] for u in mine} - {None}
        reached_townships = {u["township"] for u in pilots} - {None}
        yield (
            ("whole_village_township_coverage", org, "all"),
            ratio(len(reached_townships), len(townships)),
        )


def _archives(month: Month) -> list[Row]:
    """Archives that are complete, opened and unexpired at the month end."""
    return [
        a
        for a in month.register("customer_archive")
        if a["status"] == "已建档"
        and a["opened"] <= month.end
        and (a["expiry"] is None or a["expiry"] >= month.end)
    ]


def credit_standing(month: Month) -> Figures:
    """Households, villages and townships recognised as credit-worthy (AMB-085)."""
    units = month.register("admin_unit")
    worthy = {
        (a["org"], a["unit"], a["subject"])
        for a in _archives(month)
        if a["segment"] in ("农户", "社区居民")
        and a["credit_household"]
        and a["credit_household"] <= month.end
        and (a["credit_household_expiry"] is None or a["credit_household_expiry"] >= month.end)
    }
    for org, belongs in month.scopes():
        mine = [u for u in units if belongs(u)]
        households = total(u["household_count"] or Fraction(0) for u in mine)
        count = sum(belongs({"org": owner}) for owner, _, _ in worthy)
        yield ("credit_household_ratio", org, "all"), ratio(count, households)
        recognised = [
            u
            for u in mine
            if u["credit_unit"]
            and u["credit_unit"] <= month.end
            and (u["credit_unit_expiry"] is None or u["credit_unit_expiry"] >= month.end)
        ]
        yield ("credit_village_ratio", org, "all"), ratio(len(recognised), len(mine))
        townships = {u["township"] for u in mine} - {None}
        certified = {
            u["township"]
            for u in mine
            if u["credit_township"] and u["credit_township"] <= month.end
        } - {None}
        yield ("credit_township_ratio", org, "all"), ratio(len(certified), len(townships))


def credit_order(month: Month) -> Figures:
    """Loans of the year without a line that was rated, granted and drawn in this order."""
    lines: dict[str, list[Row]] = defaultdict(list)
    for line in month.register("credit_line"):
        lines[line["customer"]].append(line)
    wrong = [
        r
        for r in month.loans
        if month.is_of_year(r["disbursed"])
        and not any(_covers(line, r) for line in lines[r["customer"]])
    ]
    for org, belongs in month.scopes():
        yield ("rating_credit_use_order", org, "all"), amount(sum(map(belongs, wrong)))


def _covers(line: Row, loan: Row) -> bool:
    return bool(
        line["rating"]
        and line["rating"] <= line["effective"] <= loan["disbursed"]
        and (line["expiry"] is None or loan["disbursed"] <= line["expiry"])
    )


def credit_customers(month: Month) -> Figures:
    """Customers with a line, new ones, those that use it (AMB-058, AMB-062, AMB-063)."""
    zone = {o["org"]: o["marketing_zone"] for o in month.orgs}
    register = month.register("customer")
    industry = {c["customer"]: c["industry"] for c in register}
    lines = month.register("credit_line")
    active = lines_in_force(month)
    drawn = {e["customer"] for _, e in month.events if e["type"] == "发放"}
    first = {}
    for line in lines:
        known = first.get(line["customer"])
        if known is None or line["effective"] < known:
            first[line["customer"]] = line["effective"]
    new = [
        c
        for c in lines
        if c["effective"] == first[c["customer"]] and month.is_of_year(c["effective"])
    ]
    programs = [c for c in lines if c["program"] == "行业授信" and month.is_of_year(c["effective"])]
    persons = [
        c
        for c in register
        if c["category"] not in CORPORATE and c["customer"] in {a["customer"] for a in active}
    ]
    for org, belongs in month.scopes():
        mine = [c for c in active if belongs(c)]
        yield ("credit_customer_count", org, "all"), amount(len({c["customer"] for c in mine}))
        for segment, ring in (("all", None), ("middle_ring_branches", MIDDLE_RING)):
            begun = {
                c["customer"] for c in new if belongs(c) and ring in (None, zone.get(c["org"]))
            }
            yield ("new_credit_customer_count", org, segment), amount(len(begun))
            having = {c["customer"] for c in mine if ring in (None, zone.get(c["org"]))}
            yield (
                ("p8_effective_use_rate", org, segment),
                ratio(len(having & drawn), len(having)),
            )
        for segment, ring in (("all", None), ("outer_ring", OUTER_RING)):
            pairs = {
                (c["org"], industry.get(c["customer"]))
                for c in programs
                if belongs(c) and ring in (None, zone.get(c["org"]))
            }
            yield ("industry_credit_program_count", org, segment), amount(len(pairs))
        people = total(
            u["population"] or Fraction(0) for u in month.register("admin_unit") if belongs(u)
        )
        covered = {(c["org"], c["customer"]) for c in persons if belongs(c)}
        yield ("personal_credit_coverage_rate", org, "all"), ratio(len(covered), people)
        granted: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for line in mine:
            if line["program"] == "整村授信":
                granted[line["org"], line["customer"]] += line["amount"]
        over = {
            customer
            for (branch, customer), credit in granted.items()
            if credit > _whole_village_limit(month, branch)
        }
        yield ("whole_village_credit_limit_breach_count", org, "all"), amount(len(over))


def _whole_village_limit(month: Month, branch: str) -> Fraction:
    value = month.switch("whole_village_credit_limit", str(WHOLE_VILLAGE_LIMIT), branch)
    return Fraction(Decimal(value))
