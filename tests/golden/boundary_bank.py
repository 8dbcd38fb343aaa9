"""A bank of boundary cases: every date on its edge, every amount on its limit.

Here belong the files. Each case stands alone in a cell of the published table, so that the test that
names it can state the figure computed by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.golden.hand_made import ROOT, HandMadeBank, month_end, months

EAST, WEST = "2001", "2002"
YEAR = months("2025-01", "2025-12")
INCLUSIVE = {"is_small_micro": "是", "is_inclusive": "是"}
CONSUMPTION = {"purpose_code": "消费"}
ENTERPRISE = {"borrower_category_code": "企业法人", "enterprise_size_code": "微型"}
FARMER = {"is_farm_household": "是"}
_SIGN = {"发放": 1, "归还": -1, "还款冲正": 1, "以贷还贷结清": -1, "核销": -1}


@dataclass
class Note:
    """A loan note with its postings; monthly balances follow from them.

    Attributes:
        postings: (date, type, principal) with principal in yuan.
        changes: Month from which other attributes hold.
    """

    loan: str
    branch: str
    customer: str
    amount: int
    start: str
    due: str
    opening: int | None = None
    postings: tuple[tuple[str, str, int], ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    changes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.start >= "2025":
            self.opening = 0
            self.postings = ((self.start, "发放", self.amount), *self.postings)
        elif self.opening is None:
            self.opening = self.amount

    def row(self, month: str) -> dict[str, str] | None:
        """The note at a month end; None before it was lent."""
        end = month_end(month).isoformat()
        if self.start > end:
            return None
        balance = (self.opening or 0) + sum(
            _SIGN[kind] * principal for day, kind, principal in self.postings if day <= end
        )
        row = {
            "loan_id": self.loan,
            "customer_id": self.customer,
            "loan_amount": f"{self.amount}.00",
            "balance": f"{balance}.00",
            "disbursement_date": self.start,
            "original_due_date": self.due,
            "due_date": self.due,
            "contract_status_code": "正常" if balance else "结清",
            **self.attributes,
        }
        for since, change in self.changes.items():
            row |= change if month >= since else {}
        return row

    def events(self, month: str) -> list[dict[str, str]]:
        """Postings of a month; a disbursement carries its own rate."""
        return [
            {
                "loan_id": self.loan,
                "customer_id": self.customer,
                "event_date": day,
                "event_type_code": kind,
                "principal_amount": f"{principal}.00",
                **({"annual_rate": "0.0601"} if kind == "发放" else {}),
            }
            for day, kind, principal in self.postings
            if day.startswith(month)
        ]


def _renewal(customer: str, due: str, amount: int, *more: Note) -> list[Note]:
    start = f"{int(due[:4]) - 1}{due[4:]}"
    due_note = Note(f"{customer}-due", EAST, customer, amount, start, due, attributes=INCLUSIVE)
    return [due_note, *more]


def _new(customer: str, start: str, amount: int, **attributes: str) -> Note:
    return Note(
        f"{customer}-new",
        EAST,
        customer,
        amount,
        start,
        "2026-11-30",
        attributes={**INCLUSIVE, **attributes},
    )


def renewal_notes() -> list[Note]:
    """Loans due around the edges of the window of 30 days."""
    prepaid = Note(
        "R10-due", EAST, "R10", 9_000, "2024-11-12", "2025-11-12",
        postings=(("2025-09-20", "归还", 9_000),), attributes=INCLUSIVE,
    )  # fmt: skip
    partly = Note(
        "R5-due", EAST, "R5", 70_000, "2024-11-30", "2025-11-30",
        postings=(("2025-10-20", "归还", 50_000),), attributes=INCLUSIVE,
    )  # fmt: skip
    short = Note(
        "R6-due", EAST, "R6", 30_000, "2025-10-15", "2025-11-14",
        postings=(("2025-11-14", "归还", 30_000),), attributes=INCLUSIVE,
    )  # fmt: skip
    extended = Note(
        "R8-due", EAST, "R8", 8_000, "2024-11-15", "2025-11-15", attributes=INCLUSIVE,
        changes={"2025-11": {"due_date": "2026-03-15", "disbursement_kind_code": "展期"}},
    )  # fmt: skip
    elsewhere = Note(
        "R7-west", WEST, "R7", 60_000, "2024-11-06", "2025-11-06",
        postings=(("2025-11-06", "归还", 60_000),), attributes=INCLUSIVE,
    )  # fmt: skip
    return [
        *_renewal("R1", "2025-11-01", 100_000, _new("R1", "2025-10-02", 60_000)),
        *_renewal("R2", "2025-12-01", 80_000, _new("R2", "2025-12-31", 200_000)),
        *_renewal("R3", "2025-11-10", 50_000, _new("R3", "2025-10-10", 51_000)),
        *_renewal("R4", "2025-11-20", 40_000, _new("R4", "2025-12-21", 41_000)),
        partly,
        short,
        _new("R6", "2025-11-14", 25_000),
        *_renewal("R7", "2025-11-05", 50_000, _new("R7", "2025-11-05", 80_000)),
        elsewhere,
        extended,
        *_renewal("R9", "2025-11-25", 10_000, _new("R9", "2025-11-25", 11_000, is_inclusive="否")),
        prepaid,
    ]


def recovery_notes() -> list[Note]:
    """Loans of the western branch around the edges of the year; consumption, so in no S71 cell."""

    def note(
        name: str, due: str, amount: int, *postings: tuple[str, str, int], **changes: dict[str, str]
    ) -> Note:
        return Note(
            name, WEST, "Q", amount, "2023-06-01", due, postings=postings,
            attributes=CONSUMPTION, changes={k.replace("_", "-")[1:]: v for k, v in changes.items()},
        )  # fmt: skip

    return [
        note("Q1", "2025-01-01", 100_000, ("2025-01-10", "归还", 100_000)),
        note("Q2", "2025-12-31", 200_000, ("2025-12-31", "归还", 50_000)),
        note("Q3", "2026-01-01", 30_000, ("2025-12-31", "归还", 10_000)),
        note("Q4", "2024-12-31", 30_000, ("2025-01-01", "归还", 5_000)),
        note("Q5", "2025-05-01", 40_000, _2025_05={"due_date": "2026-05-01"}),
        note("Q6", "2025-03-01", 15_000, ("2025-04-01", "核销", 15_000)),
        note("Q7", "2025-03-01", 5_000, ("2025-03-01", "以贷还贷结清", 5_000)),
    ]


def recovered_bad_notes() -> list[Note]:
    """Repayments around a change of class; what counts is the class at the month end before."""

    def note(name: str, *postings: tuple[str, str, int], **changes: str) -> Note:
        classes = {k[1:].replace("_", "-"): {"five_class_code": v} for k, v in changes.items()}
        return Note(
            name, WEST, "Q", 50_000, "2023-06-01", "2028-06-01", postings=postings,
            attributes=CONSUMPTION, changes=classes,
        )  # fmt: skip

    return [
        note("N1", ("2025-12-15", "归还", 1_000), _2025_12="次级"),
        note("N2", ("2025-12-15", "归还", 2_000), _2025_06="可疑", _2025_12="正常"),
        note("N3", ("2025-11-05", "归还", 3_000), ("2025-11-06", "还款冲正", 500), _2025_01="损失"),
        note("N4", ("2025-12-15", "核销", 4_000), _2025_01="损失"),
        note("N5", ("2025-12-15", "归还", 7_000), _2025_01="关注"),
    ]


def form_notes() -> list[Note]:
    """Loans around the limits of S71 part I."""

    def open_note(customer: str, amount: int, balance: int, **attributes: str) -> Note:
        return Note(
            f"{customer}-1", EAST, customer, amount, "2024-06-01", "2027-06-01", opening=balance,
            attributes=attributes,
        )  # fmt: skip

    def lent(
        name: str, customer: str, day: str, amount: int, *postings: tuple[str, str, int]
    ) -> Note:
        return Note(name, WEST, customer, amount, day, "2027-03-01", postings=postings)

    return [
        # Borrower category changes in July, credit line unchanged.
        lent("KC-1", "KC", "2025-03-10", 100_000, ("2025-05-10", "归还", 100_000)),
        lent("KC-2", "KC", "2025-09-10", 200_000),
        # Credit line rises from 800 000 to 3 000 000 in July.
        lent("KB-1", "KB", "2025-03-10", 110_000),
        lent("KB-2", "KB", "2025-09-10", 300_000),
        # Becomes a medium enterprise in July.
        lent("KM-1", "KM", "2025-03-10", 150_000),
        # Lent and repaid within October, no line: only the loan itself says how much was approved.
        lent("KZ-1", "KZ", "2025-10-05", 3_000_000, ("2025-10-25", "归还", 3_000_000)),
        # The same beside an open loan, in November and in the month that is closed.
        Note("KY-1", WEST, "KY", 500_000, "2024-06-01", "2027-06-01"),
        lent("KY-2", "KY", "2025-11-05", 4_800_000, ("2025-11-20", "归还", 4_800_000)),
        Note("KX-1", WEST, "KX", 600_000, "2024-06-01", "2027-06-01"),
        lent("KX-2", "KX", "2025-12-05", 9_900_000, ("2025-12-20", "归还", 9_900_000)),
        open_note("T1", 1_700_000, 600_000),
        open_note("T2", 800_000, 700_000),
        open_note("T3", 1_000_000, 900_000),
        open_note("T4", 1_000_000, 910_000),
        open_note("T5", 6_000_000, 500_000),
        open_note("T6", 2_000_000, 100_000),
        Note("T6-2", EAST, "T6", 9_000_000, "2024-06-01", "2026-06-01", opening=0),
        open_note("T7", 20_000, 10_000, is_agri="否"),
    ]  # fmt: skip


def filler_notes() -> list[Note]:
    """Loans that bring the eastern branch to an agri-SME share of 0.7499996 and a growth gap of
    -0.0000004: both round to their target and both miss it."""
    others = [n for n in (*renewal_notes(), *form_notes()) if n.branch == EAST]

    def totals(month: str) -> tuple[int, int]:
        rows = [row for n in others if (row := n.row(month)) is not None]
        union = sum(int(row["balance"][:-3]) for row in rows if row.get("is_small_micro") == "是")
        return union, sum(int(row["balance"][:-3]) for row in rows) - union

    notes = []
    goals = {"2024-12": (149_999_968, 50_000_032), "2025-12": (187_499_900, 62_500_100)}
    for place, (name, flag) in enumerate((("GA", "是"), ("GP", "否"))):
        opening, closing = (goals[m][place] - totals(m)[place] for m in goals)
        notes.append(
            Note(
                name, EAST, "Q", 300_000_000, "2024-01-01", "2030-01-01", opening=opening,
                postings=(("2025-12-10", "还款冲正", closing - opening),),
                attributes={**CONSUMPTION, "is_agri": flag},
            )
        )  # fmt: skip
    return notes


def customers(month: str) -> dict[str, list[dict[str, str]]]:
    """Customers by branch; some change in July."""
    late = month >= "2025-07"
    east: dict[str, dict[str, str]] = {f"R{n}": FARMER for n in range(1, 11)}
    for name in ("T1", "T2", "T3", "T4", "T5", "T6"):
        east[name] = {**ENTERPRISE, "is_tech_innovation": "是"}
    east["T7"] = {**ENTERPRISE, "is_rural_collective": "是"}
    west = {
        "Q": FARMER,
        "KC": {"borrower_category_code": "小微企业主" if late else "个体工商户"},
        "KB": {"borrower_category_code": "其它组织"},
        "KM": {
            "borrower_category_code": "企业法人",
            "enterprise_size_code": "中型" if late else "小型",
            "is_cooperative": "是",
        },
        "KZ": {"borrower_category_code": "小微企业主"},
        "KY": {},
        "KX": {},
    }
    return {
        org: [{"customer_id": name, "branch_id": org, **row} for name, row in rows.items()]
        for org, rows in ((EAST, east), (WEST, west))
    }


def credit_lines(month: str) -> dict[str, list[dict[str, str]]]:
    """Credit lines by branch; one rises in July."""

    def line(number: str, customer: str, amount: str, **more: str) -> dict[str, str]:
        return {"credit_line_id": number, "customer_id": customer, "credit_amount": amount, **more}

    east = [
        line("L1", "T1", "1000000.00", expiry_date="2025-12-31"),
        line("L2", "T2", "1000000.01", effective_date="2025-12-31"),
        line("L3a", "T3", "29000000.00"),
        line("L3b", "T3", "1000000.00"),
        line("L4", "T4", "30000000.01"),
        line("L5", "T5", "2000000.00", expiry_date="2025-12-30"),
        line("L6a", "T6", "400000.00", status_code="冻结"),
        line("L6b", "T6", "300000.00", credit_kind_code="消费性"),
        line("L6c", "T6", "200000.00", effective_date="2026-01-01"),
    ]
    west = [
        line("L7", "KC", "500000.00"),
        line("L8", "KB", "3000000.00" if month >= "2025-07" else "800000.00"),
        line("L9", "KM", "500000.00"),
    ]
    return {
        org: [{"branch_id": org, **row} for row in rows]
        for org, rows in ((EAST, east), (WEST, west))
    }


UNITS = {
    "428999000001": (EAST, "社区", "2025-12-31"),  # CA: pilot from the last day
    "428999000002": (EAST, "社区", "2026-01-01"),  # CB: pilot from the day after
    "428999000003": (EAST, "行政村", "2025-03-01"),  # VA
    "428999000004": (EAST, "行政村", ""),  # VB
    "428999000005": (EAST, "行政村", ""),  # VC
    "428999000006": (WEST, "行政村", ""),  # VD
    "428999000007": (WEST, "行政村", ""),  # VE
}
CA, CB, VA, VB, VC, VD, VE = UNITS
LEAVES = (
    (CA, "2025-12-31", ""),  # live on the last day: covered
    (CB, "2025-01-01", ""),  # first day of the year: new in the year
    (VA, "2024-05-01", "2025-12-31"),  # closed on the last day: no longer covered
    (VB, "2023-05-01", "2025-06-30"),
    (VB, "2025-07-01", ""),  # replaces it: covered, but not new
    (VC, "2026-01-01", ""),  # planned
    (VD, "2025-02-01", ""),
    (VD, "2025-03-01", ""),  # overlap
)
POPULATION = (
    (CA, "社区居民", 10), (CA, "社区商户", 4), (CA, "小微企业", 2), (CA, "园区企业", 2),
    (CB, "社区居民", 8), (VA, "农户", 20), (VA, "小微企业", 3), (VB, "农户", 30),
    (VD, "农户", 10),
)  # fmt: skip
ARCHIVES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("H1", "社区居民", CA, {"expiry_date": "2025-12-31"}),
    ("H2", "社区居民", CA, {"expiry_date": "2025-12-30"}),
    ("H3", "社区居民", CA, {"opened_date": "2025-12-31"}),
    ("H4", "社区居民", CA, {}),
    ("H4", "社区居民", CA, {"opened_date": "2025-09-01"}),
    ("H5", "社区居民", CA, {"status_code": "采集中"}),
    ("H6", "社区居民", CA, {"status_code": "已注销"}),
    ("H7", "社区居民", CB, {}),
    ("M1", "社区商户", CA, {}),
    ("M1", "小微企业", CA, {}),
    ("K1", "园区企业", CA, {}),
    ("S1", "小微企业", VA, {}),
    ("S2", "小微企业", VA, {}),
    ("V1", "农户", VA, {}),
    ("V2", "农户", VA, {}),
    ("V3", "农户", VA, {}),
    ("V4", "农户", VB, {}),
    ("V5", "农户", VD, {}),
)


def all_notes() -> list[Note]:
    """Every loan note of the bank."""
    return [
        *renewal_notes(), *recovery_notes(), *recovered_bad_notes(), *form_notes(), *filler_notes(),
    ]  # fmt: skip


def write_boundary_bank(folder: Path) -> HandMadeBank:
    """Write all files of the year 2025; nothing is received yet."""
    bank = HandMadeBank(folder)
    orgs = [
        {"org_id": ROOT, "org_name": "边界银行", "org_type_code": "法人机构"},
        {"org_id": EAST, "org_name": "东支行", "parent_org_id": ROOT, "org_type_code": "支行"},
        {"org_id": WEST, "org_name": "西分理处", "parent_org_id": EAST, "org_type_code": "分理处"},
    ]
    bank.send("org_unit", ROOT, "2025-01", orgs)
    bank.send(
        "scheme_param",
        ROOT,
        "2025-01",
        [{"scheme_id": "sanxia_grid", "param_name": "plan_start_year", "param_value": "2025"}],
    )
    bank.send(
        "scheme_binding",
        ROOT,
        "2025-01",
        [{"org_id": org, "scheme_id": "sanxia_grid"} for org in (EAST, WEST)],
    )
    notes = all_notes()
    for org in (EAST, WEST):
        _send_places(bank, org)
        for month in ("2025-01", "2025-07"):
            bank.send("customer", org, month, customers(month)[org])
            bank.send("credit_line", org, month, credit_lines(month)[org])
        for month in months("2024-01", "2025-12"):
            bank.send_deposits(org, month, [1_000_000, 1_100_000, 1_200_000])
        for month in ("2024-12", *YEAR):
            rows = [row for n in notes if n.branch == org and (row := n.row(month)) is not None]
            bank.send_loans(org, month, rows)
        for month in YEAR:
            rows = [row for n in notes if n.branch == org for row in n.events(month)]
            anchor = {"loan_id": "Q3" if org == WEST else "GA", "customer_id": "Q"}
            interest = {
                "event_date": month_end(month).isoformat(),
                "event_type_code": "归还",
                "interest_amount": "12.34",
            }
            bank.send_events(org, month, [{**anchor, **interest}, *rows])
    return bank


def _send_places(bank: HandMadeBank, org: str) -> None:
    """Units, grids, populations and archives of a branch."""
    units = []
    for unit, (owner, kind, pilot_from) in UNITS.items():
        if owner == org:
            units.append(
                {"admin_unit_id": unit, "admin_unit_name": unit, "unit_kind_code": kind,
                 "branch_id": org, "is_urban": "否", "is_pilot": "是" if pilot_from else "否",
                 "pilot_from_date": pilot_from}
            )  # fmt: skip
    bank.send("admin_unit", org, "2025-01", units)
    grid = {"grid_class_code": "农村", "branch_id": org}
    grids = [
        {"grid_id": f"B{u['admin_unit_id']}", "grid_name": "大网格", "grid_level_code": "大网格",
         "admin_unit_id": u["admin_unit_id"], "live_date": "2024-01-01", **grid}
        for u in units
    ]  # fmt: skip
    for number, (unit, live, closed) in enumerate(LEAVES):
        if UNITS[unit][0] == org:
            grids.append(
                {"grid_id": f"L{number}", "grid_name": "小网格", "parent_grid_id": f"B{unit}",
                 "grid_level_code": "小网格", "admin_unit_id": unit, "live_date": live,
                 "closed_date": closed, **grid}
            )  # fmt: skip
    bank.send("grid", org, "2025-01", grids)
    for month, factor in (("2025-01", 1), ("2025-07", 3)):
        counts = [
            {"admin_unit_id": unit, "segment_code": segment, "branch_id": org,
             "subject_count": str(count * factor)}
            for unit, segment, count in POPULATION
            if UNITS[unit][0] == org
        ]  # fmt: skip
        bank.send("segment_population", org, month, counts)
    archives = [
        {"archive_id": f"A{number}", "subject_id": subject, "segment_code": segment,
         "admin_unit_id": unit, "branch_id": org, "status_code": "已建档",
         "opened_date": "2025-05-01", **more}
        for number, (subject, segment, unit, more) in enumerate(ARCHIVES)
        if UNITS[unit][0] == org
    ]  # fmt: skip
    bank.send("customer_archive", org, "2025-12", archives)
