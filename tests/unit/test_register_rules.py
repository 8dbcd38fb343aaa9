"""Rules over a file as a whole: who is compared with whom, and what a failed cell does."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from expectations import register_rules
from expectations.contract import Contract
from expectations.rule import RULES_DIR, load_rule_book
from expectations.strict_yaml import StrictYamlError
from tests.uploads import VALID, as_csv, places

LOAN = VALID["loan_account"]


def _found(verdict: object, code: str) -> list[int | None]:
    return [row for row, _, found in places(verdict) if found == code]


def _loans(*customers: str, contract_no: str = "HT1") -> list[dict[str, str]]:
    return [
        {**LOAN, "loan_id": f"N{i}", "contract_no": contract_no, "customer_id": customer}
        for i, customer in enumerate(customers)
    ]


@pytest.mark.parametrize(
    ("customers", "due"),
    [
        (("C1", "C2", "C1"), [3]),  # the first row says whose contract it is
        (("C1", "C2", "C3", "C2"), [3, 4, 5]),
        (("", "C2", "C1"), [4]),  # an empty cell is nobody
        (("#REF!", "C2", "C2"), []),  # nor is a failed one
    ],
)
def test_a_row_is_held_to_the_first_that_names_the_contract(
    customers: tuple[str, ...],
    due: list[int],
    judged: Callable,
    contracts: dict[str, Contract],
) -> None:
    verdict = judged("loan_account", as_csv(contracts["loan_account"], _loans(*customers)))
    assert _found(verdict, "JT-LOAN-0101") == due


def test_rows_without_the_grouping_value_have_nothing_in_common(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    rows = _loans("C1", "C2", contract_no="")
    verdict = judged("loan_account", as_csv(contracts["loan_account"], rows))
    assert _found(verdict, "JT-LOAN-0101") == []


def test_the_later_of_two_overlapping_bindings_is_named_wherever_it_stands(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    binding = VALID["scheme_binding"]
    days = [("2025-07-01", ""), ("2025-01-01", "2025-07-01"), ("2024-01-01", "2024-12-31")]
    rows = [{**binding, "effective_date": a, "expiry_date": b} for a, b in days]
    verdict = judged("scheme_binding", as_csv(contracts["scheme_binding"], rows))
    assert _found(verdict, "JT-BIND-0101") == [2]


@pytest.mark.parametrize("slots", [1, 1 << 20])
def test_keys_are_compared_and_not_only_their_hashes(
    slots: int,
    judged: Callable,
    contracts: dict[str, Contract],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(register_rules, "_SLOTS", np.uint64(slots))
    ids = ["N3", "N1", "N2", "N1", "N4", "#REF!", "#REF!"]
    rows = [{**LOAN, "loan_id": loan_id} for loan_id in ids]
    verdict = judged("loan_account", as_csv(contracts["loan_account"], rows))
    assert _found(verdict, "JT-KEY-0001") == [3, 5]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("  among: contract_no is not null\n", "", "a window function needs among"),
        ("level: L3", "level: L2", "only a predicate over the file"),
    ],
)
def test_a_rule_says_which_rows_it_compares(
    before: str, after: str, why: str, tmp_path: Path
) -> None:
    text = (RULES_DIR / "loan_account.yaml").read_text(encoding="utf-8")
    head, rule = text.split("- code: JT-LOAN-0101", 1)
    assert before in rule
    (tmp_path / "loan_account.yaml").write_text(
        f"{head}- code: JT-LOAN-0101{rule.replace(before, after, 1)}", encoding="utf-8"
    )
    with pytest.raises(StrictYamlError, match=why):
        load_rule_book(tmp_path)


@pytest.mark.parametrize("slots", [1, 1 << 20])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_among_many_contracts_every_row_is_held_to_the_first_of_its_own(
    seed: int,
    slots: int,
    judged: Callable,
    contracts: dict[str, Contract],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Most contracts have one loan, some have several, a few of those another customer's."""
    monkeypatch.setattr(register_rules, "_SLOTS", np.uint64(slots))
    draw = random.Random(seed)
    numbers = [draw.choice(["", f"HT{draw.randrange(300)}"]) for _ in range(200)]
    customers = [f"C{draw.randrange(2)}" for _ in numbers]
    rows = [
        {**LOAN, "loan_id": f"N{i}", "contract_no": n, "customer_id": c}
        for i, (n, c) in enumerate(zip(numbers, customers, strict=True))
    ]
    first: dict[str, str] = {}
    due = [
        row
        for row, (n, c) in enumerate(zip(numbers, customers, strict=True), start=2)
        if n and first.setdefault(n, c) != c
    ]
    assert due
    verdict = judged("loan_account", as_csv(contracts["loan_account"], rows))
    assert _found(verdict, "JT-LOAN-0101") == due
