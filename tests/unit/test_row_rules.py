"""Every rule of a row or a file passes its passing example and finds its failing one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectations.contract import Contract
from expectations.rule import RuleBook, load_rule_book
from pipelines.landing.header import column_letter
from pipelines.sample.examples import example_file
from tests.uploads import as_csv, places

BOOK = load_rule_book()
WITH_PREDICATE = sorted(
    r.code for r in BOOK.rules.values() if r.violation and r.level in ("L2", "L3")
)


@pytest.mark.parametrize("code", WITH_PREDICATE)
def test_rule_finds_the_offending_cell_of_its_failing_example(
    code: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    rule = BOOK[code]
    contract = contracts[str(rule.ledger)]
    rows, place = example_file(contract, rule, passing=False)
    assert place is not None and place.row is not None
    verdict = judged(contract.name, as_csv(contract, rows))
    position = [c.name for c in contract.columns].index(str(place.column))
    found = places(verdict)
    rows_due = sorted({place.row, *rule.example.more_rows})
    due = [(row + 1, f"{column_letter(position)}{row + 1}", code) for row in rows_due]
    assert [f for f in found if f[2] not in rule.example.also] == due


@pytest.mark.parametrize("code", WITH_PREDICATE)
def test_rule_is_silent_on_its_passing_example(
    code: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    rule = BOOK[code]
    contract = contracts[str(rule.ledger)]
    rows, _ = example_file(contract, rule, passing=True)
    verdict = judged(contract.name, as_csv(contract, rows))
    assert places(verdict) == []
    assert verdict.accepted == len(rows)


def test_every_rule_is_bilingual(book: RuleBook) -> None:
    for rule in book.rules.values():
        assert any("一" <= ch <= "鿿" for ch in rule.message_zh), rule.code
        assert not any(
            "一" <= ch <= "鿿" for ch in rule.message_en.replace("备注", "").replace("是 or 否", "")
        ), rule.code
