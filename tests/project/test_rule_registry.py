"""The registry is complete: enough rules, each with its texts, source, owner and example."""

from __future__ import annotations

import re
import string

import pytest

from expectations.contract import Contract
from expectations.rule import Rule, load_rule_book

RULES = list(load_rule_book().rules.values())
IN_SQL = [r for r in RULES if r.violation or r.query]
SUBQUERY = re.compile(r"exists \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")


def _sql(rule: Rule) -> str:
    return " ".join(filter(None, (rule.violation, rule.query, rule.expected, rule.difference)))


def _names(rule: Rule, contracts: dict[str, Contract]) -> set[str]:
    """Ledgers whose rows the SQL reads."""
    tables = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", _sql(rule)))
    return {t.removesuffix("_before") for t in tables} & set(contracts)


def test_the_registry_holds_the_promised_rules() -> None:
    active = [r for r in RULES if r.status != "retired"]
    assert len(active) >= 200
    assert {r.level for r in active} == {"L0", "L1", "L2", "L3", "L4", "L5"}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_a_rule_has_code_texts_source_and_owner(rule: Rule) -> None:
    assert re.fullmatch(r"JT-[A-Z]{2,4}-\d{4}", rule.code)
    for text in (rule.title_zh, rule.title_en, rule.message_zh, rule.message_en):
        assert text.strip() == text != ""
    assert rule.clause and rule.owner
    known = {"value", "expected", "difference", "column"}
    if rule.level == "L0":
        known |= {"ledger", "org", "period"}
    for message in (rule.message_zh, rule.message_en):
        named = {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
        assert named <= known


@pytest.mark.parametrize("rule", IN_SQL, ids=lambda r: r.code)
def test_a_rule_in_sql_has_an_example_and_says_what_it_reads(
    rule: Rule, contracts: dict[str, Contract]
) -> None:
    assert rule.example is not None and rule.example.failing
    if rule.level not in ("L4", "L5"):
        return
    declared = {name.split(".")[0] for name in (*rule.needs, *rule.before)}
    assert _names(rule, contracts) - {rule.ledger} <= declared


@pytest.mark.parametrize(
    "rule", [r for r in IN_SQL if r.level in ("L4", "L5")], ids=lambda r: r.code
)
def test_a_rule_of_the_lake_reads_no_personal_data(
    rule: Rule, contracts: dict[str, Contract]
) -> None:
    contract = contracts[str(rule.ledger)]
    personal = {c.name for c in contract.columns if c.is_personal}
    spoken_of = set(re.findall(r"\b(?:t|b)\.([a-z_]+)", _sql(rule))) | set(rule.fields)
    assert not spoken_of & personal


@pytest.mark.parametrize("rule", IN_SQL, ids=lambda r: r.code)
def test_no_exists_mixes_order_and_difference(rule: Rule) -> None:
    """DuckDB 1.5 loses rows of an EXISTS that compares with ``<`` and ``<>`` across the join."""
    for subquery in SUBQUERY.findall(_sql(rule)):
        across = re.findall(
            r"(\w+)\.\w+ (<>|is distinct from|<=|>=|<|>) (\w+)\.\w+", " ".join(subquery.split())
        )
        signs = {sign for left, sign, right in across if left != right}
        unequal = signs & {"<>", "is distinct from"}
        assert not (unequal and signs - unequal), subquery


@pytest.mark.parametrize("rule", [r for r in IN_SQL if r.among], ids=lambda r: r.code)
def test_rows_are_compared_only_where_what_groups_them_is_filled(
    rule: Rule, contracts: dict[str, Contract]
) -> None:
    """A column that groups rows says so in ``among``: an empty or failed cell is no common value."""
    groups = re.findall(r"partition by (.*?)(?: order by| range|\))", " ".join(_sql(rule).split()))
    names = {c.name for c in contracts[str(rule.ledger)].columns}
    for name in {n for group in groups for n in re.findall(r"\b[a-z_]+\b", group)} & names:
        required = contracts[str(rule.ledger)].column(name).required and name in rule.fields
        treated = f"coalesce({name}," in _sql(rule)
        assert f"{name} is not null" in str(rule.among) or required or treated, name


@pytest.mark.parametrize("rule", [r for r in IN_SQL if r.level == "L3"], ids=lambda r: r.code)
def test_a_rule_of_the_file_compares_no_pairs_of_rows(rule: Rule) -> None:
    """Rows of one group may be the whole file: pairs are equal in a column or not looked at."""
    for left, sign, right in re.findall(r"(\w+)\.\w+ (<>|<=|>=|<|>|-) (\w+)\.\w+", _sql(rule)):
        assert left == right, (left, sign, right)
