"""Files that somebody could send to break a reader, each with the findings that may answer it.

Here belongs making them. Every case is one upload of the loan ledger of organisation 1001 for
December 2025 unless its name says otherwise; ``codes`` are the findings that a reader of the
verdict would understand, an empty set means that the file is good and must be accepted.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from expectations.contract import Contract
from tests.uploads import VALID, as_csv, as_xlsx

LEDGER = "loan_account"
SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One hostile file.

    Attributes:
        what: What is wrong with it, as part of a file name.
        suffix: Suffix of the file name.
        make: Makes its bytes.
        codes: Codes of which at least one must be found; empty for a file that must pass.
    """

    what: str
    suffix: str
    make: Callable[[], bytes]
    codes: frozenset[str]

    @property
    def file_name(self) -> str:
        """Name by the convention, so that the content is what is judged."""
        return f"{LEDGER}_1001_2025-12_{self.what}.{self.suffix}"


def cases(contract: Contract) -> list[Case]:
    """All hostile files that are made within seconds."""
    made = [*_encodings(contract), *_lines(contract), *_shapes(contract), *_values(contract)]
    return [*made, *_archives(contract), *_parts(contract), *_sheets(contract)]


def _case(what: str, suffix: str, make: Callable[[], bytes], *codes: str) -> Case:
    return Case(what, suffix, make, frozenset(f"JT-{code}" for code in codes))


def row(**cells: str) -> Row:
    """The ledger's first example row with cells changed."""
    return {**VALID[LEDGER], **cells}


def many_rows(count: int) -> list[Row]:
    """Rows that differ in their key."""
    return [row(loan_id=f"N{i:07}") for i in range(count)]


# -- text files ----------------------------------------------------------------------------------


def _encodings(contract: Contract) -> Iterator[Case]:
    good = as_csv(contract, [row()])
    text = good.decode()
    utf16, utf32 = text.encode("utf-16"), text.encode("utf-32")
    rare = as_csv(contract, [row(product_name="𠮷野家贷款㐂")]).decode()
    yield _case("empty", "csv", lambda: b"", "FILE-0002")
    yield _case("only_bom", "csv", lambda: b"\xef\xbb\xbf", "FILE-0002")
    yield _case("only_blanks", "csv", lambda: b" \r\n\t \n" * 50, "FILE-0002")
    yield _case("utf16", "csv", lambda: utf16, "FILE-0007")
    yield _case("utf16_big", "csv", lambda: text.encode("utf-16-be"), "FILE-0007")
    yield _case("utf32", "csv", lambda: utf32, "FILE-0007")
    yield _case("gb18030_four_bytes", "csv", lambda: rare.encode("gb18030"))
    yield _case("two_boms", "csv", lambda: b"\xef\xbb\xbf" * 2 + good)
    yield _case(
        "lone_surrogate", "csv", lambda: good.replace("示".encode(), b"\xed\xa0\x80"), "FILE-0007"
    )
    late = b"\r\n".join(as_csv(contract, many_rows(100)).split(b"\r\n")[:-1])
    yield _case("nul_at_start", "csv", lambda: b"\x00" + good, "FILE-0007")
    yield _case("nul_far_down", "csv", lambda: late + b"\r\nN\x00Z" + b"," * 29, "CELL-0015")
    yield _case("latin1", "csv", lambda: good + b"\xff\xfe\xfd\r\n", "FILE-0007")
    yield _case("utf7", "csv", lambda: text.encode("utf-7"), "FILE-0008")
    yield _case("html", "csv", lambda: f"<html><table>{text}</table>".encode(), "FILE-0009")
    yield _case("workbook_inside", "csv", lambda: as_xlsx(contract, [row()]), "FILE-0015")
    yield _case("gzip_inside", "csv", lambda: b"\x1f\x8b\x08" + bytes(range(256)), "FILE-0007")
    yield _case("text_inside", "xlsx", lambda: good, "FILE-0003")
    yield _case("html_inside", "xlsx", lambda: b"<html><table><tr><td>", "FILE-0003")


