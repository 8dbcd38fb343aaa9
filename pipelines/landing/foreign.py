"""Reading one file of a foreign export: text cells by field name, lines as the file has them.

The mapping says how: separators to try, header or not, quoting, encoding, values that mean
"none". What the cells become is ``mapped_rows.py``.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pacsv

from expectations.findings import finding_row
from pipelines.landing.mapping import Mapping, SourceFile
from pipelines.landing.read_csv import decode
from pipelines.landing.unreadable import Unreadable

# The stubs of pyarrow know fewer signatures than the library has.
_pc: Any = pyarrow.compute
_STRING: pa.DataType = pa.string()


@dataclass
class ForeignTable:
    """The cells of one file.

    Attributes:
        table: ``_row`` (line number) and one text column for each field that the mapping uses.
        titles: Title of every field by its name.
        blank: Lines without any cell; they are not in ``table``.
        findings: Lines with a wrong number of cells (``row_no`` is the line).
    """

    table: pa.Table
    titles: dict[str, str]
    blank: int = 0
    findings: list[dict[str, object]] = field(default_factory=list)


def read_foreign(data: bytes, source: SourceFile, mapping: Mapping) -> ForeignTable:
    """Read a file as its mapping says.

    Raises:
        Unreadable: Wrong encoding, no separator of the mapping fits, or fields are missing.
    """
    text = _decoded(data, source)
    separator, first = _separator(text, source)
    places, titles, has_header = _places(first, source)
    width = len(first)
    wanted = {n: i for n, i in places.items() if mapping.field_is_used(n)}
    found = _read_fast(text, separator, source, width, wanted, has_header)
    if found is None:
        found = _read_slow(text, separator, source, width, wanted, has_header)
    table, findings = found
    table, blank = _without_blanks(table)
    for name in wanted:
        none = source.empty_values(name)
        if none and table.num_rows:
            at = table.schema.get_field_index(name)
            column: Any = table.column(at)
            hit = _pc.is_in(column, value_set=pa.array(none, _STRING))
            gone = _pc.if_else(hit, pa.scalar(None, _STRING), column)
            table = table.set_column(at, name, gone)
    return ForeignTable(table, titles, blank, findings)


def no_rows(source: SourceFile) -> ForeignTable:
    """The table of an optional file that the export does not have."""
    names = {"_row": pa.int64(), **dict.fromkeys(source.fields, _STRING)}
    return ForeignTable(pa.schema(names).empty_table(), dict(source.fields))


def _decoded(data: bytes, source: SourceFile) -> bytes:
    if source.encoding == "auto":
        return decode(data)
    if not data.strip():
        raise Unreadable(finding_row("JT-FILE-0002"))
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode(source.encoding)
    except UnicodeDecodeError as exc:
        raise Unreadable(finding_row("JT-FILE-0007", value=str(exc.start))) from exc
    return text.encode("utf-8")


def _separator(text: bytes, source: SourceFile) -> tuple[str, list[str]]:
    """The first separator that splits the first line as the mapping expects, and its cells."""
    needed = len(source.fields) if source.header is not True else 0
    seen: list[int] = []
    for separator in source.separators:
        try:
            first: list[str] = next(_records(text, separator, source), [])
        except csv.Error as exc:
            raise Unreadable(
                finding_row("JT-FILE-0014", row_no=1, value="?", expected=str(needed or "?"))
            ) from exc
        is_fit = len(first) == needed if needed else len(first) > 1
        if is_fit or (not needed and len(source.separators) == 1):
            return separator, first
        seen.append(len(first))
    tried = "、".join(repr(s)[1:-1] for s in source.separators)
    raise Unreadable(
        finding_row(
            "JT-MAP-0005", row_no=1, value=str(max(seen)), expected=str(needed), difference=tried
        )
    )


def _records(text: bytes, separator: str, source: SourceFile) -> Iterator[list[str]]:
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    if source.is_quoted:
        return csv.reader(stream, delimiter=separator)
    return csv.reader(stream, delimiter=separator, quoting=csv.QUOTE_NONE)


def _places(first: list[str], source: SourceFile) -> tuple[dict[str, int], dict[str, str], bool]:
    """Place of every field in a line, its title, and whether the first line is a header."""
    cells = [c.strip() for c in first]
    if not source.fields:
        return {c: i for i, c in enumerate(cells)}, {c: c for c in cells}, True
    names = {**{t: n for n, t in source.fields.items()}, **{n: n for n in source.fields}}
    is_header = source.header is True or (
        source.header == "auto" and all(c in names for c in cells)
    )
    if not is_header:
        return {n: i for i, n in enumerate(source.fields)}, dict(source.fields), False
    places = {names[c]: i for i, c in reversed(list(enumerate(cells))) if c in names}
    if missing := [n for n in source.fields if n not in places]:
        raise Unreadable(
            *(finding_row("JT-FILE-0009", row_no=1, column=source.fields[n]) for n in missing)
        )
    return places, dict(source.fields), True


def _read_fast(
    text: bytes,
    separator: str,
    source: SourceFile,
    width: int,
    wanted: dict[str, int],
    has_header: bool,
) -> tuple[pa.Table, list[dict[str, object]]] | None:
    """One vectorised pass; None when ragged lines need the exact reader."""
    lines = text.replace(b"\r\n", b"\n") if b"\r" in text else text
    names = [f"c{i}" for i in range(width)]
    chosen = [names[i] for i in wanted.values()]
    try:
        table = pacsv.read_csv(
            io.BytesIO(lines),
            read_options=pacsv.ReadOptions(
                column_names=names, skip_rows_after_names=int(has_header), block_size=1 << 24
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=separator,
                quote_char='"' if source.is_quoted else False,
                newlines_in_values=source.is_quoted and b'"' in lines,
                ignore_empty_lines=False,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, _STRING),
                include_columns=chosen,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    start = 1 + int(has_header)
    rows: pa.Array[Any] = pa.array(np.arange(start, start + table.num_rows, dtype=np.int64))
    columns = {n: table.column(f"c{i}") for n, i in wanted.items()}
    return pa.table({"_row": rows, **columns}), []


def _read_slow(
    text: bytes,
    separator: str,
    source: SourceFile,
    width: int,
    wanted: dict[str, int],
    has_header: bool,
) -> tuple[pa.Table, list[dict[str, object]]]:
    """The exact reader: names every line with a wrong number of cells."""
    findings: list[dict[str, object]] = []
    numbers: list[int] = []
    cells: dict[str, list[str | None]] = {n: [] for n in wanted}
    numbered = enumerate(_records(text, separator, source), start=1)
    try:
        for number, record in itertools.islice(numbered, int(has_header), None):
            if record and len(record) != width:
                findings.append(
                    finding_row(
                        "JT-FILE-0014", row_no=number, value=str(len(record)), expected=str(width)
                    )
                )
                continue
            numbers.append(number)
            for name, place in wanted.items():
                cells[name].append((record[place] or None) if record else None)
    except csv.Error:
        number = (numbers[-1] if numbers else 0) + 1
        row = finding_row("JT-FILE-0014", row_no=number, value="?", expected=str(width))
        findings.append(row)
    columns = {n: pa.array(v, _STRING) for n, v in cells.items()}
    return pa.table({"_row": pa.array(numbers, pa.int64()), **columns}), findings


def _without_blanks(table: pa.Table) -> tuple[pa.Table, int]:
    """Lines that hold something; the count of the others."""
    filled: Any = None
    for name in table.column_names[1:]:
        here = _pc.is_valid(table.column(name))
        filled = here if filled is None else _pc.or_(filled, here)
    if filled is None or _pc.all(filled, min_count=0).as_py():
        return table, 0
    kept = table.filter(filled)
    return kept, table.num_rows - kept.num_rows
