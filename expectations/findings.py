"""Findings: what is wrong, where, and what to do, in Chinese and English.

A finding table has one row per offence; ``FINDING_SCHEMA`` is its shape everywhere (judge, lake,
exports). Texts are rendered from the rule registry only when somebody reads them, so a million
findings cost a million small rows and no prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from expectations.column_text import bounds_text, codes_text, digits_text
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
# A line break in a cell is shown as a sign: it must not break the listing it is shown in.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
# Nor may what nobody sees, or what turns the text around that it stands in.
_UNSEEN = re.compile(r"[\x80-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True)
class Finding:
    """One rendered finding; ``row_no`` and ``cell`` are spreadsheet addresses (header = row 1).

    ``key``, ``value`` and ``expected`` are as the judge left them; those ending in ``_zh`` and
    ``_en`` are what a reader of that language is shown (labels for codes, 是 and 否).
    """

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
    key_zh: str | None
    value_zh: str | None
    value_en: str | None
    expected_zh: str | None
    expected_en: str | None
    message_zh: str
    message_en: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON, in reading order."""
        return dict(self.__dict__)

    def place(self, lang: str, sheet: str | None = None) -> str:
        """Where to look: sheet and cell, the row, or the file as a whole."""
        if self.cell:
            return f"{sheet}!{self.cell}" if sheet else self.cell
        if self.row_no is not None:
            return f"第 {self.row_no} 行" if lang == "zh" else f"row {self.row_no}"
        return "整个文件" if lang == "zh" else "whole file"

    def shown(self, lang: str) -> dict[str, str]:
        """Column, key, value, expected, difference and message for a reader of the language."""
        is_zh = lang == "zh"
        found = {
            "column": self.column_zh if is_zh else self.column,
            "key": self.key_zh if is_zh else self.key,
            "value": self.value_zh if is_zh else self.value_en,
            "expected": self.expected_zh if is_zh else self.expected_en,
            "difference": self.difference,
            "message": self.message_zh if is_zh else self.message_en,
        }
        return {
            name: _UNSEEN.sub("□", _CONTROL.sub("⏎", text or "")) for name, text in found.items()
        }


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


def severity_text(rule: Rule, lang: str) -> str:
    """The severity as shown; a rule on trial never decides and is marked as such."""
    if rule.status == "beta":
        return "试运行" if lang == "zh" else "beta"
    return SEVERITY_ZH[rule.severity] if lang == "zh" else rule.severity


def render(
    table: pa.Table,
    book: RuleBook,
    contract: Contract | None,
    *,
    org_id: str | None = None,
    period: str | None = None,
) -> Iterator[Finding]:
    """Findings of a table with their texts, in the table's order.

    Values of personal columns are masked: findings travel further than the steward's own file.

    Args:
        table: Rows of ``FINDING_SCHEMA``.
        book: The rule registry.
        contract: The ledger; None when the file could not be identified.
        org_id: The sender, for texts that tell how to get a template.
        period: The month of the file (``YYYY-MM``), for the same texts.
    """
    words = _Words(contract, org_id, period)
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield _render_row(row, book[str(row["code"])], words)


def finding_text(
    rule: Rule, row: Mapping[str, object], contract: Contract | None, lang: str
) -> str:
    """A finding's message; values of personal columns are masked, columns are named in words."""
    finding = _render_row(row, rule, _Words(contract, None, None))
    return finding.message_zh if lang == "zh" else finding.message_en


class _Words:
    """What the columns of one ledger are called and how their values are shown."""

    def __init__(self, contract: Contract | None, org_id: str | None, period: str | None) -> None:
        self.columns = {c.name: c for c in contract.columns} if contract else {}
        self.key = [self.columns[name] for name in contract.key] if contract else []
        self.zh = {
            "ledger": contract.title_zh if contract else "台账",
            "org": org_id or "机构号",
            "period": period or "年-月",
        }
        self.en = {
            "ledger": contract.name if contract else "LEDGER",
            "org": org_id or "ORG",
            "period": period or "YYYY-MM",
        }

    def key_zh(self, key: str | None) -> str | None:
        parts = (key or "").split("|")
        if not key or len(parts) != len(self.key):
            return key
        return "|".join(str(_shown(c, p)) for c, p in zip(self.key, parts, strict=True))

    def masked_key(self, key: str | None) -> str | None:
        """The key with its personal parts masked; all of it when the parts cannot be told apart."""
        if not key or not any(c.is_personal for c in self.key):
            return key
        parts = key.split("|")
        if len(parts) != len(self.key):
            return MASKED
        return "|".join(
            MASKED if c.is_personal else p for c, p in zip(self.key, parts, strict=True)
        )


