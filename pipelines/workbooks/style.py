"""Colours, fixed dates and the limits of a worksheet that all workbooks for branches share."""

from __future__ import annotations

import datetime as dt

CREATED = dt.datetime(2000, 1, 1)  # the same content gives the same bytes
FONT = "微软雅黑"
FILLS = {
    "block": "F4B6B6",
    "explain": "FAD3A2",
    "warn": "FFF2AB",
    "beta": "DCE3EE",
}
HEAD_FILL, HEAD_REQUIRED_FILL = "5B6B7F", "1F4E79"
TITLE_FILL = "EAF0F7"
GOOD, BAD = "2E7D32", "B3261E"
MAX_ROWS = 1_048_576  # of a worksheet
MAX_LINKS = 60_000  # a worksheet holds at most 65,530
EN_DASH = "–"


def display_width(text: str) -> int:
    """Width in columns of a fixed font: Chinese characters take two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def wrapped_lines(text: str, width: int) -> int:
    """Lines a text takes in a cell of that width."""
    return sum(max(1, -(-display_width(line) // max(width, 1))) for line in text.split("\n"))


def sheet_link(sheet: str, cell: str) -> str:
    """Address of a cell for a link inside the workbook: ``'贷款借据'!C7``."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"
