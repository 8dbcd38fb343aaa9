"""Ledger contracts: the Open Data Contract Standard files of ``pipelines/ledgers``.

Here belongs reading a contract into typed values. What is derived from a contract (reader,
staging model, template, sample data, documentation) belongs to the part that derives it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.pattern_text import pattern_text
from expectations.strict_yaml import OneOf, StrictYamlError, line_of, load_strict

LEDGER_KINDS = ("register", "snapshot", "flow", "ten_day")

_CUSTOM = [{"property": str, "value": Any}]
_PROPERTY = {
    "name": str,
    "businessName": str,
    "logicalType": OneOf("string", "number", "integer", "date", "boolean"),
    "physicalType": OneOf("VARCHAR", "DECIMAL(18,2)", "DECIMAL(18,9)", "BIGINT", "DATE", "BOOLEAN"),
    "required": bool,
    "description": str,
    "primaryKey?": bool,
    "primaryKeyPosition?": int,
    "logicalTypeOptions?": {
        "maxLength?": int,
        "pattern?": str,
        "minimum?": (int, float),
        "maximum?": (int, float),
    },
    "examples?": [Any],
    "enum?": [{"value": str, "label": str}],
    "synonyms?": [{"synonym": str, "locale": str}],
    "classification": OneOf("internal", "personal"),
    "customProperties?": _CUSTOM,
}
_SHAPE = {
    "apiVersion": OneOf("v3.2.0"),
    "kind": OneOf("DataContract"),
    "id": str,
    "name": str,
    "version": str,
    "status": OneOf("active", "draft", "deprecated", "retired"),
    "domain": str,
    "description": {"purpose": str, "limitations?": str, "usage?": str},
    "schema": [
        {
            "name": str,
            "businessName": str,
            "logicalType": OneOf("object"),
            "physicalType": OneOf("table"),
            "dataGranularityDescription": str,
            "properties": [_PROPERTY],
        }
    ],
    "customProperties": _CUSTOM,
}
_LEDGER_PROPERTIES = {
    "title_en",
    "ledger_kind",
    "submitted_by",
    "owner_column",
    "date_column",
    "max_age_months",
    "due_days",
    "control_totals",
    "owner",
    "source_clause",
}
_COLUMN_PROPERTIES = {"role", "unit", "east5", "note_zh", "pattern_zh", "pattern_en"}


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    ``kind`` is id, text, code, money (yuan), rate (ratio), int, date or bool; ``sql_type`` is
    the type in the lake and in staging. ``note_zh`` is the definition that people read beside the
    Chinese title; ``examples`` are cells as a branch would type them (None: empty). ``pattern_zh``
    and ``pattern_en`` say the pattern in words: users never see the expression itself.
    """

    name: str
    title_zh: str
    kind: str
    sql_type: str
    required: bool
    description: str
    key_position: int | None
    aliases: tuple[str, ...]
    codes: dict[str, str]
    max_length: int | None
    pattern: str | None
    minimum: float | None
    maximum: float | None
    unit: str | None
    east5: str | None
    is_personal: bool
    note_zh: str | None = None
    examples: tuple[str | None, ...] = ()
    pattern_zh: str = ""
    pattern_en: str = ""

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers that name this column in a file: Chinese, its aliases, the English name."""
        return (self.title_zh, *self.aliases, self.name)


@dataclass(frozen=True)
class Contract:
    """One ledger: grain, kind, key and columns, as declared in its ODCS file."""

    name: str
    title_zh: str
    title_en: str
    kind: str
    grain: str
    version: str
    submitted_by: str
    owner_column: str | None
    date_column: str | None
    max_age_months: int | None
    due_days: int | None
    control_totals: tuple[str, ...]
    owner: str
    source_clause: str
    columns: tuple[Column, ...]
    path: Path
    digest: str

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the natural key's columns, in key order."""
        keyed = [c for c in self.columns if c.key_position is not None]
        return tuple(c.name for c in sorted(keyed, key=lambda c: c.key_position or 0))

    @property
    def major_version(self) -> int:
        """Major part of the contract's version; only a change of meaning raises it."""
        return int(self.version.split(".")[0])

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the ledger has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"ledger {self.name} has no column {name}")

    def example_rows(self) -> list[dict[str, str]]:
        """Rows as a branch would type them, made of the columns' examples.

        Organisation 1001, December 2025; the example rows of all ledgers fit together. A column
        with fewer examples than the ledger has rows repeats its last one; empty cells are ``""``.
        """
        count = max(len(c.examples) for c in self.columns)
        return [
            {c.name: (c.examples[min(i, len(c.examples) - 1)] or "") if c.examples else ""
             for c in self.columns}
            for i in range(count)
        ]  # fmt: skip


