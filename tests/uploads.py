"""Uploads written by hand: one valid row per ledger and writers for CSV and XLSX."""

from __future__ import annotations

import csv
import datetime as dt
import io

from expectations.contract import Contract

# One valid row per ledger for organisation 1001 and December 2025, as a branch would type it.
VALID: dict[str, dict[str, str]] = {
    "org_unit": {"org_id": "1001", "org_name": "示例支行", "parent_org_id": "1000", "org_type_code": "支行"},
    "admin_unit": {
        "admin_unit_id": "420506001001", "admin_unit_name": "示例村", "unit_kind_code": "行政村",
        "branch_id": "1001", "is_urban": "否", "is_pilot": "是", "pilot_from_date": "2025-03-01",
    },
    "grid": {
        "grid_id": "G1", "grid_name": "一格", "parent_grid_id": "B1", "grid_level_code": "小网格",
        "grid_class_code": "农村", "admin_unit_id": "420506001001", "branch_id": "1001",
        "live_date": "2025-02-01",
    },
    "segment_population": {
        "admin_unit_id": "420506001001", "segment_code": "农户", "branch_id": "1001", "subject_count": "120",
    },
    "customer": {
        "customer_id": "C1", "customer_name": "样例甲", "id_type_code": "居民身份证",
        "id_no": "11010519491231002X", "branch_id": "1001", "borrower_category_code": "其他个人",
        "is_farm_household": "是",
    },
    "customer_archive": {
        "archive_id": "A1", "subject_id": "H1", "segment_code": "农户", "admin_unit_id": "420506001001",
        "branch_id": "1001", "status_code": "已建档", "opened_date": "2025-05-01",
    },
    "credit_line": {
        "credit_line_id": "L1", "customer_id": "C1", "branch_id": "1001", "credit_kind_code": "经营性",
        "credit_amount": "500000.00", "currency_code": "CNY", "effective_date": "2025-01-01",
        "expiry_date": "2026-01-01", "status_code": "有效",
    },
    "loan_account": {
        "loan_id": "N1", "customer_id": "C1", "branch_id": "1001", "data_date": "2025-12-31",
        "currency_code": "CNY", "loan_amount": "100000.00", "balance": "80000.00",
        "disbursement_date": "2025-03-01", "original_due_date": "2026-03-01", "due_date": "2026-03-01",
        "annual_rate": "0.0435", "five_class_code": "正常", "contract_status_code": "正常",
        "disbursement_kind_code": "新增", "guarantee_type_code": "信用", "purpose_code": "经营",
        "is_agri": "是", "is_small_micro": "是", "is_inclusive": "是",
    },
    "loan_event": {
        "event_id": "E1", "loan_id": "N1", "customer_id": "C1", "branch_id": "1001",
        "event_date": "2025-12-05", "event_type_code": "归还", "principal_amount": "1000.00",
        "interest_amount": "12.34", "currency_code": "CNY",
    },
    "deposit_tenday": {
        "branch_id": "1001", "balance_date": "2025-12-10", "deposit_balance": "9000000.00", "currency_code": "CNY",
    },
    "gl_balance": {
        "branch_id": "1001", "subject_code": "1303", "subject_name": "贷款", "data_date": "2025-12-31",
        "currency_code": "CNY", "closing_balance": "80000.00", "control_item_code": "各项贷款余额",
    },
    "scheme_param": {
        "scheme_id": "rcu_salary", "param_name": "content_rate_deposit", "org_id": "1000",
        "param_value": "30", "effective_date": "2025-01-01", "approved_by": "示例批文",
    },
    "scheme_binding": {"org_id": "1001", "scheme_id": "sanxia_grid", "effective_date": "2025-01-01"},
    "calendar_override": {"calendar_date": "2026-02-14", "is_workday": "是", "reason": "示例通知"},
}  # fmt: skip


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
