"""The worked example of the salary pool, from ledger files to the last cent.

The example stands in the rule catalogue under theme P (items 1 to 4 and 9): three organisations,
made-up rates, every figure computed by hand. Here its drivers are turned into deposits, loan notes
and postings, received and closed.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.golden import published
from tests.golden.hand_made import ROOT, HandMadeBank, month_end, months
from tests.golden.independent.files import Inbox
from tests.golden.independent.month import Month
from tests.golden.independent.pay import apportion, pay, settlements
from tests.made_once import made_once

JIA, YI, BING = "1001", "1002", "1003"
NAMES = {JIA: "甲", YI: "乙", BING: "丙"}
YEAR = months("2025-01", "2025-12")
PAST = months("2024-01", "2024-12")
WAN = 10_000
# Ten-day deposits above last year's level, in 万元, for each month. 甲: the mean to January is
# 1 000, to February 1 300 and over the year 4 400; 乙 6 000 and 丙 5 000 over the year.
DEPOSIT_ABOVE = {
    JIA: [1_000, 1_600] + [5_020] * 10,
    YI: [5_000] * 6 + [7_000] * 6,
    BING: [5_000] * 12,
}
DEPOSIT_BASE = {JIA: 20_000, YI: 50_000, BING: 60_000}
# Interest and recovered principal in 万元 for each month.
INTEREST = {JIA: [80, 85] + [78] * 10, YI: [100] * 12, BING: [125] * 12}
RECOVERED = {JIA: ["20", "15"] + ["20.5"] * 10, YI: ["25", "25"] + ["0"] * 10, BING: ["10"] * 10}
# Due in the year: opening balance and, for 乙, 1 000 万 lent and due in the year.
DUE = {JIA: 10_000, YI: 7_000, BING: 12_000}
COLLECTED = {JIA: 9_850, YI: 6_960, BING: 11_880}
RATES = {
    "content_rate_deposit": "30",
    "content_rate_interest": "200",
    "content_rate_interest_business_dept": "150",
    "content_rate_npl_recovery": "300",
}


def yuan(wan: int | str | Decimal) -> str:
    """万元 as the text of a money cell."""
    return f"{Decimal(wan) * WAN:.2f}"


def loans(org: str, month: str) -> list[dict[str, str]]:
    """Loan notes of an organisation at a month end.

    ``W`` earns interest and falls due much later, ``N`` is non-performing and fell due last year,
    ``D`` falls due in June: a part is collected, the rest extended (甲), still open (乙) or settled by a
    new loan (丙). ``S`` (乙 only) is lent in February and repaid in August.
    """
    place = len([m for m in YEAR if m <= month])
    recovered = sum((Decimal(x) for x in RECOVERED[org][:place]), Decimal(0))
    is_due = month >= "2025-06"
    rest = 0 if org == BING else DUE[org] - COLLECTED[org]
    rows = [
        {"loan_id": f"W{org}", "loan_amount": yuan(20_000), "balance": yuan(20_000),
         "disbursement_date": "2023-03-01", "original_due_date": "2028-03-01",
         "due_date": "2028-03-01"},
        {"loan_id": f"N{org}", "loan_amount": yuan(600), "balance": yuan(500 - recovered),
         "disbursement_date": "2022-06-30", "original_due_date": "2024-06-30",
         "due_date": "2024-06-30", "five_class_code": "次级", "contract_status_code": "到期未还"},
        {"loan_id": f"D{org}", "loan_amount": yuan(DUE[org]),
         "balance": yuan(rest if is_due else DUE[org]), "disbursement_date": "2024-06-30",
         "original_due_date": "2025-06-30", "due_date": "2025-06-30"},
    ]  # fmt: skip
    if is_due and org == JIA:
        rows[2] |= {"due_date": "2026-06-30", "five_class_code": "关注"}
    if is_due and org == YI:
        rows[2] |= {"contract_status_code": "到期未还", "five_class_code": "关注"}
    if is_due and org == BING:
        rows[2] |= {"contract_status_code": "结清"}
        rows.append(
            {"loan_id": "R1003", "prev_loan_id": "D1003", "disbursement_kind_code": "借新还旧",
             "loan_amount": yuan(120), "balance": yuan(120), "disbursement_date": "2025-06-30",
             "original_due_date": "2026-06-30", "due_date": "2026-06-30"}
        )  # fmt: skip
    if org == YI and month >= "2025-02":
        is_repaid = month >= "2025-08"
        rows.append(
            {"loan_id": "S1002", "loan_amount": yuan(1_000),
             "balance": yuan(0 if is_repaid else 1_000), "disbursement_date": "2025-02-10",
             "original_due_date": "2025-08-20", "due_date": "2025-08-20",
             "contract_status_code": "结清" if is_repaid else "正常"}
        )  # fmt: skip
    return [{"customer_id": f"C{org}", **row} for row in rows]


def events(org: str, month: str) -> list[dict[str, str]]:
    """Postings of a month: interest (1 万元 too much, then reversed), recoveries, due loans."""
    place = YEAR.index(month)
    day = month_end(month).isoformat()
    rows = [
        {"loan_id": f"W{org}", "event_type_code": "归还",
         "interest_amount": yuan(INTEREST[org][place] + 1)},
        {"loan_id": f"W{org}", "event_type_code": "还款冲正", "interest_amount": yuan(1)},
    ]  # fmt: skip
    recovered = RECOVERED[org][place] if place < len(RECOVERED[org]) else "0"
    if recovered != "0":
        rows.append(
            {"loan_id": f"N{org}", "event_type_code": "归还", "principal_amount": yuan(recovered)}
        )
    if month == "2025-06":
        rows.append(
            {"loan_id": f"D{org}", "event_type_code": "归还",
             "principal_amount": yuan(COLLECTED[org])}
        )  # fmt: skip
    if (org, month) == (BING, "2025-06"):
        rows += [
            {"loan_id": "R1003", "event_type_code": "发放", "principal_amount": yuan(120),
             "annual_rate": "0.05"},
            {"loan_id": "D1003", "event_type_code": "以贷还贷结清", "principal_amount": yuan(120)},
        ]  # fmt: skip
    if (org, month) == (YI, "2025-02"):
        rows.append(
            {"loan_id": "S1002", "event_type_code": "发放", "principal_amount": yuan(1_000),
             "annual_rate": "0.05"}
        )  # fmt: skip
    if (org, month) == (YI, "2025-08"):
        rows.append(
            {"loan_id": "S1002", "event_type_code": "归还", "principal_amount": yuan(1_000)}
        )
    return [{"customer_id": f"C{org}", "event_date": day, **row} for row in rows]


def parameters(rates: dict[str, str], **more: str) -> list[dict[str, str]]:
    """Parameters of rcu_salary for the whole bank."""
    return [
        {"scheme_id": "rcu_salary", "param_name": name, "param_value": value}
        for name, value in {"plan_start_year": "2025", **rates, **more}.items()
    ]


def write_bank(bank: HandMadeBank) -> None:
    """All files of the three organisations but the parameters of December."""
    orgs = [{"org_id": ROOT, "org_name": "示例联社", "org_type_code": "法人机构"}]
    types = {JIA: "支行", YI: "支行", BING: "营业部"}
    for org, name in NAMES.items():
        is_urban = {"is_urban_union": "是"} if org == YI else {}
        orgs.append(
            {"org_id": org, "org_name": name, "parent_org_id": ROOT, "org_type_code": types[org],
             "opened_date": "2000-01-01", **is_urban}
        )  # fmt: skip
    bank.send("org_unit", ROOT, "2025-01", orgs)
    bank.send("scheme_param", ROOT, "2025-01", parameters(RATES))
    bank.send(
        "scheme_binding",
        ROOT,
        "2025-01",
        [{"org_id": org, "scheme_id": "rcu_salary"} for org in NAMES],
    )
    for org in NAMES:
        base = DEPOSIT_BASE[org] * WAN
        for month in PAST:
            bank.send_deposits(org, month, [base - 5_000_000, base, base + 5_000_000])
        bank.send_loans(org, "2024-12", loans(org, "2024-12"))
        for month, above in zip(YEAR, DEPOSIT_ABOVE[org], strict=True):
            level = base + above * WAN
            bank.send_deposits(org, month, [level + 1, level, level - 1])
            bank.send_loans(org, month, loans(org, month))
            bank.send_events(org, month, events(org, month))


# December's parameters for each case; the bank is received once and its year closed for each. The
# last case is the one that stays in the inbox.
CASES: dict[str, list[dict[str, str]]] = {
    "down": parameters(RATES, provincial_approved_total="1123850"),
    "adjust first": parameters(
        RATES, provincial_approved_total="1242150", adjust_order="adjust_first"
    ),
    "total wages": [
        *parameters(
            RATES,
            provincial_approved_total="1908150",
            approved_scope="total",
            base_wage_per_head_month="1500",
        ),
        *(
            {"scheme_id": "rcu_salary", "param_name": "establishment_headcount", "org_id": org,
             "param_value": posts}
            for org, posts in ((JIA, "10"), (YI, "12"), (BING, "15"))
        ),
    ],
    "rate missing": parameters(
        {k: v for k, v in RATES.items() if k != "content_rate_interest_business_dept"},
        provincial_approved_total="1242150",
    ),
    "up": parameters(RATES, provincial_approved_total="1242150"),
}  # fmt: skip


def _make(folder: Path) -> dict[str, Any]:
    bank = HandMadeBank(folder / "bank", outputs=("pay_statement",))
    write_bank(bank)
    bank.receive()
    made: dict[str, Any] = {
        "folder": str(bank.folder),
        "month": {},
        "settlement": {},
        "outputs": {},
    }
    for case, rows in CASES.items():
        bank.receive(bank.send("scheme_param", ROOT, "2025-12", rows))
        made["outputs"][case] = bank.close("2025-12")
        with bank.published("2025-12") as con:
            for name in ("month", "settlement"):
                found = published.table(con, f"pay.main.pay_{name}")
                made[name][case] = [
                    {k: None if v is None else str(v) for k, v in row.items()} for row in found
                ]
    return made


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The published pay of every case."""
    return made_once(tmp_path_factory, "pay_example", _make)