def _lines(contract: Contract) -> Iterator[Case]:
    good = as_csv(contract, many_rows(3))
    lines = good.removesuffix(b"\r\n").split(b"\r\n")
    yield _case("cr_only", "csv", lambda: b"\r".join(lines) + b"\r")
    yield _case("mixed_ends", "csv", lambda: lines[0] + b"\n" + b"\r\n".join(lines[1:]) + b"\n")
    mixed = b"\r".join(lines[:2]) + b"\n" + b"\r\n".join(lines[2:])
    yield _case("cr_then_lf", "csv", lambda: mixed)
    yield _case("no_last_end", "csv", lambda: b"\n".join(lines))
    yield _case("open_quote", "csv", lambda: good + b'"N9' + b",x" * 29, "FILE-0014")
    yield _case("open_quote_long", "csv", lambda: good + b'"' + b"x,\n" * 900_000, "FILE-0014")
    yield _case("stray_quote", "csv", lambda: good.replace(b"N0000001", b'N"000"0001'))
    yield _case("blank_lines_first", "csv", lambda: b"\n" * 10_000 + good, "FILE-0008")
    yield _case("blank_lines_after_header", "csv", lambda: _after_header(good, b"\r\n" * 10_000))
    yield _case("long_line", "csv", lambda: good + b"x" * (100 << 20), "FILE-0014", "CELL-0010")
    yield _case("long_first_line", "csv", lambda: b"x" * (100 << 20) + good, "FILE-0014")
    big = as_csv(contract, [row(product_name="贷" * 3_500_000)])
    yield _case("field_of_ten_megabytes", "csv", lambda: big, "FILE-0014", "CELL-0010")
    yield _case("commas_only", "csv", lambda: b"," * 5_000_000, "FILE-0006", "FILE-0008")
    yield _case("quotes_only", "csv", lambda: b'"' * 1_000_001, "FILE-0008", "FILE-0014")
    yield _case("commas_and_ends", "csv", lambda: good + b",\n" * 300_000, "FILE-0014")


def _after_header(good: bytes, more: bytes) -> bytes:
    head, _, rest = good.partition(b"\r\n")
    return head + b"\r\n" + more + rest


def _shapes(contract: Contract) -> Iterator[Case]:
    header = [c.title_zh for c in contract.columns]
    cells = [row()[c.name] for c in contract.columns]

    def lines(*rows: list[str]) -> bytes:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        return buffer.getvalue().encode()

    wide = [f"列{i}" for i in range(270)]
    million = ",".join(header) + "," + ",".join(f"c{i}" for i in range(1_000_000)) + "\r\n"
    yield _case("columns_300", "csv", lambda: lines(header + wide, cells + wide), "FILE-0006")
    yield _case("columns_million", "csv", million.encode, "FILE-0006")
    yield _case("header_twice", "csv", lambda: lines(header * 2, cells * 2), "FILE-0011")
    yield _case("header_again", "csv", lambda: lines(header, cells, header), "CELL-0006")
    yield _case("header_in_row_10", "csv", lambda: lines(*[["说明"]] * 9, header, cells))
    yield _case(
        "header_in_row_11", "csv", lambda: lines(*[["说明"]] * 10, header, cells), "FILE-0008"
    )
    yield _case("header_only", "csv", lambda: lines(header), "FILE-0016")
    yield _case("header_blank_names", "csv", lambda: lines([*header, "", ""], [*cells, "", ""]))
    yield _case("no_header", "csv", lambda: lines(cells), "FILE-0008")
    yield _case("only_subtotals", "csv", lambda: lines(header, ["合计"] + [""] * 29), "FILE-0016")
    yield _case("rows_1048576", "csv", lambda: _all_rows(contract))
    yield _case("semicolons", "csv", lambda: lines(header, cells).replace(b",", b";"), "FILE-0008")


def _all_rows(contract: Contract) -> bytes:
    """As many rows as a spreadsheet has, the header among them."""
    header, line = as_csv(contract, [row(loan_id="%07d")]).decode().split("\r\n")[:2]
    return "\r\n".join([header, *(line % i for i in range(1_048_575))]).encode()


