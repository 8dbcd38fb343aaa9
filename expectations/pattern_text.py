"""A simple pattern in words: a steward never reads a regular expression."""

from __future__ import annotations

import re

_CLASSES = {
    r"[0-9]": ("数字", "digit"),
    r"\d": ("数字", "digit"),
    "[A-Z]": ("大写字母", "capital letter"),
    "[a-z]": ("小写字母", "small letter"),
    "[A-Za-z]": ("字母", "letter"),
    "[0-9A-Z]": ("数字或大写字母", "digit or capital letter"),
    "[A-Z0-9]": ("数字或大写字母", "digit or capital letter"),
    "[0-9A-Za-z]": ("数字或字母", "digit or letter"),
    "[A-Za-z0-9]": ("数字或字母", "digit or letter"),
}
_PIECE = re.compile(
    rf"({'|'.join(map(re.escape, _CLASSES))})(?:\{{(\d+)(?:,(\d+))?\}})?|([0-9A-Za-z_/-]+)"
)


def pattern_text(pattern: str, lang: str) -> str | None:
    """A simple pattern in words (``[0-9]{12}`` is 12 位数字); None when it is not simple."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            return None
        at = piece.end()
        kind, low, high, fixed = piece.groups()
        if fixed:
            parts.append(f"“{fixed}”" if lang == "zh" else f'"{fixed}"')
            continue
        low = low or "1"
        name = _CLASSES[kind][0 if lang == "zh" else 1]
        if lang == "zh":
            parts.append(f"{low} 至 {high} 位{name}" if high else f"{low} 位{name}")
        else:
            count = f"{low} to {high}" if high else low
            plural = "" if count == "1" else "s"
            parts.append(f"{count} {name.replace(' or ', f'{plural} or ')}{plural}")
    return ("，后接 " if lang == "zh" else ", then ").join(parts) if parts else None