def settled(example: dict[str, Any], case: str, column: str) -> dict[str, Any]:
    """One column of the settlement for 甲, 乙 and 丙; numbers exact."""
    rows = example["settlement"][case]
    assert len(rows) == len(NAMES)
    found = {NAMES[row["org_id"]]: row[column] for row in rows}
    is_text = column in ("reason_code", "case_deduction_reason")
    return {k: v if v is None or is_text else Decimal(v) for k, v in found.items()}


def paid(example: dict[str, Any], case: str, org: str, month: str) -> dict[str, Any]:
    """One month of an organisation; numbers exact."""
    (row,) = (r for r in example["month"][case] if (r["org_id"], r["month"]) == (org, month))
    text = ("org_id", "month", "reason_code")
    return {k: v if k in text or v is None else Decimal(v) for k, v in row.items()}


def all_three(*amounts: str) -> dict[str, Decimal]:
    """Amounts of 甲, 乙 and 丙."""
    return dict(zip(NAMES.values(), map(Decimal, amounts), strict=True))


def test_drivers_are_those_of_the_example(example: dict[str, Any]) -> None:
    drivers = {
        NAMES[org]: tuple(
            paid(example, "up", org, "2025-12")[name] / WAN
            for name in ("deposit_net_increase_yuan", "interest_income_yuan", "npl_recovery_yuan")
        )
        for org in NAMES
    }
    assert drivers == {"甲": (4_400, 945, 240), "乙": (6_000, 1_200, 50), "丙": (5_000, 1_500, 100)}


