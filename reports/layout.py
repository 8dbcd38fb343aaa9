"""The layout of a return: which cells a form has and where each figure comes from.

Here belongs reading ``layout.yml`` into cells, and every check that a layout contradicts itself.
Values belong to ``fill.py``, the regulator's checks to ``relations.py``, looks to the writers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from expectations.strict_yaml import OneOf, StrictYamlError, load_strict
from reports.address import (
    Address,
    AddressError,
    Expression,
    expand_columns,
    parse_expression,
)

LEAF, FORMULA, CLOSED = "leaf", "formula", "closed"

HEAD_SHAPE: dict[str, Any] = {
    "id": str,
    "title_zh": str,
    "title_en": str,
    "frequency": OneOf("monthly", "quarterly", "half_yearly", "yearly"),
    "deadline_day?": int,
    "months": OneOf("all", "quarter_end", "half_year_end", "december"),
    "slice": OneOf("marts", "pay"),
    "reads": [str],
    "writer": str,
}

_EDITION_SHAPE: dict[str, Any] = {
    "effective_from": str,
    "form_number": str,
    "source": str,
    "title_zh": str,
    "subtitle_zh": str,
    "scope_zh": str,
    "scope_en": str,
    "currency_zh": str,
    "unit_zh": str,
    "org_level": OneOf("bank"),
    "first_row": int,
    "first_column": str,
    "legend_zh": [str],
    "signers_zh": [str],
    "measures": {
        "*": {
            "title_zh": str,
            "metric_id?": str,
            "unit": OneOf("万元", "户", "%"),
            "divisor": int,
            "decimals": int,
            "meaning_zh": str,
        }
    },
    "column_groups": [{"suffix": str, "band": str, "measures": str, "title_zh": str}],
    "formulas": {"*": str},
    "patterns": {
        "*": {
            "others?": OneOf(CLOSED),
            "cells": [{"columns": [str], "fill": str, "bands?": [str], "segments?": [str]}],
        }
    },
    "rows": [
        {
            "row": str,
            "label_zh": str,
            "indent": int,
            "segment?": str,
            "pattern": str,
            "meaning_zh": str,
        }
    ],
    "resolutions": [{"cells": str, "official_zh": str, "resolved_zh": str, "resolved_en": str}],
}

LAYOUT_SHAPE: dict[str, Any] = {**HEAD_SHAPE, "editions": {"*": _EDITION_SHAPE}}


class LayoutError(ValueError):
    """A layout contradicts itself or does not cover a period; the message names file and cell."""


@dataclass(frozen=True)
class Measure:
    """What a column letter measures, and how its figures are printed."""

    letter: str
    title_zh: str
    metric_id: str | None
    unit: str
    divisor: Decimal
    decimals: int
    meaning_zh: str


@dataclass(frozen=True)
class ColumnGroup:
    """Adjacent columns under one merged header, e.g. A0 to G0."""

    suffix: str
    band: str
    title_zh: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A line of the form."""

    row: str
    sequence: int  # 序号, from 1
    label_zh: str
    indent: int
    segment: str | None
    meaning_zh: str


@dataclass(frozen=True)
class Cell:
    """One position of the form.

    ``segments`` of a leaf are added before rounding; it is one segment except where the layout
    says otherwise. ``excel`` is the position in the official sheet, e.g. ``AC9``.
    """

    address: Address
    kind: str
    measure: Measure
    excel: str
    segments: tuple[str, ...] = ()
    expression: Expression | None = None


