"""What the floor is told of the ledgers: columns, limits, codes, keys and predicates, as declared.

What is asked comes from the contracts and the rule registry, so that nothing is forgotten; how it is
asked is the floor's own (floor.py), which shares no code with the judge, the gates or the metrics.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from expectations.contract import Column, load_contracts
from expectations.rule import Rule, load_rule_book
from pipelines.paths import LEDGERS_DIR


@dataclass(frozen=True)
class Ledger:
    """One ledger.

    ``rules`` are code, first column and predicate of an offending row; ``file_rules`` compare rows
    of one file, ``lake_rules`` look at other ledgers and months. ``is_register``: the last file is
    carried forward. ``is_unique``: the key is unique over the whole bank, not only in a file.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[tuple[str, str, str], ...]
    file_rules: tuple[Rule, ...]
    lake_rules: tuple[Rule, ...]
    is_register: bool
    is_unique: bool


_ON = dt.date(2025, 12, 31)
_BOOK = load_rule_book()
HINTS = frozenset(r.code for r in _BOOK.rules.values() if not r.blocks)  # the month goes on


def _describe() -> dict[str, Ledger]:
    lake: dict[str | None, list[Rule]] = {}
    for rule in _BOOK.lake_rules(_ON):
        lake.setdefault(rule.ledger, []).append(rule)
    ledgers = {}
    for name, contract in load_contracts(LEDGERS_DIR).items():
        owner, date = contract.owner_column, contract.date_column
        by_branch = contract.submitted_by == "branch"
        rules = [(r.code, r.fields[0], str(r.violation)) for r in _BOOK.row_rules(name, _ON)]
        if owner and by_branch:
            rules.append(("JT-ROW-0001", owner, f"{owner} <> _org"))
        if date and contract.kind == "snapshot":
            rules.append(("JT-ROW-0002", date, f"{date} <> period_end"))
        elif date:
            rules.append(("JT-ROW-0002", date, f"{date} not between period_start and period_end"))
        ledgers[name] = Ledger(
            name=name,
            columns=contract.columns,
            key=contract.key,
            rules=tuple(rules),
            file_rules=tuple(_BOOK.register_rules(name, _ON)),
            lake_rules=tuple(lake.get(name, ())),
            is_register=contract.kind == "register",
            is_unique=by_branch and owner not in contract.key,
        )
    return ledgers


LEDGERS = _describe()
