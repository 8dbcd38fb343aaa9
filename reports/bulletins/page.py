"""A bulletin as one HTML page that needs nothing beside itself; the PDF is the same page on paper.

Here belongs turning a content into the template's values. How it looks stands in
``templates/bulletin.html``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reports.bulletins.compose import numbered
from reports.bulletins.content import NUMBER, Cell, Column, Content, Table

_TEMPLATES = Path(__file__).parent / "templates"
# On paper a longer ranking shows its head and its tail: a page is read, not searched.
PRINTED_HEAD, PRINTED_TAIL = 40, 20


def html_of(content: Content, pictures: Sequence[str]) -> str:
    """The page.

    Args:
        content: What it says.
        pictures: The SVG of each of its charts, in order.
    """
    drawn = iter(pictures)
    sections = [
        {
            "number": numbered(position),
            "title": section.title,
            "paragraphs": section.paragraphs,
            "charts": [{"title": chart.title, "svg": next(drawn)} for chart in section.charts],
            "tables": [_table(table) for table in section.tables],
            "is_wide": any(len(table.columns) > 9 for table in section.tables),
        }
        for position, section in enumerate(content.sections, start=1)
    ]
    page: str = _template().render(content=content, sections=sections)
    return page


def _table(table: Table) -> dict[str, Any]:
    count = len(table.lines)
    hidden = range(0)
    if table.is_ranked and count > PRINTED_HEAD + PRINTED_TAIL + 5:
        hidden = range(PRINTED_HEAD, count - PRINTED_TAIL)
    total = sum(table.widths)
    return {
        "columns": [
            {
                "head": column.head,
                "kind": column.kind,
                "share": round(100 * width / total, 2),
            }
            for column, width in zip(table.columns, table.widths, strict=True)
        ],
        "lines": [
            {
                "cells": [
                    _cell(cell, column)
                    for cell, column in zip(line.cells, table.columns, strict=True)
                ],
                "is_total": line.is_total,
                "is_hidden": position in hidden,
                "opens_gap": bool(hidden) and position == hidden.start,
            }
            for position, line in enumerate(table.lines)
        ],
        "hidden": len(hidden),
        "notes": table.notes,
    }


def _cell(cell: Cell, column: Column) -> dict[str, str]:
    kind = column.kind
    if kind == NUMBER and cell.value is None and not cell.text.isdigit():
        kind = "centre"  # a word in the place of a number
    return {"text": cell.printed, "kind": kind, "tone": cell.tone}


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("bulletin.html")
