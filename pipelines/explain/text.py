"""Text for people: aligned tables (full-width characters take two columns) and numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from pipelines.headline import pad

LEFT, RIGHT = "left", "right"


def display_width(text: str) -> int:
    """Columns a text takes on screen."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], aligns: Sequence[str], indent: int = 2
) -> list[str]:
    """Lines of a table, each column as wide as its widest cell."""
    widths = [
        max(display_width(line[number]) for line in (heads, *rows)) for number in range(len(heads))
    ]
    lines = []
    for line in (heads, *rows):
        cells = []
        for text, width, align in zip(line, widths, aligns, strict=True):
            if align == RIGHT:
                cells.append(" " * (width - display_width(text)) + text + "  ")
            else:
                cells.append(pad(text, width + 2))
        lines.append((" " * indent + "".join(cells)).rstrip())
    return lines


def facts(pairs: Iterable[tuple[str, str]], indent: int = 2) -> list[str]:
    """Lines ``name  value`` with the values aligned; a value may have several lines."""
    kept = [(name, text) for name, text in pairs if text]
    width = max((display_width(name) for name, _ in kept), default=0) + 2
    lines = []
    for name, text in kept:
        first, *more = text.splitlines()
        lines.append(" " * indent + pad(name, width) + first)
        lines.extend(" " * (indent + width) + line for line in more)
    return lines


def decimals(values: Iterable[Decimal | None]) -> int:
    """Decimals needed to show all values exactly: none, or two at least."""
    places = 0
    for value in values:
        if value is not None:
            exponent = value.normalize().as_tuple().exponent
            places = max(places, -exponent if isinstance(exponent, int) else 0)
    return max(places, 2) if places else 0


def number(value: Decimal | None, places: int) -> str:
    """A number with separators; a dash for none."""
    return "—" if value is None else f"{value:,.{places}f}"


def money(value: Decimal | None) -> str:
    """An amount in yuan: two decimals, more only where they are not zero."""
    return number(value, max(2, decimals([value])))


def verdict(is_equal: bool | None, lang: str) -> str:
    """一致 or 不一致; nothing to prove where nothing is published."""
    if is_equal is None:
        return "不适用" if lang == "zh" else "not applicable"
    if lang == "zh":
        return "一致" if is_equal else "不一致"
    return "equal" if is_equal else "DIFFERENT"
