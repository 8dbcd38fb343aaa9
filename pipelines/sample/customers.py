"""Customers: who they are, and their identity numbers.

Here belongs a customer's register row. Identity numbers have correct check digits over a division
code that is not assigned to anyone. What they were granted is ``credit_lines.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator
from numpy.typing import NDArray

from pipelines.sample import columns as col
from pipelines.sample.bank import COMMUNITY, VILLAGE, Org, Units
from pipelines.sample.columns import ArrowColumn, BoolArray, FloatArray
from pipelines.sample.days import NEVER, IntArray, Month, add_months

CATEGORIES = (
    "enterprise",
    "other_organisation",
    "individual_business",
    "small_micro_owner",
    "other_individual",
)
ENTERPRISE, OTHER_ORG, SELF_EMPLOYED, OWNER, INDIVIDUAL = range(5)
SIZES = ("large", "medium", "small", "micro")
LARGE, MEDIUM, SMALL, MICRO = range(4)

# What a customer is to the loan book: decides its products.
GROUPS = (
    "farmer",
    "resident",
    "self_employed",
    "owner",
    "micro",
    "small",
    "medium",
    "large",
    "cooperative",
    "collective",
    "other_org",
)
(
    FARMER,
    RESIDENT,
    SELF,
    SM_OWNER,
    MICRO_FIRM,
    SMALL_FIRM,
    MEDIUM_FIRM,
    LARGE_FIRM,
    COOPERATIVE,
    COLLECTIVE,
    ORGANISATION,
) = range(11)

_SHARES = {  # of a branch's customers, in the order of GROUPS; at least one each
    "urban": (0.06, 0.36, 0.24, 0.13, 0.10, 0.06, 0.012, 0.003, 0.005, 0.003, 0.017),
    "county_seat": (0.25, 0.24, 0.22, 0.11, 0.08, 0.05, 0.010, 0.0, 0.014, 0.008, 0.016),
    "township": (0.63, 0.05, 0.14, 0.06, 0.05, 0.025, 0.0, 0.0, 0.025, 0.014, 0.010),
}
_CATEGORY_OF = (
    INDIVIDUAL,
    INDIVIDUAL,
    SELF_EMPLOYED,
    OWNER,
    ENTERPRISE,
    ENTERPRISE,
    ENTERPRISE,
    ENTERPRISE,
    ENTERPRISE,
    ENTERPRISE,
    OTHER_ORG,
)
_FARMING = ("A0111", "A0121", "A0141", "A0151", "A0311", "A0321", "A0412")
_TRADE = ("F5212", "F5221", "F5227", "F5232", "F5274", "H6210", "H6241", "O8111", "G5431")
_MAKING = ("C1311", "C1391", "C1511", "C2110", "C3311", "E4710", "F5121", "F5126", "G5437")
_TECH = ("I6513", "I6520", "M7320", "C3990", "C2740")
INDUSTRIES = (*_FARMING, *_TRADE, *_MAKING, *_TECH, "L7215", "Q8425")
# Lower bounds of large, medium and small by industry (工信部联企业〔2011〕300号): people, then yuan
# of revenue and of assets in units of 10 000; none where the industry is not judged by it.
_Bounds = tuple[
    tuple[int, int, int] | None, tuple[int, int, int] | None, tuple[int, int, int] | None
]
_SIZE_BOUNDS: dict[str, _Bounds] = {
    "A": (None, (20_000, 500, 50), None),
    "C": ((1_000, 300, 20), (40_000, 2_000, 300), None),
    "E": (None, (80_000, 6_000, 300), (80_000, 5_000, 300)),
    "F51": ((200, 20, 5), (40_000, 5_000, 1_000), None),
    "F52": ((300, 50, 10), (20_000, 500, 100), None),
    "G": ((1_000, 300, 20), (30_000, 3_000, 200), None),
    "H": ((300, 100, 10), (10_000, 2_000, 100), None),
    "I65": ((300, 100, 10), (10_000, 1_000, 50), None),
    "L": ((300, 100, 10), None, (120_000, 8_000, 100)),
    "": ((300, 100, 10), None, None),
}
_PLAUSIBLE: tuple[tuple[int, int, int], ...] = (
    (300, 100, 10),
    (20_000, 2_000, 200),
    (30_000, 3_000, 300),
)
"""Bounds for what an industry is not judged by."""
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_TRADE_WORDS = ("商贸", "农资", "建材", "食品", "机械", "服饰", "粮油", "运输", "茶业", "果业")


@dataclass
class Customers:
    """Customers of one branch as parallel arrays, ordered by the day they opened."""

    group: IntArray
    category: IntArray
    size: IntArray
    size_later: IntArray
    size_change: IntArray
    is_farmer: BoolArray
    is_tech: BoolArray
    is_disabled: BoolArray
    is_agri: BoolArray
    industry: IntArray
    unit: IntArray
    opened: IntArray
    startup: BoolArray

    @property
    def count(self) -> int:
        """Number of customers over the whole window."""
        return len(self.group)

    def size_at(self, day: int) -> IntArray:
        """Enterprise size in force on that day."""
        return np.where(self.size_change <= day, self.size_later, self.size)


def make_customers(org: Org, units: Units, rng: Generator, months: list[Month]) -> Customers:
    """Draw the customers of a branch; rare kinds are dealt by quota, so none is missing."""
    count = org.customers
    start, end = months[0].first, months[-1].last
    shares = np.array(_SHARES[org.location or "township"])
    quota = np.floor(shares / shares.sum() * count + 0.5).astype(np.int64)
    quota = np.where((quota == 0) & (shares > 0), 1, quota)
    quota[np.argmax(quota)] += count - quota.sum()
    group = rng.permutation(np.repeat(np.arange(11), quota))

    # One customer in nine joins during the window, the others before it.
    joins = rng.uniform(size=count) < 0.11 * min(1.0, len(months) / 14)
    joins[group >= LARGE_FIRM] = False
    opened = np.where(
        joins,
        rng.integers(start, end - 5, count),
        start - 400 - rng.integers(0, 4500, count),
    )
    order = np.lexsort((np.arange(count), opened))
    group, opened = group[order], opened[order].astype(np.int64)

    category = np.array(_CATEGORY_OF)[group]
    size = np.full(count, -1, dtype=np.int64)
    size[group == LARGE_FIRM] = LARGE
    size[group == MEDIUM_FIRM] = MEDIUM
    size[group == SMALL_FIRM] = SMALL
    micro_like = np.isin(group, (MICRO_FIRM, COOPERATIVE, COLLECTIVE))
    size[micro_like] = MICRO
    size[(group == COOPERATIVE) & (rng.uniform(size=count) < 0.25)] = SMALL

    # A few small firms grow out of 小微 in the middle of the first year.
    size_change = np.full(count, NEVER, dtype=np.int64)
    size_later = size.copy()
    small = np.flatnonzero(group == SMALL_FIRM)
    grown = small[: max(1, len(small) // 25)] if len(small) > 2 else small[:0]
    size_change[grown] = add_months(np.array([start]), 6)[0]
    size_later[grown] = MEDIUM

    villages = np.flatnonzero(units.kind == VILLAGE)
    towns = np.flatnonzero(units.kind == COMMUNITY)
    in_village = np.isin(group, (FARMER, COOPERATIVE, COLLECTIVE)) | (
        (group != RESIDENT) & (rng.uniform(size=count) < (0.6 if org.is_rural else 0.05))
    )
    unit = np.where(in_village, rng.choice(villages, count), rng.choice(towns, count))

    firm = np.isin(group, (MICRO_FIRM, SMALL_FIRM))
    is_tech = firm & (rng.uniform(size=count) < 0.10)
    is_tech[_first_of(group == SMALL_FIRM, 1)] = True
    is_disabled = np.isin(group, (SELF, SM_OWNER, FARMER)) & (rng.uniform(size=count) < 0.012)
    startup = np.isin(group, (SELF, SM_OWNER, MICRO_FIRM)) & (rng.uniform(size=count) < 0.07)
    for kind in (SELF, SM_OWNER, MICRO_FIRM):
        startup[_first_of(group == kind, 2)] = True
    is_disabled[_first_of(group == SELF, 1)] = True

    industry = _industries(group, is_tech, rng)
    farming = industry < len(_FARMING)
    is_agri = (
        np.isin(group, (FARMER, COOPERATIVE, COLLECTIVE))
        | (farming & (category != INDIVIDUAL))
        | (firm & org.is_rural & (rng.uniform(size=count) < 0.7))
    )
    return Customers(
        group.astype(np.int64),
        category.astype(np.int64),
        size,
        size_later,
        size_change,
        group == FARMER,
        is_tech,
        is_disabled,
        is_agri,
        industry,
        unit.astype(np.int64),
        opened,
        startup,
    )


def _first_of(mask: BoolArray, count: int) -> IntArray:
    return np.flatnonzero(mask)[:count]


def _industries(group: IntArray, is_tech: BoolArray, rng: Generator) -> IntArray:
    count = len(group)
    offset = np.cumsum([0, len(_FARMING), len(_TRADE), len(_MAKING), len(_TECH)])
    farming = offset[0] + rng.integers(0, len(_FARMING), count)
    trade = offset[1] + rng.integers(0, len(_TRADE), count)
    making = offset[2] + rng.integers(0, len(_MAKING), count)
    tech = offset[3] + rng.integers(0, len(_TECH), count)
    result = np.where(np.isin(group, (FARMER, COOPERATIVE)), farming, trade)
    result = np.where(
        np.isin(group, (MICRO_FIRM, SMALL_FIRM, MEDIUM_FIRM, LARGE_FIRM)), making, result
    )
    some_farming = np.isin(group, (SELF, SM_OWNER, MICRO_FIRM)) & (rng.uniform(size=count) < 0.15)
    result = np.where(some_farming, farming, result)
    result = np.where(is_tech, tech, result)
    result = np.where(group == COLLECTIVE, len(INDUSTRIES) - 2, result)
    result = np.where(group == ORGANISATION, len(INDUSTRIES) - 1, result)
    return np.where(group == RESIDENT, -1, result).astype(np.int64)


def customer_ids(org: Org, index: IntArray, empty: BoolArray | None = None) -> ArrowColumn:
    """Customer numbers: organisation, 1, eight digits."""
    return col.ids(f"{org.org_id}1", index + 1, 8, empty)


def manager_count(org: Org) -> int:
    """Customer managers of a branch; customers are dealt to them in turn."""
    return max(3, org.customers // 120)


def manager_ids(org: Org, who: IntArray) -> ArrowColumn:
    """Staff numbers of the managers of these customers."""
    return col.ids(f"{org.org_id}9", who % manager_count(org) + 1, 3)


def customer_columns(
    org: Org, units: Units, customers: Customers, rng: Generator
) -> dict[str, ArrowColumn]:
    """Columns of the register that never change, for all customers of the window."""
    count = customers.count
    number = np.arange(count, dtype=np.int64)
    is_person = np.isin(customers.category, (SELF_EMPLOYED, OWNER, INDIVIDUAL))
    surname, drawn = list(_SURNAMES), rng.integers(0, len(_SURNAMES), count)
    if org.style.encoding == "gb18030":
        surname[0] = "𠮷"  # needs four bytes in GB18030
        drawn[::20] = 0
    person = col.joined(col.picks(surname, drawn), "示例", col.ids("", number + 1, 6))
    words = col.picks(_TRADE_WORDS, rng.integers(0, len(_TRADE_WORDS), count))
    forms = (
        "有限公司",
        "有限公司",
        "有限公司",
        "股份有限公司",
        "专业合作社",
        "股份经济合作社",
        "服务中心",
    )
    form = col.picks(forms, np.maximum(customers.group - MICRO_FIRM, 0))
    firm = col.joined(org.township, "示例", col.ids("", number + 1, 6), words, form)
    names = pc.if_else(pa.array(is_person), person, firm)
    id_no = np.where(
        is_person,
        resident_ids(org, number, rng),
        social_credit_codes(org, number, customers.group),
    )
    flag = col.flags
    return {
        "customer_id": customer_ids(org, number),
        "customer_name": names,
        "id_type_code": col.codes(("resident_id", "uscc"), np.where(is_person, 0, 1)),
        "id_no": pa.array(id_no.astype(object), pa.string()),
        "phone_no": col.ids(f"100{org.org_id[-3:]}", number + 1, 5),
        "branch_id": col.constant(org.org_id, count),
        "borrower_category_code": col.codes(CATEGORIES, customers.category),
        "is_farm_household": flag(customers.is_farmer),
        "is_rural_collective": flag(customers.group == COLLECTIVE),
        "is_cooperative": flag(customers.group == COOPERATIVE),
        "is_tech_innovation": flag(customers.is_tech),
        "is_disabled": flag(customers.is_disabled),
        "industry_code": col.picks(INDUSTRIES, customers.industry),
        "admin_unit_id": col.picks(units.unit_ids, customers.unit),
        "opened_date": col.dates(customers.opened),
        "is_low_income": col.flags(customers.is_farmer & (number % 23 == 5)),
        "manager_id": manager_ids(org, number),
    }


def account_dates(customers: Customers, borrower: IntArray, disbursed: IntArray) -> ArrowColumn:
    """Day on which each customer's account was opened, never after a loan to him."""
    day = customers.opened.copy()
    np.minimum.at(day, borrower, disbursed)
    return col.dates(day)