def test_item_1_the_gross_pool(example: dict[str, Any]) -> None:
    assert settled(example, "up", "gross_pool") == all_three("393000", "435000", "405000")
    jia = paid(example, "up", JIA, "2025-12")
    assert (jia["deposit_pay"], jia["interest_pay"], jia["npl_pay"]) == (132_000, 189_000, 72_000)
    bing = paid(example, "up", BING, "2025-12")
    assert bing["interest_pay"] == 225_000, "营业部 has its own rate for interest"


def test_item_2_interest_is_paid_in_full_and_the_rest_at_seventy_percent(
    example: dict[str, Any],
) -> None:
    columns = ("deposit_pay", "interest_pay", "npl_pay", "cumulative_payable", "month_pay")
    january = paid(example, "up", JIA, "2025-01")
    assert [january[c] for c in columns] == [30_000, 16_000, 6_000, 41_200, 41_200]
    february = paid(example, "up", JIA, "2025-02")
    assert [february[c] for c in columns] == [39_000, 33_000, 10_500, 67_650, 26_450]
    assert paid(example, "up", JIA, "2025-12")["cumulative_payable"] == 331_800
    assert settled(example, "up", "paid_to_date")["甲"] == 331_800


def test_item_3_a_tenth_of_what_is_short_of_ninety_nine_percent_is_deducted(
    example: dict[str, Any],
) -> None:
    assert settled(example, "up", "recovery_due_principal") == all_three(
        "100000000", "80000000", "120000000"
    )
    assert settled(example, "up", "recovery_rate") == all_three("0.985", "0.995", "0.99")
    assert settled(example, "up", "recovery_deduction") == all_three("50000", "0", "0")
    assert settled(example, "up", "net_pool") == all_three("343000", "435000", "405000")