@dataclass(frozen=True)
class Layout:
    """One edition of one return."""

    return_id: str
    edition: str
    effective_from: str
    form_number: str
    source: str
    title_zh: str
    title_en: str
    subtitle_zh: str
    scope_zh: str
    scope_en: str
    currency_zh: str
    unit_zh: str
    org_level: str
    first_row: int
    first_column: str
    legend_zh: tuple[str, ...]
    signers_zh: tuple[str, ...]
    measures: dict[str, Measure]
    groups: tuple[ColumnGroup, ...]
    rows: tuple[Row, ...]
    cells: dict[Address, Cell]
    resolutions: tuple[dict[str, str], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Column codes from left to right."""
        return tuple(column for group in self.groups for column in group.columns)

    @property
    def row_codes(self) -> tuple[str, ...]:
        """Row numbers from top to bottom."""
        return tuple(row.row for row in self.rows)

    @property
    def metric_ids(self) -> tuple[str, ...]:
        """Metrics that the leaves read, sorted."""
        used = {cell.measure.metric_id for cell in self.cells.values() if cell.kind == LEAF}
        return tuple(sorted(metric for metric in used if metric))

    def leaves_behind(self, address: Address) -> dict[Address, int]:
        """Rounded leaves that a cell adds up, with how often each is added.

        A quotient is not a sum of leaves; asking for one is a programming error.
        """
        cell = self.cells[address]
        if cell.kind == LEAF:
            return {address: 1}
        if cell.expression is None or cell.expression.operator != "+":
            raise LayoutError(f"{self.return_id} {address}: not a sum of leaves")
        counts: dict[Address, int] = {}
        for operand in cell.expression.operands:
            for leaf, count in self.leaves_behind(operand).items():
                counts[leaf] = counts.get(leaf, 0) + count
        return counts


def load_layout(path: Path, period: str) -> Layout:
    """Read the edition of a return that is in force for a period.

    Args:
        path: ``layout.yml`` of the return.
        period: ``YYYY-MM``.

    Raises:
        StrictYamlError: The file does not have the shape of a layout.
        LayoutError: No edition covers the period, or the edition contradicts itself.
    """
    document = load_strict(path, LAYOUT_SHAPE)
    edition = edition_for(document["editions"], period, path)
    return _build(document, edition, document["editions"][edition], path)


def edition_for(editions: dict[str, Any], period: str, path: Path) -> str:
    """Key of the newest edition that is in force in ``period``.

    Raises:
        LayoutError: Two editions start in the same month, or none has started.
    """
    starts: dict[str, str] = {}
    for key, edition in editions.items():
        start = edition["effective_from"]
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", start):
            raise LayoutError(f"{path}: edition {key}: effective_from {start!r} is not YYYY-MM")
        if start in starts:
            raise LayoutError(f"{path}: editions {starts[start]} and {key} both start {start}")
        starts[start] = key
    in_force = [start for start in starts if start <= period]
    if not in_force:
        raise LayoutError(
            f"{path}: no edition for {period}; the first one starts {min(starts)}. "
            "Add the edition that was in force then."
        )
    return starts[max(in_force)]


def _build(head: dict[str, Any], edition: str, body: dict[str, Any], path: Path) -> Layout:
    measures = {
        letter: Measure(
            letter=letter,
            title_zh=spec["title_zh"],
            metric_id=spec.get("metric_id"),
            unit=spec["unit"],
            divisor=Decimal(spec["divisor"]),
            decimals=spec["decimals"],
            meaning_zh=spec["meaning_zh"],
        )
        for letter, spec in body["measures"].items()
    }
    groups = tuple(
        ColumnGroup(
            suffix=spec["suffix"],
            band=spec["band"],
            title_zh=spec["title_zh"],
            columns=tuple(_columns_of(spec, measures, path)),
        )
        for spec in body["column_groups"]
    )
    columns = tuple(column for group in groups for column in group.columns)
    _refuse_repeats(columns, f"{path}: column")
    rows = tuple(
        Row(
            row=spec["row"],
            sequence=number,
            label_zh=spec["label_zh"],
            indent=spec["indent"],
            segment=spec.get("segment"),
            meaning_zh=spec["meaning_zh"],
        )
        for number, spec in enumerate(body["rows"], start=1)
    )
    _refuse_repeats(tuple(row.row for row in rows), f"{path}: row")
    builder = _CellBuilder(path, body, measures, groups, columns)
    cells: dict[Address, Cell] = {}
    for row, spec in zip(rows, body["rows"], strict=True):
        cells.update(builder.cells_of(row, spec["pattern"]))
    builder.refuse_unused_patterns({spec["pattern"] for spec in body["rows"]})
    layout = Layout(
        return_id=head["id"],
        edition=edition,
        effective_from=body["effective_from"],
        form_number=body["form_number"],
        source=body["source"],
        title_zh=body["title_zh"],
        title_en=head["title_en"],
        subtitle_zh=body["subtitle_zh"],
        scope_zh=body["scope_zh"],
        scope_en=body["scope_en"],
        currency_zh=body["currency_zh"],
        unit_zh=body["unit_zh"],
        org_level=body["org_level"],
        first_row=body["first_row"],
        first_column=body["first_column"],
        legend_zh=tuple(body["legend_zh"]),
        signers_zh=tuple(body["signers_zh"]),
        measures=measures,
        groups=groups,
        rows=rows,
        cells=cells,
        resolutions=tuple(body["resolutions"]),
    )
    _refuse_bad_formulas(layout, path)
    return layout


@dataclass(frozen=True)
class _CellBuilder:
    """Expands a row's pattern into its cells."""

    path: Path
    body: dict[str, Any]
    measures: dict[str, Measure]
    groups: tuple[ColumnGroup, ...]
    columns: tuple[str, ...]

    def cells_of(self, row: Row, pattern: str) -> dict[Address, Cell]:
        where = f"{self.path}: row {row.row}, pattern '{pattern}'"
        if pattern not in self.body["patterns"]:
            raise LayoutError(f"{where}: no such pattern")
        spec = self.body["patterns"][pattern]
        block_of: dict[str, dict[str, Any]] = {}
        for block in spec["cells"]:
            for text in block["columns"]:
                try:
                    named = expand_columns(text, self.columns)
                except AddressError as exc:
                    raise LayoutError(f"{where}: {exc}") from exc
                for column in named:
                    if column in block_of:
                        raise LayoutError(f"{where}: column {column} is filled twice")
                    block_of[column] = block
        missing = [column for column in self.columns if column not in block_of]
        if missing and "others" not in spec:
            raise LayoutError(f"{where}: nothing said about column(s) {', '.join(missing)}")
        for column in missing:
            block_of[column] = {"fill": CLOSED}
        return {
            Address(row.row, column): self._cell(row, column, block_of[column], where)
            for column in self.columns
        }

    def _cell(self, row: Row, column: str, block: dict[str, Any], where: str) -> Cell:
        address = Address(row.row, column)
        measure = self.measures[column[0]]
        excel = self._excel(row, column)
        fill = block["fill"]
        if fill == CLOSED:
            return Cell(address, CLOSED, measure, excel)
        if fill == LEAF:
            if measure.metric_id is None:
                raise LayoutError(f"{where}: {column} is a leaf but {measure.letter} has no metric")
            segments = block.get("segments") or ([row.segment] if row.segment else [])
            if not segments:
                raise LayoutError(f"{where}: {column} is a leaf but the row has no segment")
            bands = block.get("bands") or [self._group_of(column).band]
            names = tuple(f"{segment}.{band}" for segment in segments for band in bands)
            return Cell(address, LEAF, measure, excel, segments=names)
        if fill not in self.body["formulas"]:
            raise LayoutError(f"{where}: column {column}: no formula named '{fill}'")
        text = self.body["formulas"][fill].format(
            r=row.row, c=column, m=column[0], s=self._group_of(column).suffix
        )
        try:
            expression = parse_expression(text)
        except AddressError as exc:
            raise LayoutError(f"{where}: formula '{fill}': {exc}") from exc
        return Cell(address, FORMULA, measure, excel, expression=expression)

    def refuse_unused_patterns(self, used: set[str]) -> None:
        unused = sorted(set(self.body["patterns"]) - used)
        if unused:
            raise LayoutError(f"{self.path}: pattern(s) no row uses: {', '.join(unused)}")

    def _group_of(self, column: str) -> ColumnGroup:
        return next(group for group in self.groups if column in group.columns)

    def _excel(self, row: Row, column: str) -> str:
        start = column_number(self.body["first_column"])
        letters = column_letters(start + self.columns.index(column))
        return f"{letters}{self.body['first_row'] + row.sequence - 1}"


def column_number(letters: str) -> int:
    """Spreadsheet column letters to a number from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """The reverse of :func:`column_number`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _columns_of(spec: dict[str, Any], measures: dict[str, Measure], path: Path) -> list[str]:
    unknown = [letter for letter in spec["measures"] if letter not in measures]
    if unknown:
        raise LayoutError(f"{path}: column group {spec['title_zh']}: no measure {unknown[0]}")
    return [f"{letter}{spec['suffix']}" for letter in spec["measures"]]


def _refuse_repeats(names: tuple[str, ...], what: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise LayoutError(f"{what} {', '.join(repeated)} appears more than once")


def _refuse_bad_formulas(layout: Layout, path: Path) -> None:
    """A formula may use open cells only, and may not depend on itself."""
    for cell in layout.cells.values():
        for operand in cell.expression.operands if cell.expression else ():
            if operand not in layout.cells:
                raise LayoutError(f"{path}: {cell.address} uses {operand}, which does not exist")
            if layout.cells[operand].kind == CLOSED:
                raise LayoutError(f"{path}: {cell.address} uses {operand}, which is closed")
        _refuse_cycle(layout, cell.address, (), path)


def _refuse_cycle(layout: Layout, at: Address, above: tuple[Address, ...], path: Path) -> None:
    if at in above:
        raise LayoutError(f"{path}: {at} depends on itself")
    expression = layout.cells[at].expression
    for operand in expression.operands if expression else ():
        _refuse_cycle(layout, operand, (*above, at), path)


__all__ = [
    "CLOSED",
    "FORMULA",
    "HEAD_SHAPE",
    "LAYOUT_SHAPE",
    "LEAF",
    "Cell",
    "ColumnGroup",
    "Layout",
    "LayoutError",
    "Measure",
    "Row",
    "StrictYamlError",
    "column_letters",
    "column_number",
    "edition_for",
    "load_layout",
]
