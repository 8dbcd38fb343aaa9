"""Customers: who they are, their identity numbers and their credit lines.

Here belongs a customer's register row and the lines granted to a customer. Identity numbers have
correct check digits over a division code that is not assigned to anyone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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


def resident_ids(org: Org, number: IntArray, rng: Generator) -> NDArray[np.str_]:
    """Invented 18-digit resident numbers with a correct check digit (GB 11643)."""
    count = len(number)
    births = rng.integers(-7300, 9000, count).astype("datetime64[D]")
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


@dataclass
class Lines:
    """Credit lines of one branch; a renewed line is a new row, the old one is closed."""

    customer: IntArray
    is_consumption: BoolArray
    amount: IntArray  # yuan
    effective: IntArray
    expiry: IntArray
    status: IntArray
    renews: BoolArray
    raises: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


_ACTIVE, _FROZEN, _CLOSED = range(3)
PROGRAMS = ("individual", "whole_village", "industry", "association", "village_industry")
_BANDS = (1_000_000, 5_000_000, 10_000_000, 30_000_000)


def make_lines(customers: Customers, owed: IntArray, month: Month, rng: Generator) -> Lines:
    """Lines of the customers known at the opening; ``owed`` is yuan lent to each."""
    chance = np.array([0.35, 0.12, 0.6, 0.7, 0.8, 0.85, 0.95, 1.0, 0.75, 0.7, 0.6])
    known = customers.opened <= month.last
    has = known & (rng.uniform(size=customers.count) < chance[customers.group])
    who = np.flatnonzero(has)
    room = rng.choice(np.array([1.0, 1.1, 1.25, 1.5]), len(who))
    amount = _rounded(np.maximum(owed[who] * room, 30_000).astype(np.int64))
    effective = month.last - rng.integers(10, 700, len(who))
    consumption = customers.group[who] == RESIDENT
    status = np.where(rng.uniform(size=len(who)) < 0.015, _FROZEN, _ACTIVE)
    lines = Lines(
        who,
        consumption,
        amount,
        effective,
        add_months(effective, rng.choice(np.array([24, 36]), len(who))),
        status,
        rng.uniform(size=len(who)) < 0.9,
    )
    _plan_raises(lines, customers, month, rng)
    return lines


def _plan_raises(lines: Lines, customers: Customers, month: Month, rng: Generator) -> None:
    """Some limits rise within the first year so that the credit band of the return changes."""
    operating = ~lines.is_consumption & (lines.status == _ACTIVE)
    for band in _BANDS:
        near = np.flatnonzero(operating & (lines.amount <= band) & (lines.amount > 0.45 * band))
        for place in near[: max(1, len(near) // 12)].tolist():
            lines.raises.setdefault(int(rng.integers(4, 10)), []).append((place, int(band * 1.2)))


def move_lines(
    lines: Lines, place: int, month: Month, owed: IntArray, customers: Customers, rng: Generator
) -> None:
    """One month: renewals of expired lines, planned rises, rises where lending outgrew the line."""
    expired = np.flatnonzero((lines.status == _ACTIVE) & (lines.expiry < month.last))
    renewed = expired[lines.renews[expired]]
    lines.status[expired] = _CLOSED
    fresh = np.flatnonzero(
        (customers.opened >= month.first)
        & (customers.opened <= month.last)
        & (owed > 0)
        & (rng.uniform(size=customers.count) < 0.5)
    )
    added = np.concatenate([lines.customer[renewed], fresh])
    if len(added):
        effective = np.concatenate(
            [np.maximum(lines.expiry[renewed] + 1, month.first), customers.opened[fresh]]
        )
        amount = np.concatenate([lines.amount[renewed], _rounded(owed[fresh] * 5 // 4)])
        lines.customer = np.concatenate([lines.customer, added])
        lines.is_consumption = np.concatenate(
            [lines.is_consumption, customers.group[added] == RESIDENT]
        )
        lines.amount = np.concatenate([lines.amount, amount])
        lines.effective = np.concatenate([lines.effective, effective])
        lines.expiry = np.concatenate([lines.expiry, add_months(effective, 24)])
        lines.status = np.concatenate([lines.status, np.full(len(added), _ACTIVE)])
        lines.renews = np.concatenate([lines.renews, np.ones(len(added), dtype=bool)])
    for line, amount_then in lines.raises.get(place, []):
        lines.amount[line] = max(int(lines.amount[line]), amount_then)
    short = (lines.status == _ACTIVE) & (owed[lines.customer] > lines.amount)
    lines.amount[short] = _rounded(owed[lines.customer[short]] * 6 // 5)


def _rounded(yuan: IntArray) -> IntArray:
    step = np.where(yuan <= 200_000, 10_000, np.where(yuan <= 2_000_000, 50_000, 100_000))
    return np.asarray(-(-yuan // step) * step, dtype=np.int64)


def earlier_lines(lines: Lines, first_loan: IntArray, amount: IntArray) -> Lines:
    """Closed lines before the present ones, where a loan is older than its customer's line.

    Args:
        lines: Lines as they stand at the opening.
        first_loan: Day of each customer's first loan; ``NEVER`` if none.
        amount: Yuan of the largest loan.

    Returns:
        Lines that started with that loan and ended when the present one began.
    """
    older = np.flatnonzero(first_loan[lines.customer] < lines.effective)
    who = lines.customer[older]
    return Lines(
        who,
        lines.is_consumption[older],
        _rounded(np.maximum(amount[who], 30_000)),
        first_loan[who] - who % 4,
        lines.effective[older] - 1,
        np.full(len(who), _CLOSED),
        np.zeros(len(who), dtype=bool),
    )


def cover_loans(
    earlier: Lines,
    lines: Lines,
    who: IntArray,
    consumption: BoolArray,
    day: IntArray,
    yuan: IntArray,
) -> None:
    """Add a line for each of these loans that none covers on its day; it ends with the loan drawn.

    Args:
        earlier: Lines that are over; the new ones are appended.
        lines: Lines as they stand.
        who: Customer of each loan.
        consumption: Whether a consumption line is needed, else an operating one.
        day: Day the loan was drawn.
        yuan: Its amount.
    """
    key = np.concatenate([some.customer * 2 + some.is_consumption for some in (lines, earlier)])
    begin = np.concatenate([lines.effective, earlier.effective])
    end = np.concatenate([lines.expiry, earlier.expiry])
    order = np.argsort(key, kind="stable")
    key, begin, end = key[order], begin[order], end[order]
    wanted = who * 2 + consumption
    first = np.searchsorted(key, wanted, side="left")
    last = np.searchsorted(key, wanted, side="right")
    covered = np.zeros(len(who), dtype=bool)
    for step in range(int((last - first).max(initial=0))):
        at = np.minimum(first + step, len(key) - 1)
        covered |= (first + step < last) & (begin[at] <= day) & (end[at] >= day)
    bare = np.flatnonzero(~covered)
    new = Lines(
        who[bare],
        consumption[bare],
        _rounded(yuan[bare]),
        day[bare] - who[bare] % 4,
        add_months(day[bare], 1),
        np.full(len(bare), _CLOSED),
        np.zeros(len(bare), dtype=bool),
    )
    for name in ("customer", "is_consumption", "amount", "effective", "expiry", "status", "renews"):
        joined = np.concatenate([getattr(earlier, name), getattr(new, name)])
        setattr(earlier, name, joined)


def first_lines(customers: Customers, lines: Lines, earlier: Lines) -> IntArray:
    """Day of each customer's first line; ``NEVER`` where there is none yet."""
    day = np.full(customers.count, NEVER, dtype=np.int64)
    for some in (lines, earlier):
        np.minimum.at(day, some.customer, some.effective)
    return day


