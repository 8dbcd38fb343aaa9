"""Reading XLSX bytes into text cells.

python-calamine reads the values and keeps the cell types, which alone show that Excel damaged an
identifier. ``workbook_archive`` looks the archive and its sheets through first.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from expectations.contract import Column, Contract
from expectations.control_figure import control_figures
from expectations.findings import finding_row
from expectations.judge import RawTable
from pipelines.landing.header import SEARCH_ROWS, Header, column_letter, find_header
from pipelines.landing.identity import Identity
from pipelines.landing.stamp import (
    HOUSE_SHEETS,
    STAMP_SHEET,
    STAMP_TITLE,
    Stamp,
    mangled_template,
    stamp_of_workbook,
    wrong_template,
)
from pipelines.landing.unreadable import Unreadable
from pipelines.landing.workbook_archive import (
    column_number,
    damaged,
    is_panic,
    open_archive,
    scan_sheet,
    sheet_parts,
)

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}|\d{4}/\d{1,2}/\d{1,2}")


def read_xlsx(
    data: bytes,
    contract: Contract,
    absent: frozenset[str] = frozenset(),
    identity: Identity | None = None,
) -> RawTable:
    """Cells of the one data sheet of a workbook.

    A workbook that carries the stamp of a template is compared with it first: a template made for
    something else, of an older contract or with a changed header row is one finding and no more.

    Args:
        data: The file's bytes.
        contract: The ledger.
        absent: Columns that the source does not have.
        identity: What file name or command line say the file is.

    Raises:
        Unreadable: The workbook cannot be read far enough to judge its rows.
    """
    if not data:
        raise Unreadable(finding_row("JT-FILE-0002"))
    archive, data = open_archive(data)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        parts = sheet_parts(archive)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        stamp = None
        if identity is not None and STAMP_SHEET in parts:
            scan_sheet(archive, parts[STAMP_SHEET])
            stamp = _stamp(book, contract, identity)
        scans = {name: scan_sheet(archive, part) for name, part in parts.items()}
        heads = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=SEARCH_ROWS)
            for name in scans
        }
        if stamp is not None:
            heads = {name: rows for name, rows in heads.items() if name not in HOUSE_SHEETS}
            if finding := mangled_template(stamp, contract, heads.values()):
                raise Unreadable(finding)
        found: list[tuple[str, Header]] = []
        for name, rows in heads.items():
            header = find_header(rows, contract, absent)
            if header is not None:
                found.append((name, header))
        sheet, header = _choose(found, contract)
        scan = scans[sheet]
        if merges := [m for m in scan.merges if m[3] >= header.row]:
            raise Unreadable(
                *(
                    finding_row("JT-FILE-0012", row_no=row, cell=cell, value=area)
                    for row, cell, area, _last in merges
                ),
                sheet=sheet,
                header_row=header.row,
            )
        formulas = sorted(f for f in scan.formulas if f[0] > header.row)
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        for row, letters, value in scan.errors:
            place = column_number(letters) - 1
            if row <= len(rows) and place < len(rows[row - 1]):
                rows[row - 1][place] = value
    except CalamineError as exc:
        raise damaged() from exc
    except BaseException as exc:
        if is_panic(exc):
            raise damaged() from exc
        raise
    return _raw(rows, contract, header, sheet, formulas)


def _stamp(book: CalamineWorkbook, contract: Contract, identity: Identity) -> Stamp:
    """The workbook's stamp, when it is the one of this upload."""
    stamp = stamp_of_workbook(book)
    if stamp is None:
        raise Unreadable(finding_row("JT-FILE-0021", value=STAMP_TITLE))
    finding = wrong_template(stamp, contract, identity.org_id, str(identity.period))
    if finding is not None:
        raise Unreadable(finding)
    return stamp


def _choose(found: list[tuple[str, Header]], contract: Contract) -> tuple[str, Header]:
    if not found:
        raise Unreadable(
            finding_row("JT-FILE-0008", value=contract.title_zh, expected=str(SEARCH_ROWS))
        )
    if len(found) > 1:
        found = [f for f in found if f[0] not in HOUSE_SHEETS] or found
    if len(found) > 1:
        named = [f for f in found if f[0] in (contract.title_zh, contract.name)]
        if len(named) != 1:
            names = "、".join(name for name, _ in found)
            raise Unreadable(finding_row("JT-FILE-0017", value=contract.title_zh, expected=names))
        found = named
    return found[0]


def _raw(
    rows: list[list[object]],
    contract: Contract,
    header: Header,
    sheet: str,
    formulas: list[tuple[int, str]],
) -> RawTable:
    body = rows[header.row :]
    width = len(rows[header.row - 1])
    while body and not any(cell != "" for cell in body[-1]):
        body.pop()
    by_position = {p: contract.column(n) for n, p in header.positions.items()}
    numbers = pa.array(range(header.row + 1, header.row + 1 + len(body)), pa.int64())
    arrays: list[pa.Array[Any]] = [numbers]
    cell_findings: list[tuple[int, int, str, str]] = []
    columns = list(zip(*body, strict=True)) or [()] * width
    for position, cells in enumerate(columns):
        texts, findings = _texts(cells, by_position.get(position), header.row + 1, position)
        arrays.append(pa.array(texts, pa.string()))
        cell_findings += findings
    names = ["_row", *(f"c{i}" for i in range(width))]
    letters = [column_letter(i) for i in range(width)]
    raw = RawTable(
        table=pa.table(arrays, names=names),
        positions=header.positions,
        letters=letters,
        header_row=header.row,
        sheet=sheet,
        cell_findings=cell_findings,
        file_findings=list(header.findings),
    )
    above = [[_text(cell) or "" for cell in row] for row in rows[: header.row - 1]]
    raw.control_figures = control_figures(above, contract)
    for row, letter in formulas:
        position = letters.index(letter) if letter in letters else -1
        column = by_position.get(position)
        raw.cell_findings = [f for f in raw.cell_findings if not (f[0] == row and f[1] == position)]
        if column is None:
            raw.file_findings.append(finding_row("JT-FILE-0013", row_no=row, cell=f"{letter}{row}"))
        else:
            raw.cell_findings.append((row, position, "JT-FILE-0013", ""))
    if header.row > 1:
        raw.ignored["title"] = header.row - 1
    return raw


def _texts(
    cells: tuple[object, ...], column: Column | None, first_row: int, position: int
) -> tuple[list[str | None], list[tuple[int, int, str, str]]]:
    """Text of every cell of one column, and the cells whose type shows damage."""
    kinds = set(map(type, cells))
    findings: list[tuple[int, int, str, str]] = []
    texts = [c or None for c in cells] if kinds <= {str} else [_text(c) for c in cells]
    if column is None:
        return texts, findings  # type: ignore[return-value]
    if column.kind == "id" and kinds - {str}:
        for offset, cell in enumerate(cells):
            if not isinstance(cell, str):
                findings.append((first_row + offset, position, "JT-CELL-0012", _text(cell) or ""))
    if column.kind == "date" and str in kinds:
        for offset, cell in enumerate(cells):
            if isinstance(cell, str) and _ISO.fullmatch(cell.strip()):
                findings.append((first_row + offset, position, "JT-CELL-0008", cell.strip()))
    return texts, findings  # type: ignore[return-value]


def _text(cell: object) -> str | None:
    """A cell as a steward would type it; numbers at the 15 digits that Excel itself keeps."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    return None if cell is None else str(cell)


def number_text(value: float) -> str:
    """A float as plain digits at 15 significant digits: 0.1 + 0.2 reads 0.3, never 1e+16."""
    from decimal import Decimal

    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
