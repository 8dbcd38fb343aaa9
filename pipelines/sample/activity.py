"""What a branch did in a month beside lending: channels, sales, expenses, service.

Here belongs the flows ``channel_activity``, ``product_sale``, ``business_participation``,
``branch_expense``, ``incident``, ``complaint`` and ``service_check``. Whom a branch met is
``engagements.py``.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from pipelines.sample import columns as col
from pipelines.sample.bank import Org, Units
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.customers import customer_ids, manager_count
from pipelines.sample.days import NEVER, IntArray, Month
from pipelines.sample.loans import DISBURSE, Events, LoanBook, loan_ids
from pipelines.sample.people import People

CHANNELS = (
    "counter",
    "mobile_bank",
    "internet_bank",
    "corporate_internet_bank",
    "phone_bank",
    "wechat_bank",
    "atm",
    "pos",
    "self_service_terminal",
    "assisted_point",
    "e_pay",
    "other_electronic",
)
_PER_CUSTOMER = (90, 420, 40, 12, 3, 60, 110, 150, 50, 45, 260, 8)  # hundredths a month
_TICKET = (9_800, 1_900, 4_200, 46_000, 800, 300, 1_100, 420, 1_500, 600, 150, 900)  # yuan
_REGISTERED = (0, 62, 18, 3, 9, 35, 0, 0, 0, 0, 41, 4)  # percent of customers

PRODUCT_FAMILIES = (
    "deposit",
    "loan",
    "wealth",
    "insurance",
    "card",
    "acquiring",
    "payroll",
    "e_channel",
    "intermediary",
    "other",
)
_PRODUCTS = (
    ("CK01", "整存整取存款", 50_000),
    ("NH01", "农户小额信用贷款", 60_000),
    ("LC01", "稳盈理财（示例）", 80_000),
    ("BX01", "家财保险（示例）", 600),
    ("KA01", "惠民借记卡", 0),
    ("SD01", "聚合收单", 0),
    ("DF01", "代发工资", 0),
    ("SJ01", "手机银行", 0),
    ("ZJ01", "代收水电费", 200),
    ("QT01", "贵金属（示例）", 3_000),
)

PARTICIPATION = ("booking", "marketing", "initiating")
LEADS = ("whitelist", "tax", "association", "big_data", "walk_in", "other")

EXPENSES = (
    "interest_margin",
    "fee_income",
    "personnel",
    "operating",
    "variable",
    "allocated",
    "provision",
    "infrastructure",
    "fee_concession",
    "part_time_allowance",
    "public_relation",
)
_EXPENSE_YUAN = (950, 60, 260, 140, 80, 110, 90, 35, 12, 9, 14)  # yuan a customer a year
_INCLUSIVE_ONLY = (7, 8, 9)

INCIDENTS = ("case", "asset_loss", "penalty", "illegal_finance_report", "other")
COMPLAINT_CHANNELS = (
    "customer_aid",
    "service_line",
    "supervision_line",
    "on_site",
    "online",
    "regulator",
)
COMPLAINT_KINDS = ("opinion", "suggestion", "complaint")
COMPLAINT_OBJECTS = ("service", "product", "fee", "facility", "staff", "other")
CHECKS = ("mystery_visit", "satisfaction_survey", "queue_ticket", "facility_check", "six_s")


def _ids(prefix: str, org: Org, month: Month, count: int) -> ArrowColumn:
    number = np.arange(1, count + 1)
    return col.ids(f"{prefix}{org.org_id}{month.label.replace('-', '')}", number, 4)


def channel_activity(org: Org, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """Transactions by channel; nobody registers for a counter or a machine."""
    count = len(CHANNELS)
    moved = org.customers * np.array(_PER_CUSTOMER) * rng.integers(85, 116, count) // 10_000
    amount = moved * np.array(_TICKET) * rng.integers(80, 121, count)
    registered = org.customers * np.array(_REGISTERED) // 100
    growth = 100 + (month.year - 2025) * 6 + month.number // 2
    registered = np.minimum(registered * growth // 100, org.customers)
    active = registered * rng.integers(45, 80, count) // 100
    none = np.array(_REGISTERED) == 0
    return {
        "branch_id": col.constant(org.org_id, count),
        "channel_code": col.codes(CHANNELS, np.arange(count)),
        "data_date": col.day(month.last, count),
        "transaction_count": col.numbers(moved),
        "transaction_amount": col.money(amount),
        "active_customer_count": col.numbers(active, none),
        "registered_customer_count": col.numbers(registered, none),
    }


def product_sale(
    org: Org, people: People, opened: IntArray, month: Month, rng: Generator
) -> dict[str, ArrowColumn]:
    """Products sold by customer managers and clerks; ``opened`` is each customer's first day."""
    count = 10 + org.customers // 40
    family = np.where(np.arange(count) < 10, np.arange(count), rng.integers(0, 10, count))
    day = np.sort(rng.integers(month.first, month.last + 1, count))
    known = int(np.searchsorted(opened, month.first))
    sellers = people.sellers()
    units = np.where(np.isin(family, (2, 3)), 1, rng.integers(1, 6, count))
    each = np.array([p[2] for p in _PRODUCTS])[family]
    shared = rng.uniform(size=count) < 0.1
    return {
        "sale_id": _ids("XS", org, month, count),
        "branch_id": col.constant(org.org_id, count),
        "sale_date": col.dates(day),
        "staff_id": people.ids(sellers[rng.integers(0, len(sellers), count)]),
        "department_name": col.picks(("个人金融部", "普惠金融部"), np.where(family == 1, 1, 0)),
        "product_code": col.picks([p[0] for p in _PRODUCTS], family),
        "product_name": col.picks([p[1] for p in _PRODUCTS], family),
        "product_family_code": col.codes(PRODUCT_FAMILIES, family),
        "unit_count": col.numbers(units),
        "sale_amount": col.money(each * units * rng.integers(50, 151, count)),
        "allocation_ratio": col.scaled(np.where(shared, 6, 10), 1),
        "customer_id": customer_ids(org, rng.integers(0, known, count)),
    }


