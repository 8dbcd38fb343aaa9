"""A branch that closes during the year: what it earned before stays in the bank's year."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.golden import published
from tests.golden.hand_made import ROOT, HandMadeBank
from tests.made_once import made_once

OPEN, CLOSED = "3001", "3002"


def _orgs(**closed: str) -> list[dict[str, str]]:
    branch = {"parent_org_id": ROOT, "org_type_code": "支行", "opened_date": "2000-01-01"}
    return [
        {"org_id": ROOT, "org_name": "示例银行", "org_type_code": "法人机构"},
        {"org_id": OPEN, "org_name": "东支行", **branch},
        {"org_id": CLOSED, "org_name": "西支行", **branch, **closed},
    ]


def _note(loan: str) -> dict[str, str]:
    return {
        "loan_id": loan, "customer_id": f"C{loan}", "loan_amount": "1000.00", "balance": "1000.00",
        "disbursement_date": "2022-01-01", "original_due_date": "2028-01-01",
        "due_date": "2028-01-01",
    }  # fmt: skip


def _interest(loan: str, day: str, yuan: str) -> dict[str, str]:
    return {
        "loan_id": loan, "customer_id": f"C{loan}", "event_date": day,
        "event_type_code": "归还", "interest_amount": yuan,
    }  # fmt: skip


def _make(folder: Path) -> dict[str, Any]:
    bank = HandMadeBank(folder / "bank")
    bank.send("org_unit", ROOT, "2025-01", _orgs())
    bank.send("org_unit", ROOT, "2025-02", _orgs(closed_date="2025-02-15"))
    for month in ("2024-12", "2025-01"):
        bank.send_loans(OPEN, month, [_note("E")])
        bank.send_loans(CLOSED, month, [_note("W")])
    # On closing, the loan and its borrower move to the other branch.
    bank.send_loans(OPEN, "2025-02", [_note("E"), _note("W")])
    bank.send("customer", OPEN, "2025-01", [{"customer_id": "CE", "branch_id": OPEN}])
    bank.send("customer", CLOSED, "2025-01", [{"customer_id": "CW", "branch_id": CLOSED}])
    moved = [{"customer_id": name, "branch_id": OPEN} for name in ("CE", "CW")]
    bank.send("customer", OPEN, "2025-02", moved)
    bank.send_events(OPEN, "2025-01", [_interest("E", "2025-01-31", "10.00")])
    bank.send_events(CLOSED, "2025-01", [_interest("W", "2025-01-31", "7.00")])
    bank.send_events(CLOSED, "2025-02", [_interest("W", "2025-02-14", "3.00")])
    bank.send_events(
        OPEN,
        "2025-02",
        [_interest("E", "2025-02-28", "10.00"), _interest("W", "2025-02-28", "4.00")],
    )
    bank.receive()
    bank.close("2025-02")
    with bank.published("2025-02") as con:
        values = published.metric_values(con)
    return {
        "interest": {
            org: str(figure[2])
            for (metric, org, _), figure in values.items()
            if metric == "interest_income"
        }
    }


@pytest.fixture(scope="module")
def interest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Decimal]:
    """Interest income of the year to February by organisation."""
    made = made_once(tmp_path_factory, "closed_branch", _make)
    return {org: Decimal(value) for org, value in made["interest"].items()}


def test_the_month_in_which_a_branch_closes_can_be_closed(interest: dict[str, Decimal]) -> None:
    assert interest[OPEN] == 10 + 10 + 4


def test_the_bank_keeps_what_the_closed_branch_earned(interest: dict[str, Decimal]) -> None:
    assert interest[ROOT] == 10 + 7 + 3 + 10 + 4