def _values(contract: Contract) -> Iterator[Case]:
    def csv_of(**changed: str) -> bytes:
        return as_csv(contract, [row(**changed)])

    faults = {
        "balance": ("1e308", "NaN", "Infinity", "-inf", "1E5", "0x10", "１２３", "1e-999", "9" * 400),
        "overdue_days": ("9223372036854775808", "-9223372036854775809", "1.0", "1e3", "٣"),
        "annual_rate": ("nan", "1e-400", "99999999999", "0.12345678901", "4.35%"),
        "due_date": (
            "0000-00-00", "2025-02-30", "10000-01-01", "-2025-01-01", "infinity", "epoch", "today",
            "2025-1-1", "20250230", "2025-12-31 00:00:00", "5874898-01-01",
        ),
        "is_agri": ("maybe", "是 是", "TRUE()", "2"),
        "five_class_code": ("正常'; drop table typed; --", "{value}", "正\u200d常"),
        "loan_id": (
            '="00123"', "'00123", "00\u200b123", "\u202e321", "00123\u200f", "00\u00a0123", "=1+1",
            "x" * 101, "\x00", "a\nb", "１２３", "#REF!", "=cmd|'/c calc'!A0",
        ),
        "currency_code": ("CNY'", "cny", "CN\u200bY", "人民币"),
    }  # fmt: skip
    codes = ["FILE-0007", *(f"CELL-{number:04}" for number in range(1, 19))]
    for column, values in faults.items():
        for number, value in enumerate(values):
            changed = {column: value}
            yield _case(
                f"{column}_{number}", "csv", lambda changed=changed: csv_of(**changed), *codes
            )
    yield _case("minus_nought", "csv", lambda: csv_of(balance="-0", overdue_days="-0"))
    yield _case("last_day_of_time", "csv", lambda: csv_of(due_date="9999-12-31"))
    for number, value in enumerate(FORMULAS):
        changed = {"product_name": value}
        yield _case(f"formula_{number}", "csv", lambda changed=changed: csv_of(**changed))
        yield _case(
            f"formula_{number}",
            "xlsx",
            lambda changed=changed: as_xlsx(contract, [row(**changed)]),  # type: ignore[list-item]
        )


# Texts that a spreadsheet would run if somebody wrote them as anything but text.
FORMULAS = (
    "=cmd|'/c calc'!A0",
    "=1+1",
    '=HYPERLINK("http://x.invalid","点")',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=WEBSERVICE(1)",
    "%0A-3+3",
    "{=1+1}",
)


# -- archives ------------------------------------------------------------------------------------


