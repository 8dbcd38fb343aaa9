"""Reading CSV bytes into text cells: encoding by decoding, rows numbered as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import itertools
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from expectations.contract import Contract
from expectations.control_figure import control_figures
from expectations.findings import finding_row
from expectations.judge import RawTable, has_few_values
from pipelines.landing.header import MAX_COLUMNS, SEARCH_ROWS, Header, column_letter, find_header
from pipelines.landing.unreadable import Unreadable

_CHUNK = 50_000  # rows
_BLOCK = 1 << 24  # bytes that Arrow parses at a time
csv.field_size_limit(1 << 20)


def decode(data: bytes) -> bytes:
    """UTF-8 bytes without BOM from UTF-8 (with or without BOM) or GB18030.

    Python's codec decides: it knows the 4-byte characters that other GB18030 readers garble.

    Raises:
        Unreadable: JT-FILE-0002 for an empty file, JT-FILE-0007 when it is neither encoding.
    """
    body = data.removeprefix(b"\xef\xbb\xbf")
    if not body or body.isspace():
        raise Unreadable(finding_row("JT-FILE-0002"))
    if b"\x00" in body[:4096]:
        raise Unreadable(finding_row("JT-FILE-0007", value=str(body.index(b"\x00"))))
    if _is_utf8(body):
        return body
    try:
        return body.decode("gb18030").encode("utf-8")
    except UnicodeDecodeError as exc:
        raise Unreadable(finding_row("JT-FILE-0007", value=str(exc.start))) from exc


def _is_utf8(body: bytes) -> bool:
    """Arrow's validation looks at the bytes where they are; decoding would make a copy."""
    offsets = pa.py_buffer(struct.pack("<qq", 0, len(body)))
    text = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(body))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def read_csv(data: bytes, contract: Contract, absent: frozenset[str] = frozenset()) -> RawTable:
    """Cells of a CSV file.

    Raises:
        Unreadable: The file cannot be read far enough to judge its rows.
    """
    text = decode(data)
    head = _head(text)
    header = find_header([record[: MAX_COLUMNS + 1] for record in head], contract, absent)
    if header is None:
        raise Unreadable(
            finding_row("JT-FILE-0008", value=contract.title_zh, expected=str(SEARCH_ROWS))
        )
    width = len(head[header.row - 1])
    if width > MAX_COLUMNS:
        raise Unreadable(
            finding_row("JT-FILE-0006", value=f"{width} 列", expected=f"{MAX_COLUMNS} 列")
        )
    raw = _read_fast(text, header, width, contract)
    if raw is None:
        raw = _read_slow(text, header, width)
    raw.control_figures = control_figures([row[:width] for row in head[: header.row - 1]], contract)
    return raw


def _head(text: bytes) -> list[list[str]]:
    """The leading records; a field without end is an open quote."""
    head: list[list[str]] = []
    try:
        head.extend(itertools.islice(_records(text), SEARCH_ROWS))
    except csv.Error as exc:
        raise Unreadable(
            finding_row("JT-FILE-0014", row_no=len(head) + 1, value="?", expected="?")
        ) from exc
    return head


def _records(text: bytes) -> Iterator[list[str]]:
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    return csv.reader(stream)


def _schema(width: int) -> pa.Schema:
    fields: dict[str, pa.DataType] = {"_row": pa.int64()}
    return pa.schema(fields | {f"c{i}": pa.string() for i in range(width)})


def _read_fast(text: bytes, header: Header, width: int, contract: Contract) -> RawTable | None:
    """One vectorised pass; None when ragged rows need the exact reader.

    A blank line is a row without cells. Columns of codes, dates and rates are read as dictionaries.
    """
    is_quoted = b'"' in text
    # Arrow reads CR LF as one end of a line, but not between two blocks or within a quoted cell.
    if b"\r" in text and (is_quoted or len(text) >= _BLOCK or b"\r\r" in text):
        text = text.replace(b"\r\n", b"\n")
    names = [f"c{i}" for i in range(width)]
    types: dict[str, pa.DataType] = {n: pa.string() for n in names}
    for column in contract.columns:
        position = header.positions.get(column.name)
        if position is not None and has_few_values(column):
            types[names[position]] = pa.dictionary(pa.int32(), pa.string())
    try:
        table = pacsv.read_csv(
            pa.BufferReader(text),  # type: ignore[arg-type]
            read_options=pacsv.ReadOptions(
                column_names=names, skip_rows_after_names=header.row, block_size=_BLOCK
            ),
            parse_options=pacsv.ParseOptions(
                newlines_in_values=is_quoted, ignore_empty_lines=False
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=types,
                check_utf8=False,  # known from decoding
                # Only an empty cell is empty: "NA" and "#N/A" are texts that the rules must see.
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    first = header.row + 1
    rows: pa.Array[Any] = pa.array(np.arange(first, first + table.num_rows, dtype=np.int64))
    return _raw(table.add_column(0, "_row", rows), header, width)


def _read_slow(text: bytes, header: Header, width: int) -> RawTable:
    """The exact reader: counts blank lines, names every row with a wrong number of fields."""
    batches: list[pa.RecordBatch] = []
    findings: list[dict[str, object]] = []
    blank = 0
    records = enumerate(_records(text), start=1)
    numbered = itertools.islice(records, header.row, None)
    schema = _schema(width)
    try:
        while chunk := list(itertools.islice(numbered, _CHUNK)):
            good = [(n, r) for n, r in chunk if len(r) == width]
            for number, record in chunk:
                if not record:
                    blank += 1
                elif len(record) != width:
                    findings.append(
                        finding_row(
                            "JT-FILE-0014",
                            row_no=number,
                            value=str(len(record)),
                            expected=str(width),
                        )
                    )
            columns = list(zip(*(r for _, r in good), strict=True)) or [()] * width
            arrays: list[pa.Array[Any]] = [pa.array([n for n, _ in good], pa.int64())]
            arrays += [pa.array([cell or None for cell in c], pa.string()) for c in columns]
            batches.append(pa.record_batch(arrays, schema=schema))
    except csv.Error:
        findings.append(finding_row("JT-FILE-0014", value="?", expected=str(width)))
    raw = _raw(pa.Table.from_batches(batches, schema=schema), header, width)
    raw.refused_rows = len(findings)
    raw.file_findings += findings
    if blank:
        raw.ignored["blank"] = blank
    return raw


def _raw(table: pa.Table, header: Header, width: int) -> RawTable:
    raw = RawTable(
        table=table,
        positions=header.positions,
        letters=[column_letter(i) for i in range(width)],
        header_row=header.row,
        file_findings=list(header.findings),
    )
    if header.row > 1:
        raw.ignored["title"] = header.row - 1
    return raw