def customer_register(
    fixed: dict[str, ArrowColumn], customers: Customers, spread: FloatArray, month: Month
) -> dict[str, ArrowColumn]:
    """Customers known at the month's end; ``spread`` (3 x customers) places firms in their class."""
    known = int(np.searchsorted(customers.opened, month.last, side="right"))
    result = {name: values.slice(0, known) for name, values in fixed.items()}
    size = customers.size_at(month.last)
    people, revenue, assets = firm_figures(customers.industry, size, spread)
    person = size[:known] < 0
    result["enterprise_size_code"] = col.codes(SIZES, size[:known])
    result["staff_count"] = col.numbers(people[:known], person)
    result["operating_revenue"] = col.scaled(revenue[:known] * 100, 2, person)
    result["total_assets"] = col.scaled(assets[:known] * 100, 2, person)
    return result


def firm_figures(
    industry: IntArray, size: IntArray, spread: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """People, revenue and assets (yuan) that make a firm of its industry the size it is."""
    wanted = np.zeros((3, len(size)), dtype=np.int64)
    for place, code in enumerate(INDUSTRIES):
        bounds = _SIZE_BOUNDS.get(code[:3]) or _SIZE_BOUNDS.get(code[0]) or _SIZE_BOUNDS[""]
        here = np.flatnonzero((industry == place) & (size >= 0))
        for row, (bound, other) in enumerate(zip(bounds, _PLAUSIBLE, strict=True)):
            large, medium, small = bound or other
            edges = np.array([4 * large, large, medium, small, max(1, small // 5)])
            upper, lower = edges[size[here]], edges[size[here] + 1]
            wanted[row, here] = lower + (spread[row, here] * 0.9 * (upper - lower)).astype(int)
    return wanted[0], wanted[1] * 10_000, wanted[2] * 10_000


_FIRST_BIRTH, _BIRTHS = -7300, 16_300  # days from 1970, number of days


def resident_ids(org: Org, number: IntArray, rng: Generator) -> NDArray[np.str_]:
    """Invented 18-digit resident numbers with a correct check digit (GB 11643), all different.

    The sequence has three digits: customers who share one are born on days of different remainder.
    """
    count = len(number)
    thousands = int(number.max(initial=0)) // 1000 + 1
    drawn = rng.integers(0, _BIRTHS // thousands, count)
    births = (_FIRST_BIRTH + drawn * thousands + number // 1000).astype("datetime64[D]")
    digits = np.empty((count, 18), dtype=np.int64)
    digits[:, :6] = [int(c) for c in org.division]
    text = births.astype("U10").view("U1").reshape(count, 10)
    digits[:, 6:14] = text[:, [0, 1, 2, 3, 5, 6, 8, 9]].astype(np.int64)
    sequence = (number + int(org.org_id[-3:])) % 1000
    digits[:, 14:17] = np.stack([sequence // 100, sequence // 10 % 10, sequence % 10], axis=1)
    weights = np.array([pow(2, 17 - i, 11) for i in range(17)])
    check = (12 - digits[:, :17] @ weights % 11) % 11
    letters = np.array(list("0123456789X"))
    digits[:, 17] = check
    return np.ascontiguousarray(letters[digits]).view("U18").reshape(count)


_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def social_credit_codes(org: Org, number: IntArray, group: IntArray) -> NDArray[np.str_]:
    """Invented unified social credit codes with both check characters (GB 32100, GB 11714)."""
    count = len(number)
    place = np.empty((count, 18), dtype=np.int64)
    kinds = {COOPERATIVE: "93", COLLECTIVE: "N2", ORGANISATION: "52"}
    place[:, :2] = [_USCC.index(c) for c in "91"]
    for kind, code in kinds.items():
        place[group == kind, :2] = [_USCC.index(c) for c in code]
    place[:, 2:8] = [int(c) for c in org.division]
    value = int(org.org_id[-3:]) * 100_000 + number % 100_000
    for i in range(8):
        place[:, 8 + i] = value // 10 ** (7 - i) % 10
    body = (11 - place[:, 8:16] @ np.array([3, 7, 9, 10, 5, 8, 4, 2]) % 11) % 11
    place[:, 16] = np.where(body == 10, _USCC.index("X"), body)
    weights = np.array([pow(3, i, 31) for i in range(17)])
    place[:, 17] = (31 - place[:, :17] @ weights % 31) % 31
    return np.ascontiguousarray(np.array(list(_USCC))[place]).view("U18").reshape(count)
