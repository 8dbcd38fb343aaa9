"""The branches' files as typed rows: the only source of the second computation.

``columns.csv`` says which column of which ledger is read under which name and how; a column that a
file does not have is None in every row of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

Row = dict[str, Any]
Cast = Callable[[Any], Any]


def as_text(cell: Any) -> str | None:
    """Text of a cell; an empty cell is None."""
    text = "" if cell is None else str(cell)
    return text or None


def as_date(cell: Any) -> dt.date | None:
    """Date of a cell: typed in a workbook, ISO text in CSV."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    return dt.date.fromisoformat(cell) if cell else None


def as_number(cell: Any) -> Fraction | None:
    """Exact number of a cell; a workbook's float stands for 15 significant digits, as Excel has."""
    if cell in (None, ""):
        return None
    return Fraction(Decimal(f"{cell:.15g}" if isinstance(cell, float) else str(cell)))


def as_flag(cell: Any) -> bool | None:
    """Yes or no of a cell."""
    return {"是": True, "否": False, "": None, None: None}[cell]


_CASTS: dict[str, Cast] = {
    "text": as_text,
    "date": as_date,
    "number": as_number,
    "flag": as_flag,
}


@cache
def columns_of(ledger: str) -> dict[str, tuple[str, Cast]]:
    """Name and reading of every column of a ledger, by its title in the file."""
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as stream:
        return {
            line["title"]: (line["name"], _CASTS[line["kind"]])
            for line in csv.DictReader(stream)
            if line["ledger"] == ledger
        }


_NAME = re.compile(r"(?P<ledger>[a-z_]+)_(?P<org>[^_]+)_(?P<month>\d{4}-\d{2})\.(csv|xlsx)")


def read_table(path: Path) -> list[list[Any]]:
    """Cells of an upload, header first; CSV in UTF-8 or GB18030, or the first sheet."""
    if path.suffix == ".xlsx":
        rows: list[list[Any]] = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return rows
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


@dataclass(eq=False)
class Inbox:
    """The files of a folder, read on demand."""

    folder: Path
    _files: dict[tuple[str, str], dict[str, Path]] = field(init=False)
    _rows: dict[Path, list[Row]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._files = defaultdict(dict)
        for path in sorted(self.folder.iterdir()):
            name = _NAME.fullmatch(path.name)
            if name is None:
                raise ValueError(f"unexpected file name {path.name}")
            self._files[name["ledger"], name["org"]][name["month"]] = path

    @property
    def ledgers(self) -> set[str]:
        """Ledgers of which there is a file."""
        return {ledger for ledger, _ in self._files}

    @cache  # noqa: B019
    def of_month(self, ledger: str, month: str) -> list[Row]:
        """Rows that belong to one month: snapshots, flows, ten-day balances."""
        return [
            row
            for (name, _), files in self._files.items()
            if name == ledger and month in files
            for row in self._read(files[month], ledger)
        ]

    @cache  # noqa: B019
    def in_force(self, ledger: str, month: str) -> list[Row]:
        """Rows of a register: of each organisation, its last file up to the month."""
        rows: list[Row] = []
        for (name, _), files in self._files.items():
            past = [m for m in files if m <= month]
            if name == ledger and past:
                rows += self._read(files[max(past)], ledger)
        return rows

    def _read(self, path: Path, ledger: str) -> list[Row]:
        if path not in self._rows:
            header, *lines = read_table(path)
            columns = columns_of(ledger)
            unknown = set(header) - columns.keys()
            if unknown:
                raise ValueError(f"{path.name} has unknown columns {unknown}")
            blank = dict.fromkeys(name for name, _ in columns.values())
            read = [columns[title] for title in header]
            self._rows[path] = [
                blank | {name: cast(cell) for (name, cast), cell in zip(read, line, strict=True)}
                for line in lines
            ]
        return self._rows[path]
