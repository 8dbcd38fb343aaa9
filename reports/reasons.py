"""Reason codes and identifiers of the marts, told in Chinese.

Here belongs turning ``missing_parameter:content_rate_deposit`` into words. When a figure is empty
and why is decided in the marts.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from expectations.strict_yaml import load_strict

_FILE = Path(__file__).parent / "reasons.yml"
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


def name_zh(identifier: str | None) -> str:
    """Chinese name of a scheme, ledger or parameter; the identifier itself when it has none."""
    if not identifier:
        return ""
    return str(_texts()["names"].get(identifier, identifier))


def _one(code: str) -> str:
    texts = _texts()
    kind, _, name = code.partition(":")
    pattern = texts["kinds"].get(kind)
    if pattern is None:
        return code
    return str(pattern.format(name=_name(name, texts["names"])))


def _name(name: str, names: dict[str, str]) -> str:
    """``loan_account.balance`` or ``loan_account:2024-12`` with the Chinese name beside it."""
    subject, mark, rest = name.partition(":")
    ledger, dot, column = subject.partition(".")
    title = names.get(ledger)
    if title is None:
        return name
    if dot:
        return f"{name}（{title}，列 {column}）"
    return f"{subject}（{title}）{rest}" if mark else f"{name}（{title}）"


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = load_strict(_FILE, _SHAPE)
    return texts