def _shown(column: Column | None, text: str | None) -> str | None:
    """A stored value as a Chinese reader knows it."""
    if column is None or text is None:
        return text
    if column.kind == "bool":
        return {"true": "是", "false": "否"}.get(text, text)
    return column.codes.get(text, text)


# What the readers of files say of sizes and kinds, for an English reader.
_SIZES_EN = (
    ("Excel 工作簿（扩展名为 .csv）", "an Excel workbook named .csv"),
    ("无扩展名", "none"),
    ("个单元格", "cells"),
    ("个部件", "parts"),
    (" 倍", "-fold"),
    (" 行", " rows"),
    (" 列", " columns"),
    ("（至 ", " (up to "),
    ("）", ")"),
    ("、", ", "),
)
_SIZE_CODES = ("JT-FILE-0005", "JT-FILE-0006", "JT-FILE-0015")


def _value_en(rule: Rule, value: str | None) -> str | None:
    if value is not None and rule.code in _SIZE_CODES:
        for zh, en in _SIZES_EN:
            value = value.replace(zh, en)
    return value


def _short_number(text: str | None) -> str | None:
    """A ratio without the zeros that its nine decimals bring along."""
    if text is None or not re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        return text
    return text.rstrip("0").rstrip(".")


def _expected_en(rule: Rule, column: Column | None, expected: str | None) -> str | None:
    """The judge writes what it expected for a Chinese reader; this is the same in English."""
    if expected is None:
        return None
    if column is not None and rule.level == "L1":
        texts = {
            "JT-CELL-0005": digits_text(column, "en"),
            "JT-CELL-0009": codes_text(column, "en"),
            "JT-CELL-0011": column.pattern_en,
            "JT-CELL-0013": bounds_text(column, "en"),
        }
        return texts.get(rule.code) or expected
    return _value_en(rule, expected.replace(" 至 ", " to "))


def _render_row(row: Mapping[str, Any], rule: Rule, words: _Words) -> Finding:
    place = None if row["column"] is None else str(row["column"])
    column = words.columns.get(place or "")
    title, name = (column.title_zh, column.name) if column else (place, place)
    if rule.code == "JT-KEY-0001" and words.key:
        title = "＋".join(c.title_zh for c in words.key)
        name = " + ".join(c.name for c in words.key)
    key, value = (None if row[n] is None else str(row[n]) for n in ("key", "value"))
    if rule.code == "JT-KEY-0001":
        value = key = words.masked_key(key)
        value_zh = words.key_zh(value)
    else:
        key = words.masked_key(key)
        if column is not None and column.is_personal and value:
            value = MASKED
        value_zh = _shown(column, value)
    expected = None if row["expected"] is None else str(row["expected"])
    expected_zh = _shown(column, expected) if rule.level != "L1" and rule.fields else expected
    expected_en = _expected_en(rule, column, expected)
    difference = None if row["difference"] is None else str(row["difference"])
    if column is not None and column.kind == "rate" and rule.level != "L1":
        value, value_zh, expected, expected_zh, expected_en, difference = map(
            _short_number, (value, value_zh, expected, expected_zh, expected_en, difference)
        )
    texts_zh = {
        **words.zh,
        "column": title or "",
        "value": value_zh or "",
        "expected": expected_zh or "",
        "difference": difference or "",
    }
    texts_en = {
        **words.en,
        "column": name or "",
        "value": _value_en(rule, value) or "",
        "expected": expected_en or "",
        "difference": difference or "",
    }
    return Finding(
        code=rule.code,
        severity=rule.severity,
        level=rule.level,
        status=rule.status,
        row_no=row.get("row_no"),
        cell=row.get("cell"),
        column=name,
        column_zh=title,
        key=key,
        value=value,
        expected=expected,
        difference=difference,
        key_zh=words.key_zh(key),
        value_zh=value_zh,
        value_en=_value_en(rule, value),
        expected_zh=expected_zh,
        expected_en=expected_en,
        message_zh=rule.message_zh.format_map(texts_zh),
        message_en=rule.message_en.format_map(texts_en),
    )
