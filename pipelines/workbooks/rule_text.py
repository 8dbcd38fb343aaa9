"""Which rules speak of a column, and what they say when nothing has gone wrong yet.

The sentence is the rule's own message with words in place of figures: template, message and
reference page cannot contradict each other.
"""

from __future__ import annotations

from expectations.column_text import allowed_text
from expectations.contract import Column, Contract
from expectations.rule import Rule, RuleBook

_BY_KIND = {
    "id": ("0003", "0012", "0015", "0017", "0018"),
    "text": ("0015",),
    "code": ("0009",),
    "money": ("0002", "0003", "0004", "0005"),
    "rate": ("0002", "0003", "0004", "0005"),
    "int": ("0002", "0003", "0004", "0005"),
    "date": ("0006", "0007", "0008"),
    "bool": ("0014",),
}


def cell_rules(book: RuleBook, column: Column) -> list[Rule]:
    """Rules of single cells that apply to the column by its type, in code order."""
    numbers = {"0016", *_BY_KIND[column.kind]}
    if column.required:
        numbers.add("0001")
    if column.kind in ("id", "text") and column.max_length is not None:
        numbers.add("0010")
    if column.pattern:
        numbers.add("0011")
    if column.minimum is not None or column.maximum is not None:
        numbers.add("0013")
    return [book[f"JT-CELL-{number}"] for number in sorted(numbers)]


def row_rules(book: RuleBook, contract: Contract, column: Column | None = None) -> list[Rule]:
    """Rules beyond the single cell that name the column (or any column) of the ledger.

    Rules in force and on trial; retired ones are left out.
    """
    found = []
    made: dict[str, set[str]] = {"JT-KEY-0001": set(contract.key)}
    if contract.owner_column:
        made["JT-ROW-0001"] = {contract.owner_column}
    if contract.date_column:
        made["JT-ROW-0002"] = {contract.date_column}
    for rule in book.rules.values():
        fields = set(rule.fields) if rule.ledger == contract.name else made.get(rule.code, set())
        if rule.status == "retired" or not fields:
            continue
        if column is None or column.name in fields:
            found.append(rule)
    return found


def sentence(rule: Rule, contract: Contract, column: Column | None, lang: str) -> str:
    """The rule's message with words where a finding would have figures."""
    is_zh = lang == "zh"
    titles = [contract.column(n) for n in rule.fields if n in {c.name for c in contract.columns}]
    if column is None:
        keyed = [contract.column(n) for n in contract.key]
        named = titles[:1] or (keyed if rule.code == "JT-KEY-0001" else [])
        if rule.code == "JT-ROW-0002" and contract.date_column:
            named = [contract.column(contract.date_column)]
        joined = (
            "＋".join(c.title_zh for c in named) if is_zh else " + ".join(c.name for c in named)
        )
        joined = joined or ("某列" if is_zh else "a column")
    else:
        joined = column.title_zh if is_zh else column.name
    template = rule.message_zh if is_zh else rule.message_en
    words = {
        "column": joined,
        "value": "…",
        "expected": (allowed_text(column, lang) if column and rule.level == "L1" else "") or "…",
        "difference": "…",
        "ledger": contract.title_zh if is_zh else contract.name,
        "org": "机构号" if is_zh else "ORG",
        "period": "年-月" if is_zh else "YYYY-MM",
    }
    return template.format_map(words)