def rezip(
    book: bytes,
    change: Callable[[str, bytes], bytes | None] = lambda _name, part: part,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """A workbook with parts changed (None leaves one out) and members added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            part = change(name, source.read(name))
            if part is not None:
                copy.writestr(name, part)
        for name, part in (extra or {}).items():
            copy.writestr(name, part)
    return target.getvalue()


def with_part(book: bytes, name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """A workbook with one part changed."""
    return rezip(book, lambda n, part: change(part) if n == name else part)


def _archives(contract: Contract) -> Iterator[Case]:
    good = as_xlsx(contract, [row()])

    def link() -> bytes:
        stream = io.BytesIO(good)
        with zipfile.ZipFile(stream, "a") as archive:
            info = zipfile.ZipInfo("xl/media/link")
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
        return stream.getvalue()

    def linked_sheet() -> bytes:
        stripped = rezip(good, lambda name, part: None if name == SHEET else part)
        stream = io.BytesIO(stripped)
        with zipfile.ZipFile(stream, "a") as archive:
            info = zipfile.ZipInfo(SHEET)
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
        return stream.getvalue()

    def nested(depth: int) -> bytes:
        data = good
        for _ in range(depth):
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("inner.xlsx", data)
            data = stream.getvalue()
        return data

    outside = {"../../../../evil.txt": b"x", "/evil.txt": b"x", "C:\\evil.txt": b"x"}
    many = {f"xl/media/{i}.bin": b"" for i in range(70_000)}
    deep = {"x/" * 2_000 + "y.xml": b"x"}
    blanks = b" " * (300 << 20)
    yield _case("members_outside", "xlsx", lambda: rezip(good, extra=outside))
    yield _case("member_is_link", "xlsx", link)
    yield _case("sheet_is_link", "xlsx", linked_sheet, "FILE-0003", "FILE-0008")
    yield _case("zip_in_zip", "xlsx", lambda: nested(200), "FILE-0003")
    yield _case("zip_beside", "xlsx", lambda: rezip(good, extra={"xl/a.zip": nested(50)}))
    yield _case("members_70000", "xlsx", lambda: rezip(good, extra=many), "FILE-0005")
    yield _case("deep_member", "xlsx", lambda: rezip(good, extra=deep))
    yield _case("bomb_ratio", "xlsx", lambda: rezip(good, extra={"x.bin": blanks}), "FILE-0005")
    yield _case("bomb_small_claim", "xlsx", lambda: _claim(rezip(good, extra={"x": blanks}), 10),
                "FILE-0003", "FILE-0005")  # fmt: skip
    yield _case("huge_claim", "xlsx", lambda: _claim(good, 0xFFFFFFF0), "FILE-0005", "FILE-0003")
    yield _case("encrypted_zip", "xlsx", lambda: _flagged(good), "FILE-0004")
    yield _case("encrypted_office", "xlsx", lambda: _compound("EncryptedPackage"), "FILE-0004")
    yield _case("old_excel_renamed", "xlsx", lambda: _compound("Workbook"), "FILE-0015")
    yield _case("old_excel", "xls", lambda: _compound("Workbook"), "FILE-0015")
    yield _case("binary_renamed", "xlsx", lambda: _renamed("xl/workbook.bin"), "FILE-0003")
    yield _case("binary", "xlsb", lambda: _renamed("xl/workbook.bin"), "FILE-0015")
    yield _case("open_document_renamed", "xlsx", lambda: _renamed("content.xml"), "FILE-0003")
    yield _case("open_document", "ods", lambda: _renamed("content.xml"), "FILE-0015")
    yield _case("word_renamed", "xlsx", lambda: _renamed("word/document.xml"), "FILE-0003")
    yield _case("same_member_twice", "xlsx", lambda: _twice(good), "FILE-0003")
    yield _case("bytes_before", "xlsx", lambda: b"MZ" + bytes(5000) + good)
    yield _case("bytes_after", "xlsx", lambda: good + bytes(5000))
    yield _case("only_directory", "xlsx", lambda: b"PK\x05\x06" + bytes(18), "FILE-0003")
    yield _case("checksum", "xlsx", lambda: _wrong_checksum(good), "FILE-0003")
    yield _case("method_99", "xlsx", lambda: _method(good, 99), "FILE-0003")


def _claim(book: bytes, size: int) -> bytes:
    """The same archive whose directory declares another unpacked size for its last member."""
    changed = bytearray(book)
    at = changed.rfind(b"PK\x01\x02")
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)


def _flagged(book: bytes) -> bytes:
    """Every member marked as encrypted, in the directory and before its bytes."""
    changed = bytearray(book)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        for found in re.finditer(re.escape(mark), book):
            changed[found.start() + offset] |= 1
    return bytes(changed)


def _method(book: bytes, number: int) -> bytes:
    changed = bytearray(book)
    for mark, offset in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        for found in re.finditer(re.escape(mark), book):
            changed[found.start() + offset] = number
    return bytes(changed)


def _wrong_checksum(book: bytes) -> bytes:
    changed = bytearray(book)
    at = changed.find(b"PK\x01\x02")
    changed[at + 16] ^= 0xFF
    return bytes(changed)


def _compound(stream: str) -> bytes:
    """The beginning of a compound file with one stream named."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(900)
    )


