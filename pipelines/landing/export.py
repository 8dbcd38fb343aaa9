"""A foreign export in a folder: which file is which, for which month and by whom it was sent.

What ``receive`` and ``validate`` share for exports. One export gives one verdict for each ledger of
its mapping.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute

from expectations.contract import Contract
from expectations.database import open_database
from expectations.findings import finding_row
from expectations.judge import Verdict, judge, refused
from expectations.rule import RuleBook
from pipelines.errors import UsageError
from pipelines.landing.foreign import ForeignTable, no_rows, read_foreign
from pipelines.landing.identity import Identity
from pipelines.landing.mapped_rows import lay_out, map_rows
from pipelines.landing.mapping import Mapping, SourceFile
from pipelines.landing.unreadable import Unreadable
from pipelines.periods import Period, parse_period

# The stubs of pyarrow know fewer signatures than the library has.
_pc: Any = pyarrow.compute
_MONTH = r"^([0-9]{4})-?([0-9]{2})(-?[0-9]{2})?$"
Waived = dict[str, str]  # rule code to waiver id
_ORG = re.compile(r"[A-Za-z0-9]{1,30}")


@dataclass
class Export:
    """The files of one export as bytes, and who sent it for which month.

    ``refusal`` holds findings that say why period or sender cannot be told; then nothing of the
    export can be judged.
    """

    mapping: Mapping
    names: dict[str, str]
    data: dict[str, bytes]
    ignored: dict[str, str] = field(default_factory=dict)
    org_id: str = ""
    period: Period | None = None
    refusal: list[dict[str, object]] = field(default_factory=list)
    _read: dict[str, ForeignTable | Unreadable] = field(default_factory=dict)

    def ledgers(self) -> list[str]:
        """Ledgers that the export has rows for, organisations first."""
        order = self.mapping.ledger_order()
        return [n for n in order if not self._lacks(n)]

    def lacking(self) -> dict[str, list[str]]:
        """Ledgers that it has no rows for, because optional files are not there: their titles."""
        return {
            n: [self.mapping.files[a].title for a in self.mapping.from_files(n)]
            for n in self.mapping.ledger_order()
            if self._lacks(n)
        }

    def _lacks(self, ledger: str) -> bool:
        sources = self.mapping.from_files(ledger)
        return bool(sources) and not any(alias in self.names for alias in sources)

    def inputs(self, ledger: str) -> dict[str, str]:
        """File name by alias of what a ledger is read from: the files of its rows first."""
        return {a: self.names[a] for a in self.mapping.used_files(ledger) if a in self.names}

    def label(self, ledger: str) -> str:
        """The files whose lines become the rows of a ledger."""
        sources = [a for a in self.mapping.from_files(ledger) if a in self.names]
        return "+".join(self.names[a] for a in sources or self.names)

    def identity(self, ledger: str) -> Identity:
        """Ledger, sender and month of one of its loads."""
        assert self.period is not None
        return Identity(ledger, self.org_id, self.period)

    def table(self, alias: str) -> ForeignTable:
        """The cells of one file, read once.

        Raises:
            Unreadable: It cannot be read; the findings name the file.
        """
        if alias not in self._read:
            source = self.mapping.files[alias]
            try:
                if alias not in self.data:
                    self._read[alias] = no_rows(source)
                else:
                    self._read[alias] = read_foreign(self.data[alias], source, self.mapping)
            except Unreadable as exc:
                self._read[alias] = Unreadable(
                    *({**f, "cell": self.at(alias, f.get("row_no"))} for f in exc.findings)
                )
        found = self._read[alias]
        if isinstance(found, Unreadable):
            raise found
        return found

    def at(self, alias: str, line: object, title: str = "") -> str:
        """A place in the export as findings name it."""
        place = self.names[alias] + (f":{line}" if line else "")
        return f"{place} {title}" if title else place


def open_export(
    folder: Path, mapping: Mapping, *, org_id: str | None = None, period: Period | None = None
) -> Export:
    """Find the files of an export in a folder and read who sent it for which month.

    Args:
        folder: Folder of the export.
        mapping: Its mapping.
        org_id: Sender, instead of what the mapping says.
        period: Month; for a mapping that finds the month in the export both must agree.

    Raises:
        UsageError: The folder lacks a file, holds two of one kind, or the sender cannot be told.
    """
    if not folder.is_dir():
        raise UsageError(
            f"映射 {mapping.name} 需要一个目录，{folder} 不是目录。",
            f"mapping {mapping.name} takes a folder; {folder} is none.",
        )
    present = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name[0] != ".")
    names = _matched(folder, present, mapping)
    data = {a: (folder / name).read_bytes() for a, name in names.items()}
    left = [name for name in present if name not in names.values()]
    export = Export(mapping, names, data, {n: _why_ignored(n, mapping) for n in left})
    export.period = _period(export, period)
    if export.period is not None:
        export.org_id = _sender(export, org_id)
    return export


def export_of_inputs(mapping: Mapping, named: dict[str, bytes], identity: Identity) -> Export:
    """The export again from the landed bytes of one of its loads."""
    names: dict[str, str] = {}
    for alias in mapping.used_files(identity.ledger):
        hits = [n for n in named if fnmatchcase(n, mapping.files[alias].file)]
        if hits:
            names[alias] = hits[0]
    data = {a: named[n] for a, n in names.items()}
    return Export(mapping, names, data, org_id=identity.org_id, period=identity.period)


def judge_export(
    con: duckdb.DuckDBPyConnection,
    export: Export,
    contract: Contract,
    book: RuleBook,
    waived: Waived | None = None,
) -> Verdict:
    """Judge one ledger of an export; the typed rows stay as ``typed`` on the connection.

    Raises:
        UsageError: The SQL of the mapping cannot run.
    """
    mapping, inputs = export.mapping, export.inputs(contract.name)
    identity = export.identity(contract.name)
    tables: dict[str, ForeignTable] = {}
    unreadable: list[dict[str, object]] = []
    for alias in mapping.used_files(contract.name):
        try:
            tables[alias] = export.table(alias)
        except Unreadable as exc:
            unreadable += exc.findings
    if unreadable:
        return refused(unreadable)
    start, end = identity.period.start, identity.period.end
    lay_out(con, tables, mapping, org_id=export.org_id, period_start=start, period_end=end)
    rows = map_rows(con, contract, mapping, tables, inputs)
    verdict = judge(
        con,
        contract,
        rows.raw,
        book,
        org_id=identity.org_id,
        period_start=start,
        period_end=end,
        is_bank_wide=True,
        absent=mapping.ledgers[contract.name].absent,
        waived=waived,
    )
    return rows.lead_back(con, verdict)


def _matched(folder: Path, present: list[str], mapping: Mapping) -> dict[str, str]:
    """File name by alias; every complaint about the folder in one message."""
    names: dict[str, str] = {}
    missing: list[SourceFile] = []
    several: list[tuple[SourceFile, list[str]]] = []
    for alias, source in mapping.files.items():
        hits = [name for name in present if fnmatchcase(name, source.file)]
        if len(hits) == 1:
            names[alias] = hits[0]
        elif hits:
            several.append((source, hits))
        elif not source.is_optional:
            missing.append(source)
    zh, en = [], []
    if missing:
        listed = [f"{s.title}（{s.file}）" if s.title != s.file else s.file for s in missing]
        zh.append(f"目录 {folder} 中缺少映射 {mapping.name} 需要的文件：{'、'.join(listed)}。")
        en.append(f"{folder} lacks files that mapping {mapping.name} needs: {', '.join(listed)}.")
    for source, hits in several:
        zh.append(
            f"{source.title} 应只有一个文件（{source.file}），找到 {'、'.join(hits)}；请只留一个。"
        )
        en.append(f"one file must match {source.file}, found {', '.join(hits)}; keep one.")
    if zh:
        raise UsageError("".join(zh), " ".join(en))
    return names


def _why_ignored(name: str, mapping: Mapping) -> str:
    for pattern, why in mapping.ignored_files.items():
        if fnmatchcase(name, pattern):
            return why
    return "映射没有提到此文件 | not named by the mapping"


def _period(export: Export, given: Period | None) -> Period | None:
    said = export.mapping.period
    if isinstance(said, str):
        return given or parse_period(said)
    if "file_name" in said:
        return _period_of_names(export, said["file_name"], given)
    return _period_of_cells(export, said["column"], given)


def _period_of_names(export: Export, pattern: str, given: Period | None) -> Period:
    found: dict[str, str] = {}
    for name in export.names.values():
        if match := re.search(pattern, name):
            century = "20" if len(match["year"]) == 2 else ""
            found[name] = f"{century}{match['year']}-{match['month']}"
    months = sorted({*found.values(), *([str(given)] if given else [])})
    if len(months) == 1 and found and _is_month(months[0]):
        return parse_period(months[0])
    listed = "、".join(f"{n}（{m}）" for n, m in sorted(found.items())) or "—"
    raise UsageError(
        f"导出文件名应指同一个月份，找到：{listed}。请分月存放，或核对 --period。",
        f"the file names of the export must name one month, found: {listed}; keep months apart.",
    )


def _period_of_cells(export: Export, column: str, given: Period | None) -> Period | None:
    """The month that the column names in every file that has it."""
    month = str(given) if given else ""
    for alias in export.names:
        try:
            foreign = export.table(alias)
        except Unreadable:
            continue  # its ledgers are refused with the reason
        if column not in foreign.table.column_names or foreign.table.num_rows == 0:
            continue
        cells: Any = foreign.table.column(column)
        months = _pc.replace_substring_regex(cells, _MONTH, r"\1-\2")
        if not month:
            first = next((m for m in _pc.unique(months).to_pylist() if _is_month(m)), None)
            month = first or ""
        wrong = _pc.fill_null(_pc.not_equal(months, month), True)
        if _pc.any(wrong).as_py():
            hits = foreign.table.filter(wrong)
            title = foreign.titles.get(column, column)
            values = zip(hits["_row"].to_pylist(), hits[column].to_pylist(), strict=True)
            export.refusal += [
                finding_row(
                    "JT-MAP-0006",
                    row_no=line,
                    cell=export.at(alias, line, f"{title}({column})"),
                    column=title,
                    value=value,
                    expected=month or "YYYYMMDD",
                )
                for line, value in values
            ]
    if not month and not export.refusal:
        export.refusal.append(finding_row("JT-MAP-0007", value=column))
    return None if export.refusal else parse_period(month)


def _is_month(text: str | None) -> bool:
    return bool(text and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text))


def _sender(export: Export, given: str | None) -> str:
    said = export.mapping.submitting_org
    if given or isinstance(said, str):
        return given or str(said)
    con = open_database()
    try:
        table = export.table(said["file"]).table
    except Unreadable as exc:
        export.refusal += exc.findings
        return ""
    con.register(said["file"], table)
    where = f" where {said['where']}" if "where" in said else ""
    rows = con.execute(
        f'select distinct "{said["column"]}" from "{said["file"]}"{where} order by 1'
    ).fetchall()
    found = [str(r[0]) for r in rows if r[0]]
    if len(found) == 1 and _ORG.fullmatch(found[0]):
        return found[0]
    name = export.names.get(said["file"], said["file"])
    listed = "、".join(found[:10]) or "—"
    raise UsageError(
        f"无法从 {name} 确定报送机构（应恰有一个，找到：{listed}）；请用 --branch 指明总行的内部机构号。",
        f"the sender cannot be told from {name} (one expected, found: {listed}); "
        "give the bank's own id with --branch.",
    )
