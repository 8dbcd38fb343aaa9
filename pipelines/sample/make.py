"""Makes the sample: branch by branch, month by month, file by file.

Here belongs the order of work and what is sent when. What the rows say belongs to the module of
its subject. Memory holds one branch at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from expectations.contract import load_contracts
from pipelines.sample import (
    activity,
    bank,
    bindings,
    deposits,
    holdings,
    loans,
    parameters,
    people,
    plans,
    points,
)
from pipelines.sample import archives as arch
from pipelines.sample import credit_lines as credit
from pipelines.sample import customers as cust
from pipelines.sample.bank import Org
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.days import IntArray, Month, month_of, months_from, shift
from pipelines.sample.engagements import Engagements
from pipelines.sample.faults import write_faults
from pipelines.sample.loans import YearTotals
from pipelines.sample.write import CONTRACTS_DIR, FileStyle, Outbox

Progress = Callable[[str], None]

_README = """\
示例数据 / Sample data
======================

本目录全部内容均为虚构：银行、机构、村居、客户、证件号码、借据与金额都由程序按种子 {seed} 生成，
行政区划代码 4289xx 未分配给任何地区，证件号码不属于任何人。方案参数与绑定关系均为示例值。

Everything in this folder is invented: the bank, its organisations, villages, customers, identity
numbers, loans and amounts are generated from seed {seed}. No prefecture has the division code
4289xx, so no identity number belongs to anyone. Scheme parameters and bindings are sample values.

inbox/   各机构报送的文件
         the files as branches and head office would send them
faults/  注入差错的文件及其真值 truth.csv（可选）
         files with injected faults and their truth (optional)