def load_contract(path: Path) -> Contract:
    """Read one contract file.

    Raises:
        StrictYamlError: The file is not a contract of the house (file and line are named).
    """
    raw = load_strict(path, _SHAPE)
    name = path.name.removesuffix(".odcs.yaml")
    if len(raw["schema"]) != 1:
        raise StrictYamlError(path, 1, "a ledger contract has exactly one schema object")
    table = raw["schema"][0]
    if raw["id"] != name or table["name"] != name:
        raise StrictYamlError(path, 1, f"id and schema name must equal the file name '{name}'")
    props = _custom(raw["customProperties"], _LEDGER_PROPERTIES, path)
    for needed in ("title_en", "ledger_kind", "submitted_by", "owner", "source_clause"):
        if needed not in props:
            raise StrictYamlError(path, 1, f"customProperties lack '{needed}'")
    if props["ledger_kind"] not in LEDGER_KINDS:
        raise StrictYamlError(path, 1, f"ledger_kind must be one of {', '.join(LEDGER_KINDS)}")
    columns = tuple(_column(item, path) for item in table["properties"])
    _refuse_ambiguous(columns, path)
    contract = Contract(
        name=name,
        title_zh=raw["name"],
        title_en=props["title_en"],
        kind=props["ledger_kind"],
        grain=table["dataGranularityDescription"],
        version=raw["version"],
        submitted_by=props["submitted_by"],
        owner_column=props.get("owner_column"),
        date_column=props.get("date_column"),
        max_age_months=props.get("max_age_months"),
        due_days=props.get("due_days"),
        control_totals=tuple(props.get("control_totals", ())),
        owner=props["owner"],
        source_clause=props["source_clause"],
        columns=columns,
        path=path,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    if not contract.key:
        raise StrictYamlError(path, 1, "the contract declares no natural key (primaryKey)")
    names = {c.name for c in columns}
    cited = {contract.owner_column, contract.date_column, *contract.control_totals} - {None}
    if unknown := cited - names:
        raise StrictYamlError(path, 1, f"customProperties cite unknown column(s) {unknown}")
    return contract


def load_contracts(folder: Path) -> dict[str, Contract]:
    """All contracts of a folder, by ledger name in sorted order.

    Raises:
        StrictYamlError: A file is faulty, or the folder holds none.
    """
    paths = sorted(folder.glob("*.odcs.yaml"))
    if not paths:
        raise StrictYamlError(folder, 0, "no ledger contract (*.odcs.yaml) in this folder")
    return {contract.name: contract for contract in map(load_contract, paths)}


def _custom(items: list[dict[str, Any]], known: set[str], path: Path) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for item in items:
        line = line_of(item, "property")
        if item["property"] not in known:
            raise StrictYamlError(path, line, f"unknown custom property '{item['property']}'")
        if item["property"] in result:
            raise StrictYamlError(path, line, f"custom property '{item['property']}' twice")
        result[item["property"]] = item["value"]
    return result


def _column(item: dict[str, Any], path: Path) -> Column:
    extra = _custom(item.get("customProperties", []), _COLUMN_PROPERTIES, path)
    options = item.get("logicalTypeOptions", {})
    codes = {e["value"]: e["label"] for e in item.get("enum", [])}
    words = {lang: _pattern_words(item, extra, lang, path) for lang in ("zh", "en")}
    return Column(
        name=item["name"],
        title_zh=item["businessName"],
        kind=_kind(item, extra, codes),
        sql_type=item["physicalType"],
        required=item["required"],
        description=item["description"],
        key_position=item.get("primaryKeyPosition"),
        aliases=tuple(s["synonym"] for s in item.get("synonyms", [])),
        codes=codes,
        max_length=options.get("maxLength"),
        pattern=options.get("pattern"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        unit=extra.get("unit"),
        east5=extra.get("east5"),
        is_personal=item["classification"] == "personal",
        note_zh=extra.get("note_zh"),
        examples=tuple(item.get("examples", ())),
        pattern_zh=words["zh"],
        pattern_en=words["en"],
    )


def _pattern_words(item: dict[str, Any], extra: dict[str, Any], lang: str, path: Path) -> str:
    """The pattern in words: declared, or derived when the pattern is simple."""
    pattern = item.get("logicalTypeOptions", {}).get("pattern")
    if pattern is None:
        return ""
    words = extra.get(f"pattern_{lang}") or pattern_text(pattern, lang)
    if not words:
        raise StrictYamlError(
            path,
            line_of(item, "name"),
            f"the pattern of {item['name']} needs its words: custom property pattern_{lang}",
        )
    return str(words)


def _kind(item: dict[str, Any], extra: dict[str, Any], codes: dict[str, str]) -> str:
    if codes:
        return "code"
    if extra.get("role") == "identifier":
        return "id"
    return {
        "VARCHAR": "text",
        "DECIMAL(18,2)": "money",
        "DECIMAL(18,9)": "rate",
        "BIGINT": "int",
        "DATE": "date",
        "BOOLEAN": "bool",
    }[item["physicalType"]]


def _refuse_ambiguous(columns: tuple[Column, ...], path: Path) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        for header in column.headers:
            if seen.setdefault(header, column.name) != column.name:
                raise StrictYamlError(
                    path, 1, f"header '{header}' names both {seen[header]} and {column.name}"
                )
