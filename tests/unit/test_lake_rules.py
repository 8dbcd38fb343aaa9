"""Every rule across ledgers or months finds its failing example and is silent on its passing one."""

from __future__ import annotations

import pytest

from expectations.contract import Contract
from expectations.rule import RuleBook, load_rule_book
from pipelines.sample.examples import example_bank, failing_bank
from tests.example_lake import ExampleLake

BOOK = load_rule_book()
LAKE_RULES = sorted(
    r.code for r in BOOK.rules.values() if r.level in ("L4", "L5") and r.example is not None
)


@pytest.fixture(scope="module")
def lake(contracts: dict[str, Contract], book: RuleBook) -> ExampleLake:
    return ExampleLake(contracts, book)


def test_the_example_bank_breaks_no_rule(
    lake: ExampleLake, contracts: dict[str, Contract], book: RuleBook
) -> None:
    findings = lake.find(example_bank(contracts))
    assert findings.table().to_pylist() == []
    only_history = {r.code for r in book.rules.values() if r.before}
    assert {entry["code"] for entry in findings.not_run} <= only_history


@pytest.mark.parametrize("code", LAKE_RULES)
def test_rule_finds_its_failing_example_in_its_row(
    code: str, lake: ExampleLake, contracts: dict[str, Contract], book: RuleBook
) -> None:
    rule = book[code]
    bank, place = failing_bank(contracts, rule)
    found = lake.find(bank).table().to_pylist()
    ledger, org, _ = place.slot
    due = (code, ledger, org or None, None if place.row is None else place.row + 1, place.column)
    assert due in [(f["code"], f["ledger"], f["org_id"], f["row_no"], f["column"]) for f in found]
    assert {f["code"] for f in found} - rule.example.also == {code}


@pytest.mark.parametrize("code", LAKE_RULES)
def test_rule_is_silent_on_its_passing_example(
    code: str, lake: ExampleLake, contracts: dict[str, Contract], book: RuleBook
) -> None:
    rule = book[code]
    assert rule.example is not None
    bank = example_bank(contracts)
    bank.apply(rule.example.passing)
    findings = lake.find(bank)
    assert code not in {f["code"] for f in findings.table().to_pylist()}
    if rule.example.passing:
        assert code not in {entry["code"] for entry in findings.not_run}