"""


@dataclass
class SampleSummary:
    """What a sample holds: files, rows by ledger, months, faults and distinct loans."""

    inbox: Path
    periods: tuple[str, ...]
    files: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    loans: int = 0
    customers: int = 0
    faults: int = 0


@dataclass(frozen=True)
class _Plan:
    """Which months are lived through and which of them are written."""

    months: list[Month]
    past_deposits: list[Month]
    snapshots: frozenset[str]
    flows: frozenset[str]
    registers: frozenset[str]
    with_workbooks: bool

    @property
    def opening(self) -> Month:
        """The month before the window."""
        return month_of(shift(self.months[0].label, -1))


def make_sample(
    out: Path,
    *,
    branches: int = 8,
    customers: int = 4000,
    months: int = 14,
    seed: int = 20250101,
    start: str = "2025-01",
    faults: bool = False,
    progress: Progress | None = None,
) -> SampleSummary:
    """Write the sample bank's files under ``out``.

    Args:
        out: Folder; ``inbox/``, ``README.txt`` and, with ``faults``, ``faults/`` are made in it.
        branches: Organisations that send files, 营业部 included.
        customers: Customers of the whole bank; the book holds some 0.9 loans for each.
        months: Months from ``start`` on.
        seed: The same seed gives the same bytes.
        start: First month, a January (``YYYY-01``).
        faults: Also write files with injected faults and their truth.
        progress: Called with a line for each organisation done.

    Returns:
        Counts of what was written.

    Raises:
        ValueError: ``start`` is not a January, or a count is too small.
    """
    if not start.endswith("-01"):
        raise ValueError(f"the sample starts in a January, not in {start}")
    if branches < 1 or months < 1 or customers < 40 * branches:
        raise ValueError("needs at least one branch, one month and forty customers a branch")
    window = months_from(start, months)
    labels = frozenset(month.label for month in window)
    plan = _Plan(
        months=window,
        past_deposits=months_from(shift(start, -12), 12),
        snapshots=labels | {shift(start, -1)},
        flows=labels,
        registers=labels,
        with_workbooks=True,
    )
    return _make(out, plan, branches, customers, seed, faults, progress)


def make_month(
    out: Path,
    *,
    loans: int,
    branches: int,
    seed: int = 20250101,
    period: str = "2025-12",
    whole_year: bool = False,
    progress: Progress | None = None,
) -> SampleSummary:
    """Write one month's close at scale: the files of ``period`` and what its close reads.

    The branches live through the year up to ``period`` but send only: every ledger of ``period``;
    ``loan_account`` of the month before (class before a recovery) and of the previous year end
    (year-start balances). Figures over the year to date therefore cover one month's rows, and
    averages have no base. With ``whole_year`` all months of the year and the ten-day deposits of the
    year before are sent as well. Files are CSV.

    Args:
        out: Folder; ``inbox/`` and ``README.txt`` are made in it.
        loans: Rows of ``loan_account`` in ``period``, within a few percent.
        branches: Organisations that send files.
        seed: The same seed gives the same bytes.
        period: The month to close (``YYYY-MM``).
        whole_year: Send the whole year instead of the reduced set.
        progress: Called with a line for each organisation done.

    Returns:
        Counts of what was written.
    """
    start = f"{period[:4]}-01"
    window = months_from(start, int(period[5:]))
    labels = frozenset(month.label for month in window)
    needed = frozenset({period, shift(period, -1), shift(start, -1)})
    plan = _Plan(
        months=window,
        past_deposits=months_from(shift(start, -12), 12) if whole_year else [],
        snapshots=needed | labels if whole_year else needed,
        flows=labels if whole_year else frozenset({period}),
        registers=labels if whole_year else frozenset({period}),
        with_workbooks=False,
    )
    per_customer = 0.68 + 0.0437 * len(window)  # measured on the default bank
    return _make(out, plan, branches, round(loans / per_customer), seed, False, progress)


def _make(
    out: Path,
    plan: _Plan,
    branches: int,
    customers: int,
    seed: int,
    faults: bool,
    progress: Progress | None,
) -> SampleSummary:
    inbox = out / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    box = Outbox(inbox, load_contracts(CONTRACTS_DIR))
    summary = SampleSummary(inbox, tuple(month.label for month in plan.months))
    orgs = bank.organisations(branches, customers, plan.with_workbooks)
    pools: dict[int, float] = {}
    headcounts: list[int] = []
    for place, org in enumerate(orgs):
        lent, totals, headcount = _send_branch(box, plan, org, seed, place)
        headcounts.append(headcount)
        for year, pool in totals.items():
            pools[year] = pools.get(year, 0.0) + pool
        summary.loans += lent
        summary.customers += org.customers
        box.forget(org.org_id)
        if progress:
            progress(f"{org.org_id} {org.name}: {lent} loans")
    _send_head_office(box, plan, orgs, pools)
    _send_plans(box, plan, orgs, headcounts, np.random.default_rng([seed, len(orgs), 0]))
    (out / "README.txt").write_text(_README.format(seed=seed), encoding="utf-8")
    summary.files, summary.rows = box.files, dict(sorted(box.rows.items()))
    if faults:
        start, last = plan.months[0], plan.months[-1]
        summary.faults = write_faults(out, box.contracts, orgs, start, last)
    return summary


def _send_branch(
    box: Outbox, plan: _Plan, org: Org, seed: int, place_in_bank: int
) -> tuple[int, dict[int, float], int]:
    """Everything one branch sends; returns its loans, its pay pool by finished year and its staff.

    Each subject beside loans and archives draws from a stream of its own, so that it may change
    without changing a loan.
    """
    rng = np.random.default_rng([seed, place_in_bank])
    start, opening = plan.months[0], plan.opening
    units = bank.make_units(org, rng, start)
    customers = cust.make_customers(org, units, rng, plan.months)
    fixed = cust.customer_columns(org, units, customers, rng)
    archives = arch.make_archives(org, units, customers, rng, start)
    book = loans.opening_book(org, customers, rng, opening)
    lines = credit.make_lines(customers, _owed(book), opening, rng)

    spread = np.random.default_rng([seed, place_in_bank, 1]).uniform(size=(3, customers.count))
    files = np.random.default_rng([seed, place_in_bank, 2])
    fixed["opened_date"] = cust.account_dates(customers, book.book.customer, book.book.disbursed)
    earlier = credit.earlier_lines(lines, *loans.first_loans(book))
    credit.cover_loans(earlier, lines, *loans.lines_needed(book, np.arange(book.book.count)))
    subjects = arch.make_subjects(units, customers, files)
    first_line = credit.first_lines(customers, lines, earlier)
    others = arch.make_other_archives(
        units, customers, subjects, archives, first_line, files, start
    )
    rest = _Rest(box, plan, org, units, customers, archives, others, book, seed, place_in_bank)

    lent = int(book.book.balance.sum()) // 100
    all_months = [*months_from(shift(start.label, -12), 12), *plan.months]
    series = deposits.tenday_series(org, lent, all_months, start.year, rng)
    for month in plan.past_deposits:
        point = series[all_months.index(month)]
        _send(box, org, month, "deposit_tenday", deposits.deposit_tenday(org, month, point))
    if opening.label in plan.snapshots:
        total = credit.credit_total(lines, customers, book.owed(operating=True), opening.last)
        _send(box, org, opening, "loan_account", loans.loan_account(book, opening, total))

    pools: dict[int, float] = {}
    for place, month in enumerate(plan.months):
        events = book.advance(month)
        credit.move_lines(lines, place, month, _owed(book), customers, rng)
        granted = events.loan[events.kind == loans.DISBURSE]
        credit.cover_loans(earlier, lines, *loans.lines_needed(book, granted))
        point = series[12 + place]
        if month.label in plan.registers:
            registers = {
                "admin_unit": bank.admin_unit(org, units, month),
                "segment_population": bank.segment_population(
                    org, units, subjects.docking, month, start
                ),
                "grid": bank.grid(org, units, month),
                "customer": cust.customer_register(fixed, customers, spread, month),
                "credit_line": credit.credit_line(org, customers, lines, earlier),
                "customer_archive": arch.customer_archive(
                    org, units, customers, archives, others, month
                ),
            }
            for ledger, columns in registers.items():
                _send(box, org, month, ledger, columns)
        if month.label in plan.snapshots:
            total = credit.credit_total(lines, customers, book.owed(operating=True), month.last)
            _send(box, org, month, "loan_account", loans.loan_account(book, month, total))
        if month.label in plan.flows:
            _send(box, org, month, "loan_event", loans.loan_event(book, month, events))
            _send(box, org, month, "deposit_tenday", deposits.deposit_tenday(org, month, point))
            gl = deposits.gl_balance(
                org,
                month,
                loans.balances_by_kind(book),
                int(point[2]),
                book.totals[month.year].interest,
                book.bad_balance,
            )
            _send(box, org, month, "gl_balance", gl)
        if month.label in plan.flows:
            rest.send(month, place, events)
        if month.number == 12:
            rise = _mean_rise(series, place)
            pools[month.year] = _pool(org, place, rise, book.totals[month.year])
    return book.book.count, pools, rest.people.count


class _Rest:
    """The ledgers of one branch that no loan depends on."""

    def __init__(
        self,
        box: Outbox,
        plan: _Plan,
        org: Org,
        units: bank.Units,
        customers: cust.Customers,
        archives: arch.Archives,
        others: arch.Archives,
        book: loans.LoanBook,
        seed: int,
        place: int,
    ) -> None:
        """Draw the people, points, holdings and cards of the branch."""
        streams = [np.random.default_rng([seed, place, k]) for k in range(3, 10)]
        self._box, self._org, self._units = box, org, units
        self._customers, self._book = customers, book
        start = plan.months[0]
        drawn = streams[0]
        self.people = people.make_people(org, units, start, place, drawn)
        self._points = points.make_points(units, customers, drawn, start, place % 3 != 0)
        self._held = holdings.make_holdings(customers, book.balance_by_customer(), start, drawn)
        assignments = self.people.assignments
        self._cards = holdings.make_cards(customers, archives, assignments, start, drawn)
        self._met = Engagements(units, archives, others, self.people, self._cards)
        self._streams = streams[1:]

    def send(self, month: Month, place: int, events: loans.Events) -> None:
        """Send one month, the ``place``-th of the window."""
        org, units, staff, book = self._org, self._units, self.people, self._book
        held, met, sold, ran, judged, booked = self._streams
        owed = book.balance_by_customer()
        ledgers = {
            "staff": people.staff(staff, month),
            "grid_assignment": people.grid_assignment(staff, month),
            "service_point": points.service_point(org, units, self._points, month),
            "workstation": points.workstation(org, units, month),
            "customer_deposit": holdings.customer_deposit(
                org, self._held, place, month, owed, held
            ),
            "card": holdings.card(org, self._cards, month, held),
            "engagement": self._met.of_month(org, book, month, met),
            "channel_activity": activity.channel_activity(org, month, ran),
            "product_sale": activity.product_sale(org, staff, self._customers.opened, month, sold),
            "business_participation": activity.business_participation(
                staff, book, month, events, sold
            ),
            "branch_expense": activity.branch_expense(org, month, ran),
            "incident": activity.incident(org, units, month, judged),
            "complaint": activity.complaint(org, month, judged),
            "service_check": activity.service_check(org, units, month, judged),
            "training": people.training(staff, month, booked),
            "personal_ledger": people.personal_ledger(staff, book, month, events, booked),
            "pay_paid": people.pay_paid(staff, month),
        }
        for ledger, columns in ledgers.items():
            _send(self._box, org, month, ledger, columns)


def _send(
    box: Outbox, org: Org, month: Month, ledger: str, columns: Mapping[str, ArrowColumn]
) -> None:
    box.send(ledger, org.org_id, month.label, columns, org.style)


def _owed(book: loans.LoanBook) -> IntArray:
    """Yuan lent that a line would cover: consumption for residents, operating for the others."""
    resident = book.customers.group == cust.RESIDENT
    return np.where(resident, book.owed(operating=False), book.owed(operating=True))


def _mean_rise(series: IntArray, place: int) -> float:
    """Fen by which the year's mean of ten-day points exceeds the year before."""
    now = series[place + 1 : place + 13]
    before = series[place - 11 : place + 1]
    return float(now.mean() - before.mean())


