"""The regulator's checks of a form (核对关系), evaluated on the filled cells.

Here belongs reading ``relations.yml``, expanding each clause over the rows or columns it names,
and comparing both sides. What follows from a failed check belongs to ``emission.py``.

Tolerance. Every leaf is rounded once, so it is off by at most half of its last digit. A check
compares sums of leaves; leaves that stand on both sides cancel. The tolerance of a check is
half a last digit (0.005 万元, 0 for households) times the number of leaves that do not cancel. A
formula that repeats the very cells it sums therefore has tolerance 0, and no difference larger
than rounding can explain ever passes. A quotient is printed with four decimals (two of a
percent), hence 0.00005.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from expectations.strict_yaml import load_strict
from reports.address import (
    Address,
    AddressError,
    expand_columns,
    expand_rows,
    normalise,
    split_terms,
)
from reports.fill import FilledForm
from reports.layout import CLOSED, Layout, LayoutError
from reports.rounding import CONTEXT, half_up

PASSED, FAILED, NOT_RUN = "passed", "failed", "not_run"
OUTCOME_ZH = {PASSED: "通过", FAILED: "不通过", NOT_RUN: "未执行"}
_QUOTIENT_SHOWN_DECIMALS = 8

RELATIONS_SHAPE: dict[str, Any] = {
    "editions": {
        "*": {
            "source": str,
            "rows": [{"id": str, "clause_zh": str, "checks": [str], "columns": [str]}],
            "columns": [{"id": str, "clause_zh": str, "checks": [str], "rows": [str]}],
            "noted": [{"id": str, "clause_zh": str, "reason_zh": str, "reason_en": str}],
        }
    }
}


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a sum of cells or a quotient of two."""

    operator: str
    operands: tuple[Address, ...]

    @property
    def printed(self) -> str:
        """As text, e.g. ``[3.1A]+[3.2A]``."""
        return self.operator.join(operand.printed for operand in self.operands)


@dataclass(frozen=True)
class Check:
    """One comparison of a clause on one row or column."""

    relation_id: str
    clause_zh: str
    instance: str
    left: Side
    operator: str  # '=' or '<='
    right: Side


@dataclass(frozen=True)
class Note:
    """A clause that cells cannot prove."""

    relation_id: str
    clause_zh: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class RelationResult:
    """Outcome of one check with both sides shown."""

    relation_id: str
    instance: str
    clause_zh: str
    unit: str
    left_text: str
    left: Decimal | None
    operator: str
    right_text: str
    right: Decimal | None
    difference: Decimal | None
    tolerance: Decimal | None
    tolerance_note: str
    outcome: str
    reason_zh: str
    reason_en: str

    @property
    def statement(self) -> str:
        """The comparison as text, e.g. ``[1.1A]<=[1A]``."""
        return f"{self.left_text}{self.operator}{self.right_text}" if self.operator else ""


@dataclass(frozen=True)
class Relations:
    """All clauses of one edition, expanded."""

    edition: str
    source: str
    checks: tuple[Check, ...]
    notes: tuple[Note, ...]


def load_relations(path: Path, layout: Layout) -> Relations:
    """Read the checks of a layout's edition and expand them over rows and columns.

    Raises:
        StrictYamlError: The file does not have the shape of a relations file.
        LayoutError: The edition is absent, an id repeats, or a check names a row or column
            that the form does not have.
    """
    editions = load_strict(path, RELATIONS_SHAPE)["editions"]
    if layout.edition not in editions:
        raise LayoutError(f"{path}: no checks for edition {layout.edition}")
    body = editions[layout.edition]
    ids = [spec["id"] for kind in ("rows", "columns", "noted") for spec in body[kind]]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise LayoutError(f"{path}: relation id {', '.join(repeated)} appears more than once")
    checks: list[Check] = []
    for spec in body["rows"]:
        columns = [c for text in spec["columns"] for c in _named(path, spec, text, layout, "c")]
        for text in spec["checks"]:
            for column in columns:
                checks.extend(_expand(path, spec, text, layout, column=column))
    for spec in body["columns"]:
        rows = [r for text in spec["rows"] for r in _named(path, spec, text, layout, "r")]
        for text in spec["checks"]:
            for row in rows:
                checks.extend(_expand(path, spec, text, layout, row=row))
    notes = tuple(
        Note(spec["id"], spec["clause_zh"], spec["reason_zh"], spec["reason_en"])
        for spec in body["noted"]
    )
    return Relations(layout.edition, body["source"], tuple(checks), notes)


