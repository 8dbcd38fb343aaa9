"""The pay statement: what each branch earned, was paid and is owed under the scheme rcu_salary.

Here belongs how the frozen pay tables are laid out on paper. Every amount is computed in the
pay marts; this module rounds to the fen, adds up columns and tells reasons in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.draft import Draft, Order, period_zh
from reports.gate import EmissionRefused
from reports.layout import column_letters
from reports.lineage import LineageRow
from reports.notes import SHEET as NOTES_SHEET
from reports.notes import Note, load_notes, write_notes_sheet
from reports.reasons import reason_zh
from reports.rounding import half_up, ratio
from reports.slices import Row, bank_of, read_rows
from reports.waivers import touched_zh
from reports.writers.json import json_bytes
from reports.writers.lineage_sheet import write_lineage_sheet
from reports.writers.xlsx import (
    AMBER,
    FACTOR,
    HEAD_FILL,
    MONEY,
    PERCENT,
    Book,
    Column,
    write_table,
    write_title,
    write_value,
)

_FEN = 2


@dataclass(frozen=True)
class Figure:
    """A printed column: field of the pay mart, head, width, format, and the metric it is."""

    field: str
    head: str
    width: float = 15
    kind: str = MONEY
    decimals: int = _FEN
    is_added: bool = True
    metric_id: str | None = None


MONTH_FIGURES = (
    Figure(
        "deposit_net_increase_yuan",
        "存款旬均净增额",
        17,
        metric_id="deposit_tenday_avg_net_increase",
    ),
    Figure("interest_income_yuan", "利息收入", 16, metric_id="interest_income"),
    Figure("npl_recovery_yuan", "不良贷款清收", 16, metric_id="npl_recovery_amount"),
    Figure("deposit_pay", "存款绩效"),
    Figure("interest_pay", "利息绩效"),
    Figure("npl_pay", "清收绩效"),
    Figure("gross_pool", "应得绩效工资"),
    Figure("cumulative_payable", "累计应付"),
    Figure("paid_to_date", "累计预发"),
    Figure("month_pay", "本月计发"),
)
SETTLEMENT_FIGURES = (
    Figure("gross_pool", "应得绩效工资"),
    Figure("recovery_due_principal", "到期贷款本金", 17),
    Figure("recovery_collected_principal", "已回笼本金", 17),
    Figure("recovery_rate", "回笼率", 9, PERCENT, 4, is_added=False),
    Figure("recovery_deduction", "回笼扣减", 14),
    Figure("case_deduction", "案件扣减", 13),
    Figure("net_pool", "净额"),
    Figure("adjustment_factor", "调整系数", 10, FACTOR, 6, is_added=False),
    Figure("adjusted_pool", "调整后"),
    Figure("paid_to_date", "全年累计预发"),
    Figure("settlement", "结算额"),
)


def build(order: Order) -> Draft:
    """Lay out the months of the year to the period and, for December, the settlement.

    Raises:
        EmissionRefused: The slice has no month, lacks the period, or names an organisation
            that the organisation table does not know.
    """
    organisations = read_rows(order.source, "dim_org")
    names = {str(row["org_id"]): str(row["org_name"]) for row in organisations}
    bank = bank_of(organisations)
    year = order.period[:4]
    months = [
        _rounded(row, MONTH_FIGURES)
        for row in read_rows(order.source, "pay_month")
        if f"{year}-01" <= str(row["month"]) <= order.period
    ]
    months.sort(key=lambda row: (str(row["org_id"]), str(row["month"])))
    settlements: list[Row] = []
    if order.period.endswith("-12"):
        rows = read_rows(order.source, "pay_settlement", [("period", "=", order.period)])
        settlements = [_rounded(row, SETTLEMENT_FIGURES) for row in rows]
        settlements.sort(key=lambda row: str(row["org_id"]))
    _refuse_gaps(order.period, months, settlements, names)
    notes = load_notes(order.output.folder)
    current = [row for row in months if row["month"] == order.period]
    return Draft(
        files={
            "pay_statement.xlsx": _workbook(order, bank, names, months, settlements, notes),
            "pay_statement.json": json_bytes(
                _document(order, bank, names, months, current, settlements, notes)
            ),
        }
    )


def _refuse_gaps(
    period: str, months: list[Row], settlements: list[Row], names: dict[str, str]
) -> None:
    problems: list[tuple[str, str]] = []
    if not any(row["month"] == period for row in months):
        problems.append((f"没有 {period} 的计发数据", f"no row of {period}"))
    for table, rows in (("pay_month", months), ("pay_settlement", settlements)):
        keys = [(row["org_id"], row.get("month")) for row in rows]
        if len(keys) != len(set(keys)):
            problems.append((f"{table} 有重复的机构行", f"{table} repeats an organisation"))
        unknown = sorted({str(row["org_id"]) for row in rows} - set(names))
        if unknown:
            problems.append(
                (f"{table} 有未知机构 {'、'.join(unknown)}", f"unknown in {table}: {unknown}")
            )
    if period.endswith("-12") and not settlements:
        problems.append(("没有年终结算数据", "no settlement row"))
    if problems:
        raise EmissionRefused(
            "incomplete",
            f"绩效工资切片不完整：{'；'.join(zh for zh, _ in problems)}。",
            f"the pay slice is incomplete: {'; '.join(en for _, en in problems)}.",
        )


def _rounded(row: Row, figures: Sequence[Figure]) -> Row:
    """The row with a printed value for every figure; ``exact`` keeps what the mart held."""
    printed = {
        figure.field: None
        if row[figure.field] is None
        else half_up(row[figure.field], figure.decimals)
        for figure in figures
    }
    return {**row, **printed, "exact": {figure.field: row[figure.field] for figure in figures}}


def _workbook(
    order: Order,
    bank: Row,
    names: dict[str, str],
    months: list[Row],
    settlements: list[Row],
    notes: list[Note],
) -> bytes:
    bank_name = str(bank["org_name"])
    book = Book(order.output.title_zh, bank_name, order.period_end)
    lineage: list[LineageRow] = []
    current = [row for row in months if row["month"] == order.period]
    lineage += _month_sheet(book, order, bank_name, names, current)
    _detail_sheet(book, order, bank_name, names, months)
    if settlements:
        lineage += _settlement_sheet(book, order, bank_name, names, settlements)
    write_notes_sheet(book, notes, f"{order.output.title_zh} 说明", order.waivers)
    write_lineage_sheet(
        book,
        lineage,
        f"{order.output.title_zh}  {period_zh(order.period)}",
        touched_zh(order.waivers, NOTES_SHEET),
    )
    return book.close()


def _month_sheet(
    book: Book, order: Order, bank_name: str, names: dict[str, str], rows: list[Row]
) -> list[LineageRow]:
    name = "本月计发"
    sheet = book.sheet(name)
    columns = [
        Column("序号", 5, "centre"),
        Column("机构号", 11, "centre"),
        Column("机构", 18),
        *(Column(figure.head, figure.width, figure.kind) for figure in MONTH_FIGURES),
        Column("说明", 34, "wrap"),
    ]
    lines = [
        f"{period_zh(order.period)}（当年累计）",
        f"编制机构：{bank_name}    单位：元",
    ]
    top = write_title(book, sheet, order.output.title_zh, lines, len(columns) - 1)
    values = [
        (
            number,
            row["org_id"],
            names[str(row["org_id"])],
            *(row[figure.field] for figure in MONTH_FIGURES),
            reason_zh(row["reason_code"]),
        )
        for number, row in enumerate(rows, start=1)
    ]
    bottom = write_table(
        book, sheet, top, columns, values, styles=_amber(rows, len(columns) - 1), head_height=34
    )
    _total_row(book, sheet, bottom, top + 1, rows, MONTH_FIGURES, 3, len(columns) - 1)
    _signers(book, sheet, bottom + 2)
    sheet.freeze_panes(top + 1, 3)
    sheet.repeat_rows(top)
    return _lineage(name, "pay_month", top + 1, 3, rows, names, MONTH_FIGURES, order.period)


def _detail_sheet(
    book: Book, order: Order, bank_name: str, names: dict[str, str], rows: list[Row]
) -> None:
    sheet = book.sheet("逐月明细")
    columns = [
        Column("机构号", 11, "centre"),
        Column("机构", 18),
        Column("月份", 10, "centre"),
        *(Column(figure.head, figure.width, figure.kind) for figure in MONTH_FIGURES),
        Column("说明", 34, "wrap"),
    ]
    year = f"{order.period[:4]}年1月至{int(order.period[5:])}月"
    lines = [
        f"{year}（各月均为当年累计，本月计发为当月数）",
        f"编制机构：{bank_name}    单位：元",
    ]
    title = f"{order.output.title_zh}（逐月明细）"
    top = write_title(book, sheet, title, lines, len(columns) - 1)
    values = [
        (
            row["org_id"],
            names[str(row["org_id"])],
            row["month"],
            *(row[figure.field] for figure in MONTH_FIGURES),
            reason_zh(row["reason_code"]),
        )
        for row in rows
    ]
    styles = _amber(rows, len(columns) - 1)
    for line, row in enumerate(rows):
        if row["month"] == order.period:
            for column in range(len(columns)):
                styles[line, column] = {**styles.get((line, column), {}), "bg_color": HEAD_FILL}
    write_table(book, sheet, top, columns, values, styles=styles, head_height=34, filtered=True)
    sheet.freeze_panes(top + 1, 3)
    sheet.repeat_rows(top)


def _settlement_sheet(
    book: Book, order: Order, bank_name: str, names: dict[str, str], rows: list[Row]
) -> list[LineageRow]:
    name = "年终结算"
    sheet = book.sheet(name)
    columns = [
        Column("序号", 5, "centre"),
        Column("机构号", 11, "centre"),
        Column("机构", 18),
        *(Column(figure.head, figure.width, figure.kind) for figure in SETTLEMENT_FIGURES),
        Column("案件扣减说明", 26, "wrap"),
        Column("说明", 30, "wrap"),
    ]
    lines = [f"{order.period[:4]}年度", f"编制机构：{bank_name}    单位：元"]
    title = f"{order.output.title_zh}（年终结算）"
    top = write_title(book, sheet, title, lines, len(columns) - 1)
    values = [
        (
            number,
            row["org_id"],
            names[str(row["org_id"])],
            *(row[figure.field] for figure in SETTLEMENT_FIGURES),
            _case_reason(row),
            reason_zh(row["reason_code"]),
        )
        for number, row in enumerate(rows, start=1)
    ]
    styles = {
        **_amber(rows, len(columns) - 1),
        **{
            (line, len(columns) - 2): {"font_color": AMBER}
            for line, row in enumerate(rows)
            if row["case_deduction_reason"]
        },
    }
    bottom = write_table(book, sheet, top, columns, values, styles=styles, head_height=34)
    _total_row(book, sheet, bottom, top + 1, rows, SETTLEMENT_FIGURES, 3, len(columns) - 1)
    _total_recovery_rate(book, sheet, bottom, rows)
    _signers(book, sheet, bottom + 2)
    sheet.freeze_panes(top + 1, 3)
    sheet.repeat_rows(top)
    return _lineage(
        name, "pay_settlement", top + 1, 3, rows, names, SETTLEMENT_FIGURES, order.period
    )


def _case_reason(row: Row) -> str:
    reason = reason_zh(row["case_deduction_reason"])
    return f"{reason}，按零计" if reason and not row["case_deduction"] else reason


def _total_row(
    book: Book,
    sheet: Any,
    line: int,
    first_line: int,
    rows: list[Row],
    figures: Sequence[Figure],
    first_column: int,
    last_column: int,
) -> None:
    """The row 合计 with real sums; empty figures are left out and counted in the last column."""
    style = {"bold": True, "bg_color": HEAD_FILL}
    sheet.set_row(line, 20)
    sheet.merge_range(line, 0, line, first_column - 1, "合计", book.cell_format("centre", **style))
    for position in range(first_column, last_column + 1):
        sheet.write_blank(line, position, None, book.cell_format("text", **style))
    totals = totals_of(rows, figures)
    for number, figure in enumerate(figures):
        if not figure.is_added:
            continue
        column = first_column + number
        letters = column_letters(column + 1)
        sheet.write_formula(
            line,
            column,
            f"=SUM({letters}{first_line + 1}:{letters}{line})",
            book.cell_format(figure.kind, **style),
            float(totals[figure.field]),
        )
    lacking = lacking_of(rows, figures)
    text = f"{lacking} 家机构缺数，合计不含其缺数项" if lacking else ""
    write_value(sheet, line, last_column, text, book.cell_format("wrap", **style))


def _total_recovery_rate(book: Book, sheet: Any, line: int, rows: list[Row]) -> None:
    fields = [figure.field for figure in SETTLEMENT_FIGURES]
    due = 3 + fields.index("recovery_due_principal")
    collected = 3 + fields.index("recovery_collected_principal")
    names = [f"{column_letters(column + 1)}{line + 1}" for column in (collected, due)]
    value = total_recovery_rate(rows)
    sheet.write_formula(
        line,
        3 + fields.index("recovery_rate"),
        f'=IF({names[1]}=0,"",ROUND({names[0]}/{names[1]},4))',
        book.cell_format(PERCENT, bold=True, bg_color=HEAD_FILL),
        "" if value is None else float(value),
    )


def totals_of(rows: Iterable[Row], figures: Sequence[Figure]) -> dict[str, Decimal]:
    """Column sums of printed figures, so that the printed column adds up."""
    listed = list(rows)
    return {
        figure.field: sum(
            (row[figure.field] for row in listed if row[figure.field] is not None), Decimal("0.00")
        )
        for figure in figures
        if figure.is_added
    }


def total_recovery_rate(rows: Iterable[Row]) -> Decimal | None:
    """Collected over due principal of all organisations, four decimals."""
    totals = totals_of(rows, SETTLEMENT_FIGURES)
    return ratio(totals["recovery_collected_principal"], totals["recovery_due_principal"], 4)


def lacking_of(rows: Iterable[Row], figures: Sequence[Figure]) -> int:
    """How many organisations lack at least one figure."""
    return sum(1 for row in rows if any(row[figure.field] is None for figure in figures))


def _amber(rows: list[Row], column: int) -> dict[tuple[int, int], dict[str, Any]]:
    return {
        (line, column): {"font_color": AMBER} for line, row in enumerate(rows) if row["reason_code"]
    }


def _signers(book: Book, sheet: Any, line: int) -> None:
    for column, text in ((2, "制表："), (6, "复核："), (10, "审批：")):
        sheet.write_string(line, column, text, book.format(align="left"))


def _lineage(
    sheet_name: str,
    table: str,
    first_line: int,
    first_column: int,
    rows: list[Row],
    names: dict[str, str],
    figures: Sequence[Figure],
    period: str,
) -> list[LineageRow]:
    return [
        LineageRow(
            figure=f"{sheet_name} {names[str(row['org_id'])]} {figure.head}",
            position=f"{column_letters(first_column + number + 1)}{first_line + line + 1}",
            source=f"{table}.{figure.field} {period}",
            metric_id=figure.metric_id,
            segment="all" if figure.metric_id else None,
            definition_id=None,
            org_id=str(row["org_id"]),
            unrounded=row["exact"][figure.field],
            base_unit="元" if figure.kind == MONEY else "",
            printed=row[figure.field],
            unit="元" if figure.kind == MONEY else "%" if figure.kind == PERCENT else "",
        )
        for line, row in enumerate(rows)
        for number, figure in enumerate(figures)
    ]


def _document(
    order: Order,
    bank: Row,
    names: dict[str, str],
    months: list[Row],
    current: list[Row],
    settlements: list[Row],
    notes: list[Note],
) -> dict[str, Any]:
    by_org: dict[str, dict[str, Any]] = {
        org_id: {"org_id": org_id, "org_name": names[org_id], "months": [], "settlement": None}
        for org_id in sorted({str(row["org_id"]) for row in [*months, *settlements]})
    }
    for row in months:
        entry = {"month": row["month"], **_figures(row, MONTH_FIGURES), **_reasons(row)}
        by_org[str(row["org_id"])]["months"].append(entry)
    for row in settlements:
        by_org[str(row["org_id"])]["settlement"] = {
            **_figures(row, SETTLEMENT_FIGURES),
            **_reasons(row),
            "case_deduction_reason": row["case_deduction_reason"],
            "case_deduction_reason_zh": _case_reason(row),
        }
    totals: dict[str, Any] = {
        "month": totals_of(current, MONTH_FIGURES),
        "month_organisations_lacking": lacking_of(current, MONTH_FIGURES),
    }
    if settlements:
        totals["settlement"] = {
            **totals_of(settlements, SETTLEMENT_FIGURES),
            "recovery_rate": total_recovery_rate(settlements),
        }
        totals["settlement_organisations_lacking"] = lacking_of(settlements, SETTLEMENT_FIGURES)
    return {
        "output": order.output.id,
        "title_zh": order.output.title_zh,
        "title_en": order.output.title_en,
        "period": order.period,
        "institution": {"org_id": bank["org_id"], "org_name": bank["org_name"]},
        "unit": "元",
        "organisations": list(by_org.values()),
        "totals": totals,
        "waivers": order.waivers,
        "notes": [note.as_dict() for note in notes],
    }


def _figures(row: Row, figures: Sequence[Figure]) -> dict[str, Any]:
    return {figure.field: row[figure.field] for figure in figures}


def _reasons(row: Row) -> dict[str, Any]:
    return {"reason_code": row["reason_code"], "reason_zh": reason_zh(row["reason_code"])}
