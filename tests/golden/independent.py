"""The figures of a month computed a second time, from the branches' files alone.

Plain Python over CSV and XLSX: no SQL, no data frames and nothing of the project is imported, so a
mistake in the warehouse is not repeated here. Everything is exact (fractions); rounding happens
once, where a figure is compared. The formulas follow the rule catalogue; the clause stands at each
function. Only what a complete set of files needs is here: reasons for absent sources are not.

What does not belong here: reading of the published build and comparison (``test_independent``).
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

Row = dict[str, Any]
Key = tuple[str, str, str]
"""Metric, organisation, segment."""

RENEWAL_WINDOW_DAYS = 30
NPL_CLASSES = {"次级", "可疑", "损失"}
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
CONTRACT_STATUS_CODES = {
    "正常": "active",
    "逾期": "in_arrears",
    "到期未还": "expired_unpaid",
    "结清": "settled",
    "核销": "written_off",
}
MILLION = 1_000_000
LEAF_BANDS = {
    "credit_le_1m": (0, MILLION),
    "credit_1m_5m": (MILLION, 5 * MILLION),
    "credit_5m_10m": (5 * MILLION, 10 * MILLION),
    "credit_10m_30m": (10 * MILLION, 30 * MILLION),
}
BANDS = {
    "credit_le_1m": ("credit_le_1m",),
    "credit_1m_5m": ("credit_1m_5m",),
    "credit_5m_10m": ("credit_5m_10m",),
    "credit_10m_30m": ("credit_10m_30m",),
    "credit_le_10m": ("credit_le_1m", "credit_1m_5m", "credit_5m_10m"),
    "credit_le_10m_no_bill": ("credit_le_1m", "credit_1m_5m", "credit_5m_10m"),
    "credit_le_30m": ("credit_le_1m", "credit_1m_5m", "credit_5m_10m", "credit_10m_30m"),
}


# -- the files --------------------------------------------------------------------------------


def as_text(cell: Any) -> str | None:
    """Text of a cell; an empty cell is None."""
    text = "" if cell is None else str(cell)
    return text or None


def as_date(cell: Any) -> dt.date | None:
    """Date of a cell: typed in a workbook, ISO text in CSV."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    return dt.date.fromisoformat(cell) if cell else None


def as_number(cell: Any) -> Fraction | None:
    """Exact number of a cell; a workbook's float stands for its shortest decimal."""
    if cell in (None, ""):
        return None
    return Fraction(Decimal(str(cell)))


def as_flag(cell: Any) -> bool | None:
    """Yes or no of a cell."""
    return {"是": True, "否": False, "": None, None: None}[cell]


Cast = Callable[[Any], Any]
COLUMNS: dict[str, dict[str, tuple[str, Cast]]] = {
    "org_unit": {
        "机构号": ("org", as_text),
        "机构类别": ("type", as_text),
        "成立日期": ("opened", as_date),
        "撤销日期": ("closed", as_date),
    },
    "admin_unit": {
        "村居代码": ("unit", as_text),
        "村居类型": ("kind", as_text),
        "机构号": ("org", as_text),
        "是否试点": ("is_pilot", as_flag),
        "试点开始日期": ("pilot_from", as_date),
    },
    "grid": {
        "网格层级": ("level", as_text),
        "村居代码": ("unit", as_text),
        "机构号": ("org", as_text),
        "上线日期": ("live", as_date),
        "撤销日期": ("closed", as_date),
    },
    "segment_population": {
        "村居代码": ("unit", as_text),
        "客群": ("segment", as_text),
        "机构号": ("org", as_text),
        "应建档户数": ("subjects", as_number),
    },
    "customer_archive": {
        "建档主体编号": ("subject", as_text),
        "客群": ("segment", as_text),
        "村居代码": ("unit", as_text),
        "机构号": ("org", as_text),
        "建档状态": ("status", as_text),
        "建档日期": ("opened", as_date),
        "有效期至": ("expiry", as_date),
    },
    "customer": {
        "客户号": ("customer", as_text),
        "借款主体类别": ("category", as_text),
        "企业规模": ("size", as_text),
        "是否农户": ("is_farm", as_flag),
        "是否农村集体经济组织": ("is_collective", as_flag),
        "是否农民专业合作社": ("is_cooperative", as_flag),
        "是否科创企业": ("is_tech", as_flag),
        "是否残疾人": ("is_disabled", as_flag),
    },
    "credit_line": {
        "客户号": ("customer", as_text),
        "授信种类": ("kind", as_text),
        "授信额度": ("amount", as_number),
        "授信开始日期": ("effective", as_date),
        "授信到期日期": ("expiry", as_date),
        "授信状态": ("status", as_text),
    },
    "loan_account": {
        "借据号": ("loan", as_text),
        "客户号": ("customer", as_text),
        "机构号": ("org", as_text),
        "贷款金额": ("amount", as_number),
        "贷款余额": ("balance", as_number),
        "发放日期": ("disbursed", as_date),
        "原到期日期": ("original_due", as_date),
        "到期日期": ("due", as_date),
        "五级分类": ("five_class", as_text),
        "合同状态": ("status", as_text),
        "发放类型": ("disbursement_kind", as_text),
        "担保方式": ("guarantee", as_text),
        "贷款用途": ("purpose", as_text),
        "是否涉农贷款": ("is_agri", as_flag),
        "是否小微企业贷款": ("is_small_micro", as_flag),
        "是否普惠型小微企业贷款": ("is_inclusive", as_flag),
        "是否票据融资": ("is_bill", as_flag),
        "是否创业担保贷款": ("is_startup", as_flag),
    },
    "loan_event": {
        "借据号": ("loan", as_text),
        "客户号": ("customer", as_text),
        "机构号": ("org", as_text),
        "发生日期": ("day", as_date),
        "业务类型": ("type", as_text),
        "本金金额": ("principal", as_number),
        "利息金额": ("interest", as_number),
        "年利率": ("rate", as_number),
    },
    "deposit_tenday": {
        "机构号": ("org", as_text),
        "旬末日期": ("day", as_date),
        "存款余额": ("balance", as_number),
    },
    "scheme_param": {
        "方案代码": ("scheme", as_text),
        "参数名": ("name", as_text),
        "适用机构号": ("org", as_text),
        "参数值": ("value", as_text),
        "生效日期": ("effective", as_date),
        "失效日期": ("expiry", as_date),
    },
    "scheme_binding": {
        "机构号": ("org", as_text),
        "方案代码": ("scheme", as_text),
        "生效日期": ("effective", as_date),
        "失效日期": ("expiry", as_date),
    },
}
_NAME = re.compile(r"(?P<ledger>[a-z_]+)_(?P<org>[^_]+)_(?P<month>\d{4}-\d{2})\.(csv|xlsx)")


