"""People of one branch: its staff, who looks after which grid, training, results and pay.

Here belongs the registers ``staff`` and ``grid_assignment`` and the flows ``training``,
``personal_ledger`` and ``pay_paid``. Customer managers keep their posts over the whole window,
because every loan names one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.bank import ROOT_ID, Org, Units, grid_id
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.customers import customer_ids, manager_count
from pipelines.sample.days import NEVER, IntArray, Month, day_of
from pipelines.sample.loans import DISBURSE, REPAY, REVERSAL, Events, LoanBook, loan_ids

POSTS = (
    "director",
    "credit_deputy",
    "deposit_deputy",
    "sme_manager",
    "credit_officer",
    "deposit_officer",
    "inclusive_specialist",
    "teller",
    "delegated_accountant",
    "other",
)
(
    DIRECTOR,
    CREDIT_DEPUTY,
    DEPOSIT_DEPUTY,
    SME_MANAGER,
    CREDIT_OFFICER,
    DEPOSIT_OFFICER,
    SPECIALIST,
    TELLER,
    ACCOUNTANT,
    OTHER,
) = range(10)
STATES = ("on_post", "waiting", "early_retired", "disciplined", "seconded", "left")
ON_POST, WAITING, EARLY_RETIRED, DISCIPLINED, SECONDED, LEFT = range(6)
_COEFFICIENT = (180, 150, 150, 110, 100, 100, 100, 80, 90, 70)  # hundredths
_SOURCES = ("counter_transfer", "social_hire", "local_hire", "campus_hire", "other")
_SURNAMES = "梁宋唐许邓冯韩曹彭曾萧田董潘袁蔡蒋余于杜叶程"
TOPICS = (
    "grid_policy",
    "process",
    "finance_knowledge",
    "marketing",
    "drill",
    "compliance",
    "sailing_plan",
)
_COURSES = (
    "网格化管理制度",
    "建档授信流程",
    "金融知识与反诈",
    "走访营销技巧",
    "应急演练",
    "合规与案防",
    "启航计划培训",
)


@dataclass(frozen=True)
class Assignment:
    """One person in one grid; days are ``NEVER`` where there is no end."""

    grid: str
    person: str
    is_manager: bool
    is_staff: bool
    is_primary: bool
    start: int
    end: int


@dataclass
class People:
    """Staff of one branch as parallel arrays, managers first, and its grid officers."""

    org: Org
    post: IntArray
    state: IntArray
    left: IntArray
    joined: IntArray
    post_start: IntArray
    surname: IntArray
    assignments: list[Assignment]

    @property
    def count(self) -> int:
        """Number of staff ever listed."""
        return len(self.post)

    def ids(self, who: IntArray) -> ArrowColumn:
        """Staff numbers."""
        return col.ids(f"{self.org.org_id}9", who + 1, 3)

    def with_post(self, *posts: int) -> IntArray:
        """Staff on these posts who stay over the whole window."""
        stays = (self.state == ON_POST) & (self.left >= NEVER)
        return np.flatnonzero(np.isin(self.post, posts) & stays)

    def sellers(self) -> IntArray:
        """Staff who meet customers."""
        return self.with_post(SME_MANAGER, CREDIT_OFFICER, DEPOSIT_OFFICER, SPECIALIST)


def director_id(org: Org) -> str:
    """Staff number of a branch's director, who is listed after the customer managers."""
    return f"{org.org_id}9{manager_count(org) + 1:03d}"


def sme_manager_ids(org: Org) -> list[str]:
    """Staff numbers of a branch's small-business managers: every other customer manager."""
    return [f"{org.org_id}9{i + 1:03d}" for i in range(0, manager_count(org), 2)]


