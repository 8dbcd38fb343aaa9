"""Mappings: foreign exports laid onto the ledgers, as data.

A mapping exists because its file stands in ``pipelines/mappings``. It says which files an export
has, which of them are ignored, and for every ledger where each column comes from: a column, a
constant, a code translation, a scaled number, a shifted date or a simple SQL expression, with
look-ups between the files of the export. No Python is needed to add one.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from expectations.contract import Contract
from expectations.findings import finding_row
from expectations.judge import RawTable, literal
from expectations.strict_yaml import StrictYamlError, line_of, load_strict
from pipelines.errors import UsageError
from pipelines.landing.header import column_letter
from pipelines.landing.read_csv import decode
from pipelines.landing.unreadable import Unreadable
from pipelines.paths import MAPPINGS_DIR

_COLUMN = {
    "column?": str,
    "constant?": (str, int, bool, float),
    "codes?": {"*": str},
    "expression?": str,
    "scale?": (int, float),
    "shift_years?": int,
}
_SHAPE = {
    "mapping": str,
    "title_zh": str,
    "title_en": str,
    "source": str,
    "period": str,
    "submitting_org": str,
    "files": {"*": {"file": str, "separator?": str, "columns?": [str]}},
    "ignored_files": {"*": str},
    "ledgers": {
        "*": {
            "note?": str,
            "no_source?": {"*": str},
            "rows": [
                {
                    "from?": str,
                    "join?": [{"file": str, "on": str}],
                    "where?": str,
                    "columns": {"*": _COLUMN},
                }
            ],
        }
    },
}


@dataclass(frozen=True)
class SourceFile:
    """One file of an export: its name, separator and column names when it has no header."""

    file: str
    separator: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class MappedLedger:
    """Where the rows and columns of one ledger come from; ``no_source`` names absent columns."""

    rows: tuple[dict[str, Any], ...]
    no_source: dict[str, str]

    def used_files(self) -> set[str]:
        """Aliases of the files this ledger is read from."""
        used: set[str] = set()
        for block in self.rows:
            if "from" in block:
                used.add(block["from"])
            used |= {j["file"] for j in block.get("join", [])}
        return used


@dataclass(frozen=True)
class Mapping:
    """A foreign export and how it becomes ledgers."""

    name: str
    title_zh: str
    title_en: str
    source: str
    period: str
    submitting_org: str
    files: dict[str, SourceFile]
    ignored_files: dict[str, str]
    ledgers: dict[str, MappedLedger]
    digest: str

    def ledger_order(self) -> list[str]:
        """Ledgers in loading order: organisations first."""
        return sorted(self.ledgers, key=lambda name: (name != "org_unit", name))


def load_mapping(name: str, contracts: dict[str, Contract]) -> Mapping:
    """Read ``pipelines/mappings/<name>.yaml``.

    Raises:
        UsageError: There is no such mapping.
        StrictYamlError: The file is faulty or names an unknown ledger or column.
    """
    path = MAPPINGS_DIR / f"{name}.yaml"
    if not re.fullmatch(r"[a-z0-9_]+", name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in MAPPINGS_DIR.glob("*.yaml")))
        raise UsageError(
            f"没有名为“{name}”的映射；可用：{known}。", f'no mapping "{name}"; known: {known}.'
        )
    return _read(path, contracts)


def find_mapping(digest: str, contracts: dict[str, Contract]) -> Mapping | None:
    """The mapping whose file has that digest; None when it was changed or removed."""
    for path in sorted(MAPPINGS_DIR.glob("*.yaml")):
        if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            return _read(path, contracts)
    return None


def _read(path: Path, contracts: dict[str, Contract]) -> Mapping:
    raw = load_strict(path, _SHAPE)
    if raw["mapping"] != path.stem:
        raise StrictYamlError(path, 1, f"mapping must equal the file name '{path.stem}'")
    ledgers = {}
    for ledger, spec in raw["ledgers"].items():
        if ledger not in contracts:
            line = line_of(raw["ledgers"], ledger)
            raise StrictYamlError(path, line, f"unknown ledger '{ledger}'")
        names = {c.name for c in contracts[ledger].columns}
        for block in spec["rows"]:
            for named in (block["columns"], spec.get("no_source", {})):
                if unknown := sorted(set(named) - names):
                    line = line_of(named, unknown[0])
                    raise StrictYamlError(path, line, f"{ledger}: unknown column(s) {unknown}")
            needs = {block.get("from")} | {j["file"] for j in block.get("join", [])}
            if missing := needs - {None} - set(raw["files"]):
                line = line_of(block, "from")
                raise StrictYamlError(path, line, f"{ledger}: undeclared file(s) {sorted(missing)}")
        ledgers[ledger] = MappedLedger(tuple(spec["rows"]), spec.get("no_source", {}))
    return Mapping(
        name=path.stem,
        title_zh=raw["title_zh"],
        title_en=raw["title_en"],
        source=raw["source"],
        period=raw["period"],
        submitting_org=raw["submitting_org"],
        files={
            alias: SourceFile(f["file"], f.get("separator", ","), tuple(f.get("columns", ())))
            for alias, f in raw["files"].items()
        },
        ignored_files=raw["ignored_files"],
        ledgers=ledgers,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def apply_mapping(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    mapped: MappedLedger,
    mapping: Mapping,
    data: dict[str, bytes],
) -> RawTable:
    """Text cells of one ledger made from an export's files.

    Row numbers are those of the file named in ``from``; constant rows have the number 0.

    Raises:
        Unreadable: A file of the export cannot be read.
    """
    letters: dict[str, dict[str, str]] = {}
    for alias in sorted(mapped.used_files()):
        table, positions = _source_table(data[alias], mapping.files[alias])
        con.register("source_arrow", table)
        con.execute(f'create or replace temp table "{alias}" as from source_arrow')
        con.unregister("source_arrow")
        letters[alias] = positions
    columns = [c.name for c in contract.columns if any(c.name in b["columns"] for b in mapped.rows)]
    parts = [_select(block, columns) for block in mapped.rows]
    query = " union all ".join(parts)
    try:
        table = con.execute(f"select * from ({query}) order by _row").to_arrow_table()
    except duckdb.Error as exc:
        raise UsageError(
            f"映射 {mapping.name} 的《{contract.title_zh}》无法执行：{exc}",
            f"mapping {mapping.name}, ledger {contract.name}, cannot run: {exc}",
        ) from exc
    return RawTable(
        table=table,
        positions={name: i for i, name in enumerate(columns)},
        letters=[_letter(mapped, letters, name) for name in columns],
    )


def _letter(mapped: MappedLedger, letters: dict[str, dict[str, str]], name: str) -> str:
    for block in mapped.rows:
        source = block["columns"].get(name, {}).get("column", "")
        alias, _, column = source.partition(".")
        if alias == block.get("from") and column in letters.get(alias, {}):
            return letters[alias][column]
    return ""


def _source_table(data: bytes, source: SourceFile) -> tuple[pa.Table, dict[str, str]]:
    import csv
    import io

    text = io.TextIOWrapper(io.BytesIO(decode(data)), encoding="utf-8", newline="")
    records = enumerate(csv.reader(text, delimiter=source.separator), start=1)
    names = list(source.columns)
    try:
        if not names:
            names = next(records)[1]
        rows = [(n, r) for n, r in records if r]
    except csv.Error as exc:
        raise Unreadable(finding_row("JT-FILE-0014", value="?", expected=str(len(names)))) from exc
    bad = [(n, r) for n, r in rows if len(r) != len(names)]
    if bad:
        raise Unreadable(
            *(
                finding_row("JT-FILE-0014", row_no=n, value=str(len(r)), expected=str(len(names)))
                for n, r in itertools.islice(bad, 100)
            )
        )
    columns = list(zip(*(r for _, r in rows), strict=True)) or [()] * len(names)
    arrays: list[pa.Array[Any]] = [pa.array([n for n, _ in rows], pa.int64())]
    arrays += [pa.array([cell or None for cell in c], pa.string()) for c in columns]
    positions = {name: column_letter(i) for i, name in enumerate(names)}
    return pa.table(arrays, names=["_row", *names]), positions


def _select(block: dict[str, Any], columns: list[str]) -> str:
    row = f'"{block["from"]}"._row' if "from" in block else "0"
    cells = [f"cast({_expression(block['columns'].get(n))} as varchar) as c{i}"
             for i, n in enumerate(columns)]  # fmt: skip
    sql = f"select cast({row} as bigint) as _row, {', '.join(cells)}"
    if "from" in block:
        sql += f' from "{block["from"]}"'
        for join in block.get("join", []):
            sql += f' join "{join["file"]}" on {join["on"]}'
    if "where" in block:
        sql += f" where {block['where']}"
    return sql


def _expression(spec: dict[str, Any] | None) -> str:
    if spec is None:
        return "null"
    if "constant" in spec:
        value = spec["constant"]
        return literal(str(value).lower() if isinstance(value, bool) else str(value))
    if "expression" in spec:
        return f"({spec['expression']})"
    source = spec["column"]
    if "codes" in spec:
        whens = " ".join(f"when {literal(a)} then {literal(b)}" for a, b in spec["codes"].items())
        return f"case {source} {whens} else {source} end"
    if "scale" in spec:
        scaled = f"cast(cast({source} as decimal(28, 6)) * {spec['scale']} as varchar)"
        # six decimals are printed always; those that say nothing go
        return f"regexp_replace({scaled}, '[.]?0+$', '')"
    if "shift_years" in spec:
        return f"cast(cast({source} as date) + interval ({spec['shift_years']}) year as date)"
    return str(source)
