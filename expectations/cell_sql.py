"""The SQL of a cell: what a column's text types to, when it fails, and how the failure is told.

Here belong expressions over one cell, made from the contract's column; which rows they are asked of
belongs to ``judge.py``, how few times to ``cells.py``.
"""

from __future__ import annotations

from expectations.column_text import bounds_text, codes_text, digits_text
from expectations.contract import Column

_TRUE = ("是", "true", "TRUE", "True", "1", "Y")
_FALSE = ("否", "false", "FALSE", "False", "0", "N")
_NUMBER = r"[-+]?[0-9]+(\.[0-9]+)?"
_THOUSANDS = r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"
_SHAPES = {
    "money": r"-?[0-9]{1,16}(\.[0-9]{1,2})?",
    "rate": r"-?[0-9]{1,9}(\.[0-9]{1,9})?",
    "int": r"-?[0-9]{1,18}",
}
# What a spreadsheet writes where a formula failed, as pasted values and exports keep it.
_ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!")
# Characters that nobody sees: zero-width, direction marks, line separators, C1 controls and blanks
# other than those around a cell. Two ids that look the same would be two.
_INVISIBLE = (
    r"[\p{Cf}\p{Zl}\p{Zp}\x{80}-\x{9f}\x{A0}\x{115F}\x{1160}\x{1680}\x{2000}-\x{200A}"
    r"\x{202F}\x{205F}\x{3164}\x{FFA0}]"
)
# What keeps Excel from reading an id as a number ("00123" behind = or '), or is left of quotes.
_TEXT_MARK = r"""[='"‘’“”`].*"""


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def typed_sql(column: Column, raw: str) -> str:
    """The typed value of a cell; NULL when it cannot be typed."""
    kind = column.kind
    if kind in ("id", "text"):
        return raw
    if kind in _SHAPES:
        return f"case when regexp_full_match({raw}, '{_SHAPES[kind]}') then " + (
            f"try_cast({raw} as {column.sql_type}) end"
        )
    if kind == "date":
        compact = f"substr({raw}, 1, 4) || '-' || substr({raw}, 5, 2) || '-' || substr({raw}, 7, 2)"
        return (
            f"case when regexp_full_match({raw}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') "
            f"then try_cast({raw} as date) "
            f"when regexp_full_match({raw}, '[0-9]{{8}}') then try_cast({compact} as date) end"
        )
    if kind == "bool":
        yes = ", ".join(map(literal, _TRUE))
        no = ", ".join(map(literal, _FALSE))
        return f"case when {raw} in ({yes}) then true when {raw} in ({no}) then false end"
    whens = []
    for code, label in column.codes.items():
        names = sorted({code, label})
        whens.append(f"when {raw} in ({', '.join(map(literal, names))}) then {literal(code)}")
    return f"case {' '.join(whens)} end"


def _has_full_width(raw: str) -> str:
    return f"(strlen({raw}) <> length({raw}) and regexp_matches({raw}, '[！-～　]'))"


def _has_control(raw: str) -> str:
    return rf"regexp_matches({raw}, '[\x00-\x1f\x7f]')"


def _has_invisible(raw: str) -> str:
    return f"(strlen({raw}) <> length({raw}) and regexp_matches({raw}, '{_INVISIBLE}'))"


def _has_text_mark(raw: str) -> str:
    return f"regexp_full_match({raw}, {literal(_TEXT_MARK)})"


def _is_error_value(raw: str) -> str:
    return f"{raw} in ({', '.join(map(literal, _ERROR_VALUES))})"


def text_failure(column: Column, raw: str) -> str:
    """Whether a cell of text or of an id fails: characters, length, pattern."""
    tests = [_has_control(raw), _is_error_value(raw)]
    if column.kind == "id":
        tests += [_has_full_width(raw), _has_invisible(raw), _has_text_mark(raw)]
    if column.max_length is not None:
        tests.append(f"length({raw}) > {column.max_length}")
    if column.pattern:
        tests.append(f"not regexp_full_match({raw}, {literal(column.pattern)})")
    return " or ".join(tests)


def out_of_bounds(column: Column, name: str) -> str:
    """Whether a typed number leaves the contract's bounds; empty when there are none."""
    tests = []
    if column.minimum is not None:
        tests.append(f"{name} < {column.minimum}")
    if column.maximum is not None:
        tests.append(f"{name} > {column.maximum}")
    return f"({' or '.join(tests)})" if tests else ""


def shown_value(column: Column, raw: str) -> str:
    """The cell as shown in the message: its length for an overlong text, else the text itself,
    with a box for every character that nobody would see."""
    shown = f"substr({raw}, 1, 100)"
    if column.kind != "text":
        shown = f"substr(regexp_replace({raw}, '{_INVISIBLE}', '□', 'g'), 1, 100)"
    if column.max_length is not None:
        return (
            f"case when length({raw}) > {column.max_length} then cast(length({raw}) as varchar) "
            f"else {shown} end"
        )
    return shown


def cell_code(column: Column, raw: str) -> tuple[str, str]:
    """SQL for the code (last four digits) and the expected text of a failed cell."""
    whens = [(f"{raw} is null", "0001", ""), (_is_error_value(raw), "0016", "")]
    kind = column.kind
    if kind in ("id", "text"):
        whens.append((_has_control(raw), "0015", ""))
        if kind == "id":
            whens.append((_has_invisible(raw), "0018", ""))
            whens.append((_has_text_mark(raw), "0017", ""))
            whens.append((_has_full_width(raw), "0003", ""))
        if column.max_length is not None:
            whens.append((f"length({raw}) > {column.max_length}", "0010", str(column.max_length)))
        if column.pattern:
            whens.append(("true", "0011", column.pattern_zh))
    else:
        whens.append((_has_invisible(raw), "0018", ""))
        if kind != "code":
            whens.append((_has_full_width(raw), "0003", ""))
        if kind in _SHAPES:
            whens.append((f"regexp_full_match({raw}, '{_THOUSANDS}')", "0004", ""))
            whens.append((f"not regexp_full_match({raw}, '{_NUMBER}')", "0002", ""))
            whens.append((f"f.{column.name} is null", "0005", digits_text(column, "zh")))
            whens.append(("true", "0013", bounds_text(column, "zh")))
        elif kind == "date":
            whens.append((rf"regexp_full_match({raw}, '[0-9]{{5}}(\.[0-9]+)?')", "0007", ""))
            whens.append(("true", "0006", ""))
        elif kind == "bool":
            whens.append(("true", "0014", ""))
        else:
            whens.append(("true", "0009", codes_text(column, "zh")))
    code = " ".join(f"when {test} then '{number}'" for test, number, _ in whens)
    expected = " ".join(f"when {test} then {literal(text)}" for test, _, text in whens)
    return f"case {code} else '0011' end", f"case {expected} end"
