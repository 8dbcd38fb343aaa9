"""What to fix first: findings of one kind in one column, sorted by what clears most.

Here belongs the grouping that the text verdict, the JSON and the annotated workbook share. Counts
are of all findings; only the listing of cells is cut, and it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from expectations.contract import Contract
from expectations.findings import Finding, render
from expectations.rule import SEVERITIES, Rule, RuleBook

# The stubs of pyarrow know fewer signatures than the library has.
_pc: Any = pyarrow.compute
_CELL = re.compile(r"([A-Z]+)(\d+)")
_SCANNED = 20_000  # cells of one group that are looked at for the compact listing


@dataclass(frozen=True)
class Fix:
    """All findings of one rule in one column.

    ``count`` is how many findings disappear when this is put right. ``areas`` are the cells in
    compact form (``C7``, ``C9–C12``), ``is_cut`` says that there are more than these.
    """

    rule: Rule
    count: int
    areas: tuple[str, ...]
    is_cut: bool
    first: Finding

    def cells(self, lang: str) -> str:
        """The areas in one phrase; a cut-off is stated with the full count."""
        if not self.areas:
            return self.first.place(lang)
        joined = ("、" if lang == "zh" else ", ").join(self.areas)
        if self.first.cell is None:
            joined = f"第 {joined} 行" if lang == "zh" else f"row {joined}"
        if not self.is_cut:
            return joined
        return f"{joined} 等 {self.count} 处" if lang == "zh" else f"{joined} … {self.count} in all"


def rank(rule: Rule) -> int:
    """Blocking findings come first, those on trial last."""
    return len(SEVERITIES) if rule.status == "beta" else SEVERITIES.index(rule.severity)


def severity_counts(counts: dict[str, int], book: RuleBook) -> dict[str, int]:
    """Findings by severity, those of rules on trial under ``beta``; only what occurs."""
    names = (*SEVERITIES, "beta")
    found = dict.fromkeys(names, 0)
    for code, count in counts.items():
        found[names[rank(book[code])]] += count
    return {name: n for name, n in found.items() if n}


def fix_list(
    findings: pa.Table,
    book: RuleBook,
    contract: Contract | None,
    *,
    areas: int = 8,
    org_id: str | None = None,
    period: str | None = None,
) -> list[Fix]:
    """Groups of findings, blocking ones first, then by the number of findings that one fix clears.

    Args:
        findings: A finding table, in the judge's order.
        book: The rule registry.
        contract: The ledger of the file.
        areas: Compact cell areas listed per group.
        org_id: The sender, for texts that tell how to get a template.
        period: The month of the file, for the same texts.
    """
    if findings.num_rows == 0:
        return []
    place = pa.array(range(findings.num_rows), pa.int64())
    keyed = findings.select(["code", "column"]).append_column("place", place)
    groups = keyed.group_by(["code", "column"], use_threads=False).aggregate(
        [("place", "count"), ("place", "min")]
    )
    fixes = []
    for group in groups.to_pylist():
        code, column, count = group["code"], group["column"], group["place_count"]
        mask = _pc.equal(findings.column("code"), code)
        same = (
            _pc.is_null(findings.column("column"))
            if column is None
            else _pc.equal(findings.column("column"), column)
        )
        rows = findings.filter(_pc.and_(mask, _pc.fill_null(same, False))).slice(0, _SCANNED)
        listed = compact_cells(
            (r["cell"], r["row_no"]) for r in rows.select(["cell", "row_no"]).to_pylist()
        )
        first = next(
            render(
                findings.slice(group["place_min"], 1), book, contract, org_id=org_id, period=period
            )
        )
        is_cut = len(listed) > areas or count > _SCANNED
        fixes.append(Fix(book[code], count, tuple(listed[:areas]), is_cut, first))
    return sorted(fixes, key=lambda f: (rank(f.rule), -f.count, f.rule.code, f.first.column or ""))


def compact_cells(places: Iterable[tuple[str | None, int | None]]) -> list[str]:
    """Cells and whole rows in compact form: runs of rows in one column become ``C9–C12``.

    Args:
        places: Cell address (or None) and row number (or None), in the order of the file.
    """
    columns: dict[str, list[int]] = {}
    found: list[str] = []
    for cell, row in places:
        match = _CELL.fullmatch(cell or "")
        if match:
            columns.setdefault(match[1], []).append(int(match[2]))
        elif cell:
            found.append(cell)  # a place in a foreign export, told in its own words
        elif row is not None:
            columns.setdefault("", []).append(row)
    for letters, numbers in columns.items():
        first = last = None
        for number in [*sorted(set(numbers)), None]:
            if last is not None and number == last + 1:
                last = number
                continue
            if first is not None:
                found.append(_area(letters, first, last or first))
            first = last = number
    return found


def _area(letters: str, first: int, last: int) -> str:
    if not letters:
        return f"{first}–{last}" if last > first else str(first)
    return f"{letters}{first}" + (f"–{letters}{last}" if last > first else "")