def evaluate(relations: Relations, form: FilledForm) -> list[RelationResult]:
    """Evaluate every check on a filled form; clauses no cell can prove come as "not run"."""
    results = [_evaluate_check(check, form) for check in relations.checks]
    results.extend(
        RelationResult(
            relation_id=note.relation_id,
            instance="",
            clause_zh=note.clause_zh,
            unit="",
            left_text="",
            left=None,
            operator="",
            right_text="",
            right=None,
            difference=None,
            tolerance=None,
            tolerance_note="",
            outcome=NOT_RUN,
            reason_zh=note.reason_zh,
            reason_en=f"not run: {note.reason_en}",
        )
        for note in relations.notes
    )
    return results


def count_outcomes(results: list[RelationResult]) -> dict[str, int]:
    """How many checks passed, failed and were not run."""
    return {
        outcome: sum(1 for result in results if result.outcome == outcome)
        for outcome in (PASSED, FAILED, NOT_RUN)
    }


def _named(
    path: Path, spec: dict[str, Any], text: str, layout: Layout, kind: str
) -> tuple[str, ...]:
    try:
        if kind == "c":
            return expand_columns(text, layout.columns)
        return expand_rows(text, layout.row_codes)
    except AddressError as exc:
        raise LayoutError(f"{path}: {spec['id']}: {exc}") from exc


def _expand(
    path: Path,
    spec: dict[str, Any],
    text: str,
    layout: Layout,
    *,
    row: str | None = None,
    column: str | None = None,
) -> list[Check]:
    """Both sides of each comparison of a chain, on one row or one column."""
    clean = normalise(text)
    sides_text: list[str] = []
    operators: list[str] = []
    rest = clean
    while True:
        position = rest.find("=")
        if position < 0:
            sides_text.append(rest)
            break
        is_at_most = position > 0 and rest[position - 1] == "<"
        sides_text.append(rest[: position - 1] if is_at_most else rest[:position])
        operators.append("<=" if is_at_most else "=")
        rest = rest[position + 1 :]
    if not operators or "<" in "".join(sides_text) or ">" in clean:
        raise LayoutError(f"{path}: {spec['id']}: not a check with = or <=: {text!r}")
    try:
        sides = [_side(part, row, column) for part in sides_text]
    except AddressError as exc:
        raise LayoutError(f"{path}: {spec['id']}: {exc}") from exc
    for side in sides:
        for operand in side.operands:
            if operand not in layout.cells:
                raise LayoutError(f"{path}: {spec['id']}: the form has no cell {operand}")
    return [
        Check(spec["id"], spec["clause_zh"], column or row or "", left, operator, right)
        for left, operator, right in zip(sides[:-1], operators, sides[1:], strict=True)
    ]


def _side(text: str, row: str | None, column: str | None) -> Side:
    operator, terms = split_terms(text)
    operands = []
    for term in terms:
        name = term.strip("[] ").rstrip(".")
        operands.append(Address(name, column) if column else Address(row or "", name))
    return Side(operator, tuple(operands))


def _evaluate_check(check: Check, form: FilledForm) -> RelationResult:
    closed = [
        operand.printed
        for operand in (*check.left.operands, *check.right.operands)
        if form.layout.cells[operand].kind == CLOSED
    ]
    if closed:
        names = "、".join(dict.fromkeys(closed))
        return _result(
            check,
            form,
            outcome=NOT_RUN,
            reason_zh=f"单元格不在表内（灰色）：{names}",
            reason_en=f"not run: cell not in the form: {names}",
        )
    if check.right.operator == "/":
        return _evaluate_quotient(check, form)
    left = _sum(check.left, form)
    right = _sum(check.right, form)
    tolerance, note = _tolerance(check, form.layout)
    difference = left - right
    excess = difference if check.operator == "<=" else abs(difference)
    failed = excess > tolerance
    return _result(
        check,
        form,
        left=left,
        right=right,
        difference=difference,
        tolerance=tolerance,
        tolerance_note=note,
        outcome=FAILED if failed else PASSED,
        reason_zh="左右两边不符" if failed else "",
        reason_en="the two sides differ" if failed else "",
    )


