"""What spreadsheets do to files: error values, words that look like NULL, quotes without an end."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from expectations.contract import Contract
from pipelines.landing import read_csv
from pipelines.landing.header import column_letter
from tests.uploads import VALID, as_csv, as_xlsx, places

LOAN = VALID["loan_account"]


def _letter(contract: Contract, column: str) -> str:
    return column_letter([c.name for c in contract.columns].index(column))


def _with_cell(book: bytes, address: str, cell: str) -> bytes:
    """The workbook with the XML of one cell of the second row replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                sheet = re.sub(rf'<c r="{address}"(?:[^>]*/>|.*?</c>)', "", text.decode())
                at = sheet.index('<row r="2"')
                end = sheet.index("</row>", at)
                for later in re.finditer(r'<c r="([A-Z]+)2"', sheet[at:end]):
                    if (len(later[1]), later[1]) > (len(address) - 1, address[:-1]):
                        end = at + later.start()
                        break
                text = (sheet[:end] + cell + sheet[end:]).encode()
            copy.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    "column", ["balance", "product_name", "prev_loan_id", "due_date", "annual_rate", "is_agri"]
)
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_formula_error_in_a_workbook_is_a_finding_and_never_an_empty_cell(
    column: str, error: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    address = f"{_letter(contract, column)}2"
    cell = f'<c r="{address}" t="e"><v>{error}</v></c>'
    book = _with_cell(as_xlsx(contract, [LOAN]), address, cell)
    assert places(judged("loan_account", book, "xlsx")) == [(2, address, "JT-CELL-0016")]


def test_row_of_formula_errors_is_rejected_and_not_ignored_as_blank(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["scheme_binding"]
    book = as_xlsx(contract, [{"org_id": "#N/A", "scheme_id": "#N/A"}])
    verdict = judged("scheme_binding", book, "xlsx")
    assert verdict.ignored == {}
    assert (2, "A2", "JT-CELL-0016") in places(verdict)
    assert (verdict.received, verdict.rejected) == (1, 1)


@pytest.mark.parametrize("column", ["balance", "product_name", "prev_loan_id", "annual_rate"])
def test_formula_error_in_a_csv_is_a_finding(
    column: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    verdict = judged("loan_account", as_csv(contract, [{**LOAN, column: "#N/A"}]))
    assert places(verdict) == [(2, f"{_letter(contract, column)}2", "JT-CELL-0016")]


@pytest.mark.parametrize("word", ["NA", "null", "NULL", "nan", "n/a", "-NaN"])
@pytest.mark.parametrize("blank_line", [False, True], ids=["fast reader", "exact reader"])
def test_word_that_looks_like_null_stays_a_word(
    word: str, blank_line: bool, judged: Callable, con: object, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    data = as_csv(contract, [{**LOAN, "product_name": word, "prev_loan_id": word}])
    verdict = judged("loan_account", data + b"\r\n" * blank_line)
    assert verdict.is_accepted
    read = con.execute("select product_name, prev_loan_id from typed")  # type: ignore[attr-defined]
    assert read.fetchall() == [(word, word)]


@pytest.mark.parametrize("rows_before", [0, 1, 30])
def test_quote_without_an_end_is_a_finding_whatever_the_size(
    rows_before: int, judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    rows = [{**LOAN, "loan_id": f"N{i}"} for i in range(rows_before)]
    data = (as_csv(contract, rows) if rows else b"") + b'"' + b"x" * (2 << 20)
    verdict = judged("loan_account", data)
    assert {p[2] for p in places(verdict)} == {"JT-FILE-0014"}
    assert verdict.accepted == 0


def test_workbook_whose_directory_was_moved_is_damaged(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    book = as_xlsx(contracts["loan_account"], [LOAN])
    for cut in (4, 35, 154):
        verdict = judged("loan_account", book[cut:], "xlsx")
        assert [p[2] for p in places(verdict)] == ["JT-FILE-0003"]


def _with_sheet(book: bytes, change: Callable[[str], str]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            text = source.read(name)
            is_sheet = name == "xl/worksheets/sheet1.xml"
            copy.writestr(name, change(text.decode()).encode() if is_sheet else text)
    return target.getvalue()


def _prefixed(sheet: str) -> str:
    """As the Open XML SDK writes: a prefix before every name."""
    head, body = sheet.split("<worksheet", 1)
    body = re.sub(r"<(/?)(\w)", r"<\1x:\2", body.replace(' xmlns="', ' xmlns:x="'))
    return f"{head}<x:worksheet{body}"


def _single_quoted(sheet: str) -> str:
    return sheet.replace('"', "'")


@pytest.mark.parametrize("writer", [_prefixed, _single_quoted])
@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("<f>40000*2</f><v>80000</v>", "JT-FILE-0013"),
        ("<v>#N/A</v>", "JT-CELL-0016"),
    ],
)
def test_formula_and_error_are_found_however_the_xml_is_written(
    writer: Callable[[str], str],
    cell: str,
    code: str,
    judged: Callable,
    contracts: dict[str, Contract],
) -> None:
    contract = contracts["loan_account"]
    address = f"{_letter(contract, 'balance')}2"
    kind = ' t="e"' if code == "JT-CELL-0016" else ""
    book = _with_cell(as_xlsx(contract, [LOAN]), address, f'<c r="{address}"{kind}>{cell}</c>')
    assert places(judged("loan_account", _with_sheet(book, writer), "xlsx")) == [(2, address, code)]
    good = _with_sheet(as_xlsx(contract, [LOAN]), writer)
    assert judged("loan_account", good, "xlsx").is_accepted


def test_merged_cells_are_found_however_the_xml_is_written(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    merge = '<mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>'
    book = _with_sheet(
        as_xlsx(contract, [LOAN]), lambda s: s.replace("</sheetData>", f"</sheetData>{merge}")
    )
    for writer in (str, _prefixed, _single_quoted):
        verdict = judged("loan_account", _with_sheet(book, writer), "xlsx")
        assert [p[2] for p in places(verdict)] == ["JT-FILE-0012"]


@pytest.mark.parametrize("block", [2_000, 1 << 24], ids=["many blocks", "one block"])
@pytest.mark.parametrize("has_end", [False, True])
@pytest.mark.parametrize("has_quotes", [False, True])
def test_both_ends_of_lines_give_the_same_cells(
    block: int,
    has_end: bool,
    has_quotes: bool,
    contracts: dict[str, Contract],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_csv, "_BLOCK", block)
    grid = contracts["grid"]
    width = len(grid.columns)
    lines = ["表题" + "," * (width - 1), ",".join(c.title_zh for c in grid.columns)]
    for number in range(400):
        cells = [f"{number}", "", " NA ", "甲" * (number % 7), *["x" * (number % 13)] * (width - 4)]
        if has_quotes and number % 50 == 0:
            cells[1] = '"一,二"'
        lines.append(",".join(cells))
    read = []
    for end in ("\n", "\r\n"):
        text = end.join(lines) + end * has_end
        raw = read_csv.read_csv(text.encode(), grid)
        read.append((raw.table.to_pylist(), raw.ignored, raw.refused_rows, raw.header_row))
    assert read[0] == read[1]
    assert (len(read[0][0]), read[0][1], read[0][2]) == (400, {"title": 1}, 0)
    assert read[0][0][3]["c2"] == " NA "
