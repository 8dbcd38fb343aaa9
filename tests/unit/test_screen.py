"""A small file is asked all its rules at once: what is found does not depend on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from expectations.contract import Contract
from expectations.database import open_database
from expectations.rule import load_rule_book
from expectations.screen import Screen, Suspicion
from pipelines.landing.identity import Identity
from pipelines.landing.judge_file import judge_upload
from pipelines.periods import parse_period
from pipelines.sample.examples import example_file
from tests.uploads import VALID, as_csv

BOOK = load_rule_book()
BRANCH, HEAD_OFFICE, PERIOD = "1001", "1000", "2025-12"
WITH_PREDICATE = sorted(
    r.code for r in BOOK.rules.values() if r.violation and r.level in ("L2", "L3")
)
LEDGERS = sorted({str(BOOK[code].ledger) for code in WITH_PREDICATE})


class _Watched(Screen):
    """A screen that tells what it answered."""

    last: Suspicion | None = None

    def ask(self, *args: Any, **kwargs: Any) -> Suspicion | None:
        self.last = super().ask(*args, **kwargs)
        return self.last


def _judge(data: bytes, contract: Contract, org_id: str, screen: Screen | None) -> Any:
    identity = Identity(contract.name, org_id, parse_period(PERIOD))
    with open_database() as con:
        name = f"{contract.name}_{org_id}_{PERIOD}.csv"
        verdict, _ = judge_upload(con, data, name, identity, contract, BOOK, screen=screen)
        return verdict


@pytest.mark.parametrize("ledger", LEDGERS)
def test_the_verdict_is_the_same_with_a_screen_and_without(
    ledger: str, contracts: dict[str, Contract]
) -> None:
    contract, screen = contracts[ledger], _Watched()
    org = HEAD_OFFICE if contract.submitted_by == "head_office" else BRANCH
    for code in (c for c in WITH_PREDICATE if BOOK[c].ledger == ledger):
        rows, _ = example_file(contract, BOOK[code], passing=False)
        alone = _judge(as_csv(contract, rows), contract, org, None)
        screened = _judge(as_csv(contract, rows), contract, org, screen)
        assert screened.findings.to_pylist() == alone.findings.to_pylist(), code
        assert replace(screened, findings=alone.findings) == alone, code
        rows, _ = example_file(contract, BOOK[code], passing=True)
        assert _judge(as_csv(contract, rows), contract, org, screen).counts == {}, code
        assert screen.last == Suspicion(False, False, False, frozenset()), code


def test_a_row_of_another_branch_and_a_key_that_occurs_twice_are_suspected(
    contracts: dict[str, Contract],
) -> None:
    contract, screen = contracts["loan_account"], _Watched()
    row = VALID["loan_account"]
    clean = as_csv(contract, [row])
    assert _judge(clean, contract, BRANCH, screen).counts == {}
    assert _judge(clean, contract, "1002", screen).counts == {"JT-ROW-0001": 1}
    assert screen.last == Suspicion(True, False, False, frozenset())
    assert _judge(as_csv(contract, [row, row]), contract, BRANCH, screen).counts == {
        "JT-KEY-0001": 2
    }
    assert screen.last is not None and screen.last.keys
    assert _judge(clean, contract, BRANCH, screen).counts == {}


def test_a_missing_point_is_suspected(contracts: dict[str, Contract]) -> None:
    contract, screen = contracts["deposit_tenday"], _Watched()
    data = as_csv(contract, [VALID["deposit_tenday"]])
    assert "JT-DEPO-0002" in _judge(data, contract, BRANCH, screen).counts
    assert screen.last is not None and screen.last.points
