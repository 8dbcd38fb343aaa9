"""Notes of an output: how its figures are made, on which clause, by which decision.

Here belongs reading a folder's ``notes.yml`` and its sheet. The texts belong to the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.strict_yaml import load_strict
from reports.waivers import WaiverLine, write_waivers
from reports.writers.xlsx import Book, Column, write_table, write_title

SHEET = "说明"
_SHAPE = {
    "notes": [
        {"topic": str, "formula": str, "clause": str, "decision?": str},
    ]
}
_COLUMNS = (
    Column("事项", 20, "wrap"),
    Column("算法", 64, "wrap"),
    Column("依据", 26, "wrap"),
    Column("口径决定（来源未写明之处）", 56, "wrap"),
)


@dataclass(frozen=True)
class Note:
    """One matter: its formula, the source clause and what was decided where the source is open."""

    topic: str
    formula: str
    clause: str
    decision: str

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return dict(vars(self))


def load_notes(folder: Path) -> list[Note]:
    """Notes of an output's folder.

    Raises:
        StrictYamlError: ``notes.yml`` is missing or not of its shape.
    """
    raw: dict[str, Any] = load_strict(folder / "notes.yml", _SHAPE)
    return [
        Note(note["topic"], note["formula"], note["clause"], note.get("decision", ""))
        for note in raw["notes"]
    ]


def write_notes_sheet(
    book: Book, notes: list[Note], title: str, waivers: Sequence[WaiverLine] = ()
) -> None:
    """The sheet 说明: the notes, and the waivers that touch the figures."""
    sheet = book.sheet(SHEET)
    top = write_title(book, sheet, title, [], len(_COLUMNS) - 1)
    rows = [(note.topic, note.formula, note.clause, note.decision) for note in notes]
    bottom = write_table(book, sheet, top, _COLUMNS, rows, head_height=22)
    write_waivers(book, sheet, bottom, [column.width for column in _COLUMNS], waivers)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
