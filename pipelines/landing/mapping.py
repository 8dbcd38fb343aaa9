"""Mappings: foreign exports laid onto the ledgers, as data.

A mapping exists because its file stands in ``pipelines/mappings``. It says which files an export
has and how they are read, where the period and the sender stand, which files are ignored, and for
every ledger where each column comes from. No Python is needed to add one. Here belongs reading and
checking that file; reading the export itself is ``foreign.py``, making ledger rows of it
``mapped_rows.py``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from expectations.contract import Contract
from expectations.strict_yaml import Either, OneOf, StrictYamlError, line_of, load_strict
from pipelines.errors import UsageError
from pipelines.paths import MAPPINGS_DIR

CONTEXT = "context"  # the one-row table that expressions may ask for period and sender
_SQL_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TRANSLATION = {"codes?": {"*": str}, "code_list?": str, "list_separator?": str}
_COLUMN = {
    "column?": str,
    "constant?": (str, int, bool, float),
    "expression?": str,
    **_TRANSLATION,
    "if_empty?": {"column": str, **_TRANSLATION},
    "scale?": (int, float),
    "shift_years?": int,
    "place?": str,
}
_READING = {
    "separator?": str,
    "separators?": [str],
    "header?": OneOf(True, False, "auto"),
    "quoted?": bool,
    "encoding?": OneOf("auto", "utf-8", "gb18030"),
    "empty?": {"*": [str]},
}
_SHAPE = {
    "mapping": str,
    "title_zh": str,
    "title_en": str,
    "source": str,
    "notes?": [str],
    "period": Either(str, {"column?": str, "file_name?": str}),
    "submitting_org": Either(str, {"file": str, "column": str, "where?": str}),
    "reading?": _READING,
    "files": {
        "*": {
            "file": str,
            "title?": str,
            "optional?": bool,
            "columns?": [str],
            "fields?": {"*": str},
            **_READING,
        }
    },
    "views?": {"*": {"of": [str], "sql": str, "note?": str}},
    "code_lists?": {"*": {"*": str}},
    "ignored_files": {"*": str},
    "ledgers": {
        "*": {
            "note?": str,
            "no_source?": {"*": str},
            "rows": [
                {
                    "from?": str,
                    "join?": [{"file": str, "on": str}],
                    "lookup?": [{"file": str, "on": str}],
                    "where?": str,
                    "ignore?": [{"when": str, "reason": str}],
                    "columns": {"*": _COLUMN},
                }
            ],
        }
    },
}


@dataclass(frozen=True)
class SourceFile:
    """One file of an export and how it is read.

    ``file`` is a name or a pattern (``*-GRXDYWJJB-*.txt``) that exactly one file of the export
    matches. ``fields`` gives the title of each field, in file order where there is no header;
    empty: the header names them. ``separators`` are tried in their order. ``empty`` lists, by
    pattern of the field's name, values that say that there is none.
    """

    alias: str
    file: str
    title: str
    is_optional: bool
    separators: tuple[str, ...]
    header: bool | str
    is_quoted: bool
    encoding: str
    empty: dict[str, tuple[str, ...]]
    fields: dict[str, str]

    def empty_values(self, name: str) -> list[str]:
        """Values of that field that say that there is none."""
        return [v for p, values in self.empty.items() if fnmatchcase(name, p) for v in values]


@dataclass(frozen=True)
class View:
    """A query over files of the export that blocks may look up in.

    A block may also take its rows from a view that has ``_row``, a line of the first file it is made
    of, and ``_lines``, the number of lines that were put together.
    """

    of: tuple[str, ...]
    sql: str
    note: str


@dataclass(frozen=True)
class MappedLedger:
    """Where the rows and columns of one ledger come from; ``no_source`` names absent columns."""

    rows: tuple[dict[str, Any], ...]
    no_source: dict[str, str]
    note: str
    absent: frozenset[str]

    def joined(self, block: AnyMapping[str, Any]) -> list[dict[str, str]]:
        """What a block takes beside its own file, in order."""
        return [*block.get("join", ()), *block.get("lookup", ())]


@dataclass(frozen=True)
class Mapping:
    """A foreign export and how it becomes ledgers."""

    name: str
    title_zh: str
    title_en: str
    source: str
    notes: tuple[str, ...]
    period: str | dict[str, str]
    submitting_org: str | dict[str, str]
    files: dict[str, SourceFile]
    views: dict[str, View]
    code_lists: dict[str, dict[str, str]]
    ignored_files: dict[str, str]
    ledgers: dict[str, MappedLedger]
    digest: str
    path: Path

    def ledger_order(self) -> list[str]:
        """Ledgers in loading order: organisations first."""
        return sorted(self.ledgers, key=lambda name: (name != "org_unit", name))

    def from_files(self, ledger: str) -> list[str]:
        """Aliases of the files whose lines become the ledger's rows, in order of the blocks."""
        blocks = self.ledgers[ledger].rows
        return list(dict.fromkeys(self.line_file(b["from"]) for b in blocks if "from" in b))

    def line_file(self, table: str) -> str:
        """The file whose lines a table's ``_row`` counts: of a view the first it is made of."""
        view = self.views.get(table)
        return self.line_file(view.of[0]) if view else table

    def used_files(self, ledger: str) -> list[str]:
        """Aliases of all files the ledger is read from: those of its rows first."""
        mapped = self.ledgers[ledger]
        sides = [j["file"] for b in mapped.rows for j in mapped.joined(b)]
        sides += [b["from"] for b in mapped.rows if "from" in b]
        # A view may be written over another one.
        words = [b.get("where", "") for b in mapped.rows]
        words += [i["when"] for b in mapped.rows for i in b.get("ignore", ())]
        words += [c.get("expression", "") for b in mapped.rows for c in b["columns"].values()]
        sides += [n for n in self.tables() if re.search(rf"(?<![.\w]){n}\b", " ".join(words))]
        return list(dict.fromkeys([*self.from_files(ledger), *sorted(self._resolved(sides))]))

    def used_views(self, aliases: Iterable[str]) -> dict[str, View]:
        """Views that can be made from those files."""
        known = set(aliases)
        return {n: v for n, v in self.views.items() if self._resolved(v.of) <= known}

    def tables(self) -> list[str]:
        """Names that the SQL of a block may use."""
        return [*self.files, *self.views]

    def _resolved(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for name in names:
            view = self.views.get(name)
            found |= self._resolved(view.of) if view else {name}
        return found

    def translation(self, spec: AnyMapping[str, Any]) -> dict[str, str] | None:
        """The code table of a column; None when its values stay as they are."""
        if "code_list" in spec:
            return self.code_lists[spec["code_list"]]
        return spec.get("codes")

    def field_is_used(self, name: str) -> bool:
        """Whether anything of the mapping speaks of a field of that name."""
        return name in self._words

    @property
    def _words(self) -> set[str]:
        return _words_of(self)


def text_in(text: str, lang: str) -> str:
    """One side of a text written ``中文 | English``; the whole text where it has one side."""
    zh, bar, en = text.partition(" | ")
    if not bar:
        return text
    return zh if lang == "zh" else en


_WORDS: dict[str, set[str]] = {}


def _words_of(mapping: Mapping) -> set[str]:
    """Every word of the SQL of a mapping; made once for each mapping file."""
    if mapping.digest not in _WORDS:
        said = [str(mapping.period), str(mapping.submitting_org)]
        said += [v.sql for v in mapping.views.values()]
        said += [str(m.rows) for m in mapping.ledgers.values()]
        _WORDS[mapping.digest] = set(re.findall(r"\w+", " ".join(said)))
    return _WORDS[mapping.digest]


def load_mapping(name: str, contracts: dict[str, Contract]) -> Mapping:
    """Read ``pipelines/mappings/<name>.yaml``.

    Raises:
        UsageError: There is no such mapping.
        StrictYamlError: The file is faulty or names an unknown ledger or column.
    """
    path = MAPPINGS_DIR / f"{name}.yaml"
    if not re.fullmatch(r"[a-z0-9_]+", name) or not path.is_file():
        known = ", ".join(p.stem for p in mapping_files())
        raise UsageError(
            f"没有名为“{name}”的映射；可用：{known}。", f'no mapping "{name}"; known: {known}.'
        )
    return _read(path, contracts)


def find_mapping(digest: str, contracts: dict[str, Contract]) -> Mapping | None:
    """The mapping whose file has that digest; None when it was changed or removed."""
    for path in mapping_files():
        if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            return _read(path, contracts)
    return None


def mapping_files() -> list[Path]:
    """Files of all mappings in the order of their names."""
    return sorted(MAPPINGS_DIR.glob("*.yaml"))


def _read(path: Path, contracts: dict[str, Contract]) -> Mapping:
    raw = load_strict(path, _SHAPE)
    if raw["mapping"] != path.stem:
        raise StrictYamlError(path, 1, f"mapping must equal the file name '{path.stem}'")
    check = _Check(path, raw, contracts)
    check.head()
    reading = raw.get("reading", {})
    ledgers = {}
    for ledger, spec in raw["ledgers"].items():
        absent = check.ledger(ledger, spec)
        ledgers[ledger] = MappedLedger(
            tuple(spec["rows"]), dict(spec.get("no_source", {})), spec.get("note", ""), absent
        )
    return Mapping(
        name=path.stem,
        title_zh=raw["title_zh"],
        title_en=raw["title_en"],
        source=raw["source"],
        notes=tuple(raw.get("notes", ())),
        period=raw["period"],
        submitting_org=raw["submitting_org"],
        files={a: _source_file(a, {**reading, **f}) for a, f in raw["files"].items()},
        views={
            n: View(tuple(v["of"]), v["sql"], v.get("note", ""))
            for n, v in raw.get("views", {}).items()
        },
        code_lists={n: dict(c) for n, c in raw.get("code_lists", {}).items()},
        ignored_files=dict(raw["ignored_files"]),
        ledgers=ledgers,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        path=path,
    )


def _source_file(alias: str, spec: AnyMapping[str, Any]) -> SourceFile:
    fields = dict(spec.get("fields", {})) or {n: n for n in spec.get("columns", ())}
    default = False if "columns" in spec else "auto" if fields else True
    separators = spec.get("separators") or [spec.get("separator", ",")]
    return SourceFile(
        alias=alias,
        file=spec["file"],
        title=spec.get("title", spec["file"]),
        is_optional=spec.get("optional", False),
        separators=tuple(separators),
        header=spec.get("header", default),
        is_quoted=spec.get("quoted", True),
        encoding=spec.get("encoding", "auto"),
        empty={p: tuple(v) for p, v in spec.get("empty", {}).items()},
        fields=fields,
    )


class _Check:
    """What the shape cannot say: names that must exist, keys that exclude one another."""

    def __init__(self, path: Path, raw: dict[str, Any], contracts: dict[str, Contract]) -> None:
        self.path, self.raw, self.contracts = path, raw, contracts
        self.tables = {*raw["files"], *raw.get("views", {})}

    def fail(self, where: AnyMapping[str, Any], key: str, message: str) -> None:
        raise StrictYamlError(self.path, line_of(where, key), message)

    def head(self) -> None:
        """Files, views, period and sender."""
        raw = self.raw
        for alias, spec in raw["files"].items():
            self._name(raw["files"], alias)
            if "columns" in spec and "fields" in spec:
                self.fail(spec, "columns", f"{alias}: give columns or fields, not both")
            self._reading(spec, alias)
        self._reading(raw.get("reading", {}), "reading")
        for name, view in raw.get("views", {}).items():
            self._name(raw["views"], name)
            if unknown := sorted(set(view["of"]) - self.tables):
                self.fail(view, "of", f"view {name}: undeclared file(s) {unknown}")
        period, sender = raw["period"], raw["submitting_org"]
        if isinstance(period, str):
            if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
                self.fail(raw, "period", f"period '{period}' is not YYYY-MM")
        elif len(period) != 1:
            self.fail(raw, "period", "period: give column or file_name")
        elif "file_name" in period:
            groups = re.compile(period["file_name"]).groupindex
            if set(groups) != {"year", "month"}:
                self.fail(period, "file_name", "file_name needs the groups (?P<year>) (?P<month>)")
        if not isinstance(sender, str) and sender["file"] not in raw["files"]:
            self.fail(sender, "file", f"submitting_org: undeclared file '{sender['file']}'")

    def _name(self, where: AnyMapping[str, Any], name: str) -> None:
        if not _SQL_NAME.fullmatch(name) or name == CONTEXT:
            self.fail(where, name, f"'{name}' is no name for a file or view (a-z, 0-9, _)")

    def _reading(self, spec: AnyMapping[str, Any], alias: str) -> None:
        if "separator" in spec and "separators" in spec:
            self.fail(spec, "separators", f"{alias}: give separator or separators, not both")
        for text in [spec.get("separator", ","), *spec.get("separators", ())]:
            if len(text.encode()) != 1:
                self.fail(spec, "separator", f"{alias}: a separator is one ASCII character")

    def ledger(self, ledger: str, spec: dict[str, Any]) -> frozenset[str]:
        """Check one ledger; the columns that no row has."""
        if ledger not in self.contracts:
            self.fail(self.raw["ledgers"], ledger, f"unknown ledger '{ledger}'")
        contract = self.contracts[ledger]
        names = {c.name for c in contract.columns}
        no_source = spec.get("no_source", {})
        for named in (*(b["columns"] for b in spec["rows"]), no_source):
            if unknown := sorted(set(named) - names):
                self.fail(named, unknown[0], f"{ledger}: unknown column(s) {unknown}")
        mapped = {name for block in spec["rows"] for name in block["columns"]}
        if both := sorted(mapped & set(no_source)):
            self.fail(no_source, both[0], f"{ledger}: mapped and without source: {both}")
        for block in spec["rows"]:
            self._block(ledger, block)
            needed = {c.name for c in contract.columns if c.required} - set(no_source)
            if missing := sorted(needed - set(block["columns"])):
                message = f"{ledger}: required column(s) {missing} are neither mapped nor no_source"
                self.fail(block, "columns", message)
        return frozenset(names - mapped)

    def _block(self, ledger: str, block: dict[str, Any]) -> None:
        aliases = {CONTEXT}
        sides = [*block.get("join", ()), *block.get("lookup", ())]
        if "from" in block:
            if block["from"] not in self.tables:
                self.fail(block, "from", f"{ledger}: undeclared file(s) {[block['from']]}")
            aliases.add(block["from"])
        elif sides:
            self.fail(block, "columns", f"{ledger}: join and lookup need from")
        for side in sides:
            if side["file"] not in self.tables:
                self.fail(side, "file", f"{ledger}: undeclared file(s) {[side['file']]}")
            aliases.add(side["file"])
        for name, column in block["columns"].items():
            self._column(f"{ledger}.{name}", block["columns"], name, column, aliases)

    def _column(
        self,
        where: str,
        columns: AnyMapping[str, Any],
        name: str,
        spec: dict[str, Any],
        aliases: set[str],
    ) -> None:
        if len({"column", "constant", "expression"} & set(spec)) != 1:
            self.fail(columns, name, f"{where}: give one of column, constant, expression")
        for part in (spec, *([spec["if_empty"]] if "if_empty" in spec else [])):
            if "codes" in part and "code_list" in part:
                self.fail(part, "codes", f"{where}: give codes or code_list, not both")
            if part.get("code_list", None) not in (None, *self.raw.get("code_lists", {})):
                self.fail(part, "code_list", f"{where}: unknown code_list '{part['code_list']}'")
            if "column" in part:
                self._source(where, part, "column", aliases)
        if "place" in spec:
            self._source(where, spec, "place", aliases)
        if "constant" in spec and len(spec) > 1:
            self.fail(columns, name, f"{where}: a constant takes no transform")
        if len({"codes", "code_list", "scale", "shift_years"} & set(spec)) > 1:
            self.fail(columns, name, f"{where}: one of codes, code_list, scale, shift_years")

    def _source(self, where: str, spec: dict[str, Any], key: str, aliases: set[str]) -> None:
        alias, dot, field = spec[key].partition(".")
        if not dot or alias not in aliases:
            self.fail(spec, key, f"{where}: '{spec[key]}' is not <file>.<field> of this block")
        declared = self.raw["files"].get(alias, {})
        known = declared.get("fields") or declared.get("columns")
        if known and field not in known:
            self.fail(spec, key, f"{where}: file '{alias}' has no field '{field}'")


def fields_named(spec: AnyMapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(file, field) pairs that a column is made from, the deciding one first."""
    if "place" in spec:
        alias, _, field = spec["place"].partition(".")
        yield alias, field
    for part in (spec, spec.get("if_empty", {})):
        if "column" in part:
            alias, _, field = part["column"].partition(".")
            yield alias, field
        elif "expression" in part:
            yield from re.findall(r"\b([a-z][a-z0-9_]*)\.(\w+)", part["expression"])