def credit_line(
    org: Org, customers: Customers, lines: Lines, earlier: Lines
) -> dict[str, ArrowColumn]:
    """Register of credit lines as it stands, those before the window last."""
    now, before = (
        _line_columns(org, customers, some, kind) for some, kind in ((lines, "SX"), (earlier, "SL"))
    )
    return {name: col.stacked(now[name], before[name]) for name in now}


def _line_columns(
    org: Org, customers: Customers, lines: Lines, prefix: str
) -> dict[str, ArrowColumn]:
    count = len(lines.customer)
    who = lines.customer
    group = customers.group[who]
    # whole villages for farmers, trades and associations for firms, the rest one by one
    program = np.where((group == FARMER) & (who % 2 == 0) & (lines.amount <= 300_000), 1, 0)
    program = np.where(np.isin(group, (COOPERATIVE, COLLECTIVE)), 4, program)
    program = np.where(np.isin(group, (MICRO_FIRM, SMALL_FIRM)) & (who % 5 == 0), 2, program)
    program = np.where(np.isin(group, (SELF, SM_OWNER)) & (who % 6 == 0), 3, program)
    guarantee = np.where(program == 1, 0, (who * 7) % 4)
    return {
        "credit_line_id": col.ids(f"{prefix}{org.org_id}", np.arange(1, count + 1), 8),
        "customer_id": customer_ids(org, lines.customer),
        "branch_id": col.constant(org.org_id, count),
        "credit_kind_code": col.codes(
            ("operating", "consumption"), lines.is_consumption.astype(np.int64)
        ),
        "credit_amount": col.money(lines.amount * 100),
        "currency_code": col.constant("CNY", count),
        "effective_date": col.dates(lines.effective),
        "expiry_date": col.dates(lines.expiry),
        "status_code": col.codes(("active", "frozen", "closed"), lines.status),
        "program_code": col.codes(PROGRAMS, program),
        "guarantee_type_code": col.codes(("credit", "guaranteed", "mortgage", "pledge"), guarantee),
        "is_revolving": col.flags((who % 3 != 0) & (group < COOPERATIVE)),
        # a few were granted without a rating
        "rating_date": col.dates(np.where(who % 61 == 7, NEVER, lines.effective - 3 - who % 25)),
    }


def credit_total(lines: Lines, customers: Customers, owed: IntArray, last: int) -> IntArray:
    """Yuan of operating credit per customer: active lines, else what is lent."""
    counts = (
        (lines.status == _ACTIVE)
        & ~lines.is_consumption
        & (lines.effective <= last)
        & (lines.expiry >= last)
    )
    total = np.bincount(
        lines.customer[counts], weights=lines.amount[counts], minlength=customers.count
    ).astype(np.int64)
    has = np.bincount(lines.customer[counts], minlength=customers.count) > 0
    return np.where(has, total, owed)
