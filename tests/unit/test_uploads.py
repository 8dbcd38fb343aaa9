"""Bad uploads: each gives a finding that names the place, and no row is accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations.contract import Contract
from pipelines.landing.header import column_letter
from pipelines.landing.identity import identify
from pipelines.landing.read_xlsx import number_text
from pipelines.landing.receive import Receiver
from pipelines.registry import Registry
from pipelines.settings import Settings
from tests.uploads import VALID, as_csv, as_xlsx, places

LOAN = VALID["loan_account"]


def _cell(contract: Contract, column: str, row: int) -> str:
    return f"{column_letter([c.name for c in contract.columns].index(column))}{row}"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("customer_id", "", "JT-CELL-0001"),
        ("loan_amount", "十万", "JT-CELL-0002"),
        ("loan_amount", "１００００", "JT-CELL-0003"),
        ("loan_amount", "100,000.00", "JT-CELL-0004"),
        ("loan_amount", "100000.005", "JT-CELL-0005"),
        ("loan_amount", "1e5", "JT-CELL-0002"),
        ("due_date", "2026年3月1日", "JT-CELL-0006"),
        ("due_date", "2026-02-30", "JT-CELL-0006"),
        ("due_date", "46082", "JT-CELL-0007"),
        ("five_class_code", "优良", "JT-CELL-0009"),
        ("product_code", "P" * 31, "JT-CELL-0010"),
        ("currency_code", "RMB¥", "JT-CELL-0010"),
        ("currency_code", "rmb", "JT-CELL-0011"),
        ("balance", "-0.01", "JT-CELL-0013"),
        ("is_agri", "也许", "JT-CELL-0014"),
        ("loan_id", "N\n1", "JT-CELL-0015"),
        ("branch_id", "1002", "JT-ROW-0001"),
        ("data_date", "2025-11-30", "JT-ROW-0002"),
    ],
)
def test_bad_cell_is_found_at_its_address_and_nothing_is_loaded(
    column: str, value: str, code: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    verdict = judged(
        "loan_account", as_csv(contract, [{**LOAN, "loan_id": "N0"}, {**LOAN, column: value}])
    )
    assert (3, _cell(contract, column, 3), code) in places(verdict)
    assert [p for p in places(verdict) if p[2] != code] == []
    assert not verdict.is_accepted
    assert (verdict.received, verdict.accepted, verdict.rejected, verdict.held) == (2, 0, 2, 1)


def test_failed_cell_suppresses_the_rules_that_use_it(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    verdict = judged(
        "loan_account", as_csv(contract, [{**LOAN, "loan_amount": "x", "balance": "999999"}])
    )
    assert places(verdict) == [(2, _cell(contract, "loan_amount", 2), "JT-CELL-0002")]


def test_duplicate_key_names_every_row_of_the_group(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    verdict = judged("loan_account", as_csv(contract, [LOAN, {**LOAN, "loan_id": "N9"}, LOAN]))
    assert places(verdict) == [(2, "A2", "JT-KEY-0001"), (4, "A4", "JT-KEY-0001")]


def test_blank_subtotal_and_footnote_rows_are_ignored_and_accounted(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["loan_account"]
    rows = [LOAN, {}, {"loan_id": "合计", "balance": "80000.00"}, {"loan_id": "注：单位为元"}]
    verdict = judged("loan_account", as_csv(contract, rows))
    assert verdict.is_accepted
    assert verdict.received == 4
    assert verdict.accepted == 1
    assert verdict.ignored == {"blank": 1, "footnote": 1, "subtotal": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_give_the_same_rows(
    encoding: str, judged: Callable, contracts: dict[str, Contract]
) -> None:
    row = {**VALID["customer"], "customer_name": "样例𠮷㐂"}
    data = as_csv(contracts["customer"], [row]).decode().encode(encoding)
    assert judged("customer", data).is_accepted


@pytest.mark.parametrize(
    ("data", "suffix", "code"),
    [
        (b"", "csv", "JT-FILE-0002"),
        (b"  \r\n", "csv", "JT-FILE-0002"),
        (b"", "xlsx", "JT-FILE-0002"),
        (b"\xff\xff\x00\x80", "csv", "JT-FILE-0007"),
        ("列甲,列乙\r\n1,2\r\n".encode(), "csv", "JT-FILE-0008"),
        (b"PK\x03\x04whatever", "csv", "JT-FILE-0015"),
        (b"PK\x03\x04whatever", "xlsx", "JT-FILE-0003"),
        (b"x", "xls", "JT-FILE-0015"),
    ],
)
def test_unreadable_file_is_refused_with_its_reason(
    data: bytes, suffix: str, code: str, judged: Callable
) -> None:
    verdict = judged("loan_account", data, suffix)
    assert [p[2] for p in places(verdict)] == [code]
    assert not verdict.is_accepted


def test_workbook_truncated_anywhere_is_refused(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    data = as_xlsx(contracts["loan_account"], [LOAN])
    for size in range(1, len(data) - 1, 611):
        verdict = judged("loan_account", data[:size], "xlsx")
        assert [p[2] for p in places(verdict)] == ["JT-FILE-0003"], size


def test_password_protected_workbook_is_named(judged: Callable) -> None:
    name = "EncryptedPackage".encode("utf-16-le")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + name
    assert [p[2] for p in places(judged("loan_account", data, "xlsx"))] == ["JT-FILE-0004"]


def test_zip_bomb_is_refused_before_it_is_unpacked(judged: Callable) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (64 << 20))
    verdict = judged("loan_account", stream.getvalue(), "xlsx")
    assert [p[2] for p in places(verdict)] == ["JT-FILE-0005"]


def test_number_in_an_identifier_column_blocks_whatever_its_digits(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["customer"]
    row = {**VALID["customer"], "id_no": 430599195105154991.0}
    verdict = judged("customer", as_xlsx(contract, [row]), "xlsx")
    assert places(verdict) == [(2, _cell(contract, "id_no", 2), "JT-CELL-0012")]


def test_text_date_and_serial_number_in_a_workbook_are_found(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    import xlsxwriter

    contract = contracts["scheme_binding"]
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    for position, column in enumerate(contract.columns):
        sheet.write_string(0, position, column.title_zh)
    for line, date in ((1, "2025-01-01"), (2, 45658)):
        sheet.write_string(line, 0, f"100{line}")
        sheet.write_string(line, 1, "sanxia_grid")
        sheet.write(line, 2, date)
    book.close()
    verdict = judged("scheme_binding", stream.getvalue(), "xlsx")
    assert places(verdict) == [(2, "C2", "JT-CELL-0008"), (3, "C3", "JT-CELL-0007")]


def test_formula_merge_and_second_sheet_are_found(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    import xlsxwriter

    contract = contracts["deposit_tenday"]

    def workbook(change: str) -> bytes:
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream)
        for name in ["甲", "乙"] if change == "sheets" else ["甲"]:
            sheet = book.add_worksheet(name)
            date = book.add_format({"num_format": "yyyy-mm-dd"})
            for position, column in enumerate(contract.columns):
                sheet.write_string(0, position, column.title_zh)
            import datetime as dt

            for line, day in enumerate((10, 20, 31), start=1):
                sheet.write_string(line, 0, "1001")
                sheet.write_datetime(line, 1, dt.datetime(2025, 12, day), date)
                sheet.write_number(line, 2, 5.0)
                sheet.write_string(line, 3, "CNY")
            if change == "formula":
                sheet.write_formula(2, 2, "=C2+1", None, 6)
            if change == "merge":
                sheet.merge_range("A3:A4", "1001")
        book.close()
        return stream.getvalue()

    assert judged("deposit_tenday", workbook("none"), "xlsx").is_accepted
    assert places(judged("deposit_tenday", workbook("formula"), "xlsx")) == [
        (3, "C3", "JT-FILE-0013")
    ]
    assert places(judged("deposit_tenday", workbook("merge"), "xlsx")) == [
        (3, "A3", "JT-FILE-0012")
    ]
    assert places(judged("deposit_tenday", workbook("sheets"), "xlsx")) == [
        (None, None, "JT-FILE-0017")
    ]


def test_header_faults_are_named_together(judged: Callable, contracts: dict[str, Contract]) -> None:
    contract = contracts["scheme_binding"]
    headers = ["机构号", "方案代码", "失效日期", "失效日期", "神秘列"]
    verdict = judged("scheme_binding", as_csv(contract, [], headers) + b"1001,sanxia_grid,,,\r\n")
    assert places(verdict) == [
        (1, None, "JT-FILE-0009"),
        (1, "D1", "JT-FILE-0011"),
        (1, "E1", "JT-FILE-0010"),
    ]


def test_row_with_stray_comma_is_named_and_the_others_are_held(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    contract = contracts["scheme_binding"]
    data = as_csv(contract, [VALID["scheme_binding"]]) + b"1002,sanxia_grid,2025-01-01,,,,\r\n"
    verdict = judged("scheme_binding", data)
    assert places(verdict) == [(3, None, "JT-FILE-0014")]
    assert (verdict.received, verdict.accepted, verdict.rejected) == (2, 0, 2)


def test_ten_day_month_needs_three_points(judged: Callable, contracts: dict[str, Contract]) -> None:
    row = VALID["deposit_tenday"]
    rows = [{**row, "balance_date": f"2025-12-{day}"} for day in ("10", "31")]
    verdict = judged("deposit_tenday", as_csv(contracts["deposit_tenday"], rows))
    assert places(verdict) == [(2, "B2", "JT-DEPO-0002")]


def test_file_without_data_rows_is_refused(
    judged: Callable, contracts: dict[str, Contract]
) -> None:
    verdict = judged("loan_account", as_csv(contracts["loan_account"], []))
    assert [p[2] for p in places(verdict)] == ["JT-FILE-0016"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_nil_return_is_accepted_without_rows(
    suffix: str, settings: Settings, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    contract = contracts["loan_event"]
    data = as_csv(contract, []) if suffix == "csv" else as_xlsx(contract, [])
    path = tmp_path / f"loan_event_1001_2025-12_nil.{suffix}"
    path.write_bytes(data)
    with Registry(settings.home.registry) as registry:
        receipt = Receiver(settings, registry, "test").receive_file(path)
        in_force = registry.load_in_force("loan_event", "1001", "2025-12")
    assert receipt.status == "accepted"
    assert (receipt.verdict.received, receipt.verdict.accepted) == (0, 0)
    assert in_force == receipt.load_id
    part = settings.home.lake_part("loan_event", "2025-12", "1001", str(in_force))
    assert pq.read_table(part).num_rows == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loan_account_1001_2025-12.csv", ("loan_account", "1001", "2025-12")),
        ("loan_account_1001_2025-12_v2.xlsx", ("loan_account", "1001", "2025-12")),
        ("deposit_tenday_1001_2025-02.csv", ("deposit_tenday", "1001", "2025-02")),
        ("loan_account_1001_2025-13.csv", None),
        ("loans_1001_2025-12.csv", None),
        ("../../loan_account_1001_2025-12.csv", ("loan_account", "1001", "2025-12")),
    ],
)
def test_identity_is_read_from_the_file_name(
    name: str, expected: tuple[str, str, str] | None, contracts: dict[str, Contract]
) -> None:
    identity = identify(name, contracts)
    found = (identity.ledger, identity.org_id, str(identity.period)) if identity else None
    assert found == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1234.5, "1234.5"),
        (1e15, "1000000000000000"),
        (12.0, "12"),
        (-0.05, "-0.05"),
    ],
)
def test_numbers_are_taken_at_fifteen_digits(number: float, text: str) -> None:
    assert number_text(number) == text
