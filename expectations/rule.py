"""The rule registry: what a row, a file or a load set must satisfy, as data.

A rule exists because it stands in a file of ``expectations/rules``. Here belongs reading those
files; ``judge.py`` runs the row rules, ``suite.py`` the ones a gate decides.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from expectations.strict_yaml import OneOf, StrictYamlError, line_of, load_strict

RULES_DIR = Path(__file__).parent / "rules"
SEVERITIES = ("block", "explain", "warn")
SEVERITY_ZH = {"block": "阻断", "explain": "需说明", "warn": "提示"}

_SHAPE = {
    "ledger?": str,
    "rules": [
        {
            "code": str,
            "level": OneOf("L0", "L1", "L2", "L3", "L4", "L5"),
            "severity": OneOf(*SEVERITIES),
            "status": OneOf("beta", "active", "retired"),
            "fields?": [str],
            "violation?": str,
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
        }
    ],
}


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``violation`` is a SQL predicate over the typed columns of the ledger that is true for an
    offending row; ``expected`` and ``difference`` are SQL expressions for the message. Rules of
    level L0 and L1, and those of L3 to L5, are found by code and carry no predicate: the registry
    holds their texts, severity and source.
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

    def is_effective(self, on: dt.date) -> bool:
        """Whether the rule applies to a period that ends on that date."""
        started = self.effective_from is None or self.effective_from <= on
        return started and (self.effective_to is None or on <= self.effective_to)


class RuleBook:
    """All rules, by code; the registry that findings refer to."""

    def __init__(self, rules: dict[str, Rule], digest: str) -> None:
        self.rules = rules
        self.digest = digest

    def __getitem__(self, code: str) -> Rule:
        return self.rules[code]

    def row_rules(self, ledger: str, on: dt.date) -> list[Rule]:
        """Active and beta L2 rules of a ledger that have a predicate, in code order."""
        return [
            r
            for r in self.rules.values()
            if r.ledger == ledger
            and r.violation is not None
            and r.status != "retired"
            and r.is_effective(on)
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
            rules[item["code"]] = Rule(
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
            )
            if item.get("violation") and not (ledger and item.get("fields")):
                raise StrictYamlError(
                    path,
                    line_of(item, "violation"),
                    f"{item['code']}: a predicate needs a ledger and its fields",
                )
    return RuleBook(dict(sorted(rules.items())), digest.hexdigest())