def business_participation(
    people: People, loans: LoanBook, month: Month, events: Events, rng: Generator
) -> dict[str, ArrowColumn]:
    """Every loan of the month is booked by its manager; some were marketed or begun by others."""
    org = people.org
    granted = np.flatnonzero(events.kind == DISBURSE)
    loan, day = events.loan[granted], events.day[granted]
    marketed = rng.uniform(size=len(loan)) < 0.35
    begun = rng.uniform(size=len(loan)) < 0.18
    begun &= org.org_type != "outlet"  # a sub-branch hands its cases to the branch above it
    begun[:1], marketed[:1] = org.org_type != "outlet", True
    kind = np.concatenate(
        [np.full(int(n), k) for k, n in enumerate((len(loan), marketed.sum(), begun.sum()))]
    )
    loan = np.concatenate([loan, loan[marketed], loan[begun]])
    day = np.concatenate([day, day[marketed], day[begun]])
    order = np.argsort(day, kind="stable")
    kind, loan, day = kind[order], loan[order], day[order]
    count = len(loan)
    customer = loans.book.customer[loan]
    sellers = people.sellers()
    other = sellers[rng.integers(0, len(sellers), count)]
    ratio = np.array((10, 6, 4))[kind]
    return {
        "participation_id": _ids("CY", org, month, count),
        "branch_id": col.constant(org.org_id, count),
        "event_date": col.dates(day),
        "participation_code": col.codes(PARTICIPATION, kind),
        "staff_id": people.ids(np.where(kind == 0, customer % manager_count(org), other)),
        "customer_id": customer_ids(org, customer),
        "loan_id": loan_ids(org, loan),
        "share_ratio": col.scaled(np.where(kind == 0, 10, ratio), 1, kind == 0),
        "lead_source_code": col.codes(LEADS, np.where(kind == 1, customer % 6, -1)),
    }


