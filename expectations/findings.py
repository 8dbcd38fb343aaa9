"""Findings: what is wrong, where, and what to do, in Chinese and English.

A finding table has one row per offence; ``FINDING_SCHEMA`` is its shape everywhere (judge, lake,
exports). Texts are rendered from the rule registry only when somebody reads them, so a million
findings cost a million small rows and no prose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from expectations.contract import Column, Contract
from expectations.rule import SEVERITY_ZH, Rule, RuleBook

_TEXT: pa.DataType = pa.string()
_NUMBER: pa.DataType = pa.int64()
FINDING_SCHEMA = pa.schema(
    [
        ("code", _TEXT),
        ("row_no", _NUMBER),
        ("cell", _TEXT),
        ("column", _TEXT),
        ("key", _TEXT),
        ("value", _TEXT),
        ("expected", _TEXT),
        ("difference", _TEXT),
    ]
)
MASKED = "（已遮蔽）"


@dataclass(frozen=True)
class Finding:
    """One rendered finding; ``row_no`` and ``cell`` are spreadsheet addresses (header = row 1)."""

    code: str
    severity: str
    level: str
    status: str
    row_no: int | None
    cell: str | None
    column: str | None
    column_zh: str | None
    key: str | None
    value: str | None
    expected: str | None
    difference: str | None
    message_zh: str
    message_en: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON, in reading order."""
        return dict(self.__dict__)

    def line(self, lang: str) -> str:
        """One line of text: place, severity, message, code."""
        place = self.cell or (f"第{self.row_no}行" if lang == "zh" else f"row {self.row_no}")
        if self.row_no is None and self.cell is None:
            place = "文件" if lang == "zh" else "file"
        if lang == "zh":
            return f"{place}  [{SEVERITY_ZH[self.severity]}] {self.message_zh} ({self.code})"
        return f"{place}  [{self.severity}] {self.message_en} ({self.code})"


def finding_row(
    code: str,
    *,
    row_no: int | None = None,
    cell: str | None = None,
    column: str | None = None,
    key: str | None = None,
    value: str | None = None,
    expected: str | None = None,
    difference: str | None = None,
) -> dict[str, object]:
    """A row of a finding table built by hand (file-level findings of the readers)."""
    return {
        "code": code,
        "row_no": row_no,
        "cell": cell,
        "column": column,
        "key": key,
        "value": value,
        "expected": expected,
        "difference": difference,
    }


def finding_table(rows: list[dict[str, object]]) -> pa.Table:
    """A finding table from hand-built rows."""
    return pa.Table.from_pylist(rows, schema=FINDING_SCHEMA)


def render(table: pa.Table, book: RuleBook, contract: Contract | None) -> Iterator[Finding]:
    """Findings of a table with their texts, in the table's order.

    Values of personal columns are masked: findings travel further than the steward's own file.
    """
    columns = {c.name: c for c in contract.columns} if contract else {}
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield _render_row(row, book, columns, contract)


def finding_text(
    rule: Rule, row: Mapping[str, object], contract: Contract | None, lang: str
) -> str:
    """A finding's message; values of personal columns are masked, columns are named in words."""
    column = _column_of(row, contract)
    texts = {name: str(row[name] or "") for name in ("value", "expected", "difference")}
    if column is not None and column.is_personal and texts["value"]:
        texts["value"] = MASKED
    name = str(row["column"] or "")
    if lang == "zh":
        title = column.title_zh if column else name
        return rule.message_zh.format_map({**texts, "column": title})
    return rule.message_en.format_map({**texts, "column": name})


def _column_of(row: Mapping[str, object], contract: Contract | None) -> Column | None:
    if contract is None or not row["column"]:
        return None
    return next((c for c in contract.columns if c.name == row["column"]), None)


def _render_row(
    row: dict[str, str | int | None],
    book: RuleBook,
    columns: Mapping[str, Column],
    contract: Contract | None,
) -> Finding:
    rule = book[str(row["code"])]
    column = columns.get(str(row["column"])) if row["column"] else None
    title = column.title_zh if column else (row["column"] and str(row["column"]))
    value = row["value"]
    if column is not None and column.is_personal and value:
        value = MASKED
    return Finding(
        code=rule.code,
        severity=rule.severity,
        level=rule.level,
        status=rule.status,
        row_no=row["row_no"],  # type: ignore[arg-type]
        cell=row["cell"],  # type: ignore[arg-type]
        column=row["column"],  # type: ignore[arg-type]
        column_zh=title,  # type: ignore[arg-type]
        key=row["key"],  # type: ignore[arg-type]
        value=value,  # type: ignore[arg-type]
        expected=row["expected"],  # type: ignore[arg-type]
        difference=row["difference"],  # type: ignore[arg-type]
        message_zh=finding_text(rule, row, contract, "zh"),
        message_en=finding_text(rule, row, contract, "en"),
    )
