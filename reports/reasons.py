"""Reason codes and identifiers of the marts, told in Chinese.

Here belongs turning ``missing_parameter:content_rate_deposit`` into words. When a figure is empty
and why is decided in the marts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from expectations.strict_yaml import load_strict

_FILE = Path(__file__).parent / "reasons.yml"
_COLUMNS_FILE = Path(__file__).parent / "ledger_columns.yml"
_IDENTIFIER = re.compile(r"(?<![A-Za-z0-9_])([a-z]+(?:_[a-z0-9]+)+)(=[a-z0-9_]+)?")
_SHAPE = {"kinds": {"*": str}, "names": {"*": str}}


def reason_zh(code: str | None) -> str:
    """A reason in Chinese; several codes may be joined by semicolons.

    Returns:
        Text with the technical name kept, so that it can be looked up; empty for no reason. An
        unknown code is shown as it is.
    """
    if not code:
        return ""
    return "；".join(_one(part.strip()) for part in code.split(";") if part.strip())


def reason_plain_zh(code: str | None) -> str:
    """A reason for readers who look nothing up: Chinese names only, no identifier.

    Returns:
        Text; empty for no reason. A subject that has no Chinese name is called 未具名项: the code
        stands in the JSON of the pack.
    """
    if not code:
        return ""
    parts = [_plain(part.strip()) for part in code.split(";") if part.strip()]
    return "；".join(dict.fromkeys(parts))


def without_identifiers(text: str, names: Mapping[str, str]) -> str:
    """A Chinese text with its identifiers told in words, for readers who look nothing up.

    Args:
        text: E.g. ``N 为开关 renewal_window_days``.
        names: Further names by identifier, e.g. of metrics.
    """

    def word(match: re.Match[str]) -> str:
        name = names.get(match[1]) or _texts()["names"].get(match[1])
        changed = "改设" if match[2] else ""
        return f"“{name or '未具名项'}”{changed}"

    told = _IDENTIFIER.sub(word, text)
    return re.sub(r"(?<=[\u4e00-\u9fff]) ?(“[^”]*”(?:改设)?) ?", r"\1", told)


def name_zh(identifier: str | None) -> str:
    """Chinese name of a scheme, ledger or parameter; the identifier itself when it has none."""
    if not identifier:
        return ""
    return str(_texts()["names"].get(identifier, identifier))


def _plain(code: str) -> str:
    texts = _texts()
    kind, _, name = code.partition(":")
    pattern = texts["kinds"].get(kind)
    if pattern is None:
        return "原因未具名"
    subject, mark, rest = name.partition(":")
    ledger, dot, column = subject.partition(".")
    title = texts["names"].get(ledger)
    columns = _columns().get(ledger, {})
    if title is None:
        plain = "“未具名项”"
    elif dot:
        plain = f"《{title}》的“{columns.get(column, '未具名列')}”"
    else:
        plain = f"《{title}》" if columns else f"“{title}”"
    return str(pattern.format(name=f"{plain}{rest if mark else ''}")).replace(" ", "").strip()


def _one(code: str) -> str:
    texts = _texts()
    kind, _, name = code.partition(":")
    pattern = texts["kinds"].get(kind)
    if pattern is None:
        return code
    return str(pattern.format(name=_name(name, texts["names"])))


def _name(name: str, names: dict[str, str]) -> str:
    """``loan_account.balance`` or ``loan_account:2024-12`` with the Chinese name beside it."""
    if name in names:
        return f"{name}（{names[name]}）"
    subject, mark, rest = name.partition(":")
    ledger, dot, column = subject.partition(".")
    title = names.get(ledger)
    if title is None:
        return name
    if dot:
        part = names.get(column)
        return f"{name}（{title}，{part}）" if part else f"{name}（{title}，列 {column}）"
    return f"{subject}（{title}）{rest}" if mark else f"{name}（{title}）"


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = load_strict(_FILE, _SHAPE)
    return texts


@cache
def _columns() -> dict[str, dict[str, str]]:
    """Ledger -> column -> Chinese header, derived from the contracts by ``make generate``."""
    columns: dict[str, dict[str, str]] = load_strict(_COLUMNS_FILE, {"*": {"*": str}})
    return columns