def read_table(path: Path) -> list[list[Any]]:
    """Cells of an upload, header first; CSV in UTF-8 or GB18030, or the first sheet."""
    if path.suffix == ".xlsx":
        rows: list[list[Any]] = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return rows
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


@dataclass
class Inbox:
    """The files of a folder, read on demand."""

    folder: Path
    _files: dict[tuple[str, str], dict[str, Path]] = field(init=False)
    _rows: dict[Path, list[Row]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._files = defaultdict(dict)
        for path in sorted(self.folder.iterdir()):
            name = _NAME.fullmatch(path.name)
            if name is None:
                raise ValueError(f"unexpected file name {path.name}")
            self._files[name["ledger"], name["org"]][name["month"]] = path

    def of_month(self, ledger: str, month: str) -> list[Row]:
        """Rows that belong to one month: snapshots, flows, ten-day balances."""
        return [
            row
            for (name, _), files in self._files.items()
            if name == ledger and month in files
            for row in self._read(files[month], ledger)
        ]

    def in_force(self, ledger: str, month: str) -> list[Row]:
        """Rows of a register: of each organisation, its last file up to the month."""
        rows: list[Row] = []
        for (name, _), files in self._files.items():
            past = [m for m in files if m <= month]
            if name == ledger and past:
                rows += self._read(files[max(past)], ledger)
        return rows

    def _read(self, path: Path, ledger: str) -> list[Row]:
        if path not in self._rows:
            header, *lines = read_table(path)
            place = {title: header.index(title) for title in COLUMNS[ledger]}
            self._rows[path] = [
                {name: cast(line[place[title]]) for title, (name, cast) in COLUMNS[ledger].items()}
                for line in lines
            ]
        return self._rows[path]


# -- months -----------------------------------------------------------------------------------


def month_end(month: str) -> dt.date:
    """Last day of a month."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def month_before(month: str) -> str:
    """The month before."""
    return f"{month_end(month).replace(day=1) - dt.timedelta(days=1):%Y-%m}"


def year_to(month: str) -> list[str]:
    """January to the month."""
    return [f"{month[:5]}{n:02d}" for n in range(1, int(month[5:]) + 1)]


def half_up(value: Fraction | int | None, places: int) -> Decimal | None:
    """A figure rounded half up (away from zero), once."""
    if value is None:
        return None
    exact = Fraction(value) * 10**places
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    whole += 2 * rest >= exact.denominator
    with localcontext() as context:
        context.prec = 60
        return Decimal(whole if exact >= 0 else -whole).scaleb(-places)


# -- figures ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One figure, exact. A ratio without a denominator has no value but a reason.

    ``is_gap`` marks a difference: numerator and denominator hold the two figures compared.
    """

    numerator: Fraction | None
    denominator: Fraction | None
    value: Fraction | None
    reason: str | None = None
    is_gap: bool = False

    def published(self) -> tuple[Decimal | None, Decimal | None, Decimal | None, str | None]:
        """Numerator, denominator, value and reason as the table holds them: six decimals.

        A gap is the difference of the two rounded figures, so that the row adds up; where that is
        zero and the gap is negative, the last digit keeps the sign (AMB-019).
        """
        numerator, denominator = half_up(self.numerator, 6), half_up(self.denominator, 6)
        value = half_up(self.value, 6)
        if self.is_gap and self.value is not None and numerator is not None:
            value = numerator - (denominator or 0)
            if value == 0 and self.value < 0:
                value = Decimal("-0.000001")
        return numerator, denominator, value, self.reason


def amount(value: Fraction | int) -> Figure:
    """An amount or a count: denominator 1."""
    return Figure(Fraction(value), Fraction(1), Fraction(value))


def ratio(numerator: Fraction | int, denominator: Fraction | int) -> Figure:
    """A ratio; zero denominator leaves it without a value."""
    if denominator == 0:
        return Figure(Fraction(numerator), Fraction(0), None, "zero_denominator")
    over = Fraction(numerator) / Fraction(denominator)
    return Figure(Fraction(numerator), Fraction(denominator), over)


@dataclass(frozen=True)
class Loan:
    """A loan as S71 part I sees it at a month end: row attributes, borrower and credit band."""

    row: Row
    borrower: Row
    band: str


@dataclass(frozen=True)
class PayMonth:
    """Pay of one organisation for one month of the year, drivers cumulative from January."""

    deposit_net_increase: Fraction
    interest_income: Fraction
    npl_recovery: Fraction
    deposit_pay: Decimal
    interest_pay: Decimal
    npl_pay: Decimal
    cumulative_payable: Decimal
    paid_to_date: Decimal
    month_pay: Decimal

    @property
    def gross_pool(self) -> Decimal:
        """Deposit, interest and recovery pay (sal_step10)."""
        return self.deposit_pay + self.interest_pay + self.npl_pay


@dataclass(frozen=True)
class Settlement:
    """Year-end settlement of one organisation; the adjusted part only in December."""

    gross_pool: Decimal
    due: Fraction
    collected: Fraction
    deduction: Decimal
    net_pool: Decimal
    factor: Fraction | None
    adjusted: Decimal | None
    paid_to_date: Decimal
    settlement: Decimal | None


@dataclass(frozen=True)
class Target:
    """One goal of a scheme, ``target`` in the unit of the figure (ratio 0 to 1)."""

    scheme: str
    metric: str
    segment: str
    phase: str | None
    operator: str
    target: Fraction


@dataclass(frozen=True)
class Verdict:
    """What a target says about a figure; None with a reason where nothing can be said.

    ``value`` and ``gap`` are as published: the gap is the published value less the target.
    """

    value: Decimal | None
    gap: Decimal | None
    is_attained: bool | None
    reason: str | None


@dataclass
class Month:
    """All figures of one closed month."""

    inbox: Inbox
    month: str

    # -- organisations --

    @property
    def end(self) -> dt.date:
        """Last day of the month."""
        return month_end(self.month)

    @property
    def year_start(self) -> dt.date:
        """First of January."""
        return dt.date(self.end.year, 1, 1)

    @property
    def last_december(self) -> str:
        """December of last year."""
        return f"{self.end.year - 1}-12"

    @cached_property
    def bank(self) -> str:
        """Id of the root."""
        (root,) = (o["org"] for o in self._orgs if o["type"] == "法人机构")
        return str(root)

    @cached_property
    def branches(self) -> list[str]:
        """Ids of the organisations that are open and report for themselves."""
        return sorted(
            o["org"]
            for o in self._orgs
            if o["type"] != "法人机构"
            and (o["opened"] is None or o["opened"] <= self.end)
            and (o["closed"] is None or o["closed"] > self.end)
        )

    @cached_property
    def _orgs(self) -> list[Row]:
        return self.inbox.in_force("org_unit", self.month)

    def _scopes(self) -> Iterator[tuple[str, Callable[[Row], bool]]]:
        """The bank and every branch, with the test whether a row belongs to it."""
        yield self.bank, lambda row: True
        for branch in self.branches:
            yield branch, partial(_belongs, branch)

    # -- rows --

    @cached_property
    def loans(self) -> list[Row]:
        """Loan notes at the month end."""
        return self.inbox.of_month("loan_account", self.month)

    @cached_property
    def opening_loans(self) -> list[Row]:
        """Loan notes at last year's end."""
        return self.inbox.of_month("loan_account", self.last_december)

    @cached_property
    def events(self) -> list[tuple[str, Row]]:
        """Postings of the year to date, each with its month."""
        return [(m, e) for m in year_to(self.month) for e in self.inbox.of_month("loan_event", m)]

    def figures(self) -> dict[Key, Figure]:
        """Every figure of the month by metric, organisation and segment."""
        out: dict[Key, Figure] = {}
        for part in (
            self._grid,
            self._archive,
            self._loan_book,
            self._shares,
            self._quality,
            self._renewal,
            self._recovery,
            self._drivers,
            self._s71,
        ):
            for key, figure in part():
                if key in out:
                    raise ValueError(f"{key} twice")
                out[key] = figure
        return out

    # -- theme A: grid --

    def _grid(self) -> Iterator[tuple[Key, Figure]]:
        """Theme A with AMB-002: annual as increment; overlap and gap by administrative unit.

        A unit is new in the year of its first leaf grid; a grid that replaces a closed one does
        not make its unit new again.
        """
        units = self.inbox.in_force("admin_unit", self.month)
        running: dict[str, int] = defaultdict(int)
        first: dict[str, dt.date] = {}
        for grid in self.inbox.in_force("grid", self.month):
            if grid["level"] != "小网格" or grid["live"] is None or grid["live"] > self.end:
                continue
            unit = grid["unit"]
            first[unit] = min(grid["live"], first.get(unit, grid["live"]))
            running[unit] += grid["closed"] is None or grid["closed"] > self.end
        for org, belongs in self._scopes():
            mine = {u["unit"] for u in units if belongs(u)}
            covered = {u for u in mine if running[u]}
            new = {u for u in covered if first[u] >= self.year_start}
            pilots = {u["unit"] for u in units if belongs(u) and self._is_pilot(u)}
            everywhere = "all_units"
            yield ("grid_coverage_rate_annual", org, everywhere), ratio(len(new), len(mine))
            yield (
                ("grid_coverage_rate_cumulative", org, everywhere),
                ratio(len(covered), len(mine)),
            )
            yield (
                ("pilot_unit_coverage_rate", org, "village_and_community"),
                ratio(len(pilots), len(mine)),
            )
            crowded = {u for u in mine if running[u] > 1}
            yield ("grid_no_overlap_no_gap", org, "gap"), amount(len(mine - covered))
            yield ("grid_no_overlap_no_gap", org, "overlap"), amount(len(crowded))

    def _is_pilot(self, unit: Row) -> bool:
        return bool(unit["is_pilot"]) and unit["pilot_from"] <= self.end

    # -- theme B: archives --

    def _archive(self) -> Iterator[tuple[Key, Figure]]:
        """Theme B with AMB-005 to 007: pilot units, population frozen in January, pooled ratios."""
        kind_of = {
            u["unit"]: u["kind"]
            for u in self.inbox.in_force("admin_unit", self.month)
            if self._is_pilot(u)
        }
        population = self.inbox.in_force("segment_population", f"{self.end.year}-01")
        archives = [
            a
            for a in self.inbox.in_force("customer_archive", self.month)
            if a["status"] == "已建档"
            and a["opened"] <= self.end
            and (a["expiry"] is None or a["expiry"] >= self.end)
        ]
        for org, belongs in self._scopes():
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

                done = {a["subject"] for a in archives if counts(a)}
                subjects = sum((p["subjects"] for p in population if counts(p)), Fraction(0))
                yield ("archive_coverage_rate", org, segment), ratio(len(done), subjects)

    # -- theme E: balances, shares, growth --

    def _loan_book(self) -> Iterator[tuple[Key, Figure]]:
        for org, belongs in self._scopes():
            for segment in ("all", *CONTRACT_STATUS_CODES.values()):
                rows = [
                    r
                    for r in self.loans
                    if belongs(r) and segment in ("all", CONTRACT_STATUS_CODES[r["status"]])
                ]
                yield ("loan_count", org, segment), amount(len({r["loan"] for r in rows}))
                yield ("loan_amount", org, segment), amount(_sum(r["amount"] for r in rows))
            rows = [r for r in self.loans if belongs(r)]
            for metric, flag in (
                ("loan_balance", None),
                ("agri_loan_balance", "is_agri"),
                ("small_micro_loan_balance", "is_small_micro"),
                ("inclusive_small_micro_balance", "is_inclusive"),
            ):
                held = _sum(r["balance"] for r in rows if flag is None or r[flag])
                yield (metric, org, "all"), amount(held)

    def _shares(self) -> Iterator[tuple[Key, Figure]]:
        """Theme E: union with each loan once (AMB-018), growth of the total (AMB-019)."""
        tests: dict[str, Callable[[Row], bool]] = {
            "agri_union_small_micro": lambda r: r["is_agri"] or r["is_small_micro"],
            "agri": lambda r: r["is_agri"],
            "small_micro": lambda r: r["is_small_micro"],
        }
        for org, belongs in self._scopes():
            now = [r for r in self.loans if belongs(r)]
            then = [r for r in self.opening_loans if belongs(r)]
            whole, opening = (_sum(r["balance"] for r in rows) for rows in (now, then))
            parts = {name: _sum(r["balance"] for r in now if t(r)) for name, t in tests.items()}
            for name, part in parts.items():
                yield ("agri_sme_share", org, name), ratio(part, whole)
                before = _sum(r["balance"] for r in then if tests[name](r))
                key = ("agri_sme_growth_gap", org, name)
                growth = None if before == 0 else (part - before) / before
                growth_all = None if opening == 0 else (whole - opening) / opening
                if growth is None or growth_all is None:
                    yield key, Figure(growth, growth_all, None, "zero_denominator", True)
                else:
                    gap = growth - growth_all
                    yield key, Figure(growth, growth_all, gap, is_gap=True)
            naive = parts["agri"] + parts["small_micro"]
            yield ("agri_sme_share", org, "naive_sum"), ratio(naive, whole)

    # -- theme G: quality --

    def _quality(self) -> Iterator[tuple[Key, Figure]]:
        """Theme G: 损失 is non-performing (AMB-102); recovery is principal of loans bad before."""
        recovered: dict[str, Fraction] = defaultdict(Fraction)
        for _, org, value in self._npl_recoveries():
            recovered[org] += value
            recovered[self.bank] += value
        for org, belongs in self._scopes():
            rows = [r for r in self.loans if belongs(r)]
            bad = _sum(r["balance"] for r in rows if r["five_class"] in NPL_CLASSES)
            yield ("npl_balance", org, "all"), amount(bad)
            yield ("npl_ratio", org, "all"), ratio(bad, _sum(r["balance"] for r in rows))
            yield ("npl_recovery_amount", org, "all"), amount(recovered[org])

    def _npl_recoveries(self) -> Iterator[tuple[str, str, Fraction]]:
        """(month, branch, principal) of every repayment on a loan that was bad the month before."""
        bad: dict[str, set[str]] = {}
        for month, event in self.events:
            if month not in bad:
                before = self.inbox.of_month("loan_account", month_before(month))
                bad[month] = {r["loan"] for r in before if r["five_class"] in NPL_CLASSES}
            if event["loan"] in bad[month]:
                yield month, event["org"], _collected(event, "principal")

    # -- theme H: renewal and recovery --

    @cached_property
    def _latest_rows(self) -> dict[str, Row]:
        """Of every loan its latest row since January of last year."""
        months = [*year_to(self.last_december), *year_to(self.month)]
        return {r["loan"]: r for m in months for r in self.inbox.of_month("loan_account", m)}

    def _renewal(self) -> Iterator[tuple[Key, Figure]]:
        """``renewal_rate``: inclusive loans whose window ended in the month; alt-1 by amount."""
        window = dt.timedelta(days=RENEWAL_WINDOW_DAYS)
        inclusive = [r for r in self._latest_rows.values() if r["is_inclusive"]]
        of_customer: dict[str, list[Row]] = defaultdict(list)
        for row in inclusive:
            of_customer[row["customer"]].append(row)
        for metric, lag in (
            ("renewal_rate", window),
            ("renewal_rate_provisional", dt.timedelta(0)),
        ):
            cohort = []
            for row in inclusive:
                matures = row["due"] + lag
                if not self.end.replace(day=1) <= matures <= self.end:
                    continue
                owed = self._principal_due(row, row["due"] - window)
                renewed_by = [
                    new
                    for new in of_customer[row["customer"]]
                    if new["loan"] != row["loan"]
                    and row["due"] - window <= new["disbursed"] <= row["due"] + window
                ]
                if owed > 0:
                    cohort.append((row, owed, renewed_by))
            for org, belongs in self._scopes():
                mine = [entry for entry in cohort if belongs(entry[0])]
                customers = {row["customer"] for row, _, _ in mine}
                renewed = {row["customer"] for row, _, news in mine if news}
                yield (metric, org, "household"), ratio(len(renewed), len(customers))
                due = _sum(owed for _, owed, _ in mine)
                kept = Fraction(0)
                for customer in customers:
                    own = [entry for entry in mine if entry[0]["customer"] == customer]
                    lent = {n["loan"]: n["amount"] for _, _, news in own for n in news}
                    kept += min(_sum(lent.values()), _sum(owed for _, owed, _ in own))
                yield (metric, org, "amount"), ratio(kept, due)

    def _principal_due(self, row: Row, day: dt.date) -> Fraction:
        """Balance at the last month end before a day; the loan's amount when it is younger."""
        month = f"{day.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
        if row["disbursed"] > month_end(month):
            return Fraction(row["amount"])
        return self._balances(month).get(row["loan"], Fraction(0))

    def _balances(self, month: str) -> dict[str, Fraction]:
        if month not in self._balance_cache:
            rows = self.inbox.of_month("loan_account", month)
            self._balance_cache[month] = {r["loan"]: r["balance"] for r in rows}
        return self._balance_cache[month]

    @cached_property
    def _balance_cache(self) -> dict[str, dict[str, Fraction]]:
        return {}

    @cached_property
    def due_and_collected(self) -> dict[str, tuple[Fraction, Fraction]]:
        """``due_loan_recovery_rate``: principal of loans that fell due this year, and collected.

        Due is the balance at the start of the year and what was lent since; only cash counts as
        collected (AMB-030).
        """
        fell_due = {
            r["loan"]: r["org"]
            for r in self._latest_rows.values()
            if self.year_start <= r["original_due"] <= self.end
        }
        due: dict[str, Fraction] = defaultdict(Fraction)
        collected: dict[str, Fraction] = defaultdict(Fraction)
        for row in self.opening_loans:
            if row["loan"] in fell_due:
                due[fell_due[row["loan"]]] += row["balance"]
        for _, event in self.events:
            if event["loan"] in fell_due:
                org = fell_due[event["loan"]]
                collected[org] += _collected(event, "principal")
                if event["type"] == "发放":
                    due[org] += event["principal"]
        out = {b: (due[b], collected[b]) for b in self.branches}
        out[self.bank] = (_sum(due.values()), _sum(collected.values()))
        return out

    def _recovery(self) -> Iterator[tuple[Key, Figure]]:
        for org, (due, collected) in self.due_and_collected.items():
            yield ("due_loan_recovery_rate", org, "all"), ratio(collected, due)

    # -- theme P: drivers, pay, settlement --

    def _deposit_increase(self, branch: str, month: str) -> Fraction:
        """sal_step07: mean of the ten-day points to date less last year's 36-point mean."""
        now = [v for m in year_to(month) for v in self._points(branch, m)]
        base = [v for m in year_to(self.last_december) for v in self._points(branch, m)]
        if len(now) != 3 * int(month[5:]) or len(base) != 36:
            raise ValueError(f"{branch}: {len(now)} points to {month}, {len(base)} last year")
        return _sum(now) / len(now) - _sum(base) / len(base)

    def _points(self, branch: str, month: str) -> list[Fraction]:
        rows = self.inbox.of_month("deposit_tenday", month)
        return [r["balance"] for r in rows if r["org"] == branch]

    def _drivers(self) -> Iterator[tuple[Key, Figure]]:
        deposits = {b: self._deposit_increase(b, self.month) for b in self.branches}
        interest: dict[str, Fraction] = defaultdict(Fraction)
        for _, event in self.events:
            interest[event["org"]] += _collected(event, "interest")
        for metric, values in (
            ("deposit_tenday_avg_net_increase", deposits),
            ("interest_income", interest),
        ):
            for branch in self.branches:
                yield (metric, branch, "all"), amount(values[branch])
            yield (metric, self.bank, "all"), amount(_sum(values[b] for b in self.branches))

    def parameter(self, scheme: str, name: str, org: str) -> str | None:
        """Value of a parameter at the month end; an organisation's own row beats the bank's."""
        rows = {
            p["org"]: p["value"]
            for p in self.inbox.in_force("scheme_param", self.month)
            if (p["scheme"], p["name"]) == (scheme, name) and self._is_valid(p)
        }
        return rows.get(org, rows.get(self.bank))

    def _is_valid(self, row: Row) -> bool:
        return row["effective"] <= self.end and (row["expiry"] is None or row["expiry"] >= self.end)

    def bound(self, scheme: str) -> list[str]:
        """Open branches bound to a scheme at the month end."""
        bindings = self.inbox.in_force("scheme_binding", self.month)
        orgs = {b["org"] for b in bindings if b["scheme"] == scheme and self._is_valid(b)}
        return [b for b in self.branches if b in orgs]

    def pay(self) -> dict[tuple[str, str], PayMonth]:
        """sal_step10 to 13 by branch and month: interest in full, the rest at 70 %, rolling."""
        types = {o["org"]: o["type"] for o in self._orgs}
        recoveries = list(self._npl_recoveries())
        out: dict[tuple[str, str], PayMonth] = {}
        for org in self.bound("rcu_salary"):
            interest_name = "content_rate_interest"
            if types[org] == "营业部":
                interest_name += "_business_dept"
            rate = {
                name: Fraction(Decimal(self.parameter("rcu_salary", name, org) or "nan"))
                for name in ("content_rate_deposit", interest_name, "content_rate_npl_recovery")
            }
            paid = Decimal(0)
            for month in year_to(self.month):
                deposit = self._deposit_increase(org, month)
                interest = _sum(
                    _collected(e, "interest")
                    for m, e in self.events
                    if m <= month and e["org"] == org
                )
                npl = _sum(v for m, o, v in recoveries if m <= month and o == org)
                deposit_pay = _fen(
                    max(deposit, Fraction(0)) * rate["content_rate_deposit"] / 10_000
                )
                interest_pay = _fen(interest * rate[interest_name] / 10_000)
                npl_pay = _fen(npl * rate["content_rate_npl_recovery"] / 10_000)
                payable = _fen(Fraction(interest_pay) + Fraction(deposit_pay + npl_pay) * 7 / 10)
                before, paid = paid, max(paid, payable)
                out[org, month] = PayMonth(
                    deposit_net_increase=deposit,
                    interest_income=interest,
                    npl_recovery=npl,
                    deposit_pay=deposit_pay,
                    interest_pay=interest_pay,
                    npl_pay=npl_pay,
                    cumulative_payable=payable,
                    paid_to_date=paid,
                    month_pay=paid - before,
                )
        return out

    def settlements(self) -> dict[str, Settlement]:
        """sal_step14 and 16: deduct below 99 % first, then bring the sum to the approved total."""
        pay = self.pay()
        orgs = self.bound("rcu_salary")
        net: dict[str, Decimal] = {}
        deduction: dict[str, Decimal] = {}
        for org in orgs:
            due, collected = self.due_and_collected[org]
            short = max(due * 99 / 100 - collected, Fraction(0))
            deduction[org] = _fen(short / 10)
            net[org] = max(pay[org, self.month].gross_pool - deduction[org], Decimal(0))
        adjusted: Mapping[str, Decimal | None] = dict.fromkeys(orgs)
        factor = None
        if self.end.month == 12:
            approved = self.parameter("rcu_salary", "provincial_approved_total", self.bank)
            if approved is None:
                raise ValueError("the files have no approved total")
            adjusted = apportion(net, Decimal(approved))
            factor = Fraction(Decimal(approved)) / Fraction(sum(net.values()))
        out = {}
        for org in orgs:
            paid, share = pay[org, self.month].paid_to_date, adjusted[org]
            out[org] = Settlement(
                gross_pool=pay[org, self.month].gross_pool,
                due=self.due_and_collected[org][0],
                collected=self.due_and_collected[org][1],
                deduction=deduction[org],
                net_pool=net[org],
                factor=factor,
                adjusted=share,
                paid_to_date=paid,
                settlement=None if share is None else share - paid,
            )
        return out

    # -- S71 part I --

    def _s71(self) -> Iterator[tuple[Key, Figure]]:
        """S71_2024 表I, columns A to F: stock by the registers of the month, lending by the
        registers of the posting's month (一般说明 7)."""
        scopes = [(org, belongs) for org, belongs in self._scopes()]
        stock = [loan for loan in self._inclusive(self.month) if loan.row["balance"] > 0]
        lent: list[tuple[Row, Loan]] = []
        for month in year_to(self.month):
            loans = {loan.row["loan"]: loan for loan in self._inclusive(month, is_lending=True)}
            lent += [
                (event, loans[event["loan"]])
                for m, event in self.events
                if m == month and event["type"] == "发放" and event["loan"] in loans
            ]
        for row_name, is_in in S71_ROWS.items():
            for band, leaves in BANDS.items():
                segment = f"{row_name}.{band}"
                no_bill = band == "credit_le_10m_no_bill"

                def counts(
                    loan: Loan,
                    is_in: Callable[[Loan], bool] = is_in,
                    leaves: Sequence[str] = leaves,
                    no_bill: bool = no_bill,
                ) -> bool:
                    return (
                        loan.band in leaves
                        and is_in(loan)
                        and not (no_bill and loan.row["is_bill"])
                    )

                held = [loan for loan in stock if counts(loan)]
                new = [(event, loan) for event, loan in lent if counts(loan)]
                for org, belongs in scopes:
                    rows = [loan for loan in held if belongs(loan.row)]
                    posted = [(event, loan) for event, loan in new if belongs(event)]
                    # E adds up over bands and borrower categories (核对关系 E=E1+E2+E3+E4,
                    # [3]=[3.1]+[3.2]), so a customer that moved counts once in each.
                    borrowers = {
                        (e["customer"], loan.band, loan.borrower["category"]) for e, loan in posted
                    }
                    for metric, value in (
                        ("balance", _sum(x.row["balance"] for x in rows)),
                        ("customer_count", len({x.row["customer"] for x in rows})),
                        (
                            "npl_balance",
                            _sum(
                                x.row["balance"] for x in rows if x.row["five_class"] in NPL_CLASSES
                            ),
                        ),
                        ("disbursed_amount", _sum(e["principal"] for e, _ in posted)),
                        ("disbursed_customer_count", len(borrowers)),
                        (
                            "annualised_interest",
                            _sum(e["principal"] * e["rate"] for e, _ in posted),
                        ),
                    ):
                        yield (f"inclusive_loan_{metric}", org, segment), amount(value)

    def _inclusive(self, month: str, *, is_lending: bool = False) -> Iterator[Loan]:
        """Operating loans of customers with a credit total up to 30 million, with their band."""
        customers = {c["customer"]: c for c in self.inbox.in_force("customer", month)}
        loans = [r for r in self.inbox.of_month("loan_account", month) if r["purpose"] == "经营"]
        totals = self._credit_totals(month, loans, is_lending)
        for row in loans:
            for band, (above, limit) in LEAF_BANDS.items():
                if above < totals[row["customer"]] <= limit:
                    yield Loan(row, customers[row["customer"]], band)

    def _credit_totals(
        self, month: str, loans: Sequence[Row], is_lending: bool
    ) -> dict[str, Fraction]:
        """一般说明 7: the limits of a customer, or the larger of balances and amounts granted.

        A loan lent and repaid within the month was granted too when it was lent; at the month end
        it is no longer.
        """
        end = month_end(month)
        lines: dict[str, Fraction] = defaultdict(Fraction)
        for line in self.inbox.in_force("credit_line", month):
            is_running = line["effective"] <= end and (
                line["expiry"] is None or line["expiry"] >= end
            )
            if line["kind"] == "经营性" and line["status"] == "有效" and is_running:
                lines[line["customer"]] += line["amount"]
        owed: dict[str, Fraction] = defaultdict(Fraction)
        granted: dict[str, Fraction] = defaultdict(Fraction)
        for row in loans:
            owed[row["customer"]] += row["balance"]
            is_new = is_lending and row["disbursed"] >= end.replace(day=1)
            if row["balance"] > 0 or is_new:
                granted[row["customer"]] += row["amount"]
        return {c: lines[c] if c in lines else max(owed[c], granted[c]) for c in owed}

    # -- attainment --

    def attainment(
        self, figures: Mapping[Key, Figure], targets: Iterable[Target]
    ) -> dict[tuple[str, str, str, str], Verdict]:
        """Verdicts by organisation, scheme, metric and segment (AMB-104, AMB-110)."""
        out: dict[tuple[str, str, str, str], Verdict] = {}
        metrics = {key[0] for key in figures}
        for target in targets:
            bound = self.bound(target.scheme)
            if not bound:
                continue
            start = self.parameter(target.scheme, "plan_start_year", self.bank)
            if start is None:
                raise ValueError(f"{target.scheme} has no plan_start_year")
            phase = f"Y{self.end.year - int(start) + 1}"
            if target.metric not in metrics or target.phase not in (None, phase):
                continue
            for org in [*bound, self.bank]:
                is_mixed = org == self.bank and bound != self.branches
                figure = figures[target.metric, org, target.segment]
                key = (org, target.scheme, target.metric, target.segment)
                out[key] = judge(figure, target, is_mixed)
        return out


def judge(figure: Figure, target: Target, is_mixed: bool) -> Verdict:
    """One figure against one target, compared unrounded (AMB-104).

    ``=`` on a selection ratio asks for the number of units that the target gives, rounded half up.
    """
    _, _, value, reason = figure.published()
    if figure.value is None or value is None:
        return Verdict(None, None, None, "mixed_schemes" if is_mixed else reason)
    gap = half_up(Fraction(value) - target.target, 6)
    if is_mixed:
        return Verdict(value, gap, None, "mixed_schemes")
    if target.operator == ">=":
        return Verdict(value, gap, figure.value >= target.target, None)
    if target.operator == "=" and figure.numerator is not None and figure.denominator:
        enough = half_up(target.target * figure.denominator, 0)
        return Verdict(value, gap, figure.numerator >= Fraction(enough or 0), None)
    raise ValueError(f"operator {target.operator}")


def read_targets(path: Path) -> list[Target]:
    """Goals of the schemes, percentages as ratios."""
    out = []
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            if line["role_code"] != "goal":
                continue
            value = Fraction(Decimal(line["target"]))
            if line["unit"] in ("%", "pp"):
                value /= 100
            out.append(
                Target(
                    line["scheme_id"],
                    line["metric_id"],
                    line["metric_segment"],
                    line["phase"] or None,
                    line["operator"],
                    value,
                )
            )
    return out


def apportion(parts: Mapping[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    """Parts scaled to a total in fen; the fen left over go to the largest remainders."""
    whole = Fraction(sum(parts.values()))
    shares = {k: Fraction(v) * Fraction(total) * 100 / whole for k, v in parts.items()}
    fen = {k: int(v) for k, v in shares.items()}
    left = int(total * 100) - sum(fen.values())
    for k in sorted(shares, key=lambda k: shares[k] - fen[k], reverse=True)[:left]:
        fen[k] += 1
    return {k: Decimal(v) / 100 for k, v in fen.items()}


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _fen(value: Fraction) -> Decimal:
    rounded = half_up(value, 2)
    assert rounded is not None
    return rounded


def _belongs(org: str, row: Row) -> bool:
    return bool(row["org"] == org)


def _collected(event: Row, part: str) -> Fraction:
    """Cash of a posting: repayments, less those reversed."""
    sign = {"归还": 1, "还款冲正": -1}.get(event["type"], 0)
    return Fraction(sign * event[part])


def _is_enterprise(loan: Loan) -> bool:
    return loan.borrower["category"] == "企业法人" and loan.borrower["size"] in ("小型", "微型")


def _is_business_person(loan: Loan) -> bool:
    return loan.borrower["category"] in ("个体工商户", "小微企业主")


def _is_headline(loan: Loan) -> bool:
    """[6]: rows 1 and 3 up to 10 million, bills left out."""
    return (
        (_is_enterprise(loan) or _is_business_person(loan))
        and loan.band != "credit_10m_30m"
        and not loan.row["is_bill"]
    )


def _is_over_a_year(loan: Loan) -> bool:
    """Original term above one year (6.2)."""
    start = loan.row["disbursed"]
    day = min(start.day, calendar.monthrange(start.year + 1, start.month)[1])
    return bool(loan.row["original_due"] > dt.date(start.year + 1, start.month, day))


S71_ROWS: dict[str, Callable[[Loan], bool]] = {
    "small_micro_enterprise": _is_enterprise,
    "small_micro_enterprise_agri": lambda x: _is_enterprise(x) and x.row["is_agri"],
    "rural_collective": lambda x: _is_enterprise(x) and x.borrower["is_collective"],
    "farmer_cooperative": lambda x: _is_enterprise(x) and x.borrower["is_cooperative"],
    "tech_innovation": lambda x: _is_enterprise(x) and x.borrower["is_tech"],
    "enterprise_startup_guarantee": lambda x: _is_enterprise(x) and x.row["is_startup"],
    "other_organisation": lambda x: x.borrower["category"] == "其它组织",
    "individual_business_and_owner": _is_business_person,
    "individual_business": lambda x: x.borrower["category"] == "个体工商户",
    "small_micro_owner": lambda x: x.borrower["category"] == "小微企业主",
    "personal_startup_guarantee": lambda x: _is_business_person(x) and x.row["is_startup"],
    "disabled_startup_guarantee": lambda x: (
        _is_business_person(x) and x.row["is_startup"] and x.borrower["is_disabled"]
    ),
    "other_individual_non_farm": lambda x: (
        x.borrower["category"] == "其他个人" and not x.borrower["is_farm"]
    ),
    "inclusive_small_micro": _is_headline,
    "inclusive_small_micro_credit": lambda x: _is_headline(x) and x.row["guarantee"] == "信用",
    "inclusive_small_micro_medium_long_term": lambda x: _is_headline(x) and _is_over_a_year(x),
    "inclusive_small_micro_renewal_without_repayment": lambda x: (
        _is_headline(x) and x.row["disbursement_kind"] == "无还本续贷"
    ),
}