def branch_expense(org: Org, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """Income and expense by item; the whole is the sum of inclusive and other business."""
    items = len(EXPENSES)
    monthly = org.customers * np.array(_EXPENSE_YUAN) * 100 // 12
    whole = monthly * rng.integers(88, 113, items) // 100
    only = np.isin(np.arange(items), _INCLUSIVE_ONLY)
    inclusive = np.where(only, whole, whole * rng.integers(30, 61, items) // 100)
    amount = np.stack([whole, inclusive, whole - inclusive], axis=1).reshape(-1)
    place = np.flatnonzero(amount > 0)
    amount, count = amount[place], len(place)
    return {
        "branch_id": col.constant(org.org_id, count),
        "expense_item_code": col.codes(EXPENSES, place // 3),
        "business_line_code": col.codes(("all", "inclusive", "other"), place % 3),
        "booked_date": col.day(month.last, count),
        "amount": col.money(amount),
        "currency_code": col.constant("CNY", count),
    }


def incident(org: Org, units: Units, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """A report from a grid or a small matter each month; a real loss now and then."""
    turn = month.number + int(org.org_id)
    kinds = [3 if turn % 2 else 4]
    if turn % 6 == 1:
        kinds.append((1, 2, 1, 0)[turn // 6 % 4])
    kind = np.array(kinds, dtype=np.int64)
    count = len(kind)
    day = np.sort(rng.integers(month.first, month.last - 8, count))
    loss = np.where(kind <= 2, rng.integers(3, 90, count) * 50_000, 0)
    back = np.where(kind <= 1, loss * rng.integers(0, 80, count) // 100, 0)
    closed = np.where((kind > 2) | (rng.uniform(size=count) < 0.3), day + 6, NEVER)
    live = [grid for u in range(units.count) if (grid := units.leaf_at(u, month.first))]
    where = live[turn % len(live)] if live else None
    return {
        "incident_id": _ids("SJ", org, month, count),
        "branch_id": col.constant(org.org_id, count),
        "incident_date": col.dates(day),
        "incident_kind_code": col.codes(INCIDENTS, kind),
        "loss_amount": col.money(loss),
        "recovered_amount": col.money(back),
        "closed_date": col.dates(closed),
        "grid_id": col.picks((where,), np.where(kind == 3, 0, -1)),
    }


def complaint(org: Org, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """Complaints received in the month; the last days' are still open when it is reported."""
    count = 2 + int(rng.integers(0, 2 + org.customers // 300))
    received = np.sort(rng.integers(month.first, month.last + 1, count))
    passed_on = received + rng.integers(0, 2, count)
    closed = passed_on + rng.integers(1, 6, count)
    revisited = closed + rng.integers(1, 4, count)
    kind = rng.integers(0, 3, count)
    closed_now = closed <= month.last
    return {
        "complaint_id": _ids("TS", org, month, count),
        "branch_id": col.constant(org.org_id, count),
        "received_date": col.dates(received),
        "channel_code": col.codes(COMPLAINT_CHANNELS, rng.integers(0, 6, count)),
        "complaint_kind_code": col.codes(COMPLAINT_KINDS, kind),
        "object_code": col.codes(COMPLAINT_OBJECTS, rng.integers(0, 6, count)),
        "owner_department": col.constant("办公室", count),
        "transferred_date": col.dates(passed_on, passed_on > month.last),
        "closed_date": col.dates(closed, ~closed_now),
        "revisited_date": col.dates(revisited, (revisited > month.last) | (kind < 2)),
        "is_substantiated": col.flags(rng.uniform(size=count) < 0.4, ~closed_now),
    }


def service_check(org: Org, units: Units, month: Month, rng: Generator) -> dict[str, ArrowColumn]:
    """Waiting times every month, and in turn a survey, a mystery visit or an inspection."""
    turn = month.number + int(org.org_id)
    kinds = [2, (0, 1, 3, 4)[turn % 4]]
    if month.number % 3 == 0 and 1 not in kinds:
        kinds.append(1)
    kind = np.array(kinds, dtype=np.int64)
    count = len(kind)
    survey, queue = kind == 1, kind == 2
    asked = rng.integers(30, 90, count)
    content = asked * rng.integers(82, 100, count) // 100
    live = [grid for u in range(units.count) if (grid := units.leaf_at(u, month.first))]
    where = live[turn % len(live)] if live else None
    return {
        "check_id": _ids("JC", org, month, count),
        "branch_id": col.constant(org.org_id, count),
        "check_date": col.dates(np.sort(rng.integers(month.first, month.last + 1, count))),
        "check_kind_code": col.codes(CHECKS, kind),
        "score": col.scaled(rng.integers(820, 990, count), 1, survey | queue),
        "respondent_count": col.numbers(asked, ~survey),
        "satisfied_count": col.numbers(content, ~survey),
        "average_wait_minutes": col.scaled(rng.integers(50, 210, count), 1, ~queue),
        "grid_id": pa.array([where if s else None for s in survey.tolist()], pa.string()),
    }
