"""Gate suites as data: what a slice must satisfy before anything is emitted from it.

A suite exists because its file stands in ``expectations/<stage>/``. Table-level truths use the
built-in expectations; tie-outs, bounds and relations are queries that return offending rows, so
that money stays in SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from expectations.rule import Rule
from expectations.strict_yaml import OneOf, StrictYamlError, load_strict

SUITES_DIR = Path(__file__).parent
_SHAPE = {
    "suite": str,
    "title_zh": str,
    "title_en": str,
    "expectations": [
        {
            "code": str,
            "table": str,
            "kind": OneOf("not_empty", "unique", "not_null", "in_set", "no_rows"),
            "severity": OneOf("block", "explain", "warn"),
            "columns?": [str],
            "values?": [(str, int)],
            "query?": str,
            "title_zh": str,
            "title_en": str,
            "clause": str,
        }
    ],
}


@dataclass(frozen=True)
class SuiteExpectation:
    """One expectation; ``query`` of kind no_rows returns the offending rows of the slice."""

    code: str
    table: str
    kind: str
    severity: str
    columns: tuple[str, ...]
    values: tuple[str | int, ...]
    query: str | None
    title_zh: str
    title_en: str
    clause: str


@dataclass(frozen=True)
class Suite:
    """A gate's expectations with the digest of the file they come from."""

    name: str
    title_zh: str
    title_en: str
    expectations: tuple[SuiteExpectation, ...]
    digest: str


def load_suite(stage: str, name: str) -> Suite:
    """Read ``expectations/<stage>/<name>.yaml``.

    Raises:
        StrictYamlError: The file is missing, faulty, empty, or a code occurs twice.
    """
    path = SUITES_DIR / stage / f"{name}.yaml"
    raw = load_strict(path, _SHAPE)
    if raw["suite"] != name:
        raise StrictYamlError(path, 1, f"suite must equal the file name '{name}'")
    items = tuple(
        SuiteExpectation(
            code=e["code"],
            table=e["table"],
            kind=e["kind"],
            severity=e["severity"],
            columns=tuple(e.get("columns", ())),
            values=tuple(e.get("values", ())),
            query=e.get("query"),
            title_zh=e["title_zh"],
            title_en=e["title_en"],
            clause=e["clause"],
        )
        for e in raw["expectations"]
    )
    codes = [e.code for e in items]
    if not items or len(set(codes)) != len(codes):
        raise StrictYamlError(path, 1, "a suite needs expectations with distinct codes")
    for item in items:
        needs_columns = item.kind in ("unique", "not_null", "in_set")
        if needs_columns != bool(item.columns) or (item.kind == "no_rows") != bool(item.query):
            raise StrictYamlError(path, 1, f"{item.code}: columns or query do not fit its kind")
    return Suite(
        raw["suite"],
        raw["title_zh"],
        raw["title_en"],
        items,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def with_rules(suite: Suite, rules: Sequence[Rule]) -> Suite:
    """A suite and one expectation per rule: nothing open is left of what the rule found.

    The table ``lake_finding`` holds the findings; ``resolution`` names the explanation or waiver
    that settles one. A rule on trial is reported and never decides.
    """
    made = tuple(
        SuiteExpectation(
            code=rule.code,
            table="lake_finding",
            kind="no_rows",
            severity=rule.severity if rule.status == "active" else "warn",
            columns=(),
            values=(),
            query=f"select ledger, org_id, row_no from {{batch}} where code = '{rule.code}' "
            "and resolution is null",
            title_zh=rule.title_zh,
            title_en=rule.title_en,
            clause=rule.clause,
        )
        for rule in rules
    )
    return replace(suite, expectations=suite.expectations + made)
