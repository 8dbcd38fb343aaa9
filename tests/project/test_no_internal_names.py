"""A Chinese reader is never shown an internal name or a regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from expectations.cell_sql import cell_code
from expectations.column_text import allowed_text, kind_text
from expectations.contract import Contract
from expectations.findings import finding_row, finding_table, render
from expectations.fix_list import fix_list
from expectations.rule import RuleBook

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_REGEX = re.compile(r"\[[^\]]*-[^\]]*\]|\{\d+(,\d*)?\}|\\d|\(\?|\.\*")


def internal_names(contracts: dict[str, Contract]) -> set[str]:
    """Names of ledgers, columns and codes of lists that have a Chinese label."""
    names = set(contracts)
    for contract in contracts.values():
        for column in contract.columns:
            names.add(column.name)
            names |= {code for code, label in column.codes.items() if code != label}
    # Codes that are words of everybody's language (CNY, M1 …) are no internal names.
    return {name for name in names if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)}


def leaks(text: str, names: set[str]) -> list[str]:
    """Internal names and regular expressions in a text; options of a command are none."""
    text = re.sub(r"--[a-z-]+", "", text).replace("jingtian template", "").replace("_nil", "")
    words = {w for w in _WORD.findall(text) if w in names}
    parts = {n for n in names if "_" in n and n in text} if "_" in text else set()
    return sorted(words | parts) + [m.group() for m in _REGEX.finditer(text)]


def test_leaks_are_found() -> None:
    names = {"loan_account", "balance"}
    assert leaks("“balance”为必填项", names) == ["balance"]
    assert leaks("请看 loan_account 的说明", names) == ["loan_account"]
    assert leaks("例如 loan_account_1001_2025-12.csv", names) == ["loan_account"]
    assert leaks("应为 [A-Z]{3}", names) == ["[A-Z]", "{3}"]
    assert leaks("“贷款余额”为必填项；用 --balance", names) == []


def _texts(contract: Contract, book: RuleBook) -> Iterator[tuple[str, str]]:
    """Every Chinese text that a rule can give on a ledger, whichever column it is about."""
    for rule in book.rules.values():
        yield rule.code, rule.title_zh
        if rule.ledger not in (None, contract.name):
            continue
        for column in contract.columns:
            rows = [
                finding_row(rule.code, row_no=7, cell="C7", column=column.name, value=value,
                            key="|".join(["1"] * len(contract.key)), expected="2", difference="3")
                for value in ("甲", *column.codes, "true")
            ]  # fmt: skip
            table = finding_table(rows)
            for finding in render(table, book, contract, org_id="1001", period="2025-12"):
                for text in finding.shown("zh").values():
                    yield f"{rule.code} {column.name}", text
                yield rule.code, finding.place("zh", contract.title_zh)
            for fix in fix_list(table, book, contract):
                yield rule.code, fix.cells("zh")


def test_no_rule_shows_an_internal_name_for_any_column_of_any_ledger(
    contracts: dict[str, Contract], book: RuleBook
) -> None:
    names = internal_names(contracts)
    assert {"loan_account", "customer_id", "renewal_without_repayment"} <= names
    found, seen = [], 0
    for contract in contracts.values():
        for where, text in _texts(contract, book):
            seen += 1
            found += [(contract.name, where, text, leak) for leak in leaks(text, names)]
    assert seen > 10_000
    assert found == []


def test_what_the_judge_expects_of_a_cell_is_in_words(contracts: dict[str, Contract]) -> None:
    names = internal_names(contracts)
    found = []
    for contract in contracts.values():
        for column in contract.columns:
            _, expected = cell_code(column, "r")
            shown = re.findall(r"then '((?:[^']|'')*)'", expected)
            texts = [*shown, allowed_text(column, "zh"), kind_text(column, "zh"), column.title_zh]
            found += [(column.name, t, leak) for t in texts for leak in leaks(t, names)]
    assert found == []


def test_sizes_are_told_in_english_to_an_english_reader(book: RuleBook) -> None:
    rows = [
        finding_row("JT-FILE-0006", value="9 行 300 列（至 KN9）", expected="200 列、20 个单元格"),
        finding_row("JT-FILE-0005", value="9 MB、3 个部件", expected="1 MB / 200 倍 / 2 个部件"),
        finding_row("JT-FILE-0015", value="无扩展名"),
    ]
    for finding in render(finding_table(rows), book, None):
        shown = finding.shown("en")
        text = shown["message"] + shown["value"] + shown["expected"]
        assert not re.search("[\u3000-\u9fff\uff00-\uffef]", text), text


@pytest.mark.parametrize("part", ["title_zh", "grain"])
def test_every_ledger_and_column_has_a_chinese_title(
    part: str, contracts: dict[str, Contract]
) -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    for contract in contracts.values():
        assert getattr(contract, part)
        assert chinese.search(contract.title_zh), contract.name
        for column in contract.columns:
            assert chinese.search(column.title_zh), f"{contract.name}.{column.name}"