def _renamed(member: str) -> bytes:
    """A package of another program."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x/>")
    return stream.getvalue()


def _twice(book: bytes) -> bytes:
    """Two members of one name: readers differ on which of them counts."""
    stream = io.BytesIO(book)
    with zipfile.ZipFile(stream, "a") as archive:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(SHEET, archive.read(SHEET).replace(b"80000", b"90000"))
    return stream.getvalue()


# -- parts of a workbook -------------------------------------------------------------------------

_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)
_OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _parts(contract: Contract) -> Iterator[Case]:
    good = as_xlsx(contract, [row()])
    strings = "xl/sharedStrings.xml"

    def declared(part: str, prolog: str, entity: str, before: bytes) -> bytes:
        def change(data: bytes) -> bytes:
            body = data.split(b"?>", 1)[1]
            return prolog.encode() + body.replace(before, entity.encode(), 1)

        return with_part(good, part, change)

    sheet_tag, text = b"<v>80000</v>", "示例经营贷".encode()
    for what, prolog, entity in (("laughs", _LAUGHS, "&j;"), ("outside", _OUTSIDE, "&a;")):
        for name, part, before in (
            ("strings", strings, text),
            ("workbook", "xl/workbook.xml", contract.title_zh.encode()),
            ("sheet", SHEET, sheet_tag),
        ):
            tag = f"<v>{entity}</v>" if part == SHEET else entity
            yield _case(
                f"{what}_in_{name}",
                "xlsx",
                lambda part=part, prolog=prolog, tag=tag, before=before: declared(
                    part, prolog, tag, before
                ),
                "FILE-0003",
            )
    yield _case(
        "string_index_out_of_range",
        "xlsx",
        lambda: with_part(
            good, SHEET, lambda d: re.sub(rb't="s"><v>\d+</v>', b't="s"><v>99999</v>', d, count=40)
        ),
        "FILE-0003",
        "FILE-0008",
    )
    one = _one_string(good)
    yield _case("string_index_one_cell", "xlsx", lambda: one(b"99999"), "FILE-0003", "CELL-0011")
    yield _case("string_index_minus", "xlsx", lambda: one(b"-1"), "FILE-0003", "CELL-0011")
    yield _case("string_index_words", "xlsx", lambda: one(b"abc"), "FILE-0003", "CELL-0011")
    huge = "贷" * 6_000_000
    yield _case(
        "huge_string",
        "xlsx",
        lambda: with_part(good, strings, lambda d: d.replace(text, huge.encode())),
        "CELL-0010",
        "FILE-0005",
    )
    many = b"<si><t>x</t></si>" * 2_000_000
    yield _case(
        "many_strings",
        "xlsx",
        lambda: with_part(good, strings, lambda d: d.replace(b"</sst>", many + b"</sst>")),
        "FILE-0005",
    )
    yield _case("no_strings", "xlsx", lambda: with_part(good, strings, lambda _d: None),
                "FILE-0003", "FILE-0008")  # fmt: skip
    yield _case("no_sheet", "xlsx", lambda: with_part(good, SHEET, lambda _d: None), "FILE-0003")
    for name in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml", "[Content_Types].xml"):
        stem = name.rsplit("/", 1)[-1].split(".")[0].strip("[]")
        codes = () if stem == "Content_Types" else ("FILE-0003",)
        yield _case(
            f"no_{stem}_{name.count('/')}", "xlsx",
            lambda name=name: with_part(good, name, lambda _d: None), *codes,
        )  # fmt: skip
        yield _case(
            f"empty_{stem}_{name.count('/')}", "xlsx",
            lambda name=name: with_part(good, name, lambda _d: b""), *codes,
        )  # fmt: skip
    deep = b"<a>" * 200_000
    yield _case("deep_xml", "xlsx", lambda: with_part(good, "xl/workbook.xml", lambda _d: deep),
                "FILE-0003")  # fmt: skip
    yield _case("deep_sheet", "xlsx", lambda: with_part(good, SHEET, lambda d: d.replace(
        b"<sheetData>", b"<sheetData>" + deep)), "FILE-0003")  # fmt: skip
    yield _case("no_styles", "xlsx", lambda: with_part(good, "xl/styles.xml", lambda _d: None),
                "CELL-0007", "FILE-0003")  # fmt: skip
    yield _case("cut_sheet", "xlsx", lambda: with_part(good, SHEET, lambda d: d[: len(d) // 2]),
                "FILE-0003", "FILE-0008", "FILE-0016")  # fmt: skip
    outside = lambda d: d.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")  # noqa: E731
    yield _case("sheet_outside", "xlsx",
                lambda: with_part(good, "xl/_rels/workbook.xml.rels", outside), "FILE-0003")  # fmt: skip


def _one_string(good: bytes) -> Callable[[bytes], bytes]:
    """Sets the shared string of the currency cell of the second row."""

    def make(index: bytes) -> bytes:
        return with_part(
            good,
            SHEET,
            lambda d: re.sub(rb'(<c r="H2"[^>]*t="s"[^>]*><v>)\d+', rb"\g<1>" + index, d),
        )

    return make


def _sheets(contract: Contract) -> Iterator[Case]:
    good = as_xlsx(contract, [row()])

    def sheet(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
        return lambda: with_part(good, SHEET, change)

    def dimension(area: bytes) -> Callable[[], bytes]:
        return sheet(
            lambda d: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + area + b'"', d)
        )

    def cells(more: str) -> Callable[[], bytes]:
        return sheet(lambda d: d.replace(b"</sheetData>", more.encode() + b"</sheetData>"))

    second = cells_of(good, 2)
    yield _case("dimension_whole", "xlsx", dimension(b"A1:XFD1048576"))
    yield _case("dimension_billion", "xlsx", dimension(b"A1:XFD1000000000"))
    yield _case("dimension_overflow", "xlsx", dimension(b"A1:ZZZZZZ99999999999999999999"))
    yield _case("dimension_words", "xlsx", dimension(b"hello"), "FILE-0003")
    yield _case("dimension_small", "xlsx", dimension(b"A1:A1"))
    yield _case("cell_far_down", "xlsx", cells('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
                "FILE-0006")  # fmt: skip
    yield _case("cell_far_right", "xlsx", cells('<row r="3"><c r="XFD3"><v>1</v></c></row>'),
                "FILE-0006")  # fmt: skip
    yield _case("row_billion", "xlsx", cells('<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>'),
                "FILE-0006", "FILE-0003")  # fmt: skip
    yield _case("row_overflow", "xlsx",
                cells('<row r="99999999999999999999"><c r="A99999999999999999999"><v>1</v></c></row>'),
                "FILE-0006", "FILE-0003")  # fmt: skip
    yield _case("column_overflow", "xlsx", cells('<row r="3"><c r="ZZZZZZZZZ3"><v>1</v></c></row>'),
                "FILE-0006", "FILE-0003")  # fmt: skip
    yield _case("row_zero", "xlsx", cells('<row r="0"><c r="A0"><v>1</v></c></row>'), "FILE-0003")
    yield _case("cell_without_place", "xlsx", cells("<row><c><v>1</v></c></row>"),
                "CELL-0012", "FILE-0003")  # fmt: skip
    yield _case("rows_without_place_far", "xlsx", cells("<row/>" * 1_048_575 + '<row><c><v>1</v></c></row>'),
                "FILE-0006", "FILE-0005", "FILE-0003")  # fmt: skip
    yield _case("cells_twice", "xlsx",
                cells(f'<row r="2">{second.replace("80000", "70000")}</row>'), "FILE-0003")  # fmt: skip
    yield _case("cell_twice_in_row", "xlsx",
                sheet(lambda d: re.sub(rb'(<c r="J2"[^>]*>)<v>80000</v></c>',
                                       rb'\1<v>80000</v></c>\1<v>70000</v></c>', d)), "FILE-0003")  # fmt: skip
    yield from _disguises(good, cells)
    yield _case("rows_out_of_order", "xlsx", sheet(_rows_swapped), "FILE-0003")
    yield _case("cells_out_of_order", "xlsx", sheet(_cells_swapped), "FILE-0003")
    yield _case("merged_all", "xlsx", sheet(lambda d: d.replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')),
        "FILE-0012")  # fmt: skip
    merges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (i, i) for i in range(2, 100_000))
    yield _case("merged_100000", "xlsx", sheet(lambda d: d.replace(
        b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")), "FILE-0012")  # fmt: skip
    wide = "".join(
        f'<c r="{_letters(i)}1" t="inlineStr"><is><t>x</t></is></c>' for i in range(16_384)
    )
    yield _case("columns_16384", "xlsx", cells(f'<row r="3">{wide}</row>'.replace('1" t', '3" t')),
                "FILE-0006")  # fmt: skip
    yield _case("formula_cell", "xlsx", sheet(lambda d: d.replace(
        b"<v>80000</v>", b"<f>1+1</f><v>80000</v>")), "FILE-0013")  # fmt: skip
    yield _case("formula_shared", "xlsx", sheet(lambda d: d.replace(
        b"<v>80000</v>", b'<f t="shared" si="0"/><v>80000</v>')), "FILE-0013")  # fmt: skip
    for number, encoding in enumerate((b"UTF-0", b"UTF-16", b"GBK", b"", b"base64")):
        yield _case(
            f"encoding_{number}",
            "xlsx",
            sheet(lambda d, encoding=encoding: d.replace(b'"UTF-8"', b'"' + encoding + b'"', 1)),
            "FILE-0003",
        )
    yield _case("number_huge", "xlsx", sheet(lambda d: d.replace(b"<v>80000</v>", b"<v>1e308</v>")),
                "CELL-0005")  # fmt: skip
    yield _case("number_nan", "xlsx", sheet(lambda d: d.replace(b"<v>80000</v>", b"<v>NaN</v>")),
                "CELL-0002", "FILE-0003")  # fmt: skip
    yield _case("number_infinite", "xlsx", sheet(lambda d: d.replace(b"<v>80000</v>", b"<v>inf</v>")),
                "CELL-0002", "FILE-0003")  # fmt: skip
    yield _case("number_overflow", "xlsx", sheet(lambda d: d.replace(b"<v>80000</v>", b"<v>1e999</v>")),
                "CELL-0002", "FILE-0003")  # fmt: skip
    yield _case("number_words", "xlsx", sheet(lambda d: d.replace(b"<v>80000</v>", b"<v>abc</v>")),
                "CELL-0002", "FILE-0003")  # fmt: skip
    date = rb'(<c r="M2"[^>]*><v>)\d+'
    for number, serial in enumerate((b"0", b"-5", b"60", b"2958466", b"1e300", b"0.5")):
        yield _case(f"date_serial_{number}", "xlsx", sheet(
            lambda d, serial=serial: re.sub(date, rb"\g<1>" + serial, d)),
            "CELL-0006", "CELL-0007", "LOAN-0003", "FILE-0003")  # fmt: skip
    yield _case("type_unknown", "xlsx", sheet(lambda d: re.sub(
        rb'<c r="J2"', b'<c r="J2" t="zzz"', d)), "CELL-0002", "FILE-0003")  # fmt: skip
    yield _case("boolean_balance", "xlsx", sheet(lambda d: re.sub(
        rb'<c r="J2"([^>]*)><v>80000', rb'<c r="J2"\1 t="b"><v>1', d)), "CELL-0002")  # fmt: skip
    ends = "".join(
        f'<row r="{i}"><c r="A{i}" t="inlineStr"><is><t>N{i}</t></is></c><c r="AD{i}"><v>{i}</v></c></row>'
        for i in range(3, 1_048_577)
    )
    yield _case("rows_1048576", "xlsx", cells(ends), "FILE-0006")
    yield _case("empty_sheet", "xlsx", lambda: book_of(["Sheet1"]), "FILE-0008")
    yield _case("sheets_300", "xlsx", lambda: book_of([f"S{i}" for i in range(300)]), "FILE-0008")
    yield _case("chart_only", "xlsx", _chart_book, "FILE-0003", "FILE-0008")
    yield _case("hidden_copy", "xlsx", lambda: _hidden_copy(contract), "FILE-0017")
    yield _case("hidden_only", "xlsx", lambda: with_part(good, "xl/workbook.xml", lambda d: d.replace(
        b"<sheet ", b'<sheet state="veryHidden" ')))  # fmt: skip


def _disguises(good: bytes, cells: Callable[[str], Callable[[], bytes]]) -> Iterator[Case]:
    """A cell far out and a formula, written so that a quick look misses them."""
    far = (
        '<row r="3"><c x=">" r="XFD1048576"><v>1</v></c></row>',
        '<row r="3"><c r = "XFD1048576"><v>1</v></c></row>',
        "<row r='3'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="3"><c r="xfd1048576"><v>1</v></c></row>',
        '<row r="3"><c\nr="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c><v>1</v></c></row>',
        '<row r="3"><x:c xmlns:x="urn:x" r="XFD1048576"><v>1</v></x:c></row>',
        '<row r="3"><c r="XFD1048576"><!-- --><v>1</v></c></row>',
        '<row r="3"><c r="XFD1048576"><x/><v>1</v></c></row>',
        '<row r="3"><c r="&#88;FD1048576"><v>1</v></c></row>',
        '<row r="3"><c r="XFE3"><v>1</v></c></row>',
    )
    for number, more in enumerate(far):
        yield _case(f"far_disguised_{number}", "xlsx", cells(more), "FILE-0006", "FILE-0003")
    balance = b"<v>80000</v>"
    hidden = (
        b"<!-- --><f>1+1</f>" + balance,
        b" " * 5000 + b"<f>1+1</f>" + balance,
        b"<x/><f>1+1</f>" + balance,
        balance + b"<f>1+1</f>",
        b"<f>" + b"1+" * 600_000 + b"1</f>" + balance,
        b"<v>8<!-- -->0000</v>",
        b"<v><![CDATA[80000]]></v>",
        b"<v>8<?x?>0000</v>",
    )
    for number, cell in enumerate(hidden):
        yield _case(
            f"formula_disguised_{number}",
            "xlsx",
            lambda cell=cell: with_part(good, SHEET, lambda d: d.replace(balance, cell)),
            "FILE-0013",
            "FILE-0003",
        )
    second = cells_of(good, 2)
    later = re.sub(r'r="([A-Z]+)2"', r'r="\g<1>9"', second)
    yield _case(
        "two_sheet_data", "xlsx",
        lambda: with_part(good, SHEET, lambda d: d.replace(
            b"</sheetData>", f'</sheetData><sheetData><row r="9">{later}</row></sheetData>'.encode())),
        "FILE-0003",
    )  # fmt: skip
    yield _case(
        "without_places", "xlsx", lambda: with_part(good, SHEET, lambda d: re.sub(rb' r="[A-Z]+[0-9]+"', b"", d)),
        "CELL-0001", "FILE-0009", "CELL-0009",
    )  # fmt: skip
    strings = "xl/sharedStrings.xml"
    first = re.compile(rb"<t[^>]*>[^<]*</t>")
    bomb = "".join(
        f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(3, 100_000)
    ).encode()
    yield _case(
        "string_bomb", "xlsx",
        lambda: rezip(good, lambda name, part: {
            strings: first.sub(b"<t>" + b"x" * 32_000 + b"</t>", part, count=1),
            SHEET: part.replace(b"</sheetData>", bomb + b"</sheetData>"),
        }.get(name, part)),
        "FILE-0005",
    )  # fmt: skip
    yield _case(
        "string_counts", "xlsx",
        lambda: with_part(good, strings, lambda d: re.sub(
            rb'ount="[0-9]+"', b'ount="999999999999"', d)),
        "FILE-0003",
    )  # fmt: skip
    yield _case(
        "two_directories", "xlsx", lambda: good + good,
    )  # fmt: skip
    yield _case(
        "two_names", "xlsx",
        lambda: with_part(good, "xl/workbook.xml", lambda d: re.sub(
            rb"(<sheet [^>]*/>)", rb"\1\1", d)), "FILE-0003",
    )  # fmt: skip


def cells_of(book: bytes, row_no: int) -> str:
    """The XML of the cells of one row of the first sheet."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        text = archive.read(SHEET).decode()
    found = re.search(rf'<row r="{row_no}"[^>]*>(.*?)</row>', text, re.S)
    assert found is not None
    return found[1]


