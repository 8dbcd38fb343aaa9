"""Ledger tables written as the files branches send.

Here belongs the form of a file: Chinese headers, labels for codes, encodings, line ends, workbooks
with fixed creation dates. What the rows say belongs to the module of its subject.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import xlsxwriter

from expectations.contract import Column, Contract
from pipelines.sample.columns import ArrowColumn
from pipelines.sample.days import months_between

CONTRACTS_DIR = Path(__file__).resolve().parents[1] / "ledgers"
XLSX_MAX_ROWS = 20_000
_CREATED = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
# The stubs of pyarrow know fewer signatures than the library has.
_pc: Any = pyarrow.compute
_EXCEL_EPOCH = 25_569  # serial number of 1970-01-01


@dataclass(frozen=True)
class FileStyle:
    """How one branch's system writes its files."""

    kind: str = "csv"
    encoding: str = "utf-8"
    newline: str = "\n"
    quoted: bool = False


@dataclass
class Outbox:
    """Writes ledgers into a folder and counts what it wrote.

    A register is written only when it differs from what that organisation sent last, or when that
    would become older than the contract allows.
    """

    folder: Path
    contracts: Mapping[str, Contract]
    files: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    _last: dict[tuple[str, str], tuple[pa.Table, str]] = field(default_factory=dict)

    def send(
        self,
        ledger: str,
        org: str,
        period: str,
        columns: Mapping[str, ArrowColumn],
        style: FileStyle,
    ) -> None:
        """Write one file of ``ledger`` for ``org`` and ``period``, unless nothing is new."""
        contract = self.contracts[ledger]
        table = as_table(contract, columns)
        if table.num_rows == 0:
            return
        if contract.kind == "register":
            before, sent = self._last.get((ledger, org), (None, period))
            if before is not None and before.equals(table):
                age = months_between(sent, period)
                if contract.max_age_months is None or age < contract.max_age_months:
                    return
            self._last[(ledger, org)] = (table, period)
        small = table.num_rows <= XLSX_MAX_ROWS
        used = style if style.kind == "csv" or small else FileStyle()
        path = self.folder / f"{ledger}_{org}_{period}.{used.kind}"
        path.write_bytes(render(contract, table, used))
        self.files += 1
        self.rows[ledger] = self.rows.get(ledger, 0) + table.num_rows

    def forget(self, org: str) -> None:
        """Drop what is remembered of an organisation that has sent everything."""
        for key in [key for key in self._last if key[1] == org]:
            del self._last[key]


def as_table(contract: Contract, columns: Mapping[str, ArrowColumn]) -> pa.Table:
    """The columns in the contract's order; optional ones that are not given are empty.

    Raises:
        ValueError: A required column is missing, or one is not of the contract.
    """
    odd = sorted(set(columns) - {c.name for c in contract.columns})
    odd += [c.name for c in contract.columns if c.required and c.name not in columns]
    if odd:
        raise ValueError(f"{contract.name}: columns differ from the contract: {', '.join(odd)}")
    rows = len(next(iter(columns.values())))
    return pa.table(
        {
            c.name: columns.get(
                c.name, pa.nulls(rows, pa.bool_() if c.kind == "bool" else pa.string())
            )
            for c in contract.columns
        }
    )


def render(contract: Contract, table: pa.Table, style: FileStyle) -> bytes:
    """Bytes of the file in that style."""
    return render_xlsx(contract, table) if style.kind == "xlsx" else _csv(contract, table, style)


def texts(contract: Contract, table: pa.Table) -> pa.Table:
    """Every cell as printed, by Chinese header."""
    return pa.table({c.title_zh: _printed(c, table[c.name]) for c in contract.columns})


def render_csv(printed: pa.Table, style: FileStyle) -> bytes:
    """A table of printed cells as CSV bytes."""
    header = ",".join(f'"{n}"' if style.quoted else n for n in printed.column_names) + "\n"
    buffer = io.BytesIO()
    buffer.write(header.encode())
    options = pyarrow.csv.WriteOptions(
        include_header=False, quoting_style="needed" if style.quoted else "none"
    )
    pyarrow.csv.write_csv(printed, buffer, options)
    content = buffer.getvalue()
    if style.newline != "\n":
        content = content.replace(b"\n", style.newline.encode())
    if style.encoding == "utf-8":
        return content
    return content.decode("utf-8").encode(style.encoding)


def new_workbook(buffer: io.BytesIO) -> xlsxwriter.Workbook:
    """A workbook whose bytes depend on its content only."""
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False})
    workbook.set_properties({"created": _CREATED, "author": "示例", "title": "示例"})
    return workbook


def fill_sheet(
    workbook: xlsxwriter.Workbook, contract: Contract, table: pa.Table, name: str
) -> xlsxwriter.worksheet.Worksheet:
    """Write one ledger on a new sheet, cells typed: dates are dates, ids are text."""
    sheet = workbook.add_worksheet(name)
    formats = {
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "money": workbook.add_format({"num_format": "0.00"}),
        "rate": workbook.add_format({"num_format": "0.0000"}),
    }
    for place, column in enumerate(contract.columns):
        sheet.write_string(0, place, column.title_zh)
        sheet.set_column(place, place, 16)
        data = table[column.name]
        values: list[Any]
        write: Any
        if column.kind in ("money", "rate"):
            values, write = _pc.cast(data, pa.float64()).to_pylist(), sheet.write_number
        elif column.kind == "int":
            values, write = data.to_pylist(), sheet.write_number
        elif column.kind == "date":
            serial = _pc.add(_pc.cast(_pc.cast(data, pa.int32()), pa.int64()), _EXCEL_EPOCH)
            values, write = serial.to_pylist(), sheet.write_number
        else:
            values, write = _printed(column, data).to_pylist(), sheet.write_string
        cell_format = formats.get(column.kind)
        for row, value in enumerate(values, start=1):
            if value is not None:
                write(row, place, value, cell_format)
    sheet.freeze_panes(1, 0)
    return sheet


def render_xlsx(contract: Contract, table: pa.Table) -> bytes:
    """A workbook with the ledger on one sheet."""
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    fill_sheet(workbook, contract, table, contract.title_zh)
    workbook.close()
    return buffer.getvalue()


def _csv(contract: Contract, table: pa.Table, style: FileStyle) -> bytes:
    return render_csv(texts(contract, table), style)


def _printed(column: Column, data: Any) -> Any:
    chunk: Any = data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data
    if column.kind == "bool":
        return _pc.if_else(chunk, "是", "否")
    if column.kind == "code":
        if not pa.types.is_dictionary(chunk.type):
            chunk = chunk.dictionary_encode()
        labels = [column.codes[value] for value in chunk.dictionary.to_pylist()]
        return pa.array(labels, pa.string()).take(chunk.indices)
    return _pc.cast(chunk, pa.string())