def make_people(org: Org, units: Units, start: Month, place: int, rng: Generator) -> People:
    """Draw a branch's staff and grid officers; ``place`` is the branch's place in the bank."""
    managers = manager_count(org)
    post = [SME_MANAGER if i % 2 == 0 else CREDIT_OFFICER for i in range(managers)]
    post += [DIRECTOR, CREDIT_DEPUTY, DEPOSIT_DEPUTY, ACCOUNTANT, SPECIALIST]
    post += [DEPOSIT_OFFICER] * max(2, managers // 2) + [TELLER] * (3 + managers // 2)
    state = [ON_POST] * len(post)
    post += [OTHER, OTHER]
    state += [EARLY_RETIRED, (WAITING, DISCIPLINED, SECONDED)[place % 3]]
    count = len(post)
    left = np.full(count, NEVER, dtype=np.int64)
    left[count - 3] = start.first + 100 + 17 * (place % 8)  # the last teller
    post_start = start.first - rng.integers(20, 560, count)
    post_start[1::4] -= 600  # rotation after three years falls due within the window
    return People(
        org,
        np.array(post, dtype=np.int64),
        np.array(state, dtype=np.int64),
        left,
        post_start - rng.integers(0, 4000, count),
        post_start,
        rng.integers(0, len(_SURNAMES), count),
        _assignments(org, units, start, managers + 5),
    )


def _assignments(org: Org, units: Units, start: Month, officers: int) -> list[Assignment]:
    """One primary officer for each leaf grid and one grid manager for each big grid.

    Customer managers and the specialist have one grid each, with a helper from the village; the
    other grids have an officer from there alone. One of those hands over in the first summer.
    """
    staff = [i for i in range(officers) if i < officers - 5 or i == officers - 1]
    result: list[Assignment] = []
    handed_over = False
    for unit, number, live, closed in sorted(units.leaves(), key=lambda row: (row[2], row[:2])):
        if live >= NEVER:
            continue
        leaf, end = grid_id(units, unit, number), closed
        own = staff.pop(0) if staff else None
        local = f"P{org.org_id}{unit:03d}{number}"
        if own is not None:
            person = f"{org.org_id}9{own + 1:03d}"
            result.append(Assignment(leaf, person, False, True, True, live, end))
            result.append(Assignment(leaf, local, False, False, False, live, end))
        elif not handed_over and live < start.first and end == NEVER:
            handed_over, change = True, start.first + 190
            result.append(Assignment(leaf, local, False, False, True, live, change))
            heir = f"P{org.org_id}{unit:03d}8"
            result.append(Assignment(leaf, heir, False, False, True, change + 1, NEVER))
        else:
            result.append(Assignment(leaf, local, False, False, True, live, end))
        if number == 1:
            big, overseer = grid_id(units, unit, 0), f"P{org.org_id}{unit:03d}9"
            result.append(Assignment(big, overseer, True, False, False, live, NEVER))
    return result


def staff(people: People, month: Month) -> dict[str, ArrowColumn]:
    """Register of staff as it stands at the month's end; who left this year is still listed."""
    count, post = people.count, people.post
    number = np.arange(count)
    gone = people.left <= month.last
    state = np.where(gone, LEFT, people.state)
    manager = np.isin(post, (SME_MANAGER, CREDIT_OFFICER))
    certified = manager | np.isin(post, (CREDIT_DEPUTY, SPECIALIST))
    lapses = (number == 2) & (int(people.org.org_id) % 3 == 0)  # not renewed in time
    expiry = np.where(lapses, day_of(f"{month.year}-10-31"), day_of(f"{month.year + 2}-12-31"))
    names = col.joined(
        col.picks(list(_SURNAMES), people.surname), "示例员", col.ids("", number + 1, 3)
    )
    return {
        "staff_id": people.ids(number),
        "staff_name": names,
        "branch_id": col.constant(people.org.org_id, count),
        "post_code": col.codes(POSTS, post),
        "status_code": col.codes(STATES, state),
        "is_on_establishment": col.flags((post != TELLER) | (number % 3 != 0)),
        "has_business_target": col.flags((state == ON_POST) & (post < TELLER)),
        "salary_coefficient": col.scaled(np.array(_COEFFICIENT)[post], 2, state != ON_POST),
        "grade_code": col.picks(("M1", "M2", "M3", "M4"), np.where(manager, number % 4, -1)),
        "source_code": col.codes(
            _SOURCES, np.where(manager, (number + int(people.org.org_id)) % 5, -1)
        ),
        "certificate_no": col.ids(f"SGZ{people.org.org_id}", number + 1, 4, ~certified),
        "certificate_expiry_date": col.dates(expiry, ~certified),
        "post_start_date": col.dates(people.post_start),
        "joined_date": col.dates(people.joined),
        "left_date": col.dates(people.left, ~gone),
        "secondment_org_id": col.picks((ROOT_ID,), np.where(state == SECONDED, 0, -1)),
    }


def assigned(people: People, month: Month) -> list[Assignment]:
    """Assignments begun by the month's end, ended ones among them."""
    return [a for a in people.assignments if a.start <= month.last]


def grid_assignment(people: People, month: Month) -> dict[str, ArrowColumn]:
    """Register of grid officers as it stands at the month's end."""
    rows = assigned(people, month)
    count = len(rows)
    local = np.array([not a.is_staff for a in rows], dtype=bool)
    overseer = np.array([a.is_manager for a in rows], dtype=bool)
    i = np.arange(count)
    # one officer in nineteen from the villages waits for a certificate
    certificates = [
        None if a.is_staff or int(a.person[-4:]) % 19 == 7 else f"JZ{a.person[1:]}" for a in rows
    ]
    end = np.array([a.end for a in rows], dtype=np.int64)

    def duty(every: int, rest: int) -> ArrowColumn:
        return col.flags((i % every == rest) | overseer, ~local)

    return {
        "grid_id": pa.array([a.grid for a in rows], pa.string()),
        "person_id": pa.array([a.person for a in rows], pa.string()),
        "branch_id": col.constant(people.org.org_id, count),
        "role_code": col.codes(("officer", "manager"), overseer.astype(np.int64)),
        "employment_code": col.codes(("full_time", "part_time"), local.astype(np.int64)),
        "organisation_code": col.codes(("bank", "government"), overseer.astype(np.int64)),
        "is_primary": col.flags(np.array([a.is_primary for a in rows], dtype=bool)),
        "start_date": col.dates(np.array([a.start for a in rows], dtype=np.int64)),
        "end_date": col.dates(end, end > month.last),
        "certificate_no": pa.array(certificates, pa.string()),
        "is_publicity_officer": duty(1, 0),
        "is_information_officer": duty(2, 0),
        "is_loan_assistant": duty(3, 1),
        "is_supervisor": duty(4, 1),
        "is_collector": duty(5, 2),
    }


def training(people: People, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """One class a month: some staff, and some officers from the villages."""
    topic = (month.number + 3 * (month.year % 7) + int(people.org.org_id)) % len(TOPICS)
    held = month.day(int(rng.integers(8, 25)))
    own = people.ids(people.sellers()).to_pylist()
    local = sorted(
        {a.person for a in people.assignments if not a.is_staff and a.start <= held <= a.end}
    )
    first = month.number % 4
    persons = own[first % 2 :: 2] + local[first::4]
    count = len(persons)
    return {
        "training_id": col.constant(f"PX{people.org.org_id}{month.label.replace('-', '')}", count),
        "person_id": pa.array(persons, pa.string()),
        "branch_id": col.constant(people.org.org_id, count),
        "training_date": col.day(held, count),
        "topic_code": col.codes(TOPICS, np.full(count, topic)),
        "course_name": col.constant(_COURSES[topic], count),
        "hours": col.scaled(np.full(count, 20 + 15 * (topic % 3)), 1),
        "is_passed": col.flags(rng.uniform(size=count) > 0.04),
    }


_ENTRY_KINDS = ("deposit", "loan_recovery", "interest", "lending", "other")


def personal_ledger(
    people: People, loans: LoanBook, month: Month, events: Events, rng: Generator
) -> dict[str, ArrowColumn]:
    """Results booked to people: every recovery and all interest of the month, once each.

    Corrections are negative. One loan in ten was recovered by the deputy for the branch as a whole.
    """
    org = people.org
    cash = (events.kind == REPAY) | (events.kind == REVERSAL)
    sign = np.where(events.kind == REVERSAL, -1, 1)
    parts = [
        (1, cash & (events.principal > 0), sign * events.principal),
        (2, cash & (events.interest > 0), sign * events.interest),
        (3, events.kind == DISBURSE, events.principal),
    ]
    places = [np.flatnonzero(mask) for _, mask, _ in parts]
    at = np.concatenate(places)
    kind = np.concatenate([np.full(len(p), k) for p, (k, _, _) in zip(places, parts, strict=True)])
    amount = np.concatenate([v[p] for p, (_, _, v) in zip(places, parts, strict=True)])
    loan, day = events.loan[at], events.day[at]
    customer = loans.book.customer[loan]
    public = (kind != 3) & (loan % 10 == 4)
    deputy = int(people.with_post(CREDIT_DEPUTY)[0])
    who = np.where(public, deputy, customer % manager_count(org))

    savers = people.with_post(DEPOSIT_OFFICER, TELLER)
    extra = len(savers) + 1
    kind = np.concatenate([kind, np.full(len(savers), 0), [4]])
    amount = np.concatenate([amount, rng.integers(1, 120, len(savers)) * 100_000, [500_000]])
    day = np.concatenate([day, np.full(extra, month.last)])
    who = np.concatenate([who, savers, people.with_post(DIRECTOR)])
    public = np.concatenate([public, np.zeros(len(savers), dtype=bool), [True]])
    none = np.arange(len(kind)) >= len(at)
    loan = np.concatenate([loan, np.zeros(extra, dtype=np.int64)])
    customer = np.concatenate([customer, np.zeros(extra, dtype=np.int64)])
    order = np.argsort(day, kind="stable")
    number = np.arange(1, len(order) + 1)
    return {
        "entry_id": col.ids(f"YJ{org.org_id}{month.label.replace('-', '')}", number, 6),
        "branch_id": col.constant(org.org_id, len(order)),
        "staff_id": people.ids(who[order]),
        "entry_date": col.dates(day[order]),
        "entry_kind_code": col.codes(_ENTRY_KINDS, kind[order]),
        "amount": col.money(amount[order]),
        "is_public": col.flags(public[order]),
        "loan_id": loan_ids(org, loan[order], none[order]),
        "customer_id": customer_ids(org, customer[order], none[order]),
    }


_COMPONENTS = (
    "base_wage",
    "living_cost",
    "monthly_performance",
    "settlement",
    "special_fund",
    "other",
)


def pay_paid(people: People, month: Month) -> dict[str, ArrowColumn]:
    """What was paid out in the month, in fen; the settlement of a year follows in February."""
    here = people.left > month.last
    working = int((here & (people.state == ON_POST)).sum())
    others = int((here & np.isin(people.state, (EARLY_RETIRED, DISCIPLINED))).sum())
    waiting = int((here & (people.state == WAITING)).sum())
    weight = int(np.array(_COEFFICIENT)[people.post[here & (people.state == ON_POST)]].sum())
    rows = [
        (0, working * 320_000 + others * 180_000, working + others),
        (2, weight * 2_600, working),
    ]
    if waiting:
        rows.append((1, waiting * 150_000, waiting))
    if month.number == 2:
        rows.append((3, weight * 9_000, working))
    if month.number == 12:
        rows.append((4, weight * 800, working))
    if month.number == 6:
        rows.append((5, working * 30_000, working))
    count = len(rows)
    year = month.year - 1 if month.number == 2 else month.year
    approvals = [f"示例绩效〔{year}〕{month.number}号" if k >= 2 else None for k, _, _ in rows]
    return {
        "branch_id": col.constant(people.org.org_id, count),
        "component_code": col.codes(_COMPONENTS, np.array([r[0] for r in rows])),
        "paid_date": col.day(month.day(25), count),
        "paid_amount": col.money(np.array([r[1] for r in rows], dtype=np.int64)),
        "headcount": col.numbers(np.array([r[2] for r in rows], dtype=np.int64)),
        "approval_no": pa.array(approvals, pa.string()),
    }
