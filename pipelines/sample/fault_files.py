"""A file that somebody spoils: its cells, the findings due on them, and its bytes in every form.

Here belongs the hand that changes a cell, and writing CSV, workbooks and archives no reader may trust.
Which faults are injected is ``faults.py``.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from expectations.contract import Contract
from pipelines.landing.stamp import STAMP_SHEET, Stamp
from pipelines.sample.write import new_workbook

_EXCEL_DAY_ZERO = date(1899, 12, 30)

Mark = tuple[int | None, str, str]  # row, cell, code


@dataclass
class Sheet:
    """Printed cells of one ledger file, and the findings due on them."""

    contract: Contract
    rows: list[list[str]]
    truth: list[Mark] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)

    def place(self, column: str) -> int:
        """Zero-based place of a column."""
        return [c.name for c in self.contract.columns].index(column)

    def cell(self, row: int, column: str) -> str:
        """Address of a cell by record number."""
        return f"{letter(self.place(column))}{row}"

    def get(self, row: int, column: str) -> str:
        """Printed content of a cell."""
        return self.rows[row - 2][self.place(column)]

    def set(self, row: int, **cells: str) -> None:
        """Change cells of one record."""
        for column, value in cells.items():
            self.rows[row - 2][self.place(column)] = value

    def pick(self, **wanted: str | Callable[[str], bool]) -> int:
        """Record number of the next untouched row with these contents."""
        for row in range(2, len(self.rows) + 2):
            if row in self._taken:
                continue
            if all(
                test(self.get(row, name)) if callable(test) else self.get(row, name) == test
                for name, test in wanted.items()
            ):
                self._taken.add(row)
                return row
        raise ValueError(
            f"{self.contract.name}: no row left with {', '.join(wanted)} to inject a fault into; "
            "the first branch needs more customers"
        )

    def fault(self, code: str, row: int, column: str, **cells: str) -> None:
        """Change cells so that ``code`` is due at ``column``."""
        self.set(row, **cells)
        self.truth.append((row, self.cell(row, column), code))

    def bad_cell(self, code: str, row: int, column: str, value: str) -> None:
        """Put a value that is wrong by itself into a cell."""
        self.fault(code, row, column, **{column: value})

    def duplicate(self, row: int) -> None:
        """Append a copy of a row; both rows of the group are findings."""
        self.rows.append(list(self.rows[row - 2]))
        for number in (row, len(self.rows) + 1):
            self.truth.append((number, self.cell(number, self.contract.key[0]), "JT-KEY-0001"))

    def header(self) -> list[str]:
        """Chinese headers."""
        return [c.title_zh for c in self.contract.columns]


def letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8")


def as_csv(sheet: Sheet) -> bytes:
    return csv_lines([sheet.header(), *sheet.rows])


def as_xlsx(
    sheet: Sheet,
    special: Mapping[tuple[int, str], tuple[str, str]],
    sheets: Sequence[str] = (),
    *,
    stamp: Stamp | None = None,
    renamed: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook of typed cells; ``special`` cells (row, column) are written in another way.

    With a ``stamp`` it is a template that was filled in; ``renamed`` gives columns other headers.
    """
    buffer = io.BytesIO()
    book = new_workbook(buffer)
    as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    for name in sheets or (sheet.contract.title_zh,):
        tab = book.add_worksheet(name)
        for place, column in enumerate(sheet.contract.columns):
            tab.write_string(0, place, (renamed or {}).get(column.name, column.title_zh))
            for row, cells in enumerate(sheet.rows, start=2):
                value = cells[place]
                how, _ = special.get((row, column.name), (column.kind, ""))
                at = (row - 1, place)
                if value == "":
                    continue
                if how in ("money", "rate", "int", "number"):
                    tab.write_number(*at, float(value))
                elif how in ("date", "serial"):
                    serial = (date.fromisoformat(value) - _EXCEL_DAY_ZERO).days
                    tab.write_number(*at, serial, as_date if how == "date" else None)
                elif how == "formula":
                    tab.write_formula(*at, f"={value}*1", None, float(value))
                elif how == "merged":
                    tab.merge_range(*at, at[0], place + 1, value)
                    cells[place + 1] = ""
                else:
                    tab.write_string(*at, value)
    if stamp is not None:
        hidden = book.add_worksheet(STAMP_SHEET)
        hidden.very_hidden()
        for line, (name, text) in enumerate(stamp.rows()):
            hidden.write_string(line, 0, name)
            hidden.write_string(line, 1, text)
    book.close()
    return buffer.getvalue()


def bomb(good: bytes) -> bytes:
    """A workbook whose sheet unpacks to 32 MB of blanks from forty kilobytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with target.open(info, "w") as part:
                part.write(source.read(name))
                if name == "xl/worksheets/sheet1.xml":
                    for _ in range(32):
                        part.write(b" " * (1 << 20))
    return buffer.getvalue()


def encrypted_package() -> bytes:
    """A compound file with the streams of a password-protected workbook ([MS-OFFCRYPTO])."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    sizes = (("EncryptionInfo", 4096), ("EncryptedPackage", 8192))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0,
    )  # fmt: skip
    header += struct.pack("<108I", *([free] * 108))
    table = [0xFFFFFFFD, end]
    entries = [_directory_entry("Root Entry", 5, 1, end, 0)]
    for place, (name, size) in enumerate(sizes):
        first, count = len(table), size // sector
        table += [*range(first + 1, first + count), end]
        left = 1 if place == 1 else free
        entries.append(_directory_entry(name, 2, free, first, size, left))
    entries[0] = _directory_entry("Root Entry", 5, 2, end, 0)
    entries.append(bytes(128))
    table += [free] * (128 - len(table))
    body = bytes((i * 131 + 17) % 251 for i in range(4096 + 8192))
    return header + struct.pack("<128I", *table) + b"".join(entries) + body


def _directory_entry(
    name: str, kind: int, child: int, first: int, size: int, left: int = 0xFFFFFFFF
) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ",
        text,
        len(text) + 2,
        kind,
        1,
        left,
        0xFFFFFFFF,
        child if kind == 5 else 0xFFFFFFFF,
        0,
        first,
        size,
    )
