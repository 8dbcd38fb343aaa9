"""The rule registry: what a row, a file or a load set must satisfy, as data.

A rule exists because it stands in a file of ``expectations/rules``. Here belongs reading those
files; ``judge.py`` runs the row rules, ``suite.py`` the ones a gate decides.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from expectations.strict_yaml import OneOf, StrictYamlError, line_of, load_strict

RULES_DIR = Path(__file__).parent / "rules"
SEVERITIES = ("block", "explain", "warn")
SEVERITY_ZH = {"block": "阻断", "explain": "需说明", "warn": "提示"}

_WINDOW = re.compile(r"\bover\s*\(")
_PLACE = {"ledger?": str, "org?": str, "row?": int, "rows?": [int], "column?": str}
_EDIT_KEYS = {"ledger", "org", "month", "row", "copy", "drop", "set"}
# What a rule looks at, by its level.
SCOPES = {
    "L0": "file",
    "L1": "cell",
    "L2": "row",
    "L3": "register",
    "L4": "cross_ledger",
    "L5": "history",
}
_SHAPE = {
    "ledger?": str,
    "rules": [
        {
            "code": str,
            "level": OneOf("L0", "L1", "L2", "L3", "L4", "L5"),
            "severity": OneOf(*SEVERITIES),
            "status": OneOf("beta", "active", "retired"),
            "fields?": [str],
            "is_personal?": bool,
            "among?": str,
            "violation?": str,
            "query?": str,
            "needs?": [str],
            "before?": [str],
            "expected?": str,
            "difference?": str,
            "title_zh": str,
            "title_en": str,
            "message_zh": str,
            "message_en": str,
            "clause": str,
            "effective_from?": dt.date,
            "effective_to?": dt.date,
            "owner": str,
            "ledger?": str,
            "example?": {"pass?": Any, "fail": Any, "at?": _PLACE, "also?": [str]},
        }
    ],
}


@dataclass(frozen=True)
class Edit:
    """One change to the example bank (every ledger's example rows, December 2025).

    ``row`` changes a data row, ``copy`` appends a changed copy of one under another key, ``drop``
    removes one (0: the whole file); rows count from 1. ``month`` ``before`` is the month before
    (where a file has no rows but those an edit copies into it). ``org`` is the submitting
    organisation of the file.
    """

    ledger: str
    org: str | None
    month: str
    row: int | None
    copy: int | None
    drop: int | None
    cells: dict[str, str]


@dataclass(frozen=True)
class Example:
    """What passes a rule and what fails it, and where the finding then stands.

    ``row`` counts data rows from 1 (None: the finding belongs to no row); ``also`` are codes of
    other rules that the failing example cannot help breaking; ``more_rows`` are further rows with
    the same finding, where a rule names every member of a group.
    """

    passing: tuple[Edit, ...]
    failing: tuple[Edit, ...]
    ledger: str | None
    org: str | None
    row: int | None
    column: str | None
    also: frozenset[str]
    more_rows: tuple[int, ...] = ()


@lru_cache(maxsize=256)
def spoken_of(names: tuple[str, ...], predicates: str) -> tuple[str, ...]:
    """Those of some names that stand in predicates as words of their own."""
    return tuple(name for name in names if re.search(rf"\b{name}\b", predicates))


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``violation`` is a SQL predicate that is true for an offending row: over the typed columns of
    the ledger (L2), also with window functions over the rows of the file that ``among`` chooses, or
    with subqueries over the file as ``typed`` (L3; its ``_bad`` is not 0 where a cell of the row
    failed: what is missing from the file may stand there), or over the
    lake's rows ``t`` with every ledger as a view of its name and its rows of the month before as
    ``<ledger>_before``; ``b`` is the row's own state in the month before (L4, L5). ``query``
    instead returns offences of any grain: some of the columns of a lake finding. ``expected`` and
    ``difference`` are SQL expressions for the message.
    ``is_personal`` says that what offends is personal data where none belongs: findings then carry
    neither value nor key. ``needs`` are other ledgers or columns (``loan_account.balance``) that it
    reads, ``before`` ledgers whose month before it reads. Rules of level L0 and L1 and a few of L3
    and L4 are found by code: the registry holds their texts, severity and source.
    """

    code: str
    ledger: str | None
    level: str
    severity: str
    status: str
    fields: tuple[str, ...]
    violation: str | None
    expected: str | None
    difference: str | None
    title_zh: str
    title_en: str
    message_zh: str
    message_en: str
    clause: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    owner: str
    query: str | None = None
    needs: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    example: Example | None = None
    is_personal: bool = False
    among: str | None = None

    @property
    def has_window(self) -> bool:
        """Whether the predicate looks from a row at others by a window function."""
        return _WINDOW.search(self.violation or "") is not None

    @property
    def scope(self) -> str:
        """What the rule looks at: file, cell, row, register, cross_ledger or history."""
        return SCOPES[self.level]

    @property
    def blocks(self) -> bool:
        """Whether a finding refuses the file or the load set; a rule on trial never does."""
        return self.severity == "block" and self.status == "active"

    def is_effective(self, on: dt.date) -> bool:
        """Whether the rule applies to a period that ends on that date."""
        started = self.effective_from is None or self.effective_from <= on
        return started and (self.effective_to is None or on <= self.effective_to)


class RuleBook:
    """All rules, by code; the registry that findings refer to."""

    def __init__(self, rules: dict[str, Rule], digest: str) -> None:
        self.rules = rules
        self.digest = digest
        self._of_ledger: dict[tuple[str, str, dt.date], list[Rule]] = {}

    def __getitem__(self, code: str) -> Rule:
        return self.rules[code]

    def row_rules(self, ledger: str, on: dt.date) -> list[Rule]:
        """Rules of level L2 of a ledger: one scan over the file's rows, in code order."""
        return self._predicates("L2", ledger, on)

    def register_rules(self, ledger: str, on: dt.date) -> list[Rule]:
        """Rules of level L3 of a ledger that have a predicate over the file as a whole."""
        return self._predicates("L3", ledger, on)

    def lake_rules(self, on: dt.date) -> list[Rule]:
        """Rules across ledgers and months (L4, L5) that are SQL, in code order."""
        return [r for r in self._in_use(("L4", "L5"), on) if r.violation or r.query]

    def _predicates(self, level: str, ledger: str, on: dt.date) -> list[Rule]:
        """Looked up once: a delivery holds many files of one ledger and month."""
        key = (level, ledger, on)
        if key not in self._of_ledger:
            rules = [r for r in self._in_use((level,), on) if r.ledger == ledger and r.violation]
            self._of_ledger[key] = rules
        return list(self._of_ledger[key])

    def _in_use(self, levels: tuple[str, ...], on: dt.date) -> list[Rule]:
        return [
            r
            for r in self.rules.values()
            if r.level in levels and r.status != "retired" and r.is_effective(on)
        ]


def load_rule_book(folder: Path = RULES_DIR) -> RuleBook:
    """Read every rule file of a folder.

    Raises:
        StrictYamlError: A file is faulty, a code occurs twice, or the folder holds none.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise StrictYamlError(folder, 0, "no rule file (*.yaml) in this folder")
    rules: dict[str, Rule] = {}
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
        raw = load_strict(path, _SHAPE)
        ledger = raw.get("ledger")
        if ledger is not None and ledger != path.stem:
            raise StrictYamlError(
                path, line_of(raw, "ledger"), f"ledger must equal the file name '{path.stem}'"
            )
        for item in raw["rules"]:
            if item["code"] in rules:
                raise StrictYamlError(
                    path, line_of(item, "code"), f"rule code {item['code']} occurs twice"
                )
            rules[item["code"]] = _rule(item, item.get("ledger", ledger), path)
    return RuleBook(dict(sorted(rules.items())), digest.hexdigest())


def _rule(item: dict[str, Any], ledger: str | None, path: Path) -> Rule:
    rule = Rule(
        code=item["code"],
        ledger=ledger,
        level=item["level"],
        severity=item["severity"],
        status=item["status"],
        fields=tuple(item.get("fields", ())),
        violation=item.get("violation"),
        expected=item.get("expected"),
        difference=item.get("difference"),
        title_zh=item["title_zh"],
        title_en=item["title_en"],
        message_zh=item["message_zh"],
        message_en=item["message_en"],
        clause=item["clause"],
        effective_from=item.get("effective_from"),
        effective_to=item.get("effective_to"),
        owner=item["owner"],
        query=item.get("query"),
        needs=tuple(item.get("needs", ())),
        before=tuple(item.get("before", ())),
        example=_example(item, ledger, path) if "example" in item else None,
        is_personal=item.get("is_personal", False),
        among=item.get("among"),
    )

    def refuse(key: str, why: str) -> None:
        raise StrictYamlError(path, line_of(item, key), f"{rule.code}: {why}")

    if rule.violation and not (ledger and rule.fields):
        refuse("violation", "a predicate needs a ledger and its fields")
    if rule.among and not (rule.level == "L3" and rule.violation):
        refuse("among", "only a predicate over the file (L3) says which rows it compares")
    if rule.has_window and not rule.among and rule.level == "L3":
        refuse("violation", "a window function needs among: which rows are compared")
    if rule.query and (rule.violation or rule.level not in ("L4", "L5")):
        refuse("query", "a query is for L4 and L5 and stands instead of a predicate")
    if (rule.needs or rule.before) and rule.level not in ("L4", "L5"):
        refuse("needs" if rule.needs else "before", "only rules of the lake read other ledgers")
    if (rule.violation or rule.query) and rule.example is None:
        refuse("code", "a rule with a predicate needs an example that fails it")
    return rule


def _example(item: dict[str, Any], ledger: str | None, path: Path) -> Example:
    raw = item["example"]
    place = raw.get("at", {})
    failing = _edits(raw, "fail", item, ledger, path)
    at_ledger = place.get("ledger", ledger)
    fields = item.get("fields", ())
    return Example(
        passing=_edits(raw, "pass", item, ledger, path) if "pass" in raw else (),
        failing=failing,
        ledger=at_ledger,
        org=place.get("org"),
        row=place.get("row"),
        column=place.get("column", fields[0] if fields else None),
        also=frozenset(raw.get("also", ())),
        more_rows=tuple(place.get("rows", ())),
    )


def _edits(
    raw: dict[str, Any], key: str, item: dict[str, Any], ledger: str | None, path: Path
) -> tuple[Edit, ...]:
    """Edits of an example; a plain mapping of cells is one changed copy of the first row."""
    value = raw[key]
    if isinstance(value, dict):
        value = [{"copy": 1, "set": value}]
    if not isinstance(value, list):
        raise StrictYamlError(path, line_of(raw, key), f"{item['code']}: not a list of edits")
    edits = []
    for edit in value:
        unknown = set(edit) - _EDIT_KEYS
        target = edit.get("ledger", ledger)
        ways = [w for w in ("row", "copy", "drop") if w in edit]
        cells = edit.get("set", {})
        is_text = all(isinstance(c, str) for c in cells.values())
        if unknown or target is None or len(ways) != 1 or not is_text:
            raise StrictYamlError(
                path,
                line_of(raw, key),
                f"{item['code']}: an edit has a ledger, one of row, copy, drop, and set with texts",
            )
        edits.append(
            Edit(
                ledger=target,
                org=edit.get("org"),
                month=edit.get("month", "current"),
                row=edit.get("row"),
                copy=edit.get("copy"),
                drop=edit.get("drop"),
                cells=dict(cells),
            )
        )
    return tuple(edits)
