"""A return as a workbook that looks like the official form, and as JSON.

Here belongs the look of any return that has a ``layout.yml``: the form itself, its checks, its
lineage and its definitions. It decides no figure.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reports.draft import Draft, Order, date_zh
from reports.fill import FilledCell, FilledForm, fill_form
from reports.layout import CLOSED, FORMULA, Layout, column_number, load_layout
from reports.lineage import LineageRow, lineage_of_form
from reports.relations import (
    FAILED,
    NOT_RUN,
    OUTCOME_ZH,
    RelationResult,
    Relations,
    count_outcomes,
    evaluate,
    load_relations,
)
from reports.slices import Row, bank_of, read_rows
from reports.waivers import WaiverLine, touched_zh, write_waivers
from reports.writers.json import json_bytes
from reports.writers.lineage_sheet import write_lineage_sheet
from reports.writers.xlsx import (
    A3,
    AMBER,
    BLUE,
    COUNT,
    FONT_TITLE,
    GREY,
    LINE,
    LINE_HEIGHT,
    MONEY,
    PERCENT,
    RED,
    Book,
    Column,
    text_height,
    write_table,
    write_title,
    write_value,
)

_NUMBER_FORMATS = {"万元": MONEY, "户": COUNT, "%": PERCENT}
# Totals of a rural bank have up to nine digits before the point; interest and NPL have fewer.
_COLUMN_WIDTHS = {"A": 12.5, "B": 7.0, "C": 10.5, "D": 12.5, "E": 7.0, "F": 10.5, "G": 8.0}


def build(order: Order) -> Draft:
    """Fill the edition in force, evaluate its checks and write both files.

    Raises:
        EmissionRefused: The slice lacks a figure that the form needs.
        LayoutError: No edition of the return covers the period.
    """
    layout = load_layout(order.output.config, order.period)
    relations = load_relations(order.output.folder / "relations.yml", layout)
    bank = bank_of(read_rows(order.source, "dim_org", [("org_level", "=", "bank")]))
    metric_rows = read_rows(
        order.source,
        "metric_value",
        [("org_level", "=", layout.org_level), ("metric_id", "in", list(layout.metric_ids))],
    )
    form = fill_form(
        layout,
        metric_rows,
        period=order.period,
        org_id=str(bank["org_id"]),
        org_name=str(bank["org_name"]),
    )
    results = evaluate(relations, form)
    lineage = lineage_of_form(form)
    definitions = read_rows(
        order.source, "dim_metric", [("metric_id", "in", list(layout.metric_ids))]
    )
    name = layout.return_id
    files = {
        f"{name}.xlsx": _workbook(order, form, relations, results, lineage, definitions),
        f"{name}.json": _document(order, form, relations, results, lineage),
    }
    return Draft(files=files, form=form, relations=results)


def _workbook(
    order: Order,
    form: FilledForm,
    relations: Relations,
    results: list[RelationResult],
    lineage: list[LineageRow],
    definitions: list[Row],
) -> bytes:
    book = Book(form.layout.title_zh, form.org_name, order.period_end)
    _form_sheet(book, order, form)
    _relations_sheet(book, form, relations, results)
    write_lineage_sheet(
        book,
        lineage,
        f"{form.layout.form_number}  {date_zh(order.period_end)}",
        touched_zh(order.waivers, _DEFINITIONS_SHEET),
    )
    _definitions_sheet(book, form.layout, definitions, order.waivers)
    return book.close()


def _form_sheet(book: Book, order: Order, form: FilledForm) -> None:
    layout = form.layout
    sheet = book.sheet(layout.form_number, paper=A3)
    first_column = column_number(layout.first_column) - 1
    last_column = first_column + len(layout.columns) - 1
    head_row = layout.first_row - 4  # group heads, codes, measures, then the cells
    _form_title(book, sheet, order, form, last_column)
    _form_heads(book, sheet, layout, head_row, first_column)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 38)
    for number, code in enumerate(layout.columns):
        width = _COLUMN_WIDTHS.get(code[0], 12.0)
        sheet.set_column(first_column + number, first_column + number, width)
    for row in layout.rows:
        line = layout.first_row + row.sequence - 2
        sheet.set_row(line, 26)
        sheet.write_number(line, 0, row.sequence, book.cell_format("centre"))
        is_main = "." not in row.row
        label = book.cell_format("text", indent=row.indent, bold=is_main)
        sheet.write_string(line, 1, row.label_zh, label)
    for filled in form.cells.values():
        _write_cell(book, sheet, form, filled)
    _form_foot(book, sheet, layout, layout.first_row + len(layout.rows) - 1)
    sheet.freeze_panes(layout.first_row - 1, first_column)
    sheet.repeat_rows(head_row, layout.first_row - 2)
    sheet.repeat_columns(0, first_column - 1)
    sheet.print_area(0, 0, layout.first_row + len(layout.rows) + 1, last_column)


def _form_title(book: Book, sheet: Any, order: Order, form: FilledForm, last_column: int) -> None:
    layout = form.layout
    titles = (
        (layout.title_zh, book.format(font_name=FONT_TITLE, font_size=18, align="center"), 28),
        (layout.subtitle_zh, book.format(font_size=12, align="center"), 20),
        (f"报表日期：{date_zh(order.period_end)}", book.format(font_size=11, align="center"), 18),
    )
    for row, (text, style, height) in enumerate(titles):
        sheet.set_row(row, height)
        sheet.merge_range(row, 0, row, last_column, text, style)
    sheet.set_row(3, 18)
    left, right = book.format(align="left"), book.format(align="right")
    sheet.merge_range(3, 0, 3, 7, f"填报机构：{form.org_name}", left)
    sheet.merge_range(3, 8, 3, 21, f"报送口径：{layout.scope_zh}", left)
    sheet.merge_range(3, 22, 3, 33, f"币种：{layout.currency_zh}", left)
    sheet.merge_range(3, 34, 3, last_column, f"单位：{layout.unit_zh}", right)


def _form_heads(book: Book, sheet: Any, layout: Layout, top: int, first_column: int) -> None:
    head = book.format(align="center", text_wrap=True, border=1, border_color=LINE)
    sheet.merge_range(top, 0, top + 2, 0, "序号", head)
    sheet.merge_range(top, 1, top + 2, 1, "项目", head)
    sheet.set_row(top, 20)
    sheet.set_row(top + 2, 58)
    position = first_column
    for group in layout.groups:
        end = position + len(group.columns) - 1
        sheet.merge_range(top, position, top, end, group.title_zh, head)
        for number, code in enumerate(group.columns):
            sheet.write_string(top + 1, position + number, code, head)
            title = layout.measures[code[0]].title_zh
            sheet.write_string(top + 2, position + number, title, head)
        position = end + 1


def _write_cell(book: Book, sheet: Any, form: FilledForm, filled: FilledCell) -> None:
    cell = filled.cell
    row, column = _position(cell.excel)
    # A thicker line where a column group begins, as on the official form.
    is_first = any(group.columns[0] == cell.address.column for group in form.layout.groups)
    edge = {"left": 2} if is_first else {}
    if cell.kind == CLOSED:
        sheet.write_blank(row, column, None, book.cell_format("text", bg_color=GREY, **edge))
        return
    number_format = _NUMBER_FORMATS[cell.measure.unit]
    if cell.kind != FORMULA:
        write_value(sheet, row, column, filled.value, book.cell_format(number_format, **edge))
        return
    style = book.cell_format(number_format, bg_color=BLUE, **edge)
    cached: float | str = "" if filled.value is None else float(filled.value)
    sheet.write_formula(row, column, excel_formula(form.layout, filled), style, cached)


def excel_formula(layout: Layout, filled: FilledCell) -> str:
    """The cell's formula over the official positions; a rate is empty when nothing was lent."""
    expression = filled.cell.expression
    if expression is None:
        raise ValueError(f"{filled.cell.address} has no formula")
    names = [layout.cells[operand].excel for operand in expression.operands]
    if expression.operator == "+":
        return f"={'+'.join(names)}"
    numerator, denominator = names
    decimals = filled.cell.measure.decimals
    return f'=IF({denominator}=0,"",ROUND({numerator}/{denominator},{decimals}))'


