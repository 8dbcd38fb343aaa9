"""What a column holds, in words for the people who fill it in.

Here belongs the wording that templates, messages and reference pages share: type, unit, allowed
values, limits. A steward never reads a regular expression; a pattern is declared together with its
words or is simple enough to be put into words here.
"""

from __future__ import annotations

from expectations.contract import Column

KIND_TEXT = {
    "id": ("编号（文本）", "identifier (text)"),
    "text": ("文本", "text"),
    "code": ("代码（从列表选）", "code (from the list)"),
    "money": ("金额", "amount"),
    "rate": ("比率（小数）", "ratio (decimal)"),
    "int": ("整数", "integer"),
    "date": ("日期", "date"),
    "bool": ("是/否", "yes/no"),
}
_DIGITS = {
    "money": (
        "整数不超过 16 位、小数不超过 2 位",
        "at most 16 digits before and 2 after the decimal point",
    ),
    "rate": (
        "整数不超过 9 位、小数不超过 9 位",
        "at most 9 digits before and 9 after the decimal point",
    ),
    "int": ("不超过 18 位的整数", "an integer of at most 18 digits"),
}
_UNIT_TEXT = {
    "元": ("元", "yuan"),
    "ratio": ("4.35% 填 0.0435", "4.35 % is 0.0435"),
    "户": ("户", "households"),
    "人": ("人", "persons"),
    "笔": ("笔", "items"),
    "分": ("分", "points"),
    "分钟": ("分钟", "minutes"),
    "小时": ("小时", "hours"),
    "天": ("天", "days"),
    "年": ("年", "years"),
    "度": ("度", "degrees"),
    "按单位": ("单位见“单位”列", "in the unit of its row"),
}


def _in(pair: tuple[str, str], lang: str) -> str:
    return pair[0] if lang == "zh" else pair[1]


def digits_text(column: Column, lang: str) -> str:
    """How many digits a number of this kind may have."""
    return _in(_DIGITS[column.kind], lang) if column.kind in _DIGITS else ""


def bounds_text(column: Column, lang: str) -> str:
    """The range of a number; empty when there is none."""
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"{low:g} 至 {high:g}" if lang == "zh" else f"{low:g} to {high:g}"
    if low is not None:
        return f"不小于 {low:g}" if lang == "zh" else f"at least {low:g}"
    if high is not None:
        return f"不大于 {high:g}" if lang == "zh" else f"at most {high:g}"
    return ""


def codes_text(column: Column, lang: str) -> str:
    """The list a coded column chooses from: labels, or codes for an English reader."""
    return "、".join(column.codes.values()) if lang == "zh" else ", ".join(column.codes)


def kind_text(column: Column, lang: str) -> str:
    """The type of a column, with its unit where it has one."""
    text = _in(KIND_TEXT[column.kind], lang)
    if not column.unit:
        return text
    unit = _in(_UNIT_TEXT.get(column.unit, (column.unit, column.unit)), lang)
    return f"{text}（{unit}）" if lang == "zh" else f"{text} ({unit})"


def allowed_text(column: Column, lang: str) -> str:
    """What a cell of the column may hold, in one phrase; empty when anything goes."""
    parts: list[str] = []
    if column.kind == "code":
        parts.append(codes_text(column, lang))
    elif column.kind == "bool":
        parts.append("是、否" if lang == "zh" else "是 or 否")
    elif column.kind == "date":
        parts.append("日期格式，如 2025-12-31" if lang == "zh" else "a date, like 2025-12-31")
    if column.pattern:
        parts.append(column.pattern_zh if lang == "zh" else column.pattern_en)
    elif column.max_length is not None and column.kind in ("id", "text"):
        most = column.max_length
        parts.append(f"不超过 {most} 个字符" if lang == "zh" else f"at most {most} characters")
    parts.append(digits_text(column, lang))
    parts.append(bounds_text(column, lang))
    return ("；" if lang == "zh" else "; ").join(p for p in parts if p)
