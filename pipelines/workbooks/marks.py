"""Where findings stand on a sheet: the colour and note of each cell, the text of each row."""

from __future__ import annotations

from dataclasses import dataclass, field

from expectations.fix_list import rank
from expectations.rule import SEVERITIES, RuleBook
from pipelines.landing.receipt import Receipt
from pipelines.verdict_words import iter_findings

ERROR_HEADER = "备注：校验问题"  # own columns start with 备注: the file can be sent again as it is
NOTE_AUTHOR = "井田校验"
MAX_NOTES = 5_000  # a sheet of more notes opens slowly; every message stands in the error column
_COLOURS = (*SEVERITIES, "beta")


@dataclass
class Mark:
    """A marked cell: the worst severity of its findings, and what is said about it."""

    colour: str
    texts: list[str] = field(default_factory=list)

    @property
    def note(self) -> str:
        """Text of the cell's note."""
        return "\n".join(self.texts)


@dataclass
class Marks:
    """All marks of a sheet: by cell (row, zero-based column) and by row."""

    cells: dict[tuple[int, int], Mark] = field(default_factory=dict)
    rows: dict[int, list[str]] = field(default_factory=dict)

    def row_text(self, row: int) -> str:
        """Everything that is wrong in a row, for the error column."""
        texts = self.rows.get(row, [])
        if len(texts) == 1:
            return texts[0]
        return " ".join(f"{n}）{text}" for n, text in enumerate(texts, start=1))


def marks_of(receipt: Receipt, book: RuleBook, lang: str) -> Marks:
    """Marks of all findings that have a place on the data sheet."""
    marks = Marks()
    for finding in iter_findings(receipt, book):
        if finding.row_no is None:
            continue
        message = f"{finding.shown(lang)['message']}（{finding.code}）"
        place = _place(finding.cell)
        if place is not None:
            colour = _COLOURS[rank(book[finding.code])]
            mark = marks.cells.setdefault(place, Mark(colour))
            mark.colour = min(mark.colour, colour, key=_COLOURS.index)
            mark.texts.append(message)
            message = f"{finding.cell} {message}"
        marks.rows.setdefault(finding.row_no, []).append(message)
    return marks


def _place(cell: str | None) -> tuple[int, int] | None:
    letters = (cell or "").rstrip("0123456789")
    digits = (cell or "")[len(letters) :]
    if not letters.isascii() or not letters.isalpha() or not digits:
        return None
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits), column - 1