def _form_foot(book: Book, sheet: Any, layout: Layout, line: int) -> None:
    text = book.format(align="left")
    sheet.set_row(line, 18)
    sheet.set_row(line + 1, 18)
    sheet.write_string(line, 1, "注：", book.format(align="right"))
    sheet.write_blank(line, 2, None, book.cell_format("text", bg_color=BLUE))
    sheet.merge_range(line, 3, line, 6, layout.legend_zh[0], text)
    sheet.write_blank(line, 7, None, book.cell_format("text", bg_color=GREY))
    sheet.merge_range(line, 8, line, 11, layout.legend_zh[1], text)
    for number, signer in enumerate(layout.signers_zh):
        position = 1 if number == 0 else 2 + 6 * (number - 1)
        sheet.write_string(line + 1, position, f"{signer}：", text)


def _position(excel: str) -> tuple[int, int]:
    letters = excel.rstrip("0123456789")
    return int(excel[len(letters) :]) - 1, column_number(letters) - 1


_RELATION_COLUMNS = (
    Column("关系编号", 13, "centre"),
    Column("适用行列", 10, "centre"),
    Column("左边", 12),
    Column("左值", 15, MONEY),
    Column("关系", 6, "centre"),
    Column("右边", 30),
    Column("右值", 15, MONEY),
    Column("差额（左－右）", 15, MONEY),
    Column("容差", 10, "0.00###"),
    Column("容差依据", 27),
    Column("结果", 9, "centre"),
    Column("原因", 46),
)
_DIFFERENCE_FORMATS = {"万元": MONEY, "户": COUNT, "%": "0.00000000"}
_OUTCOME_COLORS: dict[str, dict[str, Any]] = {
    FAILED: {"font_color": RED, "bold": True},
    NOT_RUN: {"font_color": AMBER},
}


