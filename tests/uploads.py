"""Uploads written by hand: one valid row per ledger and writers for CSV and XLSX."""

from __future__ import annotations

import csv
import datetime as dt
import io

from expectations.contract import Contract, load_contracts
from pipelines.paths import LEDGERS_DIR

# The first example row of every contract: organisation 1001, December 2025, as a branch types it.
VALID: dict[str, dict[str, str]] = {
    name: contract.example_rows()[0] for name, contract in load_contracts(LEDGERS_DIR).items()
}


def as_csv(
    contract: Contract, rows: list[dict[str, str]], headers: list[str] | None = None
) -> bytes:
    """A CSV upload with Chinese headers; columns in contract order, missing values empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(headers or [c.title_zh for c in contract.columns])
    for row in rows:
        writer.writerow([row.get(c.name, "") for c in contract.columns])
    return stream.getvalue().encode("utf-8")


def as_xlsx(contract: Contract, rows: list[dict[str, object]]) -> bytes:
    """An XLSX upload: ids as text, dates and numbers typed; a value that is not text stays typed."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(contract.title_zh)
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for position, column in enumerate(contract.columns):
        sheet.write_string(0, position, column.title_zh)
    for line, row in enumerate(rows, start=1):
        for position, column in enumerate(contract.columns):
            value = row.get(column.name)
            if value in (None, ""):
                continue
            if not isinstance(value, str):
                sheet.write(line, position, value)
            elif column.kind == "date":
                sheet.write_datetime(line, position, dt.datetime.fromisoformat(value), date)
            elif column.kind in ("money", "rate", "int"):
                sheet.write_number(line, position, float(value))
            else:
                sheet.write_string(line, position, value)
    book.close()
    return stream.getvalue()


def places(verdict) -> list[tuple[int | None, str | None, str]]:
    """(row, cell, code) of every finding."""
    return [(f["row_no"], f["cell"], f["code"]) for f in verdict.findings.to_pylist()]
