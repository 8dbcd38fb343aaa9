"""Every rule with a predicate has a passing and a failing example at a known row and cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectations.contract import Contract
from expectations.rule import RuleBook
from pipelines.landing.header import column_letter
from tests.uploads import VALID, as_csv, places

# rule -> (ledger, what makes the valid row offend, the column the finding points to)
FAILING: dict[str, tuple[str, dict[str, str], str]] = {
    "JT-ORG-0001": ("org_unit", {"opened_date": "2020-05-01", "closed_date": "2020-04-30"}, "closed_date"),
    "JT-ADMN-0001": ("admin_unit", {"pilot_from_date": ""}, "pilot_from_date"),
    "JT-GRID-0001": ("grid", {"parent_grid_id": ""}, "parent_grid_id"),
    "JT-GRID-0002": ("grid", {"closed_date": "2025-01-31"}, "closed_date"),
    "JT-CUST-0001": ("customer", {"borrower_category_code": "企业法人", "id_type_code": ""}, "enterprise_size_code"),
    "JT-CUST-0002": ("customer", {"id_no": "110105194912310021"}, "id_no"),
    "JT-ARCH-0001": ("customer_archive", {"updated_date": "2025-04-30"}, "updated_date"),
    "JT-ARCH-0002": ("customer_archive", {"expiry_date": "2025-04-30"}, "expiry_date"),
    "JT-ARCH-0003": ("customer_archive", {"opened_date": "2026-01-01"}, "opened_date"),
    "JT-CRED-0001": ("credit_line", {"expiry_date": "2024-12-31"}, "expiry_date"),
    "JT-LOAN-0001": ("loan_account", {"balance": "100000.01"}, "balance"),
    "JT-LOAN-0002": ("loan_account", {"original_due_date": "2025-03-01"}, "original_due_date"),
    "JT-LOAN-0003": ("loan_account", {"due_date": "2026-02-28"}, "due_date"),
    "JT-LOAN-0004": ("loan_account", {"contract_status_code": "结清"}, "balance"),
    "JT-LOAN-0005": (
        "loan_account",
        {"disbursement_date": "2026-01-01", "original_due_date": "2027-01-01", "due_date": "2027-01-01"},
        "disbursement_date",
    ),
    "JT-LOAN-0006": ("loan_account", {"disbursement_kind_code": "无还本续贷"}, "prev_loan_id"),
    "JT-LOAN-0007": ("loan_account", {"loan_id": "N2", "prev_loan_id": "N2"}, "prev_loan_id"),
    "JT-LOAN-0008": ("loan_account", {"is_small_micro": "否"}, "is_inclusive"),
    "JT-LOAN-0009": ("loan_account", {"purpose_code": "消费"}, "is_inclusive"),
    "JT-LOAN-0010": ("loan_account", {"annual_rate": "0.435"}, "annual_rate"),
    "JT-LOAN-0011": ("loan_account", {"contract_status_code": "到期未还"}, "five_class_code"),
    "JT-EVNT-0001": ("loan_event", {"event_type_code": "发放", "interest_amount": "0"}, "annual_rate"),
    "JT-EVNT-0002": ("loan_event", {"event_type_code": "发放", "annual_rate": "0.04"}, "interest_amount"),
    "JT-EVNT-0003": ("loan_event", {"principal_amount": "0", "interest_amount": "0.00"}, "principal_amount"),
    "JT-DEPO-0001": ("deposit_tenday", {"balance_date": "2025-12-11"}, "balance_date"),
    "JT-PARA-0001": ("scheme_param", {"expiry_date": "2024-12-31"}, "expiry_date"),
    "JT-BIND-0001": ("scheme_binding", {"expiry_date": "2024-12-31"}, "expiry_date"),
}  # fmt: skip


def _second_row(contract: Contract, change: dict[str, str]) -> dict[str, str]:
    """The valid row under another key, with the change."""
    row = {**VALID[contract.name]}
    key = contract.key[-1] if contract.name != "deposit_tenday" else "balance_date"
    column = contract.column(key)
    if column.kind == "id" and column.pattern is None:
        row[key] = f"{row[key]}X"
    elif key == "admin_unit_id":
        row[key] = "420506001002"
    elif key == "segment_code":
        row[key] = "社区居民"
    elif key == "effective_date":
        row[key] = "2025-01-02"
    elif key == "balance_date":
        row[key] = "2025-12-20"
    return {**row, **change}


@pytest.mark.parametrize("code", sorted(FAILING))
def test_rule_finds_the_offending_cell_and_passes_the_valid_row(
    code: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    ledger, change, column = FAILING[code]
    contract = contracts[ledger]
    verdict = judged(ledger, as_csv(contract, [VALID[ledger], _second_row(contract, change)]))
    position = [c.name for c in contract.columns].index(column)
    found = [p for p in places(verdict) if p[2] == code]
    assert found == [(3, f"{column_letter(position)}3", code)]


def test_registry_and_examples_are_complete(book: RuleBook) -> None:
    with_predicate = {r.code for r in book.rules.values() if r.violation}
    assert with_predicate == set(FAILING)


@pytest.mark.parametrize("ledger", sorted(set(VALID) - {"deposit_tenday"}))
def test_valid_row_has_no_finding(
    ledger: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    verdict = judged(ledger, as_csv(contracts[ledger], [VALID[ledger]]))
    assert places(verdict) == []
    assert (verdict.received, verdict.accepted, verdict.rejected) == (1, 1, 0)


def test_every_severity_and_text_is_bilingual(book: RuleBook) -> None:
    for rule in book.rules.values():
        assert any("一" <= ch <= "鿿" for ch in rule.message_zh), rule.code
        assert not any(
            "一" <= ch <= "鿿" for ch in rule.message_en.replace("备注", "").replace("是 or 否", "")
        ), rule.code