def _relations_sheet(
    book: Book, form: FilledForm, relations: Relations, results: list[RelationResult]
) -> None:
    sheet = book.sheet("核对关系")
    counts = count_outcomes(results)
    summary = "，".join(f"{OUTCOME_ZH[outcome]} {counts[outcome]}" for outcome in OUTCOME_ZH)
    last = len(_RELATION_COLUMNS) - 1
    top = write_title(
        book,
        sheet,
        f"{form.layout.form_number} 核对关系",
        [f"依据：{relations.source}", f"共 {len(results)} 项：{summary}"],
        last,
    )
    top = _clauses(book, sheet, top, results, last)
    rows = [
        (
            result.relation_id,
            result.instance,
            result.left_text,
            result.left,
            {"<=": "≤"}.get(result.operator, result.operator),
            result.right_text,
            result.right,
            result.difference,
            result.tolerance,
            result.tolerance_note,
            OUTCOME_ZH[result.outcome],
            result.reason_zh,
        )
        for result in results
        if result.operator
    ]
    styles: dict[tuple[int, int], dict[str, Any]] = {}
    for line, result in enumerate(result for result in results if result.operator):
        kind = _DIFFERENCE_FORMATS[result.unit]
        coloured = _OUTCOME_COLORS.get(result.outcome, {})
        styles |= {(line, column): {"kind": kind} for column in (3, 6, 7)}
        if result.outcome == FAILED:
            for column in range(len(_RELATION_COLUMNS)):
                styles[line, column] = {**styles.get((line, column), {}), **coloured}
        elif coloured:
            styles |= {(line, column): coloured for column in (10, 11)}
    write_table(book, sheet, top, _RELATION_COLUMNS, rows, styles=styles, filtered=True)
    sheet.freeze_panes(top + 1, 2)
    sheet.repeat_rows(top)


def _clauses(book: Book, sheet: Any, top: int, results: list[RelationResult], last: int) -> int:
    """The clauses, each with its outcomes; those that no cell can prove with their reason."""
    heads = (
        (0, 0, "关系编号"),
        (1, last - 4, "条文"),
        (last - 3, last - 1, "结果"),
        (last, last, "说明"),
    )
    _spans(book, sheet, top, heads, book.head_format)
    for relation_id in dict.fromkeys(result.relation_id for result in results):
        top += 1
        own = [result for result in results if result.relation_id == relation_id]
        counts = count_outcomes(own)
        outcome = "，".join(
            f"{OUTCOME_ZH[key]} {number}" for key, number in counts.items() if number
        )
        reason = "" if own[0].operator else own[0].reason_zh
        worst = FAILED if counts[FAILED] else NOT_RUN if counts[NOT_RUN] == len(own) else ""
        extra = _OUTCOME_COLORS.get(worst, {})
        sheet.set_row(top, max(text_height(own[0].clause_zh, 92), text_height(reason, 46)))
        spans = (
            (0, 0, relation_id),
            (1, last - 4, own[0].clause_zh),
            (last - 3, last - 1, outcome),
            (last, last, reason),
        )
        _spans(book, sheet, top, spans, book.cell_format("wrap"), book.cell_format("wrap", **extra))
    return top + 2


def _spans(
    book: Book,
    sheet: Any,
    row: int,
    spans: tuple[tuple[int, int, str], ...],
    style: Any,
    outcome_style: Any = None,
) -> None:
    for number, (first, last, text) in enumerate(spans):
        chosen = outcome_style if outcome_style is not None and number >= 2 else style
        if first == last:
            sheet.write_string(row, first, text, chosen)
        else:
            sheet.merge_range(row, first, row, last, text, chosen)