def _evaluate_quotient(check: Check, form: FilledForm) -> RelationResult:
    rate = form.value(check.left.operands[0])
    numerator, denominator = (form.value(operand) for operand in check.right.operands)
    if numerator is None or denominator is None:
        raise LayoutError(f"{check.relation_id}: an operand of {check.right.printed} has no value")
    if denominator == 0:
        is_consistent = numerator == 0 and rate is None
        return _result(
            check,
            form,
            left=rate,
            outcome=NOT_RUN if is_consistent else FAILED,
            reason_zh="累放额为零，无利率可核" if is_consistent else "分母为零而分子或利率不为零",
            reason_en=(
                "not run: nothing was disbursed, so there is no rate"
                if is_consistent
                else "the denominator is zero, the numerator or the rate is not"
            ),
        )
    quotient = CONTEXT.divide(numerator, denominator)
    decimals = form.layout.cells[check.left.operands[0]].measure.decimals
    tolerance = Decimal(5).scaleb(-decimals - 1)
    difference = None if rate is None else rate - quotient
    failed = difference is None or abs(difference) > tolerance
    return _result(
        check,
        form,
        left=rate,
        right=half_up(quotient, _QUOTIENT_SHOWN_DECIMALS),
        difference=None if difference is None else half_up(difference, _QUOTIENT_SHOWN_DECIMALS),
        tolerance=tolerance,
        tolerance_note="百分数保留两位小数，末位之半",
        outcome=FAILED if failed else PASSED,
        reason_zh="左右两边不符" if failed else "",
        reason_en="the two sides differ" if failed else "",
    )


def _sum(side: Side, form: FilledForm) -> Decimal:
    values = [form.value(operand) for operand in side.operands]
    known = [value for value in values if value is not None]
    if side.operator != "+" or len(known) != len(values):
        raise LayoutError(f"{side.printed} cannot be added up")
    return sum(known, Decimal(0))


def _tolerance(check: Check, layout: Layout) -> tuple[Decimal, str]:
    weights: dict[Address, int] = {}
    for sign, side in ((1, check.left), (-1, check.right)):
        for operand in side.operands:
            for leaf, count in layout.leaves_behind(operand).items():
                weights[leaf] = weights.get(leaf, 0) + sign * count
    decimals = layout.cells[check.left.operands[0]].measure.decimals
    if decimals == 0:
        return Decimal(0), "户数为整数，无容差"
    leaves = sum(abs(weight) for weight in weights.values())
    if leaves == 0:
        return Decimal(0), "两边为同一组单元格，无容差"
    half_digit = Decimal(5).scaleb(-decimals - 1)
    return half_digit * leaves, f"{half_digit}×{leaves}个取整单元格"


def _result(
    check: Check,
    form: FilledForm,
    *,
    outcome: str,
    reason_zh: str,
    reason_en: str,
    left: Decimal | None = None,
    right: Decimal | None = None,
    difference: Decimal | None = None,
    tolerance: Decimal | None = None,
    tolerance_note: str = "",
) -> RelationResult:
    return RelationResult(
        relation_id=check.relation_id,
        instance=check.instance,
        clause_zh=check.clause_zh,
        unit=form.layout.cells[check.left.operands[0]].measure.unit,
        left_text=check.left.printed,
        left=left,
        operator=check.operator,
        right_text=check.right.printed,
        right=right,
        difference=difference,
        tolerance=tolerance,
        tolerance_note=tolerance_note,
        outcome=outcome,
        reason_zh=reason_zh,
        reason_en=reason_en,
    )
