"""Row numbers of loads: a line of a file, and of which file where a load was made from several.

The rows of a mapped export come from several files; the number of a row is its file's place among
the load's inputs times ``LINES`` plus the line. A plain upload has one file: its rows are lines.
"""

from __future__ import annotations

from collections.abc import Sequence

LINES = 10_000_000_000  # no file has that many lines


def file_and_line(row_no: int, files: Sequence[str]) -> tuple[str, int]:
    """Name of the file that a row came from, and its line there.

    Args:
        row_no: Number of the row in its load.
        files: The load's inputs in their order.
    """
    place, line = divmod(row_no, LINES)
    return (files[place] if place < len(files) else "+".join(files)), line


def row_words(row_no: int | None, lang: str) -> str:
    """A row in words where the names of the files are not at hand; empty for no row."""
    if row_no is None:
        return ""
    place, line = divmod(row_no, LINES)
    if lang == "zh":
        return (f"第{place + 1}个文件" if place else "") + f"第{line}行"
    return f"row {line}" + (f" of file {place + 1}" if place else "")