_DEFINITIONS_SHEET = "定义与说明"
_DEFINITION_WIDTHS = (19, 40, 64, 50)


def _definitions_sheet(
    book: Book, layout: Layout, definitions: list[Row], waivers: list[WaiverLine]
) -> None:
    sheet = book.sheet(_DEFINITIONS_SHEET)
    last = len(_DEFINITION_WIDTHS) - 1
    top = write_title(book, sheet, f"{layout.form_number} 定义与说明", [], last)
    facts = (
        ("表号", layout.form_number),
        ("版本", f"{layout.edition}年版，自{layout.effective_from}起适用"),
        ("依据", layout.source),
        ("报送口径", layout.scope_zh),
        ("币种", layout.currency_zh),
        ("单位", layout.unit_zh),
        ("四舍五入", "金额两位小数，百分数两位小数，四舍五入；公式单元格由取整后的单元格计算"),
    )
    text = book.cell_format("text")
    for name, fact in facts:
        sheet.set_row(top, LINE_HEIGHT)
        sheet.write_string(top, 0, name, text)
        sheet.merge_range(top, 1, top, last, fact, text)
        top += 1
    tables: tuple[tuple[str, tuple[str, ...], list[tuple[Any, ...]]], ...] = (
        (
            "栏目",
            ("栏", "名称", "含义", "指标"),
            [(m.letter, m.title_zh, m.meaning_zh, m.metric_id) for m in layout.measures.values()],
        ),
        (
            "项目",
            ("行", "名称", "含义", "分段"),
            [(row.row, row.label_zh, row.meaning_zh, row.segment) for row in layout.rows],
        ),
        (
            "指标口径",
            ("指标", "编号与口径版本", "公式", "依据"),
            [
                (
                    row["name_zh"],
                    f"{row['metric_id']}\n{row['definition_id']}",
                    row["formula_zh"],
                    row["source"],
                )
                for row in definitions
            ],
        ),
        (
            "官方空白表与填报说明不一致之处及本表的处理",
            ("单元格", "官方材料", "本表的处理", "Resolution"),
            [
                (item["cells"], item["official_zh"], item["resolved_zh"], item["resolved_en"])
                for item in layout.resolutions
            ],
        ),
    )
    for title, heads, rows in tables:
        sheet.set_row(top + 1, 20)
        sheet.write_string(top + 1, 0, title, book.section_format)
        columns = [
            Column(head, width, "wrap")
            for head, width in zip(heads, _DEFINITION_WIDTHS, strict=True)
        ]
        top = write_table(book, sheet, top + 2, columns, rows, head_height=20)
    write_waivers(book, sheet, top, _DEFINITION_WIDTHS, waivers)


def _document(
    order: Order,
    form: FilledForm,
    relations: Relations,
    results: list[RelationResult],
    lineage: list[LineageRow],
) -> bytes:
    layout = form.layout
    return json_bytes(
        {
            "return_id": layout.return_id,
            "edition": layout.edition,
            "form_number": layout.form_number,
            "title_zh": layout.title_zh,
            "title_en": layout.title_en,
            "source": layout.source,
            "period": form.period,
            "report_date": order.period_end,
            "institution": {"org_id": form.org_id, "org_name": form.org_name},
            "scope_zh": layout.scope_zh,
            "scope_en": layout.scope_en,
            "unit_zh": layout.unit_zh,
            "cells": [_cell_entry(filled) for filled in form.cells.values()],
            "relations": {
                "source": relations.source,
                "counts": count_outcomes(results),
                "clauses": {result.relation_id: result.clause_zh for result in results},
                "results": [_result_entry(result) for result in results],
            },
            "waivers": order.waivers,
            "lineage": [row.as_dict() for row in lineage],
        }
    )


def _cell_entry(filled: FilledCell) -> dict[str, Any]:
    cell = filled.cell
    entry: dict[str, Any] = {
        "cell": str(cell.address),
        "excel": cell.excel,
        "kind": cell.kind,
        "value": filled.value,
        "unit": cell.measure.unit,
    }
    if cell.expression:
        entry["formula"] = cell.expression.printed
    return entry


def _result_entry(result: RelationResult) -> dict[str, Any]:
    fields: dict[str, Decimal | str | None] = dict(vars(result))
    del fields["clause_zh"]
    return {name: value for name, value in fields.items() if value not in (None, "")}
