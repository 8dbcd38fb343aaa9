"""Looking a workbook through before any reader of values opens it.

The reader of values (python-calamine) trusts what it is given: a cell that says it stands in row
1,000,000,000 makes it ask for the memory of a billion rows and takes the process down. Here belongs
what must be known before: sane archive, well-formed sheets, cells in order within the bounds of a
sheet, a bound on the text they unfold to; and what the reader of values does not tell: formulas,
error values, merged areas. Whatever is not written as spreadsheet programs write it is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import numpy as np

from expectations.findings import finding_row
from pipelines.landing.header import MAX_COLUMNS, column_letter
from pipelines.landing.unreadable import Unreadable

MAX_UNPACKED = 1 << 30  # 1 GiB: a million rows of thirty columns take about half of it
MAX_RATIO = 200  # worksheets of real ledgers pack 8 to 25 times
MAX_MEMBERS = 5_000
MAX_CELLS = 20_000_000  # the reader holds a dense rectangle: about 32 bytes a cell
MAX_TEXT = 1 << 30  # bytes of text once every cell holds a copy of its shared string
IntArray = np.ndarray[Any, np.dtype[np.int64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
_SPARSE_CELLS, _SPARSE_RATIO = 2_000_000, 50
_SHEET_ROWS, _SHEET_COLUMNS = 1_048_576, 16_384
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = b"PK\x05\x06"
_CHUNK = 1 << 22
_LONGEST_CELL = 1 << 23  # bytes of XML; a spreadsheet program keeps 32,767 characters in a cell
_STRINGS = "xl/sharedstrings.xml"
_READ_AT_ONCE = (_STRINGS, "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_STRING_ROOT = re.compile(rb"<(?:[^\s<>/!?:]+:)?sst[\s/>]")

# Everything of a cell's tag from its place on; empty for a tag that is written in another way.
_CELL = re.compile(
    rb'<c(?=[\s/>])(?:(?: [a-z]{1,9}="[\w.-]{0,20}"){0,6}? r="([A-Z]{1,3}[1-9][0-9]{0,6}"'
    rb'(?: [a-z]{1,9}="[\w.-]{0,20}"){0,6}\s{0,9}(?:/>|>\s{0,9}</c>|>)))?'
)
_QUOTE, _SLASH, _A, _0 = 0x22, 0x2F, 0x41, 0x30
_PREFIXED_CELL = re.compile(rb"<[^\s<>/!?:]+:c[\s/>]")
_FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]+)"[^>]*>\s*<f[ />]')
_ANY_FORMULA = re.compile(rb"<f[\s/>]")
_MERGE = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]+):([A-Z]{1,3})([0-9]+)"')
# A failed formula's value; the reader of values would hand it over as an empty cell.
_ERROR = re.compile(
    rb'<c\b([^>]*?\bt="e"[^>]*)>(?:\s*<f\b.*?(?:/>|</f>))?\s*<v>([^<]{1,20})</v>', re.S
)
_SHARED = re.compile(rb'<c\b[^>]*?\bt="s"[^>]*>\s*<v>\s*([0-9]{1,9})\s*</v>')
_ROOT = re.compile(rb"<(\w+:)?worksheet\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_PART = re.compile(r"(?:/xl/)?worksheets/[^/]+")


@dataclass
class SheetScan:
    """Formula cells (row, letters), error cells (row, letters, value) and merged areas (row, first
    cell, area, last row) of a sheet."""

    formulas: set[tuple[int, str]] = field(default_factory=set)
    errors: set[tuple[int, bytes, str]] = field(default_factory=set)
    merges: list[tuple[int, str, str, int]] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0
    far: str = ""
    filled: int = 0
    shared: int = 0  # cells that point at a shared string
    _place: int = 0

    def cells(self, rows: IntArray, columns: IntArray, is_filled: BoolArray) -> None:
        """Note cells; they stand in order, row by row, or the reader of values drops some.

        Raises:
            Unreadable: JT-FILE-0003 for a cell out of order or off the sheet.
        """
        places = np.concatenate([[self._place], rows * _SHEET_COLUMNS + columns])
        is_off = rows.max() > _SHEET_ROWS or columns.max() > _SHEET_COLUMNS
        if is_off or (np.diff(places) <= 0).any():
            raise damaged()
        self._place = int(places[-1])
        if not is_filled.any():
            return
        rows, columns = rows[is_filled], columns[is_filled]
        self.filled += len(rows)
        # The cell to name is the last of those that stretch the rectangle.
        far = columns.argmax() if columns.max() > self.last_column else rows.argmax()
        if rows.max() > self.last_row or columns.max() > self.last_column:
            self.far = f"{column_letter(int(columns[far]) - 1)}{rows[far]}"
        self.last_row = max(self.last_row, int(rows.max()))
        self.last_column = max(self.last_column, int(columns.max()))


def damaged() -> Unreadable:
    """The finding on a workbook that cannot be trusted."""
    return Unreadable(finding_row("JT-FILE-0003"))


def is_panic(exc: BaseException) -> bool:
    """Whether the reader of values gave up on its own assumptions; no ``Exception`` in Python."""
    return type(exc).__name__ == "PanicException"


def open_archive(data: bytes) -> tuple[zipfile.ZipFile, bytes]:
    """The archive, after its directory and every checksum were found sane.

    Returns:
        The archive, and the bytes that any reader of archives takes for this same one.

    Raises:
        Unreadable: It is no workbook, or one that cannot be opened.
    """
    if data.startswith(_OLE):
        # A compound file under the name .xlsx is an encrypted package (or an old .xls).
        code = "JT-FILE-0004" if b"E\x00n\x00c\x00r\x00y\x00p\x00t" in data else "JT-FILE-0015"
        raise Unreadable(finding_row(code, value=".xls"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
        unpacked = sum(i.file_size for i in infos)
        packed = max(sum(i.compress_size for i in infos), 1)
        is_bomb = unpacked > 1 << 24 and unpacked / packed > MAX_RATIO
        if unpacked > MAX_UNPACKED or is_bomb or len(infos) > MAX_MEMBERS:
            raise Unreadable(
                finding_row(
                    "JT-FILE-0005",
                    value=f"{unpacked / 1048576:.0f} MB、{len(infos)} 个部件",
                    expected=f"{MAX_UNPACKED >> 20} MB / {MAX_RATIO} 倍 / {MAX_MEMBERS} 个部件",
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
        raise damaged() from exc
    names = [name.casefold() for name in archive.namelist()]
    # Of two members of one name, one reader takes the first and another the last.
    if "xl/workbook.xml" not in archive.namelist() or len(set(names)) < len(names):
        raise damaged()
    is_plain = data.count(_END) == 1 and data[-22:-18] == _END and data.startswith(b"PK\x03\x04")
    return archive, data if is_plain else _written_anew(archive)


def _written_anew(archive: zipfile.ZipFile) -> bytes:
    """The same members in an archive without anything before, between or behind them.

    What one reader of archives takes for the directory another may not.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=zlib.Z_BEST_SPEED) as new:
        for name in archive.namelist():
            with archive.open(name) as source, new.open(name, "w") as copy:
                while block := source.read(_CHUNK):
                    copy.write(block)
    return target.getvalue()


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Worksheet name to the archive member that holds it.

    Raises:
        Unreadable: JT-FILE-0003 when that is missing or ambiguous.
    """
    import xml.etree.ElementTree as ET

    try:
        for name in archive.namelist():
            if name.casefold() in _READ_AT_ONCE:
                _look_through(archive, name)
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        rels = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (ET.ParseError, LookupError, ValueError) as exc:
        raise damaged() from exc
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    targets = {r.get("Id"): r.get("Target") or "" for r in rels}
    parts: dict[str, str] = {}
    names: set[str] = set()
    for node in book.iter():
        if not node.tag.endswith("}sheet"):
            continue
        name, target = str(node.get("name")), targets.get(node.get(relation), "")
        if name in names or len(targets) != len(rels):
            raise damaged()
        names.add(name)
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist() and _PART.fullmatch(target):
            parts[name] = part
    if not parts:
        raise damaged()
    return parts


def _look_through(archive: zipfile.ZipFile, name: str) -> None:
    """Let the strict parser read a part; document types (and so entities) are refused.

    The reader of values makes room for as many strings or styles as a part says it holds.
    """
    size = archive.getinfo(name).file_size
    is_strings = name.casefold() == _STRINGS
    parser = _strict_parser()
    roots, tail = 0, b""

    def start(_: str, attributes: dict[str, str]) -> None:
        for attribute, value in attributes.items():
            if attribute.endswith("ount") and not (value.isdecimal() and int(value) <= size):
                raise damaged()
        if is_strings:  # the root says it; a million strings would call a million times
            parser.StartElementHandler = None

    parser.StartElementHandler = start
    with archive.open(name) as stream:
        while block := stream.read(_CHUNK):
            _feed(parser, block)
            if is_strings:
                head, tag, tail = (tail + block).rpartition(b"<")
                roots += len(_STRING_ROOT.findall(head))
                tail = tag + tail
    _feed(parser, b"", is_last=True)
    roots += len(_STRING_ROOT.findall(tail + b">"))
    if roots > 1:
        raise damaged()


def _strict_parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise damaged()


def _feed(parser: Any, block: bytes, *, is_last: bool = False) -> None:
    try:
        parser.Parse(block, is_last)
    except (expat.ExpatError, LookupError, ValueError) as exc:  # the last two: unknown encodings
        raise damaged() from exc


def scan_sheet(archive: zipfile.ZipFile, part: str) -> SheetScan:
    """Look a worksheet through; a stray cell far out is refused before any reader spans it.

    Raises:
        Unreadable: The sheet is damaged, too large, or unfolds to too much text.
    """
    scan = _fast_scan(archive, part)
    if scan is None:
        scan = _exact_scan(archive, part)
    area = scan.last_row * scan.last_column
    is_sparse = area > _SPARSE_CELLS and area > _SPARSE_RATIO * scan.filled
    if area > MAX_CELLS or scan.last_column > MAX_COLUMNS or is_sparse:
        raise Unreadable(
            finding_row(
                "JT-FILE-0006",
                cell=scan.far,
                row_no=scan.last_row,
                value=f"{scan.last_row} 行 {scan.last_column} 列（至 {scan.far}）",
                expected=f"{MAX_COLUMNS} 列、{MAX_CELLS} 个单元格",
            )
        )
    _bound_text(archive, part, scan)
    return scan


def _fast_scan(archive: zipfile.ZipFile, part: str) -> SheetScan | None:
    """By patterns, for a sheet written as most programs write it; None when one cell is not."""
    scan = SheetScan()
    parser = _strict_parser()
    sheets = 0
    for block in _blocks(archive, part, parser):
        sheets += block.count(b"<sheetData")
        is_odd = b"<!" in block or block.count(b"<?") > (scan.last_row == 0)
        if is_odd or _PREFIXED_CELL.search(block):
            return None
        tags = _CELL.findall(block)
        if tags:
            found = _places(np.array(tags))
            if found is None:
                return None
            scan.cells(*found)
        scan.shared += block.count(b' t="s"')
        if not _note_oddities(block, scan):
            return None
    if sheets != 1:
        raise damaged()
    return scan


def _places(tags: Any) -> tuple[IntArray, IntArray, BoolArray] | None:
    """Row, column and whether it is filled, of cells that begin with their place (``A2" s="1">``)."""
    letters = tags.view(np.uint8).reshape(len(tags), tags.dtype.itemsize)
    if not letters[:, 0].all():
        return None
    rows = np.zeros(len(tags), np.int64)
    columns = np.zeros(len(tags), np.int64)
    is_place = np.ones(len(tags), np.bool_)
    for place in range(min(letters.shape[1], 11)):  # XFD1048576 and the quotation mark
        sign = letters[:, place].astype(np.int64)
        is_place &= sign != _QUOTE
        columns = np.where(is_place & (sign >= _A), columns * 26 + sign - _A + 1, columns)
        rows = np.where(is_place & (sign < _A), rows * 10 + sign - _0, rows)
    return rows, columns, ~(letters == _SLASH).any(axis=1)


def _note_oddities(block: bytes, scan: SheetScan) -> bool:
    """Note formulas, errors and merged areas; False when one stands where it is not expected."""
    formulas = (
        [(int(m[2]), m[1].decode()) for m in _FORMULA.finditer(block)] if b"<f" in block else []
    )
    errors = list(_ERROR.finditer(block)) if b' t="e"' in block else []
    if len(formulas) != len(_ANY_FORMULA.findall(block)) or len(errors) != block.count(b' t="e"'):
        return False
    scan.formulas.update(formulas)
    for m in errors:
        if place := _REFERENCE.search(m[1]):
            scan.errors.add((int(place[2]), place[1], m[2].decode("utf-8", "replace")))
    for m in _MERGE.finditer(block) if b"<mergeCell" in block else ():
        first = f"{m[1].decode()}{m[2].decode()}"
        area = f"{first}:{m[3].decode()}{m[4].decode()}"
        scan.merges.append((int(m[2]), first, area, int(m[4])))
    return True


def _blocks(archive: zipfile.ZipFile, part: str, parser: Any) -> Iterator[bytes]:
    """The part in pieces that never cut a cell, in plain writing; the strict parser reads along."""
    tail, prefix = b"", None
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            _feed(parser, block)
            if prefix is None:
                root = _ROOT.search(block)
                prefix = (root[1] or b"") if root else b""
            block = tail + block
            cut = block.rfind(b"<" + prefix + b"c ")
            ends = (b"</" + prefix + b"c>", b"</" + prefix + b"row>")
            if cut < 0 or any(block.find(end, cut) >= 0 for end in ends):
                cut = block.rfind(b"<")
            if len(block) - cut > _LONGEST_CELL:
                raise damaged()
            tail = block[cut:]
            yield _plain(block[:cut], prefix)
    _feed(parser, b"", is_last=True)
    yield _plain(tail, prefix or b"")


def _plain(block: bytes, prefix: bytes) -> bytes:
    """The XML as most programs write it: some put a namespace prefix before every name or single
    quotes around values, and a formula must not hide behind that."""
    if prefix:
        block = block.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    return block.replace(b"'", b'"') if b"='" in block else block


def column_number(letters: bytes) -> int:
    """Place of a column by its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# -- a sheet that is written in another way ------------------------------------------------------


@dataclass
class _Reader:
    """Walks a sheet element by element: slow, but nothing escapes it.

    A cell without an address stands right of the one before it, as the reader of values has it.
    """

    scan: SheetScan = field(default_factory=SheetScan)
    path: list[str] = field(default_factory=list)
    row: int = 1
    column: int = 0
    letters: str = ""
    kind: str = ""
    text: list[str] = field(default_factory=list)
    sheets: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.path.append(name)
        inside = self.path[1:-1]
        if name == "sheetData":
            self.sheets += 1
        elif name == "row" and inside == ["sheetData"]:
            row = attributes.get("r", str(self.row))
            if not re.fullmatch(r"[1-9][0-9]{0,6}", row):
                raise damaged()
            self.row, self.column = int(row), 0
        elif name == "c":
            if inside != ["sheetData", "row"]:
                raise damaged()
            self._begin_cell(attributes)
        elif name in ("v", "is", "f") and inside == ["sheetData", "row", "c"]:
            self.text = []
            if name == "f":
                self.scan.formulas.add((self.row, self.letters))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        row, column = self.row, self.column + 1
        if "r" in attributes:
            place = _PLACE.fullmatch(attributes["r"])
            if place is None:
                raise damaged()
            row, column = int(place[2]), column_number(place[1].upper().encode())
        if row != self.row or row == 0:
            raise damaged()
        self.column, self.letters = column, column_letter(column - 1)
        self.kind = attributes.get("t", "n")
        self.scan.cells(np.array([row]), np.array([column]), np.array([True]))
        self.scan.shared += self.kind == "s"

    def _merge(self, area: str) -> None:
        first, _, last = area.partition(":")
        begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
        if begin and end:
            self.scan.merges.append((int(begin[2]), first, area, int(end[2])))

    def end(self, name: str) -> None:
        name = self.path.pop()
        if name == "row" and len(self.path) == 2:
            self.row += 1
        if name == "v" and self.kind == "e" and self.path[-1] == "c":
            self.scan.errors.add((self.row, self.letters.encode(), "".join(self.text)[:20]))

    def characters(self, text: str) -> None:
        if self.path and self.path[-1] == "v" and self.kind == "e":
            self.text.append(text)

    def interruption(self, *_: object) -> None:
        # The reader of values takes the text of a value up to the first comment.
        if "c" in self.path:
            raise damaged()


def _exact_scan(archive: zipfile.ZipFile, part: str) -> SheetScan:
    parser, reader = _strict_parser(), _Reader()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.CommentHandler = reader.interruption
    parser.ProcessingInstructionHandler = reader.interruption
    parser.StartCdataSectionHandler = reader.interruption
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            _feed(parser, block)
    _feed(parser, b"", is_last=True)
    if reader.sheets != 1:
        raise damaged()
    return reader.scan


def _bound_text(archive: zipfile.ZipFile, part: str, scan: SheetScan) -> None:
    """Refuse a sheet whose cells repeat long shared strings: every cell gets a copy of its own."""
    name = next((n for n in archive.namelist() if n.casefold() == _STRINGS), None)
    if name is None or archive.getinfo(name).file_size * scan.shared <= MAX_TEXT:
        return
    lengths = [len(text) for text in re.split(rb"<(?:\w+:)?si\b", archive.read(name))[1:]]
    if not lengths or max(lengths) * scan.shared <= MAX_TEXT:
        return
    counts = np.zeros(len(lengths), np.int64)
    listed = 0
    for block in _blocks(archive, part, _strict_parser()):
        found = np.array([int(i) for i in _SHARED.findall(block)], np.int64)
        listed += len(found)
        known = found[found < len(lengths)]
        counts += np.bincount(known, minlength=len(lengths))
    total = int(counts @ np.array(lengths, np.int64)) + (scan.shared - listed) * max(lengths)
    if total > MAX_TEXT:
        raise Unreadable(
            finding_row(
                "JT-FILE-0005",
                value=f"{total / 1048576:.0f} MB",
                expected=f"{MAX_TEXT >> 20} MB",
            )
        )