def test_item_4_pools_rise_to_the_approved_total(example: dict[str, Any]) -> None:
    assert set(settled(example, "up", "adjustment_factor").values()) == {Decimal("1.05")}
    assert settled(example, "up", "adjusted_pool") == all_three("360150", "456750", "425250")


def test_item_4_pools_fall_to_the_approved_total(example: dict[str, Any]) -> None:
    assert set(settled(example, "down", "adjustment_factor").values()) == {Decimal("0.95")}
    assert settled(example, "down", "adjusted_pool") == all_three("325850", "413250", "384750")


def test_item_4_base_wages_leave_an_approved_total_of_all_wages(example: dict[str, Any]) -> None:
    # 37 posts x 1 500 x 12 = 666 000; 1 908 150 - 666 000 = 1 242 150.
    assert settled(example, "total wages", "adjusted_pool") == all_three(
        "360150", "456750", "425250"
    )


def test_item_4_adjusting_before_deducting_gives_another_pool(example: dict[str, Any]) -> None:
    pools = settled(example, "adjust first", "adjusted_pool")
    assert pools["甲"] == Decimal("345916.42")
    assert sum(pools.values()) + 50_000 == Decimal("1242150")


def test_item_9_the_settlement_is_what_is_left_and_may_be_negative(example: dict[str, Any]) -> None:
    assert settled(example, "up", "settlement")["甲"] == 28_350
    assert settled(example, "down", "settlement")["甲"] == -5_950


def test_a_missing_rate_is_named_and_never_assumed(example: dict[str, Any]) -> None:
    reason = "missing_parameter:content_rate_interest_business_dept"
    bing = paid(example, "rate missing", BING, "2025-12")
    assert (bing["interest_pay"], bing["gross_pool"], bing["month_pay"]) == (None, None, None)
    assert bing["reason_code"] == reason
    assert paid(example, "rate missing", JIA, "2025-12")["gross_pool"] == 393_000
    assert settled(example, "rate missing", "settlement") == dict.fromkeys(NAMES.values())
    assert settled(example, "rate missing", "reason_code")["丙"] == reason


def test_the_statement_is_emitted_or_refused_by_the_name_of_the_rate(
    example: dict[str, Any],
) -> None:
    assert example["outputs"]["up"] == {"pay_statement": "emitted"}
    refused = example["outputs"]["rate missing"]["pay_statement"]
    assert "missing_parameter:content_rate_interest_business_dept" in refused


def test_the_second_computation_knows_the_example_too(example: dict[str, Any]) -> None:
    bank = HandMadeBank(Path(example["folder"]))
    month = Month(Inbox(bank.inbox), "2025-12")
    settled_up = settlements(month)
    assert [settled_up[o].adjusted for o in NAMES] == [360_150, 456_750, 425_250]
    assert settled_up[JIA].settlement == 28_350
    assert pay(month)[JIA, "2025-02"].month_pay == 26_450


def test_the_second_computation_gives_left_over_fen_to_the_largest_remainders() -> None:
    # In fen: 28 994 084.58, 36 770 923.59, 34 234 997.83. Two are left over; plain rounding would
    # hand out three.
    net = all_three("343000", "435000", "405000")
    pools = apportion(net, Decimal("1000000.06"))
    assert pools == all_three("289940.84", "367709.24", "342349.98")
