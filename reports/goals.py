"""How a goal of a scheme is told in Chinese: the year of the plan and the comparison.

Here belong the words that every output shares; whether a goal is met is computed in the marts.
"""

from __future__ import annotations

from collections.abc import Mapping

OPERATOR_ZH: Mapping[str, str] = {
    ">=": "≥",
    "<=": "≤",
    "=": "=",
    ">": ">",
    "<": "<",
    "~": "约",
}
_PHASE_ZH = {
    "every_year": "每年",
    **{f"Y{year}": f"第{number}年" for year, number in enumerate("一二三四五", start=1)},
}


def phase_zh(phase: str | None) -> str:
    """Year of the plan in which a goal applies, e.g. ``第二年``; empty where there is no goal."""
    return _PHASE_ZH.get(phase or "", phase or "")