def _rows_swapped(data: bytes) -> bytes:
    rows = re.findall(rb"<row .*?</row>", data, re.S)
    return data.replace(b"".join(rows), b"".join(reversed(rows)))


def _cells_swapped(data: bytes) -> bytes:
    found = re.search(rb'(<row r="2"[^>]*>)(.*?)(</row>)', data, re.S)
    assert found is not None
    cells = re.findall(rb"<c .*?(?:</c>|/>)", found[2], re.S)
    return data.replace(found[2], b"".join(reversed(cells)))


def _letters(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def book_of(sheets: list[str]) -> bytes:
    """A workbook of empty sheets."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name in sheets:
        book.add_worksheet(name)
    book.close()
    return stream.getvalue()


def _chart_book() -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Sheet1!$A$1:$A$5"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.close()
    return stream.getvalue()


def _hidden_copy(contract: Contract) -> bytes:
    """The data on a sheet that everybody sees and other data on one that nobody does."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name, balance in (("一月", "80000.00"), ("旧", "1.00")):
        tab = book.add_worksheet(name)
        for place, column in enumerate(contract.columns):
            tab.write_string(0, place, column.title_zh)
            tab.write_string(1, place, row(balance=balance)[column.name])
        if name == "旧":
            tab.very_hidden()
    book.close()
    return stream.getvalue()
