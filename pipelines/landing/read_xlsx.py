"""Reading XLSX bytes into text cells.

python-calamine reads the values and keeps the cell types, which alone show that Excel damaged an
identifier. The archive itself is looked through first: size, ratio, checksums, formulas, merges.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from expectations.contract import Column, Contract
from expectations.control_figure import control_figures
from expectations.findings import finding_row
from expectations.judge import RawTable
from pipelines.landing.header import SEARCH_ROWS, Header, column_letter, find_header
from pipelines.landing.identity import Identity
from pipelines.landing.read_csv import MAX_COLUMNS
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

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MAX_UNPACKED = 1 << 30  # 1 GiB: a million rows of thirty columns take about half of it
MAX_RATIO = 200  # worksheets of real ledgers pack 8 to 25 times
MAX_CELLS = 20_000_000  # the reader holds a dense rectangle: about 32 bytes a cell
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 22
_OVERLAP = 4096
_FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]+)"[^>]*>\s*<f[ />]')
_MERGE = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]+):([A-Z]{1,3})([0-9]+)"')
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]+)"[^>/]*>\s*<(?:v|is|f)\b')
# A failed formula's value; the reader of values would hand it over as an empty cell.
_ERROR = re.compile(
    rb'<c\b([^>]*?\bt="e"[^>]*)>(?:\s*<f\b.*?(?:/>|</f>))?\s*<v>([^<]{1,20})</v>', re.S
)
_ROOT = re.compile(rb"<(\w+:)?worksheet\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
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
    archive = _open(data)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        parts = _sheet_parts(archive)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        stamp = None
        if identity is not None and STAMP_SHEET in parts:
            _scan(archive, parts[STAMP_SHEET])
            stamp = _stamp(book, contract, identity)
        scans = {name: _scan(archive, part) for name, part in parts.items()}
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
            place = _column_number(letters) - 1
            if row <= len(rows) and place < len(rows[row - 1]):
                rows[row - 1][place] = value
    except CalamineError as exc:
        raise Unreadable(finding_row("JT-FILE-0003")) from exc
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


def _open(data: bytes) -> zipfile.ZipFile:
    """The archive, after its directory and every checksum were found sane."""
    if data.startswith(_OLE):
        # A compound file under the name .xlsx is an encrypted package (or an old .xls).
        code = "JT-FILE-0004" if b"E\x00n\x00c\x00r\x00y\x00p\x00t" in data else "JT-FILE-0015"
        raise Unreadable(finding_row(code, value=".xls"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
        unpacked = sum(i.file_size for i in infos)
        packed = max(sum(i.compress_size for i in infos), 1)
        if unpacked > MAX_UNPACKED or (unpacked > 1 << 24 and unpacked / packed > MAX_RATIO):
            raise Unreadable(
                finding_row(
                    "JT-FILE-0005",
                    value=f"{unpacked / 1048576:.0f} MB",
                    expected=f"{MAX_UNPACKED >> 20} MB / {MAX_RATIO} 倍",
                )
            )
        if any(i.flag_bits & 1 for i in infos):
            raise Unreadable(finding_row("JT-FILE-0004"))
        for info in infos:
            with archive.open(info) as part:
                while part.read(_CHUNK):
                    pass
    except Unreadable:
        raise
    except Exception as exc:
        # zipfile answers damage with a dozen exception types, ValueError on a moved directory among
        # them; whatever it is, the archive cannot be read.
        raise Unreadable(finding_row("JT-FILE-0003")) from exc
    if "xl/workbook.xml" not in archive.namelist():
        raise Unreadable(finding_row("JT-FILE-0003"))
    return archive


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


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Worksheet name to the archive member that holds it."""
    import xml.etree.ElementTree as ET

    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        rels = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (ET.ParseError, KeyError) as exc:
        raise Unreadable(finding_row("JT-FILE-0003")) from exc
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    targets = {r.get("Id"): r.get("Target") or "" for r in rels}
    parts: dict[str, str] = {}
    for node in book.iter():
        if node.tag.endswith("}sheet"):
            target = targets.get(node.get(relation), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in archive.namelist() and "worksheets/" in part:
                parts[str(node.get("name"))] = part
    if not parts:
        raise Unreadable(finding_row("JT-FILE-0003"))
    return parts


@dataclass
class _Scan:
    """Formula cells (row, letters), error cells (row, letters, value) and merged areas (row, first
    cell, area, last row) of a sheet."""

    formulas: set[tuple[int, str]] = field(default_factory=set)
    errors: set[tuple[int, bytes, str]] = field(default_factory=set)
    merges: list[tuple[int, str, str, int]] = field(default_factory=list)


def _scan(archive: zipfile.ZipFile, part: str) -> _Scan:
    """Look a worksheet through; a stray cell far out is refused before any reader spans it."""
    scan = _Scan()
    last_row, last_column, far = 0, 0, ""
    prefix: bytes | None = None
    for raw in _blocks(archive, part):
        if prefix is None:
            root = _ROOT.search(raw)
            prefix = (root[1] or b"") if root else b""
        block = _plain(raw, prefix)
        for m in _CELL.finditer(block):
            row, column = int(m[2]), _column_number(m[1])
            if row > last_row or column > last_column:
                far = f"{m[1].decode()}{row}"
            last_row, last_column = max(last_row, row), max(last_column, column)
        if b"<f" in block:
            scan.formulas |= {(int(m[2]), m[1].decode()) for m in _FORMULA.finditer(block)}
        for m in _ERROR.finditer(block) if b't="e"' in block else ():
            if place := _REFERENCE.search(m[1]):
                value = m[2].decode("utf-8", "replace")
                scan.errors.add((int(place[2]), place[1], value))
        for m in _MERGE.finditer(block) if b"<mergeCell" in block else ():
            first = f"{m[1].decode()}{m[2].decode()}"
            area = f"{first}:{m[3].decode()}{m[4].decode()}"
            merge = (int(m[2]), first, area, int(m[4]))
            if merge not in scan.merges:
                scan.merges.append(merge)
    if last_row * last_column > MAX_CELLS or last_column > MAX_COLUMNS:
        raise Unreadable(
            finding_row(
                "JT-FILE-0006",
                cell=far,
                row_no=last_row,
                value=f"{last_row} 行 {last_column} 列（至 {far}）",
                expected=f"{MAX_COLUMNS} 列、{MAX_CELLS} 个单元格",
            )
        )
    return scan


def _plain(block: bytes, prefix: bytes) -> bytes:
    """The XML as most programs write it: some put a namespace prefix before every name or single
    quotes around values, and a formula must not hide behind that."""
    if prefix:
        block = block.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    return block.replace(b"'", b'"') if b"='" in block else block


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            yield tail + block
            tail = (tail + block)[-_OVERLAP:]


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
