"""Finding the header row and matching its cells with the columns of a contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from expectations.contract import Contract
from expectations.findings import finding_row

SEARCH_ROWS = 10
MAX_COLUMNS = 200  # of a file
_BLANK = re.compile(r"[\s　\ufeff*＊]+")


@dataclass
class Header:
    """Where the header is and which file column holds which ledger column."""

    row: int
    positions: dict[str, int] = field(default_factory=dict)
    findings: list[dict[str, object]] = field(default_factory=list)


def column_letter(index: int) -> str:
    """Spreadsheet letters of a zero-based column index: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_header(
    rows: Sequence[Sequence[object]], contract: Contract, absent: frozenset[str] = frozenset()
) -> Header | None:
    """The first of the leading rows that names at least half of the required columns.

    Own columns of the sender start with 备注 and are left aside; any other unknown column is a
    finding, as are repeated and missing ones.
    """
    known = known_headers(contract)
    required = [c.name for c in contract.columns if c.required and c.name not in absent]
    for index, row in enumerate(rows[:SEARCH_ROWS]):
        named = {known[plain_header(cell)] for cell in row if plain_header(cell) in known}
        if len(named) >= 2 and 2 * len(named & set(required)) >= len(required):
            return _match(index, row, contract, known, required)
    return None


def known_headers(contract: Contract) -> dict[str, str]:
    """Every header that names a column of the ledger, to the column's name."""
    return {plain_header(h): c.name for c in contract.columns for h in c.headers}


def plain_header(cell: object) -> str:
    """A header cell without blanks and without the star of a required column."""
    return _BLANK.sub("", cell) if isinstance(cell, str) else ""


def _match(
    index: int,
    row: Sequence[object],
    contract: Contract,
    known: dict[str, str],
    required: list[str],
) -> Header:
    header = Header(row=index + 1)
    for position, cell in enumerate(row):
        text = plain_header(cell)
        where = f"{column_letter(position)}{index + 1}"
        if not text:
            continue
        name = known.get(text)
        if name is None:
            if not text.startswith("备注"):
                header.findings.append(
                    finding_row("JT-FILE-0010", row_no=index + 1, cell=where, value=text[:50])
                )
        elif name in header.positions:
            header.findings.append(
                finding_row(
                    "JT-FILE-0011",
                    row_no=index + 1,
                    cell=where,
                    column=name,
                    value=text[:50],
                )
            )
        else:
            header.positions[name] = position
    for name in required:
        if name not in header.positions:
            header.findings.append(finding_row("JT-FILE-0009", row_no=index + 1, column=name))
    return header