def _pool(org: Org, place: int, rise: float, year: YearTotals) -> float:
    """Rough pay pool in yuan, so that the approved total is of the right size."""
    rates = parameters.CONTENT_RATES
    kind = "content_rate_interest"
    if org.org_type == "business_dept":
        kind = "content_rate_interest_business_dept"
    earned = (
        max(rise, 0.0) * rates["content_rate_deposit"]
        + year.interest * rates[kind]
        + year.npl_recovery * rates["content_rate_npl_recovery"]
    ) / 1_000_000
    short = max(0.0, 0.99 * year.due - year.collected) / 100
    return max(0.0, earned - 0.1 * short)


def _send_head_office(
    box: Outbox, plan: _Plan, orgs: Sequence[Org], pools: dict[int, float]
) -> None:
    """Registers of head office; the approved total of a year is known in its December."""
    start = plan.months[0]
    style = FileStyle("xlsx") if plan.with_workbooks else FileStyle()
    for month in plan.months:
        if month.label not in plan.registers:
            continue
        approved = [
            (year, round(pool * 1.04 / 10_000) * 10_000)
            for year, pool in sorted(pools.items())
            if f"{year}-12" <= month.label
        ]
        for ledger, columns in (
            ("org_unit", bank.org_unit(orgs, month)),
            ("scheme_param", parameters.scheme_param(orgs, start, approved)),
            ("scheme_binding", bindings.scheme_binding(orgs, start)),
            ("calendar_override", parameters.calendar_override(start)),
        ):
            box.send(ledger, bank.ROOT_ID, month.label, columns, style)


def _send_plans(
    box: Outbox,
    plan: _Plan,
    orgs: Sequence[Org],
    headcounts: Sequence[int],
    rng: np.random.Generator,
) -> None:
    """Plans and scores, which head office sets for its branches."""
    style = FileStyle("xlsx") if plan.with_workbooks else FileStyle()
    for month in plan.months:
        if month.label not in plan.registers:
            continue
        branch_plan = plans.branch_plan(orgs, headcounts, plan.months[0], month)
        box.send("branch_plan", bank.ROOT_ID, month.label, branch_plan, style)
        scores = plans.qualitative_score(orgs, month, rng)
        box.send("qualitative_score", bank.ROOT_ID, month.label, scores, style)
